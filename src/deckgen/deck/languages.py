"""Languages: the form of their tags, hints for wrong tags, and guesses from a text's letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORT = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da"
    " de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz"
    " ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln"
    " lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi"
    " pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th"
    " ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
).split()
"""The codes of ISO 639-1: all that have two letters."""

_OTHERWISE = """\
ar ara arabic
cs cz ces cze czech
da dk dan danish dansk
de deu ger german deutsch
el gr ell gre greek
en us eng english
en-GB gb
es spa spanish espanol
es-MX mx
fa fas per persian farsi ir
fi fin finnish suomi
fr fra fre french francais
he heb hebrew iw il
hi hin hindi
id ind indonesian in
it ita italian italiano
ja jp jpn japanese nihongo
ko kor korean
nb norwegian norsk
nl nld dut dutch nederlands
no nor
pl pol polish polski
pt por portuguese portugues
pt-BR brazilian
ru rus russian
sv swe swedish svenska
th tha thai
tr tur turkish
uk ua ukr ukrainian
vi vie vn vietnamese
zh cn zho chi chinese mandarin
"""
"""Words that authors write for a language: its country, its name, a longer code than BCP 47 has."""

_TAG_OF = {word: line.split()[0] for line in _OTHERWISE.splitlines() for word in line.split()[1:]}
_LONGER = sorted(word for word in _TAG_OF if len(word) == 3)  # noqa: PLR2004 (ISO 639-2)


def _any_case(words: Iterable[str]) -> str:
    """A pattern for some words in any case."""
    return "|".join("".join(f"[{char.upper()}{char}]" for char in word) for word in words)


TAG = pattern(
    rf"(?!(?:{_any_case(_LONGER)})(?:-|$))(?:{_any_case(_SHORT)}|[A-Za-z]{{3}})"
    r"(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[A-Za-z0-9](?:-[A-Za-z0-9]{2,8})+)*"
)
"""A BCP 47 tag: a language, and perhaps a script, a region and more."""

_MOST = 20_000  # the most letters to count
_OF_LETTERS = {
    "ARABIC": ("ar", "fa", "ur"),
    "HEBREW": ("he", "yi"),
    "CYRILLIC": ("ru", "uk", "bg"),
    "GREEK": ("el",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja"),
    "HANGUL": ("ko",),
    "THAI": ("th",),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "BENGALI": ("bn",),
    "TAMIL": ("ta",),
    "ARMENIAN": ("hy",),
    "GEORGIAN": ("ka",),
}
"""Some languages written in a script, by the first word of its letters' names in Unicode."""


def hint_for(written: str) -> str:
    """A hint for a text that is not a language tag: what to write instead."""
    plain = written.strip().replace("_", "-")
    first, dash, rest = plain.partition("-")
    for tag in (f"{_TAG_OF[first.lower()]}{dash}{rest}" if first.lower() in _TAG_OF else "", plain):
        if tag != written and TAG.fullmatch(tag):
            return f"did you mean `{tag}`?"
    return "write a code of two or three letters, such as `en` or `pt-BR`"


def written_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The likely languages of texts whose letters are mostly not Latin; none for other texts."""
    counts = Counter(islice(_scripts(texts), _MOST))
    latin = counts.pop("LATIN", 0)
    if sum(counts.values()) <= latin:
        return ()
    if counts["HIRAGANA"] + counts["KATAKANA"]:
        return ("ja",)
    return _OF_LETTERS.get(counts.most_common(1)[0][0], ())


def _scripts(texts: Iterable[str]) -> Iterator[str]:
    """The script of each letter: the first word of its name in Unicode."""
    for text in texts:
        for char in text:
            if char.isalpha():
                yield "LATIN" if char.isascii() else unicodedata.name(char, "LATIN").split()[0]
