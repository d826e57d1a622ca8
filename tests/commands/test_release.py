"""Releases: the ledger, and what a release after another sends to learners."""

from __future__ import annotations

import json
import re
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.diagnostics import CallError
from deckgen.history.ledger import DeckLine, NoteLine
from deckgen.history.ledger_file import written
from deckgen.history.merge import merged
from tests.conftest import (
    CARD_WARNINGS,
    change,
    import_package,
    open_package,
    run,
    signed,
    write_project,
)
from tests.faults import GROWN, PNG, kind
from tests.releases import (
    FIRST,
    LEDGER,
    TERM,
    build,
    committed,
    describe,
    git,
    keyed,
    lines,
    refused,
    release,
    released,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from anki.collection import Collection

    Project = Callable[..., Path]


def test_a_release_is_a_package_and_a_ledger(project: Project) -> None:
    """The package, notes for learners, and a line for the deck, each note type, each note and the release."""
    folder = project({"source/one.yaml": terms("a", "b")})
    made = release(folder, "1.0.0", FIRST)
    assert sorted(path.name for path in made.path.parent.iterdir()) == [
        "SHA256SUMS",
        "release-notes.md",
        "release.json",
        "sample-1.0.0.apkg",
    ]
    assert (made.about["version"], made.about["time"]) == ("1.0.0", FIRST)
    assert "Version 1.0.0 of 2023-11-14." in made.decks["Sample"]["desc"]
    sorts = [next(iter(json.loads(line))) for line in (folder / LEDGER).read_text().splitlines()]
    assert sorts == ["ledger", "type", "note", "note", "release"]


def test_unchanged_source_builds_the_release_again(project: Project, tmp_path: Path) -> None:
    """Members byte for byte, in a clone elsewhere, at another time, in another zone and locale."""
    folder = project({"source/one.yaml": terms("a", "b"), "source/m/a.png": PNG})
    made = release(folder, "1.0.0", FIRST)
    clone = tmp_path / "elsewhere"
    shutil.copytree(folder, clone)
    done = run("build", "--locked", "--project", clone, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7")
    assert "version 1.0.0, as released" in done.stderr
    assert open_package(clone / "build/sample.apkg").members == made.members


def test_a_changed_source_is_an_unreleased_build(project: Project) -> None:
    """It says after which version it comes, and what differs; --locked refuses it."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a", "b", "c", a="Other.")})
    made = build(folder, FIRST + 100)
    assert (made.about["version"], made.about["after"]) == (None, "1.0.0")
    assert "after version 1.0.0" in made.decks["Sample"]["desc"]
    told = run("build", "--project", folder).stderr
    assert "since 1.0.0: 1 new note, 1 changed (a)" in told
    about = json.loads(run("check", "--project", folder, "--format", "json").stdout)["package"]
    assert {key: about[key] for key in ("version", "since", "new", "changed", "retired")} == {
        "version": None,
        "since": "1.0.0",
        "new": ["c"],
        "changed": ["a"],
        "retired": [],
    }
    assert "not exactly what was last released" in refused(folder, "build", "--locked", code=2)


def test_what_the_ledger_does_not_hold_is_no_release(project: Project) -> None:
    """A description that differs makes the package another, though no note differs."""
    folder = project()
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/deck.yaml": "id: sample\ntitle: Sample\ndescription: New.\n"})
    assert build(folder, FIRST + 100).about["version"] is None


def test_only_what_changed_gets_a_new_time(project: Project) -> None:
    """Notes: text, tags, order of keys; a note type for its css. The rest keeps its time."""
    folder = project({"source/one.yaml": terms("a", "b", "c")})
    before = release(folder, "1.0.0", FIRST)
    change(
        folder,
        {
            "source/one.yaml": terms("c", keyed("b", "tags: [x]"), "a", a="Other."),
            "source/two.yaml": "deck: Sub\ntakeaways: []\n",
        },
    )
    after = release(folder, "1.1.0", FIRST + 100)
    times = {name: note["mod"] - FIRST for name, note in after.by_id().items()}
    assert times == {"a": 100, "b": 100, "c": 0}
    assert [each["mod"] for each in after.note_types.values()] == [FIRST]
    assert {name: note["id"] for name, note in after.by_id().items()} == {
        name: note["id"] for name, note in before.by_id().items()
    }
    change(folder, {"templates/base/theme.css.j2": ".card { color: red; }"})
    styled = release(folder, "1.2.0", FIRST + 200)
    assert [each["mod"] - FIRST for each in styled.note_types.values()] == [200]
    assert {name: note["mod"] - FIRST for name, note in styled.by_id().items()} == times


def test_derived_text_is_no_change(project: Project) -> None:
    """A renamed note, and the label of one that others build on, leave the notes around them alone."""
    folder = project({"source/one.yaml": terms("a", keyed("b", "builds_on: [a]"))})
    release(folder, "1.0.0", FIRST)
    text = terms("a", keyed("b", "builds_on: [a-new]")).replace("  - id: a\n", "  - id: a-new\n    was: a\n")
    change(folder, {"source/one.yaml": text.replace("Term a", "Another term")})
    made = release(folder, "1.1.0", FIRST + 100)
    assert {name: note["mod"] - FIRST for name, note in made.by_id().items()} == {"a-new": 100, "b": 0}
    assert "Another term" in made.fields(made.by_id()["b"])["Builds On"]


def test_a_revision_sends_a_kind_again(project: Project) -> None:
    """Raising `revision` changes every note of the kind, and is told as a wide change."""
    files = kind("", GROWN).files
    laws = "laws:\n" + "".join(f"  - id: l{number}\n    name: Law {number}\n" for number in range(12))
    folder = project({**files, "source/two.yaml": laws})
    release(folder, "1.0.0", FIRST)
    change(folder, {"templates/law/kind.yaml": GROWN.replace("type: normal", "type: normal\nrevision: 2")})
    done = run("check", "--project", folder)
    assert re.search(r"law/kind.yaml:4:1: warning\[wide-change\]: 12 of 13 released notes", done.stderr)
    made = release(folder, "1.1.0", FIRST + 100)
    assert sorted({note["mod"] - FIRST for note in made.notes}) == [0, 100]


def test_a_time_never_falls_back(project: Project) -> None:
    """With a clock behind the ledger a changed note is later all the same; a release is refused."""
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a", a="Other.")})
    made = build(folder, FIRST - 1000)
    assert made.by_id()["a"]["mod"] == FIRST + 1
    done = run("release", "1.1.0", "--project", folder, SOURCE_DATE_EPOCH=str(FIRST))
    assert done.returncode == 2
    assert "the last release was on 2023-11-14 22:13:20 UTC" in done.stderr
    assert not (folder / "build/release/1.1.0").exists()


def test_a_version_is_no_lower_than_the_last(project: Project) -> None:
    """`0.9.0` after `1.0.0` is a slip; as numbers, so that `1.10` comes after `1.9`."""
    folder = project()
    release(folder, "1.9", FIRST)
    said = refused(folder, "release", "0.9.0", code=2)
    assert "0.9.0 is lower than 1.9, the last release" in said
    release(folder, "1.10", FIRST + 100)
    assert "1.9.1 is lower than 1.10" in refused(folder, "release", "1.9.1", code=2)
    release(folder, "2026-rc", FIRST + 200)
    release(folder, "1.11", FIRST + 300)


def test_a_version_is_released_once(project: Project) -> None:
    """A version that is none, one used before, and a folder that is there already."""
    folder = project()
    release(folder, "1.0.0", FIRST)
    assert "`one` is not a valid version" in refused(folder, "release", "one", code=2)
    assert "is not a valid version" in refused(folder, "release", "../1", code=2)
    assert "is not a valid version" in refused(folder, "release", "1..0", code=2)
    assert "1.0.0 was released on 2023-11-14" in refused(folder, "release", "1.0.0", code=2)
    (folder / "build/release/1.1.0").mkdir()
    assert "already exists" in refused(folder, "release", "1.1.0", code=2)


def test_a_lost_ledger_stops_the_next_release(project: Project) -> None:
    """Without the ledger a release would be a first one, and overwrite what learners wrote."""
    folder = project()
    release(folder, "1.0.0", FIRST)
    (folder / LEDGER).unlink()
    told = refused(folder, "release", "1.1.0", code=2)
    assert "build/release/ contains 1.0.0, but there is no source/ledger.jsonl with this release" in told


def test_a_release_that_fails_leaves_nothing(project: Project) -> None:
    """Where the ledger cannot be written there is no package either."""
    folder = project()
    release(folder, "1.0.0", FIRST)
    ledger = folder / LEDGER
    moved = folder / "ledger.jsonl"
    ledger.rename(moved)
    ledger.symlink_to(moved)
    assert "is a link to another place" in refused(folder, "release", "1.1.0", code=2)
    assert not (folder / "build/release/1.1.0").exists()


def test_a_relative_path_is_as_good_as_any(project: Project) -> None:
    """`--project .` names the same deck as the folder itself, in the second release, too."""
    folder = project({"source/one.yaml": terms("a")})
    for number in range(3):
        name, cwd = (".", folder) if number < 2 else (folder.name, folder.parent)
        describe(folder, f"Edition {number}.")
        done = run(
            "release", f"1.{number}", "--project", name, cwd=cwd, SOURCE_DATE_EPOCH=str(FIRST + number)
        )
        assert done.returncode == 0, done.stderr


def test_a_ledger_that_cannot_be_read_again_is_told_as_that(project: Project) -> None:
    """It has not changed: what is wrong with it is said, and nothing is released."""
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "1.0.0", FIRST)
    describe(folder, "New.")

    def damage(what: str, *_: int) -> None:
        if what == "rendering notes":
            (folder / LEDGER).write_bytes(b"\xff\n")

    with pytest.raises(CallError, match=r"source/ledger.jsonl cannot be read again: .*UTF-8"):
        released(folder, "1.1.0", damage)
    assert not (folder / "build/release/1.1.0").exists()


def test_new_notes_find_a_place(project: Project) -> None:
    """Between their neighbours in the source, whatever their number, also after a change of order."""
    folder = project({"source/one.yaml": terms("a", "b", "c")})
    release(folder, "1.0.0", FIRST)
    before = {name: line["due"] for name, line in lines(folder).items()}
    change(folder, {"source/one.yaml": terms("x", "a", "p", "q", "r", "c", "y", "b", "z")})
    release(folder, "1.1.0", FIRST + 100)
    due = {name: line["due"] for name, line in lines(folder).items()}
    assert before.items() <= due.items()
    assert 0 < due["x"] < due["a"] < due["p"] < due["q"] < due["r"] < due["b"]
    assert due["c"] < due["y"]
    assert due["b"] < due["z"] < due["c"]
    assert len(set(due.values())) == len(due)


def test_anki_does_not_ask_learners_to_reposition(project: Project, collection: Collection) -> None:
    """Anki's *Check Database* has nothing to say of a deck with some thousand notes."""
    folder = project({"source/one.yaml": terms(*(f"n{number}" for number in range(2_100)))})
    import_package(collection, build(folder, FIRST).path)
    assert collection.fix_integrity() == ("Database rebuilt and optimized.", True)


class Placed:
    """A note in the queue, and its line."""

    kind = SimpleNamespace(applies=False)
    builds_on = ()

    def __init__(self) -> None:
        """Begin without a place."""
        self.due = -1


def placed(rows: list[Placed], known: list[Placed]) -> list[int]:
    """The places of rows of which some had one before."""
    from deckgen.history import places  # noqa: PLC0415

    dues = places.find_places(rows, {row: row for row in known})  # type: ignore[arg-type, misc]
    for row, due in zip(rows, dues, strict=True):
        row.due = due
    return dues


@given(rounds=st.lists(st.lists(st.integers(0, 60), max_size=12), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_places_hold_in_any_history(rounds: list[list[int]]) -> None:
    """Notes inserted anywhere, again and again: released ones stay, new ones lie between their neighbours."""
    rows = [Placed(), Placed()]
    placed(rows, [])
    for inserts in rounds:
        before = {row: row.due for row in rows}
        for place in inserts:
            rows.insert(place, Placed())
        dues = placed(rows, list(before))
        assert dues == sorted(set(dues))
        assert all(row.due == due for row, due in before.items())


def test_places_for_a_very_large_deck() -> None:
    """200,000 notes, and half as many added later, stay below what Anki complains of, each with its own."""
    rows = [Placed() for _ in range(200_000)]
    dues = placed(rows, [])
    assert dues == sorted(set(dues))
    known = list(rows)
    rows += [Placed() for _ in range(100_000)]
    rows[1000:1000] = [Placed() for _ in range(500)]
    dues = placed(rows, known)
    assert len(set(dues)) == len(rows)
    assert min(dues) > 0
    assert max(dues) < 1_000_000
    assert dues[-100_000:] == sorted(dues[-100_000:])


def test_a_chapter_grows_for_years() -> None:
    """Forty releases, each with a new note at the end of a chapter, keep the order of the source."""
    rows = [Placed() for _ in range(10)]
    placed(rows, [])
    for number in range(40):
        known = list(rows)
        rows.insert(5 + number, Placed())
        dues = placed(rows, known)
        assert dues == sorted(set(dues))


def test_a_crowded_place_is_not_given_twice() -> None:
    """Where no room is left between two notes, further ones come after the second, each with its place."""
    rows = [Placed() for _ in range(10)]
    placed(rows, [])
    for _ in range(40):
        known = list(rows)
        rows.insert(5, Placed())
        dues = placed(rows, known)
        assert len(set(dues)) == len(dues)
        assert dues[4] < dues[5]


def test_was_keeps_everything(project: Project, collection: Collection) -> None:
    """A renamed note has its guid, its place and its id field; a learner sees one note, and no update."""
    folder = project({"source/one.yaml": terms("a", "b")})
    before = release(folder, "1.0.0", FIRST)
    import_package(collection, before.path)
    change(folder, {"source/one.yaml": terms("b", keyed("z", "was: a")).replace("Term z", "Term a")})
    change(folder, {"source/one.yaml": (folder / "source/one.yaml").read_text().replace("of z", "of a")})
    after = release(folder, "1.1.0", FIRST + 100)
    old, new = before.by_id()["a"], after.by_id()["z"]
    assert (old["guid"], old["mod"], old["flds"], old["id"]) == (
        new["guid"],
        new["mod"],
        new["flds"],
        new["id"],
    )
    assert after.fields(new)["Note ID"] == "a"
    assert import_package(collection, after.path) == {"duplicate": 2}
    # later releases know it by its new id, with `was` or without
    for version, text in (("1.2.0", terms("b", "z")), ("1.3.0", terms("b", keyed("z", "was: a")))):
        change(folder, {"source/one.yaml": text})
        made = release(folder, version, FIRST + int(version[2]) * 100)
        assert made.by_id()["z"]["guid"] == old["guid"]
    change(folder, {"source/one.yaml": terms("b", "z", "a")})
    assert "error[used-id]: the id `a` belonged to the released note `z`" in refused(folder)


def test_rows_and_tables_are_renamed(project: Project) -> None:
    """A table's `was` holds for its rows, a row's for itself, and a row can come from another table."""
    table = (
        "comparisons:\n  - id: {}\n    columns: [A, B]\n    rows:\n"
        "      - id: {}\n        cells: [x, y]\n      - id: {}\n        cells: [p, q]\n"
    )
    folder = project({"source/one.yaml": table.format("t", "r", "s")})
    guids = {name: note["guid"] for name, note in release(folder, "1.0.0", FIRST).by_id().items()}
    again = table.format("u\n    was: t", "r", "k\n        was: s")
    change(folder, {"source/one.yaml": again + "      - id: new\n        cells: [m, n]\n"})
    assert "unknown-was" not in run("check", "--project", folder).stderr
    made = release(folder, "1.1.0", FIRST + 100).by_id()
    assert (made["u.r"]["guid"], made["u.k"]["guid"]) == (guids["t.r"], guids["t.s"])
    other = table.format("v", "r\n        was: u.r", "k\n        was: u.k")
    change(
        folder, {"source/one.yaml": other + "      - id: new\n        was: u.new\n        cells: [m, n]\n"}
    )
    made = release(folder, "1.2.0", FIRST + 200).by_id()
    assert (made["v.r"]["guid"], made["v.k"]["guid"]) == (guids["t.r"], guids["t.s"])


def test_a_note_gone_is_refused_with_the_way_out(project: Project) -> None:
    """The hint names the note that says the same, if there is one."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a")})
    assert "`retired: |`" in refused(folder)
    change(folder, {"source/one.yaml": terms("a", "c").replace("Term c", "Term b").replace("of c", "of b")})
    assert "`c` has the same text: to rename the note, write `was: b` under its new id" in refused(folder)
    change(folder, {"source/one.yaml": terms("a", keyed("b", "retired: |", "  Was wrong."))})
    release(folder, "1.1.0", FIRST + 100)
    change(folder, {"source/one.yaml": terms("a")})
    assert "the released note `b` is missing from the source" in refused(folder)


def test_a_chapter_gone_is_told_once(project: Project) -> None:
    """Many notes gone are one diagnostic, which names a few."""
    folder = project({"source/two.yaml": terms(*(f"n{number}" for number in range(30)))})
    release(folder, "1.0.0", FIRST)
    (folder / "source/two.yaml").unlink()
    told = refused(folder)
    assert told.count("error[note-gone]") == 1
    assert "30 released notes are missing from the source: `n0`, `n1`" in told


def test_ids_are_not_swapped(project: Project) -> None:
    """Two notes that say what the other said are refused; a copy of a note that stays is not."""
    folder = project({"source/one.yaml": terms("a", "b", "c")})
    release(folder, "1.0.0", FIRST)
    text = terms("a", "b", "c")
    swapped = text.replace("id: a", "id: x").replace("id: b", "id: a").replace("id: x", "id: b")
    change(folder, {"source/one.yaml": swapped})
    assert refused(folder).count("error[used-id]") == 2
    copied = text.replace("Term a", "Term c").replace("of a", "of c")
    change(folder, {"source/one.yaml": copied})
    assert run("check", "--project", folder).returncode == 0


def test_a_ledger_lost_is_asked_for(project: Project) -> None:
    """`was` and `retired` speak of releases that an absent ledger does not know."""
    folder = project({"source/one.yaml": terms(keyed("b", "was: a"), keyed("c", "retired: Wrong."), "d")})
    told = run("check", "--project", folder).stderr
    assert told.count("if source/ledger.jsonl is missing") == 2


@pytest.mark.parametrize("line", ["retired: no", "retired: true", "was: [a]"])
def test_what_is_no_reason(line: str, project: Project) -> None:
    """`retired` wants a reason, `was` an id, and each is told by its own name."""
    folder = project({"source/one.yaml": terms(keyed("b", line), "d")})
    assert f"`{line.partition(':')[0]}`" in refused(folder, "check")


def test_another_type_cannot_be_accepted(project: Project) -> None:
    """Anki refuses a whole package in which a normal note type has become a cloze type."""
    before = kind("", GROWN).files
    folder = project({**before, "source/two.yaml": "laws:\n  - id: l\n    name: One\n"})
    release(folder, "1.0.0", FIRST)
    clozed = (
        GROWN.replace("type: normal", "type: cloze")
        .replace("name: {type: text", "name: {type: cloze")
        .replace("  - {name: Dormant, id: 2, reserve: Reserve 1}\n", "")
    )
    accept = "accept:\n  - code: changed-note-type\n    id: law\n    because: x\n"
    change(
        folder,
        {
            "templates/law/kind.yaml": clozed,
            "templates/law/card.front.html.j2": "{{cloze:Name}}",
            "templates/law/card.back.html.j2": "{{cloze:Name}}{{Rule}}",
            "source/two.yaml": "laws:\n  - id: l\n    name: |\n      {{c1::One}}\n",
            "source/deck.yaml": f"id: sample\ntitle: Sample\n{accept}",
        },
    )
    assert "error[changed-note-type]: the kind was released with `type: normal`" in refused(folder)


def test_a_retired_note_leaves_and_comes_back(project: Project, collection: Collection) -> None:
    """It is in no package but the cleanup, which tags it, adds nothing, and lets it return."""
    retired = keyed("b", "retired: |", "  Said twice.", "replaced_by: a")
    folder = project({"source/one.yaml": terms("a", "b", keyed("c", "tags: [x]"))})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    change(folder, {"source/one.yaml": terms("a", retired, keyed("c", "tags: [x]"))})
    made = release(folder, "1.1.0", FIRST + 100)
    assert sorted(made.by_id()) == ["a", "c"]
    cleanup = open_package(made.path.with_name("sample-1.1.0-cleanup.apkg"))
    assert (list(cleanup.by_id()), cleanup.cards, list(cleanup.decks)) == (["b"], [], ["Default"])
    notes = made.path.with_name("release-notes.md").read_text(encoding="utf-8")
    assert "- **Term b**: Said twice. Instead: Term a." in notes
    assert "sample-1.1.0-cleanup.apkg" in notes
    decks, cards = {deck.name for deck in collection.decks.all_names_and_ids()}, collection.card_count()
    import_package(collection, cleanup.path)
    assert list(collection.find_notes("tag:sample::retired")) == list(collection.find_notes('"Term b"'))
    assert ({deck.name for deck in collection.decks.all_names_and_ids()}, collection.card_count()) == (
        decks,
        cards,
    )
    # the cleanup of a later release says the same of it
    release(folder, "1.2.0", FIRST + 200)
    later = open_package(folder / "build/release/1.2.0/sample-1.2.0-cleanup.apkg")
    assert later.notes == cleanup.notes
    change(folder, {"source/one.yaml": terms("a", "b", keyed("c", "tags: [x]"))})
    back = release(folder, "1.3.0", FIRST + 300)
    assert import_package(collection, back.path) == {"updated": 1, "duplicate": 2}
    assert not collection.find_notes("tag:sample::retired")
    assert collection.card_count() == cards


def test_a_learner_without_a_retired_note_gets_no_card(project: Project, collection: Collection) -> None:
    """The cleanup gives nobody anything to study, and no deck."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a", keyed("b", "retired: Wrong."))})
    release(folder, "1.1.0", FIRST + 100)
    import_package(collection, folder / "build/release/1.1.0/sample-1.1.0-cleanup.apkg")
    assert collection.card_count() == 0
    assert [deck.name for deck in collection.decks.all_names_and_ids()] == ["Default"]


def test_growing_through_a_reserve(project: Project, collection: Collection) -> None:
    """A new key in a renamed reserve, and a card that wakes with it: by default, and nothing else is sent."""
    laws = (
        "laws:\n  - id: l1\n    name: One\n    rule: First.\n  - id: l2\n    name: Two\n    rule: Second.\n"
    )
    folder = project({**kind("", GROWN).files, "source/one.yaml": laws})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    studied = collection.find_cards("One")
    collection.sched.set_due_date(studied, "9!")
    grown = (
        GROWN.replace("  rule:", "  hint: {type: markdown}\n  rule:")
        .replace("name: Reserve 1, id: 3", "name: Hint, id: 3, from: hint")
        .replace("name: Dormant, id: 2, reserve: Reserve 1", "name: By Hint, id: 2, face: hint")
    )
    faces: dict[str, str | bytes] = {
        "templates/law/kind.yaml": grown,
        "templates/law/hint.front.html.j2": "{{#Hint}}{{Hint}}{{/Hint}}",
        "templates/law/hint.back.html.j2": "{{FrontSide}} {{Name}}",
        "source/one.yaml": laws.replace("First.\n", "First.\n    hint: Begin here.\n"),
    }
    change(folder, faces)
    made = release(folder, "1.1.0", FIRST + 100)
    assert import_package(collection, made.path) == {"updated": 1, "duplicate": 1}
    collection.models._clear_cache()  # noqa: SLF001 (an import does not)
    assert [collection.get_card(card).ord for card in collection.find_cards("One")] == [0, 1]
    assert collection.get_card(studied[0]).ivl == 9
    assert len(collection.find_cards("Two")) == 1
    fresh = next(card for card in collection.find_cards("One") if card not in studied)
    assert "Begin here." in collection.get_card(fresh).question()
    assert not collection.get_empty_cards().notes


def test_a_kind_gets_another_name(project: Project, collection: Collection) -> None:
    """With `was:` in kind.yaml the folder and section may change; without it that is refused."""
    files = kind("", GROWN).files
    folder = project({**files, "source/one.yaml": "laws:\n  - id: l1\n    name: One\n"})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    (folder / "templates/law").rename(folder / "templates/rule")
    renamed = GROWN.replace("title: Law\nsection: laws", "title: Rule\nsection: rules")
    change(
        folder,
        {
            "source/one.yaml": "rules:\n  - id: l1\n    name: One\n  - id: l2\n    name: Two\n",
            "templates/rule/kind.yaml": renamed,
        },
    )
    assert "write `was: law` in this file" in refused(folder)
    change(folder, {"templates/rule/kind.yaml": f"was: law\n{renamed}"})
    made = release(folder, "1.1.0", FIRST + 100)
    assert import_package(collection, made.path) == {"new": 1, "duplicate": 1}
    assert [entry.name for entry in collection.models.all_names_and_ids() if "Sample" in entry.name] == [
        "Sample - Rule"
    ]
    # once released, `was` is no longer needed
    change(folder, {"templates/rule/kind.yaml": renamed})
    assert build(folder, FIRST + 200).about["version"] == "1.1.0"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("{{c1::a}} {{c2::b}}", "{{c1::b}} {{c2::a}}", "moved-cloze"),
        ("{{c1::a}} {{c2::b}}", "{{c2::a}} {{c3::b}}", "moved-cloze dead-card"),
        ("{{c1::a}}", "{{c1::other}}", ""),
        ("{{c1::a}}", "{{c1::a}} {{c2::b}}", ""),
        ("{{c1::a}} {{c2::b}}", "{{c1::b}} {{c2::c}}", "moved-cloze"),
        ("{{c1::a}} {{c2::b}}", "{{c1::a}}", "dead-card"),
        ("{{c1::a::hint}} {{c2::b}}", "{{c1:: A }} {{c2::**b**}}", ""),
        ("{{c1::a}} {{c1::b}}", "{{c1::a}} {{c2::b}}", "moved-cloze"),
        ("{{c1::a}} {{c2::b}}", "{{c1::a}} {{c3::b}}", "moved-cloze dead-card"),
        ("{{c1::a}} {{c2::a}}", "{{c1::a}} {{c2::b}}", ""),
    ],
)
def test_a_cloze_keeps_its_number(before: str, after: str, told: str, project: Project) -> None:
    """An answer under another number is refused, other edits are not; a number gone is a warning."""
    text = "takeaways:\n  - id: one\n    text: |\n      So {}.\n"
    folder = project({"source/one.yaml": text.format(before)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": text.format(after)})
    found = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    assert {each["code"] for each in found} - CARD_WARNINGS == set(told.split())


def test_a_cloze_is_remembered_for_ever(project: Project) -> None:
    """An answer that was under another number two releases ago is refused all the same."""
    text = "takeaways:\n  - id: one\n    text: |\n      So {}.\n"
    folder = project({"source/one.yaml": text.format("{{c1::a}} {{c2::b}}")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": text.format("{{c1::a}} {{c2::x}}")})
    release(folder, "1.1.0", FIRST + 100)
    change(folder, {"source/one.yaml": text.format("{{c1::b}} {{c2::x}}")})
    assert "this answer was released as c2, but is now c1" in refused(folder)


def test_what_is_accepted_is_released_once(project: Project) -> None:
    """`accept` lets a refusal pass, tells learners in the notes, and is used up by the release."""
    folder = project()
    release(folder, "1.0.0", FIRST)
    accept = "accept:\n  - code: changed-deck\n    id: sample\n    because: A better name.\n"
    change(folder, {"source/deck.yaml": "id: sample\ntitle: Renamed\n"})
    entry = "{code: changed-deck, id: sample, because: why}"
    assert (
        f"or accept it in deck.yaml, with `accept: [{entry}]`, and replace `why` with your reason"
        in refused(folder)
    )
    change(folder, {"source/deck.yaml": f"id: sample\ntitle: Renamed\n{accept}"})
    made = release(folder, "1.1.0", FIRST + 100)
    assert "The deck has a new name." in made.path.with_name("release-notes.md").read_text(encoding="utf-8")
    assert "already used this entry" in run("check", "--project", folder).stderr
    change(folder, {"source/deck.yaml": f"id: sample\ntitle: Again\n{accept}"})
    assert "error[changed-deck]" in refused(folder)
    change(folder, {"source/deck.yaml": f"id: sample\ntitle: Again\n{accept.replace('A ', 'Yet a ')}"})
    release(folder, "1.2.0", FIRST + 200)


def test_moves_are_told_and_not_refused(project: Project) -> None:
    """A chapter in another subdeck: one warning for all its notes, and a line for learners."""
    folder = project({"source/one.yaml": "deck: Old\n" + terms("a", "b")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": "deck: New\n" + terms("a", "b")})
    done = run("check", "--project", folder)
    assert done.stderr.count("warning[moved-notes]") == 1
    assert "2 released notes moved from `Sample::Old` to `Sample::New`" in done.stderr
    made = release(folder, "1.1.0", FIRST + 100)
    assert "2 notes moved from *Sample::Old* to *Sample::New*." in made.path.with_name(
        "release-notes.md"
    ).read_text(encoding="utf-8")
    assert {note["mod"] for note in made.notes} == {FIRST}


def test_branches_merge(project: Project, collection: Collection) -> None:
    """Two branches, and a hotfix released from an older tag: merged by git, or with `check --fix`."""
    names = [f"n{number:02}" for number in range(12)]
    folder = project({"source/one.yaml": terms(*names), "source/two.yaml": terms("x")})
    change(folder, {".gitattributes": "source/CHANGELOG.md merge=union\n"})
    git(folder, "init", "-b", "main")
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    committed(folder, "1.0.0")
    git(folder, "tag", "v1.0.0")
    change(
        folder,
        {"source/one.yaml": terms(*names, n03="Other.", n05="On main."), "source/a.yaml": terms("new-a")},
    )
    release(folder, "1.1.0", FIRST + 100)
    committed(folder, "1.1.0")
    git(folder, "checkout", "-b", "hotfix", "v1.0.0")
    change(
        folder,
        {"source/one.yaml": terms(*names, n05="Hotfix.", n08="Hotfix."), "source/z.yaml": terms("new-z")},
    )
    release(folder, "1.0.1", FIRST + 200)
    committed(folder, "1.0.1")
    git(folder, "checkout", "main")
    assert git(folder, "merge", "hotfix").returncode == 1
    change(folder, {"source/one.yaml": terms(*names, n03="Other.", n05="Both.", n08="Hotfix.")})
    assert "run `deckgen check --fix`" in refused(folder, "check")
    done = run("check", "--fix", "--project", folder)
    assert done.returncode == 0, done.stderr
    assert "the conflict is resolved" in done.stderr
    committed(folder, "Merge")
    made = release(folder, "1.2.0", FIRST + 300)
    times = {name: note["mod"] - FIRST for name, note in made.by_id().items() if note["mod"] > FIRST}
    # n05 differed on both sides, so it is sent again
    assert times == {"n03": 100, "n05": 300, "n08": 200, "new-a": 100, "new-z": 200}
    assert import_package(collection, made.path) == {"new": 2, "updated": 3, "duplicate": 10}
    text = (folder / LEDGER).read_text(encoding="utf-8")
    assert re.findall(r'"release":"([^"]*)"', text) == ["1.0.0", "1.1.0", "1.0.1", "1.2.0"]


def test_what_one_branch_wrote_otherwise_costs_nothing(project: Project) -> None:
    """One branch wraps its texts and makes an image smaller, the other mends a note: only that is sent."""
    shows = TERM.format(id="pic", text="![It](media/a.png)")
    notes: dict[str, str | bytes] = {"source/one.yaml": terms("a", "b", shows), "source/media/a.png": PNG}
    folder = project(notes)
    git(folder, "init", "-b", "main")
    release(folder, "1.0.0", FIRST)
    committed(folder, "1.0.0")
    accept = "accept:\n  - code: same-media\n    id: media\n    because: Smaller.\n"
    wrapped = terms("a", "b", shows).replace("Text of", "Text\n      of")
    smaller: dict[str, str | bytes] = {"source/one.yaml": wrapped, "source/media/a.png": PNG + b"\0"}
    git(folder, "checkout", "-b", "hotfix")
    change(folder, {"source/one.yaml": terms("a", "b", shows, b="Mended.")})
    release(folder, "1.0.1", FIRST + 100)
    committed(folder, "1.0.1")
    git(folder, "checkout", "main")
    change(folder, {**smaller, "source/deck.yaml": f"id: sample\ntitle: Sample\n{accept}"})
    release(folder, "1.1.0", FIRST + 200)
    committed(folder, "1.1.0")
    for branches in (("main", "hotfix"), ("hotfix", "main")):
        git(folder, "checkout", "-b", f"merge-into-{branches[0]}", branches[0])
        assert git(folder, "merge", branches[1]).returncode == 1
        mended = terms("a", "b", shows, b="Mended.").replace("Text of", "Text\n      of")
        change(folder, {**smaller, "source/one.yaml": mended})
        done = run("check", "--fix", "--project", folder)
        assert done.returncode == 0, done.stderr
        committed(folder, "Merge")
        times = {name: note["mod"] for name, note in build(folder, FIRST + 300).by_id().items()}
        assert times == {"a": FIRST, "b": FIRST + 100, "pic": FIRST}


def test_distant_changes_merge_without_a_hand(project: Project) -> None:
    """Where two branches released notes that do not stand side by side, git needs no help with notes."""
    names = [f"n{number:02}" for number in range(30)]
    folder = project({"source/one.yaml": terms(*names)})
    git(folder, "init", "-b", "main")
    release(folder, "1.0.0", FIRST)
    committed(folder, "1.0.0")
    git(folder, "checkout", "-b", "other")
    text = (folder / "source/one.yaml").read_text(encoding="utf-8")
    change(folder, {"source/one.yaml": text.replace("Text of n02", "More of n02")})
    committed(folder, "Mend a note")
    git(folder, "checkout", "main")
    change(folder, {"source/one.yaml": text.replace("Text of n20", "More of n20")})
    release(folder, "1.1.0", FIRST + 100)
    committed(folder, "1.1.0")
    assert git(folder, "merge", "other").returncode == 0
    made = release(folder, "1.2.0", FIRST + 200)
    times = {name: note["mod"] - FIRST for name, note in made.by_id().items() if note["mod"] > FIRST}
    assert times == {"n02": 200, "n20": 100}


LINE = {"kind": "d", "guid": "", "mod": 0, "due": 0, "deck": "", "cards": "0", "released": "1"}


@given(
    ours=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)),
    theirs=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)),
)
def test_a_conflict_is_resolved_whichever_way_it_is_told(
    ours: dict[str, int], theirs: dict[str, int]
) -> None:
    """Each note is there once, and the later line wins, whichever side it stands on."""

    def side(notes: dict[str, int]) -> list[str]:
        made = [
            NoteLine(name, "d", name, f"{mod}", mod, due=0, deck="", cards="0", released="1")
            for name, mod in notes.items()
        ]
        return written(made).splitlines()

    head = written([DeckLine("d", "D")]).rstrip()
    one = [head, "<<<<<<< HEAD", *side(ours), "=======", *side(theirs), ">>>>>>> other"]
    two = [head, "<<<<<<< other", *side(theirs), "||||||| base", "{", "=======", *side(ours), ">>>>>>> HEAD"]
    text = merged(one)
    assert text == merged(two)
    assert text is not None
    found = {line["note"]: line for line in map(json.loads, text.splitlines()) if "note" in line}
    assert sorted(found) == sorted({*ours, *theirs})
    for name, line in found.items():
        mods = [side[name] for side in (ours, theirs) if name in side]
        assert line["mod"] == max(mods)
        assert line["fingerprint"] == str(max(mods))


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck with every sort of line in its ledger."""
    files = kind("", GROWN).files
    folder = write_project(tmp_path_factory.mktemp("ledger"), {**files, "source/two.yaml": terms("a", "b")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/two.yaml": terms(keyed("a", "retired: x"), keyed("c", "was: b"))})
    release(folder, "1.1.0", FIRST + 100)
    return folder


VALUES = ["null", "-1", "99999999999", '""', '"x"', "[]", "[1]", "{}", "true", "1e400"]


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_no_ledger_breaks_a_build(data: st.DataObject, released_once: Path) -> None:
    """Whatever becomes of a line, there is a diagnostic, or a package that could be released."""
    from deckgen.build import build as build_deck  # noqa: PLC0415

    path = released_once / LEDGER
    whole = path.read_text(encoding="utf-8")
    rows = whole.splitlines()
    number = data.draw(st.integers(0, len(rows) - 1))
    how = data.draw(st.sampled_from(["value", "value", "value", "cut", "drop", "double"]))
    if how == "value":
        parts = re.split(r'(?<=":)("[^"]*"|\[.*?\]|[0-9]+|true|false)(?=[,}])', rows[number])
        place = data.draw(st.integers(0, len(parts) // 2 - 1)) * 2 + 1
        parts[place] = data.draw(st.sampled_from(VALUES))
        rows[number] = "".join(parts)
    elif how == "cut":
        rows[number] = rows[number][: data.draw(st.integers(0, 80))]
    elif how == "drop":
        del rows[number]
    else:
        rows.insert(number, rows[number])
    try:
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        made = build_deck(released_once)
        if made.package is None:
            assert made.diagnostics
        else:
            assert made.package.members
    finally:
        path.write_text(whole, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"released":"1"', '"released":"1","was":[1]'),
        ('"released":"1"', '"released":"1","was":[[1]]'),
        (r'"guid":"[^"]*"', r'"guid":"\ud800"'),
        (r'"deckgen":"[^"]*"', r'"deckgen":"\udc00"'),
        (r'"id":[0-9]+', f'"id":{2**70}'),
        (r'"id":[0-9]+', '"id":0'),
        (r'"notes":2,"digest"', '"accepted":[1],"notes":2,"digest"'),
        (r",4193939028930949\]\]", ",999]]"),
        (r'"made_with":\{', '"made_with":{"x":1,'),
    ],
)
def test_a_line_with_an_odd_value(old: str, new: str, project: Project) -> None:
    """What has the right type and cannot be is told at its line."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1", FIRST)
    path = folder / LEDGER
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text)
    edited = re.sub(old, lambda _: new, text, count=1)
    path.write_text("".join(f"{signed(row)}\n" for row in edited.splitlines()), encoding="utf-8")
    assert "error[bad-ledger]: this is not a valid line of a ledger" in refused(folder)


