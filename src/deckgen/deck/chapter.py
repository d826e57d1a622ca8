"""The reading of a chapter: its sections, notes and tables."""

from __future__ import annotations

import sys
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeGuard

from deckgen.anki.tags import distinct
from deckgen.deck import cells, letters, swallowed
from deckgen.deck.card_choice import read_choice, read_choices
from deckgen.deck.hints import ID
from deckgen.deck.ids import FIRST_WORDS, free_id, probable_ids, slug
from deckgen.deck.key_types.options import OPTION_KEYS
from deckgen.deck.kind_file import CHAPTER_KEYS
from deckgen.deck.kinds import CARDS
from deckgen.deck.notes import Chapter, Deck, Note, Table
from deckgen.deck.reader import NodeReader
from deckgen.deck.values import Value, links
from deckgen.diagnostics import Diagnostics, not_a_warning
from deckgen.source import Mapping, Node, Scalar, Sequence, end_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.keys import Key
    from deckgen.deck.kinds import Kind
    from deckgen.deck.kinds_in_force import Kinds
    from deckgen.deck.swallowed import Swallowed
    from deckgen.source import Document

MAX_ROWS = 200
"""The most rows of a table: each of its cards shows all of them."""


def read_chapter(
    document: Document,
    faults: Diagnostics,
    deck: Deck,
    kinds: Kinds,
    earlier: Iterable[Chapter] = (),
    misplaced: ReadOnly[str, str] = MappingProxyType({}),
) -> Chapter:
    """The chapter in a document.

    Args:
        document: The file.
        faults: The YAML diagnostics of the file.
        deck: The deck; its chapters take its title, tags and language.
        kinds: The kinds of the deck. The sections of kinds that could not be read are skipped.
        earlier: The chapters before it; a proposal for a missing id avoids their ids.
        misplaced: The sections of kinds whose folders are in source/, with these folders.
    """
    chapter = Chapter(document, deck.title, deck.tags, language=deck.language, diagnostics=faults)
    reader = NodeReader(document, faults)
    reader.elsewhere = lambda name: _with_key(kinds.in_force, name)
    reader.is_taken = _Taken(document, deck.language, earlier).__contains__
    reader.language = deck.language
    if document.root is not None or not document.incomplete:
        _read_sections(reader, chapter, kinds, misplaced)
    if faults or kinds.unread:
        chapter.ids = frozenset(probable_ids(document, deck.language))
    chapter.diagnostics = Diagnostics([*faults, *reader.warnings])
    return chapter


def _read_sections(reader: NodeReader, chapter: Chapter, kinds: Kinds, misplaced: ReadOnly[str, str]) -> None:
    """Read the chapter's own keys and its notes into it."""
    unread = kinds.unread
    sections = {kind.section: kind for kind in kinds.in_force if kind.section not in unread}
    names = (*CHAPTER_KEYS, *sections)
    here = reader.document.root
    entries = here.entries.items() if isinstance(here, Mapping) else ()
    lists = None in unread  # any list may be the section of a kind that could not be read
    left = [key for key, value in entries if key in unread or (lists and isinstance(value, Sequence))]
    of_misplaced = [key for key, _ in entries if key in misplaced and key not in names]
    _report_misplaced(reader, {key: misplaced[key] for key in of_misplaced})
    root = reader.mapping(here, "a chapter", {*names, *left, *of_misplaced}, names)
    if root is None:
        return
    if (node := root.entries.get("deck")) and (name := reader.deck_name(node, "deck")):
        chapter.deck = f"{chapter.deck}::{name}"
        chapter.deck_at = reader.document.span(node)
    if node := root.entries.get("tags"):
        chapter.tags = distinct(chapter.tags, reader.tags(node))
        chapter.tags_at = reader.document.key_span(root, "tags")
    if (node := root.entries.get(CARDS)) and not unread:
        chapter.cards = read_choices(reader, node, sections)
    notes: list[Note] = []
    for section, kind in sections.items():
        if node := root.entries.get(section):
            read = _read_table if kind.rows_key else _read_note
            items = reader.items(node, section, "id", sys.maxsize)
            entry = _Entry(_article(kind) + " table" * bool(kind.rows_key), top_keys(kind))
            reader.halves(items, entry.required)
            for item in items:
                if entry.knows(item) or not _is_elsewhere(reader, item, kind, kinds.in_force):
                    notes += read(reader, item, kind, chapter, entry)
    # the notes of all kinds, in the order of the file
    chapter.notes = sorted(notes, key=lambda note: note.at.start)


