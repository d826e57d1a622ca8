"""The nouns of a deck, and how they are read out of its source by their kinds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.deck.values import links
from deckgen.diagnostics import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck import blueprint
    from deckgen.deck.kinds import Kind
    from deckgen.deck.swallowed import Swallowed
    from deckgen.deck.values import Value
    from deckgen.diagnostics import Span
    from deckgen.source import Document, Node, Scalar


@dataclass
class Chapter:
    """A file of the source that holds notes.

    Attributes:
        document: The file.
        deck: The full name of the Anki deck that its notes go to.
        tags: The tags of all its notes, the deck's included.
        tags_at: Where it has tags of its own; None where it has none.
        deck_at: Where it names its subdeck; None where it names none.
        language: The BCP 47 tag of the language of its cards, the deck's.
        notes: Its notes in the order in which they are written, those with faults included.
        ids: The ids that seem to stand in it, where not all of it could be read.
        diagnostics: What is wrong with it.
    """

    document: Document
    deck: str
    tags: tuple[str, ...] = ()
    tags_at: Span | None = None
    deck_at: Span | None = None
    language: str = "en"
    notes: list[Note] = field(default_factory=list)
    ids: frozenset[str] = frozenset()
    diagnostics: Diagnostics = field(default_factory=Diagnostics)


@dataclass(eq=False)
class Table:
    """A table whose rows are notes.

    Attributes:
        id: The first half of its rows' ids.
        values: What its own keys say.
        start: Where it begins in its chapter's text, in characters.
        end: Where the last of its texts ends there.
        allow: The codes of warnings that do not hold for it and its rows.
        rows: Its notes, in order.
        swallowed: The lines of its texts that look like keys which it lacks.
        at: Its id in the source; the table itself where it has none.
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
        id: Its id in the deck; for a row the table's, a dot and its own. Empty where it has none.
        at: Its id in the source; the note itself where it has none.
        chapter: Where it stands.
        values: What its keys say, by key.
        tags: All its tags, each once: the deck's, the chapter's, the table's and its own.
        builds_on: The ids of the notes that come before it.
        valid: Whether every key could be read.
        table: The table that it is a row of; its values hold for the row where it has none of its own.
        was: The id that it had in an earlier release; empty where it says none.
        retired: Why it is no longer in the deck; None where it is.
        replaced_by: The id of the note that takes its place; None where it names none.
        start: Where it begins in its chapter's text, in characters.
        end: Where the last of its texts ends there.
        allow: The codes of warnings that do not hold for it.
        swallowed: The lines of its texts that look like keys which it lacks.
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

    def mentions(self) -> list[Scalar]:
        """The ids of other notes under all its keys, those of `builds_on` first."""
        others = (value for key, value in self.values.items() if key != "builds_on")
        items = [item for value in others for item in links(value)]
        return self.builds_on + items + ([self.replaced_by] if self.replaced_by else [])


@dataclass(frozen=True)
class Accept:
    """A change that deckgen refuses, and that the author wants in the next release nevertheless.

    Attributes:
        code: The code of the refusal.
        id: What it is about: the id of a note or of the deck, the name of a kind, or a path from source/.
        because: Why.
        at: Where it stands.
    """

    code: str
    id: str
    because: str
    at: Node


@dataclass
class Deck:
    """A deck, as its deck.yaml describes it.

    Attributes:
        document: deck.yaml.
        id: The namespace of every guid.
        title: The name of the root deck in Anki.
        language: A BCP 47 tag.
        description: Markdown for the deck's page in Anki.
        tags: The tags of every note.
        authors: Their names.
        license: A licence's name.
        feedback: An address for suggestions, `{id}` standing for the note's id.
        accept: The refused changes that the next release makes nevertheless.
        exam_options: How many options a question of the exam has; 0 where it is not said.
        blueprint: The domains of the exam; none where they are not said.
        off: The codes of warnings that are switched off for the whole deck.
        notes: In the order of the source, those with faults included.
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
    notes: list[Note] = field(default_factory=list)


def values_of(note: Note) -> ReadOnly[str, Value]:
    """The values of a note, with those of its table."""
    return note.values if note.table is None else note.table.values | note.values


def place(note: Note) -> Span:
    """Where a note's id stands."""
    return note.chapter.document.span(note.at)


def has_list_of_notes(note: Note) -> bool:
    """Whether a note has a key for ids of others, or its table has."""
    keys = {**note.kind.table_keys, **note.kind.keys}
    return any(keys[name].type.names_notes for name in values_of(note))
