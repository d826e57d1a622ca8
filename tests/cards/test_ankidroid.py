"""The cards under what AnkiDroid's two reviewers say of a page before the card's own style."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, run
from tests.fit import STAGE, faults_at
from tests.reviewers import ANDROID, ANSWER, CHOICE, android_page_of, cards_of, media_of, page_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.reviewers import Card

WIDTH = 360
LOOK = f"""
() => [...document.querySelectorAll("body, .face, .face *")].map((each) => {{
    const style = getComputedStyle(each);
    const ofAll = ["color", "backgroundColor", "borderLeftColor", "paddingLeft"];
    const names = [...ofAll, "fontSize", "fontWeight", "fontFamily"];
    const ofButtons = ["marginTop", "marginLeft", "boxShadow", "borderRadius", "minHeight", "textAlign"];
    const all = [...names, ...(each.matches("{CHOICE}") ? ofButtons : [])];
    return each === document.body ? all.slice(0, 2).map((name) => style[name]).join(" ")
        : [each.tagName, each.className, ...all.map((name) => style[name])].join(" ");
}})
"""
"""The colors and letters of all on a page, and how its buttons are made; options come in any order."""


@pytest.fixture(scope="module")
def stress(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the deck that does not fit easily."""
    package = tmp_path_factory.mktemp("stress") / "stress.apkg"
    result = run("build", "--project", REPOSITORY / "tests/decks/stress", "--output", package)
    assert result.returncode == 0, result.stderr
    return package


@pytest.fixture(scope="module")
def cards(own_deck: Path, stress: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Card]:
    """A card of each card template of this repository's deck, and the vignette that does not fit easily."""
    folder = tmp_path_factory.mktemp("android")
    own = [
        card
        for made in cards_of(own_deck, folder).values()
        for card in {card.name: card for card in made}.values()
    ]
    return [*own, *cards_of(stress, folder)["Vignette"]]


@pytest.fixture
def page(browser: Browser, stress: Path) -> Iterator[Page]:
    """A phone's page, beside which the media lie."""
    with serving({"": STAGE.encode(), **media_of(stress)}) as site:
        page = browser.new_page(viewport={"width": WIDTH, "height": 640})
        page.goto(site.address)
        yield page
        page.close()


def sides(cards: list[Card]) -> list[tuple[Card, str]]:
    """Each card with each of its sides."""
    return [(card, html) for card in cards for html in (card.front, card.back)]


@pytest.fixture(scope="module")
def own_looks() -> dict[tuple[str, bool], list[str]]:
    """How sides look without AnkiDroid, by their HTML and whether it is night, as they are asked for."""
    return {}


@pytest.mark.parametrize("screen", ANDROID)
@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_the_look_is_ours(
    page: Page,
    cards: list[Card],
    screen: str,
    night: bool,  # noqa: FBT001 (a fixture)
    own_looks: dict[tuple[str, bool], list[str]],
) -> None:
    """The app's grounds, letters and directions change no color of a card and no button, by day and night."""
    for card, html in sides(cards):
        if (html, night) not in own_looks:
            page.set_content(page_of(card, html, night=night))
            own_looks[html, night] = sorted(page.evaluate(LOOK))
        page.set_content(android_page_of(card, html, screen, night=night))
        assert sorted(page.evaluate(LOOK)) == own_looks[html, night], (card.kind, card.name)


@pytest.mark.parametrize(
    ("screen", "zoom"),
    [
        ("default reviewer", 160),
        ("default reviewer, centered", 100),
        ("new study screen", 160),
        ("new study screen, app in Arabic", 100),
    ],
)
def test_every_side_fits_a_phone(page: Page, cards: list[Card], screen: str, zoom: int) -> None:
    """At the app's own size and with *Card zoom* turned up, no side is wider than a phone or cut."""
    told = {
        f"{card.kind} {card.name} {'back' if html is card.back else 'front'}": faults_at(
            page.evaluate, android_page_of(card, html, screen, zoom=zoom), (WIDTH,)
        )
        for card, html in sides(cards)
    }
    assert not {name: faults for name, faults in told.items() if faults}


@pytest.mark.parametrize("screen", ["default reviewer", "default reviewer, centered", "new study screen"])
def test_the_back_opens_at_its_answer(page: Page, cards: list[Card], screen: str) -> None:
    """The app goes to where the answer begins: it is in the upper half, or the card has ended below it."""
    for card in cards:
        page.set_content(android_page_of(card, card.back, screen))
        page.evaluate("location.hash = 'answer'")
        place = f"document.querySelector('{ANSWER}')?.getBoundingClientRect().top"
        top, left = page.evaluate(f"[{place}, document.documentElement.scrollHeight - innerHeight - scrollY]")
        assert top is not None, (card.kind, card.name)
        assert -1 <= top <= 320 or (left <= 1 and top < 500), (card.kind, card.name, top, left)
