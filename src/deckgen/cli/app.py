"""The command line: the only place that prints or exits.

Exit codes: 0 done, 1 the source has faults, 2 the call was wrong or failed.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
import typer.core

from deckgen import __version__
from deckgen.diagnostics import CallError, counted, did_you_mean, nearest, not_a_warning, terminal
from deckgen.streams import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from rich.progress import Progress, TaskID

    from deckgen.build import Build
    from deckgen.commands.stats.figures import Figures
    from deckgen.commands.verify import Verification
    from deckgen.diagnostics import Diagnostic
    from deckgen.package import Package

# what a file may hold to play with a terminal
_UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")

app = typer.Typer(
    name="deckgen",
    help="Anki decks for exams, kept as code: YAML in, an .apkg for Anki out.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _Command(typer.core.TyperCommand):
    """A command that says what to write for an argument that it does not take."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (Typer brings its own Click)
        """Read the arguments of a call."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            hint = _of_call(self.name or "", given)
            if hint and hasattr(error, "message"):
                error.message = f"{str(error.message).rstrip('.')}. {hint}"
            raise


def _of_call(command: str, given: list[str]) -> str:
    """What to write for a call with an argument too many; empty where that is not certain."""
    named = {"--project", "--output", "-o", "--previous"}
    loose = [each for before, each in zip(["", *given], given, strict=False) if before not in named]
    if command == "release" and "--version" in [each.partition("=")[0] for each in given]:
        return "The version stands by itself: deckgen release 1.0.0"
    if command == "build" and (package := next((each for each in loose if each.endswith(".apkg")), "")):
        return f"Name the package with -o: deckgen build -o {package}"
    if any(each.lower().endswith((".yaml", ".yml")) for each in loose):
        return f"`deckgen {command}` takes the whole deck; --project DIR names its folder."
    if folder := next((each for each in loose if (Path(each) / "source/deck.yaml").exists()), ""):
        return f"Name the deck's folder with --project: deckgen {command} --project {folder}"
    return ""


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class CheckFormat(StrEnum):
    """How diagnostics are printed."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", metavar="DIR", help="The deck's folder. Default: the nearest one upwards."),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="`json` prints one object on stdout, for other programs.")
]
CheckFormatOption = Annotated[
    CheckFormat | None,
    typer.Option(
        "--format",
        help="`json` prints one object on stdout, `github` annotations, `sarif` a log for code scanning. "
        "Default: `text`; under GitHub Actions `github`.",
        show_default=False,
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="CODE", help="Leave out warnings of this code, this once; may be repeated."
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The package, ending in .apkg. Default: build/ID.apkg in the deck's folder.",
    ),
]


