"""Hidden content of a media file: the place where a photo was taken, other files that an SVG names."""

from __future__ import annotations

import re
import struct
from itertools import islice
from xml.parsers import expat

# each begins with fixed bytes; so three searches are twenty times as fast as one combined pattern
_TIFF = tuple(
    re.compile(mark + rb"(?=II\*\0|MM\0\*)", re.DOTALL) for mark in (rb"Exif\0\0", rb"eXIf", rb"EXIF.{4}")
)
_XMP_PLACE = re.compile(rb"exif:GPSLatitude\s*(?:>|=\s*[\"'])\s*[\"']?\d")
_FILM_PLACE = re.compile(rb"\xa9xyz.{4}[+-]\d\d", re.DOTALL)
_OF_EXIF = 128 * 1024  # bytes of an Exif block that are read: in a JPEG it has at most 64 KiB
_BLOCKS = 20  # so many Exif blocks are read; a photo has one, and its preview another
_GPS = 0x8825
_LATITUDE = 2
_ENTRY = 12  # bytes
_URL = re.compile(r"url\(\s*[\"']?\s*([^\"')\s]+)|@import\s+[\"']([^\"']+)", re.IGNORECASE)
_SVG = "http://www.w3.org/2000/svg"
_NOT_DRAWN = frozenset(["a", "script"])
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def tells_place(content: bytes) -> bool:
    """Whether a photo or film says where it was taken, as those of telephones do."""
    if _XMP_PLACE.search(content) or _FILM_PLACE.search(content):
        return True
    blocks = (match.end() for pattern in _TIFF for match in pattern.finditer(content))
    return any(_has_latitude(content[start : start + _OF_EXIF]) for start in islice(blocks, _BLOCKS))


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
