"""Marks that Markdown does not know or misreads: `==`, `~~`, stars beside wide letters, a plain `>`."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from deckgen.anki.verbatim import pieces
from deckgen.cards import arrival, html
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.anki.cloze import Reading
    from deckgen.cards.protected import Protected

_GREATER = pattern(r"(?:[ \t]|[-+*] |\d{1,9}[.)] )*(>)[ ]?(?:\{\{c[0-9]{1,3}::)?[\d=.,\u2265\u00b1]")
_PROMPT = pattern(r"[ \t]*(>)>> ")
_PARAGRAPH = pattern(r"(?:[^\n]|\n(?![ \t]*(?:\n|[-*+] |\d{1,9}[.)] |#{1,6} |\||>)))+")
_STARS = pattern(r"(?<![*\\])\*{1,2}(?!\*)")
_PAIR_TOKEN = pattern(
    r"(?P<code><(?:code|pre)\b[^<>]*>.*?</(?:code|pre)>)|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)[^<>]*?(?P<void>/?)>"
    r"|(?P<mark>={2,}|~{2,})",
    re.DOTALL,
)
_TOKEN_SIZE = 12  # characters; the number in place of a cloze or of code is shorter
_MOST_OPEN = 100  # so many open signs and elements are remembered
_PAIRS = {"==": "mark", "~~": "del"}


def wide_emphasis(text: str, reading: Reading | None) -> Iterator[tuple[int, int, str]]:
    """Pairs of stars that Markdown does not read as emphasis because of wide letters beside signs.

    An example is a star before a bracket in Japanese. Only paragraphs in which all stars are in pairs count.

    Yields:
        The start and end of a run of stars, and the HTML tag for it.
    """
    verbatim = reading.pieces if reading and reading.pieces else pieces(text)
    starts = [piece.start for piece in verbatim]
    for paragraph in _PARAGRAPH.finditer(text):
        runs: dict[int, list[re.Match[str]]] = {1: [], 2: []}
        for match in _STARS.finditer(text, *paragraph.span()):
            number = bisect_right(starts, match.start()) - 1
            if number < 0 or match.start() >= verbatim[number].end:
                runs[len(match[0])].append(match)
        for size, tag in ((2, "strong"), (1, "em")):
            pairs = list(zip(runs[size][::2], runs[size][1::2], strict=False))
            wide = any(_is_wide_pair(text, *pair) for pair in pairs)
            if wide and len(runs[size]) % 2 == 0 and all(_is_pair(text, *pair) for pair in pairs):
                for opening, closing in pairs:
                    yield (*opening.span(), f"<{tag}>")
                    yield (*closing.span(), f"</{tag}>")


def _is_pair(text: str, opening: re.Match[str], closing: re.Match[str]) -> bool:
    """Whether two runs of stars can mark the text between them."""
    inner = text[opening.end() : closing.start()]
    return inner.strip() == inner != "" and inner.count("{{c") == inner.count("}}")


def _is_wide_pair(text: str, opening: re.Match[str], closing: re.Match[str]) -> bool:
    """Whether a wide letter or sign is beside one of two runs of stars."""
    beside = (opening.start() - 1, opening.end(), closing.start() - 1, closing.end())
    return any(0 <= place < len(text) and arrival.IS_WIDE.match(text[place]) for place in beside)


def greater_than(text: str) -> Iterator[int]:
    """The offsets of each `>` that begins a line and means "more than" or a prompt, not a quotation."""
    lines = text.split("\n")
    matches = [_GREATER.match(line) or _PROMPT.match(line) for line in lines]
    place = number = 0
    while number < len(lines):
        last = number + 1
        while last < len(lines) and lines[last].lstrip().startswith(">"):
            last += 1
        # the first line of a run can be an ordinary line
        first = number if lines[number].lstrip().startswith(">") else number + (matches[number] is None)
        no_quotation = all(matches[first:last])
        for line, match in zip(lines[number:last], matches[number:last], strict=True):
            if match and no_quotation:
                yield place + match.start(1)
            place += len(line) + 1
        number = last


def paired(output: str, ready: Protected) -> str:
    """The HTML with elements in place of each pair of `==` or `~~`.

    A pair is in one paragraph, not in code or tags, and never crosses the end of an element.
    """
    parts: list[str] = []
    done = 0
    for start, end, tag in sorted(_pairs(output, ready)):
        parts += (output[done:start], tag)
        done = end
    return "".join(parts) + output[done:]


def unpaired(output: str, ready: Protected) -> list[bool]:
    """For each `==` and `~~` of the HTML, in order, whether it has no pair."""
    in_pairs = {start for start, _, _ in _pairs(output, ready)}
    return [match.start() not in in_pairs for match in _PAIR_TOKEN.finditer(output) if match["mark"]]


def _pairs(output: str, ready: Protected) -> list[tuple[int, int, str]]:
    """The signs of the HTML that become tags: start, end and tag."""
    edits: list[tuple[int, int, str]] = []
    still_open: list[tuple[str, int]] = []  # names of elements, and signs with their places
    for match in _PAIR_TOKEN.finditer(output):
        sign, start, end = match["mark"], match.start(), match.end()
        if match["code"]:
            continue
        if match["name"]:
            _pass_tag(match, still_open)
            continue
        if sign not in _PAIRS:
            continue
        names = [name for name, _ in still_open]
        place = len(names) - 1 - names[::-1].index(sign) if sign in names else -1
        opened = still_open[place][1] if place >= 0 else -1
        crosses = any(name not in _PAIRS for name in names[place + 1 :])
        if place >= 0 and not crosses and start > opened and not output[start - 1].isspace():
            if _may_pair(output, sign, opened, start, ready):
                tag = _PAIRS[sign]
                edits += [(opened - len(sign), opened, f"<{tag}>"), (start, end, f"</{tag}>")]
                del still_open[place:]
        elif end < len(output) and not output[end].isspace():
            still_open.append((sign, end))
            del still_open[:-_MOST_OPEN]
    return edits


def _pass_tag(match: re.Match[str], still_open: list[tuple[str, int]]) -> None:
    """Update the stack of open elements and signs for a tag; the end of an element drops the signs in it."""
    name = match["name"].lower()
    if name in html.VOID or (match["void"] and not match["close"]):
        return
    if not match["close"]:
        still_open.append((name, match.end()))
        return
    while still_open and still_open.pop()[0] != name:
        pass


def _may_pair(output: str, sign: str, inner: int, end: int, ready: Protected) -> bool:
    """Whether two signs mark the text between them, and are not operators: `a==b and c==d`."""
    start, after = inner - len(sign), end + len(sign)
    before = ready.as_typed(output[max(start - _TOKEN_SIZE, 0) : start])[-1:]
    behind = ready.as_typed(output[after : after + _TOKEN_SIZE])[:1]
    if before in {"!", "<", "="}:
        return False
    return output[inner:end].isalpha() or not (arrival.joins(before) or arrival.is_joined(behind))