def _version(value: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if value:
        sys.stdout.write(f"deckgen {__version__}\n")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What holds for every command."""
    del version


@app.command(cls=_Command)
def build(  # noqa: PLR0913, PLR0917 (an argument is an option)
    project: ProjectOption = None,
    output: OutputOption = None,
    locked: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--locked", help="Write the package only if it is exactly the one last released.")
    ] = False,
    strict: StrictOption = False,  # noqa: FBT002 (typer's way)
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Check the deck and write its .apkg."""
    with _reporting("build", output_format, quiet=quiet) as report:
        from deckgen import files, package  # noqa: PLC0415 (imported where they are used: --help stays quick)

        folder = _project(project)
        if output is not None:
            if output.absolute().parent == (folder / "build").absolute():
                _make_build_folder(folder / "build")
            files.check_target(output)
            if output.suffix.lower() != ".apkg":
                raise CallError(f"{output} does not end in .apkg, so Anki would not open it")
        else:
            _make_build_folder(folder / "build")
        result = _build(folder, report, try_fix=True)
        if report.fails(result, strict=strict):
            target = output or folder / "build"
            left = output.exists() if output else any(target.glob("*.apkg"))
            report.end(
                result, "nothing was written" + ("; the package from before is as it was" if left else "")
            )
            raise typer.Exit(1)
        assert result.package is not None  # noqa: S101 (else it fails)
        if locked and not result.package.version:
            raise CallError(
                "this is not exactly what was last released, and --locked asks for that"
                if result.package.after
                else "nothing has been released yet, and --locked asks for exactly what was",
                "check out the commit of the release, with its ledger",
            )
        path = output or folder / "build" / f"{result.package.deck.id}.apkg"
        with files.replacing(path) as file:
            package.write(result.package, file)
        report.end(result, path=path)


@app.command(cls=_Command)
def check(  # noqa: PLR0913, PLR0917 (an argument is an option)
    project: ProjectOption = None,
    fix: Annotated[  # noqa: FBT002 (typer's way)
        bool,
        typer.Option(
            "--fix", help="First mend what can only be meant in one way: missing ids, misread texts."
        ),
    ] = False,
    dry_run: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--dry-run", help="With --fix: show what it would do, and write nothing.")
    ] = False,
    strict: StrictOption = False,  # noqa: FBT002 (typer's way)
    ignore: IgnoreOption = None,
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Check the deck as `build` does, and write nothing but what `--fix` mends."""
    with _reporting("check", output_format, quiet=quiet) as report:
        for code in ignore or ():
            if fault := not_a_warning(code):
                raise CallError(*fault)
        if dry_run and not fix:
            raise CallError("--dry-run shows what --fix would do", "deckgen check --fix --dry-run")
        folder = _project(project)
        result, told = (
            _fix(folder, report, dry_run=dry_run) if fix else (_build(folder, report, try_fix=True), {})
        )
        report.ignore(result, ignore or ())
        failed = report.fails(result, strict=strict)
        report.end(
            result, "--strict treats warnings as errors" if failed and result.package else "", more=told
        )
        if failed:
            raise typer.Exit(1)


def _fix(folder: Path, report: _Report, *, dry_run: bool) -> tuple[Build, dict[str, object]]:
    """Mend a deck's sources, or only look what that would do.

    Returns:
        The build of the deck as it is then, or would be; what JSON says of the mending.
    """
    from deckgen import files  # noqa: PLC0415
    from deckgen.commands import fix  # noqa: PLC0415

    made = fix.mend(folder)
    changed = [each for each in made if each.diff]
    if changed and not dry_run:
        with files.alone(folder):
            fix.write(changed)
    if report.for_people and not report.quiet:
        for each in changed:
            _say(f"{each.diff.translate(_UNSEEN)}{each.path}: {each.what}")
        for each in made:
            for sentence in each.left:
                _say(f"{each.path}: left as it is: {sentence}")
        if dry_run and changed:
            _say("--dry-run: nothing was written; with these changes:")
        elif dry_run:
            _say("--dry-run: there is nothing to mend")
    with _bar(report) as tick:
        result = fix.tried(folder, changed if dry_run else (), tick)
    return result, {
        "mended": [{"path": each.path, "what": each.what, "diff": each.diff} for each in changed],
        "left": [{"path": each.path, "why": why} for each in made for why in each.left],
    }


@app.command(cls=_Command)
def preview(
    project: ProjectOption = None,
    serve: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--serve", help="Show it in the browser, and follow every change of the source.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=65535, help="With --serve: where. Default: 8642."),
    ] = None,
    open_page: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--open", help="Open it in the browser.")
    ] = False,
    output_format: FormatOption = Format.text,
) -> None:
    """Write every card, as learners will see it, into build/preview/ for the browser."""
    with _reporting("preview", output_format) as report:
        from deckgen.commands.preview import cards, folder  # noqa: PLC0415

        if not serve and port is not None:
            raise CallError("--port says where --serve shows the preview", "deckgen preview --serve --port N")
        if serve and output_format is Format.json:
            raise CallError(
                "--serve goes on until it is stopped, and prints no JSON", "leave out one of them"
            )
        deck = _project(project)
        _make_build_folder(deck / "build")
        target = deck / "build" / "preview"
        if serve:
            _serve(deck, target, port, report, open_page=open_page)
            return
        result = _build(deck, report)
        shown = cards.gallery(result)
        folder.write(shown, target)
        page = target / "index.html"
        count = sum(len(note.cards) for note in shown.notes)
        failed = report.fails(result, strict=False)
        note = "the preview shows what could be read" if failed else ""
        report.end(result, note, more={"preview": {"path": str(page), "cards": count}})
        if report.for_people:
            _say(f"wrote {_shown(page)}: {counted(count, 'card')}")
        if open_page:
            typer.launch(page.resolve().as_uri())
        if failed:
            raise typer.Exit(1)


def _serve(deck: Path, target: Path, port: int | None, report: _Report, *, open_page: bool) -> None:
    """Serve a deck's preview until Ctrl-C, which ends it well."""
    from deckgen.commands.preview import live, server  # noqa: PLC0415

    shown = server.Server(target, server.PORT if port is None else port)
    told: list[Diagnostic] = []

    def tell(result: Build | None, fault: str) -> None:
        if result is None:
            report.failed(fault)
        elif told != result.diagnostics:
            told[:] = result.diagnostics
            report.tell(told, result.lines, "")
            if not told:
                _say("no errors and no warnings any more")

    with suppress(KeyboardInterrupt):
        first = _build(deck, report)
        _say(f"the preview is at {shown.address} and follows the source; Ctrl-C ends it")
        if open_page:
            typer.launch(shown.address)
        live.serve(deck, shown, tell, first)


@app.command(cls=_Command)
def release(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="As in 1.0.0; each is released once.")],
    project: ProjectOption = None,
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Build the deck as VERSION, into build/release/VERSION/, and note it in source/ledger.jsonl."""
    with _reporting("release", output_format, quiet=quiet) as report:
        from deckgen.commands.fix import mark_fixable  # noqa: PLC0415
        from deckgen.commands.release import release as release_deck  # noqa: PLC0415

        folder = _project(project)
        with _bar(report) as tick:
            made = release_deck(folder, version, tick)
        if made.build.package is None:
            mark_fixable(made.build)
            report.end(made.build, "nothing was released")
            raise typer.Exit(1)
        report.end(made.build, path=made.folder / made.files[0], files=made.files)


@app.command(cls=_Command)
def verify(
    project: ProjectOption = None,
    previous: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="An earlier package; may be repeated. Default: those in build/release/."
        ),
    ] = None,
    require_previous: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--require-previous", help="Fail where there is no earlier package.")
    ] = False,
    anki_python: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="A Python with another version of Anki to try it in."),
    ] = None,
    output_format: FormatOption = Format.text,
) -> None:
    """Import the deck into the real Anki, from scratch and over earlier releases, and compare."""
    with _reporting("verify", output_format) as report:
        from deckgen.commands.verify import verify as verify_deck  # noqa: PLC0415

        folder = _project(project)
        with _bar(report) as tick:
            made = verify_deck(folder, previous or (), anki_python, tick, require_previous=require_previous)
        if made.build.package is None:
            report.end(made.build, "nothing was verified")
            raise typer.Exit(1)
        if output_format is Format.json:
            report.object(
                ok=not made.faults,
                anki=made.anki,
                new_learner=made.new_learner,
                updates=made.updates,
                faults=made.faults,
                remarks=made.remarks,
            )
        else:
            _say(_verified(made))
        if made.faults:
            raise typer.Exit(1)


@app.command(cls=_Command)
def stats(project: ProjectOption = None, output_format: FormatOption = Format.text) -> None:
    """Count notes and cards by kind, deck, tag and domain of the exam, lengths, and what is missing."""
    with _reporting("stats", output_format) as report:
        from deckgen.commands.stats.figures import figures  # noqa: PLC0415

        result = _build(_project(project), report)
        counted_up = figures(result) if result.package else None
        if counted_up is None or output_format is Format.json:
            report.end(
                result, "nothing was counted", more={"stats": counted_up.as_json() if counted_up else None}
            )
        else:
            _show_figures(counted_up)
            if result.diagnostics:
                warnings = sum(each.stands_for for each in result.diagnostics)
                _say(f"\n{counted(warnings, 'warning')}; `deckgen check` shows them")
        if counted_up is None:
            raise typer.Exit(1)


def _show_figures(counted_up: Figures) -> None:
    """Print the figures of a deck, with what colours and signs the terminal has."""
    from deckgen.commands.stats.page import Page  # noqa: PLC0415

    def printable(text: str) -> str:
        return text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)

    blocks = Page.blocks if all(printable(block) == block for block in Page.blocks) else ("#", "|")
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    coloured = _coloured(sys.stdout)
    page = Page(width, _paint if coloured else Page.paint, blocks)
    typer.echo(printable(page.text(counted_up)), nl=False, color=coloured)


@app.command()
def explain(
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE]...", help="As in `error[CODE]`; all are listed without."),
    ] = None,
) -> None:
    """Say what a code means: why it matters, how to mend it, an example with it and one without."""
    with _reporting("explain", Format.text):
        from deckgen.diagnostics import explain  # noqa: PLC0415

        entries = explain.entries()
        for code in codes or ():
            if code not in entries:
                hint = did_you_mean(code, entries) or "`deckgen explain` lists them all"
                raise CallError(f"`{code}` is not a code of deckgen's", hint)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a page holds signs that not every terminal has
        if codes:
            _show("\n".join(explain.page(entries[code]) for code in codes))
        else:
            width = shutil.get_terminal_size((_WIDEST, 24)).columns
            sys.stdout.write(explain.index(min(width, _WIDEST)))


_WIDEST = 100  # columns; longer lines are hard to read


def _show(page: str) -> None:
    """Print Markdown: as it looks in a terminal, as it is elsewhere."""
    if not (_coloured(sys.stdout) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")):
        sys.stdout.write(page)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415
    from rich.style import Style  # noqa: PLC0415
    from rich.syntax import ANSISyntaxTheme  # noqa: PLC0415
    from rich.theme import Theme  # noqa: PLC0415

    # colours that can be read on a light and on a dark ground; nothing of an example is red, as errors are
    quiet = ANSISyntaxTheme({("Name", "Tag"): Style(color="cyan"), ("Comment",): Style(dim=True)})
    console = Console(theme=Theme({"markdown.code": "bold", "markdown.h2": "bold"}))
    markdown = Markdown(page, code_theme=quiet)  # type: ignore[arg-type] # it takes what Syntax takes
    console.print(markdown, width=min(console.width, _WIDEST))


@app.command()
def schema(project: ProjectOption = None) -> None:
    """Write JSON Schemas of deck.yaml and of chapters into source/.schema/, for editors."""
    with _reporting("schema", Format.text) as report:
        from deckgen.commands import schema as schemas  # noqa: PLC0415

        made = schemas.write(_project(project))
        report.tell(made.diagnostics, made.lines, "nothing was written")
        if not made.files:
            raise typer.Exit(1)
        deck, chapter = (f"{schemas.MODELINE}{path.removeprefix('source/')}" for path in made.files)
        _say(
            f"wrote {' and '.join(made.files)}\n"
            f"with an editor that knows YAML, put this at the top of source/deck.yaml:\n  {deck}\n"
            f"and this at the top of each chapter:\n  {chapter}\n"
            "in a folder below source/ the path begins with `../`; after a change of a kind, write them again"
        )


def _verified(made: Verification) -> str:
    """What became of a package in Anki."""
    notes, cards = (counted(made.new_learner[what], what[:-1]) for what in ("notes", "cards"))
    lines = [f"in Anki {made.anki}:", f"  a new learner gets {notes} and {cards}"]
    for update in made.updates:
        words = [f"{update[what]:,} {what}" for what in ("new", "updated", "untouched")]
        words += [f"{len(update['held_back']):,} held back", f"{update['conflicting']:,} conflicting"]
        lost = f"{len(update['lost']):,} lost" if update["lost"] else "nothing lost"
        options = ", merging note types" if update["options"] == "merge" else ""
        lines.append(f"  from {update['previous']}{options}: {', '.join(words)}; {lost}")
        if update["cleanup"]:
            lines.append(
                f"    the cleanup package tags {counted(update['cleanup']['tagged'], 'retired note')}"
            )
        if update["empty_cards"]:
            lines.append(f"    Empty Cards would remove cards of {counted(update['empty_cards'], 'note')}")
    if any(update["held_back"] for update in made.updates):
        lines.append(
            "held back: edited by the learner after this was built, so Anki keeps the learner's text"
        )
    if not made.updates:
        lines.append(
            "  no package in build/release/ is older than this, so no update was rehearsed (--previous FILE)"
        )
    lines += [f"note: {remark}" for remark in made.remarks]
    lines += [f"error: {fault}" for fault in made.faults]
    return "\n".join(lines)


def _project(named: Path | None) -> Path:
    """The deck's folder: the one named, or the nearest upwards."""
    from deckgen.project import find_project  # noqa: PLC0415

    if named is None:
        return find_project(Path.cwd())
    if not (named / "source" / "deck.yaml").exists():
        if not named.exists():
            raise CallError(f"{named} does not exist", _like_named(named))
        above = (each for each in named.resolve().parents if (each / "source" / "deck.yaml").exists())
        deck = next(above, None)
        hint = f"did you mean {deck}?" if deck else ""
        raise CallError(f"{named} is not the folder of a deck: it does not hold source/deck.yaml", hint)
    return named


