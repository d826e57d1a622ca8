"""The reasons for which a release is refused, each with the way out."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deckgen.commands.diff.sides import commit_of
from deckgen.diagnostics import CallError, listing
from deckgen.git import Git, Unanswered, in_git, path_in_repository
from deckgen.history import lost_ledger
from deckgen.history.versions import by_order, is_prerelease, parsed
from deckgen.project import CHANGELOG, CHAPTER, LEDGER, Project

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.history.ledger import Ledger
    from deckgen.history.plan import UpdatePlan
    from deckgen.package import Packages


class NothingNew(CallError):  # noqa: N818 (it is an error only for some callers)
    """Nothing differs from the last release."""


_YEARS = 10 * 365 * 86_400  # in seconds
_FOLDERS = ("source", "templates")


def check_form(version: str) -> None:
    """Refuse a word that is no version.

    Raises:
        CallError: It is none.
    """
    if parsed(version) is None:
        hint = "begin it with a digit, as in `1.2.0`, `2026.11` or `2.0.0-rc.1`"
        raise CallError(f"`{version}` is not a valid version", hint)


def check_order(version: str, ledger: Ledger) -> None:
    """Refuse a version that has been released, or is not higher than the released ones.

    Raises:
        CallError: It has, or is not.
    """
    for line in ledger.releases:
        if line.version == version or by_order(line.version) == by_order(version):
            same = "" if line.version == version else f", which is the same as {version},"
            hint = (
                f"choose a new version; `deckgen release --again {line.version}` makes the files "
                "of the old one again"
            )
            raise CallError(f"{line.version}{same} was released on {day(line.time)}", hint)
    rivals = ledger.releases if is_prerelease(version) else [ledger.latest] if ledger.latest else []
    above = [each.version for each in rivals if by_order(each.version) > by_order(version)]
    if above:
        highest = max(above, key=by_order)
        hint = "choose a higher one: it shows learners which package is newer"
        raise CallError(f"{version} is lower than {highest}, the last release", hint)
    adopted = ledger.adopted_version
    if adopted and by_order(adopted) >= by_order(version):
        message = f"{version} is not higher than {adopted}, which learners had before deckgen"
        raise CallError(message, "choose a higher one: it shows learners which package is newer")


def check_news(packages: Packages, version: str) -> None:
    """Refuse a release that would give learners nothing.

    Raises:
        NothingNew: Nothing differs from the last release.
    """
    latest = packages.plan.matching.ledger.latest
    if latest is None or not packages.plan.nothing:
        return
    finished = is_prerelease(latest.version) and not is_prerelease(version)
    if not finished and packages.as_released(latest).main.digest == latest.digest:
        hint = f"`deckgen release --again {latest.version}` makes its files again"
        raise NothingNew(
            f"there is nothing to release: learners have had everything since {latest.version}", hint
        )


def check_clock(plan: UpdatePlan, project: Project) -> None:
    """Refuse a time that is not after the last release, or years ahead: learners' edits would be overwritten.

    Raises:
        CallError: The clock is behind, or years ahead.
    """
    last, what = plan.matching.ledger.last_time, "since the last release"
    adopted = plan.matching.ledger.adopted_time
    if plan.now <= adopted:
        raise CallError(
            f"the deck was adopted on {day(adopted)}, but this computer's clock says {day(plan.now)}",
            "correct the clock, or wait a second: Anki only imports what is newer",
        )
    if plan.now <= last:
        raise CallError(
            f"the last release was on {day(last)}, but this computer's clock says {day(plan.now)}",
            "correct the clock, or wait a second: Anki only imports what is newer",
        )
    if not last:
        last, what = int(project.manifest.stat().st_mtime), "since deck.yaml was written"
    if plan.now - last > _YEARS and "SOURCE_DATE_EPOCH" not in os.environ:
        raise CallError(
            f"this computer's clock says {day(plan.now)}, more than ten years {what}",
            (
                "correct the clock; if it is correct, confirm it: SOURCE_DATE_EPOCH=$(date +%s) "
                "deckgen release …"
            ),
        )


def check_folder(version: str, project: Project) -> None:
    """Refuse a version whose files are there, though the ledger does not know it.

    Raises:
        CallError: They are there.
    """
    target = project.releases / version
    if target.exists() or target.is_symlink():
        hint = f"if learners have this release, restore its {LEDGER}; if not, delete the folder"
        raise CallError(f"{target} already exists, but the ledger does not contain {version}", hint)


def check_ledger(plan: UpdatePlan, project: Project) -> None:
    """Refuse a ledger that lacks a release of build/release/, or that git ignores.

    Raises:
        CallError: It does, or git does.
    """
    folder, deck = project.releases, plan.matching.deck.id
    packaged = {path.parent.name for path in folder.glob(f"*/{deck}-*.apkg")}
    packaged = {name for name in packaged if (folder / name / f"{deck}-{name}.apkg").exists()}
    unknown = packaged - plan.matching.ledger.versions
    if unknown and (unknown := unknown - lost_ledger.known_releases(project.folder, deck)):
        raise CallError(
            f"build/release/ contains {max(unknown)}, but there is no {LEDGER} with this release",
            "restore the ledger that has it; if nobody has this release, delete the folder",
        )
    if lost_ledger.is_ignored(project.folder):
        raise CallError(
            f"git ignores {LEDGER}, but the next release needs it",
            "remove it from .gitignore; `git check-ignore -v source/ledger.jsonl` shows the line",
        )


def elsewhere(version: str, deck: str, project: Project) -> str:
    """The commit that released a version of which the ledger knows nothing; empty if git knows none.

    It is on another branch, or its record was taken back.

    Args:
        version: The version.
        deck: The id of the deck.
        project: Its folder.
    """
    commit = commit_of(version, project)
    return commit if commit and lost_ledger.deck_at(commit, project.folder) == deck else ""


def check_elsewhere(version: str, deck: str, project: Project) -> None:
    """Refuse a version that another branch has released, or whose record was taken back.

    Raises:
        CallError: It was released there.
    """
    commit = elsewhere(version, deck, project)
    if not commit:
        return
    try:
        Git(project.folder).ask("merge-base", "--is-ancestor", commit, "HEAD")
    except Unanswered:
        hint = "merge that branch first, or choose a higher version"
        raise CallError(
            f"{version} has been released on another branch, in commit {commit[:12]}", hint
        ) from None
    message = f"{version} was released in commit {commit[:12]}, but its record was removed later"
    raise CallError(message, "choose a higher version: someone may already have that one")


def check_committed(build: Build) -> list[str]:
    """Refuse a source that differs from the last commit: what learners get must be in git.

    Returns:
        What is missing where this cannot be known, as sentences.

    Raises:
        CallError: It differs.
    """
    project = build.project
    if not in_git(project):
        return ["this deck is not in a git repository, so nobody could build this release again"]
    git = Git(project)
    if not git.has_commit():
        return ["nothing has been committed yet, so nobody could build this release again: commit the deck"]
    try:
        changed = git.ask(
            "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *_FOLDERS
        )
        ignored = git.ask("ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *_FOLDERS)
    except Unanswered as silence:
        raise CallError(f"git could not report what changed since the last commit: {silence}") from silence
    prefix = path_in_repository(project)
    paths = [entry[3:].removeprefix(prefix) for entry in _entries(changed)]
    left_out = [path for path in _entries(ignored) if _is_read(path, build)]
    if left_out:
        hint = "remove them from .gitignore, and commit them; or only try the release: --allow-dirty"
        raise CallError(f"git ignores files that this release contains: {listing(left_out)}", hint)
    if paths and set(paths) <= {CHANGELOG, LEDGER} and LEDGER in paths:
        message = f"the record of the last release is not committed yet: {listing(paths)}"
        raise CallError(
            message,
            (f"commit it before you change anything else: `{git.command('add source')}`, then `git commit`"),
        )
    if paths:
        command = git.command(f"add {' '.join(sorted({path.split('/')[0] for path in paths}))}")
        message = f"not committed yet: {listing(paths)}"
        hint = f"commit it, so that anyone can build this release again: `{command}`, then `git commit`; "
        raise CallError(message, f"{hint}or only try the release: --allow-dirty")
    return []


def _entries(output: bytes) -> list[str]:
    """The entries of an output of git with null characters between them."""
    return [entry for entry in output.decode(errors="replace").split("\0") if entry]


def _is_read(path: str, build: Build) -> bool:
    """Whether a file that git ignores is part of a build."""
    full = build.project / path
    if any(part.startswith(".") for part in path.split("/")):
        return False
    if path.startswith("templates/"):
        return full.suffix in {".j2", ".yaml"}
    shown = {media.path for media in build.media.values()}
    return full.name.lower().endswith(CHAPTER) or full in shown or full.resolve() in shown


def day(time: int) -> str:
    """A time in seconds since 1970, for people."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
