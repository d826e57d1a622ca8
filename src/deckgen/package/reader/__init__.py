"""A package by anyone, in any of Anki's formats, to what is in it. Nothing of it runs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from deckgen.package.reader.archive import DAMAGED, LIMITS, Archive, Limits, PackageError, UnreadableError
from deckgen.package.reader.archive import open_archive as _open
from deckgen.package.reader.contents import (
    Contents,
    Format,
    PackedCard,
    PackedDeck,
    PackedField,
    PackedMedium,
    PackedNote,
    PackedNoteType,
    PackedTemplate,
)
from deckgen.package.reader.crowdanki import crowdanki_digest, crowdanki_media, is_crowdanki, read_crowdanki
from deckgen.package.reader.media import listed_media
from deckgen.package.reader.protobuf import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from deckgen.package.reader.database import Database

__all__ = [
    "LIMITS",
    "Contents",
    "Format",
    "Limits",
    "PackageError",
    "PackedCard",
    "PackedDeck",
    "PackedField",
    "PackedMedium",
    "PackedNote",
    "PackedNoteType",
    "PackedTemplate",
    "crowdanki_digest",
    "crowdanki_media",
    "is_crowdanki",
    "list_media",
    "read_about",
    "read_crowdanki",
    "read_digest",
    "read_media",
    "read_package",
]

_ABOUT = "deckgen.json"
_MEDIUM = 2**28
_FORMATS = {1: Format.LEGACY_1, 2: Format.LEGACY_2, 3: Format.LATEST}
_TABLES_SINCE, _NEWEST = 15, 18
_UPDATE = "update deckgen, or export it in Anki with *Support older Anki versions*"
_NOTE = {"id": int, "guid": str, "mid": int, "mod": int, "tags": str, "flds": str}
_CARD = dict.fromkeys("id nid did ord mod type queue due ivl reps lapses odid".split(), int)
_SETTINGS = {"ver": int, "mod": int, "decks": str, "models": str}


def read_package(path: Path, limits: Limits = LIMITS) -> Contents:
    """Read what a package holds, but for the bytes of its media files.

    Args:
        path: An .apkg or .colpkg, in any format.
        limits: What is read of it.

    Raises:
        PackageError: It cannot be read, is no package, is damaged, or exceeds a limit.
    """
    with _open(path, limits) as archive:
        version = _format(archive)
        media, missing = listed_media(archive, version)
        about = archive.json(_ABOUT) if _ABOUT in archive else None
        if about is not None and not isinstance(about, dict):
            raise UnreadableError(DAMAGED)
        return _collection(archive, version, (tuple(media), tuple(missing)), about)


def list_media(path: Path) -> tuple[PackedMedium, ...]:
    """The media files that a package holds.

    Raises:
        PackageError: It cannot be read, is no package, or is damaged.
    """
    with _open(path) as archive:
        media, _ = listed_media(archive, _format(archive))
        return tuple(media)


def read_media(
    path: Path, media: Iterable[PackedMedium], most: int = _MEDIUM
) -> Iterator[tuple[PackedMedium, bytes]]:
    """The bytes of media files of a package, one after another.

    Args:
        path: The package.
        media: Which, as `read_package` gives them.
        most: How many bytes each may have.

    Raises:
        PackageError: The package cannot be read, or is damaged, or a file is larger.
    """
    with _open(path) as archive:
        latest = _format(archive) is Format.LATEST
        for medium in media:
            archive.clock.start()  # what is done with the one before takes its own time
            yield medium, archive.read(medium.member, most, zstd=latest)


def read_digest(path: Path, limits: Limits = LIMITS) -> str:
    """The digest of a package, as `Package.digest` and the ledger give it.

    Args:
        path: The file.
        limits: What is read of it.

    Raises:
        PackageError: It is no package, or damaged.
    """
    digest = hashlib.sha256()
    with _open(path, limits) as archive:
        for name in archive.names:
            content = hashlib.sha256()
            for chunk in archive.chunks(name, limits.collection):
                content.update(chunk)
            digest.update(f"{name}\0{content.hexdigest()}\n".encode())
    return digest.hexdigest()


def read_about(path: Path) -> dict[str, Any]:
    """What the deckgen.json of a package says.

    Raises:
        PackageError: The file cannot be read, is no package, or none that deckgen made.
    """
    with _open(path) as archive:
        if Format.LEGACY_1.value not in archive or _ABOUT not in archive:
            raise UnreadableError("was not made by deckgen, so it does not contain the notes' ids")
        about = archive.json(_ABOUT)
        known = isinstance(about, dict) and isinstance(about.get("time"), int)
        if not known or not isinstance(about.get("notes"), dict) or "version" not in about:
            raise UnreadableError("was made by another version of deckgen")
        return dict(about)


def _format(archive: Archive) -> Format:
    """The format of a package, found as Anki finds it: older Ankis ignore what they do not know."""
    if "meta" in archive:
        version = Message(archive.read("meta", archive.limits.text)).number(1)
        if version not in _FORMATS:
            raise UnreadableError("was made by a newer Anki than deckgen knows", _UPDATE)
        found = _FORMATS[version]
    else:
        found = Format.LEGACY_2 if Format.LEGACY_2.value in archive else Format.LEGACY_1
    if found.value not in archive:
        raise UnreadableError("is not an .apkg file: it contains no collection")
    return found


def _collection(
    archive: Archive,
    version: Format,
    media: tuple[tuple[PackedMedium, ...], tuple[str, ...]],
    about: dict[str, Any] | None,
) -> Contents:
    """What the collection of a package holds, with what is known of the rest."""
    from deckgen.package.reader import database  # noqa: PLC0415 (SQLite is not needed for deckgen.json)

    chunks = archive.chunks(version.value, archive.limits.collection, zstd=version is Format.LATEST)
    with database.open_database(chunks, archive.limits, archive.clock) as opened:
        schema, modified, decks, note_types = _settings(opened)
        return Contents(
            version,
            schema,
            modified,
            {each.id: each for each in sorted(decks, key=lambda deck: deck.id)},
            {each.id: each for each in sorted(note_types, key=lambda note_type: note_type.id)},
            tuple(map(PackedNote._make, opened.rows("notes", _NOTE, "id"))),
            tuple(map(PackedCard._make, opened.rows("cards", _CARD, "id"))),
            *media,
            about,
            opened.size,
        )


def _settings(opened: Database) -> tuple[int, int, Iterable[PackedDeck], Iterable[PackedNoteType]]:
    """The version of the collection's tables, when it last changed, its decks and its note types."""
    from deckgen.package.reader import note_types as types  # noqa: PLC0415 (the same)

    for schema, modified, decks, note_types in opened.rows("col", _SETTINGS, "id"):
        if schema > _NEWEST:
            raise UnreadableError("was made by a newer Anki than deckgen knows", _UPDATE)
        if schema >= _TABLES_SINCE:
            return schema, modified, types.decks_in_tables(opened), types.note_types_in_tables(opened)
        return schema, modified, types.decks_in_json(decks), types.note_types_in_json(note_types)
    raise UnreadableError("is damaged: its collection is empty")
