"""Names that Anki shows unescaped: what deckgen accepts is shown as it was typed, and does nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from anki.collection import Collection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen.anki import unescaped
from deckgen.deck.kind_file import read_kind
from deckgen.deck.manifest import _title
from deckgen.deck.reader import NodeReader
from deckgen.source import Document, Scalar
from tests.conftest import CHAPTER, import_package, run
from tests.faults import KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECES = [
    *(
        "<",
        "</",
        "<!",
        "<!--",
        "<?",
        ">",
        "b",
        "K",
        "\u212a",
        "/",
        "!",
        "--",
        "img src=x",
        "\u0338",
        "\u0301",
    ),
    *(
        "&",
        "&lt",
        "&lt;",
        "&#60",
        "&#x3c;",
        "&copy",
        "&hellip",
        "&hellip;",
        ";",
        "\u037e",
        "#",
        "T",
        "x",
        "amp",
    ),
    *(
        "\\",
        "(",
        ")",
        "[",
        "]",
        "\\(",
        "\\[",
        "$",
        "$$",
        "[$]",
        "[/$]",
        "latex",
        "/latex",
        "[latex]",
        "{",
        "}}",
    ),
    *(
        "sound",
        ":",
        "::",
        "anki",
        "tts lang=en_US",
        "play:q:0",
        "type",
        "c1::",
        "[[",
        "]]",
        "'",
        '"',
        "`",
        "{{",
    ),
    *(
        " ",
        "  ",
        "\u3000",
        "\u200b",
        "\u202e",
        "中",
        "א",
        "😀",
        "\x7f",
        "a",
        "Z",
        "9",
        "_",
        "-",
        "=",
        "%3C",
        "é",
    ),
]
NAME = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join) | st.text(max_size=12)
TEMPLATE = (
    "<p id=deck>{{Deck}}</p><p id=part>{{Subdeck}}</p><p id=tags>{{Tags}}</p><p id=type>{{Type}}</p>"
    "<p id=card>{{Card}}</p><p id=front>{{A fixed field}}</p>{{hint:NAME}}"
)


class Shown(HTMLParser):
    """What is to be seen of the template above, by the ids of its paragraphs, and what else there is."""

    def __init__(self, html: str) -> None:
        """Parse some HTML."""
        super().__init__(convert_charrefs=True)
        self.texts: dict[str, str] = {}
        self.others: list[str] = []
        self._at = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A paragraph begins, or what the filter `hint` makes."""
        known = dict(attrs)
        self._at = {"p": str(known.get("id")), "a": "field", "div": "hidden"}.get(tag, "")
        if not self._at or self._at in self.texts:
            self.others.append(tag)
        self.texts[self._at] = ""

    def handle_data(self, data: str) -> None:
        """Text, which belongs to what began last."""
        self.texts[self._at] = self.texts.get(self._at, "") + data

    def handle_endtag(self, tag: str) -> None:
        """A paragraph ends."""
        if tag not in {"p", "a", "div"}:
            self.others.append(tag)

    def handle_comment(self, data: str) -> None:
        """A comment, which nobody typed."""
        self.others.append(data)

    handle_pi = unknown_decl = handle_comment

    def handle_decl(self, decl: str) -> None:
        """The like of a comment."""
        self.others.append(decl)


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A real collection, in which every example gives the same note type and deck other names."""
    opened = Collection(str(tmp_path_factory.mktemp("names") / "collection.anki2"))
    yield opened
    opened.close()


def taken(read: Callable[[NodeReader, Scalar], str | None], text: str, instead: str) -> str:
    """A text as deckgen reads it, or another where deckgen refuses it."""
    reader = NodeReader(Document("x.yaml", "x"))
    found = read(reader, Scalar(text, 0, 1, '"'))
    return instead if found is None or reader.diagnostics else found


def taken_by_kind(what: str, name: str) -> str:
    """A name for KIND's second field or its card; what it is called there where deckgen refuses it."""
    text = KIND.replace(f"name: {what}", f"name: {json.dumps(name, ensure_ascii=False)}")
    kind, *_ = read_kind(Path("law"), "templates/law", Path(), {"templates/law/kind.yaml": text}, {})
    if kind is None:
        return what
    return kind.cards[0].name if what == "Card" else kind.fields[1].name


@given(name=NAME, title=NAME, tag=NAME)
@example(name="R & D <3 a < b, AT&T; [x] (y) $$ {z} \\ &x; &#; 5 <= 6", title="A & B", tag="R&D<3")
@example(name="b] c", title="A [sound", tag="b]")
@example(name="[sound:a", title="A", tag="b]")
@example(name="<\u212aelvin", title="&hellip\u037e", tag="<\u0338b")
@settings(max_examples=400, deadline=None)
def test_a_name_that_is_accepted_is_shown_as_it_was_typed(
    anki: Collection, name: str, title: str, tag: str
) -> None:
    """In the real Anki, unescaped: the text is what was typed, in composed letters, and there is no tag."""
    title = taken(_title, title, "T")
    deck = f"{title}::{taken(lambda reader, node: reader.deck_name(node, 'deck'), name, 'D')}"
    kind = taken(lambda reader, node: reader.deck_name(node, "title"), name, "K")
    tags = {taken(lambda reader, node: reader.tag(node, "tags"), text, "t") for text in (name, tag)}
    if len({unicodedata.normalize("NFC", each).casefold() for each in tags}) == 1:  # to Anki they are one
        tags = {min(tags)}
    typed = {"deck": deck, "type": f"{title} - {kind}", "tags": " ".join(tags)}
    typed |= {"card": taken_by_kind("Card", name), "field": taken_by_kind("Rule", name)}
    typed = {key: unicodedata.normalize("NFC", text) for key, text in typed.items()}
    typed |= {"part": typed["deck"].rpartition("::")[2], "front": "x", "hidden": "y"}

    html, heard = shown(anki, typed)
    seen = Shown(html)
    assert not seen.others
    assert not heard
    assert not re.search(r"\[\[type:|\[anki:|\\[(\[]|\{\{", html)
    assert sorted(seen.texts.pop("tags").split(" ")) == sorted(set(typed.pop("tags").split(" ")))
    assert {key: text.strip() for key, text in seen.texts.items()} == {
        key: text.strip() for key, text in typed.items()
    }


