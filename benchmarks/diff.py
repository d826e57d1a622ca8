"""Times `deckgen diff` between two packages, of which every note, every twentieth or none differs.

python benchmarks/diff.py [NOTES ...]      (10000)
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from generate import generate

RUNS = 5
GOAL = 1.0  # seconds of CPU for 10,000 notes, of the whole process
EVERY = (1, 20, 0)  # which notes differ


def package(folder: Path, path: Path) -> Path:
    """The package of a deck."""
    command = [sys.executable, "-m", "deckgen", "build", "--project", str(folder), "--output", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def change(folder: Path, every: int) -> None:
    """Change the first text of some notes."""
    for path in (folder / "source").rglob("*.yaml"):
        if path.name != "deck.yaml":
            parts = re.split(r"(?m)^(  - id: )", path.read_text(encoding="utf-8"))
            for place in range(2, len(parts), 2 * every):
                parts[place] = re.sub(r"(?m)\|\n( +)", r"|\n\1Changed: ", parts[place], count=1)
            path.write_text("".join(parts), encoding="utf-8")


def seconds(old: Path, new: Path) -> float:
    """The CPU time of a call."""
    before = os.times()
    subprocess.run([sys.executable, "-m", "deckgen", "diff", old, new], check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Compare decks of the sizes that were asked for."""
    for count in [int(argument) for argument in sys.argv[1:]] or [10_000]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            generate(folder / "old", count)
            old = package(folder / "old", folder / "old.apkg")
            for every in EVERY:
                generate(folder / f"new{every}", count)
                if every:
                    change(folder / f"new{every}", every)
                new = package(folder / f"new{every}", folder / f"new{every}.apkg")
                times = [seconds(old, new) for _ in range(RUNS)]
                what = f"every {every}. note differs" if every else "no note differs"
                median, best = statistics.median(times), min(times)
                print(f"{count:>7,} notes, {what:24}{median:>7.2f} s{best:>7.2f} s at best (goal {GOAL} s)")


if __name__ == "__main__":
    main()
