"""The commands of MathJax that a formula must not contain: they load, link, place, or change other cards."""

from __future__ import annotations

import html as html_lib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSAFE = re.compile(
    r"\\(?P<name>href|url|cssId|class|style|bbox|unicode|require|html[A-Z][A-Za-z]*|data|mmlToken|includegraphics"
    r"|[gex]?def|let|futurelet|(?:re|provide)?newcommand|providecommand|renewcommand|(?:re)?newenvironment"
    r"|DeclareMathOperator|DeclarePairedDelimiters?[A-Za-z]*|toggle|endtoggle|texttip|mathtip|tooltip|csname"
    r"|begingroup|begingroupSandbox|global|Newextarrow|definecolor|fcolorbox|label|ref|eqref|(?:re)?newtagform"
    r"|usetagform|mathtoolsset)(?![A-Za-z])"
    r"|\\(?P<color>colorbox|color|textcolor|cellcolor|rowcolor|columncolor|pagecolor)(?![A-Za-z])\s*"
    r"(?:\[[^\]]*\]\s*)?\{(?![#\w .,!-]*\})"
)
_INSTEAD = {
    "require": "Anki loads mhchem and the usual packages by itself: take `\\require{…}` away",
    "bbox": "`\\boxed{…}` draws a box",
    "fcolorbox": "`\\boxed{…}` draws a box, `\\colorbox{yellow}{…}` a ground",
    "label": "take `\\label{…}` away: on the second showing it would be an error",
    "DeclareMathOperator": "write `\\operatorname{…}` where you need it",
}
_FORMULA = re.compile(r"\\[(\[]")
_TAG = re.compile(r"<[^<>]*>")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def unsafe(formula: str) -> Iterator[tuple[str, str, str]]:
    """The forbidden commands of a formula, each once: its name, a message and a hint.

    Args:
        formula: TeX or its HTML. Tags in it are ignored, as MathJax does, and Anki in clozes.
    """
    if "\\" not in formula:
        return
    if "<" in formula or "&" in formula:
        formula = html_lib.unescape(_TAG.sub("", formula))
    for name, match in {
        match["name"] or match["color"]: match for match in _UNSAFE.finditer(formula)
    }.items():
        message = f"`\\{name}` in a formula can change the page, other cards, or run a script"
        hint = (
            "a color is a word or a number such as `#06c`"
            if match["color"]
            else "write the formula without it"
        )
        yield f"\\{name}", message, _INSTEAD.get(name, hint)


def is_balanced(formula: str) -> bool:
    """Whether the braces of a formula are balanced; otherwise MathJax reads on beyond the formula."""
    depth = 0
    for match in _BRACE.finditer(formula):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth < 0:
            return False
    return depth == 0


def unsafe_in_plain(value: str) -> Iterator[tuple[str, str, str]]:
    """The same for plain text, in which only a formula between Anki's own marks is markup."""
    if _FORMULA.search(value):
        yield from unsafe(value)
