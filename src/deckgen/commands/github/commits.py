"""The commits of a release: the one that its files can be made from, and the one that its tag names."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.commands.diff.sides import commit_of, unpack_source
from deckgen.commands.github.gh import NOT_FOUND, Refused
from deckgen.commands.release.again import again, other_makers
from deckgen.diagnostics import CallError
from deckgen.git import Git, Unanswered
from deckgen.project import MANIFEST, Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.gh import GitHub
    from deckgen.history.ledger import ReleaseLine

_BY_GH = ("-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential")
"""How git signs in: as `gh` does. A workflow's checkout keeps no token."""


@dataclass(frozen=True)
class Made:
    """A release whose files have been made again.

    Attributes:
        commit: The commit with its source.
        landed: Whether that is the commit by which its record came to this branch.
        folder: The folder of its files.
        files: Their names, the package first.
    """

    commit: str
    landed: bool
    folder: Path
    files: tuple[str, ...]


def over_network(deck_git: Git, *arguments: str) -> bytes:
    """The output of a git command that speaks with GitHub, signed in as `gh` is.

    Raises:
        Unanswered: Git fails, or GitHub refuses.
    """
    signed = _BY_GH if "GH_TOKEN" in os.environ or "GITHUB_TOKEN" in os.environ else ()
    return deck_git.ask(*signed, *arguments, patience=600)


def check_history(git: Git) -> None:
    """Refuse a clone that lacks earlier commits.

    Raises:
        CallError: It does.
    """
    if git.ask("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise CallError(
            "this clone lacks the earlier commits, which releases are made from",
            (
                "in a workflow, add `fetch-depth: 0` to the checkout; on your computer, run: git "
                "fetch --unshallow"
            ),
        )


def make_again(deck: PublicDeck, line: ReleaseLine, github: GitHub, target: Path) -> Made:
    """Make the files of a release from the commit that has its source.

    Args:
        deck: The deck.
        line: The release in the ledger.
        github: The repository.
        target: The folder for the files; an earlier one is replaced.

    Raises:
        CallError: No commit makes what was released.
    """
    first: CallError | None = None
    tried = set()
    landed = _landed(deck, line.version)
    for commit in _candidates(deck, line.version, landed, github):
        if commit in tried:
            continue
        tried.add(commit)
        try:
            files = _made_from(commit, deck, line.version, target)
            return Made(commit, commit == landed, target, files)
        except CallError as error:
            first = first or error
    raise _cannot_be_made(deck, line, first)


def _made_from(commit: str, deck: PublicDeck, version: str, target: Path) -> tuple[str, ...]:
    """The names of the files of a release, made from a commit.

    Raises:
        CallError: It makes something else.
    """
    with unpacked(deck, commit) as folder:
        made = again(folder, version)
        if made.build.packages is None:
            error = next(each for each in made.build.diagnostics if each.level == "error")
            raise CallError(f"{error.span.path}: {error.message}", error.hint)
        _replace(made.folder, target)
    return tuple(made.files)


