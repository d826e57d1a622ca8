"""What is said of each code at length, and the examples that say it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from deckgen.diagnostics import CATALOGUE, explain
from tests.conftest import REPOSITORY, change, run, untimed, write_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deckgen.diagnostics.explain import Entry

ENTRIES = explain.entries()
DECK = "id: family-therapy\ntitle: Family Therapy\n"
CHAPTER = """\
definitions:
  - id: genogram
    term: Genogram
    definition: |
      A drawing of a family over three generations.
"""


def lay(folder: Path, entry: Entry, example: Mapping[str, str]) -> None:
    """Write an example into a folder, with what it takes for granted, over what was released before."""
    names = {*entry.before, *example}
    base = {"source/deck.yaml": DECK}
    if any(name.startswith("templates/case/") for name in names):
        page = (REPOSITORY / "docs/kinds.md").read_text(encoding="utf-8").partition("## More of it")[0]
        base |= dict(re.findall(r"`((?:templates|source)/[\w./-]+)`:\n\n```\w+\n(.*?)```", page, re.DOTALL))
    elif not any(name.startswith("source/") and name.endswith(".yaml") for name in names - set(base)):
        base["source/example.yaml"] = CHAPTER
    change(folder, {**base, **entry.before})
    if entry.before:
        result = CliRunner(env={"SOURCE_DATE_EPOCH": "1700000000"}).invoke(
            app, ["release", "1.0.0", "--project", str(folder)]
        )
        assert result.exit_code == 0, result.output
    change(folder, dict(example))


def told(folder: Path) -> list[dict[str, str]]:
    """The diagnostics that a check of a folder prints."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    found: list[dict[str, str]] = json.loads(result.stdout)["diagnostics"]
    return found


def examples(side: str) -> list[Entry]:
    """The entries whose example of a side is files."""
    return [entry for entry in ENTRIES.values() if side not in entry.in_words]


@pytest.mark.parametrize("entry", examples("bad"), ids=lambda entry: entry.code)
def test_a_bad_example_draws_its_code(entry: Entry, tmp_path: Path) -> None:
    """The code that it is an example of, and no error besides."""
    lay(tmp_path, entry, entry.bad)
    found = told(tmp_path)
    codes = {each["code"] for each in found if each["level"] == "error" or each["code"] == entry.code}
    assert codes == {entry.code}, json.dumps(found, indent=2)


@pytest.mark.parametrize("entry", examples("good"), ids=lambda entry: entry.code)
def test_a_good_example_draws_nothing(entry: Entry, tmp_path: Path) -> None:
    """Neither an error nor a warning: what we show is how we would write it."""
    lay(tmp_path, entry, entry.good)
    assert told(tmp_path) == []


def test_every_code_has_an_entry() -> None:
    """The entries and the catalogue name the same codes, and each entry says something of everything."""
    assert set(ENTRIES) == set(CATALOGUE)
    for entry in ENTRIES.values():
        for text in (entry.why, entry.fix):
            assert re.fullmatch(r"[A-Zd`“].*[.?)]", text, re.DOTALL), (entry.code, text)
        assert entry.bad, entry.code
        assert entry.good, entry.code
        assert entry.bad != entry.good, entry.code


def test_no_table_has_a_member_that_nobody_reads() -> None:
    """A slip in a name, as `fixes`, would leave something out of the page."""
    known = {"why", "fix", "source", "bad", "good", "before", "in_words"}
    for name in explain.GROUPS:
        text = (Path(explain.__file__).parent / "codes" / f"{name}.toml").read_text(encoding="utf-8")
        for code, table in tomllib.loads(text).items():
            assert set(table) <= known, code
    files = {path.stem for path in (Path(explain.__file__).parent / "codes").glob("*")}
    assert files == set(explain.GROUPS)


def test_a_page_is_not_long() -> None:
    """It fits a screen, or nearly."""
    lengths = {code: explain.page(entry).count("\n") for code, entry in ENTRIES.items()}
    assert {code: length for code, length in lengths.items() if length > 70} == {}


