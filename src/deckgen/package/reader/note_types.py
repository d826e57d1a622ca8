"""Decks and note types, from both ways in which collections keep them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deckgen.package.reader.archive import UnreadableError
from deckgen.package.reader.contents import PackedDeck, PackedField, PackedNoteType, PackedTemplate
from deckgen.package.reader.protobuf import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.package.reader.database import Database

_NORMAL, _FILTERED = 1, 2  # of `KindContainer`


class _Entry:
    """An object in the JSON of an older collection, of which anything may be wrong."""

    def __init__(self, value: object) -> None:
        """Keep it.

        Raises:
            UnreadableError: It is no object.
        """
        if not isinstance(value, dict):
            raise UnreadableError("is damaged: its Anki settings cannot be read")
        self._value: dict[str, Any] = value

    def text(self, key: str) -> str:
        """A text; empty where it is something else."""
        value = self._value.get(key)
        return value if isinstance(value, str) else ""

    def optional(self, key: str) -> int | None:
        """A number; None where it is something else."""
        value = self._value.get(key)
        if isinstance(value, str):
            try:
                value = int(value)
            except ValueError:
                return None
        return int(value) if isinstance(value, (int, float)) and abs(value) < 2**63 else None

    def number(self, key: str, default: int = 0) -> int:
        """A number; the default where it is something else."""
        value = self.optional(key)
        return default if value is None else value

    def flag(self, key: str) -> bool:
        """Yes or no."""
        return bool(self._value.get(key))

    def entries(self, key: str) -> list[_Entry]:
        """A list of objects; empty where it is something else."""
        value = self._value.get(key)
        return [_Entry(each) for each in value] if isinstance(value, list) else []


def _in_json(text: str) -> Iterator[_Entry]:
    """The decks or note types that stand in a column of `col`, by their ids."""
    value = json.loads(text or "{}")
    if not isinstance(value, dict):
        raise UnreadableError("is damaged: its Anki settings cannot be read")
    return map(_Entry, value.values())


def decks_in_json(text: str) -> Iterator[PackedDeck]:
    """The decks of a collection before schema 15."""
    for deck in _in_json(text):
        filtered = deck.flag("dyn")
        yield PackedDeck(
            deck.number("id"),
            deck.text("name"),
            deck.number("mod"),
            deck.text("desc"),
            deck.flag("md"),
            filtered,
            0 if filtered else deck.number("conf"),
        )


def decks_in_tables(database: Database) -> Iterator[PackedDeck]:
    """The decks of a collection from schema 15 on: proto/anki/decks.proto."""
    columns = {"id": int, "name": str, "mtime_secs": int, "kind": bytes}
    for number, name, modified, kind in database.rows("decks", columns, "id"):
        container = Message(kind)
        normal = Message(container.data(_NORMAL))
        yield PackedDeck(
            number,
            name.replace("\x1f", "::"),
            modified,
            normal.text(4),
            normal.flag(5),
            _FILTERED in container,
            normal.number(1),
        )


def note_types_in_json(text: str) -> Iterator[PackedNoteType]:
    """The note types of a collection before schema 15."""
    for entry in _in_json(text):
        yield PackedNoteType(
            id=entry.number("id"),
            name=entry.text("name"),
            cloze=entry.number("type") == 1,
            modified=entry.number("mod"),
            fields=tuple(_field(ord_, each) for ord_, each in enumerate(entry.entries("flds"))),
            templates=tuple(_template(ord_, each) for ord_, each in enumerate(entry.entries("tmpls"))),
            css=entry.text("css"),
            sort_field=entry.number("sortf"),
            latex_pre=entry.text("latexPre"),
            latex_post=entry.text("latexPost"),
            latex_svg=entry.flag("latexsvg"),
            stock_kind=entry.number("originalStockKind"),
            original_id=entry.optional("originalId"),
        )


def _field(ord_: int, entry: _Entry) -> PackedField:
    return PackedField(
        name=entry.text("name"),
        id=entry.optional("id"),
        tag=entry.optional("tag"),
        ord=ord_,
        font=entry.text("font"),
        size=entry.number("size"),
        rtl=entry.flag("rtl"),
        sticky=entry.flag("sticky"),
        description=entry.text("description"),
        plain_text=entry.flag("plainText"),
        collapsed=entry.flag("collapsed"),
        exclude_from_search=entry.flag("excludeFromSearch"),
        prevent_deletion=entry.flag("preventDeletion"),
    )


def _template(ord_: int, entry: _Entry) -> PackedTemplate:
    return PackedTemplate(
        name=entry.text("name"),
        id=entry.optional("id"),
        ord=ord_,
        question=entry.text("qfmt"),
        answer=entry.text("afmt"),
        browser_question=entry.text("bqfmt"),
        browser_answer=entry.text("bafmt"),
        browser_font=entry.text("bfont"),
        browser_size=entry.number("bsize"),
        deck=entry.number("did"),
    )


def note_types_in_tables(database: Database) -> Iterator[PackedNoteType]:
    """The note types of a collection from schema 15 on: proto/anki/notetypes.proto."""
    fields: dict[int, list[PackedField]] = {}
    templates: dict[int, list[PackedTemplate]] = {}
    columns: dict[str, type] = {"ntid": int, "name": str, "config": bytes}
    for owner, name, config in database.rows("fields", columns, "ntid, ord"):
        of_owner = fields.setdefault(owner, [])
        of_owner.append(_packed_field(len(of_owner), name, Message(config)))
    for owner, name, config in database.rows("templates", columns, "ntid, ord"):
        of_its = templates.setdefault(owner, [])
        of_its.append(_packed_template(len(of_its), name, Message(config)))
    columns = {"id": int, "name": str, "mtime_secs": int, "config": bytes}
    for number, name, modified, raw in database.rows("notetypes", columns, "id"):
        config = Message(raw)
        yield PackedNoteType(
            id=number,
            name=name,
            cloze=config.number(1) == 1,
            modified=modified,
            fields=tuple(fields.get(number, ())),
            templates=tuple(templates.get(number, ())),
            css=config.text(3),
            sort_field=config.number(2),
            latex_pre=config.text(5),
            latex_post=config.text(6),
            latex_svg=config.flag(7),
            stock_kind=config.number(9),
            original_id=config.optional(10),
        )


def _packed_field(ord_: int, name: str, config: Message) -> PackedField:
    return PackedField(
        name=name,
        id=config.optional(9),
        tag=config.optional(10),
        ord=ord_,
        font=config.text(3),
        size=config.number(4),
        rtl=config.flag(2),
        sticky=config.flag(1),
        description=config.text(5),
        plain_text=config.flag(6),
        collapsed=config.flag(7),
        exclude_from_search=config.flag(8),
        prevent_deletion=config.flag(11),
    )


def _packed_template(ord_: int, name: str, config: Message) -> PackedTemplate:
    return PackedTemplate(
        name=name,
        id=config.optional(8),
        ord=ord_,
        question=config.text(1),
        answer=config.text(2),
        browser_question=config.text(3),
        browser_answer=config.text(4),
        browser_font=config.text(6),
        browser_size=config.number(7),
        deck=config.number(5),
    )
