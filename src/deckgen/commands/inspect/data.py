"""What is in packages for other programs; docs/commands.md describes the members."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deckgen.commands.inspect.inspection import Inspection
    from deckgen.package import Contents


def as_json(found: Inspection, *, notes: bool) -> dict[str, object]:
    """What is in a package, as the members of a JSON object.

    Args:
        found: The package.
        notes: Whether to list the notes.
    """
    contents, about = found.contents, found.contents.about or {}
    return {
        "path": found.path,
        "error": None,
        "format": contents.format.name.lower().replace("_", "-"),
        "schema": contents.schema,
        "bytes": found.bytes,
        "collection_bytes": contents.size,
        "modified": contents.modified // 1000,
        "oldest_note": found.oldest,
        "newest_note": found.newest,
        "deckgen": {name: about.get(name) for name in ("deckgen", "deck", "version", "time")}
        if about
        else None,
        "notes": len(contents.notes),
        "cards": asdict(found.cards),
        "decks": [asdict(each) for each in found.decks],
        "note_types": [asdict(each) for each in found.note_types],
        "tags": [asdict(each) for each in found.tags],
        "markup": {
            name: [asdict(each) for each in getattr(found.markup, name)] for name in ("elements", "marks")
        },
        "first_fields": {"empty": found.empty_first, "double": [asdict(each) for each in found.doubles]},
        "media": asdict(found.media),
        "adopting": [asdict(each) for each in found.meets],
        **({"note_list": _notes(contents)} if notes else {}),
    }


def _notes(contents: Contents) -> list[dict[str, object]]:
    """Each note: how an import knows it, and what it is about."""
    names = {number: each.name for number, each in contents.note_types.items()}
    decks = {number: each.name for number, each in contents.decks.items()}
    places = {
        note: list(dict.fromkeys(decks.get(card.own_deck, "") for card in cards))
        for note, cards in contents.cards_of.items()
    }
    return [
        {
            "id": note.id,
            "guid": note.guid,
            "note_type": names.get(note.note_type, ""),
            "decks": places.get(note.id, []),
            "modified": note.modified,
            "tags": list(note.tags),
            "first_field": note.first,
        }
        for note in contents.notes
    ]
