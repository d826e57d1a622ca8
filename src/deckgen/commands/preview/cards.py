"""The content of the preview: each card with both sides, its place in the source, and its diagnostics."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from deckgen.anki.render import CardContext, CardRenderer, on_screen
from deckgen.checks.silence import owner_of, owners
from deckgen.commands.preview.texts import words_of
from deckgen.deck.notes import Table, place
from deckgen.package import SHOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deckgen.build import Build
    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteType
    from deckgen.cards.rows import RenderedNote
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Diagnostic
    from deckgen.memory import Memory

_LONGEST_LINE = 300  # characters of a quoted line of the source


def digest(text: str) -> str:
    """A short digest of a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


DiagnosticJSON: TypeAlias = "dict[str, Any]"
"""A diagnostic as the page shows it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of a card since an earlier edition of the deck.

    Attributes:
        sort: `new`, `changed`, `look` (its note is the same, and its kind has another look) or `gone`.
        words: A sentence about it; may be empty.
        before: The earlier card, where both editions have it and it differs.
    """

    sort: str
    words: str = ""
    before: Card | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a note.

    Attributes:
        ordinal: Its number among the cards of its note, from 0.
        name: Its name.
        front: The HTML of its front.
        back: The HTML of its back.
        change: What has become of it, where the gallery is compared with an earlier edition.
    """

    ordinal: int
    name: str
    front: str
    back: str
    change: Change | None = None

    def digest(self, style: str) -> str:
        """A digest that changes if the card looks different; `style` is the digest of its kind's css."""
        return digest(f"{self.front}\0{self.back}\0{style}")


@dataclass(frozen=True, slots=True)
class EarlierNote:
    """A note as an earlier edition has it.

    Attributes:
        key: A text that no other note of that edition has.
        number: Its place among the notes of that edition, from 0.
        kind: The name under which the gallery has its kind of that time.
        media: The names under which the gallery has the files that it shows.
    """

    key: str
    number: int
    kind: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotePreview:
    """A note with its cards.

    Attributes:
        id: Its id.
        kind: The name of its kind.
        deck: The full name of its deck.
        tags: Its tags.
        path: Its file in the source.
        line: Its line there, from 1.
        text: The words of its fields.
        media: The names of the files that it shows.
        cards: Its cards.
        diagnostics: Its diagnostics.
        before: Whether it is from an earlier build, because errors hide it now.
        earlier: The note in the earlier edition, where one of its cards has changed.
        gone: Whether only the earlier edition has these cards.
    """

    id: str
    kind: str
    deck: str
    tags: tuple[str, ...]
    path: str
    line: int
    text: str
    media: tuple[str, ...]
    cards: tuple[Card, ...]
    diagnostics: tuple[DiagnosticJSON, ...] = ()
    before: bool = False
    earlier: EarlierNote | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a gallery is compared with.

    Attributes:
        name: The earlier edition, as in `1.0.0`.
        sentences: What to know of it and of all changes, with code in backticks.
        media: Reads media files of that edition, given as the gallery has them, with their contents.
    """

    name: str
    sentences: tuple[str, ...]
    media: Callable[[Iterable[EarlierMedia]], Iterable[tuple[EarlierMedia, bytes]]]


@dataclass(frozen=True, slots=True)
class EarlierMedia:
    """A media file of an earlier edition: its name there, its size in bytes and the CRC-32 of its content."""

    name: str
    size: int
    crc: int

    @property
    def key(self) -> str:
        """The name under which the gallery has it: no file of the present edition has such a name."""
        return f"before/{self.crc:08x}-{self.size:x}-{digest(self.name)}"


@dataclass(slots=True)
class Gallery:
    """A deck's cards, as the page shows them.

    Attributes:
        title: The deck's title.
        kinds: The kinds' titles and css, by their names.
        notes: The notes, in the order in which they are studied.
        diagnostics: The diagnostics of no card on the page, as the page shows them.
        errors: The number of all errors.
        media: The media files, by their names.
        since: What it is compared with; None if it is not.
    """

    title: str
    kinds: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[NotePreview] = field(default_factory=list)
    diagnostics: list[DiagnosticJSON] = field(default_factory=list)
    errors: int = 0
    media: dict[str, Media | EarlierMedia] = field(default_factory=dict)
    since: Comparison | None = None

    @property
    def cards(self) -> int:
        """The number of its present cards."""
        return sum(len(note.cards) for note in self.notes if not note.gone)


def gallery(build: Build, memory: Memory | None = None) -> Gallery:
    """The gallery of a build. If the build has errors, it contains what could be read.

    Retired notes are left out, as in the package.

    Args:
        build: The build.
        memory: That of the build, if it had one; notes that it did not render again are not drawn again.
    """
    deck = build.deck
    result = Gallery(deck.title or "Untitled deck", media=dict(build.media))
    result.errors = sum(each.stands_for for each in build.diagnostics if each.level == "error")
    notes = [each for each in build.notes if each.cards and not each.note.retired]
    by_note, result.diagnostics = _diagnostics_by_note(build, {id(each.note) for each in notes})
    renderers: dict[str, list[CardRenderer]] = {}
    before: dict[str, tuple[RenderedNote, NotePreview]] = memory.of("previews") if memory else {}
    drawn: dict[str, tuple[RenderedNote, NotePreview]] = {}
    for each in notes:
        kind = each.note.kind
        note_type = build.note_types[kind.name]
        if kind.name not in renderers:
            renderers[kind.name] = _renderers(note_type)
            result.kinds[kind.name] = (kind.title, note_type.css)
        preview = _as_before(each, before.get(each.note.id)) or _note_preview(
            each, renderers[kind.name], deck.title, build
        )
        drawn[each.note.id] = each, preview
        found = by_note.get(id(each.note))
        result.notes.append(replace(preview, diagnostics=tuple(found)) if found else preview)
    if memory:
        memory.keep("previews", drawn)
    return result


def with_vanished(now: Gallery, before: Gallery) -> Gallery:
    """The gallery of a build with errors, with the earlier notes that the errors hide, in their places."""
    present = {note.id for note in now.notes if not note.gone}
    vanished: dict[str, list[NotePreview]] = {}
    last = ""
    for note in before.notes:
        if note.gone:
            continue
        if note.id in present:
            last = note.id
        else:
            vanished.setdefault(last, []).append(replace(note, before=True, diagnostics=()))
    notes = list(vanished.get("", ()))
    for note in now.notes:
        notes += [note, *(() if note.gone else vanished.get(note.id, ()))]
    styled = {name: kind for name, kind in now.kinds.items() if kind[1].strip()}
    return replace(now, notes=notes, kinds=now.kinds | before.kinds | styled, media=before.media | now.media)


def with_warnings(now: Gallery, before: Gallery) -> Gallery:
    """The gallery of a build without errors, with the warnings that it had before."""
    found = {note.id: note.diagnostics for note in before.notes if note.diagnostics}
    notes = [
        replace(note, diagnostics=found.get(note.id, ())) if note.diagnostics or note.id in found else note
        for note in now.notes
    ]
    return replace(now, notes=notes, diagnostics=before.diagnostics)


def _diagnostics_by_note(
    build: Build, on_page: set[int]
) -> tuple[dict[int, list[DiagnosticJSON]], list[DiagnosticJSON]]:
    """The diagnostics of each note, and the diagnostics of no note on the page.

    Args:
        build: The build.
        on_page: The notes on the page, each by its `id()`.
    """
    in_place = owners(build.deck)
    by_note: dict[int, list[DiagnosticJSON]] = {}
    others = []
    for diagnostic in build.diagnostics:
        owner = owner_of(diagnostic, in_place)
        notes: Iterable[Note] = owner.rows if isinstance(owner, Table) else [owner] if owner else []
        ids = [id(note) for note in notes if id(note) in on_page]
        json = _diagnostic_json(diagnostic, build.lines)
        for each in ids:
            by_note.setdefault(each, []).append(json)
        if not ids:
            others.append(json)
    return by_note, others


def _diagnostic_json(diagnostic: Diagnostic, lines: dict[str, list[str]]) -> DiagnosticJSON:
    """A diagnostic for the page: as in `--format json`, with its line of the source."""
    span = diagnostic.span
    of_file = lines.get(span.path, [])
    line = of_file[span.line - 1] if 0 < span.line <= len(of_file) else ""
    return diagnostic.as_json() | {"source": line.strip()[:_LONGEST_LINE]}


def _renderers(note_type: NoteType) -> list[CardRenderer]:
    """The renderers of a kind's card templates."""
    fields = [each.name for each in note_type.kind.fields]
    return [
        CardRenderer(fields, face.front, face.back, cloze=note_type.kind.cloze) for face in note_type.faces
    ]


