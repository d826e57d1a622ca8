"""Checks that a picture, sound or font is complete, by its container: one function for each format.

Each function takes the content of a file that begins as its format does, and returns its fault as the end of
a sentence that begins with the file's name, or an empty text. In case of doubt a file passes: players and
browsers accept more than the standards do.
"""

from __future__ import annotations

import zlib
from itertools import islice
from typing import Literal

CUT = "is cut short: its end is missing"
DAMAGED = "is damaged: its parts are in the wrong order"
LINE_ENDS = "was damaged in transfer: its line endings were changed, as if it were a text file"

_LOOKED_AT = 64 * 1024  # bytes in which the next segment of a JPEG is searched
_END = 16 * 1024  # bytes in which line ends are counted
_ENOUGH = 16  # so many line ends of the same form are no accident
_UNKNOWN_SIZE = 0x7F000000  # bytes; programs that write into a pipe write such a size, or 0


def png(data: bytes) -> str:
    """A PNG: its chunks up to the last, and the head's checksum.

    Browsers show the picture even if its own checksum is wrong, and computing it would take long.
    """
    if data[12:16] == b"CgBI":
        return "is in Apple's own PNG format for iPhone apps (CgBI), which browsers cannot show"
    place, seen = 8, set[bytes]()
    while place + 12 <= len(data):
        size, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        end = place + 12 + size
        if not kind.isalpha() or (not seen and kind != b"IHDR"):
            return DAMAGED
        if end > len(data):
            return CUT
        if kind == b"IHDR":
            valid = size == 13 and any(data[16:20]) and any(data[20:24])
            if not valid or zlib.crc32(data[12:29]) != int.from_bytes(data[29:33]):
                return DAMAGED
        seen.add(kind)
        if kind == b"IEND":
            return "" if b"IDAT" in seen else "contains no picture"
        place = end
    return CUT


def jpeg(data: bytes) -> str:
    """A JPEG: its segments up to the picture, and the end of the picture."""
    place, frame = 2, False
    while True:
        begin = place
        place = data.find(b"\xff", begin)
        if place < 0 or place - begin > _LOOKED_AT:  # decoders skip bytes between segments
            return CUT if place < 0 else DAMAGED
        while data[place + 1 : place + 2] == b"\xff":
            place += 1
        if place + 4 > len(data):
            return CUT
        marker, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if marker in {0x00, 0x01, *range(0xD0, 0xD8)}:
            place += 2
            continue
        if marker == 0xD9 or size < 2:
            return DAMAGED
        if place + 2 + size > len(data):
            return CUT
        place += 2 + size
        if marker == 0xDA:
            # the data cannot contain the mark of the end; cameras may append any number of bytes after it
            return DAMAGED if not frame else CUT if data.rfind(b"\xff\xd9", place) < 0 else ""
        frame = frame or (marker in range(0xC0, 0xD0) and marker not in {0xC4, 0xC8, 0xCC})


def gif(data: bytes) -> str:
    """A GIF: its blocks. The trailer may be missing: programs have shown such files for decades."""
    place, pictures = 13 + _color_table_size(data[10:11]), 0
    while place < len(data):
        kind = data[place]
        if kind == 0x3B:
            return "" if pictures else "contains no picture"
        if kind == 0x21:
            place += 2
        elif kind == 0x2C:
            place += 11 + _color_table_size(data[place + 9 : place + 10])
        elif pictures:
            # a browser stops at an unknown block, and anything may follow
            return ""
        else:
            return DAMAGED
        while place < len(data) and data[place]:
            place += data[place] + 1
        place += 1
        pictures += kind == 0x2C and place <= len(data)
    return "" if pictures and place == len(data) else CUT


