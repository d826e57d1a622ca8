"""What HTML and css refer to: media files of the package, and files on the internet."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from deckgen.cards import html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.cards.html import Tag

_REMOTE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]{1,20}:", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_IN_CSS = re.compile(
    r"(?:(?P<import>@import)\s{0,9}(?:url\(\s{0,9})?|url\(\s{0,9})"
    r"(?:\"(?P<double>[^\"\n]{1,2000})\"|'(?P<single>[^'\n]{1,2000})'|(?P<bare>[^\s\"'()]{1,2000})\s{0,9}\))",
    re.IGNORECASE,
)
_WITH_CSS = re.compile(r"<(style|script)\b[^>]{0,2000}>(.*?)(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
"""An element with css, or with a script that may contain some."""
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
    """The files that a style sheet refers to."""
    for match in _IN_CSS.finditer(_COMMENT.sub("", css)):
        address = (match["double"] or match["single"] or match["bare"]).strip()
        if match["import"]:
            yield Reference(address, "style")
        else:
            yield Reference(address, "font" if _FONT.search(address) else "image")


def of_html(text: str, tags: Iterable[Tag] | None = None) -> Iterator[Reference]:
    """The files that HTML refers to: by tags, sounds and style sheets in it.

    Args:
        text: The HTML.
        tags: Its tags, if they are known.
    """
    for tag in (html.tags(text) if "<" in text else ()) if tags is None else tags:
        yield from of_tag(tag)
    for name in of_sounds(text):
        yield Reference(unescape(name), "image", media=True)
    for match in _WITH_CSS.finditer(text):
        yield from of_css(match[2])


def of_sounds(text: str) -> list[str]:
    """The names in the sounds of a field: `[sound:…]`."""
    found, start = [], text.find(_SOUND)
    while start >= 0:
        end = text.find("]", start)
        if end < 0:
            break
        found.append(text[start + len(_SOUND) : end])
        start = text.find(_SOUND, end)
    return found
