"""The reader of packages, held against what the real Anki wrote and says of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from anki.collection import DeckIdLimit, ExportAnkiPackageOptions

from deckgen.package import Format, read_media, read_package
from tests.conftest import open_package, real_collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.collection import Collection

    from deckgen.package import PackedNoteType

INNER = "Top::Mitte::ß 日本"
MEDIA = {"jé.png": b"\x89PNG" * 40, "日本.mp3": b"ID3" * 999, "_font.woff2": b"", "a b.jpg": b"x"}
NOTES = "SELECT id, guid, mid, mod, tags, flds FROM notes ORDER BY id"
CARDS = "SELECT id, nid, did, ord, mod, type, queue, due, ivl, reps, lapses, odid FROM cards ORDER BY id"
FORMS = ["legacy.apkg", "latest.apkg", "legacy.colpkg", "latest.colpkg"]


@dataclass
class Learner:
    """A collection that has seen some use, what it says of itself, and its packages by their forms."""

    folder: Path
    notes: list[tuple[Any, ...]]
    cards: list[tuple[Any, ...]]
    decks: dict[int, dict[str, Any]]
    note_types: dict[int, dict[str, Any]]


def add(
    collection: Collection, note_type: str, fields: list[str], deck: str, tags: list[str] | None = None
) -> None:
    """Add a note to a collection."""
    note = collection.new_note(collection.models.by_name(note_type))  # type: ignore[arg-type]
    note.fields, note.tags = fields, tags or []
    collection.add_note(note, collection.decks.id(deck))  # type: ignore[arg-type]


def fill(collection: Collection) -> None:
    """Write media, note types of each sort, decks in decks, notes and reviews into a collection."""
    for name, content in MEDIA.items():
        collection.media.write_data(name, content)
    models = collection.models
    own = models.copy(models.by_name("Basic (and reversed card)"))  # type: ignore[arg-type]
    own["name"] = "Eigen « ß"
    own["css"] = ".card { src: url('_font.woff2') }\n"
    own["latexPre"], own["latexPost"], own["latexsvg"], own["sortf"] = "\\pre", "\\post", True, 1
    own["flds"][0] |= {"rtl": True, "sticky": True, "font": "Amiri", "size": 33, "description": "Wörter"}
    own["flds"][1] |= {"plainText": True, "collapsed": True, "excludeFromSearch": True, "tag": 7}
    own["flds"][1]["preventDeletion"] = True
    own["tmpls"][1] |= {"bqfmt": "{{Back}}", "bafmt": "x", "bfont": "Arial", "bsize": 9}
    own["tmpls"][0]["did"] = collection.decks.id("Other")
    models.update_dict(own)
    collection.decks.id(INNER)
    deck = collection.decks.by_name("Top")
    assert deck
    deck["desc"], deck["md"] = "# Hello", True
    collection.decks.save(deck)
    texts = {
        "Basic": [["one <img src='jé.png'>", "1"], ["two [sound:日本.mp3]", "<b>&amp;</b>\n2"]],
        "Cloze": [["{{c1::a}} {{c3::b}}", "extra"]],
        own["name"]: [["front <img src='a b.jpg'>", "back"], ["x" * 70_000, ""]],
    }
    for name, fields in texts.items():
        for values in fields:
            add(collection, name, values, INNER, ["zwei", "eins::unter"] if name == "Basic" else [])
    collection.decks.select(collection.decks.id_for_name(INNER))  # type: ignore[arg-type]
    for _ in range(2):
        card = collection.sched.getCard()
        assert card
        collection.sched.answerCard(card, 4)
    collection.sched.suspend_cards(list(collection.find_cards("is:new"))[:1])


@pytest.fixture(scope="session")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    """A collection in use, exported in each form by the real Anki."""
    folder = tmp_path_factory.mktemp("learner")
    with real_collection(folder) as collection:
        fill(collection)
        decks, note_types = collection.decks.all(), collection.models.all()
        assert collection.db
        notes, cards = ([tuple(row) for row in collection.db.all(query)] for query in (NOTES, CARDS))
        for form in FORMS:
            out, legacy = str(folder / form), form.startswith("legacy")
            if form.endswith(".colpkg"):
                collection.export_collection_package(out, include_media=True, legacy=legacy)
                collection.reopen()
                continue
            options = ExportAnkiPackageOptions(
                with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
            )
            collection.export_anki_package(out_path=out, options=options, limit=None)
        yield Learner(
            folder,
            notes,
            cards,
            {each["id"]: each for each in decks},
            {each["id"]: each for each in note_types},
        )


def in_json(note_type: PackedNoteType) -> dict[str, Any]:
    """A note type as Anki's Python knows it."""
    fields = [
        {
            "name": each.name,
            "id": each.id,
            "tag": each.tag,
            "ord": each.ord,
            "font": each.font,
            "size": each.size,
            "rtl": each.rtl,
            "sticky": each.sticky,
            "description": each.description,
            "plainText": each.plain_text,
            "collapsed": each.collapsed,
            "excludeFromSearch": each.exclude_from_search,
            "preventDeletion": each.prevent_deletion,
        }
        for each in note_type.fields
    ]
    templates = [
        {
            "name": each.name,
            "id": each.id,
            "ord": each.ord,
            "qfmt": each.question,
            "afmt": each.answer,
            "bqfmt": each.browser_question,
            "bafmt": each.browser_answer,
            "bfont": each.browser_font,
            "bsize": each.browser_size,
            "did": each.deck or None,
        }
        for each in note_type.templates
    ]
    return {
        "id": note_type.id,
        "name": note_type.name,
        "type": int(note_type.cloze),
        "mod": note_type.modified,
        "sortf": note_type.sort_field,
        "css": note_type.css,
        "latexPre": note_type.latex_pre,
        "latexPost": note_type.latex_post,
        "latexsvg": note_type.latex_svg,
        "originalStockKind": note_type.stock_kind,
        "flds": fields,
        "tmpls": templates,
    }


