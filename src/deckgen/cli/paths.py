"""Paths and sizes as people read them, and paths as shells do."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def short_path(path: Path) -> str:
    """A path in its shortest form: from the working directory, or absolute."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def in_shell(path: Path) -> str:
    """A path as both sh and PowerShell read it."""
    text = path.as_posix()
    text = f"./{text}" if text.startswith("-") else text
    if re.fullmatch(r"[\w./:-]+", text):
        return text
    if not re.search(r'[$`"“”„!\\]', text):
        return f'"{text}"'
    return "'{}'".format(text.replace("'", "''" if sys.platform == "win32" else "'\\''"))


def size(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 0.1):.1f} kB"  # noqa: PLR2004
