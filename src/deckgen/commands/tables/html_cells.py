"""Cells that are HTML, as Anki's text export has them: their Markdown, and their plain text."""

from __future__ import annotations

import html as html_lib
import re
from collections import Counter
from dataclasses import dataclass, field

from deckgen.cards import html
from deckgen.commands.from_html.convert import convert

_NO_PLACE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


@dataclass
class HtmlCells:
    """Turns cells of HTML into texts.

    Attributes:
        removed: What was left out, in words, with the numbers of the cells.
    """

    removed: Counter[str] = field(default_factory=Counter)

    def markdown(self, cell: str, *, is_cloze: bool) -> str:
        """Markdown that shows what a cell of HTML shows.

        Args:
            cell: The HTML.
            is_cloze: Whether its clozes are clozes.
        """
        done = convert(cell, cloze=is_cloze, map_tags={}, media=_AsTheyAre())
        self.removed.update(done.lost)
        return done.text.strip("\n")

    def plain(self, cell: str) -> str:
        """The plain text of a cell of HTML, for a key without formatting."""
        names = {tag.name for tag in html.tags(cell)} - {"br", "div", "p"}
        self.removed.update(f"the element `<{name}>`" for name in sorted(names))
        return words(cell)


class _AsTheyAre(dict[str, str]):
    """The paths of files: those that the table has."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return name

    def get(self, name: str, default: object = None) -> str:  # noqa: ARG002
        """The path itself."""
        return name


def with_media(cell: str, folder: str, *, html: bool) -> str:
    """A cell whose sounds, and in HTML its images, are in a folder.

    Args:
        cell: The cell.
        folder: The folder with its `/`, as seen from the chapter.
        html: Whether it is HTML.
    """

    def placed(match: re.Match[str]) -> str:
        path = match[2].strip()
        return match[0] if _NO_PLACE.search(path) else f"{match[1]}{folder}{path}{match[3]}"

    cell = re.sub(r"(\[sound:)([^\]]*)(\])", placed, cell)
    return (
        re.sub(r"(<img\b[^<>]*?\ssrc=[\"'])([^\"'<>]*)([\"'])", placed, cell, flags=re.IGNORECASE)
        if html
        else cell
    )


def words(html: str) -> str:
    """The words that HTML shows, with a blank between each two."""
    html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    html = re.sub(r"(?is)<(script|style|title|noscript|template)\b.*?</\1\s*>", "", html)
    html = re.sub(
        r"(?i)<(?:br|/?(?:div|p|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|pre|hr|dt|dd))\b[^<>]*>", " ", html
    )
    text = html_lib.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", html))
    return " ".join(re.sub(r"\[sound:[^\]]*\]", "[sound]", text).split())
