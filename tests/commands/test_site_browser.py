"""The public page of a deck in a real browser: the cards to try, on a phone, at night, on paper."""

from __future__ import annotations

import functools
import http.server
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.commands.galleries import FAULTS, generate
from tests.commands.test_preview import PIXEL
from tests.commands.test_preview_browser import VIGNETTE
from tests.conftest import ALLIANCE, DECK, change, from_npm, run
from tests.releases import FIRST, release, terms
from tests.reviewers import answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, FrameLocator, Locator, Page

    Project = Callable[..., Path]

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
ABOUT = "description: |\n  Cards for the **moon** exam.\nauthors: [Ada]\nlicense: CC-BY-4.0\n"
ABOUT += "feedback: mailto:ada@example.org?subject={id}\n"
CHAPTERS = {
    "source/deck.yaml": DECK + ABOUT,
    "source/1-first.yaml": terms("a", "b"),
    "source/2-cases.yaml": VIGNETTE,
    "source/3-last.yaml": "takeaways:\n  - id: one\n    text: |\n      {{c1::It}} ![A moon](media/m.png)\n",
    "source/media/m.png": PIXEL,
}


@dataclass
class Site:
    """The page of a deck, and the addresses that it has asked for."""

    page: Page
    requests: list[str] = field(default_factory=list)

    @property
    def card(self) -> FrameLocator:
        """The frame of the card."""
        return self.page.frame_locator("iframe")

    @property
    def turn(self) -> Locator:
        """The button that shows the answer, and then the next card."""
        return self.page.locator("#turn")

    @property
    def place(self) -> Locator:
        """Where the learner is."""
        return self.page.locator("#place")

    def begin(self) -> None:
        """Scroll to the cards."""
        self.page.locator("#cards").scroll_into_view_if_needed()
        expect(self.card.locator("#qa")).not_to_be_empty()

    def chapter(self, name: str) -> None:
        """Choose a chapter."""
        self.page.get_by_label("Chapter").select_option(name)


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Site]]:
    """Opens the site of a deck, from disk or from an address; a fault of the page's own fails the test."""
    opened: list[Site] = []

    def open_page(where: Path | str, name: str = "index.html", **options: Any) -> Site:  # noqa: ANN401 (Playwright's)
        context = browser.new_context(**(PHONE | options))
        shown = Site(context.new_page())
        shown.page.add_init_script(FAULTS)
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        address = where if isinstance(where, str) else (where / "build/site" / name).as_uri()
        shown.page.goto(address)
        opened.append(shown)
        return shown

    yield open_page
    for each in opened:
        faults = each.page.evaluate("window.faults") if each.page.url.endswith(".html") else []
        each.page.context.close()
        assert not faults


@pytest.fixture
def made(project: Project) -> Callable[..., Path]:
    """Writes a small deck, releases it and writes its site; gives the deck's folder."""

    def make(files: dict[str, str | bytes] | None = None) -> Path:
        deck = project(CHAPTERS | (files or {}))
        (deck / "source/one.yaml").unlink()
        release(deck, "1.0.0", FIRST)
        result = run("site", cwd=deck)
        assert result.returncode == 0, result.stderr
        return deck

    return make


@contextmanager
def hosted(folder: Path, below: str) -> Iterator[str]:
    """A plain web server with a folder below a path; gives its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return super().translate_path(
                path.removeprefix(below.rstrip("/")) if path.startswith(below) else "/-"
            )

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{below}"
        server.shutdown()


# The cards to try


def test_a_card_is_turned_and_the_next_one_comes(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """Front, answer, next; also into the next chapter, and back again; on a phone the card is a phone's."""
    shown = show(made())
    shown.begin()
    expect(shown.place).to_have_text("Card 1 of 4")
    expect(shown.card.locator("html")).to_have_class("android mobile chrome")
    expect(shown.card.locator(".face.front")).to_contain_text("Term a")
    expect(shown.card.locator("body")).not_to_contain_text("Text of a.")
    expect(shown.page.get_by_role("button", name="Previous card")).to_be_disabled()
    shown.turn.tap()
    expect(shown.card.locator(".face.back")).to_contain_text("Text of a.")
    expect(shown.turn).to_have_text("Next card")
    for number in (2, 3, 4):
        shown.turn.tap()
        expect(shown.place).to_have_text(f"Card {number} of 4")
        expect(shown.card.locator(".face.front")).to_be_visible()
        shown.turn.tap()
    shown.turn.tap()
    expect(shown.page.get_by_label("Chapter")).to_have_value("1")
    expect(shown.place).to_have_text("Card 1 of 1")
    shown.page.get_by_role("button", name="Previous card").tap()
    expect(shown.place).to_have_text("Card 4 of 4")
    expect(shown.page.get_by_label("Chapter")).to_have_value("0")


