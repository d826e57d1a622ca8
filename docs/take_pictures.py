"""Takes the pictures of docs/pictures/ from the preview of this repository's deck: `make pictures`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deckgen.build import build
from deckgen.commands.preview.cards import gallery
from deckgen.commands.preview.folder import write

PROJECT = Path(__file__).parents[1]
PICTURES = PROJECT / "docs/pictures"
CARDS = {
    "takeaway": "joining-first",
    "definition": "accommodation",
    "vignette": "quiet-husband",
    "comparison": "stances.multipartiality",
}
"""The note that stands for each kind."""


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
    back.locator("xpath=..").screenshot(path=PICTURES / f"{kind}-back{'-night' * night}.png")
    if not night:
        front.locator("xpath=..").screenshot(path=PICTURES / f"{kind}-front.png")


def main() -> None:
    """Build the preview, and take the pictures in a browser of a phone's density."""
    folder = PROJECT / "build/preview"
    folder.parent.mkdir(exist_ok=True)
    write(gallery(build(PROJECT)), folder)
    PICTURES.mkdir(exist_ok=True)
    path = os.environ.get("DECKGEN_CHROMIUM") or shutil.which("chromium")
    if path is None:
        sys.exit("there is no Chromium: `apt-get install chromium`, or name yours in DECKGEN_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 3000})
        page.add_init_script("Math.random = () => 0.4;")  # the same order of options in every picture
        address = (folder / "index.html").as_uri()
        for kind in CARDS:
            for night in (False, True):
                take(page, address, kind, night=night)
        page.goto("about:blank")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{address}#quiet-husband?night=0")
        page.locator("iframe").first.content_frame.locator(".face").wait_for()
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / "preview.png")
        browser.close()


if __name__ == "__main__":
    main()
