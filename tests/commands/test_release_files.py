"""What a release gives to learners and keeps in source/: its version, notes, changelog and files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from deckgen.cards.sentences import Sentences, read_sentences
from deckgen.commands.release import changelog
from deckgen.deck.notes import Deck
from deckgen.project import Project as Folders
from deckgen.source import Document
from tests.commands.test_preview import PIXEL
from tests.conftest import REPOSITORY, change, import_package, open_package, run
from tests.releases import FIRST, LEDGER, committed, files, git, in_git, keyed, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

    Project = Callable[..., Path]

CHANGELOG = "source/CHANGELOG.md"
ME = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
ME |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in ME.items()}
ME |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
COMING = changelog.Coming("3.0.0")
FLAGS = ("--title", "Moon", "--id", "moon", "--author", "Ada", "--license", "CC0-1.0", "--language", "en")
LANGUAGES = ("en", "es", "fr", "de", "pt", "ar", "ja", "zh")


def call(folder: Path, time: int, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call `deckgen release` in a deck's folder, as somebody whom git knows."""
    return run("release", *arguments, cwd=folder, **(ME | {"SOURCE_DATE_EPOCH": str(time)} | environment))


def done(folder: Path, time: int, *arguments: str, **environment: str) -> str:
    """What a release says that succeeds."""
    result = call(folder, time, *arguments, **environment)
    assert result.returncode == 0, result.stderr
    return result.stderr


def refused(folder: Path, time: int, *arguments: str, **environment: str) -> str:
    """What a release says that fails; nothing of the deck's folder may differ afterwards."""
    before, status = files(folder), git(folder, "status", "--porcelain").stdout
    result = call(folder, time, *arguments, **environment)
    assert result.returncode == 2, result.stderr
    assert {path: content for path, content in files(folder).items() if ".git" not in path.parts} == {
        path: content for path, content in before.items() if ".git" not in path.parts
    }
    assert git(folder, "status", "--porcelain").stdout == status
    return result.stderr


def notes_of(folder: Path, version: str) -> str:
    """The release notes of a version."""
    return (folder / f"build/release/{version}/release-notes.md").read_text(encoding="utf-8")


def proposed(folder: Path, time: int) -> tuple[str, str]:
    """The version that a release would have, and why."""
    result = call(folder, time, "--dry-run", "--allow-dirty", "--format", "json")
    told = json.loads(result.stdout)
    assert told["ok"], told
    return told["package"]["version"], told["reason"]


# ---- the next version


@pytest.mark.parametrize(
    ("now", "version", "reason"),
    [
        ({"source/one.yaml": terms("a", "b", a="Mended.")}, "1.0.1", "there are no new notes or cards"),
        ({"source/one.yaml": terms("a", "b", "c", b="Mended.")}, "1.1.0", "1 new note"),
        (
            {"source/one.yaml": terms("a", keyed("b", "retired: |", "  Wrong."))},
            "2.0.0",
            "1 note leaves the deck",
        ),
        (
            {"source/two.yaml": "deck: Sub\n" + terms("b"), "source/one.yaml": terms("a")},
            "1.0.1",
            "there are no new notes or cards",
        ),
    ],
)
def test_the_next_version_says_what_learners_get(
    now: dict[str, str | bytes], version: str, reason: str, project: Project
) -> None:
    """Notes that leave: the first number; new ones: the second; else the third."""
    folder = project({"source/one.yaml": terms("a", "b")})
    assert proposed(folder, FIRST) == ("1.0.0", "it is the first release")
    release(folder, "1.0.0", FIRST)
    change(folder, now)
    assert proposed(folder, FIRST + 100) == (version, reason)


