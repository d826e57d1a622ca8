"""A release: the packages and release notes for learners, and the new lines of the ledger."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from deckgen import package
from deckgen.build import build
from deckgen.diagnostics import CallError, counted
from deckgen.files import alone, check_target, creating, replacing, sync_folder
from deckgen.history import ledger_file, lost_ledger
from deckgen.history.ledger import ReleaseLine
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.history.plan import UpdatePlan
    from deckgen.package import Package, Packages

_IMPORT = "In Anki choose *File > Import* and the package."
_KEPT = (
    "Your reviews stay, and so do your own edits of notes that have not changed since the last release. A "
    "note that you have edited after this release was built stays as you made it."
)
_CLEANUP = (
    "An import never deletes anything, so those that you have stay. To delete them: import `{cleanup}`, "
    "which marks them; then open *Browse*, switch it from *Cards* to *Notes* (at the left of the search), "
    "search for `tag:{tag}`, select what it finds (Ctrl+A, on a Mac Cmd+A) and choose *Notes > Delete*. "
    "Notes that you have edited since are not found like that. If you have never had these notes, leave "
    "that file alone."
)
_YEARS = 10 * 365 * 86_400  # in seconds
_MAKERS = ("genanki", "jinja2", "markupsafe", "pyromark")  # the libraries that make a package
_VERSION = re.compile(r"(?=.{1,60}$)[0-9][0-9A-Za-z]*(?:[.+-][0-9A-Za-z]+)*")


@dataclass
class Release:
    """The files of a release.

    Attributes:
        build: Its build; if its package is None, nothing was written.
        folder: The folder with the packages and the release notes.
        files: The names of the files in it, the package first.
    """

    build: Build
    folder: Path
    files: list[str]


def release(project: Path, version: str, progress: Callable[[str, int, int], None] | None = None) -> Release:
    """Build a deck as a version, write the files for learners, and add the release to the ledger.

    Args:
        project: The folder that holds source/.
        version: The version, as in `1.2.0`.
        progress: As for `build`.

    Raises:
        CallError: The version is invalid, or has been released; the clock is behind the last release; the
            folder of the release exists already; another release of the deck is running.
    """
    if not _VERSION.fullmatch(version):
        hint = "it begins with a digit, and has dots between its parts, as in `1.0.0` or `2026.11`"
        raise CallError(f"`{version}` is not a version", hint)
    project = project.resolve()
    with alone(project):
        return _release(project, version, progress)


def _release(project: Path, version: str, progress: Callable[[str, int, int], None] | None) -> Release:
    """Make a release; the caller prevents other releases meanwhile."""
    folder = project / "build" / "release" / version
    check_target(project / LEDGER)
    result = build(project, progress, version)
    packages = result.packages
    if packages is None:
        return Release(result, folder, [])
    plan = packages.plan
    _check_history(plan, version)
    _check_clock(plan, project)
    if folder.exists() or folder.is_symlink():
        raise CallError(
            f"{folder} is there already, and the ledger does not know {version}",
            "if learners got what is in it, put its source/ledger.jsonl back; if not, delete the folder",
        )
    _check_packaged(plan, folder.parent, project)
    return Release(result, folder, _write(packages, result.record, folder, project))


def _check_history(plan: UpdatePlan, version: str) -> None:
    """Refuse a version that has been released, and a time that is not after the last release's."""
    ledger = plan.matching.ledger
    for line in ledger.releases:
        if line.version == version:
            raise CallError(f"{version} was released on {_day(line.time)}", "a release takes a new version")
    latest = ledger.latest.version if ledger.latest else ""
    if (new := _numbers(version)) and new < (_numbers(latest) or ()):
        hint = "take a higher one: learners tell by it which of two packages is newer"
        raise CallError(f"{version} is lower than {latest}, the last release", hint)
    last = ledger.last_time
    if plan.now <= last:
        raise CallError(
            f"the last release was on {_day(last)}, and this machine says that it is {_day(plan.now)}",
            "set the clock right, or wait a second: learners' Anki takes only what is newer",
        )


