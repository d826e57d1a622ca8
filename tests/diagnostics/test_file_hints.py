"""Hints about files, kinds, templates and the deck's own keys: who does what one says has a better deck."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deckgen.cli.app import app
from tests.conftest import CHAPTER, DECK, REPOSITORY, change, run, write_project
from tests.faults import ARABIC, KIND

Files = dict[str, str | bytes]

LAYOUT = '[% extends "base/layout.html.j2" %]\n'
LAW: Files = {
    "templates/law/kind.yaml": KIND,
    "templates/law/card.front.html.j2": "{{Name}}\n",
    "templates/law/card.back.html.j2": "{{Name}} {{Rule}}\n",
}


TWO = "definitions:\n  - id: two\n    term: Genogram\n    definition: |\n      A drawing of a family.\n"


def decomposed(text: str) -> str:
    """A text with its accents as characters of their own, as some systems write it."""
    return unicodedata.normalize("NFD", text)


def checked(folder: Path) -> list[dict[str, Any]]:
    """What a check tells, as JSON."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    found: list[dict[str, Any]] = json.loads(result.stdout)["diagnostics"]
    return found


def proposal(told: dict[str, Any]) -> str:
    """What a hint names first between backticks."""
    match = re.search(r"`([^`]+)`", told["hint"] or "")
    assert match, told
    return match[1]


