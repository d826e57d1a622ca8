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
    vignettes, come after the chapter with the last note that they build on, if they are written in a later
    one. They are spread among the notes of the next chapter, so that long cases do not come in a row.

    Of several notes with the same id, which is an error, only the first one comes.

    Args:
        notes: The notes, in the order of the source.
        order: One of `ORDERS`.
    """
    if not any(note.builds_on for note in notes):
        first: dict[str, Note] = {}
        for note in notes:
            first.setdefault(note.id, note)
        return iter(first.values())
    return _linked(notes if order == WRITTEN else _brought_forward(notes))


def _brought_forward(notes: Sequence[Note]) -> list[Note]:
    """The notes, with those that apply others after the chapter from which learners can answer them."""
    chapters: dict[int, list[Note]] = {}
    for note in notes:
        chapters.setdefault(id(note.chapter), []).append(note)
    numbers = {chapter: number for number, chapter in enumerate(chapters)}
    # the number of the chapter with which a note is learned
    learned = {note: numbers[id(note.chapter)] for note in notes}
    by_id = {note.id: note for note in notes}
    for note in _linked(notes):  # so a note comes after those that it builds on
        if note.kind.applies:
            needed = (learned[each] for each in _built_on(note, by_id))
            learned[note] = min(learned[note], max(needed, default=learned[note]))
    moved: dict[int, list[Note]] = {}
    for note in notes:
        if learned[note] < numbers[id(note.chapter)]:
            moved.setdefault(learned[note], []).append(note)

    result: list[Note] = []
    waiting: dict[str, list[Note]] = {}  # by subdeck; they wait for its next chapter, at the latest their own
    for number, chapter in enumerate(chapters.values()):
        subdeck = chapter[0].chapter.deck
        stay = [note for note in chapter if learned[note] == number]
        result += _spread(waiting.pop(subdeck, []), stay)
        waiting[subdeck] = moved.get(number, [])
    return result


def _spread(some: Sequence[Note], among: Sequence[Note]) -> Iterator[Note]:
    """Notes in equal distances among others, from the beginning, with both in their order."""
    done = 0
    for number, note in enumerate(among):
        due = -(-(number + 1) * len(some) // len(among))
        yield from some[done:due]
        done = due
        yield note
    yield from some[done:]


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
