"""The ledger: what has been released, one JSON object a line in source/ledger.jsonl.

`deckgen build` reads it; only `deckgen release` writes it, and `deckgen check --fix` mends what a merge of
two branches left in it. Its lines are sorted, so that git shows and merges them: the deck, note types, notes,
releases.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import Diagnostic, Found, Span
from deckgen.history.identity import guid, note_type_id
from deckgen.project import LEDGER
from deckgen.source import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path


FORMAT = 2
MAX_BYTES = 128 * 1024 * 1024
"""The largest ledger: some 400,000 notes."""

Line = dict[str, Any]
"""A line of the ledger: its first member says what it tells of."""

_MEMBERS: dict[str, dict[str, type]] = {
    "ledger": {"deck": str, "title": str, "types": int, "notes": int, "releases": int},
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
    # a deck that people had before deckgen knew it: where it came from, and what that file held
    "adopted": {"time": int, "notes": int, "digest": str},
    "release": {
        "time": int,
        "deckgen": str,
        "made_with": dict,
        "notes": int,
        "digest": str,
        "release_notes": str,
    },
}
_OPTIONAL: dict[str, type] = {
    "was": list,
    "clozes": str,
    "media": str,
    "retired": str,
    "accepted": list,
    "cleanup": str,
    "changelog": str,
}
_ORDER = list(_MEMBERS)
_COUNTED = {"types": "type", "notes": "note", "releases": "release"}
"""The members of the deck's line that say how many lines there are, each with the sort that it counts."""
_SUM = b',"sum":"%08x"}'
_SUM_LENGTH = len(_SUM % 0)
MARK = re.compile(r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$")
_HINT = (
    "take it from git as the last release left it (`git checkout HEAD -- source/ledger.jsonl`, or an older "
    "commit; while you merge, `git checkout -m -- source/ledger.jsonl`, then `deckgen check --fix`)"
)
_MOST = 1000  # names, fields or cards of a line
_FEW = 100_000  # commas and the like that a ledger of a few lines may have
_CARDS = re.compile(r"[0-9]{1,5}(,[0-9]{1,5})*")
_A_DAY = 86_400  # how far a clock may be off, in seconds
_LONG = 1 << 63  # Anki's ids of fields and card templates are whole numbers of 64 bits with a sign


@dataclass
class Ledger:
    """What has been released.

    Attributes:
        deck: The line of the deck; None where nothing has been released.
        types: The lines of the note types, by kind.
        notes: Those of the notes, by guid.
        ids: The same by note id, former ids included.
        releases: Those of the releases, by time.
        adopted: Those of what people had before deckgen knew the deck.
        lines: All of them, as they stand.
    """

    deck: Line | None = None
    types: dict[str, Line] = field(default_factory=dict)
    notes: dict[str, Line] = field(default_factory=dict)
    ids: dict[str, Line] = field(default_factory=dict)
    releases: list[Line] = field(default_factory=list)
    adopted: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def versions(self) -> set[str]:
        """What has been released."""
        return {line["release"] for line in self.releases}

    @property
    def last(self) -> int:
        """When the last release was made, in seconds since 1970; 0 where there is none."""
        return self.releases[-1]["time"] if self.releases else 0

    def accepted(self) -> Iterator[tuple[int, list[str]]]:
        """What authors accepted, as code, id and reason, each with the time of the release that used it."""
        return ((line["time"], entry) for line in self.releases for entry in line.get("accepted", ()))

    def span(self, line: Line) -> Span:
        """Where a line stands."""
        return Span(LEDGER, self._numbers[id(line)])

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The numbers of the lines, by the lines' identities."""
        return {id(line): number for number, line in enumerate(self.lines, 1)}


@dataclass(frozen=True)
class Released:
    """What a ledger's file says has been released.

    Attributes:
        ledger: The ledger; an empty one where there is no file.
        diagnostics: What is wrong with it.
        text: The file's text.
    """

    ledger: Ledger
    diagnostics: Found
    text: str = ""


def read_ledger(project: Path, instead: str | None = None) -> Released:
    """Read the ledger of a project.

    Args:
        project: The folder that holds source/.
        instead: A text to read in place of the file's own.
    """
    text, fault = read_text(project) if instead is None else (instead, None)
    if fault:
        return Released(Ledger(), Found([fault]))
    return Released(*parse(text), text) if text is not None else Released(Ledger(), Found())


def read_text(project: Path) -> tuple[str | None, Diagnostic | None]:
    """The text of a project's ledger, None where there is no file; or why it cannot be read."""
    path = project / LEDGER
    if not path.exists() and not path.is_symlink():
        return None, None
    text, fault = load(path, LEDGER, project, MAX_BYTES)
    return text.replace("\r\n", "\n"), fault  # as git may write it on Windows


def parse(text: str) -> tuple[Ledger, Found]:
    """Read the text of a ledger; what is wrong with it beside it."""
    if "<<<<<<<" in text and (mark := MARK.search(text)):
        message = "git left the marks of a conflict in the ledger"
        span = Span(LEDGER, text.count("\n", 0, mark.start()) + 1)
        return Ledger(), Found([Diagnostic("ledger-conflict", message, span)])
    lines, faults = _lines(text.removesuffix("\n"))
    if faults:
        return Ledger(), faults
    found = Found()
    ledger = Ledger(lines=lines)
    _fill(ledger, found, text)
    return ledger, found


def _lines(text: str) -> tuple[list[Line], Found]:
    """The lines of a ledger, or what is wrong with them."""
    whole = _decoded(text)
    sound: set[tuple[object, ...]] = set()
    lines: list[Any] = []
    for number, line in enumerate(whole if whole is not None else map(_value, _rows(text)), 1):
        # most lines have the same members of the same types, and need not be looked at one by one
        shape = (*line, *map(type, line.values())) if isinstance(line, dict) else ()
        if shape not in sound:
            if not isinstance(line, dict) or not _well_formed(line):
                return [], Found([_no_line(line, number)])
            if whole is not None:  # else there may be anything, and each line is looked at
                sound.add(shape)
        lines.append(line)
    for line in lines:
        del line["sum"]
    message = "this line is not as the program wrote it"
    return lines, Found(Diagnostic("bad-ledger", message, Span(LEDGER, at), _HINT) for at in _edited(text))


def _no_line(line: object, number: int) -> Diagnostic:
    """What is wrong with what is no line of a ledger of this format."""
    version = line.get("ledger", FORMAT) if isinstance(line, dict) else FORMAT
    span = Span(LEDGER, number)
    if type(version) is int and version != FORMAT:
        message = f"the ledger is of format {version}, and this deckgen knows {FORMAT}"
        hint = "update deckgen" if version > FORMAT else "release with the deckgen that wrote it"
        return Diagnostic("newer-ledger", message, span, hint)
    return Diagnostic("bad-ledger", "this is not a line of a ledger", span, _HINT)


def sum_of(row: str) -> str:
    """The end of a line: a short digest of all that stands before it."""
    return (_SUM % zlib.crc32(row.encode())).decode()


def _edited(text: str) -> Iterator[int]:
    """The numbers of the lines that do not end with the digest of what stands before it."""
    for number, row in enumerate(text.encode().split(b"\n"), 1):
        if _SUM % zlib.crc32(row[:-_SUM_LENGTH]) != row[-_SUM_LENGTH:]:
            yield number


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


def line_of(row: str) -> Line | None:
    """The line that a row holds; None where it is damaged."""
    line = _value(row)
    if not isinstance(line, dict) or not _well_formed(line) or not row.endswith(sum_of(row[:-_SUM_LENGTH])):
        return None
    del line["sum"]
    return line


def _value(row: str) -> object:
    """What a row holds; None where it is not JSON."""
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
            name in {sort, "sum"} or name in members or type(value) is _OPTIONAL.get(name)
            for name, value in line.items()
        )
        and type(line.get("sum")) is str
        and all(len(each) <= _MOST for each in line.values() if type(each) is list)
        and line.get("ledger", FORMAT) == FORMAT
    )


