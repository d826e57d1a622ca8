"""The HTML of each type of key: for the fields of notes, and for comparing what learners see."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeAlias

from deckgen.cards.locales import locale_of
from deckgen.cards.markdown import Markup
from deckgen.deck.key_types.date import day_of
from deckgen.deck.key_types.image import Image
from deckgen.deck.key_types.options import Options
from deckgen.deck.values import links, scalars
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as ReadOnly
    from datetime import date

    from deckgen.deck.notes import Note, Table
    from deckgen.deck.values import Value
    from deckgen.source import Document

Write: TypeAlias = "Callable[[Note, Value], str]"
"""Makes the HTML of a field from a note and the value of one of its keys."""
Render: TypeAlias = "Callable[[Markup, Scalar, Document], str]"
"""Makes the HTML of a text."""


class Fields(Protocol):
    """The writer of fields, as the key types use it."""

    markup: Markup
    words: ReadOnly[str, str]
    first_ids: ReadOnly[str, str]

    def named(self, ids: list[Scalar]) -> str:
        """The HTML of a list of notes, by their ids."""


@dataclass(frozen=True, slots=True)
class KeyHtml:
    """The HTML of a type of key.

    Attributes:
        parts: Returns the writer of each part that a field can show; the part "" is the value itself.
        seen: Yields the HTML that learners see of a value, text by text, to tell whether it has changed.
        says_words: Whether the HTML contains words that a deck can translate.
    """

    parts: Callable[[Fields], dict[str, Write]]
    seen: Callable[[Markup, Value, Document], Iterator[str]]
    says_words: bool = False


def _scalar(render: Render) -> KeyHtml:
    """The HTML of a type whose values are single texts."""

    def parts(fields: Fields) -> dict[str, Write]:
        markup = fields.markup

        def write(note: Note, value: Value) -> str:
            return render(markup, value, note.chapter.document) if isinstance(value, Scalar) else ""

        return {"": write}

    return KeyHtml(parts, _each(render))


def _with_clozes(fields: Fields) -> dict[str, Write]:
    """The writer of a text with clozes; a field of an adopted note type may have none."""
    markup = fields.markup

    def write(note: Note, value: Value) -> str:
        if not isinstance(value, Scalar):
            return ""
        return markup.cloze(value, note.chapter.document, needed=note.kind.adopted is None)

    return {"": write}


def _each(render: Render) -> Callable[[Markup, Value, Document], Iterator[str]]:
    """The HTML of each text of a value."""

    def seen(markup: Markup, value: Value, document: Document) -> Iterator[str]:
        return (render(markup, text, document) for text in scalars(value))

    return seen


def _list(fields: Fields) -> dict[str, Write]:
    """The writer of a list of texts."""
    render = fields.markup.markdown

    def write(note: Note, value: Value) -> str:
        items = (render(item, note.chapter.document) for item in scalars(value))
        return f"<ul>{''.join(f'<li>{text}</li>' for text in items)}</ul>"

    return {"": write}


def _image(fields: Fields) -> dict[str, Write]:
    """The writer of an image with its description."""
    markup = fields.markup
    return {"": lambda note, value: "".join(_images(markup, value, note.chapter.document))}


def _images(markup: Markup, value: Value, document: Document) -> Iterator[str]:
    if isinstance(value, Image):
        yield markup.image(value.file, value.alt, document)


def _notes(fields: Fields) -> dict[str, Write]:
    """The writer of the notes that a key names."""
    return {"": lambda _, value: fields.named(links(value))}


def _id(fields: Fields) -> dict[str, Write]:
    """The writer of the id with which a note was first released."""
    return {"": lambda note, _: fields.first_ids.get(note.id, note.id)}


def _date(_: Fields) -> dict[str, Write]:
    """The writer of a date in the deck's language."""

    def write(note: Note, value: Value) -> str:
        return (
            html.escape(_in_words(day_of(value), note.chapter.language)) if isinstance(value, Scalar) else ""
        )

    return {"": write}


@lru_cache(maxsize=10_000)
def _in_words(day: date, language: str) -> str:
    """A date as a language writes it, as in "January 31, 2026"; in ISO form if babel lacks the language."""
    from babel.dates import format_date  # noqa: PLC0415 (only decks with dates load it)

    locale = locale_of(language)
    return format_date(day, "long", locale) if locale else day.isoformat()


