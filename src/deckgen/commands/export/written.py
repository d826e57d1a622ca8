"""What an author wrote for a deck, its chapters, tables and notes, as values for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from deckgen import source
from deckgen.deck.kind_file import CHAPTER_KEYS
from deckgen.source import values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.deck.notes import Chapter, Deck, Note, Table
    from deckgen.source import Document, Mapping, Node, Writable

Keys: TypeAlias = "dict[str, Writable]"
"""Keys as they are written, with their values."""


@dataclass(frozen=True)
class WrittenDeck:
    """What an author wrote.

    Attributes:
        deck: The keys of deck.yaml.
        chapters: The chapters with notes, in order, each with its own keys.
        tables: The tables, in order, each with its own keys, the rows aside.
        notes: The keys of each note.
    """

    deck: Keys
    chapters: list[tuple[Chapter, Keys]]
    tables: list[tuple[Table, Keys]]
    notes: dict[Note, Keys]


def written(deck: Deck) -> WrittenDeck:
    """What the author of a deck without errors wrote.

    Args:
        deck: The deck.
    """
    chapters = {note.chapter.document.path: note.chapter for note in deck.notes}
    mappings = {path: _mappings(chapter.document) for path, chapter in chapters.items()}
    tables: dict[int, tuple[Table, Keys]] = {}
    notes: dict[Note, Keys] = {}
    for note in deck.notes:
        here = mappings[note.chapter.document.path]
        notes[note] = values_of(here[note.start])
        table = note.table
        if table and id(table) not in tables:
            keys = values_of(here[table.start])
            tables[id(table)] = table, {key: keys[key] for key in keys if key != note.kind.rows_key}
    of_chapters = [(chapter, _own(mappings[path])) for path, chapter in chapters.items()]
    return WrittenDeck(values_of(_mappings(deck.document)[None]), of_chapters, [*tables.values()], notes)


def _own(mappings: dict[int | None, Mapping]) -> Keys:
    """The keys of a chapter, without its sections."""
    return {key: value for key, value in values_of(mappings[None]).items() if key in CHAPTER_KEYS}


def _mappings(document: Document) -> dict[int | None, Mapping]:
    """The mappings of a file by their offsets; its outermost one by None.

    A build drops the nodes of a file when it has read them, so they are read once again.
    """
    again, _ = source.parse(document.text, document.path)
    found: dict[int | None, Mapping] = {each.start: each for each in _all(again.root)}
    if isinstance(again.root, source.Mapping):
        found[None] = again.root
    return found


def _all(root: Node | None) -> Iterator[Mapping]:
    """All mappings in a node, the outer ones first."""
    left = [root]
    while left:
        node = left.pop()
        if isinstance(node, source.Mapping):
            yield node
            left += node.entries.values()
        elif isinstance(node, source.Sequence):
            left += node.items