def _like_named(path: Path) -> str:
    """A hint at the deck whose folder is called nearly so; empty where there is none."""
    try:
        beside = [each.name for each in path.parent.iterdir() if (each / "source" / "deck.yaml").exists()]
    except OSError:
        return ""
    near = nearest(path.name, sorted(beside))
    return f"did you mean {path.with_name(near)}?" if near else ""


def _make_build_folder(folder: Path) -> None:
    """Make build/, where packages go."""
    from deckgen.files import check_target  # noqa: PLC0415

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CallError(f"the folder {folder} cannot be made: {error.strerror}") from error
    check_target(folder / "deck.apkg.part")


def _build(folder: Path, report: _Report, *, try_fix: bool = False) -> Build:
    """The build of a deck's folder, with a progress bar where it takes long.

    Args:
        folder: The deck's folder.
        report: What the command tells.
        try_fix: Whether diagnostics are to say that `--fix` gets rid of them, which takes as long again.
    """
    from deckgen.build import build as build_deck  # noqa: PLC0415

    with _bar(report) as tick:
        result = build_deck(folder, tick)
        if try_fix:
            from deckgen.commands.fix import mark_fixable  # noqa: PLC0415

            mark_fixable(result, tick)
        return result


@contextmanager
def _bar(report: _Report) -> Iterator[Callable[[str, int, int], None]]:
    """What shows how far the work is, where it takes long."""
    bar = _Bar(shown=report.for_people and not report.quiet and sys.stderr.isatty())
    try:
        yield bar.tick
    finally:
        bar.stop()


