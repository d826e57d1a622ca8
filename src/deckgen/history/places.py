"""Places in the queue of new cards: a released note keeps its own, a new one lies between its neighbours'."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.rows import Row
    from deckgen.deck.notes import Note
    from deckgen.history.ledger import NoteLine

MOST = 999_999
"""The last place: from 1,000,000 on Anki's *Check Database* tells learners to reposition their cards
(rslib/src/dbcheck.rs)."""
_STEP = 1000  # between two notes, where there is room
_FILLED = 500_000  # the last place of a large first release
# how much of the room new notes leave to later ones, as shares of it: between two notes, and at the end of
# the deck, where most are added
_SPARED, _SPARED_AT_END = 4, 32


def find_places(rows: list[Row], known: ReadOnly[Note, NoteLine]) -> None:
    """Give each row its place.

    Two notes never share a place: where so many were added at one point that none is left, new ones come
    further on.

    Args:
        rows: The rows of all notes, in the order of study; at most as many as there are places.
        known: The lines of the notes that have been released.
    """
    if not known:
        step = max(1, min(_STEP, _FILLED // max(len(rows), 1)))
        for number, row in enumerate(rows, 1):
            row.due = number * step
        return
    taken = sorted(line.due for line in known.values())
    run: list[Row] = []
    before = 0
    for row in rows:
        line = known.get(row.note)
        if line is None:
            run.append(row)
            continue
        _place(run, before, taken)
        before, run = line.due, []
        row.due = before
    _place(run, before, taken)


def _place(run: list[Row], before: int, taken: list[int]) -> None:
    """Give new rows that follow each other their places after one that is taken; `taken` gains them."""
    if not run:
        return
    at = bisect_right(taken, before)
    after, spared = (taken[at], _SPARED) if at < len(taken) else (MOST + 1, _SPARED_AT_END)
    pitch = max(1, min(_STEP, (after - before) // (spared * (len(run) + 1))))
    if len(run) < after - before:
        places = [before + pitch * number for number in range(1, len(run) + 1)]
    else:
        used = set(taken)
        every = chain(range(before + 1, MOST + 1), range(before, 0, -1))
        places = sorted(islice((place for place in every if place not in used), len(run)))
    taken[at:at] = places
    if len(run) >= after - before:
        taken.sort()
    for row, place in zip(run, places, strict=True):
        row.due = place
