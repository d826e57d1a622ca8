"""What deckgen is to reach, beside what was measured."""

from __future__ import annotations

import statistics
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from contestants import AC, AGAIN, ANKIFORGE, CHECK_AGAIN, COLD, EDITED, HELP, B
from measure import ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Costs

Results = dict[str, Any]


def cpu(results: Results, part: str, name: str, other: str) -> float:
    """The CPU time of a program as a multiple of another's, run by run."""
    found: dict[str, Costs] = results[part]
    return ratio(found[name]["cpu"], found[other]["cpu"])


def median(results: Results, part: str, name: str, what: Literal["cpu", "wall", "peak"]) -> float:
    """The median of what a program took."""
    found: dict[str, Costs] = results[part]
    return statistics.median(found[name][what])


def growth(results: Results) -> float:
    """The time per note of a deck of 100,000 notes, as a multiple of that in one of 10,000."""
    large, small = (median(results, f"{count} plain", COLD, "cpu") / count for count in (100_000, 10_000))
    return large / small


def package(results: Results, part: str) -> float:
    """The size of the package as a part of genanki's."""
    return float(results[part][COLD]["size"] / results[part][AC]["size"])


def save(results: Results, part: str) -> float:
    """The median of the seconds from save to visible."""
    return float(statistics.median(results[part]["seconds"]))


class Goal(NamedTuple):
    """A figure, and the most that it may be."""

    what: str
    figure: Callable[[Results], float]
    most: float
    unit: str = ""

    def row(self, results: Results) -> list[str]:
        """What it is, its bound, what was measured, and whether that is within the bound."""
        try:
            figure = self.figure(results)
        except (KeyError, ValueError):  # not measured, not installed, or over a minute
            return [self.what, f"{self.most:g}{self.unit}", "not measured", ""]
        met = "yes" if figure <= self.most else f"no, {figure / self.most:.2f} times the goal"
        shown = f"{figure:.0f}" if figure >= 100 else f"{figure:.2f}"
        return [self.what, f"{self.most:g}{self.unit}", shown + self.unit, met]


def of_10_000(kind: str, against_b: float, against_ankiforge: float) -> list[Goal]:
    """The goals of the decks of 10,000 notes of a kind."""
    part, deck = f"10000 {kind}", f"10,000 {kind}"
    against = partial(cpu, part=part)
    return [
        Goal(f"{deck}: CPU, of script B's", partial(against, name=COLD, other=B), against_b),
        Goal(f"{deck}: CPU, of ankiforge's", partial(against, name=COLD, other=ANKIFORGE), against_ankiforge),
        Goal(f"{deck}, one of 10 chapters changed: of cold", partial(against, name=EDITED, other=COLD), 0.35),
        Goal(f"{deck}, nothing changed: of `--help`", partial(against, name=AGAIN, other=HELP), 2.5),
        Goal(f"{deck}: package, of script A-C's", partial(package, part=part), 0.25),
    ]


GOALS = [
    *of_10_000("plain", 0.14, 0.50),
    *of_10_000("rich", 0.20, 0.75),
    Goal(
        "100,000 plain: peak memory",
        partial(median, part="100000 plain", name=COLD, what="peak"),
        400,
        " MiB",
    ),
    Goal("100,000 plain: CPU per note, of that at 10,000", growth, 1),
    Goal(
        "`check` on this repository's deck, nothing changed: of `--help`",
        partial(cpu, part="own", name=CHECK_AGAIN, other=HELP),
        1.3,
    ),
    Goal("media: build, wall time", partial(median, part="media", name=COLD, what="wall"), 1.2, " s"),
    Goal(
        "media, nothing changed: wall time", partial(median, part="media", name=AGAIN, what="wall"), 0.5, " s"
    ),
    Goal("1,000 rich: save to visible", partial(save, part="preview 1000"), 0.15, " s"),
    Goal("10,000 rich: save to visible", partial(save, part="preview 10000"), 0.40, " s"),
]
