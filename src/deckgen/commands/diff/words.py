"""The difference between two fields, word by word and as a reader sees them."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards import html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKS = {
    **dict.fromkeys(("b", "strong"), "**"),
    **dict.fromkeys(("i", "em"), "*"),
    **dict.fromkeys(("s", "del"), "~~"),
    "u": "__",
    "code": "`",
    "mark": "==",
    "sub": "_",
    "sup": "^",
}
"""How emphasis is shown in plain text."""
_BLOCKS = frozenset(
    "blockquote br dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary table tr "
    "ul".split()
)
_CELLS = frozenset(["td", "th"])
_MEDIA = {"img": "image", "audio": "sound", "video": "video"}
# scripts without blanks between words: one character at a time
_WORD = re.compile(
    r"\{\{c[\d,]+::|\}\}|::|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+|[^\w\s]"
)
_SOUND = re.compile(r"(\[sound:[^\]]*\])")
_MOST_PAIRS = 250_000  # words of one text times those of the other, which difflib compares at once
_LONGEST = 100_000  # characters of a field that are compared; no card has so many
_AROUND = 8  # words that are shown around a change
_CHANGED = 5  # of a changed text so many times more are shown at its beginning, and at its end
_NOT_CUT = 4  # so few words and signs are not replaced by a `…`


class Word(NamedTuple):
    """A word, a sign, an image or a line break.

    Attributes:
        text: What is shown; `⏎` for a line break.
        spaced: Whether a blank comes before it.
    """

    text: str
    spaced: bool


class Piece(NamedTuple):
    """A piece of a difference.

    Attributes:
        sort: `=` for what both texts have, `-` for what only the old one has, `+` for the new one.
        text: The text; left-out words are a `…`.
    """

    sort: str
    text: str


BREAK = "⏎"


def words(field: str, *, marks: bool = True) -> list[Word]:
    """The words that a reader sees of a field, with its media.

    Args:
        field: Its HTML.
        marks: Whether signs such as `**` show its emphasis.
    """
    reader = _Reader(marks=marks)
    for piece in html.pieces(field) if "<" in field or "&" in field else [field]:
        if isinstance(piece, str):
            for part in _SOUND.split(piece):
                reader.text(part)
        else:
            reader.tag(piece)
    while reader.words and reader.words[-1].text == BREAK:
        reader.words.pop()
    return reader.words


class _Reader:
    """Collects words from texts and tags."""

    def __init__(self, *, marks: bool) -> None:
        """Begin with no words; `marks` says whether signs show the emphasis."""
        self.words: list[Word] = []
        self._marked = marks
        self._spaced = False
        self._marks = ""  # signs of emphasis, which belong to the word after them

    def text(self, text: str) -> None:
        """Take the words of a text."""
        if _SOUND.fullmatch(text):
            self._add(text)
            return
        at = 0
        for match in _WORD.finditer(text):
            self._spaced = self._spaced or match.start() > at
            self._add(match[0])
            at = match.end()
        self._spaced = self._spaced or at < len(text)

    def tag(self, tag: html.Tag) -> None:
        """Take an image, a sign of emphasis or a line break."""
        if tag.name in _MEDIA and not tag.closing:
            self._add(f"[{_MEDIA[tag.name]}: {tag.attributes.get('src', '')}]")
        elif tag.name in _MARKS:
            if self._marked or (tag.name == "sup" and not tag.closing):  # 10^6 is not 106
                self._mark(_MARKS[tag.name], closing=tag.closing)
        elif tag.name in _BLOCKS:
            if self.words and self.words[-1].text != BREAK:
                self.words.append(Word(BREAK, spaced=True))
            self._spaced = True
        elif tag.name in _CELLS or tag.attributes.get("class") == "caption":
            self._spaced = True

    def _mark(self, mark: str, *, closing: bool) -> None:
        """Take a sign of emphasis: it belongs to the word after or before it."""
        if not closing:
            self._marks += mark
        elif self._marks.endswith(mark):  # there is nothing between
            self._marks = self._marks.removesuffix(mark)
        elif self.words:
            last = self.words[-1]
            self.words[-1] = Word(f"{last.text}{mark}", last.spaced)

    def _add(self, word: str) -> None:
        """Add a word."""
        self.words.append(Word(f"{self._marks}{word}", self._spaced and bool(self.words)))
        self._spaced, self._marks = False, ""


def plain(field: str, most: int = 0, *, marks: bool = True) -> str:
    """A field as a line of text.

    Args:
        field: Its HTML.
        most: The most characters; 0 for all.
        marks: As for `words`.
    """
    text = _joined(words(field[: most * 50] if most else field, marks=marks))
    return f"{text[: most - 1].rstrip()}…" if most and len(text) > most else text


def difference(before: str, after: str, around: int = _AROUND, *, marks: bool = True) -> list[Piece]:
    """The difference of two fields; empty where a reader sees the same.

    Args:
        before: The HTML of the old field.
        after: The HTML of the new one.
        around: How many words are shown around each change; of long changes the middle is left out too.
        marks: As for `words`.
    """
    if max(len(before), len(after)) > _LONGEST:
        start = max(0, _common(before, after) - _LONGEST // 20)
        before, after = before[start : start + _LONGEST // 10], after[start : start + _LONGEST // 10]
    old, new = words(before, marks=marks), words(after, marks=marks)
    if old == new:
        return []
    pieces = [piece for piece in _pieces(old, new, spaced=False) if piece[1]]
    if all(sort == "=" for sort, _ in pieces):  # only blanks differ
        pieces = [piece for piece in _pieces(old, new, spaced=True) if piece[1]]
    shown = []
    for place, (sort, part) in enumerate(pieces):
        ends = [_CHANGED * around] * 2
        if sort == "=":
            ends = [around if place else 0, around if place < len(pieces) - 1 else 0]
        shown.append(Piece(sort, _cut(part, *ends)))
    return shown


def _pieces(old: list[Word], new: list[Word], *, spaced: bool) -> Iterator[tuple[str, Sequence[Word]]]:
    """The parts of two texts that are equal, gone or new; `spaced` says whether blanks count."""
    ours = [word.text if not spaced else f"{word.spaced}{word.text}" for word in old]
    theirs = [word.text if not spaced else f"{word.spaced}{word.text}" for word in new]
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    last, other_last = len(ours) - end, len(theirs) - end
    yield "=", new[:start]
    if (last - start) * (other_last - start) > _MOST_PAIRS:
        yield "-", old[start:last]
        yield "+", new[start:other_last]
    else:
        matcher = difflib.SequenceMatcher(None, ours[start:last], theirs[start:other_last], autojunk=False)
        for sort, a, b, c, d in matcher.get_opcodes():
            if sort == "equal":
                yield "=", new[start + c : start + d]
            else:
                yield "-", old[start + a : start + b]
                yield "+", new[start + c : start + d]
    yield "=", new[other_last:]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two texts begin with that are the same."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _cut(part: Sequence[Word], before: int, after: int) -> str:
    """A text without its middle where it is long.

    Args:
        part: The text.
        before: The number of words to keep at its beginning.
        after: The number of words to keep at its end.
    """
    if len(part) <= before + after + _NOT_CUT:
        return _joined(part)
    head, tail = part[:before], part[len(part) - after :] if after else []
    return _joined([*head, Word("…", spaced=bool(head)), *tail])


def _joined(part: Sequence[Word]) -> str:
    """Words as a text, with the blanks between them."""
    return "".join(f"{' ' if word.spaced else ''}{word.text}" for word in part)
