"""The source of a deck while it is edited: its files, and its notes compared with the released ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.cards.fields import FieldWriter
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from deckgen.deck.chapter import read_chapter
from deckgen.deck.ids import probable_ids
from deckgen.deck.manifest import read_deck
from deckgen.diagnostics import Diagnostics
from deckgen.history import identity
from deckgen.history.fingerprints import Fingerprints
from deckgen.history.matching import Matching, match

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.commands.fix.edited_file import EditedFile
    from deckgen.deck.kinds_in_force import Kinds
    from deckgen.deck.notes import Deck, Note
    from deckgen.history.ledger import Ledger, NoteLine
    from deckgen.source import Document


@dataclass(frozen=True)
class Standing:
    """The notes of a source compared with the released ones.

    Attributes:
        deck: All notes.
        known: The ledger lines of the notes that have been released.
        gone: The released notes that are missing in the source.
        texts: The digests of the texts of new notes; empty if no released note is missing.
        gone_by_text: The missing released notes, by the digests of their texts.
    """

    deck: Deck
    known: ReadOnly[Note, NoteLine]
    gone: list[NoteLine]
    texts: dict[Note, object]
    gone_by_text: dict[object, list[NoteLine]]


@dataclass
class EditedDeck:
    """The source of a deck while it is edited.

    Attributes:
        project: The folder that holds source/, resolved.
        deck: deck.yaml.
        chapters: The other files.
        kinds: The kinds in force.
        ledger: The ledger.
    """

    project: Path
    deck: EditedFile
    chapters: list[EditedFile]
    kinds: Kinds
    ledger: Ledger

    @cached_property
    def language(self) -> str:
        """The language of the deck's texts."""
        return read_deck(self.deck.document, Diagnostics())[0].language

    def standing(self, documents: ReadOnly[str, Document] | None = None) -> Standing:
        """Read all notes, and find the released ones among them.

        Args:
            documents: Documents to use instead of the present ones, by the paths of their chapters.
        """
        deck, _ = read_deck(self.deck.document, Diagnostics())
        unsure: set[str] = set()
        for edited in self.chapters:
            document = (documents or {}).get(edited.shown, edited.document)
            deck.notes += read_chapter(document, Diagnostics(), deck, self.kinds).notes
            if not (edited.valid and self.kinds.complete):
                unsure |= set(probable_ids(edited.document, self.language))
        matching = match(deck, self.ledger)
        present = {line.guid for line in matching.known.values()}
        gone = [
            line
            for guid, line in self.ledger.notes.items()
            if guid not in present and line.id.rpartition(".")[2] not in unsure
        ]
        gone_by_text: dict[object, list[NoteLine]] = {}
        for line in gone:
            gone_by_text.setdefault(line.print.said, []).append(line)
        return Standing(deck, matching.known, gone, self._texts(matching) if gone else {}, gone_by_text)

    def _texts(self, matching: Matching) -> dict[Note, object]:
        """The digests of all that learners see of the new notes."""
        deck, new = matching.deck, matching.new
        guids = {note.id: identity.guid(deck.id, note.kind.name, note.id) for note in new}
        guids |= {name: line.guid for name, line in self.ledger.ids.items()}
        guids |= {note.id: line.guid for note, line in matching.known.items()}
        # a fingerprint includes the media that a text shows, and only rendering finds them
        markup = Markup(Shelf((self.project / "source").resolve(), self.project))
        writer = FieldWriter(markup, {note.id: note for note in deck.notes}, matching.first_ids, {})
        valid = [note for note in new if note.valid]
        for note in valid:
            writer.write(note)
        prints = Fingerprints(guids, markup)
        return {note: prints.of(note).said for note in valid}
