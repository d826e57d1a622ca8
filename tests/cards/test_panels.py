"""Code in colors, tables and code that scroll, captions of images, and what reads them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen import build, source
from deckgen.anki import cloze
from deckgen.cards import highlight, html, panels
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from deckgen.commands.diff import words
from deckgen.commands.preview.texts import words_of
from tests.conftest import DECK, REPOSITORY, block, change, open_package, real_collection, run, told_of
from tests.faults import PNG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from anki.collection import Collection
    from playwright.sync_api import Browser

    from deckgen.source import Document, Scalar

    Project = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an image that texts can show."""
    (tmp_path / "source/media").mkdir(parents=True)
    (tmp_path / "source/media/a.png").write_bytes(PNG)
    return tmp_path


def html_of(text: str, folder: Path, how: str = "markdown") -> str:
    """The HTML of a text in a block, which must have no faults; the image is called `a.png` in it."""
    scalar, document = block(text)
    markup = Markup(Shelf(folder / "source", folder))
    made: str = getattr(markup, how)(scalar, document)
    assert not markup.diagnostics, markup.diagnostics
    return re.sub(r"a-[0-9a-f]{10}\.png", "a.png", made)


# Code


@pytest.mark.parametrize(
    ("language", "code", "inner"),
    [
        ("python", "def f():", '<span class="dg-k">def</span> <span class="dg-f">f</span>():'),
        ("js", "let x = 1", '<span class="dg-k">let</span> x = <span class="dg-n">1</span>'),
        ("c++", "int a; // b", '<span class="dg-k">int</span> a; <span class="dg-c">// b</span>'),
        ("jsonc", "[null] // x", '[<span class="dg-n">null</span>] <span class="dg-c">// x</span>'),
        ("shell", "echo 'a <b>'", '<span class="dg-f">echo</span> <span class="dg-s">\'a &lt;b&gt;\'</span>'),
        ("php", "echo $x;", '<span class="dg-k">echo</span> $x;'),
        ("{.python}", "None", '<span class="dg-n">None</span>'),
        ('python title="x"', "None", '<span class="dg-n">None</span>'),
        ("rust,ignore", "fn", '<span class="dg-k">fn</span>'),
        ("diff", "-a", '<span class="dg-d">-a</span>'),
        ("text", "def f():", "def f():"),
        ("wolof", "def f():", "def f():"),
    ],
)
def test_code_in_a_language_has_colors(language: str, code: str, inner: str, folder: Path) -> None:
    """Each part has a class of ours; the names of languages are those that people write."""
    made = html_of(f"```{language}\n{code}\n```", folder)
    name = html.escape(language.partition(" ")[0])
    assert made == f'<pre dir="ltr" tabindex="0"><code class="language-{name}">{inner}\n</code></pre>'


def test_code_without_a_language_has_none(folder: Path) -> None:
    """It is a panel, too, which goes from left to right and can be scrolled with the keys."""
    panel = '<pre dir="ltr" tabindex="0"><code>def f()\n</code></pre>'
    assert html_of("```\ndef f()\n```", folder) == panel
    assert html_of("x\n\n    def f()", folder) == f"<p>x</p>\n{panel}"


SIGNS = (
    "{{c1::¦}}¦{{¦{c¦::¦:¦{{Front}}¦<b>¦</code>¦<!-- -->¦&amp;¦&¦\\(¦\\)¦\\[¦\\¦[sound:x]¦[latex]¦$¦\"¦'"
    "¦==¦~~¦|¦#¦//¦/*¦*/¦def ¦class ¦x¦1.5¦𝒳¦é¦ع¦漢¦\t¦  ¦ ¦\n¦\n\n¦\r\n¦\u00a0¦\u2028¦<?php ¦>>> ¦- "
)
CODE = st.lists(st.sampled_from(SIGNS.split("¦")), max_size=25).map("".join)
LANGUAGES = st.sampled_from(
    "python js ts c++ java c# sh console sql html css json yaml php ruby rust go r tex diff md pycon".split()
)


