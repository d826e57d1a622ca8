"""A rule about blocks of code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.anki.verbatim import pieces
from deckgen.cards import highlight
from deckgen.checks import context as look
from deckgen.diagnostics import Diagnostic, nearest, proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext

_FENCE = re.compile(r"(?:`{3}|~{3})[`~]*[ \t]*[^\s`~]")
_WORDS = re.compile(r"[`~]{3,}[ \t]*([^\n]*)")
_PLAIN = "remove the language, or write `text` for plain code"
_NO_CODE = {
    "math": "write a formula between lines of `$$`",
    "latex-math": "write a formula between lines of `$$`",
    **dict.fromkeys(
        ("dot-graph", "flowchart", "mermaid", "plantuml", "puml", "sequence"),
        "Anki cannot draw it: save the drawing as an image, and write `![what it shows](media/…)`",
    ),
}
"""Hints for what other programs draw in place of the code."""


def unknown_code_language(context: RuleContext) -> Iterator[Diagnostic]:
    """A block of code in a language that has no colors, mostly because of a slip in its name."""
    for note, key, scalar in context.texts_with(_FENCE, "```", "~~~"):
        if (note.kind.name, key) in context.plain_keys:
            continue
        for piece in pieces(scalar.value):
            words = _WORDS.match(scalar.value, piece.start) if piece.kind == "fence" else None
            name = highlight.name_of(words[1]) if words else ""
            if words and name and not highlight.is_known(name):
                message = f"deckgen does not know the language `{name}`, so this code has no colors"
                hint = _NO_CODE.get(name.lower(), "")
                if not hint:
                    near = nearest(name, highlight.names())
                    hint = proposal(name, near) if near else _PLAIN
                span = look.at(note, scalar, words.start(1) + words[1].index(name), len(name))
                yield Diagnostic("unknown-code-language", message, span, hint)
