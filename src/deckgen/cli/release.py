"""The command `deckgen release`."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import CheckFormatOption, ProjectOption, QuietOption, find_deck, tell_interrupted
from deckgen.cli.completion import releases
from deckgen.cli.paths import in_shell, short_path
from deckgen.cli.progress import bar
from deckgen.cli.report import Report, fitted_markdown, reporting, say
from deckgen.diagnostics import CallError, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.commands.release.release import Draft

_NEXT = (
    "commit source/ledger.jsonl (it records this release), then give learners {package}:\n"
    '  git add {source} && git commit -m "Release {version}" && git tag v{version}'
)
_NEXT_BY_WORKFLOW = (
    "commit source/ledger.jsonl (it records this release) and push it. "
    "Then the workflow {workflow} publishes the release and sets the tag:\n"
    '  git add {source} && git commit -m "Release {version}" && git push'
)
_COMMITTED_BY_WORKFLOW = (
    "push the commit of this release. Then the workflow {workflow} publishes it and sets the tag:\n  git push"
)
_COMMITTED = "tag the commit of this release, then give learners {package}:\n  git tag v{version}"
_WITHOUT_GIT = (
    "keep source/ledger.jsonl: it records this release, and the next one needs it. Then give learners "
    "{package}."
)

VersionArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[VERSION]",
        autocompletion=releases,
        show_default=False,
        help="For example 1.2.0. Default: the next version.",
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show the release and its notes without writing anything.")
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Without VERSION: release the next version without asking.")
]
CommitOption = Annotated[bool, typer.Option("--commit", help="Commit the ledger and the changelog in git.")]
DirtyOption = Annotated[
    bool,
    typer.Option("--allow-dirty", help="Release changes that are not committed. Only for trying it out."),
]
AgainOption = Annotated[bool, typer.Option("--again", help="Make the files of the release VERSION again.")]


def release(  # noqa: PLR0913, PLR0917 (each of its options is a parameter)
    version: VersionArgument = None,
    project: ProjectOption = None,
    dry_run: DryRunOption = False,  # noqa: FBT002 (typer's way)
    yes: YesOption = False,  # noqa: FBT002 (typer's way)
    commit: CommitOption = False,  # noqa: FBT002 (typer's way)
    allow_dirty: DirtyOption = False,  # noqa: FBT002 (typer's way)
    again: AgainOption = False,  # noqa: FBT002 (typer's way)
    quiet: QuietOption = False,  # noqa: FBT002 (typer's way)
    output_format: CheckFormatOption = None,
) -> None:
    """Release the deck: write the files for learners, and record the release in source/."""
    with reporting("release", output_format, quiet=quiet, project=project) as report:
        _check_call(version, dry_run=dry_run, commit=commit, allow_dirty=allow_dirty, again=again)
        folder = find_deck(project).resolve()
        from deckgen import files  # noqa: PLC0415 (--help stays quick)

        with nullcontext() if dry_run else files.alone(folder):
            if not dry_run and _recovered(folder, version, report, commit=commit):
                return
            if again:
                _again(folder, str(version), report)
                return
            if dry_run:
                tell_interrupted(folder, report)
            draft = _draft(folder, version, report, allow_dirty=allow_dirty)
            if dry_run:
                _show(draft, report)
                return
            confirmed = _confirmed(draft, report, named=version is not None, yes=yes)
            _make(confirmed, report, commit=commit)


def _check_call(version: str | None, *, dry_run: bool, commit: bool, allow_dirty: bool, again: bool) -> None:
    """Refuse options that contradict each other."""
    if again and version is None:
        hint = "deckgen release --again VERSION"
        raise CallError("--again needs the version whose files to make", hint)
    if again and (dry_run or commit or allow_dirty):
        raise CallError("--again changes no record, so it takes no other options", "leave them out")
    if commit and allow_dirty:
        hint = "leave out one of them"
        raise CallError("--commit would record a release of a source that is not committed", hint)
    if commit and dry_run:
        raise CallError("--dry-run writes nothing, so there is nothing to commit", "leave out one of them")


def _recovered(folder: Path, version: str | None, report: Report, *, commit: bool) -> bool:
    """Finish or undo an interrupted release; whether this was the one that is asked for."""
    from deckgen.commands.release.folder import recover  # noqa: PLC0415
    from deckgen.commands.release.release import commit_record  # noqa: PLC0415
    from deckgen.project import Project  # noqa: PLC0415

    recovery = recover(Project(folder))
    if recovery is None:
        return False
    _tell([str(recovery)], report)
    if not recovery.finished or version not in {None, recovery.version}:
        return False
    if commit:
        commit_record(folder, recovery.version)
    if report.for_people:
        report.next(_next(folder, recovery.version, committed=commit))
    else:
        report.object(ok=True, remarks=[str(recovery)])
    return True


def _next(folder: Path, version: str, *, committed: bool) -> str:
    """What to do after a release: the workflow of GitHub, if there is one and a remote, does the rest."""
    from deckgen.git import has_remote, work_tree  # noqa: PLC0415
    from deckgen.project import Project  # noqa: PLC0415

    project = Project(folder)
    made = (project.releases / version).glob(f"*-{version}.apkg")
    package = short_path(next(made, project.releases / version))
    tree = work_tree(folder)
    if tree is None:
        return _WITHOUT_GIT.format(package=package)
    texts = {}
    for path in sorted((tree / ".github/workflows").glob("*.y*ml")):
        with suppress(OSError, ValueError):
            texts[path.name] = path.read_text(encoding="utf-8")
    name = next((name for name, text in texts.items() if "deckgen github publish" in text), "")
    if name and has_remote(folder):
        text = _COMMITTED_BY_WORKFLOW if committed else _NEXT_BY_WORKFLOW
    else:
        text = _COMMITTED if committed else _NEXT
    source = in_shell(Path(short_path(project.source)))
    if not Path.cwd().is_relative_to(tree):
        text = text.replace("git ", f"git -C {in_shell(tree)} ")
    return text.format(version=version, workflow=name, source=source, package=package)


def _tell(remarks: Sequence[str], report: Report) -> None:
    """Print what the user should know besides."""
    if report.for_people and not report.quiet:
        for remark in remarks:
            say(f"note: {remark}")


def _draft(folder: Path, version: str | None, report: Report, *, allow_dirty: bool) -> Draft:
    """The release that would be made; ends the command if the deck has errors."""
    from deckgen.build import Build  # noqa: PLC0415
    from deckgen.commands.fix import mark_fixable  # noqa: PLC0415
    from deckgen.commands.release.release import draft  # noqa: PLC0415

    with bar(report) as tick:
        result = draft(folder, version, tick, allow_dirty=allow_dirty)
    if isinstance(result, Build):
        report.end(mark_fixable(result), "nothing was released")
        raise typer.Exit(1)
    return result


def _show(draft: Draft, report: Report) -> None:
    """Print what would be released."""
    from deckgen.project import Project  # noqa: PLC0415

    members = {"dry_run": True, "reason": draft.reason or None, "remarks": draft.remarks}
    build = replace(draft.build, packages=draft.packages)
    report.end(build, changes=draft.changes, more={**members, "notes": draft.notes, "files": draft.files})
    _tell(draft.remarks, report)
    if not report.for_people:
        return
    because = f" ({draft.reason})" if draft.reason else ""
    say(f"--dry-run: this would be released as {draft.version}{because}, with these release notes:\n")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a deck contains signs that some terminals lack
    sys.stdout.write(fitted_markdown(draft.notes, sys.stdout))
    sys.stdout.flush()
    folder = short_path(Project(draft.build.project).releases / draft.version)
    say(
        f"\nIt would write {folder}/ ({', '.join(draft.files)}), source/CHANGELOG.md and source/ledger.jsonl."
    )
    report.next(report.call(f"release {draft.version}"))


def _confirmed(draft: Draft, report: Report, *, named: bool, yes: bool) -> Draft:
    """The release, once its proposed version is found right; without the warnings told before."""
    if named or yes:
        return draft
    proposal = f"the next version is {draft.version}: {draft.reason}"
    if not report.for_people or not (sys.stdin.isatty() and sys.stderr.isatty()):
        hint = f"name it: deckgen release {draft.version}; or take it unseen: deckgen release --yes"
        raise CallError(proposal, hint)
    report.tell([] if report.quiet else draft.build.diagnostics, draft.build.lines, "")
    _tell(draft.remarks, report)
    last = draft.changes.since
    say(proposal + (f"\n  since {last}: {draft.changes.summary()}" if last else ""))
    if not typer.confirm(f"Release {draft.version}?", default=False, err=True):
        say("nothing was released")
        raise typer.Exit(1)
    return replace(draft, build=replace(draft.build, diagnostics=[]), remarks=())


def _make(draft: Draft, report: Report, *, commit: bool) -> None:
    """Make a release, and print what was made."""
    from deckgen.commands.release.release import make  # noqa: PLC0415

    with bar(report) as tick:
        folder = make(draft, tick, with_commit=commit)
    path = folder / draft.files[0]
    build = replace(draft.build, packages=draft.packages)
    more = {"reason": draft.reason or None, "remarks": draft.remarks, "committed": commit}
    report.end(build, path=path, files=draft.files, changes=draft.changes, more=more)
    _tell(draft.remarks, report)
    report.next(_next(draft.build.project, draft.version, committed=commit))


def _again(folder: Path, version: str, report: Report) -> None:
    """Make the files of a release once more, and print which."""
    from deckgen.commands.fix import mark_fixable  # noqa: PLC0415
    from deckgen.commands.release.again import again  # noqa: PLC0415

    with bar(report) as tick:
        made = again(folder, version, tick)
    if made.build.packages is None:
        report.end(mark_fixable(made.build), "nothing was written")
        raise typer.Exit(1)
    if not report.for_people:
        path = str(made.folder / made.files[0])
        report.object(ok=True, version=version, path=path, files=made.files, remarks=made.remarks)
        return
    names = "".join(f"\n  {terminal.kept(short_path(made.folder / name))}" for name in made.files)
    if not report.quiet:
        say(f"made the files of {version} again, {report.took}:{names}")
    _tell(made.remarks, report)
