"""The page of a preview in a browser, as tests look at it, and a deck of many notes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.commands.test_preview import wait_for
from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FrameLocator, Locator, Page

FAULTS = """
if (window.top === window) {
  window.faults = [];
  window.addEventListener("error", event => faults.push(event.message));
  window.addEventListener("unhandledrejection", event => faults.push(String(event.reason)));
}
"""
"""Notes the faults of the page's own code, and not those of cards."""


def generate(folder: Path, count: int) -> None:
    """Write a deck of many notes, as for `make bench`."""
    program = [sys.executable, str(REPOSITORY / "benchmarks/generate.py"), str(folder), str(count)]
    subprocess.run(program, check=True)


@dataclass
class Gallery:
    """The page of a preview."""

    page: Page

    def side(self, side: str, card: str) -> FrameLocator:
        """The frame of a card's side, as in `Front`, `one, Cloze 1`."""
        return self.page.frame_locator(f'iframe[title="{side} of {card}"]')

    def before(self, side: str, card: str) -> FrameLocator:
        """The frame of a card's side as it was before."""
        return self.page.frame_locator(f'iframe[title="{side} of {card}, before"]')

    def changes(self, choice: str) -> None:
        """Choose which changes are shown, as in `Gone (2)`."""
        self.page.get_by_role("combobox", name="Changes", exact=True).select_option(choice)

    def card(self, name: str) -> Locator:
        """A card, as in `one, Cloze 1`."""
        return self.page.get_by_role("article", name=name, exact=True)

    def count(self) -> str:
        """What the page says of how many cards there are."""
        return self.page.locator("#count").inner_text()

    def shown(self) -> list[str]:
        """The cards whose headings can be seen, by their names."""
        articles = self.page.locator("article").all()
        return [str(each.get_attribute("aria-label")) for each in articles if each.is_visible()]

    def until(self, expression: str, seconds: float = 10) -> Any:  # noqa: ANN401 (whatever it is in the page)
        """Wait until something is true in the page; its policy keeps the browser's own way from doing so."""
        found: list[Any] = []

        def look() -> object:
            found[:] = [self.page.evaluate(expression)]
            return found[0]

        wait_for(look, seconds)
        return found[0]
