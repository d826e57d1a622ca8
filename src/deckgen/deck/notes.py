"""The model of a deck: the deck, its chapters, notes and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.deck.order import STUDY
from deckgen.deck.values import Compound
from deckgen.diagnostics import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck import blueprint
    from deckgen.deck.card_choice import CardChoice
    from deckgen.deck.kinds import Kind
    from deckgen.deck.swallowed import Swallowed
    from deckgen.deck.values import Value
    from deckgen.diagnostics import Span
    from deckgen.source import Document, Node, Scalar


@dataclass
class Chapter:
    """A file of the source with notes.

    Attributes:
        document: The file.
        deck: The full name of the Anki deck for its notes.
        tags: The tags of all its notes, the deck's included.
        tags_at: The place of its own tags; None if it has none.
        deck_at: The place of its subdeck's name; None if it has none.
        language: The BCP 47 tag of the language of its cards, the deck's.
        cards: The cards that its notes get, by section, where it chooses some.
        notes: Its notes in the order of the file, those with faults included.
        ids: The ids that it seems to contain, if parts of it could not be read.
        diagnostics: The diagnostics of the file.
    """

    document: Document
    deck: str
    tags: tuple[str, ...] = ()
    tags_at: Span | None = None
    deck_at: Span | None = None
    language: str = "en"
    cards: dict[str, CardChoice] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    ids: frozenset[str] = frozenset()
    diagnostics: Diagnostics = field(default_factory=Diagnostics)


@dataclass(eq=False)
class Table:
    """A table whose rows are notes.

    Attributes:
        id: The first half of its rows' ids.
        values: The values of its own keys.
        start: The offset of its beginning in its chapter's text, in characters.
        end: The offset of the end of its last text.
        allow: The codes of warnings that are off for it and its rows.
        rows: Its notes, in order.
        swallowed: The lines of its texts that look like keys which the table lacks.
        at: The node of its id; that of the table if it has no id.
    """

    id: str
    values: dict[str, Value]
    start: int = 0
    end: int = 0
    allow: tuple[Scalar, ...] = ()
    rows: list[Note] = field(default_factory=list)
    swallowed: tuple[Swallowed, ...] = ()
    at: Node | None = None


@dataclass(slots=True, eq=False)
class Note:
    """A note.

    Attributes:
        kind: Its kind.
        id: Its id in the deck; for a row the table's, a dot and its own. Empty if it has none.
        at: The node of its id; that of the note if it has no id.
        chapter: Its chapter.
        values: The values of its keys.
        tags: All its tags, each once: the deck's, the chapter's, the table's and its own.
        builds_on: The ids of the notes to learn before it.
        valid: Whether every key could be read.
        table: The table of which it is a row; the row has the table's values if it has none of its own.
        was: Its id in an earlier release; empty if the source gives none.
        retired: The reason why it is no longer in the deck; None if it is in the deck.
        replaced_by: The id of the note that takes its place; None if there is none.
        start: The offset of its beginning in its chapter's text, in characters.
        end: The offset of the end of its last text.
        allow: The codes of warnings that are off for it.
        swallowed: The lines of its texts that look like keys which the note lacks.
        choice: The cards that it gets, chosen by itself, its table or its chapter; None if it gets all.
    """

    kind: Kind
    id: str
    at: Node
    chapter: Chapter
    values: dict[str, Value]
    tags: tuple[str, ...]
    builds_on: list[Scalar]
    valid: bool = True
    table: Table | None = None
    was: str = ""
    retired: Scalar | None = None
    replaced_by: Scalar | None = None
    start: int = 0
    end: int = 0
    allow: tuple[Scalar, ...] = ()
    swallowed: tuple[Swallowed, ...] = ()
    choice: CardChoice | None = None

    @property
    def text_only(self) -> bool:
        """Whether it gets no card, and so is no note in Anki: others may build on it and show its text."""
        return self.choice is not None and not self.choice.names and self.retired is None

    @property
    def left_out(self) -> frozenset[int]:
        """The ordinals of the cards that it goes without, from 0; a retired note keeps some card."""
        return self.choice.left_out if self.choice and self.choice.names else frozenset()

    @property
    def marks(self) -> tuple[int, ...]:
        """The indexes of the fields that mark it as a note without these cards."""
        return self.choice.marks if self.choice and self.choice.names else ()

    def mentions(self) -> list[Scalar]:
        """The ids of other notes under all its keys, those of `builds_on` first."""
        items = [
            item
            for key, value in self.values.items()
            if isinstance(value, Compound) and key != "builds_on"
            for item in value.links
        ]
        return self.builds_on + items + ([self.replaced_by] if self.replaced_by else [])


@dataclass(frozen=True)
class Accept:
    """A change that deckgen normally refuses, and that the author accepts for the next release.

    Attributes:
        code: The code of the refusal.
        id: What changes: the id of a note or of the deck, the name of a kind, or a path from source/.
        because: The author's reason.
        at: Its node in deck.yaml.
    """

    code: str
    id: str
    because: str
    at: Node


@dataclass
class Deck:
    """A deck, as its deck.yaml describes it.

    Attributes:
        document: The file deck.yaml.
        id: The id from which all guids are derived.
        title: The name of the root deck in Anki.
        language: The BCP 47 tag of its language.
        description: Markdown for the deck's page in Anki.
        tags: The tags of every note.
        authors: The names of its authors.
        license: The name of its license.
        feedback: An address for suggestions, with `{id}` in place of the note's id.
        accept: The changes that the author accepts for the next release.
        exam_options: The number of options of a question in the exam; 0 if not given.
        blueprint: The domains of the exam; none if not given.
        off: The codes of warnings that are off for the whole deck.
        order: The order of study, one of those in `deck.order`.
        notes: All notes in the order of the source, those with faults included.
    """

    document: Document
    id: str = ""
    title: str = ""
    language: str = "en"
    description: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    license: str = ""
    feedback: str = ""
    accept: list[Accept] = field(default_factory=list)
    exam_options: int = 0
    blueprint: tuple[blueprint.Domain, ...] = ()
    off: frozenset[str] = frozenset()
    order: str = STUDY
    notes: list[Note] = field(default_factory=list)


def values_of(note: Note) -> ReadOnly[str, Value]:
    """The values of a note, with those of its table."""
    return note.values if note.table is None else note.table.values | note.values


def place(note: Note) -> Span:
    """The place of a note's id in the source."""
    return note.chapter.document.span(note.at)


def has_list_of_notes(note: Note) -> bool:
    """Whether a note or its table has a key with ids of other notes."""
    keys = {**note.kind.table_keys, **note.kind.keys}
    return any(keys[name].type.names_notes for name in values_of(note))
