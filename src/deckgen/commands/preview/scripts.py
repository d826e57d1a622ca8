"""The scripts of a preview: the index of all cards, their sides, and the texts that the filter searches."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import TYPE_CHECKING, TypeVar

from deckgen.commands.preview.cards import digest
from deckgen.commands.preview.formulas import drawn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.commands.preview.cards import Card, Gallery, NotePreview

NOTES_A_FILE = 50
_Word = TypeVar("_Word", bound=Hashable)


def scripts(gallery: Gallery) -> dict[str, str]:
    """The scripts of the deck by their names; the index is the last one."""
    sides = _Sides(gallery)
    found = {name: call("cards", name, notes) for name, notes in sides.files.items()}
    found["texts.js"] = call("texts", [note.text for note in gallery.notes])
    stamps = {name: digest(text) for name, text in found.items()}
    found["index.js"] = call("index", _index(gallery, sides, stamps))
    return found


class _Sides:
    """The sides of all cards, in files.

    Attributes:
        files: The notes of each file by its name, each with the sides of its cards, its media and its key.
        places: The file of each note and its place there, in the order of the gallery.
        earlier: The same of earlier cards; None for a note without any.
    """

    def __init__(self, gallery: Gallery) -> None:
        """Put each note into a file of its chapter, and each earlier one into a file of its neighbors."""
        self.files: dict[str, list[object]] = {}
        self.places: list[tuple[str, int]] = []
        self.earlier: list[tuple[str, int] | None] = []
        sources = numbered(note.path for note in gallery.notes if not note.gone)
        counts = dict.fromkeys(sources, 0)
        for note in gallery.notes:
            before = None
            if note.earlier:
                # by its place in the earlier edition, so that a change alters few files
                name = f"before-{note.earlier.number // NOTES_A_FILE:04}.js"
                media = [[key, gallery.media[key].name] for key in note.earlier.media]
                before = self._add(name, _earlier_cards(note), media, note.earlier.key)
            self.earlier.append(before)
            if note.gone and before:
                self.places.append(before)
                continue
            part = counts[note.path] // NOTES_A_FILE
            counts[note.path] += 1
            name = f"cards-{sources[note.path]:04}-{part:03}.js"
            self.places.append(self._add(name, note.cards, note.media, note.id))

    def _add(self, name: str, cards: Iterable[Card], media: object, key: str) -> tuple[str, int]:
        """Add a note to a file."""
        notes = self.files.setdefault(name, [])
        notes.append(sides_of(cards, media, key))
        return name, len(notes) - 1


def sides_of(cards: Iterable[Card], media: object, key: str) -> list[object]:
    """A note as the scripts have it: the sides of its cards, its media and its key."""
    return [[[drawn(card.front), drawn(card.back)] for card in cards], media, key]


def _earlier_cards(note: NotePreview) -> list[Card]:
    """The cards of a note as they were."""
    if note.gone:
        return list(note.cards)
    return [card.change.before for card in note.cards if card.change and card.change.before]


def _index(gallery: Gallery, sides: _Sides, stamps: dict[str, str]) -> dict[str, object]:
    """The data that the page needs of all cards at once: little of each, because there may be many."""
    kinds, decks, sources, tags, files = (
        numbered(words)
        for words in (
            gallery.kinds,
            (note.deck for note in gallery.notes),
            (note.path for note in gallery.notes if not note.gone),
            (tag for note in gallery.notes for tag in note.tags),
            (name for name in stamps if name != "texts.js"),
        )
    )
    words = numbered(
        (each.change.sort, each.change.words) for note in gallery.notes for each in note.cards if each.change
    )
    styles = {name: digest(css) for name, (_, css) in gallery.kinds.items()}
    notes = []
    for note, (file, place), before in zip(gallery.notes, sides.places, sides.earlier, strict=True):
        cards = [[card.ordinal, card.name, card.digest(styles[note.kind])] for card in note.cards]
        where = None if note.gone else [sources[note.path], note.line]
        labels = [kinds[note.kind], decks[note.deck], [tags[tag] for tag in note.tags]]
        row = [note.id, *labels, where, [files[file], place], cards, note.diagnostics, int(note.before)]
        if gallery.since:
            earlier = None
            if note.earlier and before:
                earlier = [[files[before[0]], before[1]], kinds[note.earlier.kind], note.earlier.key]
            row.append([earlier, _changes(note, words, styles)])
        notes.append(row)
    since = None
    if gallery.since:
        since = {"name": gallery.since.name, "sentences": gallery.since.sentences, "changes": list(words)}
    return {
        "title": gallery.title,
        "kinds": list(gallery.kinds.values()),
        "decks": list(decks),
        "sources": list(sources),
        "tags": list(tags),
        "files": [[name, stamps[name]] for name in files],
        "texts": stamps["texts.js"],
        "errors": gallery.errors,
        "found": gallery.diagnostics,
        "since": since,
        "notes": notes,
    }


def _changes(
    note: NotePreview, words: dict[tuple[str, str], int], styles: dict[str, str]
) -> list[list[object] | None]:
    """What has become of the cards of a note: null, or a number of words, and the earlier card."""
    found: list[list[object] | None] = []
    for card in note.cards:
        change = card.change
        if change is None:
            found.append(None)
            continue
        row: list[object] = [words[change.sort, change.words]]
        if change.before and note.earlier:
            row += [change.before.ordinal, change.before.digest(styles[note.earlier.kind])]
        found.append(row)
    return found


def numbered(words: Iterable[_Word]) -> dict[_Word, int]:
    """A number for each word, in the order of first occurrence."""
    return {word: number for number, word in enumerate(dict.fromkeys(words))}


def call(function: str, *arguments: object) -> str:
    """A script that calls a function of the page."""
    listed = ",".join(json.dumps(each, separators=(",", ":")) for each in arguments)
    return f"deckgen.{function}({listed})\n"
