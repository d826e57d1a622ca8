"""Cloze deletions: `{{c1::answer::hint}}`. The one place that parses them.

There are two readings. `in_field` is Anki's own, of the HTML of a field (rslib/src/cloze.rs): the first `}}`
ends a cloze, the first `::` its answer, whatever they stand in. `clozes` is the author's, of a text in
Markdown: what stands in code, a formula, a link, emphasis or a pair of braces belongs to the answer whole,
and a backslash makes a sign a sign. `cards.markdown` writes a field in which Anki's reading is the author's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki.verbatim import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.anki.verbatim import Piece

MAX_CLOZE = 500
"""The highest cloze number of which Anki makes a card (rslib/src/notetype/cardgen.rs)."""

MAX_DEPTH = 10
"""How many clozes may stand in each other; Anki takes no notice of where one begins that is deeper."""

_LARGEST = 65_535  # Anki keeps cloze numbers in 16 bits

# Here and below no part of a pattern can match the same characters in two ways, and repetitions are
# possessive or bounded: a text of 100,000 braces takes no longer than one of words.
_OPENS = r"\{\{c(?=,*+[0-9])([0-9,]{1,100}+)::"
ANKI_TOKEN = re.compile(rf"{_OPENS}|\}}\}}")
"""Where a cloze opens or closes, to Anki."""
_TOKEN = re.compile(rf"{_OPENS}|\\.|[{{}}]|::+", re.DOTALL)
_SIMPLE = re.compile(r"\{\{c([1-9][0-9]{0,2})::([^{}:]*)(?:::([^{}:]*))?\}\}")
# signs that make the author's reading differ from Anki's
_CAREFUL = re.compile(r"[`$<\\\[]|:::|::\}\}|\{\{\{|\}\}\}|(?<!\{)\{(?!\{)|(?<!\})\}(?!\})")
_ONE_COLON = re.compile(r":(?!:)")
_EMPHASIS = re.compile(r"[*_=~\[<]")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_MARKED = re.compile(
    r"(\*{1,3}|(?<!\w)_{1,3}|==|~~)(?=\S).{1,120}?(?<=\S)\1(?!\w)|\[[^\[\]]{1,120}\](?=\()"
    r"|<([a-z][a-z0-9]{0,9})\b[^<>]{0,500}>.{1,120}?</\2>",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(slots=True)
class Cloze:
    """A cloze deletion in a text.

    Attributes:
        numbers: Its cloze numbers; several for `{{c1,2::…}}`.
        start: Where its `{{` stands, in characters.
        inner: Where its answer begins.
        end: Where its closing `}}` stands; -1 where there is none.
        hint: Where its hint begins; -1 where it has none.
    """

    numbers: tuple[int, ...]
    start: int
    inner: int
    end: int = -1
    hint: int = -1

    @property
    def answer_end(self) -> int:
        """Where its answer ends."""
        return self.end if self.hint < 0 else self.hint - 2


class Slip(NamedTuple):
    """What is wrong with a cloze: where, and for how many characters; a code, a message and a hint."""

    code: str
    start: int
    length: int
    message: str
    hint: str = ""


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers in `1,3`, those that Anki can keep."""
    numbers = tuple(sorted({int(number) for number in text.split(",") if number}))
    return numbers if numbers[-1] <= _LARGEST else tuple(each for each in numbers if each <= _LARGEST)


