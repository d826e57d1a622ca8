"""`deckgen stats`: figures counted by hand, the page that shows them, and the blueprint of an exam."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.commands.stats.figures import Count, Figures, File, Guessed, Length, Share, Where
from deckgen.commands.stats.page import Page
from deckgen.deck.blueprint import Domain
from deckgen.source import Scalar
from tests.conftest import (
    ALLIANCE,
    CHAPTER,
    DECK,
    REPOSITORY,
    all_that_is_printed,
    change,
    run,
    untimed,
    write_project,
)
from tests.faults import CASE, KIND, PNG, TARASOFF, kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

BLUEPRINT = """\
id: sample
title: Sample
tags: [base]
blueprint:
  - tag: alliance
    title: The Relationship
    weight: 50
  - {tag: ethics::law, weight: 29.5}
  - tag: other
    weight: 20.5
"""
LONER = """\
definitions:
  - id: loner
    term: Loner
    definition: |
      Of no domain at all.
"""
FILES: dict[str, str | bytes] = {
    "source/deck.yaml": BLUEPRINT,
    "source/one.yaml": """\
deck: 1 One
tags: [alliance]
takeaways:
  - id: joining
    text: |
      Before {{c1::change::what?}} comes {{c2::joining with **all** of them}}.
definitions:
  - id: mimesis
    term: Mimesis
    definition: |
      Taking on a family's style.
    example: |
      With a family that jokes, the therapist jokes.
    reference: Minuchin (1974)
vignettes:
  - id: quiet
    scenario: |
      He says *nothing* now.
    question: |
      What is next?
    options:
      - text: Wait
        why: It would tell him that nobody minds.
      - text: Ask him what he wants
        correct: true
        why: It shows that someone minds.
      - text: Let him go
        why: It ends the treatment.
""",
    "source/two.yaml": """\
deck: 2 Two
tags: [Ethics::Law::privacy]
comparisons:
  - id: stances
    tags: [ALLIANCE]
    columns: [Stance, Meaning]
    reference: Study guide
    rows:
      - id: neutrality
        cells: [Neutrality, Allied with no one]
      - id: partiality
        cells: [Partiality in turn, Allied with each]
""",
    "source/three.yaml": LONER,
}


def stats(folder: Path) -> dict[str, Any]:
    """The figures that `--format json` prints of a deck."""
    result = run("stats", "--project", folder, "--format", "json")
    assert (result.returncode, result.stderr) == (0, "")
    made: dict[str, Any] = json.loads(result.stdout)["stats"]
    return made


def counted(listed: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Counts as names, notes and cards."""
    return [(each["name"], each["notes"], each["cards"]) for each in listed]


def test_notes_and_cards_are_counted_by_what_they_are(project: Project) -> None:
    """By kind, by deck, and by tag in whatever capitals; a table's rows are notes."""
    made = stats(project(FILES))
    assert (made["title"], made["notes"], made["cards"], made["retired"]) == ("Sample", 6, 11, 0)
    assert sorted(counted(made["kinds"])) == [
        ("comparison", 2, 4),
        ("definition", 2, 4),
        ("takeaway", 1, 2),
        ("vignette", 1, 1),
    ]
    assert counted(made["decks"]) == [("Sample::1 One", 3, 5), ("Sample", 1, 2), ("Sample::2 Two", 2, 4)]
    assert counted(made["tags"]) == [("base", 6, 11), ("alliance", 5, 9), ("Ethics::Law::privacy", 2, 4)]


def test_the_blueprint_is_held_against_the_deck(project: Project) -> None:
    """Shares of notes and cards, less the weight; tags below count; what is in two or none is told."""
    made = stats(project(FILES))
    names = ("tag", "title", "weight", "notes", "cards")
    points = ("notes_share", "notes_difference", "cards_share", "cards_difference")
    assert [[each[name] for name in (*names, *points)] for each in made["domains"]] == [
        ["alliance", "The Relationship", 50, 5, 9, 83.3, 33.3, 81.8, 31.8],
        ["ethics::law", "ethics::law", 29.5, 2, 4, 33.3, 3.8, 36.4, 6.9],
        ["other", "other", 20.5, 0, 0, 0, -20.5, 0, -20.5],
    ]
    assert made["no_domain"] == {"notes": 1, "cards": 2}
    assert made["several_domains"] == {"notes": 2, "cards": 4}


