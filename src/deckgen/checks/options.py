"""Rules about how a vignette asks, and whether its options are fair: independent of each other, built alike.

After T. Haladyna, S. Downing and M. Rodriguez, "A review of multiple-choice item-writing guidelines for
classroom assessment" (2002), and the item-writing guide of the National Board of Medical Examiners (NBME).
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.context import STEMS, Cards, Pattern, any_of, on_option
from deckgen.checks.intervals import NUMBER, NUMBER_WORDS, interval, open_on_one_side
from deckgen.checks.prose import plain, verbatim, words
from deckgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deckgen.checks.context import Vignette

_FEW = 3  # of two options either is the odd one out

# An option that refers to others: what stands anywhere in it, and what is the whole of it.
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
_LETTERS = Pattern(
    r"\b(?:[Bb]oth|[Nn]either|[Ee]ither|[Aa]nswers?|[Oo]ptions?|[Cc]hoices?) "
    r"\(?[A-H]\)? (?:and|or|nor|&) \(?[A-H]\b|\([A-Ha-h]\) (?:and|or|nor|&) \([A-Ha-h]\)"
)
_OF_THESE = Pattern(
    r"\W*(?:all|none|any|both|neither|each|either|some|two|three)(?: (?:two|three|four))? of (?:the )?"
    r"(?:these|those|them|others?|two|three|four)(?: \w+){0,2}\W*",
    re.IGNORECASE,
)
_BOTH = Pattern(r"\W*(?:both|neither)\b", re.IGNORECASE)
_JUDGED = r"(?:are|is|appl(?:y|ies)|correct|true|right|wrong|possible|statements?|options?|only|alone|above)"
_IS_REFERENCE = Pattern(
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
"""What no reference to other options does without."""


def all_of_the_above(cards: Cards) -> Iterator[Diagnostic]:
    """An option that refers to others (Haladyna: avoid all and none of the above)."""
    for vignette in cards.vignettes:
        yield from _letters_in_reasons(vignette)
        if vignette.said.isdisjoint(_OF_REFERENCES):
            continue
        texts = vignette.texts
        for place in range(len(texts)):
            if _refers(texts, place):
                message = "this option refers to others, and options change places"
                hint = "write what it says itself; or ask separately for each"
                yield on_option("all-of-the-above", vignette, place, message, hint)


_BY_LETTER = Pattern(r"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice)s? \(?[A-H]\b(?![-'’])")


def _letters_in_reasons(vignette: Vignette) -> Iterator[Diagnostic]:
    """Reasons that name options by their letters, which are others at each review."""
    for option in vignette.options:
        match = _BY_LETTER.search(option.why.value)
        if match:
            message = f"`{match[0]}` says which option by its letter, and options change places"
            span = look.at(vignette.note, option.why, match.start(), len(match[0]))
            yield Diagnostic("all-of-the-above", message, span, "say it by what the option says")


def _refers(texts: list[str], place: int) -> bool:
    """Whether an option refers to others."""
    text = texts[place]
    if text.strip(" .").lower() in {"none", "all"}:
        return False  # how many, as the others say
    whole = any(pattern.fullmatch(text) for pattern in (_IS_REFERENCE, _OF_THESE))
    return whole or bool(_REFERS.search(text) or _LETTERS.search(text)) or _names_others(texts, place)


def _names_others(texts: list[str], place: int) -> bool:
    """Whether an option says "both", and then what two others say."""
    if not _BOTH.match(texts[place]):
        return False
    mine = set(_meaning(texts[place]))
    others = [set(_meaning(text)) for number, text in enumerate(texts) if number != place]
    return sum(len(other & mine) * 2 > len(other) for other in others) > 1


_SUPERLATIVES = (
    "likely probable appropriate suitable effective important useful helpful consistent relevant common "
    "desirable accurate true correct"
)
_NEGATIVES = Pattern(
    rf"(?<![*=_>\w])(?:not|except(?!ion)|least(?= (?:{_SUPERLATIVES.replace(' ', '|')})\b)|never|"
    r"cannot)(?![*=_<\w])|\b\w+n['’]t\b",
    re.IGNORECASE,
)
# "which is not", "what should the therapist not do"; but "an activity not for prosecution" denies nothing
_DENIED = re.compile(
    r"(?:^|.*\b(?:which|what|who|whom|whose|where|all|each|one|these|following)\b)"
    r"(?:(?!\b(?:that|so|because|if|when|while|to)\b).)*"
    r"\b(?:is|are|was|were|be|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|but)"
    r"(?:(?: [^\s,]+){0,4} (?:not|never)|not|n['’]t)$",
    re.IGNORECASE | re.DOTALL,
)
_OF_A_CASE = re.compile(
    r"\b(?:what|which|who|how)\b.*\b(?:if|when|whose|unless|because|while|where)\b"
    r"|\b(?:above|below|after|before|beyond|until) which\b|\b(?:of|for|by|from|in|without) $",
    re.IGNORECASE | re.DOTALL,
)
"""A negation of what the question is about, and not of what it asks for: "the danger of not being seen"."""
_ASKS_FOR_ONE = any_of(
    """
    which, what, who, whom, whose, where, all, each, choose, select, find, name, identify, mark, pick,
    one, following, these, those, option
    """
)
_NO_EXCEPTION = any_of("why, how, at least, not only, or not, if not, not yet, last but not least")


def negative_stem(cards: Cards) -> Iterator[Diagnostic]:
    """A question for what is not so, without emphasis (Haladyna: avoid negative phrasing or emphasise it)."""
    if not cards.english:
        return
    for vignette in cards.vignettes:
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
            message = f"the question asks for what is not so, and `{word}` is easily overlooked"
            hint = f"ask for what is so; or emphasise the word, as in `**{word}**`"
            span = look.at(note, question, match.start(), len(word))
            yield Diagnostic("negative-stem", message, span, hint)


def _denies(word: str, before: str, through: str) -> bool:
    """Whether a negative word asks for what is not so, by the question before it and through it."""
    if word == "except":
        return bool(before.strip())  # "Except in Alaska, which …?" asks for what is so
    return word == "least" or bool(_DENIED.match(through.strip()) and not _OF_A_CASE.search(before))


def _emphasised(text: str, start: int, end: int) -> bool:
    """Whether a place lies within emphasis that begins before it and ends after it."""
    if any(text.count(mark, 0, start) % 2 and mark in text[end:] for mark in ("**", "==", "_", "*")):
        return True
    return re.search(r"<(?:u|b|strong|em|mark|i)>[^<]*$", text[:start]) is not None


def overlapping_options(cards: Cards) -> Iterator[Diagnostic]:
    """Two options of which one contains the other (Haladyna: keep options independent, not overlapping)."""
    hint = "the best option must be right alone, and the others wrong alone: set them apart"
    for vignette in cards.vignettes:
        texts = vignette.texts
        told = None if vignette.of_names else _overlap(vignette)
        if told:
            short = " ".join(texts[told[0]].split())
            other = f"`{short[:40]}{'…' * (len(short) > 40)}`"
            message = f"this option and {other} overlap"
            if len({" ".join(texts[place].split()).casefold().rstrip(".") for place in told}) == 1:
                message = f"this option is the same as {other}"
            if not any(_refers(texts, place) or _BOTH.match(texts[place]) for place in told):
                yield on_option("overlapping-options", vignette, told[1], message, hint)


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
"""Common words that say the same, as options do that are the same in other words."""

_LIGHT = frozenset(
    "a an the of to in on at for from by is are be was were his her its your that this with as".split()
)
_OPERATOR = re.compile(r"[=<>≤≥≠+×÷∩∪∧∨^|]")
_LONGEST_PART = 5  # words; two sentences share some by chance
_SEQUENCE = re.compile(r"\S (?:[-–—>]|->|→) \S.* (?:[-–—>]|->|→) \S")
"""Steps one after the other, of which other steps, or another order, are another thing."""
_JOINS = frozenset(["and", "or", "plus"])


def _overlap(vignette: Vignette) -> tuple[int, int] | None:
    """The first two options that overlap."""
    texts = vignette.texts
    said = [_meaning(text) for text in texts]
    sets = {frozenset(each) for each in said}
    exact = [
        {*verbatim(option.text.value), *_OPERATOR.findall(option.text.value)} for option in vignette.options
    ]
    ranges = [interval(text) for text in texts] if _has_number(vignette) else [None] * len(texts)
    if open_on_one_side(ranges):
        return None
    for one, two in combinations(range(len(texts)), 2):
        if (_SEQUENCE.search(texts[one]) and _SEQUENCE.search(texts[two])) or exact[one] != exact[two]:
            continue
        small, large = sorted((one, two), key=lambda place: len(set(said[place])))
        if _within(texts[small], texts[large], said[small], said[large], sets):
            return small, large
        first, second = ranges[one], ranges[two]
        if first and second and first.overlaps(second):
            return one, two
        if "or" in vignette.said and _share_a_part(texts[one], texts[two]):
            return one, two
    return None


def _within(small: str, large: str, few: list[str], many: list[str], sets: set[frozenset[str]]) -> bool:
    """Whether an option says the same as another, or a part of it, in the words of `_meaning`."""
    mine, others = frozenset(few), frozenset(many)
    if mine == others and few:
        # "A before B" is not "B before A", and a formula not another with the same letters
        return few == many or (len(few) != len(many) and not _OPERATOR.search(small + large))
    # where one, another and both are options, both are what can be chosen
    return mine < others and (others - mine - _JOINS) not in sets and _is_part(small, large, few, many)


def _has_number(vignette: Vignette) -> bool:
    """Whether an option holds a number, in figures or in words."""
    return not vignette.said.isdisjoint(NUMBER_WORDS) or any(_FIGURE.search(text) for text in vignette.texts)


_FIGURE = re.compile("[0-9]")


def _meaning(text: str) -> list[str]:
    """The stems of the words of an option that carry meaning, with one word for those that say the same."""
    said = _TOKEN.findall(text)
    light = _LIGHT if len(said) > 2 else _LIGHT - {"a"}  # "A major" has no article
    kept = (word.lower() for word in said if (word if word == "A" else word.lower()) not in light)
    return [word if word[0] in _MINUS else STEMS[_SAME.get(word, word)] for word in kept]


_MINUS = "-−+"
_TOKEN = re.compile(r"(?:(?<!\w)[-−+](?=\d))?\w+(?:[-.,'’♯♭]\w+)*[♯♭]?")
"""A word, a number with its decimals, a compound: what two options are compared by."""


_ON_CONDITION = re.compile(
    r"\W+(?:within|immediately|at once|as soon|if|when|unless|until|every|twice|once|daily|for \d)\b",
    re.IGNORECASE,
)


_REGION = re.compile(r"(?:north|south|east|west|central)(?:ern)?(?:-\w+)*")


def _is_part(small: str, large: str, few: list[str], many: list[str]) -> bool:
    """Whether a larger option is a smaller one and something besides: "A and B", "A within an hour".

    A kind of a thing is another thing, mostly: "a nasal cannula" and "a high-flow nasal cannula".
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


