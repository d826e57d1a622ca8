"""The names of colors and measures in a deck's styles: `--ink: …` defines one, `var(--ink)` uses it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Span, nearest, proposal
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMMENT = pattern(r"/\*.*?\*/", re.DOTALL)
_NAME = r"(?<![\w-])(--[A-Za-z][\w-]*)"
_DEFINED = pattern(rf"{_NAME}\s*:")
_NAMED = pattern(rf"{_NAME}(?![\w-]|\s*:)")
_USED = pattern(rf"var\(\s*{_NAME}\s*\)")


def completed(css: str, shipped: str) -> str:
    """A style, with deckgen's own theme before it if it uses names that only the theme defines.

    Args:
        css: The style.
        shipped: deckgen's own theme.
    """
    text = _COMMENT.sub("", css)
    undefined = set(_USED.findall(text)) - set(_DEFINED.findall(text))
    return f"{shipped.strip()}\n{css}" if undefined & set(_DEFINED.findall(shipped)) else css


def odd_names(text: str, shipped: str, own: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Warnings about names that no style uses, and about names that no style defines.

    Args:
        text: All styles and faces of the deck, rendered.
        shipped: deckgen's own theme.
        own: The deck's own templates, by their paths as diagnostics show them.
    """
    text = _COMMENT.sub("", text)
    defined, named, used = (set(pattern.findall(text)) for pattern in (_DEFINED, _NAMED, _USED))
    defined_in_theme = set(_DEFINED.findall(shipped))
    undefined = used - defined
    for name in sorted(defined - named - defined_in_theme):
        if place := _place(name, own):
            near = nearest(name, sorted((used | defined_in_theme) - {name}))
            undefined.discard(near)
            hint = proposal(name, near) if near else "remove it, or use it: `color: var(" + name + ")`"
            yield Diagnostic("unknown-color", f"no style uses `{name}`", place, hint)
    for name in sorted(undefined):
        if place := _place(name, own):
            near = nearest(name, sorted(defined))
            hint = proposal(name, near) if near else f"define it: `.card {{ {name}: … }}`"
            yield Diagnostic("unknown-color", f"no style defines `{name}`", place, hint)


def _place(name: str, own: Mapping[str, str]) -> Span | None:
    """The first place of a name in the deck's own templates."""
    for path, text in sorted(own.items()):
        if match := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return Span(path, line, column, column + len(name))
    return None
