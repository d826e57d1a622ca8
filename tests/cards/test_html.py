"""What reaches a field: nothing that runs, loads, leads astray or places, in every type of key."""

from __future__ import annotations

import html as html_lib
import re
from typing import TYPE_CHECKING

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen import build
from deckgen.cards import html
from tests.conftest import change, write_project
from tests.faults import PNG

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.diagnostics import Diagnostic


@pytest.mark.parametrize(
    ("piece", "text"),
    [("<b>AT&T</b>", "AT&T"), ("<b>a&amp;b &lt c</b>", "a&b < c"), ("<b>&#65; &#66 &b;</b>", "A B &b;")],
)
def test_text_has_no_sign_that_nobody_wrote(piece: str, text: str) -> None:
    """An `&` that begins no entity is shown as it is."""
    assert html.text(piece) == text


def test_scripts_are_no_html() -> None:
    """The content of scripts and styles is left out with them, whatever signs it has."""
    without = html.without_scripts("a<script>x<y && '<b>'</script>b<STYLE >p{}</style\n>c<span>d")
    assert without == ("abc<span>d", ["script", "style"])
    assert html.without_scripts("a<script>b") == ("a", ["script"])


KIND = """\
title: All
section: alls
type: cloze
label: name
keys:
  name: {type: text, required: true}
  body: {type: cloze, required: true}
  more: {type: markdown}
  held: {type: list}
  photo: {type: image}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Body, id: 2, from: body}
  - {name: More, id: 3, from: more}
  - {name: Held, id: 4, from: held}
  - {name: Photo, id: 5, from: photo}
cards:
  - {name: Card, id: 1, face: card}
"""
FACES: dict[str, str | bytes] = {
    "templates/all/kind.yaml": KIND,
    "templates/all/card.front.html.j2": "{{cloze:Body}}",
    "templates/all/card.back.html.j2": "{{cloze:Body}} {{Name}} {{More}} {{Held}} {{Photo}}",
    "source/media/x.png": PNG,
}


def block(key: str, text: str, indent: int) -> str:
    """A key with a text in a block."""
    pad = " " * indent
    lines = "".join(f"{pad}  {line}\n" for line in text.split("\n"))
    return f"{pad}{key}: |2\n{lines}" if key else f"{pad}- |2\n{lines}"


def source_with(text: str) -> dict[str, str | bytes]:
    """A deck in which a text stands in every type of key."""
    alls = "alls:\n  - id: all\n" + block("name", text, 4) + block("body", f"{{{{c1::a}}}} {text}", 4)
    alls += block("more", text, 4) + "    held:\n" + block("", text, 6)
    alls += "    photo:\n      file: media/x.png\n" + block("alt", text, 6)
    alls += "vignettes:\n  - id: case\n    scenario: A couple.\n    question: What next?\n    options:\n"
    alls += "      - text: One\n        correct: true\n" + block("why", text, 8)
    alls += "      - why: Two\n" + block("text", text, 8)
    alls += "comparisons:\n  - id: table\n" + block("title", text, 4)
    alls += "    columns:\n      - Name\n" + block("", text, 6)
    alls += "    rows:\n      - id: row\n        cells:\n          - One\n" + block("", text, 10)
    return {**FACES, "source/one.yaml": alls}


def made(text: str, folder: Path) -> tuple[list[str], list[Diagnostic]]:
    """The fields of a deck with a text in every type of key, and what is told of it."""
    result = build.build(change(folder, source_with(text)))
    return [field for row in result.notes for field in row.fields], result.diagnostics


def is_harmless(field: str) -> bool:
    """Whether a sanitizer, which reads HTML as browsers do, finds nothing in a field to take away."""
    generated = {"style", "data-column", "class", "start", "id", "tabindex"}
    cleaned = nh3.clean(
        field,
        tags=set(html.TAGS) | {"details", "summary"},
        attributes={"*": set(html.ATTRIBUTES) | generated},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        strip_comments=False,
        generic_attribute_prefixes={"data-"},
    )
    kept, left = html.tags(field), html.tags(cleaned)
    same = [(tag.name, tag.attributes) for tag in kept] == [(tag.name, tag.attributes) for tag in left]
    return same and html.text(field) == html.text(cleaned)


