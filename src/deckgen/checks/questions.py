"""Rules about questions: of vignettes, and plain ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.parallels import asks_yes_or_no
from deckgen.checks.patterns import any_of
from deckgen.checks.prose import plain, size
from deckgen.diagnostics import Diagnostic
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext

_ASKS = pattern(r"(?i:\bfollowing\b[^.]*\.?$)|[?？؟]|_{2,}|(?:[:…]|\.\.\.)\s*$")
_INSTRUCTS = any_of(
    """
    choose, select, pick, name, identify, decide, determine, find, give, state, describe, explain, complete,
    match, indicate, calculate, compute, estimate, work out, rank, order, put, mark, list, tell, point out,
    classify, judge, evaluate, translate, arrange, supply, fill, say, write, define, spell, recall, recite,
    draw, sketch, prove, derive, solve, simplify, convert, compare, outline, summarize, quote
    """
)
# without a case before it, the option replaces such a word: "It is the longest river"
_STANDS_IN = pattern(r"\b(?:this|these|such|it|he|she|they|its|his|her|their)\b", re.IGNORECASE)
_COMPLETED = any_of(
    """
    is, are, was, were, be, being, been, has, have, had, should, would, will, must, may, can, could,
    shall, might, does, do, did, needs?, means?, shows?, requires?, calls? for, points? to, suggests?,
    includes?, becomes?, indicates?, involves?, violates?, explains?, comes?, goes, lies, follows?, by,
    to, of, that, because, with, for, from, as, when, if, in, on, at, the, an?, than
    """
)
"""Words in the last sentence of a question that need the options to complete them, as verbs."""
_NO_QUESTION = "this is not a question, an instruction, or a sentence to complete"


def _instructs(text: str) -> bool:
    """Whether a sentence of a text, or the part behind a comma, begins with an instruction."""
    parts = (part.strip() for part in re.split(r"[.!?]\s|, ", text))
    return any(_INSTRUCTS.match(part) for part in parts)


def no_question(context: RuleContext) -> Iterator[Diagnostic]:
    """A question that asks nothing (NBME: the options should be answerable with the stem alone)."""
    yield from _statements(context)
    for vignette in context.vignettes:
        note, question = vignette.note, vignette.question
        if question is None or not context.english or asks_yes_or_no(vignette.texts):
            continue
        text = plain(question.value).strip()
        alone = vignette.stem == question.value
        if _ASKS.search(text) or _instructs(text) or (alone and _STANDS_IN.search(text)):
            continue
        if text.endswith((".", "!")) or not _COMPLETED.search(text.rpartition(". ")[2]):
            hint = "ask the question that the options answer, as in `What should the therapist do next?`"
            yield Diagnostic("no-question", _NO_QUESTION, look.of_text(note, question), hint)


_SWITCH = re.compile(r"(?:true|false|yes|no|on|off|[xy1])\W*", re.IGNORECASE)
_STATEMENT = 4  # words; a shorter text is a prompt, such as a word to translate


def _statements(context: RuleContext) -> Iterator[Diagnostic]:
    """Plain questions that ask nothing: statements, and `reverse: true`."""
    asking = (note for note in context.notes if context.form(note).has_plain_question)
    for note in asking:
        for question, _ in context.asked(note):
            text = plain(question.value).strip()
            at = look.of_text(note, question)
            # as a word to translate, `yes` may be the first question
            if _SWITCH.fullmatch(text) and question is not note.values["question"]:
                message = f"the card would ask only `{text}`"
                hint = "write the whole question, as in `In which year did it begin?`"
                yield Diagnostic("no-question", message, at, hint)
            elif (
                context.english
                and size(text) >= _STATEMENT
                and text.endswith((".", "!"))
                # a colon follows a prompt: `True or false: glass flows.`
                and not (":" in text or _ASKS.search(text) or _instructs(text))
            ):
                hint = "ask what the answer tells, as in `Who called it mimesis?`"
                yield Diagnostic("no-question", _NO_QUESTION, at, hint)
