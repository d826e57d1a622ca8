"""The reading of a table from text: CSV with any separator, Anki's text export, and JSON."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.commands.tables import decoding, json_table
from deckgen.commands.tables.table import Row, Table, fault
from deckgen.deck.reader import MAX_TEXT
from deckgen.diagnostics import CallError, counted, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SEPARATORS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "space": " ",
    "pipe": "|",
    "colon": ":",
}
"""The names of separators in the headers of Anki (rslib/src/import_export/text/csv/metadata.rs)."""
_HEADER = re.compile(r"#(?P<key>[a-z][a-z ]*):(?P<value>.*)")
_KNOWN = frozenset(
    ["separator", "html", "tags", "columns", "notetype", "deck", "if matches", "match scope"]
    + [f"{what} column" for what in ("notetype", "deck", "tags", "guid")]
)
_MOST_ROWS = 200_000


@dataclass
class _Headers:
    """The headers of a text from Anki.

    Attributes:
        separator: The separator; empty if no header names it.
        html: Whether cells are HTML.
        columns: The line of the names of columns; None if there is none.
        special: As for `Table`.
        tags: As for `Table`.
        end: The number of lines that they take up.
    """

    separator: str = ""
    html: bool = False
    columns: str | None = None
    special: dict[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    end: int = 0


def read(path: Path) -> Table:
    """The table in a file.

    Raises:
        CallError: It cannot be read; the message names the line, and for JSON the item.
        OSError: The system does not let us read it.
    """
    text = decoding.read(path)
    if not text.strip():
        raise CallError(f"{path} is empty", "give a table with a header and at least one row")
    if path.suffix.lower() == ".json":
        return json_table.read(text, str(path))
    if path.suffix.lower() in {".apkg", ".colpkg", ".yaml", ".yml", ".md", ".html"}:
        raise CallError(f"{path} is not a table", "give a CSV, TSV, JSON, or a text that Anki exported")
    table = _from_anki(text, str(path)) if _is_from_anki(text) else _from_csv(text, path)
    if not table.rows:
        raise CallError(f"{path} has no rows under its header", "check that it is the right file")
    return table


def _is_from_anki(text: str) -> bool:
    """Whether a text begins with a header of Anki."""
    match = _HEADER.match(text)
    return (match is not None and match["key"] in _KNOWN) or text.startswith("tags:")


def _from_anki(text: str, path: str) -> Table:
    """The table in a text with Anki's headers. It has names of columns only if a header gives them."""
    lines = text.split("\n")
    headers = _headers(lines, path)
    body = lines[headers.end :]
    separator = headers.separator or _guessed(next(filter(None, body), ""), "\t")
    names: list[str] = []
    if headers.columns is not None:
        names = next(csv.reader([headers.columns], delimiter=separator), [])
    rows = [
        row
        for row in _rows("\n".join(body), separator, path, headers.end)
        if any(row.cells) and not lines[row.number - 1].startswith("#")
    ]
    if not rows:
        raise CallError(f"{path} has no rows under its headers", "check that it is the right file")
    width = max(len(row.cells) for row in rows)
    if names:
        width = len(names)
        if long := next((row for row in rows if len(row.cells) > width), None):
            message = f"this row has {len(long.cells)} cells, but `#columns:` names {width}"
            raise fault(path, long.number, message, _SEPARATOR_HINT)
    if wrong := next((what for what, number in headers.special.items() if number >= width), ""):
        number = headers.special[wrong] + 1
        raise CallError(f"{path}: the header `#{wrong} column:{number}` names a column that no row has")
    # Anki leaves out what is empty at the end of a row, and so do its exports
    rows = [Row(row.number, row.cells + ("",) * (width - len(row.cells))) for row in rows]
    columns = names or [str(number + 1) for number in range(width)]
    for what, number in headers.special.items():
        columns[number] = what if not names else columns[number]
    return Table(
        path, tuple(columns), tuple(rows), headers.html, headers.special, headers.tags, lines=tuple(lines)
    )


def _headers(lines: list[str], path: str) -> _Headers:
    """The headers at the top of a text from Anki."""
    headers = _Headers()
    for number, line in enumerate(lines, 1):
        if line.startswith("tags:") and number == 1:
            headers.tags = tuple(line.removeprefix("tags:").split())
            headers.end = number
            continue
        match = _HEADER.fullmatch(line)
        if match is None:
            break
        headers.end = number
        _take(headers, match["key"], match["value"], path, number)
    return headers


