"""Whether the programs of two commits make the same of the same decks: `make same BASE=<commit>`.

Builds this repository's deck, good decks of all shipped kinds, one with keys of other types and one that has
been released and changed since, and compares the members of their packages; and compares what
`check --format json` says of all these and of every bad source that the tests know.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bad_sources import ALL_FAULTS, lay
from tests.conftest import CHAPTER, REPOSITORY, change, run, untimed, write_project
from tests.faults import CASES

OF_ONE = """
import hashlib, json, pathlib, sys, zipfile
from typer.testing import CliRunner
try:
    from deckgen.cli.app import app
except ImportError:  # as it was called in older commits
    from deckgen.cli import app

decks, made, tree = map(pathlib.Path, sys.argv[1:])
said = {}
for deck in sorted(decks.iterdir()):
    place = ["--project", str(deck)]
    told = CliRunner().invoke(app, ["check", *place, "--format", "json"])
    said[f"{deck.name}: check"] = told.output.replace(str(tree), "TREE")
    if not deck.name.startswith("fault-"):
        package = made / f"{deck.name}.apkg"
        built = CliRunner().invoke(app, ["build", *place, "-o", str(package)])
        said[f"{deck.name}: build"] = built.output.replace(str(made), "MADE").replace(str(tree), "TREE")
        assert package.exists(), built.output
        with zipfile.ZipFile(package) as opened:
            for member in opened.namelist():
                said[f"{deck.name}: {member}"] = hashlib.sha256(opened.read(member)).hexdigest()
print(json.dumps(said))
"""
"""What one program says: a text by the name of each deck and of what was asked of it."""
WORDS = """\
title: Word
section: words
type: normal
label: name
keys:
  name: {type: text, required: true}
  meaning: {type: markdown, required: true}
  kin: {type: notes}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Meaning, id: 3, from: meaning}
  - {name: Kin, id: 4, from: kin}
cards:
  - {name: Card, id: 1, face: card}
"""
KEYS: dict[str, str | bytes] = {
    **CASES,
    "templates/word/kind.yaml": WORDS,
    "templates/word/card.front.html.j2": "{{Name}}",
    "templates/word/card.back.html.j2": "{{Name}} {{Meaning}} {{Kin}}",
    "source/words.yaml": (
        "words:\n  - id: a\n    name: A\n    meaning: |\n      *One*.\n    kin: [b]\n"
        "  - id: b\n    name: B\n    meaning: |\n      Two, as $x^2$.\n"
    ),
}


def lay_all(decks: Path) -> None:
    """Write the decks into folders of their own."""
    for name in ("source", "templates"):
        shutil.copytree(REPOSITORY / name, decks / "this" / name)
    for good in sorted((REPOSITORY / "tests/checks/decks/good").iterdir()):
        shutil.copytree(good, decks / f"good-{good.name}" / "source")
    write_project(decks / "keys", KEYS)
    released = write_project(decks / "released", {})
    assert run("release", "1.0.0", "--project", released).returncode == 0
    change(released, {"source/one.yaml": CHAPTER.replace("joining", "meeting")})
    for number, fault in enumerate(ALL_FAULTS):
        lay(decks / f"fault-{number}-{fault.code}", fault)


def said(tree: Path, decks: Path, made: Path) -> dict[str, str]:
    """What the program in a tree makes of the decks."""
    made.mkdir()
    command = [sys.executable, "-c", OF_ONE, str(decks), str(made), str(tree)]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    by_name: dict[str, str] = json.loads(told.stdout)
    return {name: untimed(text) for name, text in by_name.items()}


def main(base: str) -> int:
    """Compare a commit with the working tree; 1 where they differ."""
    os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tree = folder / "base"
        git = ["git", "-C", str(REPOSITORY), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), base], check=True)
        try:
            lay_all(folder / "decks")
            before = said(tree, folder / "decks", folder / "before")
            after = said(REPOSITORY, folder / "decks", folder / "after")
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)
    different = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    for each in different:
        sys.stdout.write(f"{each}\n  {base}: {before.get(each)}\n  now: {after.get(each)}\n")
    sys.stdout.write(f"{len(before)} answers of {base}, {len(different)} of them different now\n")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
