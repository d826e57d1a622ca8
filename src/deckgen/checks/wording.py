"""Rules about single cards: what clozes hide, how long answers are, which words give them away.

After P. Wozniak, "Effective learning: twenty rules of formulating knowledge" (1999), and T. Haladyna,
S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for classroom assessment"
(2002).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.anki.cloze import read
from deckgen.anki.cloze_slips import slips
from deckgen.checks import context as look
from deckgen.checks.context import RuleContext, of_note
from deckgen.checks.prose import WORD, counted, is_unspaced, plain, prose, size, tokens, verbatim, words
from deckgen.checks.stems import FUNCTION_STEMS, FUNCTION_WORDS, STEMS, content, stems
from deckgen.deck.notes import values_of
from deckgen.deck.values import scalars, statements
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deckgen.anki.cloze import Cloze
    from deckgen.checks.context import Hidden
    from deckgen.deck.notes import Note

_LONGEST_CLOZE = 10
_LONGEST_DEFINITION = 55
_LONGEST_CELLS = 40
"""The most words of an answer: of a cloze, a definition, the cells of a row."""

_LONGEST_LIST = 5
"""The most things in the list of a cloze or a cell."""

_EMPTY_WORDS = frozenset(
    """
    a an the of to in on at by for from with and or but as is are was were be been being it its this that
    these those there which who whom what than then so such do does did has have had will would
    """.split()
)


def long_answer(context: RuleContext) -> Iterator[Diagnostic]:
    """An answer that is too long to be recalled at once (Wozniak: minimum information principle)."""
    for hidden in context.hidden:
        for cloze in hidden.clozes:
            if cloze.end - cloze.inner > 2 * _LONGEST_CLOZE:
                answer = _answer(hidden, cloze)
                most = _LONGEST_CLOZE * (1 + _is_translated(hidden, cloze))
                fault = "" if "{{c" in answer else _too_long(answer, most)
                if fault:
                    span = look.at(hidden.note, hidden.scalar, cloze.start, cloze.end + 2 - cloze.start)
                    yield Diagnostic("long-answer", f"this cloze hides {fault}", span, _SPLIT)
        yield from _many_blanks(hidden)
    for note in context.notes:
        yield from _long_values(context, note)


_SPLIT = "ask one thing at a time: split it into several cards, or ask only for what matters"


def _too_long(answer: str, most: int, listed: int = _LONGEST_LIST) -> str:
    """A description of a too long answer: its words, or the things in it; empty if it is short enough."""
    # the marks of Markdown, which are no words, can only make it longer; a tag can be between two words
    if answer.isascii() and len(answer.split()) + answer.count("<") <= min(most, listed - 1):
        return ""
    readable = plain(answer, code=False)
    if size(readable) > most:
        return f"{counted(readable)}, too much to recall at once"
    things = len(re.split(r",? (?:and|or|nor) |[,;] ", readable))
    return f"a list of {things}, too much to recall at once" if things > listed else ""


def _many_blanks(hidden: Hidden) -> Iterator[Diagnostic]:
    """A card with so many blanks that its answer is too long."""
    for number in sorted({number for cloze in hidden.clozes for number in cloze.numbers}):
        mine = [cloze for cloze in hidden.clozes if number in cloze.numbers]
        if len(mine) > 3:
            answers = " ".join(plain(_answer(hidden, cloze)) for cloze in mine)
            if size(answers) > _LONGEST_CLOZE:
                span = look.at(hidden.note, hidden.scalar, mine[0].start, mine[0].inner - mine[0].start)
                message = (
                    f"c{number} hides {counted(answers)} in {len(mine)} places, too many to recall at once"
                )
                yield Diagnostic("long-answer", message, span, _SPLIT)


def _long_values(context: RuleContext, note: Note) -> Iterator[Diagnostic]:
    """Too long answers of cards that ask for whole values of a note."""
    for key in context.form(note).answering:
        value = note.values.get(key.name)
        if isinstance(value, Scalar):
            if len(value.value) <= 2 * _LONGEST_DEFINITION:
                continue
            wanted = key.required or value in [answer for _, answer in context.asked(note)]
            fault = _too_long(value.value, _LONGEST_DEFINITION, 99) if wanted else ""
            if fault:
                yield Diagnostic("long-answer", f"the answer has {fault}", look.of_text(note, value), _SPLIT)
        elif key.type.is_row and value is not None and context.asks_by(note, "name"):
            cells = [cell.value for cell in scalars(value)[1:]]
            faults = [_too_long(cell, _LONGEST_CELLS) for cell in cells]
            joined = " ".join(cells)
            fault = next(filter(None, faults), "") or _too_long(joined, _LONGEST_CELLS, 99)
            if fault:
                yield of_note("long-answer", note, f"the answer has {fault}", _SPLIT)


def _answer(hidden: Hidden, cloze: Cloze) -> str:
    """The answer of a cloze, without its hint."""
    return hidden.scalar.value[cloze.inner : cloze.answer_end]


def _is_translated(hidden: Hidden, cloze: Cloze) -> bool:
    """Whether the hint of a cloze is as long as its answer, as a translation is."""
    hint = hidden.scalar.value[cloze.hint : cloze.end] if cloze.hint >= 0 else ""
    return size(hint) * 2 > size(_answer(hidden, cloze)) and size(hint) > _SENTENCE


_VAGUE = frozenset(
    STEMS[word]
    for word in """
    according important remember note noted called known true key always following example term means fact
    generally usually often said
    """.split()
)


def cloze_hides_all(context: RuleContext) -> Iterator[Diagnostic]:
    """A cloze that leaves too little text for a question (Wozniak: minimum information principle)."""
    for hidden in context.hidden:
        for number in sorted({number for cloze in hidden.clozes for number in cloze.numbers}):
            mine = [cloze for cloze in hidden.clozes if number in cloze.numbers]
            if not context.english and any(cloze.hint >= 0 for cloze in mine):
                continue  # the hint of such a word is its translation, or says what to recall
            size = sum(cloze.end - cloze.inner for cloze in mine)
            if size * 4 >= len(hidden.scalar.value) and _too_little_is_left(hidden, mine):
                first = mine[0]
                span = look.at(hidden.note, hidden.scalar, first.start, first.end + 2 - first.start)
                message = f"with c{number} hidden, too little is left to show what is asked"
                hint = "leave more of the sentence visible, or add a hint: `{{c1::answer::which one?}}`"
                yield Diagnostic("cloze-hides-all", message, span, hint)


def _too_little_is_left(hidden: Hidden, mine: list[Cloze]) -> bool:
    """Whether a card that hides some clozes shows hardly anything else."""
    text, hints = hidden.scalar.value, ""
    for cloze in sorted(mine, key=lambda cloze: -cloze.start):
        hints += " " + (text[cloze.hint : cloze.end] if cloze.hint >= 0 else "")
        text = f"{text[: cloze.start]} {text[cloze.end + 2 :]}"
    visible = [STEMS[word] for word in words(plain(f"{text} {hints}")) if not _carries_nothing(word)]
    clear = [word for word in visible if word not in _VAGUE]
    answer = sum(size(plain(_answer(hidden, cloze))) for cloze in mine)
    if len(visible) < 2 or (len(clear) < 2 and answer > 1) or (answer > 4 * len(visible) and answer > 8):
        return True
    return not hints.strip() and any(_hides_a_sentence(hidden, cloze) for cloze in mine)


def _carries_nothing(word: str) -> bool:
    """Whether a word carries grammar rather than meaning; a letter of Hiragana mostly does."""
    return word in FUNCTION_WORDS or "\u3041" <= word <= "\u3096"


def _hides_a_sentence(hidden: Hidden, cloze: Cloze) -> bool:
    """Whether a cloze hides a sentence from its beginning to its end."""
    text = hidden.scalar.value
    before, after = text[: cloze.start].rstrip(), text[cloze.end + 2 :].lstrip(" ")
    begins = not before or before.endswith((".", "!", "?", "。", "！", "？"))
    ends = _answer(hidden, cloze).rstrip().endswith((".", "!", "。")) or after[:1] in set(".!。！\n") | {""}
    return begins and ends and size(_answer(hidden, cloze)) > 3


def cloze_hides_little(context: RuleContext) -> Iterator[Diagnostic]:
    """A cloze that hides a word without meaning (Wozniak: optimise wording)."""
    if not context.english:
        return
    for hidden in context.hidden:
        for cloze in hidden.clozes:
            if cloze.answer_end - cloze.inner > 24 or cloze.hint >= 0:
                continue  # an author who gives a hint wants just this word
            answer = _answer(hidden, cloze)
            if "$" in answer or "{{" in answer or "`" in answer or not answer.strip():
                continue
            hidden_words = plain(answer).strip(" .,;:!?\n").split()
            # a sign, a letter, an option of a command may be the point of the card: `A`, `-a`
            if all(
                word.lower() in _EMPTY_WORDS and word != word.upper() for word in hidden_words
            ) or hidden_words == ["a"]:
                span = look.at(hidden.note, hidden.scalar, cloze.start, cloze.end + 2 - cloze.start)
                message = f"this cloze hides `{answer.strip()}`, which teaches nothing"
                yield Diagnostic("cloze-hides-little", message, span, "hide the word that learners must know")


def cloze_gap(context: RuleContext) -> Iterator[Diagnostic]:
    """A gap in the cloze numbers; no warning once the note is released, because its numbers must stay."""
    for hidden in context.hidden:
        numbers = {number for cloze in hidden.clozes for number in cloze.numbers}
        if numbers and max(numbers) != len(numbers) and not context.is_released(hidden.note):
            if any(slips(hidden.scalar.value, read(hidden.scalar.value))):
                continue  # the faulty cloze may have the number that is left out
            missing = next(number for number in range(1, max(numbers)) if number not in numbers)
            after = next(cloze for cloze in hidden.clozes if max(cloze.numbers) > missing)
            span = look.at(hidden.note, hidden.scalar, after.start, after.inner - after.start)
            message = f"the cloze numbers of this text leave out {missing}"
            yield Diagnostic("cloze-gap", message, span, "number them 1, 2, 3")


def term_in_definition(context: RuleContext) -> Iterator[Diagnostic]:
    """A term in the text by which a card asks for it (Haladyna, Downing and Rodriguez: avoid clues).

    The rule only checks texts in Markdown: a plain text is a name itself, and has no other words. It also
    reports the hint of a cloze that is its answer.
    """
    for hidden in context.hidden:
        yield from _hint_is_answer(hidden)
    for note in context.notes:
        kind = note.kind
        if kind.cloze or not kind.label:
            continue
        if "question" in note.values:
            yield from _asks_with_answer(context, note)
        value = values_of(note).get(kind.label)
        if not isinstance(value, Scalar):
            yield from _row_names_itself(context, note, statements(value))
        elif keys := _asks_for(context, note):
            yield from _label_in_texts(context, note, value.value, keys)


def _label_in_texts(context: RuleContext, note: Note, term: str, keys: list[str]) -> Iterator[Diagnostic]:
    """The texts by which a card asks for the label of a note, its term, although they have it."""
    kind = note.kind
    label = plain(term)
    is_name = (kind.name, kind.label) in context.plain_keys or size(label) <= _LONGEST_NAME
    names = _names(context, label) if is_name else []
    for key in keys if names else ():
        text = values_of(note).get(key)
        if not isinstance(text, Scalar) or (kind.name, key) in context.plain_keys:
            continue
        if not _may_stand_in(names, text.value) or size(text.value) < _SENTENCE:
            continue  # a translation cannot be changed
        if hit := _stands_in(context, names, prose(text.value)):
            span = look.at(note, text, hit[0], hit[1] - hit[0])
            message = f"`{text.value[hit[0] : hit[1]]}` gives away the term that a card asks for"
            yield Diagnostic("term-in-definition", message, span, _TERM_HINT)


_CHOICE = re.compile(r"\b(?:or|oder|ou|o)\b|/|أو|أم|または|还是|或", re.IGNORECASE)
_MENTIONED = "*_`\"'“‘«„「『"


def _asks_with_answer(context: RuleContext, note: Note) -> Iterator[Diagnostic]:
    """Plain questions that contain their short answer, except if they mention it as a word or a choice."""
    for question, answer in context.asked(note):
        label = plain(answer.value) if answer else ""
        if answer is None or size(label) > _LONGEST_NAME or _CHOICE.search(plain(question.value)):
            continue
        hit = _stands_in(context, _names(context, label), prose(question.value))
        if hit and question.value[max(0, hit[0] - 1)] not in _MENTIONED:
            span = look.at(note, question, hit[0], hit[1] - hit[0])
            message = f"`{question.value[hit[0] : hit[1]]}` gives away the answer to this question"
            yield Diagnostic("term-in-definition", message, span, "rephrase it without the answer")


def _hint_is_answer(hidden: Hidden) -> Iterator[Diagnostic]:
    """Clozes whose hint is their answer."""
    for cloze in hidden.clozes:
        hint = hidden.scalar.value[cloze.hint : cloze.end] if cloze.hint >= 0 else ""
        if hint.strip() and hint.strip().casefold() == _answer(hidden, cloze).strip().casefold():
            span = look.at(hidden.note, hidden.scalar, cloze.hint, len(hint))
            message = "the hint of this cloze is its answer, so the card gives it away"
            way = "write a hint that narrows the answer down without naming it, or remove the hint"
            yield Diagnostic("term-in-definition", message, span, way)


_TERM_HINT = "rephrase it without the term"
_SENTENCE = 3  # words
_LONGEST_NAME = 3  # words that carry meaning; a longer text is a sentence and no name


def _row_names_itself(context: RuleContext, note: Note, texts: list[Scalar]) -> Iterator[Diagnostic]:
    """A row whose name is in its other cells, if a card asks for the name by these cells."""
    parts = {field.part for field in note.kind.fields if field.key == note.kind.label}
    if not texts or "rest" not in parts or not context.asks_by(note, "rest"):
        return
    names = _names(context, plain(texts[0].value))
    for cell in texts[1:]:
        if hit := _stands_in(context, names, prose(cell.value)):
            span = look.at(note, cell, hit[0], hit[1] - hit[0])
            message = f"`{cell.value[hit[0] : hit[1]]}` gives away the name that a card asks for"
            yield Diagnostic("term-in-definition", message, span, _TERM_HINT)


def _asks_for(context: RuleContext, note: Note) -> list[str]:
    """The keys on the front of cards that do not show the note's label."""
    keys = context.form(note).asking_for_label
    others = context.answered_otherwise(note) if keys else ()
    return [key for key in keys if key not in others] if others else keys


