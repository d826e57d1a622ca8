"""`deckgen diff`: what a learner would notice between two packages, folders, releases or revisions."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.cards.page_html import shown_text
from deckgen.commands.diff import words
from deckgen.commands.diff.compare import Names, compare
from deckgen.commands.diff.edition import (
    Edition,
    EditionNote,
    EditionTemplate,
    EditionType,
    Medium,
    of_build,
    of_package,
)
from deckgen.commands.diff.markdown import LEAST, escaped, markdown
from deckgen.commands.diff.sections import outline
from deckgen.commands.diff.sides import Side
from deckgen.commands.diff.text import Screen, text
from tests.conftest import REPOSITORY, change, import_package, run
from tests.faults import PNG
from tests.releases import FIRST, TERM, build, committed, files, git, keyed, release, released_in_git, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

    from deckgen.commands.diff.compare import Difference

    Project = Callable[..., Path]

RED = PNG[:-12] + b"\0\0\0\x04tEXtredd\0\0\0\0" + PNG[-12:]
"""The same image with other bytes."""
TAKEAWAY = "takeaways:\n  - id: one\n    text: |\n      {text}\n"
FIRST_EDITION: dict[str, str | bytes] = {
    "source/one.yaml": terms("a", "b", "c", "gone", keyed("tagged", "tags: [old]")),
    "source/two.yaml": TAKEAWAY.format(text="Before change comes {{c1::joining}}.")
    + terms("shown", shown="![a](m/a.png) it is"),
    "source/m/a.png": PNG,
}
SECOND_EDITION: dict[str, str | bytes] = {
    "source/one.yaml": terms(
        "a",
        keyed("renamed", "was: b"),
        keyed("gone", "retired: It was wrong."),
        keyed("tagged", "tags: [new]"),
        "fresh",
        a="Another *text* of a.",
    )
    .replace("Text of renamed", "Text of b")
    .replace("Term renamed", "Term b"),
    "source/two.yaml": "deck: Sub\n"
    + TAKEAWAY.format(text="Before {{c2::change}} comes {{c1::joining}}.")
    + terms("c", "shown", shown="![a](m/a.png) it is"),
    "source/m/a.png": RED,
}


def diff(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """What `diff` says in JSON."""
    done = run("diff", *arguments, "--format", "json", "--project", folder)
    assert done.returncode == 0, done.stdout
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def texts(folder: Path, *arguments: str | Path, environment: dict[str, str]) -> str:
    """What `diff` says to people."""
    done = run("diff", *arguments, "--project", folder, cwd=None, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wrong(folder: Path, *arguments: str | Path) -> str:
    """What `diff` says of a wrong call."""
    done = run("diff", *arguments, cwd=folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert not done.stdout
    return done.stderr


@pytest.fixture
def twice(project: Project) -> Path:
    """A deck with each sort of change, released twice and committed."""
    folder = released_in_git(project(FIRST_EDITION))
    change(folder, SECOND_EDITION)
    release(folder, "1.1.0", FIRST + 1000)
    committed(folder, "two")
    return folder


def changes(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The changed notes by id."""
    return {each["id"]: each for each in said["diff"]["notes"]["changed"]}


def check_first_to_second(said: dict[str, Any]) -> None:
    """Each sort of change is told as what it is."""
    notes = said["diff"]["notes"]
    assert [each["id"] for each in notes["new"]] == ["fresh"]
    assert [each["id"] for each in notes["retired"]] == ["gone"]
    assert (notes["gone"], notes["returned"]) == ([], [])
    changed = changes(said)
    assert set(changed) == {"a", "renamed", "tagged", "c", "one", "shown"}
    assert changed["a"]["fields"] == {
        "Definition": {"before": "Text of a.", "after": "Another <em>text</em> of a."}
    }
    assert changed["renamed"]["renamed"] == {"before": "b", "after": "renamed"}
    assert changed["renamed"]["fields"] == {}
    assert changed["tagged"]["tags"] == {"new": ["new"], "gone": ["old"]}
    assert changed["c"]["moved"] == {"before": "", "after": "Sub"}
    assert changed["one"]["cards"] == {"new": ["c2"], "gone": []}
    assert said["diff"]["decks"] == {"new": ["Sub"], "gone": []}
    assert said["diff"]["media"] == {"new": [], "gone": [], "replaced": ["a.png"]}
    assert said["diff"]["description"] is None
    assert not said["diff"]["equal"]


