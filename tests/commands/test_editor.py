"""The schemas in a real editor's language server: it says what `deckgen check` says, as far as it can."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from tests.bad_sources import unmarked
from tests.conftest import CHAPTER, DECK, REPOSITORY, from_npm, write_project
from tests.editor import Editor
from tests.faults import CASES, FAULTS, KIND, TARASOFF, TWO_OPTIONS, Fault, kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = "# yaml-language-server: $schema=.schema/{}.json\n"
IN_CHAPTER, IN_DECK = LINE.format("chapter"), LINE.format("deck")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor, cut off from the network."""
    server = from_npm("yaml-language-server/bin/yaml-language-server")
    opened = Editor(server, tmp_path_factory.mktemp("editor"))
    yield opened
    opened.close()


def test_a_new_deck_s_settings_are_understood(tmp_path: Path) -> None:
    """VS Code takes a new chapter for one by what `init` wrote, but not deck.yaml or other files."""
    server = from_npm("yaml-language-server/bin/yaml-language-server")
    deck = tmp_path / "deck"
    answers = ["--title", "A", "--id", "a", "--author", "A", "--license", "cc0", "--language", "en"]
    assert CliRunner().invoke(app, ["init", str(deck), *answers]).exit_code == 0
    settings = json.loads((deck / ".vscode/settings.json").read_text(encoding="utf-8"))
    schemas = {(deck / path).as_uri(): files for path, files in settings["yaml.schemas"].items()}
    opened = Editor(server, tmp_path, schemas)
    slip = (4, "Property exampel is not allowed.")
    chapter = "definitions:\n  - id: a\n    term: B\n    exampel: c\n"
    assert slip in opened.problems(deck / "source/new.yaml", chapter)
    assert slip in opened.problems(deck / "source/part/new.yaml", chapter)
    assert not opened.problems(deck / "other/new.yaml", chapter)
    assert not opened.problems(deck / "source/1-moon.yaml", (deck / "source/1-moon.yaml").read_text("utf-8"))
    manifest = (deck / "source/deck.yaml").read_text("utf-8")
    assert not opened.problems(deck / "source/deck.yaml", manifest), "its first line outdoes the pattern"
    opened.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small deck with a kind of its own, and with its schemas."""
    folder = write_project(tmp_path_factory.mktemp("schemas"), OWN_KINDS)
    write_schemas(folder)
    return folder


def write_schemas(folder: Path) -> None:
    """Run `deckgen schema`."""
    result = CliRunner().invoke(app, ["schema", "--project", str(folder)])
    assert result.exit_code == 0, result.output


def faults(folder: Path) -> list[tuple[str, int | None, str]]:
    """The errors that `deckgen check` tells: the file, the line and the code of each."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    told = json.loads(result.stdout)["diagnostics"]
    return [(each["path"], each["line"], each["code"]) for each in told if each["level"] == "error"]


NOTE = "definitions:\n  - id: two\n    term: Term\n    definition: |\n      Text\n"
VIGNETTE = "vignettes:\n  - id: two\n    scenario: A couple.\n    question: What next?\n    options:"
TABLE = "comparisons:\n  - id: two\n    columns: {}\n    rows:\n      - id: a\n        cells: {}\n"

OWN_KINDS = kind("", KIND).files | CASES
"""Two kinds of the deck's own, with all types of keys between them that the shipped kinds have not."""

GOOD = {
    "a list, a choice and an image": TARASOFF,
    "a choice that looks like a number": TARASOFF.replace("level: state", "level: 3"),
    "a choice in quotes": TARASOFF.replace("level: state", "level: '3'"),
    "every key": """\
deck: Part one::2.3
tags: [alliance, "exam::domain-1", 2024, é, a:b]
takeaways:
  - id: split
    tags: []
    text: |
      A {{c1::split}} alliance.
    why: Because.
    was: uneven
    reference: >
      Folded.
    extra: "Quoted: text"
definitions:
  - {id: 7, term: 1.10, definition: no, example: 2026-01-01, contrast: true, builds_on: [split, t1.r1]}
  - id: other-1
    term: 'It''s'
    definition: |+
      Text

    retired: |
      Nobody asks.
    replaced_by: "7"
vignettes:
  - id: v
    scenario: .5
    question: 0x1F?
    options:
      - text: True
        correct: TRUE
        why: 1
      - text: False
        correct: false
        why: yes
      - text: Third
        correct: "False"
        why: "null"
comparisons:
  - id: t1
    title: 3
    columns: [Name, 1, true]
    builds_on: [split]
    retired: 5
    rows:
      - {id: r1, cells: [a, 2.50, no], tags: [x], was: old.r0}
      - {id: r2, cells: [b, c, d]}
laws:
  - id: law
    name: On
    rule: Text
""",
    "only a name": "deck: 2.3\n",
    "no notes": "deck: ' 2.3 '\ntakeaways: []\ndefinitions: []\n",
    "marks of true": VIGNETTE
    + TWO_OPTIONS.replace("true", "'tRue'")
    + "      - {text: x, why: y, correct: no}".replace("no", "'FALSE'"),
    "a windows file": (NOTE + "    example: |\n      Text\n").replace("\n", "\r\n"),
    "a block as a name": "deck: |\n  Two\n" + NOTE,
}

