"""Ids for notes, tables and rows without one; released notes that lost their id get it back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.commands.fix.edited_file import Edit, applied, column_of, differences, line_end
from deckgen.deck.chapter import required_keys, top_keys
from deckgen.deck.hints import ID, halves, plain_id
from deckgen.deck.ids import free_id, probable_ids, slug
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.letters import UNREADABLE, is_readable
from deckgen.diagnostics import listing, nearest
from deckgen.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.commands.fix.edited_deck import EditedDeck, Standing
    from deckgen.commands.fix.edited_file import EditedFile, Way
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note
    from deckgen.history.ledger import NoteLine
    from deckgen.source import Document, Node

GIVEN, PUT_BACK = "id added", "released id restored"

_SHOWN = 40  # characters of a label in a sentence
_NAMED = 3  # notes that a sentence names


@dataclass(eq=False)
class _Entry:
    """A note, table or row of a chapter.

    Attributes:
        edited: Its file.
        way: The way to it.
        mapping: Its keys.
        kind: Its kind.
        table: The table of a row.
        number: Its number in its list, from 1.
        lacks: Whether it needs an id.
        id: Its id, for a row only its own half; empty if it has none yet.
        was: Its former id, by its key `was`.
        base: The id made from its label.
        back: Whether its id is the released one.
        needs_author: Whether only its author can choose an id, because its label cannot be transcribed.
    """

    edited: EditedFile
    way: Way
    mapping: Mapping
    kind: Kind
    table: _Entry | None
    number: int
    lacks: bool
    id: str = ""
    was: str = ""
    base: str = ""
    back: bool = False
    needs_author: bool = False

    @property
    def is_table(self) -> bool:
        """Whether it is a table, whose rows are the notes."""
        return bool(self.kind.rows_key) and self.table is None

    @property
    def full(self) -> str:
        """Its full id in the deck; empty if it has none."""
        if self.table is None:
            return self.id
        return f"{self.table.id}.{self.id}" if self.table.id and self.id else ""

    @property
    def what(self) -> str:
        """Its word in a message: note, table or row."""
        return "table" if self.is_table else "row" if self.table else self.kind.name


def give(edited_deck: EditedDeck) -> None:
    """Give ids to the notes, tables and rows without one."""
    entries = [
        entry for edited in edited_deck.chapters for entry in _entries(edited, edited_deck.kinds.in_force)
    ]
    for entry in entries:
        if entry.lacks and entry.was:
            entry.lacks = False
            _leave(
                entry,
                f"has `was: {entry.was}` but no id; write the new id, or `id: {entry.was}`",
            )
    lacking = [entry for entry in entries if entry.lacks]
    if not lacking:
        return
    names = _Names(edited_deck, entries)
    by_file: dict[str, list[_Entry]] = {}
    for entry in lacking:
        names.choose(entry)
        by_file.setdefault(entry.edited.shown, []).append(entry)
    if edited_deck.ledger.notes:
        tried = {}
        for path, here in by_file.items():
            edits = [_edit(entry) for entry in here if entry.id]
            document, faults = source.parse(applied(here[0].edited.text, edits), path)
            if not faults:
                tried[path] = document
        _LostIds(entries, edited_deck.standing(tried), names).run()
    _ask(lacking)
    for here in by_file.values():
        _write(here[0].edited, [entry for entry in here if entry.id])


def _ask(entries: list[_Entry]) -> None:
    """Remove the new ids of entries for which only their author can choose an id."""
    for entry in entries:
        if entry.table and not entry.table.id:
            entry.id = ""
        elif entry.id and entry.needs_author and not entry.back:
            _leave(entry, f"has no id; write one, because {UNREADABLE}")


def _entries(edited: EditedFile, kinds: list[Kind]) -> list[_Entry]:
    """The notes, tables and rows of a chapter, in their order."""
    return sorted(_unsorted_entries(edited, kinds), key=lambda entry: entry.mapping.start)


def _unsorted_entries(edited: EditedFile, kinds: list[Kind]) -> Iterator[_Entry]:
    root = edited.document.root
    for kind in kinds:
        section = root.entries.get(kind.section) if isinstance(root, Mapping) else None
        halves_of = _second_halves(section, required_keys(top_keys(kind)))
        for way, number, mapping in _mappings(section, (kind.section,)):
            keys = kind.table_keys if kind.rows_key else kind.keys
            entry = _entry(edited, way, mapping, kind, None, number, {*keys, kind.rows_key} - {""})
            entry.lacks &= mapping.start not in halves_of
            yield entry
            rows = mapping.entries.get(kind.rows_key) if kind.rows_key else None
            row_halves = _second_halves(rows, required_keys(kind.keys))
            for row_way, row_number, row in _mappings(rows, (*way, kind.rows_key)):
                row_entry = _entry(edited, row_way, row, kind, entry, row_number, set(kind.keys))
                row_entry.lacks &= row.start not in row_halves
                yield row_entry


def _second_halves(node: Node | None, required: list[str]) -> set[int]:
    """The offsets of items with a needless hyphen: they belong to the item above, and need no id."""
    items = node.items if isinstance(node, Sequence) else []
    return {other.start for _, other in halves(items, required)}


def _mappings(node: Node | None, way: Way) -> Iterator[tuple[Way, int, Mapping]]:
    """The mappings of a list, each with its way and its number from 1."""
    for number, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        if isinstance(item, Mapping):
            yield (*way, number), number + 1, item


def _entry(
    edited: EditedFile,
    way: Way,
    mapping: Mapping,
    kind: Kind,
    table: _Entry | None,
    number: int,
    keys: set[str],
) -> _Entry:
    odd = [name for name in mapping.entries if name not in keys]
    entry = _Entry(edited, way, mapping, kind, table, number, lacks=False)
    entry.lacks = (
        edited.valid
        and "id" not in mapping.entries
        and len(odd) < len(mapping.entries)
        # the author has to correct a misspelt key
        and not any(nearest(name, keys) == "id" for name in odd)
    )
    name, was = mapping.entries.get("id"), mapping.entries.get("was")
    if isinstance(name, Scalar) and ID.fullmatch(name.value):
        entry.id = name.value
    if isinstance(was, Scalar):
        entry.was = was.value
    return entry


class _Names:
    """The ids that are taken, and a source of new ones."""

    def __init__(self, edited_deck: EditedDeck, entries: list[_Entry]) -> None:
        """Collect the ids of a deck: of its source, and all that have ever been released."""
        self.language = edited_deck.language
        self.taken = set(edited_deck.ledger.ids)
        for entry in entries:
            above = f"{entry.table.was or entry.table.id}." if entry.table else ""
            self.taken |= {entry.full, f"{above}{entry.was}"} if entry.was else {entry.full}
            node = entry.mapping.entries.get("id")
            if isinstance(node, Scalar) and not entry.id:
                # a diagnostic proposes this id to the author
                self.taken.add(plain_id(node.value, edited_deck.language))
        for edited in edited_deck.chapters:
            if not (edited.valid and edited_deck.kinds.complete):
                self.taken |= {name.strip("\"'") for name in probable_ids(edited.document, self.language)}
        self.taken |= {name.partition(".")[0] for name in self.taken}

    def choose(self, entry: _Entry) -> None:
        """Give an entry an id that has never been used; none if its table has none."""
        table = entry.table
        if table is not None and not table.id:
            return
        entry.needs_author = not is_readable(_label(entry), self.language)
        entry.base = slug(_label(entry), self.language)
        stem = entry.base or slug(entry.what, "en") or "note"

        def is_taken(name: str) -> bool:
            entry.id = name
            return not self._names(entry).isdisjoint(self.taken)

        first = 1 if entry.base else entry.number
        entry.id = free_id(stem, is_taken, first, numbered=not entry.base)
        self.taken |= self._names(entry)

    @staticmethod
    def _names(entry: _Entry) -> set[str]:
        """The full ids of an entry: the present one, and that under its table's former id."""
        table = entry.table
        return {entry.full} | ({f"{table.was}.{entry.id}"} if table and table.was else set())