def test_each_sort_of_change_is_told(twice: Path) -> None:
    """Notes new, retired, renamed, changed, moved and retagged, cards gained, a replaced image."""
    before = files(twice)
    check_first_to_second(diff(twice, "1.0.0", "1.1.0"))
    assert files(twice) == before


def test_all_sorts_of_side_say_the_same(twice: Path, tmp_path: Path) -> None:
    """A release by its package or its commit, a package, a folder and a git revision."""
    first, second = (twice / f"build/release/{each}/sample-{each}.apkg" for each in ("1.0.0", "1.1.0"))
    clone = tmp_path / "clone"
    shutil.copytree(twice, clone)
    git(clone, "checkout", "HEAD~1")
    shutil.rmtree(clone / "build")
    expected = diff(twice, first, second)["diff"]
    assert diff(twice, "1.0.0")["diff"] == expected
    assert diff(twice)["diff"]["equal"]
    assert diff(twice, clone, twice)["diff"] == expected
    assert diff(twice, "HEAD~1", "HEAD")["diff"] == expected
    named = tmp_path / "elsewhere.apkg"
    shutil.move(first, named)
    said = diff(twice, "1.0.0", "HEAD")
    assert said["diff"] == expected
    assert "commit" in said["old"]["name"]
    assert "so deckgen used its source from commit" in said["old"]["remarks"][0]
    assert len(said["old"]["remarks"]) == 1
    given = diff(twice, "1.0.0", "1.1.0", "--package", named)
    assert given["diff"] == expected
    assert given["old"]["name"] == f"1.0.0 ({named})"


def test_the_other_direction_is_the_mirror(twice: Path) -> None:
    """What was new is gone, what was retired is back."""
    said = diff(twice, "1.1.0", "1.0.0")
    notes = said["diff"]["notes"]
    assert [each["id"] for each in notes["gone"]] == ["fresh"]
    assert [each["id"] for each in notes["returned"]] == ["gone"]
    assert changes(said)["b"]["renamed"] == {"before": "renamed", "after": "b"}
    assert changes(said)["one"]["cards"] == {"new": [], "gone": ["c2"]}
    assert said["diff"]["decks"] == {"new": [], "gone": ["Sub"]}


def test_a_note_is_retired_from_its_retirement_on(project: Project) -> None:
    """Before that, a note that is not there yet is not retired: it will be new."""
    folder = project({"source/one.yaml": terms("a")})
    release(folder, "0.9", FIRST)
    change(folder, {"source/one.yaml": terms("a", "x")})
    release(folder, "1.0", FIRST + 1000)
    change(folder, {"source/one.yaml": terms("a", keyed("x", "retired: Wrong."))})
    release(folder, "1.1", FIRST + 2000)
    change(folder, {"source/one.yaml": terms("a", "x")})
    for old, new, sort in (
        ("0.9", "1.0", "new"),
        ("1.0", "0.9", "gone"),
        ("1.0", "1.1", "retired"),
        ("1.1", "1.0", "returned"),
        ("1.1", str(folder), "returned"),
        ("0.9", "1.1", ""),
    ):
        notes = diff(folder, old, new)["diff"]["notes"]
        assert [name for name, each in notes.items() if each] == [sort] * bool(sort)


def test_text_tells_it_to_people(twice: Path) -> None:
    """Word by word, with signs where there are no colors, and with what learners should know."""
    said = texts(twice, "1.0.0", environment={"NO_COLOR": "1"})
    assert said.startswith("1.0.0 → the current source\n")
    for part in (
        "1 new note\n  + fresh  Term fresh (Definition, 2 cards)\n",
        "1 retired note\n  learners keep these notes until they delete them\n  - gone  Term gone",
        "  ~ a  Term a\n    Definition: [-Text-]{+Another *text*+} of a.\n",
        "  ~ renamed  was b\n",
        "  ~ c  (top) → Sub: Term c\n",
        "  ~ tagged  +new -old\n",
        "  + one  c2 of Before {{c2::change}} comes {{c1::joining}}.\n",
        "  ~ a.png  replaced\n",
    ):
        assert part in said
    colored = texts(twice, "1.0.0", environment={"FORCE_COLOR": "1"})
    assert "\x1b[31m\x1b[9mText" in colored
    assert "[-" not in colored


