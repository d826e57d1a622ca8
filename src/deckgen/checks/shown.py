"""A rule about texts that no card shows: fields of kinds, and texts of single notes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from deckgen.checks.context import of_text
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.notes import place, values_of
from deckgen.diagnostics import Diagnostic, Span
from deckgen.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.deck.kinds import Field, Kind
    from deckgen.deck.notes import Note


def unshown_field(context: RuleContext) -> Iterator[Diagnostic]:
    """A field of a kind that notes fill and no card shows, also not a card of another note.

    Plain text may be a code for another program, so there is no warning for it. The rule also reports a text
    of a note that only a card shows which this note does not have.
    """
    yield from chain.from_iterable(context.of_parts(_without_their_cards))
    filled: dict[str, set[str]] = {}
    kinds: dict[str, Kind] = {}
    for kind, keys in chain.from_iterable(context.of_parts(_filled)):
        kinds[kind.name] = kind
        filled.setdefault(kind.name, set()).update(keys)
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


def _without_their_cards(context: RuleContext) -> Iterator[Diagnostic]:
    """The texts of notes that no card of them shows."""
    for note in context.notes:
        if not note.kind.cloze and context.form(note).has_hidden_texts:
            yield from _without_its_card(context, note)


def _filled(context: RuleContext) -> Iterable[tuple[Kind, set[str]]]:
    """The kinds of the notes, each with the keys of which some note has a value."""
    filled: dict[str, tuple[Kind, set[str]]] = {}
    for form in dict.fromkeys(map(context.form, context.notes)):
        filled.setdefault(form.kind.name, (form.kind, set()))[1].update(form.keys)
    return filled.values()


def _without_its_card(context: RuleContext, note: Note) -> Iterator[Diagnostic]:
    """The texts of a note that no card of it shows, but would if the note had one more key."""
    faces, filled = context.faces[note.kind.name], values_of(note).keys()
    for name in note.kind.keys.keys() & faces.shown - faces.shown_of(filled, note.left_out):
        key, value = note.kind.keys[name], note.values.get(name)
        if value is None or name in COMMON_KEYS or key.type.is_name or name == note.kind.gist[0]:
            continue
        lacking = [
            f"`{other}`"
            for other in note.kind.keys
            if other not in filled and name in faces.shown_of(filled | {other}, note.left_out)
        ]
        if lacking:
            message = f"no card of this note shows `{name}`"
            hint = f"add {' or '.join(lacking)}, or delete `{name}`"
            at = of_text(note, value) if isinstance(value, Scalar) else place(note)
            yield Diagnostic("unshown-field", message, at, hint)


def _place(kind: Kind, field: Field) -> Span:
    """The place of a field in kind.yaml."""
    root = kind.document.root
    fields = root.entries.get("fields") if isinstance(root, Mapping) else None
    for item in fields.items if isinstance(fields, Sequence) else ():
        name = item.entries.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, Scalar) and name.value == field.name:
            return kind.document.span(name)
    return Span(kind.document.path)
