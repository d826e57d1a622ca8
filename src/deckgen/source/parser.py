"""The parser: from libyaml's events to nodes with positions.

Every scalar keeps the text as written. YAML features that a deck does not need are reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from deckgen.diagnostics import CallError, Diagnostic, Diagnostics, Span
from deckgen.patterns import pattern
from deckgen.source.files import MAX_BYTES, load
from deckgen.source.nodes import _ESCAPE, ODD, Document, Mapping, Node, Scalar, Sequence
from deckgen.source.wording import LONG_ENOUGH, OWN, block_hint

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
        "this Python's PyYAML has no libyaml, and its own parser reads some texts differently",
        "install the PyYAML wheel: pip install --force-reinstall --only-binary :all: pyyaml",
    ) from error

MAX_DEPTH = 40
_KEYS_OF_A_CHAPTER = 20  # a file with more keys is not one chapter below another


_CONTROL = pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CONTROL_ESCAPE = (
    r"\\(?:[0abtvfreNLP\t]|x[01][0-9a-fA-F]|x7[fF]|x[89][0-9a-fA-F]|u00[01][0-9a-fA-F]"
    r"|n(?=(?:abla|eq|eg|e|i|ot|u|mid|leq|geq|parallel|earrow|subseteq)\b))"
)
_ANY_QUOTE = pattern(r"\s*(?:- +)*(?:(?P<name>[\w-]+):[ ]+|(?<=- ))[\"']")


_Event: TypeAlias = Any  # libyaml's events have no common attributes


def read(path: Path, shown: str, within: Path, most: int = MAX_BYTES) -> tuple[Document, Diagnostics]:
    """Read a file of the source as YAML.

    Args:
        path: The file.
        shown: Its path, as in diagnostics.
        within: The folder that must contain it after links are followed, resolved.
        most: Its largest size, in bytes.

    Returns:
        The document, and the YAML diagnostics of the file. A file that cannot be read has a document
        without a root.
    """
    text, fault = load(path, shown, within, most)
    return parse(text, shown, fault)


def parse(text: str, shown: str, fault: Diagnostic | None = None) -> tuple[Document, Diagnostics]:
    """The document and the diagnostics of a YAML text, as `load` gives it; `shown` as for `read`."""
    if fault:
        return Document(shown, text, incomplete=True), Diagnostics([fault])
    document = Document(shown, text)
    composer = _Composer(document)
    try:
        document.root = composer.compose()
    except ReaderError:
        document.incomplete = True
        composer.diagnostics += control_characters(document)
    except YAMLError as error:
        document.incomplete = True
        problem = _syntax(document, error)
        if all(problem.span.line != earlier.span.line for earlier in composer.diagnostics):
            composer.diagnostics.append(problem)
    return document, composer.diagnostics


class _Composer:
    """A builder of nodes from libyaml's events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.diagnostics = Diagnostics()
        self.odd_line = -1
        self.two_in_one: Mapping | None = None
        """A mapping with the keys of two items, already reported."""

    def compose(self) -> Node | None:  # noqa: C901, PLR0912, PLR0915 (one loop, unrolled for speed)
        """The root node; None for an empty document."""
        text = self.document.text
        get_event: Callable[[], Any] = CParser(text).get_event
        top = Sequence(0)
        stack: list[tuple[Sequence | Mapping, str | None]] = []
        container: Sequence | Mapping = top
        key: str | None = None  # the key of the current mapping that still has no value
        key_start = 0
        node: Node
        while True:
            event = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                start, tag = event.start_mark.index, event.tag
                if event.anchor or (tag and not event.implicit[0] and not event.implicit[1]):
                    self._decorated(event)
                if key is None and type(container) is Mapping:
                    key, key_start = event.value, start
                    continue
                style = event.style
                node = Scalar(event.value, start, event.end_mark.index, style or "")
                if tag and not event.value:
                    node.value = tag  # it has been reported; the text must not be reported as empty, too
                if style == '"' and "\\" in text[start : node.end]:
                    self._escapes(node)
                if type(container) is Mapping and key is not None and key not in container.entries:
                    container.entries[key] = node
                    container.starts.append(key_start)
                    key = None
                    continue
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
                    message = "a line `---` starts a new document here, so the rest would not be read"
                    hint = (
                        "delete the line; if it is meant as a horizontal line on a card, indent "
                        "it like the text"
                    )
                    self._report("yaml-documents", message, event, hint)
                    self.document.incomplete = True
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
                    self._repeated_key(container, key, key_start)
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
                message = f"lists and keys are nested more than {MAX_DEPTH} levels deep"
                hint = "check for an extra hyphen or bracket; if it is text, write it as a block"
                self._report("too-deep", message, event, hint)
                self.document.incomplete = True
                return None

    def _repeated_key(self, mapping: Mapping, key: str, start: int) -> None:
        """Report a repeated key; it keeps its first value."""
        first_key = next(iter(mapping.entries))
        if key == ODD or (mapping is self.two_in_one and key != first_key):
            return
        if self.diagnostics.full("duplicate-key", self.document.path):
            self.diagnostics.count("duplicate-key", self.document.path)
            return
        if inside := self._item_in_text(mapping, first_key):
            self.two_in_one = mapping
            self.diagnostics.append(inside)
            return
        first = self.document.key_span(mapping, key).line
        message = f"the key `{key}` is repeated; the first one is on line {first}"
        hint = "keep one of the two, or put both texts under one"
        if key == first_key and self.document.text.endswith("- ", 0, mapping.start):
            line, column = self.document.position(self.document.text.rfind("-", 0, mapping.start))
            hint = f"if a new item begins here, add a hyphen: `{' ' * column}- {key}: …`"
            hint += f", in the same column as the hyphen on line {line + 1}"
            self.two_in_one = mapping
        elif key == first_key and self._second_chapter(mapping, start):
            hint = "if another chapter begins here, move everything from this line on to a separate file"
            self.two_in_one = mapping
        self.diagnostics.append(
            Diagnostic("duplicate-key", message, self.document.span_of_key(start, key), hint)
        )

    def _second_chapter(self, mapping: Mapping, start: int) -> bool:
        """Whether a repeated first key of the file is followed by other repeated keys of the file."""
        if len(mapping.entries) > _KEYS_OF_A_CHAPTER:
            return False
        again = re.findall(r"(?m)^([\w-]+):", self.document.text[start:])[1:]
        return mapping.start == self.document.text.find(next(iter(mapping.entries))) and any(
            name in mapping.entries for name in again
        )

    def _item_in_text(self, mapping: Mapping, first_key: str) -> Diagnostic | None:
        """A diagnostic for a next item that begins inside the text of the last key; None if there is none."""
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
        hint = f"indent it by {self.document.position(hyphen)[1]} spaces, like the item above"
        return Diagnostic("duplicate-key", message, self.document.span_from(item.start(1)), hint)

    def _odd_key(self, node: Node, mapping: Mapping) -> str:
        """A stand-in for a key that is not a text, which is reported."""
        from deckgen.source import syntax_errors  # noqa: PLC0415 (it takes time, and most files need it not)

        line, _ = self.document.position(mapping.start)
        at = mapping.start if self.document.position(node.start)[0] == line else node.start
        line, column = self.document.position(at)
        hint = syntax_errors.start_hint(self._line(at), self._above(at))
        above = self.document.lines[line - 1] if line else ""
        if not hint and (indent := len(above) - len(above.lstrip())) > column:
            hint = f"if it continues the text above, put {indent} spaces before it"
        # an alias is already reported, and a second such key on the same line has the same cause
        if not isinstance(node, Scalar) and line != self.odd_line:
            self.odd_line = line
            self.diagnostics.append(Diagnostic("yaml-syntax", OWN, self.document.span_from(at), hint))
        self.document.incomplete = True
        return ODD

    def _decorated(self, event: _Event) -> None:
        """Report an anchor or a tag on a node."""
        from deckgen.source import syntax_errors  # noqa: PLC0415 (it takes time, and most files need it not)

        hint = syntax_errors.start_hint(self._line(event.start_mark.index))
        if event.anchor:
            self._report("yaml-alias", f"`&{event.anchor}` is a YAML anchor", event, hint)
        else:
            self._report("yaml-tag", f"`{event.tag}` is a YAML tag", event, hint)

    def _above(self, offset: int) -> str:
        """The beginning of the line above the line of an offset."""
        line, _ = self.document.position(offset)
        return self.document.lines[line - 1][:LONG_ENOUGH] if line else ""

    def _line(self, offset: int) -> str:
        """The beginning of the line of an offset."""
        line, _ = self.document.position(offset)
        return self.document.lines[line][:LONG_ENOUGH]

    def _report(self, code: str, message: str, event: _Event, hint: str = "") -> None:
        """Report something at the beginning of an event."""
        span = self.document.span_from(event.start_mark.index)
        self.diagnostics.append(Diagnostic(code, message, span, hint))

    def _escapes(self, scalar: Scalar) -> None:
        """Report escapes in double quotes that make control characters, as in a formula's beta."""
        text = self.document.text
        either = re.compile(f"({_CONTROL_ESCAPE})|{_ESCAPE}")
        escapes = either.finditer(text, scalar.start + 1, scalar.end - 1)
        for match in escapes:
            if not match[1]:
                continue
            if self.diagnostics.full("control-character", self.document.path):
                more = 1 + sum(each.lastindex is not None for each in escapes)
                self.diagnostics.count("control-character", self.document.path, more)
                return
            span = self.document.span_from(match.start(), len(match[1]))
            message = f"in double quotes, `{match[1]}` means an invisible control character"
            key = _ANY_QUOTE.match(self._line(match.start()))
            hint = f"{block_hint(key)}; a block keeps backslashes as they are"
            self.diagnostics.append(Diagnostic("control-character", message, span, hint))


