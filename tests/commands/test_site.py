"""`deckgen site`: the public page of a deck, its files, and what it says and does not say."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import pytest
from typer.testing import CliRunner

from deckgen.cards.page_html import page_html, shown_text
from deckgen.cli.app import app
from tests.commands.test_preview import PIXEL
from tests.commands.test_release_files import LANGUAGES, spoken
from tests.conftest import CHAPTER, DECK, REPOSITORY, change, run
from tests.releases import FIRST, committed, files, git, in_git, keyed, release, terms

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Project = Callable[..., Path]

ABOUT = (
    "description: |\n  Cards for the **moon** exam.\n\n  - one part\n"
    "authors: [Ada & Co, Bo]\nlicense: CC-BY-4.0\n"
    "feedback: https://example.org/new?a=1&note={id}\n"
)
LATEST = "https://github.com/ada/moon/releases/latest/download/sample.apkg"


class Reader(HTMLParser):
    """Reads a page: its elements with their attributes, its text, and whether each element is closed."""

    VOID = frozenset(["br", "hr", "img", "input", "link", "meta", "wbr", "col"])

    def __init__(self, path: Path) -> None:
        """Read the file of a page."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Fail at an end that belongs to no open element."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """The words of the page, with single blanks between them."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def meta(self, name: str) -> str:
        """What a `<meta>` says; empty if there is none."""
        found = [each for each in self.all("meta") if name in {each.get("name"), each.get("property")}]
        return found[0]["content"] if found else ""

    def headings(self) -> list[int]:
        """The levels of the headings, in order."""
        return [int(tag[1]) for tag, _ in self.elements if re.fullmatch(r"h[1-6]", tag)]


def page(folder: Path, name: str = "index.html") -> Reader:
    """A page of a site; every element in it is closed."""
    read = Reader(folder / name)
    assert not read.open
    return read


def site(deck: Path, *options: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `deckgen site` in a deck's folder."""
    result = run("site", *options, cwd=deck)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


def json_of(deck: Path, *options: str | Path) -> dict[str, Any]:
    """What the command says of its site to other programs."""
    told: dict[str, Any] = json.loads(site(deck, "--format", "json", *options).stdout)["site"]
    return told


def refused(deck: Path, *options: str | Path) -> str:
    """What the command says where it refuses; nothing is written or removed."""
    before = files(deck)
    told = site(deck, *options, code=2).stderr
    assert files(deck) == before
    return told


def anchors(folder: Path, name: str = "index.html") -> dict[str, str]:
    """Where the links of a page lead, by their texts."""
    text = (folder / name).read_text("utf-8")
    found = re.findall(r'<a(?: class="\w+")? href="([^"]*)"[^>]*>(.*?)</a>', text)
    return {words: address.replace("&amp;", "&") for address, words in found}


@pytest.fixture
def moon(moon_once: Path, tmp_path: Path) -> Path:
    """A deck with all that it can say of itself, cloned from GitHub, and released twice."""
    return shutil.copytree(moon_once, tmp_path / "deck")


