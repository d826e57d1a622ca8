"""A deck that has not changed since its last build is not built again, and all that it prints is the same."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from deckgen import inputs, last_build
from deckgen.cli.app import app
from deckgen.project import Project, shipped_templates
from tests.conftest import CHAPTER, DECK, change, open_package, run, untimed, write_project
from tests.faults import MP3, PNG, png_chunk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGE = PNG[:-12] + png_chunk(b"teXt", bytes(20_000)) + PNG[-12:]
OTHER = LARGE.replace(b"teXt", b"tEXt")
WITH_MEDIA = f"{CHAPTER}      ![a](media/a.png) [sound:media/c.mp3]\n"
FILES: dict[str, str | bytes] = {
    "source/one.yaml": WITH_MEDIA,
    "source/media/a.png": LARGE,
    "source/media/c.mp3": MP3,
}
NOON = 1_700_006_400


class Deck:
    """A deck that is built again and again, with a cache folder of its own."""

    def __init__(self, folder: Path, files: dict[str, str | bytes]) -> None:
        """Write the deck."""
        self.folder = write_project(folder / "deck", files)
        self.cache = folder / "cache"
        self.path = self.folder / "build/sample.apkg"
        self.other = folder / "other.apkg"

    def call(self, *arguments: str | Path, **variables: str) -> tuple[int, str]:
        """The exit code of a command, and what it printed, without times."""
        variables = {"XDG_CACHE_HOME": str(self.cache), "CI": "", **variables}
        words = [*map(str, arguments), "--project", str(self.folder)]
        result = CliRunner().invoke(app, words, env=variables)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, untimed(result.output)

    def stays(self, *arguments: str | Path, **variables: str) -> bool:
        """Whether a build leaves the package as it is; otherwise it writes it."""
        before = self.path.stat().st_ino if self.path.exists() else 0
        code, printed = self.call("build", *arguments, **variables)
        assert code == 0, printed
        assert (" is up to date" in printed) == (self.path.stat().st_ino == before), printed
        assert ("wrote " in printed) == (self.path.stat().st_ino != before), printed
        return self.path.stat().st_ino == before


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deck:
    """A deck with a large image."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    later(monkeypatch)
    return Deck(tmp_path, FILES)


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the clock a minute ahead, so that no file was written just now."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of each build is an hour after that of the one before."""
    times = itertools.count(NOON, 3600)

    def hour_by_hour() -> int:
        return next(times)

    for module in ("build", "inputs", "last_build"):
        monkeypatch.setattr(f"deckgen.{module}.now", hour_by_hour)


def test_a_package_stays_if_nothing_has_changed(deck: Deck) -> None:
    """The first build writes it, the next one leaves it, and both say the same about it."""
    assert not deck.stays()
    before = deck.path.read_bytes()
    assert deck.stays()
    assert deck.path.read_bytes() == before
    assert deck.stays("--strict")


def test_json_has_the_time_of_the_package(deck: Deck) -> None:
    """What a program reads about the package that stays is true of it."""
    told = [json.loads(deck.call("build", "--format", "json")[1]) for _ in range(2)]
    assert told[0] == told[1]
    assert told[1]["package"]["time"] == open_package(deck.path).about["time"]
    assert told[1]["package"]["bytes"] == deck.path.stat().st_size


