"""What an author is told who slips in a deck that has been released: one run says all that is to be done."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import change, run, told_of
from tests.releases import FIRST, keyed, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]


CLOZED = "takeaways:\n  - id: one\n    text: |\n      So {}.\n"


@pytest.mark.parametrize(
    ("before", "after", "mended"),
    [
        ("{{c1::a}} {{c2::b}}", "{{c1::x}} {{c2::a}} {{c3::b}}", "{{c3::x}} {{c1::a}} {{c2::b}}"),
        ("{{c1::a}} {{c2::b}}", "{{c1::a}} {{c2::x}} {{c3::b}}", "{{c1::a}} {{c3::x}} {{c2::b}}"),
        (
            "{{c1::a}} {{c2::b}}",
            "{{c1::x}} {{c2::**y**}} {{c3::a}} {{c4::b}}",
            "{{c3::x}} {{c4::**y**}} {{c1::a}} {{c2::b}}",
        ),
        ("{{c1::a}}", "{{c1::x}} {{c2::y}} {{c2::a}}", "{{c3::x}} {{c2::y}} {{c1::a}}"),
        # what follows a number that only later releases may have: it is not given out again
        ("{{c1::a}} {{c4::b}}", "{{c1::x}} {{c2::a}} {{c4::b}}", "{{c2::x}} {{c1::a}} {{c4::b}}"),
    ],
)
def test_a_new_cloze_that_took_a_number_is_named(
    before: str, after: str, mended: str, project: Project
) -> None:
    """A new answer with the number of a released one is told with a number that is free.

    All is mended by doing what the hints of one run say.
    """
    folder = project({"source/one.yaml": CLOZED.format(before)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": CLOZED.format(after)})
    told = told_of(folder, "moved-cloze")
    assert any("is new, but uses c" in each["message"] for each in told)
    line = f"      So {after}."
    for each in sorted(told, key=lambda each: -each["column"]):
        number = re.findall(r"write (c\d+)", each["hint"])[0]
        line = line[: each["column"] - 1] + f"{{{{{number}::" + line[each["end_column"] - 1 :]
    assert line == f"      So {mended}."
    change(folder, {"source/one.yaml": CLOZED.format(mended)})
    assert run("check", "--project", folder).returncode == 0


def test_a_new_wording_may_keep_the_number(project: Project) -> None:
    """Where a released answer is gone, the new one may be its new wording: both ways are told."""
    folder = project({"source/one.yaml": CLOZED.format("{{c1::a}} {{c2::b}}")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": CLOZED.format("{{c1::b}} {{c2::x}}")})
    new = next(each for each in told_of(folder, "moved-cloze") if "`x` is new" in each["message"])
    assert "if it rewords the released answer with c1, write that number; if not, write c3" in new["hint"]
    # beside a released answer that stays, another blank is no slip
    change(folder, {"source/one.yaml": CLOZED.format("{{c1::a}} {{c1::x}} {{c3::b}}")})
    assert not [each for each in told_of(folder, "moved-cloze") if "is new" in each["message"]]


@pytest.mark.parametrize("named", ["vintage", "cru"])
def test_a_renamed_note_that_others_build_on(named: str, project: Project) -> None:
    """Its old id is missed in the first run, whether the others name that or the new one, and nothing else.

    That others seem to build on something else is no wide change.
    """
    text = terms("vintage", *(keyed(f"n{number}", "builds_on: [vintage]") for number in range(12)))
    folder = project({"source/one.yaml": text})
    release(folder, "1.0.0", FIRST)
    renamed = text.replace("id: vintage", "id: cru").replace("[vintage]", f"[{named}]")
    change(folder, {"source/one.yaml": renamed})
    (gone,) = told_of(folder, "note-gone")
    assert "write `was: vintage` under its new id" in gone["hint"]
    assert len(told_of(folder, "unknown-note")) == (12 if named == "vintage" else 0)
    assert not told_of(folder, "wide-change")
    renamed = renamed.replace("id: cru", "id: cru\n    was: vintage").replace("[vintage]", "[cru]")
    done = run("check", "--strict", "--project", change(folder, {"source/one.yaml": renamed}))
    assert done.returncode == 0, done.stderr
    assert not told_of(folder, "wide-change")


def test_renamed_notes_that_build_on_each_other(project: Project) -> None:
    """Each of a chain is found again, although the note that it builds on has another id as well."""
    text = terms("vintage", keyed("cru", "builds_on: [vintage]"), keyed("cuvee", "builds_on: [cru]"))
    folder = project({"source/one.yaml": text})
    release(folder, "1.0.0", FIRST)
    renamed = text.replace("vintage", "v-one").replace("cru", "v-two").replace("cuvee", "v-three")
    renamed = renamed.replace("Term v-one", "Term vintage").replace("of v-one", "of vintage")
    renamed = renamed.replace("Term v-two", "Term cru").replace("of v-two", "of cru")
    renamed = renamed.replace("Term v-three", "Term cuvee").replace("of v-three", "of cuvee")
    change(folder, {"source/one.yaml": renamed})
    gone = told_of(folder, "note-gone")
    assert [each["line"] for each in gone] == [2, 6, 11]
    assert all("the same text" in each["hint"] for each in gone)


def test_who_names_an_old_id_is_told_the_new_one(project: Project) -> None:
    """Where a note says what it was."""
    text = terms("vintage", keyed("cru", "builds_on: [vintage]"))
    folder = project({"source/one.yaml": text})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": text.replace("id: vintage", "id: year\n    was: vintage")})
    (told,) = told_of(folder, "unknown-note")
    assert "write `year`, the note's current id" in told["hint"]


def git(folder: Path, *arguments: str) -> str:
    """What git says of a project."""
    return subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, encoding="utf-8"
    ).stdout


def committed(folder: Path, message: str) -> None:
    """Commit all of a project."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", message]):
        git(folder, *command)


