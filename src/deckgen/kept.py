"""Results that are kept from one run to the next, in the user's cache folder.

A build never depends on them: a file that is damaged, foreign or cannot be read is as good as none, and
where nothing can be written, nothing is kept. Values are bytes or JSON, so reading them runs no code. Nobody
may write into the folder but the user. In particular, it is not in the project, so a stranger's deck cannot
bring results with it.

Each file begins with a digest of what it is for and of its content.

The status of another file (its size, its times and its number on the disk) tells whether what is kept about
it still holds. It is not sure if the file was written just before, because it could be written again with the
same time.
"""

from __future__ import annotations

import json
import os
import stat
import time
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

Status = tuple[int, int, int, int]
"""The number of a file on the disk, its size in bytes, and the times of its last changes in ns."""

MOST = 500_000_000
"""The size of all kept files in bytes. Above it, those that were unused for the longest time are removed."""
LARGEST = MOST // 5
"""The largest content that is kept, in bytes."""

_SETTLED = 2_000_000_000  # ns; no file system has times that are less exact
_DIGEST = 32  # bytes at the beginning of a file
_NAME = 40  # characters of a file's name, all hexadecimal
_SLACK = MOST // 10  # so many bytes are written, on average, between two looks at the size of all files
_BLOCK = 4096  # the least bytes that a file takes
_DAY = 86_400  # seconds; a use is noted once in this time
_PART = ".part"
_OLDEST_PART = 3600  # seconds; nobody writes to an older part
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_OFF = frozenset(["", "0", "false", "no"])


