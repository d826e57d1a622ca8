"""YAML text to nodes with positions. The only room that knows YAML.

The nodes come from a loop over libyaml's events: every scalar stays the text that was written (`no`,
`1.10` and `2026-01-01` are not converted), every node knows its place, and what a deck has no use for
(anchors, tags, several documents) is a diagnostic instead of a surprise.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from deckgen import slips
from deckgen.diagnostics import CallError, Diagnostic, Found, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined] # its stubs leave it out
    from yaml.error import MarkedYAMLError, YAMLError
    from yaml.events import (
        AliasEvent,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )
    from yaml.reader import ReaderError
except ImportError as error:  # pragma: no cover
    raise CallError(
        "this Python's PyYAML comes without libyaml, and its own parser reads some texts otherwise",
        "install PyYAML from its wheel: pip install --force-reinstall --only-binary :all: pyyaml",
    ) from error

MAX_BYTES = 32 * 1024 * 1024
"""The largest chapter."""
MAX_SMALL = 1024 * 1024
"""The largest file of any other kind: deck.yaml, kind.yaml, a template."""
MAX_DEPTH = 40

ODD = "\0"
"""Stands in for a key that is no text, which is reported where it is met."""

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_ODD_END = re.compile("[\x85\u2028\u2029]")
_COMMENT_SIGN = re.compile(r"[ \t]*#")
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
_CONTROL_ESCAPE = (
    r"\\(?:[0abtvfreNLP\t]|x[01][0-9a-fA-F]|x7[fF]|x[89][0-9a-fA-F]|u00[01][0-9a-fA-F]"
    r"|n(?=(?:abla|eq|eg|e|i|ot|u|mid|leq|geq|parallel|earrow|subseteq)\b))"
)
_ANY_QUOTE = re.compile(r"\s*(?:- +)*(?:(?P<name>[\w-]+):[ ]+|(?<=- ))[\"']")


class Scalar:
    """A text in the source.

    Attributes:
        value: The text, as YAML reads it.
        start: Its offset in the document's text, in characters; for a block that of its `|` or `>`.
        end: The offset after its last character.
        style: How it is written: "" plain, `'`, `"`, `|` or `>`.
    """

    __slots__ = ("end", "start", "style", "value")

    def __init__(self, value: str, start: int, end: int, style: str) -> None:
        """Keep the text and its place."""
        self.value = value
        self.start = start
        self.end = end
        self.style = style


class Sequence:
    """A list in the source; `start` is its offset in the document's text, in characters."""

    __slots__ = ("items", "start")

    def __init__(self, start: int) -> None:
        """Begin an empty list."""
        self.items: list[Node] = []
        self.start = start


class Mapping:
    """Keys with values in the source.

    Attributes:
        entries: The values by their keys, as written.
        starts: The offset of each key, in the order of `entries`.
        start: Its own offset in the document's text, in characters.
    """

    __slots__ = ("entries", "start", "starts")

    def __init__(self, start: int) -> None:
        """Begin an empty mapping."""
        self.entries: dict[str, Node] = {}
        self.starts: list[int] = []
        self.start = start


_Event: TypeAlias = Any  # libyaml's events have no common attributes to name

Node: TypeAlias = Scalar | Sequence | Mapping


def end_of(node: Node) -> int:
    """The offset after the last text in a node; its own where it holds none."""
    while not isinstance(node, Scalar):
        inner = node.items if isinstance(node, Sequence) else list(node.entries.values())
        if not inner:
            return node.start + 1
        node = inner[-1]
    return node.end


