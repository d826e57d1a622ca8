"""Markdown as HTML for a public page, which loads nothing, runs nothing and stays within its place.

An author's changelog may hold any HTML. Of it only the tags that cards may have are kept, without images, and
each element that is opened is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyromark

from deckgen.cards import html

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKDOWN = pyromark.Markdown(options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH)
_TAGS = html.TAGS - {"img"}
_ATTRIBUTES = frozenset(["colspan", "dir", "lang", "rowspan", "scope", "start"])
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DEEPEST = 6


def page_html(text: str, level: int) -> str:
    """Markdown as HTML for a page.

    Args:
        text: The Markdown.
        level: The level of its highest headings on the page; no level below that is left out.
    """
    return "".join(_kept(html.pieces(_MARKDOWN.html(text)), level))


def shown_text(text: str, most: int) -> str:
    """The words that Markdown shows, on one line: whole ones, up to a number of characters."""
    words = " ".join(html.text(page_html(text, 1)).split())
    if len(words) <= most:
        return words
    cut = words[:most].rpartition(" ")[0] or words[: most - 1]
    return f"{cut.rstrip(' ,;:')}…"


def _kept(pieces: list[html.Tag | str], level: int) -> Iterator[str]:
    """The HTML that is kept, piece by piece."""
    levels = _levels(pieces, level)
    opened: list[str] = []  # for each element the tag that closes it; empty for one that is left out
    names: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            yield html.escape(piece)
        elif piece.closing and piece.name in names:
            while names:
                yield opened.pop()
                if names.pop() == piece.name:
                    break
        elif piece.name == "img":
            yield html.escape(piece.attributes.get("alt", ""))
        elif not piece.closing and piece.name in _TAGS:
            tag = _tag(piece, levels)
            if piece.opens:
                names.append(piece.name)
                opened.append(f"</{tag.name}>" if tag else "")
            yield html.written(tag) if tag else ""
    yield from reversed(opened)


def _tag(tag: html.Tag, levels: dict[int, int]) -> html.Tag | None:
    """A tag as the page has it; None if it is left out."""
    attributes = {name: value for name, value in tag.attributes.items() if name in _ATTRIBUTES}
    if tag.name == "a":
        address = tag.attributes.get("href", "")
        if not html.SAFE_LINK.fullmatch(address):
            return None
        attributes["href"] = address
    name = f"h{levels[tag.start]}" if tag.name in _HEADINGS else tag.name
    return tag._replace(name=name, attributes=attributes)


def _levels(pieces: list[html.Tag | str], level: int) -> dict[int, int]:
    """The levels of headings on the page, by the offsets of their tags."""
    tags = [
        each for each in pieces if isinstance(each, html.Tag) and not each.closing and each.name in _HEADINGS
    ]
    highest = min((_HEADINGS[each.name] for each in tags), default=1)
    levels = {}
    last = level - 1
    for each in tags:
        last = min(_HEADINGS[each.name] - highest + level, last + 1, _DEEPEST)
        levels[each.start] = last
    return levels
