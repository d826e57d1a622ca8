"""Released notes that are lost from the source: their last places in git, and how to get them back."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from deckgen.deck.notes import place
from deckgen.diagnostics import Diagnostic, Span, counted, listed
from deckgen.git import Git, Unanswered, in_git, quoted
from deckgen.project import CHAPTER, LEDGER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from deckgen.deck.notes import Note
    from deckgen.history.ledger import NoteLine
    from deckgen.history.matching import Matching

_MANY = 20  # more lost notes than these get one diagnostic together
_ALIKE = 0.6  # the likeness, from 0 to 1, of two ids that may belong to one note
_ID = re.compile(r"(?P<before>[ \t{-]*)id:[ ]*[\"']?(?P<id>[^\s,#}\"']+)")
_WHY = "write `retired: |` with the reason under {} id"
_OUT = f"to take it out of the deck, {_WHY.format('its')}"


class _Spot(NamedTuple):
    """The place of a note in a commit: its file, its line, the names of the notes above it."""

    commit: str
    path: str
    line: int
    above: list[str]


class _Lost:
    """The lost notes and their places."""

    def __init__(self, matching: Matching, taken: Collection[Note], project: Path) -> None:
        """Prepare with the arguments of `lost_notes`."""
        known, new = matching.known, matching.new
        self._ledger = matching.ledger
        self._known = known
        self._new = [note for note in new if note not in taken]
        self._tables = {note.table.id: note for note in (*known, *new) if note.table}
        self._project = project
        self._here = {line.id: note for note, line in known.items()} | {note.id: note for note in known}
        self._of_kind: Counter[str] = Counter()
        self._spots: dict[str, _Spot] = {}
        self._names: dict[tuple[str, str], list[str]] = {}

    def find(self, lost: list[NoteLine]) -> None:
        """Search for lost notes in commits."""
        self._of_kind = Counter(line.kind for line in lost)
        remaining = {line.id for line in lost}
        remaining |= {name.partition(".")[0] for name in remaining}
        for commit, lines in _lines_with_ids(self._project):
            for name, path, number in _named(lines):
                names = self._names.setdefault((commit, path), [])
                if name in remaining:
                    self._spots[name] = _Spot(commit, path, number, names[:])
                    remaining.remove(name)
                names.append(name)
            if not remaining:
                return

    def chapters(self, lost: list[NoteLine]) -> Iterator[tuple[list[NoteLine], Diagnostic]]:
        """The diagnostics of files that are missing with all their notes."""
        files: dict[tuple[str, str], list[NoteLine]] = {}
        for line in lost:
            if spot := self._spots.get(line.id):
                files.setdefault((spot.commit, spot.path), []).append(line)
        for (commit, path), lines in files.items():
            if (self._project / path).exists() or not self._here.keys().isdisjoint(self._names[commit, path]):
                continue
            notes = listed([f"`{line.id}`" for line in lines])
            text = f"this file is missing, with {counted(len(lines), 'released note')}: {notes}"
            back = _back(self._project, f"checkout {commit} -- ", path)
            hint = (
                f"restore it: `{back}`; to take the notes out of the deck, "
                f"{_WHY.format('each')}; their texts stay in the source"
            )
            yield lines, Diagnostic("note-gone", text, Span(path), hint)

    def tables(self, lost: list[NoteLine]) -> Iterator[tuple[list[NoteLine], Diagnostic]]:
        """The diagnostics of tables that are missing with all their rows."""
        tables: dict[str, list[NoteLine]] = {}
        for line in lost:
            table, _, row = line.id.partition(".")
            if row:
                tables.setdefault(table, []).append(line)
        for table, lines in tables.items():
            if table in self._tables or len(lines) == 1:
                continue
            text = f"the released table `{table}` is missing from the source, with {len(lines)} rows"
            spot = self._spots.get(table)
            span, where = self._place(lines[0], spot)
            hint = f"if it has a new id, write `was: {table}` under that id; if not, {self._back(spot)}"
            yield lines, Diagnostic("note-gone", text + where, span, f"{hint}, and {_OUT}")

    def note(self, line: NoteLine) -> Diagnostic:
        """The diagnostic of one lost note."""
        name = line.id
        spot = self._spots.get(name)
        renamed = f"if it has a new id, write `was: {name}` under that id"
        alike = [
            (likeness(name, note.id), note.id, note) for note in self._new if note.kind.name == line.kind
        ]
        likeliest, other, heir = max(alike, default=(0.0, "", None), key=lambda each: each[:2])
        span, where = self._place(line, spot)
        if heir and (likeliest >= _ALIKE or len(alike) == self._of_kind[line.kind] == 1):
            under = f"the id `{other}`"
            if heir.table:
                under = f"`id: {other.rpartition('.')[2]}` in the table `{heir.table.id}`"
            renamed = f"if `{other}` is that note, write `was: {name}` under {under}"
            span, where = place(heir), ""
        hint = f"{renamed}; if not, {self._back(spot)}"
        if line.retired is not None:
            hint += ", with its `retired: |`; its text stays in the source"
        else:
            hint += f", and {_OUT}"
        return Diagnostic("note-gone", message(line) + where, span, hint)

    def _back(self, spot: _Spot | None) -> str:
        """A hint for getting the text of a note or a table back."""
        if spot is None:
            return "restore it"
        shown = _back(self._project, f"show {spot.commit}:./", spot.path)
        return f"restore it (`{shown}` shows it at line {spot.line})"

    def _place(self, line: NoteLine, spot: _Spot | None) -> tuple[Span, str]:
        """The place to put a note back, after its former neighbor if that is known; and the reason."""
        for name in reversed(spot.above if spot else ()):
            if note := self._here.get(name):
                return place(note), f"; it was below `{name}`"
            if row := self._tables.get(name):
                at = row.table.at if row.table else None
                return row.chapter.document.span(at or row.at), f"; it was below `{name}`"
        if spot and (self._project / spot.path).exists():
            return Span(spot.path), ""
        near = [
            (each.kind != line.kind, each.due > line.due, abs(each.due - line.due), number)
            for number, each in enumerate(self._known.values())
            if each.deck == line.deck
        ]
        if near and not spot:
            return place([*self._known][min(near)[-1]]), ""
        return self._ledger.span(line), ""


def lost_notes(
    matching: Matching, lost: list[NoteLine], taken: Collection[Note], project: Path
) -> Iterator[Diagnostic]:
    """Report released notes that are lost from the source: by chapter, by table, one by one.

    Args:
        matching: The notes matched with the released ones.
        lost: The lines of the notes.
        taken: New notes that have the text of another released note.
        project: The folder that holds source/.
    """
    if not lost:
        return
    missing = _Lost(matching, taken, project)
    missing.find(lost)
    for of_several in (missing.chapters, missing.tables):
        for lines, diagnostic in of_several(lost):
            yield diagnostic
            done = {line.guid for line in lines}
            lost = [line for line in lost if line.guid not in done]
    if len(lost) > _MANY:
        names = listed([f"`{line.id}`" for line in lost])
        text = f"{len(lost):,} released notes are missing from the source: {names}"
        hint = (
            f"if a chapter is missing, restore it; if a note has a new id, write `was: {lost[0].id}` under "
            f"that id; to take notes out of the deck, {_WHY.format('each')}"
        )
        yield Diagnostic("note-gone", text, matching.ledger.span(lost[0]), hint)
        return
    yield from map(missing.note, lost)


def _named(lines: list[tuple[str, int, str]]) -> Iterator[tuple[str, str, int]]:
    """The ids of notes in lines of chapters, with file and line; the id of a row begins with its table's."""
    file, table, depth = "", "", -1
    for path, number, text in lines:
        match = _ID.match(text)
        if path != file or not match:
            file, depth = path, -1  # a section begins
        if not match:
            continue
        column = len(match["before"])
        if depth < 0 or column <= depth:
            table, depth = match["id"], column
            yield table, path, number
        else:
            yield f"{table}.{match['id']}", path, number


