"""The command line: the only place that prints or exits.

Exit codes: 0 done, 1 the source has faults, 2 the call was wrong or failed.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen import __version__
from deckgen.address import docs
from deckgen.cli.adopt import adopt
from deckgen.cli.build import build, check
from deckgen.cli.calls import (
    FormatOption,
    ProjectOption,
    build_deck_of,
    find_deck,
)
from deckgen.cli.completion import codes as complete_codes
from deckgen.cli.diff import diff
from deckgen.cli.export import export
from deckgen.cli.github import app as github
from deckgen.cli.help import Command, Group
from deckgen.cli.init import init
from deckgen.cli.inspect import inspect
from deckgen.cli.preview import preview
from deckgen.cli.progress import bar
from deckgen.cli.release import release
from deckgen.cli.report import (
    Format,
    in_color,
    paint,
    reporting,
    say,
    say_as_it_is,
)
from deckgen.cli.site import site
from deckgen.cli.summary import rare_learners, verified
from deckgen.cli.tables import import_table
from deckgen.diagnostics import CallError, counted, did_you_mean

if TYPE_CHECKING:
    from deckgen.commands.stats.figures import Figures


app = typer.Typer(
    name="deckgen",
    cls=Group,
    help="Make Anki decks for exams from YAML files in git.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if value:
        sys.stdout.write(f"deckgen {__version__}\n")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The options of every call."""
    del version


app.command(cls=Command)(init)
app.command(cls=Command)(adopt)
app.add_typer(github, name="github")


app.command(cls=Command)(build)
app.command(cls=Command)(check)
app.command("import", cls=Command)(import_table)


app.command(cls=Command)(preview)


app.command(cls=Command)(release)


app.command(cls=Command)(site)


app.command(cls=Command)(diff)


app.command(cls=Command)(export)


app.command(cls=Command)(inspect)


@app.command(cls=Command)
def verify(
    project: ProjectOption = None,
    previous: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="An earlier package. Can be repeated. Default: those in build/release/."
        ),
    ] = None,
    require_previous: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--require-previous", help="Fail if there is no earlier package.")
    ] = False,
    anki_python: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="A Python with another version of Anki to test with."),
    ] = None,
    output_format: FormatOption = Format.text,
) -> None:
    """Import the deck into the real Anki, as a new learner and as an update of earlier releases."""
    with reporting("verify", output_format, project=project) as report:
        from deckgen.commands.verify.verification import verify as verify_deck  # noqa: PLC0415

        folder = find_deck(project)
        with bar(report) as tick:
            result = verify_deck(folder, previous or (), anki_python, tick, require_previous=require_previous)
        if result.build.package is None:
            report.end(result.build, "nothing was verified")
            raise typer.Exit(1)
        if output_format is Format.json:
            report.object(
                ok=not result.faults,
                anki=result.anki,
                new_learner=result.new_learner,
                updates=result.updates,
                altered=result.altered,
                faults=result.faults,
                remarks=result.remarks,
            )
        else:
            say(verified(result, report.took))
            for fault in result.faults:
                report.failed(fault)
            if rare := rare_learners(result):
                say(rare)
            if not result.faults and not result.build.package.version:
                report.next(report.call("release"))
        if result.faults:
            raise typer.Exit(1)


@app.command(cls=Command)
def stats(project: ProjectOption = None, output_format: FormatOption = Format.text) -> None:
    """Count notes and cards by kind, deck, tag and exam domain; show what lacks a reason or reference."""
    with reporting("stats", output_format, project=project) as report:
        from deckgen.commands.stats.figures import figures  # noqa: PLC0415

        result = build_deck_of(find_deck(project), report)
        counted_up = figures(result) if result.package else None
        if counted_up is None or output_format is Format.json:
            report.end(
                result, "nothing was counted", more={"stats": counted_up.as_json() if counted_up else None}
            )
        else:
            _show_figures(counted_up)
            if result.diagnostics:
                warnings = sum(each.stands_for for each in result.diagnostics)
                say(f"\n{counted(warnings, 'warning')}. `{report.call('check')}` shows them.")
        if counted_up is None:
            raise typer.Exit(1)


