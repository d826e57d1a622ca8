"""A learner's own style sheet beside the card: in WebKit, and under AnkiDroid's styles in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reviewers import ANDROID, WebKitReviewer, android_page_of, cards_of, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser
    from selenium.webdriver import WebKitGTK

    from tests.reviewers import Card

FILE = "_mft-exam-prep.css"
OWN = b""".card { --size: 31px; --page: #fffbe6; --letters: Georgia, serif; }
.card.nightMode { --page: #000000; }"""
SEEN = """() => {
    const style = getComputedStyle(document.body);
    return [style.fontSize, style.backgroundColor, style.fontFamily];
}"""
DAY = ["31px", "rgb(255, 251, 230)", "Georgia, serif"]


@pytest.fixture(scope="module")
def card(own_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> Card:
    """A definition of this repository's deck, by the card that shows the term on both sides."""
    cards = cards_of(own_deck, tmp_path_factory.mktemp("anki"))["Definition"]
    return next(card for card in cards if card.name == "Recall")


def test_it_counts_in_webkit(webkit: WebKitGTK, card: Card) -> None:
    """Size, colors and letters are the learner's on both sides; without the file the card is there too."""
    with serving({}) as site:
        reviewer = WebKitReviewer(webkit, site, one_page=False)
        for side in ("front", "back"):
            site.files.pop(FILE, None)
            reviewer.show(card, side)
            assert webkit.execute_script(f"return ({SEEN})()")[0] != DAY[0]
            assert reviewer.texts(".term") != []
            site.files[FILE] = OWN
            reviewer.show(card, side)
            assert webkit.execute_script(f"return ({SEEN})()") == DAY
            assert reviewer.faults() == []


@pytest.mark.parametrize("screen", ANDROID)
def test_it_counts_in_ankidroid(browser: Browser, card: Card, screen: str) -> None:
    """It wins over the deck's and the app's styles, by day and night, and is all that a card asks for."""
    with serving({FILE: OWN}) as site:
        page = browser.new_page()
        for night in (False, True):
            site.files[""] = android_page_of(card, card.back, screen, night=night).encode()
            page.goto(site.address)
            assert page.evaluate(SEEN) == [DAY[0], "rgb(0, 0, 0)" if night else DAY[1], DAY[2]]
        assert set(site.asked) - {"favicon.ico"} == {"", FILE}
        page.close()
