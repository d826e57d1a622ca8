"""Changes that Anki would not follow, or that would put learners' reviews on the wrong text."""

from __future__ import annotations

import re
from itertools import chain, count
from typing import TYPE_CHECKING

from deckgen.anki.cloze import uncovered
from deckgen.anki.template import SPECIAL_FIELDS
from deckgen.deck.kinds import CARDS, COMMON_KEYS, Field
from deckgen.diagnostics import Diagnostic, Problem, listing
from deckgen.history.acceptance import Refusal
from deckgen.history.adopted import CHANGED, COST, entry_of, of_adopted
from deckgen.history.fingerprints import answers, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.anki.cloze import Cloze
    from deckgen.cards.note_types import NoteType
    from deckgen.deck.kinds import CardTemplate, Kind
    from deckgen.deck.notes import Note
    from deckgen.history.ledger import NoteLine, NoteTypeLine
    from deckgen.source import Scalar


def changed_type(kind: Kind, old: NoteTypeLine) -> Diagnostic | None:
    """The diagnostic of a kind with a changed `type`; Anki does not even import such a change."""
    if old.cloze == kind.cloze:
        return None
    was = "cloze" if old.cloze else "normal"
    message = f"the kind was released with `type: {was}`"
    return Diagnostic(CHANGED, message, kind.document.place_of("type"), f"write `type: {was}` again")


def of_kind(note_type: NoteType, old: NoteTypeLine, new: NoteTypeLine) -> Iterator[Refusal]:
    """The refused changes of a released kind, found by comparing its lines in the ledger before and now.

    Anki compares fields and card templates by position and id. A note type that differs in them is another
    note type to Anki (rslib/src/import_export/package/apkg/import/notes.rs).
    """
    kind = note_type.kind
    if kind.adopted:
        yield from of_adopted(note_type, old, new)
        return
    faults = [*_of_ids(kind, "fields", old, new), *_of_ids(kind, "cards", old, new)]
    yield from faults or _Growth(note_type, old).refusals()


def _of_ids(kind: Kind, under: str, old: NoteTypeLine, new: NoteTypeLine) -> Iterator[Refusal]:
    """Fields or cards that were removed or moved, or have other ids."""
    before, after = (line.ids(under) for line in (old, new))
    if before == [number for number in after if number in before]:
        return
    what = under.removesuffix("s")
    entries = kind.fields if under == "fields" else kind.cards
    at = next((index for index, number in enumerate(after) if before[index : index + 1] != [number]), -1)
    if set(before) <= set(after):
        message, hint = f"the order of the {under} of the kind has changed", "restore their order"
    elif set(after) < set(before):
        message = f"the kind was released with {len(before)} {under}, but now has {len(after)}"
        gone = next(number for number in before if number not in after)
        hint = f"restore the {what} with the id {gone}: learners' notes have it"
    else:
        message = f"the {what} `{entries[at].name}` has a different id than the released one"
        hint = f"restore its id: `{before[at]}`" if at < len(before) else "restore the ids"
    span = entry_of(kind, under, at) if at >= 0 else kind.document.place_of(under)
    yield Refusal(span, Problem(CHANGED, message, hint))


_RECIPE = "docs/kinds.md, *Growing*"


