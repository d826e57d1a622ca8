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
    from deckgen.history.plan import StampedNote, UpdatePlan

SHOWS = re.compile(r"(?:src=\"|\[sound:)([^\"\]]+)")
"""Where the HTML of a field names a media file."""


@dataclass(frozen=True)
class Packages:
    """The packages of a build.

    Attributes:
        plan: What they change of what has been released.
        main: The deck.
        retired: The retired notes, for learners who have them; None where there are none.
    """

    plan: UpdatePlan
    main: Package
    retired: Package | None


def pack(plan: UpdatePlan, note_types: NoteTypes, media: ReadOnly[str, Media], version: str) -> Packages:
    """Put together the package of a deck, and that of its retired notes.

    Args:
        plan: What is packed, and what that changes of what has been released.
        note_types: What Anki gets for the kinds.
        media: The files that notes and faces show, by their names in the package.
        version: What the package is released as; empty where it is not.
    """

    def packed(notes: list[StampedNote], *, cleanup: bool) -> Package:
        kinds = [note_types.by_kind[name] for name in sorted({each.note.kind.name for each in notes})]
        shown = {file.name for note_type in kinds for file in note_type.media}
        if not cleanup and len(notes) < len(plan.notes):
            shown |= {name for each in notes for text in each.fields for name in SHOWS.findall(text)}
        elif not cleanup:  # who deletes a note needs none of its images
            of_faces = {file.name for each in note_types.by_kind.values() for file in each.media}
            shown |= media.keys() - of_faces
        files = [media[name] for name in sorted(media) if name in shown]
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

    learned = [each for each in plan.notes if not each.note.retired]
    main = _dated(packed(learned, cleanup=False), plan, version)
    retired = [each for each in plan.notes if each.note.retired]
    return Packages(plan, main, packed(retired, cleanup=True) if retired else None)


def _dated(package: Package, plan: UpdatePlan, version: str) -> Package:
    """A package that knows the release before it; that very release again where nothing has changed."""
    last = plan.matching.ledger.latest
    if last is None:
        return package
    package = replace(package, after=last.version)
    if plan.nothing and not version:
        # derived text, the deck's description and the like may differ all the same
        again = replace(package, time=last.time, version=last.version, deckgen=last.deckgen)
        if again.digest == last.digest:
            return again
    return package
