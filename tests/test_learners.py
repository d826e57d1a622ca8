"""Any author and any learners: what the real Anki makes of a deck's releases, one after the other.

Authors do what the source allows, learners what Anki lets them do, and each learner's collection is compared
with what the promise says: learners keep their work, and get every note that changed since they touched it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from deckgen.release import release
from tests.conftest import Opened, open_package, write_project
from tests.faults import PNG
from tests.learner import Learner

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="learners need a clock of their own: libfaketime"
)

START = 1_680_000_000  # seconds since 1970
KINDS = ("takeaways", "definitions", "laws")
CHAPTERS = ("a", "b")

AUTHORS = (
    "add edit retag retag_chapter retag_deck rename retire bring_back change_picture another_cloze "
    "change_theme change_face reorder grow"
).split()
LEARNERS = ("study", "suspend", "flag", "move", "delete note", "delete card", "tag", "edit", "style")
LONG = bool(os.environ.get("DECKGEN_SOAK"))


@dataclass(eq=False)
class Written:
    """A note as its author has it."""

    number: int
    kind: str
    id: str
    text: int = 0
    tags: tuple[str, ...] = ()
    second: bool = False
    picture: bool = False
    hint: str = ""
    retired: bool = False
    released_as: str = ""

    def content(self, deck: Author) -> tuple[object, ...]:
        """All that the author wrote for it, and that a learner should get when it changes."""
        picture = deck.picture if self.picture else 0
        hint = self.hint if self.kind == "laws" else ""
        return (self.text, self.second, picture, hint, tuple(sorted({*self.tags, *deck.tags_of(self)})))

    def yaml(self) -> str:
        """Its source."""
        lines = [f"  - id: {self.id}"]
        if self.released_as not in {"", self.id}:
            lines.append(f"    was: {self.released_as}")
        if self.retired:
            lines.append("    retired: |\n      Enough of it.")
        if self.tags:
            lines.append(f"    tags: [{', '.join(self.tags)}]")
        shown = f"Text {self.text}." + (" ![](media/a.png)" if self.picture else "")
        if self.kind == "takeaways":
            second = " And {{c2::that}}." if self.second else ""
            lines.append(f"    text: |\n      Number {self.number} is {{{{c1::this}}}}.{second} {shown}")
        elif self.kind == "definitions":
            lines.append(f"    term: Term {self.number}\n    definition: |\n      {shown}")
        else:
            lines.append(f"    name: Law {self.number}\n    rule: |\n      {shown}")
            if self.hint:
                lines.append(f"    hint: |\n      {self.hint}")
        return "\n".join(lines) + "\n"


@dataclass
class Released:
    """A package of a release, and what was true of it."""

    version: str
    path: Path
    opened: Opened
    changed: dict[str, int]
    """When each of its notes last changed, by guid."""
    styled: dict[str, int]
    """When each of its note types last changed, by id."""

    def note(self, guid: str) -> tuple[str, list[str], list[str]]:
        """A note's fields, tags and cards."""
        row = next(each for each in self.opened.notes if each["guid"] == guid)
        cards = [f"{guid} {card['ord']}" for card in self.opened.cards if card["nid"] == row["id"]]
        return row["flds"], row["tags"].split(), cards


