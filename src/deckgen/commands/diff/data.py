"""A difference for other programs; docs/commands.md describes the members."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.commands.diff.compare import Difference, Names, NoteChange, Renaming, TypeChange
    from deckgen.commands.diff.edition import EditionNote
    from deckgen.commands.diff.sides import Side


def as_json(old: Side, new: Side, found: Difference) -> dict[str, object]:
    """A difference as the members of the JSON object: both sides, and `diff`."""
    return {
        "old": _side(old),
        "new": _side(new),
        "diff": {
            "equal": found.empty,
            "notes": {
                "new": _notes(found.new, new),
                "returned": _notes(found.returned, new),
                "retired": _notes(found.retired, old),
                "gone": _notes(found.gone, old),
                "changed": [_change(each, new) for each in found.notes],
            },
            "note_types": {**_names(found.type_names), "changed": [_type(each) for each in found.types]},
            "decks": _names(found.decks),
            "media": {**_names(found.media), "replaced": list(found.replaced)},
            "title": _pair(found.title),
            "description": _pair(found.description),
        },
    }


def _side(side: Side) -> dict[str, object]:
    """What a side is, and how much it holds."""
    edition = side.edition
    return {
        "name": side.name,
        "remarks": list(side.remarks),
        "id": edition.deck or None,
        "title": edition.title or None,
        "version": edition.version or None,
        "notes": len(edition.notes),
        "cards": edition.cards,
        "media": len(edition.media),
        "bytes": edition.size,
        "errors": edition.errors,
    }


def _notes(notes: Sequence[EditionNote], side: Side) -> list[dict[str, object]]:
    """Notes that only one side has."""
    return [_note(note, side) for note in notes]


def _note(note: EditionNote, side: Side) -> dict[str, object]:
    """What identifies a note, and its whole content."""
    note_type = side.edition.note_types[note.note_type]
    return {
        "guid": note.guid,
        "id": note.id or None,
        "note_type": note_type.name,
        "deck": note.deck,
        "tags": note.tags.split(),
        "cards": [note_type.card(each) for each in note.cards],
        "fields": dict(zip((name for _, name in note_type.fields), note.fields, strict=False)),
    }


def _change(change: NoteChange, new: Side) -> dict[str, object]:
    """What differs in a note."""
    return {
        "guid": change.after.guid,
        "id": change.after.id or None,
        "note_type": new.edition.note_types[change.after.note_type].name,
        "fields": {name: {"before": before, "after": after} for name, before, after in change.fields},
        "renamed": _pair(change.renamed),
        "moved": _pair(change.moved),
        "retyped": _pair(change.retyped),
        "tags": {"new": list(change.tags_gained), "gone": list(change.tags_lost)},
        "cards": {"new": list(change.cards_gained), "gone": list(change.cards_lost)},
    }


def _type(change: TypeChange) -> dict[str, object]:
    """What differs in a note type."""
    return {
        "name": change.name,
        "renamed": _pair(change.renamed),
        "changes": list(change.changes),
        "fields": [_pair(each) for each in change.fields],
        "templates": [_pair(each) for each in change.templates],
    }


def _names(names: Names) -> dict[str, list[str]]:
    return {"new": list(names.new), "gone": list(names.gone)}


def _pair(pair: Renaming | None) -> dict[str, str] | None:
    return pair and {"before": pair.before, "after": pair.after}
