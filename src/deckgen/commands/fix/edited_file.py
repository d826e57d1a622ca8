"""A file while it is mended: its text, edits of it, and the proof that they change nothing else."""

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
"""Where a node stands in a file: the keys, and from 0 the numbers of items, that lead to it."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTEXT = 3  # lines around a change, as diff shows them
_FAR = 200  # how many lines a diff looks ahead for where two texts go on alike


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text, from `start` to `end` in characters, and what takes its place."""

    start: int
    end: int
    text: str


@dataclass
class EditedFile:
    """A file while it is mended.

    Attributes:
        shown: Its path, relative to the project's folder, with `/`.
        file: The file itself, whatever link leads to it.
        raw: Its bytes.
        document: Its text as it is by now, read; without text where the file cannot be read.
        sound: Whether it is whole YAML.
        faithful: Whether the text is all that the file holds; no other file is edited.
        done: What has been mended, and how often.
        left: What has not been, and why, as sentences.
    """

    shown: str
    file: Path
    raw: bytes
    document: Document
    sound: bool
    faithful: bool = True
    done: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path, shown: str, project: Path) -> EditedFile:
        """Read a file of a project, whose folder is resolved; links out of it are not followed."""
        text, fault = source.load(path, shown, project)
        document, found = source.parse(text, shown)
        raw = b""
        if not fault:
            path = path.resolve()
            with suppress(OSError), source.opened(path) as file:  # it may be gone by now
                raw = file.read()
        if fault or raw.decode("utf-8-sig", "replace") != text:  # it may change between the two looks at it
            document.incomplete = True
            return cls(shown, path, raw, document, sound=False, faithful=False)
        return cls(shown, path, raw, document, sound=not found)

    @property
    def text(self) -> str:
        """Its text as it is by now, without a byte order mark."""
        return self.document.text

    def edit(self, edits: Iterable[Edit], holds: Callable[[Document], bool], done: Counter[str]) -> bool:
        """Edit the text, where what comes out is YAML and holds what it should.

        Args:
            edits: The edits, in any order, none within another.
            holds: Whether the edited file, read again, says what is intended and nothing else.
            done: What the edits mend, and how often.

        Returns:
            Whether the text has been edited; where not, it is as it was.
        """
        document, found = source.parse(applied(self.text, edits), self.shown)
        if not self.faithful or found or not holds(document):
            return False
        self.document = document
        self.sound = True
        self.done.update(done)
        return True

    @property
    def after(self) -> bytes:
        """The bytes of the file as it is by now."""
        mark = self.raw[:3] if self.raw.startswith(b"\xef\xbb\xbf") else b""
        return mark + self.text.encode()


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits made in it."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += (text[done : edit.start], edit.text)
        done = edit.end
    return "".join((*pieces, text[done:]))


def line_end(text: str, offset: int) -> str:
    """The line end of the line at an offset; where it has none, that of the line before; else a line feed."""
    found = _LINE_END.search(text, offset) or _LINE_END.search(text)
    return found.group() if found else "\n"


def column_of(text: str, offset: int) -> int:
    """The column of an offset, from 0, in characters."""
    start = text.rfind("\n", 0, offset) + 1
    return offset - max(text.rfind("\r", start, offset) + 1, start)


# -------------------------------------------------------------------------------------------- trees


def nodes(root: Node | None) -> Iterator[tuple[Way, Node]]:
    """All nodes of a tree, each with its way, those around others first."""
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
    """Where two trees differ: the way to it, and the two nodes; None for one that is not there."""
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
    """What became of a file's text, as a unified diff; empty where nothing did.

    The two are alike but for some lines here and there, so it looks for the next equal line from where they
    part, which takes time in proportion to their length; that of `difflib` grows with its square.
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
            pieces += _marked(" ", old[done:low]) + _marked("-", old[low:high])
            pieces += _marked("+", new[low_new:high_new])
            done = high
        pieces += _marked(" ", old[done:end])
    return "".join(pieces)


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends; the last may have none."""
    *lines, rest = text.split("\n")
    return [f"{line}\n" for line in lines] + [rest] * bool(rest)


def _place(start: int, count: int) -> str:
    """Lines as a diff names them: the number of the first, or of the one before where there are none."""
    return f"{start + bool(count)},{count}"


def _marked(sign: str, lines: list[str]) -> list[str]:
    """Lines as a diff shows them: each after a sign, and whether the last one has no end."""
    return [
        f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
        for line in lines
    ]


_Change: TypeAlias = "tuple[int, int, int, int]"
"""A piece in which two lists of lines differ: from and to in the old one, from and to in the new one."""


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
    """Whether two texts go on alike from a line in each: with one that says something, or to the end."""
    if left >= len(old) or right >= len(new):
        return left == len(old) and right == len(new)
    if old[left] != new[right]:
        return False
    return bool(old[left].strip()) or old[left + 1 : left + 2] == new[right + 1 : right + 2]


def carried(before: list[str], after: list[str]) -> Callable[[int], range]:
    """Where lines of a text are after a change.

    Args:
        before: The lines before it, without their ends.
        after: The lines after it.

    Returns:
        For the number of a line before, from 1 (0 for the text as a whole), the numbers that it has after;
        of a line that changed, those of all that took the place of the piece which changed.
    """
    changes = list(_changes(before, after))
    ends = [high for _, high, _, _ in changes]

    def place(line: int) -> range:
        if not line:
            return range(1)
        number = bisect_right(ends, line - 1)
        # a line before which something is put, as a key is before another, is part of that change
        if number < len(changes) and changes[number][0] <= line - 1:
            _, _, low, high = changes[number]
            return range(low + 1, high + 1)
        if number and changes[number - 1][0] == changes[number - 1][1] == line - 1:
            return range(changes[number - 1][2] + 1, changes[number - 1][3] + 2)
        moved = changes[number - 1][3] - changes[number - 1][1] if number else 0
        return range(line + moved, line + moved + 1)

    return place


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """The changes in groups that share lines of context."""
    group: list[_Change] = []
    for change in changes:
        if group and change[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group
