"""An author of a deck: what they write and release, and what each release should mean to learners."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.commands import fix
from deckgen.commands.release.release import Draft, draft, make
from deckgen.diagnostics import CATALOGUE, CallError
from deckgen.project import LEDGER
from tests.conftest import Opened, change, open_package
from tests.faults import PNG, POINTER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.diagnostics import Diagnostic

KINDS = ("takeaways", "definitions", "laws")
CHAPTERS = ("a", "b")
PICTURES = ("media/a.png", "./media/a.png", "media/deep/b.png", "atlas/a.png")
"""Where the picture may lie, as the notes say it."""
FORMS = ("|", "| broken", ">", "> broken", '"')
"""How a text may be written."""
# without its ledger a deck is another one: its retired notes were never released, nor what others were
UNKNOWN = {"lost-ledger", "never-released", "unknown-was"}


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

    def yaml(self, source: Source) -> str:
        """Its source."""
        lines = [f"  - id: {self.id}"]
        if self.released_as not in {"", self.id}:
            lines.append(f"    was: {self.released_as}")
        if self.retired:
            lines.append("    retired: |\n      Enough of it.")
        if self.tags:
            lines.append(f"    tags: [{', '.join(self.tags)}]")
        shown = f"Text {self.text}. So." + (f" ![]({source.picture_at})" if self.picture else "")
        quote = '"' if source.form == '"' else ""
        if self.kind == "takeaways":
            second = " And {{c2::that}}." if self.second else ""
            text = f"Number {self.number} is {{{{c1::this}}}}.{second} {shown}"
            lines.append(f"    text: {source.scalar(text)}")
        elif self.kind == "definitions":
            lines.append(
                f"    term: {quote}Term {self.number}{quote}\n    definition: {source.scalar(shown)}"
            )
        else:
            lines.append(f"    name: {quote}Law {self.number}{quote}\n    rule: {source.scalar(shown)}")
            if self.hint:
                lines.append(f"    hint: {source.scalar(self.hint)}")
        return "\n".join(lines) + "\n"


@dataclass
class Source:
    """All that an author has written."""

    notes: dict[str, list[Written]] = field(default_factory=lambda: {chapter: [] for chapter in CHAPTERS})
    deck_tags: tuple[str, ...] = ()
    chapter_tags: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(CHAPTERS, ()))
    css: int = 0
    face: int = 0
    grown: int = 0
    picture: int = 0
    """What the picture shows."""
    smaller: int = 0
    """How often it was made smaller."""
    picture_at: str = PICTURES[0]
    same: str = ""
    """The file or folder of which the author says that it shows the same; and why."""
    because: str = ""
    form: str = FORMS[0]
    ends: str = "\n"
    edition: int = 0
    """The number of the coming release, so that each gives learners something."""

    def all(self) -> list[Written]:
        """All notes, in their order."""
        return [note for chapter in CHAPTERS for note in self.notes[chapter]]

    def in_order(self) -> list[Written]:
        """All notes, in the order of study: a section holds one kind."""
        return [
            note
            for chapter in CHAPTERS
            for kind in KINDS
            for note in self.notes[chapter]
            if note.kind == kind
        ]

    def content(self, note: Written) -> tuple[object, ...]:
        """All that the author wrote for a note, and that a learner should get when it changes."""
        if note.retired:
            return ()
        chapter = next(chapter for chapter in CHAPTERS if note in self.notes[chapter])
        tags = {*note.tags, *self.deck_tags, *self.chapter_tags[chapter]}
        picture = self.picture if note.picture else None
        hint = note.hint if note.kind == "laws" else ""
        return (note.text, note.second, picture, hint, tuple(sorted(tags)))

    def style(self, name: str) -> tuple[int, ...]:
        """All that the author wrote for a note type."""
        return (self.css, self.face, self.grown) if name == "Sim - Law" else (self.css,)

    def image(self) -> bytes:
        """The picture."""
        return PNG + bytes([self.picture, *[0] * self.smaller])

    def scalar(self, text: str) -> str:
        """A text under a key of a note, in the form of the day."""
        if self.form == '"':
            return json.dumps(text)
        sign, _, broken = self.form.partition(" ")
        text = text.replace(". ", ".\n      ") if broken else text
        return f"{sign}\n      {text}"

    def write(self, folder: Path) -> None:
        """Write it into a deck's folder."""
        manifest = f"id: sim\ntitle: Sim\ndescription: Edition {self.edition}.\n"
        if self.deck_tags:
            manifest += f"tags: [{', '.join(self.deck_tags)}]\n"
        if self.same:
            manifest += f"accept:\n  - code: same-media\n    id: {self.same}\n    because: {self.because}\n"
        texts = {"deck": manifest}
        for chapter in CHAPTERS:
            texts[chapter] = f"deck: {chapter}\n"
            if self.chapter_tags[chapter]:
                texts[chapter] += f"tags: [{', '.join(self.chapter_tags[chapter])}]\n"
            for kind in KINDS:
                notes = [note.yaml(self) for note in self.notes[chapter] if note.kind == kind]
                texts[chapter] += f"{kind}:\n{''.join(notes)}"
        for path in folder.glob("source/**/*.png"):
            path.unlink()
        change(
            folder,
            {
                "templates/base/theme.css.j2": f".card {{ margin: {self.css}px; }}\n",
                **self._kind(),
                **{f"source/{name}.yaml": text.replace("\n", self.ends) for name, text in texts.items()},
                f"source/{self.picture_at}": self.image(),
            },
        )

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

    def note(self, guid: str) -> tuple[str, list[str], list[str], str]:
        """A note's fields, tags, cards and note type."""
        row = next(each for each in self.opened.notes if each["guid"] == guid)
        cards = [f"{guid} {card['ord']}" for card in self.opened.cards if card["nid"] == row["id"]]
        return row["flds"], row["tags"].split(), cards, str(row["mid"])


