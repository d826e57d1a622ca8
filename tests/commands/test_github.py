"""Releases on GitHub: prepared, merged and published by the workflows that `deckgen init` writes."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, open_package, run
from tests.github.api import Asset, Release
from tests.github.hub import Hub
from tests.releases import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.github.runner import Job, Run

ANSWERS = (
    *("--title", "Moon", "--id", "moon", "--author", "Ada", "--license", "CC-BY-4.0"),
    *("--language", "en", "--repository", "ada/moon"),
)
PAGE = REPOSITORY / "docs/github.md"
FILES = ["SHA256SUMS", "moon-1.0.0.apkg", "moon.apkg", "release-notes.md", "release.json"]
ALL = {"contents": "write", "pull_requests": "write", "actions": "write", "pages": "read"}


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Hub]]:
    """Begins a repository on GitHub with what `deckgen init` writes."""
    made: list[Hub] = []

    def of(*without: str) -> Hub:
        deck = tmp_path / "deck"
        done = run("init", deck, *ANSWERS)
        assert done.returncode == 0, done.stderr
        for each in without:
            (deck / each).unlink()
        Hub.git(deck, "init", "-q", "-b", "main")
        Hub.git(deck, "add", "-A")
        Hub.git(deck, "commit", "-q", "-m", "Begin the deck")
        made.append(Hub(tmp_path, deck))
        return made[0]

    yield of
    for each in made:
        each.close()


@pytest.fixture
def hub(begin: Callable[..., Hub]) -> Hub:
    """A repository with release.yml, and without the checks of pushes."""
    return begin(".github/workflows/check.yml")


def link(summary: str) -> str:
    """The address in a summary that opens a pull request."""
    (found,) = re.findall(r"\*\*\[Open the pull request\]\((\S+)\)\*\*", summary)
    return str(found)


def deckgen(hub: Hub, *arguments: str, **permissions: str) -> subprocess.CompletedProcess[str]:
    """What a command says in the author's clone, with a token that may do everything or what is named."""
    environment = hub.environment(hub.token(**(permissions or ALL)))
    return run(*arguments, cwd=hub.author, **environment)


def released(hub: Hub, version: str) -> None:
    """Release a version on the author's computer, with what changed, and commit it."""
    hub.git(hub.author, "config", "user.name", "Ada")
    hub.git(hub.author, "config", "user.email", "ada@example.org")
    done = run("release", version, "--commit", cwd=hub.author)
    if "wait a second" in done.stderr:  # as it says after another release
        time.sleep(1.1)
        done = run("release", version, "--commit", cwd=hub.author)
    assert done.returncode == 0, done.stderr


def written(hub: Hub, name: str, *ids: str, **texts: str) -> None:
    """Let the author write a chapter of definitions."""
    (hub.author / f"source/{name}.yaml").write_text(terms(*ids, **texts), encoding="utf-8")


def of(runs: list[Run], workflow: str = "release.yml") -> Run:
    """The run of a workflow among others."""
    (found,) = [each for each in runs if each.workflow == workflow]
    return found


def succeeded(run: Run) -> None:
    """Expect that no job failed."""
    assert run.ok, run.log


def job(run: Run, name: str) -> Job:
    """A job that succeeded."""
    assert run.jobs[name].result == "success", run.log
    return run.jobs[name]


