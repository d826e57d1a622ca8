"""The rehearsal in the real Anki: what is wrong in a package is found, and nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deckgen import package
from deckgen.commands.verify.process import run_rehearsal
from deckgen.commands.verify.rehearsal.learner import Learner, a_copy
from deckgen.commands.verify.rehearsal.shown import css_names, html_names
from deckgen.commands.verify.rehearsal.update import State, lost_work
from deckgen.commands.verify.verdict import judged
from deckgen.commands.verify.verification import verify
from tests.conftest import change, run, write_project
from tests.faults import GROWN, kind
from tests.releases import FIRST, build, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable

    Project = Callable[..., Path]

Sql = tuple[str, int]
"""A statement, and the number of the note that it calls :note."""
IMAGE = "![A tree](media/tree.png)"
# one pixel; what follows its end no reader minds
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A release of twenty notes, and a build in which two of them have changed; five show an image."""
    folder = tmp_path_factory.mktemp("pair")
    names = [f"n{number}" for number in range(20)]
    shows = dict.fromkeys(("n0", "n4", "n5", "n6", "n7"), IMAGE)
    files: dict[str, str | bytes] = {"source/media/tree.png": PNG, "source/one.yaml": terms(*names, **shows)}
    write_project(folder, files)
    before = release(folder, "1.0.0", FIRST).path
    change(folder, {"source/one.yaml": terms(*names, **shows, n1="Other.", n2="Other.")})
    return before, build(folder, FIRST + 1000).path


