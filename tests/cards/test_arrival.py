"""What was typed arrives: everything in a text is shown on the card, or told at its place."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.cards.html import tags, text
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from tests.conftest import REPOSITORY, block, change, run, write_project
from tests.faults import PNG

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.diagnostics import Diagnostic


def cloze_of(typed: str) -> tuple[str, list[Diagnostic]]:
    """The HTML of a takeaway's text in a block, and what is told of it."""
    return rendered(typed, "cloze")


def rendered(typed: str, how: str = "markdown") -> tuple[str, list[Diagnostic]]:
    """The HTML of a text in a block, and what is told of it."""
    scalar, document = block(typed)
    markup = Markup(Shelf(REPOSITORY / "source", REPOSITORY))
    return getattr(markup, how)(scalar, document), list(markup.diagnostics)


def codes(typed: str) -> list[tuple[str, int]]:
    """The codes told of a text, each with its line."""
    return [(each.code, each.span.line - 1) for each in rendered(typed)[1]]


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        # formulas in each form that has one meaning, and money
        (r"Here \(x_1^2\) is.", r"Here \(x_1^2\) is."),
        (r"\[ \frac{1}{2} \]", r"\[\frac{1}{2}\]"),
        (r"So \\(x_1\\) is.", r"So \(x_1\) is."),
        (r"[$]x^2[/$] and [$$]y^2[/$$].", r"\(x^2\) and \[y^2\]."),
        (
            r"[latex]Some \textbf{x} & $y*z*$[/latex] *b*",
            r"[latex]Some \textbf{x} &amp; $y*z*$[/latex] <em>b</em>",
        ),
        ("[LaTeX]a\n\n- *b* `c`[/latex]", "[latex]a<br><br>- *b* `c`[/latex]"),
        (
            r"[latex]\(\href{a}{b}\)[sound:x][/latex]",
            r"[latex]<span>\</span>(\href{a}{b}\)[<!-- -->sound:x][/latex]",
        ),
        ("Of \\`tick\\`\\\nand \\`x\\`", "Of `tick`<br />\nand `x`"),
        ("With $ x^2 $ here.", r"With \(x^2\) here."),
        ("$$\na = b\n\nc = d\n$$", "\\[a = b\n\nc = d\\]"),
        (
            "\\begin{align}\nx^2 &= y\n\\end{align}",
            "\\[\\begin{align}\nx^2 &amp;= y\n\\end{align}\\]",
        ),
        ("The $n$th of $k$-means.", r"The \(n\)th of \(k\)-means."),
        ("Apples cost $5/kg here and 7$/kg there.", "Apples cost $5/kg here and 7$/kg there."),
        ("From 5$ to 10$, or $1,000 to $2,000.", "From 5$ to 10$, or $1,000 to $2,000."),
        ("It costs $5. The pattern `^a$` matches.", "It costs $5. The pattern <code>^a$</code> matches."),
        ("As in $HOME/bin:$PATH here.", "As in $HOME/bin:$PATH here."),
        (r"Brackets \[sic\] and \[1\].", "Brackets [sic] and [1]."),
        # tables
        (
            "| what | how |\n|---|---|\n| odds | $P(A|B)$ |\n| files | `du | sort` |",
            (
                '<div class="scroll" tabindex="0"><table><thead>'
                "<tr><th>what</th><th>how</th></tr></thead><tbody>\n"
                "<tr><td>odds</td><td>\\(P(A|B)\\)</td></tr>\n"
                "<tr><td>files</td><td><code>du | sort</code></td></tr>\n</tbody></table></div>"
            ),
        ),
        (
            "| a |\n|---|\n| `x\\|y` |",
            (
                '<div class="scroll" tabindex="0"><table><thead><tr><th>a</th></tr></thead><tbody>\n'
                "<tr><td><code>x|y</code></td></tr>\n</tbody></table></div>"
            ),
        ),
        # numbers and signs at a line's start
        ("7. Lebensjahr vollendet", "7. Lebensjahr vollendet"),
        ("1. 1. 1900 trat es in Kraft.", "1. 1. 1900 trat es in Kraft."),
        ("In Kraft trat es am\n1. 1. 1900 im Reich.", "In Kraft trat es am\n1. 1. 1900 im Reich."),
        ("- 7. Lebensjahr\n- 14. Lebensjahr", "<ul>\n<li>7. Lebensjahr</li>\n<li>14. Lebensjahr</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("1. a\n   - b", "<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ol>"),
        ("> 5 mg per day", "&gt; 5 mg per day"),
        ("+ 3 dioptres", "+ 3 dioptres"),
        ("+ a\n+ b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("+", "+"),
        ("-", "-"),
        ("#", "#"),
        (">", "&gt;"),
        ("2.", "2."),
        ("> 38,5 °C\n> 39 °C", "&gt; 38,5 °C\n&gt; 39 °C"),
        ("- > 5 mg\n- > 6 mg", "<ul>\n<li>&gt; 5 mg</li>\n<li>&gt; 6 mg</li>\n</ul>"),
        (">>> import sys\n>>> sys.path", "&gt;&gt;&gt; import sys\n&gt;&gt;&gt; sys.path"),
        ("# Femur", "# Femur"),
        (
            "1. a\n  - b\n2. c",
            '<ol>\n<li>a</li>\n</ol>\n<ul>\n<li>b</li>\n</ul>\n<ol start="2">\n<li>c</li>\n</ol>',
        ),
        ("a==b && c==d", "a==b &amp;&amp; c==d"),
        ("ge==gang==en", "ge<mark>gang</mark>en"),
        (r"$\text{if $x$ is odd}$", r"\(\text{if $x$ is odd}\)"),
        ("Perl: $h{x}; @{$r}", "Perl: $h{x}; @{$r}"),
        ("As ^a$|^b$ has it", "As ^a$|^b$ has it"),
        ("**“甲”**和**“乙”**不同", "<strong>“甲”</strong>和<strong>“乙”</strong>不同"),
        ("**太字**\nの後", "<strong>太字</strong>の後"),
        ("> Five words.", "<blockquote>\n<p>Five words.</p>\n</blockquote>"),
        # emphasis of other scripts, and marks of other tools
        ("これは**「文字」**です。", "これは<strong>「文字」</strong>です。"),
        ("**重要。**これは試験に出る。", "<strong>重要。</strong>これは試験に出る。"),
        ("左右は中隔で\n分けられている。", "左右は中隔で分けられている。"),
        ("~~Struck~~ and ~5.", "<del>Struck</del> and ~5."),
        ("==a ~~b== c~~", "<mark>a ~~b</mark> c~~"),
        ("==a **b== c**", "==a <strong>b== c</strong>"),
        # Anki's own marks
        (
            r"The mark `\(` and `[sound:x]`.",
            r"The mark <code><span>\</span>(</code> and <code>[<!-- -->sound:x]</code>.",
        ),
    ],
)
def test_a_text_is_taken_as_it_is_meant(typed: str, html: str) -> None:
    """Forms with one meaning are taken, and nothing is told of them."""
    assert rendered(typed) == (html, [])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("One.\n\n[Note]: remember", [("lost-text", 3)]),
        ("[1]: https://a.b\n\n[2]: https://c.d", [("lost-text", 1), ("lost-text", 3)]),
        ("[one][1]\n\n[1]: https://a.b", []),
        ("[Two]\n\n[two]: https://a.b", []),
        ("| a |\n|---|\n| b | c |", [("lost-text", 3)]),
        ("> | a |\n> |---|\n> | b | c |", [("lost-text", 3)]),
        ("Calls __init__ first.", [("changed-text", 1)]),
        ("Of **main** words.", []),
        ("So 2*3*4 is 24, and a*b*c too.", [("changed-text", 1), ("changed-text", 1)]),
        ("(2*3) + (4*5)", [("changed-text", 1)]),
        ("*One* and **un**like, *all* of it.", []),
        (r"The pattern \d+\.\d here.", [("changed-text", 1)]),
        (r"Of www\.example\.org here.", [("changed-text", 1)]),
        (r"See C:\new\_tmp here.", [("changed-text", 1)]),
        (r"See \\server\share here.", [("changed-text", 1)]),
        ("COUNT(*), MAX(*)", [("changed-text", 1)]),
        ("2*n*(n+1)", [("changed-text", 1)]),
        ("'*' and '*'", [("changed-text", 1)]),
        ("See https://a.b/*x*/ there", [("changed-text", 1)]),
        ("`a`*`b`*`c`", [("changed-text", 1)]),
        ("Per *insulina* e __insulina__", []),
        ("โรค**เบาหวาน**คือ E**M**G", []),
        ("(*see* there) «*mot*», “*so*”", []),
        ("- 2 eggs", []),
        ("Sum\n----", [("changed-text", 2)]),
        ("[](https://a.b)", [("lost-text", 1)]),
        ("| a | b |\n|---|\n| c | d |", [("changed-text", 1)]),
        ("— Ja\n— Nein", [("changed-text", 1)]),
        ("I. Anspruch\nII. Ergebnis", [("changed-text", 1)]),
        (r"See D:\[a] here.", [("changed-text", 1)]),
        ("![x](<media/b(1.png>)", [("missing-media", 1)]),
        (r"A star \*, a snake\_case, 5 \% and \$5.", []),
        ("# ip link\n\nshows it.", [("changed-text", 1)]),
        ("# Interfaces\n\nof it.", []),
        ("1. a\n3. b\n4. c", [("changed-text", 2)]),
        ("1. a\n1. b\n1. c", []),
        ("- 5 °C at night.", [("changed-text", 1)]),
        ("- 5 mg\n- 6 mg", []),
        ("Rooms:\n・right\n・left", [("changed-text", 2)]),
        ("①left\n②right", [("changed-text", 1)]),
        ("a) x\nb) y", [("changed-text", 1)]),
        ("S. Minuchin and\nM. Bowen", []),
        ("The ![tree](media/x.png){width=50%} is.", [("missing-media", 1), ("stray-markdown", 1)]),
        ("H~2~O and x^2^.", [("stray-markdown", 1), ("stray-markdown", 1)]),
        ("A footnote[^1].", [("stray-markdown", 1)]),
        ("`H~2~O`, `[^1]`, `__init__`, `2*3*4`", []),
        ("The [[Names]] here, and `x[[1]]`.", [("stray-markdown", 1)]),
        ("::: note\nx\n:::", [("stray-markdown", 1), ("stray-markdown", 3)]),
        ("![[tree.png]]", [("missing-media", 1)]),
    ],
)
def test_what_does_not_arrive_is_told(typed: str, told: list[tuple[str, int]]) -> None:
    """At its own line; and what takes effect as it was meant is not."""
    assert codes(typed) == told


