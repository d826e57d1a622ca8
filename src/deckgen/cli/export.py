"""The command `deckgen export`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import FormatOption, ProjectOption, build_deck_of, find_deck
from deckgen.cli.paths import short_path
from deckgen.cli.progress import bar
from deckgen.cli.report import Format, reporting, say
from deckgen.diagnostics import counted, listing, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.build import Build
    from deckgen.cli.report import Report
    from deckgen.commands.export.contents import Export, LeftOut


class To(StrEnum):
    """The form of an export."""

    csv = "csv"
    crowdanki = "crowdanki"
    json = "json"


FolderArgument = Annotated[
    Path,
    typer.Argument(metavar="DIR", show_default=False, help="The folder to write: new, empty, or an export."),
]
ToOption = Annotated[
    To,
    typer.Option(
        "--to",
        show_default=False,
        help="`csv`: tables of the kinds that fit into tables. `json`: everything. "
        "`crowdanki`: a folder for the add-on CrowdAnki.",
    ),
]


def export(
    folder: FolderArgument,
    to: ToOption,
    project: ProjectOption = None,
    output_format: FormatOption = Format.text,
) -> None:
    """Write the deck for other programs: as CSV, as JSON, or for CrowdAnki."""
    with reporting("export", output_format, project=project) as report:
        from deckgen.commands.export.export import export as export_of  # noqa: PLC0415
        from deckgen.commands.export.folder import FOLDERS, write  # noqa: PLC0415
        from deckgen.project import Project  # noqa: PLC0415

        deck = find_deck(project)
        earlier = FOLDERS.earlier(folder, Project(deck))
        result = build_deck_of(deck, report, try_fix=True)
        if report.fails(result, strict=False):
            report.end(result, "nothing was written", more={"export": None})
            raise typer.Exit(1)
        with bar(report) as tick:
            tick("writing the export", 0, 0)
            made = export_of(result, to.value)
            write(made, folder, earlier)
        _tell(result, made, folder, report)


def _tell(result: Build, made: Export, folder: Path, report: Report) -> None:
    """Print what was written, and what was not."""
    media = len(made.files) - len(made.names)
    about = {
        "to": made.to,
        "path": str(folder),
        "files": made.names,
        "media": media,
        "notes": made.notes,
        "left_out": [
            {
                "why": each.why,
                "notes": each.notes,
                "kind": each.kind.name if each.kind else None,
                "keys": list(each.keys),
            }
            for each in made.left_out
        ],
        "formulas": made.formulas,
    }
    report.end(result, more={"export": about})
    if not report.for_people:
        return
    more = f" and {counted(media, 'media file')}" if media else ""
    names = terminal.kept(", ".join(made.names))
    place = terminal.kept(short_path(folder))
    say(f"wrote {names}{more} into {place}: {counted(made.notes, 'note')}, {report.took}")
    for sentence in _remarks(made):
        say(f"note: {sentence}")
    if made.to == To.crowdanki:
        report.next("in Anki with the add-on CrowdAnki, choose File > CrowdAnki: Import from disk.")


def _remarks(made: Export) -> Iterator[str]:
    """What the author should know of an export, as sentences."""
    if made.left_out:
        yield f"not exported: {', '.join(map(_left_out, made.left_out))}. `--to json` has all notes"
    if made.formulas:
        begin = "begins" if made.formulas == 1 else "begin"
        yield (
            f"{counted(made.formulas, 'text')} {begin} with `=`, `+`, `-` or `@`, exactly as you wrote "
            "it. A spreadsheet may read that as a formula: import all columns as text"
        )


def _left_out(left: LeftOut) -> str:
    """Notes that were left out, with the reason."""
    if left.kind is None:
        return counted(left.notes, "retired note") if left.why == "retired" else _without_cards(left.notes)
    if left.why == "rows":
        return f"{counted(left.notes, f'{left.kind.name} row')} (each table has its own columns)"
    has = "has" if len(left.keys) == 1 else "have"
    which = left.kind.name if left.notes == 1 else left.kind.section
    return f"{left.notes:,} {which} ({listing(left.keys)} {has} several parts)"


def _without_cards(notes: int) -> str:
    return f"{counted(notes, 'note')} without cards"