def check_release(hub: Hub, tag: str) -> None:
    """See that a release holds all of its files, and exactly what the ledger of its tag says."""
    release = hub.state.release(tag)
    version = tag.removeprefix("v")
    assets = {each.name: each.content for each in release.assets}
    assert sorted(assets) == sorted(name.replace("1.0.0", version) for name in FILES)
    assert assets["moon.apkg"] == assets[f"moon-{version}.apkg"]
    for line in assets["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(assets[name]).hexdigest() == digest
    facts = json.loads(assets["release.json"])
    ledger = hub.state.ask_git("show", f"refs/tags/{tag}:source/ledger.jsonl")
    lines = [json.loads(line) for line in ledger.splitlines()]
    (own,) = [line for line in lines if line.get("release") == version]
    assert facts["digest"] == own["digest"]
    assert [each.tag for each in hub.state.releases.values() if each.draft] == []


def test_a_merged_pull_request_is_a_release(begin: Callable[..., Hub]) -> None:
    """Prepared by a click, opened by a link, checked, merged: then learners can download it. Twice."""
    hub = begin()
    hub.state.pages = "workflow"
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, checks = hub.open_pull(link(prepared.summary))
    assert hub.state.pulls[number].title == "Release 1.0.0"
    assert "This is the first release: 8 notes, 15 cards" in hub.state.pulls[number].body
    succeeded(of(checks, "check.yml"))
    succeeded(of(hub.merge(number)))
    assert hub.state.published() == ["v1.0.0"]
    check_release(hub, "v1.0.0")
    first = hub.state.release("v1.0.0")
    assert first.id == hub.state.latest
    assert first.name == "Moon 1.0.0"
    package = next(each.content for each in first.assets if each.name == "moon-1.0.0.apkg")
    assert hashlib.sha256(package).hexdigest() in hub.runner.attested
    assert "gh attestation verify moon-1.0.0.apkg --repo ada/moon" in first.body
    site = hub.runner.site
    assert site
    assert "releases/latest/download/moon.apkg" in (site / "index.html").read_text(encoding="utf-8")

    hub.pull()
    written(hub, "2-sun", "sun")
    succeeded(of(hub.push("The sun")))
    assert hub.state.published() == ["v1.0.0"]
    again = job(hub.click_run("release.yml", version="2.0.0"), "prepare")
    number, checks = hub.open_pull(link(again.summary))
    assert "Term sun" in hub.state.pulls[number].body
    assert "Term sun" in job(of(checks, "check.yml"), "check").summary
    assert "imported over 1.0.0 into Anki" in job(of(hub.merge(number)), "publish").log
    assert hub.state.published() == ["v1.0.0", "v2.0.0"]
    check_release(hub, "v2.0.0")
    assert hub.state.release("v2.0.0").id == hub.state.latest


@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_any_way_of_merging_will_do(hub: Hub, how: str) -> None:
    """The record of the release is in another commit then, with the same source."""
    for version in ("1.0.0", "1.1.0"):
        prepared = job(hub.click_run("release.yml"), "prepare")
        number, _ = hub.open_pull(link(prepared.summary))
        succeeded(of(hub.merge(number, how)))
        check_release(hub, f"v{version}")
        assert hub.state.ask_git("rev-parse", f"v{version}") == hub.state.ask_git("rev-parse", "main")
        written(hub, f"2-sun-after-{version}", f"sun-{version.replace('.', '-')}")
        hub.push_quietly("The sun")


def test_another_push_prepares_an_open_release_once_more(hub: Hub) -> None:
    """What is merged meanwhile becomes part of it; its pull request says so, and its checks begin."""
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, _ = hub.open_pull(link(prepared.summary))
    hub.state.pulls[number].body += "\nReviewed by Ada."
    written(hub, "2-sun", "sun")
    run_ = of(hub.push("The sun"))
    assert "pull request #" in job(run_, "refresh").log
    assert hub.state.published() == []
    branch = hub.state.ask_git("rev-parse", "release/moon^")
    assert branch == hub.state.ask_git("rev-parse", "main")
    pull = hub.state.pulls[number]
    assert "9 notes" in pull.body
    assert pull.body.endswith("Reviewed by Ada.")
    assert "POST /repos/ada/moon/actions/workflows/check.yml/dispatches" in hub.state.asked
    succeeded(of(hub.merge(number)))
    assert hub.state.published() == ["v1.0.0"]
    content = next(each.content for each in hub.state.release("v1.0.0").assets if each.name == "moon.apkg")
    (hub.folder / "got.apkg").write_bytes(content)
    assert any("Term sun" in note["flds"] for note in open_package(hub.folder / "got.apkg").notes)
    assert hub.state.ask_git("rev-parse", "--verify", "--quiet", "release/moon") == ""


def test_a_push_that_does_not_concern_the_deck_leaves_an_open_release_alone(hub: Hub) -> None:
    """Its approvals stay, and its checks need not run again."""
    prepared = job(hub.click_run("release.yml"), "prepare")
    hub.open_pull(link(prepared.summary))
    before = hub.state.ask_git("rev-parse", "release/moon")
    (hub.author / "NOTES.md").write_text("For us.\n", encoding="utf-8")
    assert "the prepared release matches the source" in job(of(hub.push("Notes")), "refresh").log
    assert hub.state.ask_git("rev-parse", "release/moon") == before


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_a_release_that_was_merged_late_is_what_was_reviewed(hub: Hub, how: str) -> None:
    """Another change was merged first, and nothing was prepared anew: the pull request's head is released."""
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, _ = hub.open_pull(link(prepared.summary))
    reviewed = hub.state.pulls[number].sha
    written(hub, "2-sun", "sun")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "The sun")
    hub.git(hub.author, "push", "-q", "origin", "HEAD:main")
    succeeded(of(hub.merge(number, how)))
    assert hub.state.published() == ["v1.0.0"]
    check_release(hub, "v1.0.0")
    assert hub.state.ask_git("rev-parse", "v1.0.0") == reviewed
    # years later only the tag still has it
    release = hub.state.release("v1.0.0")
    whole = next(each.content for each in release.assets if each.name == "moon-1.0.0.apkg")
    release.assets = []
    hub.state.pulls.clear()
    hub.state.ask_git("update-ref", "-d", f"refs/pull/{number}/head")
    hub.state.ask_git("update-ref", "-d", "refs/heads/release/moon")
    hub.pull()
    hub.git(hub.author, "fetch", "-q", "--tags")
    fetched = deckgen(hub, "github", "fetch")
    assert fetched.returncode == 0, fetched.stderr
    assert (hub.author / "build/github/last/moon-1.0.0.apkg").read_bytes() == whole


