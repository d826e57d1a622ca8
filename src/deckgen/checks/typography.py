"""Rules about how texts are typed: what learners would see of slips, Markdown that does not work, images."""

from __future__ import annotations

import re
from operator import eq
from typing import TYPE_CHECKING

from deckgen.cards.markdown import rendered
from deckgen.checks import cards as look
from deckgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.cards import Cards
    from deckgen.notes import Note
    from deckgen.source import Scalar

_IMAGE = re.compile(r"!\[\s*\]\([^)\s]|<img\b")
_NO_ALT = re.compile(
    r"!\[\s*\]\(|<img\b(?![^<>]*\balt\s*=\s*(?:\"[^\"]*\w[^\"]*\"|'[^']*\w[^']*'|\w))[^<>]*+>"
)


def missing_alt(cards: Cards) -> Iterator[Diagnostic]:
    """An image without a text alternative (WCAG 2.2, 1.1.1)."""
    hint = "say in the square brackets what it shows: `![a genogram of three generations](media/tree.png)`"
    for note, _, scalar in cards.texts_with(_IMAGE, "![", "<img"):
        for match in _NO_ALT.finditer(scalar.value):
            message = "this image has no text alternative, for learners who do not see it"
            yield Diagnostic(
                "missing-alt", message, look.at(note, scalar, match.start(), len(match.group())), hint
            )


_CAPITALS = re.compile(r"(?<![A-Z])[A-Z]{2,}+\W++[A-Z]{2}")
_LETTER = re.compile(r"[^\W\d_]")


def upper_case(cards: Cards) -> Iterator[Diagnostic]:
    """A text that is mostly in capitals, which reads slowly."""
    for note, _, scalar in cards.with_capitals:
        if not _CAPITALS.search(scalar.value):
            continue
        letters = _LETTER.findall(look.plain(scalar.value))
        capitals = sum(letter.isupper() for letter in letters)
        if len(letters) > 8 and capitals * 10 > 6 * len(letters):
            message = "this text is mostly in capitals, which reads slowly"
            hint = "write it in small letters, and emphasise what matters with `**…**`"
            yield Diagnostic("upper-case", message, look.of_text(note, scalar), hint)


_TWICE = re.compile(r"(?<![\w'’-])([^\W\d_]+)\s+(\1)(?![\w'’-])", re.IGNORECASE)
_MAY_BE_TWICE = frozenset(["that", "had", "no", "so", "very", "bye", "ha", "her"])


def doubled_word(cards: Cards) -> Iterator[Diagnostic]:
    """A word that stands twice in a row; in English, where hardly any may."""
    if not cards.english:
        return
    for document, texts in cards.chapters:
        if not _repeats(document.text):
            continue
        for note, _, scalar in texts:
            if _repeats(scalar.value):
                yield from _doubled_words(note, scalar)


def _repeats(text: str) -> bool:
    """Whether something between white space stands twice in a row."""
    said = text.lower().split()
    return True in map(eq, said, said[1:])


def _doubled_words(note: Note, scalar: Scalar) -> Iterator[Diagnostic]:
    for match in _TWICE.finditer(scalar.value):
        if match[1].lower() not in _MAY_BE_TWICE:
            span = look.at(note, scalar, match.start(2), len(match[2]))
            yield Diagnostic("doubled-word", f"`{match[2]}` stands twice", span, "delete one of the two")


_DOUBLED = re.compile(r"(?<=\S) {2,}(?=\S)")
_INDENTED = re.compile("\n +")


def doubled_space(cards: Cards) -> Iterator[Diagnostic]:
    """Two spaces between words; silent once released, since no card shows it."""
    for document, texts in cards.chapters:
        if "  " not in _INDENTED.sub("\n", document.text):
            continue
        for note, _, scalar in texts:
            if "  " in scalar.value and not cards.is_released(note):
                for start, end in _doubled_spaces(scalar.value):
                    span = look.at(note, scalar, start, end - start)
                    yield Diagnostic("doubled-space", f"{end - start} spaces stand here", span, "leave one")


_CODE_OR_TABLE = re.compile(
    r"`++[^`]*+`++|^ {4,}.*$|^[ \t]*+\|.*$|^[ \t]*+(?:[-*+]|\d+[.)]) +|\$[^$]*+\$|\]\([^()]*+\)", re.MULTILINE
)


def _doubled_spaces(text: str) -> list[tuple[int, int]]:
    """Where more than one space stands between words of a text, outside code, formulas and tables."""
    kept = [match.span() for match in _CODE_OR_TABLE.finditer(text)]
    found = [match.span() for match in _DOUBLED.finditer(text)]
    return [(start, end) for start, end in found if not any(one < end and start < two for one, two in kept)]


_TRAILING = re.compile(r"(?<=\S)[ \t]+$", re.MULTILINE)


def trailing_space(cards: Cards) -> Iterator[Diagnostic]:
    """Blanks at the end of a line, which may be a line break (CommonMark, hard line breaks)."""
    for document, texts in cards.chapters:
        if " \n" not in document.text and "\t\n" not in document.text and " \r" not in document.text:
            continue
        for note, _, scalar in texts:
            match = _TRAILING.search(scalar.value) if scalar.style == "|" else None
            if match and not cards.is_released(note):
                breaks = len(match.group()) > 1 and re.match(r"\n[^\n]*\S", scalar.value[match.end() :])
                unseen = ", which break the line unseen" if breaks else ""
                span = look.at(note, scalar, match.start(), len(match.group()))
                message = f"blanks stand at the end of this line{unseen}"
                yield Diagnostic("trailing-space", message, span, "delete them")


