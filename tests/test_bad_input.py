"""Bad input costs an author a diagnostic, and nothing more: no traceback, no endless wait, no full memory.

The bounds are some five times what was measured; without them, what they bound took minutes or gigabytes.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from deckgen import package
from deckgen.build import build
from deckgen.cli.app import app
from deckgen.diagnostics import MOST_OF_ALL, MOST_TOLD, CallError
from tests.conftest import CARD_WARNINGS, DECK, change, run, signed, write_project
from tests.faults import KIND, PNG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and usage are POSIX's")

LAUNCHER = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
out, err = process.stdout.read(), process.stderr.read()
_, status, usage = os.wait4(process.pid, 0)
peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
took = usage.ru_utime + usage.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), took, peak, out.decode(), err.decode()]))
"""
"""Runs a program and reports what it cost, from a small process: a child's peak starts at its parent's.

The seconds are the processor's, which other work on the machine does not lengthen.
"""


@dataclass
class Cost:
    """What became of a check: the exit code, seconds of the processor, peak in MiB, and the diagnostics."""

    code: int
    seconds: float
    peak: float
    told: list[dict[str, Any]]

    def codes(self) -> Counter[str]:
        """How many diagnostics there are of each code, but for warnings about cards."""
        return Counter(each["code"] for each in self.told if each["code"] not in CARD_WARNINGS)


def checked(folder: Path, seconds: float = 10, peak: float = 600, command: str = "check") -> Cost:
    """Check a project as a process of its own, within bounds."""
    program = [sys.executable, "-m", "deckgen", command, "--project", str(folder), "--format", "json"]
    result = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *program], capture_output=True, text=True, check=True, timeout=120
    )
    code, took, most, out, err = json.loads(result.stdout)
    assert not err, err[-2000:]
    cost = Cost(code, took, most, json.loads(out).get("diagnostics", []))
    assert cost.seconds < seconds, cost.codes()
    assert cost.peak < peak, cost.codes()
    assert len(out) < 600_000, "more than anybody reads"
    return cost


