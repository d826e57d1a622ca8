"""This repository's own deck: that it covers what it says it covers."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from deckgen.build import build
from deckgen.deck.key_types.options import Options
from tests.conftest import REPOSITORY, open_package, run

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.deck.notes import Note

PAGE = REPOSITORY / "docs/deck.md"


def notes() -> dict[str, Note]:
    """The notes of the deck by their ids."""
    return {note.id: note for note in build(REPOSITORY).deck.notes}


def test_the_table_of_contents_is_true() -> None:
    """Each note in the table is in the source, each of the source in the table; no row is without one."""
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    named = [re.findall(r"`([a-z0-9.-]+)`", row) for row in rows if not row.startswith(("| what", "|---"))]
    assert all(named)
    assert len(named) > 50
    assert {name for row in named for name in row} == set(notes())


def test_the_deck_gets_no_warning() -> None:
    """The author's own rules, all of them, have nothing to say of the deck."""
    done = run("check", "--strict", "--project", REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert not [note.id for note in notes().values() if note.allow]


def test_each_note_has_a_place_in_the_exam_and_a_source() -> None:
    """One tag for the exam's domain, one at least for the section, and where it can be read up."""
    sections = {
        "alliance",
        "joining",
        "multiple-alliances",
        "cultural-humility",
        "self-of-the-therapist",
        "reflexivity",
    }
    for note in notes().values():
        domains = [tag for tag in note.tags if tag.startswith("domain::")]
        assert len(domains) == 1, note.id
        assert re.fullmatch(r"domain::[1-6]-[a-z-]+", domains[0]), note.id
        assert sections & set(note.tags), note.id
        assert "reference" in (note.table.values if note.table else {}) | note.values, note.id


def test_a_vignette_gives_nothing_away_by_its_form() -> None:
    """Four options; the best stands at each place about as often, and is neither long nor short as a rule."""
    places: Counter[int] = Counter()
    longest = shortest = 0
    options = [note.values["options"] for note in notes().values() if note.kind.name == "vignette"]
    for each in options:
        assert isinstance(each, Options)
        assert len(each.items) == 4
        (right,) = (place for place, option in enumerate(each.items) if option.correct)
        lengths = [len(option.text.value) for option in each.items]
        places[right] += 1
        others = [length for place, length in enumerate(lengths) if place != right]
        longest += lengths[right] > max(others)
        shortest += lengths[right] < min(others)
    assert 18 <= len(options) <= 36
    assert max(places.values()) - min(places.values()) <= 2
    assert len(places) == 4
    assert longest <= len(options) / 3
    assert shortest <= len(options) / 3


def test_stems_are_as_long_as_the_exams() -> None:
    """From 40 to 90 words."""
    for note in notes().values():
        if note.kind.name == "vignette":
            stem = note.values["scenario"]
            assert 40 <= len(str(getattr(stem, "value", "")).split()) <= 90, note.id


def test_the_deck_is_large_enough_and_complete(own_deck: Path) -> None:
    """Enough takeaways, definitions, vignettes and rows; four options each, with reasons."""
    opened = open_package(own_deck)
    types = {int(each["id"]): name.rpartition(" - ")[2] for name, each in opened.note_types.items()}
    counts: dict[str, int] = {}
    for note in opened.notes:
        counts[types[note["mid"]]] = counts.get(types[note["mid"]], 0) + 1
        fields = opened.fields(note)
        assert fields["Reference"], fields["Note ID"]
        if "Explanations" in fields:
            assert fields["Explanations"].count('class="why"') == fields["Options"].count("<li>") == 4
            assert fields["Explanations"].count("verdict right") == 1
    assert 90 <= len(opened.notes) <= 140
    assert len(opened.cards) <= 135
    assert counts["Takeaway"] >= 30
    assert counts["Definition"] >= 30
    assert counts["Vignette"] >= 18
    assert counts["Comparison"] >= 10