@dataclass
class Document:
    """A file of the source, read.

    Attributes:
        path: Relative to the project's folder, with `/`.
        text: The file's text, without a byte order mark; empty where it could not be read.
        root: What stands in it; None where it is empty or broken.
        broken: Whether `root` lacks something because the text is not YAML.
    """

    path: str
    text: str
    root: Node | None = None
    broken: bool = False

    @cached_property
    def lines(self) -> list[str]:
        """The lines as libyaml counts them, without line ends."""
        return _LINE_END.split(self.text)

    @cached_property
    def _line_starts(self) -> array[int]:
        """The offset of each line."""
        starts = array("I", [0])
        starts.extend(match.end() for match in _LINE_END.finditer(self.text))
        return starts

    @cached_property
    def has_comments(self) -> bool:
        """Whether a comment can stand in it."""
        return "#" in self.text

    @property
    def odd_ends(self) -> list[int]:
        """The lines, from 0, that end with a line break of YAML's that editors do not show as one."""
        return [self.position(match.start())[0] for match in _ODD_END.finditer(self.text)]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column, both from 0, of an offset in the text."""
        line = bisect_right(self._line_starts, offset) - 1
        return line, offset - self._line_starts[line]

    def offset(self, line: int, column: int | None) -> int:
        """The offset in the text of a line and column, both from 1; the line's end without a column."""
        return self._line_starts[line - 1] + (len(self.lines[line - 1]) if column is None else column - 1)

    def span(self, node: Node) -> Span:
        """The place of a node: a one-line text whole, a block's first line, a list's or mapping's start."""
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
        """The place of a key of the whole file's mapping; the file where it has none."""
        if isinstance(self.root, Mapping) and key in self.root.entries:
            return self.key_span(self.root, key)
        return Span(self.path)

    def span_of_key(self, start: int, key: str) -> Span:
        """The place of a key, whose text begins at an offset."""
        length = len(key) + 2 * (self.text[start : start + 1] in {'"', "'"})
        return self.span_from(start, max(length, 1))

    def span_in(self, scalar: Scalar, offset: int, length: int = 1) -> Span:
        """The place of a part of a text.

        The columns are exact in plain one-line texts and literal blocks; elsewhere only the line is told.

        Args:
            scalar: The text.
            offset: Where the part begins in the text's value, in characters.
            length: How long it is; what lies on further lines is left out.
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
        """Where a comment ends a plain text; None where none does."""
        comment = None if scalar.style else self.comment_after(scalar.end)
        if comment is None:
            return None
        line, column = self.position(comment)
        return Span(self.path, line + 1, column + 1, len(self.lines[line]) + 1)

    def comment_after(self, offset: int) -> int | None:
        """The offset of the `#` of a comment that only blanks stand before; None where there is none."""
        match = _COMMENT_SIGN.match(self.text, offset)
        return match.end() - 1 if match else None

    def _line_of(self, scalar: Scalar, offset: int) -> int:
        """The line, from 0, on which a folded or quoted text of several lines has the offset."""
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


def read(path: Path, shown: str, within: Path, most: int = MAX_BYTES) -> tuple[Document, Found]:
    """Read a file of the source as YAML.

    Args:
        path: The file.
        shown: Its path as diagnostics show it.
        within: The folder that it must lie in, resolved, whatever links lead to it.
        most: The most bytes that it may have.

    Returns:
        The document, and what is wrong with the file as YAML. The document is there even for a file
        that cannot be read, without a root.
    """
    text, fault = load(path, shown, within, most)
    if fault:
        return Document(shown, text, broken=True), Found([fault])
    return parse(text, shown)


def load(path: Path, shown: str, within: Path, most: int = MAX_BYTES) -> tuple[str, Diagnostic | None]:
    """The text of a file, without a byte order mark, or why there is none; arguments as for `read`."""
    try:
        real = path.resolve()
        if not real.is_relative_to(within):
            return "", Diagnostic("unreadable-file", "this link leads out of the project", Span(shown))
        raw = _content(real, most)
    except OSError as error:
        return "", unreadable(shown, error)
    except RuntimeError:  # what Python up to 3.12 says of links that go round
        return "", Diagnostic("unreadable-file", "this link leads to itself", Span(shown))
    except ValueError as error:
        return "", Diagnostic("unreadable-file", str(error), Span(shown))
    if len(raw) > most:
        message = f"the file is larger than {most >> 20} MiB, the most that deckgen reads of such a file"
        hint = "split it into several files" if most == MAX_BYTES else "is it the right file?"
        return "", Diagnostic("too-large", message, Span(shown), hint)
    return _decoded(raw, shown)


def _content(path: Path, most: int) -> bytes:
    """The bytes of a file; one more than `most` where it has more, however it grows meanwhile.

    Raises:
        OSError: The system does not let us read it.
        ValueError: It is no file, in words for the author.
    """
    if path.is_dir():
        raise ValueError("this is a folder, where a file belongs")
    if not path.is_file():
        raise ValueError("this is not an ordinary file" if path.exists() else "there is no such file")
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        raw = file.read(min(size, most) + 1)
        if size < len(raw) <= most:
            raw += file.read(most + 1 - len(raw))
    return raw


def opened(path: Path) -> BinaryIO:
    """An ordinary file, open for reading; nobody waits for what a pipe or a device has to say.

    Raises:
        OSError: The system does not let us read it, or it is no ordinary file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is not an ordinary file", os.fspath(path))


