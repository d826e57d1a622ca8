"""What a package holds, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly


class Format(Enum):
    """The formats of packages, by the member that is the collection."""

    LEGACY_1 = "collection.anki2"
    LEGACY_2 = "collection.anki21"
    LATEST = "collection.anki21b"


@dataclass(frozen=True, slots=True)
class PackedDeck:
    """A deck.

    Attributes:
        id: Its id in this package; an import goes by the name.
        name: Its full name, with `::` between the parts.
        modified: When it last changed, in seconds since 1970.
        description: What its page says.
        markdown: Whether that is Markdown, and not HTML.
        filtered: Whether it is a filtered deck, which only borrows its cards.
        preset: The id of its options; 0 for a filtered deck.
    """

    id: int
    name: str
    modified: int
    description: str
    markdown: bool
    filtered: bool
    preset: int


@dataclass(frozen=True, slots=True)
class PackedField:
    """A field of a note type.

    Attributes:
        name: Its name.
        id: By which Anki from 23.10 on knows it again; None in older packages.
        tag: By which Anki knows fields that a note type needs; None in most.
        ord: Its place, from 0.
        font: The font in the editor.
        size: That font's size.
        rtl: Whether the editor writes it from right to left.
        sticky: Whether its text is kept for the next new note.
        description: What the editor shows while it is empty.
        plain_text: Whether the editor shows its HTML.
        collapsed: Whether the editor hides it.
        exclude_from_search: Whether a search for a word skips it.
        prevent_deletion: Whether Anki refuses to delete it.
    """

    name: str
    id: int | None
    tag: int | None
    ord: int
    font: str
    size: int
    rtl: bool
    sticky: bool
    description: str
    plain_text: bool
    collapsed: bool
    exclude_from_search: bool
    prevent_deletion: bool


@dataclass(frozen=True, slots=True)
class PackedTemplate:
    """A card template of a note type.

    Attributes:
        name: Its name.
        id: By which Anki from 23.10 on knows it again; None in older packages.
        ord: Its place, from 0.
        question: The front.
        answer: The back.
        browser_question: The front in the browser's table; empty where it is the same.
        browser_answer: The back there.
        browser_font: The font there; empty for the usual one.
        browser_size: That font's size; 0 for the usual one.
        deck: The id of the deck that its cards go to; 0 where notes decide.
    """

    name: str
    id: int | None
    ord: int
    question: str
    answer: str
    browser_question: str
    browser_answer: str
    browser_font: str
    browser_size: int
    deck: int


@dataclass(frozen=True, slots=True)
class PackedNoteType:
    """A note type.

    Attributes:
        id: Its id.
        name: Its name.
        cloze: Whether cards come from clozes, and not one from each template.
        modified: When it last changed, in seconds since 1970.
        fields: Its fields, in order.
        templates: Its card templates, in order.
        css: Its style.
        sort_field: The place of the field that the browser sorts by.
        latex_pre: What comes before LaTeX.
        latex_post: What comes after it.
        latex_svg: Whether LaTeX becomes SVG, and not PNG.
        stock_kind: Which of Anki's own note types it began as, by the numbers of `OriginalStockKind`; 0 where
            that is not known.
        original_id: The id that it had where it was imported from; None where it was not.
    """

    id: int
    name: str
    cloze: bool
    modified: int
    fields: tuple[PackedField, ...]
    templates: tuple[PackedTemplate, ...]
    css: str
    sort_field: int
    latex_pre: str
    latex_post: str
    latex_svg: bool
    stock_kind: int
    original_id: int | None


class PackedNote(NamedTuple):
    """A note.

    Attributes:
        id: Its id in this package: when it was made, in milliseconds since 1970.
        guid: By which an import knows it again.
        note_type: The id of its note type.
        modified: When it last changed, in seconds since 1970.
        tag_text: Its tags, as Anki keeps them: one text.
        text: Its fields, as Anki keeps them: one text, in which U+001F parts them.
    """

    id: int
    guid: str
    note_type: int
    modified: int
    tag_text: str
    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The HTML of its fields, in the order of the note type."""
        return tuple(self.text.split("\x1f"))

    @property
    def first(self) -> str:
        """The HTML of its first field."""
        return self.text.partition("\x1f")[0]

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return tuple(self.tag_text.split())


class PackedCard(NamedTuple):
    """A card.

    Attributes:
        id: Its id in this package.
        note: The id of its note.
        deck: The id of the deck that it is in now.
        ord: The place of its card template; for clozes, the number less 1.
        modified: When it last changed, in seconds since 1970.
        type: 0 for new, 1 for learning, 2 for review, 3 for learning again.
        queue: As the type, but for -1 suspended, -2 and -3 buried, 3 learning on another day, 4 preview.
        due: A new card's place; else the day or time when it comes next.
        interval: Days between reviews; seconds where it is negative.
        reps: How often it has been answered.
        lapses: How often it was forgotten.
        home: The id of the deck that a filtered deck has borrowed it from; else 0.
    """

    id: int
    note: int
    deck: int
    ord: int
    modified: int
    type: int
    queue: int
    due: int
    interval: int
    reps: int
    lapses: int
    home: int

    @property
    def own_deck(self) -> int:
        """The id of its deck; for a card that a filtered deck has borrowed, of the deck that it came from."""
        return self.home or self.deck

    @property
    def studied(self) -> bool:
        """Whether a learner has met it."""
        return self.type != 0 or self.reps > 0


@dataclass(frozen=True, slots=True)
class PackedMedium:
    """A media file.

    Attributes:
        name: What notes call it. It leads out of no folder, but can have a backslash, a folder on Windows.
        member: The member of the archive that holds it.
        size: How many bytes it has, as the package says.
        sha1: The SHA-1 of its bytes in hexadecimal, as the package says; empty in both legacy formats.
        crc: Their CRC-32, as the archive says; None in the latest format.
    """

    name: str
    member: str
    size: int
    sha1: str
    crc: int | None


@dataclass(frozen=True)
class Contents:
    """What a package holds.

    Attributes:
        format: Its format.
        schema: The version of its collection's tables: 11 in both legacy formats.
        modified: When the collection last changed, in milliseconds since 1970.
        decks: The decks by id, with Anki's own *Default*.
        note_types: The note types by id, with those that no note has.
        notes: The notes, by id.
        cards: The cards, by id.
        media: The media files, in the order of the package.
        missing_media: The names of media files that it lists and does not hold.
        about: What its deckgen.json says; None where there is none.
        size: How many bytes its collection has, unpacked.
    """

    format: Format
    schema: int
    modified: int
    decks: ReadOnly[int, PackedDeck]
    note_types: ReadOnly[int, PackedNoteType]
    notes: tuple[PackedNote, ...]
    cards: tuple[PackedCard, ...]
    media: tuple[PackedMedium, ...]
    missing_media: tuple[str, ...]
    about: ReadOnly[str, Any] | None
    size: int

    @cached_property
    def used_note_types(self) -> ReadOnly[int, PackedNoteType]:
        """The note types that some note has, by id."""
        used = {note.note_type for note in self.notes}
        return {number: each for number, each in self.note_types.items() if number in used}

    @cached_property
    def cards_of(self) -> ReadOnly[int, tuple[PackedCard, ...]]:
        """The cards of each note, by the note's id and in order; notes without cards are absent."""
        found: dict[int, list[PackedCard]] = {}
        for card in self.cards:
            found.setdefault(card.note, []).append(card)
        return {note: tuple(sorted(cards, key=lambda card: card.ord)) for note, cards in found.items()}
