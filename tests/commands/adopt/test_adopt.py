"""`deckgen adopt`: a package that learners have becomes a deck, and its learners lose nothing."""

from __future__ import annotations

import json
import re
import sys
import time
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import genanki
import pytest

from deckgen.package import read_package
from tests.conftest import import_package, real_collection, run
from tests.releases import files

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from anki.collection import Collection

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000"
    "000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)
ANSWERS = ("--id", "spanish", "--author", "Ann Lee", "--license", "CC-BY-4.0", "--language", "en")
VERBS = "Spanish::Verbs"


class Old(NamedTuple):
    """A learner's collection and the packages that Anki exported from it."""

    folder: Path
    collection: Path
    latest: Path
    legacy: Path


def add(collection: Collection, note_type: str, fields: list[str], deck: str, *tags: str) -> int:
    """Add a note, and give its id."""
    note = collection.new_note(collection.models.by_name(note_type))  # type: ignore[arg-type]
    note.fields, note.tags = fields, list(tags)
    collection.add_note(note, collection.decks.id(deck))  # type: ignore[arg-type]
    return int(note.id)


def fill(collection: Collection) -> None:
    """Notes of each stock type, in a deck and its subdeck, with media, tags and odd first fields."""
    collection.media.write_data("my pic.png", PNG)
    collection.media.write_data("never shown.png", PNG)
    for number in range(6):
        add(collection, "Basic", [f"casa {number} <b>grande</b>", f"a &lt;house&gt;<br>{number}"], "Spanish")
    add(collection, "Basic", ["casa 1 <b>grande</b>", "the same front again"], "Spanish", "leech", "rare")
    add(collection, "Basic (and reversed card)", ["hablar", "to <i>speak</i><div>and talk</div>"], VERBS, "v")
    add(collection, "Basic (optional reversed card)", ["ver", '<img src="my pic.png">', "y"], VERBS)
    add(collection, "Basic (type in the answer)", ["日本語", "にほんご"], VERBS)
    add(collection, "Cloze", ["El {{c1::gato::animal}} duerme {{c2::en <b>casa</b>}}.", ""], "Spanish")
    add(collection, "Basic", ["other", "deck"], "Other")


def export(
    collection: Collection, path: Path, deck: str, *, legacy: bool = False, studied: bool = False
) -> Path:
    """Export a deck as a learner does."""
    from anki.collection import DeckIdLimit, ExportAnkiPackageOptions  # noqa: PLC0415 (few tests need it)

    options = ExportAnkiPackageOptions(
        with_scheduling=studied, with_deck_configs=False, with_media=True, legacy=legacy
    )
    limit = DeckIdLimit(collection.decks.id(deck)) if deck else None  # type: ignore[arg-type]
    collection.export_anki_package(out_path=str(path), options=options, limit=limit)
    return path


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Old:
    """What a learner has, exported in both formats."""
    folder = tmp_path_factory.mktemp("old")
    with real_collection(folder) as collection:
        fill(collection)
        paths = [
            export(collection, folder / f"{name}.apkg", "Spanish", legacy=name == "legacy")
            for name in ("latest", "legacy")
        ]
        export(collection, folder / "all.apkg", "")
        export(collection, folder / "studied.apkg", "Spanish", studied=True)
        collection.decks.id("Empty")
        export(collection, folder / "empty.apkg", "Empty")
    return Old(folder, folder / "collection.anki2", *paths)


def adopt(package: Path, folder: Path, *options: str) -> CompletedProcess[str]:
    """Adopt a package."""
    return run("adopt", package, folder, *ANSWERS, *options)


def adopted(package: Path, folder: Path, *options: str) -> str:
    """Adopt a package, and give what is printed."""
    done = adopt(package, folder, *options)
    assert done.returncode == 0, done.stderr
    return done.stderr


def refused(package: Path, folder: Path, *options: str) -> str:
    """What `adopt` says where it refuses; nothing is written."""
    done = adopt(package, folder, *options)
    assert done.returncode == 2, done.stderr
    assert not folder.exists()
    return done.stderr


def released(folder: Path, version: str, at: int) -> Path:
    """Release a deck at a time, and give the package."""
    done = run("release", version, "--allow-dirty", "--project", folder, SOURCE_DATE_EPOCH=str(at))
    assert done.returncode == 0, done.stderr
    return folder / f"build/release/{version}/spanish-{version}.apkg"


