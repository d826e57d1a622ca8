"""The preview since a release: which cards are new, changed or gone, and how they were."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from deckgen.commands.diff.compare import aligned, below, compare
from deckgen.commands.diff.edition import is_partial, notes_of_build
from deckgen.commands.diff.sides import two_decks
from deckgen.commands.preview.cards import (
    Card,
    Change,
    Comparison,
    EarlierNote,
    NotePreview,
    digest,
)
from deckgen.commands.preview.earlier import Drawn, MediaFiles
from deckgen.commands.preview.texts import words_of
from deckgen.diagnostics import counted, listed, listing
from deckgen.project import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.build import Build
    from deckgen.cards.media import Media
    from deckgen.commands.diff.edition import EditionNote, EditionType
    from deckgen.commands.diff.sides import Side
    from deckgen.commands.preview.cards import EarlierMedia, Gallery

_CSS = ["the css"]
_UNNAMED = "note without an id"
_RETIRED = "Retired. Learners who have it keep it until they delete it."
_GONE = "No longer in the deck. Learners who have it keep it: an import deletes nothing."
_CARD_GONE = "The note has fewer cards now. Learners keep this one until they use Tools > Empty Cards."
_RETURNED = "Back from retirement."


class Since:
    """Compares the source, as it is now and as it will be, with an earlier edition."""

    def __init__(self, side: Side, word: str | None) -> None:
        """Keep the earlier edition.

        Args:
            side: The earlier edition.
            word: How the user named it; None for the last release.
        """
        self.side = side
        self.word = word
        self.drawn = Drawn(side.edition)
        self._cards: dict[tuple[str, int], Card] = {}
        self._shown: dict[tuple[str, int], list[str]] = {}
        self.media = MediaFiles(side)
        self._numbers = {guid: number for number, guid in enumerate(side.edition.notes)}

    def compared(self, gallery: Gallery, build: Build) -> Gallery:
        """A gallery with what has become of each card, and with the cards that are gone."""
        work = _Comparing(self, gallery, build)
        places: dict[str, list[NotePreview]] = {}
        last = ""
        for guid, note in self.side.edition.notes.items():
            if guid in work.guids:
                last = guid
            elif guid in work.gone:
                places.setdefault(last, []).append(work.gone_note(note))
        notes = places.pop("", [])
        for preview in gallery.notes:
            notes += [*work.rows(preview), *places.get(work.guid(preview), ())]
        return replace(
            gallery,
            notes=notes,
            kinds=gallery.kinds | work.kinds,
            media=gallery.media | work.media,
            since=Comparison(self.side.name, tuple(work.sentences()), self.media.contents),
        )

    def card(self, note: EditionNote, ordinal: int) -> Card:
        """A card as it was; drawn once, because it does not change while the source is followed."""
        key = (note.guid, ordinal)
        if key not in self._cards:
            self._cards[key] = self.drawn.card(note, ordinal)
        return self._cards[key]

    def shown(self, note: EditionNote, ordinal: int) -> list[str]:
        """The names of the media files that a card showed."""
        key = (note.guid, ordinal)
        if key not in self._shown:
            self._shown[key] = self.drawn.shown(note, self.card(note, ordinal))
        return self._shown[key]

    def number(self, note: EditionNote) -> int:
        """The place of a note in the earlier edition, from 0."""
        return self._numbers[note.guid]

    @property
    def diff(self) -> str:
        """The command that lists all differences."""
        return f"deckgen diff {shlex.quote(self.word)}" if self.word else "deckgen diff"


class _Kinds:
    """What differs in the look of a note type.

    Attributes:
        same: Whether all is the same, so that equal notes make equal cards.
        only_css: Whether all but the css is the same.
        css: Whether the css differs.
        words: What differs, in words.
        title: The kind's title.
        only: The number of cards of which nothing else has changed.
    """

    def __init__(self, old: EditionType, new: EditionType, title: str) -> None:
        """Compare two note types."""
        self.css = old.css != new.css
        self.words = [*_CSS] if self.css else []
        self.title = title
        self.only = 0
        self._by_template = not (old.cloze or new.cloze)
        self._places: dict[int, int | None] = {}
        templates = aligned([each[:2] for each in old.templates], [each[:2] for each in new.templates])
        for name, before, after in templates:
            if after is not None:
                self._places[after] = before
            if before is not None and after is not None:
                ours, theirs = old.templates[before], new.templates[after]
                self.words += [f"the front of {name}"] if ours.front != theirs.front else []
                self.words += [f"the back of {name}"] if ours.back != theirs.back else []
        names = [[name for _, name in each.fields] for each in (old, new)]
        faces = [[template[1] for template in each.templates] for each in (old, new)]
        equal = names[0] == names[1] and faces[0] == faces[1]
        equal = equal and (old.name, old.cloze) == (new.name, new.cloze)
        self.same = equal and not self.words
        self.only_css = equal and self.words == _CSS

    def before(self, ordinal: int) -> int | None:
        """The ordinal that a card of the new type has in the old one; None if there is no such card."""
        return self._places.get(ordinal) if self._by_template else ordinal


class _Comparing:
    """The comparison of one build with the earlier edition."""

    def __init__(self, since: Since, gallery: Gallery, build: Build) -> None:
        """Find which notes are new, changed and gone."""
        self._since = since
        self._gallery = gallery
        self._diagnostics = build.diagnostics
        self._old = since.side.edition
        self._new = notes_of_build(build)
        found = compare(self._old, self._new)
        self._drawn = Drawn(self._new)
        self._present = build.media
        self._replaced = since.media.replaced(build.media)
        self._added = {note.guid for note in found.new}
        self._returned = {note.guid for note in found.returned}
        self._retired = {note.guid for note in found.retired}
        self._changes = {change.after.guid: change for change in found.notes}
        self._quiet = {change.after.guid for change in found.notes}
        self._pairs: dict[tuple[int, int], _Kinds] = {}
        self._unknown: list[str] = []
        self._title = found.title
        self._titled = 0
        left = {note.guid for note in found.gone}
        self._hidden = self._new.unread & self._old.notes.keys()
        if is_partial(build):  # notes that were never released may be hidden as well
            self._hidden |= left
            left = set()
        self.gone = self._retired | left
        self._by_id = {note.id: note for note in self._new.notes.values()}
        self.guids = {guid for preview in gallery.notes if (guid := self.guid(preview))}
        self.kinds: dict[str, tuple[str, str]] = {}
        self.media: dict[str, Media | EarlierMedia] = {}

    def guid(self, preview: NotePreview) -> str:
        """The guid of a note; empty if it is not known."""
        note = self._by_id.get(preview.id)
        return note.guid if note else ""

    def rows(self, preview: NotePreview) -> list[NotePreview]:
        """A note with what has become of its cards, and with those that are gone."""
        new = self._by_id.get(preview.id)
        if new is None:  # it has an error, for example in `retired`
            return [preview]
        if new.guid in self._added | self._returned:
            change = Change("new", _RETURNED if new.guid in self._returned else "")
            return [replace(preview, cards=tuple(replace(card, change=change) for card in preview.cards))]
        old = self._old.notes.get(new.guid)
        if old is None:
            self._unknown.append(new.id)
            return [preview]
        pair = self._pair(old, new, preview)
        if new.guid not in self._changes and pair.same and not self._replaced:
            return [preview]
        befores = {card.ordinal: pair.before(card.ordinal) for card in preview.cards}
        cards = [self._card(card, old, new, befores[card.ordinal], pair) for card in preview.cards]
        lost = [ordinal for ordinal in old.cards if ordinal not in befores.values()]
        if lost or any(card.change for card in cards):
            self._quiet.discard(new.guid)
        return [self._changed(preview, old, cards), *([self._row(old, lost, _CARD_GONE)] if lost else [])]

    def gone_note(self, note: EditionNote) -> NotePreview:
        """A note that is not in the deck any more."""
        return self._row(note, note.cards, _RETIRED if note.guid in self._retired else _GONE)

    def sentences(self) -> Iterator[str]:
        """What to know of the comparison."""
        for remark in (*self._since.side.remarks, two_decks(self._old, self._new)):
            if remark:
                yield f"Note: {remark}."
        if any(each.level == "error" and each.span.path == MANIFEST for each in self._diagnostics):
            yield f"Note: {MANIFEST} has errors; until they are fixed, more cards may differ."
        yield from self._looks()
        if self._quiet:
            what = f"{counted(len(self._quiet), 'note')} changed, but not on a card: for example in tags"
            yield f"{what} (`{self._since.diff}` lists them)."
        hidden = [note.id or _UNNAMED for guid, note in self._old.notes.items() if guid in self._hidden]
        for ids, why in (
            (self._unknown, f"{self._since.side.name} could not be read as a whole"),
            (hidden, "the source has errors now"),
        ):
            if ids:
                what = f"{counted(len(ids), 'note')} could not be compared"
                yield f"{what}, because {why}: {listed(ids)}."

    def _looks(self) -> Iterator[str]:
        """Which kinds have another look, and whether the deck has another title."""
        looks: dict[str, list[_Kinds]] = {}
        for pair in self._pairs.values():
            if pair.only or pair.css:
                looks.setdefault(", ".join(pair.words), []).append(pair)
        for words, pairs in looks.items():
            titles = listing(dict.fromkeys(pair.title for pair in pairs)).replace("`", "")
            only = sum(pair.only for pair in pairs)
            yield f"The look of {titles} changed ({words}).{_alone(only)}"
        if self._title:
            before, after = self._title
            yield f"The deck's title changed from {before} to {after}.{_alone(self._titled)}"

    def _pair(self, old: EditionNote, new: EditionNote, preview: NotePreview) -> _Kinds:
        """What differs between the note types of a note."""
        key = (old.note_type, new.note_type)
        if key not in self._pairs:
            title = self._gallery.kinds[preview.kind][0]
            self._pairs[key] = _Kinds(self._since.drawn.type(old), self._drawn.type(new), title)
        return self._pairs[key]

    def _card(self, card: Card, old: EditionNote, new: EditionNote, place: int | None, pair: _Kinds) -> Card:
        """A card with what has become of it."""
        if place is None or place not in old.cards:
            return replace(card, change=Change("new", "The note has more cards now."))
        before = self._since.card(old, place)
        if pair.only_css and new.guid not in self._changes and not self._replaced:
            after = before  # of thousands of cards that are not drawn again
        else:
            after = self._drawn.card(new, card.ordinal)
        sides = [side for side in ("front", "back") if getattr(before, side) != getattr(after, side)]
        files = self._replaced.intersection(self._since.shown(old, place) if self._replaced else ())
        if not (sides or files or pair.css):
            return card
        if not files and not (sides and new.guid in self._changes):
            return replace(card, change=Change("look", f"Only {self._cause(pair)} changed.", before))
        words = f"The {' and the '.join(sides)} changed." if sides else ""
        words = f"{words} A file that it shows has other content.".strip() if files else words
        words = f"{words} So did the look of {pair.title}." if pair.words else words
        return replace(card, change=Change("changed", words, before))

    def _cause(self, pair: _Kinds) -> str:
        """What has changed where a note has not, and its cards have."""
        if pair.words:
            pair.only += 1
            return f"the look of {pair.title}"
        if self._title:
            self._titled += 1
            return "the deck's title"
        return "the names in its note type"

    def _changed(self, preview: NotePreview, old: EditionNote, cards: list[Card]) -> NotePreview:
        """A note that both editions have, with its cards compared."""
        befores = [card.change.before for card in cards if card.change and card.change.before]
        if not befores:
            return replace(preview, cards=tuple(cards))
        text = preview.text
        if any(card.change and card.change.sort == "changed" for card in cards):
            text = f"{text} {words_of(' '.join(old.fields))}"
        return replace(preview, cards=tuple(cards), text=text, earlier=self._earlier(old, befores))

    def _row(self, note: EditionNote, ordinals: Iterable[int], words: str) -> NotePreview:
        """A note of the earlier edition with cards that are gone."""
        cards = [self._since.card(note, ordinal) for ordinal in ordinals]
        earlier = self._earlier(note, cards, gone=True)
        deck = below(note.deck, self._old.title)
        return NotePreview(
            note.id or _UNNAMED,
            earlier.kind,
            f"{self._gallery.title}::{deck}" if deck else self._gallery.title,
            tuple(note.tags.split()),
            "",
            0,
            words_of(" ".join(note.fields)),
            earlier.media,
            tuple(replace(card, change=Change("gone", words)) for card in cards),
            earlier=earlier,
            gone=True,
        )

    def _earlier(self, note: EditionNote, cards: Iterable[Card], *, gone: bool = False) -> EarlierNote:
        """What the page needs to show cards of a note as they were."""
        of = self._since.drawn.type(note)
        kind = f"before/{of.id}"
        self.kinds[kind] = (of.name.removeprefix(f"{self._old.title} - "), of.css)
        keys = []
        for name in dict.fromkeys(name for each in cards for name in self._since.shown(note, each.ordinal)):
            media = self._since.media.of(name)
            if name in self._present and name not in self._replaced:
                keys.append(name)
            else:
                keys.append(media.key)
                self.media[media.key] = media
        key = digest(f"{note.guid}/gone" if gone else note.guid)
        return EarlierNote(key, self._since.number(note), kind, tuple(keys))


def _alone(count: int) -> str:
    """A sentence about cards in which nothing else has changed; empty if there are none."""
    return f" {counted(count, 'card')} changed in nothing else." if count else ""
