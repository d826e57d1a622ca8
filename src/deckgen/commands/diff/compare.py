"""The difference between two editions of a deck, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards.panels import plain
from deckgen.deck.kinds import MARK
from deckgen.diagnostics import composed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.diff.edition import Edition, EditionNote, EditionTemplate, EditionType

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DIGEST = re.compile(r"-[0-9a-f]{10}(?=\.[^.]+$)")
"""The digest of its content in the name of a media file that deckgen has packed."""
_UNLESS = re.compile(r"\{\{\^([^{}]+)\}\}")
"""The beginning of a front whose card notes can leave out, with the name of the field that marks them."""
_SIDES = {
    "front": "front",
    "back": "back",
    "browser_front": "front in the browser",
    "browser_back": "back there",
}


class Renaming(NamedTuple):
    """Something before and after."""

    before: str
    after: str


class FieldChange(NamedTuple):
    """A changed field: its name in the new edition, and its HTML before and after."""

    name: str
    before: str
    after: str


class NoteChange(NamedTuple):
    """A note that both editions have, and that differs; a tuple, because there may be thousands.

    Attributes:
        before: The note in the old edition.
        after: The note in the new one.
        fields: Its fields that differ.
        renamed: Its id, where its author changed it.
        moved: Its deck, below the root deck.
        retyped: The name of its note type, where it has another one.
        tags_gained: The tags that only the new edition has.
        tags_lost: The tags that only the old one has.
        cards_gained: The names of the cards that only the new edition has.
        cards_lost: The names of the cards that only the old one has.
    """

    before: EditionNote
    after: EditionNote
    fields: tuple[FieldChange, ...] = ()
    renamed: Renaming | None = None
    moved: Renaming | None = None
    retyped: Renaming | None = None
    tags_gained: tuple[str, ...] = ()
    tags_lost: tuple[str, ...] = ()
    cards_gained: tuple[str, ...] = ()
    cards_lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypeChange:
    """A note type that both editions have, and that differs.

    Attributes:
        name: Its name in the new edition.
        changes: What differs, as in "front of Definition"; `css` for its style.
        renamed: Its name, where it has another one.
        fields: The names of fields before and after; one is empty where the other edition lacks the field.
        templates: The same of card templates.
    """

    name: str
    changes: tuple[str, ...] = ()
    renamed: Renaming | None = None
    fields: tuple[Renaming, ...] = ()
    templates: tuple[Renaming, ...] = ()


class Names(NamedTuple):
    """The names that only one of the editions has."""

    new: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """The difference between two editions; retired notes and those that could not be read are no gone ones.

    Attributes:
        new: The notes that only the new edition has.
        returned: Those of them that are retired in the old edition.
        gone: The notes that only the old edition has.
        retired: Those of them that are retired in the new edition.
        notes: The notes that differ, in the order of the new edition.
        types: The note types that differ.
        type_names: The names of the note types that only one edition has.
        decks: The same of decks.
        media: The same of media files, without replaced ones.
        replaced: The media files with another content, as authors call them.
        title: The title of the deck, where it differs.
        description: The text of the deck's page in Anki, where it differs.
        sizes: The size of the packages in bytes; None where there is none.
        note_counts: The numbers of notes.
        card_counts: The numbers of cards.
    """

    new: tuple[EditionNote, ...]
    returned: tuple[EditionNote, ...]
    gone: tuple[EditionNote, ...]
    retired: tuple[EditionNote, ...]
    notes: tuple[NoteChange, ...]
    types: tuple[TypeChange, ...]
    type_names: Names
    decks: Names
    media: Names
    replaced: tuple[str, ...]
    title: Renaming | None
    description: Renaming | None
    sizes: tuple[int | None, int | None]
    note_counts: tuple[int, int]
    card_counts: tuple[int, int]

    @cached_property
    def empty(self) -> bool:
        """Whether learners would notice nothing."""
        groups = (self.new, self.returned, self.gone, self.retired, self.notes, self.types, self.replaced)
        names = (*self.type_names, *self.decks, *self.media)
        return not (any(groups) or any(names) or self.title or self.description)


def compare(old: Edition, new: Edition) -> Difference:
    """The difference between two editions."""
    pairs = _pairs(old, new)
    comparer = _Comparer(old, new, pairs)
    shared = [note for guid, note in new.notes.items() if guid in old.notes]
    notes = [change for note in shared if (change := comparer.change(old.notes[note.guid], note))]
    added = [n for g, n in new.notes.items() if g not in old.notes and g not in old.unread]
    left = [n for g, n in old.notes.items() if g not in new.notes and g not in new.unread]
    types = [_type_change(old.note_types[a], new.note_types[b]) for a, b in pairs.items()]
    media, replaced = _media(old, new)
    titles = _titles(old, new)
    ours, theirs = map(_without_root, (old.decks, new.decks), titles)
    return Difference(
        tuple(note for note in added if note.guid not in old.retired),
        tuple(note for note in added if note.guid in old.retired),
        tuple(note for note in left if note.guid not in new.retired),
        tuple(note for note in left if note.guid in new.retired),
        tuple(notes),
        tuple(filter(None, types)),
        _names(
            (each.name for number, each in old.note_types.items() if number not in pairs),
            (each.name for number, each in new.note_types.items() if number not in pairs.values()),
        ),
        Names(tuple(sorted(theirs - ours)), tuple(sorted(ours - theirs))),
        media,
        replaced,
        _renaming(*titles),
        _renaming(_undated(old.description), _undated(new.description)),
        (old.size, new.size),
        (len(old.notes), len(new.notes)),
        (old.cards, new.cards),
    )


class _Comparer:
    """Compares notes; what their note types have in common is worked out once."""

    def __init__(self, old: Edition, new: Edition, pairs: ReadOnly[int, int]) -> None:
        """Keep the editions, and which note types are the same in both."""
        self._old = old
        self._new = new
        self._pairs = pairs
        self._titles = _titles(old, new)
        self._same_title = old.title == new.title
        self._fields: dict[tuple[int, int], list[tuple[str, int | None, int | None]]] = {}

    def change(self, old: EditionNote, new: EditionNote) -> NoteChange | None:
        """What differs between two notes with one guid; None if nothing does."""
        retyped = self._pairs.get(old.note_type) != new.note_type
        fields = self._field_changes(old, new)
        renamed = _renaming(old.id, new.id) if self._old.named and self._new.named else None
        moved = None
        if old.deck and new.deck and not (self._same_title and old.deck == new.deck):
            moved = _renaming(*map(below, (old.deck, new.deck), self._titles))
        gained, lost = _gained(old.tags, new.tags) if old.tags != new.tags else ((), ())
        same_cards = old.cards == new.cards
        if not (fields or renamed or moved or gained or lost or retyped) and same_cards:
            return None
        before, after = self._old.note_types[old.note_type], self._new.note_types[new.note_type]
        return NoteChange(
            old,
            new,
            fields,
            renamed,
            moved,
            Renaming(before.name, after.name) if retyped else None,
            gained,
            lost,
            tuple(after.card(each) for each in new.cards if each not in old.cards),
            tuple(before.card(each) for each in old.cards if each not in new.cards),
        )

    def _field_changes(self, old: EditionNote, new: EditionNote) -> tuple[FieldChange, ...]:
        """The fields of two notes that differ, and not only by what a newer deckgen adds to the same text."""
        key = (old.note_type, new.note_type)
        if key not in self._fields:
            before, after = self._old.note_types[old.note_type], self._new.note_types[new.note_type]
            self._fields[key] = aligned(before.fields, after.fields)
        fields = self._fields[key]
        if old.text == new.text and all(a == b for _, a, b in fields):
            return ()
        befores, afters = old.fields, new.fields
        return tuple(
            [
                FieldChange(name, text_before, text_after)
                for name, before, after in fields
                if (text_before := _at(befores, before)) != (text_after := _at(afters, after))
                and plain(text_before) != plain(text_after)
                and not ({text_before, text_after} == {"", MARK} and name in self._marks(new.note_type))
            ]
        )

    def _marks(self, note_type: int) -> set[str]:
        """The fields of a new note type that mark the notes without a card; its cards tell the same."""
        fronts = (each.front for each in self._new.note_types[note_type].templates)
        return {match[1] for front in fronts if (match := _UNLESS.match(front))}


def _at(fields: list[str], place: int | None) -> str:
    """A field of a note; empty where it has none."""
    return fields[place] if place is not None and place < len(fields) else ""


def aligned(
    old: Iterable[tuple[int | None, str]], new: Iterable[tuple[int | None, str]]
) -> list[tuple[str, int | None, int | None]]:
    """The fields, or card templates, of two note types: a name, and the place in each of them.

    They are the same by their ids, or else by their names, as for Anki.
    """
    ours, theirs = list(old), list(new)
    by_id = {number: place for place, (number, _) in enumerate(ours) if number is not None}
    by_name = {composed(name): place for place, (_, name) in enumerate(ours)}
    found: dict[int, int] = {}
    for place, (number, _) in enumerate(theirs):
        if number is not None and number in by_id:
            found[place] = by_id[number]
    for place, (_, name) in enumerate(theirs):
        at = by_name.get(composed(name))
        if place not in found and at is not None and at not in found.values():
            found[place] = at
    lost = [(name, place, None) for place, (_, name) in enumerate(ours) if place not in found.values()]
    return [*((name, found.get(place), place) for place, (_, name) in enumerate(theirs)), *lost]


def _pairs(old: Edition, new: Edition) -> dict[int, int]:
    """The note types that are the same in two editions: by their ids, or else by their names."""
    pairs = {number: number for number in old.note_types if number in new.note_types}
    free = {composed(each.name): number for number, each in new.note_types.items() if number not in pairs}
    for number, each in old.note_types.items():
        name = composed(each.name)
        if number not in pairs and name in free:
            pairs[number] = free.pop(name)
    return pairs


def _type_change(old: EditionType, new: EditionType) -> TypeChange | None:
    """What differs between two note types; None if nothing does."""
    if old == new:
        return None
    changes = []
    templates = aligned([each[:2] for each in old.templates], [each[:2] for each in new.templates])
    for name, before, after in templates:
        if before is not None and after is not None:
            changes += _changed_sides(name, old.templates[before], new.templates[after])
    if old.css != new.css:
        changes.append("css")
    if old.cloze != new.cloze:
        changes.append("cards from clozes" if new.cloze else "cards from templates")
    fields = _renamings(aligned(old.fields, new.fields), [name for _, name in old.fields])
    faces = _renamings(templates, [each.name for each in old.templates])
    renamed = _renaming(old.name, new.name)
    if not (changes or fields or faces or renamed):
        return None
    return TypeChange(new.name, tuple(changes), renamed, fields, faces)


def _changed_sides(name: str, old: EditionTemplate, new: EditionTemplate) -> list[str]:
    """The sides of a card template that differ."""
    return [
        f"{words} of {name}" for side, words in _SIDES.items() if getattr(old, side) != getattr(new, side)
    ]


def _renamings(pairs: list[tuple[str, int | None, int | None]], names: list[str]) -> tuple[Renaming, ...]:
    """The names that differ before and after."""
    found = []
    for name, before, after in pairs:
        pair = Renaming(names[before] if before is not None else "", name if after is not None else "")
        if pair.before != pair.after:
            found.append(pair)
    return tuple(found)


def _renaming(before: str, after: str) -> Renaming | None:
    """A change from one text to another; None if they are equal."""
    return Renaming(before, after) if before != after else None


def _gained(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tags that only the new side has, and those that only the old one has."""
    before, after = set(old.split()), set(new.split())
    return tuple(sorted(after - before)), tuple(sorted(before - after))