GOOD_DECKS = {
    "least": "id: sample\ntitle: Sample\n",
    "most": """\
id: 2024-exam
title: 'Sample: one'
language: pt-BR
description: |
  Text
tags: [a, 1]
authors:
  - One
  - 2
license: 1.0
feedback: https://example.org/new?title={id}
accept: []
""",
    "a number as a name": "id: 7\ntitle: 2024\nlanguage: no\nfeedback: mailto:me@example.org\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_chapter_is_clean_in_both(name: str, editor: Editor, written: Path, tmp_path: Path) -> None:
    """What `check` takes the editor takes: texts that look like numbers, dates or switches too."""
    text = IN_CHAPTER + GOOD[name]
    folder = write_project(tmp_path, {**OWN_KINDS, "source/two.yaml": text})
    assert faults(folder) == []
    assert editor.problems(written / "source/two.yaml", text) == []


@pytest.mark.parametrize("name", GOOD_DECKS)
def test_a_good_deck_is_clean_in_both(name: str, editor: Editor, written: Path, tmp_path: Path) -> None:
    """The same for deck.yaml."""
    text = IN_DECK + GOOD_DECKS[name]
    assert faults(write_project(tmp_path, {"source/deck.yaml": text})) == []
    assert editor.problems(written / "source/deck.yaml", text) == []


OPTION = "      - text: {}\n        why: x\n"
SLIPS = {
    "unknown key": NOTE + "    color: red\n",
    "misspelt key": NOTE + "    exampel: text\n",
    "unknown section": "definition:\n  - id: two\n",
    "unknown key of the chapter": "author: x\n" + NOTE,
    "key of another kind": NOTE + "    scenario: text\n",
    "missing key": "definitions:\n  - id: two\n    term: Term\n",
    "missing id": "definitions:\n  - term: Term\n    definition: x\n",
    "missing rows": "comparisons:\n  - id: two\n    columns: [A, B]\n",
    "missing cells": "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n      - id: x\n",
    "missing key of an own kind": "laws:\n  - id: two\n    rule: x\n",
    "unknown key of an own kind": "laws:\n  - id: two\n    name: x\n    extra: y\n",
    "unknown word of a choice": TARASOFF.replace("level: state", "level: stat"),
    "list for a choice": TARASOFF.replace("level: state", "level: [state]"),
    "list without items": TARASOFF.partition("    held:")[0] + "    held: []\n",
    "text for the list": TARASOFF.partition("    held:")[0] + "    held: Text\n",
    "image without alt": TARASOFF.partition("      alt:")[0],
    "unknown key of an image": TARASOFF + "      title: x\n",
    "text for an image": TARASOFF.partition("      file:")[0].replace("photo:", "photo: media/a.png"),
    "list for a text": NOTE + "    example:\n      - one\n",
    "mapping for a text": NOTE + "    example:\n      one: two\n",
    "text for a list": NOTE + "    tags: one\n",
    "mapping for a list": NOTE + "    builds_on:\n      one: two\n",
    "text for a note": "definitions:\n  - two\n",
    "mapping for the notes": "definitions:\n  id: two\n  term: x\n  definition: y\n",
    "text for the notes": "definitions: two\n",
    "list for the chapter": "- id: two\n  term: x\n",
    "empty text": NOTE + "    example:\n",
    "empty block": NOTE + "    example: |\n    contrast: x\n",
    "blank text": NOTE + "    example: ' '\n",
    "empty list": NOTE + "    tags:\n",
    "empty item": NOTE + "    builds_on:\n      -\n",
    "empty section": "definitions:\n",
    "key twice": NOTE + "    term: again\n",
    "bad id": "definitions:\n  - id: Split Alliance\n    term: x\n    definition: y\n",
    "id with a dot": "definitions:\n  - id: 1.5\n    term: x\n    definition: y\n",
    "id below zero": "definitions:\n  - id: -5\n    term: x\n    definition: y\n",
    "id as a block": "definitions:\n  - id: |\n      two\n    term: x\n    definition: y\n",
    "bad id before": NOTE + "    was: Old One\n",
    "id of three parts": NOTE + "    was: a.b.c\n",
    "bad reference": NOTE + "    builds_on: [one, One]\n",
    "bad tag": NOTE + "    tags:\n      - fine\n      - two words\n",
    "tag with an empty level": NOTE + "    tags: ['a::::b']\n",
    "tag of Anki's": "tags: [Leech]\n" + NOTE,
    "bad name of a subdeck": "deck: One::::Two\n" + NOTE,
    "name with a quotation mark": "deck: 'One \"Two\"'\n" + NOTE,
    "retired without a reason": NOTE + "    retired: true\n",
    "option without why": VIGNETTE + TWO_OPTIONS.replace("        why: Not so.\n", ""),
    "option without text": VIGNETTE + "\n      - why: x\n" + OPTION.format("a"),
    "text for an option": VIGNETTE + "\n      - One\n" + OPTION.format("a"),
    "unknown key of an option": VIGNETTE + TWO_OPTIONS + "        reason: x\n",
    "correct is no switch": VIGNETTE + TWO_OPTIONS.replace("true", "yes"),
    "no option": VIGNETTE + " []\n",
    "one option": VIGNETTE + TWO_OPTIONS.partition("      - text: Two")[0],
    "nine options": VIGNETTE + TWO_OPTIONS + OPTION.format("x") * 7,
    "none correct": VIGNETTE + TWO_OPTIONS.replace("        correct: true\n", ""),
    "none marked true": VIGNETTE + TWO_OPTIONS.replace("true", "false"),
    "one column": TABLE.format("[A]", "[a]"),
    "no rows": "comparisons:\n  - id: two\n    columns: [A, B]\n    rows: []\n",
    "text for cells": TABLE.format("[A, B]", "a"),
    "empty cell": TABLE.format("[A, B]", "[a, ]").replace("[a, ]", "[a, '']"),
}
DECK_SLIPS = {
    "unknown key of the deck": DECK + "autors: [x]\n",
    "missing title": "id: sample\n",
    "misspelt title": "id: sample\ntitel: Sample\n",
    "bad id of the deck": "id: My Exam\ntitle: Sample\n",
    "title of a subdeck": "id: sample\ntitle: One::Two\n",
    "empty title": "id: sample\ntitle:\n",
    "not a language": DECK + "language: Portuguese\n",
    "switch for a language": DECK + "language: true\n",
    "not an address": DECK + "feedback: example.org\n",
    "text for the authors": DECK + "authors: One\n",
    "bad tag of the deck": DECK + "tags:\n  - two words\n",
    "acceptance without a reason": DECK + "accept:\n  - code: moved-cloze\n    id: one\n",
    "unknown acceptance": DECK + "accept:\n  - {code: bad-id, id: one, because: So.}\n",
    "unknown key of an acceptance": DECK + "accept:\n  - {code: moved-cloze, id: a, because: b, why: c}\n",
    "mapping for the acceptances": DECK + "accept:\n  code: moved-cloze\n",
}


# where the two do not say the same: the lines of `check`, and those of the editor
OTHERWISE = {
    # to the editor a mapping that lacks a key is told at the key that it stands under
    "image without alt": ({11}, {10}),
    # the text of a block begins a line below the sign that opens it
    "id as a block": ({4}, {3}),
    # the editor tells what follows from a fault as a fault of its own
    "correct is no switch": ({8}, {7, 8}),
    "one column": ({4}, {4, 7}),
    # `check` goes to the `correct: false` that may be meant to be true
    "none marked true": ({8}, {7}),
    "misspelt title": ({3}, {2, 3}),
}


@pytest.mark.parametrize("slip", [*SLIPS, *DECK_SLIPS])
def test_a_slip_is_told_by_both(slip: str, editor: Editor, written: Path, tmp_path: Path) -> None:
    """Both complain, on the same line and on no other; where they differ, it is written down."""
    path, text = "source/two.yaml", IN_CHAPTER + SLIPS.get(slip, "")
    if slip in DECK_SLIPS:
        path, text = "source/deck.yaml", IN_DECK + DECK_SLIPS[slip]
    folder = write_project(tmp_path, {**OWN_KINDS, path: text})
    by_check = {line for where, line, _ in faults(folder) if where == path}
    by_editor = {line for line, _ in editor.problems(written / path, text)}
    same = {line for line in by_check if line}
    assert same
    assert (by_check, by_editor) == OTHERWISE.get(slip, (same, same))


# The codes that JSON Schema can tell as well, and those that it cannot: they concern several notes or files,
# what Markdown or a cloze means, or how YAML is written. docs/editor.md says so.
SEEN = frozenset(
    [
        *("unknown-key", "missing-key", "empty-value", "wrong-type", "bad-id", "bad-tag", "bad-deck-name"),
        *("option-count", "correct-option", "duplicate-key"),
    ]
)
UNSEEN = frozenset(
    [
        *("duplicate-id", "unknown-note", "circular-builds-on", "no-cloze", "bad-cloze", "misplaced-cloze"),
        *("cut-by-comment", "bad-html", "bad-math", "remote-media", "missing-media", "media-type"),
        *("changed-deck", "used-id", "changed-kind", "moved-cloze"),
    ]
)


SWALLOWED = re.compile("\n +«(?:why|definition)»: ")
"""A key that a text above has swallowed: the editor tells of the note that lacks it, `check` of its line."""
RUN_ON = ("example: Text\n", "example: >\n", "example: «¦»", "[«“one”»]", "           «-» two")
"""In a text that goes on over further lines the editor sees no slip, nor in signs that look like others."""


def _told_of(codes: frozenset[str]) -> list[Fault]:
    """The bad sources that have one of some codes, at a line of a chapter or of deck.yaml."""
    return [
        fault
        for fault in FAULTS
        if fault.code in codes
        and not (fault.code == "missing-key" and SWALLOWED.search("".join(map(str, fault.files.values()))))
        and not any(piece in str(text) for text in fault.files.values() for piece in RUN_ON)
        and unmarked(fault)[1][0] in {"source/two.yaml", "source/deck.yaml"}
        and unmarked(fault)[1][1]
        and not any(name.startswith("templates/") for name in fault.files)
    ]


@pytest.mark.parametrize("fault", _told_of(SEEN), ids=lambda each: each.code)
def test_the_editor_tells_of_bad_sources(fault: Fault, editor: Editor, written: Path) -> None:
    """Those of the catalogue that JSON Schema can see are underlined at the line that `check` names."""
    files, (path, line, _, _) = unmarked(fault)
    text = str(files[path])
    lines = {number for number, _ in editor.problems(written / path, _with_modeline(path, text))}
    if fault.code == "correct-option" and line != min(lines) - 1:
        assert min(lines) < (line or 0), "of two correct options the editor names the list"
        return
    assert (line or 0) + 1 in lines


@pytest.mark.parametrize("fault", _told_of(UNSEEN), ids=lambda each: each.code)
def test_what_the_editor_cannot_see(fault: Fault, editor: Editor, written: Path) -> None:
    """Everything else needs `check`; should the editor learn it, the docs have to say so."""
    files, (path, _, _, _) = unmarked(fault)
    assert editor.problems(written / path, _with_modeline(path, str(files[path]))) == []


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", TABLE.format("[A, B]", "[a, b, c]"), f"{NOTE}---\n{NOTE}"]
)
def test_what_else_the_editor_cannot_see(text: str, editor: Editor, written: Path, tmp_path: Path) -> None:
    """A file without anything, a row of too many cells, a second document."""
    assert faults(write_project(tmp_path, {"source/two.yaml": text}))
    assert editor.problems(written / "source/two.yaml", IN_CHAPTER + text) == []


