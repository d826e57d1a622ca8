"""A line as Markdown: its styles as marks or tags, its clozes, images, sounds and formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki import verbatim
from deckgen.cards import html
from deckgen.cards.arrival import IS_WIDE
from deckgen.commands.from_html.escapes import Care, escaped
from deckgen.commands.from_html.lifted import Mark
from deckgen.commands.from_html.lines import Picture, Run, Style, is_cloze

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNS = {"b": "**", "i": "*", "s": "~~", "mark": "=="}
_ORDER = {"a": 0, "b": 1, "i": 2, "s": 3, "mark": 4, "code": 9}
_OTHER = 5
_ATOM = "\u2058"  # in the text of a line in place of an image, a formula, or the mark of a cloze
_TICKS = re.compile("`+")
_PLAIN_ADDRESS = re.compile(r"[^\s()<>\\\x00-\x1f]+")
_AUTOLINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass
class _Span:
    """A style from one place of a line to another, or a cloze (without a style).

    Attributes:
        style: The style.
        start: Where it begins in the line's text.
        first: The index of the first piece in it.
        end: Where it ends in the line's text.
        last: The index of the piece after it.
        before: What is written before its content.
        after: What is written after its content.
        is_code: Whether its text is written as it is.
    """

    style: Style | None
    start: int
    first: int
    end: int = -1
    last: int = -1
    before: str = ""
    after: str = ""
    is_code: bool = False


class _Edge(NamedTuple):
    """The beginning or the end of a span."""

    span: _Span
    opens: bool


@dataclass
class _Layout:
    """The pieces of a line, with the edges of spans between them."""

    parts: list[int | _Edge] = field(default_factory=list)
    spans: list[_Span] = field(default_factory=list)


def inline(runs: Sequence[Run], care: Care, *, clozes: bool, cell: bool = False) -> str:
    """The Markdown of a line.

    Args:
        runs: Its pieces.
        care: How it is written.
        clozes: Whether the field has clozes.
        cell: Whether it is in a cell of a table in Markdown.
    """
    text = "".join(run.content if isinstance(run.content, str) else _ATOM for run in runs)
    layout = _laid_out(runs)
    starts = {(span.start, span.style is not None and span.style.name in _SIGNS) for span in layout.spans}
    ends = {span.end for span in layout.spans if span.style and span.style.name in _SIGNS}
    for span in layout.spans:
        if span.style:
            beside = span.start in ends or (span.end, True) in starts
            span.before, span.after = _delimiters(span, span.style, text, runs, care, beside=beside)
            span.is_code = span.before.startswith("`") or span.before == "<"
    return _written(layout, runs, text, care, clozes=clozes, cell=cell)


def _written(layout: _Layout, runs: Sequence[Run], text: str, care: Care, *, clozes: bool, cell: bool) -> str:
    """The Markdown of a line whose spans have their marks."""
    parts: list[str] = []
    places = [0]
    for run in runs:
        places.append(places[-1] + (len(run.content) if isinstance(run.content, str) else 1))
    in_code = depth = 0
    for part in layout.parts:
        if isinstance(part, _Edge):
            parts.append(part.span.before if part.opens else part.span.after)
            in_code += part.span.is_code * (1 if part.opens else -1)
            continue
        content = runs[part].content
        if isinstance(content, str):
            if in_code:
                parts.append(content.replace("\u200b", ""))
            else:
                in_cloze = depth > 0
                parts.append(
                    escaped(content, text, places[part], care, in_cloze=in_cloze, clozes=clozes, cell=cell)
                )
        elif isinstance(content, Picture):
            parts.append(_image(content, care))
        else:
            depth = max(0, depth + (content.kind == "open") - (content.kind == "close"))
            around = text[max(places[part] - 1, 0) : places[part]], text[places[part] + 1 :][:40]
            parts.append(_mark(content, care, around, cell=cell))
    return "".join(parts)


# Spans that are nested


def _laid_out(runs: Sequence[Run]) -> _Layout:
    """The spans of a line, each within another or beside it; none crosses the edge of a cloze."""
    walk = _Walk(runs)
    for number, run in enumerate(runs):
        kind = run.content.kind if is_cloze(run.content) and isinstance(run.content, Mark) else ""
        if kind in {"hint", "close"}:
            walk.close_to_cloze(number, keeps=kind == "hint")
        else:
            last = walk.closed_at.get(number, len(runs) + 1) if kind == "open" else 0
            walk.close_others(number, run.styles, last)
            walk.open(number, run.styles, last)
        walk.layout.parts.append(number)
        if kind == "open":
            span = _Span(None, walk.place, number)
            walk.stack.append(span)
        elif kind == "close" and walk.stack and walk.stack[-1].style is None:
            walk.stack.pop()
        walk.place += len(run.content) if isinstance(run.content, str) else 1
    walk.pop_to(0, len(runs))
    return walk.layout


class _Walk:
    """Opens and closes spans from piece to piece."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.layout = _Layout()
        self.stack: list[_Span] = []
        self.place = 0
        self.ends: list[dict[Style, int]] = [{} for _ in range(len(runs) + 1)]
        for number in range(len(runs) - 1, -1, -1):
            later = self.ends[number + 1]
            self.ends[number] = {style: later.get(style, number + 1) for style in runs[number].styles}
        self.closed_at: dict[int, int] = {}
        opened: list[int] = []
        for number, run in enumerate(runs):
            if isinstance(run.content, Mark) and run.content.kind == "open":
                opened.append(number)
            elif isinstance(run.content, Mark) and run.content.kind == "close" and opened:
                self.closed_at[opened.pop()] = number

    def pop_to(self, size: int, number: int) -> None:
        """Close the innermost spans until a number of them is left."""
        while len(self.stack) > size:
            span = self.stack.pop()
            if span.style:
                span.end, span.last = self.place, number
                self.layout.parts.append(_Edge(span, opens=False))

    def close_to_cloze(self, number: int, *, keeps: bool) -> None:
        """Close the spans in the innermost cloze; all if it began in another line."""
        clozes = [place for place, span in enumerate(self.stack) if span.style is None]
        self.pop_to(clozes[-1] + 1 if clozes else 0, number)
        if not clozes and not keeps:
            self.stack.clear()

    def close_others(self, number: int, styles: frozenset[Style], last: int) -> None:
        """Close the spans of other styles, and those that end before a piece."""
        for place, span in enumerate(self.stack):
            if span.style and (span.style not in styles or self.ends[number][span.style] <= last):
                if all(inner.style for inner in self.stack[place:]):
                    self.pop_to(place, number)
                return

    def open(self, number: int, styles: frozenset[Style], last: int) -> None:
        """Open the spans of styles that last until after a piece, the longest first."""
        present = {span.style for span in self.stack}
        ends = self.ends[number]
        missing = [style for style in styles if style not in present and ends[style] > last]
        missing.sort(
            key=lambda style: (-ends[style], _ORDER.get(style.name, _OTHER), style.name, style.level, style)
        )
        for style in missing:
            span = _Span(style, self.place, number)
            self.stack.append(span)
            self.layout.spans.append(span)
            self.layout.parts.append(_Edge(span, opens=True))


