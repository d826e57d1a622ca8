"""Patterns over texts, as rules look for words."""

from __future__ import annotations

import re
from functools import cached_property


class Pattern:
    """A regular expression that is compiled when it is first used: most decks do not need most of them."""

    def __init__(self, text: str, flags: int = 0) -> None:
        """Keep what is to be compiled."""
        self._text = text
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The regular expression itself."""
        return re.compile(self._text, self._flags)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Where it is first found, from a place on."""
        return self.compiled.search(text, start)

    def match(self, text: str) -> re.Match[str] | None:
        """Whether a text begins with it."""
        return self.compiled.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Whether it is the whole of a text."""
        return self.compiled.fullmatch(text)


class Phrases(Pattern):
    """Words or phrases, of which any is looked for, in small letters or capitals.

    They are looked for in the text in small letters, which is faster than to look for both.
    """

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Where one is first found, from a place on."""
        return self.compiled.search(text.lower(), start)

    def match(self, text: str) -> re.Match[str] | None:
        """Whether a text begins with one."""
        return self.compiled.match(text.lower())

    def all_in(self, text: str) -> list[str]:
        """Those that a text holds, in small letters."""
        return [match.group() for match in self.compiled.finditer(text.lower())]


def any_of(phrases: str) -> Phrases:
    """A pattern of words or phrases, listed with commas."""
    listed = "|".join(" ".join(phrase.split()) for phrase in phrases.split(","))
    return Phrases(rf"\b(?:{listed})\b")
