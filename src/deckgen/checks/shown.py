"""A rule about fields of kinds whose text no card shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.notes import values_of
from deckgen.diagnostics import Diagnostic, Span
from deckgen.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.deck.kinds import Field, Kind


def unshown_field(context: RuleContext) -> Iterator[Diagnostic]:
    """A field of a kind that notes fill and no card shows, also not a card of another note.

    Plain text may be a code for another program, so there is no warning for it.
    """
    filled: dict[str, set[str]] = {}
    kinds: dict[str, Kind] = {}
    for note in context.notes:
        kinds[note.kind.name] = note.kind
        filled.setdefault(note.kind.name, set()).update(values_of(note))
    for name, kind in kinds.items():
        mentioned = context.faces[name].mentioned
        keys_shown = {field.key for field in kind.fields if field.name in mentioned}
        for field in kind.fields[1:]:  # Anki's browser lists the first one
            key = kind.keys.get(field.key) or kind.table_keys.get(field.key)
            if (
                key is None
                or key.name in COMMON_KEYS
                or key.type.is_name
                or field.key not in filled[name]
                or field.key in keys_shown | {kind.label, kind.gist[0]}
            ):
                continue
            message = f"no card shows the field `{field.name}`, which notes fill with `{field.key}`"
            hint = f"show it in a face with `{{{{{field.name}}}}}`"
            yield Diagnostic("unshown-field", message, _place(kind, field), hint)


def _place(kind: Kind, field: Field) -> Span:
    """The place of a field in kind.yaml."""
    root = kind.document.root
    fields = root.entries.get("fields") if isinstance(root, Mapping) else None
    for item in fields.items if isinstance(fields, Sequence) else ():
        name = item.entries.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, Scalar) and name.value == field.name:
            return kind.document.span(name)
    return Span(kind.document.path)