def _fill(ledger: Ledger, found: Found, text: str) -> None:
    """Sort the lines into the ledger, and report those that break a rule."""
    notes = [line for line in ledger.lines if "note" in line]
    others = [line for line in ledger.lines if "note" not in line]
    types = [line for line in others if "type" in line]
    releases = [line for line in others if "release" in line]
    ledger.releases = sorted(releases, key=lambda line: (line["time"], line["release"]))
    ledger.adopted = [line for line in others if "adopted" in line]
    ledger.deck = next((line for line in others if "ledger" in line), None)
    ledger.types = {line["type"]: line for line in types}
    ledger.notes = dict(zip(map(itemgetter("guid"), notes), notes, strict=True))
    ledger.ids = dict(zip(map(itemgetter("note"), notes), notes, strict=True))
    renamed = [line for line in notes if "was" in line]
    for line in renamed:
        ledger.ids |= dict.fromkeys(map(str, line["was"]), line)
    odd = _below_zero(notes, "mod") + _below_zero(notes, "due") + _below_zero(types, "mod")
    odd += [line for line in types if not _sound_type(line)]
    if not all(map(_CARDS.fullmatch, set(map(itemgetter("cards"), notes)))):
        odd += [line for line in notes if not _CARDS.fullmatch(line["cards"])]
    odd += [line for line in (*renamed, *types) if not _sound_names(line)]
    odd += [line for line in releases if not sound_release(line)]
    if "\\ud" in text or "\\uD" in text:
        odd += [line for line in ledger.lines if _lone_surrogate(line)]
    message = "this is not a line of a ledger"
    found += (Diagnostic("bad-ledger", message, ledger.span(line), _HINT) for line in odd)
    if not found:
        found += _doubled(ledger)
    _complete(ledger, found)
    if not found:
        found += _other_ids(ledger)
    if not found:
        found += _late(ledger)


def _below_zero(lines: list[Line], member: str) -> list[Line]:
    """The lines whose number under a member is negative."""
    if min(map(itemgetter(member), lines), default=0) >= 0:
        return []
    return [line for line in lines if line[member] < 0]


