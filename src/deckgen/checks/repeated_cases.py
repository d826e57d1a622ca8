"""A rule about vignettes whose case repeats the example of a note that they build on."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.prose import plain, tokens
from deckgen.checks.stems import MEANING, SIGNS, STEMS
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import scalars
from deckgen.diagnostics import Diagnostic, listing
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.checks.vignettes import Vignette
    from deckgen.deck.notes import Note

_ENOUGH = 20  # notes, from which on a deck shows which words are rare in it
_ALIKE = 2.5  # found on two decks of vignettes; see tests/checks/test_cues.py for what it finds there
_NEAR = 3  # words; two words that are so near each other in both texts make a pair
_A_PAIR = 0.7
_PAIRS = 2  # more pairs count no more
_NAMED = 4


def repeated_example(context: RuleContext) -> Iterator[Diagnostic]:
    """A vignette that repeats the example of a note that it builds on, so that learners recognize the case.

    The likeness is the sum of the rarities of the words that both share, compared with the length of the
    example, and a little more for each pair of words that are near each other in both.
    """
    notes = {note.id: note for note in context.notes}
    pairs = [
        (vignette, other, example)
        for vignette in context.vignettes
        for other, example in _examples(vignette, notes)
    ]
    if len(notes) < _ENOUGH or not pairs:
        return
    often: Counter[str] = Counter()
    for counts in chain.from_iterable(context.of_parts(_counts)):
        often.update(counts)
    found: dict[Note, tuple[float, Vignette, Note, list[str]]] = {}
    read = cache(_Read)  # a case or an example may be in many pairs
    for vignette, other, example in pairs:
        case, told = read(vignette.stem), read(example.value)
        shared = sorted(case.words & told.words, key=lambda word: (often[word], word))
        likeness = sum(math.log(len(notes) / often[word]) for word in shared) / math.sqrt(1 + len(told.words))
        likeness += _A_PAIR * min(len(case.near & told.near), _PAIRS)
        if likeness >= max(_ALIKE, found.get(vignette.note, (0.0,))[0]):
            found[vignette.note] = likeness, vignette, other, shared
    for _, vignette, other, shared in found.values():
        yield _repeats(vignette, other, shared)


def _counts(context: RuleContext) -> Iterator[Counter[str]]:
    """In how many notes each word is."""
    counts: Counter[str] = Counter()
    for note in context.notes:
        counts.update(
            {word for value in note.values.values() for each in scalars(value) for word in _words(each)}
        )
    yield counts


class _Read:
    """What a text consists of: its words that carry meaning, and the pairs of those near each other."""

    def __init__(self, text: str) -> None:
        """Read a text."""
        words = _words(text)
        self.words = set(words)
        self.near = _near(words)


def _examples(vignette: Vignette, notes: dict[str, Note]) -> Iterator[tuple[Note, Scalar]]:
    """The examples of the notes that a vignette builds on."""
    for name in vignette.note.builds_on:
        other = notes.get(name.value)
        example = values_of(other).get("example") if other else None
        if other and isinstance(example, Scalar):
            yield other, example


def _words(text: str | Scalar) -> list[str]:
    """The stems of a text's words that carry meaning, in order."""
    text = text.value if isinstance(text, Scalar) else text
    return [stem for token in tokens(plain(text)) if (stem := MEANING[token])]


def _near(words: list[str]) -> set[frozenset[str]]:
    """The pairs of different words that are near each other."""
    near = {
        frozenset((word, other))
        for at, word in enumerate(words)
        for other in islice(words, at + 1, at + 1 + _NEAR)
    }
    return {pair for pair in near if len(pair) > 1}


def _repeats(vignette: Vignette, other: Note, shared: list[str]) -> Diagnostic:
    """The warning, at the case, with the words that both texts share in the form that the case has."""
    forms: dict[str, str] = {}
    for token in tokens(plain(vignette.stem)):
        forms.setdefault(STEMS[token], token.strip(SIGNS))
    named = [forms[word] for word in shared[:_NAMED]]
    keys = (key for key in vignette.note.kind.keys if key not in COMMON_KEYS)
    values = [vignette.note.values.get(key) for key in keys]
    case = next((value for value in values if isinstance(value, Scalar)), None)
    message = f"this case is like the example of `{other.id}`: both have {listing(named)}"
    hint = (
        f"write another example for `{other.id}`, or set the case elsewhere, so that learners apply the idea"
    )
    at = look.of_text(vignette.note, case) if case else place(vignette.note)
    return Diagnostic("repeated-example", message, at, hint)
