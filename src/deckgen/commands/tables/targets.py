"""The kind of the notes, and the chapters to which they go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.commands.fix.edited_file import EditedFile
from deckgen.commands.tables.rows import HTML, MARKDOWN, TEXT
from deckgen.commands.tables.table import as_text
from deckgen.diagnostics import CallError, did_you_mean, listing, same
from deckgen.project import CHAPTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from deckgen.commands.tables.mapping import Mapped
    from deckgen.commands.tables.table import Table
    from deckgen.deck.kinds import Kind
    from deckgen.deck.reading import Source
    from deckgen.project import Project

_EXPORTED = frozenset(["id", "builds_on", "tags"])  # columns of each table that `deckgen export` writes


def kind_of(deck_source: Source, name: str) -> Kind:
    """The kind of a name."""
    kinds = {kind.name: kind for kind in deck_source.kinds.in_force}
    if name in kinds:
        return kinds[name]
    if any(document.path.endswith(f"/{name}/kind.yaml") for document in deck_source.kinds.documents):
        raise CallError(f"the kind `{name}` has errors", "`deckgen check` shows them")
    by_section = {kind.section: kind.name for kind in kinds.values()}
    hint = f"did you mean `{by_section[name]}`?" if name in by_section else did_you_mean(name, kinds)
    raise CallError(f"the deck has no kind `{name}`", hint or f"its kinds are {listing(kinds)}")


def chapter_of(project: Project, there: Mapping[str, Path], table: Path, typed: Path | None) -> Path:
    """The chapter to which the notes go; it need not exist.

    Args:
        project: The deck's folder.
        there: The chapters of the deck, by their paths from the project's folder.
        table: The table, after which a new chapter is named.
        typed: The chapter that the author named; None without one.
    """
    if typed is None:
        stem = re.sub(r"[^\w.-]+", "-", table.stem).strip("-._") or "imported"
        path = project.source / f"{stem}.yaml"
        return path if path != project.manifest else project.source / f"{stem}-notes.yaml"
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


def readable(file: Path, shown: str, project: Project) -> EditedFile:
    """A chapter that can be edited."""
    edited = EditedFile.of(file, shown, project.folder)
    if not (edited.valid and edited.faithful):
        raise CallError(f"{shown} has errors, so deckgen does not add to it", "`deckgen check` shows them")
    return edited


def form_of(table: Table, kind: Kind) -> str:
    """What the cells of a table are if the author does not say it: Markdown if `deckgen export` wrote it."""
    if {*_EXPORTED, *_places(kind)} <= set(table.columns):
        return MARKDOWN
    return HTML if table.html else TEXT


def named(
    table: Table, kind: Kind, mapped: Iterable[Mapped], chapters: Iterable[str]
) -> tuple[dict[int, str], dict[int, str]]:
    """The chapters that rows name in the column that `deckgen export` writes for them.

    Args:
        table: The table.
        kind: The kind of the notes.
        mapped: The columns of keys, which name no chapters.
        chapters: The paths of the deck's chapters, from the project's folder.

    Returns:
        Their paths from the project's folder, by the numbers of the rows; and the names of those that the
        deck does not have, likewise.
    """
    column, _ = _places(kind)
    used = {number for each in mapped for number in each.columns}
    numbers = [number for number, name in enumerate(table.columns) if name == column and number not in used]
    there = {path.removeprefix("source/"): path for path in chapters}
    names = {row.number: as_text(row.cells[number]).strip() for number in numbers for row in table.rows}
    wanted = {number: there[name] for number, name in names.items() if name in there}
    return wanted, {
        number: name for number, name in names.items() if name not in there and name.lower().endswith(CHAPTER)
    }


def _places(kind: Kind) -> Sequence[str]:
    """The columns of an exported table that say where a note is; the names of keys have no brackets."""
    return [f"({name})" if name in kind.keys else name for name in ("chapter", "subdeck")]
