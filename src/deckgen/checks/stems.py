"""English words without their endings, and those that carry no meaning."""

from __future__ import annotations

import re

from deckgen.checks.prose import tokens, words

FUNCTION_WORDS = frozenset(
    """
    a an the of to in on at by for from with and or but nor as is are was were be been being am it its
    this that these those there here which who whom whose what than then so such do does did has have had
    will would can could may might shall should must not no i you he she we they them his her their our
    your my me him us if into about also very just when where while how why each any some one
    ever even still yet
    """.split()
)
"""English words that carry grammar rather than meaning."""


class _Stems(dict[str, str]):
    """A cache of words without their endings; signs around a word do not count."""

    def __missing__(self, word: str) -> str:
        stem = self[word] = _stem(word.strip(SIGNS))
        return stem


SIGNS = ".,;:!?()[]{}\"'“”‘’„«»*_=`…–—-/|$"
_ENDINGS = """
    ization isation ational fulness iveness ousness ability ibility ates ated ating ators ator ate
    ations ation itions ition ments ment ness ities ity tional ically izing ising izes ises ized ised
    ize ise isms ism ists ist ences ence ances ance ents ent ants ant ives ive ical ics ic ions ion ings
    ing edly ally ers ors ies ous ful ely al er or ed es ly s e y
""".split()
_ENDED = re.compile(f"(.{{4,}}?)(?:{'|'.join(sorted(_ENDINGS, key=len, reverse=True))})")


def _stem(word: str) -> str:
    """An English word without its endings: at most two endings, and at least four letters stay."""
    word = word.removesuffix("'s").removesuffix("’s")
    for _ in range(2):
        match = _ENDED.fullmatch(word)
        if match is None:
            break
        word = match[1]
    return word


STEMS = _Stems()
"""English words without their endings, as in "join" for "joining"; any word can be looked up."""
FUNCTION_STEMS = frozenset(STEMS[word] for word in (*FUNCTION_WORDS, "-"))
"""The stems of words that carry no meaning, and of single signs."""


class _Meaning(dict[str, str]):
    """A cache of the stems of words that carry meaning; empty for other words."""

    def __missing__(self, word: str) -> str:
        stem = STEMS[word]
        stem = self[word] = "" if stem in FUNCTION_STEMS else stem
        return stem


MEANING = _Meaning()
"""The stems of words that carry meaning, and empty for other words; any word can be looked up."""


def stems(text: str) -> set[str]:
    """The stems of the words between white space: less exact than `words`, and much faster."""
    return set(map(STEMS.__getitem__, tokens(text)))


def content(text: str) -> list[str]:
    """The stems of a text's words that carry meaning, in order."""
    return [STEMS[word] for word in words(text) if word not in FUNCTION_WORDS]