def _label(entry: _Entry) -> str:
    """The label of an entry, or else its first text."""
    keys = entry.kind.table_keys if entry.is_table else entry.kind.keys
    own = [name for name in keys if name not in COMMON_KEYS]
    for name in sorted(own, key=lambda name: name != entry.kind.label):
        node = entry.mapping.entries.get(name)
        of_texts = keys[name].type.lists and keys[name].type.own_words
        if isinstance(node, Sequence) and node.items and of_texts:
            node = node.items[0]
        if isinstance(node, Scalar) and node.value.strip():
            return node.value
    return ""


class _LostIds:
    """The search for released notes among the entries without an id."""

    def __init__(self, entries: list[_Entry], standing: Standing, names: _Names) -> None:
        """Find the released notes with the same texts as entries without an id.

        Args:
            entries: All entries, with the ids that they would get.
            standing: The notes with these ids, compared with the released ones.
            names: The ids that are taken.
        """
        self.entries = entries
        self.names = names
        self.rows: dict[_Entry, list[_Entry]] = {}
        for entry in entries:
            if entry.table:
                self.rows.setdefault(entry.table, []).append(entry)
        self.tables = {entry.id for entry in entries if entry.is_table}
        self.lost: dict[str, NoteLine] = {}
        for line in standing.gone:
            self.lost |= dict.fromkeys((line.id, *line.was), line)
        self.lost_kinds: dict[str, list[str]] = {}
        for line in standing.gone:
            self.lost_kinds.setdefault(line.kind, []).append(line.id)
        by_id = {note.id: note for note in standing.texts}
        times = Counter(standing.texts.values())
        self.twins: dict[_Entry, list[str]] = {}
        self.sure: dict[_Entry, NoteLine] = {}
        for entry in entries:
            note = by_id.get(entry.full) if not entry.is_table else None
            text = standing.texts.get(note, "") if note else ""
            lines = standing.gone_by_text.get(text, []) if text else []
            self.twins[entry] = [line.id for line in lines]
            if note is None and not entry.is_table:
                # it has other faults, so it cannot be compared
                self.twins[entry] = [
                    name for kind in _kinds(entry.kind) for name in self.lost_kinds.get(kind, [])[:_NAMED]
                ]
            if note and len(lines) == times[text] == 1 and _is_that(note, lines[0]):
                self.sure[entry] = lines[0]

    def run(self) -> None:
        """Put the released ids back, and remove the new ids of unclear entries."""
        for entry in self.entries:
            if entry.lacks and entry.is_table:
                self._table(entry)
        for entry in self.entries:
            if entry.lacks and not entry.is_table:
                self._note(entry)

    def _table(self, entry: _Entry) -> None:
        """Find the id of a table by its rows."""
        rows = self.rows.get(entry, [])
        pairs = {row: self.sure[row].id.partition(".") for row in rows if row in self.sure}
        tables = {table for table, dot, _ in pairs.values() if dot}
        rows_fit = any(row.lacks or row.id == own for row, (_, _, own) in pairs.items())
        if len(tables) == 1 and tables.isdisjoint(self.tables) and rows_fit:
            entry.id, entry.back = tables.pop(), True
            self.tables.add(entry.id)
            return
        names = [name for row in rows for name in self.twins[row]]
        names += [name for name in self.lost if name.startswith(f"{entry.base}.")]
        self._doubt(entry, [name.partition(".")[0] for name in names])

    def _note(self, entry: _Entry) -> None:
        """Find the id of a note or row."""
        table = entry.table
        if table is not None and not table.id:
            entry.id = ""
            return
        tables = {table.id, table.was} if table else {""}
        line = self.sure.get(entry)
        if line is not None:
            before, _, own = line.id.rpartition(".")
            if before in tables:
                entry.id, entry.back = own, True
                return
        elif table and table.back:
            self.names.choose(entry)
        names = self.twins[entry] + [f"{each}.{entry.base}".removeprefix(".") for each in sorted(tables)]
        self._doubt(entry, [name for name in names if name in self.lost])

    @staticmethod
    def _doubt(entry: _Entry, names: list[str]) -> None:
        """Leave an entry without an id if it may be one of some released notes."""
        if names:
            known = listing(dict.fromkeys(names))
            _leave(
                entry,
                "has no id, and may be a released note that is missing from the source: "
                f"{known}; if it is, write that id, or a new id with `was` and the old id "
                "under it; if not, write a new id",
            )


