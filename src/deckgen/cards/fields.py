"""Notes to the HTML of their fields: each field from its key, or from a part of it."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias

from deckgen.anki.cloze import in_field, uncovered
from deckgen.cards.protected import rejoined
from deckgen.deck.notes import Image, Note, Options, References, Texts, Value, scalars, values_of
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.markdown import Markup
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Table
    from deckgen.source import Document

_Write: TypeAlias = "Callable[[Note, Value], str]"

_EMPHASIS = re.compile(r"\*+|==|(?<!\w)_|_(?!\w)")
_MORE_MARKUP = re.compile(r"[$\[<`|\\{]")
_LABEL_WORDS = 12
_LABEL_TEXT = 1000  # characters in which these words stand
_SOUND = re.compile(r"\[sound:[^\]]*\]")
_TAG_BUT_IMAGE = re.compile(r"<(?!img\b)[^<>]*>")
MAX_GIST = 10_000
"""The longest gist, in characters of HTML; a longer one is none."""
_NONE = References([])  # an id is the note's own, and has no value to render


class FieldWriter:
    """Writes the fields of notes.

    Attributes:
        markup: Turns texts into HTML; holds the diagnostics (some twice, where a text is shown twice) and
            the media afterwards.
        by_id: All notes of the deck, for the labels of those that a note builds on.
        first_ids: The ids with which renamed notes were first released, which their fields keep for ever: a
            new name is no reason to send a note to learners again.
        words: What faces say themselves, of which the verdicts on options are taken.
    """

    def __init__(
        self,
        markup: Markup,
        by_id: ReadOnly[str, Note],
        first_ids: ReadOnly[str, str],
        words: ReadOnly[str, str],
    ) -> None:
        """Prepare for a deck's notes."""
        self.markup = markup
        self.by_id = by_id
        self.first_ids = first_ids
        self.words = words
        self._verdicts = [
            f'<div class="verdict {name}">{html.escape(words.get(word, ""))}</div>'
            for name, word in (("wrong", "not_best"), ("right", "best"))
        ]
        self._plans: dict[str, list[tuple[int, str, _Write]]] = {}
        self._options_of: Options | None = None
        self._options_made: list[str] = []
        self._items: dict[Note, str] = {}
        self._tables: dict[Table, tuple[list[str], dict[Note, list[str]]]] = {}

    def write(self, note: Note) -> list[str]:
        """The HTML of each field, in the kind's order; an empty text where the key is not there."""
        plan = self._plans.get(note.kind.name)
        if plan is None:
            plan = self._plans[note.kind.name] = self._plan(note.kind)
        values = values_of(note)
        fields = [""] * len(note.kind.fields)
        for index, key, write in plan:
            value = values.get(key) if key != "id" else _NONE
            if value is not None:
                made = write(note, value)
                fields[index] = made if made.isascii() else unicodedata.normalize("NFC", made)
        return fields

    def _plan(self, kind: Kind) -> list[tuple[int, str, _Write]]:
        """How the fields of a kind are filled: the number of each, its key, and what writes its value."""
        return [
            (index, field.key, self._writer(kind, field.key, field.part))
            for index, field in enumerate(kind.fields)
            if field.key
        ]

    def _writer(self, kind: Kind, key: str, part: str) -> _Write:
        """What writes a key's value, or a part of it."""
        if key == "builds_on":
            return self._builds_on
        renders = _renders(self.markup)
        writers: dict[tuple[str, str], _Write] = {
            **{(name, ""): self._scalar(renders[name]) for name in ("text", "markdown", "cloze", "choice")},
            ("list", ""): self._list,
            ("image", ""): self._image,
            ("notes", ""): self._notes,
            ("options", "list"): self._options,
            ("options", "explanations"): self._explanations,
            ("cells", "name"): self._name,
            ("cells", "rest"): self._rest,
            ("cells", "table"): self._table,
            ("id", ""): lambda note, _: self.first_ids.get(note.id, note.id),
        }
        return writers[{**kind.table_keys, **kind.keys}[key].type, part]

    @staticmethod
    def _scalar(render: Callable[[Scalar, Document], str]) -> _Write:
        def write(note: Note, value: Value) -> str:
            return render(value, note.chapter.document) if isinstance(value, Scalar) else ""

        return write

    def _builds_on(self, note: Note, _: Value) -> str:
        """The notes that this one, or its table, builds on."""
        return self._named(note.builds_on)

    def _notes(self, _: Note, value: Value) -> str:
        """The notes that a key of the kind's own names."""
        return self._named(value.items if isinstance(value, References) else [])

    def _named(self, ids: list[Scalar]) -> str:
        """Notes as a list: what each is called, and its gist to be opened, as no card can look it up."""
        targets = [self.by_id[item.value] for item in ids if item.value in self.by_id]
        items = dict.fromkeys(self._item(target) for target in targets if not target.retired)
        return f"<ul>{''.join(items)}</ul>" if items else ""

    def _item(self, target: Note) -> str:
        """A note as an item of a list, made once for all notes that name it."""
        item = self._items.get(target)
        if item is None:
            name = html.escape(label(target))
            gist = self._gist(target)
            if " ".join(_TAG_BUT_IMAGE.sub("", gist).split()) == name:
                gist = ""
            shown = f"<details><summary>{name}</summary>{gist}</details>" if gist else name
            item = self._items[target] = f"<li>{shown}</li>"
        return item

    def _gist(self, note: Note) -> str:
        """What a note is about in short, as HTML for the cards of others; empty where it says nothing.

        Clozes are shown there, for they would make cards; sounds are not, for Anki plays them unasked.
        """
        key, part = note.kind.gist
        value = values_of(note).get(key)
        made = self._writer(note.kind, key, part)(note, value) if value is not None else ""
        if len(made) > MAX_GIST:
            return ""
        made = _SOUND.sub("", rejoined(uncovered(made, in_field(made))))
        return made if _TAG_BUT_IMAGE.sub("", made).strip() else ""

    def _list(self, note: Note, value: Value) -> str:
        """The texts of a list, as a list."""
        document = note.chapter.document
        items = (self.markup.markdown(item, document) for item in _items(value))
        return f"<ul>{''.join(f'<li>{text}</li>' for text in items)}</ul>"

    def _image(self, note: Note, value: Value) -> str:
        """An image, with what is said of it."""
        if not isinstance(value, Image):
            return ""
        return self.markup.image(value.file, value.alt, note.chapter.document)

    def _options(self, note: Note, value: Value) -> str:
        """The options, as a list."""
        if not isinstance(value, Options):
            return ""
        return f"<ol>{''.join(f'<li>{text}</li>' for text in self._option_texts(note, value))}</ol>"

    def _option_texts(self, note: Note, options: Options) -> list[str]:
        """The texts of a note's options as HTML, rendered once for both fields that show them."""
        if self._options_of is not options:
            document, render = note.chapter.document, self.markup.markdown
            self._options_of = options
            self._options_made = [render(option.text, document) for option in options.items]
        return self._options_made

    def _explanations(self, note: Note, value: Value) -> str:
        """The options once more, each with whether it is right, and why."""
        if not isinstance(value, Options):
            return ""
        document, render = note.chapter.document, self.markup.markdown
        items = []
        for option, text in zip(value.items, self._option_texts(note, value), strict=True):
            verdict = self._verdicts[option.correct]
            why = render(option.why, document)
            items.append(f'<li>{verdict}<div class="option">{text}</div><div class="why">{why}</div></li>')
        return f"<ol>{''.join(items)}</ol>"

    def _rendered(self, note: Note) -> tuple[list[str], dict[Note, list[str]]]:
        """The columns and, by row, the cells of a note's table as HTML, rendered once for all its rows."""
        table, document = note.table, note.chapter.document
        if table is None:
            return [], {note: [""]}
        # a retired row shows nothing on the others' cards, and need not have its images any more
        rows = [row for row in table.rows if row.retired is None or note.retired]
        made = self._tables.get(table)
        if made is None:
            columns = table.values.get("columns")
            heads = [self.markup.text(item, document) for item in _items(columns)]
            cells = {
                row: [self.markup.markdown(cell, document) for cell in _items(row.values.get("cells"))]
                or [""]
                for row in rows
            }
            made = self._tables[table] = heads, cells
        return made

    def _name(self, note: Note, _: Value) -> str:
        """A row's first cell."""
        return self._rendered(note)[1][note][0]

    def _rest(self, note: Note, _: Value) -> str:
        """A row's cells after its first, each under its column's name."""
        columns, rows = self._rendered(note)
        pairs = zip(columns[1:], rows[note][1:], strict=False)
        return f"<dl>{' '.join(f'<dt>{name}</dt> <dd>{cell}</dd>' for name, cell in pairs)}</dl>"

    def _table(self, note: Note, _: Value) -> str:
        """The whole table, with this note's row marked."""
        columns, rows = self._rendered(note)
        head = "".join(f"<th>{name}</th>" for name in columns)
        texts = _items(note.table.values.get("columns")) if note.table else []
        names = [self.markup.attribute(item, note.chapter.document) for item in texts]
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


