"""The type `text`: a short text without markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import TEXT_SCHEMA, KeyDoc

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node, Scalar


def read(reader: NodeReader, node: Node, key: Key) -> Scalar | None:
    """A text for people, with or without markup."""
    return reader.prose(node, key.name)


TYPE = KeyType(
    "text",
    read,
    KeyDoc(TEXT_SCHEMA, "A short text, without formatting.", "A few words"),
    parts=("",),
    prose={(): ()},
    plain=True,
    cells="text",
)
