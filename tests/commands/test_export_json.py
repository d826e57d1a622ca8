"""`deckgen export --to json`: everything of every note, as written and as Anki gets it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.adopting import words
from tests.conftest import ALLIANCE, REPOSITORY, Opened, open_package, run
from tests.exports import export, holds, moon
from tests.releases import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECKS = [REPOSITORY, ALLIANCE, REPOSITORY / "tests/decks/stress", REPOSITORY / "tests/decks/stress-ar"]


def read(folder: Path) -> dict[str, Any]:
    """What an export says."""
    content: dict[str, Any] = json.loads((folder / "export.json").read_text("utf-8"))
    return content


def exported(deck: Path, folder: Path) -> dict[str, Any]:
    """Export a deck, and read what the export says."""
    export(deck, "json", folder)
    return read(folder)


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck with every sort of note, released once."""
    return moon(tmp_path_factory.mktemp("moon") / "deck")


@pytest.fixture(scope="module")
def content(deck: Path) -> dict[str, Any]:
    """What its export says."""
    return exported(deck, deck.parent / "out")


def packaged(deck: Path, folder: Path) -> Opened:
    """The package of a deck."""
    done = run("build", "--project", deck, "-o", folder / "deck.apkg")
    assert done.returncode == 0, done.stderr
    return open_package(folder / "deck.apkg")


@pytest.mark.parametrize("which", [*DECKS, None], ids=lambda path: path.name if path else "adopted")
def test_notes_are_those_of_the_package(which: Path | None, tmp_path: Path) -> None:
    """For whole decks: guids, fields, tags, decks, cards, note types and media are the same."""
    deck = which or words(tmp_path / "adopted")
    package, said = packaged(deck, tmp_path), exported(deck, tmp_path / "out")
    notes = {note["id"]: note for note in said["notes"] if note["cards"]}
    assert notes.keys() == package.by_id().keys()
    types = {each["kind"]: each for each in said["note_types"]}
    decks = {each["id"]: name for name, each in package.decks.items()}
    for name, row in package.by_id().items():
        note, its_type = notes[name], types[notes[name]["kind"]]
        assert note["guid"] == row["guid"]
        assert note["tags"] == row["tags"].split()
        assert note["fields"] == {key: text for key, text in package.fields(row).items() if text}
        assert its_type["id"] == row["mid"]
        cards = [card for card in package.cards if card["nid"] == row["id"]]
        assert {decks[card["did"]] for card in cards} == {note["deck"]}
        names = [each["name"] for each in its_type["cards"]]
        ordinals = [card["ord"] for card in cards]
        assert note["cards"] == [f"c{each + 1}" if its_type["cloze"] else names[each] for each in ordinals]
    for each in types.values():
        packed = package.note_types[each["name"]]
        assert each["css"] == packed["css"]
        assert [(one["name"], one["id"]) for one in each["fields"]] == [
            (one["name"], one.get("id")) for one in packed["flds"]
        ]
        sides = ("name", "id", "qfmt", "afmt", "bqfmt", "bafmt")
        assert [tuple(one.values()) for one in each["cards"]] == [
            tuple(one.get(side) for side in sides) for one in packed["tmpls"]
        ]
    names = package.authors_media()
    assert [each["name"] for each in said["media"]] == sorted(names)
    numbers = {name: number for number, name in package.media.items()}
    for name in names:
        assert (tmp_path / "out/media" / name).read_bytes() == package.members[numbers[name]]
    for each in said["media"]:
        assert (deck / "source" / each["path"]).is_file()


def written_in(deck: Path) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """The entries of a deck's chapters, read with another library: chapter, table and keys of each note."""
    for path in sorted((deck / "source").rglob("*.yaml")):
        if path.name == "deck.yaml" or "/." in path.as_posix():
            continue
        chapter = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 (it makes texts only)
        name = path.relative_to(deck / "source").as_posix()
        for key, entries in chapter.items():
            for entry in entries if key not in {"deck", "tags", "cards"} else ():
                if "rows" in entry:
                    yield from ((name, entry["id"], row) for row in entry["rows"])
                else:
                    yield name, None, entry


@pytest.mark.parametrize("number", range(3))
def test_keys_are_as_the_author_wrote_them(deck: Path, tmp_path: Path, number: int) -> None:
    """Each text, list and key, of each note: nothing is added, turned into HTML or left out."""
    which = [deck, REPOSITORY, DECKS[3]][number]
    found = sorted(
        (note["chapter"], note["table"] or "", json.dumps(note["keys"]))
        for note in exported(which, tmp_path / "out")["notes"]
    )
    assert found == sorted(
        (chapter, table or "", json.dumps(keys)) for chapter, table, keys in written_in(which)
    )


