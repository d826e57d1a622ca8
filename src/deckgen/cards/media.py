"""Media files: finding and checking them, and their names and content in the package."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deckgen.cards.media_content import ENDINGS, EXPORTED, content_fault, shrinks
from deckgen.cards.media_places import Places, candidates, unwrapped
from deckgen.cards.media_records import MediaRecord
from deckgen.cards.media_secrets import tells_place, wanted_by_svg
from deckgen.diagnostics import Diagnostic, Problem, Span, counted, listed, proposal, same
from deckgen.kept import settled, status_of
from deckgen.patterns import pattern
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from deckgen.cards.media_records import Records
    from deckgen.kept import Status

MAX_MEDIA = 100 * 1024 * 1024
"""The largest media file, in bytes: AnkiWeb does not sync larger ones."""

IMAGES = frozenset(ENDINGS["image"])
SOUNDS = frozenset(ENDINGS["sound"])
FONTS = frozenset(ENDINGS["font"])
EXPORTED_AS = {frozenset(endings): EXPORTED[family] for family, endings in ENDINGS.items()}
"""The formats in which to export a file, by the endings that are allowed."""

_NO_PATH = pattern(r"//|(?!file:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_SILENT = FONTS | {"svg", "gif"}  # formats without a location
LARGE = 4_000_000
"""The size in bytes from which an image counts as large."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # the beginning of UTF-16


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of the package.

    Attributes:
        path: The path of the file.
        name: Its name in the learner's collection: its own name with a digest of its content.
        digest: The SHA-256 of its content in the package, in hex.
        size: The size of that content, in bytes.
        tells_place: Whether it says where it was taken.
        wants: The first file that it names outside itself; mostly empty.
        shrinks: Whether it is worth compressing: pictures and sounds mostly are compressed already.
        status: The status of the file when it was read; None if it may change without another status.
    """

    path: Path
    name: str
    digest: str
    size: int = 0
    tells_place: bool = False
    wants: str = ""
    shrinks: bool = True
    status: Status | None = None

    def content(self, *, by_status: bool = False) -> bytes | None:
        """The content for the package; None if the file has changed since it was checked.

        Args:
            by_status: Whether the same status proves that it has not changed. Otherwise its digest does.

        Raises:
            OSError: It can no longer be read.
        """
        content, status = _content(self.path)
        if by_status and status is not None and status == self.status and len(content) == self.size:
            return content
        return content if hashlib.sha256(content).hexdigest() == self.digest else None


def take(
    path: Path, address: str, types: frozenset[str], mark: str = "", records: Records | None = None
) -> Media | Problem:
    """A file as a media file of the package, or the problem if it cannot be packed.

    Args:
        path: The path of the file, without links.
        address: The author's name for it.
        types: The allowed endings.
        mark: The beginning of its name in the package.
        records: What earlier builds have found out about files, which need not be read again.

    Raises:
        OSError: It cannot be read.
    """
    if fault := _file_fault(path, address, types):
        return fault
    if records and (record := records.find(path)):
        return _media(path, mark, record)
    content, status = _content(path)
    if fault := _size_fault(len(content), address):  # it may have changed since the first check
        return fault
    wrong = content_fault(content, _ending(path))
    if wrong:
        return Problem("broken-media", f"`{address}` {wrong[0]}", wrong[1])
    record = MediaRecord(
        status,
        hashlib.sha256(content).hexdigest(),
        len(content),
        _ending(path) not in _SILENT and tells_place(content),
        wanted_by_svg(content) if _ending(path) == "svg" else "",
        shrinks(content),
    )
    if records:
        records.remember(path, record)
    return _media(path, mark, record)


def _media(path: Path, mark: str, record: MediaRecord) -> Media:
    """A file with a record as a media file of the package."""
    return Media(
        path,
        mark + _media_name(path, record.digest),
        record.digest,
        record.size,
        record.tells_place,
        record.wants,
        record.shrinks,
        record.status,
    )


def kept(path: Path, name: str) -> Media | Problem:
    """A file that the cards of an adopted kind name as in Anki, under its own name and whatever it contains.

    Args:
        path: The path of the file, without links.
        name: Its name beside its kind.yaml.

    Raises:
        OSError: It cannot be read.
    """
    if not path.is_file():
        return Problem("unreadable-media", f"`{name}` is not a file")
    content, status = _content(path)
    digest = hashlib.sha256(content).hexdigest()
    media = Media(path, name, digest, len(content), shrinks=shrinks(content), status=status)
    return _excess(len(content), name) or media


def _content(path: Path) -> tuple[bytes, Status | None]:
    """The content of a file for the package, up to one byte more than allowed, and its status if it is sure.

    The line ends of an SVG become LF. Git may check out a text with other line ends on another machine, and
    each machine must build the same package.
    """
    with opened(path) as file:
        # (reading with the maximum as size would allocate that much memory for each file)
        before = os.fstat(file.fileno())
        content = file.read(min(before.st_size, MAX_MEDIA) + 1)
        status = settled(before, time.time())
        if status != status_of(os.fstat(file.fileno())):
            status = None
    wide = content.startswith(_WIDE) or b"\0" in content[:4]
    if _ending(path) == "svg" and not wide and b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content, status


def _ending(path: Path) -> str:
    """The ending of a file's name, in small letters and without the dot."""
    return path.suffix.lower().removeprefix(".")


