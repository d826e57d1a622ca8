"""Every code of the catalogue has a bad source, and is told at its place."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from deckgen.diagnostics import CATALOGUE
from tests.bad_sources import ALL_FAULTS, lay
from tests.conftest import CARD_WARNINGS, run, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import Fault


@pytest.mark.parametrize("fault", ALL_FAULTS, ids=lambda fault: fault.code)
def test_a_bad_source_draws_its_diagnostic_and_no_other(fault: Fault, tmp_path: Path) -> None:
    """The code, and the place exactly as marked, with a message; an error exits with 1, a warning with 0."""
    place = lay(tmp_path, fault)
    assert place[0], "the fault marks no place"
    result = CliRunner().invoke(app, ["check", "--project", str(tmp_path), "--format", "json"])
    found = json.loads(result.stdout)["diagnostics"]
    if fault.code not in CARD_WARNINGS:  # the cards of broken sources are no good ones
        found = [each for each in found if each["code"] not in CARD_WARNINGS]
    assert [
        (each["code"], (each["path"], each["line"], each["column"], each["end_column"])) for each in found
    ] == [(fault.code, place)], json.dumps(found, indent=2)
    assert found[0]["level"] == CATALOGUE[fault.code][0]
    assert result.exit_code == (1 if found[0]["level"] == "error" else 0)
    for text in (found[0]["message"], found[0]["hint"] or ""):
        assert text == text.strip()
        assert not text.endswith(".")


@pytest.mark.parametrize("name", ["source/deck.yaml", "source/one.yaml", "templates/law/kind.yaml"])
@pytest.mark.parametrize("how", ["out", "nowhere", "loop", "pipe"])
def test_a_file_that_is_none_is_told(name: str, how: str, tmp_path: Path) -> None:
    """Links out of the project, to nowhere or to themselves, and pipes: one diagnostic, and no hanging."""
    folder = write_project(tmp_path / "deck")
    (tmp_path / "outside.yaml").write_text("title: Secret\n", encoding="utf-8")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    targets = {"out": tmp_path / "outside.yaml", "nowhere": folder / "nothing", "loop": path}
    if how == "pipe":
        if sys.platform == "win32":
            pytest.skip("there are no pipes in folders")
        os.mkfifo(path)
    else:
        path.symlink_to(targets[how])
    result = run("check", "--project", folder, "--format", "json")
    told = json.loads(result.stdout)
    if name == "source/deck.yaml" and how in {"nowhere", "loop"}:
        assert (result.returncode, "deck.yaml" in told["error"]["message"]) == (2, True)
        return
    assert (result.returncode, result.stderr) == (1, "")
    assert ("unreadable-file", name) in [(each["code"], each["path"]) for each in told["diagnostics"]]
    assert "Secret" not in result.stdout


def test_every_code_has_a_bad_source() -> None:
    """The catalogue and the bad sources name the same codes."""
    assert {fault.code for fault in ALL_FAULTS} == set(CATALOGUE)
