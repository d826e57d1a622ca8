"""The kind `question`: a question and its answer, with a card for the way back where there is one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import change, import_package, open_package, run, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from anki.cards import Card
    from anki.collection import Collection

ONE_WAY = """\
questions:
  - id: named-mimesis
    question: |
      Who called it *mimesis* when a therapist takes on a family's style?
    answer: |
      Salvador **Minuchin**
    extra: |
      It is Greek for imitation.
    reference: |
      Families and Family Therapy
"""
BACK = """\
    reverse: |
      What did Minuchin call it when a therapist takes on a family's style?
"""
BOTH_WAYS = f"{ONE_WAY}{BACK}    reverse_answer: |\n      Mimesis\n"
WORD = """\
questions:
  - id: hund
    question: der Hund
    answer: dog
    reverse: |
      How do you say *dog* in German?
"""


def project(folder: Path, chapter: str, more: str = "") -> Path:
    """A deck with a chapter of questions."""
    manifest = f"id: sample\ntitle: Sample\n{more}"
    return write_project(folder, {"source/deck.yaml": manifest, "source/one.yaml": chapter})


def imported(folder: Path, collection: Collection) -> list[Card]:
    """The cards of a deck, built and imported into the real Anki."""
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    assert import_package(collection, folder / "build/sample.apkg") == {"new": 1}
    return [collection.get_card(number) for number in collection.find_cards("", order="c.ord")]


def seen(html: str) -> str:
    """The text of a side of a card, on one line."""
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def answer(back: str) -> str:
    """The text in the panel to which Anki scrolls; there is one on each back."""
    (panel,) = re.findall(r'<div class="answer" id="answer">(.*?)</div>', back, re.DOTALL)
    return seen(panel)


def test_a_question_is_one_card(tmp_path: Path, collection: Collection) -> None:
    """Its front asks and tells nothing of the answer; its back has the question, the answer and the rest."""
    (card,) = imported(project(tmp_path / "deck", ONE_WAY), collection)
    drawn = card.render_output()
    front, back = seen(drawn.question_text), drawn.answer_text
    assert front.endswith("Question Who called it mimesis when a therapist takes on a family's style?")
    assert "Minuchin" not in drawn.question_text
    assert answer(back) == "Salvador Minuchin"
    assert seen(back).index("Who called it") < seen(back).index("Salvador") < seen(back).index("It is Greek")
    assert "Source: Families and Family Therapy" in seen(back)
    assert card.template()["name"] == "Question"


def test_the_way_back_is_a_second_card(tmp_path: Path, collection: Collection) -> None:
    """It asks the author's second question and shows the answer to that, not the first pair."""
    card, reverse = imported(project(tmp_path / "deck", BOTH_WAYS), collection)
    assert answer(card.render_output().answer_text) == "Salvador Minuchin"
    drawn = reverse.render_output()
    assert seen(drawn.question_text).endswith(
        "What did Minuchin call it when a therapist takes on a family's style?"
    )
    assert "imesis" not in drawn.question_text
    assert answer(drawn.answer_text) == "Mimesis"
    assert "Salvador" not in drawn.answer_text


def test_without_an_answer_of_its_own_the_way_back_leads_to_the_question(
    tmp_path: Path, collection: Collection
) -> None:
    """As in a list of words: the card for `dog` shows the German word, and `dog` below it."""
    _, reverse = imported(project(tmp_path / "deck", WORD), collection)
    drawn = reverse.render_output()
    assert seen(drawn.question_text).endswith("How do you say dog in German?")
    assert answer(drawn.answer_text) == "der Hund"
    assert "der Hund dog" in seen(drawn.answer_text)


def test_a_way_back_added_later_reaches_learners(tmp_path: Path, collection: Collection) -> None:
    """They get its card as a new one, and keep what they have studied."""
    folder = project(tmp_path / "deck", ONE_WAY)
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    assert import_package(collection, folder / "build/release/1.0.0/sample-1.0.0.apkg") == {"new": 1}
    (studied,) = collection.find_cards("")
    collection.sched.set_due_date([studied], "9!")
    change(folder, {"source/one.yaml": BOTH_WAYS})
    released = run("release", "1.1.0", cwd=folder, SOURCE_DATE_EPOCH="1700009999")
    assert released.returncode == 0, released.stderr
    assert import_package(collection, folder / "build/release/1.1.0/sample-1.1.0.apkg") == {"updated": 1}
    (new,) = collection.find_cards("is:new")
    assert collection.get_card(new).template()["name"] == "Reverse"
    kept = collection.get_card(studied)
    assert (kept.ivl, kept.ord) == (9, 0)
    assert answer(collection.get_card(new).render_output().answer_text) == "Mimesis"