class _Growth:
    """The growth of a released kind: through its reserves, which Anki follows, or otherwise.

    Args:
        note_type: The note type now, whose released fields and cards are all there, in their order.
        old: Its line in the ledger.
    """

    def __init__(self, note_type: NoteType, old: NoteTypeLine) -> None:
        """Compare fields and cards by their ids, and assign the reserves."""
        self._kind = kind = note_type.kind
        self._ways = note_type.rules.ways
        self._revision: int = old.revision
        self._sources: dict[int | None, str] = dict(old.fields)
        self._reserves: dict[int | None, int] = dict(old.cards)
        # every note has an id, and may build on others, even if no field shows that
        shown = (source.partition(".")[0] for source in self._sources.values() if source)
        # no released note has left out a card whose field is new
        self._known = {"id", "builds_on", *shown} - {CARDS}
        self._fields = {field.id: field for field in kind.fields}
        asleep = {field.name: field.id for field in kind.fields}
        # the dormant cards, and those that an added card could wake
        self._asleep = {card.id: asleep[card.reserve] for card in kind.cards if card.reserve}
        self._dormant = [card for card in kind.cards if self._reserves.get(card.id) and card.reserve]
        owned = {number for number in self._reserves.values() if number}
        self._free = [
            field
            for field in kind.fields
            if self._sources.get(field.id) == "" and not field.key and field.id not in owned
        ]
        # new fields that belong to no card yet
        self._new = [
            field
            for field in kind.fields
            if field.key and field.key not in self._known and not self._sources.get(field.id)
            if field.id not in owned and not field.without
        ]
        self._taken: dict[int | None, tuple[CardTemplate, Field]] = {}

    def refusals(self) -> Iterator[Refusal]:
        """The changes that Anki does not follow, each with the full way to do it instead."""
        cards = [*self._of_cards()]  # first, since a card decides where its field goes
        yield from self._of_fields()
        yield from cards

    def _of_fields(self) -> Iterator[Refusal]:
        """Refusals of fields that were added or have another source, which released notes do not follow."""
        kind = self._kind
        woken = {self._reserves[card.id] for card in kind.cards if card.face and self._reserves.get(card.id)}
        again = f"raise `revision` to {self._revision + 1}; this sends every {kind.name} to learners again"
        for index, field in enumerate(kind.fields):
            source, before = source_of(field.key, field.part), self._sources.get(field.id)
            if before is None:
                message = f"the field `{field.name}` has been added to a released kind"
                hint = self._place_of(field, again)
                yield Refusal(entry_of(kind, "fields", index), Problem(CHANGED, message, hint))
            elif source == before or (kind.revision > self._revision and not field.without):
                continue
            elif before and field.without:
                message = f"learners' notes may fill `{field.name}`, so it cannot take away their card"
                hint = self._place_of(field, again)
                yield Refusal(entry_of(kind, "fields", index), Problem(CHANGED, message, hint))
            elif field.id in woken:
                continue
            elif before or field.key in self._known:
                message = f"the field `{field.name}` was released with `from: {before or 'nothing'}`"
                yield Refusal(entry_of(kind, "fields", index), Problem(CHANGED, message, again))

    def _place_of(self, field: Field, again: str) -> str:
        """A hint for the place of an added field."""
        if not field.key:
            return f"remove it: reserves can only be added before the first release ({_RECIPE})"
        if field.id in self._taken:
            card, reserve = self._taken[field.id]
            how = f"as the message about the card `{card.name}` says"
            return f"turn `{reserve.name}` into this field, {how} ({_RECIPE})"
        if not self._free:
            owned = [self._fields[number].name for number in self._asleep.values()]
            dormant_only = f" ({listing(owned)} can only wake with a dormant card)" if owned else ""
            return f"no reserve field is left{dormant_only}: {COST} ({_RECIPE})"
        reserve = self._free.pop(-1 if field.without else 0)
        hint = (
            f"use a reserve: write `{_line(field, reserve.id)}` instead of "
            f"`{_line(reserve, reserve.id)}`, with the reserve's id, and remove this line"
        )
        if field.key in self._known and self._kind.revision <= self._revision:
            hint += f"; and {again}"
        return f"{hint} ({_RECIPE})"

    def _of_cards(self) -> Iterator[Refusal]:
        """Refusals of cards that were added, that wake for studied notes, or that fall asleep."""
        kind = self._kind
        for index, card in enumerate(kind.cards):
            span = entry_of(kind, "cards", index)
            before, now = self._reserves.get(card.id), self._asleep.get(card.id, 0)
            if before is None:
                message = f"the card `{card.name}` has been added to a released kind"
                yield Refusal(span, Problem(CHANGED, message, self._heir(card, index)))
            elif now == before:
                continue
            elif now:
                state = "with another reserve" if before else "awake"
                message = f"the card `{card.name}` was released {state}"
                yield Refusal(span, Problem(CHANGED, message, "restore it as it was"))
            elif problem := self._sleepless(card, index, self._fields[before]):
                yield Refusal(span, problem)

    def _sleepless(self, card: CardTemplate, index: int, reserve: Field) -> Problem | None:
        """The problem with a card that wakes, with a hint; None if there is none.

        Args:
            card: The card.
            index: Its number among the cards.
            reserve: The field that was its reserve.
        """
        name = reserve.name
        if self._sources[reserve.id] or not reserve.key:
            message = f"the card `{card.name}` wakes without its reserve field `{name}`"
            hint = f"wake both in one release: {self._recipe(card, index, reserve, [])}"
            return Problem(CHANGED, message, hint)
        if reserve.key in self._known:
            message = (
                f"the card `{card.name}` wakes for a field that notes already fill, from `{reserve.key}`"
            )
            why = "learners would get new cards from notes that they already know, all at once"
            hint = f"{why}; use a new key to wake it: {self._recipe(card, index, reserve, [])}"
            return Problem(CHANGED, message, hint)
        if any(name not in way.filled for way in self._ways[index]):
            message = f"the card `{card.name}` wakes for notes whose `{name}` is empty"
            return Problem(CHANGED, message, f"{self._front(card, name)} ({_RECIPE})")
        return None

    def _heir(self, card: CardTemplate, index: int) -> str:
        """A hint for how an added card can take the place of a dormant one."""
        if not card.face:
            return f"remove it: dormant cards can only be added before the first release ({_RECIPE})"
        if not self._dormant:
            return f"no dormant card is left: {COST} ({_RECIPE})"
        other = self._dormant.pop(0)
        new = f"{{name: {card.name}, id: {other.id}, face: {self._face(card)}}}"
        was = f"{{name: {other.name}, id: {other.id}, reserve: {other.reserve}}}"
        step = f"under `cards`, write `{new}` instead of `{was}`, and remove this line"
        reserve = self._fields[self._reserves[other.id]]
        return f"wake a dormant card instead: {self._recipe(card, index, reserve, [step])}"

    def _recipe(self, card: CardTemplate, index: int, reserve: Field, steps: list[str]) -> str:
        """The steps that wake a card, after the first ones.

        A card needs a new key, its reserve field for the value of this key, and a front for the notes with
        the key.
        """
        field = self._fresh(card, reserve)
        if not reserve.key:
            field = next((each for each in self._new if self._shows(index, each)), field)
        if field in self._new:
            self._new.remove(field)
            self._taken[field.id] = card, reserve
        else:
            steps.append(f"under `keys`, add `{field.key}: {{type: markdown}}`")
        was = f"`{_line(reserve, reserve.id)}`"
        steps.append(f"under `fields`, write `{_line(field, reserve.id)}` instead of {was}: the id stays")
        if field.id in self._sources:
            taken = {each.name.casefold() for each in self._kind.fields}
            spare = next(name for name in map("Reserve {}".format, count(1)) if name.casefold() not in taken)
            steps.append(f"write `{{name: {spare}, id: {field.id}}}` instead of `{_line(field, field.id)}`")
        elif field.id:
            steps.append(f"remove `{_line(field, field.id)}`")
        if self._face(card) != card.face or any(field.name not in way.filled for way in self._ways[index]):
            steps.append(self._front(card, field.name))
        steps.append(f"write `{field.key}` in the notes that should have the card")
        numbered = (f"({number}) {step}" for number, step in enumerate(steps, start=1))
        return f"{'; '.join(numbered)} ({_RECIPE})"

    def _shows(self, index: int, field: Field) -> bool:
        """Whether the front of a card asks for a field."""
        return any(field.name in way.filled for way in self._ways[index])

    def _face(self, card: CardTemplate) -> str:
        """The face of a card, or another name if another card has the same face."""
        faces = [each.face for each in self._kind.cards]
        if faces.count(card.face) == 1:
            return card.face
        stem = _plain(card.name).casefold().replace(" ", "-")
        return next(name for name in chain([stem], (f"{stem}-{n}" for n in count(2))) if name not in faces)

    def _front(self, card: CardTemplate, name: str) -> str:
        """A hint for the front of a card that wakes."""
        return (
            f"put everything that {self._face(card)}.front.html.j2 shows between "
            f"`{{{{#{name}}}}}` and `{{{{/{name}}}}}`, inside its block if it has one"
        )

    def _fresh(self, card: CardTemplate, reserve: Field) -> Field:
        """A new key, and the field that it fills: the card's reserve if that has a name, or a new one."""
        kind = self._kind
        others = [field.name for field in kind.fields if field != reserve]
        taken = {name.casefold() for name in (*others, *SPECIAL_FIELDS)}
        keys = {*kind.keys, *kind.table_keys, *COMMON_KEYS}
        # a card that wakes may still have its old name
        plain = _plain(card.name) if card.name != reserve.name else _plain(card.face).title()
        if reserve.key:
            plain = _plain(reserve.name)
        names = chain([plain, f"Ask {plain}"], (f"Ask {plain} {number}" for number in count(2)))
        pairs = ((name, name.casefold().replace(" ", "_")) for name in names)
        name, key = next(pair for pair in pairs if pair[0].casefold() not in taken and pair[1] not in keys)
        return Field(reserve.name if reserve.key else name, 0, key)


