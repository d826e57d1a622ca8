"""The ledger: what has been released, one JSON object a line in source/ledger.jsonl.

`deckgen build` reads it; only `deckgen release` writes it, and `deckgen check --fix` mends what a merge of
two branches left in it. Its lines are sorted, so that git shows and merges them: the deck, note types, notes,
releases.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import Diagnostic, Found, Span
from deckgen.source import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

PATH = "source/ledger.jsonl"
FORMAT = 1
MAX_BYTES = 128 * 1024 * 1024
"""The largest ledger: some 600,000 notes."""

Line = dict[str, Any]
"""A line of the ledger: its first member says what it tells of."""

_MEMBERS: dict[str, dict[str, type]] = {
    "ledger": {"deck": str, "title": str},
    "type": {
        "id": int,
        "fingerprint": str,
        "mod": int,
        "cloze": bool,
        "revision": int,
        "fields": list,
        "cards": list,
    },
    "note": {
        "kind": str,
        "guid": str,
        "fingerprint": str,
        "mod": int,
        "due": int,
        "deck": str,
        "cards": str,
        "released": str,
    },
    "release": {"time": int, "deckgen": str, "notes": int, "digest": str},
}
_OPTIONAL: dict[str, type] = {"was": list, "clozes": str, "retired": str, "accepted": list}
_ORDER = list(_MEMBERS)
_KEYS = {"type": "id", "note": "guid", "release": "release"}
_MARK = re.compile(r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$")
_HINT = "restore the file from git (`git checkout source/ledger.jsonl`); it is not written by hand"
_MOST = 1000  # names, fields or cards of a line
_FEW = 100_000  # commas and the like that a ledger of a few lines may have
_CARDS = re.compile(r"[0-9]{1,5}(,[0-9]{1,5})*")
_A_DAY = 86_400  # how far a clock may be off, in seconds


@dataclass
class Ledger:
    """What has been released.

    Attributes:
        deck: The line of the deck; None where nothing has been released.
        types: The lines of the note types, by kind.
        notes: Those of the notes, by guid.
        ids: The same by note id, former ids included.
        releases: Those of the releases, by time.
        lines: All of them, as they stand.
    """

    deck: Line | None = None
    types: dict[str, Line] = field(default_factory=dict)
    notes: dict[str, Line] = field(default_factory=dict)
    ids: dict[str, Line] = field(default_factory=dict)
    releases: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def accepted(self) -> Iterator[tuple[int, list[str]]]:
        """What authors accepted, as code, id and reason, each with the time of the release that used it."""
        return ((line["time"], entry) for line in self.releases for entry in line.get("accepted", ()))

    def span(self, line: Line) -> Span:
        """Where a line stands."""
        return Span(PATH, self._numbers[id(line)])

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The numbers of the lines, by the lines' identities."""
        return {id(line): number for number, line in enumerate(self.lines, 1)}


def read(project: Path) -> tuple[Ledger, Found, str]:
    """Read the ledger of a project; an empty one where there is no file.

    Returns:
        The ledger; what is wrong with it; its text.
    """
    text, fault = read_text(project)
    if fault:
        return Ledger(), Found([fault]), ""
    return (*parse(text), text) if text is not None else (Ledger(), Found(), "")


def read_text(project: Path) -> tuple[str | None, Diagnostic | None]:
    """The text of a project's ledger, None where there is no file; or why it cannot be read."""
    path = project / PATH
    if not path.exists() and not path.is_symlink():
        return None, None
    text, fault = load(path, PATH, project, MAX_BYTES)
    return text.replace("\r\n", "\n"), fault  # as git may write it on Windows


def parse(text: str) -> tuple[Ledger, Found]:
    """Read the text of a ledger; what is wrong with it beside it."""
    if "<<<<<<<" in text and (mark := _MARK.search(text)):
        message = "git left the marks of a conflict in the ledger"
        span = Span(PATH, text.count("\n", 0, mark.start()) + 1)
        return Ledger(), Found([Diagnostic("ledger-conflict", message, span, "run `deckgen check --fix`")])
    lines, fault = _lines(text.removesuffix("\n"))
    if fault:
        return Ledger(), Found([fault])
    found = Found()
    ledger = Ledger(lines=lines)
    _fill(ledger, found, text)
    return ledger, found


