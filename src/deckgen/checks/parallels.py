"""A rule about options that differ in form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks.context import RuleContext, on_option
from deckgen.checks.intervals import NUMBER
from deckgen.checks.option_texts import FEW, FIGURE, has_number, refers
from deckgen.checks.prose import plain, words
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deckgen.checks.context import Vignette
    from deckgen.diagnostics import Diagnostic

_ING = pattern(r"(?:[a-z]{3,}|us|do|go|be)ing\b", re.IGNORECASE)
_ING_PHRASE = pattern(
    r"[a-z]{2,}ing (?:the|an?|him|her|them|it|his|its|their|this|that|these|what|how|all|each|one|both|any|"
    r"some|no|more|less)\b",
    re.IGNORECASE,
)
_NUMERIC = pattern(
    rf"\W*(?:(?:about|over|under|around|roughly|up to|at least) )?[$€£]?{NUMBER}"
    rf"(?:\s*(?:-|–|to|and)\s*{NUMBER})?"
    r"(?:\s*[^\s\d,;-]+){0,2}\W*",
    re.IGNORECASE,
)
_SUBJECTS = ("it", "he", "she", "they", "there", "we", "you", "this", "these")
_VERBS = r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would|must|should)\b"
_VERB = pattern(_VERBS)
_CLAUSE = pattern(rf"(?:{'|'.join(_SUBJECTS)}) [a-z]+", re.IGNORECASE)
_BEFORE_VERB = r"(?:(?!(?:who|which|that|where|to)\b)\S+ ){1,4}"
_NOUN_AND_VERB = pattern(_BEFORE_VERB + _VERBS, re.IGNORECASE)
_MAY_BE_CLAUSE = pattern(rf"{_BEFORE_VERB}(?:{_VERBS}|[a-z]{{2,}}ed\b(?! by\b))", re.IGNORECASE)
"""A text that may be a sentence: "the must was too sour", "the yeast died"; but not "a man who was"."""
_SENTENCE = pattern(r"\S+ .*\S[.!]", re.DOTALL)
_NAME = re.compile(r"[^\W\d_a-z][\w.&'’-]*(?: [^\W\d_a-z][\w.&'’-]*)*$|[\d$€£+−-]")
"""A text that needs no article: a number, or words that all begin with a capital."""
_PLURAL = re.compile(r"[^s\W]s\b|\d")
_LONGEST_PHRASE = 8  # words; a longer text is a sentence, which may begin with any word
_ARTICLE = pattern(
    rf"(?:an?|the|his|her|its|their|no|some|any|each|every|both|all|this|that|these|more|less"
    rf"|your|my|our|whose|another|{NUMBER}) ",
    re.IGNORECASE,
)
_QUOTES = frozenset("\"“‘'«„")
_QUOTED = pattern(r"[\"“‘'«„].*[\"”’'»“]\W*", re.DOTALL)
_ANSWERS = ("yes", "no", "true", "false")
_YES_OR_NO = re.compile(r"\W*(?:yes|no|true|false|right|wrong|correct|incorrect)\W*", re.IGNORECASE)
_ANSWER = pattern(rf"(?:{'|'.join(_ANSWERS)})(?:[,;:.–—-]|$| because| since)", re.IGNORECASE)
_BEGINNINGS = ("to", "by", "because", "if", "when", "that", "in", "for", "with", "it", "he", "she", "they")
_ODD_BEGINNINGS = frozenset(["because", "by", "to", "if", "when"])


def unparallel_options(context: RuleContext) -> Iterator[Diagnostic]:
    """Options that differ in form (Haladyna: homogeneous in content and grammatical structure)."""
    for vignette in context.vignettes:
        texts = vignette.texts
        if len(texts) < FEW or not all(texts) or vignette.of_names:
            continue
        if any(refers(texts, place) for place in range(len(texts))):
            continue  # it has a diagnostic of its own, and another form
        odd = _odd_length(texts, vignette.right)
        if context.english:
            odd = _odd_form(vignette) or _odd_beginning(texts) or odd or _odd_article(vignette, texts)
        if odd:
            message = f"this option {odd[1]}, unlike the others"
            hint = (
                "give all options the same form and about the same length, and make all of them "
                "fit the question"
            )
            yield on_option("unparallel-options", vignette, odd[0], message, hint)


def _forms(vignette: Vignette) -> list[tuple[list[bool], str, str]]:
    """The forms: for each, the options that have it, and words for the only one with and without it."""
    texts, words = vignette.texts, vignette.words

    def flags_of(holds: Callable[[str], object]) -> list[bool]:
        return [bool(holds(text)) for text in texts]

    # code is written as it is
    code = any(option.text.value.lstrip().startswith("`") for option in vignette.options)
    small = [] if code else flags_of(lambda text: text[0].islower())
    forms = [
        (flags_of(_SENTENCE.fullmatch), "is a sentence", "is not a sentence"),
        (flags_of(lambda text: text.endswith("?")), "is a question", "is not a question"),
        (small, "begins with a lowercase letter", "begins with a capital letter"),
        (
            flags_of(lambda text: text[0] in _QUOTES and _QUOTED.fullmatch(text)),
            "is a quotation",
            "is not a quotation",
        ),
    ]
    if has_number(vignette):
        forms += [
            (flags_of(_NUMERIC.fullmatch), "is a number", ""),
            (
                flags_of(lambda text: _NUMERIC.fullmatch(text) or len(text.split()) < FEW),
                "",
                "is not a number",
            ),
        ]
    if any(word.endswith("ing") for word in words):
        forms += [
            (flags_of(_ING_PHRASE.match), "begins with an -ing form", ""),
            (flags_of(_ING.match), "", "does not begin with an -ing form"),
        ]
    if not words.isdisjoint(_SUBJECTS) and sum(map(bool, map(_VERB.search, texts))) <= 1:
        forms.append((flags_of(_CLAUSE.match), "is a sentence", "is not a sentence"))
    if not words.isdisjoint(_ANSWERS):
        forms.append((flags_of(_ANSWER.match), "answers yes or no", "does not answer yes or no"))
    return forms


def _odd_form(vignette: Vignette) -> tuple[int, str] | None:
    """The index of the option that differs in form from all others, and a description; None for none."""
    texts = vignette.texts
    for flags, alone, other in _forms(vignette):
        if alone and flags.count(True) == 1:
            return flags.index(True), alone
        if other and flags.count(False) == 1:
            return flags.index(False), other
    for flags, lacks in (
        ([bool(_ARTICLE.match(text) or FIGURE.search(texts[0])) for text in texts], "has no article"),
        ([" and " in text and len(text.split()) < 7 for text in texts], "does not name two things"),
    ):
        odd = flags.index(False) if flags.count(False) == 1 else -1
        short = all(len(text.split()) <= _LONGEST_PHRASE for text in texts)
        bare = odd >= 0 and short and not (_NAME.match(texts[odd]) or _PLURAL.search(texts[odd]))
        if odd >= 0 and lacks != "has no article":
            return odd, lacks
        if bare and (what := _beside_clauses(texts, odd)):
            return odd, what
    return None


def _beside_clauses(texts: list[str], odd: int) -> str:
    """A description of how an option without an article differs; empty if some options may be sentences."""
    others = texts[:odd] + texts[odd + 1 :]
    if not any(map(_MAY_BE_CLAUSE.match, texts)):
        return "has no article"
    clauses = sum(map(bool, map(_NOUN_AND_VERB.match, others)))
    return "is not a sentence" if clauses > 1 and not _MAY_BE_CLAUSE.match(texts[odd]) else ""


def asks_yes_or_no(texts: list[str]) -> bool:
    """Whether the options of a vignette judge a statement: true or false, yes or no."""
    return all(_YES_OR_NO.fullmatch(text) for text in texts)


def _odd_beginning(texts: list[str]) -> tuple[int, str] | None:
    """The option that alone lacks the first word of the others, or alone has one that changes its form."""
    firsts = [next(iter(words(text)), "") for text in texts]
    for word in _BEGINNINGS:
        flags = [first == word for first in firsts]
        if flags.count(False) == 1:
            return flags.index(False), f"does not begin with `{word}`"
        if flags.count(True) == 1 and word in _ODD_BEGINNINGS and not texts[flags.index(True)].endswith("."):
            return flags.index(True), f"begins with `{word}`"
    return None


def _odd_length(texts: list[str], right: int) -> tuple[int, str] | None:
    """The option that is many times longer or shorter; another rule reports a long right one."""
    sizes = [len(text.split()) for text in texts]
    for place, size in enumerate(sizes):
        rest = sizes[:place] + sizes[place + 1 :]
        if place != right and size > 2.5 * max(rest) and size - max(rest) > 4:
            return place, "is many times longer"
        if size * 2.5 < min(rest) and min(rest) - size > 4:
            return place, "is many times shorter"
    return None


def _odd_article(vignette: Vignette, texts: list[str]) -> tuple[int, str] | None:
    """The option that does not fit an article at the end of the question."""
    question = plain(vignette.question.value).rstrip(" \n:…._") if vignette.question else ""
    article = re.search(r"\b(an?)$", question)
    for place, text in enumerate(texts if article else ()):
        if article and text[0].isalpha() and (text[0].lower() in "aeiou") != (article[1] == "an"):
            return place, f"does not fit the question's `{article[1]}`"
    return None
