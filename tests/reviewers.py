"""Anki's reviewers as a card meets them, in a real browser: their frame, and what they keep."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import import_package

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection
    from playwright.sync_api import Page

PHONE = {"width": 320, "height": 640}
_REVIEWER_CSS = "body { margin: 20px; } img { max-width: 100%; max-height: 95vh; }"
_SHOW = """
html => {
    const qa = document.getElementById("qa");
    qa.innerHTML = html;
    for (const old of qa.querySelectorAll("script")) {
        const script = document.createElement("script");
        script.textContent = old.textContent;
        old.replaceWith(script);
    }
}
"""


@dataclass(frozen=True)
class Card:
    """A card as the real Anki renders it.

    Attributes:
        kind: The title of its kind.
        name: Its card template's name.
        number: Its ordinal, from 0.
        front: The HTML of its front.
        back: The HTML of its back.
        css: Its style.
    """

    kind: str
    name: str
    number: int
    front: str
    back: str
    css: str


def cards_of(collection: Collection, package: Path) -> dict[str, list[Card]]:
    """The cards of a package, imported and rendered by the real Anki, by the titles of their kinds."""
    import_package(collection, package)
    cards = defaultdict(list)
    for card_id in collection.find_cards("", order="c.id"):
        card = collection.get_card(card_id)
        output = card.render_output()
        kind = card.note_type()["name"].rpartition(" - ")[2]
        name = str(card.template()["name"])
        made = Card(kind, name, card.ord, output.question_text, output.answer_text, output.css)
        cards[kind].append(made)
    return dict(cards)


def page_of(card: Card, html: str, *, night: bool = False) -> str:
    """The whole page that a reviewer makes of one side of a card."""
    body = f"card card{card.number + 1}" + " nightMode night_mode" * night
    head = '<meta charset="utf-8"><title>Card</title><meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html><html lang="en" class="{"night-mode" * night}">'
        f"<head>{head}<style>{_REVIEWER_CSS}</style></head>"
        f'<body class="{body}"><main id="qa"><style>{card.css}</style>{html}</main></body></html>'
    )


class OnePage:
    """A reviewer that shows all sides in one page, as the desktop does."""

    def __init__(self, page: Page) -> None:
        """Open the page."""
        self.page = page
        page.route(
            "http://card.test/**", lambda route: route.fulfill(body=_empty(), content_type="text/html")
        )
        page.goto("http://card.test/")

    def show(self, card: Card, side: str) -> Page:
        """Show a side of a card."""
        html = card.front if side == "front" else card.back
        self.page.evaluate("name => { document.body.className = name; }", f"card card{card.number + 1}")
        self.page.evaluate(_SHOW, f"<style>{card.css}</style>{html}")
        return self.page


class NewPage:
    """A reviewer that loads a page for each side, as AnkiDroid does; with storage, or without."""

    def __init__(self, page: Page, *, storage: bool) -> None:
        """Have the page at hand."""
        self.page = page
        self.shown = ""
        if not storage:
            page.add_init_script(
                "for (const name of ['sessionStorage', 'localStorage'])"
                " Object.defineProperty(window, name, { get() { throw new Error('no storage here'); } });"
            )
        page.route(
            "http://card.test/**",
            lambda route: route.fulfill(body=self.shown, content_type="text/html; charset=utf-8"),
        )

    def show(self, card: Card, side: str) -> Page:
        """Show a side of a card."""
        self.shown = page_of(card, card.front if side == "front" else card.back)
        self.page.goto("http://card.test/")
        return self.page


def _empty() -> str:
    return page_of(Card("", "", 0, "", "", ""), "")


def options(page: Page) -> list[str]:
    """The texts of the options on a front, as shown."""
    return [_plain(text) for text in page.locator(".choice").all_inner_texts()]


def chosen(page: Page) -> list[str]:
    """The texts of the options on a front that are marked as chosen."""
    return [_plain(text) for text in page.locator(".choice[aria-checked=true]").all_inner_texts()]


def answers(page: Page) -> list[str]:
    """The texts of the options on a back, in the order in which they are shown."""
    return [_plain(text) for text in page.locator(".explanations li > .option").all_inner_texts()]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
