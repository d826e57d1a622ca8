"""Note types of packages as kinds, and back: each of their attributes as it was."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import genanki
import pytest
from anki.collection import ExportAnkiPackageOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader

from deckgen.build import build
from deckgen.cards.sandbox import Sandbox
from deckgen.commands.adopt.kinds import (
    NamedKind,
    card_names,
    field_names,
    kind_files,
    name_keys,
    name_kinds,
)
from deckgen.commands.adopt.verbatim import as_jinja
from deckgen.package import PackedField, PackedNoteType, PackedTemplate, read_package
from tests.adopting import adopted, again, package_of
from tests.conftest import change, import_package, real_collection

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

    from deckgen.package import Contents

OCCLUSION = "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.4:oi=1}}"
STOCK = {
    "Basic": ["front of basic", "back"],
    "Basic (and reversed card)": ["one", "two"],
    "Basic (optional reversed card)": ["three", "four", "yes"],
    "Basic (type in the answer)": ["five", "six"],
    "Cloze": ["The {{c1::first}} and the {{c2::second}}", "more"],
    "Image Occlusion": [OCCLUSION, "picture", "head", "", ""],
}


def stock(collection: Collection) -> None:
    """Every note type that Anki brings, each with a note."""
    for name, fields in STOCK.items():
        add(collection, name, fields)


def odd(collection: Collection) -> None:
    """A note type with every option of Anki's, Japanese field names and text that Jinja would read."""
    models = collection.models
    own = models.copy(models.by_name("Basic (and reversed card)"))  # type: ignore[arg-type]
    own["name"] = "日本語: “ß” & <b>"
    own["flds"][0] |= {"name": "表面", "rtl": True, "sticky": True, "font": "Amiri", "size": 33}
    own["flds"][0] |= {"description": 'Wörter: # "so"\\n {x}, y', "tag": 7}
    own["flds"][1] |= {"name": "裏 - yes, [no]", "plainText": True, "collapsed": True}
    own["flds"][1] |= {"excludeFromSearch": True, "preventDeletion": True}
    front = "{{表面}}<script>let a = [[1,2],[#3]]; // [% raw %] {% endraw %}\n</script>\n\n\n"
    own["tmpls"][0] |= {"qfmt": front, "afmt": "{{FrontSide}}\r\n[% endraw %]{{裏 - yes, [no]}}\n[\r\n]"}
    own["tmpls"][1] |= {"qfmt": "{{裏 - yes, [no]}}", "afmt": "{{表面}}"}
    own["tmpls"][1] |= {"bqfmt": " {{表面}} ", "bafmt": "x", "bfont": "Arial", "bsize": 9}
    own["tmpls"][0]["did"] = collection.decks.id("Other::Sub")
    own["css"] = "/* [[ x ]] */\r\n.card { color: red }\n\n"
    own["latexPre"], own["latexPost"], own["latexsvg"], own["sortf"] = "\\pre\n\n", "", True, 1
    models.update_dict(own)
    add(collection, own["name"], ["表", "裏"])


def clozes(collection: Collection) -> None:
    """A cloze type with two cloze fields, of which a note fills one with clozes."""
    models = collection.models
    two = models.copy(models.by_name("Cloze"))  # type: ignore[arg-type]
    two["name"] = "Two Clozes"
    two["tmpls"][0]["qfmt"] = "{{cloze:Text}} {{cloze:Back Extra}}"
    models.update_dict(two)
    add(collection, "Two Clozes", ["Only text", "and {{c2::this}}"])


COLLECTIONS = {"stock": stock, "odd": odd, "clozes": clozes}


def add(collection: Collection, name: str, fields: list[str]) -> None:
    """Add a note to a collection's deck."""
    note = collection.new_note(collection.models.by_name(name))  # type: ignore[arg-type]
    note.fields = fields
    collection.add_note(note, collection.decks.id("Old Deck"))  # type: ignore[arg-type]


def exported(folder: Path, fill: Callable[[Collection], None], *, legacy: bool) -> Path:
    """A package that the real Anki has written of a new collection."""
    folder.mkdir(exist_ok=True)
    path = folder / "old.apkg"
    with real_collection(folder) as collection:
        fill(collection)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=True, legacy=legacy)
        collection.export_anki_package(out_path=str(path), options=options, limit=None)
    return path


