"""The test of a package in the real Anki: imported by a new learner, and over each earlier release."""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from deckgen import package
from deckgen.build import build
from deckgen.commands.verify.process import run_rehearsal
from deckgen.commands.verify.verdict import judged
from deckgen.diagnostics import CallError
from deckgen.files import naming
from deckgen.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.build import Build
    from deckgen.history.ledger import Ledger
    from deckgen.history.plan import UpdatePlan


@dataclass(frozen=True)
class Verification:
    """The result of importing a package into Anki.

    Attributes:
        build: The build of the package; if its package is None, nothing was verified.
        anki: The version of Anki.
        new_learner: The numbers of `notes`, `cards`, `empty_cards` and `files` of a new learner, and the
            `wrong_files`.
        updates: The result of each update, as the rehearsal reports it, with note ids.
        altered: The result of each learner who has altered a note type, as the rehearsal reports it.
        next: What a later change brings, as the rehearsal reports it, with note ids; empty if none was tried.
        faults: The faults, as sentences.
        remarks: Other remarks, as sentences.
        rare: Those of them that are about learners who have altered a note type.
    """

    build: Build
    anki: str = ""
    new_learner: dict[str, Any] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    altered: list[dict[str, Any]] = field(default_factory=list)
    next: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rare: list[str] = field(default_factory=list)


def verify(
    project: Path,
    previous: Iterable[Path] = (),
    python: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    require_previous: bool = False,
    later: ReadOnly[str, str] = MappingProxyType({}),
) -> Verification:
    """Build a deck, and rehearse its import in a throw-away collection of the real Anki.

    Args:
        project: The folder that holds source/.
        previous: Earlier packages, adopted ones included; if there are none, those in build/release/.
        python: A Python that has `anki`; None for the running one.
        progress: As for `build`. The rehearsal calls it at the beginning of each of its steps.
        require_previous: Whether there must be an earlier package.
        later: Texts of the deck's files, by their paths, as an author may write them later. Their package is
            imported over the first of `previous`, too.

    Raises:
        CallError: A file is no package, or belongs to another deck; there is no earlier package, or no Anki.
    """
    deck_build = build(project, progress)
    packages = deck_build.packages
    if packages is None:
        return Verification(deck_build)
    new, retired = packages.main, packages.retired
    deck = new.deck.id
    named = list(previous)
    earlier = _earlier(project, new, named, packages.plan.matching.ledger)
    if require_previous and not earlier:
        raise CallError("there is no earlier package to update from", "give one: --previous FILE.apkg")
    tell = progress or (lambda *_: None)
    with tempfile.TemporaryDirectory(prefix="deckgen-verify-", ignore_cleanup_errors=True) as folder:
        path = _put(new, Path(folder, "new.apkg"), tell)
        job: dict[str, Any] = {
            "package": str(path),
            "media": _files(path),
            "previous": [
                {"path": str(path.resolve()), "name": about["version"] or path.name, "media": _files(path)}
                for path, about in earlier
            ],
            "cleanup": str(_put(retired, Path(folder, "cleanup.apkg"), tell)) if retired else None,
            "retired": f"{deck}::retired",
        }
        if later:
            changed = str(_put(_later(project, later), Path(folder, "later.apkg"), tell))
            over = next(index for index, (path, _) in enumerate(earlier) if path == named[0])
            job["previous"][over]["later"] = changed
        result = run_rehearsal(job, Path(folder), python, _in_anki(tell))
    names = {guid: name for _, about in earlier for guid, name in about["notes"].items()}
    names |= {each.guid: each.note.id for each in packages.plan.notes}
    accepted = _accepted_since(packages.plan, [about for _, about in earlier])
    adopted = bool(packages.plan.matching.ledger.adopted)
    result = judged(result, names, accepted, adopted=adopted)
    return Verification(deck_build, **result)


def _later(project: Path, texts: ReadOnly[str, str]) -> package.Package:
    """The package of a deck with other texts in some of its files.

    Raises:
        CallError: It has errors.
    """
    made = build(project, texts=texts)
    if made.package is None:
        first = next(each for each in made.diagnostics if each.level == "error")
        raise CallError(f"a change of {first.span.path} cannot be tried: {first.message}", first.hint)
    return made.package


def _in_anki(progress: Callable[[str, int, int], None]) -> Callable[[str, int, int], None]:
    """The progress of the rehearsal, which does not say that it happens in Anki."""

    def told(what: str, done: int, total: int) -> None:
        progress(f"in Anki: {what}", done, total)

    return told


def _earlier(
    project: Path, new: package.Package, previous: Iterable[Path], ledger: Ledger
) -> list[tuple[Path, dict[str, Any]]]:
    """The earlier packages with their metadata, oldest first: those that are named, or those at hand."""
    deck = new.deck.id
    earlier = [(path, _adopted(path, ledger) or _checked(path, deck, new.time)) for path in previous]
    if not earlier:
        candidates = sorted(Project(project).releases.glob(f"*/{deck}-*.apkg"))
        paths = [path for path in candidates if path.name == f"{deck}-{path.parent.name}.apkg"]
        abouts = [(path, _checked(path, deck, 0)) for path in paths]
        earlier = [(path, about) for path, about in abouts if about["time"] < new.time]
    return sorted(earlier, key=lambda pair: int(pair[1]["time"]))


def _adopted(path: Path, ledger: Ledger) -> dict[str, Any] | None:
    """The metadata of a package that learners had before deckgen knew the deck; None if it is no such one.

    It was made by another program, and has notes of the deck.
    """
    if not ledger.adopted:
        return None
    contents = package.read_package(path)
    # a package of deckgen may have been adopted, too, if its source was lost
    if contents.about is not None and package.read_digest(path) not in {
        each.digest for each in ledger.adopted
    }:
        return None
    names = {note.guid: ledger.notes[note.guid].id for note in contents.notes if note.guid in ledger.notes}
    if not names:
        raise CallError(f"{path} contains no note of this deck", "give an older package of this deck")
    return {"version": None, "time": contents.modified // 1000, "notes": names}


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
        raise CallError(f"{path} is a package of the deck `{about.get('deck')}`, but this deck is `{deck}`")
    if about.get("cleanup"):
        raise CallError(f"{path} is a cleanup package", "use the release's other package")
    if time and about["time"] > time:
        raise CallError(f"{path} is newer than this build", "use a package that was released earlier")
    return about


def _files(path: Path) -> dict[str, tuple[int, int]]:
    """The size and the CRC-32 of each media file in a package, by its name."""
    media = package.list_media(path)
    known = {medium.name: (medium.size, medium.crc) for medium in media if medium.crc is not None}
    others = package.read_media(path, [medium for medium in media if medium.crc is None])
    return known | {medium.name: (len(content), zlib.crc32(content)) for medium, content in others}


def _put(apkg: package.Package, path: Path, progress: Callable[[str, int, int], None]) -> Path:
    with naming(path), path.open("wb") as file:
        package.write(apkg, file, progress)
    return path
