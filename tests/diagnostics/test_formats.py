"""How diagnostics are printed: for people in a terminal, for GitHub, for code scanning, for programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from jsonschema.validators import Draft4Validator

from tests.cli import terminals
from tests.conftest import CHAPTER, DECK, from_npm, run, untimed, write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

SLIP = CHAPTER.replace("why:", "wy:")
MIXED = {"source/one.yaml": SLIP, "source/t w,o.yaml": "deck: one::::two\ntakeaways: []\n"}
PATIENT = f"{terminals.PATIENT}\nfrom deckgen.__main__ import main\nmain()"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def in_terminal(folder: Path, *arguments: str, columns: int = 100, **environment: str) -> str:
    """What a terminal of so many columns shows of a command's stderr."""
    pty = pytest.importorskip("pty", reason="there are no such terminals on Windows")
    ours, theirs = pty.openpty()
    cleared = {
        name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "GITHUB_ACTIONS"}
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PATIENT, *arguments, "--project", str(folder)],
        env={**cleared, "TERM": "xterm", "COLUMNS": str(columns), "LINES": "24", **environment},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:  # the other end is closed
        pass
    process.wait(timeout=60)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_a_pipe_none(project: Project) -> None:
    """The same words either way; NO_COLOR and a dumb terminal are plain."""
    folder = project({"source/one.yaml": SLIP})
    plain = untimed(run("check", "--project", folder).stderr)
    coloured = in_terminal(folder, "check")
    assert "\x1b" not in plain
    assert "\x1b[31m\x1b[1merror[unknown-key]" in coloured
    assert untimed(ANSI.sub("", coloured)) == plain
    assert untimed(in_terminal(folder, "check", NO_COLOR="1")) == plain
    assert untimed(in_terminal(folder, "check", TERM="dumb")) == plain


def test_a_narrow_terminal_breaks_at_words(project: Project) -> None:
    """No line is wider than the terminal, no word is torn, and none is lost."""
    folder = project({"source/one.yaml": CHAPTER.partition("    why")[0]})
    wide = ANSI.sub("", in_terminal(folder, "check", columns=200))
    narrow = ANSI.sub("", in_terminal(folder, "check", columns=50))
    warnings = narrow.partition("\n1 warning")[0]
    assert max(map(len, warnings.splitlines())) <= 50
    assert warnings.split() == wide.partition("\n1 warning")[0].split()


def test_github_gets_annotations_by_itself(project: Project) -> None:
    """Under GitHub Actions they go to stdout, and the text for people stands in the log as ever."""
    folder = project(MIXED)
    text = run("check", "--project", folder)
    actions = run("check", "--project", folder, GITHUB_ACTIONS="true")
    assert untimed(actions.stderr) == untimed(text.stderr)
    place, there = "line=5,endLine=5,col=5,endColumn=6", "line=1,endLine=1,col=7,endColumn=16"
    hint, fault = (
        "hint: did you mean `why`?",
        "has an empty part, or a part with spaces or a colon next to it",
    )
    assert actions.stdout.splitlines() == [
        f"::error file=source/one.yaml,{place},title=unknown-key::`wy` is not allowed in a takeaway%0A{hint}",
        f"::error file=source/t w%2Co.yaml,{there},title=bad-deck-name::the deck name `one::::two` {fault}",
    ]
    assert run("check", "--project", folder, "--format", "text", GITHUB_ACTIONS="true").stdout == ""


def test_annotations_name_paths_from_the_top_of_the_repository(tmp_path: Path) -> None:
    """A deck in a folder of a repository is shown where its files are."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    folder = write_project(tmp_path / "decks" / "mine", {"source/one.yaml": SLIP})
    printed = run("check", "--project", folder, "--format", "github").stdout
    assert printed.startswith("::error file=decks/mine/source/one.yaml,")
    log = json.loads(run("check", "--project", folder, "--format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "decks/mine/source/one.yaml", "uriBaseId": "%SRCROOT%"}


def test_sarif_is_valid_and_says_the_same(project: Project) -> None:
    """The log passes the schema of SARIF 2.1.0, and has each diagnostic with its level and place."""
    folder = project(MIXED | {"source/deck.yaml": DECK + "tags: [new]\n", "source/x.yaml.txt": ""})
    log = json.loads(run("check", "--project", folder, "--format", "sarif").stdout)
    schema = from_npm("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")
    Draft4Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(log)
    told = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    assert len(told) == 3
    run_ = log["runs"][0]
    rules = [rule["id"] for rule in run_["tool"]["driver"]["rules"]]
    assert run_["columnKind"] == "unicodeCodePoints"
    for result, each in zip(run_["results"], told, strict=True):
        region = result["locations"][0]["physicalLocation"].get("region", {})
        assert rules[result["ruleIndex"]] == result["ruleId"] == each["code"]
        assert result["level"] == ("error" if each["level"] == "error" else "warning")
        assert result["message"]["text"].startswith(each["message"])
        assert [region.get(name) for name in ("startLine", "startColumn", "endColumn")] == [
            each["line"],
            each["column"],
            each["end_column"],
        ]


def test_a_clean_deck_prints_an_empty_log(project: Project) -> None:
    """SARIF without results, so that code scanning closes what it had."""
    folder = project()
    result = run("check", "--project", folder, "--format", "sarif")
    assert result.returncode == 0
    assert json.loads(result.stdout)["runs"][0]["results"] == []
