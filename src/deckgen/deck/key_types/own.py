"""The types of the keys that every note has. No kind.yaml can use them for its own keys."""

from __future__ import annotations

from deckgen.deck.key_types.notes import REFERENCE_SCHEMA
from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import ID_SCHEMA, PROSE_SCHEMA, TAGS_SCHEMA, KeyDoc, Schema, any_case
from deckgen.diagnostics import CATALOGUE

CODE_SCHEMA: Schema = {
    "enum": sorted(code for code, (level, _) in CATALOGUE.items() if level == "warning"),
    "errorMessage": "write the code of a warning here, as in `missing-alt`",
}
"""The code of a warning."""
_CODES_SCHEMA: Schema = {
    "type": "array",
    "items": CODE_SCHEMA,
    "errorMessage": "write a list of codes here",
}
CARDS_SCHEMA: Schema = {"type": "array", "uniqueItems": True, "errorMessage": "write a list of cards here"}
"""A list of names of cards; each kind adds its own names."""
_REASON_SCHEMA: Schema = {
    **PROSE_SCHEMA,
    "type": ["string", "number"],
    "pattern": rf"^(?!\s*(?:{any_case('yes', 'no', 'true', 'false', 'on', 'off')})\s*$)\s*\S",
    "errorMessage": "`retired` needs a reason, not `true` or `false`",
}

ID = KeyType("id", None, KeyDoc(ID_SCHEMA, "", ""), ("",), {}, names_notes=True)
TAGS = KeyType("tags", None, KeyDoc(TAGS_SCHEMA, "", ""), (), {}, lists=True)
CODES = KeyType("codes", None, KeyDoc(_CODES_SCHEMA, "", ""), (), {})
CARDS = KeyType(
    "card names",
    None,
    KeyDoc(CARDS_SCHEMA, "", ""),
    (),
    {},
    lists=True,
    cells="names",
    unfilled="write `without:` with the name of a card, instead of `from:`",
)
NOTE = KeyType("note", None, KeyDoc(REFERENCE_SCHEMA, "", ""), (), {})
REASON = KeyType("reason", None, KeyDoc(_REASON_SCHEMA, "", ""), (), {(): ()})
