"""A ledger that is gone: git is asked whether the deck has been released."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import change, import_package, open_package, run
from tests.releases import FIRST, LEDGER, committed, describe, git, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

    Project = Callable[..., Path]

SECOND = {"SOURCE_DATE_EPOCH": str(FIRST + 100)}
COMMAND = re.compile(r"`(git [^`]*)`")


def released(folder: Path) -> Path:
    """A deck in git, whose 1.0.0 is committed and tagged; its build/ is as in a new clone."""
    git(folder, "init", "-b", "main")
    release(folder, "1.0.0", FIRST)
    committed(folder, "1.0.0")
    git(folder, "tag", "v1.0.0")
    shutil.rmtree(folder / "build")
    return folder


def told(folder: Path, *arguments: str, code: int = 1, **environment: str) -> str:
    """What a command says that must fail, and write nothing but what it needs to work."""
    before = (folder / LEDGER).exists()
    done = run(*arguments, cwd=folder, **SECOND, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    assert (folder / LEDGER).exists() == before
    assert not (folder / "build/release").exists()
    return done.stderr


def put_back(folder: Path, said: str) -> None:
    """Do what a message says, to the letter; the next release goes on from there."""
    (command,) = COMMAND.findall(said)
    subprocess.run(command, cwd=folder, shell=True, check=True, capture_output=True)  # noqa: S602
    change(folder, {"source/one.yaml": terms("a", "b", "c", a="Other.")})
    made = release(folder, "9.0.0", FIRST + 100)
    assert {name: note["mod"] - FIRST for name, note in made.by_id().items()} == {"a": 100, "b": 0, "c": 100}


@pytest.fixture
def deck(project: Project) -> Path:
    """A released deck in git."""
    return released(project({"source/one.yaml": terms("a", "b")}))


@pytest.mark.parametrize("command", [["check"], ["build"], ["preview"], ["stats"], ["release", "2.0.0"]])
def test_a_ledger_that_git_still_has_is_asked_for(command: list[str], deck: Path) -> None:
    """Every command that builds refuses, at the ledger's place, and says how to put it back."""
    (deck / LEDGER).unlink()
    said = told(deck, *command)
    assert "source/ledger.jsonl: error[lost-ledger]: this deck has been released" in said
    assert not list((deck / "build").glob("*.apkg"))
    put_back(deck, said)


def test_a_ledger_that_is_deleted_in_the_index_only(deck: Path) -> None:
    """After `git rm` the last commit has it; after `git add` alone the index has it."""
    git(deck, "rm", LEDGER)
    put_back(deck, told(deck, "check"))
    fresh = change(deck.parent / "fresh", {"source/deck.yaml": (deck / "source/deck.yaml").read_bytes()})
    change(fresh, {"source/one.yaml": terms("a", "b")})
    git(fresh, "init", "-b", "main")
    release(fresh, "1.0.0", FIRST)
    shutil.rmtree(fresh / "build")
    git(fresh, "add", LEDGER)
    (fresh / LEDGER).unlink()
    put_back(fresh, told(fresh, "check"))


def test_a_learner_loses_nothing_by_a_lost_ledger(deck: Path, collection: Collection) -> None:
    """A clone without the ledger cannot overwrite what a learner wrote; with the ledger back it does not."""
    release(deck, "1.0.1", FIRST + 50)
    committed(deck, "1.0.1")
    import_package(collection, deck / "build/release/1.0.1/sample-1.0.1.apkg")
    (number,) = collection.find_notes('"Note ID:a"')
    note = collection.get_note(number)
    note["Definition"] = "My own words."
    collection.update_note(note)
    clone = deck.parent / "clone"
    git(deck, "clone", str(deck), str(clone))
    (clone / LEDGER).unlink()
    change(clone, {"source/one.yaml": terms("a", "b", b="Other.")})
    (command,) = COMMAND.findall(told(clone, "release", "1.1.0"))
    subprocess.run(command, cwd=clone, shell=True, check=True, capture_output=True)  # noqa: S602
    made = release(clone, "1.1.0", FIRST + 100)
    assert import_package(collection, made.path) == {"updated": 1, "duplicate": 1}
    assert collection.get_note(number)["Definition"] == "My own words."


