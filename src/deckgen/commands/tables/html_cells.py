"""Cells that are HTML, as Anki's text export has them: their Markdown, and their plain text.

What deckgen's allow-list permits goes through unchanged, because Markdown may contain HTML. A page's look
(`style`, `class`, `<font>`) is left out, and counted.
"""

from __future__ import annotations

import html as html_lib
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from deckgen.cards.html import ATTRIBUTES, TAGS, VOID
from deckgen.commands.tables.escapes import APART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.commands.tables.escapes import Escapes

_LINES = frozenset(["div", "p"])  # elements by which Anki's editor makes lines
_SKIPPED = frozenset(["script", "style", "title", "noscript", "template"])
_IN_LINE = frozenset(
    "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small span strong sub "
    "sup u var wbr".split()
)
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
_KEPT_IN_TEXT = re.compile(r"\[sound:[^\]]*\]|\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
_KEPT = re.compile(rf"{_KEPT_IN_TEXT.pattern}|\{{\{{c[0-9,]+::|::|\}}\}}", re.DOTALL)
_NO_PLACE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


@dataclass
class HtmlCells:
    """Turns cells of HTML into texts.

    Attributes:
        escapes: Tries what a card shows.
        removed: The tags and attributes that were left out, with their numbers.
    """

    escapes: Escapes
    removed: Counter[str] = field(default_factory=Counter)

    def markdown(self, cell: str, *, is_cloze: bool) -> str:
        """Markdown that shows what a cell of HTML shows.

        This is the one place where HTML becomes Markdown in `deckgen import`.

        Args:
            cell: The HTML.
            is_cloze: Whether its clozes are clozes.

        Raises:
            ValueError: No way to write it shows the same text.
        """
        read = _read(cell)
        if read.is_plain:
            self.removed += read.removed
            return self.escapes.markdown(read.text, is_cloze=is_cloze)
        wanted = words(cell)
        for in_full in (False, True):
            text = read.markdown(in_full=in_full, is_cloze=is_cloze)
            output, diagnostics = self.escapes.html(text, is_cloze=is_cloze)
            if words(output) == wanted and (in_full or not diagnostics.has_errors):
                self.removed += read.removed
                return text
        raise ValueError(cell)

    def plain(self, cell: str) -> str:
        """The plain text of a cell of HTML, for a key without formatting."""
        read = _read(cell)
        left_out = Counter(
            f"<{each[1]}>" for each in read.parts if each[0] == "tag" and each[1] not in {"br", *_LINES}
        )
        self.removed += left_out
        return words(cell)


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


@dataclass
class _Read(HTMLParser):
    """A cell of HTML as parts: texts, and tags that are allowed."""

    parts: list[tuple[str, str, str]] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    def __post_init__(self) -> None:
        """Prepare the parser."""
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its allowed attributes."""
        if tag in _SKIPPED:
            self.skipped += 1
        if tag not in TAGS:
            self.removed[f"<{tag}>"] += 1
            return
        kept = ""
        for name, value in attrs:
            if name in ATTRIBUTES and name != "class":
                kept += f' {name}="{html_lib.escape(value or "")}"'
            else:
                self.removed[name] += 1
        if tag != "span" or kept:
            self.parts.append(("tag", tag, f"<{tag}{kept}>"))
        else:
            self.parts.append(("tag", tag, ""))

    def handle_endtag(self, tag: str) -> None:
        """Keep a closing tag."""
        if tag in _SKIPPED:
            self.skipped = max(self.skipped - 1, 0)
        if tag in TAGS and tag not in VOID:
            self.parts.append(("end", tag, f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        """Keep a text. Line ends in HTML are blanks."""
        if not self.skipped:
            self.parts.append(("text", "", data))

    @property
    def is_plain(self) -> bool:
        """Whether it has only lines of text, without formatting."""
        return all(name == "br" or name in _LINES or not piece for sort, name, piece in self.tags)

    @property
    def tags(self) -> list[tuple[str, str, str]]:
        """Its tags."""
        spans: list[bool] = []  # for each open span, whether it has a tag
        kept = []
        for part in self.parts:
            if part[0] == "text":
                continue
            if part[1] == "span":
                if part[0] == "tag":
                    spans.append(bool(part[2]))
                elif not (spans and spans.pop()):
                    continue
            kept.append(part)
        return kept

    @property
    def text(self) -> str:
        """Its text, with a line end for each line."""
        parts = ((sort, name, piece.replace("\n", " ")) for sort, name, piece in self.parts)
        return _lines("".join(piece if sort == "text" else _end(name) for sort, name, piece in parts))

    @property
    def in_lines(self) -> bool:
        """Whether it has only lines with formatting: no list, table or other block."""
        return all(name in _IN_LINE | _LINES for sort, name, _ in self.parts if sort != "text")

    def markdown(self, *, in_full: bool, is_cloze: bool) -> str:
        """Its Markdown.

        Args:
            in_full: Whether each sign of a text becomes an entity, so that none is a mark of Markdown.
            is_cloze: Whether its clozes are clozes.
        """
        kept = None if not in_full else _KEPT if is_cloze else _KEPT_IN_TEXT
        text = "".join(self._pieces(kept))
        if not self.in_lines:
            return re.sub(r"\n\s*", "\n", text).strip()
        text = re.sub(r" *([\n\0]) *", r"\1", re.sub(r"[ \t]+", " ", text))
        text = re.sub("\0+", "\0", text).strip("\0\n ")
        # an element with nothing but a break is an empty line; a break before the end of one adds none
        text = text.replace("\0\n\0", "\n\n").replace("\n\0", "\n").replace("\0", "\n")
        return re.sub(r"(?<!\n)\n(?!\n)", "\\\\\n", re.sub(r"\n{3,}", "\n\n", text))

    def _pieces(self, kept: re.Pattern[str] | None) -> Iterator[str]:
        """The pieces of its Markdown; `kept` is as for `_escaped`."""
        spans: list[bool] = []  # for each open span, whether it has a tag
        in_pre, in_lines = 0, self.in_lines
        for sort, name, piece in self.parts:
            if sort == "text":
                text = _escaped(piece, kept)
                yield text.replace("\n", "&#10;") if in_pre else text.replace("\n", " ")
                continue
            in_pre += (name == "pre") * (1 if sort == "tag" else -1)
            if name == "span":
                if sort == "tag":
                    spans.append(bool(piece))
                elif not (spans and spans.pop()):
                    continue
            if in_lines and (name == "br" or name in _LINES):
                yield _end(name)
            else:
                yield piece


def _end(name: str) -> str:
    """The line end of an element: a NUL for a `div`, which makes one only where none is."""
    return {"br": "\n", "p": "\n\n", "div": "\0"}.get(name, "")


def _lines(text: str) -> str:
    """A text with a line end for each line, and an empty line between paragraphs."""
    text = re.sub(r" *([\n\0]) *", r"\1", re.sub(r"[ \t]+", " ", text))
    text = re.sub("\0+", "\0", text).strip("\0\n ")
    # an element with nothing but a break is an empty line; a break before the end of one adds none
    text = text.replace("\0\n\0", "\n\n").replace("\n\0", "\n").replace("\0", "\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _read(cell: str) -> _Read:
    """The parts of a cell of HTML."""
    reader = _Read()
    reader.feed(cell)
    reader.close()
    return reader


def _escaped(text: str, kept: re.Pattern[str] | None) -> str:
    """A text between tags as Markdown.

    Args:
        text: The text.
        kept: What keeps its meaning, if all other signs become entities; None if they stay.
    """
    if kept is None:
        return html_lib.escape(text, quote=False)
    pieces, done = [], 0
    for match in [*kept.finditer(text), None]:
        typed = text[done : match.start() if match else None]
        pieces.append(_SIGN.sub(_entity, typed))
        if match:
            pieces.append(html_lib.escape(match[0], quote=False))
            done = match.end()
    return "".join(pieces)


def _entity(sign: re.Match[str]) -> str:
    """The entity of a sign. Two `=` are kept apart, because as entities they would still be a mark."""
    return f"&#{ord(sign[0])};" + (APART if sign[0] in "=~" else "")


def words(html: str) -> str:
    """The words that HTML shows, with a blank between each two."""
    html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    html = re.sub(r"(?is)<(script|style|title|noscript|template)\b.*?</\1\s*>", "", html)
    html = re.sub(
        r"(?i)<(?:br|/?(?:div|p|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|pre|hr|dt|dd))\b[^<>]*>", " ", html
    )
    text = html_lib.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", html))
    return " ".join(re.sub(r"\[sound:[^\]]*\]", "[sound]", text).split())
