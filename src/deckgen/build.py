"""The whole path: the source of a deck to the bytes of its package."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deckgen import checks, package, source
from deckgen.cards.fields import FieldWriter
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Media, Shelf, told_of
from deckgen.cards.note_types import Faces, NoteType
from deckgen.cards.rows import Row
from deckgen.checks import stray_files
from deckgen.checks.context import Cards
from deckgen.checks.habits import summed_up
from deckgen.checks.silence import silenced
from deckgen.deck import kind_file, notes
from deckgen.deck.chapter import read_chapter
from deckgen.deck.ids import probable_ids
from deckgen.deck.manifest import read_deck
from deckgen.deck.reader import Reader
from deckgen.diagnostics import CallError, Diagnostic, Found, Span, told
from deckgen.history import ledger, lost_ledger
from deckgen.history.plan import Changes
from deckgen.package import Package
from deckgen.project import LEDGER, MANIFEST, Folder, Project, is_kind, kind_folders, shipped_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Deck

MAX_FIELDS = 256 * 1024 * 1024
"""The most characters of all notes' fields together."""
_NOTES_A_TICK = 500
_OF_MEDIA = {"missing-media", "unreadable-media", "broken-media", "media-type"}
SHOWS = re.compile(r"(?:src=\"|\[sound:)([^\"\]]+)")
"""Where the HTML of a field names a media file."""


@dataclass
class Build:
    """What became of a deck's source.

    Attributes:
        project: The deck's folder.
        changes: What differs from the last release.
        diagnostics: What an author should know, by position.
        lines: The lines of the files that diagnostics point into.
        package: The package; None where there are errors.
        retired: A package of the retired notes, for learners who have them; None where there are none.
        rows: The rows of all released notes and of those to be, retired ones included.
        note_types: What Anki gets for the kinds, by their names.
        media: The files that notes and faces show, by their names in the package.
        record: The text of the ledger that the build has read.
        words: What faces, and the deck's page in Anki, say by themselves.
    """

    project: Path
    changes: Changes
    diagnostics: list[Diagnostic]
    lines: dict[str, list[str]] = field(default_factory=dict)
    package: Package | None = None
    retired: Package | None = None
    rows: list[Row] = field(default_factory=list)
    note_types: dict[str, NoteType] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    record: str = ""
    words: ReadOnly[str, str] = field(default_factory=dict)


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
    project: Path,
    progress: Callable[[str, int, int], None] | None = None,
    version: str = "",
    texts: ReadOnly[str, str] | None = None,
) -> Build:
    """Read, check and render a project's deck; `package.write` makes a file of what comes back.

    Args:
        project: The folder that holds source/.
        version: What the package is released as; empty where it is not.
        progress: Called as the work goes on, with what is being done, how much of it is done, and how much
            there is.
        texts: What files would say, to be read in place of what they say, by their paths as diagnostics
            show them.

    Returns:
        All diagnostics, over all files, and the package where none of them is an error.
    """
    started = now()
    tell = progress or (lambda *_: None)
    project = project.resolve()
    place = Project(project)
    instead = texts or {}
    deck_reader = _reader(place.manifest, MANIFEST, project, instead, source.MAX_SMALL)
    deck = read_deck(deck_reader)
    found = deck_reader.found
    documents = [deck_reader.document]

    folders = place.template_folders()
    in_force, unread = read_kinds(kind_folders(folders), documents, found, instead)
    faces, note_types = _read_faces(project, deck, folders, in_force, found, whole=not unread)

    files, closed = place.files()
    found += closed
    known_ids = _read_chapters(project, deck, in_force, unread, documents, found, files, tell, instead)
    for rule in checks.LINKS:
        found += rule(deck, known_ids)
    found += faces.about_words({note.kind.name for note in deck.notes})
    released, faults, record = ledger.read(project, instead.get(LEDGER))
    found += faults
    found += lost_ledger.lost_ledger(project, deck.id, everywhere=bool(version))
    if version and released.releases:
        found += lost_ledger.old_ledger(project, deck.id, released.versions)
    found += checks.warn(Cards(deck, note_types, released.ids, complete=not _errors(found)))
    changes = Changes(released, deck, started, note_types)
    if not _errors(found):
        changes.match()
    markup = Markup(Shelf(place.source.resolve(), project))
    writer = FieldWriter(markup, {note.id: note for note in deck.notes}, changes.first_ids, faces.words)
    rows = _rows(changes, writer, note_types, found, tell)
    if not any(not row.note.retired for row in rows) and not _errors(found):
        message = "all notes of the deck are retired" if deck.notes else "the deck has no notes"
        found.append(Diagnostic("no-notes", message, Span(MANIFEST)))
    media = [*markup.shelf.media.values(), *(file for each in note_types.values() for file in each.media)]
    found += told_of(media, project)
    if not _errors(found):
        found += stray_files.unused_media(project, files, markup.shelf.media.keys())
    if not _errors((*found, *changes.found)):
        changes.stamp(rows, markup)
        changes.stamp_types(note_types.values(), rows)
        changes.check_accepts()
    found += changes.found
    listed = silenced(deck, found, whole=not _errors(found))
    living = sum(1 for note in deck.notes if not note.retired)
    result = Build(project, changes, told(summed_up(listed, checks.OF_CARDS, living)))
    result.lines = _lines_of(result.diagnostics, documents, faces.texts | {LEDGER: record})
    result.rows, result.record, result.note_types, result.words = rows, record, note_types, faces.words
    result.media = {file.name: file for file in media}
    if not _errors(found):
        _pack(result, version)
    return result


