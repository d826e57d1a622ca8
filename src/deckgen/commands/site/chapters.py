"""The chapters of a site, and its scripts: the cards of each chapter in files of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deckgen.commands.preview.cards import digest
from deckgen.commands.preview.scripts import NOTES_A_FILE, call, numbered, sides_of
from deckgen.diagnostics import natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from deckgen.commands.preview.cards import Gallery, NotePreview

_NUMBER = re.compile(r"^[\d.]+(?=[ _-]|$)[ _-]*")
"""The number of a file, which is for its place: `2-joining.yaml`."""
_BELOW = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a deck: the notes of a file.

    Attributes:
        deck: The name of its subdeck, without the title of the whole deck; empty if it has none.
        name: Its own name, made from that of its file.
        notes: Its notes, in the order in which they are studied.
    """

    deck: str
    name: str
    notes: list[NotePreview] = field(default_factory=list)

    @property
    def cards(self) -> int:
        """The number of its cards."""
        return sum(len(note.cards) for note in self.notes)


def chapters_of(gallery: Gallery) -> list[Chapter]:
    """The chapters of a deck, in the order of their files."""
    chapters: dict[str, Chapter] = {}
    for note in gallery.notes:
        if note.path not in chapters:
            deck = note.deck.removeprefix(gallery.title).removeprefix("::").replace("::", _BELOW)
            chapters[note.path] = Chapter(deck, _name(note.path))
        chapters[note.path].notes.append(note)
    return [chapters[path] for path in sorted(chapters, key=natural)]


def _name(path: str) -> str:
    """The name of a file as a heading: `2-two_words.yaml` becomes `Two words`."""
    stem = PurePosixPath(path).stem
    words = " ".join(re.sub(r"[-_]+", " ", _NUMBER.sub("", stem) or stem).split()) or stem
    return words[:1].upper() + words[1:]


def scripts_of(gallery: Gallery, chapters: Iterable[Chapter]) -> dict[str, str]:
    """The scripts of the cards by their names; the index is the last one."""
    kinds = numbered(gallery.kinds)
    files: dict[str, str] = {}
    index = []
    for number, chapter in enumerate(chapters):
        parts = []
        for part, first in enumerate(range(0, len(chapter.notes), NOTES_A_FILE)):
            notes = chapter.notes[first : first + NOTES_A_FILE]
            name = f"cards-{number:04}-{part:03}.js"
            files[name] = call("cards", name, [_row(note, kinds) for note in notes])
            parts.append([name, digest(files[name]), sum(len(note.cards) for note in notes)])
        index.append(parts)
    files["index.js"] = call(
        "index", {"styles": [css for _, css in gallery.kinds.values()], "chapters": index}
    )
    return files


def _row(note: NotePreview, kinds: Mapping[str, int]) -> list[object]:
    """A note as the scripts have it: as in a preview, with the numbers of its kind and of its cards."""
    ordinals = [card.ordinal for card in note.cards]
    return [*sides_of(note.cards, note.media, note.id), kinds[note.kind], ordinals]
