"""Warnings about cards are true or silent: not in code, formulas or names, not on cards that nobody has."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import genanki
import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from deckgen.package import read_package
from tests.adopting import FILE, LONG_AGO, TITLE, adopted
from tests.conftest import DECK, run, write_project
from tests.faults import PNG

if TYPE_CHECKING:
    from pathlib import Path

Files = dict[str, str | bytes]

QA = """\
title: QA
section: qas
type: normal
label: front
keys:
  front: {type: markdown, required: true, about: x}
  back: {type: markdown, required: true, about: x}
  reverse: {type: text, about: x}
  code: {type: text, about: For another program.}
fields:
  - {name: Front, id: 1, from: front}
  - {name: Back, id: 2, from: back}
  - {name: Reverse, id: 3, from: reverse}
  - {name: Code, id: 4, from: code}
cards:
  - {name: One, id: 11, face: one}
  - {name: Two, id: 12, face: two}
"""
QA_KIND: Files = {
    "templates/qa/kind.yaml": QA,
    "templates/qa/one.front.html.j2": "{{Front}}",
    "templates/qa/one.back.html.j2": "{{Back}}",
    "templates/qa/two.front.html.j2": "{{#Reverse}}{{Back}}{{/Reverse}}",
    "templates/qa/two.back.html.j2": "{{Front}}",
}


QUESTION = """\
vignettes:
  - id: ways
    scenario: |
      Two yachts beat up a lake. Yours has the wind from the right, the other from the left.
    question: |
      Who gives way?
    options:
      - text: |
          The other yacht
        correct: true
        why: |
          Wind from the left means that it keeps clear.
      - text: |
          Your yacht
        why: |
          Wind from the right means that you stand on.
      - text: |
          The faster yacht
        why: |
          Speed counts only when one overtakes.