def _report_misplaced(reader: NodeReader, folders: ReadOnly[str, str]) -> None:
    """Report sections whose kinds are in the wrong place, each with the kind's folder."""
    for key, folder in folders.items():
        if isinstance(here := reader.document.root, Mapping):
            message = f"the kind of `{key}` is in {folder}, which deckgen does not read"
            hint = "templates belong next to source/, not in it: move the folder to templates/"
            reader.report("unknown-key", reader.document.key_span(here, key), message, hint)


def top_keys(kind: Kind) -> ReadOnly[str, Key | None]:
    """The keys of the entries in a kind's section. The rows of a table have None instead of a key."""
    return {**kind.table_keys, kind.rows_key: None} if kind.rows_key else kind.keys


def required_keys(keys: ReadOnly[str, Key | None]) -> list[str]:
    """The names of the required keys."""
    return [name for name, key in keys.items() if key is None or key.required]


class _Entry:
    """What is the same for all entries of a list: what they are, and which keys they have.

    Attributes:
        what: An entry in words, as in "a definition".
        keys: Its keys; the rows of a table have None instead of a key.
        required: The names of the required keys.
        read: The keys whose values are read by their types, each with the function that reads them.
    """

    def __init__(self, what: str, keys: ReadOnly[str, Key | None]) -> None:
        """Describe the entries with some keys."""
        self.what = what
        self.keys = keys
        self.required = required_keys(keys)
        self.read = {name: (key.type.read, key) for name, key in keys.items() if key and key.type.read}

    def knows(self, item: Node) -> TypeGuard[Mapping]:
        """Whether an item is an entry without unknown keys."""
        return isinstance(item, Mapping) and item.entries.keys() <= self.keys.keys()


def _is_elsewhere(reader: NodeReader, item: Node, kind: Kind, kinds: list[Kind]) -> bool:
    """Whether an item belongs to another kind than that of its section; this is reported."""
    if not isinstance(item, Mapping):
        return False
    fits = [
        other
        for other in kinds
        if item.entries.keys() <= (keys := top_keys(other)).keys()
        and item.entries.keys() >= set(required_keys(keys))
    ]
    if len(fits) != 1 or item.entries.keys() >= set(required_keys(top_keys(kind))):
        return False
    what = f"{_article(fits[0])}{' table' * bool(fits[0].rows_key)}"
    message = f"this is {what}, but it is under `{kind.section}`"
    reader.report("wrong-type", item, message, f"move it to the list under `{fits[0].section}:`")
    return True


class _Taken:
    """The ids of a chapter and of those before it, collected when they are first needed."""

    def __init__(self, document: Document, language: str, earlier: Iterable[Chapter]) -> None:
        self._document = document
        self._language = language
        self._earlier = earlier

    def __contains__(self, name: str) -> bool:
        return name in self._ids

    @cached_property
    def _ids(self) -> set[str]:
        here = probable_ids(self._document, self._language)
        return {*here, *(note.id for chapter in self._earlier for note in chapter.notes)}


def _with_key(kinds: list[Kind], name: str) -> str:
    """The owners of a key in words, as in "a definition"; empty if no kind has it."""
    owners = [_article(kind) for kind in kinds if name in kind.keys]
    if owners and len(owners) == len(kinds):
        return "every note"
    owners += [f"{_article(kind)} table" for kind in kinds if name in kind.table_keys]
    return " and of ".join([*owners, *["an option"] * (name in OPTION_KEYS)])


def _read_note(reader: NodeReader, item: Node, kind: Kind, chapter: Chapter, entry: _Entry) -> list[Note]:
    """The note of an entry in a section; no note if the entry is no mapping."""
    mapping, values, valid = _read_values(reader, item, entry)
    if mapping is None:
        return []
    note = _note(reader, mapping, values, kind, chapter, chapter.tags, valid=valid)
    note.swallowed = _swallowed(reader, mapping, kind.keys)
    return [note]


