"""The columns of a table that fill the keys of a kind: `--map term=Front,definition=Back`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen.commands.tables.table import as_text
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.diagnostics import CallError, did_you_mean, listed, listing, nearest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from deckgen.commands.tables.table import Table
    from deckgen.deck.kinds import Kind

_OF_SEVERAL = frozenset(["prose", "items", "words"])
_PARTS = ("file", "alt")  # of an image
_NEXT = re.compile(r",\s*(?=[a-z_][a-z0-9_-]*(?:\.[a-z]+)?\s*=)")
_EVERY_KIND = ("id", "tags")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A key with the columns that fill it.

    Attributes:
        key: The key.
        part: The part of its value, for an image `file` or `alt`; else empty.
        columns: The columns, as numbers from 0.
    """

    key: str
    part: str
    columns: tuple[int, ...]


def mapping(kind: Kind, table: Table, written: Sequence[str]) -> list[Mapped]:
    """The columns for the keys of a kind.

    Args:
        kind: The kind.
        table: The table.
        written: The values of `--map`. Without any, each column fills the key with its name.

    Raises:
        CallError: A key or a column does not exist, is there twice, or a required key has no column.
    """
    if kind.rows_key:
        raise CallError(
            f"the notes of the kind `{kind.name}` are rows of tables, which `deckgen import` cannot make",
            "write them by hand, or import the rows as another kind",
        )
    _check_flat(kind)
    pairs = list(_pairs(written)) if written else _by_name(kind, table)
    found: dict[tuple[str, str], list[int]] = {}
    owners: dict[int, str] = {}
    for name, column in pairs:
        key, _, part = name.partition(".")
        _check_key(kind, key, part)
        number = _column(table, column, key)
        if number in owners:
            message = f"the column `{table.columns[number]}` is mapped to `{owners[number]}` and to `{name}`"
            raise CallError(message, "map each column once")
        owners[number] = name
        found.setdefault((key, part), []).append(number)
    if "tags" in table.special and table.special["tags"] not in owners:
        found.setdefault(("tags", ""), []).append(table.special["tags"])
    _check_required(kind, table, {key for key, _ in found}, owners)
    for (key, part), columns in found.items():
        if len(columns) > 1 and not _takes_several(kind, key):
            names = listing(table.columns[number] for number in columns)
            raise CallError(
                f"`{key}` is one short text, so it cannot have the columns {names}", "map one of them"
            )
        other = "alt" if part == "file" else "file"
        if part and (key, other) not in found:
            raise CallError(f"the image `{key}` needs its `{other}` as well", f"--map {key}.{other}=COLUMN")
    return [Mapped(key, part, tuple(columns)) for (key, part), columns in found.items()]


