"""A difference as text for a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from deckgen.commands.diff.sections import pieces
from deckgen.diagnostics import visible
from deckgen.diagnostics.terminal import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from deckgen.commands.diff.sections import Item, Outline
    from deckgen.commands.diff.words import Piece

FEW = 20
"""How many entries of a section are shown if nothing else is said."""
_NARROWEST = 30
_SPLIT = re.compile(
    r"\s+|[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+"
)
_SIGNS = {"+": "new", "-": "gone", "~": "changed"}
_SORTS = {"=": "", "-": "old", "+": "fresh"}


class Screen(NamedTuple):
    """The terminal or file that text is written for.

    Attributes:
        width: The most columns of a line; 0 for any number.
        paint: Colors a text; its second argument is "heading", "new", "gone", "changed", "old" or "fresh".
            None where there are no colors: then `[-…-]` and `{+…+}` stand around words.
    """

    width: int = 0
    paint: Callable[[str, str], str] | None = None


def text(found: Outline, screen: Screen, most: int = FEW) -> str:
    """A difference as text.

    Args:
        found: The difference.
        screen: What it is written for.
        most: How many entries of each section are shown.
    """
    paint = screen.paint or (lambda words, _: words)
    lines = [paint(visible(found.title), "heading")]
    lines += _wrapped([(found.totals, "")], screen, "", "  ")
    for remark in found.remarks:
        lines += _wrapped([(f"note: {visible(remark)}", "")], screen, "", "  ")
    if not found.sections:
        lines.append(found.summary)
    for section in found.sections:
        lines += ["", paint(section.heading, "heading")]
        if section.remark:
            lines += _wrapped([(section.remark, "")], screen, "  ", "  ")
        for item in section.items[:most]:
            lines += _entry(item, screen)
        if more := len(section.items) - most:
            lines += [f"  … and {more:,} more"] if more > 0 else []
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _entry(item: Item, screen: Screen) -> Iterator[str]:
    """The lines of an entry."""
    sort = _SIGNS[item.sign]
    head = [(f"{item.sign} {visible(item.name)}", sort), (f"  {visible(item.what)}", "")]
    yield from _wrapped(head, screen, "  ", "    ")
    for change in item.fields:
        shown = pieces(change)
        what = [(f"{visible(change.name)}: ", "heading")]
        if not shown:
            what.append(("only its HTML differs", ""))
        yield from _wrapped([*what, *_styled(shown, screen)], screen, "    ", "      ")


def _styled(shown: Iterable[Piece], screen: Screen) -> Iterator[tuple[str, str]]:
    """The pieces of a field with their styles, or with signs around them where there are no colors."""
    for sort, words in shown:
        clean = visible(words)
        inner = clean.lstrip(" ")
        blank = clean[: len(clean) - len(inner)]
        if sort == "=":
            yield clean, ""
        elif screen.paint:
            yield blank, ""
            yield inner, _SORTS[sort]
        else:
            yield blank + (f"[-{inner}-]" if sort == "-" else f"{{+{inner}+}}"), ""


def _wrapped(parts: Iterable[tuple[str, str]], screen: Screen, first: str, indent: str) -> list[str]:
    """Lines of styled texts, broken between words.

    Args:
        parts: The texts, each with its style.
        screen: What they are written for.
        first: What the first line begins with.
        indent: What the others begin with.
    """
    width = max(screen.width, _NARROWEST) if screen.width else 0
    lines: list[list[tuple[str, str]]] = [[(first, "")]]
    used, wait = len(first), ""
    for words, style in parts:
        for chunk in _SPLIT.findall(words):
            if chunk.isspace():
                wait += chunk
                continue
            size = columns(chunk)
            if width and used + len(wait) + size > width and used > len(indent):
                lines.append([(indent, "")])
                used, wait = len(indent), ""
            # a blank has the style of the words around it
            same = lines[-1][-1][1] == style
            lines[-1] += [(wait + chunk, style)] if same else [(wait, ""), (chunk, style)]
            used += len(wait) + size
            wait = ""
    return ["".join(_painted(line, screen)) for line in lines]


def _painted(line: list[tuple[str, str]], screen: Screen) -> Iterator[str]:
    """The texts of a line; neighbours of one style are painted together."""
    run, style = "", ""
    for words, other in [*line, ("", None)]:
        if other != style:
            if run:
                yield screen.paint(run, style) if style and screen.paint else run
            run, style = "", other or ""
        run += words