UNSAFE_TEX = re.compile(
    r"\\(?:href|url|cssId|class|style|bbox|require|unicode|def|let|newcommand|mmlToken|fcolorbox|Newextarrow)\b"
)


def drawn_by_mathjax(text: str) -> list[str]:
    """The formulas of a text: each goes on until its closing mark stands outside all braces."""
    found, place = [], 0
    while start := re.compile(r"\\([(\[])").search(text, place):
        place, depth = start.end(), 0
        for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, start.end()):
            depth += (match[0] == "{") - (match[0] == "}")
            if match[0] == {"(": "\\)", "[": "\\]"}[start[1]] and depth <= 0:
                found.append(text[start.end() : match.start()])
                place = match.end()
                break
    return found


def runs_tex(field: str) -> bool:
    """Whether MathJax would meet an unsafe command, also once Anki has taken the tags out of formulas."""
    uncovered = re.sub(r"\{\{c[0-9,]+::|\}\}", "", field)
    for piece in re.split(r"<(?:code|pre)\b.*?</(?:code|pre)>", uncovered, flags=re.DOTALL):
        # to MathJax a `<wbr>` and a comment are nothing, and every other tag parts what is beside it
        joined = re.sub(r"<[^<>]*>", "\0", re.sub(r"<wbr\b[^>]*>|<!--.*?-->", "", piece))
        if any(map(UNSAFE_TEX.search, drawn_by_mathjax(html_lib.unescape(joined)))):
            return True
    return False


ATTACKS = [
    '<A HREF="javascript:alert(1)">x</A>',
    "<a href = 'javascript:alert(1)'>x</a>",
    '<a\nhref="jav&#x09;ascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<a href="//evil.example/x">x</a>',
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    '<IMG SRC="https://evil.example/x.png">',
    "<img src = https://evil.example/x.png>",
    '<img src="//evil.example/x.png">',
    "![x](https://evil.example/x.png)",
    '<img src="media/x.png" srcset="https://evil.example/x.png">',
    '<img src="media/x.png" onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<script>alert(1)</script>",
    "<style>@import url(https://evil.example)</style>",
    "<iframe src=x></iframe>",
    "<b style=background:url(https://evil.example/x)>x</b>",
    "<details open ontoggle=alert(1)>x</details>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?x <img src=x onerror=alert(1)>?>",
    '<a href="https://a.b" title="<img src=x onerror=alert(1)>">x</a>',
    '<b title="</b><script>alert(1)</script>">x</b>',
    r"\(\href{javascript:alert(1)}{x}\)",
    r"\\(\href{javascript:alert(1)}{x}\\)",
    r"$\href{javascript:alert(1)}{x}$",
    r"$$\style{position:fixed}{x}$$",
    r"[$]\cssId{qa}{x}[/$]",
    r"\[\bbox[background:url(https://evil.example/a)]{z}\]",
    r"&#92;(\href{javascript:alert(1)}{x}&#92;)",
    r"$\hr<b></b>ef{javascript:alert(1)}{x}$",
    r"\begin{align}\href{javascript:alert(1)}{x}\end{align}",
    r"$\def\frac{x}$",
    r"\\<wbr>(\href{javascript:alert(1)}{y}\\)",
    r"&#92;<wbr>[\href{javascript:alert(1)}{y}\\]",
    r"$a{$ \href{javascript:alert(1)}{y} $}$",
    r"$\fcolorbox{red;background:url(https://evil.example/x.png)}{white}{x}$",
    r"$\color{red;position:fixed}{x}$",
    r"$\Newextarrow{\frac}{1,1}{0x2192}x$",
]