def test_a_release_made_on_a_computer_is_published_as_well(hub: Hub) -> None:
    """Two of them, and another change, in one push: all are published, in order, each as it was."""
    released(hub, "1.0.0")
    written(hub, "2-sun", "sun")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "The sun")
    released(hub, "1.1.0")
    written(hub, "3-mars", "mars")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "Mars")
    succeeded(of(hub.push_as_is()))
    assert hub.state.published() == ["v1.0.0", "v1.1.0"]
    check_release(hub, "v1.0.0")
    check_release(hub, "v1.1.0")
    assert hub.state.latest == hub.state.release("v1.1.0").id
    own = (hub.author / "build/release/1.1.0/moon-1.1.0.apkg").read_bytes()
    assert own == next(
        each.content for each in hub.state.release("v1.1.0").assets if each.name == "moon.apkg"
    )


def test_a_fork_publishes_nothing_unless_it_says_so(hub: Hub) -> None:
    """Its Actions may be turned on; only a variable of its own makes it release."""
    hub.state.fork = True
    released(hub, "1.0.0")
    run_ = of(hub.push_as_is())
    assert {job.result for job in run_.jobs.values()} == {"skipped"}
    hub.runner.variables["DECKGEN_RELEASE_IN_FORK"] = "true"
    succeeded(of(hub.push("Again")))
    assert hub.state.published() == ["v1.0.0"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (r"GET /repos/ada/moon$", 500),
        (r"POST /repos/ada/moon/releases$", 500),
        (r"POST .*/assets$", 502),
        (r"GET .*/git/ref/tags/", 500),
        (r"POST .*/git/refs$", 500),
        (r"PATCH .*/releases/", 500),
    ],
)
def test_a_failure_of_github_is_made_good_by_the_next_run(hub: Hub, fault: str, status: int) -> None:
    """Whatever step fails, the next run goes on, and learners see one release with all of its files."""
    released(hub, "1.0.0")
    hub.state.faults = [(fault, status, 3)]
    failed = of(hub.push_as_is())
    assert failed.jobs["publish"].result == "failure"
    assert "::error title=deckgen::" in failed.log
    assert hub.state.published() == []
    succeeded(of(hub.push("Again")))
    assert hub.state.published() == ["v1.0.0"]
    check_release(hub, "v1.0.0")


def test_a_short_failure_of_github_is_not_even_noticed(hub: Hub) -> None:
    """One answer with 502 is asked for again."""
    released(hub, "1.0.0")
    hub.state.faults = [
        ("GET /repos/ada/moon/releases$", 502, 1),
        ("POST .*/assets$", 502, 2),
        ("PATCH .*/releases/", 500, 2),
    ]
    succeeded(of(hub.push_as_is()))
    check_release(hub, "v1.0.0")


def test_two_runs_at_once_publish_once(hub: Hub) -> None:
    """Both have drafted the same release: the second one finds it published, and removes its draft."""
    released(hub, "1.0.0")
    hub.push_quietly()
    assert deckgen(hub, "github", "draft").returncode == 0
    (hub.author / "build/github").rename(hub.author / "build/slow")
    # the other run has not seen that draft yet
    waiting = dict(hub.state.releases)
    hub.state.releases.clear()
    assert deckgen(hub, "github", "draft").returncode == 0
    hub.state.releases.update(waiting)
    assert deckgen(hub, "github", "publish").returncode == 0
    (hub.author / "build/github").rename(hub.author / "build/fast")
    (hub.author / "build/slow").rename(hub.author / "build/github")
    done = deckgen(hub, "github", "publish")
    assert done.returncode == 0, done.stderr
    assert "1.0.0 is already published" in done.stderr
    check_release(hub, "v1.0.0")


def test_the_tag_of_a_deleted_immutable_release_is_burned(hub: Hub) -> None:
    """GitHub never takes it again, so the author is told that you need a new version."""
    hub.state.burned.add("v1.0.0")
    released(hub, "1.0.0")
    hub.push_quietly()
    assert deckgen(hub, "github", "draft").returncode == 0
    done = deckgen(hub, "github", "publish")
    assert done.returncode == 2
    assert "you need a new version" in done.stderr
    assert hub.state.published() == []
    written(hub, "2-sun", "sun")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "The sun")
    released(hub, "1.0.1")
    succeeded(of(hub.push_as_is()))
    assert hub.state.published() == ["v1.0.1"]
    check_release(hub, "v1.0.1")


@pytest.mark.parametrize("message", [True, False])
def test_a_tag_that_is_right_stays(hub: Hub, *, message: bool) -> None:
    """The author has tagged the release already, with a message or without."""
    released(hub, "1.0.0")
    hub.git(hub.author, "tag", *(["-m", "The first"] if message else []), "v1.0.0")
    hub.git(hub.author, "push", "-q", "origin", "v1.0.0")
    tag = hub.state.ask_git("rev-parse", "v1.0.0")
    succeeded(of(hub.push_as_is()))
    check_release(hub, "v1.0.0")
    assert hub.state.ask_git("rev-parse", "v1.0.0") == tag