def _plain(name: str) -> str:
    """The letters, digits and blanks of a name, for names of fields, keys and faces."""
    return " ".join(re.sub(r"[^\w ]+", " ", name).split()) or "New"


def _line(field: Field, number: int | None) -> str:
    """The line of a field in kind.yaml, with an id."""
    source = source_of(field.key, field.part)
    origin = f", without: {field.without}" if field.without else f", from: {source}" if source else ""
    return f"{{name: {field.name}, id: {number}{origin}}}"


def of_clozes(note: Note, line: NoteLine) -> Iterator[Refusal]:
    """Refusals of answers whose cloze number differs from that of the learners' reviews.

    New answers with the number of such an answer are refused too. If the author changed only the others back,
    a card that learners have reviewed with one answer would have two.
    """
    before = line.answers
    now: dict[str, set[str]] = {}
    spots: dict[tuple[str, str], tuple[Scalar, Cloze]] = {}
    for number, digest, scalar, cloze in answers(note):
        now.setdefault(number, set()).add(digest)
        spots[number, digest] = scalar, cloze
    released = {digest for digests in before.values() for digest in digests}
    moved: dict[tuple[str, str], str] = {}
    for number, digest in spots:
        if digest in before.get(number, ()):
            continue
        for old, digests in before.items():
            if old != number and digest in digests and digest not in now.get(old, ()):
                moved[number, digest] = old
                break
    taken = {old for old in moved.values() if now.get(old, set()).isdisjoint(before[old])}
    new = [spot for spot in spots if spot[0] in taken and spot[1] not in released]
    here = {digest for digests in now.values() for digest in digests}
    # a new answer may be the new text of a missing one
    gone = [number for number, digests in before.items() if here.isdisjoint(digests)]
    used = {*before, *(number for number, digest in spots if (number, digest) not in {*moved, *new})}
    free = (str(number) for number in count(1) if str(number) not in used)
    for spot, (scalar, cloze) in spots.items():
        span = note.chapter.document.span_in(scalar, cloze.start, cloze.inner - cloze.start)
        if spot in moved:
            old = moved[spot]
            message = f"this answer was released as c{old}, but is now c{spot[0]}"
            hint = (
                f"write c{old} again, because learners' reviews are tied to the number; give new "
                "clozes new numbers"
            )
            yield Refusal(span, Problem("moved-cloze", message, hint))
        elif spot in new:
            yield Refusal(span, _newcomer(scalar, cloze, spot[0], next(free), gone))


def _newcomer(scalar: Scalar, cloze: Cloze, number: str, free: str, gone: list[str]) -> Problem:
    """The problem with a new answer that has the number of a released one with a new number."""
    answer = " ".join(uncovered(scalar.value[cloze.inner : cloze.answer_end]).split())
    named = "this answer" if "`" in answer else f"`{answer}`"
    message = f"{named} is new, but uses c{number}, the number of a released answer"
    others = "give the other answers their old numbers"
    hint = f"write c{free}, the next free number, and {others}"
    if gone:
        numbers = " or ".join(f"c{each}" for each in gone)
        hint = (
            f"if it rewords the released answer with {numbers}, write that number; if not, "
            f"write c{free}, the next free number; and {others}"
        )
    return Problem("moved-cloze", message, hint)
