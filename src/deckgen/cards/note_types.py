"""The note types of a deck: card templates, css, and the rules for which cards their notes have."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.anki import template
from deckgen.anki.card_rules import CardRules, is_of_clozes
from deckgen.anki.template import SPECIAL_FIELDS, Replacement
from deckgen.diagnostics import Diagnostic, Problem, listing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.template import Part
    from deckgen.cards.media import Media
    from deckgen.deck.kinds import Kind
    from deckgen.deck.kinds_in_force import Kinds
    from deckgen.deck.notes import Deck
    from deckgen.memory import Memory
    from deckgen.project import Project

_MOST_PAIRS = 1_000_000  # pairs of ways through a front, which take a second
_WAYS_OUT = 4  # ways out that a hint names


@dataclass(frozen=True, slots=True)
class Face:
    """A card template of a note type.

    Attributes:
        name: Its name, as learners see it.
        id: Its id; None if the card of an adopted kind has none.
        front: Its front.
        back: Its back.
        browser_front: The question in the list of Anki's browser; empty for the front.
        browser_back: The answer in that list; empty for the back.
    """

    name: str
    id: int | None
    front: str
    back: str
    browser_front: str = ""
    browser_back: str = ""


@dataclass(frozen=True)
class NoteType:
    """The note type of a kind.

    Attributes:
        kind: The kind.
        faces: Its card templates, dormant ones included.
        css: Its style.
        rules: The rules for the cards of its notes.
        media: The files that its faces and css show.
        valid: Whether its faces have no faults, so that `rules` are as their author intended.
    """

    kind: Kind
    faces: tuple[Face, ...]
    css: str
    rules: CardRules
    media: tuple[Media, ...] = ()
    valid: bool = True
    _fronts: dict[tuple[frozenset[str], frozenset[int]], list[frozenset[str]]] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )
    _on_front: dict[tuple[frozenset[str], frozenset[int]], frozenset[str]] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )
    _shown: dict[tuple[frozenset[str], frozenset[int]], frozenset[str]] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def shown(self) -> frozenset[str]:
        """The keys whose values some card shows, on its front or its back."""
        live = [face for card, face in zip(self.kind.cards, self.faces, strict=True) if card.face]
        parts = (template.parse(text).parts for face in live for text in (face.front, face.back))
        names = {tag.field for each in parts for tag in shown_on(each)}
        return frozenset(field.key for field in self.kind.fields if field.key and field.name in names)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The names of the fields that a template of some card mentions, also as a condition."""
        live = [face for card, face in zip(self.kind.cards, self.faces, strict=True) if card.face]
        sides = (
            side for face in live for side in (face.front, face.back, face.browser_front, face.browser_back)
        )
        return frozenset(tag.field for side in sides for tag in template.tags(template.parse(side).parts))

    def fronts(self, filled: Collection[str], left_out: frozenset[int]) -> list[frozenset[str]]:
        """For each card of a note with values for some keys, the keys whose values its front shows.

        Dormant cards, and those that the note leaves out, are not among them.

        Args:
            filled: The keys with values.
            left_out: The ordinals of the cards that the note leaves out, from 0.
        """
        has = frozenset(filled), left_out
        fronts = self._fronts.get(has)
        if fronts is None:
            fronts = self._fronts[has] = list(self._fronts_of(has[0] | {"id"}, left_out))
        return fronts

    def on_front(self, filled: Collection[str], left_out: frozenset[int]) -> frozenset[str]:
        """The keys whose values the front of some card of a note with values for some keys shows."""
        has = frozenset(filled), left_out
        keys = self._on_front.get(has)
        if keys is None:
            keys = self._on_front[has] = frozenset().union(*self.fronts(filled, left_out))
        return keys

    def on_fronts(self, left_out: Collection[int]) -> set[str]:
        """The fields that the front of some card shows, apart from the cards that a note leaves out."""
        fronts = (front for number, front in enumerate(self.rules.fronts) if number not in left_out)
        return {tag.field for front in fronts for tag in shown_on(front)}

    def _fronts_of(self, filled: frozenset[str], left_out: frozenset[int]) -> Iterator[frozenset[str]]:
        keys = {field.name: field.key for field in self.kind.fields if field.key}
        names = {name for name, key in keys.items() if key in filled} | {"Tags"}
        rules = self.rules
        if rules.cloze:
            for front in rules.used:
                yield frozenset(keys[tag.field] for tag in shown_on(front) if tag.field in keys) & filled
            return
        for number in self._open(names, left_out):
            ways = rules.shown[number]
            yield frozenset(keys[way.field] for way in ways if way.field in keys and way.is_open(names))

    def _open(self, filled: Collection[str], left_out: frozenset[int]) -> Iterator[int]:
        """The ordinals of the cards, but for dormant ones, that a note with some filled fields has."""
        for number, (card, ways) in enumerate(zip(self.kind.cards, self.rules.ways, strict=True)):
            if card.face and number not in left_out and any(way.is_open(filled) for way in ways):
                yield number

    def shown_of(self, filled: Collection[str], left_out: frozenset[int]) -> frozenset[str]:
        """The keys whose values some card of a note with values for some keys shows, on either side.

        Args:
            filled: The keys with values.
            left_out: The ordinals of the cards that the note leaves out, from 0.
        """
        has = frozenset(filled), left_out
        keys = self._shown.get(has)
        if keys is None:
            by_name = {field.name: field.key for field in self.kind.fields if field.key}
            names = {name for name, key in by_name.items() if key in has[0] | {"id"}} | SPECIAL_FIELDS
            sides = [
                template.parse(side).parts
                for number in self._open(names, left_out)
                for side in (self.faces[number].front, self.faces[number].back)
            ]
            fields = {name for parts in sides for name in _shown_with(parts, names)}
            keys = self._shown[has] = frozenset(by_name[name] for name in fields if name in by_name)
        return keys

    def fault_of_cards(
        self, cards: Sequence[int], values: Sequence[str], chosen: Sequence[str] = (), *, tagged: bool
    ) -> Problem | None:
        """The problem with the cards of a note; None if there is none.

        Args:
            cards: Their ordinals.
            values: The HTML of its fields, in order.
            chosen: The names of the cards that `cards` chooses for it; none without that key.
            tagged: Whether it has tags.
        """
        if not cards:
            message = "Anki would make no card from this note: all fronts are empty for it"
            if chosen:
                are = "its front is" if len(chosen) == 1 else "their fronts are"
                message = f"`cards` chooses only {listing(chosen)} for this note, but {are} empty"
            return Problem("no-card", message, self._way_out(self.rules.filled(values, tagged=tagged)))
        blank = self.rules.blank(cards, values, tagged=tagged)
        if not blank:
            return None
        if self.kind.cloze:
            message = f"the front does not show c{blank[0] + 1} of this note, so its card asks nothing"
            hint = "is `{{cloze:…}}` inside a section that this note or number does not open?"
            return Problem("blank-front", message, hint)
        name = self.kind.cards[blank[0]].name
        message = (
            f"the card `{name}` of this note would be blank: its front shows no field that the note fills"
        )
        return Problem(
            "blank-front",
            message,
            "put the whole front between `{{#Field}}` and `{{/Field}}`, with a field that it shows",
        )

    def _way_out(self, filled: Collection[str]) -> str:
        """A hint that says how to give a note a card; `filled` has the names of its filled fields."""
        kind = self.kind
        of_table = kind.table_keys.keys() - kind.keys.keys()
        keys = {
            field.name: f"`{field.key}`{' of the table' * (field.key in of_table)}"
            for field in kind.fields
            if field.key
        }
        keys["Tags"] = "`tags`"
        ways: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
        for of_card in self.rules.ways:
            for way in sorted(of_card, key=lambda way: (sorted(way.filled), sorted(way.empty))):
                missing, spare = way.filled.difference(filled), way.empty.intersection(filled)
                if missing | spare <= keys.keys():
                    add, drop = ([keys[name] for name in sorted(names)] for names in (missing, spare))
                    ways[tuple(dict.fromkeys(add)), tuple(dict.fromkeys(drop))] = None
        fewest = min((len(add) + len(drop) for add, drop in ways), default=0)
        shortest = [way for way in ways if len(way[0]) + len(way[1]) == fewest][:_WAYS_OUT]
        phrases = (
            " and ".join([*(f"fill {key}" for key in add), *(f"leave {key} out" for key in drop)])
            for add, drop in shortest
        )
        return f"{', or '.join(phrases)}: then the note has a card" if fewest else ""


