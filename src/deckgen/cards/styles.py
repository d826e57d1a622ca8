"""The names of colors and measures in a deck's styles: `--ink: …` gives one, `var(--ink)` takes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Span, nearest, proposal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAME = r"(?<![\w-])(--[A-Za-z][\w-]*)"
_GIVEN = re.compile(rf"{_NAME}\s*:")
_NAMED = re.compile(rf"{_NAME}(?![\w-]|\s*:)")
_NEEDED = re.compile(rf"var\(\s*{_NAME}\s*\)")


def completed(css: str, shipped: str) -> str:
    """A style, after deckgen's own theme where it takes names from that and does not give them.

    Args:
        css: The style.
        shipped: deckgen's own theme.
    """
    text = _COMMENT.sub("", css)
    lacking = set(_NEEDED.findall(text)) - set(_GIVEN.findall(text))
    return f"{shipped.strip()}\n{css}" if lacking & set(_GIVEN.findall(shipped)) else css


def odd_names(text: str, shipped: str, own: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Warnings about names that nothing takes, and about those that nothing gives.

    Args:
        text: All styles and faces of the deck, rendered.
        shipped: deckgen's own theme.
        own: The deck's own templates, by their paths as diagnostics show them.
    """
    text = _COMMENT.sub("", text)
    given, named, needed = (set(pattern.findall(text)) for pattern in (_GIVEN, _NAMED, _NEEDED))
    usual = set(_GIVEN.findall(shipped))
    lacking = needed - given
    for name in sorted(given - named - usual):
        if place := _place(name, own):
            near = nearest(name, sorted((needed | usual) - {name}))
            lacking.discard(near)
            hint = proposal(name, near) if near else "take it away, or use it: `color: var(" + name + ")`"
            yield Diagnostic("unknown-color", f"no style uses `{name}`", place, hint)
    for name in sorted(lacking):
        if place := _place(name, own):
            near = nearest(name, sorted(given))
            hint = proposal(name, near) if near else f"write what it is: `.card {{ {name}: … }}`"
            yield Diagnostic("unknown-color", f"no style says what `{name}` is", place, hint)


def _place(name: str, own: Mapping[str, str]) -> Span | None:
    """Where a name first stands in the deck's own templates."""
    for path, text in sorted(own.items()):
        if match := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return Span(path, line, column, column + len(name))
    return None
