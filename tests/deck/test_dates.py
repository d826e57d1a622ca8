"""Keys of the type `date`: how they are written, shown and told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckgen.build import build
from deckgen.deck.key_types import TYPES
from tests.conftest import DECK, change, run, write_project

if TYPE_CHECKING:
    from pathlib import Path

KIND = """\
title: Ruling
section: rulings
type: normal
label: name
keys:
  name: {type: text, required: true}
  decided: {type: date}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Decided, id: 2, from: decided}
cards:
  - {name: Card, id: 1, face: card}
"""
CHAPTER = "rulings:\n  - id: tarasoff\n    name: Tarasoff\n    decided: {}\n"


def files(written: str, language: str = "en") -> dict[str, str | bytes]:
    """A deck with a date."""
    return {
        "source/deck.yaml": f"{DECK}language: {language}\n",
        "templates/ruling/kind.yaml": KIND,
        "templates/ruling/card.front.html.j2": "{{Name}}",
        "templates/ruling/card.back.html.j2": "{{Name}} {{Decided}}",
        "source/two.yaml": CHAPTER.format(written),
    }


def shown(folder: Path) -> str:
    """The date as the note's field has it."""
    made = build(folder)
    assert [each for each in made.diagnostics if each.level == "error"] == []
    (field,) = (row.fields[1] for row in made.notes if row.note.kind.name == "ruling")
    return field


def told(folder: Path) -> tuple[str, str]:
    """The message and the hint of the one error, which stands where the date is written."""
    (error,) = (each for each in build(folder).diagnostics if each.level == "error")
    assert (error.code, error.span.path, error.span.line) == ("wrong-type", "source/two.yaml", 4)
    return error.message, error.hint


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "January 31, 2026"),
        ("en-GB", "31 January 2026"),
        ("de", "31. Januar 2026"),
        ("pt-BR", "31 de janeiro de 2026"),
        ("ja", "2026年1月31日"),
        ("de-u-co-phonebk", "31. Januar 2026"),
        ("tlh", "2026-01-31"),
    ],
)
def test_a_date_is_shown_as_the_deck_s_language_writes_it(tmp_path: Path, language: str, words: str) -> None:
    """In words, by what is known of the language at most; in ISO form where nothing is."""
    assert shown(write_project(tmp_path, files("2026-01-31", language))) == words


@pytest.mark.parametrize(
    "written", ["2026-01-31", '"2026-01-31"', "2026-01-31  # a Saturday", "|\n      2026-01-31"]
)
def test_a_date_may_be_written_in_any_style(tmp_path: Path, written: str) -> None:
    """YAML's own ways to write a text are all the same; a comment may follow it."""
    folder = write_project(tmp_path, files(written))
    assert shown(folder) == "January 31, 2026"
    result = run("check", cwd=folder)
    assert (result.returncode, "Decided" in result.stderr) == (0, False)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("31.01.2026", "write `2026-01-31`"),
        ("01/31/2026", "write `2026-01-31`"),
        ("31/1/2026", "write `2026-01-31`"),
        ("2026/1/31", "write `2026-01-31`"),
        ("2026-1-31", "write `2026-01-31`"),
        ("20260131", "write `2026-01-31`"),
        ("2026-01-31 10:00:00", "write `2026-01-31`"),
        ("05.05.2026", "write `2026-05-05`"),
        ("03/04/2026", "use the month first: write `2026-04-03` or `2026-03-04`"),
    ],
)
def test_another_order_is_told_with_the_form_that_was_meant(tmp_path: Path, written: str, hint: str) -> None:
    """Only one day is proposed where it is certain; else the author says which."""
    message, proposed = told(write_project(tmp_path, files(written)))
    assert (
        message
        == f"`{written}` is not a date that deckgen can read: write year, month and day, as in `2026-01-31`"
    )
    assert proposed == hint
    for day in re.findall("[0-9]{4}-[0-9]{2}-[0-9]{2}", hint):
        assert shown(change(tmp_path, {"source/two.yaml": CHAPTER.format(day)}))


