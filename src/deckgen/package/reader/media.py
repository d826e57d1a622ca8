"""The list of a package's media files, from both ways in which packages keep it."""

from __future__ import annotations

import unicodedata
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from deckgen.package.reader.archive import DAMAGED, UnreadableError
from deckgen.package.reader.contents import Format, PackedMedium
from deckgen.package.reader.protobuf import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.package.reader.archive import Archive

_SHA1 = 20


def listed_media(archive: Archive, version: Format) -> tuple[list[PackedMedium], list[str]]:
    """The media files of a package, and the names of those that it lists and does not hold.

    Raises:
        UnreadableError: The list is damaged, or a name leads out of a folder, on Windows at least.
    """
    if "media" not in archive:  # AnkiDroid's once
        return [], []
    found = _latest(archive) if version is Format.LATEST else _legacy(archive)
    media, missing = [], []
    for medium in found:
        _check(medium.name, archive.limits.name)
        if medium.member in archive:
            media.append(medium)
        else:
            missing.append(medium.name)
    return media, missing


def _latest(archive: Archive) -> Iterator[PackedMedium]:
    """As in the latest format: `MediaEntries` of proto/anki/import_export.proto."""
    entries = Message(archive.read("media", archive.limits.text, zstd=True)).messages(1)
    for place, entry in enumerate(entries):
        sha1 = entry.data(3)
        if len(sha1) != _SHA1:
            raise UnreadableError(DAMAGED)
        yield PackedMedium(entry.text(1), str(entry.number(255, place)), entry.number(2), sha1.hex(), None)


def _legacy(archive: Archive) -> Iterator[PackedMedium]:
    """As in both legacy formats: JSON, from the members to the names."""
    names = archive.json("media")
    if not isinstance(names, dict):
        raise UnreadableError(DAMAGED)
    for member, name in names.items():
        if not isinstance(name, str) or not (member.isdecimal() and member.isascii()):
            raise UnreadableError(DAMAGED)
        size, crc = archive.size(member) if member in archive else (0, 0)
        yield PackedMedium(unicodedata.normalize("NFC", name), member, size, "", crc)


def _check(name: str, most: int) -> None:
    """See that a media file's name is just a name.

    In the legacy formats, Anki for Linux and macOS takes a backslash, and leaves it out of the name. On
    Windows it makes a path, which must not lead out of a folder.
    """
    if len(name) > most:
        raise UnreadableError(f"contains a media file name with more than {most:,} characters")
    if name in {"", ".", ".."} or any(mark in name for mark in "/\0") or _leads_out(name):
        hint = (
            "Anki refuses it too"
            if "\\" not in name
            else f"rename `{name}` in Anki: on Windows, `\\` is a path"
        )
        raise UnreadableError("contains a media file with a path outside Anki's folder", hint)


def _leads_out(name: str) -> bool:
    """Whether a name with a backslash leads out of a folder on Windows, which drops dots and spaces."""
    path = PureWindowsPath(name)
    return "\\" in name and (path.anchor != "" or any(not part.strip(". ") for part in name.split("\\")))
