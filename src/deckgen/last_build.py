"""The last build of a deck: if nothing has changed since, it need not be done again.

There is one for each deck. So a deck that went back to an earlier state is built again, and its package has a
newer time, as Anki imports a note only if it is newer than the learner's.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from deckgen.inputs import inputs_of, now
from deckgen.kept import status_at
from deckgen.outcome import Outcome
from deckgen.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.kept import Kept

_BUILD, _PACKAGE = "build", "package"
_SAME_START = 2.0  # seconds by which the time of the computer's start may vary between two builds
_COARSE = 1_000_000  # ns; where times are whole milliseconds or more, a change may leave them the same
_ASK_GIT = "note-gone"  # its messages come from git, which the inputs leave out where there is a ledger


class LastBuild:
    """The last build of a deck, as long as nothing that it depends on has changed."""

    def __init__(self, kept: Kept, folder: Path) -> None:
        """Look whether anything has changed.

        Args:
            kept: The results that are kept from earlier builds.
            folder: The deck's folder.

        Raises:
            CallError: SOURCE_DATE_EPOCH is not a time in the past.
        """
        self.kept = kept
        self._project = Project(folder.resolve())
        self._key = str(self._project.folder)
        self._inputs = inputs_of(self._project) if kept else None
        self._sure = False

    def outcome(self) -> Outcome | None:
        """What it came to; None if something has changed since, or if that is not known."""
        match self.kept.value(_BUILD, self._key) if self._inputs else None:
            case {"inputs": str(inputs), "outcome": value} if inputs == self._inputs:
                outcome = Outcome.of_json(self._project.folder, value)
                if outcome and outcome.made:
                    return replace(outcome, made=outcome.made.at(now()))
                return outcome
        return None

    def remember(self, outcome: Outcome) -> None:
        """Keep what a build came to that began after this was made, unless something has changed meanwhile.

        Only then can `wrote` remember its package.
        """
        if self._inputs is None or any(each.code == _ASK_GIT for each in outcome.diagnostics):
            return
        self._sure = inputs_of(self._project) == self._inputs
        value = outcome.as_json() if self._sure else None
        if value:
            self.kept.keep_value(_BUILD, self._key, {"inputs": self._inputs, "outcome": value})

    def package(self, path: Path) -> int | None:
        """The time of the package that the last build wrote, in seconds since 1970, if a file still holds it.

        None if it does not, if the deck has changed since, or if that is not known.
        """
        match self.kept.value(_PACKAGE, self._key):
            case [str(where), [int(), int(), int(), int()] as status, float(start), int(when), str(inputs)]:
                same = (
                    inputs == self._inputs
                    and where == str(path.absolute())
                    and tuple(status) == status_at(path)
                    # after a loss of power, the file may lack what the disk had not stored yet
                    and abs(start - _start()) < _SAME_START
                )
                return when if same else None
        return None

    def wrote(self, path: Path, when: int) -> None:
        """Remember that a file holds the package of this build, and the time of the package."""
        status = status_at(path)
        if self._sure and status and any(each % _COARSE for each in status[2:]):
            row = [str(path.absolute()), status, _start(), when, self._inputs]
            self.kept.keep_value(_PACKAGE, self._key, row)


def _start() -> float:
    """About when the computer started, in seconds since 1970."""
    return time.time() - time.monotonic()
