"""YAML text to nodes with positions. The only room that knows YAML.

The nodes come from a loop over libyaml's events: every scalar stays the text that was written (`no`,
`1.10` and `2026-01-01` are not converted), every node knows its place, and what a deck has no use for
(anchors, tags, several documents) is a diagnostic instead of a surprise.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from deckgen.diagnostics import CallError, Diagnostic, Span

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
MAX_DEPTH = 40

ODD = "\0"
"""Stands in for a key that is no text, which is reported where it is met."""

BLOCK_HINT = "write the text as a block: `{key}: |`, and the text on the lines below it, indented"
ITEM_HINT = "write the item as a block: `- |`, and the text on the lines below it, indented"

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
_CONTROL_ESCAPE = (
    r"\\(?:[0abtvfreNLP\t]|x[01][0-9a-fA-F]|x7[fF]|x[89][0-9a-fA-F]|u00[01][0-9a-fA-F]"
    r"|n(?=(?:abla|eq|eg|e|i|ot|u|mid|leq|geq|parallel|earrow|subseteq)\b))"
)
# What the usual slips look like, compiled only where there is one: on which lines to look for them, with
# the place as the first group, what to say, and what to do.
_SLIPS = (
    (
        "anywhere",
        r"^(<{7}|={7}|>{7})(?: |$)",
        "git left the marks of a conflict here",
        "keep one of the two texts, and delete the marks",
    ),
    (
        "until",
        r"^\s*(?:- +)*(?:[\w-]+:[ ]+|(?<=- ))([\"'])(?:(?!\1).)*$",
        "a quote opens here and does not close on its line",
        "close it; or better, write the text as a block: `|`, and the text on the lines below it, indented",
    ),
    (
        "around",
        r"^ *(\t)",
        "YAML does not take a tab here",
        "indent with spaces; most editors can convert tabs",
    ),
    (
        "around",
        r"^ *([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000])",
        "YAML does not take this space, which is not an ordinary one",
        "delete it, and type it anew with the space bar",
    ),
    (
        "before",
        r"^\s*(-)[a-z_]+:(?:\s|$)",
        "this hyphen begins no item",
        "a space must follow the hyphen: `- id: …`",
    ),
    (
        "before",
        r"^\s*(?:- +)*[a-z_]+(:)(?:\u00a0|[^\s:/])",
        "this is not a key with a value",
        "a space must follow the colon of a key",
    ),
)
_KEY = r"^\s*(?:- +)*(?:([\w-]+):[ ]+|(?<=- ))"
_OWN_SYNTAX = _KEY + r"([*%`@&!]|[|>](?![-+0-9]*\s*(?:#|$))|- |[\[{])"
_COLON_IN_TEXT = _KEY + r"[^\"'|>\s].*?(:)(?:\s|$)"
_QUOTES_IN_QUOTES = _KEY + r"([\"']).*\2\s*[^\s#,\]}]"
_COMMENT = _KEY + r"[^\"'|>#\s].*\s#"
_NO_ESCAPE = r"(?<!\\)(?:\\\\)*\\[^0abt\tnvfre \"/\\N_LPxuU]"
_ANY_QUOTE = _KEY + r"[\"']"


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
    def _line_starts(self) -> list[int]:
        """The offset of each line."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

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
        return self.span_in(node, first, len(node.value[first:].split("\n", 1)[0].rstrip()))

    def span_from(self, start: int, length: int = 1) -> Span:
        """The place of some characters of the text, on one line."""
        line, column = self.position(start)
        return Span(self.path, line + 1, column + 1, column + 1 + length)

    def key_span(self, mapping: Mapping, key: str) -> Span:
        """The place of a key of a mapping."""
        return self.span_of_key(mapping.starts[list(mapping.entries).index(key)], key)

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
        line, column = self.position(scalar.end)
        rest = self.lines[line][column:]
        if scalar.style or not rest.lstrip().startswith("#"):
            return None
        start = len(self.lines[line]) - len(rest.lstrip())
        return Span(self.path, line + 1, start + 1, len(self.lines[line]) + 1)

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


def read(path: Path, shown: str, within: Path) -> tuple[Document, list[Diagnostic]]:
    """Read a file of the source as YAML.

    Args:
        path: The file.
        shown: Its path as diagnostics show it.
        within: The folder that it must lie in, resolved, whatever links lead to it.

    Returns:
        The document, and what is wrong with the file as YAML. The document is there even for a file
        that cannot be read, without a root.
    """
    text, fault = load(path, shown, within)
    if fault:
        return Document(shown, text, broken=True), [fault]
    return parse(text, shown)


