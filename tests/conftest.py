"""What the tests share: a deck's folder, the command line, an opened package, a collection, a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from deckgen import source
from deckgen.checks import WARNINGS
from deckgen.history.ledger_file import sum_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from anki.collection import Collection
    from playwright.sync_api import Browser
    from selenium.webdriver import WebKitGTK

    from deckgen.source import Document, Scalar

REPOSITORY = Path(__file__).parents[1]
ALLIANCE = REPOSITORY / "tests/decks/alliance"
"""A whole deck to try the program on: this repository's own, as it was in its first edition."""

CARD_WARNINGS = {rule.__name__.replace("_", "-") for rule in WARNINGS}
"""The codes of warnings about cards, which most tests' small cards would draw."""

DECK = "id: sample\ntitle: Sample\n"
os.environ.pop("GITHUB_ACTIONS", None)  # the program runs as at home; tests of workflows set it
# nothing is kept in the cache folder of the one who runs the tests
CACHE = tempfile.TemporaryDirectory(prefix="deckgen-cache-", ignore_cleanup_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE.name
CHAPTER = """\
takeaways:
  - id: one
    text: |
      Before change comes {{c1::joining}}.
    why: |
      Nobody follows someone who has not understood them.
"""


def write_project(folder: Path, files: dict[str, str | bytes] | None = None) -> Path:
    """Write a small deck into a folder, with other or further files."""
    return change(folder, {"source/deck.yaml": DECK, "source/one.yaml": CHAPTER, **(files or {})})


def change(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def block(text: str) -> tuple[Scalar, Document]:
    """A text in a block of a chapter, and the chapter."""
    lines = "".join(f"  {line}\n" for line in text.split("\n"))
    document, found = source.parse(f"a: |\n{lines}", "source/x.yaml")
    assert not found
    assert isinstance(document.root, source.Mapping)
    scalar = document.root.entries["a"]
    assert isinstance(scalar, source.Scalar)
    return scalar, document


def signed(row: str) -> str:
    """A line of a ledger with the digest that belongs to what it says."""
    content = re.sub(r',"sum":"[0-9a-f]{8}"\}$|\}$', "", row)
    return content + sum_of(content)


def run(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `deckgen` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "deckgen", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )


def untimed(printed: str) -> str:
    """What a command has printed, without its times, and without the progress that slow machines show."""
    printed = re.sub(r"(?m)^[a-z]+ing [a-z ]+(?:: [\d,]+ of [\d,]+| …)\n", "", printed)
    return re.sub(r",? in (?:\d+ min )?[\d.]+ s\b", "", printed)


def told_of(folder: Path, code: str) -> list[dict[str, Any]]:
    """The diagnostics of a code that `check` gives."""
    told = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    return [each for each in told if each["code"] == code]


def missing(message: str) -> NoReturn:
    """Skip a test that lacks a program; in CI it fails.

    Args:
        message: What is not there, and how to get it.
    """
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def from_npm(path: str) -> Path:
    """A file of the npm packages that come with `make test`; a test that lacks it is skipped, but not in CI.

    Args:
        path: Where it lies, beginning with its package's name.
    """
    packages = Path(os.environ.get("DECKGEN_NPM", Path(sys.prefix) / "npm")) / "node_modules"
    if not (packages / path).exists() or not shutil.which("node"):
        missing(f"{path} is not there: with Node 20 or newer and npm, `make test` installs it")
    return packages / path


def all_that_is_printed(terminal: int) -> str:
    """What a program prints on a terminal until it ends, read from the other side of the terminal."""
    text = b""
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # as Linux tells that the other side is closed
            break
        if not read:
            break
        text += read
    os.close(terminal)
    return text.decode().replace("\r\n", "\n")


@dataclass
class Opened:
    """A package, opened with zipfile and sqlite3."""

    path: Path
    members: dict[str, bytes] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)
    note_types: dict[str, dict[str, Any]] = field(default_factory=dict)
    decks: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def fields(self, note: dict[str, Any]) -> dict[str, str]:
        """A note's fields by name."""
        note_type = next(each for each in self.note_types.values() if int(each["id"]) == note["mid"])
        return dict(
            zip((each["name"] for each in note_type["flds"]), note["flds"].split("\x1f"), strict=True)
        )

    def authors_media(self) -> list[str]:
        """The names of the media files, without the one for the learner's own style."""
        return [name for name in self.media.values() if name != f"_{self.about['deck']}.css"]

    def type_ids(self) -> set[str]:
        """The ids of the note types."""
        return {str(each["id"]) for each in self.note_types.values()}

    def by_id(self) -> dict[str, dict[str, Any]]:
        """The notes by the ids that authors wrote."""
        return {self.about["notes"][note["guid"]]: note for note in self.notes}


def open_package(path: Path) -> Opened:
    """Open a package."""
    opened = Opened(path)
    with zipfile.ZipFile(path) as archive:
        opened.members = {name: archive.read(name) for name in archive.namelist()}
    opened.media = json.loads(opened.members["media"])
    opened.about = json.loads(opened.members["deckgen.json"])
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(opened.members["collection.anki2"])
        database.row_factory = sqlite3.Row
        opened.notes = [dict(row) for row in database.execute("SELECT * FROM notes ORDER BY id")]
        opened.cards = [dict(row) for row in database.execute("SELECT * FROM cards ORDER BY id")]
        models, decks = database.execute("SELECT models, decks FROM col").fetchone()
        opened.note_types = {each["name"]: each for each in json.loads(models).values()}
        opened.decks = {each["name"]: each for each in json.loads(decks).values()}
    return opened


def import_package(collection: Collection, path: Path) -> dict[str, int]:
    """Import a package with Anki's default options; how many notes each of the importer's lists holds."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest  # noqa: PLC0415 (few need it)

    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    log = collection.import_anki_package(request).log
    names = (
        "new",
        "updated",
        "duplicate",
        "conflicting",
        "missing_notetype",
        "missing_deck",
        "empty_first_field",
    )
    return {name: len(getattr(log, name)) for name in names if getattr(log, name)}


@contextmanager
def real_collection(folder: Path) -> Iterator[Collection]:
    """A real, empty collection of Anki's in a folder."""
    try:
        from anki.collection import Collection  # noqa: PLC0415 (few need it)
    except ImportError:
        missing("anki is not there: `pip install anki` has it")
    opened = Collection(str(folder / "collection.anki2"))
    yield opened
    opened.close()


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """A real, empty collection of Anki's."""
    folder = tmp_path / "anki"
    folder.mkdir()
    with real_collection(folder) as opened:
        yield opened


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small deck, with other or further files, and gives its folder."""

    def make(files: dict[str, str | bytes] | None = None) -> Path:
        return write_project(tmp_path / "deck", files)

    return make


def _built(folder: Path, path: Path) -> Path:
    """The package of a deck, built at a path."""
    result = run("build", "--project", folder, "--output", path)
    assert result.returncode == 0, result.stderr
    return path


@pytest.fixture(scope="session")
def own_deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's deck, built."""
    return _built(REPOSITORY, tmp_path_factory.mktemp("own") / "deck.apkg")


@pytest.fixture(scope="session")
def alliance_deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole deck of the tests, built."""
    return _built(ALLIANCE, tmp_path_factory.mktemp("alliance") / "deck.apkg")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: the one that DECKGEN_CHROMIUM names, or the system's."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = os.environ.get("DECKGEN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        missing("there is no Chromium: `apt-get install chromium` has one, or name yours in DECKGEN_CHROMIUM")
    # as root, and in most containers, its own sandbox does not start
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update"]
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (few need it)
    except ImportError:
        missing("playwright is not there: `pip install playwright` has it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=quiet)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def webkit() -> Iterator[WebKitGTK]:
    """A real WebKit, the engine of AnkiMobile."""
    from tests.webkit import running  # noqa: PLC0415 (few need it)

    with running() as opened:
        yield opened