def _read_faces(  # noqa: PLR0913 (the parts of the path)
    project: Path, deck: Deck, folders: list[Folder], in_force: list[Kind], found: Found, *, whole: bool
) -> tuple[Faces, dict[str, NoteType]]:
    """Render the faces of the kinds, which tells what lies in templates/ for nothing.

    Args:
        project: The deck's folder, resolved.
        deck: The deck.
        folders: The folders of templates.
        in_force: The kinds that could be read.
        found: Gains what is wrong.
        whole: Whether all kinds could be read.
    """
    faces = Faces(deck, folders, kind_folders(folders))
    note_types = {kind.name: faces.note_type(kind) for kind in in_force}
    sure = whole and not faces.found
    found += faces.found
    wanted = {kind.name: kind.files for kind in in_force}
    wanted["base"] = [path.name for path in (folders[0].path / "base").glob("*.j2")]
    found += stray_files.unused_templates(project, wanted, faces.used, faces.texts, sure=sure)
    if sure:
        found += faces.about_styles()
    return faces, note_types


def kinds_in_force(project: Path) -> tuple[list[Kind], list[Diagnostic], dict[str, list[str]]]:
    """The kinds of a project, the shipped ones and its own, by the names of their folders.

    Args:
        project: The folder that holds source/.

    Returns:
        The kinds that could be read; what is wrong with the others, by position; the lines of the files
        that this points into.
    """
    documents: list[source.Document] = []
    found = Found()
    in_force, _ = read_kinds(kind_folders(Project(project.resolve()).template_folders()), documents, found)
    listed = told(found)
    return in_force, listed, _lines_of(listed, documents, {})


def _pack(result: Build, version: str) -> None:
    """Put together the package, and that of the retired notes."""
    changes, note_types, media = result.changes, result.note_types, result.media

    def packed(rows: list[Row], *, cleanup: bool) -> Package:
        used = {row.note.kind.name for row in rows}
        kinds = [note_types[name] for name in sorted(used)]
        shown = {file.name for note_type in kinds for file in note_type.media}
        if not cleanup and len(rows) < len(result.rows):
            shown |= {name for row in rows for text in row.fields for name in SHOWS.findall(text)}
        elif not cleanup:  # who deletes a note needs none of its images
            of_faces = {file.name for note_type in note_types.values() for file in note_type.media}
            shown |= media.keys() - of_faces
        files = [media[name] for name in sorted(media) if name in shown]
        return Package(
            changes.deck,
            changes.now,
            kinds,
            changes.types,
            rows,
            files,
            version,
            cleanup=cleanup,
            words=result.words,
        )

    result.package = packed([row for row in result.rows if not row.note.retired], cleanup=False)
    retired = [row for row in result.rows if row.note.retired]
    if retired:
        result.retired = packed(retired, cleanup=True)
    releases = changes.ledger.releases
    if releases:
        last = releases[-1]
        result.package.after = last["release"]
        if changes.nothing and not version:
            # derived text, the deck's description and the like may differ all the same
            again = replace(
                result.package, time=last["time"], version=last["release"], deckgen=last["deckgen"]
            )
            if again.digest == last["digest"]:
                result.package = again


def _errors(found: Iterable[Diagnostic]) -> bool:
    """Whether one of the diagnostics is an error."""
    return any(diagnostic.level == "error" for diagnostic in found)


def read_kinds(
    owners: list[Folder],
    documents: list[source.Document],
    found: Found,
    texts: ReadOnly[str, str] | None = None,
) -> tuple[list[Kind], set[str | None]]:
    """Read the kinds.

    Args:
        owners: Their folders.
        documents: Gains the documents of their kind.yaml.
        found: Gains what is wrong with them.
        texts: What some kind.yaml would say, by their paths as diagnostics show them.

    Returns:
        The kinds that could be read, and the sections of those that could not; None for one unknown.
    """
    in_force: list[Kind] = []
    unread: set[str | None] = set()
    shipped = {path.name: path for path in shipped_templates().iterdir() if path.is_dir()}
    for owner in owners:
        kind, document, faults = kind_file.read_kind(owner.path, owner.shown, owner.top, texts or {}, shipped)
        documents.append(document)
        found += faults
        if kind:
            in_force.append(kind)
        else:
            unread.add(kind_file.section_of(document))
    found += kind_file.section_clashes(in_force)
    sections = Counter(kind.section for kind in in_force)
    return in_force, unread | {
        name for name, count in sections.items() if count > 1 or name in kind_file.CHAPTER_KEYS
    }