def _take(headers: _Headers, key: str, value: str, path: str, number: int) -> None:
    """Take a header with its key and value, from a line of a table."""
    if key == "separator":
        name = value.strip().lower()
        headers.separator = _SEPARATORS.get(name, value if value in _SEPARATORS.values() else "")
        if not headers.separator:
            hint = f"use one of {listing(_SEPARATORS)}"
            raise fault(path, number, f"`{value}` is not a separator that Anki knows", hint)
    elif key == "html":
        headers.html = value.strip().lower() == "true"
    elif key == "tags":
        headers.tags = tuple(value.split())
    elif key == "columns":
        headers.columns = value
    elif key.endswith(" column") and key in _KNOWN:
        if not re.fullmatch(r"[1-9][0-9]{0,3}", value.strip()):
            raise fault(path, number, f"`{value}` is not the number of a column", "count columns from 1")
        headers.special[key.removesuffix(" column")] = int(value) - 1


_SEPARATOR_HINT = "put a cell that contains the separator in double quotes"


def _from_csv(text: str, path: Path) -> Table:
    """The table in a CSV or TSV, whose first line has the names of the columns."""
    shown = str(path)
    skipped, separator = 0, ""
    if match := re.match(r"sep=(.)\n", text, re.IGNORECASE):  # Excel's own first line
        separator, skipped, text = match[1], 1, text[match.end() :]
    first = text.lstrip("\n").partition("\n")[0]
    separator = separator or _guessed(first, "\t" if path.suffix.lower() in {".tsv", ".tab"} else ",")
    rows = _rows(text, separator, shown, skipped)
    header = next((row for row in rows if any(row.cells)), None)
    if header is None:
        raise CallError(f"{path} is empty", "give a table with a header and at least one row")
    names = [str(cell).strip() for cell in header.cells]
    while names and not names[-1]:
        names.pop()  # spreadsheets write the columns that were once in use
    full = _full_rows(rows, names, shown, first)
    for number, name in enumerate(names):
        if not name and any(row.cells[number] for row in full):
            message = f"column {number + 1} has no name"
            raise fault(shown, header.number, message, "write a name into the header, so that you can map it")
    return Table(shown, tuple(names), tuple(full), lines=tuple(("sep=\n" * skipped + text).split("\n")))


def _full_rows(rows: Iterable[Row], names: list[str], path: str, header: str) -> list[Row]:
    """The rows that are not empty, each with one cell for each name of the header."""
    wrong: list[tuple[int, int]] = []
    full: list[Row] = []
    for row in rows:
        cells = row.cells
        while len(cells) > len(names) and not cells[-1]:
            cells = cells[:-1]
        if not any(cells):
            continue
        if len(cells) != len(names):
            wrong.append((row.number, len(cells)))
        full.append(Row(row.number, cells))
    if wrong:
        number, count = wrong[0]
        message = f"this row has {_cells(count)}, but the header has {len(names)}"
        if more := len(wrong) - 1:
            message += f"; {counted(more, 'more row')} {'has' if more == 1 else 'have'} too few or too many"
        hint = _SEPARATOR_HINT if count > len(names) else _short_hint(header)
        raise fault(path, number, message, hint)
    return full


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _short_hint(header: str) -> str:
    """A hint for a row with too few cells."""
    return f"is the separator right? The header is `{header[:60]}`"


def _guessed(line: str, usual: str) -> str:
    """The separator of a line: the one that it has most often outside quotes, or else the usual one."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", line)
    counts = {sign: bare.count(sign) for sign in (usual, "\t", ";", ",", "|")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else usual


def _rows(text: str, separator: str, path: str, skipped: int) -> Iterator[Row]:
    """The rows of a text.

    Args:
        text: The text.
        separator: The sign between cells.
        path: The path of the table, as messages show it.
        skipped: The number of lines before the text.
    """
    csv.field_size_limit(MAX_TEXT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    count = 0
    while True:
        line = reader.line_num + skipped + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _csv_fault(str(error), path, line) from error
        count += 1
        if count > _MOST_ROWS:
            raise fault(
                path, line, f"the table has more than {_MOST_ROWS:,} rows", "split it into several files"
            )
        yield Row(line, tuple(map(decoding.cell, cells)))


def _csv_fault(problem: str, path: str, line: int) -> CallError:
    """The error of a row that cannot be read."""
    if "limit" in problem:
        return fault(path, line, f"a cell of this row has more than {MAX_TEXT:,} characters", _UNCLOSED)
    if "unexpected end" in problem:
        message = "a double quote opens a cell in this row, and is never closed"
        return fault(path, line, message, _UNCLOSED)
    message = "a cell of this row begins with a double quote, and goes on after the closing one"
    return fault(path, line, message, 'write each double quote in this cell twice: `"say ""yes"""`')


_UNCLOSED = 'close it, or write it twice if it is part of the text: `"say ""yes"""`'
