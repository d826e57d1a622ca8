"""A learner with an earlier release, who has worked with it, and imports the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from deckgen.commands.verify.rehearsal.learner import ACTS, Learner, a_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deckgen.commands.verify.rehearsal.shown import ShownFiles

Notes = dict[str, dict[str, Any]]


class NewLearner(NamedTuple):
    """What a new learner gets.

    Attributes:
        notes: The notes, by guid.
        cards: The number of cards of each note, by guid.
        names: The names in the note types, by their ids.
    """

    notes: Notes
    cards: dict[str, int]
    names: dict[int, list[str]]


class State(NamedTuple):
    """What a learner has.

    Attributes:
        notes: The notes, by guid.
        cards: The state of each card, by its id.
        reviews: The review log.
        decks: The names of the decks.
        twice: The guids that more than one note has.
    """

    notes: Notes
    cards: dict[int, tuple[Any, ...]]
    reviews: set[tuple[Any, ...]]
    decks: set[str]
    twice: list[str]

    @classmethod
    def of(cls, learner: Learner) -> State:
        """What a learner has now."""
        twice = learner.db("SELECT guid FROM notes GROUP BY guid HAVING count() > 1")
        return cls(
            learner.notes(), learner.cards(), learner.reviews(), learner.decks(), [guid for (guid,) in twice]
        )


class Update:
    """The rehearsal of the update from one earlier release."""

    def __init__(
        self,
        job: dict[str, Any],
        previous: dict[str, Any],
        after: NewLearner,
        shown: ShownFiles,
        folder: Path,
    ) -> None:
        """Prepare.

        Args:
            job: As for `rehearse`.
            previous: The earlier release.
            after: What a new learner gets.
            shown: The files that cards show.
            folder: The folder of the collection with the earlier release. It is closed.
        """
        self.job, self.previous, self.after, self.shown, self.folder = job, previous, after, shown, folder

    def work(self) -> None:
        """Work with the earlier release, as learners do who import the package afterwards."""
        learner = Learner(self.folder)
        self.before, self.names = learner.notes(), learner.names()
        self.acts = self._acts()
        times = {}
        for guid, what in self.acts.items():
            changed = self._changed(guid)
            mod = self.after.notes[guid]["mod"] if changed else self.before[guid]["mod"]
            times[self.before[guid]["id"]] = mod - 1 if changed and what != "edit later" else mod + 1
        learner.act({self.before[guid]["id"]: what for guid, what in self.acts.items()}, times)
        self.mine = State.of(learner)
        learner.close()

    def run(self, folder: Path, *, merge: bool) -> dict[str, Any]:
        """Import the package, and compare.

        Args:
            folder: Where to put a copy of the collection meanwhile.
            merge: Whether the learner has ticked *merge note types*.
        """
        with a_copy(self.folder, folder) as learner:
            log = learner.take(self.job["package"], merge=merge)
            now = State.of(learner)
            lost = [*lost_work(self.mine, now, {note["id"]: guid for guid, note in self.before.items()})]
            held, missing, lost_texts = self._compare_notes(now.notes)
            older = {guid for guid in now.notes if not self._is_new(guid, now.notes)}
            count, wrong = self.shown.wrong(learner, self.job["media"], self.previous["media"], older)
            empty = learner.empty_cards()
            cleanup = self._clean_up(learner, now) if self.job["cleanup"] else None
        names = self.after.names
        return {
            "previous": self.previous["name"],
            "options": "merge" if merge else "default",
            "new": log["new"],
            "updated": log["updated"],
            "untouched": log["duplicate"] - len(held),
            "held_back": held,
            "conflicting": log["conflicting"],
            "renamed": any(names.get(number, parts) != parts for number, parts in self.names.items()),
            "not_arrived": missing,
            "empty_cards": len(empty),
            "lost": [*lost, *lost_texts],
            "cleanup": cleanup,
            "files": count,
            "wrong_files": wrong,
        }

    def _changed(self, guid: str) -> bool:
        """Whether the package sends a note again."""
        after = self.after.notes
        return guid in after and bool(after[guid]["mod"] > self.before[guid]["mod"])

    def _is_new(self, guid: str, now: Notes) -> bool:
        """Whether a learner's note is that of the package."""
        return guid in self.after.notes and bool(now[guid]["text"] == self.after.notes[guid]["text"])

    def _acts(self) -> dict[str, str]:
        """The action on each note: each action is done on notes that change, and on others."""
        acts = {}
        counts = [0, 0]
        for guid in sorted(self.before):
            if guid not in self.after.notes:
                acts[guid] = "study"  # a retired note: the cleanup package must find it unchanged
                continue
            changed = self._changed(guid)
            acts[guid] = ACTS[counts[changed] % len(ACTS)]
            counts[changed] += 1
        return acts

    def _compare_notes(self, now: Notes) -> tuple[list[str], list[str], list[tuple[str, str]]]:
        """The guids of the notes that were held back, and of those whose text has not arrived; the losses."""
        held, missing, lost = [], [], []
        for guid, note in self.mine.notes.items():
            if guid not in now:
                lost.append((guid, "the note is lost"))
            elif not self._changed(guid):
                if now[guid]["text"] != note["text"]:
                    lost.append((guid, "the learner's edit is lost, although the note did not change"))
            elif self.acts[guid] == "edit later":
                held.append(guid)
                if now[guid]["text"] != note["text"]:
                    lost.append((guid, "the learner's edit from after the build is lost"))
            elif now[guid]["text"] != self.after.notes[guid]["text"]:
                missing.append(guid)
        missing += [guid for guid in self.after.notes if guid not in now]
        return held, missing, lost

    def _clean_up(self, learner: Learner, before: State) -> dict[str, int]:
        """Import the cleanup package; returns how many notes it has tagged, and its other changes."""
        learner.take(self.job["cleanup"])
        now = learner.notes()
        tagged = sum(self.job["retired"] in now[guid]["text"][1] for guid in before.notes)
        return {
            "tagged": tagged,
            "cards_added": len(set(learner.cards()) - set(before.cards)),
            "decks_added": len(learner.decks() - before.decks),
        }


