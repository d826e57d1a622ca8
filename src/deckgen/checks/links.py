"""The rules about how notes refer to each other, one function for each rule."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from deckgen.deck.hints import ID, plain_id
from deckgen.deck.ids import unknown_id_hint
from deckgen.deck.notes import Deck, Note, Table, place
from deckgen.deck.values import Value, links, marks, written
from deckgen.diagnostics import MOST_TOLD, Diagnostic, Span, composed, counted, listed, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as ReadOnly
    from collections.abc import Set as AbstractSet


_NAMED = 12  # notes of a circle; of a longer one, the middle is left out
_HINTS = 20  # looking for the nearest of 100,000 ids takes a second


def duplicate_ids(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """Two notes, or a note and a table, with the same id."""
    del also_known
    first: dict[str, Note] = {}
    names = [note.id for note in deck.notes if note.id]
    copies = _copies(deck) if len(set(names)) < len(names) else {}
    for path, original in copies.items():
        count = sum(note.chapter.document.path == path for note in deck.notes)
        message = f"this file repeats {original}: all of its {counted(count, 'note')} are in that file, too"
        differ = _differing(deck, path, original)
        hint = "delete one of the two files"
        if differ:
            hint += (
                f"; they differ in {listed([f'`{name}`' for name in differ])}, so check which texts to keep"
            )
        yield Diagnostic("duplicate-id", message, Span(path), hint)
    tables: dict[tuple[Table, Table], Note] = {}
    for note in deck.notes:
        if not note.id or note.chapter.document.path in copies:
            continue
        other = first.setdefault(note.id, note)
        if other is note:
            continue
        if note.table and other.table and note.table is not other.table:
            tables.setdefault((other.table, note.table), note)
            continue
        at = place(other)
        message = f"the id `{note.id}` is used twice; the first is at {at.path}:{at.line}"
        hint = "give the newer note a different id; a released note keeps its id"
        if _label(note)[0] and _label(note) == _label(other):
            hint = f"if they are the same note, delete one; if not, {hint}"
        if _say_the_same([note], [other]):
            hint = "both notes are identical: delete one of them"
        yield Diagnostic("duplicate-id", message, place(note), hint)
    for pair, note in tables.items():
        yield _doubled(*pair, note, first[note.id])


def _doubled(one: Table, two: Table, row: Note, before: Note) -> Diagnostic:
    """The diagnostic for two tables that have an id and rows in common.

    Args:
        one: The first.
        two: The second.
        row: A row of the second.
        before: The row of the first that has its id.
    """
    at = _place_of(one, before)
    message = f"two tables have the id `{two.id}`; the first is at {at.path}:{at.line}"
    hint = "give this table a different id"
    if _texts(one.values) == _texts(two.values) and _say_the_same(one.rows, two.rows):
        hint = "both tables are identical: delete one of them"
    return Diagnostic("duplicate-id", message, _place_of(two, row), hint)


def _place_of(table: Table, row: Note) -> Span:
    """The place of the id of a table; `row` is one of its rows."""
    return row.chapter.document.span(table.at) if table.at else place(row)


def _say_the_same(some: list[Note], others: list[Note]) -> bool:
    """Whether notes have the same ids and texts as others, and all of them are valid."""
    sides = [[(note.id, note.kind.name, _texts(note.values)) for note in notes] for notes in (some, others)]
    return sides[0] == sides[1] and all(note.valid for note in (*some, *others))


def _label(note: Note) -> tuple[str, list[str]]:
    """The label of a note among others of its kind: its term, or the name of a row; empty for none."""
    values = {key: value for key, value in note.values.items() if key == note.kind.label}
    return (note.kind.name, _texts(values)[0][1]) if values else ("", [])


def _texts(values: ReadOnly[str, Value]) -> list[tuple[str, list[str], tuple[str, ...]]]:
    """The content of the values of a note or a table, each with its key."""
    return [
        (key, [text.value for text in (*written(value), *links(value))], marks(value))
        for key, value in sorted(values.items())
    ]


def _copies(deck: Deck) -> dict[str, str]:
    """The chapters that have the same ids as another one, each with that other one.

    Only chapters with more than one note count. The copy is the one with the longer name:
    `3-knots copy.yaml`.
    """
    chapters: dict[tuple[str, ...], list[str]] = {}
    by_path: dict[str, list[str]] = {}
    for note in deck.notes:
        by_path.setdefault(note.chapter.document.path, []).append(note.id)
    for path, ids in by_path.items():
        if len(ids) > 1 and all(ids):
            chapters.setdefault(tuple(sorted(ids)), []).append(path)
    copies: dict[str, str] = {}
    for paths in chapters.values():
        original, *others = sorted(paths, key=lambda path: (len(path), path))
        copies |= dict.fromkeys(others, original)
    return copies


def _differing(deck: Deck, path: str, original: str) -> list[str]:
    """The ids of the notes that differ between two chapters with the same ids."""
    two: tuple[dict[str, Note], dict[str, Note]] = (
        {note.id: note for note in deck.notes if note.chapter.document.path == path},
        {note.id: note for note in deck.notes if note.chapter.document.path == original},
    )
    return [name for name, note in two[0].items() if not _say_the_same([note], [two[1][name]])]


_SOUND = re.compile(rf"{ID.pattern}(?:\.{ID.pattern})*")


def _valid_id(name: str, language: str) -> str:
    """The valid id, also of a row, that a name is or probably means; empty if there is none."""
    parts = [part if ID.fullmatch(part) else plain_id(part, language) for part in name.split(".")]
    return ".".join(parts) if all(parts) else ""


def unknown_notes(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """A reference, in `builds_on` or another key, to an id that no note has."""
    ids = {note.id for note in deck.notes} | also_known
    tables = {note.table.id: note.table for note in deck.notes if note.table}
    renamed = {note.was: note.id for note in deck.notes if note.was}
    hints = _HINTS
    valid_ids: set[str] = set()
    for note in deck.notes:
        for link in note.mentions():
            if link.value in ids:
                if _SOUND.fullmatch(link.value):
                    continue
                valid_id = _valid_id(link.value, deck.language)
                message = f"`{link.value}` is not a valid id"
                hint = f"write `{valid_id}`, the valid form of that id" if valid_id else ""
                yield Diagnostic("unknown-note", message, note.chapter.document.span(link), hint)
            else:
                valid_ids = valid_ids or {_valid_id(name, deck.language) for name in ids} - {""}
                message = f"there is no note `{link.value}`"
                hint = unknown_id_hint(link.value, valid_ids) if hints > 0 else ""
                if now := renamed.get(link.value):
                    hint = f"write `{now}`, the note's current id"
                if table := tables.get(link.value):
                    message = f"`{link.value}` is a table, not a note"
                    hint = f"use one of its rows: {listed([f'`{row.id}`' for row in table.rows if row.id])}"
                hints -= 1
                yield Diagnostic("unknown-note", message, note.chapter.document.span(link), hint)


def circular_builds_on(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """Notes that build on each other in a circle, each circle once, at the link that closes it."""
    del also_known
    by_id = _by_unique_id(deck)
    done: set[str] = set()
    remaining = MOST_TOLD
    for start, note in by_id.items():
        if not note.builds_on:
            continue
        path: dict[str, int] = {}
        stack = [(start, 0)]
        while stack:
            name, step = stack.pop()
            if step == 0 and name in done:
                continue
            path.setdefault(name, len(path))
            links = by_id[name].builds_on
            if step == len(links):
                done.add(name)
                del path[name]
                continue
            stack.append((name, step + 1))
            link = links[step]
            if link.value in path:
                circle = [*islice(path, path[link.value], None), link.value]
                if len(circle) > _NAMED:
                    circle[_NAMED // 2 : -_NAMED // 2] = ["…"]
                message = f"these notes build on each other: {' → '.join(circle)}"
                span = by_id[name].chapter.document.span(link)
                yield Diagnostic("circular-builds-on", message, span, "remove one of the links")
                remaining -= 1  # the time for each grows with the length of the circle
                if remaining < 0:
                    return
            elif link.value in by_id:
                stack.append((link.value, 0))


def builds_on_later(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """`builds_on` that points into a subdeck whose new cards Anki shows later."""
    del also_known
    by_id = _by_unique_id(deck)
    for note in deck.notes:
        own = note.chapter.deck
        for link in note.builds_on:
            target = by_id.get(link.value)
            if (
                target
                and not target.text_only
                and target.chapter.deck != own
                and _sorted_name(target.chapter.deck) > _sorted_name(own)
            ):
                where = target.chapter.deck
                message = f"`{link.value}` is in the subdeck `{where}`, which Anki shows after this one"
                hint = "Anki sorts subdecks by name; number them in study order"
                yield Diagnostic("builds-on-later", message, note.chapter.document.span(link), hint)


def replaced_without_retired(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """A note with a successor that is not retired."""
    del also_known
    for note in deck.notes:
        if note.replaced_by and not note.retired:
            hint = "add `retired: |` with the reason under it, or remove `replaced_by`"
            span = note.chapter.document.span(note.replaced_by)
            yield Diagnostic("missing-key", "`replaced_by` needs `retired`", span, hint)


def builds_on_retired(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """A note of the deck that builds on a retired one, which learners do not get."""
    del also_known
    retired = {note.id for note in deck.notes if note.retired}
    for note in deck.notes if retired else ():
        link = note.replaced_by
        if link and link.value in retired:
            message = f"`{link.value}` is also retired, so it cannot replace a note"
            yield Diagnostic(
                "builds-on-retired", message, note.chapter.document.span(link), "use another note"
            )
        for link in note.builds_on:
            if link.value in retired and not note.retired:
                message = f"`{link.value}` is retired, so the back of this note does not show it"
                hint = "remove it, or use the note that replaced it"
                yield Diagnostic("builds-on-retired", message, note.chapter.document.span(link), hint)


def unseen_note(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """A note without cards that no card shows, because no note with cards builds on it."""
    texts = [note for note in deck.notes if note.text_only and note.id]
    if not texts or also_known:
        return  # a file that could not be read may build on it
    with_cards = (note for note in deck.notes if not (note.retired or note.text_only))
    seen = {link.value for note in with_cards for link in note.mentions()}
    for note in texts:
        if note.id not in seen:
            message = (
                f"`{note.id}` has no card, and no note with cards builds on it, so learners never see it"
            )
            hint = f"add `{note.id}` to `builds_on` of a note, give it a card under `cards`, or delete it"
            yield Diagnostic("unseen-note", message, place(note), hint)


def similar_deck(deck: Deck, also_known: AbstractSet[str]) -> Iterator[Diagnostic]:
    """A subdeck that repeats the deck's title, or whose name differs from another one only in capitals."""
    del also_known
    chapters = {note.chapter.document.path: note.chapter for note in deck.notes}
    named_decks = [(each.deck_at, each.deck.split("::")[1:]) for each in chapters.values() if each.deck_at]
    titled = [(span, parts) for span, parts in named_decks if parts[0] == deck.title]
    if titled:
        span, parts = titled[0]
        more = f", and so are those of {counted(len(titled) - 1, 'more chapter')}" if len(titled) > 1 else ""
        name = "::".join([deck.title, *parts])
        message = f"Anki adds the deck's title, so this subdeck becomes `{name}`{more}"
        rest = "::".join(parts[1:])
        hint = f"write `{rest}`" if rest else "to put the notes into the deck itself, remove the key `deck`"
        yield Diagnostic("similar-deck", message, span, hint)
    spelt: dict[str, str] = {}
    for span, parts in named_decks:
        for number in range(1, len(parts) + 1):
            name = "::".join(parts[:number])
            other = spelt.setdefault(same(name), name)
            if composed(other) != composed(name):
                message = (
                    f"`{name}` and `{other}` differ only in capital letters, so Anki renames "
                    f"one of them to `{name}_`"
                )
                yield Diagnostic("similar-deck", message, span, f"write `{other}` in both places")
                break


def _by_unique_id(deck: Deck) -> dict[str, Note]:
    """The notes by id, without notes whose id is used twice; `duplicate_ids` reports these."""
    counts = Counter(note.id for note in deck.notes)
    return {note.id: note for note in deck.notes if note.id and counts[note.id] == 1}


def _sorted_name(deck: str) -> list[str]:
    """The key by which Anki sorts decks."""
    return [part.casefold() for part in deck.split("::")]


RULES: tuple[Callable[[Deck, AbstractSet[str]], Iterator[Diagnostic]], ...] = (
    duplicate_ids,
    unknown_notes,
    circular_builds_on,
    builds_on_later,
    builds_on_retired,
    replaced_without_retired,
    unseen_note,
    similar_deck,
)
"""The rules. Each takes a deck, and the ids in files that could not be read."""
