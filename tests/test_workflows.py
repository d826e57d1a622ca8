"""What GitHub runs for this repository, and for a new deck."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
STARTERS = sorted((REPOSITORY / "src/deckgen/commands/init/starter").glob("*.yml"))
USES = re.compile(r"(?m)^[\s-]*uses: *(\S+)(.*)$")
PINNED = re.compile(r"[\w-]+/[\w/.-]+@[0-9a-f]{40}")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_passes_its_schema(workflow: Path) -> None:
    """GitHub would read it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    result = subprocess.run([*command, str(workflow)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_each_action_is_pinned_by_its_commit() -> None:
    """A tag can be moved to other content; a commit cannot, and the comment says which version it is."""
    paths = [*WORKFLOWS, *REPOSITORY.glob("action.yml"), *STARTERS]
    used = {path.name: USES.findall(path.read_text(encoding="utf-8")) for path in paths}
    assert used["ci.yml"]
    for name, uses in used.items():
        for action, comment in uses:
            if action.startswith(("./", "OWNER/", "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}")):
                continue  # this repository's own, or a place that `deckgen init` fills
            assert PINNED.fullmatch(action), f"{name}: {action}"
            assert re.match(r" # v\d+\.\d+\.\d+$", comment), f"{name}: {action}{comment}"


def test_one_action_has_one_version() -> None:
    """So that dependabot moves all at once, and no workflow is forgotten."""
    texts = [
        path.read_text(encoding="utf-8") for path in (*WORKFLOWS, *REPOSITORY.glob("action.yml"), *STARTERS)
    ]
    versions: dict[str, set[str]] = {}
    for action, comment in (each for text in texts for each in USES.findall(text)):
        versions.setdefault(action.partition("@")[0], set()).add(action + comment)
    assert all(len(each) == 1 for each in versions.values()), versions


def test_this_repository_s_deck_is_released_as_others_are() -> None:
    """Its workflow is that of `deckgen init`, but for the action, the tags, and the docs on the site."""
    starter = (REPOSITORY / "src/deckgen/commands/init/starter/release.yml").read_text(encoding="utf-8")
    others = yaml.safe_load(starter.replace("«action»", "./"))
    ours = yaml.safe_load((REPOSITORY / ".github/workflows/deck.yml").read_text(encoding="utf-8"))
    assert ours[True] == others[True]  # YAML 1.1 reads `on` so
    for name, job in others["jobs"].items():
        if name != "site":
            assert ours["jobs"][name] == job, name
    site, theirs = ours["jobs"]["site"], others["jobs"]["site"]
    assert [step for step in site["steps"] if step in theirs["steps"]] == theirs["steps"][:-1]
    assert site["permissions"] == theirs["permissions"]
