"""`deckgen init`: what it asks and writes, that it checks, builds and imports, and what it leaves alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from deckgen.cards.media import FONTS, IMAGES, SOUNDS
from deckgen.cli.paths import in_shell
from deckgen.commands.init.answers import proposed_id
from tests.conftest import all_that_is_printed, change, import_package, open_package, run
from tests.releases import git

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection

ANSWERS = {
    "--title": "My Exam",
    "--id": "my-exam",
    "--author": "Ada Lovelace",
    "--license": "CC-BY-4.0",
    "--language": "en",
}
REPOSITORY = {"--repository": "ada/my-exam"}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of Unix")


def init(folder: Path | str, answers: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Begin a deck with the usual answers, or others in their place; what was printed."""
    flags = [word for pair in {**ANSWERS, **(answers or {})}.items() for word in pair]
    result = run("init", folder, *flags, cwd=cwd)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    return result.stderr


def refused(folder: Path | str, answers: dict[str, str] | None = None) -> str:
    """The error of a call that writes nothing."""
    flags = [word for pair in {**ANSWERS, **(answers or {})}.items() for word in pair]
    result = run("init", folder, *flags)
    assert (result.returncode, result.stdout) == (2, ""), result.stderr
    return result.stderr


def files_of(folder: Path) -> dict[str, bytes]:
    """All files in a folder, by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def printed_commands(printed: str) -> list[str]:
    """The commands that `init` says come next."""
    return re.findall(r"(?m)^  (.+)$", printed.partition("\nNext: ")[2])


def test_it_writes_all_that_a_deck_needs(tmp_path: Path) -> None:
    """It names each file; the deck says what was answered, and shows every kind that comes with deckgen."""
    printed = init(tmp_path / "deck", REPOSITORY)
    written = files_of(tmp_path / "deck")
    assert printed.startswith(f"wrote {len(written)} files into {tmp_path / 'deck'}:\n")
    assert re.findall(r"(?m)^  (\S+)$", printed.partition("\nNext: ")[0]) == sorted(written)
    workflows = [name for name in written if name.startswith(".github/workflows")]
    assert workflows == [".github/workflows/check.yml", ".github/workflows/release.yml"]
    deck = yaml.safe_load(written["source/deck.yaml"])
    assert deck == {
        "id": "my-exam",
        "title": "My Exam",
        "language": "en",
        "tags": ["my-exam"],
        "authors": ["Ada Lovelace"],
        "license": "CC-BY-4.0",
        "feedback": "https://github.com/ada/my-exam/issues/new?template=suggest-a-fix.yml&note={id}",
    }
    address = "https://github.com/ada/my-exam/releases/latest/download/my-exam.apkg"
    assert f"**[my-exam.apkg]({address})**" in written["README.md"].decode()
    assert b"https://creativecommons.org/licenses/by/4.0/legalcode" in written["LICENSE"]
    assert b"Copyright Ada Lovelace" in written["LICENSE"]
    assert run("build", "--project", tmp_path / "deck").returncode == 0
    opened = open_package(tmp_path / "deck/build/my-exam.apkg")
    assert {each.partition(" - ")[2] for each in opened.note_types} == {
        "Takeaway",
        "Definition",
        "Vignette",
        "Comparison",
        "Question",
    }


def test_below_the_top_of_a_repository_the_address_is_that_of_all_releases(tmp_path: Path) -> None:
    """The latest release is another deck's, perhaps; and what works only at the top is left out, and told."""
    git(tmp_path, "init")
    printed = init(tmp_path / "decks/exam", REPOSITORY)
    assert "they only work at the top of the repository" in printed
    readme = (tmp_path / "decks/exam/README.md").read_text(encoding="utf-8")
    assert "[my-exam.apkg](https://github.com/ada/my-exam/releases)" in readme


