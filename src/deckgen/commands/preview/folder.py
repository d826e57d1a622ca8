"""The folder of a preview: the page, and the deck's cards as scripts that it loads when they are needed.

A page opened from disk may not read files, but it may run scripts. So each data file is a script that calls a
function of the page.
"""

from __future__ import annotations

import base64
import json
import mimetypes
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.commands.preview.cards import EarlierMedia
from deckgen.commands.preview.scripts import INDEX, Scripts
from deckgen.diagnostics import CallError
from deckgen.files import replacing
from deckgen.kept import status_at
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.commands.preview.cards import Gallery
    from deckgen.commands.preview.scripts import Script

PAGE = Path(__file__).parent / "page"
SHARED = Path(__file__).parent / "shared"
"""The files of a page that shows cards: it loads the deck's scripts, and draws cards in frames."""


def write(gallery: Gallery, folder: Path, scripts: Scripts | None = None) -> str:
    """Write a preview, or update an earlier one; only files that differ are written.

    Args:
        gallery: Its content.
        folder: Its folder, which is made if it does not exist.
        scripts: Those that this process has written there, which are made again only if they differ.

    Returns:
        A short digest of the whole content of the page.

    Raises:
        CallError: The folder cannot be used.
        OSError: A file cannot be written, for example on a full disk.
    """
    media = {name for note in gallery.notes for name in note.media}
    media |= {name for note in gallery.notes if note.earlier for name in note.earlier.media}
    earlier = folder / "media/before"
    needed = any(isinstance(gallery.media[name], EarlierMedia) for name in media)
    _make((folder, folder / "deck", folder / "media"), earlier, needed=needed)
    write_media(gallery, media, folder / "media")
    for path in (*PAGE.iterdir(), *SHARED.iterdir()):
        if path.is_file():
            write_file(folder / path.name, path.read_bytes())
    files = (scripts or Scripts()).of(gallery)
    for name, script in files.items():  # the index is last, so that all else exists by then
        _write_script(folder / "deck" / name, script)
    _remove(folder / "deck", files)
    current = [folder / "media" / f"{name}.js" for name in media]
    for each in (folder / "media", *([earlier] if earlier.is_dir() else [])):
        _remove(each, [path.name for path in current if path.parent == each])
    if not needed:
        with suppress(OSError):  # it is not there, or a user has put something into it
            earlier.rmdir()
    return files[INDEX].stamp


def _make(folders: Iterable[Path], earlier: Path, *, needed: bool) -> None:
    """Make the folders of a preview, with that of earlier media files only if it is needed.

    Raises:
        CallError: One of them is something else.
    """
    for each in (*folders, earlier):
        each.parent.mkdir(exist_ok=True)  # a user may remove all of build/ while the preview is served
        if each.is_symlink() or (each.exists() and not each.is_dir()):
            raise CallError(f"{each} is not an ordinary folder", "move it away")
        if needed or each != earlier:
            each.mkdir(exist_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file, unless it already has this content."""
    try:
        if path.stat().st_size == len(content):
            with opened(path) as file:
                if file.read() == content:
                    return
    except OSError:
        pass
    with replacing(path, lasting=False) as file:
        file.write(content)


def _write_script(path: Path, script: Script) -> None:
    """Write a script, unless it is there as this process wrote it."""
    if script.written is None or script.written != status_at(path):
        write_file(path, script.text.encode())
        script.written = status_at(path)


def write_media(gallery: Gallery, names: Iterable[str], folder: Path) -> None:
    """Write media files as scripts, unless they are there; their names contain digests of their contents.

    A file that has changed or gone since the build is left out: the next build reports it.
    """
    earlier = []
    for name in names:
        media = gallery.media[name]
        if (folder / f"{name}.js").is_file():
            continue
        if isinstance(media, EarlierMedia):
            earlier.append(media)
            continue
        try:
            content = media.content()
        except FileNotFoundError:
            continue
        if content is not None:
            _write_medium(folder, name, media.name, content)
    if gallery.since and earlier:
        for each, content in gallery.since.media(earlier):
            _write_medium(folder, each.key, each.name, content)


def _write_medium(folder: Path, key: str, name: str, content: bytes) -> None:
    """Write a media file as a script.

    Args:
        folder: The folder of the scripts.
        key: The name by which the page asks for it.
        name: Its own name.
        content: What is in it.
    """
    sort = mimetypes.guess_type(name)[0] or "application/octet-stream"
    call = f"deckgen.media({json.dumps(key)},{json.dumps(sort)},".encode()
    with replacing(folder / f"{key}.js") as file:
        file.write(call + b'"' + base64.b64encode(content) + b'")\n')


def _remove(folder: Path, but: Iterable[str]) -> None:
    """Remove the scripts of an earlier preview."""
    current = set(but)
    for path in folder.iterdir():
        if path.name not in current and path.suffix in {".js", ".part"} and not path.is_dir():
            path.unlink(missing_ok=True)
