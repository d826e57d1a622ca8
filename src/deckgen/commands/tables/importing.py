"""The import of a table: from its rows to the text of a chapter, checked before anything is written."""

from __future__ import annotations

import posixpath
import re
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.cards.media import Shelf
from deckgen.commands.tables import edits, known, mapping, reading, targets
from deckgen.commands.tables.escapes import Escapes
from deckgen.commands.tables.remarks import instead, remarks
from deckgen.commands.tables.rows import Cells, RowReader, label_key, media_folder
from deckgen.deck.ids import FIRST_WORDS, free_id, slug
from deckgen.deck.reading import read_source
from deckgen.diagnostics import CallError
from deckgen.files import alone, check_target, replacing
from deckgen.history.ledger_file import read_ledger
from deckgen.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from deckgen.commands.tables.edits import Part
    from deckgen.commands.tables.known import Difference
    from deckgen.commands.tables.mapping import Mapped
    from deckgen.commands.tables.rows import Draft, Drafts
    from deckgen.commands.tables.table import Table
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note
    from deckgen.deck.reading import Source
    from deckgen.diagnostics import Diagnostic
    from deckgen.source import Writable


@dataclass(frozen=True)
class Request:
    """What an author asks for.

    Attributes:
        table: The file of the table.
        kind: The name of the kind.
        maps: The columns for the keys, as typed.
        chapter: The chapter to which the notes go, the only one that changes; None for those that the rows
            name, or else one named after the table.
        cells: What the cells are: text, html or markdown; empty for what the table says, or else text.
        media: The folder of the media, from source/.
        only: The rows to take, as in `notetype=Basic`; empty for all.
        update: Whether notes get the texts of rows that differ from them.
    """

    table: Path
    kind: str
    maps: tuple[str, ...] = ()
    chapter: Path | None = None
    cells: str = ""
    media: str = "media"
    only: str = ""
    update: bool = False


@dataclass(frozen=True)
class Added:
    """A note that is added: the line or item of its row, its id, and its keys."""

    number: int
    id: str
    value: Writable

    @property
    def yaml(self) -> str:
        """The note as in a chapter."""
        return source.write([self.value], 2)


@dataclass(frozen=True)
class Import:
    """What an import writes, and what its author should know.

    Attributes:
        chapter: The path of the chapter to which notes go, if their rows name no other.
        file: The chapter.
        parts: The chapters that change.
        added: The new notes.
        known: The number of rows that are notes already.
        differences: The texts of these rows that differ from their notes.
        updated: The ids of the notes that get these texts.
        rows: The number of rows.
        repeated: The rows that repeat another one of the table.
        remarks: Sentences about what was left out, or is missing.
        diagnostics: The errors of the new notes, at the rows of the table; with any, nothing is written.
        lines: The lines of the table, by its path.
        place: What the numbers of rows count, in a word.
    """

    chapter: str
    file: Path
    parts: list[Part] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    known: int = 0
    differences: list[Difference] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    rows: int = 0
    repeated: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)
    place: str = "line"


@dataclass(frozen=True)
class _Target:
    """The deck and its chapters, by their paths; and the one for notes whose rows name no other."""

    project: Project
    source: Source
    kind: Kind
    chapters: dict[str, Path]
    file: Path
    shown: str


