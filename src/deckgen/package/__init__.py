"""Packages: from cards to the bytes of an .apkg. Other wings import from this package only."""

from deckgen.package.pack import SHOWS, Packages, pack
from deckgen.package.writer import Package, read_about, write

__all__ = ["SHOWS", "Package", "Packages", "pack", "read_about", "write"]
