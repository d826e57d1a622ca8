"""Clozes: what the author hid is what the real Anki hides, whatever markup stands around and within it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.anki import cloze
from deckgen.anki.cloze_slips import slips
from deckgen.cards.html import text as text_of
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from tests.conftest import block, real_collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anki.collection import Collection

FIELD = re.compile(r'<span class="cloze" data-ordinal="[\d,]+">')
FRONT = re.compile(r'<span class="cloze" data-cloze="[^"]*" data-ordinal="[\d,]+">')


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A real collection of Anki's."""
    with real_collection(tmp_path_factory.mktemp("anki")) as collection:
        yield collection


def field_of(text: str, folder: Path) -> tuple[str, list[str]]:
    """The field that a takeaway's text makes, and the codes of what is wrong with it."""
    scalar, document = block(text)
    markup = Markup(Shelf(folder, folder))
    made = markup.cloze(scalar, document)
    return made, [each.code for each in markup.diagnostics]


def inside(side: str, opening: re.Pattern[str]) -> list[str]:
    """The texts of the spans that an opening tag begins, tags aside."""
    found = []
    for match in opening.finditer(side):
        depth, place = 1, match.end()
        while depth:
            tag = re.compile(r"<(/?)span\b[^>]*>").search(side, place)
            assert tag
            depth += -1 if tag[1] else 1
            place = tag.end()
        found.append(" ".join(text_of(side[match.end() : place - len("</span>")]).split()))
    return found


def sides(anki: Collection, field: str, number: int = 1) -> tuple[str, str]:
    """The front and the back of the card with a cloze number that the real Anki makes of a field."""
    note_type = anki.models.by_name("Cloze")
    assert note_type
    note = anki.new_note(note_type)
    note.fields[0] = field
    card = note.ephemeral_card(number - 1)
    output = card.render_output()
    return output.question_text, output.answer_text


@pytest.mark.parametrize(
    ("text", "answer", "hint"),
    [
        ("A growing array is a {{c1::`std::vector`}}.", "std::vector", "..."),
        ("The own machine is {{c1::`::1`}}.", "::1", "..."),
        ("It is {{c1::`::1`::in short}}.", "::1", "in short"),
        (r"A map is {{c1::$f\colon A \text{::} B$}}.", r"\(f\colon A \text{::} B\)", "..."),
        ("The page is {{c1::[this one](https://example.org/A::B)}}.", "this one", "..."),
        (r"It is {{c1::Net\:\:HTTP}}.", "Net::HTTP", "..."),
        ("It is {{c1::Net&#58;&#58;HTTP::a module}}.", "Net::HTTP", "a module"),
        (r"It is {{c1::a\:::hi\:\:nt}}.", "a:", "hi::nt"),
        ("It is {{c1::**a::b**::hint}}.", "a::b", "hint"),
        ("It is {{c1::<b>a::b</b>}}.", "a::b", "..."),
        ("It is {{c1::==a::b==}}.", "a::b", "..."),
        ("It is {{c1::~~a::b~~}}.", "a::b", "..."),
        ("It is {{c1::map{a::b}}}.", "map{a::b}", "..."),
        ("It is {{c1::{a}}}.", "{a}", "..."),
        (r"It is {{c1::\}\}}}.", "}}", "..."),
        ("It is {{c1::`a}}b`}}.", "a}}b", "..."),
        ("It is {{c1::$x^{2^{2}}$}}.", r"\(x^{2^{2}}\)", "..."),
        ("It is {{c1::`\\(`}} and `\\)`.", "\\(", "..."),
        ("It is {{c1::`\\[`}} and `\\]`.", "\\[", "..."),
        ("It is `{{c1::commit::verb}} -m`.", "commit", "verb"),
        ("It is {{c1::C:\\}} here.", "C:\\", "..."),
        ("| a | b |\n|---|---|\n| x | {{c1::`y|z`}} |", "y|z", "..."),
    ],
)
def test_an_answer_is_hidden_whole(
    text: str, answer: str, hint: str, anki: Collection, tmp_path: Path
) -> None:
    """What finished markup holds belongs to the answer; a backslash makes a sign a sign."""
    field, found = field_of(text, tmp_path)
    assert not found
    front, back = sides(anki, field)
    assert inside(back, FIELD) == [answer]
    assert inside(front, FRONT) == [f"[{hint}]"]


