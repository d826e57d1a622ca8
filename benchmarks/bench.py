"""Measures what docs/benchmarks.md says of speed, into build/bench.json: `make bench`.

    python benchmarks/bench.py [PART ...]

A part is a number of notes (100, 1000, 10000 or 100000), own, media, steps or preview. Without one, all are
measured. What was measured before on the same machine with the same versions is kept. `page.py` writes the
page.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contestants
from about import about, month

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS = Path(__file__).parents[1] / "build/bench.json"
KINDS = ("plain", "rich")
PREVIEWS = (1_000, 10_000)
STEPS = 3  # runs


def preview(_folder: Path, count: int) -> object:
    """The seconds from save to visible, and the browser."""
    # a process of its own, because this one has to stay small
    done = subprocess.run(contestants.script("preview.py", str(count)), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def steps(folder: Path, kind: str) -> dict[str, dict[str, float]]:
    """The seconds of each step of a build of 10,000 notes, cold, and after one of 10 chapters has changed."""
    deck = folder / "deck"
    generate = contestants.script("generate.py", str(deck), "10000", kind, str(contestants.CHAPTERS))
    subprocess.run(generate, check=True)
    edit = contestants.editing(deck)
    found: dict[str, list[dict[str, float]]] = {"cold": [], "changed": []}
    for number in range(STEPS):
        cache = folder / str(number)
        cache.mkdir()
        for runs in found.values():
            command = contestants.script("steps.py", str(deck), str(cache))
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            runs.append(json.loads(done.stdout))
            edit()
    return {
        when: {step: statistics.median(run[step] for run in runs) for step in runs[0]}
        for when, runs in found.items()
    }


def parts() -> dict[str, Callable[[Path], object]]:
    """What can be measured, by its key in the results."""
    made: dict[str, Callable[[Path], object]] = {
        f"{count} {kind}": partial(contestants.generated, count=count, kind=kind)
        for count in contestants.RUNS
        for kind in KINDS
    }
    made |= {"own": contestants.own, "media": contestants.media}
    made |= {f"steps {kind}": partial(steps, kind=kind) for kind in KINDS}
    return made | {f"preview {count}": partial(preview, count=count) for count in PREVIEWS}


def earlier(now: dict[str, str]) -> dict[str, Any]:
    """What was measured before, if the machine and the versions are the same."""
    if RESULTS.exists():
        results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
        if results["about"] == now:
            return results
        print("The machine or a version has changed. Earlier figures are dropped.", file=sys.stderr)
    return {"about": now}


def main() -> None:
    """Measure the parts that were asked for, and keep each as soon as it is done."""
    every = parts()
    words = dict.fromkeys(name.split()[0] for name in every)
    if unknown := set(sys.argv[1:]) - set(words):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}. Parts are: {' '.join(words)}")
    if (load := os.getloadavg()[0]) > 0.5:
        print(f"Other programs are running (load {load:.1f}). Wait for a quiet machine.", file=sys.stderr)
    results = earlier(about())
    for name, measure in every.items():
        if len(sys.argv) == 1 or name.split()[0] in sys.argv[1:]:
            print(f"measuring {name}", file=sys.stderr)
            with tempfile.TemporaryDirectory() as folder:
                results[name] = measure(Path(folder))
            results["month"] = month()
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