def _pairs(written: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The keys and the names of columns in the values of `--map`. A name may contain commas."""
    for text in written:
        for pair in _NEXT.split(text):
            key, sign, column = (part.strip() for part in pair.partition("="))
            if not (key and sign and column):
                raise CallError(f"`{pair}` does not map a column", "--map term=Front,definition=Back")
            yield key, column


def _by_name(kind: Kind, table: Table) -> list[tuple[str, str]]:
    """The columns whose names are keys of a kind; capitals do not count, and blanks are like `_`."""
    pairs = []
    for name in dict.fromkeys(table.columns):
        key, dot, part = re.sub(r"\s+", "_", name.lower()).partition(".")
        if key in _usable(kind) and (part in _PARTS if dot else kind.keys[key].type.cells != "parts"):
            pairs.append((f"{key}{dot}{part}", name))
    return pairs


def _usable(kind: Kind) -> list[str]:
    """The keys of a kind that columns can fill, in the order of kind.yaml; its own keys first."""
    usable = [name for name, key in kind.keys.items() if key.type.cells or name in _EVERY_KIND]
    return sorted(usable, key=lambda name: name in COMMON_KEYS)


def _takes_several(kind: Kind, key: str) -> bool:
    """Whether several columns can fill a key: as paragraphs, items or tags."""
    return key == "tags" or kind.keys[key].type.cells in _OF_SEVERAL


def _check_flat(kind: Kind) -> None:
    """Refuse a kind with a required key that is more than a text or a list of texts."""
    for name, key in kind.keys.items():
        if key.required and name not in _EVERY_KIND and not key.type.cells:
            raise CallError(
                f"notes of the kind `{kind.name}` cannot come from a table: each cell holds one text, but "
                f"`{name}` is of the type `{key.type.name}`",
                f"write the notes of `{kind.section}` by hand",
            )


def _check_key(kind: Kind, key: str, part: str) -> None:
    """Refuse a key that the kind does not have, or that columns cannot fill."""
    usable = _usable(kind)
    if key not in usable:
        hint = did_you_mean(key, usable) or f"its keys are {listing(usable)}"
        if key in kind.keys:
            raise CallError(f"`{key}` cannot come from a table", f"write it by hand. {_keys(usable)}")
        raise CallError(f"`{key}` is not a key of the kind `{kind.name}`", hint)
    is_image = kind.keys[key].type.cells == "parts"
    if is_image and part not in _PARTS:
        raise CallError(f"the image `{key}` has two parts", f"--map {key}.file=COLUMN,{key}.alt=COLUMN")
    if part and not is_image:
        raise CallError(f"`{key}` has no part `{part}`", f"--map {key}=COLUMN")


def _keys(usable: list[str]) -> str:
    return f"Columns can fill {listing(usable)}"


def _column(table: Table, name: str, key: str) -> int:
    """The number of a column, by its name or its number from 1."""
    numbers = [number for number, column in enumerate(table.columns) if column == name]
    if len(numbers) > 1:
        places = listing(str(number + 1) for number in numbers)
        hint = f"name it by its number, as in `--map {key}={numbers[0] + 1}`"
        raise CallError(f"{table.path} has several columns `{name}`: {places}", hint)
    if numbers:
        return numbers[0]
    if re.fullmatch(r"[1-9][0-9]{0,3}", name) and int(name) <= len(table.columns):
        return int(name) - 1
    near = nearest(name, table.columns)
    hint = f"did you mean `{near}`?" if near else f"its columns are {listed(_quoted(table.columns))}"
    raise CallError(f"{table.path} has no column `{name}`", hint)


def _quoted(names: Iterable[str]) -> list[str]:
    return [f"`{name}`" for name in names if name]


def _check_required(kind: Kind, table: Table, keys: set[str], owners: Container[int]) -> None:
    """Refuse a mapping without the required keys of the kind, or without any of its own.

    `owners` has the mapped columns.
    """
    lacking = [
        name
        for name, key in kind.keys.items()
        if key.required and name not in keys and name not in _EVERY_KIND
    ]
    message = f"no column is mapped to {listing(lacking)}, which each {kind.name} needs" if lacking else ""
    if not lacking and all(key in COMMON_KEYS for key in keys):  # the kinds of adopted decks require none
        lacking = [name for name in _usable(kind) if name not in COMMON_KEYS]
        named = listing(lacking) if lacking else "none of them can come from a table"
        message = f"no column is mapped to a key of `{kind.name}` ({named})"
    if not message:
        return
    mapped = {*table.special.values(), *(each for each in range(len(table.columns)) if each in owners)}
    free = [name for number, name in enumerate(table.columns) if name and number not in mapped]
    example = ",".join(f"{key}={name}" for key, name in zip(lacking, free, strict=False))
    columns = listed(_quoted(table.columns))
    raise CallError(
        message,
        f"the columns are {columns}; for example, `--map {example}`"
        if example
        else f"the columns are {columns}",
    )


def only(table: Table, condition: str) -> Table:
    """The rows of a table with a certain text in a column.

    Args:
        table: The table.
        condition: The column and the text, as in `notetype=Basic`; empty for all rows.

    Raises:
        CallError: There is no such column, or no such row.
    """
    if not condition:
        return table
    name, sign, text = condition.partition("=")
    if not sign:
        raise CallError(f"`{condition}` does not name a column and a text", "--only notetype=Basic")
    number = _column(table, name.strip(), "KEY")
    rows = tuple(row for row in table.rows if as_text(row.cells[number]).strip() == text.strip())
    if not rows:
        there = list(dict.fromkeys(as_text(row.cells[number]) for row in table.rows))
        near = nearest(text.strip(), there)
        hint = f"did you mean `{near}`?" if near else f"it has {listed(_quoted(there))}"
        raise CallError(f"no row of {table.path} has `{text.strip()}` in the column `{name.strip()}`", hint)
    return replace(table, rows=rows)
