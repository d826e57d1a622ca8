"""A learner with a collection, and what they do in it."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_A_WHILE = 1  # seconds
MINE = "my-own-tag"
ADDED = " (added by me)"
DECK = "My own deck"
ACTS = ("study", "edit later", "edit", "tag", "suspend", "flag", "move", "nothing")
"""The actions of a learner on a note after a release; "later": after the next one was built."""


def knows_options() -> bool:
    """Whether learners of this Anki can choose how it imports."""
    from anki import collection  # noqa: PLC0415 (main reports that it is missing)

    return hasattr(collection, "ImportAnkiPackageOptions")


class Learner:
    """A learner with a collection."""

    def __init__(self, folder: Path) -> None:
        """Open the collection in a folder; an empty one if there is none."""
        from anki import collection  # noqa: PLC0415 (main reports that it is missing)

        folder.mkdir(exist_ok=True)
        self.col: Any = collection.Collection(str(folder / "collection.anki2"))
        self.anki: Any = collection

    def close(self) -> None:
        """Close the collection."""
        self.col.close()

    def take_slowly(self, path: str, tell: Callable[[str], None]) -> None:
        """Import a package with many files, and tell every second how far Anki is, in its words."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_A_WHILE):
                words = self.col.latest_progress().importing
                tell("".join(char for char in words if char.isprintable()))

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            self.take(path)
        finally:
            done.set()
            watching.join()

    def take(self, path: str, *, merge: bool = False) -> dict[str, int]:
        """Import a package, and return the number of notes in each of the importer's lists."""
        if knows_options():
            options = self.anki.ImportAnkiPackageOptions(merge_notetypes=merge)
            request = self.anki.ImportAnkiPackageRequest(package_path=path, options=options)
            log = self.col.import_anki_package(request).log
        else:
            log = self.col.import_anki_package(path).log  # until 2.1.66
        self.col.models._clear_cache()  # noqa: SLF001 (an import does not)
        return {name: len(getattr(log, name)) for name in ("new", "updated", "duplicate", "conflicting")}

    def notes(self) -> dict[str, dict[str, Any]]:
        """All notes by guid."""
        rows: Any = self.db("SELECT guid, id, mid, mod, flds, tags FROM notes")
        return {
            guid: {"id": note, "type": note_type, "mod": mod, "text": (fields, tags.split())}
            for guid, note, note_type, mod, fields, tags in rows
        }

    def cards(self) -> dict[int, tuple[Any, ...]]:
        """The state of each card from the learner's work, by its id."""
        rows = self.db(
            "SELECT id, nid, ord, did, type, queue, due, ivl, factor, reps, lapses, flags FROM cards"
        )
        return {row[0]: tuple(row[1:]) for row in rows}

    def reviews(self) -> set[tuple[Any, ...]]:
        """The review log."""
        return {tuple(row) for row in self.db("SELECT id, cid, ease, ivl FROM revlog")}

    def counts(self) -> dict[str, int]:
        """The numbers of notes and cards."""
        return {name: self.db(f"SELECT count() FROM {name}")[0][0] for name in ("notes", "cards")}  # noqa: S608

    def decks(self) -> set[str]:
        """The names of the decks."""
        return {deck.name for deck in self.col.decks.all_names_and_ids()}

    def note_types(self) -> dict[int, dict[str, Any]]:
        """The note types, by their ids."""
        return {each["id"]: each for each in self.col.models.all()}

    def names(self) -> dict[int, list[str]]:
        """The names of the fields and card templates of each note type, by its id."""
        return {
            number: [part["name"] for part in (*each["flds"], *each["tmpls"])]
            for number, each in self.note_types().items()
        }

    def empty_cards(self) -> list[int]:
        """The ids of the notes with cards that are empty to Anki."""
        return [note.note_id for note in self.col.get_empty_cards().notes]

    def db(self, query: str, *values: object) -> list[Any]:
        """The rows of a database query."""
        database: Any = self.col.db
        rows: list[Any] = database.all(query, *values)
        return rows

    def study(self, cards: list[int]) -> None:
        """Give cards a schedule, and an entry in the review log each."""
        self.col.sched.set_due_date(cards, "5-9!")

    def act(self, acts: dict[int, str], times: dict[int, int]) -> None:
        """Do an action on each note.

        Args:
            acts: The action on each note, by its id.
            times: When each note was edited, in seconds since 1970, by its id.
        """
        cards: dict[str, list[int]] = {what: [] for what in ACTS}
        for card, note in self.db("SELECT id, nid FROM cards ORDER BY id"):
            cards[acts.get(note, "nothing")].append(card)
        # each is one call for all notes: a call for each of them takes Anki minutes
        self.study([card for what in ("study", "suspend", "flag", "move") for card in cards[what]])
        self.col.sched.suspend_cards(cards["suspend"])
        self.col.set_user_flag_for_cards(3, cards["flag"])
        if cards["move"]:
            self.col.set_deck(cards["move"], self.col.decks.id(DECK) or 1)
        edited = [self.col.get_note(note) for note, what in acts.items() if what in {"edit", "edit later"}]
        for each in edited:
            each.fields[min(1, len(each.fields) - 1)] += ADDED
        self.col.update_notes(edited)
        tagged = [note for note, what in acts.items() if what == "tag"]
        self.col.tags.bulk_add(tagged, MINE)
        edits: dict[int, list[int]] = {}
        for note in (*(each.id for each in edited), *tagged):
            edits.setdefault(times[note], []).append(note)
        for time, notes in edits.items():
            ids = ",".join(map(str, notes))
            self.col.db.execute(f"UPDATE notes SET mod = ? WHERE id IN ({ids})", time)  # noqa: S608


@contextmanager
def a_copy(folder: Path, to: Path) -> Iterator[Learner]:
    """A learner with a copy of a closed collection, which is removed at the end.

    Where the file system can, its media files are links to those of the original: Anki never writes into one.
    """
    try:
        shutil.copytree(folder, to, copy_function=_link)
        learner = Learner(to)
        try:
            yield learner
        finally:
            learner.close()
    finally:
        shutil.rmtree(to, ignore_errors=True)


def _link(path: str, to: str) -> None:
    """Link a media file, or copy it; databases are always copied."""
    if os.path.basename(os.path.dirname(path)) == "collection.media":  # noqa: PTH119, PTH120
        try:
            os.link(path, to)
        except OSError:
            pass
        else:
            return
    shutil.copy2(path, to)
