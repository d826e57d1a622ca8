"""The places of media files, and the file that was probably meant by an address that leads to none.

Names are compared exactly with the names in the folders, on every system: macOS and Windows would find a file
in spite of other capitals, but Linux would not. Composed and decomposed letters count as the same, because
nobody sees which of them a keyboard or a system has written.
"""

from __future__ import annotations

import difflib
import html
import os
import re
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from deckgen.diagnostics import composed, same
from deckgen.patterns import pattern
from deckgen.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKED_FOR = 20  # similar names are searched for so many dead addresses
_LONGEST = 1000  # characters; no file is proposed for a longer address
_MOST = 50_000  # so many files of source/ are considered
_LIKE = 0.6  # the least similarity of two names, from 0 to 1

_WRAPPED = (
    re.compile(r"!\[[^\]]*\]\(\s*<?([^<>]+?)>?(?:\s+[\"'(][^\"']*[\"')])?\s*\)"),
    re.compile(r"!?\[\[([^\[\]|]+)(?:\|[^\[\]]*)?\]\]"),
    re.compile(r"\[(?:sound|audio|image|img):\s*(.+?)\s*\]", re.IGNORECASE),
    re.compile(r"<[a-z]+\b[^>]*?\b(?:src|href|data)\s*=\s*[\"']?([^\"'>]+)[\"']?[^>]*>", re.IGNORECASE),
    re.compile(r"\[[^\]]*\]\(\s*<?([^<>]+?)>?\s*\)"),
    re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)", re.IGNORECASE),
    re.compile(r"[\"'`(<\u2018-\u201e\xab](.+)[\"'`)>\u2018-\u201e\xbb]"),
)
"""Markup around a path, as other programs write it."""

_UNSAFE = pattern(r"[\s()<>\"\\\[\]&`#:?|]")
"""Signs that YAML, Markdown or HTML may read as markup."""


def candidates(address: str) -> tuple[str, ...]:
    """The paths that an address can mean: as written, then with `%20` and the like decoded.

    There is none for an address with a backslash: such a path does not work on every system.
    """
    return () if "\\" in address else tuple(dict.fromkeys((address, unquote(address), address.strip())))


def unwrapped(address: str) -> str:
    """The path within markup such as `![a](b.png)`; the address itself if there is no such markup."""
    if len(address) > _LONGEST:
        return address
    for each in _WRAPPED:
        if match := each.fullmatch(address):
            return match[1].strip()
    return address


def nearest(name: str, names: list[str]) -> str:
    """The most similar name: the same but for capitals, else with the same or a similar stem; or empty."""
    if len(name) > _LONGEST:
        return ""
    plain, stem = same(name), same(name).rpartition(".")[0] or same(name)
    for other in sorted(names):
        if same(other) == plain:
            return other
    for other in sorted(names):
        if same(other).rpartition(".")[0] == stem:
            return other
    by_stem = {same(other).rpartition(".")[0]: other for other in sorted(names, reverse=True)}
    near = difflib.get_close_matches(stem, by_stem, n=1, cutoff=_LIKE)
    return by_stem[near[0]] if near else ""


