"""The folder of a site: what is written there, and what of an earlier site is removed."""

from __future__ import annotations

import filecmp
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from deckgen.commands.marked_folder import MarkedFolders, mark_of
from deckgen.commands.preview.folder import write_file, write_media
from deckgen.diagnostics import CallError
from deckgen.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deckgen.commands.marked_folder import Earlier
    from deckgen.commands.site.site import Site

MARK = ".deckgen-site"
"""The file by which a folder is known for a site: it names the deck, and the files of the site."""
FOLDERS = MarkedFolders(
    mark=MARK,
    what="site",
    article="a",
    texts=("deck",),
    folders=("deck", "media"),
    elsewhere="use a new or empty folder: deckgen site -o DIR",
    kept=r"\.git",  # a folder of git's may hold nothing else yet, as that of a new branch for pages
)
"""The folders of sites."""


def write(site: Site, folder: Path, earlier: Earlier) -> None:
    """Write a site, or update an earlier one: only files that differ are written.

    Args:
        site: The site.
        folder: Its folder, which is made if it does not exist.
        earlier: The site that it holds.

    Raises:
        CallError: It holds the site of another deck, or cannot be written to.
        OSError: A file cannot be written, for example on a full disk.
    """
    if earlier.deck not in {"", site.deck}:
        raise CallError(f"{folder} contains the site of another deck, `{earlier.deck}`", FOLDERS.elsewhere)
    package = site.download.file if site.download else None
    paths = {*site.files, *(f"media/{name}.js" for name in site.media)}
    if package and site.download:
        paths.add(site.download.link)
    folder.mkdir(parents=True, exist_ok=True)
    _mark(folder, site.deck, {*paths, *earlier.files})  # first, also of what a stopped call would leave
    for name in FOLDERS.folders:
        (folder / name).mkdir(exist_ok=True)
    write_media(site.gallery, site.media, folder / "media")
    if package and site.download:
        _copy(package, folder / site.download.link)
    for path, content in site.files.items():
        write_file(folder / path, content)
    for path in {*earlier.files} - paths:
        (folder / path).unlink(missing_ok=True)
    _mark(folder, site.deck, paths)
    for name in FOLDERS.folders:
        with suppress(OSError):  # it is not empty
            (folder / name).rmdir()


def _mark(folder: Path, deck: str, paths: Iterable[str]) -> None:
    """Write the mark of a folder."""
    write_file(folder / MARK, mark_of(paths, deck=deck))


def _copy(package: Path, target: Path) -> None:
    """Copy a package, unless it is there."""
    if target.is_file() and (target.samefile(package) or filecmp.cmp(package, target, shallow=False)):
        return
    with package.open("rb") as source, replacing(target, lasting=False) as file:
        shutil.copyfileobj(source, file)
