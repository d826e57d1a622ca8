"""The next release as a branch, from which a person opens a pull request."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from deckgen.build import Build, build
from deckgen.commands.diff import markdown, sections
from deckgen.commands.diff.compare import compare
from deckgen.commands.diff.sides import Place, sides
from deckgen.commands.github.commits import check_history, make_again, over_network, path_in, same_source
from deckgen.commands.github.gh import Refused
from deckgen.commands.github.published import fetch_last, of_version, releases
from deckgen.commands.release.again import other_makers
from deckgen.commands.release.refusals import NothingNew
from deckgen.commands.release.release import draft, make
from deckgen.commands.verify.verification import verify
from deckgen.diagnostics import CallError, counted
from deckgen.git import Git, Unanswered
from deckgen.history.ledger_file import read_ledger
from deckgen.history.versions import by_order, is_prerelease
from deckgen.project import LEDGER, Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.gh import GitHub
    from deckgen.commands.github.published import Fetched
    from deckgen.commands.release.release import Draft
    from deckgen.package import Package

_ADDRESS = 6_000  # characters; GitHub takes about 8,000 in an address
_TEXT = 60_000  # characters; GitHub takes 65,536 in a pull request
_BEGIN, _END = "<!-- what changes -->", "<!-- /what changes -->"
_BOT = {
    "GIT_AUTHOR_NAME": "github-actions[bot]",
    "GIT_AUTHOR_EMAIL": "41898282+github-actions[bot]@users.noreply.github.com",
}


class Target(NamedTuple):
    """Where a release will be merged.

    Attributes:
        branch: The branch.
        checks: The name of the workflow that checks pull requests, as `check.yml`.
    """

    branch: str
    checks: str


@dataclass(frozen=True)
class Prepared:
    """A release that waits on a branch.

    Attributes:
        version: Its version.
        reason: Why it is this version; empty if a person has named it.
        branch: The branch.
        pull: The number of the pull request that is open for it; 0 if there is none.
        address: The address that opens a pull request, or that of the open one.
        text: What changes, as Markdown.
        remarks: What the user should know, as sentences.
    """

    version: str
    reason: str
    branch: str
    pull: int
    address: str
    text: str
    remarks: tuple[str, ...]


def prepare(deck: PublicDeck, version: str | None, github: GitHub, target: Target) -> Prepared | Build | str:
    """Put the next release of a deck on its branch, and push that.

    Args:
        deck: The deck.
        version: Its version; None for the next one.
        github: The repository.
        target: Where it will be merged.

    Returns:
        What was prepared; the build if the deck has errors; or a sentence if there is nothing to release.

    Raises:
        CallError: There is a reason against it, learners would lose something, or GitHub refuses.
    """
    check_history(deck.git)
    before = _pushed(deck)
    _check_own(deck, before)
    _check_last(deck, github)
    _forget(deck)
    with _worktree(deck) as folder:
        last = _put_last(deck, github, folder)
        try:
            made = draft(folder, version)
        except NothingNew as nothing:
            return _nothing(deck, github, nothing)
        if isinstance(made, Build):
            here = build(deck.project.folder)  # its hints name a folder that stays
            return made if here.packages else here
        _rehearse(folder, last)
        text = _difference(folder, made.version)
        text = text or f"This is the first release: {_held(made.packages.main)}.\n"
        if made.reason:
            text = f"Why {made.version}: {markdown.escaped(made.reason)}.\n\n{text}"
        with _as_bot():
            make(made, with_commit=True)
        _push(deck, Git(folder), before)
    prepared = _with_pull(deck, made, github, target, text)
    return replace(prepared, remarks=(*prepared.remarks, *_unpublished(deck, last)))


def _unpublished(deck: PublicDeck, last: Fetched | None) -> Iterator[str]:
    """What to say where the release since which changes are told has not been published."""
    latest = deck.ledger.latest
    if latest and not is_prerelease(latest.version) and (last is None or last.version != latest.version):
        yield (
            f"{latest.version} is in the ledger but not published, so learners do not have it "
            "either; the last runs of this workflow show why"
        )


def _check_own(deck: PublicDeck, before: str) -> None:
    """Refuse to overwrite what somebody has written on the release's branch.

    Raises:
        CallError: It holds more than the one commit that prepared the release.
    """
    if not before or not _waiting(deck, before):
        return
    commits = deck.git.ask("rev-list", "--no-merges", before, "--not", "HEAD").decode().split()
    if len(commits) > 1:
        raise CallError(
            f"someone edited the branch {deck.branch}, in commit {commits[0][:12]}",
            (
                "make that edit on the main branch, and delete this branch: the release is then "
                "prepared with it"
            ),
        )


def _check_last(deck: PublicDeck, github: GitHub) -> None:
    """Refuse to go on from a release that nobody can get: what changes would be told since that one.

    Raises:
        CallError: The last release is not published, and its source is lost.
    """
    latest = deck.ledger.latest
    if latest is None or other_makers(latest) or of_version(deck, latest.version, releases(github)):
        return
    with tempfile.TemporaryDirectory(prefix="deckgen-") as scratch:
        make_again(deck, latest, github, Path(scratch, "again"))


def _put_last(deck: PublicDeck, github: GitHub, folder: Path) -> Fetched | None:
    """Put what learners have where a release looks for it, so that all is said of what they really have."""
    last = fetch_last(deck, github, deck.output / "last")
    if last:
        place = Project(folder).releases / last.version
        place.mkdir(parents=True)
        shutil.copy(last.path, place)
    return last


def _nothing(deck: PublicDeck, github: GitHub, why: CallError) -> str:
    """What to say where nothing is new: to learners, or because the last release still waits."""
    line = deck.ledger.releases[-1]
    if of_version(deck, line.version, releases(github)) is None:
        return (
            f"{deck.prefix}{line.version} is merged but not published yet: on the page of the "
            "run that should have published it, choose Re-run all jobs"
        )
    return f"{deck.prefix}{why}"


def _rehearse(folder: Path, last: Fetched | None) -> None:
    """Import the deck into Anki, over what learners have.

    Raises:
        CallError: They would lose something, or there is no Anki.
    """
    result = verify(folder, [last.path] if last else [])
    if result.faults:
        hint = "`deckgen verify` on your computer shows all of it"
        raise CallError(f"imported into Anki: {result.faults[0]}", hint)


def refresh(deck: PublicDeck, github: GitHub, target: Target) -> Prepared | Build | str:
    """Prepare an open release once more, because the base branch has moved.

    Args:
        deck: The deck.
        github: The repository.
        target: Where it will be merged.

    Returns:
        What was prepared; the build if the deck has errors; or a sentence where there is nothing to do.

    Raises:
        CallError: As for `prepare`.
    """
    before = _pushed(deck)
    if not before:
        return f"{deck.prefix}no release is prepared"
    waiting = _waiting(deck, before)
    if not waiting:
        return _taken_back(deck, "the prepared release is merged")
    _check_own(deck, before)
    if same_source(deck, f"{before}^", "HEAD"):
        return f"{deck.prefix}the prepared release matches the source"
    version = waiting[-1]
    _forget(deck)
    with _worktree(deck) as folder:
        try:
            proposed = draft(folder, None)
        except NothingNew:
            return _taken_back(deck, "there is nothing left to release, so the prepared release is withdrawn")
    if not isinstance(proposed, Build) and by_order(proposed.version) > by_order(version):
        version = proposed.version
    return prepare(deck, version, github, target)


def _taken_back(deck: PublicDeck, why: str) -> str:
    """Remove a deck's release branch, with which GitHub closes its pull request; what was done."""
    with suppress(Unanswered):
        over_network(deck.git, "push", "--quiet", "origin", f":refs/heads/{deck.branch}")
    return f"{deck.prefix}{why}: its branch is removed"