def test_a_card_that_goes_is_for_learners_to_remove(project: Project) -> None:
    """Then the first number goes up, and the notes say what to do; a card more is the second number."""
    cloze = "takeaways:\n  - id: one\n    text: |\n      {text}\n    why: |\n      So.\n"
    folder = project({"source/one.yaml": cloze.format(text="{{c1::One}} and {{c2::two}}.")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": cloze.format(text="{{c1::One}} and {{c2::two}} and {{c3::three}}.")})
    assert proposed(folder, FIRST + 100) == ("1.1.0", "1 new card")
    change(folder, {"source/one.yaml": cloze.format(text="{{c1::One}} and two.")})
    version, reason = proposed(folder, FIRST + 100)
    assert (version, reason) == ("2.0.0", "learners need to do something (see the release notes)")
    release(folder, version, FIRST + 100)
    assert "1 card of an existing note is no longer part of the deck." in notes_of(folder, "2.0.0")
    assert "*Tools > Empty Cards*" in notes_of(folder, "2.0.0")


@pytest.mark.parametrize(
    ("released", "seconds", "version"),
    [
        (["2023.11"], 0, "2023.11.1"),
        (["2023.11", "2023.11.1"], 0, "2023.11.2"),
        (["2023.10"], 0, "2023.11"),
        (["2023.11"], 60 * 86_400, "2024.1"),
        (["2023.09"], 60 * 86_400, "2024.01"),
        (["2023.1", "2023.11"], 60 * 86_400, "2024.1"),
        (["2023.11.14"], 2 * 86_400, "2023.11.16"),
        (["2023.11.14"], 60, "2023.11.14.1"),
        (["0.4.0"], 0, "0.4.1"),
        (["1.4"], 0, "1.4.1"),
        (["1.0.0", "2.0.0-rc.1"], 0, "2.0.0"),
        (["1.0.0-beta"], 0, "1.0.0"),
        (["1.0.0", "1.10.0", "1.9.0"], 0, ""),
    ],
)
def test_the_next_version_goes_on_as_those_before(
    released: list[str], seconds: int, version: str, project: Project
) -> None:
    """Dates get the present month or day (FIRST is 2023-11-14); a prerelease leads to its version."""
    folder = project({"source/one.yaml": terms("a")})
    time = FIRST
    for number, each in enumerate(released):
        change(folder, {"source/one.yaml": terms("a", a=f"Text {number}.")})
        time = FIRST + 100 * number
        if not version and number == len(released) - 1:
            assert "1.9.0 is lower than 1.10.0" in call(folder, time, each, "--allow-dirty").stderr
            return
        release(folder, each, time)
    change(folder, {"source/one.yaml": terms("a", a="Mended.")})
    assert proposed(folder, time + seconds + 10)[0] == version


def test_without_a_terminal_a_version_is_named_or_taken(project: Project) -> None:
    """Nobody can be asked there; `--yes` takes the proposal."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    told = refused(folder, FIRST)
    assert "the next version is 1.0.0: it is the first release" in told
    assert "deckgen release --yes" in told
    assert "released 1.0.0" in done(folder, FIRST, "--yes")


def test_prereleases_are_never_the_latest(project: Project) -> None:
    """After 2.0.0-rc.1 a mend of 1.x is released; 2.0.0 tells learners of 1.x all that is new for them."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    for number, (version, names) in enumerate(
        [("2.0.0-rc.1", "ab"), ("1.0.1", "abc"), ("2.0.0-rc.2", "abcd")]
    ):
        change(folder, {"source/one.yaml": terms(*names)})
        committed(folder, "More")
        done(folder, FIRST + 100 + number, version, "--commit")
    assert "This is a test version" in notes_of(folder, "2.0.0-rc.1")
    assert "2.0.0-rc.1 is lower than 2.0.0-rc.2" not in refused(folder, FIRST + 200, "2.0.0-rc.1")
    assert "1.0.1, the last" not in call(folder, FIRST + 200, "2.0.0-alpha").stderr
    assert "2.0.0-alpha is lower than 2.0.0-rc.2" in refused(folder, FIRST + 200, "2.0.0-alpha")
    done(folder, FIRST + 300, "2.0.0", "--commit")
    facts = json.loads((folder / "build/release/2.0.0/release.json").read_text(encoding="utf-8"))
    assert (facts["prerelease"], facts["previous"]) == (False, "1.0.1")
    assert "1 note is new." in notes_of(folder, "2.0.0"), notes_of(folder, "2.0.0")
    assert "Term d" in notes_of(folder, "2.0.0")
    assert "Term b" not in notes_of(folder, "2.0.0")


@pytest.mark.parametrize(
    "version", ["v1.0", "next", "1.0-summer", "1..0", "1.0/2", "-1", "1.0 2", "", "1" * 61]
)
def test_what_is_no_version(version: str, project: Project) -> None:
    """It is refused with what a version looks like."""
    told = refused(in_git(project()), FIRST, "--allow-dirty", "--", version)
    assert f"`{version}` is not a valid version" in told
    assert "`1.2.0`, `2026.11` or `2.0.0-rc.1`" in told


def test_one_version_has_many_spellings(project: Project) -> None:
    """1.0 and 1.0.0 are the same, so that the second is refused."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0", "--commit")
    change(folder, {"source/one.yaml": terms("a", "b")})
    committed(folder, "More")
    told = refused(folder, FIRST + 100, "1.0.0")
    assert "1.0, which is the same as 1.0.0, was released on 2023-11-14" in told


# ---- what is refused


def test_what_is_not_committed_is_not_released(project: Project) -> None:
    """Changed, new, staged and ignored files are named; with `--allow-dirty` it goes on."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    change(folder, {"source/one.yaml": terms("a", "b")})
    assert "not committed yet: `source/one.yaml`" in refused(folder, FIRST, "1.0.0")
    git(folder, "add", "source")
    assert "not committed yet: `source/one.yaml`" in refused(folder, FIRST, "1.0.0")
    committed(folder, "More")
    change(folder, {"source/two.yaml": terms("c"), "templates/base/theme.css.j2": ":root { --x: 1 }"})
    told = refused(folder, FIRST, "1.0.0")
    assert "not committed yet: `source/two.yaml` and `templates/base/theme.css.j2`" in told
    assert "git add source templates" in told
    (folder / "templates/base/theme.css.j2").unlink()
    change(folder, {".gitignore": "/build/\ntwo.yaml\n"})
    assert "git ignores files that this release contains: `source/two.yaml`" in refused(
        folder, FIRST, "1.0.0"
    )
    assert "released 1.0.0" in done(folder, FIRST, "1.0.0", "--allow-dirty")


def test_files_beside_the_deck_may_differ(project: Project) -> None:
    """Only source/ and templates/ make a package."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    change(
        folder,
        {"README.md": "Not committed.", "source/.idea/x.yaml": "a: 1", ".gitignore": "/build/\n.idea\n"},
    )
    done(folder, FIRST, "1.0.0")


@pytest.mark.parametrize("repository", [True, False])
def test_without_a_commit_it_goes_on_and_says_so(repository: bool, project: Project) -> None:  # noqa: FBT001
    """A first try needs no git."""
    folder = project({"source/one.yaml": terms("a")})
    if repository:
        git(folder, "init", "-q")
    told = done(folder, FIRST, "1.0.0")
    what = "nothing has been committed yet" if repository else "this deck is not in a git repository"
    assert f"note: {what}, so nobody could build this release again" in told


def test_there_must_be_something_to_release(project: Project) -> None:
    """What learners have already is no release; another description, or a prerelease finished, is one."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    told = refused(folder, FIRST + 100, "1.1.0")
    assert "there is nothing to release: learners have had everything since 1.0.0" in told
    assert "deckgen release --again 1.0.0" in told
    change(folder, {"source/deck.yaml": "id: sample\ntitle: Sample\ndescription: |\n  New.\n"})
    committed(folder, "Describe")
    done(folder, FIRST + 100, "1.1.0-rc.1", "--commit")
    assert "The notes and cards are the same as before." in notes_of(folder, "1.1.0-rc.1")
    done(folder, FIRST + 200, "1.1.0", "--commit")


def test_a_note_that_was_never_released_is_no_news(project: Project) -> None:
    """One that is retired before any release is in no package: right after a release nothing differs."""
    folder = in_git(project({"source/one.yaml": terms("a", keyed("b", "retired: |", "  Never asked."))}))
    done(folder, FIRST, "1.0.0", "--commit")
    locked = run("build", "--locked", "--project", folder)
    assert locked.returncode == 0, locked.stderr
    assert "there is nothing to release" in refused(folder, FIRST + 100, "1.1.0")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--again"], "deckgen release --again VERSION"),
        (["--again", "1.0.0", "--commit"], "it takes no other options"),
        (["1.0.0", "--commit", "--allow-dirty"], "a source that is not committed"),
        (["1.0.0", "--commit", "--dry-run"], "there is nothing to commit"),
    ],
)
def test_options_that_contradict_each_other(options: list[str], told: str, project: Project) -> None:
    """They are refused before any work."""
    assert told in refused(in_git(project()), FIRST, *options)