def marks_in_field(html: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Where clozes open and close in a field, as Anki reads it: start, end, numbers if one opens."""
    for match in ANKI_TOKEN.finditer(html):
        numbers = _numbers(match[1]) if match[1] else ()
        if match[1] and not numbers:
            continue  # to Anki this begins nothing
        yield match.start(), match.end(), numbers


def in_field(html: str) -> list[Cloze]:
    """The clozes of a field, by their closing braces, as Anki finds them.

    Nested ones come before those around them; ones that never close come last, with `end` -1.
    """
    return _simple(html) or _walked(html)


def _walked(html: str) -> list[Cloze]:
    """The clozes of any field, mark by mark."""
    found: list[Cloze] = []
    still_open: list[tuple[Cloze, int]] = []  # each with the end of the mark before, from where it goes on

    def hint_before(place: int) -> None:
        if still_open:
            cloze, done = still_open[-1]
            sign = html.find("::", done, place)
            cloze.hint = sign + 2 if sign >= 0 else cloze.hint

    for start, end, numbers in marks_in_field(html):
        if numbers and len(still_open) == MAX_DEPTH:
            continue
        hint_before(start)
        if numbers:
            still_open.append((Cloze(numbers, start, end), end))
        elif still_open:
            cloze, _ = still_open.pop()
            cloze.end = start
            found.append(cloze)
            if still_open:
                still_open[-1] = still_open[-1][0], end
    return found + [cloze for cloze, _ in still_open]


@dataclass
class Reading:
    """A text as its author meant it.

    Attributes:
        clozes: In the order of their closing braces; those that never close last.
        slips: What is wrong with them.
        pieces: The text's code, formulas, tags and the like.
        balanced: Whether each brace that opens in a cloze is closed in it.
        plain: Whether Anki reads the text itself alike.
    """

    clozes: list[Cloze] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    balanced: bool = True
    plain: bool = False


@lru_cache(maxsize=1 << 15)  # rules, fingerprints and the field ask for the same text
def read(text: str) -> Reading:
    """Parse the clozes of a text in Markdown."""
    if "{{c" not in text:
        return Reading()
    if not _CAREFUL.search(text):
        found = in_field(text)
        if not any(cloze.hint >= 0 and _is_odd(text, cloze) for cloze in found):
            return Reading(found, plain=True)
    found_pieces = pieces(text)
    walk = _Walk(text, found_pieces, balanced=True)
    balanced = not walk.still_open
    if not balanced:
        walk = _Walk(text, found_pieces, balanced=False)
    found = walk.found + [each.cloze for each in walk.still_open]
    return Reading(found, walk.slips, found_pieces, balanced)


def _simple(text: str) -> list[Cloze]:
    """The clozes of a text in which each is as simple as most are; none where one is not."""
    found = [
        Cloze(
            (int(match[1]),),
            match.start(),
            match.start(2),
            match.end() - 2,
            match.start(3) if match[3] is not None else -1,
        )
        for match in _SIMPLE.finditer(text)
    ]
    return found if len(found) == text.count("{{") == text.count("}}") else []


def _is_odd(text: str, cloze: Cloze) -> bool:
    """Whether a cloze with a hint needs a closer look: emphasis, a second `::`, an empty hint."""
    hint = text[cloze.hint : cloze.end]
    return not hint.strip() or "::" in hint or _EMPHASIS.search(text, cloze.inner, cloze.end) is not None


def clozes(text: str) -> list[Cloze]:
    """The clozes of a text in Markdown, by their closing braces; those that never close come last."""
    return read(text).clozes


class _Walk:
    """One walk through a text, from brace to brace."""

    def __init__(self, text: str, pieces_: list[Piece], *, balanced: bool) -> None:
        self.text = text
        self.found: list[Cloze] = []
        self.slips: list[Slip] = []
        self.still_open: list[_Open] = []
        self._pieces = [*pieces_, None]
        self._ends = [piece.end for piece in pieces_]
        self._balanced = balanced
        self._loose = 0  # braces outside clozes that are still open
        place = number = 0
        while match := _TOKEN.search(text, place):
            start, place = match.span()
            while (piece := self._pieces[number]) and piece.end <= start:
                number += 1
            if piece is None or start < piece.start:
                piece = None
            elif piece.kind in {"tag", "address", "sound"}:
                if match[1]:
                    self._misplaced(match)
                place = piece.end
                continue
            place = self._token(match, piece, place)

    def _token(self, match: re.Match[str], piece: Piece | None, place: int) -> int:
        """Take one token; where to go on."""
        sign = match.group()
        if sign[0] == "\\":
            in_code = piece is not None and piece.kind in {"code", "fence"}
            escapes = self._balanced and not in_code and (sign[1] in "{}:\\" or piece is not None)
            return place if escapes else match.start() + 1
        if match[1]:
            self._open(match, piece)
            return place
        top = self.still_open[-1] if self.still_open else None
        if top is None or top.piece is not piece:
            return self._outside(match, place) if piece is None and top is None else place
        if sign[0] == ":":
            if not top.depth:
                top.signs.append((match.start(), len(sign)))
        elif sign == "{":
            top.depth += self._balanced
        elif top.depth:
            top.depth -= 1
        elif self.text.startswith("}}", match.start()):
            self._close(match.start())
            return place + 1
        return place

    def _open(self, match: re.Match[str], piece: Piece | None) -> None:
        """Open a cloze."""
        if (numbers := _numbers(match[1])) and len(self.still_open) < MAX_DEPTH:
            self.still_open.append(_Open(Cloze(numbers, *match.span()), piece, len(self.found)))
        if _ONE_COLON.match(self.text, match.end()):
            message = "three colons begin this cloze, so its answer begins with one"
            hint = "write `::`, or `::\\:` if it does"
            self.slips.append(Slip("bad-cloze", match.end() - 2, 3, message, hint))

    def _outside(self, match: re.Match[str], place: int) -> int:
        """Take a sign that stands in no cloze; where to go on."""
        if match.group() == "{":
            self._loose += 1
        elif match.group() == "}" and self._loose:
            self._loose -= 1
        elif match.group() == "}" and self.text.startswith("}}", match.start()):
            hint = "take them away, or write `\\}\\}` if learners should see them"
            message = "this `}}` ends no cloze, so learners see it"
            self.slips.append(Slip("bad-cloze", match.start(), 2, message, hint))
            return place + 1
        return place

    def _close(self, end: int) -> None:
        """Close the innermost cloze: find where its hint begins, and what is wrong with it."""
        top = self.still_open.pop()
        cloze = top.cloze
        cloze.end = end
        self.found.append(cloze)
        if not top.signs:
            return
        inside = [match.span() for match in _MARKED.finditer(self._masked(cloze.inner, end))]
        signs = [each for each in top.signs if not _is_within(each[0] - cloze.inner, inside)]
        if not signs:
            return
        place, length = signs[0]
        cloze.hint = place + 2
        way = _AS_SIGN if top.piece is None else _AROUND
        self.slips += (
            slip._replace(hint=slip.hint.replace(_AS_SIGN, way))
            for slip in _odd_hint(self.text, cloze, length, signs[1:])
        )
        if any(cloze.hint <= other.start < end for other in self.found[top.before : -1]):
            message = "a cloze stands in the hint of this one, and Anki would show it with the answer"
            self.slips.append(Slip("bad-cloze", place, 2, message, "the hint comes last, before the `}}`"))

    def _masked(self, start: int, end: int) -> str:
        """A part of the text in which nothing but marks of Markdown looks like one."""
        part = list(_ESCAPE.sub("xx", self.text[start:end]))
        number = bisect_left(self._ends, start)
        for piece in self._pieces[number:]:
            if piece is None or piece.start >= end:
                break
            if piece.kind not in {"tag", "address"} and start <= piece.start:
                part[piece.start - start : piece.end - start] = "x" * (piece.end - piece.start)
        return "".join(part)

    def _misplaced(self, match: re.Match[str]) -> None:
        message = "a cloze stands in an address or a tag, where Anki cannot hide it"
        hint = "put the cloze around the whole link or image, as in `{{c1::[text](https://…)}}`"
        self.slips.append(Slip("bad-cloze", match.start(), len(match.group()), message, hint))


def _is_within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in spans)


@dataclass(slots=True)
class _Open:
    """A cloze that is still open.

    Attributes:
        cloze: The cloze.
        piece: The piece that it stands in; None where it stands in plain text.
        before: How many clozes were closed before it opened.
        depth: How many braces are open in it.
        signs: Where `::` stands in it, and how many colons.
    """

    cloze: Cloze
    piece: Piece | None
    before: int
    depth: int = 0
    signs: list[tuple[int, int]] = field(default_factory=list)


_AROUND = "put the cloze around the whole code or formula: ``{{c1::`std::vector`}}``"
_AS_SIGN = "in an answer or a hint write `::` as `\\:\\:`, or put the words into code: `` `std::vector` ``"


def _odd_hint(text: str, cloze: Cloze, length: int, more: list[tuple[int, int]]) -> Iterator[Slip]:
    """What is wrong with where a cloze's hint begins."""
    place = cloze.hint - 2
    answer, hint = text[cloze.inner : place], text[cloze.hint : cloze.end]
    if not answer.strip():
        message = f"this cloze hides nothing: the first `::` in it begins the hint, here `{hint.strip()}`"
        yield Slip("bad-cloze", place, 2, message, _AS_SIGN)
    elif length > 2:  # noqa: PLR2004 (the sign itself)
        message = f"`{':' * length}` begins a hint with a colon: learners would see `[{hint.strip()}]`"
        yield Slip("bad-cloze", place, length, message, f"write `::` before a hint; {_AS_SIGN}")
    elif not hint.strip():
        message = "the hint after this `::` is empty, so learners would see `[]` for the answer"
        yield Slip("bad-cloze", place, 2, message, f"take the `::` away; {_AS_SIGN}")
    elif more:
        message = f"the first `::` ends the answer, here `{answer.strip()}`; what follows is all hint"
        yield Slip("bad-cloze", more[0][0], more[0][1], message, _AS_SIGN)


def uncovered(text: str, found: list[Cloze] | None = None) -> str:
    """A text with the answers of its clozes in their places, and without their hints.

    Args:
        text: The text.
        found: Its clozes; left out, they are those of a text in Markdown.
    """
    if "{{c" not in text:
        return text
    marks: list[tuple[int, int]] = []
    for cloze in clozes(text) if found is None else found:
        marks.append((cloze.start, cloze.inner))
        if cloze.end >= 0:
            marks.append((cloze.answer_end, cloze.end + 2))
    kept, done = [], 0
    for start, end in sorted(marks):
        if start >= done:
            kept.append(text[done:start])
        done = max(done, end)
    return "".join(kept) + text[done:]
