"""The command `deckgen adopt`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deckgen.cli.answers import (
    PROPOSED,
    AuthorOption,
    IdOption,
    LanguageOption,
    LicenseOption,
    RepositoryOption,
    answered,
    into,
    tell_next,
)
from deckgen.cli.paths import in_shell
from deckgen.cli.progress import bar
from deckgen.cli.report import Format, reporting, say, say_as_it_is
from deckgen.diagnostics import CallError, counted, listed, listing, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deckgen.cli.report import Report
    from deckgen.commands.adopt.adopt import Adopted
    from deckgen.commands.verify.verification import Verification

_SHOWN = 5  # things that do not come back
_MERGE = """note: in CrowdAnki, each learner's collection makes its own note types. So at your first release,
  learners must check *Merge note types* when they import, and set *Update notes* to *Always*. They keep their
  reviews. This one time, they lose their own edits and tags. The release notes say so.
  If learners have the deck as an .apkg, adopt the folder with it, in a new DIR: --earlier FILE"""
FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="The .apkg, or the folder of CrowdAnki.")
]
FolderArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]", show_default=False, help="The deck's folder. Default: a new one, named by its id."
    ),
]
DecksOption = Annotated[
    list[str] | None,
    typer.Option("--deck", metavar="NAME", help="Adopt only this deck, with its subdecks. Can be repeated."),
]
VersionOption = Annotated[
    str,
    typer.Option("--version", metavar="VERSION", help="The version that learners have. Releases are higher."),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(metavar="OLD=NEW", help="Keep the HTML element OLD as NEW, as in hl=mark. Can be repeated."),
]
RemoteOption = Annotated[
    bool, typer.Option("--keep-remote", help="Keep what card templates load from the internet.")
]
EarlierOption = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="A package that learners have, to test as well. A CrowdAnki folder gets its identities.",
    ),
]
PythonOption = Annotated[
    Path | None,
    typer.Option(metavar="PYTHON", help="A Python with Anki to test with. Default: the running one."),
]


def adopt(  # noqa: PLR0913, PLR0917 (each of its options is a parameter)
    file: FileArgument,
    folder: FolderArgument = None,
    deck: DecksOption = None,
    version: VersionOption = "0",
    map_tag: MapOption = None,
    keep_remote: RemoteOption = False,  # noqa: FBT002 (typer's way)
    earlier: EarlierOption = None,
    anki_python: PythonOption = None,
    id_: IdOption = None,
    author: AuthorOption = None,
    license_: LicenseOption = None,
    language: LanguageOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Make the source of a deck from a package that learners already have.

    They keep their reviews and edits when they import its next release.
    """
    with reporting("adopt", Format.text) as report:
        from deckgen.commands.adopt.adopt import Wishes, tag_pairs  # noqa: PLC0415 (--help stays quick)
        from deckgen.commands.adopt.adopt import adopt as adopt_deck  # noqa: PLC0415
        from deckgen.commands.adopt.chosen import title_in  # noqa: PLC0415
        from deckgen.commands.adopt.old import read_old  # noqa: PLC0415
        from deckgen.commands.adopt.rehearsal import can_rehearse, rehearse  # noqa: PLC0415
        from deckgen.commands.init.answers import fault  # noqa: PLC0415
        from deckgen.commands.init.create import check_folder  # noqa: PLC0415

        if folder:
            check_folder(folder)
        decks = tuple(deck or ())
        old = read_old(file, earlier or ())
        title = title_in(old.contents, decks)
        if problem := fault("title", title):
            message = f"deckgen cannot keep the deck's name `{title}`: {problem.message}"
            raise CallError(message, "with another name, learners would get a second deck")
        answers = answered(
            folder or Path(),
            f"deckgen adopt {in_shell(file)}",
            {name: text for name, text in PROPOSED.items() if name != "language"},
            title=title,
            language=language,
            id=id_,
            author=author,
            license=license_,
            repository=repository,
        )
        folder = folder or Path(answers.id)
        known = (old.had or old).path
        packages = [known, *(each for each in earlier or () if each != known)]
        tests: list[Verification] = []
        with bar(report) as tick:

            def test(part: Path, change: Mapping[str, str]) -> None:
                if can_rehearse(anki_python):
                    newer = old.had is not None
                    done = rehearse(part, packages, anki_python, change, tick, newer=newer)
                    tests.append(done)

            done = adopt_deck(
                old,
                folder,
                answers,
                Wishes(decks, version, tag_pairs(map_tag or []), keep_remote),
                test,
                tick,
            )
        _tell(done, file, folder)
        for remark in old.remarks:
            say(f"note: {remark}")
        if old.unknown:
            say(_MERGE)
        else:
            _tell_test(tests, known, folder, report)
        first = ["deckgen check", "deckgen preview --serve --open"]
        what = "Next: look through the chapters, and commit:"
        tell_next(what, folder, first, "Adopt the deck", in_git=done.in_git)