def expected(note_type: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """The same keys of a note type of Anki's, which leaves out what is as usual."""
    usual = {"originalStockKind": 0}
    return {
        key: [{name: each.get(name) for name in like[key][0]} for each in note_type[key]]
        if key in {"flds", "tmpls"}
        else note_type.get(key, usual.get(key))
        for key in like
    }


@pytest.mark.parametrize("form", FORMS)
def test_all_that_anki_wrote_is_read(form: str, learner: Learner) -> None:
    """Notes, cards, decks, note types: as the collection itself has them, in each format."""
    contents = read_package(learner.folder / form)
    assert contents.format is (Format.LEGACY_2 if form.startswith("legacy") else Format.LATEST)
    assert contents.schema == (11 if form.startswith("legacy") else 18)
    assert list(contents.notes) == learner.notes
    assert list(contents.cards) == learner.cards
    assert {number: deck.name for number, deck in contents.decks.items()} == {
        number: deck["name"] for number, deck in learner.decks.items()
    }
    for number, deck in contents.decks.items():
        says = learner.decks[number]
        assert (deck.description, deck.markdown) == (says["desc"], says.get("md", False))
        assert (deck.filtered, deck.preset, deck.modified) == (False, says["conf"], says["mod"])
    used = {note.note_type for note in contents.notes}
    assert contents.note_types.keys() == (learner.note_types.keys() if "col" in form else used)
    for number, note_type in contents.note_types.items():
        read = in_json(note_type)
        assert read == expected(learner.note_types[number], read)


@pytest.mark.parametrize("form", FORMS)
def test_media_that_anki_packed(form: str, learner: Learner) -> None:
    """Names, sizes and digests are as the package says, and each file's bytes are to be had."""
    path = learner.folder / form
    contents = read_package(path)
    assert {medium.name for medium in contents.media} == set(MEDIA)
    assert not contents.missing_media
    for medium, content in read_media(path, contents.media):
        assert content == MEDIA[medium.name]
        assert medium.size == len(content)
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        assert medium.sha1 == ("" if form.startswith("legacy") else digest)


def test_notes_and_cards_say_what_they_are(learner: Learner) -> None:
    """Fields and tags are parted; cards of a note stand together; a card that was answered is no new one."""
    contents = read_package(learner.folder / "latest.colpkg")
    first, cloze = contents.notes[0], contents.notes[2]
    assert first.fields == ("one <img src='jé.png'>", "1")
    assert set(first.tags) == {"eins::unter", "zwei"}
    assert [card.ord for card in contents.cards_of[cloze.id]] == [0, 2]
    assert sum(card.studied for card in contents.cards) == 2
    assert sum(card.queue == -1 for card in contents.cards) == 1


def test_a_filtered_deck(collection: Collection, tmp_path: Path) -> None:
    """A card that a filtered deck has borrowed knows its home, in both ways of keeping decks."""
    add(collection, "Basic", ["a", "b"], "Home")
    home = collection.decks.id("Home")
    filtered = collection.decks.new_filtered("Cram")
    collection.sched.rebuild_filtered_deck(filtered)
    for legacy in (True, False):
        path = tmp_path / f"{legacy}.colpkg"
        collection.export_collection_package(str(path), include_media=False, legacy=legacy)
        collection.reopen()
        contents = read_package(path)
        assert contents.decks[filtered].filtered
        assert contents.decks[filtered].preset == 0
        assert [(card.deck, card.home) for card in contents.cards] == [(filtered, home)]


def test_a_deck_without_scheduling(learner: Learner, tmp_path: Path) -> None:
    """What people share: one deck with those below it, whose cards are all new."""
    folder = tmp_path / "again"
    folder.mkdir()
    with real_collection(folder) as collection:
        fill(collection)
        add(collection, "Basic", ["c", "d"], "Else")
        collection.export_anki_package(
            out_path=str(tmp_path / "deck.apkg"),
            options=ExportAnkiPackageOptions(),
            limit=DeckIdLimit(collection.decks.id("Top")),  # type: ignore[arg-type]
        )
    contents = read_package(tmp_path / "deck.apkg")
    # the only card of the last note is in another deck
    assert len(contents.notes) == len(learner.notes) - 1
    assert not any(card.studied for card in contents.cards)
    assert "Else" not in {deck.name for deck in contents.decks.values()}
    assert not contents.media


def test_our_own_packages(own_deck: Path) -> None:
    """The oldest format, with deckgen.json: as zipfile, json and sqlite3 read it."""
    opened = open_package(own_deck)
    contents = read_package(own_deck)
    assert (contents.format, contents.schema) == (Format.LEGACY_1, 11)
    assert contents.about == opened.about
    columns = ("id", "guid", "mid", "mod", "tags", "flds")
    assert list(contents.notes) == [tuple(note[name] for name in columns) for note in opened.notes]
    assert [(card.id, card.note, card.ord, card.due) for card in contents.cards] == [
        (card["id"], card["nid"], card["ord"], card["due"]) for card in opened.cards
    ]
    assert {deck.name for deck in contents.decks.values()} == set(opened.decks)
    assert {each.name for each in contents.note_types.values()} == set(opened.note_types)
    for note_type in contents.note_types.values():
        says = opened.note_types[note_type.name]
        assert [field.name for field in note_type.fields] == [field["name"] for field in says["flds"]]
        assert [each.question for each in note_type.templates] == [each["qfmt"] for each in says["tmpls"]]
    for medium, content in read_media(own_deck, contents.media):
        assert content == opened.members[medium.member]


def test_what_anki_makes_of_ours(own_deck: Path, collection: Collection, tmp_path: Path) -> None:
    """Imported, and exported in the latest format: notes, ids, faces, decks and media are the same."""
    before = read_package(own_deck)
    collection.import_anki_package(import_request(own_deck))
    collection.export_collection_package(str(tmp_path / "c.colpkg"), include_media=True, legacy=False)
    collection.reopen()
    after = read_package(tmp_path / "c.colpkg")
    assert after.notes == before.notes
    assert after.format is Format.LATEST
    for number, note_type in before.note_types.items():
        same = after.note_types[number]
        assert same.fields == note_type.fields
        assert same.templates == note_type.templates
        assert (same.name, same.css, same.cloze) == (note_type.name, note_type.css, note_type.cloze)
    assert {deck.name for deck in after.decks.values()} == {deck.name for deck in before.decks.values()}
    assert {medium.name for medium in after.media} == {medium.name for medium in before.media}


def import_request(path: Path) -> Any:  # noqa: ANN401 (Anki's own)
    """A request to import a package with the default options."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest  # noqa: PLC0415

    return ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())


def test_zstandard_is_loaded_where_it_is_needed(own_deck: Path) -> None:
    """An older package is read without it."""
    code = (
        "import sys, pathlib; from deckgen.package import read_package; "
        "read_package(pathlib.Path(sys.argv[1])); print('zstandard' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, own_deck], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
