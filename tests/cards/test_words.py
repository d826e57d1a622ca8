"""What cards and the deck's page in Anki say by themselves, in many languages; and that they say it well."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment

from deckgen.cards.line_breaks import joined
from tests.conftest import CHAPTER, DECK, REPOSITORY, change, import_package, open_package, run, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection

BASE = REPOSITORY / "templates/base"
FILES = {"en": "words.html.j2"} | {tag: f"words.{tag}.html.j2" for tag in "ar de es fr ja pt zh".split()}
OWN = "templates/base/words.html.j2"
ALL_KINDS = f"""{CHAPTER}
definitions:
  - id: term
    term: T
    definition: D.
    example: E.
    contrast: C.
vignettes:
  - id: case
    scenario: S.
    question: Q?
    options:
      - {{text: One, correct: true, why: One fits the case.}}
      - {{text: Two, why: It would come too late here.}}
      - {{text: Three, why: It would come too late here.}}
      - {{text: Four, why: It would come too late here.}}
comparisons:
  - id: both
    title: B
    columns: [x, y]
    rows:
      - {{id: first, cells: [F, one]}}
      - {{id: second, cells: [S, two]}}
"""


def words_of(path: Path) -> dict[str, Any]:
    """The words that a file defines, by name."""
    environment = Environment("[%", "%]", "[[", "]]", "[#", "#]", autoescape=True)
    module = environment.from_string(path.read_text(encoding="utf-8")).module
    return {name: word for name, word in vars(module).items() if not name.startswith("_")}


def in_language(tag: str, files: dict[str, str | bytes] | None = None) -> dict[str, str | bytes]:
    """The files of a deck in a language."""
    return {"source/deck.yaml": f"{DECK}language: {tag}\n", **(files or {})}


def told(folder: Path) -> list[dict[str, Any]]:
    """The warnings about words."""
    result = run("check", "--format", "json", "--project", folder)
    found = json.loads(result.stdout)["diagnostics"]
    return [each for each in found if each["code"] in {"missing-words", "unused-template"}]


def built(folder: Path, time: int = 1_700_000_000) -> Path:
    """The package of a deck that is built at a time, in seconds since 1970."""
    result = run("build", "--project", folder, SOURCE_DATE_EPOCH=str(time))
    assert result.returncode == 0, result.stderr
    return folder / "build/sample.apkg"


def said(folder: Path) -> str:
    """All that a deck's package has: faces, styles, fields, the deck's page."""
    opened = open_package(built(folder))
    note_types = [
        each["css"] + json.dumps(each["tmpls"], ensure_ascii=False) for each in opened.note_types.values()
    ]
    return "\n".join([*note_types, *(note["flds"] for note in opened.notes), opened.decks["Sample"]["desc"]])


@pytest.mark.parametrize("language", FILES)
def test_each_language_has_each_word(language: str) -> None:
    """Those of the English file, each once, with the same names in braces; and letters for eight options."""
    english, words = words_of(BASE / FILES["en"]), words_of(BASE / FILES[language])
    theirs, ours = ((BASE / FILES[each]).read_text(encoding="utf-8") for each in ("en", language))
    assert re.findall(r"set (\w+)", ours) == re.findall(r"set (\w+)", theirs)
    assert words["kinds"].keys() == english["kinds"].keys()
    for name, word in words.items():
        if name != "kinds":
            assert sorted(re.findall(r"\{.*?\}", word)) == sorted(re.findall(r"\{.*?\}", english[name])), name
            assert word.strip(), name
            assert word == word.strip() or name == "colon", name
    assert len(set(words["letters"].split())) >= 8


def test_no_file_of_words_is_left_out() -> None:
    """The list above is that of the files."""
    assert sorted(FILES.values()) == sorted(path.name for path in BASE.glob("words*.j2"))


@pytest.mark.parametrize("language", [*(tag for tag in FILES if tag != "en"), "pt-BR", "DE", "zh-Hans-CN"])
def test_a_deck_speaks_its_language_by_itself(language: str, tmp_path: Path) -> None:
    """Without a file of its own nothing on cards or on the deck's page is English, and nothing is told."""
    folder = write_project(tmp_path, in_language(language, {"source/one.yaml": ALL_KINDS}))
    assert told(folder) == []
    english, words = words_of(BASE / FILES["en"]), words_of(BASE / FILES[language[:2].lower()])
    package = said(folder)
    used = [name for name in english if name not in {"kinds", "letters", "colon"}]
    for name in used:
        shown = re.split(r"\{\w+\}", words[name])[0].strip()
        if name not in {"version", "unreleased_after", "by", "license", "suggest"}:
            assert shown in package, name
        if words[name] != english[name]:
            assert f">{english[name]}<" not in package, name
    assert words["kinds"]["vignette"] in package


