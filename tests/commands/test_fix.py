"""`deckgen check --fix`: what it mends, and that nothing else in a file changes."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from deckgen import source
from deckgen.cli.app import app
from deckgen.commands import fix
from deckgen.diagnostics import CallError
from deckgen.source import Mapping, Node, Sequence
from tests.conftest import DECK, REPOSITORY, change, run, untimed, write_project
from tests.faults import KIND, PNG, kind
from tests.releases import describe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]


ONE, DECK_YAML, LEDGER = "source/one.yaml", "source/deck.yaml", "source/ledger.jsonl"
FIRST = 1_700_000_000


@dataclass
class Told:
    """What `check` said."""

    code: int
    err: str
    out: str

    @property
    def json(self) -> dict[str, Any]:
        """Its JSON object."""
        told: dict[str, Any] = json.loads(self.out)
        return told

    @property
    def codes(self) -> list[str]:
        """The codes of its diagnostics."""
        return [each["code"] for each in self.json["diagnostics"]]


def check(folder: Path, *options: str) -> Told:
    """Run `deckgen check`."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return Told(result.exit_code, result.stderr, result.stdout)


def fixed(folder: Path, name: str = ONE) -> str:
    """A file's text after `check --fix`, which leaves it so when it runs again."""
    check(folder, "--fix")
    made = (folder / name).read_bytes()
    again = check(folder, "--fix", "--dry-run")
    assert "there is nothing to fix" in again.err, again.err
    return made.decode()


def release(folder: Path, version: str = "1.0.0", time: int = FIRST) -> None:
    """Release a deck."""
    result = CliRunner(env={"SOURCE_DATE_EPOCH": str(time)}).invoke(
        app, ["release", version, "--project", str(folder)]
    )
    assert result.exit_code == 0, result.output


def ledger_ids(folder: Path) -> dict[str, dict[str, Any]]:
    """The ledger's lines of notes, by id."""
    rows = (folder / LEDGER).read_text(encoding="utf-8").splitlines()
    return {line["note"]: line for line in map(json.loads, rows) if "note" in line}