def message(line: NoteLine) -> str:
    """The message about a released note that is missing."""
    return f"the released note `{line.id}` is missing from the source"


def likeness(one: str, two: str) -> float:
    """The likeness of two ids, from 0 to 1: it is 1 if they are equal, or one is a part of the other.

    A common table of two rows does not count.
    """
    if one.partition(".")[0] == two.partition(".")[0]:
        one, two = one.rpartition(".")[2], two.rpartition(".")[2]
    if f"-{one}-" in f"-{two}-" or f"-{two}-" in f"-{one}-":
        return 1
    return difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()


def _lines_with_ids(project: Path) -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
    """The earlier lines of chapters that contain an id or begin a section.

    Args:
        project: The folder that holds source/.

    Returns:
        Names of commits for git: the last one, then the last that wrote the ledger. Each has paths from the
        project's folder, and numbers and texts of lines. Nothing if git does not answer.
    """
    if not in_git(project):
        return
    git = Git(project)
    options = ["-nzIE", "--no-color", "--no-column", "-e", r"(^|[[:blank:]{-])id:", "-e", "^[[:alpha:]]"]
    paths = [f":(glob,icase)source/**/*{end}" for end in CHAPTER]
    for commit in ("HEAD", ""):
        with suppress(Unanswered):
            name = commit or git.ask("log", "-1", "--format=%h", "--", f"./{LEDGER}").decode().strip()
            answer = git.ask("-c", "grep.fullName=false", "grep", *options, name, "--", *paths)
            rows = (row.split("\0") for row in answer.decode(errors="replace").split("\n") if row)
            yield name, [(path.partition(":")[2], int(number), text) for path, number, text in rows]


def _back(project: Path, arguments: str, path: str) -> str:
    """A command with which the user gets a part of a file back.

    Args:
        project: The folder that holds source/.
        arguments: The arguments of git before the path.
        path: The file's path from the project's folder.
    """
    return Git(project).command(f"{arguments}{quoted(path)}")
