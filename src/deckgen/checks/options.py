"""Rules about the options of a vignette: what gives the right one away, or makes a question unfair.

After T. Haladyna, S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for
classroom assessment" (2002), and the item-writing guide of the National Board of Medical Examiners.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from deckgen.checks import cards as look
from deckgen.checks.cards import FUNCTION_WORDS, STEMS, Cards, content, plain, words
from deckgen.diagnostics import Diagnostic, listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deckgen.checks.cards import Vignette
    from deckgen.notes import Option

_FEW = 3  # of two options either is the odd one out


def _texts(vignette: Vignette) -> list[str]:
    """What the options say, without marks."""
    return [plain(option.text.value).strip() for option in vignette.options]


def _on(code: str, vignette: Vignette, option: Option, message: str, hint: str) -> Diagnostic:
    """A diagnostic on an option."""
    return Diagnostic(code, message, look.of_text(vignette.note, option.text), hint)


def longest_option(cards: Cards) -> Iterator[Diagnostic]:
    """A right option that is by far the longest (Haladyna: keep the length about equal)."""
    for vignette in cards.vignettes:
        sizes = [len(option.text.value) for option in vignette.options]
        own = sizes.pop(vignette.right)
        rest = max(sizes, default=own)
        if own >= 1.4 * rest and own - rest >= 14 and len(sizes) > 1:  # noqa: PLR2004 (tuned)
            message = "the right option is by far the longest, which gives it away"
            hint = "shorten it, or give the others as much detail"
            yield _on("longest-option", vignette, vignette.options[vignette.right], message, hint)


_HEDGES = re.compile(
    r"\b(?:may|might|could|usually|often|sometimes|generally|typically|tends? to|likely|probably|possibly|perhaps|"
    r"frequently|commonly|mostly|normally|largely|in (?:most|some|many) (?:cases|people|patients|instances|situations)|"
    r"as a rule|for the most part|to some (?:extent|degree)|can (?:be|help|lead|cause|make|lower|raise)|under some|"
    r"in general|partly|roughly|approximately|seems? to|appears? to|on the whole|relatively|in part)\b",
    re.IGNORECASE,
)


def hedged_option(cards: Cards) -> Iterator[Diagnostic]:
    """A right option that alone is hedged (NBME: specific determiners)."""
    if not cards.english:
        return
    for vignette in cards.vignettes:
        own = vignette.options[vignette.right]
        hedge = _HEDGES.search(own.text.value)
        if hedge and not any(
            _HEDGES.search(option.text.value) for option in vignette.options if option is not own
        ):
            message = f"only the right option is hedged (`{hedge.group()}`), which gives it away"
            hint = "hedge one of the others as well, or none"
            yield _on("hedged-option", vignette, own, message, hint)


_ABSOLUTES = re.compile(
    r"\b(?:always|never|every(?:one|body|thing)?|completely|entirely|totally|absolutely|impossible|nobody|no one|"
    r"must|all|only|none|nothing|under no circumstances|in no case|without exception|solely|exclusively|invariably|"
    r"whenever|guarantees?d?)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:always|never|completely|entirely|totally|absolutely|impossible|under no circumstances|in no case|"
    r"without exception|invariably|guarantees?d?)\b",
    re.IGNORECASE,
)


def absolute_words(cards: Cards) -> Iterator[Diagnostic]:
    """Absolute words in wrong options and not in the right one (NBME: specific determiners)."""
    if not cards.english:
        return
    for vignette in cards.vignettes:
        right = vignette.options[vignette.right]
        if _ABSOLUTES.search(right.text.value):
            continue
        wrong = [option for option in vignette.options if option is not right]
        with_any = [option for option in wrong if _ABSOLUTES.search(option.text.value)]
        strong = [option for option in with_any if _STRONG.search(option.text.value)]
        if len(with_any) > 1 or strong:
            first = (strong or with_any)[0]
            found = dict.fromkeys(
                match.group().lower()
                for option in with_any
                for match in _ABSOLUTES.finditer(option.text.value)
            )
            message = f"{listing(found)} only in wrong options, which gives them away"
            hint = "say it less absolutely, so that the option is wrong for a better reason"
            yield _on(
                "absolute-words",
                vignette,
                first,
                f"there {'is' if len(found) == 1 else 'are'} {message}",
                hint,
            )


def echoed_stem(cards: Cards) -> Iterator[Diagnostic]:
    """A right option that alone repeats words of the stem (NBME: word repeats)."""
    if not cards.english:
        return
    for vignette in cards.vignettes:
        texts = _texts(vignette)
        stem = set(_striking(plain(vignette.stem)))
        said = [set(_striking(text)) for text in texts]
        echoes = [_echoes(each, stem) for each in said]
        own = echoes.pop(vignette.right)
        if not own or any(echoes) or len(echoes) + 1 < _FEW:
            continue
        if len(own) > 1 or len(said[vignette.right]) <= 3:  # noqa: PLR2004 (tuned)
            shown = [word for word in words(texts[vignette.right]) if STEMS[word] in own]
            message = (
                f"of the options only the right one repeats {listing(dict.fromkeys(shown))} from the question"
            )
            hint = "use other words, or let a wrong option repeat some as well"
            yield _on("echoed-stem", vignette, vignette.options[vignette.right], message, hint)


def _echoes(said: set[str], stem: set[str]) -> set[str]:
    """The words of an option that the stem has, or that are part of one of its words, or the other way round."""
    found = said & stem
    for word in said - found:
        if any(len(word) > 4 and len(other) > 4 and (word in other or other in word) for other in stem):  # noqa: PLR2004
            found.add(word)
    return found


def _striking(text: str) -> list[str]:
    """The stems of longer words that carry meaning."""
    return [STEMS[word] for word in words(text) if len(word) > 4 and word not in FUNCTION_WORDS]  # noqa: PLR2004


_REFERS = re.compile(
    r"\b(?:all|none|neither|any|both|each|either|every one|some) of (?:the |these|those|them|what is |which )?(?:the )?"
    r"(?:above|below|options?|answers?|choices?|preceding|foregoing|other options|statements)\b"
    r"|^\W*(?:all|none|neither|both|any|each|either|two) (?:of )?(?:the )?(?:these|those|them|above|answers?|three|two|others?)\b"
    r"[^a-z]*(?:(?:are|is|apply|applies|apply|correct|true|right|wrong|possible|statements?|options?)\b\W*)*$"
    r"|^\W*(?:both |neither |either |answers? |options? |only )*\(?[A-H]\)?(?:, \(?[A-H]\)?)*,? (?:and|or|nor|&|\+) \(?[A-H]\)?"
    r"(?: (?:only|alone|but not \(?[A-H]\)?|are correct|are right|together|above))*\W*$"
    r"|\b(?:both|neither|answers?|options?) \(?[A-H]\)? (?:and|or|nor|&) \(?[A-H]\)?\b"
    r"|\b(?:options?|answers?|statements?|choices?|numbers?) (?:[A-H]|[1-8]|one|two|three|i+)(?:,? (?:and|or|to|&) (?:[A-H]|[1-8]|"
    r"one|two|three|four|i+))+\b"
    r"|\b(?:first|last|other|previous|preceding|foregoing|former|above) (?:two|three|ones?|options?|answers?|choices?|statements?)\b"
    r"|\bthe (?:above|foregoing|preceding)\b|\b(?:mentioned|listed|given|named|said|stated) above\b"
    r"|^\W*(?:all|both|none|neither)(?: (?:are|is|apply|applies|correct|true|right|possible|statements))*\W*$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"\b[A-H]\b")


def all_of_the_above(cards: Cards) -> Iterator[Diagnostic]:
    """An option that refers to others (Haladyna: avoid all and none of the above)."""
    for vignette in cards.vignettes:
        for option, text in zip(vignette.options, _texts(vignette), strict=True):
            match = _REFERS.search(text)
            # `a or b` in small letters is no reference to options
            if match and not (re.search(r"\b[a-h]\b", match.group()) and not _LETTERS.search(match.group())):
                message = "this option refers to others, and options change places"
                hint = "write what it says itself; or ask separately for each"
                yield _on("all-of-the-above", vignette, option, message, hint)


_NEGATIVES = re.compile(r"(?<![*=_>\w])(?:not|except(?!ion)|least|never|cannot)(?![*=_<\w])|\b\w+n['’]t\b")
_EXCEPTION = re.compile(
    r"\b(?:which|what|who|whom|whose|where|all|each|choose|select|find|name|identify|mark|pick|one|following|these|those|option)\b",
    re.IGNORECASE,
)
_FINE = re.compile(
    r"\bwhy\b|\bhow\b|\bat least\b|\bnot only\b|\bor not\b|\bif not\b|\bnot yet\b|\blast but not least\b",
    re.IGNORECASE,
)


def negative_stem(cards: Cards) -> Iterator[Diagnostic]:
    """A question for what is not so, without emphasis (Haladyna: avoid negative phrasing or emphasise it)."""
    if not cards.english:
        return
    for note, _, question, _, _ in cards.vignettes:
        if question is None:
            continue
        text = question.value
        start = max(text.rstrip()[:-1].rfind(mark) for mark in (". ", "! ", "? ", ".\n")) + 1
        match = _NEGATIVES.search(text, start)
        if match and _EXCEPTION.search(text, start) and not _FINE.search(text, start):
            if match.group().isupper() or _emphasised(text, match.start(), match.end()):
                continue
            message = f"the question asks for what is not so, and `{match.group()}` is easily overlooked"
            hint = f"ask for what is so; or emphasise the word, as in `**{match.group()}**`"
            yield Diagnostic(
                "negative-stem", message, look.at(note, question, match.start(), len(match.group())), hint
            )


def _emphasised(text: str, start: int, end: int) -> bool:
    """Whether a place lies within emphasis that begins before it and ends after it."""
    return any(text.count(mark, 0, start) % 2 and mark in text[end:] for mark in ("**", "==", "_", "*")) or (
        "<" in text[:start] and bool(re.search(r"<(?:u|b|strong|em|mark|i)>[^<]*$", text[:start]))
    )


_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {
    "half": 0.5,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
_NUMBER = rf"(?:[-−]?\d+(?:[.,]\d+)*|\b(?:{'|'.join(_NUMBER_WORDS)}|an?)\b)"
_RANGE = re.compile(
    rf"(?:between )?(?P<low>{_NUMBER})\s*(?:%|°C|°|[a-zA-Z]+)?\s*(?:-|–|—|\bto\b|\band\b|\bthrough\b)\s*(?P<high>{_NUMBER})"
    rf"|(?P<up>up to|under|below|less than|fewer than|at most|no more than|not more than|<|≤|within|until|before|"
    rf"younger than|shorter than|no later than)\s*(?:age |the first |the age of |[$€£])?(?P<most>{_NUMBER})"
    rf"|(?P<over>over|above|more than|at least|no less than|not less than|from|>|≥|greater than|older than|longer than|"
    rf"after|beyond|a minimum of)\s*(?:age |the age of |[$€£])?(?P<least>{_NUMBER})"
    rf"|(?P<base>{_NUMBER})(?P<between>[^\d]*?)\b(?P<sign>or more|or over|or above|or older|or longer|and over|and above|and more|"
    rf"and older|or less|or fewer|or under|or below|or younger|and under|and younger|and below)\b",
    re.IGNORECASE,
)


def overlapping_options(cards: Cards) -> Iterator[Diagnostic]:
    """Two options of which one contains the other (Haladyna: keep options independent, not overlapping)."""
    hint = "the best option must be right alone, and the others wrong alone: set them apart"
    for vignette in cards.vignettes:
        texts = _texts(vignette)
        told = _overlap(texts)
        if told:
            message = f"this option and `{_short(texts[told[0]])}` overlap"
            yield _on("overlapping-options", vignette, vignette.options[told[1]], message, hint)


def _short(text: str) -> str:
    return " ".join(text.split())[:40] + ("…" if len(text) > 40 else "")  # noqa: PLR2004 (to recognise it by)


def _overlap(texts: Sequence[str]) -> tuple[int, int] | None:
    """The first two options that overlap."""
    said = [frozenset(STEMS[word] for word in words(text) if word not in _LIGHT) for text in texts]
    ranges = [_interval(text) for text in texts]
    for one, two in permutations(range(len(texts)), 2):
        if said[one] == said[two] and said[one] and one < two and not _reordered(texts[one], texts[two]):
            return one, two
        if said[one] < said[two] and _is_part(texts[one], texts[two], len(said[two]) - len(said[one])):
            return one, two
        first, second = ranges[one], ranges[two]
        if one < two and first and second and first.unit == second.unit and first.overlaps(second):
            return one, two
    return None


_LIGHT = frozenset(
    "a an the of to in on at for from by is are be was were their his her its your that this with as".split()
)
_JOINS = frozenset(["and", "or", "plus"])


def _reordered(one: str, two: str) -> bool:
    """Whether two options hold the same words in another order, as "A before B" and "B before A" do."""
    firsts = [[word for word in words(text) if word not in _LIGHT] for text in (one, two)]
    return firsts[0] != firsts[1] and len(words(one)) == len(words(two))


def _is_part(small: str, large: str, more: int) -> bool:
    """Whether a larger option is a smaller one and something besides."""
    few, many = words(small), words(large)
    if "not" in many or "no" in many or "without" in many or "only" in few or "alone" in few:
        return False
    if _JOINS & (set(many) - set(few)):
        return True
    # "a diuretic" beside "a loop diuretic"
    return more <= 2 and " ".join(few[-2:]) in " ".join(many) and few[-1:] == many[-1:]  # noqa: PLR2004


@dataclass(frozen=True)
class _Interval:
    """A range of numbers with its unit, and whether each end belongs to it."""

    unit: str
    low: float
    high: float
    low_in: bool = True
    high_in: bool = True

    def overlaps(self, other: _Interval) -> bool:
        """Whether a number lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low != high:
            return low < high
        lows = all(each.low_in for each in (self, other) if each.low == low)
        return lows and all(each.high_in for each in (self, other) if each.high == high)


