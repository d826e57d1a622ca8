"""What learners have of a deck: the identities and times of its notes and note types, for the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from deckgen.commands.adopt.building import built, plan_of
from deckgen.commands.adopt.source_files import write_deck
from deckgen.commands.adopt.verbatim import without_halves
from deckgen.history.ledger import AdoptedLine, NoteLine, NoteTypeLine, ReleaseLine
from deckgen.history.ledger_file import written
from deckgen.inputs import now as time_of_build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.build import Build
    from deckgen.commands.adopt.chosen import ChosenChapter
    from deckgen.commands.adopt.old import Old
    from deckgen.commands.adopt.texts import Texts
    from deckgen.history.ledger import Line
    from deckgen.history.plan import UpdatePlan
    from deckgen.package import Contents, PackedNote, PackedNoteType


def ledger_text(plan: UpdatePlan, known: Old, texts: Texts, version: str, *, merge: bool) -> str:
    """The ledger of an adopted deck.

    Args:
        plan: The plan of a build of what learners have, without a ledger.
        known: The package that they have.
        texts: The names of the deck's notes and kinds.
        version: The version of the package.
        merge: Whether its note types will be new for learners, as those of a folder of CrowdAnki are.
    """
    notes = by_id(known.contents, texts)
    adopted = AdoptedLine(
        version,
        time_of_build(),
        len(notes),
        known.digest,
        without_halves(known.path.resolve().name),
        merge=merge,
    )
    had = known.contents.note_types
    types = {kind.name: had[number] for number, kind in texts.kinds.items() if number in had}
    return written(_lines(plan, types, notes, adopted, known.contents))


def by_id(contents: Contents, texts: Texts) -> dict[str, PackedNote]:
    """The notes of a package by their ids in the deck."""
    return {texts.ids[note.guid]: note for note in contents.notes if note.guid in texts.ids}


def plan_of_learners(
    had: Old,
    starter: ReadOnly[str, bytes],
    chapters: Iterable[ChosenChapter],
    texts: Texts,
    progress: Callable[[str, int, int], None] | None,
) -> UpdatePlan:
    """A plan of what learners have of a deck whose texts may be newer.

    Args:
        had: The package that they have.
        starter: The other files of the deck, by their paths.
        chapters: The chapters of the deck.
        texts: The names of its notes and kinds.
        progress: As for `build`.
    """
    notes = {note.guid: note for note in had.contents.notes}
    theirs = (
        replace(each, notes=tuple(notes[note.guid] for note in each.notes if note.guid in notes))
        for each in chapters
    )
    with TemporaryDirectory(prefix="deckgen-adopt-", ignore_cleanup_errors=True) as folder:
        part = Path(folder)
        write_deck(part, starter, had, [each for each in theirs if each.notes], texts)
        return plan_of(built(part, progress))


def more_cards(contents: Contents, made: Build, notes: ReadOnly[str, PackedNote]) -> int:
    """The number of cards that notes have in the deck and not in the package."""
    more = 0
    for each in made.notes:
        if each.note.id not in notes:
            continue
        old = {card.ord for card in contents.cards_of.get(notes[each.note.id].id, ())}
        more += len(set(each.cards) - old)
    return more


def _lines(
    plan: UpdatePlan,
    types: ReadOnly[str, PackedNoteType],
    notes: ReadOnly[str, PackedNote],
    adopted: AdoptedLine,
    contents: Contents,
) -> Iterator[Line]:
    """The ledger of an adopted deck: what a release would write, with the identities that learners have.

    Args:
        plan: The plan of a build without a ledger.
        types: The note types of the package, by kind.
        notes: The notes of the package, by their ids in the deck.
        adopted: The line of the package.
        contents: What the package holds.
    """
    release = ReleaseLine(adopted.version, adopted.time, "", {}, adopted.notes, "", "")
    for line in plan.next_lines(release):
        match line:
            case NoteTypeLine():
                note_type = types[line.kind]
                modified = adopted.time if adopted.merge else note_type.modified
                yield replace(line, id=note_type.id, modified=modified)
            case NoteLine():
                note = notes[line.id]
                if adopted.merge:  # its note types are new for learners, so each note has to be newer, too
                    yield line._replace(guid=note.guid, modified=adopted.time)
                    continue
                had = {card.ord for card in contents.cards_of.get(note.id, ())}
                cards = [number for number in line.ordinals if number in had] or line.ordinals
                # also a time in the future: Anki imports only what is newer
                modified = max(note.modified, 0)
                yield line._replace(guid=note.guid, modified=modified, cards=",".join(map(str, cards)))
            case ReleaseLine():
                yield adopted
            case _:
                yield line
