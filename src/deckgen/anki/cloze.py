"""Cloze deletions: `{{c1::answer::hint}}`. The one place that parses them.

There are two ways to parse them. `in_field` parses the HTML of a field as Anki does (rslib/src/cloze.rs): the
first `}}` ends a cloze and the first `::` ends its answer, even within code or a formula. `clozes` parses a
text in Markdown as its author means it: a `}}` or `::` within code, a formula, a link, emphasis or a pair of
braces belongs to the answer, and so does one after a backslash. `cards.markdown` writes each field so that
Anki finds the clozes that the author means.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki.verbatim import pieces
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.anki.verbatim import Piece

MAX_CLOZE = 500
"""The highest cloze number for which Anki makes a card (rslib/src/notetype/cardgen.rs)."""

MAX_DEPTH = 10
"""How deep clozes can be nested; Anki ignores a cloze that begins deeper."""

_LARGEST = 65_535  # Anki keeps cloze numbers in 16 bits

# Here and below no part of a pattern can match the same characters in two ways, and repetitions are
# possessive or bounded, so a text of 100,000 braces takes no longer than one of words.
_OPENS = r"\{\{c(?=,*+[0-9])([0-9,]{1,100}+)::"
ANKI_TOKEN = pattern(rf"{_OPENS}|\}}\}}")
"""The marks by which Anki opens and closes a cloze."""
_TOKEN = pattern(rf"{_OPENS}|\\.|[{{}}]|::+", re.DOTALL)
_SIMPLE = pattern(r"\{\{c([1-9][0-9]{0,2})::([^{}:]*)(?:::([^{}:]*))?\}\}")
# signs for which the author's meaning may differ from what Anki finds
_CAREFUL = pattern(r"[`$<\\\[]|:::|::\}\}|\{\{\{|\}\}\}|(?<!\{)\{(?!\{)|(?<!\})\}(?!\})")
_ONE_COLON = pattern(r":(?!:)")
_EMPHASIS = pattern(r"[*_=~\[<]")
_ESCAPE = pattern(r"\\[!-/:-@\[-`{-~]")
_MARKED = pattern(
    r"(\*{1,3}|(?<!\w)_{1,3}|==|~~)(?=\S).{1,120}?(?<=\S)\1(?!\w)|\[[^\[\]]{1,120}\](?=\()"
    r"|<([a-z][a-z0-9]{0,9})\b[^<>]{0,500}>.{1,120}?</\2>",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(slots=True)
class Cloze:
    """A cloze deletion in a text.

    Attributes:
        numbers: Its cloze numbers; several for `{{c1,2::…}}`.
        start: The offset of its `{{`, in characters.
        inner: The offset of its answer.
        end: The offset of its closing `}}`; -1 if it never closes.
        hint: The offset of its hint; -1 if it has none.
    """

    numbers: tuple[int, ...]
    start: int
    inner: int
    end: int = -1
    hint: int = -1

    @property
    def answer_end(self) -> int:
        """The offset at which its answer ends."""
        return self.end if self.hint < 0 else self.hint - 2


class Slip(NamedTuple):
    """A fault of a cloze: its code, offset and length in characters, message and hint."""

    code: str
    start: int
    length: int
    message: str
    hint: str = ""


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers in `1,3`, without those that are too large for Anki."""
    numbers = tuple(sorted({int(number) for number in text.split(",") if number}))
    return numbers if numbers[-1] <= _LARGEST else tuple(each for each in numbers if each <= _LARGEST)


