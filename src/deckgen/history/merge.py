"""The ledger of two branches that git could not merge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from deckgen.history.ledger import DeckLine, NoteLine, NoteTypeLine, ReleaseLine, answers_as_text
from deckgen.history.ledger_file import MARK, line_of, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.history.ledger import AdoptedLine, Line

_BASE = 2
"""The side of a conflict with the common ancestor of both sides."""


def merged(rows: Iterable[str]) -> str | None:
    """The text of a ledger that git could not merge: each line of both sides once.

    If a note or note type differs, the higher `mod` wins: it is newer than the version of the other side's
    learners, so they get it, and if the source differs, the next release sends it again. If both sides have
    the same `mod`, it loses its fingerprint, so that the next release sends it; except if learners see the
    same, because one side has only written it differently or remade its images.

    Returns:
        The text; None if a line is damaged, or the two sides belong to two decks.
    """
    lines = _lines(rows)
    if lines is None:
        return None
    decks = {side: line for side, line in lines if isinstance(line, DeckLine)}
    if len({line.id for line in decks.values()}) != 1:
        return None
    by_key: dict[tuple[type, object], Line] = {}
    types: dict[str, int] = {}
    retitled = 0
    remade = _remade(lines)
    for side, line in lines:
        if isinstance(line, DeckLine):
            continue
        if isinstance(line, NoteTypeLine):
            types[line.kind] = line.id
        elif isinstance(line, ReleaseLine) and any(each.code == "changed-deck" for each in line.accepted):
            retitled = side
        key = type(line), _key(line)
        other = by_key.get(key)
        if other is None or other == line:
            by_key[key] = line
        else:
            by_key[key] = _joined(*((line, other) if side == remade else (other, line)), ordered=remade >= 0)
    # a kind that one side renamed has its new name in the notes of the other side too
    names = {line.id: line.kind for line in by_key.values() if isinstance(line, NoteTypeLine)}
    deck = decks.get(retitled) or next(iter(decks.values()))
    return written([deck, *(_under_its_kind(line, types, names) for line in by_key.values())])


def _key(line: NoteTypeLine | NoteLine | AdoptedLine | ReleaseLine) -> object:
    """The key that two lines about the same thing have in common."""
    match line:
        case NoteTypeLine():
            return line.id
        case NoteLine():
            return line.guid
        case ReleaseLine():
            return line.version
        case _:
            return line.version


def _under_its_kind(line: Line, types: dict[str, int], names: dict[int, str]) -> Line:
    """A line; that of a note with the name that its kind has after the merge.

    Args:
        line: The line.
        types: The ids of note types, by all names that their kinds have on either side.
        names: The names of kinds after the merge, by the ids of their note types.
    """
    if isinstance(line, NoteLine) and line.kind in types:
        return line._replace(kind=names[types[line.kind]])
    return line


def released_twice(rows: Iterable[str]) -> list[str]:
    """The versions that both sides of a conflict have released with different content."""
    digests: dict[str, set[str]] = {}
    for _, line in _lines(rows) or ():
        if isinstance(line, ReleaseLine):
            digests.setdefault(line.version, set()).add(line.digest)
    return [version for version, each in digests.items() if len(each) > 1]


def _lines(rows: Iterable[str]) -> list[tuple[int, Line]] | None:
    """The lines of a conflict, each with its side; None if one is damaged."""
    lines = []
    for side, row in _sides(rows):
        line = line_of(row)
        if line is None:
            return None
        lines.append((side, line))
    return lines


def _sides(rows: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines of a conflict, each with its side: 1 for the other side, 0 for ours and for both."""
    side = 0
    for row in rows:
        if MARK.fullmatch(row):
            side = max("<=|".find(row[0]), 0)  # the lines after the end belong to both sides again
        elif side != _BASE:
            yield side, row


def _remade(lines: Iterable[tuple[int, Line]]) -> int:
    """The only side that has remade images; -1 if there is none."""
    known: tuple[set[str], set[str]] = set(), set()
    for side, line in lines:
        if isinstance(line, ReleaseLine) and any(each.code == "same-media" for each in line.accepted):
            known[side].add(line.version)
    return 1 if known[1] - known[0] else 0 if known[0] - known[1] else -1


def _joined(one: Line, two: Line, *, ordered: bool) -> Line:
    """The joined line of two lines about the same thing.

    Args:
        one: The line of one branch.
        two: The line of the other.
        ordered: Whether the first one wins if both are equally new.
    """
    high, low = sorted((one, two), key=lambda line: (-_time(line), "" if ordered else written([line])))
    match high, low:
        case NoteTypeLine(), NoteTypeLine():
            return _joined_types(high, low)
        case NoteLine(), NoteLine():
            return _joined_notes(high, low)
        case _:
            return high


def _time(line: Line) -> int:
    """The time of the change or release in a line."""
    match line:
        case NoteTypeLine() | NoteLine():
            return line.modified
        case DeckLine():
            return 0
        case _:
            return line.time


def _joined_types(high: NoteTypeLine, low: NoteTypeLine) -> NoteTypeLine:
    """The line of a note type that differs between two branches; the first one wins."""
    unclear = high.modified == low.modified and high.fingerprint != low.fingerprint
    names = {low.kind, *high.was, *low.was} - {high.kind}
    return replace(
        high,
        fingerprint="" if unclear else high.fingerprint,
        was=tuple(sorted(names)) if names else high.was,
    )


def _joined_notes(high: NoteLine, low: NoteLine) -> NoteLine:
    """The line of a note that differs between two branches; the first one wins."""
    unclear = high.modified == low.modified and _seen(high) != _seen(low)
    name = low.id if high.id in low.was else high.id
    first = high.first_id
    names = {high.id, low.id, *high.was, *low.was} - {name, first}
    clozes = high.clozes
    if clozes is not None:
        known = low.answers
        for number, digests in high.answers.items():
            known.setdefault(number, {}).update(digests)
        clozes = answers_as_text(known)
    return high._replace(
        id=name,
        fingerprint="" if unclear else high.fingerprint,
        clozes=clozes,
        was=(first, *sorted(names)) if names or first != name else high.was,
    )


def _seen(line: NoteLine) -> object:
    """The fingerprint of what learners see of a note, without its media."""
    return line.print._replace(written="", media=())