def test_what_differs_in_a_note_type_is_named(project: Project) -> None:
    """A face, the css, and a field that is called otherwise, which changes no note."""
    folder = project({"source/one.yaml": terms("a")})
    shutil.copytree(REPOSITORY / "templates/definition", folder / "templates/definition")
    first = build(folder, FIRST).path.rename(folder / "old.apkg")
    kind = folder / "templates/definition/kind.yaml"
    kind.write_text(kind.read_text().replace("name: Example", "name: Sample"))
    for path in (folder / "templates/definition").glob("*.j2"):
        path.write_text(path.read_text().replace("{{Example}}", "{{Sample}}").replace("#Example", "#Sample"))
    said = diff(folder, first)
    (changed,) = said["diff"]["note_types"]["changed"]
    assert changed["name"] == "Sample - Definition"
    assert {"before": "Example", "after": "Sample"} in changed["fields"]
    assert said["diff"]["notes"]["changed"] == []


def test_an_old_revision_with_faults_is_compared_as_far_as_it_can_be_read(twice: Path) -> None:
    """Notes that cannot be read are neither new nor gone."""
    good = (twice / "source/one.yaml").read_text()
    broken = good.replace("definition: |\n      Another", "defnition: |\n      Another")
    change(twice, {"source/one.yaml": broken})
    committed(twice, "broken")
    change(twice, {"source/one.yaml": good})
    change(twice, {"source/two.yaml": "takeaways: ["})
    committed(twice, "more broken")
    change(twice, {"source/two.yaml": SECOND_EDITION["source/two.yaml"]})
    for revision in ("HEAD", "HEAD~1"):
        said = diff(twice, revision, twice)
        assert said["old"]["errors"] > 0
        assert "so only the readable part is compared" in said["old"]["remarks"][0]
        assert said["diff"]["notes"] == {"new": [], "returned": [], "retired": [], "gone": [], "changed": []}
        assert said["diff"]["note_types"] == {"new": [], "gone": [], "changed": []}
    change(twice, {"source/one.yaml": good.replace(TERM.format(id="fresh", text="Text of fresh."), "")})
    said = diff(twice, "1.1.0")
    assert [each["id"] for each in said["diff"]["notes"]["gone"]] == ["fresh"]
    assert "the current source has 1 error" in said["new"]["remarks"][0]


def test_a_build_and_its_package_are_the_same(own_deck: Path) -> None:
    """A source is compared as what its package would be: all kinds of this repository's own deck."""
    from deckgen.build import build as build_deck  # noqa: PLC0415

    found = compare(of_package(own_deck), of_build(build_deck(REPOSITORY)))
    assert found.empty, found
    assert found.note_counts[0] == found.note_counts[1] > 100


def test_anki_s_own_export_is_a_side(twice: Path, collection: Collection, tmp_path: Path) -> None:
    """A deck that went through the real Anki differs in nothing; a note edited there in its text."""
    from anki.collection import DeckIdLimit, ExportAnkiPackageOptions  # noqa: PLC0415

    import_package(collection, twice / "build/release/1.1.0/sample-1.1.0.apkg")
    deck = collection.decks.id_for_name("Sample")
    assert deck is not None
    for legacy in (True, False):
        path = tmp_path / f"{legacy}.apkg"
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=True, legacy=legacy)
        collection.export_anki_package(out_path=str(path), options=options, limit=DeckIdLimit(deck))
        said = diff(twice, "1.1.0", path)
        assert said["diff"]["equal"], said["diff"]
    (number,) = collection.find_notes('"Note ID:a"')
    note = collection.get_note(number)
    note["Definition"] = "Edited."
    collection.update_note(note)
    collection.export_anki_package(out_path=str(path), options=options, limit=DeckIdLimit(deck))
    assert set(changes(diff(twice, "1.1.0", path))) == {"a"}


def test_a_word_that_can_be_two_things_is_told(twice: Path) -> None:
    """The release comes before the git tag, and the folder before both."""
    git(twice, "tag", "1.0.0")
    said = diff(twice, "1.0.0")
    assert said["old"]["remarks"] == ["`1.0.0` is a release, and also a git revision: deckgen uses the first"]
    shutil.copytree(twice, twice.parent / "1.0.0")
    done = run("diff", "1.0.0", "--project", twice, cwd=twice.parent)
    assert "`1.0.0` is a folder with a deck, and also a release and a git revision" in done.stdout


