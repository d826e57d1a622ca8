"""Times how soon a saved change is seen in the page of `deckgen preview --serve`, in a real browser.

    python benchmarks/preview.py [NOTES]      (1000)

The time runs from the save of a chapter until both sides of its first card are drawn again. Prints the
seconds of each save and the browser's version, as JSON.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from generate import edit, generate
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

SAVES = 20
CHAPTERS = 10
PATIENCE = 60_000  # milliseconds
LISTEN = """
window.drawn = 0;
document.addEventListener("drawn", event => {
  if (event.target === document.querySelector("article")) { window.drawn = Date.now(); }
}, true);
"""


@contextmanager
def served(deck: Path) -> Iterator[str]:
    """The address at which a deck's preview is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "deckgen", "preview", "--serve", "--port", str(port)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(deck.with_name("cache"))}
    with subprocess.Popen(command, cwd=deck, env=environment, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + PATIENCE / 1000
        try:
            while True:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit("deckgen preview --serve failed")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()


def save(page: Page, chapter: Path, number: int) -> float:
    """Save a change; the seconds until it is seen."""
    page.wait_for_timeout(500)  # until the server rests
    page.evaluate("window.drawn = 0")
    text = edit(chapter.read_text(encoding="utf-8"), number)
    started = time.time()
    chapter.write_text(text, encoding="utf-8")
    while not (drawn := page.evaluate("window.drawn")):
        if time.time() - started > PATIENCE / 1000:
            sys.exit("the page did not show the change")
        page.wait_for_timeout(10)
    seconds: float = drawn / 1000 - started
    back = page.locator("article").first.frame_locator("iframe[title^='Back of']")
    expect(back.locator("body")).to_contain_text(f"week {number},", timeout=PATIENCE)
    return seconds


def main(count: int) -> None:
    """Serve a deck of `count` notes, and save it some times."""
    path = os.environ.get("DECKGEN_CHROMIUM") or shutil.which("chromium")
    if path is None:
        sys.exit("there is no Chromium: `apt-get install chromium`, or name yours in DECKGEN_CHROMIUM")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        deck = Path(folder, "deck")
        generate(deck, count, "rich", CHAPTERS)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        with served(deck) as address:
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            expect(page.locator("#count")).to_contain_text("card", timeout=PATIENCE)
            back = page.locator("article").first.frame_locator("iframe[title^='Back of']")
            expect(back.locator("#qa")).to_be_visible(timeout=PATIENCE)
            page.evaluate(LISTEN)
            chapter = deck / "source/0000.yaml"
            save(page, chapter, 0)  # the first one does not count
            seconds = [save(page, chapter, number) for number in range(1, SAVES + 1)]
        version = re.sub(r"\.\d+\.\d+\.\d+$", "", browser.version)
        browser.close()
    print(json.dumps({"seconds": seconds, "browser": f"Chromium {version}"}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
