"""Notes of a package that are unusual in some way, as lists of what to name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki.tags import folded
from deckgen.anki.template import cloze_numbers
from deckgen.commands.adopt.note_ids import word_of
from deckgen.commands.inspect.figures import example
from deckgen.commands.inspect.of_types import is_occlusion
from deckgen.deck.hints import OF_ANKI

if TYPE_CHECKING:
    from deckgen.package import Contents, PackedNote

_OCCLUSION = re.compile(r"\{\{c[0-9,]+::image-occlusion:", re.IGNORECASE)


class Ids(NamedTuple):
    """Notes whose first field gives no id (`none`), or the id of another note (`double`)."""

    none: list[str]
    double: list[str]


def empty_guids(contents: Contents) -> list[str]:
    """Notes without a guid."""
    return [example(note) for note in contents.notes if not note.guid]


def double_guids(contents: Contents) -> list[str]:
    """Guids that several notes have, each with these notes."""
    notes: dict[str, list[PackedNote]] = {}
    for note in contents.notes:
        if note.guid:
            notes.setdefault(note.guid, []).append(note)
    return [
        f"{guid}: {', '.join(map(example, some[:3]))}{', …' if len(some) > 3 else ''}"  # noqa: PLR2004 (the first few)
        for guid, some in notes.items()
        if len(some) > 1
    ]


def of_no_type(contents: Contents) -> list[str]:
    """Notes whose note type the package does not have."""
    return [example(note) for note in contents.notes if note.note_type not in contents.note_types]


def odd_field_counts(contents: Contents) -> list[str]:
    """Notes that do not have as many fields as their note type."""
    counts = {number: len(each.fields) for number, each in contents.note_types.items()}
    return [
        example(note)
        for note in contents.notes
        if counts.get(note.note_type, len(note.fields)) != len(note.fields)
    ]


def image_occlusions(contents: Contents) -> list[str]:
    """Notes with image occlusion."""
    types = {number for number, each in contents.note_types.items() if is_occlusion(each)}
    return [
        example(note) for note in contents.notes if note.note_type in types or _OCCLUSION.search(note.text)
    ]


def without_cards(contents: Contents) -> list[str]:
    """Notes without cards."""
    return [example(note) for note in contents.notes if note.id not in contents.cards_of]


def without_clozes(contents: Contents) -> list[str]:
    """Notes of cloze types from which Anki makes no card, because they have no cloze."""
    types = {number for number, each in contents.note_types.items() if each.cloze}
    return [
        example(note)
        for note in contents.notes
        if note.note_type in types and not cloze_numbers(note.fields) - {0}
    ]


def in_several_decks(contents: Contents) -> list[str]:
    """Notes with cards in more than one deck; a borrowed card is where it came from."""
    decks = {
        note: {card.own_deck for card in cards} for note, cards in contents.cards_of.items() if len(cards) > 1
    }
    names = {number: deck.name for number, deck in contents.decks.items()}
    return [
        f"{example(note)}: {', '.join(sorted(names.get(deck, str(deck)) for deck in decks[note.id]))}"
        for note in contents.notes
        if len(decks.get(note.id, ())) > 1
    ]


def in_filtered_decks(contents: Contents) -> list[str]:
    """Notes of which a card is in a filtered deck."""
    filtered = {number for number, deck in contents.decks.items() if deck.filtered}
    notes = {card.note for card in contents.cards if card.home or card.deck in filtered}
    return [example(note) for note in contents.notes if note.id in notes]


def with_reviews(contents: Contents) -> list[str]:
    """Notes of which somebody has answered a card."""
    notes = {card.note for card in contents.cards if card.studied}
    return [example(note) for note in contents.notes if note.id in notes]


def personal_tags(contents: Contents) -> list[str]:
    """Notes with a tag that Anki gives for one person."""
    return [example(note) for note in contents.notes if any(folded(tag) in OF_ANKI for tag in note.tags)]


def ids(contents: Contents) -> Ids:
    """Notes whose first field gives no id of its own."""
    by_id = {note.id: word_of(note, "") for note in contents.notes}
    times = Counter(by_id.values())
    none = [example(note) for note in contents.notes if not by_id[note.id]]
    double = [
        f"{by_id[note.id]}: {example(note)}"
        for note in contents.notes
        if by_id[note.id] and times[by_id[note.id]] > 1
    ]
    return Ids(none, double)
