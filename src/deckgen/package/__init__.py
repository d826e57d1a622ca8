"""Cards to the bytes of an .apkg. Other wings import from here what they need."""

from deckgen.package.writer import Package, in_order, read_about, write

__all__ = ["Package", "in_order", "read_about", "write"]
