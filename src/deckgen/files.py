"""Writing a file whole or not at all: elsewhere first, then renamed into its place. One at a time.

It is written in build/, so that a process that is killed leaves nothing in source/ that git would take along.
Where there is no build/, or it lies on another disk, it is written beside its place.
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
from deckgen.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PART = re.compile(r"\..+\.[0-9a-f]{12}\.part")
_LEFT = 3600  # seconds after which nobody is writing to a part any more
_NAME = 40  # characters of a file's name that its part bears; a system allows 255 bytes


def check_target(path: Path) -> None:
    """Make sure that a file can be written at a path, before any work is spent on its content.

    Raises:
        CallError: The path is a folder, a link or a device, or its folder cannot be written to.
    """
    if path.is_symlink():
        raise CallError(f"{path} is a link to another place, which deckgen does not replace", "name a file")
    if path.is_dir():
        raise CallError(f"{path} is a folder", f"name a file in it, as in {path / 'deck.apkg'}")
    if path.exists() and not path.is_file():
        raise CallError(f"{path} is not an ordinary file", "name a file")
    if not path.parent.is_dir():
        raise CallError(f"the folder {path.parent} does not exist", "make it first, or name another")
    try:
        folder = _workroom(path)
        if folder != path.parent and not os.access(path.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        descriptor, part = _open_part(folder, path.name)
        os.close(descriptor)
        part.unlink()
    except OSError as error:
        raise CallError(f"the folder {path.parent} cannot be written to: {error.strerror}") from error


@contextmanager
def replacing(path: Path, before: bytes | None = None, *, lasting: bool = True) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` when the block ends without an exception.

    What a process that was killed left more than an hour ago, where this one is written, is removed.

    Args:
        path: Where the file goes.
        before: What the file there held when it was read. Then the new one has its permissions, and does not
            take its place where it holds anything else by now.
        lasting: Whether it is to outlast a loss of power; it need not where the next call makes it again.

    Raises:
        CallError: The file cannot be put there.
        OSError: Something that is read meanwhile cannot be.
    """
    check_target(path)
    folder = _workroom(path)
    _sweep(folder)
    descriptor, part = _open_part(folder, path.name)
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            yield file
            if lasting:
                _sync(file)
        if before is not None:
            part.chmod(stat.S_IMODE(path.stat().st_mode))
            _check_unmoved(path, before)
        _put(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    if lasting:
        sync_folder(path.parent)


@contextmanager
def creating(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write to, whose content outlasts a loss of power when the block has ended."""
    with naming(path), path.open("xb") as file:
        yield file
        _sync(file)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Say which file cannot be written, and why: the system's own error names none.

    Args:
        path: Where the file is to go; nothing is there yet, or what is there stays as it is.

    Raises:
        CallError: The disk is full, or the like.
        OSError: Something else is wrong.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        left = "what was there is as it was" if path.exists() else "nothing was left there"
        why, hint = _FULL[error.errno]
        raise CallError(f"{path} cannot be written: {why}; {left}", hint) from error


_ROOM = "make room there, and try it once more"
_FULL = {
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EFBIG: ("it would be larger than a file may be here", "`ulimit -f` says how large one may be"),
    **({errno.EDQUOT: ("your share of the disk is used up", _ROOM)} if hasattr(errno, "EDQUOT") else {}),
}


def sync_folder(folder: Path) -> None:
    """Let what a folder lists outlast a loss of power, where the system can."""
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
    """Be the only one to change what has been released, and the source by itself, until the block ends.

    The lock is the system's, on build/.lock: it goes with the process that holds it, however that ends.

    Args:
        project: The folder that holds source/.

    Raises:
        CallError: Another is at it, or there can be no folder build/.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 (it takes time, and a check needs it not)

    folder = Project(project).output
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CallError(f"the folder {folder} cannot be made: {error.strerror}") from error
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        message = "another release, or `check --fix`, of this deck is at work"
        raise CallError(message, "wait until it has ended") from error
    try:
        yield
    finally:
        lock.release()


def _check_unmoved(path: Path, before: bytes) -> None:
    """Refuse to write over a file that holds anything else by now."""
    if path.read_bytes() != before:
        raise CallError(f"{path} has changed in the meantime, and is left as it is", "try it once more")


def _workroom(path: Path) -> Path:
    """The folder in which a file is written before it gets its place: its project's build/, or its own."""
    for project in map(Project, path.absolute().parents):
        if project.manifest.exists():
            with suppress(OSError):
                if _kin(project.output) == _kin(path.parent):
                    return project.output
            break
    return path.parent


def _kin(folder: Path) -> tuple[int, int | None]:
    """What two folders have in common between which a file can be renamed, and is of the same group."""
    status = (folder / ".").stat()
    return status.st_dev, status.st_gid if status.st_mode & stat.S_ISGID else None


def _open_part(folder: Path, name: str) -> tuple[int, Path]:
    """A new file in a folder, with the permissions that a new file gets there."""
    part = folder / f".{name[:_NAME]}.{os.urandom(6).hex()}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(part, flags, 0o666), part


def _put(part: Path, path: Path) -> None:
    """Give a part its place."""
    try:
        part.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV or part.parent == path.parent:
            raise
        # one disk, seen through two mounts
        descriptor, beside = _open_part(path.parent, path.name)
        try:
            with part.open("rb") as written, os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(written, file)
                _sync(file)
            shutil.copymode(part, beside)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        part.unlink()


def _sweep(folder: Path) -> None:
    """Remove the parts that killed processes have left in a folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _PART.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - _LEFT:
                (folder / entry.name).unlink()
