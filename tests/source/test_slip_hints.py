"""One slip of someone who begins draws one diagnostic, which names the line and what to write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from deckgen.build import build
from deckgen.cli.app import app
from tests.conftest import CARD_WARNINGS, DECK, write_project
from tests.faults import KIND, TWO_OPTIONS, kind

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "definitions:\n  - id: two\n    term: Term\n    definition: |\n      Text.\n"
CASE = "vignettes:\n  - id: two\n    scenario: A couple.\n    question: What next?\n    options:"
TABLE = "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n      - id: x\n        cells: [a, b]\n"


def told(folder: Path, text: str, **files: str | bytes) -> list[tuple[int, str, str]]:
    """The line, message and hint of each diagnostic on a second chapter, but for those on its cards."""
    write_project(folder, {"source/two.yaml": text, **files})
    found = build(folder).diagnostics
    return [
        (each.span.line, each.message, each.hint)
        for each in found
        if each.span.path == "source/two.yaml" and each.code not in CARD_WARNINGS - {"changed-text"}
    ]


def hint(folder: Path, text: str, line: int, **files: str | bytes) -> str:
    """The hint of the only diagnostic, which stands on a line."""
    found = told(folder, text, **files)
    assert [each[0] for each in found] == [line], found
    return found[0][2]


def test_lines_of_a_list_without_hyphens(tmp_path: Path) -> None:
    """Each line is an item, and not all of them one."""
    text = KIND.replace("rule: {type: markdown}", "rule: {type: markdown}\n  steps: {type: list}")
    text = text.replace("cards:", "  - {name: Steps, id: 3, from: steps}\ncards:")
    files = kind("", text, card_back="{{Name}} {{Rule}} {{Steps}}").files
    note = "laws:\n  - id: two\n    name: Law\n    steps:\n      Make a loop\n      Pass it through\n"
    assert hint(tmp_path, note, 5, **files) == "put a hyphen and a space before each line: `- Make a loop`"


@pytest.mark.parametrize("between", ["; ", ";", " / ", " + ", "； "])
def test_another_sign_than_a_comma_between_ids(between: str, tmp_path: Path) -> None:
    """The hint writes the comma."""
    more = f"  - id: three\n    term: Other\n    definition: x\n    builds_on: [one{between}two]\n"
    assert "`one, two`" in hint(tmp_path, HEAD + more, 9)


def test_no_sign_between_ids(tmp_path: Path) -> None:
    """Nor is one of them proposed for both."""
    more = "  - id: three\n    term: Other\n    definition: x\n    builds_on: [one two]\n"
    assert hint(tmp_path, HEAD + more, 9).startswith("put a comma between two ids: `[one, two]`")


@pytest.mark.parametrize("label", ["Two", "One"])
def test_an_id_that_another_note_has_is_not_proposed(label: str, tmp_path: Path) -> None:
    """In the same file or one before it; what is proposed is what `--fix` gives."""
    said = hint(tmp_path, f"{HEAD}  - term: {label}\n    definition: x\n", 6)
    assert f"`id: {label.lower()}-2`; another note already has `{label.lower()}`" in said


ONE_SLIP = {
    "no hyphen before a note": (
        f"{HEAD}    reference: x\n    id: three\n    term: Other\n    definition: x\n    reference: y\n",
        7,
        "add a hyphen: `  - id: …`",
    ),
    "an option too deep": (
        CASE
        + TWO_OPTIONS.replace("why: So.", "why: |\n          So.").replace(
            "      - text: Two\n", "          - text: |\n              Two\n"
        ),
        10,
        "indent it by 6 spaces, like the item above",
    ),
    "a hyphen before the mark": (
        CASE + TWO_OPTIONS.replace("        correct", "      - correct"),
        7,
        "remove its hyphen",
    ),
    "a hyphen before a note's second key": (
        "definitions:\n  - id: two\n  - term: Term\n    definition: x\n",
        3,
        "remove its hyphen",
    ),
    "a hyphen before a row's second key": (
        TABLE.replace("        cells", "      - cells"),
        6,
        "remove its hyphen",
    ),
    "keys of Anki": (HEAD.replace("term:", "front:"), 3, "did you mean `term`?"),
    "a takeaway among definitions": (
        f"{HEAD}  - id: three\n    text: A {{{{c1::text}}}}.\n    why: x\n",
        6,
        "move it to the list under `takeaways:`",
    ),
    "a table among definitions": (
        f"{HEAD}  - id: three\n    columns: [A, B]\n    rows: []\n",
        6,
        "move it to the list under `comparisons:`",
    ),
    "a key by another name": (HEAD.replace("definition:", "meaning:"), 4, "did you mean `definition`?"),
    "options by another name": (
        CASE.replace("options", "answers") + TWO_OPTIONS,
        5,
        "did you mean `options`?",
    ),
    "an option's text by another name": (
        CASE + TWO_OPTIONS.replace("text: Two", "answer: Two"),
        9,
        "did you mean `text`?",
    ),
    "a cloze in brackets": (
        "takeaways:\n  - id: two\n    text: A [[c1::text]].\n    why: x\n",
        3,
        "write a cloze as `{{c1::answer}}`",
    ),
    "a color": (HEAD.replace("Text", '<font color="red" size="7">Text</font>'), 5, "remove it"),
}


@pytest.mark.parametrize("case", ONE_SLIP)
def test_one_slip_is_told_once(case: str, tmp_path: Path) -> None:
    """At its own line, and not at what comes of it."""
    text, line, part = ONE_SLIP[case]
    assert part in hint(tmp_path, text, line)


@pytest.mark.parametrize(
    "text",
    [
        "definitions:\n  - id: two\n  - term: Term\n    definition: x\n",
        TABLE.replace("        cells", "      - cells"),
    ],
)
def test_no_id_is_given_to_half_a_note(text: str, tmp_path: Path) -> None:
    """What `--fix` cannot mend is left as it is."""
    write_project(tmp_path, {"source/two.yaml": text})
    CliRunner().invoke(app, ["check", "--fix", "--project", str(tmp_path)])
    assert (tmp_path / "source/two.yaml").read_text(encoding="utf-8") == text


def test_keys_of_anki(tmp_path: Path) -> None:
    """Where as many keys are missing as are unknown, each is told by what was probably meant."""
    text = HEAD.replace("term:", "front:").replace("definition:", "back:")
    assert [(line, said) for line, _, said in told(tmp_path, text)] == [
        (3, "did you mean `term`?"),
        (4, "did you mean `definition`?"),
    ]


def test_each_missing_hyphen_is_told(tmp_path: Path) -> None:
    """Of two notes that lack theirs, each."""
    more = "    id: three\n    term: Other\n    definition: x\n"
    assert [each[0] for each in told(tmp_path, HEAD + more * 2)] == [6, 9]


ROWS = (
    "comparisons:\n  - id: two\n    columns: [A, B, C]\n    rows:\n      - id: x\n        cells: [A, B, C]\n"
)
MORE = "      - id: y\n        cells: [A, B, C]\n"
CELLS = {
    "a comma in a column": (
        ROWS.replace("[A, B, C]", "[A, B, in degrees, C]", 1) + MORE,
        3,
        'as `"B, in degrees"`',
    ),
    "a comma in a cell": (
        ROWS + MORE.replace("B, C", "B, say more, C"),
        8,
        'put a cell that contains a comma in quotes, as `"B, say more"`',
    ),
    "no hyphen before a cell": (
        ROWS + "      - id: y\n        cells:\n          - A\n          - B\n            C it is\n",
        9,
        "is a hyphen missing on line 11? then write `- C it is`",
    ),
    "a column that no row has": (
        ROWS.replace("[A, B, C]", "[A, B]").replace("[A, B]", "[A, B, C]", 1) + MORE.replace(", C", ""),
        3,
        "",
    ),
}


@pytest.mark.parametrize("case", CELLS)
def test_rows_of_odd_lengths(case: str, tmp_path: Path) -> None:
    """The comma or the line that makes them so is named; where all rows are alike, it is the columns."""
    text, line, part = CELLS[case]
    assert part in hint(tmp_path, text, line)


HINTS = {
    "a letter for a number": (
        "takeaways:\n  - id: two\n    text: |\n      A {{cl::text}}.\n    why: x\n",
        4,
        "after its `c` here is the letter `l`",
    ),
    "a comment within a text": (HEAD + "      # check the page\n", 6, "move it above the key of this text"),
    "a retired note without its text": (
        f"{HEAD}  - id: three\n    retired: Not asked.\n",
        6,
        "a retired note keeps its text",
    ),
    "a question mark before a cell": (TABLE.replace("[a, b]", "\n          - a\n          - ? b"), 8, "`? `"),
}


@pytest.mark.parametrize("case", HINTS)
def test_the_cause_is_named(case: str, tmp_path: Path) -> None:
    """And not another one, which the author would look for in vain."""
    text, line, part = HINTS[case]
    assert part in hint(tmp_path, text, line)


def test_how_many_options_an_exam_has(tmp_path: Path) -> None:
    """What is no number is told which ones there are."""
    write_project(tmp_path, {"source/deck.yaml": f"{DECK}exam_options: three\n"})
    assert [each.message for each in build(tmp_path).diagnostics] == [
        "`exam_options` is not a whole number from 2 to 8: this is how many options a vignette can have"
    ]


def test_two_options_that_are_the_same(tmp_path: Path) -> None:
    """They do not only overlap."""
    write_project(tmp_path, {"source/two.yaml": CASE + TWO_OPTIONS.replace("text: Two", "text: one.")})
    said = [each.message for each in build(tmp_path).diagnostics if each.code == "overlapping-options"]
    assert said == ["this option is the same as `One`"]


NO_PLACEHOLDERS = [
    "`make` ...",
    "A TODO comment marks it.",
    "XXX",
    "`...`",
    "todo",
    "It means TODO and more.",
    "??",
]


@pytest.mark.parametrize("text", NO_PLACEHOLDERS)
def test_what_may_be_meant_is_no_placeholder(text: str, tmp_path: Path) -> None:
    """A Roman number, a Spanish word, an operator, and the word within a sentence."""
    write_project(tmp_path, {"source/two.yaml": HEAD.replace("Text.", text)})
    assert [each for each in build(tmp_path).diagnostics if each.code == "placeholder"] == []


SWALLOWED = {
    "an item": (f"{HEAD}      - id: three\n        term: Other\n        definition: x\n", 6, "a new item"),
    "an option of three": (
        CASE
        + TWO_OPTIONS.replace("why: Not so.", "why: |\n          Not so.")
        + "          - text: |\n              Three\n            why: x\n",
        12,
        "a new item",
    ),
    "an option of two": (
        CASE
        + TWO_OPTIONS.replace("why: So.", "why: |\n          So.").replace(
            "      - text: Two\n        why", "          - text: |\n              Two\n            why"
        ),
        10,
        "a vignette has 2 to 8 options; here is 1: this line looks like a new item",
    ),
    "a list": (HEAD.replace("Text.", "Text.\n      tags: [a]"), 6, "the key `tags`"),
    "a key in capitals": (HEAD + "      Example: |\n        x\n", 6, "the key `example`"),
    "a key of a table": (
        TABLE.replace("    columns: [A, B]\n", "    title: |\n      Title\n      columns: [A, B]\n"),
        5,
        "a comparison table lacks the key `columns`",
    ),
}


@pytest.mark.parametrize("case", SWALLOWED)
def test_what_a_text_has_swallowed_is_told_at_its_line(case: str, tmp_path: Path) -> None:
    """Also a whole item, and instead of what is missing because of it."""
    text, line, part = SWALLOWED[case]
    write_project(tmp_path, {"source/two.yaml": text})
    found = [
        each
        for each in build(tmp_path).diagnostics
        if each.code == "swallowed-key" or each.code not in CARD_WARNINGS
    ]
    assert [each.span.line for each in found] == [line], found
    assert part in found[0].message


def test_a_choice_within_a_text(tmp_path: Path) -> None:
    """Behind its key one of its words is no prose."""
    law = KIND.replace("rule:", "level: {type: choice, values: [basic, more]}\n  rule:")
    law = law.replace("cards:", "  - {name: Level, id: 3, from: level}\ncards:")
    files = kind("", law, card_back="{{Name}} {{Rule}} {{Level}}").files
    text = "laws:\n  - id: two\n    name: Law\n    rule: |\n      Text.\n      level: {}\n"
    for word, lines in (("basic", [6]), ("some", [])):
        write_project(tmp_path, {**files, "source/two.yaml": text.format(word)})
        found = [each for each in build(tmp_path).diagnostics if each.code == "swallowed-key"]
        assert [each.span.line for each in found] == lines


PROSE = {
    "code": "Write so:\n\n      ```yaml\n      example: |\n        text\n      ```",
    "indented code": "Write so:\n\n          example: |\n            text",
    "prose": "Some forms are rare.\n      example: a boat that is towed",
    "prose in capitals": "Some forms are rare.\n      Example:\n        a boat that is towed",
    "prose before a list": "Some forms are rare.\n      example:\n      - a boat",
    "prose with a list": "Rules:\n      - id: the identifier\n      - id: the name",
    "no key of it": "Some forms.\n      question: |\n        x",
    "one that is there": "Some forms.\n      term: |\n        x",
}


@pytest.mark.parametrize("case", PROSE)
def test_prose_that_looks_like_a_key_is_no_matter(case: str, tmp_path: Path) -> None:
    """In code, with a text behind it, and where the note has that key or knows none of that name."""
    write_project(tmp_path, {"source/two.yaml": HEAD.replace("Text.", PROSE[case])})
    assert [each for each in build(tmp_path).diagnostics if each.code == "swallowed-key"] == []


def test_a_bad_id_is_told_where_it_is_named_as_well(tmp_path: Path) -> None:
    """So that both are mended in one go; and no id is proposed that is refused itself."""
    notes = "definitions:\n"
    for name, term, link in (
        ("fine_lees", "Lees", "must"),
        ("must", "Must", "fine_lees"),
        ("x", "X", "lees"),
    ):
        notes += (
            f"  - id: {name}\n    term: {term}\n    definition: |\n      It is so.\n    builds_on: [{link}]\n"
        )
    assert [(line, hint) for line, _, hint in told(tmp_path, notes)] == [
        (2, "use lowercase letters and digits, with hyphens between them: `fine-lees`"),
        (11, "write `fine-lees`, the valid form of that id"),
        (16, "did you mean `fine-lees`?"),
    ]


def test_a_files_own_keys_by_other_names(tmp_path: Path) -> None:
    """A chapter's subdeck is its `deck`, and a deck's name its `title`."""
    text = (
        "title: 1 Vineyard\ndefinitions:\n  - id: two\n    term: Lees\n    definition: |\n      Dead yeast.\n"
    )
    assert hint(tmp_path, text, 1) == "did you mean `deck`?"
    write_project(tmp_path, {"source/deck.yaml": "id: wine\nname: Wine\n"})
    found = [(each.code, each.hint) for each in build(tmp_path).diagnostics if "deck.yaml" in each.span.path]
    assert ("unknown-key", "did you mean `title`?") in found


def test_a_section_under_a_note(tmp_path: Path) -> None:
    """What opens a list is a section, and belongs beside the others."""
    text = (
        "takeaways:\n  - id: two\n    text: |\n      A {{c1::split}} one.\n    why: |\n      It is so.\n\n"
        "  definitions:\n  - id: three\n    term: Lees\n    definition: |\n      Dead yeast.\n"
    )
    assert hint(tmp_path, text, 8).startswith("align it with `takeaways` on line 1, with no space before it")


def test_a_hyphen_without_its_space_names_the_key(tmp_path: Path) -> None:
    """The one that stands there, and no other."""
    text = "definitions:\n  -term: Lees\n    definition: |\n      Dead yeast.\n"
    assert hint(tmp_path, text, 2) == "put a space after the hyphen: `- term: …`"


def test_a_semicolon_between_columns(tmp_path: Path) -> None:
    """It makes one column of two, so that all rows have a cell more."""
    rows = "".join(f"      - id: {name}\n        cells: [a {name}, b, c]\n" for name in "xy")
    text = f"comparisons:\n  - id: two\n    columns: [Method, Second; Example]\n    rows:\n{rows}"
    assert hint(tmp_path, text, 3).startswith(
        "`;` is not a separator in YAML: in brackets, write `Second, Example`"
    )


def test_an_option_that_is_said_to_be_wrong(tmp_path: Path) -> None:
    """It is told where `false` stands, since a second `correct` beside it would be one too many."""
    options = "".join(
        f"      - text: |\n          {word}\n        why: |\n          So.\n" for word in ("A", "B")
    )
    text = f"vignettes:\n  - id: two\n    scenario: X.\n    question: Y?\n    options:\n{options}"
    said = hint(tmp_path, f"{text}        correct: false\n", text.count("\n") + 1)
    assert said.startswith("write `true` here if this option is the best")


AT_ONCE = {
    "a line too far left": (f"{HEAD}More.\n    reference: x\n", 6, "put 6 spaces before it"),
    "a line still too far left": (f"{HEAD}     More.\n", 6, "align it with line 5, with 6 spaces before it"),
    "spaces of a web page": (HEAD.replace("      Text", "\u00a0" * 6 + "Text"), 5, "delete them"),
    "spaces of a web page in each line": (
        HEAD.replace("      Text", "\u00a0" * 6 + "Text.\n" + "\u00a0" * 6 + "More"),
        5,
        "2 lines of this file begin this way",
    ),
    "a patch": (f"{HEAD}+  - id: three\n+    term: x\n+    definition: |\n+      x\n", 6, "delete the `+`"),
    "a row in Markdown": (
        f"{TABLE}      | Fog | Wet, cold | 2 |\n",
        7,
        'write `- {id: fog, cells: [Fog, "Wet, cold", 2]}`',
    ),
    "no key of the cells": (
        TABLE.replace("        cells: [a, b]", "        - a\n        - b"),
        6,
        "add a line `        cells:` above it",
    ),
    "a minus in a cell": (
        TABLE.replace("cells: [a, b]", "cells:\n          - a\n          - - 214 °C"),
        8,
        '`- "-214 °C"`',
    ),
    "a dash as a cell": (
        TABLE.replace("cells: [a, b]", "cells:\n          - a\n          - -"),
        8,
        "`- –`",
    ),
    "an empty cell": (
        TABLE.replace("cells: [a, b]", "cells:\n          - a\n          -"),
        8,
        "`- –`",
    ),
    "brackets that are text": (HEAD.replace("Term", "[Fe/H]"), 3, '`term: "[Fe/H]"`'),
    "brackets that are no link": (HEAD.replace("Text", "In [O III](5007)"), 5, "if it is not a link"),
    "a comment of HTML": (HEAD.replace("Text", "<!-- Text -->"), 5, "above this text's key"),
    "a tag that nothing needs": (HEAD.replace("Text", "Text<br></br>"), 5, "write `<br>`"),
    "marks of a conflict among keys": (
        HEAD.replace("    definition", "    <<<<<<< ann\n    definition"),
        4,
        "delete the markers",
    ),
    "two chapters in one file": (
        f"deck: 1\n{HEAD}\ndeck: 2\n{HEAD.replace('two', 'three')}",
        8,
        "to a separate file",
    ),
    "several garbled words": (
        HEAD.replace("Text", "fÃ¼r 7Â° and itâ€™s"),
        5,
        "in the rest of the file write `Â°` as `°`, `â€™` as `’`",
    ),
    "a picture in plain text": (HEAD.replace("Term", "Term ![x](media/a.png)"), 3, "such as `definition`"),
    "an empty reason of a retired note": (f"{HEAD}    retired:\n    replaced_by: one\n", 6, ""),
}


@pytest.mark.parametrize("case", AT_ONCE)
def test_one_message_is_enough(case: str, tmp_path: Path) -> None:
    """It says what to write, or how many spaces and lines it is about."""
    text, line, part = AT_ONCE[case]
    write_project(tmp_path, {"source/two.yaml": text})
    found = [
        (each.span.line, each.hint)
        for each in build(tmp_path).diagnostics
        if each.span.path == "source/two.yaml" and (each.level == "error" or each.code in SHOWN)
    ]
    assert [number for number, _ in found] == [line], found
    assert part in found[0][1]


SHOWN = {"changed-text", "stray-markdown"}


@pytest.mark.parametrize(
    "text",
    [
        r"It is $\text{50%} + \left\{ x \right.$ and $x_1^2 = {x^2}^3$.",
        r"It costs \$5 in C:\to and $HOME.",
        "So:\n\n      ```\n      <<<<<<< A\n      a\n      =======\n      b\n      >>>>>>> B\n      ```",
        "# Causes\n      Wind and tide.\n\n      ## Effects\n      Waves.",
        r"In \[O III](5007) and \[N II](6584 Å).",
        "A TODO list and XXX as a name.",
    ],
)
def test_what_is_meant_so_is_no_matter(text: str, tmp_path: Path) -> None:
    """TeX's own ways, marks within code, headings with a text below, brackets behind a backslash."""
    assert told(tmp_path, HEAD.replace("Text.", text)) == []


