"""Media in a package: what is compressed already is stored as it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.conftest import CHAPTER, open_package, run, write_project
from tests.faults import MP3, PNG, png_chunk

LARGE = PNG[:-12] + png_chunk(b"teXt", bytes(range(256)) * 400) + PNG[-12:]
FILES: dict[str, str | bytes] = {
    "source/one.yaml": f"{CHAPTER}      ![a](media/a.png) [sound:media/c.mp3]\n",
    "source/media/a.png": LARGE,
    "source/media/c.mp3": MP3,
}


def test_compressed_media_are_stored(tmp_path: Path) -> None:
    """Only what shrinks is deflated: a sound without compression, an SVG, and what deckgen writes."""
    wav = b"RIFF" + (36 + 4000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    wav += (
        bytes.fromhex("0100010044ac00008858010002001000")
        + b"data"
        + (4000).to_bytes(4, "little")
        + bytes(4000)
    )
    files: dict[str, str | bytes] = {
        **FILES,
        "source/two.yaml": CHAPTER.replace("id: one", "id: two")
        + "      ![b](media/b.svg) [sound:media/d.wav] [sound:media/e.mp3]\n",
        "source/media/b.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>' + " " * 2000,
        "source/media/d.wav": wav,
        "source/media/e.mp3": wav[:-8] + bytes(8),
    }
    folder = write_project(tmp_path, files)
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    with zipfile.ZipFile(opened.path) as archive:
        stored = {info.filename for info in archive.infolist() if info.compress_type == zipfile.ZIP_STORED}
        assert archive.testzip() is None
    assert sorted(Path(opened.media[name]).suffix for name in stored) == [".mp3", ".png"]
    assert sorted(opened.members[name] for name in stored) == sorted([LARGE, MP3])
