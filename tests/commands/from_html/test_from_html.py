"""The HTML of a field becomes Markdown that shows the same."""

from __future__ import annotations

import time
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from deckgen import build, package
from deckgen.anki import cloze as clozes
from deckgen.cards import html
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Media, Shelf
from deckgen.commands.from_html.convert import Converted, Form, convert
from deckgen.deck.reader import MAX_TEXT
from tests.conftest import block, change, import_package, real_collection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anki.collection import Collection

SLOW = 40
"""Seconds that a hostile field may take on a slow machine."""
MEDIA = {
    "a.jpg": "media/a.jpg",
    "my pic.jpg": "media/my-pic.jpg",
    "s.mp3": "media/s.mp3",
    "a&b.mp3": "media/a-b.mp3",
}


class AnyFile(Shelf):
    """A shelf that has each file."""

    def find(self, address: str, types: frozenset[str], folder: str) -> Media:
        """The file with an address as its name."""
        del types, folder
        return Media(Path(address), address, address)


def converted(field: str, *, cloze: bool = False, map_tags: dict[str, str] | None = None) -> Converted:
    """A field as a text of the source."""
    return convert(field, cloze=cloze, map_tags=map_tags or {}, media=MEDIA)


def rendered(text: str, *, cloze: bool = False) -> str:
    """The HTML that a card shows of a text of the source, which has no errors."""
    scalar, document = block(text)
    markup = Markup(AnyFile(Path(), Path()))
    made = (markup.cloze if cloze and "{{c" in text else markup.markdown)(scalar, document)
    errors = [each for each in markup.diagnostics if each.level == "error"]
    assert not errors, (text, errors)
    return made


