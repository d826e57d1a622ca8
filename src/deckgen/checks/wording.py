"""Rules about one card at a time: what it hides, how long its answer is, what gives it away.

After P. Wozniak, "Effective learning: twenty rules of formulating knowledge" (1999), and T. Haladyna,
S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for classroom assessment"
(2002).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks import cards as look
from deckgen.checks.cards import (
    FUNCTION_WORDS,
    STEMS,
    Cards,
    Pattern,
    any_of,
    content,
    of_note,
    plain,
    words,
)
from deckgen.diagnostics import Diagnostic
from deckgen.notes import Options, Texts, place
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.cards import Hidden
    from deckgen.markup import Cloze
    from deckgen.notes import Note

LONGEST_CLOZE = 10
LONGEST_DEFINITION = 55
LONGEST_CELLS = 40
"""How many words an answer may have: a cloze, a definition, the cells of a row."""

_EMPTY_WORDS = frozenset(
    """
    a an the of to in on at by for from with and or but as is are was were be been being it its this that
    these those there which who whom what than then so such do does did has have had will would
    """.split()
)
_NO_HIDING = re.compile(r"\{\{c[0-9,]+::(.*?)\}\}", re.DOTALL)


def long_answer(cards: Cards) -> Iterator[Diagnostic]:
    """An answer that is too long to be recalled at once (Wozniak: minimum information principle)."""
    hint = "ask for one thing at a time: split it over several cards, or hide only the words that matter"
    for hidden in cards.hidden:
        for cloze in hidden.clozes:
            if cloze.end - cloze.inner < 4 * LONGEST_CLOZE:
                continue
            answer = _answer(hidden, cloze)
            count = len(plain(answer).split())
            if count > LONGEST_CLOZE and "{{c" not in answer:
                span = look.at(hidden.note, hidden.scalar, cloze.start, cloze.end + 2 - cloze.start)
                message = f"this cloze hides {count} words, more than one can recall at once"
                yield Diagnostic("long-answer", message, span, hint)
    for note in cards.notes:
        yield from _long_values(cards, note, hint)


def _long_values(cards: Cards, note: Note, hint: str) -> Iterator[Diagnostic]:
    """What a card of a note asks for as a whole, where it is too long."""
    kind = note.kind
    if kind.cloze or not kind.label:
        return
    label, asked = kind.label, cards.asked.get(kind.name, [])
    if not any(label in front for front in asked):
        return
    for key in kind.keys.values():
        value = note.values.get(key.name)
        if key.required and key.type == "markdown" and isinstance(value, Scalar) and key.name != label:
            most, said = LONGEST_DEFINITION, value.value
        elif key.type == "cells" and isinstance(value, Texts):
            most, said = LONGEST_CELLS, " ".join(item.value for item in value.items[1:])
        else:
            continue
        if len(said) > 3 * most and (count := len(plain(said).split())) > most:
            at = look.of_text(note, value) if isinstance(value, Scalar) else place(note)
            message = f"the answer has {count} words, more than one can recall at once"
            yield Diagnostic("long-answer", message, at, hint)


def _answer(hidden: Hidden, cloze: Cloze) -> str:
    """What a cloze hides, without its hint."""
    return hidden.scalar.value[cloze.inner : cloze.end].partition("::")[0]


def cloze_hides_all(cards: Cards) -> Iterator[Diagnostic]:
    """A cloze that leaves too little to tell what is asked (Wozniak: minimum information principle)."""
    for hidden in cards.hidden:
        numbers = {number for cloze in hidden.clozes for number in cloze.numbers}
        for number in sorted(numbers):
            mine = [cloze for cloze in hidden.clozes if number in cloze.numbers]
            size = sum(cloze.end - cloze.inner for cloze in mine)
            if size * 3 < len(hidden.scalar.value):
                continue
            text = hidden.scalar.value
            hints = ""
            for cloze in sorted(mine, key=lambda cloze: -cloze.start):
                hints += " " + text[cloze.inner : cloze.end].partition("::")[2]
                text = f"{text[: cloze.start]} {text[cloze.end + 2 :]}"
            left = [word for word in words(plain(f"{text} {hints}")) if word not in FUNCTION_WORDS]
            answer = sum(len(words(plain(_answer(hidden, cloze)))) for cloze in mine)
            if len(left) < 2 or (answer > 4 * len(left) and answer > 8):
                first = mine[0]
                span = look.at(hidden.note, hidden.scalar, first.start, first.end + 2 - first.start)
                message = f"with c{number} hidden, too little is left to tell what is asked"
                hint = "leave enough of the sentence in sight, or add a hint: `{{c1::answer::which one?}}`"
                yield Diagnostic("cloze-hides-all", message, span, hint)


def cloze_hides_little(cards: Cards) -> Iterator[Diagnostic]:
    """A cloze that hides a word without meaning (Wozniak: optimise wording)."""
    if not cards.english:
        return
    for hidden in cards.hidden:
        for cloze in hidden.clozes:
            if cloze.end - cloze.inner > 24 and "::" not in hidden.scalar.value[cloze.inner : cloze.end]:
                continue
            answer = _answer(hidden, cloze)
            if "$" in answer or "{{" in answer or not answer.strip():
                continue
            found = words(plain(answer))
            if all(word in _EMPTY_WORDS for word in found) and (
                found or not re.search(r"[^\s.,;:!?–—-]", answer)
            ):
                span = look.at(hidden.note, hidden.scalar, cloze.start, cloze.end + 2 - cloze.start)
                message = f"this cloze hides `{answer.strip()}`, from which nothing is learned"
                yield Diagnostic(
                    "cloze-hides-little", message, span, "hide the word that a learner has to know"
                )


def cloze_gap(cards: Cards) -> Iterator[Diagnostic]:
    """Cloze numbers that leave one out; silent once released, when numbers must stay as they are."""
    for hidden in cards.hidden:
        numbers = {number for cloze in hidden.clozes for number in cloze.numbers}
        if numbers and max(numbers) != len(numbers) and not cards.is_released(hidden.note):
            missing = next(number for number in range(1, max(numbers)) if number not in numbers)
            after = next(cloze for cloze in hidden.clozes if max(cloze.numbers) > missing)
            span = look.at(hidden.note, hidden.scalar, after.start, after.inner - after.start)
            message = f"the cloze numbers of this text leave out {missing}"
            yield Diagnostic("cloze-gap", message, span, "number them 1, 2, 3; `deckgen check --fix` does it")


def term_in_definition(cards: Cards) -> Iterator[Diagnostic]:
    """A term in the text by which a card asks for it (Haladyna, Downing and Rodriguez: avoid clues)."""
    for note in cards.notes:
        kind = note.kind
        if kind.cloze or not kind.label:
            continue
        value = look.values_of(note).get(kind.label)
        if isinstance(value, Texts):
            yield from _row_names_itself(cards, note, value)
        elif isinstance(value, Scalar):
            names = _names(value.value)
            for key in _asks_for(cards, note):
                text = look.values_of(note).get(key)
                if isinstance(text, Scalar) and (hit := _stands_in(names, text.value)):
                    span = look.at(note, text, hit[0], hit[1] - hit[0])
                    message = f"`{text.value[hit[0] : hit[1]]}` gives away the term that a card asks for here"
                    yield Diagnostic("term-in-definition", message, span, _TERM_HINT)


_TERM_HINT = "say it in other words, without the term"


def _row_names_itself(cards: Cards, note: Note, value: Texts) -> Iterator[Diagnostic]:
    """A row whose name stands in its other cells, where a card asks for the name by them."""
    if not any(field.key == note.kind.label and field.part == "rest" for field in note.kind.fields):
        return
    del cards
    names = _names(value.items[0].value)
    for cell in value.items[1:]:
        if hit := _stands_in(names, cell.value):
            span = look.at(note, cell, hit[0], hit[1] - hit[0])
            message = f"`{cell.value[hit[0] : hit[1]]}` gives away the name that a card asks for here"
            yield Diagnostic("term-in-definition", message, span, _TERM_HINT)


def _asks_for(cards: Cards, note: Note) -> set[str]:
    """The keys that stand on the front of a card which does not show the note's label."""
    fronts = [front for front in cards.asked.get(note.kind.name, ()) if note.kind.label not in front]
    return set().union(*fronts)


