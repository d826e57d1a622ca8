"""Markup of other programs, which Markdown does not know, and formulas that are not closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.cards.arrival import Change
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator


_COMMANDS = (
    "circ|d?frac|sqrt|times|cdot|div|pm|alpha|beta|gamma|[dD]elta|theta|lambda|mu|pi|sigma|[oO]mega|infty"
    "|leq?|geq?|neq|approx|sum|int|mathrm|mathbf|vec|overline|rightarrow|to"
)
"""TeX commands which after a `$` are hardly anything but a formula; in a path, others can follow it."""
_FOREIGN = pattern(
    r"(?P<width>(?<=\))\{[^{}\n]*=[^{}\n]*\})|(?P<footnote>\[\^[^\[\]\s]{1,40}\](?!:))|(?P<latex>\[latex\])"
    r"|(?P<box>^[ \t]*(?:>[ ]?\[![a-zA-Z]+\]|:::+[ \t]*\{?[a-zA-Z.]*)[^\n]*)"
    r"|(?<=\w)(?P<sub>~[\w+-]{1,10}~(?!\w{2}))|(?<=\w)(?P<sup>\^(?:[\w+-]{1,10}\^(?!\w)|[o0°]\^(?=[CFK]\b)))"
    rf"|(?P<formula>(?<![\\$\w])\$(?![A-Za-z_:]{{3,}}\\)[^\s$`]*\\(?:{_COMMANDS})(?![a-zA-Z])[^\s$`,;]*)(?![^\n]*\$)"
    r"|(?<![\w\])\[!])(?P<wiki>\[\[(?!c[0-9]+::)[^\[\]\n]{2,80}\]\])(?!\()",
    re.MULTILINE,
)
_MAYBE_FOREIGN = pattern(r"[~^$]|\[\[|\[latex|\)\{|:::|\[!")
_FORMS = {
    "width": 'write an image\'s size in HTML: `<img src="media/tree.png" alt="…" width="300">`',
    "footnote": "footnotes do not work on cards: put the note into the text, or under `extra`",
    "formula": "put `$` on both sides of a formula, as in `$45^\\circ$`",
    "latex": "write a formula as `$…$`, or as `$$…$$` on a separate line",
    "box": "cards have no boxes: write plain text, or a quotation after `> `",
    "sub": "write a subscript as `H<sub>2</sub>O`, or as a formula: `$H_2O$`",
    "sup": "write a superscript as `x<sup>2</sup>`, or as a formula: `$x^2$`",
    "wiki": "cards cannot link to other notes: put the note's id under `builds_on`, and remove the brackets",
}


def foreign(text: str) -> Iterator[Change]:
    """Marks of other tools that have no effect here, so that learners see them."""
    for match in _FOREIGN.finditer(text) if _MAYBE_FOREIGN.search(text) else ():
        name = match.lastgroup or ""
        start = match.start(name)
        message = f"`{match[name]}` has no effect here, so learners see it"
        yield Change("stray-markdown", start, len(match[name]), message, _FORMS[name])


_OPEN_FORMULA = pattern(
    rf"(?P<two>\$\$)(?P<display>[^$]*?(?<![\w:./\\])\\(?:{_COMMANDS})(?![a-zA-Z])[^$\n]*)(?P<one>\$?)(?!\$)"
    rf"|(?<![\\$\w])(?P<open>\$)(?=[^\s$`\\][^$`\n]{{0,60}}[ ={{(]\\(?:{_COMMANDS})(?![a-zA-Z]))"
    r"[^$\n]*(?=\n|\Z)"
)
"""What begins as a formula does, and ends nowhere or with another mark."""


def open_formulas(text: str) -> Iterator[tuple[Change, range]]:
    """Formulas of which one of the marks is missing, each with the range that it may take up.

    Args:
        text: The text; what stands in it as a formula is for the caller to leave out.
    """
    for match in _OPEN_FORMULA.finditer(text) if "$" in text and "\\" in text else ():
        mark = match["two"] or match["open"]
        message = f"`{mark}` opens a formula that is never closed, so learners see the plain text"
        hint = f"write `{mark}` after the formula as well"
        if match["one"]:
            hint = "this formula begins with `$$`, so end it with `$$` as well"
        yield Change("stray-markdown", match.start(), len(mark), message, hint), range(*match.span())