@pytest.mark.parametrize("ours", [0, 1])
def test_a_rename_and_an_edit_are_joined(ours: int, project: Project) -> None:
    """One side gives note, kind and deck other names, the other edits: both are in the joined ledger."""
    folder = project({**case(), "source/one.yaml": CASES})
    release(folder, "1", FIRST)
    ledger = folder / LEDGER
    base = ledger.read_text(encoding="utf-8")
    change(folder, {"source/one.yaml": CASES.replace("name: Y", "name: Z")})
    release(folder, "2", FIRST + 100)
    edited = ledger.read_text(encoding="utf-8")
    shutil.rmtree(folder / "build/release/2")  # the other release is made in another clone
    ledger.write_text(base, encoding="utf-8")
    (folder / "templates/case").rename(folder / "templates/ruling")
    renamed = CASES.replace("cases:", "rulings:").replace("id: x", "id: w\n    was: x").replace("[x]", "[w]")
    accept = "accept:\n  - code: changed-deck\n    id: sample\n    because: Better.\n"
    change(folder, case("ruling", more="was: case\n"))
    change(folder, {"source/one.yaml": renamed, "source/deck.yaml": f"id: sample\ntitle: New\n{accept}"})
    release(folder, "3", FIRST + 200)
    sides = [edited, ledger.read_text(encoding="utf-8")]
    text = f"<<<<<<< HEAD\n{sides[ours]}=======\n{sides[1 - ours]}>>>>>>> other\n"
    ledger.write_text(text, encoding="utf-8")
    change(folder, {"source/one.yaml": renamed.replace("name: Y", "name: Z")})
    done = run("check", "--fix", "--project", folder)
    assert done.returncode == 0, done.stderr
    made = release(folder, "4", FIRST + 300)
    assert {name: note["mod"] - FIRST for name, note in made.by_id().items()} == {"w": 0, "y": 100}
    assert lines(folder)["w"]["was"] == ["x"]
    assert list(made.note_types) == ["New - Ruling"]


