"""Writes the tables of docs/benchmarks.md, between its marks, from what `bench.py` measured: `make bench`.

    python benchmarks/page.py [RESULTS [PAGE]]      (build/bench.json and docs/benchmarks.md)

What was not measured is left out.
"""

from __future__ import annotations

import itertools
import json
import re
import statistics
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import KINDS, PREVIEWS, RESULTS
from contestants import AGAIN, COLD, EDITED, HELP, RUNS
from goals import GOALS
from measure import LONGEST, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measure import Costs

PAGE = Path(__file__).parents[1] / "docs/benchmarks.md"
WIDTH = 110
LEAST = 0.03  # seconds; a step that never takes so long has no row
NUMBER = re.compile(r"(over )?[\d.,]*")
BEGIN, END = "<!-- written by benchmarks/page.py -->\n", "<!-- end -->\n"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, with numbers to the right; empty without rows."""
    columns = zip(*rows, strict=True)
    numbers = [all(NUMBER.fullmatch(cell) for cell in column) for column in columns]
    bar = "|" + "|".join("--:" if right else "---" for right in numbers) + "|"
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(heads) + " |", bar, *lines, ""]) if rows else ""


def seconds(values: Sequence[float]) -> str:
    """The median of seconds, with three digits that count."""
    median = statistics.median(values)
    return f"{median:.1f}" if median >= 10 else f"{median:.2f}" if median >= 1 else f"{median:.3f}"


def measured(costs: Costs) -> list[str]:
    """CPU, wall time and memory."""
    if not costs["cpu"]:
        return [f"over {LONGEST:.0f}", "", ""]
    return [seconds(costs["cpu"]), seconds(costs["wall"]), f"{statistics.median(costs['peak']):.0f}"]


def times(one: Sequence[float], other: Sequence[float]) -> str:
    """A ratio, run by run; empty if one of them did not run."""
    return f"{ratio(one, other):.2f}" if one and other else ""


def builds(results: dict[str, Any], kind: str) -> str:
    """The programs on the decks of a kind."""
    rows = []
    for count in RUNS:
        found: dict[str, Costs] = results.get(f"{count} {kind}", {})
        for name, costs in found.items():
            if name in {HELP, AGAIN, EDITED}:
                continue
            ours = found[COLD]
            row = [f"{count:,}" if name == COLD else "", name, *measured(costs)]
            row.append(f"{costs['size'] / 1000:,.0f}" if costs["size"] else "")
            if name == COLD:
                row += ["", "", ""]
            else:
                row += [times(ours["cpu"], costs["cpu"]), times(ours["wall"], costs["wall"])]
                row.append(f"{ours['size'] / costs['size']:.2f}" if costs["size"] else "")
            rows.append(row)
    heads = "notes,program,CPU s,wall s,peak MiB,package kB,CPU ratio,wall ratio,size ratio".split(",")
    return table(heads, rows)


def warm(results: dict[str, Any]) -> str:
    """What a build takes after another build, in parts of the first one."""
    rows = []
    for count, kind in itertools.product(RUNS, KINDS):
        found: dict[str, Costs] = results.get(f"{count} {kind}", {})
        for name in (AGAIN, EDITED) if found else ():
            costs = found[name]
            against = [times(costs["cpu"], found[other]["cpu"]) for other in (COLD, HELP)]
            first = f"{count:,} {kind}" if name == AGAIN else ""
            rows.append([first, name, *measured(costs), *against])
    heads = "notes,what changed,CPU s,wall s,peak MiB,of a cold build,of deckgen --help".split(",")
    return table(heads, rows)


def calls(results: dict[str, Any]) -> str:
    """This repository's deck, and the deck with media."""
    rows = []
    for deck, part in (("this repository's", "own"), ("1,003 files, 376 MB", "media")):
        found: dict[str, Costs] = results.get(part, {})
        for number, (name, costs) in enumerate(found.items()):
            rows.append(["" if number else deck, name, *measured(costs)])
    return table("deck,call,CPU s,wall s,peak MiB".split(","), rows)


def steps(results: dict[str, Any]) -> str:
    """Where the time of builds goes."""
    found = {
        f"{kind}, {when}": taken for kind in KINDS for when, taken in results.get(f"steps {kind}", {}).items()
    }
    if not found:
        return ""
    names = list(dict.fromkeys(name for taken in found.values() for name in taken))
    most = {name: max(taken.get(name, 0.0) for taken in found.values()) for name in names}
    large = sorted((name for name in names if most[name] >= LEAST), key=lambda name: -most[name])
    lines = {name.replace("rule: ", "rule "): [name] for name in large}
    lines |= {"all others": [name for name in names if name not in large], "together": names}
    rows = [
        [line, *(f"{sum(taken.get(name, 0.0) for name in of):.3f}" for taken in found.values())]
        for line, of in lines.items()
    ]
    return table(["step", *found], rows)


def saves(results: dict[str, Any]) -> str:
    """The preview."""
    rows = []
    for count in PREVIEWS:
        if found := results.get(f"preview {count}"):
            values = found["seconds"]
            rows.append([f"{count:,} rich", seconds(values), f"{min(values):.3f}", found["browser"]])
    return table("notes,median s,best s,browser".split(","), rows)


def tables(results: dict[str, Any]) -> str:
    """All that is between the marks."""
    versions = ", ".join(f"{name} {number}" for name, number in results["about"].items() if name != "machine")
    words = f"Measured in {results['month']} on: {results['about']['machine']}. Versions: {versions}."
    parts = [textwrap.fill(words, WIDTH, break_on_hyphens=False) + "\n"]
    goals = [each.row(results) for each in GOALS]
    sections = [("Goals", table(("goal", "at most", "measured", "met"), goals))]
    sections += [(f"{kind.capitalize()} decks", builds(results, kind)) for kind in KINDS]
    sections += [("Building again", warm(results)), ("Other calls", calls(results))]
    sections.append(("Where the time of 10,000 notes goes, in CPU seconds", steps(results)))
    sections.append(("From save to visible", saves(results)))
    return "\n".join([*parts, *(f"### {title}\n\n{rows}" for title, rows in sections if rows)])


def write(results: Path, page: Path) -> None:
    """Put the tables into a page, between its marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = tables(json.loads(results.read_text(encoding="utf-8")))
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    write(*given, *(RESULTS, PAGE)[len(given) :])
