"""What commands print: in which order, how much of it, and what happens where it cannot be printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.conftest import run, untimed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

DEFINITION = "  - id: {id}\n    term: {term}\n    definition: |\n      {text}\n"
TWICE = ("apples", "pears", "plums", "grapes", "cherries", "lemons", "melons", "olives")
WARNED = "definitions:\n" + "".join(
    DEFINITION.format(
        id=word, term=f"Basket {number}", text=f"{'Of  much' * (number < 2)} {word} {word} grow."
    )
    for number, word in enumerate(TWICE)
)
BOTH = {
    "source/one.yaml": "definitions:\n"
    + DEFINITION.format(id="a", term="A term", text="Some text.")
    + "    wy: x\n",
    "source/two.yaml": WARNED,
}


SOUND = {"source/one.yaml": BOTH["source/one.yaml"].replace("    wy: x\n", ""), "source/two.yaml": WARNED}
TABLE = """
  warning  doubled-word   8
  warning  doubled-space  2  2 fixable
  error    unknown-key    1
1 error, 10 warnings (2 fixable with --fix): nothing was written
Next: `deckgen check --fix --project FOLDER` fixes 2 of them. \
Then fix the rest: `deckgen explain CODE` says how for each code.
"""


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in a deck's folder; `deckgen` in it is this one."""
    if sys.platform == "win32":
        pytest.skip("the line is for a shell that Windows does not have")
    line = command.replace("deckgen", f"{sys.executable} -m deckgen")
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False)


def test_errors_come_last_and_a_table_counts_them(project: Project) -> None:
    """Whatever file they stand in; a blank line between two, then how many of each code, then the sum."""
    folder = project(BOTH)
    printed = untimed(run("build", "--project", folder).stderr).replace(str(folder), "FOLDER")
    levels = re.findall(r"^source/.*?: (warning|error)\[", printed, re.MULTILINE)
    assert levels == ["warning"] * 10 + ["error"]
    assert printed.endswith(TABLE)
    assert re.findall(r"(.*)\nsource/", printed) == [""] * 10


def test_a_single_code_needs_no_table(project: Project) -> None:
    """The sum says it."""
    folder = project({"source/one.yaml": BOTH["source/one.yaml"]})
    assert untimed(run("check", "--project", folder).stderr).endswith(
        "and `contrast`\n\n1 error\nNext: fix the error above. `deckgen explain unknown-key` says how.\n"
    )


def test_fix_mends_as_many_as_were_said_to_be_fixable(project: Project) -> None:
    """The number in the table is that of the diagnostics that are gone afterwards."""
    folder = project(SOUND)
    run("check", "--fix", "--project", folder)
    assert "\n8 warnings\n`deckgen explain doubled-word`" in run("check", "--project", folder).stderr


def test_quiet_prints_errors_only(project: Project) -> None:
    """Nothing at all where all went well; with `--strict` what it fails for is no secret."""
    folder = project(SOUND)
    quiet = run("build", "--quiet", "--project", folder)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert list((folder / "build").glob("*.apkg"))
    strict = run("check", "-q", "--strict", "--project", folder)
    assert strict.returncode == 1
    assert "10 warnings" in strict.stderr
    broken = run("check", "-q", "--project", project(BOTH))
    assert re.findall(r"(error|warning)\[", broken.stderr) == ["error"]
    assert "warning" not in broken.stderr


def test_quiet_of_a_release_makes_it(project: Project) -> None:
    """It is released, without a word."""
    folder = project(SOUND)
    made = run("release", "1.0.0", "--quiet", "--project", folder)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert (folder / "source" / "ledger.jsonl").exists()