def quick(folder: Path) -> Counter[str]:
    """The codes that a check tells, in this process; errors exit with 1."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    told = json.loads(result.stdout)["diagnostics"]
    assert result.exit_code == int(any(each["level"] == "error" for each in told))
    return Counter(each["code"] for each in told if each["code"] not in CARD_WARNINGS)


LAW: dict[str, str | bytes] = {
    "templates/law/kind.yaml": KIND,
    "templates/law/card.front.html.j2": "{{Name}}\n",
    "templates/law/card.back.html.j2": "{{Name}} {{Rule}}\n",
}
PLACES = {
    "source/two.yaml": "deck: Two\n",
    "source/deck.yaml": DECK,
    "templates/law/kind.yaml": KIND,
    "templates/law/card.front.html.j2": "{{Name}}\n",
    "templates/base/theme.css.j2": ":root { --ink: #123456; }\n",
    "source/ledger.jsonl": '{"ledger":2,"deck":"sample","title":"Sample"}\n',
}
"""Every sort of file that a project has, and something sound that can stand in it."""


def laid(folder: Path, name: str) -> Path:
    """A small project with all sorts of files, one of which is about to be spoilt."""
    write_project(folder, LAW)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_a_row_of_dashes_takes_no_time(tmp_path: Path) -> None:
    """A table that has become one line, with what was below its head in the middle: it took minutes."""
    row = "| a |\n      |---|\n      | x " + "| --- " * 40 + "| y |"
    text = f"definitions:\n  - id: two\n    term: Term\n    definition: |\n      {row}\n"
    write_project(tmp_path, {"source/two.yaml": text})
    assert checked(tmp_path, seconds=10).codes() == {"lost-text": 1}


# ------------------------------------------------------------------------------------------------ files


def _big(path: Path) -> None:
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(200_000_000)


@pytest.mark.parametrize("name", PLACES)
def test_a_file_of_200_mb_is_not_read(name: str, tmp_path: Path) -> None:
    """It is told by its size, in no time and no memory."""
    _big(laid(tmp_path, name))
    assert checked(tmp_path, seconds=5, peak=300).codes() == {"too-large": 1}


ODD_FILES: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": getattr(os, "mkfifo", lambda _: None),  # not on Windows, where none of this runs
    "a link out": lambda path: path.symlink_to("/etc/hostname"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nowhere": lambda path: path.symlink_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("how", ODD_FILES)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_is_told(name: str, how: str, tmp_path: Path) -> None:
    """Wherever a file belongs, with one diagnostic, and without waiting for anybody to write into a pipe."""
    path = laid(tmp_path, name)
    path.unlink(missing_ok=True)
    ODD_FILES[how](path)
    if name == "source/deck.yaml" and not path.exists():
        return  # then this is no project
    assert quick(tmp_path) == {"unreadable-file": 1}


def test_a_device_is_no_file(tmp_path: Path) -> None:
    """Not even for the superuser, who may read any."""
    path = laid(tmp_path, "source/two.yaml")
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        pytest.skip("making a device takes a superuser")
    assert quick(tmp_path) == {"unreadable-file": 1}


@pytest.mark.parametrize("name", [*PLACES, "source/sub", "source/media/a.png"])
def test_what_may_not_be_read_is_told(name: str, tmp_path: Path) -> None:
    """A file or folder without permissions."""
    path = laid(tmp_path, name)
    change(tmp_path, {"source/three.yaml": _definition("![a](media/a.png)"), "source/media/a.png": PNG})
    if name == "source/sub":
        path.mkdir()
    elif not path.exists():
        path.write_text(PLACES[name], encoding="utf-8")
    path.chmod(0)
    command = [sys.executable, "-m", "deckgen", "check", "--project", str(tmp_path), "--format", "json"]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("the superuser may read everything")
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    path.chmod(0o700)
    told = json.loads(result.stdout)["diagnostics"]
    code = "unreadable-media" if name.endswith(".png") else "unreadable-file"
    assert [each["code"] for each in told if each["level"] == "error"] == [code], result.stdout
    assert not result.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("name", PLACES)
def test_wide_encodings_are_told_by_name(name: str, encoding: str, tmp_path: Path) -> None:
    """With a byte order mark and without one; the hint says how to save the file."""
    laid(tmp_path, name).write_bytes(PLACES[name].encode(encoding))
    result = CliRunner().invoke(app, ["check", "--project", str(tmp_path), "--format", "json"])
    errors = [each for each in json.loads(result.stdout)["diagnostics"] if each["level"] == "error"]
    assert [each["code"] for each in errors] == ["not-utf8"]
    assert encoding[:6].upper() in errors[0]["message"]
    assert "UTF-8" in errors[0]["hint"]


@pytest.mark.parametrize("tail", [b"# \xed\xa0\x80\n", b"# caf\xe9 \x92\n"], ids=["a surrogate", "Windows"])
@pytest.mark.parametrize("name", PLACES)
def test_bytes_that_are_no_utf8_are_told_where_they_are(name: str, tail: bytes, tmp_path: Path) -> None:
    """Half a character (a surrogate), and letters of an old encoding."""
    laid(tmp_path, name).write_bytes(PLACES[name].encode() + tail)
    assert quick(tmp_path) == {"not-utf8": 1}


@pytest.mark.parametrize("name", PLACES)
def test_zero_bytes_are_told(name: str, tmp_path: Path) -> None:
    """A NUL is in no text, neither of YAML nor of a face or the ledger."""
    laid(tmp_path, name).write_text(PLACES[name] + "#\0\n", encoding="utf-8")
    assert quick(tmp_path) == {"bad-ledger" if "ledger" in name else "control-character": 1}


def test_a_file_that_changes_while_it_is_read_is_read_once(tmp_path: Path) -> None:
    """It grows, shrinks, vanishes and comes back, over and over: a package, or a diagnostic."""
    folder = write_project(tmp_path)
    path, done = folder / "source/two.yaml", threading.Event()
    # the kernel may hand out zeros for what is cut off during a read, and a zero is a control character
    honest = {"unreadable-file", "empty-value", "wrong-type", "control-character"}

    def stir() -> None:
        while not done.is_set():
            path.write_text("deck: Two\n" + "# more\n" * 20_000, encoding="utf-8")
            with path.open("a", encoding="utf-8") as file:
                file.write("# more\n" * 20_000)
            os.truncate(path, 100)
            path.unlink()

    thread = threading.Thread(target=stir)
    thread.start()
    try:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            assert set(quick(folder)) <= honest
    finally:
        done.set()
        thread.join()


def test_media_that_change_before_they_are_packed_stop_the_build(tmp_path: Path) -> None:
    """The name of a media file is made of its content, so another content may not go under it."""
    files: dict[str, str | bytes] = {
        "source/two.yaml": _definition("![a](media/a.png)"),
        "source/media/a.png": PNG,
    }
    made = build(write_project(tmp_path, files)).package
    assert made
    (tmp_path / "source/media/a.png").write_bytes(PNG + b"two")
    with pytest.raises(CallError, match="changed during the build"):
        package.write(made, io.BytesIO())


@pytest.mark.parametrize("how", [*ODD_FILES, "200 MB"])
def test_media_that_are_no_files_are_told(how: str, tmp_path: Path) -> None:
    """Folders, pipes and links, and more than AnkiWeb takes."""
    write_project(tmp_path, {"source/two.yaml": _definition("![a](media/a.png)")})
    path = tmp_path / "source/media/a.png"
    path.parent.mkdir()
    (_big if how == "200 MB" else ODD_FILES[how])(path)
    (code,) = quick(tmp_path)
    assert code in {"unreadable-media", "missing-media", "too-large"}


def test_a_package_that_is_a_pipe_is_told(tmp_path: Path) -> None:
    """`verify` waits for nobody to write into it."""
    os.mkfifo(tmp_path / "old.apkg")
    folder = write_project(tmp_path / "deck")
    result = run("verify", "--project", folder, "--previous", tmp_path / "old.apkg")
    assert result.returncode == 2
    assert "not an ordinary file" in result.stderr


def test_folders_within_folders_are_followed_to_their_end(tmp_path: Path) -> None:
    """A thousand of them: Python's own ways to walk them stop with a traceback."""
    folder = write_project(tmp_path)
    here = os.open(folder / "source", os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("a", dir_fd=here)
        below = os.open("a", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.yaml", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    try:
        assert checked(folder).codes() == {"empty-value": 1}
    finally:
        subprocess.run(["rm", "-r", str(folder / "source/a")], check=True)


@pytest.mark.parametrize("output", ["text", "json", "github", "sarif"])
def test_file_names_that_are_no_text_can_be_told(output: str, tmp_path: Path) -> None:
    """Bytes that are no UTF-8, line ends and a terminal's commands in names."""
    folder = os.fsencode(write_project(tmp_path) / "source")
    for name in (b"\xff.yaml", b"a\nb.yaml", b"\x1b[31m.yaml"):
        try:
            with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123 (no text, so no path)
                file.write(b"definitions: x\n")
        except OSError:
            pytest.skip("this file system takes only text")
    result = run("check", "--project", tmp_path, "--format", output)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr


# -------------------------------------------------------------------------------------------- nesting, laughs

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 20)
)


