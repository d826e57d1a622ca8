"""The lines that the HTML of a field shows: their words, with the marks of each, and where they stand.

Two pieces of HTML that show the same have the same lines, in whatever way they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from deckgen.commands.from_html.lifted import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = frozenset(["ul", "ol"])


class Style(NamedTuple):
    """A mark of text: an element in a line.

    Attributes:
        name: The name of the element: `b`, `i`, `u`, `s`, `mark`, `a`, `span` …
        attributes: Its attributes.
        level: How many elements of its name are around it, for those that add up, such as `sub`.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    level: int = 0


class Picture(NamedTuple):
    """An image.

    Attributes:
        path: Its path in the source.
        alt: What it shows; mostly empty.
        attributes: Its other attributes.
    """

    path: str
    alt: str
    attributes: tuple[tuple[str, str], ...] = ()


class Box(NamedTuple):
    """An element that lines stand in, such as a list, an item, a cell or a heading.

    Attributes:
        name: The name of the element.
        attributes: Its attributes.
        ident: Its number among the elements of the field.
        number: The number that an item of a numbered list shows; 0 for any other element.
    """

    name: str
    attributes: tuple[tuple[str, str], ...]
    ident: int
    number: int = 0


Content: TypeAlias = str | Mark | Picture


class Run(NamedTuple):
    """A piece of a line with its styles."""

    content: Content
    styles: frozenset[Style]


@dataclass
class Line:
    """A line.

    Attributes:
        path: The elements that it stands in.
        gap: What is between it and the line before: 0 for another element, 1 for a line break, 2 for an
            empty line.
        runs: Its pieces.
    """

    path: tuple[Box, ...]
    gap: int
    runs: list[Run] = field(default_factory=list)


PLAIN: frozenset[Style] = frozenset()
_MERGED = frozenset(["ul", "ol"])  # two lists in a row look like one


def is_cloze(content: Content) -> bool:
    """Whether a piece of a line is a mark of a cloze."""
    return isinstance(content, Mark) and content.kind in {"open", "hint", "close"}


def same(one: list[Line], other: list[Line]) -> bool:
    """Whether two lists of lines show the same text with the same marks."""
    return len(one) == len(other) and list(_seen(one)) == list(_seen(other))


def _seen(lines: list[Line]) -> Iterator[tuple[object, ...]]:
    """What is seen of each line, for comparing."""
    last: tuple[Box, ...] = ()
    for line in lines:
        place = []
        is_new = False
        for depth, box in enumerate(line.path):
            is_new = is_new or depth >= len(last) or last[depth].ident != box.ident
            place.append((box.name, box.attributes, box.number, is_new and box.name not in _MERGED))
            is_new = is_new and box.name not in _MERGED
        last = line.path
        yield tuple(place), line.gap, [(_bare(content), styles) for content, styles in line.runs]


def _bare(content: Content) -> Content:
    """A piece of a line without what differs only in writing."""
    if not isinstance(content, Mark):
        return content
    value = content.value
    if content.kind in {"formula", "display"}:
        # the formula itself is copied; braces are put around a cloze in it, and between other marks
        value = "".join(value.split()).replace("{", "").replace("}", "")
    if content.kind == "latex":
        value = "\n".join(line.strip() for line in value.split("\n"))  # in a list, its lines are indented
    return Mark(content.kind, value, "")