def test_a_dry_run_shows_all_and_writes_nothing(project: Project) -> None:
    """The notes are on stdout; JSON has them as a member; not even build/ is made."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    before = files(folder)
    result = call(folder, FIRST, "--dry-run")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("# Sample 1.0.0\n")
    assert "this would be released as 1.0.0 (it is the first release)" in result.stderr
    assert (
        "It would write build/release/1.0.0/ (sample-1.0.0.apkg, release-notes.md, release.json, SHA256SUMS)"
        in (result.stderr)
    )
    told = json.loads(call(folder, FIRST, "--dry-run", "--format", "json").stdout)
    assert told["notes"] == result.stdout
    assert files(folder) == before
    assert not (folder / "build").exists()


# ---- the commit


def test_the_record_is_committed_and_nothing_else(project: Project) -> None:
    """Other changes stay as they are, staged ones too."""
    folder = in_git(project({"source/one.yaml": terms("a"), "README.md": "One.", "other.txt": "One."}))
    change(folder, {"README.md": "Two.", "other.txt": "Two.", "third.txt": "New."})
    git(folder, "add", "README.md", "third.txt")
    told = done(folder, FIRST, "1.0.0", "--commit")
    assert "git tag v1.0.0" in told
    assert "git add" not in told
    names = git(folder, "show", "--name-only", "--format=%s", "HEAD").stdout.split("\n")
    assert [name for name in names if name] == ["Release 1.0.0", CHANGELOG, LEDGER]
    assert git(folder, "status", "--porcelain").stdout == "M  README.md\n M other.txt\nA  third.txt\n"
    assert git(folder, "tag").stdout == ""


def test_what_comes_next_can_be_done(project: Project) -> None:
    """Without a remote nobody pushes: learners get the file by hand, and the tag is set by hand."""
    workflow = ".github/workflows/release.yml"
    folder = in_git(project({"source/one.yaml": terms("a"), workflow: "run: deckgen github publish\n"}))
    told = done(folder, FIRST, "1.0.0", "--commit")
    assert "git push" not in told
    assert "workflow" not in told
    assert "give learners build/release/1.0.0/sample-1.0.0.apkg:\n  git tag v1.0.0" in told
    git(folder, "remote", "add", "origin", "git@github.com:a/b.git")
    change(folder, {"source/one.yaml": terms("a", "b")})
    committed(folder, "More")
    told = done(folder, FIRST + 100, "1.1.0", "--commit")
    assert "the workflow release.yml publishes it" in told
    assert told.rstrip().endswith("git push")


@pytest.mark.parametrize("why", ["hook", "nobody", "signing", "locked"])
def test_where_git_refuses_all_is_as_before(why: str, project: Project) -> None:
    """A hook, no name, a failed signature, another git at work: the reason is told, and nothing is left."""
    folder = in_git(project({"source/one.yaml": terms("a"), "README.md": "One."}))
    change(folder, {"README.md": "Two."})
    git(folder, "add", "README.md")
    environment: dict[str, str] = {}
    if why == "hook":
        hook = folder / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho not on a Sunday >&2\nexit 1\n", encoding="utf-8")
        hook.chmod(0o755)
    elif why == "nobody":
        environment = {name: "" for name in ME if "CONFIG" not in name}
        git(folder, "config", "user.useConfigOnly", "true")
    elif why == "signing":
        git(folder, "config", "commit.gpgSign", "true")
        git(folder, "config", "gpg.program", "false")
    else:
        (folder / ".git/index.lock").touch()
    told = refused(folder, FIRST, "1.0.0", "--commit", **environment)
    assert "git did not commit the release: " in told
    reasons = {
        "hook": "not on a Sunday",
        "nobody": "empty ident name",
        "signing": "sign",
        "locked": "index.lock",
    }
    assert reasons[why] in told
    assert not (folder / LEDGER).exists()
    assert not list((folder / "build").rglob("*.apkg"))
    assert len(git(folder, "log", "--oneline").stdout.splitlines()) == 1


def test_a_commit_needs_a_repository(project: Project) -> None:
    """Without one, or without a first commit in it, nothing is released."""
    folder = project({"source/one.yaml": terms("a")})
    assert "--commit needs a git repository" in call(folder, FIRST, "1.0.0", "--commit").stderr
    git(folder, "init", "-q")
    assert "but git has no commits yet" in call(folder, FIRST, "1.0.0", "--commit").stderr
    assert not (folder / LEDGER).exists()


# ---- the files of a release


def test_the_files_are_what_they_say(project: Project) -> None:
    """SHA256SUMS holds for `sha256sum --check`, and release.json for the package and the ledger."""
    folder = in_git(project({"source/one.yaml": terms("a", "b", keyed("c"))}))
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/one.yaml": terms("a", "d", keyed("c", "retired: |", "  Wrong."), b="Mended.")})
    change(
        folder, {"source/one.yaml": terms("a", "b", "d", keyed("c", "retired: |", "  Wrong."), b="Mended.")}
    )
    committed(folder, "More")
    done(folder, FIRST + 100, "2.0.0", "--commit")
    made = folder / "build/release/2.0.0"
    names = {
        "sample-2.0.0.apkg",
        "sample-2.0.0-cleanup.apkg",
        "release-notes.md",
        "release.json",
        "SHA256SUMS",
    }
    assert {path.name for path in made.iterdir()} == names
    sums = dict(line.split("  ")[::-1] for line in (made / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == names - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest
    if shutil.which("sha256sum"):
        assert subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=made, check=False).returncode == 0
    facts: dict[str, Any] = json.loads((made / "release.json").read_text(encoding="utf-8"))
    package = open_package(made / "sample-2.0.0.apkg")
    assert facts["format"] == 1
    assert (facts["deck"], facts["title"], facts["version"], facts["previous"]) == (
        "sample",
        "Sample",
        "2.0.0",
        "1.0.0",
    )
    assert (facts["new"], facts["changed"], facts["retired"]) == (["d"], ["b"], ["c"])
    assert facts["notes"] == len(package.notes)
    assert facts["cards"] == len(package.cards)
    assert facts["time"] == "2023-11-14T22:15:00Z"
    assert [each["name"] for each in facts["files"]] == [
        "sample-2.0.0.apkg",
        "sample-2.0.0-cleanup.apkg",
        "release-notes.md",
    ]


def test_notes_say_what_changed_and_what_to_do(project: Project) -> None:
    """New, changed and retired notes, the texts before and after, the cleanup, and how to import."""
    folder = in_git(project({"source/one.yaml": terms("a", "b", keyed("c"))}))
    done(folder, FIRST, "1.0.0", "--commit")
    retired = keyed("c", "replaced_by: d", "retired: |", "  It was wrong.")
    now = terms("a", "b", retired, "d", b="Text of &lt;b&gt; and more.")
    change(folder, {"source/one.yaml": now, "source/two.yaml": "deck: Part two\n" + terms("e")})
    committed(folder, "More")
    done(folder, FIRST + 100, "--yes", "--commit")
    notes = notes_of(folder, "2.0.0")
    assert notes.startswith(
        "# Sample 2.0.0\n\n2 notes are new. 1 note has changed. 1 note is no longer part of the deck."
    )
    assert "- **Term b**\n  - Text of" in notes
    assert "&lt;</ins>" in notes or "<ins>&lt;" in notes
    assert "- **Term d**\n- **Term e** (Part two)" in notes
    assert "- **Term c**: It was wrong. Instead: Term d." in notes
    assert "import the file `sample-2.0.0-cleanup.apkg`" in notes
    assert "`tag:sample::retired`" in notes
    for client in ("On a computer", "AnkiDroid", "iPhone"):
        assert client in notes
    assert notes.rstrip().endswith("In this deck: 4 notes, 8 cards.")
    text = (folder / CHANGELOG).read_text(encoding="utf-8")
    assert [each.title for each in changelog.sections(text)] == ["2.0.0 (2023-11-14)", "1.0.0 (2023-11-14)"]
    assert "### New notes\n\n- **Term d**" in text


def test_notes_without_the_last_package_read_it_from_git(project: Project) -> None:
    """In CI there is no build/: the texts before come from the commit of the release."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    shutil.rmtree(folder / "build")
    change(folder, {"source/one.yaml": terms("a", a="Quite another text of a.")})
    committed(folder, "Mend")
    done(folder, FIRST + 100, "1.0.1")
    assert "<ins>Quite another text</ins>" in notes_of(folder, "1.0.1").replace("another", "another")


