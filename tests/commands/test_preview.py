"""`deckgen preview`: the files that it writes, and the small server that shows them."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from deckgen.build import build
from deckgen.commands.preview import cards, folder, live
from deckgen.commands.preview.server import Server
from deckgen.memory import Memory
from tests.conftest import CHAPTER, REPOSITORY, change, run, write_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cf500f0003860180ad1b2d480000000049454e44ae426082"
)
SECOND = CHAPTER + "  - id: two\n    text: |\n      A {{c1::split}} alliance is {{c3::uneven}}.\n"


def calls(path: Path) -> list[Any]:
    """What a script of the deck gives to the page's function."""
    text = path.read_text("utf-8")
    match = re.fullmatch(r"deckgen\.\w+\((.*)\)\n", text, re.DOTALL)
    assert match, text[:200]
    listed: list[Any] = json.loads(f"[{match[1]}]")
    return listed


def index_of(project: Path) -> dict[str, Any]:
    """The index of a written preview."""
    (index,) = calls(project / "build/preview/deck/index.js")
    assert isinstance(index, dict)
    return index


def sides_of(project: Path) -> list[tuple[str, str]]:
    """Front and back of all cards that are written."""
    files = sorted((project / "build/preview/deck").glob("cards-*.js"))
    return [(front, back) for file in files for notes, *_ in calls(file)[1] for front, back in notes]


def test_every_card_is_written_with_both_sides(project: Callable[..., Path]) -> None:
    """The index knows each note, its place and its cards; the cards have the text that learners see."""
    deck = project({"source/one.yaml": SECOND})
    result = run("preview", cwd=deck)
    assert result.returncode == 0, result.stderr
    assert "wrote build/preview/index.html: 3 cards" in result.stderr
    index = index_of(deck)
    assert [note[0] for note in index["notes"]] == ["one", "two"]
    assert [index["sources"][note[4][0]] + f":{note[4][1]}" for note in index["notes"]] == [
        "source/one.yaml:2",
        "source/one.yaml:7",
    ]
    assert [card[:2] for card in index["notes"][1][6]] == [[0, "Cloze 1"], [2, "Cloze 3"]]
    (front, back), *others = sides_of(deck)
    assert "[...]" in front
    assert ">joining</span>" in back
    assert "Nobody follows someone" in back
    assert len(others) == 2
    assert (deck / "build/preview/index.html").is_file()


def test_the_cards_are_those_of_the_package(tmp_path: Path) -> None:
    """For this repository's deck the preview shows as many cards of each note as the package has."""
    made = build(REPOSITORY)
    assert made.package
    shown = {note.id: len(note.cards) for note in cards.gallery(made).notes}
    assert shown == {row.note.id: len(row.cards) for row in made.package.notes}
    folder.write(cards.gallery(made), tmp_path / "preview")


def test_json_names_the_page(project: Callable[..., Path]) -> None:
    """`--format json` prints one object with the page's path and the number of cards."""
    deck = project()
    result = run("preview", "--format", "json", cwd=deck)
    told = json.loads(result.stdout)
    assert (told["command"], told["ok"], result.stderr) == ("preview", True, "")
    assert told["preview"] == {"path": str(deck / "build/preview/index.html"), "cards": 1}


def test_a_broken_deck_is_shown_as_far_as_it_can_be_read(project: Callable[..., Path]) -> None:
    """Errors end the command with 1, and the page has the other cards, and tells them."""
    broken = SECOND + "  - id: three\n    txt: |\n      A {{c1::slip}}.\n"
    deck = project({"source/one.yaml": broken, "source/none.yaml": "takeaways: ["})
    result = run("preview", cwd=deck)
    assert result.returncode == 1
    assert "the preview shows what could be read" in result.stderr
    index = index_of(deck)
    assert [note[0] for note in index["notes"]] == ["one", "two"]
    codes = {each["code"] for each in index["found"]}
    assert {"yaml-syntax", "unknown-key"} <= codes
    assert index["errors"] >= 2
    (told,) = [each for each in index["found"] if each["code"] == "unknown-key"]
    assert (told["line"], told["source"]) == (11, "txt: |")


