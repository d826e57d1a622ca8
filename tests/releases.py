"""Releases as tests make them: chapters of definitions, released and changed."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from deckgen.build import Build
from deckgen.commands.release.release import draft, make
from tests.conftest import (
    Opened,
    change,
    open_package,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

FIRST = 1_700_000_000  # seconds since 1970
LEDGER = "source/ledger.jsonl"
TERM = "  - id: {id}\n    term: Term {id}\n    definition: |\n      {text}\n"


def terms(*notes: str, **texts: str) -> str:
    """A chapter of definitions: ids, or whole entries."""
    entries = [
        note if note.startswith(" ") else TERM.format(id=note, text=texts.get(note, f"Text of {note}."))
        for note in notes
    ]
    return "definitions:\n" + "".join(entries)


def keyed(name: str, *lines: str) -> str:
    """A definition with further keys."""
    head, _, rest = TERM.format(id=name, text=f"Text of {name}.").partition("\n")
    return "\n".join([head, *(f"    {line}" for line in lines), rest])


def release(folder: Path, version: str, time: int, *options: str) -> Opened:
    """Release a deck, and open the package; where nothing else is new, the deck's description is."""
    call: tuple[str | Path, ...] = ("release", version, "--allow-dirty", *options, "--project", folder)
    done = run(*call, SOURCE_DATE_EPOCH=str(time))
    if "there is nothing to release" in done.stderr:
        describe(folder, f"Edition {version}.")
        done = run(*call, SOURCE_DATE_EPOCH=str(time))
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "build/release" / version).glob(f"*-{version}.apkg")
    return open_package(path)


def describe(folder: Path, words: str) -> None:
    """Give a deck another description, which changes its package and no note."""
    path = folder / "source/deck.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "description:" not in line]
    path.write_text("\n".join([*lines, f"description: {words}"]) + "\n", encoding="utf-8")


def released(
    folder: Path, version: str, progress: Callable[[str, int, int], None] | None = None
) -> tuple[Path, list[str]]:
    """Release a deck in this process: the folder of its files, and their names; none if it has errors."""
    made = draft(folder, version, progress)
    if isinstance(made, Build):
        return folder, []
    return make(made), made.files


def build(folder: Path, time: int) -> Opened:
    """Build a deck, and open the package."""
    done = run("build", "--project", folder, SOURCE_DATE_EPOCH=str(time))
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "build").glob("*.apkg")
    return open_package(path)


def refused(folder: Path, *arguments: str, code: int = 1) -> str:
    """What a command says that should fail; nothing of the project may differ afterwards."""
    before = files(folder)
    done = run(*(arguments or ("build",)), "--project", folder, SOURCE_DATE_EPOCH=str(FIRST + 5000))
    assert done.returncode == code, done.stderr
    assert files(folder) == before
    return done.stderr


def files(folder: Path) -> dict[Path, bytes]:
    """All files of a project, but for the one by which a release is alone."""
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / "build/.lock"
    }


def lines(folder: Path) -> dict[str, dict[str, Any]]:
    """The ledger's lines of notes, by note id."""
    text = (folder / LEDGER).read_text(encoding="utf-8")
    return {line["note"]: line for line in map(json.loads, text.splitlines()) if "note" in line}


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in a folder, as nobody in particular."""
    return subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )


def in_git(folder: Path) -> Path:
    """A deck's folder as a repository, with all of it committed."""
    change(folder, {".gitignore": "/build/\n"})
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    assert git(folder, "commit", "-qm", "Begin").returncode == 0
    return folder


def released_in_git(folder: Path) -> Path:
    """A deck's folder as a repository, with its first release committed."""
    git(folder, "init")
    release(folder, "1.0.0", FIRST)
    committed(folder, "one")
    return folder


def committed(folder: Path, message: str) -> None:
    """Commit everything but what is built."""
    git(folder, "add", "-A", "source")
    assert git(folder, "commit", "-m", message).returncode == 0
