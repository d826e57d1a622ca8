r"""Formulas of a card as MathML, which browsers draw without a script.

Anki draws formulas with MathJax, which is larger than the rest of a preview. Here `math_core` translates them
once, while the page is made. It knows most of what MathJax knows, and refuses the rest: such a formula stays
as it was typed. The package never gets MathML.
"""

from __future__ import annotations

import html as html_lib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from deckgen.cards import formulas, html

if TYPE_CHECKING:
    from math_core import LatexToMathML

FORMULA = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.DOTALL)
"""A formula of a card, as MathJax finds it: in the line, or on its own."""
_COMMENT = re.compile(r"(<!--.*?-->)", re.DOTALL)
_NOT_READ = frozenset("script noscript style textarea pre code annotation annotation-xml".split())
"""The elements in which MathJax looks for no formulas."""
# bounds for the translator: its stack may be small, and each open bracket doubles its time
_LONGEST = 1500  # characters
_MOST = 150  # commands and scripts
_DEEPEST = 40  # braces in one another
_OPEN = 10  # brackets that are open at a time
_COMMAND = re.compile(r"\\[A-Za-z]+|[_^]")
_BRACE = re.compile(r"(?P<opens>\{)|(?P<closes>\})|\\.", re.DOTALL)
_NAMES = "(?:angle|brace|brack|ceil|floor|group|moustache|paren|[vV]ert)"
_BRACKET = re.compile(
    rf"(?P<opens>[(\[]|\\\{{|\\l{_NAMES})|(?P<closes>[)\]]|\\\}}|\\r{_NAMES})|\\.", re.DOTALL
)
_MACROS = {
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
}
"""Commands of MathJax that the translator does not know, and what is the same."""
_ENVIRONMENTS = {"split": "aligned", "smallmatrix": "matrix", "eqnarray": "align", "eqnarray*": "align*"}
_ENVIRONMENT = re.compile(rf"\\(begin|end)\{{({'|'.join(map(re.escape, _ENVIRONMENTS))})\}}")
_NOT_DRAWN = "The preview cannot draw this formula. Anki can, if its commands are right."


def drawn(card: str) -> str:
    """The HTML of a card's side with its formulas as MathML; one that cannot be translated stays as typed."""
    if "\\(" not in card and "\\[" not in card:
        return card
    result, place, closes = [], 0, ""
    for tag in html.tags(card):
        text = card[place : tag.start]
        result += [text if closes else _with_formulas(text), card[tag.start : tag.end]]
        place = tag.end
        if closes:
            closes = "" if tag.closing and tag.name == closes else closes
        elif tag.opens and tag.name in _NOT_READ:
            closes = tag.name
    return "".join(result) + _with_formulas(card[place:])


def _with_formulas(text: str) -> str:
    """HTML without tags, with its formulas as MathML."""
    parts = _COMMENT.split(text)
    return "".join(part if place % 2 else FORMULA.sub(_element, part) for place, part in enumerate(parts))


def _element(match: re.Match[str]) -> str:
    """The HTML of a formula, in the element that MathJax would make: a card's style may name it."""
    display = match[1] is None
    tex = html_lib.unescape(match[2] if display else match[1]).strip()
    mathml = _mathml(tex, display=display)
    if not mathml:
        return f'<span class="deckgen-formula" title="{_NOT_DRAWN}">{html.escape(tex)}</span>'
    sort = ' display="true"' if display else ""
    return f'<mjx-container{sort} dir="ltr">{mathml}</mjx-container>'


@lru_cache(maxsize=10_000)
def _mathml(tex: str, *, display: bool) -> str:
    """A formula as MathML; empty if it cannot be translated, or holds a command that no card may have."""
    if len(tex) > _LONGEST or len(_COMMAND.findall(tex)) > _MOST:
        return ""
    if _depth(tex, _BRACE) > _DEEPEST or _depth(tex, _BRACKET) > _OPEN or any(formulas.unsafe(tex)):
        return ""
    from math_core import LatexError  # noqa: PLC0415 (few decks have formulas)

    known = _ENVIRONMENT.sub(lambda match: f"\\{match[1]}{{{_ENVIRONMENTS[match[2]]}}}", tex)
    try:
        return _translator().convert_with_local_state(known, displaystyle=display)
    except LatexError:
        return ""


@lru_cache(maxsize=1)
def _translator() -> LatexToMathML:
    """What translates formulas."""
    from math_core import LatexToMathML  # noqa: PLC0415 (few decks have formulas)

    return LatexToMathML(
        macros=_MACROS, allow_unreliable_rendering=True, fancy_error=False, max_expansions=100
    )


def _depth(tex: str, sign: re.Pattern[str]) -> int:
    """How many of some signs are open at a time; an unclosed one counts to the end."""
    deepest = depth = 0
    for match in sign.finditer(tex):
        depth = max(depth + bool(match["opens"]) - bool(match["closes"]), 0)
        deepest = max(deepest, depth)
    return deepest
