"""Times reading a package: ours, and the same deck as Anki exports it in the latest format.

python benchmarks/read.py [NOTES ...]      (10000)
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from generate import generate

from deckgen.package import read_package

RUNS = 9
GOAL = 0.4  # seconds for 10,000 notes


def packages(folder: Path, count: int) -> list[Path]:
    """The packages of a generated deck: as deckgen builds it, and as Anki exports it."""
    generate(folder / "deck", count)
    ours, latest = folder / "ours.apkg", folder / "latest.apkg"
    command = [
        sys.executable,
        "-m",
        "deckgen",
        "build",
        "--project",
        str(folder / "deck"),
        "--output",
        str(ours),
    ]
    subprocess.run(command, check=True, capture_output=True)
    collection = Collection(str(folder / "collection.anki2"))
    request = ImportAnkiPackageRequest(package_path=str(ours), options=ImportAnkiPackageOptions())
    collection.import_anki_package(request)
    options = ExportAnkiPackageOptions(with_media=True)
    collection.export_anki_package(out_path=str(latest), options=options, limit=None)
    collection.close()
    return [ours, latest]


def main() -> None:
    """Run the decks whose sizes were asked for."""
    for count in [int(argument) for argument in sys.argv[1:]] or [10_000]:
        with tempfile.TemporaryDirectory() as folder:
            for path in packages(Path(folder), count):
                walls = []
                for _ in range(RUNS):
                    start = time.perf_counter()
                    contents = read_package(path)
                    walls.append(time.perf_counter() - start)
                size = path.stat().st_size / 1000
                held = f"{len(contents.notes):>9,} notes{len(contents.cards):>9,} cards{size:>9,.0f} kB"
                best = f"{statistics.median(walls):>8.3f} s{min(walls):>8.3f} s at best (goal {GOAL} s)"
                print(f"{path.stem:8}{held}{best}")


if __name__ == "__main__":
    main()
