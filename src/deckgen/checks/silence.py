"""Warnings that the author silences: `allow` on a note or a table, `checks` in deck.yaml."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias

from deckgen.deck.notes import Note, Table
from deckgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.deck.notes import Deck
    from deckgen.source import Document, Scalar

_Owner: TypeAlias = "Note | Table"
Owners: TypeAlias = "dict[str, tuple[Document, list[int], list[_Owner]]]"
"""For each chapter its notes and tables, in the order of their places."""


def silenced(deck: Deck, diagnostics: Iterable[Diagnostic], *, complete: bool) -> list[Diagnostic]:
    """The diagnostics without the warnings that the author has silenced.

    Args:
        deck: The deck.
        diagnostics: All diagnostics.
        complete: Whether all rules have run. Only then can an `allow` be reported that silences nothing.
    """
    enabled = [each for each in diagnostics if not (each.code in deck.off and each.level == "warning")]
    if not any(note.allow or (note.table and note.table.allow) for note in deck.notes):
        return enabled
    in_place = owners(deck)
    used: set[Scalar] = set()
    result = []
    for each in enabled:
        codes = [code for code in _allowed(each, in_place) if code.value == each.code]
        if codes and each.level == "warning":
            used.update(codes)
        else:
            result.append(each)
    if complete and "unused-allow" not in deck.off:
        result += _unused(in_place.values(), used)
    return result


def owners(deck: Deck) -> Owners:
    """The notes and tables of a deck, for `owner_of`."""
    chapters: dict[str, tuple[Document, set[_Owner]]] = {}
    for note in deck.notes:
        document = note.chapter.document
        entries = chapters.setdefault(document.path, (document, set()))[1]
        entries.add(note)
        if note.table:
            entries.add(note.table)
    in_place = {}
    for path, (document, entries) in chapters.items():
        in_order = sorted(entries, key=lambda owner: owner.start)
        in_place[path] = document, [owner.start for owner in in_order], in_order
    return in_place


def owner_of(diagnostic: Diagnostic, in_place: Owners) -> Note | Table | None:
    """The note or the table that contains the place of a diagnostic; None if there is none."""
    span = diagnostic.span
    if span.path not in in_place or not span.line:
        return None
    document, starts, entries = in_place[span.path]
    number = bisect_right(starts, document.offset(span.line, span.column)) - 1
    owner = entries[number] if number >= 0 else None
    for one in (owner, owner.table if isinstance(owner, Note) else None):
        # the lines after a note's last one belong to the next note, or to none
        if one and span.line <= document.position(one.end - 1)[0] + 1:
            return one
    return None


def _allowed(diagnostic: Diagnostic, in_place: Owners) -> Iterable[Scalar]:
    """The codes allowed by the note or table that contains the place of a diagnostic."""
    owner = owner_of(diagnostic, in_place)
    if owner is None:
        return ()
    table = owner.table.allow if isinstance(owner, Note) and owner.table else ()
    return (*owner.allow, *table)


def _unused(
    chapters: Iterable[tuple[Document, list[int], list[_Owner]]], used: set[Scalar]
) -> Iterator[Diagnostic]:
    """Warnings about codes under `allow` that silenced nothing."""
    for document, _, entries in chapters:
        for owner in entries:
            for code in owner.allow:
                if code not in used:
                    message = f"there is no warning `{code.value}` here, so this has no effect"
                    yield Diagnostic("unused-allow", message, document.span(code), "remove it")