def _read_chapters(  # noqa: PLR0913, PLR0917 (the parts of the path)
    project: Path,
    deck: Deck,
    in_force: list[Kind],
    unread: set[str | None],
    documents: list[source.Document],
    found: Found,
    files: list[Path],
    tell: Callable[[str, int, int], None],
    texts: ReadOnly[str, str],
) -> set[str]:
    """Read the chapters into the deck; the ids that stand in what could not be read."""
    known_ids: set[str] = set()
    paths = Project(project).chapters(files)
    misplaced: dict[str, str] = {}
    for path in filter(is_kind, files):
        document = source.read(path, path.relative_to(project).as_posix(), project, source.MAX_SMALL)[0]
        if section := kind_file.section_of(document):
            misplaced[section] = path.parent.relative_to(project).as_posix()
    found += stray_files.beside_source(project, [kind.section for kind in in_force])
    found += stray_files.unread_files(project, files, [kind.section for kind in in_force])
    for number, path in enumerate(paths):
        tell("reading", number, len(paths))
        reader = _reader(path, path.relative_to(project).as_posix(), project, texts)
        read_chapter(reader, deck, in_force, unread, misplaced)
        reader.document.root = None  # the notes hold what they need of it
        if reader.found or unread:
            known_ids |= set(probable_ids(reader.document, deck.language))
        documents.append(reader.document)
        found += reader.found
    return known_ids


def _reader(
    path: Path, shown: str, project: Path, texts: ReadOnly[str, str], most: int = source.MAX_BYTES
) -> Reader:
    """What reads a file of the source, or the text that takes its place."""
    if shown in texts:
        return Reader(*source.parse(texts[shown], shown))
    return Reader(*source.read(path, shown, project, most))


def _rows(
    changes: Changes,
    writer: FieldWriter,
    note_types: dict[str, NoteType],
    found: Found,
    tell: Callable[[str, int, int], None],
) -> list[Row]:
    """The rows of the notes that could be read, whose diagnostics are added; complete without errors.

    Those of retired notes are among them where they have been released.
    """
    deck, markup = changes.deck, writer.markup
    whole = [note for note in deck.notes if note.whole and not (note.retired and note not in changes.known)]
    faulty = _errors(found)
    retired = FieldWriter(Markup(markup.shelf), writer.by_id, writer.first_ids, writer.words)
    rows = []
    size = 0
    for number, note in enumerate(package.in_order(whole)):
        if number % _NOTES_A_TICK == 0:
            tell("rendering", number, len(whole))
        fields = (writer if note.retired is None else retired).write(note)
        size += sum(map(len, fields))
        if size > MAX_FIELDS:
            message = f"the notes up to this one have more than {MAX_FIELDS >> 20} million characters"
            hint = "make several decks of them; the rows of a table count for each of its cards"
            found.append(Diagnostic("too-large", message, notes.place(note), hint))
            break
        note_type = note_types[note.kind.name]
        cards = note_type.rules.cards(fields, tagged=bool(note.tags))
        fault = note_type.fault_of_cards(cards, fields, tagged=bool(note.tags))
        if fault and (_is_settled(note, note_type) or not (faulty or _errors(markup.found))):
            code, message, hint = fault
            found.append(Diagnostic(code, message, notes.place(note), hint))
        rows.append(Row(note, "", changes.now, 0, fields, cards))
    found += markup.found
    # nobody is shown what a retired note shows
    found += (each for each in retired.markup.found if each.code not in _OF_MEDIA)
    return rows


def _is_settled(note: notes.Note, note_type: NoteType) -> bool:
    """Whether a note has the same cards once all errors elsewhere are mended.

    Faces with errors make no cards, broken clozes neither, and links to notes that could not be read show
    nothing.
    """
    links = notes.has_list_of_notes(note)
    return note_type.sound and not note.kind.cloze and not links


def _lines_of(
    diagnostics: list[Diagnostic], documents: list[source.Document], templates: dict[str, str]
) -> dict[str, list[str]]:
    """The lines of the files that diagnostics point into; of templates and the ledger up to the last one."""
    wanted: dict[str, int] = {}
    for span in (diagnostic.span for diagnostic in diagnostics):
        wanted[span.path] = max(span.line, wanted.get(span.path, 0))
    texts = {path: text for path, text in templates.items() if path in wanted}
    lines = {path: text.split("\n", wanted[path])[: wanted[path]] for path, text in texts.items()}
    return lines | {document.path: document.lines for document in documents if document.path in wanted}
