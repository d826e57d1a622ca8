"""The type `list`: a list of texts in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.key_types import texts
from deckgen.deck.keys import ITEM, KeyType
from deckgen.deck.schemas import KeyDoc

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.deck.values import Texts
    from deckgen.source import Node


def _read(reader: NodeReader, node: Node, key: Key) -> Texts | None:
    """A list of at least one text; None, with a report, for anything else."""
    value = texts.read(reader, node, key)
    if value is None or value.items:
        return value
    reader.report("empty-value", node, f"`{key.name}` has no items", "write them below it, or remove it")
    return None


TYPE = KeyType(
    "list",
    _read,
    KeyDoc(
        {**texts.TYPE.doc.schema, "minItems": 1},
        "A list of texts in Markdown.",
        "- |\n  One\n- |\n  Another",
    ),
    parts=("",),
    prose={(ITEM,): ()},
    lists=True,
    cells="items",
)