@pytest.mark.parametrize(
    "files",
    [
        {"source/one.yaml": "deck: Empty\n"},
        {"source/deck.yaml": "id: sample\n"},
        {"source/deck.yaml": "- [\n"},
        {"templates/base/style.css.j2": "[[ nothing ]]"},
        {"templates/takeaway/kind.yaml": "title: ["},
    ],
    ids=["no notes", "no title", "no deck", "broken style", "broken kind"],
)
def test_there_is_always_a_page(project: Callable[..., Path], files: dict[str, str | bytes]) -> None:
    """A deck without notes, or of which nothing can be read, still has a page that says why."""
    deck = project(files)
    result = run("preview", cwd=deck)
    assert result.returncode == 1, result.stderr
    index = index_of(deck)
    assert index["errors"] > 0
    assert index["found"] or any(note[7] for note in index["notes"])


def test_what_is_to_be_said_of_a_note_stands_with_it(project: Callable[..., Path]) -> None:
    """A warning goes to the note that it concerns, and to no other place."""
    slip = SECOND.replace("Before change comes", "Before change comes comes")
    deck = project({"source/one.yaml": slip})
    assert run("preview", cwd=deck).returncode == 0
    index = index_of(deck)
    one, two = ([each["code"] for each in note[7]] for note in index["notes"])
    assert "doubled-word" in one
    assert "doubled-word" not in two
    assert not index["found"]


def test_a_table_s_diagnostics_stand_with_its_rows(project: Callable[..., Path]) -> None:
    """What concerns a table concerns each of its rows."""
    table = (
        "comparisons:\n  - id: stances\n    title: Two  stances\n    columns: [Stance, Aim]\n    rows:\n"
        "      - id: a\n        cells: [Neutral, Fairness]\n      - id: b\n        cells: [Partial, Trust]\n"
    )
    deck = project({"source/two.yaml": table})
    run("preview", cwd=deck)
    rows = [note for note in index_of(deck)["notes"] if note[0].startswith("stances.")]
    assert len(rows) == 2
    assert all("unknown-key" in [each["code"] for each in note[7]] for note in rows) or all(
        "doubled-space" in [each["code"] for each in note[7]] for note in rows
    )


@pytest.mark.parametrize("line", ["  - id: one\n", "  - id:\n", "  - tags: [a]\n"])
def test_each_note_has_an_id_of_its_own(project: Callable[..., Path], line: str) -> None:
    """A note without an id, or with the id of another, is an error on top, and not a card without a link."""
    deck = project({"source/one.yaml": SECOND.replace("  - id: two\n", line)})
    assert run("preview", cwd=deck).returncode == 1
    index = index_of(deck)
    assert [note[0] for note in index["notes"]] == ["one"]
    assert "error" in [each["level"] for each in index["found"]]


def test_old_files_go_and_others_stay(project: Callable[..., Path]) -> None:
    """A second preview removes what the first had and leaves the rest of build/ alone."""
    picture = SECOND + "  - id: three\n    text: |\n      ![A dot](dot.png) is {{c1::red}}.\n"
    deck = project({"source/one.yaml": picture, "source/dot.png": PIXEL, "build/mine.txt": "mine"})
    change(deck, {"source/two.yaml": CHAPTER.replace("id: one", "id: four")})
    assert run("preview", cwd=deck).returncode == 0
    preview = deck / "build/preview"
    assert len(list((preview / "deck").glob("cards-*.js"))) == 2
    (media,) = (preview / "media").iterdir()
    assert media.name.startswith("dot-")
    assert media.read_text("utf-8").startswith('deckgen.media("dot-')
    (deck / "source/two.yaml").unlink()
    change(deck, {"source/one.yaml": SECOND, "build/preview/notes.txt": "mine"})
    assert run("preview", cwd=deck).returncode == 0
    assert len(list((preview / "deck").glob("cards-*.js"))) == 1
    assert not list((preview / "media").iterdir())
    assert (deck / "build/mine.txt").read_text("utf-8") == "mine"
    assert (preview / "notes.txt").read_text("utf-8") == "mine"