def of_genanki(path: Path, *, ids: bool) -> Path:
    """A package of genanki's, with and without ids of fields and cards, and with its own sort field."""
    fields: list[dict[str, Any]] = [{"name": "Word"}, {"name": "Meaning", "font": "Ubuntu"}]
    templates: list[dict[str, Any]] = [
        {"name": "There", "qfmt": "{{Word}}", "afmt": "{{FrontSide}}<hr>{{Meaning}}"},
        {"name": "Back again", "qfmt": "{{#Tags}}{{Meaning}}{{/Tags}}{{Deck}}", "afmt": "{{Word}}"},
    ]
    if ids:
        for number, entry in enumerate([*fields, *templates]):
            entry["id"] = -(1 << 62) + number
    model = genanki.Model(1_607_392_319, "Words", fields, templates, ".card {}", sort_field_index=1)
    deck = genanki.Deck(2_059_400_110, "Old Deck")
    deck.add_note(genanki.Note(model, ["dog", "Hund"]))
    deck.add_note(genanki.Note(model, ["", "Katze"]))
    inert = {"name": "Inert", "qfmt": "{{edit:Nothing}}{{cloze:Text}}", "afmt": ""}
    plain = {"name": "Cloze", "qfmt": "{{Text}}", "afmt": "{{Text}} {{Else}}"}
    clozes = genanki.Model(
        1_607_392_320, "No Filter", [{"name": "Text"}, {"name": "Else"}], [plain, inert], model_type=1
    )
    clozes._req = []  # noqa: SLF001 (genanki's own guess fails)
    deck.add_note(genanki.Note(clozes, ["Here {{c1::this}}", "and {{c2::that}}"]))
    genanki.Package(deck).write_to_file(path, timestamp=1_600_000_000)
    return path


def same(before: Contents, after: Contents) -> None:
    """Assert that two packages have the same note types, attribute by attribute."""
    used = {note.note_type for note in before.notes}
    assert used <= after.note_types.keys()
    for number in used:
        assert asdict(after.note_types[number]) == asdict(before.note_types[number])


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("what", COLLECTIONS)
def test_a_note_type_of_anki_comes_back_as_it_was(tmp_path: Path, what: str, *, legacy: bool) -> None:
    """A package of an adopted deck has the note types of the old one, with their ids, options and times."""
    old = read_package(exported(tmp_path / "anki", COLLECTIONS[what], legacy=legacy))
    assert len(old.notes) == len({note.note_type for note in old.notes}) > 0
    same(old, again(tmp_path, old))


@pytest.mark.parametrize("ids", [False, True])
def test_a_note_type_of_genanki_comes_back_as_it_was(tmp_path: Path, *, ids: bool) -> None:
    """So do genanki's, whether their fields and cards have ids or not; no id is invented."""
    old = read_package(of_genanki(tmp_path / "old.apkg", ids=ids))
    new = again(tmp_path, old)
    same(old, new)
    assert (new.note_types[1_607_392_319].fields[0].id is None) is not ids


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("what", COLLECTIONS)
def test_learners_of_the_old_deck_get_nothing_twice(tmp_path: Path, what: str, *, legacy: bool) -> None:
    """Over the old package the new one changes nothing; a note with a newer text and time is updated."""
    path = exported(tmp_path / "anki", COLLECTIONS[what], legacy=legacy)
    old = read_package(path)
    folder = adopted(tmp_path / "deck", old)
    new = package_of(folder, tmp_path / "new.apkg")
    chapter = folder / "source/notes.yaml"
    before = {note.guid: note.fields for note in read_package(new).notes}
    text = chapter.read_text(encoding="utf-8")
    line = next(
        line for line in text.splitlines() if not line.strip().startswith(("-", "id:")) and ": " in line
    )
    change(
        folder,
        {
            "source/notes.yaml": text.replace(
                line, f"{line.rstrip(chr(34))} changed{chr(34) * line.endswith(chr(34))}"
            )
        },
    )
    newer = package_of(folder, tmp_path / "newer.apkg")
    assert sum(before[note.guid] != note.fields for note in read_package(newer).notes) == 1
    learner = tmp_path / "learner"
    learner.mkdir()
    with real_collection(learner) as collection:
        count = len(old.notes)
        assert import_package(collection, path) == {"new": count}
        types = [each.name for each in collection.models.all_names_and_ids()]
        assert import_package(collection, new) == {"duplicate": count}
        done = import_package(collection, newer)
        assert done == {"updated": 1, **({"duplicate": count - 1} if count > 1 else {})}
        # the old package has brought `Basic+` beside the learner's own Basic; there is no `Basic++`
        assert [each.name for each in collection.models.all_names_and_ids()] == types


