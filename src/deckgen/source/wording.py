"""Signs and hints that several modules need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

BLOCK_HINT = "write the text as a block: `{key}: |`, with the text on the lines below it, indented"
ITEM_HINT = "write the item as a block: `- |`, with the text on the lines below it, indented"
LONG_ENOUGH = 1000
"""The number of characters of a line that are examined."""
CONFLICT = (
    "there are conflict markers from git here",
    "keep one of the two texts, or both if each adds a note, and delete the markers",
)
"""The message and the hint for an unfinished merge."""
CURLY = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
HYPHENS = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"


def block_hint(match: re.Match[str] | None) -> str:
    """A hint to write a text as a block. `match` is the key or the hyphen before the text."""
    if match and not match["name"]:
        return ITEM_HINT
    return BLOCK_HINT.format(key=match["name"] if match else "text")


OWN = "YAML reads the beginning of this text as its own syntax"
"""The message for a text that begins with a sign of YAML's syntax."""