def _names(old: Iterable[str], new: Iterable[str]) -> Names:
    return Names(tuple(sorted(new)), tuple(sorted(old)))


def _titles(old: Edition, new: Edition) -> tuple[str, str]:
    """The names of both root decks; none where one edition has several."""
    return (old.title, new.title) if old.title and new.title else ("", "")


def below(name: str, title: str) -> str:
    """The name of a deck below the root deck; empty for that itself."""
    if not title or name == title:
        return "" if name == title else name
    return name.removeprefix(f"{title}::")


def _without_root(names: Iterable[str], title: str) -> set[str]:
    """The names of decks below the root deck."""
    return {below(name, title) for name in names} - {""}


def _undated(description: str) -> str:
    """The text of a deck's page without the lines that say which version it is, and of which day."""
    parts = description.replace("\r\n", "\n").split("\n\n")
    return "\n\n".join(part for part in parts if not _DAY.search(part)).strip()


def _media(old: Edition, new: Edition) -> tuple[Names, tuple[str, ...]]:
    """The media files that only one edition has, and those with another content."""
    added, gone = new.media.keys() - old.media.keys(), old.media.keys() - new.media.keys()
    replaced = {name for name, each in new.media.items() if name in old.media and old.media[name] != each}
    # deckgen names a file by its content: one with other content has another name
    ours, theirs = _by_stem(gone), _by_stem(added)
    for stem in ours.keys() & theirs.keys():
        if len(ours[stem]) == len(theirs[stem]) == 1:
            replaced.add(stem)
            gone -= set(ours[stem])
            added -= set(theirs[stem])
    return Names(tuple(sorted(added)), tuple(sorted(gone))), tuple(sorted(replaced))


def _by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of media files that hold a digest, by the names without it."""
    found: dict[str, list[str]] = {}
    for name in names:
        stem = _DIGEST.sub("", name)
        if stem != name:
            found.setdefault(stem, []).append(name)
    return found