def plan(folder: Path, request: Request, progress: Callable[[str, int, int], None]) -> Import:
    """What importing a table writes; this writes nothing.

    Args:
        folder: The deck's folder.
        request: What the author asks for.
        progress: Called with the present step, how much of it is done, and how much there is.

    Raises:
        CallError: The table, the kind, a column or the chapter is not as it has to be.
        OSError: The system does not let us read the table.
    """
    project = Project(folder.resolve())
    table = reading.read(request.table)
    deck_source = read_source(project, {}, progress)
    kind = targets.kind_of(deck_source, request.kind)
    chapters = {project.shown(path): path for path in project.chapters(deck_source.files)}
    file = targets.chapter_of(project, chapters, request.table, request.chapter)
    target = _Target(project, deck_source, kind, chapters, file, project.shown(file))
    table = mapping.only(table, request.only)
    mapped = mapping.mapping(kind, table, request.maps)
    wanted, lacking = targets.named(table, kind, mapped, chapters)
    rows = _Rows(table, mapped, request, target, progress)
    notes, repeated, pairs = rows.read({} if request.chapter else wanted)
    new = [draft for place, draft in enumerate(notes) if place not in pairs]
    numbered = _give_ids(new, target, table)
    parts = _parts(target, request, rows, notes, pairs)
    differences = [
        each for place, note in sorted(pairs.items()) for each in known.differences(notes[place], note)
    ]
    unknown = {name for draft in new if (name := lacking.get(draft.row.number)) and not request.chapter}
    return Import(
        target.shown,
        file,
        parts,
        [Added(draft.row.number, draft.id, edits.written(draft)) for draft in new],
        len(pairs),
        differences,
        [name for part in parts for name in part.updated],
        len(table.rows),
        repeated,
        [*instead(sorted(unknown), target.shown), *remarks(table, rows.readings, numbered)],
        edits.errors(parts, kind.section, project, table, progress) if parts else [],
        {table.path: list(table.lines)},
        table.place,
    )


class _Rows:
    """The rows of a table as notes, each as its chapter needs it: paths of media begin in its folder.

    Attributes:
        readings: The notes of the rows, with what read them; those of each folder with chapters together.
        goes: The chapter of each note, by the number of its row.
    """

    def __init__(
        self,
        table: Table,
        mapped: list[Mapped],
        request: Request,
        target: _Target,
        progress: Callable[[str, int, int], None],
    ) -> None:
        """Prepare to read a table, whose columns are mapped."""
        self._table = table
        self._mapped = mapped
        self._request = request
        self._target = target
        self._progress = progress
        self._escapes = Escapes(Shelf(target.project.source, target.project.folder))
        self.readings: list[tuple[Drafts, RowReader]] = []
        self.goes: dict[int, str] = {}

    def read(self, wanted: dict[int, str]) -> tuple[list[Draft], list[int], dict[int, Note]]:
        """The notes, the rows that repeat another one, and the notes of the deck that rows are already.

        Args:
            wanted: The chapters for new notes, by the numbers of rows; others go to the target's.
        """
        target, language = self._target, self._target.source.deck.language
        here = posixpath.dirname(target.shown)
        self.readings = [self._reading(self._table, here)]
        notes, repeated = _distinct(self.readings[0][0].notes)
        of_kind = [note for note in target.source.deck.notes if note.kind.name == target.kind.name]
        key = label_key(target.kind, self._mapped)
        pairs = known.match(notes, of_kind, key, target.shown, language)
        for place, draft in enumerate(notes):
            chapter = wanted.get(draft.row.number, target.shown)
            self.goes[draft.row.number] = pairs[place].chapter.document.path if place in pairs else chapter
        folders: dict[str, set[int]] = {}
        for number, path in self.goes.items():
            folders.setdefault(posixpath.dirname(path), set()).add(number)
        if set(folders) - {here}:
            tables = [
                (
                    replace(
                        self._table, rows=tuple(row for row in self._table.rows if row.number in numbers)
                    ),
                    folder,
                )
                for folder, numbers in sorted(folders.items())
            ]
            self.readings = [self._reading(table, folder) for table, folder in tables]
            drafts = {draft.row.number: draft for found, _ in self.readings for draft in found.notes}
            notes = [drafts[draft.row.number] for draft in notes]
        return notes, repeated, pairs

    def _reading(self, table: Table, folder: str) -> tuple[Drafts, RowReader]:
        """The notes of some rows, for chapters in a folder; its path is from the project's."""
        request, project, kind = self._request, self._target.project, self._target.kind
        form = request.cells or targets.form_of(table, kind)
        media = media_folder(request.media, f"{folder}/x")
        cells = Cells(form, media, project.source / request.media, project.folder / folder)
        reader = RowReader(table, kind, self._mapped, cells, self._escapes)
        return reader.read(self._target.source.deck.language, self._progress), reader


