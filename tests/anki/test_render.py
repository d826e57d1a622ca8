"""How cards look: our sides of a card are those that the real Anki shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from anki.collection import Collection
from anki.sound import SoundOrVideoTag
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen.anki import template
from deckgen.anki.render import CardContext, CardRenderer, Sound, Speech, on_screen
from tests.conftest import import_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.cards import Card
    from anki.models import NotetypeDict

    from deckgen.anki.render import Sides

FIELDS = ("A", "B", "Two Words")
PROBLEM = " template has a problem:<br>"
"""What Anki shows in place of a card whose template it cannot read."""
_HINT = re.compile(r"hint[0-9a-f]{16}")


@dataclass(frozen=True)
class Seen:
    """What is shown of a card: both sides, and what is heard of them."""

    front: str
    back: str
    front_sounds: tuple[Sound | Speech, ...]
    back_sounds: tuple[Sound | Speech, ...]


@dataclass(frozen=True)
class Asked:
    """A card to be shown: its template, the note's fields and tags, its note type and ordinal."""

    front: str
    back: str
    values: tuple[str, str, str] = ("a", "b", "c")
    cloze: bool = False
    ordinal: int = 0
    tags: tuple[str, ...] = ()

    @property
    def faults(self) -> list[template.Fault]:
        """Our faults of both sides of the template."""
        front, back = (template.parse(side) for side in (self.front, self.back))
        return template.check(front, FIELDS, front=True) + template.check(back, FIELDS, front=False)


