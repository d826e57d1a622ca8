"""The commit of a release's record in git: of its own files only, or nothing at all."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from deckgen.diagnostics import CallError
from deckgen.git import Git, Unanswered, in_git

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PATIENCE = 600  # seconds; hooks of a commit may test a whole project, and a signature may ask for a password


def check_commit(project: Path) -> None:
    """Refuse to commit where that is not possible, before anything is written.

    Raises:
        CallError: There is no repository, or no commit in it yet.
    """
    if not in_git(project):
        raise CallError(
            "--commit needs a git repository, but this deck is not in one",
            "remove --commit, or run `git init`",
        )
    if not Git(project).has_commit():
        hint = "commit the deck first: git add . && git commit"
        raise CallError("--commit adds the record of a release to git, but git has no commits yet", hint)


def commit(project: Path, paths: Sequence[str], message: str) -> None:
    """Commit some files, and no others that are staged.

    Args:
        project: The deck's folder.
        paths: The files, as paths from there.
        message: The message of the commit.

    Raises:
        CallError: Git refuses; its index is as it was.
    """
    git = Git(project)
    new: list[str] = []
    try:
        if not git.ask("status", "--porcelain=v1", "-z", "--untracked-files=all", "--", *paths):
            return  # a release that was interrupted just after it
        known = git.ask("ls-files", "-z", "--", *paths).decode(errors="replace").split("\0")
        new = [path for path in paths if path not in known]
        if new:
            git.ask("add", "--intent-to-add", "--", *new)
        git.ask("commit", "--quiet", "--message", message, "--only", "--", *paths, patience=_PATIENCE)
    except Unanswered as silence:
        if new:
            with suppress(Unanswered):  # it fails where nothing could be added
                git.ask("reset", "--quiet", "--", *new)
        said = " ".join(str(silence).split())
        hint = "nothing was changed: fix what git reports, or release without --commit, and commit yourself"
        raise CallError(f"git did not commit the release: {said}", hint) from silence
