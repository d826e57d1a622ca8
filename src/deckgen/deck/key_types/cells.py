"""The type `cells`: the cells of a table's row. The first cell is the name of the row."""

from __future__ import annotations

from deckgen.deck.key_types.texts import read
from deckgen.deck.keys import ITEM, KeyType
from deckgen.deck.schemas import TEXT_SCHEMA, KeyDoc

MIN_COLUMNS = 2
"""The fewest columns of a table: one for the names of its rows, one for their content."""

TYPE = KeyType(
    "cells",
    read,
    KeyDoc(
        {
            "type": "array",
            "items": TEXT_SCHEMA,
            "minItems": MIN_COLUMNS,
            "errorMessage": "write a list of cells here, one for each column",
        },
        "The cells of a row, one for each column.",
        "- Its name\n- What to know of it",
    ),
    parts=("name", "rest", "table"),
    prose={(ITEM,): ()},
    lists=True,
    is_row=True,
)
