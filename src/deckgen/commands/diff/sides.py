"""The sides of a difference: from a word to what it names, and from that to its edition."""

from __future__ import annotations

import io
import tarfile
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from deckgen.commands.diff.edition import Edition, of_build, of_package
from deckgen.diagnostics import CallError, counted, did_you_mean
from deckgen.git import Git, Unanswered, in_git
from deckgen.project import LEDGER, MANIFEST, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.media import Media
    from deckgen.history.ledger import Ledger

    Progress = Callable[[str, int, int], None]

_ENDINGS = {".apkg", ".colpkg"}
_MOST_NAMED = 5  # words that a hint offers of each sort


class Sort(Enum):
    """What a side can be, in the order in which a word is taken for it."""

    PACKAGE = "a package"
    FOLDER = "a folder with a deck"
    RELEASE = "a release"
    REVISION = "a git revision"


@dataclass(frozen=True)
class Side:
    """A side of a difference.

    Attributes:
        name: How the user knows it.
        edition: What it holds.
        remarks: What the user should know of it, as sentences.
        package: The package that it is; None if it is a source.
        media: The media files of a source, by their names in its package.
    """

    name: str
    edition: Edition
    remarks: tuple[str, ...] = ()
    package: Path | None = None
    media: ReadOnly[str, Media] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where sides are looked for.

    Attributes:
        folder: The folder of the deck; None where there is none.
        packages: Packages of releases, which the user has named.
        progress: Told about the work on a source.
        scratch: An empty folder, in which the source of a git revision stays; None if it need not stay.
        by_package: What a user writes to name the package of a release that is not found.
    """

    folder: Path | None
    packages: Sequence[Path] = ()
    progress: Progress | None = None
    scratch: Path | None = None
    by_package: str = "--package FILE"

    @property
    def project(self) -> Project | None:
        """The deck's folder and its files."""
        return Project(self.folder.resolve()) if self.folder else None


def sides(old: str | None, new: str | None, place: Place) -> tuple[Side, Side]:
    """Both sides of a difference.

    Args:
        old: The word for the old side; None for the last release.
        new: The word for the new side; None for the source as it is.
        place: Where they are looked for.

    Raises:
        CallError: A word names no side, or what it names cannot be read.
    """
    if place.folder is None and (old is None or new is None):
        message = "no deck here: neither this folder nor any folder above it contains source/deck.yaml"
        raise CallError(
            message, "compare two packages: deckgen diff OLD.apkg NEW.apkg; or give the deck: --project DIR"
        )
    ledger = _ledger(place)
    found = _sorts(old, place, ledger) if old is not None else [Sort.RELEASE]
    others = _sorts(new, place, ledger) if new is not None else []
    version = old if old is not None else _last(ledger)
    versions = [
        word
        for word, sorts in ((version, found), (new, others))
        if word is not None and sorts[:1] == [Sort.RELEASE]
    ]
    given = _given(place, versions)
    first = _side(version, found, place, given)
    if new is not None:
        second = _side(new, others, place, given)
    else:
        assert place.folder is not None  # noqa: S101 (else there is an error above)
        second = _of_source("the current source", place.folder, place)
    return _related(first, second, ledger)


def earlier(word: str | None, place: Place) -> Side:
    """The side with which the source as it is will be compared, perhaps many times.

    Args:
        word: The word for it; None for the last release.
        place: Where it is looked for.

    Raises:
        CallError: The word names no side, or what it names cannot be read.
    """
    ledger = _ledger(place)
    version = word if word is not None else _last(ledger)
    sorts = _sorts(version, place, ledger) if word is not None else [Sort.RELEASE]
    side = _side(version, sorts, place, {})
    retired = {**_retired(side.edition, ledger), **side.edition.retired}
    return replace(side, edition=replace(side.edition, retired=retired))


