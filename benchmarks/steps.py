"""Times the steps of `deckgen build` from inside: which step of a build takes how much of its CPU time.

    python benchmarks/steps.py DECK CACHE

Results that earlier builds have kept in the folder CACHE are used, as for any user. Prints the seconds of
each step, and of each rule as `rule: NAME`, as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

STARTED = time.process_time()
taken: dict[str, float] = {}
inside: list[float] = [0.0]  # for each step that runs, the time that steps within it took


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose own time, without that of timed ones that it calls, counts for a step."""

    @wraps(function)
    def measured(*arguments: object, **named: object) -> object:
        inside.append(0.0)
        begun = time.process_time()
        result = function(*arguments, **named)
        if hasattr(result, "__next__"):
            result = list(result)
        whole = time.process_time() - begun
        taken[name] = taken.get(name, 0.0) + whole - inside.pop()
        inside[-1] += whole
        return result

    return measured


def replace(module: ModuleType, function: str, name: str) -> None:
    """Time a function of a module."""
    setattr(module, function, timed(name, getattr(module, function)))


def main(deck: Path, cache: str) -> dict[str, float]:
    """Build a deck; the seconds of each step."""
    gc.disable()  # as the program does
    os.environ["XDG_CACHE_HOME"] = cache
    from deckgen import build, checks, kept, package, recall  # noqa: PLC0415 (their import is timed)
    from deckgen.project import Project  # noqa: PLC0415

    begun = time.process_time()
    rules = {rule: timed(f"rule: {rule.__name__.replace('_', '-')}", rule) for rule in checks.WARNINGS}
    checks.WARNINGS = tuple(rules[rule] for rule in checks.WARNINGS)
    checks.WHOLE_DECK = tuple(rules[rule] for rule in checks.WHOLE_DECK)
    checks.BY_CHAPTER = frozenset(rules[rule] for rule in checks.BY_CHAPTER)
    replace(checks, "check_cards", "what rules share")
    replace(build, "read_source", "reading")
    replace(build, "note_types_of", "card templates")
    replace(build, "render_notes", "fields and cards")
    replace(build, "plan_update", "what is sent to learners")
    setup = time.process_time() - begun
    recalled = timed("recalling", recall.recall)(Project(deck.resolve()), kept.of_user())
    built = timed("the rest", build.build)(deck, memory=recalled.memory)
    timed("keeping", recalled.keep)()
    with Path(cache, "deck.apkg").open("wb") as file:
        timed("writing the package", package.write)(built.package, file)
    total = time.process_time() - STARTED - setup
    return {"importing": total - sum(taken.values()), **taken}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