def test_a_tag_at_another_source_is_refused(hub: Hub) -> None:
    """What it names is not what learners would get."""
    hub.git(hub.author, "tag", "v1.0.0")
    hub.git(hub.author, "push", "-q", "origin", "v1.0.0")
    written(hub, "2-sun", "sun")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "The sun")
    released(hub, "1.0.0")
    failed = of(hub.push_as_is())
    assert failed.jobs["publish"].result == "failure"
    assert "which has a different source than 1.0.0" in failed.log
    assert hub.state.published() == []
    hub.git(hub.author, "push", "-q", "origin", ":refs/tags/v1.0.0")
    succeeded(of(hub.push("Again")))
    check_release(hub, "v1.0.0")


@pytest.mark.parametrize("damage", ["cut", "gone", "another"])
def test_a_damaged_package_on_github_is_made_again_from_its_tag(hub: Hub, damage: str) -> None:
    """The update is rehearsed over what learners got, even if GitHub does not have it any longer."""
    released(hub, "1.0.0")
    succeeded(of(hub.push_as_is()))
    before = hub.state.release("v1.0.0")
    asset = next(each for each in before.assets if each.name == "moon-1.0.0.apkg")
    whole = asset.content
    if damage == "cut":
        asset.content = whole[:5000]
    elif damage == "gone":
        before.assets.remove(asset)
    else:
        written(hub, "2-sun", "sun")
        assert run("build", cwd=hub.author).returncode == 0
        asset.content = (hub.author / "build/moon.apkg").read_bytes()
    fetched = deckgen(hub, "github", "fetch", contents="read")
    assert fetched.returncode == 0, fetched.stderr
    assert "it was built again from commit" in fetched.stderr
    assert (hub.author / "build/github/last/moon-1.0.0.apkg").read_bytes() == whole


def test_three_hundred_changes_fit_everywhere(hub: Hub) -> None:
    """The link is short enough for GitHub, and so are the texts of the pull request and the release."""
    ids = [f"star-{number}" for number in range(300)]
    written(hub, "2-stars", *ids)
    hub.push_quietly("Stars")
    released(hub, "1.0.0")
    succeeded(of(hub.push_as_is()))
    hub.pull()
    long = {name: f"Another text of {name}, " + "which goes on and on, " * 30 + "and ends." for name in ids}
    (hub.author / "source/2-stars.yaml").write_text(terms(*ids, **long), encoding="utf-8")
    succeeded(of(hub.push("Longer")))
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, _ = hub.open_pull(link(prepared.summary))
    body = hub.state.pulls[number].body
    assert "300" in body
    assert body.count("<details>") == body.count("</details>")
    written(hub, "3-mars", "mars")
    job(of(hub.push("Mars")), "refresh")
    assert 10_000 < len(hub.state.pulls[number].body) <= 65_536
    succeeded(of(hub.merge(number)))
    assert hub.state.published() == ["v1.0.0", "v1.1.0"]


def test_a_token_that_may_not_is_told_what_it_lacks(hub: Hub) -> None:
    """Reading is enough for the checks; drafting, pushing and tagging each name what is missing."""
    released(hub, "1.0.0")
    hub.push_quietly()
    done = deckgen(hub, "github", "draft", contents="read")
    assert done.returncode == 1
    assert "Resource not accessible by integration" in done.stderr
    assert "`permissions`" in done.stderr
    assert deckgen(hub, "github", "draft").returncode == 0
    done = deckgen(hub, "github", "publish", contents="read")
    assert done.returncode == 2
    written(hub, "2-sun", "sun")
    hub.push_quietly("The sun")
    done = deckgen(hub, "github", "prepare", contents="read")
    assert done.returncode == 2
    assert "GitHub rejected the branch release/moon" in done.stderr
    assert "contents: write" in done.stderr
    assert deckgen(hub, "github", "fetch", issues="read").returncode == 0
    hub.state.private = True
    assert "GitHub refuses" in deckgen(hub, "github", "fetch", issues="read").stderr


def test_a_protected_branch_is_named(hub: Hub) -> None:
    """A rule that also covers the release's branch stops the preparation, which says which setting it is."""
    hub.protected.write_text("refs/heads/release/moon\n")
    failed = hub.click_run("release.yml")
    assert failed.jobs["prepare"].result == "failure"
    assert "GH013" in failed.log
    assert "Settings > Rules" in failed.log
    assert "git worktree" not in failed.log


def test_a_shallow_clone_is_told(hub: Hub) -> None:
    """Without the earlier commits nothing can be proven, and the way out is one line of the workflow."""
    released(hub, "1.0.0")
    hub.push_quietly()
    shallow = hub.folder / "shallow"
    hub.git(hub.folder, "clone", "-q", "--depth", "1", hub.state.git.as_uri(), str(shallow))
    environment = hub.environment(hub.token(**ALL))
    for command in ("draft", "prepare"):
        done = run("github", command, cwd=shallow, **environment)
        assert done.returncode == 2
        assert "fetch-depth: 0" in done.stderr