class Author:
    """A deck in the making."""

    def __init__(self, folder: Path) -> None:
        """Begin with a note of each kind in each chapter."""
        self.folder = folder
        self.notes: dict[str, list[Written]] = {"a": [], "b": []}
        self.count = 0
        self.deck_tags: tuple[str, ...] = ()
        self.chapter_tags: dict[str, tuple[str, ...]] = {"a": (), "b": ()}
        self.css = self.face = self.grown = self.picture = 0
        self.releases: list[Released] = []
        self._guids: dict[int, str] = {}
        self._dues: dict[str, int] = {}
        self._contents: dict[int, tuple[object, ...]] = {}
        self._changed: dict[int, int] = {}
        self._styles: dict[str, tuple[object, ...]] = {}
        self._styled: dict[str, int] = {}
        for chapter in CHAPTERS:
            for kind in KINDS:
                self.add(chapter, kind, 99)

    def all(self) -> list[Written]:
        """All notes, in their order."""
        return [note for chapter in CHAPTERS for note in self.notes[chapter]]

    def tags_of(self, note: Written) -> tuple[str, ...]:
        """The tags that a note has from the deck and its chapter."""
        chapter = next(chapter for chapter in CHAPTERS if note in self.notes[chapter])
        return self.deck_tags + self.chapter_tags[chapter]

    def add(self, chapter: str, kind: str, place: int) -> None:
        """Add a note to a chapter, at a place among its kind's."""
        self.count += 1
        self.notes[chapter].insert(place, Written(self.count, kind, f"n{self.count}"))

    def write(self) -> None:
        """Write the source."""
        files: dict[str, str | bytes] = {
            "source/deck.yaml": f"id: sim\ntitle: Sim\ntags: [{', '.join(self.deck_tags)}]\n"
            if self.deck_tags
            else "id: sim\ntitle: Sim\n",
            "source/media/a.png": PNG + bytes([self.picture]),
            "templates/base/theme.css.j2": f".card {{ margin: {self.css}px; }}\n",
            **self._kind(),
        }
        for chapter in CHAPTERS:
            text = f"deck: {chapter}\n"
            if self.chapter_tags[chapter]:
                text += f"tags: [{', '.join(self.chapter_tags[chapter])}]\n"
            # a section holds one kind; the order within a chapter is that of the sections then
            for kind in KINDS:
                notes = [note.yaml() for note in self.notes[chapter] if note.kind == kind]
                text += f"{kind}:\n{''.join(notes)}"
            files[f"source/{chapter}.yaml"] = text
        (self.folder / "source/one.yaml").unlink(missing_ok=True)
        write_project(self.folder, files)
        (self.folder / "source/one.yaml").unlink()

    def _kind(self) -> dict[str, str | bytes]:
        """A kind of the deck's own, which may grow."""
        hint = "  hint: {type: markdown}\n" if self.grown else ""
        field_3 = "{name: Hint, id: 3, from: hint}" if self.grown else "{name: Reserve 1, id: 3}"
        card_2 = (
            "{name: By Hint, id: 2, face: hint}" if self.grown else "{name: R, id: 2, reserve: Reserve 1}"
        )
        files: dict[str, str | bytes] = {
            "templates/law/kind.yaml": "title: Law\nsection: laws\ntype: normal\nkeys:\n"
            "  name: {type: text, required: true}\n  rule: {type: markdown, required: true}\n"
            f"{hint}fields:\n"
            "  - {name: Name, id: 1, from: name}\n  - {name: Rule, id: 2, from: rule}\n"
            f"  - {field_3}\n  - {{name: Reserve 2, id: 4}}\n"
            f"cards:\n  - {{name: Card, id: 1, face: card}}\n  - {card_2}\n",
            "templates/law/card.front.html.j2": f"{{{{Name}}}} <!-- {self.face} -->",
            "templates/law/card.back.html.j2": "{{FrontSide}} {{Rule}}",
        }
        if self.grown:
            files["templates/law/hint.front.html.j2"] = "{{#Hint}}{{Hint}}{{/Hint}}"
            files["templates/law/hint.back.html.j2"] = "{{FrontSide}} {{Name}}"
        return files

    def release(self, now: int) -> None:
        """Release what there is: a package, and one of the retired notes if there are any."""
        self.write()
        version = f"{len(self.releases) + 1}.0"
        os.environ["SOURCE_DATE_EPOCH"] = str(now)
        made = release(self.folder, version)
        errors = [each for each in made.build.diagnostics if each.level == "error"]
        assert not errors, errors
        opened = open_package(made.folder / made.files[0])
        by_id = {name: guid for guid, name in opened.about["notes"].items()}
        assert sorted(by_id) == sorted(note.id for note in self.all() if not note.retired)
        first = {note.number for note in self.all() if not note.released_as}
        self._check_places(first)
        changed = {}
        for note in self.all():
            content = () if note.retired else note.content(self)
            if self._contents.get(note.number) != content:
                self._changed[note.number] = now
            self._contents[note.number] = content
            guid = self._guids.setdefault(note.number, by_id.get(note.id, ""))
            assert by_id.get(note.id, guid) == guid
            changed[guid] = self._changed[note.number]
            note.released_as = note.id
        styled = {}
        for name, note_type in opened.note_types.items():
            style = (self.css, self.face, self.grown) if name == "Sim - Law" else (self.css,)
            if self._styles.get(name) != style:
                self._styled[name] = now
            self._styles[name] = style
            styled[str(note_type["id"])] = self._styled[name]
        paths = [made.folder / name for name in made.files if name.endswith(".apkg")]
        for path in paths:
            package = open_package(path)
            guids = {each["guid"] for each in package.notes}
            mine = {guid: when for guid, when in changed.items() if guid in guids}
            types = {number: when for number, when in styled.items() if number in package.type_ids()}
            self.releases.append(Released(version, path, package, mine, types))

    def _check_places(self, first: set[int]) -> None:
        """Each new note's place lies between those of its neighbours in the source."""
        lines = (self.folder / "source/ledger.jsonl").read_text(encoding="utf-8").splitlines()
        dues = {line["note"]: line["due"] for line in map(json.loads, lines) if "note" in line}
        by_guid = {line["guid"]: line["due"] for line in map(json.loads, lines) if "note" in line}
        assert by_guid.items() >= self._dues.items()
        self._dues = by_guid
        order = [
            note
            for chapter in CHAPTERS
            for kind in KINDS
            for note in self.notes[chapter]
            if note.kind == kind
        ]
        order = [note for note in order if note.id in dues]
        for place, note in enumerate(order):
            if note.number not in first:
                continue
            before = next((dues[each.id] for each in reversed(order[:place]) if each.number not in first), 0)
            after = next((dues[each.id] for each in order[place:] if each.number not in first), None)
            assert before <= dues[note.id]
            if after is not None and after > before:
                assert dues[note.id] <= after


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

    def take(self, made: Released, now: int, *, merge: bool) -> None:
        """Import a release, and compare everything with what it should be."""
        before = self.learner.at(now, "state")
        log = self.learner.at(now, "take", str(made.path), merge)
        after = self.learner.at(now, "state")
        expected = {"new": 0, "updated": 0, "duplicate": 0, "conflicting": 0}
        cards = dict(before["cards"])
        added = set()
        for guid, changed in made.changed.items():
            fields, tags, ordinals = made.note(guid)
            held = self.notes.get(guid)
            expected["new" if held is None else "updated" if changed > held[0] else "duplicate"] += 1
            if held is None or changed > held[0]:
                self.notes[guid] = (changed, fields, tags)
            added |= set(ordinals) - set(cards)
        for number, styled in made.styled.items():
            held_css = self.css.get(number)
            if held_css is None or styled > held_css[0]:
                types = made.opened.note_types.values()
                self.css[number] = (styled, next(each["css"] for each in types if str(each["id"]) == number))
            if merge and held_css is not None:
                # merging counts as a change by the learner, whether there is something to merge or not
                self.css[number] = (now, self.css[number][1])
        assert log == expected
        assert len(after["guids"]) == len(set(after["guids"]))
        texts = {guid: (fields, sorted(tags)) for guid, (_, fields, tags) in after["notes"].items()}
        assert texts == {guid: (fields, sorted(tags)) for guid, (_, fields, tags) in self.notes.items()}
        assert after["reviews"] == before["reviews"]
        assert {card: work for card, work in after["cards"].items() if card in cards} == cards
        made_again = set(after["cards"]) - set(cards) - added
        assert added <= set(after["cards"])
        # where a card template wakes, Anki makes the missing cards of all notes that fill it: ones that the
        # learner has deleted, and those of retired notes, which a cleanup brings without any
        assert {card for card in made_again if card.split()[0] not in self.retired} <= self.deleted
        if made.opened.about["cleanup"]:
            self.retired |= made.changed.keys()
        assert {number: after["css"][number] for number in self.css} == {
            number: css for number, (_, css) in self.css.items()
        }
        assert set(before["decks"]) <= set(after["decks"])
        assert set(after["types"]) - set(before["types"]) <= set(made.styled)


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

    def some(self, **asked: object) -> Written:
        """One of the author's notes that are in the deck; those of the beginning always are."""
        notes = [note for note in self.author.all() if not note.retired]
        notes = [note for note in notes if all(getattr(note, name) == value for name, value in asked.items())]
        return self.random.choice(notes)

    def add(self) -> None:
        """A new note, anywhere."""
        self.author.add(self.random.choice(CHAPTERS), self.random.choice(KINDS), self.random.randrange(10))

    def edit(self) -> None:
        """Another text."""
        self.some().text += 1

    def retag(self) -> None:
        """A tag more or less."""
        note = self.some()
        note.tags = tuple({*note.tags} ^ {self.random.choice(["x", "y::z"])})

    def retag_chapter(self) -> None:
        """A tag of a chapter."""
        tags, chapter = self.author.chapter_tags, self.random.choice(CHAPTERS)
        tags[chapter] = () if tags[chapter] else (f"all-{chapter}",)

    def retag_deck(self) -> None:
        """A tag of the deck."""
        self.author.deck_tags = () if self.author.deck_tags else ("all",)

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
        for notes in self.author.notes.values():
            if note in notes:
                notes.remove(note)

    def bring_back(self) -> None:
        """A retired note again."""
        retired = [note for note in self.author.all() if note.retired]
        if retired:
            self.random.choice(retired).retired = False

    def change_picture(self) -> None:
        """Another picture in the file, which a note shows."""
        self.author.picture += 1
        self.some().picture = True

    def another_cloze(self) -> None:
        """A second cloze."""
        self.some(kind="takeaways").second = True

    def change_theme(self) -> None:
        """Another theme."""
        self.author.css += 1

    def change_face(self) -> None:
        """Another face of a kind."""
        self.author.face += 1

    def reorder(self) -> None:
        """A chapter's notes in another order."""
        self.random.shuffle(self.author.notes[self.random.choice(CHAPTERS)])

    def grow(self) -> None:
        """A key more for the own kind, and a card that asks for it."""
        self.author.grown = 1
        note = self.some(kind="laws")
        note.hint = f"Hint {note.text}."

    # ----------------------------------------------------------------------------------------- learners

    def act(self, collection: Collection, what: str) -> None:
        """Do something with one of the notes that a learner has."""
        guid, now = self.random.choice(sorted(collection.notes)), self.tick()
        _, fields, tags = collection.notes[guid]
        if what == "tag":
            collection.learner.at(now, "tag", guid, "mine")
            collection.notes[guid] = (now, fields, sorted({*tags, "mine"}))
        elif what == "edit":
            collection.learner.at(now, "edit", guid, " (mine)")
            parts = fields.split("\x1f")
            parts[1] += " (mine)"
            collection.notes[guid] = (now, "\x1f".join(parts), tags)
        elif what == "style":
            number = self.random.choice(sorted(collection.css))
            collection.learner.at(now, "style", number, "\n/* mine */")
            collection.css[number] = (now, collection.css[number][1] + "\n/* mine */")
        else:
            before = collection.learner.at(now, "state")["cards"]
            collection.learner.at(now, "work", what, guid)
            left = collection.learner.at(now, "state")
            collection.deleted |= set(before) - set(left["cards"])
            collection.notes = {
                name: note for name, note in collection.notes.items() if name in left["notes"]
            }


def test_no_history_costs_a_learner_anything(tmp_path: Path) -> None:
    """Whatever authors and learners do, an import takes nothing from learners and brings all that is new."""
    Histories.learners = tuple(Learner(tmp_path / f"clock{number}") for number in range(2))
    try:
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=150 if LONG else 20,
                stateful_step_count=30 if LONG else 10,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        for learner in Histories.learners:
            learner.stop()
