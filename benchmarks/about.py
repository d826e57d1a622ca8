"""The machine on which a benchmark runs, and the versions of what it measures."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from contestants import ANKIFORGE, PEERS, YAML_TOOL, installed

import deckgen

LIBRARIES = ("genanki", "PyYAML", "markdown-it-py", "Jinja2", "anki")


def processor() -> str:
    """The processor's name, as its maker calls it."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"(?m)^model name\s*: (.+)$", info.read_text("utf-8")) if info.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def version_of_peer(name: str) -> str:
    """The version of a program in its own environment."""
    code = f"from importlib.metadata import version; print(version({name!r}))"
    command = [str(PEERS / name / "bin/python"), "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def about() -> dict[str, str]:
    """The machine and the versions, by what they are of."""
    versions = {name: version(name) for name in LIBRARIES}
    peers = {name: version_of_peer(name) for name in (ANKIFORGE, YAML_TOOL) if installed(name)}
    return {
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        platform.python_implementation(): platform.python_version(),
        "deckgen": deckgen.__version__,
        **versions,
        **peers,
    }


def month() -> str:
    """This month, as in `November 2026`."""
    return f"{datetime.now(UTC):%B %Y}"
