"""Keys that are indented too far, so that YAML reads them as part of the text above them."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from deckgen.patterns import pattern
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.diagnostics import Span
    from deckgen.source import Document, Mapping, Node

_HEADER = pattern(r"[|>][-+0-9]*\s*$")
_ONE_WORD = pattern(r"(?:true|false|\[[a-z0-9., -]+\])\s*$")
_ANY_KEY = pattern(r"\s*[a-z_]+:(?: |$)")
_FENCE = pattern(r"\s*(?:`{3}|~{3})")
_BEFORE = 200  # characters before an item, among which its hyphen is
_CODE = 4  # in Markdown, a line indented by so many columns more than its text is code


class Swallowed(NamedTuple):
    """A line of a text that looks like a key, which the text's mapping lacks.

    Attributes:
        key: The key; after a hyphen if a new item begins here.
        at: Its place.
        owner: The key of the text.
        owner_line: The line of the owner, from 1.
        column: The column of the mapping's keys, from 0; for a new item the column of the hyphens.
        opens: Whether its value is on the lines below it.
        certain: Whether it is hardly a line of prose; `example: a boat` may be one.
        value: The text after its colon.
    """

    key: str
    at: Span
    owner: str
    owner_line: int
    column: int
    opens: bool
    certain: bool
    value: str

    @property
    def message(self) -> str:
        """The message of a diagnostic about it."""
        what = "a new item" if self.key.startswith("-") else f"the key `{self.key}`"
        whose = f"`{self.owner}` (line {self.owner_line})"
        return f"this line looks like {what}, but it is part of the text of {whose}"

    @property
    def hint(self) -> str:
        """The hint of a diagnostic about it."""
        if self.key.startswith("-"):
            return (
                f"indent it by {self.column} spaces, like the item above, with its other keys "
                "under its first key"
            )
        rest = ", and indent the lines under it further" * self.opens
        return f"indent it by {self.column} spaces, like `{self.owner}`{rest}"


def find(
    document: Document,
    mapping: Mapping,
    keys: Collection[str],
    known: ReadOnly[str, Key | None] = MappingProxyType({}),
) -> tuple[Swallowed, ...]:
    """The lines in the blocks of a mapping that look like keys which the mapping lacks.

    If the mapping is an item, lines that look like the next item are included.

    Args:
        document: The document of the mapping.
        mapping: The mapping, with its texts.
        keys: All keys that it may have.
        known: The keys of the kind among them, by name; None for the rows of a table.
    """
    if not any(map(_may_hold_keys, mapping.entries.values())):  # as nearly everywhere
        return ()
    before = document.text[max(mapping.start - _BEFORE, 0) : mapping.start].rstrip(" ")
    hyphen = mapping.start - min(mapping.start, _BEFORE) + len(before) - 1
    is_item = before.endswith("-") and mapping.entries
    pattern = _pattern(tuple(keys), next(iter(mapping.entries)) if is_item else "")
    lines: dict[str, Swallowed] = {}
    for owner, start in zip(mapping.entries, mapping.starts, strict=True):
        text = mapping.entries[owner]
        if not isinstance(text, Scalar) or not _may_hold_keys(text):
            continue
        if pattern.search(document.text, text.start, text.end) is None:
            continue
        for each in _in_block(document, owner, start, text, pattern, known):
            if each.key.startswith("-"):
                lines.setdefault(each.key, each._replace(column=document.position(hyphen)[1]))
            elif each.key not in mapping.entries:
                key = known.get(each.key)
                is_choice = key is not None and each.value in key.values
                lines.setdefault(each.key, each._replace(certain=each.certain or is_choice))
    return tuple(lines.values())


def _may_hold_keys(text: Node) -> bool:
    """Whether a value is a block with a colon."""
    return type(text) is Scalar and ":" in text.value and text.style in {"|", ">"}


def without_swallowed(reader: NodeReader, mapping: Mapping, what: str, missing: list[str]) -> list[str]:
    """The missing keys except swallowed ones, which are reported at their lines."""
    lines = find(reader.document, mapping, missing)
    inside = [each for each in lines if each.key in missing]
    for each in inside:
        message = f"{what} lacks the key `{each.key}`: {each.message}"
        reader.report("missing-key", each.at, message, each.hint)
    reported = {each.key for each in inside}
    return [name for name in missing if name not in reported]


def takes_list(key: Key | None) -> bool:
    """Whether the value of a key is a list. None means the rows of a table."""
    return key is None or key.type.lists


@cache
def _pattern(keys: tuple[str, ...], first: str) -> re.Pattern[str]:
    """A pattern for lines that begin with one of some keys, or with a hyphen and an item's first key."""
    item = rf"|- +{re.escape(first)}" if first else ""
    return re.compile(rf"(?mi)^ *(?P<key>{'|'.join(map(re.escape, keys))}{item}):(?=[ \r\n]|\Z)")


def _in_block(
    document: Document,
    owner: str,
    start: int,
    text: Scalar,
    pattern: re.Pattern[str],
    known: ReadOnly[str, Key | None],
) -> Iterator[Swallowed]:
    """The lines of a block that look like keys, except code."""
    owner_line, column = document.position(start)
    end = text.start + len(document.text[text.start : text.end].rstrip())
    first, last = (document.position(offset)[0] for offset in (text.start, end))
    lines = document.lines[first + 1 : last + 1]
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    in_code = False
    for number, line in enumerate(lines):
        in_code ^= _FENCE.match(line) is not None
        match = None if in_code else pattern.match(line)
        if match is None or not margin <= _indent(line) < margin + _CODE or _indent(line) <= column:
            continue
        key, value = match["key"].lower(), line[match.end() :].strip()
        below = lines[number + 1] if number + 1 < len(lines) else ""
        opens = _HEADER.match(value) is not None
        if key != match["key"] and not opens:
            continue  # `Example: a boat` is prose
        if key.startswith("-"):
            certain = opens or (_indent(below) > _indent(line) and _ANY_KEY.match(below) is not None)
            if not certain:
                continue
        else:
            is_list = key in known and takes_list(known[key]) and below.lstrip().startswith("- ")
            opens |= not value and (_indent(below) > _indent(line) or is_list)
            certain = opens or _ONE_WORD.match(value) is not None
        span = document.span_from(document.offset(first + 2 + number, match.start("key") + 1), len(key))
        yield Swallowed(key, span, owner, owner_line + 1, column, opens, certain, value)


def _indent(line: str) -> int:
    """The number of spaces at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))
