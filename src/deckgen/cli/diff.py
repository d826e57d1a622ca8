"""The command `deckgen diff`."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import ProjectOption, find_deck
from deckgen.cli.completion import releases
from deckgen.cli.progress import bar
from deckgen.cli.report import Format, in_color, reporting, say, width_of
from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from deckgen.commands.diff.sections import Outline

_COLORS = {"new": "green", "gone": "red", "changed": "yellow", "old": "red", "fresh": "green"}


class DiffFormat(StrEnum):
    """The format of a difference."""

    text = "text"
    markdown = "markdown"
    json = "json"


OldArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[OLD]",
        autocompletion=releases,
        show_default=False,
        help="A package, a deck's folder, a release or a git revision. Default: the last release.",
    ),
]
NewArgument = Annotated[
    str | None,
    typer.Argument(metavar="[NEW]", show_default=False, help="The same. Default: the source."),
]
PackageOption = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", help="The package of a release that is not in build/release/. Can be repeated."
    ),
]
DiffFormatOption = Annotated[
    DiffFormat,
    typer.Option("--format", help="`markdown` is for GitHub, `json` prints one object for other programs."),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        show_default=False,
        help="The most entries of each list (default 20); with `markdown`, the most bytes (default 65536).",
    ),
]


def diff(
    old: OldArgument = None,
    new: NewArgument = None,
    project: ProjectOption = None,
    package: PackageOption = None,
    output_format: DiffFormatOption = DiffFormat.text,
    limit: LimitOption = None,
) -> None:
    """Show what learners would notice between two releases, packages or versions of the source."""
    as_data = output_format is DiffFormat.json
    with reporting("diff", Format.json if as_data else Format.text, project=project) as report:
        from deckgen.commands.diff import data, sections  # noqa: PLC0415
        from deckgen.commands.diff.compare import compare  # noqa: PLC0415
        from deckgen.commands.diff.sides import Place, sides  # noqa: PLC0415

        _check_limit(output_format, limit)
        with bar(report) as tick:
            before, after = sides(old, new, Place(_folder(project), package or (), tick))
            tick("comparing notes", 0, 0)
            found = compare(before.edition, after.edition)
        if as_data:
            report.object(ok=True, **data.as_json(before, after, found))
        else:
            outline = sections.outline(before, after, found)
            _show(outline, output_format, limit)
            if sys.stderr.isatty() and output_format is DiffFormat.text:
                sys.stdout.flush()
                say(f"compared {report.took}")
                unreleased = old is None and new is None and outline.sections
                report.next(report.call("release") if unreleased else "")


def _folder(named: Path | None) -> Path | None:
    """The deck's folder: the given one, or the nearest upwards; None if there is none."""
    try:
        return find_deck(named)
    except CallError:
        if named is not None:
            raise
        return None


def _check_limit(output_format: DiffFormat, limit: int | None) -> None:
    """Refuse a limit that this format does not have, or cannot keep."""
    from deckgen.commands.diff.markdown import LEAST  # noqa: PLC0415

    if limit is None:
        return
    if output_format is DiffFormat.json:
        raise CallError("JSON holds the whole difference, so it takes no --limit", "leave out one of them")
    if output_format is DiffFormat.markdown and limit < LEAST:
        hint = "GitHub takes 65536 in a comment, 125000 in a release and 1048576 in a job's summary"
        raise CallError(f"of Markdown, --limit is the number of bytes, at least {LEAST:,}", hint)


def _show(found: Outline, output_format: DiffFormat, limit: int | None) -> None:
    """Print a difference on stdout, as Markdown or as text for a terminal."""
    from deckgen.commands.diff import markdown, text  # noqa: PLC0415

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a deck contains signs that some terminals lack
    if output_format is DiffFormat.markdown:
        sys.stdout.write(markdown.markdown(found, limit or markdown.COMMENT))
        return
    colored = in_color(sys.stdout)
    screen = text.Screen(width_of(sys.stdout), _paint if colored else None)
    typer.echo(text.text(found, screen, limit or text.FEW), nl=False, color=colored)


def _paint(words: str, what: str) -> str:
    """A text in the look of its sort."""
    return typer.style(
        words,
        fg=_COLORS.get(what),
        bold=what == "heading" or None,
        underline=what == "fresh" or None,
        strikethrough=what == "old" or None,
    )