def _numbers(version: str) -> tuple[int, ...] | None:
    """A version as numbers to compare; None if it does not consist of numbers and dots."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    while numbers and not numbers[-1]:
        numbers.pop()  # 1 and 1.0 are the same
    return tuple(numbers)


def _check_packaged(plan: UpdatePlan, releases: Path, project: Path) -> None:
    """Refuse a ledger that lacks a release from this folder, or that git ignores."""
    deck = plan.matching.deck.id
    packaged = {path.parent.name for path in releases.glob(f"*/{deck}-*.apkg")}
    packaged = {name for name in packaged if (releases / name / f"{deck}-{name}.apkg").exists()}
    unknown = packaged - plan.matching.ledger.versions
    if unknown and (unknown := unknown - lost_ledger.known_releases(project, deck)):
        raise CallError(
            f"build/release/ holds {max(unknown)}, and there is no {LEDGER} that knows of it",
            "put the ledger back that does; if nobody got what is in that folder, delete it",
        )
    if lost_ledger.is_ignored(project):
        raise CallError(
            f"git is told to leave {LEDGER} out, and the next release needs it",
            "take that out of .gitignore; `git check-ignore -v source/ledger.jsonl` shows the line",
        )


def _check_clock(plan: UpdatePlan, project: Path) -> None:
    """Refuse a time that is years ahead: notes with such a time would overwrite all later edits."""
    last, what = plan.matching.ledger.last_time, "since the last release"
    if not last:
        last, what = int((project / "source/deck.yaml").stat().st_mtime), "since deck.yaml was written"
    if plan.now - last > _YEARS and "SOURCE_DATE_EPOCH" not in os.environ:
        raise CallError(
            f"this computer's clock says that it is {_day(plan.now)}, more than ten years {what}",
            "set the clock right; if it is right, say so: SOURCE_DATE_EPOCH=$(date +%s) deckgen release …",
        )


def _write(packages: Packages, read: str, folder: Path, project: Path) -> list[str]:
    """Write the folder of a release, then the ledger; both or neither.

    Args:
        packages: The packages to release.
        read: The text of the ledger that the build has read.
        folder: The folder of the release.
        project: The folder that holds source/.
    """
    main = packages.main
    stem = f"{main.deck.id}-{main.version}"
    files = {f"{stem}.apkg": main}
    if packages.retired:
        files[f"{stem}-cleanup.apkg"] = packages.retired
    notes = _notes(packages, f"{stem}-cleanup.apkg").encode()
    text = ledger_file.written(packages.plan.next_lines(_line(packages, notes)))
    with _new_folder(folder) as beside:
        for name, each in files.items():
            with creating(beside / name) as file:
                package.write(each, file)
        with creating(beside / "release-notes.md") as file:
            file.write(notes)
        sync_folder(beside)
        _check_unchanged(project, read, text)
        beside.rename(folder)
        for above in (folder.parent, folder.parent.parent, project):
            sync_folder(above)
        try:
            with replacing(project / LEDGER) as file:
                file.write(text.encode())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return [*files, "release-notes.md"]


def _line(packages: Packages, notes: bytes) -> ReleaseLine:
    """The line of a release in the ledger: its files and the versions of the libraries, to make it again."""
    main = packages.main
    return ReleaseLine(
        main.version,
        main.time,
        main.deckgen,
        {name: metadata.version(name) for name in _MAKERS},
        len(packages.plan.notes),
        main.digest,
        hashlib.sha256(notes).hexdigest(),
        cleanup=packages.retired.digest if packages.retired else None,
    )


def _check_unchanged(project: Path, read: str, text: str) -> None:
    """Refuse to overwrite a ledger that has changed since the build, or to write an invalid one.

    Args:
        project: The folder that holds source/.
        read: The text of the ledger that the build has read.
        text: The new text.
    """
    now, fault = ledger_file.read_text(project)
    if fault:
        raise CallError(f"{LEDGER} cannot be read once more: {fault.message}", fault.hint)
    if (now or "") != read:
        raise CallError(f"{LEDGER} has changed while this was built", "release once more")
    _, faults = ledger_file.parse(text)
    if faults:
        raise CallError(
            f"the ledger would not hold this release: {next(iter(faults)).message}", "report this as a bug"
        )


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside a path, to rename to it. It is deleted if that does not happen.

    No other release is running, so other such folders are left over from killed releases.
    """
    beside = folder.with_name(f".{folder.name}.part")
    for leftover in folder.parent.glob(".*.part"):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
    except OSError as error:
        raise CallError(f"the folder {beside.parent} cannot be made: {error.strerror}") from error
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _notes(packages: Packages, cleanup: str) -> str:
    """The release notes for learners, as Markdown."""
    plan, main = packages.plan, packages.main
    cards = sum(len(each.cards) for each in main.notes)
    parts = [
        f"# {main.deck.title} {main.version}",
        f"{counted(len(main.notes), 'note')}, {counted(cards, 'card')}.",
    ]
    if last := plan.matching.ledger.latest:
        parts.append(f"Since {last.version}: {plan.summary()}.")
        parts.append(f"{_IMPORT} {_KEPT}")
    else:
        parts.append(_IMPORT)
    if plan.consequences:
        parts.append("## What you should know")
        parts.append("\n".join(f"- {sentence}" for sentence in plan.consequences))
    if packages.retired:
        parts += _of_retired(packages.retired, plan.matching.first_ids, cleanup)
    return "\n\n".join(parts) + "\n"


def _of_retired(retired: Package, first_ids: ReadOnly[str, str], cleanup: str) -> list[str]:
    """The part of the release notes about retired notes.

    Args:
        retired: The cleanup package.
        first_ids: The ids with which renamed notes were first released, by their present ids.
        cleanup: The file name of the cleanup package.
    """
    count = len(retired.notes)
    first_sentence = f"{counted(count, 'note')} {'is' if count == 1 else 'are'} no longer part of the deck."
    how = _CLEANUP.format(cleanup=cleanup, tag=f"{retired.deck.id}::retired")
    reasons = []
    for note in (each.note for each in retired.notes):
        reason = " ".join(note.retired.value.split()) if note.retired else ""
        instead = f" Now: `{note.replaced_by.value}`." if note.replaced_by else ""
        reasons.append(f"- `{first_ids.get(note.id, note.id)}`: {reason}{instead}")
    return ["## Retired notes", f"{first_sentence} {how}", "\n".join(reasons)]
