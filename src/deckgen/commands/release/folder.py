"""The files of a release and of its record: all of them, or none, whenever the program is killed.

A journal in build/release/.pending/ says what the record was and will be. It is there before the first file
of source/ is changed, and goes when all is done. The ledger decides: if it knows the release, the next call
finishes it; if it does not, the next call undoes it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import CallError
from deckgen.files import creating, replacing, sync_folder
from deckgen.history.ledger_file import versions_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deckgen.project import Project

_BEFORE, _AFTER = ".before", ".after"


@dataclass(frozen=True)
class Record:
    """The files of source/ that a release changes, by their names: their old content, and the new.

    The old content is None for a file that was not there. The ledger is the last one.
    """

    version: str
    files: dict[str, tuple[bytes | None, bytes]]


def parts(project: Project, version: str) -> Path:
    """The folder in which the files of a release are written, before it gets its name."""
    return project.releases / f".{version}.part"


def new_parts(project: Project, version: str) -> Path:
    """Make that folder; what killed releases have left is removed.

    Raises:
        CallError: It cannot be made.
    """
    folder = parts(project, version)
    for leftover in (*project.releases.glob(".*.part"), *project.releases.glob(f"{project.pending.name}.*")):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise CallError(f"the folder {folder.parent} cannot be created: {error.strerror}") from error
    return folder


def put(project: Project, record: Record, commit: Callable[[], None]) -> Path:
    """Change the record, commit it, and give the folder of the release its name; or leave all as it was.

    Args:
        project: The deck's folder.
        record: The files of source/.
        commit: Commits them, or does nothing.

    Returns:
        The folder of the release.
    """
    journal = project.pending
    sync_folder(parts(project, record.version))
    try:
        _write_journal(journal, record)
        for name, (_, after) in record.files.items():
            with replacing(project.source / name) as file:
                file.write(after)
        commit()
    except BaseException:
        if journal.exists():  # a hook of git may have changed the files as well
            _undo(project, record, whatever_they_hold=True)
        drop_parts(project, record.version)
        raise
    _finish(project, record.version)
    return project.releases / record.version


class Recovery(NamedTuple):
    """What was done with an interrupted release.

    Attributes:
        version: Its version.
        finished: Whether it is finished now, or undone.
        left: The files that could not be put back, because somebody has changed them since.
    """

    version: str
    finished: bool
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        """A sentence for the user."""
        what = "deckgen has finished it" if self.finished else "deckgen has undone it"
        for name in self.left:
            what += f", but {name} has been changed since: remove what it says about {self.version}"
        return f"the release of {self.version} was interrupted; {what}"


def recover(project: Project) -> Recovery | None:
    """Finish or undo a release that was interrupted; None if none was."""
    journal = project.pending
    for leftover in project.releases.glob(f"{project.pending.name}.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if not journal.is_dir():
        return None
    record = _read_journal(journal)
    ledger = project.ledger.read_bytes() if project.ledger.is_file() else b""
    if record.version not in versions_in(ledger.decode(errors="replace")):
        return Recovery(record.version, finished=False, left=tuple(_undo(project, record)))
    *others, _ = record.files.items()
    for name, (before, after) in others:
        if _content(project.source / name) == before:
            with replacing(project.source / name) as file:
                file.write(after)
    _finish(project, record.version)
    return Recovery(record.version, finished=True)


def interrupted(project: Project) -> str:
    """The version of an interrupted release; empty if none was."""
    journal = project.pending
    return _read_journal(journal).version if journal.is_dir() else ""


def _finish(project: Project, version: str) -> None:
    """Give the folder of a release its name, and remove the journal."""
    beside, folder = parts(project, version), project.releases / version
    if beside.exists() and not folder.exists():
        beside.rename(folder)
    for above in (project.releases, project.output, project.folder):
        sync_folder(above)
    _remove_journal(project)


def _undo(project: Project, record: Record, *, whatever_they_hold: bool = False) -> list[str]:
    """Put the files of the record back, if they still have the content of the release.

    Returns:
        The files that were not put back, because they hold something else by now.
    """
    left = []
    for name, (before, after) in reversed(record.files.items()):
        path = project.source / name
        content = _content(path)
        if content == before:
            continue
        if content != after and not whatever_they_hold:
            left.append(project.shown(path))
        elif before is None:
            path.unlink(missing_ok=True)
        else:
            with replacing(path) as file:
                file.write(before)
    drop_parts(project, record.version)
    _remove_journal(project)
    return left


def _remove_journal(project: Project) -> None:
    """Remove the journal, at once for whoever looks for it."""
    journal = project.pending
    done = journal.with_name(f"{journal.name}.done")
    shutil.rmtree(done, ignore_errors=True)
    journal.rename(done)
    shutil.rmtree(done, ignore_errors=True)


def drop_parts(project: Project, version: str) -> None:
    """Remove the files of a release that is not made."""
    shutil.rmtree(parts(project, version), ignore_errors=True)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write_journal(journal: Path, record: Record) -> None:
    """Write the journal, which is whole as soon as it has its name."""
    new = journal.with_name(f"{journal.name}.new")
    new.mkdir()
    with creating(new / "version") as file:
        file.write(record.version.encode())
    for number, (name, (before, after)) in enumerate(record.files.items()):
        for end, content in ((_BEFORE, before), (_AFTER, after)):
            if content is not None:
                with creating(new / f"{number}-{name}{end}") as file:
                    file.write(content)
    sync_folder(new)
    new.rename(journal)
    sync_folder(journal.parent)


def _read_journal(journal: Path) -> Record:
    """The record of a journal."""
    files: dict[str, tuple[bytes | None, bytes]] = {}
    for path in sorted(journal.glob(f"*{_AFTER}")):
        stem = path.name.removesuffix(_AFTER)
        before = _content(path.with_name(f"{stem}{_BEFORE}"))
        files[stem.partition("-")[2]] = before, path.read_bytes()
    return Record((journal / "version").read_text(encoding="utf-8"), files)
