"""The ledger after a release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from deckgen.history.fingerprints import answers
from deckgen.history.ledger import Acceptance, DeckLine, NoteLine, answers_as_text, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.deck.notes import Note
    from deckgen.history.ledger import Line, ReleaseLine
    from deckgen.history.plan import StampedNote, UpdatePlan


def next_lines(plan: UpdatePlan, release: ReleaseLine) -> Iterator[Line]:
    """The lines of the ledger after a release.

    Args:
        plan: The plan of the update.
        release: The line of the release itself, without the acceptances that it uses up.
    """
    matching, ledger = plan.matching, plan.matching.ledger
    yield DeckLine(matching.deck.id, matching.deck.title)
    renamed = set(matching.heirs.values())
    for name, line in {**ledger.types, **plan.types}.items():
        if name not in renamed:
            yield line
    for each in plan.notes:
        yield _line_of(each, plan, release.version)
    yield from ledger.adopted
    yield from ledger.releases
    used = (Acceptance(accept.code, accept.id, accept.because) for accept in plan.accepted)
    yield replace(release, accepted=tuple(used))


def _line_of(stamped: StampedNote, plan: UpdatePlan, version: str) -> NoteLine:
    """The line of a note after a release."""
    note, before = stamped.note, plan.matching.known.get(stamped.note)
    deck, cards = in_words(plan.matching.deck.title, note.chapter.deck, stamped.cards)
    old = before if note.retired else None  # a retired note keeps the line that learners have
    now = old.print if old else plan.prints.of(note)
    return NoteLine(
        note.id,
        note.kind.name,
        stamped.guid,
        now.fingerprint,
        stamped.modified,
        stamped.due,
        deck,
        cards=old.cards if old else cards,
        released=before.released if before else version,
        media=" ".join(now.media),
        clozes=_clozes(note, before),
        retired=_retired(note, before, version),
        was=before.former(note.id) if before else (),
    )


def _clozes(note: Note, before: NoteLine | None) -> str | None:
    """The answers in the line of a note after a release: the released ones and the present ones."""
    if note.retired and before and before.clozes is not None:
        return before.clozes
    if not note.kind.cloze:
        return None
    known = before.answers if before else {}
    for number, digest, _, _ in answers(note):
        known.setdefault(number, {})[digest] = None
    return answers_as_text(known)


def _retired(note: Note, before: NoteLine | None, version: str) -> str | None:
    """The version in which a note is retired, after a release; None if it is not."""
    if not note.retired:
        return None
    return version if before is None or before.retired is None else before.retired
