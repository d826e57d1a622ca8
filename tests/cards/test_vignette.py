"""The vignette, answered in a real browser as Anki's reviewers show it."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import run, write_project
from tests.reviewers import (
    HOSTILE,
    NewPage,
    OnePage,
    answers,
    cards_of,
    chosen,
    hostile_vignette,
    options,
    rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.reviewers import Card


@pytest.fixture(scope="module")
def vignettes(own_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Card]:
    """This repository's vignettes, rendered by the real Anki."""
    return cards_of(own_deck, tmp_path_factory.mktemp("anki"))["Vignette"]


@pytest.fixture(params=["mouse", "touch", "keyboard"])
def choose(request: pytest.FixtureRequest) -> Callable[[Page, int], None]:
    """How a learner chooses the option at a place, from 0."""

    def by_mouse(page: Page, place: int) -> None:
        page.locator(".choice").nth(place).click()

    def by_touch(page: Page, place: int) -> None:
        page.locator(".choice").nth(place).tap()

    def by_keyboard(page: Page, place: int) -> None:
        page.keyboard.press("Tab")
        while page.evaluate("[...document.querySelectorAll('.choice')].indexOf(document.activeElement)") < 0:
            page.keyboard.press("Tab")
        count = page.locator(".choice").count()
        for _ in range(place or count):
            page.keyboard.press("ArrowDown")

    ways: dict[str, Callable[[Page, int], None]] = {
        "mouse": by_mouse,
        "touch": by_touch,
        "keyboard": by_keyboard,
    }
    return ways[request.param]


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's window, which can be touched."""
    with browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    ) as context:
        yield context


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page of it, in which no script may fail."""
    page = phone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert not faults


@pytest.fixture(params=["one page", "new page with storage"])
def reviewer(request: pytest.FixtureRequest, page: Page) -> OnePage | NewPage:
    """A reviewer that keeps something from front to back."""
    return OnePage(page) if request.param == "one page" else NewPage(page)


def written(card: Card) -> list[str]:
    """The texts of a card's options in the order of the source, as its HTML has them."""
    return [html.unescape(text) for text in re.findall(r'<div class="option">(.*?)</div>', card.back)]


def best(page: Page) -> str:
    """The text of the option that the back calls the best."""
    (text,) = page.locator("li:has(> .verdict.right) > .option").all_inner_texts()
    return " ".join(text.split())


def test_back_begins_with_the_answer(
    reviewer: OnePage | NewPage, vignettes: list[Card], choose: Callable[[Page, int], None]
) -> None:
    """Each place chosen once: verdict, best option, chosen one, the others, with the letters of the front."""
    for place in range(4):
        page = reviewer.show(vignettes[0], "front")
        shown = options(page)
        choose(page, place)
        assert chosen(page) == [shown[place]]
        reviewer.show(vignettes[0], "back")
        assert answers(page) == shown
        assert page.locator("li.chosen > .option").all_inner_texts() == [shown[place]]
        right = best(page) == shown[place]
        first = list(dict.fromkeys([best(page), shown[place]]))
        order = first + [text for text in shown if text not in first]
        assert rows(page) == [("ABCD"[shown.index(text)], text) for text in order]
        outcome = page.locator(".outcome").inner_text()
        assert outcome.endswith("You chose the best answer." if right else "Not the best answer.")
        labels = page.locator(".verdict:visible, .yours:visible").all_inner_texts()
        assert labels == (["Best answer"] if right else ["Best answer", "Your choice"])
        assert page.locator(".why:visible").count() == 4


def test_answer_is_what_is_seen(page: Page, vignettes: list[Card]) -> None:
    """On a phone, without scrolling: the verdict, the best option and why; the case comes last."""
    page.set_viewport_size({"width": 360, "height": 640})
    for card in vignettes:
        OnePage(page).show(card, "front")
        page.locator(".choice").first.tap()
        OnePage(page).show(card, "back")
        page.evaluate("document.getElementById('answer').scrollIntoView()")
        for part in (".outcome", ".best > .option", ".best > .why"):
            box = page.locator(part).bounding_box()
            assert box, part
            assert box["y"] >= 0, part
            assert box["y"] + box["height"] <= 640, part
        tops = [
            page.locator(part).evaluate("each => each.getBoundingClientRect().top")
            for part in (".outcome", ".best", ".explanations li:last-child", ".scenario", ".foot")
        ]
        assert tops == sorted(tops)


