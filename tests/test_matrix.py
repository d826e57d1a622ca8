"""Three releases and `deckgen verify` in several versions of Anki; `make matrix` installs them all."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import ALLIANCE, REPOSITORY, change, open_package, run, write_project
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