def test_a_check_is_not_done_again(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same diagnostics, with the lines, come from what was kept; in each format."""
    change(deck.folder, {"source/one.yaml": WITH_MEDIA.replace("Before", "Before the the")})
    formats = ("text", "json", "github", "sarif")
    timeless = re.compile(r'"time": \d+')
    first = [deck.call("check", "--no-cache", "--format", each) for each in formats]
    assert "warning[doubled-word]" in first[0][1]
    deck.call("check")
    monkeypatch.setattr("deckgen.build.build", None)  # a build would fail
    again = [deck.call("check", "--format", each) for each in formats]
    assert [timeless.sub("", told) for _, told in again] == [timeless.sub("", told) for _, told in first]
    assert deck.call("check", "--strict")[0] == 1
    assert "1 warning ignored" in deck.call("check", "--ignore", "doubled-word")[1]


def test_errors_are_told_again(deck: Deck) -> None:
    """A deck with errors is read once; the message has its line both times."""
    change(deck.folder, {"source/one.yaml": WITH_MEDIA.replace("- id: one", "- id: One")})
    first = deck.call("build")
    assert first == deck.call("build")
    assert first == deck.call("build", "--no-cache")
    assert first[0] == 1
    assert "- id: One" in first[1]


CHANGES = {
    "a text": ("source/one.yaml", "Before change", "Before a change"),
    "no sound": ("source/one.yaml", "[sound:media/c.mp3]", ""),
    "a comment": ("source/one.yaml", "takeaways:", "# new\ntakeaways:"),
    "the title": ("source/deck.yaml", "title: Sample", "title: Example"),
    "the description": ("source/deck.yaml", "title:", "description: About it.\ntitle:"),
    "the tags": ("source/deck.yaml", "title:", "tags: [new]\ntitle:"),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.usefixtures("clock")
def test_a_changed_deck_is_written(deck: Deck, name: str) -> None:
    """Whatever has changed; and back again, because Anki imports only what is newer."""
    path, old, new = CHANGES[name]
    before = (deck.folder / path).read_text()
    assert old in before
    assert not deck.stays()
    modified = [open_package(deck.path).about["time"]]
    for text in (before.replace(old, new), before):
        change(deck.folder, {path: text})
        assert not deck.stays()
        assert deck.stays()
        (time_of_note,) = {note["mod"] for note in open_package(deck.path).notes}
        modified.append(time_of_note)
    assert sorted(set(modified)) == modified


def test_changed_media_are_written(deck: Deck) -> None:
    """Even if the image keeps its size and its time."""
    assert not deck.stays()
    path = deck.folder / "source/media/a.png"
    status = path.stat()
    path.write_bytes(OTHER)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not deck.stays()
    assert deck.stays()


def test_large_media_are_not_read_again(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their status is enough, once they are older than what a clock may confuse; texts are always read."""
    read: list[str] = []
    digest = inputs._digest  # noqa: SLF001

    def counted(path: Path) -> str:
        read.append(path.name)
        return str(digest(path))

    monkeypatch.setattr("deckgen.inputs._digest", counted)
    assert inputs.inputs_of(Project(deck.folder))
    assert "a.png" not in read
    assert {"one.yaml", "deck.yaml", "c.mp3"} <= set(read)
    monkeypatch.undo()
    assert inputs.inputs_of(Project(deck.folder)) is None  # it was written just now


@pytest.mark.skipif(os.name == "nt", reason="Windows has no time of the last change of a file's status")
def test_a_file_that_somebody_changed_is_written(deck: Deck) -> None:
    """A byte within, the end, another file in its place, or none."""
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

    for harm in (byte, end, other, deck.path.unlink):
        time.sleep(0.05)
        harm()
        assert not deck.stays(), harm
        with zipfile.ZipFile(deck.path) as archive:
            assert archive.testzip() is None
        assert deck.stays()


@pytest.mark.usefixtures("clock")
def test_each_day_has_its_package(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deck's page in Anki shows the day of the build."""
    days = [(NOON, False), (NOON + 3600, True), (NOON + 86_400, False), (NOON + 90_000, True)]
    day = NOON

    def now() -> int:
        return day

    for module in ("build", "inputs", "last_build"):
        monkeypatch.setattr(f"deckgen.{module}.now", now)
    for day, stays in days:  # noqa: B007 (`now` gives it)
        assert deck.stays() == stays


def test_only_the_last_package_of_a_deck_stays(deck: Deck, tmp_path: Path) -> None:
    """Two files in turn are written each time, so the later one always is the newer one for Anki."""
    for path in 2 * (tmp_path / "a.apkg", tmp_path / "b.apkg"):
        assert "wrote " in deck.call("build", "--output", path)[1]
    assert " is up to date" in deck.call("build", "--output", tmp_path / "b.apkg")[1]


def test_after_a_restart_of_the_computer_it_is_written(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power may have failed before the file was stored."""
    assert not deck.stays()
    monkeypatch.setattr(last_build, "_start", lambda: 123.0)
    assert not deck.stays()
    assert deck.stays()


def test_without_kept_results_it_is_always_written(deck: Deck) -> None:
    """As in CI, and with --no-cache; neither leaves anything behind."""
    for _ in range(2):
        assert not deck.stays("--no-cache")
        assert not deck.stays(CI="true")
    assert not deck.cache.exists()


def test_a_change_during_the_build_is_not_missed(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came of the text before is not taken for what comes of the text after."""
    real = last_build.LastBuild.remember
    after = WITH_MEDIA.replace("Before", "Before the the")

    def changed(self: last_build.LastBuild, *rest: object) -> None:
        change(deck.folder, {"source/one.yaml": after})
        real(self, *rest)  # type: ignore[arg-type] # the outcome

    monkeypatch.setattr(last_build.LastBuild, "remember", changed)
    assert not deck.stays()
    monkeypatch.undo()
    code, printed = deck.call("build")
    assert code == 0
    assert "doubled-word" in printed
    assert "wrote " in printed


def test_a_deck_with_links_is_always_built(deck: Deck) -> None:
    """It is not sure what is behind them."""
    (deck.folder / "source/two.yaml").symlink_to("one.yaml")
    assert inputs.inputs_of(Project(deck.folder)) is None
    assert deck.call("check") == deck.call("check")


LOADED = """
import sys
from deckgen.cli.app import app
try: app()
finally: print(*sorted({"yaml", "jinja2", "pyromark"} & {*sys.modules}))
"""
"""Prints which of some libraries a command loads."""


def test_a_second_build_loads_next_to_nothing(tmp_path: Path) -> None:
    """Neither YAML nor Jinja is needed to see that nothing has changed; that is where the time goes."""
    deck = Deck(tmp_path, {})
    environment = {**os.environ, "XDG_CACHE_HOME": str(deck.cache), "CI": ""}
    told = []
    for _ in range(3):  # at midnight, the second one differs
        command = [sys.executable, "-c", LOADED, "build", "--project", str(deck.folder)]
        result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        told.append((result.stdout.strip(), "wrote " in result.stderr))
    assert told[0] == ("jinja2 pyromark yaml", True)
    assert told[2] == ("", False)


READ = """
import sys
top, seen = sys.argv.pop(1), set()
def hook(event, arguments):
    if event in {"open", "os.listdir", "os.scandir"} and isinstance(arguments[0], str):
        if arguments[0].startswith(top):
            seen.add(arguments[0][len(top):])
sys.addaudithook(hook)
from deckgen.cli.app import app
try: app()
finally: print(*sorted(seen), sep="\\n")
"""
"""Prints what a command reads below a folder."""


def test_a_build_reads_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a check opens in a deck's folder is among the inputs."""
    files: dict[str, str | bytes] = {
        **FILES,
        "notes.yaml": CHAPTER,
        "source/notes.txt": "x",
        "source/.hidden/x.yaml": CHAPTER,
        "templates/takeaway/x.css": "",
        "elsewhere/x.j2": "",
    }
    folder = write_project(tmp_path / "deck", files)
    top = f"{folder}{os.sep}"
    command = [sys.executable, "-c", READ, top, "check", "--project", str(folder)]
    told = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "CI": "true"}
    )
    read = [line for line in told.stdout.splitlines() if line]
    assert "source/one.yaml" in read, told.stderr
    for name in read:
        inside = name.startswith(("source", "templates"))
        assert inside or name in {"notes.yaml", ""}, name
    later(monkeypatch)
    before = inputs.inputs_of(Project(folder))
    assert before
    for name in read:
        path = folder / name
        if path.is_file():
            content = path.read_bytes()
            path.write_bytes(content + b"\n")
            assert inputs.inputs_of(Project(folder)) != before, name
            path.write_bytes(content)
        elif path.is_dir():
            (path / "new.txt").write_text("")
            assert inputs.inputs_of(Project(folder)) != before, name
            (path / "new.txt").unlink()
    assert inputs.inputs_of(Project(folder)) == before


def git(folder: Path, *arguments: str) -> None:
    """Call git in a folder."""
    settings_ = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *settings_, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_lost_ledger_is_told_as_soon_as_git_has_it(deck: Deck) -> None:
    """Without a ledger, what git says is among the inputs; a deck without changes may get an error."""
    git(deck.folder, "init", "-q")
    assert deck.call("check")[0] == 0
    ledger = deck.folder / "source/ledger.jsonl"
    copy = deck.folder.parent / "copy"
    shutil.copytree(deck.folder, copy)
    assert run("release", "1.0.0", "--yes", "--project", copy).returncode == 0
    ledger.write_bytes((copy / "source/ledger.jsonl").read_bytes())
    git(deck.folder, "add", "-A")
    ledger.unlink()
    told = deck.call("check")
    assert "lost-ledger" in told[1]
    assert told == deck.call("check")
    git(deck.folder, "rm", "-q", "--cached", "source/ledger.jsonl")
    assert deck.call("check")[0] == 0


@pytest.mark.parametrize("content", [b"gitdir: \xff\xfe", b"gitdir: a\0b", b"", b"gitdir: nowhere"])
def test_a_repository_that_cannot_be_read_is_no_obstacle(deck: Deck, content: bytes) -> None:
    """Then it is not known what git would say, so the deck is built each time."""
    (deck.folder / ".git").write_bytes(content)
    assert inputs.inputs_of(Project(deck.folder)) is None
    assert deck.call("check")[0] == 0
    assert deck.call("check") == deck.call("check", "--no-cache")


def damage(deck: Deck) -> None:
    """Change a byte of each kept file."""
    for path in deck.cache.rglob("*"):
        if path.is_file():
            raw = bytearray(path.read_bytes())
            raw[len(raw) // 2] ^= 1
            path.write_bytes(raw)


def swapped(deck: Deck) -> None:
    """Give all kept files the contents of others."""
    paths = sorted(path for path in deck.cache.rglob("*") if path.is_file())
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)


def same_status(deck: Deck, content: bytes) -> None:
    """Write the image with its earlier times."""
    path = deck.folder / "source/media/a.png"
    status = path.stat() if path.exists() else None
    change(deck.folder, {"source/media/a.png": content})
    if status:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def moved(deck: Deck, one: str, other: str) -> None:
    """Rename a file, if it exists."""
    if (deck.folder / one).exists():
        (deck.folder / one).replace(deck.folder / other)


def css() -> str:
    """The shipped style of all kinds."""
    return next((shipped_templates() / "base").glob("*.css*")).read_text(encoding="utf-8")


def style(deck: Deck, more: str) -> None:
    """Give the deck a base style of its own, or take it away."""
    name = next((shipped_templates() / "base").glob("*.css*")).name
    if more:
        change(deck.folder, {f"templates/base/{name}": css() + more})
    else:
        shutil.rmtree(deck.folder / "templates", ignore_errors=True)


WARNED = WITH_MEDIA.replace("Before", "Before the the")
SECOND = CHAPTER.replace("id: one", "id: two").replace("Before", "Well before")
STEPS: dict[str, Callable[[Deck], object]] = {
    "one": lambda deck: change(deck.folder, {"source/one.yaml": WITH_MEDIA}),
    "warned": lambda deck: change(
        deck.folder, {"source/one.yaml": WITH_MEDIA.replace("Before", "Before the the")}
    ),
    "wrong": lambda deck: change(deck.folder, {"source/one.yaml": WITH_MEDIA.replace("text:", "txt:")}),
    "second": lambda deck: change(deck.folder, {"source/two.yaml": SECOND}),
    "same id": lambda deck: change(deck.folder, {"source/two.yaml": CHAPTER}),
    "renamed": lambda deck: moved(deck, "source/two.yaml", "source/0.yaml"),
    "renamed back": lambda deck: moved(deck, "source/0.yaml", "source/two.yaml"),
    "deleted": lambda deck: (deck.folder / "source/two.yaml").unlink(missing_ok=True),
    "tags": lambda deck: change(deck.folder, {"source/deck.yaml": f"{DECK}tags: [x]\n"}),
    "no tags": lambda deck: change(deck.folder, {"source/deck.yaml": DECK}),
    "image": lambda deck: same_status(deck, LARGE),
    "other image": lambda deck: same_status(deck, OTHER),
    "no image": lambda deck: (deck.folder / "source/media/a.png").unlink(missing_ok=True),
    "style": lambda deck: style(deck, ".card { color: red }\n"),
    "other style": lambda deck: style(deck, ".card { color: blue }\n"),
    "no style": lambda deck: style(deck, ""),
    "stray": lambda deck: change(deck.folder, {"stray.yaml": SECOND}),
    "no stray": lambda deck: (deck.folder / "stray.yaml").unlink(missing_ok=True),
    "misnamed": lambda deck: change(deck.folder, {"template/takeaway/x.j2": ""}),
    "not misnamed": lambda deck: shutil.rmtree(deck.folder / "template", ignore_errors=True),
    "no package": lambda deck: deck.path.unlink(missing_ok=True),
    "damage": damage,
    "swapped": swapped,
    "no cache": lambda deck: shutil.rmtree(deck.cache, ignore_errors=True),
}
"""What may happen to a deck and its cache between two builds."""


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=2, max_size=8))
@example(steps=["style", "other style", "no style"])
@example(steps=["image", "other image", "no image"])
@example(steps=["second", "renamed", "damage", "stray", "misnamed"])
def test_again_is_as_for_the_first_time(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each random change, a build with what was kept says and writes the same as one without."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOON))
    later(monkeypatch)
    deck = Deck(tmp_path_factory.mktemp("deck"), FILES)
    for step in steps:
        STEPS[step](deck)
        code, cold = deck.call("build", "--no-cache", "--output", deck.other)
        for _ in range(2):
            warm_code, warm = deck.call("build")
            assert (warm_code, result(deck, warm)) == (code, result(deck, cold)), steps
            if code == 0:
                assert deck.path.read_bytes() == deck.other.read_bytes(), steps


def result(deck: Deck, printed: str) -> str:
    """What a build has printed, without the name of its package and whether it was written."""
    printed = re.sub(r"; the package from before is unchanged", "", printed)
    for path in (deck.path, deck.other):
        printed = printed.replace(str(path), "PACKAGE")
    return re.sub(r"wrote (PACKAGE[^\n]*)|(PACKAGE[^\n]*) is up to date", r"\1\2", printed)