@pytest.fixture(scope="module")
def moon_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That deck, to be copied."""
    texts: dict[str, str | bytes] = {"source/deck.yaml": DECK + ABOUT, "source/one.yaml": terms("a", "b")}
    deck = in_git(change(tmp_path_factory.mktemp("moon"), texts))
    git(deck, "remote", "add", "origin", "git@github.com:ada/moon.git")
    release(deck, "1.0.0", FIRST)
    committed(deck, "one")
    change(deck, {"source/one.yaml": terms("a", "b", "c", a="Another text.")})
    release(deck, "1.1.0", FIRST + 86_400)
    committed(deck, "two")
    return deck


# What it says


def test_the_page_says_what_the_deck_is_and_how_to_get_it(moon: Path) -> None:
    """Title, description, version and day, numbers, the button, by device how to import, what is new."""
    printed = site(moon).stderr
    assert "wrote build/site/index.html: version 1.1.0, 6 cards to try" in printed
    assert f"the download button links to {LATEST}" in printed
    assert "note:" not in printed
    read = page(moon / "build/site")
    for words in (
        "Sample Version 1.1.0, November 15, 2023 3 notes 6 cards",
        "Cards for the moon exam. one part",
        "On a computer: open Anki, choose File > Import, then the file sample.apkg.",
        "In AnkiDroid: download",
        "On an iPhone or iPad",
        "You keep your reviews",
        "1.1.0 (2023-11-15) 1 note is new. 1 note has changed.",
        "By Ada & Co, Bo.",
    ):
        assert words in read.text
    found = anchors(moon / "build/site")
    assert found["Download for Anki"] == LATEST
    assert found["Source and all releases"] == "https://github.com/ada/moon"
    assert found["Suggest a fix"] == "https://example.org/new?a=1&note="
    assert "creativecommons.org/licenses/by/4.0" in found[next(each for each in found if "CC BY 4.0" in each)]
    assert found["All changes"] == "changes.html"
    assert json_of(moon) == {
        "path": str(moon / "build/site/index.html"),
        "version": "1.1.0",
        "ahead": False,
        "download": LATEST,
        "cards": 6,
        "remarks": [],
    }


def test_all_changes_are_on_a_page_of_their_own(moon: Path) -> None:
    """With the way to import, which they say is below; what is not released yet is on neither page."""
    path = moon / "source/CHANGELOG.md"
    text = path.read_text("utf-8").replace("## 1.1.0", "## Unreleased\n\nA secret.\n\n## 1.1.0")
    change(moon, {"source/CHANGELOG.md": text + "\n## 0.9\n\nFrom before deckgen.\n"})
    site(moon)
    read = page(moon / "build/site", "changes.html")
    told = read.text
    assert told.index("1.1.0 (2023-11-15)") < told.index("1.0.0 (2023-11-14)") < told.index("From before")
    assert told.index("as shown below") < told.index("How to import")
    assert anchors(moon / "build/site", "changes.html")["Back to Sample"] == "index.html"
    assert "1.0.0 (2023" not in page(moon / "build/site").text
    assert all(
        "secret" not in page(moon / "build/site", name).text for name in ("index.html", "changes.html")
    )


def test_before_any_release_the_page_says_so(project: Project) -> None:
    """It has no button that would lead nowhere; the author is told how to release."""
    deck = in_git(project({"source/deck.yaml": DECK + ABOUT}))
    git(deck, "remote", "add", "origin", "https://github.com/ada/moon")
    printed = site(deck).stderr
    assert "the page has no download button: nothing has been released yet" in printed
    assert "Then run `deckgen release`, for a package" in printed
    assert "This deck has not been released yet." in page(deck / "build/site").text
    assert "Download for Anki" not in anchors(deck / "build/site")
    assert "What is new" not in page(deck / "build/site").text


def test_cards_that_learners_do_not_get_yet_are_called_so(moon: Path) -> None:
    """The page and the author are told; `--locked` refuses to write such a page."""
    change(moon, {"source/one.yaml": terms("a", "b", "c", "d")})
    assert "this is not exactly what was last released" in refused(moon, "--locked")
    printed = site(moon).stderr
    assert "the cards are not those of 1.1.0: 1 new note, 1 changed (a). The page says so" in printed
    assert (
        "The cards on this page are newer than the version that you download (1.1.0)."
        in page(moon / "build/site").text
    )
    assert json_of(moon)["ahead"]
    git(moon, "checkout", "-q", "source")
    site(moon, "--locked")
    assert "are newer" not in page(moon / "build/site").text


def test_a_prerelease_is_not_what_the_button_gives(moon: Path) -> None:
    """GitHub's latest release is the finished one, so the page names that, and its cards are newer."""
    change(moon, {"source/one.yaml": terms("a", "b", "c", "d")})
    release(moon, "1.2.0-rc.1", FIRST + 200_000)
    printed = site(moon).stderr
    assert "the cards are not those of 1.1.0: they are for 1.2.0-rc.1." in printed
    read = page(moon / "build/site")
    assert "Version 1.1.0" in read.text
    assert "are newer than the version that you download (1.1.0)" in read.text


