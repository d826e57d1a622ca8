"""The reading of all files that an author writes: deck.yaml, the kinds and the chapters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.deck.chapter import read_chapter
from deckgen.deck.kind_file import section_of
from deckgen.deck.kinds_in_force import Kinds, read_kinds
from deckgen.deck.manifest import read_deck
from deckgen.diagnostics import Diagnostics
from deckgen.project import MANIFEST, is_kind, kind_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.deck.notes import Chapter, Deck
    from deckgen.diagnostics import Diagnostic
    from deckgen.memory import Memory
    from deckgen.project import Project
    from deckgen.source import Document


@dataclass(frozen=True)
class Source:
    """The content of a deck's files.

    Attributes:
        deck: The deck with its notes.
        kinds: The kinds of the deck.
        files: All files in source/.
        ids: The ids that seem to be in the parts that could not be read.
        documents: The documents of the YAML files.
        diagnostics: The diagnostics of these files.
    """

    deck: Deck
    kinds: Kinds
    files: list[Path]
    ids: frozenset[str] = frozenset()
    documents: list[Document] = field(default_factory=list)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)


def read_source(
    project: Project,
    texts: ReadOnly[str, str],
    progress: Callable[[str, int, int], None],
    memory: Memory | None = None,
) -> Source:
    """The source of a deck, read from its files.

    Args:
        project: The project that contains it.
        texts: Texts to read instead of the files, by their paths as in diagnostics. A chapter among them need
            not exist yet.
        progress: A function to call with the name of the step, the amount done and the total.
        memory: The chapters and kinds of the last build, and then of this one.
    """
    (deck, faults), kinds = read_head(project, texts, memory)
    files, closed = project.files()
    misplaced = _misplaced(project, files)
    paths = project.chapters([*files, *_unwritten(project, texts, files)])
    chapters: list[Chapter] = []
    before = memory.of("chapters") if memory and not misplaced else {}
    for number, path in enumerate(paths):
        progress("reading files", number, len(paths))
        text, fault = _load(project, path, texts)
        chapter = before.get(project.shown(path))
        if fault or chapter is None or chapter.document.text != text:
            document, syntax_faults = source.parse(text, project.shown(path), fault)
            chapter = read_chapter(document, syntax_faults, deck, kinds, chapters, misplaced)
            document.root = None  # the notes keep the nodes that they need
        chapters.append(chapter)
    if memory:
        # what is said of a fault may depend on other chapters
        sound = [] if misplaced else [chapter for chapter in chapters if not chapter.diagnostics]
        memory.keep("chapters", {chapter.document.path: chapter for chapter in sound})
    diagnostics = Diagnostics([*faults, *kinds.diagnostics, *closed])
    for chapter in chapters:
        diagnostics.extend(chapter.diagnostics)
    return Source(
        replace(deck, notes=[note for chapter in chapters for note in chapter.notes]),
        kinds,
        files,
        frozenset().union(*(chapter.ids for chapter in chapters)),
        [deck.document, *kinds.documents, *(chapter.document for chapter in chapters)],
        diagnostics,
    )


def read_head(
    project: Project, texts: ReadOnly[str, str], memory: Memory | None
) -> tuple[tuple[Deck, Diagnostics], Kinds]:
    """The deck without its notes, with the diagnostics of deck.yaml, and the kinds; arguments as above."""
    known = memory.of("head") if memory else {}
    if not known:
        known["deck"] = read_deck(*_read(project, project.manifest, texts, source.MAX_SMALL))
        known["kinds"] = read_kinds(kind_folders(project.template_folders()), texts)
    return known["deck"], known["kinds"]


def _unwritten(project: Project, texts: ReadOnly[str, str], files: Iterable[Path]) -> set[Path]:
    """The files of source/ among some texts that do not exist yet."""
    if not texts:
        return set()
    given = {project.folder / name for name in texts}
    return {path for path in given if path.is_relative_to(project.source)} - set(files)


def _read(project: Project, path: Path, texts: ReadOnly[str, str], most: int) -> tuple[Document, Diagnostics]:
    """A file of the source, or the text to read instead, with its YAML diagnostics."""
    name = MANIFEST if path == project.manifest else project.shown(path)
    text, fault = _load(project, path, texts, most)
    return source.parse(text, name, fault)


def _load(
    project: Project, path: Path, texts: ReadOnly[str, str], most: int = source.MAX_BYTES
) -> tuple[str, Diagnostic | None]:
    """The text of a file of the source, or the text to read instead; and why it cannot be read."""
    name = MANIFEST if path == project.manifest else project.shown(path)
    return (texts[name], None) if name in texts else source.load(path, name, project.folder, most)


def _misplaced(project: Project, files: Iterable[Path]) -> dict[str, str]:
    """The sections of kinds whose folders are in source/, the wrong place, with these folders."""
    sections = {}
    for path in filter(is_kind, files):
        document, _ = source.read(path, project.shown(path), project.folder, source.MAX_SMALL)
        if section := section_of(document):
            sections[section] = project.shown(path.parent)
    return sections
