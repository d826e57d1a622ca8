"""The arguments of a call: the deck's folder, and hints for mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.progress import bar
from deckgen.cli.report import CheckFormat, Format, say
from deckgen.diagnostics import CallError, nearest

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.cli.report import Report
    from deckgen.kept import Kept
    from deckgen.memory import Memory
    from deckgen.package import Package


ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The deck's folder. Default: this folder, or the nearest above with a deck.",
    ),
]
"""The option of commands that work on a deck."""
FormatOption = Annotated[
    Format, typer.Option("--format", help="`json` prints one object for other programs.")
]
CheckFormatOption = Annotated[
    CheckFormat | None,
    typer.Option(
        "--format",
        help="`json` prints one object, `github` marks lines on GitHub, `sarif` is for code scanning. "
        "Default: `text`, or `github` under GitHub Actions.",
        show_default=False,
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def find_deck(named: Path | None) -> Path:
    """The deck's folder: the given one, or else the nearest upwards."""
    from deckgen.project import find_project, holds_deck  # noqa: PLC0415

    if named is None:
        return find_project(Path.cwd())
    if not holds_deck(named):
        if not named.exists():
            raise CallError(f"{named} does not exist", _like_named(named))
        deck = next(filter(holds_deck, named.resolve().parents), None)
        hint = f"did you mean {deck}?" if deck else ""
        raise CallError(f"{named} is not the folder of a deck: it does not hold source/deck.yaml", hint)
    return named


def _like_named(path: Path) -> str:
    """A hint for a missing folder: the one of a deck with a similar name; empty if there is none."""
    from deckgen.project import holds_deck  # noqa: PLC0415

    try:
        beside = [each.name for each in filter(holds_deck, path.parent.iterdir())]
    except OSError:
        return ""
    near = nearest(path.name, sorted(beside))
    return f"did you mean {path.with_name(near)}?" if near else ""


def output_folder(deck: Path) -> Path:
    """The folder for the files that a deck's build writes."""
    from deckgen.project import Project  # noqa: PLC0415

    return Project(deck).output


def make_build_folder(folder: Path) -> None:
    """Make the folder build/ for packages."""
    from deckgen.files import check_target  # noqa: PLC0415

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CallError(f"the folder {folder} cannot be made: {error.strerror}") from error
    check_target(folder / "deck.apkg.part")


def build_deck_of(
    folder: Path,
    report: Report,
    *,
    try_fix: bool = False,
    kept: Kept | None = None,
    memory: Memory | None = None,
) -> Build:
    """The build of a deck's folder, with a progress bar if it takes long.

    Args:
        folder: The deck's folder.
        report: The output of the command.
        try_fix: Whether to mark the diagnostics that `--fix` can fix, which takes twice as long.
        kept: The results that are kept from earlier builds. Default: those of the user.
        memory: Remembers the build for the next one in this process; None for a single build.
    """
    from deckgen.build import build as build_deck  # noqa: PLC0415
    from deckgen.kept import of_user  # noqa: PLC0415
    from deckgen.project import Project  # noqa: PLC0415
    from deckgen.recall import recall  # noqa: PLC0415

    kept = of_user() if kept is None else kept
    with bar(report) as tick:
        recalled = recall(Project(folder.resolve()), kept, memory)
        result = build_deck(folder, tick, kept=kept, memory=recalled.memory if recalled else memory)
        if recalled:
            recalled.keep()
        if try_fix and result.diagnostics:
            tick("looking for fixes", 0, 0)
            from deckgen.commands.fix import mark_fixable  # noqa: PLC0415

            result = mark_fixable(result, tick, kept)
    tell_interrupted(folder, report)
    return result


def tell_interrupted(folder: Path, report: Report) -> None:
    """Say that a release was interrupted, where nothing may be written."""
    from deckgen.project import Project  # noqa: PLC0415

    if report.quiet or not report.for_people or not Project(folder).pending.is_dir():
        return
    from deckgen.commands.release.folder import interrupted  # noqa: PLC0415

    version = interrupted(Project(folder))
    say(f"note: the release of {version} was interrupted; `deckgen release` finishes or undoes it")


def check_locked(package: Package, expected: str | None = None) -> None:
    """Refuse a package that is not exactly a release, or not the expected one."""
    if not package.version:
        raise CallError(
            "this is not exactly what was last released, and --locked asks for that"
            if package.after
            else "nothing has been released yet, and --locked asks for exactly what was",
            "check out the commit of the release, with its ledger",
        )
    if expected is not None and package.version != expected:
        hint = f"check out the commit that released {expected}"
        raise CallError(f"this is {package.version}, and --expect asks for {expected}", hint)
