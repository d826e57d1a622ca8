"""`deckgen export --to crowdanki`: what CrowdAnki's importer makes of it, compared with the package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.adopting import words
from tests.conftest import (
    ALLIANCE,
    REPOSITORY,
    change,
    import_package,
    open_package,
    real_collection,
    run,
)
from tests.crowdanki import Import
from tests.exports import MOON, export, holds, moon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.collection import Collection

DECKS = {
    "own": REPOSITORY,
    "alliance": ALLIANCE,
    "media": REPOSITORY / "tests/decks/stress",
    "right to left": REPOSITORY / "tests/decks/stress-ar",
    "moon": None,
}
DAY = "1700100000"


@pytest.fixture(params=[*DECKS, "adopted"])
def deck(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Each of the decks."""
    if request.param == "adopted":
        return words(tmp_path / "adopted")
    return DECKS[request.param] or moon(tmp_path / "deck")


def read(folder: Path) -> dict[str, Any]:
    """The root deck of an export."""
    root: dict[str, Any] = json.loads((folder / "deck.json").read_text("utf-8"))
    return root


def parts(value: object, kind: str) -> Iterator[dict[str, Any]]:
    """All parts of a type, anywhere."""
    if isinstance(value, dict):
        if value.get("__type__") == kind:
            yield value
        for each in value.values():
            yield from parts(each, kind)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each, kind)


def notes_in(collection: Collection) -> dict[str, Any]:
    """The notes of a collection by guid, with all that a learner sees of them."""
    found: dict[str, Any] = {}
    decks = {each.id: each.name for each in collection.decks.all_names_and_ids()}
    for number in collection.find_notes(""):
        note = collection.get_note(number)
        its_type: Any = note.note_type()
        cards = note.cards()
        found[note.guid] = (
            its_type["name"],
            note.fields,
            sorted(note.tags),
            [card.ord for card in cards],
            {decks[card.did] for card in cards},
            [(card.question(), card.answer()) for card in cards],
        )
    return found


def types_in(collection: Collection) -> dict[str, Any]:
    """The note types with notes by name, without what each collection has for itself."""
    found = {}
    for each in collection.models.all():
        if collection.models.use_count(each):
            own = ("id", "did", "mod", "usn", "originalId", "crowdanki_uuid", "flds", "tags", "vers")
            found[each["name"]] = {key: value for key, value in each.items() if key not in own}
            fields = [{key: field[key] for key in field if key != "media"} for field in each["flds"]]
            found[each["name"]]["fields"] = fields
    return found


def in_order(collection: Collection) -> list[str]:
    """The guids of a collection's notes, in the order in which a deck shows their first cards."""
    rows: Any = collection.db
    return list(
        rows.list("SELECT guid FROM notes n JOIN cards c ON c.nid = n.id GROUP BY n.id ORDER BY min(due)")
    )


def test_an_import_gives_what_the_package_gives(deck: Path, tmp_path: Path) -> None:
    """In the real Anki: notes with their guids, cards, decks, tags, look and note types, and their order."""
    export(deck, "crowdanki", tmp_path / "out", SOURCE_DATE_EPOCH=DAY)
    package = tmp_path / "deck.apkg"
    done = run("build", "--project", deck, "-o", package, SOURCE_DATE_EPOCH=DAY)
    assert done.returncode == 0, done.stderr
    folders = [tmp_path / name for name in ("crowdanki", "package")]
    for folder in folders:
        folder.mkdir()
    with real_collection(folders[0]) as ours, real_collection(folders[1]) as theirs:
        made = Import(ours, tmp_path / "out")
        import_package(theirs, package)
        assert notes_in(ours) == notes_in(theirs)
        assert made.added == ours.note_count() > 0
        assert types_in(ours) == types_in(theirs)
        root = read(tmp_path / "out")
        for each in (ours, theirs):
            found: Any = each.decks.by_name(root["name"])
            assert (found["desc"], found["md"]) == (root["desc"], True)
        for deck_of in parts(root, "Deck"):
            guids = [note["guid"] for note in deck_of["notes"]]
            for each in (ours, theirs):
                assert [guid for guid in in_order(each) if guid in guids] == guids


def test_a_second_import_finds_everything_again(deck: Path, tmp_path: Path) -> None:
    """Nothing is there twice, and the learner is not asked about fields or templates."""
    export(deck, "crowdanki", tmp_path / "out")
    (tmp_path / "anki").mkdir()
    with real_collection(tmp_path / "anki") as collection:
        Import(collection, tmp_path / "out")
        before = notes_in(collection), len(collection.models.all()), len(collection.decks.all())
        again = Import(collection, tmp_path / "out")
        assert (again.added, again.asked) == (0, [])
        assert (notes_in(collection), len(collection.models.all()), len(collection.decks.all())) == before
        assert len(collection.decks.all_config()) == 2