def _read_table(reader: NodeReader, item: Node, kind: Kind, chapter: Chapter, entry: _Entry) -> list[Note]:
    """The notes of a table, one for each row."""
    mapping, values, valid = _read_values(reader, item, entry)
    if mapping is None or not reader.require(mapping, entry.what, (kind.rows_key,), entry.keys):
        return []
    rows = mapping.entries[kind.rows_key]
    head = _note(reader, mapping, values, kind, chapter, chapter.tags, valid=valid)
    if isinstance(rows, Sequence) and not rows.items:
        reader.report("empty-value", rows, f"`{kind.rows_key}` has no items")
    table = Table(head.id, values, head.start, head.end, head.allow, at=head.at)
    table.swallowed = _swallowed(reader, mapping, entry.keys)
    items = reader.items(rows, kind.rows_key, "id", MAX_ROWS)
    entry_of_row = _Entry(f"a row of {_article(kind)}", kind.keys)
    reader.halves(items, entry_of_row.required)
    for row in items:
        row_mapping, row_values, row_valid = _read_values(reader, row, entry_of_row)
        if row_mapping is None:
            continue
        row_valid = row_valid and head.valid
        note = _note(reader, row_mapping, row_values, kind, chapter, head.tags, valid=row_valid)
        note.table = table
        note.swallowed = _swallowed(reader, row_mapping, kind.keys)
        if head.was or note.was:
            note.was = note.was if "." in note.was else f"{head.was or head.id}.{note.was or note.id}"
        note.id = f"{table.id}.{note.id}" if table.id and note.id else ""
        note.retired = note.retired or head.retired
        note.replaced_by = note.replaced_by or head.replaced_by
        note.builds_on = head.builds_on + note.builds_on
        if CARDS not in row_mapping.entries:
            note.choice = head.choice
        table.rows.append(note)
    cells.check(reader, table)
    return table.rows


def _read_values(
    reader: NodeReader, item: Node, entry: _Entry
) -> tuple[Mapping | None, dict[str, Value], bool]:
    """The mapping of an entry, the values of its keys, and whether it is free of faults."""
    before = len(reader.diagnostics)
    values: dict[str, Value] = {}
    what, keys = entry.what, entry.keys
    mapping: Mapping | None = item if entry.knows(item) else None
    if mapping is None:
        if isinstance(item, Mapping):
            _note_missing(reader, item, keys)
        mapping = reader.mapping(item, what, keys, keys)
    if mapping is None:
        return None, values, False
    for name, node in mapping.entries.items():
        if name in entry.read:
            read, key = entry.read[name]
            value = read(reader, node, key)
            if value is not None:
                values[name] = value
    lacking = [name for name in entry.required if name not in mapping.entries and keys[name]]
    if lacking:
        missing = swallowed.without_swallowed(reader, mapping, what, lacking)
        reader.require(mapping, what, missing, keys, _missing_hint(reader, mapping, missing, values))
    return mapping, values, len(reader.diagnostics) == before and not lacking


def _note_missing(reader: NodeReader, mapping: Mapping, keys: ReadOnly[str, Key | None]) -> None:
    """Remember the missing keys if the entry has as many unknown keys, which may be other names for them."""
    unknown = [name for name in mapping.entries if name not in keys]
    missing = [name for name in required_keys(keys) if name not in mapping.entries]
    if len(unknown) != len(missing) or len(missing) > _FEW or "id" in missing:
        return
    for name, missing_name in zip(unknown, missing, strict=True):
        if not isinstance(
            mapping.entries[name], Sequence if swallowed.takes_list(keys[missing_name]) else Scalar
        ):
            return
    reader.missing[mapping.start] = dict(zip(unknown, missing, strict=True))


_FEW = 2  # missing keys for which an author may have used other names, as `front` and `back`


