"""Everything that a build depends on, as one digest: two builds of the same inputs come to the same.

The inputs are the files of the deck, deckgen itself and the libraries that it uses, the day, and what git has
of a missing ledger. Where it is not sure what a build would read, as behind a link, there is no digest.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen import __version__, git
from deckgen.diagnostics import CallError, nearest
from deckgen.kept import settled
from deckgen.project import CHAPTER, shipped_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.kept import Status
    from deckgen.project import Project

_TEXTS = frozenset([".css", ".j2", ".json", ".jsonl", ".md", ".txt", *CHAPTER])
"""The endings of files that are always read; the status of others tells whether they have changed."""
_SMALL = 16_384  # bytes; smaller files are always read too
_MOST = 100_000  # files and folders of a deck; one with more is built each time
_DAY = 86_400  # seconds


class _UnsureError(Exception):
    """It is not sure what a build would read."""


def now() -> int:
    """The time of the build in seconds since 1970: SOURCE_DATE_EPOCH, or the clock.

    Raises:
        CallError: SOURCE_DATE_EPOCH is not a time in the past.
    """
    clock = int(time.time())
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return clock
    if not re.fullmatch(r"[0-9]{1,12}", text) or not 0 < int(text) <= clock + 86_400:
        raise CallError(
            f"SOURCE_DATE_EPOCH is `{text}`, which is not a time in the past",
            "set it to whole seconds since 1970: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
        )
    return int(text)


def inputs_of(project: Project) -> str | None:
    """A digest of the inputs of a build of a deck; None if they cannot be known for sure.

    Args:
        project: The deck's folder, resolved.

    Raises:
        CallError: SOURCE_DATE_EPOCH is not a time in the past.
    """
    try:
        return _digest_of(_rows(project))
    except (OSError, ValueError, git.Unanswered, _UnsureError):  # (a name may be none for the system)
        return None


def state_of_program() -> str | None:
    """A digest of deckgen with its libraries; None if that cannot be known."""
    try:
        return _digest_of(_of_program())
    except OSError:
        return None


def _digest_of(rows: Iterable[tuple[object, ...]]) -> str:
    digest = blake2b(digest_size=20)
    for row in rows:
        digest.update(f"{json.dumps(row)}\n".encode())
    return digest.hexdigest()


def _rows(project: Project) -> Iterator[tuple[object, ...]]:
    """All that the digest is made of."""
    yield str(project.folder), str(Path.cwd()), now() // _DAY, os.environ.get("SOURCE_DATE_EPOCH")
    yield from _of_program()
    if not project.is_shipped:
        yield from _program(shipped_templates())
    yield from _beside(project)
    for folder in (project.source, project.templates):
        if folder.is_symlink():
            raise _UnsureError
        if folder.is_dir():
            yield from _deck_files(project, folder)
    if not os.path.lexists(project.ledger):  # only then does a build ask git, unless a released note is gone
        yield from git.repository_state(project.folder)


def _of_program() -> Iterator[tuple[object, ...]]:
    """What tells deckgen with its libraries from any other."""
    yield __version__, sys.version
    yield from _libraries()
    yield from _program(Path(__file__).parent)


def _libraries() -> Iterator[tuple[object, ...]]:
    """The folders in which Python finds modules; the time of one changes with each installation."""
    for name in sys.path:
        try:
            yield name, Path(name).stat().st_mtime_ns
        except OSError:
            continue


@cache
def _program(folder: Path) -> list[tuple[object, ...]]:
    """The files of deckgen itself: who works on it changes them without another version.

    They are looked at once: a process goes on with the program that it began with.
    """
    rows: list[tuple[object, ...]] = []
    for entry in _entries(folder):
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            rows += _program(Path(entry.path))
        else:
            status = entry.stat()
            rows.append((entry.path, status.st_size, status.st_mtime_ns))
    return rows


def _beside(project: Project) -> Iterator[tuple[object, ...]]:
    """The files and folders beside source/: some may be chapters or templates in the wrong place."""
    templates = project.templates.is_dir()
    for entry in _entries(project.folder):
        if entry.name.startswith("."):
            continue
        if not templates and nearest(entry.name, ["templates"]):
            raise _UnsureError
        yield entry.name, entry.is_dir(), entry.is_symlink()
        if entry.name.lower().endswith(CHAPTER):
            if entry.is_symlink() or entry.stat().st_size > _SMALL:
                raise _UnsureError
            yield (_digest(Path(entry.path)),)


def _deck_files(project: Project, top: Path) -> Iterator[tuple[object, ...]]:
    """The files and folders below one of a deck's folders, with what tells whether the files have changed."""
    folders = [top]
    seen = 0
    while folders:
        folder = folders.pop()
        yield (project.shown(folder),)
        for entry in _entries(folder):
            seen += 1
            if seen > _MOST or entry.is_symlink():
                raise _UnsureError
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.name, _file(path, entry.stat(follow_symlinks=False))
            else:
                raise _UnsureError


def _file(path: Path, status: os.stat_result) -> str | Status:
    """The digest of a file, or the status of a large one that is no text."""
    if status.st_size <= _SMALL or path.suffix.lower() in _TEXTS:
        return _digest(path)
    sure = settled(path.stat(), time.time())  # (on Windows, a folder does not have all of it)
    if sure is None:
        raise _UnsureError
    return sure


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = blake2b(digest_size=20)
        while part := file.read(1 << 20):
            digest.update(part)
        return digest.hexdigest()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder by name."""
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