def edited(
    path: Path,
    to: Path,
    *sql: Sql,
    files: dict[str, bytes | None] | None = None,
) -> Path:
    """A package with other rows, and with other media files (None for none of that name)."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    database = to.with_suffix(".anki2")
    database.write_bytes(members["collection.anki2"])
    with closing(sqlite3.connect(database)) as connection:
        ids = [note for (note,) in connection.execute("SELECT id FROM notes ORDER BY id")]
        for query, number in sql:
            assert connection.execute(query, {"note": ids[number]}).rowcount, query
        connection.commit()
    members["collection.anki2"] = database.read_bytes()
    listed = json.loads(members["media"])
    for name, content in (files or {}).items():
        (member,) = (number for number, full in listed.items() if full.startswith(name))
        if content is None:
            del members[member], listed[member]
        else:
            members[member] = content
    members["media"] = json.dumps(listed).encode()
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return to


def rehearsed(folder: Path, new: Path, *previous: Path, cleanup: Path | None = None) -> dict[str, Any]:
    """What the rehearsal finds, with guids for note ids."""

    def files(path: Path) -> dict[str, Any]:
        return {each.name: (each.size, each.crc) for each in package.list_media(path)}

    job = {
        "package": str(new),
        "media": files(new),
        "previous": [{"path": str(path), "name": "old", "media": files(path)} for path in previous],
        "cleanup": str(cleanup) if cleanup else None,
        "retired": "sample::retired",
    }
    work = folder / "work"
    work.mkdir()
    names = package.read_about(new)["notes"]
    return judged(run_rehearsal(job, work, None, lambda *_: None), names, set())


def test_two_good_packages_have_no_fault(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """What the rest of this file changes is what is found there."""
    told = rehearsed(tmp_path, pair[1], pair[0], cleanup=None)
    assert told["faults"] == []
    # the picture, and the file for the learner's own style
    assert (told["new_learner"]["files"], [each["files"] for each in told["updates"]]) == (2, [2, 2])


AGAIN = (
    "INSERT INTO notes SELECT id - 1, guid, mid, mod + 3000, usn, tags, 'Again' || flds, sfld, csum, flags, "
    "data FROM notes WHERE id = :note"
)
"""A second note with the guid of another one, changed later."""
CUT = "UPDATE notes SET flds = substr(flds, instr(flds, x'1f')) WHERE id = :note"
SAME = "UPDATE notes SET guid = 'one' WHERE id = :note"
DAMAGES: dict[str, tuple[list[Sql], list[Sql], str]] = {
    # what is done to the earlier package, and to the new one; a fault
    "empty": ([], [(CUT, 3)], "Anki calls cards of 1 note empty"),
    "twice": ([(SAME, 4), (SAME, 5)], [], "is duplicated"),
    "edit gone": ([], [(AGAIN, 4)], "the learner's edit is lost, although the note did not change"),
    "later edit gone": ([], [(AGAIN, 2), (AGAIN, 1)], "edit from after the build is lost"),
}


@pytest.mark.parametrize(("before", "after", "fault"), DAMAGES.values(), ids=DAMAGES)
def test_what_is_wrong_in_a_package_is_a_fault(
    before: list[Sql], after: list[Sql], fault: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """Rows that deckgen would not write."""
    old = edited(pair[0], tmp_path / "old.apkg", *before)
    new = edited(pair[1], tmp_path / "new.apkg", *after)
    faults = rehearsed(tmp_path, new, old)["faults"]
    assert any(fault in each for each in faults), faults


def test_a_cleanup_package_with_cards_is_a_fault(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """It would give learners cards and decks."""
    other = release(write_project(tmp_path / "other", {"source/deck.yaml": "id: o\ntitle: O\n"}), "1", FIRST)
    faults = rehearsed(tmp_path, pair[1], pair[0], cleanup=other.path)["faults"]
    assert "from old: the cleanup package adds cards" in faults
    assert "from old, merging: the cleanup package adds decks" in faults


CSS = "UPDATE col SET models = replace(models, '.card {', '@font-face { src: url(_a.woff2); } .card {')"
SOUND = "UPDATE notes SET flds = '[sound:a.mp3]' || flds WHERE id = :note"
PART = "UPDATE col SET models = replace(models, '{{Term}}', '<img src=\\\"of-{{Note ID}}.png\\\">{{Term}}')"


@pytest.mark.parametrize(
    ("sql", "files", "fault"),
    [
        (
            [],
            {"tree": None},
            r"a new learner: `n0` and 4 other notes show `tree-\w+\.png`, which the learner does not have",
        ),
        (
            [],
            {"tree": PNG + b"x"},
            r"from old: `n\d` and \d other notes show `tree-\w+\.png`, but the learner has a different file",
        ),
        (
            [(CSS, 0)],
            {},
            r"a new learner: `n0` and 19 other notes show `_a\.woff2`, which the learner does not have",
        ),
        ([(SOUND, 2)], {}, r"a new learner: `n2` shows `a\.mp3`, which the learner does not have"),
        ([(PART, 0)], {}, r"a new learner: `n7` shows `of-n7\.png`, which the learner does not have"),
    ],
    ids=["missing", "different", "css", "sound", "made by a template"],
)
def test_a_file_that_a_card_shows_and_a_learner_lacks_is_a_fault(
    sql: list[Sql], files: dict[str, bytes | None], fault: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """Image, sound and font; in a field, in the style, and only together with a template."""
    new = edited(pair[1], tmp_path / "new.apkg", *sql, files=files)
    faults = rehearsed(tmp_path, new, pair[0])["faults"]
    assert any(re.match(fault, each) for each in faults), faults
    assert len({each.rpartition("`, ")[0] for each in faults if "a new learner" in each}) == len(
        [each for each in faults if "a new learner" in each]
    )


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ("<IMG SRC = a.png><img src='b&amp;c.png'>", ["a.png", "b&c.png"]),
        (
            '<video poster="a.png"><source src="b.mp4"></video><object data="c.svg"></object>',
            ["a.png", "b.mp4", "c.svg"],
        ),
        ('<img srcset="a.png 1x, b.png 2x"><div style="background:url(c.png)">', ["a.png", "b.png", "c.png"]),
        ("<style>p { background: url('a.png') }</style>url(no.png)", ["a.png"]),
        (
            "<script src=a.js>x = '<img src=b.png>'</script>a < b<b title='>'><img src=\"c>d.png\">",
            ["a.js", "c>d.png"],
        ),
        ('<svg><image href="a.png"/><use xlink:href="#b"/></svg><link href="c.css">', ["a.png", "c.css"]),
        (
            '<a href="a.pdf">x</a><img src=""><img src="https://x"><img src="data:,"><!-- <img src="b"> -->',
            [],
        ),
    ],
)
def test_the_files_that_html_shows(html: str, names: list[str]) -> None:
    """As a browser finds them."""
    assert html_names(html) == names


def test_the_files_that_css_names() -> None:
    """Quoted or not, imported or not; no comments, and nothing that lies elsewhere."""
    css = """@import "a.css"; @import url(b.css); p { src: url( 'c d.woff' ) } /* url(e) */
    q { x: URL(f.png) } r { x: url(#g); y: url(https://h); z: url(data:image/png;base64,AA); w: url("") }"""
    assert css_names(css) == ["a.css", "b.css", "c d.woff", "f.png"]


def test_work_that_is_gone_is_found(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Cards, schedules, reviews and decks: no package takes them, so that a learner has to."""
    learner = Learner(tmp_path / "learner")
    learner.take(str(pair[0]))
    cards = sorted(learner.cards())
    learner.study(cards)
    learner.col.decks.id("Other")
    mine = State.of(learner)
    guids = {note["id"]: guid for guid, note in mine.notes.items()}
    assert list(lost_work(mine, State.of(learner), guids)) == []
    learner.col.db.execute("DELETE FROM cards WHERE id = ?", cards[0])
    learner.col.set_user_flag_for_cards(1, [cards[1]])
    learner.col.db.execute("DELETE FROM revlog WHERE cid = ?", cards[2])
    learner.col.decks.remove([learner.col.decks.id("Other")])
    first = guids[mine.cards[cards[0]][0]]
    assert set(lost_work(mine, State.of(learner), guids)) == {
        (first, "card 1 is lost"),
        (first, "card 2 has a different schedule, flag or deck"),
        ("", "1 entries of the review log are lost"),
        ("", "the deck `Other` is lost"),
    }
    learner.close()


def test_a_copy_shares_its_media_and_nothing_else(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """What an import does in a copy leaves the original alone, and takes no more room for media."""
    learner = Learner(tmp_path / "one")
    learner.take(str(pair[0]))
    (image,) = Path(learner.col.media.dir()).glob("tree-*.png")
    learner.close()
    before = {
        path.name: zlib.crc32(path.read_bytes()) for path in (tmp_path / "one").rglob("*") if path.is_file()
    }
    other = edited(
        pair[1], tmp_path / "new.apkg", ("UPDATE notes SET mod = mod + 9000", 0), files={"tree": PNG + b"x"}
    )
    with a_copy(tmp_path / "one", tmp_path / "two") as copy:
        assert sys.platform == "win32" or image.stat().st_nlink == 2
        assert copy.take(str(other))["updated"] == 20
    assert not (tmp_path / "two").exists()
    after = {
        path.name: zlib.crc32(path.read_bytes()) for path in (tmp_path / "one").rglob("*") if path.is_file()
    }
    assert after == before


def test_there_is_one_collection_at_a_time(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However many releases there are; and the progress says how many steps there are."""
    project = pair[0].parents[3]
    more = [Path(shutil.copy(pair[0], tmp_path / f"{number}.apkg")) for number in range(3)]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    steps, most = [], 0

    def look(what: str, done: int, total: int) -> None:
        nonlocal most
        if what.startswith("in Anki: "):
            steps.append((what, done, total))
            most = max(most, len(list(tmp_path.glob("deckgen-verify-*/collections/*"))))

    assert verify(project, more, None, look).faults == []
    assert most in {1, 2}  # the earlier release, and its copy, unless a busy machine looks too late
    assert list(dict.fromkeys(done for _, done, _ in steps)) == list(range(15))
    assert {total for _, _, total in steps} == {15}
    assert steps[-1][0] == "in Anki: from 1.0.0, merging note types"
    assert not list(tmp_path.glob("deckgen-verify-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which process is whose")
@pytest.mark.parametrize("how", ["Ctrl-C", "terminated", "Anki killed"])
def test_nothing_is_left_behind(how: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    """After Ctrl-C, after an end from outside, and where the system kills Anki."""
    command = [sys.executable, "-m", "deckgen", "verify", "--project", str(pair[0].parents[3])]
    previous = [word for _ in range(9) for word in ("--previous", str(pair[0]))]
    process = subprocess.Popen(
        [*command, *previous], env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE, text=True
    )
    while not list(tmp_path.glob("deckgen-verify-*/collections/before/*")):
        assert process.poll() is None
        time.sleep(0.01)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    if how == "Anki killed":
        os.kill(int(children[0]), signal.SIGKILL)
    else:
        process.send_signal(signal.SIGINT if how == "Ctrl-C" else signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == {"Ctrl-C": 130, "terminated": 143, "Anki killed": 2}[how], told
    assert list(tmp_path.iterdir()) == []
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_merging_after_a_note_has_got_another_note_type(project: Project) -> None:
    """Where the two have other fields, the texts of all notes of the type land in others."""
    laws = "laws:\n  - id: l\n    name: One\n  - id: m\n    name: Two\n"
    names = ("a", "b", "c", "d")
    folder = project({**kind("", GROWN).files, "source/one.yaml": terms(*names), "source/two.yaml": laws})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms(*names, a="Other.")})
    done = run("verify", "--project", folder)
    assert done.returncode == 0, done.stderr
    (remark,) = [line for line in done.stderr.splitlines() if "has changed a note" in line]
    assert "of `Sample - Definition` to the note type `Sample - Law` misses 1 change to its notes;" in remark
    assert "if they check Merge note types, Anki puts the texts of 4 notes into wrong fields" in remark


def test_new_notes_do_not_count_as_doubles(project: Project) -> None:
    """A further note is no harm of merging; but its cards are doubled, too, the next time."""
    folder = project({"source/one.yaml": terms("a", "b")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a", "b", "c", a="Other.")})
    (remark,) = [line for line in run("verify", "--project", folder).stderr.splitlines() if "deleted" in line]
    assert "Anki adds 4 cards, 2 of them duplicates and 3 more at each import, skips 3 notes" in remark
