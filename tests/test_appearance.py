"""How cards look: our sides of a card are those that the real Anki shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from anki.collection import Collection
from anki.sound import SoundOrVideoTag, TTSTag
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen import anki_template
from deckgen.appearance import Look, Place, Sound, Speech, on_screen

from .conftest import import_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.cards import Card
    from anki.models import NotetypeDict

    from deckgen.appearance import Sides

FIELDS = ("A", "B", "Two Words")
_HINT = re.compile(r"hint[0-9a-f]{16}")


@dataclass(frozen=True)
class Seen:
    """What Anki shows of a card: both sides, what is heard, and whether it is an error of the template."""

    front: str
    back: str
    front_sounds: tuple[Sound | Speech, ...]
    back_sounds: tuple[Sound | Speech, ...]

    @property
    def wrong(self) -> bool:
        """Whether Anki shows an error in place of the card or of a part of it."""
        return any(
            " template has a problem:<br>" in side or "[Error in directive" in side or "[anki:tts" in side
            for side in (self.front, self.back)
        )


def by_anki(card: Card) -> Seen:
    """What the real Anki shows of a card."""
    output = card.render_output()
    heard = [
        tuple(
            Sound(tag.filename)
            if isinstance(tag, SoundOrVideoTag)
            else Speech(tag.field_text, tag.lang, tuple(tag.voices), round(tag.speed, 3))
            for tag in tags
            if isinstance(tag, (SoundOrVideoTag, TTSTag))
        )
        for tags in (output.question_av_tags, output.answer_av_tags)
    ]
    return Seen(_HINT.sub("hint", output.question_text), _HINT.sub("hint", output.answer_text), *heard)


def by_us(sides: Sides) -> Seen:
    """The same of our sides."""
    front, back = (_HINT.sub("hint", side) for side in (sides.front, sides.back))
    return Seen(front, back, sides.front_sounds, sides.back_sounds)


class Screen:
    """A real collection with two note types, which shows any template with any fields."""

    def __init__(self, collection: Collection) -> None:
        """Make the note types."""
        self.collection = collection
        self.note_types = {cloze: self._note_type(cloze=cloze) for cloze in (False, True)}

    def _note_type(self, *, cloze: bool) -> NotetypeDict:
        models = self.collection.models
        made = models.new("Cloze" if cloze else "Plain")
        made["type"] = int(cloze)
        for name in FIELDS:
            models.add_field(made, models.new_field(name))
        template = models.new_template("One")
        template["qfmt"] = template["afmt"] = "{{cloze:A}}" if cloze else "{{A}}"
        models.add_template(made, template)
        models.add_dict(made)
        found = models.by_name(made["name"])
        assert found
        return found

    def show(
        self,
        front: str,
        back: str,
        *values: str,
        cloze: bool = False,
        ordinal: int = 0,
        tags: tuple[str, ...] = (),
    ) -> tuple[Seen, Sides]:
        """A card as Anki shows it, and our sides of it."""
        note_type = self.note_types[cloze]
        filled = [*values, *[""] * (len(FIELDS) - len(values))]
        note = self.collection.new_note(note_type)
        note.fields, note.tags = list(filled), list(tags)
        template: dict[str, Any] = {**note_type["tmpls"][0], "qfmt": front, "afmt": back}
        card = note.ephemeral_card(ord=ordinal, custom_template=template)
        look = Look(FIELDS, front, back, cloze=cloze)
        place = Place("(Deck)", note_type["name"], "One", tags)
        return by_anki(card), look.sides(filled, ordinal, place)


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """The real Anki with a plain and a cloze note type."""
    collection = Collection(str(tmp_path_factory.mktemp("screen") / "collection.anki2"))
    yield Screen(collection)
    collection.close()


def test_every_card_of_the_own_deck_looks_as_in_anki(own_deck: Path, collection: Collection) -> None:
    """The shipped faces with every note of this repository's deck: both sides are Anki's, to the letter."""
    import_package(collection, own_deck)
    looks: dict[tuple[int, int], Look] = {}
    cards = [collection.get_card(number) for number in collection.find_cards("")]
    for card in cards:
        note, note_type = card.note(), card.note_type()
        template = card.template()
        key = (int(note_type["id"]), int(template["ord"]))
        if key not in looks:
            names = [each["name"] for each in note_type["flds"]]
            looks[key] = Look(names, template["qfmt"], template["afmt"], cloze=note_type["type"] == 1)
        deck = collection.decks.name(card.did)
        place = Place(deck, note_type["name"], template["name"], tuple(note.tags), card.user_flag(), card.id)
        assert by_us(looks[key].sides(note.fields, card.ord, place)) == by_anki(card)
    assert len(looks) > 4
    assert len(cards) > 50


def test_what_anki_knows_of_a_card_is_shown(screen: Screen) -> None:
    """Tags, decks, the note type, the flag and the id, of a card that lies in a collection."""
    collection, note_type = screen.collection, screen.note_types[False]
    note = collection.new_note(note_type)
    note.fields, note.tags = ["a", "", ""], ["one", "two::three"]
    collection.add_note(note, collection.decks.id("Top::Sub & more"))  # type: ignore[arg-type]
    front = "{{A}}|{{Tags}}|{{Type}}|{{Deck}}|{{Subdeck}}|{{Card}}|{{CardFlag}}|{{CardID}}|{{text:hint:Deck}}"
    back = (
        "{{FrontSide}}{{#Tags}}{{^B}}<hr id=answer>{{#CardFlag}}{{Two Words}}flag{{/CardFlag}}{{/B}}{{/Tags}}"
    )
    changed = {**note_type, "tmpls": [{**note_type["tmpls"][0], "qfmt": front, "afmt": back}]}
    collection.models.update_dict(changed)
    card = note.cards()[0]
    collection.set_user_flag_for_cards(3, [card.id])
    card.load()
    look = Look(FIELDS, front, back, cloze=False)
    place = Place("Top::Sub & more", "Plain", "One", tuple(note.tags), 3, card.id)
    seen = by_anki(card)
    assert by_us(look.sides(note.fields, 0, place)) == seen
    assert f"|Sub & more|One|flag3|{card.id}|" in seen.front


TAGS = (
    "{{A}}", "{{B}}", "{{Two Words}}", "{{ A }}", "{{\u00a0B\n}}", "{{FrontSide}}", "{{text:FrontSide}}",
    "{{text:A}}", "{{hint:A}}", "{{hint:B}}", "{{type:A}}", "{{type:cloze:A}}", "{{type:nc:B}}", "{{type:text:B}}",
    "{{text:type:B}}", "{{hint:type:B}}", "{{nc:A}}", "{{nc:text:A}}", "{{text:nc:A}}", "{{cloze:A}}", "{{cloze:B}}",
    "{{cloze-only:A}}", "{{text:cloze:A}}", "{{cloze:text:A}}", "{{hint:cloze:A}}", "{{cloze:cloze:A}}",
    "{{furigana:A}}", "{{kana:B}}", "{{kanji:A}}", "{{furigana:cloze:A}}", "{{cloze:furigana:A}}",
    "{{tts en_US:A}}", "{{tts de_DE voices=Anna,Bert speed=0.8:cloze:A}}", "{{tts en_US cloze_blank=hm:cloze-only:A}}",
    "{{tts en_US:hint:B}}", "{{hint:tts en_US:B}}", "{{:A}}", "{{text::A}}", "{{foo:text:A}}", "{{text:foo:A}}",
    "{{Text:A}}", "{{text :A}}", "{{Tags}}", "{{Type}}", "{{Deck}}", "{{Subdeck}}", "{{Card}}", "{{CardFlag}}",
    "{{CardID}}", "{{text:Deck}}", "<!-- {{A}} -->", "<!--{{#Nope}}-->", "<!--> {{Nope}} -->", "<!--", "-->",
    "{{A", "A}}", "{{{B}}}", "{{{{A}}}}", "{{", "{", "}", "}}", "{A}}",
    "[sound:front.mp3]", "[anki:tts lang=fr_FR voices=X]{{B}} <br>[...][/anki:tts]", "[/anki:tts]", "\\(", "\\)",
)  # fmt: skip
"""Pieces of templates in which Anki finds nothing wrong, and others."""

WRONG_TAGS = (
    "{{Nope}}", "{{text: A}}", "{{text:Nope}}", "{{a}}", "{{}}", "{{#}}", "{{/}}", "{{^}}", "{{ {{A}}", "{{##A}}",
    "{{/A}}", "{{#A}}", "{{^B}}", "{{#FrontSide}}x{{/FrontSide}}", "{{^FrontSide}}x{{/FrontSide}}", "{{#Nope}}x{{/Nope}}",
    "{{#A}}{{#B}}{{/A}}{{/B}}", "{{c1}}", "{{c2}}", "{{tts :A}}", "{{#c0x}}{{/c0x}}", "{{text:}}", "{{tts:A}}",
    "{{tts  en:A}}", "{{tts en_US x:A}}", "{{\x1cA}}", "{{A:}}", "{{#A:B}}x{{/A:B}}", "{{frontside}}",
)  # fmt: skip
"""Pieces of templates in which Anki may find something wrong."""

SECTIONS = ("A", "B", "Two Words", "Tags", "Deck", "CardFlag", "c1", "c2", "c3", "c007", " A ")
HTML = (
    "text", " ", "\n", "<br>", "<div>", "</div>", "<b>bold</b>", "<img src=x.png>", "&amp;", "&lt;x&gt;", "&nbsp;",
    "\u00a0", "&hellip;", "&Abreve;", "& ", "&#233;", "&#x1F600;", "&#0", "&", "<!-- note -->", "<style>p {}</style>",
    "<script>x<y</script>", "<", ">", "<p class='q'>", '"', "'", "\u00e9", "\u4e2d", "\U0001f600", "=-/._`",
    "\u65e5\u672c[\u306b\u307b\u3093]", " [x]", " a[b] ", "[sound:a.mp3]", "[sound:b &amp; c.ogg]", "[sound:]",
    "[anki:play:q:0]", "[anki:tts lang=x]said[/anki:tts]", "[...]", "[[type:A]]", "\\(", "\\)", "\\[", "\\]", "$", "\x1f",
)  # fmt: skip
CLOZES = (
    "{{c1::", "{{c2::", "{{c1,2::", "{{c3,1,3::", "{{c0::", "{{c0,2::", "{{c,2::", "{{c1,::", "{{c::", "{{c01::",
    "{{C1::", "{{c65536::", "{{c1,70000::", "{{c1:", "{c1::", "}}", "}}", "}}", "}}}", "::", "::hint}}", "{{c1::a}}",
    "{{c2::b::why}}", "{{c1::\\(x^{2}\\)}}", "{{c1::<b>a</b> & {{c2::b}}::h}}", "\\(<i>{{c1::x}}</i>\\)",
)  # fmt: skip

FIELD = st.one_of(
    st.sampled_from(("", "", " ", "<br>", "<div><br></div>\n", "&nbsp;", "x")),
    st.lists(st.sampled_from(HTML), max_size=6).map("".join),
    st.lists(st.one_of(st.sampled_from(CLOZES), st.sampled_from(HTML)), max_size=9).map("".join),
    st.lists(st.sampled_from(CLOZES), min_size=20, max_size=30).map("".join),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
)


def section(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A section, inverted or not, around other parts of a template."""
    return st.builds(
        "{{{{{0}{1}}}}}{2}{{{{/{1}}}}}".format,
        st.sampled_from(("#", "^", "# ")),
        st.sampled_from(SECTIONS),
        st.lists(inside, max_size=4).map("".join),
    )


