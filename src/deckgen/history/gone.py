"""Released notes that are missing in the source, and the new notes that they may be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.notes import place
from deckgen.deck.values import scalars
from deckgen.diagnostics import Diagnostic
from deckgen.history.lost_notes import likeness, lost_notes, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from deckgen.deck.notes import Note
    from deckgen.history.fingerprints import Fingerprints
    from deckgen.history.ledger import Ledger, NoteLine, Print
    from deckgen.history.matching import Matching

_LINKED = 50  # renamed notes in a row that build on each other
_MUCH = 20  # characters that two notes hardly have in common by chance


def gone_notes(matching: Matching, prints: Fingerprints, project: Path) -> Iterator[Diagnostic]:
    """Report released notes that are missing in the source.

    Args:
        matching: The notes matched with the released ones.
        prints: The fingerprints of the notes.
        project: The folder that holds source/.
    """
    ledger, known, new = matching.ledger, matching.known, matching.new
    here = {line.guid for line in known.values()}
    gone = [line for guid, line in ledger.notes.items() if guid not in here]
    heirs = _all_heirs(ledger, gone, new, prints)
    tables = {name.partition(".")[0] for name in ledger.ids}
    lost = []
    renamed: dict[tuple[str, str], list[Note]] = {}
    for line in gone:
        heir, how = heirs.get(line.guid, (None, ""))
        if heir is None:
            lost.append(line)
            continue
        hint = f"`{heir.id}` {how}: to rename the note, write `was: {line.id}` under its new id"
        table, _, row = line.id.partition(".")
        if heir.table and heir.table.id not in tables and heir.id.endswith(f".{row}"):
            renamed.setdefault((table, heir.table.id), []).append(heir)
            continue
        yield Diagnostic("note-gone", message(line), place(heir), hint)
    yield from map(_renamed_table, renamed, renamed.values())
    taken = {heir for heir, _ in heirs.values()}
    yield from lost_notes(matching, lost, taken, project)


def _renamed_table(names: tuple[str, str], heirs: list[Note]) -> Diagnostic:
    """The diagnostic for a table with a new id; its rows show that it is the same table."""
    released, new = names
    rows = f"`{released}.{heirs[0].id.partition('.')[2]}`" if len(heirs) == 1 else f"{len(heirs)} rows"
    text = f"{rows} of the released table `{released}` are missing from the source"
    text = text.replace(" are ", " is ") if len(heirs) == 1 else text
    table = heirs[0].table
    span = heirs[0].chapter.document.span(table.at) if table and table.at else place(heirs[0])
    hint = f"`{new}` has rows with the same texts: write `was: {released}` under the id of the table"
    return Diagnostic("note-gone", text, span, hint)


def _all_heirs(
    ledger: Ledger, gone: list[NoteLine], new: Sequence[Note], prints: Fingerprints
) -> dict[str, tuple[Note, str]]:
    """The heirs of all missing notes by guid, including heirs that build on other heirs.

    The notes that a note builds on are a part of its text. So an heir must be found before the notes that
    build on it.
    """
    heirs = _heirs(ledger, gone, new, prints)
    latest = heirs
    for _ in range(_LINKED):
        remaining = [line for line in gone if line.guid not in heirs]
        if not latest or not remaining:
            break
        guids = {heir.id: guid for guid, (heir, _) in latest.items()}
        taken = {heir for heir, _ in heirs.values()}
        again = [
            note for note in new if note not in taken and any(each.value in guids for each in note.mentions())
        ]
        prints = prints.under(guids)
        latest = _heirs(ledger, remaining, again, prints)
        heirs |= latest
    return heirs


def _heirs(
    ledger: Ledger, gone: list[NoteLine], new: Sequence[Note], prints: Fingerprints
) -> dict[str, tuple[Note, str]]:
    """The new notes with the text of a missing one, in full or except for its label, by guid."""
    heirs: dict[str, tuple[Note, str]] = {}
    remaining = list(new) if gone else []
    shared = Counter(_but_its_label(line.print) for line in ledger.notes.values()) if gone else {}
    for of, how in ((_all, "has the same text"), (_but_its_label, "has the same text, except for its name")):
        by_text: dict[object, list[Note]] = {}
        for note in remaining:
            text = of(prints.of(note))
            if of is _all or (shared.get(text) == 1 and _says_much(note)):
                by_text.setdefault((note.kind.name, text), []).append(note)
        for line in gone:
            notes = by_text.get((line.kind, of(line.print)), [])
            if line.guid not in heirs and (len(notes) == 1 or (notes and of is _all)):
                likeliest = max(notes, key=lambda note: likeness(line.id, note.id))
                heirs[line.guid] = likeliest, how
                notes.remove(likeliest)
                remaining.remove(likeliest)
    return heirs


def _says_much(note: Note) -> bool:
    """Whether a note has so much text besides its name that an equal text is hardly chance."""
    if note.kind.label and note.kind.keys[note.kind.label].type.clozes:
        return False  # it has no text besides its name
    texts = [
        text.value
        for key, value in note.values.items()
        if key not in COMMON_KEYS
        for text in scalars(value)[key == note.kind.label :]
    ]
    return sum(map(len, texts)) >= _MUCH


def _all(text: Print) -> object:
    return text.said


def _but_its_label(text: Print) -> object:
    return text.rest, text.media
