"""The contents of a build's packages: which notes, note types and media files each one gets."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen.package.writer import Package

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteTypes
    from deckgen.history.plan import StampedNote, UpdatePlan

SHOWS = re.compile(r"(?:src=\"|\[sound:)([^\"\]]+)")
"""A pattern for the names of media files in the HTML of a field."""


@dataclass(frozen=True)
class Packages:
    """The packages of a build.

    Attributes:
        plan: The plan of the update: the notes, and their changes since the last release.
        main: The package of the deck.
        retired: The package of the retired notes, for learners who have them; None if there are none.
    """

    plan: UpdatePlan
    main: Package
    retired: Package | None


def pack(plan: UpdatePlan, note_types: NoteTypes, media: ReadOnly[str, Media], version: str) -> Packages:
    """The package of a deck, and that of its retired notes.

    Args:
        plan: The plan of the update: the notes, and their changes since the last release.
        note_types: The note types of the kinds.
        media: The media files of notes and faces, by their names in the package.
        version: The version of the release; empty if this is no release.
    """

    def packed(notes: list[StampedNote], *, cleanup: bool) -> Package:
        """A package of some notes, with the note types and media files that they need."""
        kinds = [note_types.by_kind[name] for name in sorted({each.note.kind.name for each in notes})]
        names = {file.name for note_type in kinds for file in note_type.media}
        if not cleanup and len(notes) < len(plan.notes):
            names |= {name for each in notes for text in each.fields for name in SHOWS.findall(text)}
        elif not cleanup:  # the cleanup package deletes notes, so it needs no images of them
            of_faces = {file.name for each in note_types.by_kind.values() for file in each.media}
            names |= media.keys() - of_faces
        files = [media[name] for name in sorted(media) if name in names]
        return Package(
            plan.matching.deck,
            plan.now,
            kinds,
            plan.types,
            notes,
            files,
            version,
            cleanup=cleanup,
            words=note_types.words,
        )

    in_deck = [each for each in plan.notes if not each.note.retired]
    main = _dated(packed(in_deck, cleanup=False), plan, version)
    retired = [each for each in plan.notes if each.note.retired]
    return Packages(plan, main, packed(retired, cleanup=True) if retired else None)


def _dated(package: Package, plan: UpdatePlan, version: str) -> Package:
    """A package with the version before it; if nothing has changed, the last release again, byte for byte."""
    last = plan.matching.ledger.latest
    if last is None:
        return package
    package = replace(package, after=last.version)
    if plan.nothing and not version:
        # derived texts, the deck's description and the like may differ nevertheless
        again = replace(package, time=last.time, version=last.version, deckgen=last.deckgen)
        if again.digest == last.digest:
            return again
    return package
