"""The page of the preview itself: what fits, what it says, and what it does when files or its server go."""

from __future__ import annotations

import shutil
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.cards.test_media_content import WEBM
from tests.commands.test_preview import PIXEL, SECOND, free_port, serving, wait_for
from tests.conftest import CHAPTER, change, write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.galleries import Gallery

WIDE = """
selector => [...document.querySelectorAll(selector)].flatMap(list => [list, ...list.querySelectorAll("*")])
  .filter(each => each.clientWidth && each.scrollWidth > each.clientWidth)
  .map(each => `${each.tagName}.${each.className} ${each.scrollWidth} > ${each.clientWidth}`)
"""
"""What holds something wider than itself."""
LONG = "x" * 250
PATH = f"source/{'a-long-name-of-a-chapter-' * 8}.yaml"


@pytest.mark.parametrize("width", [320, 360, 400, 640, 1000])
def test_diagnostics_wrap_at_every_width(live: Callable[..., tuple[Path, Gallery]], width: int) -> None:
    """Beside cards, on top and over the page: long lines and paths break anywhere, and nothing is cut off."""
    slip = SECOND.replace("change comes", f"change comes comes {LONG}")
    deck, gallery = live({PATH: slip, "source/one.yaml": "deck: One\n"})
    gallery.page.set_viewport_size({"width": width, "height": 800})
    expect(gallery.page.get_by_text("warning[doubled-word]").first).to_be_visible()
    broken = slip + f"  - id: three\n    {LONG}: |\n      A {{{{c1::slip}}}}.\n"
    change(deck, {PATH: broken})
    expect(gallery.page.get_by_role("alert")).to_contain_text("error[unknown-key]")
    for selector in ("article .diagnostics", "#found .diagnostics", "#overlay"):
        assert gallery.page.locator(selector).first.is_visible(), selector
        assert gallery.page.evaluate(WIDE, selector) == [], selector
    assert gallery.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_line_shows_where_a_phone_s_screen_ends(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """In the phone view only, over cards that go on below it, and without a place in the card or on paper."""
    long = SECOND + "    why: |\n" + "".join(f"      Line {line} of it.\n\n" for line in range(30))
    gallery = show(preview({"source/one.yaml": long}), "#two?phone=1", viewport={"width": 800, "height": 900})
    back = gallery.page.locator('iframe[title="Back of two, Cloze 1"]')
    expect(back.content_frame.locator(".face")).to_be_visible()
    wait_for(lambda: back.evaluate("e => e.parentElement.clientHeight") > 700)
    screen = back.evaluate_handle("e => e.parentElement")
    line = "e => ['content', 'top'].map(each => getComputedStyle(e, '::after')[each])"
    content, top = screen.evaluate(line)
    assert "360 × 640" in content
    assert top == "640px"
    front = gallery.page.locator('iframe[title="Front of two, Cloze 1"]')
    assert front.evaluate("e => e.parentElement.clientHeight") < 640, "it is cut off there"
    gallery.page.keyboard.press("p")
    assert screen.evaluate(line)[0] == "none"
    gallery.page.keyboard.press("p")
    gallery.page.emulate_media(media="print")
    expect(gallery.page.locator(".screen").filter(visible=True)).to_have_count(0)


def test_a_film_is_shown_as_a_film(preview: Callable[..., Path], show: Callable[..., Gallery]) -> None:
    """A file that has pictures gets a player that shows them, as wide as the card at most."""
    text = CHAPTER.replace("Before", "[sound:a film.webm] Before")
    gallery = show(preview({"source/one.yaml": text, "source/a film.webm": WEBM}), "#?phone=1")
    video = gallery.side("Back", "one, Cloze 1").locator("video")
    expect(video).to_have_attribute("controls", "")
    expect(video).to_have_css("max-width", "100%")
    assert str(video.get_attribute("src")).startswith("blob:")
    expect(gallery.side("Back", "one, Cloze 1").locator("audio")).to_have_count(0)


# Files and servers that are gone


@pytest.mark.parametrize("way", ["ended", pytest.param("asleep", marks=pytest.mark.skipif(
    sys.platform == "win32", reason="there is no such signal"))])  # fmt: skip
def test_a_server_that_is_gone_is_told_until_it_is_back(
    way: str, tmp_path: Path, show: Callable[..., Gallery]
) -> None:
    """Whether it ended or does not answer: the page says what to do, and goes on without a reload."""
    deck = write_project(tmp_path / "deck", {"source/one.yaml": SECOND})
    port = free_port()
    gone = "deckgen preview --serve"
    with serving(deck, port) as process:
        gallery = show(f"http://127.0.0.1:{port}/")
        notice = gallery.page.locator("#gone")
        expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")
        gallery.page.wait_for_timeout(500)
        expect(notice).to_be_hidden()
        if way == "asleep":
            process.send_signal(signal.SIGSTOP)
            expect(notice).to_contain_text(gone, timeout=40_000)
            process.send_signal(signal.SIGCONT)
            expect(notice).to_be_hidden(timeout=20_000)
            change(deck, {"source/one.yaml": SECOND.replace("joining", "meeting")})
            expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("meeting")
            return
    expect(notice).to_contain_text(gone)
    expect(notice).to_be_visible()
    gallery.page.keyboard.press("s")  # draws the cards in new frames, which cannot be loaded now
    expect(gallery.page.get_by_text("This card’s files are missing").first).to_be_visible(timeout=20_000)
    change(deck, {"source/one.yaml": SECOND.replace("joining", "meeting")})
    with serving(deck, port):
        expect(notice).to_be_hidden(timeout=20_000)
        card = gallery.side("Card", "one, Cloze 1")
        expect(card.locator(".cloze")).to_have_text("[...]", timeout=20_000)
        expect(gallery.page.get_by_text("This card’s files are missing")).to_have_count(0)


def test_another_server_is_not_said_to_be_gone(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """A folder on any server of this machine has no events, and nothing is said of that."""
    import http.server  # noqa: PLC0415
    import threading  # noqa: PLC0415
    from functools import partial  # noqa: PLC0415

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=preview() / "build/preview")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        gallery = show(f"http://127.0.0.1:{server.server_port}/")
        gallery.page.wait_for_timeout(2500)
        expect(gallery.page.locator("#gone")).to_be_hidden()
        server.shutdown()


def test_a_deleted_preview_comes_back_while_it_is_served(
    live: Callable[..., tuple[Path, Gallery]],
) -> None:
    """With build/ gone, cards that come into view are there, and so is the page after a reload."""
    deck, gallery = live({"source/one.yaml": SECOND})
    expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")
    (deck / "build").rename(deck / "gone")  # at once: the server writes it again meanwhile
    gallery.page.keyboard.press("s")
    expect(gallery.side("Card", "one, Cloze 1").locator(".cloze")).to_have_text("[...]")
    (deck / "build").rename(deck / "gone again")
    gallery.page.reload()
    expect(gallery.side("Card", "one, Cloze 1").locator(".cloze")).to_have_text("[...]")
    assert (deck / "build/preview/index.html").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_preview_that_cannot_be_written_is_told_and_comes_back(
    live: Callable[..., tuple[Path, Gallery]],
) -> None:
    """What keeps it from being written is on the page; without that it is written, without a save."""
    deck, gallery = live({"source/one.yaml": SECOND, "elsewhere/keep.txt": "mine"})
    expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")
    shutil.rmtree(deck / "build/preview")
    (deck / "build/preview").symlink_to(deck / "elsewhere")
    gallery.page.keyboard.press("s")
    alert = gallery.page.locator("#overlay")
    expect(alert).to_contain_text("not an ordinary folder")
    (deck / "build/preview").unlink()
    gallery.page.wait_for_timeout(1500)
    gallery.page.keyboard.press("s")
    expect(alert).to_be_hidden()
    expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deck/index.js", "The deck’s files are missing. Run deckgen preview again, then reload this page."),
        ("deck/cards-0000-000.js", "This card’s files are missing or newer than this page."),
        ("frame.html", "This card’s files are missing or newer than this page."),
        ("media", "is missing."),
        ("deck/texts.js", "The search does not work: the file deck/texts.js is missing."),
        (
            "gallery.js",
            "Files of this preview are missing. Run deckgen preview again, then reload this page.",
        ),
    ],
)
def test_files_that_are_missing_from_disk_are_told(
    preview: Callable[..., Path], show: Callable[..., Gallery], name: str, words: str
) -> None:
    """Without a server the page says what it lacks, and what to do."""
    text = CHAPTER.replace("Before", "![A dot](dot.png) Before")
    deck = preview({"source/one.yaml": text, "source/dot.png": PIXEL})
    gallery = show(deck)
    path = deck / "build/preview" / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    gallery.page.reload()
    gallery.page.get_by_label("Search").fill("change" if "texts" in name else "")
    expect(gallery.page.get_by_text(words).first).to_be_visible(timeout=15_000)


