"""Patterns with which rules look for words in texts."""

from __future__ import annotations

import re
from functools import cached_property


class Pattern:
    """A regular expression that is compiled at its first use, because most decks do not need most of them."""

    def __init__(self, text: str, flags: int = 0) -> None:
        """Keep the text and flags of a regular expression."""
        self._text = text
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The regular expression itself."""
        return re.compile(self._text, self._flags)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first match at or after an offset."""
        return self.compiled.search(text, start)

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the beginning of a text."""
        return self.compiled.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The match of a text from its beginning to its end."""
        return self.compiled.fullmatch(text)


class Phrases(Pattern):
    """Words or phrases of which any matches, in small letters or capitals.

    The search runs on the text in small letters, which is faster than to ignore case.
    """

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first match of any of them at or after an offset."""
        return self.compiled.search(text.lower(), start)

    def match(self, text: str) -> re.Match[str] | None:
        """The match of one of them at the beginning of a text."""
        return self.compiled.match(text.lower())

    def all_in(self, text: str) -> list[str]:
        """The words or phrases in a text, in small letters."""
        return [match.group() for match in self.compiled.finditer(text.lower())]


def any_of(phrases: str) -> Phrases:
    """A pattern of words or phrases, listed with commas."""
    listed = "|".join(" ".join(phrase.split()) for phrase in phrases.split(","))
    return Phrases(rf"\b(?:{listed})\b")