STANCES = """\
comparisons:
  - id: stances
    columns: [Stance, Meaning]
    rows:
      - id: a
        cells: [Neutrality, Siding with nobody]
      - id: b
        cells: [Curiosity, Asking about everything]
  - id: others
    columns: [Stance, Meaning]
    rows:
      - id: c
        cells: [Doubt, Waiting with an answer]
"""


def in_git(project: Project, files: dict[str, str | bytes]) -> Path:
    """A project that has been released and committed, with its ledger."""
    folder = project(files)
    release(folder, "1.0.0", FIRST)
    (folder / ".gitignore").write_text("/build/\n", encoding="utf-8")
    committed(folder, "1.0.0")
    return folder


@pytest.mark.parametrize("late", [False, True])
def test_a_note_deleted_is_told_where_it_stood(late: bool, project: Project) -> None:  # noqa: FBT001
    """At the note that was above it, with the command that shows its text, whichever commit deleted it."""
    folder = in_git(project, {"source/one.yaml": terms("a"), "source/two.yaml": terms("p", "q", "r", "s")})
    commit = "HEAD"
    change(folder, {"source/two.yaml": terms("p", "r", "s")})
    if late:
        commit = git(folder, "log", "-1", "--format=%h").strip()
        committed(folder, "Without q")
    (gone,) = told_of(folder, "note-gone")
    assert (gone["path"], gone["line"]) == ("source/two.yaml", 2)
    command = f"git -C {folder} show {commit}:./source/two.yaml"
    assert f"restore it (`{command}` shows it at line 6)" in gone["hint"]
    assert "id: q" in git(folder, *command.split()[3:]).split("\n")[5]


