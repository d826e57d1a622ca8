"""The reading of the key `cards`: which cards of its kind a note gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.kinds import CARDS
from deckgen.diagnostics import listing
from deckgen.source import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.kinds import Kind
    from deckgen.deck.reader import NodeReader
    from deckgen.diagnostics import Span
    from deckgen.source import Node

_RECIPE = "docs/kinds.md, *Cards that a note can leave out*"


@dataclass(frozen=True, slots=True)
class CardChoice:
    """The cards that a note gets, as its author has chosen them.

    Attributes:
        names: Their names; none for a note that is only a text for other notes.
        left_out: The ordinals of the other cards of its kind, from 0.
        marks: The indexes of the fields that mark the note as one without them.
        at: The place of the choice.
    """

    names: tuple[str, ...]
    left_out: frozenset[int]
    marks: tuple[int, ...]
    at: Span


def read_choice(reader: NodeReader, node: Node, kind: Kind) -> CardChoice | None:
    """The choice under a key `cards`; None, with a report, if the kind does not allow it.

    Args:
        reader: Reports what is wrong.
        node: The value of the key.
        kind: The kind of the notes.
    """
    before = len(reader.diagnostics)
    if kind.adopted:
        message = (
            f"a note of the kind {kind.name} cannot choose its cards: "
            "its note type from Anki has no field for that"
        )
        hint = "remove `cards`: in Anki, its filled fields decide which cards a note has"
        reader.report("bad-cards", node, message, hint)
        return None
    names = tuple(_names(reader, node, kind))
    if len(reader.diagnostics) > before or not isinstance(node, Sequence):
        return None
    left_out = {name: number for name, number in kind.live.items() if name not in names}
    without_mark = [name for name in left_out if name not in kind.marks] if names else []
    if without_mark:
        missing = without_mark[0]
        message = f"no {kind.name} can leave out `{missing}`, because its kind has no field for that"
        field = f"{{name: No {missing}, id: …, without: {missing}}}"
        hint = f"remove `cards`, or add the field `{field}` to {kind.document.path} ({_RECIPE})"
        reader.report("bad-cards", node, message, hint)
        return None
    marks = tuple(kind.marks[name] for name in left_out if name in kind.marks)
    return CardChoice(names, frozenset(left_out.values()), marks, reader.document.span(node))


def _names(reader: NodeReader, node: Node, kind: Kind) -> Iterator[str]:
    """The names of cards in a list, each once; what is wrong is reported."""
    items = reader.items(node, CARDS)
    if kind.cloze and items:
        message = f"the cards of a {kind.name} come from its clozes, so `cards` cannot choose from them"
        hint = "remove `cards`; a note has one card for each cloze number in its text"
        reader.report("bad-cards", node, message, hint)
        return
    seen = set()
    for item in items:
        scalar = reader.scalar(item, CARDS)
        name = scalar.value.strip() if scalar else ""
        if scalar is None:
            continue
        if name not in kind.live:
            are = "its cards are" if len(kind.live) > 1 else "its only card is"
            hint = reader.near(name, kind.live) or f"{are} {listing(kind.live)}"
            reader.report("bad-cards", scalar, f"`{name}` is not a card of the kind {kind.name}", hint)
        elif name in seen:
            reader.report("bad-cards", scalar, f"`{name}` is repeated", "remove one of the two")
        else:
            seen.add(name)
            yield name


def read_choices(reader: NodeReader, node: Node, kinds: ReadOnly[str, Kind]) -> dict[str, CardChoice]:
    """The choices of a chapter, by its sections; faulty ones are reported and left out.

    Args:
        reader: Reports what is wrong.
        node: The value of the chapter's key `cards`.
        kinds: The kinds by their sections.
    """
    if isinstance(node, Sequence):
        example = next((each for each in kinds.values() if each.marks), None)
        name = f"{example.section}: [{next(reversed(example.live))}]" if example else "SECTION: [CARD]"
        message = "the `cards` of a chapter are a list, but each section has its own cards"
        reader.report("wrong-type", node, message, f"write the list under its section: `cards: {{{name}}}`")
        return {}
    mapping = reader.mapping(node, "the `cards` of a chapter", kinds.keys(), list(kinds))
    if not isinstance(mapping, Mapping):
        return {}
    pairs = ((name, value) for name, value in mapping.entries.items() if name in kinds)
    choices = {name: read_choice(reader, value, kinds[name]) for name, value in pairs}
    return {name: choice for name, choice in choices.items() if choice}
