"""What an author silences: `allow` on a note or a table, `checks` in deck.yaml."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias

from deckgen.diagnostics import Diagnostic
from deckgen.notes import Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.notes import Deck
    from deckgen.source import Document, Scalar

_Owner: TypeAlias = "Note | Table"


def silenced(deck: Deck, found: Iterable[Diagnostic], *, whole: bool) -> list[Diagnostic]:
    """The diagnostics without the advice that the author has silenced.

    Args:
        deck: The deck.
        found: All that was found.
        whole: Whether all rules have run, so that an `allow` which silences nothing is told.
    """
    left = [each for each in found if not (each.code in deck.off and each.level == "advice")]
    if not any(note.allow or (note.table and note.table.allow) for note in deck.notes):
        return left
    owners = _owners(deck)
    used: set[Scalar] = set()
    kept = []
    for each in left:
        codes = [code for code in _allowed(each, owners) if code.value == each.code]
        if codes and each.level == "advice":
            used.update(codes)
        else:
            kept.append(each)
    if whole and "unused-allow" not in deck.off:
        kept += _unused(owners.values(), used)
    return kept


def _owners(deck: Deck) -> dict[str, tuple[Document, list[int], list[_Owner]]]:
    """For each chapter its notes and tables, by where they begin."""
    chapters: dict[str, tuple[Document, set[_Owner]]] = {}
    for note in deck.notes:
        document = note.chapter.document
        entries = chapters.setdefault(document.path, (document, set()))[1]
        entries.add(note)
        if note.table:
            entries.add(note.table)
    made = {}
    for path, (document, entries) in chapters.items():
        in_order = sorted(entries, key=lambda owner: owner.start)
        made[path] = document, [owner.start for owner in in_order], in_order
    return made


def _allowed(
    diagnostic: Diagnostic, owners: dict[str, tuple[Document, list[int], list[_Owner]]]
) -> Iterable[Scalar]:
    """The codes that the note allows which a diagnostic stands in."""
    span = diagnostic.span
    if span.path not in owners or not span.line:
        return ()
    document, starts, entries = owners[span.path]
    offset = document.offset(span.line, span.column)
    number = bisect_right(starts, offset) - 1
    if number < 0:
        return ()
    owner = entries[number]
    table = owner.table.allow if isinstance(owner, Note) and owner.table else ()
    return (*owner.allow, *table)


def _unused(
    chapters: Iterable[tuple[Document, list[int], list[_Owner]]], used: set[Scalar]
) -> Iterator[Diagnostic]:
    """Advice on codes under `allow` that have silenced nothing."""
    for document, _, entries in chapters:
        for owner in entries:
            for code in owner.allow:
                if code not in used:
                    message = f"nothing here draws `{code.value}`, so this allows nothing"
                    yield Diagnostic("unused-allow", message, document.span(code), "take it away")
