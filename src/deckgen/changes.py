"""What differs from the last release: which note is which, their times and places, and what is refused.

Its rules come from experiments with Anki's importer: it tells notes by their guids, takes a note only where
the package's `mod` is newer, and then replaces all its fields and tags.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen import identity
from deckgen.diagnostics import Diagnostic, Span, counted
from deckgen.fingerprints import Fingerprints, answers, digest_of_tags, line_of_type, text_of
from deckgen.ledger import answers_as_text, answers_in
from deckgen.notes import place
from deckgen.places import find_places
from deckgen.refusals import Refusal, of_clozes, of_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.faces import NoteType
    from deckgen.kinds import Kind
    from deckgen.ledger import Ledger, Line
    from deckgen.notes import Accept, Deck, Note
    from deckgen.package import Row
    from deckgen.source import Scalar

_IS_IT_LOST = "is source/ledger.jsonl missing? it says what has been released; put it back from git"
_FEW_NOTES = 10  # below it, any change is a wide one
_A_WIDE_SHARE = 10  # a change of more than one note in so many is wide
_MANY = 20  # more notes than these are told together
_NAMED = 5  # how many notes a message names

CONSEQUENCES = {
    "changed-deck": (
        "The deck has a new name. Cards that you have stay in the old deck, and new ones arrive in the new: "
        "move the old ones there (Browse, select them, *Cards > Change Deck*)."
    ),
    "changed-note-type": (
        "A note type has changed its fields or cards. In the import window tick *Merge note types*, and set "
        "*Update notes* and *Update note types* to *Always*; your own edits of its notes are lost by that."
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
    """

    ledger: Ledger
    deck: Deck
    now: int
    kinds: Collection[str]
    found: list[Diagnostic] = field(default_factory=list)
    known: dict[Note, Line] = field(default_factory=dict)
    new: list[Note] = field(default_factory=list)
    changed: list[Note] = field(default_factory=list)
    retired: list[Note] = field(default_factory=list)
    accepted: list[Accept] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    first_ids: dict[str, str] = field(default_factory=dict)
    types: dict[str, tuple[int, int]] = field(default_factory=dict)
    _prints: Fingerprints | None = None
    _type_lines: dict[str, Line] = field(default_factory=dict)
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
                words.append(f"{count} {what} ({_listed([note.id for note in notes])})")
        if self._styled:
            words.append(f"the look of {_listed(self._styled)}")
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
            if line is None or note.was or line["note"] != note.id:
                line = self._former_line(note, line)
                renamed = True
            if line is None:
                self.new.append(note)
                continue
            self.known[note] = line
            if "was" in line or line["note"] != note.id:
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
                self._report("never-released", place(note), message, hint)

    def _unknown_was(self, note: Note) -> None:
        message = f"no released note had the id `{note.was}`"
        hint = "take `was` away, or correct it" if self.ledger.deck else _IS_IT_LOST
        self._report("unknown-was", place(note), message, hint)

    def _check_claims(self) -> None:
        """Report notes that are one released note."""
        taken: dict[str, Note] = {}
        for note, line in self.known.items():
            other = taken.setdefault(line["guid"], note)
            if other is not note:
                message = f"`{note.id}` and `{other.id}` were one note when it was released"
                hint = "one of the two needs an id of its own, and no `was`"
                self._report("used-id", place(note), message, hint)

    def _former_line(self, note: Note, here: Line | None) -> Line | None:
        """The line of the released note that a note with a new id, or with `was`, is; `here` is its id's."""
        before = self.ledger.ids.get(note.was) if note.was else None
        if here is None:
            return before
        if note.was and before is not None and before is not here:
            message = f"`{note.id}` and `{note.was}` are two released notes, so this one was not `{note.was}`"
            self._report("used-id", place(note), message, "take `was` away, or correct it")
        elif here["note"] != note.id and before is not here:
            message = f"the id `{note.id}` belonged to the released note `{here['note']}`"
            hint = f"give a new note a new id; if this is that note, write `was: {here['note']}` under it"
            self._report("used-id", place(note), message, hint)
        elif note.was and before is None and note.table is None:
            self._unknown_was(note)
        return here

    def _check_deck(self) -> None:
        """Report a deck that is another than the one released."""
        line = self.ledger.deck
        if line is None:
            return
        if line["deck"] != self.deck.id:
            hint = f"put `id: {line['deck']}` back; a deck of its own starts without source/ledger.jsonl"
            message = f"the deck was released as `{line['deck']}`: under another id learners get it twice"
            self._report("changed-deck", self.deck.document.place_of("id"), message, hint)
        elif line["title"] != self.deck.title:
            message = f"the deck was released as `{line['title']}`: cards that learners have stay there"
            refusal = Refusal(
                self.deck.document.place_of("title"), message, f"put `title: {line['title']}` back"
            )
            self._refuse("changed-deck", self.deck.id, refusal)

    # ------------------------------------------------------------------------------------- times, places

    def stamp(self, rows: list[Row], shown: ReadOnly[Scalar, Iterable[str]]) -> None:
        """Give the rows their guids, times and places, and report what learners would lose by them.

        Args:
            rows: The rows of all notes, in the order of study; of retired notes too.
            shown: The digests of the media that texts show, by text.
        """
        guids = {note.id: line["guid"] for note, line in self.known.items()}
        for note in self.new:
            guids[note.id] = identity.guid(self.deck.id, note.kind.name, note.id)
        self._prints = Fingerprints(guids, shown)
        of, known = self._prints.of, self.known
        differing = []
        for row in rows:
            note = row.note
            row.guid = guids[note.id]
            line = known.get(note)
            if line is not None:
                row.modified = line["mod"]
                same = of(note) == line["fingerprint"] and "retired" not in line and not note.retired
                told = line["deck"], line["cards"]
                if not same or told != self._in_words(row) or line["kind"] != note.kind.name:
                    row.modified = self._time(row, line, same=same)
                    differing.append(row)
        find_places(rows, self.known)
        self._check_gone(self._prints)
        self._check_swapped(self._prints)
        self._check_notes(differing)
        self._check_wide(self._prints)

    def _time(self, row: Row, line: Line, *, same: bool) -> int:
        """When a released note that may differ last changed for learners: its text, or which cards it has."""
        known: int = line["mod"]
        if row.note.retired:
            if "retired" in line:
                return known
            self.retired.append(row.note)
        elif same and not {*map(str, row.cards)} - {*line["cards"].split(",")}:
            return known
        else:
            self.changed.append(row.note)
        return max(self.now, known + 1)

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
                taken = {each["id"] for each in self.ledger.types.values()}
                new |= {"id": identity.note_type_id(self.deck.id, kind.name, taken), "mod": self.now}
                self._styled.append(kind.name)
            else:
                same = line["fingerprint"] == new["fingerprint"]
                new |= {"id": line["id"], "mod": line["mod"] if same else max(self.now, line["mod"] + 1)}
                if not same:
                    self._styled.append(kind.name)
                for each in of_kind(note_type, line, new):
                    self._refuse("changed-note-type", kind.name, each)
            self._type_lines[kind.name] = new
            self.types[kind.name] = new["id"], new["mod"]

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
                self._report(
                    "changed-kind", kind.document.place_of("was"), message, "take `was` away, or correct it"
                )
            else:
                self._heirs[kind.name] = kind.was

    # ------------------------------------------------------------------------------------------ refusals

    def _report(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.found.append(Diagnostic(code, message, span, hint))

    def _refuse(self, code: str, name: str, refusal: Refusal) -> None:
        """Report a change of a note, a kind or the deck, unless the author has accepted it."""
        if refusal.final:
            self._report(code, refusal.span, refusal.message, refusal.hint)
            return
        for accept in self.deck.accept:
            if (accept.code, accept.id) == (code, name) and not self._spent(accept):
                if accept not in self.accepted:
                    self.accepted.append(accept)
                return
        hint = f"{refusal.hint}; or accept it in deck.yaml, with `code: {code}` and `id: {name}`"
        if any((accept.code, accept.id) == (code, name) for accept in self.deck.accept):
            hint = (
                f"{refusal.hint}; the acceptance in deck.yaml has been used up, a new one needs a new reason"
            )
        self._report(code, refusal.span, refusal.message, hint)

    def _spent(self, accept: Accept) -> bool:
        """Whether a release has used an acceptance up."""
        used = [accept.code, accept.id, accept.because]
        return any(entry == used for _, entry in self.ledger.accepted())

    def check_accepts(self) -> None:
        """Advise on acceptances that accept nothing."""
        for accept in self.deck.accept:
            if accept not in self.accepted:
                message = "nothing that this accepts is refused"
                if self._spent(accept):
                    message = "a release has used this acceptance up"
                hint = "take it away; a further change needs one of its own, with its own `because`"
                self._report("unused-accept", self.deck.document.span(accept.at), message, hint)

    def _check_gone(self, prints: Fingerprints) -> None:
        """Report released notes that are nowhere in the source."""
        if len(self.known) == len(self.ledger.notes):
            return
        present = {line["guid"] for line in self.known.values()}
        gone = [line for guid, line in self.ledger.notes.items() if guid not in present]
        if len(gone) > _MANY:
            names = _listed([f"`{line['note']}`" for line in gone])
            message = f"{len(gone):,} released notes are not in the source any more: {names}"
            hint = "is a chapter missing? put it back; notes leave the deck with `retired: |`"
            self._report("note-gone", self.ledger.span(gone[0]), message, hint)
            return
        fresh = {prints.of(note).partition(".")[2]: note for note in self.new}
        for line in gone:
            name = line["note"]
            hint = "put it back; to take it out of the deck, write `retired: |` under its id, and there why"
            twin = fresh.get(line["fingerprint"].partition(".")[2])
            if "retired" in line:
                hint = "put it back, with its `retired: |`: the text of a retired note stays in the source"
            elif twin is not None and twin.table and twin.table.id != name.partition(".")[0]:
                table = name.partition(".")[0]
                hint = f"`{twin.id}` says the same: write `was: {table}` under the new id of the table"
            elif twin is not None:
                hint = f"`{twin.id}` says the same: to rename the note, write `was: {name}` under its new id"
            message = f"the released note `{name}` is not in the source any more"
            self._report("note-gone", self.ledger.span(line), message, hint)

    def _check_swapped(self, prints: Fingerprints) -> None:
        """Report notes that say what another released note said, which says that no more."""
        if not self.changed:
            return
        again = {self.known[note]["guid"] for note in self.changed}
        said = {
            text_of(line["fingerprint"]): line for guid, line in self.ledger.notes.items() if guid in again
        }
        for note in self.changed:
            line = said.get(text_of(prints.of(note)))
            if line is not None and line is not self.known[note]:
                message = f"`{note.id}` says what `{line['note']}` said when it was released"
                hint = "give each text its own id again: learners' reviews hang on the id"
                self._report("used-id", place(note), message, hint)

    def _check_notes(self, rows: Iterable[Row]) -> None:
        """Report what became of the cards of released notes that differ in anything."""
        dead: list[tuple[Note, str]] = []
        moved: dict[tuple[str, str], list[Note]] = {}
        other_kind: dict[tuple[str, str], list[Note]] = {}
        for row in rows:
            note, line = row.note, self.known[row.note]
            here, _ = self._in_words(row)
            if line["kind"] not in {note.kind.name, self._heirs.get(note.kind.name)}:
                other_kind.setdefault((line["kind"], note.kind.name), []).append(note)
            elif not note.retired:
                for each in of_clozes(note, line):
                    self._refuse("moved-cloze", note.id, each)
                gone = [int(number) for number in line["cards"].split(",") if int(number) not in row.cards]
                dead += [(note, f"{_card_name(note.kind, number)} of `{note.id}`") for number in gone]
                if here != line["deck"]:
                    moved.setdefault((line["deck"], here), []).append(note)
        if dead:
            names = _listed([name for _, name in dead])
            message = f"{counted(len(dead), 'released card')} {_is(len(dead))} gone: {names}"
            hint = "learners keep them until they choose Tools > Empty Cards; the release notes say so"
            self._report("dead-card", place(dead[0][0]), message, hint)
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
            self._report("moved-notes", place(notes[0]), message, hint)
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
                self._report("changed-kind", Span(kind.document.path), message, hint)
                continue
            for note in notes:
                message = f"`{note.id}` was released as a {old}, and is now a {new}"
                hint = f"make it a {old} again; or retire that, and write the {new} as a note with a new id"
                self._report("changed-kind", place(note), message, hint)

    def _check_wide(self, prints: Fingerprints) -> None:
        """Advise on one change that sends many released notes again."""
        released = sum("retired" not in line for line in self.known.values())
        again = [
            (note, prints.of(note).split("."), self.known[note]["fingerprint"].split("."))
            for note in self.changed
        ]
        again = [each for each in again if len(each[2]) == len(each[1])]
        if released < _FEW_NOTES or len(again) * _A_WIDE_SHARE <= released:
            return
        causes: dict[Span, int] = {}
        for note, new, old in again:
            if new[0] == old[0] and new[1] != old[1]:
                continue
            span = (
                self._tags_at(note, old[2]) if new[0] == old[0] else note.kind.document.place_of("revision")
            )
            causes[span] = causes.get(span, 0) + 1
        for span, count in causes.items():
            if count * _A_WIDE_SHARE > released:
                message = f"{count:,} of {released:,} released notes are sent to learners again"
                hint = "each of them loses the learner's own edits and tags by that; is it worth it?"
                self._report("wide-change", span, message, hint)

    def _tags_at(self, note: Note, before: str) -> Span:
        """Where the tags stand that a note has besides those that it was released with."""
        chapter, deck = note.chapter, self.deck.document.place_of("tags")
        for tag in chapter.tags:
            if digest_of_tags(set(note.tags) - {tag}) == before:
                return deck if tag in self.deck.tags else chapter.tags_at or deck
        return deck if self.deck.tags else chapter.tags_at or deck

    # -------------------------------------------------------------------------------------------- ledger

    def next_lines(self, rows: Iterable[Row], release: Line) -> Iterator[Line]:
        """The lines of the ledger after a release.

        Args:
            rows: The rows of all notes, of retired ones too, stamped.
            release: The line of the release itself, without its count of notes and what it used up.
        """
        version = release["release"]
        assert self._prints is not None  # noqa: S101 (the rows are stamped)
        yield {"ledger": 1, "deck": self.deck.id, "title": self.deck.title}
        renamed = set(self._heirs.values())
        for name, line in (self.ledger.types | self._type_lines).items():
            if name not in renamed:
                yield line
        count = 0
        for row in rows:
            count += 1
            yield self._note_line(row, version, self._prints)
        yield from self.ledger.releases
        accepted = [[accept.code, accept.id, accept.because] for accept in self.accepted]
        yield {**release, "notes": count} | ({"accepted": accepted} if accepted else {})

    def _note_line(self, row: Row, version: str, prints: Fingerprints) -> Line:
        """The line of a note after a release."""
        note, before = row.note, self.known.get(row.note)
        deck, cards = self._in_words(row)
        line: Line = {
            "note": note.id,
            "kind": note.kind.name,
            "guid": row.guid,
            "fingerprint": before["fingerprint"] if before and note.retired else prints.of(note),
            "mod": row.modified,
            "due": row.due,
            "deck": deck,
            "cards": before["cards"] if before and note.retired else cards,
            "released": before["released"] if before else version,
        }
        if before and (former := _former(note, before)):
            line["was"] = former
        if note.retired and before and "clozes" in before:
            line["clozes"] = before["clozes"]
        elif note.kind.cloze:
            known = answers_in((before or {}).get("clozes", ""))
            for number, digest, _, _ in answers(note):
                known.setdefault(number, {})[digest] = None
            line["clozes"] = answers_as_text(known)
        if note.retired:
            line["retired"] = before.get("retired", version) if before else version
        return line


def _former(note: Note, line: Line) -> list[str]:
    """The ids that a note had before the one it has now, the first release's first."""
    names = list(dict.fromkeys([*line.get("was", ()), line["note"]]))
    others = [name for name in names if name != note.id]
    # a note that has its first id again says so, since its field for the id is that of the first release
    return names if others and names[0] == note.id else others


def _card_name(kind: Kind, number: int) -> str:
    if kind.cloze or number >= len(kind.cards):
        return f"c{number + 1}" if kind.cloze else f"card {number + 1}"
    return f"`{kind.cards[number].name}`"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
