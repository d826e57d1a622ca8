"""A difference as Markdown for GitHub: a comment, a release or a summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.commands.diff.sections import pieces
from deckgen.diagnostics import visible

if TYPE_CHECKING:
    from deckgen.commands.diff.sections import Item, Outline, Section

COMMENT = 65_536
"""The most characters of a comment on GitHub. A release may have 125,000, a job's summary 1 MiB."""
LEAST = 1_000
"""The least bytes that a difference needs."""
_OPEN = 10  # sections with more entries are folded
_MANY = 10**9
_FIELD = 4_000  # bytes of a field's difference
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]|^[#+=-]")
"""What Markdown would read as a sign: anywhere, or where a text begins."""
_NUMBERED = re.compile(r"^\d+(?=[.)])")  # a backslash before a digit would be shown
_LINKING = re.compile(r"[@#]")


def markdown(found: Outline, limit: int = COMMENT) -> str:
    """A difference as Markdown.

    Args:
        found: The difference.
        limit: The most bytes, so also the most characters, of the result.
    """
    head = f"### {escaped(found.title)}\n\n{_short(escaped(found.summary), LEAST // 3)}\n\n{found.totals}\n"
    for remark in found.remarks:
        line = f"\n> {_short(escaped(remark), LEAST // 3)}\n"
        head += line if _size(head + line) < limit // 2 else ""
    left = limit - _size(head)
    frames: list[tuple[str, str]] = []
    for section in found.sections:
        frame = _frame(section)
        if (least := _size("".join(frame)) + _size(_more(_MANY))) > left:
            break
        frames.append(frame)
        left -= least
    # short sections come first: what they do not use is left to the long ones
    bodies = {}
    in_order = sorted(range(len(frames)), key=lambda place: len(found.sections[place].items))
    for done, place in enumerate(in_order):
        bodies[place] = _items(found.sections[place], left // (len(frames) - done))
        left -= _size(bodies[place])
    return head + "".join(f"{before}{bodies[place]}{after}" for place, (before, after) in enumerate(frames))


def _frame(section: Section) -> tuple[str, str]:
    """What stands before and after the entries of a section; long ones are folded."""
    heading = escaped(section.heading)
    remark = f"{escaped(section.remark)}\n\n" if section.remark else ""
    if len(section.items) > _OPEN:
        return f"\n<details><summary>{heading}</summary>\n\n{remark}", "\n</details>\n"
    return f"\n**{heading}**\n\n{remark}", ""


def _items(section: Section, room: int) -> str:
    """The entries of a section that have room, in bytes, and how many there are besides."""
    kept = ""
    left = room
    for place, item in enumerate(section.items):
        line = _item(item, fields=True)
        if _size(line) > left:
            line = _item(item, fields=False)
        if _size(line) > left:
            return kept + _more(len(section.items) - place)
        kept += line
        left -= _size(line)
    return kept


def _more(count: int) -> str:
    return f"- … and {count:,} more\n"


def _item(item: Item, *, fields: bool) -> str:
    """The lines of an entry."""
    sign = {"+": "\\+ ", "-": "\\- ", "~": ""}[item.sign]
    what = f" {escaped(item.what)}" if item.what else ""
    lines = [f"- {sign}**{escaped(item.name)}**{what}\n"]
    for change in item.fields if fields else ():
        shown = "".join(map(marked, pieces(change))) or " only its HTML differs"
        if _size(shown) > _FIELD:
            shown = " differs in many places"
        lines.append(f"  - {escaped(change.name)}: {shown.strip()}\n")
    if item.fields and not fields:
        lines.append(f"  - {escaped(', '.join(each.name for each in item.fields))}\n")
    return "".join(lines)


def marked(piece: tuple[str, str]) -> str:
    """A piece of a field's difference: what is gone struck out, and what is new underlined."""
    sort, words = piece
    inner = words.lstrip(" ")
    blank = words[: len(words) - len(inner)]
    tag = {"=": "", "-": "del", "+": "ins"}[sort]
    return f"{blank}<{tag}>{escaped(inner)}</{tag}>" if tag else blank + escaped(inner)


def escaped(text: str) -> str:
    """A text that Markdown shows as it is, and in which GitHub finds neither people nor issues."""
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _NUMBERED.sub(r"\g<0>\\", _SPECIAL.sub(r"\\\g<0>", text))
    return _LINKING.sub(r"\g<0>&#8203;", text)


def _short(text: str, most: int) -> str:
    """A text of at most so many bytes."""
    if _size(text) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore").rsplit(" ", 1)[0] + "…"


def _size(text: str) -> int:
    return len(text.encode())
