"""Hidden content of a media file: the place where a photo was taken, other files that an SVG names."""

from __future__ import annotations

import re
import struct
from itertools import islice
from xml.parsers import expat

from deckgen.cards.sound_frames import after_tags
from deckgen.patterns import pattern

# each begins with fixed bytes; so three searches are twenty times as fast as one combined pattern
_TIFF = tuple(
    re.compile(mark + rb"(?=II\*\0|MM\0\*)", re.DOTALL) for mark in (rb"Exif\0\0", rb"eXIf", rb"EXIF.{4}")
)
_XMP_PLACE = pattern(rb"exif:GPSLatitude\s*(?:>|=\s*[\"'])\s*[\"']?\d")
_FILM_PLACE = pattern(rb"\xa9xyz.{4}[+-]\d\d", re.DOTALL)
_OF_EXIF = 128 * 1024  # bytes of an Exif block that are read: in a JPEG it has at most 64 KiB
_BLOCKS = 20  # so many Exif blocks are read; a photo has one, and its preview another
_TRAILER = 256  # bytes at the end of a sound in which the mark of another sort of tags is
# a JPEG with one of these has other pictures or a film after it; they tell a place of their own
_MORE_PICTURES = (b"MPF\0", b"MotionPhoto", b"MicroVideo")
_OF_PICTURE = frozenset([b"\xd9", b"\xda", b"\0", b"\xff", b""])
_GPS = 0x8825
_LATITUDE = 2
_ENTRY = 12  # bytes
_URL = pattern(r"url\(\s*[\"']?\s*([^\"')\s]+)|@import\s+[\"']([^\"']+)", re.IGNORECASE)
_SVG = "http://www.w3.org/2000/svg"
_NOT_DRAWN = frozenset(["a", "script"])
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def tells_place(content: bytes) -> bool:
    """Whether a photo or film says where it was taken, as those of telephones do."""
    content = _told(content)
    if _XMP_PLACE.search(content) or _FILM_PLACE.search(content):
        return True
    blocks = (match.end() for pattern in _TIFF for match in pattern.finditer(content))
    return any(_has_latitude(content[start : start + _OF_EXIF]) for start in islice(blocks, _BLOCKS))


def _told(content: bytes) -> bytes:
    """The parts of a file that tell about it, without the compressed picture or sound, which is most of it.

    In case of doubt it is the whole file.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return _told_in_jpeg(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _told_in_png(content)
    head = after_tags(content)
    if content[head : head + 1] == b"\xff" and b"APETAGEX" not in content[-_TRAILER:]:
        return content[:head]
    return content


def _told_in_jpeg(content: bytes) -> bytes:
    """The segments of a JPEG before the picture; or all of it if something may follow after the picture."""
    place = 2
    while content[place : place + 1] == b"\xff" and content[place + 1 : place + 2] not in _OF_PICTURE:
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    head = content[:place]
    complete = content[place : place + 2] == b"\xff\xda" and content.endswith(b"\xff\xd9")
    return head if complete and not any(sign in head for sign in _MORE_PICTURES) else content


def _told_in_png(content: bytes) -> bytes:
    """The chunks of a PNG but those of the picture."""
    place, parts = 8, []
    while place < len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        if content[place + 4 : place + 8] not in {b"IDAT", b"fdAT"}:
            parts.append(content[place:end])
        place = end
    return b"".join(parts)


def _has_latitude(tiff: bytes) -> bool:
    """Whether an Exif block has a latitude other than zero, which telephones write without a signal."""
    order = "<" if tiff.startswith(b"II") else ">"
    try:
        gps = _entries(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0]).get(_GPS)
        latitude = _entries(tiff, order, gps).get(_LATITUDE) if gps else None
        return latitude is not None and any(struct.unpack_from(f"{order}6I", tiff, latitude)[::2])
    except struct.error:
        return False


def _entries(tiff: bytes, order: str, at: int) -> dict[int, int]:
    """The tags of a directory of an Exif block, each with its value or the offset of its value."""
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    entries = (struct.unpack_from(f"{order}HHII", tiff, at + 2 + _ENTRY * number) for number in range(count))
    return {tag: value for tag, _, _, value in entries}


def wanted_by_svg(content: bytes) -> str:
    """The first address outside itself that an SVG names; empty if there is none.

    Browsers load no other files for an image.
    """
    collector = _Addresses()
    parser = expat.ParserCreate(None if content[:2] in _UTF_16 else "utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = collector.of_element
    parser.ProcessingInstructionHandler = collector.of_instruction
    parser.CharacterDataHandler = collector.of_style
    try:
        parser.Parse(content, True)  # noqa: FBT003 (not by name)
    except expat.ExpatError:
        return ""  # a fault that is reported elsewhere
    outside = (address for address in collector.addresses if not address.lower().startswith(("#", "data:")))
    return next(filter(None, outside), "")


class _Addresses:
    """Collects the addresses in an SVG from which something would be drawn."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def of_element(self, name: str, attributes: dict[str, str]) -> None:
        """Collect the addresses of an element, unless it is a link, which draws nothing."""
        space, _, element = name.rpartition(" ")
        for attribute, value in attributes.items():
            if space == _SVG and element not in _NOT_DRAWN and attribute.rpartition(" ")[2] == "href":
                self.addresses.append(value.strip())
            else:
                self.of_style(value)

    def of_instruction(self, target: str, text: str) -> None:
        """Collect the address of a style sheet."""
        if target == "xml-stylesheet" and (match := re.search(r"href\s*=\s*[\"']([^\"']+)", text)):
            self.addresses.append(match[1])

    def of_style(self, text: str) -> None:
        """Collect the addresses in a style."""
        self.addresses += [match[1] or match[2] for match in _URL.finditer(text)]
