"""Results kept in the user's cache folder: what comes back is what was kept, or nothing."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen import kept
from deckgen.kept import NOTHING, Kept, of_user, sweep, user_folder

if TYPE_CHECKING:
    from collections.abc import Callable


def files(folder: Path) -> list[Path]:
    """The files in a folder and in those below it."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """Bytes and values come back, in another process too; the newest counts."""
    one, other = Kept(tmp_path / "a" / "b"), Kept(tmp_path / "a" / "b")
    assert one.content("media", "key") is None
    one.keep("media", "key", b"first")
    one.keep("media", "key", b"\0second")
    one.keep_value("page", "key", {"a": [1, None, "ü"]})
    assert other.content("media", "key") == b"\0second"
    assert other.value("page", "key") == {"a": [1, None, "ü"]}
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_another_key_sort_or_version_has_nothing(tmp_path: Path) -> None:
    """A result belongs to its key, its sort and the version that kept it, even if a file is moved."""
    Kept(tmp_path, "1.0").keep("media", "key", b"x")
    assert Kept(tmp_path, "1.0").content("media", "key") == b"x"
    assert Kept(tmp_path, "1.1").content("media", "key") is None
    assert Kept(tmp_path, "1.0").content("media", "other") is None
    assert Kept(tmp_path, "1.0").content("chapter", "key") is None
    (first,) = files(tmp_path)
    Kept(tmp_path, "1.0").keep("media", "other", b"y")
    second = next(path for path in files(tmp_path) if path != first)
    second.write_bytes(first.read_bytes())
    assert Kept(tmp_path, "1.0").content("media", "other") is None


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 60), byte=st.integers(0, 255), more=st.none() | st.binary(max_size=3))
def test_a_damaged_file_is_as_good_as_none(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int, more: bytes | None
) -> None:
    """Whatever happens to a kept file, what comes back is what was kept, or nothing."""
    folder = tmp_path_factory.mktemp("kept")
    results = Kept(folder)
    results.keep_value("media", "key", ["some", "value"])
    (path,) = files(folder)
    raw = bytearray(path.read_bytes())
    before = bytes(raw)
    raw[place % len(raw)] = byte
    after = bytes(raw[: place % len(raw)] if more is None else raw) + (more or b"")
    path.write_bytes(after)
    assert results.value("media", "key") == (["some", "value"] if after == before else None)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b"NaN "])
def test_what_is_no_json_is_no_value(content: bytes, tmp_path: Path) -> None:
    """Bytes that were kept as such are not taken for a value, and make no error."""
    Kept(tmp_path).keep("media", "key", content)
    value = Kept(tmp_path).value("media", "key")
    assert value is None or isinstance(value, float)


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are those of Unix")
def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A folder, a pipe or a link in the place of a kept file gives nothing, and nobody waits for it."""
    results = Kept(tmp_path / "kept")
    results.keep("media", "key", b"x")
    (path,) = files(tmp_path)
    content = path.read_bytes()
    makers: list[Callable[[], None]] = [
        path.mkdir,
        lambda: os.mkfifo(path),
        lambda: path.symlink_to(tmp_path / "elsewhere"),
    ]
    for make in makers:
        (tmp_path / "elsewhere").write_bytes(content)
        path.unlink()
        make()
        assert results.content("media", "key") is None
        results.keep("media", "key", b"y")
        if path.is_dir():
            assert results.content("media", "key") is None
            path.rmdir()
            path.touch()
        else:
            assert results.content("media", "key") == b"y"
        assert (tmp_path / "elsewhere").read_bytes() == content


@pytest.mark.skipif(os.name == "nt", reason="owners are those of Unix")
def test_a_folder_that_others_may_write_into_is_not_used(tmp_path: Path) -> None:
    """Results could come from anybody."""
    Kept(tmp_path / "kept").keep("media", "key", b"x")
    (tmp_path / "kept").chmod(0o777)
    assert Kept(tmp_path / "kept").content("media", "key") is None
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "kept").chmod(0o700)
    assert Kept(tmp_path / "link").content("media", "key") is None
    assert Kept(tmp_path / "kept").content("media", "key") == b"x"


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    """Neither a file in the place of the folder, nor an impossible name is an error."""
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "kept", Path("\0"), Path("/dev/null/x")):
        results = Kept(folder)
        results.keep("media", "key", b"x")
        assert results.content("media", "key") is None
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "media").write_text("x")
    Kept(tmp_path / "kept").keep("media", "key", b"x")
    assert Kept(tmp_path / "kept").content("media", "key") is None


def test_the_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that were not used for the longest time go first; files of others stay."""
    monkeypatch.setattr(kept, "MOST", 10 * 4096)
    results = Kept(tmp_path)
    (tmp_path / "media").mkdir(parents=True)
    (tmp_path / "media" / "notes.txt").write_text("mine")
    for number in range(30):
        results.keep("media", str(number), bytes(10))
        path = max(files(tmp_path), key=lambda path: path.stat().st_mtime_ns)
        os.utime(path, (time.time() - 10**6 + number,) * 2)
    assert results.content("media", "3") == bytes(10)  # it is used, so it stays
    sweep(tmp_path)
    left = [number for number in range(30) if results.content("media", str(number))]
    assert len(left) == 9
    assert left == [3, *range(22, 30)]
    assert (tmp_path / "media" / "notes.txt").exists()


def test_it_is_swept_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to ask for it: the more is written, the more often it happens."""
    monkeypatch.setattr(kept, "MOST", 10 * 4096)
    monkeypatch.setattr(kept, "_SLACK", 4096)
    for number in range(40):
        Kept(tmp_path).keep("media", str(number), bytes(10))
    assert len(files(tmp_path)) <= 10


def test_a_part_that_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """When it is old; a new one may still be written."""
    Kept(tmp_path).keep("media", "key", b"x")
    (path,) = files(tmp_path)
    old, new = path.with_name(f"{path.name}.0123456789ab.part"), path.with_name(f"{path.name}.ab.part")
    for part in (old, new):
        part.write_bytes(b"")
    os.utime(old, (time.time() - 7200,) * 2)
    sweep(tmp_path)
    assert sorted(files(tmp_path)) == sorted([path, new])


def test_too_much_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One result does not push out all the others."""
    monkeypatch.setattr(kept, "LARGEST", 100)
    Kept(tmp_path).keep("media", "key", bytes(101))
    assert not files(tmp_path)


def test_several_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Who reads while others write and sweep gets one of the contents as a whole, or nothing."""

    def work(number: int) -> bool:
        results = Kept(tmp_path)
        for turn in range(40):
            results.keep("media", str(turn % 3), bytes([number]) * 5000)
            found = results.content("media", str(turn % 3))
            if found is not None and (len(found) != 5000 or len(set(found)) != 1):
                return False
            sweep(tmp_path)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    assert not [path for path in files(tmp_path) if path.suffix == ".part"]


def test_ci_and_releases_keep_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where CI is set, and where it is not wanted, there is no folder at all."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CI", "false")
    assert of_user()
    assert user_folder() == tmp_path / "deckgen"
    assert of_user(wanted=False) is NOTHING
    monkeypatch.setenv("CI", "true")
    assert of_user() is NOTHING
    NOTHING.keep("media", "key", b"x")
    assert NOTHING.content("media", "key") is None


def test_the_folder_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where the system has such files, and never in the present folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_folder() is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = user_folder()
    assert folder is not None
    if os.name != "nt":
        assert folder.is_relative_to(tmp_path / "home")
    assert "deckgen" in folder.parts
