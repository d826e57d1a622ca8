"""Builds of a deck that is being adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.build import build
from deckgen.commands.adopt.texts import NOTE
from deckgen.diagnostics import CallError, Diagnostic, counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.history.plan import UpdatePlan

_SHOWN_ERRORS = 3


def built(part: Path, progress: Callable[[str, int, int], None] | None) -> Build:
    """The build of the deck.

    Raises:
        CallError: It has errors.
    """
    made = build(part, progress)
    errors = [each for each in made.diagnostics if each.level == "error"]
    if errors:
        shown = "; ".join(_in_short(each, part) for each in errors[:_SHOWN_ERRORS])
        first = ", first" if len(errors) > _SHOWN_ERRORS else ""
        message = (
            f"deckgen cannot make a deck of this package, because of {counted(len(errors), 'error')}{first}: "
        )
        raise CallError(message + shown, "change this in Anki, and export the deck again")
    return made


def plan_of(made: Build) -> UpdatePlan:
    """The plan of a build without errors."""
    assert made.packages  # noqa: S101 (for mypy: without errors there are packages)
    return made.packages.plan


def _in_short(diagnostic: Diagnostic, part: Path) -> str:
    """An error with the note that has it, or else the file, which is not written."""
    path = part / diagnostic.span.path
    lines = path.read_text("utf-8").split("\n")[: diagnostic.span.line] if path.is_file() else []
    note = next((line.removeprefix(NOTE) for line in reversed(lines) if line.startswith(NOTE)), "")
    return (
        f"the note `{note}`: {diagnostic.message}"
        if note
        else f"{diagnostic.span.path}: {diagnostic.message}"
    )
