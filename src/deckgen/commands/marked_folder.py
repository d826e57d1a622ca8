"""Folders that a command fills with files for others: which folders it may use, and what of its own is there.

Such a folder is known by its mark, a file that names the deck and lists the files of the command. All else in
the folder is the author's, and stays.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deckgen.project import Project


class Earlier(NamedTuple):
    """What a command wrote into a folder before; empty if it wrote nothing.

    Attributes:
        files: The paths of the files, with `/`.
        deck: The id of the deck.
        to: The form of an export.
    """

    files: tuple[str, ...] = ()
    deck: str = ""
    to: str = ""


@dataclass(frozen=True)
class MarkedFolders:
    """The folders of a command.

    Attributes:
        mark: The name of the mark.
        what: What the folders contain, as in `site`.
        article: The article of `what` in a sentence.
        texts: What the mark says apart from the files: `deck`, or `deck` and `to`.
        folders: The folders inside that have files, too.
        elsewhere: A hint on which folder to use instead.
        kept: What else a new folder may hold, as a pattern for names.
    """

    mark: str
    what: str
    article: str
    texts: tuple[str, ...]
    folders: tuple[str, ...]
    elsewhere: str
    kept: str

    def earlier(self, folder: Path, project: Project) -> Earlier:
        """What the command wrote into a folder before; a folder that holds anything else is refused.

        Args:
            folder: The folder; it need not exist.
            project: The deck's folder.

        Raises:
            CallError: The command cannot use the folder.
        """
        for inside in (project.source, project.templates):
            if folder.resolve().is_relative_to(inside.resolve()):
                would = f"{self.article} {self.what} would become part of the deck"
                raise CallError(f"{folder} is in {inside}, so {would}", self.elsewhere)
        if folder.resolve() == project.output.resolve():
            hint = f"use a folder in it, such as {folder / self.what}"
            raise CallError(f"{folder} is the folder for packages", hint)
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise CallError(f"{folder} is not an ordinary folder", self.elsewhere)
        for place in (folder / name for name in self.folders):
            if place.is_symlink():
                raise CallError(f"{place} is a link to another place", "move it away")
            if place.exists() and not place.is_dir():
                raise CallError(f"{place} is not an ordinary folder", "move it away")
        if (folder / self.mark).is_file():
            return self._read(folder / self.mark)
        if folder.exists() and not all(re.fullmatch(self.kept, path.name) for path in folder.iterdir()):
            message = f"{folder} contains other files, and no {self.what} made by deckgen"
            raise CallError(message, self.elsewhere)
        return Earlier()

    def _read(self, mark: Path) -> Earlier:
        """What a mark lists."""
        one = re.compile(rf"(?:(?:{'|'.join(self.folders)})/)?(?!\.{{1,2}}$)[^/\\:\0]+")
        try:
            about = json.loads(mark.read_bytes())
            files, texts = about["files"], [about[text] for text in self.texts]
            if all(isinstance(text, str) for text in texts) and all(map(one.fullmatch, files)):
                return Earlier(tuple(files), *texts)
        except (ValueError, KeyError, TypeError):
            pass
        message = f"{mark} does not list the {self.what}'s files"
        raise CallError(message, f"delete the folder, or {self.elsewhere}")


def mark_of(files: Iterable[str], **texts: str) -> bytes:
    """The content of a mark.

    Args:
        files: The paths of the files, with `/`.
        texts: What else it says: `deck`, or `deck` and `to`.
    """
    about = {**texts, "files": sorted(files)}
    return (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()
