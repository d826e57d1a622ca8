"""An edition of a deck: what a package or a source holds, in one form that can be compared."""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import CallError, composed
from deckgen.package import read_media, read_package, write
from deckgen.project import LEDGER, MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.cards.rows import RenderedNote
    from deckgen.deck.notes import Note
    from deckgen.history.ledger import Ledger
    from deckgen.package import Contents, PackedMedium, PackedNoteType

_ID_FIELD = "Note ID"
"""The field in which the shipped kinds keep the id that a note was first released with."""

_OF_LEDGER = {"note-gone", "unknown-note"}
"""Errors of a source that lacks a released note, and of which all has been read."""


class EditionNote(NamedTuple):
    """A note; a tuple, because there are thousands.

    Attributes:
        guid: By which an import knows it again.
        id: The id that its author gave it; empty where that is not known.
        note_type: The id of its note type.
        text: The HTML of its fields, with U+001F between them.
        tags: Its tags, with blanks between them.
        deck: The full name of its deck; empty for a note without cards.
        cards: The ordinals of its cards, from 0.
        modified: When it last changed, in seconds since 1970; 0 where that is not known.
    """

    guid: str
    id: str
    note_type: int
    text: str
    tags: str
    deck: str
    cards: tuple[int, ...]
    modified: int = 0

    @property
    def fields(self) -> list[str]:
        """The HTML of its fields, in the order of the note type."""
        return self.text.split("\x1f")


class EditionTemplate(NamedTuple):
    """A card template: its id (None in older packages), its name and its sides."""

    id: int | None
    name: str
    front: str
    back: str
    browser_front: str
    browser_back: str


@dataclass(frozen=True, slots=True)
class EditionType:
    """A note type.

    Attributes:
        id: Its id.
        name: Its name.
        cloze: Whether its cards come from clozes.
        fields: The ids (None in older packages) and names of its fields, in order.
        templates: Its card templates, in order.
        css: Its style.
        sort: The place of the field that Anki sorts by.
    """

    id: int
    name: str
    cloze: bool
    fields: tuple[tuple[int | None, str], ...]
    templates: tuple[EditionTemplate, ...]
    css: str
    sort: int = 0

    def card(self, ordinal: int) -> str:
        """The name of a card."""
        if self.cloze or ordinal >= len(self.templates):
            return f"c{ordinal + 1}"
        return self.templates[ordinal].name


class Medium(NamedTuple):
    """A media file: its size in bytes, and the CRC-32 of its content."""

    size: int
    crc: int


