"""The version that a release should have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import counted
from deckgen.history.versions import by_order, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from deckgen.commands.release.changes import Changes
    from deckgen.history.ledger import Ledger
    from deckgen.history.versions import Version

_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_MONTHS = 12
_PARTS = 3


class Proposal(NamedTuple):
    """The next version, and why it is this one."""

    version: str
    reason: str


def propose(changes: Changes, ledger: Ledger, now: int) -> Proposal:
    """The next version of a deck.

    Versions with a year and a month get the present month. Of others the first number goes up where learners
    have to do something or lose notes, the second where they get new notes or cards, and else the third.

    Args:
        changes: What learners get.
        ledger: What has been released.
        now: The time, in seconds since 1970.
    """
    latest = ledger.latest
    if latest is None:
        return _of_first(changes, ledger, now)
    highest = max((each.version for each in ledger.releases), key=by_order)
    ahead, last = parsed(highest), parsed(latest.version)
    if last is None:
        return Proposal("1.0.0", f"`{latest.version}` has no next version")
    if ahead and ahead.is_prerelease:
        return Proposal(ahead.base_version, f"{highest} leads to it")
    if _is_calendar(last):
        return _of_calendar(latest.version, last, ledger, now)
    return _of_changes(last, changes)


def _of_first(changes: Changes, ledger: Ledger, now: int) -> Proposal:
    """The version of a first release; it is higher than that of an adopted package."""
    before = ledger.adopted_version or "0"
    number = parsed(before)
    if number is None or before == "0":
        return Proposal("1.0.0", "it is the first release")
    if number.is_prerelease:
        return Proposal(number.base_version, f"{before} leads to it")
    return _of_calendar(before, number, ledger, now) if _is_calendar(number) else _of_changes(number, changes)


def free(proposal: Proposal, is_taken: Callable[[str], object]) -> Proposal:
    """A proposal, or the next version after it that nobody has released elsewhere.

    Args:
        proposal: The proposal.
        is_taken: Tells whether a version has been released on another branch, or was taken back.
    """
    version, reason = proposal
    while is_taken(version):
        number = parsed(version)
        first, second, third = (*(number.release if number else ()), 0, 0, 0)[:_PARTS]
        version = f"{first}.{second}.{third + 1}"
    if version != proposal.version:
        reason += f"; {proposal.version} was released elsewhere, or withdrawn"
    return Proposal(version, reason)


def leap(version: str, ledger: Ledger, now: int) -> bool:
    """Whether a version leaves others out, which is probably a slip, such as 24.0.0 after 2.3.0.

    Args:
        version: A version that is higher than the released ones.
        ledger: What has been released.
        now: The time, in seconds since 1970.
    """
    number, last = parsed(version), parsed(ledger.latest.version) if ledger.latest else None
    if number is None or last is None:
        return False
    parts, before = ((*each.release, 0, 0)[:_PARTS] for each in (number, last))
    if _is_calendar(last):
        day = datetime.fromtimestamp(now, UTC)
        return parts[:2] > (day.year, day.month)
    place = next((place for place in range(_PARTS) if parts[place] != before[place]), None)
    return place is not None and parts[place] > before[place] + 1


def _is_calendar(version: Version) -> bool:
    """Whether a version consists of a year, a month and perhaps more, as 2026.11 does."""
    year, month = (*version.release, 0)[:2]
    return _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= _MONTHS


def _of_calendar(text: str, last: Version, ledger: Ledger, now: int) -> Proposal:
    """The next version after one with a year and a month."""
    day = datetime.fromtimestamp(now, UTC)
    padded = any(part.startswith("0") for each in ledger.releases for part in each.version.split(".")[1:2])
    parts = [day.year, day.month]
    if len(last.release) >= _PARTS and _with_days(ledger):
        parts.append(day.day)
    if tuple(parts) > last.release[: len(parts)]:
        words = [str(part).zfill(2 if padded else 1) for part in parts]
        return Proposal(".".join(words), "the versions of this deck are dates")
    count = (*last.release[len(parts) :], 0)[0] + 1
    words = text.split(".")[: len(parts)]
    return Proposal(
        ".".join([*words, str(count)]), f"the versions of this deck are dates, and this is after {text}"
    )


def _with_days(ledger: Ledger) -> bool:
    """Whether the third numbers of the versions are the days on which they were released."""
    released = [
        (number, datetime.fromtimestamp(each.time, UTC).day)
        for each in ledger.releases
        if (number := parsed(each.version)) and len(number.release) >= _PARTS
    ]
    return all(number.release[2] == day for number, day in released) and all(
        len(number.release) >= _PARTS for each in ledger.releases if (number := parsed(each.version))
    )


def _of_changes(last: Version, changes: Changes) -> Proposal:
    """The next version by what learners get."""
    first, second, third = (*last.release, 0, 0)[:_PARTS]
    short = len(last.release) < _PARTS
    if changes.retired:
        many = counted(len(changes.retired), "note")
        reason = f"{many} {'leaves' if len(changes.retired) == 1 else 'leave'} the deck"
        level = 0
    elif changes.to_do:
        level, reason = 0, "learners need to do something (see the release notes)"
    elif changes.new:
        level, reason = 1, counted(len(changes.new), "new note")
    elif changes.more_cards:
        level, reason = 1, counted(changes.more_cards, "new card")
    else:
        level, reason = 2, "there are no new notes or cards"
    if level == 0 and first == 0:
        level = 1  # before 1.0.0 nothing is promised (semver.org, 4)
    numbers = [(first + 1, 0, 0), (first, second + 1, 0), (first, second, third + 1)][level]
    shown = numbers[:2] if short and level < 2 else numbers  # noqa: PLR2004 (as in 1.4)
    return Proposal(".".join(map(str, shown)), reason)
