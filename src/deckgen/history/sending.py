"""Which released notes learners get again, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.notes import place
from deckgen.diagnostics import Span, composed
from deckgen.history.fingerprints import digest_of_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.notes import Deck, Note, Table
    from deckgen.history.fingerprints import Fingerprints
    from deckgen.history.ledger import Ledger, NoteLine, Print


@dataclass(frozen=True, slots=True)
class Cause:
    """Why learners get a note again.

    Attributes:
        span: Where the author has changed something.
        file: The image or sound whose content is another, by its path from the project's folder.
        alone: Whether the change is the note's own.
        tags: Whether only its tags are others.
        cards: Whether only its cards are more.
    """

    span: Span
    file: str = ""
    alone: bool = False
    tags: bool = False
    cards: bool = False


def find_causes(
    deck: Deck,
    ledger: Ledger,
    known: ReadOnly[Note, NoteLine],
    prints: Fingerprints,
    is_the_same: Callable[[str], bool],
) -> dict[Note, Cause]:
    """Find out which released notes learners get again.

    Args:
        deck: The deck.
        ledger: What has been released.
        known: The lines of the notes that have been released.
        prints: What stands for the notes.
        is_the_same: Whether the author says that a file shows what the one in its place showed, by its path.
    """
    causes: dict[Note, Cause] = {}
    tables: dict[Table, Cause] = {}
    media = (line.media.split() for line in ledger.notes.values() if line.media)
    released = {digest for digests in media for digest in digests}
    for note, line in known.items():
        if note.retired:
            continue
        before = line.print
        files = _other_files(note, before, prints, released, is_the_same)
        cause = _of_text(deck, note, before, prints)
        if files and cause is None:
            cause = Cause(Span(files[0]), files[0]) if files[0] else Cause(place(note), alone=True)
        if cause:
            causes[note] = cause
        if note.table and files and files[0]:
            tables.setdefault(note.table, Cause(Span(files[0]), files[0]))
    for note in known:
        # a row's card shows the whole table, and would show the old image of its neighbour for ever
        if note.table in tables and not note.retired:
            causes.setdefault(note, tables[note.table])
    return causes


def _of_text(deck: Deck, note: Note, before: Print, prints: Fingerprints) -> Cause | None:
    """Why learners get a released note again, media aside; None where they do not."""
    if before.revision != str(note.kind.revision):
        return Cause(note.kind.document.place_of("revision"))
    if not prints.says(note, before):
        return Cause(place(note), alone=True)
    if not prints.is_tagged(note, before):
        return _of_tags(deck, note, before.tags)
    return None


def _of_tags(deck: Deck, note: Note, before: str) -> Cause:
    """Why a note has other tags than those with the digest that it was released with."""
    chapter, whole = note.chapter, deck.document.place_of("tags")
    for tag in chapter.tags:
        if digest_of_tags(set(note.tags) - {tag}) == before:
            return Cause(whole if tag in deck.tags else chapter.tags_at or whole)
    return Cause(place(note), alone=True, tags=True)


def _other_files(
    note: Note,
    before: Print,
    prints: Fingerprints,
    released: Container[str],
    is_the_same: Callable[[str], bool],
) -> list[str]:
    """The files in the place of those that a note showed, but for what the author says shows the same.

    Args:
        note: The note.
        before: What stood for it when it was released.
        prints: What stands for it now.
        released: The digests of all that was released: what has been there is another picture.
        is_the_same: As for `find_causes`.

    Returns:
        Their paths from the project's folder; an empty one where files were only added or taken away.
    """
    now, was = prints.media(note), before.media
    if now == was:
        return []
    if len(now) == len(was):
        new = [digest for digest, old in zip(now, was, strict=True) if digest != old]
        return [
            prints.files[digest]
            for digest in new
            if digest in released or not is_the_same(prints.files[digest])
        ]
    added = [digest for digest in now if digest not in was]
    return [prints.files[digest] for digest in added] if added and set(was) - set(now) else [""]


def lies_in(file: str, path: str) -> bool:
    """Whether a path that an author wrote means a file: its own, or a folder's, from source/ or its parent.

    Args:
        file: The file's path from the project's folder.
        path: What the author wrote.
    """
    parts = [part for part in composed(path).split("/") if part not in {"", "."}]
    parts = parts[parts[:1] == ["source"] :]
    return composed(file).split("/")[1:][: len(parts)] == parts
