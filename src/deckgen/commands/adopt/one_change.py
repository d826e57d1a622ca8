"""A deck with one changed note, to try the update that learners will get one day."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.commands.adopt.chosen import ChosenChapter
    from deckgen.commands.adopt.texts import Texts
    from deckgen.history.plan import UpdatePlan
    from deckgen.package import PackedNote

_MARKED = re.compile(r"[^\w .,;?!-]")
_ADDED = " deckgen"


def one_change(plan: UpdatePlan, chapters: Iterable[ChosenChapter], texts: Texts) -> dict[str, str]:
    """The text of a chapter in which one note differs from what learners have, by its path.

    Args:
        plan: The plan of the deck. A note that it sends anyway is not chosen.
        chapters: The chapters of the deck.
        texts: The names of its notes, kinds and media.

    Returns:
        Nothing if each note is new or changed.
    """
    sent = {note.id for note in (*plan.sending.changed, *plan.matching.new)}
    found = [
        (chapter, note)
        for chapter in chapters
        for note in chapter.notes
        if texts.ids[note.guid] not in sent and note.text.strip("\x1f \n")
    ]
    if not found:
        return {}
    chapter, note = min(found, key=lambda pair: bool(_MARKED.search(_last(pair[1])[1])))
    fields = list(note.fields)
    place, text = _last(note)
    fields[place] = text + _ADDED
    changed = note._replace(text="\x1f".join(fields))
    notes = tuple(changed if each is note else each for each in chapter.notes)
    others = replace(texts, forms=dict.fromkeys(texts.forms, 0), changed=[])
    return {chapter.path: others.chapter(replace(chapter, notes=notes))}


def _last(note: PackedNote) -> tuple[int, str]:
    """The last field of a note that is filled, with its place."""
    return max((place, text) for place, text in enumerate(note.fields) if text.strip())
