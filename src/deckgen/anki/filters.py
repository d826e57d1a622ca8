"""The filters of Anki's templates: clozes, plain text, readings, hints."""

from __future__ import annotations

import hashlib
import html as html_lib
import re
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from deckgen.anki.cloze import MAX_DEPTH, marks_in_field
from deckgen.anki.template import BLANKS
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from deckgen.anki.template import Replacement


@dataclass(frozen=True, slots=True)
class Side:
    """The side of a card on which a field is shown: the card's cloze number, and whether it is the front."""

    number: int
    front: bool


def filtered(tag: Replacement, text: str, side: Side) -> str:
    """The text of a field after the filters of a tag.

    The filter next to the field comes first. Anki stops at a filter that it does not know.
    """
    if tag.filters[:1] == ("type",):
        how = tag.filters[1] + ":" if tag.filters[1:] in {("cloze",), ("nc",)} else ""
        return f"[[type:{how}{tag.field}]]"
    for name in reversed(tag.filters):
        if name in _FILTERS:
            text = _FILTERS[name](text, tag.field, side)
        elif name.startswith("tts "):
            text = f"[anki:tts lang={name.removeprefix('tts ')}]{text}[/anki:tts]"
        elif name:
            break
    return text


# Clozes


@dataclass(slots=True)
class _Cloze:
    """A cloze deletion: its numbers, its content, and the hint that the front shows in its place."""

    numbers: tuple[int, ...]
    inside: list[str | _Cloze]
    hint: str = "..."


def _with_clozes(text: str) -> list[str | _Cloze]:
    """A text split into its clozes as Anki does it; a cloze that never closes is lost with its content."""
    parts: list[str | _Cloze] = []
    still_open: list[_Cloze] = []
    done = 0
    the_end = (len(text), len(text), (0,))  # a cloze that never closes
    for start, end, numbers in (*marks_in_field(text), the_end):
        piece = text[done:start]
        if piece and still_open:
            hidden, sign, hint = piece.partition("::")
            still_open[-1].inside.append(hidden)
            if sign:
                still_open[-1].hint = hint
        elif piece:
            parts.append(piece)
        done = end
        if numbers and len(still_open) < MAX_DEPTH:
            still_open.append(_Cloze(numbers, []))
        elif not numbers and still_open:
            closed = still_open.pop()
            (still_open[-1].inside if still_open else parts).append(closed)
        elif not numbers:
            parts.append("}}")
    return parts


def _active(parts: Sequence[str | _Cloze], number: int) -> Iterator[_Cloze]:
    """The clozes of a number, nested ones too, in the order in which they begin."""
    for part in parts:
        if isinstance(part, _Cloze):
            if number in part.numbers:
                yield part
            yield from _active(part.inside, number)


def _answer(cloze: _Cloze) -> str:
    """The answer of a cloze, with the answers of nested clozes."""
    return "".join(part if isinstance(part, str) else _answer(part) for part in cloze.inside)


def _clozes_html(parts: Sequence[str | _Cloze], number: int, *, front: bool) -> str:
    """The HTML of a text with clozes; if `front`, the clozes of the given number are hidden."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        inside = _clozes_html(part.inside, number, front=front)
        name, data = "cloze-inactive", ""
        if number in part.numbers:
            name = "cloze"
            if front:
                data = f' data-cloze="{inside.translate(_IN_ATTRIBUTE)}"'
                inside = f"[{part.hint}]"
        numbers = ",".join(map(str, part.numbers))
        pieces.append(f'<span class="{name}"{data} data-ordinal="{numbers}">{inside}</span>')
    return "".join(pieces)


_IN_ATTRIBUTE = {
    code: f"&#x{code:02X};" for code in range(256) if not (chr(code).isascii() and chr(code).isalnum())
}
_IN_ATTRIBUTE |= {ord(char): html_lib.escape(char) for char in '&<>"'}
_FORMULA = pattern(r"(\\[(\[])(.*?)(\\[\])])", re.DOTALL)


def _cloze(text: str, _name: str, side: Side) -> str:
    """The text with its clozes; empty if no cloze has the card's number. Formulas lose their HTML."""
    parts = _with_clozes(text)
    if not any(_active(parts, side.number)):
        return ""
    html = _clozes_html(parts, side.number, front=side.front)
    # no formula ends after this, and searching there would take time
    end = max(html.rfind("\\)"), html.rfind("\\]")) + 2
    plain = _FORMULA.sub(lambda match: match[1] + _without_tags(match[2]) + match[3], html[:end])
    return plain + html[end:]


