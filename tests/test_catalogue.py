"""Every code of the catalogue has a bad source, and is told at its place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from deckgen.cli import app
from deckgen.diagnostics import CATALOGUE
from tests.card_faults import CARD_FAULTS
from tests.conftest import CARD_WARNINGS, run, signed, write_project
from tests.faults import FAULTS, Fault

if TYPE_CHECKING:
    from pathlib import Path

ALL_FAULTS = (*FAULTS, *CARD_FAULTS)
Place = tuple[str, int | None, int | None, int | None]


def unmarked(fault: Fault) -> tuple[dict[str, str | bytes], Place]:
    """The files of a fault without their marks, and the place that the marks say."""
    files: dict[str, str | bytes] = {}
    place: Place = (fault.whole, fault.line or None, None, None)
    for name, content in fault.files.items():
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        start, end = ("\u00c2\u00ab", "\u00c2\u00bb") if isinstance(content, bytes) else ("«", "»")
        if start in text:
            before = text.partition(start)[0].split("\n")
            length = len(text.partition(start)[2].partition(end)[0])
            place = (name, len(before), len(before[-1]) + 1, len(before[-1]) + 1 + max(length, 1))
        elif "⟵" in text:
            place = (name, text.partition("⟵")[0].count("\n") + 1, None, None)
        text = text.replace(start, "").replace(end, "").replace("⟵", "")
        files[name] = text.encode("latin-1") if isinstance(content, bytes) else text
    return files, place


@pytest.mark.parametrize("fault", ALL_FAULTS, ids=lambda fault: fault.code)
def test_a_bad_source_draws_its_diagnostic_and_no_other(fault: Fault, tmp_path: Path) -> None:
    """The code, and the place exactly as marked, with a message; an error exits with 1, a warning with 0."""
    files, place = unmarked(fault)
    assert place[0], "the fault marks no place"
    if fault.before is not None:
        _release(tmp_path, fault)
    write_project(tmp_path, files)
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


def _release(folder: Path, fault: Fault) -> None:
    """Release what was there before a fault was made."""
    write_project(folder, fault.before)
    result = CliRunner(env={"SOURCE_DATE_EPOCH": "1700000000"}).invoke(
        app, ["release", "1.0.0", "--project", str(folder)]
    )
    assert result.exit_code == 0, result.output
    ledger = folder / "source/ledger.jsonl"
    text, old, new = ledger.read_text(encoding="utf-8"), *fault.edit
    if old:
        assert re.search(old, text), text
        rows = re.sub(old, new, text, count=1).splitlines()
        # with digests that fit, so that what is told is not that alone
        ledger.write_text("".join(f"{signed(row)}\n" if row else "\n" for row in rows), encoding="utf-8")
    if fault.lost:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        for command in (["init"], ["add", "source"], [*who, "commit", "-m", "1.0.0"]):
            subprocess.run(["git", "-C", folder, *command], check=True, capture_output=True)
        ledger.unlink()


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
