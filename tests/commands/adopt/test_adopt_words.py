"""What `deckgen adopt` asks and says, and where it writes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.adopt.test_adopt import ANSWERS, add, adopted, export
from tests.conftest import all_that_is_printed, change, real_collection, run
from tests.releases import git

if TYPE_CHECKING:
    from pathlib import Path

NOTE = "note: this deckgen was built from a checkout, so the workflows use OWNER/deckgen@main"


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck with numbered subdecks, one with a description, and with a style for `<b>`."""
    folder = tmp_path_factory.mktemp("law")
    with real_collection(folder) as collection:
        note_type = collection.models.by_name("Basic")
        assert note_type
        note_type["css"] += "\n.card b, i { color: teal; }"
        collection.models.update_dict(note_type)
        add(collection, "Basic", ["Gesetz", "<b>law</b>"], "Jura")
        add(collection, "Basic", ["Vertrag", "contract"], "Jura::1 Zivilrecht")
        add(collection, "Basic", ["Diebstahl", "theft"], "Jura::2 Strafrecht::1.1 Allgemeines")
        deck = collection.decks.by_name("Jura::2 Strafrecht")
        assert deck
        deck["desc"] = "Only for the second exam."
        collection.decks.save(deck)
        return export(collection, folder / "jura.apkg", "Jura")


@pytest.fixture(scope="module")
def said(law: Path) -> str:
    """What its adoption says."""
    return adopted(law, law.parent / "deck")


def test_the_workflows_are_told_of_as_by_init(law: Path, said: str, tmp_path: Path) -> None:
    """Their placeholder; or, below the top of a repository, that there are none."""
    assert NOTE in said
    git(tmp_path, "init")
    below = adopted(law, tmp_path / "decks/jura")
    assert NOTE not in below
    assert "note: skipped, because they only work at the top of the repository" in below


def test_what_deck_yaml_says_of_identities_is_true(law: Path, said: str) -> None:
    """Those of adopted notes come from the ledger; and the name was given before the first release."""
    assert said
    text = (law.parent / "deck/source/deck.yaml").read_text("utf-8")
    assert "All note identities derive" not in text
    assert "after the first release" not in text
    assert "# Notes that you add get their identities from the id; you cannot change it" in text
    assert "# Adopted notes keep those that learners have: " in text
    assert "# The deck's name in Anki. Do not change it: " in text


def test_a_numbered_subdeck_gets_no_second_number(law: Path, said: str) -> None:
    """Its file has the number of its place, and where the names begin with 1, that is the same."""
    assert said
    assert sorted(path.name for path in (law.parent / "deck/source").glob("[0-9]*")) == [
        "0-jura.yaml",
        "1-zivilrecht.yaml",
        "2-strafrecht-1-1-allgemeines.yaml",
    ]


def test_a_description_of_a_subdeck_is_told(said: str) -> None:
    """It stays out, with that of a subdeck that has no notes but those of its own subdecks."""
    assert "note: left out: the description of the subdeck `2 Strafrecht`" in said


def test_the_page_for_learners_names_a_file_that_releases_have(law: Path, said: str) -> None:
    """Without a repository, the file has a version in its name."""
    assert said
    page = (law.parent / "deck/README.md").read_text("utf-8")
    assert "`spanish-….apkg`" in page
    assert "`spanish.apkg`" not in page


def test_a_style_for_bold_words_is_told_with_its_file(said: str) -> None:
    """And with what to write there."""
    assert (
        "the style of `Basic` names `<b>` and `<i>`, but changed texts have `<strong>` and `<em>`: "
        "in templates/basic/style.css.j2, write `b, strong { … }` instead of `b { … }`, "
        "and `i, em { … }` instead of `i { … }`"
    ) in said


def test_without_a_folder_the_deck_gets_one(law: Path, tmp_path: Path) -> None:
    """Named by its id, as `git clone` does, so that no files are scattered among others."""
    change(tmp_path, {"letter.txt": "mine"})
    done = run("adopt", law, *ANSWERS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.txt", "spanish"]
    assert (tmp_path / "spanish/source/deck.yaml").is_file()
    assert "into spanish: Jura" in done.stderr
    assert "\n  cd spanish\n" in done.stderr
    done = run("adopt", law, *ANSWERS, cwd=tmp_path)
    assert done.returncode == 2
    assert "already contains a deck" in done.stderr


def test_without_anki_a_warning_says_how_to_get_it(law: Path, tmp_path: Path) -> None:
    """In the words of `verify`, which fit how deckgen was installed; it comes last."""
    hidden = (
        "import importlib.util as util\nreal = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'anki' else real(name, *more)\n"
    )
    change(tmp_path, {"hidden/sitecustomize.py": hidden})
    paths = os.pathsep.join([str(tmp_path / "hidden"), os.environ.get("PYTHONPATH", "")])
    done = run("adopt", law, tmp_path / "deck", *ANSWERS, PYTHONPATH=paths)
    assert done.returncode == 0, done.stderr
    last = done.stderr.partition("\nNext: ")[0].splitlines()[-3:]
    assert last[0].startswith("warning: the update was not tested in Anki, because the `anki` package is not")
    assert last[1].endswith("anki")
    assert "install anki" in last[1] or "inject" in last[1] or "uv tool" in last[1]
    assert last[2].startswith("  deckgen verify --previous ")


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of Unix")
def test_a_terminal_asks_what_nobody_can_guess(law: Path, tmp_path: Path) -> None:
    """The language has no proposal, and its question says what it is for; an empty answer is answered."""
    import pty  # noqa: PLC0415 (there is none on Windows)

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "adopt", str(law), "deck"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"},
    )
    os.close(theirs)
    os.write(ours, b"\nde\n\n\nAda\n\n\n")
    printed = all_that_is_printed(ours)
    assert process.wait() == 0, printed
    assert "Language of the cards and of the release notes (for example en or pt-BR): " in printed
    assert printed.count("please answer") == 2
    assert "hint: your name or a nickname; learners see it" in printed
    assert "language: de\n" in (tmp_path / "deck/source/deck.yaml").read_text("utf-8")
