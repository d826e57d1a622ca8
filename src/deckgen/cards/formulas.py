"""The commands of MathJax that a formula must not contain: they load, link, place, or change other cards."""

from __future__ import annotations

import html as html_lib
import re
from typing import TYPE_CHECKING

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSAFE = pattern(
    r"\\(?P<name>href|url|cssId|class|style|bbox|unicode|require|html[A-Z][A-Za-z]*|data|mmlToken|includegraphics"
    r"|[gex]?def|let|futurelet|(?:re|provide)?newcommand|providecommand|renewcommand|(?:re)?newenvironment"
    r"|DeclareMathOperator|DeclarePairedDelimiters?[A-Za-z]*|toggle|endtoggle|texttip|mathtip|tooltip|csname"
    r"|begingroup|begingroupSandbox|global|Newextarrow|definecolor|fcolorbox|label|ref|eqref|(?:re)?newtagform"
    r"|usetagform|mathtoolsset)(?![A-Za-z])"
    r"|\\(?P<color>colorbox|color|textcolor|cellcolor|rowcolor|columncolor|pagecolor)(?![A-Za-z])\s*"
    r"(?:\[[^\]]*\]\s*)?\{(?![#\w .,!-]*\})"
)
_INSTEAD = {
    "href": "remove it; write a link outside the formula, as `[text](https://…)`",
    "require": "Anki loads mhchem and the usual packages automatically: remove `\\require{…}`",
    "bbox": "`\\boxed{…}` draws a box",
    "fcolorbox": "`\\boxed{…}` draws a box, `\\colorbox{yellow}{…}` a colored background",
    "label": "remove `\\label{…}`: it causes an error when the card is shown again",
    "DeclareMathOperator": "write `\\operatorname{…}` where you need it",
}
_FORMULA = pattern(r"\\[(\[]")
_TAG = pattern(r"<[^<>]*>")
_BRACE = pattern(r"\\.|[{}]", re.DOTALL)


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
        message = f"`\\{name}` in a formula can change the page or other cards, or run a script"
        hint = (
            "write a color as a word or a number such as `#06c`"
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


_TEXT = pattern(r"\\(?:text\w*|mbox|hbox|operatorname\*?|ce|pu)\s*\{(?:[^{}]|\{[^{}]*\})*\}")
_LEFT = pattern(r"\\(left|right)(?![A-Za-z])")
_DOUBLED = pattern(
    r"\\{2}(?=(?:[dt]?frac|sqrt|theta|lambda|alpha|beta|gamma|[dD]elta|sigma|[oO]mega|times|cdot|approx|left|right"
    r"|mathrm|mathbf|vec|overline|text|varphi|partial|infty)(?![A-Za-z]))"
)
_SCRIPTED = pattern(r"(?P<sign>[\^_])\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[A-Za-z0-9])\s*(?P=sign)")
_PERCENT = pattern(r"(?<!\\)%(?P<rest>[^\n]*)")


def misread(formula: str) -> Iterator[tuple[str, str, str, str]]:
    r"""What TeX reads otherwise than it was typed: the code, the piece, why, and what to do.

    Args:
        formula: As for `unsafe`, with its marks.
    """
    if "<" in formula or "&" in formula:
        formula = html_lib.unescape(_TAG.sub("", formula))
    bare = _TEXT.sub("", formula[2:-2])
    percent = _PERCENT.search(bare)
    if percent and ("\n" not in bare.strip() or re.search(r"\d(?:\\[, ])?\s*$", bare[: percent.start()])):
        message = "in TeX, `%` starts a comment, so the card does not show the rest of this line"
        yield "lost-text", "%", message, "write `\\%`"
    single = re.search(r"(?<!\\)\\(?:\\\\)*[A-Za-z]", bare)
    if not single and (doubled := _DOUBLED.search(bare)):
        name = re.match(r"[A-Za-z]+", bare[doubled.end() :])
        piece = f"\\\\{name[0] if name else ''}"
        message = f"`{piece}` is not a command: TeX reads it as a line break and a word"
        yield "stray-markdown", piece, message, "write each command in this formula with one backslash"
    lefts = [match[1] for match in _LEFT.finditer(bare)]
    if lefts.count("left") != lefts.count("right"):
        one, other = sorted(("left", "right"), key=lefts.count, reverse=True)
        message = f"this `\\{one}` has no `\\{other}`, so the card shows an error instead of the formula"
        yield "bad-math", f"\\{one}", message, f"write `\\{other}` with its bracket, or `\\{other}.` for none"
    if scripts := _SCRIPTED.search(bare):
        what = "exponents" if scripts["sign"] == "^" else "indices"
        message = (
            f"two {what} belong to the same symbol here, so the card shows an error instead of the formula"
        )
        yield (
            "bad-math",
            scripts[0],
            message,
            f"use braces to group them, as in `x{scripts['sign']}{{2{scripts['sign']}3}}`",
        )


def unsafe_in_plain(value: str) -> Iterator[tuple[str, str, str]]:
    """The same for plain text, in which only a formula between Anki's own marks is markup."""
    if _FORMULA.search(value):
        yield from unsafe(value)
