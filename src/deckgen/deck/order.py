"""The order in which learners study the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.notes import Note

STUDY, WRITTEN = "study", "written"
ORDERS = (STUDY, WRITTEN)
"""The values of `order` in deck.yaml, the default first."""


def in_order(notes: Sequence[Note], order: str) -> Iterator[Note]:
    """The notes in the order of study: each comes after the notes of its subdeck that it builds on.

    Otherwise, this is the order of the source. But in the order `study`, notes that apply others, such as
    vignettes, come at the end of the chapter with the last note that they build on, if they are written later.

    Args:
        notes: The notes, in the order of the source.
        order: One of `ORDERS`.
    """
    yield from _linked(notes if order == WRITTEN else _brought_forward(notes))


def _brought_forward(notes: Sequence[Note]) -> list[Note]:
    """The notes, with those that apply others at the end of the chapter from which learners can answer them."""
    numbers: dict[int, int] = {}
    for note in notes:
        numbers.setdefault(id(note.chapter), len(numbers))
    comes: dict[Note, int] = {}  # the number of the chapter with which a note comes
    by_id = {note.id: note for note in notes}
    for note in _linked(notes):  # so a note's place is known before that of those that build on it
        comes[note] = written = numbers[id(note.chapter)]
        if note.kind.applies:
            learned = [comes[each] for each in _built_on(note, by_id) if each in comes]
            comes[note] = min(written, max(learned, default=written))
    # the notes that were in a chapter come before those that are brought there
    return sorted(notes, key=lambda note: (comes[note], comes[note] != numbers[id(note.chapter)]))


def _linked(notes: Sequence[Note]) -> Iterator[Note]:
    """The notes in their order, but each after the notes of its subdeck that it builds on."""
    by_id = {note.id: note for note in notes}
    entered: set[str] = set()
    for start in notes:
        if start.id in entered:
            continue
        entered.add(start.id)
        stack = [(start, _built_on(start, by_id))]
        while stack:
            note, targets = stack[-1]
            target = next((each for each in targets if each.id not in entered), None)
            if target is None:
                stack.pop()
                yield note
            else:
                entered.add(target.id)
                stack.append((target, _built_on(target, by_id)))


def _built_on(note: Note, by_id: ReadOnly[str, Note]) -> Iterator[Note]:
    """The notes of its subdeck that a note builds on."""
    found = (by_id[link.value] for link in note.builds_on if link.value in by_id)
    return (each for each in found if each.chapter.deck == note.chapter.deck)