def test_lengths_are_counted_in_words(project: Project) -> None:
    """Without marks and hints; a cloze's answers by card, a vignette's stem and options by themselves."""
    lengths = {(each["kind"], each["part"]): each for each in stats(project(FILES))["lengths"]}
    figures = ("texts", "shortest", "median", "longest")
    assert {name: tuple(each[figure] for figure in figures) for name, each in lengths.items()} == {
        ("takeaway", "question"): (1, 8, 8, 8),
        ("takeaway", "answer"): (2, 1, 3, 5),
        ("definition", "question"): (2, 1, 1, 1),
        ("definition", "answer"): (2, 5, 5, 5),
        ("vignette", "question"): (1, 7, 7, 7),
        ("vignette", "answer"): (1, 5, 5, 5),
        ("vignette", "other option"): (2, 1, 2, 3),
        ("comparison", "question"): (2, 1, 2, 3),
        ("comparison", "answer"): (2, 3, 3.5, 4),
    }
    assert lengths["comparison", "answer"]["longest_notes"] == [
        {"id": "stances.neutrality", "path": "source/two.yaml", "line": 9, "words": 4},
        {"id": "stances.partiality", "path": "source/two.yaml", "line": 11, "words": 3},
    ]
    assert [each["id"] for each in lengths["takeaway", "answer"]["longest_notes"]] == ["joining"]


def test_a_kind_of_the_deck_s_own_has_lengths_too(project: Project) -> None:
    """What it is called is the question, or all that it must have; the rest that it must have the answer."""
    law = {**kind("", KIND).files, "source/one.yaml": "laws:\n  - {id: a, name: No theft here, rule: None}\n"}
    (length,) = stats(project(law))["lengths"]
    assert (length["kind"], length["part"], length["longest"]) == ("law", "question", 3)
    kind_yaml = CASE.replace("held: {type: list,", "held: {type: list, required: true,")
    case = {name.replace("law", "case"): text for name, text in law.items() if name.endswith(".j2")}
    case = {name: str(text).replace("Rule", "Held") for name, text in case.items()}
    case |= {
        "templates/case/kind.yaml": kind_yaml,
        "source/one.yaml": TARASOFF,
        "source/media/The court.png": PNG,
    }
    folder = write_project(project().parent / "case", case)
    lengths = {each["part"]: each["longest"] for each in stats(folder)["lengths"]}
    assert lengths == {
        "question": 1,
        "answer": len("A therapist must protect whom a client threatens".split()),
    }


def test_places_of_right_answers_and_gaps_are_told(project: Project) -> None:
    """Each letter that a vignette has; a reference on the table holds for its rows."""
    made = stats(project(FILES))
    assert (made["answer_places"], made["options"]) == ({"A": 0, "B": 1, "C": 0}, {"3": 1})
    assert made["without_reference"] == [
        {"id": "joining", "path": "source/one.yaml", "line": 4},
        {"id": "quiet", "path": "source/one.yaml", "line": 16},
        {"id": "loner", "path": "source/three.yaml", "line": 2},
    ]
    assert made["without_reason"] == [{"id": "joining", "path": "source/one.yaml", "line": 4}]


def test_the_largest_files_are_named(project: Project) -> None:
    """The largest first, with those of faces; JSON has all, and what no card shows is not counted."""
    text = "definitions:\n  - id: two\n    term: A\n    definition: |\n      ![a](a.svg) ![b](b.svg)\n"
    svg = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
    files = {"source/two.yaml": text, "source/a.svg": svg.format(""), "source/b.svg": svg.format(" " * 9)}
    folder = project({**files, "source/unused.svg": svg.format(" " * 99)})
    small, large = len(files["source/a.svg"]), len(files["source/b.svg"])
    assert stats(folder)["media"] == [
        {"path": "source/b.svg", "bytes": large},
        {"path": "source/a.svg", "bytes": small},
    ]
    lines = run("stats", "--project", folder, COLUMNS="60").stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Largest files"))
    assert [line.split()[0] for line in lines[at + 1 : at + 3]] == ["source/b.svg", "source/a.svg"]