def _ledger(place: Place) -> Ledger | None:
    """The ledger of the deck's folder; None where there is none, or where it has faults."""
    if place.folder is None:
        return None
    from deckgen.history.ledger_file import read_ledger  # noqa: PLC0415 (two packages need no ledger)

    released = read_ledger(place.folder.resolve())
    return released.ledger if released.ledger.releases else None


def _last(ledger: Ledger | None) -> str:
    """The version of the last release.

    Raises:
        CallError: There is none.
    """
    if ledger is None or ledger.latest is None:
        hint = (
            "give something to compare with: a package, a folder with a deck, or a git revision such as HEAD"
        )
        raise CallError("nothing has been released yet, so there is no last release to compare with", hint)
    return ledger.latest.version


def _sorts(word: str, place: Place, ledger: Ledger | None) -> list[Sort]:
    """All that a word can be, in order.

    Raises:
        CallError: It is no side.
    """
    if not word.strip():
        hint = "leave it out to compare with the last release, or with the current source"
        raise CallError("one of the sides is empty", hint)
    path = Path(word)
    found = []
    is_file = _is(path, Path.is_file)
    if is_file and path.suffix.lower() in _ENDINGS:
        found.append(Sort.PACKAGE)
    if _is(path / MANIFEST, Path.is_file):
        found.append(Sort.FOLDER)
    if ledger and word in ledger.versions:
        found.append(Sort.RELEASE)
    if _commit(word, place):
        found.append(Sort.REVISION)
    if not found and is_file:
        found.append(Sort.PACKAGE)  # the reader says what is wrong with it
    if not found:
        raise _no_side(word, place, ledger)
    return found


def _is(path: Path, what: Callable[[Path], bool]) -> bool:
    """Whether a path is a file; no path that a system refuses is one."""
    try:
        return what(path)
    except (OSError, ValueError):
        return False


def _no_side(word: str, place: Place, ledger: Ledger | None) -> CallError:
    """The error of a word that is no side, with a hint that lists what it could be."""
    path = Path(word)
    if path.suffix.lower() in _ENDINGS:
        beside = []
        with suppress(OSError, ValueError):
            beside = sorted(str(each) for each in path.parent.glob("*.apkg"))
        hint = did_you_mean(word, beside) or (f"there are {_some(beside)}" if beside else "")
        return CallError(f"there is no package {word}", hint)
    if _is(path, Path.is_dir):
        return CallError(f"{word} is not a deck folder: it does not contain source/deck.yaml")
    known = [line.version for line in reversed(ledger.releases)] if ledger else []
    refs = _refs(place)
    choices = ["a package (FILE.apkg)", "a folder with a deck"]
    more, names = "", [*known, *refs]
    if place.folder is None:
        more = "; there is no deck here, so releases and revisions are unknown: give one with --project DIR"
    else:
        choices.append(f"a release ({_some(known) or 'none yet'})")
        if in_git(place.folder.resolve()):
            choices.append(f"a git revision ({_some(['HEAD', *refs])})")
            names.append("HEAD")
        else:
            more = "; this deck is not in a git repository, so it has no revisions"
    hint = f"give {', '.join(choices[:-1])} or {choices[-1]}{more}"
    near = did_you_mean(word, names)
    return CallError(
        f"`{word}` is not something that deckgen can compare", f"{near} Or {hint}" if near else hint
    )


def _some(words: Sequence[str]) -> str:
    """The first few of many words."""
    return ", ".join(words[:_MOST_NAMED]) + (", …" if len(words) > _MOST_NAMED else "")


def _refs(place: Place) -> list[str]:
    """The names of branches and tags, the latest first."""
    if place.folder is None:
        return []
    try:
        names = Git(place.folder.resolve()).ask(
            *("for-each-ref", "--sort=-creatordate", "--count=100", "--format=%(refname:short)"),
            *("refs/tags", "refs/heads"),
        )
    except Unanswered:
        return []
    return names.decode(errors="replace").split()


