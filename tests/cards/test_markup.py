"""What authors write becomes the HTML that learners see."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen import build, package
from deckgen.cards import markdown
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from deckgen.diagnostics import CATALOGUE
from tests.conftest import block, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.diagnostics import Diagnostic


def html_of(text: str, tmp_path: Path, how: str = "markdown") -> str:
    """The HTML of a text in a block, which must have no faults."""
    scalar, document = block(text)
    markup = Markup(Shelf(tmp_path, tmp_path))
    made: str = getattr(markup, how)(scalar, document)
    assert not markup.diagnostics, markup.diagnostics
    return made


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("*a* **b** `c`", "<em>a</em> <strong>b</strong> <code>c</code>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("p < .05 & q > 1", "p &lt; .05 &amp; q &gt; 1"),
        ("==mark== and a == b == c", "<mark>mark</mark> and a == b == c"),
        ("==**both**== `==code==`", "<mark><strong>both</strong></mark> <code>==code==</code>"),
        ("==one\n\ntwo==", "<p>==one</p>\n<p>two==</p>"),
        ("H<sub>2</sub>O<br>x", "H<sub>2</sub>O<br>x"),
        ("$x<y$ and $$\\frac{a}{b}$$", "\\(x&lt;y\\) and \\[\\frac{a}{b}\\]"),
        ("$a == b$", "\\(a == b\\)"),
        ("$5 or $10", "$5 or $10"),
        ("$5-$10, $20/$30", "$5-$10, $20/$30"),
        ("US$5 and then $x$", "US$5 and then \\(x\\)"),
        ("[/latex] [$]y [a]", "[<!-- -->/latex] [<!-- -->$]y [a]"),
        ("{{Front}} {a}", "{{Front}} {a}"),
        ("[w](https://a.b/?x=1&y=2)", '<a href="https://a.b/?x=1&amp;y=2">w</a>'),
        ("<https://a.b>", '<a href="https://a.b">https://a.b</a>'),
        ("~5 and ~6 cm", "~5 and ~6 cm"),
        ("العربية 中文 😀", "العربية 中文 😀"),
    ],
)
def test_markdown(text: str, html: str, tmp_path: Path) -> None:
    """CommonMark, with highlights, formulas and harmless HTML; money, braces and brackets stay text."""
    assert html_of(text, tmp_path) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a {{c1::b}} c", "a {{c1::b}} c"),
        ("{{c1::**b**::*hint*}}", "{{c1::<strong>b</strong>::<em>hint</em>}}"),
        ("**{{c1::b}}** {{c2::_c_}}", "<strong>{{c1::b}}</strong> {{c2::<em>c</em>}}"),
        ("{{c1::a {{c2::b}}}} {{c1,3::c}}", "{{c1::a {{c2::b}}}} {{c1,3::c}}"),
        ("- {{c1::a}}\n- {{c2::b}}", "<ul>\n<li>{{c1::a}}</li>\n<li>{{c2::b}}</li>\n</ul>"),
        (
            "|a|b|\n|-|-|\n|x|{{c1::y}}|",
            (
                '<div class="scroll" tabindex="0"><table><thead>'
                "<tr><th>a</th><th>b</th></tr></thead><tbody>\n"
                "<tr><td>x</td><td>{{c1::y}}</td></tr>\n</tbody></table></div>"
            ),
        ),
        ("$\\frac{ {{c1::a}} }{b}$", "\\(\\frac{ {{c1::a}} }{b}\\)"),
        ("{{c1::$x^{2}$}} {{c2::$5}}", "{{c1::\\(x^{2}\\)}} {{c2::$5}}"),
    ],
)
def test_clozes_come_through_markdown(text: str, html: str, tmp_path: Path) -> None:
    """Clozes stay as Anki reads them, with markup in, around and beside them."""
    assert html_of(text, tmp_path, "cloze") == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b> & *x*", "&lt;b&gt; &amp; *x*"),
        ("a\n  b", "a b"),
        ("[[type:x]] [[x]]", "[<!-- -->[type:x]] [[x]]"),
        ("[sound:x.mp3] {{x}}", "[<!-- -->sound:x.mp3] {{x}}"),
    ],
)
def test_plain_text_is_no_markup(text: str, html: str, tmp_path: Path) -> None:
    """A term is shown as it is written."""
    assert html_of(text, tmp_path, "text") == html


def test_digits_between_clozes(tmp_path: Path) -> None:
    """Digits of the author's between two clozes, right before bold type, are no number of deckgen's."""
    text = "{{c1::a}}2020{{c2::b}} **c** <u>d</u>"
    html = "{{c1::a}}2020{{c2::b}} <strong>c</strong> <u>d</u>"
    assert html_of(text, tmp_path, "cloze") == html


SAMPLE = """\
deck: Two
tags: [a, b::c]
takeaways:
  - id: first
    text: |
      Before {{c1::change}} comes {{c2::**joining**::what?}}.
    why: |
      Because of $x^2$ and ==this==.
