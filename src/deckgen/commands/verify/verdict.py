"""What a rehearsal shows: the faults, and what else an author should know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly
    from collections.abc import Set as AbstractSet

_RENAMES_SINCE = (23, 10)  # before this version, a renamed field or card is a new one to Anki

_OF_LATEX = re.compile(r"latex-[0-9a-f]{40}\.(png|svg)")
"""The name of a file that a learner's Anki makes of LaTeX when it shows the card."""


def judged(
    result: ReadOnly[str, Any],
    names: ReadOnly[str, str],
    accepted: AbstractSet[str | None],
    *,
    adopted: bool = False,
) -> dict[str, Any]:
    """The result of a rehearsal with note ids for guids, its `faults`, `remarks` and `rare` remarks.

    Args:
        result: As `rehearse` returns it.
        names: The note ids, by guid.
        accepted: The versions since which the author has accepted that a note type differs.
        adopted: Whether learners had the deck before deckgen knew it; so they may have empty cards, and cards
            whose files are missing.
    """
    new = {**result["new_learner"], "wrong_files": _renamed(result["new_learner"]["wrong_files"], names)}
    updates = [
        {
            **update,
            "lost": _renamed(update["lost"], names),
            "wrong_files": _renamed(update["wrong_files"], names),
            "held_back": [names.get(guid, guid) for guid in update["held_back"]],
            "not_arrived": [names.get(guid, guid) for guid in update["not_arrived"]],
        }
        for update in result["updates"]
    ]
    faults: list[str] = []
    rare = list(_altered(result["altered"]))
    remarks = rare.copy()
    if new["empty_cards"]:
        (remarks if adopted else faults).append(
            f"Anki calls cards of {counted(new['empty_cards'], 'note')} empty"
        )
    faults += [f"a new learner: {fault}" for fault in _of_files(new["wrong_files"])]
    for update in updates:
        which = f"from {update['previous']}" + (", merging" if update["options"] == "merge" else "")
        remark = _explained(update, result["anki"], accepted)
        if remark:
            remarks.append(f"{which}: {remark}")
        faults += [f"{which}: {fault}" for fault in _faults(update, explained=bool(remark))]
        wrong = update["wrong_files"]
        if adopted:
            wrong = [row for row in wrong if not _OF_LATEX.fullmatch(row[1])]
        (remarks if adopted else faults).extend(f"{which}: {fault}" for fault in _of_files(wrong))
    later = dict(result["next"])
    if later:
        later["lost"] = _renamed(later["lost"], names)
        later["texts"] = [names.get(guid, guid) for guid in later["texts"]]
    return {
        **result,
        "new_learner": new,
        "updates": updates,
        "next": later,
        "faults": faults,
        "remarks": remarks,
        "rare": rare,
    }


def _renamed(rows: list[list[Any]], names: ReadOnly[str, str]) -> list[list[Any]]:
    """Rows that begin with a note, with its id in place of its guid."""
    return [[names.get(guid, guid), *rest] for guid, *rest in rows]


def _explained(update: ReadOnly[str, Any], anki: str, accepted: AbstractSet[str | None]) -> str:
    """Why notes that are not updated are no fault; empty if they are one."""
    stay = counted(update["conflicting"], "note")
    if update["previous"] in accepted:
        return f"{stay} not updated, as accepted; learners follow the import steps in the release notes"
    old = tuple(map(int, re.findall(r"\d+", anki)[:2])) < _RENAMES_SINCE
    if old and update["renamed"] and update["conflicting"]:
        return (
            f"{stay} not updated, because Anki {anki} treats a note type with a renamed field "
            "or card as a different one; Anki 23.10 and later do not"
        )
    return ""


def _faults(update: ReadOnly[str, Any], *, explained: bool) -> Iterator[str]:
    """The faults of an update."""
    if update["conflicting"] and not explained:
        yield f"{counted(update['conflicting'], 'note')} conflicting"
    for name, what in update["lost"]:
        yield f"`{name}`: {what}" if name else what
    if not explained:
        for name in update["not_arrived"]:
            yield f"the learner did not get the new text of `{name}`"
    for what in ("cards", "decks"):
        if (update["cleanup"] or {}).get(f"{what}_added"):
            yield f"the cleanup package adds {what}"


def _of_files(rows: list[list[Any]]) -> Iterator[str]:
    """The faults of files that cards show."""
    for note, name, what, notes in rows:
        others = f" and {counted(notes - 1, 'other note')}" if notes > 1 else ""
        verb = "show" if others else "shows"
        wrong = (
            "which the learner does not have"
            if what == "missing"
            else "but the learner has a different file with that name"
        )
        yield f"`{note}`{others} {verb} `{name}`, {wrong}"


def _altered(results: list[dict[str, Any]]) -> Iterator[str]:
    """The remarks about learners who have altered a note type."""
    for default in results:
        if default["options"] != "default":
            continue
        merging = next(
            (
                each
                for each in results
                if each["learner"] == default["learner"] and each["options"] == "merge"
            ),
            None,
        )
        done = _merged(merging) if merging else []
        if not default["missed"] and not default["lost"] and not done:
            continue
        lost = f"{default['lost']:,} lost" if default["lost"] else "nothing lost"
        misses = f" misses {counted(default['missed'], 'change')} to its notes;" if default["missed"] else ":"
        remark = f"from {default['previous']}: a learner who has {_did(default)}{misses} {lost}"
        if done:
            remark += f"; if they check Merge note types, Anki {', '.join(done)}"
        yield remark


def _did(result: ReadOnly[str, Any]) -> str:
    """What a learner has done to the note types."""
    return {
        "added-field": "added a field to `{type}`",
        "moved-note": "changed a note of `{type}` to the note type `{other_type}`",
        "deleted-card-type": "deleted the card type `{card_type}` of `{type}`",
    }[result["learner"]].format_map(result)


def _merged(result: ReadOnly[str, Any]) -> list[str]:
    """What Anki does to such a learner when it merges note types: each with a verb; empty if no harm."""
    if result["refused"]:
        return ["refuses the import"]
    doubles = f", {result['cards_twice']:,} of them duplicates" if result["cards_twice"] else ""
    again = f" and {result['twice_next_time']:,} more at each import" if result["twice_next_time"] else ""
    harm = (
        (result["wrong_texts"], "puts the texts of {} into wrong fields", "note"),
        (result["cut_texts"], "drops texts of {}", "note"),
        (result["cards_gone"], "deletes {}", "card"),
        (result["cards_elsewhere"], "gives {} a different card type", "card"),
        (result["cards_added"], f"adds {{}}{doubles}{again}", "card"),
        (result["conflicting_next_time"], "skips {} in later imports without it", "note"),
        (result["reviews_lost"], "loses reviews of {}", "card"),
    )
    done = [text.format(counted(count, what)) for count, text, what in harm if count]
    return done if result["reviews_lost"] or not done else [*done, "keeps all reviews"]
