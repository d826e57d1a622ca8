"""The search in git for a missing ledger.

A deck without source/ledger.jsonl looks like one that was never released, and the next release would send
every note again, over the learners' edits. So if the file is missing, git is asked whether it ever existed.
These commands change nothing: they take no locks, fetch nothing and prompt nobody.
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

_HERE = f"./{LEDGER}"  # relative to the project's folder, wherever that is in the repository
_ANYWHERE = f":(top,glob)**/{LEDGER}"  # a deck may have moved within its repository
_PLACES = {f":{_HERE}": "", f"HEAD:{_HERE}": "HEAD "}
"""The places to search first: the index and the last commit, each with its name for `git checkout`."""
_HEAD = 65_536  # the first bytes of a ledger, which contain the line of its deck


def lost_ledger(project: Path, deck: str, ledger: Ledger, *, releasing: bool) -> Iterator[Diagnostic]:
    """Report that a deck's ledger is lost, or lacks releases.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id; a ledger of another deck is no matter.
        ledger: The ledger as it is.
        releasing: Whether to search the full history, and to fail if git does not answer. Otherwise only the
            index and the last commit are searched, without any diagnostic if git does not answer.

    Raises:
        CallError: It cannot be known whether there was a ledger.
    """
    yield from _no_ledger(project, deck, everywhere=releasing)
    if releasing and ledger.releases:
        yield from _old_ledger(project, deck, ledger.versions)


def _no_ledger(project: Path, deck: str, *, everywhere: bool) -> Iterator[Diagnostic]:
    """Report that a deck's ledger is missing, if git knows one.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id; a ledger of another deck is no matter.
        everywhere: Whether to search the full history, and to fail if git does not answer. Otherwise only the
            index and the last commit are searched, without any diagnostic if git does not answer.

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
    """Report that a deck's ledger lacks releases of the ledger in git's last commit.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id.
        versions: The versions in the ledger.
    """
    if not in_git(project):
        return
    git = Git(project)
    try:
        text = git.ask("cat-file", "blob", f"HEAD:{_HERE}").decode("utf-8-sig", "replace")
    except Unanswered:
        return  # without a commit that has a ledger there is nothing to compare with
    if deck_in(text) != deck:
        return
    lines = map(line_of, text.replace("\r\n", "\n").split("\n"))
    lacking = [
        line.version for line in lines if isinstance(line, ReleaseLine) and line.version not in versions
    ]
    if lacking:
        message = f"the ledger in the last commit contains {listing(lacking)}, but this one does not"
        hint = f"restore it: `{git.command(f'checkout HEAD -- {LEDGER}')}`"
        yield Diagnostic("lost-ledger", message, Span(LEDGER), hint)


def _at_hand(git: Git, deck: str) -> Diagnostic | None:
    """The diagnostic if the index or the last commit has the ledger; otherwise None."""
    answers = git.ask("cat-file", "--batch-check=%(objectname)", told="".join(f"{at}\n" for at in _PLACES))
    for answer, place in zip(answers.decode().splitlines(), _PLACES.values(), strict=True):
        if " " not in answer and _deck_of(git, answer) == deck:
            return _lost(git, "this deck has been released, but its ledger is missing", place)
    return None


def _in_history(git: Git, deck: str) -> Diagnostic | None:
    """The diagnostic if any commit had the ledger, with the last such commit; otherwise None.

    Raises:
        CallError: The history is incomplete.
    """
    decks: dict[str, str] = {}
    prefix = git.ask("rev-parse", "--show-prefix").decode(errors="replace").strip()
    for commit, blob, path in _history(git):
        if blob not in decks:
            try:
                decks[blob] = _deck_of(git, blob)
            except Unanswered as silence:
                show = git.command(f"show {commit[:12]}:{path}")
                hint = f"`{show}` downloads it from the original repository; then release again"
                raise CallError(f"git has not fetched the ledger of {commit[:12]}", hint) from silence
        if decks[blob] == deck:
            name = git.tag(commit) or commit[:12]
            if path != f"{prefix}{LEDGER}":
                return _elsewhere(git, name, path)
            return _lost(
                git, f"this deck has been released, but its ledger is missing since {name}", f"{name} "
            )
    if git.ask("rev-parse", "--is-shallow-repository").strip() == b"true":
        fetch = git.command("fetch --unshallow --tags")
        raise CallError(
            "this is a shallow clone, so deckgen cannot see whether the deck has been released before",
            f"`{fetch}` downloads the rest; in a GitHub workflow, add `fetch-depth: 0` to actions/checkout",
        )
    return None


def _elsewhere(git: Git, name: str, path: str) -> Diagnostic:
    """The diagnostic if the deck was in another folder of the repository."""
    message = f"this deck has been released from a different folder: its ledger is `{path}` in {name}"
    back = git.command(f"show {name}:{path} > {LEDGER}") if PLAIN.fullmatch(path) else f"copy it to {LEDGER}"
    hint = f"copy it: `{back}`; if this is your own new deck, give it a different `id` in deck.yaml"
    return Diagnostic("lost-ledger", message, Span(LEDGER), hint)


def known_releases(project: Path, deck: str) -> set[str]:
    """The versions of a deck in the ledgers of git's branches and tags; none if git does not answer."""
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


def deck_at(commit: str, project: Path) -> str:
    """The id of the deck of a project's ledger in a commit; empty if there is none."""
    try:
        return _deck_of(Git(project), f"{commit}:{_HERE}")
    except Unanswered:
        return ""


def is_ignored(project: Path) -> bool:
    """Whether git ignores a project's ledger."""
    if not in_git(project):
        return False
    try:
        return bool(Git(project).ask("check-ignore", "--", _HERE).strip())
    except Unanswered:
        return False  # git exits so if the file is not ignored


def _history(git: Git, *options: str) -> Iterator[tuple[str, str, str]]:
    """The commits that wrote a ledger, on all branches and tags, newest first.

    Returns:
        For each the commit, the written blob, and its path from the top of the repository.
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
    hint = f"restore it: `{back}`; if this is your own new deck, give it a different `id` in deck.yaml"
    return Diagnostic("lost-ledger", message, Span(LEDGER), hint)


def _cannot_know(silence: Unanswered) -> CallError:
    """The error of a release if git does not answer."""
    first_line, _, more = str(silence).partition("\n")
    way_out = re.search(r"git config .*", more)
    return CallError(
        f"git could not report whether this deck has been released: {first_line}",
        f"`{way_out[0].strip()}`, if you trust it" if way_out else "check the output of `git log` here",
    )


def _deck_of(git: Git, blob: str) -> str:
    """The id of the deck of a ledger in git; empty if the blob is no ledger."""
    return deck_in(git.ask("cat-file", "blob", blob)[:_HEAD].decode("utf-8-sig", "replace"))