@pytest.mark.parametrize(
    "text", ["$[sound:x.mp3]$", "$[anki:tts lang=en]x[/anki:tts]$", "$[latex]x[/latex]$"]
)
def test_a_formula_holds_no_mark_of_anki(text: str, tmp_path: Path) -> None:
    """A sound, speech or LaTeX is nothing that a formula says."""
    fields, _ = made(text, tmp_path)
    assert not any(re.search(r"\[(?:sound|anki|latex)", field) for field in fields[2:])


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_told_or_becomes_text(attack: str, tmp_path: Path) -> None:
    """Wherever it stands it builds no package, or what it builds is text."""
    fields, found = made(attack, tmp_path)
    told = any(each.level == "error" for each in found)
    assert told or not any(map(runs_tex, fields))
    assert told or all(map(is_harmless, fields))


@pytest.mark.parametrize(
    "parts",
    [
        (r"$\hr{{c1::ef}}{javascript:alert(1)}{x}$", ""),
        (r"$\{{c1::href}}{javascript:alert(1)}{x}$", "bad-math"),
        (r"{{c1::\}}({{c2::\href{javascript:alert(1)}{x}}}\)", ""),
        ("<im{{c1::g src=x onerror=alert(1)}}>", ""),
        ('<b title="{{c1::"><img src=x onerror=alert(1)>}}">x</b>', "bad-cloze"),
        ("&l{{c1::t;}}script>", ""),
        ("[x](java{{c1::script}}:alert(1))", "bad-cloze"),
    ],
)
def test_a_cloze_puts_no_attack_together(parts: tuple[str, str], tmp_path: Path) -> None:
    """On neither side does Anki make a tag, a link or a command of what a cloze keeps apart."""
    text, code = parts
    chapter = f"takeaways:\n  - id: one\n{block('text', f'{{{{c1::a}}}} {text}', 4)}"
    result = build.build(write_project(tmp_path, {"source/one.yaml": chapter}))
    errors = [each.code for each in result.diagnostics if each.level == "error"]
    assert code in errors or not code
    for row in result.notes if not errors else ():
        assert all(is_harmless(field) and not runs_tex(field) for field in row.fields)


WORDS = r"""
    <a <A <img <IMG/ <b> </b> <b/> <svg <details </a> > /> < <!-- --> href HREF src style title onerror class
    alt = " ' &#34; &quot; javascript:alert(1) https://a.b //a.b media/x.png data:x &#106;avascript:x
    [x]( ![x]( ) ]( [x]: [x] <https://a.b> ` `` $ $$ \( \) \\( [$] [/$] \href {javascript:x} {y} \cssId
    &#92; &lt; &amp;lt; \ * ** == ~~ _ x {{ }} [sound:media/x.mp3] [[type:x]] [anki:tts]
    """.split()
BLANKS = [" ", "\n", " = ", "<a ", "<img ", "jav\tascript:x", "| a |\n|---|\n"]
PARTS = st.sampled_from([*WORDS, *BLANKS, "\u20530\u2053", "\ue000", "\U000f0000"])


@given(parts=st.lists(PARTS, min_size=1, max_size=14))
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_no_field_holds_more_than_a_card_may(
    parts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A sanitizer finds nothing to take away, and MathJax no command that is not let through."""
    text = re.sub(r"[ \t]+\n", "\n", "".join(parts)).strip("\n \t") or "x"
    folder = tmp_path_factory.getbasetemp() / "typed"
    fields, found = made(text, write_project(folder))
    if any(each.level == "error" for each in found):
        return
    assert fields
    for field in fields:
        assert is_harmless(field), field
        assert not runs_tex(field), field
        for tag in html.tags(field):
            assert html.SAFE_LINK.fullmatch(tag.attributes.get("href", "https://a.b"))
            assert re.fullmatch(r"x-[0-9a-f]{10}\.png", tag.attributes.get("src", "x-0123456789.png"))
