"""One slip of someone who begins draws one diagnostic, which names the line and what to write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deckgen.build import build
from tests.conftest import CARD_WARNINGS, write_project
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
        if each.span.path == "source/two.yaml" and each.code not in CARD_WARNINGS
    ]


def hint(folder: Path, text: str, line: int, **files: str | bytes) -> str:
    """The hint of the only diagnostic, which stands on a line."""
    found = told(folder, text, **files)
    assert [each[0] for each in found] == [line], found
    return found[0][2]


def test_lines_of_a_list_without_hyphens(tmp_path: Path) -> None:
    """Each line is an item, and not all of them one."""
    files = kind("", KIND.replace("rule: {type: markdown}", "rule: {type: markdown}\n  steps: {type: texts}")).files
    text = "laws:\n  - id: two\n    name: Law\n    steps:\n      Make a loop\n      Pass it through\n"
    kinds = {**files, "templates/law/kind.yaml": str(files["templates/law/kind.yaml"]).replace("texts", "list")}
    kinds["templates/law/card.back.html.j2"] = "{{Name}} {{Rule}} {{Steps}}"
    kinds["templates/law/kind.yaml"] = kinds["templates/law/kind.yaml"].replace(
        "cards:", "  - {name: Steps, id: 3, from: steps}\ncards:"
    )
    assert hint(tmp_path, text, 5, **kinds) == "put a hyphen and a space before each line: `- Make a loop`"


@pytest.mark.parametrize("between", ["; ", ";", " / ", " + ", "； "])
def test_another_sign_than_a_comma_between_ids(between: str, tmp_path: Path) -> None:
    """The hint writes the comma."""
    more = f"  - id: three\n    term: Other\n    definition: x\n    builds_on: [one{between}two]\n"
    assert "`one, two`" in hint(tmp_path, HEAD + more, 9)


def test_no_sign_between_ids(tmp_path: Path) -> None:
    """Nor is one of them proposed for both."""
    more = "  - id: three\n    term: Other\n    definition: x\n    builds_on: [one two]\n"
    assert hint(tmp_path, HEAD + more, 9).startswith("a comma stands between two ids: `[one, two]`")


@pytest.mark.parametrize("label", ["Two", "One"])
def test_an_id_that_another_note_has_is_not_proposed(label: str, tmp_path: Path) -> None:
    """In the same file or one before it; what is proposed is what `--fix` gives."""
    said = hint(tmp_path, f"{HEAD}  - term: {label}\n    definition: x\n", 6)
    assert f"`id: {label.lower()}-2`; another note has `{label.lower()}`" in said