def test_colons_and_letters_are_those_of_the_language() -> None:
    """A blank before a French colon does not break; a Japanese one is wide; letters are those of exams."""
    words = {tag: words_of(BASE / name) for tag, name in FILES.items()}
    assert (words["fr"]["colon"], words["ja"]["colon"], words["en"]["colon"]) == ("\u00a0: ", "：", ": ")
    assert words["ar"]["letters"].startswith("أ ب ج د")
    assert words["ja"]["letters"].startswith("1 2 3 4")


def test_a_word_that_a_deck_s_own_file_lacks_is_in_the_deck_s_language(tmp_path: Path) -> None:
    """It is told, and the hint has the line to be added."""
    own = '[% set why = "Wieso denn" %]\n[% set kinds = {"takeaway": "Kernsatz"} %]\n'
    folder = write_project(tmp_path, in_language("de-AT", {OWN: own, "source/one.yaml": ALL_KINDS}))
    package = said(folder)
    assert "Wieso denn" in package
    assert "Kernsatz" in package
    assert "Fallaufgabe" in package
    assert "Zum Beispiel" in package
    assert "For example" not in package
    (warning,) = told(folder)
    assert warning["path"] == OWN
    assert '`[% set meaning = "Was bedeutet das?" %]`' in warning["hint"]


def test_an_english_file_in_a_deck_of_another_language_is_told(tmp_path: Path) -> None:
    """Also where deckgen has that language's words: the file can go; words that are the same are not told."""
    english = (BASE / FILES["en"]).read_text(encoding="utf-8")
    folder = write_project(tmp_path, in_language("fr", {OWN: english}))
    (warning,) = told(folder)
    assert "still in English: why, meaning, " in warning["message"]
    assert not re.search(r"\b(reference|note|colon|letters)\b", warning["message"])
    assert "or delete this file: deckgen has words in `fr`" in warning["hint"]
    (folder / OWN).unlink()
    assert told(folder) == []


@pytest.mark.parametrize("language", ["it", "zh-Hant", "zh-TW"])
def test_a_language_without_words_is_told_once(language: str, tmp_path: Path) -> None:
    """At `language`; simplified letters are not what readers of the traditional ones expect."""
    folder = write_project(tmp_path, in_language(language))
    (warning,) = told(folder)
    assert (warning["path"], warning["line"]) == ("source/deck.yaml", 3)
    assert "such as “Best answer”, are in English" in warning["message"]
    assert ">Why<" in said(folder)


def test_a_file_may_have_the_name_of_its_language(tmp_path: Path) -> None:
    """A copy of words.de.html.j2 that keeps its name is read; one of another language is not, and told."""
    german = (BASE / FILES["de"]).read_text(encoding="utf-8").replace("Warum?", "Weshalb")
    french = (BASE / FILES["fr"]).read_text(encoding="utf-8").replace("Pourquoi\\u00a0?", "Raison")
    base = "templates/base"
    files: dict[str, str | bytes] = {f"{base}/{FILES['de']}": german, f"{base}/{FILES['fr']}": french}
    folder = write_project(tmp_path, in_language("de", files))
    assert ">Weshalb<" in said(folder)
    (warning,) = told(folder)
    assert (warning["code"], warning["path"]) == ("unused-template", f"{base}/{FILES['fr']}")
    assert "deckgen only uses the file in the deck's language" in warning["hint"]


def test_a_kind_of_the_author_s_own_has_its_title(tmp_path: Path) -> None:
    """What no file of words names is called as kind.yaml says."""
    folder = tmp_path / "templates/law"
    folder.mkdir(parents=True)
    kind = "title: Norm\ntype: normal\nsection: laws\nlabel: name\n"
    kind += "keys:\n  name: {type: text, required: true}\n"
    kind += "fields:\n  - {name: Name, id: 7001, from: name}\n  - {name: Note ID, id: 7002, from: id}\n"
    kind += "cards:\n  - {name: Law, id: 8001, face: card}\n"
    face = '[% extends "base/layout.html.j2" %]\n[% block body %]{{Name}}[% endblock %]\n'
    files: dict[str, str | bytes] = {f"templates/law/card.{side}.html.j2": face for side in ("front", "back")}
    files |= {"templates/law/kind.yaml": kind, "source/one.yaml": "laws:\n  - {id: one, name: Eins}\n"}
    write_project(tmp_path, in_language("de", files))
    assert told(tmp_path) == []
    assert "<span>Norm</span>" in said(tmp_path)


