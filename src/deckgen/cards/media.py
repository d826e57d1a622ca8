"""Media files: which may be packed, what they are called in the package, and what they hold there."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deckgen.cards.media_content import ENDINGS, EXPORTED, content_fault
from deckgen.cards.media_places import Places, candidates, unwrapped
from deckgen.cards.media_secrets import tells_place, wanted_by_svg
from deckgen.diagnostics import Diagnostic, Problem, Span, counted, listed, proposal, same
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MAX_MEDIA = 100 * 1024 * 1024
"""The largest media file, in bytes: AnkiWeb passes on no larger one."""

IMAGES = frozenset(ENDINGS["image"])
SOUNDS = frozenset(ENDINGS["sound"])
FONTS = frozenset(ENDINGS["font"])
EXPORTED_AS = {frozenset(endings): EXPORTED[family] for family, endings in ENDINGS.items()}
"""In what to export a file that is none of these."""

_NO_PATH = re.compile(r"//|(?!file:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_SILENT = FONTS | {"svg", "gif"}  # which tell of no place
LARGE = 4_000_000
"""The size of an image, in bytes, from which on it is told that it is large."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # how UTF-16 begins


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of the package.

    Attributes:
        path: Where it lies.
        name: Its name in the learner's collection: its own with a digest of its content.
        digest: The SHA-256 of what the package holds of it, in hex.
        size: How many bytes that is.
        tells_place: Whether it says where it was taken.
        wants: What it names that is no part of it; mostly empty.
    """

    path: Path
    name: str
    digest: str
    size: int = 0
    tells_place: bool = False
    wants: str = ""

    def content(self) -> bytes | None:
        """What the package holds of it; None where the file has changed since it was looked at.

        Raises:
            OSError: It cannot be read any more.
        """
        content = _packed(self.path)
        return content if hashlib.sha256(content).hexdigest() == self.digest else None


def take(path: Path, address: str, types: frozenset[str], mark: str = "") -> Media | Problem:
    """A file as one of the package's media; the problem with one that cannot be taken.

    Args:
        path: Where it lies, without links.
        address: What an author calls it.
        types: The ends of names that may be.
        mark: With what its name in the package begins.

    Raises:
        OSError: It cannot be read.
    """
    if fault := _file_fault(path, address, types):
        return fault
    content = _packed(path)
    if fault := _size_fault(len(content), address):  # it may have changed just now
        return fault
    wrong = content_fault(content, _ending(path))
    if wrong:
        return Problem("broken-media", f"`{address}` {wrong[0]}", wrong[1])
    digest = hashlib.sha256(content).hexdigest()
    return Media(
        path,
        mark + _media_name(path, digest),
        digest,
        len(content),
        _ending(path) not in _SILENT and tells_place(content),
        wanted_by_svg(content) if _ending(path) == "svg" else "",
    )


def _packed(path: Path) -> bytes:
    """What the package holds of a file, up to a byte more than may be: all of it.

    An SVG is a text, of which git may make one with other line ends on another machine; to a reader of XML
    they are the same. So that each machine builds the same package, they are made LF.
    """
    with opened(path) as file:
        # room for all that may be would be asked for and given back with each file
        size = os.fstat(file.fileno()).st_size
        content = file.read(min(size, MAX_MEDIA) + 1)
    wide = content.startswith(_WIDE) or b"\0" in content[:4]
    if _ending(path) == "svg" and not wide and b"\r" in content:
        return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content


def _ending(path: Path) -> str:
    """The end of a file's name, in small letters and without the dot."""
    return path.suffix.lower().removeprefix(".")


def _file_fault(path: Path, address: str, types: frozenset[str]) -> Problem | None:
    """What keeps something that is there from being taken, but for what it holds; None where nothing does."""
    if not path.is_file():
        return Problem("unreadable-media", f"`{address}` is not a file")
    ending = _ending(path)
    if ending in types:
        return _size_fault(path.stat().st_size, address)
    what = "an image" if types is IMAGES else "a sound" if types is SOUNDS else "an image, sound or font"
    hint = f"deckgen takes {', '.join(sorted(types))} here"
    if types is IMAGES and ending in SOUNDS:
        hint += f"; a sound is written `[sound:{address}]`, in a text"
    elif types is SOUNDS and ending in IMAGES:
        hint += f"; an image is written `![what it shows]({address})`"
    return Problem("media-type", f"`{address}` is not {what} that Anki takes everywhere", hint)


