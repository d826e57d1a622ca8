"""The format of a line of the ledger: one JSON object, whose first member is its sort."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deckgen.history.ledger import (
    Acceptance,
    AdoptedLine,
    DeckLine,
    Line,
    NoteLine,
    NoteTypeLine,
    ReleaseLine,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = 2

Members = dict[str, Any]
"""A line as a JSON object; its first member is its sort."""

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
    # a deck that learners had before deckgen knew it
    "adopted": {"file": str, "time": int, "notes": int, "digest": str},
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
    "names": list,
    "sort": int,
    "clozes": str,
    "media": str,
    "retired": str,
    "accepted": list,
    "cleanup": str,
    "changelog": str,
    "merge": bool,
}
_MOST = 1000  # names, fields or cards of a line
_LONG = 1 << 63  # Anki's ids of fields and card templates are whole numbers of 64 bits with a sign


def is_well_formed(line: Members) -> bool:
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


def is_sound(line: Members) -> bool:
    """Whether the lists in a line have valid content."""
    if not all(isinstance(name, str) for name in line.get("was", ())):
        return False
    if "type" in line:
        return _is_sound_type(line)
    return "release" not in line or _is_sound_release(line)


def _is_sound_type(line: Members) -> bool:
    """Whether the fields and cards of a note type are valid pairs of an id and a source or reserve."""
    for under, kind in (("fields", str), ("cards", int)):
        for entry in line[under]:
            match entry:
                case [_, of] if type(of) is kind:
                    pass
                case _:
                    return False
    names = line.get("names", [])
    if names and ([*map(type, names)] != [str] * (len(line["fields"]) + len(line["cards"]))):
        return False
    ids = [number for under in ("fields", "cards") for number, _ in line[under]]
    # adopted ones may have none
    return all(number is None or (type(number) is int and -_LONG <= number < _LONG) for number in ids)


def _is_sound_release(line: Members) -> bool:
    """Whether the acceptances and the versions of libraries in a line of a release are valid."""
    return all(
        isinstance(entry, list) and [type(part) for part in entry] == [str, str, str]
        for entry in line.get("accepted", ())
    ) and {str} >= set(map(type, line["made_with"].values()))


def has_lone_surrogate(line: Members) -> bool:
    """Whether a line contains half a character, which no text can contain."""
    try:
        json.dumps(line, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def read(line: Members) -> Line:
    """The value of a well-formed line; without its lists if these are invalid."""
    return _READERS[next(iter(line))](line)


def _names_of(line: Members) -> tuple[str, ...]:
    """The former names in a line, as texts even if they are invalid."""
    return tuple(map(str, line["was"])) if "was" in line else ()


def _read_deck(line: Members) -> DeckLine:
    return DeckLine(line["deck"], line["title"], line["types"], line["notes"], line["releases"])


def _read_type(line: Members) -> NoteTypeLine:
    valid = is_sound(line)
    return NoteTypeLine(
        line["type"],
        line["id"],
        line["fingerprint"],
        line["mod"],
        line["cloze"],
        line["revision"],
        tuple((number, source) for number, source in line["fields"]) if valid else (),
        tuple((number, reserve) for number, reserve in line["cards"]) if valid else (),
        _names_of(line),
        tuple(line.get("names", ())) if valid else (),
        line.get("sort", 0),
    )


def _read_note(line: Members) -> NoteLine:
    return NoteLine(
        line["note"],
        line["kind"],
        line["guid"],
        line["fingerprint"],
        line["mod"],
        line["due"],
        line["deck"],
        line["cards"],
        line["released"],
        line.get("media", ""),
        line.get("clozes"),
        line.get("retired"),
        _names_of(line) if "was" in line else (),
    )


def _read_adopted(line: Members) -> AdoptedLine:
    return AdoptedLine(
        line["adopted"], line["time"], line["notes"], line["digest"], line["file"], line.get("merge", False)
    )


def _read_release(line: Members) -> ReleaseLine:
    used = line.get("accepted", ()) if is_sound(line) else ()
    return ReleaseLine(
        line["release"],
        line["time"],
        line["deckgen"],
        line["made_with"],
        line["notes"],
        line["digest"],
        line["release_notes"],
        line.get("cleanup"),
        tuple(Acceptance(*entry) for entry in used),
        line.get("changelog"),
    )


_READERS: dict[str, Callable[[Members], Line]] = {
    "ledger": _read_deck,
    "type": _read_type,
    "note": _read_note,
    "adopted": _read_adopted,
    "release": _read_release,
}
"""The reader of each sort of line."""


def members_of(line: Line) -> Members:
    """The members of a line, in their order, without the digest at its end."""
    match line:
        case DeckLine():
            return {
                "ledger": FORMAT,
                "deck": line.id,
                "title": line.title,
                "types": line.types,
                "notes": line.notes,
                "releases": line.releases,
            }
        case NoteTypeLine():
            return _members_of_type(line)
        case NoteLine():
            return _members_of_note(line)
        case AdoptedLine():
            return {
                "adopted": line.version,
                "file": line.file,
                "time": line.time,
                "notes": line.notes,
                "digest": line.digest,
            } | _given(merge=line.merge or None)
        case ReleaseLine():
            return _members_of_release(line)


def _members_of_type(line: NoteTypeLine) -> Members:
    return {
        "type": line.kind,
        "id": line.id,
        "fingerprint": line.fingerprint,
        "mod": line.modified,
        "cloze": line.cloze,
        "revision": line.revision,
        "fields": line.fields,
        "cards": line.cards,
    } | _given(was=line.was or None, names=line.names or None, sort=line.sort or None)


def _members_of_note(line: NoteLine) -> Members:
    return {
        "note": line.id,
        "kind": line.kind,
        "guid": line.guid,
        "fingerprint": line.fingerprint,
        **_given(media=line.media or None),
        "mod": line.modified,
        "due": line.due,
        "deck": line.deck,
        "cards": line.cards,
        "released": line.released,
    } | _given(was=line.was or None, clozes=line.clozes, retired=line.retired)


def _members_of_release(line: ReleaseLine) -> Members:
    return {
        "release": line.version,
        "time": line.time,
        "deckgen": line.deckgen,
        "made_with": line.made_with,
        "notes": line.notes,
        "digest": line.digest,
        "release_notes": line.release_notes,
    } | _given(cleanup=line.cleanup, accepted=line.accepted or None, changelog=line.changelog)


def _given(**members: object) -> Members:
    """The members that a line has; the others are None."""
    return {name: value for name, value in members.items() if value is not None}