def test_the_way_back_is_told_wherever_one_stands(deck: Path) -> None:
    """In a folder of a repository, called from elsewhere: the command works there, to the letter."""
    top = deck.parent / "many decks"
    mine = top / "decks" / "my deck's"
    change(mine, {"source/deck.yaml": (deck / "source/deck.yaml").read_bytes()})
    change(mine, {"source/one.yaml": terms("a", "b")})
    git(top, "init", "-b", "main")
    release(mine, "1.0.0", FIRST)
    git(top, "add", str(mine / "source"))
    git(top, "commit", "-m", "1.0.0")
    shutil.rmtree(mine / "build")
    (mine / LEDGER).unlink()
    for place in (mine, mine / "source", top):
        done = run("check", "--project", mine, cwd=place)
        (command,) = COMMAND.findall(done.stderr)
        subprocess.run(command, cwd=place, shell=True, check=True, capture_output=True)  # noqa: S602
        assert run("check", "--project", mine, cwd=place).returncode == 0
        (mine / LEDGER).unlink()


def forgotten(folder: Path) -> Path:
    """Commit that the ledger is deleted."""
    git(folder, "rm", LEDGER)
    git(folder, "commit", "-m", "Tidy up")
    return folder


def test_a_release_looks_through_all_of_history(deck: Path) -> None:
    """A deletion that has been committed hides the ledger from a check, and not from a release."""
    forgotten(deck)
    assert run("check", cwd=deck).returncode == 0
    said = told(deck, "release", "2.0.0")
    assert "error[lost-ledger]" in said
    assert "v1.0.0" in said
    put_back(deck, said)


def test_a_ledger_on_another_branch_is_found(deck: Path) -> None:
    """Where no tag names the release, the commit does; a merge that dropped it hides nothing."""
    git(deck, "checkout", "-b", "side")
    change(deck, {"source/one.yaml": terms("a", "b", b="Elsewhere.")})
    release(deck, "1.1.0", FIRST + 50)
    committed(deck, "1.1.0")
    git(deck, "checkout", "main")
    forgotten(deck)
    git(deck, "merge", "-s", "ours", "side")
    git(deck, "branch", "-D", "side")
    shutil.rmtree(deck / "build")
    said = told(deck, "release", "2.0.0")
    (command,) = COMMAND.findall(said)
    subprocess.run(command, cwd=deck, shell=True, check=True, capture_output=True)  # noqa: S602
    assert '"release":"1.1.0"' in (deck / LEDGER).read_text(encoding="utf-8")


