"""How the program is released: .github/workflows/release.yml, run with the real gh, git, pip and shell."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import zipfile
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from deckgen import __version__
from tests.conftest import REPOSITORY, change
from tests.github import runner as runners
from tests.github.api import NAME
from tests.github.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.github.runner import Run

WORKFLOW = yaml.safe_load((REPOSITORY / ".github/workflows/release.yml").read_text(encoding="utf-8"))
TAG = f"v{__version__}"
CHANGELOG = f"""\
# Changelog

## Unreleased

- Not yet.

## {__version__} - 2026-12-01

### Added

- What [the page](docs/for-learners.md#sync) says, and [Anki](https://apps.ankiweb.net).

## 0.0.1

- Long ago.
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="releases are made on Linux")


class Machine:
    """What GitHub keeps between the jobs of a run, and PyPI beside it."""

    def __init__(self, hub: Hub) -> None:
        """Begin without artifacts."""
        self._hub = hub
        self._artifacts = hub.folder / "artifacts"
        self.on_pypi: dict[str, str] = {}

    def upload(self, _: object, given: dict[str, str], __: object, place: Any) -> None:  # noqa: ANN401 (the runner's own)
        """Keep a folder as an artifact."""
        shutil.copytree(place.workspace / given["path"], self._artifacts / given["name"], dirs_exist_ok=True)

    def download(self, _: object, given: dict[str, str], __: object, place: Any) -> None:  # noqa: ANN401
        """Give an artifact to a job."""
        shutil.copytree(self._artifacts / given["name"], place.workspace / given["path"])

    def publish(self, _: object, given: dict[str, str], __: object, place: Any) -> None:  # noqa: ANN401
        """Take files as PyPI does, from whom it trusts, and none twice."""
        runners._need(place, "id-token", "write")  # noqa: SLF001 (an action like the runner's own)
        for path in (place.workspace / given.get("packages-dir", "dist")).iterdir():
            if path.name in self.on_pypi:
                assert given["skip-existing"] == "true"
            self.on_pypi.setdefault(path.name, digest(path.read_bytes()))

    def attest(self, _: object, given: dict[str, str], __: object, place: Any) -> None:  # noqa: ANN401
        """Attest all files that a pattern names."""
        runners._need(place, "attestations", "write")  # noqa: SLF001
        found = sorted(place.workspace.glob(given["subject-path"]))
        assert found
        self._hub.runner.attested += [digest(path.read_bytes()) for path in found]


def digest(content: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The program's files, with a changelog that has a section for this version."""
    folder = tmp_path / "code"
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "build", "__pycache__", ".*_cache", ".hypothesis", ".coverage*"
    )
    shutil.copytree(REPOSITORY, folder, ignore=ignored)
    change(folder, {"CHANGELOG.md": CHANGELOG})
    Hub.git(folder, "init", "-q", "-b", "main")
    Hub.git(folder, "add", "-A")
    Hub.git(folder, "commit", "-q", "-m", "Begin")
    return folder


@pytest.fixture
def begin(
    tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], tuple[Hub, Machine]]]:
    """Puts the code on a GitHub."""
    made: list[Hub] = []

    def of() -> tuple[Hub, Machine]:
        hub = Hub(tmp_path, code)
        made.append(hub)
        hub.runner.installs = True
        machine = Machine(hub)
        for action, played in {
            "actions/upload-artifact": machine.upload,
            "actions/download-artifact": machine.download,
            "actions/attest-build-provenance": machine.attest,
            "pypa/gh-action-pypi-publish": machine.publish,
        }.items():
            monkeypatch.setitem(runners._ACTIONS, action, played)  # noqa: SLF001
        return hub, machine

    yield of
    for hub in made:
        hub.close()


def push_tag(hub: Hub, tag: str = TAG, at: str = "main") -> Run:
    """Push a tag; what the workflow did."""
    hub.state.ask_git("tag", tag, at)
    run = hub.runner.run("release.yml", "push", tag)
    assert run
    return run


def run_again(hub: Hub, run: Run, *, whole: bool = False) -> None:
    """Run the failed jobs again and those after them, as GitHub does; or all but the first."""
    github = hub.runner._github("push", TAG, 0)  # noqa: SLF001
    for name in runners._in_order(WORKFLOW["jobs"]):  # noqa: SLF001
        if name != "build" and (whole or run.jobs[name].result != "success"):
            run.jobs[name] = hub.runner._job(name, WORKFLOW, github, {}, run)  # noqa: SLF001


