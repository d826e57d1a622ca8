"""Drafts of releases on GitHub: made from the reviewed source, tried in Anki, and seen by authors only."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from deckgen.cards.sentences import read_sentences
from deckgen.commands.github.commits import check_history, make_again, unpacked
from deckgen.commands.github.gh import PAUSES, Refused
from deckgen.commands.github.published import Fetched, as_release, fetch, of_version, releases
from deckgen.commands.release.facts import digest_of_file, previous
from deckgen.commands.release.release import NOTES, SUMS
from deckgen.commands.verify.verification import verify
from deckgen.diagnostics import CallError
from deckgen.history.versions import is_prerelease

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from deckgen.commands.github.commits import Made
    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.gh import GitHub
    from deckgen.commands.github.published import Release
    from deckgen.history.ledger import ReleaseLine

    Tell = Callable[[str], None]

_PLANS = "drafts.json"
_MOST = 120_000  # characters; GitHub takes 125,000 in the text of a release


class DraftPlan(NamedTuple):
    """A draft on GitHub that is ready to be published.

    Attributes:
        version: Its version.
        tag: Its tag.
        commit: The commit that it was made from.
        release: The id of the draft.
        latest: Whether it becomes the latest release of the repository.
        files: The SHA-256 of its files in hex, by their names on GitHub.
    """

    version: str
    tag: str
    commit: str
    release: int
    latest: bool
    files: dict[str, str]


@dataclass
class Drafting:
    """What has been drafted.

    Attributes:
        plans: The drafts of each deck.
        paths: The packages, as paths.
        attested: Whether the notes say that GitHub can attest where the packages come from.
        faults: The releases that could not be drafted, each with the reason.
    """

    plans: list[tuple[PublicDeck, DraftPlan]] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    attested: bool = False
    faults: list[CallError] = field(default_factory=list)


def draft(decks: Sequence[PublicDeck], github: GitHub, tell: Tell) -> Drafting:
    """Draft every release of the ledgers that GitHub does not have, in order.

    Args:
        decks: The decks of the repository.
        github: The repository.
        tell: Told what happens, as sentences.

    Raises:
        CallError: GitHub refuses, or the clone lacks commits.
    """
    check_history(decks[0].git)
    made = Drafting(attested=github.get("")["visibility"] == "public")
    found = releases(github)
    for deck in decks:
        shutil.rmtree(deck.output, ignore_errors=True)
        lines = deck.ledger.releases
        missing = [line for line in lines if _lacks(deck, line, found, tell)]
        for line in missing:
            try:
                _draft(deck, line, made, github, found, tell)
            except CallError as error:
                if line is lines[-1]:
                    made.faults.append(error)
                else:
                    what = f"{deck.name}{line.version} is skipped"
                    tell(f"{what}, because a later release contains all of it: {error}")
        if not missing:
            every = "GitHub has every release of the ledger" if lines else "nothing has been released yet"
            tell(f"{deck.prefix}{every}")
        _keep(deck, [plan for each, plan in made.plans if each is deck])
    return made


def _lacks(deck: PublicDeck, line: ReleaseLine, found: list[Release], tell: Tell) -> bool:
    """Whether GitHub lacks a release; tells where it has one without the package."""
    release = of_version(deck, line.version, found)
    name = deck.package(line.version)
    if release and name not in release.assets:
        tell(f"note: {release.page} lacks {name}: add it there, or delete that release to have it made again")
    return release is None


def _draft(
    deck: PublicDeck, line: ReleaseLine, made: Drafting, github: GitHub, found: list[Release], tell: Tell
) -> None:
    """Draft a release.

    Raises:
        CallError: It cannot be made again, Anki finds faults, or GitHub refuses.
    """
    folder = deck.output / line.version
    files = make_again(deck, line, github, folder)
    tell(
        f"{deck.name}{line.version} was built again from commit {files.commit[:12]}, identical "
        "to the release in the ledger"
    )
    if not files.landed:
        tell("the branch contains more changes than were prepared: they come with the next release")
    _verify(deck, line, files, github, found, tell)
    names = _with_plain_name(deck, files)
    tag = deck.tag(line.version)
    for old in found:
        if old.draft and old.tag == tag:
            github.send("DELETE", f"releases/{old.id}")
    release = as_release(
        github.send(
            "POST",
            "releases",
            {
                "tag_name": tag,
                "target_commitish": files.commit,
                "name": f"{deck.deck.title} {line.version}",
                "body": _notes(deck, line, files, github, attested=made.attested),
                "draft": True,
                "prerelease": is_prerelease(line.version),
            },
        )
    )
    for name in names:
        _upload(folder / name, release, github)
    tell(f"{deck.name}{line.version} is drafted: {release.page}")
    newest = deck.ledger.latest
    latest = bool(
        deck.first and newest and newest.version == line.version and not is_prerelease(line.version)
    )
    digests = {name: digest_of_file(folder / name).sha256 for name in names}
    made.plans.append((deck, DraftPlan(line.version, tag, files.commit, release.id, latest, digests)))
    made.paths += [folder / name for name in names if name.endswith(".apkg")]


def _verify(
    deck: PublicDeck, line: ReleaseLine, files: Made, github: GitHub, found: list[Release], tell: Tell
) -> None:
    """Rehearse in Anki how a learner gets a release, over the one before it.

    Raises:
        CallError: They would lose something, or there is no Anki.
    """
    before = _before(deck, line, github, found, tell)
    with unpacked(deck, files.commit) as folder:
        result = verify(folder, [before.path] if before else [])
    over = f" over {before.version}" if before else ""
    if result.faults:
        hint = f"`deckgen verify` in commit {files.commit[:12]} shows all of it; fix it in a new version"
        raise CallError(f"{deck.name}{line.version}, imported{over} into Anki: {result.faults[0]}", hint)
    tell(f"{deck.name}{line.version} was imported{over} into Anki {result.anki}: nothing is lost")


def _before(
    deck: PublicDeck, line: ReleaseLine, github: GitHub, found: list[Release], tell: Tell
) -> Fetched | None:
    """The package over which learners import a release: of the last one below it that they could get."""
    ledger = deck.ledger
    lines = {each.version: each for each in ledger.releases}
    version = previous(line, ledger)
    while version:
        own = deck.output / version / deck.package(version)
        if own.is_file():
            return Fetched(version, own)
        if release := of_version(deck, version, found):
            fetched = fetch(deck, lines[version], release, github, deck.output / "earlier")
            if fetched.remark:
                tell(fetched.remark)
            return fetched
        version = previous(lines[version], ledger)
    return None


def _with_plain_name(deck: PublicDeck, files: Made) -> list[str]:
    """The names of a release's files on GitHub, with the package under a name without version as well."""
    plain = f"{deck.id}.apkg"
    shutil.copyfile(files.folder / files.files[0], files.folder / plain)
    return [files.files[0], plain, *files.files[1:]]


