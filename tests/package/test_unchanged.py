"""A package with much media that is there already: it stays only if nothing but the time would differ."""

from __future__ import annotations

import itertools
import os
import time
import zipfile
from pathlib import Path
from random import Random

import pytest

from deckgen import package
from deckgen.build import build
from deckgen.kept import NOTHING, Kept
from deckgen.package import LastPackage, Package, unchanged
from tests.conftest import CHAPTER, change, open_package, run, write_project
from tests.faults import MP3, PNG, png_chunk

LARGE = PNG[:-12] + png_chunk(b"teXt", Random(1).randbytes(unchanged.WORTH_IT)) + PNG[-12:]  # noqa: S311 (no secret)
FILES: dict[str, str | bytes] = {
    "source/one.yaml": f"{CHAPTER}      ![a](media/a.png) [sound:media/c.mp3]\n",
    "source/media/a.png": LARGE,
    "source/media/c.mp3": MP3,
}


class Deck:
    """A deck that is built again and again, each time an hour later."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write the deck."""
        self.folder = write_project(folder / "deck", FILES)
        self.path = folder / "deck.apkg"
        self.last = LastPackage(Kept(folder / "kept"), self.folder)
        times = itertools.count(1_700_006_400, 3600)
        monkeypatch.setattr("deckgen.build.now", lambda: next(times))

    def made(self) -> Package:
        """The package of a build."""
        made = build(self.folder).package
        assert made
        return made

    def stays(self, path: Path | None = None) -> bool:
        """Whether a build leaves its file as it is; otherwise it writes it."""
        made, path = self.made(), path or self.path
        if there := self.last.at(path, made):
            assert there.time == open_package(path).about["time"]
            return True
        with path.open("wb") as file:
            package.write(made, file)
        self.last.remember(path, made)
        return False


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deck:
    """A deck with a large image."""
    return Deck(tmp_path, monkeypatch)


def test_a_package_stays_if_only_the_time_differs(deck: Deck) -> None:
    """The first build writes it, the next one leaves it."""
    assert not deck.stays()
    before = deck.path.read_bytes()
    assert deck.stays()
    assert deck.path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("source/one.yaml", "Before change", "Before a change"),
        ("source/one.yaml", "![a]", "![b]"),
        ("source/one.yaml", "[sound:media/c.mp3]", ""),
        ("source/deck.yaml", "title: Sample", "title: Example"),
        ("source/deck.yaml", "title:", "description: About it.\ntitle:"),
        ("source/deck.yaml", "title:", "authors: [Ada]\ntitle:"),
        ("source/deck.yaml", "title:", "tags: [new]\ntitle:"),
    ],
)
def test_a_changed_deck_is_written(deck: Deck, name: str, old: str, new: str) -> None:
    """Whatever changes in the package; and back again, because Anki imports only what is newer."""
    assert not deck.stays()
    before = (deck.folder / name).read_text()
    assert old in before
    for text in (before.replace(old, new), before):
        change(deck.folder, {name: text})
        assert not deck.stays()
        assert deck.stays()
        made = deck.made()
        modified = {note["mod"] for note in open_package(deck.path).notes}
        assert modified == {made.time - 2 * 3600}


