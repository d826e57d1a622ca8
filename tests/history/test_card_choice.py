"""The key `cards` in the real Anki: which cards a note gets, and what a later choice does to learners."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import change, import_package, run, told_of
from tests.faults import KIND
from tests.releases import FIRST, build, keyed, lines, refused, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

    Project = Callable[..., Path]

ONE = "cards: [Recognize]"
TABLE = """\
comparisons:
  - id: t
    columns: [Name, What]
    cards: [Name It]
    rows:
      - id: one
        cells: [First, The first of them]
      - id: two
        cells: [Second, The second of them]
        cards: [Describe, Name It]
"""


def cards_in(collection: Collection) -> dict[str, list[Any]]:
    """The names of the cards of each note, by the note's first field."""
    found: dict[str, list[Any]] = {}
    for number in collection.find_notes(""):
        note = collection.get_note(number)
        found[note.fields[0]] = [card.template()["name"] for card in note.cards()]
    return found


def empty_cards(collection: Collection) -> list[Any]:
    """The cards that *Empty Cards* would delete."""
    return [card for note in collection.get_empty_cards().notes for card in note.card_ids]


def package(folder: Path, version: str, time: int) -> Path:
    """A release's package."""
    return release(folder, version, time).path


def card(collection: Collection, term: str, name: str) -> Any:  # noqa: ANN401 (Anki's)
    """The card of a note that has a name."""
    (number,) = collection.find_cards(f'"Term:{term}" "card:{name}"')
    return collection.get_card(number)


def test_a_new_learner_gets_the_chosen_cards(project: Project, collection: Collection) -> None:
    """A note's own choice comes before its table's, and a table's before the chapter's."""
    chapter = "cards: {definitions: [Recognize], comparisons: [Describe]}\n"
    chapter += terms("a", keyed("b", "cards: [Recall, Recognize]")) + TABLE
    folder = project({"source/one.yaml": chapter})
    build(folder, FIRST)
    assert import_package(collection, folder / "build/sample.apkg") == {"new": 4}
    assert cards_in(collection) == {
        "Term a": ["Recognize"],
        "Term b": ["Recall", "Recognize"],
        "t.one": ["Name It"],
        "t.two": ["Describe", "Name It"],
    }
    assert empty_cards(collection) == []
    # Anki itself makes no further card when the learner edits a note
    (number,) = collection.find_notes('"Term:Term a"')
    note = collection.get_note(number)
    note["Extra"] = "Mine."
    collection.update_note(note)
    assert cards_in(collection)["Term a"] == ["Recognize"]


def test_a_learners_own_note_keeps_all_cards(project: Project, collection: Collection) -> None:
    """Where the field is empty, as in a note that the learner adds, the fronts are as ever."""
    folder = project({"source/one.yaml": terms(keyed("a", ONE))})
    build(folder, FIRST)
    import_package(collection, folder / "build/sample.apkg")
    theirs = card(collection, "Term a", "Recognize")
    note = collection.new_note(theirs.note_type())
    note["Term"], note["Definition"] = "Mine", "What I add."
    collection.add_note(note, theirs.did)
    assert cards_in(collection)["Mine"] == ["Recall", "Recognize"]
    assert empty_cards(collection) == []


def test_the_field_is_folded_in_the_editor(project: Project) -> None:
    """Learners have nothing to write there, as in the reserves."""
    folder = project({"source/one.yaml": terms(keyed("a", ONE))})
    opened = build(folder, FIRST)
    fields = opened.note_types["Sample - Definition"]["flds"]
    folded = [field["name"] for field in fields if field["collapsed"]]
    assert folded[-2:] == ["No Recall", "No Recognize"]
    (note,) = opened.notes
    filled = {name: text for name, text in opened.fields(note).items() if name.startswith("No ")}
    assert filled == {"No Recall": "1", "No Recognize": ""}


def test_a_card_that_is_added_later_comes_as_a_new_one(project: Project, collection: Collection) -> None:
    """An update brings it, and the other card keeps its reviews."""
    folder = project({"source/one.yaml": terms(keyed("a", ONE), "b")})
    import_package(collection, package(folder, "1.0.0", FIRST))
    collection.sched.set_due_date([card(collection, "Term a", "Recognize").id], "5!")
    change(folder, {"source/one.yaml": terms("a", "b")})
    told = json.loads(run("build", "--project", folder, "--format", "json").stdout)
    assert told["package"]["changed"] == ["a"]
    new = package(folder, "1.1.0", FIRST + 100)
    assert import_package(collection, new) == {"updated": 1, "duplicate": 1}
    assert cards_in(collection) == {f"Term {name}": ["Recall", "Recognize"] for name in "ab"}
    assert card(collection, "Term a", "Recognize").ivl == 5
    assert card(collection, "Term a", "Recall").reps == 0
    assert "Term a" in card(collection, "Term a", "Recall").question()
    text = (folder / "build/release/1.1.0/release-notes.md").read_text(encoding="utf-8")
    assert "1 new card" in text, text


