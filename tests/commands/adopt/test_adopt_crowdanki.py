"""`deckgen adopt` of a folder of CrowdAnki: contents without identities."""

from __future__ import annotations

import json
import re
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.adopt.test_adopt import PNG, adopted, refused, released, replaced
from tests.conftest import real_collection, run
from tests.crowdanki import Import, crowdanki_deck, crowdanki_note_type

if TYPE_CHECKING:
    from pathlib import Path

MODEL = crowdanki_note_type("11111111-aaaa-11ee-8000-000000000001", "Word", "Front", "Back")


def note(guid: str, front: str, back: str, *tags: str) -> dict[str, Any]:
    """A note of the folder."""
    return {
        "__type__": "Note",
        "guid": guid,
        "fields": [front, back],
        "tags": list(tags),
        "note_model_uuid": MODEL["crowdanki_uuid"],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of CrowdAnki with two decks and an image."""
    notes = [
        note("aaaa", "el sol", "the sun <b>!</b>", "sky"),
        note("bbbb", "la luna", '<img src="m n.png">'),
    ]
    root = crowdanki_deck("Spanish", notes, crowdanki_deck("Verbs", [note("cccc", "ver", "to see")]))
    options = {"__type__": "DeckConfig", "crowdanki_uuid": root["deck_config_uuid"], "name": "Default"}
    root |= {"note_models": [MODEL], "deck_configurations": [options]}
    path = tmp_path / "crowd"
    (path / "media").mkdir(parents=True)
    (path / "media/m n.png").write_bytes(PNG)
    (path / "deck.json").write_text(json.dumps(root), "utf-8")
    return path


def test_learners_keep_their_reviews_if_they_merge_note_types_once(folder: Path, tmp_path: Path) -> None:
    """The release notes say so; from the second release on, an import is as any other, and edits stay."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest  # noqa: PLC0415

    project = tmp_path / "deck"
    said = adopted(folder, project)
    now = int(time.time())
    assert "adopted 3 notes" in said
    assert "must check *Merge note types*" in said
    assert "tested in Anki" not in said
    first = released(project, "1.0.0", now + 30)
    assert "check *Merge note types*" in (project / "source/CHANGELOG.md").read_text("utf-8")
    (tmp_path / "learner").mkdir()
    with real_collection(tmp_path / "learner") as collection:
        Import(collection, folder)
        collection.decks.select(collection.decks.id("Spanish"))  # type: ignore[arg-type]
        card = collection.sched.getCard()
        assert card
        collection.sched.answerCard(card, 3)
        assert collection.db
        collection.db.execute("UPDATE notes SET mod = mod - 1000")
        query = "SELECT id, nid, did, ord, type, queue, ivl, reps FROM cards ORDER BY id"
        before = collection.db.all(query)
        options = ImportAnkiPackageOptions(merge_notetypes=True)
        log = collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(first), options=options)
        ).log
        assert (len(log.updated), len(log.new), len(log.conflicting)) == (3, 0, 0)
        assert collection.db.all(query) == before
        assert collection.db.scalar("SELECT count() FROM revlog") == 1
        (edited,) = collection.find_notes("luna")
        mine = collection.get_note(edited)
        mine["Back"] = "mine"
        collection.update_note(mine)
        replaced(project, "to see", "to look")
        second = released(project, "1.1.0", now + 90)
        said = " ".join(notes_of(project, "1.1.0").split())
        assert "Did you import version 1.0.0 with *Merge note types*? Then uncheck it before you" in said
        assert "set *Update notes* and *Update note types* back to *If newer*" in said
        log = collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(second), options=ImportAnkiPackageOptions())
        ).log
        assert (len(log.updated), len(log.duplicate), len(log.new), len(log.conflicting)) == (1, 2, 0, 0)
        assert collection.db.all(query) == before
        assert collection.get_note(edited)["Back"] == "mine"


def notes_of(project: Path, version: str) -> str:
    """The release notes of a version."""
    return (project / f"build/release/{version}/release-notes.md").read_text("utf-8")


