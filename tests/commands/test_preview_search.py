"""The search of the preview, in a real browser: what it finds, what it marks, and where it goes."""

from __future__ import annotations

import time
import unicodedata
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from deckgen.build import build
from deckgen.commands.preview import cards, folder
from tests.commands.galleries import generate
from tests.commands.test_preview import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import FrameLocator

    from tests.commands.galleries import Gallery

TEXTS = {
    "clozes": "The therapeutic {{c1::al}}liance is {{c2::mea::how?}}sured",
    "german": "Die {{c1::Straße}} ist lang",
    "wide": "Ｆｕｌｌ ｗｉｄｔｈ and {{c1::ﾊﾞﾅﾅ}}",
    "katakana": "これは{{c1::カタカナ}}です",
    "ruby": "<ruby>漢<rt>かん</rt></ruby><ruby>字<rt>じ</rt></ruby>を{{c1::書}}く",
    "arabic": "قال {{c1::مُحَمَّدٌ}} ذلك",
    "accents": "Cafe\u0301 {{c1::Müller}}",
    "hyphens": "A co\u00adop\u200bera\u00adtion {{c1::here}}",
    "korean": "\u1112\u1161\u11ab\u1100\u1173\u11af {{c1::here}}",
    "hindi": "{{c1::कमल}} एक फूल है",
    "media": "A {{c1::tone}} [sound:secretname.mp3]",
}
FOUND = {
    "alliance": "clozes",
    "MEASURED how?": "clozes",
    "strasse": "german",
    "STRAẞE": "german",
    "full WIDTH": "wide",
    "バナナ": "wide",
    "ﾊﾞﾅﾅ": "wide",
    "かたかな": "katakana",
    "漢字を": "ruby",
    "かんじを": "ruby",
    "محمد": "arabic",
    "محـمّد": "arabic",
    "café": "accents",
    "CAFE MULLER": "accents",
    "cooperation": "hyphens",
    "한글": "korean",
    "कमल": "hindi",
}
NOT_FOUND = ["कमली", "は゛なな", "class", "secretname", "span", "cloze1"]
MARKED = """
() => [...CSS.highlights.get("deckgen-found") ?? []]
  .map(range => range.toString().replace(/[\\u00ad\\u200b]/g, ""))
"""
"""The texts that are marked in a frame."""


def many(count: int = 12, word: str = "needle") -> str:
    """A chapter of many notes; every fourth holds a word, far down on its card."""
    text = "takeaways:\n"
    for number in range(count):
        why = f"The {word} is here." if number % 4 == 1 else "Nothing is here."
        lines = "".join(f"      Line {line} of the reason.\n\n" for line in range(12))
        text += f"  - id: n{number}\n    text: |\n      A {{{{c1::word{number}}}}}.\n"
        text += f"    why: |\n{lines}      {why}\n"
    return text


def marked(frame: FrameLocator) -> list[str]:
    """What is marked in a frame."""
    found: list[str] = frame.locator("html").evaluate(MARKED)
    return [unicodedata.normalize("NFC", each) for each in found]


@pytest.fixture
def scripts(preview: Callable[..., Path], show: Callable[..., Gallery]) -> Gallery:
    """A deck of notes in many scripts."""
    text = "takeaways:\n"
    for name, words in TEXTS.items():
        text += f"  - id: {name}\n    text: |\n      {words}.\n"
    return show(preview({"source/one.yaml": text, "source/secretname.mp3": b"x"}), "#?night=0")


def test_it_finds_what_cards_show_in_any_script(scripts: Gallery) -> None:
    """Whatever the case, widths, kana, marks, clozes and readings; but no markup and no names of files."""
    for query, note in FOUND.items():
        scripts.page.get_by_label("Search").fill(query)
        scripts.until(f"location.hash.includes('q=' + encodeURIComponent({query.split()[0]!r}))")
        assert {name.split(",")[0] for name in scripts.shown()} == {note}, query
    for query in NOT_FOUND:
        scripts.page.get_by_label("Search").fill(query)
        expect(scripts.page.get_by_text("No cards match.")).to_be_visible()
        assert scripts.shown() == [], query