@pytest.mark.parametrize("name", ["source/two.yaml", "source/deck.yaml", "templates/law/kind.yaml"])
def test_a_billion_laughs_are_not_told(name: str, tmp_path: Path) -> None:
    """Aliases are refused where they stand, and never followed."""
    laid(tmp_path, name).write_text(PLACES[name] + LAUGHS, encoding="utf-8")
    codes = checked(tmp_path, peak=300).codes()
    assert codes["yaml-alias"] == MOST_TOLD + 1
    assert set(codes) == {"yaml-alias", "unknown-key"}


@pytest.mark.parametrize(
    "text",
    [
        "tags: " + "[" * 10_000,
        "tags: " + "[" * 10_000 + "]" * 10_000,
        "tags: " + "{a: " * 10_000,
        "tags:\n  " + "- " * 10_000 + "x",
        "".join(" " * number + "a:\n" for number in range(1000)),
        "? " * 10_000,
    ],
    ids=["open brackets", "brackets", "braces", "hyphens", "indentation", "question marks"],
)
@pytest.mark.parametrize("name", ["source/two.yaml", "source/deck.yaml", "templates/law/kind.yaml"])
def test_yaml_nested_without_end_is_told(name: str, text: str, tmp_path: Path) -> None:
    """10,000 levels, between brackets and by indentation."""
    laid(tmp_path, name).write_text(text, encoding="utf-8")
    start = time.monotonic()
    codes = quick(tmp_path)
    assert codes["too-deep"] == 1
    assert sum(codes.values()) <= 3
    assert time.monotonic() - start < 5