def test_files_that_stay_the_same_are_not_written(project: Callable[..., Path]) -> None:
    """A change in one chapter writes the index, the texts and that chapter's cards."""
    deck = project({"source/two.yaml": CHAPTER.replace("id: one", "id: four")})
    run("preview", cwd=deck)
    preview = deck / "build/preview"
    for path in preview.rglob("*"):
        os.utime(path, (1, 1))
    change(deck, {"source/one.yaml": CHAPTER.replace("joining", "meeting")})
    run("preview", cwd=deck)
    written = {path.name for path in preview.rglob("*.*") if path.stat().st_mtime > 1}
    assert written == {"index.js", "texts.js", "cards-0000-000.js"}


def test_a_preview_is_not_written_through_a_link(project: Callable[..., Path], tmp_path: Path) -> None:
    """Where build/preview leads elsewhere, nothing is written or removed there."""
    deck = project({"build/ID": ""})
    change(tmp_path / "elsewhere", {"deck/keep.js": "mine"})
    (deck / "build/preview").symlink_to(tmp_path / "elsewhere")
    result = run("preview", cwd=deck)
    assert result.returncode == 2
    assert "not an ordinary folder" in result.stderr
    assert (tmp_path / "elsewhere/deck/keep.js").read_text("utf-8") == "mine"


def test_retired_notes_are_left_out(project: Callable[..., Path]) -> None:
    """New learners do not get them, and the preview is what they get."""
    deck = project({"source/one.yaml": SECOND})
    assert run("release", "1.0.0", cwd=deck).returncode == 0
    change(deck, {"source/one.yaml": SECOND + "    retired: It was wrong.\n"})
    assert run("preview", cwd=deck).returncode == 0
    assert [note[0] for note in index_of(deck)["notes"]] == ["one"]


def test_cards_that_notes_leave_out_are_not_shown(project: Callable[..., Path]) -> None:
    """A note shows the cards that it has chosen; a note without cards is on no page."""
    text = "  - id: {0}\n    term: Term {0}\n    definition: |\n      What {0} is.\n    cards: {1}\n"
    entries = text.format("a", "[]") + text.format("b", "[Recognize]\n    builds_on: [a]")
    folder = project({"source/one.yaml": "definitions:\n" + entries})
    assert run("preview", "--project", folder).returncode == 0
    ((front, back),) = sides_of(folder)
    assert "What b is." in front
    assert "What a is." in back


def test_help_says_what_goes_with_what(project: Callable[..., Path]) -> None:
    """--port without --serve, and --serve with JSON, are refused with the reason."""
    deck = project()
    assert "--serve" in run("preview", "--port", "9000", cwd=deck).stderr
    assert run("preview", "--serve", "--format", "json", cwd=deck).returncode == 2