_BRACKETS = re.compile(r"\(([^)]*)\)")
_BETWEEN = re.compile(r",? or |/|;")


def _names(context: RuleContext, term: str) -> list[list[str]]:
    """The names in a term, as stems: the term itself and, if it has one, the synonym in brackets."""
    parts = [term]
    if "(" in term or _BETWEEN.search(term):
        parts = _BETWEEN.split(_BRACKETS.sub(" ", term)) + _BRACKETS.findall(term)
    names = [content(part) if context.english else words(part) for part in parts]
    return [
        name
        for name in names
        if name and len(name) <= _LONGEST_NAME and (len(name) > 1 or len(name[0]) > 2 or is_unspaced(name[0]))
    ]


def _may_stand_in(names: list[list[str]], text: str) -> bool:
    """Whether a text contains all words of some name; what `_stands_in` finds is among these."""
    lower = text.lower()
    for name in names:
        for part in name:
            if part not in lower:
                break
        else:
            return True
    return False


def _stands_in(context: RuleContext, names: list[list[str]], text: str) -> tuple[int, int] | None:
    """The part of a text with all words of a name, as (start, end); None if some are missing.

    In English the words may have any form, in other languages only their own.
    """
    unspaced = [joined for name in names if is_unspaced(joined := "".join(name))]
    for joined in unspaced:
        if (start := text.find(joined)) >= 0:
            return start, start + len(joined)
    held = stems(text) if context.english else set(words(text))
    for name in names:
        if all(part in held for part in name) and "".join(name) not in unspaced:
            places = [
                (STEMS[match.group().lower()] if context.english else match.group().lower(), match.span())
                for match in WORD.finditer(text)
            ]
            firsts = {stem: span for stem, span in reversed(places) if stem in name}
            if len(firsts) < len(set(name)):
                return None
            start, end = min(firsts.values())[0], max(firsts.values())[1]
            return (start, end) if "\n" not in text[start:end] else min(firsts.values())
    return None