_WIDE = {
    "UTF-32": (b"\xff\xfe\0\0", b"\0\0\xfe\xff", "utf-32-le", "utf-32-be"),
    "UTF-16": (b"\xff\xfe", b"\xfe\xff", "utf-16-le", "utf-16-be"),
}


def _decoded(raw: bytes, shown: str) -> tuple[str, Diagnostic | None]:
    """The text of a file's bytes; with what is wrong where they are not UTF-8."""
    wide = _wide(raw)
    if wide:
        hint = _AS_UTF8 + ("; what some programs call just Unicode is UTF-16" if wide == "UTF-16" else "")
        return "", Diagnostic("not-utf8", f"this file is {wide} text, where UTF-8 belongs", Span(shown), hint)
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        start = error.start
    before = raw[:start].decode("utf-8-sig")
    message, hint = f"this byte (0x{raw[start]:02x}) is not UTF-8", _AS_UTF8
    meant = raw[start : start + 1].decode("cp1252", "replace")
    if raw[start] == 0xED and raw[start + 1 : start + 2] >= b"\xa0":  # noqa: PLR2004 (how UTF-8 writes surrogates)
        message, hint = "half a character stands here (a surrogate)", "delete it, and type the character anew"
    elif meant.isprintable() and meant != "\N{REPLACEMENT CHARACTER}":
        hint = f"{_AS_UTF8}; was it `{meant}`, saved the old way of Windows?"
    span = Document(shown, before).span_from(len(before))
    return raw.decode("utf-8-sig", "replace"), Diagnostic("not-utf8", message, span, hint)


_AS_UTF8 = "save the file as UTF-8 (in most editors: Save with Encoding)"


def _wide(raw: bytes) -> str:
    """The name of the encoding of two or four bytes a character that a text seems to be in; mostly empty."""
    sample = raw[:400]
    if sample[:2] not in {b"\xff\xfe", b"\xfe\xff"} and b"\0" not in sample:
        return ""
    for name, (little, big, *ways) in _WIDE.items():
        if sample.startswith((little, big)):
            return name
        for way in ways:
            text = sample.decode(way, "ignore")
            usual = sum(" " <= char <= "~" or char in "\t\r\n" for char in text)
            if usual * 2 * int(name[-2:]) > len(sample) * 8:  # more than half of all characters
                return name
    return ""


def unreadable(shown: str, error: OSError) -> Diagnostic:
    """The diagnostic for a file or folder that the system does not let us read."""
    return Diagnostic("unreadable-file", f"this cannot be read: {error.strerror or error}", Span(shown))


def parse(text: str, shown: str) -> tuple[Document, Found]:
    """Read YAML text, as `read` does with a file."""
    document = Document(shown, text)
    composer = _Composer(document)
    try:
        document.root = composer.compose()
    except ReaderError:
        document.broken = True
        composer.found += control_characters(document)
    except YAMLError as error:
        document.broken = True
        problem = _syntax(document, error)
        if all(problem.span.line != earlier.span.line for earlier in composer.found):
            composer.found.append(problem)
    return document, composer.found