# The known traps


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("plain", "plain"),
        ("a<b> word</b> b", "a **word** b"),
        ("<b>word </b>after", "**word** after"),
        ("a <i> both </i>b", "a *both* b"),
        ("<b> </b>x", "x"),
        ("fac<b>tor</b>ial", "fac<b>tor</b>ial"),
        ("<b>a</b><i>b</i>", "<b>a</b><i>b</i>"),
        ("<b><i>x</i></b> y", "***x*** y"),
        ("a<u>b</u> H<sub>2</sub>O x<sup>2</sup>", "a<u>b</u> H<sub>2</sub>O x<sup>2</sup>"),
        ("+ x", "\\+ x"),
        ("- x<br>- y", "\\- x\\\n\\- y"),
        ("1. x<br>2) y", "1\\. x\\\n2\\) y"),
        ("# x", "\\# x"),
        ("&gt; 5", "\\> 5"),
        ("a == b", "a == b"),
        ("==x==", "<span>=</span>=x<span>=</span>="),
        ("~~x~~ and ~5", "<span>~</span>~x<span>~</span>~ and ~5"),
        ("2*3*4 and *x*", "2\\*3\\*4 and \\*x\\*"),
        ("2 * 3, snake_case, __init__", "2 * 3, snake_case, \\_\\_init\\_\\_"),
        ("fill in ____ here", "fill in ____ here"),
        ("a < b & c", "a < b & c"),
        ("&lt;b&gt; &amp;lt; &amp;", "&lt;b> &amp;lt; &"),
        ("`x` [a](b) [c]: d ![e]", "\\`x\\` \\[a](b) \\[c]: d !\\[e]"),
        ("$5 and $10", "$5 and $10"),
        ("costs $x^2$", "costs \\$x^2\\$"),
        ("C:\\new\\tmp", "C:\\new\\tmp"),
        ("<b>AT&T</b> [a=b](c)", "**AT&T** \\[a=b](c)"),
        ("a&nbsp; b&nbsp;c", "a b c"),
        ("5&nbsp;mg \u00ab&nbsp;x&nbsp;\u00bb", "5&nbsp;mg \u00ab&nbsp;x&nbsp;\u00bb"),
        ("x &nbsp;&nbsp;&nbsp;&nbsp; y", "x&nbsp;&nbsp;&nbsp;&nbsp;y"),
        ("中文<b>「文字」</b>です", "中文**「文字」**です"),
        ("<code>a*b</code> <code>`</code>", "`a*b` `` ` ``"),
        ("<code>a <b>b</b></code>", "<code>a **b**</code>"),
        ('<a href="https://a.b/?x=1&amp;y=(2)">w</a>', "[w](<https://a.b/?x=1&y=(2)>)"),
        ('<a href="https://a.b/c_d">https://a.b/c_d</a>', "<https://a.b/c_d>"),
        ("<strong>a</strong> <em>b</em> <strike>c</strike>", "**a** *b* ~~c~~"),
        ('<span style="font-weight: 600">a</span> <span style="font-style:italic">b</span>', "**a** *b*"),
        ('<b>a <span style="font-weight: normal">b</span></b>', "**a** b"),
        ('<span class="x" lang="de">a</span>', '<span class="x" lang="de">a</span>'),
        ("a\x85b &#8232;c\u2029d \ufeff\x07e&#1;\ufdd00\ufdd1", "a b c d e0"),
        ("<b>a</b> <th>b</th></td>", "**a** b"),
        ("<ruby>漢<rt>かん</rt></ruby>", "<ruby>漢<rt>かん</rt></ruby>"),
    ],
)
def test_text(field: str, text: str) -> None:
    """Marks become Markdown without the blanks at their edges; signs that Markdown would read stay signs."""
    assert converted(field) == Converted(text, Form.MARKDOWN)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("a<br>b", "a\\\nb"),
        ("a<br />b<br/>", "a\\\nb"),
        ("<div>a</div><div>b</div>", "a\\\nb"),
        ("a<div>b<br></div><div>c</div>", "a\\\nb\\\nc"),
        ("a<br><br>b", "a\n\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<b>a<br>b</b>", "**a**\\\n**b**"),
        ("<b>a<div>b</div></b>", "**a**\\\n**b**"),
        ("a\nb", "a b"),
        ("a) x<br>b) y", "a) x\\\nb) y"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("x<ul><li>a</li></ul>y", "x\n\n- a\n\ny"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n   - b\n2. c"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ("<ul><li>a<br>b</li><li>- c</li></ul>", "- a\\\n  b\n- \\- c"),
        ("<ul><li><div>a</div></li><li><b>b </b></li></ul>", "- a\n- **b**"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<h2>T</h2>x<hr>y", "## T\n\nx\n\n---\n\ny"),
        ("<blockquote>a<br>b</blockquote>", "> a\\\n> b"),
        ("<pre><code>a\n  b\n\n*c*</code></pre>", "```\na\n  b\n\n*c*\n```"),
        ("<pre>a<br>```</pre>", "````\na\n```\n````"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td><b>x</b>|</td><td>y<br>z</td></tr></table>",
            "| a | b |\n|---|---|\n| **x**\\| | y<br>z |",
        ),
    ],
)
def test_lines(field: str, text: str) -> None:
    """Line breaks in all spellings, paragraphs, lists, headings and tables look as an author writes them."""
    assert converted(field) == Converted(text, Form.MARKDOWN)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ('<img src="a.jpg">', "![](media/a.jpg)"),
        ('<img src="my%20pic.jpg" alt="a *tree*">', "![a \\*tree\\*](media/my-pic.jpg)"),
        ('<img src="my pic.jpg" width="30">', '<img src="media/my-pic.jpg" alt="" width="30">'),
        ('<img src="a.jpg" style="width: 30px;">', '<img src="media/a.jpg" alt="" width="30">'),
        ('a<br><img src="a.jpg"><br>b', "a\\\n![](media/a.jpg)\\\nb"),
        ("[sound:s.mp3] x [sound:a&amp;b.mp3]", "[sound:media/s.mp3] x [sound:media/a-b.mp3]"),
        ("[sound:s.mp3]<b>x</b>", "[sound:media/s.mp3]**x**"),
    ],
)
def test_media(field: str, text: str) -> None:
    """Images and sounds have their paths in the source, with widths and descriptions."""
    assert converted(field) == Converted(text, Form.MARKDOWN)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("\\(x^2\\)", "$x^2$"),
        ("[$]x&lt;y[/$] [latex]$y^2$[/latex]", "$x<y$ $y^2$"),
        ("\\[\\sum<br>x\\] [$$]y[/$$]", "$$\\sum\nx$$ $$y$$"),
        ("[latex]\\begin{align*}a&amp;=b\\end{align*}[/latex]", "\\begin{align*}a&=b\\end{align*}"),
        ("<anki-mathjax>a &lt; b</anki-mathjax>", "$a < b$"),
        ('<anki-mathjax block="true">x</anki-mathjax>', "$$x$$"),
        ("a\\(x\\)2", "a\\(x\\)2"),
        ("\\(hello\\)", "[$]hello[/$]"),
        ("\\(a<b>b</b>\\)", "&#92;(a**b**&#92;)"),
        ("<code>\\(x\\)</code>", "`\\(x\\)`"),
    ],
)
def test_formulas(field: str, text: str) -> None:
    """Formulas in all of Anki's spellings are formulas; what MathJax does not read is text."""
    assert converted(field) == Converted(text, Form.MARKDOWN)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("[latex]\\LaTeX x[/latex]", "[latex]\\LaTeX x[/latex]"),
        ("a <b>b</b> [latex]\\frac{1}{11}[/latex].", "a **b** [latex]\\frac{1}{11}[/latex]."),
        ("[latex]Some \\textbf{text} with $x$ &amp; $y$[/latex]",) * 2,
        ("[latex]a &lt; b<br>c|_d_<br><br>**e**[/latex]", "[latex]a < b\nc|_d_\n\n**e**[/latex]"),
        ("[LaTeX]<b>a</b>&nbsp;b[/latex]", "[latex]a b[/latex]"),
        ("[latex]$\\label{x}y$[/latex]",) * 2,
        ("<ul><li>[latex]a<br>b[/latex]</li></ul>", "- [latex]a\n  b[/latex]"),
        ("[latex]\\(x\\) \\\\[2pt] \\{[/latex]",) * 2,
        ("[latex] [/latex] [latex]x", "\\[latex] \\[/latex] \\[latex]x"),
    ],
)
def test_latex(field: str, text: str) -> None:
    """LaTeX that is more than a formula stays as it is; without an end or content it is text."""
    assert converted(field) == Converted(text.replace("&amp;", "&"), Form.MARKDOWN)