def test_media_are_all_there_and_listed_where_they_are_shown(deck: Path, tmp_path: Path) -> None:
    """Those of the package, byte for byte; but for the style of learners, which CrowdAnki would replace."""
    export(deck, "crowdanki", tmp_path / "out")
    done = run("build", "--project", deck, "-o", tmp_path / "deck.apkg")
    assert done.returncode == 0, done.stderr
    package = open_package(tmp_path / "deck.apkg")
    numbers = {name: number for number, name in package.media.items()}
    found = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("media/*")}
    assert found == {name: package.members[numbers[name]] for name in package.authors_media()}
    root = read(tmp_path / "out")
    listed = [name for each in parts(root, "Deck") for name in each["media_files"]]
    assert sorted(set(listed)) == sorted(found)
    for each in parts(root, "Deck"):
        for name in each["media_files"]:
            texts = [text for note in each["notes"] for text in note["fields"]]
            assert name.startswith("_") or any(name in text for text in texts)


def test_the_folder_has_the_form_that_crowdanki_reads(deck: Path, tmp_path: Path) -> None:
    """Each part has its type and what the importer takes from it without asking whether it is there."""
    export(deck, "crowdanki", tmp_path / "out")
    root = read(tmp_path / "out")
    uuids = [
        each["crowdanki_uuid"] for kind in ("Deck", "NoteModel", "DeckConfig") for each in parts(root, kind)
    ]
    assert len(uuids) == len({str(UUID(each)) for each in uuids})
    options = {each["crowdanki_uuid"] for each in root["deck_configurations"]}
    types = {each["crowdanki_uuid"]: each for each in root["note_models"]}
    for each in parts(root, "Deck"):
        assert each["deck_config_uuid"] in options
        assert "::" not in each["name"]
        assert {"children", "media_files", "notes", "desc"} <= each.keys()
    for note in parts(root, "Note"):
        assert len(note["fields"]) == len(types[note["note_model_uuid"]]["flds"])
        assert note["guid"]
        assert isinstance(note["tags"], list)
    assert not any("id" in each or "mod" in each for each in (root, *types.values(), *parts(root, "Note")))


def test_subdecks_are_inside_each_other_and_retired_notes_are_not_there(tmp_path: Path) -> None:
    """As in the package: no retired note, and none without cards. The command says how many there are."""
    printed = export(moon(tmp_path / "deck"), "crowdanki", tmp_path / "out")
    assert "not exported: 1 retired note, 1 note without cards. `--to json` has all notes" in printed
    root = read(tmp_path / "out")
    (basics,) = root["children"]
    (phases,) = basics["children"]
    assert [each["name"] for each in (root, basics, phases)] == ["Moon", "Basics", "Phases"]
    assert [len(each["notes"]) for each in (root, basics, phases)] == [4, 0, 3]
    assert "old-" not in "".join(path.name for path in (tmp_path / "out/media").iterdir())


def test_fields_are_written_from_right_to_left(tmp_path: Path) -> None:
    """In the editor, for a language that is."""
    export(DECKS["right to left"] or tmp_path, "crowdanki", tmp_path / "out")
    fields = [field for each in read(tmp_path / "out")["note_models"] for field in each["flds"]]
    assert {field["rtl"] for field in fields} == {True}


def test_uuids_stay_from_build_to_build(tmp_path: Path) -> None:
    """Whatever the time, and also if the texts, the look and the title change; another deck has others."""
    deck = moon(tmp_path / "deck")

    def uuids(name: str, day: str = DAY) -> set[str]:
        export(deck, "crowdanki", tmp_path / name, SOURCE_DATE_EPOCH=day)
        root = read(tmp_path / name)
        kinds = ("Deck", "NoteModel", "DeckConfig")
        return {each["crowdanki_uuid"] for kind in kinds for each in parts(root, kind)}

    first = uuids("one")
    assert uuids("two", "1700900000") == first
    export(deck, "crowdanki", tmp_path / "same", SOURCE_DATE_EPOCH=DAY)
    assert holds(tmp_path / "same") == holds(tmp_path / "one")
    (deck / "source/ledger.jsonl").unlink()
    text = (deck / "source/1-terms.yaml").read_text("utf-8")
    text = text.replace("    was: humped\n", "").replace("    retired: |\n      Nobody asks for it.\n", "")
    text = text.replace("    replaced_by: gibbous\n", "").replace("Lune", "Moon")
    change(
        deck, {"source/deck.yaml": MOON.replace("title: Moon", "title: Luna"), "source/1-terms.yaml": text}
    )
    assert uuids("three") == first
    change(deck, {"source/deck.yaml": MOON.replace("id: moon", "id: other")})
    assert not uuids("four") & first
