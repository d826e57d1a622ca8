"""A release: the packages and release notes for learners, and the new lines of the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from deckgen import package
from deckgen.build import build
from deckgen.cards.sentences import foreign_sentences, read_sentences
from deckgen.commands.release import changelog, folder, refusals
from deckgen.commands.release.changes import find_changes
from deckgen.commands.release.commit import check_commit, commit
from deckgen.commands.release.entry import Entry
from deckgen.commands.release.facts import Digest, digest_of_file, release_json, sha256sums
from deckgen.commands.release.notes import release_notes
from deckgen.commands.release.proposal import Proposal, free, leap, propose
from deckgen.diagnostics import CallError, sorted_diagnostics
from deckgen.files import check_target, creating
from deckgen.history import ledger_file
from deckgen.history.ledger import ReleaseLine
from deckgen.history.versions import is_prerelease
from deckgen.project import CHANGELOG, LEDGER, Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.commands.release.changes import Changes
    from deckgen.history.ledger import Ledger
    from deckgen.package import Package, Packages

MAKERS = ("babel", "genanki", "jinja2", "markupsafe", "pygments", "pyromark")
"""The libraries that make a package."""
NOTES = "release-notes.md"
FACTS = "release.json"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Draft:
    """A release that could be made, and is not yet.

    Attributes:
        build: Its build.
        packages: Its packages.
        version: Its version.
        notes: Its release notes.
        ledger: The ledger after it.
        record: The files of source/ that it changes.
        changes: What learners get.
        reason: Why it is this version; empty if the user has named it.
        remarks: What the user should know, as sentences.
    """

    build: Build
    packages: Packages
    version: str
    notes: str
    ledger: Ledger
    record: folder.Record
    changes: Changes
    reason: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """The names of the files of the release, the package first."""
        return [*package_files(self.packages), NOTES, FACTS, SUMS]


def draft(
    project: Path,
    version: str | None,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    allow_dirty: bool = False,
) -> Draft | Build:
    """Build a deck as a release, and write nothing.

    Args:
        project: The folder that holds source/.
        version: The version, as in `1.2.0`; None for the next one.
        progress: As for `build`.
        allow_dirty: Whether the source may differ from the last commit.

    Returns:
        The release; or the build if that has errors.

    Raises:
        CallError: The release is refused: `refusals` has the reasons.
    """
    if version is not None:
        refusals.check_form(version)
    place = Project(project.resolve())
    for path in (place.ledger, place.changelog):
        check_target(path)
    result = build(place.folder, progress, releasing=True)
    packages = result.packages
    if packages is None:
        return result
    plan, ledger = packages.plan, packages.plan.matching.ledger
    if version is not None:
        refusals.check_order(version, ledger)
        refusals.check_folder(version, place)
    refusals.check_clock(plan, place)
    refusals.check_ledger(plan, place)
    remarks = [] if allow_dirty else refusals.check_committed(result)
    refusals.check_news(packages, version or "")
    if progress:
        progress("comparing with the last release", 0, 0)
    changes = find_changes(result, plan)
    usual, reason = propose(changes, ledger, plan.now)
    if version is None:
        taken = partial(refusals.elsewhere, deck=result.deck.id, project=place)
        usual, reason = free(Proposal(usual, reason), taken)
        refusals.check_folder(usual, place)
    elif leap(version, ledger, plan.now):
        remarks.append(
            f"{version} skips versions: the next one would be {usual}, and you cannot go back to a "
            "lower version later"
        )
    chosen = usual if version is None else version
    refusals.check_elsewhere(chosen, result.deck.id, place)
    made = _drafted(result, packages.as_release(chosen), changes)
    return replace(made, reason="" if version else reason, remarks=(*remarks, *made.remarks))


def _drafted(result: Build, packages: Packages, changes: Changes) -> Draft:
    """The release that packages are."""
    project, version = Project(result.project), packages.main.version
    present = {path.name: _bytes(path) for path in (project.changelog, project.ledger)}
    _check_read(result, project)
    before = changelog.read_changelog(project)
    sentences = read_sentences(result.deck, project)
    cleanup = cleanup_name(packages.main) if packages.retired else ""
    coming = changelog.Coming(version, sentences.say("unreleased"))
    lead = changelog.lead_of(before, coming)
    prerelease = is_prerelease(version)
    entry = Entry(changes, sentences, result.deck).text(lead, prerelease=prerelease, cleanup=cleanup)
    notes = release_notes(packages.main, entry, sentences, first=changes.first, merging=changes.merging)
    line = _line(packages, notes, entry)
    title = sentences.say("changelog", title=result.deck.title)
    text = changelog.with_entry(before, coming, _day(line.time), entry, title)
    ledger = ledger_file.written(packages.plan.next_lines(line))
    record = {
        project.changelog.name: (present[project.changelog.name], text.encode()),
        project.ledger.name: (present[project.ledger.name], ledger.encode()),
    }
    foreign = foreign_sentences(result.deck, sentences, project, "the fixed text of its release notes")
    diagnostics = [*result.diagnostics, *foreign]
    result = replace(result, diagnostics=sorted_diagnostics(diagnostics))
    remarks = changelog.unused(before, coming, packages.plan.matching.ledger.versions)
    parsed = _parsed(ledger)
    return Draft(
        result, packages, version, notes, parsed, folder.Record(version, record), changes, remarks=remarks
    )


def _check_read(result: Build, project: Project) -> None:
    """Refuse a ledger that is no longer the one that the build has read."""
    now, fault = ledger_file.read_text(project.folder)
    if fault:
        raise CallError(f"{LEDGER} cannot be read again: {fault.message}", fault.hint)
    if (now or "") != result.record:
        raise CallError(f"{LEDGER} changed during the build", "release again")


def _parsed(text: str) -> Ledger:
    """The ledger of a new text, which must be valid."""
    ledger, faults = ledger_file.parse(text)
    if faults:
        message = f"the ledger would not contain this release: {next(iter(faults)).message}"
        raise CallError(message, "please report this as a bug")
    return ledger


def make(
    made: Draft, progress: Callable[[str, int, int], None] | None = None, *, with_commit: bool = False
) -> Path:
    """Make a release: its files, the ledger and the changelog; all of it or nothing.

    Args:
        made: The release.
        progress: As for `package.write`.
        with_commit: Whether git commits the ledger and the changelog.

    Returns:
        The folder with the files.

    Raises:
        CallError: The disk is full or the like, a file has changed since the build, or git refuses.
    """
    project = Project(made.build.project)
    if with_commit:
        check_commit(project.folder)
    target = folder.new_parts(project, made.version)
    try:
        write_files(target, made.packages, made.notes, made.ledger, progress)
        _check_unchanged(project, made.record)
    except BaseException:
        folder.drop_parts(project, made.version)
        raise
    return folder.put(
        project,
        made.record,
        lambda: commit_record(project.folder, made.version) if with_commit else None,
    )


def commit_record(project: Path, version: str) -> None:
    """Commit the ledger and the changelog of a release in git, unless git has them already.

    Raises:
        CallError: Git refuses.
    """
    commit(project, [CHANGELOG, LEDGER], f"Release {version}")


def write_files(
    target: Path,
    packages: Packages,
    notes: str | None,
    ledger: Ledger,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[str]:
    """Write the files of a release into a new folder.

    Args:
        target: The folder.
        packages: The packages of the release.
        notes: The release notes; None where they are not known any more.
        ledger: The ledger after the release.
        progress: As for `package.write`.

    Returns:
        The names of the files, the package first.
    """
    digests: dict[str, Digest] = {}
    for name, each in package_files(packages).items():
        with creating(target / name) as file:
            package.write(each, file, progress)
        digests[name] = digest_of_file(target / name)
    texts = {} if notes is None else {NOTES: notes}
    for name, text in texts.items():
        _put_text(target / name, text)
        digests[name] = digest_of_file(target / name)
    _put_text(target / FACTS, release_json(packages.main, ledger, digests))
    digests[FACTS] = digest_of_file(target / FACTS)
    _put_text(target / SUMS, sha256sums(digests))
    return [*digests, SUMS]


def package_files(packages: Packages) -> dict[str, Package]:
    """The packages of a release by the names of their files."""
    files = {f"{packages.main.deck.id}-{packages.main.version}.apkg": packages.main}
    if packages.retired:
        files[cleanup_name(packages.main)] = packages.retired
    return files


def cleanup_name(main: Package) -> str:
    """The name of the cleanup package beside the package of a release."""
    return f"{main.deck.id}-{main.version}-cleanup.apkg"


def _put_text(path: Path, text: str) -> None:
    with creating(path) as file:
        file.write(text.encode())


def _line(packages: Packages, notes: str, entry: str) -> ReleaseLine:
    """The line of a release in the ledger: its files and the versions of the libraries, to make it again."""
    main = packages.main
    return ReleaseLine(
        main.version,
        main.time,
        main.deckgen,
        {name: metadata.version(name) for name in MAKERS},
        len(packages.plan.notes),
        main.digest,
        hashlib.sha256(notes.encode()).hexdigest(),
        cleanup=packages.retired.digest if packages.retired else None,
        changelog=changelog.digest_of(entry),
    )


def _check_unchanged(project: Project, record: folder.Record) -> None:
    """Refuse to overwrite a ledger or a changelog that has changed since the build."""
    for name, (before, _) in record.files.items():
        path = project.source / name
        if _bytes(path) != before:
            raise CallError(f"{project.shown(path)} changed during the build", "release again")


def _bytes(path: Path) -> bytes | None:
    """The content of a file; None if there is none."""
    return path.read_bytes() if path.is_file() else None


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()
