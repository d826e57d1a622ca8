"""What templates may do: all of it ends soon and in little memory, and what they show is text.

Templates come from strangers. Each of the bombs below took minutes or gigabytes in Jinja's own sandbox.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.cards.pricing import TAGS
from deckgen.cards.template_values import FILTERS, TESTS
from tests.conftest import REPOSITORY, change, run, write_project
from tests.test_bad_input import LAW, checked

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "[% set x = 'abcdefghijklmno<' %]" + "[% set x = x ~ x %]" * 15
TOWER = "[% set a = [1] %][% set b = [1] %]" + "[% set a = [a, a] %][% set b = [b, b] %]" * 60
ROUNDS = "[% for i in range(1000) %][% for j in range(1000) %]{}[% endfor %][% endfor %]"


def _doubled(text: str) -> str:
    """A template that writes half a million characters ten times, made of a short text."""
    times = (500_000 // len(text)).bit_length() - 1
    return f"[% set x = '{text}' %]" + "[% set x = x ~ x %]" * times + "[[ x|safe ]]" * 10


BOMBS = {
    "a tower compared": TOWER + "[[ a == b ]]",
    "a tower printed": TOWER + "[[ a|string ]]",
    "a tower of arguments": (
        "[% macro m(n) %][% if n < 60 %][[ m(n + 1, varargs, varargs) ]][% else %][[ varargs == varargs ]]"
        "[% endif %][% endmacro %][[ m(0, 1) ]]"
    ),
    "a tower in a namespace": (
        "[% set n = namespace(a=[1]) %]"
        "[% for i in range(200) %][% set n.a = [n.a, n.a] %][% endfor %][[ n.a == n.a ]]"
    ),
    "bytes": "[[ (1).to_bytes(1000000000) ]]",
    "a centre": "[[ 'x'.center(1000000000) ]]",
    "the filter": "[[ 'x'|center(1000000000) ]]",
    "zeros": "[[ 'x'.zfill(1000000000) ]]",
    "an even width": "[[ '%1000000000d' is even ]]",
    "a selected width": "[[ ['%1000000000d']|select('divisibleby', 3)|list|length ]]",
    "digits": "[[ 1.5|round(1000000000, 'ceil') ]]",
    "a large number": "[[ 2 ** 60 ]]",
    "a number of many digits": f"[[ {'9' * 4000} ]]",
    "a number of more digits": f"[[ {'9' * 5000} ]]",
    "a number in base 32": TEXT + "[[ x|replace('<', 'p')|int(0, 32) ]]",
    "comments": "[% set x = '<!---->' %]" + "[% set x = x ~ x %]" * 16 + "[[ x|striptags ]]",
    "looking from the end": TEXT + "[[ x.rfind('y' ~ x[:200000]) ]]",
    "looking often": TEXT + ROUNDS.format("[% if 'y' in x %][% endif %]"),
    "slices": TEXT + ROUNDS.format("[% set y = x[1:] %]"),
    "joining": TEXT + "[[ range(1000)|join(x[:20000]) ]]",
    "loops that skip": TEXT + ROUNDS.format("[% for c in x if false %][% endfor %]"),
    "sorting": "[% set l = range(1000)|list %]"
    + "[% set l = l + l %]" * 4
    + ROUNDS.format("[[ l|sort|first ]]"),
    "names of names": f"[[ range(1000)|map(attribute='{'a.' * 20_000}', default='')|list|length ]]",
    "templates that are not there": f"[% for i in range(1000) %][% include [{'1, ' * 1000}] %][% endfor %]",
    "loops in loops": "[% for i in [1] %]" * 11 + "[% endfor %]" * 11,
    "blocks": "".join(f"[% block b{number} %][% endblock %]" for number in range(1900)),
    "fields": _doubled("{{Name}}"),
    "unknown fields": _doubled("{{Nope}}"),
    "sections": _doubled("{{#Name}}x{{/Name}}"),
    "much text": _doubled("x") + "[[ x ]]" * 80,
    "wide text": _doubled("\N{MATHEMATICAL SCRIPT SMALL X}") + "[[ x ]]" * 80,
}


@pytest.mark.skipif(sys.platform == "win32", reason="usage is POSIX's")
@pytest.mark.parametrize("bomb", BOMBS)
def test_whatever_a_template_does_ends_soon(bomb: str, tmp_path: Path) -> None:
    """Within five seconds and 200 MB more than a small deck takes, with an error at its own file."""
    files = {**LAW, "templates/law/card.back.html.j2": "{{Name}}\n" + BOMBS[bomb]}
    cost = checked(write_project(tmp_path, files), seconds=6, peak=250)
    errors = [each for each in cost.told if each["level"] == "error"]
    if bomb != "blocks":  # that is as much as may be
        assert [each["path"] for each in errors] == ["templates/law/card.back.html.j2"], errors


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_templates_at_once(number: str, tmp_path: Path) -> None:
    """Each step of a template is short, so Ctrl-C is heard between two of them."""
    slow = "".join(f"[% macro m{i}(n) %][[ n|upper ]][% endmacro %]" for i in range(1200))
    files = {**LAW, "templates/law/card.back.html.j2": "{{Name}}" + slow}
    command = [sys.executable, "-m", "deckgen", "check", "--project", str(write_project(tmp_path, files))]
    for wait in (0.4, 0.8, 1.2):
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(wait)
            start = time.monotonic()
            process.send_signal(getattr(signal, number))
            process.wait(timeout=10)
            assert time.monotonic() - start < 2


OBJECTS = {
    "[[ media ]]": ("a function", '[[ media("seal.svg") ]]'),
    "[[ 'a' ~ media ]]": ("a function", '[[ media("seal.svg") ]]'),
    "[[ [media]|join ]]": ("a function", '[[ media("seal.svg") ]]'),
    "[[ media() ]]": ("other arguments", '[[ media("seal.svg") ]]'),
    "[[ media|upper ]]": ("a function", ""),
    "[[ range ]]": ("a function", "range(3)"),
    "[[ side.upper ]]": ("`upper`", "()"),
    "[% macro part(heading) %][% endmacro %][[ part ]]": ("`part`", "part(HEADING)"),
    "[% import 'base/macros.html.j2' as m %][[ m.part ]]": ("`part`", "part(HEADING, FIELD, SORT)"),
    "[% import 'base/macros.html.j2' as m %][[ m ]]": ("a whole template", "include"),
    "[% for i in [1] %][[ loop ]][% endfor %]": ("`loop`", ""),
    "[[ fields ]]": ("a list", "join"),
    "[[ fields|map('upper') ]]": ("a list", "join"),
    "[[ deck ]]": ("names", ""),
    "[[ none ]]": ("`none`", ""),
    "[[ namespace() ]]": ("not text", ""),
    "[[ self ]]": ("not text", ""),
    "[[ nobody ]]": ("`nobody`", ""),
}


@pytest.mark.parametrize("written", OBJECTS)
def test_a_template_shows_texts_and_nothing_else(written: str, tmp_path: Path) -> None:
    """A function, a macro, a list and so on are told on their line, with how they are used."""
    files = {**LAW, "templates/law/card.back.html.j2": f"{{{{Name}}}}\n\n{written}\n"}
    result = run("check", "--project", write_project(tmp_path, files))
    said, hint = OBJECTS[written]
    assert "card.back.html.j2:3: error[template-failed]" in result.stderr
    assert said in result.stderr
    assert hint in result.stderr
    assert "0x" not in result.stderr


def test_what_is_used_otherwise_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A filter, a test and a tag that are not offered are named at their place."""
    for written, hint in {
        "[[ side|uper ]]": "`upper`",
        "[% if side is odds %]x[% endif %]": "`odd`",
        "[% autoescape false %]x[% endautoescape %]": "autoescape",
        "[[ side.format(1) ]]": "`format`",
    }.items():
        files = {**LAW, "templates/law/card.back.html.j2": f"{{{{Name}}}}\n{written}\n"}
        result = run("check", "--project", write_project(tmp_path, files))
        assert "card.back.html.j2:2: error[template-" in result.stderr, result.stderr
        assert hint in result.stderr


