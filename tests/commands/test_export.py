"""`deckgen export --to csv`: the tables, what they leave out, and the folder of every export."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen import build
from deckgen.commands.export.contents import Export
from deckgen.commands.export.export import export as export_of
from deckgen.commands.export.folder import FOLDERS, MARK, write
from deckgen.deck.key_types import TYPES
from deckgen.project import Project
from tests.adopting import words
from tests.conftest import ALLIANCE, CHAPTER, DECK, REPOSITORY, change, run, untimed, write_project
from tests.exports import MOON, REST, export, holds, moon, told
from tests.faults import KIND
from tests.releases import files

if TYPE_CHECKING:
    from collections.abc import Callable


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as a strict reader reads them."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a deck with every sort of note."""
    folder = tmp_path_factory.mktemp("moon")
    export(moon(folder / "deck"), "csv", folder / "out")
    return folder / "out"


# What is in the tables


def test_each_kind_has_a_file_with_the_texts_that_its_author_wrote(tables: Path) -> None:
    """Markdown and clozes, not HTML; the note's own tags; its file and its subdeck."""
    assert sorted(holds(tables)) == ["definition.csv", "question.csv", "takeaway.csv"]
    (light,) = table(tables / "takeaway.csv")
    assert light == {
        "id": "light",
        "text": "The moon {{c1::reflects::how?}} the light of the {{c2::sun}}.",
        "why": "",
        "extra": "",
        "reference": "",
        "builds_on": "",
        "tags": "",
        "chapter": "1-terms.yaml",
        "subdeck": "Basics::Phases",
    }
    crescent = table(tables / "definition.csv")[0]
    assert crescent["definition"] == 'The "horns",\nless than half.\n\n![a sickle](media/sickle.png)'
    assert crescent["tags"] == "shape::thin"
    (who,) = table(tables / "question.csv")
    assert (who["chapter"], who["subdeck"], who["question"]) == ("2/rest.yaml", "", "Who was *first*?")


def test_what_only_some_notes_have_gets_a_column(tables: Path) -> None:
    """Former ids, chosen cards, allowed warnings: other files lack these columns. No retired notes."""
    rows = {row["id"]: row for row in table(tables / "definition.csv")}
    assert list(rows) == ["crescent", "gibbous", "limb"]
    assert rows["gibbous"]["builds_on"] == "crescent limb"
    assert rows["gibbous"]["was"] == "humped"
    assert rows["gibbous"]["allow"] == "missing-reference"
    assert [json.loads(rows[name]["cards"] or "null") for name in rows] == [None, ["Recognize"], []]
    assert not {"was", "allow", "cards"} & table(tables / "takeaway.csv")[0].keys()


def test_a_table_is_plain_csv(tables: Path) -> None:
    """UTF-8 without a mark, lines that end with CR and LF, line breaks in quotes, quotes doubled."""
    content = (tables / "definition.csv").read_bytes()
    assert content.startswith(b"id,term,definition,example,contrast,extra,reference,builds_on,tags,cards,")
    assert content.endswith(b"\r\n")
    assert b'"The ""horns"",\nless than half.' in content