def test_chapters_tables_and_the_deck_have_their_own_keys(content: dict[str, Any]) -> None:
    """A note has what is written in it; what it takes from above is said there."""
    assert content["deck"] == {
        "id": "moon",
        "title": "Moon",
        "language": "en",
        "release": None,
        "after": "1.0.0",
        "keys": {
            "id": "moon",
            "title": "Moon",
            "description": "All about the **moon**.\n",
            "tags": ["sky"],
        },
    }
    assert content["chapters"][0] == {
        "path": "1-terms.yaml",
        "deck": "Moon::Basics::Phases",
        "keys": {"deck": "Basics::Phases", "tags": ["phase"]},
    }
    assert content["tables"] == [
        {
            "id": "phases",
            "keys": {"id": "phases", "title": "Phases", "columns": ["Phase", "Lit"], "tags": ["table"]},
        }
    ]
    row = next(note for note in content["notes"] if note["id"] == "phases.new")
    assert (row["table"], row["tags"]) == ("phases", ["sky", "table"])
    assert row["keys"] == {"id": "new", "cells": ["New moon", "Nothing"]}


def test_retired_notes_and_those_without_cards_are_there(deck: Path, content: dict[str, Any]) -> None:
    """A retired one keeps its guid, its cards and its image; one without cards is no note in Anki."""
    notes = {note["id"]: note for note in content["notes"]}
    assert list(notes)[:5] == ["crescent", "gibbous", "limb", "old", "light"]
    limb, old, gibbous = notes["limb"], notes["old"], notes["gibbous"]
    assert (limb["guid"], limb["cards"], limb["fields"]) == (None, [], {})
    assert limb["keys"]["definition"] == "The edge of the disk.\n"
    assert old["retired"] == "Nobody asks for it."
    assert old["cards"] == ["Recall", "Recognize"]
    image = re.findall('src="([^"]+)"', old["fields"]["Definition"])
    assert image
    assert image[0] in {each["name"] for each in content["media"]}
    assert (deck.parent / "out/media" / image[0]).is_file()
    assert gibbous["cards"] == ["Recognize"]
    released = (deck / "source/ledger.jsonl").read_text("utf-8")
    assert f'"note":"humped","kind":"definition","guid":"{gibbous["guid"]}"' in released


def test_the_time_of_a_build_changes_nothing(deck: Path, tmp_path: Path) -> None:
    """So that an export in git shows only what an author changed."""
    export(deck, "json", tmp_path / "a", SOURCE_DATE_EPOCH="1700100000")
    export(deck, "json", tmp_path / "b", SOURCE_DATE_EPOCH="1700900000")
    assert holds(tmp_path / "a") == holds(tmp_path / "b")


def test_a_release_is_named(tmp_path: Path) -> None:
    """If the source is exactly what was released."""
    deck = moon(tmp_path / "deck")
    text = (deck / "source/1-terms.yaml").read_text("utf-8")
    assert "was: humped" in text
    (deck / "source/1-terms.yaml").write_text(
        text.replace("id: gibbous\n    was: humped", "id: humped").replace(
            "    retired: |\n      Nobody asks for it.\n    replaced_by: gibbous\n", ""
        ),
        encoding="utf-8",
    )
    assert build(deck, 1_700_500_000).about["version"] == "1.0.0"
    about = exported(deck, tmp_path / "out")["deck"]
    assert (about["release"], about["after"]) == ("1.0.0", None)


def members(value: object) -> Iterator[str]:
    """The names of all members but those that authors, kinds and their fields name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name != "keys" and not (name == "fields" and isinstance(inner, dict)):
                yield from members(inner)
    elif isinstance(value, list):
        for each in value:
            yield from members(each)


def test_the_docs_describe_every_member(content: dict[str, Any]) -> None:
    """Those of the file are the ones of the page, with the version of the shape."""
    page = (REPOSITORY / "docs/exporting.md").read_text("utf-8")
    section = page.partition("## JSON")[2].partition("\n## ")[0]
    assert set(members(content)) <= set(re.findall(r"`([a-z_]+)`", section))
    assert f'"version": {content["version"]}' in section
    assert (content["format"], content["version"]) == ("deckgen-export", 1)