# The server


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    """A server of a small deck's preview."""
    deck = write_project(tmp_path / "deck", {"source/secret.txt": "secret"})
    target = deck / "build/preview"
    target.parent.mkdir()
    server = Server(target, 0)
    server.news.tell(folder.write(cards.gallery(build(deck)), target))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def ask(server: Server, path: str, host: str = "", method: str = "GET") -> http.client.HTTPResponse:
    """Send a request with exactly this path and Host header."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{server.server_port}")
    connection.endheaders()
    return connection.getresponse()


def test_the_server_sends_the_page_with_its_policy(served: Server) -> None:
    """The page, its scripts and frames come with headers that keep the deck on this machine."""
    page = ask(served, "/")
    assert page.status == 200
    assert b"<main" in page.read()
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert ask(served, "/deck/index.js?v=1").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    frame = ask(served, "/frame.html")
    assert "sandbox allow-scripts" in frame.headers["Content-Security-Policy"]
    assert "allow-same-origin" not in frame.headers["Content-Security-Policy"]
    assert frame.headers["Connection-Allowlist"] == "()"
    assert page.headers["Connection-Allowlist"] is None, "a link would no longer open"
    assert ask(served, "/index.html", method="HEAD").read() == b""


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}"]
)
def test_other_hosts_are_refused(served: Server, host: str) -> None:
    """A page elsewhere that gave its name this machine's address gets nothing."""
    assert ask(served, "/", host.format(port=served.server_port)).status == 403
    assert ask(served, "/events", host.format(port=served.server_port)).status == 403
    assert ask(served, "/", f"localhost:{served.server_port}").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../../source/deck.yaml",
        "/%2e%2e/%2e%2e/source/secret.txt",
        "/..%2f..%2fsource%2fdeck.yaml",
        "//etc/passwd",
        "/deck/../../../source/one.yaml",
        "/..\\..\\source\\deck.yaml",
        "/%00",
        "/deck/",
        "/deck",
        "/link.js",
        "/nothing.js",
        "/" + "a" * 5000,
    ],
)
def test_nothing_outside_the_folder_is_served(served: Server, path: str) -> None:
    """Paths that lead out of the preview, folders and what is not there are not found."""
    outside = served.folder.parent / "outside.js"
    outside.write_text("secret", "utf-8")
    link = served.folder / "link.js"
    if not link.is_symlink():
        link.symlink_to(outside)
    answer = ask(served, path)
    assert answer.status == 404
    assert b"secret" not in answer.read()


def test_other_methods_are_refused(served: Server) -> None:
    """Nothing can be sent to it."""
    assert ask(served, "/", method="POST").status == 501


def test_it_listens_on_this_machine_alone(served: Server) -> None:
    """Another address of this machine does not answer."""
    assert served.server_address[0] == "127.0.0.1"
    with socket.socket() as other:
        other.settimeout(2)
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            other.connect(("127.0.0.2", served.server_port))


def test_news_come_as_they_are_told(served: Server) -> None:
    """A page that listens is told the version at once, and each newer one."""
    answer = ask(served, "/events")
    first = json.loads(answer.readline().removeprefix(b"data: "))
    assert first["version"]
    answer.readline()
    served.news.tell("2", "a fault")
    assert json.loads(answer.readline().removeprefix(b"data: ")) == {"version": "2", "fault": "a fault"}