def test_a_card_that_is_taken_away_is_told_as_a_dead_one(project: Project, collection: Collection) -> None:
    """Learners keep it with its reviews until *Empty Cards*; its front is blank; the other stays as it is."""
    folder = project({"source/one.yaml": terms("a", "b")})
    import_package(collection, package(folder, "1.0.0", FIRST))
    both = [card(collection, "Term a", name).id for name in ("Recall", "Recognize")]
    collection.sched.set_due_date(both, "5!")
    change(folder, {"source/one.yaml": terms(keyed("a", ONE), "b")})
    (told,) = [
        each
        for each in json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
        if each["code"] == "dead-card"
    ]
    assert told["message"] == "1 released card is gone: `Recall` of `a`"
    new = package(folder, "1.1.0", FIRST + 100)
    assert lines(folder)["a"]["cards"] == "1"
    assert import_package(collection, new) == {"updated": 1, "duplicate": 1}
    assert [collection.get_card(number).ivl for number in both] == [5, 5]
    assert "The front of this card is blank" in collection.get_card(both[0]).question()
    assert empty_cards(collection) == [both[0]]
    text = (folder / "build/release/1.1.0/release-notes.md").read_text(encoding="utf-8")
    assert "Empty Cards" in text, text
    # and back: the same card, with its reviews
    change(folder, {"source/one.yaml": terms("a", "b")})
    assert import_package(collection, package(folder, "1.2.0", FIRST + 200)) == {"updated": 1, "duplicate": 1}
    assert [collection.get_card(number).ivl for number in both] == [5, 5]
    assert empty_cards(collection) == []


def test_verify_finds_nothing_lost_in_such_updates(project: Project) -> None:
    """One note gets a card, another loses one; `verify` tries both updates."""
    folder = project({"source/one.yaml": terms(keyed("a", ONE), "b", "c")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a", keyed("b", ONE), "c")})
    done = run("verify", "--project", folder, "--format", "json", SOURCE_DATE_EPOCH=str(FIRST + 100))
    told = json.loads(done.stdout)
    assert told["ok"], told
    # the learner of the rehearsal has edited a note, which Anki therefore skips
    sent = [(each["new"], each["updated"] + len(each["held_back"])) for each in told["updates"]]
    assert sent == [(0, 2), (0, 2)]
    assert "nothing lost" in run("verify", "--project", folder).stderr


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("", "cards: [Recall, Recognize]", []),
        ("cards: [Recall, Recognize]", "cards: [Recognize, Recall]", []),
        (ONE, "cards:\n      - Recognize", []),
        ("", ONE, ["a"]),
        (ONE, "cards: [Recall]", ["a"]),
    ],
)
def test_a_choice_is_a_change_where_the_cards_differ(
    project: Project, before: str, after: str, sent: list[str]
) -> None:
    """The same cards, written in another way, are no reason to send a note again."""
    entries = [terms(keyed("a", *[line] * bool(line)), "b") for line in (before, after)]
    folder = project({"source/one.yaml": entries[0]})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": entries[1]})
    told = json.loads(run("build", "--project", folder, "--format", "json").stdout)
    assert told["package"]["changed"] == sent


def test_a_chapters_choice_that_changes_many_notes_is_told_at_its_place(project: Project) -> None:
    """A wide change names the line that causes it."""
    names = [f"n{number}" for number in range(12)]
    folder = project({"source/one.yaml": terms(*names)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": "cards: {definitions: [Recall]}\n" + terms(*names)})
    told = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    (wide,) = [each for each in told if each["code"] == "wide-change"]
    assert (wide["path"], wide["line"], wide["column"]) == ("source/one.yaml", 1, 22)
    assert wide["message"].startswith("12 of 12 released notes are sent to learners again")


def test_a_note_without_cards_is_text_for_others(project: Project, collection: Collection) -> None:
    """It is in no package and in no count; who builds on it shows its text as ever."""
    chapter = terms(keyed("a", "cards: []"), keyed("b", "builds_on: [a]"))
    folder = project({"source/one.yaml": chapter})
    opened = build(folder, FIRST)
    (note,) = opened.notes
    assert "Text of a." in opened.fields(note)["Builds On"]
    told = json.loads(run("check", "--project", folder, "--format", "json").stdout)
    assert told["package"]["notes"] == {"definition": 1}
    assert [each["code"] for each in told["diagnostics"]] == []
    stats = json.loads(run("stats", "--project", folder, "--format", "json").stdout)
    assert (stats["stats"]["notes"], stats["stats"]["cards"]) == (1, 2), stats
    assert import_package(collection, opened.path) == {"new": 1}
    release(folder, "1.0.0", FIRST)
    assert lines(folder).keys() == {"b"}
    # once it gets a card it is a new note, and the note that builds on it has not changed
    change(folder, {"source/one.yaml": chapter.replace("cards: []", "cards: [Recall]")})
    told = json.loads(run("build", "--project", folder, "--format", "json").stdout)["package"]
    assert (told["new"], told["changed"]) == (["a"], [])


def test_a_released_note_cannot_lose_its_last_card(project: Project) -> None:
    """Learners would keep the note for ever; `retired` is the way, and then `cards` does no harm."""
    folder = project({"source/one.yaml": terms("a", keyed("b", "builds_on: [a]"))})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms(keyed("a", "cards: []"), keyed("b", "builds_on: [a]"))})
    told = refused(folder)
    assert "error[note-gone]" in told
    assert "write `retired: |`" in told
    retired = keyed("a", "cards: []", "retired: Wrong.")
    change(folder, {"source/one.yaml": terms(retired, "b")})
    release(folder, "1.1.0", FIRST + 100)
    assert lines(folder)["a"]["cards"] == "0,1"


