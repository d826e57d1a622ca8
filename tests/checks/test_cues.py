"""Warnings about cues of a whole deck: words of options, repeated examples, answers that a table prints."""

from __future__ import annotations

import json
import random
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from tests.card_faults import asking, repeated_case
from tests.conftest import ALLIANCE, DECK, write_project

if TYPE_CHECKING:
    from pathlib import Path

CUES = {"giveaway-words", "repeated-example", "printed-answer"}
REPEATS = frozenset(
    """
    grandfather-in-the-middle two-out-of-ten urge-to-joke quiet-husband last-bus competence-or-humility
    on-trial messages-between-sessions money-for-his-parents you-are-the-expert
    """.split()
)
"""The vignettes of the first edition whose case an expert found again in the example of a note."""


def told(folder: Path) -> list[dict[str, Any]]:
    """What `check` tells about cues."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    made: dict[str, Any] = json.loads(result.stdout)
    assert made["ok"], made["diagnostics"]
    return [each for each in made["diagnostics"] if each["code"] in CUES]


def deck_of(folder: Path, text: str, language: str = "en") -> list[dict[str, Any]]:
    """What `check` tells about the cues of one chapter."""
    text = re.sub("[«»]", "", text)
    return told(
        write_project(folder, {"source/deck.yaml": f"{DECK}language: {language}\n", "source/one.yaml": text})
    )


def vignettes(keys: list[int], texts: list[list[str]]) -> str:
    """Questions with these options; a key is the index of the right one."""
    text = "vignettes:\n"
    for number, (key, options) in enumerate(zip(keys, texts, strict=True)):
        text += (
            f"  - id: v{number}\n    scenario: Case {number}.\n    question: What comes next?\n    options:\n"
        )
        for place, option in enumerate(options):
            mark = "        correct: true\n" * (place == key)
            text += f"      - text: {json.dumps(option, ensure_ascii=False)}\n{mark}"
            text += f"        why: It is {number}.{place}.\n"
    return text


def test_words_of_options_are_named_with_their_numbers() -> None:
    """Once for the deck, with the words that help most and what to do about them."""
    (cue,) = [each for each in told(ALLIANCE) if each["code"] == "giveaway-words"]
    assert "13 of 26 right answers can be guessed (chance: 6.5)" in cue["message"]
    assert "`therapist` is in 0 right and 9 wrong options" in cue["message"]
    assert "use `own` in wrong options too" in cue["hint"]


def test_eleven_vignettes_are_too_few_to_tell(tmp_path: Path) -> None:
    """With so few, the same word in all right options may be chance."""
    at = [match.start() for match in re.finditer("  - id: ", asking())]
    assert [each["code"] for each in deck_of(tmp_path / "a", asking()[: at[12]])] == ["giveaway-words"]
    assert deck_of(tmp_path / "b", asking()[: at[11]]) == []


def test_the_same_words_in_right_and_wrong_options_are_no_cue(tmp_path: Path) -> None:
    """As the hint advises."""
    verbs = ["Ask about", "Point at", "Speak of", "Wait for"]
    things = "water iron bread salt glass paper stone wool clay silk rope soap lamp coal hay flax".split()
    texts = [[f"{verb} {thing}" for verb in verbs] for thing in things]
    assert deck_of(tmp_path, vignettes([number % 4 for number in range(16)], texts)) == []


def test_words_that_only_wrong_options_have_are_named(tmp_path: Path) -> None:
    """A learner who strikes them out is left with one option."""
    texts = [[f"Confront {number}", f"Scold {number}", f"Word{number} {number}"] for number in range(15)]
    (cue,) = deck_of(tmp_path, vignettes([2] * 15, texts))
    assert "`confront` is in 0 right and 15 wrong options" in cue["message"]
    assert "in right options too" in cue["hint"]


def test_a_script_without_blanks_has_cues_too(tmp_path: Path) -> None:
    """There, pairs of letters are compared."""
    others = ["説明する", "対決する", "待機する"]
    texts = [
        [f"{'甲乙丙丁戊己庚辛壬癸子丑寅卯'[number]}を{each}" for each in ("質問する", *others)]
        for number in range(14)
    ]
    (cue,) = [
        each
        for each in deck_of(tmp_path, vignettes([0] * 14, texts), "ja")
        if each["code"] == "giveaway-words"
    ]
    assert "14 of 14" in cue["message"]


def test_keys_by_lot_hardly_ever_get_a_warning(tmp_path: Path) -> None:
    """With the options of a real deck and random keys, at most two of forty decks."""
    chapters = (ALLIANCE / "source").glob("*/7-vignettes.yaml")
    texts = [
        [" ".join(option.split()) for option in re.findall(r"- text: \|\n((?:          .*\n)+)", vignette)]
        for vignette in next(chapters).read_text(encoding="utf-8").split("\n  - id: ")[1:]
    ]
    assert {len(options) for options in texts} == {4}
    lot = random.Random(7)  # noqa: S311 (no secret)
    warned = [
        bool(
            [
                each
                for each in deck_of(
                    tmp_path / str(number), vignettes([lot.randrange(4) for _ in texts], texts)
                )
                if each["code"] == "giveaway-words"
            ]
        )
        for number in range(40)
    ]
    assert sum(warned) <= 2


def test_five_thousand_vignettes_take_little_time() -> None:
    """The time grows with the number of words, not with the pairs of vignettes."""
    from deckgen.checks import giveaway  # noqa: PLC0415 (only here)

    class Case:
        def __init__(self, number: int) -> None:
            self.texts = [
                f"option {number * place % 977} of the ways w{number % 613} to go {place}"
                for place in range(4)
            ]
            self.right = number % 4

    started = time.process_time()
    made = giveaway.guesses([Case(number) for number in range(5000)])  # type: ignore[misc]
    assert made
    assert time.process_time() - started < 2


def test_a_case_that_repeats_an_example_is_told(tmp_path: Path) -> None:
    """With the note whose example it is, and words that both have."""
    (cue,) = deck_of(tmp_path, repeated_case())
    assert "this case is like the example of `outlier`" in cue["message"]
    assert "`reaction-time`" not in cue["message"]
    assert "write another example for `outlier`" in cue["hint"]


def test_a_case_that_builds_on_another_note_repeats_nothing(tmp_path: Path) -> None:
    """Learners are not led from one to the other."""
    assert deck_of(tmp_path, repeated_case().replace("    builds_on: [outlier]\n", "")) == []


def test_how_many_repetitions_are_found() -> None:
    """Seven of the ten that an expert named, and three of the other sixteen; the rest use other words."""
    cues = [each for each in told(ALLIANCE) if each["code"] == "repeated-example"]
    assert len(cues) == 1  # a habit is told once, with all lines
    lines = [cues[0]["line"], *map(int, re.findall(r"\d+", cues[0]["hint"].rpartition("yaml:")[2]))]
    text = next((ALLIANCE / "source").glob("*/7-vignettes.yaml")).read_text(encoding="utf-8").splitlines()
    ids = {next(row.split("id: ")[1] for row in text[line - 1 :: -1] if "- id: " in row) for line in lines}
    assert (len(ids & REPEATS), len(ids - REPEATS)) == (7, 3)


TABLE = """\
comparisons:
  - id: stances
    title: {title}
    columns: [Stance, Meaning]
    rows:
"""


def table(title: str, *rows: tuple[str, str]) -> str:
    """A table of two columns."""
    text = TABLE.format(title=title)
    for number, cells in enumerate(rows):
        text += f"      - id: r{number}\n        cells: {json.dumps(cells)}\n"
    return text


NEUTRAL, TILT = ("Neutrality", "Siding with nobody"), ("Unbalancing", "Leaning to one member for a time")
THIRD = ("Curiosity", "Wondering how it all fits together")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table("On neutrality", NEUTRAL, TILT), "the title of the table contains this name"),
        (table("S", NEUTRAL, ("Unbalancing", "Leaving neutrality behind")), "`neutrality` names another row"),
        (
            table("S", NEUTRAL, TILT, ("Curiosity", "Unlike neutrality, it asks on")),
            "`neutrality` names another row",
        ),
        (table("S", NEUTRAL, ("Planned tilt", "Planned")), "the name of this row contains this cell"),
        (table("Ways of siding with nobody", NEUTRAL, TILT), "the title contains this cell"),
    ],
)
def test_a_front_that_prints_its_answer_is_told(text: str, message: str, tmp_path: Path) -> None:
    """One warning at the name or the cell."""
    (cue,) = deck_of(tmp_path, text)
    assert cue["message"].startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        table("Neutrality and unbalancing", NEUTRAL, TILT),
        table("S", ("Long", "Short"), ("Short", "Long")),
        table("S", NEUTRAL, TILT, ("Curiosity", "Grows out of neutrality")),
        table(
            "Antibodies in the blood types", ("Type A", "Anti-B"), ("Type B", "Anti-A"), ("Type O", "Both")
        ),
        table("Levels of government", ("State", "Governor"), ("City", "Mayor")),
        table("Planned ways", ("Early tilt", "Planned"), ("Late tilt", "Planned")),
    ],
)
def test_a_table_whose_fronts_print_no_answer_is_left_alone(text: str, tmp_path: Path) -> None:
    """All names in the title, an opposite, a relation, letters, another form of a word, a shared cell."""
    assert deck_of(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "here", "elsewhere"),
    [
        (table("On neutrality", NEUTRAL, TILT), "Name It", "Describe"),
        (table("S", NEUTRAL, ("Unbalancing", "Leaving neutrality behind")), "Name It", "Describe"),
        (table("S", NEUTRAL, ("Planned tilt", "Planned")), "Describe", "Name It"),
        (table("Ways of siding with nobody", NEUTRAL, TILT), "Describe", "Name It"),
    ],
)
def test_a_card_that_no_row_has_prints_no_answer(
    text: str, here: str, elsewhere: str, tmp_path: Path
) -> None:
    """The warning is told where the rows have the card, and not where `cards` leaves it out."""
    for cards, expected in ((here, 1), (elsewhere, 0)):
        chosen = text.replace("    rows:\n", f"    cards: [{cards}]\n    rows:\n")
        assert len(deck_of(tmp_path, chosen)) == expected, cards


def test_each_row_has_its_own_choice_of_cards(tmp_path: Path) -> None:
    """A row without cards draws no warning, and hides none of another row."""
    text = table("Neutrality and tilt", ("Neutrality", "Siding with nobody"), THIRD, ("Tilt", "Leaning"))
    assert [each["line"] for each in deck_of(tmp_path, text)] == [7, 11]
    first = text.replace("      - id: r0\n", "      - id: r0\n        cards: []\n")
    assert [each["line"] for each in deck_of(tmp_path, first)] == [12]


def test_cues_are_silenced_where_they_are_told(tmp_path: Path) -> None:
    """By `allow` on the note, or for the whole deck in deck.yaml."""
    text = table("S", NEUTRAL, ("Unbalancing", "Leaving neutrality behind"))
    assert deck_of(tmp_path / "a", text + "        allow: [printed-answer]\n") == []
    off = f"{DECK}checks:\n  giveaway-words: off\n  because: |\n    The exam has this habit too.\n"
    chapter = re.sub("[«»]", "", asking())
    assert told(write_project(tmp_path / "b", {"source/deck.yaml": off, "source/one.yaml": chapter})) == []