def written(text: str) -> tuple[Scalar, Document]:
    """A text with any characters, also some that a chapter may not have."""
    document, _ = source.parse(f"a: {json.dumps(text, ensure_ascii=False)}\n", "source/x.yaml")
    assert isinstance(document.root, source.Mapping)
    scalar = document.root.entries["a"]
    assert isinstance(scalar, source.Scalar)
    return scalar, document


@given(code=CODE, language=LANGUAGES, how=st.sampled_from(["markdown", "cloze"]))
@example(code="\n\n\tx = {{c1::1}}  \n\n", language="python", how="markdown")
@example(code="~~~~", language="python", how="markdown")
@settings(max_examples=200, deadline=None)
def test_colored_code_is_the_code_as_typed(
    code: str, language: str, how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Sign by sign, with all blanks; Anki finds the same clozes in it as without colors."""
    fence = "~" * (3 + code.count("~"))  # which the code does not close
    scalar, document = written(f"{fence}{language}\n{code}\n{fence}\n")
    shelf = Shelf(tmp_path_factory.getbasetemp(), tmp_path_factory.getbasetemp())
    colored = getattr(Markup(shelf), how)(scalar, document)
    bare = getattr(Markup(shelf, nameless=True), how)(scalar, document)
    assert html.text(colored) == html.text(bare)
    assert panels.plain(colored) == bare
    if how == "markdown":
        typed = scalar.value.partition("\n")[2].removesuffix(f"{fence}\n")  # as YAML gives it
        assert html.text(colored) == typed.replace("\r\n", "\n")
    with_colors, without = cloze.in_field(colored), cloze.in_field(bare)
    assert len(with_colors) == len(without)
    for one, other in zip(with_colors, without, strict=True):
        parts = colored[one.inner : one.answer_end], bare[other.inner : other.answer_end]
        assert html.text(parts[0]) == html.text(parts[1])
        assert html.balanced(parts[0]) or not html.balanced(parts[1])


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A real collection of Anki's."""
    with real_collection(tmp_path_factory.mktemp("anki")) as collection:
        yield collection


@pytest.mark.parametrize(
    ("text", "hidden", "asked"),
    [
        ("```python\nfor x in {{c1::range}}(3):\n    pass\n```", "range", "[...]"),
        ("```python\n{{c1::for x in range(3):\n    pass::a loop}}\n```", "range", "[a loop]"),
        ("```js\nlet {{c1::na}}me = `{{c2::${x}}}`\n```", "na", "[...]me"),
        ("```cpp\nstd::{{c1::vector}}<int> a; // {{ b }}\n```", "vector", "std::[...]<int>"),
        ('```python\nx = "a {{c1::word}} of" # {{c2::two}}\n```', "word", '"a [...] of"'),
    ],
)
def test_anki_hides_a_word_in_colored_code(
    text: str, hidden: str, asked: str, anki: Collection, folder: Path
) -> None:
    """A cloze in code is asked for and shown as anywhere, and the HTML around it stays whole."""
    scalar, document = block(text)
    field = Markup(Shelf(folder, folder)).cloze(scalar, document)
    note_type = anki.models.by_name("Cloze")
    assert note_type
    note = anki.new_note(note_type)
    note.fields[0] = field
    shown = note.ephemeral_card(0).render_output()
    assert 'class="dg-' in shown.answer_text
    front, back = (
        re.sub(r' data-cloze="[^"]*"', "", each) for each in (shown.question_text, shown.answer_text)
    )
    assert html.balanced(front)
    assert html.balanced(back)
    assert hidden not in html.text(front)
    assert hidden in html.text(back)
    assert asked in html.text(front)


def test_names_of_languages_as_people_write_them(project: Project) -> None:
    """Nothing is told of a name that is known elsewhere, that says "no language", or that is no name."""
    fences = [f"```{name}" for name in [*highlight.PLAIN, *"JS C++ f# shell jsonc Vue kt terminal".split()]]
    fences += ["```{#id .python}", "```{r, echo=FALSE}", "~~~ py {1,3}", "```python:app.py"]
    texts = [f"{fence}\nx\n{fence[:3]}" for fence in fences]
    texts += ["```\npyhton\n```", "Use ```pyhton``` here."]
    assert found(project, "\n\n".join(texts)) == []


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("pyhton", "did you mean `python`?"),
        ("{.javascrpt}", "did you mean `javascript`?"),
        ("mermaid", "Anki cannot draw it"),
        ("math", "write a formula between lines of `$$`"),
        ("日本語", "remove the language"),
    ],
)
def test_a_language_that_is_none_is_told(words: str, hint: str, project: Project) -> None:
    """At the word itself, with the way out; `allow` makes it silent."""
    (told,) = found(project, f"In a list:\n\n- a\n\n  ```{words}\n  x\n  ```")
    assert hint in told["hint"]
    assert told["line"] == 9
    assert told["column"] == 7 + 2 + 3 + (2 if words.startswith("{") else 0)
    assert found(project, f"```{words}\nx\n```", "    allow: [unknown-code-language]\n") == []


