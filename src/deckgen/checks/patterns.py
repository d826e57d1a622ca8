"""Patterns with which rules look for words in texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.patterns import pattern

if TYPE_CHECKING:
    import re


class Phrases:
    """Words or phrases of which any matches, in small letters or capitals.

    The search runs on the text in small letters, which is faster than to ignore case.
    """

    def __init__(self, text: str) -> None:
        """Keep a pattern in small letters."""
        self._pattern = pattern(text)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first match of any of them at or after an offset."""
        return self._pattern.search(text.lower(), start)

    def match(self, text: str) -> re.Match[str] | None:
        """The match of one of them at the beginning of a text."""
        return self._pattern.match(text.lower())

    def all_in(self, text: str) -> list[str]:
        """The words or phrases in a text, in small letters."""
        return [match.group() for match in self._pattern.finditer(text.lower())]


def any_of(phrases: str) -> Phrases:
    """A pattern of words or phrases, listed with commas."""
    listed = "|".join(" ".join(phrase.split()) for phrase in phrases.split(","))
    return Phrases(rf"\b(?:{listed})\b")
