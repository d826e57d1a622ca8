"""Draws templates/base/social.png, by which others show a link to a deck's site: `make pictures`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright
from take_pictures import chromium

from deckgen.commands.site.page import PICTURE

TARGET = Path(__file__).parents[1] / "templates/base/social.png"
LINES = (
    '<path d="M-115-130h180M-115-82h230M-115-34h130" stroke="{}" stroke-width="18" stroke-linecap="round"/>'
)
CARD = '<rect x="-165" y="-220" width="330" height="440" rx="34" fill="{}" stroke="{}" stroke-width="7"/>'
DRAWING = f"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PICTURE[0]} {PICTURE[1]}" fill="none">
  <rect width="100%" height="100%" fill="#0b5c6b"/>
  <circle cx="1010" cy="90" r="330" fill="#0e6a7a"/>
  <circle cx="130" cy="600" r="260" fill="#0a5260"/>
  <g transform="translate(420 330) rotate(-13)">{CARD.format("#7cc7d6", "#084955")}</g>
  <g transform="translate(780 330) rotate(13)">
    {CARD.format("#cfe8ec", "#084955")}{LINES.format("#9fc9d1")}
  </g>
  <g transform="translate(600 315)">{CARD.format("#fffefb", "#084955")}{LINES.format("#dcd8cf")}
    <circle cy="115" r="62" fill="#0b5c6b"/>
    <path d="m-29 117 21 21 38-43" stroke="#fffefb" stroke-width="15" stroke-linecap="round"
      stroke-linejoin="round"/>
  </g>
</svg>
"""


def main() -> None:
    """Draw it in a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": PICTURE[0], "height": PICTURE[1]})
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{DRAWING}")
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
