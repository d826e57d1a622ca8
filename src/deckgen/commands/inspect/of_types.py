"""Note types of a package that are unusual in some way, as lists of what to name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.anki import template
from deckgen.cards import html
from deckgen.commands.inspect.figures import sort_field
from deckgen.deck.adopted import STOCK_NAMES, Adopted, stock_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.package import Contents, PackedNoteType

_LARGEST = 2**53


def without_templates(contents: Contents) -> list[str]:
    """Note types without card templates."""
    return [each.name for each in _named(contents) if not each.templates]


def without_ids(contents: Contents) -> list[str]:
    """Note types of which fields or card templates have no id, with how many of them."""
    found = []
    for each in _named(contents):
        numbers = _ids(each)
        missing = numbers.count(None)
        if missing:
            found.append(
                each.name if missing == len(numbers) else f"{each.name} ({missing} of {len(numbers)})"
            )
    return found


def with_large_ids(contents: Contents) -> list[str]:
    """Note types with an id that a number of 53 bits cannot give."""
    return [
        each.name
        for each in _named(contents)
        if any(number is not None and not 0 <= number < _LARGEST for number in (each.id, *_ids(each)))
    ]


def sorted_by_another(contents: Contents) -> list[str]:
    """Note types that are sorted by another field than the first, with its name."""
    return [
        f"{each.name}: {sort_field(each) or f'field {each.sort_field + 1}, which it lacks'}"
        for each in _named(contents)
        if each.sort_field != 0
    ]


def with_decks(contents: Contents) -> list[str]:
    """Card templates that put their cards into one deck, wherever the note is added; with its name."""
    decks = {number: deck.name for number, deck in contents.decks.items()}
    return [
        f"{each.name}, {card.name}: {decks.get(card.deck, card.deck)}"
        for each in _named(contents)
        for card in each.templates
        if card.deck
    ]


def stock(contents: Contents) -> list[str]:
    """Note types that Anki provides, by their English names."""
    return [each.name for each in _named(contents) if _is_stock(each) and stock_by_name(each.name)]


def from_stock(contents: Contents) -> list[str]:
    """Note types as Anki provides them, under another name; with the English one."""
    return [
        f"{each.name} (from {STOCK_NAMES[each.stock_kind - 1]})"
        for each in _named(contents)
        if _is_stock(each) and not stock_by_name(each.name)
    ]


def with_scripts(contents: Contents) -> list[str]:
    """Sides of card templates with scripts."""
    return [where for where, text in _sides(contents) if _has_script(text)]


def with_speech(contents: Contents) -> list[str]:
    """Sides of card templates that a voice of the device reads aloud."""
    return [
        where
        for where, text in _sides(contents)
        if "[anki:tts" in text
        or any(
            each.startswith("tts ")
            for tag in template.tags(template.parse(text).parts)
            if isinstance(tag, template.Replacement)
            for each in tag.filters
        )
    ]


def is_occlusion(note_type: PackedNoteType) -> bool:
    """Whether a note type is for image occlusion."""
    return note_type.stock_kind == stock_by_name("Image Occlusion")


def _ids(note_type: PackedNoteType) -> list[int | None]:
    """The ids of its fields and card templates."""
    return [*(each.id for each in note_type.fields), *(each.id for each in note_type.templates)]


def _is_stock(note_type: PackedNoteType) -> bool:
    """Whether it is one of Anki's own note types: `adopt` asks the same before a release changes the look."""
    adopted = Adopted(note_type.name, stock=note_type.stock_kind)
    return adopted.is_stock(len(note_type.fields), len(note_type.templates))


def _has_script(text: str) -> bool:
    """Whether HTML runs anything: a script, or an attribute such as `onclick`."""
    return any(
        tag.name == "script"
        or any(
            name.startswith("on") or value.strip().lower().startswith("javascript:")
            for name, value in tag.attributes.items()
        )
        for tag in html.tags(text)
        if not tag.closing
    )


def _sides(contents: Contents) -> Iterator[tuple[str, str]]:
    """The sides of card templates, each with its place and its text."""
    for each in _named(contents):
        for card in each.templates:
            yield f"{each.name}, {card.name}, front", card.question
            yield f"{each.name}, {card.name}, back", card.answer


def _named(contents: Contents) -> list[PackedNoteType]:
    """The note types by name: those that some note has, or all if none is."""
    used = contents.used_note_types or contents.note_types
    return sorted(used.values(), key=lambda each: each.name)
