"""Anki's reviewers as a card meets them, in a real browser: their frame, and what they keep."""

from __future__ import annotations

import http.server
import re
import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from anki.collection import Collection

from tests.conftest import import_package, open_package
from tests.fit import LISTEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FrameLocator, Page
    from selenium.webdriver import WebKitGTK
    from selenium.webdriver.remote.webelement import WebElement

HOSTILE = [
    "a \"quoted\" 'option' with \\ and \\n and `ticks`",
    "</script><script>document.title = 'broken';</script>",
    "{{Options}} and {{c1::cloze::hint}} and {{/Note ID}}",
    "<img src=x onerror=\"document.title='broken'\">",
    "\N{GRINNING FACE} \u0627\u0644\u0639\u0644\u0627\u0642\u0629 \u5173\u7cfb \u202btext\u202c",
    "&lt;b&gt; &amp;amp; ${7} %7B [sound:x.mp3] [[type:X]]",
]
"""Texts that would be code if a card took them for it."""

ANSWER = "#answer"
"""Where the answer begins on a back: the clients scroll there."""
CHOICE = ".choice"
"""An option on a vignette's front."""
CHOSEN_CHOICE = ".choice[aria-checked=true]"
REASONED = ".explanations li:has(> .option)"
"""An option on a vignette's back, with what is said of it."""
TEXT = ".option"
"""The text in either of them."""
BEST, CHOSEN = ".best", ".chosen"
"""Those of the back's options that are marked so."""

LETTERS = """
(selector, text) => Object.fromEntries([...document.querySelectorAll(selector)].map((each) =>
    [(each.querySelector(text) || each).textContent.replace(/\\s+/g, " ").trim(), each.dataset.letter]))
"""
"""The letter of each option of a side, by its text."""

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


def media_of(package: Path) -> dict[str, bytes]:
    """The media files of a package by their names."""
    opened = open_package(package)
    return {name: opened.members[number] for number, name in opened.media.items()}


def page_of(card: Card, html: str, *, night: bool = False) -> str:
    """The whole page that a reviewer makes of one side of a card."""
    body = f"card card{card.number + 1}" + " nightMode night_mode" * night
    head = '<meta charset="utf-8"><title>Card</title><meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html><html lang="en" class="{"night-mode" * night}">'
        f"<head>{head}<style>{_REVIEWER_CSS}</style></head>"
        f'<body class="{body}"><main id="qa"><style>{card.css}</style>{html}</main></body></html>'
    )


@dataclass
class Site:
    """A web server of a test's own, as a reviewer has one for cards and their media.

    Attributes:
        address: Where it is, with a slash at its end.
        files: What it serves by name, and may be changed; the page itself has the name "".
        asked: The names that were asked for, in order.
    """

    address: str
    files: dict[str, bytes]
    asked: list[str]


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Site]:
    """Serve some files."""
    types = {"svg": "image/svg+xml", "png": "image/png", "css": "text/css", "": "text/html; charset=utf-8"}
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = unquote(self.path.removeprefix("/").partition("?")[0])
            asked.append(name)
            content = files.get(name)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", types.get(name.rpartition(".")[2], "application/octet-stream"))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}/", files, asked)
    finally:
        server.shutdown()
        server.server_close()


ANDROID = {
    "default reviewer": "",
    "default reviewer, dark": "ankidroid_dark_mode",
    "default reviewer, centered": "vertically_centered",
    "new study screen": "ltr",
    "new study screen, app in Arabic": "rtl",
}
"""AnkiDroid's ways to show a card, with the classes or the direction that they give to the page."""

# what the app says before the card's own style: sizes of images, the ground at night, margins
_ANDROID_CSS = {
    "default": (
        "body { margin: 0; padding: 0; overflow-wrap: break-word; background-attachment: fixed; }"
        "body.night_mode { color: white; background-color: black; }"
        "body.ankidroid_dark_mode { background-color: #303030; }"
        "#content { margin: .5em; } li { text-align: start; } pre { text-align: left; }"
        ".chrome img { max-width: 100%; max-height: 90%; }"
        ".vertically_centered { position: absolute; width: 100%; min-height: 100%; display: flex;"
        " flex-direction: column; justify-content: center; }"
        "body { font-family: OpenSans; font-weight: normal; }"
    ),
    "new": (
        ":root { --canvas: #ffffff; --fg: #1b1b1f; } :root.night-mode { --canvas: #101014; --fg: #e4e1e6; }"
        ".night-mode button { --canvas: #606060; --fg: #eee; }"
        "body { margin: 20px; overflow-wrap: break-word; background-attachment: fixed; }"
        "body.nightMode { background-color: var(--canvas); color: var(--fg); }"
        "hr { margin: 1em 0; border: none; height: 1px; background-color: #737373; }"
        "li { text-align: start; } pre { text-align: left; } button { margin: 1em .5em; }"
        "img { max-width: 100%; max-height: 100%; }"
    ),
}