def test_retired_notes_are_left_out_and_counted(project: Project) -> None:
    """Whether they have been released or not."""
    folder = project(FILES)
    result = run("release", "1.0.0", "--project", folder, SOURCE_DATE_EPOCH="1700000000")
    assert result.returncode == 0, result.stderr
    gone = "    retired: |\n      The exam no longer asks for it.\n"
    never = f"  - id: never\n    term: Never\n    definition: x\n{gone}"
    change(folder, {"source/three.yaml": f"{LONER}{gone}{never}"})
    made = stats(folder)
    assert (made["notes"], made["cards"], made["retired"]) == (5, 9, 2)
    assert "loner" not in json.dumps(made)
    page = run("stats", "--project", folder).stdout
    assert page.startswith("Sample: 5 notes, 9 cards; 2 retired notes not counted\n")


def test_the_page_says_what_json_says(project: Project) -> None:
    """Each number of each table, in its row; places as path:line; on stdout, and warnings on stderr."""
    folder = project(FILES)
    made = stats(folder)
    result = run("stats", "--project", folder, COLUMNS="100")
    page = result.stdout
    for each in (*made["kinds"], *made["decks"], *made["tags"]):
        name = each["name"].removeprefix("Sample::")
        assert re.search(rf"(?m)^  {re.escape(name)} +{each['notes']} +{each['cards']}(?: |$)", page), name
    for each in made["domains"]:
        numbers = (
            f"{each['weight']:g} +{each['notes_share']:.1f} +[{each['notes_difference']:+.1f}] "
            f"+{each['cards_share']:.1f} +[{each['cards_difference']:+.1f}]"
        )
        numbers = re.sub(r"\[([+-])([\d.]+)\]", r"[\1]\2", numbers)
        assert re.search(rf"(?m)^  {each['title']} +{numbers}(?: |$)", page), each
    assert "  in no domain: 1 note, 2 cards\n  in several domains: 2 notes, 4 cards\n" in page
    for each in made["lengths"]:
        numbers = " +".join(str(each[figure]) for figure in ("shortest", "median", "longest"))
        assert re.search(rf"(?m)^  {each['kind']}, {each['part']} +{numbers}$", page), each
        assert all(f"{note['id']} ({note['words']})" in page for note in each["longest_notes"])
    assert re.search(r"(?m)^  A +0\n  B +1 .*\n  C +0\n  1 note with 3 options$", page)
    for key in ("reference", "reason"):
        listed = made[f"without_{key}"]
        heading = f"Without a {key}: {len(listed)} note{'s' * (len(listed) != 1)}\n"
        assert (
            heading + "".join(f"  {each['path']}:{each['line']}: {each['id']}\n" for each in listed) in page
        )
    assert result.stderr.endswith(f". `deckgen check --project {folder}` shows them.\n")


