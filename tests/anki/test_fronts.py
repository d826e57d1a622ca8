"""Which cards a note has: fronts with conditions, beside what the real Anki makes of them."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from anki.collection import Collection
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from deckgen.anki.card_rules import CardRules
from deckgen.cli.app import app
from tests.conftest import import_package, open_package, run, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.models import NotetypeDict

FIELDS = ("A", "B", "Two Words")
ALWAYS = "Always"
"""A field that is always filled, of a last card: without it Anki gives a note without cards a blank one."""


class Judge:
    """A real collection with a note type whose fronts can be anything."""

    def __init__(self, collection: Collection) -> None:
        """Make the note types: one for each number of fronts, and one for clozes."""
        self.collection = collection
        self.note_types = {count: self._note_type(count) for count in (1, 2, 3)}

    def _note_type(self, count: int) -> NotetypeDict:
        models = self.collection.models
        made = models.new(f"Fronts {count}")
        for name in (*FIELDS, ALWAYS):
            models.add_field(made, models.new_field(name))
        for number in range(count + 1):
            template = models.new_template(f"T{number}")
            template["qfmt"], template["afmt"] = f"{number} {{{{{ALWAYS}}}}}", "x"
            models.add_template(made, template)
        models.add_dict(made)
        found = models.by_name(made["name"])
        assert found
        return found

    def take(self, fronts: tuple[str, ...]) -> NotetypeDict:
        """The note type with these fronts, as Anki keeps it."""
        note_type = self.note_types[len(fronts)]
        for template, front in zip(note_type["tmpls"], fronts, strict=False):
            template["qfmt"] = front
        self.collection.models.update_dict(note_type, skip_checks=True)
        self.collection.models._clear_cache()  # noqa: SLF001 (it keeps what was)
        found = self.collection.models.get(note_type["id"])
        assert found
        return found

    def cards(self, note_type: NotetypeDict, values: tuple[str, ...], tags: list[str]) -> dict[int, str]:
        """The fronts of the cards that Anki makes of a note, by their ordinals."""
        note = self.collection.new_note(note_type)
        note.fields, note.tags = [*values, "always"], tags
        self.collection.add_note(note, self.collection.decks.id("Deck"))  # type: ignore[arg-type]
        last = len(note_type["tmpls"]) - 1
        cards = {card.ord: card.render_output().question_text for card in note.cards() if card.ord != last}
        self.collection.remove_notes([note.id])
        return cards


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """The real Anki."""
    collection = Collection(str(tmp_path_factory.mktemp("fronts") / "collection.anki2"))
    yield Judge(collection)
    collection.close()


SHOWN = (
    "{{A}}", "{{B}}", "{{Two Words}}", "{{ A }}", "{{text:A}}", "{{hint:B}}", "{{type:A}}", "{{furigana:B}}",
    "{{cloze:A}}", "{{text:cloze:B}}", "{{type:cloze:A}}", "{{Deck}}", "{{Tags}}",
    "{{Card}}", "{{CardFlag}}", "{{text:Subdeck}}", "static", "<br>", "<!-- {{A}} -->", " ",
)  # fmt: skip
ASKED = (*FIELDS, *FIELDS, "Tags", "Deck", "CardFlag", "c1", "c2", "c3", "c01")


def section(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A section, negated or not, around other parts of a front."""
    parts = st.lists(inside, min_size=1, max_size=3).map("".join)
    return st.builds(
        "{{{{{0}{1}}}}}{2}{{{{/{1}}}}}".format, st.sampled_from("#^"), st.sampled_from(ASKED), parts
    )


PART = st.recursive(st.sampled_from(SHOWN), section, max_leaves=6)
FRONT = st.lists(st.one_of(section(PART), PART), min_size=1, max_size=3).map("".join)
FRONTS = st.lists(FRONT, min_size=1, max_size=3).map(tuple)
EMPTY = ("", " ", "<br>", "<div><br /></div>\n")