def _parts(
    target: _Target, request: Request, rows: _Rows, notes: list[Draft], pairs: dict[int, Note]
) -> list[Part]:
    """The chapters that change, by path.

    Args:
        target: Where notes go.
        request: What the author asks for.
        rows: The rows, which know their chapters.
        notes: The notes of the rows; those that are new have ids.
        pairs: The notes that rows are already, by the places of the rows.
    """
    new: dict[str, list[Draft]] = {}
    old: dict[str, list[tuple[Draft, Note]]] = {}
    changing = {*([target.shown] if request.chapter else target.chapters)} if request.update else set()
    for place, draft in enumerate(notes):
        path = rows.goes[draft.row.number]
        if place not in pairs:
            new.setdefault(path, []).append(draft)
        elif path in changing and known.differences(draft, pairs[place]):
            old.setdefault(path, []).append((draft, pairs[place]))
    parts = []
    for path in sorted({*new, *old}):
        file = target.file if path == target.shown else target.chapters[path].resolve()
        if file.exists():
            chapter = targets.readable(file, path, target.project)
            part = edits.in_chapter(chapter, file, target.kind, new.get(path, []), old.get(path, []))
        else:
            part = edits.new_chapter(path, file, request.table, target.kind, new.get(path, []))
        parts += [part] if part else []
    return parts


def write(result: Import, folder: Path) -> None:
    """Write the chapters of an import, each whole or not at all.

    Raises:
        CallError: One cannot be written, or has changed since it was read.
    """
    for part in result.parts:
        check_target(part.file)
    with alone(folder.resolve()), ExitStack() as stack:
        for part in result.parts:
            if part.before is None and part.file.exists():
                raise CallError(f"{part.path} was made in the meantime", "try again")
            stack.enter_context(replacing(part.file, part.before)).write(part.after)


def _distinct(drafts: Iterable[Draft]) -> tuple[list[Draft], list[int]]:
    """The rows without those that repeat another one, and the numbers of these."""
    seen: dict[str, Draft] = {}
    repeated = []
    for draft in drafts:
        sign = repr((draft.id, draft.values))
        if sign in seen:
            repeated.append(draft.row.number)
        else:
            seen[sign] = draft
    return list(seen.values()), repeated


def _give_ids(new: list[Draft], target: _Target, table: Table) -> int:
    """Give ids to new notes; the number of those whose texts gave none.

    Raises:
        CallError: An id of the table is not free.
    """
    deck, kind = target.source.deck, target.kind
    taken = {note.id for note in deck.notes} | {note.was for note in deck.notes}
    taken |= set(target.source.ids) | set(read_ledger(target.project.folder).ledger.ids)
    taken |= {name.partition(".")[0] for name in taken}
    rows: dict[str, int] = {}
    for draft in new:
        if draft.given and (draft.id in taken or draft.id in rows):
            other = (
                f"{table.place} {rows[draft.id]:,}"
                if draft.id in rows
                else "another note of the deck, now or earlier"
            )
            raise table.fault(
                draft.row, f"the id `{draft.id}` belongs to {other}", "give each row its own id"
            )
        if draft.given:
            rows[draft.id] = draft.row.number
    taken |= set(rows)
    numbers: dict[str, int] = {}
    numbered = 0
    for draft in new:
        if draft.given:
            continue
        texts = (draft.label, *(text for text in draft.values.values() if isinstance(text, str)))
        stem = next((name for text in texts if (name := slug(text[:FIRST_WORDS], deck.language))), "")
        numbered += not stem
        base = stem or kind.name
        draft.id = free_id(base, taken.__contains__, numbers.get(base, 1), numbered=not stem)
        numbers[base] = int(re.sub(r".*-", "", draft.id)) if draft.id != base else 1
        taken.add(draft.id)
    return numbered