def marks_in_field(html: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """The marks that open and close clozes in a field, as Anki reads it.

    Yields:
        The start and end of a mark, and the cloze numbers; none if the mark closes a cloze.
    """
    for match in ANKI_TOKEN.finditer(html):
        numbers = _numbers(match[1]) if match[1] else ()
        if match[1] and not numbers:
            continue  # Anki ignores it
        yield match.start(), match.end(), numbers


def in_field(html: str) -> list[Cloze]:
    """The clozes of a field as Anki finds them, in the order of their closing braces.

    A nested cloze comes before the one around it; clozes that never close come last, with `end` -1.
    """
    return _simple(html) or _mark_by_mark(html)


def _mark_by_mark(html: str) -> list[Cloze]:
    """The clozes of any field, found mark by mark."""
    closed: list[Cloze] = []
    still_open: list[tuple[Cloze, int]] = []  # with the end of the last mark in it

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
            closed.append(cloze)
            if still_open:
                still_open[-1] = still_open[-1][0], end
    return closed + [cloze for cloze, _ in still_open]


@dataclass
class Reading:
    """The clozes of a text as its author means them.

    Attributes:
        clozes: The clozes, in the order of their closing braces; those that never close come last.
        slips: The faults of these clozes.
        pieces: The text's code, formulas, tags and the like.
        balanced: Whether each brace that opens in a cloze also closes in it.
        plain: Whether Anki finds the same clozes in the text itself.
    """

    clozes: list[Cloze] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    balanced: bool = True
    plain: bool = False


@lru_cache(maxsize=1 << 15)  # checks, fingerprints and fields parse the same texts
def read(text: str) -> Reading:
    """Parse the clozes of a text in Markdown."""
    if "{{c" not in text:
        return Reading()
    if not _CAREFUL.search(text):
        clozes_ = in_field(text)
        if not any(cloze.hint >= 0 and _is_odd(text, cloze) for cloze in clozes_):
            return Reading(clozes_, plain=True)
    pieces_ = pieces(text)
    walk = _Walk(text, pieces_, balanced=True)
    balanced = not walk.still_open
    if not balanced:
        walk = _Walk(text, pieces_, balanced=False)
    clozes_ = walk.closed + [each.cloze for each in walk.still_open]
    return Reading(clozes_, walk.slips, pieces_, balanced)


def _simple(text: str) -> list[Cloze]:
    """The clozes of a text if all of them are simple, as most are; otherwise none."""
    simple = [
        Cloze(
            (int(match[1]),),
            match.start(),
            match.start(2),
            match.end() - 2,
            match.start(3) if match[3] is not None else -1,
        )
        for match in _SIMPLE.finditer(text)
    ]
    return simple if len(simple) == text.count("{{") == text.count("}}") else []


def _is_odd(text: str, cloze: Cloze) -> bool:
    """Whether a cloze with a hint needs a closer look: emphasis, a second `::`, an empty hint."""
    hint = text[cloze.hint : cloze.end]
    return not hint.strip() or "::" in hint or _EMPHASIS.search(text, cloze.inner, cloze.end) is not None


def clozes(text: str) -> list[Cloze]:
    """The clozes of a text in Markdown, in the order of their closing braces; open ones come last."""
    return read(text).clozes


class _Walk:
    """Parses the clozes of a text, from brace to brace."""

    def __init__(self, text: str, pieces_: list[Piece], *, balanced: bool) -> None:
        self.text = text
        self.closed: list[Cloze] = []
        self.slips: list[Slip] = []
        self.still_open: list[_Open] = []
        self._pieces = [*pieces_, None]
        self._ends = [piece.end for piece in pieces_]
        self._balanced = balanced
        self._loose = 0  # open braces outside clozes
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
        """Handle one token, and return the offset at which to continue."""
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
            self.still_open.append(_Open(Cloze(numbers, *match.span()), piece, len(self.closed)))
        if _ONE_COLON.match(self.text, match.end()):
            message = "this cloze has three colons, so its answer begins with a colon"
            hint = "write `::`, or `::\\:` if the answer begins with a colon"
            self.slips.append(Slip("bad-cloze", match.end() - 2, 3, message, hint))

    def _outside(self, match: re.Match[str], place: int) -> int:
        """Handle a sign outside clozes, and return the offset at which to continue."""
        if match.group() == "{":
            self._loose += 1
        elif match.group() == "}" and self._loose:
            self._loose -= 1
        elif match.group() == "}" and self.text.startswith("}}", match.start()):
            hint = "remove it, or write `\\}\\}` if learners should see it"
            message = "this `}}` does not end a cloze, so learners see it"
            self.slips.append(Slip("bad-cloze", match.start(), 2, message, hint))
            return place + 1
        return place

    def _close(self, end: int) -> None:
        """Close the innermost cloze: find its hint, and its faults."""
        top = self.still_open.pop()
        cloze = top.cloze
        cloze.end = end
        self.closed.append(cloze)
        if not top.signs:
            return
        emphasis = [match.span() for match in _MARKED.finditer(self._masked(cloze.inner, end))]
        signs = [each for each in top.signs if not _is_within(each[0] - cloze.inner, emphasis)]
        if not signs:
            return
        sign, length = signs[0]
        cloze.hint = sign + 2
        advice = _AS_SIGN if top.piece is None else _AROUND
        self.slips += (
            slip._replace(hint=slip.hint.replace(_AS_SIGN, advice))
            for slip in _odd_hint(self.text, cloze, length, signs[1:])
        )
        if any(cloze.hint <= other.start < end for other in self.closed[top.before : -1]):
            message = "the hint of this cloze contains another cloze, and Anki would show its answer"
            self.slips.append(
                Slip("bad-cloze", sign, 2, message, "write the hint last, right before the `}}`")
            )

    def _masked(self, start: int, end: int) -> str:
        """A part of the text, in which escapes and verbatim pieces are replaced by `x`."""
        part = list(_ESCAPE.sub("xx", self.text[start:end]))
        number = bisect_left(self._ends, start)
        for piece in self._pieces[number:]:
            if piece is None or piece.start >= end:
                break
            if piece.kind not in {"tag", "address"} and start <= piece.start:
                part[piece.start - start : piece.end - start] = "x" * (piece.end - piece.start)
        return "".join(part)

    def _misplaced(self, match: re.Match[str]) -> None:
        message = "this cloze is inside an address or a tag, where Anki cannot hide it"
        hint = "put the whole link or image into the cloze, as in `{{c1::[text](https://…)}}`"
        self.slips.append(Slip("bad-cloze", match.start(), len(match.group()), message, hint))


def _is_within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in spans)


