"""Takes the pictures of docs/pictures/ from preview and site of this repository's deck: `make pictures`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from deckgen.build import build
from deckgen.commands.marked_folder import Earlier
from deckgen.commands.preview.cards import gallery
from deckgen.commands.preview.folder import write
from deckgen.commands.release.release import Draft, draft, make
from deckgen.commands.site.download import Wishes
from deckgen.commands.site.folder import write as write_site
from deckgen.commands.site.site import site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROJECT = Path(__file__).parents[1]
PICTURES = PROJECT / "docs/pictures"
CARDS = {
    "takeaway": "joining-first",
    "definition": "accommodation",
    "vignette": "quiet-husband",
    "comparison": "stances.multipartiality",
}
"""The note that stands for each kind."""


NO_FOLD = ".screen::before, .screen::after { content: none !important; }"
"""The preview's line at the end of a phone's screen is left out of the pictures of cards."""


def chromium() -> str:
    """The program of a Chromium; without one the script ends."""
    path = os.environ.get("DECKGEN_CHROMIUM") or shutil.which("chromium")
    if path is None:
        sys.exit("there is no Chromium: `apt-get install chromium`, or name yours in DECKGEN_CHROMIUM")
    return path


def take(page: Page, address: str, kind: str, *, night: bool) -> None:
    """Take both sides of a card as a phone shows them; a vignette is answered first."""
    page.goto("about:blank")
    page.goto(f"{address}#{CARDS[kind]}?phone=1&night={int(night)}")
    card = page.locator(f'article[aria-label^="{CARDS[kind]},"]').first
    card.scroll_into_view_if_needed()
    front, back = card.locator("iframe").nth(0), card.locator("iframe").nth(1)
    face = back.content_frame.locator(".face")
    face.wait_for()
    if kind == "vignette":
        front.content_frame.locator(".choice").nth(1).click()
        back.content_frame.locator(".chosen").wait_for()
    page.wait_for_timeout(300)  # until the frames are as high as what they show
    back.locator("xpath=..").screenshot(path=PICTURES / f"{kind}-back{'-night' * night}.png", style=NO_FOLD)
    if not night:
        front.locator("xpath=..").screenshot(path=PICTURES / f"{kind}-front.png", style=NO_FOLD)


def take_card(browser: Browser, address: str) -> None:
    """Take a vignette on two phones side by side: its front, and its back after a wrong answer."""
    page = browser.new_page(viewport={"width": 400, "height": 3000}, device_scale_factor=2)
    page.add_init_script("Math.random = () => 0.4;")
    page.goto(f"{address}#{CARDS['vignette']}?phone=1&night=0")
    card = page.locator(f'article[aria-label^="{CARDS["vignette"]},"]').first
    front, back = card.locator("iframe").nth(0), card.locator("iframe").nth(1)
    front.content_frame.locator(".choice").nth(1).click()
    back.content_frame.locator(".chosen").wait_for()
    page.wait_for_timeout(300)
    shots = [frame.locator("xpath=..").screenshot(style=NO_FOLD) for frame in (front, back)]
    page.set_viewport_size({"width": 800, "height": 700})
    page.goto("about:blank")
    page.set_content(
        "<style>body { display: flex; gap: 24px; margin: 8px; background: #fff; }"
        "div { width: 360px; height: 640px; overflow: hidden; border: 2px solid #999; border-radius: 24px; }"
        "img { width: 360px; }</style>"
        + "".join(
            f'<div><img src="data:image/png;base64,{b64encode(shot).decode()}"></div>' for shot in shots
        )
    )
    page.screenshot(path=PICTURES / "card.png", clip={"x": 0, "y": 0, "width": 764, "height": 660})
    page.close()


def take_site(browser: Browser, folder: Path) -> None:
    """Take the deck's page on two phones, by day and by night, with an answered vignette.

    Args:
        browser: The browser.
        folder: An empty folder, for a copy of the deck that can be released.
    """
    shutil.copytree(PROJECT / "source", folder / "source")
    made = draft(folder, "1.0.0")
    assert isinstance(made, Draft)  # noqa: S101 (the deck has no errors)
    make(made)
    made_site = site(build(folder), Wishes("https://example.org/deck.apkg"))
    write_site(made_site, folder / "site", Earlier())
    for night in (False, True):
        page = browser.new_page(
            viewport={"width": 390, "height": 760},
            device_scale_factor=1.5,
            color_scheme="dark" if night else "light",
        )
        page.add_init_script("Math.random = () => 0.4;")
        page.goto((folder / "site/index.html").as_uri())
        if night:
            page.locator("#cards").scroll_into_view_if_needed()
            page.locator("#chapter").select_option("6")
            page.locator("iframe").content_frame.locator(".choice").nth(1).click()
            page.locator("#turn").click()
            page.locator("iframe").content_frame.locator(".chosen").wait_for()
            page.wait_for_timeout(300)
            page.locator("#screen").evaluate("e => e.scrollIntoView()")
        page.screenshot(path=PICTURES / f"site{'-night' * night}.png")
        page.close()


def main() -> None:
    """Build the preview, and take the pictures in a browser of a phone's density."""
    folder = PROJECT / "build/preview"
    folder.parent.mkdir(exist_ok=True)
    write(gallery(build(PROJECT)), folder)
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 3000})
        page.add_init_script("Math.random = () => 0.4;")  # the same order of options in every picture
        address = (folder / "index.html").as_uri()
        for kind in CARDS:
            for night in (False, True):
                take(page, address, kind, night=night)
        take_card(browser, address)
        page.goto("about:blank")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{address}#quiet-husband?night=0")
        page.locator("iframe").first.content_frame.locator(".face").wait_for()
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / "preview.png")
        with tempfile.TemporaryDirectory() as scratch:
            take_site(browser, Path(scratch).resolve())
        browser.close()


if __name__ == "__main__":
    main()
