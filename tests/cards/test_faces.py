"""The shipped faces in a real browser: readable on every screen, by day and night, by everybody."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import CHAPTER, change, from_npm, run, write_project
from tests.reviewers import NewPage, OnePage, cards_of, page_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.reviewers import Card

EVERYTHING = """\
takeaways:
  - id: everything
    text: |
      A {{c1::cloze with a hint::hint}}, a {{c2::second one}}, ==marked== and `code`, $x^2$.

      > A quotation, and [a link](https://example.org).
    why: |
      1. Because of this.
      2. And of that.
    extra: |
      | a | b |
      |---|---|
      | a-very-long-word-that-does-not-fit-into-any-column | https://example.org/a/very/long/address/too |
    builds_on: [a-term]
    reference: A book, chapter 3
definitions:
  - id: a-term
    term: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
    definition: |
      - one
      - two
    example: |
      An example.
    contrast: |
      A neighbour.
"""


@pytest.fixture(scope="module")
def cards(own_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Card]:
    """One card of each card template, of this repository's deck and of a note with everything in it."""
    folder = tmp_path_factory.mktemp("faces")
    write_project(folder / "deck", {"source/one.yaml": EVERYTHING})
    change(
        folder / "deck", {"source/deck.yaml": "id: all\ntitle: All\nfeedback: https://example.org/?{id}\n"}
    )
    result = run("build", "--project", folder / "deck")
    assert result.returncode == 0, result.stderr
    shown: dict[tuple[str, str, str], Card] = {}
    for package in (own_deck, folder / "deck/build/all.apkg"):
        for made in cards_of(package, folder).values():
            shown |= {(package.name, card.kind, card.name): card for card in made}
    assert len(shown) == 9
    return list(shown.values())


@pytest.fixture(params=["day", "night"])
def night(request: pytest.FixtureRequest) -> bool:
    """Whether it is night."""
    return bool(request.param == "night")


def sides(cards: list[Card], *, night: bool) -> list[tuple[str, str]]:
    """A name and the whole page of each side of each card."""
    return [
        (f"{card.kind} {card.name} {side}", page_of(card, html, night=night))
        for card in cards
        for side, html in (("front", card.front), ("back", card.back))
    ]


def test_axe_finds_nothing(browser: Browser, cards: list[Card], night: bool) -> None:  # noqa: FBT001 (a fixture)
    """Contrast, names, roles: axe-core has nothing to say of any side of any card."""
    axe = from_npm("axe-core/axe.min.js").read_text("utf-8")
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        for name, html in sides(cards, night=night):
            page.set_content(html)
            page.evaluate(axe)
            # a card stands within a page that is Anki's
            found = page.evaluate("axe.run({rules: {'page-has-heading-one': {enabled: false}}})")
            assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == [], name


WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.mark.parametrize("width", [320, 480, 768, 1280])
@pytest.mark.parametrize("size", ["100%", "200%"])
def test_nothing_is_wider_than_the_screen(browser: Browser, cards: list[Card], width: int, size: str) -> None:
    """From 320 pixels on, and with letters of twice the size, no card has to be pushed sideways."""
    with browser.new_context(viewport={"width": width, "height": 640}) as context:
        page = context.new_page()
        for name, html in sides(cards, night=False):
            page.set_content(html.replace("<html ", f'<html style="font-size: {size}" '))
            wide, seen = page.evaluate(WIDTHS)
            assert wide <= seen, f"{name} at {width}"


def test_letters_grow_with_the_readers_setting(browser: Browser, cards: list[Card]) -> None:
    """Twice the reader's size is twice the letters: no size is fixed in pixels."""
    card = next(card for card in cards if card.kind == "Vignette")
    page = browser.new_page()
    sizes = (
        "() => [...document.querySelectorAll('#qa *')].filter(each => each.offsetParent && each.innerText)"
    )
    sizes += ".map(each => parseFloat(getComputedStyle(each).fontSize))"
    page.set_content(page_of(card, card.front))
    before = page.evaluate(sizes)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert page.evaluate(sizes) == pytest.approx([2 * size for size in before])
    page.close()


def test_night_is_dark_and_day_is_light(browser: Browser, cards: list[Card]) -> None:
    """The page and the letters change places."""
    page = browser.new_page()
    colours = "() => (style => [style.color, style.backgroundColor])(getComputedStyle(document.body))"

    def brightness(colour: str) -> float:
        return sum(map(float, colour.removeprefix("rgb(").removesuffix(")").split(","))) / 765

    for card in cards:
        for night in (False, True):
            page.set_content(page_of(card, card.front, night=night))
            ink, paper = map(brightness, page.evaluate(colours))
            dark, light = (paper, ink) if night else (ink, paper)
            assert dark < 0.2
            assert light > 0.8
    page.close()


def test_each_back_begins_with_its_answer(cards: list[Card]) -> None:
    """Every back has one place to which Anki scrolls, and no front has it."""
    for card in cards:
        assert card.back.count('id="answer"') == 1, card.name
        assert 'id="answer"' not in card.front, card.name


LONG = """\
takeaways:
  - id: long
    text: |
      {items}
comparisons:
  - id: many
    columns: [Name, Meaning]
    rows:
{rows}"""


def test_what_was_asked_is_in_view(browser: Browser, tmp_path: Path) -> None:
    """The asked cloze of a long text and the asked row of a long table are where Anki scrolls to."""
    items = "\n      ".join(f"- Item {number} with {{{{c{number}::words}}}}" for number in range(1, 61))
    rows = "".join(
        f"      - id: row-{number}\n        cells: [Name {number}, Meaning {number}]\n"
        for number in range(60)
    )
    write_project(tmp_path / "deck", {"source/one.yaml": LONG.format(items=items, rows=rows)})
    result = run("build", "--project", tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    made = cards_of(tmp_path / "deck/build/sample.apkg", tmp_path)
    describe = [card for card in made["Comparison"] if card.name == "Describe"]
    with browser.new_context(viewport={"width": 360, "height": 640}) as context:
        reviewer = OnePage(context.new_page())
        for card, part in ((made["Takeaway"][49], ".cloze"), (describe[49], "tr.this")):
            page = reviewer.show(card, "back")
            assert page.locator("#answer").count() == 1
            page.evaluate("document.getElementById('answer').scrollIntoView()")
            box = page.locator(part).bounding_box()
            assert box, part
            assert 100 < box["y"] < 400, "in view, with some of what stands before it"


def test_letters_are_as_large_as_ankis(browser: Browser, cards: list[Card]) -> None:
    """On a computer text is no smaller than the 20 pixels of a new note type in Anki, on a phone than 16."""
    page = browser.new_page()
    for width, rem, least in ((1000, 15, 20), (640, 15, 20), (360, 16, 16)):
        page.set_viewport_size({"width": width, "height": 740})
        for card in cards:
            page.set_content(page_of(card, card.back).replace("<html ", f'<html style="font-size: {rem}px" '))
            assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= least
    page.close()


GAPS = """\
definitions:
  - id: gaps
    term: Gaps
    definition: |
      A paragraph.

      | A | B |
      |---|---|
      | 1 | 2 |

      After the table.

      - one

      After the list.

      > quoted

      After the quotation.

      ```
      code
      ```

      After the code.
"""


def test_all_parts_of_a_text_stand_apart(browser: Browser, tmp_path: Path) -> None:
    """Between a table, a list, a quotation or code and the paragraph after it there is space."""
    write_project(tmp_path / "deck", {"source/one.yaml": GAPS})
    assert run("build", "--project", tmp_path / "deck").returncode == 0
    card = cards_of(tmp_path / "deck/build/sample.apkg", tmp_path)["Definition"][0]
    page = browser.new_page()
    page.set_content(page_of(card, card.back))
    ends = "all => all.map(each => each.getBoundingClientRect()).map(box => [box.top, box.bottom])"
    boxes = page.locator(".answer > *").evaluate_all(ends)
    gaps = [after[0] - before[1] for before, after in pairwise(boxes)]
    assert len(gaps) == 8
    assert min(gaps) >= 8
    page.close()


def test_a_comparisons_own_cells_are_hidden_on_its_front(browser: Browser, cards: list[Card]) -> None:
    """The row stands in its table with a question mark for each of its cells; the back has them all."""
    card = next(card for card in cards if card.name == "Describe")
    page = NewPage(browser.new_page()).show(card, "front")
    hidden = page.locator("tr.this td > span").all_text_contents()
    assert hidden
    front = page.locator("body").inner_text()
    assert not any(cell in front for cell in hidden)
    others = page.locator("tr:not(.this) td > span")
    assert page.locator("tr:not(.this) td > span:visible").count() == others.count() >= 3
    NewPage(page).show(card, "back")
    assert page.locator("tr.this td > span:visible").all_text_contents() == hidden
    page.close()


def test_right_to_left(browser: Browser, tmp_path: Path) -> None:
    """A deck in Arabic reads from the right: letters of options, lines beside answers, lists."""
    vignette = """\
vignettes:
  - id: one
    scenario: |
      العلاقة العلاجية.
    question: |
      ما هي؟
    options:
      - text: |
          نعم
        correct: true
        why: |
          لأن
      - text: |
          لا
        why: |
          لأن
"""
    manifest = "id: rtl\ntitle: Rtl\nlanguage: ar\n"
    write_project(tmp_path / "deck", {"source/deck.yaml": manifest, "source/one.yaml": vignette})
    result = run("build", "--project", tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    (card,) = cards_of(tmp_path / "deck/build/rtl.apkg", tmp_path)["Vignette"]
    page = OnePage(browser.new_page()).show(card, "front")
    box = "() => { const button = document.querySelector('.choice'), range = document.createRange();"
    box += " range.selectNodeContents(button); const text = range.getBoundingClientRect();"
    box += " const all = button.getBoundingClientRect();"
    box += " return [text.left - all.left, all.right - text.right]; }"
    left, right = page.evaluate(box)
    assert right > 30  # where the letter of the option stands
    assert right < left
    circle = "parseFloat(getComputedStyle(document.querySelector('.choice'), '::before').right)"
    assert 8 <= page.evaluate(circle) <= 16
    page.close()


DOSES = """\
vignettes:
  - id: dose
    scenario: |
      طفل وزنه ١٠ كغ.
    question: |
      ما الجرعة؟
    options:
      - text: |
          15 mg/kg
        correct: true
        why: |
          6 mg/day.
      - text: |
          أكثر
        why: |
          كثير.
takeaways:
  - id: most
    text: |
      الجرعة القصوى هي {{c1::4 g/day}} فقط.
definitions:
  - id: saline
    term: 0.9% NaCl
    definition: |
      محلول `-x 24/`.
comparisons:
  - id: drugs
    columns: [الدواء, الجرعة]
    rows:
      - id: one
        cells: [NaCl (Salt), 8 mg/kg]
      - id: two
        cells: [شراب, مرتين]
"""


def test_doses_keep_their_order_in_a_right_to_left_deck(browser: Browser, tmp_path: Path) -> None:
    """A number stands left of its unit in options, reasons, clozes, terms and cells of an Arabic deck."""
    manifest = "id: rtl\ntitle: Rtl\nlanguage: ar\n"
    write_project(tmp_path / "deck", {"source/deck.yaml": manifest, "source/one.yaml": DOSES})
    result = run("build", "--project", tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    made = cards_of(tmp_path / "deck/build/rtl.apkg", tmp_path)
    page = browser.new_page()
    seen = set()
    for card in (card for cards in made.values() for card in cards):
        for side in ("front", "back"):
            OnePage(page).show(card, side)
            for text, first, last in page.evaluate(PLACES, "15 mg|6 mg|4 g|0.9% N|-x 24/|Salt\\)|8 mg"):
                assert first < last, f"{text} on the {side} of {card.name}"
                seen.add((text, side))
    both = {
        (text, side) for text in ("15 mg", "0.9% N", "-x 24/", "Salt)", "8 mg") for side in ("front", "back")
    }
    assert seen == both | {("6 mg", "back"), ("4 g", "back")}
    page.close()


PLACES = """
pattern => {
    const places = [], face = document.querySelector(".face");
    const walker = document.createTreeWalker(face, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, match = node.data.match(new RegExp(pattern));
        if (!match || !node.parentElement.checkVisibility()) continue;
        const left = at => {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            return range.getBoundingClientRect().left;
        };
        places.push([match[0], left(match.index), left(match.index + match[0].length - 1)]);
    }
    return places;
}
"""
"""The texts on a card that a pattern finds, with the left edges of their first and last character."""


def rules(page: Page, css: str) -> Any:  # noqa: ANN401 (what JavaScript gives)
    """The names of all properties that a style sheet sets."""
    return page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); const found = new Set();"
        " for (const rule of sheet.cssRules) for (const name of rule.style || []) found.add(name);"
        " return [...found]; }",
        css,
    )


def test_nothing_moves(browser: Browser, cards: list[Card]) -> None:
    """No face is animated, so there is nothing that reduced motion would have to stop."""
    page = browser.new_page()
    names = rules(page, cards[0].css)
    assert "color" in names
    assert not [name for name in names if name.startswith(("animation", "transition", "scroll-behavior"))]
    page.close()


def test_words_and_colours_are_an_authors_to_change(browser: Browser, tmp_path: Path) -> None:
    """A copy of words.html.j2 and of theme.css.j2 in the deck is all that a German, green deck needs."""
    from tests.conftest import REPOSITORY  # noqa: PLC0415

    base = REPOSITORY / "templates/base"
    words = (base / "words.html.j2").read_text("utf-8").replace('"Why"', '"Warum?"')
    words = words.replace('"takeaway": "Takeaway"', '"takeaway": "Merksatz"')
    theme = (base / "theme.css.j2").read_text("utf-8").replace("--page: #fbfaf7", "--page: #e0ffe0")
    files: dict[str, str | bytes] = {
        "source/one.yaml": CHAPTER,
        "templates/base/words.html.j2": words,
        "templates/base/theme.css.j2": theme,
    }
    write_project(tmp_path / "deck", files)
    result = run("build", "--strict", "--project", tmp_path / "deck")
    assert "unused-template" not in result.stderr
    result = run("build", "--project", tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    (card,) = cards_of(tmp_path / "deck/build/sample.apkg", tmp_path)["Takeaway"]
    page = NewPage(browser.new_page()).show(card, "back")
    assert page.locator("h2").all_inner_texts() == ["Warum?"]
    assert "Merksatz" in page.locator(".crumbs").inner_text()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(224, 255, 224)"
    page.close()


def test_letters_of_the_front_count_in_a_style_that_numbers_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    """A deck with a style.css.j2 of its own that counts the options still shows the letters of the front."""
    own = "[% include 'base/theme.css.j2' %]"
    own += " .face .explanations > ol > li:nth-child(1)::before { content: 'Z'; }"
    files: dict[str, str | bytes] = {"source/one.yaml": DOSES, "templates/base/style.css.j2": own}
    write_project(tmp_path / "deck", files)
    result = run("build", "--project", tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    (card,) = cards_of(tmp_path / "deck/build/sample.apkg", tmp_path)["Vignette"]
    page = OnePage(browser.new_page()).show(card, "back")
    letter = "getComputedStyle(document.querySelector('.explanations li'), '::before').content"
    assert page.evaluate(letter) in {'"A"', "attr(data-letter)"}
    page.close()
