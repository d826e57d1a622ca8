"""What git knows of a ledger that is not in its place.

A deck without source/ledger.jsonl looks like one that was never released, and the next release would send
every note again, over what learners wrote. So where the file is not there, git is asked whether it ever was.
It is asked for nothing else, and changes nothing: it takes no locks, fetches nothing and asks nobody.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from deckgen.diagnostics import CallError, Diagnostic, Span, listing
from deckgen.git import PLAIN, Git, Unanswered, in_git
from deckgen.history.ledger import ReleaseLine
from deckgen.history.ledger_file import deck_in, line_of, versions_in
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from deckgen.history.ledger import Ledger

_HERE = f"./{LEDGER}"  # git takes it from the project's folder, wherever in the repository that lies
_ANYWHERE = f":(top,glob)**/{LEDGER}"  # a deck may have moved within its repository
_PLACES = {f":{_HERE}": "", f"HEAD:{_HERE}": "HEAD "}
"""Where git looks without its history: the index, then the last commit; and how `git checkout` calls them."""
_HEAD = 65_536  # bytes of a ledger in which the line of its deck stands: it is the first


def lost_ledger(project: Path, deck: str, ledger: Ledger, *, releasing: bool) -> Iterator[Diagnostic]:
    """Tell that a deck's ledger is lost, or lacks releases.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id; a ledger of another deck is no matter.
        ledger: The ledger as it is.
        releasing: Whether to look through all of history, and to take no silence for an answer. Otherwise
            only the index and the last commit are looked at, and nothing is told where git does not answer.

    Raises:
        CallError: It cannot be known whether there was a ledger.
    """
    yield from _no_ledger(project, deck, everywhere=releasing)
    if releasing and ledger.releases:
        yield from _old_ledger(project, deck, ledger.versions)


def _no_ledger(project: Path, deck: str, *, everywhere: bool) -> Iterator[Diagnostic]:
    """Tell that a deck's ledger is gone, where there is none and git knows one.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id; a ledger of another deck is no matter.
        everywhere: Whether to look through all of history, and to take no silence for an answer. Otherwise
            only the index and the last commit are looked at, and nothing is told where git does not answer.

    Raises:
        CallError: It cannot be known whether there was a ledger.
    """
    if not deck or os.path.lexists(project / LEDGER) or not in_git(project):
        return
    git = Git(project)
    try:
        diagnostic = _at_hand(git, deck) or (_in_history(git, deck) if everywhere else None)
    except Unanswered as silence:
        if everywhere:
            raise _cannot_know(silence) from silence
        return
    if diagnostic:
        yield diagnostic


def _old_ledger(project: Path, deck: str, versions: Container[str]) -> Iterator[Diagnostic]:
    """Tell that a deck's ledger lacks releases that the one of git's last commit has.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id.
        versions: Those that the ledger knows.
    """
    if not in_git(project):
        return
    git = Git(project)
    try:
        text = git.ask("cat-file", "blob", f"HEAD:{_HERE}").decode("utf-8-sig", "replace")
    except Unanswered:
        return  # without a commit, or with none that has a ledger, there is nothing to compare with
    if deck_in(text) != deck:
        return
    lines = map(line_of, text.replace("\r\n", "\n").split("\n"))
    lacking = [
        line.version for line in lines if isinstance(line, ReleaseLine) and line.version not in versions
    ]
    if lacking:
        message = f"the ledger of the last commit knows {listing(lacking)}, and this one does not"
        hint = f"put it back: `{git.command(f'checkout HEAD -- {LEDGER}')}`"
        yield Diagnostic("lost-ledger", message, Span(LEDGER), hint)


def _at_hand(git: Git, deck: str) -> Diagnostic | None:
    """The diagnostic where the index or the last commit has the ledger."""
    answers = git.ask("cat-file", "--batch-check=%(objectname)", told="".join(f"{at}\n" for at in _PLACES))
    for answer, place in zip(answers.decode().splitlines(), _PLACES.values(), strict=True):
        if " " not in answer and _deck_of(git, answer) == deck:
            return _lost(git, "this deck has been released, and its ledger is missing", place)
    return None


def _in_history(git: Git, deck: str) -> Diagnostic | None:
    """The diagnostic where any commit had the ledger; it names the last of these.

    Raises:
        CallError: Not all of history is there.
    """
    decks: dict[str, str] = {}
    prefix = git.ask("rev-parse", "--show-prefix").decode(errors="replace").strip()
    for commit, blob, path in _history(git):
        if blob not in decks:
            try:
                decks[blob] = _deck_of(git, blob)
            except Unanswered as silence:
                show = git.command(f"show {commit[:12]}:{path}")
                hint = f"`{show}` fetches it from where this clone comes from; then release once more"
                raise CallError(f"git has not fetched the ledger of {commit[:12]}", hint) from silence
        if decks[blob] == deck:
            name = git.tag(commit) or commit[:12]
            if path != f"{prefix}{LEDGER}":
                return _elsewhere(git, name, path)
            return _lost(git, f"this deck has been released, and its ledger is lost since {name}", f"{name} ")
    if git.ask("rev-parse", "--is-shallow-repository").strip() == b"true":
        fetch = git.command("fetch --unshallow --tags")
        raise CallError(
            "this is a shallow clone, which does not show whether the deck has been released before",
            f"`{fetch}` fetches the rest; in a GitHub workflow give actions/checkout `fetch-depth: 0`",
        )
    return None


def _elsewhere(git: Git, name: str, path: str) -> Diagnostic:
    """The diagnostic where the deck has lain in another folder of the repository."""
    message = f"this deck has been released from another folder: its ledger is `{path}` in {name}"
    back = git.command(f"show {name}:{path} > {LEDGER}") if PLAIN.fullmatch(path) else f"copy it to {LEDGER}"
    hint = f"bring it along: `{back}`; a deck of your own takes another `id` in deck.yaml"
    return Diagnostic("lost-ledger", message, Span(LEDGER), hint)


def known_releases(project: Path, deck: str) -> set[str]:
    """The versions of a deck that ledgers of git's branches and tags know; none where git does not answer."""
    if not in_git(project):
        return set()
    git = Git(project)
    versions: set[str] = set()
    try:
        for blob in {blob for _, blob, _ in _history(git, "--exclude=refs/stash")}:
            text = git.ask("cat-file", "blob", blob).decode("utf-8-sig", "replace")
            if deck_in(text) == deck:
                versions |= versions_in(text)
    except Unanswered:
        pass
    return versions