class _Composer:
    """Builds nodes from libyaml's events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found = Found()
        self.odd_line = -1
        self.two_in_one: Mapping | None = None
        """What holds the keys of two items, which has been told."""

    def compose(self) -> Node | None:  # noqa: C901, PLR0912, PLR0915 (one loop, unrolled for speed)
        """The root node; None for an empty document."""
        text = self.document.text
        get_event: Callable[[], Any] = CParser(text).get_event
        top = Sequence(0)
        stack: list[tuple[Sequence | Mapping, str | None]] = []
        container: Sequence | Mapping = top
        key: str | None = None  # of the mapping that is read, where its value is still to come
        key_start = 0
        node: Node
        while True:
            event = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                start = event.start_mark.index
                if event.anchor or (event.tag and not event.implicit[0] and not event.implicit[1]):
                    self._decorated(event)
                if key is None and type(container) is Mapping:
                    key, key_start = event.value, start
                    continue
                node = Scalar(event.value, start, event.end_mark.index, event.style or "")
                if event.tag and not event.value:
                    node.value = event.tag  # it has been reported, so that what it hides is not empty as well
                if node.style == '"' and "\\" in text[start : node.end]:
                    self._escapes(node)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                container, key = stack.pop()
                continue
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                start = event.start_mark.index
                node = Mapping(start) if kind is MappingStartEvent else Sequence(start)
                if event.anchor or event.tag:
                    self._decorated(event)
            elif kind is AliasEvent:
                node = Scalar(f"*{event.anchor}", event.start_mark.index, event.end_mark.index, "")
                self._report("yaml-alias", f"`*{event.anchor}` is a YAML alias", event)
            elif kind is DocumentStartEvent:
                if top.items:
                    message = "the file begins anew here: a line `---` ends what stands above it"
                    hint = "delete the line; as a line across a card, indent it like the text"
                    self._report("yaml-documents", message, event, hint)
                    self.document.broken = True
                    return top.items[0]
                continue
            elif kind is StreamEndEvent:
                return top.items[0] if top.items else None
            else:
                continue

            after: str | None = None
            if isinstance(container, Sequence):
                container.items.append(node)
            elif key is None:
                after, key_start = self._odd_key(node, container), node.start
            else:
                if key in container.entries:
                    self._twice(container, key, key_start)
                else:
                    container.entries[key] = node
                    container.starts.append(key_start)
                key = None
            if isinstance(node, Scalar):
                key = after
                continue
            stack.append((container, after))
            container, key = node, None
            if len(stack) > MAX_DEPTH:
                message = f"lists and keys stand more than {MAX_DEPTH} deep in each other"
                hint = "is there a hyphen or a bracket too many? as text it belongs in a block"
                self._report("too-deep", message, event, hint)
                self.document.broken = True
                return None

    def _twice(self, mapping: Mapping, key: str, start: int) -> None:
        """Report a key that is there already; it keeps its first value."""
        first_key = next(iter(mapping.entries))
        if key == ODD or (mapping is self.two_in_one and key != first_key):
            return
        if self.found.full("duplicate-key", self.document.path):
            self.found.count("duplicate-key", self.document.path)
            return
        if inside := self._item_in_text(mapping, first_key):
            self.two_in_one = mapping
            self.found.append(inside)
            return
        first = self.document.key_span(mapping, key).line
        message = f"the key `{key}` stands twice; the first is on line {first}"
        hint = "keep one of the two, or put what both say under one"
        if key == first_key and self.document.text.endswith("- ", 0, mapping.start):
            line, column = self.document.position(self.document.text.rfind("-", 0, mapping.start))
            hint = f"does something new begin here? then a hyphen is missing: `{' ' * column}- {key}: …`"
            hint += f", in the column of the hyphen of line {line + 1}"
            self.two_in_one = mapping
        self.found.append(Diagnostic("duplicate-key", message, self.document.span_of_key(start, key), hint))

    def _item_in_text(self, mapping: Mapping, first_key: str) -> Diagnostic | None:
        """What to say where the text of the last key holds the beginning of the next item."""
        owner, text = next(reversed(mapping.entries.items()))
        begin = re.compile(rf"(?m)^ *(-) +{re.escape(first_key)}:(?=[ \r\n])")
        if not isinstance(text, Scalar) or text.style not in {"|", ">"}:
            return None
        hyphen = self.document.text.rfind("-", 0, mapping.start)
        item = begin.search(self.document.text, text.start, text.end)
        if item is None or self.document.text[hyphen + 1 : mapping.start].strip():
            return None
        line = self.document.key_span(mapping, owner).line
        message = f"this line looks like a new item, but it is part of the text of `{owner}` (line {line})"
        hint = f"indent it by {self.document.position(hyphen)[1]} spaces, as the item above"
        return Diagnostic("duplicate-key", message, self.document.span_from(item.start(1)), hint)

    def _odd_key(self, node: Node, mapping: Mapping) -> str:
        """Report what is no text where a key of a mapping belongs; give what stands in for the key."""
        hint = slips.start_hint(self._line(mapping.start), self._above(mapping.start))
        line, _ = self.document.position(mapping.start)
        # an alias has been reported, and what stands within one on the same line is the same slip
        if not isinstance(node, Scalar) and line != self.odd_line:
            self.odd_line = line
            self.found.append(
                Diagnostic("yaml-syntax", slips.OWN, self.document.span_from(mapping.start), hint)
            )
        self.document.broken = True
        return ODD

    def _decorated(self, event: _Event) -> None:
        """Report an anchor or a tag on a node."""
        hint = slips.start_hint(self._line(event.start_mark.index))
        if event.anchor:
            self._report("yaml-alias", f"`&{event.anchor}` is a YAML anchor", event, hint)
        else:
            self._report("yaml-tag", f"`{event.tag}` is a YAML tag", event, hint)

    def _above(self, offset: int) -> str:
        """The beginning of the line above that which an offset is on."""
        line, _ = self.document.position(offset)
        return self.document.lines[line - 1][: slips.LONG_ENOUGH] if line else ""

    def _line(self, offset: int) -> str:
        """The beginning of the line that an offset is on."""
        line, _ = self.document.position(offset)
        return self.document.lines[line][: slips.LONG_ENOUGH]

    def _report(self, code: str, message: str, event: _Event, hint: str = "") -> None:
        span = self.document.span_from(event.start_mark.index)
        self.found.append(Diagnostic(code, message, span, hint))

    def _escapes(self, scalar: Scalar) -> None:
        """Report escapes in double quotes that make control characters, as that of a formula's beta does."""
        text = self.document.text
        either = re.compile(f"({_CONTROL_ESCAPE})|{_ESCAPE}")
        escapes = either.finditer(text, scalar.start + 1, scalar.end - 1)
        for match in escapes:
            if not match[1]:
                continue
            if self.found.full("control-character", self.document.path):
                more = 1 + sum(each.lastindex is not None for each in escapes)
                self.found.count("control-character", self.document.path, more)
                return
            span = self.document.span_from(match.start(), len(match[1]))
            message = f"in double quotes `{match[1]}` is an invisible control character"
            key = _ANY_QUOTE.match(self._line(match.start()))
            hint = f"{slips.block_hint(key)}; a block keeps backslashes as they are"
            self.found.append(Diagnostic("control-character", message, span, hint))


