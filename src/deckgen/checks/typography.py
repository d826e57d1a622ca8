"""Rules about how texts are typed: visible typing errors, and images."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from operator import eq
from typing import TYPE_CHECKING

from deckgen.anki.verbatim import pieces
from deckgen.cards.media import IMAGES
from deckgen.checks import context as look
from deckgen.checks.prose import plain, prose
from deckgen.checks.stems import FUNCTION_WORDS
from deckgen.deck.key_types.options import is_options
from deckgen.diagnostics import Diagnostic
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.deck.notes import Note
    from deckgen.source import Scalar

_SOURCE = pattern(r"\bsrc\s*=\s*[\"']?([^\s\"'<>]+)", re.IGNORECASE)
_IMAGE = pattern(r"!\[|<img\b")
_FILE_NAME = pattern(
    rf"!\[(?P<alt>[^\[\]\n]{{1,200}}\.(?:{'|'.join(sorted(IMAGES))}))\]\((?=[^()\n]*\))", re.IGNORECASE
)
_SAMPLE_ALT = pattern(r"!\[(?P<alt>what it shows|…)\]\(|<img\b[^<>]*\balt=\"(?P<in_tag>what it shows|…)\"")
_NO_ALT = pattern(r"!\[\s*\]\(\s*<?(?P<path>[^()\s<>]*)|<img\b(?![^<>]*\balt\s*=)[^<>]*+>")
# the names that programs give to an image that covers a part of another image
_MASK = pattern(r"(?:^|[-_/])(?:masks?|[oai]{2}-\d+-[QA]|[oai]{2}-O)\.\w+$")


def swallowed_key(context: RuleContext) -> Iterator[Diagnostic]:
    """A line of a text that is in fact a key, indented too far."""
    for note in context.with_texts:
        lines = note.swallowed
        if note.table and note.table.rows[0] is note:
            lines += note.table.swallowed
        for options in context.options_of(note):
            lines += options.swallowed
        for each in lines:
            if each.certain:
                yield Diagnostic("swallowed-key", each.message, each.at, each.hint)


_PLACEHOLDER = pattern(
    r"\A[^\w\ufffc]*(?:TODO|TBD|tbd|FIXME|fixme|x{3,}|[?？]{3,}|\.{3}|…)[^\w\ufffc]*\Z"
    r"|(?m:^[ \t>#*-]*|(?<=[(\[]))(?P<open>TODO|TBD|FIXME)(?=[:)\]]|[^\w\ufffc]*$"
    r"|(?<=# TODO)[ ](?=[^\n]*\s*\Z)|[ ](?:ask|check|add|write|fix|find|verify|reword|rewrite"
    r"|rephrase|shorten|expand|finish|complete|clarify"
    r"|review|confirm|replace|remove)\b)"
    r"|(?<!\w)(?:(?:TODO|TBD|FIXME|XXX|[?？]{3,})[ ]+)+(?:TODO|TBD|FIXME|XXX|[?？]{3,})(?!\w)"
    r"|(?<=[.,;:!?–—-] )(?P<end>TODO|TBD|FIXME)[^\w\ufffc]*\Z"
)
"""A placeholder instead of a text, or at its end; U+FFFC stands for code."""
_LIKE_PLACEHOLDER = pattern(r"TODO|TBD|tbd|FIXME|fixme|xxx|XXX|[?？]{3}|\.\.\.|…")
_IN_CAPITALS = "TODO TBD FIXME XXX".split()
_LIKE_NEEDLES = "tbd fixme xxx ?? ？ ... …".split()


def placeholder(context: RuleContext) -> Iterator[Diagnostic]:
    """A text that its author still has to write."""
    chapters = (
        chapter
        for chapter in context.chapters
        if chapter.has_one_of(_LIKE_NEEDLES) or (chapter.capitals and chapter.has_one_of(_IN_CAPITALS))
    )
    for note, key, scalar in (text for each in chapters for text in each.texts_with(_LIKE_PLACEHOLDER)):
        if key == note.kind.label or len(scalar.value) > _LONGEST_PLACE:
            continue  # it may be the subject of the card
        if match := _PLACEHOLDER.search(prose(scalar.value)):
            sign = match["open"] or match.group().strip()
            message = f"`{sign}` is a placeholder that learners would see on the card"
            start = scalar.value.index(sign, match.start())
            span = look.at(note, scalar, start, len(sign))
            hint = "write the text, or remove the key until you have it"
            if match["open"]:
                hint = "write the text, or remove it; put a remark to yourself above the key, after `#`"
            yield Diagnostic("placeholder", message, span, hint)


_LONGEST_PLACE = 10_000  # characters


def missing_alt(context: RuleContext) -> Iterator[Diagnostic]:
    """An image without a text alternative (WCAG 2.2, 1.1.1).

    `alt=""` marks an image without content, and a mask over another image has no content either.
    """
    in_brackets = "describe it in the square brackets: `![…](media/tree.png)`"
    in_tag = 'describe it: `<img src="media/tree.png" alt="…">`'
    for note, _, scalar in context.texts_with(_IMAGE, "![", "<img"):
        code = [piece for piece in pieces(scalar.value) if piece.kind in {"code", "fence"}]
        for match in _NO_ALT.finditer(scalar.value):
            source = match["path"] or next(iter(_SOURCE.findall(match[0])), "")
            if _MASK.search(source) or any(each.start <= match.start() < each.end for each in code):
                continue
            message = "this image has no text alternative for learners who cannot see it"
            hint = in_tag if match[0].startswith("<") else in_brackets
            end = match.start("path") if match["path"] else match.end()
            span = look.at(note, scalar, match.start(), end - match.start())
            yield Diagnostic("missing-alt", message, span, hint)
        for match in _SAMPLE_ALT.finditer(scalar.value):
            if not any(each.start <= match.start() < each.end for each in code):
                name = match.lastgroup or ""
                message = f"`{match[name]}` is a placeholder, not a description of this image"
                span = look.at(note, scalar, match.start(name), len(match[name]))
                yield Diagnostic("missing-alt", message, span, "describe the image in a few words")
        for match in _FILE_NAME.finditer(scalar.value):
            if not any(each.start <= match.start() < each.end for each in code):
                message = (
                    f"`{match['alt']}` is a file name, which does not help learners who cannot see the image"
                )
                span = look.at(note, scalar, match.start("alt"), len(match["alt"]))
                yield Diagnostic("missing-alt", message, span, in_brackets)


_CAPITALS = pattern(r"(?<![A-Z])[A-Z]{2,}+\W++[A-Z]{2}")
_CAPITAL_WORDS = pattern(r"(?:\b[A-Z](?:[A-Z'’-]*[A-Z])?\b[ \n]+)*\b[A-Z]{2,}\b")
_LETTER = pattern(r"[^\W\d_]")
_ROMAN = pattern(r"[IVXLCDM]+")
_PHRASE = 4  # words
_WORD_IN_CAPITALS = 4  # letters; shorter ones are more often abbreviations


def upper_case(context: RuleContext) -> Iterator[Diagnostic]:
    """A text mostly in capitals, which is slow to read; lists of abbreviations and numerals are exempt."""
    for note, key, scalar in context.with_capitals:
        if not _CAPITALS.search(scalar.value):
            continue
        text = plain(prose(scalar.value))
        if is_options(note.values.get(key)) and len(text.split()) < _PHRASE:
            continue  # a command, a code
        in_capitals = [run[0] for run in _CAPITAL_WORDS.finditer(text) if _is_shouted(run[0])]
        letters = len(_LETTER.findall(text))
        if letters > 8 and sum(len(_LETTER.findall(run)) for run in in_capitals) * 4 > 3 * letters:
            message = "this text is mostly in capital letters, which are slow to read"
            hint = "write it in normal case, and emphasize what matters with `**…**`"
            yield Diagnostic("upper-case", message, look.of_text(note, scalar), hint)


def _is_shouted(run: str) -> bool:
    """Whether words in capitals side by side are ordinary words, and not abbreviations."""
    parts = run.split()
    long = [each for each in parts if len(each) >= _WORD_IN_CAPITALS and not _ROMAN.fullmatch(each)]
    return len(long) > 1 or (bool(long) and any(each.lower() in FUNCTION_WORDS for each in parts))


_TWICE = pattern(r"(?<![\w'’-])([^\W\d_]+)(?: +\n? *|\n *)(\1)(?![\w'’-])", re.IGNORECASE)
_MAY_BE_TWICE = frozenset(["that", "had", "no", "so", "very", "bye", "ha", "her"])


def doubled_word(context: RuleContext) -> Iterator[Diagnostic]:
    """A word twice in a row; only in English, where this is nearly always wrong.

    It is right in names (Pago Pago, Loa loa), and in other short words that are never single (yum yum).
    A repetition that the deck has more than once is intended.
    """
    if not context.english:
        return
    doubled = list(chain.from_iterable(context.of_parts(_doubled)))
    times = Counter(match[1].lower() for _, _, match in doubled)
    for note, scalar, match in doubled:
        word = match[1].lower()
        if word in FUNCTION_WORDS or (
            times[word] == 1 and (len(word) > _LONGEST_NAME or _stands_alone(word, context))
        ):
            span = look.at(note, scalar, match.start(2), len(match[2]))
            yield Diagnostic("doubled-word", f"`{match[2]}` is repeated", span, "delete one of the two")


def _doubled(context: RuleContext) -> Iterator[tuple[Note, Scalar, re.Match[str]]]:
    """The words that come twice in a row, and are probably no names."""
    for chapter in context.chapters:
        if not _repeats(chapter.document.text):
            continue
        for note, _, scalar in chapter.texts:
            if _repeats(scalar.value):
                text_prose = prose(scalar.value)
                yield from ((note, scalar, match) for match in _TWICE.finditer(text_prose) if _is_slip(match))


_LONGEST_NAME = 4  # letters; doubled words in names are short


def _stands_alone(word: str, context: RuleContext) -> bool:
    """Whether a deck also has a word singly, and not only doubled."""
    alone = re.compile(rf"\b{word}\b", re.IGNORECASE)
    return sum(len(alone.findall(chapter.document.text)) for chapter in context.chapters) > 2


_WHAT = pattern(r"\b[Ww]hat\b")


def _is_slip(match: re.Match[str]) -> bool:
    """Whether a doubled word is probably not a name."""
    if match[1].lower() in _MAY_BE_TWICE:
        return False
    if match[1].lower() in FUNCTION_WORDS:
        what_is = match[1] == "is" and _WHAT.search(match.string, max(match.start() - 20, 0), match.start())
        return match[2].islower() and not what_is
    return match[1].islower() and match[2].islower()


def _repeats(text: str) -> bool:
    """Whether a word between white space comes twice in a row."""
    parts = text.lower().split()
    return True in map(eq, parts, parts[1:])


_DOUBLED = pattern(r"(?<=[\w,;)\]\"'”»*]) {2}(?=[\w(\[\"'“«*])")
_INDENTED = pattern("\n +")


def doubled_space(context: RuleContext) -> Iterator[Diagnostic]:
    """Two spaces between words; no warning once the note is released, because no card shows them.

    Some authors write two after a full stop, and more than two align something.
    """
    for chapter in context.chapters:
        if "  " not in _INDENTED.sub("\n", chapter.document.text):
            continue
        for note, _, scalar in chapter.texts:
            if "  " in scalar.value and not context.is_released(note):
                for start, end in _doubled_spaces(scalar.value):
                    span = look.at(note, scalar, start, end - start)
                    yield Diagnostic(
                        "doubled-space", f"there are {end - start} spaces here", span, "keep one"
                    )


_TABLE_OR_LIST = pattern(r"^ {4,}.*$|^[ \t]*+\|.*$|^[ \t]*+(?:[-*+]|\d+[.)]) +", re.MULTILINE)


def _doubled_spaces(text: str) -> list[tuple[int, int]]:
    """The places of more than one space between words of a text, outside code, formulas and tables."""
    exempt = [match.span() for match in _TABLE_OR_LIST.finditer(text)]
    doubled = [match.span() for match in _DOUBLED.finditer(prose(text))]
    return [
        (start, end) for start, end in doubled if not any(one < end and start < two for one, two in exempt)
    ]


_TRAILING = pattern(r"(?<=\S) {2,}$(?=\n[^\n]*\S)", re.MULTILINE)


def trailing_space(context: RuleContext) -> Iterator[Diagnostic]:
    """Blanks at the end of a line, which invisibly make a line break (CommonMark, hard line breaks)."""
    for chapter in context.chapters:
        if "  \n" not in chapter.document.text and not (
            "\r" in chapter.document.text and "  \r" in chapter.document.text
        ):
            continue
        for note, _, scalar in chapter.texts:
            match = _TRAILING.search(prose(scalar.value)) if scalar.style == "|" else None
            if match and not context.is_released(note):
                span = look.at(note, scalar, match.start(), len(match.group()))
                message = "spaces at the end of this line make a line break"
                yield Diagnostic("trailing-space", message, span, "delete them")


_CURLY = pattern(r"[“„«‘‚‹]")
_WHOLE = pattern(r"[“„«‘‚‹][^“”„«»‘‚‹›\"]+[”“»’‘›]")
_SPOKEN = pattern(r"[.!?…。！？][”“»’‘›]$")


def curly_quotes(context: RuleContext) -> Iterator[Diagnostic]:
    """A value in curly quotes, which are no quotes to YAML (YAML 1.2, 7.3).

    An option that is a sentence in quotes is direct speech.
    """
    for note, key, scalar in context.texts_with(_CURLY, *"“„«‘‚‹"):
        is_plain = (note.kind.name, key) in context.plain_keys
        text = scalar.value.strip()
        if is_options(note.values.get(key)) and _SPOKEN.search(text):
            continue
        if _WHOLE.fullmatch(text) and (is_plain or not scalar.style):
            message = "these curly quotes are part of the text, so learners see them"
            hint = "remove them; YAML needs no quotes here"
            yield Diagnostic("curly-quotes", message, look.of_text(note, scalar), hint)
