"""The wings of the program, and who may import whom."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import deckgen
from deckgen.build import Build

WINGS = {
    "streams": "",
    "address": "",
    "kept": "",
    "patterns": "",
    "diagnostics": "",
    "git": "diagnostics kept",
    "source": "diagnostics patterns",
    "project": "diagnostics source",
    "files": "diagnostics project",
    "inputs": "diagnostics git kept project",
    "outcome": "diagnostics",
    "last_build": "inputs kept outcome project",
    "memory": "project source",
    "anki": "diagnostics patterns",
    "deck": "diagnostics source anki project patterns memory",
    "cards": "diagnostics source anki project deck kept patterns memory",
    "checks": "diagnostics source anki project deck cards patterns memory",
    "history": "diagnostics source anki project deck cards git",
    "package": "diagnostics source anki project deck cards history outcome",
    "recall": "cards deck diagnostics inputs kept memory project source",
    "build": "diagnostics source anki project deck cards checks history package kept inputs memory outcome",
    "commands": "diagnostics source anki project deck cards checks history package build files git kept "
    "address inputs memory",
    "cli": "address diagnostics project package build commands files git kept last_build memory outcome "
    "recall streams",
    "__main__": "cli streams",
}
"""Each folder or module at the top, and what it may import from."""

ONLY_HERE = {
    "tomllib": "diagnostics",
    "yaml": "source",
    "pyromark": "cards",
    "pygments": "cards",
    "jinja2": "cards",
    "markupsafe": "cards",
    "genanki": "package",
    "sqlite3": "package",
    "zipfile": "package",
    "zstandard": "package",
    "typer": "cli",
    "rich": "cli",
    "anki": "commands",
    "math_core": "commands",
    "watchfiles": "commands",
    "http": "commands",
    "filelock": "files",
    "anyascii": "deck",
    "babel": "cards",
    "packaging": "history",
    "platformdirs": "kept",
}
FRONT_DOORS = {"diagnostics", "source", "package"}
"""Other wings import from the folder itself what it gives, and not from its modules."""
SIDE_DOORS = {"diagnostics.explain", "diagnostics.formats", "diagnostics.terminal"}
"""But for these, which are only loaded where they are used."""
FOLDER = Path(deckgen.__file__).parent


def wings() -> dict[str, list[Path]]:
    """The files of each wing."""
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


def test_every_wing_has_its_place() -> None:
    """The list of wings is what lies in the folder, and nobody imports from one further down."""
    assert set(wings()) == set(WINGS)
    names = list(WINGS)
    for wing, others in WINGS.items():
        assert all(names.index(other) < names.index(wing) for other in others.split()), wing


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_imports_only_from_those_that_it_may(wing: str) -> None:
    """Each library is spoken to in one wing, and each wing through its front door where it has one."""
    for path in wings()[wing]:
        for module in imports(path):
            first, _, rest = module.partition(".")
            if first == "deckgen" and rest and rest != "__version__":
                other = rest.split(".")[0]
                assert other == wing or other in WINGS[wing].split(), f"{path}: {module}"
                if other != wing and other in FRONT_DOORS:
                    assert rest == other or rest in SIDE_DOORS, f"{path}: {module}"
            assert ONLY_HERE.get(first, wing) == wing, f"{path}: {module}"


ALTERS = frozenset("append extend add update insert remove pop clear setdefault discard sort reverse".split())
"""Methods that alter a list, a set or a dictionary."""


def altered(step: ast.FunctionDef) -> set[str]:
    """The names of a function's parameters that it alters."""
    given = {each.arg for each in (*step.args.posonlyargs, *step.args.args, *step.args.kwonlyargs)}
    found = set()
    for node in ast.walk(step):
        places: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ALTERS:
            places = [node.func.value]
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            places = [each for each in targets if isinstance(each, ast.Attribute | ast.Subscript)]
        found |= {name.id for place in places for name in [whose(place)] if isinstance(name, ast.Name)}
    return found & given


def whose(place: ast.expr) -> ast.expr:
    """What an attribute or an item is one of."""
    return whose(place.value) if isinstance(place, ast.Attribute | ast.Subscript) else place


@pytest.mark.parametrize("wing", ["project", "deck", "cards", "checks", "history", "package", "build"])
def test_a_step_alters_nothing_that_it_is_given(wing: str) -> None:
    """Public functions of the path take values and return values; what gathers diagnostics is a class."""
    for path in wings()[wing]:
        for step in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(step, ast.FunctionDef) and not step.name.startswith("_"):
                assert not altered(step), f"{path}: {step.name}"


def test_a_build_is_made_at_once() -> None:
    """Nobody fills it afterwards."""
    assert dataclasses.fields(Build)
    assert vars(Build)["__dataclass_params__"].frozen


def test_only_the_command_line_prints_or_exits() -> None:
    """No other wing writes to a stream or ends the process."""
    for wing, paths in wings().items():
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if wing not in {"cli", "__main__"}:
                    assert name not in {
                        "print",
                        "exit",
                        "sys.exit",
                        "os._exit",
                        "sys.stdout.write",
                        "sys.stderr.write",
                    }


def test_only_project_knows_where_things_lie() -> None:
    """No other module joins a path with the name of one of a deck's folders or files."""
    names = {"source", "templates", "build", "release", "source/deck.yaml", "source/ledger.jsonl"}
    for wing, paths in wings().items():
        for path in paths if wing != "project" else ():
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                    assert not (isinstance(node.right, ast.Constant) and node.right.value in names), path


def test_help_imports_nothing_heavy() -> None:
    """What a build needs is imported when it builds."""
    code = "import sys, deckgen.cli.app; print(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert not loaded & {
        "genanki",
        "tomllib",
        "jinja2",
        "yaml",
        "pyromark",
        "pygments",
        "sqlite3",
        "zipfile",
        "zstandard",
        "rich.progress",
        "http.server",
        "watchfiles",
        "filelock",
        "anyascii",
        "babel",
        "anki",
    }
