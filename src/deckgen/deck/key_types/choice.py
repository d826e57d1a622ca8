"""The type `choice`: one of the words that kind.yaml lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import KeyDoc
from deckgen.diagnostics import listing
from deckgen.source import Scalar

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node

_ABOUT = "One word from a list."


def _read(reader: NodeReader, node: Node, key: Key) -> Scalar | None:
    """One of the words that kind.yaml lists."""
    word = reader.one_of(node, key.name, key.values)
    return node if word and isinstance(node, Scalar) else None


def doc_of(words: tuple[str, ...]) -> KeyDoc:
    """The help of editors for such a key. An editor may read a word as a number or a boolean."""
    listed = listing(list(words))
    values: list[object] = []
    for word in words:
        values.append(word)
        if re.fullmatch(r"[-+]?[0-9]+", word):
            values.append(int(word))
        elif re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", word):
            values.append(float(word))
        elif word.lower() in {"true", "false"}:
            values.append(word.lower() == "true")
    return KeyDoc({"enum": values, "errorMessage": f"write one of {listed} here"}, _ABOUT, words[0])


TYPE = KeyType(
    "choice",
    _read,
    KeyDoc({}, _ABOUT, ""),
    parts=("",),
    prose={},
    plain=True,
    of_values=doc_of,
    cells="text",
)
