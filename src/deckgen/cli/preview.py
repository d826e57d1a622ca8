"""The command `deckgen preview`."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deckgen.cli.calls import (
    FormatOption,
    OpenOption,
    ProjectOption,
    build_deck_of,
    find_deck,
    make_build_folder,
    output_folder,
)
from deckgen.cli.completion import releases
from deckgen.cli.help import LEFT_OUT
from deckgen.cli.paths import short_path
from deckgen.cli.progress import bar
from deckgen.cli.report import Format, reporting, say
from deckgen.cli.serve import serve as serve_preview
from deckgen.diagnostics import CallError, counted, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.cli.report import Report
    from deckgen.commands.preview.cards import Gallery
    from deckgen.commands.preview.since import Since

_WORDS = {
    "new": "{} new",
    "changed": "{} changed",
    "look": "{} changed only in their look",
    "gone": "{} gone",
}

ServeOption = Annotated[
    bool, typer.Option("--serve", help="Serve the page on this computer, and update it when you save.")
]
PortOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=65535, help="Port for --serve (default 8642).")
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="[RELEASE]",
        autocompletion=releases,
        help="Show the cards that changed since a release, before and after. Default: the last release. "
        "Also takes a package, a deck's folder or a git revision.",
    ),
]


def preview(
    project: ProjectOption = None,
    since: SinceOption = None,
    serve: ServeOption = False,  # noqa: FBT002 (typer's way)
    port: PortOption = None,
    open_page: OpenOption = False,  # noqa: FBT002 (typer's way)
    output_format: FormatOption = Format.text,
) -> None:
    """Write a page with every card as learners will see it."""
    with reporting("preview", output_format, project=project) as report:
        if not serve and port is not None:
            raise CallError("--port says where --serve shows the preview", "deckgen preview --serve --port N")
        if serve and output_format is Format.json:
            raise CallError(
                "--serve goes on until it is stopped, and prints no JSON", "leave out one of them"
            )
        deck = find_deck(project)
        with _earlier(since, deck, report, stays=serve) as compared:
            make_build_folder(output_folder(deck))
            target = output_folder(deck) / "preview"
            if serve:
                serve_preview(deck, target, port, report, open_page=open_page, since=compared)
            else:
                _write(deck, target, report, compared, open_page=open_page)


def _write(deck: Path, target: Path, report: Report, since: Since | None, *, open_page: bool) -> None:
    """Write a preview, and report it."""
    from deckgen.commands.preview import cards, folder  # noqa: PLC0415

    result = build_deck_of(deck, report)
    with bar(report) as tick:
        tick("drawing cards", 0, 0)
        gallery = cards.gallery(result)
        if since:
            tick("comparing cards", 0, 0)
            gallery = since.compared(gallery, result)
        tick("writing the preview", 0, 0)
        folder.write(gallery, target)
    page = target / "index.html"
    failed = report.fails(result, strict=False)
    note = "the preview shows what could be read" if failed else ""
    about = {"path": str(page), "cards": gallery.cards, **_counts(gallery)}
    report.end(result, note, more={"preview": about})
    if report.for_people:
        for sentence in gallery.since.sentences if gallery.since else ():
            say(sentence)
        path = terminal.kept(short_path(page))
        say(f"wrote {path}: {counted(gallery.cards, 'card')}{_words(gallery)}, {report.took}")
    if not failed and not open_page:
        serve = report.call("preview --serve --open")
        report.next(f"open this file in your browser. `{serve}` updates it while you write.")
    if open_page:
        typer.launch(page.resolve().as_uri())
    if failed:
        raise typer.Exit(1)


@contextmanager
def _earlier(word: str | None, deck: Path, report: Report, *, stays: bool) -> Iterator[Since | None]:
    """What `--since` names, for as long as the preview may need its files; None without that option.

    Args:
        word: The value of the option; None without it.
        deck: The deck's folder.
        report: The output of the command.
        stays: Whether the preview is served, while a user may remove the package.
    """
    if word is None:
        yield None
        return
    import shutil  # noqa: PLC0415 (--help stays quick)
    import tempfile  # noqa: PLC0415

    from deckgen.commands.diff.sides import Place, earlier  # noqa: PLC0415
    from deckgen.commands.preview.since import Since  # noqa: PLC0415

    name = None if word == LEFT_OUT else word
    with tempfile.TemporaryDirectory(prefix="deckgen-") as scratch:
        with bar(report) as tick:
            side = earlier(name, Place(deck, (), tick, Path(scratch), "--since FILE"))
        if side.package and stays:
            side = replace(side, package=Path(shutil.copy(side.package, Path(scratch) / "earlier.apkg")))
        yield Since(side, name)


def _sorts(gallery: Gallery) -> Counter[str]:
    """How many cards are new, changed and gone."""
    return Counter(card.change.sort for note in gallery.notes for card in note.cards if card.change)


def _counts(gallery: Gallery) -> dict[str, Any]:
    """The comparison for JSON; empty without one."""
    if not gallery.since:
        return {}
    counts = _sorts(gallery)
    since = {"name": gallery.since.name, **{sort: counts[sort] for sort in _WORDS}}
    return {"since": since | {"remarks": list(gallery.since.sentences)}}


def _words(gallery: Gallery) -> str:
    """The comparison in a line for people; empty without one."""
    if not gallery.since:
        return ""
    counts = _sorts(gallery)
    parts = [words.format(f"{counts[sort]:,}") for sort, words in _WORDS.items() if counts[sort]]
    return f"; since {gallery.since.name} {', '.join(parts) or 'none has changed'}"