def _color_table_size(flags: bytes) -> int:
    """The length in bytes of the color table, from the flags of a GIF."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def webp(data: bytes) -> str:
    """A WebP: its chunks, up to the length that its RIFF header states."""
    end, place, seen = 8 + int.from_bytes(data[4:8], "little"), 12, set()
    while place + 8 <= end:
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 > len(data) or place + 8 + size > len(data):
            return CUT
        seen.add(data[place : place + 4])
        place += 8 + size + size % 2
    return "" if seen & {b"VP8 ", b"VP8L", b"ANMF"} else "contains no picture"


def wav(data: bytes) -> str:
    """A WAV: its chunks up to the sound data."""
    order: Literal["big", "little"] = "big" if data.startswith(b"RIFX") else "little"
    place, described = 12, False
    while place + 8 <= len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], order)
        if kind == b"data":
            if not described:
                return DAMAGED
            if size >= _UNKNOWN_SIZE or not size:
                return "" if place + 8 < len(data) else "contains no sound"
            return CUT if place + 8 + size > len(data) else ""
        described = described or kind == b"fmt "
        place += 8 + size + size % 2
    return CUT


def ogg(data: bytes) -> str:
    """An Ogg (Vorbis, Opus, FLAC, …): its pages."""
    place, closed = 0, False
    while place < len(data):
        if not data.startswith(b"OggS", place):
            # tags and the like may follow after the page that ends a stream
            return "" if closed else CUT if len(data) - place < 4 else DAMAGED
        segments = data[place + 26 : place + 27]
        head = 27 + (segments[0] if segments else 0)
        place_of_data = place + head
        size = sum(data[place + 27 : place_of_data])
        if not segments or place_of_data + size > len(data):
            return CUT
        closed = closed or bool(data[place + 5] & 4)
        place = place_of_data + size
    return ""


def mp4(data: bytes) -> str:
    """An MP4 or M4A: its boxes, with both the index and the content among them."""
    fault, seen = _boxes(data, {b"moov", b"mdat"})
    if not fault and b"moov" not in seen:
        return "has no index (moov); the recording or download was probably interrupted"
    return fault or ("" if b"mdat" in seen else CUT)


def avif(data: bytes) -> str:
    """An AVIF: its boxes, with the picture among them."""
    fault, seen = _boxes(data, {b"meta", b"mdat"})
    if fault:
        return fault
    if not seen & {b"meta", b"moov"}:
        return DAMAGED
    return "" if b"mdat" in seen or b"idat" in data else CUT


_BOXES = frozenset(
    b"ftyp moov mdat moof meta free skip wide uuid mfra sidx styp udta pdin emsg prft".split(b" ")
)


def _boxes(data: bytes, needed: set[bytes]) -> tuple[str, set[bytes]]:
    """The fault of a row of boxes, empty if there is none; and the types of the boxes."""
    place, seen = 0, set[bytes]()
    while place + 8 <= len(data):
        size, kind, head = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[place + 8 : place + 16]), 16
        elif size == 0:
            size = len(data) - place
        if kind not in _BOXES and needed <= seen:
            return "", seen  # a tag or the like at the end
        if size < head:
            return DAMAGED, seen
        if place + size > len(data):
            return CUT, seen
        seen.add(kind)
        place += size
    return "", seen


def webm(data: bytes) -> str:
    """A WebM or Matroska: its segment, if its length is known."""
    place, size = _vint(data, 4)
    place, size = _vint(data, place + size + 4)
    if data[place:].startswith(b"\xec"):
        return ""
    if size >= 0 and place + size > len(data):
        return CUT
    return "" if data.find(b"\x1f\x43\xb6\x75", place) >= 0 else CUT


def _vint(data: bytes, place: int) -> tuple[int, int]:
    """The offset after a size of EBML, and the size in bytes; -1 if it is unknown."""
    first = data[place] if place < len(data) else 0
    length = 9 - first.bit_length()
    number = int.from_bytes(data[place : place + length]) & ((1 << 7 * length) - 1)
    return place + length, -1 if number == (1 << 7 * length) - 1 else number


def sfnt(data: bytes) -> str:
    """A TrueType or OpenType font: its tables."""
    return _tables(data, 12, int.from_bytes(data[4:6]), 16, 8)


def ttc(data: bytes) -> str:
    """A collection of fonts: its fonts."""
    places = [
        int.from_bytes(data[at : at + 4])
        for at in islice(range(12, len(data), 4), int.from_bytes(data[8:12]))
    ]
    faults = [
        _tables(data, at + 12, int.from_bytes(data[at + 4 : at + 6]), 16, 8) if at + 12 <= len(data) else CUT
        for at in places
    ]
    return next(filter(None, faults), "") if faults else CUT


def woff(data: bytes) -> str:
    """A WOFF: its exact length, which browsers require, and its tables."""
    fault = woff2(data)
    return fault or _tables(data, 44, int.from_bytes(data[12:14]), 20, 4)


def woff2(data: bytes) -> str:
    """A WOFF2: its exact length, which browsers require."""
    length = int.from_bytes(data[8:12])
    return CUT if length > len(data) else DAMAGED if length < len(data) or length < 48 else ""


def _tables(data: bytes, place: int, count: int, step: int, offset: int) -> str:
    """The fault of the tables of a font; empty if there is none.

    Args:
        data: The font.
        place: The offset of the list of tables, in bytes.
        count: The number of tables.
        step: The length of an entry of the list, in bytes.
        offset: The offset, within an entry, of the table's offset and length, in bytes.
    """
    if not count:
        return DAMAGED
    for at in range(place, place + count * step, step):
        begin = int.from_bytes(data[at + offset : at + offset + 4])
        length = int.from_bytes(data[at + offset + 4 : at + offset + 8])
        if at + step > len(data) or begin + length > len(data):
            return CUT
    return ""


def rewritten(data: bytes) -> bool:
    """Whether a program has rewritten the line ends of a binary file as those of Windows."""
    end = data[-_END:]
    count = end.count(b"\n")
    return count >= _ENOUGH and count == end.count(b"\r\n")