def shows_its_note(front: str, values: tuple[str, ...]) -> bool:
    """Whether something of a note stands on a front, also as a box in which it is to be typed."""
    filled = [name for name, value in zip(FIELDS, values, strict=True) if "@" in value]
    return "@" in front or any(re.search(rf"\[\[type:[a-z:]*{name}\]\]", front) for name in filled)


def combinations() -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each set of filled fields, with tags and without; empty ones in all ways of being so."""
    blanks = itertools.cycle(EMPTY)
    for filled in itertools.product((True, False), repeat=len(FIELDS)):
        for tags in ([], ["tag"]):
            yield tuple(f"@{n[0]}@" if f else next(blanks) for n, f in zip(FIELDS, filled, strict=True)), tags


@settings(max_examples=200, deadline=None)
@given(fronts=FRONTS)
@example(("{{^A}}{{B}}{{/A}}",))
@example(("{{^A}}{{Deck}}{{/A}}", "{{#A}}{{Deck}}{{/A}}", "{{#Tags}}{{^B}}{{A}}{{/B}}{{/Tags}}"))
@example(("{{^c1}}{{A}}{{/c1}}", "{{^c1}}{{A}}{{/c1}}", "{{^c1}}{{A}}{{/c1}}{{#c3}}{{B}}{{/c3}}"))
@example(
    ("{{^c1}}{{A}}{{/c1}}{{#c1}}{{B}}{{/c1}}", "{{#A}}{{^A}}{{A}}{{/A}}{{/A}}", "{{^Deck}}{{A}}{{/Deck}}")
)
def test_what_is_said_of_a_front_holds_for_all_notes(judge: Judge, fronts: tuple[str, ...]) -> None:
    """Over all sets of filled fields our cards are Anki's; so is which are blank, never made, or only blank.

    The fields that old versions of Anki take for needed are those that Anki itself writes down.
    """
    note_type = judge.take(fronts)
    rules = CardRules(FIELDS, fronts, cloze=False)
    made: set[int] = set()
    shown: set[int] = set()
    for values, tags in combinations():
        ours = rules.cards(values, tagged=bool(tags))
        cards = judge.cards(note_type, values, tags)
        assert ours == tuple(cards)
        blank = tuple(number for number, front in cards.items() if not shows_its_note(front, values))
        assert rules.blank(ours, values, tagged=bool(tags)) == blank, cards
        made.update(cards)
        shown.update(cards.keys() - set(blank))
    for number in range(len(fronts)):
        assert bool(rules.ways[number]) == (number in made)
        together = any(way.goes_with(other) for way in rules.ways[number] for other in rules.shown[number])
        assert together == (number in shown)
        how, needed = rules.requirements[number]
        assert [number, how, needed] == note_type["req"][number]


# From a kind's folder to cards in Anki

KIND = """\
title: Law
section: laws
type: normal
label: name
keys:
  name: {type: text, required: true}
  a: {type: markdown}
  b: {type: markdown}
fields:
  - {name: Name, id: 1, from: name}
  - {name: A, id: 2, from: a}
  - {name: B, id: 3, from: b}
  - {name: Reserve 1, id: 4}
cards:
"""


def law(*fronts: str, notes: str) -> dict[str, str | bytes]:
    """A deck of one kind with these fronts, and its notes."""
    cards = [f"  - {{name: Card {n}, id: 1{n}, face: f{n}}}\n" for n in range(len(fronts))]
    cards.append("  - {name: Reserve, id: 99, reserve: Reserve 1}\n")
    files: dict[str, str | bytes] = {"templates/law/kind.yaml": KIND + "".join(cards)}
    for number, front in enumerate(fronts):
        files[f"templates/law/f{number}.front.html.j2"] = front
        files[f"templates/law/f{number}.back.html.j2"] = "{{Name}} {{A}} {{B}}"
    return {**files, "source/one.yaml": f"laws:\n{notes}"}


def checked(folder: Path) -> list[dict[str, Any]]:
    """The errors of a deck."""
    result = CliRunner().invoke(app, ["check", "--project", str(folder), "--format", "json"])
    return [each for each in json.loads(result.stdout)["diagnostics"] if each["level"] == "error"]


def ordinals(collection: Collection) -> dict[str, list[int]]:
    """The ordinals of the cards of each note in a collection, by the note's first field."""
    notes = (collection.get_note(number) for number in collection.find_notes(""))
    return {note.fields[0]: sorted(card.ord for card in note.cards()) for note in notes}


