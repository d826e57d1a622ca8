"""The cards in WebKit, the engine of AnkiMobile. That they load and fit there is in test_fit.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reviewers import (
    ANSWER,
    BEST,
    CHOICE,
    CHOSEN,
    CHOSEN_CHOICE,
    REASONED,
    TEXT,
    WebKitReviewer,
    cards_of,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import WebKitGTK

    from tests.reviewers import Card, Site

LETTERS = ["A", "B", "C", "D"]


@pytest.fixture(scope="module")
def cards(own_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Card]]:
    """This repository's cards, rendered by the real Anki."""
    return cards_of(own_deck, tmp_path_factory.mktemp("anki"))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Where the pages come from."""
    with serving({}) as site:
        yield site


@pytest.fixture(params=["one page", "new page"])
def reviewer(request: pytest.FixtureRequest, webkit: WebKitGTK, site: Site) -> Iterator[WebKitReviewer]:
    """A reviewer in WebKit, in which no script may fail."""
    reviewer = WebKitReviewer(webkit, site, one_page=request.param == "one page")
    yield reviewer
    assert reviewer.faults() == []


@pytest.fixture(params=["click", "keyboard"])
def choose(request: pytest.FixtureRequest) -> Callable[[WebKitReviewer, int], None]:
    """How a learner chooses the option at a place, from 0."""
    from selenium.webdriver.common.action_chains import ActionChains  # noqa: PLC0415
    from selenium.webdriver.common.keys import Keys  # noqa: PLC0415

    def by_click(reviewer: WebKitReviewer, place: int) -> None:
        reviewer.all(CHOICE)[place].click()

    def by_keyboard(reviewer: WebKitReviewer, place: int) -> None:
        def press(key: str) -> None:
            ActionChains(reviewer.browser).send_keys(key).perform()

        focused = f"return [...document.querySelectorAll('{CHOICE}')].indexOf(document.activeElement)"
        for _ in range(9):
            if reviewer.browser.execute_script(focused) >= 0:
                break
            press(Keys.TAB)
        for _ in range(place or len(reviewer.all(CHOICE))):
            press(Keys.ARROW_DOWN)

    return by_click if request.param == "click" else by_keyboard


def test_the_back_knows_order_and_choice(
    reviewer: WebKitReviewer, cards: dict[str, list[Card]], choose: Callable[[WebKitReviewer, int], None]
) -> None:
    """Chosen by a click or keys, an option is marked, also on the back, where each keeps its letter."""
    card = cards["Vignette"][0]
    for place in (0, 2):
        reviewer.show(card, "front")
        shown, letters = reviewer.texts(CHOICE), reviewer.letters(CHOICE)
        assert [letters[text] for text in shown] == LETTERS
        assert reviewer.texts(CHOSEN_CHOICE) == []
        choose(reviewer, place)
        assert reviewer.texts(CHOSEN_CHOICE) == [shown[place]]
        reviewer.show(card, "back")
        assert reviewer.letters(REASONED) == letters
        assert reviewer.texts(f"{CHOSEN} > {TEXT}") == [shown[place]]
        assert len(reviewer.texts(f"{BEST} > {TEXT}")) == 1


def test_the_best_option_is_told_in_words(reviewer: WebKitReviewer, cards: dict[str, list[Card]]) -> None:
    """The back names one option as the best; without a choice it marks none as chosen."""
    for card in cards["Vignette"][:3]:
        reviewer.show(card, "front")
        reviewer.show(card, "back")
        (best,) = reviewer.all(BEST)
        assert best.is_displayed()
        assert "best" in best.text.lower()
        assert reviewer.all(CHOSEN) == []


def test_each_back_says_where_the_answer_begins(
    webkit: WebKitGTK, site: Site, cards: dict[str, list[Card]]
) -> None:
    """Each back has one place where the answer begins, to which Anki and AnkiDroid scroll."""
    reviewer = WebKitReviewer(webkit, site, one_page=True)
    for made in cards.values():
        for card in {card.name: card for card in made}.values():
            reviewer.show(card, "front")
            assert reviewer.all(ANSWER) == [], (card.kind, card.name)
            reviewer.show(card, "back")
            assert len(reviewer.all(ANSWER)) == 1, (card.kind, card.name)
