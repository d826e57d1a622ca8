"""The reading of what only the kind.yaml of an adopted note type has: `adopted`, and Anki's options."""

from __future__ import annotations

import re
from dataclasses import fields as attributes
from typing import TYPE_CHECKING, Any

from deckgen.deck.adopted import LONG, STOCK, UNSIGNED, Adopted, CardOptions, FieldOptions
from deckgen.deck.kind_keys import word
from deckgen.diagnostics import did_you_mean, listing
from deckgen.source import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deckgen.deck.reader import NodeReader

ADOPTED = "adopted"
"""The key whose mapping says that a kind is an adopted note type."""
_USUAL: dict[str, object] = {
    each.name: each.default for kind in (Adopted, FieldOptions, CardOptions) for each in attributes(kind)
}
_KEYS = tuple(each.name for each in attributes(Adopted))
_OPTIONS = tuple(key for key in _KEYS if key not in {"note_type", "sort_field"})
FIELD_KEYS = tuple(each.name for each in attributes(FieldOptions))
"""The keys of a field's options."""
CARD_KEYS = tuple(each.name for each in attributes(CardOptions))
"""The keys of a card's options."""
_LIMITS = {"stock": STOCK, "original_id": LONG, "deck_id": LONG}


def is_adopted(root: Mapping) -> bool:
    """Whether a kind.yaml is that of an adopted note type."""
    return ADOPTED in root.entries


def read_adopted(reader: NodeReader, root: Mapping, fields: Sequence[str]) -> Adopted | None:
    """What is said of an adopted note type as a whole; None, with a report, if it has faults.

    Args:
        reader: Reports what is wrong.
        root: The kind.yaml.
        fields: The names of the fields, in order.
    """
    mapping = reader.mapping(root.entries[ADOPTED], "an adopted note type", _KEYS, _KEYS)
    if mapping is None or not reader.require(mapping, "an adopted note type", ("note_type",), _KEYS):
        return None
    sort = word(reader, mapping, "sort_field")
    if sort and sort not in fields:
        hint = did_you_mean(sort, fields) or f"its fields are {listing(fields)}"
        reader.report("bad-kind", mapping.entries["sort_field"], f"`{sort}` is not one of its fields", hint)
    return Adopted(
        word(reader, mapping, "note_type"),
        fields.index(sort) if sort in fields else 0,
        **_options(reader, mapping, _OPTIONS),
    )


def read_id(reader: NodeReader, entry: Mapping) -> int | None:
    """The id of a field or card of an adopted note type; None if it has none, or a faulty one."""
    node = entry.entries.get("id")
    return _number(reader, node, "id", LONG) if node else None


def read_field_options(reader: NodeReader, entry: Mapping) -> FieldOptions:
    """The options of a field of an adopted note type."""
    return FieldOptions(**_options(reader, entry, FIELD_KEYS))


def read_card_options(reader: NodeReader, entry: Mapping) -> CardOptions:
    """The options of a card of an adopted note type."""
    return CardOptions(**_options(reader, entry, CARD_KEYS))


def _options(reader: NodeReader, mapping: Mapping, keys: Iterable[str]) -> dict[str, Any]:
    """The values of the options that a mapping has; faulty ones are reported and left out."""
    nodes = ((key, mapping.entries.get(key)) for key in keys)
    values = {key: _option(reader, node, key) for key, node in nodes if node}
    return {key: value for key, value in values.items() if value is not None}


def _option(reader: NodeReader, node: Node, key: str) -> str | bool | int | None:
    """The value of an option, of the same type as its usual one; None, with a report, for anything else."""
    usual = _USUAL[key]
    if isinstance(usual, bool):
        return reader.flag(node, key)
    if not isinstance(usual, str):
        return _number(reader, node, key, _LIMITS.get(key, UNSIGNED))
    if isinstance(node, Scalar) and not node.value.strip() and node.style:
        return node.value
    scalar = reader.scalar(node, key, f'write `{key}: ""` for none')
    return scalar.value if scalar else None


def _number(reader: NodeReader, node: Node, key: str, limits: range) -> int | None:
    """A whole number within limits; None, with a report, for anything else."""
    if isinstance(node, Scalar) and re.fullmatch(r"-?[0-9]{1,19}", node.value):
        number = int(node.value)
        if number in limits:
            return number
    between = "between -2^63 and 2^63" if limits[0] < 0 else f"from {limits[0]} to {limits[-1]}"
    reader.report("wrong-type", node, f"`{key}` is not a whole number {between}")
    return None
