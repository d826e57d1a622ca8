"""`deckgen inspect` of several files: what stays the same from one to the next, and what Anki makes of it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import genanki
import pytest

from tests.cli.terminals import lines, shown
from tests.commands.test_inspect import add, export, inspect, note_type
from tests.conftest import import_package, real_collection, run

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection


def set_mod(collection: Collection, guid: str, seconds: int) -> None:
    """Say that a note changed some seconds later or earlier."""
    assert collection.db
    collection.db.execute("UPDATE notes SET mod = mod + ? WHERE guid = ?", seconds, guid)


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with two versions of a deck as Anki writes them, and the guids of its notes by name."""
    folder = tmp_path_factory.mktemp("versions")
    with real_collection(folder) as collection:
        notes = {
            name: add(collection, "Basic", [name, "back"], "D") for name in ("same", "new text", "silent")
        }
        notes["gone"] = add(collection, "Cloze", ["{{c1::gone}}", ""], "D")
        notes["older"] = add(collection, "Basic (and reversed card)", ["older", "back"], "D")
        guids = {name: note.guid for name, note in notes.items()}
        export(collection, folder / "old.apkg")
        for name in ("new text", "silent"):
            notes[name].fields[1] = "other"
            collection.update_note(notes[name])
        assert collection.db
        collection.db.execute("UPDATE notes SET mod = (SELECT MIN(mod) FROM notes)")
        set_mod(collection, guids["new text"], 100)
        set_mod(collection, guids["older"], -100)
        collection.remove_notes([notes["gone"].id])
        reversed_type = note_type(collection, "Basic (and reversed card)")
        reversed_type["flds"][1]["name"] = "Rear"
        collection.models.update_dict(reversed_type)
        guids["added"] = add(collection, "Basic (type in the answer)", ["added", "x"], "D").guid
        export(collection, folder / "new.apkg")
    return folder, guids


def step(*paths: Path) -> dict[str, Any]:
    """What differs between two packages."""
    (found,) = inspect(*paths)["across"]["steps"]
    assert isinstance(found, dict)
    return found


def test_notes_are_matched_by_guid(versions: tuple[Path, dict[str, str]]) -> None:
    """Those in both, added, gone, newer, older, changed, and changed without a newer time."""
    folder, guids = versions
    said = step(folder / "old.apkg", folder / "new.apkg")
    kept = {guids[name] for name in ("same", "new text", "silent", "older")}
    assert set(said["common"]) == kept
    assert (said["added"], said["gone"]) == ([guids["added"]], [guids["gone"]])
    assert said["newer"] == [guids["new text"]]
    assert guids["older"] in said["older"]
    assert set(said["changed"]) == {guids["new text"], guids["silent"]}
    assert said["silent"] == [guids["silent"]]
    assert said["retyped"] == []


def test_the_real_anki_updates_what_is_told(versions: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """Importing the second version over the first updates the newer notes, and skips the silent ones."""
    folder, _ = versions
    with real_collection(tmp_path) as collection:
        import_package(collection, folder / "old.apkg")
        assert import_package(collection, folder / "new.apkg")["updated"] == 1
        fields = {
            note.fields[0]: note.fields[1] for note in map(collection.get_note, collection.find_notes(""))
        }
    assert (fields["new text"], fields["silent"]) == ("other", "back")


def test_note_types_are_compared(versions: tuple[Path, dict[str, str]]) -> None:
    """By id: a renamed field keeps its id; note types that only one file has notes of are named."""
    folder, _ = versions
    said = step(folder / "old.apkg", folder / "new.apkg")
    types = {each["name"]: each for each in said["types"]}
    assert types["Basic"] == {
        "name": "Basic",
        "renamed": "",
        "same_id": True,
        "fields": [],
        "templates": [],
        "ids": "same",
        "sort_field": True,
    }
    assert types["Basic (and reversed card)"]["fields"] == ["`Back` is now `Rear`"]
    assert (said["types_added"], said["types_gone"]) == (["Basic (type in the answer)"], ["Cloze"])


def made(path: Path, number: int, names: list[str], guids: str, sort: int = 0) -> Path:
    """Write a package with genanki: its note type's id, the names of fields, and a note for each guid."""
    model = genanki.Model(
        number,
        "Words",
        fields=[{"name": name} for name in names],
        templates=[{"name": "T", "qfmt": f"{{{{{names[0]}}}}}", "afmt": "x"}],
        sort_field_index=sort,
    )
    deck = genanki.Deck(99, "W")
    for guid in guids:
        deck.add_note(genanki.Note(model=model, fields=[guid, *("x" * (len(names) - 1))], guid=guid))
    genanki.Package(deck).write_to_file(path, timestamp=1_700_000_000)
    return path


def test_another_id_makes_another_note_type(tmp_path: Path) -> None:
    """It is matched by its name, and each of its notes has another note type, which an import skips."""
    first = made(tmp_path / "1.apkg", 11, ["A", "B"], "abc")
    second = made(tmp_path / "2.apkg", 12, ["B", "A"], "bcd", sort=1)
    said = step(first, second)
    (words,) = said["types"]
    assert (words["same_id"], words["fields"], words["ids"]) == (False, ["another order"], "none")
    assert not words["sort_field"]
    assert sorted(said["retyped"]) == ["b", "c"]
    printed = " ".join(run("inspect", first, second).stdout.split())
    assert "Words: the same name, but another id: an import adds a second note type" in printed
    assert "with another note type 2" in printed


def test_files_are_compared_in_the_given_order(tmp_path: Path) -> None:
    """Each with the next; notes in all of them are counted once more; bad files are left out."""
    paths = [made(tmp_path / f"{guids}.apkg", 11, ["A", "B"], guids) for guids in ("abc", "bc", "cd")]
    said = inspect(*paths)["across"]
    assert said["always"] == ["c"]
    assert [(each["old"], each["new"]) for each in said["steps"]] == [
        (str(old), str(new)) for old, new in pairwise(paths)
    ]
    assert [each["gone"] for each in said["steps"]] == [["a"], ["b"]]
    (tmp_path / "bad.apkg").write_text("no", encoding="utf-8")
    done = run("inspect", paths[0], tmp_path / "bad.apkg", paths[2], "--format", "json")
    assert done.returncode == 2
    assert len(json.loads(done.stdout)["across"]["steps"]) == 1


@pytest.mark.parametrize("columns", [50, 80])
def test_the_comparison_fits_into_the_terminal(columns: int, versions: tuple[Path, dict[str, str]]) -> None:
    """It comes after the pages of the files, in whole words."""
    folder, _ = versions
    printed = lines(shown(columns, ["inspect", "old.apkg", "new.apkg"], folder))
    assert max(map(len, printed)) <= columns
    at = printed.index("old.apkg → new.apkg")
    told = " ".join(" ".join(printed[at:]).split())
    assert "… of these without a newer time 1 An import skips these: learners keep the old text." in told