def _lines(text: str) -> tuple[list[Line], Diagnostic | None]:
    """The lines of a ledger, or what is wrong with the first that is none."""
    whole = _decoded(text)
    sound: set[tuple[object, ...]] = set()
    lines: list[Line] = []
    for number, line in enumerate(whole if whole is not None else map(_value, _rows(text)), 1):
        if isinstance(line, dict):
            # most lines have the same members of the same types, and need not be looked at one by one
            shape = (*line, *map(type, line.values()))
            if shape in sound and whole is not None:
                lines.append(line)
                continue
            if _well_formed(line) and all(len(each) <= _MOST for each in line.values() if type(each) is list):
                sound.add(shape)
                lines.append(line)
                continue
            version = line.get("ledger", FORMAT)
            if version != FORMAT and isinstance(version, int):
                message = f"the ledger is of format {version}, and this deckgen knows {FORMAT}"
                return [], Diagnostic("newer-ledger", message, Span(PATH, number), "update deckgen")
        return [], Diagnostic("bad-ledger", "this is not a line of a ledger", Span(PATH, number), _HINT)
    return lines, None


def _decoded(text: str) -> list[object] | None:
    """The values of all lines at once, four times as fast as one by one; None where that may not be.

    That is where not all lines are sound JSON, and where there are more brackets and commas than a ledger
    has: what these make would take many times the room of the text.
    """
    ends = text.count("\n")
    if (
        text.count('}\n{"') != ends
        or text.count(",") + 10 * (text.count("[") + text.count("{")) > 60 * ends + _FEW
    ):
        return None
    with suppress(ValueError, RecursionError):
        lines: list[object] = json.loads("[" + text.replace("}\n{", "},\n{") + "]")
        if len(lines) == ends + 1:
            return lines
    return None