def test_nothing_to_release_is_no_fault(hub: Hub) -> None:
    """A click before anything has changed prepares nothing, and says whether learners have all of it."""
    released(hub, "1.0.0")
    hub.push_quietly()
    waiting = hub.click_run("release.yml")
    assert "1.0.0 is merged but not published yet" in job(waiting, "prepare").summary
    succeeded(of(hub.push("Publish it")))
    done = hub.click_run("release.yml")
    assert (
        "there is nothing to release: learners have had everything since 1.0.0"
        in job(done, "prepare").summary
    )
    assert hub.state.ask_git("rev-parse", "--verify", "--quiet", "release/moon") == ""
    failed = hub.click_run("release.yml", version="one")
    assert failed.jobs["prepare"].result == "failure"
    assert "`one` is not a valid version" in failed.log


def test_the_site_comes_when_pages_are_turned_on(hub: Hub) -> None:
    """After the first release, without another one."""
    released(hub, "1.0.0")
    run_ = of(hub.push_as_is())
    succeeded(run_)
    assert "Settings > Pages" in run_.jobs["site"].summary
    assert hub.runner.site is None
    hub.state.pages = "legacy"
    assert "Settings > Pages" in of(hub.push("From a branch")).jobs["site"].summary
    hub.state.pages = "workflow"
    succeeded(of(hub.push("Turned on")))
    assert hub.runner.site
    assert "Version 1.0.0" in (hub.runner.site / "index.html").read_text(encoding="utf-8")


def test_a_reverted_change_takes_the_prepared_release_back(hub: Hub) -> None:
    """Nothing is left to release, so the branch goes, and with it the pull request."""
    released(hub, "1.0.0")
    succeeded(of(hub.push_as_is()))
    hub.pull()
    written(hub, "2-sun", "sun")
    hub.push_quietly("The sun")
    hub.open_pull(link(job(hub.click_run("release.yml"), "prepare").summary))
    (hub.author / "source/2-sun.yaml").unlink()
    assert "there is nothing left to release" in job(of(hub.push("No sun")), "refresh").log
    assert hub.state.ask_git("rev-parse", "--verify", "--quiet", "release/moon") == ""


def test_a_deck_that_moves_within_its_repository_is_compared_with_what_learners_have(hub: Hub) -> None:
    """The pull request tells what changed, though git has the last release in another folder."""
    written(hub, "2-sun", "sun")
    hub.push_quietly("The sun")
    released(hub, "1.0.0")
    succeeded(of(hub.push_as_is()))
    hub.pull()
    written(hub, "2-sun", "sun", sun="It shines.")
    hub.push_quietly("Shine")
    (hub.author / "decks/moon").mkdir(parents=True)
    for name in ("source", "templates"):
        if (hub.author / name).exists():
            (hub.author / name).rename(hub.author / "decks/moon" / name)
    workflow = hub.author / ".github/workflows/release.yml"
    text = workflow.read_text(encoding="utf-8")
    workflow.write_text(text.replace("DECKGEN_DECKS: .", "DECKGEN_DECKS: decks/moon"), encoding="utf-8")
    hub.push_quietly("Move it")
    number, _ = hub.open_pull(link(job(hub.click_run("release.yml"), "prepare").summary))
    assert "It shines" in hub.state.pulls[number].body
    succeeded(of(hub.merge(number)))
    assert "It shines" in hub.state.release("v1.0.1").body
    # and while a release waits, or none does
    hub.state.pages = "workflow"
    (hub.author / "decks/moon/source/3-mars.yaml").write_text(terms("mars"), encoding="utf-8")
    hub.push_quietly("Mars")
    hub.open_pull(link(job(hub.click_run("release.yml"), "prepare").summary))
    (hub.author / "decks/moon").rename(hub.author / "decks/luna")
    workflow.write_text(text.replace("DECKGEN_DECKS: .", "DECKGEN_DECKS: decks/luna"), encoding="utf-8")
    moved = of(hub.push("Luna"))
    assert "pull request #" in job(moved, "refresh").log
    assert "decks/luna/source/ledger.jsonl" in hub.state.ask_git(
        "ls-tree", "-r", "--name-only", "release/moon"
    )
    assert "the page of moon shows 1.0.1" in job(moved, "site").log


def test_a_hotfix_is_not_what_most_learners_have(hub: Hub) -> None:
    """Published after a higher version, it is neither compared with, nor on the site, nor the latest."""
    hub.state.pages = "workflow"
    released(hub, "1.0.0")
    first = hub.git(hub.author, "rev-parse", "HEAD")
    written(hub, "2-sun", "sun")
    hub.push_quietly("The sun")
    released(hub, "2.0.0")
    hub.git(hub.author, "checkout", "-q", "-b", "hotfix", first)
    written(hub, "3-mars", "mars")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "Mars")
    time.sleep(1.1)  # this branch does not know of the other release, and would take the same second
    released(hub, "1.0.1")
    hub.git(hub.author, "checkout", "-q", "main")
    merge = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "merge", "-q", "hotfix"]
    subprocess.run(merge, cwd=hub.author, capture_output=True, check=False)  # it ends in a conflict
    assert run("check", "--fix", cwd=hub.author).returncode == 0
    changes = hub.author / "source/CHANGELOG.md"
    kept = re.sub(r"(?m)^(?:<<<<<<<|=======|>>>>>>>).*\n", "", changes.read_text(encoding="utf-8"))
    changes.write_text(kept, encoding="utf-8")
    hub.git(hub.author, "add", "-A")
    hub.git(hub.author, "commit", "-q", "-m", "Merge the hotfix")
    published = of(hub.push_as_is())
    succeeded(published)
    assert hub.state.published() == ["v1.0.0", "v2.0.0", "v1.0.1"]
    assert "1.0.1 was imported over 1.0.0 into Anki" in published.log
    assert hub.state.latest == hub.state.release("v2.0.0").id
    assert hub.runner.site
    assert "Version 2.0.0" in (hub.runner.site / "index.html").read_text(encoding="utf-8")
    assert "learners have 2.0.0" in deckgen(hub, "github", "fetch").stderr


