"""An export in the form of CrowdAnki, an Anki add-on that keeps decks as JSON in folders.

The form, as CrowdAnki 0.9 reads and writes it: `deck.json` holds the root deck with its subdecks inside it,
and media/ the files. The root deck also has the note types and the options. CrowdAnki knows decks, note types
and options again by their `crowdanki_uuid`, and notes by their guids.
"""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from deckgen.anki.tags import in_order
from deckgen.commands.export.contents import Export, left_out, with_media
from deckgen.commands.export.json_file import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.build import Build
    from deckgen.history.plan import StampedNote
    from deckgen.package import Package

FILE = "deck.json"
"""The name of the file."""
_NAMESPACE = UUID("ee07285c-6915-4cc1-b1e7-89528aaa84ba")  # of all uuids here; it never changes
_OF_COLLECTION = ("id", "did", "mod", "usn")  # what each collection has for itself
# What Anki adds to each card template and each field that it stores. CrowdAnki asks a learner to map fields
# if it finds any difference from its collection.
_OF_TEMPLATES = {"id": None}
_OF_FIELDS = _OF_TEMPLATES | {
    "description": "",
    "plainText": False,
    "excludeFromSearch": False,
    "tag": None,
    "preventDeletion": False,
}


def export(build: Build) -> Export:
    """A deck in CrowdAnki's form, with the same notes, note types and media as its package.

    The file for the learner's own style is not among them: CrowdAnki would replace it at each import.

    Args:
        build: The deck's build, which has no errors.
    """
    packages = build.packages
    assert packages is not None  # noqa: S101 (it has no errors)
    package, matching = packages.main, packages.plan.matching
    text = json.dumps(_root(package), ensure_ascii=False, sort_keys=True, indent=4) + "\n"
    files = with_media(FILE, text, package.media)
    retired = sum(note.retired is not None for note in build.deck.notes)
    others = left_out(retired, len(matching.text_only))
    return Export("crowdanki", build.deck.id, files, len(package.notes), others)


def _root(package: Package) -> dict[str, Any]:
    """The root deck, with all that is below it."""
    title = package.deck.title
    root = _deck(package, title, _notes_by_deck(package))
    of_notes = set(_files(root))
    of_types = {each.name for each in package.media} - of_notes
    return {
        **root,
        "name": title,
        "desc": package.description,
        "md": True,
        "media_files": sorted({*root["media_files"], *of_types}),
        "deck_configurations": [
            # it only names the options: Anki adds its defaults, and learners keep what they change
            {"__type__": "DeckConfig", "crowdanki_uuid": _uuid(package, "options"), "name": title}
        ],
        "note_models": [_note_type(package, each) for each in package.type_dicts],
    }


def _deck(package: Package, name: str, notes: dict[str, list[StampedNote]]) -> dict[str, Any]:
    """A deck with its subdecks; its own name is the last part of the full one."""
    start = f"{name}::"
    below = [each for each in package.deck_names if each.startswith(start) and "::" not in each[len(start) :]]
    here = notes.get(name, [])
    relative = name.removeprefix(package.deck.title)  # the title can change
    return {
        "__type__": "Deck",
        "children": [_deck(package, each, notes) for each in below],
        "crowdanki_uuid": _uuid(package, f"deck\n{relative}"),
        "deck_config_uuid": _uuid(package, "options"),
        "desc": "",
        "dyn": 0,
        "media_files": sorted(shown(here) & {each.name for each in package.media}),
        "name": name.rpartition("::")[2],
        "notes": [_note(package, each) for each in here],
    }


def _notes_by_deck(package: Package) -> dict[str, list[StampedNote]]:
    """The notes of each deck, in the order of study: CrowdAnki adds new cards in this order."""
    notes: dict[str, list[StampedNote]] = {}
    for each in sorted(package.notes, key=attrgetter("due")):
        notes.setdefault(each.note.chapter.deck, []).append(each)
    return notes


def _files(deck: dict[str, Any]) -> Iterator[str]:
    """The media files of a deck and those below it."""
    yield from deck["media_files"]
    for child in deck["children"]:
        yield from _files(child)


def _note(package: Package, note: StampedNote) -> dict[str, Any]:
    """A note."""
    return {
        "__type__": "Note",
        "fields": note.fields,
        "guid": note.guid,
        "note_model_uuid": _uuid_of_type(package, package.types[note.note.kind.name].id),
        "tags": in_order(note.note.tags),
    }


def _note_type(package: Package, collected: dict[str, Any]) -> dict[str, Any]:
    """A note type, from what a collection has of it."""
    return {
        "originalStockKind": 0,  # without it, CrowdAnki takes that of Anki's type Basic
        **{key: value for key, value in collected.items() if key not in _OF_COLLECTION},
        "__type__": "NoteModel",
        "crowdanki_uuid": _uuid_of_type(package, int(collected["id"])),
        "flds": [*_fields(collected["flds"])],
        "tmpls": [_OF_TEMPLATES | each for each in collected["tmpls"]],
    }


def _fields(fields: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The fields of a note type, as Anki gives them back."""
    for each in fields:
        yield _OF_FIELDS | {key: value for key, value in each.items() if key != "media"}


def _uuid_of_type(package: Package, number: int) -> str:
    """The uuid of a note type, from its id in the package, which never changes."""
    return _uuid(package, f"note type\n{number}")


def _uuid(package: Package, what: str) -> str:
    """A uuid for a part of a deck, the same in every build."""
    return str(uuid5(_NAMESPACE, f"{package.deck.id}\n{what}"))
