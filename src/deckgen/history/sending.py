"""Which released notes learners get again, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.notes import place
from deckgen.diagnostics import Span, composed
from deckgen.history.fingerprints import digest_of_tags, source_of
from deckgen.history.ledger import in_words

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.rows import RenderedNote
    from deckgen.deck.notes import Accept, Deck, Note, Table
    from deckgen.history.fingerprints import Fingerprints
    from deckgen.history.ledger import NoteLine, Print
    from deckgen.history.matching import Matching


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


@dataclass(frozen=True)
class Sending:
    """The released notes that learners get again.

    Attributes:
        differing: Those of which anything differs, whether they are sent or not.
        changed: Those that learners get again.
        retired: Those that this build takes out of the deck.
        causes: Why learners get notes again.
        spared: How many they do not get, because the author says that other files show the same.
        accepted: The acceptances that say so.
    """

    differing: tuple[RenderedNote, ...]
    changed: tuple[Note, ...]
    retired: tuple[Note, ...]
    causes: ReadOnly[Note, Cause]
    spared: int
    accepted: tuple[Accept, ...]

    @property
    def sent(self) -> set[Note]:
        """The notes that get a new time."""
        return {*self.changed, *self.retired}


def find_sent(
    matching: Matching, notes: Iterable[RenderedNote], prints: Fingerprints, same_media: Sequence[Accept]
) -> Sending:
    """Find out which released notes learners get again.

    Args:
        matching: The notes beside the released ones.
        notes: The notes as they are now.
        prints: The digests of what their authors wrote.
        same_media: The acceptances by which files show what those in their places showed.
    """
    known = matching.known
    causes, accepted = _find_causes(matching, prints, same_media)
    spared = 0
    if accepted:
        quiet = [note for note in known if note not in causes and not note.retired]
        spared = sum(prints.media(note) != known[note].print.media for note in quiet)
    differing: list[RenderedNote] = []
    changed: list[Note] = []
    retired: list[Note] = []
    for each in notes:
        note, line = each.note, known.get(each.note)
        if line is None:
            continue
        sent = note in causes or line.retired is not None or note.retired is not None
        before = line.deck, line.cards, line.kind
        words = in_words(matching.deck.title, note.chapter.deck, each.cards)
        if not sent and before == (*words, note.kind.name):
            continue
        differing.append(each)
        if note.retired:
            retired += [note] * (line.retired is None)
        elif sent or (cause := _of_cards(each, line, matching)):
            if not sent and cause:
                causes[note] = cause
            changed.append(note)
    return Sending(tuple(differing), tuple(changed), tuple(retired), causes, spared, accepted)


def _find_causes(
    matching: Matching, prints: Fingerprints, same_media: Sequence[Accept]
) -> tuple[dict[Note, Cause], tuple[Accept, ...]]:
    """Why learners get released notes again, their cards aside; and the acceptances that spare them some."""
    causes: dict[Note, Cause] = {}
    tables: dict[Table, Cause] = {}
    accepted: dict[Accept, None] = {}
    media = (line.media.split() for line in matching.ledger.notes.values() if line.media)
    released = {digest for digests in media for digest in digests}
    for note, line in matching.known.items():
        if note.retired:
            continue
        before, now, other = line.print, prints.media(note), []
        if now != before.media:
            files = _Files(now, before.media, prints.files)
            same = files.same(same_media, released)
            accepted |= dict.fromkeys(same.values())
            other = files.other(same)
        cause = _of_text(matching.deck, note, before, prints)
        if other and cause is None:
            cause = Cause(Span(other[0]), other[0]) if other[0] else Cause(place(note), alone=True)
        if cause:
            causes[note] = cause
        if note.table and other and other[0]:
            tables.setdefault(note.table, Cause(Span(other[0]), other[0]))
    for note in matching.known:
        # a row's card shows the whole table, and would show the old image of its neighbour for ever
        if note.table in tables and not note.retired:
            causes.setdefault(note, tables[note.table])
    return causes, tuple(accepted)


def _of_text(deck: Deck, note: Note, before: Print, prints: Fingerprints) -> Cause | None:
    """The reason why learners get a released note again, media aside; None if they do not."""
    if before.revision != str(note.kind.revision):
        return Cause(note.kind.document.place_of("revision"))
    if not prints.says(note, before):
        return Cause(place(note), alone=True)
    if not prints.is_tagged(note, before):
        return _of_tags(deck, note, before.tags)
    return None


def _of_cards(each: RenderedNote, line: NoteLine, matching: Matching) -> Cause | None:
    """The reason why learners get a note again only for its cards; None if they do not.

    A card that a note leaves out now is a reason, because the note must tell the learners' Anki so. A card
    that is gone because of the faces is none.
    """
    note, released = each.note, set(line.ordinals)
    if note.kind.adopted:  # an import adds the cards that a learner lacks, also to a note that stays as it is
        return None
    more = set(each.cards) - released
    if not more and note.left_out.isdisjoint(released):
        return None
    if note.choice:
        return Cause(note.choice.at)
    kind, type_line = note.kind, matching.line_of_type(note.kind.name)
    sources = {source for _, source in type_line.fields} if type_line else set()
    could_leave_out = {
        kind.live[field.without]
        for field in (kind.fields[index] for index in kind.marks.values())
        if source_of(field.key, field.part) in sources
    }
    if more <= could_leave_out:  # it probably did
        return Cause(place(note), alone=True)
    return Cause(kind.document.place_of("cards"), cards=True)


def _of_tags(deck: Deck, note: Note, before: str) -> Cause:
    """Why a note has other tags than those with the digest that it was released with."""
    chapter, whole = note.chapter, deck.document.place_of("tags")
    for tag in chapter.tags:
        if digest_of_tags(set(note.tags) - {tag}) == before:
            return Cause(whole if tag in deck.tags else chapter.tags_at or whole)
    return Cause(place(note), alone=True, tags=True)


class _Files:
    """The files that a note shows, beside the other ones that it showed when it was released."""

    def __init__(self, now: Sequence[str], was: Sequence[str], paths: ReadOnly[str, str]) -> None:
        """Take the digests of both, and the paths of those of now from the project's folder, by digest."""
        self._now, self._was, self._paths = now, was, paths

    def same(self, accepts: Sequence[Accept], released: Container[str]) -> dict[str, Accept]:
        """The files in the place of others of which the author says that they show the same, by digest.

        Args:
            accepts: What the author says.
            released: The digests of all that was released: what has been there is another picture.
        """
        if not accepts or len(self._now) != len(self._was):
            return {}
        pairs = zip(self._now, self._was, strict=True)
        new = [digest for digest, old in pairs if digest != old and digest not in released]
        meant = ((digest, _meaning(self._paths[digest], accepts)) for digest in new)
        return {digest: accept for digest, accept in meant if accept}

    def other(self, same: Container[str]) -> list[str]:
        """The paths, from the project's folder, of the files that show something else.

        Args:
            same: The digests of those that show the same.

        Returns:
            An empty path where files were only added or taken away.
        """
        now, was = self._now, self._was
        if len(now) == len(was):
            new = [digest for digest, old in zip(now, was, strict=True) if digest != old]
            return [self._paths[digest] for digest in new if digest not in same]
        added = [digest for digest in now if digest not in was]
        return [self._paths[digest] for digest in added] if added and set(was) - set(now) else [""]


def _meaning(file: str, accepts: Iterable[Accept]) -> Accept | None:
    """The first of some acceptances whose path includes a file; None if there is none."""
    return next((accept for accept in accepts if lies_in(file, accept.id)), None)


def lies_in(file: str, path: str) -> bool:
    """Whether a path that an author wrote means a file: its own, or a folder's, from source/ or its parent.

    Args:
        file: The file's path from the project's folder.
        path: What the author wrote.
    """
    parts = [part for part in composed(path).split("/") if part not in {"", "."}]
    parts = parts[parts[:1] == ["source"] :]
    return composed(file).split("/")[1:][: len(parts)] == parts
