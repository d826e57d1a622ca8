"""All bad sources that we know, and how one is laid into a folder."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from deckgen.cli.app import app
from tests.card_faults import CARD_FAULTS
from tests.conftest import signed, write_project
from tests.faults import FAULTS, Fault

if TYPE_CHECKING:
    from pathlib import Path

ALL_FAULTS = (*FAULTS, *CARD_FAULTS)
Place = tuple[str, int | None, int | None, int | None]


def unmarked(fault: Fault) -> tuple[dict[str, str | bytes], Place]:
    """The files of a fault without their marks, and the place that the marks say."""
    files: dict[str, str | bytes] = {}
    place: Place = (fault.whole, fault.line or None, None, None)
    for name, content in fault.files.items():
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        start, end = ("\u00c2\u00ab", "\u00c2\u00bb") if isinstance(content, bytes) else ("«", "»")
        if start in text:
            before = text.partition(start)[0].split("\n")
            length = len(text.partition(start)[2].partition(end)[0])
            place = (name, len(before), len(before[-1]) + 1, len(before[-1]) + 1 + max(length, 1))
        elif "⟵" in text:
            place = (name, text.partition("⟵")[0].count("\n") + 1, None, None)
        text = text.replace(start, "").replace(end, "").replace("⟵", "")
        files[name] = text.encode("latin-1") if isinstance(content, bytes) else text
    return files, place


def lay(folder: Path, fault: Fault) -> Place:
    """Write a bad source into a folder, over what was released before; the place that its marks say."""
    files, place = unmarked(fault)
    if fault.before is not None:
        _release(folder, fault)
    write_project(folder, files)
    return place


def _release(folder: Path, fault: Fault) -> None:
    """Release what was there before a fault was made."""
    write_project(folder, fault.before)
    result = CliRunner(env={"SOURCE_DATE_EPOCH": "1700000000"}).invoke(
        app, ["release", "1.0.0", "--project", str(folder)]
    )
    assert result.exit_code == 0, result.output
    ledger = folder / "source/ledger.jsonl"
    text, old, new = ledger.read_text(encoding="utf-8"), *fault.edit
    if old:
        assert re.search(old, text), text
        rows = re.sub(old, new, text, count=1).splitlines()
        # with digests that fit, so that what is told is not that alone
        ledger.write_text("".join(f"{signed(row)}\n" if row else "\n" for row in rows), encoding="utf-8")
    if fault.lost:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        for command in (["init"], ["add", "source"], [*who, "commit", "-m", "1.0.0"]):
            subprocess.run(["git", "-C", folder, *command], check=True, capture_output=True)
        ledger.unlink()
