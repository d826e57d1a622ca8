"""The rule about abbreviations that no card explains."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.prose import prose, words
from deckgen.deck.values import statements
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.chapters import Text
    from deckgen.checks.context import RuleContext
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Span

_ABBREVIATION = re.compile(r"(?<![\w&#/.\\{-])[a-z]?[A-Z][A-Z0-9]{1,5}(?=s?\b)(?![\w-]*\}(?!\}))")
_WELL_KNOWN = frozenset(
    """
    AD AI AIDS AM ASAP ATM BA BBC BC BCE BSC CD CE CEO CIA CNN COVID DC DIY DNA DVD EU FAQ FBI GDR GMT GPS
    HIV HTML IBM ID IQ ISO IT LA LED MA MD MSC NASA NATO NY OK PC PDF PH PIN PM PS RNA RSVP SMS SOS TV UK
    UN UNESCO UNICEF URL US USA USB USSR UTC UV VIP WHO WWW XL
    """.split()
)
_CAPITAL_WORDS = frozenset(
    """
    A AFTER ALL ALWAYS AN AND ANY ARE BEFORE BEST BOTH CAN DO DON EACH EXCEPT FALSE FIRST GO HOW IF IS
    LEAST LESS MAY MORE MOST MUST NEVER NEXT NO NONE NOT ONE ONLY OR STOP THE THEN TRUE TWO WHAT WHICH WHO
    WHY WILL YES
    TODO TBD FIXME
    """.split()
)
_BESIDE = 40  # characters in which to look for a neighboring word
_ROMAN = re.compile(r"[IVXLCM]+")
_SUBSCRIPT = re.compile(r"~\d|<su[bp]>|[₀-₉]")
_LONG = 5  # letters
_LETTERS = 2  # beside a digit; `B12` and `T4` are names
_HEX = re.compile(r"[0-9A-F]{2}|[0-9A-F]{4}|[0-9A-F]{6}")
_FORMULA = re.compile(r"(?:(?:C|H|O|N|S|P|K|F|I|B|U|V|W|Y)\d*)+")


def undefined_abbreviation(context: RuleContext) -> Iterator[Diagnostic]:
    """An abbreviation that no note of the deck spells out (Haladyna: keep the vocabulary simple).

    If there are many, the deck is for people who know them, so one warning names several of them. The rule
    needs many words of the language, so it runs for English only.
    """
    if not context.english:
        return
    first: dict[str, tuple[Text, int]] = {}
    places: dict[str, list[Text]] = {}
    for text in context.with_capitals:
        if context.on_no_card(text):
            continue
        text_prose = prose(text.scalar.value)
        for match in _ABBREVIATION.finditer(text_prose):
            is_formula = _SUBSCRIPT.match(text.scalar.value, match.end())
            if not is_formula and _is_abbreviation(text_prose, match):
                first.setdefault(match.group(), (text, match.start()))
                of_name = places.setdefault(match.group(), [])
                if not of_name or of_name[-1] is not text:
                    of_name.append(text)
    unknown = list(_never_spelt_out(context, places))
    if len(unknown) <= _FEW:
        for name in unknown:
            message = f"no card of the deck explains `{name}`"
            yield Diagnostic("undefined-abbreviation", message, _at(first[name], name), _HINT)
        return
    if len(unknown) * 2 > len(places):
        return  # an author who explains few of them writes for people who know them
    unknown.sort(key=lambda name: -len(places[name]))
    more = f" and {len(unknown) - _NAMED} others" if len(unknown) > _NAMED else ""
    names = ", ".join(f"`{name}`" for name in unknown[:_NAMED])
    message = f"no card of the deck explains {len(unknown)} abbreviations: {names}{more}"
    yield Diagnostic("undefined-abbreviation", message, _at(first[unknown[0]], unknown[0]), _HINT)


_FEW = 3
_NAMED = 10
_HINT = "spell it out where you first use it: `words in full (NAME)`; if every learner knows it, leave it"


def _at(place: tuple[Text, int], name: str) -> Span:
    text, start = place
    return look.at(text.note, text.scalar, start, len(name))


def _never_spelt_out(context: RuleContext, places: dict[str, list[Text]]) -> Iterator[str]:
    """The abbreviations that no note explains."""
    if not places:
        return
    labels = set().union(*chain.from_iterable(context.of_parts(_labels)))
    small = set().union(*chain.from_iterable(context.of_parts(_small_words)))
    for name, texts in places.items():
        if name.lower() in small or name in labels:
            continue  # it is a word elsewhere, so it is a word in capitals here
        if not any(_spelt_out(name, each.scalar.value) for each in texts):
            yield name


def _labels(context: RuleContext) -> Iterator[set[str]]:
    """The words of labels."""
    yield {
        word.strip("()")
        for chapter in context.chapters
        for note, key, scalar in chapter.texts
        if key == note.kind.label and ((note.kind.name, key) in context.plain_keys or _is_first(note, scalar))
        for word in scalar.value.split()
    }


def _small_words(context: RuleContext) -> Iterator[set[str]]:
    """The short words without capitals."""
    yield {word for chapter in context.chapters for word in _SMALL_WORD.findall(chapter.document.text)}


_SMALL_WORD = re.compile(r"\b[a-z]{2,6}\b")


def _is_first(note: Note, scalar: Scalar) -> bool:
    """Whether a text is the name of a row."""
    value = note.values.get(note.kind.label)
    return not isinstance(value, Scalar) and statements(value)[:1] == [scalar]


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    """Whether a word in capitals is an abbreviation that needs an explanation."""
    name = match.group()
    if name.endswith("LY") and len(name) > _LONG:
        return False  # an emphasized word
    if name in _WELL_KNOWN or name[1:] in _WELL_KNOWN or name in _CAPITAL_WORDS or _ROMAN.fullmatch(name):
        return False
    letters = sum(char.isalpha() for char in name)
    if letters < len(name) and (letters < _LETTERS or _FORMULA.fullmatch(name) or _HEX.fullmatch(name)):
        return False
    before = text[max(match.start() - _BESIDE, 0) : match.start()].rstrip(" *=\n")
    after = text[match.end() : match.end() + _BESIDE].lstrip(" *=\n")
    # words in capitals side by side are shouting, not abbreviations
    neighbours = (re.search(r"[A-Z]{2,}$", before), re.match(r"[A-Z]{2,}\b", after))
    return not any(neighbours)


_SMALL = frozenset(["of", "the", "and", "for", "in", "to", "on", "a"])


def _spelt_out(name: str, text: str) -> bool:
    """Whether a text spells out an abbreviation."""
    patterns = (
        rf"\(\W*(?:or |the |also |abbreviated )?{name}s?\b[^)]*\)",  # words in full (NAME)
        rf"\b{name}s?\W* ?\([^)\d]*[a-z]{{3}}[^)]*\)",  # NAME (words in full)
        rf"\b{name}s?\W+(?:stands? for|is short for|means|abbreviates|is the abbreviation)\b",
        rf"\b{name}s?,\W+(?:the|an?|or|short for|that is)\b",
        rf"\b(?:abbreviated|called|known as|or|short:)\W+{name}\b",
    )
    if any(re.search(pattern, text) for pattern in patterns):
        return True
    others = [word for word in words(text) if word.rstrip("s") != name.lower()]
    letters = "".join(char for char in name.lower() if char.isalpha())
    every = "".join(word[0] for word in others)
    return letters in every or letters in "".join(word[0] for word in others if word not in _SMALL)