@pytest.mark.parametrize("language", "en de es fr pt-BR ar ja zh zh-Hant he".split())
def test_it_has_no_fault_in_any_language(tmp_path: Path, language: str) -> None:
    """`check --strict` finds nothing, with a repository and without; schemas and words are the deck's."""
    printed = init(tmp_path, {"--language": language, **REPOSITORY})
    assert printed.count("note:") == printed.count("note: this deckgen was built from a checkout") == 1
    result = run("check", "--strict", "--project", tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr.startswith("no errors: 8 notes")
    before = files_of(tmp_path)
    assert run("schema", "--project", tmp_path).returncode == 0
    assert files_of(tmp_path) == before


def test_the_page_for_learners_is_in_the_deck_s_language(tmp_path: Path) -> None:
    """And so is what the cards say by themselves, where somebody has translated it."""
    pages = {
        "de": ("So importierst du", "Warum"),
        "ar": ("كيفية الاستيراد", "لماذا"),
        "ja": ("読み込み方", "理由"),
    }
    for language, (heading, why) in pages.items():
        init(tmp_path / language, {"--language": language})
        page = (tmp_path / language / "README.md").read_text(encoding="utf-8")
        assert f"## {heading}\n" in page
        assert "`my-exam-….apkg`" in page
        assert "http" not in page, "without a repository there is no address"
        assert run("build", "--project", tmp_path / language).returncode == 0
        opened = open_package(tmp_path / language / "build/my-exam.apkg")
        (takeaway,) = (
            each for name, each in opened.note_types.items() if "cloze" in each["tmpls"][0]["qfmt"]
        )
        assert why in takeaway["tmpls"][0]["afmt"]


def test_it_verifies_in_the_real_anki(tmp_path: Path, collection: Collection) -> None:
    """A new learner gets all cards, none is blank, and each has the link with its own id."""
    folder = tmp_path / "deck"
    init(folder, REPOSITORY)
    assert run("build", "--project", folder).returncode == 0
    assert import_package(collection, folder / "build/my-exam.apkg") == {"new": 8}
    (card,) = collection.find_cards("note:*Vignette")
    back = collection.get_card(card).render_output().answer_text
    assert "issues/new?template=suggest-a-fix.yml&amp;note=night-hike" in back
    result = run("verify", "--project", folder)
    assert result.returncode == 0, result.stderr
    assert "a new learner gets 8 notes and 15 cards" in result.stderr


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (".github/ISSUE_TEMPLATE/suggest-a-fix.yml", "vendor.github-issue-forms"),
        (".github/dependabot.yml", "vendor.dependabot"),
        (".github/workflows/check.yml", "vendor.github-workflows"),
        (".github/workflows/release.yml", "vendor.github-workflows"),
    ],
)
def test_github_would_read_its_files(tmp_path: Path, path: str, schema: str) -> None:
    """They pass GitHub's schemas, and the form has the field that the address of `feedback` fills in."""
    init(tmp_path, REPOSITORY)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(tmp_path / path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    form = yaml.safe_load((tmp_path / ".github/ISSUE_TEMPLATE/suggest-a-fix.yml").read_text(encoding="utf-8"))
    assert form["body"][0]["id"] == "note"


def test_git_keeps_media_and_the_ledger_as_they_are(tmp_path: Path) -> None:
    """By git's own answer: no file of media is a text, the record has one line end, changelogs are joined."""
    init(tmp_path)
    assert git(tmp_path, "init", "-q").returncode == 0

    def attribute(name: str, path: str) -> str:
        return git(tmp_path, "check-attr", name, "--", path).stdout.strip().rpartition(": ")[2]

    for ending in (IMAGES | SOUNDS | FONTS) - {"svg"}:
        assert attribute("text", f"source/media/x.{ending}") == "unset", ending
    assert attribute("eol", "source/media/x.svg") == "lf"
    assert attribute("eol", "source/ledger.jsonl") == "lf"
    assert attribute("eol", "source/CHANGELOG.md") == "lf"
    change(tmp_path, {"build/x.apkg": "", "source/.x.1.part": ""})
    assert git(tmp_path, "status", "--porcelain", "--ignored", "build", "source/.x.1.part").stdout == (
        "!! build/\n!! source/.x.1.part\n"
    )


def test_editors_find_the_schemas(tmp_path: Path) -> None:
    """Each file's first line, and VS Code's settings for new chapters, name a schema that is there."""
    init(tmp_path)
    for path in (tmp_path / "source").glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert (path.parent / first.partition("$schema=")[2]).is_file()
    settings = json.loads((tmp_path / ".vscode/settings.json").read_text(encoding="utf-8"))
    assert all((tmp_path / path).is_file() for path in settings["yaml.schemas"])


@pytest.mark.parametrize(
    ("title", "language", "proposed"),
    [
        ("My Exam", "en", "my-exam"),
        ("Prüfung für Ärzte", "de", "pruefung-fuer-aerzte"),
        ("Matemática básica", "es", "matematica-basica"),
        ("Анатомия", "ru", "anatomiya"),
        ("医学", "zh", "yixue"),
        ("日本語の試験", "ja", ""),
        ("🧠💊", "en", ""),
        ("2026", "en", ""),
    ],
)
def test_an_id_is_proposed_from_the_title(title: str, language: str, proposed: str) -> None:
    """In plain letters; none where the title has no letters or more than one reading."""
    assert proposed_id(title, language) == proposed


ODD = [
    "C++: the #1 exam's basics \\ {x} & more",
    "- not a list",
    "null",
    "Über 試験 🧠",
    "1.10",
    "@home, [draft] *new*",
]


@pytest.mark.parametrize("text", ODD)
def test_what_is_typed_is_what_the_deck_says(tmp_path: Path, text: str) -> None:
    """Signs that mean something to YAML, Markdown or a shell change nothing."""
    init(tmp_path, {"--title": text, "--author": text, "--license": "all-rights-reserved", **REPOSITORY})
    deck = yaml.safe_load((tmp_path / "source/deck.yaml").read_text(encoding="utf-8"))
    assert (deck["title"], deck["authors"], deck["license"]) == (text, [text], "All rights reserved")
    assert (tmp_path / "LICENSE").read_text(encoding="utf-8").startswith(f"{text}\n\nCopyright {text}\n")
    result = run("check", "--project", tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"--title": "One::Two"}, "--title: the title `One::Two` contains a subdeck"),
        ({"--title": " "}, "--title: please answer"),
        ({"--title": "a\nb"}, "--title: it contains a line break"),
        ({"--id": "My Exam"}, "hyphens between them: `my-exam`"),
        ({"--language": "jp"}, "did you mean `ja`?"),
        ({"--license": "GPL"}, "choose one of: CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0, all-rights-reserved"),
        ({"--repository": "my-exam"}, "write it as OWNER/REPO"),
    ],
)
def test_an_answer_with_a_fault_is_told(tmp_path: Path, answer: dict[str, str], words: str) -> None:
    """By its flag, with what to write; nothing is written."""
    assert words in refused(tmp_path / "deck", answer)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ({"--license": "cc by-sa"}, "license: CC-BY-SA-4.0\n"),
        ({"--license": "cc0"}, "license: CC0-1.0\n"),
        (
            {"--repository": "https://github.com/ada/my-exam.git"},
            "feedback: https://github.com/ada/my-exam/issues",
        ),
        ({"--repository": "git@github.com:ada/my.exam"}, "feedback: https://github.com/ada/my.exam/issues"),
    ],
)
def test_other_ways_to_say_it(tmp_path: Path, answer: dict[str, str], line: str) -> None:
    """A licence without its version, the repository's address as GitHub shows it."""
    init(tmp_path, answer)
    assert line in (tmp_path / "source/deck.yaml").read_text(encoding="utf-8")