def test_the_docs_list_all_that_there_is() -> None:
    """Each tag, filter, test and function stands in docs/faces.md, and no other."""
    docs = (REPOSITORY / "docs/faces.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([a-z ]+)[^|]* \| (.*) \|$", docs, re.MULTILINE))
    filters = " ".join(text for name, text in rows.items() if "filters" in name)
    assert sorted(re.findall(r"`(\w+)`", filters)) == FILTERS
    assert sorted(re.findall(r"`(\w+)`", rows["tests "])) == [name for name in TESTS if name.isalpha()]
    assert re.findall(r"`(\w+)`", rows["tags"]) == TAGS


def test_all_that_the_docs_offer_works(tmp_path: Path) -> None:
    """Each use in this face is one that an author may have, and comes out as Jinja has it."""
    face = """{{Name}}
[% set n = namespace(last="") %]
[% for name in fields|sort if name != "Extra" %][% set n.last = loop.index ~ ". " ~ name %]
<i>[[ n.last ]][[ "" if loop.last else "," ]]</i>[% endfor %]
[% macro wrap(what) %]<b>[[ what ]]: [[ caller() ]]</b>[% endmacro %]
[% call wrap("a" + "b") %][[ [1, 2.5, true]|map("string")|join("/") ]][% endcall %]
[% filter upper %]loud[% endfilter %]
[% set block %]kept[% endset %][[ block ]]
[[ "a<b"|upper ]] [[ "x-y".split("-")|join(" ") ]] [[ {"k": [1, 2]}.items()|list|length ]] [[ "abc"[1:] ]]
[[ 7 // 2 * 3 - 1 ]] [[ 2 ** 10 ]] [[ 3 is odd ]] [[ "a" in ["a"] ]] [[ (1, 2) == (1, 2) ]]
[% with q = dict(a="z") %][[ q.a ]][[ q["a"] ]][[ q.get("b", "none") ]][% endwith %]
[% for one in [1, [2, [3]]] recursive %][[ one if one is number else loop(one) ]][% endfor %]
"""
    files = {**LAW, "templates/law/card.back.html.j2": face}
    folder = write_project(tmp_path, files)
    change(folder, {"source/law.yaml": "laws:\n  - id: one-law\n    name: Ohm\n    rule: U is R times I.\n"})
    result = run("preview", "--project", folder)
    assert "error[" not in result.stderr
    cards = "".join(path.read_text("utf-8") for path in (folder / "build/preview/deck").glob("cards-*.js"))
    assert "A&lt;B x y 1 bc" in cards
    for expected in ("<b>ab: 1/2.5/True</b>", "LOUD", "kept", "8 1024 True True True", "zznone", "123"):
        assert expected in cards


