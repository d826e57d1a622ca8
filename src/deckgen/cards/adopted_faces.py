"""The faces of adopted note types: texts of Anki's templates that Jinja gives back as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.anki import template
from deckgen.diagnostics import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# what Jinja would read as its own (`[` alone would become that before one of the others), line ends that it
# would change, and characters that deckgen allows in no file
_NOT_VERBATIM = re.compile(
    "\\[[\\[%#]|\\[?[^\\t\\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    """A text with U+FFFD in place of each half of a character (a surrogate), which no file can contain."""
    return _SURROGATE.sub("\ufffd", text)


def as_jinja(text: str) -> str:
    """A file whose text, rendered as Jinja with deckgen's brackets, is exactly the given one.

    Args:
        text: The text of a template or style of Anki's; see `without_halves`.
    """

    def wrapped(match: re.Match[str]) -> str:
        inner = "".join(char if char in "[%#" else f"\\u{ord(char):04x}" for char in match.group())
        return f'[[ "{inner}" ]]'

    # Jinja drops one line end at the end of a file
    return _NOT_VERBATIM.sub(wrapped, without_halves(text)).replace("\\u000d", "\\r") + "\n"


def faults(
    text: str, fields: Collection[str], path: str, source: str, *, front: bool
) -> Iterator[Diagnostic]:
    """Warnings about tags of an adopted template in place of which Anki shows an error, or nothing wanted.

    Args:
        text: The template.
        fields: The names of the fields of its note type.
        path: Its file as diagnostics show it.
        source: The text of the file.
        front: Whether it is a front.
    """
    for fault in template.check(template.parse(text), fields, front=front):
        tag = text[fault.offset : fault.offset + fault.length].split("\n", 1)[0]
        offset = source.find(text[fault.offset :].split("\n", 1)[0])
        span = Span(path)
        if tag and offset >= 0:
            line = source.count("\n", 0, offset) + 1
            column = offset - source.rfind("\n", 0, offset)
            span = Span(path, line, column, column + len(tag))
        yield Diagnostic("adopted-face", fault.message, span, fault.hint)