UNITS = (
    "> ¦- ¦1. ¦[¦*¦** a¦_a¦<b>¦</b>¦<b>x</b> ¦{{c1::¦{{c1::a}}¦{{c9999::¦{{c1::}}¦$¦$$¦$a¦$x$ ¦$\\href$ ¦=="
    "¦==a¦ ==a¦==a ¦](¦[a](¦![¦<a ¦<¦<a href=¦<b a='¦\\¦`¦`a¦&¦&#¦[a]: b\n¦[a]¦<!--¦<![CDATA[¦<?¦[sound:"
    "¦[sound:a.mp3]¦}}¦{{¦{{c¦{{c1¦{{c1,¦{{c ¦(c1::¦1¦<http://a>¦\u00a0¦\u202e¦a¦{¦\\(¦<code>¦<pre>"
    "¦<code>a</code>¦<img "
    '¦<img src=¦<a a¦- - ¦a\n=\n¦> a\nb\n¦[latex]¦"¦<b a="¦*a b¦# ¦[^¦a*_b¦](a b)¦](a b ¦![a](a.png)¦[a](x)'
    '¦[a](https://a.b)¦<div\n<a ¦<span class="math math-inline">¦<div>\n<img \'¦c1::a'
).split("¦")
"""What a text may hold over and over; pieces of Markdown, HTML, clozes and formulas that open something."""


def _definition(text: str) -> str:
    lines = text.replace("\n", "\n      ")
    return f"definitions:\n  - id: two\n    term: Term\n    definition: |\n      {lines}\n"


@pytest.mark.parametrize("how", ["definitions", "takeaways"])
def test_markup_takes_time_in_proportion_to_a_text(how: str, tmp_path: Path) -> None:
    """Each unit 60,000 characters long; one that took the square of it would take minutes alone."""
    key = "term: x\n    definition" if how == "definitions" else "text"
    parts = [f"{how}:\n"]
    for number, unit in enumerate(UNITS):
        text = ("{{c1::x}} " * (how == "takeaways") + unit * (60_000 // len(unit))).replace("\n", "\n      ")
        parts.append(f"  - id: n{number}\n    {key}: |\n      {text}\n")
    cost = checked(write_project(tmp_path, {"source/two.yaml": "".join(parts)}), seconds=60, peak=1500)
    assert cost.code == 1
    assert max(cost.codes().values()) <= MOST_TOLD + 1


@pytest.mark.parametrize(
    "text",
    [
        "{{c1::" * 10_000 + "x" + "}}" * 10_000,
        "[" * 20_000 + "x" + "]" * 20_000,
        "> " * 20_000 + "{{c1::x}}",
        "- " * 20_000 + "{{c1::x}}",
        "<b>" * 10_000 + "{{c1::x}}" + "</b>" * 10_000,
        "*" * 20_000 + "{{c1::x}}" + "*" * 20_000,
        "${" + "{" * 20_000 + "}" * 20_000 + "}$ {{c1::x}}",
        "{{c" + "1" * 5000 + "::x}}",
    ],
    ids=["clozes", "brackets", "quotes", "lists", "tags", "stars", "a formula", "a number"],
)
def test_markup_nested_without_end_is_rendered_or_told(text: str, tmp_path: Path) -> None:
    """10,000 levels in each other: no traceback, and no long wait."""
    write_project(tmp_path, {"source/two.yaml": f"takeaways:\n  - id: two\n    text: |\n      {text}\n"})
    assert sum(checked(tmp_path).codes().values()) <= 1


# -------------------------------------------------------------------------------------------------- too many

HEAD = "definitions:\n  - id: two\n    term: x\n    definition: y\n"
VIGNETTE = "vignettes:\n  - id: two\n    scenario: a\n    question: b\n    options:\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (HEAD + "".join(f"    k{number}: x\n" for number in range(300_000)), {"unknown-key": 21}),
        (HEAD + "    term: x\n" * 300_000, {"duplicate-key": 101}),
        (
            "".join(f"k{number % 150_000}: x\n" for number in range(300_000)),
            {"unknown-key": 21, "duplicate-key": 101},
        ),
        ("definitions:\n" + "  - term: a\n" * 200_000, {"missing-key": 101}),
        ("definitions:\n" + "  - N\n" * 300_000, {"wrong-type": 101}),
        (VIGNETTE + "      - text: x\n" * 300_000, {"missing-key": 100, "too-large": 1}),
        ("tags:\n" + "  - a b\n" * 300_000, {"bad-tag": 100, "too-large": 1}),
        (
            HEAD + "    builds_on: [nobody" + ", nobody" * 300_000 + "]\n",
            {"unknown-note": 100, "too-large": 1},
        ),
        ("tags: [" + "&a x, " * 100_000 + "]\n", {"yaml-alias": 101, "too-large": 1}),
        (HEAD.replace("definition: y", 'definition: "' + "\\b" * 49_000 + '"'), {"control-character": 101}),
        (HEAD.replace(" y", " |\n      " + "<x>" * 33_000), {"bad-html": 101}),
        (HEAD.replace(" y", " |\n      " + "![a](a.png) " * 8_000), {"missing-media": 1}),
        (
            "takeaways:\n"
            + "".join(
                f"  - {{id: n{number}, text: '{{{{c1::a}}}}', builds_on: [n{number + 1}, n0]}}\n"
                for number in range(60_000)
            ),
            {"circular-builds-on": 101, "unknown-note": 1},
        ),
    ],
    ids=[
        *("unknown keys", "duplicate keys", "both", "faults", "texts", "options", "tags", "builds_on"),
        *("anchors", "escapes", "tags of HTML", "images", "circles"),
    ],
)
def test_of_many_faults_the_first_are_told(text: str, codes: dict[str, int], tmp_path: Path) -> None:
    """Hundreds of thousands of one sort: a hundred of a code in a file, twenty keys, and how many more."""
    cost = checked(write_project(tmp_path, {"source/two.yaml": text}), seconds=30, peak=1500)
    assert cost.codes() == codes
    for code, number in codes.items():
        if code == "unknown-key" or (number > MOST_TOLD and code != "circular-builds-on"):
            assert any("more" in each["message"] for each in cost.told if each["code"] == code)