def test_latex_in_clozes() -> None:
    """LaTeX in clozes, and clozes in LaTeX, stay as they are."""
    for field in (
        "{{c1::[latex]\\frac{a}{b_{c} }[/latex]::h}}",
        "[latex]\\frac{{{c1::a}}}{b}[/latex] {{c2::x}}",
    ):
        assert converted(field, cloze=True) == Converted(field, Form.MARKDOWN)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("a {{c1::b}} c", "a {{c1::b}} c"),
        ("{{c1::<b>b</b>::<i>h</i>}}", "{{c1::**b**::*h*}}"),
        ("<b>{{c1::b}}</b> {{c2::c}}", "**{{c1::b}}** {{c2::c}}"),
        ("<b>x {{c1::a}}</b>", "**x {{c1::a}}**"),
        ("{{c1::<b>a}} b</b>", "{{c1::**a**}} **b**"),
        ("<b>x{{c1::y</b> z}}", "**x**{{c1::**y** z}}"),
        ("{{c1::a {{c2::b}}}}", "{{c1::a {{c2::b}}}}"),
        ("{{c1,2::a}}", "{{c1,2::a}}"),
        ("{{c1::a<br>b}}", "{{c1::a\\\nb}}"),
        ("{{c1::a<br><br>b}}", "{{c1::a<br>\\\nb}}"),
        ("{{c1::<div>a</div><div>b</div>}}", "{{c1::a\\\nb}}"),
        ("<ul><li>{{c1::a}}</li><li>{{c1::b}}</li></ul>", "- {{c1::a}}\n- {{c1::b}}"),
        ("\\(\\frac{ {{c1::a}} }{b}\\)", "$\\frac{ {{c1::a}} }{b}$"),
        ("{{c1::\\(x\\)}}", "{{c1::$x$}}"),
        ("{{c1::a{x}}} }}", "{{c1::a\\{x}}\\} \\}\\}"),
        ("{{c1::<code>x</code>}} <code>{{c2::y}}z</code>", "{{c1::`x`}} `{{c2::y}}z`"),
        ('{{c1::<img src="a.jpg">}}', "{{c1::![](media/a.jpg)}}"),
        ("{{c1::a", "\\{\\{c1\\:\\:a"),
        ("no cloze", "no cloze"),
    ],
)
def test_clozes(field: str, text: str) -> None:
    """Clozes keep their numbers, answers and hints, and each piece of markup is in one cloze or around it."""
    assert converted(field, cloze=True) == Converted(text, Form.MARKDOWN)


