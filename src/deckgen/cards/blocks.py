"""Lists, headings and quotations that Markdown finds, and those that the author hardly meant as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Events: TypeAlias = "Sequence[tuple[Any, tuple[int, int]]]"
"""Markdown's events for a text, with start and end in bytes of UTF-8."""

DEEP = 10
"""Lists that are nested deeper are not checked."""
_BLOCKS = frozenset(["Paragraph", "CodeBlock", "BlockQuote", "Table", "Heading"])
NUMBER = pattern(r"(\d{1,9})[.)]")
"""The number and sign of an item of a numbered list."""
_SIGN = pattern(r"[ \t]*\d{0,9}([-+*#>.)])")


def _within(events: Events, number: int) -> Iterator[tuple[Any, tuple[int, int]]]:
    """The events within a list. `number` is the index of the list's first event."""
    list_span = events[number][1]
    for place in range(number + 1, len(events)):
        event, span = events[place]
        if span[0] >= list_span[1] or (span == list_span and is_list(event, "End")):
            return
        yield event, span


def items(events: Events, number: int) -> list[int]:
    """The offsets of the items of a list. `number` is the index of the list's first event."""
    starts, depth = [], 0
    for event, span in _within(events, number):
        if not isinstance(event, dict):
            continue
        if event.get("Start") == "Item" and not depth:
            starts.append(span[0])
        depth += is_list(event) - is_list(event, "End")
    return starts


def plain_signs(text: str, events: Events) -> Iterator[int]:
    """The offsets of signs that Markdown reads as a block, although the author hardly meant one.

    Such a block is an empty list, heading or quotation, or a list of one item with a number or a `+`: for
    example `7. Lebensjahr`, `1. 1. 1900`, `+ 3 dioptres`, or a cell that contains only `-`.

    Args:
        text: The text that Markdown has read.
        events: Markdown's events for the text, with offsets in bytes of UTF-8.

    Yields:
        The offsets in characters of the `.` or `)` after the number, or of the sign.
    """
    raw = text.encode()

    def place(offset: int) -> int:
        return len(raw[:offset].decode())

    depth = 0
    blocks = _top_level(events)
    # The number after the last item of each numbered list, and minus the number of its first: a list that
    # continues the numbers of another one, or is continued by one, is a part of a split list.
    neighbors = {number for _, each in blocks if each for number in (each.stop, -each.start)}
    for number, (event, span) in enumerate(events):
        start = event.get("Start") if isinstance(event, dict) else None
        name = next(iter(start)) if isinstance(start, dict) else start
        depth += (name == "List") - is_list(event, "End")
        places: list[int] = []
        if name == "List":
            if depth > DEEP:
                continue
            places = items(events, number)
            # a part of a list that a paragraph splits
            first = start["List"] if isinstance(start, dict) else None
            if (
                depth == 1 and first is not None and {first, -first - len(places)} & neighbors
            ) or not _begins_nothing(raw, events, number, places):
                continue
        elif name in {"Heading", "BlockQuote"}:
            following = events[number + 1][0]
            alone = (
                name == "Heading"
                and [name for name, _ in blocks] == ["Heading"]
                and raw[span[0] : span[0] + 2] == b"# "
            )
            places = [span[0]] if alone or (isinstance(following, dict) and "End" in following) else []
        for at in places:
            match = _SIGN.match(raw[at : at + 20].decode(errors="replace"))
            yield from [place(at) + match.start(1)] if match else []


def _top_level(events: Events) -> list[tuple[str, range]]:
    """The top-level blocks of a text: their names, and the numbers of a numbered list."""
    blocks: list[tuple[str, range]] = []
    end = -1
    for number, (event, span) in enumerate(events):
        start = event.get("Start") if isinstance(event, dict) else None
        if start is not None and span[0] >= end:
            first = start.get("List") if isinstance(start, dict) else None
            last = first + len(items(events, number)) if first is not None else 0
            name = next(iter(start)) if isinstance(start, dict) else start
            blocks.append((name, range(first or 0, last)))
            end = span[1]
    return blocks


def _begins_nothing(raw: bytes, events: Events, number: int, items: list[int]) -> bool:
    """Whether a list was hardly meant as one: all its items are empty, or it has one item with a number."""
    if all(event in ({"Start": "Item"}, {"End": "Item"}) for event, _ in _within(events, number)):
        return True
    if len(items) != 1 or not _is_one_line(events, number):
        return False
    has_number = events[number][0]["Start"]["List"] is not None
    return has_number or raw[items[0] : items[0] + 1] == b"+" or is_list(events[number + 2][0])


def is_list(event: Any, which: str = "Start") -> bool:  # noqa: ANN401 (an event has one of many shapes)
    """Whether an event begins a list, or ends one."""
    what = event.get(which) if isinstance(event, dict) else None
    return isinstance(what, dict) and "List" in what


def _is_one_line(events: Events, number: int) -> bool:
    """Whether a list holds nothing, one line of text, or only another list."""
    lists = 0
    for event, _ in _within(events, number):
        start = event.get("Start") if isinstance(event, dict) else None
        if not _BLOCKS.isdisjoint(start if isinstance(start, dict) else [start]):
            return False
        lists += is_list(event)
    return lists == is_list(events[number + 2][0])
