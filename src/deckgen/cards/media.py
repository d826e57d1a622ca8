"""Media files: which may be packed, and what they are called in the package."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deckgen.diagnostics import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

_LOOKED_FOR = 20  # files that do not exist, for which ones of nearly that name are looked for
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")

MAX_MEDIA = 100 * 1024 * 1024
"""The largest media file, in bytes: AnkiWeb passes on no larger one."""

IMAGES = frozenset(["avif", "gif", "jpeg", "jpg", "png", "svg", "webp"])
SOUNDS = frozenset(["flac", "m4a", "mp3", "mp4", "oga", "ogg", "opus", "wav", "webm"])
FONTS = frozenset(["otf", "ttf", "woff", "woff2"])


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of the package.

    Attributes:
        path: Where it lies.
        name: Its name in the learner's collection: its own with a digest of its content.
        digest: The SHA-256 of its content, in hex.
    """

    path: Path
    name: str
    digest: str


def read_media(path: Path, mark: str = "") -> Media:
    """A file as one of the package's media.

    Args:
        path: Where it lies.
        mark: With what its name in the package begins.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Media(path, mark + _media_name(path, digest), digest)


def file_fault(path: Path, address: str, types: frozenset[str]) -> tuple[str, str, str] | None:
    """The code, message and hint for something that is there and cannot be taken; None where it can.

    Args:
        path: Where it lies, without links.
        address: What an author calls it.
        types: The ends of names that may be.

    Raises:
        OSError: It cannot be looked at.
    """
    if not path.is_file():
        return "unreadable-media", f"`{address}` is not a file", ""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in types:
        what = "an image" if types is IMAGES else "a sound" if types is SOUNDS else "an image, sound or font"
        hint = f"deckgen takes {', '.join(sorted(types))} here"
        if types is IMAGES and ending in SOUNDS:
            hint = f"a sound is written `[sound:{address}]`"
        return "media-type", f"`{address}` is not {what} that Anki takes everywhere", hint
    size = path.stat().st_size
    if size == 0:
        return "unreadable-media", f"`{address}` is empty", ""
    if size > MAX_MEDIA:
        hint = "make it smaller: learners carry it on their phones"
        return "too-large", f"`{address}` is larger than {MAX_MEDIA >> 20} MiB", hint
    return None


def _media_name(path: Path, digest: str) -> str:
    """A name that Anki keeps as it is: plain ASCII, short, different for different content."""
    ascii_stem = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", ascii_stem).strip("-")[:60]
    return f"{stem}{'-' if stem else ''}{digest[:10]}{path.suffix.lower()}"


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
    _names: dict[str, Path] = field(default_factory=dict)
    _known: dict[tuple[str, str, frozenset[str]], Media | tuple[str, str, str]] = field(default_factory=dict)
    """What is known of the addresses in a folder's chapters: the file, or what is wrong with it."""
    _missing: int = 0

    def find(self, address: str, types: frozenset[str], folder: str) -> Media | tuple[str, str, str]:
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

    def path_of(self, name: str, folder: str) -> str:
        """The path from a folder to the file of a name that lies anywhere in source/; empty for none, or two."""
        found = [path for path in self.source.rglob("*") if path.name == name and path.is_file()]
        return (
            os.path.relpath(found[0], self.project / folder).replace(os.sep, "/") if len(found) == 1 else ""
        )

    def _sought(self, address: str, types: frozenset[str], folder: str) -> Media | tuple[str, str, str]:
        if "\\" in address:
            hint = "write the path with `/`, from the chapter's own folder"
            return "missing-media", f"there is no file `{address}`", hint
        if _SCHEME.match(address):
            message = "this is on the network; a learner on a train sees nothing"
            return "remote-media", message, "put the file into source/media/ and name it from there"
        path = self.project / folder / unquote(address)
        if self._missing > _LOOKED_FOR and "\0" not in address and not os.path.lexists(path):
            return "missing-media", f"there is no file `{address}`", ""
        fault = self._fault(path, address, types)
        if fault is not None:
            return fault
        try:
            return self._shelved(path.resolve())
        except OSError as error:
            return "unreadable-media", f"`{address}` cannot be read: {error.strerror}", ""

    def _fault(self, path: Path, address: str, types: frozenset[str]) -> tuple[str, str, str] | None:
        """The code, message and hint for a file that cannot be taken; None where it can."""
        try:
            real = path.resolve()
            exists = real.exists()
        except (OSError, ValueError, RuntimeError):  # the last is what Python up to 3.12 says of circles
            return "missing-media", f"`{address}` cannot be the name of a file", ""
        if not real.is_relative_to(self.source):
            return "unreadable-media", f"`{address}` lies outside source/", "put it into source/media/"
        if not exists:
            self._missing += 1
            names = [other.name for other in real.parent.iterdir()] if real.parent.is_dir() else []
            from_here = next(
                (other for other in (self.source, self.project) if (other / address).is_file()), None
            )
            hint = did_you_mean(real.name, names)
            if from_here:
                hint = "paths begin at the chapter's own folder, as in `media/tree.png`"
            return "missing-media", f"there is no file `{address}`", hint
        return file_fault(real, address, types)

    def _shelved(self, path: Path) -> Media | tuple[str, str, str]:
        """A file that is there, added to the package's media."""
        media = self.media.get(path)
        if media is None:
            media = self.media[path] = read_media(path)
            plain = unicodedata.normalize("NFC", path.name).casefold()
            other = self._names.setdefault(plain, path)
            if other != path and self.media[other].digest != media.digest:
                message = f"this and `{other.relative_to(self.project).as_posix()}` have one name"
                hint = "give the files names that differ in more than capitals and folders"
                return "same-media-name", message, hint
        return media
