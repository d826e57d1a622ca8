"""A chapter as JSON, so that it can be kept and need not be read again.

Its texts are in columns, because thousands of them come from columns several times faster than from rows. All
else refers to a text by its number, so a text that two places share is one again afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deckgen.deck.card_choice import CardChoice
from deckgen.deck.key_types.image import Image
from deckgen.deck.key_types.notes import References
from deckgen.deck.key_types.options import Option, Options
from deckgen.deck.notes import Chapter, Note, Table
from deckgen.deck.values import Texts
from deckgen.diagnostics import Span
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from deckgen.deck.kinds import Kind
    from deckgen.deck.values import Value
    from deckgen.source import Document, Node


class _OddError(Exception):
    """A chapter has something that is too rare to be kept."""


def as_json(chapter: Chapter) -> dict[str, Any] | None:
    """A chapter without faults as JSON can hold it; None if it has something rare."""
    if chapter.ids or chapter.diagnostics:
        return None
    writer = _Writer()
    try:
        rows = [writer.note(note) for note in chapter.notes]
        cards = {section: writer.choice(choice) for section, choice in chapter.cards.items()}
    except _OddError:
        return None
    places = [each and each.as_row() for each in (chapter.tags_at, chapter.deck_at)]
    about = [chapter.deck, chapter.tags, *places, chapter.language]
    return {
        "texts": writer.columns,
        "kinds": [*writer.kinds],
        "shapes": [*writer.shapes],
        "tags": [*writer.tags],
        "choices": writer.choices,
        "tables": writer.tables,
        "notes": rows,
        "cards": cards,
        "about": about,
    }


def of_json(value: Mapping[str, Any], document: Document, kinds: Mapping[str, Kind]) -> Chapter:
    """The chapter of a value that `as_json` has made.

    Args:
        value: The value.
        document: The document of the chapter, with its text.
        kinds: The kinds in force, by their names.

    Raises:
        KeyError, IndexError, TypeError, ValueError: The value has another shape.
    """
    reader = _Reader(value, kinds)
    deck, tags, tags_at, deck_at, language = value["about"]
    chapter = Chapter(document, deck, tuple(tags), _of_span(tags_at), _of_span(deck_at), language)
    chapter.cards = {section: reader.choices[number] for section, number in value["cards"].items()}
    chapter.notes = reader.notes(value["notes"], chapter)
    return chapter


class _Writer:
    """Collects what the notes of a chapter share."""

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {}
        self.shapes: dict[tuple[str, ...], int] = {}
        self.tags: dict[tuple[str, ...], int] = {}
        self.choices: list[list[object]] = []
        self.tables: list[list[object]] = []
        self._texts: list[Scalar] = []
        self._numbers: dict[int, int] = {}
        self._objects: dict[int, int] = {}

    @property
    def columns(self) -> list[list[str] | list[int]]:
        """The texts, their beginnings, their ends, and how they are written."""
        texts = self._texts
        return [
            [text.value for text in texts],
            [text.start for text in texts],
            [text.end for text in texts],
            [text.style for text in texts],
        ]

    def note(self, note: Note) -> list[object]:
        """The row of a note."""
        if not note.valid or note.swallowed:
            raise _OddError
        row: list[object] = [
            _number(self.kinds, note.kind.name),
            note.id,
            self.text(note.at),
            *self.values(note.values),
            _number(self.tags, note.tags),
            note.start,
            note.end,
        ]
        rare = self._rare(note)
        return [*row, rare] if rare else row

    def _rare(self, note: Note) -> dict[str, object]:
        """What most notes do not have."""
        found: dict[str, object] = {}
        if note.table:
            found["table"] = self.table(note.table)
        if note.was:
            found["was"] = note.was
        if note.retired is not None:
            found["retired"] = self.text(note.retired)
        if note.replaced_by is not None:
            found["replaced_by"] = self.text(note.replaced_by)
        if note.builds_on:
            found["builds_on"] = self.texts(note.builds_on)
        if note.allow:
            found["allow"] = self.texts(note.allow)
        if note.choice is not None:
            found["choice"] = self.choice(note.choice)
        return found

    def table(self, table: Table) -> int:
        """The number of a table."""
        number = self._objects.get(id(table))
        if number is None:
            if table.swallowed or table.at is None:
                raise _OddError
            number = self._objects[id(table)] = len(self.tables)
            allow = self.texts(table.allow)
            row = [table.id, *self.values(table.values), table.start, table.end, allow, self.text(table.at)]
            self.tables.append(row)
        return number

    def choice(self, choice: CardChoice) -> int:
        """The number of a choice of cards."""
        number = self._objects.get(id(choice))
        if number is None:
            number = self._objects[id(choice)] = len(self.choices)
            place = choice.at.as_row()
            self.choices.append([choice.names, sorted(choice.left_out), choice.marks, place])
        return number

    def values(self, values: Mapping[str, Value]) -> tuple[int, Sequence[object]]:
        """The number of the keys of some values, and the values."""
        return _number(self.shapes, tuple(values)), [
            self.text(value) if type(value) is Scalar else self._compound(value) for value in values.values()
        ]

    def _compound(self, value: Value) -> list[object]:
        if type(value) is Texts:
            return ["texts", *self.texts(value.items)]
        if type(value) is References:
            return ["references", *self.texts(value.items)]
        if type(value) is Image:
            return ["image", self.text(value.file), self.text(value.alt)]
        if type(value) is Options and not value.swallowed:
            parts = ([each.text, each.why, each.mark] for each in value.items)
            return [
                "options",
                *([None if part is None else self.text(part) for part in row] for row in parts),
            ]
        raise _OddError

    def texts(self, scalars: Iterable[Scalar]) -> list[int]:
        """The numbers of some texts."""
        return [self.text(scalar) for scalar in scalars]

    def text(self, scalar: Node) -> int:
        """The number of a text."""
        number = self._numbers.get(id(scalar))
        if number is None:
            if type(scalar) is not Scalar:
                raise _OddError
            number = self._numbers[id(scalar)] = len(self._texts)
            self._texts.append(scalar)
        return number


class _Reader:
    """Makes notes of rows."""

    def __init__(self, value: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
        self._texts = list(map(Scalar, *value["texts"]))
        self._kinds = [kinds[name] for name in value["kinds"]]
        self._shapes = value["shapes"]
        self._tags = [tuple(tags) for tags in value["tags"]]
        self.choices = [
            CardChoice(tuple(names), frozenset(left_out), tuple(marks), Span(*at))
            for names, left_out, marks, at in value["choices"]
        ]
        self._tables = [
            Table(name, self._values(shape, values), start, end, self._several(allow), at=self._texts[at])
            for name, shape, values, start, end, allow, at in value["tables"]
        ]

    def notes(self, rows: Iterable[list[Any]], chapter: Chapter) -> list[Note]:
        """The notes of a chapter."""
        notes = []
        texts, kinds, tags_of = self._texts, self._kinds, self._tags
        for kind, name, at, shape, values, tags, start, end, *more in rows:
            read = self._values(shape, values)
            note = Note(kinds[kind], name, texts[at], chapter, read, tags_of[tags], [], start=start, end=end)
            if more:
                self._complete(note, more[0])
            notes.append(note)
        return notes

    def _complete(self, note: Note, more: Mapping[str, Any]) -> None:
        """Add to a note what most notes do not have."""
        if "table" in more:
            note.table = self._tables[more["table"]]
            note.table.rows.append(note)
        note.was = more.get("was", "")
        note.retired = self._texts[more["retired"]] if "retired" in more else None
        note.replaced_by = self._texts[more["replaced_by"]] if "replaced_by" in more else None
        note.builds_on = list(self._several(more.get("builds_on", ())))
        note.allow = self._several(more.get("allow", ()))
        note.choice = self.choices[more["choice"]] if "choice" in more else None

    def _several(self, numbers: Iterable[int]) -> tuple[Scalar, ...]:
        return tuple(self._texts[number] for number in numbers)

    def _values(self, shape: int, values: list[Any]) -> dict[str, Value]:
        texts = self._texts
        return {
            key: texts[value] if type(value) is int else self._compound(*value)
            for key, value in zip(self._shapes[shape], values, strict=True)
        }

    def _compound(self, sort: str, *parts: Any) -> Value:  # noqa: ANN401 (numbers, or lists of them)
        texts = self._texts
        if sort == "options":
            return Options(
                [
                    Option(texts[text], texts[why], None if mark is None else texts[mark])
                    for text, why, mark in parts
                ]
            )
        if sort == "image":
            file, alt = self._several(parts)
            return Image(file, alt)
        makers = {"texts": Texts, "references": References}
        return makers[sort](list(self._several(parts)))


def _number(known: dict[Any, int], what: object) -> int:
    """The number of something that many notes share."""
    return known.setdefault(what, len(known))


def _of_span(row: list[Any] | None) -> Span | None:
    return None if row is None else Span(*row)
