"""Git, asked what it knows: the only module that speaks to it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

_PATIENCE = 60  # seconds that git has for an answer
_QUIET = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
_SETTINGS = (
    *("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"),
    *("-c", "log.follow=false", "-c", "log.showRoot=true", "-c", "core.quotePath=false"),
)
_OF_A_CALLER = re.compile(
    "GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|SHALLOW_FILE"
    "|ALTERNATE_OBJECT_DIRECTORIES)"
)
"""The variables by which git tells a hook of which repository it is: that need not be the deck's."""
PLAIN = re.compile(r"[\w./-]+", re.ASCII)


class Unanswered(Exception):  # noqa: N818 (git did not answer; what that means depends on who asks)
    """What git said instead of an answer."""


def work_tree(project: Path) -> Path | None:
    """The folder of the repository that a project lies in; None where it lies in none."""
    return next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), None)


def in_git(project: Path) -> bool:
    """Whether git has anything to say of a project."""
    return bool(work_tree(project) or os.environ.get("GIT_DIR"))


def path_in_repository(project: Path) -> str:
    """The path of a project's folder from the top of its git repository, as `decks/mft/`."""
    project = project.resolve()
    top = work_tree(project)
    path = project.relative_to(top).as_posix() if top else "."
    return "" if path == "." else f"{path}/"


class Git:
    """Git, asked in a project's folder."""

    def __init__(self, project: Path) -> None:
        """Prepare to ask git in a folder, without links; a hook's own repository is not the deck's."""
        self._project = project
        self._environment = {**os.environ, **_QUIET}
        if work_tree(project):
            for name in filter(_OF_A_CALLER.fullmatch, os.environ):
                del self._environment[name]
            return
        for name in {"GIT_DIR", "GIT_WORK_TREE"} & {*os.environ}:
            self._environment[name] = str(Path(os.environ[name]).absolute())

    def ask(self, *arguments: str, told: str = "") -> bytes:
        """What git prints.

        Args:
            arguments: What it is called with.
            told: What it reads.

        Raises:
            Unanswered: It is not there, fails, or takes too long.
        """
        try:
            done = subprocess.run(  # noqa: S603 (no shell, and nothing of the deck's but ids of git's own)
                ["git", *_SETTINGS, *arguments],  # noqa: S607 (the user's git)
                cwd=self._project,
                env=self._environment,
                input=told.encode(),
                capture_output=True,
                check=False,
                timeout=_PATIENCE,
            )
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            raise Unanswered("git is not installed" if missing else f"{error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise Unanswered(f"it has not answered for {_PATIENCE} seconds") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise Unanswered(said.removeprefix("fatal: ") or f"it ended with {done.returncode}")
        return done.stdout

    def tag(self, commit: str) -> str:
        """The name of a tag at a commit; empty where there is none that a shell takes as it is."""
        names = self.ask("for-each-ref", f"--points-at={commit}", "--format=%(refname:short)", "refs/tags")
        plain = filter(PLAIN.fullmatch, names.decode(errors="replace").splitlines())
        return next((name for name in plain if not name.startswith("-")), "")

    def command(self, arguments: str) -> str:
        """A command for the user, as it works where deckgen was called."""
        if Path.cwd() == self._project:
            return f"git {arguments}"
        folder = str(self._project)
        return f"git -C {quoted(folder)} {arguments}"


def quoted(path: str) -> str:
    """A path as a shell takes it."""
    return path if PLAIN.fullmatch(path) else f'"{path}"' if os.name == "nt" else shlex.quote(path)
