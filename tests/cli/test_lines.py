"""Where lines are broken: between words in a terminal, nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deckgen.diagnostics.terminal import columns, wrapped
from tests.cli.terminals import lines, shown
from tests.conftest import CHAPTER, change, run, untimed
from tests.releases import FIRST, release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

DECK = {"source/one.yaml": CHAPTER}
WIDTHS = (40, 80, 120)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("wrote the file to a folder and it has (15.0 kB) now, version 1.0.0", "15.0 kB"),
        ("no errors: 39 definitions and also 1,234 comparison rows", "1,234 comparison"),
        ("first run the command `deckgen check --fix`, then look", "`deckgen check --fix`"),
        ("to study it in Anki choose File > Import and then open it", "File > Import"),
        ("  hint: name two sides: deckgen diff OLD NEW; or the deck", "deckgen diff OLD NEW"),
        ("go to the folder, or name it with an option: --project DIR", "--project DIR"),
        ("neither this nor one above it holds source/deck-file.yaml", "source/deck-file.yaml"),
        ("it has done 3,200 of 9,000 notes since you began it all", "3,200 of 9,000 notes"),
    ],
)
def test_what_belongs_together_stays_on_a_line(text: str, whole: str) -> None:
    """Numbers with their units, commands, options, menus and paths; in every width that has room for them."""
    for width in range(max(len(whole) + 10, 20), 80):
        broken = wrapped(text, width)
        assert whole in broken, broken
        assert max(map(columns, broken.splitlines())) <= width
        assert broken.split() == text.split()


def test_a_command_to_be_copied_is_never_broken() -> None:
    """A line that is one is left to the terminal, which copies it as one line."""
    command = '  git add source && git commit -m "Release 1.0.0" && git push'
    assert wrapped(f"Next: commit source/ledger.jsonl now:\n{command}", 30).endswith(command)


def test_colors_take_no_room() -> None:
    """A colored line breaks where a plain one does."""
    plain = "one two three four five six seven"
    assert wrapped(plain.replace("two", "\x1b[31mtwo\x1b[0m"), 20).replace("\x1b[31m", "").replace(
        "\x1b[0m", ""
    ) == wrapped(plain, 20)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", ["check", "build", "preview", "site", "release 1.0.0", "schema", "-h"])
def test_no_word_is_torn_in_a_terminal(command: str, width: int, project: Project) -> None:
    """Each line fits, or is one word, or a command; what a pipe gets is the same text."""
    folder = project(DECK)
    printed = shown(width, command.split(), folder)
    for line in lines(printed):
        alone = len(line.split()) == 1 or line.lstrip().startswith(("git ", "deckgen ", "#"))
        assert columns(line) <= width or alone, line
    if command in {"check", "build", "schema"}:
        piped = run(*command.split(), cwd=folder).stderr
        assert untimed(" ".join("\n".join(lines(printed)).split())) == untimed(" ".join(piped.split()))


def test_logs_get_whole_lines(project: Project) -> None:
    """So that `grep` finds what it is asked for."""
    folder = project(DECK)
    printed = run("build", cwd=folder, COLUMNS="40").stderr
    assert (
        "Next: in Anki, choose File > Import and open this file. On a phone or tablet, send the file"
        in printed
    )


def test_a_redirected_stdout_does_not_hide_the_width(project: Project) -> None:
    """The width is that of the terminal that stderr is, also where JSON goes into a file."""
    folder = project({"source/one.yaml": "definition: x\n"})
    printed = shown(50, ["check"], folder, code="import os; os.dup2(os.open(os.devnull, os.O_WRONLY), 1)")
    assert max(map(len, lines(printed))) <= 50


def test_a_difference_names_the_next_step_in_a_terminal_only(project: Project) -> None:
    """Of a changed source that is a release; a pipe gets the difference alone."""
    folder = project(DECK)
    release(folder, "1.0.0", FIRST)
    same = "\n".join(lines(shown(80, ["diff"], folder)))
    assert "Next" not in same
    chapter = folder / next(iter(DECK))
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("Nobody", "No one", 1), encoding="utf-8")
    other = "\n".join(lines(shown(80, ["diff"], folder)))
    assert other.rstrip().endswith("Next: deckgen release")
    assert run("diff", cwd=folder).stderr == ""


def test_release_notes_in_a_terminal_are_markdown_still(project: Project) -> None:
    """Of `--dry-run`: a paragraph that is broken has no indent, an item of a list goes on below its text."""
    folder = project(DECK)
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": CHAPTER.replace("Nobody", "No one", 1)})
    printed = lines(shown(50, ["release", "--dry-run", "--allow-dirty"], folder))
    paragraph = next(number for number, line in enumerate(printed) if line.startswith("Import the new file"))
    assert printed[paragraph + 1][0].isalpha()
    item = next(number for number, line in enumerate(printed) if line.startswith("- On a computer"))
    assert re.match(r"  \S", printed[item + 1])
