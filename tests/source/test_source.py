"""Reading YAML: the text as written, and the places as they are."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen import source
from deckgen.source import Mapping, Node, Scalar, Sequence


def plain(node: Node | None) -> Any:  # noqa: ANN401 (whatever a YAML text holds)
    """A node as lists, dicts and texts."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


def scalars(node: Node | None) -> list[Scalar]:
    """All texts below a node, keys too."""
    if isinstance(node, Mapping):
        return [found for value in node.entries.values() for found in scalars(value)]
    if isinstance(node, Sequence):
        return [found for item in node.items for found in scalars(item)]
    return [node] if node else []


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff"), max_size=30
)
LINES = st.lists(TEXT, max_size=4).map("\n".join)
DATA = st.recursive(
    LINES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3), max_leaves=8
)


@given(
    data=st.dictionaries(LINES, DATA, max_size=4),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    flow=st.sampled_from([None, False, True]),
    width=st.sampled_from([20, 1000]),
)
@settings(max_examples=300, deadline=None)
def test_data_comes_back_as_it_was_written(
    data: dict[str, Any], style: str | None, *, flow: bool | None, width: int
) -> None:
    """Whatever PyYAML writes of texts, in any style, is read as the same texts."""
    text = yaml.dump(data, default_style=style, default_flow_style=flow, width=width, allow_unicode=True)
    document, found = source.parse(text, "x.yaml")
    others = [each for each in found if each.code != "control-character"]
    if any(line.lstrip().startswith("? ") for line in document.lines) and others:
        return  # long keys are written as `? key`, which is read but never needed
    assert not others, (text, others)
    assert plain(document.root) == yaml.load(text, yaml.BaseLoader), text  # noqa: S506 (texts only)


@given(
    lines=st.lists(
        st.text("abc é😀{}*_$ ", min_size=1, max_size=20).map(str.rstrip).filter(bool), min_size=1, max_size=4
    ),
    data=st.data(),
)
@example(lines=["  indented", "less"], data=None)
@settings(deadline=None)
def test_places_in_literal_blocks_are_exact(lines: list[str], data: st.DataObject | None) -> None:
    """Every character of a literal block is where the span says that it is."""
    first = lines[0].lstrip() or "x"
    text = "notes:\n  - text: |\n" + "".join(f"      {line}\n" for line in [first, *lines[1:]])
    document, found = source.parse(text, "x.yaml")
    assert not found
    scalar = scalars(document.root)[-1]
    offset = data.draw(st.integers(0, len(scalar.value) - 1)) if data else 3
    span = document.span_in(scalar, offset)
    if scalar.value[offset] != "\n":
        assert span.column
        assert document.lines[span.line - 1][span.column - 1] == scalar.value[offset]


@pytest.mark.parametrize(
    ("text", "needle", "line", "column"),
    [
        ("a: one two\n", "two", 1, 8),
        ("a: 'one two'\n", "two", 1, 9),
        ('a: "one two"\n', "two", 1, 9),
        ("a: 'it''s two'\n", "two", 1, None),
        ('a: "\\u00e9 two"\n', "two", 1, None),
        ("a: one\n  two\n", "two", 2, None),
        ("a: 'one\n  it''s two'\n", "two", 2, None),
        ('a: "one \\\n  more \\u00e9\n  two"\n', "two", 3, None),
        ("a: >\n  one\n  more\n\n  two\n", "two", 5, None),
        ("a: |\n\n\n  one\n    two\n", "two", 5, 5),
        ("a: |2\n    one\n   two\n", "two", 3, 4),
        ("a: |-  # a comment\n  two\n", "two", 2, 3),
        ("\ufeffa: |\r\n  one\r\n  two\r\n", "two", 3, 3),
        ("a: {b: [one, two]}\n", "two", 1, 14),
    ],
)
def test_a_part_of_a_text_is_found_on_its_line(text: str, needle: str, line: int, column: int | None) -> None:
    """Exact where the text is written as it reads; elsewhere the line is right and no column is invented."""
    document, found = source.parse(text.removeprefix("\ufeff"), "x.yaml")
    assert not found
    scalar = scalars(document.root)[-1]
    span = document.span_in(scalar, scalar.value.index(needle), len(needle))
    assert (span.line, span.column) == (line, column)


@pytest.mark.parametrize("text", ["no", "1.10", "2026-01-01", "0x1F", "~", "null", "1e3", "Yes", ".5", "0o7"])
def test_texts_stay_what_was_written(text: str) -> None:
    """YAML's guesses at numbers, dates and switches are not made."""
    document, found = source.parse(f"a: {text}\n", "x.yaml")
    assert not found
    assert plain(document.root) == {"a": text}


NEAR_YAML = st.lists(
    st.sampled_from(
        [
            "a",
            "b: ",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            ": ",
            "|\n",
            ">\n",
            "'",
            '"',
            "{",
            "}",
            "[",
            "]",
            "&x",
            "*x",
            "!t ",
            "#",
            " #",
            "---\n",
            "...\n",
            "\t",
            "%",
            "@",
            "`",
            "?",
            "\\",
            "é",
            "😀",
            "\r\n",
            ",",
            "{{c1::x}}",
            "\x00",
            "\x85",
            "\u2028",
            "text: ",
            "takeaways:\n",
            "id: a\n",
        ]
    ),
    max_size=25,
).map("".join)


@given(text=NEAR_YAML)
@settings(max_examples=800, deadline=None)
def test_no_text_near_yaml_breaks_the_reader(text: str) -> None:
    """Never a traceback; a text that is no YAML is told, at a place that exists."""
    document, found = source.parse(text, "x.yaml")
    try:
        list(yaml.parse(text, yaml.CSafeLoader))
    except yaml.YAMLError:
        assert found, text
    for each in found:
        assert 0 <= each.span.line <= len(document.lines)
        if each.span.column is not None:
            assert 1 <= each.span.column <= len(document.lines[each.span.line - 1]) + 2
    for scalar in scalars(document.root):
        document.span(scalar)
        document.span_in(scalar, max(len(scalar.value) - 1, 0))
