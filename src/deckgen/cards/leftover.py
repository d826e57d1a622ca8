"""Signs of Markdown that have no effect, so that learners see them, and code made by indentation alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki import cloze
from deckgen.cards.markdown import events_of, prepared, unpaired
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.cards.protected import Protected

INDENTED = pattern(r"\n[ \t]*\n {4,}\S")
"""A line that may begin a block of code by its indentation alone."""
_SIGNS = pattern(r"\*+|`+|_{2,}|={2,}|~{2,}")
_BLOCKS = frozenset(["Paragraph", "Item", "TableCell", "Heading"])


class Left(NamedTuple):
    """A sign of Markdown that has no effect and is shown.

    Attributes:
        sign: The sign: `*`, `**`, `==`, …
        start: The offset in the text, in characters.
        block: The number of its paragraph, item or cell.
        before: The character before it; empty at the beginning of a line.
        after: The character after it; empty at the end of a line.
        half: Whether a part of the sign has an effect: `**so*`.
    """

    sign: str
    start: int
    block: int
    before: str
    after: str
    half: bool = False


def left_signs(text: str) -> Iterator[Left]:
    """The signs of emphasis, highlights and code in a text that mark nothing.

    Signs after a backslash are left out: they are meant to be shown.

    Args:
        text: Markdown, with or without clozes.
    """
    ready = prepared(text, cloze.read(text) if "{{c" in text else None)
    blocks = _visible_offsets(ready)
    pairs = iter(unpaired(ready) if "==" in text or "~~" in text else ())
    for match in _SIGNS.finditer(ready.text):
        sign = match[0]
        numbers = [blocks.get(place) for place in range(*match.span())]
        half = sign[0] == "*" and numbers[0] is not None and numbers[-1] is None
        if not half and (None in numbers or len(set(numbers)) > 1):
            continue
        if sign[0] in "=~" and not next(pairs, True):
            continue
        start, end = ready.offset(match.start()), ready.offset(match.end() - 1) + 1
        before, after = text[max(start - 1, 0) : start], text[end : end + 1]
        yield Left(sign, start, blocks[match.start()], before.strip("\n"), after.strip("\n"), half)


def indented_code(text: str) -> Iterator[tuple[int, str]]:
    """The blocks that are code only because they are indented further, each with its offset.

    Args:
        text: Markdown, with or without clozes.
    """
    if not INDENTED.search(text):
        return
    ready = prepared(text, cloze.read(text) if "{{c" in text else None)
    raw = ready.text.encode()
    for event, (start, end) in events_of(ready.text):
        if event == {"Start": {"CodeBlock": "Indented"}}:
            code = raw[start:end].decode()
            yield ready.offset(len(raw[:start].decode())), code


def _visible_offsets(ready: Protected) -> dict[int, int]:
    """The offsets of a prepared text that are shown as typed, each with the number of its block."""
    raw = ready.text.encode()
    visible: dict[int, int] = {}
    block = hidden = 0
    for event, (start, end) in events_of(ready.text):
        if isinstance(event, dict) and "Text" in event and not hidden:
            first = len(raw[:start].decode())
            offsets = range(first, first + len(raw[start:end].decode()))
            escaped = start > 0 and raw[start - 1 : start] == b"\\"
            visible |= dict.fromkeys(offsets[escaped:], block)
        elif isinstance(event, dict):
            mark = event.get("Start") or event.get("End")
            name = mark if isinstance(mark, str) else next(iter(mark)) if isinstance(mark, dict) else ""
            block += name in _BLOCKS
            if name in {"Image", "CodeBlock", "HtmlBlock"}:
                hidden += 1 if "Start" in event else -1
    return visible