def load(  # noqa: PLR0911 (one reason after the other)
    path: Path, shown: str, within: Path, most: int = MAX_BYTES
) -> tuple[str, Diagnostic | None]:
    """The text of a file, without a byte order mark, or why there is none; arguments as for `read`."""
    try:
        real = path.resolve()
        if not real.is_relative_to(within):
            return "", Diagnostic("unreadable-file", "this link leads out of the project", Span(shown))
        if not real.is_file():
            what = "this is not an ordinary file" if real.exists() else "there is no such file"
            what = "this is a folder, where a file belongs" if real.is_dir() else what
            return "", Diagnostic("unreadable-file", what, Span(shown))
        size = real.stat().st_size
        if size > most:
            message = f"the file has {size:,} bytes; deckgen reads up to {most:,}"
            return "", Diagnostic("too-large", message, Span(shown), "split it into several files")
        raw = real.read_bytes()
    except OSError as error:
        return "", unreadable(shown, error)
    except RuntimeError:  # what Python up to 3.12 says of links that go round
        return "", Diagnostic("unreadable-file", "this link leads to itself", Span(shown))
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        message = f"this byte (0x{raw[error.start]:02x}) is not UTF-8"
        hint = "save the file as UTF-8 (in most editors: Save with Encoding)"
        span = Document(shown, before).span_from(len(before))
        return raw.decode("utf-8-sig", "replace"), Diagnostic("not-utf8", message, span, hint)


def unreadable(shown: str, error: OSError) -> Diagnostic:
    """The diagnostic for a file or folder that the system does not let us read."""
    return Diagnostic("unreadable-file", f"this cannot be read: {error.strerror or error}", Span(shown))