def test_a_conflict_with_a_damaged_line_is_left_alone(project: Project) -> None:
    """`check --fix` mends what it understands, and touches nothing else."""
    folder = project()
    release(folder, "1.0.0", FIRST)
    path = folder / LEDGER
    path.write_text(
        "<<<<<<< HEAD\n" + path.read_text(encoding="utf-8") + "=======\n{\n>>>>>>> x\n", encoding="utf-8"
    )
    assert "cannot be resolved: a line is damaged" in refused(folder, "check", "--fix", code=2)


def test_two_sides_that_contradict_each_other(project: Project) -> None:
    """One id for two notes: the conflict stays, with the reason."""
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "1", FIRST)
    path = folder / LEDGER
    rows = path.read_text(encoding="utf-8").splitlines()
    ours, theirs = (LINE | {"note": "n", "guid": guid, "fingerprint": "", "released": "1"} for guid in "xy")
    sides = [signed(json.dumps({"note": line.pop("note"), **line})) for line in (ours, theirs)]
    text = "\n".join([*rows[:-1], "<<<<<<< HEAD", sides[0], "=======", sides[1], ">>>>>>> x", rows[-1], ""])
    path.write_text(text, encoding="utf-8")
    assert "another line is also about the note `n`" in refused(folder, "check", "--fix", code=2)