def test_where_only_prereleases_exist_the_page_says_so(project: Project) -> None:
    """Their address on GitHub is not that of the latest release, so the package is copied."""
    deck = in_git(project({"source/deck.yaml": DECK}))
    git(deck, "remote", "add", "origin", "https://github.com/ada/moon")
    release(deck, "1.0.0-rc.1", FIRST)
    assert json_of(deck)["download"] == "sample.apkg"
    assert "This is a test version, published before the final one." in page(deck / "build/site").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_the_language_of_the_deck(language: str, project: Project) -> None:
    """Its direction too; no English sentence is left in another language."""
    own = {"source/deck.yaml": f"{DECK}{ABOUT}language: {language}\n", "source/one.yaml": terms("a", "b")}
    deck = in_git(project(own))
    release(deck, "1.0.0", FIRST)
    site(deck)
    read = page(deck / "build/site")
    assert read.all("html") == [{"lang": language, "dir": "rtl" if language == "ar" else "ltr"}]
    source = (deck / "build/site/index.html").read_text("utf-8")
    texts = {text for forms in spoken("en").texts.values() for text in forms.values()}
    english = {words for text in texts if len(words := re.sub(r"\{\w+\}", "", text).strip()) > 8}
    left = [words for words in english if words in source]
    assert bool(left) == (language == "en"), left


def test_a_deck_in_a_language_that_is_not_shipped(project: Project) -> None:
    """Its page is English, and marks the deck's own texts; the deck's sentences take the place of ours."""
    deck = project({"source/deck.yaml": f"{DECK}description: Luna\nlanguage: he\n"})
    assert "the deck is in `he`, but the fixed text of its page is in English" in site(deck).stderr
    read = page(deck / "build/site")
    assert read.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert read.all("h1") == [{"lang": "he", "dir": "rtl"}]
    change(deck, {"templates/base/sentences.he.yaml": "page_try: Nasi et ha-klafim\n"})
    site(deck)
    read = page(deck / "build/site")
    assert read.all("html") == [{"lang": "he", "dir": "rtl"}]
    assert "Nasi et ha-klafim" in read.text


def test_chapters_have_names_that_learners_read(project: Project) -> None:
    """Those of the subdecks; where one has several files, those of the files without their numbers."""
    deck = project(
        {
            "source/one.yaml": "deck: 1 Earth\n" + terms("a"),
            "source/2-sun/1-the_moon.yaml": "deck: 2 Sky::Near\n" + terms("b"),
            "source/2-sun/2-mars.yaml": "deck: 2 Sky::Near\n" + terms("c", "d"),
            "source/3.yaml": terms("e"),
        }
    )
    site(deck)
    text = (deck / "build/site/index.html").read_text("utf-8")
    assert re.findall(r'<optgroup label="([^"]*)"', text) == ["2 Sky › Near"]
    assert re.findall(r'<option value="(\d)">([^<]*)<', text) == [
        ("0", "The moon (2)"),
        ("1", "Mars (4)"),
        ("2", "3 (2)"),
        ("3", "1 Earth (2)"),
    ]


def test_texts_of_the_deck_are_text(project: Project) -> None:
    """Whatever signs they hold: a title, a subdeck, a description, names, a licence."""
    odd, name = "</title><script>alert('1')</script>&amp;", "A & B > C's"
    about = {"id": "sample", "title": name, "license": odd, "description": odd, "authors": [odd]}
    files_of_deck = {
        "source/deck.yaml": json.dumps(about),
        "source/a.yaml": f"deck: {json.dumps(name)}\n" + terms("a"),
        "source/b.yaml": f"deck: {json.dumps(name)}\n" + terms("b"),
    }
    deck = project(files_of_deck)
    site(deck)
    read = page(deck / "build/site")
    scripts = [each["src"].partition("?")[0] for each in read.all("script")]
    assert scripts == ["loader.js", "frames.js", "site.js"]
    assert [each["label"] for each in read.all("optgroup")] == [name]
    assert read.meta("og:title") == f"{name}: Anki deck"
    assert read.text.count(odd) == 2


# The changelog


