"""Rules about the deck as a whole: repeated terms, missing references, the balance of options."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.context import RuleContext, lacks, of_note
from deckgen.checks.parallels import asks_yes_or_no
from deckgen.checks.stems import content
from deckgen.deck.languages import written_in
from deckgen.deck.notes import Note, Table, place, values_of
from deckgen.deck.values import scalars, statements
from deckgen.diagnostics import Diagnostic, Span, did_you_mean
from deckgen.source import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.vignettes import Vignette


def same_term(context: RuleContext) -> Iterator[Diagnostic]:
    """A term that is defined twice (Wozniak: combat interference).

    The text in brackets behind a term distinguishes it from another, as in "tolerance (drugs)" and "tolerance
    (statistics)", or is a synonym, which another note may define once more.
    """
    terms = list(chain.from_iterable(context.of_parts(_terms)))
    often = Counter(outside for _, _, outside, _ in terms)
    first: dict[str, tuple[Note, str]] = {}
    synonyms: dict[str, Note] = {}
    for note, value, outside, inside in terms:
        is_synonym = bool(inside) and often[outside] == 1 and (context.english or inside.isupper())
        other = synonyms.get(outside) or (first[inside][0] if is_synonym and inside in first else None)
        before = first.setdefault(outside, (note, inside))
        if before[0] is not note and (not inside or not before[1] or inside == before[1]):
            other = before[0]
        if other:
            message = f"this term is also defined at line {place(other).line} of {place(other).path}"
            hint = f"keep one of the two, or say in parentheses how this one differs from `{other.id}`"
            yield Diagnostic("same-term", message, look.of_text(note, value), hint)
        elif is_synonym:
            synonyms.setdefault(inside, note)
    yield from chain.from_iterable(context.of_parts(_same_rows))


def _same_rows(context: RuleContext) -> Iterator[Diagnostic]:
    """Rows of a table with the same name, if a card asks for their other cells by the name."""
    first: dict[tuple[Table, str], Note] = {}
    for note in context.notes:
        if note.table is None:
            continue
        value = note.values.get("cells")
        cells = [] if isinstance(value, Scalar) else statements(value)
        if not cells or not context.asks_by(note, "name"):
            continue
        name = " ".join(cells[0].value.split())
        other = first.setdefault((note.table, name.casefold()), note)
        if other is not note:
            message = f"the row at line {place(other).line} has the same name, so one front has two answers"
            hint = "add the difference to the name, or combine them in one row"
            yield Diagnostic("same-term", message, look.of_text(note, cells[0]), hint)


def _terms(context: RuleContext) -> Iterator[tuple[Note, Scalar, str, str]]:
    """The terms of the deck, each with its text outside brackets and inside."""
    for note in context.notes:
        value = note.values.get(context.form(note).name)
        if not isinstance(value, Scalar):
            continue
        outside, inside = value.value, ""
        if "(" in value.value:
            inside = _name(context, " ".join(_BRACKETS.findall(value.value)))
            outside = _BRACKETS.sub(" ", value.value)
        yield note, value, _name(context, outside) or inside, inside


_BRACKETS = re.compile(r"\(([^)]*)\)")


def _name(context: RuleContext, term: str) -> str:
    """The form of a term that is compared: in English only the stems of words with meaning."""
    spaced = " ".join(term.split())
    if not context.english:
        return spaced
    return " ".join(content(spaced)) or spaced.lower()


def missing_reference(context: RuleContext) -> Iterator[Diagnostic]:
    """A note without a reference, if most other notes of the chapter have one."""
    chapters: dict[str, list[Note]] = {}
    for note in context.notes:
        if "reference" in note.kind.keys:
            chapters.setdefault(note.chapter.document.path, []).append(note)
    for notes in chapters.values():
        without = [note for note in notes if "reference" not in values_of(note)]
        if 0 < len(without) * 2 < len(notes):
            count = len(notes) - len(without)
            for note in without:
                message = (
                    f"{count} of {len(notes)} notes of this chapter have a reference, but this one has none"
                )
                hint = "add `reference: |` with the source under it"
                yield from lacks("missing-reference", note, "reference", message, hint)


def few_options(context: RuleContext) -> Iterator[Diagnostic]:
    """A vignette with fewer options than the exam's questions (Rodriguez 2005: three are enough)."""
    counts = [len(vignette.options) for vignette in context.vignettes]
    often = Counter(counts).most_common(1)[0][0] if len(counts) > 3 else 0
    exam = context.deck.exam_options
    expected, why = exam, f"and the exam has {exam}"
    hint = "add an option that a half-prepared learner would choose"
    if not exam:
        expected, why = max(3, often), f"and most of the deck's have {often}"
        hint += "; or say in deck.yaml how many the exam has, as in `exam_options: 3`"
    if not exam and often < 3:
        why = "so a guess is right half the time"
    for vignette in context.vignettes:
        count = len(vignette.options)
        if count < expected and not asks_yes_or_no(vignette.texts):
            yield of_note("few-options", vignette.note, f"this question has {count} options, {why}", hint)


_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


_TOO_MANY = 3.5  # questions more than expected in one place, which is hardly chance


def answer_places(context: RuleContext) -> Iterator[Diagnostic]:
    """Right options that are mostly in one place, or never in one (Haladyna: vary the location)."""
    by_count: dict[int, list[Vignette]] = {}
    for vignette in context.vignettes:
        by_count.setdefault(len(vignette.options), []).append(vignette)
    for count, vignettes in by_count.items():
        places = Counter(vignette.right for vignette in vignettes)
        usual_place, most = places.most_common(1)[0]
        total = len(vignettes)
        never = [_PLACES[number] for number in range(count) if not places[number]]
        message = ""
        if most - total / count >= _TOO_MANY and most * 2 > total and most * count > 1.5 * total:
            message = f"in {most} of {total} questions the right option is {_PLACES[usual_place]}"
        elif never and total >= 3 * count:
            message = f"in none of {total} questions the right option is {' or '.join(never)}"
        if message:
            moved = next(vignette for vignette in vignettes if vignette.right == usual_place)
            mark = moved.options[usual_place].mark
            span = moved.note.chapter.document.span(mark) if mark else place(moved.note)
            hint = "write the options of some questions in another order"
            yield Diagnostic("answer-places", message, span, hint)


def missing_language(context: RuleContext) -> Iterator[Diagnostic]:
    """A deck without a language that is mostly in letters which English does not have."""
    document = context.deck.document
    if isinstance(document.root, Mapping) and "language" in document.root.entries:
        return
    notes = (note for note in context.deck.notes if not note.retired)
    texts = (
        scalar.value for note in notes for value in values_of(note).values() for scalar in scalars(value)
    )
    if languages := written_in(texts):
        message = "the deck does not state its language, so its cards use English words and layout"
        others = "".join(f", or `{each}`" for each in languages[1:])
        hint = f"write `language: {languages[0]}`{others} in source/deck.yaml"
        yield Diagnostic("missing-language", message, Span(document.path), hint)


def blueprint_tag(context: RuleContext) -> Iterator[Diagnostic]:
    """A tag for a domain of the exam that no note has."""
    if not context.deck.blueprint:
        return
    used = {tag for note in context.deck.notes if not (note.retired or note.text_only) for tag in note.tags}
    for domain in context.deck.blueprint:
        if not domain.covers(used):
            message = f"no note has the tag `{domain.tag}`, which covers {domain.weight:g} % of the exam"
            hint = did_you_mean(domain.tag, used) or "add it to the notes for this part of the exam"
            yield Diagnostic("blueprint-tag", message, context.deck.document.span(domain.at), hint)
