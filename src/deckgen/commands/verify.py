"""The test of a package in the real Anki: imported by a new learner, and over each earlier release."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen import package
from deckgen.build import build
from deckgen.diagnostics import CallError, counted
from deckgen.files import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deckgen.build import Build
    from deckgen.history.plan import UpdatePlan

_SCRIPT = Path(__file__).with_name("rehearsal.py")
_PATIENCE = 0.5  # seconds between two updates of the progress
_RENAMES_SINCE = (23, 10)  # before this version, a renamed field or card is a new one to Anki


@dataclass
class Verification:
    """The result of importing a package into Anki.

    Attributes:
        build: The build of the package; if its package is None, nothing was verified.
        anki: The version of Anki.
        new_learner: The numbers of `notes`, `cards` and `empty_cards` of a new learner.
        updates: The result of each update, as the rehearsal reports it, with note ids.
        faults: The faults, as sentences.
        remarks: Other remarks, as sentences.
    """

    build: Build
    anki: str = ""
    new_learner: dict[str, int] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def verify(
    project: Path,
    previous: Iterable[Path] = (),
    python: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    require_previous: bool = False,
) -> Verification:
    """Build a deck, and rehearse its import in a throw-away collection of the real Anki.

    Args:
        project: The folder that holds source/.
        previous: Earlier packages; if there are none, those in build/release/.
        python: A Python that has `anki`; None for the running one.
        progress: As for `build`.
        require_previous: Whether there must be an earlier package.

    Raises:
        CallError: A file is no package, or belongs to another deck; there is no earlier package, or no Anki.
    """
    deck_build = build(project, progress)
    packages = deck_build.packages
    if packages is None:
        return Verification(deck_build)
    new, retired = packages.main, packages.retired
    deck = new.deck.id
    earlier = [(path, _checked(path, deck, new.time)) for path in previous]
    if not earlier:
        candidates = sorted((project / "build" / "release").glob(f"*/{deck}-*.apkg"))
        paths = [path for path in candidates if path.name == f"{deck}-{path.parent.name}.apkg"]
        abouts = [(path, _checked(path, deck, 0)) for path in paths]
        earlier = [(path, about) for path, about in abouts if about["time"] < new.time]
    if require_previous and not earlier:
        raise CallError("there is no earlier package to update from", "name one: --previous FILE.apkg")
    earlier.sort(key=lambda pair: int(pair[1]["time"]))
    with tempfile.TemporaryDirectory() as folder:
        job: dict[str, Any] = {
            "package": _put(new, Path(folder, "new.apkg")),
            "previous": [
                {"path": str(path.resolve()), "name": about["version"] or path.name}
                for path, about in earlier
            ],
            "cleanup": _put(retired, Path(folder, "cleanup.apkg")) if retired else None,
            "retired": f"{deck}::retired",
        }
        result = _rehearsed(job, python, progress or (lambda *_: None))
    verification = Verification(deck_build, result["anki"], result["new_learner"], result["updates"])
    names = {guid: name for _, about in earlier for guid, name in about["notes"].items()}
    names |= {each.guid: each.note.id for each in packages.plan.notes}
    _tell_altered(verification, result.get("altered"))
    _judge(verification, names, _accepted_since(packages.plan, [about for _, about in earlier]))
    return verification


def _accepted_since(plan: UpdatePlan, earlier: list[dict[str, Any]]) -> set[str | None]:
    """The versions since which the author has accepted that a note type differs."""
    accepted = plan.matching.ledger.accepted()
    times = [time for time, entry in accepted if entry.code == "changed-note-type"]
    if any(accept.code == "changed-note-type" for accept in plan.accepted):
        times.append(plan.now)
    return {about["version"] for about in earlier if any(time > about["time"] for time in times)}


def _checked(path: Path, deck: str, time: int) -> dict[str, Any]:
    """The metadata of a package, after checking that it is an earlier one of the deck."""
    about = package.read_about(path)
    if about.get("deck") != deck:
        raise CallError(f"{path} is a package of the deck `{about.get('deck')}`, and this is `{deck}`")
    if about.get("cleanup"):
        raise CallError(f"{path} is a cleanup package", "name the release's other package")
    if time and about["time"] > time:
        raise CallError(f"{path} is newer than what is built here", "name a package that was released before")
    return about


def _put(apkg: package.Package, path: Path) -> str:
    with naming(path), path.open("wb") as file:
        package.write(apkg, file)
    return str(path)


def _rehearsed(
    job: dict[str, Any], python: Path | None, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Run the rehearsal in a Python that has Anki."""
    command = [str(python or sys.executable), str(_SCRIPT)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        process = subprocess.Popen(  # noqa: S603 (the user names the Python)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=environment,
        )
    except OSError as error:
        raise CallError(
            f"{command[0]} cannot be run: {error.strerror}", "name a Python that has `anki`"
        ) from error
    try:
        out, errors = _answer(process, json.dumps(job), progress)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    try:
        result: dict[str, Any] = json.loads(out)
    except ValueError as error:
        last = (errors.strip() or out.strip() or f"exit code {process.returncode}").splitlines()[-1]
        raise CallError(f"Anki failed in {command[0]}: {last}") from error
    if "missing" in result:
        whose = f"{python} does not have it" if python else "it is not installed"
        raise CallError(f"`verify` needs the `anki` package, and {whose}", install_hint(command[0]))
    return result


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


def _answer(
    process: subprocess.Popen[str], job: str, progress: Callable[[str, int, int], None]
) -> tuple[str, str]:
    """The output of a process for a job, on stdout and stderr."""
    job_to_send: str | None = job
    while True:
        try:
            return process.communicate(job_to_send, timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            job_to_send = None  # the process has it already
            progress("rehearsing in Anki", 0, 1)


def _tell_altered(verification: Verification, altered: dict[str, Any] | None) -> None:
    """Add the result for a learner who has changed a note type."""
    if altered and altered["missed"]:
        lost = f"{altered['lost']:,} lost" if altered["lost"] else "nothing lost"
        verification.remarks.append(
            f"from {altered['previous']}: a learner who has added a field to `{altered['type']}` misses "
            f"{counted(altered['missed'], 'change')} of its notes; {lost}"
        )


def _judge(verification: Verification, names: dict[str, str], accepted: set[str | None]) -> None:
    """Add the faults and remarks."""
    old = tuple(map(int, re.findall(r"\d+", verification.anki)[:2])) < _RENAMES_SINCE
    if verification.new_learner["empty_cards"]:
        count = verification.new_learner["empty_cards"]
        verification.faults.append(f"Anki calls cards of {counted(count, 'note')} empty")
    for update in verification.updates:
        which = f"from {update['previous']}" + (", merging" if update["options"] == "merge" else "")
        update["lost"] = [[names.get(guid, guid), what] for guid, what in update["lost"]]
        for key in ("held_back", "not_arrived"):
            update[key] = [names.get(guid, guid) for guid in update[key]]
        explained = (old and update["renamed"]) or update["previous"] in accepted
        stay = counted(update["conflicting"], "note")
        if update["previous"] in accepted:
            verification.remarks.append(
                f"{which}: {stay} not updated, as accepted; learners import as the release notes say"
            )
        elif explained and update["conflicting"]:
            verification.remarks.append(
                f"{which}: {stay} not updated, because Anki {verification.anki} takes a note type with a "
                "renamed field or card for another one; Anki 23.10 and later do not"
            )
        elif update["conflicting"]:
            verification.faults.append(f"{which}: {stay} conflicting")
        verification.faults += [f"{which}: `{name}`: {what}" for name, what in update["lost"]]
        if not explained:
            verification.faults += [
                f"{which}: the new text of `{name}` has not arrived" for name in update["not_arrived"]
            ]
        cleanup = update["cleanup"] or {}
        for what in ("cards", "decks"):
            if cleanup.get(f"{what}_added"):
                verification.faults.append(f"{which}: the cleanup package adds {what}")