def _late(ledger: Ledger) -> Iterator[Diagnostic]:
    """What lies in the future, as this machine has it: told once."""
    latest = int(time.time()) + _A_DAY
    times = [(line["time"] if "time" in line else line.get("mod", 0), line) for line in ledger.lines]
    when, line = max(times, key=itemgetter(0))
    if when > latest:
        days = (datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%d") for each in (when, latest - _A_DAY))
        message = "the ledger tells of {}, and this computer's clock says that it is {}".format(*days)
        hint = "set the clock right; if it is right, the release was made on a computer whose clock was not"
        yield Diagnostic("bad-ledger", message, ledger.span(line), hint)


def _other_ids(ledger: Ledger) -> Iterator[Diagnostic]:
    """Lines whose guid or note type id is another than the one that deckgen has given."""
    deck = ledger.deck["deck"] if ledger.deck else ""
    names = {name: [name, *line.get("was", ())] for name, line in ledger.types.items()}
    adopted = {line["adopted"] for line in ledger.adopted}
    for line in ledger.notes.values():
        first = line["was"][0] if "was" in line else line["note"]
        if line["guid"] != guid(deck, line["kind"], first) and line["released"] not in adopted:
            kinds = names.get(line["kind"], [])
            if line["guid"] not in {guid(deck, kind, first) for kind in kinds}:
                message = f"`{line['note']}` has another guid here than the one that learners have it by"
                yield Diagnostic("bad-ledger", message, ledger.span(line), _HINT)
    ids = {line["id"] for line in ledger.types.values()}
    for name, line in ledger.types.items() if not adopted else ():
        others = ids - {line["id"]}
        if line["id"] not in {note_type_id(deck, each, others) for each in names[name]}:
            message = f"the kind `{name}` has another note type here than the one that learners have"
            yield Diagnostic("bad-ledger", message, ledger.span(line), _HINT)


def _sound_names(line: Line) -> bool:
    """Whether former names are names, and others than the line's own, which only the first may be."""
    names = line.get("was", ())
    return all(isinstance(name, str) for name in names) and line[next(iter(line))] not in names[1:]


def sound_release(line: Line) -> bool:
    """Whether what a release used up are codes, ids and reasons, and what it was made with are versions."""
    return all(
        isinstance(entry, list) and [type(part) for part in entry] == [str, str, str]
        for entry in line.get("accepted", ())
    ) and {str} >= set(map(type, line["made_with"].values()))


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
            if not isinstance(entry, list) or len(entry) != 2 or type(entry[1]) is not kind:  # noqa: PLR2004
                return False
    ids = [number for under in ("fields", "cards") for number, _ in line[under]]
    # what was adopted may have none
    if not all(number is None or (type(number) is int and -_LONG <= number < _LONG) for number in ids):
        return False
    fields = {number for number, _ in line["fields"]}
    return 0 < line["id"] < _LONG and {reserve for _, reserve in line["cards"]} <= {0, *fields}


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
    versions = {line["release"] for line in ledger.releases} | {line["adopted"] for line in ledger.adopted}
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
        if gone:
            lacks = f"the release {min(gone)}, which notes name"
        elif kinds:
            lacks = f"the kind `{min(kinds)}`, which notes name"
        for what, count in _counts(ledger.lines).items():
            if not lacks and count < ledger.deck[what]:
                lacks = f"{ledger.deck[what] - count} of the {ledger.deck[what]} {what} that it held before"
    if lacks and not found:
        message = f"the ledger lacks {lacks}: lines have been lost"
        found.append(Diagnostic("bad-ledger", message, Span(LEDGER), _HINT))


def _counts(lines: Iterable[Line]) -> dict[str, int]:
    """How many lines of each sort there are, as the deck's line says it."""
    sorts = Counter(next(iter(line)) for line in lines)
    return {what: sorts[sort] for what, sort in _COUNTED.items()}


def written(lines: Iterable[Line]) -> str:
    """The text of a ledger: its lines, sorted, each with its digest, and counted in that of the deck."""

    def place(line: Line) -> tuple[int, int, str]:
        sort = next(iter(line))
        return (_ORDER.index(sort), line.get("time", 0), str(line[sort]))

    ordered = sorted(lines, key=place)
    counts = _counts(ordered)
    rows = (
        json.dumps(line | counts if "ledger" in line else line, ensure_ascii=False, separators=(",", ":"))
        for line in ordered
    )
    return "".join(f"{row[:-1]}{sum_of(row[:-1])}\n" for row in rows)


def answers_in(text: str) -> dict[str, dict[str, None]]:
    """The digests of answers by cloze number, as the line of a note has them: `1:a,b 2:c`."""
    pairs = (part.partition(":") for part in text.split())
    return {number: dict.fromkeys(digests.split(",")) for number, _, digests in pairs}


def answers_as_text(known: ReadOnly[str, Iterable[str]]) -> str:
    """The same as a text, by number."""
    return " ".join(f"{number}:{','.join(known[number])}" for number in sorted(known, key=_by_size))


def _by_size(number: str) -> tuple[int, str]:
    return len(number), number
