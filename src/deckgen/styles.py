"""The names of colors and measures in a deck's styles: `--ink: …` gives one, `var(--ink)` takes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Span, listed, nearest, proposal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAME = r"(?<![\w-])(--[A-Za-z][\w-]*)"
_GIVEN = re.compile(rf"{_NAME}\s*:")
_NAMED = re.compile(rf"{_NAME}(?![\w-]|\s*:)")
_NEEDED = re.compile(rf"var\(\s*{_NAME}\s*\)")


def odd_names(text: str, shipped: str, own: Mapping[str, str], theme: str) -> Iterator[Diagnostic]:
    """Warnings about names that nothing takes, and about those that nothing gives.

    Args:
        text: All styles and faces of the deck, rendered.
        shipped: deckgen's own theme.
        own: The deck's own templates, by their paths as diagnostics show them.
        theme: The path among them of the deck's own theme; empty where it has none.
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
    in_own = {name: place for name in sorted(lacking) if (place := _place(name, own))}
    for name, place in in_own.items():
        hint = proposal(name, near) if (near := nearest(name, sorted(given))) else f"give it in {_THEME}"
        yield Diagnostic("unknown-color", f"no style says what `{name}` is", place, hint)
    if theme and (rest := sorted(lacking - in_own.keys())):
        lines = [line.strip() for line in shipped.splitlines() if line.strip().startswith(rest[0] + ":")]
        hint = f"copy them from deckgen's own file, as `{lines[0]}`" if lines else ""
        message = f"this theme lacks names that the styles use: {listed(rest)}"
        yield Diagnostic("unknown-color", message, Span(theme), hint)


_THEME = "templates/base/theme.css.j2"


def _place(name: str, own: Mapping[str, str]) -> Span | None:
    """Where a name first stands in the deck's own templates."""
    for path, text in sorted(own.items()):
        if match := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return Span(path, line, column, column + len(name))
    return None