def test_the_number_of_all_faults_is_told(tmp_path: Path) -> None:
    """At the end, and in the line that stands for those that are not told."""
    folder = write_project(tmp_path, {"source/two.yaml": "definitions:\n" + "  - N\n" * 5000})
    result = run("check", "--project", folder)
    assert "and 4,900 more of these in this file" in result.stderr
    assert result.stderr.count("error[wrong-type]") == MOST_TOLD + 1
    assert "5,000 errors" in result.stderr


def test_of_many_files_not_all_are_told(tmp_path: Path) -> None:
    """A thousand of one code in all, and how many more."""
    folder = write_project(tmp_path)
    change(folder, {f"source/c{number}.yaml": "definitions: x\n" for number in range(1500)})
    cost = checked(folder)
    assert cost.codes() == {"wrong-type": MOST_OF_ALL + 1}
    assert sum("and 500 more of these" in each["message"] for each in cost.told) == 1


def test_long_words_are_told_short(tmp_path: Path) -> None:
    """A key or an id of megabytes is cut in messages, and the line that it is on in quotes."""
    text = f"definitions:\n  - id: {'A' * 90_000}\n    term: x\n    definition: y\n    {'k' * 900}: x\n"
    result = run("check", "--project", write_project(tmp_path, {"source/two.yaml": text}))
    assert result.returncode == 1
    assert len(result.stderr) < 10_000


def test_what_is_invisible_shows_as_such(tmp_path: Path) -> None:
    """Direction marks and a terminal's commands are printed as replacement characters, in all places."""
    text = 'definitions:\n  - id: two\n    term: x\n    "\\e[31mterm": x\n    definition: |\n'
    text += "      one \u202etwo\u202c three\n"
    result = run("check", "--project", write_project(tmp_path, {"source/two.yaml": text}))
    assert "direction-override" in result.stderr
    assert "one \N{REPLACEMENT CHARACTER}two\N{REPLACEMENT CHARACTER} three" in result.stderr
    assert not {"\u202e", "\u202c", "\x1b"} & set(result.stderr)


