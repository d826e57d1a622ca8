"""Text as Markdown that shows it: signs that Markdown or deckgen would read as marks are escaped."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from deckgen.anki import verbatim


class Care(IntEnum):
    """How a text is written: as an author would, or with more and more care."""

    LIGHT = 0
    """Only signs that look like marks where they are are escaped."""
    FULL = 1
    """All signs that can be marks are escaped."""
    TAGS = 2
    """In addition, styles are HTML."""
    BLOCK = 3
    """The text is within a block of HTML, in which Markdown reads nothing."""


_START = re.compile(
    r"(?P<number>\d{1,9})(?=[.)](?:\s|\Z))|#{1,6}(?=\s|\Z)|[-+](?=\s|\Z)|\*(?=\s)|>|=+[ \t]*\Z"
    r"|(?:-[ ]?){3,}\Z|~{3}|:{3}|\||(?:[-:| ]*-[-:| ]*)\Z"
)
"""What Markdown reads as a mark at the start of a line."""
_LIGHT = re.compile(
    r"(?P<backslash>\\(?=[!-/:-@\[-`{-~]|\Z))"
    r"|(?P<star>\*+)|(?P<line>_+)|(?P<tick>`)"
    r"|(?P<bracket>\[(?=[^\[\]]*\](?:[(\[:]|\Z)|\[|\^|sound:|anki:|/?latex\]|/?\$))|(?P<link>\](?=[(:]))"
    r"|(?P<less><(?=[A-Za-z/!?]))|(?P<and>&(?=#?[A-Za-z0-9]{1,32};))|(?P<bang>!(?=\Z))"
    r"|(?P<hard>\xa0)|(?P<wbr>\u200b)"
)
_FULL = re.compile(
    r"(?P<backslash>\\)|(?P<sign>[`*_\[|$]|!(?=\Z))|(?P<less><)|(?P<and>&)|(?P<equal>=(?==)|~(?=~))"
    r"|(?P<hard>\xa0)|(?P<wbr>\u200b)"
)
_ENTITIES = re.compile(r"[\\`*_\[\]|$~={}#<>&!\xa0\u200b^]|::|:\Z|\A:")
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "\u200b": "<wbr>", "\xa0": "&nbsp;"}
_BRACES = re.compile(r"[{}]")
_DOUBLE = re.compile(r"\{(?=[{c]|\Z)|(?<=\{)\{|\}(?=\}|\Z)|(?<=\})\}|\A\}")
_LIKE_CLOZE = re.compile(r"(\{c[0-9,]+)::")
_COLONS = re.compile(r":(?=:|\Z)|(?<=:):|\A:")


def escaped(text: str, line: str, start: int, care: Care, *, in_cloze: bool, clozes: bool, cell: bool) -> str:
    """A piece of a line's text as Markdown.

    Args:
        text: The piece.
        line: The text of the whole line.
        start: The offset of the piece in the line.
        care: How it is written.
        in_cloze: Whether it is in a cloze.
        clozes: Whether the field has clozes.
        cell: Whether it is in a cell of a table in Markdown.
    """
    if care >= Care.TAGS:
        return _with_entities(text, line, start, care, braces=clozes or "{{c" in line)
    if not clozes and text.isalnum():
        return text
    piece = _Piece(text, line, start)
    if care is Care.LIGHT:
        made = _LIGHT.sub(piece.light, text)
        made = made.replace("$", "\\$") if "$" in text and _has_formula(line) else made
        made = made.replace("|", "\\|") if cell else made
    else:
        made = _FULL.sub(_fully, text)
    if in_cloze:
        made = _COLONS.sub("\\:", _BRACES.sub(lambda match: f"\\{match[0]}", made))
    elif clozes or "{{c" in made:
        made = (_BRACES if care else _DOUBLE).sub(lambda match: f"\\{match[0]}", made)
        made = _LIKE_CLOZE.sub(r"\1\:\:", made) if clozes else made
    return made if start or cell else _at_start(made, line)


class _Piece(NamedTuple):
    """A piece of a line's text, and its offset in the line."""

    text: str
    line: str
    start: int

    def light(self, match: re.Match[str]) -> str:
        """A sign of the piece, escaped if it looks like a mark."""
        kind, sign = match.lastgroup or "", match[0]
        if kind == "star":
            return sign if self._is_alone(match) and len(sign) == 1 else sign.replace("*", "\\*")
        if kind == "line":
            return sign if self._is_plain_line(match) else sign.replace("_", "\\_")
        is_last = self.start + match.end() == len(self.line)
        # two escaped brackets would be a formula
        if (kind == "bang" and is_last) or (kind == "link" and "[" in self.text[: match.start()]):
            return sign
        return _AS.get(kind, f"\\{sign}")

    def _is_alone(self, match: re.Match[str]) -> bool:
        """Whether blanks are on both sides of a sign."""
        at, end = self.start + match.start(), self.start + match.end()
        before, after = self.line[at - 1 : at] if at else "", self.line[end : end + 1]
        return not before.strip() and not after.strip() and bool(before or after)

    def _is_plain_line(self, match: re.Match[str]) -> bool:
        """Whether underscores are within a word, or alone."""
        text, at, end = self.text, match.start(), match.end()
        if at and text[at - 1].isalnum() and text[end : end + 1].isalnum():
            return True
        if not at and not self.start:
            return False
        if self._is_alone(match):
            return True
        return len(match[0]) > 1 and text.count(match[0]) == 1 and self.line.count("_") == text.count("_")


_AS = {"less": "&lt;", "and": "&amp;", "hard": "&nbsp;", "wbr": "<wbr>"}


def _fully(match: re.Match[str]) -> str:
    """A sign, escaped in any case."""
    kind = match.lastgroup or ""
    if kind == "backslash":
        return "&#92;"
    if kind == "equal":
        return f"<span>{match[0]}</span>"  # deckgen reads `==` even after a backslash
    return _AS.get(kind) or f"\\{match[0]}"


def _at_start(made: str, line: str) -> str:
    """The first piece of a line, with nothing that begins a block of Markdown."""
    match = _START.match(line)
    if match is None or made.startswith(("\\", "&", "<span>")):
        return made
    number = match["number"]
    return f"{number}\\{made[len(number) :]}" if number else f"\\{made}"


def _has_formula(line: str) -> bool:
    """Whether deckgen finds a formula between dollar signs."""
    return line.count("$") > 1 and any(
        piece.kind in {"formula", "display"} for piece in verbatim.pieces(line)
    )


def _with_entities(text: str, line: str, start: int, care: Care, *, braces: bool) -> str:
    """Text with an entity for each sign that may be a mark."""

    def entity(match: re.Match[str]) -> str:
        sign, at = match[0], match.end()
        if sign in _NAMED:
            return _NAMED[sign]
        is_inside = sign == "_" and text[at - 2 : at - 1].isalnum() and text[at : at + 1].isalnum()
        if is_inside or (sign[0] in "{}:" and not braces):
            return sign
        if sign in "=~" and care is not Care.BLOCK:
            return f"<span>{sign}</span>" if text[at : at + 1] == sign or at == len(text) else sign
        return "".join(f"&#{ord(char)};" for char in sign)

    made = _ENTITIES.sub(entity, text)
    if start == 0 and care is Care.TAGS:
        made = _at_start(made, line)
    return made