def test_braces_without_clozes() -> None:
    """In a field that can have no cloze, its braces are text."""
    result = converted("{{c1::x}} {{y}}")
    assert result == Converted("\\{\\{c1::x\\}\\} \\{\\{y\\}\\}", Form.MARKDOWN)
    assert html.text(rendered(result.text)) == "{{c1::x}} {{y}}"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (
            '<table><tr><td><b>a</b> *</td><td><img src="a.jpg"></td></tr></table>',
            '<table>\n<tr><td><b>a</b> &#42;</td><td><img src="media/a.jpg" alt=""></td></tr></table>',
        ),
        (
            'x<br>- y<table><tr><th colspan="2">a</th></tr></table>',
            'x\\\n\\- y\n\n<table>\n<tr><th colspan="2">a</th></tr></table>',
        ),
        (
            '<div class="q">a<br>$b^2$ `c` ==d==</div>',
            '<div class="q">a<br>&#36;b&#94;2&#36; &#96;c&#96; &#61;&#61;d&#61;&#61;</div>',
        ),
        ('<div dir="rtl">ع</div>', '<div dir="rtl">ع</div>'),
        ("<ul>a<li>b</li></ul>", "<ul>a\n<li>b</li></ul>"),
        ("<dl><dt>a<dd>b</dl>", "<dl>\n<dt>a</dt>\n<dd>b</dd></dl>"),
    ],
)
def test_html_stays(field: str, text: str) -> None:
    """What Markdown cannot say stays HTML, and text around it is Markdown."""
    assert converted(field) == Converted(text, Form.HTML)


def test_cloze_around_list() -> None:
    """A cloze around a whole list stays HTML."""
    assert converted("{{c1::<ul><li>a</li></ul>}}", cloze=True) == Converted(
        "{{c1::<ul><li>a</li></ul>}}", Form.HTML
    )