def found(project: Project, text: str, more: str = "") -> list[dict[str, Any]]:
    """What is told of the languages of code in a definition."""
    lines = "".join(f"      {line}".rstrip() + "\n" for line in text.split("\n"))
    chapter = f"definitions:\n  - id: a\n    term: A\n    definition: |\n{lines}{more}"
    return told_of(project({"source/one.yaml": chapter}), "unknown-code-language")


def test_only_code_in_a_language_loads_pygments(project: Project) -> None:
    """Other decks are built without it."""
    script = "import sys; from deckgen import build; build.build(__import__('pathlib').Path(sys.argv[1]));"
    script += "print('pygments' in sys.modules)"
    for text, loads in (
        ("`x`", "False"),
        ("```\n      x\n      ```", "False"),
        ("```py\n      x\n      ```", "True"),
    ):
        chapter = f"definitions:\n  - id: a\n    term: A\n    definition: |\n      {text}\n"
        folder = project({"source/one.yaml": chapter})
        done = subprocess.run(
            [sys.executable, "-c", script, folder], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == loads, text


def colors(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colors that a style names, by day and by night."""
    day, night = (re.findall(r"(--[\w-]+)[:,] (#[0-9a-f]{6})\b", part) for part in css.split(".nightMode", 1))
    return dict(day), dict(day) | dict(night)


def contrast(one: str, other: str) -> float:
    """The contrast of two colors (WCAG 2.2, 1.4.3)."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colors_of_code_can_be_read() -> None:
    """Each has a contrast of at least 4.5 with the panel, by day and by night, and all classes have one."""
    base = REPOSITORY / "templates/base"
    css = (base / "code.css.j2").read_text("utf-8")
    themes = colors((base / "theme.css.j2").read_text("utf-8"))
    for theme, of_code in zip(themes, colors(css), strict=True):
        assert len(of_code) == 5
        for name, color in of_code.items():
            for ground in ("--panel", "--accent-panel", "--page"):
                assert contrast(color, theme[ground]) >= 4.5, (name, ground)
    classes = set(re.findall(r"\.dg-([a-z])\b", css))
    assert classes == {letter for _, letter in highlight._PARTS}  # noqa: SLF001


# Tables


@pytest.mark.parametrize("how", ["markdown", "cloze"])
def test_a_table_scrolls_within_its_card(how: str, folder: Path) -> None:
    """With its alignment and clozes, alone or between paragraphs; a table in a table goes with that."""
    cell = "{{c1::x}}" if how == "cloze" else "x"
    table = (
        '<div class="scroll" tabindex="0"><table><thead><tr><th style="text-align: left">a</th>'
        '<th style="text-align: right">b</th></tr></thead><tbody>\n'
        f'<tr><td style="text-align: left">{cell}</td><td style="text-align: right">2</td></tr>\n'
        "</tbody></table></div>"
    )
    typed = f"| a | b |\n|:--|--:|\n| {cell} | 2 |"
    assert html_of(typed, folder, how) == table
    assert html_of(f"c\n\n{typed}\n\nd", folder, how) == f"<p>c</p>\n{table}\n<p>d</p>"
    raw = f"<table><tr><td>\n\n| a |\n|---|\n| {cell} |\n\n</td></tr></table>"
    made = html_of(raw, folder, how)
    assert made.count("<table>") == 2
    assert made.count("<div") == made.count("</div>") == 1
    assert made.startswith("<div")
    assert made.endswith("</div>")


# Captions


@pytest.mark.parametrize(
    ("typed", "caption"),
    [
        ('"A family tree"', "A family tree"),
        ("'A \"tree\" &amp; more'", "A &quot;tree&quot; &amp; more"),
        ("'on two\nlines'", "on two lines"),
        ('"<b> and `x` and $y$"', "&lt;b&gt; and `x` and $y$"),
        (r'"\\(x\\) [sound:a.mp3]"', r"<span>\</span>(x\) [<!-- -->sound:a.mp3]"),
    ],
)
def test_the_title_of_an_image_is_its_caption(typed: str, caption: str, folder: Path) -> None:
    """It is plain text, and no longer in the tag, where it would be read twice."""
    figure = f'<span class="figure"><img src="a.png" alt="x" /><span class="caption">{caption}</span></span>'
    image = f"![x](media/a.png {typed})"
    assert html_of(image, folder) == figure
    if "\n" not in typed:
        assert html_of(f"See {image} here.", folder) == f"See {figure} here."
        assert html_of(f"- {image}", folder) == f"<ul>\n<li>{figure}</li>\n</ul>"
        assert f"<td>{figure}</td>" in html_of(f"| a |\n|---|\n| {image} |", folder)
        assert html_of(f"It is {{{{c1::{image}}}}}.", folder, "cloze") == f"It is {{{{c1::{figure}}}}}."


def test_images_without_a_caption_and_in_html(folder: Path) -> None:
    """No title, no caption; one in a tag is a caption, too; that of a link stays."""
    assert html_of("![x](media/a.png)", folder) == '<img src="a.png" alt="x" />'
    assert html_of('![x](media/a.png "")', folder) == '<img src="a.png" alt="x" />'
    assert html_of('<img src="media/a.png" alt="x" title="So" width="9">', folder) == (
        '<span class="figure"><img src="a.png" alt="x" width="9"><span class="caption">So</span></span>'
    )
    link = '<a href="https://a.b" title="t">x</a>'
    assert html_of('[x](https://a.b "t")', folder) == link


def test_a_caption_in_a_cloze_is_hidden_with_it(anki: Collection, folder: Path) -> None:
    """Two colons or braces in it end nothing."""
    scalar, document = block("It is {{c1::![x](media/a.png 'std::vector {{ y }}')}} here.")
    field = Markup(Shelf(folder / "source", folder)).cloze(scalar, document)
    note_type = anki.models.by_name("Cloze")
    assert note_type
    note = anki.new_note(note_type)
    note.fields[0] = field
    shown = note.ephemeral_card(0).render_output()
    front = re.sub(r' data-cloze="[^"]*"', "", shown.question_text)
    assert "It is [...] here." in html.text(front)
    assert "std::vector {{ y }}" in html.text(shown.answer_text)


# Amounts in texts that are read from right to left


def turned(text: str, folder: Path, how: str = "markdown") -> str:
    """The HTML of a text of a deck in Arabic."""
    scalar, document = block(text)
    made: str = getattr(Markup(Shelf(folder, folder), right_to_left=True), how)(scalar, document)
    return made


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("هي 15 mg/kg كل ٦ ساعات", "هي <bdi>15 mg/kg</bdi> كل ٦ ساعات"),
        ("5-10 mg/kg", "<bdi>5-10 mg/kg</bdi>"),
        ("هي {{c1::4 g/day::كم}} فقط", "هي {{c1::<bdi>4 g/day</bdi>::كم}} فقط"),
        ("في <5 mg/L و 0.9% NaCl.", "في <bdi>&lt;5 mg/L</bdi> و <bdi>0.9% NaCl</bdi>."),
        ("من 5 mg → 10 mg ثم", "من <bdi>5 mg → 10 mg</bdi> ثم"),
        ("هكذا 2H2 + O2 → 2H2O يكون", "هكذا <bdi>2H2 + O2 → 2H2O</bdi> يكون"),
        ("إذا 2x + 3y = 7 فإن", "إذا <bdi>2x + 3y = 7</bdi> فإن"),
        ("כ-15 mg/kg ועוד", "כ-<bdi>15 mg/kg</bdi> ועוד"),
        ("عند -70 mV و15 mg", "عند <bdi>-70 mV</bdi> و<bdi>15 mg</bdi>"),
        ("COVID-19 cells و 10^3 cells", None),
        ("**Ibuprofen** 10 mg مع", "<strong>Ibuprofen</strong> 10 mg مع"),
        ("3 أشهر، 5% فقط، `5 mg`، $5_{kg}$", None),
        ("15 {{c1::mg}}", None),
    ],
)
def test_an_amount_stays_as_typed_from_right_to_left(text: str, html: str | None, folder: Path) -> None:
    """A number goes with its unit, not with the Arabic words before it; other decks stay as they are."""
    bare = html_of(text, folder, "cloze") if "{{c" in text else html_of(text, folder)
    assert turned(text, folder, "cloze" if "{{c" in text else "markdown") == (html or bare)
    assert "<bdi>" not in bare


