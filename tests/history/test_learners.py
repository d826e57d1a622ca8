"""Any author and any learners: what the real Anki makes of a deck's releases, one after the other.

Authors do what the source allows, learners what Anki lets them do, and each learner's collection is compared
with what the promise says: learners keep their work, and get every note that changed since they touched it.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.history.author import CHAPTERS, FORMS, KINDS, PICTURES, Author, Released, Source, Written
from tests.history.learner import Learner

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="learners need a clock of their own: libfaketime"
)

START = 1_680_000_000  # seconds since 1970

AUTHORS = (
    "add edit retag retag_chapter retag_deck rename retire bring_back change_picture another_cloze "
    "change_theme change_face reorder grow move_picture shrink_picture lfs_pointer reformat hotfix "
    "lost_ledger"
).split()
LEARNERS = ("study", "suspend", "flag", "move", "delete note", "delete card", "tag", "edit", "style", "alter")
RARELY = 0.3
"""How often something happens that is slow, or that leaves little to compare."""
LONG = bool(os.environ.get("DECKGEN_SOAK"))


@dataclass
class Collection:
    """A learner, and what the promise says that the collection holds."""

    learner: Learner
    notes: dict[str, tuple[int, str, list[str]]] = field(default_factory=dict)
    """When each note was last changed, by its author or the learner; its fields; its tags."""
    css: dict[str, tuple[int, str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    """The cards that the learner has deleted."""
    retired: set[str] = field(default_factory=set)
    """The notes of which the learner has imported a cleanup."""
    types: dict[str, str] = field(default_factory=dict)
    """The note type of each note, as its author has it."""
    altered: set[str] = field(default_factory=set)
    """The note types whose fields or cards the learner has changed."""
    stuck: set[str] = field(default_factory=set)
    """The notes with a note type that is no longer the author's: imports skip them."""
    merged: set[str] = field(default_factory=set)
    """The note types of which the learner has merged what was changed: little is promised of their notes."""

    def take(self, made: Released, now: int, *, merge: bool) -> None:
        """Import a release, and compare everything with what it should be."""
        before = self.learner.at(now, "state")
        log = self.learner.at(now, "take", str(made.path), merge)
        after = self.learner.at(now, "state")
        guids = {guid: made.note(guid) for guid in made.changed}
        if merge:
            self.merged |= self.altered & made.styled.keys()
            self.merged |= {self.types[guid] for guid in self.stuck & guids.keys()}
        # a cleanup holds no images
        gone = made.changed.keys() if made.opened.about["cleanup"] else set()
        assert set(after["lacking"]) <= self.retired | gone
        self._check_kept(before, after)
        if not log:
            # Anki joins no clozes with what has none, and says so
            assert merge
            assert self.merged
            assert after == before
            return
        expected = {"new": 0, "updated": 0, "duplicate": 0, "conflicting": 0}
        added = set()
        for guid, changed in made.changed.items():
            fields, tags, cards, note_type = guids[guid]
            held = self.notes.get(guid)
            if note_type in self.merged:
                self.types[guid] = note_type
                continue
            if guid in self.stuck:
                expected["conflicting"] += 1
                continue
            expected["new" if held is None else "updated" if changed > held[0] else "duplicate"] += 1
            if held is None or changed > held[0]:
                self.notes[guid] = (changed, fields, tags)
                self.types[guid] = note_type
            added |= set(cards) - set(before["cards"])
        if self.merged & made.styled.keys():
            assert sum(log.values()) == len(made.changed)
            assert all(log[name] >= count for name, count in expected.items()), (log, expected)
        else:
            assert log == expected
        self._check_styles(made, after, now, merge=merge)
        self._check_notes(before, after, added)
        self.retired |= gone
        if not self.altered and not self.merged:
            assert set(after["types"]) - set(before["types"]) <= set(made.styled)

    def _check_kept(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """What an import never takes, whatever a learner has done to note types."""
        assert after["reviews"] == before["reviews"]
        assert {card: work for card, work in after["work"].items() if card in before["work"]} == before[
            "work"
        ]
        assert len(after["guids"]) == len(set(after["guids"]))
        assert set(before["guids"]) <= set(after["guids"])
        assert set(before["decks"]) <= set(after["decks"])

    def _check_styles(self, made: Released, after: dict[str, Any], now: int, *, merge: bool) -> None:
        """The note types look as the later of author and learner has it."""
        for number, styled in made.styled.items():
            held_css = self.css.get(number)
            if held_css is not None and number in self.altered:
                continue
            if held_css is None or styled > held_css[0]:
                types = made.opened.note_types.values()
                self.css[number] = (styled, next(each["css"] for each in types if str(each["id"]) == number))
            if merge and held_css is not None:
                # merging counts as a change by the learner, whether there is something to merge or not
                self.css[number] = (now, self.css[number][1])
        mine = {number: css for number, (_, css) in self.css.items() if number not in self.merged}
        assert {number: after["css"][number] for number in mine} == mine

    def _check_notes(self, before: dict[str, Any], after: dict[str, Any], added: set[str]) -> None:
        """The notes say what the later of author and learner has written, and have their cards."""
        open_ = {guid for guid, note_type in self.types.items() if note_type in self.merged}
        self.notes |= {guid: tuple(note) for guid, note in after["notes"].items() if guid in open_}
        texts = {guid: (fields, sorted(tags)) for guid, (_, fields, tags) in after["notes"].items()}
        assert texts == {guid: (fields, sorted(tags)) for guid, (_, fields, tags) in self.notes.items()}
        was, now = (
            {card: work for card, work in state["cards"].items() if card.split()[0] not in open_}
            for state in (before, after)
        )
        assert {card: work for card, work in now.items() if card in was} == was
        made_again = set(now) - set(was) - added
        assert added <= set(now)
        # where a card template wakes, Anki makes the missing cards of all notes that fill it: ones that the
        # learner has deleted, and those of retired notes, which a cleanup brings without any
        assert {card for card in made_again if card.split()[0] not in self.retired} <= self.deleted

    def adopt(self, before: dict[str, Any], now: int) -> None:
        """What the learner has done to note types, as it is afterwards."""
        left = self.learner.at(now, "state")
        self.deleted |= set(before["cards"]) - set(left["cards"])
        self.notes = {
            guid: (now, *left["notes"][guid][1:]) if guid in self.stuck else note
            for guid, note in self.notes.items()
            if guid in left["notes"]
        }

    def alter(self, what: str, number: str, now: int, *arguments: object) -> None:
        """Add a field to a note type, or delete one of its card types."""
        before = self.learner.at(now, "state")
        if self.learner.at(now, what, number, *arguments):
            if number not in self.altered:
                # later notes come with a note type of their own, which is the author's
                self.stuck |= {guid for guid in self.notes if self.types[guid] == number}
            self.altered.add(number)
            self.adopt(before, now)

    def turn(self, guid: str, now: int) -> None:
        """Give a note another note type."""
        before = self.learner.at(now, "state")
        if self.learner.at(now, "turn", guid, "Basic"):
            self.stuck.add(guid)
            self.adopt(before, now)


@pytest.fixture(autouse=True)
def _own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever time a test sets, the next one has its own."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(START))


class Histories(RuleBasedStateMachine):
    """Authors and learners in any order; learners begin with the first release."""

    learners: tuple[Learner, ...] = ()

    @initialize(seed=st.integers(0, 1 << 16))
    def begin(self, seed: int) -> None:
        """A deck, its first release, and learners without it."""
        self.folder = Path(tempfile.mkdtemp(prefix="deckgen-histories-"))
        self.random = random.Random(seed)  # noqa: S311 (which note a rule picks)
        self.author = Author(self.folder / "deck")
        self.now = START
        self.collections = []
        for number, learner in enumerate(self.learners):
            learner.at(self.now, "open", str(self.folder / f"learner{number}"))
            self.collections.append(Collection(learner))
        self.author.release(self.tick())

    def tick(self) -> int:
        """A later time."""
        self.now += 1000
        return self.now

    def teardown(self) -> None:
        """Leave nothing behind."""
        os.environ.pop("SOURCE_DATE_EPOCH", None)
        for learner in self.learners:
            learner.at(self.now, "close")
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(
        written=st.lists(st.sampled_from(AUTHORS), min_size=3, max_size=12),
        used=st.tuples(*[st.lists(st.sampled_from(LEARNERS), min_size=1, max_size=6)] * 2),
        taken=st.tuples(*[st.sampled_from(["newest", "newest", "newest", "merging", "older", "none"])] * 2),
    )
    def season(self, written: list[str], used: tuple[list[str], ...], taken: tuple[str, ...]) -> None:
        """The author works and releases, the learners study and edit, and import, before or after that."""
        for act in written:
            getattr(self, act)()
        self.author.release(self.tick())
        if self.author.pending:
            self.author.join(whole=self.random.random() < 0.5)
        for collection, acts, which in zip(self.collections, used, taken, strict=True):
            before = self.random.randrange(len(acts) + 1)
            for number, act in enumerate([*acts[:before], "", *acts[before:]]):
                if number == before:
                    self.take(collection, which)
                elif collection.notes:
                    self.act(collection, act)

    def take(self, collection: Collection, which: str) -> None:
        """A learner imports a package: of the last release, an older one, or none."""
        releases = self.author.releases
        if which == "none":
            return
        made = self.random.choice(releases) if which == "older" else self.random.choice(releases[-2:])
        collection.take(made, self.tick(), merge=which == "merging")

    # ------------------------------------------------------------------------------------------- author

    @property
    def source(self) -> Source:
        """What the author has written."""
        return self.author.source

    def some(self, **asked: object) -> Written:
        """One of the author's notes that are in the deck; those of the beginning always are."""
        notes = [note for note in self.source.all() if not note.retired]
        notes = [note for note in notes if all(getattr(note, name) == value for name, value in asked.items())]
        return self.random.choice(notes)

    def add(self) -> None:
        """A new note, anywhere."""
        self.author.add(self.random.choice(CHAPTERS), self.random.choice(KINDS), self.random.randrange(10))

    def edit(self) -> None:
        """Another text."""
        self.some().text = self.author.another_text()

    def retag(self) -> None:
        """A tag more or less."""
        note = self.some()
        note.tags = tuple({*note.tags} ^ {self.random.choice(["x", "y::z"])})

    def retag_chapter(self) -> None:
        """A tag of a chapter."""
        tags, chapter = self.source.chapter_tags, self.random.choice(CHAPTERS)
        tags[chapter] = () if tags[chapter] else (f"all-{chapter}",)

    def retag_deck(self) -> None:
        """A tag of the deck."""
        self.source.deck_tags = () if self.source.deck_tags else ("all",)

    def rename(self) -> None:
        """Another id, with what it was."""
        self.some().id += "-r"

    def retire(self) -> None:
        """Out of the deck."""
        note = self.some()
        if note.number <= len(KINDS) * len(CHAPTERS):
            return
        if note.released_as:
            note.retired = True
            return
        for notes in self.source.notes.values():
            if note in notes:
                notes.remove(note)

    def bring_back(self) -> None:
        """A retired note again."""
        retired = [note for note in self.source.all() if note.retired]
        if retired:
            self.random.choice(retired).retired = False

    def change_picture(self) -> None:
        """Another picture in the file, which a note shows; nothing may say that it shows the same."""
        self.source.picture += 1
        self.source.same = ""
        self.some().picture = True

    def move_picture(self) -> None:
        """The picture's file elsewhere, or its path written otherwise."""
        at = self.source.picture_at = self.random.choice(PICTURES)
        if self.source.same:
            self.source.same = at.removeprefix("./")

    def shrink_picture(self) -> None:
        """The same picture in other bytes, declared as such; not where it also shows something else."""
        if self.source.picture == self.author.kept[-1].source.picture:
            file = self.source.picture_at.removeprefix("./")
            self.source.smaller += 1
            self.source.same = self.random.choice([file, file.rpartition("/")[0]])
            self.source.because = f"Made smaller, {self.now}."

    def lfs_pointer(self) -> None:
        """A release without the picture's content."""
        self.author.release_pointer(self.tick())

    def lost_ledger(self) -> None:
        """A release without the ledger."""
        if self.random.random() < RARELY:
            self.author.release_without_ledger(self.tick())

    def reformat(self) -> None:
        """The texts written in another way."""
        self.source.form = self.random.choice(FORMS)
        self.source.ends = self.random.choice(["\n", "\r\n"])

    def hotfix(self) -> None:
        """A note mended in one of the last releases, which is merged at once or after the next release."""
        base = self.random.choice(self.author.kept)
        notes = [note.number for note in base.source.all() if not note.retired]
        if self.author.pending or self.random.random() > RARELY:
            return
        self.author.hotfix(base, self.random.choice(notes), self.tick())
        if self.random.random() < 0.5:
            self.author.join(whole=self.random.random() < 0.5)

    def another_cloze(self) -> None:
        """A second cloze."""
        self.some(kind="takeaways").second = True

    def change_theme(self) -> None:
        """Another theme."""
        self.source.css += 1

    def change_face(self) -> None:
        """Another face of a kind."""
        self.source.face += 1

    def reorder(self) -> None:
        """A chapter's notes in another order."""
        self.random.shuffle(self.source.notes[self.random.choice(CHAPTERS)])

    def grow(self) -> None:
        """A key more for the own kind, and a card that asks for it."""
        self.source.grown = 1
        note = self.some(kind="laws")
        note.hint = f"Hint {note.text}."

    # ----------------------------------------------------------------------------------------- learners

    def act(self, collection: Collection, what: str) -> None:
        """Do something with one of the notes that a learner has."""
        # merging may leave notes with fewer fields than their note type has, which Anki lets nobody edit
        whole = [guid for guid in collection.notes if collection.types[guid] not in collection.merged]
        if not whole:
            return
        guid, now = self.random.choice(sorted(whole)), self.tick()
        _, fields, tags = collection.notes[guid]
        if what == "tag":
            collection.learner.at(now, "tag", guid, "mine")
            collection.notes[guid] = (now, fields, sorted({*tags, "mine"}))
        elif what == "edit":
            collection.learner.at(now, "edit", guid, " (mine)")
            parts = fields.split("\x1f")
            parts[1] += " (mine)"
            collection.notes[guid] = (now, "\x1f".join(parts), tags)
        elif what == "alter":
            self.alter(collection, guid, now)
        elif what == "style" and collection.css.keys() - collection.merged:
            number = self.random.choice(sorted(collection.css.keys() - collection.merged))
            collection.learner.at(now, "style", number, "\n/* mine */")
            collection.css[number] = (now, collection.css[number][1] + "\n/* mine */")
        elif what != "style":
            before = collection.learner.at(now, "state")["cards"]
            collection.learner.at(now, "work", what, guid)
            left = collection.learner.at(now, "state")
            collection.deleted |= set(before) - set(left["cards"])
            collection.notes = {
                name: note for name, note in collection.notes.items() if name in left["notes"]
            }
            collection.stuck &= collection.notes.keys()

    def alter(self, collection: Collection, guid: str, now: int) -> None:
        """Change a note type, or give a note another one; few learners do."""
        number = self.random.choice(sorted(collection.css))
        how = self.random.choice(["field", "template", "turn"])
        if self.random.random() > RARELY or number in collection.merged:
            return
        if how == "turn":
            collection.turn(guid, now)
        else:
            collection.alter(how, number, now, *[self.random.randrange(2)] * (how == "template"))


def test_no_history_costs_a_learner_anything(tmp_path: Path) -> None:
    """Whatever authors and learners do, an import takes nothing from learners and brings all that is new."""
    Histories.learners = tuple(Learner(tmp_path / f"clock{number}") for number in range(2))
    try:
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=150 if LONG else 18,
                stateful_step_count=30 if LONG else 10,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        for learner in Histories.learners:
            learner.stop()


@pytest.mark.parametrize(
    ("changed", "back"),
    [(("field",), "plus"), (("template", 0), "plus"), (("turn", "Basic"), "Sim - Definition")],
)
def test_a_learner_who_has_changed_a_note_type_can_go_back(
    changed: tuple[object, ...], back: str, tmp_path: Path
) -> None:
    """As docs/updates.md says: their notes get the author's note type, and then what the author changes."""
    author, learner = Author(tmp_path / "deck"), Learner(tmp_path / "clock")
    what, *arguments = changed
    note = next(each for each in author.source.all() if each.kind == "definitions")

    def release(at: int) -> Path:
        note.text = author.another_text()
        author.release(START + at)
        return author.releases[-1].path

    def take(at: int, path: Path) -> dict[str, int]:
        log: dict[str, int] = learner.at(START + at, "take", str(path), 0)
        return log

    try:
        learner.at(START, "open", str(tmp_path / "learner"))
        take(100, release(0))
        made = author.releases[0]
        guid = next(guid for guid, name in made.opened.about["notes"].items() if name == note.id)
        learner.at(START + 200, "work", "study", guid)
        number = made.note(guid)[3]
        assert learner.at(START + 300, str(what), guid if what == "turn" else number, *arguments)
        assert take(500, release(400))["conflicting"] == (1 if what == "turn" else 2)
        of_it = {name for name in made.changed if made.note(name)[3] == number}
        for name in of_it if back == "plus" else [guid]:
            assert learner.at(START + 600, "turn", name, "Sim - Definition+" if back == "plus" else back)
        before = learner.at(START + 700, "state")
        log = take(900, release(800))
        after = learner.at(START + 1000, "state")
        assert (log["updated"], log["conflicting"]) == (1, 0)
        assert after["notes"][guid][1] == author.releases[-1].note(guid)[0]
        assert after["reviews"] == before["reviews"]
        assert {card: after["work"][card] for card in before["work"]} == before["work"]
    finally:
        learner.stop()
