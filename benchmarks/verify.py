"""Measures `deckgen verify` over four releases of a text deck and of one with images: seconds, CPU, room.

python benchmarks/verify.py [NOTES]      (8000; the deck with images has half as many)
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from generate import generate

RELEASES = 4
FIRST = 1_700_000_000  # seconds since 1970
DAY = 86_400
IMAGE_BYTES = 40_000
# the beginning of a PNG of one pixel; what follows its end is not looked at
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def deckgen(*arguments: str, **environment: str) -> None:
    """Run deckgen, and show what it says only if it fails."""
    command = [sys.executable, "-m", "deckgen", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)


def add_images(folder: Path, chance: random.Random) -> None:
    """Give each note an image of its own."""
    (folder / "source/media").mkdir()
    number = 0
    for chapter in sorted((folder / "source").glob("*.yaml")):
        lines = []
        for line in chapter.read_text(encoding="utf-8").splitlines():
            lines.append(line)
            if line in {"    text: |", "    definition: |"}:
                (folder / f"source/media/{number}.png").write_bytes(PNG + chance.randbytes(IMAGE_BYTES))
                lines.append(f"      ![An image](media/{number}.png)")
                number += 1
        chapter.write_text("\n".join(lines) + "\n", encoding="utf-8")


def change(folder: Path, chance: random.Random, word: str) -> None:
    """Change some texts."""
    for chapter in sorted((folder / "source").glob("0*.yaml")):
        lines = chapter.read_text(encoding="utf-8").splitlines()
        lines = [
            f"{line} {word}." if line.startswith("      ") and chance.random() < 0.03 else line
            for line in lines
        ]
        chapter.write_text("\n".join(lines) + "\n", encoding="utf-8")


def room(folder: Path) -> int:
    """How many bytes the files of a folder take; links to one file count once."""
    sizes = {}
    for below, _, names in os.walk(folder):  # which passes over what is removed meanwhile
        for name in names:
            with suppress(OSError):
                about = Path(below, name).lstat()
                sizes[about.st_ino] = about.st_blocks * 512
    return sum(sizes.values())


def measure(what: str, folder: Path) -> None:
    """Run `deckgen verify` on a deck, and print what it took."""
    with tempfile.TemporaryDirectory() as temporary:
        peak = 0
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.2):
                peak = max(peak, room(Path(temporary)))

        watching = threading.Thread(target=watch)
        watching.start()
        before, start = os.times(), time.perf_counter()
        deckgen("verify", "--project", str(folder), TMPDIR=temporary)
        wall, after = time.perf_counter() - start, os.times()
        done.set()
        watching.join()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    package = next((folder / "build/release/1.0.0").glob("*.apkg")).stat().st_size
    print(f"{what}: {wall:.1f} s, {cpu:.1f} s CPU, {peak / 1e6:.0f} MB ({package / 1e6:.1f} MB the package)")


def main() -> None:
    """Measure both decks."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with tempfile.TemporaryDirectory() as folder:
        for what, notes in (("text", count), ("images", count // 2)):
            deck = Path(folder, what)
            generate(deck, notes)
            chance = random.Random(notes)  # noqa: S311 (the same deck every time is the point)
            if what == "images":
                add_images(deck, chance)
            for number in range(RELEASES):
                epoch = str(FIRST + number * DAY)
                deckgen("release", f"1.{number}.0", "--project", str(deck), SOURCE_DATE_EPOCH=epoch)
                change(deck, chance, f"Changed{number}")
            measure(f"{notes:,} notes, {what}", deck)


if __name__ == "__main__":
    main()
