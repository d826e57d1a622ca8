"""How many functions some runs of the program call: `make calls` writes the figures that a test holds it to.

Unlike seconds, the number of calls does not depend on what else a machine does. It does depend on the version
of Python, so the figures are those of one version.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ALLIANCE, REPOSITORY

PYTHON = "3.11"
FIGURES = Path(__file__).with_name("calls.json")
PLAIN = ["build", "--project", "plain", "--output", "plain.apkg"]
RICH = ["build", "--project", "rich", "--output", "rich.apkg"]
RUNS = {
    "--help": ["--help"],
    "build, 1,000 plain notes": PLAIN,
    "build, 1,000 rich notes": RICH,
    "build, 1,000 rich notes, one of 10 chapters changed": RICH,
    "build, 1,000 rich notes, nothing changed": RICH,
    "check, the deck of the tests": ["check", "--project", str(ALLIANCE)],
}
CHANGED, SAME = ", one of 10 chapters changed", ", nothing changed"
"""What comes after an earlier run, at the end of a name."""
COUNT = """
import cProfile, os, sys

def leave(code):  # the program ends its process before anybody can look
    raise SystemExit(code)

os._exit = leave
sys.argv[0] = "deckgen"
profile = cProfile.Profile()
profile.enable()
try:
    from deckgen.__main__ import main
    main()
except SystemExit as end:
    code = end.code
profile.disable()
with open("calls", "w") as file:
    file.write(str(sum(entry.callcount for entry in profile.getstats())))
sys.exit(code)
"""


def differs() -> str:
    """Why the figures do not hold here; empty if they do."""
    if sys.platform == "win32" or platform.python_implementation() != "CPython":
        return "the numbers of calls are known for CPython on Linux and macOS"
    here = platform.python_version().rpartition(".")[0]
    return "" if here == PYTHON else f"the numbers of calls are known for Python {PYTHON}, and this is {here}"


def figures() -> dict[str, int]:
    """The figures that the program is held to, by the names of the runs."""
    known: dict[str, int] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return known


def calls(name: str, folder: Path) -> int:
    """How many functions a run calls, in Python and in C, with kept results only of the run that it repeats.

    Args:
        name: The name of the run.
        folder: An empty folder.
    """
    arguments = RUNS[name]
    for kind in {"plain", "rich"} & set(arguments):
        generate = [sys.executable, str(REPOSITORY / "benchmarks/generate.py"), kind, "1000", kind]
        subprocess.run(generate, cwd=folder, check=True)
    # nothing else of the caller's, such as the start of a measurement of coverage
    environment = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
    environment |= {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "COLUMNS": "80"}
    environment |= {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-P", "-c", COUNT, *arguments]
    for again in range(1 + name.endswith((CHANGED, SAME))):
        if again and name.endswith(CHANGED):
            chapter = folder / "rich/source/0000.yaml"
            chapter.write_bytes(chapter.read_bytes() + b"# changed\n")
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return int((folder / "calls").read_text(encoding="utf-8"))


def main() -> None:
    """Write the figures of the program as it is."""
    if reason := differs():
        sys.exit(f"nothing is written: {reason}")
    found = {}
    for name in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = calls(name, Path(folder))
    before = figures() if FIGURES.exists() else {}
    FIGURES.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for name, number in found.items():
        old = before.get(name)
        print(f"{name}: {number:,} calls" + (f", {number / old - 1:+.1%}" if old else ""))


if __name__ == "__main__":
    main()
