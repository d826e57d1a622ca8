"""What does not fit easily fits in the frames of the preview too."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import REPOSITORY, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

WIDER = """
() => [...document.querySelectorAll("html, #qa *")].filter((each) => {
    const scrolls = (up) => up && up.id !== "qa"
        && (/auto|scroll/.test(getComputedStyle(up).overflowX) || scrolls(up.parentElement));
    const root = each === document.documentElement;
    const wide = root ? each.scrollWidth > innerWidth
        : each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1;
    return wide && !(!root && scrolls(each));
}).map((each) => each.tagName + "." + each.className + " " + each.scrollWidth)
"""
"""What is wider than its frame or its box, and cannot be scrolled there."""


@pytest.fixture
def preview(tmp_path: Path) -> Callable[[str], str]:
    """Writes the preview of a deck of the tests, and gives its address."""

    def make(name: str) -> str:
        shutil.copytree(REPOSITORY / "tests/decks" / name / "source", tmp_path / name / "source")
        result = run("preview", "--project", tmp_path / name)
        assert result.returncode == 0, result.stderr
        return (tmp_path / name / "build/preview/index.html").as_uri()

    return make


def too_wide(frame: Locator) -> list[str]:
    """What is too wide in a frame."""
    element = frame.element_handle()
    inner = element.content_frame()
    assert inner
    found: list[str] = inner.evaluate(WIDER)
    return found


@pytest.mark.parametrize(
    ("name", "fragment", "width"), [("stress", "", 1200), ("stress-ar", "#?phone=1", 360)]
)
def test_cards_fit_their_frames(
    browser: Browser, preview: Callable[[str], str], name: str, fragment: str, width: int
) -> None:
    """No frame has to be pushed sideways, on a large screen and, as a phone shows it, on a small one."""
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto(preview(name) + fragment)
        expect(page.locator("#count")).to_contain_text(re.compile("[1-9][0-9]* cards"))
        cards = page.locator("article").all()
        assert len(cards) > 8
        for card in cards:
            card.scroll_into_view_if_needed()
            expect(card.locator("iframe")).to_have_count(2)
            for frame in card.locator("iframe").all():
                expect(frame.content_frame.locator("#qa .face")).to_be_attached()
                assert not too_wide(frame), frame.get_attribute("title")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
