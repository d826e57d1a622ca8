"""The types of keys: a module for each type, and a table of the types by their names in kind.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.key_types import cells, choice, cloze, date, image, markdown, notes, options, text, texts
from deckgen.deck.key_types import list as list_of_texts

if TYPE_CHECKING:
    from deckgen.deck.keys import KeyType

TYPES: dict[str, KeyType] = {
    module.TYPE.name: module.TYPE
    for module in (
        text,
        markdown,
        cloze,
        notes,
        texts,
        list_of_texts,
        image,
        choice,
        date,
        options,
        cells,
    )
}
"""The types for keys in kind.yaml, by their names."""
