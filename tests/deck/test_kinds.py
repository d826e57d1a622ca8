"""Kinds of a deck's own: what authors write by the types of keys, and what other notes show of a note."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deckgen import build
from deckgen.anki.cloze import clozes, in_field, uncovered
from deckgen.cards.media import MAX_MEDIA
from tests.conftest import CHAPTER, DECK, change, import_package, open_package, run, write_project
from tests.faults import CASES, MP3, PNG, TARASOFF

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection

    from tests.conftest import Opened


def built(folder: Path) -> Opened:
    """The package of a sound deck."""
    result = run("build", cwd=folder)
    assert result.returncode == 0, result.stderr
    return open_package(folder / "build/sample.apkg")


def of_notes(opened: Opened) -> list[str]:
    """The names of a package's media, but for the file that is the learner's."""
    return [name for name in opened.media.values() if name != "_sample.css"]


def test_lists_choices_and_images_become_html(tmp_path: Path) -> None:
    """A list of Markdown, the word itself, and an image whose file is packed under its new name."""
    opened = built(write_project(tmp_path, CASES))
    fields = opened.fields(opened.by_id()["tarasoff"])
    (name,) = of_notes(opened)
    assert fields == {
        "Name": "Tarasoff",
        "Level": "state",
        "Held": "<ul><li>A therapist <em>must</em> protect</li><li>whom a client threatens</li></ul>",
        "Photo": f'<img src="{name}" alt="A court &quot;in&quot; &lt;Sacramento&gt;">',
    }
    assert re.fullmatch(r"The-court-[0-9a-f]{10}\.png", name)
    assert PNG in opened.members.values()


def test_an_image_of_a_key_arrives_in_anki(tmp_path: Path, collection: Collection) -> None:
    """Anki takes the file along, and finds none missing and none unused."""
    opened = built(write_project(tmp_path / "deck", CASES))
    import_package(collection, opened.path)
    (name,) = of_notes(opened)
    assert collection.media.have(name)
    checked = collection.media.check()
    assert (list(checked.missing), list(checked.unused)) == ([], [])


def test_a_word_that_is_none_of_a_choice_is_guessed(tmp_path: Path) -> None:
    """The hint names the word that was meant, or all of them."""
    text = TARASOFF.replace("level: state", "level: fedral")
    folder = write_project(tmp_path, {**CASES, "source/two.yaml": text})
    assert "did you mean `federal`?" in run("check", cwd=folder).stderr
    change(folder, {"source/two.yaml": TARASOFF.replace("level: state", "level: galactic")})
    assert "use one of `federal`, `state` and `3`" in run("check", cwd=folder).stderr


def test_choices_lists_and_images_are_in_the_schema(tmp_path: Path) -> None:
    """The words of a choice, also as an editor reads them; a list of texts; an image with both its keys."""
    folder = write_project(tmp_path, CASES)
    assert run("schema", cwd=folder).returncode == 0
    schema = json.loads((folder / "source/.schema/chapter.json").read_text(encoding="utf-8"))
    keys = schema["properties"]["cases"]["items"]["properties"]
    assert keys["level"]["enum"] == ["federal", "state", "3", 3]
    assert keys["held"]["type"] == "array"
    assert "```yaml\nheld:\n  - |\n    One\n" in keys["held"]["markdownDescription"]
    assert keys["photo"]["required"] == ["file", "alt"]
    assert "```yaml\nphoto:\n  file: media/tree.png\n" in keys["photo"]["markdownDescription"]
    assert "```yaml\nfile: media/tree.png\n" in keys["photo"]["properties"]["file"]["markdownDescription"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("level: state", "level: federal"),
        ("*must* protect", "*should* protect"),
        ("      - whom a client threatens\n", ""),
        ('"in" <Sacramento>', "in Sacramento"),
        ("PNG", "other bytes"),
    ],
)
def test_a_change_of_one_is_a_change_of_its_note(tmp_path: Path, old: str, new: str) -> None:
    """A released note is sent again when its choice, an item, the image or what is said of it changes."""
    folder = write_project(tmp_path, CASES)
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    if old == "PNG":
        change(folder, {"source/media/The court.png": PNG + b"\0"})
    else:
        assert old in TARASOFF
        change(folder, {"source/two.yaml": TARASOFF.replace(old, new)})
    result = run("build", cwd=folder, SOURCE_DATE_EPOCH="1700009999")
    assert result.returncode == 0, result.stderr
    notes = open_package(folder / "build/sample.apkg").by_id()
    assert [notes[name]["mod"] for name in ("one", "tarasoff")] == [1700000000, 1700009999]


def test_fix_mends_the_texts_of_lists_and_images(tmp_path: Path) -> None:
    """What YAML would cut becomes a block, and a note without an id gets one."""
    text = "cases:\n  - name: Tarasoff\n    held:\n      - Protect # 1 of all\n    photo:\n"
    text += "      file: media/The court.png\n      alt: Court # 2 of the state\n"
    folder = write_project(tmp_path, {**CASES, "source/two.yaml": text})
    assert run("check", "--fix", cwd=folder).returncode == 0
    opened = built(folder)
    fields = opened.fields(opened.by_id()["tarasoff"])
    assert fields["Held"] == "<ul><li>Protect # 1 of all</li></ul>"
    assert 'alt="Court # 2 of the state"' in fields["Photo"]


# What other notes show of a note

GISTS = """\
definitions:
  - id: plain
    term: Plain
    definition: |
      It says {{ braces }} and *more*.
  - id: noisy
    term: Noisy
    definition: |
      It sounds. [sound:media/a.mp3]
  - id: only-noise
    term: Only noise
    definition: |
      [sound:media/a.mp3]
  - id: drawn
    term: Drawn
    definition: |
      ![A tree](media/a.png)
  - id: last
    term: Last
    definition: |
      It comes last.
    builds_on: [plain, noisy, only-noise, drawn, hidden, one]
