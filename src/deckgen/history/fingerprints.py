"""Digests of the authors' texts and of the rendered note types, which the ledger keeps."""

from __future__ import annotations

import json
import unicodedata
from copy import copy
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from deckgen.anki.cloze import clozes, uncovered
from deckgen.anki.tags import folded
from deckgen.cards.comparable import settled
from deckgen.cards.fields import drawn
from deckgen.cards.markdown import Markup
from deckgen.deck.notes import values_of
from deckgen.deck.values import links
from deckgen.history.adopted import content_of, names_of
from deckgen.history.ledger import NoteTypeLine, Print
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.cloze import Cloze
    from deckgen.cards.note_types import Face, NoteType
    from deckgen.deck.adopted import Adopted
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note
    from deckgen.deck.values import Value

_MEDIA_DIGITS = 12


def digest_of_tags(tags: Iterable[str]) -> str:
    """A short digest of tags, separate from the texts, so that a change of the deck's tags is recognized."""
    return _digest("\0".join(sorted(map(folded, tags))), 4)


class Fingerprints:
    """Digests of all that an author wrote for a note, and not of its rendered HTML.

    A note has not changed if its texts are the same, even if deckgen renders them differently now; or if
    learners see the same, even if the source is written differently now. Images and sounds count by their
    content, not by their names and folders.
    """

    def __init__(self, guids: ReadOnly[str, str], markup: Markup) -> None:
        """Prepare for a deck.

        Args:
            guids: The guids of all notes by id, so that renaming one changes no other.
            markup: The converter of the deck's texts to HTML, which also knows the media that they show.
        """
        self._guids = guids
        self._shown = markup.shown
        self._markup = Markup(markup.shelf, nameless=True)
        self._tags: dict[tuple[str, ...], str] = {}
        self._drawn: dict[Note, tuple[str, str]] = {}

    def under(self, guids: ReadOnly[str, str]) -> Fingerprints:
        """These fingerprints with other guids for some notes, by id."""
        other = copy(self)
        other._guids, other._drawn = {**self._guids, **guids}, {}  # noqa: SLF001 (one's own)
        return other

    def of(self, note: Note) -> Print:
        """The digests of a note."""
        revision, seen = str(note.kind.revision), self._seen(note)
        return Print(revision, self._written(note), *seen, self._tagged(note), self.media(note))

    def says(self, note: Note, before: Print) -> bool:
        """Whether a note has the same texts as when it was released, media aside."""
        return self._written(note) == before.written or self._seen(note) == (before.label, before.rest)

    def is_tagged(self, note: Note, before: Print) -> bool:
        """Whether a note has the same tags as when it was released."""
        return self._tagged(note) == before.tags

    def media(self, note: Note) -> tuple[str, ...]:
        """The digests of the media that a note shows, in the form of the ledger."""
        if not self._shown:
            return ()
        values = values_of(note)
        return tuple(
            digest[:_MEDIA_DIGITS]
            for key in sorted(values)
            for scalar in _showing(values[key])
            for digest in self._shown.get(scalar, {}).values()
        )

    @cached_property
    def files(self) -> dict[str, str]:
        """The images and sounds that texts show, as paths from the project's folder, by their digests."""
        shelf = self._markup.shelf
        return {
            media.digest[:_MEDIA_DIGITS]: path.relative_to(shelf.project).as_posix()
            for path, media in shelf.media.items()
        }

    def _tagged(self, note: Note) -> str:
        tags = self._tags.get(note.tags)
        if tags is None:
            tags = self._tags[note.tags] = digest_of_tags(note.tags)
        return tags

    def _seen(self, note: Note) -> tuple[str, str]:
        """The digests of a note's label, and of all else that learners see; rarely needed, and slow."""
        seen = self._drawn.get(note)
        if seen is None:
            label: list[str] = []
            rest: list[str] = []
            for key, made in drawn(note, self._markup):
                part = label if key == note.kind.label and not label else rest
                part += (key, settled(made))
            types = {**note.kind.table_keys, **note.kind.keys}
            for key, value in sorted(values_of(note).items()):
                if types[key].type.names_notes and key != "builds_on":
                    rest += (key, *self._named(links(value)))
            rest += self._links(note)
            seen = self._drawn[note] = _digest(_composed(label), 4), _digest(_composed(rest))
        return seen

    def _written(self, note: Note) -> str:
        """A digest of the author's input for a note: its texts by key, and the notes that it refers to."""
        values = values_of(note)
        types = {**note.kind.table_keys, **note.kind.keys} if note.table else note.kind.keys
        parts: list[str] = []
        for key in sorted(values):
            value = values[key]
            kind = types[key].type.name
            if isinstance(value, Scalar):
                parts += (key, kind, _bare(value))
            elif key != "builds_on":
                parts += (key, kind, *self._named(value.links), *value.marks, *map(_bare, value.written))
        parts += self._links(note)
        return _digest(_composed(parts))

    def _links(self, note: Note) -> list[str]:
        """The notes that a note builds on."""
        guids = dict.fromkeys(self._named(note.builds_on))
        return ["builds_on", *guids] if guids else []

    def _named(self, ids: Iterable[Scalar]) -> list[str]:
        """The guids of the notes with some ids; an id itself if there is no such note."""
        return [self._guids.get(each.value, each.value) for each in ids]


