"""The values of keys: one text, or a compound of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Compound:
    """A value that is more than one text. Types of keys with such values define subclasses."""

    __slots__ = ()

    @property
    def texts(self) -> list[Scalar]:
        """Its texts for people, in order."""
        return []

    @property
    def statements(self) -> list[Scalar]:
        """Its texts that express the note's content by themselves; the first can serve as the note's name."""
        return []

    @property
    def written(self) -> Sequence[Scalar]:
        """All texts that an author wrote for it, except ids of notes."""
        return self.texts

    @property
    def showing(self) -> Sequence[Scalar]:
        """Its texts that can show media."""
        return self.texts

    @property
    def marks(self) -> tuple[str, ...]:
        """Other marks of the author, such as the number of the right option; for digests."""
        return ()

    @property
    def links(self) -> list[Scalar]:
        """The ids of other notes in it."""
        return []


@dataclass(slots=True)
class Texts(Compound):
    """A list of texts: the columns of a table, the cells of a row, or the value of a key of type list."""

    items: list[Scalar]

    @property
    def texts(self) -> list[Scalar]:
        """All its items."""
        return self.items

    @property
    def statements(self) -> list[Scalar]:
        """All its items."""
        return self.items


Value: TypeAlias = Scalar | Compound


def scalars(value: Value) -> list[Scalar]:
    """The texts for people in a value, in order; none for ids of other notes."""
    return [value] if isinstance(value, Scalar) else value.texts


def statements(value: Value | None) -> list[Scalar]:
    """The texts of a value that express the note's content by themselves; none if there is no value."""
    if value is None:
        return []
    return [value] if isinstance(value, Scalar) else value.statements


def links(value: Value | None) -> list[Scalar]:
    """The ids of other notes in a value; none if there is no value."""
    return [] if value is None or isinstance(value, Scalar) else value.links


def written(value: Value) -> Sequence[Scalar]:
    """All texts that an author wrote for a value, except ids of notes."""
    return [value] if isinstance(value, Scalar) else value.written


def marks(value: Value) -> tuple[str, ...]:
    """Other marks of the author in a value, such as the number of the right option."""
    return () if isinstance(value, Scalar) else value.marks