def _commit(word: str, place: Place) -> str:
    """The commit that a word names; empty if git knows none."""
    if place.folder is None or not word or not word.isprintable() or not in_git(place.folder.resolve()):
        return ""
    try:
        answer = Git(place.folder.resolve()).ask(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"
        )
    except Unanswered:
        return ""
    return answer.decode().strip()


def _given(place: Place, versions: Sequence[str]) -> dict[str, tuple[Path, Edition]]:
    """The packages that the user has named, by their versions.

    Raises:
        CallError: One is of no release that is compared.
    """
    found = {}
    for path in place.packages:
        edition = of_package(path)
        if edition.version not in versions or edition.cleanup:
            what = "a cleanup package" if edition.cleanup else f"version {edition.version or 'none'}"
            compared = f"this compares {' with '.join(versions)}" if versions else "this compares no release"
            hint = (
                "use --package only for the package of a release; compare any other package "
                f"directly: deckgen diff {path} …"
            )
            raise CallError(f"{path} is {what}, and {compared}", hint)
        found[edition.version] = (path, edition)
    return found


def _side(word: str, sorts: Sequence[Sort], place: Place, given: dict[str, tuple[Path, Edition]]) -> Side:
    """The side of a word."""
    match sorts[0]:
        case Sort.PACKAGE:
            side = _of_file(word, Path(word))
        case Sort.FOLDER:
            side = _of_source(word, Path(word), place)
        case Sort.RELEASE:
            side = release_side(word, place, given)
        case Sort.REVISION:
            side = _of_revision(word, _commit(word, place), place)
    if len(sorts) > 1:
        others = " and ".join(each.value for each in sorts[1:])
        taken = f"`{word}` is {sorts[0].value}, and also {others}: deckgen uses the first"
        return replace(side, remarks=(taken, *side.remarks))
    return side


def _of_file(name: str, path: Path) -> Side:
    """The side that a package is."""
    edition = of_package(path)
    remarks = (f"{name} is a cleanup package: it contains only the retired notes",) if edition.cleanup else ()
    return Side(name, edition, remarks, package=path)


def _of_source(name: str, folder: Path, place: Place) -> Side:
    """The side that a source is."""
    from deckgen.build import build  # noqa: PLC0415 (two packages need no build)

    made = build(folder, place.progress)
    edition = of_build(made)
    remarks = []
    if edition.errors:
        remarks = [f"{name} has {counted(edition.errors, 'error')}, so only the readable part is compared"]
    return Side(name, edition, tuple(remarks), media=made.media)


def release_side(
    version: str, place: Place, given: ReadOnly[str, tuple[Path, Edition]] = MappingProxyType({})
) -> Side:
    """The side that a release is: its package, or else its source in git.

    Raises:
        CallError: Neither of them is at hand, or the package cannot be read.
    """
    if version in given:
        path, edition = given[version]
        return Side(f"{version} ({path})", edition, package=path)
    assert place.project is not None  # noqa: S101 (there is a ledger)
    folder = place.project.releases / version
    packages = [path for path in sorted(folder.glob(f"*-{version}.apkg")) if path.is_file()]
    if packages:
        return _of_file(version, packages[0])
    commit = commit_of(version, place.project)
    if not commit:
        hint = f"give it with {place.by_package}, or put it into {place.project.shown(folder)}/"
        raise CallError(f"the package of {version} is missing, and git has no commit that released it", hint)
    short = commit[:12]
    side = _of_revision(version, commit, place)
    remark = f"the package of {version} is missing, so deckgen used its source from commit {short}"
    if side.edition.version != version:
        remark += f"; the result may differ from what was released ({place.by_package})"
    return replace(side, name=f"{version} (commit {short})", remarks=(remark, *side.remarks))


