"""The figures of a package: decks, note types, cards, tags, first fields."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from deckgen.anki.tags import distinct, folded
from deckgen.anki.template import is_empty
from deckgen.cards import html
from deckgen.commands.inspect.references import of_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.package import Contents, PackedNote, PackedNoteType

_SUSPENDED = -1
_SHORT = 60  # characters of a first field that is an example
_READ = 2000  # characters of its HTML from which an example is made
_DEFAULT = 1  # the id of Anki's own deck


@dataclass(frozen=True, slots=True)
class DeckFigure:
    """A deck.

    Attributes:
        name: Its full name.
        notes: How many notes have a card in it.
        cards: How many cards it has.
        filtered: Whether it is a filtered deck, which only borrows its cards.
        description: How many characters its description has.
    """

    name: str
    notes: int
    cards: int
    filtered: bool
    description: int


@dataclass(frozen=True, slots=True)
class Part:
    """A field or card template.

    Attributes:
        name: Its name.
        id: Its id; None where it has none.
    """

    name: str
    id: int | None


@dataclass(frozen=True, slots=True)
class TypeFigure:
    """A note type.

    Attributes:
        id: Its id.
        name: Its name.
        cloze: Whether its cards come from clozes.
        notes: How many notes have it.
        cards: How many cards these have.
        modified: When it last changed, in seconds since 1970.
        fields: Its fields, in order.
        templates: Its card templates, in order.
        sort_field: The name of the field that the browser sorts by; empty if it has no such field.
    """

    id: int
    name: str
    cloze: bool
    notes: int
    cards: int
    modified: int
    fields: list[Part]
    templates: list[Part]
    sort_field: str

    @property
    def sorts_by_first(self) -> bool:
        """Whether the sort field is the first, as usual."""
        return not self.fields or self.sort_field == self.fields[0].name


@dataclass(frozen=True, slots=True)
class CardFigures:
    """The cards.

    Attributes:
        all: How many there are.
        new: How many of them nobody has answered.
        studied: How many somebody has.
        suspended: How many are suspended, new or studied.
    """

    all: int
    new: int
    studied: int
    suspended: int


@dataclass(frozen=True, slots=True)
class TagFigure:
    """A tag.

    Attributes:
        name: Its name, as first written.
        notes: How many notes have it.
    """

    name: str
    notes: int


@dataclass(frozen=True, slots=True)
class Double:
    """A first field that several notes of a note type have.

    Attributes:
        text: Its text, shortened.
        note_type: The name of the note type.
        notes: The ids of these notes.
    """

    text: str
    note_type: str
    notes: list[int]


def card_figures(contents: Contents) -> CardFigures:
    """The cards of a package."""
    studied = sum(card.studied for card in contents.cards)
    suspended = sum(card.queue == _SUSPENDED for card in contents.cards)
    return CardFigures(len(contents.cards), len(contents.cards) - studied, studied, suspended)


def deck_figures(contents: Contents) -> list[DeckFigure]:
    """The decks by name; a borrowed card counts in the deck that it came from, too.

    Anki's own *Default* is left out where it is empty.
    """
    notes: dict[int, set[int]] = {}
    cards = Counter[int]()
    for card in contents.cards:
        for deck in {card.deck, card.home} - {0}:
            notes.setdefault(deck, set()).add(card.note)
            cards[deck] += 1
    found = [
        DeckFigure(each.name, len(notes.get(number, ())), cards[number], each.filtered, len(each.description))
        for number, each in contents.decks.items()
        if cards[number] or each.description or number != _DEFAULT
    ]
    return sorted(found, key=lambda deck: deck.name.split("::"))


def type_figures(contents: Contents) -> list[TypeFigure]:
    """The note types, those with the most notes first."""
    cards = {note: len(each) for note, each in contents.cards_of.items()}
    notes, of_type = Counter[int](), Counter[int]()
    for note in contents.notes:
        notes[note.note_type] += 1
        of_type[note.note_type] += cards.get(note.id, 0)
    found = [
        TypeFigure(
            each.id,
            each.name,
            each.cloze,
            notes[number],
            of_type[number],
            each.modified,
            [Part(field.name, field.id) for field in each.fields],
            [Part(template.name, template.id) for template in each.templates],
            sort_field(each),
        )
        for number, each in contents.note_types.items()
    ]
    return sorted(found, key=lambda each: (-each.notes, each.name, each.id))


def sort_field(note_type: PackedNoteType) -> str:
    """The name of the field that the browser sorts by; empty if the note type has no such field."""
    at = note_type.sort_field
    return note_type.fields[at].name if 0 <= at < len(note_type.fields) else ""


def tag_figures(notes: Iterable[PackedNote]) -> list[TagFigure]:
    """The tags, the most frequent first; capitals do not matter, as in Anki."""
    counts = Counter[str]()
    written: dict[str, str] = {}
    for note in notes:
        for tag in distinct(note.tags):
            counts[folded(tag)] += 1
            written.setdefault(folded(tag), tag)
    found = [TagFigure(written[tag], count) for tag, count in counts.items()]
    return sorted(found, key=lambda tag: (-tag.notes, tag.name))


def empty_first(contents: Contents) -> list[int]:
    """The ids of the notes whose first field is empty for Anki."""
    return [note.id for note in contents.notes if is_empty(note.first)]


def doubles(contents: Contents) -> list[Double]:
    """The first fields that several notes of a note type have, as Anki compares them: without markup."""
    groups: dict[tuple[int, str], list[PackedNote]] = {}
    for note in contents.notes:
        if not is_empty(note.first):
            groups.setdefault((note.note_type, _compared(note.first)), []).append(note)
    types = contents.note_types
    return [
        Double(example(notes[0]), types[number].name if number in types else "", [note.id for note in notes])
        for (number, _), notes in groups.items()
        if len(notes) > 1
    ]


def _compared(field: str) -> str:
    """What Anki compares of a first field: its text, and the names of the files that it shows."""
    if "<" not in field:
        return html.text(field).strip() if "&" in field else field.strip()
    parts = (
        each if isinstance(each, str) else "".join(f" {file.address} " for file in of_tag(each) if file.media)
        for each in html.pieces(field)
    )
    return "".join(parts).strip()


def example(note: PackedNote) -> str:
    """What a note is called as an example: its first field as a short text, or its id if that is empty."""
    return shown(note.first) or f"note {note.id}"


def shown(field: str) -> str:
    """The text that a field shows, on one line and shortened; the name of an image if there is only that."""
    return _shown(_beginning(field))


@cache
def _shown(excerpt: str) -> str:
    """The same for the beginning of a field; many lists name the same notes, and parsing takes time."""
    words = " ".join((html.text(excerpt) if "<" in excerpt or "&" in excerpt else excerpt).split())
    if not words and "<" in excerpt:
        words = next((tag.attributes["src"] for tag in html.tags(excerpt) if tag.attributes.get("src")), "")
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 1].rstrip()}…"


def _beginning(field: str) -> str:
    """The beginning of a field, which does not end within a tag."""
    if len(field) <= _READ:
        return field
    excerpt = field[:_READ]
    return excerpt[: excerpt.rfind("<")] if excerpt.rfind("<") > excerpt.rfind(">") else excerpt