def parse(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    """Read YAML text, as `read` does with a file."""
    document = Document(shown, text)
    composer = _Composer(document)
    try:
        document.root = composer.compose()
    except ReaderError:
        document.broken = True
        composer.found += _raw_control_characters(document)
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
        self.found: list[Diagnostic] = []

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
                    message = "a second YAML document begins here"
                    hint = "remove the line `---`; a chapter is one document"
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
                message = f"lists and mappings are nested more than {MAX_DEPTH} deep"
                self._report("too-deep", message, event)
                self.document.broken = True
                return None

    def _twice(self, mapping: Mapping, key: str, start: int) -> None:
        """Report a key that is there already; it keeps its first value."""
        if key == ODD:
            return
        first = self.document.key_span(mapping, key).line
        message = f"the key `{key}` stands twice; the first is on line {first}"
        self.found.append(Diagnostic("duplicate-key", message, self.document.span_of_key(start, key)))

    def _odd_key(self, node: Node, mapping: Mapping) -> str:
        """Report what is no text where a key of a mapping belongs; give what stands in for the key."""
        line, _ = self.document.position(mapping.start)
        message = "this is read as a YAML mapping, not as text"
        hint = _start_hint(self.document.lines[line])
        if not isinstance(node, Scalar):  # else it is an alias, which has been reported
            self.found.append(
                Diagnostic("yaml-syntax", message, self.document.span_from(mapping.start), hint)
            )
        self.document.broken = True
        return ODD

    def _decorated(self, event: _Event) -> None:
        """Report an anchor or a tag on a node."""
        if event.anchor:
            hint = _start_hint(self.document.lines[event.start_mark.line])
            self._report("yaml-alias", f"`&{event.anchor}` is a YAML anchor", event, hint)
        else:
            hint = _start_hint(self.document.lines[event.start_mark.line])
            self._report("yaml-tag", f"`{event.tag}` is a YAML tag", event, hint)

    def _report(self, code: str, message: str, event: _Event, hint: str = "") -> None:
        span = self.document.span_from(event.start_mark.index)
        self.found.append(Diagnostic(code, message, span, hint))

    def _escapes(self, scalar: Scalar) -> None:
        """Report escapes in double quotes that make control characters, as that of a formula's beta does."""
        text = self.document.text
        for match in re.compile(_ESCAPE).finditer(text, scalar.start + 1, scalar.end - 1):
            if re.compile(_CONTROL_ESCAPE).match(text, match.start(), scalar.end - 1):
                line, _ = self.document.position(match.start())
                span = self.document.span_from(match.start(), len(match.group()))
                message = f"in double quotes `{match.group()}` is an invisible control character"
                key = re.match(_ANY_QUOTE, self.document.lines[line])
                hint = BLOCK_HINT.format(key=key[1] or "text" if key else "text")
                hint += "; a block keeps backslashes as they are"
                self.found.append(Diagnostic("control-character", message, span, hint))


def _raw_control_characters(document: Document) -> Iterator[Diagnostic]:
    """The control characters that stand in the text itself, at most ten."""
    for count, match in enumerate(_CONTROL.finditer(document.text)):
        if count == 10:  # noqa: PLR2004 (a binary file has thousands)
            return
        message = f"the control character U+{ord(match.group()):04X} stands here, invisible"
        span = document.span_from(match.start())
        yield Diagnostic("control-character", message, span, "delete it, and type the text around it anew")


def _start_hint(line: str) -> str:
    """What to do about a plain text that begins with a character that YAML takes for its own."""
    match = re.match(_OWN_SYNTAX, line)
    if not match:
        return ""
    sign, rest = match[2].strip(), line[match.start(2) :]
    block = BLOCK_HINT.format(key=match[1]) if match[1] else ITEM_HINT
    if sign in {"[", "{"} and not rest.startswith("{{"):
        close = "]" if sign == "[" else "}"
        if rest.count(sign) <= rest.count(close):
            goes_on = re.match(rf"[^{close}]*\{close}\s*[^\s#,:\]}}]", rest)
            return f"a text cannot begin with `{sign}` here; {block}" if goes_on else ""
        return f"what opens with `{sign}` must close with `{close}`; or, if it is text, {block}"
    shown = "a backtick" if sign == "`" else f"`{sign}`"
    return f"a text cannot begin with {shown} here; {block}"


def _syntax(document: Document, error: YAMLError) -> Diagnostic:
    """The diagnostic for what libyaml cannot read, with the usual cause as its hint."""
    problem, mark = str(error), None
    if isinstance(error, MarkedYAMLError):
        problem, mark = error.problem or problem, error.problem_mark or error.context_mark
        if "quoted scalar" in (error.context or "") and error.context_mark:
            mark = error.context_mark
    if mark is None:
        return Diagnostic("yaml-syntax", f"YAML cannot read this file: {problem}", Span(document.path))
    number = min(mark.line, len(document.lines) - 1)
    slip = _slip(document.lines, number)
    if slip:
        line, start, message, hint = slip
        return Diagnostic("yaml-syntax", message, Span(document.path, line + 1, start + 1, start + 2), hint)
    above = next((text for text in reversed(document.lines[:number]) if text.strip()), "")
    message, hint = _explain(document.lines[number], above, mark.column, problem)
    column = mark.column
    if "escape" in problem and (wrong := re.search(_NO_ESCAPE, document.lines[number][column:])):
        column += wrong.start()
    span = Span(document.path, number + 1, column + 1, column + 2)
    return Diagnostic("yaml-syntax", message, span, hint)


def _slip(lines: list[str], number: int) -> tuple[int, int, str, str] | None:
    """The slip near a line (from 0) that libyaml stumbled at: its line, column, a message and a hint."""
    above = next((line for line in range(number - 1, -1, -1) if lines[line].strip()), number)
    below = min(number + 1, len(lines) - 1)
    places = {"anywhere": range(len(lines)), "around": (number, below, above), "before": (above, number)}
    places["until"] = range(number + 1)
    for where, pattern, message, hint in _SLIPS:
        for line in places[where]:
            if match := re.match(pattern, lines[line]):
                return line, match.start(1), message, hint
    if (outside := _outside_its_block(lines, number)) is not None:
        message = "this text stands outside the block that the `|` above it opens"
        start = len(lines[outside]) - len(lines[outside].lstrip())
        return outside, start, message, "indent the lines of a block further than its key"
    for line in (number, above):
        match, hint = re.match(_OWN_SYNTAX, lines[line]), _start_hint(lines[line])
        if match and hint:
            return line, match.start(2), "YAML reads the beginning of this text as its own syntax", hint
    return None


def _outside_its_block(lines: list[str], number: int) -> int | None:
    """The last line up to `number` (from 0) that is prose, not indented under the `|` or `>` before it."""
    found = None
    column = -1  # of the key whose block may be open
    for line, text in enumerate(lines[: number + 1]):
        if not text.strip():
            continue
        if header := re.match(r"^(\s*(?:- +)*)[\w-]+:\s*[|>][-+0-9]*\s*$", text):
            column = len(header[1])
            continue
        outside = len(text) - len(text.lstrip()) <= column
        if outside and not re.match(r"\s*(?:- |[\w-]+:(?:\s|$)|#|---)", text):
            found = line
        if outside:
            column = -1
    return found


def _explain(  # noqa: PLR0911 (one slip after the other)
    line: str, above: str, column: int, problem: str
) -> tuple[str, str]:
    """A message and a hint for a syntax error at a line's column (from 0), below the line `above`."""
    quoted = re.match(_ANY_QUOTE, line)
    key = quoted[1] or "text" if quoted else "text"
    if "escape" in problem:
        message = "a backslash in double quotes begins an escape, and this one is none"
        return message, BLOCK_HINT.format(key=key) + "; a block keeps backslashes as they are"
    if match := re.match(_QUOTES_IN_QUOTES, line):
        return "the quoted text ends before this", BLOCK_HINT.format(key=match[1]) if match[1] else ITEM_HINT
    if line[column : column + 1] in {'"', "'"}:
        return "a quote opens here and never closes", BLOCK_HINT.format(key=key)
    if "mapping values" in problem and (match := re.match(_COLON_IN_TEXT, line)):
        return (
            "a colon followed by a space cannot stand in a plain text",
            BLOCK_HINT.format(key=match[1]) if match[1] else ITEM_HINT,
        )
    if match := re.match(_COMMENT, above):
        message = "the text above ended at its ` #`, which begins a comment, so this line belongs to nothing"
        return message, BLOCK_HINT.format(key=match[1]) if match[1] else ITEM_HINT
    if "mapping values" in problem or "did not find expected" in problem or "could not find" in problem:
        hint = (
            "check the indentation: keys of one note begin in one column, a block's text further right; "
            "and every key needs its colon"
        )
        return "this line does not fit what stands above it", hint
    return f"YAML cannot read on here: {problem}", ""
