"""Two of deckgen at work on one deck, and one that is killed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.conftest import change, run
from tests.releases import FIRST, LEDGER, git, in_git, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

MANY = terms(*(f"n{number}" for number in range(2500)))
BUSY = "another release, or `check --fix`, of this deck is running"
LOCK = "build/.lock"
needs_rest = pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped so there")


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command, and go on."""
    return subprocess.Popen(
        [sys.executable, "-m", "deckgen", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def at_work(folder: Path, version: str) -> subprocess.Popen[str]:
    """A release that has begun its work, and rests in the midst of it."""
    process = begin(folder, "release", version)
    deadline = time.monotonic() + 60
    while not (folder / LOCK).exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGSTOP)
    assert process.poll() is None, process.communicate()
    return process


def releases(folder: Path) -> list[str]:
    """The releases of which the ledger knows; each has its package, just as the ledger says."""
    lines = map(json.loads, (folder / LEDGER).read_text(encoding="utf-8").splitlines())
    known = {line["release"]: line["digest"] for line in lines if "release" in line}
    for version, told in known.items():
        digest = hashlib.sha256()
        with zipfile.ZipFile(folder / f"build/release/{version}/sample-{version}.apkg") as package:
            for name in sorted(package.namelist()):
                digest.update(f"{name}\0{hashlib.sha256(package.read(name)).hexdigest()}\n".encode())
        assert digest.hexdigest() == told, version
    assert sorted(path.name for path in (folder / "build/release").iterdir()) == sorted(known)
    return sorted(known)


@pytest.mark.parametrize("versions", [("2.0.0", "2.0.1"), ("2.0.0", "2.0.0")])
def test_of_two_releases_at_once_one_is_made(versions: tuple[str, str], project: Project) -> None:
    """The ledger knows what succeeded, and nothing else; who comes too late is told why."""
    folder = project({"source/one.yaml": MANY})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": MANY.replace("Text of n1.", "Other.")})
    (folder / LOCK).unlink(missing_ok=True)
    both = [begin(folder, "release", version) for version in versions]
    said = [process.communicate(timeout=120)[1] for process in both]
    ends = [process.returncode for process in both]
    made = {version for version, end in zip(versions, ends, strict=True) if not end}
    assert made
    assert releases(folder) == ["1.0.0", *sorted(made)]
    for end, words in zip(ends, said, strict=True):
        assert not end or BUSY in words or "was released on" in words or "the last release was on" in words


@needs_rest
def test_the_second_release_ends_at_once(project: Project) -> None:
    """It does not wait, and takes nothing from the first, which goes on when it can."""
    folder = project({"source/one.yaml": MANY})
    first = at_work(folder, "1.0.0")
    second = run("release", "1.0.1", cwd=folder)
    first.send_signal(signal.SIGCONT)
    said = first.communicate(timeout=120)[1]
    assert (second.returncode, BUSY in second.stderr) == (2, True), second.stderr
    assert "hint: wait until it has finished" in second.stderr
    assert first.returncode == 0, said
    assert releases(folder) == ["1.0.0"]


@needs_rest
def test_what_a_release_reads_is_not_mended_meanwhile(project: Project) -> None:
    """`check --fix` waits for nobody, and writes nothing; a check and a dry run are free to look."""
    folder = project({"source/one.yaml": MANY})
    process = at_work(folder, "1.0.0")
    slip = "definitions:\n  - term: Last\n    definition: |\n      Text.\n"
    change(folder, {"source/two.yaml": slip})
    done = run("check", "--fix", cwd=folder)
    free = run("check", "--fix", "--dry-run", cwd=folder)
    process.kill()
    process.communicate()
    assert (done.returncode, BUSY in done.stderr) == (2, True), done.stderr
    assert "source/two.yaml: 1 id added" in free.stderr
    assert (folder / "source/two.yaml").read_text(encoding="utf-8") == slip
    assert "1 id added" in run("check", "--fix", cwd=folder).stderr


@needs_rest
def test_a_release_that_was_killed_blocks_nobody(project: Project) -> None:
    """`kill -9` in the midst of its work: the next release need not wait, and finds nothing left."""
    folder = project({"source/one.yaml": MANY})
    process = at_work(folder, "1.0.0")
    assert BUSY in run("release", "1.0.0", cwd=folder).stderr
    process.kill()
    process.communicate()
    assert run("release", "1.0.0", cwd=folder).returncode == 0
    assert releases(folder) == ["1.0.0"]


KILLED = textwrap.dedent("""\
    import itertools, os, pathlib, shutil, signal, sys
    import deckgen.cli.app, deckgen.commands.fix, deckgen.commands.release.release, deckgen.commands.schema
    from deckgen.__main__ import main

    deck, copies, *arguments = sys.argv[1:]
    sys.argv = ["deckgen", *arguments]

    def writes(event, arguments):
        if event == "open":
            return not isinstance(arguments[0], int) and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
        return event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"}

    def killed(folder, moment):
        seen = 0

        def watch(event, arguments):
            nonlocal seen
            if writes(event, arguments):
                place = pathlib.Path(os.path.abspath(os.fsdecode(arguments[0])))
                seen += place.is_relative_to(folder)
                if seen == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

        child = os.fork()
        if not child:
            os.chdir(folder)
            sys.addaudithook(watch)
            main()
        return os.waitpid(child, 0)[1] == signal.SIGKILL

    for moment in itertools.count(1):
        folder = pathlib.Path(copies, str(moment))
        shutil.copytree(deck, folder)
        if not killed(folder, moment):
            break
""")
"""Kills deckgen, each time in a new copy of a deck, before the n-th change that it would make there."""


def source(folder: Path) -> dict[str, bytes]:
    """What lies in source/."""
    top = folder / "source"
    return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="no process is killed so there")
