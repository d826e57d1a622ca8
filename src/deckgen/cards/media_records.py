"""What earlier builds have found out about media files, so that an unchanged file is not read again."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

from deckgen.kept import status_of
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.kept import Kept, Status

_SORT = "media"
_MOST = 50_000  # so many files of a project are kept
_DIGEST = pattern(r"[0-9a-f]{64}")
_LONGEST = 10_000  # characters of an address in an SVG


@dataclass(frozen=True, slots=True)
class MediaRecord:
    """What a build has found out about a file without faults; see `media.Media`."""

    status: Status | None
    digest: str
    size: int
    tells_place: bool
    wants: str
    shrinks: bool


@dataclass
class Records:
    """The records of a project's media files.

    Attributes:
        kept: Where they are kept.
        source: The folder source/, resolved.
    """

    kept: Kept
    source: Path
    _known: dict[str, MediaRecord] = field(init=False)
    _seen: dict[str, MediaRecord] = field(default_factory=dict)
    _new: bool = False

    def __post_init__(self) -> None:
        """Read the kept records."""
        self._known = _read(self.kept.value(_SORT, str(self.source)))

    def find(self, path: Path) -> MediaRecord | None:
        """The record of a file that has not changed since; None if there is none.

        Raises:
            OSError: The system says nothing about the file.
        """
        name = self._name(path)
        record = self._known.get(name)
        if record is None or record.status != status_of(path.stat()):
            return None
        self._seen[name] = record
        return record

    def remember(self, path: Path, record: MediaRecord) -> None:
        """Remember a record for the next builds, if its status is sure."""
        if record.status is not None:
            self._seen[self._name(path)] = record
            self._new = True

    def keep(self) -> None:
        """Keep all records for the next builds, if there are new ones."""
        if not self._new:
            return
        # a build may see fewer files because of errors, so the others stay as long as there are not too many
        records = self._known | self._seen
        if len(records) > _MOST:
            records = self._seen
        self.kept.keep_value(_SORT, str(self.source), {name: astuple(each) for name, each in records.items()})

    def _name(self, path: Path) -> str:
        return path.relative_to(self.source).as_posix()


def _read(value: object) -> dict[str, MediaRecord]:
    """Kept records; those of another shape are left out."""
    if not isinstance(value, dict):
        return {}
    return {name: record for name, row in value.items() if (record := _record(row))}


def _record(row: object) -> MediaRecord | None:
    """A record of a kept row; None if the row has another shape."""
    match row:
        case [
            [int(number), int(size), int(modified), int(changed)],
            str(digest),
            int(length),
            bool(tells_place),
            str(wants),
            bool(shrinks),
        ] if _DIGEST.fullmatch(digest) and length > 0 and len(wants) <= _LONGEST:
            return MediaRecord((number, size, modified, changed), digest, length, tells_place, wants, shrinks)
    return None
