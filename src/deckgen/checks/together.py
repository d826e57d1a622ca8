"""Rules about the deck as a whole: what is asked twice, never explained, or out of balance."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from deckgen.checks import cards as look
from deckgen.checks.cards import FUNCTION_STEMS, Cards, content, of_note, stems, usual, words
from deckgen.diagnostics import Diagnostic
from deckgen.notes import Note, place
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.cards import Text, Vignette

_RARE = 4
_LOOKED_AT = 3
_ALIKE = 0.65  # of all their words, where the answer is the same
_HARDLY_APART = 0.9  # where it is another


class _Asked(NamedTuple):
    """A note as two are compared: the stems of all that it asks, and of the answer."""

    note: Note
    said: set[str]
    answer: set[str]


def same_question(cards: Cards) -> Iterator[Diagnostic]:
    """Two notes that ask the same, or nearly (Wozniak: combat interference).

    Each note is compared only with the last few that share two of its rarest words, so that the time grows
    with the number of notes and not with that of pairs.
    """
    asked = [
        _Asked(note, stems(cards.prompt(note)) - FUNCTION_STEMS, stems(cards.answer(note)))
        for note in cards.notes
    ]
    known: Counter[str] = Counter()
    for each in asked:
        known.update(each.said)
    order = sorted((word for word, count in known.items() if count > 1), key=lambda word: (known[word], word))
    rank = {word: number for number, word in enumerate(order)}
    near: dict[tuple[int, ...], list[_Asked]] = {}
    for each in asked:
        rare = sorted(rank[word] for word in each.said if word in rank)[:_RARE]
        twin = _nearest(each, near, rare)
        if twin:
            how = "the same as" if twin.said == each.said else "nearly the same as"
            at = place(twin.note)
            message = f"this asks {how} `{twin.note.id}` (line {at.line} of {at.path})"
            hint = "make one of the two ask something else, or delete it"
            yield of_note("same-question", each.note, message, hint)


def _nearest(mine: _Asked, near: dict[tuple[int, ...], list[_Asked]], rare: list[int]) -> _Asked | None:
    """The note among the last few with two of the same rare words that asks nearly the same."""
    best, most = None, 0.0
    pairs = [(one, two) for place, one in enumerate(rare) for two in rare[place + 1 :]]
    candidates: dict[int, _Asked] = {}
    for key in pairs or [tuple(rare)]:
        others = near.setdefault(key, [])
        candidates |= {id(other): other for other in others[-_LOOKED_AT:]}
        others.append(mine)
    size = len(mine.said)
    for other in candidates.values():
        if size * _ALIKE <= len(other.said) <= size / _ALIKE:
            shared = len(mine.said & other.said)
            share = shared / (size + len(other.said) - shared)
            if share >= _ALIKE and share > most:
                same_answer = len(mine.answer & other.answer) * 2 > min(len(mine.answer), len(other.answer))
                if same_answer or share >= _HARDLY_APART:
                    best, most = other, share
    return best


def same_term(cards: Cards) -> Iterator[Diagnostic]:
    """One term that is defined twice (Wozniak: combat interference)."""
    first: dict[str, tuple[Note, str]] = {}
    for note in cards.notes:
        key = note.kind.keys.get(note.kind.label) if note.kind.label else None
        value = note.values.get(note.kind.label) if key and key.type == "text" else None
        if not isinstance(value, Scalar):
            continue
        inside = " ".join(content(" ".join(re.findall(r"\(([^)]*)\)", value.value))))
        outside = " ".join(content(re.sub(r"\([^)]*\)", " ", value.value)))
        for name in dict.fromkeys((outside, inside)):
            other, bracket = first.setdefault(name, (note, inside)) if name else (note, "")
            # "tolerance (drugs)" and "tolerance (statistics)" are two terms
            if other is not note and (name == inside or not inside or not bracket or inside == bracket):
                message = f"this term is defined at line {place(other).line} of {place(other).path} as well"
                hint = f"keep one of the two, or say in brackets how it differs from `{other.id}`"
                yield Diagnostic("same-term", message, look.of_text(note, value), hint)
                break


_ABBREVIATION = re.compile(r"(?<![\w&#/.\\{-])[A-Z][A-Z0-9]{1,5}(?=s?\b)(?![\w-]*\})")
_WELL_KNOWN = frozenset(
    "US USA UK EU UN TV PC CD DVD GPS DNA RNA AIDS HIV NASA NATO FBI CIA OK AM PM BC AD BCE CE PDF SMS USB ID IQ VIP CEO "
    "PhD MD BA MA BSC MSC DC NY LA SOS FAQ ATM PIN HTML WWW URL IT AI PH UV LED COVID WHO UNESCO UNICEF IBM BBC CNN "
    "USSR GDR GMT UTC ISO XL ABC XYZ PS RSVP DIY ASAP".split()
)
_CAPITAL_WORDS = frozenset(
    "NOT EXCEPT LEAST MOST BEST FIRST NEXT NEVER ALWAYS ONLY AND OR ALL NO YES TRUE FALSE BEFORE AFTER MORE LESS ONE TWO "
    "THE A AN IS ARE DO DON STOP GO IF THEN ANY BOTH NONE EACH MUST MAY CAN WILL WHY HOW WHO WHAT WHICH".split()
)
_ROMAN = re.compile(r"[IVXLCM]+")
_FORMULA = re.compile(r"(?:(?:C|H|O|N|S|P|K|F|I|B|U|V|W|Y)\d*)+")


def undefined_abbreviation(cards: Cards) -> Iterator[Diagnostic]:
    """An abbreviation that no note of the deck spells out (Haladyna: keep the vocabulary simple)."""
    first: dict[str, tuple[Text, int]] = {}
    places: dict[str, list[Text]] = {}
    for text in cards.with_capitals:
        for match in _ABBREVIATION.finditer(text.scalar.value):
            if _is_abbreviation(text.scalar.value, match):
                first.setdefault(match.group(), (text, match.start()))
                places.setdefault(match.group(), []).append(text)
    labels = {
        word.strip("()")
        for note, key, scalar in cards.texts
        if key == note.kind.label and (note.kind.name, key) in cards.plain_keys
        for word in scalar.value.split()
    }
    for name, (text, start) in first.items():
        if (
            name in labels
            or f"({name})" in labels
            or any(_spelt_out(name, each.scalar.value) for each in places[name])
        ):
            continue
        message = f"no card of the deck says what `{name}` stands for"
        hint = f"spell it out where it is first used, as in `words in full ({name})`"
        yield Diagnostic(
            "undefined-abbreviation", message, look.at(text.note, text.scalar, start, len(name)), hint
        )


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    """Whether a word in capitals is an abbreviation that has to be explained."""
    name = match.group()
    if name in _WELL_KNOWN or name in _CAPITAL_WORDS or _ROMAN.fullmatch(name):
        return False
    if any(char.isdigit() for char in name) and _FORMULA.fullmatch(name):
        return False
    before, after = text[: match.start()].rstrip(" *=\n"), text[match.end() :].lstrip(" *=\n")
    # words in capitals side by side are shouting, not abbreviations
    neighbours = (re.search(r"[A-Z]{2,}$", before), re.match(r"[A-Z]{2,}\b", after))
    if any(neighbours):
        return False
    inside = text.count("$", 0, match.start()) % 2 or text.count("`", 0, match.start()) % 2
    return not inside


def _spelt_out(name: str, text: str) -> bool:
    """Whether a text says what an abbreviation stands for."""
    mark = re.escape(name)
    if re.search(
        rf"\(\W*(?:or |the |also |abbreviated )?{mark}s?\b[^)]*\)|\b{mark}s?\W* ?\([^)\d]*[a-z]{{3}}[^)]*\)"
        rf"|\b{mark}s?\W+(?:stands? for|is short for|means|abbreviates|is the abbreviation)\b"
        rf"|\b{mark}s?,\W+(?:the|an?|or|short for|that is)\b|\b(?:abbreviated|called|known as|or|short:)\W+{mark}\b",
        text,
    ):
        return True
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", re.sub(rf"\b{mark}s?\b", " ", text)))
    small = "".join(
        word[0] for word in words(text) if word not in {"of", "the", "and", "for", "in", "to", "on", "a"}
    )
    letters = "".join(char for char in name.lower() if char.isalpha())
    return len(letters) > 1 and (letters in initials.lower() or letters in small)


def missing_reference(cards: Cards) -> Iterator[Diagnostic]:
    """A note without a reference where most of its neighbours in the chapter have one."""
    chapters: dict[str, list[Note]] = {}
    for note in cards.notes:
        if "reference" in note.kind.keys:
            chapters.setdefault(note.chapter.document.path, []).append(note)
    for notes in chapters.values():
        without = [note for note in notes if "reference" not in look.values_of(note)]
        if 0 < len(without) * 2 < len(notes):
            for note in without:
                message = f"{len(notes) - len(without)} of {len(notes)} notes of this chapter have a reference, and this one has none"
                hint = "add `reference: |`, and under it where it can be read up"
                yield of_note("missing-reference", note, message, hint)


def few_options(cards: Cards) -> Iterator[Diagnostic]:
    """A vignette with fewer options than the exam's questions (Rodriguez 2005: three are enough)."""
    counts = [len(vignette.options) for vignette in cards.vignettes]
    often = usual(counts) if len(counts) > 3 else 0  # noqa: PLR2004 (of few nothing follows)
    wanted = cards.deck.exam_options or max(3, often)
    for vignette in cards.vignettes:
        count = len(vignette.options)
        if count < wanted:
            why = (
                "the exam has"
                if cards.deck.exam_options
                else "most of the deck have"
                if wanted == often
                else "it takes"
            )
            message = f"this question has {count} options, and {why} {wanted}" + (
                " to be more than a guess" if why == "it takes" else ""
            )
            hint = "add an option that a half-prepared learner would choose"
            if not cards.deck.exam_options:
                hint += "; or say in deck.yaml how many the exam has, as in `exam_options: 3`"
            yield of_note("few-options", vignette.note, message, hint)


_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def answer_places(cards: Cards) -> Iterator[Diagnostic]:
    """Right options that stand mostly in one place, or never in one (Haladyna: vary the location)."""
    by_count: dict[int, list[Vignette]] = {}
    for vignette in cards.vignettes:
        by_count.setdefault(len(vignette.options), []).append(vignette)
    for count, vignettes in by_count.items():
        places = Counter(vignette.right for vignette in vignettes)
        place_, most = places.most_common(1)[0]
        total = len(vignettes)
        never = [place for place in range(count) if not places[place]]
        message = ""
        if total >= 8 and most * 2 > total and most * count > 1.5 * total:  # noqa: PLR2004 (tuned)
            message = f"in {most} of {total} questions the right option stands {_PLACES[place_]}"
        elif never and total >= 3 * count:
            message = f"in none of {total} questions the right option stands {' or '.join(_PLACES[n] for n in never)}"
        if message:
            moved = next(vignette for vignette in vignettes if vignette.right == place_)
            mark = moved.options[place_].mark
            span = moved.note.chapter.document.span(mark) if mark else place(moved.note)
            hint = "write the options of some questions in another order"
            yield Diagnostic("answer-places", message, span, hint)