_LONGEST_LIST = 7  # words; in whole sentences some part is the same by chance


def _share_a_part(one: str, two: str) -> bool:
    """Whether two options that each list some things list one of them both: "A or B", "B or C"."""
    if " or " not in one or " or " not in two or max(map(len, map(str.split, (one, two)))) > _LONGEST_LIST:
        return False
    if all(re.search(r" or (?:an? |the )?[A-Z]", text) for text in (one, two)):
        return False  # "Victory or Death" is a name
    first, second = (
        {tuple(_meaning(part)) for part in re.split(r",? (?:and|or|plus) |, ", text) if len(part) < 30}
        for text in (one, two)
    )
    return bool(first & second - {()})


_ING = Pattern(r"(?:[a-z]{3,}|us|do|go|be)ing\b", re.IGNORECASE)
_ING_PHRASE = Pattern(
    r"[a-z]{2,}ing (?:the|an?|him|her|them|it|his|its|their|this|that|these|what|how|all|each|one|both|any|"
    r"some|no|more|less)\b",
    re.IGNORECASE,
)
_NUMERIC = Pattern(
    rf"\W*(?:(?:about|over|under|around|roughly|up to|at least) )?[$€£]?{NUMBER}"
    rf"(?:\s*(?:-|–|to|and)\s*{NUMBER})?"
    r"(?:\s*[^\s\d,;-]+){0,2}\W*",
    re.IGNORECASE,
)
_SUBJECTS = ("it", "he", "she", "they", "there", "we", "you", "this", "these")
_VERBS = r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would|must|should)\b"
_VERB = Pattern(_VERBS)
_CLAUSE = Pattern(rf"(?:{'|'.join(_SUBJECTS)}) [a-z]+", re.IGNORECASE)
_BEFORE_VERB = r"(?:(?!(?:who|which|that|where|to)\b)\S+ ){1,4}"
_NOUN_AND_VERB = Pattern(_BEFORE_VERB + _VERBS, re.IGNORECASE)
_MAY_BE_CLAUSE = Pattern(rf"{_BEFORE_VERB}(?:{_VERBS}|[a-z]{{2,}}ed\b(?! by\b))", re.IGNORECASE)
"""Where "the must was too sour", or "the yeast died", may be a sentence; "a man who was" is none."""
_SENTENCE = Pattern(r"\S+ .*\S[.!]", re.DOTALL)
_NAME = re.compile(r"[^\W\d_a-z][\w.&'’-]*(?: [^\W\d_a-z][\w.&'’-]*)*$|[\d$€£+−-]")
"""What needs no article: words that all begin with a capital, a number."""
_PLURAL = re.compile(r"[^s\W]s\b|\d")
_LONGEST_PHRASE = 8  # words; what is longer is a sentence, which begins as it likes
_ARTICLE = Pattern(
    rf"(?:an?|the|his|her|its|their|no|some|any|each|every|both|all|this|that|these|more|less"
    rf"|your|my|our|whose|another|{NUMBER}) ",
    re.IGNORECASE,
)
_QUOTES = frozenset("\"“‘'«„")
_QUOTED = Pattern(r"[\"“‘'«„].*[\"”’'»“]\W*", re.DOTALL)
_TO = Pattern(rf".*{NUMBER}\s*(?:-|–|to)\s*{NUMBER}", re.IGNORECASE)
_ANSWERS = ("yes", "no", "true", "false")
_YES_OR_NO = re.compile(r"\W*(?:yes|no|true|false|right|wrong|correct|incorrect)\W*", re.IGNORECASE)
_ANSWER = Pattern(rf"(?:{'|'.join(_ANSWERS)})(?:[,;:.–—-]|$| because| since)", re.IGNORECASE)
_BEGINNINGS = ("to", "by", "because", "if", "when", "that", "in", "for", "with", "it", "he", "she", "they")
_ODD_BEGINNINGS = frozenset(["because", "by", "to", "if", "when"])