class _OptionsWriter:
    """Writes the options of vignettes."""

    def __init__(self, fields: Fields) -> None:
        self._markup = fields.markup
        self._verdicts = [
            f'<div class="verdict {name}">{html.escape(fields.words.get(word, ""))}</div>'
            for name, word in (("wrong", "not_best"), ("right", "best"))
        ]
        self._last: Options | None = None
        self._texts: list[str] = []

    def choices(self, note: Note, value: Value) -> str:
        """The HTML of the options, as a list."""
        if not isinstance(value, Options):
            return ""
        isolation = self._markup.isolation
        items = (f"<li{isolation(text)}>{text}</li>" for text in self._texts_of(note, value))
        return f"<ol>{''.join(items)}</ol>"

    def explanations(self, note: Note, value: Value) -> str:
        """The HTML of the options with a verdict and a reason for each."""
        if not isinstance(value, Options):
            return ""
        items = []
        isolation = self._markup.isolation
        for option, text in zip(value.items, self._texts_of(note, value), strict=True):
            parts = {"option": text, "why": self._markup.markdown(option.why, note.chapter.document)}
            divs = (f'<div class="{name}"{isolation(part)}>{part}</div>' for name, part in parts.items())
            items.append(f"<li>{self._verdicts[option.correct]}{''.join(divs)}</li>")
        return f"<ol>{''.join(items)}</ol>"

    def _texts_of(self, note: Note, options: Options) -> list[str]:
        """The HTML of the texts of a note's options, rendered once for both fields that show them."""
        if self._last is not options:
            document = note.chapter.document
            self._last = options
            self._texts = [self._markup.markdown(option.text, document) for option in options.items]
        return self._texts


def _options(fields: Fields) -> dict[str, Write]:
    writer = _OptionsWriter(fields)
    return {"list": writer.choices, "explanations": writer.explanations}


def _seen_options(markup: Markup, value: Value, document: Document) -> Iterator[str]:
    for option in value.items if isinstance(value, Options) else ():
        yield f"{option.correct} {markup.markdown(option.text, document)}"
        yield markup.markdown(option.why, document)


class _RowWriter:
    """Writes the rows of tables."""

    def __init__(self, fields: Fields) -> None:
        self._markup = fields.markup
        self._tables: dict[Table, tuple[list[str], dict[Note, list[str]]]] = {}

    def _rendered(self, note: Note) -> tuple[list[str], dict[Note, list[str]]]:
        """The HTML of the columns and, by row, of the cells of a note's table, rendered once for all rows."""
        table, document = note.table, note.chapter.document
        if table is None:
            return [], {note: [""]}
        table_html = self._tables.get(table)
        if table_html is None:
            # a retired row is not on the cards of other rows, and its images may be gone
            rows = [row for row in table.rows if row.retired is None or note.retired]
            heads = [self._markup.text(item, document) for item in _of_list(table.values.get("columns"))]
            cells = {
                row: [self._markup.markdown(cell, document) for cell in _of_list(row.values.get("cells"))]
                or [""]
                for row in rows
            }
            table_html = self._tables[table] = heads, cells
        return table_html

    def name(self, note: Note, _: Value) -> str:
        """The HTML of a row's first cell."""
        return self._rendered(note)[1][note][0]

    def rest(self, note: Note, _: Value) -> str:
        """The HTML of a row's other cells, each with its column's name."""
        columns, rows = self._rendered(note)
        isolation = self._markup.isolation
        pairs = (
            f"<dt>{name}</dt> <dd{isolation(cell)}>{cell}</dd>"
            for name, cell in zip(columns[1:], rows[note][1:], strict=False)
        )
        return f"<dl>{' '.join(pairs)}</dl>"

    def table(self, note: Note, _: Value) -> str:
        """The HTML of the table, with this note's row marked."""
        columns, rows = self._rendered(note)
        isolation = self._markup.isolation
        head = "".join(f"<th>{name}</th>" for name in columns)
        texts = _of_list(note.table.values.get("columns")) if note.table else []
        names = [self._markup.attribute(item, note.chapter.document) for item in texts]
        body = []
        for row, cells in rows.items():
            if row.retired and row is not note:
                continue
            mark = ' class="this"' if row is note else ""
            rest = "".join(
                f'<td data-column="{name}"><span{isolation(cell)}>{cell}</span></td>'
                for name, cell in zip(names[1:], cells[1:], strict=False)
            )
            body.append(f"<tr{mark}><th{isolation(cells[0])}>{cells[0]}</th>{rest}</tr>")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _of_list(value: Value | None) -> list[Scalar]:
    """The texts of a list of texts; none of any other value that a key of this name may have."""
    return [] if value is None or isinstance(value, Scalar) else value.statements


def _cells(fields: Fields) -> dict[str, Write]:
    writer = _RowWriter(fields)
    return {"name": writer.name, "rest": writer.rest, "table": writer.table}


HTML: dict[str, KeyHtml] = {
    "id": KeyHtml(_id, _each(Markup.text)),
    "text": _scalar(Markup.text),
    "markdown": _scalar(Markup.markdown),
    "cloze": KeyHtml(_with_clozes, _each(Markup.cloze)),
    "notes": KeyHtml(_notes, _each(Markup.text)),
    "texts": KeyHtml(lambda _: {}, _each(Markup.text)),
    "list": KeyHtml(_list, _each(Markup.markdown)),
    "image": KeyHtml(_image, _images),
    "choice": _scalar(Markup.text),
    "date": KeyHtml(_date, _each(Markup.text)),
    "options": KeyHtml(_options, _seen_options, says_words=True),
    "cells": KeyHtml(_cells, _each(Markup.markdown)),
}
"""The HTML of each type of key that a field or a learner can see, by its name."""
