"""The meaning of an option's text, and whether it refers to other options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.checks.patterns import any_of
from deckgen.checks.stems import STEMS
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from deckgen.checks.vignettes import Vignette

_SAME = {
    word: group[0]
    for group in (
        "increase rise raise grow elevate climb".split(),
        "decrease fall drop reduce lower decline diminish".split(),
        "stop end cease halt discontinue".split(),
        "begin start commence initiate".split(),
        "confirm verify check".split(),
        "shortage lack deficiency scarcity".split(),
        "surplus excess".split(),
        "quick fast rapid speedy".split(),
        "large big great".split(),
        "small little slight".split(),
        "doctor physician".split(),
        "buy purchase".split(),
        "help assist aid".split(),
        "show display".split(),
        "tell inform notify".split(),
        "ask question".split(),
        "use employ".split(),
        "keep retain".split(),
        "car automobile".split(),
        "wrong incorrect false".split(),
        "often frequently".split(),
        "seldom rarely".split(),
    )
    for word in group
}
"""Common words with the same meaning, to recognize options that say the same in other words."""
_LIGHT = frozenset(
    "a an the of to in on at for from by is are be was were his her its your that this with as".split()
)


def meaning(text: str) -> list[str]:
    """The stems of the words of an option that carry meaning, with one stem for words of the same meaning."""
    units = _TOKEN.findall(text)
    light = _LIGHT if len(units) > 2 else _LIGHT - {"a"}  # "A major" has no article
    return [_MEANINGS[word] for unit in units if (word := unit.lower()) not in light or unit == "A"]


_MINUS = "-−+"


class _Meanings(dict[str, str]):
    """A cache of the stems of words, with one stem for words of the same meaning; numbers stay the same."""

    def __missing__(self, word: str) -> str:
        stem = self[word] = word if word[0] in _MINUS else STEMS[_SAME.get(word, word)]
        return stem


_MEANINGS = _Meanings()
_TOKEN = re.compile(r"(?:(?<!\w)[-−+](?=\d))?\w+(?:[-.,'’♯♭]\w+)*[♯♭]?")
"""A unit by which two options are compared: a word, a number with its decimals, a compound."""

FEW = 3  # with two options, either of them is the odd one out
# An option that refers to others: patterns for a part of its text, and patterns for all of it.
_OPTION = r"(?:\(?[A-H]\)?|\([a-h]\))"
_NUMBERED = r"(?:[a-h]|[1-8]|one|two|three|four|i+)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|last)"
_REFERS = any_of(
    rf"""
    (?:all|none|neither|any|both|each|either|some) of (?:the |these |those |which )?(?:the )?(?:other )?
    (?:above|below|options?|answers?|choices?|preceding|foregoing|statements),
    (?:options?|answers?|statements?|choices?|numbers?) {_NUMBERED}(?: (?:and|or|to|&) {_NUMBERED})+,
    (?:first|last|other|previous|preceding|foregoing|former|above)
    (?:(?:two|three|ones?)(?: (?:are|is|only|together)|$)|options?|answers?|choices?|statements?),
    the (?:above|foregoing|preceding),
    (?:all|each|every|none|no|any)(?: of)?(?: the)? \w+ (?:listed|given|named|mentioned)(?: here| above|$),
    (?:others?|ones?|items?|answers?|options?|mentioned|said|stated|as) (?:listed|given|named|above),
    (?:more|other|less|fewer|different) than (?:one of |two of |any of |all of )?(?:these|those|the others),
    (?:all|any|none|everything)(?: of them)? (?:but|except|save)(?: for)? the {_ORDINAL},
    (?:the )?same as (?:the |option |answer |in the )*(?:{_ORDINAL}|[a-h]\b)
    """
)
_LETTERS = pattern(
    r"\b(?:[Bb]oth|[Nn]either|[Ee]ither|[Aa]nswers?|[Oo]ptions?|[Cc]hoices?) "
    r"\(?[A-H]\)? (?:and|or|nor|&) \(?[A-H]\b|\([A-Ha-h]\) (?:and|or|nor|&) \([A-Ha-h]\)"
)
_OF_THESE = pattern(
    r"\W*(?:all|none|any|both|neither|each|either|some|two|three)(?: (?:two|three|four))? of (?:the )?"
    r"(?:these|those|them|others?|two|three|four)(?: \w+){0,2}\W*",
    re.IGNORECASE,
)
BOTH = pattern(r"\W*(?:both|neither)\b", re.IGNORECASE)
_JUDGED = r"(?:are|is|appl(?:y|ies)|correct|true|right|wrong|possible|statements?|options?|only|alone|above)"
_IS_REFERENCE = pattern(
    r"\W*(?:all|none|neither|both|any|each|either|two)(?: of)?(?: the)?"
    r"(?: (?:these|those|them|above|answers?|three|two|four|others?))?"
    rf"(?:\W+{_JUDGED})*\W*"
    rf"|\W*(?:(?:both|neither|either|answers?|options?|only) )*{_OPTION}(?:, {_OPTION})*,?"
    rf" (?:and|or|nor|&|\+) {_OPTION}(?:,? (?:but not {_OPTION}|{_JUDGED}))*\W*",
    re.IGNORECASE,
)
_OF_REFERENCES = frozenset(
    """
    all none neither both any each either some above below options option answers answer choices choice
    statements statement preceding foregoing former previous first second last other others every no
    listed given named mentioned than same everything these those them two three four numbers number one b
    c d e f g h
    """.split()
)
"""Each reference to other options contains one of these words."""


_A_AND_A = pattern(r"\b[Aa]\)? (?:and|or|nor|&|\+) \(?[Aa]\b")


def may_refer(vignette: Vignette) -> bool:
    """Whether some option may refer to others; if not, `refers` is false for all of them."""
    text = vignette.joined
    return (
        not vignette.words.isdisjoint(_OF_REFERENCES)
        # in which words are found in other ways than by the patterns
        or "'" in text
        or not text.isascii()
        or ("a" in vignette.words and _A_AND_A.search(text) is not None)
    )


def refers(texts: list[str], place: int) -> bool:
    """Whether an option refers to others."""
    text = texts[place]
    if text.strip(" .").lower() in {"none", "all"}:
        return False  # a count, like the other options
    is_reference = any(pattern.fullmatch(text) for pattern in (_IS_REFERENCE, _OF_THESE))
    return is_reference or bool(_REFERS.search(text) or _LETTERS.search(text)) or names_others(texts, place)


def names_others(texts: list[str], place: int) -> bool:
    """Whether an option says "both", followed by the texts of two others."""
    if not BOTH.match(texts[place]):
        return False
    mine = set(meaning(texts[place]))
    others = [set(meaning(text)) for number, text in enumerate(texts) if number != place]
    return sum(len(other & mine) * 2 > len(other) for other in others) > 1
