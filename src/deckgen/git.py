"""Calls of git. No other module calls it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.kept import status_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFS = 2000  # so many branches and tags are looked at
_PATIENCE = 60  # seconds; a call of git that takes longer fails
_QUIET = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
_SETTINGS = (
    *("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"),
    *("-c", "log.follow=false", "-c", "log.showRoot=true", "-c", "core.quotePath=false"),
)
_OF_A_CALLER = re.compile(
    "GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|SHALLOW_FILE"
    "|ALTERNATE_OBJECT_DIRECTORIES)"
)
"""The variables by which git tells a hook its repository, which may be another than the deck's."""
PLAIN = re.compile(r"[\w./-]+", re.ASCII)


class Unanswered(Exception):  # noqa: N818 (it is an error only for some callers)
    """Git is missing, failed or took too long; the message says why."""


def work_tree(project: Path) -> Path | None:
    """The top folder of the repository that contains a project; None if there is none."""
    return next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), None)


def in_git(project: Path) -> bool:
    """Whether a project is in a git repository."""
    return bool(work_tree(project) or os.environ.get("GIT_DIR"))


def repository_state(project: Path) -> Iterator[tuple[object, ...]]:
    """What git's answers about a project depend on: its settings, the index, and all branches and tags.

    Git itself is not asked, as that would take longer than to look at its files.

    Raises:
        OSError, Unanswered: It cannot be known.
    """
    yield from sorted((name, value) for name, value in os.environ.items() if name.startswith("GIT_"))
    top = work_tree(project)
    if top is None:
        return
    repository = top / ".git"
    if not repository.is_dir():  # that of a second working tree, or of a submodule
        text = repository.read_text(encoding="utf-8")
        repository = top / text.removeprefix("gitdir:").strip()
    common = repository / "commondir"
    shared = repository / common.read_text(encoding="utf-8").strip() if common.exists() else repository
    yield str(repository), str(shared), (repository / "HEAD").read_text(encoding="utf-8")
    of_all = (shared / "config", shared / "packed-refs")
    for path in (repository / "index", repository / "config.worktree", *of_all):
        yield path.name, status_at(path)
    yield from _refs(shared / "refs")


def _refs(top: Path) -> Iterator[tuple[object, ...]]:
    """The branches and tags of a repository that are not packed."""
    folders, seen = [top], 0
    while folders:
        for path in sorted(folders.pop().iterdir()):
            seen += 1
            if seen > _REFS:
                raise Unanswered("it has more branches and tags than are looked at")
            if path.is_dir():
                folders.append(path)
            else:
                yield str(path), path.read_text(encoding="utf-8")


def has_remote(project: Path) -> bool:
    """Whether the repository of a project can be pushed somewhere; also where git does not answer."""
    try:
        return bool(Git(project).ask("remote").strip())
    except Unanswered:
        return True


def path_in_repository(project: Path) -> str:
    """The path of a project's folder from the top of its git repository, as `decks/mft/`."""
    project = project.resolve()
    top = work_tree(project)
    path = project.relative_to(top).as_posix() if top else "."
    return "" if path == "." else f"{path}/"


class Git:
    """Git in a project's folder."""

    def __init__(self, project: Path) -> None:
        """Prepare calls in a folder, given without links; variables of a hook's repository are removed."""
        self._project = project
        self._environment = {**os.environ, **_QUIET}
        if work_tree(project):
            for name in filter(_OF_A_CALLER.fullmatch, os.environ):
                del self._environment[name]
            return
        for name in {"GIT_DIR", "GIT_WORK_TREE"} & {*os.environ}:
            self._environment[name] = str(Path(os.environ[name]).absolute())

    def ask(self, *arguments: str, told: str = "", patience: int = _PATIENCE) -> bytes:
        """The output of a git command.

        Args:
            arguments: The arguments of git.
            told: The text for its standard input.
            patience: How long it may take, in seconds.

        Raises:
            Unanswered: Git is not installed, fails, or takes too long.
        """
        import subprocess  # noqa: PLC0415 (it takes time, and few builds ask git)

        try:
            result = subprocess.run(  # noqa: S603 (no shell, and nothing of the deck's but ids of git's own)
                ["git", *_SETTINGS, *arguments],  # noqa: S607 (the user's git)
                cwd=self._project,
                env=self._environment,
                input=told.encode(),
                capture_output=True,
                check=False,
                timeout=patience,
            )
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            raise Unanswered("git is not installed" if missing else f"{error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise Unanswered(f"it did not respond for {patience} seconds") from error
        if result.returncode:
            message = (result.stderr.strip() or result.stdout).decode(errors="replace").strip()
            raise Unanswered(message.removeprefix("fatal: ") or f"it exited with code {result.returncode}")
        return result.stdout

    def has_commit(self) -> bool:
        """Whether there is a commit yet."""
        try:
            self.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except Unanswered:
            return False
        return True

    def tag(self, commit: str) -> str:
        """The name of a tag at a commit; empty if there is none that a shell can read without quotes."""
        names = self.ask("for-each-ref", f"--points-at={commit}", "--format=%(refname:short)", "refs/tags")
        plain = filter(PLAIN.fullmatch, names.decode(errors="replace").splitlines())
        return next((name for name in plain if not name.startswith("-")), "")

    def command(self, arguments: str) -> str:
        """A git command for the user, which works in the folder where deckgen was called."""
        if Path.cwd() == self._project:
            return f"git {arguments}"
        folder = str(self._project)
        return f"git -C {quoted(folder)} {arguments}"


def quoted(path: str) -> str:
    """A path, quoted for a shell."""
    return path if PLAIN.fullmatch(path) else f'"{path}"' if os.name == "nt" else shlex.quote(path)
