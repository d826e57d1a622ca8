"""The proof that learners lose nothing: the deck is imported in Anki over the package it is made of."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from deckgen.commands.verify.verification import verify
from deckgen.diagnostics import CallError, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path
    from typing import Any

    from deckgen.commands.verify.verification import Verification


def can_rehearse(python: Path | None) -> bool:
    """Whether there is an Anki: in a Python that was named, or in the running one."""
    return python is not None or find_spec("anki") is not None


def rehearse(
    folder: Path,
    packages: Sequence[Path],
    python: Path | None,
    change: ReadOnly[str, str],
    progress: Callable[[str, int, int], None] | None = None,
    *,
    newer: bool = False,
) -> Verification:
    """Import a deck over packages of it in throw-away collections of the real Anki; then with a changed note.

    Args:
        folder: The deck's folder.
        packages: The package that learners have, and earlier ones.
        python: A Python that has `anki`; None for the running one.
        change: The text of a chapter in which one note is changed, by its path; empty if none can be.
        progress: As for `build`.
        newer: Whether the deck has newer texts than the first package.

    Raises:
        CallError: Anki would update, lose or not recognize a note, or cannot be run.
    """
    result = verify(folder, packages, python, progress, later=change)
    plan = result.build.packages and result.build.packages.plan
    assert plan  # noqa: S101 (for mypy: the deck has no errors)
    sent = {note.id for note in plan.sending.changed} if newer else set()
    new = len(plan.added) if newer else 0
    names = [path.name for path in packages]
    for update in result.updates:
        # an older package may have the same name, and then only what is lost is judged
        first = update["previous"] == names[0] and names.count(names[0]) == 1
        faults = list(_conflicts(update))
        if first:
            held = len(update["held_back"])
            faults += _others(update, {"new": new, "updated": len(sent) - held})
        _refuse(result.anki, update["previous"], [*faults, *_lost(update)])
    if result.next:
        faults = [*_conflicts(result.next), *_others(result.next, {"new": new, "updated": len(sent) + 1})]
        others = set(result.next["texts"]) - sent
        if len(others) != 1:
            faults.append(f"{counted(len(others), 'note')} changed, not 1")
        _refuse(result.anki, f"{names[0]}, and gets a change of one note,", [*faults, *_lost(result.next)])
    return result


def _refuse(anki: str, previous: str, faults: Sequence[str]) -> None:
    """Refuse a deck that would harm learners.

    Raises:
        CallError: There are faults.
    """
    if faults:
        message = (
            f"in Anki {anki}, a learner who has {previous} would be harmed: {', '.join(faults)}; "
            "nothing was written"
        )
        raise CallError(message, "please report this to deckgen's developers, with the package if you can")


def _conflicts(update: dict[str, Any]) -> Iterator[str]:
    """The notes that Anki does not recognize."""
    if update["conflicting"]:
        yield f"{counted(update['conflicting'], 'note')} conflicting"


def _others(update: dict[str, Any], wanted: dict[str, int]) -> Iterator[str]:
    """More or fewer notes that are new or updated than there should be."""
    for what, count in wanted.items():
        if update[what] != count:
            yield f"{counted(update[what], 'note')} {what}" + (f", not {count:,}" if count else "")


def _lost(update: dict[str, Any]) -> list[str]:
    """The first thing that an update takes from a learner."""
    return [what for _, what in update["lost"][:1]]