def _leave(entry: _Entry, why: str) -> None:
    """Leave an entry without an id, and say why."""
    entry.id = ""
    label = " ".join(_label(entry).split())
    label = label if len(label) <= _SHOWN else f"{label[:_SHOWN].rstrip()}…"
    entry.edited.left.append(f"a {entry.what} (\u201c{label}\u201d) {why}")


def _is_that(note: Note, line: NoteLine) -> bool:
    """Whether a note has the same kind as a released one, and is retired or not as that is."""
    return line.kind in _kinds(note.kind) and (line.retired is None) == (note.retired is None)


def _kinds(kind: Kind) -> list[str]:
    """The present and former names of a kind."""
    return [kind.name] + [kind.was] * bool(kind.was)


def _edit(entry: _Entry) -> Edit:
    """The edit that makes an id the first key of an entry."""
    text, mapping = entry.edited.text, entry.mapping
    if text[mapping.start] == "{":
        return Edit(mapping.starts[0], mapping.starts[0], f"id: {entry.id}, ")
    at = mapping.start
    return Edit(at, at, f"id: {entry.id}{line_end(text, at)}{' ' * column_of(text, at)}")


def _write(edited: EditedFile, entries: list[_Entry]) -> None:
    """Write the ids of a file's entries into it."""
    if not entries:
        return
    before = edited.document.root
    expected = {(*entry.way, "id"): entry.id for entry in entries}

    def holds(document: Document) -> bool:
        ids = {
            way: after.value
            for way, one, after in differences(before, document.root)
            if one is None and isinstance(after, Scalar)
        }
        return ids == expected and sum(1 for _ in differences(before, document.root)) == len(expected)

    done: Counter[str] = Counter()
    for entry in entries:
        done[PUT_BACK if entry.back else GIVEN] += 1
    edited.edit([_edit(entry) for entry in entries], holds, done)