def test_packages_of_two_decks_are_compared_and_told(twice: Path, tmp_path: Path) -> None:
    """They share no note, so all are new or gone."""
    other = change(tmp_path / "other", {"source/deck.yaml": "id: other\ntitle: Other\n"})
    change(other, {"source/one.yaml": terms("a")})
    said = diff(twice, "1.0.0", build(other, FIRST).path)
    assert said["old"]["remarks"] == [
        "these are two different decks, `sample` and `other`: they have no notes in common"
    ]
    assert len(said["diff"]["notes"]["new"]) == 1


def test_wrong_calls_say_what_a_side_can_be(twice: Path, tmp_path: Path) -> None:
    """An unknown word, no deck, no release, no git, a package of another version, a limit of JSON."""
    said = wrong(twice, "1.0.1")
    assert "`1.0.1` is not something that deckgen can compare" in said
    assert "did you mean `1.0.0`?" in said
    assert "a release (1.1.0, 1.0.0) or a git revision (HEAD" in said
    assert "sides is empty" in wrong(twice, "", ".")
    assert "there is no package x.apkg" in wrong(twice, "x.apkg")
    assert "does not contain source/deck.yaml" in wrong(twice, "source", ".")
    assert "is not an .apkg" in wrong(twice, "source/one.yaml", ".")
    package = twice / "build/release/1.1.0/sample-1.1.0.apkg"
    assert "is version 1.1.0, and this compares 1.0.0" in wrong(twice, "1.0.0", "--package", package)
    assert "takes no --limit" in run("diff", "--limit", "5", "--format", "json", cwd=twice).stdout
    assert "at least 1,000" in wrong(twice, "--limit", "5", "--format", "markdown")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no deck here" in wrong(empty)
    assert "there is no deck here" in wrong(empty, "1.0.0", "2.0.0")
    shutil.rmtree(twice / ".git")
    assert "is not in a git repository" in wrong(twice, "HEAD")
    shutil.rmtree(twice / "build")
    assert "--package FILE" in wrong(twice, "1.0.0")
    (twice / "source/ledger.jsonl").unlink()
    assert "nothing has been released yet" in wrong(twice)


def test_git_gives_a_revision_of_a_deck_in_a_folder_and_no_file_from_elsewhere(twice: Path) -> None:
    """The deck is found below the top of its repository; links that lead out of it are not followed."""
    secret = change(twice.parent / "secret", {"one.yaml": terms("secret")})
    top = twice.parent / "repository"
    shutil.copytree(twice, top / "decks/one", ignore=shutil.ignore_patterns(".git", "build"))
    (top / "decks/one/source/link.yaml").symlink_to(secret / "one.yaml")
    (top / "decks/one/source/up.yaml").symlink_to("../../../../secret/one.yaml")
    git(top, "init")
    git(top, "add", "-A")
    assert git(top, "commit", "-m", "all").returncode == 0
    said = diff(top / "decks/one", twice, "HEAD")
    assert said["new"]["notes"] == said["old"]["notes"]
    assert said["diff"]["notes"]["new"] == []
    assert not [path for path in top.rglob("*") if "deckgen-" in path.name]


def test_a_revision_without_the_deck_is_told(project: Project) -> None:
    """The deck was not there yet."""
    folder = project()
    git(folder, "init")
    git(folder, "commit", "--allow-empty", "-m", "nothing")
    assert "HEAD does not contain this deck" in wrong(folder, "HEAD")


def test_words_are_what_a_reader_sees() -> None:
    """Tags go, emphasis and media stay, and only what differs is marked."""
    assert words.plain("<p>a <b>bold word</b></p><p>b &amp; c</p>") == "a **bold word** ⏎ b & c"
    assert words.plain('<img src="a.png"> [sound:b.mp3]') == "[image: a.png] [sound:b.mp3]"
    assert words.difference("<p>one</p>", '<p class="x">one</p>') == []
    assert words.difference("a old c", "a <i>new</i> c") == [
        ("=", "a"),
        ("-", " old"),
        ("+", " *new*"),
        ("=", " c"),
    ]
    assert words.difference("日本の本", "日本の森") == [("=", "日本の"), ("-", "本"), ("+", "森")]
    far = " ".join(map(str, range(100)))
    assert [sort for sort, _ in words.difference(f"{far} a", f"{far} b")] == ["=", "-", "+"]
    assert len(words.difference(f"{far} a", f"{far} b")[0].text) < 40
    assert len(words.difference("", far * 9)[0].text) < 300
    huge = "x " * 10**6
    assert words.difference(f"{huge}old{huge}", f"{huge}new {huge}")