@pytest.mark.parametrize(
    "text",
    [
        "\u2067עברית\u2069 one \u202aـ\u202c",
        "\u200fעברית\u200e one \u061c",
        "\u2068one \u2067שלום\u2069 two\u2069",
        "one \u202c two \u2069",
    ],
)
def test_direction_marks_that_are_closed_are_fine(text: str, tmp_path: Path) -> None:
    """As editors for Arabic and Hebrew write them; and marks that only say of which direction they are."""
    folder = write_project(tmp_path, {"source/two.yaml": _definition(text)})
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    assert "direction-override" not in result.stdout


# -------------------------------------------------------------------------------------------------- templates

MACROS = "[% macro m0() %]xxxxxxxxxx[% endmacro %]" + "".join(
    f"[% macro m{number}() %]{f'[[ m{number - 1}() ]]' * 10}[% endmacro %]" for number in range(1, 15)
)
BOMBS = {
    "loops": "[% for i in range(1000) %]" * 4 + "x" + "[% endfor %]" * 4,
    "loops of nothing": "[% for i in range(1000) %]" * 4 + "[% endfor %]" * 4,
    "a long loop": "[% for i in range(99999999) %]x[% endfor %]",
    "texts that double": "[% set a = 'xxxx' %]" + "[% set a = a ~ a %]" * 60,
    "lists that double": "[% set a = [1] %]" + "[% set a = a + a %]" * 60,
    "times": "[[ 'x' * 10000000000 ]]",
    "powers": "[[ 9 ** 9 ** 9 ** 9 ]]",
    "a width": "[[ '%1000000000d' % 1 ]]",
    "another width": "[[ '{:1000000000d}'.format(1) ]]",
    "replacing": f"[[ '{'x' * 50_000}'|replace('x', '{'y' * 50_000}') ]]",
    "macros": MACROS + "[[ m14() ]]",
    "a macro in itself": "[% macro m() %][[ m() ]][% endmacro %][[ m() ]]",
    "itself": '[% include "law/card.front.html.j2" %]',
    "brackets": "[[ " + "(" * 10_000,
    "conditions": "[% if 1 %]" * 5000 + "[% endif %]" * 5000,
    "dots": "[[ deck" + ".a" * 50_000 + " ]]",
    "much of it": "[[ side ]]" * 40_000,
    "sections": "{{#Name}}" * 10_000 + "{{/Name}}" * 10_000,
    "open tags": "{{" * 100_000,
    "unknown fields": "{{Nope}}" * 50_000,
    "open marks": "[[" * 100_000,
}


def test_the_widest_face_takes_little_memory(tmp_path: Path) -> None:
    """All that templates may make, in letters of four bytes each: no more than 200 MB above any deck."""
    doubled = "[% set a = '𝒳𝒳𝒳𝒳' %]" + "[% set a = a ~ a %]" * 17
    face = f"{{{{Name}}}}{doubled}[% for i in range(13) %][[ a ]][% endfor %]"
    files = {**LAW, "templates/law/card.front.html.j2": face}
    assert not checked(write_project(tmp_path, files), seconds=10, peak=250).codes()


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_template_does_no_endless_work(bomb: str, tmp_path: Path) -> None:
    """One diagnostic, at a template's own place, in a few seconds."""
    files = {**LAW, "templates/law/card.front.html.j2": "{{Name}}\n" + BOMBS[bomb]}
    cost = checked(write_project(tmp_path, files), seconds=6, peak=250)
    assert cost.code == 1
    assert sum(cost.codes().values()) == 1
    (error,) = (each for each in cost.told if each["level"] == "error")
    assert error["path"] == "templates/law/card.front.html.j2"
    assert error["message"]


def test_templates_that_include_each_other_do_no_endless_work(tmp_path: Path) -> None:
    """Ten times ten times ten, and so on."""
    files: dict[str, str | bytes] = {
        f"templates/base/a{number}.j2": f'[% include "base/a{number + 1}.j2" %]' * 10 for number in range(15)
    }
    files |= {"templates/base/a15.j2": "x", "templates/base/theme.css.j2": '[% include "base/a0.j2" %]'}
    assert checked(write_project(tmp_path, files), seconds=30).codes() == {"template-failed": 1}


