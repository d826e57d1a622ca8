"""Slips in YAML: told where they were made, in words that authors know, whatever else is in the file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen import source
from deckgen.deck import kind_file, notes
from deckgen.deck.chapter import read_chapter
from deckgen.deck.kinds_in_force import read_kinds
from deckgen.project import Project, kind_folders
from tests.cards.test_markup import SAMPLE
from tests.conftest import ALLIANCE, REPOSITORY
from tests.faults import KIND

if TYPE_CHECKING:
    from collections.abc import Callable

    from deckgen.diagnostics import Diagnostic

CHAPTER = (ALLIANCE / "source/2.3-therapeutic-alliance/2-joining.yaml").read_text(encoding="utf-8")
VIGNETTE = (REPOSITORY / "templates/vignette/kind.yaml").read_text(encoding="utf-8")
KINDS = read_kinds(kind_folders(Project(REPOSITORY).template_folders()))

PARSERS_WORDS = re.compile(
    r"\b(?:mappings?|scalars?|tokens?|sequences?|block (?:end|entry|mapping)|flow|simple key|directive"
    r"|indicator|expected|whil?e (?:parsing|scanning)|None|NoneType|Traceback)\b|<[a-z]+ [a-z]+>"
)


def told(text: str) -> list[Diagnostic]:
    """What is told of a text as YAML."""
    return list(source.parse(text, "x.yaml")[1])


def check(found: list[Diagnostic], document: source.Document) -> None:
    """Each diagnostic stands at a place that exists, and speaks in words that authors know."""
    for each in found:
        assert 0 <= each.span.line <= len(document.lines)
        if each.span.column is not None and each.span.end_column is not None:
            # at the end of a line stands what is missing there
            length = len(document.lines[each.span.line - 1])
            assert 1 <= each.span.column <= length + 1, each
            assert each.span.column < each.span.end_column <= length + 2, each
        for said in (each.message, each.hint):
            ours = re.sub(r"`.*`", "", said)  # what the author wrote stands in backticks
            assert not PARSERS_WORDS.search(ours), said


KEY = re.compile(r"((?:- )?[\w-]+):(?= |$)")
"""A key at the beginning of a line, after the hyphen of its item."""


def in_line(pattern: str, new: str) -> Callable[[str], str]:
    """A slip in what a line says, its indentation aside."""

    def slip(line: str) -> str:
        body = line.lstrip(" ")
        return line[: len(line) - len(body)] + re.sub(pattern, new, body, count=1)

    return slip


SLIPS = {
    "a tab": lambda line: re.sub("^ +", "\t", line),
    "no-break spaces": lambda line: re.sub("^ +", lambda match: "\u00a0" * len(match[0]), line),
    "no space after the colon": in_line(r"^((?:- )?[\w-]+:) ", r"\1"),
    "no colon": in_line(KEY.pattern, r"\1"),
    "a wide colon": in_line(KEY.pattern, "\\1："),
    "no space after the hyphen": in_line("^- ", "-"),
    "a dash instead of the hyphen": in_line("^- ", "– "),
    "a colon in the text": in_line(r"^((?:- )?[\w-]+: [^|>\[\"].*)$", r"\1: more"),
    "a quote that opens": in_line(r"^((?:- )?[\w-]+: )([^|>\[\"])", r'\1"\2'),
    "text after the bar": in_line(r": \|$", ": | Text"),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("text", [SAMPLE, CHAPTER, VIGNETTE], ids=["sample", "chapter", "kind"])
def test_a_slip_is_told_on_its_own_line(text: str, slip: str) -> None:
    """Made on any line of a sound file, wherever YAML stumbles at it; most slips break the file."""
    lines = text.split("\n")
    broken = 0
    for number, line in enumerate(lines):
        made = SLIPS[slip](line)
        found = told("\n".join([*lines[:number], made, *lines[number + 1 :]])) if made != line else []
        if any(each.code == "yaml-syntax" for each in found):
            broken += 1
            assert [each.span.line for each in found] == [number + 1], (made, found)
    assert broken or text is VIGNETTE


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
@pytest.mark.parametrize("text", [SAMPLE, CHAPTER], ids=["sample", "chapter"])
def test_a_line_that_is_out_of_line_is_told(text: str, shift: int) -> None:
    """That line; or a later one, which should stand under it and cannot: then the hint names it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if not line.strip() or indent + shift < 0:
            continue
        moved = " " * (indent + shift) + line.lstrip()
        found = told("\n".join([*lines[:number], moved, *lines[number + 1 :]]))
        if found:
            assert [each.code for each in found] == ["yaml-syntax"]
            assert found[0].span.line == number + 1 or re.search(rf"line {number + 1}\b", found[0].hint), (
                moved,
                found,
            )


