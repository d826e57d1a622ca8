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

    from deckgen.history.ledger import Ledger, ReleaseLine
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
    times = dict.fromkeys(ledger.adopted_versions, 0)
    times |= {each.version: each.time for each in ledger.releases}
    before = previous(this, ledger)
    since = times[before] if before else ledger.adopted_time
    live = [each for each in notes if not each.retired]
    facts = {
        "format": _FORMAT,
        "deck": package.deck.id,
        "title": package.deck.title,
        "language": package.deck.language,
        "version": this.version,
        "prerelease": is_prerelease(this.version),
        "previous": before,
        "time": datetime.fromtimestamp(this.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "notes": len(package.notes),
        "cards": sum(len(each.cards) for each in package.notes),
        "media": len(package.media),
        "new": [each.id for each in live if times[each.released] > since],
        "changed": [each.id for each in live if times[each.released] <= since < each.modified],
        "retired": [
            each.id for each in notes if each.retired and times[each.retired] > since >= times[each.released]
        ],
        "deckgen": this.deckgen,
        "made_with": dict(this.made_with),
        "digest": this.digest,
        "cleanup_digest": this.cleanup,
        "files": [{"name": name, "bytes": each.size, "sha256": each.sha256} for name, each in files.items()],
    }
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def previous(release: ReleaseLine, ledger: Ledger) -> str | None:
    """The version before a release: of one that is no prerelease, the last one that was none either."""
    lower = [
        each.version
        for each in ledger.releases
        if each.time < release.time
        and by_order(each.version) < by_order(release.version)
        and (is_prerelease(release.version) or not is_prerelease(each.version))
    ]
    return max(lower, key=by_order, default=None)


def sha256sums(files: ReadOnly[str, Digest]) -> str:
    """The digests of files, as `sha256sum --check` reads them."""
    return "".join(f"{each.sha256}  {name}\n" for name, each in files.items())