def test_the_hint_for_an_image_of_another_tool_leads_to_it(tmp_path: Path) -> None:
    """`![[name]]` finds a file wherever it lies; the right form has its path, and is clean."""
    text = (
        "definitions:\n  - id: two\n    term: Term\n    definition: |\n      The ![[my tree.png]] of names.\n"
    )
    folder = write_project(tmp_path, {"source/two.yaml": text, "source/media/deep/my tree.png": PNG})
    told = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    assert [each["code"] for each in told] == ["missing-media"]
    form = re.search(r"`(!\[.*?\]\(.*\))`", told[0]["hint"])
    assert form
    change(
        folder,
        {"source/two.yaml": text.replace("![[my tree.png]]", form[1].replace("what it shows", "a tree"))},
    )
    assert run("check", "--project", folder, "--strict").stderr.startswith("no errors")


def test_the_forms_in_the_docs_are_clean() -> None:
    """What docs/writing.md says to write is taken, and nothing is told of it."""
    docs = (REPOSITORY / "docs/writing.md").read_text(encoding="utf-8")
    table = (
        docs.partition("### Signs that mean something")[2].partition("\n\n| you want")[2].partition("\n\n")[0]
    )
    rows = [line.strip("| ").split(" | ", 1)[1] for line in table.splitlines()[2:]]
    rows = [row.replace(r"\|", "|") for row in rows]  # as GitHub reads it in a table
    forms = [one or two for row in rows for one, two in re.findall(r"``\s?(.+?)\s?``(?!`)|`([^`]+)`", row)]
    assert len(forms) > 30
    for form in forms:
        if "…" not in form and form not in {"\\{", "\\}", "|", ">", "#", "+", "-"}:
            _, found = cloze_of(form) if "{{c1" in form else rendered(form)
            assert not found, (form, found)