"""


def told(folder: Path, text: str, language: str = "en", more: Files | None = None) -> list[dict[str, Any]]:
    """What `check` tells of a deck with one chapter."""
    files: Files = {"source/deck.yaml": f"{DECK}language: {language}\n", "source/one.yaml": text}
    files |= more or {}
    if "tree.png" in text:
        files["source/media/tree.png"] = PNG
    write_project(folder, files)
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    found: list[dict[str, Any]] = json.loads(result.stdout)["diagnostics"]
    return [each for each in found if each["code"] not in {"missing-words", "unused-media"}]


def codes(folder: Path, text: str, language: str = "en", more: Files | None = None) -> list[tuple[str, int]]:
    """The codes that `check` tells, each with its line."""
    return [(each["code"], each["line"]) for each in told(folder, text, language, more)]


def definitions(*pairs: tuple[str, str]) -> str:
    """A chapter of definitions."""
    text = "definitions:\n"
    for number, (term, meaning) in enumerate(pairs):
        lines = meaning.replace("\n", "\n      ")
        text += f"  - id: d{number}\n    term: {json.dumps(term, ensure_ascii=False)}\n"
        text += f"    definition: |\n      {lines}\n"
    return text


def takeaways(*texts: str) -> str:
    """A chapter of takeaways."""
    text = "takeaways:\n"
    for number, said in enumerate(texts):
        text += f"  - id: t{number}\n    text: |\n      {said}\n"
        text += f"    why: |\n      A reason of its own, number {number}.\n"
    return text


def qas(*notes: dict[str, str]) -> str:
    """A chapter of questions and answers, some of them asked in both directions."""
    text = "qas:\n"
    for number, note in enumerate(notes):
        text += f"  - id: q{number}\n"
        text += "".join(
            f"    {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in note.items()
        )
    return text


@pytest.mark.parametrize(
    "text",
    [
        # code, formulas, escapes: what stands there is no prose
        definitions(("Listing", "What a shell prints:\n\n```\n-rw-r--r-- 1 root root\n#include <a.h>\n```")),
        definitions(("Dual space", "All that is linear is written $V^*$ here.")),
        definitions(("Rated", r"Some gave five \*, others two \* or none.")),
        definitions(("Aligned", "$$\n\\begin{align*}\na &= b\n\\end{align*}\n$$")),
        definitions(("Pathfinding", "What A* search and its variants, as D*, are made for.")),
        definitions(("Arguments", "What *args and **kwargs` gather.".replace("**kwargs`", "*kwargs"))),
        definitions(("Twice", "The code `the the` and $a  b$ are what they are.")),
        definitions(("Escape", "What `ESC[0m` and `\\x1B` begin, and 0xFF, U+00E9 and #FFAA00 are.")),
        # code by its indentation, and operators
        definitions(("Loop", "What repeats a step.\n\n    for x in y:\n        print(x)")),
        definitions(("Query", "What asks a table.\n\n    select name from users where id = 5.")),
        definitions(("Items", "- What a list has.\n\n    And more of it, which is said here.")),
        definitions(("Equality", "Whether a == b or c == d holds.")),
        # braces around a cloze that are meant as such
        takeaways("The roots of the equation are the set {{{c1::2}}, 3} of numbers."),
        takeaways("Its only element makes it the set {{{c1::red}}} of colors."),
        takeaways("Their names make the set {{{c1::red, green}}} of colors."),
        takeaways(r"Half of it is written as $\frac{{{c1::mean value}}}{2}$ in a line."),
        # names
        definitions(("Eye worm", "The worm *Loa loa*, as found in Pago Pago.")),
        definitions(("Motor nerves", "III, IV, VI, XI, XII")),
        definitions(("Nucleic acids", "DNA, RNA; and USA, UK, EU.")),
        # an answer that is a sign
        takeaways("The first letter of the Latin alphabet is {{c1::A}}, as in Ada."),
        takeaways("To list hidden files as well, `ls` takes the option {{c1::`-a`}} of all."),
        takeaways("A night train waits {{c1::at::which preposition?}} the station, not in the tunnel."),
        # images and links that are some, or stand for themselves
        definitions(
            (
                "Links",
                "Wow! (see [a]) ![1] (note), 5![a] and f(x)[0]; the call `![a] (b.png)`, `(a)[https://b.org]`.",
            ),
            (
                "Titles",
                '![A tree](media/tree.png "a\nlong one"), [a](https://b.org/c_(d)), [b](https://b.org/x\n).',
            ),
            ("In HTML", "In <code>![a] (b.png)</code> and in ![a tree][img].\n\n[img]: media/tree.png"),
        ),
        definitions(("Dollars", r"It is $5 and \$6, or $x$ and $\alpha$ beside `a`; $home\times is a path.")),
        # letters beside signs, as they are written in many languages
        definitions(("NÃO", "CAFÉ” – PÂ… «MAÑ» „Å“ IRMÃ– e, Ð, âge, 20 â 30 €; ãã.")),
        # options: what takes an article's place, and words of grammar
        QUESTION,
        # images
        definitions(("Mask", '<img src="media/tree.png" alt=""> An ornament over the text.')),
    ],
)
def test_a_rule_is_silent(text: str, tmp_path: Path) -> None:
    """On what only looks like a slip."""
    assert codes(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("A **bold** word and a *step *wrongly marked.", 29),
        ("Rated 5\\* by all, and **very good by some.", 29),
        ("Of $V^*$ and *one thing *.", 20),
    ],
)
def test_a_stray_sign_is_told_at_its_place(text: str, column: int, tmp_path: Path) -> None:
    """And not at a sound one before it."""
    found = told(tmp_path, definitions(("Term", text)))
    assert [(each["code"], each["column"]) for each in found] == [("stray-markdown", column)]


def test_only_cards_that_a_note_has_are_judged(tmp_path: Path) -> None:
    """Answers that are the same do not matter where no card asks for the question by them; else they do."""
    yeast = [
        {"front": "Alcohol fungus", "back": "A kind of yeast"},
        {"front": "What brewers use", "back": "A kind of yeast"},
        {"front": "Monaco", "back": "Its capital is called Monaco as well"},
    ]
    assert codes(tmp_path / "a", qas(*yeast), more=QA_KIND) == []
    both = [{**note, "reverse": "y"} for note in yeast]
    assert [code for code, _ in codes(tmp_path / "b", qas(*both), more=QA_KIND)] == [
        "same-question",
        "term-in-definition",
    ]


def test_a_field_that_no_card_shows_needs_no_explanation(tmp_path: Path) -> None:
    """Codes are for other programs."""
    note = {"front": "Where Anna lives", "back": "In a small town", "code": "QXZ"}
    assert codes(tmp_path / "a", qas(note), more=QA_KIND) == []
    note["back"] = "In QXZ"
    assert [code for code, _ in codes(tmp_path / "b", qas(note), more=QA_KIND)] == ["undefined-abbreviation"]


def test_abbreviations_are_known_in_english_alone(tmp_path: Path) -> None:
    """In German nearly every noun of the law has one."""
    text = definitions(("Vertrag", "Was die JGA im HMM des Hauses prüft."))
    assert codes(tmp_path / "a", text, "de") == []
    assert codes(tmp_path / "b", text, "en") != []


def test_many_abbreviations_are_told_at_once(tmp_path: Path) -> None:
    """One warning counts and names them; a deck that explains hardly any is for people who know them."""
    unknown = ("Bodies", "Here XBG meets with XKD while XQE meets with XQF at noon.")
    known = [(f"Body {sign}", f"The first {sign}old house (F{sign}H) stands here.") for sign in "ABCD"]
    found = told(tmp_path / "some", definitions(unknown, *known))
    assert told(tmp_path / "most", definitions(unknown)) == []
    assert [each["code"] for each in found] == ["undefined-abbreviation"]
    assert "explains 4 abbreviations: `XBG`, `XKD`, `XQE`, `XQF`" in found[0]["message"]


def test_pictures_make_another_question(tmp_path: Path) -> None:
    """What an image shows is the question; its path is no word of it."""
    (tmp_path / "x").mkdir()
    flag = "Which tree of the ones in the book is this? ![a tree](media/{}.png)"
    notes = [{"front": flag.format(name), "back": name} for name in ("oak", "elm")]
    images: Files = {"source/media/oak.png": PNG, "source/media/elm.png": PNG}
    assert codes(tmp_path / "a", qas(*notes), more=QA_KIND | images) == []
    same = [notes[0], {**notes[1], "front": notes[0]["front"]}]
    assert codes(tmp_path / "b", qas(*same), more=QA_KIND | images) == [("same-question", 5)]


@pytest.mark.parametrize(
    ("one", "two", "language"),
    [
        ("§ 823 I BGB", "§ 823 II BGB", "de"),
        ("Wurzelkriterium", "Quotientenkriterium", "de"),
        ("$x^2$", "$x^3$", "en"),
        ("1987", "1988", "en"),
    ],
)
def test_what_tells_two_questions_apart(one: str, two: str, language: str, tmp_path: Path) -> None:
    """A number, a norm, a formula, one word for another."""
    said = "Was hier gilt, folgt für alle Reihen aus {{{{c1::{}}}}}."
    assert codes(tmp_path, takeaways(said.format(one), said.format(two)), language) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("左心房と左心室の間にあり、血液の逆流を防ぐ２枚の弁。", "ja"),
        ("ลิ้นหัวใจที่กั้นเลือดไหลกลับ", "th"),
        ("To be.", "en"),
    ],
)
def test_the_same_words_are_told_in_every_script(text: str, language: str, tmp_path: Path) -> None:
    """Whether or not there are blanks between words, and whatever the words are."""
    pairs = [("甲", text), ("乙", text)]
    assert codes(tmp_path, definitions(*pairs), language) == [("same-question", 6)]


def test_a_script_without_blanks_is_counted_by_its_letters(tmp_path: Path) -> None:
    """A sentence is more than one word, and a long one is told with its number of characters."""
    short = "{{c1::上腕二頭筋の長頭}}は肩甲骨から起こる。"
    assert codes(tmp_path / "a", takeaways(short), "ja") == []
    assert codes(tmp_path / "b", takeaways("{{c1::上腕二頭筋は肩甲骨から起こる}}。"), "ja") == [
        ("cloze-hides-all", 4)
    ]
    long = "上腕二頭筋の長頭と短頭および烏口腕筋と上腕筋と腕橈骨筋と円回内筋"
    found = told(tmp_path / "c", takeaways(f"肘の屈曲に働く前方の筋群は{{{{c1::{long}}}}}である。"), "ja")
    assert [(each["code"], f"{len(long)} characters" in each["message"]) for each in found] == [
        ("long-answer", True)
    ]
    result = CliRunner().invoke(app, ["stats", "--project", str(tmp_path / "a"), "--format", "json"])
    question = json.loads(result.stdout)["stats"]["lengths"][0]
    assert (question["unit"], question["longest"]) == ("characters", 17)


def test_what_somebody_says_stays_in_its_quotes(tmp_path: Path) -> None:
    """An option that is a sentence in quotes is speech; a term in them is a slip."""
    options = "".join(
        f"      - text: „{text}.“\n{mark}        why: Grund {number} von dreien.\n"
        for number, (text, mark) in enumerate(
            [("Einverstanden", "        correct: true\n"), ("Für 90 € gern", ""), ("Ich überlege es mir", "")]
        )
    )
    case = "    scenario: |\n      A sagt: „Ich biete dir mein Rad an.“\n"
    case += "    question: |\n      Welche Antwort nimmt an?\n"
    vignette = f"vignettes:\n  - id: c\n{case}    options:\n{options}"
    assert codes(tmp_path / "a", vignette, "de") == []
    assert codes(tmp_path / "b", definitions(("„Antrag“", "Ein Angebot.")), "de") == [("curly-quotes", 3)]


def test_a_reason_may_come_from_the_case(tmp_path: Path) -> None:
    """What it takes from there is what it says."""
    text = (
        "vignettes:\n  - id: a\n    scenario: |\n      A laptop reaches the printer, but no web page.\n"
        "    question: |\n      What should you set first?\n    options:\n"
        "      - text: A default gateway\n        correct: true\n        why: Only the way out is missing.\n"
        "      - text: A longer subnet mask\n        why: The printer is reached, so the mask is right.\n"
        "      - text: A new address\n        why: Another one is no nearer to the web.\n"
    )
    assert codes(tmp_path, text) == []


def test_brackets_tell_two_terms_apart(tmp_path: Path) -> None:
    """Also where what stands in them is a term itself."""
    saints = [("Saint Martin (France)", "One half."), ("Saint Martin (Netherlands)", "Another part.")]
    text = definitions(("France", "A republic."), ("Netherlands", "A kingdom of Europe."), *saints)
    assert codes(tmp_path / "a", text) == []
    assert (
        codes(tmp_path / "b", definitions(saints[0], saints[0]))
        == [("same-term", 7), ("same-question", 6)][::-1]
    )


def test_a_habit_is_told_once(tmp_path: Path) -> None:
    """Twelve images without a description are one warning, with its places; three are three."""
    image = "Picture {}: ![](media/tree.png)"
    words = "oak elm ash yew fir fig bay box tea kiwi lime date".split()
    many = definitions(*((word.title(), image.format(number * 7)) for number, word in enumerate(words)))
    found = [each for each in told(tmp_path / "a", many) if each["code"] == "missing-alt"]
    assert len(found) == 1
    assert found[0]["message"].startswith("in 12 places: this image has no text alternative")
    assert "also at source/one.yaml:9, 13, " in found[0]["hint"]
    assert found[0]["hint"].endswith("and 1 more")
    few = definitions(*((word.title(), image.format(number * 7)) for number, word in enumerate(words[:3])))
    assert [code for code, _ in codes(tmp_path / "b", few)].count("missing-alt") == 3


def test_diagnostics_follow_the_chapters(tmp_path: Path) -> None:
    """Chapter 2 comes before 10."""
    chapters: Files = {
        f"source/{number} x.yaml": definitions((f"Term {number}", f"The the meaning of {number}."))
        .replace("d0", f"d{number}")
        for number in (10, 2, 1)
    }  # fmt: skip
    found = told(tmp_path, definitions(("Other", "Something else.")), more=chapters)
    paths = [each["path"] for each in found if each["code"] == "doubled-word"]
    assert paths == ["source/1 x.yaml", "source/2 x.yaml", "source/10 x.yaml"]


def test_a_statement_may_be_judged(tmp_path: Path) -> None:
    """A question whose options are true and false has two, and asks whether it is so."""
    text = (
        "vignettes:\n  - id: a\n    scenario: |\n      A nurse counts the bones of a spine.\n"
        "    question: |\n      The tail bone is called the coccyx.\n    options:\n"
        "      - text: 'True'\n        correct: true\n        why: The word is Greek for a cuckoo's beak.\n"
        "      - text: 'False'\n        why: No other bone has the name.\n"
    )
    assert codes(tmp_path, text) == []


def test_formulas_are_no_abbreviations(tmp_path: Path) -> None:
    """However their small figures are written."""
    text = "It is SO<sub>2</sub>, CO₂ or NO<sub>x</sub>."
    notes = f"definitions:\n  - id: two\n    term: Gas\n    definition: |\n      {text}\n"
    folder = write_project(tmp_path, {"source/two.yaml": notes})
    told = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"]).stdout
    assert "undefined-abbreviation" not in {each["code"] for each in json.loads(told)["diagnostics"]}


def test_a_colon_of_the_names_own_is_no_missing_level(tmp_path: Path) -> None:
    """Times, titles, addresses and endings in tags and in a subdeck's name are what they are."""
    tags = "10:30, 'http://a.org', 'me:you@a.org', Patient:innen, 'EU:ssa', a::b, 'iso:9001'"
    for number, deck in enumerate(("Exam: Part 2", "One::Two: more", "Genesis 1:3", "2:Winery")):
        text = f'deck: "{deck}"\ntags: [{tags}]\n{takeaways("Before change comes {{c1::joining}} them.")}'
        assert codes(tmp_path / str(number), text) == []


