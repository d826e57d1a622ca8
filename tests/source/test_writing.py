"""YAML that deckgen writes: each text comes back as it was, in the form that authors use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from deckgen.source import Mapping, Scalar, Writable, parse, write, write_in_braces

if TYPE_CHECKING:
    from deckgen.source import Node

TRAPS = st.sampled_from(
    [
        *[": ", "# ", "\n", "\t", "\r", "  ", "\n\n", "\\", '"', "'", "{{c1::a}}", "[[b]]", "#", ":", "-"],
        *["---", "...", "?", "!", "&", "*", "%", "@", "`", ">", "~", "null", "no", "0x1", "1:20", ","],
        *["=", "<<", "\x00", "\x07", "\x7f", "\x85", "\xa0", "\xad", "\u2028", "\u2029", "\ufeff", "\uffff"],
        *["\ud7ff", "\ue000", "\U0001f9d1\u200d\U0001f52c", "eq", "abla", "a", "|", "\u5b57", "\u0627"],
        *["2026-01-01", "key: ", "- id: x", "<<<<<<< HEAD", "\n ", " \n"],
    ]
)
TEXTS = st.one_of(
    st.lists(TRAPS, max_size=8).map("".join),
    st.text(max_size=300),
    st.text("ab :#-\n\t ", max_size=120),
)
KEYS = st.text(min_size=1, max_size=40).filter(lambda key: key != "\0") | TRAPS.filter(
    lambda key: key != "\0"
)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def value_of(node: Node | None) -> Writable:
    """A node as a value."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key: value_of(inner) for key, inner in node.entries.items()}
    assert node is not None
    return [value_of(inner) for inner in node.items]


@given(st.dictionaries(KEYS, VALUES, max_size=5) | st.lists(VALUES, max_size=5), st.sampled_from([0, 2, 5]))
@example({"a": "|\nx", "b": "x\n\n", "c": "\nx", "d": " x\n", "e": "\n\tx\n"}, 0)
@example({"formula": "\x07\nabla \\beta \\neq"}, 2)
def test_every_text_comes_back_as_it_was(value: dict[str, Writable] | list[Writable], indent: int) -> None:
    """The parser finds the texts that were written, at any depth, and reports nothing."""
    document, diagnostics = parse(write(value, indent), "a.yaml")
    assert not list(diagnostics)
    assert value_of(document.root) == value


@given(st.dictionaries(TEXTS.filter(lambda key: key != "<<"), TEXTS, max_size=5))
def test_other_readers_of_yaml_find_the_same_texts(value: dict[str, str]) -> None:
    """An editor that knows YAML's numbers, dates and `no` takes none of the texts for one."""
    assert yaml.safe_load(write(value)) == value


@given(st.lists(TEXTS, max_size=4))
@example(["a, b", "x: y", "[z]", "{w}", "a\nb", "no", "Card 1", "", "-1", "\u2028", "\x00"])
def test_every_text_within_braces_comes_back_as_it_was(texts: list[str]) -> None:
    """Both the parser and other readers of YAML find each text, and numbers and flags beside it."""
    value: dict[str, str | bool | int] = {f"k{place}": text for place, text in enumerate(texts)}
    written = f"- {write_in_braces(value | {'number': -3, 'flag': True})}\n"
    document, diagnostics = parse(written, "a.yaml")
    assert not list(diagnostics)
    assert value_of(document.root) == [value | {"number": "-3", "flag": "true"}]
    assert yaml.safe_load(written) == [value | {"number": -3, "flag": True}]


def test_texts_within_braces_are_in_quotes_only_if_needed() -> None:
    """Names of fields mostly are plain; what any reader of YAML takes for something else is in quotes."""
    value: dict[str, str | bool | int] = {
        "name": "Front side",
        "id": 3,
        "from": "yes",
        "font": "a, b",
        "sticky": False,
    }
    assert write_in_braces(value) == '{name: Front side, id: 3, from: "yes", font: "a, b", sticky: false}'


def test_a_note_looks_as_authors_write_it() -> None:
    """Prose is in blocks, short texts and ids are on the line of their key."""
    note: dict[str, Writable] = {
        "id": "split-alliance",
        "term": "Split alliance (unbalanced)",
        "tags": ["alliance", "exam"],
        "definition": "One *trusts* more: the other\nwaits. # no comment\n",
        "options": [
            {"text": "Ask\n", "correct": True, "why": "It does.\n"},
            {"text": "Wait\n", "why": "No.\n"},
        ],
        "cells": ["Name", "- not an item", "1.10"],
    }
    assert write([note], 2) == (
        "  - id: split-alliance\n"
        "    term: Split alliance (unbalanced)\n"
        "    tags: [alliance, exam]\n"
        "    definition: |\n"
        "      One *trusts* more: the other\n"
        "      waits. # no comment\n"
        "    options:\n"
        "      - text: |\n"
        "          Ask\n"
        "        correct: true\n"
        "        why: |\n"
        "          It does.\n"
        "      - text: |\n"
        "          Wait\n"
        "        why: |\n"
        "          No.\n"
        "    cells:\n"
        "      - Name\n"
        '      - "- not an item"\n'
        '      - "1.10"\n'
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Joining", "Joining"),
        ("Δ is a letter", "Δ is a letter"),
        ("no", '"no"'),
        ("2026-01-01", '"2026-01-01"'),
        ("a: b", '"a: b"'),
        ("a #1", '"a #1"'),
        ("a #1: \\beta", "|-\n  a #1: \\beta"),
        ("{{c1::x}}", '"{{c1::x}}"'),
        ("", '""'),
        (" ", '" "'),
        ("x\u2028y", '"x\\u2028y"'),
        ("x" * 90, "|-\n  " + "x" * 90),
        ("x\ty\n", "|\n  x\ty"),
        ("  x\n", "|2\n    x"),
    ],
)
def test_the_form_of_a_text(text: str, written: str) -> None:
    """A text is plain, in quotes, or a block, whichever is easy to read and exact."""
    assert write({"a": text}) == f"a: {written}\n"


def test_what_yaml_cannot_hold_is_refused() -> None:
    """Half a character, and a key of a page, are an error, not a file that nobody can read."""
    with pytest.raises(ValueError, match="surrogate"):
        write({"a": "\ud800"})
    with pytest.raises(ValueError, match="surrogate"):
        write_in_braces({"a": "\ud800"})
    with pytest.raises(ValueError, match="a key has more than"):
        write({"a" * 1001: "b"})
    assert write({"a": {}, "b": [], "c": 3}) == "a: {}\nb: []\nc: 3\n"
    assert write([]) == "[]\n"
