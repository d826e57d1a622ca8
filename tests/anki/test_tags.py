"""Tags from all places of the source: none is lost, and each is once in the package, as Anki counts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from anki.collection import Collection
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from deckgen.anki.tags import distinct
from deckgen.cli.app import app
from tests.conftest import DECK, change, import_package, open_package, run, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLE = """\
comparisons:
  - id: stances
    columns: [Stance, Meaning]
    tags: [{2}]
    rows:
      - id: neutrality
        tags: [{3}]
        cells: [Neutrality, No side is taken]
definitions:
  - id: mimesis
    tags: [{4}]
    term: Mimesis
    definition: |
      To take on a family's style.
"""


def deck(*places: str) -> dict[str, str | bytes]:
    """A deck with tags on itself, its chapter, a table, a row of it and another note."""
    return {
        "source/deck.yaml": f"{DECK}tags: [{places[0]}]\n",
        "source/one.yaml": f"tags: [{places[1]}]\n{TABLE.format(*places)}",
    }


def packed(folder: Path) -> list[list[str]]:
    """The tags of the row and of the other note, in a built package."""
    result = CliRunner().invoke(app, ["build", "--project", str(folder)])
    assert result.exit_code == 0, result.output
    notes = open_package(folder / "build/sample.apkg").by_id()
    return [notes[name]["tags"].split() for name in ("stances.neutrality", "mimesis")]


@pytest.mark.parametrize(
    ("places", "row", "other"),
    [
        (("a, a", "", "", "b", "c"), ["a", "b"], ["a", "c"]),
        (("", "a, a", "", "b", "c"), ["a", "b"], ["a", "c"]),
        (("a", "a, b", "b, c", "c, d", "a, e"), ["a", "b", "c", "d"], ["a", "b", "e"]),
        (("a", "A", "a", "A, b", "A, c"), ["a", "b"], ["a", "c"]),
        (("", "", "t, t", "T, b", ""), ["b", "t"], []),
        (("é", "e\u0301", "", "É, b", "E\u0301"), ["b", "é"], ["é"]),
        (("straße", "STRASSE", "", "Straße, b", ""), ["b", "straße"], ["straße"]),
    ],
)
def test_a_repeated_tag_takes_no_other_away(
    tmp_path: Path, places: tuple[str, ...], row: list[str], other: list[str]
) -> None:
    """Wherever it is repeated, in whatever capitals or form of its accents: it counts once."""
    assert packed(write_project(tmp_path, deck(*places))) == [row, other]


def test_an_accent_makes_no_other_domain(tmp_path: Path) -> None:
    """A tag of the blueprint whose accent is typed as a letter of its own is the one of the notes."""
    blueprint = "blueprint:\n  - tag: E\u0301thique\n    weight: 100\n"
    files = {**deck("", "éthique", "", "", ""), "source/deck.yaml": DECK + blueprint}
    folder = write_project(tmp_path, files)
    report = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    assert "blueprint-tag" not in {each["code"] for each in report}


def test_a_tag_that_is_there_already_sends_no_note_again(tmp_path: Path) -> None:
    """A released note whose chapter gets a tag that it has, in other capitals, stays as it was."""
    folder = write_project(tmp_path, deck("a", "b", "", "", "c"))
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    change(folder, deck("a", "b, A, B", "A", "b", "c, C, A"))
    assert run("build", cwd=folder, SOURCE_DATE_EPOCH="1700009999").returncode == 0
    notes = open_package(folder / "build/sample.apkg").notes
    assert {note["mod"] for note in notes} == {1700000000}


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """The real Anki."""
    collection = Collection(str(tmp_path_factory.mktemp("tags") / "collection.anki2"))
    yield collection
    collection.close()


WORDS = (
    "a", "A", "b", "é", "e\u0301", "É", "E\u0301", "straße", "STRASSE", "\ufb01", "fi", "FI", "İ", "i", "I",
    "ı", "σ", "ς", "Σ", "K", "\u212a", "k", "\u212b", "å", "ǆ", "ǅ", "a::b", "A::B", "a::B", "ΐ", "\u1fd3",
)  # fmt: skip
TAG = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(categories=("L", "M", "N")), min_size=1, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(tags=st.lists(TAG, min_size=1, max_size=6))
@example(["straße", "STRASSE", "e\u0301", "É"])
def test_anki_counts_tags_as_we_do(anki: Collection, tags: list[str]) -> None:
    """A note that is given them all in the real Anki has as many as we keep."""
    note_type = anki.models.by_name("Basic")
    assert note_type
    anki.tags.clear_unused_tags()
    note = anki.new_note(note_type)
    note.fields, note.tags = ["front", "back"], list(tags)
    anki.add_note(note, anki.decks.id("Default"))  # type: ignore[arg-type]
    kept = list(anki.get_note(note.id).tags)
    anki.remove_notes([note.id])
    assert len(kept) == len(distinct(tuple(tags)))
    assert len(distinct(tuple(kept), tuple(tags))) == len(kept)


def test_tags_arrive_in_anki_each_once(tmp_path: Path, collection: Collection) -> None:
    """Imported, the notes have all their tags, and check database finds nothing to mend."""
    folder = write_project(
        tmp_path / "deck", deck("a, a", "é, Chapter", "e\u0301, CHAPTER", "a, row", "É, note")
    )
    ours = packed(folder)
    import_package(collection, folder / "build/sample.apkg")
    found = [collection.get_note(number).tags for number in collection.find_notes("")]
    assert sorted(map(sorted, found)) == sorted(map(sorted, ours))
    assert sorted(map(len, ours)) == [4, 4]
