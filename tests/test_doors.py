"""The rooms of the house, and who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import deckgen

ROOMS = (
    "streams",
    "diagnostics",
    "terminal",
    "catalogue",
    "slips",
    "source",
    "anki",
    "letters",
    "reading",
    "cells",
    "blueprint",
    "languages",
    "kinds",
    "swallowed",
    "kind_files",
    "notes",
    "cards",
    "checks",
    "fields",
    "anki_template",
    "card_rules",
    "filters",
    "appearance",
    "pricing",
    "sandbox",
    "templates",
    "complaints",
    "words",
    "styles",
    "faces",
    "identity",
    "ledger",
    "git",
    "fingerprints",
    "merging",
    "refusals",
    "package",
    "places",
    "lost",
    "gone",
    "sending",
    "wide",
    "changes",
    "strays",
    "build",
    "files",
    "formats",
    "schema",
    "mend",
    "release",
    "rehearsal",
    "verify",
    "preview",
    "stats",
    "cli",
    "__main__",
)
"""A room imports only from those before it."""

ONLY_HERE = {
    "tomllib": {"catalogue"},
    "yaml": {"source"},
    "pyromark": {"cards"},
    "jinja2": {"faces", "pricing", "sandbox", "templates"},
    "markupsafe": {"faces", "sandbox"},
    "genanki": {"package"},
    "sqlite3": {"package"},
    "zipfile": {"package"},
    "typer": {"cli"},
    "rich": {"cli"},
    "anki": {"rehearsal"},
    "watchfiles": {"preview"},
    "http": {"preview"},
    "filelock": {"files"},
    "anyascii": {"letters"},
}
FOLDER = Path(deckgen.__file__).parent


def rooms() -> dict[str, list[Path]]:
    """The files of each room."""
    found: dict[str, list[Path]] = {}
    for path in FOLDER.rglob("*.py"):
        name = path.relative_to(FOLDER).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, []).append(path)
    return found


def imports(path: Path) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "deckgen"
                else {str(node.module)}
            )
    return found


def test_every_room_has_its_place() -> None:
    """The list of rooms is the list of files."""
    assert set(rooms()) == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_those_above(room: str) -> None:
    """No door leads down, and each library is spoken to in one room."""
    for path in rooms()[room]:
        for module in imports(path):
            first, _, rest = module.partition(".")
            if first == "deckgen" and rest and rest != "__version__":
                other = rest.split(".")[0]
                assert ROOMS.index(other) < ROOMS.index(room) or other == room, f"{room} imports {other}"
            if first in ONLY_HERE:
                assert room in ONLY_HERE[first], f"{room} imports {first}"


def test_only_the_command_line_prints_or_exits() -> None:
    """No other room writes to a stream or ends the process."""
    for room, paths in rooms().items():
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if room not in {"cli", "__main__"}:
                    assert name not in {
                        "print",
                        "exit",
                        "sys.exit",
                        "os._exit",
                        "sys.stdout.write",
                        "sys.stderr.write",
                    }


def test_help_imports_nothing_heavy() -> None:
    """What a build needs is imported when it builds."""
    code = "import sys, deckgen.cli; print(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert not loaded & {
        "genanki",
        "tomllib",
        "jinja2",
        "yaml",
        "pyromark",
        "sqlite3",
        "zipfile",
        "rich.progress",
        "http.server",
        "watchfiles",
        "filelock",
        "anyascii",
        "anki",
    }
