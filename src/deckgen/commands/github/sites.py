"""The site of a repository: the page of its deck, or of each of its decks, as they were last released."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from deckgen.build import build
from deckgen.cards.sentences import read_sentences
from deckgen.commands.github.commits import over_network, tagged, unpacked
from deckgen.commands.github.gh import NOT_FOUND, Refused
from deckgen.commands.github.published import fetch, last_published, releases
from deckgen.commands.site.download import Wishes
from deckgen.commands.site.folder import FOLDERS, write
from deckgen.commands.site.page import Listed, overview
from deckgen.commands.site.site import site
from deckgen.diagnostics import CallError
from deckgen.git import Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.gh import GitHub
    from deckgen.commands.github.published import Release
    from deckgen.history.ledger import ReleaseLine

_OFF = (
    "GitHub Pages is off, so there is no site. To turn it on, choose Settings > Pages > Build "
    "and deployment > Source: GitHub Actions. Then choose Re-run all jobs on the page of this "
    "run"
)


class Sites(NamedTuple):
    """The pages of decks.

    Attributes:
        address: The address at which GitHub Pages will show them; empty if it is not turned on.
        missing: Why nothing was written; empty if something was.
    """

    address: str
    missing: str


def sites(decks: Sequence[PublicDeck], github: GitHub, target: Path, tell: Callable[[str], None]) -> Sites:
    """Write the pages of decks into a folder, each from the commit of its last release.

    Args:
        decks: The decks of the repository.
        github: The repository.
        target: The folder; several decks get folders in it, and a page that lists them.
        tell: Told what happens, as sentences.

    Returns:
        Where they will be, or why nothing was written.

    Raises:
        CallError: A deck has faults, or GitHub refuses.
    """
    address = _address(github)
    if not address:
        return Sites("", _OFF)
    found = releases(github)
    written = []
    for deck in decks:
        last = last_published(deck, found)
        if last is None:
            tell(f"{deck.prefix}nothing is published yet, so it has no page")
            continue
        folder = target if deck.alone else target / deck.id
        _write(deck, *last, github, folder, address if deck.alone else f"{address}{deck.id}/")
        tell(f"the page of {deck.id} shows {last[0].version}")
        sentences = read_sentences(deck.deck, deck.project)
        written.append(Listed(deck.deck, sentences, last[0].version, last[0].time))
    if written and not decks[0].alone:
        name = github.repository.partition("/")[2]
        (target / "index.html").write_text(overview(name, written, address), encoding="utf-8")
        (target / ".nojekyll").touch()
    return Sites(address, "" if written else "nothing is published yet, so there is no page")


def _address(github: GitHub) -> str:
    """The address of the repository's site; empty where workflows cannot put it online."""
    try:
        pages = github.get("pages")
    except Refused as refusal:
        if refusal.status == NOT_FOUND:
            return ""
        raise
    return f"{str(pages['html_url']).rstrip('/')}/" if pages.get("build_type") == "workflow" else ""


def _write(
    deck: PublicDeck, line: ReleaseLine, release: Release, github: GitHub, folder: Path, address: str
) -> None:
    """Write the page of a deck.

    Raises:
        CallError: Its tag does not hold it, or GitHub refuses.
    """
    with suppress(Unanswered):
        over_network(deck.git, "fetch", "--quiet", "--no-tags", "origin", f"refs/tags/{release.tag}")
    commit = tagged(release.tag, github)
    if not commit:
        raise CallError(f"there is no tag {release.tag} on GitHub", "publish the release again")
    if deck.first:
        latest = f"{github.page}/releases/latest/download/{deck.id}.apkg"
        wishes = Wishes(latest, None, address, github.repository)
    else:  # releases/latest is another deck's: only the site itself has an address that stays
        fetched = fetch(deck, line, release, github, deck.output / "site")
        wishes = Wishes("", fetched.path, address, github.repository)
    with unpacked(deck, commit) as source:
        result = build(source)
        if result.packages is None:
            raise CallError(f"the source of {release.tag} has errors", "deckgen check, in that commit")
        write(site(result, wishes), folder, FOLDERS.earlier(folder, deck.project))
