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
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import Diagnostic, Span
from deckgen.source import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PATH = "source/ledger.jsonl"
FORMAT = 1
MAX_BYTES = 512 * 1024 * 1024

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
        "cards": list,
        "released": str,
    },
    "release": {"time": int, "deckgen": str, "notes": int, "digest": str},
}
_OPTIONAL: dict[str, type] = {"was": list, "clozes": dict, "retired": str, "accepted": list}
_ORDER = list(_MEMBERS)
_KEYS = {"type": "id", "note": "guid", "release": "release"}
_MARK = re.compile(r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$")
_HINT = "restore the file from git (`git checkout source/ledger.jsonl`); it is not written by hand"
_WHOLE = {int}
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

    def span(self, line: Line) -> Span:
        """Where a line stands."""
        return Span(PATH, next(number for number, each in enumerate(self.lines, 1) if each is line))


def read(project: Path) -> tuple[Ledger, list[Diagnostic], list[str]]:
    """Read the ledger of a project; an empty one where there is no file.

    Returns:
        The ledger; what is wrong with it; its text's lines.
    """
    path = project / PATH
    if not path.exists() and not path.is_symlink():
        return Ledger(), [], []
    text, fault = load(path, PATH, project, MAX_BYTES)
    if fault:
        return Ledger(), [fault], []
    rows = text.removesuffix("\n").split("\n")
    if "<<<<<<<" in text and (mark := _MARK.search(text)):
        message = "git left the marks of a conflict in the ledger"
        span = Span(PATH, text.count("\n", 0, mark.start()) + 1)
        return Ledger(), [Diagnostic("ledger-conflict", message, span, "run `deckgen check --fix`")], rows
    found: list[Diagnostic] = []
    ledger = Ledger(lines=list(_parsed(rows, found)))
    if not found:
        _fill(ledger, found)
    return ledger, found, rows


def _parsed(rows: list[str], found: list[Diagnostic]) -> Iterator[Line]:
    """The lines, up to the first that is damaged."""
    sound: set[tuple[object, ...]] = set()
    for number, line in enumerate(_decoded(rows), 1):
        if isinstance(line, dict):
            # most lines have the same members of the same types, and need not be looked at one by one
            shape = (*line, *map(type, line.values()))
            if shape in sound or _well_formed(line):
                sound.add(shape)
                yield line
                continue
        found.append(_damaged(line, rows, number))
        return


def _damaged(line: object, rows: list[str], number: int) -> Diagnostic:
    """What is wrong with a line that is none."""
    span = Span(PATH, number)
    version = line.get("ledger", FORMAT) if isinstance(line, dict) else FORMAT
    if version != FORMAT and isinstance(version, int):
        message = f"the ledger is of format {version}, and this deckgen knows {FORMAT}"
        return Diagnostic("newer-ledger", message, span, "update deckgen")
    message = "this is not a line of a ledger"
    if not rows[number - 1].strip():
        message = "this line is empty" if len(rows) > 1 else "the ledger is empty"
    return Diagnostic("bad-ledger", message, span, _HINT)


def _decoded(rows: list[str]) -> Iterable[object]:
    """The values of the lines; None for one that is not JSON."""
    with suppress(ValueError, RecursionError):
        # four times as fast as line by line, where they are all sound
        lines: list[object] = json.loads(f"[{','.join(rows)}]")
        if len(lines) == len(rows):
            return lines
    return map(_value, rows)


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


def _fill(ledger: Ledger, found: list[Diagnostic]) -> None:
    """Sort the lines into the ledger, and report those that break a rule."""
    latest = int(time.time()) + _A_DAY

    def bad(line: Line, message: str) -> None:
        found.append(Diagnostic("bad-ledger", message, ledger.span(line), _HINT))

    for line in ledger.lines:
        when = line["mod"] if "mod" in line else line.get("time", 0)
        if not 0 <= when <= latest:
            bad(line, "this time lies in the future; is the clock of this machine right?")
        if "note" in line:
            if fault := _added(ledger, line):
                bad(line, fault)
        elif fault := _added_other(ledger, line):
            bad(line, fault)
    ledger.releases.sort(key=lambda line: (line["time"], line["release"]))
    _complete(ledger, found)


def _added(ledger: Ledger, line: Line) -> str:
    """Add the line of a note; what is wrong with it, empty where nothing is."""
    ids, name, guid = ledger.ids, line["note"], line["guid"]
    if not _sound_numbers(line["due"], line["cards"]):
        return "this is not a line of a ledger"
    names = (name, *line["was"]) if "was" in line else (name,)
    for each in names:
        if not isinstance(each, str):
            return "this is not a line of a ledger"
        if each in ids:
            return f"two lines tell of the note `{each}`"
        ids[each] = line
    if guid in ledger.notes:
        return f"the guid of `{name}` is that of another line"
    ledger.notes[guid] = line
    return ""


def _added_other(ledger: Ledger, line: Line) -> str:
    """Add the line of a note type, a release or the deck; what is wrong with it, empty where nothing is."""
    if "type" in line:
        twice = line["type"] in ledger.types
        ledger.types[line["type"]] = line
        return f"the kind `{line['type']}` has two lines" if twice else ""
    if "release" in line:
        twice = any(other["release"] == line["release"] for other in ledger.releases)
        ledger.releases.append(line)
        return f"the release {line['release']} has two lines" if twice else ""
    twice = ledger.deck is not None
    ledger.deck = line
    return "the deck has two lines" if twice else ""


def _sound_numbers(due: int, cards: list[object]) -> bool:
    """Whether a place and ordinals of cards are ones that Anki takes."""
    return 0 <= due < 1 << 31 and set(map(type, cards)) <= _WHOLE


def _complete(ledger: Ledger, found: list[Diagnostic]) -> None:
    """Report lines that are missing."""
    versions = {line["release"] for line in ledger.releases}
    lacks = ""
    if ledger.deck is None:
        lacks = "the line of the deck"
    elif not versions:
        lacks = "every release"
    else:
        named = {
            (line["released"], line["retired"] if "retired" in line else line["released"])
            for line in ledger.notes.values()
        }
        gone = {version for pair in named for version in pair} - versions
        kinds = {line["kind"] for line in ledger.notes.values()} - set(ledger.types)
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

    Of a note or note type that differs the higher `mod` wins, with no fingerprint, so that the next release
    sends it again.

    Returns:
        The text; None where a line is damaged, or the two sides belong to two decks.
    """
    kept: dict[tuple[str, object], Line] = {}
    base = False
    for row in rows:
        if _MARK.fullmatch(row):
            base = row.startswith("|||||||") or (base and not row.startswith(("=======", ">>>>>>>")))
            continue
        if base:
            continue
        line = _value(row)
        if not isinstance(line, dict) or not _well_formed(line):
            return None
        sort = next(iter(line))
        key = (sort, line[_KEYS.get(sort, sort)])
        other = kept.get(key)
        kept[key] = line if other is None or other == line else _joined(other, line)
    if len({line["deck"] for line in kept.values() if "ledger" in line}) != 1:
        return None
    return written(kept.values())


def _joined(one: Line, two: Line) -> Line:
    """What two branches say of one thing."""
    high, low = sorted((one, two), key=lambda line: -line.get("mod", line.get("time", 0)))
    line = dict(high)
    if "fingerprint" in line and high["fingerprint"] != low["fingerprint"]:
        line["fingerprint"] = ""
    if "note" in line:
        line["note"] = low["note"] if high["note"] in low.get("was", ()) else high["note"]
        names = {high["note"], low["note"], *high.get("was", ()), *low.get("was", ())} - {line["note"]}
        if names:
            line["was"] = sorted(names)
    if "clozes" in line:
        line["clozes"] = low.get("clozes", {}) | line["clozes"]
    return line
