"""Rules about how a vignette asks, and whether its options are fair: independent, and alike in form.

After T. Haladyna, S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for
classroom assessment" (2002), and the item-writing guide of the National Board of Medical Examiners (NBME).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.context import RuleContext, on_option
from deckgen.checks.option_texts import _OF_REFERENCES, refers
from deckgen.checks.patterns import any_of
from deckgen.diagnostics import Diagnostic
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.vignettes import Vignette


def all_of_the_above(context: RuleContext) -> Iterator[Diagnostic]:
    """An option that refers to others (Haladyna: avoid all and none of the above)."""
    for vignette in context.vignettes:
        yield from _letters_in_reasons(vignette)
        if vignette.words.isdisjoint(_OF_REFERENCES):
            continue
        texts = vignette.texts
        for place in range(len(texts)):
            if refers(texts, place):
                message = "this option refers to other options, but the card shuffles them"
                hint = "write an option that makes sense in any order, or ask about each one separately"
                yield on_option("all-of-the-above", vignette, place, message, hint)


_BY_LETTER = pattern(r"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice)s? \(?[A-H]\b(?![-'’])")


def _letters_in_reasons(vignette: Vignette) -> Iterator[Diagnostic]:
    """Reasons that name options by their letters, which change with each review."""
    for option in vignette.options:
        why = option.why.value
        # the search for a pattern takes much longer than that for some letters
        match = _BY_LETTER.search(why) if "ption" in why or "nswer" in why or "hoice" in why else None
        if match:
            message = f"`{match[0]}` refers to an option by its letter, but the card shuffles the options"
            span = look.at(vignette.note, option.why, match.start(), len(match[0]))
            yield Diagnostic("all-of-the-above", message, span, "describe what the option says instead")


_SUPERLATIVES = (
    "likely probable appropriate suitable effective important useful helpful consistent relevant common "
    "desirable accurate true correct"
)
_NEGATIVES = pattern(
    rf"(?<![*=_>\w])(?:not|except(?!ion)|least(?= (?:{_SUPERLATIVES.replace(' ', '|')})\b)|never|"
    r"cannot)(?![*=_<\w])|\b\w+n['’]t\b",
    re.IGNORECASE,
)
# "which is not", "what should the therapist not do"; but "an activity not for prosecution" denies nothing
_DENIED = pattern(
    r"(?:^|.*\b(?:which|what|who|whom|whose|where|all|each|one|these|following)\b)"
    r"(?:(?!\b(?:that|so|because|if|when|while|to)\b).)*"
    r"\b(?:is|are|was|were|be|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|but)"
    r"(?:(?: [^\s,]+){0,4} (?:not|never)|not|n['’]t)$",
    re.IGNORECASE | re.DOTALL,
)
_OF_A_CASE = pattern(
    r"\b(?:what|which|who|how)\b.*\b(?:if|when|whose|unless|because|while|where)\b"
    r"|\b(?:above|below|after|before|beyond|until) which\b|\b(?:of|for|by|from|in|without) $",
    re.IGNORECASE | re.DOTALL,
)
"""A negation in the case, and not in the question itself: "the danger of not being seen"."""
_ASKS_FOR_ONE = any_of(
    """
    which, what, who, whom, whose, where, all, each, choose, select, find, name, identify, mark, pick,
    one, following, these, those, option
    """
)
_NO_EXCEPTION = any_of("why, how, at least, not only, or not, if not, not yet, last but not least")


def negative_stem(context: RuleContext) -> Iterator[Diagnostic]:
    """A negative question whose negation is not emphasized (Haladyna: avoid negatives or emphasize them)."""
    if not context.english:
        return
    for vignette in context.vignettes:
        note, question = vignette.note, vignette.question
        if question is None:
            continue
        text = question.value
        start = max(text.rstrip()[:-1].rfind(mark) for mark in (". ", "! ", "? ", ".\n")) + 1
        match = _NEGATIVES.search(text, start)
        if (
            not match
            or not _denies(match.group().lower(), text[start : match.start()], text[start : match.end()])
            or not _ASKS_FOR_ONE.search(text, start)
            or _NO_EXCEPTION.search(text, start)
        ):
            continue
        word = match.group()
        if not word.isupper() and not _emphasised(text, match.start(), match.end()):
            message = f"`{word}` in this question is easy to overlook"
            hint = f"ask a positive question, or emphasize the word: `**{word}**`"
            span = look.at(note, question, match.start(), len(word))
            yield Diagnostic("negative-stem", message, span, hint)


def _denies(word: str, before: str, through: str) -> bool:
    """Whether a negative word makes the question negative.

    Args:
        word: The negative word.
        before: The question before the word.
        through: The question from the word on.
    """
    if word == "except":
        return bool(before.strip())  # "Except in Alaska, which …?" is a positive question
    return word == "least" or bool(_DENIED.match(through.strip()) and not _OF_A_CASE.search(before))


def _emphasised(text: str, start: int, end: int) -> bool:
    """Whether a place in a text is inside emphasis."""
    if any(text.count(mark, 0, start) % 2 and mark in text[end:] for mark in ("**", "==", "_", "*")):
        return True
    return re.search(r"<(?:u|b|strong|em|mark|i)>[^<]*$", text[:start]) is not None
