"""The folder of a preview: the page, and the deck's cards as scripts that it loads when they are needed.

A page opened from disk may not read files, but it may run scripts. So each data file is a script that calls a
function of the page.
"""

from __future__ import annotations

import base64
import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.commands.preview.cards import digest
from deckgen.diagnostics import CallError
from deckgen.files import replacing
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.cards.media import Media
    from deckgen.commands.preview.cards import Gallery, NotePreview

PAGE = Path(__file__).parent / "page"
NOTES_A_FILE = 50


def write(gallery: Gallery, folder: Path) -> str:
    """Write a preview, or update an earlier one; only files that differ are written.

    Args:
        gallery: Its content.
        folder: Its folder, which is made if it does not exist.

    Returns:
        A short digest of the whole content of the page.

    Raises:
        CallError: The folder cannot be used.
        OSError: A file cannot be written, for example on a full disk.
    """
    folder.parent.mkdir(exist_ok=True)  # a user may remove all of build/ while the preview is served
    for each in (folder, folder / "deck", folder / "media"):
        if each.is_symlink() or (each.exists() and not each.is_dir()):
            raise CallError(f"{each} is not an ordinary folder", "move it away")
        each.mkdir(exist_ok=True)
    media = {f"{name}.js" for note in gallery.notes for name in note.media}
    for name in media:
        _write_media(folder / "media" / name, gallery.media[name.removesuffix(".js")])
    files = _scripts(gallery)
    version = digest("".join(files.values()))
    for name, text in files.items():  # the index is last, so that all scripts that it names exist by then
        _write(folder / "deck" / name, text.encode())
    for path in PAGE.iterdir():
        if path.is_file():
            _write(folder / path.name, path.read_bytes())
    _remove(folder / "deck", files)
    _remove(folder / "media", media)
    return version


def _write(path: Path, content: bytes) -> None:
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


def _write_media(path: Path, media: Media) -> None:
    """Write a media file as a script; its name contains the digest of its content."""
    if path.is_file():
        return
    try:
        content = media.content()
    except FileNotFoundError:
        content = None
    if content is None:
        return  # changed or deleted since the build: the next build reports it
    sort = mimetypes.guess_type(media.name)[0] or "application/octet-stream"
    call = f"deckgen.media({json.dumps(media.name)},{json.dumps(sort)},".encode()
    with replacing(path) as file:
        file.write(call + b'"' + base64.b64encode(content) + b'")\n')


def _remove(folder: Path, but: Iterable[str]) -> None:
    """Remove the scripts of an earlier preview."""
    current = set(but)
    for path in folder.iterdir():
        if path.name not in current and path.suffix in {".js", ".part"} and not path.is_dir():
            path.unlink(missing_ok=True)


def _scripts(gallery: Gallery) -> dict[str, str]:
    """The scripts of the deck by their names; the index is the last one."""
    by_file: dict[str, list[NotePreview]] = {}
    places: dict[str, tuple[str, int]] = {}
    sources = _numbered(note.path for note in gallery.notes)
    counts = dict.fromkeys(sources, 0)
    for note in gallery.notes:
        part, place = divmod(counts[note.path], NOTES_A_FILE)
        counts[note.path] += 1
        name = f"cards-{sources[note.path]:04}-{part:03}.js"
        by_file.setdefault(name, []).append(note)
        places[note.id] = name, place
    scripts = {}
    for name, notes in by_file.items():
        cards = [[[[card.front, card.back] for card in note.cards], note.media, note.id] for note in notes]
        scripts[name] = _call("cards", name, cards)
    scripts["texts.js"] = _call("texts", [note.text for note in gallery.notes])
    stamps = {name: digest(text) for name, text in scripts.items()}
    scripts["index.js"] = _call("index", _index(gallery, places, stamps))
    return scripts


def _index(gallery: Gallery, places: dict[str, tuple[str, int]], stamps: dict[str, str]) -> dict[str, object]:
    """The data that the page needs of all cards at once: little of each, because there may be many."""
    kinds, decks, sources, tags, files = (
        _numbered(words)
        for words in (
            gallery.kinds,
            (note.deck for note in gallery.notes),
            (note.path for note in gallery.notes),
            (tag for note in gallery.notes for tag in note.tags),
            (name for name in stamps if name != "texts.js"),
        )
    )
    styles = {name: digest(css) for name, (_, css) in gallery.kinds.items()}
    notes = []
    for note in gallery.notes:
        file, place = places[note.id]
        cards = [[card.ordinal, card.name, card.digest(styles[note.kind])] for card in note.cards]
        where = [sources[note.path], note.line]
        labels = [kinds[note.kind], decks[note.deck], [tags[tag] for tag in note.tags]]
        notes.append(
            [note.id, *labels, where, [files[file], place], cards, note.diagnostics, int(note.before)]
        )
    return {
        "title": gallery.title,
        "kinds": list(gallery.kinds.values()),
        "decks": list(decks),
        "sources": list(sources),
        "tags": list(tags),
        "files": [[name, stamps[name]] for name in files],
        "texts": stamps["texts.js"],
        "errors": gallery.errors,
        "found": gallery.diagnostics,
        "notes": notes,
    }


def _numbered(words: Iterable[str]) -> dict[str, int]:
    """A number for each word, in the order of first occurrence."""
    return {word: number for number, word in enumerate(dict.fromkeys(words))}


def _call(function: str, *arguments: object) -> str:
    """A script that calls a function of the page."""
    listed = ",".join(json.dumps(each, separators=(",", ":")) for each in arguments)
    return f"deckgen.{function}({listed})\n"