def _size_fault(size: int, address: str) -> Problem | None:
    """What is wrong with the size of a file in bytes; None where nothing is."""
    if size == 0:
        return Problem("unreadable-media", f"`{address}` is empty")
    if size > MAX_MEDIA:
        hint = "make it smaller: learners carry it on their phones"
        return Problem("too-large", f"`{address}` is larger than {MAX_MEDIA >> 20} MiB", hint)
    return None


def _media_name(path: Path, digest: str) -> str:
    """A name that Anki keeps as it is: plain ASCII, short, different for different content."""
    ascii_stem = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", ascii_stem).strip("-")[:60]
    return f"{stem}{'-' if stem else ''}{digest[:10]}{path.suffix.lower()}"


def _no_path(address: str) -> Problem:
    """What to say of an address that is no path."""
    if address[:5].lower() == "data:":
        hint = "save it as a file in source/media/, and write its path here"
        return Problem("missing-media", "this is the image or sound itself, and deckgen wants a file", hint)
    message = "this is on the network; a learner on a train sees nothing"
    return Problem("remote-media", message, "put the file into source/media/ and name it from there")


@dataclass
class Shelf:
    """The media files that texts show.

    Attributes:
        source: The folder that they must lie in, resolved.
        project: The project's folder, resolved.
        media: Those found so far, by path.
    """

    source: Path
    project: Path
    media: dict[Path, Media] = field(default_factory=dict)
    _known: dict[tuple[str, str, frozenset[str]], Media | Problem] = field(default_factory=dict)
    """What is known of the addresses in a folder's chapters: the file, or what is wrong with it."""
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to look for files."""
        self._places = Places(self.source, self.project)

    def find(self, address: str, types: frozenset[str], folder: str) -> Media | Problem:
        """The file that a text refers to; the code, message and hint where there is none.

        Args:
            address: Its path, as the text has it.
            types: The ends of names that may be.
            folder: The folder of the text's chapter, from the project's, with `/`.
        """
        key = folder, address, types
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._sought(address, types, folder)
        return known

    def meant(self, address: str, types: frozenset[str], folder: str) -> str:
        """The path, from a folder, of the file that an address probably means; empty where there is none."""
        return self._places.meant(address, types, folder)[0]

    def _sought(self, address: str, types: frozenset[str], folder: str) -> Media | Problem:
        found = (self._places.at(self.project / folder, path) for path in candidates(address))
        path = next(filter(None, found), None)
        if path is None and _NO_PATH.match(address):
            return _no_path(address)
        try:
            # what a link leads to is not in the list
            real = (path or self.project / folder / address).resolve()
            outside = not real.is_relative_to(self.source) and "\\" not in address
            if path is not None and real.exists() and not outside:
                return self._shelved(real, address, types)
        except (
            OSError,
            ValueError,
            RuntimeError,
        ) as error:  # the last for links in circles, up to Python 3.12
            if path is not None and isinstance(error, OSError):
                return Problem("unreadable-media", f"`{address}` cannot be read: {error.strerror}")
            return Problem("missing-media", f"`{address}` cannot be the name of a file")
        if outside:
            return self._outside(real, address, types, folder)
        return self._missing(path, address, types, folder)

    def _missing(self, link: Path | None, address: str, types: frozenset[str], folder: str) -> Problem:
        """What to say of an address that leads nowhere, or to a link that does."""
        if link is not None and link.is_symlink():
            return Problem("missing-media", f"`{address}` is a link to a file that is not there")
        inner = unwrapped(address)
        known = self.find(inner, types, folder) if inner != address else None
        if known and not isinstance(known, Media) and known.code != "missing-media":
            return known
        return Problem("missing-media", f"there is no file `{address}`", self._hint(address, types, folder))

    def _outside(self, real: Path, address: str, types: frozenset[str], folder: str) -> Problem:
        """What to say of an address that leads out of source/."""
        hint = "put it into source/media/"
        if {".git", "annex"} <= set(real.parts):
            if not real.exists():
                return Problem(
                    "missing-media", f"git-annex has not fetched `{address}`", "run `git annex get` for it"
                )
            hint = "run `git annex unlock` for it, which puts the file itself there"
        elif meant := self._places.meant(address, types, folder)[0]:
            hint = proposal(address, meant)
        return Problem("unreadable-media", f"`{address}` lies outside source/", hint)

    def _hint(self, address: str, types: frozenset[str], folder: str) -> str:
        """Which file an address may mean that leads nowhere."""
        meant, how = self._places.meant(address, types, folder)
        if not meant:
            return self._hint_of_none(address, types, folder)
        if "\\" in address:
            return f"paths have slashes on every system: `{meant}`"
        if how == "like" or same(unquote(meant)) == same(unquote(address)):
            return proposal(address, meant)
        why = {
            "alone": "write the path alone",
            "path": "paths begin at the chapter's own folder",
            "folder": "a file of that name lies in another folder",
            "name": "a file that is called so but for its capitals lies in another folder",
        }
        return f"{why[how]}: `{meant}`"

    def _hint_of_none(self, address: str, types: frozenset[str], folder: str) -> str:
        """What to do where no file is like what an address names."""
        if any(self._places.at(self.project, path) for path in candidates(address)):
            return "it lies beside source/: put it into source/media/"
        if "\\" in address:
            return "write the path with `/`, from the chapter's own folder"
        if other := self._places.of_stem(address, folder):
            return f"`{other}` is there; export it as {EXPORTED_AS[types]}"
        return "put it into source/media/, and name it from the chapter's own folder"

    def _shelved(self, path: Path, address: str, types: frozenset[str]) -> Media | Problem:
        """A file that is there, added to the package's media; what is wrong where it cannot be."""
        media = self.media.get(path)
        if media is None or _ending(path) not in types:
            made = take(path, address, types)
            if not isinstance(made, Media):
                return made
            media = self.media[path] = made
        return media