def by_anki(card: Card) -> Seen:
    """What the real Anki shows of a card."""
    output = card.render_output()
    heard = [
        tuple(
            Sound(tag.filename)
            if isinstance(tag, SoundOrVideoTag)
            else Speech(tag.field_text, tag.lang, tuple(tag.voices), round(tag.speed, 3))
            for tag in tags
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

    def show(self, asked: Asked) -> tuple[Seen, Sides]:
        """A card as Anki shows it, and our sides of it."""
        note_type = self.note_types[asked.cloze]
        note = self.collection.new_note(note_type)
        note.fields, note.tags = list(asked.values), list(asked.tags)
        template: dict[str, Any] = {**note_type["tmpls"][0], "qfmt": asked.front, "afmt": asked.back}
        card = note.ephemeral_card(ord=asked.ordinal, custom_template=template)
        renderer = CardRenderer(FIELDS, asked.front, asked.back, cloze=asked.cloze)
        context = CardContext("(Deck)", note_type["name"], "One", asked.tags)
        return by_anki(card), renderer.sides(asked.values, asked.ordinal, context)


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """The real Anki with a plain and a cloze note type."""
    collection = Collection(str(tmp_path_factory.mktemp("screen") / "collection.anki2"))
    yield Screen(collection)
    collection.close()


def test_every_card_of_the_own_deck_looks_as_in_anki(own_deck: Path, collection: Collection) -> None:
    """The shipped faces with every note of this repository's deck: both sides are Anki's, to the letter."""
    import_package(collection, own_deck)
    renderers: dict[tuple[str, str], CardRenderer] = {}
    cards = [collection.get_card(number) for number in collection.find_cards("")]
    for card in cards:
        note, note_type, template = card.note(), card.note_type(), card.template()
        context = CardContext(
            collection.decks.name(card.did),
            str(note_type["name"]),
            str(template["name"]),
            tuple(note.tags),
            card.user_flag(),
            card.id,
        )
        renderer = renderers.get((context.note_type, context.card))
        if renderer is None:
            names = [each["name"] for each in note_type["flds"]]
            front, back = str(template["qfmt"]), str(template["afmt"])
            renderer = CardRenderer(names, front, back, cloze=note_type["type"] == 1)
            renderers[context.note_type, context.card] = renderer
        assert by_us(renderer.sides(note.fields, card.ord, context)) == by_anki(card)
    assert len(renderers) > 4
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
    renderer = CardRenderer(FIELDS, front, back, cloze=False)
    context = CardContext("Top::Sub & more", "Plain", "One", tuple(note.tags), 3, card.id)
    seen = by_anki(card)
    assert by_us(renderer.sides(note.fields, 0, context)) == seen
    assert f"|Sub & more|One|flag3|{card.id}|" in seen.front


TAGS = (
    "{{A}}", "{{B}}", "{{Two Words}}", "{{ A }}", "{{\u00a0B\n}}", "{{FrontSide}}", "{{text:FrontSide}}",
    "{{text:A}}", "{{hint:A}}", "{{hint:B}}", "{{type:A}}", "{{type:cloze:A}}", "{{type:nc:B}}",
    "{{type:text:B}}", "{{text:type:B}}", "{{hint:type:B}}", "{{nc:A}}", "{{nc:text:A}}", "{{text:nc:A}}",
    "{{cloze:A}}", "{{cloze:B}}", "{{cloze-only:A}}", "{{text:cloze:A}}", "{{cloze:text:A}}",
    "{{hint:cloze:A}}", "{{cloze:cloze:A}}", "{{furigana:A}}", "{{kana:B}}", "{{kanji:A}}",
    "{{furigana:cloze:A}}", "{{cloze:furigana:A}}", "{{tts en_US:A}}",
    "{{tts de_DE voices=Anna,Bert speed=0.8:cloze:A}}", "{{tts en_US cloze_blank=hm:cloze-only:A}}",
    "{{tts en_US:hint:B}}", "{{hint:tts en_US:B}}", "{{:A}}", "{{text::A}}", "{{foo:text:A}}",
    "{{text:foo:A}}", "{{Text:A}}", "{{text :A}}", "{{Tags}}", "{{Type}}", "{{Deck}}", "{{Subdeck}}",
    "{{Card}}", "{{CardFlag}}", "{{CardID}}", "{{text:Deck}}", "<!-- {{A}} -->", "<!--{{#Nope}}-->",
    "<!--> {{Nope}} -->", "<!--", "-->", "{{A", "A}}", "{{{B}}}", "{{{{A}}}}", "{{", "{", "}", "}}", "{A}}",
    "[sound:front.mp3]", "[anki:tts lang=fr_FR voices=X]{{B}} <br>[...][/anki:tts]", "[/anki:tts]", "\\(",
    "\\)",
)  # fmt: skip
"""Pieces of templates in which Anki finds nothing wrong, and others."""

WRONG_TAGS = (
    "{{Nope}}", "{{text: A}}", "{{text:Nope}}", "{{a}}", "{{}}", "{{#}}", "{{/}}", "{{^}}", "{{ {{A}}",
    "{{##A}}", "{{/A}}", "{{#A}}", "{{^B}}", "{{#FrontSide}}x{{/FrontSide}}",
    "{{^FrontSide}}x{{/FrontSide}}", "{{#Nope}}x{{/Nope}}", "{{#A}}{{#B}}{{/A}}{{/B}}", "{{c1}}", "{{c2}}",
    "{{tts :A}}", "{{#c0x}}{{/c0x}}", "{{text:}}", "{{tts:A}}", "{{tts  en:A}}", "{{tts en_US x:A}}",
    "{{\x1cA}}", "{{A:}}", "{{#A:B}}x{{/A:B}}", "{{frontside}}", "{{c1::a}}", "{{#c1}}{{c1}}{{/c1}}",
    "{{#c4294967296}}x{{/c4294967296}}",
)  # fmt: skip
"""Pieces of templates in which Anki may find something wrong."""

SECTIONS = ("A", "B", "Two Words", "Tags", "Deck", "CardFlag", "c1", "c2", "c3", "c007", " A ")
HTML = (
    "text", " ", "\n", "<br>", "<div>", "</div>", "<b>bold</b>", "<img src=x.png>", "&amp;", "&lt;x&gt;",
    "&nbsp;", "\u00a0", "&hellip;", "&Abreve;", "& ", "&#233;", "&#x1F600;", "&#0", "&", "<!-- note -->",
    "<style>p {}</style>", "<script>x<y</script>", "<", ">", "<p class='q'>", '"', "'", "\u00e9", "\u4e2d",
    "\U0001f600", "=-/._`", "\u65e5\u672c[\u306b\u307b\u3093]", " [x]", " a[b] ", "[sound:a.mp3]",
    "[sound:b &amp; c.ogg]", "[sound:]", "[anki:play:q:0]", "[anki:tts lang=x]said[/anki:tts]", "[...]",
    "[[type:A]]", "\\(", "\\)", "\\[", "\\]", "$", "\x1f",
)  # fmt: skip
CLOZES = (
    "{{c1::", "{{c2::", "{{c1,2::", "{{c3,1,3::", "{{c0::", "{{c0,2::", "{{c,2::", "{{c1,::", "{{c::",
    "{{c01::", "{{C1::", "{{c65536::", "{{c1,70000::", "{{c1:", "{c1::", "}}", "}}", "}}", "}}}", "::",
    "::hint}}", "{{c1::a}}", "{{c2::b::why}}", "{{c1::\\(x^{2}\\)}}", "{{c1::<b>a</b> & {{c2::b}}::h}}",
    "\\(<i>{{c1::x}}</i>\\)",
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


@settings(max_examples=600, deadline=None)
@given(
    asked=st.builds(
        Asked,
        ANY_TEMPLATE,
        ANY_TEMPLATE,
        st.tuples(FIELD, FIELD, FIELD),
        st.booleans(),
        st.integers(0, 2),
        st.sampled_from(((), ("one",), ("one", "two::three"))),
    )
)
@example(Asked("{{A}}", "{{text:A}}", ("&#99999999999999999999;", "", "")))
@example(Asked("{{cloze:A}}", "{{cloze:A}}", ("{{c1::" * 12 + "x" + "}}" * 13, "", ""), cloze=True))
def test_any_card_looks_as_in_anki(screen: Screen, asked: Asked) -> None:
    """For any template and fields our sides are Anki's, and where Anki shows an error there is a fault."""
    seen, sides = screen.show(asked)
    if PROBLEM in seen.front:
        assert asked.faults
    elif not any("never closed" in fault.message for fault in asked.faults):
        assert by_us(sides) == seen


STRICTER = re.compile(
    "no filter|for speech|is never closed|brace is missing|third closing brace|a front cannot use"
    "|name is missing|`c[0-9]+` is not a field"
)
"""What only we call a fault: Anki shows the card, but not as its author can have meant it."""


@settings(max_examples=300, deadline=None)
@given(
    asked=st.one_of(
        ANY_TEMPLATE.map(lambda side: Asked(side + "{{A}}", "x")),
        ANY_TEMPLATE.map(lambda side: Asked("{{A}}", side)),
    )
)
def test_a_fault_is_what_anki_shows_an_error_for(screen: Screen, asked: Asked) -> None:
    """Anki shows an error in place of a card just where we report a fault, stricter as we are."""
    seen, _ = screen.show(asked)
    if PROBLEM in seen.front or "[Error in directive" in seen.front + seen.back:
        assert asked.faults
    else:
        assert not [fault.message for fault in asked.faults if not STRICTER.search(fault.message)]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("{{tts en_US:A}}", ""),
        ("{{tts en_US voices=Apple_Otoya,Microsoft_Haruka speed=0.8:A}}", ""),
        ('{{tts en_US o="a b":cloze:A}}', ""),
        ("{{tts:A}}", "unknown-filter"),
        ("{{tts :A}}", "unknown-filter"),
        ("{{tts  en_US:A}}", "unknown-filter"),
        ("{{tts voices=Bob:A}}", "unknown-filter"),
        ("{{tts en_US voices:A}}", "unknown-filter"),
        ("{{ttsen_US:A}}", "unknown-filter"),
    ],
)
def test_speech_that_anki_does_not_read_is_a_fault(screen: Screen, tag: str, code: str) -> None:
    """A `tts` filter without language or with unreadable options is told of; others are spoken."""
    asked = Asked(tag, "x")
    assert [fault.code for fault in asked.faults] == [code] * bool(code)
    if not code:
        seen, _ = screen.show(asked)
        assert seen.front_sounds
        assert seen.front == "[anki:play:q:0]"


def test_a_blank_before_a_name_is_told_of(screen: Screen) -> None:
    """Anki takes `{{text: A}}` for a field of the name " A", and we say so."""
    asked = Asked("{{text: A}}", "x")
    seen, _ = screen.show(asked)
    assert "there is no field called" in seen.front
    (fault,) = asked.faults
    assert "space before `A`" in fault.message


@settings(max_examples=200, deadline=None)
@given(value=FIELD, ordinal=st.integers(0, 2))
@example("<b>a</b><br>b&nbsp;c<div>d</div>[sound:x.mp3] ", 0)
@example("{{c1::<b>x</b>}} {{c1::x}}{{c1::<b>x</b>}}", 0)
def test_the_answer_to_be_typed_is_the_one_that_anki_expects(
    screen: Screen, value: str, ordinal: int
) -> None:
    """On the back stands what Anki's reviewer shows of a field, or of its clozes, where nothing was typed."""
    collection = screen.collection
    for tag, expected in (
        ("{{type:A}}", value),
        ("{{type:nc:A}}", value),
        ("{{type:cloze:A}}", collection.extract_cloze_for_typing(value, ordinal + 1)),
    ):
        renderer = CardRenderer(FIELDS, tag + "{{B}}", tag, cloze=False)
        sides = renderer.sides([value, "b", ""], ordinal, CardContext("D", "N", "C"))
        shown = on_screen(sides)
        answer = collection.compare_answer(expected, "")
        if answer == "<code id=typeans></code>":
            assert shown.back == ""
        else:
            assert shown.back == answer
            assert shown.front.count("<input ") == 1


class Players(HTMLParser):
    """Gathers the attributes of what plays sounds in an HTML page, and the rest of its text."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.diagnostics: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes."""
        if tag in {"audio", "button"}:
            self.diagnostics.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_sounds_and_speech_can_be_played_on_screen() -> None:
    """Each mark becomes a player of its own file or text; those of the front play on the back too."""
    renderer = CardRenderer(
        FIELDS, "{{A}}{{tts en_GB speed=0.5:B}}", "{{FrontSide}}{{Two Words}}", cloze=False
    )
    values = ['[sound:a b%20&amp;"c.mp3]', '"Is it <b>so</b>?" &amp; more', "[sound:last.ogg][anki:play:a:7]"]
    shown = on_screen(renderer.sides(values, 0, CardContext("D", "N", "C")))
    assert "[anki:" not in shown.front + shown.back
    front, back = Players(shown.front), Players(shown.back)
    assert unquote(front.diagnostics[0]["src"] or "") == 'a b%20&"c.mp3'
    assert front.diagnostics[1]["data-text"] == '"Is it so?" & more'
    assert front.diagnostics[1]["lang"] == "en-GB"
    assert back.diagnostics[:2] == front.diagnostics
    assert [each["src"] for each in back.diagnostics[2:]] == ["last.ogg"]
    assert back.text == "speak"


def test_the_typed_answer_stands_below_the_line() -> None:
    """As in Anki, a back that shows the front too has its line before the answer that was to be typed."""
    renderer = CardRenderer(
        FIELDS, "{{A}}{{type:B}}", "{{FrontSide}}<hr id=answer>more{{type:Two Words}}", cloze=False
    )
    shown = on_screen(renderer.sides(["Q", "<i>b</i> & c", ""], 0, CardContext("D", "N", "C")))
    assert shown.front == 'Q<input type="text" id="typeans">'
    assert shown.back == "Q<hr id=answer><code id=typeans>b &amp; c</code>more"
