"""`deckgen build` and `deckgen check`: the deck's package, and what is wrong with the deck."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import (
    CheckFormatOption,
    ProjectOption,
    QuietOption,
    StrictOption,
    build_deck_of,
    check_locked,
    find_deck,
    make_build_folder,
    output_folder,
    tell_interrupted,
)
from deckgen.cli.completion import warnings
from deckgen.cli.progress import bar
from deckgen.cli.report import UNSEEN, Report, reporting, say, say_as_it_is
from deckgen.diagnostics import CallError, not_a_warning, terminal

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.kept import Kept
    from deckgen.last_build import LastBuild
    from deckgen.outcome import Made, Outcome
    from deckgen.package import Package

NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Do everything again, without what earlier builds found out.")
]
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


def build(  # noqa: PLR0913, PLR0917 (each of its options is a parameter)
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
    no_cache: NoCacheOption = False,  # noqa: FBT002 (typer's way)
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Check the deck and build its package (.apkg) for Anki."""
    with reporting("build", output_format, quiet=quiet, project=project) as report:
        from deckgen import files  # noqa: PLC0415 (imported where they are used: --help stays quick)
        from deckgen.kept import of_user  # noqa: PLC0415
        from deckgen.last_build import LastBuild  # noqa: PLC0415
        from deckgen.outcome import Outcome  # noqa: PLC0415

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
        last = LastBuild(of_user(wanted=not (locked or no_cache)), folder)
        result = _there(folder, report, last, output, strict=strict) or _built(folder, report, last)
        if report.fails(result, strict=strict):
            target = output or output_folder(folder)
            has_earlier = output.exists() if output else any(target.glob("*.apkg"))
            report.end(
                result,
                "nothing was written" + ("; the package from before is unchanged" if has_earlier else ""),
            )
            raise typer.Exit(1)
        assert result.made is not None  # noqa: S101 (else it fails)
        path = output or _package_of(folder, result.made)
        if not isinstance(result, Outcome) and result.package:
            if locked:
                check_locked(result.package, expect)
            _write_package(result.package, path, last, report)
        report.end(result, path=path)
        report.next(
            "in Anki, choose File > Import and open this file. "
            "On a phone or tablet, send the file there and open it with Anki."
        )


def check(  # noqa: PLR0913, PLR0917 (each of its options is a parameter)
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
    no_cache: NoCacheOption = False,  # noqa: FBT002 (typer's way)
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Check the deck without building a package."""
    with reporting("check", output_format, quiet=quiet, project=project) as report:
        from deckgen.kept import of_user  # noqa: PLC0415
        from deckgen.last_build import LastBuild  # noqa: PLC0415

        for code in ignore or ():
            if fault := not_a_warning(code):
                raise CallError(fault.message, fault.hint)
        if dry_run and not fix:
            raise CallError("--dry-run shows what --fix would do", "deckgen check --fix --dry-run")
        folder = find_deck(project)
        kept = of_user(wanted=not no_cache)
        result, members = (
            _fix(folder, report, kept, dry_run=dry_run)
            if fix
            else (_checked(folder, report, LastBuild(kept, folder)), {})
        )
        result = report.without(result, ignore or ())
        failed = report.fails(result, strict=strict)
        report.end(
            result, "--strict treats warnings as errors" if failed and result.made else "", more=members
        )
        if failed:
            raise typer.Exit(1)
        undone = dry_run and members["mended"]
        report.next(report.call("check --fix" if undone else "build"))


def _fix(folder: Path, report: Report, kept: Kept, *, dry_run: bool) -> tuple[Build, dict[str, object]]:
    """Fix the source of a deck, or with `dry_run` only try it.

    Returns:
        The build of the fixed deck; the members for JSON about the fixes.
    """
    from deckgen import files  # noqa: PLC0415
    from deckgen.commands import fix  # noqa: PLC0415

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
        result = fix.tried(folder, changed if dry_run else (), tick, kept)
    return result, {
        "mended": [{"path": each.path, "what": each.what, "diff": each.diff} for each in changed],
        "left": [{"path": each.path, "why": why} for each in fixed for why in each.left],
    }


def _package_of(deck: Path, made: Made) -> Path:
    """The usual file for the package of a deck's build."""
    return output_folder(deck) / f"{made.about['id']}.apkg"


def _checked(folder: Path, report: Report, last: LastBuild) -> Build | Outcome:
    """The build of a deck's folder, or what the last one came to, if nothing has changed since."""
    outcome = last.outcome()
    if outcome:
        tell_interrupted(folder, report)
        return outcome
    return _built(folder, report, last)


def _there(
    folder: Path, report: Report, last: LastBuild, output: Path | None, *, strict: bool
) -> Outcome | None:
    """What the last build came to, if nothing has changed since, and its package is still there.

    Args:
        folder: The deck's folder.
        report: The output of the command.
        last: The last build.
        output: The file for the package; None for the usual one.
        strict: Whether warnings count as errors, for which no package is written.
    """
    outcome = last.outcome()
    if outcome is None:
        return None
    if outcome.made and not report.fails(outcome, strict=strict):
        when = last.package(output or _package_of(folder, outcome.made))
        if when is None:
            return None
        report.wrote = False
        outcome = replace(outcome, made=outcome.made.at(when))
    tell_interrupted(folder, report)
    return outcome


def _built(folder: Path, report: Report, last: LastBuild) -> Build:
    """The build of a deck's folder, which is kept in mind as the last one."""
    result = build_deck_of(folder, report, try_fix=True, kept=last.kept)
    last.remember(result.outcome)
    return result


def _write_package(made: Package, path: Path, last: LastBuild, report: Report) -> None:
    """Write the package of a build.

    Args:
        made: The package.
        path: The file to write.
        last: The build before, for which this is the next one.
        report: The output of the command.
    """
    from deckgen.files import replacing  # noqa: PLC0415
    from deckgen.package import write  # noqa: PLC0415

    # where results are kept, the next build makes it again after a loss of power
    kept = bool(last.kept)
    with bar(report) as tick, replacing(path, lasting=not kept) as file:
        write(made, file, tick, by_status=kept)
    last.wrote(path, made.time)