def test_an_edit_on_the_release_s_branch_is_found_before_the_merge(begin: Callable[..., Hub]) -> None:
    """It would be reviewed, and not be in what is published; the pull request's check says what to do."""
    hub = begin()
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, checks = hub.open_pull(link(prepared.summary))
    assert "this branch contains 1.0.0 exactly as it was prepared" in of(checks, "check.yml").log
    hub.git(hub.author, "fetch", "-q")
    hub.git(hub.author, "checkout", "-q", "release/moon")
    written(hub, "2-sun", "sun")
    hub.push("A late thought", "release/moon")
    checked = of(hub.event("pull_request", "release/moon", number), "check.yml")
    assert checked.jobs["check"].result == "failure"
    assert "the source was edited on this branch after 1.0.0 was prepared" in checked.log


def test_an_edit_on_the_release_s_branch_is_not_thrown_away(hub: Hub) -> None:
    """Another push to main would prepare the release once more, over what somebody has written there."""
    hub.open_pull(link(job(hub.click_run("release.yml"), "prepare").summary))
    hub.git(hub.author, "fetch", "-q")
    hub.git(hub.author, "checkout", "-q", "release/moon")
    assert "exactly as it was prepared" in deckgen(hub, "github", "prepared").stderr
    written(hub, "2-sun", "sun")
    hub.push("A late thought", "release/moon")
    edit = hub.git(hub.author, "rev-parse", "HEAD")
    assert "the source was edited on this branch" in deckgen(hub, "github", "prepared").stderr
    hub.pull()
    written(hub, "3-mars", "mars")
    failed = of(hub.push("Mars"))
    assert failed.jobs["refresh"].result == "failure"
    assert f"someone edited the branch release/moon, in commit {edit[:12]}" in failed.log
    assert hub.click_run("release.yml").jobs["prepare"].result == "failure"
    assert hub.state.ask_git("rev-parse", "release/moon") == edit


def test_an_edited_release_that_was_merged_all_the_same(hub: Hub) -> None:
    """By a merge, what was prepared is published; by a squash it is lost, and Revert leads out."""
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, _ = hub.open_pull(link(prepared.summary))
    hub.git(hub.author, "fetch", "-q")
    hub.git(hub.author, "checkout", "-q", "release/moon")
    written(hub, "2-sun", "sun")
    hub.push("A late thought", "release/moon")
    merged = of(hub.merge(number))
    succeeded(merged)
    assert "the branch contains more changes than were prepared" in merged.log
    check_release(hub, "v1.0.0")
    names = {each.name: each.content for each in hub.state.release("v1.0.0").assets}
    (hub.folder / "got.apkg").write_bytes(names["moon.apkg"])
    assert not any("Term sun" in note["flds"] for note in open_package(hub.folder / "got.apkg").notes)

    prepared = job(hub.click_run("release.yml"), "prepare")
    number, _ = hub.open_pull(link(prepared.summary))
    hub.git(hub.author, "fetch", "-q")
    hub.git(hub.author, "checkout", "-q", "-B", "edit", "origin/release/moon")
    written(hub, "3-mars", "mars")
    hub.push("Another late thought", "release/moon")
    failed = of(hub.merge(number, "squash"))
    assert failed.jobs["publish"].result == "failure"
    assert "choose Revert on the page of its pull request" in failed.log
    # what learners miss would be told since the lost release, so no other is prepared from it
    refused = hub.click_run("release.yml")
    assert refused.jobs["prepare"].result == "failure"
    assert "choose Revert on the page of its pull request" in refused.log
    hub.git(hub.author, "revert", "--no-edit", "HEAD")
    succeeded(of(hub.push_as_is()))
    written(hub, "3-mars", "mars")
    hub.push_quietly("Mars")
    prepared = job(hub.click_run("release.yml"), "prepare")
    number, _ = hub.open_pull(link(prepared.summary))
    body = hub.state.pulls[number].body
    assert "Term sun" in body
    assert "Term mars" in body
    succeeded(of(hub.merge(number, "squash")))
    # nobody has got 1.1.0, but its record has been on main
    assert hub.state.published() == ["v1.0.0", "v1.1.1"]
    check_release(hub, "v1.1.1")


