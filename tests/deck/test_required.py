"""Required keys: each that is missing is told, whatever else is written where it belongs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from tests.conftest import DECK, write_project
from tests.faults import KIND, kind

if TYPE_CHECKING:
    from pathlib import Path

LAW = KIND.replace(
    "  rule: {type: markdown}\n", "  rule: {type: markdown, required: true}\n  rules: {type: list}\n"
)
LAW = LAW.replace("cards:", "  - {name: Rules, id: 3, from: rules}\ncards:")
RULES = """\
title: Rule
section: tables
type: normal
rows: items
table_keys:
  head: {type: text, required: true}
  heads: {type: list}
keys:
  item: {type: text, required: true}
  itemss: {type: text}
fields:
  - {name: Item, id: 1, from: item}
  - {name: Items, id: 2, from: itemss}
  - {name: Head, id: 3, from: head}
  - {name: Heads, id: 4, from: heads}
cards:
  - {name: Card, id: 1, face: card}
"""


def told(folder: Path) -> list[tuple[str, str, str]]:
    """The code, message and hint of each error."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    found = json.loads(result.stdout)["diagnostics"]
    return [(each["code"], each["message"], each["hint"] or "") for each in found if each["level"] == "error"]


@pytest.mark.parametrize(
    ("file", "text", "missing"),
    [
        ("source/two.yaml", "laws:\n  - {id: two, name: x, rules: [y]}\n", "a law lacks the key `rule`"),
        (
            "source/two.yaml",
            "laws:\n  - {id: two, rules: [y], tags: [nam]}\n",
            "lacks the keys `name` and `rule`",
        ),
        (
            "source/two.yaml",
            "takeaways:\n  - {id: two, extra: x, why: y}\n",
            "a takeaway lacks the key `text`",
        ),
        (
            "source/two.yaml",
            "tables:\n  - {id: t, heads: [x], items: [{id: r, item: x}]}\n",
            "a rule table lacks the key `head`",
        ),
        (
            "source/two.yaml",
            "tables:\n  - {id: t, head: x, items: [{id: r, itemss: x}]}\n",
            "a row of a rule lacks the key `item`",
        ),
        (
            "source/two.yaml",
            "tables:\n  - {id: t, head: x, extra: y}\n",
            "a rule table lacks the key `items`",
        ),
        ("source/deck.yaml", "id: x\nlicense: x\nlanguage: en\ntags: [x]\n", "a deck lacks the key `title`"),
        ("source/deck.yaml", "title: x\nlicense: x\nlanguage: en\n", "a deck lacks the key `id`"),
        (
            "source/deck.yaml",
            f"{DECK}blueprint:\n  - {{title: x, weight: 100}}\n",
            "a domain of the blueprint lacks the key `tag`",
        ),
        (
            "source/deck.yaml",
            f"{DECK}accept:\n  - {{code: moved-cloze, because: x}}\n",
            "an acceptance lacks the key `id`",
        ),
        (
            "source/two.yaml",
            "vignettes:\n  - {id: v, scenario: x, question: y?, options: [{text: x, correct: true}]}\n",
            "an option lacks the key `why`",
        ),
        (
            "templates/law/kind.yaml",
            LAW.replace("title: Law", "label: name"),
            "the kind lacks the key `title`",
        ),
        (
            "templates/law/kind.yaml",
            LAW.replace("{type: list}", "{about: x, example: x, values: [type]}"),
            "the key `rules` lacks the key `type`",
        ),
        (
            "templates/law/kind.yaml",
            LAW.replace("{name: Card, id: 1, face", "{id: 1, face"),
            "one of the cards lacks the key `name`",
        ),
    ],
)
def test_no_other_key_hides_a_missing_one(tmp_path: Path, file: str, text: str, missing: str) -> None:
    """A key that is allowed where it stands is no misspelt other one, however alike they look."""
    files: dict[str, str | bytes] = {**kind("", LAW).files}
    for name, content in kind("", RULES, card_front="{{Item}}", card_back="x").files.items():
        files[name.replace("/law/", "/rule/")] = content
    folder = write_project(tmp_path, {**files, file: text})
    assert missing in " / ".join(message for code, message, _ in told(folder) if code == "missing-key")


@pytest.mark.parametrize(
    ("key", "hint", "missing"),
    [
        ("rul", "did you mean `rule`?", False),
        ("Rule", "did you mean `rule`? only the capitals differ", False),
        ('"rule "', "delete it, and retype the key", False),
        ("rulees", "did you mean `rules`?", True),
        ("Rules", "did you mean `rules`? only the capitals differ", True),
        ("nam", "did you mean `name`? it is already here: remove one of the two", True),
        ("options", "did you mean `rule`?", False),
    ],
)
def test_a_misspelt_key_is_told_once(tmp_path: Path, key: str, hint: str, missing: bool) -> None:  # noqa: FBT001
    """The key that its hint names is not told as missing besides; any other is."""
    text = f"laws:\n  - id: two\n    name: x\n    {key}: y\n"
    found = told(write_project(tmp_path, {**kind("", LAW).files, "source/two.yaml": text}))
    (unknown,) = (each for each in found if each[0] == "unknown-key")
    assert re.fullmatch(re.escape(hint) or ".*", unknown[2])
    assert [each[1] for each in found if each[0] == "missing-key"] == ["a law lacks the key `rule`"] * missing


def test_a_misspelt_key_of_rows_is_told_once(tmp_path: Path) -> None:
    """A table whose `rows` are called otherwise is told of that word alone."""
    text = "comparisons:\n  - id: two\n    columns: [A, B]\n    rowss:\n      - {id: x, cells: [a, b]}\n"
    found = told(write_project(tmp_path, {"source/two.yaml": text}))
    assert [(code, hint) for code, _, hint in found] == [("unknown-key", "did you mean `rows`?")]