# ---- right to left


def without_direction(package: Path, to: Path) -> Path:
    """A package as earlier versions of deckgen made it, whose note types do not say how they are written."""
    with zipfile.ZipFile(package) as archive, zipfile.ZipFile(to, "w") as earlier:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "collection.anki2":
                with closing(sqlite3.connect(":memory:")) as database:
                    database.deserialize(content)
                    models = json.loads(database.execute("SELECT models FROM col").fetchone()[0])
                    for field in (field for model in models.values() for field in model["flds"]):
                        assert field["rtl"]
                        field["rtl"] = False
                    database.execute("UPDATE col SET models = ?", (json.dumps(models),))
                    database.commit()
                    content = database.serialize()
            earlier.writestr(name, content)
    return to


def directions(collection: Collection) -> set[bool]:
    """Whether the editor writes the fields of the deck's note types from right to left."""
    collection.models._clear_cache()  # noqa: SLF001 (Anki keeps what was there before the import)
    types = [each for each in collection.models.all() if each["name"].startswith("Sample - ")]
    assert types
    return {field["rtl"] for each in types for field in each["flds"]}


def test_anki_s_editor_writes_as_the_deck_s_language_does(tmp_path: Path, collection: Collection) -> None:
    """From right to left in Arabic. A learner of an earlier release gets that with the next change."""
    folder = write_project(tmp_path / "deck", in_language("ar", {"source/one.yaml": ALL_KINDS}))
    package = built(folder)
    earlier = without_direction(package, tmp_path / "earlier.apkg")
    count = len(open_package(package).notes)
    assert import_package(collection, earlier) == {"new": count}
    assert directions(collection) == {False}
    # the same note types are left alone, as is a learner's css
    assert import_package(collection, package) == {"duplicate": count}
    change(folder, {"templates/base/theme.css.j2": ".card { --accent: #7a3e00; }\n"})
    later = built(folder, 1_700_000_100)
    assert import_package(collection, later) == {"updated": count}
    assert directions(collection) == {True}


def test_other_languages_are_written_from_left_to_right(tmp_path: Path, collection: Collection) -> None:
    """In a new collection, too."""
    import_package(collection, built(write_project(tmp_path / "deck", in_language("ja"))))
    assert directions(collection) == {False}


# ---- the deck's page in Anki


def test_lines_of_a_description_are_joined_as_markdown_has_it(tmp_path: Path, collection: Collection) -> None:
    """Anki shows each line break of the page's HTML; what its author only wrapped in the YAML is one line."""
    description = """\
  The first sentence was wrapped
  by hand, in the *YAML
  source*.

  A second paragraph\\
  with a break.

  - one item
    of two lines
  - two

  ```
  code a
  code b
  ```
"""
    manifest = f"{DECK}description: |\n{description}"
    import_package(collection, built(write_project(tmp_path / "deck", {"source/deck.yaml": manifest})))
    deck = collection.decks.by_name("Sample")
    assert deck
    assert deck["md"]
    page = collection.render_markdown(deck["desc"])
    assert "<p>The first sentence was wrapped by hand, in the <em>YAML source</em>.</p>" in page
    assert "<p>A second paragraph<br>\nwith a break.</p>" in page.replace("<br />", "<br>")
    assert "<li>one item of two lines</li>\n<li>two</li>" in page
    assert "code a\ncode b\n" in page


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("一行目です、\n二行目です。", "一行目です、二行目です。"),
        ("第一行\nAnki 第二行", "第一行 Anki 第二行"),
        ("> quoted\n> twice\nand lazily", "> quoted twice and lazily"),
        ("- item\n\n  of two\n  paragraphs", "- item\n\n  of two paragraphs"),
        ("hard  \nbreak", "hard  \nbreak"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("more\n    > than text", "more > than text"),
        ("[a\nlink](https://example.org)", "[a link](https://example.org)"),
        ("[\n](https://example.org)", "[ ](https://example.org)"),
        ("less\n\\> than", "less \\> than"),
        ("**\n**", "**\n**"),
        ("`code\nspan` and\nmore", "`code\nspan` and more"),
    ],
)
def test_what_is_joined_means_the_same(text: str, line: str) -> None:
    """No mark takes effect that did not before, and none is lost."""
    assert joined(text) == line
