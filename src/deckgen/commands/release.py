"""A release: the packages and notes for learners, and the ledger moved on."""

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
from deckgen.history.plan import CONSEQUENCES
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.history.plan import Changes
    from deckgen.package import Package

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
_MAKERS = ("genanki", "jinja2", "markupsafe", "pyromark")  # what makes a package, besides deckgen
_VERSION = re.compile(r"(?=.{1,60}$)[0-9][0-9A-Za-z]*(?:[.+-][0-9A-Za-z]+)*")


@dataclass
class Release:
    """What a release wrote.

    Attributes:
        build: The build that it is made from; where its package is None, nothing was written.
        folder: The folder with the packages and the notes.
        files: The names of what is in it, the package first.
    """

    build: Build
    folder: Path
    files: list[str]


def release(project: Path, version: str, progress: Callable[[str, int, int], None] | None = None) -> Release:
    """Build a deck as a version, write what learners get, and move the ledger on.

    Args:
        project: The folder that holds source/.
        version: The version, as in `1.2.0`.
        progress: As for `build`.

    Raises:
        CallError: The version is none, or has been released; the clock is behind the last release; the folder
            of the release is there already; another release of the deck is at work.
    """
    if not _VERSION.fullmatch(version):
        hint = "it begins with a digit, and has dots between its parts, as in `1.0.0` or `2026.11`"
        raise CallError(f"`{version}` is not a version", hint)
    project = project.resolve()
    with alone(project):
        return _release(project, version, progress)


def _release(project: Path, version: str, progress: Callable[[str, int, int], None] | None) -> Release:
    """Do so, while nobody else changes what has been released."""
    folder = project / "build" / "release" / version
    check_target(project / LEDGER)
    result = build(project, progress, version)
    changes = result.changes
    if result.package is None:
        return Release(result, folder, [])
    _check_history(changes, version)
    _check_clock(changes, project)
    if folder.exists() or folder.is_symlink():
        raise CallError(
            f"{folder} is there already, and the ledger does not know {version}",
            "if learners got what is in it, put its source/ledger.jsonl back; if not, delete the folder",
        )
    _check_left(changes, folder.parent, project)
    return Release(result, folder, _write(result, result.package, folder, project))


def _check_history(changes: Changes, version: str) -> None:
    """Refuse a version that has been released, and a time that is not after the last release's."""
    for line in changes.ledger.releases:
        if line.version == version:
            raise CallError(f"{version} was released on {_day(line.time)}", "a release takes a new version")
    latest = changes.ledger.releases[-1].version if changes.ledger.releases else ""
    if (new := _numbers(version)) and new < (_numbers(latest) or ()):
        hint = "take a higher one: learners tell by it which of two packages is newer"
        raise CallError(f"{version} is lower than {latest}, the last release", hint)
    last = changes.ledger.last
    if changes.now <= last:
        raise CallError(
            f"the last release was on {_day(last)}, and this machine says that it is {_day(changes.now)}",
            "set the clock right, or wait a second: learners' Anki takes only what is newer",
        )