AMOUNTS = (
    "هي¦ ¦15¦ mg¦/kg¦{{c1::¦}}¦::¦*¦**¦`¦$¦\n\n¦<¦&amp;¦x¦5%¦-¦0.9¦[a](https://a.b/5 mg)¦<b>¦</b>¦|¦\\¦א"
)


@given(st.lists(st.sampled_from(AMOUNTS.split("¦")), max_size=15).map("".join))
@settings(max_examples=200, deadline=None)
def test_amounts_change_no_text(text: str) -> None:
    """What can be read, searched and asked is the same, and the elements are whole within each cloze."""
    from deckgen.cards.doses import isolated  # noqa: PLC0415
    from deckgen.cards.markdown import rendered  # noqa: PLC0415

    bare = rendered(text)
    made = isolated(bare)
    assert re.sub("</?bdi>", "", made) == bare
    assert html.text(made) == html.text(bare)
    assert html.balanced(made) or not html.balanced(bare)
    for one, other in zip(cloze.in_field(made), cloze.in_field(bare), strict=True):
        parts = made[one.inner : one.answer_end], bare[other.inner : other.answer_end]
        assert html.text(parts[0]) == html.text(parts[1])
        assert html.balanced(parts[0]) or not html.balanced(parts[1])


@pytest.mark.parametrize("mark", ["<code>", "<pre>", "\\(", "\\[", "<!--", "{{c1::"])
def test_marks_that_are_not_closed_take_no_time(mark: str) -> None:
    """Twenty thousand of them are read once, not each to the end."""
    from deckgen.cards.doses import isolated  # noqa: PLC0415

    text = f"هي 15 mg/kg {mark * 20_000}"
    start = time.process_time()
    assert isolated(text) == text.replace("15 mg/kg", "<bdi>15 mg/kg</bdi>")
    assert time.process_time() - start < 2


