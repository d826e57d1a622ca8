"""Amounts like `15 mg/kg` in texts that are read from right to left.

Behind Arabic letters a number goes with them, and its unit, which is in Latin letters, with what follows: the
card would show `mg/kg 15` (UAX 9, W2). In an element of its own the amount stays as it was typed, for
searches too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from deckgen.cards import html
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = r"[0-9]++(?:[.,][0-9]++)*+"
_RANGE = rf"{_NUMBER}(?:[ ]?[-\u2013\u00d7/:][ ]?{_NUMBER})*+%?"
_LETTER = r"A-Za-z\u00c0-\u024f\u00b5\u03bc\u03a9\u2126\u00b0"
_SIGN = rf"[{_LETTER}0-9\u00b2\u00b3\u00b9\u207b]"
_WORD = rf"[{_LETTER}]{_SIGN}*+(?:[/\u00b7^-]{_SIGN}++)*+"
_BETWEEN = r"[-+=<>\u2190-\u2194\u21cc\u2212\u2248\u2264\u2265\u00d7\u00b7\u2013/:]|&[lg]t;"
# an Arabic or Hebrew letter may go before it, joined or with a hyphen
_BEFORE = rf"(?<![{_LETTER}0-9_.,&#/^])(?<![{_LETTER}0-9_]-)"
_AMOUNT = pattern(
    rf"{_BEFORE}(?:&[lg]t;|[\u2264\u2265~\u2248\u00b1+\u2212]|(?<![^\s(])-)?{_RANGE}[ \u00a0\u202f]?{_WORD}"
    rf"(?:[ \u00a0](?:{_WORD}|{_NUMBER})"
    rf"|[ ]?(?:{_BETWEEN})[ ]?(?:{_NUMBER}%?(?:[ \u00a0\u202f]?{_WORD})?|{_WORD}))*+(?![\w{{])"
)
_MARK = pattern(
    r"<!--|-->|<(?P<close>/?)(?P<name>[A-Za-z0-9]*)[^<>]*+>|\\[()\[\]]|\[sound:[^\[\]]*+\]|\{\{c[0-9,]++::|::|\}\}"
)
_NO_PROSE = frozenset(["pre", "code", "bdi", "ruby"])
_ENDS = {"\\(": "\\)", "\\[": "\\]", "<!--": "-->"}
_IN_LINE = pattern(r"</?(?:a|abbr|b|cite|del|em|i|ins|mark|q|s|small|span|strong|sub|sup|u|wbr)\b")


def isolated(output: str) -> str:
    """The HTML of a text with each amount in an element of its own, unless it follows Latin letters."""
    parts: list[str] = []
    before = ""  # the direction of the last letter in the paragraph
    for text, mark in _prose(output):
        place = 0
        for amount in _AMOUNT.finditer(text):
            before = _direction(text[place : amount.start()]) or before
            typed = amount[0] if before == "L" else f"<bdi>{amount[0]}</bdi>"
            parts += (text[place : amount.start()], typed)
            place, before = amount.end(), "L" if before == "L" else ""
        parts += (text[place:], mark)
        before = _direction(text[place:]) or before
        if mark[:1] in {"<", "{", ":", "}"} and not _IN_LINE.match(mark):
            before = ""  # a cloze is a piece of its own
    return "".join(parts)


def _prose(output: str) -> Iterator[tuple[str, str]]:
    """The texts of some HTML, each with what follows: a tag, a mark of a cloze, or what is no prose."""
    done = start = 0
    until = ""  # the end of code, a formula or a comment
    for match in _MARK.finditer(output):
        mark = match[0]
        ends = f"</{match['name']}>" if match["close"] else mark
        if until and ends != until:
            continue
        if not until:
            start = match.start()
            opens = match["name"] in _NO_PROSE and not match["close"]
            until = f"</{match['name']}>" if opens else _ENDS.get(mark, "")
            if until:
                continue
        yield output[done:start], output[start : match.end()]
        done, until = match.end(), ""
    yield output[done:start] if until else output[done:], output[start:] if until else ""


def isolation(output: str) -> str:
    """The attribute for an element of a right-to-left deck in which a text is read from left to right.

    Without it the marks at its ends and its numbers change places: `15 mg/kg` would be shown as `mg/kg 15`.

    Args:
        output: The HTML of the text.

    Returns:
        ` dir="ltr"`; empty for a text with a letter of a right-to-left script, or with no letter.
    """
    directions = set(map(unicodedata.bidirectional, html.text(output)))
    return ' dir="ltr"' if "L" in directions and directions.isdisjoint({"R", "AL"}) else ""


def _direction(text: str) -> str:
    """The direction of the last letter of a text: `L`, `R` or `AL`; empty if it has none."""
    found = map(unicodedata.bidirectional, reversed(re.sub(r"&\w++;", "", text)))
    return next((each for each in found if each in {"L", "R", "AL"}), "")