def _sent(path: Path, release: Release, github: GitHub) -> Any:  # noqa: ANN401 (JSON)
    """The asset that an uploaded file has become; what an interrupted upload has left is removed first."""
    for pause in (*PAUSES, None):
        try:
            return github.upload(f"{release.upload}?name={path.name}", path)
        except Refused as refusal:
            if pause is None or not refusal.passing:
                raise
        time.sleep(pause)
        left = as_release(github.get(f"releases/{release.id}")).assets.get(path.name)
        if left:
            github.send("DELETE", f"releases/assets/{left.id}")
    raise AssertionError


def _upload(path: Path, release: Release, github: GitHub) -> None:
    """Upload a file to a draft, and see that all of it arrived."""
    asset = _sent(path, release, github)
    local = digest_of_file(path)
    digest = (asset.get("digest") or "").removeprefix("sha256:")
    if asset["size"] != local.size or (digest and digest != local.sha256):
        raise CallError(f"{path.name} is different on GitHub", "run it again")


def _notes(deck: PublicDeck, line: ReleaseLine, files: Made, github: GitHub, *, attested: bool) -> str:
    """The text of a release: its notes, and how to see where its package comes from."""
    path = files.folder / NOTES
    notes = path.read_text(encoding="utf-8") if path.is_file() else f"# {deck.deck.title} {line.version}\n"
    proof = f"sha256sum --check --ignore-missing {SUMS}"
    if attested:
        proof = f"gh attestation verify {deck.package(line.version)} --repo {github.repository}"
    address = f"{github.page}/commit/{files.commit}"
    sentences = read_sentences(deck.deck, deck.project)
    end = sentences.say("proof", commit=f"[{files.commit[:12]}]({address})", command=f"`{proof}`")
    end = f"\n---\n\n{end}\n"
    if len(notes) + len(end) > _MOST:
        notes = notes[: _MOST - len(end)].rpartition("\n")[0] + f"\n\n… {NOTES}\n"
    return notes + end


def _keep(deck: PublicDeck, plans: list[DraftPlan]) -> None:
    """Write down a deck's drafts, for `publish`."""
    folder = deck.output
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([each._asdict() for each in plans], indent=2)
    (folder / _PLANS).write_text(text + "\n", encoding="utf-8")


def kept(deck: PublicDeck) -> list[DraftPlan]:
    """A deck's drafts that `draft` has made here.

    Raises:
        CallError: It has not been called.
    """
    try:
        text = (deck.output / _PLANS).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CallError("there are no drafts here", "deckgen github draft") from error
    plans: list[dict[str, Any]] = json.loads(text)
    return [DraftPlan(**each) for each in plans]
