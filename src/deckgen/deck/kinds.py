"""A kind: the keys that authors write for a sort of note, and the fields and cards of its note type."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.key_types import TYPES, own
from deckgen.deck.keys import Key

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.deck.adopted import Adopted, CardOptions, FieldOptions
    from deckgen.diagnostics import Span
    from deckgen.source import Document


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the note type.

    Attributes:
        name: Its name in Anki's editor.
        id: Its id from kind.yaml, which never changes. None if the field of an adopted kind has none.
        key: The key that fills it; empty for a reserve.
        part: The part of the key's value; mostly empty, which means the value itself. For a field that marks
            the notes without a card: the id of that card.
        without: The name of that card; empty for other fields.
        options: Its options in Anki, if its kind is adopted; else None.
    """

    name: str
    id: int | None
    key: str = ""
    part: str = ""
    without: str = ""
    options: FieldOptions | None = None

    @property
    def collapsed(self) -> bool:
        """Whether Anki's editor shows it collapsed, because learners have nothing to write there."""
        if self.options:
            return self.options.collapsed
        return not self.key or bool(self.without)


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """A card template of the note type.

    Attributes:
        name: Its name, which learners see.
        id: Its id from kind.yaml, which never changes. None if the card of an adopted kind has none.
        face: The stem of its face files; empty for a dormant card.
        reserve: The reserve field that would wake a dormant card; empty for others.
        at: The place of `face` in kind.yaml; None for a dormant card.
        options: Its options in Anki, if its kind is adopted; else None.
    """

    name: str
    id: int | None
    face: str = ""
    reserve: str = ""
    at: Span | None = None
    options: CardOptions | None = None


CARDS = "cards"
"""The key for the cards of a note. It fills the fields that mark the notes without a card."""
MARK = "1"
"""What such a field contains if the note goes without the card."""
COMMON_KEYS = {
    key.name: key
    for key in (
        Key(
            "id",
            own.ID,
            required=True,
            about="The note's unique name; it never changes after a release.",
            example="split-alliance",
        ),
        Key(
            "tags",
            own.TAGS,
            about="Anki tags, in addition to those of the chapter and the deck.",
            example="- alliance",
        ),
        Key(
            "allow",
            own.CODES,
            about="Codes of warnings that do not apply to this note.",
            example="- same-term",
        ),
        Key(
            CARDS,
            own.CARDS,
            about="The cards that the note gets, by their names; without this key it gets all.",
            example="- Recognize",
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
            about="Ids of notes that a learner should study first.",
            example="- therapeutic-alliance",
        ),
        Key(
            "reference",
            TYPES["markdown"],
            about="Where to read more about this.",
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
"""The keys of every kind; those for the back only if they fill a field."""
KEYS_FOR_THE_BACK = frozenset(["reference", "extra"])


@dataclass(frozen=True)
class Kind:
    """A sort of note.

    Attributes:
        name: The name of its folder.
        title: The end of the note type's name, as in "MFT Exam Prep - Definition".
        section: The key of a chapter under which authors write its notes.
        cloze: Whether its note type is a cloze type.
        revision: A number; a higher one sends every note of the kind to learners again.
        keys: The keys of a note.
        rows_key: The key of a table under which its notes are written; empty if the notes are no rows.
        table_keys: The keys of a table; empty without `rows`.
        label: The key whose text other notes use as a note's name; empty for the id.
        gist: The key, and the part of its value, that other notes show as a note's short content; both
            empty if there is none.
        fields: The fields in order, reserves included.
        cards: The card templates in order, dormant ones included.
        folder: The folder with its kind.yaml and faces.
        document: Its kind.yaml.
        was: The name of its folder in an earlier release; empty if kind.yaml gives none.
        applies: Whether its notes apply what other notes teach, so that they come soon after those.
        adopted: What it carries of a note type that learners had before deckgen knew it; None for others.
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
    applies: bool = False
    adopted: Adopted | None = None

    def in_anki(self, deck: str) -> str:
        """The name of its note type in Anki.

        Args:
            deck: The title of the deck.
        """
        if self.adopted:
            return self.adopted.note_type
        return unicodedata.normalize("NFC", f"{deck} - {self.title}")

    @property
    def files(self) -> list[str]:
        """The names of the templates that its folder may contain."""
        faces = [card.face for card in self.cards if card.face]
        ends = ("front", "back", "front.browser", "back.browser")
        return ["style.css.j2", *(f"{face}.{end}.html.j2" for face in faces for end in ends)]

    @property
    def live(self) -> dict[str, int]:
        """The ordinals of the cards that are not dormant, from 0, by their names."""
        return {card.name: number for number, card in enumerate(self.cards) if card.face}

    @property
    def marks(self) -> dict[str, int]:
        """The indexes of the fields that mark the notes without a card, by the names of these cards."""
        return {field.without: index for index, field in enumerate(self.fields) if field.without}
