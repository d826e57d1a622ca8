"""The reading of the keys that a kind.yaml lists: what authors of its notes write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.deck.key_types import TYPES
from deckgen.deck.keys import Key
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.reader import MAX_ITEMS, NodeReader
from deckgen.source import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from deckgen.deck.keys import KeyType


def word(reader: NodeReader, root: Mapping, key: str) -> str:
    """A short text under a key; empty if the key is missing."""
    node = root.entries.get(key)
    scalar = reader.scalar(node, key) if node else None
    return scalar.value if scalar else ""


def read_keys(reader: NodeReader, root: Mapping, under: str) -> dict[str, Key]:
    """The keys that kind.yaml lists under `keys` or `table_keys`."""
    node = root.entries.get(under)
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        hint = "write each key on its own line, followed by its type in braces: `rule: {type: markdown}`"
        reader.report("wrong-type", node, f"write each key under `{under}` with its type", hint)
        return {}
    if len(node.entries) > MAX_ITEMS:
        message = f"`{under}` has {len(node.entries):,} keys, but deckgen allows up to {MAX_ITEMS}"
        reader.report("too-large", node, message)
        return {}
    keys = ((name, _key(reader, node, name, spec)) for name, spec in node.entries.items())
    return {name: key for name, key in keys if key}


def _key(reader: NodeReader, keys: Mapping, name: str, spec: Node) -> Key | None:
    """A key that authors write; None, with a report, if it has faults."""
    if name in COMMON_KEYS:
        message = f"`{name}` is a key that every kind already has"
        reader.report("bad-kind", reader.document.key_span(keys, name), message)
        return None
    if not re.fullmatch(r"[\w-]+(?: [\w-]+)*", name):
        message = f"`{name}` is not a valid name for a key"
        hint = "use letters, digits, `_` and hyphens"
        reader.report("bad-kind", reader.document.key_span(keys, name), message, hint)
        return None
    if isinstance(spec, Scalar) and spec.value in TYPES:
        message = f"the type of `{name}` is here without its key"
        reader.report("wrong-type", spec, message, f"write `{name}: {{type: {spec.value}}}`")
        return None
    attributes = ("type", "required", "about", "example", "values")
    what = f"the key `{name}`"
    mapping = reader.mapping(spec, what, attributes, attributes)
    if mapping is None or not reader.require(mapping, what, ("type",), attributes):
        return None
    required = mapping.entries.get("required")
    written = reader.one_of(mapping.entries["type"], "type", TYPES)
    return Key(
        name,
        TYPES[written or "text"],
        required=reader.flag(required, "required") if required else False,
        about=word(reader, mapping, "about").strip(),
        example=word(reader, mapping, "example").rstrip(),
        values=_values(reader, mapping, name, TYPES[written]) if written else (),
    )


def _values(reader: NodeReader, mapping: Mapping, name: str, key_type: KeyType) -> tuple[str, ...]:
    """The words to choose from, for a key of type choice; empty for other types."""
    node = mapping.entries.get("values")
    if key_type.of_values is None:
        if node is not None:
            place = reader.document.key_span(mapping, "values")
            hint = f"remove `values`, or write `type: {key_type.name}` as `type: choice`"
            reader.report("bad-kind", place, f"`{name}` has `values`, but its type is not choice", hint)
        return ()
    if node is None:
        hint = "list the words that authors choose from: `{type: choice, values: [federal, state]}`"
        reader.report("bad-kind", mapping.entries["type"], f"the choice `{name}` has no `values`", hint)
        return ()
    values: list[str] = []
    for item in reader.items(node, "values"):
        scalar = reader.scalar(item, "values")
        if scalar is None:
            continue
        if scalar.value.strip() in values:
            reader.report("bad-kind", scalar, f"`{scalar.value.strip()}` is repeated in `values`")
        values.append(scalar.value.strip())
    if not values and isinstance(node, Sequence):
        hint = "list the words that authors choose from: `values: [federal, state]`"
        reader.report("empty-value", node, "`values` has no items", hint)
    return tuple(values)