def _composed(parts: Iterable[str]) -> str:
    """Texts joined to one, in the composed form of Unicode (NFC)."""
    text = "\x1f".join(parts)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _bare(scalar: Scalar) -> str:
    """A text without the line ends around it; blanks at its beginning may be intended."""
    return scalar.value.lstrip("\n").rstrip(" \t\n")


def _showing(value: Value) -> Iterable[Scalar]:
    """The texts of a value that may show media."""
    return (value,) if isinstance(value, Scalar) else value.showing


def _digest(text: str, size: int = 9) -> str:
    """A digest of a text, in hex; `size` in bytes."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def answers(note: Note) -> Iterator[tuple[str, str, Scalar, Cloze]]:
    """For each cloze of a note: its number, the digest of its answer, the text, its place in it."""
    for key in note.kind.keys.values():
        value = note.values.get(key.name) if key.type.clozes else None
        if isinstance(value, Scalar):
            for cloze in clozes(value.value):
                answer = uncovered(value.value[cloze.inner : cloze.answer_end])
                plain = unicodedata.normalize("NFC", " ".join(answer.casefold().split()))
                for number in cloze.numbers:
                    yield str(number), _digest(plain, 6), value, cloze


def line_of_type(note_type: NoteType, title: str) -> NoteTypeLine:
    """The line of a note type, without its id and time.

    Args:
        note_type: The note type.
        title: The title of the deck.
    """
    kind = note_type.kind
    if kind.adopted:
        return _line_of_adopted(note_type, kind.adopted)
    content: list[object] = [
        f"{title} - {kind.title}",
        kind.cloze,
        [[entry.name, entry.id, entry.collapsed] for entry in kind.fields],
        [[face.name, face.id, face.front, face.back] for face in note_type.faces],
        note_type.css,
        # only if there is one, so that the digest of releases before this feature stays the same
        *([face.id, face.browser_front, face.browser_back] for face in note_type.faces if _in_browser(face)),
    ]
    return _line(kind, content)


def _line_of_adopted(note_type: NoteType, adopted: Adopted) -> NoteTypeLine:
    """The line of an adopted note type, without its id and time."""
    kind = note_type.kind
    faces = zip(note_type.faces, (card.options for card in kind.cards), strict=True)
    line = _line(kind, content_of(adopted, kind.fields, faces, note_type.css, cloze=kind.cloze))
    return replace(line, names=names_of(kind.fields, kind.cards), sort=adopted.sort_field)


def _line(kind: Kind, content: list[object]) -> NoteTypeLine:
    """The line of a note type with some content, without its id and time."""
    ids = {entry.name: entry.id for entry in kind.fields}
    return NoteTypeLine(
        kind.name,
        id=0,
        fingerprint=_digest(json.dumps(content)),
        modified=0,
        cloze=kind.cloze,
        revision=kind.revision,
        fields=tuple((entry.id, source_of(entry.key, entry.part)) for entry in kind.fields),
        cards=tuple((card.id, ids.get(card.reserve) or 0) for card in kind.cards),
    )


def _in_browser(face: Face) -> bool:
    """Whether a card template looks different in the list of Anki's browser."""
    return bool(face.browser_front or face.browser_back)


def source_of(key: str, part: str) -> str:
    """The source of a field, as in kind.yaml."""
    return f"{key}.{part}" if part else key
