"""Files that are written whole: where their parts lie, and what becomes of them."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deckgen.diagnostics import CallError
from deckgen.files import check_target, replacing
from tests.conftest import change, run

if TYPE_CHECKING:
    from collections.abc import Callable

    Project = Callable[..., Path]

SLIP = "definitions:\n  - term: Last\n    definition: |\n      Text.\n"
MOUNT = Path("/dev/shm")  # noqa: S108 (another file system than that of the tests, where there is one)


def put(path: Path, before: bytes | None = None) -> list[str]:
    """Write a file; where its part lay meanwhile."""
    with replacing(path, before) as file:
        file.write(b"new")
        top = path.parent.parent
        parts = [str(part.relative_to(top)) for part in top.rglob(".*.part")]
    assert path.read_bytes() == b"new"
    assert not list(top.rglob("*.part"))
    return parts


def test_what_is_written_in_a_deck_begins_in_build(project: Project) -> None:
    """Where there is no build/, and outside of a deck, it begins beside its place."""
    folder = project()
    (part,) = put(folder / "source/x.txt")
    assert part.startswith("source/.x.txt.")
    (folder / "build").mkdir()
    (part,) = put(folder / "source/x.txt")
    assert part.startswith("build/.x.txt.")
    outside = folder.parent / "elsewhere"
    outside.mkdir()
    (part,) = put(outside / "x.txt")
    assert part.startswith("elsewhere/.x.txt.")


@pytest.mark.skipif(not MOUNT.is_dir(), reason="there is no second file system")
def test_a_build_folder_on_another_disk(project: Project) -> None:
    """Nothing can be renamed from there, so files are written beside their places."""
    folder = project()
    other = MOUNT / f"deckgen-test-{os.getpid()}"
    other.mkdir()
    try:
        (folder / "build").symlink_to(other)
        if other.stat().st_dev == folder.stat().st_dev:
            pytest.skip("there is no second file system")
        (part,) = put(folder / "source/x.txt")
        assert part.startswith("source/.x.txt.")
    finally:
        other.rmdir()


def test_one_disk_seen_through_two_mounts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses to rename all the same, the file gets to its place, with its mode."""
    folder = project()
    (folder / "build").mkdir()
    path = change(folder, {"source/x.txt": b"old"}) / "source/x.txt"
    path.chmod(0o600)
    rename = os.replace

    def replace(one: Path, other: Path) -> None:
        if Path(one).parent != Path(other).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(one, other)

    monkeypatch.setattr(os, "replace", replace)
    put(path, b"old")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_killed_processes_left_is_swept(project: Project) -> None:
    """After an hour, by whatever is written next; nothing younger, and nothing else."""
    folder = project()
    names = [".one.yaml.0123456789ab.part", ".sample.apkg.0123456789ab.part", ".mine.part", "mine.part"]
    change(folder, {f"build/{name}": "" for name in names})
    change(folder, {"build/.young.yaml.0123456789ab.part": "", "build/release/.0.9.part/x": ""})
    for name in names:
        os.utime(folder / "build" / name, (time.time() - 3700,) * 2)
    assert run("build", cwd=folder).returncode == 0
    left = {path.name for path in (folder / "build").glob("*")}
    assert left == {".mine.part", "mine.part", ".young.yaml.0123456789ab.part", "sample.apkg", "release"}
    assert run("release", "1.0.0", cwd=folder).returncode == 0
    assert [path.name for path in (folder / "build/release").iterdir()] == ["1.0.0"]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_a_new_file_has_the_permissions_of_new_files(umask: int, mode: int, project: Project) -> None:
    """The ledger, a schema: as the umask says, and of the group that the folder gives them."""
    folder = project()
    before = os.umask(umask)
    try:
        assert run("release", "1.0.0", cwd=folder).returncode == 0
        assert run("schema", cwd=folder).returncode == 0
    finally:
        os.umask(before)
    for name in ("source/ledger.jsonl", "source/.schema/deck.json", "build/release/1.0.0/release-notes.md"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == mode
    (folder / "source").chmod(0o2775)  # whose new files belong to its group
    (part,) = put(folder / "source/x.txt")
    assert part.startswith("source/")


def test_a_name_as_long_as_a_system_allows(project: Project) -> None:
    """255 bytes, in letters of three bytes each: such a chapter is mended as any other."""
    name = f"source/{'学' * 83}.yaml"
    folder = project({name: SLIP})
    done = run("check", "--fix", cwd=folder)
    assert "1 id added" in done.stderr, done.stderr
    assert "id: last" in (folder / name).read_text(encoding="utf-8")


def test_a_file_is_on_the_disk_before_it_has_its_place(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First its content, then its name, then the folder: a loss of power leaves the old or the new one."""
    folder = project()
    (folder / "build").mkdir()
    done: list[str] = []
    sync, rename = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def replace(one: Path, other: Path) -> None:
        done.append("rename")
        rename(one, other)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    put(folder / "source/x.txt")
    assert done == ["file", "rename", *(["folder"] if sys.platform != "win32" else [])]


LIMITED = """
import resource, sys
from deckgen.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
main()
"""
"""Runs deckgen where no file can be larger than so many bytes."""

WRITES = {
    "build": ["build"],
    "named": ["build", "-o", "deck.apkg"],
    "release": ["release", "1.0.0"],
    "preview": ["preview"],
    "schema": ["schema"],
    "mend": ["check", "--fix"],
    "verify": ["verify"],
}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of a process there")
@pytest.mark.parametrize("command", WRITES.values(), ids=WRITES)
def test_a_file_that_cannot_be_written_is_named(command: list[str], project: Project) -> None:
    """With the reason, and what became of what was there; nothing is left behind, and the source is whole."""
    folder = project({"source/two.yaml": SLIP})
    if "--fix" not in command:
        change(folder, {"source/two.yaml": SLIP.replace("- term", "- id: two\n    term")})
    held = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "50", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    told = r"error: (\S+) cannot be written: it would exceed the maximum .*; (?:no file|the existing file) .*"
    assert re.fullmatch(told, done.stderr.splitlines()[-2]), done.stderr
    assert {path: path.read_bytes() for path in held} == held
    assert not list(folder.rglob("*.part"))
    assert not list(folder.rglob("*.apkg"))


@pytest.mark.skipif(sys.platform == "win32", reason="it has no quotas")
def test_a_full_disk_is_called_one(project: Project) -> None:
    """By its name, with the file's, and what was there before is as it was."""
    path = project() / "build/x.txt"
    path.parent.mkdir()
    path.write_bytes(b"old")
    for number, reason in ((errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "your disk quota")):
        told = f"x.txt cannot be written: {reason}.*; the existing file is unchanged"
        with pytest.raises(CallError, match=told), replacing(path):
            raise OSError(number, os.strerror(number))
    with pytest.raises(CallError, match="no file was left behind"), replacing(path.with_name("new")):
        raise OSError(errno.ENOSPC, "")
    with pytest.raises(OSError, match="5"), replacing(path):
        raise OSError(errno.EIO, "", "another")
    assert path.read_bytes() == b"old"


def test_asking_whether_a_file_can_be_written_leaves_nothing(project: Project) -> None:
    """Not for a moment does anything lie in source/."""
    folder = project()
    (folder / "build").mkdir()
    before = (folder / "source").stat().st_mtime_ns
    time.sleep(0.02)
    check_target(folder / "source/x.txt")
    assert (folder / "source").stat().st_mtime_ns == before