def test_a_ledger_with_windows_line_ends(project: Project) -> None:
    """Git may write it so; it is the same ledger, and its conflicts can be resolved."""
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "1", FIRST)
    path = folder / LEDGER
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\n", b"\r\n"))
    assert build(folder, FIRST + 100).about["version"] == "1"
    change(folder, {"source/one.yaml": terms("a", "b")})
    release(folder, "2", FIRST + 100)
    both = b"<<<<<<< HEAD\n" + text + b"=======\n" + path.read_bytes() + b">>>>>>> x\n"
    path.write_bytes(both.replace(b"\n", b"\r\n"))
    assert run("check", "--fix", "--project", folder).returncode == 0
    assert sorted(lines(folder)) == ["a", "b"]


CASE = """\
title: {title}
section: {section}
type: normal
{more}keys:
  name: {{type: text, required: true}}
  held: {{type: markdown}}
fields:
  - {{name: Name, id: 7001, from: name}}
  - {{name: Held, id: 7002, from: held}}
  - {{name: {reserve}}}
cards:
  - {{name: A, id: 8001, face: a}}
  - {{name: B, id: 8002, {second}}}
"""


def case(
    name: str = "case",
    *,
    more: str = "",
    reserve: str = "Reserve 1, id: 7006",
    second: str = "reserve: Reserve 1",
    front: str = "",
    section: str = "",
) -> dict[str, str | bytes]:
    """A kind with one card, and one that sleeps."""
    text = CASE.format(
        title=name.title(), section=section or f"{name}s", more=more, reserve=reserve, second=second
    )
    files: dict[str, str | bytes] = {
        f"templates/{name}/kind.yaml": text,
        f"templates/{name}/a.front.html.j2": "{{Name}}",
        f"templates/{name}/a.back.html.j2": "{{FrontSide}} {{Held}}",
    }
    if front:
        files[f"templates/{name}/b.front.html.j2"] = front
        files[f"templates/{name}/b.back.html.j2"] = "{{FrontSide}}"
    return files


