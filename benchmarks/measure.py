"""Runs programs in turn, each as a whole process, and notes the time and the memory that each run takes."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LONGEST = 60.0  # seconds; a program whose first run takes longer is left out


class Costs(TypedDict):
    """What the runs of a program took, a value for each run; no runs if the first one took too long."""

    cpu: list[float]  # seconds, user and system, of the process and its children
    wall: list[float]  # seconds
    peak: list[float]  # MiB, of the largest process
    size: int  # bytes of what it made; 0 if it makes nothing


def nothing() -> None:
    """What is done before most runs."""


@dataclass
class Contestant:
    """A program, and what its runs took.

    This process must stay smaller than the programs: Linux counts its memory as theirs until they begin.
    """

    name: str
    command: Sequence[str]
    output: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = nothing  # done before each run, and not timed
    costs: Costs = field(default_factory=lambda: Costs(cpu=[], wall=[], peak=[], size=0))

    def run(self, *, counted: bool) -> float:
        """Run once. Ends this process if the program fails.

        Args:
            counted: Whether to note what it took.

        Returns:
            The seconds that it took.
        """
        self.before()
        environment = {**os.environ, **self.environment}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each run would compile the program first
        start = time.perf_counter()
        process = subprocess.Popen(
            self.command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{self.name} failed: {' '.join(self.command)}")
        if counted:
            self.costs["cpu"].append(usage.ru_utime + usage.ru_stime)
            self.costs["wall"].append(wall)
            self.costs["peak"].append(usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))
            self.costs["size"] = self.output.stat().st_size if self.output else 0
        return wall


def contest(contestants: Sequence[Contestant], runs: int) -> dict[str, Costs]:
    """Run programs in turn (A B C A B C …), after a first run of each that does not count.

    Args:
        contestants: The programs.
        runs: How many runs of each count.
    """
    quick = [each for each in contestants if each.run(counted=False) <= LONGEST]
    for _ in range(runs):
        for each in quick:
            each.run(counted=True)
    return {each.name: each.costs for each in contestants}


def ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of each run of ours to the run of the other in the same turn."""
    return statistics.median(one / other for one, other in zip(ours, others, strict=True))


def emptied(folder: Path) -> Path:
    """A folder without anything in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