def android_page_of(card: Card, html: str, screen: str, *, night: bool = False, zoom: int = 100) -> str:
    """The whole page that AnkiDroid makes of one side of a card, as far as it can be seen.

    Args:
        card: The card.
        html: The HTML of the side.
        screen: One of `ANDROID`.
        night: Whether it is night.
        zoom: The app's *Card zoom* in percent.
    """
    extra, new = ANDROID[screen], screen.startswith("new")
    classes = f"card card{card.number + 1}" + " nightMode night_mode" * night
    if new:
        root, box = f'class="{"night-mode" * night}" dir="{extra}"', "qa"
        classes += " mathjax-rendered"
    else:
        theme = "" if extra == "ankidroid_dark_mode" and not night else extra
        root, box, classes = 'class="mobile android linux js"', "content", f"{classes} {theme} chrome"
    style = _ANDROID_CSS["new" if new else "default"] + f"body {{ zoom: {zoom / 100} }}" * (zoom != 100)
    head = '<meta charset="utf-8"><title>Card</title><meta name="viewport" content="width=device-width">'
    return (
        f"<!doctype html><html {root}><head>{head}<style>{style}</style></head>"
        f'<body class="{classes}"><div id="{box}" dir="auto"><style>{card.css}</style>{html}</div>'
        "</body></html>"
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


class WebKitReviewer:
    """A reviewer in WebKit, as AnkiMobile's is.

    Attributes:
        browser: The browser.
    """

    def __init__(self, browser: WebKitGTK, site: Site, *, one_page: bool) -> None:
        """Take a browser.

        Args:
            browser: The browser.
            site: Where its pages come from.
            one_page: Whether both sides of a card are shown in one page.
        """
        self.browser, self._site, self._one_page = browser, site, one_page
        self._load(page_of(Card("", "", 0, "", "", ""), ""))
        browser.execute_script("sessionStorage.clear(); localStorage.clear();")

    def _load(self, html: str) -> None:
        self._site.files[""] = html.replace("<head>", LISTEN, 1).encode()
        self.browser.get(self._site.address)

    def show(self, card: Card, side: str) -> None:
        """Show a side of a card."""
        html = card.front if side == "front" else card.back
        if self._one_page:
            name = f"card card{card.number + 1}"
            self.browser.execute_script("document.body.className = arguments[0];", name)
            self.browser.execute_script(f"({_SHOW})(arguments[0])", f"<style>{card.css}</style>{html}")
        else:
            self._load(page_of(card, html))

    def all(self, selector: str) -> list[WebElement]:
        """The elements of a selector."""
        return self.browser.find_elements("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements of a selector, as they are in the page."""
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"
        return [_plain(text) for text in self.browser.execute_script(script, selector)]

    def letters(self, selector: str) -> dict[str, str]:
        """The letters of the options of a selector, by their texts."""
        script = f"return ({LETTERS})(arguments[0], arguments[1])"
        found: dict[str, str] = self.browser.execute_script(script, selector, TEXT)
        return found

    def faults(self) -> list[str]:
        """What scripts of the page complained of."""
        found: list[str] = self.browser.execute_script("return window.faults")
        return found


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
    return [_plain(text) for text in page.locator(CHOICE).all_inner_texts()]


def chosen(page: Page) -> list[str]:
    """The texts of the options on a front that are marked as chosen."""
    return [_plain(text) for text in page.locator(CHOSEN_CHOICE).all_inner_texts()]


def answers(page: Page | FrameLocator) -> list[str]:
    """The texts of the options on a back, in the order of their letters."""
    return [text for _, text in sorted(rows(page))]


def rows(page: Page | FrameLocator) -> list[tuple[str, str]]:
    """The options on a back from top to bottom: the letter of each, and its text."""
    items = page.locator(REASONED)
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
