"""The help of each command, and hints for mistyped calls."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import deckgen
from deckgen import address
from deckgen.cli.help import _EXAMPLES, _OTHER_WORDS
from tests.cli.terminals import lines, shown
from tests.conftest import REPOSITORY, change, run

COMMANDS = [name.split() for name in _EXAMPLES]


def options_of(command: list[str]) -> set[str]:
    """The options in a command's help."""
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", run(*command, "--help").stdout))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example_and_the_address_of_its_page(command: list[str]) -> None:
    """The example is whole at 80 columns, and its command has the options; the page has a section on it."""
    printed = lines(shown(80, [*command, "--help"]))
    for call, what in _EXAMPLES[" ".join(command)]:
        assert any(line.strip().startswith(call) and line.endswith(what) for line in printed), call
        if call.startswith("deckgen "):
            words = call.split()[1:]
            used = {word for word in words if word.startswith("-")}
            assert used <= options_of(words[: 2 if words[0] == "github" else 1]), call
    assert max(map(len, printed)) <= 80
    assert printed[-1].startswith(" Docs: ")
    if command:
        assert f"\n## deckgen {command[0]}\n" in (REPOSITORY / "docs/commands.md").read_text(encoding="utf-8")


def test_every_command_has_an_example() -> None:
    """Those of `deckgen --help` and of `deckgen github --help`."""
    for group in ([], ["github"]):
        found = re.findall(r"(?m)^│ ([a-z]+) ", run(*group, "--help").stdout)
        assert found
        for name in found:
            assert " ".join([*group, name]) in _EXAMPLES


def test_the_docs_address_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the released commit; before there is a public repository, the file of a checkout."""
    assert address.docs("commands.md#deckgen-build") == str(REPOSITORY / "docs/commands.md")
    monkeypatch.setattr(address, "REPOSITORY", "someone/deckgen")
    assert address.docs("site.md") == "https://github.com/someone/deckgen/blob/main/docs/site.md"
    monkeypatch.setattr(address, "COMMIT", "1" * 40)
    assert address.docs("a.md#b") == f"https://github.com/someone/deckgen/blob/{'1' * 40}/docs/a.md#b"


def test_without_arguments_help_says_what_to_do_first() -> None:
    """From no deck to a package, in commands to be copied."""
    done = run()
    assert done.returncode == 2
    begin = done.stdout.partition("Start with:\n")[2]
    calls = [line.partition("#")[0].strip() for line in begin.splitlines()[:4]]
    assert calls == ["deckgen init my-deck", "cd my-deck", "deckgen preview --serve --open", "deckgen build"]


def test_a_narrow_terminal_gets_whole_names() -> None:
    """Each option is on a line, with what it does under it; nothing is cut or torn."""
    printed = lines(shown(40, ["check", "--help"]))
    assert "  --format <text|json|github|sarif>" in printed
    assert "  --dry-run" in printed
    assert max(map(len, printed[:-1])) <= 40
    assert "…" not in "".join(printed)


@pytest.mark.parametrize(
    ("call", "message", "hint"),
    [
        ("chekc", "`deckgen` has no command `chekc`", "did you mean `check`?"),
        ("fix", "`deckgen` has no command `fix`", "did you mean `deckgen check --fix`?"),
        ("xyzzy", "`deckgen` has no command `xyzzy`", "`deckgen --help` lists the commands"),
        ("github drft", "`deckgen github` has no command `drft`", "did you mean `draft`?"),
        ("check --strikt", "`deckgen check` has no option `--strikt`", "did you mean `--strict`?"),
        (
            "check --xyzzy",
            "`deckgen check` has no option `--xyzzy`",
            "`deckgen check --help` lists the options",
        ),
        (
            "--project x check",
            "`deckgen` has no option `--project`",
            "options come after the command: deckgen build --project",
        ),
        (
            "check --format xml",
            "invalid value for `--format`: `xml` is not one of `text`, `json`, `github`, `sarif`",
            "`deckgen check --help` lists what it takes",
        ),
        (
            "build old.apkg",
            "got unexpected extra argument (old.apkg)",
            "name the package with -o: deckgen build -o old.apkg",
        ),
        (
            "adopt old.apkg x1 --id jura --langauge de",
            "`deckgen adopt` has no option `--langauge`",
            "did you mean `--language`?",
        ),
        ("check --strikt jura", "`deckgen check` has no option `--strikt`", "did you mean `--strict`?"),
        (
            "adopt old.apkg x1 jura",
            "got unexpected extra argument (jura)",
            "`deckgen adopt --help` lists what it takes",
        ),
        (
            "adopt old.apkg x1 jura.yaml",
            "got unexpected extra argument (jura.yaml)",
            "`deckgen adopt --help` lists what it takes",
        ),
        (
            "import --kind jura",
            "missing argument `TABLE`",
            "`deckgen import --help` lists what it takes",
        ),
        (
            "check jura",
            "got unexpected extra argument (jura)",
            "name the deck's folder with --project: deckgen check --project jura",
        ),
        (
            "release --version 1.0.0",
            "`deckgen release` has no option `--version`",
            "write the version by itself: deckgen release 1.0.0",
        ),
    ],
)
def test_a_mistyped_call_gets_the_right_one(call: str, message: str, hint: str, tmp_path: Path) -> None:
    """In the form of every other error, with exit code 2; also beside a deck named like an argument."""
    change(tmp_path / "jura", {"source/deck.yaml": "id: jura\ntitle: Jura\n"})
    done = run(*call.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {message}\n  hint: {hint}\n"


@pytest.mark.parametrize("call", sorted(set(_OTHER_WORDS.values())))
def test_what_other_programs_call_a_command_leads_to_ours(call: str) -> None:
    """The proposed call exists."""
    name, _, option = call.rpartition(" ")
    assert option in {*options_of(name.split()), *(each[0] for each in COMMANDS if each)}


def test_a_mistyped_call_is_an_annotation_on_github() -> None:
    """As every failure there."""
    done = run("check", "--strikt", GITHUB_ACTIONS="true")
    assert done.stdout.startswith("::error")
    assert "`--strikt`" in done.stdout


@pytest.mark.parametrize("arguments", [["--version"], ["check", "--help"], ["explain", "nothing"]])
def test_start_up_imports_nothing_heavy(arguments: list[str]) -> None:
    """A typer from 0.29 on would import pydantic here, in a third of a second."""
    code = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from deckgen.cli.app import app; app(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert not loaded & {
        "pydantic",
        "yaml",
        "jinja2",
        "genanki",
        "sqlite3",
        "zipfile",
        "rich.progress",
        "anki",
    }


def test_the_bounds_keep_start_up_quick() -> None:
    """Whoever installs deckgen without constraints.txt gets no typer that imports pydantic."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (typer,) = (each for each in map(Requirement, project["dependencies"]) if each.name == "typer")
    assert "0.28.0" in typer.specifier
    assert "0.29.0" not in typer.specifier
    assert Path(deckgen.__file__).exists()
