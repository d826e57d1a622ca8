"""What a process remembers of its last build, so that the next one does only what has changed.

`deckgen preview --serve` builds a deck after each save. All that is remembered holds on one basis: deck.yaml,
the ledger and all templates. If any of them changes, everything is forgotten. What comes from a chapter is
remembered with the chapter, and holds as long as its text is the same.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen.source import MAX_BYTES, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.project import Project

Basis = tuple[tuple[str, bytes | None], ...]
"""The paths of files with their contents; None for a file that does not exist."""


class Memory:
    """The results of the last build, by their sorts.

    Attributes:
        lasting: Whether another build of this process may need them; else what takes much memory is left out.
    """

    def __init__(self, *, lasting: bool = True) -> None:
        """Begin with nothing."""
        self.lasting = lasting
        self._basis: Basis | None = None
        self._results: dict[str, dict[Any, Any]] = {}

    def begin(self, basis: Basis | None) -> None:
        """Begin a build: forget everything that was found out on another basis.

        Args:
            basis: The basis of the build; None if it is not sure.
        """
        if basis is None or basis != self._basis:
            self._results = {}
        self._basis = basis

    def end(self, basis: Basis | None) -> None:
        """End a build: forget everything if its basis has changed meanwhile. `basis` is as for `begin`."""
        self.begin(basis)

    def of(self, sort: str) -> dict[Any, Any]:
        """The remembered results of a sort, by what each is about."""
        return self._results.setdefault(sort, {})

    def keep(self, sort: str, results: dict[Any, Any]) -> None:
        """Remember results in place of all others of their sort."""
        self._results[sort] = results


def basis_of(project: Project) -> Basis | None:
    """The basis of all that is remembered of a project; None if it is not sure, as with links."""
    files = [project.manifest, project.ledger]
    try:
        for folder in project.template_folders():
            files += _below(folder.path)
        return tuple((str(path), _content(path)) for path in files)
    except OSError:
        return None


def _below(top: Path) -> Iterator[Path]:
    """All files below a folder, hidden ones too, in a certain order.

    Raises:
        OSError: A folder cannot be read.
    """
    for folder, folders, names in os.walk(top, onerror=_refuse):
        folders.sort()
        for name in folders:
            if Path(folder, name).is_symlink():
                raise OSError("what a link leads to may change")
        yield from (Path(folder, name) for name in sorted(names))


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _content(path: Path) -> bytes | None:
    """The content of an ordinary file; None if there is none.

    Raises:
        OSError: It cannot be read, or is no ordinary file.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise OSError("it is not an ordinary file, or too large to be read at each build")
        with opened(path) as file:
            return file.read()
    except FileNotFoundError:
        return None
