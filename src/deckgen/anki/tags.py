"""Which tags are one to Anki (after rslib/src/tags/register.rs), and where one colon stands for a level."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# a blank beside it, a number or a path after it makes the colon one of the name's own; so does an ending,
# as in `Patient:innen`, or in Finnish `EU:ssa`
_ONE_COLON = re.compile(
    r"(?<=[^\W\d_]):(?=[^\W\d_])(?!(?<=[A-Z]:)[a-z])(?!(?:innen|in|en|e|n|r|s)\b)(?![^:]*@)"
)


def one_colon(name: str) -> tuple[str, str] | None:
    """Where one colon stands between words of a tag or subdeck: what is before it, and the name with two.

    None where no colon does: to Anki only two make a level.
    """
    match = _ONE_COLON.search(name) if ":" in name else None
    return (name[: match.start()], _ONE_COLON.sub("::", name)) if match else None


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
