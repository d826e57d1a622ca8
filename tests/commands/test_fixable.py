"""What `--fix` would get rid of says so, and nothing else does."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from deckgen.commands.fix import FIX
from tests.bad_sources import ALL_FAULTS, lay
from tests.conftest import change, untimed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import Fault

    Project = Callable[..., Path]

ONE = "source/one.yaml"
HALF = """\
definitions:
  - id: a
    term: A note
    definition: cut: here
  - term: B
    definition: |
      Text.
  - id: c
    term: C  c
    definition: |
      Text.
    builds_on: [nobody]
    colour: red
"""


def check(folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code of a check, and its JSON object."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, json.loads(result.stdout)


def known_by(told: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    """What diagnostics say, whatever lines have moved meanwhile."""
    return Counter((each["path"], each["code"], re.sub("[0-9]+", "", each["message"])) for each in told)


@pytest.mark.parametrize("fault", ALL_FAULTS, ids=lambda fault: fault.code)
def test_what_says_so_is_gone_after_a_fix(fault: Fault, tmp_path: Path) -> None:
    """And what does not say so is still there: of every bad source that we know."""
    lay(tmp_path, fault)
    try:
        before = check(tmp_path)[1]["diagnostics"]
        after = check(tmp_path, "--fix")[1]["diagnostics"]
    except KeyError:  # a conflict of the ledger that cannot be resolved
        assert not any(each["fixable"] for each in before)
        return
    fixable, left = (
        known_by([each for each in before if each["fixable"] is which]) for which in (True, False)
    )
    assert not (fixable & known_by(after)) - left, (before, after)
    assert not left - known_by(after), (before, after)
    assert not any(each["fixable"] for each in after)
    assert all((each["hint"] or "").endswith(("check --fix`", FIX)) == each["fixable"] for each in before), (
        before
    )


def test_some_of_a_file(project: Project) -> None:
    """Each is told by itself: a text put in a block, an id given, a space taken out; the rest stays."""
    folder = project({ONE: HALF})
    told = check(folder)[1]["diagnostics"]
    assert [(each["code"], each["fixable"]) for each in told if each["level"] == "error"] == [
        ("yaml-syntax", True)
    ]
    change(folder, {ONE: HALF.replace("cut: here", "whole")})
    told = check(folder)[1]["diagnostics"]
    assert {each["code"]: each["fixable"] for each in told} == {
        "missing-key": True,
        "unknown-note": False,
        "unknown-key": False,
        **{each["code"]: each["code"] == "doubled-space" for each in told if each["level"] != "error"},
    }
    hint = next(each["hint"] for each in told if each["code"] == "missing-key")
    assert hint == "add an id that describes the note, as `id: b`; `deckgen check --fix` fixes it"


def test_a_dry_run_tells_what_would_be_left(project: Project) -> None:
    """The same diagnostics and the same exit code as after the fix itself; nothing is written."""
    folder = project({ONE: HALF})
    dry_code, dry = check(folder, "--fix", "--dry-run")
    assert (folder / ONE).read_text(encoding="utf-8") == HALF
    code, real = check(folder, "--fix")
    assert (dry_code, dry) == (code, real)
    assert code == 1
    assert {"unknown-note", "unknown-key"} <= {each["code"] for each in real["diagnostics"]}
    assert not {"yaml-syntax", "missing-key"} & {each["code"] for each in real["diagnostics"]}


def test_a_dry_run_that_leaves_nothing_is_well(project: Project) -> None:
    """It exits with 0, as the fix would, and says what the deck would be."""
    folder = project({ONE: "definitions:\n- {term: A, definition: B}\n"})
    result = CliRunner().invoke(app, ["check", "--fix", "--dry-run", "--project", str(folder)])
    assert result.exit_code == 0
    assert untimed(result.stderr).endswith(
        "--dry-run: nothing was written. With these fixes:\nno errors: 1 note (1 definition), 2 cards\n"
        f"Next: deckgen check --fix --project {folder}\n"
    ), result.stderr


def test_a_build_says_so_too(project: Project) -> None:
    """Whoever runs `build` learns of it as well."""
    folder = project({ONE: "definitions:\n- {term: A, definition: B}\n"})
    result = CliRunner().invoke(app, ["build", "--project", str(folder), "--format", "json"])
    assert [each["fixable"] for each in json.loads(result.stdout)["diagnostics"]] == [True]
