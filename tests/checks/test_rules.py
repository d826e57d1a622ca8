"""How far the rules about cards can be trusted: measured on bad cards written before them, and on good ones.

tests/checks/decks/bad has fourteen items for each rule, which no rule was tuned on. Of the good decks the
rules were tuned on `body` and `civics`; `road` and `mixed` were written without seeing what the rules say.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from tests.conftest import CARD_WARNINGS, DECK, REPOSITORY, write_project
from tests.faults import PNG

if TYPE_CHECKING:
    from pathlib import Path

CARDS = REPOSITORY / "tests" / "checks" / "decks"
BAD = sorted((CARDS / "bad").glob("*.yaml"))
GOOD = sorted(path for path in (CARDS / "good").iterdir() if path.is_dir())
OF_MEANING = {"overlapping-options": 6}
"""Rules that hear of fewer than ten: most overlaps are of meaning, as of "a bat" and "a mammal"."""


def told(folder: Path) -> dict[str, Any]:
    """What `check` prints of a deck."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def test_every_rule_is_measured() -> None:
    """There are bad items for each rule but those that faults.py and test_cues.py have."""
    assert {path.stem for path in BAD} == CARD_WARNINGS - {
        *("direction-override", "changed-text", "unshown-field", "blueprint-tag", "missing-language"),
        *("placeholder", "swallowed-key"),
        *("giveaway-words", "repeated-example", "printed-answer"),
    }


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_rule_speaks_on_bad_cards(path: Path, tmp_path: Path) -> None:
    """At least ten of the fourteen items get the warning that they were written for."""
    items = [item for item in re.split(r"(?m)^--- *\n", path.read_text(encoding="utf-8")) if item.strip()]
    assert len(items) == 14
    hits = []
    for number, item in enumerate(items):
        files: dict[str, str | bytes] = {"source/deck.yaml": DECK, "source/one.yaml": item}
        folder = write_project(tmp_path / str(number), {**files, "source/media/x.png": PNG})
        hits.append(path.stem in {each["code"] for each in told(folder)["diagnostics"]})
    assert sum(hits) >= OF_MEANING.get(path.stem, 10), hits


def test_the_rules_are_silent_on_good_cards(tmp_path: Path) -> None:
    """Fewer than two of a hundred good notes get a warning, and no deck draws an error."""
    notes = warnings = 0
    for deck in GOOD:
        files: dict[str, str | bytes] = {
            f"source/{path.name}": path.read_bytes() for path in deck.glob("*.yaml")
        }
        folder = write_project(tmp_path / deck.name, files)
        (folder / "source/one.yaml").unlink()
        made = told(folder)
        assert made["ok"], made["diagnostics"]
        notes += sum(made["package"]["notes"].values())
        warnings += len(made["diagnostics"])
    assert notes > 450
    assert warnings * 50 < notes, warnings