HARM = """\
<script>alert(1)</script><img src="https://example.org/x.png" onerror="alert(1)" alt="a picture">

[a](javascript:alert(1)) <a href="data:text/html,x" onclick="alert(1)">b</a> [c](../secret.md) [d](https://example.org/d)

<style>* { display: none }</style><iframe src="https://example.org"></iframe><form action="https://example.org"><input></form>
<base href="https://example.org"><meta http-equiv="refresh" content="0;url=https://example.org">
<link rel="stylesheet" href="https://example.org">

<div style="position: fixed" class="caution" id="try"><details><summary>e</summary>

#### Deep

- f <del>g

</section></main></body></html>

# High
"""


def test_a_changelog_can_do_nothing_to_the_page(moon: Path) -> None:
    """No code, nothing from elsewhere, no place of its own, nothing left open; its words are there."""
    path = moon / "source/CHANGELOG.md"
    text = path.read_text("utf-8").replace("## 1.1.0 (2023-11-15)\n", f"## 1.1.0 (2023-11-15)\n\n{HARM}")
    change(moon, {"source/CHANGELOG.md": text})
    site(moon)
    for name in ("index.html", "changes.html"):
        read = page(moon / "build/site", name)
        source = (moon / "build/site" / name).read_text("utf-8")
        assert not {"iframe", "form", "input", "style", "base"} & {tag for tag, _ in read.elements}
        assert not re.search(r"<[^>]*(?:\son\w+=|\sstyle=|javascript:|data:text)", source)
        assert [each["src"] for each in read.all("img")] == ["icon.svg"] * (name == "index.html")
        assert "a picture" in read.text
        assert "https://example.org/d" in anchors(moon / "build/site", name).values()
        assert not [each for each in read.all("a") if "secret" in each["href"]]
        levels = read.headings()
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("a *b* `c` <kbd>d</kbd>", "<p>a <em>b</em> <code>c</code> <kbd>d</kbd></p>\n"),
        ("<b>a", "<p><b>a</b></p>\n"),
        ("a</p></div>b", "<p>a</p>b\n"),
        ("# a\n### b\n## c", "<h3>a</h3>\n<h4>b</h4>\n<h4>c</h4>\n"),
        ("### a", "<h3>a</h3>\n"),
        ("~~a~~ &lt;b&gt; &copy;", "<p><del>a</del> &lt;b&gt; ©</p>\n"),
        ("[a](mailto:a@b.c) [b](ftp://x)", '<p><a href="mailto:a@b.c">a</a> b</p>\n'),
        (
            "| a |\n|---|\n| b |",
            "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>b</td></tr>\n</tbody></table>\n",
        ),
        ("<!-- a --><![CDATA[b]]><?c?>", "\n"),
    ],
)
def test_markdown_on_a_page(markdown: str, html: str) -> None:
    """Headings keep their order below that of the page, and what is left open is closed."""
    made = page_html(markdown, 3)
    assert made.strip() == html.strip()


def test_the_words_of_markdown_are_cut_between_words() -> None:
    """For search engines: without marks, on one line."""
    assert (
        shown_text("The **moon**, seen\n\n- from `here` and there", 100)
        == "The moon, seen from here and there"
    )
    assert shown_text("The **moon**, seen from here", 12) == "The moon…"
    assert shown_text("M" * 50, 12) == "M" * 11 + "…"


# For search engines, and for those who link to it


def test_search_engines_read_what_it_is(moon: Path) -> None:
    """Title, description and, with an address, what others show where they link to the page."""
    site(moon)
    read = page(moon / "build/site")
    assert "<title>Sample: Anki deck</title>" in (moon / "build/site/index.html").read_text("utf-8")
    assert read.meta("description") == read.meta("og:description") == "Cards for the moon exam. one part"
    assert (read.meta("og:image"), read.meta("og:url")) == ("", "")
    assert not [each for each in read.all("link") if each["rel"] == "canonical"]
    site(moon, "--address", "https://ada.github.io/moon")
    read = page(moon / "build/site")
    (canonical,) = [each["href"] for each in read.all("link") if each["rel"] == "canonical"]
    assert canonical == read.meta("og:url") == "https://ada.github.io/moon/"
    assert read.meta("og:image").startswith("https://ada.github.io/moon/social.png?v=")
    assert read.meta("twitter:card") == "summary_large_image"
    assert (
        page(moon / "build/site", "changes.html").meta("og:url") == "https://ada.github.io/moon/changes.html"
    )