@dataclass(frozen=True)
class Edition:
    """What a side holds.

    Attributes:
        title: The name of the root deck; empty where there are several.
        notes: The notes that learners get, by guid, in their order.
        note_types: The note types of these notes, by id.
        decks: The full names of the decks with cards, and of those above them.
        media: The media files, by name.
        description: The text of the root deck's page in Anki.
        deck: The deck's id; empty where that is not known.
        version: The version of the release; empty if it is none.
        after: The version of the release before this package; empty where that is not known.
        size: The size of the package in bytes; None if there is none.
        named: Whether the ids of notes are those of this edition, and not perhaps older ones.
        cleanup: Whether it is the package of retired notes.
        retired: The ids of the notes that are retired here, by guid.
        unread: The guids of the notes that could not be read.
        errors: The number of errors in the source.
    """

    title: str
    notes: ReadOnly[str, EditionNote]
    note_types: ReadOnly[int, EditionType]
    decks: frozenset[str]
    media: ReadOnly[str, Medium]
    description: str = ""
    deck: str = ""
    version: str = ""
    after: str = ""
    size: int | None = None
    named: bool = True
    cleanup: bool = False
    retired: ReadOnly[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    errors: int = 0

    @property
    def cards(self) -> int:
        """The number of its cards."""
        return sum(len(note.cards) for note in self.notes.values())

    def label(self, note: EditionNote) -> str:
        """What a note is called: the field that Anki sorts by, or else its first field, as HTML."""
        fields, sort = note.fields, self.note_types[note.note_type].sort
        return (fields[sort] if 0 <= sort < len(fields) else "") or fields[0]


def of_package(path: Path) -> Edition:
    """The edition that a package holds.

    Raises:
        PackageError: It cannot be read.
    """
    contents = read_package(path)
    about = contents.about or {}
    ids = about.get("notes")
    names = {number: composed(deck.name) for number, deck in contents.decks.items()}
    types = {
        number: _packed_type(contents.note_types[number])
        if number in contents.note_types
        else EditionType(number, "", cloze=False, fields=(), templates=(), css="")  # the package is damaged
        for number in {each.note_type for each in contents.notes}
    }
    notes = _packed_notes(contents, types, names, ids if isinstance(ids, dict) else {})
    decks = _with_above(note.deck for note in notes.values())
    tops = {name.partition("::")[0] for name in decks}
    title = tops.pop() if len(tops) == 1 else ""
    described = {names[number]: deck.description for number, deck in contents.decks.items()}
    return Edition(
        title,
        notes,
        types,
        decks,
        dict(_packed_media(path, contents.media)),
        described.get(title, ""),
        str(about.get("deck") or ""),
        str(about.get("version") or ""),
        str(about.get("after") or ""),
        path.stat().st_size,
        named=isinstance(ids, dict),
        cleanup=about.get("cleanup") is True,
    )


def _packed_notes(
    contents: Contents,
    types: ReadOnly[int, EditionType],
    names: ReadOnly[int, str],
    ids: ReadOnly[str, object],
) -> dict[str, EditionNote]:
    """The notes of a package, by guid."""
    cards = contents.cards_of
    places = {
        each.id: place
        for each in types.values()
        for place, (_, name) in enumerate(each.fields)
        if name == _ID_FIELD
    }
    notes = {}
    for note in contents.notes:
        of_note = cards.get(note.id, ())
        name = str(ids.get(note.guid, ""))
        if not name and (place := places.get(note.note_type)) is not None:
            name = "".join(note.fields[place : place + 1])
        deck = names.get(of_note[0].own_deck, "") if of_note else ""
        ordinals = tuple([card.ord for card in of_note])
        notes[note.guid] = EditionNote(
            note.guid,
            name,
            note.note_type,
            note.text,
            note.tag_text.strip(),
            deck,
            ordinals,
            note.modified,
        )
    return notes


def _packed_type(packed: PackedNoteType) -> EditionType:
    """A note type of a package."""
    return EditionType(
        packed.id,
        packed.name,
        packed.cloze,
        tuple((each.id, each.name) for each in packed.fields),
        tuple(
            EditionTemplate(
                each.id, each.name, each.question, each.answer, each.browser_question, each.browser_answer
            )
            for each in packed.templates
        ),
        packed.css,
        packed.sort_field,
    )


def _packed_media(path: Path, media: Iterable[PackedMedium]) -> Iterable[tuple[str, Medium]]:
    """The media files of a package by name; only the latest format does not say their CRC-32."""
    unknown = []
    for each in media:
        if each.crc is None:
            unknown.append(each)
        else:
            yield each.name, Medium(each.size, each.crc)
    if unknown:
        for each, content in read_media(path, unknown):
            yield each.name, Medium(len(content), zlib.crc32(content))


def of_build(build: Build) -> Edition:
    """The edition that a source makes; with errors, as much of it as could be read."""
    return replace(notes_of_build(build), media=_built_media(build), size=_size(build))


def notes_of_build(build: Build) -> Edition:
    """The same without media files and without the size of the package, which takes less time."""
    from deckgen.anki.tags import distinct  # noqa: PLC0415 (two packages need nothing of a build)
    from deckgen.history import identity, ledger_file  # noqa: PLC0415

    ledger, _ = ledger_file.parse(build.record)
    deck = build.deck
    guids = _guids(build, ledger)
    lines = build.packages.plan.types if build.packages else ledger.types
    ids = {
        name: lines[name].id if name in lines else identity.note_type_id(deck.id, name)
        for name in build.note_types
    }
    times = {each.guid: each.modified for each in build.packages.plan.notes} if build.packages else {}
    notes = {}
    for note, fields, cards in _in_order(build):
        guid = guids[note.id]
        text = "\x1f".join(fields if build.packages else _with_first_id(note, fields, ledger))
        tags = " ".join(distinct(note.tags))
        name, kind = composed(note.chapter.deck), ids[note.kind.name]
        notes[guid] = EditionNote(guid, note.id, kind, text, tags, name, cards, times.get(guid, 0))
    unread = _unread(build, ledger, guids)
    kinds = {ids[kind] for kind in unread.values() if kind in ids}
    return Edition(
        composed(deck.title),
        notes,
        _built_types(build, ids, kinds | {each.note_type for each in notes.values()}),
        _with_above([composed(deck.title), *(note.deck for note in notes.values())]),
        {},
        build.package.description if build.package else composed(deck.description),
        deck.id,
        build.package.version if build.package else "",
        retired={
            line.guid: line.id for line in ledger.notes.values() if line.retired and line.guid not in notes
        }
        | {guids[note.id]: note.id for note in deck.notes if note.retired is not None and note.id in guids},
        unread=frozenset(unread),
        errors=sum(each.stands_for for each in build.diagnostics if each.level == "error"),
    )


def _unread(build: Build, ledger: Ledger, guids: ReadOnly[str, str]) -> dict[str, str]:
    """The notes that could not be read, as far as they are known: their kinds by their guids.

    Where a chapter or a kind has errors, released notes that are not there may be in what could not be read.
    """
    read = {guids[each.note.id] for each in build.notes}
    unread = {guids[note.id]: note.kind.name for note in build.deck.notes if note.id and note.retired is None}
    if is_partial(build):
        unread |= {line.guid: line.kind for line in ledger.notes.values() if not line.retired}
    known = read | {guids[note.id] for note in build.deck.notes if note.retired is not None and note.id}
    return {guid: kind for guid, kind in unread.items() if guid not in known}


def is_partial(build: Build) -> bool:
    """Whether a source may have notes that could not be read, because a chapter or a kind has errors."""
    return any(
        each.level == "error" and each.code not in _OF_LEDGER and each.span.path not in {MANIFEST, LEDGER}
        for each in build.diagnostics
    )


def _in_order(build: Build) -> list[RenderedNote]:
    """The notes that learners get: in the order of a package, or with errors in that of the source."""
    notes = [each for each in build.notes if each.note.retired is None]
    if build.packages is None:
        return notes
    places = {each.note.id: each.due for each in build.packages.plan.notes}
    return sorted(notes, key=lambda each: places[each.note.id])


def _with_first_id(note: Note, fields: list[str], ledger: Ledger) -> list[str]:
    """The fields of a note of a source with errors, of which a build does not say what id it once had."""
    line = ledger.ids.get(note.id) or ledger.ids.get(note.was)
    first = line.first_id if line else note.id
    return [
        first if field.name == _ID_FIELD else text
        for field, text in zip(note.kind.fields, fields, strict=True)
    ]


def _guids(build: Build, ledger: Ledger) -> dict[str, str]:
    """The guids of all notes of a source, also of those that could not be read, by their ids."""
    from deckgen.history import identity  # noqa: PLC0415

    def guid(note: Note) -> str:
        line = ledger.ids.get(note.id) or ledger.ids.get(note.was)
        return line.guid if line else identity.guid(build.deck.id, note.kind.name, note.id)

    guids = {note.id: guid(note) for note in build.deck.notes if note.id}
    stamped = build.packages.plan.notes if build.packages else ()
    return guids | {each.note.id: each.guid for each in stamped}


def _built_types(build: Build, ids: ReadOnly[str, int], used: set[int]) -> dict[int, EditionType]:
    """The note types of a source that have notes, by id."""
    return {
        ids[name]: EditionType(
            ids[name],
            composed(each.kind.in_anki(build.deck.title)),
            each.kind.cloze,
            tuple((field.id, field.name) for field in each.kind.fields),
            tuple(
                EditionTemplate(
                    face.id, face.name, face.front, face.back, face.browser_front, face.browser_back
                )
                for face in each.faces
            ),
            each.css,
            each.kind.adopted.sort_field if each.kind.adopted else 0,
        )
        for name, each in build.note_types.items()
        if ids[name] in used
    }


def _built_media(build: Build) -> dict[str, Medium]:
    """The media files that the package of a source holds, or of a faulty source all that its notes show."""
    media = build.package.media if build.package else build.media.values()
    found = {}
    for each in media:
        try:
            content = each.content()
        except OSError:
            content = None
        if content is not None:
            found[each.name] = Medium(len(content), zlib.crc32(content))
    for name, content in build.package.own_style.items() if build.package else ():
        found[name] = Medium(len(content), zlib.crc32(content))
    return found


def _size(build: Build) -> int | None:
    """The size of the package that a build would write, in bytes; None if it would write none."""
    if build.package is None:
        return None
    with tempfile.TemporaryFile() as file:
        try:
            write(build.package, file)
        except (CallError, OSError):  # a file has changed meanwhile
            return None
        return file.tell()


def _with_above(names: Iterable[str]) -> frozenset[str]:
    """The names of decks, and of the decks above them."""
    found = set()
    for name in dict.fromkeys(names):
        parts = name.split("::") if name else []
        found |= {"::".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return frozenset(found)
