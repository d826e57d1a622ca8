"""The whole path: the source of a deck to the bytes of its package."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from deckgen import checks
from deckgen.cards.media import told_of
from deckgen.cards.note_types import NoteType, NoteTypes, render_note_types
from deckgen.cards.rows import render_notes
from deckgen.deck.reading import read_source
from deckgen.diagnostics import CallError, Diagnostic, Diagnostics, Span, sorted_diagnostics
from deckgen.history.ledger_file import read_ledger
from deckgen.history.lost_ledger import lost_ledger
from deckgen.history.matching import Matching, match
from deckgen.history.plan import plan_update
from deckgen.package import Package, Packages, pack
from deckgen.project import LEDGER, MANIFEST, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.cards.media import Media
    from deckgen.cards.rows import Rendered, RenderedNote
    from deckgen.deck.notes import Deck
    from deckgen.source import Document


@dataclass(frozen=True)
class Build:
    """What became of a deck's source.

    Attributes:
        project: The deck's folder.
        deck: The deck.
        diagnostics: What an author should know, by position.
        lines: The lines of the files that diagnostics point into.
        notes: The notes that could be rendered, in the order of study; retired ones too.
        note_types: What Anki gets for the kinds, by their names.
        words: What faces, and the deck's page in Anki, say by themselves.
        media: The files that notes and faces show, by their names in the package.
        record: The text of the ledger that the build has read.
        packages: The packages; None where there are errors.
    """

    project: Path
    deck: Deck
    diagnostics: list[Diagnostic]
    lines: dict[str, list[str]]
    notes: tuple[RenderedNote, ...]
    note_types: dict[str, NoteType]
    words: ReadOnly[str, str]
    media: dict[str, Media]
    record: str
    packages: Packages | None = None

    @property
    def package(self) -> Package | None:
        """The package of the deck; None where there are errors."""
        return self.packages.main if self.packages else None

    @property
    def retired(self) -> Package | None:
        """The package of the retired notes, for learners who have them; None where there are none."""
        return self.packages.retired if self.packages else None


def now() -> int:
    """The time of the build in seconds since 1970: SOURCE_DATE_EPOCH, or the clock.

    Raises:
        CallError: SOURCE_DATE_EPOCH is not a time in the past.
    """
    clock = int(time.time())
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return clock
    if not re.fullmatch(r"[0-9]{1,12}", text) or not 0 < int(text) <= clock + 86_400:
        raise CallError(
            f"SOURCE_DATE_EPOCH is `{text}`, which is not a time in the past",
            "set it to whole seconds since 1970, as in SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
        )
    return int(text)


def build(
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
    version: str = "",
    texts: ReadOnly[str, str] = MappingProxyType({}),
) -> Build:
    """Read, check and render a project's deck; `package.write` makes a file of what comes back.

    Args:
        folder: The folder that holds source/.
        progress: Called as the work goes on, with what is being done, how much of it is done, and how much
            there is.
        version: What the package is released as; empty where it is not.
        texts: What files would say, to be read in place of what they say, by their paths as diagnostics
            show them.

    Returns:
        All diagnostics, over all files, and the package where none of them is an error.
    """
    started = now()
    tell = progress or (lambda *_: None)
    project = Project(folder.resolve())
    source = read_source(project, texts, tell)
    deck = source.deck
    note_types = render_note_types(deck, source.kinds, project)
    released = read_ledger(project.folder, texts.get(LEDGER))
    lost = lost_ledger(project.folder, deck.id, released.ledger, releasing=bool(version))
    found = Diagnostics([*source.diagnostics, *note_types.diagnostics, *released.diagnostics, *lost])
    found += checks.check_files(project, source, note_types)
    found += checks.check_links(deck, source.ids)
    found += checks.check_cards(deck, note_types, released.ledger.ids, complete=not found.has_errors)

    matching = Matching(deck, released.ledger)
    # an id that no note has may be one that a released note had: its author is told of both at once
    if not found.has_error_but("unknown-note"):
        matching = match(deck, released.ledger)
    rendered = render_notes(matching, note_types, project, tell, faulty=found.has_errors)
    media = _media(rendered, note_types)
    found += rendered.diagnostics
    found += told_of(media.values(), project.folder)
    if not found.has_errors:
        found += _no_notes(deck, rendered.notes)
        found += checks.unused_media(project, source.files, rendered.markup.shelf.media.keys())
    found += matching.diagnostics
    plan = None
    if not found.has_error_but("unknown-note"):
        plan = plan_update(matching, rendered, note_types.by_kind, started)
        found += plan.diagnostics

    diagnostics = sorted_diagnostics(checks.wanted(deck, found))
    packages = pack(plan, note_types, media, version) if plan and not found.has_errors else None
    lines = _lines_of(diagnostics, source.documents, note_types.texts | {LEDGER: released.text})
    return Build(
        project.folder,
        deck,
        diagnostics,
        lines,
        rendered.notes,
        note_types.by_kind,
        note_types.words,
        media,
        released.text,
        packages,
    )


def _media(rendered: Rendered, note_types: NoteTypes) -> dict[str, Media]:
    """The files that notes and faces show, by their names in the package."""
    of_faces = (file for each in note_types.by_kind.values() for file in each.media)
    return {file.name: file for file in (*rendered.markup.shelf.media.values(), *of_faces)}


def _no_notes(deck: Deck, notes: Iterable[RenderedNote]) -> list[Diagnostic]:
    """The error of a deck from which learners get nothing."""
    if any(not each.note.retired for each in notes):
        return []
    message = "all notes of the deck are retired" if deck.notes else "the deck has no notes"
    return [Diagnostic("no-notes", message, Span(MANIFEST))]


def _lines_of(
    diagnostics: list[Diagnostic], documents: list[Document], templates: dict[str, str]
) -> dict[str, list[str]]:
    """The lines of the files that diagnostics point into; of templates and the ledger up to the last one."""
    wanted: dict[str, int] = {}
    for span in (diagnostic.span for diagnostic in diagnostics):
        wanted[span.path] = max(span.line, wanted.get(span.path, 0))
    texts = {path: text for path, text in templates.items() if path in wanted}
    lines = {path: text.split("\n", wanted[path])[: wanted[path]] for path, text in texts.items()}
    return lines | {document.path: document.lines for document in documents if document.path in wanted}