def test_the_first_release_notes_are_true_for_each_learner(folder: Path, tmp_path: Path) -> None:
    """One step names what an import needs, also if notes were edited later; no promise contradicts it."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest  # noqa: PLC0415

    project = tmp_path / "deck"
    adopted(folder, project)
    now = int(time.time())
    first = released(project, "1.0.0", now + 30)
    notes = notes_of(project, "1.0.0")
    (steps,) = re.findall(r"(?m)^1\. .*\n(?:\d\. .*\n)*", notes)
    step, back = steps.splitlines()
    assert "Before you press *Import*, check *Merge note types*, and set *Update notes* to *Always*." in step
    assert "you lose your own edits and tags" in step
    assert "uncheck *Merge note types*" in back
    assert "back to *If newer*" in back
    assert "have changed" not in notes
    assert "edits to notes that this release does not change" not in notes
    assert "You keep your reviews." in notes
    (tmp_path / "learner").mkdir()
    with real_collection(tmp_path / "learner") as collection:
        Import(collection, folder)
        assert collection.db
        collection.db.execute("UPDATE notes SET mod = mod + 1000")
        options = ImportAnkiPackageOptions(merge_notetypes=True, update_notes=1)  # type: ignore[arg-type]
        request = ImportAnkiPackageRequest(package_path=str(first), options=options)
        log = collection.import_anki_package(request).log
        assert (len(log.updated), len(log.new), len(log.conflicting)) == (3, 0, 0)
    replaced(project, "to see", "to look")
    released(project, "1.0.1", now + 90)
    replaced(project, "to look", "to watch")
    released(project, "1.0.2", now + 120)
    assert "Merge note types" in notes_of(project, "1.0.1")
    assert "Merge note types" not in notes_of(project, "1.0.2")


def test_the_files_of_an_adopted_deck_are_made_again(folder: Path, tmp_path: Path) -> None:
    """With the same release notes, though the first release is not the first that learners have."""
    project = tmp_path / "deck"
    adopted(folder, project)
    released(project, "1.0.0", int(time.time()) + 30)
    notes = notes_of(project, "1.0.0")
    shutil.rmtree(project / "build/release")
    done = run("release", "1.0.0", "--again", "--project", project)
    assert done.returncode == 0, done.stderr
    assert notes_of(project, "1.0.0") == notes


def test_what_is_in_the_folder_is_in_the_deck(folder: Path, tmp_path: Path) -> None:
    """Texts, tags, subdecks, media, the look; and no ids that nobody has."""
    adopted(folder, tmp_path / "deck")
    first = (tmp_path / "deck/source/1-spanish.yaml").read_text("utf-8")
    assert "  - id: el-sol\n    front: el sol\n    back: the sun **!**\n    tags: [sky]\n" in first
    assert (tmp_path / "deck/source/media/m n.png").read_bytes() == PNG
    assert (tmp_path / "deck/source/2-verbs.yaml").read_text("utf-8").startswith("deck: Verbs\n")
    assert "color: teal" in (tmp_path / "deck/templates/word/style.css.j2").read_text("utf-8")


def test_a_file_with_decomposed_letters_is_found(folder: Path, tmp_path: Path) -> None:
    """A Mac may store a name so; notes have composed letters. A link to elsewhere is no medium."""
    (folder / "media/e\u0301.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "media/link.png").symlink_to(tmp_path / "secret.png")
    path = folder / "deck.json"
    images = json.dumps('<img src="\u00e9.png"> <img src="link.png">')[1:-1]
    path.write_text(path.read_text("utf-8").replace("the sun", images), "utf-8")
    said = adopted(folder, tmp_path / "deck")
    assert "missing in the package: link.png" in said
    assert (tmp_path / "deck/source/media/\u00e9.png").read_bytes() == PNG
    assert not (tmp_path / "deck/source/media/link.png").exists()


def test_a_folder_without_deck_json_is_refused(folder: Path, tmp_path: Path) -> None:
    """The folder below that has one is named."""
    (tmp_path / "none").mkdir()
    said = refused(tmp_path / "none", tmp_path / "deck")
    assert "there is no deck.json in it, so it is not a folder of CrowdAnki" in said
    assert "name an .apkg file, or the folder with CrowdAnki's deck.json" in said
    said = refused(folder.parent, tmp_path / "deck")
    assert f"did you mean {folder}?" in said


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"name": 1}', "{" * 9, '{"children": 3, "note_models": []}']
)
def test_a_damaged_folder_is_refused(text: str, folder: Path, tmp_path: Path) -> None:
    """With its file, and nothing is written."""
    (folder / "deck.json").write_text(text, "utf-8")
    said = refused(folder, tmp_path / "deck")
    assert "deck.json is damaged, or not in CrowdAnki's form" in said
    assert "Traceback" not in said
