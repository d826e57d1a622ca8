"""The repository on GitHub that a deck is in, and its addresses there."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from deckgen.git import Git, Unanswered, work_tree

if TYPE_CHECKING:
    from pathlib import Path

_ADDRESS = re.compile(
    r"(?P<host>(?:https?://|git@|ssh://git@)?(?:www\.)?github\.com[/:])?"
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[\w.-]+?)(?:\.git)?/?",
    re.ASCII,
)


def in_address(text: str) -> str:
    """The OWNER/REPO in an address on GitHub, or in a text that is nothing else; empty if there is none."""
    match = _ADDRESS.fullmatch(text)
    return match["name"] if match else ""


def repository_of(folder: Path) -> str:
    """The repository on GitHub that a folder is cloned from, as OWNER/REPO; empty if that is not known."""
    folder = folder.resolve()
    if not (folder.is_dir() and work_tree(folder)):
        return ""
    with suppress(Unanswered):
        address = Git(folder).ask("remote", "get-url", "origin").decode(errors="replace").strip()
        match = _ADDRESS.fullmatch(address)
        if match and match["host"]:  # else it is the path of a folder
            return match["name"]
    return ""


def page_of(repository: str) -> str:
    """The address of a repository, given as OWNER/REPO."""
    return f"https://github.com/{repository}"


def newest_package(repository: str, deck: str) -> str:
    """The address at which a repository's latest release has the package of a deck, given by its id."""
    return f"{page_of(repository)}/releases/latest/download/{deck}.apkg"
