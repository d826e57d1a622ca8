"""A rule about tables: what the fronts of a table's cards show of the answers to them.

With the shipped faces a row has two cards. One front shows the title and the row's name, and asks for its
other cells. The other front shows the title and the other cells, and asks for the name.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from deckgen.checks import context as look
from deckgen.checks.prose import is_unspaced, plain, prose, verbatim, words
from deckgen.deck.values import statements
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.deck.notes import Note, Table


_CONTRAST = re.compile(
    r"\b(?:unlike|not|than|instead of|rather than|opposed to|contrast to|differs from|versus|vs\.?)"
    r"(?: (?:with|in|an?|the))?\W*$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^)]*\)")
_DOTS = {ord("İ"): "i", ord("ı"): "i"}  # to `casefold`, these are other letters
_SHORT = 2  # letters
_TWO = 2  # rows; to name one of them on a front is to say that the other is asked


def printed_answer(context: RuleContext) -> Iterator[Diagnostic]:
    """A front that prints the name or a cell that it asks for, or names the row that it does not ask for.

    Rows of one table may share a cell, and a cell may consist of another row's name ("Opposite: short").
    What a card asks for that its row leaves out counts only for the cards of other rows.
    """
    tables: dict[Table, list[Note]] = {}
    for note in context.notes:
        if note.table is not None and _cells(note):
            tables.setdefault(note.table, []).append(note)
    for table, rows in tables.items():
        parts = {field.part for field in rows[0].kind.fields if field.key == rows[0].kind.label}
        names = {row: plain(_cells(row)[0].value) for row in rows}
        asked = {part: [row for row in rows if context.asks_by(row, part)] for part in parts}
        if by_rest := asked.get("rest"):
            yield from _names_in_title(names, by_rest, _title(context, table, by_rest[0]))
            yield from _names_in_rows(context, names, by_rest)
        if by_name := asked.get("name"):
            yield from _cells_on_front(rows, by_name, _title(context, table, by_name[0]))


def _cells(row: Note) -> list[Scalar]:
    """The cells of a row, its name first; none if its label is a single text."""
    value = row.values.get(row.kind.label)
    return [] if isinstance(value, Scalar) else statements(value)


def _title(context: RuleContext, table: Table, row: Note) -> str:
    """The texts of a table itself that fronts show, such as its title."""
    shown = context.shown(row)
    return " ".join(
        plain(value.value)
        for key, value in table.values.items()
        if isinstance(value, Scalar) and key in shown
    )


def _names_in_title(names: dict[Note, str], asking: list[Note], title: str) -> Iterator[Diagnostic]:
    """Names of rows in the title of their table. A title that names all rows tells none of them apart."""
    found = {row for row, name in names.items() if _printed(name, title)}
    for row in asking if len(found) < len(names) else ():
        if row not in found:
            continue
        message = "the title of the table contains this name, so the card that asks for the name shows it"
        hint = "change the title so that it names no row"
        yield Diagnostic("printed-answer", message, look.of_text(row, _cells(row)[0]), hint)


def _names_in_rows(context: RuleContext, names: dict[Note, str], asking: list[Note]) -> Iterator[Diagnostic]:
    """Cells that say of their row that it is not another one, while a card asks by them which row it is."""
    for row in asking:
        for cell in _cells(row)[1:]:
            text = prose(cell.value)
            for other, name in names.items():
                hit = _printed(name, text) if other is not row else None
                if hit is None or not (text[: hit[0]] + text[hit[1] :]).strip(" .\n"):
                    continue
                if len(names) == _TWO or (context.english and _CONTRAST.search(text[: hit[0]])):
                    short = cell.value[hit[0] : hit[1]]
                    message = (
                        f"`{short}` names another row, so the card that asks for this row's name rules it out"
                    )
                    span = look.at(row, cell, hit[0], hit[1] - hit[0])
                    yield Diagnostic(
                        "printed-answer", message, span, "say it without the name of the other row"
                    )


def _cells_on_front(rows: list[Note], asking: list[Note], title: str) -> Iterator[Diagnostic]:
    """Cells that are in the title or in the name of their row, if no other row has the same cell."""
    often = Counter((number, _folded(cell)) for row in rows for number, cell in enumerate(_cells(row)))
    for row in asking:
        name, *rest = _cells(row)
        for number, cell in enumerate(rest, 1):
            if often[number, _folded(cell)] > 1 or verbatim(cell.value):
                continue
            for where, text in (("the name of this row", plain(name.value)), ("the title", title)):
                if _printed(plain(cell.value), text):
                    message = f"{where} contains this cell, so the card that asks for the cell shows it"
                    hint = "write what the front does not say yet, or delete the row"
                    yield Diagnostic("printed-answer", message, look.of_text(row, cell), hint)
                    break


def _folded(cell: Scalar) -> str:
    return " ".join(cell.value.casefold().split())


def _printed(phrase: str, text: str) -> tuple[int, int] | None:
    """The first place of a name or a cell in a text, as (start, end); None if it is not there.

    Its words must be there in the same order and form. What it has in brackets does not count, and a
    phrase without any longer word, such as "A", is nowhere.
    """
    parts = words(_BRACKETS.sub(" ", phrase))
    if is_unspaced(phrase):
        start = text.find("".join(parts))
        return (start, start + len("".join(parts))) if start >= 0 and len(parts) > 1 else None
    if not any(len(part) > _SHORT and not part.isdigit() for part in parts):
        return None
    folded = _case_folded(text)
    if not all(_case_folded(part) in folded for part in parts):
        return None  # a search for a pattern that has not been compiled yet is much slower
    pattern = r"(?<!\w)" + r"\W+".join(map(re.escape, parts)) + r"(?!\w)"
    match = re.search(pattern, text, re.IGNORECASE)
    return match.span() if match else None


def _case_folded(text: str) -> str:
    """A text in which two letters are equal wherever `re.IGNORECASE` takes them for equal."""
    return text.lower() if text.isascii() else text.translate(_DOTS).casefold()
