"""An export as JSON: all that the deck has, in one file, and its media files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deckgen import __version__
from deckgen.anki.tags import in_order
from deckgen.commands.export.contents import Export, with_media
from deckgen.commands.export.written import written
from deckgen.package import SHOWS
from deckgen.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.build import Build
    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteType
    from deckgen.commands.export.written import Keys, WrittenDeck
    from deckgen.deck.notes import Note
    from deckgen.history.plan import StampedNote
    from deckgen.package import Packages

VERSION = 1
"""The version of the file's shape. It changes if a member goes, or means something else."""
FILE = "export.json"
"""The name of the file."""


def export(build: Build) -> Export:
    """A deck as JSON, with its media files.

    Args:
        build: The deck's build, which has no errors.
    """
    packages = build.packages
    assert packages is not None  # noqa: S101 (it has no errors)
    source = written(build.deck)
    media = _media(build, packages)
    content = {
        "format": "deckgen-export",
        "version": VERSION,
        "deckgen": __version__,
        "deck": _deck(packages, source.deck),
        "note_types": [*_note_types(build, packages)],
        "chapters": [
            {"path": _from_source(chapter.document.path), "deck": chapter.deck, "keys": keys}
            for chapter, keys in source.chapters
        ],
        "tables": [{"id": table.id, "keys": keys} for table, keys in source.tables],
        "notes": [*_notes(build, packages, source)],
        "media": [{"name": each.name, "path": _path(each, build)} for each in media],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    files = with_media(FILE, text, media)
    return Export("json", build.deck.id, files, len(build.deck.notes))


def _media(build: Build, packages: Packages) -> list[Media]:
    """The media files that notes and faces show, also those of retired notes, by name."""
    names = {each.name for each in packages.main.media}
    names |= shown(packages.plan.notes)
    return [build.media[name] for name in sorted(names & build.media.keys())]


def shown(notes: Iterable[StampedNote]) -> set[str]:
    """The names of the media files that some notes show."""
    return {name for each in notes for text in each.fields for name in SHOWS.findall(text)}


def _deck(packages: Packages, keys: Keys) -> dict[str, Any]:
    """What is said of the deck."""
    main = packages.main
    return {
        "id": main.deck.id,
        "title": main.deck.title,
        "language": main.deck.language,
        "release": main.version or None,
        "after": None if main.version else main.after or None,
        "keys": keys,
    }


def _note_types(build: Build, packages: Packages) -> Iterator[dict[str, Any]]:
    """The note types that have notes."""
    for name, line in sorted(packages.plan.types.items()):
        note_type = build.note_types[name]
        kind = note_type.kind
        yield {
            "kind": name,
            "id": line.id,
            "name": kind.in_anki(build.deck.title),
            "cloze": kind.cloze,
            "fields": [{"name": field.name, "id": field.id} for field in kind.fields],
            "cards": [
                {
                    "name": face.name,
                    "id": face.id,
                    "front": face.front,
                    "back": face.back,
                    "browser_front": face.browser_front,
                    "browser_back": face.browser_back,
                }
                for face in note_type.faces
            ],
            "css": note_type.css,
        }


def _notes(build: Build, packages: Packages, source: WrittenDeck) -> Iterator[dict[str, Any]]:
    """The notes, in the order of the source."""
    stamped = {each.note: each for each in packages.plan.notes}
    for note in build.deck.notes:
        yield {
            "id": note.id,
            "guid": stamped[note].guid if note in stamped else None,
            "kind": note.kind.name,
            "chapter": _from_source(note.chapter.document.path),
            "table": note.table.id if note.table else None,
            "deck": note.chapter.deck,
            "tags": in_order(note.tags),
            "retired": note.retired.value.strip() if note.retired else None,
            "keys": source.notes[note],
            **_for_anki(note, stamped.get(note), build.note_types[note.kind.name]),
        }


def _for_anki(note: Note, stamped: StampedNote | None, note_type: NoteType) -> dict[str, Any]:
    """What Anki gets of a note; nothing of one without cards."""
    if stamped is None:
        return {"cards": [], "fields": {}}
    templates = [face.name for face in note_type.faces]
    return {
        "cards": [f"c{card + 1}" if note.kind.cloze else templates[card] for card in stamped.cards],
        "fields": {
            field.name: text for field, text in zip(note.kind.fields, stamped.fields, strict=True) if text
        },
    }


def _from_source(path: str) -> str:
    """The path of a chapter from source/."""
    return path.removeprefix("source/")


def _path(media: Media, build: Build) -> str | None:
    """The path of a media file from source/; None for a file of a template."""
    path = media.path
    source = Project(build.project).source.resolve()
    return path.relative_to(source).as_posix() if path.is_relative_to(source) else None
