"""Texts of Anki's note types as files that give them back as they are."""

from __future__ import annotations

import re

# what Jinja would read as its own (`[` alone would become that before one of the others), line ends that it
# would change, and characters that deckgen allows in no file
_NOT_VERBATIM = re.compile(
    "\\[[\\[%#]|\\[?[^\\t\\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    """A text with U+FFFD in place of each half of a character (a surrogate), which no file can contain."""
    return _SURROGATE.sub("\ufffd", text)


def as_jinja(text: str) -> str:
    """A file whose text, rendered as Jinja with deckgen's brackets, is exactly the given one.

    Args:
        text: The text of a template or style of Anki's; see `without_halves`.
    """

    def wrapped(match: re.Match[str]) -> str:
        inner = "".join(char if char in "[%#" else f"\\u{ord(char):04x}" for char in match.group())
        return f'[[ "{inner}" ]]'

    # Jinja drops one line end at the end of a file
    return _NOT_VERBATIM.sub(wrapped, without_halves(text)).replace("\\u000d", "\\r") + "\n"