def _numbers(version: str) -> tuple[int, ...] | None:
    """A version as numbers to compare; None where it is not made of numbers and dots alone."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    while numbers and not numbers[-1]:
        numbers.pop()  # 1 and 1.0 are the same
    return tuple(numbers)


def _check_left(changes: Changes, releases: Path, project: Path) -> None:
    """Refuse to go on from a ledger that does not know what was released here, or that git leaves out."""
    deck = changes.deck.id
    left = {path.parent.name for path in releases.glob(f"*/{deck}-*.apkg")}
    left = {name for name in left if (releases / name / f"{deck}-{name}.apkg").exists()}
    unknown = left - changes.ledger.versions
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


def _check_clock(changes: Changes, project: Path) -> None:
    """Refuse a time that is years ahead: what is stamped with it would win over all that learners write."""
    last, what = changes.ledger.last, "since the last release"
    if not last:
        last, what = int((project / "source/deck.yaml").stat().st_mtime), "since deck.yaml was written"
    if changes.now - last > _YEARS and "SOURCE_DATE_EPOCH" not in os.environ:
        raise CallError(
            f"this computer's clock says that it is {_day(changes.now)}, more than ten years {what}",
            "set the clock right; if it is right, say so: SOURCE_DATE_EPOCH=$(date +%s) deckgen release …",
        )


def _write(result: Build, main: Package, folder: Path, project: Path) -> list[str]:
    """Write the folder of a release, then the ledger; both or neither."""
    version = main.version
    stem = f"{main.deck.id}-{version}"
    packages = {f"{stem}.apkg": main}
    if result.retired:
        packages[f"{stem}-cleanup.apkg"] = result.retired
    notes = _notes(result, main, f"{stem}-cleanup.apkg").encode()
    text = ledger_file.written(result.changes.next_lines(result.rows, _line(result, main, notes)))
    with _new_folder(folder) as beside:
        for name, each in packages.items():
            with creating(beside / name) as file:
                package.write(each, file)
        with creating(beside / "release-notes.md") as file:
            file.write(notes)
        sync_folder(beside)
        _check_unmoved(project, result.record, text)
        beside.rename(folder)
        for above in (folder.parent, folder.parent.parent, project):
            sync_folder(above)
        try:
            with replacing(project / LEDGER) as file:
                file.write(text.encode())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return [*packages, "release-notes.md"]


def _line(result: Build, main: Package, notes: bytes) -> ReleaseLine:
    """The line of a release in the ledger: what was written, and by what, so that it can be made again."""
    return ReleaseLine(
        main.version,
        main.time,
        main.deckgen,
        {name: metadata.version(name) for name in _MAKERS},
        len(result.rows),
        main.digest,
        hashlib.sha256(notes).hexdigest(),
        cleanup=result.retired.digest if result.retired else None,
    )


def _check_unmoved(project: Path, read: str, text: str) -> None:
    """Refuse to write over a ledger that has moved on since it was read, or one that could not be read again.

    Args:
        project: The folder that holds source/.
        read: The ledger's text as the build has read it.
        text: What is to be written.
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
    """A folder beside a path, to be renamed to it; gone where that did not happen.

    Nobody else is at work, so others like it are left over from releases that were killed.
    """
    beside = folder.with_name(f".{folder.name}.part")
    for left in folder.parent.glob(".*.part"):
        shutil.rmtree(left, ignore_errors=True)
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


def _notes(result: Build, main: Package, cleanup: str) -> str:
    """What learners should know of a release, as Markdown."""
    changes = result.changes
    cards = sum(len(row.cards) for row in main.rows)
    parts = [
        f"# {main.deck.title} {main.version}",
        f"{counted(len(main.rows), 'note')}, {counted(cards, 'card')}.",
    ]
    if changes.ledger.releases:
        parts.append(f"Since {changes.ledger.releases[-1].version}: {changes.summary()}.")
        parts.append(f"{_IMPORT} {_KEPT}")
    else:
        parts.append(_IMPORT)
    told = [CONSEQUENCES[code] for code in dict.fromkeys(accept.code for accept in changes.accepted)]
    if told + changes.told:
        parts.append("## What you should know")
        parts.append("\n".join(f"- {sentence}" for sentence in told + changes.told))
    if result.retired:
        tag = f"{main.deck.id}::retired"
        count = len(result.retired.rows)
        parts.append("## Retired notes")
        gone = f"{counted(count, 'note')} {'is' if count == 1 else 'are'} no longer part of the deck."
        parts.append(f"{gone} {_CLEANUP.format(cleanup=cleanup, tag=tag)}")
        reasons = []
        for row in result.retired.rows:
            reason = " ".join(row.note.retired.value.split()) if row.note.retired else ""
            instead = f" Now: `{row.note.replaced_by.value}`." if row.note.replaced_by else ""
            reasons.append(f"- `{changes.first_ids.get(row.note.id, row.note.id)}`: {reason}{instead}")
        parts.append("\n".join(reasons))
    return "\n\n".join(parts) + "\n"