@given(st.text("ab<>& ü本", max_size=40), st.text("ab<>& ü本", max_size=40))
def test_the_pieces_of_a_difference_are_both_texts(before: str, after: str) -> None:
    """Without the new pieces it is the old text, and without the old ones the new text."""
    shown = words.difference(before, after, around=10**6)
    for field, other in ((before, "+"), (after, "-")):
        if shown:
            kept = "".join(piece.text for piece in shown if piece.sort != other)
            assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", words.plain(field))


NAMES = st.sampled_from(["a", "b", "c", "d"])
TEMPLATES = st.lists(
    st.builds(EditionTemplate, st.none(), NAMES, NAMES, NAMES, st.just(""), st.just("")),
    min_size=1,
    max_size=2,
    unique_by=lambda each: each.name,
).map(tuple)
TYPES = st.builds(
    EditionType,
    st.just(1),
    NAMES,
    st.booleans(),
    st.lists(st.tuples(st.none(), NAMES), min_size=1, max_size=3, unique=True).map(tuple),
    TEMPLATES,
    NAMES,
)


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """Small editions of one deck."""
    types = {number: replace(draw(TYPES), id=number, name=f"{draw(NAMES)}{number}") for number in (1, 2)}
    notes = {}
    for guid in draw(st.lists(NAMES, unique=True)):
        number = draw(st.sampled_from([1, 2]))
        fields = "\x1f".join(draw(NAMES) for _ in types[number].fields)
        tags = " ".join(draw(st.lists(NAMES, unique=True, max_size=2)))
        cards = tuple(sorted(draw(st.sets(st.integers(0, 2), min_size=1))))
        notes[guid] = EditionNote(guid, draw(NAMES), number, fields, tags, f"T::{draw(NAMES)}", cards)
    retired = {guid: guid for guid in draw(st.lists(NAMES)) if guid not in notes}
    media = draw(st.dictionaries(NAMES, st.builds(Medium, st.just(1), st.integers(0, 1))))
    decks = frozenset({"T", *(note.deck for note in notes.values())})
    return Edition(
        "T", notes, types, decks, media, draw(NAMES), size=draw(st.integers(1, 3)), retired=retired
    )


def told(found: Difference) -> dict[str, Any]:
    """A difference without its order, each change with both of its sides."""
    return {
        "new": {each.guid for each in found.new},
        "gone": {each.guid for each in found.gone},
        "retired": {each.guid for each in found.retired},
        "returned": {each.guid for each in found.returned},
        "changed": {
            each.after.guid: {
                ("renamed", each.renamed),
                ("moved", each.moved),
                ("retyped", each.retyped),
                ("tags", Names(each.tags_gained, each.tags_lost)),
                ("cards", Names(each.cards_gained, each.cards_lost)),
                ("fields", frozenset(each.fields)),
            }
            for each in found.notes
        },
        "types": {each.name for each in found.types},
        "decks": found.decks,
        "media": found.media,
        "replaced": found.replaced,
        "description": found.description,
        "sizes": found.sizes,
    }


def mirrored(said: dict[str, Any]) -> dict[str, Any]:
    """A difference seen from the other side."""
    pairs = {"new": "gone", "gone": "new", "retired": "returned", "returned": "retired"}
    turned = {pairs.get(name, name): value for name, value in said.items()}
    for name in ("decks", "media", "sizes", "description"):
        turned[name] = turned[name] and tuple(reversed(turned[name]))
    turned["changed"] = {
        guid: {(what, _turned(what, value)) for what, value in each} for guid, each in said["changed"].items()
    }
    turned["types"] = len(said["types"])
    return turned


def _turned(what: str, value: Any) -> Any:  # noqa: ANN401
    if what == "fields":
        return frozenset((name, after, before) for name, before, after in value)
    return value and tuple(reversed(value))


