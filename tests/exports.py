"""What the tests of `deckgen export` share: a deck with everything, and how it is exported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.conftest import change, run
from tests.faults import PNG
from tests.releases import FIRST, release

if TYPE_CHECKING:
    from pathlib import Path

MOON = """\
id: moon
title: Moon
description: |
  All about the **moon**.
tags: [sky]
"""
TERMS = """\
deck: Basics::Phases
tags: [phase]
definitions:
  - id: crescent
    term: Crescent
    definition: |
      The "horns",
      less than half.

      ![a sickle](media/sickle.png)
    tags: [phase, shape::thin]
    extra: |
      =SUM(A1)
  - id: gibbous
    was: humped
    term: Gibbous
    definition: |
      More than half, not full.
    builds_on: [crescent, limb]
    allow: [missing-reference]
    cards: [Recognize]
  - id: limb
    term: Limb
    definition: |
      The edge of the disk.
    cards: []
  - id: old
    retired: |
      Nobody asks for it.
    replaced_by: gibbous
    term: Old moon
    definition: |
      The last crescent. ![old](media/old.png)
takeaways:
  - id: light
    text: |
      The moon {{c1::reflects::how?}} the light of the {{c2::sun}}.
"""
BEFORE = TERMS.replace("id: gibbous\n    was: humped", "id: humped").replace(
    "    retired: |\n      Nobody asks for it.\n    replaced_by: gibbous\n", ""
)
REST = """\
vignettes:
  - id: night
    scenario: |
      You see half of the moon in the evening.
    question: |
      Where is the sun?
    options:
      - text: |
          In the west
        correct: true
        why: |
          It has just set.
      - text: |
          In the east
        why: |
          It rises there.
comparisons:
  - id: phases
    title: Phases
    columns: [Phase, Lit]
    tags: [table]
    rows:
      - id: new
        cells: [New moon, Nothing]
      - id: full
        cells: [Full moon, Everything]
questions:
  - id: who
    question: |
      Who was *first*?
    answer: |
      @Armstrong
"""


def moon(folder: Path) -> Path:
    """A released deck with every sort of note: also renamed, retired, and without cards."""
    files: dict[str, str | bytes] = {
        "source/deck.yaml": MOON,
        "source/1-terms.yaml": BEFORE,
        "source/2/rest.yaml": REST,
        "source/media/sickle.png": PNG,
        "source/media/old.png": PNG + b"\0",
    }
    release(change(folder, files), "1.0.0", FIRST)
    return change(folder, {"source/1-terms.yaml": TERMS})


def export(deck: Path, to: str, folder: Path, code: int = 0, **environment: str) -> str:
    """Run `deckgen export` for a deck: what it prints."""
    done = run("export", "--to", to, folder, "--project", deck, cwd=None, **environment)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def told(deck: Path, to: str, folder: Path) -> dict[str, Any]:
    """Run it for other programs: what it says of the export."""
    done = run("export", "--to", to, folder, "--project", deck, "--format", "json")
    printed: dict[str, Any] = json.loads(done.stdout)
    assert printed["command"] == "export"
    return printed


def holds(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths in it, the mark of an export aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".deckgen-export"
    }
