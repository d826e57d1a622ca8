"""The process of the rehearsal: a Python that has `anki`, which may be another one than deckgen's."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import CallError
from deckgen.files import naming

if TYPE_CHECKING:
    from collections.abc import Callable

_SCRIPT = Path(__file__).with_name("rehearsal") / "__main__.py"


def run_rehearsal(
    job: dict[str, Any], folder: Path, python: Path | None, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Run the rehearsal in a Python that has Anki.

    Args:
        job: As for `rehearse`, without `folder`.
        folder: A folder for all that it writes. Whoever made it removes it, however the process ends.
        python: That Python; None for the running one.
        progress: As for `verify`.

    Raises:
        CallError: It cannot be run, has no Anki, or Anki failed.
    """
    path, errors = folder / "job.json", folder / "errors.txt"
    collections, temporary = folder / "collections", folder / "temporary"
    with naming(path):
        path.write_text(json.dumps({**job, "folder": str(collections)}), encoding="utf-8")
        for each in (collections, temporary):
            each.mkdir()
    command = [str(python or sys.executable), str(_SCRIPT), str(path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # Anki unpacks packages there, and leaves that behind where it is killed
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    try:
        with errors.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 (the user names the Python)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
                encoding="utf-8",
                errors="replace",
                env=environment,
            )
    except OSError as error:
        raise CallError(
            f"{command[0]} cannot be started: {error.strerror}", "give a Python that has the `anki` package"
        ) from error
    result, last = _followed(process, progress)
    if result is None:
        said = errors.read_text(encoding="utf-8", errors="replace").strip() or last
        last = (said or f"exit code {process.returncode}").splitlines()[-1]
        raise CallError(f"Anki failed in {command[0]}: {last}")
    if "missing" in result:
        whose = f"{python} does not have it" if python else "it is not installed"
        raise CallError(f"the test needs the `anki` package, and {whose}", install_hint(command[0]))
    return result


def _followed(
    process: subprocess.Popen[str], progress: Callable[[str, int, int], None]
) -> tuple[dict[str, Any] | None, str]:
    """The result that a process prints, or None, and the last line that is none of its own.

    Its lists are progress, and are passed on as they come.
    """
    assert process.stdout  # noqa: S101 (for mypy: it is a pipe)
    result, last = None, ""
    try:
        for line in process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                told = None
            if isinstance(told, list):
                progress(*told)
            elif isinstance(told, dict):
                result = told
            else:
                last = line.strip() or last
        process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        process.stdout.close()
    return result, last


def install_hint(python: str) -> str:
    """The command that installs `anki` for a Python, depending on how that Python was installed."""
    prefix = Path(python).absolute().parent.parent
    if (prefix / "pipx_metadata.json").exists():
        return f"pipx inject {prefix.name} anki"
    if (prefix / "uv-receipt.toml").exists():
        return f"uv tool install --with anki {prefix.name}"
    by_uv = "uv = " in _read(prefix / "pyvenv.cfg") and not any(prefix.glob("[Ll]ib/**/site-packages/pip"))
    quoted = shlex.quote(python)
    return f"uv pip install --python {quoted} anki" if by_uv else f"{quoted} -m pip install anki"


def _read(path: Path) -> str:
    """The text of a small file; empty if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
