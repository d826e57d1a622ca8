"""What does not fit easily, in the real desktop Anki: formulas above all, which are drawn there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.desktop.driver import Desktop

STRESS, ARABIC = '"deck:A deck of long names*"', "deck:مجموعة*"
CUT = """
[...document.querySelectorAll("mjx-container")].filter((each) => {
    const style = getComputedStyle(each);
    const box = (each.querySelector("mjx-math") || each).getBoundingClientRect();
    const scrolls = (up) => up
        && (/auto|scroll/.test(getComputedStyle(up).overflowX) || scrolls(up.parentElement));
    const wide = box.right > innerWidth + 1 || box.left < -1;
    const low = style.overflowY !== "visible" && each.scrollHeight > each.clientHeight + 1;
    const idle = each.scrollWidth > each.clientWidth && box.width <= each.clientWidth + 1;
    return (wide && !scrolls(each)) || low || (style.overflowX !== "visible" && idle);
}).length
"""
"""How many formulas leave the screen and cannot be scrolled, are cut below, or have a scroll bar in vain."""


@pytest.mark.parametrize(
    "search",
    [
        f'{STRESS} "term:Harmonic analysis" card:1',
        f'{STRESS} "note:*Vignette"',
        f'{ARABIC} "note:*Definition" card:1',
    ],
    ids=["formulas", "vignette", "right to left"],
)
def test_formulas_stay_within_the_card(anki: Desktop, search: str) -> None:
    """A wide formula, drawn, does not widen the page, and can be seen to its end."""
    anki.study(search)
    anki.flip()
    anki.wait("document.querySelectorAll('mjx-container').length > 0")
    for width in (360, 1000):
        anki.do("resize", width, 700)
        anki.wait(f"innerWidth === {width}")
        assert anki.see("document.documentElement.scrollWidth <= innerWidth"), width
        assert anki.see(CUT) == 0, width


def test_cards_fit_a_narrow_window(anki: Desktop) -> None:
    """Code, tables and images as well: both sides of each kind are no wider than the window."""
    for deck in (STRESS, ARABIC):
        for kind in ("Takeaway", "Definition", "Vignette", "Comparison", "Question"):
            anki.study(f'{deck} "note:*{kind}" card:1')
            anki.do("resize", 400, 700)
            anki.wait("innerWidth === 400")
            assert anki.see("document.documentElement.scrollWidth <= innerWidth"), (deck, kind, "front")
            anki.flip()
            assert anki.see("document.documentElement.scrollWidth <= innerWidth"), (deck, kind, "back")
