"""What babel knows of languages."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel import Locale


_RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"]
)
_TRADITIONAL = pattern(r"zh-(?:hant|tw|hk|mo)\b", re.IGNORECASE)


def direction(language: str) -> str:
    """The direction in which a language is written, as in HTML: `ltr` or `rtl`."""
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def more_general(language: str) -> Iterator[str]:
    """A BCP 47 tag and those without its last parts, as `pt-BR` and `pt`."""
    while language:
        yield language
        language = language.rpartition("-")[0]


def readable(language: str) -> list[str]:
    """The tags of languages that readers of a language read as their own, as written and in small letters.

    They are those of `more_general`; but `zh`, in the simplified letters, is not for readers of the
    traditional ones.
    """
    tags = dict.fromkeys(each for tag in more_general(language) for each in (tag, tag.lower()))
    return [tag for tag in tags if not (tag.lower() == "zh" and _TRADITIONAL.match(language))]


@cache
def locale_of(language: str) -> Locale | None:
    """What babel knows of a language, without an unknown region or variant; None if it knows nothing."""
    import babel  # noqa: PLC0415 (few decks and few commands need it)

    for tag in more_general(language):
        try:
            return babel.Locale.parse(tag, sep="-")
        except (babel.UnknownLocaleError, ValueError):
            continue
    return None