RESERVES = "  - {name: Reserve 1, id: 31}\n  - {name: Reserve 2, id: 32}\n"
OWN = KIND.replace("cards:", f"{RESERVES}cards:\n  - {{name: Back, id: 9, face: back}}")
FACES: dict[str, str | bytes] = {
    "templates/law/card.front.html.j2": "{{Name}}",
    "templates/law/card.back.html.j2": "{{Name}} {{Rule}}",
    "templates/law/back.front.html.j2": "{{Rule}}",
    "templates/law/back.back.html.j2": "{{Name}} {{Rule}}",
}
LAWS = "laws:\n  - id: l1\n    name: First\n    rule: One.\n  - id: l2\n    name: Second\n    rule: Two.\n"


def test_a_reserve_of_a_released_kind_becomes_the_field(project: Project, collection: Collection) -> None:
    """Anki takes it as a rename: the notes of learners keep their cards, until one of them leaves one out."""
    folder = project({"source/one.yaml": LAWS, "templates/law/kind.yaml": OWN, **FACES})
    import_package(collection, package(folder, "1.0.0", FIRST))
    both = {"First": ["Back", "Card"], "Second": ["Back", "Card"]}
    assert cards_in(collection) == both
    grown = OWN.replace("{name: Reserve 2, id: 32}", "{name: No Back, id: 32, without: Back}")
    change(folder, {"templates/law/kind.yaml": grown})
    new = package(folder, "1.1.0", FIRST + 100)
    assert import_package(collection, new) == {"duplicate": 2}
    collection.models._clear_cache()  # noqa: SLF001 (an import does not)
    assert collection.get_note(collection.find_notes("")[0]).keys()[-1] == "No Back"
    assert cards_in(collection) == both
    assert empty_cards(collection) == []
    change(folder, {"source/one.yaml": LAWS.replace("rule: Two.", "rule: Two.\n    cards: [Card]")})
    assert import_package(collection, package(folder, "1.2.0", FIRST + 200)) == {"updated": 1, "duplicate": 1}
    (gone,) = empty_cards(collection)
    assert collection.get_card(gone).note().fields[0] == "Second"
    assert collection.get_card(gone).template()["name"] == "Back"
    # the second reserve becomes a field like that later on, too; and a card may be renamed with it
    grown = grown.replace("{name: Reserve 1, id: 31}", "{name: No Card, id: 31, without: Card}")
    grown = grown.replace("without: Back", "without: Turned").replace(
        "name: Back, id: 9", "name: Turned, id: 9"
    )
    change(folder, {"templates/law/kind.yaml": grown})
    assert import_package(collection, package(folder, "1.3.0", FIRST + 300)) == {"duplicate": 2}


def test_a_field_that_learners_may_fill_takes_no_card_away(project: Project) -> None:
    """Nor is a field added to a released kind: the last reserve is the way."""
    folder = project({"source/one.yaml": LAWS, "templates/law/kind.yaml": OWN, **FACES})
    release(folder, "1.0.0", FIRST)
    field = "  - {name: No Back, id: 33, without: Back}\n"
    change(folder, {"templates/law/kind.yaml": OWN.replace("cards:", f"{field}cards:", 1)})
    told = refused(folder)
    assert "instead of `{name: Reserve 2, id: 32}`" in told
    assert "write `{name: No Back, id: 32, without: Back}`" in told


def test_what_a_learner_sees_change_is_the_card(project: Project) -> None:
    """`diff` names the card that comes or goes, and not the field in which Anki finds it."""
    folder = project({"source/one.yaml": terms("a", keyed("b", ONE))})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms(keyed("a", ONE), "b")})
    told = run("diff", "--project", folder)
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("Recall") == 2, told.stdout
    assert "No Recall" not in told.stdout


def test_a_section_in_the_singular_is_named(project: Project) -> None:
    """Under `cards` of a chapter, `definition` is a slip for a section, and not a note's key."""
    folder = project({"source/two.yaml": "cards: {definition: [Recognize]}\n"})
    (told,) = told_of(folder, "unknown-key")
    assert told["hint"] == "did you mean `definitions`?"
