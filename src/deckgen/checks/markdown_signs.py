"""The rule about Markdown without effect, so that learners see its signs."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

from deckgen.cards.leftover import left_signs
from deckgen.checks import context as look
from deckgen.checks.prose import prose
from deckgen.diagnostics import Diagnostic
from deckgen.patterns import pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from deckgen.cards.leftover import Left
    from deckgen.checks.context import RuleContext
    from deckgen.deck.notes import Note
    from deckgen.diagnostics import Span

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