@pytest.mark.parametrize(
    ("query", "card", "marks"),
    [
        ("alliance", "clozes, Cloze 1", ["alliance"]),
        ("strasse lang", "german, Cloze 1", ["Straße", "lang"]),
        ("ばなな", "wide, Cloze 1", ["ﾊﾞﾅﾅ"]),
        ("محمد", "arabic, Cloze 1", ["مُحَمَّدٌ"]),
        ("cooperation", "hyphens, Cloze 1", ["cooperation"]),
        ("café", "accents, Cloze 1", ["Café"]),
        ("한글", "korean, Cloze 1", ["한글"]),
        ("漢字", "ruby, Cloze 1", ["漢かん字"]),
        ("かんじ", "ruby, Cloze 1", ["かん字じ"]),
    ],
)
def test_it_marks_what_it_finds(scripts: Gallery, query: str, card: str, marks: list[str]) -> None:
    """In both sides that are in view, as a highlight: the card's elements stay as they were."""
    scripts.page.evaluate(f"location.hash = '#{card.partition(',')[0]}'")
    back = scripts.side("Back", card)
    expect(back.locator("#qa .face")).to_be_visible()
    plain = back.locator("#qa").inner_html()
    scripts.page.get_by_label("Search").fill(query)
    for _ in range(100):
        if marked(back):
            break
        scripts.page.wait_for_timeout(50)
    assert marked(back)[: len(marks)] == marks
    assert back.locator("#qa").inner_html() == plain
    scripts.page.get_by_label("Search").fill("")
    expect(scripts.page.locator("#place")).to_be_empty()
    scripts.page.wait_for_timeout(200)
    assert marked(back) == []