def test_without_a_terminal_missing_answers_are_named(tmp_path: Path) -> None:
    """All at once, by their flags, with an id that the title proposes."""
    result = run("init", tmp_path / "deck", "--title", "Große Prüfung", "--language", "de")
    assert result.returncode == 2
    assert "answers are missing: --id, --author, --license" in result.stderr
    assert '--id grosse-pruefung --author "My Name" --license CC-BY-4.0' in result.stderr
    assert not any(tmp_path.iterdir())


@POSIX
def test_a_terminal_asks(tmp_path: Path) -> None:
    """In turn; Enter takes a proposal, and a question is asked again after an answer with a fault.

    The repository that is proposed is the one that the folder was cloned from.
    """
    import pty  # noqa: PLC0415 (there is none on Windows)

    assert git(tmp_path, "init", "-q").returncode == 0
    assert git(tmp_path, "remote", "add", "origin", "https://github.com/ada/exam.git").returncode == 0
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "init"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"},
    )
    os.close(theirs)
    os.write(ours, "Große Prüfung\njp\nde\n\nAda\ngpl\ncc0\nnone\n".encode())
    printed = all_that_is_printed(ours)
    assert process.wait() == 0, printed
    assert "you cannot change it later) [grosse-pruefung]: " in printed
    assert "hint: did you mean `ja`?" in printed
    assert "(OWNER/REPO, or none) [ada/exam]: " in printed
    assert "hint: choose one of: CC-BY-4.0" in printed
    deck = yaml.safe_load((tmp_path / "source/deck.yaml").read_text(encoding="utf-8"))
    assert [deck[key] for key in ("id", "title", "language", "license")] == [
        "grosse-pruefung",
        "Große Prüfung",
        "de",
        "CC0-1.0",
    ]
    assert "feedback" not in deck, "the last answer was `none`"


