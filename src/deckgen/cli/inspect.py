"""The command `deckgen inspect`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import FormatOption  # noqa: TC001 (typer reads it)
from deckgen.cli.paths import in_shell
from deckgen.cli.progress import bar
from deckgen.cli.report import Format, in_color, paint, reporting
from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from deckgen.cli.report import Report
    from deckgen.commands.inspect.inspection import Inspection

_WIDEST = 100  # columns; longer lines are hard to read

FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        show_default=False,
        help="Packages (.apkg or .colpkg) from any program. Several: versions of a deck, the oldest first.",
    ),
]


def inspect(
    files: FilesArgument,
    notes: Annotated[bool, typer.Option("--notes", help="List each note.")] = False,  # noqa: FBT002 (typer's way)
    output_format: FormatOption = Format.text,
) -> None:
    """Show what is in packages for Anki, from any program, and what to know before you adopt one."""
    with reporting("inspect", output_format) as report:
        found, errors = _read(files, report)
        if output_format is Format.json:
            _print_json(report, files, found, errors, notes=notes)
        else:
            _print_pages(found, notes=notes)
            for error in errors.values():
                report.failed(str(error), error.hint)
        if errors:
            raise typer.Exit(2)


def _read(files: list[Path], report: Report) -> tuple[dict[int, Inspection], dict[int, CallError]]:
    """What is in each file, or why it cannot be read, by its place in the call."""
    from deckgen.commands.inspect.inspection import inspect as inspect_package  # noqa: PLC0415
    from deckgen.package import is_crowdanki  # noqa: PLC0415

    found: dict[int, Inspection] = {}
    errors: dict[int, CallError] = {}
    with bar(report) as tick:
        for place, path in enumerate(files):
            try:
                found[place] = inspect_package(path, tick)
            except CallError as error:
                adopt = (
                    "`deckgen inspect` reads packages; to adopt a folder of CrowdAnki: "
                    f"deckgen adopt {in_shell(path)} my-deck"
                )
                errors[place] = CallError(str(error), adopt) if is_crowdanki(path) else error
    return found, errors


def _print_pages(found: dict[int, Inspection], *, notes: bool) -> None:
    """Print a page for each package, and one for what stays the same, with what the terminal can show."""
    from deckgen.commands.inspect.across import across  # noqa: PLC0415
    from deckgen.commands.inspect.page import Page  # noqa: PLC0415
    from deckgen.commands.inspect.steps import Steps  # noqa: PLC0415

    def printable(text: str) -> str:
        return text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)

    blocks = Page.blocks if all(printable(block) == block for block in Page.blocks) else ("#", "|")
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    colored = in_color(sys.stdout)
    look = (width, paint if colored else Page.paint, blocks)
    pages = [Page(*look).text(each, notes=notes) for each in found.values()]
    if len(found) > 1:
        packages = [(each.path, each.contents) for each in found.values()]
        pages.append(Steps(*look).text(across(packages)))
    if pages:
        typer.echo(printable("\n\n".join(pages)), nl=False, color=colored)
    sys.stdout.flush()


def _print_json(
    report: Report,
    files: list[Path],
    found: dict[int, Inspection],
    errors: dict[int, CallError],
    *,
    notes: bool,
) -> None:
    """Print all as one object."""
    from dataclasses import asdict  # noqa: PLC0415

    from deckgen.commands.inspect.across import across  # noqa: PLC0415
    from deckgen.commands.inspect.data import as_json  # noqa: PLC0415

    members: list[dict[str, object]] = [
        as_json(found[place], notes=notes)
        if place in found
        else {"path": str(path), "error": _as_error(errors[place])}
        for place, path in enumerate(files)
    ]
    packages = [(each.path, each.contents) for each in found.values()]
    failed = {"error": _as_error(next(iter(errors.values())))} if errors else {}
    steps = asdict(across(packages)) if len(packages) > 1 else None
    report.object(ok=not errors, **failed, files=members, across=steps)


def _as_error(error: CallError) -> dict[str, str | None]:
    return {"message": str(error), "hint": error.hint or None}
