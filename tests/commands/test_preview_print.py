"""The handout: what one gets on paper, looked at as a PDF and as the page lays it out."""

from __future__ import annotations

import math
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.commands.test_preview_browser import PLAIN as FACELESS
from tests.commands.test_preview_browser import since
from tests.conftest import REPOSITORY, change, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.commands.galleries import Gallery

PLAIN = FACELESS | {"templates/plain/plain.front.html.j2": "{{Text}}"}
PAGES = re.compile(rb"/Type\s*/Page\b")
TEXTS = """
() => [...document.querySelectorAll("#paper .front-side, #paper .back-side")].flatMap(({ shadowRoot }) => {
    const zoom = parseFloat(getComputedStyle(shadowRoot.querySelector("html")).zoom);
    const walker = document.createTreeWalker(shadowRoot.querySelector("#qa"), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.data.trim().slice(0, 30);
        if (!text || !element.checkVisibility() || element.closest("style, sup, sub, math")) { continue; }
        found.push([text, zoom * parseFloat(getComputedStyle(element).fontSize) * .75]);
    }
    return found;
})
"""
"""Each text on the handout, with its size in points."""
OUTSIDE = """
() => [...document.querySelectorAll("#paper .front-side, #paper .back-side")].flatMap((host) => {
    const place = host.getBoundingClientRect();
    return [...host.shadowRoot.querySelectorAll("#qa *")].filter((each) => {
        const { left, right, width } = each.getBoundingClientRect();
        const cuts = getComputedStyle(each).overflow !== "visible"
            && each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1;
        return cuts || width > 1 && (right > place.right + 1.5 || left < place.left - 1.5);
    }).map((each) => `${each.localName}.${each.className} ${each.textContent.slice(0, 40)}`);
})
"""
"""What is beyond the place of its side on the handout, or would be cut off."""


def lay_out(gallery: Gallery) -> list[Locator]:
    """Print, as far as the page does it: the rows of the handout."""
    expect(gallery.page.locator("#count")).to_contain_text(re.compile("[1-9][0-9]* card"))
    # as a function, because an expression that gives one would be called
    gallery.page.evaluate("() => { window.printing = false; window.print = () => { printing = true; }; }")
    gallery.page.get_by_role("button", name="Print").click()
    assert gallery.until("window.printing", 60)
    return gallery.page.locator("#paper > article").all()


def printed(gallery: Gallery, size: str) -> int:
    """The pages of a PDF of the handout."""
    lay_out(gallery)
    return len(PAGES.findall(gallery.page.pdf(format=size)))


@pytest.fixture(scope="module")
def repository_deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preview of the repository's own deck."""
    folder = tmp_path_factory.mktemp("own") / "deck"
    shutil.copytree(REPOSITORY / "source", folder / "source")
    result = run("preview", cwd=folder)
    assert result.returncode == 0, result.stderr
    return folder


def decks_of_tests(tmp_path: Path, name: str) -> Path:
    """A deck of the tests with its preview."""
    shutil.copytree(REPOSITORY / "tests/decks" / name / "source", tmp_path / name / "source")
    result = run("preview", cwd=tmp_path / name)
    assert result.returncode == 0, result.stderr
    return tmp_path / name


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_a_sheet_has_room_for_two_vignettes_or_more_than_four_other_cards(
    repository_deck: Path,
    show: Callable[..., Gallery],
    size: str,
) -> None:
    """Nothing is smaller than 9 points for that, and no card is left out."""
    gallery = show(repository_deck)
    count = int(re.findall(r"\d+", gallery.count())[0])
    vignettes = (repository_deck / "source/2.3-therapeutic-alliance/7-vignettes.yaml").read_text("utf-8")
    cases = vignettes.count("    scenario: |\n")
    assert count - cases > cases > 20
    assert printed(gallery, size) <= math.ceil(cases / 2 + (count - cases) / 4.5)
    rows = lay_out(gallery)
    assert len(rows) == count
    small = [each for each in gallery.page.evaluate(TEXTS) if each[1] < 8.95]
    assert not small


