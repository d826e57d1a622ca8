"""The folder of a site: what is written there, and what of an earlier site is removed."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from deckgen.commands.preview.folder import write_file, write_media
from deckgen.diagnostics import CallError
from deckgen.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deckgen.commands.site.site import Site
    from deckgen.project import Project

MARK = ".deckgen-site"
"""The file by which a folder is known for a site: it names the deck, and the files of the site."""
_FOLDERS = ("deck", "media")
_FILE = re.compile(rf"(?:(?:{'|'.join(_FOLDERS)})/)?(?!\.{{1,2}}$)[^/\\:\0]+")
_ELSEWHERE = "use a new or empty folder: deckgen site -o DIR"


class Earlier(NamedTuple):
    """The site that a folder has: the id of its deck, and the paths of its files; empty if it has none."""

    deck: str = ""
    files: tuple[str, ...] = ()


def earlier_site(folder: Path, project: Project) -> Earlier:
    """The site that a folder holds; one that holds anything else is refused.

    Args:
        folder: The folder; it need not exist.
        project: The deck's folder.

    Raises:
        CallError: No site can be written there.
    """
    for inside in (project.source, project.templates):
        if folder.resolve().is_relative_to(inside.resolve()):
            raise CallError(f"{folder} is in {inside}, so a site would become part of the deck", _ELSEWHERE)
    if folder.resolve() == project.output.resolve():
        raise CallError(
            f"{folder} is the folder for packages", f"use a folder in it, such as {folder / 'site'}"
        )
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CallError(f"{folder} is not an ordinary folder", _ELSEWHERE)
    for name in _FOLDERS:
        if (folder / name).is_symlink():
            raise CallError(f"{folder / name} is a link to another place", "move it away")
    if (folder / MARK).is_file():
        return _read(folder / MARK)
    # a folder of git's may hold nothing else yet, as that of a new branch for pages
    if folder.exists() and any(path.name != ".git" for path in folder.iterdir()):
        raise CallError(f"{folder} contains other files, and no site made by deckgen", _ELSEWHERE)
    return Earlier()


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
        raise CallError(f"{folder} contains the site of another deck, `{earlier.deck}`", _ELSEWHERE)
    package = site.download.file if site.download else None
    paths = {*site.files, *(f"media/{name}.js" for name in site.media)}
    if package and site.download:
        paths.add(site.download.link)
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    _mark(folder, site.deck, {*paths, *earlier.files})  # also of what a stopped call would leave
    write_media(site.gallery, site.media, folder / "media")
    if package and site.download:
        _copy(package, folder / site.download.link)
    for path, content in site.files.items():
        write_file(folder / path, content)
    for path in {*earlier.files} - paths:
        (folder / path).unlink(missing_ok=True)
    _mark(folder, site.deck, paths)
    for name in _FOLDERS:
        with suppress(OSError):  # it is not empty
            (folder / name).rmdir()


def _read(mark: Path) -> Earlier:
    """The site of which a folder's mark tells."""
    try:
        about = json.loads(mark.read_bytes())
        deck, files = about["deck"], about["files"]
        if isinstance(deck, str) and all(_FILE.fullmatch(path) for path in files):
            return Earlier(deck, tuple(files))
    except (ValueError, KeyError, TypeError):
        pass
    message = f"{mark} does not list the site's files"
    raise CallError(message, "delete the folder, or use another one: deckgen site -o DIR")


def _mark(folder: Path, deck: str, paths: Iterable[str]) -> None:
    """Write the mark of a folder."""
    about = {"deck": deck, "files": sorted(paths)}
    write_file(folder / MARK, (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode())


def _copy(package: Path, target: Path) -> None:
    """Copy a package, unless it is there."""
    if target.is_file() and (target.samefile(package) or filecmp.cmp(package, target, shallow=False)):
        return
    with package.open("rb") as source, replacing(target, lasting=False) as file:
        shutil.copyfileobj(source, file)
