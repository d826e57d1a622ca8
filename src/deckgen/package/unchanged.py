"""Whether the package that a build would write is there already, from the build before.

The package of a deck with hundreds of images takes longer to write than the rest of the build takes. If the
deck has not changed since, it would only get a newer time, so the present file stays as it is.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from deckgen.cards.media_records import status_of

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.kept import Kept
    from deckgen.package.writer import Package

WORTH_IT = 8_000_000
"""The size of the media in bytes from which a package is left as it is. Smaller ones are written quickly."""

_SORT = "package"
_DAWN = 1_000_000_000  # the time of all packages when they are compared, in seconds since 1970
_SAME_START = 2.0  # seconds by which the time of the computer's start may vary between two builds
_COARSE = 1_000_000  # ns; where times are whole milliseconds or more, a change may leave them the same


@dataclass(frozen=True)
class LastPackage:
    """The package that the last build of a deck wrote.

    There is one for each deck, not for each file. So a deck that went back to an earlier state is written
    again, with a newer time, as Anki imports a note only if it is newer than the learner's.

    Attributes:
        kept: Where the results of builds are kept.
        deck: The deck's folder, resolved.
    """

    kept: Kept
    deck: Path

    def at(self, path: Path, package: Package) -> Package | None:
        """The package that a file holds, if it is this one but for the time; None if it is not.

        Nobody may have changed the file since. The day has to be the same, because the deck's page in Anki
        shows it.
        """
        match self.kept.value(_SORT, str(self.deck)):
            case [str(where), [int(), int(), int(), int()] as status, float(start), int(when), str(digest)]:
                same = (
                    where == str(path.absolute())
                    and tuple(status) == _status(path)
                    # after a loss of power, the file may lack what the disk had not stored yet
                    and abs(start - _start()) < _SAME_START
                    and _is_large(package)
                    and digest == _digest(package)
                )
                return replace(package, time=when) if same else None
        return None

    def remember(self, path: Path, package: Package) -> None:
        """Remember that a file holds a package, which was just written."""
        status = _status(path) if _is_large(package) else None
        if not self.kept or status is None or not any(each % _COARSE for each in status[2:]):
            return
        row = [str(path.absolute()), status, _start(), package.time, _digest(package)]
        self.kept.keep_value(_SORT, str(self.deck), row)


def _is_large(package: Package) -> bool:
    return sum(each.size for each in package.media) >= WORTH_IT


def _status(path: Path) -> tuple[int, int, int, int] | None:
    """The status of a file; None if there is none."""
    try:
        return status_of(path.stat(follow_symlinks=False))
    except OSError:
        return None


def _start() -> float:
    """About when the computer started, in seconds since 1970."""
    return time.time() - time.monotonic()


def _digest(package: Package) -> str:
    """A digest of a package without the time of its build, unless that is given or the one of a release."""
    if package.version or os.environ.get("SOURCE_DATE_EPOCH"):
        return package.digest
    dateless = replace(
        package,
        time=_DAWN,
        notes=[
            each._replace(modified=_DAWN) if each.modified == package.time else each for each in package.notes
        ],
        types={
            name: replace(line, modified=_DAWN) if line.modified == package.time else line
            for name, line in package.types.items()
        },
    )
    return sha256(f"{package.description}\0{dateless.digest}".encode()).hexdigest()