def unparallel_options(cards: Cards) -> Iterator[Diagnostic]:
    """Options that are not built alike (Haladyna: homogeneous in content and grammatical structure)."""
    for vignette in cards.vignettes:
        texts = vignette.texts
        if len(texts) < _FEW or not all(texts) or vignette.of_names:
            continue
        if any(_refers(texts, place) for place in range(len(texts))):
            continue  # which is told as such, and is built otherwise
        told = _odd_length(texts, vignette.right)
        if cards.english:
            told = _odd_form(vignette) or _odd_beginning(texts) or told or _odd_article(vignette, texts)
        if told:
            message = f"this option {told[1]}, unlike the others"
            hint = "build all options alike: the same form, about the same length, all fitting the question"
            yield on_option("unparallel-options", vignette, told[0], message, hint)


def _forms(vignette: Vignette) -> list[tuple[list[bool], str, str]]:
    """For each form which options have it, and what is said of the only one that does, and that does not."""
    texts, said = vignette.texts, vignette.said

    def flags_of(holds: Callable[[str], object]) -> list[bool]:
        return [bool(holds(text)) for text in texts]

    # code is written as it is
    code = any(option.text.value.lstrip().startswith("`") for option in vignette.options)
    small = [] if code else flags_of(lambda text: text[0].islower())
    forms = [
        (flags_of(_SENTENCE.fullmatch), "is a sentence", "is no sentence"),
        (flags_of(lambda text: text.endswith("?")), "is a question", "is no question"),
        (small, "begins with a small letter", "begins with a capital"),
        (
            flags_of(lambda text: text[0] in _QUOTES and _QUOTED.fullmatch(text)),
            "is a quotation",
            "is no quotation",
        ),
    ]
    if _has_number(vignette):
        forms += [
            (flags_of(_NUMERIC.fullmatch), "is a number", ""),
            (flags_of(lambda text: _NUMERIC.fullmatch(text) or len(text.split()) < _FEW), "", "is no number"),
        ]
    if any(word.endswith("ing") for word in said):
        forms += [
            (flags_of(_ING_PHRASE.match), "begins with an -ing form", ""),
            (flags_of(_ING.match), "", "begins with no -ing form"),
        ]
    if not said.isdisjoint(_SUBJECTS) and sum(map(bool, map(_VERB.search, texts))) <= 1:
        forms.append((flags_of(_CLAUSE.match), "is a sentence", "is no sentence"))
    if not said.isdisjoint(_ANSWERS):
        forms.append((flags_of(_ANSWER.match), "answers yes or no", "does not answer yes or no"))
    return forms


