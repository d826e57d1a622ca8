"""The archive of a package: a zip file by anyone, read member by member and within limits."""

from __future__ import annotations

import json
import struct
import time
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from deckgen.diagnostics import CallError
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 2**20
# one byte of zstd can stand for 32 KB: a chunk unpacks to at most 16 MiB at once
_ZSTD_CHUNK = 2**9
_ZSTD_WINDOW = 2**27
_SMALL = 2**26  # what unpacks to less may be packed as tightly as can be
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class PackageError(CallError):
    """A file cannot be read as a package: the message says which file, and why."""


class UnreadableError(Exception):
    """What is wrong with a package, told without its name.

    Attributes:
        hint: What to do; empty where the message says it all.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message, which goes on where the name of the file ends, and the hint."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Limits:
    """What is read of a package; far above any that people make.

    Attributes:
        archive: The file, in bytes.
        directory: The archive's list of its members, in bytes.
        members: How many members it has.
        name: The name of a media file, in characters.
        collection: The unpacked collection, in bytes.
        text: A single text of the collection, the list of media or deckgen.json, in bytes.
        ratio: How many times larger than packed the unpacked may be, where that is over 64 MiB.
        rows: The notes, cards, decks, note types, fields or card templates.
        seconds: The time that reading takes.
    """

    archive: int = 2**34
    directory: int = 2**24
    members: int = 200_000
    name: int = 1000
    collection: int = 2**30
    text: int = 2**24
    ratio: int = 250
    rows: int = 1_000_000
    seconds: float = 120


LIMITS = Limits()
"""What is read where nothing else is said."""
DAMAGED = "is not an .apkg file, or is damaged"
"""The message if no more is known."""
AGAIN = "export it again in Anki, or download it again"
"""What to do with a damaged package."""
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    RecursionError,
    MemoryError,
)
"""What reading a damaged zip file, or JSON, can raise."""


class Clock:
    """Stops what takes too long."""

    def __init__(self, seconds: float) -> None:
        """Let the time begin, in seconds."""
        self._seconds = seconds
        self.start()

    def start(self) -> None:
        """Let the time begin once more."""
        self._end = time.monotonic() + self._seconds

    @property
    def late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._end

    def check(self) -> None:
        """Stop where the time is over.

        Raises:
            UnreadableError: It is.
        """
        if self.late:
            raise UnreadableError(
                f"takes over {self._seconds:g} seconds to read", "check where the file comes from"
            )


class _File:
    """An open file for `zipfile`, which reads the whole list of members at once, however long it is."""

    def __init__(self, file: BinaryIO, size: int, most: int) -> None:
        """Keep the file, its size and the most bytes to read at once."""
        self._file = file
        self._size = size
        self._most = most
        self.tell, self.seekable = file.tell, file.seekable

    def seek(self, offset: int, whence: int = 0) -> int:
        """As files do."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError) as error:
            raise OSError("this place does not exist") from error

    def read(self, size: int = -1) -> bytes:
        """As files do."""
        left = max(0, self._size - self._file.tell())
        wanted = left if size < 0 else min(size, left)
        if wanted > self._most:
            raise UnreadableError("contains too many files")
        return self._file.read(wanted)


class _Metered:
    """The packed or unpacked bytes of a member, counted while they are read."""

    def __init__(self, file: IO[bytes], archive: Archive, packed: int, most: int) -> None:
        """Keep the file, how large it is packed, and how large it may be."""
        self._file = file
        self._archive = archive
        self._packed = packed
        self._most = most
        self._size = 0

    def read(self, size: int) -> bytes:
        """As files do."""
        data = self._file.read(size)
        self.count(data)
        return data

    def count(self, data: bytes) -> None:
        """Add some bytes, and stop where they are too many."""
        self._archive.clock.check()
        self._size += len(data)
        if self._size > self._most:
            raise UnreadableError(f"unpacks to more than {in_bytes(self._most)}")
        if self._size > max(_SMALL, self._packed * self._archive.limits.ratio):
            raise UnreadableError(
                "unpacks to far more data than a deck contains", "check where the file comes from"
            )