def test_without_a_description_the_page_says_what_is_in_the_deck(project: Project) -> None:
    """Search engines need some sentence."""
    deck = project()
    site(deck)
    assert page(deck / "build/site").meta("description") == "In this deck: 1 note, 1 card."


def test_a_deck_may_have_its_own_picture(project: Project) -> None:
    """In templates/base/; anything but a PNG is refused."""
    deck = project()
    site(deck)
    shipped = (deck / "build/site/social.png").read_bytes()
    assert shipped.startswith(b"\x89PNG")
    assert (int.from_bytes(shipped[16:20]), int.from_bytes(shipped[20:24])) == (1200, 630)
    change(deck, {"templates/base/social.png": PIXEL})
    assert "warning" not in site(deck).stderr
    assert (deck / "build/site/social.png").read_bytes() == PIXEL
    change(deck, {"templates/base/social.png": b"GIF89a"})
    assert "templates/base/social.png is not a PNG" in refused(deck)


# Where the package is


def test_without_github_the_released_package_is_copied(project: Project) -> None:
    """From build/release/, so that the site works on any host."""
    deck = project()
    release(deck, "1.0.0", FIRST)
    assert "the download button links to sample.apkg (copied)" in site(deck).stderr
    released = (deck / "build/release/1.0.0/sample-1.0.0.apkg").read_bytes()
    assert (deck / "build/site/sample.apkg").read_bytes() == released
    assert anchors(deck / "build/site")["Download for Anki"] == "sample.apkg"
    shutil.rmtree(deck / "build/release")
    printed = site(deck).stderr
    assert "deckgen found no package: name one with --download URL or --package FILE" in printed
    assert not (deck / "build/site/sample.apkg").exists()
    assert "Download for Anki" not in anchors(deck / "build/site")


def test_a_folder_of_the_same_name_is_no_repository(project: Project) -> None:
    """A clone of `ada/moon.git` on this disk says nothing of GitHub."""
    deck = in_git(project())
    git(deck, "remote", "add", "origin", "ada/moon.git")
    release(deck, "1.0.0", FIRST)
    site(deck)
    assert "github.com" not in (deck / "build/site/index.html").read_text("utf-8")


def test_the_address_of_the_package_can_be_named(moon: Path) -> None:
    """It wins over what is known."""
    site(moon, "--download", "https://example.org/a b.apkg".replace(" ", "%20"))
    assert anchors(moon / "build/site")["Download for Anki"] == "https://example.org/a%20b.apkg"


def test_only_the_package_of_the_release_is_copied(moon: Path, tmp_path: Path) -> None:
    """Another version, an unreleased build, another deck, a cleanup package or no package are refused."""
    other = project_of(tmp_path / "other", "id: other\ntitle: Other\n")
    release(other, "1.1.0", FIRST)
    built = tmp_path / "built.apkg"
    change(moon, {"source/one.yaml": terms("a", "b", keyed("c", "retired: |", "  X."))})
    assert run("build", "--project", moon, "-o", built).returncode == 0
    release(moon, "2.0.0", FIRST + 200_000)
    folder = moon / "build/release"
    for file, why in (
        (folder / "1.0.0/sample-1.0.0.apkg", "is version 1.0.0, but the page is about 2.0.0"),
        (built, "is no release, but the page is about 2.0.0"),
        (other / "build/release/1.1.0/other-1.1.0.apkg", "is a package of the deck `other`"),
        (folder / "2.0.0/sample-2.0.0-cleanup.apkg", "is the cleanup package, which has no cards"),
        (moon / "source/one.yaml", "is not an .apkg file, or is damaged"),
        (moon / "nothing.apkg", "cannot be read: No such file"),
    ):
        assert why in refused(moon, "--package", file)
    assert json_of(moon, "--package", folder / "2.0.0/sample-2.0.0.apkg")["download"] == "sample.apkg"