def test_a_deck_without_gaps_or_blueprint_says_so(project: Project) -> None:
    """Nothing is divided by nothing: no domains, no vignettes, no tags, and nothing missing."""
    folder = project({"source/one.yaml": CHAPTER + "    reference: Book\n"})
    made = stats(folder)
    assert (made["domains"], made["no_domain"], made["tags"], made["answer_places"]) == ([], None, [], {})
    result = run("stats", "--project", folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("\n\nWithout a reference: none\n\nWithout a reason: none\n")
    assert not re.search("Exam|Tags|Right answers|\n\n\n", result.stdout)


def test_a_deck_with_errors_is_not_counted(project: Project) -> None:
    """They are told as `check` tells them, with exit code 1; a warning alone costs nothing."""
    folder = project({"source/one.yaml": CHAPTER.replace("text:", "txet:")})
    result = run("stats", "--project", folder)
    assert (result.returncode, result.stdout) == (1, "")
    assert "source/one.yaml:3:5: error[unknown-key]" in result.stderr
    assert "1 error: nothing was counted\n" in untimed(result.stderr)
    result = run("stats", "--project", folder, "--format", "json")
    told = json.loads(result.stdout)
    assert (result.returncode, result.stderr, told["ok"], told["stats"]) == (1, "", False, None)
    assert [each["code"] for each in told["diagnostics"]] == ["unknown-key"]
    assert run("stats", cwd=folder.parent).returncode == 2


def in_terminal(folder: Path, columns: int, **environment: str) -> str:
    """What `stats` prints in a real terminal of some columns."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "stats", "--project", str(folder)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment},
    )
    os.close(theirs)
    printed = all_that_is_printed(ours)
    assert process.wait() == 0
    return printed


def test_a_terminal_shows_colours_only_where_they_are_wanted(project: Project) -> None:
    """Headings and bars; with NO_COLOR, a dumb terminal or a pipe the same text without them."""
    folder = project(FILES)
    colours = re.compile(r"\x1b\[[\d;]*m")
    environment = {"NO_COLOR": ""}
    coloured = in_terminal(folder, 80, **environment)
    assert re.search(r"\x1b\[1mKinds\x1b\[0m", coloured)
    bare = colours.sub("", coloured)
    assert "\x1b" not in bare
    assert bare == in_terminal(folder, 80, NO_COLOR="1")
    assert bare == in_terminal(folder, 80, TERM="dumb", **environment)
    assert bare == run("stats", "--project", folder, COLUMNS="80").stdout


@pytest.mark.parametrize("columns", [80, 40])
def test_lines_fit_the_terminal(columns: int, project: Project) -> None:
    """No line of the page is longer, and each says the same: words and numbers, but for the bars."""
    folder = project(FILES)
    narrow = in_terminal(folder, columns, NO_COLOR="1")
    assert max(map(len, narrow.splitlines())) <= columns
    wide = in_terminal(folder, 100, NO_COLOR="1")
    assert sorted(re.sub("[█│]", "", narrow).split()) == sorted(re.sub("[█│]", "", wide).split())


def test_a_terminal_without_blocks_gets_other_bars(project: Project) -> None:
    """ASCII alone: bars of `#`, and a title that it cannot show does no harm."""
    deck = BLUEPRINT.replace("title: Sample", "title: Prüfung 試験")
    result = run("stats", "--project", project({**FILES, "source/deck.yaml": deck}), PYTHONIOENCODING="ascii")
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()
    assert re.search(r"takeaway +1 +2  ####\n", result.stdout)
    assert re.search(r"other +20.5 +0.0 .* +\|\n", result.stdout)


@settings(deadline=None, max_examples=300)
@given(width=st.integers(40, 100), draw=st.data())
def test_any_figures_fit(width: int, draw: st.DataObject) -> None:
    """Whatever names, ids and numbers a deck has, no line is wider than the terminal, from 40 columns on."""
    names = st.text("ab- é", min_size=1, max_size=120).map(lambda text: text.strip() or "a")
    numbers = st.integers(0, 99_999)
    counts = st.builds(Count, names, st.integers(1, 99_999), numbers)
    percent = st.integers(0, 1000).map(lambda number: number / 10)
    points = st.integers(-1000, 1000).map(lambda number: number / 10)
    share = st.builds(Share, names, names, percent, numbers, numbers, percent, points, percent, points)
    where = st.builds(Where, names, names, numbers, numbers)
    length = st.builds(
        Length,
        names,
        names,
        st.just("words"),
        numbers,
        numbers,
        numbers,
        numbers,
        st.lists(where, max_size=3),
    )
    many = st.lists(counts, min_size=1, max_size=20)
    figures = draw.draw(
        st.builds(
            Figures,
            title=names,
            notes=st.just(99_999),
            cards=numbers,
            retired=numbers,
            kinds=many,
            decks=many,
            tags=st.lists(counts, max_size=20),
            domains=st.lists(share, max_size=5),
            no_domain=st.none() | counts,
            several_domains=st.none() | counts,
            lengths=st.lists(length, max_size=5),
            options=st.dictionaries(st.sampled_from("23456"), numbers, max_size=5),
            answer_places=st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 9999), max_size=4),
            guessed=st.none() | st.builds(Guessed, numbers, st.floats(0, 9999), st.floats(0, 9999)),
            without_reference=st.lists(where, max_size=20),
            without_reason=st.lists(where, max_size=3),
            media=st.lists(st.builds(File, names, st.integers(1, 10**9)), max_size=9),
        )
    )
    lines = Page(width).text(figures).splitlines()
    assert max(map(len, lines)) <= width, max(lines, key=len)
    assert all(line == line.rstrip() for line in lines)


def test_guesses_by_words_of_options_are_told() -> None:
    """How many right options somebody finds who reads only their words; nothing for a few vignettes."""
    made = stats(ALLIANCE)
    assert made["guessed"] == {"vignettes": 26, "found": 13.2, "chance": 6.5}
    page = run("stats", "--project", ALLIANCE).stdout
    assert "guessed from the words of options alone: 13 of 26 (chance: 6.5)" in page


def test_a_domain_covers_its_own_tag_and_those_below() -> None:
    """As Anki's search for the tag would: in whatever capitals, and not one that only begins alike."""
    domain = Domain("Exam::One", "One", 50, Scalar("", 0, 0, ""))
    assert domain.covers(["exam::one"])
    assert domain.covers(["other", "EXAM::One::a::b"])
    assert not domain.covers(["exam", "exam::one-b", "exam::onerous::x", "x::exam::one"])
    assert not domain.covers([])


def test_weights_are_read_as_they_are_written(project: Project) -> None:
    """Rounded thirds make a whole; with a percent sign or a decimal comma the hint has the number."""
    thirds = "".join(f"  - tag: {tag}\n    weight: 33.3\n" for tag in "abc")
    folder = project({"source/deck.yaml": f"{DECK}tags: [a, b, c]\nblueprint:\n{thirds}"})
    result = run("check", "--project", folder)
    assert "blueprint" not in result.stderr
    wrong = "blueprint:\n  - {tag: a, weight: '50 %'}\n  - {tag: b, weight: '49,5'}\n"
    told = run("check", "--project", change(folder, {"source/deck.yaml": f"{DECK}{wrong}"})).stderr
    assert "source/deck.yaml:4:22: error[wrong-type]" in told
    assert re.findall(r"hint: (.*)", told) == ["write `weight: 50`", "write `weight: 49.5`"]


def test_warnings_about_the_blueprint_can_be_switched_off(project: Project) -> None:
    """For a deck that is still being written, or an exam whose outline is not a whole."""
    deck = f"{DECK}blueprint:\n  - tag: a\n    weight: 10\n"
    folder = project({"source/deck.yaml": deck})
    codes = ("blueprint-weights", "blueprint-tag")
    assert re.findall(r"warning\[(blueprint-\w+)\]", run("check", "--project", folder).stderr) == [*codes]
    off = "".join(f"  {code}: off\n" for code in codes)
    change(folder, {"source/deck.yaml": f"{deck}checks:\n{off}  because: |\n    So.\n"})
    assert "blueprint" not in run("check", "--project", folder).stderr


def test_a_blueprint_changes_nothing_for_learners(project: Project) -> None:
    """The released package is built again as it was, byte for byte."""
    plain = BLUEPRINT.partition("blueprint:")[0]
    folder = project({**FILES, "source/deck.yaml": plain})
    assert run("release", "1.0.0", "--project", folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    change(folder, {"source/deck.yaml": BLUEPRINT})
    assert run("build", "--locked", "--project", folder).returncode == 0


def test_the_docs_name_every_member() -> None:
    """docs/commands.md says what each member of the JSON is."""
    page = (REPOSITORY / "docs/commands.md").read_text(encoding="utf-8")
    for shape in (Figures, Count, Share, Length, Where):
        for name in shape.__dataclass_fields__:
            assert f"`{name}`" in page, name