def test_several_decks_have_tags_packages_and_pages_of_their_own(hub: Hub) -> None:
    """Each is prepared where it has something new; only the first one's releases become the latest."""
    hub.state.pages = "workflow"
    sun = hub.author / "decks/sun"
    answers = [word.replace("Moon", "Sun").replace("moon", "sun") for word in ANSWERS]
    assert run("init", sun, *answers).returncode == 0
    workflow = hub.author / ".github/workflows/release.yml"
    text = workflow.read_text(encoding="utf-8")
    workflow.write_text(text.replace("DECKGEN_DECKS: .", "DECKGEN_DECKS: . decks/sun"), encoding="utf-8")
    hub.push_quietly("The sun")
    summary = job(hub.click_run("release.yml"), "prepare").summary
    for address in re.findall(r"\[Open the pull request\]\((\S+)\)", summary):
        number, _ = hub.open_pull(address)
        succeeded(of(hub.merge(number)))
    assert sorted(hub.state.published()) == ["moon-v1.0.0", "sun-v1.0.0"]
    assert hub.state.latest == hub.state.release("moon-v1.0.0").id
    names = {each.name for each in hub.state.release("sun-v1.0.0").assets}
    assert {"sun.apkg", "sun-1.0.0.apkg"} <= names
    site = hub.runner.site
    assert site
    page = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<h2><a href="([^"]+)"', page) == ["moon/", "sun/"]
    for linked in re.findall(r'(?:src|<link rel="(?:icon|stylesheet)"[^>]* href)="([^"]+)"', page):
        assert (site / linked).is_file()
    assert "releases/latest/download/moon.apkg" in (site / "moon/index.html").read_text(encoding="utf-8")
    assert 'href="sun.apkg"' in (site / "sun/index.html").read_text(encoding="utf-8")
    assert open_package(site / "sun/sun.apkg").about["version"] == "1.0.0"
    written(hub, "2-mars", "mars")
    hub.push_quietly("Mars")
    again = job(hub.click_run("release.yml"), "prepare")
    assert "sun: there is nothing to release" in again.log
    assert "## Moon: 1.1.0" in again.summary
    hub.protected.write_text("refs/heads/release/sun\n")
    (sun / "source/2-venus.yaml").write_text(terms("venus"), encoding="utf-8")
    hub.push_quietly("Venus")
    failed = hub.click_run("release.yml")
    assert failed.jobs["prepare"].result == "failure"  # one deck's fault is not hidden by the other's success
    assert "rejected the branch release/sun" in failed.log
    assert "## Moon: 1.1.0" in failed.jobs["prepare"].summary
    failed = hub.click_run("release.yml", version="3.0.0")
    assert "3.0.0 cannot be the version of several decks at once" in failed.log
    failed = hub.click_run("release.yml", deck="mon")
    assert "did you mean `moon`?" in failed.log
    one = job(hub.click_run("release.yml", version="3.0.0", deck="moon"), "prepare")
    assert "## Moon: 3.0.0" in one.summary


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a missing gh is a path")
def test_a_missing_gh_is_told(hub: Hub) -> None:
    """On a computer without it, the author learns what to install."""
    environment = hub.environment(hub.token(**ALL))
    git = hub.folder / "only-git"
    git.mkdir()
    (git / "git").symlink_to(
        subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    )
    done = run("github", "fetch", cwd=hub.author, **{**environment, "PATH": str(git)})
    assert done.returncode == 2
    assert "https://cli.github.com" in done.stderr


def test_a_release_by_hand_without_the_package_is_told(hub: Hub) -> None:
    """Somebody published the version on the web page, without files: nothing is done behind their back."""
    released(hub, "1.0.0")
    hub.push_quietly()
    number = hub.state.number()
    hub.state.releases[number] = Release(number, "v1.0.0", "main", "Mine", "", draft=False, prerelease=False)
    done = deckgen(hub, "github", "draft")
    assert done.returncode == 0, done.stderr
    assert "lacks moon-1.0.0.apkg" in done.stderr
    hub.state.releases[number].assets.append(Asset(1, "moon-1.0.0.apkg", b"x"))
    assert "lacks" not in deckgen(hub, "github", "draft").stderr


def test_the_action_installs_deckgen_from_its_own_checkout(begin: Callable[..., Hub], tmp_path: Path) -> None:
    """As on GitHub's machines, where nothing is there but Python: from the commit that the workflow names."""
    hub = begin(".github/workflows/release.yml")
    checkout = tmp_path / "action"
    hub.git(tmp_path, "clone", "-q", "--no-hardlinks", str(REPOSITORY), str(checkout))
    for each in ("action.yml", "constraints.txt", "pyproject.toml"):
        (checkout / each).write_bytes((REPOSITORY / each).read_bytes())
    hub.runner.tool = checkout
    hub.runner.installs = True
    checked = of(hub.push("Install it"), "check.yml")
    succeeded(checked)
    assert "a new learner gets 8 notes and 15 cards" in checked.log
    assert "build/moon.apkg" in hub.runner.artifacts["moon"]
    assert "build/preview/index.html" in hub.runner.artifacts["moon"]