def _note(
    reader: NodeReader,
    mapping: Mapping,
    values: dict[str, Value],
    kind: Kind,
    chapter: Chapter,
    tags: tuple[str, ...],
    *,
    valid: bool,
) -> Note:
    """A note made from a mapping. `tags` are those of its deck, chapter and table."""
    before = len(reader.diagnostics)
    at: Node = mapping
    identifier = ""
    if (node := mapping.entries.get("id")) is not None:
        at = node
        identifier = reader.identifier(node) or ""
    if (node := mapping.entries.get("tags")) is not None:
        tags = distinct(tags, reader.tags(node))
    builds_on = links(values.get("builds_on"))
    note = Note(kind, identifier, at, chapter, values, tags, builds_on, valid, start=mapping.start)
    note.end = end_of(mapping)
    if not mapping.entries.keys().isdisjoint(_UPDATE_KEYS):
        _read_update_keys(reader, mapping, note)
    node = mapping.entries.get(CARDS)
    note.choice = chapter.cards.get(kind.section) if node is None else read_choice(reader, node, kind)
    if (node := mapping.entries.get("allow")) is not None:
        note.allow = _allowed(reader, node)
    note.valid = valid and bool(identifier) and len(reader.diagnostics) == before
    return note


_UPDATE_KEYS = ("was", "retired", "replaced_by")


def _read_update_keys(reader: NodeReader, mapping: Mapping, note: Note) -> None:
    """Read the keys about earlier releases into a note."""
    was, retired, replaced_by = (mapping.entries.get(key) for key in _UPDATE_KEYS)
    if was is not None:
        note.was = _former_id(reader, was)
    if retired is not None:
        # an empty text is reported; it still counts as retired, so that `replaced_by` gets no report
        note.retired = reader.prose(retired, "retired") or (retired if isinstance(retired, Scalar) else None)
        if note.retired and note.retired.value.strip().lower() in {"yes", "no", "true", "false", "on", "off"}:
            hint = "write `retired: |` with the reason under it; if the note is not retired, remove the key"
            reader.report("wrong-type", retired, "`retired` needs a reason, not `true` or `false`", hint)
    if replaced_by is not None:
        note.replaced_by = reader.scalar(replaced_by, "replaced_by")


def _allowed(reader: NodeReader, node: Node) -> tuple[Scalar, ...]:
    """The codes under `allow`; those that cannot be allowed are reported and left out."""
    codes = []
    for item in reader.items(node, "allow"):
        scalar = reader.scalar(item, "allow")
        if scalar is None:
            continue
        if fault := not_a_warning(scalar.value):
            reader.report(fault.code, scalar, fault.message, fault.hint)
        else:
            codes.append(scalar)
    return tuple(codes)


def _former_id(reader: NodeReader, node: Node) -> str:
    """An earlier id of a note, or of a row: the table's id, a dot and the row's."""
    parts = node.value.split(".") if isinstance(node, Scalar) else []
    if isinstance(node, Scalar) and len(parts) == 2 and all(map(ID.fullmatch, parts)):  # noqa: PLR2004 (table, row)
        return node.value
    return reader.identifier(node, "was") or ""


def _article(kind: Kind) -> str:
    """The kind's name with its article, as in "a definition"."""
    return f"{'an' if kind.name[0] in 'aeiou' else 'a'} {kind.name}"


def _swallowed(
    reader: NodeReader, mapping: Mapping, keys: ReadOnly[str, Key | None]
) -> tuple[Swallowed, ...]:
    """The lines in an entry's texts that look like keys which the entry lacks."""
    return swallowed.find(reader.document, mapping, keys, keys)


def _missing_hint(
    reader: NodeReader, mapping: Mapping, missing: list[str], values: ReadOnly[str, Value]
) -> str:
    """A hint for missing required keys; empty if there is none."""
    if "retired" in mapping.entries and missing != ["id"]:
        return "a retired note keeps its text, for learners who have its cards: restore the released text"
    if missing == ["id"]:
        first = next((value.value for value in values.values() if isinstance(value, Scalar)), "")
        name = slug(first[:FIRST_WORDS], reader.language)
        example = f", as `id: {free_id(name, reader.is_taken)}`" if name else ""
        if name and reader.is_taken(name):
            example += f"; another note already has `{name}`"
        if not letters.is_readable(first, reader.language):
            example = f", in the letters a to z, because {letters.UNREADABLE}"
        return f"add an id that describes the note{example}"
    if list(mapping.entries) == ["id"]:
        return "if its other keys are below, start them in the same column as `id`, without a hyphen"
    return "if it continues the note above, remove its hyphen" if "id" in missing else ""
