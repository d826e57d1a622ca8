"""Places in the queue of new cards: released notes keep theirs, new ones get one between neighbors."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly
    from collections.abc import Sequence

    from deckgen.deck.notes import Note
    from deckgen.history.ledger import NoteLine

MOST = 999_999
"""The last place: from 1,000,000 on Anki's *Check Database* tells learners to reposition their cards
(rslib/src/dbcheck.rs)."""
_STEP = 1000  # between two notes, if there is room
_FILLED = 500_000  # the last place of a large first release
# the share of the room that new notes leave for later ones: between two notes, and at the end of the deck,
# where most notes are added
_SPARED, _SPARED_AT_END = 4, 32
_APART = 20  # the notes between two cards of a note: as many as Anki, by default, shows new cards a day


def find_places(notes: Sequence[Note], known: ReadOnly[Note, NoteLine]) -> list[int]:
    """The places of notes.

    Two notes never share a place: if no place is free between two notes, new notes get later places.

    Args:
        notes: All notes, in the order of study; at most as many as there are places.
        known: The lines of the notes that have been released.
    """
    if not known:
        step = max(1, min(_STEP, _FILLED // max(len(notes), 1)))
        return [number * step for number in range(1, len(notes) + 1)]
    queue = _Queue(known)
    astray = _astray(notes, known)
    places: list[int] = []
    run = before = 0
    for note in notes:
        if note in astray:
            continue
        line = known.get(note)
        if line is None:
            run += 1
            continue
        places += queue.take(run, before)
        places.append(line.due)
        run, before = 0, line.due
    found = iter(places + queue.take(run, before))
    return [known[note].due if note in astray else next(found) for note in notes]


def _astray(notes: Sequence[Note], known: ReadOnly[Note, NoteLine]) -> set[Note]:
    """The released notes whose places say nothing about those of new notes beside them.

    These are notes that apply others, such as vignettes, if learners got them earlier or later than the other
    notes that are beside them now. This is so if they were released in the order of the source.
    """
    released = [(note, known[note].due) for note in notes if note in known]
    # a new note that builds on one of them must come after it
    needed = {link.value for note in notes if note not in known for link in note.builds_on}
    astray = set()
    before, after = 0, MOST + 1
    for note, due in released:
        if not note.kind.applies:
            before = due
        elif due < before:
            astray.add(note)
    for note, due in reversed(released):
        if not note.kind.applies:
            after = due
        elif due > after and note.id not in needed:
            astray.add(note)
    return astray


class _Queue:
    """The places that are taken."""

    def __init__(self, known: ReadOnly[Note, NoteLine]) -> None:
        """Begin with the places of the released notes."""
        self._taken = sorted(line.due for line in known.values())

    def take(self, count: int, before: int) -> list[int]:
        """Take places for a number of new notes in a row, after a place that is taken."""
        if not count:
            return []
        taken = self._taken
        at = bisect_right(taken, before)
        after, spared = (taken[at], _SPARED) if at < len(taken) else (MOST + 1, _SPARED_AT_END)
        if count < after - before:
            pitch = max(1, min(_STEP, (after - before) // (spared * (count + 1))))
            places = [before + pitch * number for number in range(1, count + 1)]
            taken[at:at] = places
        else:
            used = set(taken)
            every = chain(range(before + 1, MOST + 1), range(before, 0, -1))
            places = sorted(islice((place for place in every if place not in used), count))
            taken += places
            taken.sort()
        return places


def places_of_cards(dues: Sequence[int], counts: Sequence[int]) -> list[list[int]]:
    """The places of the cards of notes, with those of a note so far apart that they come on different days.

    The first card has the place of its note. The second card comes right after the note that is 20 notes
    later, the third card 20 notes after that, and so on. At the end of the deck, such cards come after the
    last note, in the same order.

    Args:
        dues: The places of the notes, in ascending order.
        counts: The numbers of their cards.
    """
    beyond = max((number + _APART * (count - 1) for number, count in enumerate(counts)), default=0)
    last = dues[-1] if dues else 0
    step = max(1, min(_STEP, (MOST - last) // (beyond + 1)))
    after = [*dues, *(min(last + step * number, MOST) for number in range(1, beyond + 3 - len(dues)))]
    places = [[due] for due in dues]
    for number, count in enumerate(counts):
        for nth in range(1, count):
            at = number + _APART * nth
            # where no place is free, cards share one, and Anki shows first cards first
            places[number].append(max(after[at], min(after[at] + nth, after[at + 1] - 1)))
    return places