@pytest.mark.parametrize(
    "path",
    ["README.md", "source/deck.yaml", "source/other.yaml", "templates/base/x.html", ".github", "LICENSE"],
)
def test_what_is_there_is_not_overwritten(tmp_path: Path, path: str) -> None:
    """Nor drawn into the deck: the file is named, and nothing else is written."""
    change(tmp_path, {path: "mine\n"})
    told = refused(tmp_path)
    assert str(tmp_path) in told
    assert path in told
    assert "already" in told
    assert files_of(tmp_path) == {path: b"mine\n"}


def test_other_files_stay(tmp_path: Path) -> None:
    """A folder with something else in it can become a deck's."""
    change(tmp_path, {"notes.txt": "mine\n", ".github/CODEOWNERS": "* @ada\n"})
    init(tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine\n"
    assert run("check", "--strict", "--project", tmp_path).returncode == 0


def test_a_deck_s_source_takes_no_other_deck(tmp_path: Path) -> None:
    """Its files would be chapters of the first; beside source/ there may be one."""
    init(tmp_path)
    before = files_of(tmp_path)
    assert "is inside the source of another deck" in refused(tmp_path / "source/more")
    assert files_of(tmp_path) == before
    init(tmp_path / "decks/more")
    assert run("check", "--strict", "--project", tmp_path).returncode == 0


def test_a_folder_in_a_repository_gets_no_files_for_its_top(tmp_path: Path) -> None:
    """They would do nothing there; that is said, and the link for suggestions needs no form."""
    assert git(tmp_path, "init", "-q").returncode == 0
    printed = init("decks/exam", REPOSITORY, cwd=tmp_path)
    assert f"at the top of the repository, {tmp_path}: .github/ISSUE_TEMPLATE/suggest-a-fix.yml" in printed
    written = files_of(tmp_path / "decks/exam")
    assert not {name for name in written if name.startswith((".github", ".pre-commit"))}
    deck = yaml.safe_load(written["source/deck.yaml"])
    assert deck["feedback"] == "https://github.com/ada/my-exam/issues/new?title={id}"
    assert printed_commands(printed)[0] == "cd decks/exam"
    assert "git init" not in printed_commands(printed)
    assert run("check", "--strict", "--project", tmp_path / "decks/exam").returncode == 0


def test_the_top_of_a_repository_gets_all(tmp_path: Path) -> None:
    """As after `git clone` of an empty repository."""
    assert git(tmp_path, "init", "-q").returncode == 0
    printed = init(".", REPOSITORY, cwd=tmp_path)
    assert (tmp_path / ".github/ISSUE_TEMPLATE/suggest-a-fix.yml").is_file()
    assert not any(command.startswith(("cd ", "git init")) for command in printed_commands(printed))


@pytest.mark.parametrize("shell", ["sh", "pwsh", "powershell"])
@pytest.mark.parametrize("name", ["exam", "my exam's deck", "-x", "50$ (new)", "試験"])
def test_the_commands_that_come_next_work(tmp_path: Path, shell: str, name: str) -> None:
    """As they are printed, in sh and in PowerShell, but for the one that shows the cards until Ctrl-C."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not there")
    printed = run_init_in(tmp_path, name)
    commands = printed_commands(printed)
    assert "deckgen preview --serve --open" in commands
    commands.remove("deckgen preview --serve --open")
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "deckgen"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m deckgen "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    script.with_suffix(".cmd").write_text(f'@"{sys.executable}" -m deckgen %*\n', encoding="utf-8")
    names = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    result = subprocess.run(
        [
            program,
            "-c" if shell == "sh" else "-Command",
            ("set -e\n" if shell == "sh" else "") + "\n".join(commands),
        ],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **names},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    deck = tmp_path / name
    assert (deck / "build/my-exam.apkg").is_file()
    assert git(deck, "status", "--porcelain").stdout == ""
    assert "source/deck.yaml" in git(deck, "ls-files").stdout


def run_init_in(folder: Path, name: str) -> str:
    """Begin a deck in a folder of any name."""
    flags = [word for pair in ANSWERS.items() for word in pair]
    result = run("init", *flags, "--", name, cwd=folder)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_paths_that_a_shell_would_read_otherwise_are_quoted(tmp_path: Path) -> None:
    """Plain ones are not."""
    assert in_shell(tmp_path.relative_to(tmp_path.parent)) == tmp_path.name


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    """It is told as that, and nothing is left."""
    tmp_path.chmod(0o555)
    try:
        assert "cannot be written to: Permission denied" in refused(tmp_path / "deck")
    finally:
        tmp_path.chmod(0o755)
    assert not any(tmp_path.iterdir())


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    """It is told, and stays."""
    change(tmp_path, {"deck": "mine"})
    assert f"{tmp_path / 'deck'} is not a folder" in refused(tmp_path / "deck")
    assert "cannot be written to: Not a directory" in refused(tmp_path / "deck/in")
    assert files_of(tmp_path) == {"deck": b"mine"}


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("sight", ["deck/.deckgen-init.*.part", "deck/LICENSE"])
def test_a_stopped_call_leaves_nothing_half(tmp_path: Path, number: int, sight: str) -> None:
    """Stopped, it removes what it wrote; killed, there is no deck or all of it, and the next goes on."""
    flags = [word for pair in ANSWERS.items() for word in pair]
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "init", "deck", *flags], cwd=tmp_path, stderr=subprocess.PIPE
    )
    while process.poll() is None and not any(tmp_path.glob(sight)):
        time.sleep(0.0005)
    process.send_signal(number)
    process.communicate()
    folder = tmp_path / "deck"
    if process.returncode != 0 and number != signal.SIGKILL:
        assert process.returncode == 128 + number
        assert not folder.exists() or (folder / "source/deck.yaml").exists()
    if not (folder / "source/deck.yaml").exists():
        init(folder)
    init(tmp_path / "whole")
    left = {name: text for name, text in files_of(folder).items() if ".part/" not in name}
    assert left == files_of(tmp_path / "whole")