def _names(term: str) -> list[list[str]]:
    """The names that a term gives, as stems: itself and, where it has one, its synonym in brackets."""
    outside = re.sub(r"\([^)]*\)", " ", term)
    parts = re.split(r",? or |/|;", outside) + re.findall(r"\(([^)]*)\)", term)
    names = [content(part) for part in parts]
    return [name for name in names if name and (len(name) > 1 or len(name[0]) > 2)]


def _stands_in(names: list[list[str]], text: str) -> tuple[int, int] | None:
    """Where a text holds all words of a name: the first and the end of the last of them; else None."""
    held = look.stems(text)
    for name in names:
        if all(part in held for part in name):
            found = [(STEMS[match.group().lower()], match.span()) for match in look.WORD.finditer(text)]
            firsts = {stem: span for stem, span in reversed(found) if stem in name}
            if len(firsts) < len(set(name)):
                return None
            start, end = min(firsts.values())[0], max(firsts.values())[1]
            return (start, end) if "\n" not in text[start:end] else min(firsts.values())
    return None


_SAYS_NOTHING = frozenset(
    """
    wrong incorrect correct right not this that is the a an answer best option choice true false no yes
    see above obvious obviously distractor it explanation because clearly simply just of course one here
    good bad
    """.split()
)


def missing_reason(cards: Cards) -> Iterator[Diagnostic]:
    """A note without its reason, or a reason that says nothing (Wozniak: understand before you learn)."""
    hint = "say why it is so; a reason is what a learner takes to the next question"
    for note in cards.notes:
        if "why" in note.kind.keys and "why" not in note.values:
            message = f"this {note.kind.name} does not say why"
            yield of_note("missing-reason", note, message, "add `why: |`, and under it the reason")
        for value in note.values.values():
            if isinstance(value, Options):
                for option in value.items:
                    if _says_nothing(option.why.value, option.text.value):
                        span = look.of_text(note, option.why)
                        yield Diagnostic("missing-reason", "this reason says nothing", span, hint)
        why = note.values.get("why")
        if isinstance(why, Scalar) and _says_nothing(why.value, ""):
            yield Diagnostic("missing-reason", "this reason says nothing", look.of_text(note, why), hint)