def _cloze_only(text: str, _name: str, side: Side) -> str:
    active = _active(_with_clozes(text), side.number)
    return ", ".join(cloze.hint if side.front else _answer(cloze) for cloze in active)


def cloze_answers(text: str, number: int) -> str:
    """The answers of the clozes of a number, for `type:cloze`; a single one if they are all the same."""
    answers = [_answer(cloze) for cloze in _active(_with_clozes(text), number)]
    return answers[0] if len(set(answers)) == 1 else ", ".join(answers)


# The other filters

_TAGS = pattern(
    r"<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>", re.DOTALL | re.IGNORECASE | re.ASCII
)
_ENTITY = pattern(r"&(?:([A-Za-z0-9]+)|#([0-9]{1,20})|#x([0-9A-Fa-f]{1,20}));")
_LAST_CODE = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def _without_tags(html: str) -> str:
    end = html.rfind(">") + 1  # no tag ends after this, and searching there would take time
    return _TAGS.sub("", html[:end]) + html[end:]


def text_of(html: str) -> str:
    """The text of HTML."""
    return decoded(_without_tags(html))


def decoded(html: str) -> str:
    """The HTML with its entities as characters; unchanged if Anki does not know one of them.

    Anki knows the entities of HTML 4, and turns hard spaces into plain ones.
    """
    if "&" not in html:
        return html
    known = 0

    def character(match: re.Match[str]) -> str:
        nonlocal known
        name, decimal, hexadecimal = match.groups()
        code = name2codepoint.get(name, -1) if name else int(decimal or hexadecimal, 10 if decimal else 16)
        if not 0 <= code <= _LAST_CODE or code in _SURROGATES:
            return ""
        known += 1
        return chr(code)

    text = _ENTITY.sub(character, html)
    return text.replace("\xa0", " ") if known == html.count("&") else html


_RUBY = pattern(r" ?([^ >]+?)\[(.+?)\]")


def _ruby(form: str) -> Callable[[str, str, Side], str]:
    """A filter that rewrites `text[reading]` in the given form."""

    def filter_(text: str, _name: str, _side: Side) -> str:
        if "[" not in text:
            return text.replace("&nbsp;", " ")
        return _RUBY.sub(
            lambda match: match[0] if match[2].startswith("sound:") else form.format(match[1], match[2]),
            text.replace("&nbsp;", " "),
        )

    return filter_


def _hint(text: str, name: str, _side: Side) -> str:
    """A link that shows the field. Anki makes the id of the same text and name, but by another hash."""
    if not text.strip(BLANKS):
        return text
    mark = "hint" + hashlib.sha256((text + name).encode()).hexdigest()[:16]
    return (
        f'\n<a class=hint href="#"\nonclick="this.style.display=\'none\';\n'
        f"document.getElementById('{mark}').style.display='block';\n"
        f'return false;" draggable=false>\n{name}</a>\n'
        f'<div id="{mark}" class=hint style="display: none">{text}</div>\n'
    )


_FILTERS: dict[str, Callable[[str, str, Side], str]] = {
    "text": lambda text, _name, _side: text_of(text),
    "hint": _hint,
    "type": lambda _text, name, _side: f"[[type:{name}]]",
    "cloze": _cloze,
    "cloze-only": _cloze_only,
    "furigana": _ruby("<ruby><rb>{0}</rb><rt>{1}</rt></ruby>"),
    "kana": _ruby("{1}"),
    "kanji": _ruby("{0}"),
}