def commit_of(version: str, project: Project, *where: str) -> str:
    """The commit that wrote a release into the ledger; empty if git knows none.

    Args:
        version: The version of the release.
        project: The deck's folder.
        where: Where `git log` looks; by default in all branches and tags.
    """
    if not in_git(project.folder):
        return ""
    row = f'{{"release":"{version}"'
    how = ("-m", "--reverse", "--format=%H", f"-S{row}", *(where or ("--all", "--full-history")))
    try:
        commits = Git(project.folder).ask("log", *how, "--", f"./{LEDGER}").decode().split()
    except Unanswered:
        return ""
    return commits[0] if commits else ""


def _of_revision(name: str, commit: str, place: Place) -> Side:
    """The side that a git revision is: its source, read into a temporary folder.

    Raises:
        CallError: The deck is not in that revision, or git does not give it.
    """
    assert place.project is not None  # noqa: S101 (else there is no commit)
    with nullcontext(place.scratch) if place.scratch else _temporary() as folder:
        try:
            unpack_source(commit, place.project, folder)
        except Unanswered as silence:
            raise CallError(f"git cannot read {name}: {silence}") from silence
        if not (folder / MANIFEST).is_file():
            message = f"{name} does not contain this deck: there is no {MANIFEST} in commit {commit[:12]}"
            hint = Git(place.project.folder).command(f"log --oneline -- {MANIFEST}")
            raise CallError(message, f"`{hint}` lists the commits that have it")
        return _of_source(name, folder, place)


def unpack_source(commit: str, project: Project, folder: Path) -> None:
    """Write a deck's source and templates, as they are in a commit, into a folder.

    Args:
        commit: The commit.
        project: The deck's folder.
        folder: An empty folder; it stays empty where the commit does not hold the deck.

    Raises:
        Unanswered: Git does not give them.
    """
    git = Git(project.folder)
    names = git.ask("ls-tree", "--name-only", "-z", commit, "--", "source", "templates")
    held = [each for each in names.decode(errors="replace").split("\0") if each]
    if "source" in held:
        _unpack(git.ask("archive", "--format=tar", commit, "--", *held), folder)


@contextmanager
def _temporary() -> Iterator[Path]:
    """A folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        yield Path(folder)


def _unpack(packed: bytes, folder: Path) -> None:
    """Write the files of an archive into a folder; what would lead out of it is left out."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            with suppress(tarfile.FilterError, OSError):
                archive.extract(member, folder, filter="data")


def _related(old: Side, new: Side, ledger: Ledger | None) -> tuple[Side, Side]:
    """Two sides, with what they and the ledger know of each other.

    A package does not say which notes are retired; the ledger, or the other side, may know.
    """
    first, second = old.edition, new.edition
    remarks = (two_decks(first, second), *old.remarks)
    ours = {**_retired(first, ledger), **first.retired}
    theirs = {**_retired(second, ledger), **second.retired}
    return (
        replace(old, edition=replace(first, retired=ours), remarks=tuple(filter(None, remarks))),
        replace(new, edition=replace(second, retired=theirs)),
    )


def two_decks(old: Edition, new: Edition) -> str:
    """What a user should know where two editions are of two decks; empty if they are of one."""
    if not (old.deck and new.deck and old.deck != new.deck):
        return ""
    same = len(old.notes.keys() & new.notes.keys())
    what = (
        f"only the {counted(same, 'note')} in both can be compared"
        if same
        else "they have no notes in common"
    )
    return f"these are two different decks, `{old.deck}` and `{new.deck}`: {what}"


def _retired(edition: Edition, ledger: Ledger | None) -> dict[str, str]:
    """The notes that were retired when a package of the ledger's deck was built: ids by guid."""
    if ledger is None or ledger.deck is None or ledger.deck.id != edition.deck:
        return {}
    places = {line.version: place for place, line in enumerate(ledger.releases)}
    last = places.get(edition.version or edition.after, -1)
    return {
        line.guid: line.id
        for line in ledger.notes.values()
        if line.retired and places.get(line.retired, last + 1) <= last and line.guid not in edition.notes
    }