@pytest.mark.parametrize(
    ("field", "text", "lost"),
    [
        ('<font color="red">a</font> b', "a b", "the element `<font>`"),
        ('<b style="color: red; margin: 0px">a</b>', "**a**", "the style `color`"),
        ('<span style="font-size: 20px">a</span>', "a", "the style `font-size`"),
        ('<span onclick="x()">a</span>', "a", "the attribute `onclick`"),
        ("<hl>a</hl>", "a", "the element `<hl>`"),
        ("a<script>x<y</script>b", "ab", "the element `<script>`"),
        ("\u0130\u0130\u0130<STYLE>x</Style>bcdef", "\u0130\u0130\u0130bcdef", "the element `<style>`"),
        ('<a href="javascript:x()">a</a>', "a", "a link that begins with neither https, http nor mailto"),
        (
            '<img src="x.jpg" alt="a tree">',
            "a tree",
            "the image `x.jpg`, which is not there or cannot be packed",
        ),
        ('a<img src="https://x.y/z.png">', "a", "the image at `https://x.y/z.png`, which is on the internet"),
        ('a<img src="data:image/png;base64,AA">', "a", "an image that is in the field itself"),
        ("a [sound:x.mp3]", "a", "the sound `x.mp3`, which is not there or cannot be packed"),
        ("<code>[latex]x[/latex]</code>", "`[latex]x[/latex]`", "LaTeX in code"),
        (
            "\\(\\href{x}{y}\\)",
            "&#92;(&#92;href{x}{y}&#92;)",
            "a formula with `\\href`, which cards cannot have",
        ),
    ],
)
def test_lost(field: str, text: str, lost: str) -> None:
    """What a card cannot have is left out and named, and its words stay."""
    assert converted(field) == Converted(text, Form.CHANGED, (lost,))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("a <!-- <script> -->x y", "a x y"),
        ("\u0130[LATEX]$x$[/LATEX]", "\u0130$x$"),
        ('<a href="https://a.b/\\(x\\)">w</a>', '<a href="https://a.b/\\(x\\)">w</a>'),
        ("<div><strong>x</div>y", "**x**\\\n**y**"),
    ],
)
def test_odd_spellings_lose_nothing(field: str, text: str) -> None:
    """A script in a comment, letters whose small form is longer, formulas in attributes, open elements."""
    assert converted(field) == Converted(text, Form.MARKDOWN)


def test_map_tags() -> None:
    """An element of the author's own becomes another one, and then nothing is lost."""
    result = converted("<hl>a</hl> <x2>b</x2>", map_tags={"hl": "mark", "x2": "strong"})
    assert result == Converted("==a== **b**", Form.MARKDOWN)


@pytest.mark.parametrize(
    "field",
    [
        "<a target='_blank' rel='noopener' href='https://a.b'>x</a>",
        "<!-- comment -->x<!--EndFragment-->",
        "<span style=''><span>x</span></span>",
        "<font>x</font>",
        "<span style='font-family: inherit; white-space: normal; caret-color: red'>x</span>",
        "<section>x</section>",
    ],
)
def test_nothing_is_lost_that_nobody_sees(field: str) -> None:
    """Attributes, styles and elements without an effect are left out without a word."""
    assert converted(field).form is Form.MARKDOWN


@pytest.mark.parametrize(
    ("field", "text", "lost"),
    [
        ("a {{c1::}} {{c2::b}}", "a \\{\\{c1\\:\\:\\}\\} {{c2::b}}", "a cloze without an answer"),
        ("{{c1::a::}} b", "{{c1::a}} b", "an empty hint of a cloze"),
        (
            "{{c1::a<ul><li>b}}</li></ul>",
            "{{c1::a\\\nb}}",
            "the element `<ul>`",
        ),
    ],
)
def test_clozes_come_before_marks(field: str, text: str, lost: str) -> None:
    """A cloze that no card can have is text, and of one that crosses an element only the element is lost."""
    result = converted(field, cloze=True)
    assert (result.text, result.form, result.lost[0]) == (text, Form.CHANGED, lost)


# In the real Anki


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A real collection of Anki's."""
    with real_collection(tmp_path_factory.mktemp("anki")) as collection:
        yield collection


def sides(anki: Collection, field: str) -> list[str]:
    """The text of the front and the back of each card that the real Anki makes of a field with clozes."""
    note_type = anki.models.by_name("Cloze")
    assert note_type
    note = anki.new_note(note_type)
    note.fields[0] = field
    numbers = {number for each in clozes.in_field(field) for number in each.numbers}
    outputs = [note.ephemeral_card(number - 1).render_output() for number in sorted(numbers)]
    shown = [text for output in outputs for text in (output.question_text, output.answer_text)]
    return ["".join(html.text(text).split()) for text in shown]


