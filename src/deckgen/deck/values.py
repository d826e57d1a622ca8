"""The values of keys: one text, or several together with what they are to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Compound:
    """The value of a key that is more than one text; each type of key that needs it has its own."""

    __slots__ = ()

    @property
    def texts(self) -> list[Scalar]:
        """Its texts for people, in order."""
        return []

    @property
    def statements(self) -> list[Scalar]:
        """Those of its texts that say by themselves what a note says; the first of them can name a note."""
        return []

    @property
    def written(self) -> Sequence[Scalar]:
        """All texts that an author wrote for it, ids of notes aside."""
        return self.texts

    @property
    def showing(self) -> Sequence[Scalar]:
        """Its texts that can show media."""
        return self.texts

    @property
    def marks(self) -> tuple[str, ...]:
        """What else an author said of its texts, as which of them is right; for digests."""
        return ()

    @property
    def links(self) -> list[Scalar]:
        """The ids of other notes in it."""
        return []


@dataclass(slots=True)
class Texts(Compound):
    """A list of texts: the columns of a table, the cells of a row, or what a key of type list holds."""

    items: list[Scalar]

    @property
    def texts(self) -> list[Scalar]:
        """All of them."""
        return self.items

    @property
    def statements(self) -> list[Scalar]:
        """All of them."""
        return self.items


Value: TypeAlias = Scalar | Compound


def scalars(value: Value) -> list[Scalar]:
    """The texts for people that a value is made of, in order; none for ids of other notes."""
    return [value] if isinstance(value, Scalar) else value.texts


def statements(value: Value | None) -> list[Scalar]:
    """The texts of a value that say by themselves what a note says; none where it has no value."""
    if value is None:
        return []
    return [value] if isinstance(value, Scalar) else value.statements


def links(value: Value | None) -> list[Scalar]:
    """The ids of other notes in a value; none where there is no value."""
    return [] if value is None or isinstance(value, Scalar) else value.links


def written(value: Value) -> Sequence[Scalar]:
    """All texts that an author wrote for a value, ids of notes aside."""
    return [value] if isinstance(value, Scalar) else value.written


def marks(value: Value) -> tuple[str, ...]:
    """What else an author said of the texts of a value, as which of them is right."""
    return () if isinstance(value, Scalar) else value.marks