@contextmanager
def serving(deck: Path, port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`deckgen preview --serve` as a process of its own, from when it says that it follows the source."""
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "preview", *options, "--serve", "--port", str(port)],
        cwd=deck,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        line = process.stderr.readline()
        assert f"http://127.0.0.1:{port}/" in line, line
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def free_port() -> int:
    """A port that is free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_ctrl_c_ends_it_well(project: Callable[..., Path]) -> None:
    """It says where it is, and ends with 0 and no traceback."""
    with serving(project(), free_port()) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_a_taken_port_is_told_with_a_free_one(project: Callable[..., Path]) -> None:
    """The message names another port, which can be used."""
    deck = project()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("preview", "--serve", "--port", str(port), cwd=deck)
    assert result.returncode == 2
    assert f"port {port} cannot be used" in result.stderr
    other = re.search(r"--port (\d+)", result.stderr)
    assert other
    assert int(other[1]) != port


# Following the source


def wait_for(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


@contextmanager
def watching(deck: Path) -> Iterator[list[float]]:
    """The times at which a deck's folder is seen to change, in seconds."""
    seen: list[float] = []

    def follow() -> None:
        seen.extend(time.monotonic() for changed in live.changes(deck) if changed)

    threading.Thread(target=follow, daemon=True).start()
    wait_for(lambda: seen)  # it watches
    time.sleep(0.3)
    yield seen


def test_changes_are_seen_however_a_file_is_saved(project: Callable[..., Path]) -> None:
    """Written in place, replaced by renaming, new, gone: each is seen."""
    deck = project()
    with watching(deck) as seen:

        def after(action: Callable[[], object]) -> None:
            count = len(seen)
            action()
            wait_for(lambda: len(seen) > count)
            time.sleep(0.4)

        after(lambda: change(deck, {"source/one.yaml": SECOND}))
        beside = change(deck, {"source/.one.yaml.new": CHAPTER}) / "source/.one.yaml.new"
        after(lambda: beside.replace(deck / "source/one.yaml"))
        after(lambda: change(deck, {"source/new/two.yaml": CHAPTER}))
        after((deck / "source/new/two.yaml").unlink)


def test_folders_may_come_and_go(project: Callable[..., Path]) -> None:
    """templates/ that is made later is followed, and so is source/ that was away for a while."""
    deck = project()
    with watching(deck) as seen:
        count = len(seen)
        change(deck, {"templates/base/theme.css.j2": "/* new */"})
        wait_for(lambda: len(seen) > count)
        time.sleep(1.5)
        count = len(seen)
        change(deck, {"templates/base/theme.css.j2": "/* newer */"})
        wait_for(lambda: len(seen) > count)
        (deck / "source").rename(deck / "away")
        time.sleep(1.5)
        (deck / "away").rename(deck / "source")
        time.sleep(1.5)
        count = len(seen)
        change(deck, {"source/one.yaml": SECOND})
        wait_for(lambda: len(seen) > count)


def test_cards_of_a_large_deck_come_before_their_warnings(
    project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a build takes long, changed cards come with the warnings of before, and then with theirs."""
    deck = project({"source/one.yaml": SECOND})
    monkeypatch.setattr(live, "_LONG", -1)
    written: list[tuple[str, list[str], int]] = []

    def write(gallery: cards.Gallery, *_: object) -> str:
        codes = [each["code"] for note in gallery.notes for each in note.diagnostics]
        written.append((gallery.notes[0].cards[0].back, codes, gallery.errors))
        return ""

    monkeypatch.setattr(live, "write", write)
    with Server(deck / "build/preview", 0) as page:
        following = live._Following(deck, page, lambda *_: None, Memory(), None)  # noqa: SLF001
        following.again()
        reason = "Nobody follows someone who has not understood them."
        change(deck, {"source/one.yaml": SECOND.replace(reason, "TODO")})
        following.again()
        first, early, full = written
        assert reason in first[0]
        assert "TODO" in early[0]
        assert (early[1:], "placeholder" in full[1]) == (first[1:], True)
        change(deck, {"source/one.yaml": SECOND.replace("text: |", "txt: |")})
        following.again()
        assert len(written) == 4  # an error is told at once
        assert written[-1][2]


def test_a_build_that_fails_is_told_and_served_on(project: Callable[..., Path]) -> None:
    """deck.yaml goes away and comes back: the server says so, and follows again."""
    deck = project()
    port = free_port()
    with serving(deck, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/events")
        news = connection.getresponse()

        def next_news() -> dict[str, str]:
            while not (line := news.readline()).startswith(b"data: "):
                pass
            told: dict[str, str] = json.loads(line.removeprefix(b"data: "))
            return told

        first = next_news()["version"]
        text = (deck / "source/deck.yaml").read_text("utf-8")
        (deck / "source/deck.yaml").unlink()
        assert next_news()["version"] != first
        assert index_of(deck)["errors"] == 1
        assert [note[0] for note in index_of(deck)["notes"]] == ["one"]
        change(deck, {"source/deck.yaml": text})
        while next_news()["version"] != first:
            pass
        (deck / "build/preview/deck/index.js").unlink()
        (deck / "build/preview/deck/index.js").mkdir()
        change(deck, {"source/one.yaml": SECOND})
        assert "index.js is a folder" in next_news()["fault"]
        (deck / "build/preview/deck/index.js").rmdir()
        change(deck, {"source/one.yaml": SECOND + "\n"})
        assert not next_news()["fault"]


def asked(port: int, path: str) -> tuple[int, bytes]:
    """The status and the body of an answer of the server at a port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("gone", ["build", "build/preview", "build/preview/deck", "build/preview/index.html"])
def test_a_preview_that_is_removed_while_it_is_served_comes_back(
    gone: str, project: Callable[..., Path]
) -> None:
    """With the next request for a file of it, and the next save; a name that it never had is not found."""
    deck = project()
    port = free_port()

    def remove() -> None:
        path = deck / gone
        path.unlink() if path.is_file() else shutil.rmtree(path)

    with serving(deck, port):
        wait_for(lambda: asked(port, "/")[0] == 200)
        before = {name: asked(port, name) for name in ("/", "/deck/index.js", "/deck/cards-0000-000.js")}
        assert {status for status, _ in before.values()} == {200}
        remove()
        assert asked(port, "/nothing.js")[0] == 404
        assert {name: asked(port, name) for name in before} == before
        remove()
        change(deck, {"source/one.yaml": SECOND})
        wait_for(lambda: b"two" in asked(port, "/deck/index.js")[1])
        assert (deck / "build/preview/index.html").is_file()


def test_a_preview_that_cannot_come_back_is_told(project: Callable[..., Path]) -> None:
    """Where build/preview is a link by now: on the page, in the terminal once, and mended by a save."""
    deck = project({"elsewhere/keep.txt": "mine"})
    port = free_port()
    with serving(deck, port) as process:
        wait_for(lambda: asked(port, "/")[0] == 200)
        shutil.rmtree(deck / "build/preview")
        (deck / "build/preview").symlink_to(deck / "elsewhere")
        assert asked(port, "/")[0] == 404
        assert asked(port, "/deck/index.js")[0] == 404
        assert [path.name for path in (deck / "elsewhere").iterdir()] == ["keep.txt"]
        (deck / "build/preview").unlink()
        change(deck, {"source/one.yaml": SECOND})
        wait_for(lambda: asked(port, "/")[0] == 200)
        process.send_signal(signal.SIGTERM)
        assert process.stderr
        assert process.stderr.read().count("not an ordinary folder") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_pipe_in_the_preview_holds_nobody(served: Server) -> None:
    """Where a file of it is a pipe, a socket or a link to a device, it is not found, at once."""
    before = set(threading.enumerate())
    os.mkfifo(served.folder / "pipe.js")
    (served.folder / "zero.js").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(os.fspath(served.folder / "socket.js"))
        for name in ("pipe", "zero", "socket"):
            assert ask(served, f"/{name}.js").status == 404
    (served.folder / "deck/index.js").unlink()
    os.mkfifo(served.folder / "deck/index.js")
    assert ask(served, "/deck/index.js").status == 404
    wait_for(lambda: set(threading.enumerate()) <= before)


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is read as Linux tells it")  # noqa: PTH110
def test_serving_takes_no_more_memory_with_each_save(project: Callable[..., Path]) -> None:
    """After ten saves it has what it needs; sixty more used to take 36 MiB."""
    deck = project()
    port = free_port()

    def save(number: int) -> None:
        change(deck, {"source/one.yaml": CHAPTER.replace("joining", f"joining {number}")})
        wait_for(lambda: f"joining {number}<".encode() in asked(port, "/deck/cards-0000-000.js")[1])

    with serving(deck, port) as process:

        def used() -> float:
            with open(f"/proc/{process.pid}/statm") as file:  # noqa: PTH123
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

        for number in range(10):
            save(number)
        before = used()
        for number in range(10, 70):
            save(number)
        assert used() - before < 8


def test_cards_that_an_error_hides_stay_in_their_places(tmp_path: Path) -> None:
    """While a note is broken, a page that follows the source still has it, as it was."""
    third = SECOND + "  - id: three\n    text: |\n      The {{c1::third}}.\n"
    deck = write_project(tmp_path, {"source/one.yaml": third})
    before = cards.gallery(build(deck))
    change(deck, {"source/one.yaml": third.replace("text: |\n      A", "txet: |\n      A")})
    now = cards.gallery(build(deck))
    assert [note.id for note in now.notes] == ["one", "three"]
    kept = cards.with_vanished(now, before)
    assert [(note.id, note.before) for note in kept.notes] == [
        ("one", False),
        ("two", True),
        ("three", False),
    ]
    assert kept.errors == now.errors > 0
