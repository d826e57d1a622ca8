"""Names for the media files of a package that every system can have."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from deckgen.deck.ids import free_id

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

UNUSABLE = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff<>:"/\\|?*]|[^\S ]')
"""What no name has that every system can store."""
DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
"""The names that Windows keeps for devices, with any ending."""
LONGEST = 120
"""The bytes of UTF-8 that a name may have before its ending; with a path, systems take about 250."""
LONGEST_ENDING = 10
"""The characters that an ending may have."""


def portable_names(names: Iterable[str]) -> dict[str, str]:
    """A name for each file that is different from all others even where case does not count.

    Args:
        names: The names that notes call the files by.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        found[name] = _free(*_parts(name), taken)
        taken.add(found[name].casefold())
    return found


def _free(stem: str, ending: str, taken: Container[str]) -> str:
    """A name that differs in more than case from those that are taken."""
    return free_id(stem, lambda each: f"{each}{ending}".casefold() in taken) + ending


def _parts(name: str) -> tuple[str, str]:
    """The stem and the ending of a usable name."""
    usable = UNUSABLE.sub("_", unicodedata.normalize("NFC", name)).strip(" .") or "file"
    if DEVICES.fullmatch(usable):
        usable = f"file-{usable}"
    stem, dot, ending = usable.rpartition(".")
    if not dot:
        return _cut(usable), ""
    return _cut(stem).rstrip(" .") or "file", f".{ending[:LONGEST_ENDING]}"


def _cut(stem: str) -> str:
    """A stem that is not too long."""
    return stem.encode()[:LONGEST].decode(errors="ignore")
