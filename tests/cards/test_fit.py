"""Every card fits: screens of six widths and two sizes of paper, in Chromium and in WebKit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import REPOSITORY, run
from tests.fit import PAPERS, SCREENS, STAGE, faults_at
from tests.reviewers import Card, cards_of, media_of, page_of, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from selenium.webdriver import WebKitGTK

    from tests.reviewers import Site

STRESS = [REPOSITORY / "tests/decks/stress", REPOSITORY / "tests/decks/stress-ar"]


@pytest.fixture(scope="module")
def cards(own_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Card], dict[str, bytes]]:
    """All cards of the stress decks, one of each card template of this repository's deck, and their media."""
    folder = tmp_path_factory.mktemp("fit")
    cards: list[Card] = []
    media = media_of(own_deck)
    for made in cards_of(own_deck, folder).values():
        cards += {card.name: card for card in made}.values()
    for deck in STRESS:
        package = folder / f"{deck.name}.apkg"
        result = run("build", "--project", deck, "--output", package)
        assert result.returncode == 0, result.stderr
        media |= media_of(package)
        cards += [card for made in cards_of(package, folder).values() for card in made]
    return cards, media


@pytest.fixture(scope="module")
def site(cards: tuple[list[Card], dict[str, bytes]]) -> Iterator[Site]:
    """A web server with the stage and the media."""
    with serving({"": STAGE.encode(), **cards[1]}) as site:
        yield site


@pytest.fixture
def chromium(browser: Browser, site: Site) -> Iterator[Page]:
    """The stage in Chromium."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto(site.address)
    yield page
    page.close()


@pytest.fixture(params=["chromium", "webkit"])
def evaluate(request: pytest.FixtureRequest, site: Site) -> Callable[[str], Any]:
    """Runs an expression on the stage in each of the browsers."""
    if request.param == "chromium":
        page: Page = request.getfixturevalue("chromium")
        return page.evaluate
    driver: WebKitGTK = request.getfixturevalue("webkit")
    driver.get(site.address)
    return lambda expression: driver.execute_async_script(f"({expression}).then(arguments[0])")


def faults(
    cards: list[Card],
    evaluate: Callable[[str], Any],
    widths: tuple[int, ...],
    *,
    night: bool = False,
    paper: bool = False,
) -> dict[str, list[str]]:
    """What is wrong with both sides of some cards, by their names."""
    told = {}
    for number, card in enumerate(cards):
        for side, html in (("front", card.front), ("back", card.back)):
            page = page_of(card, html, night=night)
            name = f"{number} {card.kind} {card.name} {side}"
            told[name] = faults_at(evaluate, page, widths, paper=paper)
    return {name: what for name, what in told.items() if what}


def test_every_side_fits_every_screen(
    evaluate: Callable[[str], Any], cards: tuple[list[Card], dict[str, bytes]]
) -> None:
    """Long words, code, tables, images, formulas: no page is wider than the screen, and nothing is cut."""
    assert not faults(cards[0], evaluate, SCREENS)


@pytest.mark.parametrize("evaluate", ["webkit"], indirect=True)
def test_every_side_fits_at_night(
    evaluate: Callable[[str], Any], cards: tuple[list[Card], dict[str, bytes]]
) -> None:
    """Night changes colors alone: no side is blank, wider than a phone, or has a script that fails."""
    assert not faults(cards[0], evaluate, (360,), night=True)


def test_every_side_fits_paper(chromium: Page, cards: tuple[list[Card], dict[str, bytes]]) -> None:
    """Printed on A4 or Letter, where nothing can be scrolled, all of a card is there."""
    chromium.emulate_media(media="print")
    assert not faults(cards[0], chromium.evaluate, PAPERS, paper=True)
