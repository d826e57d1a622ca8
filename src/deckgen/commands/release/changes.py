"""What learners get in a release, as values; `entry` puts them into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.diff.compare import compare
from deckgen.commands.diff.edition import notes_of_build
from deckgen.commands.diff.sides import Place, release_side
from deckgen.diagnostics import CallError
from deckgen.history.versions import is_prerelease

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.build import Build
    from deckgen.commands.diff.compare import NoteChange
    from deckgen.deck.notes import Note
    from deckgen.history.consequences import Consequence
    from deckgen.history.plan import StampedNote, UpdatePlan

_TO_DO = frozenset({"changed_deck", "changed_note_type", "moved_cloze", "dead_cards"})
"""The consequences after which learners have to do something."""


@dataclass(frozen=True)
class Changes:
    """What learners get in a release.

    Attributes:
        first: Whether it is the first release.
        new: The notes that they get anew, also those that were retired before.
        changed: The notes that they get again.
        retired: The notes that leave the deck.
        more_cards: How many cards are new of notes that they have.
        looks: The titles of the kinds whose cards look different.
        consequences: What it means for learners besides.
        replaced_media: Whether images or sounds of notes that they have were replaced.
        texts: What differs in the changed notes, by guid; empty where the last release is not at hand.
        all: All notes of the deck, including retired ones.
    """

    first: bool
    new: tuple[StampedNote, ...]
    changed: tuple[StampedNote, ...]
    retired: tuple[StampedNote, ...]
    more_cards: int
    looks: tuple[str, ...]
    consequences: tuple[Consequence, ...]
    replaced_media: bool
    texts: ReadOnly[str, NoteChange]
    all: tuple[StampedNote, ...]

    @property
    def to_do(self) -> list[Consequence]:
        """The consequences after which learners have to do something."""
        return [each for each in self.consequences if each.name in _TO_DO]


def find_changes(build: Build, plan: UpdatePlan) -> Changes:
    """What learners get in a build without errors, compared with the last release that is no prerelease."""
    known = plan.matching.known
    ahead = _Ahead(plan)
    gone = {*plan.sending.retired, *filter(ahead.retired, known)}
    again = {*plan.sending.changed, *filter(ahead.changed, known)}
    live = [each for each in plan.notes if not each.note.retired]
    new = tuple(each for each in live if ahead.new(each.note))
    fresh = {each.note for each in new}
    changed = tuple(each for each in live if each.note in again and each.note not in fresh)
    return Changes(
        plan.matching.ledger.latest is None,
        new,
        changed,
        tuple(each for each in plan.notes if each.note in gone),
        sum(len(set(each.cards) - set(known[each.note].ordinals)) for each in changed),
        _looks(plan),
        plan.consequences,
        any(set(known[each.note].print.media) - set(plan.prints.of(each.note).media) for each in changed),
        _texts(build, plan) if changed else {},
        plan.notes,
    )


class _Ahead:
    """What prereleases after the last release have brought, which learners of that do not have."""

    def __init__(self, plan: UpdatePlan) -> None:
        """Find these prereleases."""
        ledger = plan.matching.ledger
        self._known = plan.matching.known
        self._since = ledger.latest.time if ledger.latest else 0
        later = {each.version for each in ledger.releases if each.time > self._since}
        self._versions = {version for version in later if is_prerelease(version)}

    def new(self, note: Note) -> bool:
        """Whether a note is new for learners, or comes back."""
        line = self._known.get(note)
        return line is None or line.retired is not None or line.released in self._versions

    def changed(self, note: Note) -> bool:
        """Whether a prerelease has changed a note."""
        return bool(self._versions) and self._known[note].modified >= self._since + 1

    def retired(self, note: Note) -> bool:
        """Whether a prerelease has taken a note out that learners have."""
        line = self._known[note]
        return (
            note.retired is not None
            and line.retired in self._versions
            and line.released not in self._versions
        )


def _looks(plan: UpdatePlan) -> tuple[str, ...]:
    """The titles of the kinds that learners have, and whose cards look different."""
    before = plan.matching.line_of_type
    titles = {each.note.kind.name: each.note.kind.title for each in plan.notes}
    return tuple(titles[name] for name in plan.restyled if before(name) is not None)


def _texts(build: Build, plan: UpdatePlan) -> dict[str, NoteChange]:
    """What differs between the notes of a build and those of the last release, where that is at hand."""
    latest = plan.matching.ledger.latest
    if latest is None:
        return {}
    try:
        old = release_side(latest.version, Place(build.project)).edition
    except CallError:
        return {}
    return {each.after.guid: each for each in compare(old, notes_of_build(build)).notes}
