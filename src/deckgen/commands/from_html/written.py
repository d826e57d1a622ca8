"""Lines as Markdown: paragraphs, lists, headings, tables. What Markdown cannot say is a block of HTML."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards import html
from deckgen.cards.blocks import DEEP
from deckgen.commands.from_html.escapes import Care
from deckgen.commands.from_html.inline import inline
from deckgen.commands.from_html.lifted import Mark
from deckgen.commands.from_html.lines import LISTS, Line, is_cloze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.commands.from_html.lines import Box

_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_PARAGRAPH = 2


class Written(NamedTuple):
    """A text in Markdown, and whether a block of HTML is in it."""

    text: str
    has_html: bool


class _NoMarkdownError(Exception):
    """Markdown cannot say it."""


def written(lines: Sequence[Line], care: Care, *, clozes: bool) -> Written:
    """Lines as Markdown.

    Args:
        lines: The lines.
        care: How the text is written; with `Care.BLOCK`, all elements are HTML.
        clozes: Whether the field has clozes.
    """
    blocks: list[str] = []
    has_html = False
    for group in _groups(lines):
        in_boxes = any(line.path for line in group)
        if care is not Care.BLOCK or not in_boxes:
            try:
                blocks += _blocks(group, 0, min(care, Care.TAGS), clozes=clozes)
                continue
            except _NoMarkdownError:
                pass
        blocks.append(_html(group, clozes=clozes))
        has_html = has_html or in_boxes
    return Written("\n\n".join(blocks), has_html)


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """The blocks at the top: paragraphs, and elements with all lines in them.

    Blocks belong together if a cloze goes on from one to the next.
    """
    groups: list[list[Line]] = []
    depth = 0
    last: object = None
    for line in lines:
        top = _list_or_ident(line.path[0]) if line.path else 0
        if depth or (groups and top == last):
            groups[-1].append(line)
        else:
            groups.append([line])
        last = top
        depth += _opened(line)
    return groups


def _list_or_ident(box: Box) -> object:
    """What tells a block from the next one; two lists in a row are one."""
    return (box.name, box.attributes) if box.name == "ul" else box.ident


# Markdown


def _blocks(lines: Sequence[Line], depth: int, care: Care, *, clozes: bool) -> list[str]:
    """The blocks of lines, from a depth of their paths on.

    Raises:
        _NoMarkdownError: Markdown cannot say it.
    """
    blocks: list[str] = []
    for key, each in groupby(
        lines, lambda line: _list_or_ident(line.path[depth]) if len(line.path) > depth else 0
    ):
        group = list(each)
        if key == 0:
            blocks += _paragraphs(group, care, clozes=clozes)
            continue
        blocks.append(_block(group, depth, care, clozes=clozes))
    return blocks


def _block(lines: list[Line], depth: int, care: Care, *, clozes: bool) -> str:
    """An element with all lines in it."""
    box = lines[0].path[depth]
    if _is_split(lines) or (box.attributes and box.name not in LISTS):
        raise _NoMarkdownError
    if box.name in LISTS:
        return _list(lines, depth, care, clozes=clozes)
    if box.name == "table":
        return _table(lines, depth, care, clozes=clozes)
    if box.name == "blockquote":
        inner = "\n\n".join(_blocks(lines, depth + 1, care, clozes=clozes))
        return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    if len(lines) > 1 or len(lines[0].path) > depth + 1:
        raise _NoMarkdownError
    if box.name in _HEADINGS:
        return f"{_HEADINGS[box.name]} {inline(lines[0].runs, care, clozes=clozes)}"
    if box.name == "pre":
        return _code(lines[0])
    if box.name == "hr":
        return "---"
    raise _NoMarkdownError


def _is_split(lines: list[Line]) -> bool:
    """Whether a cloze begins in one element and ends in another."""
    depth = 0
    path = lines[0].path
    for line in lines:
        if depth and line.path != path:
            return True
        path = line.path
        depth += _opened(line)
    return depth != 0


def _opened(line: Line) -> int:
    """How many clozes are open after a line that were not open before it."""
    kinds = [run.content.kind for run in line.runs if isinstance(run.content, Mark)]
    return kinds.count("open") - kinds.count("close")


def _paragraphs(lines: list[Line], care: Care, *, clozes: bool) -> list[str]:
    """Lines that are in no further element, as paragraphs with line breaks."""
    paragraphs: list[str] = []
    depth = 0
    for line in lines:
        text = inline(line.runs, care, clozes=clozes)
        if not paragraphs or (line.gap == _PARAGRAPH and not depth) or not line.gap:
            paragraphs.append(text)
        else:
            paragraphs[-1] += f"{'<br>' * (line.gap - 1)}\\\n{text}"
        depth += _opened(line)
    return paragraphs


def _list(lines: list[Line], depth: int, care: Care, *, clozes: bool) -> str:
    """A list with all its items."""
    box = lines[0].path[depth]
    start = dict(box.attributes).get("start", "1") if box.name == "ol" else ""
    if (
        any(name != "start" for name, _ in box.attributes)
        or depth > 2 * DEEP
        or (start and not start.isdigit())
    ):
        raise _NoMarkdownError
    items: list[str] = []
    is_loose = False
    for _, each in groupby(
        lines, lambda line: line.path[depth + 1].ident if len(line.path) > depth + 1 else 0
    ):
        group = list(each)
        item = group[0].path[depth + 1] if len(group[0].path) > depth + 1 else None
        if item is None or item.name != "li" or item.attributes:
            raise _NoMarkdownError
        marker = f"{item.number}. " if box.name == "ol" else "- "
        blocks = _blocks(group, depth + 2, care, clozes=clozes)
        tight = "\n".join(blocks) if _is_tight(group, depth, blocks) else "\n\n".join(blocks)
        is_loose = is_loose or "\n\n" in tight
        indent = " " * len(marker)
        items.append(re.sub(r"\n(?=[^\n])", f"\n{indent}", f"{marker}{tight}").rstrip(" "))
    return ("\n\n" if is_loose else "\n").join(items)


def _is_tight(group: list[Line], depth: int, blocks: list[str]) -> bool:
    """Whether an item is one paragraph with at most one list below it."""
    below = {line.path[depth + 2].name for line in group[1:] if len(line.path) > depth + 2}
    return len(blocks) <= _PARAGRAPH and below <= LISTS and len(group[0].path) == depth + 2


def _code(line: Line) -> str:
    """A block of code."""
    if any(styles or not (isinstance(content, str) or is_cloze(content)) for content, styles in line.runs):
        raise _NoMarkdownError
    text = "".join(
        content if isinstance(content, str) else content.raw if isinstance(content, Mark) else ""
        for content, _ in line.runs
    )
    fence = "`" * max(3, *(len(match) + 1 for match in ["", *re.findall("`+", text)]))
    return f"{fence}\n{text}\n{fence}"


def _table(lines: list[Line], depth: int, care: Care, *, clozes: bool) -> str:
    """A table whose first row is its head."""
    rows: list[str] = []
    columns = 0
    for _, each in groupby(
        lines, lambda line: line.path[depth + 1].ident if len(line.path) > depth + 1 else 0
    ):
        row = list(each)
        names = {line.path[depth + 2].name if len(line.path) == depth + 3 else "" for line in row}
        if names != {"td" if rows else "th"} or any(
            box.attributes for line in row for box in line.path[depth + 1 :]
        ):
            raise _NoMarkdownError
        cells = [_cell(list(cell), care, clozes=clozes) for _, cell in groupby(row, lambda line: line.path)]
        columns = columns or len(cells)
        if len(cells) != columns:
            raise _NoMarkdownError
        rows.append(f"| {' | '.join(cells)} |")
        if len(rows) == 1:
            rows.append(f"|{'---|' * columns}")
    return "\n".join(rows)


def _cell(lines: list[Line], care: Care, *, clozes: bool) -> str:
    """A cell, with its lines in one."""
    parts = []
    for line in lines:
        parts += ["<br>" * line.gap, inline(line.runs, care, clozes=clozes, cell=True)]
    return "".join(parts)


# HTML


def _html(lines: list[Line], *, clozes: bool) -> str:
    """Lines as HTML: one block that Markdown leaves as it is."""
    parts: list[str] = []
    path: tuple[Box, ...] = ()
    is_block = bool(lines[0].path)
    for line in lines:
        shared = 0
        while shared < min(len(path), len(line.path)) and path[shared].ident == line.path[shared].ident:
            shared += 1
        parts += (f"</{box.name}>" for box in reversed(path[shared:]) if box.name not in html.VOID)
        if line.path == path:
            parts.append("<br>" * line.gap)
        for box in line.path[shared:]:
            new_line = (
                "\n"
                if is_block and parts and box.name in {"tr", "li", "dt", "dd", "table", "ul", "ol"}
                else ""
            )
            parts.append(new_line + html.written(html.Tag(box.name, dict(box.attributes), 0, 0)))
        path = line.path
        care = Care.BLOCK if is_block else Care.TAGS
        text = inline(line.runs, care, clozes=clozes)
        parts.append(text.replace("\n", "&#10;") if any(box.name == "pre" for box in path) else text)
    parts += (f"</{box.name}>" for box in reversed(path) if box.name not in html.VOID)
    return "".join(parts)
