"""Commands run in a terminal of some width."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import all_that_is_printed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATIENT = "from deckgen.cli import progress; progress.PATIENCE = 60"
"""Python that keeps the bar away, which would show on a slow machine."""
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def shown(
    columns: int, arguments: Sequence[str | Path], cwd: Path | None = None, code: str = "", **environment: str
) -> str:
    """What a terminal shows of a command, with all that controls it.

    Args:
        columns: How wide the terminal is.
        arguments: The arguments of `deckgen`.
        cwd: The folder to run it in.
        code: Python to run before it.
        environment: More variables of the environment.
    """
    pty = pytest.importorskip("pty", reason="there are no such terminals on Windows")
    import fcntl  # noqa: PLC0415 (the same)
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    left_out = {"NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "COLUMNS", "LINES"}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    call = f"{PATIENT}\n{code}\nfrom deckgen.__main__ import main\nmain()"
    with subprocess.Popen(
        [sys.executable, "-c", call, *map(str, arguments)],
        cwd=cwd,
        env={**inherited, "TERM": "xterm-256color", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        return all_that_is_printed(ours)


def lines(printed: str) -> list[str]:
    """The lines of what was shown, without colors."""
    return COLOR.sub("", printed).splitlines()