takeaways:
  - id: hidden
    text: |
      {{c1::**One** of {{c2::many::how many?}}::which?}} where $x^{2^{y}} = {{c3::z}}$.
  - id: last-too
    text: |
      A {{c1::cloze}} note.
    builds_on: [hidden]
"""
GIST_FILES: dict[str, str | bytes] = {
    "source/two.yaml": GISTS,
    "source/media/a.mp3": MP3,
    "source/media/a.png": PNG,
}


def test_a_note_s_gist_is_at_hand_on_the_cards_that_build_on_it(tmp_path: Path) -> None:
    """The definition can be opened; clozes are shown in it, sounds are left out, braces are harmless."""
    opened = built(write_project(tmp_path, GIST_FILES))
    notes = opened.by_id()
    shown = opened.fields(notes["last"])["Builds On"]
    image = next(name for name in opened.media.values() if name.endswith("png"))
    assert re.findall("<li>(.*?)</li>", shown, re.DOTALL) == [
        "<details><summary>Plain</summary>It says {{ braces }} and <em>more</em>.</details>",
        "<details><summary>Noisy</summary>It sounds. </details>",
        "Only noise",
        f'<details><summary>Drawn</summary><img src="{image}" alt="A tree" /></details>',
        r"<details><summary>hidden</summary><strong>One</strong> of many where \(x^{2^{y}} = z\).</details>",
        "Before change comes joining.",
    ]


def test_a_gist_makes_no_card_and_no_sound(tmp_path: Path, collection: Collection) -> None:
    """In the real Anki the note has its own cards alone, and its back plays nothing."""
    opened = built(write_project(tmp_path / "deck", GIST_FILES))
    import_package(collection, opened.path)
    assert not collection.get_empty_cards().report
    (note,) = collection.find_notes("note:*Takeaway A*note")
    cards = collection.get_note(note).cards()
    assert len(cards) == 1
    answer = cards[0].render_output().answer_text
    assert "<details><summary>hidden</summary><strong>One</strong> of many where" in answer
    (note,) = collection.find_notes("Term:Last")
    for card in collection.get_note(note).cards():
        rendered = card.render_output()
        assert rendered.answer_av_tags == []
        assert "It sounds. </details>" in rendered.answer_text


def test_a_kind_without_a_gist_gives_its_name(tmp_path: Path) -> None:
    """A vignette has none: it stands in the list by its name alone."""
    text = "vignettes:\n  - id: a-case\n    scenario: A couple quarrels.\n    question: What?\n    options:\n"
    text += "      - {text: Wait, why: So., correct: true}\n      - {text: Go, why: Not so.}\n"
    text += "definitions:\n  - {id: b, term: B, definition: x, builds_on: [a-case]}\n"
    opened = built(write_project(tmp_path, {"source/two.yaml": text}))
    assert opened.fields(opened.by_id()["b"])["Builds On"] == "<ul><li>a case</li></ul>"


def test_a_long_gist_is_none(tmp_path: Path) -> None:
    """Ten thousand characters are no short word on the card of another note."""
    text = "definitions:\n  - {id: a, term: A, definition: %s}\n"
    text += "  - {id: b, term: B, definition: x, builds_on: [a]}\n"
    for length, shown in ((10_000, "<details>"), (10_001, "<li>A</li>")):
        folder = write_project(tmp_path, {"source/two.yaml": text % ("x" * length)})
        opened = built(folder)
        assert shown in opened.fields(opened.by_id()["b"])["Builds On"]


def test_a_gist_is_no_text_of_the_notes_that_show_it(tmp_path: Path) -> None:
    """When a definition changes, its own note is sent again, and none that builds on it."""
    text = "definitions:\n  - {id: a, term: A, definition: old}\n"
    text += "  - {id: b, term: B, definition: x, builds_on: [a]}\n"
    folder = write_project(tmp_path, {"source/two.yaml": text})
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    change(folder, {"source/two.yaml": text.replace("old", "new")})
    result = run("build", cwd=folder, SOURCE_DATE_EPOCH="1700009999")
    assert result.returncode == 0, result.stderr
    opened = open_package(folder / "build/sample.apkg")
    notes = opened.by_id()
    assert [notes[name]["mod"] for name in ("a", "b")] == [1700009999, 1700000000]
    assert "new" in opened.fields(notes["b"])["Builds On"]


PIECES = st.lists(
    st.sampled_from(["{{c1::", "{{c2::", "{{c1,3::", "}}", "::", "a", "<b>b</b>", " ", "{{", "{", "}", ":"]),
    max_size=14,
).map("".join)


@given(text=PIECES)
@example(text="{{c1::a::b}} {{c2::c{{c1::d::e}}f::g}}::h}}")
@settings(max_examples=1000, deadline=None)
def test_a_text_without_its_cloze_marks_has_no_clozes(text: str) -> None:
    """Whatever stands in it, nothing is left of which Anki would make a card; others stay as they are."""
    shown = uncovered(text)
    assert "{{c" not in text or not clozes(shown.replace("{{", "&#123;&#123;"))
    if not clozes(text):
        assert shown == text


@given(texts=st.lists(PIECES, min_size=1, max_size=30))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_clozes_are_shown_as_anki_shows_them(collection: Collection, texts: list[str]) -> None:
    """On the back of a card of Anki's own the same words stand, within its marks."""
    note_type = collection.models.by_name("Cloze")
    assert note_type is not None
    for text in texts:
        whole = f"{{{{c9::x}}}}{text}"
        if any(cloze.end < 0 for cloze in clozes(whole)) or in_field(whole) != clozes(whole):
            continue  # deckgen refuses the former, and writes the latter for Anki in another way
        note = collection.new_note(note_type)
        note["Text"] = whole
        answer = note.ephemeral_card(ord=8).answer()
        shown = re.sub(r'<span class="cloze[^>]*>|</span>', "", answer.partition("</style>")[2])
        assert shown.partition("<br>")[0].strip() == uncovered(whole).strip()


