"""Chapters that an earlier process has read: they are not read again, and builds find and make the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.build import Build, build
from deckgen.deck.chapter import read_chapter
from deckgen.deck.chapter_json import as_json
from deckgen.kept import NOTHING, Kept
from deckgen.project import Project
from deckgen.recall import recall
from tests.conftest import REPOSITORY, change, write_project
from tests.releases import FIRST, terms
from tests.test_memory import KIND, STEPS, Step, apply, told

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.deck.notes import Chapter
    from deckgen.source import Document


def again(folder: Path, kept: Kept) -> Build:
    """A build with what earlier ones have kept, which keeps what it has found out."""
    recalled = recall(Project(folder.resolve()), kept)
    result = build(folder, memory=recalled.memory if recalled else None)
    if recalled:
        recalled.keep()
    return result


def damage(folder: Path, byte: int) -> None:
    """Change a byte of each kept file."""
    for path in folder.rglob("*"):
        if path.is_file():
            raw = bytearray(path.read_bytes())
            raw[byte % len(raw)] ^= 1
            path.write_bytes(raw)


@pytest.fixture
def _one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(FIRST))


@pytest.mark.usefixtures("_one_time")
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS | st.integers(0, 5000), min_size=2, max_size=12))
def test_a_build_that_recalls_is_one_that_does_not(
    steps: list[Step | int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After each of some changes, faults, mended faults and damaged files, both find and make the same."""
    folder = write_project(tmp_path_factory.mktemp("deck"), {"templates/word/kind.yaml": KIND})
    change(folder, {"templates/word/card.front.html.j2": "{{Name}}", "source/1.yaml": terms("one", "two")})
    change(folder, {"templates/word/card.back.html.j2": "{{Meaning}}{{Kin}}"})
    results = tmp_path_factory.mktemp("kept")
    kept = Kept(results)
    again(folder, kept)
    for step in steps:
        if isinstance(step, int):
            damage(results, step)
        else:
            apply(folder, step)
        assert told(again(folder, kept)) == told(build(folder)), steps


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the chapters that are read from now on."""
    names: list[str] = []
    real = read_chapter

    def read(document: Document, *rest: Any) -> Chapter:  # noqa: ANN401 (as they are)
        names.append(document.path)
        return real(document, *rest)

    monkeypatch.setattr("deckgen.deck.reading.read_chapter", read)
    return names


def test_only_a_changed_chapter_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this repository's deck and of a copy with one other chapter."""
    folder = write_project(
        tmp_path / "deck", {"source/two.yaml": terms("a", "b"), "source/3.yaml": terms("c", "d")}
    )
    kept = Kept(tmp_path / "kept")
    read = counted(monkeypatch)
    again(folder, kept)
    assert sorted(read) == ["source/3.yaml", "source/one.yaml", "source/two.yaml"]
    read.clear()
    change(folder, {"source/two.yaml": terms("a", "other")})
    again(folder, kept)
    assert read == ["source/two.yaml"]
    read.clear()
    again(folder, kept)
    assert read == []
    change(folder, {"source/deck.yaml": "id: sample\ntitle: Sample\ntags: [x]\n"})
    again(folder, kept)
    assert sorted(read) == ["source/3.yaml", "source/one.yaml", "source/two.yaml"]


def test_another_version_of_deckgen_reads_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rules may find something else."""
    folder, kept = write_project(tmp_path / "deck"), Kept(tmp_path / "kept")
    again(folder, kept)
    read = counted(monkeypatch)
    monkeypatch.setattr("deckgen.inputs.__version__", "99.0")
    again(folder, kept)
    assert read == ["source/one.yaml"]


@pytest.mark.usefixtures("_one_time")
def test_each_chapter_of_the_decks_can_be_kept(tmp_path: Path) -> None:
    """This repository's deck, in all its kinds: options, tables, images, retired notes, choices of cards."""
    for folder in (REPOSITORY, REPOSITORY / "tests/decks/alliance", REPOSITORY / "tests/decks/stress"):
        kept = Kept(tmp_path / folder.name)
        first = told(again(folder, kept))
        chapters = {id(note.chapter): note.chapter for note in build(folder).deck.notes}.values()
        sound = [chapter for chapter in chapters if not chapter.diagnostics]
        assert sound
        assert all(as_json(chapter) for chapter in sound)
        assert told(again(folder, kept)) == first


def test_nothing_is_kept_where_nothing_may_be(tmp_path: Path) -> None:
    """In CI, in a release, where a template is a link to what may change, or where a file is very large."""
    folder = write_project(tmp_path / "deck")
    assert recall(Project(folder), NOTHING) is None
    (folder / "templates").mkdir()
    (folder / "templates/base").symlink_to(tmp_path)
    assert recall(Project(folder), Kept(tmp_path / "kept")) is None
    (folder / "templates/base").unlink()
    assert recall(Project(folder), Kept(tmp_path / "kept"))
    with (folder / "templates/film.mp4").open("wb") as film:
        film.truncate(64 << 20)  # it is not read, here and at each build
    assert recall(Project(folder), Kept(tmp_path / "kept")) is None
