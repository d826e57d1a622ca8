"""The values of a table: its columns, its rows with their lines, and what its headers say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

Cell: TypeAlias = "str | tuple[str, ...]"
"""The content of a cell; several texts for a list in JSON."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        number: The line of the file at which it begins, from 1; in JSON the number of its item, from 1.
        cells: Its cells, one for each column.
    """

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table as its file has it.

    Attributes:
        path: Its path as messages show it.
        columns: The names of its columns; their numbers, from 1, if the file gives no names.
        rows: Its rows, without empty ones.
        html: Whether its header says that its cells are HTML.
        special: The columns for tags, guids, decks and note types that its header names, by these words; as
            numbers from 0.
        tags: The tags of all its notes, by its header.
        is_json: Whether its rows are items, not lines.
        lines: The lines of the file, to quote; none for JSON.
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    html: bool = False
    special: ReadOnly[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    is_json: bool = False
    lines: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """What the numbers of its rows count, in a word."""
        return "item" if self.is_json else "line"

    def fault(self, row: Row, message: str, hint: str = "") -> CallError:
        """An error at a row."""
        return fault(self.path, row.number, message, hint, is_json=self.is_json)


def fault(path: str, number: int, message: str, hint: str = "", *, is_json: bool = False) -> CallError:
    """An error at a line of a table; in JSON at an item.

    Args:
        path: The path of the table, as messages show it.
        number: The line or the item, from 1.
        message: A sentence about the fault, without a full stop.
        hint: What to do; may be empty.
        is_json: Whether the number is that of an item.
    """
    return CallError(f"{path}{f', item {number:,}' if is_json else f':{number}'}: {message}", hint)


def as_text(cell: Cell) -> str:
    """The content of a cell as one text."""
    return cell if isinstance(cell, str) else "\n".join(cell)
