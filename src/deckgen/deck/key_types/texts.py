"""The type `texts`: a list of short texts, such as the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.keys import ITEM, KeyType
from deckgen.deck.schemas import TEXT_SCHEMA, KeyDoc
from deckgen.deck.values import Texts

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node


def read(reader: NodeReader, node: Node, key: Key) -> Texts | None:
    """A list of texts for people; it may be empty."""
    before = len(reader.diagnostics)
    items = [reader.prose(item, key.name) for item in reader.items(node, key.name)]
    return Texts([item for item in items if item]) if len(reader.diagnostics) == before else None


TYPE = KeyType(
    "texts",
    read,
    KeyDoc(
        {"type": "array", "items": TEXT_SCHEMA, "errorMessage": "write a list of texts here"},
        "A list of short texts.",
        "- One\n- Another",
    ),
    parts=(),
    prose={(ITEM,): ()},
    plain=True,
    lists=True,
    unfilled="the type texts is only for the columns of a table; for a list on cards, use `type: list`",
)