def test_what_is_isolated_is_no_other_text() -> None:
    """A comparison with a package of before sees the options, reasons and cells of then."""
    options = '<ol><li%s>4 g</li></ol><div class="option"%s>4 g</div><div class="why"%s>4 g</div>'
    cells = "<dd%s>4 g</dd><th%s>4 g</th><td><span%s>4 g</span></td>"
    for made in (options, cells):
        assert panels.plain(made % ((' dir="ltr"',) * 3)) == made % (("",) * 3)


def test_an_amount_is_drawn_as_typed(browser: Browser, folder: Path) -> None:
    """In a real browser the unit stands at the right of its number, in a text in Arabic."""
    page = browser.new_page()
    places = []
    for made in (html_of("هي 15 mg/kg كل", folder), turned("هي 15 mg/kg كل", folder)):
        page.set_content(f'<meta charset="utf-8"><p dir="rtl">{made}</p>')
        places.append(
            page.evaluate(
                "() => { const walk = document.createTreeWalker(document.querySelector('p'), 4), found = {};"
                " while (walk.nextNode()) for (const sign of ['15', 'mg']) {"
                " const at = walk.currentNode.data.indexOf(sign); if (at < 0) continue;"
                " const range = document.createRange(); range.setStart(walk.currentNode, at);"
                " range.setEnd(walk.currentNode, at + 2); found[sign] = range.getBoundingClientRect().x; }"
                " return found['15'] < found['mg']; }"
            )
        )
    page.close()
    assert places == [False, True]


