"""What git knows of a ledger or a note that is not in its place: the only room that speaks to git.

A deck without source/ledger.jsonl looks like one that was never released, and the next release would send
every note again, over what learners wrote. So where the file is not there, git is asked whether it ever was.
It is asked besides where a released note stood that is missing. It changes nothing: it takes no locks,
fetches nothing and asks nobody.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.diagnostics import CallError, Diagnostic, Span, listing
from deckgen.ledger import PATH, line_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_HERE = f"./{PATH}"  # git takes it from the project's folder, wherever in the repository that lies
_ANYWHERE = f":(top,glob)**/{PATH}"  # a deck may have moved within its repository
_PATIENCE = 60  # seconds that git has for an answer
_PLACES = {f":{_HERE}": "", f"HEAD:{_HERE}": "HEAD "}
"""Where git looks without its history: the index, then the last commit; and how `git checkout` calls them."""
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
_HEAD = 65_536  # bytes of a ledger in which the line of its deck stands: it is the first
_RELEASE = re.compile(r'(?m)^\{"release":"([^"]+)"')
_PLAIN = re.compile(r"[\w./-]+", re.ASCII)


class _Unanswered(Exception):  # noqa: N818 (git did not answer; what that means depends on who asks)
    """What git said instead of an answer."""


def lost_ledger(project: Path, deck: str, *, everywhere: bool) -> Iterator[Diagnostic]:
    """Tell that a deck's ledger is gone, where there is none and git knows one.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id; a ledger of another deck is no matter.
        everywhere: Whether to look through all of history, and to take no silence for an answer. Otherwise
            only the index and the last commit are looked at, and nothing is told where git does not answer.

    Raises:
        CallError: It cannot be known whether there was a ledger.
    """
    if not deck or os.path.lexists(project / PATH) or not _in_git(project):
        return
    git = _Git(project)
    try:
        told = _at_hand(git, deck) or (_in_history(git, deck) if everywhere else None)
    except _Unanswered as silence:
        if everywhere:
            raise _cannot_know(silence) from silence
        return
    if told:
        yield told


def old_ledger(project: Path, deck: str, versions: Container[str]) -> Iterator[Diagnostic]:
    """Tell that a deck's ledger lacks releases that the one of git's last commit has.

    Args:
        project: The folder that holds source/, without links.
        deck: The deck's id.
        versions: Those that the ledger knows.
    """
    if not _in_git(project):
        return
    git = _Git(project)
    try:
        text = git.ask("cat-file", "blob", f"HEAD:{_HERE}").decode("utf-8-sig", "replace")
    except _Unanswered:
        return  # without a commit, or with none that has a ledger, there is nothing to compare with
    if _deck_in(text) != deck:
        return
    lines = filter(None, map(line_of, text.replace("\r\n", "\n").split("\n")))
    lacking = [line["release"] for line in lines if "release" in line and line["release"] not in versions]
    if lacking:
        message = f"the ledger of the last commit knows {listing(lacking)}, and this one does not"
        hint = f"put it back: `{git.command(f'checkout HEAD -- {PATH}')}`"
        yield Diagnostic("lost-ledger", message, Span(PATH), hint)


def _at_hand(git: _Git, deck: str) -> Diagnostic | None:
    """The diagnostic where the index or the last commit has the ledger."""
    answers = git.ask("cat-file", "--batch-check=%(objectname)", told="".join(f"{at}\n" for at in _PLACES))
    for answer, place in zip(answers.decode().splitlines(), _PLACES.values(), strict=True):
        if " " not in answer and git.deck_of(answer) == deck:
            return _lost(git, "this deck has been released, and its ledger is missing", place)
    return None


def _in_history(git: _Git, deck: str) -> Diagnostic | None:
    """The diagnostic where any commit had the ledger; it names the last of these.

    Raises:
        CallError: Not all of history is there.
    """
    decks: dict[str, str] = {}
    prefix = git.ask("rev-parse", "--show-prefix").decode(errors="replace").strip()
    for commit, blob, path in _history(git):
        if blob not in decks:
            try:
                decks[blob] = git.deck_of(blob)
            except _Unanswered as silence:
                show = git.command(f"show {commit[:12]}:{path}")
                hint = f"`{show}` fetches it from where this clone comes from; then release once more"
                raise CallError(f"git has not fetched the ledger of {commit[:12]}", hint) from silence
        if decks[blob] == deck:
            name = git.tag(commit) or commit[:12]
            if path != f"{prefix}{PATH}":
                return _elsewhere(git, name, path)
            return _lost(git, f"this deck has been released, and its ledger is lost since {name}", f"{name} ")
    if git.ask("rev-parse", "--is-shallow-repository").strip() == b"true":
        fetch = git.command("fetch --unshallow --tags")
        raise CallError(
            "this is a shallow clone, which does not show whether the deck has been released before",
            f"`{fetch}` fetches the rest; in a GitHub workflow give actions/checkout `fetch-depth: 0`",
        )
    return None


def _elsewhere(git: _Git, name: str, path: str) -> Diagnostic:
    """The diagnostic where the deck has lain in another folder of the repository."""
    message = f"this deck has been released from another folder: its ledger is `{path}` in {name}"
    back = git.command(f"show {name}:{path} > {PATH}") if _PLAIN.fullmatch(path) else f"copy it to {PATH}"
    hint = f"bring it along: `{back}`; a deck of your own takes another `id` in deck.yaml"
    return Diagnostic("lost-ledger", message, Span(PATH), hint)


def known_releases(project: Path, deck: str) -> set[str]:
    """The versions of a deck that ledgers of git's branches and tags know; none where git does not answer."""
    if not _in_git(project):
        return set()
    git = _Git(project)
    versions: set[str] = set()
    try:
        for blob in {blob for _, blob, _ in _history(git, "--exclude=refs/stash")}:
            text = git.ask("cat-file", "blob", blob).decode("utf-8-sig", "replace")
            if _deck_in(text) == deck:
                versions |= set(_RELEASE.findall(text))
    except _Unanswered:
        pass
    return versions