def test_replaced_images_are_told(project: Project) -> None:
    """Learners read of pictures, not of the names of files, and how to delete the old ones."""
    folder = in_git(
        project({"source/one.yaml": terms("a", a="![A dot](dot.png) here."), "source/dot.png": PIXEL})
    )
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/dot.png": PIXEL + b"another"})
    committed(folder, "Another dot")
    result = call(folder, FIRST + 100, "1.0.1")
    if result.returncode:
        pytest.fail(result.stderr)
    notes = notes_of(folder, "1.0.1")
    assert "*Tools > Check Media*" in notes
    assert "\\[picture\\]" in notes
    assert "dot" not in notes.replace("A dot", "").replace("three dots", "")


def test_long_lists_are_folded_and_cut(project: Project) -> None:
    """Of 300 new notes 100 are named, and the rest is counted; GitHub's limit of a release is far."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/two.yaml": terms(*(f"n{number}" for number in range(300)))})
    committed(folder, "Many")
    done(folder, FIRST + 100, "1.1.0")
    notes = notes_of(folder, "1.1.0")
    assert notes.count("**Term n") == 100
    assert "- … and 200 more" in notes
    assert "<details><summary>… and 288 more</summary>" in notes
    assert len(notes) < 125_000


# ---- the changelog


@pytest.mark.parametrize(
    "heading", ["## Unreleased", "## 1.1.0", "## [Unreleased]", "## 1.1.0 - the autumn one"]
)
def test_what_the_author_wrote_leads(heading: str, project: Project) -> None:
    """A section for the coming release, written by hand, stays above what the release adds."""
    lead = "Two years of work.\n\n### Thanks\n\nTo all."
    before = f"# News\n\nOf all kinds.\n\n{heading}\n\n{lead}\n\n## 1.0.0 (x)\n\nOld.\n"
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {CHANGELOG: before, "source/one.yaml": terms("a", "b")})
    committed(folder, "More")
    done(folder, FIRST + 100, "1.1.0")
    text = (folder / CHANGELOG).read_text(encoding="utf-8")
    assert text.startswith(
        "# News\n\nOf all kinds.\n\n## 1.1.0 (2023-11-14)\n\nTwo years of work.\n\n### Thanks\n\nTo all.\n"
    )
    assert text.endswith("\n\n## 1.0.0 (x)\n\nOld.\n")
    assert "- **Term b**" in text
    assert notes_of(folder, "1.1.0").startswith("# Sample 1.1.0\n\nTwo years of work.\n\n## Thanks\n")


LINES = st.sampled_from(
    [
        "# A",
        "## 1.0.0 (2020-01-01)",
        "## Unreleased",
        "## 2.0",
        "### B",
        "Text.",
        "",
        "```",
        "~~~",
        "## ",
        "  ## C",
    ]
)


@given(st.lists(LINES, max_size=14))
def test_nothing_of_a_changelog_is_lost(lines: list[str]) -> None:
    """Whatever an author wrote: each line is there still, and the new section is read again as it was."""
    text = "\n".join(lines)
    entry = "\n\n".join(filter(None, [changelog.lead_of(text, COMING), "New words."]))
    after = changelog.with_entry(text, COMING, "2026-01-01", entry, "Changes")
    section = changelog.section_of(after, "3.0.0")
    assert section is not None
    assert section.text.strip() == entry.strip()
    assert changelog.sections(after)[0].version == "3.0.0" or "New words." in after
    kept = [line for line in after.split("\n") if line.strip()]
    for line in (each for each in lines if each.strip() and not each.startswith("## ")):
        assert line.strip() in {each.strip() for each in kept}


# ---- once more, elsewhere


def members(folder: Path, version: str) -> dict[str, dict[str, bytes]]:
    """The members of the packages of a release."""
    made = sorted((folder / "build/release" / version).glob("*.apkg"))
    return {path.name: open_package(path).members for path in made}


def test_the_files_are_made_again_on_another_machine(project: Project, tmp_path: Path) -> None:
    """Another path, time zone, language, umask and clock: the same members, notes and facts."""
    folder = in_git(
        project(
            {
                "source/deck.yaml": "id: sample\ntitle: Muestra\nlanguage: es\n",
                "source/one.yaml": terms("a", "b"),
            }
        )
    )
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/one.yaml": terms("a", keyed("b", "retired: |", "  Era falso."), "c")})
    committed(folder, "More")
    done(folder, FIRST + 100, "2.0.0", "--commit")
    git(folder, "tag", "v2.0.0")
    clone = tmp_path / "otra máquina"
    assert git(tmp_path, "clone", "-q", str(folder), str(clone)).returncode == 0
    before = os.umask(0o077)
    try:
        told = done(
            clone,
            FIRST + 10**6,
            "--again",
            "2.0.0",
            TZ="Pacific/Apia",
            LC_ALL="C",
            LANG="C",
            PYTHONHASHSEED="7",
        )
    finally:
        os.umask(before)
    assert "made the files of 2.0.0 again" in told
    assert members(clone, "2.0.0") == members(folder, "2.0.0")
    assert set(members(clone, "2.0.0")) == {"sample-2.0.0.apkg", "sample-2.0.0-cleanup.apkg"}
    for name in ("release-notes.md", "release.json", "SHA256SUMS"):
        one, other = (each / "build/release/2.0.0" / name for each in (folder, clone))
        assert one.read_bytes() == other.read_bytes(), name
    assert git(clone, "status", "--porcelain").stdout == ""
    assert "already exists" in refused(clone, FIRST + 10**6, "--again", "2.0.0")


def test_another_source_cannot_make_them_again(project: Project) -> None:
    """It says where the source of the release is; doing so makes the files."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    shutil.rmtree(folder / "build")
    change(folder, {"source/one.yaml": terms("a", a="Mended.")})
    committed(folder, "Mend")
    told = refused(folder, FIRST + 100, "--again", "1.0.0")
    assert "this source does not produce 1.0.0" in told
    (command,) = re.findall(r"`git (worktree add ../1\.0\.0 [0-9a-f]{12})`", told)
    assert git(folder, *command.split()).returncode == 0
    done(folder.parent / "1.0.0", FIRST + 100, "--again", "1.0.0")
    assert "did you mean" in refused(folder, FIRST + 100, "--again", "1.0.1")


