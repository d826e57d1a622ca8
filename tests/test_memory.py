"""A build with the memory of earlier ones: it finds and makes the same as one without."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.build import Build, build
from deckgen.commands.preview.cards import gallery
from deckgen.commands.preview.scripts import CHANGES, INDEX, Script, Scripts
from deckgen.memory import Memory
from deckgen.project import shipped_templates
from tests.bad_sources import ALL_FAULTS, unmarked
from tests.conftest import DECK, change, write_project
from tests.releases import FIRST, terms

if TYPE_CHECKING:
    from pathlib import Path

Files: TypeAlias = "dict[str, str | bytes]"
Step: TypeAlias = "tuple[str, str | bytes | None]"
"""A file, and what becomes of it; None to delete it."""

KIND = """\
title: Word
section: words
type: normal
label: name
gist: meaning
keys:
  name: {type: text, required: true}
  meaning: {type: markdown, required: true}
  kin: {type: notes}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Meaning, id: 3, from: meaning}
  - {name: Kin, id: 4, from: kin}
cards:
  - {name: Card, id: 2, face: card}
"""
WORD = "  - id: {}\n    name: {}\n    meaning: |\n      {}\n"
LESSON = """\
  - id: {}
    text: |
      Before change comes {{{{c1::joining}}}} of both.
    why: |
      Nobody follows someone who has not understood them.
"""
TABLE = """\
  - id: ways
    columns: [Way, What it is]
    rows:
      - id: a
        cells: [Walking, 'slow ![x](media/a.svg)']
      - id: b
        cells: [Riding, fast and rough]
"""
PARTS = {
    "definitions": [
        *(terms(name).partition("\n")[2] for name in ("one", "two", "three")),
        terms("built").partition("\n")[2] + "    builds_on: [one, word]\n",
        terms("seen", seen="It is ![a tree](media/a.svg) on a hill.").partition("\n")[2],
        terms("odd", odd="It has the the TODO: write it,  and `no end.").partition("\n")[2],
        terms("old").partition("\n")[2] + "    was: one\n",
        terms("gone").partition("\n")[2] + "    retired: |\n      It was wrong.\n",
        "  - term: Without an id\n    definition: |\n      It lacks its id here.\n",
        "  - id: broken\n    term: [\n",
        "  - id: more\n    term: More\n    defined: |\n      It has another key here.\n",
    ],
    "words": [
        WORD.format("word", "Ship", "It carries NATO goods over the sea.") + "    kin: [one, other]\n",
        WORD.format("other", "Boat", "It carries people over a river ![](media/a.svg)."),
        WORD.format("third", "Boat", "It carries people over a river.") + "    allow: [same-term]\n",
    ],
    "takeaways": [LESSON.format("lesson"), LESSON.format("twin")],
    "comparisons": [TABLE],
}
SECTIONS = {
    section: st.lists(st.sampled_from(parts), max_size=4, unique=True) for section, parts in PARTS.items()
}
CHAPTERS = st.fixed_dictionaries(SECTIONS).map(
    lambda chosen: "".join(f"{section}:\n{''.join(parts)}" for section, parts in chosen.items() if parts)
)
FAULTS = [fault for fault in map(unmarked, ALL_FAULTS) if "source/one.yaml" in fault[0]]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="1"/>'


def some(path: str, *contents: str | bytes | None) -> st.SearchStrategy[Step]:
    """A file with one of some contents."""
    return st.tuples(st.just(path), st.sampled_from(contents))


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.sampled_from(["source/1.yaml", "source/2.yaml", "source/3.yaml"]), CHAPTERS | st.none()),
    some("source/one.yaml", *(fault[0]["source/one.yaml"] for fault in FAULTS), None),
    some("source/deck.yaml", DECK, f"{DECK}tags: [x]\n", f"{DECK}language: de\n", "id: [\n", None),
    some("source/deck.yaml", f"{DECK}order: written\n", f"{DECK}checks: {{stray-markdown: off}}\n"),
    some("source/media/a.svg", SVG.format(1), SVG.format(2), "no image", None),
    some("templates/word/kind.yaml", KIND, KIND.replace("Word", "Term"), "title: [\n", None),
    some("templates/word/card.front.html.j2", "{{Name}}", "{{Name}}?", "{{Nam}}", None),
    some("templates/word/card.back.html.j2", "{{Meaning}}{{Kin}}", "[[ 1 / 0 ]]", None),
    some("templates/definition/kind.yaml", (shipped_templates() / "definition/kind.yaml").read_bytes(), None),
    some("source/ledger.jsonl", "", "no ledger", None),
)


def apply(folder: Path, step: Step) -> None:
    """Write or delete a file."""
    path, content = step
    if content is None:
        (folder / path).unlink(missing_ok=True)
    else:
        change(folder, {path: content})


def members(result: Build) -> list[dict[str, object]]:
    """What is in the packages of a build."""
    packages = [each for each in (result.package, result.retired) if each]
    return [{name: repr(each) for name, each in package.members.items()} for package in packages]


def content(script: Script) -> Any:  # noqa: ANN401 (JSON)
    """What a script with one argument calls a function of the page with."""
    return json.loads(script.text[script.text.index("(") + 1 : -2])


def followed(index: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """An index with the changes that a page takes up."""
    notes = index["notes"]
    end = changes["start"] + changes["count"]
    rows = [*notes[: changes["start"]], *changes["notes"], *notes[end:]]
    return {**index, **changes["head"], "notes": rows, "version": changes["to"]}


def told(result: Build) -> dict[str, object]:
    """What a build finds and makes."""
    return {
        "diagnostics": result.diagnostics,
        "lines": result.lines,
        "notes": [(each.note.id, each.fields, each.cards) for each in result.notes],
        "media": result.media,
        "packages": members(result),
    }


@pytest.fixture
def _one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(FIRST))


@pytest.mark.usefixtures("_one_time")
@settings(max_examples=int(os.environ.get("DECKGEN_EXAMPLES", "25")), deadline=None)
@given(steps=st.lists(STEPS, min_size=2, max_size=12))
def test_a_build_with_a_memory_is_that_of_one_without(
    steps: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After each of some changes, faults and mended ones, both find the same and make the same bytes."""
    folder = write_project(tmp_path_factory.mktemp("deck"), {"templates/word/kind.yaml": KIND})
    change(folder, {"templates/word/card.front.html.j2": "{{Name}}", "source/1.yaml": terms("one", "two")})
    change(folder, {"templates/word/card.back.html.j2": "{{Meaning}}{{Kin}}"})
    remembered, scripts = Memory(), Scripts()
    before = scripts.of(gallery(build(folder, memory=remembered), remembered))[INDEX]
    for step in steps:
        apply(folder, step)
        result, anew = build(folder, memory=remembered), build(folder)
        assert told(result) == told(anew)
        page, index = scripts.of(gallery(result, remembered)), Scripts().of(gallery(anew))
        changes = page.pop(CHANGES, None)
        assert page == index
        if changes and content(changes)["from"] == before.stamp:
            assert content(changes)["to"] == page[INDEX].stamp
            assert followed(content(before), content(changes)) == content(page[INDEX])
        before = page[INDEX]
    shutil.rmtree(folder)