def _tell(done: Adopted, file: Path, folder: Path) -> None:
    """Print what became of the package."""
    from deckgen.commands.adopt.adopt import REPORT  # noqa: PLC0415
    from deckgen.commands.from_html.convert import Form  # noqa: PLC0415

    notes = sum(count for _, count in done.kinds)
    say(f"adopted {counted(notes, 'note')} of {terminal.kept(file.name)}{into(folder)}: {done.chosen.title}")
    for name, count in done.kinds:
        say(f"  {count:,} of the note type `{name}`")
    say(f"  {counted(len(done.chosen.chapters), 'chapter')}, {counted(len(done.media.paths), 'media file')}")
    markdown, html, lossy = (done.texts.forms[form] for form in (Form.MARKDOWN, Form.HTML, Form.CHANGED))
    say(f"  texts: {markdown:,} as Markdown, {html:,} as HTML, {lossy:,} changed")
    losses = done.texts.losses()
    for what, count in losses[:_SHOWN]:
        say(f"    {what} ({counted(count, 'note')})")
    if losses:
        more = f"and {len(losses) - _SHOWN:,} more: " if len(losses) > _SHOWN else ""
        say(f"    {more}{REPORT} lists all")
    if done.first:
        say(f"  first release: {done.first.summary()}")
    for remark in _remarks(done):
        say(f"note: {remark}")


def _remarks(done: Adopted) -> list[str]:
    """What the author should know besides."""
    chosen = done.chosen
    remarks = []
    if done.media.missing:
        remarks.append(f"missing in the package: {listed(done.media.missing)}; the texts no longer name them")
    if done.warnings:
        remarks.append(f"`deckgen check` has {counted(done.warnings, 'warning')}")
    if done.more_cards:
        remarks.append(f"learners will get {counted(done.more_cards, 'card')} that the package does not have")
    if len(done.kinds) > 1:
        remarks.append(
            "in each chapter, the notes are grouped by note type, and new learners get them in this order"
        )
    if chosen.studied:
        remarks.append("the package has been studied, so the notes are in the order in which they were made")
    if chosen.apart:
        remarks.append(
            f"{counted(len(chosen.apart), 'note')} with cards in several decks: new learners get them in one"
        )
    return [*remarks, *_left(done), *done.remarks]


def _left(done: Adopted) -> Iterator[str]:
    """What did not come along as it was, as sentences."""
    from deckgen.commands.adopt.adopt import MARKS  # noqa: PLC0415
    from deckgen.commands.adopt.chosen import changed_tags  # noqa: PLC0415

    chosen, media = done.chosen, done.media
    for name, path, elements in done.unstyled:
        old, new = (listing(f"<{each}>" for each in part) for part in (elements, map(MARKS.get, elements)))
        ways = [f"`{each}, {MARKS[each]} {{ … }}` instead of `{each} {{ … }}`" for each in elements]
        yield (
            f"the style of `{name}` names {old}, but changed texts have {new}: "
            f"in {path}, write {', and '.join(ways)}"
        )
    if chosen.described:
        noun = "description of the subdeck" if len(chosen.described) == 1 else "descriptions of the subdecks"
        yield f"left out: the {noun} {listing(chosen.described)}"
    for count, why in (
        (chosen.cardless, "without a card"),
        (chosen.others, "of other decks"),
        (chosen.twice, "without a guid, or with that of another note"),
    ):
        if count:
            yield f"left out: {counted(count, 'note')} {why}"
    tags = [f"`{tag}`" for tag in changed_tags(chosen.notes)]
    for names, why in (
        (tags, "tags changed, because Anki's search cannot find them, or an import changes them"),
        ([f"{name} ({fault})" for name, fault in media.unusable], "left out"),
        (media.unused, "left out, because no note shows them"),
    ):
        if names:
            yield f"{why}: {listed(names)}"


def _tell_test(tests: list[Verification], file: Path, folder: Path, report: Report) -> None:
    """Print what the test in Anki has shown."""
    if not tests:
        from deckgen.commands.verify.process import install_hint  # noqa: PLC0415

        message = "the update was not tested in Anki, because the `anki` package is not installed"
        report.warned(message, install_hint(sys.executable))
        say_as_it_is(f"  deckgen verify --previous {in_shell(file)} --project {in_shell(folder)}")
        return
    tried = tests[0]
    where = f"tested in Anki {tried.anki}, over"
    for update in tried.updates:
        options = ", merging note types" if update["options"] == "merge" else ""
        say(f"{where} {update['previous']}{options}: {_counts(update)}; nothing lost")
    if tried.next:
        say(f"{where} {file.name}, after a change of one note: {_counts(tried.next)}; nothing lost")


def _counts(update: dict[str, Any]) -> str:
    """The numbers of notes that an update brings."""
    parts = ["new", "updated", "untouched", "conflicting"]
    counts = [f"{update[what]:,} {what}" for what in parts]
    if held := len(update.get("held_back", ())):
        counts.insert(2, f"{held:,} kept because the learner edited {'it' if held == 1 else 'them'} later")
    return ", ".join(counts)
