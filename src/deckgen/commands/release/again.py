"""The files of an earlier release once more, from a commit whose ledger holds it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from deckgen import __version__
from deckgen.build import build
from deckgen.cards.sentences import read_sentences
from deckgen.commands.diff.sides import commit_of
from deckgen.commands.release import changelog, folder
from deckgen.commands.release.notes import release_notes
from deckgen.commands.release.release import MAKERS, write_files
from deckgen.diagnostics import CallError, did_you_mean
from deckgen.files import sync_folder
from deckgen.git import Git, in_git
from deckgen.history import ledger_file
from deckgen.project import CHANGELOG, LEDGER, Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.history.ledger import Ledger, ReleaseLine
    from deckgen.package import Packages

_TOOL = "anki-deckgen"
"""The name under which deckgen is installed."""


@dataclass(frozen=True)
class Again:
    """The files of a release that have been made again.

    Attributes:
        build: The build; if its package is None, nothing was written.
        folder: Their folder.
        files: Their names, the package first.
        remarks: What the user should know, as sentences.
    """

    build: Build
    folder: Path
    files: list[str]
    remarks: tuple[str, ...] = ()


def again(project: Path, version: str, progress: Callable[[str, int, int], None] | None = None) -> Again:
    """Make the files of a release once more, and compare them with what the ledger says of them.

    Args:
        project: The folder that holds source/.
        version: The version of the release.
        progress: As for `build`.

    Raises:
        CallError: The ledger does not know it, the files would not be the same, or are there already.
    """
    place = Project(project.resolve())
    target = place.releases / version
    line = _line_of(version, ledger_file.read_ledger(place.folder).ledger)
    if target.exists() or target.is_symlink():
        raise CallError(f"{target} already exists", "move or delete it, then run this again")
    result = build(place.folder, progress)
    if result.packages is None:
        return Again(result, target, [])
    packages = result.packages.as_released(line)
    _check_same(packages, line, place)
    ledger = packages.plan.matching.ledger
    notes, remark = _notes(packages, line, result, ledger)
    beside = folder.new_parts(place, version)
    try:
        files = write_files(beside, packages, notes, ledger, progress)
        sync_folder(beside)
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    sync_folder(place.releases)
    return Again(result, target, files, (remark,) if remark else ())


def released_versions(project: Path) -> list[str]:
    """The versions in the ledger of a deck, the last one first."""
    ledger = ledger_file.read_ledger(project.resolve()).ledger
    return [each.version for each in reversed(ledger.releases)]


def _line_of(version: str, ledger: Ledger) -> ReleaseLine:
    """The line of a version in the ledger."""
    line = next((each for each in ledger.releases if each.version == version), None)
    if line is None:
        versions = [each.version for each in reversed(ledger.releases)]
        hint = did_you_mean(version, versions) or (
            f"it contains {', '.join(versions[:5])}" if versions else "nothing has been released yet"
        )
        raise CallError(f"{LEDGER} has no release {version}", hint)
    return line


def _check_same(packages: Packages, line: ReleaseLine, project: Project) -> None:
    """Refuse packages that are not those of a release, with what would make the right ones."""
    cleanup = packages.retired.digest if packages.retired else None
    if packages.main.digest == line.digest and cleanup == line.cleanup:
        return
    wrong = other_makers(line)
    if commit := _commit(line.version, project):
        command = Git(project.folder).command(f"worktree add ../{line.version} {commit[:12]}")
        where = f"`{command}` puts its source next to this folder"
    elif commit_of(line.version, project):
        where = (
            "this commit contains the record of the release, but its source was changed "
            "before the record was committed: "
            f"`{Git(project.folder).command('log --oneline -- source')}` lists the commits "
            "that may have it"
        )
    else:
        where = "check out the commit that released it"
    hint = where
    if wrong:
        hint = wrong
        if not packages.plan.nothing:
            hint += f"; and {where}"
    raise CallError(f"this source does not produce {line.version}", hint)


def _commit(version: str, project: Project) -> str:
    """The commit that released a version, if it is another than the present one; otherwise empty."""
    commit = commit_of(version, project)
    if not commit or not in_git(project.folder):
        return ""
    present = Git(project.folder).ask("rev-parse", "HEAD").decode().strip()
    return commit if commit != present else ""


def other_makers(line: ReleaseLine) -> str:
    """A hint that installs what made a release and has another version here; empty if nothing has."""
    wanted = {_TOOL: line.deckgen} if line.deckgen != __version__ else {}
    for name, number in line.made_with.items():
        here = metadata.version(name) if name in MAKERS else ""
        if here != number:
            wanted[name] = number
    install = " ".join(f"{name}=={number}" for name, number in wanted.items())
    return f"it was made with other versions: `pip install {install}`" if wanted else ""


def _notes(packages: Packages, line: ReleaseLine, result: Build, ledger: Ledger) -> tuple[str | None, str]:
    """The release notes of a release, and what to say of them; None where they cannot be made again.

    Raises:
        CallError: The changelog, or what makes the notes, is not as it was.
    """
    if line.changelog is None:
        return None, "its release notes are not written again: the deckgen that made them kept no changelog"
    project = Project(result.project)
    section = changelog.section_of(changelog.read_changelog(project), line.version)
    if section is None or changelog.digest_of(section.text) != line.changelog:
        what = "has been edited since" if section else "is missing"
        commit = commit_of(line.version, project)
        command = Git(project.folder).command(f"worktree add ../{line.version} {commit[:12]}")
        hint = (
            f"`{command}` puts the released source next to this folder" if commit else "restore it as it was"
        )
        raise CallError(f"the section of {line.version} in {CHANGELOG} {what}", hint)
    sentences = read_sentences(result.deck, project)
    first = ledger.releases[0].version == line.version and not ledger.adopted
    merging = ledger.merged(line)
    notes = release_notes(packages.main, section.text, sentences, first=first, merging=merging)
    if hashlib.sha256(notes.encode()).hexdigest() != line.release_notes:
        hint = other_makers(line) or "the sentences in templates/base/ may differ from those of the release"
        raise CallError(f"the release notes of {line.version} would differ from the original ones", hint)
    return notes, ""
