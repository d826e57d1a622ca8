"""docs/benchmarks.md is written from what `make bench` measures."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """\
# How fast it is

Before.

<!-- written by benchmarks/page.py -->
What was here.
<!-- end -->

After.
"""


def costs(cpu: float, size: int = 0) -> dict[str, object]:
    """What three runs took, of which one was slow."""
    return {"cpu": [cpu, cpu, 9 * cpu], "wall": [2 * cpu] * 3, "peak": [30.2] * 3, "size": size}


def test_tables_show_what_was_measured_beside_the_goals(tmp_path: Path) -> None:
    """Medians and ratios; whether a goal is met, or by how much not; the rest of the page stays as it is."""
    deck = {
        "deckgen --help": costs(0.1),
        "deckgen build": costs(1.5, 500_000),
        "nothing changed": costs(0.2),
        "one of 10 chapters changed": costs(0.6),
        "script A-C": costs(1.0, 2_000_000),
        "script B": costs(5.0, 2_000_000),
        "ankiforge": {"cpu": [], "wall": [], "peak": [], "size": 0},
    }
    steps = {
        "cold": {"reading": 0.5, "rule: no-question": 0.01},
        "changed": {"reading": 0.1, "recalling": 0.2},
    }
    preview = {"seconds": [0.3, 0.1, 0.2], "browser": "Chromium 1"}
    about = {"machine": "A computer", "CPython": "3.11.7"}
    results = {"about": about, "month": "May 2026", "10000 plain": deck, "preview 1000": preview}
    results["steps rich"] = steps
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    program = [sys.executable, str(REPOSITORY / "benchmarks/page.py")]
    subprocess.run([*program, str(tmp_path / "results.json"), str(page)], check=True)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# How fast it is\n\nBefore.\n\n<!-- written by benchmarks/page.py -->\n")
    assert text.endswith("<!-- end -->\n\nAfter.\n")
    assert "What was here." not in text
    assert "Measured in May 2026 on: A computer. Versions: CPython 3.11.7." in text
    for row in (
        "| 10,000 plain: CPU, of script B's | 0.14 | 0.30 | no, 2.14 times the goal |",
        "| 10,000 plain: CPU, of ankiforge's | 0.5 | not measured |  |",
        "| 10,000 plain, nothing changed: of `--help` | 2.5 | 2.00 | yes |",
        "| 10,000 plain: package, of script A-C's | 0.25 | 0.25 | yes |",
        "| 10,000 rich: CPU, of script B's | 0.2 | not measured |  |",
        "| 10,000 | deckgen build | 1.50 | 3.00 | 30 | 500 |  |  |  |",
        "|  | script B | 5.00 | 10.0 | 30 | 2,000 | 0.30 | 0.30 | 0.25 |",
        "|  | ankiforge | over 60 |  |  |  |  |  |  |",
        "|  | one of 10 chapters changed | 0.600 | 1.20 | 30 | 0.40 | 6.00 |",
        "| step | rich, cold | rich, changed |",
        "| reading | 0.500 | 0.100 |",
        "| recalling | 0.000 | 0.200 |",
        "| all others | 0.010 | 0.000 |",
        "| together | 0.510 | 0.300 |",
        "| 1,000 rich | 0.200 | 0.100 | Chromium 1 |",
    ):
        assert f"{row}\n" in text


def test_the_page_has_its_marks() -> None:
    """So that there is a place for the tables."""
    text = (REPOSITORY / "docs/benchmarks.md").read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- written by benchmarks/page.py -->\n")
    assert before
    assert mark
    assert "\n## Warnings\n" in rest.partition("<!-- end -->\n")[2]
