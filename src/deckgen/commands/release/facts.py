"""The facts of a release for programs: release.json, as docs/releases.md describes it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from deckgen.history.versions import by_order, is_prerelease

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.history.ledger import Ledger, NoteLine, ReleaseLine
    from deckgen.package import Package

_FORMAT = 1


class Digest(NamedTuple):
    """The size of a file in bytes, and its SHA-256."""

    size: int
    sha256: str


def digest_of_file(path: Path) -> Digest:
    """The digest of a file."""
    with path.open("rb") as file:
        return Digest(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def release_json(package: Package, ledger: Ledger, files: ReadOnly[str, Digest]) -> str:
    """The facts of a release.

    Args:
        package: Its package.
        ledger: The ledger after the release.
        files: The other files of the release, by name.
    """
    this = next(each for each in ledger.releases if each.version == package.version)
    notes = ledger.notes.values()
    lower = [
        each.version
        for each in ledger.releases
        if each.time < this.time and by_order(each.version) < by_order(this.version)
    ]
    facts = {
        "format": _FORMAT,
        "deck": package.deck.id,
        "title": package.deck.title,
        "language": package.deck.language,
        "version": this.version,
        "prerelease": is_prerelease(this.version),
        "previous": max(lower, key=by_order, default=None),
        "time": datetime.fromtimestamp(this.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "notes": len(package.notes),
        "cards": sum(len(each.cards) for each in package.notes),
        "media": len(package.media),
        "new": [each.id for each in notes if each.released == this.version and not each.retired],
        "changed": [each.id for each in notes if _is_changed(each, this)],
        "retired": [each.id for each in notes if each.retired == this.version],
        "deckgen": this.deckgen,
        "made_with": dict(this.made_with),
        "digest": this.digest,
        "cleanup_digest": this.cleanup,
        "files": [{"name": name, "bytes": each.size, "sha256": each.sha256} for name, each in files.items()],
    }
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _is_changed(note: NoteLine, release: ReleaseLine) -> bool:
    """Whether learners of the release before get a note again, and it stays in the deck."""
    return note.released != release.version and note.retired is None and note.modified >= release.time


def sha256sums(files: ReadOnly[str, Digest]) -> str:
    """The digests of files, as `sha256sum --check` reads them."""
    return "".join(f"{each.sha256}  {name}\n" for name, each in files.items())