def test_retired_notes_have_no_place_in_the_list(tmp_path: Path) -> None:
    """A note that is out of the deck is named by none, with or without its gist."""
    text = "definitions:\n  - {id: a, term: A, definition: old}\n"
    text += "  - {id: b, term: B, definition: x, builds_on: [a]}\n"
    folder = write_project(tmp_path, {"source/deck.yaml": DECK, "source/one.yaml": CHAPTER + text})
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    change(folder, {"source/one.yaml": CHAPTER + text.replace("old}", "old, retired: Nobody asks.}")})
    opened = built(folder)
    assert opened.fields(opened.by_id()["b"])["Builds On"] == ""


# Files that faces and css show

SEAL = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'
LETTERS = b"wOF2\0\1\0\0\0\0\0\x30" + bytes(36)
SEALED: dict[str, str | bytes] = {
    **CASES,
    "templates/case/card.front.html.j2": '<img src="[[ media("seal.svg") ]]" alt="A seal"> {{Name}}',
    "templates/case/style.css.j2": '@font-face { src: url("[[ media("letters.woff2") ]]"); }',
    "templates/case/seal.svg": SEAL,
    "templates/base/seal.svg": SEAL,
    "templates/base/letters.woff2": LETTERS,
    "templates/case/unused.png": PNG,
}


