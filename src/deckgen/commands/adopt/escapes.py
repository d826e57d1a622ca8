"""Text as Markdown that shows it: signs that Markdown or deckgen would read as marks are escaped."""

from __future__ import annotations

import re
from enum import IntEnum

from deckgen.anki import verbatim
from deckgen.cards import html


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
    r"(?P<number>\d{1,9})(?=[.)](?:\s|\Z))|#{1,6}(?=\s|\Z)|[-+](?=\s|\Z)|\*(?=\s)|>|=+[ \t]*\Z|(?:-[ ]?){3,}\Z|~{3}|:{3}"
    r"|\||(?:[-:| ]*-[-:| ]*)\Z"
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
    r"(?P<backslash>\\)|(?P<sign>[`*_\[|$~]|!(?=\Z))|(?P<less><)|(?P<and>&)|(?P<equal>=(?==)|~(?=~))"
    r"|(?P<hard>\xa0)|(?P<wbr>\u200b)"
)
_ENTITIES = re.compile(r"[\\`*_\[\]|$~={}#<>&!\xa0\u200b^]|::|:\Z|\A:")
_BRACES = re.compile(r"[{}]")
_DOUBLE = re.compile(r"\{(?=[{c]|\Z)|(?<=\{)\{|\}(?=\}|\Z)|(?<=\})\}|\A\}")
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
    end = start + len(text)
    before, after = line[:start], line[end:]
    formula = "$" in text and (care > Care.LIGHT or _has_formula(line))
    single = line.count("_") == text.count("_")

    def light(match: re.Match[str]) -> str:
        at, last = start + match.start(), start + match.end()
        left, right = line[at - 1 : at], line[last : last + 1]
        kind, sign = match.lastgroup or "", match[0]
        if kind == "star":
            free = not left.strip() and not right.strip() and (left or right) and len(sign) == 1
            return sign if free else sign.replace("*", "\\*")
        if kind == "line":
            inside = left.isalnum() and right.isalnum() and start < at and last < end
            lone = single and at > 0 and len(sign) > 1 and text.count(sign) == 1
            lone = lone or (not left.strip() and not right.strip() and at > 0)
            return sign if inside or lone else sign.replace("_", "\\_")
        if kind == "bang":
            return sign if not after else "\\!"
        if kind == "link" and "[" in text[: match.start()]:
            return sign  # its bracket is escaped; two of them would be a formula
        return _AS[kind] or f"\\{sign}"

    made = _LIGHT.sub(light, text) if care is Care.LIGHT else _FULL.sub(_fully, text)
    if formula and care is Care.LIGHT:
        made = made.replace("$", "\\$")
    if cell and care is Care.LIGHT:
        made = made.replace("|", "\\|")
    if in_cloze:
        made = _COLONS.sub("\\:", _BRACES.sub(lambda match: f"\\{match[0]}", made))
    elif clozes or "{{c" in made:
        made = (_BRACES if care else _DOUBLE).sub(lambda match: f"\\{match[0]}", made)
    if not before and not cell:
        made = _at_start(made, line)
    return made


_AS = {
    "less": "&lt;",
    "and": "&amp;",
    "hard": "&nbsp;",
    "wbr": "<wbr>",
    "backslash": "",
    "tick": "",
    "bracket": "",
    "link": "",
}


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
    if match is None or made.startswith(("\\", "&")):
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
        sign = match[0]
        if sign in "<>&":
            return html.escape(sign)
        if sign == "\u200b":
            return "<wbr>"
        if sign == "\xa0":
            return "&nbsp;"
        if sign == "_":
            at = match.start()
            if text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum():
                return sign
        if sign[0] in "{}:" and not braces:
            return sign
        if sign in "=~" and care is not Care.BLOCK:
            at = match.end()
            return f"<span>{sign}</span>" if text[at : at + 1] == sign or not text[at:] else sign
        return "".join(f"&#{ord(char)};" for char in sign)

    made = _ENTITIES.sub(entity, text)
    if start == 0 and care is Care.TAGS:
        made = _at_start(made, line)
    return made