def project_of(folder: Path, deck: str) -> Path:
    """A small deck in a folder."""
    return change(folder, {"source/deck.yaml": deck, "source/one.yaml": CHAPTER})


def test_an_unreleased_deck_may_show_its_build(project: Project) -> None:
    """To try the page: the build is the package of which it tells."""
    deck = project()
    assert run("build", cwd=deck).returncode == 0
    assert json_of(deck, "--package", "build/sample.apkg")["download"] == "sample.apkg"
    assert "This deck has not been released yet." in page(deck / "build/site").text


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--download", "sample.apkg"), "--download: `sample.apkg` is not a web address"),
        (("--download", "javascript:alert(1)"), "is not a web address"),
        (("--download", "https://a.b/c d"), "is not a web address"),
        (("--address", "mailto:a@b.c"), "--address: `mailto:a@b.c` is not a web address"),
        (("--download", "https://a.b", "--package", "x"), "use only one of them"),
    ],
)
def test_addresses_that_are_none_are_refused(project: Project, options: tuple[str, ...], why: str) -> None:
    """Before anything is built."""
    assert why in refused(project(), *options)


# Its files


def test_every_link_leads_into_the_folder_or_to_the_web(moon: Path) -> None:
    """Relative, so that the site works below any path; nothing is loaded from elsewhere."""
    site(moon, "--address", "https://ada.github.io/moon/")
    folder = moon / "build/site"
    for name in ("index.html", "changes.html"):
        read = page(folder, name)
        for tag, attributes in read.elements:
            for key in {"href", "src"} & attributes.keys():
                address = attributes[key]
                if address.startswith("#"):
                    assert address[1:] in {each.get("id") for _, each in read.elements}
                elif urlparse(address).scheme:
                    assert tag == "a" or attributes.get("rel") == "canonical"
                else:
                    assert (folder / address.partition("?")[0]).is_file()
        (policy,) = [each["content"] for each in read.all("meta") if "http-equiv" in each]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "http" not in policy
    assert "script" not in policy, "the page of changes runs none"
    assert not re.search(r"url\(|@import", (folder / "site.css").read_text("utf-8"))
    assert (folder / ".nojekyll").is_file()


def test_only_what_differs_is_written(moon: Path) -> None:
    """A second call writes nothing; after a change it writes what that concerns."""
    deck = moon
    site(deck)
    folder = deck / "build/site"
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    site(deck)
    assert {path: path.stat().st_mtime_ns for path in times} == times
    change(deck, {"source/one.yaml": terms("a", "b", "c", a="A third text.")})
    site(deck)
    written = {path.name for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert written == {"cards-0000-000.js", "index.js", "index.html"}


def test_what_is_needed_no_more_is_removed_and_nothing_else(project: Project) -> None:
    """Files that somebody has put into the folder stay."""
    picture = "takeaways:\n  - id: one\n    text: |\n      {{c1::A}} ![x](media/x.png)\n"
    deck = project({"source/one.yaml": picture, "source/two.yaml": terms("b"), "source/media/x.png": PIXEL})
    folder = deck / "build/site"
    site(deck)
    assert list((folder / "media").glob("*.js"))
    change(folder, {"CNAME": "example.org\n", "deck/mine.js": "mine", "more/a.html": "mine"})
    (deck / "source/one.yaml").unlink()
    (deck / "source/media/x.png").unlink()
    site(deck)
    assert not (folder / "media").exists()
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"CNAME", "deck/mine.js", "more/a.html", "deck/cards-0000-000.js"} <= names
    assert "deck/cards-0001-000.js" not in names


def test_a_folder_that_is_no_site_is_refused(project: Project, tmp_path: Path) -> None:
    """It is never emptied: other files, a file, a link, a place in the source, another deck's site."""
    deck = project({"notes/a.txt": "mine", "file": "mine"})
    other = project_of(tmp_path / "other", "id: other\ntitle: Other\n")
    site(other, "-o", deck / "theirs")
    (deck / "link").symlink_to(deck / "notes")
    for target, why in (
        ("notes", "contains other files, and no site made by deckgen"),
        (".", "contains other files, and no site made by deckgen"),
        ("file", "is not an ordinary folder"),
        ("link", "is not an ordinary folder"),
        ("build", "is the folder for packages"),
        ("source/site", "so a site would become part of the deck"),
        ("theirs", "contains the site of another deck, `other`"),
    ):
        assert why in refused(deck, "-o", target)
    change(deck, {"made/deck/x": ""})
    (deck / "made/deck/x").unlink()
    (deck / "made/deck").rmdir()
    (deck / "made/deck").symlink_to(deck / "notes")
    assert "is a link to another place" in refused(deck, "-o", "made")