ODD = "\t \u00a0\u200b\ufeff\u202e\u2028\x85\x00\r–—−：“”‘’｜，[]{}#&*!|>%@`\"'\\?,:-$=<😀é"
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["delete", "insert", "double", "swap", "indent", "cut", "line", "twice", "ends"]),
        st.integers(0, 10**6),
        st.integers(1, 6),
        st.sampled_from(ODD),
    ),
    min_size=1,
    max_size=4,
)


def edited(text: str, edits: list[tuple[str, int, int, str]]) -> str:
    """A text after some edits."""
    for how, place, amount, char in edits:
        at = place % (len(text) + 1)
        lines = text.split("\n")
        line = place % len(lines)
        if how == "delete":
            text = text[:at] + text[at + amount :]
        elif how == "insert":
            text = text[:at] + char * amount + text[at:]
        elif how == "double":
            text = text[:at] + text[at : at + amount] + text[at:]
        elif how == "swap":
            text = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        elif how == "cut":
            text = text[:at]
        elif how == "ends":
            text = text.replace("\n", "\r\n" if amount % 2 else "\r", amount)
        else:
            lines[line : line + 1] = {
                "indent": [" " * (place % 9) + lines[line].lstrip()],
                "line": [],
                "twice": [lines[line], lines[line]],
            }[how]
            text = "\n".join(lines)
    return text


@given(text=st.sampled_from([SAMPLE, CHAPTER[:4000]]), edits=EDITS)
@settings(max_examples=400, deadline=timedelta(seconds=5))
def test_no_edit_of_a_chapter_is_told_in_the_parsers_words(
    text: str, edits: list[tuple[str, int, int, str]]
) -> None:
    """Whatever happens to a sound chapter: no traceback, no wait, a place that exists, an author's words."""
    document, found = source.parse(edited(text, edits), "x.yaml")
    chapter = read_chapter(document, found, notes.Deck(document, title="Deck"), KINDS)
    check(list(chapter.diagnostics), document)


@given(text=st.sampled_from([KIND, VIGNETTE]), edits=EDITS)
@settings(max_examples=300, deadline=timedelta(seconds=5))
def test_no_edit_of_a_kind_is_told_in_the_parsers_words(
    text: str, edits: list[tuple[str, int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same for kind.yaml."""
    folder = tmp_path_factory.getbasetemp() / "law"
    folder.mkdir(exist_ok=True)
    (folder / "kind.yaml").write_bytes(edited(text, edits).encode())
    kind, document, found = kind_file.read_kind(folder, "templates/law", folder.resolve(), {}, {})
    assert kind or found
    check(list(found), document)


@given(text=st.sampled_from([SAMPLE, VIGNETTE]), edits=EDITS)
@settings(max_examples=400, deadline=timedelta(seconds=5))
def test_no_line_that_yaml_reads_is_blamed(text: str, edits: list[tuple[str, int, int, str]]) -> None:
    """A slip at the end of a file is told there, whatever odd but sound YAML stands before it."""
    before = edited(text, edits)
    document, found = source.parse(before, "x.yaml")
    if found or not isinstance(document.root, source.Mapping) or document.root.start or "\n? " in before:
        return
    if re.search("(?m)^[ -]*[\u00a0\u200b\ufeff\u202e]", before):
        return  # YAML reads a key that begins with one of these, and no author means it
    if re.search(r"(?m)^[ -]*[\w-]+:[\w-]+:", before):
        return  # nor a key with a colon in it, which is a slip itself
    document, found = source.parse(f"{before}\n\n@\n", "x.yaml")
    told_there = [(each.code, document.lines[each.span.line - 1]) for each in found]
    assert told_there == [("yaml-syntax", "@")], before


@pytest.mark.parametrize(
    ("line", "key"), [("example", "example:"), ("example |", "example: |"), ("term Another", "term: …")]
)
def test_a_key_without_its_colon_behind_a_block(line: str, key: str) -> None:
    """A word alone, one with a bar, and one that is a key elsewhere in the file may each be one."""
    head = "definitions:\n  - id: two\n    term: x\n    definition: |\n      Text.\n"
    assert [each.hint for each in told(f"{head}    {line}\n      More.\n")] == [
        f"if it is a key, write `{key}`; if it is text, put 6 spaces before it, like the text above it"
    ]
    assert [each.hint for each in told(f"{head}    some more\n      More.\n")] == [
        "put 6 spaces before it, like the text above it"
    ]
