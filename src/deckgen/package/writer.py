"""The writer of .apkg files, with SQLite and zip files.

The schema of the collection is genanki's. This module writes the rows of notes and cards itself, in bulk.
genanki would set the modification time of every note to the time of the build, give every card the same
position in the queue, and guess the cards of some notes wrongly.
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
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any

from deckgen import __version__
from deckgen.anki.tags import in_order
from deckgen.cards.line_breaks import joined
from deckgen.cards.locales import direction
from deckgen.diagnostics import CallError
from deckgen.history.identity import number_from
from deckgen.history.places import places_of_cards
from deckgen.package import adopted, genanki_parts
from deckgen.package.own_style import own_style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.media import Media
    from deckgen.cards.note_types import NoteType
    from deckgen.deck.notes import Deck
    from deckgen.history.ledger import NoteTypeLine
    from deckgen.history.plan import StampedNote

_CARDS_A_NOTE = 512
_LEVEL = 4  # the level of zlib: it takes a third of the time of level 6, for 7% more bytes
# In Anki the ids of notes and cards are times, in milliseconds, which learners see as "created" and "added".
# Each deck has its own part of the years 2019 to 2022, with the ids in the order of the source.
_BORN = 1_546_300_800_000
_YEARS = 4 * 365 * 86_400_000
_ANY_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Package:
    """The contents of an .apkg.

    Attributes:
        deck: The deck.
        time: The time of the build, in seconds since 1970.
        note_types: The note types that have notes.
        types: Their ledger lines, with their ids and the times of their last changes, by kind.
        notes: The notes.
        media: The media files.
        version: The version of the release; empty if this is no release.
        after: The version of the release before it; empty if there is none.
        deckgen: The version of deckgen that builds it.
        cleanup: Whether it is for retired notes only. It has no cards, decks and descriptions, so it changes
            notes that learners have, and adds no cards.
        words: The texts for the deck's page in Anki, by their names in base/words.html.j2.
    """

    deck: Deck
    time: int
    note_types: list[NoteType]
    types: ReadOnly[str, NoteTypeLine]
    notes: list[StampedNote]
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
        for name, content in self.own_style.items():
            names[str(len(names))] = name
            members[str(len(members))] = content
        members["media"] = _json(names).encode()
        members["collection.anki2"] = _collection(self)
        members["deckgen.json"] = _json(_about(self)).encode()
        return {name: members[name] for name in sorted(members)}

    @cached_property
    def own_style(self) -> dict[str, bytes]:
        """The file for the learner's own style, by its name, where cards ask for it."""
        return {} if self.cleanup else own_style(self.deck.id, self.note_types)

    @cached_property
    def deck_names(self) -> list[str]:
        """The full names of the root deck, the decks with notes and the decks above them."""
        names = {self.deck.title}
        for deck in {each.note.chapter.deck for each in self.notes}:
            parts = deck.split("::")
            names |= {"::".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
        return sorted(names)

    @property
    def type_dicts(self) -> list[dict[str, Any]]:
        """The note types, each as the collection has it in JSON."""
        root = _deck_id(self, self.deck.title)
        return [_note_type(self, note_type, root) for note_type in self.note_types]

    @property
    def description(self) -> str:
        """The text of the deck's page in Anki, as Markdown."""
        return _description(self)

    @property
    def digest(self) -> str:
        """A digest of the names and contents of the members."""
        digest = hashlib.sha256()
        for name, member in self.members.items():
            content = hashlib.sha256(member).hexdigest() if isinstance(member, bytes) else member.digest
            digest.update(f"{name}\0{content}\n".encode())
        return digest.hexdigest()


def write(
    package: Package,
    file: IO[bytes],
    progress: Callable[[str, int, int], None] | None = None,
    *,
    by_status: bool = False,
) -> None:
    """Write an .apkg. The same package gives the same bytes with the same version of zlib.

    The members are sorted, with fixed dates, so that nothing depends on the clock, the file system or the
    user. They are deflated, but for media files that are compressed already. Anki accepts such files.

    Args:
        package: The package.
        file: The file to write into.
        progress: Called with the present step, the number of packed files, and the number of all files.
        by_status: Whether a media file with the same size and times counts as unchanged. Otherwise its digest
            is worked out once more.

    Raises:
        OSError: A media file can no longer be read.
        CallError: A media file has changed since it was checked.
    """
    tell = progress or (lambda *_: None)
    tell("packing files", 0, len(package.media))
    archive = zipfile.ZipFile(file, "w")
    try:
        for number, (name, member) in enumerate(package.members.items()):
            tell("packing files", number, len(package.members))
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            stored = not isinstance(member, bytes) and not member.shrinks
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            content = member if isinstance(member, bytes) else _content(member, by_status=by_status)
            archive.writestr(info, content, compresslevel=_LEVEL)
        archive.close()
    except BaseException:
        # after an error inside a member it cannot be closed, and its destructor would write that to stderr
        archive.fp = None
        raise


def _content(media: Media, *, by_status: bool) -> bytes:
    """The content of a media file, unchanged since its name in the package was made.

    Raises:
        OSError: The file can no longer be read.
        CallError: The file has changed.
    """
    content = media.content(by_status=by_status)
    if content is None:
        raise CallError(f"{media.path} changed during the build", "build again")
    return content


def _about(package: Package) -> dict[str, object]:
    """The content of deckgen.json: the deck and version of the package, and the note id for each guid."""
    return {
        "format": 1,
        "deckgen": package.deckgen,
        "deck": package.deck.id,
        "version": package.version or None,
        "after": None if package.version else package.after or None,
        "cleanup": package.cleanup,
        "time": package.time,
        "notes": {each.guid: each.note.id for each in sorted(package.notes, key=attrgetter("guid"))},
    }


def _collection(package: Package) -> bytes:
    """The collection as the bytes of a SQLite database."""
    tables, indexes = _schema()
    decks = {name: _deck_id(package, name) for name in package.deck_names}
    places = _places(package)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        # without it, the old bytes in freed pages differ between versions of SQLite
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for statement in tables:
            database.execute(statement)
        database.execute(genanki_parts.first_row())
        database.execute(
            "UPDATE col SET mod = ?, scm = ?, models = ?, decks = ?",
            (
                package.time * 1000,
                package.time * 1000,
                _json({each["id"]: each for each in package.type_dicts}),
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


def _places(package: Package) -> list[tuple[int, StampedNote]]:
    """The notes, each with its creation time in milliseconds after that of the deck's first possible note."""
    places = []
    last = 0
    for each in sorted(package.notes, key=attrgetter("due")):
        last = max(each.due, last + 1)
        places.append((last, each))
    return places


def _born(deck_id: str) -> int:
    """The time from which a deck's notes count their creation, in milliseconds since 1970."""
    return _BORN + number_from(f"born\n{deck_id}") % _YEARS


def _schema() -> tuple[list[str], list[str]]:
    """The statements of genanki's schema: tables, and indexes, which are faster to build at the end."""
    statements = [each.strip() for each in genanki_parts.schema().split(";") if each.strip()]
    indexes = [statement for statement in statements if statement.upper().startswith("CREATE INDEX")]
    return [statement for statement in statements if statement not in indexes], indexes


def _deck_id(package: Package, name: str) -> int:
    """The id of a deck in a package, from its full name."""
    return number_from(f"deck\n{package.deck.id}\n{name}")


def _decks(database: sqlite3.Connection, package: Package, decks: dict[str, int]) -> dict[str, object]:
    """The decks in the collection's format; only the root deck has a description."""
    (text,) = database.execute("SELECT decks FROM col").fetchone()
    all_decks: dict[str, object] = json.loads(text)
    for name, number in decks.items():
        description = package.description if name == package.deck.title else ""
        all_decks[str(number)] = genanki_parts.deck_entry(
            {"id": number, "name": name, "desc": description, "md": True}
        )
    return all_decks


def _description(package: Package) -> str:
    """Markdown for the root deck's page in Anki: the deck's description, version, authors and license."""
    deck = package.deck
    values = {
        "{day}": datetime.fromtimestamp(package.time, UTC).strftime("%Y-%m-%d"),
        "{version}": package.version or package.after,
        "{authors}": ", ".join(deck.authors),
        "{license}": deck.license,
    }

    def filled_in(word: str) -> str:
        """A text of the page, with its placeholders filled in."""
        return re.sub(r"\{\w+\}", lambda place: values[place.group()], package.words[word])

    lines = [joined(deck.description)]
    lines.append(
        filled_in("version" if package.version else "unreleased_after" if package.after else "unreleased")
    )
    about = ("by" if deck.authors else "", "license" if deck.license else "")
    lines.append(" ".join(filled_in(word) for word in about if word))
    return unicodedata.normalize("NFC", "\n\n".join(line.strip() for line in lines if line))


def _note_type(package: Package, note_type: NoteType, deck: int) -> dict[str, Any]:
    """A note type in the collection's format."""
    kind = note_type.kind
    line = package.types[kind.name]
    # in the editor; fingerprints do not have it: it alone is no reason to replace a learner's css
    turned = {"rtl": True} if direction(package.deck.language) == "rtl" else {}
    fields = [
        adopted.field_entry(field, field.options)
        if field.options
        else {"name": field.name, "id": field.id, "collapsed": field.collapsed, "font": "Arial", **turned}
        for field in kind.fields
    ]
    templates = [
        {
            "name": face.name,
            "id": face.id,
            "qfmt": face.front,
            "afmt": face.back,
            "bqfmt": face.browser_front,
            "bafmt": face.browser_back,
        }
        if card.options is None
        else adopted.template_entry(face, card.options)
        for card, face in zip(kind.cards, note_type.faces, strict=True)
    ]
    result = genanki_parts.note_type_entry(
        {
            "css": note_type.css,
            "did": deck,
            "flds": fields,
            "id": str(line.id),
            "mod": line.modified,
            "name": kind.in_anki(package.deck.title),
            "req": list(_requirements(note_type)),
            "tmpls": templates,
            "type": int(kind.cloze),
        }
    )
    return result | adopted.of_note_type(kind.adopted) if kind.adopted else result


def _requirements(note_type: NoteType) -> Iterator[tuple[int, str, list[int]]]:
    """For each card template, the fields that decide whether it makes a card: any of them, or all."""
    for number, (how, fields) in enumerate(note_type.rules.requirements):
        yield (number, "any", [0]) if note_type.kind.cloze else (number, how, fields)


def _note_rows(places: Iterable[tuple[int, StampedNote]], package: Package) -> Iterator[tuple[object, ...]]:
    """The rows of the table `notes`."""
    born = _born(package.deck.id)
    tags: dict[tuple[str, ...], str] = {}
    retired = (f"{package.deck.id}::retired",) if package.cleanup else ()
    for place, each in places:
        written = tags.get(each.note.tags)
        if written is None:
            written = tags[each.note.tags] = _tags(each.note.tags + retired)
        first = each.fields[0]
        plain = html.unescape(_ANY_TAG.sub("", first)) if "<" in first or "&" in first else first
        checksum = int.from_bytes(hashlib.sha1(plain.encode(), usedforsecurity=False).digest()[:4], "big")
        yield (
            born + place,
            each.guid,
            package.types[each.note.kind.name].id,
            each.modified,
            written,
            "\x1f".join(each.fields),
            plain,
            checksum,
        )


def _card_rows(
    places: Sequence[tuple[int, StampedNote]], package: Package, decks: dict[str, int]
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """The rows of the table `cards`."""
    born = _born(package.deck.id)
    dues = places_of_cards([each.due for _, each in places], [len(each.cards) for _, each in places])
    for (place, each), of_cards in zip(places, dues, strict=True):
        deck = decks[each.note.chapter.deck]
        first = born + place * _CARDS_A_NOTE
        for ordinal, due in zip(each.cards, of_cards, strict=True):
            yield first + ordinal, born + place, deck, ordinal, each.modified, due


def _tags(tags: tuple[str, ...]) -> str:
    """Tags in the collection's format."""
    return f" {' '.join(in_order(tags))} " if tags else ""


def _json(value: object) -> str:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
