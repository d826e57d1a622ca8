"""The reading of a table from JSON: a list of objects, or a list of lists whose first one is the header."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deckgen.commands.tables import decoding
from deckgen.commands.tables.table import Row, Table, fault
from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deckgen.commands.tables.table import Cell

_FORM = 'write a list of objects: `[{"term": "Joining", "definition": "…"}]`'


def read(text: str, path: str) -> Table:
    """The table in a JSON text.

    Args:
        text: The text.
        path: The path of the table, as messages show it.

    Raises:
        CallError: It is no JSON, or no table.
    """
    data = _parsed(text, path)
    if not isinstance(data, list):
        raise CallError(f"{path} is JSON, but not a list", _FORM)
    if not data:
        raise CallError(f"{path} has no rows", "check that it is the right file")
    if isinstance(data[0], list):
        names, rows = _of_lists(data, path)
    else:
        names, rows = _of_objects(data, path)
    full = tuple(row for row in rows if any(row.cells))
    if not full:
        raise CallError(f"{path} has no rows", "check that it is the right file")
    return Table(path, tuple(names), full, is_json=True)


def _parsed(text: str, path: str) -> object:
    """The data of a JSON text, with numbers as they are written."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise CallError(f"{path}: an object has the key `{twice}` twice", "keep one of the two")
        return found

    def constant(name: str) -> object:
        raise CallError(f"{path}: `{name}` is not JSON", "write a text or a number")

    try:
        return json.loads(
            text, object_pairs_hook=unique, parse_int=str, parse_float=str, parse_constant=constant
        )
    except json.JSONDecodeError as error:
        raise fault(path, error.lineno, f"this is not valid JSON, at column {error.colno}") from error
    except RecursionError as error:
        raise CallError(f"{path} has lists in lists, far too deep", _FORM) from error


def _of_objects(data: list[object], path: str) -> tuple[Sequence[str], list[Row]]:
    """The names of the columns, in the order in which they first appear, and the rows of objects."""
    names: dict[str, None] = {}
    objects: list[tuple[int, dict[str, object]]] = []
    for number, item in enumerate(data, 1):
        if not isinstance(item, dict):
            raise fault(path, number, "this is not an object like the first item", _FORM, is_json=True)
        names |= dict.fromkeys(item)
        objects.append((number, item))
    rows = [
        Row(number, tuple(_cell(item.get(name), name, path, number) for name in names))
        for number, item in objects
    ]
    return list(names), rows


def _of_lists(data: list[object], path: str) -> tuple[Sequence[str], list[Row]]:
    """The names of the columns and the rows of lists."""
    names: list[str] = []
    rows: list[Row] = []
    for number, item in enumerate(data, 1):
        if not isinstance(item, list):
            raise fault(path, number, "this is not a list like the first item", _FORM, is_json=True)
        if number == 1:
            if not all(isinstance(name, str) and name.strip() for name in item):
                message = "the first list is the header, but not all of it are names"
                raise fault(path, number, message, "begin with the names of the columns", is_json=True)
            names = [str(name).strip() for name in item]
            continue
        if len(item) != len(names):
            message = f"this row has {len(item)} cells, but the header has {len(names)}"
            raise fault(path, number, message, is_json=True)
        cells = zip(item, names, strict=True)
        rows.append(Row(number, tuple(_cell(value, name, path, number) for value, name in cells)))
    return names, rows


def _cell(value: object, name: str, path: str, number: int) -> Cell:
    """A value of JSON as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value, name, path, number)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(_text(item, name, path, number) for item in value if item.strip())
    message = f"`{name}` is neither a text nor a list of texts"
    raise fault(path, number, message, "write one text, or a list of texts", is_json=True)


def _text(value: str, name: str, path: str, number: int) -> str:
    """A text of JSON, with line feeds as line ends."""
    value = decoding.cell(value)
    if found := decoding.control(value):
        offset, _, hint = found
        message = f"`{name}` contains a character that no card can show (U+{ord(value[offset]):04X})"
        raise fault(path, number, message, hint, is_json=True)
    return value
