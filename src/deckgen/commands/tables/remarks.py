"""What the author of an import should know: what was left out, what is missing, what is mixed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from deckgen.diagnostics import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deckgen.commands.tables.rows import Cells, Drafts, RowReader
    from deckgen.commands.tables.table import Table

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_NAMED = 5  # tags and attributes that a remark names


def remarks(table: Table, readings: Sequence[tuple[Drafts, RowReader]], numbered: int) -> list[str]:
    """What the author should know, as sentences.

    Args:
        table: The table.
        readings: The notes of its rows, with what read them.
        numbered: How many ids were made from numbers.
    """
    remarks = []
    if "guid" in table.special:
        remarks.append(
            "the notes get new identities, so the reviews stay with the old cards; "
            "to keep them, export an .apkg from Anki and use `deckgen adopt`"
        )
    decks = (
        {str(row.cells[table.special["deck"]]) for row in table.rows} if "deck" in table.special else set()
    )
    if len(decks) > 1:
        remarks.append(
            f"the rows are from {len(decks)} decks ({listed(sorted(decks))}), and all go into one chapter; "
            "--only deck=NAME takes the rows of one"
        )
    sorts = (
        {str(row.cells[table.special["notetype"]]) for row in table.rows}
        if "notetype" in table.special
        else set()
    )
    if len(sorts) > 1:
        remarks.append(
            f"the rows are of {len(sorts)} note types ({listed(sorted(sorts))}); "
            "--only notetype=NAME takes those of one"
        )
    left_out = sum((Counter(drafts.left_out) for drafts, _ in readings), Counter[str]())
    if left_out:
        what = ", ".join(f"`{tag}` {counted(count, 'time')}" for tag, count in left_out.items())
        remarks.append(f"left out tags that Anki uses itself: {what}")
    if removed := _most(sum((reader.html.removed for _, reader in readings), Counter[str]())):
        remarks.append(f"left out what cards cannot have: {removed}")
    if numbered:
        remarks.append(
            f"{counted(numbered, 'id')} made from numbers, because the texts have no letters a to z; "
            "to choose them, map a column to `id`"
        )
    return [*remarks, *(each for drafts, reader in readings for each in _missing(drafts, reader.cells))]


def instead(lacking: Sequence[str], chapter: str) -> list[str]:
    """What the author should know of chapters that new rows name, and the deck does not have."""
    if not lacking:
        return []
    names = f"chapter {lacking[0]}" if len(lacking) == 1 else f"chapters {listed(lacking)}"
    return [
        f"the deck has no {names}, so new notes for {'it' if len(lacking) == 1 else 'them'} go to {chapter}"
    ]


def _missing(drafts: Drafts, cells: Cells) -> Iterator[str]:
    """Sentences about the media that are not there."""
    missing = [
        name
        for name in sorted(drafts.files)
        if not _ADDRESS.match(name) and not (cells.beside / name).is_file()
    ]
    placed = [name.removeprefix(cells.media) for name in missing if name.startswith(cells.media)]
    if placed:
        files = counted(len(placed), "media file")
        yield f"copy {files} into {cells.folder.name}/ in source/: {listed(placed)}"
    if others := [name for name in missing if not name.startswith(cells.media)]:
        files = counted(len(others), "media file")
        yield f"copy {files} to where the table says, as seen from the chapter: {listed(others)}"


def _most(counts: Counter[str]) -> str:
    """The most frequent of some things, with their numbers."""
    return ", ".join(f"{what} ({counted(count, 'time')})" for what, count in counts.most_common(_NAMED))
