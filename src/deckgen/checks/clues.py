"""Rules about what gives the right option of a vignette away, to those who know nothing of its subject.

After T. Haladyna, S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for
classroom assessment" (2002), and the item-writing guide of the National Board of Medical Examiners (NBME).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.checks.cards import FUNCTION_WORDS, STEMS, Cards, any_of, on_option, option_texts, plain, words
from deckgen.diagnostics import listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.diagnostics import Diagnostic

_FEW = 3  # of two options either is the odd one out


def longest_option(cards: Cards) -> Iterator[Diagnostic]:
    """A right option that is by far the longest (Haladyna: keep the length about equal)."""
    for vignette in cards.vignettes:
        sizes = [len(option.text.value) for option in vignette.options]
        own = sizes.pop(vignette.right)
        rest = max(sizes, default=own)
        if own >= 1.4 * rest and own - rest >= 14 and len(sizes) > 1:
            message = "the right option is by far the longest, which gives it away"
            hint = "shorten it, or give the others as much detail"
            yield on_option("longest-option", vignette, vignette.right, message, hint)


_HEDGES = any_of(
    """
    may, might, could, usually, often, sometimes, generally, typically, tends? to, likely, probably,
    possibly, perhaps, frequently, commonly, mostly, normally, largely, as a rule, for the most part, in
    general, partly, in part, in (?:most|some|many) (?:cases|people|patients|instances|situations), to
    some (?:extent|degree), roughly, approximately, relatively, seems? to, appears? to, on the whole,
    under some, can (?:be|help|lead|cause|make|lower|raise)
    """
)


def hedged_option(cards: Cards) -> Iterator[Diagnostic]:
    """A right option that alone is hedged (NBME: specific determiners)."""
    if not cards.english:
        return
    for vignette in cards.vignettes:
        hedges = [_HEDGES.search(option.text.value) for option in vignette.options]
        own = hedges.pop(vignette.right)
        if own and not any(hedges):
            message = f"only the right option is hedged (`{own.group()}`), which gives it away"
            hint = "hedge one of the others as well, or none"
            yield on_option("hedged-option", vignette, vignette.right, message, hint)


_ABSOLUTES = any_of(
    """
    always, never, every(?:one|body|thing)?, completely, entirely, totally, absolutely, impossible,
    nobody, no one, must, all, only, none, nothing, under no circumstances, in no case, without exception,
    solely, exclusively, invariably, whenever, guarantees?d?
    """
)
_STRONG = any_of(
    """
    always, never, completely, entirely, totally, absolutely, impossible, under no circumstances, in no
    case, without exception, invariably, guarantees?d?
    """
)


def absolute_words(cards: Cards) -> Iterator[Diagnostic]:
    """Absolute words in wrong options and not in the right one (NBME: specific determiners).

    One strong word is enough; weaker ones, as `only`, must stand in two.
    """
    if not cards.english:
        return
    for vignette in cards.vignettes:
        found = [list(_ABSOLUTES.finditer(option.text.value)) for option in vignette.options]
        if found[vignette.right]:
            continue
        places = [place for place, matches in enumerate(found) if matches]
        strong = [place for place in places if _STRONG.search(vignette.options[place].text.value)]
        if len(places) > 1 or strong:
            said = dict.fromkeys(match.group().lower() for matches in found for match in matches)
            verb = "stands" if len(said) == 1 else "stand"
            message = f"{listing(said)} {verb} in wrong options alone, which gives them away"
            hint = "say it less absolutely, so that the option is wrong for a better reason"
            yield on_option("absolute-words", vignette, (strong or places)[0], message, hint)


def echoed_stem(cards: Cards) -> Iterator[Diagnostic]:
    """A right option that alone repeats words of the stem (NBME: word repeats).

    What other options repeat as well does not count; of a long option one word alone does not either.
    """
    if not cards.english:
        return
    for vignette in cards.vignettes:
        texts = option_texts(vignette)
        stem = set(_striking(plain(vignette.stem)))
        said = [set(_striking(text)) for text in texts]
        echoes = [_echoes(each, stem) for each in said]
        others = echoes[: vignette.right] + echoes[vignette.right + 1 :]
        own = echoes[vignette.right].difference(*others)
        most = max((len(each - echoes[vignette.right]) for each in others), default=0)
        if len(texts) >= _FEW and own and most == 0 and (len(own) > 1 or len(said[vignette.right]) <= 3):
            shown = dict.fromkeys(word for word in words(texts[vignette.right]) if STEMS[word] in own)
            message = f"of the options only the right one repeats {listing(shown)} from the question"
            hint = "use other words, or let a wrong option repeat some as well"
            yield on_option("echoed-stem", vignette, vignette.right, message, hint)


def _striking(text: str) -> list[str]:
    """The stems of longer words that carry meaning."""
    return [STEMS[word] for word in words(text) if len(word) > 3 and word not in FUNCTION_WORDS]


def _echoes(said: set[str], stem: set[str]) -> set[str]:
    """The words of an option that the stem has, whole or as the beginning of one of its words."""
    found = said & stem
    for word in said - found:
        if any(
            len(word) > 4 and len(other) > 4 and (word.startswith(other) or other.startswith(word))
            for other in stem
        ):
            found.add(word)
    return found
