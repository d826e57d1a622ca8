"""Wording of messages: lists, numbers, similar names."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_WORD = 60  # characters; for a longer word no similar one is searched
_NAMED = 5  # a message lists so many names


def natural(path: str) -> list[tuple[int, int, str]]:
    """A sort key by which numbers in a path are sorted by value."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", path) if part
    ]


def composed(name: str) -> str:
    """A name in composed form (NFC): `ü` is one character and not two."""
    return unicodedata.normalize("NFC", name)


def same(name: str) -> str:
    """A key that is equal for names that differ only in capitals and in the form (NFC) of letters."""
    return composed(name).casefold()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the known word most similar to `word`; empty if none is similar."""
    near = nearest(word, known)
    return proposal(word, near) if near else ""


def proposal(written: str, near: str) -> str:
    """A hint with the word that was probably meant, and the difference if it is hard to see."""
    hint = f"did you mean `{near}`?"
    if composed(written) == composed(near):
        return (
            f"{hint} it looks the same, but its accented letters are stored differently: copy the "
            "name from there"
        )
    return f"{hint} only the capitals differ" if same(written) == same(near) else hint


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most similar to `word`, without regard to capitals; empty if none is similar."""
    import difflib  # noqa: PLC0415 (only where something is wrong)

    if len(word) > _LONGEST_WORD:
        return ""
    plain = {same(each): each for each in reversed(list(known))}
    near = difflib.get_close_matches(same(word), plain, n=1, cutoff=0.6)
    return plain[near[0]] if near else ""


def listing(words: Iterable[str]) -> str:
    """The words in backticks, with commas and a final "and"."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def listed(names: Sequence[str]) -> str:
    """The first few names of a list, and the number of the others."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def counted(number: int, what: str) -> str:
    """A number of things, as in "2 notes"."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def visible(text: str) -> str:
    """A line with a replacement character for each character that cannot be printed."""
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
