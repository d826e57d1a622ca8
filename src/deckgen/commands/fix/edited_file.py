"""A file while it is edited: its text, edits of it, and the proof that they change nothing else."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from deckgen import source
from deckgen.source import Document, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from deckgen.source import Node

Way: TypeAlias = "tuple[str | int, ...]"
"""The way to a node in a file: keys, and the numbers of items from 0."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTEXT = 3  # lines around a change, as diff shows them
_FAR = 200  # lines that a diff looks ahead for the next equal line of two texts


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text, from `start` to `end` in characters, and its replacement."""

    start: int
    end: int
    text: str


@dataclass
class EditedFile:
    """A file while it is edited.

    Attributes:
        shown: Its path, relative to the project's folder, with `/`.
        file: The file itself, whatever link leads to it.
        raw: Its bytes.
        document: Its present text, parsed; without text if the file cannot be read.
        valid: Whether the present text is valid YAML.
        faithful: Whether the text is the complete content of the file. Other files are not edited.
        done: The fixes so far, each with its count.
        left: The faults without a fix, and the reasons, as sentences.
    """

    shown: str
    file: Path
    raw: bytes
    document: Document
    valid: bool
    faithful: bool = True
    done: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path, shown: str, project: Path) -> EditedFile:
        """Read a file of a project, whose folder is resolved; links out of it are not followed."""
        text, fault = source.load(path, shown, project)
        document, faults = source.parse(text, shown)
        raw = b""
        if not fault:
            path = path.resolve()
            with suppress(OSError), source.opened(path) as file:  # it may have been deleted meanwhile
                raw = file.read()
        if fault or raw.decode("utf-8-sig", "replace") != text:  # it may change between the two reads
            document.incomplete = True
            return cls(shown, path, raw, document, valid=False, faithful=False)
        return cls(shown, path, raw, document, valid=not faults)

    @property
    def text(self) -> str:
        """Its present text, without a byte order mark."""
        return self.document.text

    def edit(self, edits: Iterable[Edit], holds: Callable[[Document], bool], done: Counter[str]) -> bool:
        """Edit the text, if the result is valid YAML and passes a check.

        Args:
            edits: The edits, in any order, none within another.
            holds: The check: whether the edited file, read again, has the intended changes and no others.
            done: The fixes that the edits make, each with its count.

        Returns:
            Whether the text has been edited. Otherwise it is unchanged.
        """
        document, faults = source.parse(applied(self.text, edits), self.shown)
        if not self.faithful or faults or not holds(document):
            return False
        self.document = document
        self.valid = True
        self.done.update(done)
        return True

    @property
    def after(self) -> bytes:
        """The bytes of the file with all edits."""
        mark = self.raw[:3] if self.raw.startswith(b"\xef\xbb\xbf") else b""
        return mark + self.text.encode()


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text after some edits."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += (text[done : edit.start], edit.text)
        done = edit.end
    return "".join((*pieces, text[done:]))


def line_end(text: str, offset: int) -> str:
    """The line end at or after an offset, or else the first of the text, or else a line feed."""
    match = _LINE_END.search(text, offset) or _LINE_END.search(text)
    return match.group() if match else "\n"


def column_of(text: str, offset: int) -> int:
    """The column of an offset, from 0, in characters."""
    start = text.rfind("\n", 0, offset) + 1
    return offset - max(text.rfind("\r", start, offset) + 1, start)


# -------------------------------------------------------------------------------------------- trees


def nodes(root: Node | None) -> Iterator[tuple[Way, Node]]:
    """All nodes of a tree, each with its way; a parent comes before its children."""
    stack: list[tuple[Way, Node]] = [((), root)] if root else []
    while stack:
        way, node = stack.pop()
        yield way, node
        inner: list[tuple[Way, Node]] = []
        if isinstance(node, Mapping):
            inner = [((*way, key), value) for key, value in node.entries.items()]
        elif isinstance(node, Sequence):
            inner = [((*way, number), item) for number, item in enumerate(node.items)]
        stack += reversed(inner)


def differences(one: Node | None, other: Node | None) -> Iterator[tuple[Way, Node | None, Node | None]]:
    """The differences of two trees: for each the way, and the two nodes, None for a missing one."""
    stack: list[tuple[Way, Node | None, Node | None]] = [((), one, other)]
    while stack:
        way, left, right = stack.pop()
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            shared = [key for key in left.entries if key in right.entries]
            if shared != [key for key in right.entries if key in left.entries]:
                yield way, left, right
            keys = dict.fromkeys((*left.entries, *right.entries))
            stack += [((*way, key), left.entries.get(key), right.entries.get(key)) for key in keys]
        elif (
            isinstance(left, Sequence) and isinstance(right, Sequence) and len(left.items) == len(right.items)
        ):
            pairs = zip(left.items, right.items, strict=True)
            stack += [((*way, number), *pair) for number, pair in enumerate(pairs)]
        elif isinstance(left, Scalar) and isinstance(right, Scalar):
            if left.value != right.value:
                yield way, left, right
        elif left is not None or right is not None:
            yield way, left, right


# -------------------------------------------------------------------------------------------- diffs


def diff(before: str, after: str, path: str) -> str:
    """The changes of a file's text as a unified diff; empty if there are none.

    The two texts differ in a few lines only, so after each difference this looks for the next equal line. The
    time is proportional to the length; the time of `difflib` grows with its square.
    """
    if before == after:
        return ""
    old, new = _lines(before), _lines(after)
    pieces = [f"--- a/{path}\n+++ b/{path}\n"]
    for hunk in _hunks(_changes(old, new)):
        start = max(hunk[0][0] - _CONTEXT, 0)
        start_new = hunk[0][2] - (hunk[0][0] - start)
        end = min(hunk[-1][1] + _CONTEXT, len(old))
        end_new = hunk[-1][3] + end - hunk[-1][1]
        places = (_place(start, end - start), _place(start_new, end_new - start_new))
        pieces.append(f"@@ -{places[0]} +{places[1]} @@\n")
        done = start
        for low, high, low_new, high_new in hunk:
            pieces += _signed(" ", old[done:low]) + _signed("-", old[low:high])
            pieces += _signed("+", new[low_new:high_new])
            done = high
        pieces += _signed(" ", old[done:end])
    return "".join(pieces)


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends; the last may have none."""
    *lines, rest = text.split("\n")
    return [f"{line}\n" for line in lines] + [rest] * bool(rest)


