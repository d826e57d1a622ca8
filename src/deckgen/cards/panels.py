"""What deckgen adds to the HTML of Markdown: colors in code, tables and code that scroll, captions of images.

Nothing of it counts as a change of a note: fingerprints and differences know the HTML without it.
"""

from __future__ import annotations

import html as html_lib
import re
from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki import cloze as clozes
from deckgen.cards import highlight, protected
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PREFIX = "dg-"
"""How the names of the classes in code begin; `c` and so on follow it, as in `highlight`."""

_FENCE = pattern(r"<pre><code class=\"language-(?P<language>[^\"]*)\">(?P<code>.*?)</code></pre>", re.DOTALL)
_PANEL = '<pre dir="ltr" tabindex="0">'  # what is wide can be scrolled with the arrow keys
_SCROLL = '<div class="scroll" tabindex="0">'
_TITLED = pattern(r"(?P<before><img\b[^<>]*?) title=\"(?P<title>[^\"<>]*)\"(?P<after>[^<>]*>)")
_TABLE = pattern(r"<(?P<close>/?)table\b[^<>]*+>")
_COMMENT, _BACKSLASH = "<!-- -->", "<span>\\</span>"
_APART = pattern(f"({_COMMENT}|{re.escape(_BACKSLASH)})")  # as `protected` keeps marks apart
_SIGN = pattern(r"&#?[A-Za-z0-9]{1,30};|.", re.DOTALL)
_ADDED = pattern(
    rf"<span class=\"{PREFIX}[a-z]\">(?P<code>[^<>]*)</span>"
    r"|(?P<pre><pre) dir=\"ltr\" tabindex=\"0\"(?=><code)"
    r"|(?P<isolated><(?:li|dd|th|span|div class=\"(?:option|why)\")) dir=\"ltr\"(?=>)"
    r"|<div class=\"scroll\" tabindex=\"0\">(?=<table)|(?<=</table>)</div>"
    r"|<span class=\"figure\">(?P<image><img\b[^<>]*?)(?P<end> ?/?)>"
    r"<span class=\"caption\">(?P<title>(?:(?!</span></span>).)*)</span></span>"
    r"|<bdi>(?P<amount>[-0-9\u2264\u2265~\u2248\u00b1+\u2212&][^<>]*)</bdi>"
)


def finished(output: str) -> str:
    """The HTML of a text as cards have it: colors, captions, and elements that scroll."""
    if "<img" in output:
        output = _TITLED.sub(_captioned, output)
    if "<pre><code" in output:
        output = _with_colors(output) if '<pre><code class="language-' in output else output
        output = output.replace("<pre><code", f"{_PANEL}<code")
    return "".join(_scrolling(output)) if "<table" in output else output


def _captioned(match: re.Match[str]) -> str:
    """An image with its title as a caption below it; the caption is plain text."""
    title = " ".join(html_lib.unescape(match["title"]).split())
    image = f"{match['before']}{match['after']}"
    if not title:
        return image
    return f'<span class="figure">{image}<span class="caption">{protected.of_attribute(title)}</span></span>'


def plain(output: str) -> str:
    """The HTML without what is added here, as releases before it had it."""

    def taken_away(match: re.Match[str]) -> str:
        if match["image"]:
            return f'{match["image"]} title="{match["title"]}"{match["end"]}>'
        return next((match[name] for name in ("pre", "isolated", "code", "amount") if match[name]), "")

    return _ADDED.sub(taken_away, output) if "<" in output else output


def _scrolling(output: str) -> Iterator[str]:
    """The HTML with each table in an element that scrolls; a table within another one goes with that."""
    depth = start = done = 0
    for match in _TABLE.finditer(output):
        if not match["close"]:
            start = start if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield f"{output[done:start]}{_SCROLL}{output[start : match.end()]}</div>"
                done = match.end()
    yield output[done:]


def _with_colors(output: str) -> str:
    """The HTML with colors in its blocks of code that name a language."""
    marks = sorted(_marks(output)) if "{{c" in output else []
    parts: list[str] = []
    done = 0
    for match in _FENCE.finditer(output):
        start, end = match.span("code")
        inside = [(first - start, last - start) for first, last in marks if start <= first and last <= end]
        code = _colored(html_lib.unescape(match["language"]), _chunks(match["code"], inside))
        parts += (output[done:start], code or match["code"])
        done = end
    return "".join(parts) + output[done:]


def _marks(output: str) -> Iterator[tuple[int, int]]:
    """The start and end of each mark of a cloze; a hint, which is no code, goes with the mark behind it."""
    for cloze in clozes.in_field(output):
        yield cloze.start, cloze.inner
        if cloze.end >= 0:
            yield cloze.answer_end, cloze.end + 2


class _Chunk(NamedTuple):
    """A part of the HTML of code.

    Attributes:
        html: The HTML.
        signs: The HTML of each character of the code in it.
        fixed: Whether it is kept whole, and without a color: a mark of a cloze, or what keeps marks apart.
    """

    html: str
    signs: Sequence[str]
    fixed: bool = False


def _chunks(code: str, marks: list[tuple[int, int]]) -> Iterator[_Chunk]:
    """The parts of the HTML of code, with the marks of clozes in it."""
    done = 0
    for start, end in [*marks, (len(code), len(code))]:
        for part in _APART.split(code[done:start]):
            if part == _BACKSLASH:
                yield _Chunk(part, "\\", fixed=True)
            elif part == _COMMENT:
                yield _Chunk(part, "", fixed=True)
            elif part:
                yield _Chunk(part, _SIGN.findall(part) if "&" in part else part)
        yield _Chunk(code[max(start, done) : end], "", fixed=True)
        done = max(done, end)


def _colored(language: str, chunks: Iterable[_Chunk]) -> str:
    """The HTML of code with its colors; empty if it has none, or other markup in it."""
    chunks = list(chunks)
    if any("<" in chunk.html for chunk in chunks if not chunk.fixed):
        return ""
    signs = "".join(sign for chunk in chunks for sign in chunk.signs)
    code = html_lib.unescape(signs) if "&" in signs else signs
    if len(code) != sum(len(chunk.signs) for chunk in chunks):
        return ""  # an entity of the author's that stands for several characters
    colors = iter(highlight.parts(language, code))
    letter, left = next(colors, ("", 0))
    if not left:
        return ""
    made: list[str] = []
    for chunk in chunks:
        at = 0
        while at < len(chunk.signs):
            size = min(left, len(chunk.signs) - at)
            part = "".join(chunk.signs[at : at + size])
            if not chunk.fixed:
                made.append(f'<span class="{PREFIX}{letter}">{part}</span>' if letter else part)
            at, left = at + size, left - size
            if not left:
                letter, left = next(colors, ("", 0))
        if chunk.fixed:
            made.append(chunk.html)
    return "".join(made)