# ---------------------------------------------------------------------------------------- everything typed

SAFE = st.sampled_from(
    [
        *("joining", "Ämter", "x", "42", "3.5", "e.g.", "(see)", "50%", "O'Neil", "a-b", "AT&T", "p < .05"),
        *("snake_case", "5 * 3", "a/b", "C#", "…", "“so”", "[sic]", "{a}", "~5", "a|b", "x > y", "+", "-"),
        *("文字", "「引用」", "漢字。", "ひらがな", "العربية", "שלום", "١٥", "한국어", "😀", "½", "1)", "#1"),
        *("$5", "US$20", "7$/kg", "C:\\new\\tmp", r"\d+", "https://a.b/c_d?e=1&f=$2", "{{x}}", "a::b"),
    ]
).map(lambda word: (word, word))
MARKED = st.sampled_from(
    [
        *(
            ("**bold**", "bold"),
            ("*it*", "it"),
            ("==mark==", "mark"),
            ("~~out~~", "out"),
            ("`co|de`", "co|de"),
        ),
        *((r"`\(x\)`", r"\(x\)"), ("`` a`b ``", "a`b"), ("$x_1|y$", r"\(x_1|y\)"), (r"\(a^2\)", r"\(a^2\)")),
        *(
            ("[text](https://a.b/c)", "text"),
            ("<sub>2</sub>", "2"),
            (r"\*", "*"),
            ("&amp;", "&"),
            (r"\#", "#"),
        ),
        *(("[$]y^2[/$]", r"\(y^2\)"), ("<https://a.b>", "https://a.b"), (r"\|", "|"), ("$$z$$", r"\[z\]")),
    ]
)
RISKY = st.sampled_from(
    [
        *("__init__", "2*3*4", r"\d+\.\d", r"C:\a\_b", r"\\server", "[^1]", "H~2~O", "f(*a, *b)", "**kwargs"),
        *("![[x]]", "*", "_", "**", "==", "~~", "|", "[", "](", "<", "\\", "a*b", "_x_y_", "*.py"),
    ]
).map(lambda word: (word, word))
LINE = (
    st.lists(SAFE | MARKED | RISKY, min_size=1, max_size=6)
    .map(lambda words: (" ".join(typed for typed, _ in words), " ".join(shown for _, shown in words)))
    .filter(lambda line: not re.match(r"(?:[-+*#>]|\d+[.)])(?: |$)", line[0]))  # a list's signs are not text
)
BLOCK = st.one_of(
    LINE,
    st.lists(LINE, min_size=2, max_size=3).map(
        lambda lines: ("\n".join(f"- {one}" for one, _ in lines), "\n".join(two for _, two in lines))
    ),
    st.lists(LINE, min_size=2, max_size=3).map(
        lambda lines: (
            "| a | b |\n|---|---|\n" + "\n".join(f"| {one} | z |" for one, _ in lines),
            "a b " + " ".join(f"{two} z" for _, two in lines),
        )
    ),
    LINE.map(lambda line: (f"> So {line[0]}", f"So {line[1]}")),
    st.sampled_from(
        [("```\n__init__ $x$ `y`\n```", "__init__ $x$ `y`"), ("7. Tag", "7. Tag"), ("[N]: x", "[N]: x")]
    ),
)
PAIRS = re.compile(r"\\[()\[\]]|\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|==|~~|`+|\$+|\\(?=[!-/:-@\[-`{-~])")


