"""The figures of a deck as text for a terminal, wide or narrow, with colours or without."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import counted, visible
from deckgen.diagnostics.terminal import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from deckgen.commands.stats.figures import Count, Figures, Length, Share, Where

_NARROWEST = 30  # the least columns
_WITH_BARS = 60  # from this many columns on, tables have bars
_BARS = (12, 24)  # columns of a bar of 100 %: at least, at most
_NAMES = 16  # with less columns for names, they go on lines of their own
_LARGEST = 5  # media files on the page
_LISTED = 15  # tags, or notes that lack something, on the page; all decks are on it


class Row(NamedTuple):
    """A line of a table.

    Attributes:
        name: Its name, in the first column.
        numbers: The numbers, one for each further column.
        share: The length of its bar, in percent; None for no bar.
        mark: The expected length of its bar, in percent; None if there is none.
        below: The text under it.
    """

    name: str
    numbers: Sequence[str]
    share: float | None = None
    mark: float | None = None
    below: str = ""


@dataclass(frozen=True)
class Page:
    """The page of figures.

    Attributes:
        width: The number of columns.
        paint: Colors a piece of text; its second argument is "heading" or "bar".
        blocks: The characters of bars, and the mark of their expected end.
    """

    width: int
    paint: Callable[[str, str], str] = lambda text, _: text
    blocks: tuple[str, str] = ("█", "│")

    def text(self, figures: Figures) -> str:
        """All figures of a deck, one table after the other."""
        retired = f"; {counted(figures.retired, 'retired note')} not counted" if figures.retired else ""
        first_line = (
            f"{figures.title}: {counted(figures.notes, 'note')}, {counted(figures.cards, 'card')}{retired}"
        )
        root = f"{figures.title}::"
        parts = (
            (self.paint(line, "heading") for line in self._wrapped(first_line)),
            self._table("Kinds", _COUNTED, _counts(figures.kinds, figures.notes)),
            self._table("Decks", _COUNTED, _counts(figures.decks, figures.notes, root)),
            self._tags(figures),
            self._domains(figures),
            self._table(
                _units(figures),
                ("shortest", "median", "longest"),
                [_length(each) for each in figures.lengths],
            ),
            self._places(figures),
            self._media(figures),
            self._gaps("Without a reference", figures.without_reference),
            self._gaps("Without a reason", figures.without_reason),
        )
        blocks = ("\n".join(part) for part in parts)
        return "\n\n".join(block for block in blocks if block) + "\n"

    def _tags(self, figures: Figures) -> Iterator[str]:
        """The most frequent tags."""
        yield from self._table("Tags", _COUNTED, _counts(figures.tags[:_LISTED], figures.notes))
        yield from self._more(len(figures.tags))

    def _domains(self, figures: Figures) -> Iterator[str]:
        """The domains of the exam, compared with the deck's shares."""
        heads = ("weight", "notes", "+/-", "cards", "+/-")
        yield from self._table("Exam, in %", heads, [_domain(share) for share in figures.domains])
        for count, of in (
            (figures.no_domain, "in no domain"),
            (figures.several_domains, "in several domains"),
        ):
            if count and count.notes:
                line = f"{of}: {counted(count.notes, 'note')}, {counted(count.cards, 'card')}"
                yield from self._wrapped(line, 2)

    def _places(self, figures: Figures) -> Iterator[str]:
        """The places of the right options of vignettes, and the numbers of options."""
        total = sum(figures.answer_places.values())
        rows = [
            Row(letter, (f"{count:,}",), 100 * count / total)
            for letter, count in figures.answer_places.items()
        ]
        yield from self._table("Right answers", ("notes",), rows)
        parts = [f"{counted(times, 'note')} with {count} options" for count, times in figures.options.items()]
        yield from self._wrapped(", ".join(parts), 2)
        if figures.guessed:
            guessed = figures.guessed
            line = f"guessed from the words of options alone: {guessed.found:,.0f} of "
            line += f"{guessed.vignettes:,} (chance: {guessed.chance:,.1f})"
            yield from self._wrapped(line, 2)

    def _media(self, figures: Figures) -> Iterator[str]:
        """The largest media files, and the size of all together."""
        total = sum(file.bytes for file in figures.media)
        rows = [
            Row(file.path, (f"{file.bytes / 1e6:,.2f}",), 100 * file.bytes / total)
            for file in figures.media[:_LARGEST]
        ]
        yield from self._table("Largest files", ("MB",), rows)
        if figures.media:
            yield from self._wrapped(f"{counted(len(figures.media), 'media file')}: {total / 1e6:,.2f} MB", 2)

    def _gaps(self, heading: str, notes: Sequence[Where]) -> Iterator[str]:
        """The notes that lack something."""
        yield self.paint(f"{heading}: {counted(len(notes), 'note') if notes else 'none'}", "heading")
        for note in notes[:_LISTED]:
            yield from self._wrapped(f"{note.path}:{note.line}: {note.id}", 2)
        yield from self._more(len(notes))

    def _more(self, count: int) -> Iterator[str]:
        """The number of entries that are not on the page."""
        if count > _LISTED:
            yield from self._wrapped(f"and {count - _LISTED:,} more: --format json lists all", 2)

    def _table(self, heading: str, heads: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
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
            names = self._wrapped(row.name, 2, None if apart else room + 2)
            drawn = self._bar(row.share, bar, row.mark) if bar and row.share is not None else ""
            first = "" if apart else names[0]
            yield from names if apart else ()
            for line in self._line(first, columns(first), row.numbers, sizes, room + 2):
                yield f"{line}  {drawn}" if drawn else line
            yield from () if apart else names[1:]
            yield from self._wrapped(row.below, 4)

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

    def _wrapped(self, text: str, indent: int = 0, width: int | None = None) -> list[str]:
        """A text as lines that fit into a width, mostly the page's; none for an empty one."""
        margin = " " * indent
        room = width if width is not None else max(self.width, _NARROWEST)
        return textwrap.wrap(
            visible(text), room, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
        )


_COUNTED = ("notes", "cards")


def _numbers(rows: Iterable[Row]) -> list[Sequence[str]]:
    return [row.numbers for row in rows]


def _counts(counts: Iterable[Count], total: int, root: str = "") -> list[Row]:
    """Notes and cards by name, without the deck's own name before a subdeck's."""
    return [
        Row(
            count.name.removeprefix(root), (f"{count.notes:,}", f"{count.cards:,}"), 100 * count.notes / total
        )
        for count in counts
    ]


def _domain(share: Share) -> Row:
    """A domain of the exam, its bar as long as its share of the notes."""
    numbers = (
        f"{share.weight:g}",
        f"{share.notes_share:.1f}",
        f"{share.notes_difference:+.1f}",
        f"{share.cards_share:.1f}",
        f"{share.cards_difference:+.1f}",
    )
    return Row(share.title, numbers, share.notes_share, share.weight)


def _units(figures: Figures) -> str:
    """The unit of lengths: words, or characters."""
    return " and ".join(unit.capitalize() for unit in dict.fromkeys(each.unit for each in figures.lengths))


def _length(length: Length) -> Row:
    """The row of the lengths of a sort of texts, with the longest ones."""
    longest = ", ".join(f"{note.id} ({note.words:,})" for note in length.longest_notes)
    numbers = (f"{length.shortest:,}", f"{length.median:,}", f"{length.longest:,}")
    return Row(f"{length.kind}, {length.part}", numbers, below=f"longest: {longest}")
