"""What chapters get from a table: their new texts, and the errors in the notes that are new or changed."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.build import build
from deckgen.commands.tables import chapter_text, known
from deckgen.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from deckgen.commands.fix.edited_file import EditedFile
    from deckgen.commands.tables.rows import Draft
    from deckgen.commands.tables.table import Table
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Diagnostic
    from deckgen.project import Project
    from deckgen.source import Writable


@dataclass(frozen=True)
class Part:
    """A chapter that gets notes, or other texts for some.

    Attributes:
        path: Its path, from the project's folder.
        file: The file.
        before: Its bytes; None for a new chapter.
        text: Its new text.
        updated: The ids of the notes that get other texts.
        added: The number of new notes, which are at the end of the section.
        rows: The lines or items of new and changed notes, by their numbers in the section, from 0.
    """

    path: str
    file: Path
    before: bytes | None
    text: str
    updated: list[str]
    added: int
    rows: dict[int, int]

    @property
    def after(self) -> bytes:
        """Its new bytes, with its byte order mark if it has one."""
        mark = b"\xef\xbb\xbf"
        return mark * bool(self.before and self.before.startswith(mark)) + self.text.encode()


def written(draft: Draft) -> Writable:
    """The note of a row, as it is to be written."""
    return {"id": draft.id, **draft.values}


def in_chapter(
    chapter: EditedFile, file: Path, kind: Kind, new: Sequence[Draft], pairs: Iterable[tuple[Draft, Note]]
) -> Part | None:
    """What a chapter gets; None if that is nothing.

    Args:
        chapter: The chapter, without errors.
        file: Its file.
        kind: The kind of the notes.
        new: The rows that become notes.
        pairs: The rows whose notes get their texts, with these notes.
    """
    document = chapter.document
    before = chapter_text.notes_of(document, kind.section)
    changes = _changes(pairs, chapter, kind)
    if not new and not changes:
        return None
    if changes:
        values = {number: change.values for number, change in changes.items()}
        text = chapter_text.with_values(document, kind.section, values)
        document, _ = source.parse(text, chapter.shown)
    text = document.text
    if new:
        text = chapter_text.with_notes(document, kind.section, [written(draft) for draft in new])
    rows = {number: change.row for number, change in changes.items()}
    rows |= {len(before) + number: draft.row.number for number, draft in enumerate(new)}
    updated = [change.note.id for change in changes.values()]
    return Part(chapter.shown, file, chapter.raw, text, updated, len(new), rows)


def new_chapter(path: str, file: Path, table: Path, kind: Kind, new: Sequence[Draft]) -> Part | None:
    """A new chapter with the notes of some rows, named after the table; None without rows."""
    if not new:
        return None
    name = " ".join(re.sub(r"[:\"\\<>{}\[\]&]+|_+", " ", table.stem).split()) or "Imported"
    text = chapter_text.new_chapter(name, kind.section, [written(draft) for draft in new])
    rows = {number: draft.row.number for number, draft in enumerate(new)}
    return Part(path, file, None, text, [], len(new), rows)


@dataclass(frozen=True)
class _Change:
    """A note of the chapter that gets the texts of its row: the line or item of the row, and the values."""

    note: Note
    row: int
    values: dict[str, Writable]


def _changes(pairs: Iterable[tuple[Draft, Note]], chapter: EditedFile, kind: Kind) -> dict[int, _Change]:
    """The notes of the chapter with other texts in the table, by their numbers in the section, from 0."""
    items = chapter_text.notes_of(chapter.document, kind.section)
    numbers = {node.start: number for number, node in enumerate(items)}
    changes = {}
    for draft, note in pairs:
        keys = [each.key for each in known.differences(draft, note)]
        if not keys or note.start not in numbers:
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


def errors(
    parts: Iterable[Part],
    section: str,
    project: Project,
    table: Table,
    progress: Callable[[str, int, int], None],
) -> list[Diagnostic]:
    """The errors of new and changed notes, each at its row: a build of the whole deck finds them."""
    parts = list(parts)
    made = build(project.folder, progress, texts={part.path: part.text for part in parts})
    found: dict[Diagnostic, None] = {}
    for part in parts:
        document, _ = source.parse(part.text, part.path)
        nodes = chapter_text.notes_of(document, section)
        starts = [document.position(node.start)[0] + 1 for node in nodes]
        last = document.position(source.end_of(nodes[-1]))[0] + 1
        for each in made.diagnostics:
            span = each.span
            number = bisect_right(starts, span.line) - 1
            here = span.path == part.path and number in part.rows and span.line <= last
            if not here or each.level != "error" or each.code == "missing-media":
                continue
            row = part.rows[number]
            message = f"item {row:,}: {each.message}" if table.is_json else each.message
            at = Span(table.path, 0 if table.is_json else row)
            found[replace(each, message=message, span=at)] = None
    return list(found)