SHOWS_LINKS = "{{#Builds On}}{{Builds On}}{{/Builds On}}"
SHOWS_NEW = "{{#New}}{{New}}{{/New}}{{^Held}}{{Name}}{{/Held}}"
CHAPTER_2 = "  - id: other\n    text: |\n      A {{c1::b}}.\n".replace("{", "{{").replace("}", "}}")
CASES = "cases:\n  - id: x\n    name: X\n  - id: y\n    name: Y\n    builds_on: [x]\n"


def test_kinds_do_not_share_a_note_type(project: Project, collection: Collection) -> None:
    """A kind under the old name of another gets a note type of its own; two heirs are refused."""
    folder = project({**case(), "source/one.yaml": CASES})
    import_package(collection, release(folder, "1", FIRST).path)
    (folder / "templates/case").rename(folder / "templates/ruling")
    rulings = CASES.replace("cases", "rulings")
    change(folder, {**case("ruling", more="was: case\n"), "source/one.yaml": rulings})
    import_package(collection, release(folder, "2", FIRST + 100).path)
    change(folder, {**case("case"), "source/two.yaml": "cases:\n  - id: z\n    name: Z\n"})
    made = release(folder, "3", FIRST + 200)
    assert len(made.type_ids()) == 2
    assert import_package(collection, made.path) == {"new": 1, "duplicate": 2}


