"""docs/architecture.md says what is so: its picture is the code's, and its note becomes what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import REPOSITORY, change
from tests.releases import FIRST, LEDGER, release

if TYPE_CHECKING:
    from pathlib import Path

PAGE = REPOSITORY / "docs/architecture.md"


def test_the_picture_is_that_of_the_code(tmp_path: Path) -> None:
    """`make docs` has been run since an import was changed."""
    copy = tmp_path / "architecture.md"
    shutil.copy(PAGE, copy)
    subprocess.run([sys.executable, REPOSITORY / "docs/draw_wings.py", copy], check=True)
    assert copy.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_every_wing_is_in_the_table() -> None:
    """And so is each module that stands beside them."""
    text = PAGE.read_text(encoding="utf-8")
    names = "".join(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE))
    for path in (REPOSITORY / "src/deckgen").iterdir():
        if "__" not in path.name and (path.is_dir() or path.suffix == ".py"):
            assert path.name in names, path.name


def test_modules_that_it_names_are_there() -> None:
    """Each `module` in the row of a wing or of a command's folder, and each path."""
    for row in re.findall(r"^\| ([\w/]+)/ \| (.+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        below = REPOSITORY / "src/deckgen" / row[0]
        names = {path.stem for path in below.rglob("*.py")} | {f"{path.name}/" for path in below.iterdir()}
        assert set(re.findall(r"`([a-z_]+/?)`", row[1])) <= names, row[0]


def test_the_note_becomes_what_it_says(tmp_path: Path) -> None:
    """Its fields, its guid, its cards and its line of the ledger."""
    text = PAGE.read_text(encoding="utf-8")
    (yaml,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (line,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    folder = change(
        tmp_path, {"source/deck.yaml": "id: sample\ntitle: Sample\n", "source/joining.yaml": yaml}
    )
    made = release(folder, "1.0.0", FIRST)
    assert line in (folder / LEDGER).read_text(encoding="utf-8")
    (note,) = made.notes
    assert f"`{note['guid']}`" in text
    assert all(f"`{field}`" in text for field in note["flds"].split("\x1f") if field)
    assert [card["ord"] for card in made.cards] == [0, 1]
