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


AS = re.compile(r"write `([^`]+)` as `([^`]+)`")
EXEMPT = {
    "or accept it in deck.yaml": "it is about deck.yaml, and needs a reason; test_release.py does it",
    "under it each code": "only the author knows which code, and why",
}
"""Parts of hints whose proposals cannot be put into a text by themselves, with the reason."""
ASKS_FOR_MORE = {"missing-key", "correct-option", "option-count", "missing-media", "unknown-field"}
"""What comes to light where a text is read at last: it had not been asked before."""


def proposed(hint: str) -> list[str]:
    """What a hint proposes, whole: without an ellipsis for the author to fill."""
    return [one or two for one, two in PROPOSED.findall(hint)]


def ways(text: str, told: Diagnostic, piece: str) -> Iterator[str]:
    """A text with a proposal in the place of what it can only be meant for."""
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
    news += [f"{' ' * (len(line) - len(line.lstrip()))}{piece}"] * piece.startswith("- ")
    news += [line.replace(word, piece) for word in re.findall("`([^`]+)`", told.message)]
    for wrong, right in AS.findall(told.hint) if piece in told.hint else ():
        news += [line[: at.start()] + right + line[at.end() :] for at in re.finditer(re.escape(wrong), line)]
    news += [line[:start] + line[end:]] * ("remove it" in told.hint)
    news += [line[:start]] * ("remove one of the two" in told.hint)
    for new in news:
        yield "\n".join([*lines[:number], new, *lines[number + 1 :]])
    # what stands below its key, where the proposal holds the key as well
    name = piece.partition(":")[0]
    for above in range(number - 1, -1, -1):
        if match := re.match(rf" *(?:- +)*(?={re.escape(name)}:)", lines[above]):
            news = [match[0] + piece]
            if piece.endswith("|"):
                news += [f"  {each}" for each in lines[above + 1 : number + 1]]
            yield "\n".join([*lines[:above], *news, *lines[number + 1 :]])
            break


def known(told: Diagnostic) -> tuple[str, str]:
    """What a diagnostic says, wherever it stands."""
    return told.code, re.sub("[0-9]+", "", told.message)


def better(folder: Path, before: list[Diagnostic], told: Diagnostic) -> bool:
    """Whether a diagnostic is gone and no error has come but of what could not be read before."""
    after = build(folder).diagnostics
    errors = {known(each) for each in after if each.level == "error" and each.code not in ASKS_FOR_MORE}
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
