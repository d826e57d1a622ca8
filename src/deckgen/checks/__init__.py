"""The rules about the notes of a deck, one function for each rule.

The rules in `links` check how notes refer to each other; most of their diagnostics are errors. The rules in
`WARNINGS` check whether the cards are good; each of them has the name of the code that it reports.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from deckgen.cards.sentences import read_sentences, sentence_files
from deckgen.checks import (
    abbreviations,
    code,
    direction,
    giveaway,
    links,
    markdown_signs,
    near_duplicates,
    options,
    overlaps,
    parallels,
    pasted,
    printed,
    questions,
    repeated_cases,
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
from deckgen.project import SOCIAL_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from collections.abc import Set as AbstractSet

    from deckgen.cards.note_types import NoteTypes
    from deckgen.deck.notes import Deck, Note
    from deckgen.deck.reading import Source
    from deckgen.diagnostics import Diagnostic, Diagnostics
    from deckgen.memory import Memory
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
    giveaway.giveaway_words,
    repeated_cases.repeated_example,
    printed.printed_answer,
    whole_deck.blueprint_tag,
    whole_deck.missing_language,
    shown.unshown_field,
)
"""The rules that compare notes. They do not run if some of the deck could not be read."""

WARNINGS: tuple[Callable[[RuleContext], Iterator[Diagnostic]], ...] = (
    wording.long_answer,
    wording.cloze_hides_all,
    wording.cloze_hides_little,
    wording.cloze_gap,
    wording.term_in_definition,
    wording.missing_reason,
    questions.no_question,
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
    markdown_signs.stray_markdown,
    typography.curly_quotes,
    typed.changed_text,
    code.unknown_code_language,
    direction.direction_override,
    *WHOLE_DECK,
)
"""The rules about cards."""

BY_CHAPTER = frozenset(WARNINGS) - {*WHOLE_DECK, typography.doubled_word, direction.direction_override}
"""The rules that find the same in a chapter, whatever the others are."""

OF_CARDS = frozenset(
    rule.__name__.replace("_", "-")
    for rule in WARNINGS
    if rule not in {direction.direction_override, typed.changed_text}
) | {"single-colon"}
"""The codes that can be a habit of the whole deck. Nobody uses the two exceptions as a habit."""


def check_files(project: Project, source: Source, note_types: NoteTypes) -> Iterator[Diagnostic]:
    """Warnings about files of the deck that nothing reads."""
    sections = [kind.section for kind in source.kinds.in_force]
    yield from stray_files.beside_source(project, sections)
    yield from stray_files.unread_files(project, source.files, sections)
    files = sentence_files(source.deck, project)
    others = {*files, project.templates / SOCIAL_PICTURE}
    yield from stray_files.unused_templates(project, source.kinds, note_types, others)
    if files and not project.is_shipped:
        yield from read_sentences(source.deck, project).diagnostics


def check_links(deck: Deck, ids: AbstractSet[str]) -> Iterator[Diagnostic]:
    """The diagnostics of how notes refer to each other.

    Args:
        deck: The deck.
        ids: The ids that files seem to contain which could not be read.
    """
    for rule in links.RULES:
        yield from rule(deck, ids)


def check_cards(
    deck: Deck,
    note_types: NoteTypes,
    released: Container[str],
    progress: Callable[[str, int, int], None],
    *,
    complete: bool,
    memory: Memory | None = None,
) -> Iterator[Diagnostic]:
    """The diagnostics of the rules about cards, except for rules that the deck switches off.

    Args:
        deck: The deck.
        note_types: The note types of its kinds.
        released: The ids of notes that have been released.
        progress: Called with the present step, the number of finished rules, and the number of all rules.
        complete: Whether every chapter could be read. Otherwise a missing note may be in an unread part.
        memory: What was found in the chapters of the last build, and then in those of this one.
    """
    cards = RuleContext(deck, note_types.by_kind, released, complete=complete)
    if memory:
        cards.parts = _parts(cards, memory)
        cards.last = memory.of("last")
    for number, rule in enumerate(WARNINGS):
        progress("checking notes by rules", number, len(WARNINGS))
        if rule.__name__.replace("_", "-") not in deck.off and (complete or rule not in WHOLE_DECK):
            yield from chain.from_iterable(cards.of_parts(rule)) if rule in BY_CHAPTER else rule(cards)
    for part in (cards, *(cards.parts if memory and not memory.lasting else ())):
        part.forget()


def _parts(cards: RuleContext, memory: Memory) -> list[RuleContext]:
    """The chapters of a deck as decks of their own; those of the last build if they are the same."""
    before = memory.of("parts")
    chapters: dict[int, list[Note]] = {}
    for note in cards.deck.notes:
        chapters.setdefault(id(note.chapter), []).append(note)
    parts: dict[Note, RuleContext] = {}
    for notes in chapters.values():
        part = before.get(notes[0])
        if part is None or part.faces is not cards.faces:
            part = replace(cards, deck=replace(cards.deck, notes=notes))
            part.kept = memory.of("found").get(notes[0], {})
        parts[notes[0]] = part
    memory.keep("parts", parts)
    return list(parts.values())


def wanted(deck: Deck, diagnostics: Diagnostics) -> list[Diagnostic]:
    """The diagnostics without the silenced ones, and with one warning for each habit of the whole deck."""
    remaining = silenced(deck, diagnostics, complete=not diagnostics.has_errors)
    return summed_up(remaining, OF_CARDS, sum(1 for note in deck.notes if not note.retired))
