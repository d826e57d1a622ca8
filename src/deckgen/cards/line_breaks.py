"""Line breaks of Markdown that its author made only to keep the lines of the source short."""

from __future__ import annotations

from itertools import pairwise

from deckgen.cards.arrival import IS_WIDE
from deckgen.cards.markdown import events_of
from deckgen.patterns import pattern

_BEFORE_TEXT = pattern(rb"[ \t>]*")  # indents, and the marks of quotations
_MARKS = pattern(r"(?:\A|\n)[ \t>]*(?:[-+*_ \t]|\d{1,9}[.)])+\Z")
"""A line of marks alone, which would make an item or a rule with text behind it."""


def joined(text: str) -> str:
    """Markdown in which each paragraph is one line.

    Anki shows the line breaks of a deck's description as they are. Those between paragraphs and items, in
    code, and those that Markdown shows as well, stay.
    """
    raw = text.encode()
    parts: list[str] = []
    done = 0
    for (event, (start, end)), (_, (behind, _)) in pairwise(events_of(text) if "\n" in text else ()):
        if event != "SoftBreak":
            continue
        before = raw[done:start].decode().rstrip(" \t")
        if _MARKS.search(before):
            continue
        indent = _BEFORE_TEXT.match(raw, end)
        done = indent.end() if indent else end
        if end <= behind < done:
            done = behind  # a `>` that is text
        after = raw[done : done + 4].decode(errors="ignore")
        # no blank stands between wide letters
        blank = "" if IS_WIDE.match(before[-1:]) and IS_WIDE.match(after) else " "
        parts += (before, blank)
    return "".join(parts) + raw[done:].decode()