class Archive:
    """An open package.

    Attributes:
        clock: Stops what takes too long.
        limits: What is read of it.
    """

    def __init__(self, zipped: zipfile.ZipFile, limits: Limits, clock: Clock) -> None:
        """Keep the open zip file."""
        self._zip = zipped
        self.limits = limits
        self.clock = clock

    def __contains__(self, name: str) -> bool:
        """Whether there is a member of this name."""
        return name in self._zip.NameToInfo

    @property
    def names(self) -> list[str]:
        """The names of its members, in order."""
        return sorted(self._zip.NameToInfo)

    def size(self, name: str) -> tuple[int, int]:
        """How many bytes a member unpacks to, as the archive says, and their CRC-32."""
        member = self._zip.getinfo(name)
        return member.file_size, member.CRC

    def read(self, name: str, most: int, *, zstd: bool = False) -> bytes:
        """What a member holds; see `chunks`."""
        return b"".join(self.chunks(name, most, zstd=zstd))

    def json(self, name: str) -> Any:  # noqa: ANN401 (it can be anything)
        """What a member says in JSON."""
        return json.loads(self.read(name, self.limits.text))

    def chunks(self, name: str, most: int, *, zstd: bool = False) -> Iterator[bytes]:
        """What a member holds, piece by piece.

        Args:
            name: The member, which is there.
            most: How many bytes it may hold.
            zstd: Whether it is compressed once more.

        Raises:
            UnreadableError: It holds more, or is packed in a way that Anki does not know.
        """
        member = self._zip.getinfo(name)
        if member.compress_type not in _METHODS:
            raise UnreadableError("is compressed in a way that Anki cannot read", "compress it with Deflate")
        unpacked = _Metered(self._zip.open(member), self, member.compress_size, most)
        if not zstd:
            while data := unpacked.read(_CHUNK):
                yield data
            return
        metered = _Metered(self._zip.open(member), self, member.compress_size, most)
        for data in _unpacked(metered):
            unpacked.count(data)
            yield data


def _unpacked(file: _Metered) -> Iterator[bytes]:
    """What a file that is compressed with zstd holds, which must end where a frame of it ends."""
    from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415 (few packages need it)

    factory = ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    decoder = factory.decompressobj()
    try:
        while data := file.read(_ZSTD_CHUNK):
            while data:
                if decoder.eof:
                    decoder = factory.decompressobj()
                yield decoder.decompress(data)
                data = decoder.unused_data
    except ZstdError as error:
        raise UnreadableError(DAMAGED, AGAIN) from error
    if not decoder.eof:
        raise UnreadableError(DAMAGED, AGAIN)


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[Archive]:
    with opened(path) as file:
        size = file.seek(0, 2)
        if size > limits.archive:
            raise UnreadableError(f"is larger than {in_bytes(limits.archive)}")
        clock = Clock(limits.seconds)
        with zipfile.ZipFile(_File(file, size, limits.directory)) as zipped:
            if len(zipped.infolist()) > limits.members:
                raise UnreadableError(f"contains more than {limits.members:,} files")
            yield Archive(zipped, limits, clock)


@contextmanager
def open_archive(path: Path, limits: Limits = LIMITS) -> Iterator[Archive]:
    """Open a package, and say in a sentence what is wrong with it.

    Raises:
        PackageError: It cannot be read, is no package, is damaged, or exceeds a limit.
    """
    try:
        with _opened(path, limits) as archive:
            yield archive
    except UnreadableError as error:
        raise PackageError(f"{path} {error}", error.hint) from error
    except (OSError, *_DAMAGE) as error:
        if path.is_dir():
            raise PackageError(f"{path} cannot be read: it is a folder, not a package") from error
        if isinstance(error, OSError) and error.strerror:
            raise PackageError(f"{path} cannot be read: {error.strerror}") from error
        raise PackageError(f"{path} {DAMAGED}", AGAIN) from error


def in_bytes(number: int) -> str:
    """A number of bytes, for people."""
    return f"{number / 2**30:g} GiB" if number >= 2**30 else f"{number / 2**20:g} MiB"
