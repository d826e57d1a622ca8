"""What is in a package as text for a terminal, wide or narrow, with colors or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deckgen.commands.columns import Row, Sheet
from deckgen.commands.inspect.figures import example, shown
from deckgen.diagnostics import counted
from deckgen.diagnostics.terminal import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from deckgen.commands.inspect.figures import Part, TypeFigure
    from deckgen.commands.inspect.inspection import Inspection

_LISTED = 15  # tags, elements, or files of a sort on the page
_EXAMPLES = 3
_LONG = 200  # characters of an example
_LARGEST = 5  # media files on the page
_COUNTED = ("notes", "cards")
_FORMATS = {
    "LEGACY_1": "the oldest format (collection.anki2)",
    "LEGACY_2": "the format of Anki 2.1 (collection.anki21)",
    "LATEST": "the format of Anki 2.1.50 and later (collection.anki21b)",
}


@dataclass(frozen=True)
class Page(Sheet):
    """The page of a package."""

    def text(self, found: Inspection, *, notes: bool = False) -> str:
        """All of a package, one table after the other.

        Args:
            found: The package.
            notes: Whether to list the notes.
        """
        parts = (
            self._head(found),
            self._decks(found),
            self._types(found),
            self._tags(found),
            self._markup(found),
            self._first_fields(found),
            self._media(found),
            self._meets(found),
            self._notes(found) if notes else (),
        )
        blocks = ("\n".join(part) for part in parts)
        return "\n\n".join(block for block in blocks if block) + "\n"

    def heading(self, text: str) -> Iterator[str]:
        """A heading."""
        yield from (self.paint(line, "heading") for line in self.wrapped(text))

    def listed(self, names: Sequence[str], most: int, indent: int) -> Iterator[str]:
        """The first names of a list, a line each, and the number of the others."""
        for name in names[:most]:
            yield from self.wrapped(name, indent)
        if len(names) > most:
            yield from self.wrapped(f"and {len(names) - most:,} more: --format json lists all", indent)

    def _head(self, found: Inspection) -> Iterator[str]:
        """What the file is, when it was made, how large it is, and the state of its cards."""
        contents, cards = found.contents, found.cards
        path, counts = (
            f"{found.path}:",
            f"{counted(len(contents.notes), 'note')}, {counted(cards.all, 'card')}",
        )
        if columns(f"{path} {counts}") <= self.width:
            yield from self.heading(f"{path} {counts}")
        else:  # a path stays whole, so that it can be copied
            yield self.paint(path, "heading")
            yield from self.wrapped(counts, 2)
        about = contents.about or {}
        if about:
            version = f"release {about['version']}" if about.get("version") else "an unreleased build"
            made = f", {_date(about['time'])}" if isinstance(about.get("time"), int) else ""
            yield from self.wrapped(
                f"made by deckgen {about.get('deckgen', '')}: {version} of {about.get('deck', '')}{made}", 2
            )
        yield from self.wrapped(f"in {_FORMATS[contents.format.name]}", 2)
        yield from self.wrapped(
            f"{_size(found.bytes)}; unpacked, its collection is {_size(contents.size)}", 2
        )
        yield from self.wrapped(f"the collection last changed on {_date(contents.modified // 1000)}", 2)
        if found.oldest is not None and found.newest is not None:
            oldest, newest = _date(found.oldest), _date(found.newest)
            when = f"on {oldest}" if oldest == newest else f"between {oldest} and {newest}"
            yield from self.wrapped(f"its notes last changed {when}", 2)
        if cards.all:
            line = f"cards: {cards.new:,} new, {cards.studied:,} studied, {cards.suspended:,} suspended"
            yield from self.wrapped(line, 2)

    def _decks(self, found: Inspection) -> Iterator[str]:
        """The decks."""
        rows = [
            Row(
                each.name,
                (f"{each.notes:,}", f"{each.cards:,}"),
                _share(each.notes, len(found.contents.notes)),
                below=", ".join(
                    ["filtered"] * each.filtered
                    + [f"description of {counted(each.description, 'character')}"] * bool(each.description)
                ),
            )
            for each in found.decks
        ]
        yield from self.table("Decks", _COUNTED, rows)

    def _types(self, found: Inspection) -> Iterator[str]:
        """The note types with their fields and card templates, and the names of those that no note has."""
        used = [each for each in found.note_types if each.notes]
        rows = [
            Row(
                each.name + (" (cloze)" if each.cloze else ""),
                (f"{each.notes:,}", f"{each.cards:,}"),
                _share(each.notes, len(found.contents.notes)),
                below=_of_type(each),
            )
            for each in used
        ]
        yield from self.table("Note types", _COUNTED, rows)
        unused = [each.name for each in found.note_types if not each.notes]
        if unused:
            yield from self.wrapped(f"without notes: {', '.join(unused)}", 2)

    def _tags(self, found: Inspection) -> Iterator[str]:
        """The most frequent tags."""
        total = len(found.contents.notes)
        rows = [Row(each.name, (f"{each.notes:,}",), _share(each.notes, total)) for each in found.tags]
        yield from self.table(f"Tags: {len(rows):,}", ("notes",), rows[:_LISTED])
        yield from self._more(len(rows))

    def _markup(self, found: Inspection) -> Iterator[str]:
        """The markup in fields."""
        for heading, uses in (
            ("HTML in fields", found.markup.elements),
            ("Marks in fields", found.markup.marks),
        ):
            rows = [Row(each.name, (f"{each.times:,}", f"{each.notes:,}")) for each in uses]
            if heading == "Marks in fields" and rows and found.markup.elements:
                yield ""
            yield from self.table(heading, ("times", "notes"), rows[:_LISTED])
            yield from self._more(len(rows))

    def _first_fields(self, found: Inspection) -> Iterator[str]:
        """First fields that are empty, or that several notes have."""
        if not found.contents.notes:
            return
        yield from self.heading("First fields")
        names = {note.id: note for note in found.contents.notes}
        if not found.empty_first and not found.doubles:
            yield from self.wrapped("none is empty, and no two notes of a note type have the same", 2)
        if found.empty_first:
            yield from self.wrapped(f"empty: {counted(len(found.empty_first), 'note')}", 2)
            yield from self.listed([example(names[each]) for each in found.empty_first], _EXAMPLES, 4)
        if found.doubles:
            several = sum(len(each.notes) for each in found.doubles)
            yield from self.wrapped(
                f"the same within a note type: {counted(several, 'note')} with "
                f"{counted(len(found.doubles), 'text')}",
                2,
            )
            texts = [f"{each.text} ({counted(len(each.notes), 'note')})" for each in found.doubles]
            yield from self.listed(texts, _EXAMPLES, 4)

    def _media(self, found: Inspection) -> Iterator[str]:
        """The media files: the largest, and what is missing or unused."""
        media = found.media
        rows = [
            Row(each.name, (_size(each.bytes),), _share(each.bytes, media.bytes))
            for each in media.files[:_LARGEST]
        ]
        yield from self.table("Largest media files", ("size",), rows)
        if not rows:
            yield from self.heading("Media files: none")
        else:
            yield from self.wrapped(f"{counted(len(media.files), 'media file')}: {_size(media.bytes)}", 2)
        missing = [
            f"{each.name} ({each.where})" + (f": it has {each.instead}" if each.instead else "")
            for each in media.missing
        ]
        for what, names in (
            ("listed by the package, but not in it", media.listed_only),
            ("shown by notes or templates, but not in the package", missing),
            ("in the package, but named by no note or template", media.unused),
        ):
            if names:
                yield from self.wrapped(f"{what}: {len(names):,}", 2)
                yield from self.listed(names, _EXAMPLES, 4)

    def _meets(self, found: Inspection) -> Iterator[str]:
        """What adopting the package would meet."""
        yield from self.heading("What adopting would meet" + ("" if found.meets else ": nothing unusual"))
        for each in found.meets:
            yield from self.wrapped(each.what, 2)
            yield from self.wrapped(each.means, 4)
            yield from self.listed(list(map(_cut, each.examples)), _EXAMPLES, 6)

    def _notes(self, found: Inspection) -> Iterator[str]:
        """Each note: what an import knows it by, and its first field."""
        contents = found.contents
        names = {number: each.name for number, each in contents.note_types.items()}
        decks = {number: each.name for number, each in contents.decks.items()}
        yield from self.heading(f"Notes: {len(contents.notes):,}")
        for note in contents.notes:
            cards = contents.cards_of.get(note.id, ())
            places = dict.fromkeys(decks.get(card.own_deck, "?") for card in cards)
            where = " and ".join(places) or "no cards"
            line = f"id {note.id}, guid {note.guid}, {names.get(note.note_type, '?')}, {where}"
            yield from self.wrapped(line, 2)
            yield from self.wrapped(shown(note.first), 4)

    def _more(self, count: int) -> Iterator[str]:
        """The number of entries that are not on the page."""
        if count > _LISTED:
            yield from self.wrapped(f"and {count - _LISTED:,} more: --format json lists all", 2)


def _of_type(each: TypeFigure) -> str:
    """The lines under a note type."""
    changed = f", changed on {_date(each.modified)}" if each.modified else ""  # Anki's own ones have no time
    lines = [f"id {each.id}{changed}", _parts("fields", each.fields)]
    lines.append(_parts("card templates", each.templates))
    if not each.sorts_by_first:
        lines.append(f"sorted by {each.sort_field or 'a field that it lacks'}, not by the first field")
    return "\n".join(lines)


def _parts(what: str, parts: Iterable[Part]) -> str:
    """Names with their ids."""
    listed = list(parts)
    if not listed:
        return f"{what}: none"
    if all(each.id is None for each in listed):
        return f"{what}, without ids: {', '.join(each.name for each in listed)}"
    return f"{what}: " + ", ".join(
        f"{each.name} ({'no id' if each.id is None else each.id})" for each in listed
    )


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"  # noqa: PLR2004


def _date(seconds: int) -> str:
    """A day in UTC; the number if no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return f"{seconds} (no date)"