def values(node: Node | None) -> Any:  # noqa: ANN401 (whatever a YAML text holds)
    """A node as lists, dicts and texts."""
    if isinstance(node, Mapping):
        return {key: values(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [values(item) for item in node.items]
    return node.value if node else None


def read(text: str) -> Any:  # noqa: ANN401 (as above)
    """What a YAML text says, as deckgen reads it without a diagnostic."""
    document, found = source.parse(text.removeprefix("\ufeff"), "x.yaml")
    assert not found, (found, text)
    return values(document.root)


# ------------------------------------------------------------------------------------- prose into blocks

HEAD = "definitions:\n  - id: two\n    term: Term\n    definition: |\n      Text\n"
TAIL = "    # the end\n    reference: 'Here'  # a comment\n"

BLOCKS = {
    "cut": ("example: what is said # before it", "example: |\n      what is said # before it"),
    "cut at once": ("example: what is said #", "example: |\n      what is said #"),
    "colon": ("example: before change: joining", "example: |\n      before change: joining"),
    "colon at the end": ("example: before change:", "example: |\n      before change:"),
    "cloze": ("example: {{c1::x}} comes first", "example: |\n      {{c1::x}} comes first"),
    "only a cloze": ("example: {{c1::x}}", "example: |\n      {{c1::x}}"),
    "star": ("example: *first* things", "example: |\n      *first* things"),
    "star alone": ("example: *first", "example: |\n      *first"),
    "percent": ("example: % of them", "example: |\n      % of them"),
    "backtick": ("example: `code` here", "example: |\n      `code` here"),
    "at": ("example: @home: so", "example: |\n      @home: so"),
    "and": ("example: &c. and so on", "example: |\n      &c. and so on"),
    "exclamation": ("example: !important text", "example: |\n      !important text"),
    "hyphen": ("example: - text", "example: |\n      - text"),
    "hyphens": ("example: - one\n      - two", "example: |\n      - one\n      - two"),
    "bracket": ("example: [much] too", "example: |\n      [much] too"),
    "link": ("example: [a](https://a.b) c", "example: |\n      [a](https://a.b) c"),
    "sound": ("example: [sound:a.mp3]", "example: |\n      [sound:a.mp3]"),
    "quotation": ("example: > 5 people", "example: |\n      > 5 people"),
    "bar and text": ("example: | A text", "example: |\n      A text"),
    "bar at a text": ("example: |A text", "example: |\n      A text"),
    "bar before a cloze": ("example: | {{c1::A}} text", "example: |\n      {{c1::A}} text"),
    "bar and minus": ("example: |- A text", "example: |\n      A text"),
    "bar and lines": (
        "example: | A text\n      of two lines",
        "example: |\n      A text\n      of two lines",
    ),
    "bar and quotes": ('example: | "A" text', 'example: |\n      "A" text'),
    "bar and quotes alone": ('example: | "A text"', 'example: |\n      "A text"'),
    "bars": ("example: |x| is meant", "example: |\n      |x| is meant"),
    "table": (
        "example: | A | B |\n      |---|---|",
        "example: |\n      | A | B |\n      |---|---|",
    ),
    "fold and words": ("example: > Any text", "example: |\n      Any text"),
    "fold and article": ("example: > A text", "example: |\n      A text"),
    "fold and minus": ("example: >- Any text\n      here", "example: |\n      Any text\n      here"),
    "quotes": ('example: "She said "no" twice"', 'example: |\n      She said "no" twice'),
    "quote at the end": ('example: "She said "no""', 'example: |\n      She said "no"'),
    "own quotes": ('example: "Yes" and "no"', 'example: |\n      "Yes" and "no"'),
    "quote first": ('example: "Yes" is no answer', 'example: |\n      "Yes" is no answer'),
    "apostrophe": ("example: 'It's fine'", "example: |\n      It's fine"),
    "escapes": ('example: "$\\beta$ and \\theta"', "example: |\n      $\\beta$ and \\theta"),
    "no escape": ('example: "a \\sum of \\"all\\""', 'example: |\n      a \\sum of "all"'),
    "escapes and comment": ('example: "$\\beta$"  # Greek', "example: |  # Greek\n      $\\beta$"),
    "further lines": (
        "example: before change: joining,\n       then\n\n       the rest # here",
        "example: |\n       before change: joining,\n       then\n\n       the rest # here",
    ),
    "comment in the middle": ("example: one # two\n      three", "example: |\n      one # two\n      three"),
    "quotes of several lines": (
        'example: "the "first"\n      and the last"',
        'example: |\n      the "first"\n      and the last',
    ),
    "below": ("example:\n      *first* things\n      last", "example: |\n      *first* things\n      last"),
    "blanks at the end": ("example: a: b   ", "example: |\n      a: b"),
}

ENDS: dict[str, Callable[[str], str]] = {
    "lf": lambda text: text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: f"\ufeff{text}",
    "no end": lambda text: text.removesuffix("\n"),
    "all": lambda text: "\ufeff" + text.removesuffix("\n").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("case", BLOCKS)
def test_prose_goes_into_a_block(case: str, end: str, project: Project) -> None:
    """What YAML cuts or misreads comes out as it was typed; every other byte stays."""
    before, after = BLOCKS[case]
    as_it_is = ENDS[end]
    for tail in (f"\n{TAIL}", "\n"):
        folder = project({ONE: as_it_is(f"{HEAD}    {before}{tail}")})
        assert fixed(folder) == as_it_is(f"{HEAD}    {after}{tail}")


def test_prose_goes_into_a_block_wherever_it_stands(project: Project) -> None:
    """As a note's first key, as an item, in options, in a table, in deck.yaml, with the file's own step."""
    before = """\
# first
takeaways:
-   text: {{c1::Joining}}: the first
    id: one
    why: |
        Because: so.
    retired: never # mind
vignettes:
-   id: case
    scenario: `one` # two
    question: What? # this is one
    options:
    -   text: %50
        correct: true   # right
        why: &c.
    -   correct: false
        why: 'Fine'  # kept
        text: no: not
comparisons:
-   id: table
    title: Stances: all
    columns:
    - Use: when
    - What
    rows:
    -   id: row
        cells:
        - *a* b
          and more
        - [x] y # z
    -   id: other
        cells: [1, 2]   # a list
"""
    after = """\
# first
takeaways:
-   text: |
        {{c1::Joining}}: the first
    id: one
    why: |
        Because: so.
    retired: |
        never # mind
vignettes:
-   id: case
    scenario: |
        `one` # two
    question: |
        What? # this is one
    options:
    -   text: |
            %50
        correct: true   # right
        why: |
            &c.
    -   correct: false
        why: 'Fine'  # kept
        text: |
            no: not
comparisons:
-   id: table
    title: |
        Stances: all
    columns:
    - |
      Use: when
    - What
    rows:
    -   id: row
        cells:
        - |
          *a* b
          and more
        - |
          [x] y # z
    -   id: other
        cells: [1, 2]   # a list
"""
    folder = project({ONE: before, DECK_YAML: f"{DECK}description: a: b # c\n"})
    assert fixed(folder) == after
    assert (folder / DECK_YAML).read_text(encoding="utf-8") == f"{DECK}description: |\n  a: b # c\n"


UNCLEAR = {
    "real comments": "example: 'so'  # a comment\n    contrast: |  # another\n      text\n",
    "empty with comment": "example: # to do\n",
    "number comment": "example: #1 of them\n",
    "list": "example: [a, b]\n",
    "mapping": "example: {a: b}\n",
    "open bracket": "example: [a\n",
    "nested keys": "example:\n      a: b\n",
    "nested list": "example:\n      - a: b\n",
    "two keys on a line": "example: contrast: so\n",
    "misindented key": "example: one: two\n      contrast: three\n",
    "comment between": "example: one: two\n      # three\n      four\n",
    "open quote": 'example: "never closed: x\n',
    "escapes that may be": 'example: "one\\ntwo $\\beta$"\n',
    "double backslash": 'example: "\\\\alpha \\beta"\n',
    "an alias": "example: *text\n    contrast: &text Said twice\n",
    "a tag": "example: !!str text\n",
    "outside its block": "example: |\n    not indented: x\n",
    "unknown key": "exampel: one: two\n",
    "a tab": "example: one: two\n\t  three\n",
    "not prose": "tags: one: two\n",
    "another fault": "example: one: two\n    contrast: [\n",
    "a flow mapping": "example: x\n  - {id: three, term: a # b\n    , definition: c}\n",
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_not_clear_is_left_alone(case: str, project: Project) -> None:
    """Where more than one thing can be meant, or anything else is wrong, no byte changes."""
    text = f"{HEAD}    {UNCLEAR[case]}"
    folder = project({ONE: text})
    assert fixed(folder) == text
    assert check(folder).code == (0 if case == "real comments" else 1)


def test_a_text_that_yaml_reads_is_no_matter(project: Project) -> None:
    """Every style that deckgen accepts stays, whatever it holds."""
    text = (
        'definitions:\n  - id: a\n    term: \'a: b # c\'\n    definition: "She said \\"no\\""  # x\n'
        "    example: >-\n      folded: # so\n      more\n    contrast: plain\n      on two lines\n"
        "  - {id: b, term: \"#1\", definition: 'x: y'}\n"
    )
    assert fixed(project({ONE: text})) == text


# -------------------------------------------------------------------------------------------------- ids

IDS = {
    "term": (
        "  - term: García Márquez\n    definition: x\n",
        "  - id: garcia-marquez\n    term: García Márquez\n    definition: x\n",
    ),
    "flow": ("  - {term: X, definition: y}\n", "  - {id: x, term: X, definition: y}\n"),
    "flow with blanks": ("  - { term: X, definition: y }\n", "  - { id: x, term: X, definition: y }\n"),
    "flow on lines": (
        "  - {\n      term: X,\n      definition: y\n    }\n",
        "  - {\n      id: x, term: X,\n      definition: y\n    }\n",
    ),
    "next line": (
        "  -\n    # why\n    term: X\n    definition: y\n",
        "  -\n    # why\n    id: x\n    term: X\n    definition: y\n",
    ),
    "far": ("  -   term: X\n      definition: y\n", "  -   id: x\n      term: X\n      definition: y\n"),
    "quoted key": ('  - "term": X\n    definition: y\n', '  - id: x\n    "term": X\n    definition: y\n'),
    "comment": (
        "  - term: 'X'  # so\n    definition: y\n",
        "  - id: x\n    term: 'X'  # so\n    definition: y\n",
    ),
    "no letters": (
        "  - term: (+)\n    definition: y\n",
        "  - id: definition-1\n    term: (+)\n    definition: y\n",
    ),
    "markup": (
        "  - term: The *client's* [side](https://a.b) of <b>it</b> too\n    definition: y\n",
        (
            "  - id: the-clients-side-of-it\n    term: The *client's* [side](https://a.b) of <b>it</b> too\n"
            "    definition: y\n"
        ),
    ),
    "long": (
        f"  - term: {'Ab' * 30} x\n    definition: y\n",
        f"  - id: {'ab' * 20}\n    term: {'Ab' * 30} x\n    definition: y\n",
    ),
    "no label": ("  - definition: What it is\n", "  - id: what-it-is\n    definition: What it is\n"),
    "bad id": ("  - id: Split Alliance\n    term: X\n", "  - id: Split Alliance\n    term: X\n"),
    "empty id": ("  - id:\n    term: X\n", "  - id:\n    term: X\n"),
    "misspelt id": ("  - Id: x\n    term: X\n", "  - Id: x\n    term: X\n"),
    "no note": ("  - {}\n  - text\n  - foo: bar\n", "  - {}\n  - text\n  - foo: bar\n"),
    "what another has": (
        "  - term: X\n    definition: y\n  - id: x\n    term: Y\n  - {term: x, definition: z}\n",
        (
            "  - id: x-2\n    term: X\n    definition: y\n  - id: x\n    term: Y\n"
            "  - {id: x-3, term: x, definition: z}\n"
        ),
    ),
    "what another will have": (
        "  - term: Split alliance\n  - id: Split Alliance\n    term: X\n",
        "  - id: split-alliance-2\n    term: Split alliance\n  - id: Split Alliance\n    term: X\n",
    ),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("case", IDS)
def test_notes_get_ids(case: str, end: str, project: Project) -> None:
    """A readable id that nothing has, as the first key, with the file's own indentation and line ends."""
    before, after = (ENDS[end](f"definitions:\n{text}") for text in IDS[case])
    assert fixed(project({ONE: before})) == after


def test_every_kind_gets_ids(project: Project) -> None:
    """Clozes are read as what they hide; tables and their rows get ids of their own."""
    before = """\
takeaways:
- text: Before any {{c1::change::what?}} comes {{c2::joining}}, says the book.
- text: |
    ± {{c1::+}}
vignettes:
- scenario: |
    The husband has said less.
  question: What next?
  options: [{text: a, why: b, correct: true}, {text: c, why: d}]
comparisons:
- title: Stances
  columns: [Stance, Use]
  rows:
  - cells: [Neutrality, a]
  - cells:
    - ±
    - b
  - id: neutrality-2
    cells: [c, d]
- columns: [Stance, Use]
  rows: [{cells: [Neutrality, y]}]
"""
    after = """\
takeaways:
- id: before-any-change-comes-joining
  text: Before any {{c1::change::what?}} comes {{c2::joining}}, says the book.
- id: takeaway-2
  text: |
    ± {{c1::+}}
vignettes:
- id: the-husband-has-said-less
  scenario: |
    The husband has said less.
  question: What next?
  options: [{text: a, why: b, correct: true}, {text: c, why: d}]
comparisons:
- id: stances
  title: Stances
  columns: [Stance, Use]
  rows:
  - id: neutrality
    cells: [Neutrality, a]
  - id: row-2
    cells:
    - ±
    - b
  - id: neutrality-2
    cells: [c, d]
- id: stance
  columns: [Stance, Use]
  rows: [{id: neutrality, cells: [Neutrality, y]}]
"""
    folder = project({ONE: before})
    assert fixed(folder) == after
    assert check(folder).code == 0


def test_ids_are_unique_in_the_deck_and_in_files_too_broken_to_read(project: Project) -> None:
    """Ids of other chapters count, of those before and after, also where YAML cannot read them."""
    note = "definitions:\n- term: X\n  definition: y\n"
    folder = project(
        {
            "source/a.yaml": note,
            "source/b.yaml": note.replace("- term", "- id: x\n  term"),
            "source/c.yaml": "definitions:\n- id: x-2\n  term: [\n",
            "source/z.yaml": note,
        }
    )
    told = check(folder, "--fix", "--format", "json")
    assert "id: x-3\n" in (folder / "source/a.yaml").read_text(encoding="utf-8")
    assert "id: x-4\n" in (folder / "source/z.yaml").read_text(encoding="utf-8")
    assert told.codes == ["yaml-syntax"]


def test_an_id_leads_to_the_note_that_was_meant(project: Project) -> None:
    """`builds_on` written before the id was there finds its note."""
    note = "definitions:\n- {id: a, term: A, definition: b, builds_on: [joining]}\n"
    folder = project({ONE: f"{note}- {{term: Joining, definition: c}}\n"})
    assert check(folder).code == 1
    assert check(folder, "--fix").code == 0


# ------------------------------------------------------------------------------------------------ prose

PROSE = {
    "doubled": ("A  b   c.  D", "A b c. D"),
    "code": ("`a  b` c  d", "`a  b` c d"),
    "a fence": ("```\na  b \n```", "```\na  b \n```"),
    "indented code": ("a\n\n    b  c", "a\n\n    b  c"),
    "formula": ("$a  b$ and  $$c  d$$", "$a  b$ and $$c  d$$"),
    "a table": ("| a   | b |\n|-----|---|\n| c   | d |", "| a   | b |\n|-----|---|\n| c   | d |"),
    "a list": ("-   a  b\n    c\n1.  d  e", "-   a b\n    c\n1.  d e"),
    "a link": ("[a  b](<x  y.png>)", "[a b](<x  y.png>)"),
    "a sound": ("[sound:a  b.mp3]", "[sound:a  b.mp3]"),
    "a tag": ('<b title="a  b">c  d</b>', '<b title="a  b">c d</b>'),
    "verbatim": ("<pre>\na  b\n</pre>", "<pre>\na  b\n</pre>"),
    "one at the end": ("a \nb", "a\nb"),
    "two at the end": ("a  \nb   \nc  ", "a\\\nb\\\nc"),
    "the end of a paragraph": ("a  \n\nb", "a\n\nb"),
    "an item's end": ("- a  \n- b  ", "- a\n- b"),
    "before a fence": ("a  \n```\nb\n```", "a\n```\nb\n```"),
    "a heading": ("#  A  b  \nc", "#  A b\nc"),
    "a quotation": (">  a  b  \n>  c", ">  a b\\\n>  c"),
    "a backslash": ("a\\  \nb", "a\\  \nb"),
    "blank lines": ("a\n   \nb", "a\n\nb"),
    "a tab": ("a\t\nb", "a\nb"),
}


def block(text: str) -> str:
    """A definition with a text in a literal block."""
    rows = "".join(f"      {row}\n" if row else "\n" for row in text.split("\n"))
    return f"definitions:\n  - id: two\n    term: Term\n    definition: |\n{rows}    example: x\n"


@pytest.mark.parametrize("end", ["lf", "all"])
@pytest.mark.parametrize("case", PROSE)
def test_stray_blanks_go_where_nobody_sees_them(case: str, end: str, project: Project) -> None:
    """Doubled spaces and blanks at line ends, outside of code, formulas, tables, targets and indentation."""
    before, after = (ENDS[end](block(text)) for text in PROSE[case])
    assert fixed(project({ONE: before})) == after


def test_stray_blanks_in_every_style(project: Project) -> None:
    """Plain and quoted texts, folded ones, cells and options, on one line or several."""
    before = """\
definitions:
  - id: a
    term: A  b
    definition: 'it''s  so'
    example: "one\\"  two
      three   four "
    contrast: >
      folded  text␣
      goes  on

        further  in
  - {id: b, term: "x  y", definition: z  z, tags: [a]}
vignettes:
  - id: v
    scenario: plain  text␣
      goes on␣
    question: q
    options:
      - {text: a  b, why: c  d, correct: true}
      - {text: e, why: f}
comparisons:
  - id: t
    title: A  title
    columns: [A  b, C]
    rows:
      - {id: r, cells: [x  y, "`a  b`"]}
""".replace("␣", " ")
    after = """\
definitions:
  - id: a
    term: A b
    definition: 'it''s so'
    example: "one\\" two
      three four "
    contrast: >
      folded text
      goes on

        further in
  - {id: b, term: "x y", definition: z z, tags: [a]}
vignettes:
  - id: v
    scenario: plain text
      goes on
    question: q
    options:
      - {text: a b, why: c d, correct: true}
      - {text: e, why: f}
comparisons:
  - id: t
    title: A title
    columns: [A b, C]
    rows:
      - {id: r, cells: [x y, "`a  b`"]}
"""
    folder = project({ONE: before})
    assert fixed(folder) == after
    assert check(folder).code == 0


CLOZES = {
    "gap": ("{{c1::a}} {{c3::b}} {{c3::c}}", "{{c1::a}} {{c2::b}} {{c2::c}}"),
    "several at once": ("{{c1,3::a}} {{c12::b::h}} {{c3::c}}", "{{c1,2::a}} {{c3::b::h}} {{c2::c}}"),
    "not from one": ("{{c4::a}}", "{{c1::a}}"),
    "nested": ("{{c5::a {{c2::b}}}}", "{{c2::a {{c1::b}}}}"),
    "order": ("{{c7::a}} {{c2::b}}", "{{c2::a}} {{c1::b}}"),
    "none": ("{{c2::a}} {{c1::b}}", "{{c2::a}} {{c1::b}}"),
    "a slip": ("{{c1::a}} {{c2:b}} {{c3::c}}", "{{c1::a}} {{c2:b}} {{c3::c}}"),
    "too high": ("{{c1::a}} {{c777::b}}", "{{c1::a}} {{c777::b}}"),
    "never closed": ("{{c1::a}} {{c3::b", "{{c1::a}} {{c3::b"),
}


@pytest.mark.parametrize("style", ["|\n      {}", "'{}'", '"{}"', ">\n      {}"])
@pytest.mark.parametrize("case", CLOZES)
def test_cloze_numbers_close_their_gaps(case: str, style: str, project: Project) -> None:
    """In takeaways that are new and sound, and in their order."""
    before, after = (f"takeaways:\n  - id: one\n    text: {style.format(text)}\n" for text in CLOZES[case])
    assert fixed(project({ONE: before})) == after


# ------------------------------------------------------------------------------------ ids of any language

NAMED = {
    "German": ("de", "Höchstbetrag für Übermaß", "hoechstbetrag-fuer-uebermass"),
    "German, decomposed": ("de-AT", "Dru\u0308cken", "druecken"),
    "another language's umlaut": ("en", "Gödel", "godel"),
    "Danish": ("da", "Ærø på Ål", "aeroe-paa-aal"),
    "Swedish": ("sv", "Lång ö", "laang-oe"),
    "French": ("fr", "L'été à Nîmes", "lete-a-nimes"),
    "Russian": ("ru", "Сердце и сосуды", "serdtse-i-sosudy"),
    "Greek": ("el", "Καρδιά", "kardia"),
    "Korean": ("ko", "심장 판막", "simjang-panmag"),
    "kana": ("ja", "カルテ", "karute"),
    "Arabic, with a Latin word": ("ar", "دواء tramadol", "dw-tramadol"),
    "Chinese": ("zh-Hant", "心臟", "xinzang"),
}


@pytest.mark.parametrize("case", NAMED)
def test_an_id_is_what_the_language_writes_in_plain_letters(case: str, project: Project) -> None:
    """Whatever script a term has; the hint of the missing id and that of a bad one name the same.

    Where both are in one file, the missing one is another, so that the two can be followed together.
    """
    language, term, name = NAMED[case]
    text = (
        f"definitions:\n  - term: {term}\n    definition: x\n  - id: {term}\n    definition: x\n    term: y\n"
    )
    folder = project({ONE: text, DECK_YAML: f"{DECK}language: {language}\n"})
    told = check(folder, "--format", "json").json["diagnostics"]
    hints = [each["hint"] for each in told if each["path"] == ONE]
    assert f"`id: {name}-2`" in hints[0]
    assert f"`{name}`" in hints[1] or case == "French"
    change(folder, {ONE: text.partition("  - id")[0]})
    told = check(folder, "--format", "json").json["diagnostics"]
    assert f"`id: {name}`" in next(each["hint"] for each in told if each["code"] == "missing-key")
    assert f"  - id: {name}\n    term: {term}\n" in fixed(folder)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_cannot_be_read_is_left_to_its_author(language: str, project: Project) -> None:
    """A Japanese reading of Chinese characters, or the only Latin word of a case, would name it for ever."""
    text = "definitions:\n  - term: 心臓 tramadol\n    definition: x\n"
    folder = project({ONE: text, DECK_YAML: f"{DECK}language: {language}\n"})
    told = check(folder, "--format", "json").json["diagnostics"]
    (hint,) = (each["hint"] for each in told if each["code"] == "missing-key")
    assert hint == (
        "add an id that describes the note, in the letters a to z, because "
        "deckgen cannot turn Chinese characters into letters"
    )
    told = check(folder, "--fix")
    assert (folder / ONE).read_text(encoding="utf-8") == text
    assert "a definition (“心臓 tramadol”) has no id; write one, because deckgen cannot" in told.err


def test_a_released_id_of_any_language_is_put_back(project: Project) -> None:
    """Whatever its author called it, though nobody else could."""
    text = "definitions:\n  - id: heart\n    term: 心臓\n    definition: x\n"
    folder = project({ONE: text, DECK_YAML: f"{DECK}language: ja\n"})
    release(folder)
    change(folder, {ONE: text.replace("id: heart\n    ", "")})
    assert fixed(folder) == text


def test_words_that_differ_in_an_umlaut_get_two_ids(project: Project) -> None:
    """They are two words in German, and no number is needed to tell them apart."""
    text = "definitions:\n  - term: Drücken\n    definition: x\n  - term: Drucken\n    definition: x\n"
    made = fixed(project({ONE: text, DECK_YAML: f"{DECK}language: de\n"}))
    assert re.findall("id: (.*)", made) == ["druecken", "drucken"]


# -------------------------------------------------------------------------------------------- kind.yaml

LAW = "templates/law/kind.yaml"
SHIPPED = (1514237788180689, 3043838278382454, 4882694563571589)


def law(text: str) -> dict[str, str | bytes]:
    """A kind of the deck's own, and a note of it."""
    return {**kind("", text).files, "source/two.yaml": "laws:\n  - id: two\n    name: x\n"}


@pytest.mark.parametrize("end", ENDS)
def test_fields_and_cards_get_ids(end: str, project: Project) -> None:
    """By place, as the shipped kinds have them; after the name, in the style of the file."""
    before = KIND.replace(", id: 1, from", ", from").replace("id: 2, ", "").replace("id: 1, ", "")
    before = before.replace("  - {name: Rule, from: rule}", "  - name: Rule # the rule\n    from: rule")
    one, two, card = SHIPPED
    after = (
        before.replace("{name: Name,", f"{{name: Name, id: {one},")
        .replace("# the rule\n", f"# the rule\n    id: {two}\n")
        .replace("{name: Card,", f"{{name: Card, id: {card},")
    )
    folder = project({**law(before), LAW: ENDS[end](before).encode()})
    assert fixed(folder, LAW) == ENDS[end](after)
    assert check(folder).code == 0


def test_ids_of_fields_that_others_have_are_not_taken(project: Project) -> None:
    """Existing ids stay, and beyond those of the shipped kinds two authors get the same ones."""
    reserves = "".join(f"  - {{name: Reserve {number}}}\n" for number in range(12))
    text = KIND.replace("id: 1, from: name", f"id: {SHIPPED[1]}, from: name").replace(" id: 2,", "")
    text = text.replace("cards:", f"{reserves}cards:")
    folder = project(law(text))
    made = read(fixed(folder, LAW))
    ids = [entry["id"] for entry in made["fields"]]
    assert ids[0] == str(SHIPPED[1])
    assert len(set(ids)) == len(ids) == 14
    assert all(0 < int(each) < 1 << 53 for each in ids)
    assert check(folder).code == 0
    other = project(law(text.replace("title: Law", "title: Statute")))
    assert [entry["id"] for entry in read(fixed(other, LAW))["fields"]] == ids


def test_a_released_kind_gets_its_own_ids_back(project: Project) -> None:
    """Not those of the shipped kinds; and none where fields have moved as well."""
    folder = project(law(KIND))
    release(folder)
    change(folder, {LAW: KIND.replace(" id: 2,", "")})
    assert fixed(folder, LAW).replace("name: Rule, id: 2", "") == KIND.replace("name: Rule, id: 2", "")
    moved = KIND.replace(" id: 2,", "").replace("  - {name: Rule", "  - {name: More}\n  - {name: Rule")
    change(folder, {LAW: moved})
    told = check(folder, "--fix")
    assert (folder / LAW).read_text(encoding="utf-8") == moved
    assert "not changed: some fields have no id; the released ids are 1, 2" in told.err


def test_notes_of_a_kind_get_ids_with_it(project: Project) -> None:
    """A kind that only lacks ids counts as it will be, so that one run mends all."""
    text = KIND.replace(" id: 2,", "")
    folder = project({**law(text), "source/two.yaml": "laws:\n  - name: A  law: #1\n"})
    assert fixed(folder, "source/two.yaml") == "laws:\n  - id: a-law-1\n    name: |\n      A law: #1\n"
    assert check(folder).code == 0


# ------------------------------------------------------------------------------------------- what is released

RELEASED = """\
takeaways:
  - id: one
    text: |
      A  b {{c1::x}} {{c3::y}}␣
definitions:
  - {id: two, term: C  d, definition: 'e  f'}
comparisons:
  - id: table
    title: A  title
    columns: [A  b, C]
    rows:
      - {id: row, cells: [x  y, z]}
""".replace("␣", " ")


def test_a_released_note_keeps_its_text(project: Project) -> None:
    """What would be sent to learners again is not touched; new notes beside it are, and nothing is sent."""
    folder = project({ONE: RELEASED})
    release(folder)
    before = ledger_ids(folder)
    assert fixed(folder) == RELEASED
    renamed = RELEASED.replace("  - id: one\n", "  - id: first\n    was: one\n")
    change(
        folder, {ONE: renamed, "source/two.yaml": "definitions:\n  - {term: New  one, definition: x  y}\n"}
    )
    assert fixed(folder) == renamed
    assert (folder / "source/two.yaml").read_text(encoding="utf-8") == (
        "definitions:\n  - {id: new-one, term: New one, definition: x y}\n"
    )
    release(folder, "1.1.0", FIRST + 100)
    after = ledger_ids(folder)
    assert after.keys() == {"first", "two", "table.row", "new-one"}
    for old, new in (("one", "first"), ("two", "two"), ("table.row", "table.row")):
        assert before[old]["fingerprint"] == after[new]["fingerprint"]
        assert before[old]["mod"] == after[new]["mod"]


def test_a_new_row_of_a_released_table_leaves_the_table_alone(project: Project) -> None:
    """The title and columns belong to the released rows too."""
    folder = project({ONE: RELEASED})
    release(folder)
    change(folder, {ONE: RELEASED + "      - {cells: [p  q, r]}\n"})
    assert fixed(folder) == RELEASED + "      - {id: p-q, cells: [p q, r]}\n"


def test_a_released_note_without_its_id_gets_that_back(project: Project) -> None:
    """Told by its text, with what it builds on and the images that it shows; also a row and a table."""
    text = """\
definitions:
  - id: alpha
    term: First thing
    definition: |
      Text ![x](media/x.png)
  - id: beta
    term: Second thing
    definition: b
    builds_on: [alpha]
comparisons:
  - id: gamma
    title: Stances
    columns: [A, B]
    rows:
      - id: delta
        cells: [Neutrality, b]
      - id: epsilon
        cells: [Partiality, b]
  - id: zeta
    columns: [A, B]
    rows:
      - id: eta
        cells: [Other, b]
"""
    folder = project({ONE: text, "source/media/x.png": PNG})
    release(folder)
    before = ledger_ids(folder)
    for lost in (
        ["alpha", "beta"],
        ["delta"],
        ["gamma"],
        ["gamma", "delta", "epsilon"],
        ["zeta", "eta"],
        ["eta"],
    ):
        without = text
        for name in lost:
            without = re.sub(rf"- id: {name}\n +", "- ", without)
        change(folder, {ONE: without})
        told = check(folder, "--fix")
        assert (folder / ONE).read_text(encoding="utf-8") == text
        assert f"{len(lost)} released id{'s' * (len(lost) > 1)} restored" in told.err
        assert (told.code, "since" in told.err) == (0, False)
    describe(folder, "Something new.")
    release(folder, "1.1.0", FIRST + 100)
    assert ledger_ids(folder) == before


DOUBT = (
    "definitions:\n  - {id: alpha, term: First, definition: a}\n  - {id: beta, term: Second, definition: b}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        # two notes say what one said
        DOUBT.replace("id: beta, ", "")
        .replace("Second, definition: b", "First, definition: a")
        .replace("id: alpha, ", ""),
        # it is another kind of note now, or another note has the name of the released one
        "laws:\n- {term: First, definition: a}\ndefinitions:\n- {id: beta, term: Second, definition: b}\n",
        DOUBT.replace("{id: alpha, term: First", "{term: Alpha"),
        # what it says cannot be told, or it says what it was
        DOUBT.replace("id: alpha, ", "exampel: x, "),
        DOUBT.replace("id: alpha", "was: alpha"),
    ],
    ids=["twins", "kind", "name", "fault", "was"],
)
def test_what_may_be_a_released_note_gets_no_other_id(text: str, project: Project) -> None:
    """It is told, and left as it is, with its blanks."""
    other = KIND.replace("name: {", "term: {").replace("rule: {", "definition: {")
    other = other.replace("from: name", "from: term").replace("from: rule", "from: definition")
    other = other.replace("section: laws\n", "section: laws\nlabel: term\n")
    folder = project({**kind("", other).files, ONE: DOUBT})
    release(folder)
    text = text.replace("definition: a", "definition: a  ")
    change(folder, {ONE: text})
    told = check(folder, "--fix", "--format", "json")
    assert (folder / ONE).read_text(encoding="utf-8") == text
    assert told.json["mended"] == []
    assert "alpha" in "".join(each["why"] for each in told.json["left"])
    assert told.code == 1


def test_ids_that_were_released_are_not_given_again(project: Project) -> None:
    """Neither a retired note's, nor one that a note once had."""
    folder = project({ONE: DOUBT})
    release(folder)
    retired = DOUBT.replace("definition: a", "definition: a, retired: Why").replace(
        "id: beta", "id: new, was: beta"
    )
    change(folder, {ONE: retired})
    release(folder, "1.1.0", FIRST + 100)
    change(folder, {ONE: retired + "  - {term: Alpha, definition: x}\n  - {term: Beta, definition: x}\n"})
    assert fixed(folder) == (
        retired
        + "  - {id: alpha-2, term: Alpha, definition: x}\n  - {id: beta-2, term: Beta, definition: x}\n"
    )


def test_a_row_gets_no_id_that_its_table_had(project: Project) -> None:
    """In a table that was another, `was` holds for every row, also for a new one of an old name."""
    folder = project({ONE: RELEASED})
    release(folder)
    text = RELEASED.replace("- id: table\n", "- id: other\n    was: table\n").replace(
        "id: row,", "id: line, was: row,"
    )
    change(folder, {ONE: text + "      - {cells: [Row, r]}\n"})
    assert fixed(folder) == text + "      - {id: row-2, cells: [Row, r]}\n"


def test_without_a_readable_ledger_only_texts_are_mended(project: Project) -> None:
    """Nobody knows which ids have been released then, or which texts."""
    folder = project({ONE: DOUBT})
    release(folder)
    ledger = (folder / LEDGER).read_text(encoding="utf-8")
    change(folder, {LEDGER: ledger.replace('"kind"', '"knd"'), ONE: f"{DOUBT}  - term: A  b: c\n"})
    assert fixed(folder) == f"{DOUBT}  - term: |\n      A  b: c\n"
    change(folder, {LEDGER: ledger, "source/two.yaml": b"\xff"})
    (folder / "source/link.yaml").symlink_to("nowhere")
    assert fixed(folder) == f"{DOUBT}  - term: |\n      A  b: c\n"


# ----------------------------------------------------------------------------------------- the command line

TWO_NOTES = "definitions:\n- term: A: b\n  definition: x\n- {term: C, definition: d}\n"
MENDED = "definitions:\n- id: a-b\n  term: |\n    A: b\n  definition: x\n- {id: c, term: C, definition: d}\n"


def test_a_fix_is_shown_and_the_deck_checked(project: Project) -> None:
    """For each file a diff that `git apply` takes, and what was mended; then the check as ever."""
    folder = project({ONE: TWO_NOTES, "source/two.yaml": "definitions:\n- {id: e, term: E, definition: [}\n"})
    (folder / "source/two.yaml").unlink()
    dry = run("check", "--fix", "--dry-run", "--project", folder)
    assert (folder / ONE).read_text(encoding="utf-8") == TWO_NOTES
    told = run("check", "--fix", "--project", folder)
    assert (folder / ONE).read_text(encoding="utf-8") == MENDED
    assert told.stdout == dry.stdout == ""
    summary = "source/one.yaml: 1 text changed into a block, 2 ids added\n"
    patch, found, rest = told.stderr.partition(summary)
    assert found
    good = "no errors: 2 notes (2 definitions), 4 cards\nNext: deckgen"
    assert untimed(rest) == f"{good} build --project {folder}\n"
    would = f"{good} check --fix --project {folder}\n"
    assert (
        untimed(dry.stderr) == f"{patch}{summary}--dry-run: nothing was written. With these fixes:\n{would}"
    )
    assert (dry.returncode, told.returncode) == (0, 0)
    change(folder, {ONE: TWO_NOTES, "fix.patch": patch})
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "apply", "fix.patch"], cwd=folder, check=True)
    assert (folder / ONE).read_text(encoding="utf-8") == MENDED


def test_what_is_mended_as_json(project: Project) -> None:
    """A member more, with path, what and diff; without `--fix` there is none."""
    folder = project({ONE: TWO_NOTES})
    assert "mended" not in check(folder, "--format", "json").json
    (mended,) = check(folder, "--fix", "--dry-run", "--format", "json").json["mended"]
    told = check(folder, "--fix", "--format", "json")
    assert told.json["mended"] == [mended]
    assert (told.code, told.err, told.json["ok"], told.json["left"]) == (0, "", True, [])
    assert mended["path"] == ONE
    assert mended["what"] == "1 text changed into a block, 2 ids added"
    assert "+- id: a-b\n" in mended["diff"]
    assert check(folder, "--fix", "--format", "json").json["mended"] == []


def test_a_dry_run_needs_a_fix(project: Project) -> None:
    """The call is wrong, and says how it is right."""
    told = check(project({ONE: TWO_NOTES}), "--dry-run")
    assert (told.code, told.err) == (
        2,
        "error: --dry-run shows what --fix would do\n  hint: deckgen check --fix --dry-run\n",
    )


def test_a_conflict_in_the_ledger_is_shown_as_well(project: Project) -> None:
    """A dry run shows how it would be resolved; released notes are then known by both sides."""
    folder = project({ONE: RELEASED})
    release(folder)
    ledger = (folder / LEDGER).read_text(encoding="utf-8")
    rows = ledger.splitlines(keepends=True)
    conflict = "".join([*rows[:-1], "<<<<<<< HEAD\n", rows[-1], "=======\n", ">>>>>>> other\n"])
    change(folder, {LEDGER: conflict})
    told = check(folder, "--fix", "--dry-run")
    assert (folder / LEDGER).read_text(encoding="utf-8") == conflict
    assert "\n-<<<<<<< HEAD\n" in told.err
    assert "source/ledger.jsonl: the conflict is resolved; commit the ledger\n" in told.err
    assert told.code == 0
    assert fixed(folder) == RELEASED
    assert (folder / LEDGER).read_text(encoding="utf-8") == ledger


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_permissions_stay_and_links_out_are_not_followed(project: Project, tmp_path: Path) -> None:
    """A mended file has the mode that it had; a link within the project leads to the file that is mended."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(TWO_NOTES, encoding="utf-8")
    folder = project({ONE: TWO_NOTES, "shared.yaml": TWO_NOTES.replace("C", "D").replace("A: b", "E: f")})
    (folder / ONE).chmod(0o640)
    (folder / "source/out.yaml").symlink_to(outside)
    told = check(folder, "--fix", "--format", "json")
    assert outside.read_text(encoding="utf-8") == TWO_NOTES
    assert "unreadable-file" in told.codes
    (folder / "source/out.yaml").unlink()
    (folder / "source/in.yaml").symlink_to("../shared.yaml")
    check(folder, "--fix")
    assert (folder / ONE).read_text(encoding="utf-8") == MENDED
    assert stat.S_IMODE((folder / ONE).stat().st_mode) == 0o640
    assert (folder / "source/in.yaml").is_symlink()
    assert "id: d, " in (folder / "shared.yaml").read_text(encoding="utf-8")
    assert check(folder).code == 0


def test_a_file_that_changes_meanwhile_is_not_overwritten(project: Project) -> None:
    """What its author has just saved stays, and the call fails."""
    folder = project({ONE: TWO_NOTES})
    made = fix.fix(folder)
    assert [each.path for each in made] == [ONE]
    change(folder, {ONE: "definitions: []\n"})
    with pytest.raises(CallError, match="changed in the meantime"):
        fix.write(made)
    assert (folder / ONE).read_text(encoding="utf-8") == "definitions: []\n"
    assert [path.name for path in (folder / "source").iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize(
    "text", [b"\xff", b"a: [", b"- x\n", b"", b"\x00", b"a: 1\n---\nb: 2\n", b"\r", b"x: &a\n"]
)
def test_files_that_are_no_chapters_stay(text: bytes, project: Project) -> None:
    """Whatever is wrong with a file, --fix neither fails nor touches it."""
    folder = project(
        {"source/two.yaml": text + b"definitions:\n- term: a: b\n" * (text in {b"\xff", b"\x00"})}
    )
    before = (folder / "source/two.yaml").read_bytes()
    check(folder, "--fix")
    assert (folder / "source/two.yaml").read_bytes() == before


def test_the_example_in_the_docs_is_true(project: Project) -> None:
    """The chapter that docs/writing.md shows becomes the one that it shows below."""
    page = (REPOSITORY / "docs/writing.md").read_text(encoding="utf-8").partition("## Mistakes that")[2]
    before, after = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    folder = project({ONE: before})
    assert fixed(folder) == after
    assert check(folder).code == 0


def test_this_deck_needs_no_mending() -> None:
    """The repository's own deck and kinds are as --fix would have them."""
    assert fix.fix(REPOSITORY) == []


# ---------------------------------------------------------------------------------------- whatever is written

WORDS = st.lists(
    st.sampled_from("a the split alliance García Вера *joins* `x__y` {{c1::hidden}} it's $a$ — end.".split()),
    min_size=1,
    max_size=6,
)


@st.composite
def texts(draw: st.DrawFn, column: int, *, flow: bool) -> str:
    """A text as a value in some style, for a key in a column."""
    gap = draw(st.sampled_from([" ", " ", " ", "  "]))
    text = gap.join(["Say", *draw(WORDS)]).replace("__", "  ")
    style = draw(st.sampled_from("plain ' \"".split() + ["|", ">", "|-"] * (not flow)))
    if style in {"|", ">", "|-"}:
        indent = "\n" + " " * (column + draw(st.integers(1, 4)))
        more = draw(st.sampled_from(["", f"{indent}and more", f"{indent}and \n{indent}  more  "]))
        comment = draw(st.sampled_from(["", "  # c%"]))
        return f"{style}{comment}{indent}{text}{more}".replace("\n \n", "\n\n")
    if style == "plain":
        return text.replace("{", "(").replace("}", ")")
    text = text.replace("'", "''") if style == "'" else text
    comment = draw(st.sampled_from(["", "  # c%"])) if not flow else ""
    return f"{style}{text}{style}{comment}"


@st.composite
def notes(draw: st.DrawFn, column: int) -> str:
    """A definition, in block or flow style, with comments and without an id, or with one."""
    names = draw(st.permutations(["term", "definition", "extra"]))[: draw(st.integers(1, 3))]
    if draw(st.booleans()):
        names.insert(draw(st.integers(0, len(names))), "id")
    flow = draw(st.booleans())
    step = draw(st.integers(1, 3))
    pairs = [
        f"{name}: {'n%' if name == 'id' else draw(texts(column + 1 + step, flow=flow))}" for name in names
    ]
    head = " " * column + "-" + " " * step
    if flow:
        return (
            head
            + draw(st.sampled_from(["{", "{ "]))
            + draw(st.sampled_from([", ", " ,  "])).join(pairs)
            + "}\n"
        )
    if draw(st.booleans()):
        head = " " * column + draw(st.sampled_from(["-\n", "- # c%\n", "-\n\n"])) + " " * (column + 1 + step)
    between = [draw(st.sampled_from(["", "", "\n", f"{' ' * column}# c%\n"])) for _ in pairs]
    rows = [pair + "\n" + gap for pair, gap in zip(pairs, between, strict=True)]
    return head + (" " * (column + 1 + step)).join(rows)


@st.composite
def chapters(draw: st.DrawFn) -> str:
    """A chapter of definitions, with its own indentation, comments, line ends and mark."""
    column = draw(st.integers(0, 3))
    body = "".join(draw(st.lists(notes(column), min_size=1, max_size=5)))
    text = f"# c%\ndeck: One  # c%\n\ndefinitions:\n{body}" + draw(st.sampled_from(["", "# c%\n", "\n\n"]))
    parts = text.split("%")
    text = "".join(f"{part}{number}" for number, part in enumerate(parts[:-1])) + parts[-1]
    return str(draw(st.sampled_from(list(ENDS.values())))(text))


@given(text=chapters())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_but_the_mended_changes(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every other value, comment and byte of a chapter stays, and a second time changes nothing."""
    folder = write_project(tmp_path_factory.getbasetemp() / "any", {ONE: text, "source/a.yaml": ""})
    before = read(text)
    check(folder, "--fix")
    made = (folder / ONE).read_bytes().decode()
    check(folder, "--fix")
    assert (folder / ONE).read_bytes().decode() == made
    after = read(made)
    assert re.findall(r"# c\d+", made) == re.findall(r"# c\d+", text)
    without = made
    above: dict[str, str] = {}
    for old, new in zip(before["definitions"], after["definitions"], strict=True):
        # what a hyphen too many has made of the note above gets no id
        both = {"id", "term", "definition"} <= above.keys() | old.keys()
        is_half = both and above.keys().isdisjoint(old)
        above = old
        if "id" not in old and not (is_half and "id" not in new):
            assert next(iter(new)) == "id"
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", new["id"])
            without, count = re.subn(rf"id: {new['id']}(?:, |\r?\n *)", "", without, count=1)
            assert count == 1
            del new["id"]
        assert list(new) == list(old)
        for key in old:
            assert new[key].replace("\\\n", " ").split() == old[key].split()
            # half a note is none yet, so its texts are left as they are
            assert is_half or "  " not in re.sub("`[^`]*`", "x", new[key].replace("\n  ", "\n"))
    assert before | {"definitions": []} == after | {"definitions": []}
    ids = [note["id"] for note in read(made)["definitions"] if "id" in note]
    assert len(set(ids)) == len(ids)
    # what differs besides the ids are blanks, each line still in its place
    assert len(without.split("\n")) == len(text.split("\n"))
    for old_line, new_line in zip(text.split("\n"), without.split("\n"), strict=True):
        assert old_line.split() == new_line.rstrip("\\").split() or old_line.endswith("  ")
        if "  " not in old_line.strip() and old_line.removesuffix("\r").rstrip(" ") == old_line.removesuffix(
            "\r"
        ):
            assert new_line == old_line
    if "\r\n" in text:
        assert "\n" not in made.replace("\r\n", "")


SIGNS = "a| word|: | #| # |#|\"|'|*|&|!|%|@|`|- |-|[|]|{|}|{{c1::x}}|\\beta |\\n|$|,|  |>|?| |é|x:|It's |&c. "
TYPED = st.lists(st.sampled_from(SIGNS.split("|")), min_size=1, max_size=7).map("".join)


@given(first=TYPED, rest=st.lists(TYPED, max_size=2), item=st.booleans())
@example(first="*a", rest=[], item=True)
@settings(max_examples=600, deadline=None)
def test_a_text_is_never_another_than_was_typed(
    first: str, rest: list[str], *, item: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands there: YAML reads it as before, or it is told, or it is in a block, word for word.

    Only the mark with which a block was meant to open is not in it.
    """
    folder = write_project(tmp_path_factory.getbasetemp() / "typed")
    if item:
        before = "comparisons:\n  - id: t\n    columns: [A, B]\n    rows:\n      - id: r\n        cells:\n"
        before += f"          - {first}"
        after = "\n          - 'last'  # c\n"
        indent = "\n" + " " * 14
    else:
        before, after = f"{HEAD}    example: {first}", f"\n{TAIL}"
        indent = "\n" + " " * 7
    text = before + "".join(indent + line for line in rest) + after
    change(folder, {ONE: text})
    made = fix.fix(folder)
    if not made:
        return
    assert [each.path for each in made] == [ONE]
    mended = made[0].after.decode()
    assert mended.endswith(after)
    fix.write(made)
    assert fix.fix(folder) == []

    def value(text: str) -> list[str]:
        said = read(text)
        found = said["comparisons"][0]["rows"][0]["cells"][0] if item else said["definitions"][0]["example"]
        return str(found).split()

    typed = " ".join((first, *rest)).split()
    if "block" not in made[0].what:
        assert value(mended) == value(text)
    elif typed[0][0] not in "\"'":
        unmarked = re.sub(r"^[|>](?:[-+](?= ))?", "", " ".join(typed)).split()
        assert value(mended) in (typed, unmarked)
    else:
        said, whole = "".join(value(mended)), "".join(typed)
        assert said in whole
        assert len(whole) - len(said) in {0, 2}