@settings(max_examples=200)
@given(editions(), editions())
def test_a_difference_has_a_mirror(one: Edition, other: Edition) -> None:
    """An edition does not differ from itself, and the way back is the mirror of the way there."""
    assert compare(one, one).empty
    assert compare(one, replace(other, retired={})).empty is compare(replace(other, retired={}), one).empty
    back = told(compare(other, one))
    back["types"] = len(back["types"])
    assert mirrored(told(compare(one, other))) == back


def many(count: int, mark: str = "") -> Side:
    """A side with many notes."""
    note_type = EditionType(
        1, "T - Basic", cloze=False, fields=((None, "Front"), (None, "Back")), templates=(), css=""
    )
    notes = {
        f"g{place}": EditionNote(
            f"g{place}", f"n{place}", 1, f"Front {place}\x1fSome @text #{place} {mark}", "", "T", (0,)
        )
        for place in range(count)
    }
    return Side("a side", Edition("T", notes, {1: note_type}, frozenset({"T"}), {}))


@pytest.mark.parametrize("limit", [LEAST, 65_536, 125_000])
def test_markdown_keeps_github_s_limits(limit: int) -> None:
    """Long lists are folded and cut, and the rest is counted; nobody is called by name."""
    old, new = many(3000, "old"), many(3000, "日本")
    page = markdown(outline(old, new, compare(old.edition, new.edition)), limit)
    assert limit // 3 < len(page.encode()) <= limit
    shown = page.count("\n- **")
    (more,) = re.findall(r"- … and ([\d,]+) more", page)
    assert shown + int(more.replace(",", "")) == 3000
    assert page.count("<details>") == page.count("</details>") == 1
    assert not re.search(r"@(?!&#8203;)|(?<!&)#(?![# ]|&#8203;)", page)


def test_markdown_shows_all_that_has_room() -> None:
    """A short list is open, and nothing of a deck is taken for Markdown or HTML."""
    old, new = many(2, "a_b_c <i>x</i>"), many(2, "<script> *&lt;b&gt;*")
    page = markdown(outline(old, new, compare(old.edition, new.edition)))
    assert "<details>" not in page
    assert "<script" not in page
    assert "<ins>\\*&lt;b&gt;\\*</ins>" in page or "&lt;b&gt;" in page


@pytest.mark.parametrize("name", ["2.3 Alliance", "1) One", "12. a", "- a", "+1", "= a", "a*b_c `d` [e] ~f~"])
def test_markdown_shows_a_name_as_it_is(name: str) -> None:
    """At the beginning of a line, and within one: without a backslash that readers would see."""
    assert shown_text(escaped(name), 99) == name
    assert shown_text(f"- **{escaped(name)}** ({escaped(name)})", 99) == f"{name} ({name})"


def test_text_shows_a_few_of_many_and_fits_the_terminal() -> None:
    """Twenty entries of a section, or as many as were asked for, broken at the width."""
    old, new = many(50, "old"), many(50, "new " * 30)
    found = outline(old, new, compare(old.edition, new.edition))
    said = text(found, Screen(40), 3)
    assert "  … and 47 more\n" in said
    assert said.count("  ~ ") == 3
    assert max(map(len, said.splitlines())) <= 40
    assert "more" not in text(found, Screen(), 50)


def test_a_text_of_a_hostile_package_does_not_reach_the_terminal() -> None:
    """Escape sequences are made visible."""
    old, new = many(1), many(1, "\x1b]0;owned\x07")
    (note,) = new.edition.notes.values()
    bad = "\x1b[31m\ud800"
    notes = {note.guid: note._replace(id=bad, tags=bad, deck=f"T::{bad}", cards=(1,)), bad: note}
    types = {1: replace(new.edition.note_types[1], name=bad, css=bad, fields=((None, "Front"), (None, bad)))}
    edition = replace(new.edition, notes=notes, note_types=types, media={bad: Medium(1, 1)}, title=bad)
    for one, other in ((old, Side(bad, edition, (bad,))), (Side(bad, edition), old)):
        found = outline(one, other, compare(one.edition, other.edition))
        for said in (text(found, Screen()), markdown(found)):
            assert said.encode()
            assert "\x1b" not in said
            assert "\x07" not in said
