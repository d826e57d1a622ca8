"""Packages: from cards to the bytes of an .apkg, and from any package to its contents.

Other wings import from this package only.
"""

from typing import TYPE_CHECKING

from deckgen.package.figures import figures_of
from deckgen.package.pack import SHOWS, Packages, pack
from deckgen.package.writer import Package, write

if TYPE_CHECKING:
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
    "crowdanki_digest",
    "crowdanki_media",
    "figures_of",
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


def __getattr__(name: str) -> object:
    """What the reader gives; a build reads no package, so it does not load the reader (PEP 562)."""
    if name not in __all__:
        message = f"module `{__name__}` has no attribute `{name}`"
        raise AttributeError(message)
    from deckgen.package import reader  # noqa: PLC0415

    return getattr(reader, name)
