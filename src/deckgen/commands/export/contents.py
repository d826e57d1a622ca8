"""The contents of an export: its files as values, and what they leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.media import Media
    from deckgen.deck.kinds import Kind


MEDIA = "media/"
"""The folder of media files."""


@dataclass(frozen=True)
class LeftOut:
    """Notes that a form has no place for.

    Attributes:
        why: The reason: `keys` with several parts, `rows` of a table, `retired`, or `no cards`.
        notes: How many they are.
        kind: Their kind; None for retired notes and those without cards.
        keys: The keys with several parts.
    """

    why: str
    notes: int
    kind: Kind | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """A deck in another form.

    Attributes:
        to: The form: csv, json or crowdanki.
        deck: The deck's id.
        files: The contents of the files by their paths in the folder, with `/`.
        notes: How many notes they hold.
        left_out: The notes that they do not hold.
        formulas: How many texts in a CSV file a spreadsheet may take for formulas.
    """

    to: str
    deck: str
    files: ReadOnly[str, bytes | Media]
    notes: int
    left_out: tuple[LeftOut, ...] = ()
    formulas: int = 0

    @property
    def names(self) -> list[str]:
        """The paths of its files, apart from media."""
        return [path for path in self.files if not path.startswith(MEDIA)]


def left_out(retired: int, without_cards: int = 0) -> tuple[LeftOut, ...]:
    """The retired notes and those without cards that a form leaves out, where there are some."""
    counts = (("retired", retired), ("no cards", without_cards))
    return tuple(LeftOut(why, count) for why, count in counts if count)


def with_media(name: str, text: str, media: Iterable[Media]) -> dict[str, bytes | Media]:
    """The files of an export: one with a text, and media files."""
    files: dict[str, bytes | Media] = {name: text.encode()}
    return files | {f"{MEDIA}{each.name}": each for each in media}