def test_a_card_is_a_row_with_its_answer_in_the_right_column(
    own: Path,
    show: Callable[..., Gallery],
) -> None:
    """So one sheet of paper covers all answers. The controls of the page are not printed; no code runs."""
    gallery = show(own, "#?kind=Vignette&night=1")
    rows = lay_out(gallery)
    gallery.page.emulate_media(media="print")
    for outside in (".bar", "#cards"):
        expect(gallery.page.locator(outside)).not_to_be_visible()
    assert len(rows) > 2
    places = []
    for row in rows:
        front, back = row.locator(".front-side").bounding_box(), row.locator(".back-side").bounding_box()
        assert front
        assert back
        assert front["x"] + front["width"] < back["x"]
        assert abs(front["y"] - back["y"]) < 5
        places.append(back["x"])
    assert len(set(places)) == 1
    heading = gallery.page.locator("#paper > .how")
    expect(heading).to_contain_text("Cover the right column, answer, then check.")
    answer = rows[0].locator(".back-side #qa")
    expect(answer).to_contain_text("Best answer")
    assert answer.evaluate("e => getComputedStyle(e.closest('body')).backgroundColor") == "rgba(0, 0, 0, 0)"
    gallery.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(gallery.page.locator("#paper > *")).to_have_count(0)


