"""The nodes of a YAML file: texts, lists and mappings, each with its position."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, count
from operator import add
from typing import TypeAlias

from deckgen.diagnostics import Span
from deckgen.patterns import pattern

ODD = "\0"
"""A stand-in for a key that is not a text; the parser has reported it."""
_LINE_END = pattern("\r\n|[\n\r\x85\u2028\u2029]")
_ODD_END = pattern("[\x85\u2028\u2029]")
_OTHER_END = pattern("[\r\x85\u2028\u2029]")
_COMMENT_SIGN = pattern(r"[ \t]*#")
_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"


class Scalar:
    """A text in the source.

    Attributes:
        value: The text as YAML reads it.
        start: Its offset in the document's text, in characters; for a block that of its `|` or `>`.
        end: The offset after its last character.
        style: The way it is written: "" plain, `'`, `"`, `|` or `>`.
    """

    __slots__ = ("end", "start", "style", "value")

    def __init__(self, value: str, start: int, end: int, style: str) -> None:
        """Create a text at a position."""
        self.value = value
        self.start = start
        self.end = end
        self.style = style


class Sequence:
    """A list in the source; `start` is its offset in the document's text, in characters."""

    __slots__ = ("items", "start")

    def __init__(self, start: int) -> None:
        """Create an empty list at a position."""
        self.items: list[Node] = []
        self.start = start


class Mapping:
    """Keys with values in the source.

    Attributes:
        entries: The values by their keys, as written.
        starts: The offset of each key, in the order of `entries`.
        start: The mapping's offset in the document's text, in characters.
    """

    __slots__ = ("entries", "start", "starts")

    def __init__(self, start: int) -> None:
        """Create an empty mapping at a position."""
        self.entries: dict[str, Node] = {}
        self.starts: list[int] = []
        self.start = start


Node: TypeAlias = Scalar | Sequence | Mapping


def end_of(node: Node) -> int:
    """The offset after the last text in a node; without texts, after the node's first character."""
    while not isinstance(node, Scalar):
        inner = node.items if isinstance(node, Sequence) else node.entries.values()
        last = next(reversed(inner), None)
        if last is None:
            return node.start + 1
        node = last
    return node.end