def better(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """A run has fewer diagnostics than another one, and none that is new."""
    left = [each for each in after if each["code"] != "missing-words"]  # of a language that was not known
    known = {(each["path"], each["code"]) for each in before}
    assert [each for each in left if (each["path"], each["code"]) not in known] == []
    assert len(left) < len(before)


TAGS = ("jp", "en_GB", "German", "eng", "cn-Hans")
ADDRESSES = (
    *("me@example.org", "'mailto: me@example.org'", "Email:me@example.org?subject={id}"),
    *("github.com/me/deck/issues", "https:/example.org/{id}", "'https://example.org/a b?{id}'"),
)
LINES = (*(f"language: {tag}" for tag in TAGS), *(f"feedback: {address}" for address in ADDRESSES))
DECKS: list[Files] = [{"source/deck.yaml": f"{DECK}{line}\n"} for line in LINES]
WRITTEN: list[Files] = [
    *DECKS,
    {"templates/base/theme.css.j2": ".card { --acent: red; }\n"},
    {"templates/base/theme.css.j2": ".card { --Accent: red; }\n"},
    {**LAW, "templates/law/style.css.j2": ".a { color: var(--Ink); }\n"},
    {**LAW, "templates/law/kind.yaml": KIND.replace("from: rule", "from: Rule")},
    {**LAW, "templates/law/kind.yaml": KIND.replace("type: markdown", "type: Markdown")},
    {**LAW, "templates/law/kind.yaml": KIND.replace("keys:", "label: Name\nkeys:")},
    {**LAW, "templates/law/card.back.html.j2": "{{Name}} {{rule}}\n"},
    {**LAW, "templates/law/card.back.html.j2": "{{Name}} {{Text:Rule}}\n"},
    {**LAW, "source/two.yaml": "laws:\n  - id: two\n    Name: x\n"},
    {
        "templates/law/kind.yaml": KIND.replace("rule", "größe").replace("Rule", "Größe"),
        "templates/law/card.front.html.j2": "{{Name}}\n",
        "templates/law/card.back.html.j2": f"{{{{Name}}}} {{{{{decomposed('Größe')}}}}}\n",
    },
    {
        "templates/law/kind.yaml": KIND.replace("rule", "größe"),
        "templates/law/card.front.html.j2": "{{Name}}\n",
        "templates/law/card.back.html.j2": "{{Name}} {{Rule}}\n",
        "source/two.yaml": f"laws:\n  - id: two\n    name: x\n    {decomposed('größe')}: y\n",
    },
]


@pytest.mark.parametrize(
    "files", WRITTEN, ids=lambda files: re.sub(r"\W+", "-", str(list(files.values())[-1]))[-40:]
)
def test_what_a_hint_names_takes_the_place_of_what_is_told(files: Files, tmp_path: Path) -> None:
    """At the columns of the diagnostic; it never looks like what stood there before without saying so."""
    before = checked(write_project(tmp_path, files))
    told = before[0]
    meant = proposal(told)
    path = tmp_path / told["path"]
    lines = path.read_text(encoding="utf-8").split("\n")
    line = lines[told["line"] - 1]
    written = line[told["column"] - 1 : told["end_column"] - 1]
    new = line.replace(re.sub(r"^['\"]|['\"]$", "", written).strip("{}"), meant) if "{{" in written else ""
    if ":" in written and "{{" in written:  # a filter and its field
        new = line.replace(written.strip("{}").partition(":")[0], meant)
    quoted = f"'{meant}'" if "{id}" in meant else meant
    lines[told["line"] - 1] = new or line[: told["column"] - 1] + quoted + line[told["end_column"] - 1 :]
    if unicodedata.normalize("NFC", written).casefold() == unicodedata.normalize("NFC", meant).casefold():
        assert "only the capitals" in told["hint"] or "looks the same" in told["hint"]
    path.write_text("\n".join(lines), encoding="utf-8")
    better(before, checked(tmp_path))


MOVED: list[Files] = [
    {"source/Chapter Two.yaml~": TWO},
    {"source/My.yoga.yaml.bak": TWO},
    {"source/two.yml.orig": TWO},
    {"source/two.yaml1": TWO},
    {"source/deep/two.txt": TWO},
    {"source/two": TWO},
    {"source/templates/base/theme.css.j2": ".card { --ink: red; }\n"},
    {"source/theme.css.j2": ".card { --ink: red; }\n"},
    {"source/base/theme.css.j2": ".card { --ink: red; }\n"},
    {f"source/{path}": text for path, text in LAW.items()},
    {"templates/theme.css.j2": ".card { --ink: red; }\n"},
    {"templates/base/Theme.css.j2": ".card { --ink: red; }\n"},
    {"templates/base/theme.css": ".card { --ink: red; }\n"},
    {"templates/base/themes.css.j2": ".card { --ink: red; }\n"},
    {"templates/style/theme.css.j2": ".card { --ink: red; }\n", **LAW},
    {"Templates/base/theme.css.j2": ".card { --ink: red; }\n"},
    {path.replace("templates", "template"): text for path, text in LAW.items()},
    {"templates/Base/theme.css.j2": ".card { --ink: red; }\n"},
    {path.replace("kind.yaml", "kind.yml"): text for path, text in LAW.items()},
    {**LAW, "templates/law/Style.css.j2": ".a { color: red; }\n"},
    {**LAW, "templates/law/style.css": ".a { color: red; }\n"},
]


@pytest.mark.parametrize("files", MOVED, ids=lambda files: next(iter(files)))
def test_a_file_that_is_moved_as_a_hint_says_is_read(files: Files, tmp_path: Path) -> None:
    """Its name keeps its capitals, and everything before its ending."""
    before = checked(write_project(tmp_path, files))
    assert before
    while before:
        for told in before:
            move(tmp_path, told)
        after = checked(tmp_path)
        assert len(after) < len(before), after
        before = after


def move(folder: Path, told: dict[str, Any]) -> None:
    """Move the file or folder that a diagnostic is about to where its hint says."""
    *named, meant = re.findall(r"`([^`]+)`", told["hint"])
    old = folder / told["path"]
    if not old.exists():  # a kind.yaml that is not there: another file, or the folder, is meant
        old = old.with_name(named[-1]) if named else old.parent
    new = folder / meant if meant.startswith("templates") else old.with_name(meant)
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)


@pytest.mark.parametrize("name", ["One.yaml~", "one.yaml.bak", "one.yml.orig", "one.yaml (1)"])
def test_a_copy_of_a_chapter_is_called_one(name: str, tmp_path: Path) -> None:
    """Under the proposed name lies the chapter itself, which the copy would replace."""
    (told,) = checked(write_project(tmp_path, {f"source/{name}": CHAPTER}))
    assert told["hint"] == f"it looks like a copy of `{name[0]}ne.yaml`: delete it, or move it out of source/"


