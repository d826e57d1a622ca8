"""Whatever Anki's editor writes comes back from Markdown with the same words and marks."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.cards import html
from deckgen.commands.from_html.convert import Form
from tests.commands.from_html.test_from_html import converted, rendered


def words(field: str) -> list[str]:
    """The words that HTML shows, without the marks of clozes."""
    blocks = {
        "br",
        "div",
        "p",
        "li",
        "ul",
        "ol",
        "table",
        "tr",
        "td",
        "th",
        "pre",
        "h1",
        "h2",
        "h3",
        "hr",
        "blockquote",
    }
    parts = [
        piece if isinstance(piece, str) else " " if piece.name in blocks else ""
        for piece in html.pieces(field)
    ]
    shown = re.sub(r"\[/?\$\$?\]|\\[()\[\]]", "\\\\", "".join(parts))
    return re.sub(r"\{\{c[0-9]::|::|\}\}", "", shown).split()


def styled(field: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each character that well-formed HTML shows, with the elements around it that are seen."""
    seen = {"strong": "b", "em": "i", "del": "s"}
    ignored = {"div", "p", "span", "tbody", "thead", "tr", "br"}
    stack: list[str] = []
    made = []
    for piece in html.pieces(field):
        if isinstance(piece, str):
            around = {name for name in stack if name not in ignored | {"ul", "ol", "li"}}
            around -= {"code"} if "pre" in around else set()
            lists = [name for name in stack if name in {"ul", "ol"}]
            made += [(char, (*sorted(around), *lists)) for char in piece if not char.isspace()]
        elif piece.opens:
            stack.append(seen.get(piece.name, piece.name))
        elif piece.closing and stack:
            stack.pop()
    return made


SIGNS = "ab1 *_`[]()#+-=~$|\\!{}:.>^&\n\u00a0😀中「」ع"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Text as Anki's editor writes it; some of it with a bare `<` or `&`."""
    text = draw(
        st.text(SIGNS + "<", max_size=8)
        | st.sampled_from(
            [
                "word",
                "two words",
                " ",
                "- x",
                "+ x",
                "1. x",
                "# x",
                "> 5",
                "==x==",
                "~~x~~",
                "a < b",
                "$x$",
                "$5",
                "**x**",
                "_x_",
                "[a](b)",
                "[a]: b",
                "\\(x^2\\)",
                "x_1",
                "---",
                "|a|b|",
                "<3",
                "AT&T",
                "&lt;",
                "::",
                "a) ",
            ]
        )
    )
    if draw(st.booleans()):
        return html.escape(text)
    text = re.sub(r"<(?=[a-zA-Z/!?]|$)", "&lt;", text)
    return re.sub(r"&$", "&amp;", text)


MARKS = st.sampled_from(
    ["b", "i", "u", "sub", "sup", "strong", "em", "code", 'a href="https://a.b/c"', "s", "span"]
)


def marked(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Text with marks, nested, with blanks anywhere."""
    one = st.tuples(MARKS, inner).map(lambda each: f"<{each[0]}>{each[1]}</{each[0].split()[0]}>")
    return one | st.lists(inner, min_size=2, max_size=4).map("".join)


INLINE = st.recursive(texts(), marked, max_leaves=8)


def with_clozes(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Text with clozes in marks and marks in clozes."""
    hints = st.just("") | inner.map(lambda each: f"::{each}")
    cloze = st.tuples(st.integers(1, 3), inner, hints).map(
        lambda each: f"{{{{c{each[0]}::{each[1]}{each[2]}}}}}"
    )
    return marked(inner) | cloze


CLOZES = st.recursive(texts(), with_clozes, max_leaves=8)


def lines_of(inline: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lines in the spellings of Anki's editor, lists, and tables."""
    lines = st.lists(inline, min_size=1, max_size=4)
    items = st.recursive(
        lines,
        lambda inner: st.lists(
            st.tuples(inline, st.sampled_from(["ul", "ol"]), inner), min_size=1, max_size=2
        ).map(
            lambda each: [
                f"{text}<{name}>{''.join(f'<li>{item}</li>' for item in below)}</{name}>"
                for text, name, below in each
            ]
        ),
        max_leaves=4,
    )

    def listed(each: tuple[str, list[str]]) -> str:
        return f"<{each[0]}>{''.join(f'<li>{item}</li>' for item in each[1])}</{each[0]}>"

    return st.lists(
        lines.map("<br>".join)
        | lines.map(lambda each: "".join(f"<div>{line}</div>" for line in each))
        | lines.map("<div><br></div>".join)
        | lines.map(lambda each: "".join(f"<p>{line}</p>" for line in each))
        | st.tuples(st.sampled_from(["ul", "ol"]), items).map(listed)
        | lines.map(lambda each: f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in each)}</tr></table>")
        | lines.map(lambda each: f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in each)}</tr></table>")
        | inline.map(lambda each: f"<h2>{each}</h2>")
        | lines.map(lambda each: f"<blockquote>{'<br>'.join(each)}</blockquote>"),
        max_size=3,
    ).map("".join)


@given(lines_of(INLINE))
@settings(max_examples=150, deadline=None)
def test_any_field_comes_back(field: str) -> None:
    """All that Anki's editor writes comes back with the same words and the same marks."""
    result = converted(field)
    assert result.form is not Form.CHANGED
    back = rendered(result.text)
    assert words(back) == words(field)
    assert styled(back) == styled(field)


@given(lines_of(CLOZES))
@settings(max_examples=150, deadline=None)
def test_any_cloze_comes_back(field: str) -> None:
    """Words never get lost from a field with clozes, and marks only if the field is reported."""
    result = converted(field, cloze=True)
    back = rendered(result.text, cloze=True)
    assert "".join(words(back)) == "".join(words(field))
    if result.form is not Form.CHANGED:
        assert words(back) == words(field)
        assert styled(back) == styled(field)
