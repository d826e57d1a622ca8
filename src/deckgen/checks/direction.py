"""A rule about invisible characters that change the direction of a text."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.source import Document

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDES = "\u202d\u202e"
_ISOLATES = "\u2066\u2067\u2068"
_ENOUGH = 1000  # diagnostics of one file; nobody types more of them
_END, _END_OF_ISOLATE = "\u202c", "\u2069"


def direction_override(context: RuleContext) -> Iterator[Diagnostic]:
    """An override of the text direction, or an embedding or isolate not closed in its line (UAX 9, 3.3)."""
    documents = {note.chapter.document.path: note.chapter.document for note in context.deck.notes}
    for document in (context.deck.document, *documents.values()):
        if document.text.isascii() or not _TURNS.search(document.text):
            continue
        yield from islice(_in_lines(document), _ENOUGH)


def _in_lines(document: Document) -> Iterator[Diagnostic]:
    for number, line in enumerate(document.lines, 1):
        if not line.isascii():
            for column, message, hint in _turns(line):
                span = Span(document.path, number, column + 1, column + 2)
                yield Diagnostic("direction-override", message, span, hint)


def _turns(line: str) -> Iterator[tuple[int, str, str]]:
    """The problems of direction in a line, each as (column from 0, message, hint)."""
    still_open: list[tuple[str, int]] = []
    isolates = 0
    for match in _TURNS.finditer(line):
        sign = match.group()
        if sign == _END:
            if still_open and still_open[-1][0] not in _ISOLATES:
                still_open.pop()
        elif sign == _END_OF_ISOLATE:
            while isolates and still_open.pop()[0] not in _ISOLATES:
                pass  # it also ends the embeddings inside it
            isolates -= bool(isolates)
        else:
            isolates += sign in _ISOLATES
            still_open.append((sign, match.start()))
            if sign in _OVERRIDES:
                message = f"an invisible character ({_name(sign)}) shows the text after it back to front"
                yield match.start(), message, "delete it"
    for sign, column in still_open:
        if sign not in _OVERRIDES:
            end = _END_OF_ISOLATE if sign in _ISOLATES else _END
            message = (
                f"an invisible character ({_name(sign)}) changes the text direction up to the end of the line"
            )
            hint = (
                "delete it, because Arabic and Hebrew find their direction without it; or "
                f"close it with {_name(end)}"
            )
            yield column, message, hint


def _name(sign: str) -> str:
    return f"U+{ord(sign):04X}"