# What reads the HTML

TEXT = """\
definitions:
  - id: a
    term: A
    definition: |
      In code:

      ```python
      df.mean(axis=0)  # of columns
      ```

      | a | b |
      |---|--:|
      | c | d |

      ![x](media/a.png "A tree")
"""


def test_what_is_added_is_no_change(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A release of a deckgen without it is followed by none: nothing is sent, and no difference is told."""
    files = {"source/deck.yaml": DECK, "source/one.yaml": TEXT, "source/media/a.png": PNG}
    folder = project(files)
    with monkeypatch.context() as before:
        before.setattr(panels, "finished", lambda output: output)
        old = build.build(folder)
        assert old.package
        from deckgen import package  # noqa: PLC0415

        with (tmp_path / "old.apkg").open("wb") as file:
            package.write(old.package, file)
    done = run("build", "--project", folder, "--output", tmp_path / "new.apkg")
    assert done.returncode == 0, done.stderr
    (one,), (other,) = (
        [*open_package(tmp_path / name).by_id().values()] for name in ("old.apkg", "new.apkg")
    )
    assert one["flds"] != other["flds"]
    told = run("diff", tmp_path / "old.apkg", tmp_path / "new.apkg", "--project", folder)
    assert "changed" not in told.stdout.replace("nothing", ""), told.stdout
    change(folder, {"source/one.yaml": TEXT.replace("axis=0", "axis=1")})
    run("build", "--project", folder, "--output", tmp_path / "newer.apkg")
    told = run("diff", tmp_path / "old.apkg", tmp_path / "newer.apkg", "--project", folder)
    assert "axis" in told.stdout


def test_words_are_found_in_colored_code(folder: Path) -> None:
    """The preview's filter and differences read code and captions as words."""
    lines = "\n".join(line.removeprefix("      ") for line in TEXT.split("\n")[4:])
    made = html_of(lines, folder)
    assert "df.mean(axis=0) # of columns" in words_of(made)
    assert "A tree" in words_of(made)
    assert "df.mean(axis=0) # of columns" in words.plain(made)
    assert words.plain(made).endswith("[image: a.png] A tree")


def test_a_deck_can_have_other_colors_of_code_or_none(project: Project) -> None:
    """A theme names those that it changes; a style without the colors still shows the code."""
    theme = ".card { --code-keyword: #123456; }\n.nightMode.card { --code-keyword: #abcdef; }\n"
    folder = project(
        {"source/one.yaml": TEXT, "source/media/a.png": PNG, "templates/base/theme.css.j2": theme}
    )
    assert not told_of(folder, "unknown-color")
    run("build", "--project", folder, "--output", folder / "x.apkg")
    css = next(iter(open_package(folder / "x.apkg").note_types.values()))["css"]
    assert "--code-keyword: #123456" in css
    assert ".dg-k" in css
    change(folder, {"templates/base/style.css.j2": "[% include 'base/theme.css.j2' %]\n"})
    done = run("build", "--project", folder, "--output", folder / "x.apkg")
    assert done.returncode == 0, done.stderr
    css = next(iter(open_package(folder / "x.apkg").note_types.values()))["css"]
    assert ".dg-k" not in css
