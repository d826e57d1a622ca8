"""The rehearsal of an update in the real Anki: a script for any Python that has `anki`, from 2.1.66 on.

It reads a job from stdin and prints the result, both as JSON. It imports nothing of deckgen. It works in
collections of its own, in a temporary folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

MINE = "my-own-tag"
ADDED = " (added by me)"
DECK = "My own deck"
# the actions of a learner on a note after a release; "later": after the next one was built
ACTS = ("study", "edit later", "edit", "tag", "suspend", "flag", "move", "nothing")


def main() -> None:
    """Run the job on stdin."""
    # Python searches the folder of a script first, and deckgen has a package `anki` there
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]
    job = json.load(sys.stdin)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            result = rehearse(job)
    except ModuleNotFoundError as error:
        if error.name != "anki":
            raise
        result = {"missing": True}
    json.dump(result, sys.stdout)


def rehearse(job: dict[str, Any]) -> dict[str, Any]:
    """Import the package of a job from scratch, and over each of the earlier ones.

    Args:
        job: `package`, a path; `previous`, a list of earlier ones, each with `path` and `name`; `cleanup`,
            a path or None; `retired`, the tag that it adds.

    Returns:
        Anki's version, the notes and cards of a new learner, and the result of each update.
    """
    from anki.buildinfo import version  # noqa: PLC0415 (main reports that it is missing)

    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(Path(folder, "scratch"))
        learner.take(job["package"])
        after = learner.notes(), learner.names()
        result: dict[str, Any] = {
            "anki": version,
            "new_learner": {**learner.counts(), "empty_cards": len(learner.empty_cards())},
            "updates": [],
        }
        learner.close()
        for number, previous in enumerate(job["previous"]):
            for merge in (False, True) if learner.knows_options else (False,):
                update = Update(job, previous, *after, Path(folder, f"{number}-{merge}"), merge=merge)
                result["updates"].append(update.run())
        if job["previous"]:
            result["altered"] = rehearse_altered(job, after[0], Path(folder, "altered"))
    return result


def rehearse_altered(job: dict[str, Any], after: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Import the package of a job over the last of the earlier ones, after a learner has added a field.

    Args:
        job: As for `rehearse`.
        after: The notes as a new learner gets them.
        folder: The folder for the collection.

    Returns:
        The earlier release; the name of the note type with the field, which is the one with the most updated
        notes; the number of updated notes that have not arrived; the number of texts, cards and reviews of
        the learner that have changed.
    """
    previous = job["previous"][-1]
    learner = Learner(folder)
    learner.take(previous["path"])
    before = learner.notes()
    types = dict(learner.db("SELECT guid, mid FROM notes"))
    sent = [guid for guid in before if guid in after and after[guid]["mod"] > before[guid]["mod"]]
    number = max(sorted(set(types.values())), key=lambda each: sum(types[guid] == each for guid in sent))
    note_type = learner.col.models.get(number)
    learner.col.models.add_field(note_type, learner.col.models.new_field(MINE))
    learner.col.models.update_dict(note_type)
    for card, note in learner.db("SELECT id, nid FROM cards ORDER BY id LIMIT 20"):
        learner.act("study", note, [card], 0)
    mine, cards, reviews = learner.notes(), learner.cards(), learner.reviews()
    learner.take(job["package"])
    now, work = learner.notes(), learner.cards()
    as_it_was = {guid for guid, note in mine.items() if now.get(guid, {}).get("text") == note["text"]}
    of_it = {guid for guid in before if types[guid] == number}
    lost = len(of_it - as_it_was - {*sent}) + len(reviews - learner.reviews())
    lost += sum(work.get(card) != was for card, was in cards.items())
    learner.close()
    missed = len(of_it & as_it_was & {*sent})
    return {"previous": previous["name"], "type": note_type["name"], "missed": missed, "lost": lost}