REASON = "Who is wind-ward sees the other boat late, and so has to look for it all the time."


def test_reasons_may_be_shared_on_purpose(tmp_path: Path) -> None:
    """One reason of all options, one of many notes, a short one, and a case of several questions."""
    whole = re.sub(r"(?<=why: \|\n          ).*", REASON, QUESTION)
    assert codes(tmp_path / "options", whole) == []
    series = QUESTION + QUESTION.partition("\n")[2].replace("id: ways", "id: wind").replace(
        "Who gives way?", "Which yacht points higher?"
    ).replace("keeps clear", "falls off").replace("stand on", "point up").replace("counts", "helps")
    assert "repeated-text" not in dict(codes(tmp_path / "series", series))
    notes = takeaways(
        "Salt {{c1::rises}} here.", "Sugar {{c1::falls}} there.", "Bread {{c1::grows}} at night."
    )
    assert codes(tmp_path / "many", re.sub("A reason of its own, number .", REASON, notes)) == []
    assert codes(tmp_path / "short", re.sub("own, number .", "own.", notes)) == []


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (
            ("The grapes had no tannin", "The must was sour", "The yeast died of heat", "Too much heat"),
            "is not a sentence",
        ),
        (("The yeast died of heat", "The bacteria ate it", "The vines looked old", "Too much heat"), ""),
        (("The yeast has died", "The must was sour", "The grapes were old", "Heat has killed it"), ""),
        (("A small castle", "A vassal who had vassals", "A thief", "Stale bread"), "has no article"),
    ],
)
def test_a_phrase_beside_sentences_lacks_no_article(
    texts: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """It is told what it is; and nothing where the others may be sentences or not."""
    mark = "        correct: true\n"
    reasons = "".join(
        f"      - text: |\n          {text}\n{mark * (number == 1)}"
        f"        why: |\n          It is reason number {number} of the four.\n"
        for number, text in enumerate(texts)
    )
    head = "vignettes:\n  - id: two\n    scenario: A tank stops at night.\n    question: Why?\n"
    found = told(tmp_path, f"{head}    options:\n{reasons}")
    messages = [each["message"] for each in found if each["code"] == "unparallel-options"]
    assert messages == [f"this option {said}, unlike the others"] * bool(said)


def test_a_front_that_anki_never_uses_asks_nothing(tmp_path: Path) -> None:
    """Of an adopted cloze type, only the first card template makes cards; no other front asks."""
    front, other = "{{cloze:Text}}", "{{Context}}"
    templates = [{"name": name, "qfmt": qfmt, "afmt": qfmt} for name, qfmt in (("A", front), ("B", other))]
    fields = [{"name": "Text"}, {"name": "Context"}]
    model = genanki.Model(1_607_392_320, "Gaps", fields, templates, model_type=genanki.Model.CLOZE)
    model._req = []  # noqa: SLF001 (genanki's own guess fails)
    deck = genanki.Deck(2_059_400_110, TITLE)
    context = "Soils of the tropics that are rich in aluminium and iron"
    for text in (
        "Rain washes {{c1::silica}} out of them.",
        "Their red is that of {{c1::hematite}}.",
    ):
        deck.add_note(genanki.Note(model, [text, context]))
    genanki.Package(deck).write_to_file(tmp_path / FILE, timestamp=LONG_AGO)
    folder = adopted(tmp_path / "deck", read_package(tmp_path / FILE))
    assert "same-question" not in run("check", "--project", folder).stderr


@pytest.mark.parametrize("written", ["{{blue}}", "{{C1::blue}}", "{c1::blue}}"])
def test_a_broken_cloze_leaves_no_gap(written: str, tmp_path: Path) -> None:
    """Who mends it has the number; told of a gap, one would give it to the next cloze."""
    text = f"takeaways:\n  - id: two\n    text: Turns {written} in soil with a pH below {{{{c2::5.5}}}}.\n"
    text += "    why: Aluminium is free in acid soil alone.\n"
    folder = write_project(tmp_path, {"source/two.yaml": text})
    assert "cloze-gap" not in run("check", "--project", folder).stderr
    assert "bad-cloze" in run("check", "--project", folder).stderr


def test_braces_in_code_hide_no_gap(tmp_path: Path) -> None:
    """They are no cloze, so nothing there has the number."""
    text = "takeaways:\n  - id: two\n    text: Write `{{x}}` for {{c1::a}}, and for {{c3::b}}.\n"
    text += "    why: Jinja fills it in.\n"
    folder = write_project(tmp_path, {"source/two.yaml": text})
    assert "cloze-gap" in run("check", "--project", folder).stderr


LONG = " ".join(
    ["What one of them says about the two others to whom nobody else in the room has spoken."] * 8
)
ROW = """\
comparisons:
  - id: t
    columns: [Stance, What it means]
    rows:
      - id: a
        cells: [Neutrality, {}]
      - id: b
        cells: [Curiosity, Asking about everything]
"""


@pytest.mark.parametrize(
    ("text", "line", "cards", "code"),
    [
        # each with the card that draws the warning, and with the other one alone
        (definitions(("Circular question", LONG)), "    definition", "Recall Recognize", "long-answer"),
        (
            definitions(("Mimesis", "Using mimesis on the ways of a whole family.")),
            "    definition",
            "Recognize Recall",
            "term-in-definition",
        ),
        (ROW.format(LONG), "    rows", "Describe,Name It", "long-answer"),
        (ROW.format("Neutrality toward all members"), "    rows", "Name It,Describe", "term-in-definition"),
        (
            ROW.format("Asking about everything"),
            "    rows",
            "Name It,Describe",
            "same-question",
        ),
        (
            ROW.replace("Curiosity", "Neutrality").format("No side"),
            "    rows",
            "Describe,Name It",
            "same-term",
        ),
    ],
)
def test_a_card_that_a_note_leaves_out_draws_no_warning(
    text: str, line: str, cards: str, code: str, tmp_path: Path
) -> None:
    """What is wrong with a card is told where the note has it, and not where it has only the other one."""
    here, other = cards.split("," if "," in cards else " ")
    for card, expected in ((here, True), (other, False)):
        found = told(tmp_path, text.replace(line, f"    cards: [{card}]\n{line}", 1))
        assert {each["code"] for each in found} <= {code}, found
        assert bool(found) is expected, (card, found)


def test_the_texts_of_a_note_without_cards_are_read(tmp_path: Path) -> None:
    """Other cards show them: slips in them are told, and faults of cards that it does not have are not."""
    text = definitions(("Mimesis", "The the ways of mimesis."), ("Joining", "What comes first of all."))
    text = text.replace('    term: "Mimesis"', '    cards: []\n    term: "Mimesis"')
    assert codes(tmp_path, text + "    builds_on: [d0]\n") == [("doubled-word", 6)]
    assert [code for code, _ in codes(tmp_path, text)] == ["unseen-note", "doubled-word"]
