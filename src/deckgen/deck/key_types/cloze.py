"""The type `cloze`: a text in Markdown with clozes, for kinds whose cards come from clozes."""

from __future__ import annotations

from deckgen.deck.key_types.text import read
from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import PROSE_SCHEMA, KeyDoc

TYPE = KeyType(
    "cloze",
    read,
    KeyDoc(
        PROSE_SCHEMA,
        "A text in Markdown, with the answers as clozes.",
        "Before change comes {{c1::joining}}.",
    ),
    parts=("",),
    prose={(): ()},
    clozes=True,
    cells="prose",
)