_SAYS_NOTHING = frozenset(
    """
    wrong incorrect correct right not this that is the a an answer best option choice true false no yes see
    above obvious obviously distractor it explanation because clearly simply just of course one here good bad
    plausible but tempting common mistake error textbook book page chapter guide first second third fourth
    below exam important remember learn know asked often read for in you should must by and others other as
    another better compare comes up to
    """.split()
)


def missing_reason(context: RuleContext) -> Iterator[Diagnostic]:
    """A note without its reason, or a reason that says nothing (Wozniak: understand before you learn)."""
    hint = "explain why it is so"
    for note in context.notes:
        if "why" in note.kind.keys and "why" not in note.values:
            message = f"this {note.kind.name} has no reason"
            yield from look.lacks(
                "missing-reason", note, "why", message, "add `why: |` with the reason under it"
            )
        for why in _without_content(context, note):
            yield Diagnostic("missing-reason", "this reason says nothing", look.of_text(note, why), hint)


def _without_content(context: RuleContext, note: Note) -> Iterator[Scalar]:
    """The reasons of a note and of its options that say nothing."""

    def stem() -> str:
        return context.prompt(note)

    for options in context.options_of(note):
        for option in options.items:
            if _says_nothing(option.why.value, option.text.value, stem):
                yield option.why
    why = note.values.get("why")
    if (
        isinstance(why, Scalar)
        and len(why.value) < _LONG_REASON
        and _says_nothing(why.value, context.prompt(note), str)
    ):
        yield why


_LONG_REASON = 120  # characters; a longer reason has content
_NO_REASON = frozenset(STEMS[word] for word in _SAYS_NOTHING) | FUNCTION_STEMS


class _Reasons(dict[str, str]):
    """A cache of the stems of words; empty for words that make no reason."""

    def __missing__(self, word: str) -> str:
        stem = STEMS[word]
        stem = self[word] = "" if stem in _NO_REASON else stem
        return stem


_REASONS = _Reasons()


def _says_nothing(why: str, of: str, stem: Callable[[], str]) -> bool:
    """Whether a reason only judges its subject, or repeats it.

    Other words that it takes from the case do make a reason: "The printer is reached, so the mask is right".
    """
    if len(why) > 2 * len(of) + 90:
        return False
    mine = set(map(_REASONS.__getitem__, tokens(why))) - {""}
    if not mine:
        return not verbatim(why)
    repeated = stems(of)
    new = mine - repeated
    return not new or (len(mine) < 4 and bool(mine & repeated) and len(new) < 2 and new <= stems(stem()))
