"""Cloze deletions: `{{c1::answer::hint}}`, as Anki reads them (rslib/src/cloze.rs)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CLOZE = 500
"""The highest cloze number of which Anki makes a card (rslib/src/notetype/cardgen.rs)."""

MAX_DEPTH = 10
"""How many clozes may stand in each other; Anki takes no notice of where one begins that is deeper."""

_LARGEST = 65_535  # Anki keeps cloze numbers in 16 bits

# Here and below no part of a pattern can match the same characters in two ways, and repetitions are
# possessive or bounded: a text of 100,000 braces takes no longer than one of words.
_CLOZE_TOKEN = re.compile(r"\{\{c(?=,*+[0-9])([0-9,]{1,100}+)::|\}\}")
_THREE_DIGITS = re.compile(r"\{\{c[0-9,]*?[0-9]{3}")
_CLOZE_SLIP = re.compile(
    r"\{(?:(?<!\{\{)c[0-9]{1,9}::"
    r"|\{(?:c[0-9]{1,9}(?::(?!:)|[;\uff1a\ufe55|]|\.(?![0-9])|-[0-9]{1,9}:|,?[ ]{1,9}[0-9][0-9, ]{0,99}:)"
    r"|c(?:\s{0,9}[0-9]{1,9})?\s{1,9}:|c::|\s{1,9}c[0-9]|[C\u0441\u0421]\s?[0-9]{1,9}\s?:|[0-9]{1,9}::|c[0-9,]{101}))"
    r"|[(\[<\uff5b\u00ab]{1,2}c[0-9]{1,9}(?:::|\uff1a)|(?<![\w{,(\[<\uff5b\u00ab])c[0-9]{1,9}::(?=\S)"
)
_NO_CLOZE = re.compile(r"\{\{(?!c,{0,99}[0-9][0-9,]{0,99}::)[^{}$\\]*+\}\}")


@dataclass(slots=True)
class Cloze:
    """A cloze deletion in a text: `{{c1::answer::hint}}`.

    Attributes:
        numbers: Its cloze numbers; several for `{{c1,2::…}}`.
        start: Where its `{{` stands.
        inner: Where its answer begins.
        end: Where its closing `}}` stands; -1 where there is none.
    """

    numbers: tuple[int, ...]
    start: int
    inner: int
    end: int


def cloze_marks(text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Where clozes open and close in a text, as Anki reads it: start, end, numbers if one opens."""
    for match in _CLOZE_TOKEN.finditer(text):
        numbers: tuple[int, ...] = ()
        if match[1]:
            numbers = tuple(sorted({int(number) for number in match[1].split(",") if number}))
            if numbers[-1] > _LARGEST:
                numbers = tuple(number for number in numbers if number <= _LARGEST)
                if not numbers:
                    continue  # to Anki this begins nothing
        yield match.start(), match.end(), numbers


def clozes(text: str) -> list[Cloze]:
    """The clozes of a text, by their closing braces, as Anki finds them (rslib/src/cloze.rs).

    Nested ones come before those around them; ones that never close come last, with `end` -1.
    """
    found: list[Cloze] = []
    still_open: list[Cloze] = []
    for start, end, numbers in cloze_marks(text):
        if numbers:
            if len(still_open) < MAX_DEPTH:
                still_open.append(Cloze(numbers, start, end, -1))
        elif still_open:
            cloze = still_open.pop()
            cloze.end = start
            found.append(cloze)
    return found + still_open


def uncovered(text: str) -> str:
    """A text, or its HTML, with the answers of its clozes in their places, and without their hints."""
    if "{{c" not in text:
        return text
    marks: list[tuple[int, int]] = []
    last = 0  # the end of the clozes within
    for cloze in clozes(text):
        if cloze.end < 0:
            marks.append((cloze.start, cloze.inner))
            continue
        hint = text.find("::", max(cloze.inner, last), cloze.end)
        last = cloze.end + 2
        marks += [(cloze.start, cloze.inner), (cloze.end if hint < 0 else hint, last)]
    pieces, done = [], 0
    for start, end in sorted(marks):
        pieces.append(text[done:start])
        done = end
    return "".join(pieces) + text[done:]


def cloze_faults(text: str, found: list[Cloze]) -> Iterator[tuple[str, int, int, str, str]]:
    """Clozes that Anki would not read, or not as meant: code, offset, length, message and hint."""
    misread = _misread_cloze(text, found)
    if misread:
        yield ("bad-cloze", *misread)
        return
    if not found:
        hint = "hide what matters, as in `It begins with {{c1::joining}}`"
        yield "no-cloze", 0, 1, "this text hides nothing", hint
    for cloze in found:
        message, hint = "", ""
        inner = text[cloze.inner : cloze.end] if cloze.end >= 0 else ""
        if cloze.end < 0:
            message, hint = "this cloze never closes", "it ends with `}}`"
        elif not inner.partition("::")[0].strip():
            message = "this cloze hides nothing"
        elif cloze.numbers[0] < 1:
            message = f"cloze numbers go from 1 to {MAX_CLOZE}"
        elif inner.count("{") > inner.count("}"):
            message = "the first `}}` ends this cloze, before the brace that opens in it is closed"
            hint = "put a space between two closing braces of a formula: `} }`"
        if message:
            yield "bad-cloze", cloze.start, cloze.inner - cloze.start, message, hint


def _misread_cloze(text: str, found: list[Cloze]) -> tuple[int, int, str, str] | None:
    """The first cloze that Anki reads as none, or not at all: offset, length, message and hint."""
    slip = _CLOZE_SLIP.search(text) or ("$" not in text and _NO_CLOZE.search(text)) or None
    if slip:
        hint = "a cloze is written `{{c1::answer}}` or `{{c1::answer::hint}}`"
        hint += "" if slip.group().isascii() else ", in ordinary letters and signs"
        return slip.start(), len(slip.group()), f"`{slip.group()}` does not begin a cloze", hint
    if _THREE_DIGITS.search(text):
        for match in _CLOZE_TOKEN.finditer(text):
            if match[1] and max(int(number) for number in match[1].split(",") if number) > MAX_CLOZE:
                return match.start(), len(match.group()), f"cloze numbers go from 1 to {MAX_CLOZE}", ""
    deep = _too_deep(text) if len(found) >= MAX_DEPTH else None
    if deep is not None:
        message = f"clozes stand more than {MAX_DEPTH} deep in each other here"
        return deep, 4, message, "Anki takes no more; make several notes of it"
    return None


def _too_deep(text: str) -> int | None:
    """Where the first cloze begins that stands too deep in others; None where none does."""
    depth = 0
    for match in _CLOZE_TOKEN.finditer(text):
        depth = depth + 1 if match[1] else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return match.start()
    return None
