"""The keys that authors write, and the types of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from deckgen.deck.schemas import KeyDoc

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.reader import NodeReader
    from deckgen.deck.values import Value
    from deckgen.source import Node

ITEM = "-"
"""The part of a key path that means any item of a list."""
_OWN_WORDS = ((), (ITEM,))

KeyPath: TypeAlias = tuple[str, ...]
"""The path from a key to a part of its value: the inner keys on the way, and ITEM for each list."""


@dataclass(frozen=True, slots=True, eq=False)
class KeyType:
    """A type of key. How its values become HTML is in `cards.key_types`.

    Attributes:
        name: Its name in kind.yaml.
        read: The function that reads the value of such a key; it returns None, with a report, for faulty
            values. None for keys that are read together with the note, as `id` and `tags`.
        doc: The help of editors for such a key, if its kind.yaml has none.
        parts: The parts of the value that can fill a field; "" is the value itself.
        prose: The paths of the texts for people, each with the keys that may be beside the text; without keys
            if these are the note's own.
        plain: Whether its texts are plain text, not Markdown.
        lists: Whether its value is a list.
        clozes: Whether its texts contain clozes, which make the cards of a note.
        is_row: Whether its texts are the cells of a table's row.
        names_notes: Whether its value is ids; these do not say what a note is about.
        of_values: For a type whose words kind.yaml lists: the help of editors for a key with these words.
        cells: How the cells of a table fill such a key, for `deckgen import`; empty if they cannot.
        unfilled: A hint for a kind.yaml that fills a field from such a key, if no field can be.
    """

    name: str
    read: Callable[[NodeReader, Node, Key], Value | None] | None
    doc: KeyDoc
    parts: tuple[str, ...]
    prose: ReadOnly[KeyPath, tuple[str, ...]]
    plain: bool = False
    lists: bool = False
    clozes: bool = False
    is_row: bool = False
    names_notes: bool = False
    of_values: Callable[[tuple[str, ...]], KeyDoc] | None = None
    cells: Literal["", "text", "prose", "items", "words", "names", "parts"] = ""
    unfilled: str = ""

    @property
    def own_words(self) -> bool:
        """Whether its value is free text: one text or a list of texts."""
        return any(path in self.prose for path in _OWN_WORDS)

    @property
    def in_a_cell(self) -> bool:
        """Whether its value fits into a cell of a table: it is one text, or ids."""
        return self.cells in {"text", "prose", "words"}

    @property
    def is_name(self) -> bool:
        """Whether its value is plain free text, such as a name or a code."""
        return self.plain and self.own_words


@dataclass(frozen=True, slots=True)
class Key:
    """A key that authors write.

    Attributes:
        name: Its name in the source.
        type: The type of its value.
        required: Whether every note has it.
        about: Its purpose, in a sentence.
        example: An example of its value, which editors show; YAML if it is a list.
        values: The words to choose from; empty if its type is not choice.
    """

    name: str
    type: KeyType
    required: bool = False
    about: str = ""
    example: str = ""
    values: tuple[str, ...] = ()

    @property
    def doc(self) -> KeyDoc:
        """The help of editors for it."""
        doc = self.type.doc if self.type.of_values is None else self.type.of_values(self.values)
        return KeyDoc(doc.schema, self.about or doc.about, self.example or doc.example)