class Learner:
    """A learner with a new collection."""

    def __init__(self, folder: Path) -> None:
        """Open an empty collection."""
        from anki import collection  # noqa: PLC0415

        folder.mkdir()
        self.col: Any = collection.Collection(str(folder / "collection.anki2"))
        self.anki: Any = collection
        self.knows_options = hasattr(collection, "ImportAnkiPackageOptions")

    def close(self) -> None:
        """Close the collection."""
        self.col.close()

    def take(self, path: str, *, merge: bool = False) -> dict[str, int]:
        """Import a package, and return the number of notes in each of the importer's lists."""
        if self.knows_options:
            options = self.anki.ImportAnkiPackageOptions(merge_notetypes=merge)
            request = self.anki.ImportAnkiPackageRequest(package_path=path, options=options)
            log = self.col.import_anki_package(request).log
        else:
            log = self.col.import_anki_package(path).log  # until 2.1.66
        return {name: len(getattr(log, name)) for name in ("new", "updated", "duplicate", "conflicting")}

    def notes(self) -> dict[str, dict[str, Any]]:
        """All notes by guid."""
        rows: Any = self.db("SELECT guid, id, mod, flds, tags FROM notes")
        return {
            guid: {"id": note, "mod": mod, "text": (fields, tags.split())}
            for guid, note, mod, fields, tags in rows
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

    def names(self) -> dict[int, list[str]]:
        """The names of the fields and card templates of each note type, by its id."""
        return {
            each["id"]: [part["name"] for part in (*each["flds"], *each["tmpls"])]
            for each in self.col.models.all()
        }

    def empty_cards(self) -> list[int]:
        """The ids of the notes with cards that are empty to Anki."""
        return [note.note_id for note in self.col.get_empty_cards().notes]

    def db(self, query: str, *values: object) -> list[Any]:
        """The rows of a database query."""
        database: Any = self.col.db
        rows: list[Any] = database.all(query, *values)
        return rows

    def act(self, what: str, note: int, cards: list[int], time: int) -> None:
        """Do a learner's action on a note, at a time in seconds since 1970."""
        if what in {"study", "suspend", "flag", "move"}:
            self.col.sched.set_due_date(cards, "5-9!")
        if what == "suspend":
            self.col.sched.suspend_cards(cards)
        elif what == "flag":
            self.col.set_user_flag_for_cards(3, cards)
        elif what == "move":
            self.col.set_deck(cards, self.col.decks.id(DECK) or 1)
        elif what in {"edit", "edit later", "tag"}:
            edited: Any = self.col.get_note(note)
            if what == "tag":
                edited.tags.append(MINE)
            else:
                edited.fields[min(1, len(edited.fields) - 1)] += ADDED
            self.col.update_note(edited)
            self.col.db.execute("UPDATE notes SET mod = ? WHERE id = ?", time, note)


class Update:
    """A learner with an earlier release who imports the package."""

    def __init__(
        self,
        job: dict[str, Any],
        previous: dict[str, Any],
        after: dict[str, Any],
        names: dict[int, list[str]],
        folder: Path,
        *,
        merge: bool,
    ) -> None:
        """Prepare.

        Args:
            job: As for `rehearse`.
            previous: The earlier release.
            after: The notes as a new learner gets them.
            names: The names in the note types as a new learner gets them.
            folder: The folder for the collection.
            merge: Whether the learner has ticked *merge note types*.
        """
        self.job, self.previous, self.after, self.names, self.merge = job, previous, after, names, merge
        self.learner = Learner(folder)
        self.lost: list[tuple[str, str]] = []
        """The losses, each as (guid of the note, description); the guid is empty if there is no note."""

    def run(self) -> dict[str, Any]:
        """Import the earlier release, work with it, import the package, and compare."""
        learner = self.learner
        learner.take(self.previous["path"])
        before, names = learner.notes(), learner.names()
        acts = self._acts(before)
        cards: dict[int, list[int]] = {}
        for card, note in learner.db("SELECT id, nid FROM cards"):
            cards.setdefault(note, []).append(card)
        for guid, what in acts.items():
            note = before[guid]["id"]
            changed = self._changed(guid, before)
            mod = self.after[guid]["mod"] if changed else before[guid]["mod"]
            when = mod - 1 if changed and what != "edit later" else mod + 1
            learner.act(what, note, cards.get(note, []), when)
        mine, work = learner.notes(), (learner.cards(), learner.reviews(), learner.decks())
        log = learner.take(self.job["package"], merge=self.merge)
        now = learner.notes()
        self._compare_work({note["id"]: guid for guid, note in before.items()}, *work)
        held, missing = self._compare_notes(before, mine, now, acts)
        empty = learner.empty_cards()
        cleanup = self._clean_up() if self.job["cleanup"] else None
        learner.close()
        return {
            "previous": self.previous["name"],
            "options": "merge" if self.merge else "default",
            "new": log["new"],
            "updated": log["updated"],
            "untouched": log["duplicate"] - len(held),
            "held_back": held,
            "conflicting": log["conflicting"],
            "renamed": any(self.names.get(number, parts) != parts for number, parts in names.items()),
            "not_arrived": missing,
            "empty_cards": len(empty),
            "lost": self.lost,
            "cleanup": cleanup,
        }

    def _changed(self, guid: str, before: dict[str, Any]) -> bool:
        """Whether the package sends a note again."""
        return guid in self.after and bool(self.after[guid]["mod"] > before[guid]["mod"])

    def _acts(self, before: dict[str, Any]) -> dict[str, str]:
        """The action on each note: each action is done on notes that change, and on others."""
        acts = {}
        counts = [0, 0]
        for guid in sorted(before):
            if guid not in self.after:
                acts[guid] = "study"  # a retired note: the cleanup package must find it unchanged
                continue
            changed = self._changed(guid, before)
            acts[guid] = ACTS[counts[changed] % len(ACTS)]
            counts[changed] += 1
        return acts

    def _compare_work(
        self,
        guids: dict[int, str],
        cards: dict[int, tuple[Any, ...]],
        reviews: set[tuple[Any, ...]],
        decks: set[str],
    ) -> None:
        """Record what the import has lost of a learner's work on cards."""
        now = self.learner.cards()
        for card, was in cards.items():
            if card not in now:
                self.lost.append((guids[was[0]], f"card {was[1] + 1} is gone"))
            elif now[card] != was:
                self.lost.append((guids[was[0]], f"card {was[1] + 1} has another schedule, flag or deck"))
        gone = reviews - self.learner.reviews()
        if gone:
            self.lost.append(("", f"{len(gone)} entries of the review log are gone"))
        for name in decks - self.learner.decks():
            self.lost.append(("", f"the deck `{name}` is gone"))
        for (guid,) in self.learner.db("SELECT guid FROM notes GROUP BY guid HAVING count() > 1"):
            self.lost.append((guid, "the note is there twice"))

    def _compare_notes(
        self, before: dict[str, Any], mine: dict[str, Any], now: dict[str, Any], acts: dict[str, str]
    ) -> tuple[list[str], list[str]]:
        """The guids of the notes that were held back, and of the notes whose text has not arrived."""
        held, missing = [], []
        for guid, note in mine.items():
            if guid not in now:
                self.lost.append((guid, "the note is gone"))
            elif not self._changed(guid, before):
                if now[guid]["text"] != note["text"]:
                    self.lost.append((guid, "the learner's edit is gone, and the note did not change"))
            elif acts[guid] == "edit later":
                held.append(guid)
                if now[guid]["text"] != note["text"]:
                    self.lost.append((guid, "the learner edited it after the build, and that is gone"))
            elif now[guid]["text"] != self.after[guid]["text"]:
                missing.append(guid)
        missing += [guid for guid in self.after if guid not in now]
        return held, missing

    def _clean_up(self) -> dict[str, int]:
        """Import the cleanup package; returns how many notes it has tagged, and its other changes."""
        before, decks = self.learner.cards(), self.learner.decks()
        had = set(self.learner.notes())
        self.learner.take(self.job["cleanup"])
        now = self.learner.notes()
        tagged = sum(self.job["retired"] in now[guid]["text"][1] for guid in had)
        return {
            "tagged": tagged,
            "cards_added": len(set(self.learner.cards()) - set(before)),
            "decks_added": len(self.learner.decks() - decks),
        }


if __name__ == "__main__":
    main()
