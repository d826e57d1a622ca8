"""The package in the real Anki."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from anki.collection import Collection
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.anki.card_rules import CardRules
from tests.conftest import REPOSITORY, import_package, open_package, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEMPLATE_ERROR = re.compile(
    r"\{\{|\}\}|has a problem|no field called|not found in|unknown field", re.IGNORECASE
)


def test_own_deck_imports_whole_and_clean(own_deck: Path, collection: Collection) -> None:
    """Everything is new, nothing conflicts, no card is empty, and check database finds nothing to mend."""
    opened = open_package(own_deck)
    assert import_package(collection, own_deck) == {"new": len(opened.notes)}
    assert collection.card_count() == len(opened.cards)
    assert not collection.get_empty_cards().report
    message, fine = collection.fix_integrity()
    assert (message, fine) == ("Database rebuilt and optimized.", True)


def test_every_card_of_own_deck_renders(own_deck: Path, collection: Collection) -> None:
    """Each front and back shows something, and none of Anki's template errors."""
    import_package(collection, own_deck)
    for card_id in collection.find_cards(""):
        rendered = collection.get_card(card_id).render_output()
        for side in (rendered.question_text, rendered.answer_text):
            assert not TEMPLATE_ERROR.search(side), side
            assert len(re.sub(r"<[^>]*>|\s", "", side)) > 20, side
        assert rendered.question_text != rendered.answer_text
        assert "--accent" in rendered.css


def test_second_import_changes_nothing(own_deck: Path, collection: Collection) -> None:
    """Importing the same package again finds every note there, and touches none."""

    def state() -> list[list[object]]:
        notes = collection.db.all("SELECT * FROM notes ORDER BY id") if collection.db else []
        cards = collection.db.all("SELECT * FROM cards ORDER BY id") if collection.db else []
        return [
            *map(list, notes),
            *map(list, cards),
            [note_type.name for note_type in collection.models.all_names_and_ids()],
        ]

    import_package(collection, own_deck)
    before = state()
    assert import_package(collection, own_deck) == {"duplicate": len(open_package(own_deck).notes)}
    assert state() == before


def test_anki_keeps_what_the_package_says(own_deck: Path, collection: Collection) -> None:
    """Ids, sort fields, checksums, tags, places in the queue and descriptions arrive as written."""
    opened = open_package(own_deck)
    import_package(collection, own_deck)
    assert collection.db
    columns = ("id", "guid", "mid", "mod", "tags", "flds", "sfld", "csum")
    arrived = collection.db.all("SELECT id, guid, mid, mod, tags, flds, sfld, csum FROM notes ORDER BY id")
    assert [tuple(row) for row in arrived] == [tuple(note[name] for name in columns) for note in opened.notes]
    arrived = collection.db.all("SELECT id, nid, ord, due FROM cards ORDER BY id")
    assert [tuple(row) for row in arrived] == [
        (card["id"], card["nid"], card["ord"], card["due"]) for card in opened.cards
    ]
    deck = collection.decks.by_name("MFT Exam Prep")
    assert deck
    assert "marriage and family therapy" in deck["desc"]
    assert deck["md"] is True
    assert {each.name for each in collection.decks.all_names_and_ids()} == {
        "Default",
        "MFT Exam Prep",
        "MFT Exam Prep::2.3 Therapeutic Alliance",
    }


def test_anki_makes_the_same_cards_of_own_deck(own_deck: Path, collection: Collection) -> None:
    """Adding each note anew, Anki makes exactly the cards that the package holds."""
    opened = open_package(own_deck)
    import_package(collection, own_deck)
    packed: dict[int, set[int]] = {}
    for card in opened.cards:
        packed.setdefault(card["nid"], set()).add(card["ord"])
    for note in opened.notes:
        again = collection.new_note(collection.get_note(note["id"]).note_type())  # type: ignore[arg-type]
        again.fields = note["flds"].split("\x1f")
        collection.add_note(again, collection.decks.id("Again"))  # type: ignore[arg-type]
        assert {card.ord for card in again.cards()} == packed[note["id"]]


