"""Where the media of a table are, as seen from the chapter to which its notes go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_NAME = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)
_SOUND = re.compile(r"(?<=\[sound:)\s*[^\]\s][^\]]*(?=\])")


class Placed(Mapping[str, str]):
    """The paths of media by their names in a table; it has those that were asked for."""

    def __init__(self, folder: str) -> None:
        """Prepare for a folder with media: its path with its `/`, as seen from the chapter."""
        self.folder = folder
        self._paths: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """The path of a file in the folder. An address, a path with folders, or nothing stays as it is."""
        name = name.strip()
        if not name:
            return ""
        return self._paths.setdefault(name, name if _NO_NAME.search(name) else f"{self.folder}{name}")

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._paths)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._paths)

    def in_sounds(self, text: str) -> str:
        """A text whose sounds are in the folder."""
        return _SOUND.sub(lambda match: self[match[0]], text)