@dataclass
class State:
    """What a release leaves: the source, the ledger, and what the ledger says as the model has it."""

    source: Source
    version: str = ""
    ledger: str = ""
    changed: dict[int, int] = field(default_factory=dict)
    """When each note last changed, by number."""
    contents: dict[int, tuple[object, ...]] = field(default_factory=dict)
    """What it said then."""
    smaller: dict[int, int] = field(default_factory=dict)
    """How often the picture had been made smaller by then."""
    styles: dict[str, tuple[int, ...]] = field(default_factory=dict)
    styled: dict[str, int] = field(default_factory=dict)

    def next(self, now: int) -> None:
        """Move on by a release."""
        source = self.source
        for note in source.all():
            number, content = note.number, source.content(note)
            same = self.smaller.get(number) == source.smaller or bool(source.same) or not note.picture
            if self.contents.get(number) != content or not (same or note.retired):
                self.changed[number] = now
            self.contents[number] = content
            if not note.retired:
                self.smaller[number] = source.smaller
            note.released_as = note.id


@dataclass
class Hotfix:
    """A release from an older one, in which one note says something else."""

    base: State
    state: State
    note: Written
    time: int


class Author:
    """A deck in the making."""

    def __init__(self, folder: Path) -> None:
        """Begin with a note of each kind in each chapter."""
        self.folder = folder
        self.source = Source()
        self.count = self.texts = 0
        self.releases: list[Released] = []
        self.kept: list[State] = []
        """The last two releases, which a hotfix may begin from."""
        self.hotfixes = 0
        self.pending: Hotfix | None = None
        """The hotfix that the deck does not have yet."""
        self._state = State(self.source)
        self._guids: dict[int, str] = {}
        self._dues: dict[str, int] = {}
        for chapter in CHAPTERS:
            for kind in KINDS:
                self.add(chapter, kind, 99)

    def add(self, chapter: str, kind: str, place: int) -> None:
        """Add a note to a chapter, at a place among its kind's."""
        self.count += 1
        self.source.notes[chapter].insert(place, Written(self.count, kind, f"n{self.count}"))

    def another_text(self) -> int:
        """A text that no note has had."""
        self.texts += 1
        return self.texts

    def release(self, now: int) -> None:
        """Release what there is: a package, and one of the retired notes if there are any."""
        first = {note.number for note in self.source.all() if not note.released_as}
        self.source.edition += 1
        self.source.write(self.folder)
        self._state.version = f"{sum('.0' in made.version for made in self.releases) + 1}.0"
        self._release(self.folder, self._state, now)
        self._check_places(first)
        self.source.same = ""  # it is used up
        self._state.ledger = self._ledger.read_text(encoding="utf-8")
        self.kept = [*self.kept, deepcopy(self._state)][-2:]

    @property
    def _ledger(self) -> Path:
        return self.folder / LEDGER

    def _release(self, folder: Path, state: State, now: int) -> None:
        """Release a deck's folder, and tell what that means."""
        os.environ["SOURCE_DATE_EPOCH"] = str(now)
        made = draft(folder, state.version, allow_dirty=True)
        assert isinstance(made, Draft), _errors(made)
        packages = make(made)
        opened = open_package(packages / made.files[0])
        by_id = {name: guid for guid, name in opened.about["notes"].items()}
        shown = [note for note in state.source.all() if not note.retired]
        assert sorted(by_id) == sorted(note.id for note in shown)
        if any(note.picture for note in shown):
            assert state.source.image() in opened.members.values()
        state.next(now)
        changed = {}
        for note in state.source.all():
            guid = self._guids.setdefault(note.number, by_id.get(note.id, ""))
            assert by_id.get(note.id, guid) == guid
            changed[guid] = state.changed[note.number]
        styled = {}
        for name, note_type in opened.note_types.items():
            style = state.source.style(name)
            if state.styles.get(name) != style:
                state.styled[name] = now
            state.styles[name] = style
            styled[str(note_type["id"])] = state.styled[name]
        for path in [packages / name for name in made.files if name.endswith(".apkg")]:
            package = open_package(path)
            guids = {each["guid"] for each in package.notes}
            mine = {guid: when for guid, when in changed.items() if guid in guids}
            types = {number: when for number, when in styled.items() if number in package.type_ids()}
            self.releases.append(Released(state.version, path, package, mine, types))

    def _check_places(self, first: set[int]) -> None:
        """Each new note's place lies between those of its neighbours in the source, where there is room."""
        lines = self._ledger.read_text(encoding="utf-8").splitlines()
        dues = {line["note"]: line["due"] for line in map(json.loads, lines) if "note" in line}
        by_guid = {line["guid"]: line["due"] for line in map(json.loads, lines) if "note" in line}
        assert by_guid.items() >= self._dues.items()
        self._dues = by_guid
        order = [note for note in self.source.in_order() if note.id in dues]
        for place, note in enumerate(order):
            if note.number not in first:
                continue
            before = next((dues[each.id] for each in reversed(order[:place]) if each.number not in first), 0)
            after = next((dues[each.id] for each in order[place:] if each.number not in first), None)
            assert before <= dues[note.id]
            if after is not None and after > before:
                assert dues[note.id] <= after or {*range(before + 1, after)} <= {*by_guid.values()}

    # ------------------------------------------------------------------------------------------ refusals

    def release_pointer(self, now: int) -> None:
        """Release while the picture's file is only a pointer to it: refused."""
        if not any(note.picture and not note.retired for note in self.source.all()):
            return
        self.source.write(self.folder)
        change(self.folder, {f"source/{self.source.picture_at}": POINTER})
        assert self._refused(now) == {"broken-media"}

    def release_without_ledger(self, now: int) -> None:
        """Release after the ledger was deleted, though git has it: refused."""
        self.source.write(self.folder)
        if not (self.folder / ".git").exists():
            _git(self.folder, "init")
        _git(self.folder, "add", "source")
        _git(self.folder, "commit", "--allow-empty", "-m", "x")
        text = self._ledger.read_bytes()
        self._ledger.unlink()
        refused = self._refused(now)
        assert refused & UNKNOWN or refused == {"call"}
        if "lost-ledger" in CATALOGUE:
            (self.folder / "build").rename(self.folder / "built")
            assert "lost-ledger" in self._refused(now)
            shutil.rmtree(self.folder / "build", ignore_errors=True)
            (self.folder / "built").rename(self.folder / "build")
        self._ledger.write_bytes(text)

    def _refused(self, now: int) -> set[str]:
        """The codes with which a release is refused, or `call`; nothing is written."""
        before = self._written()
        os.environ["SOURCE_DATE_EPOCH"] = str(now)
        try:
            made = draft(self.folder, "99.0", allow_dirty=True)
        except CallError:
            told = {"call"}
        else:
            told = {diagnostic.code for diagnostic in _errors(made)}
            assert told
        assert self._written() == before
        return told

    def _written(self) -> tuple[bytes | None, list[Path]]:
        """What a release writes: the ledger, and the folders of releases."""
        text = self._ledger.read_bytes() if self._ledger.exists() else None
        return text, sorted((self.folder / "build/release").rglob("*"))

    # ----------------------------------------------------------------------------------------- a hotfix

    def hotfix(self, base: State, number: int, now: int) -> None:
        """Release one of the last releases again, with another text of one note."""
        state = deepcopy(base)
        note = next(note for note in state.source.all() if note.number == number)
        note.text = self.another_text()
        self.hotfixes += 1
        state.version = f"{base.version.removesuffix('.0')}.{self.hotfixes}"
        folder = self.folder.with_name(f"hotfix{self.hotfixes}")
        state.source.write(folder)
        change(folder, {LEDGER: base.ledger})
        self._release(folder, state, now)
        state.ledger = (folder / LEDGER).read_text(encoding="utf-8")
        self.pending = Hotfix(base, state, note, now)

    def join(self, *, whole: bool) -> None:
        """Merge the hotfix into the deck; what git cannot do with the ledger, `check --fix` does.

        Args:
            whole: Whether git takes the whole ledger for a conflict, or finds out what differs.
        """
        hotfix, self.pending = self.pending, None
        assert hotfix
        number, state = hotfix.note.number, self._state
        mine = next(note for note in self.source.all() if note.number == number)
        old = next(note for note in hotfix.base.source.all() if note.number == number)
        if mine.text == old.text:
            mine.text = hotfix.note.text
        if hotfix.time > state.changed[number]:
            state.changed[number] = hotfix.time
            state.contents[number] = hotfix.state.contents[number]
            state.smaller[number] = hotfix.state.smaller[number]
        self.source.write(self.folder)
        sides = [self._ledger.read_text(encoding="utf-8"), hotfix.base.ledger, hotfix.state.ledger]
        if whole:
            text = f"<<<<<<< HEAD\n{sides[0]}=======\n{sides[2]}>>>>>>> hotfix\n"
        else:
            names = [self.folder.with_name(name) for name in ("HEAD", "base", "hotfix")]
            for path, side in zip(names, sides, strict=True):
                path.write_text(side, encoding="utf-8")
            text = _git(self.folder.parent, "merge-file", "-p", "-L", "HEAD", "-L", "base", *names)
        self._ledger.write_text(text, encoding="utf-8")
        mended = fix.fix(self.folder)
        changed = [each.path for each in mended if each.after != each.before]
        assert changed == ([LEDGER] if "<<<<<<<" in text else [])
        fix.write(mended)


def _errors(made: Draft | Build) -> list[Diagnostic]:
    build = made.build if isinstance(made, Draft) else made
    return [each for each in build.diagnostics if each.level == "error"]


def _git(folder: Path, *arguments: str | Path) -> str:
    """Run git in a folder, as nobody in particular; what it says."""
    names: Iterable[str] = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *names, *arguments],
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    # merge-file tells how many conflicts there are
    assert done.returncode == 0 or arguments[0] == "merge-file", done.stderr
    return done.stdout
