"""docs/for-learners.md, and what docs/releases.md says of AnkiWeb, are true in the real Anki."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, change, import_package, real_collection, write_project
from tests.releases import FIRST, release, terms

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection

PAGE = (REPOSITORY / "docs/for-learners.md").read_text(encoding="utf-8")
SHARING = (
    (REPOSITORY / "docs/releases.md").read_text(encoding="utf-8").partition("\n## Share it on AnkiWeb\n")[2]
).partition("\n## ")[0]
TYPE = "Sample - Definition"
ELSEWHERE = {"Edit description", "Share", "Suggest a fix", "Settings", "Fetch media on sync"}
"""Names from AnkiDroid, from AnkiWeb, and from the back of a card."""


@pytest.fixture
def packages(tmp_path: Path) -> list[Path]:
    """Three versions of a deck: in the second and third the first note is corrected, and one is new."""
    folder = write_project(tmp_path / "deck")
    made = []
    for number, names in enumerate(("abc", "abcd", "abcde")):
        change(folder, {"source/one.yaml": terms(*names, a=f"Correction {number}.")})
        release(folder, f"1.{number}.0", FIRST + 100 * number)
        made.append(folder / f"build/release/1.{number}.0/sample-1.{number}.0.apkg")
    return made


def text_of(collection: Collection, term: str) -> str:
    """What a definition says in the learner's collection."""
    (note,) = collection.find_notes(f'"Term:Term {term}"')
    return collection.get_note(note)["Definition"]


def import_always(collection: Collection, path: Path) -> int:
    """Import with *Update notes* on *Always*; how many notes were updated."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest  # noqa: PLC0415 (few need it)
    from anki.import_export_pb2 import IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS as ALWAYS  # noqa: PLC0415

    options = ImportAnkiPackageOptions(update_notes=ALWAYS)
    request = ImportAnkiPackageRequest(package_path=str(path), options=options)
    return len(collection.import_anki_package(request).log.updated)


def said_by(collection: Collection) -> set[str]:
    """All that Anki can say in English, where it can be said with a 4."""
    said = set()
    for name in (name for name in dir(collection.tr) if not name.startswith("_")):
        sentence = getattr(collection.tr, name)
        for value in ("4", 4):
            try:
                said.add(str(sentence(*[value] * len(inspect.signature(sentence).parameters))))
                break
            except (TypeError, ValueError):
                continue
    return {re.sub(r"[&\u2068\u2069]|\.\.\.$", "", each) for each in said}


def test_it_calls_things_as_anki_does(collection: Collection) -> None:
    """Each menu and option that the pages name, and each message of Anki, are Anki's own words."""
    said = said_by(collection)
    quoted = re.sub(r"\*\*[^*]*\*\*", "", PAGE.replace("*italics*", "") + SHARING)
    names = {name for path in re.findall(r"\*([^*]+)\*", quoted) for name in re.split(r"\s>\s", path)}
    assert {"Import", "Merge note types", "Change Note Type", "Switch Profile"} <= names
    undo = {f"Undo {name}" for name in said} & names
    assert not names - said - undo - ELSEWHERE
    assert "4 notes already present in your collection." in said
    assert any(each.endswith("not imported, because their note type has changed.") for each in said)
    for sentence in (
        "4 notes already present in your collection",
        "not imported, because their note type has changed",
    ):
        assert f'"{sentence}"' in PAGE


def test_the_version_is_that_of_the_file_imported_last(collection: Collection, packages: list[Path]) -> None:
    """An older file brings the older version's line, and takes no text back; *Undo Import* takes all back."""

    def version() -> str:
        return str(collection.decks.by_name("Sample")["desc"])  # type: ignore[index]

    import_package(collection, packages[0])
    assert version() == "Version 1.0.0 of 2023-11-14."
    import_package(collection, packages[1])
    assert version().startswith("Version 1.1.0 ")
    import_package(collection, packages[0])
    assert version().startswith("Version 1.0.0 ")
    assert text_of(collection, "a") == "Correction 1."
    import_package(collection, packages[2])
    assert collection.undo_status().undo == "Import"
    collection.undo()
    assert text_of(collection, "a") == "Correction 1."
    assert not collection.find_notes('"Term:Term e"')