def test_the_pages_are_up_to_date(tmp_path: Path) -> None:
    """docs/codes/ is what `make docs` writes."""
    subprocess.run([sys.executable, REPOSITORY / "docs/write_codes.py", tmp_path], check=True)
    written, committed = (
        {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")}
        for folder in (tmp_path, REPOSITORY / "docs/codes")
    )
    assert written == committed, "run `make docs`"
    assert set(written) == {"README.md", *(f"{code}.md" for code in CATALOGUE)}


def test_explain_prints_the_pages(tmp_path: Path) -> None:
    """Where there is no deck, of several codes one after the other, as Markdown on stdout."""
    done = run("explain", "duplicate-key", "no-cloze", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join(explain.page(ENTRIES[code]) for code in ("duplicate-key", "no-cloze"))
    done = run("explain", "unknown-key", cwd=tmp_path)
    assert "\n    exampel: |\n" in done.stdout
    assert "\n    example: |\n" in done.stdout


def test_explain_says_where_the_docs_are() -> None:
    """A link of a page's file would lead nowhere in a terminal: the file of the docs is named whole."""
    told = run("explain", *ENTRIES).stdout
    assert "](../" not in re.sub(r"(?s)```.*?```", "", told)
    named = re.findall(r'" in (\S+\.md)', told)
    assert len(named) > 5
    assert all(Path(each).is_file() for each in named)


def test_explain_lists_all_codes() -> None:
    """Without a code: each with its level and sentence, under its group, as wide as the terminal."""
    for columns in ("100", "50"):
        done = run("explain", COLUMNS=columns)
        assert done.returncode == 0
        assert max(map(len, done.stdout.splitlines())) <= int(columns)
        text = " ".join(done.stdout.split())
        for code, (level, what) in CATALOGUE.items():
            assert re.search(rf"{code} \(?{level}\)? {re.escape(what)}", text), code
        assert all(group in text for group in explain.GROUPS.values())


@pytest.mark.parametrize(
    ("code", "hint"),
    [("unkown-key", "did you mean `unknown-key`?"), ("x", "`deckgen explain` lists them all")],
)
def test_a_code_that_is_none(code: str, hint: str) -> None:
    """The call was wrong: nothing is printed, not even of the code beside it."""
    done = run("explain", "no-cloze", code)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: `{code}` is not a code\n  hint: {hint}\n"


@pytest.mark.parametrize(("columns", "plain"), [(80, False), (50, False), (80, True)])
def test_explain_in_a_terminal(columns: int, plain: bool) -> None:  # noqa: FBT001 (a parameter)
    """Without the signs of Markdown, no wider than the terminal, in colours unless NO_COLOR is set."""
    shown = in_a_terminal("explain", "unknown-key", columns=columns, **({"NO_COLOR": "1"} if plain else {}))
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "## " not in text
    assert "```" not in text
    assert "How to fix it" in text
    assert "    exampel: |" in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= columns
    assert bool(re.search(r"\x1b\[(?:\d;)*3\dm", shown)) is not plain


def in_a_terminal(*arguments: str, columns: int, **environment: str) -> str:
    """What a command prints into a terminal of a width."""
    pty = pytest.importorskip("pty", reason="there are no such terminals on Windows")
    mine, its = pty.openpty()
    command = [sys.executable, "-m", "deckgen", *arguments]
    size = {"COLUMNS": str(columns), "LINES": "50", "TERM": "xterm-256color"}
    inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen(command, stdout=its, stdin=its, env={**inherited, **size, **environment}):
        os.close(its)
        shown = b""
        with suppress(OSError):  # how a terminal ends
            while piece := os.read(mine, 65536):
                shown += piece
    os.close(mine)
    return shown.decode()


def test_check_points_to_explain(tmp_path: Path) -> None:
    """After the counts: by the code where there is one, else in general; nothing where all is well."""
    folder = write_project(tmp_path)
    assert "deckgen explain" not in run("check", "--project", folder).stderr
    change(folder, {"source/two.yaml": "definition: x\n"})
    assert untimed(run("check", "--project", folder).stderr).endswith(
        "1 error\nNext: fix the error above. `deckgen explain unknown-key` says how.\n"
    )
    change(folder, {"source/three.yaml": "# nothing yet\n"})
    assert untimed(run("check", "--project", folder).stderr).endswith(
        "2 errors\nNext: fix the errors above. `deckgen explain CODE` says how for each code.\n"
    )
