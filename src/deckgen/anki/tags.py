"""Tags that Anki treats as the same (as in rslib/src/tags/register.rs), and single colons in names."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from deckgen.patterns import pattern

# A colon that was probably meant as `::`. It is part of the name itself beside a blank, before a number or a
# path, and before an ending, as in `Patient:innen` or in Finnish `EU:ssa`.
_ONE_COLON = pattern(r"(?<=[^\W\d_]):(?=[^\W\d_])(?!(?<=[A-Z]:)[a-z])(?!(?:innen|in|en|e|n|r|s)\b)(?![^:]*@)")


def one_colon(name: str) -> tuple[str, str] | None:
    """The text before a single colon between words of a tag or subdeck, and the name with `::` instead.

    None if there is no such colon. (To Anki only `::` begins a new level.)
    """
    match = _ONE_COLON.search(name) if ":" in name else None
    return (name[: match.start()], _ONE_COLON.sub("::", name)) if match else None


def folded(tag: str) -> str:
    """A tag as Anki compares it: it ignores capitals and the Unicode form of accents."""
    return (tag if tag.isascii() else unicodedata.normalize("NFC", tag)).casefold()


@lru_cache(maxsize=4096)  # most notes of a chapter have the same tags
def distinct(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """The tags of all groups, each once, as first written."""
    first: dict[str, str] = {}
    for group in groups:
        for tag in group:
            first.setdefault(folded(tag), tag)
    return tuple(first.values())


def in_order(tags: tuple[str, ...]) -> list[str]:
    """The tags of a note as Anki keeps them: each once, in its order."""
    return sorted(distinct(tags), key=folded)
