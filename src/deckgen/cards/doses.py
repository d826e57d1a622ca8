"""Amounts like `15 mg/kg` in texts that are read from right to left.

Behind Arabic letters a number goes with them, and its unit, which is in Latin letters, with what follows: the
card would show `mg/kg 15` (UAX 9, W2). In an element of its own the amount stays as it was typed, for
searches too.
"""

from __future__ import annotations

import re
import unicodedata

_NUMBER = r"[0-9]++(?:[.,][0-9]++)*+"
_RANGE = rf"{_NUMBER}(?:[ ]?[-\u2013\u00d7/:][ ]?{_NUMBER})*+%?"
_LETTER = r"A-Za-z\u00c0-\u024f\u00b5\u03bc\u03a9\u2126\u00b0"
_SIGN = rf"[{_LETTER}0-9\u00b2\u00b3\u00b9\u207b]"
_WORD = rf"[{_LETTER}]{_SIGN}*+(?:[/\u00b7^-]{_SIGN}++)*+"
_BETWEEN = r"[-+=<>\u2190-\u2194\u21cc\u2212\u2248\u2264\u2265\u00d7\u00b7\u2013/:]|&[lg]t;"
# an Arabic or Hebrew letter may go before it, joined or with a hyphen
_BEFORE = rf"(?<![{_LETTER}0-9_.,&#/^])(?<![{_LETTER}0-9_]-)"
_AMOUNT = re.compile(
    rf"{_BEFORE}(?:&[lg]t;|[\u2264\u2265~\u2248\u00b1+\u2212]|(?<![^\s(])-)?{_RANGE}[ \u00a0\u202f]?{_WORD}"
    rf"(?:[ \u00a0](?:{_WORD}|{_NUMBER})"
    rf"|[ ]?(?:{_BETWEEN})[ ]?(?:{_NUMBER}%?(?:[ \u00a0\u202f]?{_WORD})?|{_WORD}))*+(?![\w{{])"
)
_NO_PROSE = re.compile(
    r"(<(?P<name>pre|code|bdi|ruby)\b[^<>]*+>.*?</(?P=name)>|\\\(.*?\\\)|\\\[.*?\\\]|\[sound:[^\[\]]*+\]|<!--.*?-->"
    r"|<[^<>]*+>|\{\{c[0-9,]++::|::|\}\})",
    re.DOTALL,
)
_IN_LINE = re.compile(r"</?(?:a|abbr|b|cite|del|em|i|ins|mark|q|s|small|span|strong|sub|sup|u|wbr)\b")


def isolated(output: str) -> str:
    """The HTML of a text with each amount in an element of its own, unless it follows Latin letters."""
    parts: list[str] = []
    before = ""  # the direction of the last letter in the paragraph
    done = 0
    for match in [*_NO_PROSE.finditer(output), None]:
        text = output[done : match.start() if match else len(output)]
        place = 0
        for amount in _AMOUNT.finditer(text):
            before = _direction(text[place : amount.start()]) or before
            typed = amount[0] if before == "L" else f"<bdi>{amount[0]}</bdi>"
            parts += (text[place : amount.start()], typed)
            place, before = amount.end(), "L" if before == "L" else ""
        parts.append(text[place:])
        before = _direction(text[place:]) or before
        if match:
            parts.append(match[0])
            done = match.end()
            if match[0][0] in "<{:}" and not _IN_LINE.match(match[0]):
                before = ""  # a cloze is a piece of its own
    return "".join(parts)


def _direction(text: str) -> str:
    """The direction of the last letter of a text: `L`, `R` or `AL`; empty if it has none."""
    found = map(unicodedata.bidirectional, reversed(re.sub(r"&\w++;", "", text)))
    return next((each for each in found if each in {"L", "R", "AL"}), "")