def test_a_kind_that_is_still_there_has_no_heir(project: Project) -> None:
    """`was:` cannot name a kind that still has notes."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1", FIRST)
    moved = case("term", more="was: definition\n", section="words")
    words = "words:\n  - id: b\n    name: B\n"
    change(folder, {**moved, "source/one.yaml": terms("a"), "source/two.yaml": words})
    assert "`term` was not `definition`: the kind `definition` still has that name" in refused(folder)


YOUNG = """\
title: Case
section: cases
type: normal
keys:
  name: {type: text, required: true}
  held: {type: markdown}
fields:
  - {name: Name, id: 7001, from: name}
  - {name: Held, id: 7002, from: held}
  - {name: Reserve 1, id: 7003}
  - {name: Reserve 2, id: 7004}
cards:
  - {name: A, id: 8001, face: a}
  - {name: Reserve 1, id: 8002, reserve: Reserve 1}
"""
HOLDING = "cases:\n  - id: x\n    name: X\n    held: Stop.\n  - id: y\n    name: Y\n    builds_on: [x]\n"
WHY = ("  held: {type", "  why: {type: text}\n  held: {type")
WAKES = ("{name: Reserve 1, id: 8002, reserve: Reserve 1}", "{name: Held, id: 8002, face: b}")
SHOWS_WHY = "{{#Why}}{{Why}}{{/Why}}"
ADDED_FIELD = ("cards:", "  - {name: Why, id: 7009, from: why}\ncards:")
ADDED_CARD = ("reserve: Reserve 1}\n", "reserve: Reserve 1}\n  - {name: Held, id: 8003, face: b}\n")


def follow(folder: Path, told: list[dict[str, Any]]) -> str:
    """Do what diagnostics about a kind of one face `b` say, word by word; the key that notes are to fill."""
    path = folder / "templates/case/kind.yaml"
    text = path.read_text(encoding="utf-8")
    rows = text.splitlines(keepends=True)
    key = ""
    for each in told:
        hint = each["hint"]
        assert "(docs/kinds.md, *Growing*)" in hint
        if "remove this line" in hint:
            text = text.replace(rows[each["line"] - 1], "", 1)
        for new, old in re.findall("write `([^`]*)` instead of `([^`]*)`", hint):
            assert text.count(old) == 1, (old, text)
            text = text.replace(old, new)
        for gone in re.findall("remove `([^`]*)`", hint):
            text = text.replace(f"  - {gone}\n", "")
        for line in re.findall("under `keys`, add `([^`]*)`", hint):
            text = text.replace("keys:\n", f"keys:\n  {line}\n")
        around = "everything that (\\S+) shows between `([^`]*)` and `([^`]*)`"
        for face, begin, end in re.findall(around, hint):
            front = folder / "templates/case" / face
            front.write_text(f"{begin}{front.read_text(encoding='utf-8')}{end}", encoding="utf-8")
        key = next(iter(re.findall("write `(\\w+)` in the notes", hint)), key)
    path.write_text(text, encoding="utf-8")
    return key


@pytest.mark.parametrize(
    ("edits", "front", "count"),
    [
        ([WAKES], "{{#Held}}{{Held}}{{/Held}}", 1),
        ([("reserve: Reserve 1}", "face: b}")], "{{#Held}}{{Held}}{{/Held}}", 1),
        ([ADDED_CARD], "{{#Held}}{{Held}}{{/Held}}", 1),
        ([WHY, ADDED_FIELD, ADDED_CARD], SHOWS_WHY, 2),
        ([WHY, ADDED_FIELD, WAKES], SHOWS_WHY, 2),
        ([WHY, ("{name: Reserve 2, id: 7004}", "{name: Why, id: 7004, from: why}"), WAKES], SHOWS_WHY, 1),
        ([("{name: Reserve 1, id: 7003}", "{name: On, id: 7003, from: builds_on}"), WAKES], "{{On}}", 1),
        ([WHY, ("{name: Reserve 1, id: 7003}", "{name: Why, id: 7003, from: why}"), WAKES], "{{Name}}", 1),
        ([WHY, ADDED_FIELD], "", 1),
    ],
    ids=["wake", "unnamed", "card", "field and card", "field and wake", "other", "filled", "bare", "field"],
)
def test_one_message_says_how_a_kind_grows(
    edits: list[tuple[str, str]], front: str, count: int, project: Project, collection: Collection
) -> None:
    """Doing what it says, once, makes a package that the real Anki takes, with the card that was meant."""
    faces: dict[str, str | bytes] = {
        "templates/case/a.front.html.j2": "{{Name}}",
        "templates/case/a.back.html.j2": "{{FrontSide}} {{Held}}",
    }
    folder = project({**faces, "templates/case/kind.yaml": YOUNG, "source/one.yaml": HOLDING})
    import_package(collection, release(folder, "1", FIRST).path)
    grown = YOUNG
    for old, new in edits:
        assert grown.count(old) == 1
        grown = grown.replace(old, new)
    change(folder, {"templates/case/kind.yaml": grown})
    if front:
        faces = {"templates/case/b.front.html.j2": front, "templates/case/b.back.html.j2": "{{FrontSide}}"}
        change(folder, faces)
    found = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    told = [each for each in found if each["level"] == "error"]
    assert [each["code"] for each in told] == ["changed-note-type"] * count, found
    key = follow(folder, told) or "why"
    change(folder, {"source/one.yaml": HOLDING.replace("held: Stop.", f"held: Stop.\n    {key}: So.")})
    made = release(folder, "2", FIRST + 100)
    assert import_package(collection, made.path) == {"updated": 1, "duplicate": 1}
    assert len(collection.find_cards("Name:X")) == 1 + bool(front)
    assert len(collection.find_cards("Name:Y")) == 1
    (note,) = collection.find_notes("Name:X")
    assert "So." in collection.get_note(note).fields
    assert not collection.get_empty_cards().notes


def test_a_kind_without_reserves_is_told_what_is_left(project: Project) -> None:
    """Where no reserve is left the message says so, what to do, and what it costs learners to go on."""
    text = YOUNG.replace("  - {name: Reserve 2, id: 7004}\n", "")
    files = {**case(), "templates/case/kind.yaml": text, "source/one.yaml": HOLDING}
    folder = project(files)
    release(folder, "1", FIRST)
    change(folder, {"templates/case/kind.yaml": text.replace(*WHY).replace(*ADDED_FIELD)})
    said = " ".join(refused(folder).split())
    assert "no reserve field is left (`Reserve 1` can only wake with a dormant card)" in said
    assert "a separate kind for new notes" in said
    assert "*Merge note types* and *Always*, which overwrites their edits" in said
    assert "or accept it in deck.yaml" in said
    grown = text.replace("  held: {type", "  why: {type: text}\n  held: {type")
    grown = grown.replace("{name: Reserve 1, id: 7003}", "{name: Why, id: 7003, from: why}")
    change(folder, case(second="face: b", front=SHOWS_WHY))
    change(folder, {"templates/case/kind.yaml": grown.replace(*WAKES)})
    release(folder, "2", FIRST + 100)
    card = "  - {name: Third, id: 8003, face: a}\n"
    change(folder, {"templates/case/kind.yaml": grown.replace(*WAKES) + card})
    assert "no dormant card is left: " in refused(folder)


@pytest.mark.parametrize(
    ("reserve", "front", "told"),
    [
        ("Builds On, id: 7006, from: builds_on", SHOWS_LINKS, "wakes for a field that notes already fill"),
        ("New, id: 7006, from: new", SHOWS_NEW, "whose `New` is empty"),
    ],
)
def test_a_card_that_wakes_for_old_notes(reserve: str, front: str, told: str, project: Project) -> None:
    """A key that notes have had all along, and a front that some old notes fill, are refused."""
    folder = project({**case(), "source/one.yaml": CASES})
    release(folder, "1", FIRST)
    grown = case(reserve=reserve, second="face: b", front=front)
    kind_yaml = str(grown["templates/case/kind.yaml"])
    if "New" in reserve:
        grown["templates/case/kind.yaml"] = kind_yaml.replace("  held:", "  new: {type: text}\n  held:")
    change(folder, grown)
    assert told in refused(folder)


def test_a_note_with_more_cards_is_sent(project: Project, collection: Collection) -> None:
    """A card that a note gains through its neighbours arrives with what it shows."""
    showing = case(
        reserve="Builds On, id: 7006, from: builds_on",
        second="face: b",
        front=SHOWS_LINKS,
    )
    folder = project({**showing, "source/one.yaml": CASES})
    release(folder, "1", FIRST)
    change(folder, {"source/one.yaml": CASES.replace("id: x\n", "id: x\n    retired: Wrong.\n", 1)})
    import_package(collection, release(folder, "2", FIRST + 100).path)
    change(folder, {"source/one.yaml": CASES})
    assert import_package(collection, release(folder, "3", FIRST + 200).path) == {"new": 1, "updated": 1}
    assert not collection.get_empty_cards().notes


def test_a_retired_note_is_remembered_as_learners_have_it(project: Project) -> None:
    """What changes while a note is retired is compared with the release that learners know."""
    text = (
        "takeaways:\n  - id: one\n    {}text: |\n      It is {{{{c1::{}}}}} before {{{{c2::{}}}}}.\n"
        + CHAPTER_2
    )
    folder = project({"source/one.yaml": text.format("", "joining", "change")})
    release(folder, "1", FIRST)
    change(folder, {"source/one.yaml": text.format("retired: Wrong.\n    ", "change", "joining")})
    release(folder, "2", FIRST + 100)
    change(folder, {"source/one.yaml": text.format("", "change", "joining")})
    assert refused(folder).count("error[moved-cloze]") == 2


def test_warnings_hide_no_error(project: Project) -> None:
    """A note without a card is refused, whatever else there is to say."""
    files = case(second="face: b", front="{{#Held}}{{Held}}{{/Held}}")
    files["templates/case/a.front.html.j2"] = "{{#Held}}{{Held}}{{/Held}}"
    files["templates/case/kind.yaml"] = str(files["templates/case/kind.yaml"]).replace(
        "held: {type: markdown}", "held: {type: markdown, required: true}"
    )
    cases = "cases:\n  - id: x\n    name: X\n    held: <br>\n"
    folder = project({**files, "source/two.yaml": cases, "templates/base/nothing.txt": "x"})
    assert "error[no-card]" in refused(folder, "release", "1.0.0")


def test_an_id_that_comes_back(project: Project) -> None:
    """A note that has its first id again has it in its field for ever."""
    folder = project({"source/one.yaml": terms("aa", "b")})
    release(folder, "1", FIRST)
    for number, (name, was) in enumerate((("bb", "aa"), ("aa", "bb"), ("aa", "bb"))):
        text = terms(keyed(name, f"was: {was}"), "b").replace("Term bb", "Term aa").replace("of bb", "of aa")
        change(folder, {"source/one.yaml": text})
        made = release(folder, str(number + 2), FIRST + 100 * (number + 1))
        assert made.fields(made.by_id()[name])["Note ID"] == "aa"
        assert made.by_id()[name]["mod"] == FIRST


def test_a_table_is_replaced(project: Project) -> None:
    """`retired` and `replaced_by` on a table hold for its rows, and stand in the release notes."""
    table = (
        "comparisons:\n  - id: t\n{}    columns: [A, B]\n    rows:\n"
        "      - id: r\n        cells: [x, y]\n      - id: s\n        cells: [p, q]\n"
    )
    folder = project({"source/two.yaml": table.format("")})
    release(folder, "1", FIRST)
    change(folder, {"source/two.yaml": table.format("    retired: Wrong.\n    replaced_by: one\n")})
    made = release(folder, "2", FIRST + 100)
    notes = made.path.with_name("release-notes.md").read_text(encoding="utf-8")
    assert ": Wrong. Instead: " in notes
    change(folder, {"source/two.yaml": table.format("    retired: Wrong.\n    replaced_by: nope\n")})
    assert "there is no note `nope`" in refused(folder)
    change(folder, {"source/two.yaml": table.format("    replaced_by: one\n")})
    assert "`replaced_by` needs `retired`" in refused(folder)


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("guid", "has a different guid here than in learners' collections"),
        ("mod", "this line has been changed since deckgen wrote it"),
        ("due", "this line has been changed since deckgen wrote it"),
    ],
)
@pytest.mark.parametrize("resigned", [False, True])
def test_values_that_change_places(member: str, told: str, *, resigned: bool, project: Project) -> None:
    """What two lines of the ledger have exchanged is told at the line, and nothing is built."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1", FIRST)
    change(folder, {"source/one.yaml": terms("a", "b", b="Other.")})
    release(folder, "2", FIRST + 100)
    path = folder / LEDGER
    rows = path.read_text(encoding="utf-8").splitlines()
    at = [number for number, row in enumerate(rows) if row.startswith('{"note"')]
    one, two = (re.search(rf'"{member}":("[^"]*"|\d+)', rows[number]) for number in at)
    assert one
    assert two
    for number, old, new in zip(at, (one, two), (two, one), strict=True):
        rows[number] = rows[number].replace(old[0], new[0])
        rows[number] = signed(rows[number]) if resigned else rows[number]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    if resigned and member != "guid":
        return  # whoever writes the digest as well means it
    message = told if resigned else "this line has been changed since deckgen wrote it"
    assert f"{LEDGER}:{at[0] + 1}: error[bad-ledger]: " in (said := refused(folder))
    assert message in said


