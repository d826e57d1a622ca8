"""The text of a chapter with further notes at the end of a section; every other byte stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen import source
from deckgen.commands.fix.edited_file import Edit, applied, column_of, differences, line_end
from deckgen.diagnostics import CallError
from deckgen.source import Mapping, Scalar, Sequence, end_of, value_of, write

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.source import Document, Node, Writable

_STEP = 2  # columns from a section to the hyphens of its notes


def new_chapter(name: str, section: str, notes: list[Writable]) -> str:
    """The text of a new chapter.

    Args:
        name: The name of its subdeck.
        section: The section of its notes.
        notes: The notes.
    """
    return f"{write({'deck': name})}{section}:\n{write(notes, _STEP)}"


def with_notes(document: Document, section: str, notes: list[Writable]) -> str:
    """The text of a chapter with further notes.

    Args:
        document: The chapter, free of faults.
        section: The section of the notes.
        notes: The notes.

    Raises:
        CallError: The chapter, or the section, is written in brackets or the like.
    """
    root = document.root
    if root is not None and not isinstance(root, Mapping):
        raise CallError(
            f"{document.path} is not a chapter", "name a file with sections, such as `definitions:`"
        )
    text = document.text
    node = root.entries.get(section) if root else None
    if node is None or (isinstance(node, Scalar) and not node.value.strip()):
        edit = _new_section(document, section, notes)
    else:
        edit = _at_end(document, node, section, notes)
    after = applied(text, [edit])
    if not _holds(document, after, section, notes):
        raise CallError(
            f"deckgen cannot add to `{section}` in {document.path} as it is written",
            "write its notes with hyphens, one key on each line, or name another chapter",
        )
    return after


def with_values(document: Document, section: str, values: ReadOnly[int, ReadOnly[str, Writable]]) -> str:
    """The text of a chapter in which notes have other values for some keys.

    Args:
        document: The chapter, free of faults.
        section: The section of the notes.
        values: The values by key, for each note by its number in the section, from 0.

    Raises:
        CallError: The values could not be put in place without touching others.
    """
    items = notes_of(document, section)
    edits = [
        _value_edit(document, note, key, value)
        for number, each in values.items()
        if isinstance(note := items[number], Mapping)
        for key, value in each.items()
    ]
    after = applied(document.text, edits)
    again, faults = source.parse(after, document.path)
    ways = {(section, number, key): value for number, each in values.items() for key, value in each.items()}
    found = [
        way[:3] for way, one, other in differences(document.root, again.root) if not _is_same(one, other)
    ]
    now = {way: _value_at(again, section, way[1], way[2]) for way in ways}
    if faults or not set(found) <= set(ways) or now != ways:
        raise CallError(
            f"deckgen cannot change the notes in {document.path} as they are written",
            "without --update it changes none; edit them by hand",
        )
    return after


def _value_at(document: Document, section: str, number: int, key: str) -> Writable | None:
    """The value of a key of a note; None if there is none."""
    items = notes_of(document, section)
    note = items[number] if number < len(items) else None
    node = note.entries.get(key) if isinstance(note, Mapping) else None
    return value_of(node) if node is not None else None


def _value_edit(document: Document, note: Mapping, key: str, value: Writable) -> Edit:
    """The edit that gives a note another value for a key, or a further key at its end."""
    text = document.text
    column, end_of_line = column_of(text, note.start), line_end(text, note.start)
    lines = write({key: value}, column).replace("\n", end_of_line)
    if key in note.entries:
        start, node = note.starts[list(note.entries).index(key)], note.entries[key]
        end = len(text[: end_of(node)].rstrip())
        if isinstance(node, Sequence) and text.startswith("[", node.start):
            end = text.find("]", end) + 1
        return Edit(start, end, lines[column:].rstrip("\r\n"))
    at = text.find("\n", len(text[: end_of(note)].rstrip()))
    return Edit(len(text), len(text), end_of_line + lines) if at < 0 else Edit(at + 1, at + 1, lines)


def notes_of(document: Document, section: str) -> list[Node]:
    """The notes of a section."""
    root = document.root
    node = root.entries.get(section) if isinstance(root, Mapping) else None
    return node.items if isinstance(node, Sequence) else []


def _new_section(document: Document, section: str, notes: list[Writable]) -> Edit:
    """The edit that adds a section at the end, or fills an empty one."""
    text, root = document.text, document.root
    end = line_end(text, len(text))
    body = write(notes, _STEP).replace("\n", end)
    if isinstance(root, Mapping) and section in root.entries:
        start = text.find("\n", root.starts[list(root.entries).index(section)])
        at = len(text) if start < 0 else start + 1
        return Edit(at, at, f"{end * (start < 0)}{body}")
    before = "" if not text or text.endswith("\n") else end
    return Edit(len(text), len(text), f"{before}{section}:{end}{body}")


def _at_end(document: Document, node: Node, section: str, notes: list[Writable]) -> Edit:
    """The edit that adds notes after the last one of a section."""
    text = document.text
    if not isinstance(node, Sequence) or text.startswith("[", node.start) or not node.items:
        raise CallError(
            f"`{section}` in {document.path} is not a list with hyphens",
            f"write it as `{section}:`, with each note below it after a hyphen",
        )
    items = node.items
    columns = [column_of(text, text.rfind("-", 0, item.start)) for item in (items[0], items[-1])]
    last = len(text[: max(end_of(items[-1]), items[-1].start)].rstrip())
    at = text.find("\n", last)
    end = line_end(text, items[-1].start)
    # a blank line between notes goes on if the section has one between its last notes
    blank = len(items) > 1 and _blank_before(text, items[-1].start)
    pieces = [write([note], columns[0]) for note in notes]
    body = "".join(f"{chr(10) * blank}{piece}" for piece in pieces).replace("\n", end)
    if at < 0:
        return Edit(len(text), len(text), f"{end}{body}")
    return Edit(at + 1, at + 1, body)


def _blank_before(text: str, start: int) -> bool:
    """Whether the line before that of an offset is blank."""
    line = text.rfind("\n", 0, start)
    return line > 0 and not text[text.rfind("\n", 0, line) + 1 : line].strip()


def _holds(document: Document, after: str, section: str, notes: list[Writable]) -> bool:
    """Whether the new text has the same nodes, and the further notes with exactly their texts."""
    again, faults = source.parse(after, document.path)
    if faults or not isinstance(again.root, Mapping):
        return False
    old = dict(document.root.entries) if isinstance(document.root, Mapping) else {}
    section_before = old.pop(section, None)
    new = dict(again.root.entries)
    section_after = new.pop(section, None)
    if list(old) != list(new) or not all(_is_same(node, new[key]) for key, node in old.items()):
        return False
    before = section_before.items if isinstance(section_before, Sequence) else []
    items = section_after.items if isinstance(section_after, Sequence) else []
    if len(items) != len(before) + len(notes):
        return False
    if not all(_is_same(*pair) for pair in zip(before, items, strict=False)):
        return False
    return [value_of(item) for item in items[len(before) :]] == notes


def _is_same(before: Node | None, after: Node | None) -> bool:
    """Whether two nodes have the same texts; a line end after the last text of the file does not count."""
    return all(
        isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value.removesuffix("\n")
        for _, one, other in differences(before, after)
    )
