"""What learners get in a release, as values; `entry` puts them into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.diff.compare import compare
from deckgen.commands.diff.edition import notes_of_build
from deckgen.commands.diff.sides import Place, release_side
from deckgen.diagnostics import CallError
from deckgen.history.consequences import MERGING
from deckgen.history.plan import in_short

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.build import Build
    from deckgen.commands.diff.compare import NoteChange
    from deckgen.commands.diff.edition import Edition
    from deckgen.history.consequences import Consequence
    from deckgen.history.plan import StampedNote, UpdatePlan

_TO_DO = MERGING | {"changed_deck", "moved_cloze", "dead_cards"}
"""The consequences after which learners have to do something."""


@dataclass(frozen=True)
class Changes:
    """What learners get in a release.

    Attributes:
        since: The version of the last release, or that of an adopted package; empty if there is neither.
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

    since: str
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
    def first(self) -> bool:
        """Whether it is the first release."""
        return not self.since

    @property
    def to_do(self) -> list[Consequence]:
        """The consequences after which learners have to do something."""
        return [each for each in self.consequences if each.name in _TO_DO]

    @property
    def merging(self) -> bool:
        """Whether learners have to merge note types, and lose their own edits."""
        return any(each.name in MERGING for each in self.consequences)

    def as_json(self) -> dict[str, list[str] | None]:
        """The ids of the notes, by what learners get; None where there was no release before."""
        groups = {"new": self.new, "changed": self.changed, "retired": self.retired}
        return {
            name: [each.note.id for each in notes] if self.since else None for name, notes in groups.items()
        }

    def summary(self) -> str:
        """How much it is, for authors, as in "2 new notes, 1 changed (a)"."""
        changed, retired = ([each.note for each in notes] for notes in (self.changed, self.retired))
        return in_short(len(self.new), changed, retired, self.looks)


def find_changes(build: Build, plan: UpdatePlan) -> Changes:
    """What learners who have the last release get in a build without errors.

    The last release may be an earlier one than the ledger ends with: after a merged hotfix, or a prerelease.
    """
    ledger, known = plan.matching.ledger, plan.matching.known
    latest = ledger.latest
    old = _edition_of(latest.version, build) if latest else None
    had = _Had(plan, old)
    live = [each for each in plan.notes if not each.note.retired]
    new = tuple(each for each in live if not had.note(each))
    changed = tuple(each for each in live if had.note(each) and had.other(each))
    texts = {}
    if old and changed:
        texts = {each.after.guid: each for each in compare(old, notes_of_build(build)).notes}
    return Changes(
        latest.version if latest else ledger.adopted_version,
        new,
        changed,
        tuple(each for each in plan.notes if each.note.retired and had.note(each)),
        sum(had.more_cards(each) for each in live if had.note(each)),
        _looks(plan),
        plan.consequences,
        any(set(known[each.note].print.media) - set(plan.prints.of(each.note).media) for each in changed),
        texts,
        plan.notes,
    )


class _Had:
    """What learners have who have the last release."""

    def __init__(self, plan: UpdatePlan, edition: Edition | None) -> None:
        """Prepare, with the last release itself where it is at hand."""
        ledger = plan.matching.ledger
        self._edition = edition
        self._known = plan.matching.known
        self._since = ledger.latest.time if ledger.latest else ledger.adopted_time
        self._later = {each.version for each in ledger.releases if each.time > self._since}

    def note(self, each: StampedNote) -> bool:
        """Whether they have a note, and it was not retired."""
        line = self._known.get(each.note)
        if line is None:
            return False
        if self._edition:
            return each.guid in self._edition.notes
        was_retired = line.retired is not None and line.retired not in self._later
        return line.released not in self._later and not was_retired

    def other(self, each: StampedNote) -> bool:
        """Whether they get a note again, which they have."""
        if self._edition and (old := self._edition.notes[each.guid]).modified:
            return each.modified > old.modified
        return each.modified > self._since

    def more_cards(self, each: StampedNote) -> int:
        """How many cards are new of a note that they have."""
        old = self._edition.notes[each.guid].cards if self._edition else self._known[each.note].ordinals
        return len(set(each.cards) - set(old))


def _looks(plan: UpdatePlan) -> tuple[str, ...]:
    """The titles of the kinds that learners have, and whose cards look different."""
    before = plan.matching.line_of_type
    titles = {each.note.kind.name: each.note.kind.title for each in plan.notes}
    return tuple(titles[name] for name in plan.restyled if before(name) is not None)


def _edition_of(version: str, build: Build) -> Edition | None:
    """A release as learners have it; None where neither its package nor its commit is at hand."""
    try:
        edition = release_side(version, Place(build.project)).edition
    except CallError:
        return None
    return None if edition.errors else edition
