"""The type `image`: an image file with an alternative text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import TEXT_SCHEMA, KeyDoc, object_schema
from deckgen.deck.values import Compound

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node, Scalar

_KEYS = ("file", "alt")


@dataclass(slots=True)
class Image(Compound):
    """An image.

    Attributes:
        file: Its path from the chapter's folder.
        alt: Its alternative text, for people who do not see it.
    """

    file: Scalar
    alt: Scalar

    @property
    def texts(self) -> list[Scalar]:
        """Its alternative text."""
        return [self.alt]

    @property
    def written(self) -> tuple[Scalar, ...]:
        """Its path and its alternative text."""
        return self.file, self.alt

    @property
    def showing(self) -> tuple[Scalar, ...]:
        """Its path."""
        return (self.file,)


def _read(reader: NodeReader, node: Node, key: Key) -> Image | None:
    """An image file with its alternative text; None, with a report, for anything else."""
    what = f"the image `{key.name}`"
    mapping = reader.mapping(node, what, _KEYS, _KEYS)
    if mapping is None or not reader.require(mapping, what, _KEYS, _KEYS):
        return None
    file = reader.prose(mapping.entries["file"], "file")
    alt = reader.prose(mapping.entries["alt"], "alt")
    return Image(file, alt) if file and alt else None


_FILE = KeyDoc(TEXT_SCHEMA, "The path of the file, starting at the chapter's folder.", "media/tree.png")
_ALT = KeyDoc(
    TEXT_SCHEMA,
    "A description of the image, for learners who cannot see it.",
    "A family tree of three generations",
)

TYPE = KeyType(
    "image",
    _read,
    KeyDoc(
        {
            **object_schema("Image", {"file": _FILE, "alt": _ALT}, _KEYS),
            "errorMessage": "write an image here, with its `file` and `alt`",
        },
        "An image, with its description.",
        "file: media/tree.png\nalt: A family tree",
    ),
    parts=("",),
    prose={("alt",): _KEYS},
    plain=True,
    cells="parts",
)