def _interval(text: str) -> _Interval | None:
    """The range of numbers that an option is; None where it is something else."""
    match = _RANGE.search(text)
    if match is None or len(text) > 60:  # noqa: PLR2004 (a sentence with numbers in it is no range)
        return None
    rest = text[: match.start()] + " " + (match["between"] or "") + " " + text[match.end() :]
    unit = " ".join(STEMS[word] for word in words(rest) if word not in _LIGHT)
    if match["low"]:
        return _Interval(unit, _value(match["low"]), _value(match["high"]))
    if match["most"]:
        closed = match["up"].lower() in {
            "up to",
            "at most",
            "no more than",
            "not more than",
            "≤",
            "within",
            "no later than",
        }
        return _Interval(unit, float("-inf"), _value(match["most"]), high_in=closed)
    if match["least"]:
        closed = match["over"].lower() in {
            "at least",
            "no less than",
            "not less than",
            "from",
            "≥",
            "a minimum of",
        }
        return _Interval(unit, _value(match["least"]), float("inf"), low_in=closed)
    base = _value(match["base"])
    if match["sign"].split()[-1].lower() in {"more", "over", "above", "older", "longer"}:
        return _Interval(unit, base, float("inf"))
    return _Interval(unit, float("-inf"), base)


def _value(number: str) -> float:
    """A number as it is written, in figures or in words."""
    plain_number = number.lower().replace("−", "-")
    if plain_number in {"a", "an"}:
        return 1.0
    if plain_number in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[plain_number])
    digits = re.sub(r",(?=\d{3}\b)", "", plain_number).replace(",", ".")
    return float(digits) if digits.count(".") < 2 else 0.0  # noqa: PLR2004 (a version or a date)


