"""A rule about options that contain each other, or mean the same."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from deckgen.checks.context import RuleContext, on_option
from deckgen.checks.intervals import interval, open_on_one_side
from deckgen.checks.option_texts import BOTH, meaning, refers
from deckgen.checks.prose import verbatim, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.vignettes import Vignette
    from deckgen.diagnostics import Diagnostic


def overlapping_options(context: RuleContext) -> Iterator[Diagnostic]:
    """Two options of which one contains the other (Haladyna: keep options independent, not overlapping)."""
    hint = "make each option say something that no other option says"
    for vignette in context.vignettes:
        texts = vignette.texts
        pair = None if vignette.of_names else _overlap(vignette)
        if pair:
            short = " ".join(texts[pair[0]].split())
            other = f"`{short[:40]}{'…' * (len(short) > 40)}`"
            message = f"this option and {other} overlap"
            if len({" ".join(texts[place].split()).casefold().rstrip(".") for place in pair}) == 1:
                message = f"this option is the same as {other}"
            if not any(refers(texts, place) or BOTH.match(texts[place]) for place in pair):
                yield on_option("overlapping-options", vignette, pair[1], message, hint)


_OPERATOR = re.compile(r"[=<>≤≥≠+×÷∩∪∧∨^|]")
_LONGEST_PART = 5  # words; two sentences share some by chance
_SEQUENCE = re.compile(r"\S (?:[-–—>]|->|→) \S.* (?:[-–—>]|->|→) \S")
"""A sequence of steps. Other steps, or another order, make another option."""
_JOINS = frozenset(["and", "or", "plus"])


def _overlap(vignette: Vignette) -> tuple[int, int] | None:
    """The first two options that overlap."""
    texts = vignette.texts
    meanings = [meaning(text) for text in texts]
    sets = [frozenset(each) for each in meanings]
    has_parts = "or" in vignette.words
    if not (vignette.has_number or has_parts) and not any(
        one <= two or two <= one for one, two in combinations(sets, 2)
    ):
        return None
    exact = [
        {*verbatim(option.text.value), *_OPERATOR.findall(option.text.value)} for option in vignette.options
    ]
    ranges = [interval(text) for text in texts] if vignette.has_number else [None] * len(texts)
    if open_on_one_side(ranges):
        return None
    for one, two in combinations(range(len(texts)), 2):
        if (_SEQUENCE.search(texts[one]) and _SEQUENCE.search(texts[two])) or exact[one] != exact[two]:
            continue
        small, large = (two, one) if len(sets[two]) < len(sets[one]) else (one, two)
        if _within(texts[small], texts[large], meanings[small], meanings[large], sets):
            return small, large
        first, second = ranges[one], ranges[two]
        if first and second and first.overlaps(second):
            return one, two
        if has_parts and _share_a_part(texts[one], texts[two]):
            return one, two
    return None


def _within(small: str, large: str, few: list[str], many: list[str], sets: list[frozenset[str]]) -> bool:
    """Whether an option means the same as another, or is a part of it; `meaning` gave `few` and `many`."""
    mine, others = frozenset(few), frozenset(many)
    if mine == others and few:
        # "A before B" is not "B before A", and formulas with the same letters can differ
        return few == many or (len(few) != len(many) and not _OPERATOR.search(small + large))
    # if "A", "B" and "A and B" are options, "A and B" is a choice of its own
    return mine < others and (others - mine - _JOINS) not in sets and _is_part(small, large, few, many)


_ON_CONDITION = re.compile(
    r"\W+(?:within|immediately|at once|as soon|if|when|unless|until|every|twice|once|daily|for \d)\b",
    re.IGNORECASE,
)
_REGION = re.compile(r"(?:north|south|east|west|central)(?:ern)?(?:-\w+)*")


def _is_part(small: str, large: str, few: list[str], many: list[str]) -> bool:
    """Whether a larger option is a smaller one with an addition: "A and B", "A within an hour".

    A more exact name is mostly the name of another thing: "a nasal cannula" and "a high-flow nasal cannula".
    """
    if (
        not few
        or len(few) > _LONGEST_PART
        or not any(many[at:][: len(few)] == few for at in range(len(many)))
    ):
        return False
    added = set(words(large)) - set(words(small))
    if {"not", "no", "without", "never", "before", "after"} & added or {"only", "alone"} & set(words(small)):
        return False
    within = large.casefold().partition(small.casefold().rstrip(" ."))
    if len(few) > 1 and within[1] and _ON_CONDITION.match(within[2]):
        return True
    return bool(_JOINS & added) or (bool(added) and all(map(_REGION.fullmatch, added)))


_LONGEST_LIST = 7  # words; longer sentences share some part by chance


def _share_a_part(one: str, two: str) -> bool:
    """Whether two options are lists with an item in common: "A or B", "B or C"."""
    if " or " not in one or " or " not in two or max(map(len, map(str.split, (one, two)))) > _LONGEST_LIST:
        return False
    if all(re.search(r" or (?:an? |the )?[A-Z]", text) for text in (one, two)):
        return False  # "Victory or Death" is a name
    first, second = (
        {tuple(meaning(part)) for part in re.split(r",? (?:and|or|plus) |, ", text) if len(part) < 30}
        for text in (one, two)
    )
    return bool(first & second - {()})
