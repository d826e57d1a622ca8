"""Diagnostics as text: each with its line and a caret, errors last, then a table of the codes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import counted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deckgen.diagnostics import Diagnostic, Span

_REACH = 4  # so many times the width of a line is read on both sides of a place
_NARROWEST = 20  # columns; a narrower terminal breaks lines itself
_KEPT = "\x00"  # a blank that is no place for a line break
# (patterns are compiled where they are used: the help of a command needs none)
_COMMAND = r"(?:deckgen|git|cd|\S*python\S*) "
_COMMAND_LINE = rf"\s+(?:hint: )?{_COMMAND}[^;]*$"
_TOGETHER = (
    r"`[^`\n]*`"  # code
    rf"|(?:(?<=: )|^){_COMMAND}(?:[^;,.]|[.,](?! |$))+"  # a command to be copied
    r"|--[a-z][\w-]* [A-Z]+\b"  # an option with its value
    r"|(?<![\w.])\d[\d.,]*(?: of \d[\d.,]*)? [^\W\d]\S*"  # a number with what it counts
    r"|\S+(?: > \S+)+"  # an entry of a menu
)
_COLOR = r"\x1b\[[0-9;]*m"


def _plain(text: str, _: str) -> str:
    return text


class Screen(NamedTuple):
    """The terminal or file that text is written for.

    Attributes:
        width: The most columns of a quoted line.
        wrap: Whether messages and hints are wrapped at `width` too.
        paint: Colors a text; its second argument is "place", "error", "warning" or "hint".
    """

    width: int = 100
    wrap: bool = False
    paint: Callable[[str, str], str] = _plain


def report(
    diagnostics: Sequence[Diagnostic],
    lines: Mapping[str, Sequence[str]],
    notes: tuple[str, str],
    screen: Screen,
) -> str:
    """Diagnostics as text: warnings, then errors, then the number of each code.

    Errors come last, next to the prompt, so that a thousand warnings do not hide them.

    Args:
        diagnostics: The diagnostics, by position.
        lines: The lines of each file, by its path.
        notes: A text after the numbers, and one after a colon; each may be empty.
        screen: The terminal or file that the text is for.
    """
    if not diagnostics:
        return ""
    in_order = sorted(diagnostics, key=lambda each: each.level == "error")
    parts = [f"{_one(each, lines.get(each.span.path), screen)}\n" for each in in_order]
    parts.append(_table(diagnostics, screen.paint))
    after, note = notes
    total = f"{_counts(diagnostics)}{after}{f': {note}' if note else ''}"
    parts.append(wrapped(total, screen.width if screen.wrap else 0) + "\n")
    return "".join(parts)


def _table(diagnostics: Sequence[Diagnostic], paint: Callable[[str, str], str]) -> str:
    """A table of the number of each code, errors last; empty if there is only one code."""
    counts = Counter[str]()
    fixable = Counter[str]()
    for each in diagnostics:
        counts[each.code] += each.stands_for
        fixable[each.code] += each.stands_for * each.fixable
    if len(counts) == 1:
        return ""
    levels = {each.code: each.level for each in diagnostics}
    longest = max(map(len, counts))
    digits = len(f"{max(counts.values()):,}")
    rows = sorted(counts, key=lambda code: (levels[code] == "error", -counts[code], code))
    return "".join(
        f"  {paint(levels[code], levels[code])}{'':{len('warning') - len(levels[code])}}  {code:{longest}}"
        f"  {counts[code]:>{digits},}{f'  {fixable[code]:,} fixable' if fixable[code] else ''}\n"
        for code in rows
    )


def _counts(diagnostics: Sequence[Diagnostic]) -> str:
    """The number of each level, and how many of them `--fix` can fix."""
    of_level = Counter[str]()
    for each in diagnostics:
        of_level[each.level] += each.stands_for
    fixable = sum(each.stands_for for each in diagnostics if each.fixable)
    levels = ", ".join(counted(of_level[level], level) for level in ("error", "warning") if of_level[level])
    return levels + (f" ({fixable:,} fixable with --fix)" if fixable else "")


def _one(diagnostic: Diagnostic, lines: Sequence[str] | None, screen: Screen) -> str:
    """The text of a diagnostic: place, message, the line with a caret under it, hint."""
    span, level = diagnostic.span, diagnostic.level
    wrapped_at = screen.width if screen.wrap else 0
    parts = (visible(span.path), span.line or None, span.column)
    place = ":".join(str(part) for part in parts if part is not None)
    head = f"{place}: {level}[{diagnostic.code}]:"
    colored = f"{screen.paint(f'{place}:', 'place')} {screen.paint(f'{level}[{diagnostic.code}]', level)}:"
    text = wrapped(f"{kept(head)} {diagnostic.message}", wrapped_at).replace(head, colored, 1) + "\n"
    if lines is not None and 0 < span.line <= len(lines):
        quoted, carets = _quote(lines[span.line - 1], span, screen.width)
        mark = screen.paint(carets.lstrip(" |"), level) if carets else ""
        text += quoted + (f"{carets.rstrip('^')}{mark}\n" if carets else "")
    if diagnostic.hint:
        hint = wrapped(f"  hint: {diagnostic.hint}", wrapped_at, 6)
        text += hint.replace("hint:", screen.paint("hint:", "hint"), 1) + "\n"
    return text


def kept(text: str) -> str:
    """A text whose blanks are no places for a line break; `wrapped` and `unmarked` make blanks of them."""
    return text.replace(" ", _KEPT)


def unmarked(text: str) -> str:
    """A text with the blanks that `kept` has marked."""
    return text.replace(_KEPT, " ")


def wrapped(text: str, width: int, indent: int = 2) -> str:
    """A text whose lines are broken between words where they are longer than a width.

    Numbers stay with what they count, and codes, names of menus and commands to be copied stay whole. What is
    longer than a line has one to itself, which the terminal breaks.

    Args:
        text: The text; it may have colors.
        width: The number of columns; 0 for any number.
        indent: By how many columns the further parts of a line are indented, besides its own indent.
    """
    return unmarked("\n".join(_broken(line, width, indent) for line in text.split("\n")))


def _broken(line: str, width: int, indent: int) -> str:
    """A line, as several if it is longer than a width."""
    if not width or columns(line) <= width or re.match(_COMMAND_LINE, line):
        return line
    words = line.lstrip(" ")
    own = len(line) - len(words)
    room = max(width, _NARROWEST)
    further = " " * min(own + indent, room // 3)
    whole = re.sub(_TOGETHER, lambda match: _as_group(match[0], room - len(further)), words)
    lines = [" " * own]
    for number, word in enumerate(whole.split(" ")):
        blank = "" if lines[-1].isspace() or not lines[-1] else " "
        if number and columns(f"{lines[-1]}{blank}{word}") > room and lines[-1].strip():
            lines.append(further)
            blank = ""
        lines[-1] += blank + word
    return "\n".join(each.rstrip(" ") for each in lines)


def _as_group(words: str, room: int) -> str:
    """Words as one that is not broken; a long quotation may be."""
    if columns(words) > room and not re.match(_COMMAND, words.lstrip("`")):
        return words
    return kept(words)


def _quote(line: str, span: Span, width: int) -> tuple[str, str]:
    """The source line with its number and, where the column is known, a line of carets under the span."""
    gutter = f"{span.line:>5} | "
    room = max(width - len(gutter), 20)
    start = span.column - 1 if span.column else 0
    first = max(start - _REACH * room, 0)  # (a line may have megabytes)
    line = visible(line[first : start + _REACH * room].replace("\t", " ").rstrip())
    if span.column is None:
        return f"{gutter}{_crop(line, 0, room)[0]}\n", ""
    end = (span.end_column or span.column + 1) - 1 - first
    start -= first
    excerpt, cut = _crop(line, start, room)
    end = min(max(end, start + 1), len(line) + 1)
    before = columns(excerpt[: start - cut])
    carets = min(max(columns(line[start:end]), 1), max(room - before, 1))
    return f"{gutter}{excerpt}\n", f"{'|':>{len(gutter) - 1}} {' ' * before}{'^' * carets}"


def _crop(line: str, start: int, room: int) -> tuple[str, int]:
    """The part of a long line around `start`, and the number of characters that are cut before it."""
    if columns(line) <= room:
        return line, 0
    first = 0 if start < room // 2 else start - room // 3
    head = "…" if first else ""
    kept = line[first:]
    while columns(kept) > room - len(head) - 1:
        kept = kept[: len(kept) - max(1, (columns(kept) - room) // 2)]
    tail = "…" if first + len(kept) < len(line) else ""
    return head + kept + tail, first - len(head)


def columns(text: str) -> int:
    """The number of columns that a text takes in a terminal, where colors take none."""
    if "\x1b" in text:
        text = re.sub(_COLOR, "", text)
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