def test_names_that_anki_changes_are_adopted_as_learners_have_them(tmp_path: Path) -> None:
    """Anki takes signs from names as it imports them; with the old names, it would know no note again."""
    fields = [{"name": name} for name in ("Q: word", "#x", ' "q" ', "a", "A", "{b}")]
    cards = [{"name": name, "qfmt": "{{a}}", "afmt": ""} for name in ('The "card"', "The card")]
    deck = genanki.Deck(3, "Old Deck")
    deck.add_note(genanki.Note(genanki.Model(9, "T", fields, cards), list("uvwxyz"), guid="g"))
    genanki.Package(deck).write_to_file(tmp_path / "old.apkg", timestamp=1_600_000_000)
    folder = adopted(tmp_path / "deck", read_package(tmp_path / "old.apkg"))
    new = package_of(folder, tmp_path / "new.apkg")
    learner = tmp_path / "learner"
    learner.mkdir()
    with real_collection(learner) as collection:
        assert import_package(collection, tmp_path / "old.apkg") == {"new": 1}
        assert import_package(collection, new) == {"duplicate": 1}
        model = collection.models.get(9)  # type: ignore[arg-type] # a plain number
        assert model
        (note_type,) = read_package(new).note_types.values()
        assert [each.name for each in note_type.fields] == [each["name"] for each in model["flds"]]
        assert [each.name for each in note_type.templates] == [each["name"] for each in model["tmpls"]]


def rendered(text: str) -> str:
    """What a face with a text of Anki's shows, as deckgen renders it."""
    sandbox = Sandbox(DictLoader({"a": as_jinja(text)}))
    return sandbox.rendered(sandbox.get_template("a"), {})


PIECES = [
    "[[",
    "]]",
    "[%",
    "%]",
    "[#",
    "#]",
    "[",
    "\r\n",
    "\r",
    "\n",
    "{% raw %}",
    "[% endraw %]",
    "[% raw %]",
]
PIECES += [
    "{{Front}}",
    "{{#A}}",
    "[%- x -%]",
    " ",
    "\t",
    '"',
    "\\",
    "\0",
    "\x0b",
    "\x85",
    "\ufeff",
    "\u2028",
    "{#",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=20).map("".join))
def test_jinja_gives_each_template_back(text: str) -> None:
    """Whatever a template of Anki's contains, its face shows exactly that."""
    assert rendered(text) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(min_size=1, max_size=12))
def test_each_face_and_name_comes_back_from_its_files(text: str, name: str) -> None:
    """Names and texts of any characters survive in the files of a kind."""
    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    name = name.strip() or "x"
    flags = ("rtl", "sticky", "plain_text", "collapsed", "exclude_from_search", "prevent_deletion")
    off = dict.fromkeys(flags, False)
    field = PackedField(name, None, None, 0, name, 20, description=text, **off)
    template = PackedTemplate(name, None, 0, f"{{{{{name}}}}}{text}", text, "", text, name, 0, 0)
    old = PackedNoteType(5, name, False, 9, (field,), (template,), text, 0, text, "", False, 0, None)  # noqa: FBT003
    with tempfile.TemporaryDirectory() as place:
        files = kind_files(old, NamedKind("old", "old", "Old", name_keys(old)), {})
        change(
            Path(place),
            {"source/deck.yaml": "id: x\ntitle: X\n", **{f"templates/old/{k}": v for k, v in files.items()}},
        )
        built = build(Path(place))
        found = built.note_types["old"]
        assert found.kind.adopted
        assert (found.kind.adopted.note_type, found.kind.adopted.latex_pre) == (name, text)
        (of_field,) = found.kind.fields
        assert (of_field.name, of_field.options and of_field.options.description) == (
            field_names(old)[0],
            text,
        )
        (face,) = found.faces
        assert (face.front, face.back, face.browser_back) == (template.question, text, text)
        assert face.name == card_names(old)[0]
        assert found.css == text


def test_kinds_have_plain_names_that_nothing_else_has(tmp_path: Path) -> None:
    """Folders, sections and keys are plain and distinct, and differ from what deckgen itself uses."""
    fields = ["Tags", "id", "Extra", "extra", "日本", "Größe (cm)", "3D", "yes", "Größe cm"]
    deck = genanki.Deck(3, "D")
    for number, name in enumerate(("Definition", "definition!", "Cards", "日本", "語")):
        model = genanki.Model(number + 9, name, [{"name": each} for each in fields], [TEMPLATE])
        deck.add_note(genanki.Note(model, ["x"] * len(fields), guid=str(number)))
    genanki.Package(deck).write_to_file(tmp_path / "old.apkg")
    kinds = name_kinds(read_package(tmp_path / "old.apkg"), "de")
    assert [kind.name for kind in kinds.values()] == [
        "definition-2",
        "definition-3",
        "cards-2",
        "notes",
        "notes-2",
    ]
    (keys, *_) = ([key.name for key in kind.keys] for kind in kinds.values())
    of_latin = ["groesse_cm", "field_3d", "yes_field", "groesse_cm_2"]
    assert keys == ["tags_field", "id_field", "extra_field", "extra_field_2", "field_5", *of_latin]


TEMPLATE = {"name": "C", "qfmt": "{{Tags}}{{id}}", "afmt": "x"}
