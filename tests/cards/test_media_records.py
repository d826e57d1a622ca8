"""Media files that earlier builds have read: unchanged ones are not read again, and nothing else changes."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen import source
from deckgen.build import build
from deckgen.kept import NOTHING, Kept
from tests.conftest import CHAPTER, change, run, write_project
from tests.faults import GPS, MP3, PNG, png_chunk

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

PLACE = PNG[:-12] + png_chunk(b"eXIf", GPS) + PNG[-12:]
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="a.png"/></svg>\r\n'
FILES: dict[str, str | bytes] = {
    "source/one.yaml": f"{CHAPTER}      ![a](media/a.png) ![b](media/b.svg) [sound:media/c.mp3]\n",
    "source/media/a.png": PLACE,
    "source/media/b.svg": SVG,
    "source/media/c.mp3": MP3,
}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is a minute ahead, so the files were not written just now."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 60)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


class Reading:
    """Counts the media files that are opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Count from now on."""
        self.names: list[str] = []
        opened = source.opened

        def counted(path: Path) -> BinaryIO:
            self.names.append(path.name)
            return opened(path)

        monkeypatch.setattr("deckgen.cards.media.opened", counted)

    def of(self, folder: Path, kept: Kept) -> list[str]:
        """The names of the files that a build reads."""
        self.names.clear()
        result(folder, kept)
        return sorted(self.names)


def result(folder: Path, kept: Kept) -> tuple[str, list[dict[str, str | int | bool | None]]]:
    """The digest of a build's package, and the diagnostics."""
    built = build(folder, kept=kept)
    digest = built.package.digest if built.package else ""
    return digest, [each.as_json() for each in built.diagnostics]


@pytest.mark.usefixtures("later")
def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read once; afterward only changed ones are, and the messages stay the same."""
    folder, kept, reading = (
        write_project(tmp_path / "deck", FILES),
        Kept(tmp_path / "kept"),
        Reading(monkeypatch),
    )
    cold = result(folder, NOTHING)
    assert {each["code"] for each in cold[1]} >= {"photo-place", "incomplete-svg"}
    assert reading.of(folder, kept) == ["a.png", "b.svg", "c.mp3"]
    assert reading.of(folder, kept) == []
    assert result(folder, kept) == cold
    change(folder, {"source/media/a.png": PNG})
    assert reading.of(folder, kept) == ["a.png"]
    assert result(folder, kept) == result(folder, NOTHING) != cold
    assert reading.of(folder, NOTHING) == ["a.png", "b.svg", "c.mp3"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no time of the last change of a file's status")
@pytest.mark.usefixtures("later")
def test_a_file_with_the_old_size_and_time_is_read(tmp_path: Path) -> None:
    """Programs that copy files may set the time of the file that was there before."""
    folder, kept = write_project(tmp_path / "deck", FILES), Kept(tmp_path / "kept")
    path = folder / "source/media/c.mp3"
    result(folder, kept)
    status = path.stat()
    path.write_bytes(MP3[:-1] + b"\1")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert result(folder, kept) == result(folder, NOTHING)


def test_a_new_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could be written again within the same tick of the clock."""
    folder, kept, reading = (
        write_project(tmp_path / "deck", FILES),
        Kept(tmp_path / "kept"),
        Reading(monkeypatch),
    )
    assert reading.of(folder, kept) == ["a.png", "b.svg", "c.mp3"]
    assert reading.of(folder, kept) == ["a.png", "b.svg", "c.mp3"]


@pytest.mark.usefixtures("later")
def test_a_fault_is_told_again(tmp_path: Path) -> None:
    """Only files without faults are kept; one that gets another ending is looked at anew."""
    folder, kept = write_project(tmp_path / "deck", FILES), Kept(tmp_path / "kept")
    result(folder, kept)
    change(folder, {"source/media/a.png": PLACE[:-20]})
    (folder / "source/media/c.mp3").rename(folder / "source/media/c.png")
    change(
        folder,
        {
            "source/one.yaml": str(FILES["source/one.yaml"]).replace(
                "[sound:media/c.mp3]", "![c](media/c.png)"
            )
        },
    )
    for _ in range(2):
        assert [each["code"] for each in result(folder, kept)[1] if each["level"] == "error"] == 2 * [
            "broken-media"
        ]


RIGHT = [[1, 2, 3, 4], "0" * 64, 5, False, "", True]
ROWS = st.one_of(
    st.none(), st.text(), st.lists(st.one_of(st.integers(), st.text(), st.lists(st.integers()))),
    st.tuples(st.integers(0, 5), st.one_of(st.none(), st.text(), st.integers(), st.lists(st.none()))).map(
        lambda change: [*RIGHT[: change[0]], change[1], *RIGHT[change[0] + 1 :]]
    ),
)  # fmt: skip


@pytest.mark.usefixtures("later")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_changes_nothing(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever the kept files hold, the build is the one without them."""
    folder, kept = tmp_path / "deck", Kept(tmp_path / "kept")
    if not folder.exists():
        write_project(folder, FILES)
    cold = result(folder, NOTHING)
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    result(folder, kept)
    (path,) = (each for each in (tmp_path / "kept").rglob("*") if each.is_file())
    raw = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
        path.write_bytes(raw[: data.draw(st.sampled_from([place, len(raw)]))])
    else:  # as a program that knows the digest could write it
        value = data.draw(
            st.one_of(ROWS, st.dictionaries(st.sampled_from(["media/a.png", "media/b.svg"]), ROWS))
        )
        kept.keep_value("media", str((folder / "source").resolve()), value)
    assert result(folder, kept) == cold
    assert result(folder, kept) == cold


def test_the_command_keeps_what_it_has_read(tmp_path: Path) -> None:
    """In the user's cache folder, unless CI is set; without a folder to write into all is the same."""
    folder, cache = write_project(tmp_path / "deck", FILES), tmp_path / "cache"
    time.sleep(2.1)
    for variables in ({"CI": "true"}, {"XDG_CACHE_HOME": "/dev/null"}, {"XDG_CACHE_HOME": ""}):
        built = run(
            "build",
            "--project",
            folder,
            cwd=None,
            **{"XDG_CACHE_HOME": str(cache), "HOME": "/dev/null", "CI": "", **variables},
        )
        assert built.returncode == 0, built.stderr
        assert "Traceback" not in built.stderr
        assert not cache.exists()
    call = ("check", "--project", folder, "--format", "json")
    told = [json.loads(run(*call, XDG_CACHE_HOME=str(cache), CI="").stdout) for _ in range(2)]
    assert told[0]["diagnostics"] == told[1]["diagnostics"]
    assert [path for path in (cache / "deckgen" / "media").iterdir() if path.is_file()]