@dataclass(frozen=True)
class NoteTypes:
    """The note types of a deck.

    Attributes:
        by_kind: The note types, by the names of the kinds.
        words: The fixed words on faces and on the deck's page in Anki, by the names in
            base/words.html.j2.
        texts: The templates that were read, by their paths as in diagnostics.
        used: The paths of all files that were read or shown.
        valid: Whether the kinds and their faces have no faults.
        diagnostics: The diagnostics of the faces.
    """

    by_kind: dict[str, NoteType]
    words: ReadOnly[str, str]
    texts: dict[str, str]
    used: set[str]
    valid: bool
    diagnostics: list[Diagnostic]


def note_types_of(deck: Deck, kinds: Kinds, project: Project, memory: Memory | None = None) -> NoteTypes:
    """The note types of a deck; they are rendered unless the memory has them.

    Args:
        deck: The deck, whose title, language and feedback address faces may show.
        kinds: Its kinds.
        project: The project, with its templates.
        memory: The note types of the last build, and then of this one.
    """
    used = frozenset(note.kind.name for note in deck.notes)
    known = memory.of("note types") if memory else {}
    if used not in known:
        from deckgen.cards.faces import render_note_types  # noqa: PLC0415 (Jinja takes time to import)

        known.clear()
        known[used] = render_note_types(deck, kinds, project, used)
    note_types: NoteTypes = known[used]
    return note_types