def test_words_that_are_missing_can_be_written_as_the_hint_says(tmp_path: Path) -> None:
    """Some lines at a time, until none is missing."""
    before = checked(write_project(tmp_path, {"templates/base/words.html.j2": '[% set why = "So" %]\n'}))
    words = tmp_path / "templates/base/words.html.j2"
    while before:
        (told,) = before
        assert (told["code"], told["path"]) == ("missing-words", "templates/base/words.html.j2")
        lines = re.findall(r"`(\[% set [^`]*%\])`", told["hint"])
        if "kinds" in lines[-1]:
            names = '"takeaway": "T", "definition": "D", "vignette": "V", "comparison": "C", "question": "Q"'
            lines = [lines[-1].replace("…", names)]
        words.write_text(words.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
        after = checked(tmp_path)
        assert after != before
        before = after


def test_a_deck_in_another_language_is_told_of_its_words(tmp_path: Path) -> None:
    """Once, and with the file that is to be copied; a copy that is still in English does not do."""
    (told,) = checked(write_project(tmp_path, {"source/deck.yaml": f"{DECK}language: it\n"}))
    assert told["code"] == "missing-words"
    source, target = re.findall(r"copy (\S+) to (\S+), and translate ", told["hint"])[0]
    (tmp_path / target).parent.mkdir(parents=True)
    shutil.copy(source, tmp_path / target)
    (again,) = checked(tmp_path)
    assert (again["code"], again["path"]) == ("missing-words", target)
    half = (tmp_path / target).read_text(encoding="utf-8").replace('"Best answer"', '"Risposta migliore"')
    (tmp_path / target).write_text(half, encoding="utf-8")
    (again,) = checked(tmp_path)
    assert "still in English: why, meaning, " in again["message"]
    assert "copy" not in again["hint"]
    text = re.sub(r'= "', '= "Ecco', Path(source).read_text(encoding="utf-8"))
    (tmp_path / target).write_text(text, encoding="utf-8")
    assert checked(tmp_path) == []


def test_templates_in_source_are_the_cause_of_a_section_that_nobody_knows(tmp_path: Path) -> None:
    """The folder is told once, and the section of its kind says where the kind lies."""
    files = {f"source/{path}": text for path, text in LAW.items()}
    files["source/two.yaml"] = "laws:\n  - id: x\n    name: y\n    rule: z\n"
    found = checked(write_project(tmp_path, files))
    assert [(each["code"], each["path"]) for each in found] == [
        ("unused-template", "source/templates"),
        ("unknown-key", "source/two.yaml"),
    ]
    assert found[1]["message"] == "the kind of `laws` is in source/templates/law, which deckgen does not read"
    (tmp_path / "source/templates").rename(tmp_path / "templates")
    assert checked(tmp_path) == []


def test_a_card_that_lacks_its_face_names_the_file_that_is_called_nearly_so(tmp_path: Path) -> None:
    """A hyphen for a dot: the author is told to rename the file, and not to write another one."""
    files = {**LAW, "templates/law/card-front.html.j2": "{{Name}}\n"}
    del files["templates/law/card.front.html.j2"]
    (told,) = [each for each in checked(write_project(tmp_path, files)) if each["code"] == "missing-face"]
    assert told["hint"] == "is it `card-front.html.j2`? then rename it to `card.front.html.j2`"


def test_a_deck_that_only_shows_faces_of_its_own_needs_no_words(tmp_path: Path) -> None:
    """Where no face in use says one of deckgen's words, nobody is told to translate them."""
    chapter = "laws:\n  - id: one\n    name: 法\n    rule: 規則\n"
    files = {**LAW, "source/deck.yaml": f"{DECK}language: ko\n", "source/one.yaml": chapter}
    assert checked(write_project(tmp_path, files)) == []


def test_a_deck_in_other_letters_says_its_language(tmp_path: Path) -> None:
    """The hint's line goes into deck.yaml; a deck that says that it is in English is believed."""
    before = checked(write_project(tmp_path, {"source/one.yaml": ARABIC}))
    assert [each["code"] for each in before] == ["missing-language"]
    change(tmp_path, {"source/deck.yaml": f"{DECK}{proposal(before[0])}\n"})
    assert checked(tmp_path) == []
    change(tmp_path, {"source/deck.yaml": f"{DECK}language: en\n"})
    assert checked(tmp_path) == []


def test_a_slip_in_a_word_is_told_where_its_author_wrote_it(tmp_path: Path) -> None:
    """And not in deckgen's own file, to which the face gives it."""
    face = f'{LAYOUT}[% block more %]\n[[ m.part(words.exampel, "Rule") ]]\n[% endblock %]\n'
    (told,) = checked(write_project(tmp_path, {**LAW, "templates/law/card.back.html.j2": face}))
    assert (told["path"], told["line"], proposal(told)) == ("templates/law/card.back.html.j2", 3, "example")


@pytest.mark.parametrize(
    ("name", "text", "told_of"),
    [
        ("macros", "[% macro prt(a, b, c='') %][% endmacro %]\n", "part"),
        (
            "layout",
            '[% import "base/macros.html.j2" as m with context %][% block body %][% endblock %]',
            "more",
        ),
    ],
)
def test_what_deckgens_faces_miss_in_a_file_of_the_decks_is_told_there(
    name: str, text: str, told_of: str, tmp_path: Path
) -> None:
    """The file that took the place of deckgen's is the one to mend."""
    found = checked(write_project(tmp_path, {f"templates/base/{name}.html.j2": text}))
    assert {each["path"] for each in found} == {f"templates/base/{name}.html.j2"}
    assert any(f"`{told_of}`" in each["message"] for each in found)


def test_a_theme_may_have_only_the_names_that_it_changes(tmp_path: Path) -> None:
    """The others are deckgen's, by day and by night, so that the cards keep their colors."""
    from deckgen.build import build  # noqa: PLC0415

    folder = write_project(tmp_path, {"templates/base/theme.css.j2": ".card { --accent: #7a3e00; }\n"})
    css = build(folder).note_types["takeaway"].css
    assert css.index("--ink: #22262b") < css.index("--accent: #7a3e00")
    assert ".nightMode.card" in css


def test_letters_of_options_are_the_decks_own(tmp_path: Path) -> None:
    """A deck may count them as its readers do; without a word for it they are A, B, C."""
    from deckgen.build import build  # noqa: PLC0415

    words = "templates/base/words.html.j2"
    css = build(write_project(tmp_path)).note_types["vignette"].css
    assert "nth-child(1)" not in css
    folder = write_project(tmp_path, {words: '[% set letters = "ア イ ウ エ" %]\n'})
    css = build(folder).note_types["vignette"].css
    assert ".face .options > ol > li:nth-child(2)::before" in css
    assert 'content: "イ"' in css


@pytest.mark.parametrize(
    "word", ['""', "3 > 2", '{"a": "b"}', '"Fassung vom {day}."', '"Fassung {verzion} vom {day}."']
)
def test_a_word_that_cannot_stand_for_deckgens_is_told(word: str, tmp_path: Path) -> None:
    """It is empty, no text, or does not say what is filled in; deckgen's own is on the deck's page."""
    shipped = (REPOSITORY / "templates/base/words.html.j2").read_text(encoding="utf-8")
    text = re.sub(r"set version = .*? %\]", f"set version = {word} %]".replace("\\", ""), shipped)
    (told,) = checked(write_project(tmp_path, {"templates/base/words.html.j2": text}))
    assert "`[% set version = " in told["hint"]


def test_faults_of_one_kind_hide_none_of_another(tmp_path: Path) -> None:
    """Broken kinds, faces, keys of deck.yaml and chapters are all told at once."""
    files: Files = {
        "source/deck.yaml": f"{DECK}language: jp\ntag: [a]\n",
        "source/two.yaml": "takeaways:\n  - id: two\n    txt: A {{c1::b}}.\nlaws:\n  - id: x\n    nam: y\n",
        "templates/alpha/kind.yaml": KIND.replace("laws", "alphas")
        .replace("title: Law\n", "")
        .replace("markdown", "mrkdwn"),
        "templates/beta/kind.yaml": KIND.replace("laws", "takeaways").replace("Law", "Beta"),
        "templates/beta/card.front.html.j2": "no field\n",
        "templates/beta/card.back.html.j2": "{{Rul}}\n[% blok %]\n",
        "templates/gamma/kind.yaml": KIND.replace("section: laws\n", "").replace("Law", "Gamma"),
        "templates/delta/kind.yaml": KIND.replace("laws", "deltas").replace("Law", "Delta"),
        "templates/delta/card.front.html.j2": "no field\n",
        "templates/delta/card.back.html.j2": "{{Rul}}\n",
        "templates/epsilon/kind.yaml": KIND.replace("laws", "epsilons").replace("Law", "Epsilon"),
        "templates/epsilon/card.front.html.j2": "{{Nam}}\n",
        "templates/epsilon/card.back.html.j2": "[[ wrods ]]\n",
        "templates/base/them.css.j2": "",
    }
    found = {
        (each["path"].removeprefix("templates/"), each["code"])
        for each in checked(write_project(tmp_path, files))
    }
    assert found == {
        ("source/deck.yaml", "wrong-type"),
        ("source/deck.yaml", "unknown-key"),
        ("alpha/kind.yaml", "missing-key"),
        ("alpha/kind.yaml", "wrong-type"),
        ("beta/kind.yaml", "bad-kind"),
        ("beta/card.front.html.j2", "blank-front"),
        ("beta/card.back.html.j2", "template-syntax"),
        ("gamma/kind.yaml", "missing-key"),
        ("delta/card.front.html.j2", "blank-front"),
        ("delta/card.back.html.j2", "unknown-field"),
        ("epsilon/card.front.html.j2", "unknown-field"),
        ("epsilon/card.back.html.j2", "template-failed"),
        ("base/them.css.j2", "unused-template"),
    }


def test_a_chapter_is_read_beside_a_kind_that_cannot_be(tmp_path: Path) -> None:
    """Its section alone is left alone; the faults of other notes are told with those of the kind."""
    files: Files = {
        "templates/law/kind.yaml": KIND.replace("section: laws\n", ""),
        "source/two.yaml": "laws:\n  - id: x\n    nam: y\ntakeaways:\n  - id: two\n    txt: A {{c1::b}}.\n",
    }
    found = {(each["path"], each["code"]) for each in checked(write_project(tmp_path, files))}
    assert found == {("templates/law/kind.yaml", "missing-key"), ("source/two.yaml", "unknown-key")}


def test_a_face_is_found_whatever_the_form_of_its_letters(tmp_path: Path) -> None:
    """Systems write `ü` as one character or as two, and nobody sees which."""
    files: Files = {
        "templates/law/kind.yaml": KIND.replace("face: card", "face: prüfung"),
        f"templates/law/{decomposed('prüfung')}.front.html.j2": "{{Name}}\n",
        f"templates/law/{decomposed('prüfung')}.back.html.j2": "{{Name}} {{Rule}}\n",
    }
    assert checked(write_project(tmp_path, files)) == []


def test_a_copy_of_all_templates_is_no_news(tmp_path: Path) -> None:
    """Whoever copies the whole folder, to change a color in it, is not warned of the rest of it."""
    folder = write_project(tmp_path)
    shutil.copytree(REPOSITORY / "templates", folder / "templates", dirs_exist_ok=True)
    assert "warning" not in run("check", cwd=folder).stderr
    french = folder / "templates/base/sentences.fr.yaml"
    french.write_text(french.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    told = run("check", cwd=folder).stderr
    assert "templates/base/sentences.fr.yaml: warning[unused-template]" in told
    assert "deckgen only uses the file in the deck's language" in told
