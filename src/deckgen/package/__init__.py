"""Packages: from cards to the bytes of an .apkg, and from any package to its contents.

Other wings import from this package only.
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
    crowdanki_digest,
    crowdanki_media,
    is_crowdanki,
    list_media,
    read_about,
    read_crowdanki,
    read_digest,
    read_media,
    read_package,
)
from deckgen.package.unchanged import LastPackage
from deckgen.package.writer import Package, write

__all__ = [
    "SHOWS",
    "Contents",
    "Format",
    "LastPackage",
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
    "crowdanki_digest",
    "crowdanki_media",
    "is_crowdanki",
    "list_media",
    "pack",
    "read_about",
    "read_crowdanki",
    "read_digest",
    "read_media",
    "read_package",
    "write",
]
