"""The folder of an export: what is written there, and what of an earlier export is replaced."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from deckgen.commands.export.contents import MEDIA
from deckgen.commands.marked_folder import MarkedFolders, mark_of
from deckgen.diagnostics import CallError
from deckgen.files import creating

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.cards.media import Media
    from deckgen.commands.export.contents import Export
    from deckgen.commands.marked_folder import Earlier

MARK = ".deckgen-export"
"""The file by which a folder is known for an export: it names the deck, the form and the files."""
_PART = MARK + ".{}.part"
FOLDERS = MarkedFolders(
    mark=MARK,
    what="export",
    article="the",
    texts=("deck", "to"),
    folders=(MEDIA.rstrip("/"),),
    elsewhere="use a new or empty folder",
    # a folder of git's may hold nothing else yet; a killed export leaves only its parts
    kept=r"\.git|" + re.escape(MARK) + r"\.[0-9a-f]{12}\.part",
)
"""The folders of exports."""


def write(export: Export, folder: Path, earlier: Earlier) -> None:
    """Write an export as a whole, or leave the folder as it was. Files that are not of an export stay.

    Args:
        export: The export.
        folder: Its folder, which is made if it does not exist.
        earlier: The export that it holds.

    Raises:
        CallError: It holds another export or a file with the name of a new one, or cannot be written to.
        OSError: A file cannot be read or written.
    """
    if earlier.deck and (earlier.deck, earlier.to) != (export.deck, export.to):
        message = f"{folder} contains another export: `{earlier.deck}` as {earlier.to}"
        raise CallError(message, FOLDERS.elsewhere)
    for path in export.files:
        if path not in earlier.files and os.path.lexists(folder / path):
            message = f"{folder / path} already exists, and is not from an earlier export"
            raise CallError(message, "nothing was written: move it away")
    made = [each for each in reversed((folder, *folder.parents)) if not each.exists()]
    part = folder / _PART.format(os.urandom(6).hex())
    try:
        for left in folder.glob(_PART.format("*")):  # by a killed call
            shutil.rmtree(left, ignore_errors=True)
        (part / "new").mkdir(parents=True)
        _fill(part / "new", export.files)
        _swap(export, folder, part, earlier.files)
        made.clear()
    finally:
        shutil.rmtree(part, ignore_errors=True)
        for each in reversed(made):
            with suppress(OSError):
                each.rmdir()


def _fill(folder: Path, files: ReadOnly[str, bytes | Media]) -> None:
    """Write files into a new folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        data = content if isinstance(content, bytes) else content.content()
        if data is None:
            raise CallError(f"a media file changed during the export: {path}", "export again")
        with creating(target, lasting=False) as file:
            file.write(data)


def _swap(export: Export, folder: Path, part: Path, before: Iterable[str]) -> None:
    """Move the new files to their places, and those of an earlier export away; or change nothing.

    At each moment, the folder has a mark that lists all its files of exports: the call may be killed.
    """
    new, old, mark = part / "new", part / "old", folder / MARK
    old.mkdir()
    if mark.exists():
        shutil.copyfile(mark, old / MARK)
    _mark(new / MARK, export, export.files)
    _mark(part / MARK, export, {*export.files, *before})
    moved: list[tuple[Path, Path]] = []

    def move(start: Path, end: Path) -> None:
        end.parent.mkdir(parents=True, exist_ok=True)
        moved.append((start, end))  # first, because Ctrl-C can come right after the next line
        start.replace(end)

    try:
        (part / MARK).replace(mark)
        for path in before:
            if (folder / path).exists():
                move(folder / path, old / path)
        for path in export.files:
            move(new / path, folder / path)
        (new / MARK).replace(mark)
    except BaseException:
        if (new / MARK).exists():  # else the export is complete, and stays
            for start, end in reversed(moved):
                if os.path.lexists(end):
                    end.replace(start)
            _put_back(old / MARK, mark)
        raise
    finally:
        with suppress(OSError):  # it is not there, or not empty
            (folder / MEDIA).rmdir()


def _put_back(earlier: Path, mark: Path) -> None:
    """Give a folder its earlier mark again, or none if it had none."""
    if earlier.exists():
        earlier.replace(mark)
    else:
        mark.unlink(missing_ok=True)


def _mark(path: Path, export: Export, files: Iterable[str]) -> None:
    """Write the mark of a folder."""
    with creating(path, lasting=False) as file:
        file.write(mark_of(files, deck=export.deck, to=export.to))
