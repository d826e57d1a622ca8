"""A rule about options that differ in form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks.context import RuleContext, on_option
from deckgen.checks.intervals import NUMBER
from deckgen.checks.option_texts import FEW, may_refer, refers
from deckgen.checks.prose import plain
from deckgen.checks.vignettes import FIGURE
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deckgen.checks.vignettes import Vignette
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
        if may_refer(vignette) and any(refers(texts, place) for place in range(len(texts))):
            continue  # it has a diagnostic of its own, and another form
        odd = _odd_length(texts, vignette.right)
        if context.english:
            odd = _odd_form(vignette) or _odd_beginning(vignette) or odd or _odd_article(vignette, texts)
        if odd:
            message = f"this option {odd[1]}, unlike the others"
            hint = (
                "give all options the same form and about the same length, and make all of them "
                "fit the question"
            )
            yield on_option("unparallel-options", vignette, odd[0], message, hint)


def _forms(vignette: Vignette) -> Iterator[tuple[list[bool], str, str]]:
    """The forms: for each, the options that have it, and words for the only one with and without it."""
    texts, words = vignette.texts, vignette.words

    def flags_of(holds: Callable[[str], object]) -> list[bool]:
        return [bool(holds(text)) for text in texts]

    sentences = [text[-1] in ".!" and bool(_SENTENCE.fullmatch(text)) for text in texts]
    yield sentences, "is a sentence", "is not a sentence"
    yield [text[-1] == "?" for text in texts], "is a question", "is not a question"
    small = [text[0].islower() for text in texts]
    # code is written as it is
    if any(small) and not any(option.text.value.lstrip().startswith("`") for option in vignette.options):
        yield small, "begins with a lowercase letter", "begins with a capital letter"
    quoted = [text[0] in _QUOTES and bool(_QUOTED.fullmatch(text)) for text in texts]
    yield quoted, "is a quotation", "is not a quotation"
    if vignette.has_number:
        yield flags_of(_NUMERIC.fullmatch), "is a number", ""
        yield (
            flags_of(lambda text: _NUMERIC.fullmatch(text) or len(text.split()) < FEW),
            "",
            "is not a number",
        )
    if "ing" in vignette.joined.lower() and any(word.endswith("ing") for word in words):
        yield flags_of(_ING_PHRASE.match), "begins with an -ing form", ""
        yield flags_of(_ING.match), "", "does not begin with an -ing form"
    if not words.isdisjoint(_SUBJECTS) and sum(map(bool, map(_VERB.search, texts))) <= 1:
        yield flags_of(_CLAUSE.match), "is a sentence", "is not a sentence"
    if not words.isdisjoint(_ANSWERS):
        yield flags_of(_ANSWER.match), "answers yes or no", "does not answer yes or no"


def _odd_form(vignette: Vignette) -> tuple[int, str] | None:
    """The index of the option that differs in form from all others, and a description; None for none."""
    texts = vignette.texts
    for flags, alone, other in _forms(vignette):
        if alone and flags.count(True) == 1:
            return flags.index(True), alone
        if other and flags.count(False) == 1:
            return flags.index(False), other
    with_article = [bool(_ARTICLE.match(text)) for text in texts]
    if with_article.count(False) == 1 and not FIGURE.search(texts[0]):
        odd = with_article.index(False)
        short = all(len(text.split()) <= _LONGEST_PHRASE for text in texts)
        bare = short and not (_NAME.match(texts[odd]) or _PLURAL.search(texts[odd]))
        if bare and (what := _beside_clauses(texts, odd)):
            return odd, what
    if " and " in vignette.joined:
        of_two = [" and " in text and len(text.split()) < 7 for text in texts]
        if of_two.count(False) == 1:
            return of_two.index(False), "does not name two things"
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


def _odd_beginning(vignette: Vignette) -> tuple[int, str] | None:
    """The option that alone lacks the first word of the others, or alone has one that changes its form."""
    texts = vignette.texts
    firsts = [each[0] if each else "" for each in vignette.words_of]
    for word in _BEGINNINGS:
        if word not in firsts:
            continue
        flags = [first == word for first in firsts]
        if flags.count(False) == 1:
            return flags.index(False), f"does not begin with `{word}`"
        if flags.count(True) == 1 and word in _ODD_BEGINNINGS and not texts[flags.index(True)].endswith("."):
            return flags.index(True), f"begins with `{word}`"
    return None


_TIMES = 2.5  # longer or shorter


def _odd_length(texts: list[str], right: int) -> tuple[int, str] | None:
    """The option that is many times longer or shorter; another rule reports a long right one."""
    sizes = [len(text.split()) for text in texts]
    if max(sizes) <= _TIMES * min(sizes):
        return None
    for place, size in enumerate(sizes):
        rest = sizes[:place] + sizes[place + 1 :]
        if place != right and size > _TIMES * max(rest) and size - max(rest) > 4:
            return place, "is many times longer"
        if size * _TIMES < min(rest) and min(rest) - size > 4:
            return place, "is many times shorter"
    return None


_LAST_ARTICLE = re.compile(r"\b(an?)$")


def _odd_article(vignette: Vignette, texts: list[str]) -> tuple[int, str] | None:
    """The option that does not fit an article at the end of the question."""
    question = plain(vignette.question.value).rstrip(" \n:…._") if vignette.question else ""
    article = _LAST_ARTICLE.search(question) if question[-1:] in {"a", "n"} else None
    for place, text in enumerate(texts if article else ()):
        if article and text[0].isalpha() and (text[0].lower() in "aeiou") != (article[1] == "an"):
            return place, f"does not fit the question's `{article[1]}`"
    return None