def shown(anki: Collection, names: dict[str, str]) -> tuple[str, list[object]]:
    """The HTML of a card whose names are these, and what is heard of it."""
    note_type = anki.models.by_name(shown.__name__) or anki.models.by_name("Basic")
    assert note_type
    template = TEMPLATE.replace("NAME", names["field"])
    note_type["name"] = names["type"]
    note_type["tmpls"][0] |= {"name": names["card"], "qfmt": "{{A fixed field}}", "afmt": template}
    for each, called in zip(note_type["flds"], ("A fixed field", names["field"]), strict=True):
        each["name"] = called
    anki.models.update_dict(note_type)
    note = anki.new_note(anki.models.get(note_type["id"]))  # type: ignore[arg-type]
    note.fields, note.tags = ["x", "y"], names["tags"].split(" ")
    deck = anki.decks.id(names["deck"])
    assert deck
    anki.add_note(note, deck)
    output = note.cards()[0].render_output()
    anki.remove_notes([note.id])
    anki.decks.remove([each.id for each in anki.decks.all_names_and_ids() if each.id != 1])  # type: ignore[misc]
    anki.tags.clear_unused_tags()
    note_type = anki.models.get(note_type["id"])
    assert note_type
    note_type["name"] = shown.__name__
    anki.models.update_dict(note_type)
    return output.answer_text, [*output.question_av_tags, *output.answer_av_tags]


@given(name=NAME)
@settings(max_examples=2000, deadline=None)
def test_the_pattern_of_the_schema_refuses_nothing_that_is_fine(name: str) -> None:
    """And of what a pattern can say it says all: only entities newer than HTML 4 are left to `check`."""
    matches = re.search(unescaped.PATTERN, name) is not None
    fault = unescaped.fault(name)
    assert matches or fault
    assert not matches or not fault or "learners would see" in fault[0]


def test_a_fault_says_what_it_is_and_what_to_do() -> None:
    """The piece that Anki takes for something else is quoted, and shortened where it is long."""
    assert unescaped.fault("Cases <img src=x onerror=alert(1)>") == (
        "contains `<img`, which Anki reads as HTML",
        "remove the `<`: Anki does not escape names and tags",
    )
    assert unescaped.fault("Law &copyright") == (
        "contains `&copy`, which learners would see as `©`",
        "write the character `©`, or remove the `&`: Anki does not escape names and tags",
    )
    assert unescaped.fault("<" + "b" * 100_000) == (
        f"contains `<{'b' * 21}`, which Anki reads as HTML",
        "remove the `<`: Anki does not escape names and tags",
    )
    for name in (
        "AT&T",
        "R & D",
        "a < b",
        "I <3 you",
        "x <= y",
        "&",
        "&T;",
        "C:\\new",
        "[x]",
        "$$",
        "{a}",
        "[a:b]",
    ):
        assert unescaped.fault(name) is None, name


def test_names_with_signs_arrive_as_they_are(project: Callable[..., Path], collection: Collection) -> None:
    """Through a package, to the back of a card, which shows the deck on top and the subdeck in its foot."""
    name = "R & D <3: a < b, $$ [x] {y}"
    deck = project(
        {
            "source/deck.yaml": f"id: sample\ntitle: '{name}'\ntags: ['R&D<3']\n",
            "source/one.yaml": f"deck: 'AT&T {name}'\n{CHAPTER}",
        }
    )
    assert run("build", "--output", deck / "x.apkg", cwd=deck).returncode == 0
    import_package(collection, deck / "x.apkg")
    card = collection.get_card(collection.find_cards("")[0])
    back = card.render_output().answer_text
    deck_name = re.search(r'<div class="crumbs">\s*<span>(.*?)</span>', back)
    subdeck = re.search(r'<div class="foot">\s*<div>(.*?) ·', back)
    assert deck_name
    assert subdeck
    assert Shown(f"<p id=x>{deck_name[1]}</p><p id=y>{subdeck[1]}</p>").texts == {
        "x": name,
        "y": f"AT&T {name}",
    }
    assert collection.get_note(card.nid).tags == ["R&D<3"]


def test_anki_makes_the_description_safe(collection: Collection) -> None:
    """On a deck's page Anki shows Markdown without scripts, handlers and pictures."""
    said = "<img src=x onerror=alert(1)><script>alert(2)</script> *Fine* [a](javascript:x) <b onclick=x>b</b>"
    deck = collection.decks.get(collection.decks.id("Deck"))  # type: ignore[arg-type]
    assert deck
    deck["desc"], deck["md"] = said, True
    collection.decks.save(deck)
    collection.decks.select(deck["id"])
    for html in (collection._backend.congrats_info().deck_description, collection.render_markdown(said)):  # noqa: SLF001
        assert "<em>Fine</em>" in html
        assert not re.search(r"script|onerror|onclick|<img", html), html
