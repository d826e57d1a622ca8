"""Where learners get the package: an address, or a file that is copied into the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards.html import SAFE_LINK
from deckgen.commands.repository import newest_package
from deckgen.diagnostics import CallError
from deckgen.package import read_about

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.commands.site.release import Released
    from deckgen.project import Project


class Wishes(NamedTuple):
    """What an author asks of a site.

    Attributes:
        download: The address of the package; empty if not given.
        package: The package to copy into the site; None if not given.
        address: The address of the site; empty if not given.
        repository: The repository on GitHub, as OWNER/REPO; empty for the one that the folder is cloned from.
    """

    download: str = ""
    package: Path | None = None
    address: str = ""
    repository: str = ""


class Download(NamedTuple):
    """The package that the page links to.

    Attributes:
        link: The link, from the page.
        file: The package to copy into the site; None if it lies elsewhere.
    """

    link: str
    file: Path | None = None


def check_wishes(wishes: Wishes) -> None:
    """Refuse what cannot be meant, before any work.

    Raises:
        CallError: An address is none, or two places are named for the package.
    """
    if wishes.download and wishes.package:
        raise CallError("--download and --package both give the place of the package", "use only one of them")
    for option, address in (("--download", wishes.download), ("--address", wishes.address)):
        if address and not (SAFE_LINK.fullmatch(address) and address.lower().startswith("http")):
            message = f"`{address}` is not a web address"
            raise CallError(f"{option}: {message}", "begin it with `https://`, and use no spaces")


def find_download(
    wishes: Wishes, deck: str, released: Released | None, repository: str, project: Project
) -> Download | None:
    """The package that the page links to; None if there is none, or none is known.

    Args:
        wishes: What the author asks for.
        deck: The deck's id.
        released: The last release of the deck.
        repository: The repository on GitHub, as OWNER/REPO; empty if there is none.
        project: The deck's folder.

    Raises:
        CallError: The named package is not that of the release.
    """
    if wishes.download:
        return Download(wishes.download)
    file = wishes.package
    if file is None:
        if released is None:
            return None
        if repository and not released.prerelease:  # GitHub's latest release is none of these
            return Download(newest_package(repository, deck))
        file = project.releases / released.version / f"{deck}-{released.version}.apkg"
        if not file.is_file():
            return None
    _check_package(file, deck, released.version if released else "")
    return Download(f"{deck}.apkg", file)


def _check_package(file: Path, deck: str, version: str) -> None:
    """Refuse a package that is not the one of which the page tells.

    Args:
        file: The package.
        deck: The deck's id.
        version: The version that the page names; empty if nothing has been released.

    Raises:
        CallError: It is another one, or cannot be read.
    """
    about = read_about(file)
    if about.get("deck") != deck:
        raise CallError(f"{file} is a package of the deck `{about.get('deck')}`, but this deck is `{deck}`")
    again = f"use the package of {version}: `deckgen release --again {version}` makes it"
    if about.get("cleanup"):
        hint = again if version else "use the package of the deck"
        raise CallError(f"{file} is the cleanup package, which has no cards", hint)
    has = about["version"] or ""
    if has == version:
        return
    what = f"version {has}" if has else "no release"
    if version:
        raise CallError(f"{file} is {what}, but the page is about {version}", again)
    raise CallError(f"{file} is {what}, which is not in the ledger", "check out the commit of that release")
