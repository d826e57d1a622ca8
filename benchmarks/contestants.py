"""The programs that `make bench` compares: on generated decks, on this repository's and on one with media."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from generate import edit
from measure import Contestant, contest, emptied

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Costs

HERE = Path(__file__).parent
PEERS = Path(os.environ.get("DECKGEN_BENCH", Path(sys.prefix) / "bench"))
"""The environments of the programs that have one of their own, by their names."""
CHAPTERS = 10
RUNS = {100: 11, 1_000: 11, 10_000: 7, 100_000: 3}
RUNS_OF_OWN = 15
RUNS_OF_MEDIA = 5

HELP, CHECK, CHECK_AGAIN = "deckgen --help", "deckgen check", "deckgen check, nothing changed"
COLD, AGAIN, EDITED = "deckgen build", "nothing changed", "one of 10 chapters changed"
AC, B, ANKIFORGE, ANKI, YAML_TOOL = "script A-C", "script B", "ankiforge", "Anki", "anki-yaml-tool"


def installed(peer: str) -> bool:
    """Whether a program with an environment of its own is there."""
    return (PEERS / peer / "done").exists()


def script(name: str, *arguments: str | Path, python: str | Path = sys.executable) -> list[str]:
    """The command of a script of this folder."""
    return [str(python), str(HERE / name), *map(str, arguments)]


def deckgen(name: str, *arguments: str | Path, cache: Path, output: Path | None = None) -> Contestant:
    """A call of deckgen that finds what its runs before left in the folder for results.

    Args:
        name: What the tables call it.
        arguments: Those of its command line, without the output.
        cache: The folder for results, at first empty.
        output: The package that it writes.
    """
    command = [sys.executable, "-m", "deckgen", *map(str, arguments)]
    command += ["--output", str(output)] if output else []
    return Contestant(name, command, output, {"XDG_CACHE_HOME": str(emptied(cache))})


def cold(contestant: Contestant) -> Contestant:
    """The same call of deckgen without what its runs before left."""

    def clear() -> None:
        emptied(Path(contestant.environment["XDG_CACHE_HOME"]))
        if contestant.output:
            contestant.output.unlink(missing_ok=True)

    contestant.before = clear
    return contestant


def editing(deck: Path) -> Callable[[], None]:
    """Changes a note of one chapter of a deck, each time of the next one."""
    numbers = itertools.count()

    def edit_next() -> None:
        number = next(numbers)
        chapter = sorted((deck / "source").glob("0*.yaml"))[number % CHAPTERS]
        chapter.write_text(edit(chapter.read_text(encoding="utf-8"), number), encoding="utf-8")

    return edit_next


def peers(deck: Path, folder: Path) -> list[Contestant]:
    """The programs that deckgen is compared with; those that are not installed are left out."""
    source = deck / "source"

    def peer(name: str, *command: str) -> Contestant:
        output = folder / f"{name.replace(' ', '-')}.apkg"
        return Contestant(name, [*command, str(output)], output)

    listed = [peer(name, *script(file, source)) for name, file in ((AC, "script_ac.py"), (B, "script_b.py"))]
    if installed(ANKIFORGE):
        python = PEERS / ANKIFORGE / "bin/python"
        listed.append(peer(ANKIFORGE, *script("script_ankiforge.py", source, python=python)))
    listed.append(peer(ANKI, *script("script_anki.py", source)))
    if installed(YAML_TOOL):
        program, file = PEERS / YAML_TOOL / "bin/anki-yaml-tool", folder / "anki-yaml-tool.yaml"
        subprocess.run(script("yaml_tool_deck.py", source, file), check=True)
        listed.append(peer(YAML_TOOL, str(program), "build", "--file", str(file), "--output"))
    return listed


def generated(folder: Path, count: int, kind: str) -> dict[str, Costs]:
    """Build a generated deck with all programs.

    Args:
        folder: An empty folder.
        count: The number of notes.
        kind: The kind of its texts.
    """
    decks = [folder / "deck", folder / "edited"]
    for deck in decks:
        subprocess.run(script("generate.py", deck, str(count), kind, str(CHAPTERS)), check=True)

    def build(name: str, deck: Path, place: str) -> Contestant:
        output = folder / f"{place}.apkg"
        return deckgen(name, "build", "--project", deck, cache=folder / place, output=output)

    edited = build(EDITED, decks[1], "warm-edited")
    edited.before = editing(decks[1])
    ours = [
        deckgen(HELP, "--help", cache=folder / "help"),
        cold(build(COLD, decks[0], "cold")),
        build(AGAIN, decks[0], "warm"),
        edited,
    ]
    return contest([*ours, *peers(decks[0], folder)], RUNS[count])


def own(folder: Path) -> dict[str, Costs]:
    """Check this repository's deck."""
    check = ("check", "--project", HERE.parent)
    ours = [
        deckgen(HELP, "--help", cache=folder / "help"),
        cold(deckgen(CHECK, *check, cache=folder / "cold")),
        deckgen(CHECK_AGAIN, *check, cache=folder / "warm"),
    ]
    return contest(ours, RUNS_OF_OWN)


def media(folder: Path) -> dict[str, Costs]:
    """Build a deck with media."""
    deck = folder / "deck"
    subprocess.run(script("media.py", deck), check=True)

    def build(name: str, place: str) -> Contestant:
        output = folder / f"{place}.apkg"
        return deckgen(name, "build", "--project", deck, cache=folder / place, output=output)

    return contest([cold(build(COLD, "cold")), build(AGAIN, "warm")], RUNS_OF_MEDIA)