def check_prepared(deck: PublicDeck) -> str:
    """See that nobody has edited the source on the branch of a prepared release.

    Returns:
        What was seen, as a sentence.

    Raises:
        CallError: Somebody has: what would be published is not what was prepared.
    """
    branch = os.environ.get("GITHUB_HEAD_REF") or os.environ.get("GITHUB_REF_NAME")
    branch = branch or deck.git.ask("rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    lines = deck.ledger.releases
    if branch != deck.branch or not lines:
        return f"{deck.prefix}this is not the branch of a prepared release, {deck.branch}"
    result = build(deck.project.folder)
    version = lines[-1].version
    if result.packages and result.packages.main.version == version:
        return f"this branch contains {version} exactly as it was prepared"
    raise CallError(
        f"the source was edited on this branch after {version} was prepared",
        "close this pull request, delete its branch, and make the edit on the main branch; "
        "then prepare the release again",
    )


def _pushed(deck: PublicDeck) -> str:
    """The commit of a deck's release branch on GitHub, which is fetched; empty if there is none."""
    try:
        answer = over_network(deck.git, "ls-remote", "origin", f"refs/heads/{deck.branch}").decode().split()
        if answer:
            over_network(deck.git, "fetch", "--quiet", "--no-tags", "origin", answer[0])
    except Unanswered as silence:
        raise CallError(f"GitHub did not list its branches: {silence}") from silence
    return answer[0] if answer else ""


def _waiting(deck: PublicDeck, commit: str) -> list[str]:
    """The releases that the ledger in a commit has besides those of the present one, in order."""
    try:
        path = f"{commit}:{path_in(deck, commit)}{LEDGER}"
        text = Git(deck.top).ask("show", path).decode(errors="replace")
    except Unanswered:
        return []
    lines = read_ledger(deck.project.folder, text).ledger.releases
    return [line.version for line in lines if line.version not in deck.ledger.versions]


def _forget(deck: PublicDeck) -> None:
    """Let git forget what it knows of the release branch: a version on it has not been released."""
    for ref in (f"refs/remotes/origin/{deck.branch}", f"refs/heads/{deck.branch}"):
        with suppress(Unanswered):
            deck.git.ask("update-ref", "-d", ref)


@contextmanager
def _worktree(deck: PublicDeck) -> Iterator[Path]:
    """The deck's folder in a second work tree at the present commit, which is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="deckgen-", ignore_cleanup_errors=True) as name:
        place = Path(name).resolve() / "tree"
        try:
            deck.git.ask("worktree", "add", "--quiet", "--detach", str(place), "HEAD", patience=600)
        except Unanswered as silence:
            raise CallError(f"git cannot create a second working tree: {silence}") from silence
        try:
            yield place / deck.path
        finally:
            with suppress(Unanswered):
                deck.git.ask("worktree", "remove", "--force", str(place))


@contextmanager
def _as_bot() -> Iterator[None]:
    """Let git sign commits with the name of GitHub's own program, in a workflow."""
    names = _BOT | {name.replace("AUTHOR", "COMMITTER"): text for name, text in _BOT.items()}
    if os.environ.get("GITHUB_ACTIONS") != "true":
        names = {}
    new = {name: text for name, text in names.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]


def _difference(folder: Path, version: str) -> str:
    """What a version changes since the last release, as Markdown; empty for the first release."""
    last = read_ledger(folder).ledger.latest
    if last is None:
        return ""
    before, after = sides(None, None, Place(folder))
    outline = sections.outline(before, after, compare(before.edition, after.edition))
    return markdown.markdown(outline._replace(title=f"{last.version} → {version}", remarks=()), _TEXT)


def _held(package: Package) -> str:
    """The numbers of a package's notes and cards."""
    cards = sum(len(each.cards) for each in package.notes)
    return f"{counted(len(package.notes), 'note')}, {counted(cards, 'card')}"


def _push(deck: PublicDeck, git: Git, before: str) -> None:
    """Push the prepared commit to the release branch, unless someone else has pushed there meanwhile.

    Raises:
        CallError: GitHub refuses.
    """
    branch = f"refs/heads/{deck.branch}"
    try:
        over_network(
            git, "push", "--quiet", f"--force-with-lease={branch}:{before}", "origin", f"HEAD:{branch}"
        )
    except Unanswered as silence:
        said = " ".join(str(silence).split())
        hint = (
            "give the job `permissions: contents: write`, and check that no rule of the "
            f"repository (Settings > Rules, or Branches) blocks pushing to {deck.branch}"
        )
        raise CallError(f"GitHub rejected the branch {deck.branch}: {said}", hint) from silence


def _with_pull(deck: PublicDeck, made: Draft, github: GitHub, target: Target, text: str) -> Prepared:
    """What was prepared, with its pull request: an open one is brought up to date, and its checks begin."""
    remarks = list(made.remarks)
    owner = github.repository.partition("/")[0]
    title = f"Release {deck.name}{made.version}"
    try:
        pulls = list(
            github.list(f"pulls?state=open&head={owner}:{quote(deck.branch)}&base={quote(target.branch)}")
        )
    except Refused as refusal:
        pulls = []
        remarks.append(f"deckgen could not find out whether it has an open pull request: {refusal}")
    number, address = 0, _opening(deck, github, target.branch, title, text)
    if pulls:
        number, address = int(pulls[0]["number"]), str(pulls[0]["html_url"])
        if no := _update(number, title, pulls[0].get("body") or "", text, github):
            remarks.append(f"the text of pull request #{number} was not updated: {no}")
        if no := _begin_checks(deck, github, target.checks):
            what = "to run its checks, close the pull request and open it again"
            remarks.append(f"the checks of {deck.branch} did not start: {no}; {what}")
    return Prepared(made.version, made.reason, deck.branch, number, address, text, tuple(remarks))


def _opening(deck: PublicDeck, github: GitHub, base: str, title: str, text: str) -> str:
    """The address of the page on which a person opens the pull request."""
    begin = f"{github.page}/compare/{quote(base)}...{quote(deck.branch)}?expand=1"
    begin += f"&title={quote(title)}&body="
    room = _ADDRESS - len(begin)
    limit = len(text.encode())
    while len(body := quote(f"{_BEGIN}\n{_cut(text, limit)}\n{_END}", safe="")) > room:
        limit = limit * 2 // 3
    return begin + body


def _cut(text: str, limit: int) -> str:
    """The first lines of a text, in so many bytes; what is folded is closed."""
    if len(text.encode()) <= limit:
        return text
    kept = text.encode()[:limit].decode(errors="ignore").rpartition("\n")[0]
    end = "\n</details>\n" * (kept.count("<details>") - kept.count("</details>"))
    return f"{kept}\n{end}\n… the summary of the check shows all of it\n"


def _update(number: int, title: str, body: str, text: str, github: GitHub) -> Refused | None:
    """Bring the title of a pull request, and what its text says of changes, up to date."""
    before, mark, rest = body.partition(_BEGIN)
    _, closed, after = rest.partition(_END)
    fields = {"title": title}
    if mark and closed:
        fields["body"] = f"{before}{_BEGIN}\n{text}\n{_END}{after}"
    try:
        github.send("PATCH", f"pulls/{number}", fields)
    except Refused as refusal:
        return refusal
    return None


def _begin_checks(deck: PublicDeck, github: GitHub, checks: str) -> Refused | None:
    """Begin the checks of the branch: GitHub begins none by itself for what a workflow pushes."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return None
    try:
        github.send("POST", f"actions/workflows/{checks}/dispatches", {"ref": deck.branch})
    except Refused as refusal:
        return refusal
    return None