# --------------------------------------------------------------------------------------------------- the rest


def _lines(line: str) -> Iterator[bytes]:
    for _ in range(30):
        yield (line + "\n").encode() * (1_000_000 // len(line))


NOTE = (
    '{"note":"n","kind":"definition","guid":"g","fingerprint":"f","mod":1,"due":1,"deck":"d","cards":"0",'
    '"released":"1"}'
)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1", 1),
        ("[]", 1),
        ("[" * 1000, 1),
        (NOTE, 101),
        (NOTE.replace('"mod":1', '"mod":9999999999'), 101),
        (NOTE.replace('"n"', '"\\ud800"'), 101),
        (NOTE.replace("}", ',"was":[' + "[]," * 1000 + "[]]}"), 1),
    ],
    ids=["numbers", "lists", "brackets", "one note", "the future", "half a character", "lists of lists"],
)
def test_a_ledger_of_many_bad_lines_is_told_shortly(line: str, told: int, tmp_path: Path) -> None:
    """30 MB of them."""
    with (write_project(tmp_path) / "source/ledger.jsonl").open("wb") as file:
        file.writelines(_lines(signed(line) if line.startswith("{") else line))
    assert checked(tmp_path, seconds=30, peak=1500).codes() == {"bad-ledger": told}


def test_what_a_chapter_holds_has_limits(tmp_path: Path) -> None:
    """One text, one list, one table, the name of a deck: each told once, and named."""
    rows = "".join(f"      - {{id: r{number}, cells: [a, b]}}\n" for number in range(201))
    files: dict[str, str | bytes] = {
        "source/two.yaml": _definition("a " * 60_000),
        "source/three.yaml": f"comparisons:\n  - id: three\n    columns: [A, B]\n    rows:\n{rows}",
        "source/four.yaml": f"deck: {'a' * 201}\n",
        "source/five.yaml": "tags: [" + "a, " * 200 + "]\n",
    }
    assert quick(write_project(tmp_path, files)) == {"too-large": 3, "bad-deck-name": 1}


def test_tables_may_not_fill_the_memory(tmp_path: Path) -> None:
    """Each row's card shows the whole table, so a chapter of tables is much larger as a deck."""
    rows = "".join(f"   - {{id: r{number}, cells: [{'a' * 80}, b]}}\n" for number in range(200))
    tables = "".join(f" - id: t{number}\n   columns: [A, B]\n   rows:\n{rows}" for number in range(100))
    cost = checked(
        write_project(tmp_path, {"source/two.yaml": f"comparisons:\n{tables}"}), seconds=60, peak=1500
    )
    assert cost.codes() == {"too-large": 1}


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 2_000_000 + "a: b: c\n",
        "a: |\n" + "  x\n" * 1_000_000 + " y: z: x\n",
        'a: "' + "b\n  " * 500_000,
        'a: "' + "b " * 1_000_000,
        "a: [" + "b, " * 500_000,
        "a" * 5_000_000 + ": b: c",
        ":" * 2_000_000,
        "\t" * 2_000_000,
        "[" * 2_000_000,
        "- " * 20 + "\n" * 1_000_000 + "]",
    ],
    ids="empty-lines block quote long-quote list key colons tabs brackets end".split(),
)
def test_a_slip_in_a_large_file_is_found_in_time(text: str, tmp_path: Path) -> None:
    """However long the lines before it are, and however many."""
    codes = checked(write_project(tmp_path, {"source/two.yaml": text}), seconds=20, peak=1000).codes()
    assert sum(codes.values()) <= 3
    assert codes


def test_a_check_can_be_stopped_amid_a_large_file(tmp_path: Path) -> None:
    """With Ctrl-C, whatever it is at."""
    text = "definitions:\n" + "  - id: a\n    term: x\n    definition: y\n" * 200_000
    folder = write_project(tmp_path, {"source/two.yaml": text})
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "check", "--project", str(folder)], stderr=subprocess.PIPE
    )
    time.sleep(1.5)
    process.send_signal(2)
    with suppress(subprocess.TimeoutExpired):
        _, err = process.communicate(timeout=20)
        assert (process.returncode, err.decode()) == (130, "error: stopped\n")
        return
    process.kill()
    pytest.fail("it did not stop")
