"""Cards to the bytes of an .apkg, and any package to what is in it.

Other wings import from here what they need.
"""

from deckgen.package.pack import SHOWS, Packages, pack
from deckgen.package.reader import (
    Contents,
    Format,
    PackageError,
    PackedCard,
    PackedDeck,
    PackedField,
    PackedMedium,
    PackedNote,
    PackedNoteType,
    PackedTemplate,
    read_about,
    read_media,
    read_package,
)
from deckgen.package.writer import Package, write

__all__ = [
    "SHOWS",
    "Contents",
    "Format",
    "Package",
    "PackageError",
    "Packages",
    "PackedCard",
    "PackedDeck",
    "PackedField",
    "PackedMedium",
    "PackedNote",
    "PackedNoteType",
    "PackedTemplate",
    "pack",
    "read_about",
    "read_media",
    "read_package",
    "write",
]
