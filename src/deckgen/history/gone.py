"""Released notes that are nowhere in the source, and which new ones they may be."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING

from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.notes import place
from deckgen.deck.values import scalars
from deckgen.diagnostics import Diagnostic, listed
from deckgen.history.fingerprints import printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from deckgen.deck.notes import Note
    from deckgen.history.fingerprints import Fingerprints, Print
    from deckgen.history.ledger import Ledger, Line

_MANY = 20  # more notes than these are told together
_ALIKE = 0.6  # how much two ids have in common, of 1, that may be those of one note
_MUCH = 20  # characters that two notes hardly have in common by chance
_OUT = "to take it out of the deck, write `retired: |` under its id, and there why"


def gone_notes(
    ledger: Ledger, known: Collection[str], new: list[Note], prints: Fingerprints
) -> Iterator[Diagnostic]:
    """Report released notes that are nowhere in the source.

    Args:
        ledger: What has been released.
        known: The guids of the notes that are in the source.
        new: The notes that have not been released.
        prints: What stands for notes.
    """
    gone = [line for guid, line in ledger.notes.items() if guid not in known]
    heirs = _heirs(ledger, gone, new, prints)
    tables = {name.partition(".")[0] for name in ledger.ids}
    lost = []
    renamed: dict[tuple[str, str], list[Note]] = {}
    for line in gone:
        heir, how = heirs.get(line["guid"], (None, ""))
        if heir is None:
            lost.append(line)
            continue
        hint = f"`{heir.id}` {how}: to rename the note, write `was: {line['note']}` under its new id"
        table, _, row = line["note"].partition(".")
        if heir.table and heir.table.id not in tables and heir.id.endswith(f".{row}"):
            renamed.setdefault((table, heir.table.id), []).append(heir)
            continue
        yield Diagnostic("note-gone", _message(line), place(heir), hint)
    yield from map(_renamed_table, renamed, renamed.values())
    if len(lost) > _MANY:
        names = listed([f"`{line['note']}`" for line in lost])
        message = f"{len(lost):,} released notes are not in the source any more: {names}"
        hint = (
            "is a chapter missing? put it back; a note that has another id now says so under it, as in "
            f"`was: {lost[0]['note']}`; notes leave the deck with `retired: |`"
        )
        yield Diagnostic("note-gone", message, ledger.span(lost[0]), hint)
        return
    free = [note for note in new if note not in {heir for heir, _ in heirs.values()}]
    for line in lost:
        yield Diagnostic("note-gone", _message(line), ledger.span(line), _hint(line, free))


def _renamed_table(names: tuple[str, str], heirs: list[Note]) -> Diagnostic:
    """The diagnostic for a table that has another id now, as its rows tell."""
    released, new = names
    rows = f"`{released}.{heirs[0].id.partition('.')[2]}`" if len(heirs) == 1 else f"{len(heirs)} rows"
    message = f"{rows} of the released table `{released}` are not in the source any more"
    message = message.replace(" are ", " is ") if len(heirs) == 1 else message
    table = heirs[0].table
    span = heirs[0].chapter.document.span(table.at) if table and table.at else place(heirs[0])
    hint = f"`{new}` has rows that say the same: write `was: {released}` under the id of the table"
    return Diagnostic("note-gone", message, span, hint)


def _message(line: Line) -> str:
    return f"the released note `{line['note']}` is not in the source any more"


def _hint(line: Line, new: list[Note]) -> str:
    """What to do where no new note says what a released one said."""
    name = line["note"]
    renamed = f"if it has another id now, write `was: {name}` under that"
    alike = [(_likeness(name, note.id), note.id) for note in new if note.kind.name == line["kind"]]
    likeliest, other = max(alike, default=(0.0, ""))
    if likeliest >= _ALIKE or len(alike) == 1:
        renamed = f"if `{other}` is that note, write `was: {name}` under the id `{other}`"
    if "retired" in line:
        return f"{renamed}; if not, put it back, with its `retired: |`: its text stays in the source"
    return f"{renamed}; if not, put it back; {_OUT}"


def _likeness(one: str, two: str) -> float:
    """How much two ids have in common: 1 where they are the same, or one is a part of the other."""
    if f"-{one}-" in f"-{two}-" or f"-{two}-" in f"-{one}-":
        return 1
    return difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()


def _heirs(
    ledger: Ledger, gone: list[Line], new: list[Note], prints: Fingerprints
) -> dict[str, tuple[Note, str]]:
    """The new notes that say what one that is gone said, all of it or all but what it is called, by guid."""
    heirs: dict[str, tuple[Note, str]] = {}
    left = list(new) if gone else []
    shared = Counter(_but_its_label(printed(line)) for line in ledger.notes.values()) if gone else {}
    for of, how in ((_all, "says the same"), (_but_its_label, "says the same but for its name")):
        by_text: dict[object, list[Note]] = {}
        for note in left:
            text = of(prints.of(note))
            if of is _all or (shared.get(text) == 1 and _says_much(note)):
                by_text.setdefault((note.kind.name, text), []).append(note)
        for line in gone:
            notes = by_text.get((line["kind"], of(printed(line))), [])
            if line["guid"] not in heirs and (len(notes) == 1 or (notes and of is _all)):
                likeliest = max(notes, key=lambda note: _likeness(line["note"], note.id))
                heirs[line["guid"]] = likeliest, how
                notes.remove(likeliest)
                left.remove(likeliest)
    return heirs


def _says_much(note: Note) -> bool:
    """Whether a note says so much besides its name that another one hardly says the same."""
    if note.kind.label and note.kind.keys[note.kind.label].type.clozes:
        return False  # its name is all of its text
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
