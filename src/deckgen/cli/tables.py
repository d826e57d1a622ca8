"""The command `deckgen import`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import FormatOption, ProjectOption, find_deck
from deckgen.cli.paths import short_path
from deckgen.cli.progress import bar
from deckgen.cli.report import UNSEEN, Format, reporting, say, say_as_it_is
from deckgen.diagnostics import counted, listed, terminal

if TYPE_CHECKING:
    from deckgen.cli.report import Report
    from deckgen.commands.tables.importing import Import

_SHOWN = 3  # notes that --dry-run shows
_MOST_DIFFERENCES = 20
_LONGEST = 200  # characters of a text that differs


class CellForm(StrEnum):
    """What the cells of a table are."""

    text = "text"
    html = "html"
    markdown = "markdown"


TableArgument = Annotated[
    Path, typer.Argument(metavar="TABLE", help="A CSV, TSV or JSON file, or a text that Anki exported.")
]
KindOption = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="The kind of the notes, such as definition.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="KEY=COLUMN,...",
        help="The columns for the kind's keys. Can be repeated. Default: columns with the names of keys.",
    ),
]
ChapterOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="The chapter for the notes, and no other. Default: one named after the table."
    ),
]
CellsOption = Annotated[
    CellForm | None,
    typer.Option(
        help="What the cells are. Default: what Anki or `deckgen export` wrote, else `text`.",
        show_default=False,
    ),
]
OnlyOption = Annotated[
    str,
    typer.Option(
        metavar="COLUMN=TEXT", show_default=False, help="Take only the rows with this text in a column."
    ),
]


def import_table(  # noqa: PLR0913, PLR0917 (each of its options is a parameter)
    table: TableArgument,
    kind: KindOption,
    maps: MapOption = None,
    chapter: ChapterOption = None,
    cells: CellsOption = None,
    media: Annotated[
        str, typer.Option(metavar="DIR", help="The folder in source/ with the images and sounds.")
    ] = "media",
    only: OnlyOption = "",
    update: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--update", help="Also change the notes whose rows have other texts.")
    ] = False,
    dry_run: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--dry-run", help="Show the first notes without writing them.")
    ] = False,
    project: ProjectOption = None,
    output_format: FormatOption = Format.text,
) -> None:
    """Add the rows of a table to a chapter, as notes."""
    with reporting("import", output_format, project=project) as report:
        from deckgen.commands.tables.importing import Request, plan, write  # noqa: PLC0415 (--help stays quick)

        folder = find_deck(project)
        request = Request(
            table, kind, tuple(maps or ()), chapter, cells.value if cells else "", media, only, update
        )
        with bar(report) as tick:
            result = plan(folder, request, tick)
            if result.parts and not result.diagnostics and not dry_run:
                tick("writing", 0, 0)
                write(result, folder)
        _tell(result, report, update=update, dry_run=dry_run)
        if result.diagnostics:
            raise typer.Exit(1)


def _tell(result: Import, report: Report, *, update: bool, dry_run: bool) -> None:
    """Print what was added, and what the author should know."""
    written = bool(result.parts) and not dry_run and not result.diagnostics
    if not report.for_people:
        report.object(ok=not result.diagnostics, **_members(result, written=written))
        return
    for remark in result.remarks if result.added else ():
        say(f"note: {remark}")
    if result.diagnostics:
        report.tell(result.diagnostics, result.lines, "nothing was written", report.took)
        return
    if dry_run and result.added:
        shown = "".join(each.yaml for each in result.added[:_SHOWN]).translate(UNSEEN)
        say_as_it_is(shown)
        if more := len(result.added) - _SHOWN:
            say(f"… and {counted(more, 'more note')}" if more > 0 else "")
    if result.repeated:
        say(
            f"note: {counted(len(result.repeated), 'row')} repeat another row of the table, and were left out"
        )
    _show_differences(result)
    _summarize(result, report, update=update, dry_run=dry_run)


def _show_differences(result: Import) -> None:
    """Print the texts of rows that differ from their notes."""
    for each in result.differences[:_MOST_DIFFERENCES]:
        say(f"differs: `{each.id}` ({result.place} {each.number:,}), `{each.key}`:")
        say_as_it_is(f"  - {_short(each.old)}\n  + {_short(each.new)}".translate(UNSEEN))
    if more := max(len(result.differences) - _MOST_DIFFERENCES, 0):
        say(f"… and {counted(more, 'more difference')}")


def _short(text: str) -> str:
    """A text on one line, not too long to compare."""
    line = " ".join(text.split()) or "(nothing)"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _summarize(result: Import, report: Report, *, update: bool, dry_run: bool) -> None:
    """Print the numbers, and the next step."""
    already = ""
    if result.known:
        already = (
            f"; {counted(result.known, 'row')} {'is a note' if result.known == 1 else 'are notes'} already"
        )
        already += _left(result, update=update)
    if not result.parts:
        say(f"nothing to add{already}, {report.took}")
        return
    paths = [
        f"{'the new chapter ' if each.before is None else ''}{terminal.kept(short_path(each.file))}"
        for each in result.parts
    ]
    add, change = ("add", "change") if dry_run else ("added", "changed")
    steps = [f"{add} {counted(len(result.added), 'note')}"] * bool(result.added)
    steps += [f"{change} {counted(len(result.updated), 'note')}"] * bool(result.updated)
    what = f"{' and '.join(steps)} {'in' if result.updated else 'to'} {listed(paths)}{already}"
    if dry_run:
        say(f"--dry-run: nothing was written. It would {what}")
        return
    say(f"{what}, {report.took}")
    report.next(f"run `{report.call('check')}`, and read the notes in `{report.call('preview --open')}`.")


def _left(result: Import, *, update: bool) -> str:
    """The end of a sentence about rows whose notes keep other texts; empty without any."""
    kept = {each.id: each.chapter for each in result.differences if each.id not in result.updated}
    if not kept:
        return ""
    others = [terminal.kept(path) for path in dict.fromkeys(kept.values()) if path != result.chapter]
    if update and others:
        return f", {len(kept):,} of them with other texts in {listed(others)}: to change them, omit --chapter"
    return f", {len(kept):,} of them with other texts, which stay as they are without --update"


def _members(result: Import, *, written: bool) -> dict[str, object]:
    """The members of the JSON object."""
    return {
        "diagnostics": [each.as_json() for each in result.diagnostics],
        "import": {
            "chapter": result.chapter,
            "written": written,
            "new_chapter": not result.file.exists() or any(each.before is None for each in result.parts),
            "chapters": [each.path for each in result.parts],
            "rows": result.rows,
            "known": result.known,
            "updated": result.updated,
            "repeated": result.repeated,
            "added": [{"row": each.number, "id": each.id, "yaml": each.yaml} for each in result.added],
            "differences": [
                {"row": each.number, "id": each.id, "key": each.key, "old": each.old, "new": each.new}
                for each in result.differences
            ],
            "remarks": result.remarks,
        },
    }
