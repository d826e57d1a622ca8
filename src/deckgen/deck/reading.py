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
    project: Project, texts: ReadOnly[str, str], progress: Callable[[str, int, int], None]
) -> Source:
    """The source of a deck, read from its files.

    Args:
        project: The project that contains it.
        texts: Texts to read instead of the files, by their paths as in diagnostics. A chapter among them need
            not exist yet.
        progress: A function to call with the name of the step, the amount done and the total.
    """
    deck, faults = read_deck(*_read(project, project.manifest, texts, source.MAX_SMALL))
    kinds = read_kinds(kind_folders(project.template_folders()), texts)
    files, closed = project.files()
    misplaced = _misplaced(project, files)
    paths = project.chapters([*files, *_unwritten(project, texts, files)])
    chapters: list[Chapter] = []
    for number, path in enumerate(paths):
        progress("reading files", number, len(paths))
        document, syntax_faults = _read(project, path, texts)
        chapters.append(read_chapter(document, syntax_faults, deck, kinds, chapters, misplaced))
        document.root = None  # the notes keep the nodes that they need
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


def _unwritten(project: Project, texts: ReadOnly[str, str], files: Iterable[Path]) -> set[Path]:
    """The files of source/ among some texts that do not exist yet."""
    if not texts:
        return set()
    given = {project.folder / name for name in texts}
    return {path for path in given if path.is_relative_to(project.source)} - set(files)


def _read(
    project: Project, path: Path, texts: ReadOnly[str, str], most: int = source.MAX_BYTES
) -> tuple[Document, Diagnostics]:
    """A file of the source, or the text to read instead, with its YAML diagnostics."""
    name = MANIFEST if path == project.manifest else project.shown(path)
    if name in texts:
        return source.parse(texts[name], name)
    return source.read(path, name, project.folder, most)


def _misplaced(project: Project, files: Iterable[Path]) -> dict[str, str]:
    """The sections of kinds whose folders are in source/, the wrong place, with these folders."""
    sections = {}
    for path in filter(is_kind, files):
        document, _ = source.read(path, project.shown(path), project.folder, source.MAX_SMALL)
        if section := section_of(document):
            sections[section] = project.shown(path.parent)
    return sections
