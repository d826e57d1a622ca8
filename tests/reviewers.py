"""Anki's reviewers as a card meets them, in a real browser: their frame, and what they keep."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anki.collection import Collection

from tests.conftest import import_package

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FrameLocator, Page

HOSTILE = [
    "a \"quoted\" 'option' with \\ and \\n and `ticks`",
    "</script><script>document.title = 'broken';</script>",
    "{{Options}} and {{c1::cloze::hint}} and {{/Note ID}}",
    "<img src=x onerror=\"document.title='broken'\">",
    "\N{GRINNING FACE} \u0627\u0644\u0639\u0644\u0627\u0642\u0629 \u5173\u7cfb \u202btext\u202c",
    "&lt;b&gt; &amp;amp; ${7} %7B [sound:x.mp3] [[type:X]]",
]
"""Texts that would be code if a card took them for it."""

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


def cards_of(package: Path, folder: Path) -> dict[str, list[Card]]:
    """The cards of a package, imported and rendered by the real Anki, by the titles of their kinds.

    Args:
        package: The package.
        folder: Where the collection comes to lie.
    """
    collection = Collection(str(folder / f"{package.stem}.anki2"))
    cards = defaultdict(list)
    try:
        import_package(collection, package)
        for card_id in collection.find_cards("", order="c.id"):
            card = collection.get_card(card_id)
            output = card.render_output()
            kind = card.note_type()["name"].rpartition(" - ")[2]
            name = str(card.template()["name"])
            made = Card(kind, name, card.ord, output.question_text, output.answer_text, output.css)
            cards[kind].append(made)
    finally:
        collection.close()
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


class _Reviewer:
    """A reviewer in a browser.

    Attributes:
        page: Its page.
        shown: What is loaded next.
    """

    def __init__(self, page: Page, *missing: str) -> None:
        """Take a page.

        Args:
            page: The page.
            missing: Which of `sessionStorage` and `localStorage` fail when a card reaches for them.
        """
        self.page = page
        self.shown = page_of(Card("", "", 0, "", "", ""), "")
        for name in missing:
            page.add_init_script(
                f"Object.defineProperty(window, '{name}', {{ get() {{ throw new Error('not here'); }} }});"
            )
        page.route(
            "http://card.test/**",
            lambda route: route.fulfill(body=self.shown, content_type="text/html; charset=utf-8"),
        )
        page.goto("http://card.test/")


class OnePage(_Reviewer):
    """A reviewer that shows all sides in one page, as the desktop does."""

    def show(self, card: Card, side: str) -> Page:
        """Show a side of a card."""
        html = card.front if side == "front" else card.back
        self.page.evaluate("name => { document.body.className = name; }", f"card card{card.number + 1}")
        self.page.evaluate(_SHOW, f"<style>{card.css}</style>{html}")
        return self.page


class NewPage(_Reviewer):
    """A reviewer that loads a page for each side, as AnkiDroid does."""

    def show(self, card: Card, side: str) -> Page:
        """Show a side of a card."""
        self.shown = page_of(card, card.front if side == "front" else card.back)
        self.page.goto("http://card.test/")
        return self.page


def options(page: Page) -> list[str]:
    """The texts of the options on a front, as shown."""
    return [_plain(text) for text in page.locator(".choice").all_inner_texts()]


def chosen(page: Page) -> list[str]:
    """The texts of the options on a front that are marked as chosen."""
    return [_plain(text) for text in page.locator(".choice[aria-checked=true]").all_inner_texts()]


def answers(page: Page | FrameLocator) -> list[str]:
    """The texts of the options on a back, in the order of their letters."""
    return [text for _, text in sorted(rows(page))]


def rows(page: Page | FrameLocator) -> list[tuple[str, str]]:
    """The options on a back from top to bottom: the letter of each, and its text."""
    items = page.locator(".explanations li:has(> .option)")
    read = "all => all.map(each => [each.dataset.letter, each.querySelector('.option').innerText])"
    return [(letter, _plain(text)) for letter, text in items.evaluate_all(read)]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def hostile_vignette() -> str:
    """A chapter with a vignette, `hostile`, whose options and reasons are the hostile texts."""
    lines = [
        "vignettes:",
        "  - id: hostile",
        "    scenario: |",
        "      Once.",
        "    question: |",
        "      What?",
        "    options:",
    ]
    for number, text in enumerate(HOSTILE):
        # in Markdown a code span shows its text as it is, but for backticks
        escaped = "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+-.!&$=\"'%~|:" else char for char in text)
        lines += ["      - text: |", f"          {escaped}", *["        correct: true"][: number == 1]]
        lines += ["        why: |", f"          {escaped}"]
    return "\n".join(lines) + "\n"
