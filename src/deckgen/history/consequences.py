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
    from deckgen.history.matching import Matching
    from deckgen.history.sending import Sending

OF_ACCEPTED = {
    "changed-deck": (
        "The deck has a new name. Cards that you have stay in the old deck, and new ones arrive in the new: "
        "move the old ones there (Browse, select them, *Cards > Change Deck*)."
    ),
    "changed-note-type": (
        "A note type has changed its fields or cards. In the import window tick *Merge note types*, and set "
        "*Update notes* and *Update note types* to *Always*; your own edits of its notes are lost by that."
    ),
    "same-media": (
        "Some images or sounds were made anew, and show the same. Those that you have stay as they are."
    ),
    "moved-cloze": (
        "Some blanks of a note have changed places, so a card may ask for another blank than the one that "
        "you have reviewed it with: reset such a card (*Cards > Reset*) if it comes too late."
    ),
}
"""The instructions for learners after an accepted refusal, by code."""


class Effects(NamedTuple):
    """The effects of an update on the cards that learners have.

    Attributes:
        diagnostics: The diagnostics for the author.
        accepted: The acceptances that the update needs.
        consequences: The consequences for learners, as sentences.
    """

    diagnostics: tuple[Diagnostic, ...]
    accepted: tuple[Accept, ...]
    consequences: tuple[str, ...]


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
    of_cards = [*_of_dead(dead), *_of_moved(moved, matching.deck.title)]
    diagnostics += [diagnostic for diagnostic, _ in of_cards]
    diagnostics += _of_other_kinds(other_kind, matching, kinds)
    return Effects(tuple(diagnostics), tuple(accepted), tuple(sentence for _, sentence in of_cards))


def _of_dead(dead: list[tuple[Note, int]]) -> Iterator[tuple[Diagnostic, str]]:
    """The warnings for the author, and sentences for learners, about deleted cards by note and ordinal."""
    if not dead:
        return
    are = "is" if len(dead) == 1 else "are"
    names = listed([f"{_card_name(note.kind, number)} of `{note.id}`" for note, number in dead])
    message = f"{counted(len(dead), 'released card')} {are} gone: {names}"
    hint = "learners keep them until they choose Tools > Empty Cards; the release notes say so"
    sentence = (
        f"{counted(len(dead), 'card')} {are} no longer part of the deck. To remove "
        "what is left of them, choose *Tools > Empty Cards* on a computer."
    )
    yield Diagnostic("dead-card", message, place(dead[0][0]), hint), sentence


def _card_name(kind: Kind, number: int) -> str:
    if kind.cloze or number >= len(kind.cards):
        return f"c{number + 1}" if kind.cloze else f"card {number + 1}"
    return f"`{kind.cards[number].name}`"


def _of_moved(moved: ReadOnly[tuple[str, str], list[Note]], title: str) -> Iterator[tuple[Diagnostic, str]]:
    """The warnings for the author, and sentences for learners, about moved notes by old and new deck."""
    for pair, notes in moved.items():
        names = [f"`{title}::{name}`" if name else f"`{title}`" for name in pair]
        message = f"{counted(len(notes), 'released note')} moved from {names[0]} to {names[1]}"
        hint = "cards that learners have stay where they are; only new learners find them in the new deck"
        sentence = (
            f"{counted(len(notes), 'note')} moved from {names[0]} to {names[1]}. Cards that you have "
            "stay where they are; move them (Browse, *Cards > Change Deck*) if you like."
        )
        yield Diagnostic("moved-notes", message, place(notes[0]), hint), sentence


def _of_other_kinds(
    other_kind: ReadOnly[tuple[str, str], list[Note]], matching: Matching, kinds: Collection[str]
) -> Iterator[Diagnostic]:
    """Report notes of another kind than the one that they were released as."""
    for (old, new), notes in other_kind.items():
        if old not in kinds and new not in matching.ledger.types:
            message = f"the kind `{old}` was released, and its notes are now of the kind `{new}`"
            hint = f"if its folder has a new name, write `was: {old}` into this file; if not, put it back"
            yield Diagnostic("changed-kind", message, Span(notes[0].kind.document.path), hint)
            continue
        for note in notes:
            message = f"`{note.id}` was released as a {old}, and is now a {new}"
            hint = f"make it a {old} again; or retire that, and write the {new} as a note with a new id"
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
        message = f"`{note.id}` says what `{line.id}` said when it was released"
        hint = f"give each text its own id again: {REVIEWS}"
        if own is None:
            hint = f"give it the id `{line.id}` again, and what stands there now a new one: {REVIEWS}"
        yield Diagnostic("used-id", message, place(note), hint)
