"""Three releases and `deckgen verify` in several versions of Anki; `make matrix` installs them all."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.commands.adopt.test_adopt import adopted, export, fill, released, replaced
from tests.conftest import ALLIANCE, REPOSITORY, change, open_package, real_collection, run, write_project
from tests.faults import GROWN, kind
from tests.history.learner import Learner
from tests.releases import FIRST, keyed, release, terms

# one on each side of every change in how Anki imports; "" is the one that is installed with the tests
VERSIONS = ("2.1.66", "23.12.1", "24.11", "25.2.7", "")
ANKIS = Path(os.environ.get("DECKGEN_ANKIS", REPOSITORY / ".venv" / "ankis"))


def python_with(version: str) -> Path:
    """The Python that has a version of Anki."""
    path = ANKIS / version / "bin" / "python" if version else Path(sys.executable)
    if not path.exists():
        pytest.skip(f"Anki {version} comes with `make matrix`")
    return path


LAWS = "laws:\n  - id: f\n    name: One\n    rule: First.\n{}  - id: g\n    name: Two\n    rule: Next.\n"
HINT = {
    "templates/law/kind.yaml": GROWN.replace("  rule:", "  hint: {type: markdown}\n  rule:")
    .replace("name: Reserve 1, id: 3", "name: Hint, id: 3, from: hint")
    .replace("name: Dormant, id: 2, reserve: Reserve 1", "name: By Hint, id: 2, face: hint"),
    "templates/law/hint.front.html.j2": "{{#Hint}}{{Hint}}{{/Hint}}",
    "templates/law/hint.back.html.j2": "{{FrontSide}} {{Name}}",
}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three releases: the second edits, renames, retires, adds, restyles; the third grows a kind."""
    folder = write_project(
        tmp_path_factory.mktemp("matrix"),
        {**kind("", GROWN).files, "source/one.yaml": terms(*"abcde"), "source/two.yaml": LAWS.format("")},
    )
    made = [release(folder, "1", FIRST).path]
    changed = (keyed("c", "tags: [x]"), keyed("dd", "was: d"), keyed("e", "retired: Wrong."))
    second = terms("a", "b", *changed, "h")
    second = second.replace("Text of a.", "Better.").replace("Term dd", "Term d").replace("of dd", "of d")
    change(folder, {"source/one.yaml": second, "templates/base/theme.css.j2": ".card { margin: 1px; }"})
    made.append(release(folder, "2", FIRST + 1000).path)
    change(folder, {**HINT, "source/two.yaml": LAWS.format("    hint: Begin.\n")})
    change(folder, {"source/one.yaml": second.replace("Better.", "Best.").replace("Text of b.", "Other.")})
    made.append(release(folder, "3", FIRST + 2000).path)
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="learners' clocks need libfaketime")
@pytest.mark.parametrize("version", VERSIONS)
def test_three_releases_arrive(version: str, releases: list[Path], tmp_path: Path) -> None:
    """Exactly what changed, in every Anki; a rename of fields is what 2.1.66 cannot follow."""
    learner = Learner(tmp_path, str(python_with(version)))
    learner.at(FIRST, "open", str(tmp_path / "collection"))
    counts = []
    for number, path in enumerate(releases):
        log = learner.at(FIRST + number * 1000 + 500, "take", str(path), 0)
        counts.append(tuple(log[name] for name in ("new", "updated", "duplicate", "conflicting")))
    state = learner.at(FIRST + 9000, "state")
    learner.stop()
    third = (0, 2, 4, 1) if version == "2.1.66" else (0, 3, 4, 0)
    assert counts == [(7, 0, 0, 0), (1, 2, 4, 0), third]
    assert len(state["guids"]) == 8
    assert state["empty"] == []
    assert len(state["cards"]) == (14 if version == "2.1.66" else 15)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the whole deck after two releases: edits, new, renamed, retired notes, a theme."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(ALLIANCE / "source", folder / "source")
    shutil.copytree(REPOSITORY / "templates", folder / "templates")
    (folder / "source/ledger.jsonl").unlink(missing_ok=True)
    release(folder, "1.0.0", FIRST)
    two = keyed("holding") + keyed("mirroring")
    chapters = sorted(folder.glob("source/2.3*/*.yaml"))
    texts = "\0".join(chapter.read_text(encoding="utf-8") for chapter in chapters)
    tag = "tags: [domain::1-systemic-practice"
    of_joining = "    reference: Study guide 2.3, key takeaways and joining\n"
    for old, new in (
        ("    term: Mimesis in structural therapy\n", "    term: Mimesis (imitation)\n"),
        (f"    {tag}]\n{of_joining}", f"    {tag}, first-things]\n{of_joining}"),
        ("\n  - id: quiet-husband\n", "\n  - id: quiet-husband\n    extra: |\n      Joining comes first.\n"),
        ("\n  - id: reflection\n", f"\n{two}  - id: thinking-back\n    was: reflection\n"),
        ("\n  - id: use-of-self\n", "\n  - id: use-of-self\n    retired: |\n      Said twice.\n"),
    ):
        assert texts.count(old) == 1, old
        texts = texts.replace(old, new)
    for chapter, text in zip(chapters, texts.split("\0"), strict=True):
        chapter.write_text(text, encoding="utf-8")
    theme = folder / "templates/base/theme.css.j2"
    theme.write_text(theme.read_text(encoding="utf-8") + "b { margin: 0; }\n", encoding="utf-8")
    release(folder, "1.1.0", FIRST + 1000)
    return folder


