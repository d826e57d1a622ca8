"""Changes of adopted note types: what Anki follows is built, what it would not follow is refused."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import genanki
import pytest

from deckgen.build import build
from deckgen.cards import media
from deckgen.cards.note_types import Face
from deckgen.commands.schema import chapter_schema
from deckgen.deck.adopted import Adopted, CardOptions, FieldOptions
from deckgen.deck.kinds import Field
from deckgen.diagnostics import Span
from deckgen.history.adopted import content_of
from deckgen.package import read_package
from tests.adopting import adopted, package_of
from tests.conftest import change, run

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "templates/words/kind.yaml"


def package(folder: Path, *, ids: bool, name: str = "Words") -> Path:
    """The folder of a deck that was adopted from a package with one note type."""
    fields: list[dict[str, object]] = [{"name": "Word"}, {"name": "Meaning"}]
    templates: list[dict[str, object]] = [{"name": "There", "qfmt": "{{Word}}", "afmt": "{{Meaning}}"}]
    for number, entry in enumerate([*fields, *templates] if ids else [], start=70):
        entry["id"] = -number
    folder.mkdir(exist_ok=True)
    deck = genanki.Deck(2_059_400_110, "Old Deck")
    model = genanki.Model(1_607_392_319, name, fields, templates, ".card { color: red }")
    deck.add_note(genanki.Note(model, ["dog", "Hund"], guid="abc"))
    genanki.Package(deck).write_to_file(folder / "old.apkg", timestamp=1_600_000_000)
    return adopted(folder / "deck", read_package(folder / "old.apkg"))


def faults(folder: Path) -> list[str]:
    """The codes and messages of a deck's errors and warnings."""
    return [f"{each.code}: {each.message}" for each in build(folder).diagnostics]


def edit(folder: Path, path: str, *pairs: tuple[str, str]) -> Path:
    """Replace texts in a file of a deck."""
    text = (folder / path).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, text
        text = text.replace(old, new)
    return change(folder, {path: text})