class Kept:
    """Kept results. Reading and keeping never raise an error; both may do nothing."""

    def __init__(self, folder: Path | None, version: str = __version__) -> None:
        """Use a folder; it is made when the first result is kept.

        Args:
            folder: The folder for all kept files; None to keep nothing.
            version: The version of the program. It does not get the results of another one.
        """
        self._given = folder
        self._version = version

    def __bool__(self) -> bool:
        """Whether results may be kept."""
        return self._given is not None

    def content(self, sort: str, key: str) -> bytes | None:
        """A kept content; None if there is none.

        Args:
            sort: What it is, as a short name for a folder: small letters and hyphens.
            key: Everything that it was made from, or a digest of that.
        """
        if self._folder is None:
            return None
        path = self._path(self._folder, sort, key)
        try:
            raw = _read(path)
        except (OSError, ValueError):
            return None
        content = raw[_DIGEST:]
        return content if raw[:_DIGEST] == self._digest(sort, key, content) else None

    def keep(self, sort: str, key: str, content: bytes) -> None:
        """Keep a content, in place of the one with the same key. The arguments are as for `content`."""
        if self._folder is None or len(content) > LARGEST:
            return
        path = self._path(self._folder, sort, key)
        with suppress(OSError, ValueError):
            if not _made(self._folder) or not _made(path.parent):
                return
            _write(path, self._digest(sort, key, content) + content)
            if int.from_bytes(os.urandom(4)) * _SLACK <= max(len(content), _BLOCK) << 32:
                sweep(self._folder)

    def value(self, sort: str, key: str) -> object:
        """A kept value, which came from JSON; None if there is none. The arguments are as for `content`.

        Its shape is not sure: who uses it has to look.
        """
        content = self.content(sort, key)
        if content is None:
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return None

    def keep_value(self, sort: str, key: str, value: object) -> None:
        """Keep a value that JSON can hold. The other arguments are as for `content`."""
        if self:
            self.keep(sort, key, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    @cached_property
    def _folder(self) -> Path | None:
        """The folder; None if nothing is to be kept, or if others may write into it."""
        return self._given if self._given is not None and _is_own(self._given) else None

    def _path(self, folder: Path, sort: str, key: str) -> Path:
        return folder / sort / blake2b(self._full(sort, key), digest_size=_NAME // 2).hexdigest()

    def _digest(self, sort: str, key: str, content: bytes) -> bytes:
        digest = blake2b(self._full(sort, key), digest_size=_DIGEST)
        digest.update(content)
        return digest.digest()

    def _full(self, sort: str, key: str) -> bytes:
        """What a content is for, so that its parts cannot be confused."""
        return json.dumps([self._version, sort, key]).encode()


NOTHING = Kept(None)
"""Keeps nothing."""


def of_user(*, wanted: bool = True) -> Kept:
    """The results that are kept for the user who runs the program; nothing in CI.

    Args:
        wanted: Whether to use them at all. A release must not.
    """
    if not wanted or os.environ.get("CI", "").lower() not in _OFF:
        return NOTHING
    folder = user_folder()
    return Kept(folder) if folder else NOTHING


def user_folder() -> Path | None:
    """The folder for kept results in the user's cache folder; None if the user has none."""
    named = os.environ.get("XDG_CACHE_HOME", "").strip()
    if named:
        folder = Path(named, "deckgen")
    else:
        import platformdirs  # noqa: PLC0415 (--help stays quick)

        folder = platformdirs.user_cache_path("deckgen", appauthor=False)
    return folder if folder.is_absolute() else None


def status_of(status: os.stat_result) -> Status:
    """The status of a file, from what the system says."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def status_at(path: Path) -> Status | None:
    """The status of what is at a path, which may be a link; None if the system says nothing about it."""
    try:
        return status_of(path.stat(follow_symlinks=False))
    except OSError:
        return None


def settled(status: os.stat_result, now: float) -> Status | None:
    """The status of a file; None if the file is so new that it could change without another status.

    Args:
        status: What the system says about it, before it is read.
        now: The present time, in seconds since 1970.
    """
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    return status_of(status) if newest < now * 1_000_000_000 - _SETTLED else None


def sweep(folder: Path) -> None:
    """Remove kept files until their size is below nine tenths of the most, beginning with the longest unused.

    Other files in the folder are left alone.
    """
    now = time.time()
    files: list[tuple[float, int, str]] = []
    for entry in _entries(folder):
        with suppress(OSError):
            status = entry.stat(follow_symlinks=False)
            if not entry.name.endswith(_PART):
                files.append((status.st_mtime, max(status.st_size, _BLOCK), entry.path))
            elif status.st_mtime < now - _OLDEST_PART:
                Path(entry.path).unlink()
    total = sum(size for _, size, _ in files)
    if total <= MOST:
        return
    for _, size, path in sorted(files):
        if total <= MOST * 0.9:
            break
        with suppress(OSError):
            Path(path).unlink()
            total -= size


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The kept files, and parts of files, in the folders of a folder."""
    with os.scandir(folder) as folders:
        names = [each.path for each in folders if each.is_dir(follow_symlinks=False)]
    for name in names:
        with suppress(OSError), os.scandir(name) as entries:
            yield from (entry for entry in entries if _is_ours(entry))


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder is a file that `Kept` has made, by its name."""
    name = entry.name.partition(".")[0]
    hexadecimal = len(name) == _NAME and not name.strip("0123456789abcdef")
    return hexadecimal and entry.is_file(follow_symlinks=False)


def _is_own(folder: Path) -> bool:
    """Whether a folder does not exist yet, or is one into which only the user may write."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "geteuid") or (
        status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & _OTHERS
    )


def _made(folder: Path) -> bool:
    """Make a folder if it does not exist; whether it is the user's own."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return _is_own(folder)


def _read(path: Path) -> bytes:
    """The content of an ordinary file; its use is noted.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no ordinary file, or too large.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST + _DIGEST:
            raise ValueError("not a kept file")
        raw = file.read(LARGEST + _DIGEST)
    if not 0 <= time.time() - status.st_mtime < _DAY:
        with suppress(OSError):
            os.utime(path)
    return raw


def _write(path: Path, raw: bytes) -> None:
    """Write a file as a whole, or leave it as it is.

    Raises:
        OSError: It cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.urandom(6).hex()}{_PART}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(raw)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