@pytest.mark.parametrize("version", VERSIONS)
def test_verify_in_every_anki(version: str, own: Path) -> None:
    """On the own deck `verify` tells exactly what was done to it, and that nothing is lost."""
    done = run("verify", "--project", own, "--anki-python", python_with(version), "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    (before,) = (own / "build/release/1.0.0").glob("*-1.0.0.apkg")
    notes, cards = len(open_package(before).notes), len(open_package(before).cards)
    new = told["new_learner"]
    assert (new["notes"], new["cards"], new["empty_cards"]) == (notes + 2 - 1, cards + 4 - 2, 0)
    assert new["wrong_files"] == []
    options = ["default"] if version == "2.1.66" else ["default", "merge"]
    assert [update["options"] for update in told["updates"]] == options
    for update in told["updates"]:
        assert update["previous"] == "1.0.0"
        assert (update["new"], update["updated"], len(update["held_back"])) == (2, 2, 1)
        assert (update["untouched"], update["conflicting"], update["lost"]) == (notes - 4, 0, [])
        assert (update["not_arrived"], update["empty_cards"], update["wrong_files"]) == ([], 0, [])
        assert update["cleanup"] == {"tagged": 1, "cards_added": 0, "decks_added": 0}


@pytest.fixture(scope="module")
def old_deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of a deck that no deckgen knows, as the installed Anki exports it for older ones."""
    folder = tmp_path_factory.mktemp("old")
    with real_collection(folder) as collection:
        fill(collection)
        return export(collection, folder / "old.apkg", "Spanish", legacy=True)


@pytest.fixture(scope="module")
def adopted_deck(old_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases of the adopted deck: the first changes nothing, the second one note."""
    folder = tmp_path_factory.mktemp("adopted") / "deck"
    adopted(old_deck, folder)
    now = int(time.time())
    first = released(folder, "1.0.0", now + 1000)
    replaced(folder, "to *speak*", "to *say*")
    return first, released(folder, "1.1.0", now + 2000)


@pytest.mark.parametrize("version", VERSIONS)
def test_adopt_is_tested_in_every_anki(version: str, old_deck: Path, tmp_path: Path) -> None:
    """The rehearsal tries the deck as it was, and one changed note, over the file that learners have."""
    said = adopted(old_deck, tmp_path / "deck", "--anki-python", str(python_with(version)))
    lines = [line for line in said.splitlines() if line.startswith("tested in Anki")]
    counts = [line.partition("old.apkg")[2] for line in lines]
    untouched = ": 0 new, 0 updated, 11 untouched, 0 conflicting; nothing lost"
    merging = [] if version == "2.1.66" else [f", merging note types{untouched}"]
    changed = ", after a change of one note: 0 new, 1 updated, 10 untouched, 0 conflicting; nothing lost"
    assert counts == [untouched, *merging, changed]


@pytest.mark.skipif(sys.platform != "linux", reason="learners' clocks need libfaketime")
@pytest.mark.parametrize("version", VERSIONS)
def test_an_adopted_deck_arrives(
    version: str, old_deck: Path, adopted_deck: tuple[Path, Path], tmp_path: Path
) -> None:
    """Its learners keep every note that did not change, and get the one that did."""
    learner = Learner(tmp_path, str(python_with(version)))
    now = int(time.time())
    learner.at(now, "open", str(tmp_path / "collection"))
    learner.at(now, "take", str(old_deck), 0)
    before = learner.at(now + 100, "state")
    counts = []
    for number, path in enumerate(adopted_deck, 1):
        log = learner.at(now + number * 1000 + 500, "take", str(path), 0)
        counts.append(tuple(log[name] for name in ("new", "updated", "duplicate", "conflicting")))
    after = learner.at(now + 9000, "state")
    learner.stop()
    assert counts == [(0, 0, 11, 0), (0, 1, 10, 0)]
    assert after["cards"] == before["cards"]
    assert after["types"] == before["types"]
    differing = [guid for guid, note in after["notes"].items() if note[1:] != before["notes"][guid][1:]]
    assert len(differing) == 1
