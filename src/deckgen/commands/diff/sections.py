"""A difference in sections, as people read it: what text and Markdown have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from deckgen.commands.diff.compare import FieldChange
from deckgen.commands.diff.words import Piece, difference, plain
from deckgen.diagnostics import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from deckgen.commands.diff.compare import Difference, NoteChange, Renaming, TypeChange
    from deckgen.commands.diff.edition import EditionNote
    from deckgen.commands.diff.sides import Side

_LABEL = 70  # characters of a note's first field
_UNNAMED = "note without an id"
_NO_NAME = "(no name)"


class Item(NamedTuple):
    """An entry of a section; its texts are as in the deck, so that control characters may be in them.

    Attributes:
        sign: `+` for what is new, `-` for what is gone, `~` for what differs.
        name: A name or id.
        what: More about it; may be empty.
        fields: The fields that differ.
    """

    sign: str
    name: str
    what: str = ""
    fields: tuple[FieldChange, ...] = ()


class Section(NamedTuple):
    """A part of a difference: its heading, what learners should know of all of it, and its entries."""

    heading: str
    remark: str
    items: Sequence[Item]


class Outline(NamedTuple):
    """A difference for people.

    Attributes:
        title: Which sides are compared.
        remarks: What to know about the sides.
        summary: The counts, in a sentence.
        totals: How much each side holds.
        sections: The sections that have entries.
    """

    title: str
    remarks: tuple[str, ...]
    summary: str
    totals: str
    sections: Sequence[Section]


def outline(old: Side, new: Side, found: Difference) -> Outline:
    """A difference for people, without the comparison of single words, which `pieces` does."""
    sections = [each for each in _sections(old, new, found) if each.items]
    summary = ", ".join(each.heading for each in sections) or "learners would notice no difference"
    return Outline(
        f"{old.name} → {new.name}", (*old.remarks, *new.remarks), summary, _totals(found), sections
    )


def pieces(change: FieldChange) -> list[Piece]:
    """The difference of a field, word by word; empty where only its HTML differs."""
    return difference(change.before, change.after)


class _Items(Sequence[Item]):
    """The entries of a section, made where they are read: of thousands few are shown."""

    def __init__(self, things: Iterable[Any], make: Callable[[Any], Item]) -> None:
        """Keep what the entries are about, and the function that makes them."""
        self._things = list(things)
        self._make = make

    def __len__(self) -> int:
        """How many there are."""
        return len(self._things)

    @overload
    def __getitem__(self, place: int) -> Item: ...

    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...

    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        """An entry, or some."""
        if isinstance(place, slice):
            return [self._make(thing) for thing in self._things[place]]
        return self._make(self._things[place])


def _sections(old: Side, new: Side, found: Difference) -> Iterator[Section]:
    """All sections, also empty ones."""
    added, returned = _notes("+", found.new, new), _notes("+", found.returned, new)
    gone, retired = _notes("-", found.gone, old), _notes("-", found.retired, old)
    yield Section(counted(len(added), "new note"), "", added)
    yield Section(f"{counted(len(returned), 'note')} no longer retired", "", returned)
    stay = "learners keep these notes until they delete them"
    yield Section(counted(len(retired), "retired note"), stay, retired)
    stay = "learners keep these notes: an import deletes nothing"
    yield Section(f"{counted(len(gone), 'note')} removed", stay, gone)
    yield from _sections_of_notes(new, found.notes)
    yield from _sections_of_deck(found)


def _sections_of_notes(new: Side, notes: Sequence[NoteChange]) -> Iterator[Section]:
    """The sections about notes that both sides have."""
    changed = _Items((each for each in notes if each.fields), lambda each: _changed(each, new))
    yield Section(counted(len(changed), "changed note"), "", changed)
    retyped = _Items((each for each in notes if each.retyped), lambda each: _pair(each, new, each.retyped))
    yield Section(f"{counted(len(retyped), 'note')} with a different note type", "", retyped)
    gained = _Items(
        (each for each in notes if each.cards_gained), lambda each: _cards("+", each, new, each.cards_gained)
    )
    count = sum(len(each.cards_gained) for each in notes)
    yield Section(f"{counted(count, 'additional card')} from existing notes", "", gained)
    lost = _Items(
        (each for each in notes if each.cards_lost), lambda each: _cards("-", each, new, each.cards_lost)
    )
    count = sum(len(each.cards_lost) for each in notes)
    stay = "learners keep these cards until they use Tools > Empty Cards"
    yield Section(f"{counted(count, 'card')} removed from existing notes", stay, lost)
    renamed = _Items(
        (each for each in notes if each.renamed),
        lambda each: Item("~", each.after.id, f"was {each.renamed.before}"),
    )
    yield Section(counted(len(renamed), "renamed note"), "", renamed)
    moved = _Items((each for each in notes if each.moved), lambda each: _pair(each, new, each.moved))
    stay = "existing cards stay in their deck"
    yield Section(counted(len(moved), "moved note"), stay, moved)
    tagged = _Items(
        (each for each in notes if each.tags_gained or each.tags_lost),
        lambda each: Item("~", _name(each.after), _tags(each)),
    )
    yield Section(f"{counted(len(tagged), 'note')} with changed tags", "", tagged)


def _sections_of_deck(found: Difference) -> Iterator[Section]:
    """The sections about all but notes."""
    types = [Item("+", name or _NO_NAME) for name in found.type_names.new]
    types += [Item("-", name or _NO_NAME) for name in found.type_names.gone]
    types += [Item("~", each.name or _NO_NAME, _of_type(each)) for each in found.types]
    yield Section(_differing(types, "note type"), "", types)
    decks = [Item("+", name or _NO_NAME) for name in found.decks.new]
    decks += [Item("-", name or _NO_NAME) for name in found.decks.gone]
    yield Section(_differing(decks, "deck"), "", decks)
    media = [Item("+", name or _NO_NAME) for name in found.media.new]
    media += [Item("-", name or _NO_NAME) for name in found.media.gone]
    media += [Item("~", name, "replaced") for name in found.replaced]
    yield Section(_differing(media, "media file"), "", media)
    about = []
    if found.title:
        about.append(Item("~", "title", f"{_or_none(found.title.before)} → {_or_none(found.title.after)}"))
    if found.description:
        about.append(Item("~", "description", "", (FieldChange("text", *found.description),)))
    yield Section("the deck's " + " and ".join(each.name for each in about), "", about)


def _differing(items: Sequence[Item], what: str) -> str:
    """A heading for things that are new, gone or differ."""
    count = {sign: sum(each.sign == sign for each in items) for sign in "+-~"}
    words = [("+", "new"), ("-", "gone"), ("~", "changed")]
    parts = [f"{count[sign]:,} {word}" for sign, word in words if count[sign]]
    return f"{counted(len(items), what)} ({', '.join(parts)})" if items else ""


def _totals(found: Difference) -> str:
    """How much each side holds."""
    parts = [
        counted(after, what) if before == after else f"{before:,} → {counted(after, what)}"
        for what, (before, after) in (("note", found.note_counts), ("card", found.card_counts))
    ]
    if None not in found.sizes:
        before, after = (f"{(size or 0) / 1000:,.1f} kB" for size in found.sizes)
        parts.append(before if before == after else f"{before} → {after}")
    return ", ".join(parts)


def _notes(sign: str, notes: Sequence[EditionNote], side: Side) -> Sequence[Item]:
    """Entries for whole notes: what they are called, their note type and their cards."""

    def entry(note: EditionNote) -> Item:
        name = _short_type(side.edition.note_types[note.note_type].name, side)
        what = f"{_label(note, side)} ({name}, {counted(len(note.cards), 'card')})"
        return Item(sign, _name(note), what)

    return _Items(notes, entry)


def _short_type(name: str, side: Side) -> str:
    """The name of a note type, without the title of the deck."""
    return name.removeprefix(f"{side.edition.title} - ")


def _name(note: EditionNote) -> str:
    """The id of a note, or what stands for it."""
    return note.id or _UNNAMED


def _label(note: EditionNote, side: Side) -> str:
    """What a note is called, in short."""
    return plain(side.edition.label(note), _LABEL)


def _changed(change: NoteChange, new: Side) -> Item:
    """An entry for a note with other fields."""
    return Item("~", _name(change.after), _label(change.after, new), change.fields)


def _cards(sign: str, change: NoteChange, new: Side, cards: Sequence[str]) -> Item:
    """An entry for some cards of a note."""
    what = f"{', '.join(cards)} of {_label(change.after, new)}"
    return Item(sign, _name(change.after), what)


def _pair(change: NoteChange, new: Side, pair: Renaming) -> Item:
    """An entry for a note with something before and after."""
    before, after = (_or_none(each) for each in pair)
    return Item("~", _name(change.after), f"{before} → {after}: {_label(change.after, new)}")


def _or_none(name: str) -> str:
    return name or "(top)"


def _tags(change: NoteChange) -> str:
    """The tags that a note has gained and lost."""
    return " ".join([*(f"+{tag}" for tag in change.tags_gained), *(f"-{tag}" for tag in change.tags_lost)])


def _of_type(change: TypeChange) -> str:
    """What differs in a note type, in words."""
    parts = [f"was {change.renamed.before}"] if change.renamed else []
    parts += change.changes
    for what, pairs in (("field", change.fields), ("card template", change.templates)):
        for before, after in pairs:
            if before and after:
                parts.append(f"{what} {before} is now {after}")
            else:
                parts.append(f"{what} {after} added" if after else f"{what} {before} removed")
    return ", ".join(parts)
