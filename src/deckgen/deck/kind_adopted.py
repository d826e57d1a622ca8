"""The reading of what only the kind.yaml of an adopted note type has: `adopted`, and Anki's options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.deck.adopted import LATEX_POST, LATEX_PRE, STOCK_NAMES, Adopted, CardOptions, FieldOptions
from deckgen.deck.kind_keys import word
from deckgen.diagnostics import did_you_mean, listing
from deckgen.source import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.deck.reader import NodeReader

ADOPTED = "adopted"
"""The key whose mapping says that a kind is an adopted note type."""
_KEYS = ("note_type", "sort_field", "latex_pre", "latex_post", "latex_svg", "stock", "original_id")
FIELD_KEYS = (
    *("font", "size", "right_to_left", "sticky", "description", "plain_text"),
    *("collapsed", "unsearched", "undeletable", "tag"),
)
"""The keys of a field's options."""
CARD_KEYS = ("deck_id", "browser_font", "browser_size")
"""The keys of a card's options."""

_LONG = 1 << 63
_UNSIGNED = 1 << 32


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
    svg = mapping.entries.get("latex_svg")
    return Adopted(
        word(reader, mapping, "note_type"),
        fields.index(sort) if sort in fields else 0,
        _text(reader, mapping, "latex_pre", LATEX_PRE),
        _text(reader, mapping, "latex_post", LATEX_POST),
        reader.flag(svg, "latex_svg") if svg else False,
        _number(reader, mapping, "stock", 0, len(STOCK_NAMES)) or 0,
        _number(reader, mapping, "original_id", -_LONG, _LONG - 1),
    )


def read_id(reader: NodeReader, entry: Mapping) -> int | None:
    """The id of a field or card of an adopted note type; None if it has none, or a faulty one."""
    return _number(reader, entry, "id", -_LONG, _LONG - 1)


def read_field_options(reader: NodeReader, entry: Mapping) -> FieldOptions:
    """The options of a field of an adopted note type."""

    def flag(key: str) -> bool:
        node = entry.entries.get(key)
        return reader.flag(node, key) if node else False

    usual = FieldOptions()
    size = _number(reader, entry, "size", 0, _UNSIGNED - 1)
    return FieldOptions(
        font=_text(reader, entry, "font", usual.font),
        size=usual.size if size is None else size,
        right_to_left=flag("right_to_left"),
        sticky=flag("sticky"),
        description=_text(reader, entry, "description", ""),
        plain_text=flag("plain_text"),
        collapsed=flag("collapsed"),
        unsearched=flag("unsearched"),
        undeletable=flag("undeletable"),
        tag=_number(reader, entry, "tag", 0, _UNSIGNED - 1),
    )


def read_card_options(reader: NodeReader, entry: Mapping) -> CardOptions:
    """The options of a card of an adopted note type."""
    return CardOptions(
        _number(reader, entry, "deck_id", -_LONG, _LONG - 1) or 0,
        _text(reader, entry, "browser_font", ""),
        _number(reader, entry, "browser_size", 0, _UNSIGNED - 1) or 0,
    )


def _text(reader: NodeReader, mapping: Mapping, key: str, usual: str) -> str:
    """A text, which may be empty; the usual one if the key is missing."""
    node = mapping.entries.get(key)
    if node is None:
        return usual
    if isinstance(node, Scalar) and not node.value.strip() and node.style:
        return node.value
    scalar = reader.scalar(node, key, f'write `{key}: ""` for none')
    return scalar.value if scalar else usual


def _number(reader: NodeReader, mapping: Mapping, key: str, least: int, most: int) -> int | None:
    """A whole number within limits; None if the key is missing or, with a report, for anything else."""
    node: Node | None = mapping.entries.get(key)
    if node is None:
        return None
    if isinstance(node, Scalar) and re.fullmatch(r"-?[0-9]{1,19}", node.value):
        number = int(node.value)
        if least <= number <= most:
            return number
    limits = "between -2^63 and 2^63" if least < 0 else f"from {least} to {most}"
    reader.report("wrong-type", node, f"`{key}` is not a whole number {limits}")
    return None
