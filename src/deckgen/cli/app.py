"""The command line: the only place that prints or exits.

Exit codes: 0 done, 1 the source has faults, 2 the call was wrong or failed.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen import __version__
from deckgen.address import docs
from deckgen.cli.adopt import adopt
from deckgen.cli.calls import (
    CheckFormatOption,
    FormatOption,
    ProjectOption,
    QuietOption,
    StrictOption,
    build_deck_of,
    check_locked,
    find_deck,
    make_build_folder,
    output_folder,
    write_package,
)
from deckgen.cli.completion import codes as complete_codes
from deckgen.cli.completion import warnings
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
    UNSEEN,
    Format,
    Report,
    in_color,
    paint,
    reporting,
    say,
    say_as_it_is,
)
from deckgen.cli.site import site
from deckgen.cli.summary import rare_learners, verified
from deckgen.cli.tables import import_table
from deckgen.diagnostics import CallError, counted, did_you_mean, not_a_warning, terminal

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.commands.stats.figures import Figures


app = typer.Typer(
    name="deckgen",
    cls=Group,
    help="Make Anki decks for exams from YAML files in git.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="CODE",
        autocompletion=warnings,
        help="Ignore warnings with this code in this run. Can be repeated.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The package to write, ending in .apkg. Default: build/ID.apkg in the deck's folder.",
    ),
]


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


@app.command(cls=Command)
def build(
    project: ProjectOption = None,
    output: OutputOption = None,
    locked: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--locked", help="Build only if the source is exactly the last release.")
    ] = False,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            show_default=False,
            help="With --locked: build only if that release is VERSION.",
        ),
    ] = None,
    strict: StrictOption = False,  # noqa: FBT002 (typer's way)
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Check the deck and build its package (.apkg) for Anki."""
    with reporting("build", output_format, quiet=quiet, project=project) as report:
        from deckgen import files  # noqa: PLC0415 (imported where they are used: --help stays quick)
        from deckgen.kept import of_user  # noqa: PLC0415

        if expect is not None and not locked:
            raise CallError(
                "--expect says which release --locked builds", f"deckgen build --locked --expect {expect}"
            )
        folder = find_deck(project)
        if output is not None:
            if output.absolute().parent == output_folder(folder).absolute():
                make_build_folder(output_folder(folder))
            files.check_target(output)
            if output.suffix.lower() != ".apkg":
                raise CallError(f"{output} does not end in .apkg, so Anki would not open it")
        else:
            make_build_folder(output_folder(folder))
        kept = of_user(wanted=not locked)
        result = build_deck_of(folder, report, try_fix=True, kept=kept)
        if report.fails(result, strict=strict):
            target = output or output_folder(folder)
            has_earlier = output.exists() if output else any(target.glob("*.apkg"))
            report.end(
                result,
                "nothing was written" + ("; the package from before is unchanged" if has_earlier else ""),
            )
            raise typer.Exit(1)
        assert result.packages is not None  # noqa: S101 (else it fails)
        made = result.packages.main
        if locked:
            check_locked(made, expect)
        path = output or output_folder(folder) / f"{made.deck.id}.apkg"
        written = write_package(made, path, result.project, kept, report)
        report.end(replace(result, packages=replace(result.packages, main=written)), path=path)
        report.next(
            "in Anki, choose File > Import and open this file. "
            "On a phone or tablet, send the file there and open it with Anki."
        )


@app.command(cls=Command)
def check(
    project: ProjectOption = None,
    fix: Annotated[  # noqa: FBT002 (typer's way)
        bool,
        typer.Option(
            "--fix",
            help="First fix what has only one possible fix: missing ids, misread texts and the like.",
        ),
    ] = False,
    dry_run: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--dry-run", help="With --fix: show the fixes without writing them.")
    ] = False,
    strict: StrictOption = False,  # noqa: FBT002 (typer's way)
    ignore: IgnoreOption = None,
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Check the deck without building a package."""
    with reporting("check", output_format, quiet=quiet, project=project) as report:
        for code in ignore or ():
            if fault := not_a_warning(code):
                raise CallError(fault.message, fault.hint)
        if dry_run and not fix:
            raise CallError("--dry-run shows what --fix would do", "deckgen check --fix --dry-run")
        folder = find_deck(project)
        result, members = (
            _fix(folder, report, dry_run=dry_run)
            if fix
            else (build_deck_of(folder, report, try_fix=True), {})
        )
        result = report.without(result, ignore or ())
        failed = report.fails(result, strict=strict)
        report.end(
            result, "--strict treats warnings as errors" if failed and result.package else "", more=members
        )
        if failed:
            raise typer.Exit(1)
        undone = dry_run and members["mended"]
        report.next(report.call("check --fix" if undone else "build"))


def _fix(folder: Path, report: Report, *, dry_run: bool) -> tuple[Build, dict[str, object]]:
    """Fix the source of a deck, or with `dry_run` only try it.

    Returns:
        The build of the fixed deck; the members for JSON about the fixes.
    """
    from deckgen import files  # noqa: PLC0415
    from deckgen.commands import fix  # noqa: PLC0415
    from deckgen.kept import of_user  # noqa: PLC0415

    fixed = fix.fix(folder)
    changed = [each for each in fixed if each.diff]
    if changed and not dry_run:
        with files.alone(folder):
            fix.write(changed)
    if report.for_people and not report.quiet:
        for each in changed:
            say_as_it_is(each.diff.translate(UNSEEN))
            say(f"{terminal.kept(each.path)}: {each.what}")
        for each in fixed:
            for sentence in each.left:
                say(f"{each.path}: not changed: {sentence}")
        if dry_run and changed:
            say("--dry-run: nothing was written. With these fixes:")
        elif dry_run:
            say("--dry-run: there is nothing to fix")
    with bar(report) as tick:
        result = fix.tried(folder, changed if dry_run else (), tick, of_user())
    return result, {
        "mended": [{"path": each.path, "what": each.what, "diff": each.diff} for each in changed],
        "left": [{"path": each.path, "why": why} for each in fixed for why in each.left],
    }


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