def test_another_note_type_in_the_ledger_is_told(project: Project) -> None:
    """The id of a note type can be worked out again, and is."""
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "1", FIRST)
    path = folder / LEDGER
    text = re.sub(r'("type":"definition","id":)\d+', r"\g<1>1234", path.read_text(encoding="utf-8"))
    path.write_text("".join(f"{signed(row)}\n" for row in text.splitlines()), encoding="utf-8")
    assert "the kind `definition` has a different note type here" in refused(folder)


def test_a_clock_behind_the_ledger_is_told_once(project: Project) -> None:
    """However many lines lie in the future: one message, with the right cause."""
    folder = project({"source/one.yaml": terms("a", "b", "c")})
    release(folder, "1", FIRST)
    path = folder / LEDGER
    text = path.read_text(encoding="utf-8").replace(str(FIRST), "4100000000")
    path.write_text("".join(f"{signed(row)}\n" for row in text.splitlines()), encoding="utf-8")
    told = refused(folder)
    assert told.count("error[") == 1
    assert "the ledger records 2099-12-03, but this computer's clock says 20" in told
    assert "correct the clock" in told
    assert "restore it from git" not in told


def test_a_clock_years_ahead_releases_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stamped with a time far ahead would win over all that learners ever write."""
    folder = project({"source/one.yaml": terms("a")})
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr("deckgen.inputs.time.time", lambda: 4_102_444_800.0)
    with pytest.raises(CallError, match="clock says 2100-01-01 00:00:00 UTC, more than ten years since deck"):
        released(folder, "1.0.0")
    assert not (folder / LEDGER).exists()
    monkeypatch.undo()
    release(folder, "1.0.0", FIRST)
    monkeypatch.setattr("deckgen.inputs.time.time", lambda: 4_102_444_800.0)
    with pytest.raises(CallError, match="more than ten years since the last release"):
        released(folder, "1.1.0")


EDITS = st.tuples(
    st.sampled_from(["set", "insert", "delete", "drop", "double", "swap", "move"]),
    st.integers(0, 1 << 20),
    st.integers(0, 1 << 20),
    st.sampled_from([*'0123456789abcxyz"{}[]:,\\ -.é', "\n", "null", "true"]),
)


def edited(text: str, how: str, one: int, two: int, sign: str) -> str:
    """A text after a random edit."""
    rows, at = text.splitlines(keepends=True), one % len(text)
    if how in {"set", "insert", "delete"}:
        return text[:at] + ("" if how == "delete" else sign) + text[at + (how != "insert") :]
    first, second = one % len(rows), two % len(rows)
    if how == "drop":
        del rows[first]
    elif how == "double":
        rows.insert(second, rows[first])
    elif how == "move":
        rows.insert(second, rows.pop(first))
    else:
        values = [re.findall(r'(?<=":)(?:"[^"]*"|\d+)', row) for row in (rows[first], rows[second])]
        old, new = (each[two % len(each)] for each in values)
        rows[first], rows[second] = rows[first].replace(old, new), rows[second].replace(new, old)
    return "".join(rows)


@given(edit=EDITS)
@settings(max_examples=300, deadline=None)
def test_an_edited_ledger_is_told_or_does_no_harm(
    edit: tuple[str, int, int, str], released_once: Path, monkeypatch_module: pytest.MonkeyPatch
) -> None:
    """Whatever is edited in the ledger by hand: an error, or the package is the same, byte for byte."""
    from deckgen.build import build as build_deck  # noqa: PLC0415

    monkeypatch_module.setenv("SOURCE_DATE_EPOCH", str(FIRST + 500))
    path = released_once / LEDGER
    whole = path.read_text(encoding="utf-8")
    expected = build_deck(released_once)
    assert expected.package
    assert expected.retired
    try:
        path.write_text(edited(whole, *edit), encoding="utf-8")
        made = build_deck(released_once)
    finally:
        path.write_text(whole, encoding="utf-8")
    if made.package is None:
        assert any(each.level == "error" and each.span.path == LEDGER for each in made.diagnostics)
        return
    assert made.package.digest == expected.package.digest
    assert made.retired
    assert made.retired.digest == expected.retired.digest


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Changes of the environment that last for all examples of a test."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
