"""An export as CSV files: one for each kind, with a row for each note and the texts as authors write them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from deckgen.commands.export.contents import Export, LeftOut, left_out
from deckgen.deck.kinds import CARDS, COMMON_KEYS, KEYS_FOR_THE_BACK
from deckgen.deck.values import links
from deckgen.diagnostics import CallError
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.build import Build
    from deckgen.cards.media import Media
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note

ALWAYS = ("builds_on", "tags")
"""The common keys with a column in every file."""
IF_USED = (CARDS, "allow", "was")
"""The common keys with a column where a note has them."""
PLACES = ("chapter", "subdeck")
"""The columns that say where a note is."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet begins a formula with


def export(build: Build) -> Export:
    """The notes of a deck as CSV files, but for retired ones: elsewhere, they would be notes like the others.

    A text is never changed, so that it can come back as it was. That is so even if a spreadsheet takes it for
    a formula: the text is the author's own, and the command says that there are such texts.

    Args:
        build: The deck's build, which has no errors.

    Raises:
        CallError: No kind of the deck fits into a table.
    """
    by_kind: dict[str, list[Note]] = {}
    present = [note for note in build.deck.notes if note.retired is None]
    for note in present:
        by_kind.setdefault(note.kind.name, []).append(note)
    files: dict[str, bytes | Media] = {}
    unfit: list[LeftOut] = []
    count = formulas = 0
    for name, notes in sorted(by_kind.items()):
        kind = notes[0].kind
        keys = () if kind.rows_key else tuple(_too_deep(kind, notes))
        if keys or kind.rows_key:
            unfit.append(LeftOut("rows" if kind.rows_key else "keys", len(notes), kind, keys))
            continue
        table = [*_table(kind, notes, build.deck.title)]
        formulas += sum(text.startswith(_FORMULA) for row in table for text in row)
        files[f"{name}.csv"] = _csv(table)
        count += len(notes)
    if not files:
        message = "no note of this deck fits into a table: their values are lists, or they are rows of tables"
        raise CallError(message, "use `--to json`, which has all notes")
    retired = left_out(len(build.deck.notes) - len(present))
    return Export("csv", build.deck.id, files, count, (*unfit, *retired), formulas)


def _too_deep(kind: Kind, notes: Iterable[Note]) -> Iterator[str]:
    """The keys of a kind for which some note has a value that does not fit into a cell."""
    for name, key in kind.keys.items():
        if name not in COMMON_KEYS and not key.type.in_a_cell and any(name in note.values for note in notes):
            yield name


def _table(kind: Kind, notes: list[Note], title: str) -> Iterator[list[str]]:
    """The rows of a kind's file, the first with the names of the columns."""
    own = [name for name, key in kind.keys.items() if name not in COMMON_KEYS and key.type.in_a_cell]
    own += sorted(KEYS_FOR_THE_BACK.intersection(kind.keys))
    common = [_common(note) for note in notes]
    used = [*ALWAYS, *(key for key in IF_USED if any(each[key] for each in common))]
    # the name of a key has no brackets
    yield ["id", *own, *used, *(f"({name})" if name in own else name for name in PLACES)]
    for note, values in zip(notes, common, strict=True):
        place = note.chapter.document.path.removeprefix("source/")
        subdeck = note.chapter.deck.removeprefix(title).removeprefix("::")
        yield [note.id, *(_text(note, key) for key in own), *(values[key] for key in used), place, subdeck]


def _text(note: Note, key: str) -> str:
    """The value of one of a note's keys, without the line break that ends a block in YAML."""
    value = note.values.get(key)
    return value.value.rstrip("\n") if isinstance(value, Scalar) else " ".join(_ids(links(value)))


def _common(note: Note) -> dict[str, str]:
    """The values of a note's common keys; empty for those that it has not."""
    return {
        "builds_on": " ".join(_ids(note.builds_on)),
        "tags": " ".join(tag for tag in note.tags if tag not in note.chapter.tags),
        CARDS: json.dumps(note.choice.names, ensure_ascii=False) if note.choice else "",
        "allow": " ".join(_ids(note.allow)),
        "was": note.was,
    }


def _ids(items: Iterable[Scalar]) -> list[str]:
    """The texts of ids or codes, which have no blanks in them."""
    return [item.value for item in items]


def _csv(table: Iterable[list[str]]) -> bytes:
    """A table as CSV after RFC 4180, in UTF-8 without a byte order mark."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(table)
    return file.getvalue().encode()
