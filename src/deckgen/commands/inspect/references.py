"""What HTML and css refer to: media files of the package, and files on the internet."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.cards.html import Tag

_REMOTE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]{1,20}:", re.IGNORECASE)
_URL = re.compile(r"url\(\s{0,9}[\"']?\s{0,9}([^\"')\s]{1,2000})", re.IGNORECASE)
_IMPORT = re.compile(r"@import\s{1,9}(?:url\(\s{0,9})?[\"']?([^\"')\s;]{1,2000})", re.IGNORECASE)
_FONT = re.compile(r"\.(?:woff2?|[to]tf|ttc|eot)\b", re.IGNORECASE)
_TAIL = re.compile(r"[?#].*", re.DOTALL)
_SHOWS = frozenset("img audio video source object".split())
"""The elements whose `src` and `data` Anki reads as names of media files (rslib/src/text.rs)."""
_LOADS = {
    "script": "script",
    "link": "style",
    **dict.fromkeys(("iframe", "embed", "frame", "object"), "page"),
}
_SOUND = "[sound:"


class Reference(NamedTuple):
    """A reference to a file.

    Attributes:
        address: The address as it is written, with entities decoded.
        sort: `image` for anything to see or hear, `font`, `style`, `script` or `page`.
        media: Whether Anki takes it as the name of a media file.
    """

    address: str
    sort: str
    media: bool = False

    @property
    def remote(self) -> bool:
        """Whether the file is on the internet."""
        return _REMOTE.match(self.address) is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of media files that it can mean; none if it is an address of another sort, as `#part`."""
        if self.address.strip()[:1] in {"", "#"} or _SCHEME.match(self.address) or self.remote:
            return ()
        found = (self.address, unquote(self.address), _TAIL.sub("", unquote(self.address)))
        return tuple(dict.fromkeys(unicodedata.normalize("NFC", each) for each in found if each))


def of_tag(tag: Tag) -> Iterator[Reference]:
    """The files that a tag refers to."""
    if tag.closing:
        return
    sort = _LOADS.get(tag.name, "image")
    for name, value in tag.attributes.items():
        if name in {"src", "data"}:
            yield Reference(value, sort, media=tag.name in _SHOWS)
        elif name == "href" and tag.name in {"link", "image", "use"}:
            yield Reference(value, sort)
        elif name in {"poster", "xlink:href"}:
            yield Reference(value, "image")
        elif name == "srcset":
            for each in value.split(","):
                yield Reference((each.split() or [""])[0], "image")
        elif name == "style":
            yield from of_css(value)


def of_css(css: str) -> Iterator[Reference]:
    """The files that a style sheet, or HTML with one inside, refers to."""
    imported = {match[1] for match in _IMPORT.finditer(css)}
    for address in imported:
        yield Reference(address, "style")
    for match in _URL.finditer(css):
        if match[1] not in imported:
            yield Reference(match[1], "font" if _FONT.search(match[1]) else "image")


def of_sounds(html: str) -> list[str]:
    """The names in the sounds of a field: `[sound:…]`."""
    found, start = [], html.find(_SOUND)
    while start >= 0:
        end = html.find("]", start)
        if end < 0:
            break
        found.append(html[start + len(_SOUND) : end])
        start = html.find(_SOUND, end)
    return found