def test_two_vignettes_have_room_on_a_sheet(
    repository_deck: Path,
    show: Callable[..., Gallery],
) -> None:
    """A sheet has two, and none begins on one and ends on the next."""
    gallery = show(repository_deck, "#?kind=Vignette")
    rows = lay_out(gallery)
    assert printed(gallery, "A4") <= -(-len(rows) // 2) + 1
    for row in gallery.page.locator("#paper > article").all():
        assert "long" not in str(row.get_attribute("class"))


@pytest.mark.parametrize("name", ["stress", "stress-ar"])
def test_nothing_is_cut(tmp_path: Path, show: Callable[..., Gallery], name: str) -> None:
    """Tables with many columns, long lines of code, formulas and pictures are there to their last letter."""
    gallery = show(decks_of_tests(tmp_path, name))
    rows = lay_out(gallery)
    assert len(rows) > 8
    assert not gallery.page.evaluate(OUTSIDE)
    column = "left" if name == "stress-ar" else "right"
    expect(gallery.page.locator("#paper > .how")).to_contain_text(f"Cover the {column} column")


def test_a_table_of_five_columns_keeps_them(
    preview: Callable[..., Path],
    show: Callable[..., Gallery],
) -> None:
    """Its card takes the whole width, with the answer below, and its words are not broken."""
    words = [
        "extraordinarily",
        "straightforward",
        "characteristically",
        "internationalization",
        "responsible",
    ]
    table = "\n".join(
        f"      | {' | '.join(row)} |" for row in (words, ["---"] * 5, [word[::-1] for word in words])
    )
    gallery = show(preview(PLAIN | {"source/one.yaml": f"plains:\n  - id: one\n    text: |\n{table}\n"}))
    (row,) = lay_out(gallery)
    expect(row).to_have_class("broad")
    expect(gallery.page.locator("#paper > .how")).to_contain_text(
        "Wide cards have the answer below the line."
    )
    assert not gallery.page.evaluate(OUTSIDE)
    cells = row.locator(".front-side td").all()
    heights = [each.evaluate("e => e.getBoundingClientRect().height") for each in cells]
    assert len(cells) == 5
    assert max(heights) < 40


def test_a_long_card_goes_on_on_the_next_sheet(
    preview: Callable[..., Path],
    show: Callable[..., Gallery],
) -> None:
    """Its pictures and rows of tables are whole; a short card is never on two sheets."""
    text = "".join(f"      Paragraph {number} of many. {'More words. ' * 30}\n\n" for number in range(40))
    notes = f"plains:\n  - id: one\n    text: |\n{text}  - id: two\n    text: |\n      Short.\n"
    gallery = show(preview(PLAIN | {"source/one.yaml": notes}))
    long, short = lay_out(gallery)
    expect(long).to_have_class(re.compile("long"))
    expect(short).not_to_have_class(re.compile("long"))
    assert short.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
    assert printed(gallery, "A4") >= 2
    expect(gallery.page.locator("#how-to-print")).to_contain_text("Print button")


def test_an_answer_does_not_repeat_its_question(
    repository_deck: Path,
    show: Callable[..., Gallery],
) -> None:
    """A term, a case and a question are on the left alone; what a note explains comes with its first card."""
    gallery = show(repository_deck, "#?q=joining")
    rows = lay_out(gallery)
    texts = [[row.locator(f".{side}-side #qa").inner_text() for side in ("front", "back")] for row in rows]
    by_front = {front.split("\n")[-1]: back for front, back in texts}
    assert "For example" in by_front["Joining"]
    assert "Joining\n" not in by_front["Joining"].split("For example")[0]
    twice = [front.split("\n")[-1] for front, _ in texts if "What does this mean?" in front]
    recognized = [back for front, back in texts if "What is this called?" in front]
    second = [back for back in recognized if back.split("\n")[0] in twice]
    assert len(second) == len(twice) > 2
    assert not [back for back in second if "For example" in back]
    assert [back for back in recognized if "For example" in back], "the only card of its note"
    cases = [(front, back) for front, back in texts if "Best answer" in back]
    assert cases
    for front, back in cases:
        question = next(line for line in front.split("\n") if line.endswith("?"))
        assert question not in back


def test_an_answer_in_the_words_of_the_question_stays(
    preview: Callable[..., Path],
    show: Callable[..., Gallery],
) -> None:
    """What comes after the line is the answer, even if the question has the same words too."""
    front = "<p>Which is prime?</p><p class=number>7</p><p class=number>8</p>"
    back = "{{FrontSide}}<hr id=answer><p class=number>7</p>{{Text}}"
    files = {
        "templates/plain/plain.front.html.j2": front + "{{Text}}",
        "templates/plain/plain.back.html.j2": back,
    }
    gallery = show(
        preview(PLAIN | files | {"source/one.yaml": "plains:\n  - id: one\n    text: |\n      Yes.\n"})
    )
    (row,) = lay_out(gallery)
    expect(row.locator(".front-side .number")).to_have_count(2)
    expect(row.locator(".back-side .number")).to_have_text("7")
    expect(row.locator(".back-side #qa")).not_to_contain_text("Which is prime?")


def test_a_note_s_second_card_does_not_answer_the_first(
    repository_deck: Path,
    show: Callable[..., Gallery],
) -> None:
    """On paper one sees the rows around; the cards of a note are on different sheets."""
    gallery = show(repository_deck, "#?kind=Definition")
    rows = lay_out(gallery)
    texts = [[row.locator(f".{side}-side #qa").inner_text() for side in ("front", "back")] for row in rows]
    recall = {
        front.split("\n")[-1]: at for at, (front, _) in enumerate(texts) if "What does this mean?" in front
    }
    recognize = {back.split("\n")[0]: at for at, (front, back) in enumerate(texts) if "called?" in front}
    apart = [recognize[term] - at for term, at in recall.items()]
    assert len(apart) > 5
    assert min(apart) > 6, "more rows than a sheet has"


def test_the_browser_s_own_menu_says_how_to_print(
    own: Path,
    show: Callable[..., Gallery],
) -> None:
    """Without the handout there is one page with one sentence, and not the page as it stands."""
    gallery = show(own)
    data = gallery.page.pdf(format="A4")
    assert len(PAGES.findall(data)) == 1
    gallery.page.emulate_media(media="print")
    expect(gallery.page.get_by_text("use the Print button of the page, or Ctrl+P")).to_be_visible()
    expect(gallery.page.locator("#cards")).not_to_be_visible()


def test_a_comparison_is_printed_side_by_side(
    show: Callable[..., Gallery],
    project: Callable[..., Path],
) -> None:
    """Before on the left, now on the right; a new card has its answer there, and says that it is new."""
    deck = project(PLAIN | {"source/one.yaml": "plains:\n  - id: one\n    text: |\n      Old words.\n"})
    assert run("release", "1.0.0", cwd=deck).returncode == 0
    both = "plains:\n  - id: one\n    text: |\n      New words.\n  - id: two\n    text: |\n      More.\n"
    gallery = show(since(change(deck, {"source/one.yaml": both})))
    pair, new = lay_out(gallery)
    expect(gallery.page.locator("#paper > .how")).to_contain_text("compared with 1.0.0.")
    expect(pair).to_contain_text("one, Plain (Changed)")
    assert pair.locator(".sides > p").all_inner_texts() == ["Before", "Now"]
    expect(pair.locator(".sides").first.locator(".front-side #qa")).to_contain_text("Old words.")
    expect(pair.locator(".sides").last.locator(".front-side #qa")).to_contain_text("New words.")
    expect(new.locator("h2")).to_have_text("two, Plain (New)")


def test_no_code_of_a_card_runs_on_paper(
    preview: Callable[..., Path],
    show: Callable[..., Gallery],
) -> None:
    """Scripts, handlers, links that connect, and frames are left out; the style stays in its card."""
    front = (
        "{{Text}}<script>window.taken = 1</script><img src=x onerror='window.taken = 2'>"
        "<svg onload='window.taken = 3'></svg><iframe srcdoc='<script>parent.taken = 4</script>'></iframe>"
        '<link rel=preconnect href="http://127.0.0.1/"><meta name=x>'
        '<a href="javascript:window.taken = 5">go</a>'
        "<style>* { color: rgb(1, 2, 3); } @page { size: 10mm; }</style><p>After.</p>"
    )
    gallery = show(preview(PLAIN | {"templates/plain/plain.front.html.j2": front}))
    expect(gallery.side("Front", "one, Plain").locator("#qa p").last).to_have_text("After.")
    expect(gallery.side("Front", "one, Plain").locator("#qa :is(link, meta)")).to_have_count(0)
    row = lay_out(gallery)[0]
    expect(row.locator(".front-side #qa p").last).to_have_text("After.")
    expect(row.locator(".front-side :is(script, link, meta, iframe)")).to_have_count(0)
    row.locator(".front-side a").evaluate("e => e.click()")
    gallery.page.wait_for_timeout(300)
    assert gallery.page.evaluate("window.taken") is None
    color: Any = gallery.page.locator("#title").evaluate("e => getComputedStyle(e).color")
    assert color != "rgb(1, 2, 3)"
    assert row.locator(".front-side p").last.evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"


def test_a_style_for_the_page_and_one_for_paper_hold_for_a_card(
    preview: Callable[..., Path],
    show: Callable[..., Gallery],
) -> None:
    """`:root`, `html` and `body` are the card's own; what a style says for paper counts."""
    css = (
        ":root { --own: rgb(1, 2, 3); } html { letter-spacing: 1px; } body.card { color: var(--own); }"
        " p { text-indent: 1rem; } @media print { p { text-transform: uppercase; } }"
        " @media (max-width: 400px) { p { display: none; } } @media screen { p { font-weight: 900; } }"
    )
    front = {"templates/plain/plain.front.html.j2": "<p>{{Text}}</p>"}
    gallery = show(preview(PLAIN | front | {"templates/plain/style.css.j2": css}))
    text = lay_out(gallery)[0].locator(".front-side p").first
    style = text.evaluate(
        "e => ['color', 'letterSpacing', 'textTransform', 'display', 'fontWeight', 'textIndent']"
        ".map((name) => getComputedStyle(e)[name])"
    )
    assert style == ["rgb(1, 2, 3)", "1px", "uppercase", "block", "400", "15px"]


def test_a_picture_is_found_by_its_name_in_an_address(own: Path, show: Callable[..., Gallery]) -> None:
    """In packages of other programs names are written as in an address, with `%20` for a space."""
    gallery = show(own)
    gallery.page.evaluate("""() => {
      const media = new Map(["a b.png", "100%.png", "%ff.png"].map((name) => [name, new Blob([name])]));
      const sources = ["a%20b.png", "a b.png", "100%.png", "%ff.png", "other.png"];
      const html = sources.map((source) => `<img src="${source}">`).join("");
      const host = document.createElement("div");
      window.side = new deckgen.Side(host, { css: "", ordinal: 0 }, html, media, new Set());
    }""")
    sources = gallery.page.evaluate(
        "() => [...side.card.querySelectorAll('img')].map(({ src }) => src.slice(0, 5) === 'blob:')"
    )
    assert sources == [True, True, True, True, False]