def test_the_card_comes_into_view_when_it_is_turned(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """On a phone the buttons stay in the window once the card can be read, and not before."""
    site = show(made())
    site.begin()
    top = "document.getElementById('screen').getBoundingClientRect().top"
    controls = site.page.locator(".controls")
    site.page.evaluate(f"scrollBy(0, {top} - innerHeight + 40)")
    expect(controls).to_have_css("position", "static")
    site.page.evaluate("document.getElementById('turn').click()")
    site.page.wait_for_function(f"{top} < innerHeight / 2", timeout=20_000)
    expect(controls).to_have_css("position", "sticky")


def test_a_vignette_is_answered_as_on_the_card(made: Callable[..., Path], show: Callable[..., Site]) -> None:
    """The answer has the letters of the front, the choice and the verdict."""
    shown = show(made())
    shown.begin()
    shown.chapter("Cases (1)")
    choices = shown.card.locator(".choice")
    expect(choices).to_have_count(3)
    order = [text.split("\n")[-1].strip() for text in choices.all_inner_texts()]
    choices.filter(has_text="Set out the rules").tap()
    shown.turn.tap()
    expect(shown.card.locator(".chosen .option")).to_have_text("Set out the rules")
    expect(shown.card.get_by_text("Not the best answer.")).to_be_visible()
    assert answers(shown.card) == order
    shown.page.get_by_role("button", name="Previous card").tap()
    shown.chapter("Cases (1)")
    shown.card.locator(".choice").filter(has_text="Repair the bond").tap()
    shown.turn.tap()
    expect(shown.card.get_by_text("You chose the best answer.")).to_be_visible()


def test_all_is_done_with_the_keyboard(made: Callable[..., Path], show: Callable[..., Site]) -> None:
    """The focus stays on the button, and goes to the other one where there is no next card."""
    shown = show(made(), **DESKTOP)
    shown.begin()
    shown.chapter("Cases (1)")
    shown.card.locator(".choice").first.focus()
    shown.page.keyboard.press("ArrowDown")
    expect(shown.card.locator(".choice").nth(1)).to_have_attribute("aria-checked", "true")
    shown.turn.focus()
    shown.page.keyboard.press("Enter")
    expect(shown.card.locator(".face.back .chosen")).to_be_visible()
    shown.page.keyboard.press("Space")
    expect(shown.place).to_have_text("Card 1 of 1")
    expect(shown.card.locator("img")).to_be_visible()
    expect(shown.turn).to_be_focused()
    shown.page.keyboard.press("Enter")
    expect(shown.turn).to_be_disabled()
    expect(shown.page.get_by_role("button", name="Previous card")).to_be_focused()


def test_pictures_of_cards_are_there(made: Callable[..., Path], show: Callable[..., Site]) -> None:
    """From disk too, where a page may read no files."""
    shown = show(made())
    shown.begin()
    shown.chapter("Last (1)")
    picture = shown.card.get_by_alt_text("A moon")
    expect(picture).to_be_visible()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 1


def test_a_link_of_a_card_is_shown_before_it_leads_anywhere(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """Also to a mail, with the id of the note."""
    shown = show(made())
    shown.begin()
    shown.turn.tap()
    shown.card.get_by_role("link", name="Suggest a fix").tap()
    link = shown.page.locator("#said a")
    expect(link).to_have_attribute("href", "mailto:ada@example.org?subject=a")
    expect(shown.page.locator("#said")).to_contain_text("This card links to mailto:ada")
    shown.turn.tap()
    expect(shown.page.locator("#said")).to_be_empty()


def test_cards_are_loaded_when_they_are_needed(tmp_path: Path, show: Callable[..., Site]) -> None:
    """Of a deck of some thousand notes: nothing before the cards are in view, then the chosen chapter."""
    generate(tmp_path / "deck", 3000)
    about = "description: |\n" + "  Cards for the moon exam.\n\n" * 40
    with (tmp_path / "deck/source/deck.yaml").open("a", encoding="utf-8") as file:
        file.write(about)
    result = run("site", cwd=tmp_path / "deck")
    assert result.returncode == 0, result.stderr
    shown = show(tmp_path / "deck", viewport={"width": 390, "height": 300})

    def loaded() -> list[str]:
        return [
            each.rpartition("/")[2].partition("?")[0]
            for each in shown.requests
            if "/deck/" in each.split("site")[-1]
        ]

    shown.page.wait_for_timeout(300)
    assert loaded() == []
    shown.begin()
    assert loaded() == ["index.js", "cards-0000-000.js"]
    last = shown.page.locator("#chapter option").last.get_attribute("value")
    shown.page.get_by_label("Chapter").select_option(last)
    expect(shown.place).to_contain_text("Card 1 of")
    shown.page.wait_for_timeout(300)
    assert len(loaded()) == 3
    assert loaded()[-1] == f"cards-{int(last or 0):04}-000.js"


def test_a_card_that_cannot_be_loaded_is_told(made: Callable[..., Path], show: Callable[..., Site]) -> None:
    """And the learner goes on to the next chapter."""
    deck = made()
    (deck / "build/site/deck/cards-0000-000.js").unlink()
    shown = show(deck)
    shown.page.locator("#cards").scroll_into_view_if_needed()
    expect(shown.page.get_by_text("This card could not be loaded.")).to_be_visible()
    shown.chapter("Cases (1)")
    expect(shown.card.locator(".choice")).to_have_count(3)
    expect(shown.page.locator("#said")).to_be_empty()


def test_formulas_are_explained_where_there_are_some(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """The browser draws them, and the page says that Anki draws them with another look."""
    deck = made({"source/1-first.yaml": terms("a", a="It is $x^2$.")})
    shown = show(deck)
    expect(shown.page.get_by_text("browser draws the formulas")).to_be_visible()
    shown.begin()
    shown.turn.tap()
    expect(shown.card.locator("math msup")).to_have_text("x2")
    change(deck, {"source/1-first.yaml": terms("a")})
    assert run("site", cwd=deck).returncode == 0
    other = show(deck)
    expect(other.page.get_by_text("formulas")).to_have_count(0)


def test_without_scripts_all_but_the_cards_is_there(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """And the page says what they need."""
    shown = show(made(), java_script_enabled=False)
    expect(shown.page.get_by_text("allow JavaScript in your browser")).to_be_visible()
    expect(shown.page.get_by_role("link", name="Download for Anki")).to_be_visible()
    expect(shown.page.get_by_role("button")).to_have_count(0)


# Where it is shown


def test_the_button_gives_the_package(made: Callable[..., Path], show: Callable[..., Site]) -> None:
    """The released one, from the site's own folder."""
    deck = made()
    with hosted(deck / "build/site", "/decks/moon/") as address:
        shown = show(address)
        with shown.page.expect_download() as got:
            shown.page.get_by_role("link", name="Download for Anki").tap()
        assert got.value.suggested_filename == "sample.apkg"
        released = deck / "build/release/1.0.0/sample-1.0.0.apkg"
        assert got.value.path().read_bytes() == released.read_bytes()


def test_it_works_below_any_path_and_asks_for_nothing_else(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """On a host, and from disk: no request leaves the folder."""
    deck = made()
    with hosted(deck / "build/site", "/decks/moon/") as address:
        for where, top in ((address, address), (deck, (deck / "build/site").as_uri())):
            shown = show(where)
            shown.begin()
            for chapter in ("Cases (1)", "Last (1)"):
                shown.chapter(chapter)
                expect(shown.place).to_have_text("Card 1 of 1")
                shown.turn.tap()
            expect(shown.card.get_by_alt_text("A moon")).to_be_visible()
            strange = [each for each in shown.requests if not each.startswith((top, "blob:null/", "data:"))]
            assert not strange
            assert any("/media/" in each for each in shown.requests)


def test_at_night_page_and_card_are_dark(made: Callable[..., Path], show: Callable[..., Site]) -> None:
    """And bright again when the device is."""
    light = "e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    shown = show(made(), color_scheme="dark")
    shown.begin()
    expect(shown.card.locator("body")).to_have_class("card card1 nightMode night_mode")
    assert shown.page.locator("html").evaluate(light) < 200
    assert shown.card.locator("body").evaluate(light) < 200
    shown.page.emulate_media(color_scheme="light")
    expect(shown.card.locator("body")).to_have_class("card card1")
    assert shown.page.locator("html").evaluate(light) > 600
    assert shown.card.locator("body").evaluate(light) > 600


def test_paper_has_the_text_and_the_address_and_not_the_cards(
    made: Callable[..., Path], show: Callable[..., Site]
) -> None:
    """A button cannot be pressed there."""
    deck = made()
    run("site", "--download", "https://example.org/x.apkg", cwd=deck)
    shown = show(deck)
    shown.begin()
    address = shown.page.get_by_text("https://example.org/x.apkg")
    expect(address).to_be_hidden()
    shown.page.emulate_media(media="print", color_scheme="dark")
    expect(address).to_be_visible()
    for hidden in ("#try", ".download", "nav"):
        expect(shown.page.locator(hidden)).to_be_hidden()
    for visible in ("h1", ".about", "#import", "#update", "#news", "footer"):
        expect(shown.page.locator(visible)).to_be_visible()
    assert shown.page.locator("h1").evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    assert len(shown.page.pdf(format="A4")) > 10_000


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(
    made: Callable[..., Path], show: Callable[..., Site], language: str, scheme: str, width: int
) -> None:
    """Contrast, names, order of headings, also with an answer in view; nothing is wider than the window."""
    changes = (
        "## 1.0.0\n\nA <del>b</del> <ins>c</ins> `d` [e](https://example.org).\n\n| f |\n|---|\n| g |\n\n"
    )
    changes += "<details><summary>h</summary>\n\n- i\n\n</details>\n\n## 0.9\n\nOld.\n"
    deck = made({"source/deck.yaml": f"{DECK}{ABOUT}language: {language}\n"})
    (deck / "source/CHANGELOG.md").write_text(changes, encoding="utf-8")
    (deck / "source/1-first.yaml").write_text(
        terms("a", "b", "c"), encoding="utf-8"
    )  # newer than the release
    assert run("site", cwd=deck).returncode == 0
    axe = from_npm("axe-core/axe.min.js").read_text("utf-8")
    options: dict[str, Any] = {
        "color_scheme": scheme,
        "viewport": {"width": width, "height": 900},
        "bypass_csp": True,
    }
    for name in ("index.html", "changes.html"):
        shown = show(deck, name, **options)
        if name == "index.html":
            shown.begin()
            shown.turn.tap()
            shown.card.locator(".foot a").tap()
            expect(shown.page.locator("#said a")).to_be_visible()
        shown.page.evaluate(axe)
        found = shown.page.evaluate("axe.run(document, {iframes: false})")
        assert not [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_learner_sees_nothing_of_an_author_s_tools(tmp_path: Path, show: Callable[..., Site]) -> None:
    """No places in the source, no codes of warnings, no filter for them, no switches."""
    result = run("site", "--project", ALLIANCE, "-o", tmp_path / "build/site")
    assert result.returncode == 0, result.stderr
    shown = show(tmp_path)
    shown.begin()
    text = shown.page.locator("body").inner_text()
    assert not [word for word in ("diagnostics", ".yaml", "warning", "Reset", "Night") if word in text]
    assert shown.page.get_by_role("button").all_inner_texts() == ["Previous card", "Show answer"]
    expect(shown.page.get_by_role("combobox")).to_have_count(1)
    expect(shown.page.get_by_role("textbox")).to_have_count(0)
