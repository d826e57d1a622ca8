"""A rule about the words of options: over a whole deck, they can tell right options from wrong ones.

A test-wise learner notices after some vignettes that the option with "ask" is mostly right, and the one with
"always" mostly wrong. They need no subject for that. The rule plays this learner: a naive Bayes classifier,
trained on all vignettes but one, chooses an option of that one by its words.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from deckgen.checks import context as look
from deckgen.checks.parallels import asks_yes_or_no
from deckgen.checks.prose import tokens
from deckgen.checks.stems import SIGNS, STEMS, stems
from deckgen.diagnostics import Diagnostic, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from deckgen.checks.context import RuleContext
    from deckgen.checks.vignettes import Vignette
    from deckgen.diagnostics import Span

ENOUGH = 12
"""The number of vignettes from which on a deck is judged."""
_RARELY = (
    0.02  # the probability of so many keys by chance; with random keys about 1 of 100 decks gets a warning
)
_MORE = 4 / 3  # times chance; in a large deck even a tell that helps nobody is no chance
_PRIOR = 2.0  # options that a word is thought to have been in before, right as often as all options
_ELSEWHERE = 2  # other vignettes with a word; a single one tells nothing about the deck
_EXACT = 300  # vignettes up to which the probability is exact
_NAMED = 3


class Clue(NamedTuple):
    """A word that stands mostly in right options, or mostly in wrong ones.

    Attributes:
        word: The word, in the form that the options have most often.
        stem: Its stem.
        right: The number of right options with it.
        wrong: The number of wrong options with it.
        of_right: Whether it speaks for an option.
    """

    word: str
    stem: str
    right: int
    wrong: int
    of_right: bool


class Guesses(NamedTuple):
    """How many right options can be found by the words of options alone.

    Attributes:
        vignettes: The number of vignettes that were judged.
        found: The number of right options that were found; of several equal options each counts in part.
        chance: The number that blind guesses find on average.
        probability: The probability that blind guesses find so many.
    """

    vignettes: int
    found: float
    chance: float
    probability: float

    @property
    def text(self) -> str:
        """What an author reads of it."""
        return (
            f"from the words of the options alone, {self.found:.0f} of {self.vignettes} right "
            f"answers can be guessed (chance: {self.chance:.1f})"
        )


class _Options(NamedTuple):
    """The stems of each option of a vignette, and the index of the right one."""

    stems: list[set[str]]
    right: int


class _Counts:
    """In how many right options, wrong options and vignettes each stem is."""

    def __init__(self, vignettes: Sequence[_Options]) -> None:
        """Count the stems of all options."""
        self.options = sum(len(each.stems) for each in vignettes)
        self.vignettes = Counter(chain.from_iterable(set().union(*each.stems) for each in vignettes))
        self.right = Counter(chain.from_iterable(each.stems[each.right] for each in vignettes))
        self.wrong = Counter(
            stem
            for each in vignettes
            for number, option in enumerate(each.stems)
            if number != each.right
            for stem in option
        )

    def choice(self, mine: _Options, total: int) -> tuple[list[int], list[dict[str, float]]]:
        """What the words in all other vignettes say about a vignette.

        Args:
            mine: The vignette.
            total: The number of all vignettes.

        Returns:
            The options for which its words speak most, and for each option how far each word speaks for it.
        """
        own: dict[str, int] = {}  # the wrong options of the vignette with each stem
        for number, option in enumerate(mine.stems):
            for stem in option if number != mine.right else ():
                own[stem] = own.get(stem, 0) + 1
        share = (total - 1) / (self.options - len(mine.stems))
        weights: list[dict[str, float]] = [{} for _ in mine.stems]
        for number, option in enumerate(mine.stems):
            for stem in option:
                if self.vignettes[stem] > _ELSEWHERE:
                    right = self.right[stem] - (stem in mine.stems[mine.right])
                    wrong = self.wrong[stem] - own.get(stem, 0)
                    odds = (right / share + _PRIOR) / (wrong / (1 - share) + _PRIOR)
                    weights[number][stem] = math.log(odds)
        scores = [sum(each.values()) for each in weights]
        best = max(scores)
        return [number for number, score in enumerate(scores) if score > best - 1e-9], weights


class _Reading(NamedTuple):
    """What one pass through all vignettes finds: the guesses, the counts, and how much each stem helped."""

    guesses: Guesses
    counts: _Counts
    helped: dict[str, float]


def guesses(vignettes: Iterable[Vignette]) -> Guesses | None:
    """How many right options their words alone give away; None for too few vignettes to tell.

    Args:
        vignettes: The vignettes of a deck. Those with the answers yes and no do not count.
    """
    read = _read(_judged(vignettes))
    return read.guesses if read else None


def _read(judged: Sequence[_Options]) -> _Reading | None:
    """Guess the right option of each vignette once; None for too few vignettes to tell."""
    if len(judged) < ENOUGH:
        return None
    counts = _Counts(judged)
    found = 0.0
    helped: dict[str, float] = {}
    for each in judged:
        chosen, weights = counts.choice(each, len(judged))
        found += (each.right in chosen) / len(chosen)
        if chosen == [each.right]:
            for number, words in enumerate(weights):
                sign = 1.0 if number == each.right else -1 / (len(weights) - 1)
                for stem, weight in words.items():
                    helped[stem] = helped.get(stem, 0.0) + sign * weight
    shares = [1 / len(each.stems) for each in judged]
    made = Guesses(len(judged), found, sum(shares), _by_chance(math.floor(found + 1e-9), shares))
    return _Reading(made, counts, helped)


def _judged(vignettes: Iterable[Vignette]) -> list[_Options]:
    return [
        _Options([stems(text) - {""} for text in each.texts], each.right)
        for each in vignettes
        if not asks_yes_or_no(each.texts)
    ]


def _of_options(context: RuleContext) -> list[_Options]:
    return _judged(context.vignettes)


def _by_chance(found: int, shares: list[float]) -> float:
    """The probability to guess at least so many of all questions.

    Args:
        found: The number of right guesses.
        shares: For each question, the probability to guess it.
    """
    if len(shares) > _EXACT:
        deviation = math.sqrt(sum(share * (1 - share) for share in shares))
        return math.erfc((found - 0.5 - sum(shares)) / deviation / math.sqrt(2)) / 2
    exactly = [1.0]  # the probability of each number of right guesses so far
    for share in shares:
        exactly = [
            more * share + same * (1 - share)
            for more, same in zip([0.0, *exactly], [*exactly, 0.0], strict=True)
        ]
    return sum(exactly[found:])


def giveaway_words(context: RuleContext) -> Iterator[Diagnostic]:
    """Words of options that give right ones away over the whole deck (Haladyna: avoid clues)."""
    read = context.made_of(_read, list(chain.from_iterable(context.of_parts(_of_options))))
    if read is None:
        return
    made = read.guesses
    if made.probability >= _RARELY or made.found < _MORE * made.chance:
        return
    clues = _clues(read, context.vignettes)
    if clues:
        found = [f"`{each.word}` is in {each.right} right and {each.wrong} wrong options" for each in clues]
        message = f"{made.text}: {', '.join(found)}"
        yield Diagnostic("giveaway-words", message, _place(context.vignettes, clues[0]), _hint(clues))


def _hint(clues: list[Clue]) -> str:
    """What to do about the words."""
    of_right = [each.word for each in clues if each.of_right]
    of_wrong = [each.word for each in clues if not each.of_right]
    ways = []
    if of_right:
        ways.append(
            f"use {listing(of_right)} in wrong options too, or add questions with another best option"
        )
    if of_wrong:
        them = "it" if len(of_wrong) == 1 else "them"
        ways.append(f"use {listing(of_wrong)} in right options too, or replace {them} in some wrong ones")
    return "; ".join(ways)


def _clues(read: _Reading, vignettes: Sequence[Vignette]) -> list[Clue]:
    """The few words that helped most to find right options, the most helpful first."""
    counts, helped = read.counts, read.helped
    strongest = sorted(helped, key=lambda stem: (-round(helped[stem], 6), stem))[:_NAMED]
    forms: dict[str, Counter[str]] = {stem: Counter() for stem in strongest}
    for vignette in vignettes:
        for token in (token for text in vignette.texts for token in tokens(text)):
            if STEMS[token] in forms:
                forms[STEMS[token]][token.strip(SIGNS)] += 1
    share = read.guesses.vignettes / counts.options
    return [
        Clue(each.most_common(1)[0][0], stem, right, wrong, right > share * (right + wrong))
        for stem, each in forms.items()
        for right, wrong in [(counts.right[stem], counts.wrong[stem])]
    ]


def _place(vignettes: Sequence[Vignette], clue: Clue) -> Span:
    """The first option with a word, among the right or the wrong ones."""
    options = (
        look.of_text(each.note, each.options[number].text)
        for each in vignettes
        for number, text in enumerate(each.texts)
        if clue.stem in stems(text) and (number == each.right) == clue.of_right
    )
    return next(options)