class Judge:
    """A real collection with the shipped note types, which says what cards a note has."""

    def __init__(self, collection: Collection, kinds: dict[str, tuple[str, CardRules, int]]) -> None:
        """Keep the collection, and for each kind its note type's name, our rules and its number of fields."""
        self.collection = collection
        self.kinds = kinds

    def cards(self, kind: str, fields: list[str]) -> tuple[int, ...]:
        """The ordinals of the cards that Anki makes of a note."""
        note_type = self.collection.models.by_name(self.kinds[kind][0])
        assert note_type
        note = self.collection.new_note(note_type)
        note.fields = fields
        self.collection.add_note(note, self.collection.decks.id("Judge"))  # type: ignore[arg-type]
        cards = tuple(sorted({card.ord for card in note.cards()}))
        self.collection.remove_notes([note.id])
        return cards


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """The real Anki with the shipped note types."""
    folder = tmp_path_factory.mktemp("judge")
    package = folder / "own.apkg"
    assert run("build", "--project", REPOSITORY, "--output", package).returncode == 0
    collection = Collection(str(folder / "collection.anki2"))
    import_package(collection, package)
    kinds = {}
    for name, note_type in open_package(package).note_types.items():
        fields = [field["name"] for field in note_type["flds"]]
        fronts = [template["qfmt"] for template in note_type["tmpls"]]
        rules = CardRules(fields, fronts, cloze=note_type["type"] == 1)
        kinds[name.rpartition(" - ")[2].lower()] = (name, rules, len(fields))
    yield Judge(collection, kinds)
    collection.close()


BLANKS = (
    "",
    " ",
    "\n",
    "<br>",
    "<br />",
    "<BR/>",
    "<div></div>",
    "<div><br></div>",
    "&nbsp;",
    "\u00a0",
    "<p></p>",
    "x",
)
PIECES = (
    "{{c1::a}}",
    "{{c2::b::hint}}",
    "{{c1,2::c}}",
    "{{c3,1::",
    "{{c12::{{c4::d}} e}}",
    "}}",
    "{{c1::",
    "{{c0::z}}",
    "{{c::y}}",
    "{{c7:w}}",
    "{{c501::v}}",
    "{{c500::u}}",
    "{{c99999::t}}",
    "{{c1::}}",
    "{c5::s}",
    "{{C6::r}}",
    "text",
    " ",
    "<br>",
    "::",
    "{{",
    "{",
    "\\(x^{2^{2}}\\)",
    "<b>",
    "\n",
    "{{c,8::q}}",
    "{{c9,::p}}",
    "{{c,::o}}",
    "{{c007::n}}",
    "{{{c11::m}}}",
)
ANY_FIELD = st.one_of(st.sampled_from(BLANKS), st.lists(st.sampled_from(PIECES), max_size=6).map("".join))


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_cards_of_any_fields_are_those_that_anki_makes(data: st.DataObject, judge: Judge) -> None:
    """For any fields our set of cards is Anki's; where ours is empty Anki adds one blank card."""
    kind = data.draw(st.sampled_from(sorted(judge.kinds)))
    _, rules, count = judge.kinds[kind]
    fields = data.draw(st.lists(ANY_FIELD, min_size=count, max_size=count))
    assert (rules.cards(fields) or (0,)) == judge.cards(kind, fields)


FRONTS = (
    "{{A}}",
    "{{#A}}{{B}}{{/A}}",
    "{{^A}}{{B}}{{/A}}",
    "{{#A}}{{#B}}{{B}}{{/B}}{{/A}}",
    "{{#A}}text{{/A}}",
    "{{^A}}text{{/A}}",
    "{{^A}}{{^B}}{{C}}{{/B}}{{/A}}",
    "{{hint:A}} {{text:B}}",
    "{{type:A}}",
    "<!-- {{A}} -->{{B}}",
    "{{Deck}}",
    "{{#Deck}}{{A}}{{/Deck}}",
    "{{^Deck}}{{A}}{{/Deck}}",
    "{{Tags}}",
    "{{#Tags}}{{A}}{{/Tags}}",
    "{{^Tags}}{{A}}{{/Tags}}",
    "{{ A }} {{# B }}x{{/ B }}",
)


def test_cards_of_any_front_are_those_that_anki_makes(collection: Collection) -> None:
    """Sections, inverted ones, filters, comments and Anki's own fields, filled and empty, tagged and not."""
    names = ["A", "B", "C"]
    note_type = collection.models.new("Fronts")
    for name in names:
        collection.models.add_field(note_type, collection.models.new_field(name))
    fronts = ["{{C}}", *FRONTS]
    for number, front in enumerate(fronts):
        template = collection.models.new_template(f"T{number}")
        template["qfmt"], template["afmt"] = f"{number} {front}", "{{A}}"
        collection.models.add_template(note_type, template)
    collection.models.add_dict(note_type)
    made = collection.models.by_name("Fronts")
    assert made
    rules = CardRules(names, fronts, cloze=False)
    for filled in itertools.product(("", "<br>", "x"), repeat=2):
        for tags in ([], ["tag"]):
            note = collection.new_note(made)
            note.fields, note.tags = [*filled, "c"], tags
            collection.add_note(note, collection.decks.id("D"))  # type: ignore[arg-type]
            cards = tuple(sorted(card.ord for card in note.cards()))
            assert rules.cards(note.fields, tagged=bool(tags)) == cards, (filled, tags)
