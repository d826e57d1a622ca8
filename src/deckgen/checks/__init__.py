"""Rules over the notes of a deck, one function a rule.

Those in `links` are about how notes hang together, and most of what they report are errors. `WARNINGS` are
about whether the cards are good ones; each of these is named after the code that it reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.checks import (
    abbreviations,
    direction,
    links,
    near_duplicates,
    options,
    overlaps,
    parallels,
    pasted,
    shown,
    stray_files,
    test_wiseness,
    typed,
    typography,
    whole_deck,
    wording,
)
from deckgen.checks.context import RuleContext
from deckgen.checks.habits import summed_up
from deckgen.checks.silence import silenced
from deckgen.checks.stray_files import unused_media

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from collections.abc import Set as AbstractSet

    from deckgen.cards.note_types import NoteTypes
    from deckgen.deck.notes import Deck
    from deckgen.deck.reading import Source
    from deckgen.diagnostics import Diagnostic, Diagnostics
    from deckgen.project import Project

__all__ = [
    "OF_CARDS",
    "WARNINGS",
    "WHOLE_DECK",
    "check_cards",
    "check_files",
    "check_links",
    "unused_media",
    "wanted",
]

WHOLE_DECK: tuple[Callable[[RuleContext], Iterator[Diagnostic]], ...] = (
    near_duplicates.same_question,
    pasted.repeated_text,
    whole_deck.same_term,
    abbreviations.undefined_abbreviation,
    whole_deck.missing_reference,
    whole_deck.few_options,
    whole_deck.answer_places,
    whole_deck.blueprint_tag,
    whole_deck.missing_language,
    shown.unshown_field,
)
"""The rules that compare notes, and say nothing of a deck that could not be read whole."""

WARNINGS: tuple[Callable[[RuleContext], Iterator[Diagnostic]], ...] = (
    wording.long_answer,
    wording.cloze_hides_all,
    wording.cloze_hides_little,
    wording.cloze_gap,
    wording.term_in_definition,
    wording.missing_reason,
    wording.no_question,
    test_wiseness.longest_option,
    test_wiseness.hedged_option,
    test_wiseness.absolute_words,
    test_wiseness.echoed_stem,
    options.all_of_the_above,
    options.negative_stem,
    overlaps.overlapping_options,
    parallels.unparallel_options,
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


def check_files(project: Project, source: Source, note_types: NoteTypes) -> Iterator[Diagnostic]:
    """What files of the deck nothing reads."""
    sections = [kind.section for kind in source.kinds.in_force]
    yield from stray_files.beside_source(project, sections)
    yield from stray_files.unread_files(project, source.files, sections)
    yield from stray_files.unused_templates(project, source.kinds, note_types)


def check_links(deck: Deck, ids: AbstractSet[str]) -> Iterator[Diagnostic]:
    """What is wrong with how notes hang together.

    Args:
        deck: The deck.
        ids: The ids that seem to stand in what could not be read.
    """
    for rule in links.RULES:
        yield from rule(deck, ids)


def check_cards(
    deck: Deck, note_types: NoteTypes, released: Container[str], *, complete: bool
) -> Iterator[Diagnostic]:
    """What the rules about cards report, but for those that the deck switches off.

    Args:
        deck: The deck.
        note_types: What its cards show.
        released: The ids of notes that have been released.
        complete: Whether every chapter could be read, so that what is missing is not there.
    """
    cards = RuleContext(deck, note_types.by_kind, released, complete=complete)
    for rule in WARNINGS:
        if rule.__name__.replace("_", "-") not in deck.off and (complete or rule not in WHOLE_DECK):
            yield from rule(cards)


def wanted(deck: Deck, found: Diagnostics) -> list[Diagnostic]:
    """The diagnostics without those that the author silences; a habit of the whole deck told once."""
    left = silenced(deck, found, whole=not found.has_errors)
    return summed_up(left, OF_CARDS, sum(1 for note in deck.notes if not note.retired))
