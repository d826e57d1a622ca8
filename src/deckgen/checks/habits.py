"""What a whole deck does: told once, and not at each of its notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from deckgen.diagnostics import Diagnostic

_OFTEN = 10
_MENDED = frozenset(["doubled-space", "trailing-space", "cloze-gap"])
"""What `check --fix` mends all at once, so that nobody goes from one to the next."""
_FEW = 3
_SHARE = 50  # one note in so many
_NAMED = 10


def summed_up(found: Iterable[Diagnostic], codes: Container[str], notes: int) -> list[Diagnostic]:
    """The diagnostics; of a code that ten or more, and one note in fifty, draw, one that tells of all.

    Who describes no image does not overlook one of them, and hundreds of warnings hide the few that nobody
    expects. Once fewer are left, each is told at its place.

    Args:
        found: All that is told.
        codes: The codes that a habit may draw.
        notes: How many notes the deck has.
    """
    kept: list[Diagnostic] = []
    by_code: dict[str, list[Diagnostic]] = {}
    for each in found:
        (by_code.setdefault(each.code, []) if each.code in codes else kept).append(each)
    for code, all_of_one in by_code.items():
        count = len(all_of_one)
        often = count >= _FEW if code in _MENDED else count >= _OFTEN and count * _SHARE > notes
        kept += [_summary(all_of_one)] if often else all_of_one
    return kept


def _summary(found: list[Diagnostic]) -> Diagnostic:
    """One warning in place of many, at the first of them."""
    first, *others = sorted(found, key=lambda each: each.position)
    lines: dict[str, list[str]] = {}
    for each in others[:_NAMED]:
        lines.setdefault(each.span.path, []).append(str(each.span.line))
    more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
    where = "; ".join(f"{path}:{', '.join(numbers)}" for path, numbers in lines.items())
    hint = f"{first.hint}; also at {where}{more}" if first.hint else f"also at {where}{more}"
    message = f"in {len(found):,} places: {first.message}"
    return replace(first, message=message, hint=hint, stands_for=sum(each.stands_for for each in found))
