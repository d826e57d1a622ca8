"""Rendered notes: the fields and cards that Anki gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from deckgen.cards.fields import FieldWriter
from deckgen.cards.locales import direction
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from deckgen.deck.notes import has_list_of_notes, place, values_of
from deckgen.deck.order import in_order
from deckgen.deck.values import written
from deckgen.diagnostics import Diagnostic, Diagnostics

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from collections.abc import Mapping as ReadOnly
    from collections.abc import Set as AbstractSet

    from deckgen.cards.media_records import Records
    from deckgen.cards.note_types import NoteType, NoteTypes
    from deckgen.deck.notes import Deck, Note
    from deckgen.memory import Memory
    from deckgen.project import Project
    from deckgen.source import Scalar

MAX_FIELDS = 256 * 1024 * 1024
"""The maximum number of characters in the fields of all notes together."""
_NOTES_A_TICK = 500
_OF_MEDIA = {"missing-media", "unreadable-media", "broken-media", "media-type"}


class RenderedNote(NamedTuple):
    """A rendered note; a tuple, because there are thousands of them.

    Attributes:
        note: The note.
        fields: The HTML of its fields.
        cards: The ordinals of its cards, from 0.
    """

    note: Note
    fields: list[str]
    cards: tuple[int, ...]


class Matching(Protocol):
    """The notes of a deck matched with the released ones."""

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
    """The rendered notes of a deck.

    Attributes:
        notes: The notes that could be rendered, in the order of study.
        markup: The converter of their texts to HTML, which also knows the media that they show.
        diagnostics: The diagnostics of texts, media and cards.
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
    records: Records | None = None,
    memory: Memory | None = None,
) -> Rendered:
    """Render the notes of a deck, and also its retired notes if they have been released.

    Args:
        matching: The notes of the deck, and which of them have been released under which ids.
        note_types: The note types of its kinds.
        project: The project, with its media.
        progress: Called with the present step, the number of finished notes, and the number of all notes.
        faulty: Whether there are errors already, which may be the reason for a note without cards.
        records: What earlier builds have found out about media files.
        memory: The rendered notes of the last build, and then of this one.
    """
    deck, first_ids = matching.deck, matching.first_ids
    shelf = Shelf(project.source.resolve(), project.folder, records)
    by_id = {note.id: note for note in deck.notes}
    turned = direction(deck.language) == "rtl"
    markup, of_retired = (Markup(shelf, right_to_left=turned) for _ in range(2))
    writer = FieldWriter(markup, by_id, first_ids, note_types.words)
    retired = FieldWriter(of_retired, by_id, first_ids, note_types.words)
    notes = [note for note in deck.notes if note.valid and not (note.retired and note not in matching.known)]
    rendered: list[RenderedNote] = []
    diagnostics = Diagnostics()
    faulty_files: set[str] = set()
    size = files = 0
    known = memory.of("fields") if memory else {}
    for number, note in enumerate(in_order(notes, deck.order)):
        if number % _NOTES_A_TICK == 0 or len(shelf.media) > files:
            files = len(shelf.media)
            progress("rendering notes", number, len(notes))
        if note.text_only:  # it only orders the notes that build on it
            continue
        before: RenderedNote | None = known.get(note)
        fields = before.fields if before else (writer if note.retired is None else retired).write(note)
        size += sum(map(len, fields))
        if size > MAX_FIELDS:
            diagnostics.append(_too_large(note))
            break
        if before:
            rendered.append(before)
            continue
        note_type = note_types.by_kind[note.kind.name]
        cards = note_type.rules.cards(fields, tagged=bool(note.tags))
        chosen = note.choice.names if note.choice else ()
        fault = note_type.fault_of_cards(cards, fields, chosen, tagged=bool(note.tags))
        if fault:
            faulty_files.add(note.chapter.document.path)
        if note.kind.adopted and fault:
            cards = cards or (0,)  # Anki lets no note be without a card
            diagnostics.append(Diagnostic("adopted-blank", fault.message, place(note), fault.hint))
        elif fault and (_is_settled(note, note_type) or not (faulty or markup.diagnostics.has_errors)):
            diagnostics.append(fault.at(place(note)))
        rendered.append(RenderedNote(note, fields, cards))
    diagnostics += markup.diagnostics
    # no learner sees the media of a retired note
    diagnostics += (each for each in of_retired.diagnostics if each.code not in _OF_MEDIA)
    if memory:
        shown = markup.shown.keys() | of_retired.shown.keys()
        faulty_files |= {each.span.path for each in (*diagnostics, *of_retired.diagnostics)}
        memory.keep(
            "fields",
            {
                each.note: each
                for each in rendered
                if (each.note in known or _stands_alone(each.note, shown))
                and not (faulty_files and each.note.chapter.document.path in faulty_files)
            },
        )
    return Rendered(tuple(rendered), markup, diagnostics)


def _stands_alone(note: Note, shown: AbstractSet[Scalar]) -> bool:
    """Whether no field of a note shows other notes outside its table, or one of some texts with media."""
    if note.builds_on or has_list_of_notes(note):
        return False
    rows = note.table.rows if note.table else [note]
    values = (value for row in rows for value in values_of(row).values()) if shown else ()
    return not any(scalar in shown for value in values for scalar in written(value))


def _too_large(note: Note) -> Diagnostic:
    """The error of a deck whose fields are too large, at the first note that exceeds the limit."""
    message = f"the notes up to this one have more than {MAX_FIELDS >> 20} million characters"
    hint = "split them into several decks; a table's rows count once for each of its cards"
    return Diagnostic("too-large", message, place(note), hint)


def _is_settled(note: Note, note_type: NoteType) -> bool:
    """Whether a note has the same cards after all errors elsewhere are fixed.

    Faces with errors make no cards, nor do invalid clozes, and links to unread notes show nothing.
    """
    return note_type.valid and not note.kind.cloze and not has_list_of_notes(note)
