"""The proof that learners lose nothing: the deck is imported in Anki over the package it is made of."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from deckgen.commands.verify.verification import verify
from deckgen.diagnostics import CallError, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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
    progress: Callable[[str, int, int], None] | None = None,
) -> Verification:
    """Import a deck over packages of it in a throw-away collection of the real Anki.

    Args:
        folder: The deck's folder.
        packages: The package that it was made of, and earlier ones.
        python: A Python that has `anki`; None for the running one.
        progress: As for `build`.

    Raises:
        CallError: Anki would update, lose or not recognize a note, or cannot be run.
    """
    result = verify(folder, packages, python, progress)
    names = [path.name for path in packages]
    for update in result.updates:
        # an older package may have the same name, and then only what is lost is judged
        unchanged = update["previous"] == names[0] and names.count(names[0]) == 1
        faults = _faults(update, unchanged=unchanged)
        if faults:
            message = (
                f"in Anki {result.anki}, a learner who has {update['previous']} would be harmed: "
                f"{', '.join(faults)}; nothing was written"
            )
            raise CallError(
                message, "please report this to deckgen's developers, with the package if you can"
            )
    return result


def _faults(update: dict[str, Any], *, unchanged: bool) -> list[str]:
    """What an update does to a learner that it should not do."""
    wrong = ["conflicting", "new", "updated"] if unchanged else ["conflicting"]
    faults = [f"{counted(update[what], 'note')} {what}" for what in wrong if update[what]]
    return faults + [what for _, what in update["lost"][:1]]
