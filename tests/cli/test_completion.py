"""Completion in real shells: they install it themselves, and offer what a user may type next."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import CHAPTER, run
from tests.releases import FIRST, release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

DECK = {"source/one.yaml": CHAPTER}

BASH = """
source ~/.bash_completions/deckgen.sh
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_deckgen_completion deckgen
printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh's own functions complete only in a terminal: this prints what they are given
ZSH = """
_arguments() { print -r -- "$@" }
compdef() { }
source ~/.zfunc/_deckgen
words=("$@"); CURRENT=$#
_deckgen_completion
"""
FISH = "complete -C (string join ' ' -- $argv)"
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def in_shell(shell: str, home: Path, cwd: Path, script: str, *words: str) -> str:
    """What a shell prints; `deckgen` in it is this one, and its home is a folder of the test."""
    program = shutil.which(shell)
    if sys.platform == "win32" or program is None:
        pytest.skip(f"{shell} is not there")
    commands = home / "bin"
    commands.mkdir(exist_ok=True)
    (commands / "deckgen").write_text(f'#!/bin/sh\nexec {sys.executable} -m deckgen "$@"\n', encoding="utf-8")
    (commands / "deckgen").chmod(0o755)
    paths = os.pathsep.join([str(commands), os.environ["PATH"]])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    arguments = [program, "-c", script, *([shell] if shell != "fish" else []), *words]
    environment = {**inherited, "HOME": str(home), "PATH": paths}
    done = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_completes(shell: str, tmp_path: Path, project: Project) -> None:
    """After `deckgen --install-completion`: commands, options, codes, formats and released versions."""
    folder = project(DECK)
    release(folder, "1.0.0", FIRST)
    installed = in_shell(shell, tmp_path, folder, "deckgen --install-completion; true")
    assert f"{shell} completion installed in {tmp_path}" in installed
    for typed, offered, not_offered in (
        ("deckgen ch", "check", "preview"),
        ("deckgen check --st", "--strict", "--fix"),
        ("deckgen explain cut", "cut-by-comment", "doubled-word"),
        ("deckgen check --ignore doubled-w", "doubled-word", "unknown-key"),
        ("deckgen release 1", "1.0.0", "check"),
        ("deckgen diff 1", "1.0.0", "check"),
        ("deckgen preview --since 1", "1.0.0", "check"),
        ("deckgen check --format s", "sarif", "json"),
        ("deckgen github dr", "draft", "publish"),
    ):
        words = in_shell(shell, tmp_path, folder, SCRIPTS[shell], *typed.split())
        assert offered in words, typed
        assert not_offered not in words, typed


def test_outside_a_deck_no_version_is_offered(tmp_path: Path) -> None:
    """And no error is printed into the line that is typed."""
    done = run(cwd=tmp_path, _DECKGEN_COMPLETE="complete_bash", COMP_WORDS="deckgen release ", COMP_CWORD="2")
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_powershell_gets_its_script() -> None:
    """Where the shell cannot be found out, it is named."""
    done = run("--show-completion", "powershell", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "Register-ArgumentCompleter" in done.stdout
    assert "_DECKGEN_COMPLETE" in done.stdout
