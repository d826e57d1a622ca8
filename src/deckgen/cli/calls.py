"""The arguments of a call: the deck's folder, and hints for mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from deckgen.cli.progress import bar
from deckgen.cli.report import CheckFormat, Format, say
from deckgen.diagnostics import CallError, nearest

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.cli.report import Report
    from deckgen.package import Package


ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", metavar="DIR", help="The deck's folder. Default: the nearest one upwards."),
]
"""The option of commands that work on a deck."""
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
OpenOption = Annotated[bool, typer.Option("--open", help="Open it in the browser.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


LEFT_OUT = "\0"
"""The value of an option that is given without one; no argument of a call can be this."""
_OPTIONAL = {"--since"}  # options whose value may be left out


class Command(typer.core.TyperCommand):
    """A command with a hint for an argument that it does not take."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (Typer brings its own Click)
        """Read the arguments of a call."""
        given = list(args)
        try:
            return super().parse_args(ctx, _with_values(args))
        except Exception as error:
            hint = _of_call(self.name or "", given)
            if hint and hasattr(error, "message"):
                error.message = f"{str(error.message).rstrip('.')}. {hint}"
            raise


def _with_values(args: list[str]) -> list[str]:
    """The arguments of a call, with a value for each option whose value was left out."""
    found = []
    for place, each in enumerate(args):
        found.append(each)
        if each == "--":
            return found + args[place + 1 :]
        following = args[place + 1 : place + 2]
        if each in _OPTIONAL and (not following or following[0].startswith("-")):
            found.append(LEFT_OUT)
    return found


def _of_call(command: str, args: list[str]) -> str:
    """A hint for a call with one argument too many; empty if the right call is not certain."""
    with_value = {
        "--project",
        "--output",
        "-o",
        "--previous",
        "--package",
        "--since",
        "--download",
        "--address",
    }
    loose = [each for before, each in zip(["", *args], args, strict=False) if before not in with_value]
    if command == "release" and "--version" in [each.partition("=")[0] for each in args]:
        return "The version stands by itself: deckgen release 1.0.0"
    if command == "diff" and len(loose) > 2:  # noqa: PLR2004 (old and new)
        return "It compares two sides: deckgen diff OLD NEW"
    if command == "build" and (package := next((each for each in loose if each.endswith(".apkg")), "")):
        return f"Name the package with -o: deckgen build -o {package}"
    if any(each.lower().endswith((".yaml", ".yml")) for each in loose):
        return f"`deckgen {command}` takes the whole deck; --project DIR names its folder."
    folders = [each for each in loose if Path(each).is_dir()]
    if folders:  # `--help` comes here as well, and is to stay quick
        from deckgen.project import holds_deck  # noqa: PLC0415

        if folder := next((each for each in folders if holds_deck(Path(each))), ""):
            return f"Name the deck's folder with --project: deckgen {command} --project {folder}"
    return ""


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


def build_deck_of(folder: Path, report: Report, *, try_fix: bool = False) -> Build:
    """The build of a deck's folder, with a progress bar if it takes long.

    Args:
        folder: The deck's folder.
        report: The output of the command.
        try_fix: Whether to mark the diagnostics that `--fix` can fix, which takes twice as long.
    """
    from deckgen.build import build as build_deck  # noqa: PLC0415

    with bar(report) as tick:
        result = build_deck(folder, tick)
        if try_fix:
            from deckgen.commands.fix import mark_fixable  # noqa: PLC0415

            result = mark_fixable(result, tick)
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
