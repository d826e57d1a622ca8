"""A note as Anki gets it: fields, tags and cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deckgen.deck.notes import Note


@dataclass(slots=True)
class Row:
    """A note with all that its rows in the collection need.

    Attributes:
        note: The note.
        guid: Its guid, the same in every release.
        modified: When the note last changed, in seconds since 1970.
        due: Its place in the queue of new cards.
        fields: The HTML of its fields.
        cards: The ordinals of its cards, from 0.
    """

    note: Note
    guid: str
    modified: int
    due: int
    fields: list[str]
    cards: tuple[int, ...]