def test_a_check_shows_each_problem_once_and_fails(begin: Callable[..., Hub]) -> None:
    """At its line; nothing is built, and by an input warnings fail too, and code scanning gets the list."""
    hub = begin(".github/workflows/release.yml")
    workflow = hub.author / ".github/workflows/check.yml"
    text = workflow.read_text(encoding="utf-8")
    strict = text.replace("project: .", 'project: .\n          strict: "true"\n          sarif: "true"')
    workflow.write_text(strict.replace("contents: read", "contents: read\n      security-events: write"))
    written(hub, "2-sun", "sun")
    chapter = hub.author / "source/2-sun.yaml"
    good = chapter.read_text(encoding="utf-8")
    chapter.write_text(good.replace("Text of sun.", "Text  of sun."), encoding="utf-8")
    failed = of(hub.push("Two blanks"), "check.yml").jobs["check"]
    assert failed.result == "failure"
    (warning,) = re.findall(r"^::warning (.*)$", failed.log, re.MULTILINE)
    assert warning.startswith("file=source/2-sun.yaml,line=5,")
    outcomes = {step.name.partition("@")[0]: step.outcome for step in failed.steps}
    assert outcomes["Build the package"] == "skipped"
    assert outcomes["github/codeql-action/upload-sarif"] == "success"
    chapter.write_text(good.replace("term:", "trem:"), encoding="utf-8")
    workflow.write_text(text, encoding="utf-8")
    failed = of(hub.push("A slip"), "check.yml").jobs["check"]
    assert failed.result == "failure"
    errors = re.findall(r"^::error (.*)$", failed.log, re.MULTILINE)
    assert any("did you mean `term`?" in each for each in errors)
    assert len(errors) == len(set(errors))


def test_a_check_rehearses_the_update_over_what_learners_have(begin: Callable[..., Hub]) -> None:
    """The last published package is fetched, imported into Anki, and compared with."""
    hub = begin(".github/workflows/release.yml")
    released(hub, "1.0.0")
    hub.push_quietly()
    for command in ("draft", "publish"):
        assert deckgen(hub, "github", command).returncode == 0
    written(hub, "2-sun", "sun")
    checked = of(hub.push("The sun"), "check.yml")
    succeeded(checked)
    assert (
        "from 1.0.0: 1 new, 0 updated, 8 untouched, 0 held back, 0 conflicting; nothing lost" in checked.log
    )
    assert "Term sun" in checked.jobs["check"].summary


def test_a_comment_trusts_nothing(begin: Callable[..., Hub]) -> None:
    """A stranger's pull request: what it says is shown as it is, once, at the right pull request."""
    hub = begin(".github/workflows/release.yml")
    (workflow,) = re.findall(r"```yaml\n(name: Comment\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (hub.author / ".github/workflows/comment.yml").write_text(workflow, encoding="utf-8")
    hub.push_quietly("Comments")
    released(hub, "1.0.0")
    hub.push_quietly()
    for command in ("draft", "publish"):
        assert deckgen(hub, "github", command).returncode == 0
    written(hub, "2-sun", "sun", sun="Bright, says @ada in #1.")
    hub.push("The sun", "patch-1")
    number, runs = hub.new_pull("patch-1", "main", "Sun")
    succeeded(of(runs, "comment.yml"))
    (comment,) = hub.state.comments.values()
    assert comment.pull == number
    assert comment.body.startswith("<!-- deckgen -->\n[What learners would notice](http")
    assert "```text\n" in comment.body.partition("Bright, says @ada in #1.")[0]
    # what a fork's own workflow attaches can be anything; its pull request is found by its branch
    hub.state.pulls[number].owner = "eve"
    evil = b"\n```````\n@ada ![x](https://evil.example/x.png) \x1b[31m\n```````"
    hub.state.artifacts["changes-moon"] = {"changes.txt": evil}
    hub.state.artifacts["changes-a b"] = {"changes.txt": b"no deck has such an id"}
    checked = of(runs, "check.yml")
    checked.event["head_repository"] = {"owner": {"login": "eve"}}
    again = hub.runner.run("comment.yml", "workflow_run", "patch-1", after=checked)
    assert again
    succeeded(again)
    (comment,) = hub.state.comments.values()
    _, fence, inside = re.split("(`{3,})text\n", comment.body)
    assert len(fence) > 7
    assert "evil.example" in inside.partition(f"\n{fence}\n")[0]
    assert "\x1b" not in comment.body
    assert "no deck has such an id" not in comment.body
    # a check that found errors has attached nothing; a commit that was pushed over is not commented
    written(hub, "2-sun", "sun", sun="![x](https://evil.example/x.png)")
    hub.push("Not that", "patch-1")
    hub.state.pulls[number].sha = hub.state.ask_git("rev-parse", "patch-1")
    hub.state.pulls[number].owner = "ada"
    hub.state.artifacts.clear()
    runs = hub.event("pull_request", "patch-1", number)
    assert of(runs, "check.yml").jobs["check"].result == "failure"
    assert "attached no changes" in of(runs, "comment.yml").log
    hub.state.pulls[number].sha = "0" * 40
    late = hub.runner.run("comment.yml", "workflow_run", "patch-1", after=of(runs, "check.yml"))
    assert late
    assert "no open pull request contains this commit" in late.log
