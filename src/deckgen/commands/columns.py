"""Tables of figures as text for a terminal, wide or narrow, with colors or without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import visible
from deckgen.diagnostics.terminal import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_NARROWEST = 30  # the least columns
_WITH_BARS = 60  # from this many columns on, tables have bars
_BARS = (12, 24)  # columns of a bar of 100 %: at least, at most
_NAMES = 16  # with less columns for names, they go on lines of their own
# Chinese and Japanese; not Korean, which has blanks
_NO_BLANKS = "\u2e80-\u303e\u3041-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
_CHUNK = re.compile(rf"\s+|[{_NO_BLANKS}]|[^\s{_NO_BLANKS}]+")  # what a line can be broken between


class Row(NamedTuple):
    """A line of a table.

    Attributes:
        name: Its name, in the first column.
        numbers: The numbers, one for each further column.
        share: The length of its bar, in percent; None for no bar.
        mark: The expected length of its bar, in percent; None if there is none.
        below: The text under it; it can have several lines.
    """

    name: str
    numbers: Sequence[str]
    share: float | None = None
    mark: float | None = None
    below: str = ""


@dataclass(frozen=True)
class Sheet:
    """What figures are written on.

    Attributes:
        width: The number of columns.
        paint: Colors a piece of text; its second argument is "heading" or "bar".
        blocks: The characters of bars, and the mark of their expected end.
    """

    width: int
    paint: Callable[[str, str], str] = lambda text, _: text
    blocks: tuple[str, str] = ("█", "│")

    def table(self, heading: str, heads: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
        """Rows under their heading, in columns; nothing without rows."""
        if not rows:
            return
        sizes = [max(len(each) for each in column) + 2 for column in zip(heads, *_numbers(rows), strict=True)]
        least, most = _BARS if self.width >= _WITH_BARS and rows[0].share is not None else (0, 0)
        room = self.width - 2 - sum(sizes) - (least + 2 if least else 0)
        room = min(max(columns(row.name) for row in (*rows, Row(heading, ()))), room)
        apart = room < _NAMES and any(columns(row.name) > room for row in rows)
        room = max(room, 0)
        bar = max(min(self.width - 4 - room - sum(sizes), most), 0)
        yield from self._line(self.paint(heading, "heading"), len(heading), heads, sizes, room + 2)
        for row in rows:
            names = self.wrapped(row.name, 2, None if apart else room + 2) or [""]
            drawn = self._bar(row.share, bar, row.mark) if bar and row.share is not None else ""
            first = "" if apart else names[0]
            yield from names if apart else ()
            for line in self._line(first, columns(first), row.numbers, sizes, room + 2):
                yield f"{line}  {drawn}" if drawn else line
            yield from () if apart else names[1:]
            for line in row.below.split("\n"):
                yield from self.wrapped(line, 4)

    def _line(
        self, name: str, taken: int, numbers: Sequence[str], sizes: Sequence[int], room: int
    ) -> Iterator[str]:
        """A name and its numbers; the numbers are on the next line if the name is too long.

        Args:
            name: The name.
            taken: The columns that the name takes.
            numbers: The numbers.
            sizes: The columns of each number.
            room: The columns for names.
        """
        columns = "".join(f"{number:>{size}}" for number, size in zip(numbers, sizes, strict=True))
        if taken > room:
            yield name
            name, taken = "", 0
        yield f"{name}{' ' * (room - taken)}{columns}"

    def _bar(self, share: float, longest: int, mark: float | None) -> str:
        """A bar for a share in percent, with a mark at its expected end."""
        full, tick = self.blocks
        drawn = full * round(share * longest / 100)
        if mark is not None:
            at = min(round(mark * longest / 100), longest - 1)
            drawn = f"{drawn[:at]:<{at}}{tick}{drawn[at + 1 :]}"
        return self.paint(drawn, "bar") if drawn else ""

    def wrapped(self, text: str, indent: int = 0, width: int | None = None) -> list[str]:
        """A text as lines that fit into a width, mostly the page's; none for an empty one.

        Lines are broken between words. In Chinese and Japanese, which have no blanks, and in words that are
        longer than a line, they are broken anywhere.
        """
        room = max((max(self.width, _NARROWEST) if width is None else width) - indent, 2)
        lines = [""]
        used, blank = 0, ""
        for chunk in _CHUNK.findall(visible(text)):
            if chunk.isspace():
                blank = " " if used else ""
                continue
            for part in _parts(chunk, room):
                size = columns(part)
                if used and used + len(blank) + size > room:
                    lines.append("")
                    used, blank = 0, ""
                lines[-1] += blank + part
                used, blank = used + len(blank) + size, ""
        return [" " * indent + line for line in lines if line]


def _parts(word: str, room: int) -> Iterator[str]:
    """A word, in parts that fit into so many columns if it is wider."""
    fits = columns(word) <= room
    step = len(word) if fits else room if word.isascii() else room // 2
    for start in range(0, len(word), step):
        yield word[start : start + step]


def _numbers(rows: Iterable[Row]) -> list[Sequence[str]]:
    return [row.numbers for row in rows]
