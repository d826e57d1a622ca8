"""Cells that are HTML, as Anki's text export has them: their Markdown, and their plain text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from deckgen.cards import html
from deckgen.commands.from_html.convert import convert
from deckgen.commands.tables.placed import Placed

_APART = frozenset("br div p li ul ol tr td th table h1 h2 h3 h4 h5 h6 blockquote pre hr dt dd".split())
"""Elements before and after which a word ends."""
_HIDDEN = frozenset(["title", "noscript", "template"])


@dataclass
class HtmlCells:
    """Turns cells of HTML into texts.

    Attributes:
        media: Where the media of the cells are.
        removed: What was left out, in words, with the numbers of the cells.
    """

    media: Placed = field(default_factory=lambda: Placed(""))
    removed: Counter[str] = field(default_factory=Counter)

    def markdown(self, cell: str, *, is_cloze: bool) -> str:
        """Markdown that shows what a cell of HTML shows.

        Args:
            cell: The HTML.
            is_cloze: Whether its clozes are clozes.
        """
        done = convert(cell, cloze=is_cloze, map_tags={}, media=self.media)
        self.removed.update(done.lost)
        return done.text.strip("\n")

    def paragraphs(self, cells: list[str], *, is_cloze: bool) -> str:
        """Markdown that shows what several cells show, each as a paragraph or more.

        What `markdown` left out of one of them is not counted again.
        """
        field_html = "".join(f"<p>{cell}</p>" for cell in cells)
        done = convert(field_html, cloze=is_cloze, map_tags={}, media=self.media)
        self.removed.update(what for what in done.lost if what not in self.removed)
        return done.text.strip("\n")

    def plain(self, cell: str) -> str:
        """The plain text of a cell of HTML, for a key without formatting."""
        names = {tag.name for tag in html.tags(cell)} - {"br", "div", "p"}
        self.removed.update(f"the element `<{name}>`" for name in sorted(names))
        return words(cell)


def words(cell: str) -> str:
    """The words that HTML shows, with a blank between each two."""
    texts: list[str] = []
    hidden = ""  # the element whose content is not shown
    for piece in html.pieces(html.without_scripts(cell)[0]):
        if isinstance(piece, str):
            texts.append("" if hidden else piece)
        elif hidden:
            hidden = "" if piece.closing and piece.name == hidden else hidden
        elif piece.name in _HIDDEN and not piece.closing:
            hidden = piece.name
        elif piece.name in _APART:
            texts.append(" ")
    return " ".join(re.sub(r"\[sound:[^\]]*\]", "[sound]", "".join(texts)).split())
