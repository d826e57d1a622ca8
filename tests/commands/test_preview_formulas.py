"""Formulas in the preview: browsers draw them, Anki's package does not change."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from deckgen.commands.preview.formulas import drawn
from tests.conftest import CHAPTER, open_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.galleries import Gallery

DRAWN = r"""
x^2+y_1
\frac{1}{2}
\sqrt[3]{x}
\binom{n}{k}
\sum_{i=0}^{n} i^2
\sum_{\substack{i<n\\j<m}} a
\int_0^\infty e^{-x^2}\,dx
\mathbb{R}\subseteq\mathcal{C}
\text{if } x > 0
\operatorname*{argmax}_x f(x)
\begin{pmatrix}1&2\\3&4\end{pmatrix}
\begin{smallmatrix}1&2\\3&4\end{smallmatrix}
\begin{array}{c|c}1&2\\\hline 3&4\end{array}
\begin{cases}x & x>0\\ -x & \text{otherwise}\end{cases}
\begin{aligned}a&=b\\&=c\end{aligned}
\begin{split}a&=b\\&=c\end{split}
\begin{align*}a&=b\\&=c\end{align*}
\textcolor{red}{x}
\left(\frac{a}{b}\right)^2
\overbrace{a+b}^{n}
\widehat{abc}\vec{v}\overline{AB}
\xrightarrow[b]{a}
a \equiv b \pmod{n}
\cancel{x}\boxed{x=1}
P(A\mid B)=\frac{P(B\mid A)P(A)}{P(B)}
\mathrm{N\,m^{-2}}
[0, 1)
""".strip().splitlines()
"""What is usual on cards, and Anki's MathJax draws."""
AS_TYPED = [
    r"\ce{H2O}",
    r"\unknown{x}",
    r"\frac{1}{",
    r"\href{javascript:alert(1)}{x}",
    r"\class{a}{x}",
    r"\cssId{a}{x}",
    r"\style{position:fixed}{x}",
    r'\color{"><script>alert(1)</script>}{x}',
    r"\eqref{x}",
    r"\def\a{\a\a}\a",
    "{" * 1000 + "}" * 1000,
    "[" * 1000,
    r"\not" * 1000,
    "x" * 100_000,
]
"""What the translator does not know, what no card may have, and what would take it all stack or time."""


@pytest.mark.parametrize("tex", DRAWN)
def test_what_is_usual_on_cards_becomes_mathml(tex: str) -> None:
    """Nothing of the commands is left as text, in the line and on a line of its own."""
    typed = tex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    inline, display = drawn(rf"a \({typed}\) b"), drawn(rf"a \[{typed}\] b")
    assert inline.startswith('a <mjx-container dir="ltr"><math')
    assert display.startswith('a <mjx-container display="true" dir="ltr"><math display="block"')
    assert "\\" not in inline + display
    assert "&amp;" not in inline


@pytest.mark.parametrize("tex", AS_TYPED)
def test_what_cannot_be_drawn_stays_as_typed(tex: str) -> None:
    """It is text, and says that Anki may draw it."""
    typed = tex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    html = drawn(rf"\({typed}\)")
    assert html.startswith('<span class="deckgen-formula" title="The preview cannot draw this formula.')
    assert re.sub("<[^>]*>", "", html) == typed.replace('"', "&quot;").replace("'", "&#x27;")


class _Names(HTMLParser):
    """Collects the names of elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\operatorname{&lt;img src=x onerror=alert(1)&gt;}",
        r"\text{&quot; onclick=&quot;alert(1)}",
        r"\textcolor{red;position:fixed}{x}",
        r"\begin{array}{c&quot;&gt;&lt;script&gt;}x\end{array}",
        r"\hspace{1em&quot; onclick=&quot;x}",
    ],
)
def test_a_formula_makes_no_other_html(tex: str) -> None:
    """Whatever is typed in it, there is neither a script nor a handler, a link or a picture."""
    names = _Names()
    names.feed(drawn(rf"\({tex}\) \[{tex}\]"))
    assert not names.names & {"script", "img", "a", "href", "src", "id", "onclick", "onerror"}
    assert "position" not in re.sub(">[^<]*<", "><", drawn(rf"\({tex}\)"))


@pytest.mark.parametrize(
    "html",
    [
        r"<code>\(x\)</code>",
        r"<pre>\[x\]</pre>",
        r"<script>'\(x\)'</script>",
        r"<!-- \(x\) -->",
        r"<style>/* \(x\) */</style>",
        "$5 or $10",
        r"<span>\</span>(x\)",
    ],
)
def test_what_mathjax_does_not_read_is_left_alone(html: str) -> None:
    """Code, scripts, comments, and what is no formula."""
    assert drawn(html) == html


def test_the_preview_draws_formulas_and_the_package_keeps_them(
    preview: Callable[..., Path],
    show: Callable[..., Gallery],
) -> None:
    """On the card a fraction is higher than a letter; what Anki gets is the formula as MathJax reads it."""
    text = CHAPTER.replace("Before change", r"With $\frac{x^2}{y}$ and $\ce{H2O}$ change")
    deck = preview({"source/one.yaml": text})
    gallery = show(deck)
    back = gallery.side("Back", "one, Cloze 1")
    fraction = back.locator("#qa .text math mfrac").first
    expect(fraction).to_be_visible()
    heights = "e => [e.getBoundingClientRect().height, e.querySelector('mi').getBoundingClientRect().height]"
    whole, letter = fraction.evaluate(heights)
    assert whole > 1.5 * letter
    typed = back.locator(".deckgen-formula").first
    expect(typed).to_have_text(r"\ce{H2O}")
    expect(typed).to_have_attribute("title", re.compile("Anki can"))


def test_a_package_has_formulas_as_typed(project: Callable[..., Path]) -> None:
    """What Anki gets is the formula between MathJax's marks; building does not even import the translator."""
    deck = project({"source/one.yaml": CHAPTER.replace("Before change", "With $x^2$ change")})
    command = [sys.executable, "-X", "importtime", "-m", "deckgen", "build"]
    done = subprocess.run(command, cwd=deck, capture_output=True, text=True, check=True)
    assert "deckgen.build" in done.stderr
    assert "math_core" not in done.stderr
    (package,) = (deck / "build").glob("*.apkg")
    (note,) = open_package(package).notes
    assert note["flds"].startswith(r"With \(x^2\) change")