def test_other_programs_cannot_make_them_again(project: Project) -> None:
    """Where the ledger names other versions of what makes the files, the command that gets them is told."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    shutil.rmtree(folder / "build")
    from deckgen.history.ledger_file import sum_of  # noqa: PLC0415 (one test forges a line)

    rows = (folder / LEDGER).read_text(encoding="utf-8").splitlines()
    row = re.sub(r'"genanki":"[^"]*"', '"genanki":"0.12.0"', rows[-1].rpartition(',"sum"')[0])
    row = row.replace('"digest":"', '"digest":"0')
    rows[-1] = row + sum_of(row)
    (folder / LEDGER).write_text("\n".join(rows) + "\n", encoding="utf-8")
    told = refused(folder, FIRST + 100, "--again", "1.0.0")
    assert "pip install genanki==0.12.0" in told


def test_an_edited_changelog_is_told(project: Project) -> None:
    """The notes would not be what they were; the command for the old source leaves this one alone."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    shutil.rmtree(folder / "build")
    text = (folder / CHANGELOG).read_text(encoding="utf-8")
    change(folder, {CHANGELOG: text + "\nA word more.\n"})
    committed(folder, "A word")
    told = refused(folder, FIRST + 100, "--again", "1.0.0")
    assert "the section of 1.0.0 in source/CHANGELOG.md has been edited since" in told
    (command,) = re.findall(r"`git (worktree add ../1\.0\.0 [0-9a-f]{12})`", told)
    assert git(folder, *command.split()).returncode == 0
    done(folder.parent / "1.0.0", FIRST + 100, "--again", "1.0.0")


