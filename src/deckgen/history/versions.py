"""The order of versions, by PEP 440 (packaging.python.org), which knows 1.2.0 and 2026.11 alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.diagnostics import natural

if TYPE_CHECKING:
    from packaging.version import Version as Version  # noqa: PLC0414 (others name the type as well)

_PATTERN = re.compile(r"(?=.{1,60}$)[0-9][0-9A-Za-z]*(?:[.+-][0-9A-Za-z]+)*", re.ASCII)


def parsed(version: str) -> Version | None:
    """A version as numbers to compare; None if it is none, such as `1.0-summer`."""
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 (few builds compare versions)

    if not _PATTERN.fullmatch(version):
        return None
    try:
        return Version(version)
    except InvalidVersion:
        return None


def by_order(version: str) -> tuple[bool, object]:
    """A key that sorts versions; those without an order, which old ledgers may have, come first."""
    number = parsed(version)
    return (False, natural(version)) if number is None else (True, number)


def is_prerelease(version: str) -> bool:
    """Whether a version only leads to another one, as 2.0.0-rc.1 or 2.0.0b2 lead to 2.0.0."""
    number = parsed(version)
    return number is not None and number.is_prerelease
