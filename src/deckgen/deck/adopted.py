"""What a kind carries of a note type that learners had before deckgen knew it, as Anki keeps it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from deckgen.patterns import pattern

LATEX_PRE = (
    "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n\\usepackage[utf8]{inputenc}\n"
    "\\usepackage{amssymb,amsmath}\n\\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n"
)
"""What Anki puts before LaTeX in a new note type."""
LATEX_POST = "\\end{document}"
"""What it puts after that."""

LONG = range(-(1 << 63), 1 << 63)
"""The numbers that an id can be."""
UNSIGNED = range(1 << 32)
"""The numbers that a size or a tag can be."""

# the numbers of fields and of cards of Anki's own note types, by the numbers of `OriginalStockKind`
_SHAPES = {1: (2, 1), 2: (2, 2), 3: (3, 2), 4: (2, 1), 5: (2, 1), 6: (5, 1)}
STOCK_NAMES = (
    "Basic",
    "Basic (and reversed card)",
    "Basic (optional reversed card)",
    "Basic (type in the answer)",
    "Cloze",
    "Image Occlusion",
)
"""The names of these note types in English; the first has the number 1."""
STOCK = range(len(STOCK_NAMES) + 1)
"""The numbers of `OriginalStockKind`: 0, and those of Anki's own note types."""
_ADDED = pattern(r"(?:-[0-9a-f]+)?\+*")
"""What Anki adds to a name that another note type of a collection has."""


def stock_by_name(name: str) -> int:
    """The number of Anki's own note type with this name, also with what Anki adds to it; 0 for none."""
    for number, stock in enumerate(STOCK_NAMES, 1):
        if name.startswith(stock) and _ADDED.fullmatch(name, len(stock)):
            return number
    return 0


@dataclass(frozen=True, slots=True)
class Adopted:
    """What is said of the note type as a whole.

    Attributes:
        note_type: Its name in Anki.
        sort_field: The place of the field that Anki's browser sorts by.
        latex_pre: What comes before LaTeX.
        latex_post: What comes after it.
        latex_svg: Whether LaTeX becomes SVG, and not PNG.
        stock: Which of Anki's own note types it began as, by the numbers of `OriginalStockKind`; 0 if that is
            not known.
        original_id: The id that it had where it was imported from; None if it was not.
    """

    note_type: str
    sort_field: int = 0
    latex_pre: str = LATEX_PRE
    latex_post: str = LATEX_POST
    latex_svg: bool = False
    stock: int = 0
    original_id: int | None = None

    def is_stock(self, fields: int, cards: int) -> bool:
        """Whether it is one of Anki's own note types, which learners use for other decks as well.

        Nearly every note type began as one of them, so that alone says little; one with other numbers of
        fields or cards is somebody's own.

        Args:
            fields: The number of its fields.
            cards: The number of its cards.
        """
        stock = self.stock or stock_by_name(self.note_type)
        return _SHAPES.get(stock) == (fields, cards)


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """The options of a field, with the values that Anki gives a new one.

    Attributes:
        font: The font in the editor.
        size: That font's size.
        right_to_left: Whether the editor writes it from right to left.
        sticky: Whether its text is kept for the next new note.
        description: What the editor shows while it is empty.
        plain_text: Whether the editor shows its HTML.
        collapsed: Whether the editor hides it.
        unsearched: Whether a search for a word skips it.
        undeletable: Whether Anki refuses to delete it.
        tag: By which Anki knows a field that a note type needs; None for most.
    """

    font: str = "Arial"
    size: int = 20
    right_to_left: bool = False
    sticky: bool = False
    description: str = ""
    plain_text: bool = False
    collapsed: bool = False
    unsearched: bool = False
    undeletable: bool = False
    tag: int | None = None


@dataclass(frozen=True, slots=True)
class CardOptions:
    """The options of a card template, with the values that Anki gives a new one.

    Attributes:
        deck_id: The id, in the collection that the note type comes from, of the deck that its cards go to;
            0 if notes decide. No import changes this number: it is no name, and learners' decks have others.
        browser_font: The font in the list of Anki's browser; empty for the usual one.
        browser_size: That font's size; 0 for the usual one.
    """

    deck_id: int = 0
    browser_font: str = ""
    browser_size: int = 0


def differing(options: Adopted | FieldOptions | CardOptions) -> dict[str, str | bool | int]:
    """The attributes that have no usual value, or another one."""
    pairs = ((each, getattr(options, each.name)) for each in fields(options))
    return {each.name: value for each, value in pairs if value != each.default}
