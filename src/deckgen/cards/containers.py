"""Whether a picture, sound or font is whole, as far as its container tells: one function for each format.

Each takes the content of a file that begins as its format does, and gives back what is wrong with it, as the
end of a sentence that begins with its name; an empty text where nothing is. Where a format leaves a doubt,
the file passes: players and browsers take more than the standards do.
"""

from __future__ import annotations

import zlib
from itertools import islice
from typing import Literal

CUT = "is cut short: its end is missing"
DAMAGED = "is damaged: its parts do not follow each other as they should"
LINE_ENDS = "was changed on its way: its line ends were rewritten as if it were a text"

_LOOKED_AT = 64 * 1024  # bytes in which the next segment of a JPEG is looked for
_END = 16 * 1024  # bytes in which line ends are looked for
_ENOUGH = 16  # line ends that are no accident when all of them have the same form
_UNKNOWN_SIZE = 0x7F000000  # bytes; programs that write into a pipe put such sizes, or none


def png(data: bytes) -> str:
    """A PNG: its chunks up to the last, and the head's checksum.

    Browsers draw the picture whatever its own checksum is, and working that out takes longer than the rest.
    """
    if data[12:16] == b"CgBI":
        return "is a PNG of Apple's own form (CgBI), as apps for iPhones hold it, which no browser shows"
    place, seen = 8, set[bytes]()
    while place + 12 <= len(data):
        size, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        end = place + 12 + size
        if not kind.isalpha() or (not seen and kind != b"IHDR"):
            return DAMAGED
        if end > len(data):
            return CUT
        if kind == b"IHDR":
            sound = size == 13 and any(data[16:20]) and any(data[20:24])
            if not sound or zlib.crc32(data[12:29]) != int.from_bytes(data[29:33]):
                return DAMAGED
        seen.add(kind)
        if kind == b"IEND":
            return "" if b"IDAT" in seen else "holds no picture"
        place = end
    return CUT


def jpeg(data: bytes) -> str:
    """A JPEG: its segments up to the picture, and that this has an end."""
    place, frame = 2, False
    while True:
        begin = place
        place = data.find(b"\xff", begin)
        if place < 0 or place - begin > _LOOKED_AT:  # decoders skip what stands between segments
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
            # the mark of the end cannot stand in the data; what cameras append may be as long as it likes
            return DAMAGED if not frame else CUT if data.rfind(b"\xff\xd9", place) < 0 else ""
        frame = frame or (marker in range(0xC0, 0xD0) and marker not in {0xC4, 0xC8, 0xCC})


def gif(data: bytes) -> str:
    """A GIF: its blocks. The trailer may be missing, as in some that programs have shown for decades."""
    place, pictures = 13 + _colours(data[10:11]), 0
    while place < len(data):
        kind = data[place]
        if kind == 0x3B:
            return "" if pictures else "holds no picture"
        if kind == 0x21:
            place += 2
        elif kind == 0x2C:
            place += 11 + _colours(data[place + 9 : place + 10])
        elif pictures:
            # a browser takes what it does not know for the end, after which anything may follow
            return ""
        else:
            return DAMAGED
        while place < len(data) and data[place]:
            place += data[place] + 1
        place += 1
        pictures += kind == 0x2C and place <= len(data)
    return "" if pictures and place == len(data) else CUT


def _colours(flags: bytes) -> int:
    """The length of the colour table that flags of a GIF announce, in bytes."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def webp(data: bytes) -> str:
    """A WebP: its chunks, as far as its RIFF says that it goes."""
    end, place, seen = 8 + int.from_bytes(data[4:8], "little"), 12, set()
    while place + 8 <= end:
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 > len(data) or place + 8 + size > len(data):
            return CUT
        seen.add(data[place : place + 4])
        place += 8 + size + size % 2
    return "" if seen & {b"VP8 ", b"VP8L", b"ANMF"} else "holds no picture"


def wav(data: bytes) -> str:
    """A WAV: its chunks up to the sound."""
    order: Literal["big", "little"] = "big" if data.startswith(b"RIFX") else "little"
    place, described = 12, False
    while place + 8 <= len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], order)
        if kind == b"data":
            if not described:
                return DAMAGED
            if size >= _UNKNOWN_SIZE or not size:
                return "" if place + 8 < len(data) else "holds no sound"
            return CUT if place + 8 + size > len(data) else ""
        described = described or kind == b"fmt "
        place += 8 + size + size % 2
    return CUT


def ogg(data: bytes) -> str:
    """An Ogg (Vorbis, Opus, FLAC, …): its pages."""
    place, closed = 0, False
    while place < len(data):
        if not data.startswith(b"OggS", place):
            # tags and other things may follow once a stream has said that it ends
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
    """An MP4 or M4A: its boxes, and that both the index and the content are there."""
    fault, seen = _boxes(data, {b"moov", b"mdat"})
    if not fault and b"moov" not in seen:
        return "holds no index (moov), as a recording or download that has stopped"
    return fault or ("" if b"mdat" in seen else CUT)


def avif(data: bytes) -> str:
    """An AVIF: its boxes, and that the picture is there."""
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
    """What is wrong with the boxes that stand one after the other, and their types."""
    place, seen = 0, set[bytes]()
    while place + 8 <= len(data):
        size, kind, head = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[place + 8 : place + 16]), 16
        elif size == 0:
            size = len(data) - place
        if kind not in _BOXES and needed <= seen:
            return "", seen  # a tag, or what else was put at the end
        if size < head:
            return DAMAGED, seen
        if place + size > len(data):
            return CUT, seen
        seen.add(kind)
        place += size
    return "", seen


def webm(data: bytes) -> str:
    """A WebM or Matroska: its segment, where it says how long that is."""
    place, size = _vint(data, 4)
    place, size = _vint(data, place + size + 4)
    if data[place:].startswith(b"\xec"):
        return ""
    if size >= 0 and place + size > len(data):
        return CUT
    return "" if data.find(b"\x1f\x43\xb6\x75", place) >= 0 else CUT


def _vint(data: bytes, place: int) -> tuple[int, int]:
    """Where a size of EBML ends, and the size in bytes; -1 where it is unknown."""
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
    """A WOFF: its length, of which browsers allow no other, and its tables."""
    fault = woff2(data)
    return fault or _tables(data, 44, int.from_bytes(data[12:14]), 20, 4)


def woff2(data: bytes) -> str:
    """A WOFF2: its length, of which browsers allow no other."""
    length = int.from_bytes(data[8:12])
    return CUT if length > len(data) else DAMAGED if length < len(data) or length < 48 else ""


def _tables(data: bytes, place: int, count: int, step: int, offset: int) -> str:
    """What is wrong with the tables of a font.

    Args:
        data: The font.
        place: Where the list of them begins, in bytes.
        count: How many there are.
        step: How long a line of that list is, in bytes.
        offset: Where in a line the table's place and length stand, in bytes.
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
    """Whether the line ends of a binary were made those of Windows: all of many, which is no accident."""
    end = data[-_END:]
    count = end.count(b"\n")
    return count >= _ENOUGH and count == end.count(b"\r\n")
