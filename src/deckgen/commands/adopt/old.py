"""What learners have: a package, or a folder of CrowdAnki."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.adopt.pairing import paired
from deckgen.diagnostics import CallError
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
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from deckgen.package import Contents, PackedMedium

_NO_FOLDER = "name an .apkg file, or the folder with CrowdAnki's deck.json"


@dataclass(frozen=True, slots=True)
class Old:
    """An old deck.

    Attributes:
        path: The file, or the folder.
        contents: What it holds.
        digest: A digest of it.
        in_crowdanki: Whether it is a folder of CrowdAnki.
        had: The package that learners have of a folder, with the notes that both have; None if the old deck
            is what they have, or nobody knows.
        remarks: What the author should know of the two, as sentences.
    """

    path: Path
    contents: Contents
    digest: str
    in_crowdanki: bool
    had: Old | None = None
    remarks: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether nobody knows what learners have, because each one's note types have other ids."""
        return self.in_crowdanki and self.had is None

    def media(self, wanted: Iterable[PackedMedium]) -> Iterator[tuple[PackedMedium, bytes]]:
        """The bytes of some of its media files, one after another.

        Raises:
            PackageError: A file cannot be read.
        """
        return crowdanki_media(self.path, wanted) if self.in_crowdanki else read_media(self.path, wanted)


def read_old(path: Path, earlier: Sequence[Path] = ()) -> Old:
    """Read an old deck.

    Args:
        path: The package, or the folder of CrowdAnki.
        earlier: Packages that learners may have. A folder gets the identities of the newest one.

    Raises:
        PackageError: It cannot be read, or is damaged.
        CallError: The folder is not CrowdAnki's, or the package is not of its deck.
    """
    if path.is_dir() and not is_crowdanki(path):
        within = next((each for each in sorted(path.iterdir()) if is_crowdanki(each)), None)
        hint = f"did you mean {within}?" if within else _NO_FOLDER
        raise CallError(f"{path}: there is no deck.json in it, so it is not a folder of CrowdAnki", hint)
    if not is_crowdanki(path):
        return Old(path, read_package(path), read_digest(path), in_crowdanki=False)
    folder, digest = read_crowdanki(path), crowdanki_digest(path)
    if not earlier:
        return Old(path, folder, digest, in_crowdanki=True)
    packages = [(each, read_package(each)) for each in earlier]
    newest, package = max(packages, key=lambda pair: _time(pair[1]))
    pair = paired(folder, package, newest.name)
    had = Old(newest, pair.had, read_digest(newest), in_crowdanki=False)
    return Old(path, pair.contents, digest, in_crowdanki=True, had=had, remarks=pair.remarks)


def _time(package: Contents) -> int:
    """When a note of a package last changed; its collection may be as old as the program that wrote it."""
    return max((note.modified for note in package.notes), default=0)
