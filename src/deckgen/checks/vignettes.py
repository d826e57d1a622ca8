"""Notes with options, as the rules about them see them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.checks.intervals import NUMBER_WORDS
from deckgen.checks.prose import plain, words

if TYPE_CHECKING:
    from deckgen.deck.key_types.options import Option
    from deckgen.deck.notes import Note
    from deckgen.source import Scalar

_PARTICLES = "of|the|and|in|for|on|to|at|by|a|an|de|la|du|van|von|der"
NAME = re.compile(rf"(?!(?:In|At|On|By|From|To|With|For) )[^\W\d_a-z]\S*(?: (?:[^\W_a-z]\S*|{_PARTICLES}))+")
"""Some words that all begin with capitals: a name, or a title."""
FIGURE = re.compile("[0-9]")
"""A figure of a number."""


class Vignette:
    """A note with options of which one is right.

    Attributes:
        note: The note.
        stem: All its texts before the options, including the question.
        question: The last of them.
        options: Its options.
        right: The index of the right option, from 0.
        texts: The texts of the options, without Markdown.
    """

    def __init__(self, note: Note, stem: list[Scalar], options: list[Option], right: int) -> None:
        """Read the texts of the options; `stem` has the texts before them."""
        self.note = note
        self.stem = " ".join([scalar.value for scalar in stem])
        self.question = stem[-1] if stem else None
        self.options = options
        self.right = right
        self.texts = [plain(option.text.value).strip() for option in options]

    @cached_property
    def joined(self) -> str:
        """The texts of all options."""
        return " ".join(self.texts)

    @cached_property
    def words(self) -> set[str]:
        """All words of the options, in small letters. A rule looks here first, which is fast."""
        return set(words(self.joined))

    @cached_property
    def words_of(self) -> list[list[str]]:
        """The words of each option, in small letters."""
        return [words(text) for text in self.texts]

    @cached_property
    def of_names(self) -> bool:
        """Whether its options, except for one at most, are names. Their form is fixed."""
        names = sum(1 for text in self.texts if NAME.fullmatch(text))
        return names > 1 and names >= len(self.texts) - 1

    @cached_property
    def has_number(self) -> bool:
        """Whether some option contains a number, in figures or in words."""
        return not self.words.isdisjoint(NUMBER_WORDS) or FIGURE.search(self.joined) is not None
