"""Where media files lie, and which one an address means that leads to none.

Names are compared letter by letter with what the folders list, on every system alike: what macOS and Windows
find in spite of other capitals is missing on Linux. Composed and decomposed letters are the same, for nobody
sees which of them a keyboard or a system has written.
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

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKED_FOR = 20  # addresses that lead nowhere, for which names that are only like theirs are looked for
_LONGEST = 1000  # characters of an address that is looked at more closely
_MOST = 50_000  # files of source/ that are looked at
_LIKE = 0.6  # how much of two names must agree, from 0 to 1

_WRAPPED = (
    re.compile(r"!\[[^\]]*\]\(\s*<?([^<>]+?)>?(?:\s+[\"'(][^\"']*[\"')])?\s*\)"),
    re.compile(r"!?\[\[([^\[\]|]+)(?:\|[^\[\]]*)?\]\]"),
    re.compile(r"\[(?:sound|audio|image|img):\s*(.+?)\s*\]", re.IGNORECASE),
    re.compile(r"<[a-z]+\b[^>]*?\b(?:src|href|data)\s*=\s*[\"']?([^\"'>]+)[\"']?[^>]*>", re.IGNORECASE),
    re.compile(r"\[[^\]]*\]\(\s*<?([^<>]+?)>?\s*\)"),
    re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)", re.IGNORECASE),
    re.compile(r"[\"'`(<\u2018-\u201e\xab](.+)[\"'`)>\u2018-\u201e\xbb]"),
)
"""What is written around a path elsewhere."""

_UNSAFE = re.compile(r"[\s()<>\"\\\[\]&`#:?|]")
"""Signs that YAML, Markdown or HTML may read otherwise."""


def candidates(address: str) -> tuple[str, ...]:
    """The paths that an address can be: as it is written, then with `%20` and the like read.

    A backslash is no part of a path that can be checked out on every system.
    """
    return () if "\\" in address else tuple(dict.fromkeys((address, unquote(address), address.strip())))


def unwrapped(address: str) -> str:
    """The path within what is written around one elsewhere, as in `![a](b.png)`; else the address itself."""
    if len(address) > _LONGEST:
        return address
    for pattern in _WRAPPED:
        if match := pattern.fullmatch(address):
            return match[1].strip()
    return address


def nearest(name: str, names: list[str]) -> str:
    """The name that is most like another one, first by all but capitals, then by the stem; empty for none."""
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
    """The folders and files below source/, each folder listed once."""

    def __init__(self, source: Path, project: Path) -> None:
        """Prepare for a project; both are resolved."""
        self._source = source
        self._project = project
        self._listed: dict[str, dict[str, str] | None] = {}
        self._by_types: dict[frozenset[str], dict[str, list[Path]]] = {}
        self._missing = 0

    def at(self, folder: Path, address: str) -> Path | None:
        """What lies at an address; None where nothing does.

        Args:
            folder: Where the address begins.
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
        """The names in a folder, also by their composed letters; None where it cannot be listed."""
        key = str(folder)
        if key not in self._listed:
            try:
                names = sorted((path.name for path in folder.iterdir()), reverse=True)
            except (OSError, ValueError):
                self._listed[key] = None
            else:
                self._listed[key] = {composed(name): name for name in names} | {name: name for name in names}
        return self._listed[key]

    def meant(self, address: str, types: frozenset[str], folder: str) -> tuple[str, str]:
        """The address of the file that was probably meant, and how sure that is; empty where there is none.

        Args:
            address: What leads nowhere.
            types: The ends of names that may be.
            folder: The folder of the chapter, from the project's, with `/`.

        Returns:
            The address, and `alone` where more than a path was written, `path` where it begins elsewhere,
            `folder` where only the folder differs, `name` where the name does in its capitals too, `like`
            where more than that does.
        """
        if len(address) > _LONGEST:
            return "", ""
        start, paths = self._project / folder, _paths(address)
        for path in paths:
            for begin in (start, self._project / "source", self._project):
                file = self.at(begin, path.lstrip("/"))
                if file and self._fits(file, types):
                    return _written(file, start, address), "alone" if begin == start else "path"
        files = self._by_name(types)
        names = [path.rstrip("/").rpartition("/")[2] for path in paths]
        for name in names:
            fitting = [file for file in files.get(same(name), ()) if self._fits(file, types)]
            if fitting:
                file = _closest(fitting, paths[-1])
                how = "folder" if composed(file.name) == composed(name) else "name"
                return _written(file, start, address), how
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
        """The path of a file that is called as an address says but for its ending; empty where there is none.

        Args:
            address: What leads nowhere.
            folder: The folder of the chapter, from the project's, with `/`.
        """
        stem = same(Path(_paths(address[:_LONGEST])[-1]).stem)
        found = next((file for file in self.files if stem and same(file.stem) == stem), None)
        return _written(found, self._project / folder, address) if found else ""

    @cached_property
    def files(self) -> list[Path]:
        """The files of source/, in their order, up to a number."""
        return list(islice(self._below(), _MOST))

    def _fits(self, file: Path, types: frozenset[str]) -> bool:
        """Whether a file is one that may be shown."""
        try:
            return (
                file.suffix.lower().removeprefix(".") in types
                and file.is_file()
                and file.resolve().is_relative_to(self._source)
            )
        except (OSError, RuntimeError):
            return False

    def _by_name(self, types: frozenset[str]) -> dict[str, list[Path]]:
        """The files of source/ whose names have some ends, by what their names have in common."""
        if types not in self._by_types:
            found = self._by_types[types] = {}
            for file in self.files:
                if file.suffix.lower().removeprefix(".") in types:
                    found.setdefault(same(file.name), []).append(file)
        return self._by_types[types]

    def _below(self) -> Iterator[Path]:
        """All files of source/, in their order."""
        for folder, folders, names in os.walk(self._project / "source"):
            folders.sort()
            for name in sorted(names):
                yield Path(folder) / name


def _written(file: Path, start: Path, address: str) -> str:
    """The address of a file from a folder, such that it can be written in the place of another one."""
    path = Path(os.path.relpath(file, start)).as_posix()
    # a sign that stood in the address before was read as it was meant; others might not be
    unsafe = set(_UNSAFE.findall(path)) - set(address)
    if not unsafe:
        return path
    return "".join(quote(sign, safe="") if sign in unsafe or sign == "%" else sign for sign in path)


def _closest(files: list[Path], address: str) -> Path:
    """The file whose path ends most like an address."""
    parts = [same(part) for part in re.split(r"[/\\]", address)]

    def common(file: Path) -> int:
        pairs = zip(reversed([same(part) for part in file.parts]), reversed(parts), strict=False)
        return next((count for count, (one, other) in enumerate(pairs) if one != other), len(parts))

    return max(files, key=common)


def _paths(address: str) -> list[str]:
    """The paths that an address may mean, as it stands first."""
    made = [address]
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
        changed = change(made[-1])
        if changed and changed not in made:
            made.append(changed)
    return made