TEXT = st.text(st.sampled_from("ab é\"',;\n=+-@\t|א漢"), min_size=1, max_size=40).filter(
    lambda text: re.search(r"[abé漢א]", text) is not None
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=12))
def test_any_text_comes_back_from_a_table(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Quotes, commas, line breaks, tabs, and what a spreadsheet takes for a formula; last line ends go."""
    notes = "".join(
        f"  - id: n{number}\n    term: T{number}\n    definition: {json.dumps(text, ensure_ascii=False)}\n"
        for number, text in enumerate(texts)
    )
    folder = write_project(tmp_path_factory.mktemp("texts"), {"source/one.yaml": f"definitions:\n{notes}"})
    made = export_of(build.build(folder), "csv")
    write(made, folder / "out", FOLDERS.earlier(folder / "out", Project(folder)))
    found = table(folder / "out/definition.csv")
    assert [row["definition"] for row in found] == [text.rstrip("\n") for text in texts]
    assert [row["id"] for row in found] == [f"n{number}" for number in range(len(texts))]


def test_texts_that_look_like_formulas_stay_and_are_counted(tmp_path: Path) -> None:
    """A changed text could not come back; so the command says that there are some, and what to do."""
    printed = export(moon(tmp_path / "deck"), "csv", tmp_path / "out")
    assert table(tmp_path / "out/definition.csv")[0]["extra"] == "=SUM(A1)"
    assert table(tmp_path / "out/question.csv")[0]["answer"] == "@Armstrong"
    assert "note: 2 texts begin with `=`, `+`, `-` or `@`, exactly as you wrote it." in printed
    assert told(tmp_path / "deck", "csv", tmp_path / "out")["export"]["formulas"] == 2


# What does not fit


def test_notes_that_do_not_fit_into_a_table_are_named(tmp_path: Path) -> None:
    """Options have several parts, and each comparison has its own columns; JSON has them."""
    deck = moon(tmp_path / "deck")
    printed = untimed(export(deck, "csv", tmp_path / "out"))
    place = tmp_path / "out"
    assert f"wrote definition.csv, question.csv, takeaway.csv into {place}: 5 notes\n" in printed
    assert (
        "note: not exported: 2 comparison rows (each table has its own columns), "
        "1 vignette (`options` has several parts), 1 retired note. `--to json` has all notes\n"
    ) in printed
    assert told(deck, "csv", place)["export"] == {
        "to": "csv",
        "path": str(place),
        "files": ["definition.csv", "question.csv", "takeaway.csv"],
        "media": 0,
        "notes": 5,
        "left_out": [
            {"why": "rows", "notes": 2, "kind": "comparison", "keys": []},
            {"why": "keys", "notes": 1, "kind": "vignette", "keys": ["options"]},
            {"why": "retired", "notes": 1, "kind": None, "keys": []},
        ],
        "formulas": 2,
    }


def test_a_deck_without_any_fitting_note_is_refused(tmp_path: Path) -> None:
    """An empty folder would look like a success."""
    text = REST[: REST.index("questions:")]
    deck = change(tmp_path / "deck", {"source/deck.yaml": DECK, "source/one.yaml": text})
    printed = export(deck, "csv", tmp_path / "out", code=2)
    assert "error: no note of this deck fits into a table" in printed
    assert "hint: use `--to json`" in printed
    assert not (tmp_path / "out").exists()


OWN = KIND.replace(
    "rule: {type: markdown}", "rule: {type: markdown}\n  steps: {type: list}\n  chapter: {type: text}"
)
FACES: dict[str, str | bytes] = {
    "templates/law/kind.yaml": OWN.replace(
        "from: rule}",
        "from: rule}\n  - {name: Steps, id: 3, from: steps}\n  - {name: Book, id: 4, from: chapter}",
    ),
    "templates/law/card.front.html.j2": "{{Name}}",
    "templates/law/card.back.html.j2": "{{Name}} {{Rule}} {{Steps}} {{Book}}",
}
LAW = "laws:\n  - id: a\n    name: First\n    rule: |\n      Do.\n    chapter: Two\n"


def test_a_kind_of_your_own_is_exported_while_its_lists_are_empty(project: Callable[..., Path]) -> None:
    """A key that is called like a column of deckgen's keeps its name, and the column gets brackets."""
    deck = project({**FACES, "source/one.yaml": LAW})
    export(deck, "csv", deck.parent / "out")
    (row,) = table(deck.parent / "out/law.csv")
    assert (row["chapter"], row["(chapter)"], row["subdeck"]) == ("Two", "one.yaml", "")
    assert "steps" not in row
    change(deck, {"source/one.yaml": f"{LAW}    steps: [One, Two]\n{CHAPTER}"})
    printed = export(deck, "csv", deck.parent / "out")
    assert "not exported: 1 law (`steps` has several parts)." in printed
    assert sorted(holds(deck.parent / "out")) == ["takeaway.csv"]


def test_each_type_of_key_fits_or_does_not() -> None:
    """One text, or ids with blanks between them, fit into a cell."""
    fitting = {name for name, each in TYPES.items() if each.in_a_cell}
    assert fitting == {"text", "markdown", "cloze", "choice", "date", "notes"}


@pytest.mark.parametrize("which", [REPOSITORY, ALLIANCE, REPOSITORY / "tests/decks/stress-ar", None])
def test_whole_decks_have_all_their_fitting_notes_in_tables(which: Path | None, tmp_path: Path) -> None:
    """The repository's deck, a large one, one from right to left, an adopted one: all texts as in source/."""
    deck = which or words(tmp_path / "adopted")
    made = build.build(deck)
    export(deck, "csv", tmp_path / "out")
    rows = {row["id"]: row for path in (tmp_path / "out").glob("*.csv") for row in table(path)}
    fitting = [note for note in made.deck.notes if note.kind.name not in {"vignette", "comparison"}]
    assert len(rows) == len(fitting) > 0
    for note in fitting:
        for key, value in note.values.items():
            if key != "builds_on":
                assert rows[note.id][key] == value.value.rstrip("\n")  # type: ignore[union-attr] # one text


# The folder


@pytest.mark.parametrize("to", ["csv", "json", "crowdanki"])
def test_an_export_writes_only_its_folder(tmp_path: Path, to: str) -> None:
    """Not the ledger, build/ or the source; a second one gives the same bytes. Folders above are made."""
    deck = moon(tmp_path / "deck")
    before = files(deck)
    export(deck, to, tmp_path / "a/b", SOURCE_DATE_EPOCH="1700100000")
    assert files(deck) == before
    first = holds(tmp_path / "a/b")
    assert first
    export(deck, to, tmp_path / "a/b", SOURCE_DATE_EPOCH="1700100000")
    assert holds(tmp_path / "a/b") == first
    assert not list(tmp_path.rglob("*.part"))


def test_a_new_export_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    """Files that are gone from the export go; what the author put beside them stays, git's folder too."""
    deck, out = moon(tmp_path / "deck"), tmp_path / "out"
    (out / ".git").mkdir(parents=True)
    export(deck, "json", out)
    assert {"media/" in name for name in holds(out)} == {True, False}
    change(out, {"README.md": "mine", "media/own.png": b"own", ".git/HEAD": "x"})
    change(deck, {"source/1-terms.yaml": CHAPTER})
    change(deck, {"source/deck.yaml": MOON, "source/ledger.jsonl": ""})
    (deck / "source/ledger.jsonl").unlink()
    export(deck, "json", out)
    assert sorted(holds(out)) == [".git/HEAD", "README.md", "export.json", "media/own.png"]


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "other files": ({"out/x.txt": "x"}, "contains other files, and no export made by deckgen"),
    "another deck": (
        {f"out/{MARK}": '{"deck": "sun", "to": "csv", "files": []}'},
        "contains another export: `sun` as csv",
    ),
    "another form": (
        {f"out/{MARK}": '{"deck": "moon", "to": "json", "files": []}'},
        "contains another export: `moon` as json",
    ),
    "a broken list": ({f"out/{MARK}": "{"}, "does not list the export's files"),
    "paths elsewhere": (
        {f"out/{MARK}": '{"deck": "moon", "to": "csv", "files": ["../deck/source/deck.yaml"]}'},
        "does not list the export's files",
    ),
    "a file with a name of the export": (
        {f"out/{MARK}": '{"deck": "moon", "to": "csv", "files": []}', "out/question.csv": "mine"},
        "already exists, and is not from an earlier export",
    ),
    "a file": ({"out": "x"}, "is not an ordinary folder"),
    "a file for media": (
        {f"out/{MARK}": '{"deck": "moon", "to": "csv", "files": []}', "out/media": "x"},
        "is not an ordinary folder",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_folder_with_anything_else_is_refused(tmp_path: Path, case: str) -> None:
    """Nothing in it is touched."""
    deck = change(tmp_path / "deck", {"source/deck.yaml": MOON, "source/one.yaml": REST})
    contents, message = REFUSED[case]
    change(tmp_path, dict(contents))
    before = files(tmp_path)
    assert message in export(deck, "csv", tmp_path / "out", code=2)
    assert files(tmp_path) == before


def test_the_deck_s_own_folders_are_refused(tmp_path: Path) -> None:
    """An export there would become part of the deck, or get lost among packages."""
    deck = write_project(tmp_path / "deck")
    for name in ("source/out", "templates", "build", "."):
        assert "error: " in export(deck, "csv", deck / name, code=2)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert "is not an ordinary folder" in export(deck, "csv", tmp_path / "link", code=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deck", "link"]


def test_errors_of_the_source_leave_the_export_as_it_was(tmp_path: Path) -> None:
    """As `build` leaves the package; the diagnostics say what is wrong."""
    deck, out = write_project(tmp_path / "deck"), tmp_path / "out"
    export(deck, "csv", out)
    before = files(out)
    change(deck, {"source/one.yaml": CHAPTER.replace("why:", "wyh:")})
    printed = export(deck, "csv", out, code=1)
    assert "error[unknown-key]" in printed
    assert "nothing was written" in printed
    assert files(out) == before
    assert told(deck, "csv", out)["export"] is None
    assert not export(deck, "csv", tmp_path / "new", code=1).startswith("wrote")
    assert not (tmp_path / "new").exists()


FIRST = Export("json", "sample", {"a": b"1", "b": b"2", "media/c": b"3"}, 1)
SECOND = Export("json", "sample", {"a": b"new", "d": b"new", "media/e": b"new"}, 1)


@pytest.mark.parametrize("fails_at", range(1, 10))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_stopped_export_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, when: str
) -> None:
    """At whichever of its renames it is stopped, before or right after it; after the last one it is whole."""
    deck, out = write_project(tmp_path / "deck"), tmp_path / "out"
    write(FIRST, out, FOLDERS.earlier(out, Project(deck)))
    before = files(out)
    done = 0
    replace = Path.replace

    def stopping(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done == fails_at:
            if when == "after":
                replace(self, target)
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", stopping)
    if fails_at > 8:  # it has fewer renames
        write(SECOND, out, FOLDERS.earlier(out, Project(deck)))
    else:
        with pytest.raises(KeyboardInterrupt):
            write(SECOND, out, FOLDERS.earlier(out, Project(deck)))
    if fails_at > 8 or (fails_at, when) == (8, "after"):
        assert sorted(holds(out)) == ["a", "d", "media/e"]
        assert set(FOLDERS.earlier(out, Project(deck)).files) == set(SECOND.files)
    else:
        assert files(out) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no process is killed so there")
@pytest.mark.parametrize("first", [FIRST, None], ids=["second", "first"])
def test_a_killed_export_leaves_a_folder_that_says_whose_it_is(tmp_path: Path, first: Export | None) -> None:
    """Killed before any change that it makes there, it leaves a folder which the next export makes whole."""
    deck = write_project(tmp_path / "deck")
    for moment in count(1):
        out = tmp_path / str(moment)
        if first:
            write(first, out, FOLDERS.earlier(out, Project(deck)))
        child = os.fork()
        if not child:
            try:
                _die_before(moment, out)
                write(SECOND, out, FOLDERS.earlier(out, Project(deck)))
            finally:
                os._exit(0)
        killed = os.waitpid(child, 0)[1] == signal.SIGKILL
        present = {name for name in holds(out) if ".part/" not in name} if out.exists() else set()
        found = FOLDERS.earlier(out, Project(deck))
        assert present <= set(found.files), f"at {moment}"
        assert not present or (found.deck, found.to) == ("sample", "json")
        write(SECOND, out, found)
        assert sorted(holds(out)) == ["a", "d", "media/e"], f"at {moment}"
        if not killed:
            assert moment > 20
            break


def _die_before(moment: int, folder: Path) -> None:
    """Kill this process before its n-th change in a folder."""
    left = moment

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir"} or (
            event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
        )
        if writes and os.fsdecode(arguments[0]).startswith(str(folder)):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def test_what_a_killed_export_left_is_removed(tmp_path: Path) -> None:
    """Also where it was the first one, and the folder has nothing else."""
    deck, out = write_project(tmp_path / "deck"), tmp_path / "out"
    change(out, {f"{MARK}.0123456789ab.part/new/takeaway.csv": "half"})
    export(deck, "csv", out)
    assert list(holds(out)) == ["takeaway.csv"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """With the system's reason."""
    deck = write_project(tmp_path / "deck")
    (tmp_path / "closed").mkdir(mode=0o500)
    assert "Permission denied" in export(deck, "csv", tmp_path / "closed/out", code=2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("export out", "missing option `--to`"),
        ("export --to csv", "missing argument `DIR`"),
        ("export --to xml out", "`xml` is not one of `csv`, `crowdanki`, `json`"),
    ],
)
def test_a_call_that_lacks_something_says_what(call: str, message: str) -> None:
    """With the page that lists what it takes."""
    done = run(*call.split())
    assert done.returncode == 2
    assert message in done.stderr
    assert "hint: `deckgen export --help`" in done.stderr