def test_changed_media_are_written(deck: Deck) -> None:
    """Even if the image keeps its size and its time."""
    assert not deck.stays()
    path = deck.folder / "source/media/a.png"
    status = path.stat()
    path.write_bytes(LARGE.replace(b"teXt", b"tEXt"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not deck.stays()
    assert deck.stays()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no time of the last change of a file's status")
def test_a_file_that_somebody_changed_is_written(deck: Deck) -> None:
    """A byte within, the end, another file in its place, none, or a link."""
    assert not deck.stays()
    right = len(deck.path.read_bytes())

    def byte() -> None:
        status = deck.path.stat()
        with deck.path.open("r+b") as file:
            file.seek(right // 2)
            file.write(b"\0\1\2\3")
        os.utime(deck.path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def end() -> None:
        os.truncate(deck.path, right - 1)

    def other() -> None:
        copy = deck.path.with_suffix(".copy")
        copy.write_bytes(deck.path.read_bytes())
        copy.replace(deck.path)

    def link() -> None:
        deck.path.rename(deck.path.with_suffix(".moved"))
        deck.path.symlink_to(deck.path.with_suffix(".moved"))

    for harm in (byte, end, other, deck.path.unlink, link):
        time.sleep(0.05)
        harm()
        assert not deck.stays(), harm
        with zipfile.ZipFile(deck.path) as archive:
            assert archive.testzip() is None
        if harm is not link:
            assert deck.stays()


def test_each_day_has_its_package(deck: Deck) -> None:
    """The deck's page in Anki shows the day of the build."""
    assert [deck.stays() for _ in range(50)].count(False) == 3


def test_only_the_last_package_of_a_deck_stays(deck: Deck, tmp_path: Path) -> None:
    """Two files in turn are written each time, so the later one always is the newer one for Anki."""
    for path in 2 * (tmp_path / "a.apkg", tmp_path / "b.apkg"):
        assert not deck.stays(path)
    assert deck.stays(tmp_path / "b.apkg")


def test_after_a_restart_of_the_computer_it_is_written(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power may have failed before the file was stored."""
    assert not deck.stays()
    monkeypatch.setattr(unchanged, "_start", lambda: 123.0)
    assert not deck.stays()
    assert deck.stays()


def test_with_a_given_time_the_package_has_it(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SOURCE_DATE_EPOCH the bytes are the point."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert not deck.stays()
    assert not deck.stays()  # this deck's clock goes on nevertheless
    monkeypatch.undo()


def test_a_small_package_is_always_written(deck: Deck) -> None:
    """It takes no time."""
    change(deck.folder, {"source/media/a.png": PNG})
    assert not deck.stays()
    assert not deck.stays()


def test_without_kept_results_it_is_always_written(deck: Deck) -> None:
    """As in CI."""
    deck.last = LastPackage(NOTHING, deck.folder)
    assert not deck.stays()
    assert not deck.stays()


def test_the_command_leaves_the_package(tmp_path: Path) -> None:
    """`build` says so, and the file is the one of before; in CI it is written each time."""
    folder = write_project(tmp_path / "deck", FILES)
    path = folder / "build/sample.apkg"

    before: list[int] = []

    def built(**variables: str) -> int:
        variables = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "CI": "", **variables}
        result = run("build", "--project", folder, cwd=None, **variables)
        assert result.returncode == 0, result.stderr
        assert "1 note" in result.stderr
        written = path.stat().st_mtime_ns
        assert ("wrote " in result.stderr) == (written not in before)
        assert (" is up to date, " in result.stderr) == (written in before)
        before.append(written)
        return written

    first = built()
    if first == built():
        assert built(CI="true") != first
    else:  # midnight came between
        assert built() == built()


def test_compressed_media_are_stored(tmp_path: Path) -> None:
    """Only what shrinks is deflated: a sound without compression, an SVG, and what deckgen writes."""
    wav = b"RIFF" + (36 + 4000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    wav += (
        bytes.fromhex("0100010044ac00008858010002001000")
        + b"data"
        + (4000).to_bytes(4, "little")
        + bytes(4000)
    )
    files: dict[str, str | bytes] = {
        **FILES,
        "source/two.yaml": CHAPTER.replace("id: one", "id: two")
        + "      ![b](media/b.svg) [sound:media/d.wav] [sound:media/e.mp3]\n",
        "source/media/b.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>' + " " * 2000,
        "source/media/d.wav": wav,
        "source/media/e.mp3": wav[:-8] + bytes(8),
    }
    folder = write_project(tmp_path, files)
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    with zipfile.ZipFile(opened.path) as archive:
        stored = {info.filename for info in archive.infolist() if info.compress_type == zipfile.ZIP_STORED}
        assert archive.testzip() is None
    assert sorted(Path(opened.media[name]).suffix for name in stored) == [".mp3", ".png"]
    assert sorted(opened.members[name] for name in stored) == sorted([LARGE, MP3])
