"""What notes of one form have in common: those of one kind with values for the same keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.deck.key_types.options import TYPE as OPTIONS

if TYPE_CHECKING:
    from deckgen.checks.context import Faces
    from deckgen.deck.keys import Key
    from deckgen.deck.kinds import Kind


class Form:
    """The form of notes. A deck has few of them, so that rules find out about each only once.

    Attributes:
        kind: The kind of the notes.
        keys: The keys for which they or their tables have values, in the order of the values.
        left_out: The ordinals of the cards that they go without.
    """

    def __init__(
        self, kind: Kind, keys: tuple[str, ...], left_out: frozenset[int], faces: Faces | None
    ) -> None:
        """Begin with nothing found out; without faces, the notes have no cards."""
        self.kind = kind
        self.keys = keys
        self.left_out = left_out
        self._faces = faces

    @cached_property
    def fronts(self) -> list[frozenset[str]]:
        """For each card, the keys whose values its front shows."""
        return self._faces.fronts(self.keys, self.left_out) if self._faces else []

    @cached_property
    def shown(self) -> frozenset[str]:
        """The keys whose values the front of some card shows."""
        return self._faces.on_front(self.keys, self.left_out) if self._faces else frozenset()

    @cached_property
    def asking(self) -> list[tuple[frozenset[str], list[str]]]:
        """Each front with those of its keys whose values are the question; not fronts of only a name."""
        asking = []
        label = self.kind.keys.get(self.kind.label)
        for front in self.fronts:
            is_name = (
                not self.kind.cloze and front == {self.kind.label} and (label is None or label.type.is_name)
            )
            if not is_name:
                keys = front & self.kind.keys.keys()
                asking.append((front, [key for key in self.keys if key in keys]))
        return asking

    @cached_property
    def prompting(self) -> list[str]:
        """The keys whose values some front shows, in the order of the values."""
        return [key for key in self.keys if key in self.shown]

    @cached_property
    def asking_for_label(self) -> list[str]:
        """The keys on the fronts of cards that do not show the label of the note."""
        keys = frozenset().union(*(front for front in self.fronts if self.kind.label not in front))
        return [key for key in keys if key in self.keys]

    @cached_property
    def has_hidden_texts(self) -> bool:
        """Whether it may have a text that no card shows, but one would if the note had one more key."""
        if self._faces is None:
            return False
        unseen = self._faces.shown - self._faces.shown_of(self.keys, self.left_out)
        return not unseen.isdisjoint(self.kind.keys.keys() & self.keys)

    @cached_property
    def name(self) -> str:
        """The key of the note's name; empty if its label is not a plain text."""
        key = self.kind.keys.get(self.kind.label)
        return key.name if key and key.type.is_name and key.name in self.keys else ""

    @cached_property
    def options(self) -> list[str]:
        """The keys with options."""
        return [key.name for key in self.kind.keys.values() if key.type is OPTIONS and key.name in self.keys]

    @cached_property
    def has_plain_question(self) -> bool:
        """Whether its notes ask plain questions."""
        return {"question", "answer"} <= self.kind.keys.keys() and "question" in self.keys

    @cached_property
    def answering(self) -> list[Key]:
        """The keys whose whole values may be answers; none if the front of no card shows the label."""
        kind = self.kind
        if kind.cloze or kind.label not in self.shown:
            return []
        return [
            key
            for key in kind.keys.values()
            if key.name in self.keys
            and (
                key.type.is_row
                or (
                    (key.required or self.has_plain_question)
                    and not key.type.plain
                    and key.name != kind.label
                )
            )
        ]

    @cached_property
    def texts(self) -> list[str]:
        """The keys of the kind's notes whose values are in Markdown, in the order of the values."""
        own = self.kind.keys
        return [key for key in self.keys if key in own and not own[key].type.plain]
