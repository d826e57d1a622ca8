"""What differs from the last release: which note is which, their times and places, and what is refused.

Its rules come from experiments with Anki's importer: it tells notes by their guids, takes a note only where
the package's `mod` is newer, and then replaces all its fields and tags.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deckgen.deck.notes import place
from deckgen.diagnostics import Diagnostic, Span, counted, did_you_mean, listed
from deckgen.history import identity
from deckgen.history.fingerprints import Fingerprints, answers, line_of_type
from deckgen.history.gone import gone_notes
from deckgen.history.incompatible import Refusal, of_clozes, of_kind
from deckgen.history.ledger import Acceptance, DeckLine, NoteLine, answers_as_text
from deckgen.history.places import find_places
from deckgen.history.sending import Cause, find_causes, lies_in
from deckgen.history.wide import wide_changes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from deckgen.cards.markdown import Markup
    from deckgen.cards.note_types import NoteType
    from deckgen.cards.rows import Row
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Accept, Deck, Note
    from deckgen.history.ledger import Ledger, Line, NoteTypeLine, ReleaseLine

_REVIEWS = "learners' reviews hang on the id"
_IS_IT_LOST = "is source/ledger.jsonl missing? it says what has been released; put it back from git"

CONSEQUENCES = {
    "changed-deck": (
        "The deck has a new name. Cards that you have stay in the old deck, and new ones arrive in the new: "
        "move the old ones there (Browse, select them, *Cards > Change Deck*)."
    ),
    "changed-note-type": (
        "A note type has changed its fields or cards. In the import window tick *Merge note types*, and set "
        "*Update notes* and *Update note types* to *Always*; your own edits of its notes are lost by that."
    ),
    "same-media": (
        "Some images or sounds were made anew, and show the same. Those that you have stay as they are."
    ),
    "moved-cloze": (
        "Some blanks of a note have changed places, so a card may ask for another blank than the one that "
        "you have reviewed it with: reset such a card (*Cards > Reset*) if it comes too late."
    ),
}
"""What learners have to do after a refusal that the author has accepted, by code."""


@dataclass
class Changes:
    """The source beside the ledger.

    Attributes:
        ledger: What has been released.
        deck: The deck as it is now.
        now: The time of the build, in seconds since 1970.
        kinds: The names of the kinds that there are.
        found: What an author should know.
        known: The lines of the notes that have been released.
        new: The notes that have not.
        changed: The released notes that learners get again.
        retired: Those that this build takes out of the deck.
        accepted: The refusals that the author has accepted.
        told: What learners should know besides, as sentences.
        first_ids: The ids with which renamed notes were first released, by the ids that they have now.
        types: The ids of note types and their times in seconds since 1970, by kind.
        causes: Why learners get released notes again.
        spared: How many they do not get, because the author says that other files show the same.
    """

    ledger: Ledger
    deck: Deck
    now: int
    kinds: Collection[str]
    found: list[Diagnostic] = field(default_factory=list)
    known: dict[Note, NoteLine] = field(default_factory=dict)
    new: list[Note] = field(default_factory=list)
    changed: list[Note] = field(default_factory=list)
    retired: list[Note] = field(default_factory=list)
    accepted: list[Accept] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    first_ids: dict[str, str] = field(default_factory=dict)
    types: dict[str, tuple[int, int]] = field(default_factory=dict)
    causes: dict[Note, Cause] = field(default_factory=dict)
    spared: int = 0
    _prints: Fingerprints | None = None
    _type_lines: dict[str, NoteTypeLine] = field(default_factory=dict)
    _styled: list[str] = field(default_factory=list)
    _heirs: dict[str, str] = field(default_factory=dict)
    """The released names of kinds that have another one now."""
    _words: dict[tuple[str, tuple[int, ...]], tuple[str, str]] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether neither a note nor a note type differs from the last release."""
        return not (self._styled or self.new or self.changed or self.retired or self.accepted)

    def summary(self) -> str:
        """What differs from the last release, as in "2 new notes, 1 changed"."""
        new = sum(not note.retired for note in self.new)
        words = [counted(new, "new note")] * bool(new)
        for notes, what in ((self.changed, "changed"), (self.retired, "retired")):
            if notes:
                count = f"{len(notes):,}" if words else counted(len(notes), "note")
                words.append(f"{count} {what} ({listed([note.id for note in notes])})")
        if self._styled:
            words.append(f"the look of {listed(self._styled)}")
        return ", ".join(words) or "no note differs"

    # ------------------------------------------------------------------------------ which note is which

    def match(self) -> None:
        """Find the released note of each note, by its id or by what it `was`."""
        self._check_deck()
        self._find_heirs()
        ids = self.ledger.ids
        renamed = False
        for note in self.deck.notes:
            line = ids.get(note.id)
            if line is None or note.was or line.id != note.id:
                line = self._former_line(note, line)
                renamed = True
            if line is None:
                self.new.append(note)
                continue
            self.known[note] = line
            if line.was or line.id != note.id:
                self.first_ids[note.id] = next(iter(_former(note, line)), note.id)
        if renamed:
            self._check_claims()
        matched = {note.table for note in self.known if note.table}
        for note in self.new:
            # what a table was holds for those of its rows that were there
            if note.was and note.table not in matched:
                self._unknown_was(note)
            elif note.retired:
                message = f"`{note.id}` is retired, and has never been released"
                hint = "delete it, or take `retired` away" if self.ledger.deck else _IS_IT_LOST
                self.report("never-released", place(note), message, hint)

    def _unknown_was(self, note: Note) -> None:
        message = f"no released note had the id `{note.was}`"
        hint = "take `was` away, or correct it" if self.ledger.deck else _IS_IT_LOST
        self.report("unknown-was", place(note), message, hint)

    def _check_claims(self) -> None:
        """Report notes that are one released note."""
        taken: dict[str, Note] = {}
        for note, line in self.known.items():
            other = taken.setdefault(line.guid, note)
            if other is not note:
                message = f"`{note.id}` and `{other.id}` were one note when it was released"
                hint = f"the one with the released text is it; the other takes an id of its own: {_REVIEWS}"
                self.report("used-id", place(note), message, hint)

    def _former_line(self, note: Note, here: NoteLine | None) -> NoteLine | None:
        """The line of the released note that a note with a new id, or with `was`, is; `here` is its id's."""
        before = self.ledger.ids.get(note.was) if note.was else None
        if here is None:
            return before
        if note.was and before is not None and before is not here:
            message = f"`{note.id}` and `{note.was}` are two released notes, so this one was not `{note.was}`"
            self.report("used-id", place(note), message, "take `was` away, or correct it")
        elif here.id != note.id and before is not here:
            message = f"the id `{note.id}` belonged to the released note `{here.id}`"
            hint = f"give a new note a new id; if this is that note, write `was: {here.id}` under it"
            self.report("used-id", place(note), message, hint)
        elif note.was and before is None and note.table is None:
            self._unknown_was(note)
        return here

    def _check_deck(self) -> None:
        """Report a deck that is another than the one released."""
        line = self.ledger.deck
        if line is None:
            return
        if line.id != self.deck.id:
            hint = f"put `id: {line.id}` back; a deck of its own starts without source/ledger.jsonl"
            message = f"the deck was released as `{line.id}`: under another id learners get it twice"
            self.report("changed-deck", self.deck.document.place_of("id"), message, hint)
        elif line.title != self.deck.title:
            message = f"the deck was released as `{line.title}`: cards that learners have stay there"
            refusal = Refusal(
                self.deck.document.place_of("title"), message, f"put `title: {line.title}` back"
            )
            self._refuse("changed-deck", self.deck.id, refusal)

    # ------------------------------------------------------------------------------------- times, places

    def stamp(self, rows: list[Row], markup: Markup) -> None:
        """Give the rows their guids, times and places, and report what learners would lose by them.

        Args:
            rows: The rows of all notes, in the order of study; of retired notes too.
            markup: What has turned their texts into HTML, and knows which media they show.
        """
        missing = len(self.known) < len(self.ledger.notes)
        # notes may still name the ids of those that are missing
        guids = {name: line.guid for name, line in self.ledger.ids.items()} if missing else {}
        guids |= {note.id: line.guid for note, line in self.known.items()}
        for note in self.new:
            guids[note.id] = identity.guid(self.deck.id, note.kind.name, note.id)
        prints = self._prints = Fingerprints(guids, markup)
        self.causes = find_causes(self.deck, self.ledger, self.known, prints, self._is_the_same)
        if any(accept.code == "same-media" for accept in self.accepted):
            quiet = [note for note in self.known if note not in self.causes and not note.retired]
            self.spared = sum(prints.media(note) != self.known[note].print.media for note in quiet)
        differing = []
        for row in rows:
            row.guid, row.modified = guids[row.note.id], self.now
            line = self.known.get(row.note)
            if line is not None and self._stamp(row, line):
                differing.append(row)
        find_places(rows, self.known)
        if missing:
            project = markup.shelf.project
            self.found += gone_notes(self.ledger, self.known, self.new, prints, project)
        self._check_swapped(prints)
        self._check_notes(differing)
        if missing:
            return  # what is sent is known once each released note is somewhere
        causes = {note: self.causes.get(note) or Cause(place(note), alone=True) for note in self.changed}
        released = [note for note, line in self.known.items() if line.retired is None]
        self.found += wide_changes(self.deck, causes, released)

    def _stamp(self, row: Row, line: NoteLine) -> bool:
        """Give a released note's row its time: when the note last changed for learners.

        Returns:
            Whether anything about it may be worth telling.
        """
        note = row.note
        row.modified = line.modified
        sent = note in self.causes or line.retired is not None or note.retired is not None
        before = line.deck, line.cards, line.kind
        if not sent and before == (*self._in_words(row), note.kind.name):
            return False
        if note.retired:
            if line.retired is not None:
                return True
            self.retired.append(note)
        elif sent or {*map(str, row.cards)} - {*line.cards.split(",")}:
            if not sent:
                self.causes[note] = Cause(note.kind.document.place_of("cards"), cards=True)
            self.changed.append(note)
        else:
            return True
        row.modified = max(self.now, line.modified + 1)
        return True

    def _is_the_same(self, file: str) -> bool:
        """Whether the author says that a file shows the same as the one that was released."""
        for accept in self.deck.accept:
            if accept.code == "same-media" and lies_in(file, accept.id) and not self._spent(accept):
                if accept not in self.accepted:
                    self.accepted.append(accept)
                return True
        return False

    def stamp_types(self, note_types: Iterable[NoteType], rows: Iterable[Row]) -> None:
        """Give the note types their ids and times, and report changes that Anki cannot follow."""
        used = {row.note.kind.name for row in rows}
        for note_type in note_types:
            kind = note_type.kind
            if kind.name not in used:
                continue
            line = self.ledger.types.get(self._released_as(kind))
            new = line_of_type(note_type, self.deck)
            if line is None:
                taken = {each.id for each in self.ledger.types.values()}
                number = identity.note_type_id(self.deck.id, kind.name, taken)
                new = replace(new, id=number, modified=self.now)
                self._styled.append(kind.name)
            else:
                same = line.fingerprint == new.fingerprint
                modified = line.modified if same else max(self.now, line.modified + 1)
                if not same:
                    self._styled.append(kind.name)
                for each in of_kind(note_type, line, new):
                    self._refuse("changed-note-type", kind.name, each)
                names = dict.fromkeys(name for name in (*line.was, line.kind) if name != kind.name)
                new = replace(new, id=line.id, modified=modified, was=tuple(names))
            self._type_lines[kind.name] = new
            self.types[kind.name] = new.id, new.modified

    def _released_as(self, kind: Kind) -> str:
        """The name under which a kind was released."""
        return kind.name if kind.name in self.ledger.types else self._heirs.get(kind.name, "")

    def _find_heirs(self) -> None:
        """Find the kinds that were released under another name, each at most once."""
        used = {note.kind.name: note.kind for note in self.deck.notes}
        for kind in used.values():
            if not kind.was or kind.name in self.ledger.types or kind.was not in self.ledger.types:
                continue
            other = kind.was if kind.was in used else ""
            other = other or next((name for name, was in self._heirs.items() if was == kind.was), "")
            if other:
                message = f"`{kind.name}` was not `{kind.was}`: the kind `{other}` is that still"
                self.report(
                    "changed-kind", kind.document.place_of("was"), message, "take `was` away, or correct it"
                )
            else:
                self._heirs[kind.name] = kind.was

    # ------------------------------------------------------------------------------------------ refusals

    def report(self, code: str, span: Span, message: str, hint: str = "") -> None:
        """Add what an author should know."""
        self.found.append(Diagnostic(code, message, span, hint))

    def _refuse(self, code: str, name: str, refusal: Refusal) -> None:
        """Report a change of a note, a kind or the deck, unless the author has accepted it."""
        if refusal.final:
            self.report(code, refusal.span, refusal.message, refusal.hint)
            return
        for accept in self.deck.accept:
            if (accept.code, accept.id) == (code, name) and not self._spent(accept):
                if accept not in self.accepted:
                    self.accepted.append(accept)
                return
        hint = (
            f"{refusal.hint}; or accept it in deck.yaml, with `code: {code}`, `id: {name}` and `because: |`"
        )
        if any((accept.code, accept.id) == (code, name) for accept in self.deck.accept):
            hint = (
                f"{refusal.hint}; the acceptance in deck.yaml has been used up, a new one needs a new reason"
            )
        self.report(code, refusal.span, refusal.message, hint)

    def _spent(self, accept: Accept) -> bool:
        """Whether a release has used an acceptance up."""
        used = Acceptance(accept.code, accept.id, accept.because)
        return any(entry == used for _, entry in self.ledger.accepted())

    def check_accepts(self) -> None:
        """Warn of acceptances that accept nothing."""
        for accept in self.deck.accept:
            if accept in self.accepted:
                continue
            message = "nothing that this accepts is refused"
            hint = "take it away; a further change needs one of its own, with its own `because`"
            if self._spent(accept):
                message = "a release has used this acceptance up"
            elif accept.code == "same-media":
                message = f"no image or sound at `{accept.id}` holds something else than when it was released"
                hint = self._meant(accept.id) or hint
            self.report("unused-accept", self.deck.document.span(accept.at), message, hint)

    def _meant(self, path: str) -> str:
        """What a path may mean that is no file's or folder's that notes show; empty where it is one."""
        files = [file.removeprefix("source/") for file in self._prints.files.values()] if self._prints else []
        if any(lies_in(f"source/{file}", path) for file in files):
            return ""
        folders = {file.rpartition("/")[0] for file in files} - {""}
        return did_you_mean(path, [*files, *sorted(folders)])

    def _check_swapped(self, prints: Fingerprints) -> None:
        """Report notes that say what another released note said, which says that no more."""
        if not self.changed:
            return
        here = {line.guid for line in self.known.values()}
        again = {self.known[note].guid for note in self.changed}
        left = [line for guid, line in self.ledger.notes.items() if guid in again or guid not in here]
        said = {line.print.said: line for line in left}
        gone = {line.guid for line in left if line.guid not in here}
        for note in (*self.changed, *(note for note in self.new if not note.retired)):
            line = said.get(prints.of(note).said)
            own = self.known.get(note)
            if line is None or line is own or (own is None and line.guid in gone):
                continue
            message = f"`{note.id}` says what `{line.id}` said when it was released"
            hint = "give each text its own id again: learners' reviews hang on the id"
            if own is None:
                hint = f"give it the id `{line.id}` again, and what stands there now a new one: {_REVIEWS}"
            self.report("used-id", place(note), message, hint)

    def _check_notes(self, rows: Iterable[Row]) -> None:
        """Report what became of the cards of released notes that differ in anything."""
        dead: list[tuple[Note, str]] = []
        moved: dict[tuple[str, str], list[Note]] = {}
        other_kind: dict[tuple[str, str], list[Note]] = {}
        for row in rows:
            note, line = row.note, self.known[row.note]
            here, _ = self._in_words(row)
            if line.kind not in {note.kind.name, self._heirs.get(note.kind.name)}:
                other_kind.setdefault((line.kind, note.kind.name), []).append(note)
            elif not note.retired:
                for each in of_clozes(note, line):
                    self._refuse("moved-cloze", note.id, each)
                gone = [int(number) for number in line.cards.split(",") if int(number) not in row.cards]
                dead += [(note, f"{_card_name(note.kind, number)} of `{note.id}`") for number in gone]
                if here != line.deck:
                    moved.setdefault((line.deck, here), []).append(note)
        if dead:
            names = listed([name for _, name in dead])
            message = f"{counted(len(dead), 'released card')} {_is(len(dead))} gone: {names}"
            hint = "learners keep them until they choose Tools > Empty Cards; the release notes say so"
            self.report("dead-card", place(dead[0][0]), message, hint)
            self.told.append(
                f"{counted(len(dead), 'card')} {_is(len(dead))} no longer part of the deck. To remove "
                "what is left of them, choose *Tools > Empty Cards* on a computer."
            )
        self._tell_moved(moved)
        self._refuse_kinds(other_kind)

    def _in_words(self, row: Row) -> tuple[str, str]:
        """A note's deck and the ordinals of its cards as the ledger says them."""
        key = row.note.chapter.deck, row.cards
        words = self._words.get(key)
        if words is None:
            below = key[0].removeprefix(self.deck.title).removeprefix("::")
            words = self._words[key] = below, ",".join(map(str, row.cards))
        return words

    def _tell_moved(self, moved: dict[tuple[str, str], list[Note]]) -> None:
        for (old, new), notes in moved.items():
            names = [
                f"`{self.deck.title}::{name}`" if name else f"`{self.deck.title}`" for name in (old, new)
            ]
            message = f"{counted(len(notes), 'released note')} moved from {names[0]} to {names[1]}"
            hint = "cards that learners have stay where they are; only new learners find them in the new deck"
            self.report("moved-notes", place(notes[0]), message, hint)
            self.told.append(
                f"{counted(len(notes), 'note')} moved from {names[0]} to {names[1]}. Cards that you have "
                "stay where they are; move them (Browse, *Cards > Change Deck*) if you like."
            )

    def _refuse_kinds(self, other_kind: dict[tuple[str, str], list[Note]]) -> None:
        sections = {note.kind.name: note.kind for note in self.deck.notes}
        for (old, new), notes in other_kind.items():
            kind = sections[new]
            if old not in self.kinds and new not in self.ledger.types:
                message = f"the kind `{old}` was released, and its notes are now of the kind `{new}`"
                hint = f"if its folder has a new name, write `was: {old}` into this file; if not, put it back"
                self.report("changed-kind", Span(kind.document.path), message, hint)
                continue
            for note in notes:
                message = f"`{note.id}` was released as a {old}, and is now a {new}"
                hint = f"make it a {old} again; or retire that, and write the {new} as a note with a new id"
                self.report("changed-kind", place(note), message, hint)

    # -------------------------------------------------------------------------------------------- ledger

    def next_lines(self, rows: Iterable[Row], release: ReleaseLine) -> Iterator[Line]:
        """The lines of the ledger after a release.

        Args:
            rows: The rows of all notes, of retired ones too, stamped.
            release: The line of the release itself, without what it used up.
        """
        assert self._prints is not None  # noqa: S101 (the rows are stamped)
        yield DeckLine(self.deck.id, self.deck.title)
        renamed = set(self._heirs.values())
        for name, line in (self.ledger.types | self._type_lines).items():
            if name not in renamed:
                yield line
        for row in rows:
            yield self._note_line(row, release.version, self._prints)
        yield from self.ledger.adopted
        yield from self.ledger.releases
        used = (Acceptance(accept.code, accept.id, accept.because) for accept in self.accepted)
        yield replace(release, accepted=tuple(used))

    def _note_line(self, row: Row, version: str, prints: Fingerprints) -> NoteLine:
        """The line of a note after a release."""
        note, before = row.note, self.known.get(row.note)
        deck, cards = self._in_words(row)
        kept = before if note.retired else None  # what learners have of a retired note
        now = kept.print if kept else prints.of(note)
        return NoteLine(
            note.id,
            note.kind.name,
            row.guid,
            now.fingerprint,
            row.modified,
            row.due,
            deck,
            cards=kept.cards if kept else cards,
            released=before.released if before else version,
            media=" ".join(now.media),
            clozes=_clozes(note, before),
            retired=_retired(note, before, version),
            was=_former(note, before) if before else (),
        )


def _clozes(note: Note, before: NoteLine | None) -> str | None:
    """The answers of a note that its line remembers after a release: the released ones, and those of now."""
    if note.retired and before and before.clozes is not None:
        return before.clozes
    if not note.kind.cloze:
        return None
    known = before.answers if before else {}
    for number, digest, _, _ in answers(note):
        known.setdefault(number, {})[digest] = None
    return answers_as_text(known)


def _retired(note: Note, before: NoteLine | None, version: str) -> str | None:
    """The version that a note is retired in after a release; None where it is not."""
    if not note.retired:
        return None
    return version if before is None or before.retired is None else before.retired


def _former(note: Note, line: NoteLine) -> tuple[str, ...]:
    """The ids that a note had before the one it has now, the first release's first."""
    names = tuple(dict.fromkeys([*line.was, line.id]))
    others = tuple(name for name in names if name != note.id)
    # a note that has its first id again says so, since its field for the id is that of the first release
    return names if others and names[0] == note.id else others


def _card_name(kind: Kind, number: int) -> str:
    if kind.cloze or number >= len(kind.cards):
        return f"c{number + 1}" if kind.cloze else f"card {number + 1}"
    return f"`{kind.cards[number].name}`"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
