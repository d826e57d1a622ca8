"""An earlier edition of a deck: its cards with their own note types, css and media files."""

from __future__ import annotations

import html
import re
import zlib
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deckgen.anki.render import CardContext, CardRenderer, on_screen
from deckgen.commands.preview.cards import Card, EarlierMedia
from deckgen.diagnostics import CallError
from deckgen.package import read_media, read_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.cards.media import Media
    from deckgen.commands.diff.edition import Edition, EditionNote, EditionType
    from deckgen.commands.diff.sides import Side
    from deckgen.package import PackedMedium

_SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_IN_CSS = re.compile(r"""url\(\s*["']?(_[\w.-]+)["']?\s*\)""")


class Drawn:
    """The cards of an edition, drawn where they are asked for."""

    def __init__(self, edition: Edition) -> None:
        """Keep the edition."""
        self._edition = edition
        self._renderers: dict[tuple[int, int], CardRenderer] = {}

    def type(self, note: EditionNote) -> EditionType:
        """The note type of a note."""
        return self._edition.note_types[note.note_type]

    def card(self, note: EditionNote, ordinal: int) -> Card:
        """A card of a note."""
        of = self.type(note)
        which = 0 if of.cloze else ordinal
        if which >= len(of.templates):  # the package is damaged
            return Card(ordinal, of.card(ordinal), "", "")
        name = of.templates[which].name
        fields = note.fields[: len(of.fields)]
        fields += [""] * (len(of.fields) - len(fields))
        at = CardContext(note.deck, of.name, name, tuple(note.tags.split()))
        sides = on_screen(self._renderer(of, which).sides(fields, ordinal, at))
        return Card(ordinal, f"{name} {ordinal + 1}" if of.cloze else name, sides.front, sides.back)

    def shown(self, note: EditionNote, card: Card) -> list[str]:
        """The names of the media files that a card of a note shows, as far as the edition has them."""
        text = f"{card.front}\n{card.back}"
        names = dict.fromkeys([*_IN_CSS.findall(self.type(note).css), *_IN_CSS.findall(text)])
        for groups in _SOURCE.findall(text):
            written = html.unescape("".join(groups))
            names |= dict.fromkeys([written, unquote(written)])
        return [name for name in names if name in self._edition.media]

    def _renderer(self, of: EditionType, which: int) -> CardRenderer:
        """The renderer of a card template."""
        key = (of.id, which)
        if key not in self._renderers:
            template = of.templates[which]
            names = [name for _, name in of.fields]
            self._renderers[key] = CardRenderer(names, template.front, template.back, cloze=of.cloze)
        return self._renderers[key]


class MediaFiles:
    """The media files of an edition, and which of them the source still has as they were."""

    def __init__(self, side: Side) -> None:
        """Keep the side; its package is read where a file is needed."""
        self._side = side
        self._packed: dict[str, PackedMedium] | None = None
        self._sums: dict[tuple[str, str], int] = {}

    def of(self, name: str) -> EarlierMedia:
        """A file of the edition."""
        size, crc = self._side.edition.media[name]
        return EarlierMedia(name, size, crc)

    def replaced(self, present: dict[str, Media]) -> set[str]:
        """The names under which the source has another content than the edition, or none that can be read."""
        ours = self._side.edition.media
        return {
            name
            for name, media in present.items()
            if name in ours and (media.size != ours[name].size or self._sum(media) != ours[name].crc)
        }

    def _sum(self, media: Media) -> int:
        """The CRC-32 of a file of the source, worked out once for each content; -1 if it cannot be read."""
        key = (media.name, media.digest)
        if key not in self._sums:
            try:
                content = media.content()
            except OSError:
                content = None
            if content is None:
                return -1
            self._sums[key] = zlib.crc32(content)
        return self._sums[key]

    def contents(self, files: Iterable[EarlierMedia]) -> Iterator[tuple[EarlierMedia, bytes]]:
        """The contents of files; those that can no longer be read are left out."""
        wanted = {each.name: each for each in files}
        if not wanted:
            return
        try:
            if self._side.package is not None:
                for name, content in self._of_package(wanted):
                    yield wanted[name], content
            else:
                for name, content in self._of_source(wanted):
                    yield wanted[name], content
        except (CallError, OSError):
            return  # the package has been removed since: its pictures are missing

    def _of_package(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of files of a package, by name."""
        assert self._side.package is not None  # noqa: S101 (the caller has looked)
        if self._packed is None:
            self._packed = {each.name: each for each in read_package(self._side.package).media}
        for medium, content in read_media(self._side.package, [self._packed[name] for name in names]):
            yield medium.name, content

    def _of_source(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of files of a source, by name."""
        for name in names:
            content = self._side.media[name].content() if name in self._side.media else None
            if content is not None:
                yield name, content
