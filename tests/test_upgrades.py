"""A deck that an earlier deckgen released, in the hands of this one.

tests/decks/upgrades/ holds, for each version of deckgen, a deck that it released twice, with its ledger and
its packages. Before a version of deckgen is released, a folder for it is added.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, change, run
from tests.releases import FIRST, terms

if TYPE_CHECKING:
    from pathlib import Path

UPGRADES = REPOSITORY / "tests/decks/upgrades"
VERSIONS = sorted(path.name for path in UPGRADES.iterdir())


@pytest.fixture(params=VERSIONS)
def deck(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A deck that was released by an earlier version."""
    folder = tmp_path / "deck"
    shutil.copytree(UPGRADES / request.param / "source", folder / "source")
    for package in (UPGRADES / request.param / "packages").glob("*.apkg"):
        version = package.stem.removeprefix("upgrade-").removesuffix("-cleanup")
        target = folder / "build/release" / version
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(package, target)
    return folder


def test_no_note_is_sent_again(deck: Path) -> None:
    """The same source is no change for learners, and the ledger is read without a fault."""
    done = run("build", "--project", deck, "--format", "json", SOURCE_DATE_EPOCH=str(FIRST + 10_000))
    told = json.loads(done.stdout)
    assert told["ok"], told["diagnostics"]
    about = told["package"]
    assert (about["since"], about["new"], about["changed"], about["retired"]) == ("2.0.0", [], [], [])


def test_learners_lose_nothing(deck: Path) -> None:
    """In the real Anki the next release merges with each of those that the earlier version made."""
    change(deck, {"source/3-new.yaml": "deck: 3 New\n" + terms("fresh")})
    now = str(FIRST + 10_000)
    told = json.loads(run("verify", "--project", deck, "--format", "json", SOURCE_DATE_EPOCH=now).stdout)
    assert told["ok"], told
    assert {update["previous"] for update in told["updates"]} == {"1.0.0", "2.0.0"}
    assert {update["conflicting"] for update in told["updates"]} == {0}
    done = run("release", "2.1.0", "--project", deck, "--format", "json", SOURCE_DATE_EPOCH=now)
    about = json.loads(done.stdout)["package"]
    assert (about["new"], about["changed"], about["retired"]) == (["fresh"], [], [])
