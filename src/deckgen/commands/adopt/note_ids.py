"""Ids for the notes of a package, which never depend on the places of the notes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from deckgen.cards import html
from deckgen.deck.ids import FIRST_WORDS, slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.package import PackedNote

_PART = 6  # letters of a guid
_READ = 20 * FIRST_WORDS  # characters of a first field, with links and the like


def note_ids(notes: Iterable[PackedNote], language: str) -> dict[str, str]:
    """The ids of notes, by their guids.

    An id is made from the first field. Where that gives none, as in Japanese, or the same one twice, a part
    of the guid is added. So a later package of the same notes gives the same ids.

    Args:
        notes: The notes, whose guids are all different.
        language: The BCP 47 tag of their language.
    """
    words = {note.guid: word_of(note, language) for note in notes}
    counts = Counter(words.values())
    ids: dict[str, str] = {}
    taken = {word for word, count in counts.items() if count == 1}
    for guid, word in words.items():
        if word and counts[word] == 1:
            ids[guid] = word
            continue
        ids[guid] = next(each for each in _with_parts(word or "note", guid) if each not in taken)
        taken.add(ids[guid])
    return ids


def word_of(note: PackedNote, language: str) -> str:
    """The id that a note's first field gives, whether or not another note has it; empty if it gives none."""
    return slug(html.text(note.first)[:_READ], language)


def _with_parts(word: str, guid: str) -> Iterable[str]:
    """A word with longer and longer parts of a guid."""
    plain = re.sub(r"[^a-z0-9]", "", guid.lower())
    plain += hashlib.sha256(guid.encode()).hexdigest()  # a guid may have signs only
    return (f"{word}-{plain[:length]}" for length in range(_PART, len(plain)))
