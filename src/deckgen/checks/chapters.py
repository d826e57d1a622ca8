"""The files of a deck with their texts, and a fast way to find the texts that contain something."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from deckgen.deck.values import scalars

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.notes import Note, Table
    from deckgen.deck.values import Value
    from deckgen.source import Document, Scalar

_START = attrgetter("scalar.start")
_CAPITALS = bytes(65 if 65 <= byte <= 90 else 32 for byte in range(256))


class Text(NamedTuple):
    """A text of a note, with its key and its place."""

    note: Note
    key: str
    scalar: Scalar


class Chapter:
    """A file of the source.

    Attributes:
        document: The file.
    """

    def __init__(self, document: Document) -> None:
        """Begin with a file, and no notes of it."""
        self.document = document
        self._parts: list[tuple[int, Note, ReadOnly[str, Value]]] = []  # each begins at an offset
        self._first_rows: dict[Table, Note] = {}

    def add(self, note: Note) -> None:
        """Add a note of the file; the notes come in the order of their places."""
        if note.table and note.table not in self._first_rows:
            self._first_rows[note.table] = note
            self._parts.append((note.table.start, note, note.table.values))
        self._parts.append((note.start, note, note.values))

    @cached_property
    def texts(self) -> list[Text]:
        """The texts of its notes in the order of their places; the texts of a table itself come once."""
        texts = [text for _, note, values in self._parts for text in _texts(note, values)]
        texts.sort(key=_START)
        return texts

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self._parts]

    def has_one_of(self, needles: Iterable[str]) -> bool:
        """Whether the file contains one of some strings."""
        text = self.document.text
        # the search for a single character is much the fastest
        return any(needle[0] in text and needle in text for needle in needles)

    def texts_with(self, pattern: re.Pattern[str]) -> Iterator[Text]:
        """The texts in whose source a match of a pattern begins, each once, in the order of their places."""
        return self.texts_at(match.start() for match in pattern.finditer(self.document.text))

    def texts_at(self, offsets: Iterable[int]) -> Iterator[Text]:
        """The texts at some offsets of the file, each once; the offsets are in characters, in order."""
        end = -1  # of the last text that was yielded
        for offset in offsets:
            text = self._text_at(offset) if offset >= end else None
            if text:
                end = text.scalar.end
                yield text

    def _text_at(self, offset: int) -> Text | None:
        """The text at an offset; None if there is something else, such as a key."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0:
            return None
        _, note, values = self._parts[number]
        text = _text_at(note, values, offset)
        if text is None and note.table:  # the texts of a table itself can also be behind its rows
            text = _text_at(self._first_rows[note.table], note.table.values, offset)
        return text

    @cached_property
    def capitals(self) -> list[int]:
        """The offsets of two capitals side by side, of the Latin alphabet."""
        # one byte for each character
        signs = self.document.text.encode("latin-1", "replace").translate(_CAPITALS)
        return _places(signs, b"AA")

    def places(self, signs: str) -> list[int]:
        """The offsets of some characters, in order. For rare ones this is faster than a pattern."""
        text = self.document.text
        return sorted(place for sign in signs for place in _places(text, sign))


def _places(text: str | bytes, part: str | bytes) -> list[int]:
    """The offsets at which a part is in a text."""
    places: list[int] = []
    place = text.find(part)  # type: ignore[arg-type]
    while place >= 0:
        places.append(place)
        place = text.find(part, place + 1)  # type: ignore[arg-type]
    return places


def _texts(note: Note, values: ReadOnly[str, Value]) -> Iterator[Text]:
    for key, value in values.items():
        for scalar in scalars(value):
            yield Text(note, key, scalar)


def _text_at(note: Note, values: ReadOnly[str, Value], offset: int) -> Text | None:
    for key, value in values.items():
        for scalar in scalars(value):
            if scalar.start <= offset < scalar.end:
                return Text(note, key, scalar)
    return None