def test_words_for_nothing_need_quotes(editor: Editor, written: Path, tmp_path: Path) -> None:
    """To an editor `null` and `~` are nothing, to deckgen a text; in quotes they are one to both."""
    text = NOTE + "    example: {}\n"
    for word, told in (("null", 1), ("~", 1), ("'null'", 0), ("'~'", 0)):
        chapter = IN_CHAPTER + text.format(word)
        assert faults(write_project(tmp_path, {"source/two.yaml": chapter})) == []
        assert len(editor.problems(written / "source/two.yaml", chapter)) == told


def _with_modeline(path: str, text: str) -> str:
    return (IN_DECK if path.endswith("deck.yaml") else IN_CHAPTER) + text


OFF = DECK + "checks:\n  missing-alt: off\n  few-options: off\n  because: |\n    So.\n"
ALLOWED: tuple[tuple[str, str, set[int]], ...] = (
    ("source/two.yaml", NOTE + "    allow: [missing-alt]\n", set()),
    ("source/two.yaml", NOTE + "    allow: missing-alt\n", {7}),
    ("source/two.yaml", NOTE + "    allow:\n      - missing-alt\n      - Missing Alt\n", {9}),
    (
        "source/two.yaml",
        TABLE.format("[A, B]", "[a, b]\n        allow: [same-term]\n    allow: [missing-alt]"),
        set(),
    ),
    ("source/two.yaml", TABLE.format("[A, B]", "[a, b]\n        allow: [1]\n    allow: []"), {8}),
    ("source/deck.yaml", OFF, set()),
    ("source/deck.yaml", OFF.partition("  because")[0], {4}),
    ("source/deck.yaml", OFF.replace("few-options: off", "few-options: no"), {6}),
    ("source/deck.yaml", OFF.replace("few-options", "Few options"), {6}),
    ("source/deck.yaml", DECK + "checks: [missing-alt]\n", {4}),
    ("source/deck.yaml", DECK + "exam_options: 4\n", set()),
    ("source/deck.yaml", DECK + "exam_options: '8'\n", set()),
    ("source/deck.yaml", DECK + "exam_options: 9\n", {4}),
    ("source/deck.yaml", DECK + "exam_options: four\n", {4}),
    ("source/deck.yaml", DECK + "blueprint:\n  - {tag: 'a::1', title: One, weight: 99.5}\n", set()),
    ("source/deck.yaml", DECK + "blueprint:\n  - {tag: a, weight: '99.5'}\n", set()),
    ("source/deck.yaml", DECK + "blueprint:\n  - {tag: a, weight: 0}\n", {5}),
    ("source/deck.yaml", DECK + "blueprint:\n  - {tag: a, weight: '0.0'}\n", {5}),
    ("source/deck.yaml", DECK + "blueprint:\n  - {tag: a, weight: 100.1}\n", {5}),
    ("source/deck.yaml", DECK + "blueprint:\n  - {tag: a b, weight: 100}\n", {5}),
    ("source/deck.yaml", DECK + "blueprint: a\n", {4}),
)


