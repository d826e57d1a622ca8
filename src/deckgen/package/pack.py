"""What goes into the packages of a build."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen.package.writer import Package

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteTypes
    from deckgen.cards.rows import Row
    from deckgen.history.plan import Changes

SHOWS = re.compile(r"(?:src=\"|\[sound:)([^\"\]]+)")
"""Where the HTML of a field names a media file."""


@dataclass(frozen=True)
class Packages:
    """The packages of a build.

    Attributes:
        main: The deck.
        retired: The retired notes, for learners who have them; None where there are none.
    """

    main: Package
    retired: Package | None


def pack(
    rows: list[Row], changes: Changes, note_types: NoteTypes, media: ReadOnly[str, Media], version: str
) -> Packages:
    """Put together the package of a deck, and that of its retired notes.

    Args:
        rows: All notes, retired ones too, with their guids, times and places.
        changes: What differs from the last release.
        note_types: What Anki gets for the kinds.
        media: The files that notes and faces show, by their names in the package.
        version: What the package is released as; empty where it is not.
    """

    def packed(notes: list[Row], *, cleanup: bool) -> Package:
        kinds = [note_types.by_kind[name] for name in sorted({row.note.kind.name for row in notes})]
        shown = {file.name for note_type in kinds for file in note_type.media}
        if not cleanup and len(notes) < len(rows):
            shown |= {name for row in notes for text in row.fields for name in SHOWS.findall(text)}
        elif not cleanup:  # who deletes a note needs none of its images
            of_faces = {file.name for each in note_types.by_kind.values() for file in each.media}
            shown |= media.keys() - of_faces
        files = [media[name] for name in sorted(media) if name in shown]
        return Package(
            changes.deck,
            changes.now,
            kinds,
            changes.types,
            notes,
            files,
            version,
            cleanup=cleanup,
            words=note_types.words,
        )

    main = _dated(packed([row for row in rows if not row.note.retired], cleanup=False), changes, version)
    retired = [row for row in rows if row.note.retired]
    return Packages(main, packed(retired, cleanup=True) if retired else None)


def _dated(package: Package, changes: Changes, version: str) -> Package:
    """A package that knows the release before it; that very release again where nothing has changed."""
    if not changes.ledger.releases:
        return package
    last = changes.ledger.releases[-1]
    package = replace(package, after=last.version)
    if changes.nothing and not version:
        # derived text, the deck's description and the like may differ all the same
        again = replace(package, time=last.time, version=last.version, deckgen=last.deckgen)
        if again.digest == last.digest:
            return again
    return package
