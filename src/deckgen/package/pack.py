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
    from deckgen.history.ledger import ReleaseLine
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

    def as_release(self, version: str) -> Packages:
        """The packages of a release of this build."""
        retired = replace(self.retired, version=version) if self.retired else None
        return replace(self, main=replace(self.main, version=version), retired=retired)

    def as_released(self, line: ReleaseLine) -> Packages:
        """The packages of an earlier release, whose line the ledger has, if this is what was released."""
        retired = _as_released(self.retired, line) if self.retired and line.cleanup else None
        return replace(self, main=_as_released(self.main, line), retired=retired)


def pack(
    plan: UpdatePlan, note_types: NoteTypes, media: ReadOnly[str, Media], *, releasing: bool = False
) -> Packages:
    """The package of a deck, and that of its retired notes.

    Args:
        plan: The plan of the update: the notes, and their changes since the last release.
        note_types: The note types of the kinds.
        media: The media files of notes and faces, by their names in the package.
        releasing: Whether this becomes a new release, even if nothing has changed.
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
            cleanup=cleanup,
            words=note_types.words,
        )

    in_deck = [each for each in plan.notes if not each.note.retired]
    main = _dated(packed(in_deck, cleanup=False), plan, releasing=releasing)
    retired = [each for each in plan.notes if each.note.retired]
    return Packages(plan, main, packed(retired, cleanup=True) if retired else None)


def _as_released(package: Package, line: ReleaseLine) -> Package:
    """A package of a build as the one of an earlier release, whose line the ledger has."""
    return replace(package, time=line.time, version=line.version, deckgen=line.deckgen)


def _dated(package: Package, plan: UpdatePlan, *, releasing: bool) -> Package:
    """A package with the version before it; if nothing has changed, the last release again, byte for byte."""
    ledger = plan.matching.ledger
    if ledger.latest is None:
        return package
    package = replace(package, after=ledger.latest.version)
    if plan.nothing and not releasing:
        # derived texts, the deck's description and the like may differ nevertheless
        for line in {each.version: each for each in (ledger.releases[-1], ledger.latest)}.values():
            again = _as_released(package, line)
            if again.digest == line.digest:
                return again
    return package