def test_a_build_is_the_expected_release(project: Project, tmp_path: Path) -> None:
    """`build --locked --expect` refuses another version; without --locked it means nothing."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    path = tmp_path / "x.apkg"
    options = ("--project", folder, "-o", path)
    assert run("build", "--locked", "--expect", "1.0.0", *options).returncode == 0
    other = run("build", "--locked", "--expect", "1.1.0", *options)
    assert (other.returncode, "this is 1.0.0, and --expect asks for 1.1.0" in other.stderr) == (2, True)
    alone = run("build", "--expect", "1.0.0", *options)
    assert (alone.returncode, "deckgen build --locked --expect 1.0.0" in alone.stderr) == (2, True)


# ---- in many languages


def spoken(language: str, folder: Path = REPOSITORY) -> Sentences:
    """The sentences of a deck in a language."""
    deck = Deck(Document("source/deck.yaml", ""), language=language)
    return read_sentences(deck, Folders(folder))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_each_sentence(language: str) -> None:
    """With the words in braces of the English one, and a form for each class of its numbers."""
    english, sentences = spoken("en").texts, spoken(language)
    assert (sentences.language, sentences.texts.keys()) == (language, english.keys())
    path = REPOSITORY / "templates/base" / f"sentences.{language}.yaml"
    assert set(re.findall(r"(?m)^(\w+):", path.read_text(encoding="utf-8"))) == english.keys()
    forms = {*Locale.parse(language).plural_form.tags, "other"}
    for name, text in sentences.texts.items():
        assert text.keys() == (forms if len(english[name]) > 1 else {"other"}), name
        for form, words in text.items():
            places = set(re.findall(r"\{\w+\}", words))
            wanted = set(re.findall(r"\{\w+\}", english[name]["other"]))
            assert places == wanted or (form in {"zero", "one", "two"} and places == wanted - {"{count}"}), (
                name
            )
            assert words.count("*") == english[name]["other"].count("*"), name


def test_numbers_have_the_form_of_the_language() -> None:
    """Arabic has six; French counts nothing as one; Japanese has one form."""
    arabic = {count: spoken("ar").say("new", count) for count in (1, 2, 3, 11, 100)}
    assert len(set(arabic.values())) == 5
    assert spoken("fr").say("cards", 0).startswith("0 carte")
    assert not spoken("fr").say("cards", 0).endswith("s")
    assert spoken("de").say("cards", 12_345) == "12.345 Karten"
    assert spoken("en").say("cards", 12_345) == "12,345 cards"
    assert spoken("es-MX").say("cards", 1) == spoken("es").say("cards", 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_are_in_the_language_of_the_deck(language: str, project: Project) -> None:
    """No English sentence is left in another language."""
    deck = f"id: sample\ntitle: Sample\nlanguage: {language}\n"
    folder = in_git(project({"source/deck.yaml": deck, "source/one.yaml": terms("a", "b")}))
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/one.yaml": terms("a", keyed("b", "retired: |", "  X."), "c", a="Y.")})
    committed(folder, "More")
    done(folder, FIRST + 100, "2.0.0")
    notes = notes_of(folder, "2.0.0")
    english = {text for forms in spoken("en").texts.values() for text in forms.values() if len(text) > 16}
    found = [text for text in english if re.sub(r"\{\w+\}", "", text).strip() in notes]
    assert bool(found) == (language == "en"), found


def test_a_deck_has_its_own_sentences(project: Project) -> None:
    """Its file replaces sentences one by one; what it lacks or gets wrong is told, and deckgen's is used."""
    own = "new:\n  one: Salve, {count}!\n  other: Salvete, {count}!\ncontent: No braces.\nnews: x\n"
    deck = "id: sample\ntitle: Sample\nlanguage: eo\n"
    files_of_deck = {
        "source/deck.yaml": deck,
        "source/one.yaml": terms("a"),
        "templates/base/sentences.eo.yaml": own,
    }
    folder = in_git(project(files_of_deck))
    told = run("check", "--project", folder).stderr
    assert "`content` must have the same words in braces as deckgen's sentence: {cards} and {notes}" in told
    assert "sentences.eo.yaml:5:1: warning[missing-words]: `news` is not one of deckgen's sentences" in told
    assert "did you mean `new`?" in told
    assert "this file lacks sentences, so deckgen uses its own: changelog, unreleased" in told
    assert "unused-template" not in told
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/one.yaml": terms("a", "b")})
    committed(folder, "More")
    done(folder, FIRST + 100, "1.1.0")
    assert "Salve, 1!" in notes_of(folder, "1.1.0")
    assert "In this deck: 2 notes, 4 cards." in notes_of(folder, "1.1.0")


def test_a_language_that_is_not_shipped_is_told(project: Project) -> None:
    """The notes are English then, and the warning says which file to write; a broken file stops all."""
    deck = "id: sample\ntitle: Sample\nlanguage: it\n"
    folder = in_git(project({"source/deck.yaml": deck, "source/one.yaml": terms("a")}))
    told = call(folder, FIRST, "1.0.0", "--dry-run").stderr
    assert "the deck is in `it`, but the fixed text of its release notes is in English" in told
    assert "templates/base/sentences.it.yaml, and translate it" in told
    change(folder, {"templates/base/sentences.it.yaml": "new: {one\n"})
    assert run("check", "--project", folder).returncode == 1


# ---- what newcomers met


def merge(folder: Path, branch: str) -> None:
    """Merge a branch that has released as well: git cannot join the changelogs, and `--fix` the ledgers."""
    assert git(folder, "merge", "-q", branch).returncode == 1
    text = re.sub(r"(?m)^(?:<{7}|={7}|>{7}).*\n", "", (folder / CHANGELOG).read_text(encoding="utf-8"))
    change(folder, {CHANGELOG: text})
    run("check", "--fix", cwd=folder)
    git(folder, "add", "-A")
    assert git(folder, "commit", "-qm", "Merge").returncode == 0


def test_a_merged_hotfix_is_told(project: Project) -> None:
    """What learners of the highest release do not have yet is in the next notes, with and without it."""
    for at_hand in (True, False):
        folder = in_git(project({"source/one.yaml": terms("a", "b"), "source/two.yaml": terms("x")}))
        done(folder, FIRST, "1.0.0", "--commit")
        git(folder, "tag", "v1.0.0")
        change(folder, {"source/one.yaml": terms("a", "b", b="Of the second.")})
        committed(folder, "More")
        done(folder, FIRST + 100, "1.1.0", "--commit")
        git(folder, "checkout", "-qb", "fix", "v1.0.0")
        change(folder, {"source/two.yaml": terms("x", x="Mended in a hurry.")})
        committed(folder, "Fix")
        done(folder, FIRST + 200, "1.0.1", "--commit")
        git(folder, "checkout", "-q", "main")
        merge(folder, "fix")
        if not at_hand:
            shutil.rmtree(folder / "build")
            rows = (folder / LEDGER).read_text(encoding="utf-8")
            shutil.rmtree(folder / ".git")
            assert "1.0.1" in rows
        told = done(folder, FIRST + 300, "--yes")
        assert "since 1.1.0: 1 note changed (x)" in told
        assert "1 note has changed." in notes_of(folder, "1.1.1")
        assert "Term x" in notes_of(folder, "1.1.1")
        facts = json.loads((folder / "build/release/1.1.1/release.json").read_text(encoding="utf-8"))
        assert (facts["previous"], facts["new"], facts["changed"]) == ("1.1.0", [], ["x"])
        shutil.rmtree(folder)


