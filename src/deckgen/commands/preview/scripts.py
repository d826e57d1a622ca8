"""The scripts of a preview: the index of all cards, their sides, and the texts that the filter searches."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from deckgen.commands.preview.cards import digest
from deckgen.commands.preview.formulas import drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.commands.preview.cards import Card, Gallery, NotePreview
    from deckgen.kept import Status

NOTES_A_FILE = 50
_Word = TypeVar("_Word", bound=Hashable)
INDEX, CHANGES, TEXTS = "index.js", "changes.js", "texts.js"


@dataclass(slots=True)
class Script:
    """A script of the deck.

    Attributes:
        text: Its text.
        stamp: A digest of its text.
        written: The status of its file after it was written; None if it was not.
    """

    text: str
    stamp: str
    written: Status | None = None


class Scripts:
    """The scripts of a deck. What has not changed since the last gallery is not made again."""

    def __init__(self) -> None:
        """Begin without a gallery."""
        self._made: dict[str, tuple[object, Script]] = {}
        self._rows: dict[int, tuple[NotePreview, object, str]] = {}
        self._before: _Index | None = None
        self._changes: Script | None = None

    def of(self, gallery: Gallery) -> dict[str, Script]:
        """The scripts of a gallery by their names; the index is the last one.

        If an earlier gallery differs in nothing but some notes, there is also a script of the changes.
        """
        sides = _Sides(gallery)
        contents: dict[str, object] = {**sides.files, TEXTS: [note.text for note in gallery.notes]}
        made = {name: (content, self._script(name, content)) for name, content in contents.items()}
        found = {name: script for name, (_, script) in made.items()}
        stamps = {name: script.stamp for name, script in found.items()}
        self._made = made
        labels = _Labels(gallery, sides.files)
        head = _head(gallery, labels, stamps)
        rows = self._rows_of(gallery, sides, labels)
        about = f'{_json(head)[:-1]},"notes":[{",".join(rows)}]'
        now = _Index(digest(about), list(labels.files), rows, head)
        if self._before and self._before.version != now.version:
            changes = now.changes_since(self._before)
            self._changes = _script(changes) if changes else None
        self._before = now
        if self._changes:
            found[CHANGES] = self._changes
        found[INDEX] = Script(f'deckgen.index({about},"version":"{now.version}"}})\n', now.version)
        return found

    def _script(self, name: str, content: object) -> Script:
        """The script of some content, the one before if that is the same."""
        before, script = self._made.get(name, (None, None))
        if script and before == content:
            return script
        if name == TEXTS:
            return _script(call("texts", content))
        notes: Any = content
        return _script(call("cards", name, [sides_of(*note) for note in notes]))

    def _rows_of(self, gallery: Gallery, sides: _Sides, labels: _Labels) -> list[str]:
        """The rows of the index, as JSON; those of the last gallery where they are the same."""
        rows: dict[int, tuple[NotePreview, object, str]] = {}
        for note, row in _rows(gallery, sides, labels):
            key = row, (style := labels.styles[note.kind])
            before = self._rows.get(id(note))
            if before and before[0] is note and before[1] == key:
                rows[id(note)] = before
                continue
            cards = [[card.ordinal, card.name, card.digest(style)] for card in note.cards]
            rows[id(note)] = note, key, _json([*row[:6], cards, *row[6:]])
        self._rows = rows
        return [rows[id(note)][2] for note in gallery.notes]


class _Index(NamedTuple):
    """An index: its version, the names of the files with cards, its rows of notes, and all else in it."""

    version: str
    files: list[str]
    rows: list[str]
    head: dict[str, object]

    def changes_since(self, before: _Index) -> str:
        """A script with what differs from an index before; empty if it is more than files and some notes."""
        parts = {"files", "texts", "errors", "found"}
        if any(self.head[name] != before.head[name] for name in self.head.keys() - parts):
            return ""
        if any(new != old for new, old in zip(self.files, before.files, strict=False)):
            return ""  # rows name files by their numbers
        most = min(len(self.rows), len(before.rows))
        pairs = enumerate(zip(self.rows, before.rows, strict=False))
        start = next((place for place, (new, old) in pairs if new != old), most)
        pairs = enumerate(zip(reversed(self.rows), reversed(before.rows), strict=False))
        same = min(next((place for place, (new, old) in pairs if new != old), most), most - start)
        about = {"from": before.version, "to": self.version, "start": start}
        about |= {"count": len(before.rows) - same - start}
        about |= {"head": {name: self.head[name] for name in sorted(parts)}}
        rows = ",".join(self.rows[start : len(self.rows) - same])
        return f'deckgen.changes({_json(about)[:-1]},"notes":[{rows}]}})\n'


def scripts(gallery: Gallery) -> dict[str, str]:
    """The scripts of the deck by their names; the index is the last one."""
    return {name: script.text for name, script in Scripts().of(gallery).items()}


def _script(text: str) -> Script:
    return Script(text, digest(text))


class _Sides:
    """The sides of all cards, in files.

    Attributes:
        files: The notes of each file by its name, each with its cards, its media and its key.
        places: The file of each note and its place there, in the order of the gallery.
        earlier: The same of earlier cards; None for a note without any.
    """

    def __init__(self, gallery: Gallery) -> None:
        """Put each note into a file of its chapter, and each earlier one into a file of its neighbors."""
        self.files: dict[str, list[tuple[Iterable[Card], object, str]]] = {}
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
        notes.append((cards, media, key))
        return name, len(notes) - 1


def sides_of(cards: Iterable[Card], media: object, key: str) -> list[object]:
    """A note as the scripts have it: the sides of its cards, its media and its key."""
    return [[[drawn(card.front), drawn(card.back)] for card in cards], media, key]


def _earlier_cards(note: NotePreview) -> list[Card]:
    """The cards of a note as they were."""
    if note.gone:
        return list(note.cards)
    return [card.change.before for card in note.cards if card.change and card.change.before]


class _Labels:
    """The words that many notes share, each with its number in the index."""

    def __init__(self, gallery: Gallery, files: Iterable[str]) -> None:
        """Number the words of a gallery; `files` are the names of the files with its cards."""
        notes = gallery.notes
        self.kinds = numbered(gallery.kinds)
        self.decks = numbered(note.deck for note in notes)
        self.sources = numbered(note.path for note in notes if not note.gone)
        self.tags = numbered(tag for note in notes for tag in note.tags)
        self.files = numbered(files)
        changes = (each.change for note in notes for each in note.cards if each.change)
        self.changes = numbered((each.sort, each.words) for each in changes)
        self.styles = {name: digest(css) for name, (_, css) in gallery.kinds.items()}


def _head(gallery: Gallery, labels: _Labels, stamps: dict[str, str]) -> dict[str, object]:
    """The data that the page needs of all cards at once, but for the rows of single notes."""
    since = None
    if gallery.since:
        since = {
            "name": gallery.since.name,
            "sentences": gallery.since.sentences,
            "changes": list(labels.changes),
        }
    return {
        "title": gallery.title,
        "kinds": list(gallery.kinds.values()),
        "decks": list(labels.decks),
        "sources": list(labels.sources),
        "tags": list(labels.tags),
        "files": [[name, stamps[name]] for name in labels.files],
        "texts": stamps[TEXTS],
        "errors": gallery.errors,
        "found": gallery.diagnostics,
        "since": since,
    }


def _rows(gallery: Gallery, sides: _Sides, labels: _Labels) -> Iterator[tuple[NotePreview, list[object]]]:
    """The notes with their rows: little of each, because there may be many; and without their cards."""
    for note, (file, place), before in zip(gallery.notes, sides.places, sides.earlier, strict=True):
        where = None if note.gone else [labels.sources[note.path], note.line]
        tags = [labels.tags[tag] for tag in note.tags]
        row: list[object] = [note.id, labels.kinds[note.kind], labels.decks[note.deck], tags, where]
        row += [[labels.files[file], place], note.diagnostics, int(note.before)]
        if gallery.since:
            earlier = None
            if note.earlier and before:
                earlier = [
                    [labels.files[before[0]], before[1]],
                    labels.kinds[note.earlier.kind],
                    note.earlier.key,
                ]
            row.append([earlier, _changes(note, labels.changes, labels.styles)])
        yield note, row


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
    return f"deckgen.{function}({','.join(map(_json, arguments))})\n"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
