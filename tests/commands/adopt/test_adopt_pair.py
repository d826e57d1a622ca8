"""`deckgen adopt` of a folder of CrowdAnki with the package that learners have: texts and identities."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from deckgen.package import read_package
from tests.commands.adopt.test_adopt import PNG, adopted, export, refused, released, replaced
from tests.conftest import import_package, real_collection, run
from tests.crowdanki import Import, crowdanki_deck, crowdanki_note_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBERS = range(8)
BASIC = "11111111-aaaa-11ee-8000-000000000002"
WORD = "11111111-aaaa-11ee-8000-000000000001"


def note(guid: str, *fields: str, uuid: str = WORD) -> dict[str, Any]:
    """A note of the folder."""
    return {
        "__type__": "Note",
        "guid": guid,
        "fields": list(fields),
        "tags": ["word"],
        "note_model_uuid": uuid,
    }


class Pair(NamedTuple):
    """A folder of CrowdAnki, and a package of the same deck that learners have."""

    folder: Path
    package: Path

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the folder, as its authors do after the package was made."""
        path = self.folder / "deck.json"
        root = json.loads(path.read_text("utf-8"))
        change(root)
        path.write_text(json.dumps(root), "utf-8")


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Both with the same notes: eight words, two verbs in a subdeck, an image."""
    words = [note(f"word{n}", f"palabra {n}", f"<b>word</b> {n}", "") for n in NUMBERS]
    words[0]["fields"][1] += '<img src="pic.png">'
    verbs = [note("verb0", "ver", "to see", ""), note("verb1", "ir", "to go", uuid=BASIC)]
    root = crowdanki_deck("Spanish", words, crowdanki_deck("Verbs", verbs))
    options = {"__type__": "DeckConfig", "crowdanki_uuid": root["deck_config_uuid"], "name": "Default"}
    types = [
        crowdanki_note_type(WORD, "Word", "Front", "Back", "Tip"),
        crowdanki_note_type(BASIC, "Verb", "Infinitive", "English"),
    ]
    root |= {"note_models": types, "deck_configurations": [options]}
    folder = tmp_path / "crowd"
    (folder / "media").mkdir(parents=True)
    (folder / "media/pic.png").write_bytes(PNG)
    (folder / "deck.json").write_text(json.dumps(root), "utf-8")
    (tmp_path / "author").mkdir()
    with real_collection(tmp_path / "author") as collection:
        Import(collection, folder)
        assert collection.db
        collection.db.execute("UPDATE notes SET mod = mod - 5000")
        collection.models.all_names_and_ids()
        package = export(collection, tmp_path / "spanish.apkg", "Spanish")
    return Pair(folder, package)


def back_of(root: dict[str, Any], number: int, text: str) -> None:
    """Write another back on a word of the folder."""
    root["notes"][number]["fields"][1] = text


def test_a_folder_gets_the_identities_of_a_package(pair: Pair, tmp_path: Path) -> None:
    """If both have the same texts, nothing is new for learners: no merge, no update, nothing in conflict."""
    said = adopted(pair.folder, tmp_path / "deck", "--earlier", str(pair.package))
    assert "adopted 10 notes of crowd" in said
    assert "over spanish.apkg: 0 new, 0 updated, 10 untouched, 0 conflicting; nothing lost" in said
    assert "over spanish.apkg, after a change of one note: 0 new, 1 updated, 9 untouched" in said
    assert "first release: no note differs" in said
    assert "Merge note types" not in said
    built = run("build", "--project", tmp_path / "deck", "-o", tmp_path / "new.apkg")
    assert built.returncode == 0, built.stderr
    before, after = read_package(pair.package), read_package(tmp_path / "new.apkg")
    assert {(each.guid, each.note_type, each.modified) for each in after.notes} == {
        (each.guid, each.note_type, each.modified) for each in before.notes
    }
    for number in {each.note_type for each in before.notes}:
        assert after.note_types[number].fields == before.note_types[number].fields


def test_the_first_release_brings_what_is_newer_in_the_folder(pair: Pair, tmp_path: Path) -> None:
    """Two texts, an image, a tag, a new note; reviews and edits of all others stay, as Anki itself says."""
    other = PNG.replace(b"IEND", b"IEND")[:-12] + b"\0\0\0\x04tEXta\0bc" + b"\x00\x00\x00\x00" + PNG[-12:]
    (pair.folder / "media/pic.png").write_bytes(other)

    def newer(root: dict[str, Any]) -> None:
        back_of(root, 1, "a better word")
        back_of(root, 2, "<b>word</b> 2<br>and more")
        back_of(root, 3, "<strong>word</strong> 3")  # the same for an author
        root["notes"][4]["tags"].append("food")
        root["notes"].append(note("word8", "palabra 8", "new", ""))
        del root["notes"][7]

    pair.edit(newer)
    project = tmp_path / "deck"
    said = adopted(pair.folder, project, "--earlier", str(pair.package))
    assert "first release: 1 new note, 4 changed (palabra-0, palabra-1, palabra-2" in said
    assert "1 note only in spanish.apkg: learners keep them" in said
    assert "a better word" in (project / "source/1-spanish.yaml").read_text("utf-8")
    assert (project / "source/media/pic.png").read_bytes() == other
    with real_collection(tmp_path) as collection:
        import_package(collection, pair.package)
        (edited,) = collection.find_notes('"Front:palabra 5"')
        mine = collection.get_note(edited)
        mine["Back"] = "mine"
        collection.update_note(mine)
        collection.sched.set_due_date(list(collection.find_cards("deck:Spanish*")), "3-9!")
        query = "SELECT id, nid, did, ord, type, queue, ivl, reps FROM cards WHERE id IN ({}) ORDER BY id"
        assert collection.db
        cards = ",".join(map(str, collection.db.list("SELECT id FROM cards")))
        before = collection.db.all(query.format(cards))
        first = released(project, "1.0.0", int(time.time()) + 30)
        assert import_package(collection, first) == {"new": 1, "updated": 4, "duplicate": 5}
        replaced(project, "to see", "to look")
        second = released(project, "1.1.0", int(time.time()) + 90)
        assert import_package(collection, second) == {"updated": 1, "duplicate": 9}
        assert collection.db.all(query.format(cards)) == before
        assert collection.get_note(edited)["Back"] == "mine"
        assert collection.find_notes('"Back:a better word"')
        assert len(collection.find_notes("deck:Spanish*")) == 11


def test_a_new_look_reaches_learners_and_a_shared_one_stays(pair: Pair, tmp_path: Path) -> None:
    """Templates and css are those of the folder, with the ids that learners have; notes are untouched."""

    def navy(root: dict[str, Any]) -> None:
        for each in root["note_models"]:
            each["css"] = ".card { color: navy; }"

    pair.edit(navy)
    said = adopted(pair.folder, tmp_path / "deck", "--earlier", str(pair.package))
    assert "first release: the look of word\n" in said
    assert "the look of `Verb` is that in spanish.apkg" in said
    assert "0 new, 0 updated, 10 untouched, 0 conflicting" in said
    with real_collection(tmp_path) as collection:
        import_package(collection, pair.package)
        first = released(tmp_path / "deck", "1.0.0", int(time.time()) + 30)
        assert import_package(collection, first) == {"duplicate": 10}
    with real_collection(tmp_path) as collection:
        changed, shared = (collection.models.by_name(name) for name in ("Word", "Verb"))
        assert changed
        assert "navy" in changed["css"]
        assert shared
        assert "teal" in shared["css"]
        assert collection.models.by_name("Word+") is None


def test_the_newest_package_gives_the_identities(pair: Pair, tmp_path: Path) -> None:
    """The others are tested, too, in any order."""
    (tmp_path / "later").mkdir()
    with real_collection(tmp_path / "later") as collection:
        import_package(collection, pair.package)
        assert collection.db
        collection.db.execute("UPDATE notes SET mod = mod + 100 WHERE guid LIKE 'word%'")
        later = export(collection, tmp_path / "later.apkg", "Spanish")
    said = adopted(pair.folder, tmp_path / "deck", "--earlier", str(later), "--earlier", str(pair.package))
    assert "over later.apkg: 0 new, 0 updated, 10 untouched, 0 conflicting" in said
    assert "over spanish.apkg: 0 new, 8 updated, 2 untouched, 0 conflicting" in said or (
        "over spanish.apkg: 0 new, 7 updated" in said
    )


def test_decks_keep_the_names_that_learners_have(pair: Pair, tmp_path: Path) -> None:
    """Another name would give learners a second deck."""
    pair.edit(lambda root: root.update(name="Español"))
    said = adopted(pair.folder, tmp_path / "deck", "--earlier", str(pair.package))
    assert "the deck `Español` has the name `Spanish` in spanish.apkg, and keeps that" in said
    assert "title: Spanish\n" in (tmp_path / "deck/source/deck.yaml").read_text("utf-8")
    pair.edit(lambda root: root["notes"].append(root["children"][0]["notes"].pop()))
    said = adopted(pair.folder, tmp_path / "other", "--earlier", str(pair.package))
    assert "1 note in a different deck than in spanish.apkg" in said


def add_field(root: dict[str, Any]) -> None:
    """Give the words a fourth field."""
    fields = root["note_models"][0]["flds"]
    fields.append(fields[0] | {"name": "Hint", "ord": 3})
    for each in [*root["notes"], root["children"][0]["notes"][0]]:
        each["fields"].append("")


def swap_fields(root: dict[str, Any]) -> None:
    """Turn the fields of the words round."""
    root["note_models"][0]["flds"].reverse()


def rename_card(root: dict[str, Any]) -> None:
    """Give the card of the words another name."""
    root["note_models"][0]["tmpls"][0]["name"] = "Translate"


def change_type(root: dict[str, Any]) -> None:
    """Give a word the note type of verbs."""
    root["notes"][3].update(note_model_uuid=BASIC, fields=["palabra 3", "word"])


def make_cloze(root: dict[str, Any]) -> None:
    """Make the words clozes."""
    root["note_models"][0]["type"] = 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (add_field, "only in the folder it has the field `Hint`"),
        (swap_fields, "its fields have a different order"),
        (rename_card, "only in spanish.apkg it has the card `Card 1`"),
        (change_type, "1 note with a different note type in spanish.apkg: `palabra 3`"),
        (make_cloze, "it is a normal type there"),
    ],
)
def test_note_types_that_anki_would_not_recognize_are_refused(
    change: Callable[[dict[str, Any]], object], words: str, pair: Pair, tmp_path: Path
) -> None:
    """With what differs, and both ways on; nothing is written."""
    pair.edit(change)
    said = refused(pair.folder, tmp_path / "deck", "--earlier", str(pair.package))
    assert words in said, said
    assert "learners must merge note types once" in said


def test_a_package_that_does_not_fit_is_refused(pair: Pair, tmp_path: Path) -> None:
    """One of another deck, a damaged one, another folder, none at all."""
    (tmp_path / "else").mkdir()
    with real_collection(tmp_path / "else") as collection:
        collection.add_note(
            collection.new_note(collection.models.by_name("Basic")),  # type: ignore[arg-type]
            collection.decks.id("Spanish"),  # type: ignore[arg-type]
        )
        other = export(collection, tmp_path / "other.apkg", "Spanish")
    (tmp_path / "half.apkg").write_bytes(pair.package.read_bytes()[:900])
    cases = {
        other: "other.apkg is a package of another deck: it contains no note of the folder",
        tmp_path / "half.apkg": "half.apkg",
        tmp_path / "missing.apkg": "missing.apkg",
        pair.folder: "crowd",
    }
    for path, words in cases.items():
        said = refused(pair.folder, tmp_path / "deck", "--earlier", str(path))
        assert words in said, said
        assert "Traceback" not in said


def test_without_a_package_the_author_hears_of_this_way(pair: Pair, tmp_path: Path) -> None:
    """Because learners of a package need not merge note types."""
    said = adopted(pair.folder, tmp_path / "deck")
    assert "must check *Merge note types*" in said
    assert "--earlier FILE" in said
