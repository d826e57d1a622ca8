"""Ranges of numbers in the words of options: "18 to 25 years", "under 18", "at least two hours"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.checks.prose import words
from deckgen.checks.stems import STEMS
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS = {
    **{
        word: float(number)
        for number, word in enumerate(
            "zero one two three four five six seven eight nine ten eleven twelve".split()
        )
    },
    "fifteen": 15.0,
    **{word: 10.0 * ten for ten, word in enumerate("twenty thirty forty fifty sixty".split(), 2)},
    "ninety": 90.0,
}

NUMBER_WORDS = frozenset(_WORDS)
"""Numbers in words."""

NUMBER = rf"(?:[-−]?\d+(?:[.,]\d+)*|\b(?:{'|'.join(_WORDS)})\b)"
"""A number in figures or in words."""

_ANY = rf"(?:{NUMBER}|\ban?\b)"
_UP_TO = ("up to", "at most", "no more than", "not more than", "≤", "within", "no later than")
_BELOW = ("under", "below", "less than", "fewer than", "<", "until", "before", "younger than", "shorter than")
_FROM = ("at least", "no less than", "not less than", "from", "≥", "a minimum of")
_ABOVE = ("over", "above", "more than", ">", "greater than", "older than", "longer than", "after", "beyond")
_BESIDE = r"\s*(?:age |the age of |the first |[$€£])?"
_MORE = ("more", "over", "above", "older", "longer")
_LESS = ("less", "fewer", "under", "below", "younger", "shorter")
_RANGE = pattern(
    rf"(?P<low>{_ANY})\s*(?:%|°C|°|[a-zA-Z]+)?\s*(?:-|–|—|\bto\b|\band\b|\bthrough\b)\s*(?P<high>{_ANY})"
    rf"|(?P<down>{'|'.join((*_UP_TO, *_BELOW))}){_BESIDE}(?P<most>{_ANY})"
    rf"|(?P<up>{'|'.join((*_FROM, *_ABOVE))}){_BESIDE}(?P<least>{_ANY})"
    rf"|(?P<base>{_ANY})(?P<unit>[^\d]*?)\b(?:or|and) (?P<sign>{'|'.join((*_MORE, *_LESS))})\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_LONGEST = 60  # characters; a longer text is a sentence with numbers in it
_NO_UNIT = frozenset("a an the of between about old age".split())


@dataclass(frozen=True)
class Interval:
    """A range of numbers.

    Attributes:
        unit: The unit, as in "year".
        low: Its lower end.
        high: Its upper end.
        low_in: Whether `low` belongs to it.
        high_in: Whether `high` does.
    """

    unit: str
    low: float
    high: float
    low_in: bool = True
    high_in: bool = True

    def overlaps(self, other: Interval) -> bool:
        """Whether some number is in both ranges; false for different units."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if self.unit != other.unit or low != high:
            return self.unit == other.unit and low < high
        both = (self, other)
        return all(each.low_in for each in both if each.low == low) and all(
            each.high_in for each in both if each.high == high
        )


def interval(text: str) -> Interval | None:
    """The range of numbers in an option; None if the option is something else."""
    match = _RANGE.search(text) if len(text) <= _LONGEST else None
    if match is None or (match["low"] and " and " in match[0] and not _BETWEEN.search(text)):
        return None  # "50 and 80" are two numbers
    rest = f"{text[: match.start()]} {match['unit'] or ''} {text[match.end() :]}"
    unit = " ".join(STEMS[word] for word in words(rest) if word not in _NO_UNIT)
    infinite = float("inf")
    if match["low"]:
        return Interval(unit, _value(match["low"]), _value(match["high"]))
    if match["most"]:
        return Interval(unit, -infinite, _value(match["most"]), high_in=match["down"].lower() in _UP_TO)
    if match["least"]:
        return Interval(unit, _value(match["least"]), infinite, low_in=match["up"].lower() in _FROM)
    base = _value(match["base"])
    if match["sign"].lower() in _MORE:
        return Interval(unit, base, infinite)
    return Interval(unit, -infinite, base)


def open_on_one_side(ranges: Iterable[Interval | None]) -> bool:
    """Whether all ranges are open at the same end, so that the question asks for a threshold."""
    sides = {
        (each.low == -float("inf"), each.high == float("inf")) if each else (False, False) for each in ranges
    }
    return sides in ({(True, False)}, {(False, True)})


def _value(number: str) -> float:
    """The value of a number in figures or in words."""
    text = number.lower().replace("−", "-")
    if text in {"a", "an"}:
        return 1.0
    if text in _WORDS:
        return _WORDS[text]
    digits = re.sub(r",(?=\d{3}\b)", "", text).replace(",", ".")
    return float(digits) if digits.count(".") < 2 else 0.0
