"""The order in which learners study the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deckgen.deck.notes import Note


def in_order(notes: Sequence[Note]) -> Iterator[Note]:
    """The notes in the order of the source, but each after the notes of its subdeck that it builds on."""
    by_id = {note.id: note for note in notes}
    entered: set[str] = set()
    for start in notes:
        if start.id in entered:
            continue
        entered.add(start.id)
        stack = [(start, iter(start.builds_on))]
        while stack:
            note, links = stack[-1]
            target = next((by_id[link.value] for link in links if link.value in by_id), None)
            if target is None:
                stack.pop()
                yield note
            elif target.id not in entered and target.chapter.deck == note.chapter.deck:
                entered.add(target.id)
                stack.append((target, iter(target.builds_on)))
