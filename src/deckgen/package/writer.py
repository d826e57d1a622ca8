"""Notes to an .apkg. The only room that knows genanki, SQLite and zip files.

genanki gives the schema of the collection, the note types and the decks. The rows of notes and cards are
our own, written in bulk: genanki stamps every note with the time of the build, gives every card the same
place in the queue, and guesses the cards of some notes wrongly.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import sqlite3
import unicodedata
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

from deckgen import __version__
from deckgen.anki.tags import distinct, folded
from deckgen.diagnostics import CallError
from deckgen.history.identity import number_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteType
    from deckgen.cards.rows import Row
    from deckgen.deck.notes import Deck

_CARDS_A_NOTE = 512
_LEVEL = 4  # of zlib: a third of the time of 6 for 7% more bytes
# The ids of notes and cards are times in Anki, in milliseconds, which learners see as "created" and
# "added". They lie in a deck's own part of the years 2019 to 2022, in the order of the source.
_BORN = 1_546_300_800_000
_YEARS = 4 * 365 * 86_400_000
_MARKUP_OR_ENTITY = re.compile(r"[<&]")
_ANY_TAG = re.compile(r"<[^>]*>")


@dataclass
class Package:
    """All that goes into an .apkg.

    Attributes:
        deck: The deck.
        time: When it is built, in seconds since 1970.
        note_types: Those that have notes.
        types: Their ids, and when they last changed in seconds since 1970, by kind.
        rows: The notes.
        media: The media files.
        version: The version that is released by it; empty where none is.
        after: The version released before it; empty where there is none.
        deckgen: The version of deckgen that it is built with.
        cleanup: Whether it is for retired notes alone: without cards, decks and their descriptions, so that
            it changes what learners have and gives nobody anything.
        words: What the deck's page in Anki says, by the names in base/words.html.j2.
    """

    deck: Deck
    time: int
    note_types: list[NoteType]
    types: dict[str, tuple[int, int]]
    rows: list[Row]
    media: list[Media]
    version: str = ""
    after: str = ""
    deckgen: str = __version__
    cleanup: bool = False
    words: ReadOnly[str, str] = field(default_factory=dict)

    @cached_property
    def members(self) -> dict[str, bytes | Media]:
        """The members of the zip file, by name."""
        members: dict[str, bytes | Media] = {str(number): media for number, media in enumerate(self.media)}
        names = {str(number): media.name for number, media in enumerate(self.media)}
        members["media"] = _json(names).encode()
        members["collection.anki2"] = _collection(self)
        members["deckgen.json"] = _json(_about(self)).encode()
        return {name: members[name] for name in sorted(members)}

    @property
    def digest(self) -> str:
        """A digest of the names and contents of the members."""
        whole = hashlib.sha256()
        for name, member in self.members.items():
            content = hashlib.sha256(member).hexdigest() if isinstance(member, bytes) else member.digest
            whole.update(f"{name}\0{content}\n".encode())
        return whole.hexdigest()


def write(package: Package, file: IO[bytes]) -> None:
    """Write an .apkg: the same bytes for the same package, on one machine.

    Deflated, with fixed dates and sorted members: Anki accepts that, and nothing of the clock, the file
    system or the user gets in.

    Raises:
        OSError: A media file cannot be read any more.
        CallError: A media file has changed since it was looked at.
    """
    archive = zipfile.ZipFile(file, "w")
    try:
        for name, member in package.members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            content = member if isinstance(member, bytes) else _content(member)
            archive.writestr(info, content, compresslevel=_LEVEL)
        archive.close()
    except BaseException:
        # stopped amid a member, it can be closed no more, and would complain of that on stderr at the end
        archive.fp = None
        raise


def _content(media: Media) -> bytes:
    """What a media file holds, which must be what its name in the package was made of."""
    content = media.content()
    if content is None:
        raise CallError(f"{media.path} has changed while this was built", "build once more")
    return content


def _about(package: Package) -> dict[str, object]:
    """What deckgen.json says: whose package this is, and which note each guid stands for."""
    return {
        "format": 1,
        "deckgen": package.deckgen,
        "deck": package.deck.id,
        "version": package.version or None,
        "after": None if package.version else package.after or None,
        "cleanup": package.cleanup,
        "time": package.time,
        "notes": {row.guid: row.note.id for row in sorted(package.rows, key=lambda row: row.guid)},
    }


def _collection(package: Package) -> bytes:
    """The collection as the bytes of a SQLite database."""
    tables, indexes = _schema()
    decks = {name: number_from(f"deck\n{package.deck.id}\n{name}") for name in _deck_names(package)}
    made = [_note_type(package, note_type, decks[package.deck.title]) for note_type in package.note_types]
    places = _places(package)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        # without it, what is left over in freed pages differs between versions of SQLite
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for statement in tables:
            database.execute(statement)
        database.execute(APKG_COL)
        database.execute(
            "UPDATE col SET mod = ?, scm = ?, models = ?, decks = ?",
            (
                package.time * 1000,
                package.time * 1000,
                _json({each["id"]: each for each in made}),
                _json(_decks(database, package, {} if package.cleanup else decks)),
            ),
        )
        database.executemany(
            "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')",
            _note_rows(places, package),
        )
        database.executemany(
            "INSERT INTO cards VALUES (?, ?, ?, ?, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')",
            () if package.cleanup else _card_rows(places, package, decks),
        )
        for statement in indexes:
            database.execute(statement)
        database.execute("COMMIT")
        return database.serialize()


def _places(package: Package) -> list[tuple[int, Row]]:
    """The rows, each with how many milliseconds after the deck's birth its note was born."""
    places = []
    last = 0
    for row in sorted(package.rows, key=lambda row: row.due):
        last = max(row.due, last + 1)
        places.append((last, row))
    return places


