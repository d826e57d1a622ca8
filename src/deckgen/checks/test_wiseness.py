"""Rules about clues that give the right option of a vignette away to someone who does not know its subject.

After T. Haladyna, S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for
classroom assessment" (2002), and the item-writing guide of the National Board of Medical Examiners (NBME).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks.context import RuleContext, on_option
from deckgen.checks.patterns import any_of
from deckgen.checks.prose import plain, width, words
from deckgen.checks.stems import FUNCTION_WORDS, STEMS
from deckgen.checks.vignettes import NAME
from deckgen.diagnostics import listing
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.diagnostics import Diagnostic
    from deckgen.source import Scalar

_NOT_SHORT = 36  # characters; the longest of some names is no clue
_FEW = 3  # with two options, either of them is the odd one out


def longest_option(context: RuleContext) -> Iterator[Diagnostic]:
    """A right option that is by far the longest (Haladyna: keep the length about equal)."""
    for vignette in context.vignettes:
        sizes = [width(text) for text in vignette.texts]
        own = sizes.pop(vignette.right)
        rest = max(sizes, default=own)
        if NAME.fullmatch(vignette.texts[vignette.right]):
            continue
        if own >= max(1.4 * rest, _NOT_SHORT) and own - rest >= 14 and len(sizes) > 1:
            message = "the right option is by far the longest, which gives it away"
            hint = "shorten it, or add detail to the others"
            yield on_option("longest-option", vignette, vignette.right, message, hint)


_HEDGES = any_of(
    """
    may, might, could (?:have|help|lead|cause|make), usually, often, sometimes, generally, typically,
    tends? to, likely, probably, possibly, perhaps, frequently, commonly, mostly, normally, largely, as a
    rule, for the most part, in general, partly, in part,
    in (?:most|some|many) (?:cases|people|patients|instances|situations), to some (?:extent|degree),
    seems? to, appears? to, on the whole,
    under some, can (?:help|lead|cause|make|lower|raise)
    """
)


_COMPARED = re.compile(
    r"\b(?:[Mm]ost|more|less|least|very|how|as|so|too) (?:\w+ly|often)\b|\bMay\b"
    r"|\b\w+ly \w+ed\b|\b(?:that|which|who) (?:may|might|could|can)\b"
)
"""Words that say how often, or concern only a part of the option, and so hedge nothing; and the month May."""

_OF_HEDGES = frozenset(
    """
    may might could usually often sometimes generally typically tend tends likely probably possibly
    perhaps frequently commonly mostly normally largely rule part general partly cases people patients
    instances situations extent degree roughly approximately relatively seem seems appear appears whole
    under can
    """.split()
)
"""One characteristic word of each hedge. A text without any of these contains no hedge."""


def hedged_option(context: RuleContext) -> Iterator[Diagnostic]:
    """A right option that is the only one with a hedge (NBME: specific determiners)."""
    if not context.english:
        return
    for vignette in context.vignettes:
        if vignette.words.isdisjoint(_OF_HEDGES):
            continue
        own = _HEDGES.search(_COMPARED.sub("", vignette.texts[vignette.right]))
        others = (text for place, text in enumerate(vignette.texts) if place != vignette.right)
        if own and not any(map(_HEDGES.search, others)):
            message = f"only the right option is hedged (`{own.group()}`), which gives it away"
            hint = "hedge one of the others as well, or remove the hedge"
            yield on_option("hedged-option", vignette, vignette.right, message, hint)


_ABSOLUTES = any_of(
    """
    always, never, every(?:one|body|thing)?, completely, entirely, totally, absolutely, impossible,
    nobody, no one, must, only, nothing, under no circumstances, in no case, without exception,
    solely, exclusively, invariably, whenever, guarantees?d?
    """
)
_OF_ABSOLUTES = frozenset(
    """
    always never every everyone everybody everything completely entirely totally absolutely impossible
    nobody no must only nothing under without solely exclusively invariably whenever guarantee
    guarantees guaranteed
    """.split()
)
_TIMES = "second|minute|hour|day|night|week|month|quarter|year|time|few|other|two|three|four|six|\\d+"
_OF_ALL = re.compile(
    rf"\b(?:of|for|to|in|by|at|after) all\b|\bevery (?:{_TIMES})|(?<!^)\b(?:All|Only|Every|None|No)\b"
    r"|\b(?:was|were|had|has|have) never\b"
)
"""Absolute words about a part of the option only, or in a name."""
_STRONG = any_of(
    """
    always, never, completely, entirely, totally, absolutely, impossible, under no circumstances, in no
    case, without exception, invariably, guarantees?d?
    """
)


def absolute_words(context: RuleContext) -> Iterator[Diagnostic]:
    """Absolute words in wrong options and not in the right one (NBME: specific determiners).

    One strong word is enough. Weaker words, as `only`, must be in two options.
    """
    if not context.english:
        return
    for vignette in context.vignettes:
        if vignette.words.isdisjoint(_OF_ABSOLUTES):
            continue
        matches_of = [_ABSOLUTES.all_in(_OF_ALL.sub("", option.text.value)) for option in vignette.options]
        if matches_of[vignette.right]:
            continue
        places = [place for place, matches in enumerate(matches_of) if matches]
        strong = [place for place in places if _STRONG.search(vignette.options[place].text.value)]
        if len(places) == len(vignette.options) - 1 > 1 or strong:
            distinct = dict.fromkeys(word for each in matches_of for word in each)
            verb = "appears" if len(distinct) == 1 else "appear"
            message = f"{listing(distinct)} {verb} only in wrong options, which gives them away"
            hint = f"write it without {listing(distinct)}, so that the option is wrong for a better reason"
            yield on_option("absolute-words", vignette, (strong or places)[0], message, hint)


def echoed_stem(context: RuleContext) -> Iterator[Diagnostic]:
    """A right option that is the only one to repeat words of the stem (NBME: word repeats).

    Words that other options repeat too do not count, nor does a single word of a long option.
    """
    if not context.english:
        return
    for vignette in context.vignettes:
        texts, right = vignette.texts, vignette.right
        text = plain(vignette.stem)
        if not _may_echo(_stems(vignette.words_of[right]), text):
            continue
        stem = _striking(text)
        beginnings = {word[:_BEGINNING] for word in stem}
        striking = [_stems(each) for each in vignette.words_of]
        mine = _echoes(striking[right], stem, beginnings)
        if not mine or len(texts) < _FEW or vignette.of_names or _denies(vignette.question):
            continue
        others = [_echoes(each, stem, beginnings) for place, each in enumerate(striking) if place != right]
        rest = striking[right].difference(*(each for place, each in enumerate(striking) if place != right))
        own = mine.difference(*others) - _named_in(text)
        if own and all(each <= mine for each in others) and (len(own) > 1 or len(rest) < _FEW):
            echoed = dict.fromkeys(word for word in vignette.words_of[right] if STEMS[word] in own)
            message = f"only the right option repeats {listing(echoed)} from the question"
            hint = "use other words, or repeat some in a wrong option as well"
            yield on_option("echoed-stem", vignette, vignette.right, message, hint)


_DENIES = re.compile(r"\b(?:not|except|least|never|NOT|EXCEPT|LEAST|NEVER)\b|n['’]t\b")


def _denies(question: Scalar | None) -> bool:
    """Whether a question asks for an option that does not fit. Then repeated words are no clue to it."""
    return question is not None and bool(_DENIES.search(question.value))


_BEGINNING = 5  # letters at the beginning of a word that are compared


_ASKED_FOR = r"\b(?:which|what|whose|this|these|following|(?:type|kind|sort|form)s? of)"
_VERB = "is|are|was|were|do|does|did|has|have|can|may|must|will|would|should"
_CHOICES = pattern(
    r"[^.?!:;]*\bor\b[^.?!:;]*\?"
    rf"|{_ASKED_FOR}(?: [^\s?,.]+){{1,6}}?(?= (?:{_VERB})\b)|{_ASKED_FOR}(?: [^\s?,.]+){{1,3}}",
    re.IGNORECASE,
)


def _named_in(stem: str) -> set[str]:
    """The words for the answer in a question: "Is it A or B?", "Which city …?", "He fled from this city."."""
    return {word for match in _CHOICES.finditer(stem) for word in _striking(match[0])}


class _Striking(dict[str, str]):
    """A cache of the stems of longer words that carry meaning; empty for other words."""

    def __missing__(self, word: str) -> str:
        plain_word = len(word) < 4 or word in FUNCTION_WORDS or word in {"other", "others", "another"}
        stem = self[word] = "" if plain_word else STEMS[word]
        return stem


_STRIKING = _Striking()


def _striking(text: str) -> set[str]:
    """The stems of a text's longer words that carry meaning."""
    return _stems(words(text))


def _stems(of: list[str]) -> set[str]:
    """The stems of the longer words that carry meaning among some words."""
    return set(map(_STRIKING.__getitem__, of)) - {""}


def _may_echo(option: set[str], text: str) -> bool:
    """Whether a text has the beginning of a word of an option; a stem is the beginning of its word."""
    lower = text.lower()
    return any(word[:_BEGINNING] in lower for word in option)


def _echoes(option: set[str], stem: set[str], beginnings: set[str]) -> set[str]:
    """The words of an option that the stem repeats, in full or as the beginning of another word."""
    echoes = option & stem
    for word in option - echoes:
        if len(word) >= _BEGINNING and word[:_BEGINNING] in beginnings:
            longer = (other for other in stem if len(other) >= _BEGINNING)
            if any(word.startswith(other) or other.startswith(word) for other in longer):
                echoes.add(word)
    return echoes