def test_a_way_back_taken_away_is_told_as_a_dead_card(tmp_path: Path) -> None:
    """Learners keep the card, which no longer asks anything, until they empty their cards."""
    folder = project(tmp_path, BOTH_WAYS)
    assert run("release", "1.0.0", cwd=folder).returncode == 0
    change(folder, {"source/one.yaml": ONE_WAY})
    told = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    assert "dead-card" in {each["code"] for each in told}


@pytest.mark.parametrize(
    ("chapter", "code", "line", "hint"),
    [
        ("questions:\n  - id: a\n    question: Who?\n", "missing-key", 2, ""),
        (f"{ONE_WAY}    reverse:\n", "empty-value", 11, ""),
        (f"{ONE_WAY}    revers: Which?\n", "unknown-key", 11, "did you mean `reverse`?"),
        (ONE_WAY.replace("questions", "question"), "unknown-key", 1, "did you mean `questions`?"),
        (f"{ONE_WAY}    reverse: true\n", "no-question", 11, "write the whole question"),
        (f"{ONE_WAY}    reverse_answer: Mimesis\n", "unshown-field", 11, "add `reverse`, or delete"),
    ],
)
def test_what_authors_get_wrong_is_told(
    tmp_path: Path, chapter: str, code: str, line: int, hint: str
) -> None:
    """At the line, with what to write."""
    folder = project(tmp_path, chapter)
    told = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    (found,) = (each for each in told if each["code"] == code)
    assert found["line"] == line
    assert hint in (found["hint"] or "")


def test_an_id_comes_from_the_question(tmp_path: Path) -> None:
    """`check --fix` reads it there, without the marks."""
    folder = project(tmp_path, ONE_WAY.replace("id: named-mimesis\n    ", ""))
    assert run("check", "--fix", cwd=folder).returncode == 0
    assert "  - id: who-called-it-mimesis" in (folder / "source/one.yaml").read_text(encoding="utf-8")


def test_notes_that_build_on_a_question_name_it_and_unfold_its_answer(tmp_path: Path) -> None:
    """Other notes call it by its question."""
    more = (
        f"{ONE_WAY}  - id: next\n    question: Why?\n    answer: It joins.\n    builds_on: [named-mimesis]\n"
    )
    folder = project(tmp_path, more)
    assert run("build", cwd=folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    named = opened.fields(opened.by_id()["next"])["Builds On"]
    assert seen(named).startswith("Who called it mimesis when a therapist")
    assert "<strong>Minuchin</strong>" in named


NAMES = {
    "de": "Frage",
    "es": "Pregunta",
    "fr": "Question",
    "pt": "Pergunta",
    "ar": "سؤال",
    "ja": "一問一答",
    "zh": "问答",
}


@pytest.mark.parametrize(("language", "word"), NAMES.items())
def test_its_name_on_cards_is_translated(tmp_path: Path, language: str, word: str) -> None:
    """At the top of each side."""
    folder = project(tmp_path, ONE_WAY, f"language: {language}\n")
    assert run("build", cwd=folder).returncode == 0
    (note_type,) = open_package(folder / "build/sample.apkg").note_types.values()
    assert all(f"<span>{word}</span>" in face["qfmt"] + face["afmt"] for face in note_type["tmpls"][:2])


def test_it_can_grow_like_the_other_kinds(tmp_path: Path) -> None:
    """It has six reserve fields and two dormant cards, with the ids of those of a definition."""
    definition = "definitions:\n  - id: joining\n    term: Joining\n    definition: Earning trust.\n"
    folder = project(tmp_path, ONE_WAY + definition)
    assert run("build", cwd=folder).returncode == 0
    types = open_package(folder / "build/sample.apkg").note_types
    question, other = types["Sample - Question"], types["Sample - Definition"]
    names = [each["name"] for each in question["flds"]]
    reserves = [f"Reserve {number}" for number in range(1, 7)]
    assert names[names.index("Reserve 1") :] == [*reserves, "No Question", "No Reverse"]
    assert [each["name"] for each in question["tmpls"]] == ["Question", "Reverse", "Reserve 1", "Reserve 2"]
    for part in ("flds", "tmpls"):
        ids = [[each["id"] for each in note_type[part]] for note_type in (question, other)]
        assert ids[0] == ids[1][: len(ids[0])]


def test_a_question_may_be_asked_only_the_other_way(tmp_path: Path) -> None:
    """`cards` chooses from its cards as from those of the other kinds."""
    folder = project(tmp_path, f"{BOTH_WAYS}    cards: [Reverse]\n")
    assert run("build", cwd=folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    assert [card["ord"] for card in opened.cards] == [1]
