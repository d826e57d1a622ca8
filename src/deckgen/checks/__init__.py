"""Rules over the notes of a deck, one function a rule.

`LINKS` are about how notes hang together, and most of what they report are errors. `WARNINGS` are about
whether the cards are good ones; each of these is named after the code that it reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.checks import (
    abbreviations,
    clues,
    direction,
    links,
    options,
    pasted,
    shown,
    together,
    twins,
    typed,
    typography,
    wording,
)
from deckgen.checks.links import RULES as LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deckgen.checks.cards import Cards
    from deckgen.diagnostics import Diagnostic

__all__ = ["LINKS", "OF_CARDS", "WARNINGS", "WHOLE_DECK", "links", "warn"]

WHOLE_DECK: tuple[Callable[[Cards], Iterator[Diagnostic]], ...] = (
    twins.same_question,
    pasted.repeated_text,
    together.same_term,
    abbreviations.undefined_abbreviation,
    together.missing_reference,
    together.few_options,
    together.answer_places,
    together.blueprint_tag,
    together.missing_language,
    shown.unshown_field,
)
"""The rules that compare notes, and say nothing of a deck that could not be read whole."""

WARNINGS: tuple[Callable[[Cards], Iterator[Diagnostic]], ...] = (
    wording.long_answer,
    wording.cloze_hides_all,
    wording.cloze_hides_little,
    wording.cloze_gap,
    wording.term_in_definition,
    wording.missing_reason,
    wording.no_question,
    clues.longest_option,
    clues.hedged_option,
    clues.absolute_words,
    clues.echoed_stem,
    options.all_of_the_above,
    options.negative_stem,
    options.overlapping_options,
    options.unparallel_options,
    typography.swallowed_key,
    typography.placeholder,
    typography.missing_alt,
    typography.upper_case,
    typography.doubled_word,
    typography.doubled_space,
    typography.trailing_space,
    typography.stray_markdown,
    typography.curly_quotes,
    typed.changed_text,
    direction.direction_override,
    *WHOLE_DECK,
)
"""The rules about cards."""

OF_CARDS = frozenset(
    rule.__name__.replace("_", "-")
    for rule in WARNINGS
    if rule not in {direction.direction_override, typed.changed_text}
) | {"single-colon"}
"""The codes that a deck may draw by habit; nobody turns the direction of a text so, or changes one."""


def warn(cards: Cards) -> Iterator[Diagnostic]:
    """What the rules about cards report, but for those that the deck switches off."""
    for rule in WARNINGS:
        if rule.__name__.replace("_", "-") not in cards.deck.off and (
            cards.complete or rule not in WHOLE_DECK
        ):
            yield from rule(cards)