def bare(text: str) -> str:
    """A text without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


@given(blocks=st.lists(BLOCK, min_size=1, max_size=3))
@settings(max_examples=2000, deadline=None)
def test_everything_typed_is_shown_or_told(blocks: list[tuple[str, str]]) -> None:
    """Words, code, formulas, paths, money, tables, scripts: no letter, digit or sign goes without a word.

    Signs that stand in pairs may take effect together; letters, digits and all other signs may not be lost.
    """
    typed = "\n\n".join(one for one, _ in blocks)
    html, found = rendered(typed)
    if found:
        return
    shown, expected = text(html), "\n\n".join(two for _, two in blocks)
    if bare(shown) != bare(expected):
        assert bare(PAIRS.sub("", expected)) == bare(PAIRS.sub("", shown))


@given(
    typed=st.text(st.sampled_from(list("ab1 .,*_`$|[]()<>#-+=~:\\\n>{}!&;^文「。ع")), min_size=1, max_size=40)
)
@settings(max_examples=700, deadline=None)
def test_no_letter_is_lost(typed: str) -> None:
    """Whatever signs stand around them: letters and digits are shown in their order, or something is told."""
    lines = [line.rstrip() for line in typed.split("\n")]
    whole = "x\n" + "\n".join(lines) + "\nx"
    html, found = rendered(whole)
    if found:
        return
    hidden = "".join(
        value
        for tag in tags(html)
        for name, value in tag.attributes.items()
        if name in {"href", "src", "alt", "title"}
    )
    letters = [char for char in whole if char.isalnum()]
    shown = [char for char in text(html) if char.isalnum()]
    numbers = re.findall(r"(?m)^[ >*+-]*(\d+)[.)]", whole)
    if "```" in whole or "~~~" in whole:
        return  # what a fence says of its language is no text
    missing = len(letters) - len(shown) - sum(char.isalnum() for char in hidden) - len("".join(numbers))
    assert missing <= 0