def test_question_and_options_are_above_the_fold(page: Page, vignettes: list[Card]) -> None:
    """On a phone, without scrolling, half of the vignettes show their question and two whole options."""
    page.set_viewport_size({"width": 360, "height": 640})
    ends = []
    for card in vignettes:
        OnePage(page).show(card, "front")
        box = page.locator(".choice").nth(1).bounding_box()
        assert box
        ends.append(box["y"] + box["height"])
    assert sorted(ends)[len(ends) // 2] <= 640


def test_emphasis_in_a_question_is_seen_in_every_font(page: Page, vignettes: list[Card]) -> None:
    """A word in bold type is underlined, as a font need not have more than one weight."""
    for side in ("front", "back"):
        OnePage(page).show(vignettes[0], side)
        line = page.locator(".question strong").evaluate("each => getComputedStyle(each).textDecorationLine")
        assert line == "underline"


def test_reasons_are_as_dark_as_the_text(page: Page, vignettes: list[Card]) -> None:
    """No reason is grey, whether its option was best, chosen or neither."""
    OnePage(page).show(vignettes[0], "front")
    page.locator(".choice").first.tap()
    OnePage(page).show(vignettes[0], "back")
    color = "all => all.map(each => getComputedStyle(each).color)"
    ink = page.locator(".scenario").evaluate_all(color)
    assert set(page.locator(".why, .option").evaluate_all(color)) == set(ink)


def test_changing_ones_mind_is_free(
    reviewer: OnePage | NewPage, vignettes: list[Card], choose: Callable[[Page, int], None]
) -> None:
    """The last choice counts, and the first leaves no trace."""
    page = reviewer.show(vignettes[1], "front")
    shown = options(page)
    page.locator(".choice").nth(3).tap()
    page.evaluate("document.activeElement.blur()")
    choose(page, 2)
    assert len(chosen(page)) == 1
    last = chosen(page)[0]
    reviewer.show(vignettes[1], "back")
    assert page.locator("li.chosen > .option").all_inner_texts() == [last]
    assert answers(page) == shown


def test_without_a_choice_the_back_keeps_the_order(
    reviewer: OnePage | NewPage, vignettes: list[Card]
) -> None:
    """Who turns the card without choosing sees the same order and every reason, and no word of a choice."""
    page = reviewer.show(vignettes[0], "front")
    shown = options(page)
    assert chosen(page) == []
    reviewer.show(vignettes[0], "back")
    assert answers(page) == shown
    assert page.locator(".chosen, .yours:visible, .outcome:visible").count() == 0
    assert page.locator(".why:visible").count() == 4
    assert rows(page)[0] == ("ABCD"[shown.index(best(page))], best(page))


def test_each_showing_is_shuffled_afresh(page: Page, vignettes: list[Card]) -> None:
    """Of forty showings each option stands at each place now and then, and none remembers an old choice."""
    reviewer = OnePage(page)
    seen = set()
    for _ in range(40):
        reviewer.show(vignettes[0], "front")
        assert chosen(page) == []
        shown = options(page)
        assert len(set(shown)) == 4
        seen |= set(enumerate(shown))
        page.locator(".choice").first.tap()
    assert len(seen) == 16  # that one of them never comes has a chance of 0.02%


def test_next_card_knows_nothing_of_the_last(reviewer: OnePage | NewPage, vignettes: list[Card]) -> None:
    """A back whose front was not shown, as in Browse, takes no other card's choice for its own."""
    page = reviewer.show(vignettes[0], "front")
    page.locator(".choice").first.tap()
    reviewer.show(vignettes[1], "back")
    assert page.locator(".chosen, .yours:visible, .outcome:visible").count() == 0
    assert page.locator(".why:visible").count() == 4


def test_an_edit_on_the_back_changes_nothing(reviewer: OnePage | NewPage, vignettes: list[Card]) -> None:
    """The back drawn again, as after an edit, has the same order and choice."""
    page = reviewer.show(vignettes[0], "front")
    shown = options(page)
    page.locator(".choice").nth(1).tap()
    for _ in range(3):
        reviewer.show(vignettes[0], "back")
        assert answers(page) == shown
        assert page.locator("li.chosen > .option").all_inner_texts() == [shown[1]]
        assert page.locator(".outcome:visible").count() == 1


def test_front_that_runs_twice_counts_once(page: Page, vignettes: list[Card]) -> None:
    """Some clients run a front's scripts twice for one showing: there is still one group, and it works."""
    reviewer = OnePage(page)
    reviewer.show(vignettes[0], "front")
    page.evaluate(
        "() => { const old = document.querySelector('#qa script'), again = document.createElement('script');"
        " again.textContent = old.textContent; old.replaceWith(again); }"
    )
    shown = options(page)
    assert len(shown) == 4
    page.locator(".choice").nth(2).tap()
    assert chosen(page) == [shown[2]]
    reviewer.show(vignettes[0], "back")
    assert answers(page) == shown


def test_without_storage_the_back_is_as_written(page: Page, vignettes: list[Card]) -> None:
    """Where nothing is kept the front works all the same, and the back shows the source's order."""
    reviewer = NewPage(page, "sessionStorage", "localStorage")
    orders = set()
    for _ in range(6):
        reviewer.show(vignettes[0], "front")
        page.locator(".choice").nth(1).tap()
        assert len(chosen(page)) == 1
        reviewer.show(vignettes[0], "back")
        orders.add(tuple(answers(page)))
        assert page.locator(".chosen, .yours:visible, .outcome:visible").count() == 0
    assert orders == {tuple(written(vignettes[0]))}


@pytest.mark.parametrize(
    ("way", "missing"),
    [
        (OnePage, ("sessionStorage", "localStorage")),
        (NewPage, ("sessionStorage",)),
        (NewPage, ("localStorage",)),
    ],
)
def test_one_place_to_keep_it_is_enough(
    page: Page, vignettes: list[Card], way: type[OnePage | NewPage], missing: tuple[str, ...]
) -> None:
    """The page alone, or one of the two stores alone, brings order and choice to the back."""
    reviewer = way(page, *missing)
    reviewer.show(vignettes[0], "front")
    shown = options(page)
    page.locator(".choice").nth(3).tap()
    reviewer.show(vignettes[0], "back")
    assert answers(page) == shown
    assert page.locator("li.chosen > .option").all_inner_texts() == [shown[3]]


def test_the_newest_state_counts(page: Page, vignettes: list[Card]) -> None:
    """Where one store was left behind, as a full one is, the other's newer choice is taken."""
    reviewer = NewPage(page)
    reviewer.show(vignettes[0], "front")
    shown = options(page)
    page.locator(".choice").nth(0).tap()
    old = page.evaluate("sessionStorage.getItem('deckgenChoice')")
    page.wait_for_timeout(5)
    page.locator(".choice").nth(2).tap()
    for store in ("sessionStorage", "localStorage"):
        newest = page.evaluate(f"{store}.getItem('deckgenChoice')")
        page.evaluate(f"text => {store}.setItem('deckgenChoice', text)", old)
        reviewer.show(vignettes[0], "back")
        assert page.locator("li.chosen > .option").all_inner_texts() == [shown[2]]
        page.evaluate(f"text => {store}.setItem('deckgenChoice', text)", newest)


KEPT: list[Any] = [
    None,
    "",
    "{",
    [],
    {"order": [0, 0, 1, 2]},
    {"order": [0, 1, 2]},
    {"order": [0, 1, 2, 3, 4]},
    {"order": ["0", "1", "2", "3"]},
    {"order": {"length": 4}},
    {"choice": 4},
    {"choice": "<img src=x onerror=alert(1)>"},
    {"key": "mft-exam-prep/other"},
    {"time": 0},
    {"time": "now"},
]
"""What may stand in a store that others write to as well: changes of a sound state, or no state at all."""


@pytest.mark.parametrize("kept", KEPT, ids=json.dumps)
def test_what_others_left_in_the_store_is_not_believed(
    page: Page, vignettes: list[Card], kept: object
) -> None:
    """A state that is not whole, old or another's leaves the back as written."""
    reviewer = NewPage(page)
    reviewer.show(vignettes[0], "front")
    page.locator(".choice").nth(1).tap()
    sound = json.loads(page.evaluate("localStorage.getItem('deckgenChoice')"))
    text = json.dumps(sound | kept) if isinstance(kept, dict) else json.dumps(kept)
    for store in ("sessionStorage", "localStorage"):
        page.evaluate(f"text => {store}.setItem('deckgenChoice', text)", text)
    reviewer.show(vignettes[0], "back")
    assert page.locator(".chosen, .yours:visible, .outcome:visible").count() == 0
    assert answers(page) == written(vignettes[0])


def test_options_are_text_whatever_they_hold(page: Page, tmp_path: Path) -> None:
    """Quotes, tags, braces, Anki's signs and other scripts are shown as written on both sides."""
    write_project(tmp_path / "deck", {"source/one.yaml": hostile_vignette()})
    result = run("build", "--project", tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    (card,) = cards_of(tmp_path / "deck/build/sample.apkg", tmp_path)["Vignette"]
    for reviewer in (OnePage(page), NewPage(page)):
        reviewer.show(card, "front")
        shown = page.locator(".choice").evaluate_all("all => all.map(each => each.textContent.trim())")
        assert sorted(shown) == sorted(HOSTILE)
        page.locator(".choice").nth(2).tap()
        reviewer.show(card, "back")
        for part in ("option", "why"):
            in_order = "all => all.sort((one, other) => one.dataset.letter < other.dataset.letter ? -1 : 1)"
            texts = f"{in_order}.map(each => each.querySelector('.{part}').textContent.trim())"
            assert page.locator(".explanations li[data-letter]").evaluate_all(texts) == shown
        assert page.title() != "broken"


def test_without_scripts_it_is_a_card_all_the_same(browser: Browser, vignettes: list[Card]) -> None:
    """Where scripts do not run, the front lists the options, the back the same with their reasons."""
    with browser.new_context(java_script_enabled=False) as context:
        reviewer = NewPage(context.new_page())
        page = reviewer.show(vignettes[0], "front")
        assert page.locator(".options li:visible").count() == 4
        front = [text.strip() for text in page.locator(".options li").all_inner_texts()]
        assert page.locator("text=Best answer").count() == 0
        reviewer.show(vignettes[0], "back")
        texts = page.locator(".explanations .option").all_inner_texts()
        assert [" ".join(text.split()) for text in texts] == front
        assert page.locator(".verdict.right:visible").inner_text().endswith("Best answer")
        assert page.locator(".why:visible").count() == 4
        assert page.locator(".yours:visible, .outcome:visible, .key:visible").count() == 0


def test_screen_reader_meets_a_named_radio_group(page: Page, vignettes: list[Card]) -> None:
    """The options are one group of radio buttons, called by the question, with one of them in Tab's way."""
    OnePage(page).show(vignettes[0], "front")
    question = page.locator(".question").inner_text()
    group = page.get_by_role("radiogroup", name=question)
    assert group.count() == 1
    assert group.get_by_role("radio", checked=False).count() == 4
    assert page.locator(".choice[tabindex='0']").count() == 1
    page.set_viewport_size({"width": 360, "height": 1500})
    page.evaluate("document.body.style.paddingBottom = '3000px'")
    group.get_by_role("radio").nth(0).focus()
    seen = page.evaluate("scrollY")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("scrollY") == pytest.approx(seen, abs=1), "an arrow moves in the group, not the page"
    group.get_by_role("radio").nth(2).click()
    assert group.get_by_role("radio", checked=True).count() == 1
    assert page.locator(".choice[tabindex='0'][aria-checked=true]").count() == 1
