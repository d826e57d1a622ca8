"""Why a row of a table has more or fewer cells than the table has columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.source import Document, Scalar

_SHORT = 80  # characters of a cell that a hint repeats


def hint_for(document: Document, texts: Sequence[Scalar], wanted: int, what: str) -> str:
    """What to do about columns or cells that are too many or too few; empty where that is not clear.

    Args:
        document: Where they stand.
        texts: The columns or cells.
        wanted: How many there should be.
        what: What each of them is: a column or a cell.
    """
    if len(texts) > wanted and len(texts) > 1:
        between = document.text[texts[0].end : texts[1].start]
        return _split_by_comma(texts, wanted, what) if "," in between else ""
    if len(texts) < wanted:
        return _without_hyphen(document, texts, wanted)
    return ""


def _split_by_comma(texts: Sequence[Scalar], wanted: int, what: str) -> str:
    """What to do where a comma within a text has made two of it."""
    hint = f"between brackets each comma begins a new {what}; a {what} that holds one stands in quotes"
    small = [number for number, text in enumerate(texts) if number and text.value[:1].islower()]
    if len(small) == 1 and len(texts) == wanted + 1:
        one, other = texts[small[0] - 1], texts[small[0]]
        whole = f"{one.value}, {other.value}"
        if not one.style and not other.style and len(whole) <= _SHORT and '"' not in whole:
            hint += f', as `"{whole}"`'
    return hint


def _without_hyphen(document: Document, texts: Sequence[Scalar], wanted: int) -> str:
    """What to do where a line has no hyphen, and so belongs to the text above it."""
    found = []
    for text in texts:
        lines = document.text[text.start : text.end].split("\n") if not text.style else []
        found += [
            (document.position(text.start)[0] + 1 + at, line.strip()) for at, line in enumerate(lines) if at
        ]
    if len(found) != wanted - len(texts):
        return ""
    line, said = found[0]
    return f"is a hyphen missing on line {line}? then write `- {said[:_SHORT]}`" if said else ""
