"""The type `markdown`: a text in Markdown."""

from __future__ import annotations

from deckgen.deck.key_types.text import read
from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import PROSE_SCHEMA, KeyDoc

TYPE = KeyType(
    "markdown",
    read,
    KeyDoc(PROSE_SCHEMA, "A text in Markdown.", "As many lines as you need, in *Markdown*."),
    parts=("",),
    prose={(): ()},
    cells="prose",
)
