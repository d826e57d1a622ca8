"""The figures of a deck as text for a terminal, wide or narrow, with colours or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.columns import Row, Sheet
from deckgen.diagnostics import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from deckgen.commands.stats.figures import Count, Figures, Length, Share, Where

_LARGEST = 5  # media files on the page
_LISTED = 15  # tags, or notes that lack something, on the page; all decks are on it


@dataclass(frozen=True)
class Page(Sheet):
    """The page of figures."""

    def text(self, figures: Figures) -> str:
        """All figures of a deck, one table after the other."""
        retired = f"; {counted(figures.retired, 'retired note')} not counted" if figures.retired else ""
        first_line = (
            f"{figures.title}: {counted(figures.notes, 'note')}, {counted(figures.cards, 'card')}{retired}"
        )
        root = f"{figures.title}::"
        parts = (
            (self.paint(line, "heading") for line in self.wrapped(first_line)),
            self.table("Kinds", _COUNTED, _counts(figures.kinds, figures.notes)),
            self.table("Decks", _COUNTED, _counts(figures.decks, figures.notes, root)),
            self._tags(figures),
            self._domains(figures),
            self.table(
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
        yield from self.table("Tags", _COUNTED, _counts(figures.tags[:_LISTED], figures.notes))
        yield from self._more(len(figures.tags))

    def _domains(self, figures: Figures) -> Iterator[str]:
        """The domains of the exam, compared with the deck's shares."""
        heads = ("weight", "notes", "+/-", "cards", "+/-")
        yield from self.table("Exam, in %", heads, [_domain(share) for share in figures.domains])
        for count, of in (
            (figures.no_domain, "in no domain"),
            (figures.several_domains, "in several domains"),
        ):
            if count and count.notes:
                line = f"{of}: {counted(count.notes, 'note')}, {counted(count.cards, 'card')}"
                yield from self.wrapped(line, 2)

    def _places(self, figures: Figures) -> Iterator[str]:
        """The places of the right options of vignettes, and the numbers of options."""
        total = sum(figures.answer_places.values())
        rows = [
            Row(letter, (f"{count:,}",), 100 * count / total)
            for letter, count in figures.answer_places.items()
        ]
        yield from self.table("Right answers", ("notes",), rows)
        parts = [f"{counted(times, 'note')} with {count} options" for count, times in figures.options.items()]
        yield from self.wrapped(", ".join(parts), 2)
        if figures.guessed:
            guessed = figures.guessed
            line = f"guessed from the words of options alone: {guessed.found:,.0f} of "
            line += f"{guessed.vignettes:,} (chance: {guessed.chance:,.1f})"
            yield from self.wrapped(line, 2)

    def _media(self, figures: Figures) -> Iterator[str]:
        """The largest media files, and the size of all together."""
        total = sum(file.bytes for file in figures.media)
        rows = [
            Row(file.path, (f"{file.bytes / 1e6:,.2f}",), 100 * file.bytes / total)
            for file in figures.media[:_LARGEST]
        ]
        yield from self.table("Largest files", ("MB",), rows)
        if figures.media:
            yield from self.wrapped(f"{counted(len(figures.media), 'media file')}: {total / 1e6:,.2f} MB", 2)

    def _gaps(self, heading: str, notes: Sequence[Where]) -> Iterator[str]:
        """The notes that lack something."""
        yield self.paint(f"{heading}: {counted(len(notes), 'note') if notes else 'none'}", "heading")
        for note in notes[:_LISTED]:
            yield from self.wrapped(f"{note.path}:{note.line}: {note.id}", 2)
        yield from self._more(len(notes))

    def _more(self, count: int) -> Iterator[str]:
        """The number of entries that are not on the page."""
        if count > _LISTED:
            yield from self.wrapped(f"and {count - _LISTED:,} more: --format json lists all", 2)


_COUNTED = ("notes", "cards")


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