class _Bar:
    """A progress bar in a terminal, for work that takes longer than a moment."""

    PATIENCE = 0.7  # seconds

    def __init__(self, *, shown: bool) -> None:
        self._due = time.monotonic() + self.PATIENCE if shown else float("inf")
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def tick(self, what: str, done: int, total: int) -> None:
        """Show how far the work is."""
        if self._progress is None:
            if time.monotonic() < self._due:
                return
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import Progress  # noqa: PLC0415

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task(what, total=total)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, description=what, completed=done, total=total)

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()


class _Report:
    """What a command tells: text on stderr, or something for other programs on stdout."""

    def __init__(
        self, command: str, output_format: Format | CheckFormat | None, *, quiet: bool = False
    ) -> None:
        self.command = command
        actions = os.environ.get("GITHUB_ACTIONS") == "true"
        self.format = str(output_format or (CheckFormat.github if actions else CheckFormat.text))
        self.quiet = quiet
        self.failed_strictly = False
        self.ignored = 0

    @property
    def for_people(self) -> bool:
        """Whether text is printed; GitHub shows it in its log, beside the annotations."""
        return self.format in {Format.text, CheckFormat.github}

    def ignore(self, result: Build, codes: Sequence[str]) -> None:
        """Leave warnings of these codes out of a build, and remember how many they were."""
        left = [each for each in result.diagnostics if each.code in codes]
        self.ignored = sum(each.stands_for for each in left)
        result.diagnostics[:] = [each for each in result.diagnostics if each.code not in codes]

    def fails(self, result: Build, *, strict: bool) -> bool:
        """Whether there are errors or, with `--strict`, warnings."""
        self.failed_strictly = strict and bool(result.diagnostics)
        return result.package is None or self.failed_strictly

    def end(
        self,
        result: Build,
        note: str = "",
        path: Path | None = None,
        files: Sequence[str] = (),
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Tell the diagnostics, and what came of the work: a package, or the files of a release.

        Args:
            result: The build.
            note: What is to be said after the number of errors.
            path: Where the package is.
            files: The files of a release.
            more: Further members for JSON.
        """
        made = result.package if result.package and not (self.failed_strictly and path is None) else None
        try:
            self._print(result, path, files, more or {})
        except OutputError:
            if made and path:
                _say(_summary(result, made, path, files))
            raise
        if not self.for_people:
            return
        self.tell(self._wanted(result.diagnostics), result.lines, note)
        if self.ignored and not self.quiet:
            _say(f"{counted(self.ignored, 'warning')} ignored")
        if made and not self.quiet:
            _say(_summary(result, made, path, files))

    def _wanted(self, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
        """The diagnostics that people see: with `--quiet` those for which the command fails."""
        if not self.quiet or self.failed_strictly:
            return diagnostics
        return [each for each in diagnostics if each.level == "error"]

    def _print(
        self, result: Build, path: Path | None, files: Sequence[str], more: Mapping[str, object]
    ) -> None:
        """Print on stdout what other programs read, and see that it gets there."""
        if self.format == Format.json:
            errors = any(diagnostic.level == "error" for diagnostic in result.diagnostics)
            about = _about(result, result.package, path) if result.package else None
            released: dict[str, object] = {}
            if files and result.package:
                released = {"files": list(files), "first": not result.package.after}
            self.object(
                ok=not errors and not self.failed_strictly,
                diagnostics=[diagnostic.as_json() for diagnostic in result.diagnostics],
                ignored=self.ignored,
                package=about,
                **released,
                **more,
            )
        elif self.format != Format.text:
            self._annotate(result)
        sys.stdout.flush()

    def tell(self, diagnostics: list[Diagnostic], lines: dict[str, list[str]], note: str) -> None:
        """Tell diagnostics as text: where each is, with its line, and how many there are."""
        width = shutil.get_terminal_size((100, 24)).columns
        screen = terminal.Screen(width, sys.stderr.isatty(), *([_paint] if _coloured() else []))
        _say(terminal.report(diagnostics, lines, note, screen))

    def _annotate(self, result: Build) -> None:
        """Print the diagnostics as annotations, or as a SARIF log."""
        from deckgen.diagnostics import formats  # noqa: PLC0415
        from deckgen.git import path_in_repository  # noqa: PLC0415

        prefix = path_in_repository(result.project)
        if self.format == CheckFormat.sarif:
            sys.stdout.write(formats.sarif(result.diagnostics, __version__, prefix))
        else:
            sys.stdout.write(formats.github(self._wanted(result.diagnostics), prefix))

    def object(self, **members: object) -> None:
        """Print the one JSON object."""
        from deckgen.diagnostics import formats  # noqa: PLC0415

        sys.stdout.write(formats.as_json({"command": self.command, "deckgen": __version__, **members}))

    def failed(self, message: str, hint: str = "") -> None:
        """Tell that the call was wrong, or failed."""
        if self.format == Format.json:
            self.object(ok=False, error={"message": message, "hint": hint or None})
        else:
            label = _paint("error", "error") if _coloured() else "error"
            _say(f"{label}: {message}" + (f"\n  hint: {hint}" if hint else ""))


_COLOURS = {
    "error": "red",
    "warning": "yellow",
    "hint": "cyan",
    "bar": "cyan",
    "place": None,
    "heading": None,
}


def _coloured(stream: TextIO | None = None) -> bool:
    """Whether stderr, or another stream, gets colors: where it is a terminal that can, or is made to.

    After no-color.org and force-color.org; where both are set, there are none.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return (stream or sys.stderr).isatty() and os.environ.get("TERM") != "dumb"


def _paint(text: str, what: str) -> str:
    """A text in the colour of what it is."""
    return typer.style(text, fg=_COLOURS[what], bold=what not in {"hint", "bar"})


@contextmanager
def _reporting(
    command: str, output_format: Format | CheckFormat | None, *, quiet: bool = False
) -> Iterator[_Report]:
    """Turn a failed call into a message and its exit code, and leave nothing behind when stopped."""
    report = _Report(command, output_format, quiet=quiet)
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        stopped.append(number)
        raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield report
    except BaseException as error:
        # what was under way when the signal came may have ended with an exception of its own
        if stopped:
            report.failed("stopped")
            raise typer.Exit(128 + stopped[0]) from error
        if isinstance(error, CallError):
            report.failed(str(error), error.hint)
            raise typer.Exit(2) from error
        if isinstance(error, OSError) and not isinstance(error, (BrokenPipeError, OutputError)):
            where = f": {os.fsdecode(error.filename)}" if error.filename else ""
            report.failed(f"{error.strerror or error}{where}")
            raise typer.Exit(2) from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _about(result: Build, package: Package, path: Path | None) -> dict[str, Any]:
    """What a package holds, for JSON."""
    changes = result.changes
    since = changes.ledger.releases[-1]["release"] if changes.ledger.releases else None
    return {
        "version": package.version or None,
        "since": since,
        "new": [note.id for note in changes.new if not note.retired] if since else None,
        "changed": [note.id for note in changes.changed] if since else None,
        "retired": [note.id for note in changes.retired] if since else None,
        "path": str(path) if path else None,
        "bytes": path.stat().st_size if path else None,
        "id": package.deck.id,
        "title": package.deck.title,
        "time": package.time,
        "notes": _by_kind(package),
        "cards": sum(len(row.cards) for row in package.rows),
        "media": len(package.media),
    }


def _by_kind(package: Package) -> dict[str, int]:
    """How many notes of each kind there are, in the order in which the kinds first stand."""
    counts: dict[str, int] = {}
    for row in package.rows:
        counts[row.note.kind.name] = counts.get(row.note.kind.name, 0) + 1
    return counts


def _summary(result: Build, package: Package, path: Path | None, files: Sequence[str]) -> str:
    """What was made, and how to import it."""
    kinds = {note_type.kind.name: note_type.kind for note_type in package.note_types}
    counts = []
    for name, count in _by_kind(package).items():
        kind = kinds[name]
        if kind.rows:
            counts.append(counted(count, f"{name} row"))
        else:
            counts.append(f"{count} {name if count == 1 else kind.section}")
    cards = sum(len(row.cards) for row in package.rows)
    held = f"{counted(len(package.rows), 'note')} ({', '.join(counts)}), {counted(cards, 'card')}"
    if package.media:
        held += f", {counted(len(package.media), 'media file')}"
    if package.after and (files or not package.version):
        held += f"\n  since {package.after}: {result.changes.summary()}"
    if result.changes.spared:
        spared = counted(result.changes.spared, "note")
        held += f"\n  as `same-media` says, {spared} with other files not sent again"
    if path is None:
        return f"no errors: {held}"
    which = f", version {package.version}, as released" if package.version else ""
    if files:
        if not package.after:
            held += f"\n  this is the first release of `{package.deck.id}`"
        rest = "".join(f"\n  {_shown(path.with_name(name))}" for name in files[1:])
        return (
            f"released {package.version}: {_shown(path)} ({_size(path.stat().st_size)})\n  {held}\n"
            f"beside it:{rest}\n"
            "commit source/ledger.jsonl, which now knows this release, before you give the package to anyone"
        )
    return (
        f"wrote {_shown(path)} ({_size(path.stat().st_size)}){which}\n"
        f"  {held}\n"
        "to study it: in Anki choose File > Import and this file; "
        "on a phone or tablet, send the file there and open it with Anki"
    )


def _shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _size(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 0.1):.1f} kB"  # noqa: PLR2004


def _say(text: str) -> None:
    if text:
        typer.echo(text.rstrip("\n"), err=True, color=_coloured())
