"""The whole path from the source of a deck to the bytes of its package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from deckgen import checks
from deckgen.cards.media import told_of
from deckgen.cards.media_records import Records
from deckgen.cards.note_types import note_types_of
from deckgen.cards.rows import render_notes
from deckgen.deck.reading import read_source
from deckgen.diagnostics import Diagnostic, Diagnostics, Span, sorted_diagnostics
from deckgen.history.ledger_file import read_ledger
from deckgen.history.lost_ledger import lost_ledger
from deckgen.history.matching import Matching, match
from deckgen.history.plan import plan_update
from deckgen.inputs import now
from deckgen.kept import NOTHING
from deckgen.memory import basis_of
from deckgen.outcome import Outcome
from deckgen.package import Package, Packages, figures_of, pack
from deckgen.project import LEDGER, MANIFEST, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteType, NoteTypes
    from deckgen.cards.rows import Rendered, RenderedNote
    from deckgen.deck.notes import Deck
    from deckgen.deck.reading import Source
    from deckgen.history.ledger_file import Released
    from deckgen.kept import Kept
    from deckgen.memory import Memory
    from deckgen.outcome import Made
    from deckgen.source import Document


@dataclass(frozen=True)
class Build:
    """The result of building a deck.

    Attributes:
        project: The deck's folder.
        deck: The deck.
        diagnostics: All diagnostics, sorted by position.
        lines: The lines of the files in which diagnostics are.
        notes: The notes that could be rendered, in the order of study, including retired ones.
        note_types: The note types, by the names of their kinds.
        words: The fixed words on faces and on the deck's page in Anki.
        media: The files that notes and faces show, by their names in the package.
        record: The text of the ledger that the build has read.
        packages: The packages; None if there are errors.
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

    @cached_property
    def made(self) -> Made | None:
        """Figures of the packages; None if there are errors."""
        return figures_of(self.packages) if self.packages else None

    @property
    def outcome(self) -> Outcome:
        """What it came to, without the deck itself."""
        return Outcome(self.project, self.diagnostics, self.lines, self.made)

    @property
    def package(self) -> Package | None:
        """The package of the deck; None if there are errors."""
        return self.packages.main if self.packages else None

    @property
    def retired(self) -> Package | None:
        """The package of the retired notes, for learners who have them; None if there are none."""
        return self.packages.retired if self.packages else None


def build(
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
    texts: ReadOnly[str, str] = MappingProxyType({}),
    *,
    releasing: bool = False,
    kept: Kept = NOTHING,
    memory: Memory | None = None,
    by_rules: bool = True,
) -> Build:
    """Read, check and render a project's deck; `package.write` writes the package into a file.

    Args:
        folder: The folder that holds source/.
        progress: Called during the work with the present step, the number of finished parts, and their total.
        texts: Texts to read instead of the content of files, by the paths of the files as in diagnostics.
        releasing: Whether this becomes a new release.
        kept: The results that are kept from earlier builds. A release must not use any.
        memory: What the last build of this process found out; afterwards what this one did. It goes only
            without `texts`, and only for one project.
        by_rules: Whether to check the cards by rules, which only give warnings.

    Returns:
        The build with all diagnostics of all files, and with the packages if none of these is an error.
    """
    started = now()
    tell = progress or (lambda *_: None)
    project = Project(folder.resolve())
    if memory:
        memory.begin(basis_of(project))
    source = read_source(project, texts, tell, memory)
    note_types = note_types_of(source.deck, source.kinds, project, memory)
    released = read_ledger(project.folder, texts.get(LEDGER))
    diagnostics_so_far = _check(project, source, note_types, released, releasing=releasing)
    if by_rules:
        complete = not diagnostics_so_far.has_errors
        diagnostics_so_far += checks.check_cards(
            source.deck, note_types, released.ledger.ids, tell, complete=complete, memory=memory
        )

    # an unknown id may be that of a missing released note: the build reports both at once
    hopeless = diagnostics_so_far.has_error_but("unknown-note")
    matching = Matching(source.deck, released.ledger) if hopeless else match(source.deck, released.ledger)
    records = Records(kept, project.source.resolve())
    rendered = render_notes(
        matching,
        note_types,
        project,
        tell,
        faulty=diagnostics_so_far.has_errors,
        records=records,
        memory=memory,
    )
    records.keep()
    media = _media(rendered, note_types)
    diagnostics_so_far += rendered.diagnostics
    diagnostics_so_far += told_of(media.values(), project.folder)
    if not diagnostics_so_far.has_errors:
        diagnostics_so_far += _no_notes(source.deck, rendered.notes)
        diagnostics_so_far += checks.unused_media(project, source.files, rendered.markup.shelf.media.keys())
    diagnostics_so_far += matching.diagnostics

    plan = None
    if not diagnostics_so_far.has_error_but("unknown-note"):
        plan = plan_update(matching, rendered, note_types.by_kind, started)
        diagnostics_so_far += plan.diagnostics
    packages = None
    if plan and not diagnostics_so_far.has_errors:
        packages = pack(plan, note_types, media, releasing=releasing)
    if memory:
        memory.end(basis_of(project))
    diagnostics = sorted_diagnostics(checks.wanted(source.deck, diagnostics_so_far))
    lines = _lines_of(diagnostics, source.documents, note_types.texts | {LEDGER: released.text})
    return Build(
        project.folder,
        source.deck,
        diagnostics,
        lines,
        rendered.notes,
        note_types.by_kind,
        note_types.words,
        media,
        released.text,
        packages,
    )


def _check(
    project: Project, source: Source, note_types: NoteTypes, released: Released, *, releasing: bool
) -> Diagnostics:
    """The diagnostics of a deck before its notes are rendered, without the warnings about its cards."""
    deck, ledger = source.deck, released.ledger
    lost = lost_ledger(project.folder, deck.id, ledger, releasing=releasing)
    diagnostics = Diagnostics([*source.diagnostics, *note_types.diagnostics, *released.diagnostics, *lost])
    diagnostics += checks.check_files(project, source, note_types)
    diagnostics += checks.check_links(deck, source.ids)
    return diagnostics


def _media(rendered: Rendered, note_types: NoteTypes) -> dict[str, Media]:
    """The files that notes and faces show, by their names in the package."""
    of_faces = (file for each in note_types.by_kind.values() for file in each.media)
    return {file.name: file for file in (*rendered.markup.shelf.media.values(), *of_faces)}


def _no_notes(deck: Deck, notes: Iterable[RenderedNote]) -> list[Diagnostic]:
    """The error of a deck from which learners get nothing."""
    if any(not each.note.retired for each in notes):
        return []
    message = "all notes of the deck are retired" if deck.notes else "the deck has no notes"
    if any(note.text_only for note in deck.notes):
        message = "no note of the deck has a card"
    return [Diagnostic("no-notes", message, Span(MANIFEST))]


def _lines_of(
    diagnostics: list[Diagnostic], documents: list[Document], templates: dict[str, str]
) -> dict[str, list[str]]:
    """The lines of the files in which diagnostics are; of templates and the ledger up to the last one."""
    last_lines: dict[str, int] = {}
    for span in (diagnostic.span for diagnostic in diagnostics):
        last_lines[span.path] = max(span.line, last_lines.get(span.path, 0))
    texts = {path: text for path, text in templates.items() if path in last_lines}
    lines = {path: text.split("\n", last_lines[path])[: last_lines[path]] for path, text in texts.items()}
    return lines | {document.path: document.lines for document in documents if document.path in last_lines}