@pytest.mark.parametrize(
    "text",
    [
        r"In a pattern `\(` stands for {{c1::a bracket}}, and `\)` for the other.",
        r"A formula begins with {{c1::`\[`}} and ends with {{c2::`\]`}} on the line.",
        r"A pattern for {{c1::digits}} is `\[[0-9]+\]` here.",
        "A fence for {{c1::one}}:\n\n```\n\\( x \\) \\[ y \\]\n```",
    ],
)
def test_code_stays_code_beside_marks_of_formulas(text: str, anki: Collection, tmp_path: Path) -> None:
    """Anki takes tags away between the marks of a formula; in code those marks are none."""
    field, found = field_of(text, tmp_path)
    assert not found
    _, back = sides(anki, field)
    assert back.count("<code>") == field.count("<code>") == back.count("</code>")


@pytest.mark.parametrize(
    "text",
    [
        "JSX in {{c1::React}} is written `style={{a: 1}}` there.",
        "A value in {{c1::Jinja}} is `{{ name }}` there.",
        r"A value in {{c1::Vue}} is \{{ name }} there.",
        "A value in {{c1::Vue}} is\n\n```\n{{ name }}\n```",
    ],
)
def test_braces_of_code_are_no_clozes(text: str, anki: Collection, tmp_path: Path) -> None:
    """They are shown as they were typed, beside clozes too."""
    field, found = field_of(text, tmp_path)
    assert not found
    _, back = sides(anki, field)
    typed = re.search(r"\{\{ ?\w+(?:: 1)? ?\}\}", text)
    assert typed
    assert typed[0] in text_of(back)


@pytest.mark.parametrize(
    ("text", "back", "front"),
    [
        (r"$2\pi{{c1::r}}$", r"\(2\pi{r}\)", r"\(2\pi{[...]}\)"),
        (r"$x^{{c1::10}}$", r"\(x^{10}\)", r"\(x^{[...]}\)"),
        (r"$\frac{{c1::x+1}}{{c1::y}}$", r"\(\frac{x+1}{y}\)", r"\(\frac{[...]}{[...]}\)"),
        (r"$\frac{ {{c1::a}} }{b}$", r"\(\frac{ a }{b}\)", r"\(\frac{ [...] }{b}\)"),
        (r"$a+{{c1::b^{2}}}$", r"\(a+b^{2}\)", r"\(a+[...]\)"),
        (r"\({{c1::x}}\)", r"\(x\)", r"\([...]\)"),
    ],
)
def test_a_cloze_in_a_formula_keeps_its_group(
    text: str, back: str, front: str, anki: Collection, tmp_path: Path
) -> None:
    """Anki takes a cloze's braces away; what a command or a sign takes is still one group."""
    field, found = field_of(text, tmp_path)
    assert not found
    assert tuple(re.sub(r"<[^<>]*>", "", side).strip() for side in sides(anki, field)) == (front, back)


@pytest.mark.parametrize(
    "text",
    [
        "One <b>two {{c1::three</b> four}} five.",
        "{{c1::<u>a}}</u>",
        "**One {{c1::two** three}}.",
        "`{{c1::a::b::c}}`",
        "{{c1::2001:db8::1::hint}}",
    ],
)
def test_a_cloze_that_cannot_be_hidden_is_told(text: str, tmp_path: Path) -> None:
    """Across an element's edge, or with more than one `::`."""
    assert "bad-cloze" in field_of(text, tmp_path)[1]


