"""Writing a file whole or not at all: beside its place first, then renamed into it. One at a time."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
        descriptor, beside = _open_beside(path)
        os.close(descriptor)
        beside.unlink()
    except OSError as error:
        raise CallError(f"the folder {path.parent} cannot be written to: {error.strerror}") from error


@contextmanager
def replacing(path: Path, before: bytes | None = None) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` when the block ends without an exception.

    Args:
        path: Where the file goes.
        before: What the file there held when it was read. Then the new one has its permissions, and does not
            take its place where it holds anything else by now.

    Raises:
        CallError: The file cannot be put there.
        OSError: The disk is full, or something like it.
    """
    check_target(path)
    descriptor, beside = _open_beside(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        if before is not None:
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
            _check_unmoved(path, before)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


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

    folder = project / "build"
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


def _open_beside(path: Path) -> tuple[int, Path]:
    """A new file in the same folder, with the permissions that a new file gets there."""
    beside = path.with_name(f".{path.name[:100]}.{os.urandom(6).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(beside, flags, 0o666), beside
