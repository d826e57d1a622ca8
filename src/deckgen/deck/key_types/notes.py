"""The type `notes`: ids of other notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.hints import ID
from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import KeyDoc, Schema
from deckgen.deck.values import Compound

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node, Scalar

REFERENCE_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^{ID.pattern}(?:\.{ID.pattern})?$",
    "minimum": 0,
    "errorMessage": "write the id of a note here; for a row, put its table's id and a dot before it",
}
"""The id of a note."""


@dataclass(slots=True)
class References(Compound):
    """The ids of other notes, with their places."""

    items: list[Scalar]

    @property
    def links(self) -> list[Scalar]:
        """All its ids."""
        return self.items


def _read(reader: NodeReader, node: Node, key: Key) -> References:
    """A list of ids. Only after all notes are read is it checked that they exist."""
    items = (reader.scalar(item, key.name) for item in reader.items(node, key.name))
    return References([item for item in items if item])


TYPE = KeyType(
    "notes",
    _read,
    KeyDoc(
        {"type": "array", "items": REFERENCE_SCHEMA, "errorMessage": "write a list of note ids here"},
        "The ids of other notes.",
        "- split-alliance",
    ),
    parts=("",),
    prose={},
    lists=True,
    names_notes=True,
    cells="words",
)