def test_anki_gets_the_same_latex(anki: Collection) -> None:
    """Anki makes the same images of what comes back."""
    fields = [
        "[latex]Some \\textbf{text} with $x$ &amp; \\(y\\)[/latex]",
        "[latex]\\begin{tabular}{l}a &lt; b\\\\[1em]<br><br>c<div>d</div>\\end{tabular}[/latex]",
        "<i>x</i> [LATEX]a[sound:b.mp3][$]c[/$]<b>d</b>[/LATEX]",
    ]
    for field in fields:
        found = [
            [
                each.latex_body
                for each in anki._backend.extract_latex(  # noqa: SLF001 (as Anki's own `render_latex`)
                    text=text, svg=False, expand_clozes=False
                ).latex
            ]
            for text in (field, rendered(converted(field).text))
        ]
        assert found[0] == found[1] != []


FIELDS = [
    "The <b>capital</b> of {{c1::<i>France</i>::a country}} is&nbsp;<div>{{c2::Paris}}</div>",
    "<ul><li>{{c1::a}}</li><ul><li><b>{{c2::b &lt; c}} </b></li></ul></ul>- x<br>+ {{c1::y}}",
    "{{c1::a {{c2::<b>b</b>}} c}} == {{c1,3::*d*}}",
    "\\(\\frac{ {{c1::a}} }{b}\\) {{c2::\\(x^{2}\\)}} $5 to $6",
    "<table><tr><td>{{c1::x}}</td><td>*{{c2::y}}*</td></tr></table>",
    "{{c1::<div>one</div><div>two</div>}}",
    "<code>{{c1::std}}</code> AT&T {{c2::a{b}}} c",
    "{{c1::[sound:s.mp3]}} {{c2::中文<b>「字」</b>}}",
]


@pytest.mark.parametrize("field", FIELDS)
def test_the_real_anki_shows_the_same(field: str, anki: Collection) -> None:
    """Each card of the converted text hides and shows the same words as the card of the old field."""
    result = converted(field, cloze=True)
    assert result.form is not Form.CHANGED
    old = field.replace("[sound:s.mp3]", "[sound:media/s.mp3]")
    assert sides(anki, rendered(result.text, cloze=True)) == sides(anki, old)
    assert sides(anki, old)


def test_a_deck_of_converted_fields_shows_the_same(anki: Collection, tmp_path: Path) -> None:
    """The real Anki imports a deck that is built of converted fields, and shows the same words."""
    fields = [field for field in FIELDS if "[sound:" not in field]
    notes = []
    for number, field in enumerate(fields):
        text = indent(converted(field, cloze=True).text, "      ", lambda _: True)
        notes.append(f"  - id: note-{number}\n    text: |\n{text}\n")
    folder = change(
        tmp_path,
        {"source/deck.yaml": "id: sample\ntitle: Sample\n", "source/a.yaml": f"takeaways:\n{''.join(notes)}"},
    )
    result = build.build(folder)
    assert result.package, result.diagnostics
    with (tmp_path / "deck.apkg").open("wb") as file:
        package.write(result.package, file)
    import_package(anki, tmp_path / "deck.apkg")
    notes_by_id = {note["Note ID"]: note for note in map(anki.get_note, anki.find_notes("deck:Sample"))}
    for number, field in enumerate(fields):
        assert sides(anki, notes_by_id[f"note-{number}"]["Text"]) == sides(anki, field)


# Hostile fields


@pytest.mark.parametrize(
    "field",
    [
        "<b>" * 100_000,
        "<b>x" * 20_000,
        "&" * 1_000_000,
        "&" * 99_999 + ">",
        "<div>" * 19_999,
        "<ul><li>" * 12_000 + "x",
        "{{c1::" * 16_000,
        "<!--" * 25_000,
        "<span class=a>" * 7_000,
        "[latex]" * 14_000,
        "<a " * 33_000,
    ],
    ids=lambda field: field[:8],
)
def test_hostile_fields(field: str) -> None:
    """Whatever a field holds, it becomes a text or is reported, and in a time that does not grow with it."""
    begun = time.monotonic()
    result = converted(field, cloze=True)
    assert result.form is Form.CHANGED or len(result.text) <= MAX_TEXT
    assert time.monotonic() - begun < SLOW