def control_characters(document: Document) -> Iterator[Diagnostic]:
    """Diagnostics of the control characters in a text, at most ten."""
    for count, match in enumerate(_CONTROL.finditer(document.text)):
        if count == 10:  # noqa: PLR2004 (a binary file has thousands)
            return
        message = f"there is an invisible control character here (U+{ord(match.group()):04X})"
        span = document.span_from(match.start())
        yield Diagnostic("control-character", message, span, "delete it, and retype the text around it")


def _syntax(document: Document, error: YAMLError) -> Diagnostic:
    """The diagnostic of a text that libyaml cannot read, with a hint about the usual cause."""
    problem, mark = str(error), None
    if isinstance(error, MarkedYAMLError):
        problem, mark = error.problem or "", error.problem_mark or error.context_mark
        context = error.context_mark if "quoted scalar" in (error.context or "") else None
        if context and not (mark and "escape" in problem and context.line != mark.line):
            mark = context
    if mark is None:
        return Diagnostic("yaml-syntax", "YAML cannot read this file", Span(document.path))
    number = min(mark.line, len(document.lines) - 1)
    from deckgen.source import syntax_errors  # noqa: PLC0415 (it takes time, and most files need it not)

    fault = syntax_errors.find(document.lines, number, mark.column, problem, document.odd_ends)
    span = Span(document.path, fault.line + 1, fault.column + 1, fault.column + 2)
    return Diagnostic("yaml-syntax", fault.message, span, fault.hint)