_ING = re.compile(r"(?!(?:no|any|some|every)?thing\b|during|spring|string|king\b|ring\b|morning|evening|bring|wing|sing\b|swing|"
                  r"sibling|ceiling|sterling|according)[a-z]{2,}ing(?= [a-z])", re.IGNORECASE)  # fmt: skip
_MARKERS = frozenset(
    ["to", "by", "because", "if", "when", "that", "in", "for", "with", "it", "he", "she", "they"]
)
_NUMERIC = re.compile(
    rf"^\W*(?:about |over |under |around |roughly |up to |at least )?[$€£]?(?:[-−+]?\d|(?:{'|'.join(_NUMBER_WORDS)})\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:it|he|she|they|there|we|you|this|these) [a-z]+", re.IGNORECASE)
_ANSWER = re.compile(r"(?:yes|no|true|false)\b", re.IGNORECASE)


def unparallel_options(cards: Cards) -> Iterator[Diagnostic]:
    """Options that are not built alike (Haladyna: homogeneous in content and grammatical structure)."""
    for vignette in cards.vignettes:
        texts = _texts(vignette)
        if len(texts) < _FEW or not all(texts):
            continue
        odd = _odd_one(texts, vignette.right) if cards.english else None
        article = _article_fits(vignette, texts) if cards.english and odd is None else None
        told = odd or article
        if told:
            number, what = told
            message = f"this option {what}, unlike the others"
            hint = "build all options alike: the same form, about the same length, all fitting the question"
            yield _on("unparallel-options", vignette, vignette.options[number], message, hint)


