"""Times `deckgen build` against two plain scripts, in turn, as whole processes: `make bench`.

Prints for each deck the medians of the wall time, the median of the ratios pair by pair, the peak memory
and the size of the package. Only the ratios travel to another machine.

    python benchmarks/bench.py [NOTES ...]      (1000 and 10000)
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from generate import generate

HERE = Path(__file__).parent
RUNS = 7
GOALS = {
    "script B": {1000: 0.35, 10_000: 0.10, 100_000: 0.07},
    "script A-C": {1000: 1.3, 10_000: 0.75, 100_000: 0.35},
}


@dataclass
class Contestant:
    """A program that makes a package of a deck, and what its runs cost."""

    name: str
    command: list[str]
    output: Path
    walls: list[float] = field(default_factory=list)  # seconds
    peaks: list[float] = field(default_factory=list)  # MiB

    def run(self, *, counted: bool) -> None:
        """Run once, and note the time and the memory that it took."""
        start = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{self.name} failed: {' '.join(self.command)}")
        if counted:
            self.walls.append(wall)
            self.peaks.append(usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def contest(folder: Path, count: int) -> list[Contestant]:
    """Run all contestants in turn on a deck of `count` notes."""
    deck = folder / str(count)
    generate(deck, count)
    source = str(deck / "source")
    python = sys.executable

    def contestant(name: str, *command: str) -> Contestant:
        output = folder / f"{count}-{name.replace(' ', '-')}.apkg"
        return Contestant(name, [python, *command, str(output)], output)

    contestants = [
        contestant("deckgen", "-m", "deckgen", "build", "--project", str(deck), "--output"),
        contestant("script A-C", str(HERE / "script_ac.py"), source),
        contestant("script B", str(HERE / "script_b.py"), source),
    ]
    for number in range(RUNS + 1):
        for each in contestants:
            each.run(counted=number > 0)
    return contestants


def report(contestants: list[Contestant], count: int) -> None:
    """Print the table of a deck."""
    ours = contestants[0]
    print(f"\n{count:,} notes, {RUNS} runs each, in turn")
    heads = ("wall s", "deckgen is", "goal", "peak MiB", "package kB", "deckgen is")
    print(f"{'':12}" + "".join(f"{head:>12}" for head in heads))
    for each in contestants:
        ratio = statistics.median(a / b for a, b in zip(ours.walls, each.walls, strict=True))
        size = each.output.stat().st_size
        goal = GOALS.get(each.name, {}).get(count, "")
        other = each is not ours
        cells = (
            f"{statistics.median(each.walls):.3f}",
            f"{ratio:.2f}x" if other else "",
            str(goal),
            f"{statistics.median(each.peaks):.0f}",
            f"{size / 1000:.0f}",
            f"{ours.output.stat().st_size / size:.2f}x" if other else "",
        )
        print(f"{each.name:12}" + "".join(f"{cell:>12}" for cell in cells))


def main() -> None:
    """Run the decks whose sizes were asked for."""
    counts = [int(argument) for argument in sys.argv[1:]] or [1000, 10_000]
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            report(contest(Path(folder), count), count)


if __name__ == "__main__":
    main()