def shown_on(front: Iterable[Part]) -> list[Replacement]:
    """The fields that a front shows, inside and outside sections."""
    return [tag for tag in template.tags(front) if isinstance(tag, Replacement)]


def _shown_with(parts: Iterable[Part], filled: Collection[str]) -> Iterator[str]:
    """The fields that a template shows if only some fields are filled."""
    for part in parts:
        if isinstance(part, Replacement):
            yield part.field
        elif not isinstance(part, str) and (part.field in filled) != part.inverted:
            yield from _shown_with(part.children, filled)


def fault_of_front(rules: CardRules, number: int) -> tuple[str, str] | None:
    """The fault of a front that makes no proper card of any note, and a hint; None if there is none."""
    ways, shown_ways = rules.ways[number], rules.shown[number]
    fields = shown_on(rules.fronts[number])
    if not fields:
        return "shows no field, so Anki makes no card from it", ""
    if not ways:
        hint = "the sections around its fields are never open: when Anki makes cards, its own fields are "
        hint += "filled, cloze numbers (`c1`) are not, and no field is both filled and empty"
        return "shows no field of a note, so Anki makes no card from it", hint
    hint = "Anki never treats its own fields (Deck, Subdeck, Tags, …) as empty: show them on the back"
    few = len(ways) * len(shown_ways) <= _MOST_PAIRS
    if few and not any(way.goes_with(other) for way in ways for other in shown_ways):
        if of_clozes := next((tag.field for tag in fields if is_of_clozes(tag)), ""):
            hint = f"nothing is left of `{{{{cloze:{of_clozes}}}}}` in a kind of `type: normal`: "
            hint += f"write `{{{{{of_clozes}}}}}`"
        elif any(way.field in rules.fields for way in ways):
            hint = f"`c{number + 1}` is empty when Anki makes the card, and filled when Anki shows it"
        return "makes only blank cards, which show no field of their note", hint
    if any(way.filled <= {"Tags"} for way in ways):
        field = min(way.field for way in shown_ways)
        hint += f", or between `{{{{#{field}}}}}` and `{{{{/{field}}}}}`"
        return "also makes cards from notes whose fields it does not show", hint
    return None