def test_a_copied_file_names_the_notes_that_differ(tmp_path: Path) -> None:
    """So that the author sees which texts to keep."""
    other = "  - id: three\n    term: Other\n    definition: |\n      More.\n"
    write_project(
        tmp_path,
        {"source/two.yaml": HEAD + other, "source/two copy.yaml": HEAD + other.replace("More", "Less")},
    )
    hints = [each.hint for each in build(tmp_path).diagnostics if each.code == "duplicate-id"]
    assert hints == ["delete one of the two files; they differ in `three`, so check which texts to keep"]


def test_two_notes_of_one_id_and_term(tmp_path: Path) -> None:
    """They may be one note; if not, the newer one gets another id."""
    both = HEAD + HEAD.partition("\n")[2].replace("Text", "More")
    said = hint(tmp_path, both, 6)
    assert said.startswith("if they are the same note, delete one; if not, give the newer")


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        ("    example: |\n\tMore.\n", 7, "with at least 5 spaces, under `example` of line 6"),
        ("    example:\n\tMore.\n", 7, "with at least 5 spaces, under `example` of line 6"),
        ("\texample: x\n", 6, "with 4 spaces, under `definition` of line 4"),
        ("    example: |\n      More.\n\tAnd more.\n", 8, "with 6 spaces, like the text above it"),
    ],
)
def test_a_tab_is_told_with_the_spaces_in_its_place(wrong: str, line: int, said: str, tmp_path: Path) -> None:
    """How many they are, and under what."""
    assert hint(tmp_path, HEAD + wrong, line) == f"indent it {said}"


def test_a_hyphen_that_lacks_is_told_in_its_column(tmp_path: Path) -> None:
    """That of the other items, also where the keys stand in the right column."""
    again = "    id: three\n    term: Other\n    definition: x\n"
    assert "`  - id: …`, in the same column as the hyphen on line 2" in hint(tmp_path, HEAD + again, 6)
    first = HEAD.replace("  - id: two", "    id: two")
    assert "two columns left of `id`" in hint(tmp_path, first, 2)
