"""Generates a deck of 1,003 notes that show or play a file each, 376 MB in all, for timing.

    python benchmarks/media.py FOLDER

Most files are JPG and MP3, which do not shrink. They have the form of their types, but noise as content.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

PICTURES, PICTURE_BYTES = 700, 300_000
SOUNDS, FRAMES = 300, 1_325
DRAWINGS, DRAWING_SHAPES = 3, 1_000
NOTES_A_CHAPTER = 100
# the beginning of a JPEG of 1,200 by 800 pixels; programs that pack it do not look for its tables
JPG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffc00011080320 04b003012200021101031101"
    "ffda000c03010002110311003f00"
)
JPG_END = bytes.fromhex("ffd9")
# the head of a frame of 128 kilobits a second, 44.1 kHz
MP3, FRAME_BYTES = bytes.fromhex("fffb9000"), 417


def picture(chance: random.Random) -> bytes:
    """A JPEG of noise."""
    return JPG + chance.randbytes(PICTURE_BYTES).replace(b"\xff", b"\xfe") + JPG_END


def sound(chance: random.Random) -> bytes:
    """An MP3 of noise."""
    size = FRAME_BYTES - len(MP3)
    noise = chance.randbytes(FRAMES * size).replace(b"\xff", b"\xfe")
    return b"".join(MP3 + noise[place : place + size] for place in range(0, len(noise), size))


def drawing(chance: random.Random) -> bytes:
    """An SVG of many circles."""
    shapes = "".join(
        f'<circle cx="{chance.randrange(400)}" cy="{chance.randrange(300)}" r="{chance.randrange(1, 20)}"/>'
        for _ in range(DRAWING_SHAPES)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">{shapes}</svg>\n'.encode()


def generate(folder: Path) -> None:
    """Write a deck repository with media into a folder."""
    chance = random.Random(1)  # noqa: S311 (the same deck every time is the point)
    source = folder / "source"
    (source / "media").mkdir(parents=True)
    (source / "deck.yaml").write_text("id: bench-media\ntitle: Bench\n", encoding="utf-8")
    files = [("jpg", picture)] * PICTURES + [("mp3", sound)] * SOUNDS + [("svg", drawing)] * DRAWINGS
    for first in range(0, len(files), NOTES_A_CHAPTER):
        lines = ["definitions:"]
        for number, (ending, make) in enumerate(files[first : first + NOTES_A_CHAPTER], first):
            name = f"media/{number:04}.{ending}"
            (source / name).write_bytes(make(chance))
            shown = f"[sound:{name}]" if ending == "mp3" else f"![A drawing of hills]({name})"
            lines += [f"  - id: leaf-{number}", f"    term: Leaf {number}", "    definition: |"]
            lines += [f"      A page with a number of its own, {number:04}.", "", f"      {shown}"]
        (source / f"{first // NOTES_A_CHAPTER:02}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    generate(Path(sys.argv[1]))
