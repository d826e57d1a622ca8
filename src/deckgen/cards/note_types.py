"""What Anki gets for the kinds of a deck: card templates, css, and which cards their notes have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.anki import template
from deckgen.anki.card_rules import CardRules, is_of_clozes
from deckgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from deckgen.deck.kinds import Kind
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from deckgen.deck.kinds import Kind

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.anki.template import Replacement
from deckgen.diagnostics import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.card_rules import CardRules
    from deckgen.anki.template import Part
    from deckgen.cards.media import Media
    from deckgen.deck.kinds import Kind

_MOST_PAIRS = 1_000_000  # of ways through a front, which take a second
_WAYS_OUT = 4  # that a hint names


@dataclass(frozen=True, slots=True)
class Face:
    """A card template as Anki gets it.

    Attributes:
        name: As learners see it.
        id: Its id.
        front: Its front.
        back: Its back.
        browser_front: What the list of Anki's browser shows as the question; empty for the front.
        browser_back: What it shows as the answer; empty for the back.
    """

    name: str
    id: int
    front: str
    back: str
    browser_front: str = ""
    browser_back: str = ""


@dataclass(frozen=True)
class NoteType:
    """What Anki gets for a kind.

    Attributes:
        kind: The kind.
        faces: Its card templates, dormant ones included.
        css: Its style.
        rules: Which cards its notes have.
        media: The files that its faces and css show.
        sound: Whether nothing is wrong with its faces, so that `rules` are what their author meant.
    """

    kind: Kind
    faces: tuple[Face, ...]
    css: str
    rules: CardRules
    media: tuple[Media, ...] = ()
    sound: bool = True
    _fronts: dict[frozenset[str], list[frozenset[str]]] = dataclasses.field(
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
        """The names of the fields that some card names at all, on one of its sides or as a condition."""
        live = [face for card, face in zip(self.kind.cards, self.faces, strict=True) if card.face]
        sides = (
            side for face in live for side in (face.front, face.back, face.browser_front, face.browser_back)
        )
        return frozenset(tag.field for side in sides for tag in template.tags(template.parse(side).parts))

    def fronts(self, filled: Collection[str]) -> list[frozenset[str]]:
        """For each card of a note with values for some keys, the keys whose values its front shows.

        Dormant ones are left out.
        """
        has = frozenset(filled)
        known = self._fronts.get(has)
        if known is None:
            known = self._fronts[has] = list(self._fronts_of(has | {"id"}))
        return known

    def _fronts_of(self, filled: frozenset[str]) -> Iterator[frozenset[str]]:
        keys = {field.name: field.key for field in self.kind.fields if field.key}
        names = {name for name, key in keys.items() if key in filled} | {"Tags"}
        rules = self.rules
        if rules.cloze:
            for front in rules.fronts:
                yield frozenset(keys[tag.field] for tag in shown_on(front) if tag.field in keys) & filled
            return
        for card, made, shown in zip(self.kind.cards, rules.ways, rules.shown, strict=True):
            if card.face and any(way.is_open(names) for way in made):
                yield frozenset(keys[way.field] for way in shown if way.field in keys and way.is_open(names))

    def fault_of_cards(self, cards: Sequence[int], values: Sequence[str], *, tagged: bool) -> Problem | None:
        """The problem with the cards of a note; None where there is none.

        Args:
            cards: Their ordinals.
            values: The HTML of its fields, in order.
            tagged: Whether it has tags.
        """
        if not cards:
            message = "Anki would make no card of this note: its fronts show nothing that it has"
            return Problem("no-card", message, self._way_out(self.rules.filled(values, tagged=tagged)))
        blank = self.rules.blank(cards, values, tagged=tagged)
        if not blank:
            return None
        if self.kind.cloze:
            message = f"the front does not show c{blank[0] + 1} of this note, so that card asks nothing"
            hint = "is `{{cloze:…}}` in a section that this note or number leaves closed?"
            return Problem("blank-front", message, hint)
        name = self.kind.cards[blank[0]].name
        message = f"the card `{name}` of this note would be blank: its front shows no field that the note has"
        return Problem("blank-front", message, "put the whole front in a section of a field that it shows")

    def _way_out(self, filled: Collection[str]) -> str:
        """What an author can do to give a note a card, by the names of what is filled."""
        kind = self.kind
        of_table = kind.table_keys.keys() - kind.keys.keys()
        keys = {
            field.name: f"`{field.key}`{' of the table' * (field.key in of_table)}"
            for field in kind.fields
            if field.key
        }
        keys["Tags"] = "`tags`"
        ways: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
        for made in self.rules.ways:
            for way in sorted(made, key=lambda way: (sorted(way.filled), sorted(way.empty))):
                missing, spare = way.filled.difference(filled), way.empty.intersection(filled)
                if missing | spare <= keys.keys():
                    add, drop = ([keys[name] for name in sorted(names)] for names in (missing, spare))
                    ways[tuple(dict.fromkeys(add)), tuple(dict.fromkeys(drop))] = None
        fewest = min((len(add) + len(drop) for add, drop in ways), default=0)
        shortest = [way for way in ways if len(way[0]) + len(way[1]) == fewest][:_WAYS_OUT]
        said = (
            " and ".join([*(f"fill {key}" for key in add), *(f"leave {key} out" for key in drop)])
            for add, drop in shortest
        )
        return f"{', or '.join(said)}: then it has one" if fewest else ""


@dataclass(frozen=True)
class NoteTypes:
    """What Anki gets for all kinds of a deck.

    Attributes:
        by_kind: The note types, by the names of the kinds.
        words: What faces, and the deck's page in Anki, say by themselves, by the names in
            base/words.html.j2.
        texts: The templates that were read, by their paths as diagnostics show them.
        used: The paths of all files that were read or shown.
        sound: Whether nothing is wrong with the kinds or their faces.
        diagnostics: What is.
    """

    by_kind: dict[str, NoteType]
    words: ReadOnly[str, str]
    texts: dict[str, str]
    used: set[str]
    sound: bool
    diagnostics: list[Diagnostic]


def shown_on(front: Iterable[Part]) -> list[Replacement]:
    """The fields that a front shows, in whatever sections."""
    return [tag for tag in template.tags(front) if isinstance(tag, Replacement)]


def fault_of_front(rules: CardRules, number: int) -> tuple[str, str] | None:
    """What is wrong with a front whatever its notes hold, and a hint; None where some note has its card."""
    made, shown = rules.ways[number], rules.shown[number]
    written = shown_on(rules.fronts[number])
    if not written:
        return "shows no field, so Anki makes no card of it", ""
    if not made:
        hint = "the sections around its fields are never open: while Anki makes cards its own fields are "
        hint += "filled, cloze numbers (`c1`) are not, and no field is filled and empty at once"
        return "shows a field of no note, so Anki makes no card of it", hint
    hint = "Anki takes its own fields (Deck, Subdeck, Tags, …) for filled: show them on the back"
    few = len(made) * len(shown) <= _MOST_PAIRS
    if few and not any(way.goes_with(other) for way in made for other in shown):
        if of_clozes := next((tag.field for tag in written if is_of_clozes(tag)), ""):
            hint = f"nothing is left of `{{{{cloze:{of_clozes}}}}}` in a kind of `type: normal`: "
            hint += f"write `{{{{{of_clozes}}}}}`"
        elif any(way.field in rules.fields for way in made):
            hint = f"`c{number + 1}` is empty while Anki makes the card, and filled when it shows it"
        return "makes blank cards only, which show no field of their note", hint
    if any(way.filled <= {"Tags"} for way in made):
        field = min(way.field for way in shown)
        hint += f", or between `{{{{#{field}}}}}` and `{{{{/{field}}}}}`"
        return "makes a card also of notes of which it shows no field", hint
    return None
