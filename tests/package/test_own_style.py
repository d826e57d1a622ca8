"""The file for a learner's own style: it comes once, stays theirs, and goes with them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.conftest import CHAPTER, change, import_package, open_package, real_collection, run, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.collection import Collection
    from anki.sync import SyncAuth

FILE = "_sample.css"
OWN = ".card { --size: 2rem; }"


def built(folder: Path, name: str = "sample") -> Path:
    """The package of a deck."""
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    return folder / f"build/{name}.apkg"


def content_of(package: Path) -> str:
    """What the file in a package says."""
    opened = open_package(package)
    (number,) = (number for number, name in opened.media.items() if name == FILE)
    return opened.members[number].decode()


def test_a_package_brings_it_once(tmp_path: Path, collection: Collection) -> None:
    """It comes with the deck and says what it is for; what a learner writes into it stays."""
    folder = write_project(tmp_path / "deck")
    package = built(folder)
    text = content_of(package)
    assert text.startswith("/*")
    assert text.endswith("*/\n")
    assert text.count("*/") == 1
    import_package(collection, package)
    file = tmp_path / "anki/collection.media" / FILE
    assert file.read_text("utf-8") == text
    file.write_text(OWN, encoding="utf-8")
    change(folder, {"source/one.yaml": CHAPTER.replace("joining", "listening")})
    time.sleep(1.1)
    assert import_package(collection, built(folder)) == {"updated": 1}
    assert file.read_text("utf-8") == OWN
    checked = collection.media.check()
    assert (list(checked.missing), list(checked.unused)) == ([], [])
    file.unlink()
    checked = collection.media.check()
    assert (list(checked.missing), list(checked.unused)) == ([], [])


def test_a_deck_whose_faces_do_not_ask_for_it_has_none(tmp_path: Path) -> None:
    """Faces without the shipped layout bring no file along."""
    kind = """\
title: Plain
section: plains
type: normal
keys:
  text: {type: markdown, required: true, about: What it says., example: "Something.\\n"}
fields:
  - {name: Note ID, id: 1514237788180689, from: id}
  - {name: Text, id: 3043838278382454, from: text}
cards:
  - {name: Plain, id: 4882694563571589, face: plain}
"""
    files: dict[str, str | bytes] = {
        "templates/plain/kind.yaml": kind,
        "templates/plain/plain.front.html.j2": "{{Text}}",
        "templates/plain/plain.back.html.j2": "{{Text}}",
        "source/one.yaml": "plains:\n  - id: one\n    text: |\n      Some words.\n",
    }
    assert open_package(built(write_project(tmp_path, files))).media == {}


def test_a_learners_export_takes_it_along(tmp_path: Path, collection: Collection) -> None:
    """Who exports the deck with media gives their style away too; it replaces nobody's own."""
    from anki.collection import DeckIdLimit, ExportAnkiPackageOptions  # noqa: PLC0415 (few need it)

    import_package(collection, built(write_project(tmp_path / "deck")))
    (tmp_path / "anki/collection.media" / FILE).write_text(OWN, encoding="utf-8")
    deck = collection.decks.id_for_name("Sample")
    assert deck
    exported = tmp_path / "exported.apkg"
    options = ExportAnkiPackageOptions(with_media=True)
    collection.export_anki_package(out_path=str(exported), options=options, limit=DeckIdLimit(deck))
    for name, before in (("new", None), ("other", ".card { --size: 9rem; }")):
        folder = tmp_path / name
        folder.mkdir()
        with real_collection(folder) as other:
            file = folder / "collection.media" / FILE
            if before:
                file.write_text(before, encoding="utf-8")
            import_package(other, exported)
            assert file.read_text("utf-8") == (before or OWN)


@contextmanager
def sync_server(folder: Path) -> Iterator[str]:
    """Anki's own sync server on this machine: its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {"SYNC_USER1": "me:secret", "SYNC_BASE": str(folder), "SYNC_HOST": "127.0.0.1"}
    with (folder.parent / "sync.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "anki.syncserver"],
            env={**os.environ, **environment, "SYNC_PORT": str(port)},
            stdout=log,
            stderr=log,
        )
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def login(collection: Collection, address: str) -> SyncAuth:
    """A collection's way into the sync server, as soon as that answers."""
    from anki.errors import NetworkError, SyncError  # noqa: PLC0415

    end = time.monotonic() + 20
    while True:
        try:
            return collection.sync_login("me", "secret", address)
        except (NetworkError, SyncError):
            assert time.monotonic() < end
            time.sleep(0.1)


def sync(collection: Collection, address: str, *, upload: bool) -> None:
    """Sync a collection and its media; the first time one side is taken whole."""
    auth = login(collection, address)
    output = collection.sync_collection(auth, False)  # noqa: FBT003 (Anki's)
    if output.required not in {output.NO_CHANGES, output.NORMAL_SYNC}:
        collection.close_for_full_sync()
        collection.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
        collection.reopen(after_full_sync=True)
    collection.sync_media(auth)
    while collection.media_sync_status().active:
        time.sleep(0.02)


def test_it_reaches_the_phone_by_sync(tmp_path: Path, collection: Collection) -> None:
    """Written on the computer it comes to the other device; changed in place, after *Check Media* there."""
    server, phone = tmp_path / "server", tmp_path / "phone"
    server.mkdir()
    phone.mkdir()
    here, there = (folder / "collection.media" / FILE for folder in (tmp_path / "anki", phone))
    import_package(collection, built(write_project(tmp_path / "deck")))
    with sync_server(server) as address, real_collection(phone) as other:
        here.write_text(OWN, encoding="utf-8")
        sync(collection, address, upload=True)
        sync(other, address, upload=False)
        assert there.read_text("utf-8") == OWN
        time.sleep(1.1)  # Anki looks at times in seconds
        here.write_text(OWN + " /* changed */", encoding="utf-8")
        collection.media.check()
        sync(collection, address, upload=True)
        sync(other, address, upload=False)
        assert there.read_text("utf-8") == OWN + " /* changed */"