def _file_fault(path: Path, address: str, types: frozenset[str]) -> Problem | None:
    """The problem of an existing file, apart from its content; None if there is none."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return Problem("unreadable-media", f"`{address}` is not a file")
    ending = _ending(path)
    if ending in types:
        return _size_fault(status.st_size, address)
    what = "an image" if types is IMAGES else "a sound" if types is SOUNDS else "an image, sound or font"
    hint = f"use one of these types: {', '.join(sorted(types))}"
    if types is IMAGES and ending in SOUNDS:
        hint += f"; to play a sound, write `[sound:{address}]` in a text"
    elif types is SOUNDS and ending in IMAGES:
        hint += f"; to show an image, write `![what it shows]({address})`"
    return Problem("media-type", f"`{address}` is not {what} that Anki can use everywhere", hint)


def _size_fault(size: int, address: str) -> Problem | None:
    """The problem of a file's size in bytes; None if there is none."""
    if size == 0:
        return Problem("unreadable-media", f"`{address}` is empty")
    return _excess(size, address)


def _excess(size: int, address: str) -> Problem | None:
    """The problem of a file that is too large; None if it is not."""
    if size > MAX_MEDIA:
        hint = "make it smaller: learners store it on their phones"
        return Problem("too-large", f"`{address}` is larger than {MAX_MEDIA >> 20} MiB", hint)
    return None


def _media_name(path: Path, digest: str) -> str:
    """A name that Anki does not change: plain ASCII, short, different for different content."""
    ascii_stem = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", ascii_stem).strip("-")[:60]
    return f"{stem}{'-' if stem else ''}{digest[:10]}{path.suffix.lower()}"


def _no_path(address: str) -> Problem:
    """The problem of an address that is not a path."""
    if address[:5].lower() == "data:":
        hint = "save it as a file in source/media/, and write its path here"
        return Problem("missing-media", "this is the image or sound itself, not the path of a file", hint)
    message = "this file is on the internet, so learners who are offline do not see it"
    return Problem("remote-media", message, "put the file into source/media/, and write its path here")


