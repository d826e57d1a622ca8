"""What the gallery shows: each card with both its sides, where it is from, and what is to be said of it."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from deckgen.anki.render import CardContext, CardRenderer, on_screen
from deckgen.checks.silence import owner_of, owners
from deckgen.deck.notes import Table, place
from deckgen.package import SHOWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.build import Build
    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteType
    from deckgen.cards.rows import RenderedNote
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Diagnostic

LONGEST_TEXT = 20_000
"""In so many characters of a note the page's filter looks for words."""
_LONGEST_LINE = 300  # characters of a line of the source that are quoted
_UNSEEN = re.compile(r"<(style|script)\b.*?</\1\s*>|<[^>]*>|\{\{c[\d,]+::|\}\}", re.DOTALL | re.IGNORECASE)


def digest(text: str) -> str:
    """What stands for a text, and changes with it."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


DiagnosticJSON: TypeAlias = "dict[str, Any]"
"""A diagnostic as the page shows it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a note.

    Attributes:
        ordinal: Which of its note's cards it is, from 0.
        name: What it is called.
        front: The HTML of its front.
        back: The HTML of its back.
    """

    ordinal: int
    name: str
    front: str
    back: str

    def digest(self, style: str) -> str:
        """What changes when the card looks different; with what changes when its kind's css does."""
        return digest(f"{self.front}\0{self.back}\0{style}")


@dataclass(frozen=True, slots=True)
class NotePreview:
    """A note with its cards.

    Attributes:
        id: Its id.
        kind: The name of its kind.
        deck: The full name of its deck.
        tags: Its tags.
        path: The file of the source in which it stands.
        line: Its line there, from 1.
        text: The words of its fields.
        media: The names of the files that it shows.
        cards: Its cards.
        diagnostics: The diagnostics that concern it.
        before: Whether it is as it was before the faults that hide it.
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


@dataclass(slots=True)
class Gallery:
    """A deck's cards, as the page shows them.

    Attributes:
        title: The deck's title.
        kinds: The kinds' titles and css, by their names.
        notes: The notes, in the order in which they are studied.
        diagnostics: The diagnostics that concern no card, as the page shows them.
        errors: How many errors there are in all.
        media: The media files, by their names.
    """

    title: str
    kinds: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[NotePreview] = field(default_factory=list)
    diagnostics: list[DiagnosticJSON] = field(default_factory=list)
    errors: int = 0
    media: dict[str, Media] = field(default_factory=dict)


def gallery(build: Build) -> Gallery:
    """What the page shows of a build, also of one with errors: whatever could be read.

    Retired notes are left out, as they are of the package.
    """
    deck = build.deck
    made = Gallery(deck.title or "Untitled deck", media=build.media)
    made.errors = sum(each.stands_for for each in build.diagnostics if each.level == "error")
    notes = [each for each in build.notes if each.cards and not each.note.retired]
    concerning, made.diagnostics = _sorted_out(build, {id(each.note) for each in notes})
    renderers: dict[str, list[CardRenderer]] = {}
    for each in notes:
        kind = each.note.kind
        note_type = build.note_types[kind.name]
        if kind.name not in renderers:
            renderers[kind.name] = _renderers(note_type)
            made.kinds[kind.name] = (kind.title, note_type.css)
        shown = _shown(each, renderers[kind.name], deck.title, build)
        made.notes.append(replace(shown, diagnostics=tuple(concerning.get(id(each.note), ()))))
    return made


def with_vanished(now: Gallery, before: Gallery) -> Gallery:
    """The gallery of a build with errors, and in their places the notes from before that the errors hide."""
    known = {note.id for note in now.notes}
    vanished: dict[str, list[NotePreview]] = {}
    last = ""
    for note in before.notes:
        if note.id in known:
            last = note.id
        else:
            vanished.setdefault(last, []).append(replace(note, before=True, diagnostics=()))
    notes = list(vanished.get("", ()))
    for note in now.notes:
        notes += [note, *vanished.get(note.id, ())]
    styled = {name: kind for name, kind in now.kinds.items() if kind[1].strip()}
    return replace(now, notes=notes, kinds=now.kinds | before.kinds | styled, media=before.media | now.media)


def _sorted_out(
    build: Build, shown: set[int]
) -> tuple[dict[int, list[DiagnosticJSON]], list[DiagnosticJSON]]:
    """The diagnostics by the notes that they concern, and those that concern none that is shown."""
    in_place = owners(build.deck)
    concerning: dict[int, list[DiagnosticJSON]] = {}
    others = []
    for diagnostic in build.diagnostics:
        owner = owner_of(diagnostic, in_place)
        notes: Iterable[Note] = owner.rows if isinstance(owner, Table) else [owner] if owner else []
        ids = [id(note) for note in notes if id(note) in shown]
        told = _told(diagnostic, build.lines)
        for each in ids:
            concerning.setdefault(each, []).append(told)
        if not ids:
            others.append(told)
    return concerning, others


def _told(diagnostic: Diagnostic, lines: dict[str, list[str]]) -> DiagnosticJSON:
    """A diagnostic as the page shows it: as in `--format json`, with its line of the source."""
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


def _shown(rendered: RenderedNote, renderers: list[CardRenderer], title: str, build: Build) -> NotePreview:
    """A note as the page shows it."""
    note, kind = rendered.note, rendered.note.kind
    span = place(note)
    note_type = unicodedata.normalize("NFC", f"{title} - {kind.title}")
    cards = []
    for ordinal in rendered.cards:
        which = 0 if kind.cloze else ordinal
        name = kind.cards[which].name
        at = CardContext(note.chapter.deck, note_type, name, note.tags)
        sides = on_screen(renderers[which].sides(rendered.fields, ordinal, at))
        called = f"{name} {ordinal + 1}" if kind.cloze else name
        cards.append(Card(ordinal, called, sides.front, sides.back))
    whole = " ".join(rendered.fields)
    text = html.unescape(_UNSEEN.sub(" ", whole[: 4 * LONGEST_TEXT]))
    files = [*SHOWS.findall(whole), *(file.name for file in build.note_types[kind.name].media)]
    return NotePreview(
        note.id,
        kind.name,
        note.chapter.deck,
        note.tags,
        span.path,
        span.line,
        " ".join(text.split())[:LONGEST_TEXT],
        tuple(name for name in dict.fromkeys(files) if name in build.media),
        tuple(cards),
    )
