"""What babel knows of languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from deckgen.cards import html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel import Locale


_RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"]
)
_TRADITIONAL = re.compile(r"zh-(?:hant|tw|hk|mo)\b", re.IGNORECASE)


def direction(language: str) -> str:
    """The direction in which a language is written, as in HTML: `ltr` or `rtl`."""
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def isolation(text: str, language: str) -> str:
    """The attribute for an element with a text that is read from left to right in a right-to-left deck.

    Without it the marks at its ends and its numbers change places: `15 mg/kg` would be shown as `mg/kg 15`.

    Args:
        text: The HTML of the text.
        language: The BCP 47 tag of the deck's language.

    Returns:
        ` dir="ltr"`; empty in other decks, and for a text with a letter of a right-to-left script.
    """
    if direction(language) == "ltr":
        return ""
    directions = {unicodedata.bidirectional(char) for char in html.text(text)}
    return ' dir="ltr"' if "L" in directions and directions.isdisjoint({"R", "AL"}) else ""


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
