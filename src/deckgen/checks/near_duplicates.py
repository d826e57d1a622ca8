"""The rule about notes that ask the same."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.checks.context import RuleContext, of_note
from deckgen.checks.prose import plain, verbatim
from deckgen.checks.stems import FUNCTION_STEMS, stems
from deckgen.deck.key_types.options import options_in
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import Asked
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Diagnostic

_RARE = 4
_CELLS = 2  # of a row: its name, and what is said of it
_LOOKED_AT = 3
_ELSEWHERE = 2  # questions with a word, of which one is another than those that are compared
_FEW = 3  # words of an answer, of which each counts
_ALIKE = 0.65  # of all their words
_SAME = 0.8  # of those of their answers, where some word of the questions differs
_ANSWERS = 0.5  # of the words of their answers, where they ask in the same words
_OFTEN = (10, 0.02)  # a word in so many questions, and in this share of them, tells none of them from others
# what makes another question of one with the same words: a number, a norm (`§ 823 II`), a name in capitals
_TELLS_APART = re.compile(
    r"[^\s.,;:!?()\[\]]*\d[^\s.,;:!?()\[\]]*|\b[A-Z]+\b|[§$%&+*/<>=^~#@-]"
    r"|\b(?:not|no|nor|or|and|without|only|never|before|after)\b|^(?:[Ww]hy|[Hh]ow|[Ww]hen|[Ww]here|[Ww]ho)\b"
)
_YES_OR_NO = re.compile(r"(?:yes|no|true|false)\W*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class _Question:
    """What a card asks, as two are compared."""

    def __init__(self, asked: Asked) -> None:
        self.note = asked.note
        self.asked = asked
        self.read = plain(asked.text)
        self.said = self.all_said = stems(self.read) - FUNCTION_STEMS

    @cached_property
    def same(self) -> tuple[str, frozenset[str]]:
        """What another question has alike that is the very same."""
        return " ".join(self.read.casefold().split()), frozenset(verbatim(self.asked.text))

    @cached_property
    def exact(self) -> set[str]:
        """What another question must have alike that is nearly the same."""
        return {*verbatim(self.asked.text), *_TELLS_APART.findall(self.read)}

    @cached_property
    def answer(self) -> set[str]:
        """The stems of what answers it."""
        return stems(plain(self.asked.answer))

    @cached_property
    def exact_answer(self) -> set[str]:
        """What another answer must have alike that is the same."""
        return {*verbatim(self.asked.answer), *_NUMBER.findall(self.asked.answer)}

    def has_answer_of(self, other: _Question, share: float = _ALIKE) -> bool:
        """Whether a share of the words of both answers is the same, and all numbers, code and formulas."""
        if min(len(self.answer), len(other.answer)) < _FEW:
            first, second = (plain(each.asked.answer).casefold().strip(" .\n") for each in (self, other))
            return first == second and self.exact_answer == other.exact_answer
        return self.exact_answer == other.exact_answer and _share(self.answer, other.answer) >= share

    @cached_property
    def by_answer(self) -> bool:
        """Whether another with the same words may ask something else by its options."""
        return bool(options_in(self.note.values))


def same_question(context: RuleContext) -> Iterator[Diagnostic]:
    """Two notes that ask the same, or nearly (Wozniak: combat interference).

    Each card is compared only with those that ask the very same, and with the last few that share two of its
    rarest words, so that the time grows with the number of notes and not with that of pairs.
    """
    asked = [_Question(each) for note in context.notes for each in context.asked(note)]
    known: Counter[str] = Counter()
    for each in asked:
        known.update(each.said)
    often = {word for word, count in known.items() if count > max(_OFTEN[0], _OFTEN[1] * len(asked))}
    order = sorted((word for word, count in known.items() if count > 1), key=lambda word: (known[word], word))
    rank = {word: number for number, word in enumerate(order)}
    near: dict[tuple[int, ...], list[_Question]] = {}
    first: dict[tuple[str, frozenset[str]], _Question] = {}
    told: set[Note] = set()
    for each in asked:
        each.said = each.said - often
        rare = sorted(rank[word] for word in each.said if word in rank)[:_RARE]
        equal = first.setdefault(each.same, each)
        twin = _nearest(each, near, rare, known) if each.said else None
        if equal.note is not each.note and (_is_alone(equal, each) or each.has_answer_of(equal)):
            twin = equal
        if twin and each.note not in told:
            told.add(each.note)
            how = "the same as" if twin.same == each.same else "nearly the same as"
            at = place(twin.note)
            message = f"this asks {how} `{twin.note.id}` (line {at.line} of {at.path})"
            hint = "make one of the two ask something else, or delete it"
            if each.note.kind.cloze and not each.has_answer_of(twin):
                hint = "join them in one note, with a cloze number for each blank"
            yield of_note("same-question", each.note, message, hint)
    yield from _rows_alike(context, told)


def _rows_alike(context: RuleContext, told: set[Note]) -> Iterator[Diagnostic]:
    """Rows of a table that say the same of two names, where a card asks for the name by what is said."""
    first: dict[tuple[object, ...], Note] = {}
    for note in context.notes:
        asks = any(field.key == note.kind.label and field.part == "rest" for field in note.kind.fields)
        cells = statements(values_of(note).get(note.kind.label)) if note.table and asks else []
        if note in told or len(cells) < _CELLS:
            continue
        said = tuple(" ".join(cell.value.casefold().split()) for cell in cells[1:])
        other = first.setdefault((note.table, *said), note)
        if other is not note:
            message = f"all but the name is as in `{other.id}` (line {place(other).line})"
            message += ", so the card that asks for the name has two right answers"
            hint = "say in a cell what tells the two apart, or make one row of them"
            yield of_note("same-question", note, message, hint)


def _is_alone(one: _Question, two: _Question) -> bool:
    """Whether nothing but its words says what a question is after: no options, no other subdeck."""
    return not two.by_answer and one.note.chapter.deck == two.note.chapter.deck


def _nearest(
    mine: _Question, near: dict[tuple[int, ...], list[_Question]], rare: list[int], known: Counter[str]
) -> _Question | None:
    """The one among the last few with two of the same rare words that asks nearly the same."""
    best, most = None, 0.0
    pairs = [(one, two) for place, one in enumerate(rare) for two in rare[place + 1 :]]
    candidates: dict[int, _Question] = {}
    keys: list[tuple[int, ...]] = [*pairs] or [tuple(rare)]
    for key in keys:
        others = near.setdefault(key, [])
        candidates |= {id(other): other for other in others if other.note is not mine.note}
        others.append(mine)
        del others[:-_LOOKED_AT]
    for other in candidates.values():
        share = _share(mine.said, other.said)
        alike = share >= _ALIKE and share > most and mine.exact == other.exact
        if alike and _contrasts(mine.all_said - other.all_said, other.all_said - mine.all_said, known):
            continue
        # "Does this meet the goal?" is asked of each proposal
        alike = alike and _YES_OR_NO.fullmatch(mine.asked.answer.strip()) is None
        if alike and mine.has_answer_of(other, _ANSWERS if share == 1 else _SAME):
            best, most = other, share
    return best


def _contrasts(one: set[str], two: set[str], known: Counter[str]) -> bool:
    """Whether words take each other's place that a deck asks about elsewhere: "find" and "delete"."""
    return bool(one and two) and min(known[word] for word in one | two) >= _ELSEWHERE


def _share(one: set[str], two: set[str]) -> float:
    """How many of the words of two stand in both; all where there are none."""
    if not one and not two:
        return 1.0
    few, many = sorted((len(one), len(two)))
    return len(one & two) / len(one | two) if few >= _ANSWERS * many else 0.0