def replaced(folder: Path, before: str, after: str) -> None:
    """Change a text in the one chapter that has it."""
    (path,) = [each for each in (folder / "source").glob("*.yaml") if before in each.read_text("utf-8")]
    text = path.read_text("utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), "utf-8")


@pytest.mark.parametrize("form", ["latest", "legacy"])
def test_the_first_release_changes_nothing_for_learners(form: str, old: Old, tmp_path: Path) -> None:
    """Anki itself says so: nothing new, nothing updated, nothing in conflict, each note untouched."""
    said = adopted(old.folder / f"{form}.apkg", tmp_path / "deck")
    assert "adopted 11 notes" in said
    assert re.search(r"over \w+\.apkg: 0 new, 0 updated, 11 untouched, 0 conflicting; nothing lost", said)
    assert "merging note types: 0 new, 0 updated, 11 untouched, 0 conflicting; nothing lost" in said
    assert "after a change of one note: 0 new, 1 updated, 10 untouched, 0 conflicting; nothing lost" in said
    assert run("check", "--project", tmp_path / "deck").returncode == 0
    built = run("build", "--project", tmp_path / "deck", "-o", tmp_path / "new.apkg")
    assert built.returncode == 0, built.stderr
    before, after = read_package(old.folder / f"{form}.apkg"), read_package(tmp_path / "new.apkg")
    assert {(note.guid, note.modified) for note in after.notes} == {
        (note.guid, note.modified) for note in before.notes
    }
    used = {note.note_type for note in before.notes}
    assert {note.note_type for note in after.notes} == used


def test_a_changed_note_reaches_learners_and_nothing_else_does(old: Old, tmp_path: Path) -> None:
    """Two releases on: reviews, flags, suspension, tags and edits stay as they were; nothing is doubled."""
    deck = tmp_path / "deck"
    adopted(old.latest, deck)
    now = int(time.time()) + 30
    (tmp_path / "learner").mkdir()
    with real_collection(tmp_path / "learner") as collection:
        import_package(collection, old.latest)
        types = collection.models.all_names()
        (edited,) = collection.find_notes('"Front:casa 2*"')
        note = collection.get_note(edited)
        note["Back"], note.tags = "my own words", ["mine"]
        collection.update_note(note)
        collection.decks.select(collection.decks.id("Spanish"))  # type: ignore[arg-type]
        card = collection.sched.getCard()
        assert card
        collection.sched.answerCard(card, 3)
        others = [number for number in collection.find_cards("deck:Spanish*") if number != card.id]
        collection.set_user_flag_for_cards(3, others[:1])
        collection.sched.suspend_cards(others[1:2])
        assert collection.db
        query = "SELECT id, nid, did, ord, type, queue, ivl, reps, lapses, flags FROM cards ORDER BY id"
        cards, reviews = collection.db.all(query), collection.db.all("SELECT * FROM revlog")
        for version, before, after in (
            ("1.0.0", "to *speak*", "to *say*"),
            ("1.1.0", "to *say*", "to *tell*"),
        ):
            replaced(deck, before, after)
            log = import_package(
                collection, released(deck, version, now + len(version) + int(version[2]) * 9)
            )
            assert log == {"updated": 1, "duplicate": 10}
            assert collection.db.all(query) == cards
            assert collection.db.all("SELECT * FROM revlog") == reviews
        assert collection.get_note(edited)["Back"] == "my own words"
        assert collection.get_note(edited).tags == ["mine"]
        (told,) = collection.find_notes("Front:hablar")
        assert "to <em>tell</em>" in collection.get_note(told)["Back"]
        assert collection.models.all_names() == types


def test_the_deck_is_written_as_an_author_would(old: Old, tmp_path: Path) -> None:
    """Ids by the first field, or with a part of the guid; Markdown; no tags of Anki's own."""
    adopted(old.latest, tmp_path / "deck")
    assert sorted(path.name for path in (tmp_path / "deck/source").glob("[0-9]*")) == [
        "1-spanish.yaml",
        "2-verbs.yaml",
    ]
    first, second = (
        (tmp_path / "deck/source" / name).read_text("utf-8") for name in ("1-spanish.yaml", "2-verbs.yaml")
    )
    assert "  - id: casa-0-grande\n    front: casa 0 **grande**\n    back: |\n      a &lt;house>\\\n" in first
    assert len(re.findall(r"- id: casa-1-grande-[a-z0-9]{6}\n", first)) == 2
    assert "text: El {{c1::gato::animal}} duerme {{c2::en **casa**}}.\n" in first
    assert "leech" not in first
    assert "tags: [rare]" in first
    assert second.startswith("deck: Verbs\n")
    assert re.search(r"- id: note-[a-z0-9]{6}\n    front: 日本語\n", second)
    assert 'back: "![](<media/my pic.png>)"\n' in second
    assert (tmp_path / "deck/source/media/my pic.png").read_bytes() == PNG
    assert not (tmp_path / "deck/source/media/never shown.png").exists()
    assert "tags:" not in (tmp_path / "deck/source/deck.yaml").read_text("utf-8")


def test_ids_do_not_depend_on_places(old: Old, tmp_path: Path) -> None:
    """The same notes have the same ids in a package of all decks, in another order."""
    adopted(old.latest, tmp_path / "one")
    adopted(old.folder / "all.apkg", tmp_path / "two", "--deck", "Spanish")
    ids = [
        {
            each["guid"]: each["note"]
            for each in map(
                json.loads, (tmp_path / name / "source/ledger.jsonl").read_text("utf-8").splitlines()
            )
            if "note" in each
        }
        for name in ("one", "two")
    ]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 11


def test_several_decks_are_adopted_one_at_a_time(old: Old, tmp_path: Path) -> None:
    """A deck has one name in Anki, so a package of two is refused, with the way to take one."""
    said = refused(old.folder / "all.apkg", tmp_path / "deck")
    assert "the package contains 2 decks: `Other` and `Spanish`" in said
    assert '--deck "Other"' in said
    said = refused(old.folder / "all.apkg", tmp_path / "deck", "--deck", "Spanisch")
    assert "no card of the package is in a deck `Spanisch`" in said
    assert "did you mean `Spanish`?" in said
    said = adopted(old.folder / "all.apkg", tmp_path / "deck", "--deck", "Spanish")
    assert "left out: 1 note of other decks" in said


def test_a_subdeck_keeps_its_name(old: Old, tmp_path: Path) -> None:
    """A deck `A::B` becomes a title and a subdeck, so that learners get no second deck."""
    adopted(old.latest, tmp_path / "deck", "--deck", VERBS)
    assert "title: Spanish\n" in (tmp_path / "deck/source/deck.yaml").read_text("utf-8")
    assert run("build", "--project", tmp_path / "deck", "-o", tmp_path / "new.apkg").returncode == 0
    decks = read_package(tmp_path / "new.apkg").decks.values()
    assert {deck.name for deck in decks} - {"Default", "Spanish"} == {VERBS}


def test_a_studied_package_is_in_the_order_of_its_notes(old: Old, tmp_path: Path) -> None:
    """Where scheduling was exported, places say nothing; and the author hears of it."""
    with real_collection(tmp_path) as collection:
        import_package(collection, old.latest)
        collection.decks.select(collection.decks.id("Spanish"))  # type: ignore[arg-type]
        card = collection.sched.getCard()
        assert card
        collection.sched.answerCard(card, 4)
        export(collection, tmp_path / "studied.apkg", "Spanish", studied=True)
    said = adopted(tmp_path / "studied.apkg", tmp_path / "deck")
    assert "the package has been studied" in said
    text = (tmp_path / "deck/source/1-spanish.yaml").read_text("utf-8")
    assert re.findall(r"casa-(\d)", text) == ["0", "1", "2", "3", "4", "5", "1"]


def test_releases_are_higher_than_what_learners_have(old: Old, tmp_path: Path) -> None:
    """With --version 2.3 the first release cannot be 2.3, and the proposal is above it."""
    deck = tmp_path / "deck"
    adopted(old.latest, deck, "--version", "2.3")
    before = files(deck)
    done = run("release", "2.3", "--allow-dirty", "--project", deck)
    assert done.returncode == 2
    assert "2.3 is not higher than 2.3, which learners had before deckgen" in done.stderr
    assert files(deck) == before
    replaced(deck, "to *speak*", "to *say*")
    done = run("release", "--dry-run", "--allow-dirty", "--project", deck)
    assert done.returncode == 0, done.stderr
    assert "2.3.1" in done.stderr + done.stdout
    assert "hablar" in done.stderr + done.stdout
    said = refused(old.latest, tmp_path / "other", "--version", "two")
    assert "`two` is not a valid version" in said


def test_verify_takes_the_adopted_package_for_an_earlier_one(old: Old, tmp_path: Path) -> None:
    """Also later on, and a package of other notes is refused as before."""
    deck = tmp_path / "deck"
    adopted(old.latest, deck)
    replaced(deck, "to *speak*", "to *say*")
    done = run("verify", "--previous", old.latest, "--project", deck)
    assert done.returncode == 0, done.stderr
    assert re.search(r"from latest.apkg: 0 new, \d updated, \d+ untouched", done.stdout + done.stderr)
    with real_collection(tmp_path) as collection:
        add(collection, "Basic", ["a", "b"], "Else")
        export(collection, tmp_path / "else.apkg", "Else")
    done = run("verify", "--previous", tmp_path / "else.apkg", "--project", deck)
    assert done.returncode == 2
    assert "else.apkg contains no note of this deck" in done.stderr


def test_an_element_can_stand_for_another(tmp_path: Path) -> None:
    """`--map-tag hl=mark` keeps a mark that deckgen does not know; without it, its loss is told."""
    with real_collection(tmp_path) as collection:
        add(collection, "Basic", ["el <hl>sol</hl>", "the sun"], "Spanish")
        export(collection, tmp_path / "hl.apkg", "Spanish")
    said = adopted(tmp_path / "hl.apkg", tmp_path / "one")
    assert "1 changed" in said
    assert "the element `<hl>` (1 note)" in said
    assert (tmp_path / "one/build/changed-texts.txt").read_text("utf-8").startswith("el-sol, front: ")
    assert "<hl>" in said
    said = adopted(tmp_path / "hl.apkg", tmp_path / "two", "--map-tag", "hl=mark")
    assert "0 changed" in said
    assert "front: el ==sol==\n" in (tmp_path / "two/source/1-spanish.yaml").read_text("utf-8")
    said = refused(tmp_path / "hl.apkg", tmp_path / "three", "--map-tag", "hl")
    assert "--map-tag: `hl` is not OLD=NEW" in said


def test_templates_that_load_from_the_internet_are_refused(tmp_path: Path) -> None:
    """Each address is named with its place; --keep-remote carries them, as learners have them."""
    script = '<script src="https://example.org/x.js"></script>'
    with real_collection(tmp_path) as collection:
        note_type = collection.models.by_name("Basic")
        assert note_type
        note_type["tmpls"][0]["afmt"] += script
        note_type["css"] += '@import url("//example.org/y.css");'
        collection.models.update_dict(note_type)
        add(collection, "Basic", ["el sol", "the sun"], "Spanish")
        export(collection, tmp_path / "remote.apkg", "Spanish")
    said = refused(tmp_path / "remote.apkg", tmp_path / "deck")
    assert "card templates load 2 files from the internet" in said
    assert "https://example.org/x.js" in said
    assert "//example.org/y.css" in said
    assert "--keep-remote" in said
    adopted(tmp_path / "remote.apkg", tmp_path / "deck", "--keep-remote")
    assert script in (tmp_path / "deck/templates/basic/card-1.back.html.j2").read_text("utf-8")


def test_what_deckgen_cannot_keep_is_named(tmp_path: Path) -> None:
    """Odd tags lose their signs, a too long text is refused by its note, and a file lists each lost style."""
    with real_collection(tmp_path) as collection:
        for number in range(7):
            add(
                collection,
                "Basic",
                [f"sol {number}", '<font color="red">sun</font>'],
                "Spanish",
                'q"x',
                "a::b:",
            )
        deck = collection.decks.by_name("Spanish")
        assert deck
        deck["desc"], deck["md"] = "For **you**", True
        collection.decks.save(deck)
        export(collection, tmp_path / "odd.apkg", "Spanish")
        add(collection, "Basic", ["luna", "x" * 120_000], "Spanish")
        export(collection, tmp_path / "long.apkg", "Spanish")
    said = adopted(tmp_path / "odd.apkg", tmp_path / "deck")
    assert "    the element `<font>` (7 notes)\n    build/changed-texts.txt lists all" in said
    lost = (tmp_path / "deck/build/changed-texts.txt").read_text("utf-8").splitlines()
    assert len(lost) == 7
    assert lost[0].startswith("sol-0, back: ")
    place, _, line = lost[0].rpartition(" (")[2].removesuffix(")").rpartition(":")
    assert (tmp_path / "deck" / place).read_text("utf-8").split("\n")[int(line) - 1] == "  - id: sol-0"
    assert '`q"x`' in said
    assert "tags: [a::b, qx]" in (tmp_path / "deck/source/1-spanish.yaml").read_text("utf-8") or "qx" in said
    assert "For **you**" in (tmp_path / "deck/source/deck.yaml").read_text("utf-8")
    said = refused(tmp_path / "long.apkg", tmp_path / "other")
    assert "because of 1 error: the note `luna`: this text has 120,0" in said


def test_losses_are_counted(tmp_path: Path) -> None:
    """The summary names what is lost, the most frequent first, with the number of notes."""
    with real_collection(tmp_path) as collection:
        for number in range(3):
            table = '<font color="red">sun</font>' + '<b onclick="x()">y</b>' * (number > 0) * 2
            add(collection, "Basic", [f"{number} sol", table], "Spanish")
        add(collection, "Basic", ["luna", "".join(f'<i on{x}="1">y</i>' for x in "abcdef")], "Spanish")
        export(collection, tmp_path / "odd.apkg", "Spanish")
    said = adopted(tmp_path / "odd.apkg", tmp_path / "deck")
    assert "the element `<font>` (3 notes)\n    the attribute `onclick` (2 notes)\n" in said
    assert "(1 note)\n    and 3 more: build/changed-texts.txt lists all" in said


def test_a_package_without_its_media_is_refused(tmp_path: Path) -> None:
    """Nothing is adopted if no file is there; if some are missing, the first note names them."""
    model = genanki.Model(
        77,
        "Words",
        [{"name": "Front"}, {"name": "Back"}],
        [{"name": "T", "qfmt": "{{Front}}", "afmt": "{{Back}}"}],
    )
    deck = genanki.Deck(99, "Trees")
    deck.add_note(genanki.Note(model=model, fields=["oak", '<img src="a.png">[sound:b.mp3]']))
    genanki.Package(deck).write_to_file(tmp_path / "none.apkg")
    said = refused(tmp_path / "none.apkg", tmp_path / "deck")
    assert "the notes show 2 media files, but the package has none of them: a.png, b.mp3" in said
    assert "export again with *Include media*" in said
    assert not (tmp_path / "deck").exists()
    (tmp_path / "a.png").write_bytes(PNG)
    package = genanki.Package(deck)
    package.media_files = [str(tmp_path / "a.png")]
    package.write_to_file(tmp_path / "some.apkg")
    said = adopted(tmp_path / "some.apkg", tmp_path / "deck")
    first = next(line for line in said.splitlines() if line.startswith("note: "))
    assert first == "note: missing in the package: b.mp3; the texts no longer name them"


def test_all_warnings_are_counted(tmp_path: Path) -> None:
    """The number of warnings is that of `deckgen check`, also if it shows only the first ones."""
    with real_collection(tmp_path) as collection:
        for number in range(40):
            add(
                collection, "Basic", [f"{number} a{number}b", f'<img src="x{number}.png">{number}'], "Spanish"
            )
            collection.media.write_data(f"x{number}.png", PNG)
        export(collection, tmp_path / "many.apkg", "Spanish")
    said = adopted(tmp_path / "many.apkg", tmp_path / "deck")
    checked = run("check", "--project", str(tmp_path / "deck")).stderr
    count = next(line for line in checked.splitlines() if line.endswith(" warnings"))
    assert int(count.split()[0]) >= 40
    assert f"`deckgen check` has {count}" in said


def test_media_with_a_backslash_get_another_name(tmp_path: Path) -> None:
    """On Windows it would be a path; one that a card template names cannot get one, so it is left out."""
    model = genanki.Model(
        77,
        "Words",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[{"name": "T", "qfmt": "{{Front}}<img src='_c\\d.png'>", "afmt": "{{Back}}"}],
    )
    deck = genanki.Deck(99, "Trees")
    deck.add_note(genanki.Note(model=model, fields=["oak", '<img src="a\\b.png">']))
    genanki.Package(deck).write_to_file(tmp_path / "d.apkg")
    with zipfile.ZipFile(tmp_path / "d.apkg") as archive:
        collection = archive.read("collection.anki2")
    with zipfile.ZipFile(tmp_path / "d.apkg", "w") as archive:
        archive.writestr("collection.anki2", collection)
        archive.writestr("media", json.dumps({"0": "a\\b.png", "1": "_c\\d.png"}))
        archive.writestr("0", PNG)
        archive.writestr("1", PNG)
    said = adopted(tmp_path / "d.apkg", tmp_path / "deck")
    assert "left out: _c\\d.png (on Windows, `\\` is a path)" in said
    assert said.count("_c\\d.png") == 1
    assert (tmp_path / "deck/source/media/a_b.png").read_bytes() == PNG
    assert 'back: "![](media/a_b.png)"' in (tmp_path / "deck/source/1-trees.yaml").read_text("utf-8")
    assert not [path for path in (tmp_path / "deck").rglob("*") if "\\" in path.name]


def test_a_note_from_the_future_gets_its_updates(tmp_path: Path) -> None:
    """Its time goes on from there, because Anki imports only what is newer."""
    (tmp_path / "author").mkdir()
    (tmp_path / "learner").mkdir()
    with real_collection(tmp_path / "author") as collection:
        number = add(collection, "Basic", ["el sol", "the sun"], "Spanish")
        add(collection, "Basic", ["la luna", "the moon"], "Spanish")
        assert collection.db
        collection.db.execute("UPDATE notes SET mod = mod + 31536000 WHERE id = ?", number)
        export(collection, tmp_path / "old.apkg", "Spanish")
    deck = tmp_path / "deck"
    assert "0 new, 0 updated, 2 untouched" in adopted(tmp_path / "old.apkg", deck)
    now = int(time.time())
    with real_collection(tmp_path / "learner") as collection:
        import_package(collection, tmp_path / "old.apkg")
        for version, before, after in (("1.0.0", "the sun", "sun"), ("1.1.0", "back: sun", "back: a star")):
            replaced(deck, before, after)
            package = released(deck, version, now + 30 + int(version[2]) * 9)
            assert import_package(collection, package) == {"updated": 1, "duplicate": 1}
        (found,) = collection.find_notes("sol")
        assert collection.get_note(found)["Back"] == "a star"


def test_cards_that_the_old_package_lacks_are_told(tmp_path: Path) -> None:
    """By adopt, and in the notes of the first release; a learner's edit of the note stays."""
    (tmp_path / "author").mkdir()
    (tmp_path / "learner").mkdir()
    with real_collection(tmp_path / "author") as collection:
        number = add(collection, "Basic (and reversed card)", ["el sol", "the sun"], "Spanish")
        assert collection.db
        collection.db.execute("DELETE FROM cards WHERE nid = ? AND ord = 1", number)
        export(collection, tmp_path / "old.apkg", "Spanish")
    deck = tmp_path / "deck"
    said = adopted(tmp_path / "old.apkg", deck)
    assert "learners will get 1 card that the package does not have" in said
    package = released(deck, "1.0.0", int(time.time()) + 30)
    assert "1 new card belongs to a note that you already have" in (deck / "source/CHANGELOG.md").read_text(
        "utf-8"
    )
    with real_collection(tmp_path / "learner") as collection:
        import_package(collection, tmp_path / "old.apkg")
        (found,) = collection.find_notes("sol")
        note = collection.get_note(found)
        note["Back"] = "mine"
        collection.update_note(note)
        assert import_package(collection, package) == {"duplicate": 1}
        assert collection.get_note(found)["Back"] == "mine"
        assert collection.card_count() == 2


def test_a_style_for_bold_words_is_told(tmp_path: Path) -> None:
    """Changed texts have `<strong>`, so the author has to name it in the style."""
    with real_collection(tmp_path) as collection:
        note_type = collection.models.by_name("Basic")
        assert note_type
        note_type["css"] += "\n.card b, i { color: teal; }"
        collection.models.update_dict(note_type)
        add(collection, "Basic", ["el <b>sol</b>", "the sun"], "Spanish")
        export(collection, tmp_path / "bold.apkg", "Spanish")
    said = adopted(tmp_path / "bold.apkg", tmp_path / "deck")
    assert "the style of `Basic" in said
    assert "names `<b>` and `<i>`" in said


def test_a_package_of_deckgen_can_be_adopted(old: Old, tmp_path: Path) -> None:
    """For who has lost the source; the update from it is tested as from any other."""
    adopted(old.latest, tmp_path / "one")
    package = released(tmp_path / "one", "1.0.0", int(time.time()) + 30)
    done = run(
        "adopt",
        package,
        tmp_path / "two",
        "--id",
        "other",
        *ANSWERS[2:],
        SOURCE_DATE_EPOCH=str(int(time.time()) + 60),
    )
    assert done.returncode == 0, done.stderr
    assert "0 new, 0 updated, 11 untouched, 0 conflicting" in done.stderr


def test_without_anki_the_update_is_not_tested_and_said_so(old: Old, tmp_path: Path) -> None:
    """The deck is there, with the command that tests it later."""
    done = run("adopt", old.latest, tmp_path / "deck", *ANSWERS, "--anki-python", tmp_path / "no-python")
    assert done.returncode == 2
    assert "cannot be started" in done.stderr
    assert not (tmp_path / "deck").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the false Anki is a shell script")
def test_a_change_that_would_not_arrive_is_refused(old: Old, tmp_path: Path) -> None:
    """As where another sort field makes Anki skip all updates of texts: loudly, and nothing is written."""
    false = tmp_path / "python"
    for before, after, words in (
        ('"updated": 1', '"updated": 0', "0 notes updated, not 1"),
        ('"conflicting": 0, "texts"', '"conflicting": 2, "texts"', "2 notes conflicting"),
        ('"texts": \\[', '"texts": \\["other", ', "2 notes changed, not 1"),
    ):
        false.write_text(f"#!/bin/sh\n'{sys.executable}' \"$@\" | sed 's/{before}/{after}/'\n")
        false.chmod(0o755)
        said = refused(old.latest, tmp_path / "deck", "--anki-python", str(false))
        assert f"who has latest.apkg, and gets a change of one note, would be harmed: {words}" in said
        assert "nothing was written" in said


def test_what_cannot_be_adopted(old: Old, tmp_path: Path) -> None:
    """A clear message each, and no folder."""
    (tmp_path / "text.apkg").write_text("hello")
    whole = old.latest.read_bytes()
    (tmp_path / "half.apkg").write_bytes(whole[: len(whole) // 2])
    with zipfile.ZipFile(tmp_path / "no-collection.apkg", "w") as archive:
        archive.writestr("media", "{}")
    cases = {
        tmp_path / "missing.apkg": "missing.apkg",
        tmp_path / "text.apkg": "is not an .apkg file",
        tmp_path / "half.apkg": "half.apkg",
        tmp_path / "no-collection.apkg": "it contains no collection",
        old.folder / "empty.apkg": "contains no notes with cards",
    }
    for path, words in cases.items():
        said = refused(path, tmp_path / "deck")
        assert words in said, said
        assert "Traceback" not in said


def test_a_folder_with_a_deck_is_left_alone(old: Old, tmp_path: Path) -> None:
    """As `init` does: nothing is overwritten."""
    adopted(old.latest, tmp_path / "deck")
    before = files(tmp_path / "deck")
    done = adopt(old.latest, tmp_path / "deck")
    assert done.returncode == 2
    assert "already contains a deck" in done.stderr
    assert files(tmp_path / "deck") == before


def test_answers_that_are_missing_are_named(old: Old, tmp_path: Path) -> None:
    """Where nobody can be asked; the title is never asked, because learners have it."""
    done = run("adopt", old.latest, tmp_path / "deck", "--id", "x")
    assert done.returncode == 2
    assert "--author" in done.stderr
    assert "--title" not in done.stderr
    assert "as in: deckgen adopt" in done.stderr
    assert sys.executable not in done.stderr