def _odd_one(texts: list[str], right: int) -> tuple[int, str] | None:
    """The option that differs in form from all others, and how."""
    firsts = [words(text)[:1] for text in texts]
    forms = (
        ([bool(re.search(r"\w{2,}[.!]$", text)) and len(text.split()) > 2 for text in texts],  # noqa: PLR2004
         "is a sentence", "is not a sentence"),
        ([bool(_NUMERIC.match(text)) for text in texts], "is a number", "is not a number"),
        ([bool(_ING.match(text)) for text in texts], "begins with an -ing form", "does not begin with an -ing form"),
        ([text.endswith("?") for text in texts], "is a question", "is not a question"),
        ([bool(_CLAUSE.match(text)) for text in texts], "is a sentence", "is not a sentence"),
        ([bool(_ANSWER.match(text)) for text in texts], "answers yes or no", "does not answer yes or no"),
        ([text[0].islower() for text in texts], "begins with a small letter", "begins with a capital"),
    )  # fmt: skip
    for flags, alone, other in forms:
        if flags.count(True) == 1:
            return flags.index(True), alone
        if flags.count(False) == 1:
            return flags.index(False), other
    for marker in _MARKERS:
        flags = [first == [marker] for first in firsts]
        if flags.count(False) == 1:
            return flags.index(False), f"does not begin with `{marker}`"
        if flags.count(True) == 1 and marker in {"because", "by", "to", "if", "when"}:
            return flags.index(True), f"begins with `{marker}`"
    sizes = [len(text.split()) for text in texts]
    for number, size in enumerate(sizes):
        rest = sizes[:number] + sizes[number + 1 :]
        if number != right and size > 2.5 * max(rest) and size - max(rest) > 4:  # noqa: PLR2004 (tuned)
            return number, "is many times longer"
        if size * 2.5 < min(rest) and min(rest) - size > 4:  # noqa: PLR2004
            return number, "is many times shorter"
    return None


def _article_fits(vignette: Vignette, texts: list[str]) -> tuple[int, str] | None:
    """The option that does not fit an article at the end of the question."""
    question = plain(vignette.question.value).rstrip(" \n:…._") if vignette.question else ""
    article = re.search(r"\b(an?)$", question)
    if not article:
        return None
    for number, text in enumerate(texts):
        vowel = text[:1].lower() in "aeiou"
        if text[:1].isalpha() and vowel != (article[1] == "an"):
            return number, f"does not fit the question's `{article[1]}`"
    return None