WORDS = st.sampled_from(["joining", "a b", "Ämter", "文字", "x=1", "50%", "it's", "f(x)"])
PIECES = st.one_of(
    WORDS.map(lambda word: (word, word)),
    st.sampled_from(["std::vector", "::1", "a}}b", "{{ x }}", r"\(", r"\[a\]", "$x$", "*a*", "a:", "}"]).map(
        lambda code: (f"`{code}`", code)
    ),
    st.sampled_from([r"x^{2^{2}}", r"\text{::}", "a_1", r"\frac{1}{2}", "p|q", "a:"]).map(
        lambda tex: (f"${tex}$", rf"\({tex}\)")
    ),
    st.sampled_from(
        [(r"a\:\:b", "a::b"), (r"\{x\}", "{x}"), ("&#58;&#58;", "::"), (r"\*", "*"), (r"x\}\}", "x}}")]
    ),
    st.sampled_from([("**b::c**", "b::c"), ("*i*", "i"), ("==m::n==", "m::n"), ("<b>o::p</b>", "o::p")]),
    st.sampled_from(
        [("[l::m](https://a.b/c::d)", "l::m"), ("{q::r}", "{q::r}"), ("[s](https://a.b/{x}})", "s")]
    ),
)
SPANS = st.lists(PIECES, min_size=1, max_size=4).map(
    lambda pieces: (" ".join(typed for typed, _ in pieces), " ".join(shown for _, shown in pieces))
)
AROUND = st.sampled_from(
    [
        "{}",
        "- one\n- {}",
        "| a | b |\n|---|---|\n| {} | x |",
        "> {}",
        "**in** {} bold",
        "1. {}\n2. x",
        "one\n\n{}\n\ntwo",
    ]
)


@given(before=SPANS, answer=SPANS, hint=st.none() | SPANS, after=SPANS, around=AROUND)
@settings(max_examples=300, deadline=None)
def test_what_anki_shows_is_what_the_author_hid(
    before: tuple[str, str],
    answer: tuple[str, str],
    hint: tuple[str, str] | None,
    after: tuple[str, str],
    around: str,
    anki: Collection,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Tags aside, the back shows the answer and the front the hint, with any markup around and within."""
    typed = f"{before[0]} {{{{c1::{answer[0]}{'' if hint is None else '::' + hint[0]}}}}} {after[0]}"
    field, found = field_of(around.format(typed), tmp_path_factory.getbasetemp())
    assert not set(found) - {"changed-text", "stray-markdown"}, found
    front, back = sides(anki, field)
    assert inside(back, FIELD) == [answer[1]]
    assert inside(front, FRONT) == [f"[{'...' if hint is None else hint[1]}]"]
    shown = " ".join(text_of(back).split())
    assert before[1] in shown
    assert after[1] in shown


@given(text=st.text(st.sampled_from(list("{}c1:`$\\*[]()<> ab|\n-&;")), max_size=60), tail=st.booleans())
@settings(max_examples=400, deadline=None)
def test_a_text_is_parsed_in_one_way(text: str, tail: bool, tmp_path_factory: pytest.TempPathFactory) -> None:  # noqa: FBT001 (hypothesis gives it)
    """Whatever braces an author types: Anki finds the clozes that the author's reading has, or it is told."""
    whole = f"x {text} {{{{c1::joining}}}} y" if tail else text
    lines = [line.rstrip() or "-" for line in whole.split("\n")]
    if not "".join(lines).strip():
        return
    field, found = field_of("x\n" + "\n".join(lines), tmp_path_factory.getbasetemp())
    reading = cloze.read("x\n" + "\n".join(lines) + "\n")
    if "bad-cloze" not in found and "no-cloze" not in found:
        assert [each.numbers for each in cloze.in_field(field)] == [each.numbers for each in reading.clozes]


def test_uncovered_text_has_its_answers_and_no_hints() -> None:
    """What a label, a rule and a fingerprint see of a text."""
    text = "A {{c1::`std::vector`::C++}} and {{c2::a {{c3::b::h}} c}} and `{{ x }}`"
    assert cloze.uncovered(text) == "A `std::vector` and a b c and `{{ x }}`"
    assert html.unescape(cloze.uncovered("{{c1::open")) == "open"


def test_braces_around_a_word_may_be_meant_as_they_are() -> None:
    """The hint says how to show them; of a cloze with a slip, it does not."""
    both = "{{Front}} and {{c1:joining}}"
    hints = [slip.hint for slip in slips(both, cloze.read(both))]
    assert ["to show the braces" in hint for hint in hints] == [True, False]