# ------------------------------------------------------------------------------- whatever else can be written

_TEXTS = st.sampled_from(["'ab'", "'<a>'|safe", "x", "'%99999999d'", "'{:>99999999}'", "'a.b'", "' '"])
_NUMBERS = st.sampled_from(
    ["0", "1", "-1", "3", "64", "1000", "2.5", "9007199254740992", "99999999999", "1e300"]
)
_NAMES = st.sampled_from(["a", "b", "n.a", "n", "range", "m", "dict", "loop", "fields", "none", "true"])
_METHODS = st.sampled_from(
    "upper split splitlines rfind partition strip count title casefold items keys get index center format"
    " zfill ljust join replace expandtabs translate encode to_bytes append extend update".split()
)


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions, made of smaller ones."""
    few = st.lists(inner, max_size=3)
    options = st.sampled_from(
        ["", "attribute='a.a'", "start=[]", "default=''", "default=[1]", "reverse=true"]
    )
    operators = st.sampled_from("+ - * / // % ** ~ == != < in and or".split())
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("({})|{}".format, inner, st.sampled_from(FILTERS)),
        st.builds(
            lambda value, name, given, option: (
                f"({value})|{name}({', '.join([*given, *filter(None, [option])])})"
            ),
            inner,
            st.sampled_from(FILTERS),
            few,
            options,
        ),
        st.builds("(({}) is {})".format, inner, st.sampled_from([name for name in TESTS if name.isalpha()])),
        st.builds("(({}) is {}({}))".format, inner, st.sampled_from(["in", "eq", "divisibleby"]), inner),
        st.builds(lambda items: f"[{', '.join(items)}]", few),
        st.builds(lambda items: f"({''.join(item + ', ' for item in items)})", few),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("({})[{}:{}]".format, inner, _NUMBERS, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds(lambda value, name, given: f"({value}).{name}({', '.join(given)})", inner, _METHODS, few),
        st.builds(lambda name, given: f"{name}({', '.join(given)})", _NAMES, few),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    )


_EXPRESSIONS = st.recursive(st.one_of(_TEXTS, _NUMBERS, _NAMES), _expressions, max_leaves=6)


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Statements that hold others, and that do something over and over."""
    targets = st.sampled_from(["a", "b", "x", "n.a"])
    growing = st.builds("[% set {} = {} %]".format, targets, _EXPRESSIONS)
    return st.one_of(
        growing,
        st.builds(lambda each, often: each * often, growing, st.integers(20, 60)),
        st.builds("[% for a in {} %]{}[% endfor %]".format, _EXPRESSIONS, inner),
        st.builds("[% for i in range(1000) %]{}[% endfor %]".format, inner),
        st.builds("[% for a in {} if {} %]{}[% endfor %]".format, _EXPRESSIONS, _EXPRESSIONS, inner),
        st.builds("[% macro m(a, b) %]{}[% endmacro %]{}".format, inner, inner),
        st.builds("[% set {} %]{}[% endset %]".format, st.sampled_from(["a", "x"]), inner),
        st.builds("[% filter {} %]{}[% endfilter %]".format, st.sampled_from(FILTERS), inner),
        st.builds(lambda first, second: first + second, inner, inner),
    )