def test_a_site_that_was_stopped_early_can_be_made_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is known for a site before it holds anything else."""
    deck = project()
    mkdir = Path.mkdir

    def stopping(self: Path, mode: int = 0o777, **how: bool) -> None:
        if self.name == "media":
            raise OSError("no more folders")
        mkdir(self, mode, **how)

    monkeypatch.setattr(Path, "mkdir", stopping)
    assert CliRunner().invoke(app, ["site", "--project", str(deck)]).exit_code == 2
    assert (deck / "build/site/deck").is_dir()
    monkeypatch.undo()
    site(deck)


def test_a_mark_cannot_name_files_elsewhere(project: Project) -> None:
    """What an earlier site lists is removed only within its folder."""
    deck = project()
    for path in ("../../source/one.yaml", "/etc/passwd", "deck/../../keep", "..", "a/b/c", "deck\\..\\x"):
        change(deck, {"build/site/.deckgen-site": json.dumps({"deck": "sample", "files": [path]})})
        assert "does not list the site's files" in refused(deck)
    change(deck, {"build/site/.deckgen-site": "[]"})
    assert "does not list the site's files" in refused(deck)


def test_a_new_branch_for_pages_may_hold_nothing_but_git(project: Project, tmp_path: Path) -> None:
    """A work tree of git's is empty but for `.git`."""
    change(tmp_path / "pages", {".git": "gitdir: elsewhere\n"})
    site(project(), "-o", tmp_path / "pages")
    assert (tmp_path / "pages/index.html").is_file()
    assert (tmp_path / "pages/.git").is_file()


def test_a_deck_with_errors_has_no_new_site(project: Project) -> None:
    """What was there stays as it is."""
    deck = project()
    site(deck)
    before = files(deck / "build/site")
    change(deck, {"source/one.yaml": "takeaways: ["})
    printed = site(deck, code=1).stderr
    assert "nothing was written" in printed
    assert files(deck / "build/site") == before


def test_several_decks_of_a_repository_have_their_sites(tmp_path: Path) -> None:
    """Called at its top, each with its folder, its address and its package."""
    for name in ("a", "b"):
        project_of(tmp_path / "decks" / name, f"id: deck-{name}\ntitle: Deck {name}\n")
    in_git(tmp_path)
    git(tmp_path, "remote", "add", "origin", "https://github.com/ada/decks.git")
    for name in ("a", "b"):
        release(tmp_path / "decks" / name, "1.0.0", FIRST)
        address = f"https://github.com/ada/decks/releases/download/deck-{name}-v1.0.0/deck-{name}.apkg"
        options = ("--download", address, "--address", f"https://ada.github.io/decks/{name}/")
        site(tmp_path, "--project", f"decks/{name}", "-o", f"_site/{name}", *options)
        read = page(tmp_path / "_site" / name)
        assert anchors(tmp_path / "_site" / name)["Download for Anki"] == address
        assert read.meta("og:url") == f"https://ada.github.io/decks/{name}/"
        assert f"Deck {name}" in read.text


def test_this_repository_s_deck_has_a_site(tmp_path: Path) -> None:
    """With all its cards, and none of what its authors read."""
    result = run("site", "--project", REPOSITORY, "-o", tmp_path / "site")
    assert result.returncode == 0, result.stderr
    texts = "".join(
        path.read_text("utf-8")
        for path in (tmp_path / "site").rglob("*.*")
        if path.suffix in {".js", ".html"}
    )
    assert "therapeutic alliance" in texts
    assert "source/" not in texts.replace("their source/", "")
    assert os.fspath(REPOSITORY) not in texts