def _place(start: int, count: int) -> str:
    """The place of lines in a diff: the number of the first, or of the line before if there are none."""
    return f"{start + bool(count)},{count}"


def _signed(sign: str, lines: list[str]) -> list[str]:
    """Lines of a diff: each after a sign, with a remark if the last one has no line end."""
    return [
        f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
        for line in lines
    ]


_Change: TypeAlias = "tuple[int, int, int, int]"
"""A piece in which two lists of lines differ: start and end in the old one, start and end in the new one."""


def _changes(old: list[str], new: list[str]) -> Iterator[_Change]:
    """The pieces in which two lists of lines differ."""
    left = right = 0
    while left < len(old) or right < len(new):
        if left < len(old) and right < len(new) and old[left] == new[right]:
            left, right = left + 1, right + 1
            continue
        more, more_new = next(
            (
                (more, total - more)
                for total in range(1, _FAR)
                for more in range(total + 1)
                if _alike(old, left + more, new, right + total - more)
            ),
            (len(old) - left, len(new) - right),
        )
        yield left, left + more, right, right + more_new
        left, right = left + more, right + more_new


def _alike(old: list[str], left: int, new: list[str], right: int) -> bool:
    """Whether two texts are equal from a line in each on: in a line that is not blank, or to the end."""
    if left >= len(old) or right >= len(new):
        return left == len(old) and right == len(new)
    if old[left] != new[right]:
        return False
    return bool(old[left].strip()) or old[left + 1 : left + 2] == new[right + 1 : right + 2]


def carried(before: list[str], after: list[str]) -> Callable[[int], range]:
    """A function that gives the places of lines after a change.

    Args:
        before: The lines before it, without their ends.
        after: The lines after it.

    Returns:
        A function from the number of a line before, from 1 (0 for the text as a whole), to its numbers
        after; for a changed line, to the numbers of all lines that replaced the changed piece.
    """
    changes = list(_changes(before, after))
    ends = [high for _, high, _, _ in changes]

    def place(line: int) -> range:
        if not line:
            return range(1)
        number = bisect_right(ends, line - 1)
        # if lines are inserted before a line, as a key before another, the line is part of that change
        if number < len(changes) and changes[number][0] <= line - 1:
            _, _, low, high = changes[number]
            return range(low + 1, high + 1)
        if number and changes[number - 1][0] == changes[number - 1][1] == line - 1:
            return range(changes[number - 1][2] + 1, changes[number - 1][3] + 2)
        moved = changes[number - 1][3] - changes[number - 1][1] if number else 0
        return range(line + moved, line + moved + 1)

    return place


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """The changes in groups; the changes of a group share lines of context."""
    group: list[_Change] = []
    for change in changes:
        if group and change[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group
