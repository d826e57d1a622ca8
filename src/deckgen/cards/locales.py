"""What babel knows of languages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel import Locale


def more_general(language: str) -> Iterator[str]:
    """A BCP 47 tag and those without its last parts, as `pt-BR` and `pt`."""
    while language:
        yield language
        language = language.rpartition("-")[0]


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
