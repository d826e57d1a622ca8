"""The repository itself: what is shipped, and what its pages say."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import venv
from typing import TYPE_CHECKING

import pytest
import yaml

from deckgen.deck.key_types import TYPES
from tests.conftest import REPOSITORY, change, import_package, open_package, run, untimed, write_project
from tests.releases import git

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection

DOCS = REPOSITORY / "docs"


def test_a_wheel_builds_a_deck_that_has_only_source(tmp_path: Path) -> None:
    """Installed into an empty environment, away from the checkout, the shipped templates are there."""
    copy = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(REPOSITORY, copy, ignore=ignored)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.rmtree(copy)
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (wheel,) = (tmp_path / "dist").glob("anki_deckgen-*.whl")
    constraints = REPOSITORY / "constraints.txt"
    install = [str(python), "-m", "pip", "install", "--quiet", "-c", str(constraints), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    folder = write_project(tmp_path / "deck")
    subprocess.run([str(python.with_name("deckgen")), "build"], cwd=folder, check=True, capture_output=True)
    opened = open_package(folder / "build/sample.apkg")
    assert "--accent" in opened.note_types["Sample - Takeaway"]["css"]
    subprocess.run([str(python.with_name("deckgen")), "preview"], cwd=folder, check=True, capture_output=True)
    assert (folder / "build/preview/frame.html").is_file()
    subprocess.run([str(python.with_name("deckgen")), "site"], cwd=folder, check=True, capture_output=True)
    assert all((folder / "build/site" / name).is_file() for name in ("frame.html", "site.css", "social.png"))
    explained = subprocess.run(
        [str(python.with_name("deckgen")), "explain", "unknown-key"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "How to fix it" in explained.stdout
    answers = ["--title", "新しい", "--id", "new", "--author", "A", "--license", "cc0", "--language", "ja"]
    for command in (
        ["init", "new deck", *answers],
        ["check", "--strict", "--project", "new deck"],
        ["build", "--project", "new deck"],
        ["verify", "--project", "new deck", "--anki-python", sys.executable],
    ):
        called = [str(python.with_name("deckgen")), *command]
        done = subprocess.run(called, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    freeze = subprocess.run([str(python), "-m", "pip", "freeze"], check=True, capture_output=True, text=True)
    assert "\nanki==" not in freeze.stdout, "Anki is AGPL, and never a dependency of the core"


def test_constraints_pin_every_dependency_without_addresses() -> None:
    """Each direct dependency is pinned, by version alone."""
    pins = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    names = {line.partition("==")[0].lower().replace("_", "-") for line in pins.splitlines() if "==" in line}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    direct = {re.split(r"[\[<>=~! ]", each)[0].lower().replace("_", "-") for each in wanted} - {
        "anki-deckgen"
    }
    assert direct <= names, direct - names
    assert "://" not in pins
    assert " @ " not in pins


def test_readme_names_every_command() -> None:
    """Each command of `deckgen --help` stands in the README."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "deckgen", "--help"], capture_output=True, text=True, check=True
    )
    commands = re.findall(r"^[│|] ([a-z][a-z-]*) {2,}", result.stdout, re.MULTILINE)
    assert {"build", "check"} <= set(commands)
    assert all(f"deckgen {command}" in readme for command in commands)


