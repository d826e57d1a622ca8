"""The pages of docs/ as a site: whole, found, and readable wherever it is put."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, change, from_npm, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PHONE, DESKTOP = (360, 740), (1280, 900)
OF_THE_THEME = ("aria-required-attr", "landmark-unique", "scrollable-region-focusable")
"""What axe-core says of the frame that Furo puts around every page."""


def made_of(docs: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """What Sphinx says when it makes a site as `make docs-site` does."""
    if find_spec("furo") is None:
        missing("Sphinx is not there: `pip install -e '.[docs]'` has it")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-j", "auto"]
    called = [*command, "-d", str(site.with_name("doctrees")), str(docs), str(site)]
    plain = {**os.environ, "NO_COLOR": "1"}  # it takes CI for a terminal with colors
    return subprocess.run(called, env=plain, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """The address of the site, in a folder of a host, and what has been asked of that host."""
    top = tmp_path_factory.mktemp("host")
    made = made_of(REPOSITORY / "docs", top / "a/docs")
    assert made.returncode == 0, made.stderr
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del size
            asked.append(f"{int(code)} {self.path}")

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=top))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/a/docs", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, site: tuple[str, list[str]]) -> Iterator[Page]:
    """A window that must ask nobody but the site's host, and finds there all that it asks for."""
    address, asked = site
    context = browser.new_context()
    page = context.new_page()
    elsewhere = []
    page.on(
        "request",
        lambda each: None if each.url.startswith((address, "data:")) else elsewhere.append(each.url),
    )
    asked.clear()
    yield page
    context.close()
    assert not elsewhere
    assert all(each.startswith(("200", "304")) or "favicon" in each for each in asked), asked


def test_what_is_searched_is_found(page: Page, site: tuple[str, list[str]]) -> None:
    """From the first page, with some of its text, and a click leads there."""
    page.goto(f"{site[0]}/index.html")
    page.fill("input[name=q]", "cleanup package")
    page.keyboard.press("Enter")
    hit = page.locator("#search-results li", has=page.locator("a", has_text="What learners keep")).first
    hit.locator(".context").wait_for()
    assert "package" in hit.locator(".context").inner_text()
    hit.locator("a").first.click()
    page.wait_for_url("**/updates.html**")


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("name", ["index", "for-learners", "codes/single-colon"])
def test_pages_can_be_read(page: Page, site: tuple[str, list[str]], name: str, night: bool) -> None:  # noqa: FBT001
    """On a phone and on a large screen, by day and by night: nothing is cut off, axe-core finds nothing."""
    axe = from_npm("axe-core/axe.min.js").read_text("utf-8")
    page.emulate_media(color_scheme="dark" if night else "light")
    rules = {rule: {"enabled": False} for rule in OF_THE_THEME}
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site[0]}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run({rules})", rules)["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]


def test_links_to_other_files_lead_to_the_repository(page: Page, site: tuple[str, list[str]]) -> None:
    """To files and to folders, also from the README, which is the first page."""
    for name, text, end in (
        ("index", "CONTRIBUTING.md", "/blob/main/CONTRIBUTING.md"),
        ("index", "MIT license", "/blob/main/LICENSE"),
        ("faces", "definition", "/tree/main/templates/definition"),
    ):
        page.goto(f"{site[0]}/{name}.html")
        link = page.locator(f"article a[href$='{end}']").first
        assert text in link.inner_text()
        assert str(link.get_attribute("href")).startswith("https://github.com/OWNER/deckgen/")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("other.md#a-haeding", "a-haeding"),
        ("othr.md", "othr.md"),
        ("../srouce", "../srouce"),
        ("#nowhere", "nowhere"),
        ("images/none.png", "images/none.png"),
    ],
)
def test_a_link_that_leads_nowhere_fails(tmp_path: Path, link: str, said: str) -> None:
    """To a page, a heading, a file, an image: the build says which, and where."""
    image = "!" if link.endswith(".png") else ""
    pages: dict[str, str | bytes] = {
        "docs/index.md": f"# One\n\n[A](other.md), {image}[b]({link})\n\n```{{toctree}}\nother\n```",
        "docs/other.md": "# Two\n\n## A heading\n\nText, [above](../source).\n",
    }
    change(tmp_path, {**pages, "source/deck.yaml": ""})
    shutil.copy(REPOSITORY / "docs/conf.py", tmp_path / "docs")
    made = made_of(tmp_path / "docs", tmp_path / "site")
    assert made.returncode == 1
    (warning,) = [line for line in made.stderr.splitlines() if "WARNING: " in line]
    assert warning.startswith(f"{tmp_path / 'docs/index.md'}:3: ")
    assert said in warning
