"""Warnings about cards: what silences it, who hears of it, and that `--strict` treats them as errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from deckgen.diagnostics import CATALOGUE
from tests.conftest import CARD_WARNINGS, CHAPTER, DECK, change, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

TWICE = """\
definitions:
  - id: mimesis
    term: Mimesis
    definition: |
      Taking on a family's style of speech.
  - id: again
    term: mimesis
    definition: |
      Matching tempo and manner while joining.
"""
TABLE = """\
comparisons:
  - id: stances
    title: Stances
    columns: [Stance, Meaning]
    rows:
      - id: neutrality
        cells:
          - Neutrality
          - A neutral stance
      - id: tilt
        cells:
          - Unbalancing
          - A planned lean toward one member
"""


def told(folder: Path, *options: str) -> list[tuple[str, int]]:
    """The codes that `check` tells, each with its line."""
    found: list[dict[str, Any]] = json.loads(
        run("check", "--project", folder, "--format", "json", *options).stdout
    )["diagnostics"]
    return [(each["code"], each["line"]) for each in found]


def test_each_rule_is_named_after_its_code() -> None:
    """So that `allow` and `checks` can switch a rule off before it runs."""
    assert all(CATALOGUE[code][0] == "warning" for code in CARD_WARNINGS)


def test_allow_silences_one_code_on_one_note(project: Project) -> None:
    """The note's own warning goes, that of others stays, and the code is not called unused."""
    folder = project({"source/one.yaml": TWICE})
    assert told(folder) == [("same-term", 7)]
    allowed = TWICE + "    allow: [same-term]\n"
    assert told(change(folder, {"source/one.yaml": allowed})) == []
    elsewhere = TWICE.replace("  - id: again", "    allow: [same-term]\n  - id: again")
    assert told(change(folder, {"source/one.yaml": elsewhere})) == [("unused-allow", 6), ("same-term", 8)]


def test_allow_silences_no_other_code(project: Project) -> None:
    """What the note draws besides is told, and so is the code that it allows for nothing."""
    folder = project({"source/one.yaml": TWICE + "    allow: [missing-alt]\n"})
    assert told(folder) == [("same-term", 7), ("unused-allow", 10)]


def test_allow_on_a_table_holds_for_its_rows(project: Project) -> None:
    """And one on a row for that row alone."""
    folder = project({"source/one.yaml": TABLE})
    assert told(folder) == [("term-in-definition", 9)]
    on_table = TABLE.replace("    title:", "    allow: [term-in-definition]\n    title:")
    assert told(change(folder, {"source/one.yaml": on_table})) == []
    on_row = TABLE.replace("- id: neutrality", "- id: neutrality\n        allow: [term-in-definition]")
    assert told(change(folder, {"source/one.yaml": on_row})) == []
    on_other = TABLE.replace("- id: tilt", "- id: tilt\n        allow: [term-in-definition]")
    assert told(change(folder, {"source/one.yaml": on_other})) == [
        ("term-in-definition", 9),
        ("unused-allow", 11),
    ]


def test_allow_is_not_called_unused_while_there_are_errors(project: Project) -> None:
    """What it silences may be what could not be looked at yet."""
    text = TWICE.replace("  - id: again", "    allow: [same-term]\n  - id: again").replace(
        "term: m", "trem: m"
    )
    assert [code for code, _ in told(project({"source/one.yaml": text}))] == ["unknown-key"]


def test_checks_switch_a_code_off_for_the_deck(project: Project) -> None:
    """With a reason; other codes are told as before."""
    text = TWICE + CHAPTER.partition("    why")[0]
    folder = project({"source/one.yaml": text})
    assert told(folder) == [("same-term", 7), ("missing-reason", 11)]
    off = f"{DECK}checks:\n  same-term: off\n  because: |\n    Two schools use the word.\n"
    assert told(change(folder, {"source/deck.yaml": off})) == [("missing-reason", 11)]


def test_retired_notes_get_no_warning(project: Project) -> None:
    """Nobody will learn them."""
    folder = project({"source/one.yaml": TWICE + "    allow: [same-term]\n"})
    assert run("release", "1.0.0", "--project", folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    assert told(change(folder, {"source/one.yaml": TWICE + "    retired: |\n      Twice.\n"})) == []


def test_released_texts_keep_their_blanks_and_numbers(project: Project) -> None:
    """A change that no card shows would cost learners their edits, so it is not asked for."""
    text = CHAPTER.replace(
        "Before change comes {{c1::joining}}.", "Before  change comes  \n      {{c2::joining}}."
    )
    folder = project({"source/one.yaml": text})
    assert told(folder) == [("doubled-space", 4), ("trailing-space", 4), ("cloze-gap", 5)]
    assert run("release", "1.0.0", "--project", folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    assert told(folder) == []
    renamed = text.replace("id: one", "id: two\n    was: one")
    assert told(change(folder, {"source/one.yaml": renamed})) == []


def test_the_whole_deck_is_not_judged_before_it_can_be_read(project: Project) -> None:
    """An abbreviation may be spelt out in the chapter that has a fault."""
    chapter = CHAPTER.replace("change", "change in SFT")
    folder = project({"source/one.yaml": chapter, "source/two.yaml": "takeaways: x\n"})
    assert [code for code, _ in told(folder)] == ["wrong-type"]
    (folder / "source/two.yaml").unlink()
    assert told(folder) == [("undefined-abbreviation", 4)]


@pytest.mark.parametrize("command", ["check", "build"])
def test_strict_treats_warnings_as_errors(command: str, project: Project) -> None:
    """Exit 1, nothing written, and said so; without it the warning is told and the package made."""
    folder = project({"source/one.yaml": TWICE})
    strict = run(command, "--strict", "--project", folder)
    assert strict.returncode == 1
    assert "warning[same-term]" in strict.stderr
    assert not list(folder.glob("build/*.apkg"))
    as_json = json.loads(run(command, "--strict", "--project", folder, "--format", "json").stdout)
    assert (as_json["ok"], len(as_json["diagnostics"])) == (False, 1)
    loose = run(command, "--project", folder)
    assert loose.returncode == 0
    assert "\n1 warning\n" in loose.stderr
    clean = change(folder, {"source/one.yaml": CHAPTER})
    assert run(command, "--strict", "--project", clean).returncode == 0