def from_project(path: Path, project: Path) -> str:
    """The path of a file from the deck's folder, with `/`."""
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()


def told_of(media: Iterable[Media], project: Path) -> Iterator[Diagnostic]:
    """Warnings about what learners would not thank for: one of each sort, which names the files.

    Args:
        media: The files that cards show.
        project: The deck's folder, resolved.
    """
    files = sorted({file.path: file for file in media}.values(), key=lambda file: (-file.size, file.path))

    def one(code: str, which: list[Media], says: str, hint: str, words: Callable[[Media], str]) -> Diagnostic:
        shown = [from_project(file.path, project) for file in which]
        each = [
            f"{path.removeprefix('source/')}{words(file)}" for path, file in zip(shown, which, strict=True)
        ]
        return Diagnostic(code, f"{counted(len(which), 'file')} {says}: {listed(each)}", Span(shown[0]), hint)

    if large := [file for file in files if file.size >= LARGE and _ending(file.path) in IMAGES]:
        hint = "a card is some 700 pixels wide: make it smaller, or save it as jpg or webp"
        says = f"of images with more than {LARGE / 1e6:.0f} MB"
        yield one("large-media", large, says, hint, lambda file: f" ({file.size / 1e6:.1f} MB)")
    if places := [file for file in files if file.tells_place]:
        hint = "export it without its location, or run `exiftool -gps:all= -xmp:all= FILE`"
        yield one("photo-place", places, "that tell where they were taken", hint, lambda _: "")
    if wants := [file for file in files if file.wants]:
        hint = "embed what it names (in Inkscape: Extensions > Images > Embed), or take it out"
        says = "of SVG that name what is no part of them, so no card shows that"
        yield one("incomplete-svg", wants, says, hint, lambda file: f" (`{file.wants[:60]}`)")