_TEMPLATES = st.recursive(st.builds("[[ {} ]]".format, _EXPRESSIONS), _statements, max_leaves=6)

RUNNER = """
import json, resource, sys, time
from jinja2 import DictLoader
from deckgen.cards.pricing import TAGS
from deckgen.cards.sandbox import Sandbox

def peak():
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)

fields = [f"Field {number}" for number in range(40)]
before, worst, shown = peak(), (0, ""), []
for template in json.load(sys.stdin):
    text = "[% set x = 'abcdefgh' * 1 if false else 'abcdefgh' %][% set a = [1] %][% set b = a %]"
    text += "[% set n = namespace(a=1) %][% macro m() %][% endmacro %]" + template
    start = time.process_time()
    try:
        shown.append(Sandbox(DictLoader({"it": text})).get_template("it").render(fields=fields)[:200_000])
    except Exception:
        pass
    worst = max(worst, (time.process_time() - start, template))
print(json.dumps([worst, peak() - before, [text for text in shown if " at 0x" in text]]))
"""
"""Renders templates, and tells the seconds of the slowest, the memory of all, and what shows an address."""


@pytest.mark.skipif(sys.platform == "win32", reason="usage is POSIX's")
@settings(max_examples=5, deadline=None)
@given(st.lists(_TEMPLATES, min_size=60, max_size=60))
def test_any_template_ends_soon(templates: list[str]) -> None:
    """Made at random of all that templates may write, and of much that they may not."""
    result = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(templates),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    (seconds, slowest), grown, addresses = json.loads(result.stdout)
    assert seconds < 5, slowest
    assert grown < 200
    assert not addresses
