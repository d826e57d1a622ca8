"""The consequences of an update for learners who have the deck already."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from deckgen.deck.notes import place
from deckgen.diagnostics import Diagnostic, Span, counted, listed
from deckgen.history.incompatible import of_clozes
from deckgen.history.ledger import in_words
from deckgen.history.matching import REVIEWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.rows import RenderedNote
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Accept, Note
    from deckgen.history.acceptance import Acceptances
    from deckgen.history.fingerprints import Fingerprints
    from deckgen.history.ledger import Ledger
    from deckgen.history.matching import Matching
    from deckgen.history.sending import Sending


class Consequence(NamedTuple):
    """What an update means for learners; release notes put it into words.

    Attributes:
        name: The name of its sentence.
        number: How many notes or cards it concerns; None where that is not told.
        before: The deck that notes leave, and
        after: the deck to which they move; empty where no notes move.
        version: The version of an earlier release that it is about; empty if there is none.
    """

    name: str
    number: int | None = None
    before: str = ""
    after: str = ""
    version: str = ""


OF_ACCEPTED = {
    "changed-deck": Consequence("changed_deck"),
    "changed-note-type": Consequence("changed_note_type"),
    "same-media": Consequence("same_media"),
    "moved-cloze": Consequence("moved_cloze"),
    "shared-look": Consequence("shared_look"),
}
"""What accepted refusals mean for learners, by code."""
MERGING = frozenset({"merge_adopted", "changed_note_type"})
"""The consequences for which learners have to merge note types at the import."""


def of_release(codes: Iterable[str], ledger: Ledger) -> Iterator[Consequence]:
    """What a release means for learners as a whole.

    Args:
        codes: The codes of the acceptances that it needs.
        ledger: The ledger before it.
    """
    accepted = [OF_ACCEPTED[code] for code in dict.fromkeys(codes)]
    if not any(each.name in MERGING for each in accepted):
        if ledger.is_merging:
            yield Consequence("merge_adopted")
        elif ledger.releases and ledger.merged(ledger.releases[-1]):
            # Anki remembers the options of the last import, and some learners have skipped that release
            yield Consequence("merge_over", version=ledger.releases[-1].version)
    yield from accepted


class Effects(NamedTuple):
    """The effects of an update on the cards that learners have.

    Attributes:
        diagnostics: The diagnostics for the author.
        accepted: The acceptances that the update needs.
        consequences: The consequences for learners.
    """

    diagnostics: tuple[Diagnostic, ...]
    accepted: tuple[Accept, ...]
    consequences: tuple[Consequence, ...]


def find_effects(
    matching: Matching,
    differing: Iterable[RenderedNote],
    kinds: Collection[str],
    acceptances: Acceptances,
) -> Effects:
    """The effects on the cards of released notes.

    Args:
        matching: The notes matched with the released ones.
        differing: The released notes with any difference.
        kinds: The names of the existing kinds.
        acceptances: The acceptances of the author.
    """
    diagnostics: list[Diagnostic] = []
    accepted: list[Accept] = []
    dead: list[tuple[Note, int]] = []
    moved: dict[tuple[str, str], list[Note]] = {}
    other_kind: dict[tuple[str, str], list[Note]] = {}
    for each in differing:
        note, line = each.note, matching.known[each.note]
        if line.kind not in {note.kind.name, matching.heirs.get(note.kind.name)}:
            other_kind.setdefault((line.kind, note.kind.name), []).append(note)
        elif not note.retired:
            judged = acceptances.judge(note.id, of_clozes(note, line))
            diagnostics += judged.diagnostics
            accepted += judged.accepted
            dead += [(note, number) for number in line.ordinals if number not in each.cards]
            here, _ = in_words(matching.deck.title, note.chapter.deck, each.cards)
            if here != line.deck:
                moved.setdefault((line.deck, here), []).append(note)
    of_cards = [*_of_dead(dead), *_of_moved(moved, matching)]
    diagnostics += [diagnostic for diagnostic, _ in of_cards]
    diagnostics += _of_other_kinds(other_kind, matching, kinds)
    return Effects(tuple(diagnostics), tuple(accepted), tuple(each for _, each in of_cards))


def _of_dead(dead: list[tuple[Note, int]]) -> Iterator[tuple[Diagnostic, Consequence]]:
    """The warnings for the author, and the consequences for learners, of cards gone by note and ordinal."""
    if not dead:
        return
    are = "is" if len(dead) == 1 else "are"
    names = listed([f"{_card_name(note.kind, number)} of `{note.id}`" for note, number in dead])
    message = f"{counted(len(dead), 'released card')} {are} gone: {names}"
    hint = "learners keep them until they choose Tools > Empty Cards; the release notes tell them"
    yield Diagnostic("dead-card", message, place(dead[0][0]), hint), Consequence("dead_cards", len(dead))


def _card_name(kind: Kind, number: int) -> str:
    if kind.cloze or number >= len(kind.cards):
        return f"c{number + 1}" if kind.cloze else f"card {number + 1}"
    return f"`{kind.cards[number].name}`"


def _of_moved(
    moved: ReadOnly[tuple[str, str], list[Note]], matching: Matching
) -> Iterator[tuple[Diagnostic, Consequence]]:
    """The warnings for the author, and the consequences for learners, of moved notes by old and new deck."""
    new = matching.deck.title
    old = matching.ledger.deck.title if matching.ledger.deck else new
    for (left, right), notes in moved.items():
        before, after = f"{old}::{left}".removesuffix("::"), f"{new}::{right}".removesuffix("::")
        message = f"{counted(len(notes), 'released note')} moved from `{before}` to `{after}`"
        hint = "existing cards stay where they are; only new learners get them in the new deck"
        consequence = Consequence("moved_notes", len(notes), before, after)
        yield Diagnostic("moved-notes", message, place(notes[0]), hint), consequence


def _of_other_kinds(
    other_kind: ReadOnly[tuple[str, str], list[Note]], matching: Matching, kinds: Collection[str]
) -> Iterator[Diagnostic]:
    """Report notes of another kind than the one that they were released as."""
    for (old, new), notes in other_kind.items():
        if old not in kinds and new not in matching.ledger.types:
            message = f"the kind `{old}` was released, but its notes now have the kind `{new}`"
            hint = f"if you renamed its folder, write `was: {old}` in this file; if not, restore it"
            yield Diagnostic("changed-kind", message, Span(notes[0].kind.document.path), hint)
            continue
        for note in notes:
            message = f"`{note.id}` was released as a {old}, but is now a {new}"
            hint = (
                f"change it back to a {old}; or retire the {old}, and write the {new} as a note with a new id"
            )
            yield Diagnostic("changed-kind", message, place(note), hint)


def swapped_notes(matching: Matching, sending: Sending, prints: Fingerprints) -> Iterator[Diagnostic]:
    """Report notes with the former text of another released note, which does not have it any more."""
    if not sending.changed:
        return
    known, ledger = matching.known, matching.ledger
    here = {line.guid for line in known.values()}
    again = {known[note].guid for note in sending.changed}
    candidates = [line for guid, line in ledger.notes.items() if guid in again or guid not in here]
    by_text = {line.print.said: line for line in candidates}
    gone = {line.guid for line in candidates if line.guid not in here}
    for note in (*sending.changed, *(note for note in matching.new if not note.retired)):
        line = by_text.get(prints.of(note).said)
        own = known.get(note)
        if line is None or line is own or (own is None and line.guid in gone):
            continue
        message = f"`{note.id}` has the released text of `{line.id}`"
        hint = f"give each text its own id again: {REVIEWS}"
        if own is None:
            hint = f"give it the id `{line.id}` again, and give the note with that id a new one: {REVIEWS}"
        yield Diagnostic("used-id", message, place(note), hint)