definitions:
  - id: term
    term: A term
    definition: |
      A meaning, with <b>bold</b> and [a link](https://example.org).
    builds_on: [first]
vignettes:
  - id: case
    scenario: |
      A couple.
    question: What next?
    options:
      - text: Wait
        correct: true
        why: So.
      - text: Go
        why: |
          Not so.
comparisons:
  - id: table
    columns: [Name, Meaning]
    rows:
      - id: row
        cells: [One, "Two"]
"""
SLIPS = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\n  ",
        "\t",
        ":",
        ": ",
        "- ",
        "#",
        " # ",
        "'",
        '"',
        "{",
        "}",
        "{{c1::",
        "}}",
        "[",
        "]",
        "|",
        ">",
        "*",
        "&",
        "!",
        "%",
        "`",
        "<b>",
        "</b>",
        "<script>",
        "![a](b.png)",
        "[sound:c]",
        "$",
        "$$",
        "==",
        "\\",
        "::",
        "id: first\n",
        "correct: true\n",
        "é",
        "\u202e",
        "\x85",
        "{{Front}}",
        "[[ x ]]",
        "[% x %]",
        "\r\n",
    ]
)


@given(
    edits=st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), SLIPS), min_size=1, max_size=5)
)
@settings(max_examples=250, deadline=None)
def test_no_slip_gives_a_traceback(
    edits: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever an author types or deletes, there is a package, or a diagnostic at a place that exists."""
    text = SAMPLE
    for start, length, slip in edits:
        text = text[:start] + slip + text[start + length :]
    folder = write_project(tmp_path_factory.mktemp("slip"), {"source/two.yaml": text})
    result = build.build(folder)
    if result.package:
        package.write(result.package, io.BytesIO())
    else:
        assert result.diagnostics
    for each in result.diagnostics:
        assert each.code in CATALOGUE
        lines = result.lines[each.span.path]
        assert each.span.line <= len(lines)
        if each.span.column is not None:
            assert 1 <= each.span.column <= len(lines[each.span.line - 1]) + 2


WORDS = (
    "a",
    "A",
    "I",
    "iv",
    "X",
    "ab",
    "Word",
    "words",
    "\u00e9t\u00e9",
    "\u00dcber",
    "1",
    "12",
    "  ",
    "\n\n",
)
SIGNS = " \n\t.,;:!?'()/%-\"&*_`#+>|=~<[]{}\\$^@\u2014\u2019\u2026\u4e2d"


@given(
    parts=st.lists(st.sampled_from([*WORDS, *SIGNS]), min_size=1, max_size=12),
    how=st.sampled_from(["markdown", "text", "cloze"]),
)
@settings(max_examples=1000, deadline=None)
def test_prose_takes_a_short_way(
    parts: list[str], how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Prose, which goes past Markdown, is on the card as it would be with Markdown, and without faults."""
    text = "".join(parts).lstrip() or "a"
    folder = tmp_path_factory.getbasetemp()

    def made() -> tuple[str, list[Diagnostic]]:
        markup, (scalar, document) = Markup(Shelf(folder, folder)), block(text)
        return getattr(markup, how)(scalar, document), list(markup.diagnostics)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "_PROSE", re.compile(r"(?!)"))
        patch.setattr(markdown, "_WORDS", re.compile(r"(?!)"))
        the_long_way = made()
    assert made() == the_long_way
