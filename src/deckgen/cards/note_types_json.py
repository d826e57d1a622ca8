"""The note types of a deck as JSON, so that they can be kept and need not be rendered again."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from deckgen.anki.card_rules import CardRules
from deckgen.cards.note_types import Face, NoteType, NoteTypes
from deckgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deckgen.deck.kinds import Kind


def as_json(note_types: NoteTypes) -> dict[str, Any] | None:
    """Note types as JSON can hold them; None if they show media, which may change without them."""
    if any(each.media for each in note_types.by_kind.values()):
        return None
    return {
        "kinds": {
            name: [[astuple(face) for face in each.faces], each.css, each.valid]
            for name, each in note_types.by_kind.items()
        },
        "words": dict(note_types.words),
        "texts": note_types.texts,
        "used": sorted(note_types.used),
        "valid": note_types.valid,
        "diagnostics": [each.as_row() for each in note_types.diagnostics],
    }


def of_json(value: Mapping[str, Any], kinds: Mapping[str, Kind]) -> NoteTypes:
    """The note types of a value that `as_json` has made.

    Args:
        value: The value.
        kinds: The kinds in force, by their names.

    Raises:
        KeyError, TypeError, ValueError: The value has another shape.
    """
    return NoteTypes(
        {name: _note_type(kinds[name], *row) for name, row in value["kinds"].items()},
        value["words"],
        value["texts"],
        set(value["used"]),
        value["valid"],
        [Diagnostic.of_row(row) for row in value["diagnostics"]],
    )


def _note_type(kind: Kind, rows: list[list[Any]], css: str, valid: bool) -> NoteType:  # noqa: FBT001 (of a row)
    faces = tuple(Face(*row) for row in rows)
    names = [field.name for field in kind.fields]
    rules = CardRules(names, [face.front for face in faces], cloze=kind.cloze)
    return NoteType(kind, faces, css, rules, valid=valid)
