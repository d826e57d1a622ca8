"""The matching of the notes of the source with the released notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.deck.notes import place
from deckgen.diagnostics import Diagnostic, Problem
from deckgen.history.acceptance import Acceptances, Judgement, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.notes import Accept, Deck, Note
    from deckgen.history.ledger import Ledger, NoteLine, NoteTypeLine

REVIEWS = "learners' reviews are tied to the id"
_IS_IT_LOST = "if source/ledger.jsonl is missing, restore it from git; it records what has been released"


@dataclass(frozen=True)
class Matching:
    """The notes and kinds of a deck matched with the released ones.

    Attributes:
        deck: The deck as it is now.
        ledger: The ledger.
        known: The lines of the notes that have been released.
        new: The notes that have not been released.
        text_only: The notes without cards, which no learner gets.
        first_ids: The ids with which renamed notes were first released, by the ids that they have now.
        heirs: The released names of renamed kinds, by their present names.
        accepted: The acceptances that the match needs.
        diagnostics: The diagnostics of the matching.
    """

    deck: Deck
    ledger: Ledger
    known: ReadOnly[Note, NoteLine] = field(default_factory=dict)
    new: tuple[Note, ...] = ()
    text_only: tuple[Note, ...] = ()
    first_ids: ReadOnly[str, str] = field(default_factory=dict)
    heirs: ReadOnly[str, str] = field(default_factory=dict)
    accepted: tuple[Accept, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def lacks_notes(self) -> bool:
        """Whether a released note is missing in the source."""
        return len(self.known) < len(self.ledger.notes)

    def line_of_type(self, kind: str) -> NoteTypeLine | None:
        """The line of a kind's note type, also under a former name; None if it has not been released."""
        types = self.ledger.types
        return types.get(kind) or types.get(self.heirs.get(kind, ""))


def match(deck: Deck, ledger: Ledger) -> Matching:
    """Find the released note of each note, by its id or by its former id in `was`."""
    of_deck = _check_deck(deck, ledger)
    heirs, faults = _heirs(deck, ledger)
    known: dict[Note, NoteLine] = {}
    new: list[Note] = []
    text_only: list[Note] = []
    first_ids: dict[str, str] = {}
    renamed = False
    for note in deck.notes:
        line = ledger.ids.get(note.id)
        if line is None or note.was or line.id != note.id:
            renamed = True
            faults += _odd_name(note, line, ledger)
            if line is None and note.was:
                line = ledger.ids.get(note.was)
        if line is None:
            (text_only if note.text_only else new).append(note)
            continue
        known[note] = line
        if note.text_only:
            faults.append(_without_cards(note))
        if line.was or line.id != note.id:
            first_ids[note.id] = next(iter(line.former(note.id)), note.id)
    if renamed:
        faults += _claimed_twice(known)
    faults += _never_released([*new, *text_only], known, ledger)
    diagnostics = (*of_deck.diagnostics, *faults)
    return Matching(
        deck, ledger, known, tuple(new), tuple(text_only), first_ids, heirs, of_deck.accepted, diagnostics
    )


def _check_deck(deck: Deck, ledger: Ledger) -> Judgement:
    """Report a deck that is another than the released one."""
    line = ledger.deck
    if line is None:
        return Judgement()
    if line.id != deck.id:
        message = (
            f"the deck was released with the id `{line.id}`; with a different id, learners would get it twice"
        )
        hint = f"restore `id: {line.id}`; a separate deck starts without source/ledger.jsonl"
        return Judgement((Diagnostic("changed-deck", message, deck.document.place_of("id"), hint),))
    if line.title == deck.title:
        return Judgement()
    message = f"the deck was released with the title `{line.title}`; with another, learners get a second deck"
    problem = Problem("changed-deck", message, f"restore `title: {line.title}`")
    refusal = Refusal(deck.document.place_of("title"), problem)
    return Acceptances(deck, ledger).judge(deck.id, [refusal])


def _heirs(deck: Deck, ledger: Ledger) -> tuple[dict[str, str], list[Diagnostic]]:
    """The released names of renamed kinds, each once; and the diagnostics of other former names."""
    used = {note.kind.name: note.kind for note in deck.notes}
    heirs: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for kind in used.values():
        if not kind.was or kind.name in ledger.types or kind.was not in ledger.types:
            continue
        other = kind.was if kind.was in used else ""
        other = other or next((name for name, was in heirs.items() if was == kind.was), "")
        if other:
            message = f"`{kind.name}` was not `{kind.was}`: the kind `{other}` still has that name"
            span = kind.document.place_of("was")
            faults.append(Diagnostic("changed-kind", message, span, "remove `was`, or correct it"))
        else:
            heirs[kind.name] = kind.was
    return heirs, faults


def _odd_name(note: Note, line: NoteLine | None, ledger: Ledger) -> Iterator[Diagnostic]:
    """The diagnostics of the id, or of `was`, of a note whose id alone does not identify it.

    Args:
        note: The note.
        line: The line of the released note that has or had its id.
        ledger: The ledger.
    """
    if line is None:
        return
    before = ledger.ids.get(note.was) if note.was else None
    if note.was and before is not None and before is not line:
        message = (
            f"`{note.id}` and `{note.was}` are two different released notes, so this one was never "
            f"`{note.was}`"
        )
        yield Diagnostic("used-id", message, place(note), "remove `was`, or correct it")
    elif line.id != note.id and before is not line:
        message = f"the id `{note.id}` belonged to the released note `{line.id}`"
        hint = (
            f"if this is a new note, give it a new id; if it is that note, write `was: {line.id}` "
            "under its id"
        )
        yield Diagnostic("used-id", message, place(note), hint)
    elif note.was and before is None and note.table is None:
        yield _unknown_was(note, ledger)


def _unknown_was(note: Note, ledger: Ledger) -> Diagnostic:
    message = f"no released note had the id `{note.was}`"
    hint = "remove `was`, or correct it" if ledger.deck else _IS_IT_LOST
    return Diagnostic("unknown-was", message, place(note), hint)


def _without_cards(note: Note) -> Diagnostic:
    """The diagnostic of a released note that has no card any more."""
    message = f"`{note.id}` was released, but now has no card, so it would be missing from the deck"
    hint = "give it a card under `cards`; to take it out of the deck, write `retired: |` with the reason"
    return Diagnostic("note-gone", message, note.choice.at if note.choice else place(note), hint)


def _claimed_twice(known: ReadOnly[Note, NoteLine]) -> Iterator[Diagnostic]:
    """Report notes that are one released note."""
    taken: dict[str, Note] = {}
    for note, line in known.items():
        other = taken.setdefault(line.guid, note)
        if other is not note:
            message = f"`{note.id}` and `{other.id}` were one note when it was released"
            hint = f"keep this id on the one with the released text, and give the other a new id: {REVIEWS}"
            yield Diagnostic("used-id", message, place(note), hint)


def _never_released(
    new: Iterable[Note], known: ReadOnly[Note, NoteLine], ledger: Ledger
) -> Iterator[Diagnostic]:
    """Report new notes whose keys claim that they have been released."""
    matched = {note.table for note in known if note.table}
    for note in new:
        # the `was` of a table is right if some of its rows were released in it
        if note.was and note.table not in matched:
            yield _unknown_was(note, ledger)
        elif note.retired:
            message = f"`{note.id}` is retired, but has never been released"
            hint = "delete it, or remove `retired`" if ledger.deck else _IS_IT_LOST
            yield Diagnostic("never-released", message, place(note), hint)
