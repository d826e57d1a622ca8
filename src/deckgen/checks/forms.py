"""What notes of one form have in common: those of one kind with values for the same keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deckgen.checks.context import Faces
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
