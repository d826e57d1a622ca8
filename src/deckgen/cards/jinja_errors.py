"""What Jinja says of a template, in words for its author, with its place and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.cards.pricing import TAGS
from deckgen.cards.template_values import FILTERS, TESTS
from deckgen.diagnostics import did_you_mean, listing

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEVER_CLOSED = re.compile(r"Unexpected end of template.*innermost block that needs to be closed is '(\w+)'")
_WRONG_END = re.compile(r"unknown tag '(end\w*|el\w+)'.*innermost block that needs to be closed is '(\w+)'")
_NO_SUCH_TAG = re.compile(r"unknown tag '(\w+)'")
_NO_SUCH_FILTER = re.compile(r"No filter named '(\w+)'")
_NO_SUCH_TEST = re.compile(r"No test named '(\w+)'")
_UNEXPECTED = re.compile(r"unexpected '[\]%}]'|unexpected char")
_NO_ATTRIBUTE = re.compile(r"'([\w. ]+) object' has no attribute '(\w+)'")
_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_CURLY_TAG = re.compile(rf"\{{%[-+]?\s*(?:end)?(?:{'|'.join(TAGS)}|if|else|elif)\b[^\n%}}]*%\}}")
_OPENING, _CLOSING = "\u201c\u201e\u00ab\u201a\u2018\u2039", "\u201d\u201c\u00bb\u2018\u2019\u203a"
_CURLY_QUOTE = re.compile(rf"unexpected char '([{_OPENING}{_CLOSING}])'")
_IN_CURLY_QUOTES = re.compile(rf"[{_OPENING}]([^{_OPENING}{_CLOSING}\"]+)[{_CLOSING}]")
_BEHIND_QUOTES = re.compile(r"expected token '[^']+', got '(\w+)'")
_CODE = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"\[%[-+]?\s*(?:macro|set)\s+(\w+)")


def of_syntax(message: str, text: str, line: int) -> tuple[str, int, str]:
    """What is wrong with a template that Jinja cannot read.

    Args:
        message: What Jinja says.
        text: The template.
        line: The line that Jinja names, from 1.

    Returns:
        A message, a line, and a hint, which may be empty.
    """
    said, hint = message or "this is not Jinja", ""
    if told := _of_marks(message, text, line):
        return told
    if match := _NEVER_CLOSED.search(message):
        tag = match[1]
        said, hint = f"`[% {tag} … %]` is never closed", f"it ends with `[% end{tag} %]`"
        line = _open(text, tag) or line
    elif match := _WRONG_END.search(message):
        hint = f"`[% {match[2]} … %]` is open here, and ends with `[% end{match[2]} %]`"
        said = f"`[% {match[1]} %]` does not belong here"
    elif match := _NO_SUCH_TAG.search(message):
        said, hint = f"Jinja has no `[% {match[1]} … %]`", did_you_mean(match[1], TAGS)
    elif match := _NO_SUCH_FILTER.search(message):
        said, hint = f"there is no filter `{match[1]}`", did_you_mean(match[1], FILTERS)
    elif match := _NO_SUCH_TEST.search(message):
        said, hint = f"there is no test `{match[1]}`", did_you_mean(match[1], TESTS)
    elif _UNEXPECTED.search(message):
        hint = "what begins with `[[` ends with `]]`, and `[%` with `%]`"
    elif "comment" in message:
        hint = "`[#` begins a comment of the template, which ends with `#]`"
    return said, line, hint


def _of_marks(message: str, text: str, line: int) -> tuple[str, int, str] | None:
    """A message, a line and a hint where other signs stand than Jinja's; None where they do not."""
    if match := _CURLY_TAG.search(text):
        line = text.count("\n", 0, match.start()) + 1
        return f"`{match[0]}` is text here", line, "the marks of Jinja are square here: `[% … %]`"
    written = _line(text, line)
    if match := _CURLY_QUOTE.search(message):
        inside = _IN_CURLY_QUOTES.search(written)
        meant = f'`"{inside[1]}"`' if inside else '`"…"`'
        said = f"`{match[1]}` is no quotation mark to Jinja"
        return said, line, f"straight quotes stand around a text: {meant}"
    match = _BEHIND_QUOTES.search(message)
    if match and re.search(rf'"[^"\n]*"\s*{re.escape(match[1])}', written):
        said = f'a `"` within this text ends it before `{match[1]}`'
        return said, line, 'write `\\"` for it, or “ and ”'
    return None


def _line(text: str, number: int) -> str:
    """A line of a text, by its number from 1."""
    return next(iter(text.split("\n")[number - 1 : number]), "")


def single_braces(text: str, fields: Iterable[str]) -> list[str]:
    """The fields of a rendered face that stand in one pair of braces, as they are written there."""
    names = "|".join(map(re.escape, fields))
    shown = _CODE.sub("", text)
    return list(dict.fromkeys(re.findall(rf"(?<![{{$])\{{(?:{names})\}}(?!\}})", shown))) if names else []


def _open(text: str, tag: str) -> int:
    """The line on which the last tag of a name opens that is never closed; 0 where none is found."""
    stack: list[int] = []
    for match in re.finditer(rf"\[%[-+]?\s*(end)?{tag}\b", text):
        if not match[1]:
            stack.append(match.start())
        elif stack:
            stack.pop()
    return text.count("\n", 0, stack[-1]) + 1 if stack else 0


def of_running(
    message: str, of_deck: Iterable[str], known: Iterable[str], texts: Iterable[str]
) -> tuple[str, str]:
    """What is wrong with a template that Jinja cannot run.

    Args:
        message: What Jinja says.
        of_deck: What templates know of the deck and of the kind.
        known: What they know besides.
        texts: The templates that have been read.

    Returns:
        A message and a hint, which may be empty.
    """
    if match := _NO_ATTRIBUTE.search(message):
        names = (
            [name for text in texts for name in defined(text)] if "TemplateModule" in match[1] else of_deck
        )
        return f"there is no `{match[2]}` here", did_you_mean(match[2], names)
    if match := _NO_SUCH_TEST.search(message):
        return f"there is no test `{match[1]}`", did_you_mean(match[1], TESTS)
    if match := _UNDEFINED.search(message):
        hint = did_you_mean(match[1], known) or f"a face knows {listing(known)}"
        if match[1] == "m":
            hint = 'a face that uses `m` begins with `[% extends "base/layout.html.j2" %]`'
        return f"there is no `{match[1]}` here", hint
    return message, ""


def defined(text: str) -> list[str]:
    """The names of the macros and words that a template defines for others."""
    return _NAME.findall(text)


def lacking(message: str) -> str:
    """The name that a template was to have for others, and has not; empty where another thing is wrong."""
    match = _NO_ATTRIBUTE.search(message)
    return match[2] if match and "TemplateModule" in match[1] else ""