CHANGES = {
    "a field more": ("fields:\n", "fields:\n  - {name: More, from: word}\n", "with 2 fields, but now has 3"),
    "a card more": ("cards:\n", "cards:\n  - {name: Again, face: there}\n", "with 1 card, but now has 2"),
    "a sort field": ("note_type: Words\n", "note_type: Words\n  sort_field: Meaning\n", "there it is `Word`"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_that_anki_would_not_follow_is_refused(tmp_path: Path, what: str) -> None:
    """Fields, cards and the sort field stay as learners have them."""
    folder = package(tmp_path, ids=True)
    assert not faults(folder)
    old, new, message = CHANGES[what]
    (found,) = [each for each in faults(edit(folder, WORDS, (old, new))) if "changed-note-type" in each]
    assert message in found


def test_another_key_for_a_field_needs_a_revision(tmp_path: Path) -> None:
    """Released notes do not follow a change of `from` unless all of them are sent again."""
    folder = package(tmp_path, ids=True)
    edit(
        folder,
        WORDS,
        ("from: word", "from: x"),
        ("from: meaning", "from: word"),
        ("from: x", "from: meaning"),
    )
    found = [each.partition(":")[2] for each in faults(folder) if "changed-note-type" in each]
    assert found == [
        " the field `Word` was released with `from: word`",
        " the field `Meaning` was released with `from: meaning`",
    ]
    assert not faults(edit(folder, WORDS, ("section:", "revision: 2\nsection:")))


def test_a_field_without_an_id_keeps_its_name(tmp_path: Path) -> None:
    """Anki knows it by its name; one with an id can be renamed, and stays the same field."""
    folder = edit(package(tmp_path / "a", ids=False), WORDS, ("name: Meaning", "name: Sense"))
    edit(folder, "templates/words/there.back.html.j2", ("Meaning", "Sense"))
    assert faults(folder) == ["changed-note-type: learners have the field `Meaning` here, and not `Sense`"]
    folder = edit(package(tmp_path / "b", ids=True), WORDS, ("name: Meaning", "name: Sense"))
    edit(folder, "templates/words/there.back.html.j2", ("Meaning", "Sense"))
    assert not faults(folder)
    (note_type,) = read_package(package_of(folder, tmp_path / "new.apkg")).note_types.values()
    assert [field.name for field in note_type.fields] == ["Word", "Sense"]
    assert note_type.modified > 1_600_000_000


def test_ids_can_be_added_and_not_taken_away(tmp_path: Path) -> None:
    """An id may come in a release that leaves the names; a field with an id keeps it."""
    folder = edit(package(tmp_path / "a", ids=False), WORDS, ("name: Meaning,", "name: Meaning, id: 5,"))
    assert not faults(folder)
    folder = edit(package(tmp_path / "b", ids=True), WORDS, ("id: -71, ", ""))
    assert faults(folder) == ["changed-note-type: the field `Meaning` has lost its id"]
    folder = edit(package(tmp_path / "c", ids=True), WORDS, ("-71", "-7"))
    assert len(faults(folder)) == 1


def test_the_look_of_a_note_type_of_anki_is_changed_only_if_accepted(tmp_path: Path) -> None:
    """Learners use Basic for other decks; the look of somebody's own note type can change."""
    own = package(tmp_path / "a", ids=True)
    assert not faults(edit(own, "templates/words/style.css.j2", ("red", "blue")))
    stock = edit(
        package(tmp_path / "b", ids=True, name="Basic-a7f3"),
        "templates/basic-a7f3/style.css.j2",
        ("red", "blue"),
    )
    (found,) = faults(stock)
    assert found.startswith(
        "shared-look: this changes `Basic-a7f3`, which is one of Anki's own note types or began"
    )
    accept = "accept:\n  - code: shared-look\n    id: basic-a7f3\n    because: |\n      All agree.\n"
    change(stock, {"source/deck.yaml": f"id: old-deck\ntitle: Old Deck\nlanguage: en\n{accept}"})
    assert not faults(stock)
    (note_type,) = read_package(package_of(stock, tmp_path / "new.apkg")).note_types.values()
    assert "blue" in note_type.css


def test_release_notes_and_diffs_name_notes_by_the_sort_field(tmp_path: Path) -> None:
    """As learners see them in Anki's browser, or by the label that the author chooses."""
    deck = genanki.Deck(2_059_400_110, "Old Deck")
    templates = [{"name": "There", "qfmt": "{{Paragraph}}", "afmt": "{{Title}}"}]
    fields = [{"name": name} for name in ("Number", "Paragraph", "Title")]
    model = genanki.Model(1_607_392_319, "Laws", fields, templates, "", sort_field_index=1)
    deck.add_note(genanki.Note(model, ["L004", "§ 4", "Of theft"], guid="abc"))
    genanki.Package(deck).write_to_file(tmp_path / "old.apkg", timestamp=1_600_000_000)
    folder = adopted(tmp_path / "deck", read_package(tmp_path / "old.apkg"))
    kind, notes = "templates/laws/kind.yaml", "build/release/1.0.{}/release-notes.md"
    assert "label: paragraph\n" in (folder / kind).read_text(encoding="utf-8")

    def release(version: str) -> None:
        done = run("release", version, "--allow-dirty", "--project", folder)
        assert done.returncode == 0, done.stderr

    (chapter,) = (folder / "source").glob("[0-9n]*.yaml")
    chapter_path = chapter.relative_to(folder).as_posix()
    edit(folder, chapter_path, ("Of theft", "Of the theft"))
    release("1.0.0")
    assert "- **§ 4**" in (folder / notes.format(0)).read_text(encoding="utf-8")
    edit(folder, chapter_path, ("Of the theft", "Of thefts"))
    edit(folder, kind, ("label: paragraph", "label: title"))
    assert "§ 4" in run("diff", "--project", folder).stdout
    release("1.0.1")
    assert "- **Of thefts**" in (folder / notes.format(1)).read_text(encoding="utf-8")


def test_a_note_of_an_adopted_kind_cannot_choose_its_cards(tmp_path: Path) -> None:
    """The note type has no field in which that would be kept."""
    folder = edit(
        package(tmp_path, ids=True), "source/notes.yaml", ("    word:", "    cards: [There]\n    word:")
    )
    (found,) = faults(folder)
    assert "bad-cards: a note of the kind words cannot choose its cards" in found


def test_fix_gives_no_ids_to_an_adopted_kind(tmp_path: Path) -> None:
    """`check --fix` leaves fields and cards without ids as they are."""
    folder = package(tmp_path, ids=False)
    before = (folder / WORDS).read_bytes()
    assert run("check", "--fix", "--project", folder).returncode == 0
    assert (folder / WORDS).read_bytes() == before


def test_an_adopted_kind_gets_nothing_of_deckgens_own_look(tmp_path: Path) -> None:
    """Templates and style are the old ones, and the note type's time is the old one, until they change."""
    folder = package(tmp_path, ids=True)
    (note_type,) = read_package(package_of(folder, tmp_path / "new.apkg")).note_types.values()
    assert (note_type.css, note_type.modified) == (".card { color: red }", 1_600_000_000)
    assert (note_type.templates[0].question, note_type.templates[0].answer) == ("{{Word}}", "{{Meaning}}")


def test_files_with_an_underscore_keep_their_names(tmp_path: Path) -> None:
    """A font, picture or script beside an adopted kind.yaml is packed under the name that its style uses."""
    folder = change(
        package(tmp_path, ids=True), {"templates/words/_own.js": b"let x", "templates/words/other.js": b""}
    )
    names = [medium.name for medium in read_package(package_of(folder, tmp_path / "new.apkg")).media]
    assert names == ["_own.js"]


def test_a_blank_card_and_an_unknown_tag_are_told_and_kept(tmp_path: Path) -> None:
    """What was wrong with the old deck is a warning, and its learners keep their cards."""
    folder = package(tmp_path, ids=True)
    edit(folder, "source/notes.yaml", ("    word: dog\n", ""))
    edit(folder, "templates/words/there.back.html.j2", ("{{Meaning}}", "{{Meening}}"))
    found = faults(folder)
    assert {each.partition(":")[0] for each in found} >= {"adopted-blank", "adopted-face"}
    assert re.search("`Meening` is not a field", "".join(found))
    new = read_package(package_of(folder, tmp_path / "new.apkg"))
    assert len(new.cards) == 1


FAULTY = {
    "no name": ("  note_type: Words\n", "  stock: 1\n", "lacks the key"),
    "an unknown sort field": (
        "note_type: Words\n",
        "note_type: Words\n  sort_field: X\n",
        "not one of its fields",
    ),
    "an id too large": ("-71", "9223372036854775808", "not a whole number"),
    "a reserve": (", face: there", ", reserve: Word", "not allowed"),
    "no card": ("face: there", "face: ''", "is empty"),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_fault_of_an_adopted_kind_is_reported(tmp_path: Path, what: str) -> None:
    """A kind.yaml that says something impossible of a note type is an error at that place."""
    old, new, message = FAULTY[what]
    found = faults(edit(package(tmp_path, ids=True), WORDS, (old, new)))
    assert any(message in each for each in found), found


def test_editors_offer_no_choice_of_cards(tmp_path: Path) -> None:
    """The schema of a chapter has no `cards` for notes of an adopted kind."""
    kind = build(package(tmp_path, ids=True)).note_types["words"].kind
    properties = chapter_schema([kind])["properties"]
    assert "cards" not in properties
    assert {"id", "word", "tags"} <= (keys := properties["words"]["items"]["properties"].keys())
    assert "cards" not in keys


def test_a_script_with_other_line_ends_is_packed_as_on_every_machine(tmp_path: Path) -> None:
    """An SVG that git has checked out with CRLF becomes the same package, as beside other kinds."""
    folder = package(tmp_path, ids=True)
    picture = b'<svg xmlns="http://www.w3.org/2000/svg">\r\n</svg>\r\n'
    change(folder, {"templates/words/_x.svg": picture, "templates/words/_none.js": b""})
    found = read_package(package_of(folder, tmp_path / "new.apkg"))
    assert {each.name for each in found.media} == {"_x.svg", "_none.js"}
    with zipfile.ZipFile(tmp_path / "new.apkg") as archive:
        assert picture.replace(b"\r\n", b"\n") in {archive.read(name) for name in archive.namelist()}


def test_a_file_with_an_underscore_that_cannot_be_packed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link out of the deck, a dead link, and a file that is too large for AnkiWeb."""
    folder = package(tmp_path, ids=True)
    monkeypatch.setattr(media, "MAX_MEDIA", 9)
    change(folder, {"templates/words/_large.js": "0123456789"})
    (folder / "templates/words/_out.js").symlink_to(tmp_path / "old.apkg")
    (folder / "templates/words/_dead.js").symlink_to("none.js")
    assert [each for each in faults(folder) if "unused-template" not in each] == [
        "unreadable-media: `_dead.js` is not a file",
        "too-large: `_large.js` is larger than 0 MiB",
        "unreadable-media: `_out.js` is a link to a place outside the project",
    ]


def test_an_unreadable_file_with_an_underscore_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's reason is in the message."""
    folder = package(tmp_path, ids=True)
    change(folder, {"templates/words/_x.js": "0"})

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(media, "opened", refused)
    assert "unreadable-media: `_x.js` cannot be read: Permission denied" in faults(folder)


def test_two_kinds_cannot_have_different_files_of_one_name(tmp_path: Path) -> None:
    """Learners' collections have one file of each name; equal files are one."""
    folder = package(tmp_path, ids=True)
    files = {
        path.name: path.read_bytes() for path in (folder / "templates/words").iterdir() if path.is_file()
    }
    kind = files["kind.yaml"].replace(b": Words", b": Others").replace(b"section: words", b"section: others")
    files["kind.yaml"] = kind
    change(folder, {f"templates/others/{name}": content for name, content in files.items()})
    change(folder, {"templates/words/_s.js": "1", "templates/others/_s.js": "1"})
    assert not [each for each in faults(folder) if "_s.js" in each]
    change(folder, {"templates/others/_s.js": "2"})
    (found,) = [each for each in build(folder).diagnostics if each.code == "bad-kind"]
    differs = "`_s.js` differs from `templates/others/_s.js`, but Anki keeps one file of each name"
    assert found.message == differs
    assert found.span.path == "templates/words/_s.js"


def test_an_option_that_deckgen_learns_later_changes_no_fingerprint() -> None:
    """One more attribute with a usual value is no change of a note type; another value is one."""

    @dataclass(frozen=True, slots=True)
    class Later(Adopted):
        more: str = ""

    @dataclass(frozen=True, slots=True)
    class LaterOfField(FieldOptions):
        more: bool = False

    @dataclass(frozen=True, slots=True)
    class LaterOfCard(CardOptions):
        more: int = 0

    @dataclass(frozen=True, slots=True)
    class LaterFace(Face):
        more: str = ""

    def content(whole: Adopted, field: FieldOptions, face: Face, card: CardOptions) -> list[object]:
        fields = [Field("Word", None, "word", options=field)]
        return content_of(whole, fields, [(face, card)], "", cloze=False)

    before = content(Adopted("Words"), FieldOptions(size=9), Face("There", 3, "a", "b"), CardOptions(4))
    face = LaterFace("There", 3, "a", "b")
    assert content(Later("Words"), LaterOfField(size=9), face, LaterOfCard(4)) == before
    assert content(Later("Words", more="x"), LaterOfField(size=9), face, LaterOfCard(4)) != before
    assert content(Later("Words"), LaterOfField(), face, LaterOfCard(4)) != before


def test_a_fault_of_an_adopted_face_is_shown_at_its_line(tmp_path: Path) -> None:
    """A tag is found although the file has brackets on its line as Jinja writes them; so is its column."""
    folder = package(tmp_path, ids=True)
    face = '{{Word}}\n<p>{{Wrod}} <script>[[ "[[" ]]1]]</script>\n'
    change(folder, {"templates/words/there.front.html.j2": face})
    (found,) = [each for each in build(folder).diagnostics if each.code == "adopted-face"]
    assert found.span == Span("templates/words/there.front.html.j2", 2, 4, 12)


def test_each_faulty_option_of_an_adopted_kind_is_reported(tmp_path: Path) -> None:
    """Options are texts, flags or numbers within Anki's limits; other values are errors at their places."""
    options = "size: 4294967296, tag: -1, sticky: maybe, description: [x]"
    whole = "stock: 7, original_id: -9223372036854775809, latex_svg: x, latex_pre: {}"
    folder = edit(
        package(tmp_path, ids=False),
        WORDS,
        ("name: Meaning,", f"name: Meaning, {options},"),
        ("  note_type: Words\n", "".join(f"  {each}\n" for each in ["note_type: Words", *whole.split(", ")])),
        ("name: There,", "name: There, id: x, deck_id: 1.5, browser_size: -3,"),
    )
    assert faults(folder) == [
        "wrong-type: `stock` is not a whole number from 0 to 6",
        "wrong-type: `original_id` is not a whole number between -2^63 and 2^63",
        "wrong-type: `latex_svg` is neither `true` nor `false`",
        "wrong-type: `latex_pre` is a key with a value, but a text belongs here",
        "wrong-type: `size` is not a whole number from 0 to 4294967295",
        "wrong-type: `tag` is not a whole number from 0 to 4294967295",
        "wrong-type: `sticky` is neither `true` nor `false`",
        "wrong-type: `description` is a list, but a text belongs here",
        "wrong-type: `id` is not a whole number between -2^63 and 2^63",
        "wrong-type: `deck_id` is not a whole number between -2^63 and 2^63",
        "wrong-type: `browser_size` is not a whole number from 0 to 4294967295",
    ]