def test_a_front_may_ask_for_what_is_not_there(tmp_path: Path, collection: Collection) -> None:
    """A card of `{{^A}}{{Name}}{{/A}}` comes with each note that has no `a`, and with no other."""
    notes = "  - {id: x, name: X, a: Yes.}\n  - {id: y, name: Y}\n"
    folder = write_project(tmp_path / "deck", law("{{Name}}", "{{^A}}{{Name}}{{/A}}", notes=notes))
    assert run("build", cwd=folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    import_package(collection, opened.path)
    assert ordinals(collection) == {"X": [0], "Y": [0, 1]}
    assert not collection.get_empty_cards().report


def test_each_note_has_a_card_of_some_front(tmp_path: Path, collection: Collection) -> None:
    """All fronts of a kind may have conditions, where each note meets one of them."""
    fronts = "{{#A}}Whose is {{A}}?{{/A}}", "{{#B}}Whose is {{B}}?{{/B}}"
    notes = (
        "  - {id: x, name: X, a: Paris}\n  - {id: y, name: Y, b: Animus}\n  - {id: z, name: Z, a: 1, b: 2}\n"
    )
    folder = write_project(tmp_path / "deck", law(*fronts, notes=notes))
    assert run("build", cwd=folder).returncode == 0
    import_package(collection, folder / "build/sample.apkg")
    assert ordinals(collection) == {"X": [0], "Y": [1], "Z": [0, 1]}
    assert not collection.get_empty_cards().report


@pytest.mark.parametrize(
    ("fronts", "note", "hint"),
    [
        (("{{#A}}{{A}}{{/A}}", "{{#B}}{{B}}{{/B}}"), "", "fill `a`, or fill `b`"),
        (("{{#A}}{{B}}{{/A}}",), "", "fill `a` and fill `b`"),
        (("{{#A}}{{B}}{{/A}}", "{{#B}}{{Name}}{{/B}}"), "", "fill `b`"),
        (("{{^A}}{{Name}}{{/A}}",), ", a: x", "leave `a` out"),
        (("{{#A}}{{^B}}{{Name}}{{/B}}{{/A}}",), ", b: x", "fill `a` and leave `b` out"),
        (("{{#Tags}}{{Name}}{{/Tags}}",), "", "fill `tags`"),
        (("{{#A}}{{A}}{{/A}}",), ", a: <br>", "fill `a`"),
        (("{{#Reserve 1}}{{Name}}{{/Reserve 1}}", "{{A}}"), "", "fill `a`"),
    ],
)
def test_a_note_without_a_card_is_told_what_would_give_it_one(
    tmp_path: Path, fronts: tuple[str, ...], note: str, hint: str
) -> None:
    """The hint names the keys, by the shortest way; those of no key are not among them."""
    folder = write_project(tmp_path, law(*fronts, notes=f"  - {{id: x, name: X{note}}}\n"))
    (error,) = checked(folder)
    assert (error["code"], error["line"], error["hint"]) == (
        "no-card",
        2,
        f"{hint}: then the note has a card",
    )


def test_a_row_is_told_of_the_key_of_its_table(tmp_path: Path) -> None:
    """What the table would have to say for its rows to have a card is named as the table's."""
    files = law("{{#Head}}{{A}}{{/Head}}", notes="  - id: t\n    items:\n      - {id: r, name: X, a: x}\n")
    kind = str(files["templates/law/kind.yaml"])
    kind = kind.replace("\nkeys:", "\nrows: items\ntable_keys: {head: {type: text}}\nkeys:")
    kind = kind.replace("  - {name: B,", "  - {name: Head, id: 9, from: head}\n  - {name: B,")
    (error,) = checked(write_project(tmp_path, {**files, "templates/law/kind.yaml": kind}))
    assert (error["code"], error["hint"]) == ("no-card", "fill `head` of the table: then the note has a card")


def test_a_note_that_only_a_dormant_card_could_ask_has_none(tmp_path: Path) -> None:
    """Nothing is filled into a reserve, so neither its own card nor one like it counts."""
    front = "{{#Reserve 1}}{{Name}}{{/Reserve 1}}"
    folder = write_project(tmp_path, law(front, notes="  - {id: x, name: X}\n"))
    (error,) = checked(folder)
    assert (error["code"], error["hint"]) == ("no-card", None)


def test_notes_without_cards_are_told_beside_other_errors(tmp_path: Path) -> None:
    """All at once: two without a card, one with broken markup, and nothing of those that depend on others."""
    notes = "  - {id: x, name: X}\n  - {id: y, name: Y, b: x}\n  - {id: z, name: Z, a: <b>z}\n"
    notes += "  - {id: v, name: V, builds_on: [nope], a: x}\n  - {id: w, name: W, builds_on: [nope]}\n"
    folder = write_project(tmp_path, law("{{A}}", notes=notes))
    found = [(each["code"], each["line"]) for each in checked(folder)]
    assert sorted(found) == [
        ("bad-html", 4), ("no-card", 2), ("no-card", 3), ("unknown-note", 5), ("unknown-note", 6),
    ]  # fmt: skip


def test_a_broken_face_leaves_no_note_without_a_card(tmp_path: Path) -> None:
    """What is wrong with a face is told at the face alone, not at each of its notes."""
    files = law("{{A}}", "{{Nope}}", notes="  - {id: x, name: X}\n")
    (error,) = checked(write_project(tmp_path, files))
    assert (error["code"], error["path"]) == ("unknown-field", "templates/law/f1.front.html.j2")


def test_a_card_that_is_blank_is_told_at_its_note(tmp_path: Path) -> None:
    """Anki makes a card for the deck's name alone: its note is named, and the way out."""
    front = "{{#A}}{{Deck}} {{A}} {{B}}{{/A}}{{^A}}{{#B}}{{Deck}}{{/B}}{{/A}}"
    notes = "  - {id: x, name: X, a: x}\n  - {id: y, name: Y, b: y}\n"
    folder = write_project(tmp_path, law("{{Name}}", front, notes=notes))
    (error,) = checked(folder)
    assert (error["code"], error["path"], error["line"]) == ("blank-front", "source/one.yaml", 3)
    assert "the card `Card 1` of this note would be blank" in error["message"]


@pytest.mark.parametrize(
    ("front", "lines"),
    [
        ("{{cloze:Text}}", []),
        ("{{#c1}}{{cloze:Text}}{{/c1}}", [5]),
        ("{{^c1}}{{cloze:Text}}{{/c1}}", [2, 5]),
        ("{{^c2}}<i>{{cloze:Text}}</i>{{/c2}}{{#c2}}{{cloze:Text}}{{/c2}}", []),
        ("{{#Why}}{{cloze:Text}}{{/Why}}", [2]),
        ("{{^Why}}{{cloze:Text}}{{/Why}}{{#Why}}{{Why}}{{/Why}}", [5]),
        ("{{#Tags}}{{cloze:Text}}{{/Tags}}", [5]),
        ("{{#Text}}{{^Text}}{{cloze:Text}}{{/Text}}{{/Text}}", [1]),
    ],
)
def test_a_cloze_that_no_front_shows_is_told(
    tmp_path: Path, collection: Collection, front: str, lines: list[int]
) -> None:
    """Where a section hides the text of a card, the note is named; else Anki shows each cloze."""
    text = "takeaways:\n  - id: one\n    tags: [x]\n    text: It is {{c1::one}}.\n"
    text += "  - {id: two, text: 'It is {{c1::two}} of {{c2::three}}.', why: So.}\n"
    kind = (
        "title: Takeaway\nsection: takeaways\ntype: cloze\nlabel: text\n"
        "keys:\n  text: {type: cloze, required: true}\n  why: {type: markdown}\n"
        "fields:\n  - {name: Text, id: 1, from: text}\n  - {name: Why, id: 2, from: why}\n"
        "cards:\n  - {name: Cloze, id: 1, face: cloze}\n"
    )
    files: dict[str, str | bytes] = {
        "source/one.yaml": text,
        "templates/takeaway/kind.yaml": kind,
        "templates/takeaway/cloze.front.html.j2": front,
        "templates/takeaway/cloze.back.html.j2": "{{cloze:Text}}",
    }
    folder = write_project(tmp_path / "deck", files)
    found = checked(folder)
    assert [(each["code"], each["line"]) for each in found] == [("blank-front", line) for line in lines]
    if not found:
        assert run("build", cwd=folder).returncode == 0
        import_package(collection, folder / "build/sample.apkg")
        fronts = [
            collection.get_card(each).render_output().question_text for each in collection.find_cards("")
        ]
        assert len(fronts) == 3
        assert all("[...]" in each for each in fronts)


def test_two_broken_kinds_are_told_at_once(tmp_path: Path) -> None:
    """What is wrong with the fronts of one kind is told whatever is wrong with another."""
    first, second = law("{{Nope}}", notes=""), law("Static", notes="")
    files = {name: text for name, text in first.items() if name != "source/one.yaml"}
    for name, text in second.items():
        if name.startswith("templates"):
            other = str(text).replace("title: Law", "title: Rule").replace("section: laws", "section: rules")
            files[name.replace("/law/", "/rule/")] = other
    found = checked(write_project(tmp_path, files))
    assert [(each["code"], each["path"]) for each in found] == [
        ("unknown-field", "templates/law/f0.front.html.j2"),
        ("blank-front", "templates/rule/f0.front.html.j2"),
    ]


VALUE = st.sampled_from(["", "", "x", "<br>", "&nbsp;", "<div></div>", "*y*"])
NOTES = st.lists(st.tuples(VALUE, VALUE, st.booleans()), min_size=1, max_size=5)


@settings(max_examples=12, deadline=None)
@given(fronts=FRONTS, notes=NOTES)
def test_a_deck_has_the_cards_that_anki_would_make(
    judge: Judge,
    tmp_path_factory: pytest.TempPathFactory,
    fronts: tuple[str, ...],
    notes: list[tuple[str, str, bool]],
) -> None:
    """From kind.yaml to an import: each note has the cards that Anki makes, or is told to have none."""
    text = ""
    for number, (a, b, tagged) in enumerate(notes):
        text += f"  - id: n{number}\n    name: N{number}\n" + "    tags: [t]\n" * tagged
        text += "".join(f'    {key}: "{value}"\n' for key, value in (("a", a), ("b", b)) if value)
    folder = tmp_path_factory.mktemp("deck")
    for _ in range(2):  # the second time without the fronts that were refused
        ours = (front.replace("Two Words", "Name") for front in fronts)
        found = checked(write_project(folder, law(*ours, notes=text)))
        paths = {each["path"] for each in found}
        refused = {n for n in range(len(fronts)) if f"templates/law/f{n}.front.html.j2" in paths}
        fronts = tuple("{{A}}" if n in refused else front for n, front in enumerate(fronts))
    assert not refused
    note_type = judge.take(fronts)
    cards = [judge.cards(note_type, (a, b, "@"), ["t"] * tagged) for a, b, tagged in notes]
    lines = (folder / "source/one.yaml").read_text(encoding="utf-8").split("\n")
    told = [lines[each["line"] - 1] for each in found if each["code"] == "no-card"]
    assert told == [f"  - id: n{number}" for number, made in enumerate(cards) if not made]
    if found:
        return
    assert CliRunner().invoke(app, ["build", "--project", str(folder)]).exit_code == 0
    collection = Collection(str(tmp_path_factory.mktemp("anki") / "collection.anki2"))
    try:
        import_package(collection, folder / "build/sample.apkg")
        assert ordinals(collection) == {f"N{number}": sorted(made) for number, made in enumerate(cards)}
        assert not collection.get_empty_cards().report
    finally:
        collection.close()