def _replace(folder: Path, target: Path) -> None:
    """Move a folder to where an earlier one may be."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, target)


def _cannot_be_made(deck: PublicDeck, line: ReleaseLine, why: CallError | None) -> CallError:
    """The error of a release that no commit makes."""
    what = f"{deck.name}{line.version} cannot be built again"
    if why is None:
        hint = "push the commit that recorded it; `git log -- source/ledger.jsonl` lists the commits"
        return CallError(f"{what}: git has no commit that released it", hint)
    if makers := other_makers(line):
        hint = (
            "the workflow's deckgen was updated after the release was prepared: undo that "
            "update until the release is published, or release a new version. On a computer, "
            f"{makers}"
        )
        return CallError(f"{what}: {why}", hint)
    hint = (
        "its source was edited after it was prepared. It is not published: choose Revert on "
        "the page of its pull request, merge that, make the edit on the main branch, and "
        "prepare the release again"
    )
    return CallError(f"{what}: {why}", hint)


def _landed(deck: PublicDeck, version: str) -> str:
    """The commit by which the record of a release came to this branch; empty if there is none."""
    return commit_of(version, deck.project, "--first-parent", "HEAD")


def _candidates(deck: PublicDeck, version: str, landed: str, github: GitHub) -> Iterator[str]:
    """The commits that may hold the source of a release, the likeliest first.

    It is the commit by which the record of the release came to this branch. If that brought more, because
    the pull request was prepared before another one was merged, it is the head of the pull request. The tag
    of a published release keeps that commit, whatever becomes of the branch.
    """
    if landed:
        yield landed
        parents = deck.git.ask("rev-list", "--parents", "-n", "1", landed).decode().split()[2:]
        yield from parents
        yield from _heads(deck, landed, github)
    if commit := commit_of(version, deck.project):
        yield commit
    with suppress(Unanswered):
        tag = f"refs/tags/{deck.tag(version)}^{{commit}}"
        yield deck.git.ask("rev-parse", "--verify", "--quiet", tag).decode().strip()


def _heads(deck: PublicDeck, commit: str, github: GitHub) -> Iterator[str]:
    """The heads of the pull requests that brought a commit; GitHub keeps them after the merge."""
    try:
        pulls = list(github.list(f"commits/{commit}/pulls"))
    except Refused:  # a commit that GitHub does not have was in no pull request
        return
    for pull in pulls:
        with suppress(Unanswered):
            over_network(deck.git, "fetch", "--quiet", "--no-tags", "origin", f"pull/{pull['number']}/head")
            yield deck.git.ask("rev-parse", "--verify", f"{pull['head']['sha']}^{{commit}}").decode().strip()


@contextmanager
def unpacked(deck: PublicDeck, commit: str) -> Iterator[Path]:
    """A temporary folder with a deck as it is in a commit.

    Raises:
        CallError: The deck is not in it.
    """
    with tempfile.TemporaryDirectory(prefix="deckgen-") as name:
        folder = Path(name).resolve()
        try:
            path = path_in(deck, commit)
            if path is not None:
                unpack_source(f"{commit}:{path}".removesuffix("/"), Project(deck.top), folder)
        except Unanswered as silence:
            raise CallError(f"git cannot read commit {commit[:12]}: {silence}") from silence
        if not (folder / MANIFEST).is_file():
            raise CallError(f"commit {commit[:12]} does not contain the deck `{deck.id}`")
        yield folder


def path_in(deck: PublicDeck, commit: str) -> str | None:
    """The path of a deck's folder in a commit, where it may have been another; None if it is not there.

    Raises:
        Unanswered: Git does not know the commit.
    """
    git = Git(deck.top)
    names = git.ask("ls-tree", "-r", "-z", "--name-only", commit).decode(errors="replace").split("\0")
    found = [name.removesuffix(MANIFEST) for name in names if f"/{name}".endswith(f"/{MANIFEST}")]
    for path in sorted(found, key=lambda path: path != deck.path):
        text = git.ask("show", f"{commit}:{path}{MANIFEST}").decode(errors="replace")
        if re.search(rf"""(?m)^id: *["']?{re.escape(deck.id)}["']? *(?:#.*)?\r?$""", text):
            return path
    return None


def tagged(tag: str, github: GitHub) -> str:
    """The commit of a tag on GitHub; empty if there is no such tag."""
    try:
        found = github.get(f"git/ref/tags/{tag}")["object"]
        while found["type"] == "tag":  # one with a message of its own
            found = github.get(f"git/tags/{found['sha']}")["object"]
    except Refused as refusal:
        if refusal.status == NOT_FOUND:
            return ""
        raise
    return str(found["sha"])


def same_source(deck: PublicDeck, one: str, other: str) -> bool:
    """Whether two commits, which git must have, hold the same source and templates of a deck."""
    return one == other or _trees(deck, one) == _trees(deck, other)


def _trees(deck: PublicDeck, commit: str) -> list[str]:
    """The ids that git gives to a deck's folders in a commit; empty where there is none."""
    found = []
    for folder in ("source", "templates"):
        try:
            found.append(deck.git.ask("rev-parse", "--verify", "--quiet", f"{commit}:./{folder}").decode())
        except Unanswered:
            found.append("")
    return found
