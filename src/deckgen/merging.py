"""The ledger of two branches that git could not merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.ledger import FORMAT, MARK, answers_as_text, answers_in, line_of, sound_release, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.ledger import Line

_KEYS = {"type": "id", "note": "guid", "release": "release"}


def merged(rows: Iterable[str]) -> str | None:
    """The text of a ledger that git could not merge: each line of both sides once.

    Of a note or note type that differs the higher `mod` wins: it is newer than what the other side's learners
    have, so they get it, and the source sends it again by itself where it says something else. With one `mod`
    on both sides it loses its fingerprint, so that the next release sends it.

    Returns:
        The text; None where a line is damaged, or the two sides belong to two decks.
    """
    kept: dict[tuple[str, object], Line] = {}
    named: dict[str, int] = {}
    decks: dict[int, Line] = {}
    retitled = 0
    for side, row in _sides(rows):
        line = line_of(row)
        if line is None:
            return None
        sort = next(iter(line))
        if sort == "type":
            named[line["type"]] = line["id"]
        elif sort == "ledger":
            decks[side] = line
        elif sort == "release" and not sound_release(line):
            return None
        elif any("changed-deck" in entry for entry in line.get("accepted", ())):
            retitled = side
        key = (sort, line[_KEYS.get(sort, sort)])
        other = kept.get(key)
        kept[key] = line if other is None or other == line else _joined(other, line)
    if len({line["deck"] for line in decks.values()}) != 1:
        return None
    kept["ledger", FORMAT] = decks.get(retitled) or next(iter(decks.values()))
    for line in kept.values():
        # a kind that one side renamed has its new name in the notes of the other side too
        number = named.get(line.get("kind", ""))
        if number is not None:
            line["kind"] = kept["type", number]["type"]
    return written(kept.values())


def _sides(rows: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines of a conflict: 1 before those of the other side, 0 before ours and those of both."""
    side = 0
    for row in rows:
        if MARK.fullmatch(row):
            side = max("<=|".find(row[0]), 0)  # what follows the end is both sides' again
        elif side < 2:  # noqa: PLR2004 (what both sides had before)
            yield side, row


def _joined(one: Line, two: Line) -> Line:
    """What two branches say of one thing."""
    high, low = sorted((one, two), key=lambda line: (-line.get("mod", line.get("time", 0)), written([line])))
    line = dict(high)
    if "mod" in line and high["mod"] == low["mod"] and high["fingerprint"] != low["fingerprint"]:
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