def test_a_note_deleted_outside_of_git_is_told_near_its_place(project: Project) -> None:
    """At the released note before it."""
    folder = project({"source/one.yaml": terms("a"), "source/two.yaml": terms("p", "q", "r")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/two.yaml": terms("p", "r")})
    (gone,) = told_of(folder, "note-gone")
    assert (gone["path"], gone["line"]) == ("source/two.yaml", 2)


def test_a_chapter_deleted_is_told_once_with_its_file(project: Project) -> None:
    """The file is named with the command that puts it back; then each note can be retired."""
    notes = terms(*(f"n{number}" for number in range(8)))
    folder = in_git(project, {"source/one.yaml": terms("a"), "source/two b.yaml": notes + STANCES})
    (folder / "source/two b.yaml").unlink()
    (gone,) = told_of(folder, "note-gone")
    assert (gone["path"], gone["line"]) == ("source/two b.yaml", None)
    assert "this file is missing, with 11 released notes: `n0`, `n1`" in gone["message"]
    assert run("check", "--project", folder).returncode == 1
    (command,) = re.findall(r"`(git [^`]+)`", gone["hint"])
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    assert run("check", "--project", folder).returncode == 0
    text = (folder / "source/two b.yaml").read_text(encoding="utf-8")
    retired = re.sub(r"(?m)^(  - id: .*)$", r"\1\n    retired: |\n      Wrong.", text)
    change(folder, {"source/two b.yaml": retired})
    assert run("check", "--project", folder).returncode == 0


def test_a_chapter_split_that_lost_a_note(project: Project) -> None:
    """The file is not asked for where its other notes stand elsewhere, which it would repeat."""
    folder = in_git(project, {"source/one.yaml": terms("a"), "source/two.yaml": terms("p", "q", "r")})
    (folder / "source/two.yaml").unlink()
    change(folder, {"source/three.yaml": terms("p"), "source/four.yaml": terms("r")})
    (gone,) = told_of(folder, "note-gone")
    assert (gone["path"], gone["line"]) == ("source/three.yaml", 2)
    assert "show HEAD:./source/two.yaml" in gone["hint"]


@pytest.mark.parametrize("versioned", [False, True])
def test_a_table_deleted_is_told_once(versioned: bool, project: Project) -> None:  # noqa: FBT001
    """Not once for each row; a row that alone is gone is told at the row above it."""
    files: dict[str, str | bytes] = {"source/one.yaml": terms("a"), "source/two.yaml": STANCES}
    folder = in_git(project, files) if versioned else project(files)
    if not versioned:
        release(folder, "1.0.0", FIRST)
    head, _, others = STANCES.partition("  - id: others")
    change(folder, {"source/two.yaml": "comparisons:\n  - id: others" + others})
    (gone,) = told_of(folder, "note-gone")
    assert "the released table `stances` is missing from the source, with 2 rows" in gone["message"]
    assert (gone["path"], gone["line"]) == ("source/two.yaml", 5 if not versioned else None)
    if versioned:
        assert "shows it at line 2)" in gone["hint"]
    # a table of that id with other rows is there
    change(
        folder,
        {
            "source/two.yaml": STANCES.replace(
                head[head.index("      - id: a") :], "      - id: z\n        cells: [Y, Z]\n"
            )
        },
    )
    gone, _ = told_of(folder, "note-gone")
    assert "the released note `stances.a` is missing" in gone["message"]
    assert gone["line"] == (2 if versioned else 10)
    change(folder, {"source/two.yaml": STANCES.replace(head[head.index("      - id: b") :], "")})
    (gone,) = told_of(folder, "note-gone")
    assert (gone["path"], gone["line"]) == ("source/two.yaml", 5)


MOVED = {
    "a definition that was moved, and not cut": (
        terms("a", "b"),
        terms("b", "c"),
        "both notes are identical",
    ),
    "another note of that id": (
        terms("a", "b"),
        terms("b", b="Other."),
        "give the newer note a different id",
    ),
    "a table that was copied": (STANCES, STANCES + terms("b"), "both tables are identical: delete one"),
    "a table that was copied and changed": (
        STANCES,
        STANCES.replace("Siding with", "Preferring") + terms("b"),
        "give this table a different id",
    ),
}


@pytest.mark.parametrize("case", MOVED)
def test_a_copy_is_told_at_the_later_place(case: str, project: Project) -> None:
    """Once, with the place of the first, and whether the two say the same."""
    one, two, hint = MOVED[case]
    folder = project(
        {"source/one.yaml": one, "source/two.yaml": two.replace("  - id: others", "  - id: more")}
    )
    (told,) = told_of(folder, "duplicate-id")
    assert told["path"] == "source/two.yaml"
    assert "the first is at source/one.yaml:" in told["message"]
    assert hint in told["hint"]
