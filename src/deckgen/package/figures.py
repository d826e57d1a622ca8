"""Figures of the packages of a build, for what commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.diagnostics import counted
from deckgen.outcome import Made

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.package.pack import Packages
    from deckgen.package.writer import Package


def figures_of(packages: Packages) -> Made:
    """Figures of the packages of a build."""
    package, plan = packages.main, packages.plan
    notes, cards = _by_kind(package), sum(len(each.cards) for each in package.notes)
    last = plan.matching.ledger.latest
    since = last.version if last else None
    about = {
        "version": package.version or None,
        "since": since,
        "new": [note.id for note in plan.added] if since else None,
        "changed": [note.id for note in plan.sending.changed] if since else None,
        "retired": [note.id for note in plan.sending.retired] if since else None,
        "path": None,  # these two once it is written
        "bytes": None,
        "id": package.deck.id,
        "title": package.deck.title,
        "time": package.time,
        "notes": notes,
        "cards": cards,
        "media": len(package.media),
    }
    return Made(about, _held(package, notes, cards), plan.summary(), plan.sending.spared, package.after)


def _held(package: Package, notes: ReadOnly[str, int], cards: int) -> str:
    """What a package holds, in words.

    Args:
        package: The package.
        notes: The number of its notes of each kind.
        cards: The number of its cards.
    """
    kinds = {note_type.kind.name: note_type.kind for note_type in package.note_types}
    counts = []
    for name, count in notes.items():
        kind = kinds[name]
        if kind.rows_key:
            counts.append(counted(count, f"{name} row"))
        else:
            counts.append(f"{count:,} {name if count == 1 else kind.section}")
    held = f"{counted(len(package.notes), 'note')} ({', '.join(counts)}), {counted(cards, 'card')}"
    return held + (f", {counted(len(package.media), 'media file')}" if package.media else "")


def _by_kind(package: Package) -> dict[str, int]:
    """The number of notes of each kind, in the order of first occurrence."""
    counts: dict[str, int] = {}
    for each in package.notes:
        counts[each.note.kind.name] = counts.get(each.note.kind.name, 0) + 1
    return counts
