"""Which tags are one to Anki. After rslib/src/tags/register.rs."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def folded(tag: str) -> str:
    """A tag as Anki compares it: capitals make no other tag, nor does the way in which an accent is typed."""
    return (tag if tag.isascii() else unicodedata.normalize("NFC", tag)).casefold()


@lru_cache(maxsize=4096)  # most notes of a chapter have the same tags
def distinct(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """The tags of all groups, each once, as it is first written."""
    first: dict[str, str] = {}
    for group in groups:
        for tag in group:
            first.setdefault(folded(tag), tag)
    return tuple(first.values())