# The marks of styles


def _delimiters(
    span: _Span, style: Style, text: str, runs: Sequence[Run], care: Care, *, beside: bool
) -> tuple[str, str]:
    """What is written before and after the text of a style."""
    inner = runs[span.first : span.last]
    if care < Care.TAGS and style.name == "code" and not style.attributes:
        ticks = _ticks(inner, style)
        if ticks:
            return ticks
    if care < Care.TAGS and style.name == "a" and [name for name, _ in style.attributes] == ["href"]:
        address = dict(style.attributes)["href"]
        if [run.content for run in inner] == [address] and _AUTOLINK.fullmatch(address):
            return "<", ">"
        plain = _PLAIN_ADDRESS.fullmatch(address)
        if plain or not re.search(r"[<>\\\n]", address):
            return "[", f"]({address if plain else f'<{address}>'})"
    sign = _SIGNS.get(style.name, "") if not style.attributes else ""
    if sign and care < Care.TAGS and _can_flank(span, sign, text, care) and not (beside and sign[0] == "*"):
        return sign, sign
    tag = html.Tag(style.name, dict(style.attributes), 0, 0)
    return html.written(tag), f"</{style.name}>"


def _ticks(inner: Sequence[Run], style: Style) -> tuple[str, str] | None:
    """The backticks around code; None if there is anything but plain text and clozes in it."""
    first = inner[0].styles
    if any(
        run.styles != first or not isinstance(run.content, str) for run in inner if not is_cloze(run.content)
    ):
        return None
    if any(style not in run.styles for run in inner):
        return None
    text = "".join(run.content if isinstance(run.content, str) else "" for run in inner)
    longest = {len(match[0]) for match in _TICKS.finditer(text)}
    size = next(size for size in range(1, len(longest) + 2) if size not in longest)
    blank = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return "`" * size + blank, blank + "`" * size


