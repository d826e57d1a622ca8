"""The rehearsal of a package: by a new learner, and over each earlier release."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen.commands.verify.rehearsal.altered import alterations, rehearse_altered
from deckgen.commands.verify.rehearsal.learner import Learner, knows_options
from deckgen.commands.verify.rehearsal.shown import ShownFiles
from deckgen.commands.verify.rehearsal.update import NewLearner, Update, later_update

if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[str], None]

_ALTERED = {
    "added-field": "with an added field",
    "moved-note": "with a different note type",
    "deleted-card-type": "without a card type",
}
_MERGED = {"moved-note", "deleted-card-type"}
"""The alterations after which merging note types may do harm; after an added field it helps."""
_MERGING = {False: "", True: ", merging note types"}


def main(path: Path) -> None:
    """Run the job of a file.

    It prints lines of JSON: `[what is done now, number of steps done, number of steps]`, and then the result.
    """
    job = json.loads(path.read_text(encoding="utf-8"))
    out = sys.stdout

    def tell(what: str, done: int, total: int) -> None:
        out.write(json.dumps([what, done, total]) + "\n")
        out.flush()

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            result = rehearse(job, tell)
    except ModuleNotFoundError as error:
        if error.name != "anki":
            raise
        result = {"missing": True}
    except BrokenPipeError:  # deckgen was killed, and removes nothing any more
        shutil.rmtree(job["folder"], ignore_errors=True)
        raise
    out.write(json.dumps(result) + "\n")
    out.flush()


def rehearse(job: dict[str, Any], tell: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Import the package of a job from scratch, and over each of the earlier ones.

    There is one collection at a time: that with the earlier release. Copies of it share its media files.

    Args:
        job: `folder`, an empty one; `package`, a path; `media`, the size and CRC-32 of each file in it, by
            name; `previous`, a list of earlier ones, each with `path`, `media` and `name`; `cleanup`, a path
            or None; `retired`, the tag that it adds. One of the earlier ones may have `later`, the path of a
            package with further changes.
        tell: Is called with what is done now, the number of steps done, and of all.

    Returns:
        Anki's version, the notes and cards of a new learner, and the result of each update.
    """
    from anki.buildinfo import version  # noqa: PLC0415 (main reports that it is missing)

    folder = Path(job["folder"])
    shown = ShownFiles()
    options = (False, True) if knows_options() else (False,)
    altering = [(what, merge) for what in _ALTERED for merge in options if what in _MERGED or not merge]
    # of each earlier release: its import, and the update with each of the options
    total = 1 + len(job["previous"]) * (1 + len(options)) + len(altering) * bool(job["previous"])
    total += sum("later" in previous for previous in job["previous"])
    steps = _Steps(tell, total)
    steps.next("a new learner")
    learner = Learner(folder / "new")
    learner.take_slowly(job["package"], steps.more)
    after, new_learner = _new_learner(learner, job, shown)
    shutil.rmtree(folder / "new", ignore_errors=True)
    result: dict[str, Any] = {"anki": version, "new_learner": new_learner, "updates": [], "altered": []}
    result["next"] = {}  # what a later change brings
    for previous in job["previous"]:
        steps.next(f"the learners of {previous['name']}")
        learner = Learner(folder / "before")
        learner.take_slowly(previous["path"], steps.more)
        is_last = previous is job["previous"][-1]
        altered = alterations(learner, after.notes) if is_last else {}
        learner.close()
        for what, merge in altering if is_last else ():
            steps.next(f"from {previous['name']} {_ALTERED[what]}{_MERGING[merge]}")
            if what in altered:
                folders = (folder / "before", folder / "after")
                result["altered"].append(rehearse_altered(job, after, altered[what], folders, merge=merge))
        if "later" in previous:
            steps.next(f"from {previous['name']}, after a change")
            result["next"] = later_update(previous["later"], folder / "before", folder / "after")
        update = Update(job, previous, after, shown, folder / "before")
        update.work()
        for merge in options:
            steps.next(f"from {previous['name']}{_MERGING[merge]}")
            result["updates"].append(update.run(folder / "after", merge=merge))
        shutil.rmtree(folder / "before", ignore_errors=True)
    return result


def _new_learner(
    learner: Learner, job: dict[str, Any], shown: ShownFiles
) -> tuple[NewLearner, dict[str, Any]]:
    """What a new learner has got, and the figures of it."""
    count, wrong = shown.wrong(learner, job["media"], {})
    empty = len(learner.empty_cards())
    cards = learner.db("SELECT n.guid, count() FROM cards c JOIN notes n ON n.id = c.nid GROUP BY n.guid")
    after = NewLearner(learner.notes(), dict(cards), learner.names())
    figures = {**learner.counts(), "empty_cards": empty, "files": count, "wrong_files": wrong}
    learner.close()
    return after, figures


class _Steps:
    """Counts the steps, and tells of each as it begins."""

    def __init__(self, tell: Callable[[str, int, int], None], total: int) -> None:
        self._tell = tell
        self._what = ""
        self._done = -1
        self._total = total

    def next(self, what: str) -> None:
        """Begin a step."""
        self._what = what
        self._done += 1
        self._tell(what, self._done, self._total)

    def more(self, words: str) -> None:
        """Say what happens within a step."""
        self._tell(f"{self._what}: {words}" if words else self._what, self._done, self._total)
