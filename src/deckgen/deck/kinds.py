"""A kind: what authors write for a sort of note, and what Anki gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.key_types import TYPES, own
from deckgen.deck.keys import Key

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.diagnostics import Span
    from deckgen.source import Document


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the note type.

    Attributes:
        name: As learners see it in the editor.
        id: Written down in kind.yaml, never changed.
        key: The key that it is filled from; empty for a reserve.
        part: The part of that key's value; mostly empty, for the value itself.
    """

    name: str
    id: int
    key: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """A card template of the note type.

    Attributes:
        name: As learners see it.
        id: Written down in kind.yaml, never changed.
        face: The stem of its face files; empty for a dormant one.
        reserve: For a dormant one, the reserve field that would wake it.
        at: Where its face is named; None for a dormant one.
    """

    name: str
    id: int
    face: str = ""
    reserve: str = ""
    at: Span | None = None


COMMON_KEYS = {
    key.name: key
    for key in (
        Key(
            "id",
            own.ID,
            required=True,
            about="The note's name in the deck; it never changes.",
            example="split-alliance",
        ),
        Key("tags", own.TAGS, about="Anki tags, besides the chapter's and the deck's.", example="- alliance"),
        Key(
            "allow",
            own.CODES,
            about="Codes of warnings that do not hold for this note.",
            example="- same-term",
        ),
        Key(
            "was",
            own.NOTE,
            about="The id that the note had in an earlier release.",
            example="uneven-alliance",
        ),
        Key(
            "retired",
            own.REASON,
            about="Why a released note is taken out of the deck.",
            example="The exam no longer asks for it.",
        ),
        Key(
            "replaced_by",
            own.NOTE,
            about="The id of the note that takes a retired one's place.",
            example="alliance-components",
        ),
        Key(
            "builds_on",
            TYPES["notes"],
            about="Ids of notes that a learner should have met before.",
            example="- therapeutic-alliance",
        ),
        Key(
            "reference",
            TYPES["markdown"],
            about="Where this can be read up.",
            example="Study guide 2.3, multiple alliances",
        ),
        Key(
            "extra",
            TYPES["markdown"],
            about="Anything else worth seeing on the back.",
            example="In German: *geteilte Allianz*.",
        ),
    )
}
"""The keys that every kind has, those for the back only where a field is filled from them."""
KEYS_FOR_THE_BACK = frozenset(["reference", "extra"])


@dataclass(frozen=True)
class Kind:
    """A sort of note.

    Attributes:
        name: The name of its folder.
        title: The end of the note type's name, as in "MFT Exam Prep - Definition".
        section: The key of a chapter under which its notes stand.
        cloze: Whether its note type is a cloze type.
        revision: Raised to send every note of the kind to learners again.
        keys: What authors write for a note.
        rows_key: Where the entries of the section are tables: the key under which a table's notes stand.
        table_keys: What authors write for a table; empty without `rows`.
        label: The key by which other notes name a note; the id where empty.
        gist: The key, and the part of its value, that say to other notes in short what a note is about; both
            empty where nothing does.
        fields: In their order, reserves included.
        cards: In their order, dormant ones included.
        folder: Where its kind.yaml and faces lie.
        document: Its kind.yaml.
        was: The name that its folder had in an earlier release; empty where it says none.
    """

    name: str
    title: str
    section: str
    cloze: bool
    revision: int
    keys: ReadOnly[str, Key]
    rows_key: str
    table_keys: ReadOnly[str, Key]
    label: str
    gist: tuple[str, str]
    fields: tuple[Field, ...]
    cards: tuple[CardTemplate, ...]
    folder: Path
    document: Document
    was: str = ""

    @property
    def files(self) -> list[str]:
        """The names of the templates that its folder may hold."""
        faces = [card.face for card in self.cards if card.face]
        ends = ("front", "back", "front.browser", "back.browser")
        return ["style.css.j2", *(f"{face}.{end}.html.j2" for face in faces for end in ends)]