_SIGNS = re.compile("[*`=_]+")
_LEFT = re.compile(r"\*{1,3}|={2,}|`|__|~~")
_TAKEN = re.compile(
    r"<(code|pre|a)\b.*?</\1>|<[^<>]*+>|\\\(.*?\\\)|\\\[.*?\\\]|<span class=\"math[^<]*+</span>", re.DOTALL
)
_LINK = re.compile(r"(?P<link>\] +\(https?:)")
_BULLET = re.compile(r"(?P<bullet>[•●▪‣] ?\w)|(?:^|\n) *(?P<dash>[–·] )")
_AT_LINE_START = re.compile(
    r"\n *(?:- +)?(?:(?P<heading>#{1,6}[A-Za-z]\w*)|(?P<item>[-+][A-Za-z]|\d{1,2}[.)][A-Za-z]))"
)
_MEANT = {
    "link": ("a link has no space between its brackets", "`[text](https://…)`"),
    "heading": ("a heading has a space after its `#`", "`# Heading`"),
    "item": ("an item of a list has a space after its sign", "`- item`, `1. item`"),
    "bullet": ("this sign makes no list", "each item on a line of its own, after `- `"),
    "dash": ("this sign makes no list", "each item on a line of its own, after `- `"),
}
_IN_PLAIN = re.compile(
    r"\*\*?\w[^*]*\*\*?|==\w[^=]*==|`[^`]+`|&(?:[a-z]+|#\d+);|\[[^\]]+\]\(|(?<!\w)__?\w[^_]*__?(?!\w)"
    r"|<(?:b|i|em|strong|sub|sup|u|br)\b[^>]*>|\$[^\s$][^$]*[\\^_=][^$]*\$"
)


def stray_markdown(cards: Cards) -> Iterator[Diagnostic]:
    """Markdown that does not take effect, so that learners see its signs (CommonMark)."""
    for note, key, scalar in cards.plain_texts:
        if match := _IN_PLAIN.search(scalar.value):
            message = f"`{key}` is plain text, so learners see `{match.group()}` as it stands"
            span = look.at(note, scalar, match.start(), len(match.group()))
            hint = "leave the signs out"
            if match.group().startswith("$"):
                hint = f"a formula is written as in Anki here: `\\({match.group()[1:-1]}\\)`"
            yield Diagnostic("stray-markdown", message, span, hint)
    for pattern, needles in ((_LINK, ("] ",)), (_BULLET, tuple("•●▪‣–·")), (_AT_LINE_START, ())):
        for note, key, scalar in cards.texts_with(pattern, *needles):
            typed = pattern.search(f"\n{scalar.value}")
            if typed and typed.lastgroup and (note.kind.name, key) not in cards.plain_keys:
                message, form = _MEANT[typed.lastgroup]
                start = typed.start(typed.lastgroup) - 1
                span = look.at(note, scalar, start, len(typed[typed.lastgroup]))
                message += ", so learners see it as it stands"
                yield Diagnostic("stray-markdown", message, span, f"write {form}")
    for note, key, scalar in cards.texts_with(_SIGNS):
        if (note.kind.name, key) in cards.plain_keys or _takes_effect(scalar.value):
            continue
        left = _LEFT.search(_TAKEN.sub(" ", rendered(scalar.value)))
        if left:
            place = scalar.value.find(left.group())
            span = look.at(note, scalar, max(place, 0), len(left.group()))
            message = f"this `{left.group()}` does not take effect, so learners see it"
            hint = (
                "it stands on both sides of the words, without a space between; as itself it is written `\\*`"
            )
            yield Diagnostic("stray-markdown", message, span, hint)


def _takes_effect(text: str) -> bool:
    """Whether all signs of emphasis in a text clearly do something: pairs, right around letters or digits."""
    for sign in ("**", "==", "`"):
        parts = text.split(sign)
        if len(parts) % 2 == 0 or not all(part[:1].isalnum() and part[-1:].isalnum() for part in parts[1::2]):
            return False
    return text.count("*") == 2 * text.count("**") and "__" not in text


_CURLY = re.compile(r"[“„«‘‚‹]")
_WHOLE = re.compile(r"[“„«‘‚‹][^“”„«»‘‚‹›\"]+[”“»’‘›]")


def curly_quotes(cards: Cards) -> Iterator[Diagnostic]:
    """A value in curly quotes, which YAML does not take for quotes (YAML 1.2, 7.3)."""
    for note, key, scalar in cards.texts_with(_CURLY, *"“„«‘‚‹"):
        plain = (note.kind.name, key) in cards.plain_keys
        if _WHOLE.fullmatch(scalar.value.strip()) and (plain or not scalar.style):
            message = "these curly quotes are part of the text, so learners see them"
            hint = "take them away; YAML needs no quotes here"
            yield Diagnostic("curly-quotes", message, look.of_text(note, scalar), hint)
