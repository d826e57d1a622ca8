"""Notes as Anki gets them: fields, tags and cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from deckgen.cards.fields import FieldWriter
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from deckgen.deck.notes import has_list_of_notes, place
from deckgen.deck.order import in_order
from deckgen.diagnostics import Diagnostic, Diagnostics

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.note_types import NoteType, NoteTypes
    from deckgen.deck.notes import Deck, Note
    from deckgen.project import Project

MAX_FIELDS = 256 * 1024 * 1024
"""The most characters of all notes' fields together."""
_NOTES_A_TICK = 500
_OF_MEDIA = {"missing-media", "unreadable-media", "broken-media", "media-type"}


class RenderedNote(NamedTuple):
    """A note as Anki gets it; a tuple, since there are thousands.

    Attributes:
        note: The note.
        fields: The HTML of its fields.
        cards: The ordinals of its cards, from 0.
    """

    note: Note
    fields: list[str]
    cards: tuple[int, ...]


class Matching(Protocol):
    """The notes of a deck beside the released ones."""

    @property
    def deck(self) -> Deck:
        """The deck."""

    @property
    def known(self) -> Container[Note]:
        """The notes that have been released."""

    @property
    def first_ids(self) -> ReadOnly[str, str]:
        """The ids with which renamed notes were first released, by the ids that they have now."""


@dataclass(frozen=True)
class Rendered:
    """What Anki gets for the notes of a deck.

    Attributes:
        notes: The notes that could be rendered, in the order of study.
        markup: What has turned their texts into HTML, and knows which media they show.
        diagnostics: What is wrong with texts, media and cards.
    """

    notes: tuple[RenderedNote, ...]
    markup: Markup
    diagnostics: Diagnostics


def render_notes(
    matching: Matching,
    note_types: NoteTypes,
    project: Project,
    progress: Callable[[str, int, int], None],
    *,
    faulty: bool,
) -> Rendered:
    """Render the notes of a deck, retired ones among them where they have been released.

    Args:
        matching: The notes of the deck, and which of them have been released under which ids.
        note_types: What Anki gets for its kinds.
        project: Where media lie.
        progress: Called with what is being done, how much of it is done, and how much there is.
        faulty: Whether errors have been found before, so that a note without cards may be due to them.
    """
    deck, first_ids = matching.deck, matching.first_ids
    shelf = Shelf(project.source.resolve(), project.folder)
    by_id = {note.id: note for note in deck.notes}
    markup, of_retired = Markup(shelf), Markup(shelf)
    writer = FieldWriter(markup, by_id, first_ids, note_types.words)
    retired = FieldWriter(of_retired, by_id, first_ids, note_types.words)
    notes = [note for note in deck.notes if note.valid and not (note.retired and note not in matching.known)]
    rendered: list[RenderedNote] = []
    found = Diagnostics()
    size = 0
    for number, note in enumerate(in_order(notes)):
        if number % _NOTES_A_TICK == 0:
            progress("rendering", number, len(notes))
        fields = (writer if note.retired is None else retired).write(note)
        size += sum(map(len, fields))
        if size > MAX_FIELDS:
            found.append(_too_large(note))
            break
        note_type = note_types.by_kind[note.kind.name]
        cards = note_type.rules.cards(fields, tagged=bool(note.tags))
        fault = note_type.fault_of_cards(cards, fields, tagged=bool(note.tags))
        if fault and (_is_settled(note, note_type) or not (faulty or markup.diagnostics.has_errors)):
            found.append(fault.at(place(note)))
        rendered.append(RenderedNote(note, fields, cards))
    found += markup.diagnostics
    # nobody is shown what a retired note shows
    found += (each for each in of_retired.diagnostics if each.code not in _OF_MEDIA)
    return Rendered(tuple(rendered), markup, found)


def _too_large(note: Note) -> Diagnostic:
    """The error of a deck whose fields are more than deckgen packs, at the note that makes them so."""
    message = f"the notes up to this one have more than {MAX_FIELDS >> 20} million characters"
    hint = "make several decks of them; the rows of a table count for each of its cards"
    return Diagnostic("too-large", message, place(note), hint)


def _is_settled(note: Note, note_type: NoteType) -> bool:
    """Whether a note has the same cards once all errors elsewhere are mended.

    Faces with errors make no cards, broken clozes neither, and links to notes that could not be read show
    nothing.
    """
    return note_type.sound and not note.kind.cloze and not has_list_of_notes(note)
