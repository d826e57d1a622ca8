"""What learners can get: the last release, and whether the deck's cards are still those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from deckgen.history.versions import is_prerelease

if TYPE_CHECKING:
    from deckgen.package import Packages


class Released(NamedTuple):
    """The last release of a deck.

    Attributes:
        version: Its version.
        time: When it was built, in seconds since 1970.
        prerelease: Whether it only leads to another version, which is so if the deck has no other release.
        ahead: What the cards have in addition, as in "1 new note"; empty if they are those of the release.
    """

    version: str
    time: int
    prerelease: bool
    ahead: str


def last_release(packages: Packages) -> Released | None:
    """The last release of a built deck; None if there is none."""
    plan = packages.plan
    ledger = plan.matching.ledger
    line = ledger.latest
    if line is None:
        return None
    ahead = "" if plan.nothing else plan.summary()
    if not ahead and (newest := ledger.releases[-1]) is not line:
        ahead = f"they are for {newest.version}"
    return Released(line.version, line.time, is_prerelease(line.version), ahead)