def lost_work(mine: State, now: State, guids: dict[int, str]) -> Iterator[tuple[str, str]]:
    """What an import has taken from a learner's work on cards, each as (guid of the note, description).

    The guid is empty if there is no note.

    Args:
        mine: What they had.
        now: What they have.
        guids: The guids of the notes, by their ids.
    """
    for card, was in mine.cards.items():
        if card not in now.cards:
            yield guids.get(was[0], ""), f"card {was[1] + 1} is lost"
        elif now.cards[card] != was:
            yield guids.get(was[0], ""), f"card {was[1] + 1} has a different schedule, flag or deck"
    gone = mine.reviews - now.reviews
    if gone:
        yield "", f"{len(gone)} entries of the review log are lost"
    for name in sorted(mine.decks - now.decks):
        yield "", f"the deck `{name}` is lost"
    for guid in now.twice:
        yield guid, "the note is duplicated"


def later_update(package: str, folder: Path, to: Path) -> dict[str, Any]:
    """Import a package with further changes, and say what that has done to a learner who has studied.

    Args:
        package: Its path.
        folder: The folder of the collection with an earlier release. It is closed.
        to: Where to put a copy of it meanwhile.
    """
    with a_copy(folder, to) as learner:
        learner.study([card for (card,) in learner.db("SELECT id FROM cards")])
        mine = State.of(learner)
        log = learner.take(package)
        now = State.of(learner)
    guids = {note["id"]: guid for guid, note in mine.notes.items()}
    gone = [(guid, "the note is lost") for guid in mine.notes if guid not in now.notes]
    return {
        "new": log["new"],
        "updated": log["updated"],
        "untouched": log["duplicate"],
        "conflicting": log["conflicting"],
        "texts": [
            guid
            for guid, note in mine.notes.items()
            if guid in now.notes and now.notes[guid]["text"] != note["text"]
        ],
        "lost": [*gone, *lost_work(mine, now, guids)],
    }
