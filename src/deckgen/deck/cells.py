"""A check of tables: each row must have one cell for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.hints import COMMAS, comma_hint
from deckgen.deck.key_types.cells import MIN_COLUMNS
from deckgen.deck.values import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.deck.notes import Note, Table
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Document, Scalar

_SHORT = 80  # characters of a cell that a hint repeats


def check(reader: NodeReader, table: Table) -> None:
    """Report rows without exactly one cell for each column, and tables with too few columns."""
    if not _is_of_all_rows(reader, table):
        for note in table.rows:
            _check_cells(reader, note)


def _is_of_all_rows(reader: NodeReader, table: Table) -> bool:
    """Whether all rows have the same number of cells, and it is not that of the columns; reported once."""
    columns = table.values.get("columns")
    counts = {len(texts.items) for row in table.rows if isinstance(texts := row.values.get("cells"), Texts)}
    if not isinstance(columns, Texts) or len(counts) != 1 or len(table.rows) == 1:
        return False
    (have,), want = counts, len(columns.items)
    if have == want or have < MIN_COLUMNS or want < MIN_COLUMNS:
        return False
    for row in table.rows:
        row.valid = False
    hint = _comma_hint(columns) or _hint_for(reader.document, columns.items, have, "column")
    if have == want + 1:
        # a semicolon may be why one column is missing
        hint = (
            _comma_hint(columns, ";")
            or hint
            or "the first cell of a row is its name, and its column needs a heading too"
        )
    message = f"the table has {want} columns, but each of its rows has {have} cells"
    reader.report("row-cells", columns.items[0], message, hint)
    return True


def _check_cells(reader: NodeReader, note: Note) -> None:
    """Report a row without exactly one cell for each column, or a table with too few columns."""
    row = note.values.get("cells")
    columns = note.table.values.get("columns") if note.table else None
    if not isinstance(row, Texts) or not isinstance(columns, Texts):
        return
    if len(columns.items) < MIN_COLUMNS:
        note.valid = False
        message = "a table needs at least two columns: the names of the rows, and a column with what to know"
        reader.report(
            "row-cells", columns.items[0] if columns.items else note.at, message, _comma_hint(columns)
        )
    elif len(row.items) != len(columns.items):
        have, want = len(row.items), len(columns.items)
        note.valid = False
        message = f"the row has {have} cell{'s' * (have != 1)} for {want} columns"
        hint = _comma_hint(row if have < want else columns)
        hint = hint or _hint_for(reader.document, row.items, want, "cell")
        reader.report("row-cells", row.items[0] if row.items else note.at, message, hint)


def _comma_hint(texts: Texts, signs: str = COMMAS) -> str:
    """A hint for the first text that joins several with a sign other than a comma; empty if there is none."""
    return next(filter(None, (comma_hint(item.value, signs) for item in texts.items)), "")


def _hint_for(document: Document, texts: Sequence[Scalar], wanted: int, what: str) -> str:
    """A hint for too many or too few columns or cells; empty if the cause is not clear.

    Args:
        document: The document that contains them.
        texts: The columns or cells.
        wanted: The right number of them.
        what: The word for each of them: column or cell.
    """
    if len(texts) > wanted and len(texts) > 1:
        between = document.text[texts[0].end : texts[1].start]
        return _split_by_comma(texts, wanted, what) if "," in between else ""
    if len(texts) < wanted:
        return _without_hyphen(document, texts, wanted)
    return ""


def _split_by_comma(texts: Sequence[Scalar], wanted: int, what: str) -> str:
    """A hint for a comma inside a text, at which YAML splits the text in two."""
    hint = f"between brackets, each comma starts a new {what}; put a {what} that contains a comma in quotes"
    small = [number for number, text in enumerate(texts) if number and text.value[:1].islower()]
    if len(small) == 1 and len(texts) == wanted + 1:
        one, other = texts[small[0] - 1], texts[small[0]]
        joined = f"{one.value}, {other.value}"
        if not one.style and not other.style and len(joined) <= _SHORT and '"' not in joined:
            hint += f', as `"{joined}"`'
    return hint


def _without_hyphen(document: Document, texts: Sequence[Scalar], wanted: int) -> str:
    """A hint for a line without a hyphen, which YAML reads as part of the text above it."""
    joined_lines = []
    for text in texts:
        lines = document.text[text.start : text.end].split("\n") if not text.style else []
        joined_lines += [
            (document.position(text.start)[0] + 1 + at, line.strip()) for at, line in enumerate(lines) if at
        ]
    if len(joined_lines) != wanted - len(texts):
        return ""
    line, written = joined_lines[0]
    return f"is a hyphen missing on line {line}? then write `- {written[:_SHORT]}`" if written else ""