def _rows(text: str) -> Iterator[str]:
    """The lines of a text, one by one."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _value(row: str) -> object:
    """What a line holds; None where it is not JSON."""
    try:
        return json.loads(row)
    except (ValueError, RecursionError):
        return None


def _well_formed(line: Line) -> bool:
    """Whether a line has the members of its sort, each of its type."""
    sort = next(iter(line), "")
    members = _MEMBERS.get(sort)
    if members is None or type(line[sort]) is not (int if sort == "ledger" else str):
        return False
    return (
        all(type(line.get(name)) is kind for name, kind in members.items())
        and all(
            name == sort or name in members or (name in _OPTIONAL and type(value) is _OPTIONAL[name])
            for name, value in line.items()
        )
        and line.get("ledger", FORMAT) == FORMAT
    )


def _fill(ledger: Ledger, found: Found, text: str) -> None:
    """Sort the lines into the ledger, and report those that break a rule."""
    latest = int(time.time()) + _A_DAY
    notes = [line for line in ledger.lines if "note" in line]
    others = [line for line in ledger.lines if "note" not in line]
    types = [line for line in others if "type" in line]
    releases = [line for line in others if "release" in line]
    ledger.releases = sorted(releases, key=lambda line: (line["time"], line["release"]))
    ledger.deck = next((line for line in others if "ledger" in line), None)
    ledger.types = {line["type"]: line for line in types}
    ledger.notes = dict(zip(map(itemgetter("guid"), notes), notes, strict=True))
    ledger.ids = dict(zip(map(itemgetter("note"), notes), notes, strict=True))
    renamed = [line for line in notes if "was" in line]
    for line in renamed:
        ledger.ids |= dict.fromkeys(map(str, line["was"]), line)
    late = _beyond(notes, "mod", latest) + _beyond(types, "mod", latest) + _beyond(releases, "time", latest)
    odd = _beyond(notes, "due", (1 << 31) - 1) + [line for line in types if not _sound_type(line)]
    if not all(map(_CARDS.fullmatch, set(map(itemgetter("cards"), notes)))):
        odd += [line for line in notes if not _CARDS.fullmatch(line["cards"])]
    odd += [line for line in renamed if not _sound_names(line)]
    odd += [line for line in releases if not _sound_release(line)]
    if "\\ud" in text or "\\uD" in text:
        odd += [line for line in ledger.lines if _lone_surrogate(line)]
    message = "this time lies in the future; is the clock of this machine right?"
    found += (Diagnostic("bad-ledger", message, ledger.span(line), _HINT) for line in late)
    message = "this is not a line of a ledger"
    found += (Diagnostic("bad-ledger", message, ledger.span(line), _HINT) for line in odd)
    if not found:
        found += _doubled(ledger)
    _complete(ledger, found)


def _beyond(lines: list[Line], member: str, most: int) -> list[Line]:
    """The lines whose number under a member is negative, or larger than may be."""
    numbers = list(map(itemgetter(member), lines))
    if not numbers or (min(numbers) >= 0 and max(numbers) <= most):
        return []
    return [line for line in lines if not 0 <= line[member] <= most]


def _sound_names(line: Line) -> bool:
    """Whether the former ids of a note are ids, and others than its own, which only the first may be."""
    return all(isinstance(name, str) for name in line["was"]) and line["note"] not in line["was"][1:]


def _sound_release(line: Line) -> bool:
    """Whether what a release used up are codes, ids and reasons."""
    return all(
        isinstance(entry, list) and [type(part) for part in entry] == [str, str, str]
        for entry in line.get("accepted", ())
    )


def _lone_surrogate(line: Line) -> bool:
    """Whether a line holds half a character, which no text can."""
    try:
        json.dumps(line, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _sound_type(line: Line) -> bool:
    """Whether the fields and cards of a note type are pairs of an id and what belongs to it."""
    for under, kind in (("fields", str), ("cards", int)):
        for entry in line[under]:
            if not isinstance(entry, list) or [type(part) for part in entry] != [int, kind]:
                return False
    ids = {number for number, _ in line["fields"]}
    return 0 < line["id"] < 1 << 53 and {reserve for _, reserve in line["cards"]} <= {0, *ids}


def _doubled(ledger: Ledger) -> Iterator[Diagnostic]:
    """What the ledger tells twice."""
    wanted = len(ledger.notes) + len(ledger.types) + len(ledger.releases) + (ledger.deck is not None)
    was = [(name, line) for line in ledger.notes.values() for name in line.get("was", ())]
    former = sum(name != line["note"] for name, line in was)
    numbers = {line["id"] for line in ledger.types.values()}
    if wanted == len(ledger.lines) and len(ledger.ids) == len(ledger.notes) + former:
        versions = {line["release"] for line in ledger.releases}
        if len(versions) == len(ledger.releases) and len(numbers) == len(ledger.types):
            return
    seen: set[tuple[str, object]] = set()
    for line in ledger.lines:
        sort = next(iter(line))
        keys = [(sort, "" if sort == "ledger" else line[sort])]
        if sort == "note":
            keys.append(("guid", line["guid"]))
            keys += [("note", name) for name in line.get("was", ()) if name != line["note"]]
        elif sort == "type":
            keys.append(("note type", line["id"]))
        twice = next((key for key in keys if key in seen), None)
        if twice:
            what = f"the {twice[0]} `{twice[1]}`" if twice[1] else "the deck"
            message = f"another line tells of {what} as well"
            yield Diagnostic("bad-ledger", message, ledger.span(line), _HINT)
        seen.update(keys)


def _complete(ledger: Ledger, found: Found) -> None:
    """Report lines that are missing."""
    versions = {line["release"] for line in ledger.releases}
    lacks = ""
    if ledger.deck is None:
        lacks = "the line of the deck"
    elif not versions:
        lacks = "every release"
    else:
        named = set(map(itemgetter("released"), ledger.notes.values()))
        named |= {line["retired"] for line in ledger.notes.values() if "retired" in line}
        gone = named - versions
        kinds = set(map(itemgetter("kind"), ledger.notes.values())) - set(ledger.types)
        most = max(line["notes"] for line in ledger.releases)
        if gone:
            lacks = f"the release {min(gone)}, which notes name"
        elif kinds:
            lacks = f"the kind `{min(kinds)}`, which notes name"
        elif len(ledger.notes) < most:
            lacks = f"{most - len(ledger.notes)} of the {most} notes that it held before"
    if lacks and not found:
        message = f"the ledger lacks {lacks}: lines have been lost"
        found.append(Diagnostic("bad-ledger", message, Span(PATH), _HINT))


def written(lines: Iterable[Line]) -> str:
    """The text of a ledger: its lines, sorted."""

    def place(line: Line) -> tuple[int, int, str]:
        sort = next(iter(line))
        return (_ORDER.index(sort), line.get("time", 0), str(line[sort]))

    return "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        for line in sorted(lines, key=place)
    )


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
        line = _value(row)
        if not isinstance(line, dict) or not _well_formed(line):
            return None
        sort = next(iter(line))
        if sort == "type":
            named[line["type"]] = line["id"]
        elif sort == "ledger":
            decks[side] = line
        elif sort == "release" and not _sound_release(line):
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
        if _MARK.fullmatch(row):
            side = max("<=|".find(row[0]), 0)  # what follows the end is both sides' again
        elif side < 2:  # noqa: PLR2004 (what both sides had before)
            yield side, row


def _joined(one: Line, two: Line) -> Line:
    """What two branches say of one thing."""
    high, low = sorted((one, two), key=lambda line: -line.get("mod", line.get("time", 0)))
    line = dict(high)
    if "mod" in line and high["mod"] == low["mod"] and high["fingerprint"] != low["fingerprint"]:
        line["fingerprint"] = ""
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


def answers_in(text: str) -> dict[str, dict[str, None]]:
    """The digests of answers by cloze number, as the line of a note has them: `1:a,b 2:c`."""
    pairs = (part.partition(":") for part in text.split())
    return {number: dict.fromkeys(digests.split(",")) for number, _, digests in pairs}


def answers_as_text(known: ReadOnly[str, Iterable[str]]) -> str:
    """The same as a text, by number."""
    return " ".join(f"{number}:{','.join(known[number])}" for number in sorted(known, key=_by_size))


def _by_size(number: str) -> tuple[int, str]:
    return len(number), number
