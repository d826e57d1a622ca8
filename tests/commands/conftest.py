"""Previews of decks, written or served, and open in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deckgen.build import build
from deckgen.commands.preview import cards, folder
from tests.commands.galleries import FAULTS, Gallery, generate
from tests.commands.test_preview import free_port, serving
from tests.conftest import ALLIANCE, run, write_project
from tests.releases import FIRST, release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Gallery]]:
    """Opens the preview of a deck, from disk or from an address; a fault of the page's own fails the test."""
    opened: list[Gallery] = []

    def open_page(deck: Path | str, fragment: str = "", slow: int = 1, **options: Any) -> Gallery:  # noqa: ANN401 (Playwright's)
        context = browser.new_context(**({"viewport": {"width": 1200, "height": 900}} | options))
        gallery = Gallery(context.new_page())
        gallery.page.add_init_script(FAULTS)
        if slow > 1:
            cdp = context.new_cdp_session(gallery.page)
            cdp.send("Emulation.setCPUThrottlingRate", {"rate": slow})
        address = deck if isinstance(deck, str) else (deck / "build/preview/index.html").as_uri()
        gallery.page.goto(address + fragment)
        from playwright.sync_api import expect  # noqa: PLC0415 (other tests need no browser)

        expect(gallery.page.locator("#count")).to_contain_text("card")
        opened.append(gallery)
        return gallery

    yield open_page
    for gallery in opened:
        faults = gallery.page.evaluate("window.faults")
        gallery.page.context.close()
        assert not faults


@pytest.fixture
def preview(project: Callable[..., Path]) -> Callable[..., Path]:
    """Writes a small deck and its preview, and gives the deck's folder."""

    def make(files: dict[str, str | bytes] | None = None) -> Path:
        deck = project(files)
        result = run("preview", cwd=deck)
        assert "Traceback" not in result.stderr, result.stderr
        return deck

    return make


@pytest.fixture
def live(tmp_path: Path, show: Callable[..., Gallery]) -> Iterator[Callable[..., tuple[Path, Gallery]]]:
    """Serves a deck and opens its page."""
    opened = []

    def open_live(deck: Path, fragment: str, options: Iterable[str], slow: int) -> Gallery:
        port = free_port()
        server = serving(deck, port, *options)
        server.__enter__()
        opened.append(server)
        return show(f"http://127.0.0.1:{port}/", fragment, slow=slow)

    def make(
        files: dict[str, str | bytes] | None = None,
        fragment: str = "",
        count: int = 0,
        *,
        released: bool = False,
        slow: int = 1,
    ) -> tuple[Path, Gallery]:
        deck = tmp_path / "live"
        if count:
            generate(deck, count)
        else:
            write_project(deck, files)
        if released:
            release(deck, "1.0.0", FIRST)
        return deck, open_live(deck, fragment, ["--since"] if released else [], slow)

    yield make
    for server in opened:
        server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preview of the whole deck."""
    top = tmp_path_factory.mktemp("own")
    (top / "build").mkdir()
    folder.write(cards.gallery(build(ALLIANCE)), top / "build/preview")
    return top