def _as_before(now: RenderedNote, known: tuple[RenderedNote, NotePreview] | None) -> NotePreview | None:
    """A note as the page showed it before, if it shows the same now; maybe with another line."""
    if known is None or known[0] is now:
        return known and known[1]
    before, preview = known
    note, kind, chapter = now.note, now.note.kind, now.note.chapter
    same = (preview.kind, preview.deck, preview.tags) == (kind.name, chapter.deck, note.tags)
    if not same or before.cards != now.cards or before.fields != now.fields:
        return None
    span = place(note)
    if (preview.path, preview.line) == (span.path, span.line):
        return preview
    return replace(preview, path=span.path, line=span.line)


def _note_preview(
    rendered: RenderedNote, renderers: list[CardRenderer], title: str, build: Build
) -> NotePreview:
    """A note as the page shows it."""
    note, kind = rendered.note, rendered.note.kind
    span = place(note)
    note_type = kind.in_anki(title)
    cards = []
    for ordinal in rendered.cards:
        which = 0 if kind.cloze else ordinal
        name = kind.cards[which].name
        at = CardContext(note.chapter.deck, note_type, name, note.tags)
        sides = on_screen(renderers[which].sides(rendered.fields, ordinal, at))
        card_name = f"{name} {ordinal + 1}" if kind.cloze else name
        cards.append(Card(ordinal, card_name, sides.front, sides.back))
    fields = " ".join(rendered.fields)
    files = [*SHOWS.findall(fields), *(file.name for file in build.note_types[kind.name].media)]
    return NotePreview(
        note.id,
        kind.name,
        note.chapter.deck,
        note.tags,
        span.path,
        span.line,
        words_of(fields),
        tuple(name for name in dict.fromkeys(files) if name in build.media),
        tuple(cards),
    )