class Places:
    """The folders and files of source/; each folder is listed only once."""

    def __init__(self, source: Path, project: Path) -> None:
        """Prepare for a project; both paths are resolved."""
        self._source = source
        self._project = project
        self._names_by_folder: dict[str, dict[str, str] | None] = {}
        self._by_types: dict[frozenset[str], dict[str, list[Path]]] = {}
        self._missing = 0

    def at(self, folder: Path, address: str) -> Path | None:
        """The file or folder at an address; None if there is none.

        Args:
            folder: The folder in which the address begins.
            address: A path with `/` between its parts.
        """
        if address.startswith("/") or "\0" in address:
            return None
        path = folder
        for part in address.split("/"):
            if part in {"", "."}:
                continue
            name: str | None = part
            if part != "..":
                names = self._names(path)
                if names is not None:
                    name = names.get(part) or names.get(composed(part))
                elif not os.path.lexists(path / part):
                    name = None
            if name is None:
                return None
            path /= name
        return path

    def _names(self, folder: Path) -> dict[str, str] | None:
        """The names in a folder, also by their composed form; None if it cannot be listed."""
        key = str(folder)
        if key not in self._names_by_folder:
            try:
                names = sorted((path.name for path in folder.iterdir()), reverse=True)
            except (OSError, ValueError):
                self._names_by_folder[key] = None
            else:
                self._names_by_folder[key] = {composed(name): name for name in names} | {
                    name: name for name in names
                }
        return self._names_by_folder[key]

    def meant(self, address: str, types: frozenset[str], folder: str) -> tuple[str, str]:
        """The address of the file that was probably meant, and how it differs; both empty if there is none.

        Args:
            address: An address that leads to no file.
            types: The allowed endings.
            folder: The folder of the chapter, relative to the project, with `/`.

        Returns:
            The address, and the difference: `alone` if there is markup around the path, `path` if it begins
            in another folder, `folder` if only the folder differs, `name` if the capitals of the name differ
            too, `like` for any other difference.
        """
        if len(address) > _LONGEST:
            return "", ""
        start, paths = self._project / folder, _paths(address)
        for path in paths:
            for begin in (start, Project(self._project).source, self._project):
                file = self.at(begin, path.lstrip("/"))
                if file and self._fits(file, types):
                    return _written(file, start, address), "alone" if begin == start else "path"
        files = self._by_name(types)
        names = [path.rstrip("/").rpartition("/")[2] for path in paths]
        for name in names:
            same_names = [file for file in files.get(same(name), ()) if self._fits(file, types)]
            if same_names:
                file = _closest(same_names, paths[-1])
                difference = "folder" if composed(file.name) == composed(name) else "name"
                return _written(file, start, address), difference
        self._missing += 1
        if self._missing > _LOOKED_FOR or not names[-1]:
            return "", ""
        every = [file for some in files.values() for file in some]
        parent = os.path.normpath(start / paths[-1].lstrip("/").rpartition("/")[0])
        for some in ([file for file in every if str(file.parent) == parent], every):
            near = nearest(names[-1], [file.name for file in some])
            file = next((file for file in some if file.name == near), start)
            if near and self._fits(file, types):
                return _written(file, start, address), "like"
        return "", ""

    def of_stem(self, address: str, folder: str) -> str:
        """The path of a file whose name differs from an address only in its ending; empty if there is none.

        Args:
            address: An address that leads to no file.
            folder: The folder of the chapter, relative to the project, with `/`.
        """
        stem = same(Path(_paths(address[:_LONGEST])[-1]).stem)
        other = next((file for file in self.files if stem and same(file.stem) == stem), None)
        return _written(other, self._project / folder, address) if other else ""

    @cached_property
    def files(self) -> list[Path]:
        """The first files of source/, in order of their paths."""
        return list(islice(self._below(), _MOST))

    def _fits(self, file: Path, types: frozenset[str]) -> bool:
        """Whether a file in source/ has one of the allowed endings."""
        try:
            return (
                file.suffix.lower().removeprefix(".") in types
                and file.is_file()
                and file.resolve().is_relative_to(self._source)
            )
        except (OSError, RuntimeError):
            return False

    def _by_name(self, types: frozenset[str]) -> dict[str, list[Path]]:
        """The files of source/ with one of some endings, by their names without regard to capitals."""
        if types not in self._by_types:
            by_name = self._by_types[types] = {}
            for file in self.files:
                if file.suffix.lower().removeprefix(".") in types:
                    by_name.setdefault(same(file.name), []).append(file)
        return self._by_types[types]

    def _below(self) -> Iterator[Path]:
        """All files of source/, in order of their paths."""
        for folder, folders, names in os.walk(Project(self._project).source):
            folders.sort()
            for name in sorted(names):
                yield Path(folder) / name


def _written(file: Path, start: Path, address: str) -> str:
    """The address of a file from a folder, written so that it can replace another address."""
    path = Path(os.path.relpath(file, start)).as_posix()
    # a sign that is in the old address was read as meant; another one might be read as markup
    unsafe = set(_UNSAFE.findall(path)) - set(address)
    if not unsafe:
        return path
    return "".join(quote(sign, safe="") if sign in unsafe or sign == "%" else sign for sign in path)


def _closest(files: list[Path], address: str) -> Path:
    """The file whose path has the most last parts in common with an address."""
    parts = [same(part) for part in re.split(r"[/\\]", address)]

    def common(file: Path) -> int:
        pairs = zip(reversed([same(part) for part in file.parts]), reversed(parts), strict=False)
        return next((count for count, (one, other) in enumerate(pairs) if one != other), len(parts))

    return max(files, key=common)


def _paths(address: str) -> list[str]:
    """The paths that an address may mean; the first is the address itself."""
    paths = [address]
    for change in (
        unwrapped,
        str.strip,
        html.unescape,
        unquote,
        lambda path: re.sub(r"^file:/*(?=/)", "", path, flags=re.IGNORECASE),
        lambda path: re.sub(r"^[A-Za-z]:(?=[\\/])", "", path),
        lambda path: path.replace("\\", "/"),
        lambda path: re.sub(r"(?:[?#|{].*|\s+=\d*x\d*)$", "", path, flags=re.DOTALL),
        str.strip,
    ):
        changed = change(paths[-1])
        if changed and changed not in paths:
            paths.append(changed)
    return paths
