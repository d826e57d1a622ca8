"""What a hint proposes works: taken from the hint and put where it points, it leaves less wrong than before.

A proposal is what stands in backticks behind words such as "write" and "did you mean". It is put where the
diagnostic points: its diagnostic must go, and no other error come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deckgen.build import build
from tests.bad_sources import ALL_FAULTS, lay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deckgen.diagnostics import Diagnostic

PROPOSED = re.compile(
    r"(?:did you mean|[Ww]rite|between them:|brackets:|folder:|a blank:|it is written) "
    r"(?:`` (.+?) ``|`([^`…]+)`)"
)
LINE = re.compile(r"(?P<before> *(?:- +)*)(?P<key>[\w-]+:[ ]*)?(?P<value>.*)")


EXEMPT: dict[str, str] = {}
"""Parts of hints whose proposals cannot be put into a text by themselves, with the reason."""


def proposed(hint: str) -> list[str]:
    """What a hint proposes, whole: without an ellipsis for the author to fill."""
    return [one or two for one, two in PROPOSED.findall(hint)]


def ways(text: str, told: Diagnostic, piece: str) -> Iterator[str]:
    """A text with a proposal in the place of what is marked, of the value or of the line, or below it."""
    lines = text.split("\n")
    number = told.span.line - 1
    line = lines[number]
    match = LINE.fullmatch(line)
    assert match
    before, key = match["before"], match["key"] or ""
    start, end = (told.span.column or 1) - 1, (told.span.end_column or len(line) + 1) - 1
    below = f"{line}\n{' ' * len(before)}{piece}"
    news = [line[:start] + piece + line[end:], before + key + piece, before + piece, below]
    news += [f"{below}\n{' ' * len(before)}  Nobody knows."] * piece.endswith("|")
    news += [line[: max(start - 2, 0)] + piece + line[end + 1 :]] * piece.startswith("](")
    for new in news:
        yield "\n".join([*lines[:number], new, *lines[number + 1 :]])


def known(told: Diagnostic) -> tuple[str, str]:
    """What a diagnostic says, wherever it stands."""
    return told.code, re.sub("[0-9]+", "", told.message)


def better(folder: Path, before: list[Diagnostic], told: Diagnostic) -> bool:
    """Whether a diagnostic is gone and no error has come."""
    after = build(folder).diagnostics
    errors = {known(each) for each in after if each.level == "error"}
    return known(told) not in map(known, after) and errors <= set(map(known, before))


@pytest.mark.parametrize(
    "number", range(len(ALL_FAULTS)), ids=lambda number: f"{number}-{ALL_FAULTS[number].code}"
)
def test_what_a_hint_proposes_works(number: int, tmp_path: Path) -> None:
    """Of every bad source that we know; one proposal of the hint is enough, for the author chooses."""
    fault = ALL_FAULTS[number]
    lay(tmp_path, fault)
    found = build(tmp_path).diagnostics
    for told in found:
        tries = proposed(told.hint) if told.code == fault.code and told.span.line else []
        reason = next((why for part, why in EXEMPT.items() if part in told.hint), "")
        path = tmp_path / told.span.path
        if not tries or reason or not path.exists():
            continue
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        made = [new for piece in tries for new in ways(text, told, piece)]
        assert any(
            path.write_text(new, encoding="utf-8") and better(tmp_path, found, told) for new in made
        ), told
        path.write_bytes(content)
