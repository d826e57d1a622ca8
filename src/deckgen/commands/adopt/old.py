"""What learners have: a package, or a folder of CrowdAnki."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.package import (
    crowdanki_digest,
    crowdanki_media,
    is_crowdanki,
    read_crowdanki,
    read_digest,
    read_media,
    read_package,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from deckgen.package import Contents, PackedMedium


@dataclass(frozen=True, slots=True)
class Old:
    """An old deck.

    Attributes:
        path: The file, or the folder.
        contents: What it holds.
        digest: A digest of it.
        in_crowdanki: Whether it is a folder of CrowdAnki, so that each learner's note types have other ids.
    """

    path: Path
    contents: Contents
    digest: str
    in_crowdanki: bool

    def media(self, wanted: Iterable[PackedMedium]) -> Iterator[tuple[PackedMedium, bytes]]:
        """The bytes of some of its media files, one after another.

        Raises:
            PackageError: A file cannot be read.
        """
        return crowdanki_media(self.path, wanted) if self.in_crowdanki else read_media(self.path, wanted)


def read_old(path: Path) -> Old:
    """Read an old deck.

    Raises:
        PackageError: It cannot be read, or is damaged.
    """
    if is_crowdanki(path):
        return Old(path, read_crowdanki(path), crowdanki_digest(path), in_crowdanki=True)
    return Old(path, read_package(path), read_digest(path), in_crowdanki=False)