def test_files_that_faces_and_css_show_are_packed(tmp_path: Path) -> None:
    """The kind's own before those of base/, named by their content; a warning names those left over."""
    folder = write_project(tmp_path, SEALED)
    opened = built(folder)
    names = sorted(name for name in of_notes(opened) if name.startswith("_"))
    assert [re.sub("[0-9a-f]{10}", "X", name) for name in names] == ["_letters-X.woff2", "_seal-X.svg"]
    packed = {name: opened.members[member] for member, name in opened.media.items()}
    assert [packed[name] for name in names] == [LETTERS, SEAL]
    note_type = opened.note_types["Sample - Case"]
    assert f'<img src="{names[1]}" alt="A seal"> {{{{Name}}}}' in note_type["tmpls"][0]["qfmt"]
    assert f'src: url("{names[0]}")' in note_type["css"]
    report = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    left = {each["path"]: each["hint"] for each in report if each["code"] == "unused-template"}
    assert left.keys() == {"templates/base/seal.svg", "templates/case/unused.png"}
    assert '[[ media("unused.png") ]]' in left["templates/case/unused.png"]


def test_files_of_faces_arrive_in_anki(tmp_path: Path, collection: Collection) -> None:
    """They lie in the collection's media folder; Anki misses none and offers none for deletion."""
    opened = built(write_project(tmp_path / "deck", SEALED))
    import_package(collection, opened.path)
    assert all(collection.media.have(name) for name in opened.media.values())
    checked = collection.media.check()
    assert (list(checked.missing), list(checked.unused)) == ([], [])


def test_files_of_kinds_without_notes_stay_at_home(tmp_path: Path) -> None:
    """Only what a note type of the package shows is packed; the preview may have them all."""
    folder = write_project(tmp_path, SEALED)
    change(folder, {"source/two.yaml": "deck: Nothing yet\n"})
    assert of_notes(built(folder)) == []
    names = build.build(folder).media
    assert sorted(re.sub("[0-9a-f]{10}", "X", name) for name in names) == ["_letters-X.woff2", "_seal-X.svg"]


def test_a_face_shows_no_file_of_the_builder_s_machine(tmp_path: Path) -> None:
    """A link that leads out of the project, and a file larger than media may be, are told at the face."""
    files = {name: text for name, text in SEALED.items() if name != "templates/case/seal.svg"}
    folder = write_project(tmp_path / "deck", files)
    change(tmp_path, {"secret.svg": SEAL})
    seal = folder / "templates/case/seal.svg"
    seal.symlink_to(tmp_path / "secret.svg")
    place = "templates/case/card.front.html.j2:1: error"
    assert f"{place}[unreadable-media]: `seal.svg` is a link" in run("check", cwd=folder).stderr
    seal.unlink()
    with seal.open("wb") as file:
        file.truncate(MAX_MEDIA + 1)
    assert f"{place}[too-large]: `seal.svg` is larger than 100 MiB" in run("check", cwd=folder).stderr


