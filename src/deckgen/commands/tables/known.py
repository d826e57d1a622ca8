"""The rows that a deck has already, from an earlier import or by hand.

A row is known by its id, if the table has ids, or else by the text of its label. If the label has changed in
the table, the row is still known if it alone would get the id of a note in the chapter that no other row has.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.anki import cloze
from deckgen.deck.ids import FIRST_WORDS, slug
from deckgen.deck.kinds import CARDS
from deckgen.deck.values import links, statements, written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.commands.tables.rows import Draft
    from deckgen.deck.notes import Note
    from deckgen.deck.values import Value
    from deckgen.source import Writable

_MARKS = re.compile(r"<!--.*?-->|\\|[*_=~`]")


@dataclass(frozen=True, slots=True)
class Difference:
    """A text of a row that differs from its note.

    Attributes:
        number: The line of the row, or its item.
        id: The id of the note.
        key: The key.
        old: The text in the chapter; empty if there is none.
        new: The text in the table; for tags, all that the note would have with them.
        chapter: The path of the note's chapter, from the project's folder.
    """

    number: int
    id: str
    key: str
    old: str
    new: str
    chapter: str


def match(
    drafts: Iterable[Draft], notes: Iterable[Note], key: str, chapter: str, language: str
) -> dict[int, Note]:
    """The notes that rows have already, by the places of the rows in the list.

    Args:
        drafts: The rows.
        notes: The notes of the same kind in the deck.
        key: The key with the label.
        chapter: The path of the chapter to which notes go, from the project's folder.
        language: The BCP 47 tag of the deck's language.
    """
    drafts, notes = list(drafts), list(notes)
    found: dict[int, Note] = {}
    by_id = {note.id: note for note in notes}
    for place, draft in enumerate(drafts):
        if draft.given and draft.id in by_id:
            found[place] = by_id[draft.id]
    taken = {note.id for note in found.values()}
    by_label: dict[str, list[Note]] = {}
    for note in notes:
        if note.id not in taken:
            by_label.setdefault(_bare(_label(note, key)), []).append(note)
    left = [place for place, draft in enumerate(drafts) if not draft.given]
    for exactly in (True, False):
        for place in left:
            if place in found:
                continue
            same = by_label.get(_bare(drafts[place].label), [])
            fits = [note for note in same if not exactly or not differences(drafts[place], note)]
            if fits:
                found[place] = fits[0]
                same.remove(fits[0])
    taken = {note.id for note in found.values()}
    free = [note for note in notes if note.id not in taken and note.chapter.document.path == chapter]
    return found | _by_slug([(place, drafts[place]) for place in left if place not in found], free, language)


def _by_slug(drafts: list[tuple[int, Draft]], notes: list[Note], language: str) -> dict[int, Note]:
    """The notes whose ids rows would get, if just one row would get it and just one note has it."""
    rows: dict[str, list[int]] = {}
    for place, draft in drafts if notes else ():
        if name := slug(draft.label[:FIRST_WORDS], language):
            rows.setdefault(name, []).append(place)
    named: dict[str, list[Note]] = {}
    for note in notes:
        for name in {note.id, re.sub(r"-[0-9]+\Z", "", note.id)}:
            named.setdefault(name, []).append(note)
    return {
        places[0]: named[name][0]
        for name, places in rows.items()
        if len(places) == 1 and len(named.get(name, [])) == 1
    }


def differences(draft: Draft, note: Note) -> list[Difference]:
    """The texts of a row that differ from its note. Where lines break in a text does not count."""
    found = []
    for key, value in draft.values.items():
        new = _texts(value)
        old = _old_texts(note.values.get(key))
        if key == "tags":
            own = [tag for tag in note.tags if tag not in note.chapter.tags]
            further = [tag for tag in new if tag not in note.tags]
            old, new = [", ".join(own)], [", ".join([*own, *further])]
        elif key == CARDS:
            new = [json.dumps(new, ensure_ascii=False)]
            old = [json.dumps(note.choice.names, ensure_ascii=False)] if note.choice else []
        if [" ".join(text.split()) for text in old] != [" ".join(text.split()) for text in new]:
            before, after = ("\n".join(text.strip() for text in texts) for texts in (old, new))
            path = note.chapter.document.path
            found.append(Difference(draft.row.number, note.id, key, before, after, path))
    return found


def _texts(value: Writable) -> list[str]:
    """The texts of a value that is to be written."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, int):
        return [str(value)]
    inner = list(value.values()) if hasattr(value, "values") else list(value)
    return [text for item in inner for text in _texts(item)]


def _old_texts(value: Value | None) -> list[str]:
    """The texts of a note's value."""
    if value is None:
        return []
    return [scalar.value for scalar in links(value) or written(value)]


def _label(note: Note, key: str) -> str:
    """The label of a note; empty if it has none."""
    texts = statements(note.values.get(key))
    return cloze.uncovered(texts[0].value) if texts else ""


def _bare(text: str) -> str:
    """A text without the marks of Markdown, capitals and line ends, to compare labels."""
    return " ".join(_MARKS.sub("", text).split()).casefold()
