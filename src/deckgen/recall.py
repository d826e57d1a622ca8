"""What the last build found out about each chapter, kept for builds of other processes.

A chapter that is the same on the same basis is not read, judged and rendered again. Each chapter has a file
of its own in the user's cache folder: its notes, what rules about single notes found in it, and the fields of
those notes that show nothing of others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.cards import note_types_json
from deckgen.cards.rows import RenderedNote
from deckgen.deck.chapter_json import as_json, of_json
from deckgen.deck.reading import read_head
from deckgen.diagnostics import Diagnostic
from deckgen.inputs import state_of_program
from deckgen.memory import Memory, basis_of
from deckgen.source import Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deckgen.cards.note_types import NoteTypes
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Chapter, Note
    from deckgen.kept import Kept
    from deckgen.project import Project

_CHAPTER, _FACES = "chapter", "faces"
_DIGEST = 40  # bytes at the beginning: of all that the rest comes from


@dataclass(frozen=True)
class Recalled:
    """A memory that is kept.

    Attributes:
        memory: The memory, for a build.
        kept: Where it is kept.
        project: The deck's project.
        state: A digest of deckgen, its libraries and the basis of the memory.
        sizes: How much there was to recall of each chapter, by its path.
        faces_of: The kinds with notes of which note types were recalled; None if none were.
    """

    memory: Memory
    kept: Kept
    project: Project
    state: str
    sizes: dict[str, int]
    faces_of: frozenset[str] | None

    def keep(self) -> None:
        """Keep what a build has added to the memory."""
        for used, note_types in self.memory.of("note types").items():
            faces = note_types_json.as_json(note_types) if used != self.faces_of else None
            if faces is not None:
                row = {"state": self.state, "used": sorted(used), "faces": faces}
                self.kept.keep_value(_FACES, str(self.project.folder), row)
        for path, chapter in self.memory.of("chapters").items():
            found = self._found(chapter)
            fields = self._fields(chapter)
            size = len(found) + len(fields)
            if self.sizes.get(path) == size or not chapter.notes:
                continue
            notes = as_json(chapter)
            if notes is not None:
                members = {"chapter": notes, "found": found, "fields": fields}
                text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
                digest = _digest(self.state, path, chapter.document.text)
                content = digest + text.encode("utf-8", "surrogatepass")
                self.kept.keep(_CHAPTER, _key(self.project, path), content)

    def _found(self, chapter: Chapter) -> dict[str, list[list[str | int | None]]]:
        """What rules found in a chapter, by the names of the rules or of their parts."""
        part = self.memory.of("parts").get(chapter.notes[0]) if chapter.notes else None
        found = part.kept if part else {}
        return {name: [each.as_row() for each in rows] for name, rows in found.items()}

    def _fields(self, chapter: Chapter) -> list[tuple[int, list[str], tuple[int, ...]]]:
        """The fields and cards of notes, each with the note's number in the chapter."""
        rendered: Mapping[Note, RenderedNote] = self.memory.of("fields")
        known = ((number, rendered.get(note)) for number, note in enumerate(chapter.notes))
        return [(number, each.fields, each.cards) for number, each in known if each]


def recall(project: Project, kept: Kept, memory: Memory | None = None) -> Recalled | None:
    """What earlier builds have kept of a deck's chapters; None if nothing can be kept of it.

    Args:
        project: The deck's project, resolved.
        kept: Where it is kept.
        memory: An empty memory to put it into; None for a new one.
    """
    basis, program = basis_of(project), state_of_program() if kept else None
    if basis is None or program is None:
        return None
    digest = blake2b(program.encode(), digest_size=_DIGEST // 2)
    for name, content in basis:
        digest.update(f"{name}\0{-1 if content is None else len(content)}\0".encode(errors="surrogateescape"))
        digest.update(content or b"")
    memory = memory or Memory(lasting=False)
    memory.begin(basis)
    state = digest.hexdigest()
    _, kinds = read_head(project, {}, memory)
    by_name = {kind.name: kind for kind in kinds.in_force}
    memory.of("note types").update(_note_types(kept.value(_FACES, str(project.folder)), state, by_name))
    recalled = Recalled(memory, kept, project, state, {}, next(iter(memory.of("note types")), None))
    files, _ = project.files()
    for path in project.chapters(files):
        _recall(recalled, path, by_name)
    return recalled


def _note_types(value: object, state: str, kinds: Mapping[str, Kind]) -> dict[frozenset[str], NoteTypes]:
    """The kept note types, by the names of the kinds with notes; none if they are of another state."""
    match value:
        case {"state": str(of), "used": list(used), "faces": dict(faces)} if of == state:
            try:
                return {frozenset(used): note_types_json.of_json(faces, kinds)}
            except (KeyError, TypeError, ValueError):
                return {}
    return {}


def _recall(recalled: Recalled, path: Path, kinds: Mapping[str, Kind]) -> None:
    """Put a chapter into a memory, with all that was found out about it, if it is the same as then."""
    project, memory = recalled.project, recalled.memory
    shown = project.shown(path)
    content = recalled.kept.content(_CHAPTER, _key(project, shown))
    text, fault = source.load(path, shown, project.folder) if content else ("", None)
    if content is None or fault or content[:_DIGEST] != _digest(recalled.state, shown, text):
        return
    try:
        value = json.loads(content[_DIGEST:].decode("utf-8", "surrogatepass"))
        chapter = of_json(value["chapter"], Document(shown, text), kinds)
        notes = chapter.notes
        fields = {notes[number]: _rendered(notes[number], *row) for number, *row in value["fields"]}
        found = {name: list(map(Diagnostic.of_row, rows)) for name, rows in value["found"].items()}
        memory.of("chapters")[shown] = chapter
        memory.of("found")[notes[0]] = found
        memory.of("fields").update(fields)
        recalled.sizes[shown] = len(fields) + len(found)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return


def _rendered(note: Note, fields: list[str], cards: list[int]) -> RenderedNote:
    return RenderedNote(note, fields, tuple(cards))


def _key(project: Project, path: str) -> str:
    return f"{project.folder}\n{path}"


def _digest(state: str, path: str, text: str) -> bytes:
    """A digest of all that the results of a chapter come from."""
    digest = blake2b(f"{state}\0{path}\0".encode(errors="surrogateescape"), digest_size=_DIGEST // 2)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest().encode()