def test_what_a_user_set_in_git_does_not_matter(deck: Path, tmp_path: Path) -> None:
    """Settings that change what git prints, another language, a hook's variables."""
    forgotten(deck)
    settings = "[log]\n\tshowSignature = true\n\tfollow = true\n\tshowRoot = false\n\tdecorate = full\n"
    settings += "[color]\n\tui = always\n[diff]\n\trenames = copies\n\tnoprefix = true\n"
    settings += "[core]\n\tpager = false\n"
    change(tmp_path, {"settings": settings})
    variables = {"GIT_CONFIG_GLOBAL": str(tmp_path / "settings"), "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}
    variables |= {"GIT_DIR": "nowhere", "GIT_INDEX_FILE": "nothing", "GIT_EXTERNAL_DIFF": "false"}
    assert "v1.0.0" in told(deck, "release", "2.0.0", code=1, **variables)


def test_a_deck_of_another_id_goes_on(deck: Path) -> None:
    """Someone else's deck, published under another id without its ledger, as docs/updates.md says."""
    (deck / LEDGER).unlink()
    change(deck, {"source/deck.yaml": "id: mine\ntitle: Mine\n"})
    assert run("check", cwd=deck).returncode == 0
    assert release(deck, "1.0.0", FIRST + 100).about["version"] == "1.0.0"
    committed(deck, "Mine")
    (deck / LEDGER).unlink()
    assert "error[lost-ledger]" in run("check", cwd=deck).stderr


def shallow(deck: Path) -> Path:
    """A clone that has the last commit alone."""
    clone = deck.parent / "shallow"
    git(deck, "clone", "--depth", "1", deck.as_uri(), str(clone))
    return clone


def test_a_shallow_clone_cannot_know(deck: Path) -> None:
    """A release is refused where the history is cut off, and goes on once it is there."""
    clone = shallow(forgotten(deck))
    assert run("check", cwd=clone).returncode == 0
    said = told(clone, "release", "2.0.0", code=2)
    assert "this is a shallow clone" in said
    assert "fetch-depth: 0" in said
    (command,) = COMMAND.findall(said)
    subprocess.run(command, cwd=clone, shell=True, check=True, capture_output=True)  # noqa: S602
    assert "v1.0.0" in told(clone, "release", "2.0.0")


def test_a_shallow_clone_with_its_ledger_releases(deck: Path) -> None:
    """What the last commit has is enough."""
    clone = shallow(deck)
    assert release(clone, "1.1.0", FIRST + 100).about["version"] == "1.1.0"


def test_a_partial_clone_cannot_know(deck: Path) -> None:
    """Where git left the old ledgers at the server, nothing is fetched unasked, and a release is refused."""
    clone = deck.parent / "partial"
    git(forgotten(deck), "config", "uploadpack.allowFilter", "true")
    git(deck, "clone", "--filter=blob:none", deck.as_uri(), str(clone))
    said = told(clone, "release", "2.0.0", code=2)
    (command,) = COMMAND.findall(said)
    subprocess.run(command, cwd=clone, shell=True, check=True, capture_output=True)  # noqa: S602
    assert "error[lost-ledger]" in told(clone, "release", "2.0.0")


def test_a_deck_that_was_never_released_is(project: Project) -> None:
    """In a repository without a commit, and with one; the first release says that it is one."""
    folder = project({"source/one.yaml": terms("a")})
    git(folder, "init", "-b", "main")
    for commits in (False, True):
        if commits:
            committed(folder, "Begin")
        done = run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH=str(FIRST))
        assert done.returncode == 0, done.stderr
        assert "this is the first release of `sample`" in done.stderr
        (folder / LEDGER).unlink()
        shutil.rmtree(folder / "build")


def test_json_says_whether_a_release_is_the_first(project: Project) -> None:
    """A boolean, `first`; the text says nothing of it at the second."""
    folder = project({"source/one.yaml": terms("a")})
    for version, time in (("1.0.0", FIRST), ("1.1.0", FIRST + 100)):
        describe(folder, f"Edition {version}.")
        done = run("release", version, "--format", "json", cwd=folder, SOURCE_DATE_EPOCH=str(time))
        assert json.loads(done.stdout)["first"] is (version == "1.0.0")
    describe(folder, "Another.")
    assert "first release" not in run("release", "1.2.0", cwd=folder).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such owners there")
@pytest.mark.parametrize("how", ["not installed", "another's folder", "broken"])
def test_a_git_that_cannot_answer(how: str, deck: Path, tmp_path: Path) -> None:
    """A release is refused with what git said; a check goes on."""
    forgotten(deck)
    variables = {}
    if how == "not installed":
        (tmp_path / "nothing").mkdir()
        variables = {"PATH": str(tmp_path / "nothing")}
    elif how == "another's folder":
        variables = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    else:
        shutil.rmtree(deck / ".git/objects")
    said = told(deck, "release", "2.0.0", code=2, **variables)
    assert said.startswith("error: git could not report whether this deck has been released: ")
    words = {
        "not installed": "git is not installed",
        "another's folder": "detected dubious ownership",
        "broken": "not a git repository",
    }
    assert words[how] in said
    if how == "another's folder":
        assert f"`git config --global --add safe.directory {deck}`" in said
    assert run("check", cwd=deck, **variables).returncode == 0


def test_git_is_not_asked_without_need(deck: Path, tmp_path: Path) -> None:
    """Neither where the ledger is there, nor outside of a repository."""
    noted = tmp_path / "asked"
    fake = change(tmp_path, {"bin/git": f"#!/bin/sh\necho asked >> {noted}\n"}) / "bin"
    (fake / "git").chmod(0o755)
    path = f"{fake}{os.pathsep}{os.environ['PATH']}"
    assert run("check", cwd=deck, PATH=path).returncode == 0
    shutil.rmtree(deck / ".git")
    (deck / LEDGER).unlink()
    done = run("release", "1.0.0", cwd=deck, PATH=path, **SECOND)
    assert (done.returncode, noted.exists()) == (0, False), done.stderr
    assert open_package(deck / "build/release/1.0.0/sample-1.0.0.apkg").about["version"] == "1.0.0"


