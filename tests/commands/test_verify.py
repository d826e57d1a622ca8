"""`deckgen verify`: what it tells of packages in the real Anki, and of what is none."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from typing import TYPE_CHECKING

import genanki
import pytest

from deckgen.commands.verify.process import install_hint
from deckgen.commands.verify.verdict import judged
from tests.conftest import change, run
from tests.faults import GROWN, kind
from tests.releases import FIRST, keyed, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]


def test_a_first_release(project: Project) -> None:
    """With nothing to update from it tells what a new learner gets; `--require-previous` fails."""
    folder = project({"source/one.yaml": terms("a", "b")})
    done = run("verify", "--project", folder)
    assert done.returncode == 0, done.stderr
    assert "a new learner gets 2 notes and 4 cards" in done.stderr
    assert "no update was tested" in done.stderr
    strict = run("verify", "--project", folder, "--require-previous")
    assert (strict.returncode, "there is no earlier package" in strict.stderr) == (2, True)


def test_what_was_done_is_what_is_told(project: Project) -> None:
    """Each earlier release by itself, with default options and merging, and the cleanup."""
    names = [f"n{number}" for number in range(12)]
    folder = project({"source/one.yaml": terms(*names)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms(*names, n1="Other.", n2="Other.")})
    release(folder, "1.1.0", FIRST + 100)
    rest = [name for name in names if name != "n3"]
    retired = keyed("n3", "retired: Wrong.")
    change(folder, {"source/one.yaml": terms(*rest, retired, "new", n1="Other.", n2="Other.", n4="More.")})
    done = run("verify", "--project", folder, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = [
        (
            each["previous"],
            each["options"],
            each["new"],
            each["updated"],
            each["untouched"],
            each["held_back"],
        )
        for each in told["updates"]
    ]
    assert [each[:5] for each in found] == [
        ("1.0.0", "default", 1, 2, 8),
        ("1.0.0", "merge", 1, 2, 8),
        ("1.1.0", "default", 1, 1, 10),
        ("1.1.0", "merge", 1, 1, 10),
    ]
    assert set(found[0][5]) < {"n1", "n2", "n4"}
    assert [len(each[5]) for each in found] == [1, 1, 0, 0]
    assert all(
        each["cleanup"] == {"tagged": 1, "cards_added": 0, "decks_added": 0} for each in told["updates"]
    )
    text = run("verify", "--project", folder).stderr
    assert "from 1.1.0, merging note types: 1 new, 1 updated, 10 untouched, 0 held back" in text
    assert "nothing lost" in text


def test_a_learner_who_has_changed_a_note_type_is_told_of(project: Project) -> None:
    """What passes such a learner by is a remark and no fault; where nothing does, there is none."""
    two = "takeaways:\n  - id: t\n    text: |\n      A {{c1::b}}.\n"
    folder = project({"source/one.yaml": terms("a", "b", "c"), "source/two.yaml": two})
    release(folder, "1.0.0", FIRST)
    assert "note:" not in run("verify", "--project", folder).stderr
    change(folder, {"source/one.yaml": terms("a", "b", "c", a="Other.", b="Other.")})
    done = run("verify", "--project", folder, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] == []
    first, second, third = (
        remark.removeprefix("from 1.0.0: a learner who has ") for remark in told["remarks"]
    )
    assert first == "added a field to `Sample - Definition` misses 2 changes to its notes; nothing lost"
    assert second == (
        "changed a note of `Sample - Definition` to the note type `Sample - Takeaway` misses 1 change to its "
        "notes; nothing lost; if they check Merge note types, Anki refuses the import"
    )
    assert third == (
        "deleted the card type `Recall` of `Sample - Definition` misses 2 changes to its notes; nothing "
        "lost; if they check Merge note types, Anki adds 6 cards, 3 of them duplicates and 3 more at each "
        "import, skips 3 notes in later imports without it, keeps all reviews"
    )


def test_the_result_comes_before_the_rare_learners(project: Project) -> None:
    """They are apart, below a line that says so; one who misses nothing is not said to miss 0 changes."""
    laws = "laws:\n  - id: l\n    name: One\n"
    folder = project({**kind("", GROWN).files, "source/one.yaml": terms("a", "b"), "source/two.yaml": laws})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/two.yaml": f"{laws}    rule: Other.\n"})
    lines = run("verify", "--project", folder).stderr.splitlines()
    result = lines.index("your release: no problems")
    assert lines[result + 1] == "rare cases, true of any Anki deck and not only of this release:"
    rare = [number for number, line in enumerate(lines) if "a learner who has" in line]
    assert rare[0] == result + 2
    assert all(lines[number].startswith("  from 1.0.0: a learner who has ") for number in rare)
    assert "misses 0" not in "".join(lines)
    assert any("of `Sample - Definition`: nothing lost; if they check" in line for line in lines), lines


def test_a_file_that_anki_makes_of_latex_is_not_missing() -> None:
    """A learner of an adopted deck gets it when Anki shows the card; other missing files are told."""
    rows = [["g", f"latex-{'0a' * 20}.png", "missing", 1], ["g", "sun.png", "missing", 1]]
    update = {
        "previous": "old.apkg",
        "options": "default",
        "wrong_files": rows,
        "conflicting": 0,
        "cleanup": None,
        **{name: [] for name in ("lost", "held_back", "not_arrived")},
    }
    new = {"wrong_files": [], "empty_cards": 0}
    result = {"anki": "26.9", "new_learner": new, "updates": [update], "altered": [], "next": {}}
    told = judged(result, {"g": "sol"}, set(), adopted=True)
    assert told["remarks"] == ["from old.apkg: `sol` shows `sun.png`, which the learner does not have"]
    assert told["updates"][0]["wrong_files"] == [["sol", *row[1:]] for row in rows]
    assert len(judged(result, {}, set())["faults"]) == 2


def test_what_is_lost_is_told_and_fails(project: Project, tmp_path: Path) -> None:
    """A deck that was built twice without its ledger overwrites edits; one with other fields conflicts."""
    folder = project({**kind("", GROWN).files, "source/two.yaml": "laws:\n  - id: l\n    name: One\n"})
    notes = terms(*(f"n{number}" for number in range(8)))
    change(folder, {"source/one.yaml": notes})
    first = release(folder, "1.0.0", FIRST).path
    kept = shutil.copy(first, tmp_path / "old.apkg")
    (folder / "source/ledger.jsonl").unlink()
    shutil.rmtree(folder / "build")
    change(folder, {"templates/law/kind.yaml": GROWN.replace("  - {name: Reserve 2, id: 4}\n", "")})
    change(folder, {"source/two.yaml": "laws:\n  - id: l\n    name: One\n    rule: Mended.\n"})
    done = run("verify", "--project", folder, "--previous", kept)
    assert done.returncode == 1
    assert "error: from 1.0.0: 1 note conflicting" in done.stderr
    assert "error: from 1.0.0: the learner did not get the new text of `l`" in done.stderr


def test_what_was_accepted_is_no_fault(project: Project) -> None:
    """After an accepted change of a note type, conflicts are what the release notes speak of."""
    folder = project({**kind("", GROWN).files, "source/two.yaml": "laws:\n  - id: l\n    name: One\n"})
    release(folder, "1.0.0", FIRST)
    accept = "accept:\n  - code: changed-note-type\n    id: law\n    because: x\n"
    change(
        folder,
        {
            "templates/law/kind.yaml": GROWN.replace("  - {name: Reserve 2, id: 4}\n", ""),
            "source/two.yaml": "laws:\n  - id: l\n    name: One\n    rule: Mended.\n",
            "source/deck.yaml": f"id: sample\ntitle: Sample\n{accept}",
        },
    )
    done = run("verify", "--project", folder)
    assert done.returncode == 0, done.stderr
    assert "note: from 1.0.0: 1 note not updated, as accepted" in done.stderr
    made = release(folder, "1.1.0", FIRST + 1000)
    notes = made.path.with_name("release-notes.md").read_text(encoding="utf-8")
    assert "check *Merge note types*" in notes
    assert "At your next import, uncheck *Merge note types*" in notes
    assert "edits to notes that this release does not change" not in notes
    assert run("verify", "--project", folder).returncode == 0
    change(folder, {"source/two.yaml": "laws:\n  - id: l\n    name: One\n    rule: Right.\n"})
    assert proposed(folder, FIRST + 2000) == "1.1.1"
    later = release(folder, "1.1.1", FIRST + 2000).path.with_name("release-notes.md")
    assert "Did you import version 1.1.0 with *Merge note types*?" in later.read_text(encoding="utf-8")


def proposed(folder: Path, time: int) -> str:
    """The version that a release would have."""
    call = ("release", "--dry-run", "--allow-dirty", "--format", "json", "--project", folder)
    return str(json.loads(run(*call, SOURCE_DATE_EPOCH=str(time)).stdout)["package"]["version"])


def test_what_is_no_earlier_package(project: Project, tmp_path: Path) -> None:
    """Something else, a damaged file, another tool's, another deck's, a cleanup, a newer one."""
    folder = project({"source/one.yaml": terms("a", keyed("b", "extra: x"))})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": terms("a", keyed("b", "retired: Wrong."))})
    newer = release(folder, "1.1.0", FIRST + 1000).path
    text, damaged, foreign = tmp_path / "a.apkg", tmp_path / "b.apkg", tmp_path / "c.apkg"
    text.write_text("no zip", encoding="ascii")
    damaged.write_bytes(newer.read_bytes()[:2000])
    genanki.Package(genanki.Deck(1, "x")).write_to_file(str(foreign))
    files: dict[str, str | bytes] = {
        "source/deck.yaml": "id: other\ntitle: O\n",
        "source/one.yaml": terms("a"),
    }
    other = change(tmp_path / "other", files)
    elsewhere = release(other, "1.0.0", FIRST).path
    for path, told in (
        (tmp_path / "none.apkg", "cannot be read"),
        (tmp_path, "cannot be read"),
        (text, "is not an .apkg"),
        (damaged, "is not an .apkg file, or is damaged"),
        (foreign, "was not made by deckgen"),
        (elsewhere, "is a package of the deck `other`"),
        (newer.with_name("sample-1.1.0-cleanup.apkg"), "is a cleanup package"),
    ):
        done = run("verify", "--project", folder, "--previous", path)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
    change(folder, {"source/one.yaml": terms("a", keyed("b", "retired: Wrong."), a="Later.")})
    done = run("verify", "--project", folder, "--previous", newer, SOURCE_DATE_EPOCH=str(FIRST + 500))
    assert (done.returncode, "is newer than this build" in done.stderr) == (2, True)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_package_damaged_within(method: int, project: Project, tmp_path: Path) -> None:
    """However it was compressed, damage is told."""
    folder = project({"source/one.yaml": terms("a")})
    made = release(folder, "1.0.0", FIRST)
    path = tmp_path / "odd.apkg"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in ("collection.anki2", "deckgen.json"):
            archive.writestr(name, made.members[name])
    data = bytearray(path.read_bytes())
    start = data.rfind(b"deckgen.json", 0, data.find(b"PK\x01\x02")) + 20
    data[start : start + 20] = b"x" * 20
    path.write_bytes(data)
    done = run("verify", "--project", folder, "--previous", path)
    assert (done.returncode, done.stderr.startswith(f"error: {path} ")) == (2, True), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_no_anki(project: Project, tmp_path: Path) -> None:
    """A Python that is none, or has no Anki: said kindly, with how to get it."""
    folder = project()
    done = run("verify", "--project", folder, "--anki-python", tmp_path / "python")
    assert (done.returncode, "cannot be started" in done.stderr) == (2, True)
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    done = run("verify", "--project", folder, "--anki-python", bare)
    assert done.returncode == 2
    assert f"the test needs the `anki` package, and {bare} does not have it" in done.stderr
    assert f"hint: {bare} -m pip install anki" in done.stderr


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ({}, "{python} -m pip install anki"),
        ({"pyvenv.cfg": "uv = 0.9.1\n"}, "uv pip install --python {python} anki"),
        (
            {"pyvenv.cfg": "uv = 0.9.1\n", "lib/python3.11/site-packages/pip/x.py": ""},
            "{python} -m pip install anki",
        ),
        ({"pipx_metadata.json": "{}"}, "pipx inject deckgen anki"),
        ({"uv-receipt.toml": "", "pyvenv.cfg": "uv = 0.9.1\n"}, "uv tool install --with anki deckgen"),
    ],
)
def test_how_anki_is_installed_fits_how_deckgen_is(
    files: dict[str, str | bytes], hint: str, tmp_path: Path
) -> None:
    """Pip in a virtual environment; pipx and uv have ways of their own."""
    python = change(tmp_path / "deckgen", files) / "bin/python"
    assert install_hint(str(python)) == hint.format(python=python)


def test_a_source_with_faults_is_not_verified(project: Project) -> None:
    """The faults are told, and Anki is left alone."""
    folder = project({"source/two.yaml": "nope: 1\n"})
    done = run("verify", "--project", folder)
    assert (done.returncode, "nothing was verified" in done.stderr) == (1, True)