def test_marks_survive_the_card_s_own_code(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """Code that writes the card again and takes functions away leaves them where the words are then."""
    gallery = show(preview({
        "source/one.yaml": many(2),
        "source/two.yaml": "vignettes:\n  - id: v\n    scenario: |\n      A needle here.\n    question: |\n"
        "      What is it?\n    options:\n      - text: |\n          One needle\n        correct: true\n"
        "        why: |\n          So.\n      - text: |\n          Two\n        why: |\n          No.\n"
        "      - text: |\n          Three\n        why: |\n          No.\n",
    }), "#v")  # fmt: skip
    front = gallery.side("Front", "v, Answer")
    expect(front.locator(".choice")).to_have_count(3)
    gallery.page.get_by_label("Search").fill("needle")
    front.locator("html").evaluate(
        "() => { CSS.highlights.set = null; window.Range = window.Highlight = null; const qa ="
        " document.querySelector('#qa'); qa.innerHTML = '<p>A nee<b>dle</b>, again.</p>'; }"
    )
    for _ in range(100):
        if len(marked(front)) == 1 and marked(front)[0] == "needle":
            break
        gallery.page.wait_for_timeout(50)
    assert marked(front) == ["needle"]
    expect(front.locator("#qa")).to_have_text("A needle, again.")


def test_a_browser_without_highlights_marks_too(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """By boxes outside the card's elements, which lie on the words."""
    gallery = show(preview({"source/one.yaml": SECOND}))
    gallery.page.add_init_script("Object.defineProperty(CSS, 'highlights', { value: undefined });")
    gallery.page.reload()
    gallery.page.get_by_label("Search").fill("joining")
    back = gallery.side("Back", "one, Cloze 1")
    expect(back.locator("#deckgen-found > *")).to_have_count(1)
    box, word = (back.locator(each).first.bounding_box() for each in ("#deckgen-found > *", ".cloze"))
    assert box
    assert word
    assert abs(box["x"] - word["x"]) < 4
    assert abs(box["y"] + box["height"] / 2 - word["y"] - word["height"] / 2) < 8
    gallery.page.get_by_label("Search").fill("")
    expect(back.locator("#deckgen-found > *")).to_have_count(0)


def on_top(gallery: Gallery, card: str) -> bool:
    """Whether a card begins right below the bar."""
    top = gallery.card(card).evaluate("e => e.getBoundingClientRect().top")
    bar = gallery.page.locator(".bar").evaluate("e => e.getBoundingClientRect().bottom")
    return abs(float(top) - float(bar)) < 40


@pytest.mark.parametrize(("width", "height"), [(1200, 900), (360, 640)])
def test_the_first_match_is_on_top_and_enter_goes_on(
    preview: Callable[..., Path], show: Callable[..., Gallery], width: int, height: int
) -> None:
    """The box stays in view and says which match it is. Shift+Enter goes back; the first follows the last."""
    gallery = show(preview({"source/one.yaml": many()}), viewport={"width": width, "height": height})
    gallery.page.evaluate("scrollTo(0, 3000)")
    gallery.page.keyboard.press("/")
    gallery.page.keyboard.type("needle")
    place = gallery.page.locator("#place")
    expect(place).to_have_text("1 of 3")
    expect(gallery.page.locator("#count")).to_have_text("3 of 12 cards")
    assert on_top(gallery, "n1, Cloze 1") or width < 400  # there the mark is brought into view
    for key, number, name in (
        ("Enter", 2, "n5"),
        ("Enter", 3, "n9"),
        ("Enter", 1, "n1"),
        ("Shift+Enter", 3, "n9"),
        ("Shift+Enter", 2, "n5"),
    ):
        gallery.page.keyboard.press(key)
        expect(place).to_have_text(f"{number} of 3")
        expect(gallery.page.get_by_label("Search")).to_be_focused()
        expect(gallery.page.get_by_label("Search")).to_be_in_viewport()
        gallery.until(f"location.hash.startsWith('#{name}?')")
        expect(gallery.card(f"{name}, Cloze 1")).to_be_in_viewport()
    gallery.page.get_by_role("button", name="Next match").click()
    expect(place).to_have_text("3 of 3")
    assert gallery.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("wait", [0, 1500])
def test_a_match_below_the_window_is_brought_into_view(
    preview: Callable[..., Path], show: Callable[..., Gallery], wait: int
) -> None:
    """On a phone a card is higher than the screen, and the word may be at its end, also if Enter is late."""
    gallery = show(preview({"source/one.yaml": many()}), viewport={"width": 360, "height": 640})
    gallery.page.get_by_label("Search").fill("needle")
    gallery.page.wait_for_timeout(wait)
    gallery.page.get_by_label("Search").press("Enter")
    back = gallery.side("Back", "n5, Cloze 1")
    for _ in range(100):
        if marked(back):
            break
        gallery.page.wait_for_timeout(50)
    gallery.page.wait_for_timeout(500)
    within = back.locator("html").evaluate(
        "() => [...CSS.highlights.get('deckgen-found')][0].getBoundingClientRect().top"
    )
    frame = gallery.page.locator('iframe[title="Back of n5, Cloze 1"]').evaluate(
        "e => e.getBoundingClientRect().top"
    )
    assert 40 < frame + within < 640


def test_the_place_is_kept_when_the_search_ends(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """The card that was found stays where it is on the screen, among all cards again."""
    gallery = show(preview({"source/one.yaml": many()}))
    gallery.page.get_by_label("Search").fill("needle")
    gallery.page.get_by_label("Search").press("Enter")
    gallery.until("location.hash.startsWith('#n5?')")
    gallery.page.wait_for_timeout(800)
    top = "e => e.getBoundingClientRect().top"
    before = gallery.card("n5, Cloze 1").evaluate(top)
    gallery.page.get_by_label("Search").fill("")
    expect(gallery.page.locator("#count")).to_have_text("12 cards")
    gallery.page.wait_for_timeout(500)
    assert abs(gallery.card("n5, Cloze 1").evaluate(top) - before) < 3


def test_five_thousand_notes_are_searched_at_once(tmp_path: Path, show: Callable[..., Gallery]) -> None:
    """Each key after the first takes less than 0.1 seconds, and nothing is read before there is a search."""
    generate(tmp_path, 5000)
    (tmp_path / "build").mkdir()
    folder.write(cards.gallery(build(tmp_path)), tmp_path / "build/preview")
    gallery = show(tmp_path)
    read = "performance.getEntriesByType('resource').filter(each => each.name.includes('texts.js')).length"
    assert not gallery.page.evaluate(read)
    search = gallery.page.get_by_label("Search")
    started = time.monotonic()
    search.fill("t")
    expect(gallery.page.locator("#place")).to_contain_text(" of ")
    first = time.monotonic() - started
    took = gallery.page.evaluate(
        """async () => {
          const q = document.getElementById("q");
          const took = [];
          for (const text of ["th", "the", "ther", "thera", "therapist", "therapist n", "therapist no"]) {
            await new Promise(resolve => setTimeout(resolve, 300));
            const started = performance.now();
            q.value = text;
            q.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(resolve => setTimeout(resolve));
            document.body.getBoundingClientRect();
            took.push(performance.now() - started);
          }
          return took.sort((one, two) => one - two);
        }"""
    )
    assert first < 5
    assert took[len(took) // 2] < 100, (first, took)
