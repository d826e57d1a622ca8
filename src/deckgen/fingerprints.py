"""What the ledger remembers of notes and note types: digests of what authors wrote, and what Anki got."""

from __future__ import annotations

import json
import unicodedata
from hashlib import blake2b
from typing import TYPE_CHECKING

from deckgen.anki.cloze import clozes, uncovered
from deckgen.notes import Image, Options, References, scalars, values_of
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.cloze import Cloze
    from deckgen.faces import Face, NoteType
    from deckgen.ledger import Line
    from deckgen.notes import Deck, Note, Value


def digest_of_tags(tags: Iterable[str]) -> str:
    """A short digest of tags, apart from that of the texts: so a tag of the whole deck is told as such."""
    return _digest("\0".join(sorted(unicodedata.normalize("NFC", tag) for tag in tags)), 4)


def text_of(fingerprint: str) -> str:
    """The part of a fingerprint that stands for the texts."""
    return fingerprint.partition(".")[2].partition(".")[0]


class Fingerprints:
    """What stands for all that an author wrote for a note, and for nothing that is made of it."""

    def __init__(self, guids: ReadOnly[str, str], shown: ReadOnly[Scalar, Iterable[str]]) -> None:
        """Prepare for a deck.

        Args:
            guids: The guids of all notes by id, so that renaming one changes no other.
            shown: The digests of the media that texts show, by text.
        """
        self._guids = guids
        self._shown = shown
        self._tags: dict[tuple[str, ...], str] = {}

    def of(self, note: Note) -> str:
        """The kind's revision, a digest of the texts and that of the tags, with dots between them."""
        tags = self._tags.get(note.tags)
        if tags is None:
            tags = self._tags[note.tags] = digest_of_tags(note.tags)
        return f"{note.kind.revision}.{_digest(_written(note, self._guids, self._shown))}.{tags}"


def _written(note: Note, guids: ReadOnly[str, str], shown: ReadOnly[Scalar, Iterable[str]]) -> str:
    """What an author wrote for a note: its texts by key, the notes that it names, the media that it shows."""
    values = values_of(note)
    parts: list[str] = []
    for key in sorted(values):
        value = values[key]
        if type(value) is Scalar and not shown:
            parts += (key, value.value.strip())
        elif key != "builds_on":
            parts += (key, *_texts(value, guids, shown))
    if note.builds_on:
        parts.append("builds_on")
        parts += [guids.get(link.value, link.value) for link in note.builds_on]
    text = "\x1f".join(parts)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _texts(value: Value, guids: ReadOnly[str, str], shown: ReadOnly[Scalar, Iterable[str]]) -> Iterator[str]:
    """The texts of a value, each with the digests of its media."""
    if isinstance(value, References):
        yield from (guids.get(link.value, link.value) for link in value.items)
        return
    if isinstance(value, Options):
        yield ",".join(str(number) for number, option in enumerate(value.items) if option.correct)
    for scalar in [value.file, value.alt] if isinstance(value, Image) else scalars(value):
        yield scalar.value.strip()
        if shown:
            yield from shown.get(scalar, ())


def answers(note: Note) -> Iterator[tuple[str, str, Scalar, Cloze]]:
    """For each cloze of a note: its number, the digest of its answer, the text, its place in it."""
    for key in note.kind.keys.values():
        value = note.values.get(key.name) if key.type == "cloze" else None
        if isinstance(value, Scalar):
            for cloze in clozes(value.value):
                answer = uncovered(value.value[cloze.inner : cloze.answer_end])
                plain = unicodedata.normalize("NFC", " ".join(answer.casefold().split()))
                for number in cloze.numbers:
                    yield str(number), _digest(plain, 6), value, cloze


def line_of_type(note_type: NoteType, deck: Deck) -> Line:
    """The line of a note type, without its id and time."""
    kind = note_type.kind
    content = [
        f"{deck.title} - {kind.title}",
        kind.cloze,
        [[entry.name, entry.id, not entry.key] for entry in kind.fields],
        [[face.name, face.id, face.front, face.back] for face in note_type.faces],
        note_type.css,
        # only where there is one, so that what was released without counts as it did
        *([face.id, face.browser_front, face.browser_back] for face in note_type.faces if _in_browser(face)),
    ]
    ids = {entry.name: entry.id for entry in kind.fields}
    return {
        "type": kind.name,
        "id": 0,
        "fingerprint": _digest(json.dumps(content)),
        "mod": 0,
        "cloze": kind.cloze,
        "revision": kind.revision,
        "fields": [[entry.id, source_of(entry.key, entry.part)] for entry in kind.fields],
        "cards": [[card.id, ids.get(card.reserve, 0)] for card in kind.cards],
    }


def _in_browser(face: Face) -> bool:
    """Whether a card template looks different in the list of Anki's browser."""
    return bool(face.browser_front or face.browser_back)


def source_of(key: str, part: str) -> str:
    """What a field is filled from, as kind.yaml says it."""
    return f"{key}.{part}" if part else key


def _digest(text: str, size: int = 9) -> str:
    """A digest of a text, in hex; `size` in bytes."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
