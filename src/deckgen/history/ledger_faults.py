"""Rules for the lines of a ledger, for each line and for all together."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Diagnostics, Span
from deckgen.history.identity import guid, note_type_id
from deckgen.history.ledger import AdoptedLine, DeckLine, NoteLine, NoteTypeLine, ReleaseLine
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deckgen.history.ledger import Ledger, Line

HINT = (
    "restore it from git: `git checkout HEAD -- source/ledger.jsonl`; while you merge, run "
    "`git checkout -m -- source/ledger.jsonl`, then `deckgen check --fix` to join both sides"
)
"""The hint for a damaged ledger."""
_CARDS = re.compile(r"[0-9]{1,5}(,[0-9]{1,5})*")
_A_DAY = 86_400  # the tolerance for clocks, in seconds
_LONG = 1 << 63  # Anki's ids of note types are positive numbers of 64 bits with a sign


def faults_of(ledger: Ledger, odd: Sequence[Line]) -> Diagnostics:
    """The diagnostics of a ledger.

    Args:
        ledger: The ledger.
        odd: Lines with impossible values in their lists.
    """
    message = "this is not a valid line of a ledger"
    diagnostics = Diagnostics(
        Diagnostic("bad-ledger", message, ledger.span(line), HINT) for line in (*_odd(ledger), *odd)
    )
    if not diagnostics:
        diagnostics += _doubled(ledger)
    if not diagnostics and (lacks := _lacks(ledger)):
        message = f"the ledger lacks {lacks}: lines are missing"
        diagnostics.append(Diagnostic("bad-ledger", message, Span(LEDGER), HINT))
    if not diagnostics:
        diagnostics += _other_ids(ledger)
    if not diagnostics:
        diagnostics += _late(ledger)
    return diagnostics


def _odd(ledger: Ledger) -> Iterator[Line]:
    """The lines with an impossible number or name."""
    notes = [line for line in ledger.lines if isinstance(line, NoteLine)]
    types = [line for line in ledger.lines if isinstance(line, NoteTypeLine)]
    if min(map(attrgetter("modified"), notes), default=0) < 0:
        yield from (line for line in notes if line.modified < 0)
    if min(map(attrgetter("due"), notes), default=0) < 0:
        yield from (line for line in notes if line.due < 0)
    if not all(map(_CARDS.fullmatch, set(map(attrgetter("cards"), notes)))):
        yield from (line for line in notes if not _CARDS.fullmatch(line.cards))
    # former names differ from the present name; only the first one may be equal to it
    yield from (line for line in notes if line.was and line.id in line.was[1:])
    yield from (line for line in types if _is_odd_type(line))


def _is_odd_type(line: NoteTypeLine) -> bool:
    """Whether the line of a note type has an impossible number or name."""
    fields = {number for number, _ in line.fields}
    reserves = {reserve for _, reserve in line.cards}
    odd_number = line.modified < 0 or not 0 < line.id < _LONG or line.sort < 0
    return odd_number or line.kind in line.was[1:] or not reserves <= {0, *fields}


def _doubled(ledger: Ledger) -> Iterator[Diagnostic]:
    """The diagnostic of a line that repeats another."""
    expected = len(ledger.notes) + len(ledger.types) + len(ledger.releases) + (ledger.deck is not None)
    expected += len(ledger.adopted)
    former = sum(name != line.id for line in ledger.notes.values() for name in line.was)
    numbers = {line.id for line in ledger.types.values()}
    if (
        expected == len(ledger.lines)
        and len(ledger.ids) == len(ledger.notes) + former
        and len(ledger.versions) == len(ledger.releases)
        and len(ledger.adopted_versions) == len(ledger.adopted)
        and len(numbers) == len(ledger.types)
    ):
        return
    seen: set[tuple[str, object]] = set()
    for line in ledger.lines:
        keys = _names(line)
        twice = next((key for key in keys if key in seen), None)
        if twice:
            what = f"the {twice[0]} `{twice[1]}`" if twice[1] else "the deck"
            message = f"another line is also about {what}"
            yield Diagnostic("bad-ledger", message, ledger.span(line), HINT)
        seen.update(keys)


def _names(line: Line) -> list[tuple[str, object]]:
    """The keys of a line, which no other line may have."""
    match line:
        case DeckLine():
            return [("ledger", "")]
        case NoteTypeLine():
            return [("type", line.kind), ("note type", line.id)]
        case NoteLine():
            former = (("note", name) for name in line.was if name != line.id)
            return [("note", line.id), ("guid", line.guid), *former]
        case AdoptedLine():
            return [("adopted", line.version)]
        case ReleaseLine():
            return [("release", line.version)]


def _lacks(ledger: Ledger) -> str:
    """A description of a part that the ledger lacks; empty if it is complete."""
    versions = ledger.versions | ledger.adopted_versions
    if ledger.deck is None:
        return "the line of the deck"
    if not versions:
        return "every release"
    notes = ledger.notes.values()
    named = set(map(attrgetter("released"), notes))
    named |= {line.retired for line in notes if line.retired is not None}
    if gone := named - versions:
        return f"the release {min(gone)}, which notes refer to"
    if kinds := set(map(attrgetter("kind"), notes)) - set(ledger.types):
        return f"the kind `{min(kinds)}`, which notes refer to"
    deck = ledger.deck
    for what, before, sort in (
        ("types", deck.types, NoteTypeLine),
        ("notes", deck.notes, NoteLine),
        ("releases", deck.releases, ReleaseLine),
    ):
        count = sum(isinstance(line, sort) for line in ledger.lines)
        if count < before:
            return f"{before - count} of the {before} {what} that it contained before"
    return ""


def _other_ids(ledger: Ledger) -> Iterator[Diagnostic]:
    """Diagnostics of lines whose guid or note type id differs from the one that deckgen assigns."""
    deck = ledger.deck.id if ledger.deck else ""
    names = {name: [name, *line.was] for name, line in ledger.types.items()}
    adopted = ledger.adopted_versions
    for line in ledger.notes.values():
        first = line.was[0] if line.was else line.id
        if line.guid != guid(deck, line.kind, first) and line.released not in adopted:
            kinds = names.get(line.kind, [])
            if line.guid not in {guid(deck, kind, first) for kind in kinds}:
                message = f"`{line.id}` has a different guid here than in learners' collections"
                yield Diagnostic("bad-ledger", message, ledger.span(line), HINT)
    ids = {line.id for line in ledger.types.values()}
    for name, each in ledger.types.items() if not adopted else ():
        others = ids - {each.id}
        if each.id not in {note_type_id(deck, former, others) for former in names[name]}:
            message = f"the kind `{name}` has a different note type here than learners have"
            yield Diagnostic("bad-ledger", message, ledger.span(each), HINT)


def _late(ledger: Ledger) -> Iterator[Diagnostic]:
    """The diagnostic of a time in the future, by this machine's clock; at most one."""
    latest = int(time.time()) + _A_DAY
    adopted = ledger.adopted_versions  # learners' clocks may have been wrong
    times: list[tuple[int, Line]] = [
        *((line.modified, line) for line in ledger.types.values() if not adopted),
        *((line.modified, line) for line in ledger.notes.values() if line.released not in adopted),
        *((line.time, line) for line in ledger.adopted),
        *((line.time, line) for line in ledger.releases),
    ]
    when, line = max(times, key=itemgetter(0))
    if when > latest:
        days = (datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%d") for each in (when, latest - _A_DAY))
        message = "the ledger records {}, but this computer's clock says {}".format(*days)
        hint = "correct the clock; if it is correct, the release was made on a computer with a wrong clock"
        yield Diagnostic("bad-ledger", message, ledger.span(line), hint)
