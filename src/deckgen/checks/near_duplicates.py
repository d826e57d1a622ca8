"""The rule about notes that ask the same question."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from itertools import chain, combinations
from typing import TYPE_CHECKING

from deckgen.checks.context import RuleContext, of_note
from deckgen.checks.prose import plain, tokens, verbatim
from deckgen.checks.stems import MEANING, stems
from deckgen.deck.key_types.options import options_in
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import CardQuestion
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Diagnostic
    from deckgen.source import Scalar

_RARE = 4
_CELLS = 2  # of a row: its name, and something about it
_LOOKED_AT = 3
_ELSEWHERE = 2  # the questions with a word; one of them is not among the two that are compared
_FEW = 3  # words of an answer so short that each of them counts
_ALIKE = 0.65  # of all their words
_SAME = 0.8  # of the words of their answers, if some word of the questions differs
_ANSWERS = 0.5  # of the words of their answers, if they ask in the same words
_OFTEN = (10, 0.02)  # a word in so many questions, and in this share of them, is too frequent to compare by
# parts that distinguish questions in the same words: a number, a norm (`§ 823 II`), a name in capitals
_TELLS_APART = re.compile(
    r"[^\s.,;:!?()\[\]]*\d[^\s.,;:!?()\[\]]*|\b[A-Z]+\b|[§$%&+*/<>=^~#@-]"
    r"|\b(?:not|no|nor|or|and|without|only|never|before|after)\b|^(?:[Ww]hy|[Hh]ow|[Ww]hen|[Ww]here|[Ww]ho)\b"
)
_YES_OR_NO = re.compile(r"(?:yes|no|true|false)\W*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class _Question:
    """The question of a card, prepared for comparison with others."""

    def __init__(self, card: CardQuestion, context: RuleContext) -> None:
        """Prepare the question of a card."""
        self.note = card.note
        self.card = card
        self.context = context
        self.text = plain(card.text)
        parts = tokens(self.text)
        self.stems = self.all_stems = set(map(MEANING.__getitem__, parts))
        self.stems.discard("")
        # in a text without marks nothing is verbatim
        exact = frozenset() if self.text is card.text else frozenset(verbatim(card.text))
        words = parts if self.text.isascii() else self.text.casefold().split()
        self.same: tuple[str, frozenset[str]] = " ".join(words), exact
        """The parts that are equal for identical questions."""

    @cached_property
    def exact(self) -> set[str]:
        """The parts that must be equal for nearly identical questions."""
        return {*verbatim(self.card.text), *_TELLS_APART.findall(self.text)}

    @cached_property
    def written_answer(self) -> str:
        """Its answer, in Markdown."""
        return self.context.answer(self.card)

    @cached_property
    def answer(self) -> set[str]:
        """The stems of the words of its answer."""
        return stems(plain(self.written_answer))

    @cached_property
    def exact_answer(self) -> set[str]:
        """The parts that must be equal for identical answers."""
        return {*verbatim(self.written_answer), *_NUMBER.findall(self.written_answer)}

    def has_answer_of(self, other: _Question, share: float = _ALIKE) -> bool:
        """Whether both answers have a share of their words in common, and all numbers, code and formulas."""
        if min(len(self.answer), len(other.answer)) < _FEW:
            first, second = (plain(each.written_answer).casefold().strip(" .\n") for each in (self, other))
            return first == second and self.exact_answer == other.exact_answer
        return self.exact_answer == other.exact_answer and _share(self.answer, other.answer) >= share

    @cached_property
    def by_answer(self) -> bool:
        """Whether its options make it a question of its own, even if another one has the same words."""
        return bool(options_in(self.note.values))


def same_question(context: RuleContext) -> Iterator[Diagnostic]:
    """Two notes that ask the same question, or nearly (Wozniak: combat interference).

    Each card is compared only with those of the identical question, and with the last few that share two of
    its rarest words. So the time grows with the number of notes, and not with the number of pairs.
    """
    questions = list(chain.from_iterable(context.of_parts(_questions)))
    counts: Counter[str] = Counter()
    for words in chain.from_iterable(context.of_parts(_counts)):
        counts.update(words)
    often = {word for word, count in counts.items() if count > max(_OFTEN[0], _OFTEN[1] * len(questions))}
    order = sorted(
        (word for word, count in counts.items() if count > 1), key=lambda word: (counts[word], word)
    )
    rank = {word: number for number, word in enumerate(order, 1)}
    near: dict[tuple[int, ...], tuple[_Question, ...]] = {}
    first: dict[tuple[str, frozenset[str]], _Question] = {}
    reported: set[Note] = set()
    for each in questions:
        each.stems = each.all_stems - often
        rare = sorted(filter(None, map(rank.get, each.stems)))[:_RARE]
        equal = first.setdefault(each.same, each)
        twin = _nearest(each, near, rare, counts) if each.stems else None
        if equal.note is not each.note and (_is_alone(equal, each) or each.has_answer_of(equal)):
            twin = equal
        if twin and each.note not in reported:
            reported.add(each.note)
            how = "the same as" if twin.same == each.same else "nearly the same as"
            at = place(twin.note)
            message = f"this asks {how} `{twin.note.id}` (line {at.line} of {at.path})"
            hint = "change one of the two so that it asks something else, or delete it"
            if each.note.kind.cloze and not each.has_answer_of(twin):
                hint = "combine them in one note, with one cloze number for each blank"
            yield of_note("same-question", each.note, message, hint)
    yield from _rows_alike(context, reported)


def _questions(context: RuleContext) -> Iterator[_Question]:
    """The questions of all cards."""
    return (_Question(each, context) for note in context.notes for each in context.questions(note))


def _counts(context: RuleContext) -> Iterator[Counter[str]]:
    """In how many questions each word is."""
    questions = chain.from_iterable(context.of_parts(_questions))
    yield Counter(chain.from_iterable(each.all_stems for each in questions))


def _rows(context: RuleContext) -> Iterator[tuple[Note, list[Scalar]]]:
    """The rows of tables of which a card asks for the name by the other cells, with their cells."""
    for note in context.notes:
        if note.table and any(
            field.key == note.kind.label and field.part == "rest" for field in note.kind.fields
        ):
            cells = statements(values_of(note).get(note.kind.label))
            if len(cells) >= _CELLS and context.asks_by(note, "rest"):
                yield note, cells


def _rows_alike(context: RuleContext, reported: set[Note]) -> Iterator[Diagnostic]:
    """Rows of a table that differ only in their names, if a card asks for the name by the other cells."""
    first: dict[tuple[object, ...], Note] = {}
    for note, cells in chain.from_iterable(context.of_parts(_rows)):
        if note in reported:
            continue
        key = tuple(" ".join(cell.value.casefold().split()) for cell in cells[1:])
        other = first.setdefault((note.table, *key), note)
        if other is not note:
            message = f"everything except the name is the same as in `{other.id}` (line {place(other).line})"
            message += ", so the card that asks for the name has two right answers"
            hint = "add the difference to a cell, or combine them in one row"
            yield of_note("same-question", note, message, hint)


def _is_alone(one: _Question, two: _Question) -> bool:
    """Whether only its words can make one question differ from another: no options, no other subdeck."""
    return not two.by_answer and one.note.chapter.deck == two.note.chapter.deck


def _nearest(
    mine: _Question, near: dict[tuple[int, ...], tuple[_Question, ...]], rare: list[int], counts: Counter[str]
) -> _Question | None:
    """The similar question among the last few with two of the same rare words; None if there is none."""
    best, most = None, 0.0
    candidates: dict[int, _Question] = {}
    keys: list[tuple[int, ...]] = [*combinations(rare, 2)] or [tuple(rare)]
    for key in keys:
        others = near.get(key)
        if others is None:
            near[key] = (mine,)
            continue
        for other in others:
            if other.note is not mine.note:
                candidates[id(other)] = other
        near[key] = (*others, mine)[-_LOOKED_AT:]
    for other in candidates.values():
        share = _share(mine.stems, other.stems)
        alike = share >= _ALIKE and share > most and mine.exact == other.exact
        if alike and _contrasts(mine.all_stems - other.all_stems, other.all_stems - mine.all_stems, counts):
            continue
        # several proposals may share the question "Does this meet the goal?"
        alike = alike and _YES_OR_NO.fullmatch(mine.written_answer.strip()) is None
        if alike and mine.has_answer_of(other, _ANSWERS if share == 1 else _SAME):
            best, most = other, share
    return best


def _contrasts(one: set[str], two: set[str], counts: Counter[str]) -> bool:
    """Whether the words that differ are subjects of other questions of the deck too: "find" and "delete"."""
    return bool(one and two) and min(counts[word] for word in one | two) >= _ELSEWHERE


def _share(one: set[str], two: set[str]) -> float:
    """The share of the words that two texts have in common, from 0 to 1; 1 if there are no words."""
    if not one and not two:
        return 1.0
    few, many = (len(one), len(two)) if len(one) < len(two) else (len(two), len(one))
    if few < _ANSWERS * many:
        return 0.0
    both = len(one & two)
    return both / (few + many - both)