@pytest.mark.parametrize("written", ["soon", "2026", "31.01.26", "31.13.2026", "2026-W05-6", "٢٠٢٦-٠١-٣١"])
def test_what_is_no_date_is_told_without_a_guess(tmp_path: Path, written: str) -> None:
    """The message says the form; no day is proposed that is not certain."""
    message, hint = told(write_project(tmp_path, files(written)))
    assert message.startswith(f"`{written}` is not a date")
    assert not hint


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("2026-02-30", "this month has the days `01` to `28`"),
        ("2028-02-30", "this month has the days `01` to `29`"),
        ("2026-04-31", "this month has the days `01` to `30`"),
        ("2026-01-00", "this month has the days `01` to `31`"),
        ("2026-31-01", "put the month before the day: `2026-01-31`"),
        ("2026-13-40", "use years from `0001`, and months from `01` to `12`"),
        ("0000-01-31", "use years from `0001`, and months from `01` to `12`"),
    ],
)
def test_a_day_that_does_not_exist_is_told_with_those_that_do(
    tmp_path: Path, written: str, hint: str
) -> None:
    """February in leap years too."""
    message, about = told(write_project(tmp_path, files(written)))
    assert (message, about) == (f"`{written}` is not a date in the calendar", hint)


def test_a_list_or_a_long_text_is_no_date(tmp_path: Path) -> None:
    """Each is told with how a date is written; a long text is not repeated."""
    folder = write_project(tmp_path, files("[2026-01-31]"))
    message, hint = told(folder)
    assert message == "`decided` is a list, but a text belongs here"
    assert hint.startswith("write `decided: 2026-01-31`")
    message, _ = told(change(folder, {"source/two.yaml": CHAPTER.format("In the winter of the year " * 9)}))
    assert message.startswith("`In…` is not a date")


@given(
    day=st.dates() | st.integers(0, 10**6).map(lambda number: date(1900, 1, 1) + timedelta(number % 60000))
)
def test_an_editor_takes_every_day_of_the_calendar(day: date) -> None:
    """What `check` reads, the schema's pattern takes."""
    assert re.search(TYPES["date"].doc.schema["pattern"], day.isoformat())


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-04-31", "2026-13-01", "0000-01-01", "31.01.2026", "2026-1-31"]
)
def test_an_editor_refuses_what_is_none(written: str) -> None:
    """Also days that no year has; only leap years are left to `check`."""
    assert not re.search(TYPES["date"].doc.schema["pattern"], written)


def test_a_deck_s_schema_says_what_a_date_is(tmp_path: Path) -> None:
    """With a sentence and an example."""
    folder = write_project(tmp_path, files("2026-01-31"))
    assert run("schema", cwd=folder).returncode == 0
    schema = json.loads((folder / "source/.schema/chapter.json").read_text(encoding="utf-8"))
    decided = schema["properties"]["rulings"]["items"]["properties"]["decided"]
    assert decided["markdownDescription"] == (
        "A day, as year, month and day.\n\n```yaml\ndecided: 2026-01-31\n```"
    )


def changed(folder: Path) -> list[str]:
    """The released notes that learners get again."""
    made = build(folder)
    assert made.packages is not None, made.diagnostics
    return [note.id for note in made.packages.plan.sending.changed]


def test_another_date_is_a_change_and_another_language_is_none(tmp_path: Path) -> None:
    """A note is sent again where its author wrote another day, not where its deck is in other words."""
    folder = write_project(tmp_path, files("2026-01-31"))
    assert run("release", "1.0.0", "--project", folder).returncode == 0
    change(folder, {"source/deck.yaml": f"{DECK}language: en-GB\n"})
    assert shown(folder) == "31 January 2026"
    assert changed(folder) == []
    change(folder, {"source/two.yaml": CHAPTER.format("2026-02-01")})
    assert changed(folder) == ["tarasoff"]


def test_a_deck_without_dates_does_not_load_babel(tmp_path: Path) -> None:
    """It takes a tenth of a second, which only a date is worth."""
    code = (
        "import sys, pathlib; from deckgen.build import build\n"
        "build(pathlib.Path(sys.argv[1])); print('babel' in sys.modules)"
    )
    folders = write_project(tmp_path / "one"), write_project(tmp_path / "two", files("2026-01-31"))
    loaded = [
        subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=True
        ).stdout
        for folder in folders
    ]
    assert loaded == ["False\n", "True\n"]
