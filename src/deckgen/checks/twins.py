"""The rule about notes that ask the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from deckgen.checks.cards import FUNCTION_STEMS, Cards, of_note, stems
from deckgen.notes import Note, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.diagnostics import Diagnostic

_RARE = 4
_LOOKED_AT = 3
_ALIKE = 0.65  # of all their words, where the answer is the same
_HARDLY_APART = 0.9  # where it is another


class _Asked(NamedTuple):
    """A note as two are compared, with the stems of all that it asks."""

    note: Note
    said: set[str]


def same_question(cards: Cards) -> Iterator[Diagnostic]:
    """Two notes that ask the same, or nearly (Wozniak: combat interference).

    Each note is compared only with the last few that share two of its rarest words, so that the time grows
    with the number of notes and not with that of pairs.
    """
    asked = [_Asked(note, stems(cards.prompt(note)) - FUNCTION_STEMS) for note in cards.notes]
    known: Counter[str] = Counter()
    for each in asked:
        known.update(each.said)
    order = sorted((word for word, count in known.items() if count > 1), key=lambda word: (known[word], word))
    rank = {word: number for number, word in enumerate(order)}
    near: dict[tuple[int, ...], list[_Asked]] = {}
    for each in asked:
        rare = sorted(rank[word] for word in each.said if word in rank)[:_RARE]
        twin = _nearest(cards, each, near, rare) if len(each.said) > 1 else None
        if twin:
            how = "the same as" if twin.said == each.said else "nearly the same as"
            at = place(twin.note)
            message = f"this asks {how} `{twin.note.id}` (line {at.line} of {at.path})"
            hint = "make one of the two ask something else, or delete it"
            yield of_note("same-question", each.note, message, hint)


def _nearest(
    cards: Cards, mine: _Asked, near: dict[tuple[int, ...], list[_Asked]], rare: list[int]
) -> _Asked | None:
    """The note among the last few with two of the same rare words that asks nearly the same."""
    best, most = None, 0.0
    pairs = [(one, two) for place, one in enumerate(rare) for two in rare[place + 1 :]]
    candidates: dict[int, _Asked] = {}
    keys: list[tuple[int, ...]] = [*pairs] or [tuple(rare)]
    for key in keys:
        others = near.setdefault(key, [])
        candidates |= {id(other): other for other in others}
        others.append(mine)
        del others[:-_LOOKED_AT]
    size = len(mine.said)
    for other in candidates.values():
        if size * _ALIKE <= len(other.said) <= size / _ALIKE:
            shared = len(mine.said & other.said)
            share = shared / (size + len(other.said) - shared)
            alike = share >= _ALIKE and share > most
            if alike and (share >= _HARDLY_APART or _same_answer(cards, mine.note, other.note)):
                best, most = other, share
    return best


def _same_answer(cards: Cards, one: Note, two: Note) -> bool:
    """Whether more than half of the words of the shorter answer stand in the other."""
    first, second = stems(cards.answer(one)), stems(cards.answer(two))
    return len(first & second) * 2 > min(len(first), len(second))