def lines_with_ids(project: Path) -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
    """The lines of chapters that hold an id or begin a section, as they once were.

    Args:
        project: The folder that holds source/.

    Returns:
        Commits, as one calls them for git: the last one, then the last that wrote the ledger; each with
        paths from the project's folder, the numbers and texts of lines. Nothing where git does not answer.
    """
    if not _in_git(project):
        return
    git = _Git(project)
    wanted = ["-nzIE", "--no-color", "--no-column", "-e", r"(^|[[:blank:]{-])id:", "-e", "^[[:alpha:]]"]
    paths = [f":(glob,icase)source/**/*{end}" for end in (".yaml", ".yml")]
    for commit in ("HEAD", ""):
        with suppress(_Unanswered):
            name = commit or git.ask("log", "-1", "--format=%h", "--", _HERE).decode().strip()
            said = git.ask("-c", "grep.fullName=false", "grep", *wanted, name, "--", *paths)
            rows = (row.split("\0") for row in said.decode(errors="replace").split("\n") if row)
            yield name, [(path.partition(":")[2], int(number), text) for path, number, text in rows]


def back(project: Path, arguments: str, path: str) -> str:
    """A command by which the user gets something of a file back.

    Args:
        project: The folder that holds source/.
        arguments: What stands before the path.
        path: The file's path from the project's folder.
    """
    return _Git(project).command(f"{arguments}{_quoted(path)}")


def is_ignored(project: Path) -> bool:
    """Whether git is told to leave a project's ledger out."""
    if not _in_git(project):
        return False
    try:
        return bool(_Git(project).ask("check-ignore", "--", _HERE).strip())
    except _Unanswered:
        return False  # so it ends where the file is not ignored


def _history(git: _Git, *options: str) -> Iterator[tuple[str, str, str]]:
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


def _lost(git: _Git, message: str, place: str) -> Diagnostic:
    back = git.command(f"checkout {place}-- {PATH}")
    hint = f"put it back: `{back}`; a deck of your own takes another `id` in deck.yaml"
    return Diagnostic("lost-ledger", message, Span(PATH), hint)


def _cannot_know(silence: _Unanswered) -> CallError:
    """What a release says where git does not answer."""
    said, _, more = str(silence).partition("\n")
    way_out = re.search(r"git config .*", more)
    return CallError(
        f"git cannot be asked whether this deck has been released: {said}",
        f"`{way_out[0].strip()}`, if you trust it" if way_out else "see what `git log` says here",
    )


def work_tree(project: Path) -> Path | None:
    """The folder of the repository that a project lies in; None where it lies in none."""
    return next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), None)


def _in_git(project: Path) -> bool:
    """Whether git has anything to say of a project."""
    return bool(work_tree(project) or os.environ.get("GIT_DIR"))


def _deck_in(text: str) -> str:
    """The id of the deck whose ledger a text is; empty where it is no ledger."""
    for line in text[:_HEAD].splitlines():
        if line.startswith('{"ledger"'):
            try:
                return str(json.loads(line)["deck"])
            except (ValueError, KeyError, RecursionError):
                return ""
    return ""


class _Git:
    """Git, asked in a project's folder."""

    def __init__(self, project: Path) -> None:
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
            _Unanswered: It is not there, fails, or takes too long.
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
            raise _Unanswered("git is not installed" if missing else f"{error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise _Unanswered(f"it has not answered for {_PATIENCE} seconds") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise _Unanswered(said.removeprefix("fatal: ") or f"it ended with {done.returncode}")
        return done.stdout

    def deck_of(self, blob: str) -> str:
        """The id of the deck whose ledger a file of git's is; empty where it is no ledger."""
        return _deck_in(self.ask("cat-file", "blob", blob)[:_HEAD].decode("utf-8-sig", "replace"))

    def tag(self, commit: str) -> str:
        """The name of a tag at a commit; empty where there is none that a shell takes as it is."""
        names = self.ask("for-each-ref", f"--points-at={commit}", "--format=%(refname:short)", "refs/tags")
        plain = filter(_PLAIN.fullmatch, names.decode(errors="replace").splitlines())
        return next((name for name in plain if not name.startswith("-")), "")

    def command(self, arguments: str) -> str:
        """A command for the user, as it works where deckgen was called."""
        if Path.cwd() == self._project:
            return f"git {arguments}"
        folder = str(self._project)
        return f"git -C {_quoted(folder)} {arguments}"


def _quoted(path: str) -> str:
    """A path as a shell takes it."""
    return path if _PLAIN.fullmatch(path) else f'"{path}"' if os.name == "nt" else shlex.quote(path)