@pytest.mark.parametrize(("path", "text", "lines"), ALLOWED)
def test_what_is_allowed_or_switched_off(
    path: str, text: str, lines: set[int], editor: Editor, written: Path, tmp_path: Path
) -> None:
    """`allow` holds codes, `checks` codes with `off` and a reason; numbers in deck.yaml have their bounds."""
    problems = editor.problems(written / path, _with_modeline(path, text))
    assert {line for line, _ in problems} == lines, problems
    told = faults(write_project(tmp_path, {path: _with_modeline(path, text)}))
    assert bool(told) == bool(lines), told


def test_this_repository_s_own_sources_are_clean(editor: Editor) -> None:
    """Their first lines lead to the committed schemas, which have nothing against them and explain them."""
    for path in sorted((REPOSITORY / "source").rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema="), path
        assert editor.problems(path, text) == []
        marked = re.sub(r"(?m)^(tags)", r"\1¦", text, count=1)
        assert "Source: [" in editor.hover(path, marked)
        broken = f"{text}colour: red\n"
        assert [message for _, message in editor.problems(path, broken)] == [
            "Property colour is not allowed."
        ]


def test_a_chapter_in_a_folder_names_its_schema_from_there(editor: Editor, written: Path) -> None:
    """`../` in the first line of a chapter below a folder."""
    text = IN_CHAPTER.replace("=", "=../") + NOTE
    (written / "source/part").mkdir()
    assert editor.problems(written / "source/part/two.yaml", text) == []
    told = editor.problems(written / "source/part/two.yaml", f"{text}    color: red\n")
    assert told == [(7, "Property color is not allowed.")]


def test_the_editor_completes_what_a_kind_has(editor: Editor, written: Path) -> None:
    """A few letters in a definition offer its keys, and a text for people begins as a block."""
    path = written / "source/two.yaml"
    offers = editor.offers(path, f"{IN_CHAPTER}{NOTE}    exa¦\n")
    assert offers["example"].startswith("example: |\n")
    assert offers["tags"].startswith("tags:\n")
    assert "scenario" not in offers
    assert "term" not in offers, "it is there already"
    assert "rule" in editor.offers(path, f"{IN_CHAPTER}laws:\n  - id: two\n    ¦\n")
    assert {"laws", "definitions"} <= editor.offers(path, f"{IN_CHAPTER}de¦").keys()
    codes = editor.offers(written / "source/deck.yaml", f"{IN_DECK}{DECK}accept:\n  - id: one\n    code: ¦\n")
    assert "moved-cloze" in codes


@pytest.mark.parametrize(
    ("section", "indent"), [("definitions", "  "), ("vignettes", "  "), ("takeaways", "")]
)
def test_the_skeleton_of_a_note_is_yaml(section: str, indent: str, editor: Editor, written: Path) -> None:
    """What the editor puts down for a new note reads as one, with its keys in the kind's order."""
    path = written / "source/two.yaml"
    start = f"{IN_CHAPTER}{section}:\n{indent}- "
    skeleton = editor.offers(path, f"{start}¦")[section.title()[:-1]]
    typed = re.sub(r"\$\{?\d\}?", "x", skeleton).replace("\n", f"\n{indent}")
    problems = editor.problems(path, start + typed + "\n")
    expected = ["give exactly one option `correct: true`", "Array has too few items. Expected 2 or more."]
    assert all(message in expected for _, message in problems), (typed, problems)
    assert typed.startswith("id: x\n")


def test_the_editor_explains_every_key(editor: Editor, tmp_path: Path) -> None:
    """Resting on a key shows what kind.yaml says of it, and an example as one would write it."""
    folder = write_project(
        tmp_path, kind("", KIND.replace("text, required", "text, about: Its name., required")).files
    )
    write_schemas(folder)
    path = folder / "source/two.yaml"
    shown = editor.hover(path, f"{IN_CHAPTER}{NOTE}    contr¦ast: x\n")
    about = (REPOSITORY / "templates/definition/kind.yaml").read_text(encoding="utf-8")
    (said,) = re.findall(r"  contrast:\n    type: markdown\n    about: (.*)\n", about)
    assert said in shown
    assert "```yaml\ncontrast: |\n  " in shown
    assert "Its name." in editor.hover(path, f"{IN_CHAPTER}laws:\n  - id: two\n    na¦me: x\n")
    assert "```yaml\nrule: |\n  " in editor.hover(path, f"{IN_CHAPTER}laws:\n  - id: two\n    r¦ule: x\n")
    everything = IN_CHAPTER + GOOD["every key"]
    keys = {
        match[1]: match.start(1) + 1 for match in re.finditer(r"(?m)^[ -]*([a-z_]+): ?[^{}\n]*$", everything)
    }
    assert {"deck", "vignettes", "options", "why", "correct", "columns", "retired"} <= keys.keys()
    for key, start in keys.items():
        shown = editor.hover(path, f"{everything[:start]}¦{everything[start:]}")
        assert re.search(rf"\n\n.*[.]\n\n```yaml\n{key}:", shown), (key, shown)
    for key in ("id", "title", "language", "description", "tags", "authors", "license", "feedback"):
        deck = IN_DECK + GOOD_DECKS["most"]
        shown = editor.hover(
            folder / "source/deck.yaml",
            deck.replace(f"\n{key}:", f"\n{key[0]}¦{key[1:]}:"),
        )
        assert re.search(rf"\n\n.*[.]\n\n```yaml\n{key}:", shown), (key, shown)


def test_the_editor_needs_no_network(tmp_path: Path) -> None:
    """All that it does with a deck's schemas it does by itself."""
    server = from_npm("yaml-language-server/bin/yaml-language-server")
    folder = write_project(tmp_path / "deck")
    write_schemas(folder)
    (tmp_path / "scratch").mkdir()
    editor = Editor(server, tmp_path / "scratch")
    try:
        text = f"{IN_CHAPTER}{CHAPTER}    e¦xtra: x\n"
        assert editor.problems(folder / "source/two.yaml", text.replace("¦", "")) == []
        assert "extra" in editor.offers(folder / "source/two.yaml", f"{IN_CHAPTER}{CHAPTER}    e¦")
        assert "Anything else" in editor.hover(folder / "source/two.yaml", text)
        assert editor.asked_network == ""
        remote = IN_CHAPTER.replace(".schema/", "https://example.org/") + CHAPTER
        assert editor.problems(folder / "source/two.yaml", remote)
        assert "connect" in editor.asked_network, "what stands in for the network would have noticed"
    finally:
        editor.close()
