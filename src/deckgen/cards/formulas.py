"""What a formula may hold: nothing that loads, links, places, or changes other cards (MathJax)."""

from __future__ import annotations

import html as html_lib
import re

_UNSAFE = re.compile(
    r"\\(?P<name>href|url|cssId|class|style|bbox|unicode|require|html[A-Z][A-Za-z]*|data|mmlToken|includegraphics"
    r"|[gex]?def|let|futurelet|(?:re|provide)?newcommand|providecommand|renewcommand|(?:re)?newenvironment"
    r"|DeclareMathOperator|DeclarePairedDelimiters?[A-Za-z]*|toggle|endtoggle|texttip|mathtip|tooltip|csname"
    r"|begingroup|begingroupSandbox|global)(?![A-Za-z])"
)
_INSTEAD = {
    "require": "Anki loads mhchem and the usual packages by itself: take `\\require{…}` away",
    "bbox": "`\\boxed{…}` draws a box",
    "DeclareMathOperator": "write `\\operatorname{…}` where you need it",
}
_FORMULA = re.compile(r"\\[(\[]")
_TAG = re.compile(r"<[^<>]*>")


def unsafe(formula: str) -> tuple[str, str, str] | None:
    """The first command of a formula that is not let through, why, and what to do; None where all are.

    Args:
        formula: TeX, or HTML of it: to MathJax, and to Anki in clozes, tags in it are nothing.
    """
    if "\\" not in formula:
        return None
    if "<" in formula or "&" in formula:
        formula = html_lib.unescape(_TAG.sub("", formula))
    match = _UNSAFE.search(formula)
    if match is None:
        return None
    message = f"`{match[0]}` in a formula can change the page, other cards, or run a script"
    return match[0], message, _INSTEAD.get(match["name"], "write the formula without it")


def unsafe_in_plain(value: str) -> tuple[str, str, str] | None:
    """The same for a text in which nothing but a formula between Anki's own marks is markup."""
    return unsafe(value) if _FORMULA.search(value) else None