def _can_flank(span: _Span, sign: str, text: str, care: Care) -> bool:
    """Whether a sign before and after a text marks it, and looks like a mark."""
    before, first = text[span.start - 1 : span.start], text[span.start : span.start + 1]
    last, after = text[span.end - 1 : span.end], text[span.end : span.end + 1]
    if not first.strip() or not last.strip() or (before.isalnum() and after.isalnum() and before.isascii()):
        return False
    if sign in {"==", "~~"}:
        return not before.isalnum() and not after.isalnum() and sign[0] not in text[span.start : span.end]
    if before == "*" or after == "*":
        return False
    if care is Care.LIGHT and any(IS_WIDE.match(each) for each in (before, after, first, last) if each):
        return True
    opens = first.isalnum() or not before.strip() or not before.isalnum()
    closes = last.isalnum() or not after.strip() or not after.isalnum()
    return opens and closes


# What is no text


def _image(image: Picture, care: Care) -> str:
    """An image."""
    if image.attributes or care >= Care.TAGS or re.search(r"[<>\n\\]", image.path):
        values = {"src": image.path, "alt": image.alt, **dict(image.attributes)}
        return html.written(html.Tag("img", values, 0, 0))
    alt = re.sub(r"[\\\[\]*_`<>&$~=!{}]", lambda match: f"\\{match[0]}", image.alt)
    path = image.path if _PLAIN_ADDRESS.fullmatch(image.path) else f"<{image.path}>"
    return f"![{alt}]({path})"


def _mark(mark: Mark, care: Care, around: tuple[str, str], *, cell: bool) -> str:
    """A mark of Anki. `around` has the character before it, and the text after it."""
    if mark.kind == "sound":
        return f"[sound:{mark.value}]"
    if is_cloze(mark):
        return mark.raw
    if mark.kind == "latex":
        return f"[latex]{mark.value}[/latex]"
    tex = mark.value
    forms: tuple[str, ...]
    if mark.kind == "display":
        forms = (f"$${tex}$$", f"\\[{tex}\\]", f"[$$]{tex}[/$$]")
        if tex.startswith("\\begin{"):
            forms = (tex, *forms)
    else:
        tex = tex.replace("\n", " ")
        forms = (f"${tex}$", f"\\({tex}\\)", f"[$]{tex}[/$]")
    if cell:
        forms = tuple(form.replace("\n", " ") for form in forms)
    before, after = around
    for form in forms[care:-1] if care < Care.TAGS else ():
        place = len(before)
        if any(piece[1:3] == (place, place + len(form)) for piece in verbatim.pieces(before + form + after)):
            return form
    return forms[-1]
