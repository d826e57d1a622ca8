"""A folder of the Anki add-on CrowdAnki to what is in it.

It has the guids of notes, but no ids of note types and no times: each learner's collection makes its own.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import composed
from deckgen.history.identity import number_from
from deckgen.package.reader.archive import LIMITS, PackageError
from deckgen.package.reader.contents import Contents, Format, PackedCard, PackedMedium, PackedNote
from deckgen.package.reader.note_types import decks_in_json, note_types_in_json
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FILE, _MEDIA = "deck.json", "media"
_SCHEMA = 11
_DAMAGED = "is damaged, or not in CrowdAnki's form"
_DEEP = 30  # subdecks within each other
_MEDIUM = 2**28


def is_crowdanki(path: Path) -> bool:
    """Whether a path is a folder in CrowdAnki's form."""
    return (path / _FILE).is_file()


def read_crowdanki(folder: Path) -> Contents:
    """Read what a folder of CrowdAnki holds, but for the bytes of its media files.

    Ids are made from its uuids, times are 0, and each note has one card, which says its deck and its place.

    Raises:
        PackageError: It cannot be read, is damaged, or is too large.
    """
    try:
        return _contents(folder, json.loads(_read(folder / _FILE, LIMITS.collection)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PackageError(f"{folder / _FILE} {_DAMAGED}") from error


def crowdanki_media(folder: Path, media: Iterable[PackedMedium]) -> Iterator[tuple[PackedMedium, bytes]]:
    """The bytes of media files of a folder, one after another.

    Raises:
        PackageError: A file cannot be read.
    """
    for medium in media:
        yield medium, _read(folder / _MEDIA / medium.member, _MEDIUM)


def crowdanki_digest(folder: Path) -> str:
    """The SHA-256 of the folder's deck.json, in hex."""
    return hashlib.sha256(_read(folder / _FILE, LIMITS.collection)).hexdigest()


def _read(path: Path, most: int) -> bytes:
    """The bytes of a file.

    Raises:
        PackageError: It cannot be read, or is too large.
    """
    try:
        with opened(path) as file:
            content = file.read(most + 1)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise PackageError(f"{path} has more than {most >> 20} MiB")
    return content


def _contents(folder: Path, root: dict[str, Any]) -> Contents:
    """What a root deck holds."""
    types = {each["crowdanki_uuid"]: each for each in root["note_models"]}
    numbers = {uuid: number_from(f"crowdanki\n{uuid}") for uuid in types}
    models = {str(numbers[uuid]): {**each, "id": numbers[uuid], "mod": 0} for uuid, each in types.items()}
    decks: dict[str, dict[str, Any]] = {}
    notes: list[PackedNote] = []
    cards: list[PackedCard] = []
    for number, (name, deck) in enumerate(_decks(root, "", 0), 1):
        about = {
            "id": number,
            "name": name,
            "mod": 0,
            "desc": deck.get("desc", ""),
            "md": deck.get("md", False),
        }
        decks[str(number)] = about
        for each in deck["notes"]:
            place = len(notes) + 1
            text = "\x1f".join(map(str, each["fields"]))
            tags = " ".join(map(str, each.get("tags", ())))
            notes.append(
                PackedNote(place, str(each["guid"]), numbers[each["note_model_uuid"]], 0, tags, text)
            )
            cards.append(PackedCard(place, place, number, 0, 0, 0, 0, place, 0, 0, 0, 0))
    files = sorted((folder / _MEDIA).iterdir()) if (folder / _MEDIA).is_dir() else []
    media = tuple(
        # macOS may decompose the letters of names
        PackedMedium(composed(path.name), path.name, path.stat().st_size, "", None)
        for path in files
        if path.is_file() and not path.is_symlink()
    )
    return Contents(
        Format.LEGACY_2,
        _SCHEMA,
        0,
        {each.id: each for each in decks_in_json(json.dumps(decks))},
        {each.id: each for each in note_types_in_json(json.dumps(models))},
        tuple(notes),
        tuple(cards),
        media,
        (),
        None,
        sum(len(note.text) for note in notes),
    )


def _decks(deck: dict[str, Any], above: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """A deck and those below it, each with its full name."""
    if depth > _DEEP:
        raise RecursionError
    name = f"{above}::{deck['name']}" if above else str(deck["name"])
    yield name, deck
    for child in deck["children"]:
        yield from _decks(child, name, depth + 1)