def test_a_hook_that_changes_files_leaves_nothing(project: Project) -> None:
    """A hook that mends the end of a file and refuses: the changelog is as it was before the release."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    hook = folder / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho >> source/CHANGELOG.md\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    assert "git did not commit the release" in refused(folder, FIRST, "1.0.0", "--commit")
    assert not (folder / CHANGELOG).exists()


def test_marks_of_a_conflict_in_the_changelog_are_told(project: Project) -> None:
    """They would be in the release notes."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    change(folder, {CHANGELOG: "# News\n\n<<<<<<< HEAD\n## 1.1.0\n=======\n## 1.0.1\n>>>>>>> fix\n"})
    committed(folder, "Merge")
    assert "source/CHANGELOG.md contains conflict markers from git, line 3" in refused(folder, FIRST, "2.0.0")
    change(folder, {CHANGELOG: "News\n=======\n"})
    committed(folder, "A title")
    done(folder, FIRST, "2.0.0")


def test_the_record_of_a_release_is_committed_first(project: Project) -> None:
    """Before anything else, so that the release can be made again."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0")
    for arguments in ((), ("1.1.0",)):
        told = refused(folder, FIRST + 100, *arguments)
        assert "the record of the last release is not committed yet" in told
        assert "commit it before you change anything" in told


@pytest.mark.parametrize(
    ("last", "version", "usual"),
    [("2.3.0", "24.0.0", "2.4.0"), ("2.3.0", "2.5.0", "2.4.0"), ("2023.11", "2023.13", "2023.11.1")],
)
def test_a_leap_of_versions_is_told(last: str, version: str, usual: str, project: Project) -> None:
    """It is released, because it may be meant, and the note says what the next one would have been."""
    folder = project({"source/one.yaml": terms("a")})
    done(folder, FIRST, last)
    change(folder, {"source/one.yaml": terms("a", "b")})
    told = done(folder, FIRST + 100, version)
    assert f"{version} skips versions: the next one would be {usual}" in told


def test_an_interrupted_release_is_told(project: Project) -> None:
    """By a check, a build and a dry run, which do not finish it."""
    folder = project({"source/one.yaml": terms("a")})
    change(folder, {"build/release/.pending/version": "1.0.0"})
    for command in (["check"], ["build"], ["release", "--dry-run"]):
        told = run(*command, cwd=folder).stderr
        assert "note: the release of 1.0.0 was interrupted; `deckgen release` finishes or undoes it" in told


def test_a_version_of_another_branch_is_refused(project: Project) -> None:
    """Two packages of one version would be two decks."""
    folder = in_git(project({"source/one.yaml": terms("a")}))
    done(folder, FIRST, "1.0.0", "--commit")
    git(folder, "checkout", "-qb", "other")
    change(folder, {"source/one.yaml": terms("a", "b")})
    committed(folder, "More")
    done(folder, FIRST + 100, "1.1.0", "--commit")
    git(folder, "checkout", "-q", "main")
    shutil.rmtree(folder / "build")
    change(folder, {"source/one.yaml": terms("a", "c")})
    committed(folder, "Otherwise")
    assert "1.1.0 has been released on another branch, in commit " in refused(folder, FIRST + 200, "1.1.0")
    done(folder, FIRST + 200, "1.2.0")


@pytest.mark.parametrize(
    ("language", "heading", "is_lead"),
    [
        ("de", "Unveröffentlicht", True),
        ("de", "Unreleased", True),
        ("de", "Nächste", False),
        ("en", "1.9", False),
    ],
)
def test_a_heading_for_the_coming_release(
    language: str, heading: str, *, is_lead: bool, project: Project
) -> None:
    """The word of the language does as well; any other heading above the released ones is told."""
    deck = f"id: sample\ntitle: Sample\nlanguage: {language}\n"
    folder = in_git(project({"source/deck.yaml": deck, CHANGELOG: f"# N\n\n## {heading}\n\nVery fine.\n"}))
    told = done(folder, FIRST, "1.0.0")
    assert ("Very fine." in notes_of(folder, "1.0.0")) is is_lead
    assert (
        f"has a section `{heading}`, which is not part of the release notes of 1.0.0" in told
    ) is not is_lead


def test_learners_read_what_they_know(project: Project) -> None:
    """A vignette is called by its first words; an option stands there once; clozes show no braces."""
    vignette = (
        "vignettes:\n  - id: odd-id\n    scenario: |\n      A man comes late.\n"
        "    question: |\n      What now?\n"
        "    options:\n      - text: |\n          {}\n        correct: true\n        why: |\n          So.\n"
        "      - text: |\n          Leave\n        why: |\n          No.\n"
    )
    cloze = "takeaways:\n  - id: one\n    text: |\n      {}\n    why: |\n      So.\n"
    files_of_deck = {
        "source/one.yaml": cloze.format("{{c1::Rome}} is old."),
        "source/two.yaml": vignette.format("Wait"),
    }
    folder = in_git(project(files_of_deck))
    done(folder, FIRST, "1.0.0", "--commit")
    change(
        folder,
        {
            "source/one.yaml": cloze.format("{{c1::Rome}} is very old."),
            "source/two.yaml": vignette.format("Ask him"),
        },
    )
    committed(folder, "More")
    done(folder, FIRST + 100, "1.0.1")
    notes = notes_of(folder, "1.0.1")
    assert "- **A man comes late.**\n" in notes
    assert "odd" not in notes
    assert notes.count("Ask him") == 1
    assert "- **Rome is very old.**\n  - Rome is <ins>very</ins> old." in notes


def test_a_lost_ledger_lets_nothing_be_renumbered(project: Project) -> None:
    """Without it released notes look new: `check --fix` leaves them alone, and no hint proposes it."""
    folder = in_git(
        project({"source/one.yaml": "takeaways:\n  - id: one\n    text: |\n      {{c2::Two}}  words.\n"})
    )
    done(folder, FIRST, "1.0.0", "--commit")
    git(folder, "rm", "-q", LEDGER)
    git(folder, "commit", "-qm", "Tidy")
    before = (folder / "source/one.yaml").read_bytes()
    told = call(folder, FIRST + 100, "1.1.0").stderr
    assert "lost-ledger" in told
    assert "check --fix" not in told
    run("check", "--fix", cwd=folder)
    assert (folder / "source/one.yaml").read_bytes() == before


# ---- all of it together


def test_a_learner_follows_a_deck_for_a_year(project: Project, collection: Collection) -> None:
    """1.0.0, 1.1.0, a hotfix from a branch, 2.0.0, in Spanish: each import gives what its notes say."""
    deck = "id: nudos\ntitle: Nudos\nlanguage: es\n"
    folder = in_git(project({"source/deck.yaml": deck, "source/one.yaml": terms("a", "b")}))
    done(folder, FIRST, "1.0.0", "--commit")
    git(folder, "tag", "v1.0.0")
    change(folder, {"source/one.yaml": terms("a", "b", "c", b="Otro texto.")})
    committed(folder, "More")
    done(folder, FIRST + 100, "1.1.0", "--commit")
    git(folder, "checkout", "-qb", "fix", "v1.0.0")
    change(folder, {"source/one.yaml": terms("a", "b", a="Texto arreglado.")})
    committed(folder, "Fix")
    done(folder, FIRST + 200, "1.0.1", "--commit")
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "fix")
    if git(folder, "status", "--porcelain").stdout:
        assert run("check", "--fix", cwd=folder).returncode in {0, 1}
        merged = terms("a", "b", "c", a="Texto arreglado.", b="Otro texto.")
        text = re.sub(r"(?m)^(?:<{7}|={7}|>{7}).*\n", "", (folder / CHANGELOG).read_text(encoding="utf-8"))
        change(folder, {"source/one.yaml": merged, CHANGELOG: text})
        run("check", "--fix", cwd=folder)
        git(folder, "add", "-A")
        assert git(folder, "commit", "-qm", "Merge").returncode == 0
    now = terms(keyed("a", "retired: |", "  Era falso."), "b", "c", "d", b="Otro texto.")
    change(folder, {"source/one.yaml": now})
    committed(folder, "More")
    assert proposed(folder, FIRST + 300)[0] == "2.0.0"
    done(folder, FIRST + 300, "2.0.0", "--commit")
    counts = {}
    for version in ("1.0.0", "1.0.1", "1.1.0", "2.0.0"):
        package = folder / f"build/release/{version}/nudos-{version}.apkg"
        counts[version] = import_package(collection, package)
    assert counts["1.0.0"]["new"] == 2
    assert counts["1.0.1"]["updated"] == 1
    assert (counts["1.1.0"]["new"], counts["1.1.0"]["updated"]) == (1, 1)
    assert (counts["2.0.0"]["new"], counts["2.0.0"].get("conflicting", 0)) == (1, 0)
    notes = notes_of(folder, "2.0.0")
    assert "Term a" in notes
    assert "Era falso." in notes
    assert "Term d" in notes
    assert "Term c" not in notes


def test_names_and_changes_are_plain_text(project: Project) -> None:
    """Learners read no marks of Markdown, no file names and no breaks, in their own language."""
    text = "![A dot](dot.png)\n\n      It is **bold** and *italic* and `code`, 10<sup>6</sup> {}."
    deck = "id: sample\ntitle: Sample\nlanguage: de\n"
    take = "takeaways:\n  - id: t\n    text: |\n      {}\n    why: |\n      So it **goes**.\n"

    def chapter(word: str) -> str:
        return take.format("{{c1::" + word + "}} " + text.format(word).replace("It", "**Es**"))

    files_of_deck = {"source/deck.yaml": deck, "source/one.yaml": chapter("old"), "source/dot.png": PIXEL}
    folder = in_git(project(files_of_deck))
    done(folder, FIRST, "1.0.0", "--commit")
    change(folder, {"source/one.yaml": chapter("new")})
    committed(folder, "More")
    done(folder, FIRST + 100, "1.0.1")
    notes = notes_of(folder, "1.0.1")
    assert "- **new \\[Bild\\] / Es is bold and italic and code, 10^6 new.**" in notes, notes
    assert "<del>old</del><ins>new</ins> \\[Bild\\] / Es is bold and italic and code, 10^6" in notes
    assert not re.search(r"dot|image|⏎|\\\*|`code", notes)


def test_rows_of_a_table_are_told_apart(tmp_path: Path) -> None:
    """What they have in common is the table's title; learners read which of its rows left the deck."""
    row = "      - id: {id}\n        cells: [{name}, Half of it, West]\n"
    table = (
        "comparisons:\n  - id: rise\n    title: When the Moon rises\n"
        "    columns: [Phase, Light, Where]\n    rows:\n"
        + row.format(id="first", name="First quarter")
        + row.format(id="full", name="Full moon")
        + row.format(id="last", name="Last quarter")
    )
    assert run("init", tmp_path / "deck", *FLAGS).returncode == 0
    folder = change(tmp_path / "deck", {"source/1-moon.yaml": table})
    release(folder, "1.0.0", FIRST)
    gone = table.replace("      - id: last\n", "      - id: last\n        retired: Too much for one table.\n")
    change(folder, {"source/1-moon.yaml": gone})
    made = release(folder, "2.0.0", FIRST + 100)
    notes = made.path.with_name("release-notes.md").read_text(encoding="utf-8")
    assert "- **When the Moon rises: Last quarter**: Too much for one table." in notes