PART = st.recursive(st.one_of(st.sampled_from(TAGS), st.sampled_from(HTML)), section, max_leaves=8)
TEMPLATE = st.lists(PART, min_size=1, max_size=5).map("".join)
ANY_TEMPLATE = st.lists(st.one_of(PART, st.sampled_from(WRONG_TAGS)), min_size=1, max_size=5).map("".join)


def faults(front: str, back: str) -> list[anki_template.Fault]:
    """Our faults of both sides."""
    return [
        fault
        for side in (front, back)
        for fault in anki_template.check(anki_template.parse(side), FIELDS, front=side is front)
    ]


STRICTER = re.compile(
    r"no filter|as speech|is never closed|lacks a brace|third closing brace|a front cannot hold|name is missing"
    r"|`c[0-9]+` is not a field"
)
"""What only we call a fault: Anki shows the card, but not as its author can have meant it."""


@settings(max_examples=600, deadline=None)
@given(
    front=ANY_TEMPLATE,
    back=ANY_TEMPLATE,
    values=st.lists(FIELD, min_size=3, max_size=3),
    cloze=st.booleans(),
    ordinal=st.integers(0, 2),
    tags=st.sampled_from(((), ("one",), ("one", "two::three"))),
)
@example("{{A}}", "{{text:A}}", ["&#99999999999999999999;", "", ""], False, 0, ())
@example("{{cloze:A}}", "{{cloze:A}}", ["{{c1::" * 12 + "x" + "}}" * 13, "", ""], True, 0, ())
def test_any_card_looks_as_in_anki(
    screen: Screen, front: str, back: str, values: list[str], cloze: bool, ordinal: int, tags: tuple[str, ...]
) -> None:
    """For any template and any fields our sides are Anki's, and where Anki shows an error there is a fault."""
    seen, sides = screen.show(front, back, *values, cloze=cloze, ordinal=ordinal, tags=tags)
    if " template has a problem:<br>" in seen.front:
        assert faults(front, back)
    else:
        assert by_us(sides) == seen