def _odd_form(vignette: Vignette) -> tuple[int, str] | None:
    """The option that differs in form from all others, and how."""
    texts = vignette.texts
    for flags, alone, other in _forms(vignette):
        if alone and flags.count(True) == 1:
            return flags.index(True), alone
        if other and flags.count(False) == 1:
            return flags.index(False), other
    for flags, lacks in (
        ([bool(_ARTICLE.match(text) or _FIGURE.search(texts[0])) for text in texts], "has no article"),
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
    """How an option without an article differs; empty where all of them, or some, may be sentences."""
    others = texts[:odd] + texts[odd + 1 :]
    if not any(map(_MAY_BE_CLAUSE.match, texts)):
        return "has no article"
    clauses = sum(map(bool, map(_NOUN_AND_VERB.match, others)))
    return "is no sentence" if clauses > 1 and not _MAY_BE_CLAUSE.match(texts[odd]) else ""


def asks_yes_or_no(texts: list[str]) -> bool:
    """Whether the options of a vignette judge a statement: true or false, yes or no."""
    return all(_YES_OR_NO.fullmatch(text) for text in texts)


def _odd_beginning(texts: list[str]) -> tuple[int, str] | None:
    """The option that lacks the first word of all others, or alone has one that makes another form."""
    firsts = [next(iter(words(text)), "") for text in texts]
    for word in _BEGINNINGS:
        flags = [first == word for first in firsts]
        if flags.count(False) == 1:
            return flags.index(False), f"does not begin with `{word}`"
        if flags.count(True) == 1 and word in _ODD_BEGINNINGS and not texts[flags.index(True)].endswith("."):
            return flags.index(True), f"begins with `{word}`"
    return None


def _odd_length(texts: list[str], right: int) -> tuple[int, str] | None:
    """The option that is many times longer or shorter; a long right one is told by another rule."""
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