def _items(value: Value | None) -> list[Scalar]:
    """The texts of a list of texts; none where the value is none."""
    return value.items if isinstance(value, Texts) else []


def _renders(markup: Markup) -> dict[str, Callable[[Scalar, Document], str]]:
    """How the texts under a key become HTML, by the key's type."""
    plain = dict.fromkeys(("text", "choice", "texts"), markup.text)
    return {**plain, "cloze": markup.cloze, **dict.fromkeys(("markdown", "list", "cells"), markup.markdown)}


def drawn(note: Note, markup: Markup) -> Iterator[tuple[str, str]]:
    """What learners see of what an author wrote for a note, and of nothing that is made of others.

    Args:
        note: The note.
        markup: Turns its texts into HTML.

    Returns:
        Pairs of a key and the HTML of a text under it, in the order of the keys' names.
    """
    keys = {**note.kind.table_keys, **note.kind.keys}
    document, renders = note.chapter.document, _renders(markup)
    for name, value in sorted(values_of(note).items()):
        if isinstance(value, Image):
            yield name, markup.image(value.file, value.alt, document)
        elif isinstance(value, Options):
            for option in value.items:
                yield name, f"{option.correct} {markup.markdown(option.text, document)}"
                yield name, markup.markdown(option.why, document)
        else:
            for text in scalars(value):
                yield name, renders[keys[name].type](text, document)


def label(note: Note) -> str:
    """What a note is called where another names it: its kind's label key, or its id.

    The id serves where the label is missing, or holds markup that would have to be rendered.
    """
    value = note.values.get(note.kind.label) if note.kind.label else None
    if isinstance(value, Texts):
        value = value.items[0] if value.items else None
    text = uncovered(value.value[:_LABEL_TEXT]) if isinstance(value, Scalar) else ""
    if not text or _MORE_MARKUP.search(text):
        return note.id.rpartition(".")[2].replace("-", " ")
    words = _EMPHASIS.sub("", text).split()
    return " ".join(words[:_LABEL_WORDS]) + ("…" if len(words) > _LABEL_WORDS else "")