@pytest.mark.parametrize(
    "command",
    [("check", "--fix"), ("schema",), ("release", "1.1.0"), ("release", "1.1.0", "--commit")],
    ids=" ".join,
)
def test_at_whatever_moment_it_is_killed(command: tuple[str, ...], project: Project, tmp_path: Path) -> None:
    """Each file of source/ is as before or as it should be, none besides; the next call does it."""
    slip = "definitions:\n  - term: Last\n    definition: |\n      Text.\n"
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "1.0.0", FIRST)
    if command[0] == "release":
        change(folder, {"source/one.yaml": terms("a", "b")})
    else:
        change(folder, {"source/two.yaml": slip, "source/three.yaml": slip.replace("Last", "First")})
    if "--commit" in command:
        in_git(folder)
        git(folder, "config", "user.name", "A")
        git(folder, "config", "user.email", "a@example.org")
    before = source(folder)
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    environment = {"SOURCE_DATE_EPOCH": str(FIRST + 100)}
    assert run(*command, cwd=whole, **environment).returncode == 0
    after = source(whole)
    assert after != before
    command_line = [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "copies"), *command]
    subprocess.run(command_line, env={**os.environ, **environment}, check=True, capture_output=True)
    seen: list[tuple[dict[str, bytes], list[str]]] = []
    for work in (tmp_path / "copies").iterdir():
        left = source(work)
        assert set(left) <= set(before) | set(after), f"at {work.name}: {sorted(left)}"
        for name, content in left.items():
            assert content in {before.get(name), after.get(name)}, f"at {work.name}: {name}"
        built = (str(path.relative_to(work)) for path in (work / "build").rglob("*"))
        state = left, sorted(re.sub(r"[0-9a-f]{12}", "", name) for name in built)
        if state not in seen:
            seen.append(state)
            goes_on(work, after, *command, **environment)
    assert len(seen) > 2


def goes_on(folder: Path, after: dict[str, bytes], *command: str, **environment: str) -> None:
    """The next call does what the killed one should have done, or says that it has, or what is in its way."""
    again = run(*command, cwd=folder, **environment)
    assert not again.returncode or "1.1.0 was released on" in again.stderr, again.stderr
    assert source(folder) == after
    if command[0] == "release":
        left = [path.name for path in (folder / "build/release").iterdir()]
        assert sorted(left) == ["1.0.0", "1.1.0"], left
        made = {path.name for path in (folder / "build/release/1.1.0").iterdir()}
        assert made == {"sample-1.1.0.apkg", "release-notes.md", "release.json", "SHA256SUMS"}
    if "--commit" in command:
        assert not git(folder, "status", "--porcelain").stdout
