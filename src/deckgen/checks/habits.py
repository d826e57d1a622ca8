"""One warning for a habit of the whole deck, instead of one at each note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from deckgen.diagnostics import Diagnostic

_OFTEN = 10
_FIXABLE = frozenset(["doubled-space", "trailing-space", "cloze-gap"])
"""The codes that `check --fix` fixes all at once, so that nobody has to visit each place."""
_FEW = 3
_SHARE = 50  # one note in so many
_NAMED = 10


def summed_up(diagnostics: Iterable[Diagnostic], codes: Container[str], notes: int) -> list[Diagnostic]:
    """The diagnostics, with one summary for each code that is a habit of the deck.

    A code is a habit if it has at least ten diagnostics, and one for every fifty notes. An author who
    describes no images at all has not overlooked one of them, and hundreds of such warnings hide the rare
    ones. If there are fewer, each is reported at its own place.

    Args:
        diagnostics: All diagnostics.
        codes: The codes that can be a habit.
        notes: The number of notes of the deck.
    """
    result: list[Diagnostic] = []
    by_code: dict[str, list[Diagnostic]] = {}
    for each in diagnostics:
        (by_code.setdefault(each.code, []) if each.code in codes else result).append(each)
    for code, all_of_one in by_code.items():
        count = len(all_of_one)
        often = count >= _FEW if code in _FIXABLE else count >= _OFTEN and count * _SHARE > notes
        result += [_summary(all_of_one)] if often else all_of_one
    return result


def _summary(diagnostics: list[Diagnostic]) -> Diagnostic:
    """One warning instead of many, at the place of the first one."""
    first, *others = sorted(diagnostics, key=lambda each: each.position)
    lines: dict[str, list[str]] = {}
    for each in others[:_NAMED]:
        lines.setdefault(each.span.path, []).append(str(each.span.line))
    more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
    where = "; ".join(f"{path}:{', '.join(numbers)}" for path, numbers in lines.items())
    hint = f"{first.hint}; also at {where}{more}" if first.hint else f"also at {where}{more}"
    message = f"in {len(diagnostics):,} places: {first.message}"
    return replace(first, message=message, hint=hint, stands_for=sum(each.stands_for for each in diagnostics))
