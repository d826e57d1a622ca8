"""Faults of the clozes of a text: clozes that Anki would not read, or not as the author means them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from deckgen.anki.cloze import ANKI_TOKEN, MAX_CLOZE, MAX_DEPTH, Slip
from deckgen.patterns import pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from deckgen.anki.cloze import Cloze, Reading
    from deckgen.anki.verbatim import Piece

_THREE_DIGITS = pattern(r"\{\{c[0-9,]*?[0-9]{3}")
_SLIP = pattern(
    r"\{(?:(?<!\{\{)c[0-9]{1,9}::"
    r"|\{(?:c[0-9]{1,9}(?::(?!:)|[;\uff1a\ufe55|]|\.(?![0-9])|-[0-9]{1,9}:|,?[ ]{1,9}[0-9][0-9, ]{0,99}:)"
    r"|c(?:\s{0,9}[0-9]{1,9})?\s{1,9}:|c::|\s{1,9}c[0-9]|[C\u0441\u0421]\s?[0-9]{1,9}\s?:|[0-9]{1,9}::|c[0-9,]{101}))"
    r"|[(\[<\uff5b\u00ab]{1,2}c[0-9]{1,9}(?:::|\uff1a)|(?<![\w{,(\[<\uff5b\u00ab])c[0-9]{1,9}::(?=\S)"
)
_LETTER_FOR_DIGIT = pattern(r"\{\{[cC][0-9]*([lIOo])[0-9]*::")
_UNSEEN = pattern(r"\{([\u00ad\u200b-\u200f\u2060-\u2064\ufeff])\Z")
_NO_CLOZE = pattern(r"(?<!\\)\{\{(?!c,{0,99}[0-9][0-9,]{0,99}::)[^{}\\]*+\}\}")


def slips(text: str, reading: Reading) -> Iterator[Slip]:
    """Faults of the clozes of a text, or one fault if it has no cloze."""
    misread = list(_misread(text, reading))
    yield from misread
    if misread:  # other faults may follow from these
        return
    yield from reading.slips
    if not reading.clozes:
        hint = "put what learners must know into a cloze, as in `It begins with {{c1::joining}}`"
        yield Slip("no-cloze", 0, 1, "this text hides nothing", hint)
    offsets = {slip.start for slip in reading.slips}
    for cloze in reading.clozes:
        message, hint = _fault(text, cloze, balanced=reading.balanced)
        if message and cloze.hint - 2 not in offsets:
            yield Slip("bad-cloze", cloze.start, cloze.inner - cloze.start, message, hint)


def _fault(text: str, cloze: Cloze, *, balanced: bool) -> tuple[str, str]:
    """The message and the hint for the fault of a cloze; both empty if it has none."""
    if cloze.end < 0:
        return (
            "this cloze is never closed",
            "end it with `}}`; if it begins in code or a formula, before that ends",
        )
    if not text[cloze.inner : cloze.answer_end].strip():
        return "this cloze hides nothing", ""
    if cloze.numbers[0] < 1:
        return f"cloze numbers go from 1 to {MAX_CLOZE}", ""
    inner = text[cloze.inner : cloze.end]
    if not balanced and inner.count("{") > inner.count("}"):
        message = "the first `}}` ends this cloze, before the brace that opens in it is closed"
        return message, "close the brace; a single brace in a text is `\\{`"
    return "", ""


def _misread(text: str, reading: Reading) -> Iterator[Slip]:
    """Clozes that Anki does not recognize, or whose number or depth is too large for it."""
    attempts = list(_outside(_SLIP, text, reading.pieces))
    covered = {at for slip in attempts for at in range(slip.start(), slip.end())}
    others = [slip for slip in _outside(_NO_CLOZE, text, reading.pieces) if slip.start() not in covered]
    for slip in sorted(attempts + others, key=lambda slip: slip.start()):
        hint = "write a cloze as `{{c1::answer}}` or `{{c1::answer::hint}}`"
        if letter := _LETTER_FOR_DIGIT.match(slip.group()):
            hint += f"; the character after its `c` here is the letter `{letter[1]}`, not a number"
        elif slip.re.pattern == _NO_CLOZE.pattern:
            hint += "; to show the braces, put them into code or write `\\{{`"
        between = _UNSEEN.search(text[: slip.start()])
        if between:
            message = f"there is an invisible character between the braces (U+{ord(between[1]):04X})"
            hint = "delete both braces and everything between them, and retype them: `{{`"
            yield Slip("bad-cloze", between.start(), slip.end() - between.start(), message, hint)
            continue
        hint += "" if slip.group().isascii() else ", with ordinary letters and punctuation"
        yield Slip(
            "bad-cloze", slip.start(), len(slip.group()), f"`{slip.group()}` does not begin a cloze", hint
        )
    if _THREE_DIGITS.search(text):
        for match in ANKI_TOKEN.finditer(text):
            if match[1] and max(int(number) for number in match[1].split(",") if number) > MAX_CLOZE:
                message = f"cloze numbers go from 1 to {MAX_CLOZE}"
                yield Slip("bad-cloze", match.start(), len(match.group()), message)
    deep = _too_deep(text) if len(reading.clozes) >= MAX_DEPTH else None
    if deep is not None:
        message = f"clozes are nested more than {MAX_DEPTH} levels deep here"
        yield Slip("bad-cloze", deep, 4, message, "Anki does not allow more; split it into several notes")


def _outside(pattern: re.Pattern[str], text: str, pieces_: list[Piece]) -> Iterator[re.Match[str]]:
    """The matches of a pattern that do not begin in code or a formula."""
    if not pieces_:
        yield from pattern.finditer(text)
        return
    closed = [each for each in pieces_ if each.kind != "tag"]
    ends = [each.end for each in closed]
    for match in pattern.finditer(text):
        number = bisect_right(ends, match.start())
        if number == len(closed) or match.start() < closed[number].start:
            yield match


def _too_deep(text: str) -> int | None:
    """The offset of the first cloze that is nested too deep; None if none is."""
    depth = 0
    for match in ANKI_TOKEN.finditer(text):
        depth = depth + 1 if match[1] else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return match.start()
    return None