def test_a_tag_becomes_a_release_whatever_fails_on_the_way(begin: Callable[[], tuple[Hub, Machine]]) -> None:
    """Tried, drafted, proven, on PyPI, and only then published, once; the deck stays the latest release."""
    hub, machine = begin()
    commit = hub.state.ask_git("rev-parse", "main")
    hub.state.latest = 77  # the deck's
    hub.state.faults.append(("POST .*/assets", 502, 1))
    run = push_tag(hub)
    assert [job.result for job in run.jobs.values()] == ["success", "failure", "skipped", "skipped"], run.log
    assert (machine.on_pypi, hub.state.published()) == ({}, [])

    hub.state.faults.append(("PATCH .*/releases", 500, 1))
    run_again(hub, run)
    assert [job.result for job in run.jobs.values()] == ["success", "success", "success", "failure"], run.log
    assert hub.state.published() == []
    run_again(hub, run)
    assert run.ok, run.log
    (release,) = hub.state.releases.values()
    assert (release.draft, release.tag, release.prerelease, hub.state.latest) == (False, TAG, False, 77)
    names = {f"anki_deckgen-{__version__}-py3-none-any.whl", f"anki_deckgen-{__version__}.tar.gz"}
    assert {asset.name: digest(asset.content) for asset in release.assets} == machine.on_pypi
    assert set(machine.on_pypi) == names
    assert set(hub.runner.attested) == set(machine.on_pypi.values())
    page = f"https://github.com/{NAME}/blob/{TAG}/docs/for-learners.md#sync"
    assert release.body.strip() == (
        f"### Added\n\n- What [the page]({page}) says, and [Anki](https://apps.ankiweb.net)."
    )

    (wheel,) = (hub.folder / "artifacts/dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        assert f'\nCOMMIT = "{commit}"\n' in opened.read("deckgen/address.py").decode()
        (about,) = (name for name in opened.namelist() if name.endswith("/METADATA"))
        links = re.findall(r"\]\(([^)]+)\)", opened.read(about).decode())
    assert f"https://github.com/{NAME}/blob/{TAG}/docs/writing.md" in links
    assert all(link.startswith(("https://", "#")) for link in links), links

    run_again(hub, run, whole=True)
    assert "is published already" in run.log
    assert [job.result for job in run.jobs.values()] == ["success", "success", "skipped", "skipped"]
    assert len(hub.state.releases) == 1


def test_what_is_not_right_is_not_released(begin: Callable[[], tuple[Hub, Machine]]) -> None:
    """A tag for another version, off main, without text in the changelog: it says so, and makes nothing."""
    hub, _ = begin()
    run = push_tag(hub, "v99.0")
    assert f"the tag is v99.0, and src/deckgen/__init__.py says {__version__}" in run.log
    hub.git(hub.author, "checkout", "-q", "-b", "aside")
    hub.git(hub.author, "commit", "-q", "--allow-empty", "-m", "Not reviewed")
    hub.git(hub.author, "push", "-q", "origin", "aside")
    run = push_tag(hub, at="aside")
    assert f"{TAG} is not on main" in run.log
    hub.state.ask_git("tag", "-d", TAG)
    hub.pull()
    change(hub.author, {"CHANGELOG.md": CHANGELOG.replace(f"## {__version__}", "## 0.0.2")})
    hub.push_quietly("Forget the section")
    run = push_tag(hub)
    assert f'has no text under the heading "## {__version__}"' in run.log
    assert not run.ok
    assert not hub.state.releases
    hub.state.fork = True
    forked = hub.runner.run("release.yml", "push", TAG)
    assert forked
    assert {job.result for job in forked.jobs.values()} == {"skipped"}


def test_it_begins_with_tags_of_the_program_only() -> None:
    """Not with those of the deck, and not with pushes to branches."""
    (pattern,) = WORKFLOW[True]["push"].pop("tags")
    assert WORKFLOW[True] == {"push": {}}
    assert fnmatch("v0.2.0", pattern)
    assert not fnmatch("deck-v1.0.0", pattern)


def test_each_job_may_do_only_its_own() -> None:
    """One job writes to the repository's releases before PyPI, one after; one alone has an identity."""
    jobs = {name: job["permissions"] for name, job in WORKFLOW["jobs"].items()}
    assert WORKFLOW["permissions"] == {}
    assert jobs == {
        "build": {"contents": "read"},
        "draft": {"contents": "write"},
        "pypi": {"id-token": "write", "attestations": "write"},
        "publish": {"contents": "write"},
    }
    assert WORKFLOW["jobs"]["pypi"]["environment"]["name"] == "pypi"
