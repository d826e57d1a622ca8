"""The transliteration of any text into the letters of ids (a to z, digits), by its language's rules."""

from __future__ import annotations

import re
import unicodedata

from deckgen.patterns import pattern

_OF_LANGUAGES: dict[str, dict[str, str | int | None]] = {
    "de": {"ä": "ae", "ö": "oe", "ü": "ue"},
    "sv": {"å": "aa", "ä": "ae", "ö": "oe"},
    **{name: {"æ": "ae", "ø": "oe", "å": "aa"} for name in ("da", "nb", "nn", "no")},
}
"""Letters that a language writes as several plain letters, by language."""
_UNFOLDED = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "\u0131": "i"}
)
"""Plain forms of Latin letters that are more than a plain letter with a mark."""
_HAN = pattern("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
UNREADABLE = "deckgen cannot turn Chinese characters into letters"
"""The reason if a text has no plain letters."""


def is_readable(text: str, language: str) -> bool:
    """Whether a text has one reading. Chinese characters have one only if the language is Chinese."""
    return text.isascii() or _base(language) == "zh" or not _HAN.search(text)


def strange(text: str) -> str:
    """The first letter of another script in a Latin word, as a Cyrillic one that looks Latin; else empty."""
    for match in re.finditer(r"\w+", text):
        word = match[0]
        others = [char for char in word if char.isalpha() and not _is_latin(char)]
        if others and any(char.isalpha() and _is_latin(char) for char in word):
            return others[0]
    return ""


def plain(text: str, language: str) -> str:
    """A text with all its letters as small letters from a to z; digits and other signs stay.

    Args:
        text: The text.
        language: A BCP 47 tag.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", text).casefold()
    text = text.translate(str.maketrans(_OF_LANGUAGES.get(_base(language), {}))).translate(_UNFOLDED)
    text = "".join(map(_romanized, text))
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _romanized(char: str) -> str:
    """A letter, digit or mark of a script other than Latin in Latin letters; other characters unchanged."""
    if char.isascii() or not (char.isalpha() or char.isdecimal() or unicodedata.category(char)[0] == "M"):
        return char
    if _is_latin(char) or unicodedata.name(char, "").startswith("COMBINING"):
        return char
    from anyascii import anyascii  # noqa: PLC0415 (only for an id of another script)

    romanized: str = anyascii(char)
    return romanized.lower()


def _is_latin(char: str) -> bool:
    """Whether a letter belongs to the Latin script; it may be wide or have marks."""
    return char.isascii() or "LATIN" in unicodedata.name(char, "")


def _base(language: str) -> str:
    """The language of a tag, without region or script."""
    return language.partition("-")[0].lower()
