"""The ledger of two branches that git could not merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.history.fingerprints import printed
from deckgen.history.ledger import FORMAT, MARK, answers_as_text, answers_in, line_of, sound_release, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.history.ledger import Line

_KEYS = {"type": "id", "note": "guid", "release": "release"}


def merged(rows: Iterable[str]) -> str | None:
    """The text of a ledger that git could not merge: each line of both sides once.

    Of a note or note type that differs the higher `mod` wins: it is newer than what the other side's learners
    have, so they get it, and the source sends it again by itself where it says something else. With one `mod`
    on both sides it loses its fingerprint, so that the next release sends it; but not where learners see the
    same, and one side has only written it otherwise, or made its images anew.

    Returns:
        The text; None where a line is damaged, or the two sides belong to two decks.
    """
    kept: dict[tuple[str, object], Line] = {}
    named: dict[str, int] = {}
    decks: dict[int, Line] = {}
    retitled = 0
    lines = _lines(rows)
    if lines is None:
        return None
    remade = _remade(lines)
    for side, line in lines:
        sort = next(iter(line))
        if sort == "type":
            named[line["type"]] = line["id"]
        elif sort == "ledger":
            decks[side] = line
        elif any("changed-deck" in entry for entry in line.get("accepted", ())):
            retitled = side
        key = (sort, line[_KEYS.get(sort, sort)])
        other = kept.get(key)
        if other is None or other == line:
            kept[key] = line
        else:
            kept[key] = _joined(*((line, other) if side == remade else (other, line)), ordered=remade >= 0)
    if len({line["deck"] for line in decks.values()}) != 1:
        return None
    kept["ledger", FORMAT] = decks.get(retitled) or next(iter(decks.values()))
    for line in kept.values():
        # a kind that one side renamed has its new name in the notes of the other side too
        number = named.get(line.get("kind", ""))
        if number is not None:
            line["kind"] = kept["type", number]["type"]
    return written(kept.values())


def released_twice(rows: Iterable[str]) -> list[str]:
    """The versions of which the two sides of a conflict have released one each, not the same."""
    digests: dict[str, set[object]] = {}
    for _, line in _lines(rows) or ():
        if "release" in line:
            digests.setdefault(line["release"], set()).add(line.get("digest"))
    return [version for version, each in digests.items() if len(each) > 1]


def _lines(rows: Iterable[str]) -> list[tuple[int, Line]] | None:
    """The lines of a conflict, each with its side; None where one is damaged."""
    lines = []
    for side, row in _sides(rows):
        line = line_of(row)
        if line is None or ("release" in line and not sound_release(line)):
            return None
        lines.append((side, line))
    return lines


def _sides(rows: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines of a conflict: 1 before those of the other side, 0 before ours and those of both."""
    side = 0
    for row in rows:
        if MARK.fullmatch(row):
            side = max("<=|".find(row[0]), 0)  # what follows the end is both sides' again
        elif side < 2:  # noqa: PLR2004 (what both sides had before)
            yield side, row


def _remade(lines: Iterable[tuple[int, Line]]) -> int:
    """The side that alone knows of images made anew; -1 where none does."""
    known: tuple[set[str], set[str]] = set(), set()
    for side, line in lines:
        if any("same-media" in entry for entry in line.get("accepted", ())):
            known[side].add(line["release"])
    return 1 if known[1] - known[0] else 0 if known[0] - known[1] else -1


def _joined(one: Line, two: Line, *, ordered: bool) -> Line:
    """What two branches say of one thing.

    Args:
        one: What one says.
        two: What the other says.
        ordered: Whether the first is to be believed where both are as new.
    """
    high, low = sorted(
        (one, two),
        key=lambda line: (-line.get("mod", line.get("time", 0)), "" if ordered else written([line])),
    )
    line = dict(high)
    if "mod" in line and high["mod"] == low["mod"] and _seen(high) != _seen(low):
        line["fingerprint"] = ""
    if "type" in line:
        names = {low["type"], *high.get("was", ()), *low.get("was", ())} - {high["type"]}
        line |= {"was": sorted(names)} if names else {}
    if "note" in line:
        line["note"] = low["note"] if high["note"] in low.get("was", ()) else high["note"]
        first = (high.get("was") or [high["note"]])[0]
        names = {high["note"], low["note"], *high.get("was", ()), *low.get("was", ())}
        names -= {line["note"], first}
        if names or first != line["note"]:
            line["was"] = [first, *sorted(names)]
    if "clozes" in line:
        known = answers_in(low.get("clozes", ""))
        for number, digests in answers_in(line["clozes"]).items():
            known.setdefault(number, {}).update(digests)
        line["clozes"] = answers_as_text(known)
    return line


def _seen(line: Line) -> object:
    """What a fingerprint says, but for how a note's texts are written, and for its media."""
    return printed(line)._replace(written="", media=()) if "note" in line else line["fingerprint"]
