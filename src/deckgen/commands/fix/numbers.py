"""Ids for the fields and cards of a kind.yaml without one."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

from deckgen.commands.fix.edited_file import Edit, column_of, differences, line_end
from deckgen.deck.kind_adopted import is_adopted
from deckgen.diagnostics import nearest
from deckgen.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.fix.edited_file import EditedFile, Way
    from deckgen.deck.kinds import Kind
    from deckgen.history.ledger import NoteTypeLine
    from deckgen.source import Document

DONE = "id of a field or card added"

_MOST = 1 << 53
_LISTS = {"fields": ("name", "id", "from"), "cards": ("name", "id", "face", "reserve")}


def shared(kinds: list[Kind]) -> dict[str, list[int]]:
    """The ids that the shipped kinds have in common, by place: those of fields, and those of cards."""
    longest: dict[str, list[int]] = {under: [] for under in _LISTS}
    for kind in kinds:
        for under, entries in (("fields", kind.fields), ("cards", kind.cards)):
            ids = [entry.id for entry in entries if entry.id is not None]
            longest[under] = max(longest[under], ids, key=len)
    return longest


def fix(edited: EditedFile, ids: ReadOnly[str, list[int]], line: NoteTypeLine | None) -> None:
    """Give ids to the fields and cards of a kind.yaml.

    Args:
        edited: The file.
        ids: The ids that kinds have in common, by place.
        line: The ledger's line for the kind; None if it has not been released.
    """
    root = edited.document.root
    if not edited.valid or not isinstance(root, Mapping) or is_adopted(root):
        return  # Anki knows the fields of an adopted note type without ids by their names
    edits: list[Edit] = []
    expected: dict[Way, str] = {}
    for under, keys in _LISTS.items():
        node = root.entries.get(under)
        entries = node.items if isinstance(node, Sequence) else []
        lacking = [number for number, entry in enumerate(entries) if _lacks(entry, keys)]
        if not lacking:
            continue
        taken = {place: _number(entry) for place, entry in enumerate(entries)}
        released = line.ids(under) if line else []
        if line and (
            len(released) != len(entries)
            or any(number not in {None, released[place]} for place, number in taken.items())
        ):
            edited.left.append(
                f"some {under} have no id; the released ids are {', '.join(map(str, released))}"
            )
            continue
        for place in lacking:
            number = released[place] if released else None  # no released kind of one's own lacks an id
            number = number or _free(under, place, ids[under], set(taken.values()))
            taken[place] = number
            expected[under, place, "id"] = str(number)
            edits.append(_edit(edited.text, entries[place], str(number)))
    if not edits:
        return

    def holds(document: Document) -> bool:
        changes = list(differences(root, document.root))
        added = {way: after.value for way, one, after in changes if one is None and isinstance(after, Scalar)}
        return added == expected and len(changes) == len(expected)

    edited.edit(edits, holds, Counter({DONE: len(edits)}))


def _lacks(entry: object, keys: Collection[str]) -> bool:
    """Whether an entry is a field or card without an id."""
    if not isinstance(entry, Mapping) or "name" not in entry.entries or "id" in entry.entries:
        return False
    odd = [name for name in entry.entries if name not in keys]
    return not any(nearest(name, keys) == "id" for name in odd)


def _number(entry: object) -> int | None:
    """The id of an entry; None if it has none."""
    node = entry.entries.get("id") if isinstance(entry, Mapping) else None
    return int(node.value) if isinstance(node, Scalar) and node.value.isdecimal() else None


def _free(under: str, place: int, ids: list[int], taken: set[int | None]) -> int:
    """An id for a place: the one of other kinds there, or else a computed one, equal on all machines."""
    if place < len(ids) and ids[place] not in taken:
        return ids[place]
    attempt = 0
    while True:
        digest = blake2b(f"{under} {place} {attempt}".encode(), digest_size=8).digest()
        number = int.from_bytes(digest) % (_MOST - 1) + 1
        if number not in taken and number not in ids:
            return number
        attempt += 1


def _edit(text: str, entry: object, number: str) -> Edit:
    """The edit that writes an id after an entry's name, or at its beginning if the name is not first."""
    assert isinstance(entry, Mapping)  # noqa: S101 (_lacks saw a mapping)
    flow = text[entry.start] == "{"
    first, node = next(iter(entry.entries.items()))
    if first == "name" and isinstance(node, Scalar) and node.style not in {"|", ">"}:
        if flow:
            return Edit(node.end, node.end, f", id: {number}")
        end = node.end
        while end < len(text) and text[end] not in "\r\n":
            end += 1
        return Edit(
            end, end, f"{line_end(text, entry.start)}{' ' * column_of(text, entry.start)}id: {number}"
        )
    if flow:
        return Edit(entry.starts[0], entry.starts[0], f"id: {number}, ")
    tail = f"{line_end(text, entry.start)}{' ' * column_of(text, entry.start)}"
    return Edit(entry.start, entry.start, f"id: {number}{tail}")