def is_ignored(project: Path) -> bool:
    """Whether git is told to leave a project's ledger out."""
    if not in_git(project):
        return False
    try:
        return bool(Git(project).ask("check-ignore", "--", _HERE).strip())
    except Unanswered:
        return False  # so it ends where the file is not ignored


def _history(git: Git, *options: str) -> Iterator[tuple[str, str, str]]:
    """The commits that wrote a ledger, on all branches and tags, newest first.

    Returns:
        The commit, what it wrote, and where: a path from the top of the repository.
    """
    commit = ""
    how = "--all --date-order --full-history -m --raw --no-abbrev --no-renames --no-color --format=%H"
    for line in git.ask("log", *options, *how.split(), "--", _ANYWHERE).decode(errors="replace").splitlines():
        if line.startswith(":"):
            about, _, path = line.partition("\t")
            blob, change = about.split()[3:5]
            if change != "D":
                yield commit, blob, path
        elif line:
            commit = line


def _lost(git: Git, message: str, place: str) -> Diagnostic:
    back = git.command(f"checkout {place}-- {LEDGER}")
    hint = f"put it back: `{back}`; a deck of your own takes another `id` in deck.yaml"
    return Diagnostic("lost-ledger", message, Span(LEDGER), hint)


def _cannot_know(silence: Unanswered) -> CallError:
    """What a release says where git does not answer."""
    said, _, more = str(silence).partition("\n")
    way_out = re.search(r"git config .*", more)
    return CallError(
        f"git cannot be asked whether this deck has been released: {said}",
        f"`{way_out[0].strip()}`, if you trust it" if way_out else "see what `git log` says here",
    )


def _deck_of(git: Git, blob: str) -> str:
    """The id of the deck whose ledger a file of git's is; empty where it is no ledger."""
    return deck_in(git.ask("cat-file", "blob", blob)[:_HEAD].decode("utf-8-sig", "replace"))
