"""Atomic writing of files: under another name first, then renamed. Also a lock for each deck.

A file is first written in build/, so that a killed process leaves nothing in source/ that would get into git.
If there is no build/, or it is on another disk, the file is written in the folder of its target.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from deckgen.diagnostics import CallError
from deckgen.project import Project, holds_deck

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PART = re.compile(r"\..+\.[0-9a-f]{12}\.part")
_OLDEST = 3600  # seconds; nobody writes to an older part
_NAME = 40  # characters of a file's name in the name of its part; systems allow 255 bytes


def check_target(path: Path) -> None:
    """Make sure that a file can be written at a path, before any work is spent on its content.

    Raises:
        CallError: The path is a folder, a link or a device, or its folder cannot be written to.
    """
    if path.is_symlink():
        raise CallError(
            f"{path} is a link to another place, which deckgen does not replace", "give the name of a file"
        )
    if path.is_dir():
        raise CallError(f"{path} is a folder", f"give the name of a file in it, as in {path / 'deck.apkg'}")
    if path.exists() and not path.is_file():
        raise CallError(f"{path} is not an ordinary file", "give the name of a file")
    if not path.parent.is_dir():
        raise CallError(f"the folder {path.parent} does not exist", "create it first, or use another folder")
    try:
        folder = _folder_for_part(path)
        if folder != path.parent and not os.access(path.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        descriptor, part = _open_part(folder, path.name)
        os.close(descriptor)
        part.unlink()
    except OSError as error:
        raise CallError(f"the folder {path.parent} cannot be written to: {error.strerror}") from error


@contextmanager
def replacing(path: Path, before: bytes | None = None, *, lasting: bool = True) -> Iterator[IO[bytes]]:
    """A file to write to, which replaces `path` when the block ends without an exception.

    Parts that killed processes left in the same folder more than an hour ago are removed.

    Args:
        path: The target.
        before: The content of the target when it was read. If given, the new file gets the permissions of the
            old one, and replaces it only if its content is still the same.
        lasting: Whether the file must survive a loss of power; not needed if the next call makes it again.

    Raises:
        CallError: The file cannot be written.
        OSError: Another file, which the block reads, cannot be read.
    """
    check_target(path)
    folder = _folder_for_part(path)
    _sweep(folder)
    descriptor, part = _open_part(folder, path.name)
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            yield file
            if lasting:
                _sync(file)
        if before is not None:
            part.chmod(stat.S_IMODE(path.stat().st_mode))
            _check_unchanged(path, before)
        _put(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    if lasting:
        sync_folder(path.parent)


@contextmanager
def creating(path: Path, *, lasting: bool = True) -> Iterator[IO[bytes]]:
    """A new file to write to.

    Args:
        path: The file.
        lasting: Whether its content must survive a loss of power after the block; not needed if the next call
            makes it again.

    Raises:
        CallError: The disk is full, or the like.
        OSError: There is such a file, or it cannot be written.
    """
    with naming(path), path.open("xb") as file:
        yield file
        if lasting:
            _sync(file)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Raise an error with the file's name if the disk is full or the like: the system's error names no file.

    Args:
        path: The target. A file that is there is not changed.

    Raises:
        CallError: The disk is full, or the like.
        OSError: Any other error of the block.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        left = "the existing file is unchanged" if path.exists() else "no file was left behind"
        why, hint = _FULL[error.errno]
        raise CallError(f"{path} cannot be written: {why}; {left}", hint) from error


_ROOM = "free some space, and try again"
_FULL = {
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EFBIG: ("it would exceed the maximum file size here", "`ulimit -f` shows the maximum size"),
    **({errno.EDQUOT: ("your disk quota is used up", _ROOM)} if hasattr(errno, "EDQUOT") else {}),
}


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder survive a loss of power, if the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """Hold the deck's lock until the block ends: only one process may change the ledger and the source.

    It is a lock of the system on build/.lock, so it ends with the process that holds it, even a killed one.

    Args:
        project: The folder that contains source/.

    Raises:
        CallError: Another process holds the lock, or build/ cannot be made.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 (it takes time, and a check does not need it)

    folder = Project(project).output
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CallError(f"the folder {folder} cannot be created: {error.strerror}") from error
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        message = "another release, or `check --fix`, of this deck is running"
        raise CallError(message, "wait until it has finished") from error
    try:
        yield
    finally:
        lock.release()


def _check_unchanged(path: Path, before: bytes) -> None:
    """Raise an error if the content of a file has changed."""
    if path.read_bytes() != before:
        raise CallError(f"{path} changed in the meantime, so deckgen did not overwrite it", "try again")


def _folder_for_part(path: Path) -> Path:
    """The folder in which a file is first written: its project's build/, or its own."""
    for project in map(Project, path.absolute().parents):
        if holds_deck(project.folder):
            with suppress(OSError):
                if _device_and_group(project.output) == _device_and_group(path.parent):
                    return project.output
            break
    return path.parent


def _device_and_group(folder: Path) -> tuple[int, int | None]:
    """A folder's device and group. If they are equal, a file can be renamed between two folders."""
    status = (folder / ".").stat()
    return status.st_dev, status.st_gid if status.st_mode & stat.S_ISGID else None


def _open_part(folder: Path, name: str) -> tuple[int, Path]:
    """A new file in a folder, with the permissions that a new file gets there."""
    part = folder / f".{name[:_NAME]}.{os.urandom(6).hex()}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(part, flags, 0o666), part


def _put(part: Path, path: Path) -> None:
    """Rename a part to its target."""
    try:
        part.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV or part.parent == path.parent:
            raise
        # two mounts of one disk
        descriptor, copy = _open_part(path.parent, path.name)
        try:
            with part.open("rb") as source, os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(source, file)
                _sync(file)
            shutil.copymode(part, copy)
            copy.replace(path)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        part.unlink()


def _sweep(folder: Path) -> None:
    """Remove the parts that killed processes have left in a folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _PART.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - _OLDEST:
                (folder / entry.name).unlink()
