"""The plan of an update: the times and places of notes, and what learners get.

Its rules come from experiments with Anki's importer: it identifies notes by their guids, imports a note only
if the package's `mod` is newer, and then replaces all its fields and tags.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from deckgen.deck.notes import place
from deckgen.diagnostics import Diagnostic, counted, did_you_mean, listed
from deckgen.history import consequences, identity
from deckgen.history.acceptance import Acceptances, Judgement
from deckgen.history.consequences import find_effects, swapped_notes
from deckgen.history.fingerprints import Fingerprints, line_of_type
from deckgen.history.incompatible import changed_type, of_kind
from deckgen.history.next_ledger import next_lines
from deckgen.history.places import find_places
from deckgen.history.sending import Cause, find_sent, lies_in
from deckgen.history.wide import wide_changes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.cards.note_types import NoteType
    from deckgen.cards.rows import Rendered, RenderedNote
    from deckgen.deck.notes import Accept, Note
    from deckgen.history.consequences import Consequence
    from deckgen.history.ledger import Line, NoteTypeLine, ReleaseLine
    from deckgen.history.matching import Matching
    from deckgen.history.sending import Sending


class StampedNote(NamedTuple):
    """A rendered note with all data for its rows in the collection; a tuple, because there are thousands.

    Attributes:
        note: The note.
        fields: The HTML of its fields.
        cards: The ordinals of its cards, from 0.
        guid: Its guid, the same in every release.
        modified: When the note last changed, in seconds since 1970.
        due: Its place in the queue of new cards.
    """

    note: Note
    fields: list[str]
    cards: tuple[int, ...]
    guid: str
    modified: int
    due: int


@dataclass(frozen=True)
class UpdatePlan:
    """The changes of a build without errors, compared with the last release.

    Attributes:
        matching: Which released note each note is.
        now: The time of the build, in seconds since 1970.
        notes: All notes, in the order of study, including retired ones.
        types: The next lines of the ledger for the note types that have notes, by kind.
        sending: The released notes that learners get again.
        accepted: The acceptances that are needed.
        consequences: The consequences for learners.
        prints: The fingerprints of the notes.
        diagnostics: The diagnostics of the update.
    """

    matching: Matching
    now: int
    notes: tuple[StampedNote, ...]
    types: ReadOnly[str, NoteTypeLine]
    sending: Sending
    accepted: tuple[Accept, ...]
    consequences: tuple[Consequence, ...]
    prints: Fingerprints
    diagnostics: tuple[Diagnostic, ...]

    @property
    def restyled(self) -> list[str]:
        """The kinds whose note types are new or differ from the last release."""
        before = self.matching.line_of_type
        return [
            name
            for name, line in self.types.items()
            if (old := before(name)) is None or old.fingerprint != line.fingerprint
        ]

    @property
    def nothing(self) -> bool:
        """Whether neither a note nor a note type differs from the last release."""
        sending = self.sending
        return not (self.restyled or self.added or sending.changed or sending.retired or self.accepted)

    @property
    def added(self) -> list[Note]:
        """The notes that are new for learners; one that was retired before any release is in no package."""
        return [note for note in self.matching.new if not note.retired]

    def summary(self) -> str:
        """The differences from the last release, as in "2 new notes, 1 changed"."""
        return in_short(len(self.added), self.sending.changed, self.sending.retired, self.restyled)

    def next_lines(self, release: ReleaseLine) -> Iterator[Line]:
        """The lines of the ledger after a release, whose line only lacks the acceptances that it uses up."""
        return next_lines(self, release)


def in_short(new: int, changed: Collection[Note], retired: Collection[Note], looks: Sequence[str]) -> str:
    """What differs from a release, as in "2 new notes, 1 changed (a)".

    Args:
        new: The number of new notes.
        changed: The notes that learners get again.
        retired: The notes that leave the deck.
        looks: The kinds whose cards look different.
    """
    words = [counted(new, "new note")] * bool(new)
    for notes, what in ((changed, "changed"), (retired, "retired")):
        if notes:
            count = f"{len(notes):,}" if words else counted(len(notes), "note")
            words.append(f"{count} {what} ({listed([note.id for note in notes])})")
    if looks:
        words.append(f"the look of {listed(looks)}")
    return ", ".join(words) or "no note differs"


def plan_update(
    matching: Matching, rendered: Rendered, note_types: ReadOnly[str, NoteType], now: int
) -> UpdatePlan:
    """Plan the update of a build, and find what learners would lose by it.

    Args:
        matching: Which released note each note is.
        rendered: The rendered notes.
        note_types: The note types, by the names of their kinds.
        now: The time of the build, in seconds since 1970.
    """
    acceptances = Acceptances(matching.deck, matching.ledger)
    guids = _guids(matching)
    prints = Fingerprints(guids, rendered.markup)
    sending = find_sent(matching, rendered.notes, prints, acceptances.valid("same-media"))
    effects = find_effects(matching, sending.differing, note_types.keys(), acceptances)
    names = {each.note.kind.name for each in rendered.notes}
    used = [each for name, each in note_types.items() if name in names]
    types, of_types = _types(used, matching, acceptances, now)
    accepts = (*matching.accepted, *sending.accepted, *effects.accepted, *of_types.accepted)
    accepted = tuple(dict.fromkeys(accepts))
    of_release = consequences.of_release((each.code for each in accepted), matching.ledger)
    return UpdatePlan(
        matching,
        now,
        _stamped(rendered.notes, matching, guids, sending.sent, now),
        types,
        sending,
        accepted,
        (*of_release, *effects.consequences),
        prints,
        diagnostics=(
            *_gone_notes(matching, prints, rendered.markup.shelf.project),
            *swapped_notes(matching, sending, prints),
            *effects.diagnostics,
            *_wide_changes(matching, sending),
            *of_types.diagnostics,
            *_needless(matching, acceptances, accepted, prints.files.values()),
        ),
    )


def _gone_notes(matching: Matching, prints: Fingerprints, project: Path) -> Iterable[Diagnostic]:
    """The diagnostics for released notes that are missing in the source."""
    if not matching.lacks_notes:
        return ()
    from deckgen.history.gone import gone_notes  # noqa: PLC0415 (it takes time, and few decks need it)

    return gone_notes(matching, prints, project)


def _guids(matching: Matching) -> dict[str, str]:
    """The guids of all notes, by their ids."""
    # notes may still refer to the ids of missing notes
    known = matching.ledger.ids.items() if matching.lacks_notes else ()
    guids = {name: line.guid for name, line in known}
    guids |= {note.id: line.guid for note, line in matching.known.items()}
    deck = matching.deck.id
    without_line = (*matching.new, *matching.text_only)
    return guids | {note.id: identity.guid(deck, note.kind.name, note.id) for note in without_line}


def _stamped(
    notes: Sequence[RenderedNote],
    matching: Matching,
    guids: ReadOnly[str, str],
    sent: Collection[Note],
    now: int,
) -> tuple[StampedNote, ...]:
    """The notes with their guids, times and places.

    Args:
        notes: The notes, in the order of study.
        matching: Which of them have been released.
        guids: The guids of all notes, by their ids.
        sent: The released notes that get a new time.
        now: The time of the build.
    """
    known = matching.known
    stamped = []
    for each, due in zip(notes, find_places([each.note for each in notes], known), strict=True):
        line = known.get(each.note)
        modified = now
        if line is not None:
            modified = max(now, line.modified + 1) if each.note in sent else line.modified
        guid = guids[each.note.id]
        stamped.append(StampedNote(each.note, each.fields, each.cards, guid, modified, due))
    return tuple(stamped)


def _wide_changes(matching: Matching, sending: Sending) -> Iterable[Diagnostic]:
    """Warnings about changes that update many notes."""
    if matching.lacks_notes:
        return ()  # what is sent is known once each released note is somewhere
    causes = {note: sending.causes.get(note) or Cause(place(note), alone=True) for note in sending.changed}
    released = [note for note, line in matching.known.items() if line.retired is None]
    return wide_changes(matching.deck, causes, released)


def _types(
    note_types: Iterable[NoteType], matching: Matching, acceptances: Acceptances, now: int
) -> tuple[dict[str, NoteTypeLine], Judgement]:
    """The lines of note types after a release, by kind; and changes of them that Anki cannot follow."""
    lines: dict[str, NoteTypeLine] = {}
    diagnostics: list[Diagnostic] = []
    accepted: list[Accept] = []
    for note_type in note_types:
        kind = note_type.kind
        line, new = matching.line_of_type(kind.name), line_of_type(note_type, matching.deck.title)
        if line is None:
            taken = {each.id for each in matching.ledger.types.values()}
            number = identity.note_type_id(matching.deck.id, kind.name, taken)
            lines[kind.name] = replace(new, id=number, modified=now)
            continue
        same = line.fingerprint == new.fingerprint
        lines[kind.name] = replace(
            new,
            id=line.id,
            modified=line.modified if same else max(now, line.modified + 1),
            was=tuple(dict.fromkeys(name for name in (*line.was, line.kind) if name != kind.name)),
        )
        if fault := changed_type(kind, line):
            diagnostics.append(fault)
        else:
            judged = acceptances.judge(kind.name, of_kind(note_type, line, new))
            diagnostics += judged.diagnostics
            accepted += judged.accepted
    return lines, Judgement(tuple(diagnostics), tuple(accepted))


def _needless(
    matching: Matching, acceptances: Acceptances, accepted: Collection[Accept], files: Iterable[str]
) -> Iterator[Diagnostic]:
    """Warn of acceptances that accept nothing.

    Args:
        matching: The deck, beside what has been released.
        acceptances: Its acceptances, beside those that have been used up.
        accepted: Those that are needed.
        files: The images and sounds that notes show, as paths from the project's folder.
    """
    for accept in matching.deck.accept:
        if accept in accepted:
            continue
        message = "the deck does not make the change that this entry accepts"
        hint = "remove it; a later change needs a new entry"
        if acceptances.is_spent(accept):
            message = "a release has already used this entry"
        elif accept.code == "same-media":
            message = f"no image or sound at `{accept.id}` has changed since the release"
            hint = _meant(accept.id, files) or hint
        yield Diagnostic("unused-accept", message, matching.deck.document.span(accept.at), hint)


def _meant(path: str, files: Iterable[str]) -> str:
    """A hint for a path that is no file or folder which notes show; empty if it is one."""
    inside = [file.removeprefix("source/") for file in files]
    if any(lies_in(f"source/{file}", path) for file in inside):
        return ""
    folders = {file.rpartition("/")[0] for file in inside} - {""}
    return did_you_mean(path, [*inside, *sorted(folders)])
