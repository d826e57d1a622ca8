"""Writing a new deck: all of its files, or nothing."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen import files
from deckgen.address import COMMIT, REPOSITORY
from deckgen.build import build
from deckgen.commands.init.answers import fault
from deckgen.commands.init.starter import only_at_the_top, starter_files
from deckgen.diagnostics import CallError, listed
from deckgen.git import work_tree
from deckgen.project import LEDGER, MANIFEST, Project, holds_deck

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from deckgen.commands.init.answers import Answers

_PART = ".deckgen-init.{}.part"
_ANOTHER = "choose another folder"


@dataclass(frozen=True)
class Created:
    """A new deck.

    Attributes:
        folder: Its folder, without links.
        files: The paths of its files from there.
        in_git: Whether the folder was in a git repository before.
        remarks: What its author should know besides.
    """

    folder: Path
    files: tuple[str, ...]
    in_git: bool
    remarks: tuple[str, ...]


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot become a new deck's, before any question is asked.

    Raises:
        CallError: It holds a deck, is part of one, or holds files that would become part of the deck.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise CallError(f"{folder} is not a folder", _ANOTHER)
    if holds_deck(folder):
        raise CallError(f"{folder} already contains a deck: {MANIFEST} exists", _ANOTHER)
    for above in map(Project, folder.parents):
        if holds_deck(above.folder) and folder.is_relative_to(above.source):
            message = f"{folder} is inside the source of another deck, {above.folder}"
            raise CallError(message, _ANOTHER)


def create(folder: Path, answers: Answers) -> Created:
    """Write the files of a new deck into a folder, which is made if it does not exist.

    Args:
        folder: The folder.
        answers: What is known of the deck.

    Raises:
        CallError: An answer has a fault, a file is there already, or the folder cannot be written to.
    """
    check_folder(folder)
    for name in answers.__slots__:
        if problem := fault(name, getattr(answers, name)):
            raise CallError(f"--{name}: {problem.message}", problem.hint)
    folder = folder.resolve()
    top = work_tree(folder)
    at_top = top in {None, folder}
    contents = starter_files(answers, folder, at_top=at_top)
    refuse_existing(folder, contents, contents.__getitem__)
    remarks = _write(folder, contents)
    remarks += on_workflows(folder, top)
    return Created(folder, tuple(sorted(contents)), top is not None, tuple(remarks))


def on_workflows(folder: Path, top: Path | None) -> list[str]:
    """What the author should know of the files that work only at the top of a repository, as sentences.

    Args:
        folder: The deck's folder, without links.
        top: The top of its git repository; None if it has none.
    """
    if top not in {None, folder}:
        paths = listed(only_at_the_top())
        return [f"skipped, because they only work at the top of the repository, {top}: {paths}"]
    if COMMIT:
        return []
    remark = (
        f"this deckgen was built from a checkout, so the workflows use {REPOSITORY}@main "
        "as a placeholder: before you push, replace it with the address and a commit of "
        "deckgen's repository"
    )
    return [remark]


def refuse_existing(folder: Path, paths: Collection[str], content_of: Callable[[str], bytes]) -> None:
    """Refuse to write where files are: they would be overwritten, or become part of the deck.

    Args:
        folder: The deck's folder.
        paths: The paths of the deck's files.
        content_of: The content of one of them.
    """
    kept = "nothing was written: move it away, or choose another folder"
    for path in paths:
        target = folder / path
        for above in target.parents[: path.count("/")]:
            if os.path.lexists(above) and not above.is_dir():
                raise CallError(f"{above} already exists, and is not a folder", kept)
        # a killed call may have left what this one writes
        if os.path.lexists(target) and not (target.is_file() and target.read_bytes() == content_of(path)):
            raise CallError(f"{target} already exists, and is not overwritten", kept)
    for inside in (Project(folder).source, Project(folder).templates):
        for each in sorted(inside.rglob("*")) if inside.is_dir() else ():
            name = each.relative_to(folder).as_posix()
            if each.is_file() and name not in paths and "/." not in name:
                raise CallError(f"{each} already exists, and would become part of the deck", kept)


def _write(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write the files of a new deck, if the deck can be built.

    Returns:
        The warnings about the deck.
    """
    with new_deck(folder) as part:
        for path, content in contents.items():
            write_file(part / path, content)
        return _warnings(part)


@contextmanager
def new_deck(folder: Path) -> Iterator[Path]:
    """A hidden folder for the files of a new deck; if the block ends well, they move into the deck's folder.

    If it does not, nothing is left of them.

    Args:
        folder: The deck's folder, without links; it is made if it does not exist.

    Raises:
        CallError: The folder cannot be written to, or a file is there already.
    """
    made = _missing_folders(folder)
    moved: list[Path] = []
    part = folder / _PART.format(os.urandom(6).hex())
    try:
        try:
            for left in folder.glob(_PART.format("*")):  # by a killed call
                shutil.rmtree(left)
            part.mkdir(parents=True)
        except OSError as error:
            raise CallError(f"the folder {folder} cannot be written to: {error.strerror}") from error
        yield part
        paths = [path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file()]
        refuse_existing(folder, paths, lambda path: (part / path).read_bytes())
        # deck.yaml comes last: with it the folder becomes a deck; a ledger is never the same twice
        last = {LEDGER: 1, MANIFEST: 2}
        for path in sorted(paths, key=lambda path: (last.get(path, 0), path)):
            target = folder / path
            made += _missing_folders(target.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                moved.append(target)
                (part / path).rename(target)
        moved.clear()  # the deck is complete, and stays
        made.clear()
    finally:
        shutil.rmtree(part, ignore_errors=True)
        for target in moved:
            target.unlink(missing_ok=True)
        for each in reversed(made):
            with suppress(OSError):
                each.rmdir()


def write_file(path: Path, content: bytes) -> None:
    """Write a file into a new folder, whose folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.creating(path) as file:
        file.write(content)


def _missing_folders(folder: Path) -> list[Path]:
    """The folders to be made for a path, from the top down."""
    return [each for each in reversed((folder, *folder.parents)) if not each.exists()]


def _warnings(folder: Path) -> list[str]:
    """What deckgen warns of in a new deck.

    Raises:
        CallError: The answers make a deck with errors.
    """
    result = build(folder)
    if result.package is None:
        first = next(each for each in result.diagnostics if each.level == "error")
        raise CallError(f"deckgen cannot make a deck from these answers: {first.message}", first.hint)
    return [f"{each.code}: {each.message}" for each in result.diagnostics]
