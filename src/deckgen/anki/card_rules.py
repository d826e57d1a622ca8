"""The cards that a note has, and which of them are blank, as in Anki's rslib/src/notetype/cardgen.rs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.anki.cloze import MAX_CLOZE
from deckgen.anki.template import (
    BLANK,
    SPECIAL_FIELDS,
    Replacement,
    Section,
    cloze_numbers,
    is_cloze_section,
    is_empty,
    parse,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from deckgen.anki.template import Part


@dataclass(frozen=True, slots=True)
class Way:
    """A condition under which a front shows a field: what a note must have, and must not have.

    Attributes:
        field: The field that is shown.
        filled: The fields that must be filled; `Tags` if the note must have tags.
        empty: The fields that must be empty.
    """

    field: str
    filled: frozenset[str]
    empty: frozenset[str]

    def is_open(self, filled: Collection[str]) -> bool:
        """Whether a note meets the condition. `filled` names the fields that are filled."""
        return self.filled.issubset(filled) and self.empty.isdisjoint(filled)

    def goes_with(self, other: Way) -> bool:
        """Whether one note can meet both conditions."""
        return self.filled.isdisjoint(other.empty) and self.empty.isdisjoint(other.filled)


_ALWAYS_FILLED = SPECIAL_FIELDS - {"FrontSide", "Tags"}
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Ways:
    """Finds the conditions under which a front shows its fields.

    Attributes:
        fields: The names that a note may fill or leave empty.
        always: The names that are filled in every note; any other name is filled in none.
        negated: Whether `{{^…}}` counts. If not, its content is taken to be always shown.
    """

    fields: Collection[str]
    always: Collection[str]
    negated: bool = True

    def of(
        self, parts: Iterable[Part], filled: frozenset[str] = _NOTHING, empty: frozenset[str] = _NOTHING
    ) -> Iterator[tuple[Replacement, Way]]:
        """Each tag that shows a field of some note, with its condition.

        Args:
            parts: The front, or the content of one of its sections.
            filled: The fields that must be filled for these parts to be shown.
            empty: The fields that must be empty for these parts to be shown.
        """
        for part in parts:
            if isinstance(part, str):
                continue
            name, inverted = part.field, isinstance(part, Section) and part.inverted
            more, less = filled, empty
            if inverted and not self.negated:
                pass
            elif name not in self.fields:
                if (name in self.always) == inverted:
                    continue
            elif name in (filled if inverted else empty):
                continue  # no field is both filled and empty
            elif inverted:
                less = empty | {name}
            else:
                more = filled | {name}
            if isinstance(part, Section):
                yield from self.of(part.children, more, less)
            else:
                yield part, Way(name, more, less)


class CardRules:
    """The cards that the notes of a note type have, and which of them are blank.

    A note of a cloze type has a card for each cloze number in any of its fields, with the first template.

    Anki treats its own fields (`Deck`, `Subdeck`, `Type`, …) as always filled, so a front that shows one of
    them makes a card for every note; `Tags` is filled if the note has tags. A section for a cloze number
    (`{{#c1}}`) counts as empty while Anki makes cards, and as filled when it shows the card of that number.

    Args:
        fields: The names of its fields.
        fronts: Its card templates' fronts.
        cloze: Whether it is a cloze type.
    """

    def __init__(self, fields: Sequence[str], fronts: Sequence[str], *, cloze: bool) -> None:
        """Parse the fronts."""
        self.fields = fields
        self.fronts = [parse(front).parts for front in fronts]
        self.cloze = cloze
        self._cards_by_filled: dict[tuple[int, bool], tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._cloze_ways: dict[int, list[Way]] = {}
        self._fillable = frozenset([*fields, "Tags"])

    @property
    def used(self) -> Sequence[Sequence[Part]]:
        """The fronts of which cards are made; of a cloze type, only the first."""
        return self.fronts[:1] if self.cloze else self.fronts

    @property
    def read_as_cloze(self) -> set[str]:
        """The fields that the front of some card reads as clozes: `{{cloze:Text}}`."""
        numbers = {tag.field[1:] for front in self.used for tag in tags(front) if is_cloze_section(tag)}
        ways = (self._shown_clozes(int(number)) for number in {"0", *numbers})
        return {way.field for ways_of_card in ways for way in ways_of_card}

    @cached_property
    def ways(self) -> list[set[Way]]:
        """For each card template, the conditions under which Anki makes its card; none if it never does.

        (The cards of a cloze type come from the numbers in its fields, not from its front.)
        """
        if self.cloze:
            return [set() for _ in self.fronts]
        find = _Ways(self._fillable, _ALWAYS_FILLED)
        return [{way for _, way in find.of(front)} for front in self.fronts]

    @cached_property
    def shown(self) -> list[set[Way]]:
        """For each card template, the conditions under which its card shows a field of the note.

        On a type that is no cloze type, Anki shows nothing for `{{cloze:Text}}`.
        """
        ways_by_card = []
        for number, front in enumerate(self.fronts, 1):
            find = _Ways(self._fillable, _ALWAYS_FILLED | {f"c{number}"})
            ways = (way for tag, way in find.of(front) if not is_of_clozes(tag) or "type" in tag.filters)
            ways_by_card.append({way for way in ways if way.field in self.fields})
        return ways_by_card

    @cached_property
    def requirements(self) -> list[tuple[str, list[int]]]:
        """For each card template the fields that make its card, in the form that old versions of Anki read.

        That form is a word and the numbers of some fields: "any" (one of them must be filled), "all" (all of
        them must be filled) or "none" (there is never a card).
        """
        find = _Ways(self.fields, (), negated=False)
        requirements: list[tuple[str, list[int]]] = []
        for front in self.fronts:
            ways = {way.filled for _, way in find.of(front)}
            alone = {name for way in ways if len(way) == 1 for name in way}
            needed = alone or (frozenset.intersection(*ways) if ways else _NOTHING)
            how = "any" if alone else "all" if needed else "none"
            requirements.append((how, [index for index, name in enumerate(self.fields) if name in needed]))
        return requirements

    def cards(self, values: Sequence[str], *, tagged: bool = False) -> tuple[int, ...]:
        """The ordinals, from 0, of the cards of a note; empty if it has none.

        Args:
            values: The HTML of its fields, in order.
            tagged: Whether it has tags.
        """
        if self.cloze:
            numbers = cloze_numbers(values)
            return tuple(sorted({min(number, MAX_CLOZE) - 1 for number in numbers if number > 0}))
        return self._cards_and_blank(values, tagged=tagged)[0]

    def blank(self, cards: Sequence[int], values: Sequence[str], *, tagged: bool = False) -> tuple[int, ...]:
        """The cards of a note whose front is blank: it shows no field or, in a cloze type, not the cloze.

        Args:
            cards: The ordinals of its cards.
            values: The HTML of its fields, in order.
            tagged: Whether it has tags.
        """
        if self.cloze:
            return self._blank_clozes(cards, values, tagged=tagged)
        if self._never_blank:
            return ()
        return self._cards_and_blank(values, tagged=tagged)[1]

    def filled(self, values: Sequence[str], *, tagged: bool = False) -> set[str]:
        """The names of the fields that are filled, and `Tags` if the note has tags.

        Args:
            values: The HTML of the fields, in order.
            tagged: Whether the note has tags.
        """
        names = {name for name, value in zip(self.fields, values, strict=True) if not is_empty(value)}
        return names | {"Tags"} if tagged else names

    def _cards_and_blank(
        self, values: Sequence[str], *, tagged: bool
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The cards of a note, and the blank ones among them."""
        filled = 0
        bit = 1
        for value in values:
            if value and (value[0] not in BLANK or not is_empty(value)):
                filled |= bit
            bit <<= 1
        result = self._cards_by_filled.get((filled, tagged))
        if result is None:
            names = self.filled(values, tagged=tagged)
            cards = [number for number, ways in enumerate(self.ways) if _any_open(ways, names)]
            blank = [number for number in cards if not _any_open(self.shown[number], names)]
            result = self._cards_by_filled[filled, tagged] = tuple(cards), tuple(blank)
        return result

    @cached_property
    def _never_blank(self) -> bool:
        """Whether no card can be blank, because each field that makes one is on its front, as usual."""
        return all(map(set.issubset, self.ways, self.shown))

    @cached_property
    def _always_shown(self) -> frozenset[str]:
        """The fields of a cloze type whose clozes the front shows whenever they are filled."""
        ways = self._shown_clozes(0)
        numbered = any(is_cloze_section(tag) for front in self.used for tag in tags(front))
        plain = (way.field for way in ways if way.filled == {way.field} and not way.empty)
        return _NOTHING if numbered else frozenset(plain)

    def _blank_clozes(self, cards: Sequence[int], values: Sequence[str], *, tagged: bool) -> tuple[int, ...]:
        """The cards of a cloze type's note whose front does not show their cloze."""
        with_clozes = {name: value for name, value in zip(self.fields, values, strict=True) if "{{c" in value}
        if self._always_shown.issuperset(with_clozes):  # true of nearly all notes
            return ()
        names = self.filled(values, tagged=tagged)
        numbers = {name: cloze_numbers([value]) for name, value in with_clozes.items()}
        return tuple(
            card
            for card in cards
            if not any(
                way.is_open(names) and card + 1 in numbers.get(way.field, ())
                for way in self._shown_clozes(card + 1)
            )
        )

    def _shown_clozes(self, number: int) -> list[Way]:
        """The conditions under which the card of a cloze number shows the clozes of a field.

        The number 0 means any number that no section of the front names.
        """
        ways = self._cloze_ways.get(number)
        if ways is None:
            own_number = {f"c{number}"} if number else _NOTHING
            find = _Ways(self._fillable, _ALWAYS_FILLED | own_number)
            pairs = (pair for front in self.used for pair in find.of(front))
            ways = [way for tag, way in pairs if is_of_clozes(tag)]
            self._cloze_ways[number] = ways
        return ways


def _any_open(ways: Iterable[Way], filled: Collection[str]) -> bool:
    return any(way.is_open(filled) for way in ways)


def is_of_clozes(tag: Replacement) -> bool:
    """Whether a tag shows a field's clozes."""
    return not {"cloze", "cloze-only"}.isdisjoint(tag.filters)