def _show_figures(counted_up: Figures) -> None:
    """Print the figures of a deck, with the colors and signs that the terminal has."""
    from deckgen.commands.stats.page import Page  # noqa: PLC0415

    def printable(text: str) -> str:
        return text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)

    blocks = Page.blocks if all(printable(block) == block for block in Page.blocks) else ("#", "|")
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    coloured = in_color(sys.stdout)
    page = Page(width, paint if coloured else Page.paint, blocks)
    typer.echo(printable(page.text(counted_up)), nl=False, color=coloured)


@app.command(cls=Command)
def explain(
    codes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE]...",
            autocompletion=complete_codes,
            help="A code from `error[CODE]` or `warning[CODE]`. Without one, lists all codes.",
        ),
    ] = None,
) -> None:
    """Explain a code: what it means, why it matters, how to fix it."""
    with reporting("explain", Format.text):
        from deckgen.diagnostics import explain  # noqa: PLC0415

        entries = explain.entries()
        for code in codes or ():
            if code not in entries:
                hint = did_you_mean(code, entries) or "`deckgen explain` lists them all"
                raise CallError(f"`{code}` is not a code", hint)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a page contains signs that some terminals lack
        if codes:
            _show(_with_addresses("\n".join(explain.page(entries[code]) for code in codes)))
        else:
            width = shutil.get_terminal_size((_WIDEST, 24)).columns
            sys.stdout.write(explain.index(min(width, _WIDEST)))


_WIDEST = 100  # columns; longer lines are hard to read


def _with_addresses(page: str) -> str:
    """A page whose links to other pages of the docs say where these are."""

    def address(link: re.Match[str]) -> str:
        return f'"{" ".join(link["text"].split())}" in {docs(link["page"]) or "the docs"}'

    return re.sub(r"\[(?P<text>[^\]]+)\]\(\.\./(?P<page>[\w-]+\.md[^)\s]*)\)", address, page)


def _show(page: str) -> None:
    """Print Markdown: rendered in a terminal, and as it is elsewhere."""
    if not (in_color(sys.stdout) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")):
        sys.stdout.write(page)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415
    from rich.style import Style  # noqa: PLC0415
    from rich.syntax import ANSISyntaxTheme  # noqa: PLC0415
    from rich.theme import Theme  # noqa: PLC0415

    # colors for a light and for a dark background; no part of an example is red, because errors are red
    quiet = ANSISyntaxTheme({("Name", "Tag"): Style(color="cyan"), ("Comment",): Style(dim=True)})
    console = Console(theme=Theme({"markdown.code": "bold", "markdown.h2": "bold"}))
    markdown = Markdown(page, code_theme=quiet, hyperlinks=False)  # type: ignore[arg-type] # it takes what Syntax takes
    console.print(markdown, width=min(console.width, _WIDEST))


@app.command(cls=Command)
def schema(project: ProjectOption = None) -> None:
    """Write JSON Schemas for editors into source/.schema/."""
    with reporting("schema", Format.text, project=project) as report:
        from deckgen.commands import schema as schemas  # noqa: PLC0415

        written = schemas.write(find_deck(project))
        report.tell(written.diagnostics, written.lines, "nothing was written")
        if not written.files:
            raise typer.Exit(1)
        deck, chapter = (f"{schemas.MODELINE}{path.removeprefix('source/')}" for path in written.files)
        say(
            f"wrote {' and '.join(written.files)}\n"
            "Next: for an editor that knows YAML, put this line at the top of source/deck.yaml:"
        )
        say_as_it_is(f"  {deck}")
        say("and this line at the top of each chapter:")
        say_as_it_is(f"  {chapter}")
        say(
            "In a folder below source/, the path begins with `../`. After you change a kind, "
            f"run `{report.call('schema')}` again."
        )