def test_a_renamed_deck_gets_a_second_one(collection: Collection, packages: list[Path]) -> None:
    """Old cards stay, new ones come to the old name, and with the first name given back it ends."""
    import_package(collection, packages[0])
    deck = collection.decks.by_name("Sample")
    assert deck
    collection.decks.rename(deck["id"], "School::Mine")
    import_package(collection, packages[1])
    assert len(collection.find_cards("deck:School::Mine")) == 6
    (second,) = {collection.get_card(card).did for card in collection.find_cards("deck:Sample")}
    assert "Version 1.1.0" in collection.decks.get(second)["desc"]  # type: ignore[index]
    collection.set_deck(collection.find_cards("deck:Sample"), deck["id"])
    collection.decks.remove([second])
    collection.decks.rename(deck["id"], "Sample")
    import_package(collection, packages[2])
    assert len(collection.find_cards("deck:Sample")) == 10


@pytest.mark.parametrize("what", ["a field added", "a card type deleted"])
def test_a_changed_note_type_is_got_over(collection: Collection, packages: list[Path], what: str) -> None:
    """The three steps of the page: reviews stay, all corrections come, and those of later versions too."""
    import_package(collection, packages[0])
    card = collection.get_card(collection.find_cards('"Term:Term a"')[0])
    card.reps = 5
    collection.update_card(card)
    changed = collection.models.by_name(TYPE)
    assert changed
    if what == "a field added":
        collection.models.add_field(changed, collection.models.new_field("Mine"))
    else:
        collection.models.remove_template(changed, changed["tmpls"][1])
    collection.models.update_dict(changed)

    assert import_package(collection, packages[1]) == {"new": 1, "conflicting": 3}
    collection.models._clear_cache()  # noqa: SLF001 (an import does not)
    fresh = collection.models.by_name(f"{TYPE}+")
    assert fresh
    change_type = collection.models.change_notetype_info(
        old_notetype_id=changed["id"], new_notetype_id=fresh["id"]
    ).input
    change_type.note_ids.extend(collection.find_notes(f'"note:{TYPE}"'))
    collection.models.change_notetype_of_notes(change_type)
    assert import_always(collection, packages[1]) == 3
    assert text_of(collection, "a") == "Correction 1."
    assert collection.get_card(card.id).reps == 5
    assert import_package(collection, packages[2]) == {"new": 1, "updated": 1, "duplicate": 3}
    assert text_of(collection, "a") == "Correction 2."


def test_what_anki_exports_and_the_releases_go_together(
    collection: Collection, packages: list[Path], tmp_path: Path
) -> None:
    """A profile only for sharing, as for AnkiWeb: its export updates a learner, as does the next release."""
    from anki.collection import DeckIdLimit, ExportAnkiPackageOptions  # noqa: PLC0415 (few need it)

    (tmp_path / "author").mkdir()
    with real_collection(tmp_path / "author") as author:

        def export(name: str) -> Path:
            options = ExportAnkiPackageOptions(with_media=True)
            deck = author.decks.id_for_name("Sample")
            assert deck
            author.export_anki_package(
                out_path=str(tmp_path / name), options=options, limit=DeckIdLimit(deck)
            )
            return tmp_path / name

        import_package(author, packages[0])
        import_package(collection, packages[0])
        assert import_package(collection, export("one.apkg")) == {"duplicate": 3}
        import_package(author, packages[1])
        assert import_package(collection, export("two.apkg")) == {"new": 1, "updated": 1, "duplicate": 2}
    assert import_package(collection, packages[1]) == {"duplicate": 4}
    assert import_package(collection, packages[2]) == {"new": 1, "updated": 1, "duplicate": 3}
