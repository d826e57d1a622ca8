"""A learner with the real Anki, in a process of its own with a clock of its own.

As a script it is that process: it reads commands from stdin, one JSON list a line, and answers each with a
line. It runs in any Python that has `anki`, with nothing else installed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "src"


class Serve:
    """The commands, by name, on the collection that was opened last."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.learner: Any = None

    def open(self, folder: str) -> str:
        """Open an empty collection in a folder; Anki's version."""
        from anki.buildinfo import version  # noqa: PLC0415 (only this process has it)

        sys.path.insert(0, str(SOURCE))  # of deckgen, its Python need not have more than this module
        from deckgen.commands.verify.rehearsal.learner import Learner  # noqa: PLC0415

        sys.path.remove(str(SOURCE))

        self.close()
        self.learner = Learner(Path(folder))
        return version

    def close(self) -> None:
        """Close the collection."""
        if self.learner:
            self.learner.close()
            self.learner = None

    def clock(self) -> float:
        """What this process takes for the time."""
        return time.time()

    def take(self, path: str, merge: int) -> dict[str, int]:
        """Import a package; nothing is counted where Anki refuses it."""
        from anki.errors import BackendError  # noqa: PLC0415 (as above)

        try:
            log: dict[str, int] = self.learner.take(path, merge=bool(merge))
        except BackendError:
            return {}
        return log

    def state(self) -> dict[str, Any]:
        """All that a learner has."""
        col = self.learner.col
        names = {deck.id: deck.name for deck in col.decks.all_names_and_ids()}
        cards = {
            f"{guid} {row[0]}": [names[row[1]], *row[2:]]
            for guid, *row in self.learner.db(
                "SELECT guid, ord, did, type, queue, due, ivl, factor, reps, lapses, c.flags "
                "FROM cards c JOIN notes n ON n.id = c.nid"
            )
        }
        col.models._clear_cache()  # noqa: SLF001 (an import does not)
        return {
            "guids": [guid for (guid,) in self.learner.db("SELECT guid FROM notes")],
            "notes": {guid: [note["mod"], *note["text"]] for guid, note in self.learner.notes().items()},
            "cards": cards,
            "reviews": [list(row) for row in sorted(self.learner.reviews())],
            "css": {str(each["id"]): each["css"] for each in col.models.all()},
            "types": {
                str(each["id"]): [[part["name"] for part in each[key]] for key in ("flds", "tmpls")]
                for each in col.models.all()
            },
            "decks": sorted(names.values()),
            "work": {str(card): [names[row[2]], *row[3:]] for card, row in self.learner.cards().items()},
            "lacking": self._lacking(),
            "empty": self._guids(self.learner.empty_cards()),
        }

    def _lacking(self) -> list[str]:
        """The notes that show images which the learner does not have."""
        folder = Path(self.learner.col.media.dir())
        return [
            guid
            for guid, fields in self.learner.db("SELECT guid, flds FROM notes")
            for name in re.findall(r'src="([^"]*)"', fields)
            if not (folder / name).exists()
        ]

    def _guids(self, notes: list[int]) -> list[str]:
        found = (self.learner.db("SELECT guid FROM notes WHERE id = ?", note) for note in notes)
        return [rows[0][0] for rows in found if rows]

    def _note(self, guid: str) -> tuple[Any, list[int]]:
        ((number,),) = self.learner.db("SELECT id FROM notes WHERE guid = ?", guid)
        cards = [
            card for (card,) in self.learner.db("SELECT id FROM cards WHERE nid = ? ORDER BY ord", number)
        ]
        return number, cards

    def edit(self, guid: str, text: str) -> None:
        """Write something into a note's second field, as in the editor."""
        note = self.learner.col.get_note(self._note(guid)[0])
        note.fields[1] += text
        self.learner.col.update_note(note)

    def tag(self, guid: str, tag: str) -> None:
        """Add a tag to a note."""
        note = self.learner.col.get_note(self._note(guid)[0])
        note.tags.append(tag)
        self.learner.col.update_note(note)

    def work(self, what: str, guid: str) -> None:
        """Study, suspend, flag or move the cards of a note; delete one of them, or the note."""
        col, (note, cards) = self.learner.col, self._note(guid)
        if what == "delete note":
            col.remove_notes([note])
        elif what == "delete card":
            col.remove_cards_and_orphaned_notes(cards[-1:])
        elif what == "study":
            col.sched.set_due_date(cards, "3-9!")
        elif what == "suspend":
            col.sched.suspend_cards(cards)
        elif what == "flag":
            col.set_user_flag_for_cards(2, cards)
        elif what == "move":
            col.set_deck(cards, col.decks.id("Elsewhere"))

    def style(self, number: str, css: str) -> None:
        """Add to a note type's css."""
        note_type = self.learner.col.models.get(int(number))
        note_type["css"] += css
        self.learner.col.models.update_dict(note_type)

    def field(self, number: str) -> bool:
        """Add a field to a note type."""
        models = self.learner.col.models
        note_type = models.get(int(number))
        models.add_field(note_type, models.new_field(f"Mine {len(note_type['flds'])}"))
        models.update_dict(note_type)
        return True

    def template(self, number: str, place: int) -> bool:
        """Delete a card type of a note type; whether it has another."""
        models = self.learner.col.models
        note_type = models.get(int(number))
        if len(note_type["tmpls"]) == 1:
            return False
        models.remove_template(note_type, note_type["tmpls"][place])
        models.update_dict(note_type)
        return True

    def turn(self, guid: str, name: str) -> bool:
        """Give a note another note type, its fields as Anki proposes it; whether there is such a type."""
        models, (note, _) = self.learner.col.models, self._note(guid)
        ((old,),) = self.learner.db("SELECT mid FROM notes WHERE id = ?", note)
        new = models.by_name(name)
        if new is None or new["id"] == old:
            return False
        request = models.change_notetype_info(old_notetype_id=old, new_notetype_id=new["id"]).input
        request.note_ids.append(note)
        models.change_notetype_of_notes(request)
        return True


class Learner:
    """A learner, asked from outside: every command of `Serve`, at a time."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        """Start the process; `folder` is where it may write."""
        import libfaketime  # type: ignore[import-untyped]  # noqa: PLC0415 (the script runs without it)

        library = Path(libfaketime.__file__).parent / "vendor/libfaketime/src/libfaketime.so.1"
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = folder / "clock"
        self._clock.write_text("2023-01-01 00:00:00", encoding="ascii")
        self._log = (folder / "stderr").open("w+", encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self._process = subprocess.Popen(
            [python, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
            env={
                **environment,
                "LD_PRELOAD": str(library),
                "FAKETIME_TIMESTAMP_FILE": str(self._clock),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "TZ": "UTC",
            },
        )

    def at(self, when: int, command: str, *arguments: object) -> Any:  # noqa: ANN401 (JSON)
        """Give a command at a time in seconds since 1970; its answer."""
        self._clock.write_text(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(when)), encoding="ascii")
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([command, *arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise AssertionError(self._log.read()[-3000:])
        fault, answer = json.loads(line)
        if fault:
            raise AssertionError(fault)
        return answer

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)
        assert self._process.stdout
        self._process.stdout.close()
        self._log.close()


def main() -> None:
    """Serve until stdin ends."""
    serve = Serve()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                answer = ["", getattr(serve, command)(*arguments)]
        except Exception:  # noqa: BLE001 (whoever asked is told, and may go on)
            answer = [traceback.format_exc(), None]
        out.write(json.dumps(answer) + "\n")
        out.flush()
    serve.close()


if __name__ == "__main__":
    main()
