"""The files and folders of a deck. No other module knows their names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.diagnostics import CallError, natural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from deckgen.diagnostics import Diagnostic

MANIFEST = "source/deck.yaml"
"""The deck's own file: its title, its id and the settings for all chapters."""
LEDGER = "source/ledger.jsonl"
"""The ledger: a record of all releases."""
CHANGELOG = "source/CHANGELOG.md"
"""The changelog: what each release has changed, for learners."""
SOCIAL_PICTURE = "base/social.png"
"""The picture by which others show a link to the deck's site, in a folder of templates."""
CHAPTER = (".yaml", ".yml")
"""The endings of chapters, in small letters."""
_MOST_READ = 64 * 1024  # bytes; keys are searched only in so much of a file


@dataclass(frozen=True, slots=True)
class Project:
    """The folder of a deck.

    Attributes:
        folder: The folder that contains source/, without links.
    """

    folder: Path

    @property
    def source(self) -> Path:
        """The folder of the chapters, the media and the manifest."""
        return self.folder / "source"

    @property
    def manifest(self) -> Path:
        """The path of deck.yaml."""
        return self.folder / MANIFEST

    @property
    def ledger(self) -> Path:
        """The path of the ledger."""
        return self.folder / LEDGER

    @property
    def changelog(self) -> Path:
        """The path of the changelog."""
        return self.folder / CHANGELOG

    @property
    def templates(self) -> Path:
        """The folder of the deck's own templates."""
        return self.folder / "templates"

    @property
    def output(self) -> Path:
        """The folder for built files."""
        return self.folder / "build"

    @property
    def releases(self) -> Path:
        """The folder for the files of releases, with a folder for each version."""
        return self.output / "release"

    @property
    def pending(self) -> Path:
        """The folder with the journal of a release that is being made, or was interrupted."""
        return self.releases / ".pending"

    def shown(self, path: Path) -> str:
        """The path of a file or folder as diagnostics show it."""
        return path.relative_to(self.folder).as_posix()

    @property
    def is_shipped(self) -> bool:
        """Whether the deck's own templates are those that come with deckgen, as in its repository."""
        return self.templates.resolve() == shipped_templates().resolve()

    def template_folders(self) -> list[Folder]:
        """The shipped templates, then the deck's own."""
        shipped, own = shipped_templates(), self.templates
        if self.is_shipped:
            return [Folder(own, "templates", self.folder)]
        return [
            Folder(shipped, "deckgen/templates", shipped.resolve()),
            Folder(own, "templates", self.folder),
        ]

    def files(self) -> tuple[list[Path], list[Diagnostic]]:
        """All files and folders in source/, and diagnostics for folders that cannot be read."""
        unreadable_folders: list[Diagnostic] = []

        from deckgen.source import unreadable  # noqa: PLC0415 (YAML takes time to import)

        def cannot(folder: Path, error: OSError) -> None:
            unreadable_folders.append(unreadable(self.shown(folder), error))

        return list(below(self.source, cannot)), unreadable_folders

    def chapters(self, files: Iterable[Path]) -> list[Path]:
        """The chapters among the files of source/, by the natural order of their paths: 2 before 10."""
        paths = [path for path in files if path.name.lower().endswith(CHAPTER) and not is_kind(path)]
        paths.sort(key=lambda path: (natural(path.relative_to(self.source).as_posix()), path))
        return [path for path in paths if path != self.manifest]


@dataclass(frozen=True)
class Folder:
    """A folder of templates, or a folder or file in it.

    Attributes:
        path: The path in the file system.
        shown: Its path as diagnostics show it.
        top: The folder, resolved, that must contain its files after links are followed.
    """

    path: Path
    shown: str
    top: Path

    def __truediv__(self, name: str) -> Folder:
        """The folder or file of a name in it."""
        return Folder(self.path / name, f"{self.shown}/{name}", self.top)


def kind_folders(folders: Iterable[Folder]) -> list[Folder]:
    """The folders of a deck's kinds, by name. A kind in a later folder replaces one of an earlier folder."""
    kinds: dict[str, Folder] = {}
    for folder in folders:
        if folder.path.is_dir():
            for path in folder.path.iterdir():
                if path.name != "base" and not path.name.startswith(".") and path.is_dir():
                    kinds[path.name] = folder / path.name
    return [kinds[name] for name in sorted(kinds)]


def below(top: Path, cannot: Callable[[Path, OSError], None]) -> Iterator[Path]:
    """All files and folders below a folder, without hidden ones. Links to folders are not followed.

    Args:
        top: The folder.
        cannot: A function that is called for each folder that cannot be read.
    """
    folders = [top]
    while folders:  # Python's own functions recurse, and fail on very deep folders
        folder = folders.pop()
        try:
            entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
        except OSError as error:
            cannot(folder, error)
            continue
        for entry in entries:
            yield folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(folder / entry.name)


def is_kind(path: Path) -> bool:
    """Whether a file of source/ is the kind.yaml of a folder of templates, and so not a chapter."""
    return path.name == "kind.yaml" and any(path.parent.glob("*.j2"))


def is_manifest(path: Path) -> bool:
    """Whether a file has the keys of a deck.yaml: an id and a title."""
    if not path.name.lower().endswith(CHAPTER):
        return False
    text = beginning(path)
    return all(re.search(rf"(?m)^{key}:[ \t]*\S", text) for key in ("id", "title"))


def beginning(path: Path) -> str:
    """The beginning of a file's text; empty if it is not a file, or cannot be read."""
    from deckgen.source import opened  # noqa: PLC0415 (YAML takes time to import)

    try:
        with opened(path) as file:
            return file.read(_MOST_READ).decode("utf-8", "ignore")
    except OSError:
        return ""


def holds_deck(folder: Path) -> bool:
    """Whether a folder is that of a deck."""
    return (folder / MANIFEST).exists()


def find_project(start: Path) -> Path:
    """The nearest folder upwards that contains source/deck.yaml.

    Raises:
        CallError: There is none.
    """
    for folder in (start, *start.parents):
        if holds_deck(folder):
            return folder
    hint = "go to the deck's folder, or give it: --project DIR"
    for path in sorted((start / "source").glob("*") if (start / "source").is_dir() else ()):
        named = re.fullmatch(r"deck\.(?:ya?ml|yaml\..{1,4})", path.name, re.IGNORECASE)
        if named or is_manifest(path):
            hint = f"{path} must be called deck.yaml"
    if (start / "source").is_dir() and is_manifest(start / "deck.yaml"):
        hint = f"{start / 'deck.yaml'} belongs in source/: move it there"
    message = f"no deck here: neither {start} nor any folder above it contains source/deck.yaml"
    raise CallError(message, hint)


def shipped_templates() -> Path:
    """The folder of the templates that come with deckgen: in the installed package, or in its repository."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"