@dataclass
class Shelf:
    """The media files that texts show.

    Attributes:
        source: The folder that must contain them, resolved.
        project: The project's folder, resolved.
        records: What earlier builds have found out about files; None to read each.
        media: The files found so far, by path.
    """

    source: Path
    project: Path
    records: Records | None = None
    media: dict[Path, Media] = field(default_factory=dict)
    _known: dict[tuple[str, str, frozenset[str]], Media | Problem] = field(default_factory=dict)
    """The results of earlier searches, by folder, address and endings."""
    _places: Places = field(init=False)
    _folders: dict[Path, Path] = field(default_factory=dict)
    """The folders of files that were found, resolved."""

    def __post_init__(self) -> None:
        """Prepare to search for files."""
        self._places = Places(self.source, self.project)

    def find(self, address: str, types: frozenset[str], folder: str) -> Media | Problem:
        """The file that a text refers to, or the problem if it cannot be packed.

        Args:
            address: Its path as written in the text.
            types: The allowed endings.
            folder: The folder of the text's chapter, relative to the project, with `/`.
        """
        key = folder, address, types
        result = self._known.get(key)
        if result is None:
            result = self._known[key] = self._search(address, types, folder)
        return result

    def meant(self, address: str, types: frozenset[str], folder: str) -> str:
        """The path, from a folder, of the file that an address probably means; empty if there is none."""
        return self._places.meant(address, types, folder)[0]

    def _search(self, address: str, types: frozenset[str], folder: str) -> Media | Problem:
        paths = (self._places.at(self.project / folder, path) for path in candidates(address))
        path = next(filter(None, paths), None)
        if path is None and _NO_PATH.match(address):
            return _no_path(address)
        try:
            # the target of a link is not in the list of files
            real = self._resolved(path or self.project / folder / address)
            outside = not real.is_relative_to(self.source) and "\\" not in address
            if path is not None and real.exists() and not outside:
                return self._add(real, address, types)
        except (
            OSError,
            ValueError,
            RuntimeError,
        ) as error:  # Python up to 3.12 raises the last one for links in circles
            if path is not None and isinstance(error, OSError):
                return Problem("unreadable-media", f"`{address}` cannot be read: {error.strerror}")
            return Problem("missing-media", f"`{address}` is not a valid file name")
        if outside:
            return self._outside(real, address, types, folder)
        return self._missing(path, address, types, folder)

    def _resolved(self, path: Path) -> Path:
        """A path without links. Most files of a folder are no links, so it is resolved only once."""
        if path.name in {"", ".."} or path.is_symlink():
            return path.resolve()
        parent = self._folders.get(path.parent)
        if parent is None:
            parent = self._folders[path.parent] = path.parent.resolve()
        return parent / path.name

    def _missing(self, link: Path | None, address: str, types: frozenset[str], folder: str) -> Problem:
        """The problem of an address that leads to no file, or to a dead link."""
        if link is not None and link.is_symlink():
            return Problem("missing-media", f"`{address}` is a link to a file that does not exist")
        inner = unwrapped(address)
        known = self.find(inner, types, folder) if inner != address else None
        if known and not isinstance(known, Media) and known.code != "missing-media":
            return known
        return Problem("missing-media", f"there is no file `{address}`", self._hint(address, types, folder))

    def _outside(self, real: Path, address: str, types: frozenset[str], folder: str) -> Problem:
        """The problem of an address that leads out of source/."""
        hint = "put it into source/media/"
        if {".git", "annex"} <= set(real.parts):
            if not real.exists():
                return Problem(
                    "missing-media", f"git-annex has not fetched `{address}`", "run `git annex get` for it"
                )
            hint = "run `git annex unlock` for it, which puts the file itself there"
        elif meant := self._places.meant(address, types, folder)[0]:
            hint = proposal(address, meant)
        return Problem("unreadable-media", f"`{address}` is outside source/", hint)

    def _hint(self, address: str, types: frozenset[str], folder: str) -> str:
        """A hint for an address that leads to no file: the file that it probably means."""
        meant, how = self._places.meant(address, types, folder)
        if not meant:
            return self._hint_of_none(address, types, folder)
        if "\\" in address:
            return f"write paths with slashes on every system: `{meant}`"
        if how == "like" or same(unquote(meant)) == same(unquote(address)):
            return proposal(address, meant)
        why = {
            "alone": "write only the path",
            "path": "paths start at the chapter's folder",
            "folder": "a file with that name is in another folder",
            "name": "a file in another folder differs only in capital letters",
        }
        return f"{why[how]}: `{meant}`"

    def _hint_of_none(self, address: str, types: frozenset[str], folder: str) -> str:
        """A hint for an address to which no file is similar."""
        if any(self._places.at(self.project, path) for path in candidates(address)):
            return "it is next to source/: move it into source/media/"
        if "\\" in address:
            return "write the path with `/`, starting at the chapter's folder"
        if other := self._places.of_stem(address, folder):
            return f"`{other}` exists; export it as {EXPORTED_AS[types]}"
        return "put it into source/media/, and write its path from the chapter's folder"

    def _add(self, path: Path, address: str, types: frozenset[str]) -> Media | Problem:
        """An existing file, added to the package's media, or the problem if it cannot be packed."""
        media = self.media.get(path)
        if media is None or _ending(path) not in types:
            result = take(path, address, types, records=self.records)
            if not isinstance(result, Media):
                return result
            media = self.media[path] = result
        return media


def from_project(path: Path, project: Path) -> str:
    """The path of a file from the deck's folder, with `/`."""
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()


def told_of(media: Iterable[Media], project: Path) -> Iterator[Diagnostic]:
    """Warnings about media files that are large, tell a place or are incomplete: one of each sort.

    Args:
        media: The files that cards show.
        project: The deck's folder, resolved.
    """
    files = sorted({file.path: file for file in media}.values(), key=lambda file: (-file.size, file.path))

    def warning(
        code: str, which: list[Media], what: str, says: str, hint: str, words: Callable[[Media], str]
    ) -> Diagnostic:
        paths = [from_project(file.path, project) for file in which]
        each = [
            f"{path.removeprefix('source/')}{words(file)}" for path, file in zip(paths, which, strict=True)
        ]
        return Diagnostic(code, f"{counted(len(which), what)} {says}: {listed(each)}", Span(paths[0]), hint)

    if large := [file for file in files if file.size >= LARGE and _ending(file.path) in IMAGES]:
        hint = "a card is about 700 pixels wide: make the image smaller, or save it as jpg or webp"
        says = f"over {LARGE / 1e6:.0f} MB"
        yield warning("large-media", large, "image", says, hint, lambda file: f" ({file.size / 1e6:.1f} MB)")
    if places := [file for file in files if file.tells_place]:
        hint = "export it without its location, or run `exiftool -gps:all= -xmp:all= FILE`"
        yield warning("photo-place", places, "photo", "with location data", hint, lambda _: "")
    if wants := [file for file in files if file.wants]:
        hint = "embed these files (in Inkscape: Extensions > Images > Embed), or remove them"
        says = "with references to other files, which cards do not load"
        yield warning("incomplete-svg", wants, "SVG", says, hint, lambda file: f" (`{file.wants[:60]}`)")