@dataclass
class Document:
    """A YAML file of the source, with its nodes.

    Attributes:
        path: Its path from the project's folder, with `/`.
        text: Its text, without a byte order mark; empty if it could not be read.
        root: Its outermost node; None if it is empty or has a syntax error.
        incomplete: Whether parts are missing from `root` because of faults in the text.
    """

    path: str
    text: str
    root: Node | None = None
    incomplete: bool = False

    @cached_property
    def lines(self) -> list[str]:
        """The lines as libyaml counts them, without line ends."""
        return _LINE_END.split(self.text)

    @cached_property
    def _line_starts(self) -> array[int]:
        """The offset of each line."""
        if _OTHER_END.search(self.text) is None:
            before = accumulate(map(len, self.text.split("\n")[:-1]), initial=0)
            return array("I", map(add, before, count()))  # characters and ends of the lines before it
        starts = array("I", [0])
        starts.extend(match.end() for match in _LINE_END.finditer(self.text))
        return starts

    @cached_property
    def has_comments(self) -> bool:
        """Whether it may have comments."""
        return "#" in self.text

    @property
    def odd_ends(self) -> list[int]:
        """The lines, from 0, that end with a line break of YAML's that editors do not show."""
        return [self.position(match.start())[0] for match in _ODD_END.finditer(self.text)]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column, both from 0, of an offset in the text."""
        line = bisect_right(self._line_starts, offset) - 1
        return line, offset - self._line_starts[line]

    def offset(self, line: int, column: int | None) -> int:
        """The offset of a line and a column, both from 1; without a column, of the line's end."""
        return self._line_starts[line - 1] + (len(self.lines[line - 1]) if column is None else column - 1)

    def span(self, node: Node) -> Span:
        """The place of a node: a one-line text, the first line of a block, or the start of another node."""
        if not isinstance(node, Scalar):
            return self.span_from(node.start)
        line, column = self.position(node.start)
        last, end = self.position(node.end)
        if line == last:
            return Span(self.path, line + 1, column + 1, max(end, column + 1) + 1)
        if not node.value.strip():
            return self.span_from(node.start)
        first = len(node.value) - len(node.value.lstrip())
        return self.span_in(node, first, len(_LINE_END.split(node.value[first:], maxsplit=1)[0].rstrip()))

    def span_from(self, start: int, length: int = 1) -> Span:
        """The place of some characters of the text, on one line."""
        line, column = self.position(start)
        return Span(self.path, line + 1, column + 1, column + 1 + length)

    def key_span(self, mapping: Mapping, key: str) -> Span:
        """The place of a key of a mapping."""
        places = zip(mapping.entries, mapping.starts, strict=True)
        return self.span_of_key(next(start for name, start in places if name == key), key)

    def place_of(self, key: str) -> Span:
        """The place of a key of the outermost mapping; the file if there is no such key."""
        if isinstance(self.root, Mapping) and key in self.root.entries:
            return self.key_span(self.root, key)
        return Span(self.path)

    def span_of_key(self, start: int, key: str) -> Span:
        """The place of a key that begins at an offset."""
        length = len(key) + 2 * (self.text[start : start + 1] in {'"', "'"})
        return self.span_from(start, max(length, 1))

    def span_in(self, scalar: Scalar, offset: int, length: int = 1) -> Span:
        """The place of a part of a text.

        The columns are known in plain one-line texts and literal blocks; in other texts only the line is.

        Args:
            scalar: The text.
            offset: The offset of the part in the text's value, in characters.
            length: Its length; the place ends at the end of the line.
        """
        line_start = scalar.value.rfind("\n", 0, offset) + 1
        line_end = scalar.value.find("\n", offset)
        piece = scalar.value[line_start : line_end if line_end >= 0 else None]
        line, first = self.position(scalar.start)
        quote = 1 if scalar.style else 0
        column: int | None = None
        if scalar.style == "|":
            line += 1 + scalar.value.count("\n", 0, offset)
            if line < len(self.lines) and self.lines[line].endswith(piece):
                column = len(self.lines[line]) - len(piece) + offset - line_start
        elif self.text[scalar.start + quote : scalar.end - quote] == scalar.value and not line_start:
            column = first + quote + offset
        else:
            line = self._line_of(scalar, offset)
        if column is None:
            return Span(self.path, line + 1)
        length = max(1, min(length, line_start + len(piece) - offset))
        return Span(self.path, line + 1, column + 1, column + 1 + length)

    def cut_by_comment(self, scalar: Scalar) -> Span | None:
        """The place of a comment that ends a plain text; None if there is none."""
        comment = None if scalar.style else self.comment_after(scalar.end)
        if comment is None:
            return None
        line, column = self.position(comment)
        return Span(self.path, line + 1, column + 1, len(self.lines[line]) + 1)

    def comment_after(self, offset: int) -> int | None:
        """The offset of the `#` of a comment that follows after blanks only; None if there is none."""
        match = _COMMENT_SIGN.match(self.text, offset)
        return match.end() - 1 if match else None

    def _line_of(self, scalar: Scalar, offset: int) -> int:
        """The line, from 0, of an offset in the value of a folded or quoted text."""
        done = 0
        start, column = self.position(scalar.start)
        last, _ = self.position(scalar.end)
        for line in range(start + (scalar.style == ">"), last + 1):
            written = self.lines[line][column if line == start else 0 :].strip()
            if scalar.style == '"':
                written = re.sub(_ESCAPE, "?", written.strip('"').removesuffix("\\"))
            elif scalar.style == "'":
                written = written.strip("'").replace("''", "'")
            while done < len(scalar.value) and scalar.value[done].isspace():
                done += 1
            done += len(written)
            if offset < done:
                return line
        return start
