"""The releases that GitHub has, and their packages."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from deckgen import package
from deckgen.commands.github.commits import make_again
from deckgen.diagnostics import CallError
from deckgen.history.versions import by_order, is_prerelease

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.gh import GitHub
    from deckgen.history.ledger import ReleaseLine


class Asset(NamedTuple):
    """A file of a release.

    Attributes:
        id: Its id.
        size: Its size in bytes.
        sha256: Its SHA-256 in hex; empty where GitHub does not say it.
        whole: Whether it was uploaded to its end.
    """

    id: int
    size: int
    sha256: str
    whole: bool


@dataclass(frozen=True)
class Release:
    """A release on GitHub.

    Attributes:
        id: Its id.
        tag: Its tag.
        draft: Whether only its authors see it.
        page: The address of its page.
        upload: The address to which its files are uploaded.
        assets: Its files, by name.
    """

    id: int
    tag: str
    draft: bool
    page: str
    upload: str
    assets: ReadOnly[str, Asset]


class Fetched(NamedTuple):
    """A package that learners have.

    Attributes:
        version: Its version.
        path: The file.
        remark: What the user should know of it; empty if there is nothing.
    """

    version: str
    path: Path
    remark: str = ""


def as_release(answer: Any) -> Release:  # noqa: ANN401 (JSON)
    """A release as GitHub describes it."""
    assets = {
        each["name"]: Asset(
            each["id"],
            each["size"],
            (each.get("digest") or "").removeprefix("sha256:"),
            each.get("state") == "uploaded",
        )
        for each in answer["assets"]
    }
    upload = str(answer["upload_url"]).partition("{")[0]
    return Release(answer["id"], answer["tag_name"], answer["draft"], answer["html_url"], upload, assets)


def releases(github: GitHub) -> list[Release]:
    """The releases of a repository; drafts are among them for those who may write."""
    return [as_release(each) for each in github.list("releases")]


def of_version(deck: PublicDeck, version: str, found: Iterable[Release]) -> Release | None:
    """The published release of a version: the one with its tag, or else with its package."""
    public = [each for each in found if not each.draft]
    by_tag = next((each for each in public if each.tag == deck.tag(version)), None)
    return by_tag or next((each for each in public if deck.package(version) in each.assets), None)


def last_published(deck: PublicDeck, found: Sequence[Release]) -> tuple[ReleaseLine, Release] | None:
    """The highest published release of a deck, but for prereleases, which few have; None if there is none."""
    usual = [line for line in deck.ledger.releases if not is_prerelease(line.version)]
    for line in sorted(usual, key=lambda each: by_order(each.version), reverse=True):
        if release := of_version(deck, line.version, found):
            return line, release
    return None


def fetch_last(deck: PublicDeck, github: GitHub, folder: Path) -> Fetched | None:
    """The package of the highest release that GitHub has, prereleases aside; None if it has none.

    Args:
        deck: The deck.
        github: The repository.
        folder: The folder for the package.

    Raises:
        CallError: GitHub refuses, or a damaged package cannot be made again.
    """
    last = last_published(deck, releases(github))
    return fetch(deck, *last, github, folder) if last else None


def fetch(deck: PublicDeck, line: ReleaseLine, release: Release, github: GitHub, folder: Path) -> Fetched:
    """The package of a release, exactly as the ledger describes it; made again if GitHub's is not.

    Args:
        deck: The deck.
        line: The release in the ledger.
        release: The release on GitHub.
        github: The repository.
        folder: The folder for the package.

    Raises:
        CallError: GitHub refuses, or a missing or damaged package cannot be made again.
    """
    name = deck.package(line.version)
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    asset = release.assets.get(name)
    if asset is None:
        wrong = f"release {release.tag} on GitHub lacks {name}"
    else:
        github.download(asset.id, path)
        if _is(path, line):
            return Fetched(line.version, path)
        wrong = f"{name} of release {release.tag} on GitHub differs from what was released"
    with tempfile.TemporaryDirectory(prefix="deckgen-") as scratch:
        try:
            made = make_again(deck, line, github, Path(scratch, "again"))
        except CallError as error:
            path.unlink(missing_ok=True)
            raise CallError(f"{wrong}, and {error}", error.hint) from error
        shutil.move(made.folder / name, path)
    return Fetched(line.version, path, f"{wrong}: it was built again from commit {made.commit[:12]}")


def _is(path: Path, line: ReleaseLine) -> bool:
    """Whether a file is the package of a release."""
    try:
        return package.read_digest(path) == line.digest
    except package.PackageError:
        return False