def shown_in(page: str) -> tuple[str, str]:
    """The one chapter of a page, and what it says that deckgen prints where `example` is misspelt there."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    (chapter,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (error,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    return chapter, error


@pytest.mark.parametrize("page", ["README.md", "docs/first-deck.md"])
def test_the_error_that_is_shown_is_true(page: str, tmp_path: Path) -> None:
    """The README and the tutorial show the error that their chapters give."""
    chapter, error = shown_in(page)
    slip = chapter.replace("    example: |", "    exampel: |")
    folder = write_project(tmp_path, {"source/1-basics.yaml": slip})
    assert run("check", "--quiet", cwd=folder).stderr.startswith(error)


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """Its commands print what it says that they print, from an empty folder to a release."""
    page = (REPOSITORY / "docs/first-deck.md").read_text(encoding="utf-8")
    chapter, _ = shown_in("docs/first-deck.md")
    folder = tmp_path / "my-deck"
    size = re.compile(r"[0-9.]+ kB")  # another zlib, another size
    ran = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for line, printed in re.findall(r"(?m)^\$ (.+)\n((?:[^$\n].*\n)*)", block):
            program, command, *words = shlex.split(line)
            if program == "git":
                done = git(folder, command, *words)
                git(folder, "config", "user.name", "A")
                git(folder, "config", "user.email", "a@example.org")
                assert done.returncode == 0, done.stderr
            elif program == "deckgen" and command != "preview":  # that one goes on until Ctrl-C
                ran.append(command)
                told = run(command, *words, cwd=tmp_path if command == "init" else folder).stderr
                assert size.sub("kB", untimed(told)) == size.sub("kB", untimed(printed))
                if command == "init":
                    assert run("check", "--strict", cwd=folder).returncode == 0
                    (folder / "source/1-moon.yaml").unlink()
                    change(folder, {"source/1-basics.yaml": chapter})
    assert ran == ["init", "check", "build", "release"]


def chapters_in_docs() -> list[tuple[str, str]]:
    """Each chapter that a page shows, with the name of its page."""
    return [
        (page.name, block)
        for page in sorted({*DOCS.glob("*.md")} - {DOCS / "kinds.md"})  # which has a kind of its own
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        if re.match(r"(?:deck|takeaways|definitions|vignettes|comparisons|questions):", block)
    ]


@pytest.mark.parametrize(("page", "chapter"), chapters_in_docs())
def test_chapters_in_the_docs_are_taken(page: str, chapter: str, tmp_path: Path) -> None:
    """Except for the files that they show, and what `--fix` is there for."""
    folder = write_project(tmp_path, {"source/one.yaml": chapter})
    if page == "writing.md" and "  - term:" in chapter:
        run("check", "--fix", cwd=folder)
    told = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    assert {each["code"] for each in told if each["level"] == "error"} <= {"missing-media"}


def walked_through(part: str) -> dict[str, str | bytes]:
    """The files that a part of docs/kinds.md writes, by their paths."""
    return dict(re.findall(r"`((?:templates|source)/[\w./-]+)`:\n\n```\w+\n(.*?)```", part, re.DOTALL))


def case_of_the_docs() -> list[str]:
    """The parts of docs/kinds.md that make a kind, make more of it, and let it grow."""
    page = (REPOSITORY / "docs/kinds.md").read_text(encoding="utf-8")
    first, rest = page.split("## More of it\n")
    more, rest = rest.split("## Growing\n")
    return [first, more, rest.partition("\n## ")[0]]


def checked(folder: Path) -> str:
    """What `deckgen check` prints of a deck, without the time."""
    return untimed(run("check", cwd=folder).stderr)


def test_the_kind_in_the_docs_works(tmp_path: Path, collection: Collection) -> None:
    """What docs/kinds.md walks through, from its own text: checks, a slip, the schema, the cards in Anki."""
    first, more, _ = case_of_the_docs()
    folder = tmp_path / "deck"
    for part, count in ((first, 5), (more, 7)):
        files = walked_through(part)
        assert len(files) == count
        change(folder, files)
        (printed,) = re.findall(r"```console\n\$ deckgen check\n(.*?)```", part, re.DOTALL)
        assert checked(folder).startswith(printed)
    result = run("build", cwd=folder)
    assert (result.returncode, "warning" in result.stderr) == (0, False), result.stderr
    slip = str(files["source/cases.yaml"]).replace("level: federal", "level: fedral")
    shown, without_card = re.findall(r"```text\n(.*?)```", more, re.DOTALL)
    change(folder, {"source/cases.yaml": slip})
    assert checked(folder).startswith(shown)
    change(folder, {**files, "templates/case/holding.front.html.j2": "{{#Matters}}{{Name}}{{/Matters}}"})
    assert checked(folder).startswith(without_card)
    change(folder, files)
    assert run("schema", cwd=folder).returncode == 0
    schema = json.loads((folder / "source/.schema/chapter.json").read_text(encoding="utf-8"))
    case = schema["properties"]["cases"]["items"]
    assert case["properties"]["level"]["enum"] == ["federal", "state"]
    assert "Tell the police" in case["properties"]["duties"]["markdownDescription"]
    assert case["required"] == ["id", "name", "held"]

    import_package(collection, folder / "build/law-exam.apkg")
    found = [collection.find_cards(f"Name:{name}*") for name in ("Tarasoff", "Jaffee")]
    first_card, second_card = (collection.get_card(card) for (card,) in found)
    front, back = first_card.render_output().question_text, first_card.render_output().answer_text
    assert '<div class="term">Tarasoff v. Regents</div>' in front
    assert '<div class="level">state law</div>' in front
    assert "reasonable care" not in front
    assert "must take reasonable care" in back
    assert "<li>Assess how serious the <em>threat</em> is</li>" in back
    assert ".level { color: var(--quiet)" in first_card.render_output().css
    gist = "<details><summary>Tarasoff v. Regents</summary>A therapist who knows"
    assert gist in second_card.render_output().answer_text
    collection.set_browser_card_columns(["question", "answer"])
    collection.load_browser_card_columns()
    question, answer = (text for text, *_ in collection.browser_row_for_id(second_card.id)[0])
    assert question == "Jaffee v. Redmond (federal)"
    assert answer.startswith("In a federal court a licensed psychotherapist")


def test_the_kind_in_the_docs_grows(tmp_path: Path, collection: Collection) -> None:
    """Released, then changed as docs/kinds.md says, it gives learners a field and a card, and no conflict."""
    first, more, growing = case_of_the_docs()
    folder = tmp_path / "deck"
    change(folder, walked_through(first))
    change(folder, walked_through(more))
    for kind in (first, more):
        text = str(walked_through(kind)["templates/case/kind.yaml"])
        assert [text.count(f"{{name: Reserve {number}, id: 70") for number in range(1, 14)] == [1] * 12 + [0]
        assert [text.count(f"reserve: Reserve {number}}}") for number in range(1, 6)] == [1] * 4 + [0]

    def released(version: str, time: int) -> dict[str, int]:
        done = run("release", version, cwd=folder, SOURCE_DATE_EPOCH=str(time))
        assert (done.returncode, "warning" in done.stderr) == (0, False), done.stderr
        return import_package(collection, folder / f"build/release/{version}/law-exam-{version}.apkg")

    assert released("1.0.0", 1_700_000_000) == {"new": 2}
    changed = re.findall(r"`((?:templates|source)/[\w./-]+)`:\n\n```diff\n(.*?)```", growing, re.DOTALL)
    assert len(changed) == 3
    for path, text in changed:
        now = (folder / path).read_text(encoding="utf-8")
        for hunk in text.split("@@\n"):
            rows = hunk.splitlines(keepends=True)
            old, new = ("".join(row[1:] for row in rows if row[0] in signs) for signs in (" -", " +"))
            assert now.count(old) == 1, old
            now = now.replace(old, new)
        (folder / path).write_text(now, encoding="utf-8")
    faces = re.findall(r"`(templates/[\w./-]+)`:\n\n```jinja\n(.*?)```", growing, re.DOTALL)
    assert len(faces) == 2
    change(folder, dict(faces))
    (printed,) = re.findall(r"```console\n\$ deckgen check\n(.*?)```", growing, re.DOTALL)
    assert checked(folder).startswith(printed)
    assert released("1.1.0", 1_700_000_100) == {"updated": 1, "duplicate": 1}
    collection.models._clear_cache()  # noqa: SLF001 (an import does not)
    backs = [collection.get_card(card).render_output() for card in collection.find_cards("Name:Tarasoff*")]
    assert len(backs) == 2
    assert "will be told less" in backs[0].answer_text
    assert "has bought a gun" in backs[1].question_text
    assert "must take reasonable care" in backs[1].answer_text
    assert len(collection.find_cards("Name:Jaffee*")) == 1


def test_the_types_of_keys_are_all_in_the_docs() -> None:
    """docs/kinds.md lists each type that a key may have, with what fields may take from it."""
    page = (REPOSITORY / "docs/kinds.md").read_text(encoding="utf-8")
    listed = {
        name: re.findall(r"`name\.?(\w*)`", rest)
        for name, rest in re.findall(r"(?m)^\| `(\w+)` \|.*\|(.*)\|$", page)
    }
    written = {name: list(key_type.parts) for name, key_type in TYPES.items()}
    assert {name: parts for name, parts in listed.items() if name in written} == written


def test_the_hook_for_pre_commit_runs_a_command_that_exists() -> None:
    """`.pre-commit-hooks.yaml` has what pre-commit wants, and what it runs checks a deck."""
    path = REPOSITORY / ".pre-commit-hooks.yaml"
    (hook,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("deckgen-check", "python", False)
    program, *arguments = hook["entry"].split()
    assert program in tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    result = run(*arguments, cwd=REPOSITORY)
    assert result.returncode == 0, result.stderr
    changed = ("source/deck.yaml", "source/part/1.yaml", "templates/law/kind.yaml", "source/media/a.png")
    assert all(re.search(hook["files"], name) for name in changed)
    assert not re.search(hook["files"], "docs/source/deck.yaml")
    assert f"id: {hook['id']}" in (REPOSITORY / "docs/editor.md").read_text(encoding="utf-8")


def test_the_editor_s_page_prints_what_the_command_prints(tmp_path: Path) -> None:
    """docs/editor.md shows `deckgen schema` with its own words."""
    page = (REPOSITORY / "docs/editor.md").read_text(encoding="utf-8")
    result = run("schema", cwd=write_project(tmp_path))
    assert f"$ deckgen schema\n{result.stderr}```" in page


def test_links_between_the_pages_lead_somewhere() -> None:
    """Every relative link in the README, CONTRIBUTING.md and docs/ points to a file."""
    for page in (*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")):
        prose = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", prose):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_lists_each_page_once() -> None:
    """docs/README.md has every page under one of tutorial, how-to, reference and explanation."""
    _, *parts = re.split(
        r"(?m)^\| (.+?) \| what is in it \|$",
        (DOCS / "README.md").read_text("utf-8").split("## All pages")[1],
    )
    kinds = dict(zip(parts[::2], parts[1::2], strict=True))
    assert list(kinds) == ["tutorial", "how-to", "reference", "explanation"]
    listed = [page for rows in kinds.values() for page in re.findall(r"(?m)^\| \[[^]]+\]\(([^)]+)\)", rows)]
    pages = {page.name for page in DOCS.glob("*.md")} - {"README.md", "index.md"}
    assert sorted(listed) == sorted({*pages, "codes/README.md"})


def test_contributing_stays_short() -> None:
    """Under sixty lines."""
    assert len((REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) < 60
