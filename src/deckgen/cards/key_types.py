"""The types of keys as HTML: what fields get of their values, and what learners see of them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeAlias

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
    """What makes the fields of a deck's notes."""

    markup: Markup
    words: ReadOnly[str, str]
    first_ids: ReadOnly[str, str]

    def named(self, ids: list[Scalar]) -> str:
        """Notes as a list, by their ids."""


@dataclass(frozen=True, slots=True)
class KeyHtml:
    """The HTML of a type of key.

    Attributes:
        parts: What writes each part of a value that a field can be filled from; "" is the value itself.
        seen: What learners see of a value that its author wrote, text by text; to tell whether it changed.
        says_words: Whether the HTML says something of its own, in the words that a deck can translate.
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


def _each(render: Render) -> Callable[[Markup, Value, Document], Iterator[str]]:
    """The HTML of each text of a value."""

    def seen(markup: Markup, value: Value, document: Document) -> Iterator[str]:
        return (render(markup, text, document) for text in scalars(value))

    return seen


def _list(fields: Fields) -> dict[str, Write]:
    """The texts of a list, as a list."""
    render = fields.markup.markdown

    def write(note: Note, value: Value) -> str:
        items = (render(item, note.chapter.document) for item in scalars(value))
        return f"<ul>{''.join(f'<li>{text}</li>' for text in items)}</ul>"

    return {"": write}


def _image(fields: Fields) -> dict[str, Write]:
    """An image, with what is said of it."""
    markup = fields.markup
    return {"": lambda note, value: "".join(_images(markup, value, note.chapter.document))}


def _images(markup: Markup, value: Value, document: Document) -> Iterator[str]:
    if isinstance(value, Image):
        yield markup.image(value.file, value.alt, document)


def _notes(fields: Fields) -> dict[str, Write]:
    """The notes that a key of the kind's own names."""
    return {"": lambda _, value: fields.named(links(value))}


def _id(fields: Fields) -> dict[str, Write]:
    """The id with which a note was first released."""
    return {"": lambda note, _: fields.first_ids.get(note.id, note.id)}


def _date(_: Fields) -> dict[str, Write]:
    """A day as the deck's language writes it; what tells whether it has changed is the text itself."""

    def write(note: Note, value: Value) -> str:
        return (
            html.escape(_in_words(day_of(value), note.chapter.language)) if isinstance(value, Scalar) else ""
        )

    return {"": write}


@lru_cache(maxsize=10_000)
def _in_words(day: date, language: str) -> str:
    """A day as a language writes it, as in "January 31, 2026"; in ISO form where babel does not know it."""
    import babel.dates  # noqa: PLC0415 (no deck without dates waits for it)

    while language:
        try:
            return babel.dates.format_date(day, "long", babel.Locale.parse(language, sep="-"))
        except (babel.UnknownLocaleError, ValueError):
            language = language.rpartition("-")[0]  # a region or variant that is not known
    return day.isoformat()


class _OptionsWriter:
    """Writes the options of vignettes."""

    def __init__(self, fields: Fields) -> None:
        self._render = fields.markup.markdown
        self._verdicts = [
            f'<div class="verdict {name}">{html.escape(fields.words.get(word, ""))}</div>'
            for name, word in (("wrong", "not_best"), ("right", "best"))
        ]
        self._last: Options | None = None
        self._texts: list[str] = []

    def choices(self, note: Note, value: Value) -> str:
        """The options, as a list."""
        if not isinstance(value, Options):
            return ""
        return f"<ol>{''.join(f'<li>{text}</li>' for text in self._texts_of(note, value))}</ol>"

    def explanations(self, note: Note, value: Value) -> str:
        """The options once more, each with whether it is right, and why."""
        if not isinstance(value, Options):
            return ""
        items = []
        for option, text in zip(value.items, self._texts_of(note, value), strict=True):
            verdict = self._verdicts[option.correct]
            why = self._render(option.why, note.chapter.document)
            items.append(f'<li>{verdict}<div class="option">{text}</div><div class="why">{why}</div></li>')
        return f"<ol>{''.join(items)}</ol>"

    def _texts_of(self, note: Note, options: Options) -> list[str]:
        """The texts of a note's options as HTML, rendered once for both fields that show them."""
        if self._last is not options:
            document = note.chapter.document
            self._last = options
            self._texts = [self._render(option.text, document) for option in options.items]
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
        """The columns and, by row, the cells of a note's table as HTML, rendered once for all its rows."""
        table, document = note.table, note.chapter.document
        if table is None:
            return [], {note: [""]}
        made = self._tables.get(table)
        if made is None:
            # a retired row shows nothing on the others' cards, and need not have its images any more
            rows = [row for row in table.rows if row.retired is None or note.retired]
            heads = [self._markup.text(item, document) for item in _of_list(table.values.get("columns"))]
            cells = {
                row: [self._markup.markdown(cell, document) for cell in _of_list(row.values.get("cells"))]
                or [""]
                for row in rows
            }
            made = self._tables[table] = heads, cells
        return made

    def name(self, note: Note, _: Value) -> str:
        """A row's first cell."""
        return self._rendered(note)[1][note][0]

    def rest(self, note: Note, _: Value) -> str:
        """A row's cells after its first, each under its column's name."""
        columns, rows = self._rendered(note)
        pairs = zip(columns[1:], rows[note][1:], strict=False)
        return f"<dl>{' '.join(f'<dt>{name}</dt> <dd>{cell}</dd>' for name, cell in pairs)}</dl>"

    def table(self, note: Note, _: Value) -> str:
        """The whole table, with this note's row marked."""
        columns, rows = self._rendered(note)
        head = "".join(f"<th>{name}</th>" for name in columns)
        texts = _of_list(note.table.values.get("columns")) if note.table else []
        names = [self._markup.attribute(item, note.chapter.document) for item in texts]
        body = []
        for row, cells in rows.items():
            if row.retired and row is not note:
                continue
            mark = ' class="this"' if row is note else ""
            rest = "".join(
                f'<td data-column="{name}"><span>{cell}</span></td>'
                for name, cell in zip(names[1:], cells[1:], strict=False)
            )
            body.append(f"<tr{mark}><th>{cells[0]}</th>{rest}</tr>")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _of_list(value: Value | None) -> list[Scalar]:
    """The texts of a list of texts; none of another value, which a key of this name may have."""
    return [] if value is None or isinstance(value, Scalar) else value.statements


def _cells(fields: Fields) -> dict[str, Write]:
    writer = _RowWriter(fields)
    return {"name": writer.name, "rest": writer.rest, "table": writer.table}


HTML: dict[str, KeyHtml] = {
    "id": KeyHtml(_id, _each(Markup.text)),
    "text": _scalar(Markup.text),
    "markdown": _scalar(Markup.markdown),
    "cloze": _scalar(Markup.cloze),
    "notes": KeyHtml(_notes, _each(Markup.text)),
    "texts": KeyHtml(lambda _: {}, _each(Markup.text)),
    "list": KeyHtml(_list, _each(Markup.markdown)),
    "image": KeyHtml(_image, _images),
    "choice": _scalar(Markup.text),
    "date": KeyHtml(_date, _each(Markup.text)),
    "options": KeyHtml(_options, _seen_options, says_words=True),
    "cells": KeyHtml(_cells, _each(Markup.markdown)),
}
"""The HTML of each type of key that a field can be filled from or that learners see, by its name."""
