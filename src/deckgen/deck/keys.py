"""A key that authors write, and the type that says what may stand under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from deckgen.deck.schemas import KeyDoc

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.reader import NodeReader
    from deckgen.deck.values import Value
    from deckgen.source import Node

ITEM = "-"
"""An item of a list, on the way to a place in a file."""
_OWN_WORDS = ((), (ITEM,))

Place: TypeAlias = tuple[str, ...]
"""A place in what an author writes: the keys that lead to it, and ITEM for each list."""


@dataclass(frozen=True, slots=True, eq=False)
class KeyType:
    """A type of key; how its values become HTML, `cards.key_types` says.

    Attributes:
        name: As kind.yaml says it.
        read: Reads what stands under a key of the type; None, reported, where it is faulty. None for keys
            that say something of the note itself, and are read with it.
        doc: What editors say of such a key where its kind.yaml says nothing.
        parts: What a field can be filled from; "" is the value itself.
        prose: Where texts for people stand, from the key on; for each place the keys that may stand beside
            it, none where those are the note's own.
        plain: Whether its texts are no Markdown.
        lists: Whether a list stands under it.
        clozes: Whether its texts hold clozes, which make the cards of a note.
        is_row: Whether its texts are the cells of a table's row.
        names_notes: Whether it holds ids, which do not say what a note is about.
        of_values: For a type whose words kind.yaml lists: what editors say of a key with these words.
        unfilled: What to do where kind.yaml fills a field from such a key, and no field can be.
    """

    name: str
    read: Callable[[NodeReader, Node, Key], Value | None] | None
    doc: KeyDoc
    parts: tuple[str, ...]
    prose: ReadOnly[Place, tuple[str, ...]]
    plain: bool = False
    lists: bool = False
    clozes: bool = False
    is_row: bool = False
    names_notes: bool = False
    of_values: Callable[[tuple[str, ...]], KeyDoc] | None = None
    unfilled: str = ""

    @property
    def own_words(self) -> bool:
        """Whether authors say in it what they like, be it one text or a list of them."""
        return any(place in self.prose for place in _OWN_WORDS)

    @property
    def is_name(self) -> bool:
        """Whether it holds plain text in the author's words: what something is called, or a code."""
        return self.plain and self.own_words


@dataclass(frozen=True, slots=True)
class Key:
    """A key that authors write.

    Attributes:
        name: As it stands in the source.
        type: What may stand under it.
        required: Whether every note has it.
        about: What it is for, in a sentence.
        example: What may stand under it, as YAML for a list; editors show it.
        values: The words of which it holds one; empty where it is no choice.
    """

    name: str
    type: KeyType
    required: bool = False
    about: str = ""
    example: str = ""
    values: tuple[str, ...] = ()

    @property
    def doc(self) -> KeyDoc:
        """What editors say of it."""
        doc = self.type.doc if self.type.of_values is None else self.type.of_values(self.values)
        return KeyDoc(doc.schema, self.about or doc.about, self.example or doc.example)
