"""The import of a table: from its rows to the text of a chapter, checked before anything is written."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.build import build
from deckgen.cards.media import Shelf
from deckgen.commands.fix.edited_file import EditedFile
from deckgen.commands.tables import chapter_text, known, mapping, reading
from deckgen.commands.tables.escapes import Escapes
from deckgen.commands.tables.remarks import remarks
from deckgen.commands.tables.rows import HTML, TEXT, Cells, RowReader, label_key, media_folder
from deckgen.deck.ids import FIRST_WORDS, free_id, slug
from deckgen.deck.reading import read_source
from deckgen.diagnostics import CallError, Span, did_you_mean, listing, same
from deckgen.files import alone, check_target, replacing
from deckgen.history.ledger_file import read_ledger
from deckgen.project import CHAPTER, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from deckgen.commands.tables.known import Difference
    from deckgen.commands.tables.rows import Draft
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
        chapter: The chapter to which the notes go; None for one named after the table.
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
        chapter: The path of the chapter, from the project's folder.
        file: The chapter.
        before: Its bytes; None for a new chapter.
        after: Its bytes with the new notes.
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
    before: bytes | None
    after: bytes
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

    @property
    def changes_chapter(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.added or self.updated)


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
    kind = _kind(deck_source, request.kind)
    file = _chapter(project, deck_source, request)
    shown = project.shown(file)
    chapter = _readable(file, shown, project) if file.exists() else None
    target = _Target(project, deck_source, kind, file, shown, chapter)
    table = mapping.only(table, request.only)
    mapped = mapping.mapping(kind, table, request.maps)
    form = request.cells or (HTML if table.html else TEXT)
    cells = Cells(form, media_folder(request.media, shown), project.source / request.media, file.parent)
    reader = RowReader(table, kind, mapped, cells, Escapes(Shelf(project.source, project.folder)))
    drafts = reader.read(deck_source.deck.language, progress)
    notes, repeated = _distinct(drafts.notes)
    of_kind = [note for note in deck_source.deck.notes if note.kind.name == kind.name]
    pairs = known.match(notes, of_kind, label_key(kind, mapped), shown, deck_source.deck.language)
    numbered = _give_ids([notes[place] for place in range(len(notes)) if place not in pairs], target, table)
    result, place = _planned(target, request, notes, pairs)
    result = replace(
        result,
        rows=len(table.rows),
        repeated=repeated,
        remarks=remarks(table, drafts, reader, numbered),
        lines={table.path: list(table.lines)},
        place=table.place,
    )
    return _checked(result, project, table, place, progress) if place.text else result


@dataclass(frozen=True)
class _Target:
    """The deck and the chapter to which notes go; the chapter is None if it is new."""

    project: Project
    source: Source
    kind: Kind
    file: Path
    shown: str
    chapter: EditedFile | None


def _planned(
    target: _Target, request: Request, drafts: list[Draft], pairs: dict[int, Note]
) -> tuple[Import, _Place]:
    """The import of some rows, and the place of its notes in the new text of the chapter.

    Args:
        target: Where the notes go.
        request: What the author asks for.
        drafts: The rows; those that are no notes yet have ids.
        pairs: The notes that rows are already, by the places of the rows.
    """
    new = [draft for place, draft in enumerate(drafts) if place not in pairs]
    values: list[Writable] = [{"id": draft.id, **draft.values} for draft in new]
    chapter = target.chapter
    changes = _changes(drafts, pairs, chapter, target.kind) if request.update and chapter else {}
    text = _text(chapter, request, target.kind, values, changes) if new or changes else ""
    before = chapter.raw if chapter else None
    mark = b"\xef\xbb\xbf" if before and before.startswith(b"\xef\xbb\xbf") else b""
    result = Import(
        target.shown,
        target.file,
        before,
        mark + text.encode() if text else before or b"",
        [Added(draft.row.number, draft.id, value) for draft, value in zip(new, values, strict=True)],
        len(pairs),
        [each for place, note in sorted(pairs.items()) for each in known.differences(drafts[place], note)],
        [change.note.id for change in changes.values()],
    )
    rows = {number: change.row for number, change in changes.items()}
    return result, _Place(target.kind.section, text, rows)


@dataclass(frozen=True)
class _Change:
    """A note of the chapter that gets the texts of its row: the line or item of the row, and the values."""

    note: Note
    row: int
    values: dict[str, Writable]


def _changes(
    drafts: list[Draft], pairs: dict[int, Note], chapter: EditedFile, kind: Kind
) -> dict[int, _Change]:
    """The notes of the chapter with other texts in the table, by their numbers in the section, from 0."""
    items = chapter_text.notes_of(chapter.document, kind.section)
    numbers = {node.start: number for number, node in enumerate(items)}
    changes = {}
    for place, note in sorted(pairs.items()):
        draft = drafts[place]
        keys = [each.key for each in known.differences(draft, note)]
        if not keys or note.chapter.document.path != chapter.shown or note.start not in numbers:
            continue
        number = numbers[note.start]
        values = {key: draft.values[key] for key in keys}
        if "tags" in values:
            node = items[number]
            own = node.entries.get("tags") if isinstance(node, source.Mapping) else None
            before = source.value_of(own) if own is not None else []
            further = [tag for tag in draft.values["tags"] if tag not in note.tags]  # type: ignore[union-attr] # a list
            values["tags"] = [*before, *further] if isinstance(before, list) else further
        changes[number] = _Change(note, draft.row.number, values)
    return changes


def write(result: Import, folder: Path) -> None:
    """Write the chapter of an import, whole or not at all.

    Raises:
        CallError: It cannot be written, or has changed since it was read.
    """
    check_target(result.file)
    with alone(folder.resolve()):
        if result.before is None and result.file.exists():
            raise CallError(f"{result.chapter} was made in the meantime", "try again")
        with replacing(result.file, result.before) as file:
            file.write(result.after)


def _kind(deck_source: Source, name: str) -> Kind:
    """The kind of a name."""
    kinds = {kind.name: kind for kind in deck_source.kinds.in_force}
    if name in kinds:
        return kinds[name]
    if any(document.path.endswith(f"/{name}/kind.yaml") for document in deck_source.kinds.documents):
        raise CallError(f"the kind `{name}` has errors", "`deckgen check` shows them")
    by_section = {kind.section: kind.name for kind in kinds.values()}
    hint = f"did you mean `{by_section[name]}`?" if name in by_section else did_you_mean(name, kinds)
    raise CallError(f"the deck has no kind `{name}`", hint or f"its kinds are {listing(kinds)}")


def _chapter(project: Project, deck_source: Source, request: Request) -> Path:
    """The chapter to which the notes go; it need not exist."""
    there = {project.shown(path): path for path in project.chapters(deck_source.files)}
    if request.chapter is None:
        stem = re.sub(r"[^\w.-]+", "-", request.table.stem).strip("-._") or "imported"
        path = project.source / f"{stem}.yaml"
        return path if path != project.manifest else project.source / f"{stem}-notes.yaml"
    typed = request.chapter
    path = next(
        (
            each
            for each in (typed.absolute(), project.source / typed, project.folder / typed)
            if each.is_file()
        ),
        project.source / typed if len(typed.parts) == 1 else typed.absolute(),
    ).resolve()
    if path.suffix.lower() not in CHAPTER:
        raise CallError(
            f"{typed} is not a chapter: its name does not end in .yaml", f"--chapter {typed.stem}.yaml"
        )
    if not path.is_relative_to(project.source.resolve()):
        raise CallError(f"{typed} is not in {project.source}, where chapters are", "--chapter NAME.yaml")
    if path == project.manifest.resolve():
        raise CallError(f"{typed} is the deck's own file, not a chapter", "name another file")
    alike = next((each for each in there.values() if same(each.stem) == same(path.stem)), path)
    if not path.exists() and alike != path and alike.parent == path.parent:
        hint = f"did you mean {alike.name}? For a new chapter, choose a name that differs more"
        raise CallError(f"{typed} does not exist", hint)
    return path


def _readable(file: Path, shown: str, project: Project) -> EditedFile:
    """A chapter that can be edited."""
    edited = EditedFile.of(file, shown, project.folder)
    if not (edited.valid and edited.faithful):
        raise CallError(f"{shown} has errors, so deckgen does not add to it", "`deckgen check` shows them")
    return edited


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


def _text(
    chapter: EditedFile | None,
    request: Request,
    kind: Kind,
    notes: list[Writable],
    changes: dict[int, _Change],
) -> str:
    """The text of the chapter with the new notes, and with other texts of some others."""
    if chapter is not None:
        document = chapter.document
        if changes:
            values = {number: change.values for number, change in changes.items()}
            text = chapter_text.with_values(document, kind.section, values)
            document, _ = source.parse(text, chapter.shown)
        return chapter_text.with_notes(document, kind.section, notes) if notes else document.text
    name = " ".join(re.sub(r"[:\"\\<>{}\[\]&]+|_+", " ", request.table.stem).split()) or "Imported"
    return chapter_text.new_chapter(name, kind.section, notes)


@dataclass(frozen=True)
class _Place:
    """The section of the notes, the chapter's new text, and the rows of changed notes by their numbers."""

    section: str
    text: str
    rows: dict[int, int]


def _checked(
    result: Import,
    project: Project,
    table: Table,
    place: _Place,
    progress: Callable[[str, int, int], None],
) -> Import:
    """An import with the errors of its notes, each at its row: a build of the whole deck finds them."""
    made = build(project.folder, progress, texts={result.chapter: place.text})
    document, _ = source.parse(place.text, result.chapter)
    nodes = chapter_text.notes_of(document, place.section)
    first_new = len(nodes) - len(result.added)
    rows = place.rows | {first_new + number: each.number for number, each in enumerate(result.added)}
    starts = [document.position(node.start)[0] + 1 for node in nodes]
    last = document.position(source.end_of(nodes[-1]))[0] + 1
    found: dict[Diagnostic, None] = {}
    for each in made.diagnostics:
        span = each.span
        number = bisect_right(starts, span.line) - 1
        here = span.path == result.chapter and number in rows and span.line <= last
        if not here or each.level != "error" or each.code == "missing-media":
            continue
        message = f"item {rows[number]:,}: {each.message}" if table.is_json else each.message
        at = Span(table.path, 0 if table.is_json else rows[number])
        found[replace(each, message=message, span=at)] = None
    return replace(result, diagnostics=list(found))
