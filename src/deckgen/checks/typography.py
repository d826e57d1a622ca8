"""Rules about how texts are typed: visible typing errors, Markdown without effect, images."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from itertools import chain
from operator import eq
from typing import TYPE_CHECKING

from deckgen.anki.verbatim import pieces
from deckgen.cards.leftover import left_signs
from deckgen.cards.media import IMAGES
from deckgen.checks import context as look
from deckgen.checks.prose import plain, prose
from deckgen.checks.stems import FUNCTION_WORDS
from deckgen.deck.key_types.options import is_options
from deckgen.diagnostics import Diagnostic
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.cards.leftover import Left
    from deckgen.checks.context import RuleContext
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Span
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
_HINT_LIKE = pattern(r"\A[^:|?]*[^\W\d_]{2}(?P<sign>:|[ ]?\|[ ]?)[^\W\d_]{2}[^:|?]*[?？]\Z")


def _of_hints(context: RuleContext) -> Iterator[Diagnostic]:
    """Clozes whose hint is not behind two colons, so that it is part of the answer."""
    for note, scalar, inside in context.hidden:
        for cloze in inside:
            answer = scalar.value[cloze.inner : cloze.end]
            match = _HINT_LIKE.match(answer) if cloze.hint < 0 and answer.endswith(("?", "？")) else None
            if match:
                sign, place = match["sign"], cloze.inner + match.start("sign")
                inner, hint_text = answer[: match.start("sign")], answer[match.end("sign") :]
                message = (
                    f"this `{sign.strip()}` does not start a hint, so the text after it is part of the answer"
                )
                hint = "if it is a hint, write two colons before it: "
                hint += f"`{scalar.value[cloze.start : cloze.inner]}{inner}::{hint_text}}}}}`"
                yield Diagnostic("stray-markdown", message, look.at(note, scalar, place, len(sign)), hint)


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


_THIRD_BRACE = pattern(r"\{\{\{c\d|(?<!\})\}\}\}")
_IN_BRACES = pattern(
    r"(?<!\{)(?P<opens>\{)?(?P<cloze>\{\{c[0-9,]+::(?P<answer>[^{}:]*)(?:::[^{}:]*)?\}\})(?P<closes>\})?(?!\})"
)
_WORDS = pattern(r"[^\W\d_]{2,}(?:[ '’-][^\W\d_]+)+")


def _third_braces(context: RuleContext) -> Iterator[Diagnostic]:
    """Clozes with one brace too many; `{{{c1::2}}, 3}` is a set, and `{{{c1::red}}}` may be one."""
    for note, _, scalar in context.texts_with(_THIRD_BRACE, "{{{", "}}}"):
        text = prose(scalar.value)
        for match in _IN_BRACES.finditer(text):
            one = bool(match["opens"]) != bool(match["closes"]) and text.count("{") != text.count("}")
            if one or (match["opens"] and match["closes"] and _WORDS.fullmatch(match["answer"].strip())):
                message = "a cloze has two braces on each side; learners would see the third one"
                span = look.at(note, scalar, match.start(), len(match[0]))
                yield Diagnostic("stray-markdown", message, span, f"write `{match['cloze']}`")


_SIGNS = "*`=_~"
_LINK = pattern(r"(?P<link>\] +\(https?:)")
_BULLET = pattern(
    r"(?P<bullet>[•●▪‣] ?\w)[^•●▪‣]*[•●▪‣] ?\w|(?:^|\n) *(?P<dash>[–·] )[^–·]*\n *[–·] "
    r"|(?<=[:.;] )(?P<star>\* [^\W\d]{2,}[^*\n]*? \* [^\W\d]{2})"
)
_AT_LINE_START = pattern(
    r"\n(?<![$`)\ufffc]\n) *+(?:- ++)?+(?=[#\-\d])(?:(?P<heading>#{1,6}[A-Z]\w*|#{2,6}[a-z]\w*)"
    r"|(?P<item>-[A-Za-z](?=[A-Za-z]+[ ,])|-[A-Z](?=[a-z]{2}[^\n]*\n *-[A-Z][a-z]{2})"
    r"|\d{1,2}[.)][A-Z](?=[a-z ])))"
)
_MEANT = {
    "link": ("there is a space between the link's brackets", "`[text](https://…)`"),
    "heading": ("the space after the `#` of this heading is missing", "`# Heading`"),
    "item": ("the space after the sign of this list item is missing", "`- item`, `1. item`"),
    "bullet": ("this sign does not make a list", "put each item on a separate line, after `- `"),
    "dash": ("this sign does not make a list", "put each item on a separate line, after `- `"),
    "star": ("this sign does not make a list", "put each item on a separate line, after `- `"),
}
_SIGN_IN_PLAIN = pattern(r"[*=`&\[_<$]")
_IN_PLAIN = pattern(
    r"\*\*?\w[^*]*\*\*?|==\w[^=]*==|`[^`]+`|&(?:[a-z]+|#\d+);|\[[^\]]+\]\(|(?<!\w)__?\w[^_]*__?(?!\w)"
    r"|<(?:b|i|em|strong|sub|sup|u|br)\b[^>]*>|\$[^\s$][^$]*[\\^_=][^$]*\$"
)


def _in_plain_text(note: Note, match: re.Match[str]) -> str:
    """A hint for signs of Markdown in a key of plain text."""
    signs = match.group()
    if signs.startswith("$"):
        return f"write it as Anki does: `\\({signs[1:-1]}\\)`"
    if signs.startswith("&"):
        return f"write `{unescape(signs)}`"
    texts = [key for key in note.kind.keys.values() if key.type.own_words and not key.type.plain]
    if signs.startswith("[") and match.string[: match.start()].endswith("!") and texts:
        return f"put the image into a text such as `{max(texts, key=lambda key: key.required).name}`"
    return "remove these characters"


def stray_markdown(context: RuleContext) -> Iterator[Diagnostic]:
    """Markdown without effect, so that learners see its signs (CommonMark)."""
    yield from _of_hints(context)
    yield from _third_braces(context)
    all_plain = "\n".join([text.scalar.value for text in context.plain_texts])
    for note, key, scalar in context.plain_texts if _SIGN_IN_PLAIN.search(all_plain) else ():
        if _SIGN_IN_PLAIN.search(scalar.value) and (match := _IN_PLAIN.search(scalar.value)):
            message = f"`{key}` is plain text, so learners see `{match.group()}` as typed"
            span = look.at(note, scalar, match.start(), len(match.group()))
            yield Diagnostic("stray-markdown", message, span, _in_plain_text(note, match))
    for signs, needles in ((_LINK, ("]",)), (_BULLET, (*"•●▪‣–·", " * ")), (_AT_LINE_START, ())):
        for note, key, scalar in context.texts_with(signs, *needles):
            typed = signs.search(f"\n{prose(scalar.value)}")
            if typed and typed.lastgroup and (note.kind.name, key) not in context.plain_keys:
                message, form = _MEANT[typed.lastgroup]
                start = typed.start(typed.lastgroup) - 1
                length = 1 if typed.lastgroup == "star" else len(typed[typed.lastgroup])
                message += ", so learners see it as typed"
                yield Diagnostic(
                    "stray-markdown", message, look.at(note, scalar, start, length), f"write {form}"
                )
    emphasized = (text for chapter in context.chapters for text in chapter.texts_at(chapter.places(_SIGNS)))
    for note, key, scalar in emphasized:
        if (note.kind.name, key) in context.plain_keys or _takes_effect(scalar.value):
            continue
        if sign := _intended(scalar.value, list(left_signs(scalar.value))):
            span = look.at(note, scalar, sign.start, len(sign.sign))
            yield Diagnostic("stray-markdown", *_about_sign(sign, span))


def _about_sign(sign: Left, span: Span) -> tuple[str, Span, str]:
    """The message about a sign without effect, its place and the hint."""
    message = f"this `{sign.sign}` has no effect, so learners see it"
    hint = f"write it right before and after the words: `{sign.sign}words{sign.sign}`"
    if sign.half:
        message = f"only part of this `{sign.sign}` has an effect, so learners see the rest"
        hint = "put the same number after the words"
    return message, span, f"{hint}; to show it, write `\\{sign.sign[0]}`"


def _takes_effect(text: str) -> bool:
    """Whether all signs of emphasis in a text clearly have an effect: pairs, around letters or digits."""
    for sign in ("**", "==", "`"):
        if sign not in text:
            continue
        parts = text.split(sign)
        if len(parts) % 2 == 0 or not all(part[:1].isalnum() and part[-1:].isalnum() for part in parts[1::2]):
            return False
    return text.count("*") == 2 * text.count("**") and "__" not in text and "~~" not in text


_JOINED = pattern(r"(?:[,;/&]|\b(?:and|or|und|oder|et|ou|y|o|e)) $")
"""The text before the second of two stars in `*args and *kwargs`, which are two names."""
_OPENING = " ([{\"'“„«:/>|"
_CLOSING = " )]}\"'”“».,;:!?/<|"


def _intended(text: str, signs: list[Left]) -> Left | None:
    """The first of some signs without effect that its author probably intended as Markdown.

    In a pair, the first sign can open and the second close the text between them, and one of them touches
    it. A single sign is at the beginning of a word, and is no star for a footnote, an operator or a pattern.
    """
    for number, sign in enumerate(signs):
        if sign.half:
            return sign
        follower = next(
            (each for each in signs[number + 1 :] if (each.sign, each.block) == (sign.sign, sign.block)), None
        )
        opens, closes = _begins(sign), _ends(sign)
        two_open = follower and opens and _begins(follower) and not _JOINED.search(text[: follower.start])
        if follower and (sign.before == "" or sign.before in _OPENING) and follower.after in {"", *_CLOSING}:
            # with blanks inside, only a whole line: `a == b or c == d` is a comparison
            if (
                opens
                or _ends(follower)
                or (sign.before == follower.after == "" and sign.sign in {"==", "**"})
            ):
                return sign
        elif (
            two_open
            or (opens and sign.sign in {"**", "***", "==", "~~", "`"})
            or (closes and sign.sign in {"==", "`"})
        ):
            return sign
    return None


def _begins(sign: Left) -> bool:
    """Whether a sign is directly before a word and not behind another."""
    return (sign.before == "" or sign.before in _OPENING) and sign.after.isalnum()


def _ends(sign: Left) -> bool:
    """Whether a sign is directly behind a word and not before another."""
    return (sign.before.isalnum() or sign.before in {".", ")", "}"}) and (
        sign.after == "" or sign.after in _CLOSING
    )


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
