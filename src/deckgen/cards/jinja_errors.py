"""Jinja's error messages in words for a template's author, each with a line and a hint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.cards.pricing import TAGS
from deckgen.cards.template_values import FILTERS, TESTS
from deckgen.diagnostics import did_you_mean, listing
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEVER_CLOSED = pattern(r"Unexpected end of template.*innermost block that needs to be closed is '(\w+)'")
_WRONG_END = pattern(r"unknown tag '(end\w*|el\w+)'.*innermost block that needs to be closed is '(\w+)'")
_NO_SUCH_TAG = pattern(r"unknown tag '(\w+)'")
_NO_SUCH_FILTER = pattern(r"No filter named '(\w+)'")
_NO_SUCH_TEST = pattern(r"No test named '(\w+)'")
_UNEXPECTED = pattern(r"unexpected '[\]%}]'|unexpected char")
_NO_ATTRIBUTE = pattern(r"'([\w. ]+) object' has no attribute '(\w+)'")
_UNDEFINED = pattern(r"'(\w+)' is undefined")
_CURLY_TAG = pattern(rf"\{{%[-+]?\s*(?:end)?(?:{'|'.join(TAGS)}|if|else|elif)\b[^\n%}}]*%\}}")
_OPENING, _CLOSING = "\u201c\u201e\u00ab\u201a\u2018\u2039", "\u201d\u201c\u00bb\u2018\u2019\u203a"
_CURLY_QUOTE = pattern(rf"unexpected char '([{_OPENING}{_CLOSING}])'")
_IN_CURLY_QUOTES = pattern(rf"[{_OPENING}]([^{_OPENING}{_CLOSING}\"]+)[{_CLOSING}]")
_BEHIND_QUOTES = pattern(r"expected token '[^']+', got '(\w+)'")
_CODE = pattern(r"<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_NAME = pattern(r"\[%[-+]?\s*(?:macro|set)\s+(\w+)")


def of_syntax(message: str, text: str, line: int) -> tuple[str, int, str]:
    """The fault of a template that Jinja cannot parse.

    Args:
        message: Jinja's message.
        text: The template.
        line: The line that Jinja names, from 1.

    Returns:
        A message, a line, and a hint, which may be empty.
    """
    description, hint = message or "this is not valid Jinja", ""
    if fault := _of_marks(message, text, line):
        return fault
    if match := _NEVER_CLOSED.search(message):
        tag = match[1]
        description, hint = f"`[% {tag} … %]` is never closed", f"end it with `[% end{tag} %]`"
        line = _open(text, tag) or line
    elif match := _WRONG_END.search(message):
        hint = f"`[% {match[2]} … %]` before it is still open; end that with `[% end{match[2]} %]`"
        description = f"`[% {match[1]} %]` does not belong here"
    elif match := _NO_SUCH_TAG.search(message):
        description, hint = f"Jinja has no tag `[% {match[1]} … %]`", did_you_mean(match[1], TAGS)
    elif match := _NO_SUCH_FILTER.search(message):
        description, hint = f"there is no filter `{match[1]}`", did_you_mean(match[1], FILTERS)
    elif match := _NO_SUCH_TEST.search(message):
        description, hint = f"there is no test `{match[1]}`", did_you_mean(match[1], TESTS)
    elif "Expected an expression, got 'end of" in message:
        description, hint = "the value is missing in this tag", "write it, as in `[% if NAME %]`"
    elif _UNEXPECTED.search(message):
        hint = "close `[[` with `]]`, and `[%` with `%]`"
    elif "comment" in message:
        hint = "`[#` starts a template comment; end it with `#]`"
    return description, line, hint


def _of_marks(message: str, text: str, line: int) -> tuple[str, int, str] | None:
    """A message, a line and a hint if a template uses other marks or quotes than Jinja's; None if not."""
    if match := _CURLY_TAG.search(text):
        line = text.count("\n", 0, match.start()) + 1
        return f"`{match[0]}` is text here", line, "Jinja uses square brackets here: `[% … %]`"
    written = _line(text, line)
    if match := _CURLY_QUOTE.search(message):
        quoted = _IN_CURLY_QUOTES.search(written)
        meant = f'`"{quoted[1]}"`' if quoted else '`"…"`'
        description = f"`{match[1]}` is not a quotation mark in Jinja"
        return description, line, f"use straight quotes around text: {meant}"
    match = _BEHIND_QUOTES.search(message)
    if match and re.search(rf'"[^"\n]*"\s*{re.escape(match[1])}', written):
        description = f'a `"` inside this text ends it before `{match[1]}`'
        return description, line, 'write `\\"` for it, or “ and ”'
    return None


def _line(text: str, number: int) -> str:
    """A line of a text, by its number from 1."""
    return next(iter(text.split("\n")[number - 1 : number]), "")


def single_braces(text: str, fields: Iterable[str]) -> list[str]:
    """The fields that a rendered face names in one pair of braces, as written there."""
    names = "|".join(map(re.escape, fields))
    html = _CODE.sub("", text)
    return list(dict.fromkeys(re.findall(rf"(?<![{{$])\{{(?:{names})\}}(?!\}})", html))) if names else []


def _open(text: str, tag: str) -> int:
    """The line of the last tag of a name that is never closed; 0 if there is none."""
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
    """The fault of a template that Jinja cannot run.

    Args:
        message: Jinja's message.
        of_deck: The names that templates know of the deck and of the kind.
        known: The other names that they know.
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
        hint = did_you_mean(match[1], known) or f"a face can use {listing(known)}"
        if match[1] == "m":
            hint = 'to use `m`, begin the face with `[% extends "base/layout.html.j2" %]`'
        return f"there is no `{match[1]}` here", hint
    return message, ""


def defined(text: str) -> list[str]:
    """The names of the macros and words that a template defines for others."""
    return _NAME.findall(text)


def lacking(message: str) -> str:
    """The name that a template should define for others but does not; empty for any other error."""
    match = _NO_ATTRIBUTE.search(message)
    return match[2] if match and "TemplateModule" in match[1] else ""