def _says_nothing(why: str, option: str) -> bool:
    """Whether a reason only judges its option, or repeats it."""
    if len(why) > 4 * len(option) + 60:
        return False
    said = words(plain(why))
    if all(word in _SAYS_NOTHING for word in said):
        return True
    mine = {STEMS[word] for word in said if word not in _SAYS_NOTHING and word not in FUNCTION_WORDS}
    return mine <= set(content(plain(option)))


_ASKS = Pattern(r"[?？؟]|_{2,}|(?:[:…]|\.\.\.)\s*$")
_INSTRUCTS = any_of(
    """
    choose, select, pick, name, identify, decide, determine, find, give, state, describe, explain, complete,
    match, indicate, calculate, compute, estimate, work out, rank, order, put, mark, list, tell, point out,
    classify, judge, evaluate, translate, arrange, supply, fill
    """
)
_COMPLETED = any_of(
    """
    is, are, was, were, be, being, been, has, have, had, should, would, will, must, may, can, could,
    shall, might, does, do, did, needs?, means?, shows?, requires?, calls? for, points? to, suggests?,
    includes?, becomes?, indicates?, involves?, violates?, explains?, comes?, goes, lies, follows?, by,
    to, of, that, because, with, for, from, as, when, if, in, on, at, the, an?, than
    """
)
"""What the last sentence of a question holds that the options complete, as verbs do."""


def no_question(cards: Cards) -> Iterator[Diagnostic]:
    """A vignette that asks nothing (NBME: the options should be answerable with the stem alone)."""
    for note, _, question, _, _ in cards.vignettes:
        if question is None or not cards.english:
            continue
        text = plain(question.value).strip()
        if _ASKS.search(text) or _INSTRUCTS.match(text):
            continue
        if text.endswith((".", "!")) or not _COMPLETED.search(text.rpartition(". ")[2]):
            message = "this asks nothing: neither a question, nor an instruction, nor a sentence to complete"
            hint = "ask what the options answer, as in `What should the therapist do next?`"
            yield Diagnostic("no-question", message, look.of_text(note, question), hint)