@dataclass(slots=True)
class _Open:
    """A cloze that is still open.

    Attributes:
        cloze: The cloze.
        piece: The piece that it is in; None in plain text.
        before: The number of clozes that were closed before it opened.
        depth: The number of braces that are open in it.
        signs: The offset of each `::` in it, and the number of colons.
    """

    cloze: Cloze
    piece: Piece | None
    before: int
    depth: int = 0
    signs: list[tuple[int, int]] = field(default_factory=list)


_AROUND = "put the whole code or formula into the cloze: ``{{c1::`std::vector`}}``"
_AS_SIGN = "to show `::` in an answer or hint, write `\\:\\:`, or put the text into code: `` `std::vector` ``"


def _odd_hint(text: str, cloze: Cloze, length: int, more: list[tuple[int, int]]) -> Iterator[Slip]:
    """Faults of the `::` that begins the hint of a cloze."""
    place = cloze.hint - 2
    answer, hint = text[cloze.inner : place], text[cloze.hint : cloze.end]
    if not answer.strip():
        message = f"this cloze hides nothing: it has no answer before the hint `{hint.strip()}`"
        yield Slip("bad-cloze", place, 2, message, f"write the answer before it; {_AS_SIGN}")
    elif length > 2:  # noqa: PLR2004 (the sign itself)
        message = f"`{':' * length}` makes the hint begin with a colon: learners would see `[{hint.strip()}]`"
        yield Slip("bad-cloze", place, length, message, f"write `::` before a hint; {_AS_SIGN}")
    elif not hint.strip():
        message = "the hint after this `::` is empty, so learners would see `[]` instead of the answer"
        yield Slip("bad-cloze", place, 2, message, f"remove the `::`; {_AS_SIGN}")
    elif more:
        message = f"the first `::` ends the answer, here `{answer.strip()}`; the rest is the hint"
        yield Slip("bad-cloze", more[0][0], more[0][1], message, _AS_SIGN)


def uncovered(text: str, found: list[Cloze] | None = None) -> str:
    """A text with each cloze replaced by its answer; hints are left out.

    Args:
        text: The text.
        found: Its clozes; by default those of a text in Markdown.
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