def test_ignored_warnings_are_neither_told_nor_counted(project: Project) -> None:
    """For this run, of these codes; how many they were is said, and `--strict` passes without them."""
    folder = project(SOUND)
    one = run("check", "--ignore", "doubled-word", "--project", folder)
    assert set(re.findall(r"warning\[(.*?)\]", one.stderr)) == {"doubled-space"}
    assert "\n8 warnings ignored\nno errors: 9 notes" in one.stderr
    both = ("--ignore", "doubled-word", "--ignore", "doubled-space")
    strict = run("check", "--strict", *both, "--project", folder, "--format", "json")
    told = json.loads(strict.stdout)
    assert (strict.returncode, told["diagnostics"], told["ignored"], told["ok"]) == (0, [], 10, True)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("unknown-key", "`unknown-key` is an error, which cannot be turned off"),
        ("doubled-wort", "`doubled-wort` is not a code\n  hint: did you mean `doubled-word`?"),
    ],
)
def test_what_cannot_be_ignored_is_said(code: str, message: str, project: Project) -> None:
    """No error, and no code that does not exist."""
    done = run("check", "--ignore", code, "--project", project(SOUND))
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}\n")


def test_color_can_be_asked_for(project: Project) -> None:
    """`FORCE_COLOR` colors a pipe, as CI's log is one; `NO_COLOR` wins over it; the words are the same."""
    folder = project(BOTH)
    plain = untimed(run("check", "--project", folder, FORCE_COLOR="").stderr)
    colored = run("check", "--project", folder, FORCE_COLOR="1").stderr
    assert "\x1b[31m\x1b[1merror[unknown-key]" in colored
    assert untimed(re.sub(r"\x1b\[[0-9;]*m", "", colored)) == plain
    both = run("check", "--project", folder, FORCE_COLOR="1", NO_COLOR="1").stderr
    assert untimed(both) == plain


@pytest.mark.parametrize(
    "command",
    [
        "deckgen build >&-",
        "deckgen build 2>&-",
        "deckgen build 2>/dev/full",
        "deckgen build <&- >&- 2>&-",
        "deckgen build 2>&1 | true; exit ${PIPESTATUS[0]}",
    ],
)
def test_work_is_done_where_nobody_can_hear_of_it(command: str, project: Project) -> None:
    """Messages that cannot be printed cost nothing: the package is whole, and the exit code 0."""
    folder = project(SOUND)
    done = shell(command, folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (package,) = (folder / "build").glob("*.apkg")
    with ZipFile(package) as opened:
        assert opened.testzip() is None


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("deckgen build --format json >/dev/full", "No space left on device"),
        ("deckgen build --format json >&-", "it is closed"),
        ("deckgen build --format github >&-", "it is closed"),
        ("deckgen check --format sarif >/dev/full", "No space left on device"),
        ("deckgen stats >/dev/full", "No space left on device"),
        ("deckgen --help >/dev/full", "No space left on device"),
        ("deckgen --version >&-", "it is closed"),
        ("deckgen explain doubled-word >/dev/full", "No space left on device"),
    ],
)
def test_output_that_cannot_be_printed_is_an_error(command: str, why: str, project: Project) -> None:
    """One line, once, and exit code 2: a program that reads an empty file must not take it for success."""
    done = shell(command, project(SOUND))
    assert done.returncode == 2
    assert done.stderr.count("error: ") == 1
    assert done.stderr.endswith(f"error: standard output cannot be written: {why}\n")
    assert "Traceback" not in done.stderr


def test_a_release_that_cannot_be_told_has_been_made(project: Project) -> None:
    """Its message says so before the error: nobody releases it again."""
    folder = project(SOUND)
    done = shell("deckgen release 1.0.0 --format json >/dev/full", folder)
    assert done.returncode == 2
    assert done.stderr.startswith("released 1.0.0: build/release/1.0.0/")
    assert (folder / "source" / "ledger.jsonl").exists()


def test_a_reader_that_goes_away_is_no_fault_of_the_source(project: Project) -> None:
    """As for other programs in a pipe: 141, and not the 1 of a deck with errors."""
    done = shell("deckgen check --format json | true; exit ${PIPESTATUS[0]}", project(SOUND))
    assert (done.returncode, done.stderr) == (141, "")