# The race of a click with what is drawn


def test_a_click_on_show_answer_is_not_lost_while_the_card_is_drawn(
    live: Callable[..., tuple[Path, Gallery]],
) -> None:
    """The button stays where it is while the card gets its height, and stays itself after the first event."""
    _, gallery = live({"source/one.yaml": CHAPTER}, "#?single=1")
    page = gallery.page
    page.add_init_script(
        "if (window.top === window) { document.addEventListener('DOMContentLoaded', () => {"
        " window.places = new Set(); window.buttons = new Set(); const look = () => {"
        " const button = document.querySelector('.turn'); if (button) { buttons.add(button);"
        " places.add(Math.round(button.getBoundingClientRect().top)); } requestAnimationFrame(look); };"
        " look(); }); }"
    )
    page.reload()
    page.get_by_role("button", name="Show answer").click()
    card = gallery.side("Card", "one, Cloze 1")
    expect(card.locator(".cloze")).to_have_text("joining")
    page.wait_for_timeout(1000)
    assert page.evaluate("buttons.size") == 1
    assert page.evaluate("places.size") == 1, page.evaluate("[...places]")
    expect(page.get_by_role("button", name="Show front")).to_have_count(1)
    wait_for(lambda: page.evaluate("document.querySelectorAll('iframe').length") == 1)
