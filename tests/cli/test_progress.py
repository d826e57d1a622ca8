"""How far the work is: a bar in a terminal, lines in a log, nothing for programs."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deckgen.cli import progress
from tests.cli.terminals import COLOR, shown
from tests.conftest import CHAPTER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

DECK = {"source/one.yaml": CHAPTER}

IMPATIENT = "from deckgen.cli import progress as p; p.PATIENCE = p.FIRST = 0; p.EVERY = 0.02"


def printed(folder: Path, *arguments: str) -> str:
    """What a log gets of a command that prints its progress all the time."""
    code = f"{IMPATIENT}\nfrom deckgen.__main__ import main\nmain()"
    call = [sys.executable, "-c", code, *arguments]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize("command", ["check", "build", "preview", "site", "release 1.0.0", "stats", "diff"])
def test_a_log_gets_lines(command: str, project: Project) -> None:
    """Each says what is done and how much of it, whichever command it is; the summary is last."""
    folder = project(DECK)
    if command == "diff":
        printed(folder, "release", "1.0.0")
    told = printed(folder, *command.split())
    steps = re.findall(r"(?m)^(\w+ing [\w ]+)(?:: \d+ of \d+| …)$", told)
    assert steps, told
    assert not told or not told.rstrip().endswith("…") or command in {"stats", "diff"}


@pytest.mark.parametrize("options", [["--quiet"], ["--format", "json"], ["--format", "sarif"]])
def test_neither_programs_nor_the_quiet_get_any(options: list[str], project: Project) -> None:
    """Their stderr is empty."""
    assert printed(project(DECK), "build", *options) == ""


def test_a_short_command_says_nothing(project: Project) -> None:
    """Lines come after five seconds, and a bar after one."""
    assert (progress.PATIENCE, progress.FIRST, progress.EVERY) == (1, 5, 10)
    folder = project(DECK)
    code = "from deckgen.__main__ import main\nmain()"
    call = [sys.executable, "-c", code, "check"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr.startswith("no errors")


def test_a_terminal_gets_a_bar_that_vanishes(project: Project) -> None:
    """The line of the bar is erased before the summary is printed."""
    slow = (
        "import time; tick = p._Shown.tick; rests = iter((0.5, 0.5));"
        " p._Shown.tick = lambda *now: (tick(*now), time.sleep(next(rests, 0)))"
    )
    told = shown(80, ["build"], project(DECK), f"{IMPATIENT}; {slow}")
    assert "━" in told
    before, _, after = told.rpartition("━")
    assert "\x1b[2K" in after
    assert "wrote build/" in COLOR.sub("", after)
    assert "wrote build/" not in before


def test_a_step_without_news_is_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of the log sees that the work goes on."""
    from deckgen.cli.report import Format, Report  # noqa: PLC0415 (it belongs to this test)

    told: list[str] = []
    monkeypatch.setattr(progress, "EVERY", 0.02)
    monkeypatch.setattr(progress, "say", told.append)
    with progress.bar(Report("verify", Format.text)) as tick:
        tick("in Anki: a new learner", 1, 3)
        for _ in range(200):
            if len(told) > 1:
                break
            __import__("time").sleep(0.02)
    assert told[:2] == ["in Anki: a new learner: 1 of 3"] * 2