def control_characters(document: Document) -> Iterator[Diagnostic]:
    """The control characters that stand in the text itself, at most ten."""
    for count, match in enumerate(_CONTROL.finditer(document.text)):
        if count == 10:  # noqa: PLR2004 (a binary file has thousands)
            return
        message = f"the control character U+{ord(match.group()):04X} stands here, invisible"
        span = document.span_from(match.start())
        yield Diagnostic("control-character", message, span, "delete it, and type the text around it anew")


def _syntax(document: Document, error: YAMLError) -> Diagnostic:
    """The diagnostic for what libyaml cannot read, with the usual cause as its hint."""
    problem, mark = str(error), None
    if isinstance(error, MarkedYAMLError):
        problem, mark = error.problem or "", error.problem_mark or error.context_mark
        context = error.context_mark if "quoted scalar" in (error.context or "") else None
        if context and not (mark and "escape" in problem and context.line != mark.line):
            mark = context
    if mark is None:
        return Diagnostic("yaml-syntax", "YAML cannot read this file", Span(document.path))
    number = min(mark.line, len(document.lines) - 1)
    slip = slips.find(document.lines, number, mark.column, problem, document.odd_ends)
    span = Span(document.path, slip.line + 1, slip.column + 1, slip.column + 2)
    return Diagnostic("yaml-syntax", slip.message, span, slip.hint)
