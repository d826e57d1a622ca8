"""All that is told of a package, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.inspect import figures
from deckgen.commands.inspect.markup import markup, of_templates
from deckgen.commands.inspect.media import media_figures
from deckgen.commands.inspect.meets import meets
from deckgen.package import read_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deckgen.commands.inspect.figures import CardFigures, DeckFigure, Double, TagFigure, TypeFigure
    from deckgen.commands.inspect.markup import Markup
    from deckgen.commands.inspect.media import MediaFigures
    from deckgen.commands.inspect.meets import Meeting
    from deckgen.package import Contents


@dataclass(frozen=True)
class Inspection:
    """What is in a package.

    Attributes:
        path: Its path, as it was given.
        bytes: The size of the file.
        contents: All that it holds.
        cards: Its cards.
        decks: Its decks, by name.
        note_types: Its note types, those with the most notes first.
        tags: Its tags, the most frequent first.
        markup: The markup in its fields.
        empty_first: The ids of the notes whose first field is empty.
        doubles: The first fields that several notes of a note type have.
        media: Its media files.
        meets: What adopting it would meet.
    """

    path: str
    bytes: int
    contents: Contents
    cards: CardFigures
    decks: list[DeckFigure]
    note_types: list[TypeFigure]
    tags: list[TagFigure]
    markup: Markup
    empty_first: list[int]
    doubles: list[Double]
    media: MediaFigures
    meets: list[Meeting]

    @property
    def oldest(self) -> int | None:
        """When the note changed that has not changed for the longest time, in seconds since 1970."""
        return min((note.modified for note in self.contents.notes), default=None)

    @property
    def newest(self) -> int | None:
        """When a note last changed, in seconds since 1970."""
        return max((note.modified for note in self.contents.notes), default=None)


def inspect(path: Path, tick: Callable[[str, int, int], None]) -> Inspection:
    """Say what is in a package.

    Args:
        path: The package, by anyone.
        tick: Is told how far the work is.

    Raises:
        PackageError: It cannot be read.
    """
    tick(f"reading {path.name}", 0, 0)
    contents = read_package(path)
    used = markup(contents, tick)
    in_templates = of_templates(contents.note_types.values())
    media = media_figures(contents, used, in_templates)
    tick("reading first fields", 0, 0)
    return Inspection(
        str(path),
        path.stat().st_size,
        contents,
        figures.card_figures(contents),
        figures.deck_figures(contents),
        figures.type_figures(contents),
        figures.tag_figures(contents.notes),
        used,
        figures.empty_first(contents),
        figures.doubles(contents),
        media,
        meets(contents, used),
    )