def test_a_new_file_of_a_face_is_a_new_note_type_and_no_new_note(tmp_path: Path) -> None:
    """Learners get the face with the new file's name; their notes stay as they are."""
    folder = write_project(tmp_path, SEALED)
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    change(folder, {"templates/case/seal.svg": SEAL + b"\n"})
    result = run("build", cwd=folder, SOURCE_DATE_EPOCH="1700009999")
    assert result.returncode == 0, result.stderr
    opened = open_package(folder / "build/sample.apkg")
    assert opened.note_types["Sample - Case"]["mod"] == 1700009999
    assert opened.note_types["Sample - Takeaway"]["mod"] == 1700000000
    assert {note["mod"] for note in opened.notes} == {1700000000}


# How cards look in the list of Anki's browser


def browser_rows(collection: Collection, search: str) -> list[list[str]]:
    """The question and answer columns of the cards that a search finds, as Anki's browser shows them."""
    collection.set_browser_card_columns(["question", "answer"])
    collection.load_browser_card_columns()
    return [
        [text for text, *_ in collection.browser_row_for_id(card)[0]]
        for card in collection.find_cards(search, order=True)
    ]


def test_a_kind_may_look_different_in_anki_s_browser(tmp_path: Path, collection: Collection) -> None:
    """Its columns show what the files for the browser say; the cards themselves stay as they are."""
    files: dict[str, str | bytes] = {
        **CASES,
        "templates/case/card.front.browser.html.j2": "In short: {{Name}} ([[ kind.title ]])",
        "templates/case/card.back.browser.html.j2": "{{Held}}",
    }
    opened = built(write_project(tmp_path / "deck", files))
    import_package(collection, opened.path)
    assert browser_rows(collection, "Name:Tarasoff") == [
        ["In short: Tarasoff (Case)", "A therapist must protectwhom a client threatens"]
    ]
    (card,) = collection.find_cards("Name:Tarasoff")
    assert "In short" not in collection.get_card(card).render_output().question_text


def test_the_browser_shows_no_answer_of_own_deck(own_deck: Path, collection: Collection) -> None:
    """A vignette is its case and its question, a row its name, without the cells that the card hides."""
    import_package(collection, own_deck)
    for note_id in collection.find_notes("note:*Vignette"):
        note = collection.get_note(note_id)
        ((question, _),) = browser_rows(collection, f"nid:{note_id}")
        assert question == f"{plain(note['Scenario'])} {plain(note['Question'])}"
    for note_id in collection.find_notes("note:*Comparison"):
        note = collection.get_note(note_id)
        ((question, _),) = browser_rows(collection, f"nid:{note_id}")
        if note["No Describe"]:
            assert note["Name"] not in question
        else:
            assert question == f"{note['Topic']}: {note['Name']}"


def plain(html: str) -> str:
    """The text of a field on one line."""
    return re.sub("<[^>]*>", "", html).replace("\n", " ")


def test_a_look_for_the_browser_is_a_change_of_the_note_type(tmp_path: Path) -> None:
    """Added after a release it reaches learners, and no note is sent again."""
    folder = write_project(tmp_path, CASES)
    assert run("release", "1.0.0", cwd=folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    change(folder, {"templates/case/card.front.browser.html.j2": "{{Name}}"})
    result = run("build", cwd=folder, SOURCE_DATE_EPOCH="1700009999")
    assert result.returncode == 0, result.stderr
    opened = open_package(folder / "build/sample.apkg")
    assert opened.note_types["Sample - Case"]["mod"] == 1700009999
    assert {note["mod"] for note in opened.notes} == {1700000000}