def test_a_ledger_that_is_older_than_the_last_commit_s(deck: Path) -> None:
    """One that was put back from an old tag would forget releases; at that tag's commit it is right."""
    change(deck, {"source/one.yaml": terms("a", "b", "c")})
    release(deck, "1.1.0", FIRST + 50)
    committed(deck, "1.1.0")
    shutil.rmtree(deck / "build")
    git(deck, "checkout", "v1.0.0", "--", LEDGER)
    said = told(deck, "release", "1.2.0")
    assert "error[lost-ledger]: the ledger in the last commit contains `1.1.0`, but this one does not" in said
    (command,) = COMMAND.findall(said)
    subprocess.run(command, cwd=deck, shell=True, check=True, capture_output=True)  # noqa: S602
    release(deck, "1.2.0", FIRST + 100)
    committed(deck, "1.2.0")
    git(deck, "checkout", "-b", "hotfix", "v1.0.0")
    release(deck, "1.0.1", FIRST + 150)


def test_a_deck_that_moved_within_its_repository(deck: Path) -> None:
    """The ledger that was left behind is found, and the command of the hint brings it along."""
    moved = deck / "decks/one"
    (moved / "source").mkdir(parents=True)
    for name in ("one.yaml", "deck.yaml"):
        git(deck, "mv", f"source/{name}", f"decks/one/source/{name}")
    assert git(deck, "commit", "-m", "Move").returncode == 0
    done = run("release", "1.1.0", cwd=moved, **SECOND)
    assert done.returncode == 1
    assert (
        "this deck has been released from a different folder: its ledger is `source/ledger.jsonl`"
        in done.stderr
    )
    (command,) = COMMAND.findall(done.stderr)
    subprocess.run(command, cwd=moved, shell=True, check=True, capture_output=True)  # noqa: S602
    assert {note["mod"] for note in release(moved, "1.1.0", FIRST + 100).notes} == {FIRST}


def test_a_release_that_was_never_committed_is_not_forgotten(deck: Path) -> None:
    """Its folder knows it; on the branch of an older tag, too, other branches' releases are no obstacle."""
    change(deck, {"source/one.yaml": terms("a", "b", "c")})
    release(deck, "1.1.0", FIRST + 50)
    git(deck, "stash")
    done = run("release", "1.2.0", cwd=deck, **SECOND)
    assert done.returncode == 2
    assert (
        "build/release/ contains 1.1.0, but there is no source/ledger.jsonl with this release" in done.stderr
    )
    assert git(deck, "stash", "pop").returncode == 0
    committed(deck, "1.1.0")
    git(deck, "checkout", "-b", "hotfix", "v1.0.0")
    release(deck, "1.0.1", FIRST + 150)


def test_a_fork_beside_what_its_model_released(deck: Path) -> None:
    """With a new id, and without the ledger, a release is a first one, whatever build/release/ holds."""
    change(deck, {"source/one.yaml": terms("a", "b", "c")})
    release(deck, "1.1.0", FIRST + 50)
    (deck / LEDGER).unlink()
    change(deck, {"source/deck.yaml": "id: fork\ntitle: Fork\n"})
    assert "first release of `fork`" in run("release", "1.0.0", "--allow-dirty", cwd=deck, **SECOND).stderr


def test_a_ledger_that_git_leaves_out_is_told_before_the_release(project: Project) -> None:
    """It would never be committed, and the deck would have its first release again and again."""
    folder = project({"source/one.yaml": terms("a"), ".gitignore": "*.jsonl\n"})
    git(folder, "init")
    said = told(folder, "release", "1.0.0", code=2)
    assert "git ignores source/ledger.jsonl" in said
    change(folder, {".gitignore": "build/\n"})
    release(folder, "1.0.0", FIRST)