def _born(deck_id: str) -> int:
    """When a deck's first note was born, in milliseconds since 1970."""
    return _BORN + number_from(f"born\n{deck_id}") % _YEARS


def _schema() -> tuple[list[str], list[str]]:
    """The statements of genanki's schema: tables, and indexes, which are faster when made last."""
    statements = [statement.strip() for statement in APKG_SCHEMA.split(";") if statement.strip()]
    indexes = [statement for statement in statements if statement.upper().startswith("CREATE INDEX")]
    return [statement for statement in statements if statement not in indexes], indexes


def _deck_names(package: Package) -> list[str]:
    """The root deck, and the decks that notes are in, with the decks above them."""
    names = {package.deck.title}
    for deck in {row.note.chapter.deck for row in package.rows}:
        parts = deck.split("::")
        names |= {"::".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return sorted(names)


def _decks(database: sqlite3.Connection, package: Package, decks: dict[str, int]) -> dict[str, object]:
    """The decks as the collection holds them; only the root has a description."""
    (text,) = database.execute("SELECT decks FROM col").fetchone()
    made: dict[str, object] = json.loads(text)
    for name, number in decks.items():
        description = _description(package) if name == package.deck.title else ""
        made[str(number)] = {**genanki.Deck(number, name, description).to_json(), "md": True}
    return made


def _description(package: Package) -> str:
    """Markdown for the root deck's page in Anki: the deck's description, and what this package is."""
    deck = package.deck
    values = {
        "{day}": datetime.fromtimestamp(package.time, UTC).strftime("%Y-%m-%d"),
        "{version}": package.version or package.after,
        "{authors}": ", ".join(deck.authors),
        "{license}": deck.license,
    }

    def said(word: str) -> str:
        return re.sub(r"\{\w+\}", lambda place: values[place.group()], package.words[word])

    lines = [deck.description]
    lines.append(
        said("version" if package.version else "unreleased_after" if package.after else "unreleased")
    )
    about = ("by" if deck.authors else "", "license" if deck.license else "")
    lines.append(" ".join(said(word) for word in about if word))
    return unicodedata.normalize("NFC", "\n\n".join(line.strip() for line in lines if line))


def _note_type(package: Package, note_type: NoteType, deck: int) -> dict[str, Any]:
    """A note type as the collection holds it."""
    kind = note_type.kind
    number, modified = package.types[kind.name]
    model = genanki.Model(
        number,
        unicodedata.normalize("NFC", f"{package.deck.title} - {kind.title}"),
        fields=[
            {"name": field.name, "id": field.id, "collapsed": not field.key, "font": "Arial"}
            for field in kind.fields
        ],
        templates=[
            {
                "name": face.name,
                "id": face.id,
                "qfmt": face.front,
                "afmt": face.back,
                "bqfmt": face.browser_front,
                "bafmt": face.browser_back,
            }
            for face in note_type.faces
        ],
        css=note_type.css,
        model_type=genanki.Model.CLOZE if kind.cloze else genanki.Model.FRONT_BACK,
    )
    # genanki works this out with another template language, which cannot read every front
    model._req = list(_requirements(note_type))  # noqa: SLF001
    made: dict[str, Any] = model.to_json(modified, deck)
    return made


def _requirements(note_type: NoteType) -> Iterator[tuple[int, str, list[int]]]:
    """For each card template, the fields that make its card: any one of them, or all together."""
    for number, (how, fields) in enumerate(note_type.rules.requirements):
        yield (number, "any", [0]) if note_type.kind.cloze else (number, how, fields)


def _note_rows(places: Iterable[tuple[int, Row]], package: Package) -> Iterator[tuple[object, ...]]:
    born = _born(package.deck.id)
    tags: dict[tuple[str, ...], str] = {}
    retired = (f"{package.deck.id}::retired",) if package.cleanup else ()
    for place, row in places:
        written = tags.get(row.note.tags)
        if written is None:
            written = tags[row.note.tags] = _tags(row.note.tags + retired)
        first = row.fields[0]
        plain = html.unescape(_ANY_TAG.sub("", first)) if _MARKUP_OR_ENTITY.search(first) else first
        checksum = int(hashlib.sha1(plain.encode(), usedforsecurity=False).hexdigest()[:8], 16)
        yield (
            born + place,
            row.guid,
            package.types[row.note.kind.name][0],
            row.modified,
            written,
            "\x1f".join(row.fields),
            plain,
            checksum,
        )


def _card_rows(
    places: Iterable[tuple[int, Row]], package: Package, decks: dict[str, int]
) -> Iterator[tuple[int, int, int, int, int, int]]:
    born = _born(package.deck.id)
    for place, row in places:
        deck = decks[row.note.chapter.deck]
        first = born + place * _CARDS_A_NOTE
        for ordinal in row.cards:
            yield first + ordinal, born + place, deck, ordinal, row.modified, row.due


def _tags(tags: tuple[str, ...]) -> str:
    """Tags as the collection holds them."""
    if not tags:
        return ""
    return f" {' '.join(sorted(distinct(tags), key=folded))} "


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
