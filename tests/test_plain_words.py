"""Everything that a person reads is in plain American English, without words that have to be read twice."""

from __future__ import annotations

import ast
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/deckgen"
SPELLINGS = (
    "anonym author capital categor central custom emphas familiar final general initial local maxim memor "
    "minim modern normal optim organ priorit real recogn serial special stabil standard summar synchron "
    "util visual"
)
"""Stems of verbs that end in "ise" in Britain and in "ize" in America."""
PLAIN = {
    r"whoever|whosoever": "anyone who, people who",
    r"anew": "again",
    r"once more": "again",
    r"(?:is|are|was|were|be|been|being) told": "is reported, sees",
    r"concerning": "about",
    r"of (?:its|their) own": "its own …, a separate …",
    r"stands?|stood|standing(?! order)": "is, appears, is written",
    r"draws? (?:\w+ ){0,2}(?:warnings?|errors?|diagnostics?|codes?|faults?)": "causes, gets, is reported",
    r"mend(?:s|ed|ing)?": "fix",
    r"slips?": "mistake, typo",
    r"hold(?:s|ing)? (?:\w+ ){1,4}against|held against": "compare with",
    r"advice": "warnings",
    r"thereby": "this way, so",
    r"in view of": "because of",
    r"that is to say": "that is",
    r"such an?": "a … like this, this",
    r"(?:brings?|brought) (?:\w+ )?along": "copy, contain",
    r"for ever": "forever",
    r"lies? (?:in|beside|outside|under|below|above|on|there|next)": "is in",
    r"tak(?:es?|ing) (?:it|them|the [\w`]+|its [\w`]+|`[^`\n]*`) away": "remove",
    r"otherwise than": "differently than",
    r"may not": "cannot, might not",
    r"wants (?:an?|its|the|no)": "needs",
    r"(?<!there )(?:is|are|was|were) no(?! longer| more| less)": "is not a",
    r"in (?:the )?place of": "instead of",
    r"hangs? on": "is tied to, depends on",
    r"small letters?": "lowercase letters",
    r"tick(?:s|ed|ing)?": "check, select",
    r"(?:behavi|col|fav|flav|hon|neighb|rum)our\w*": "the American spelling: -or",
    rf"(?:{'|'.join(SPELLINGS.split())})i(?:se[ds]?|sing|sation)": "the American spelling: -ize",
    r"analys(?:e|ed|es|ing)": "analyze",
    r"practis(?:e|ed|es|ing)": "practice",
    r"licences?": "license",
    r"cent(?:re|res|red)": "center",
    r"(?:label|model|travel|signal)l(?:ed|ing|er)": "the American spelling, with one l",
    r"spelt|learnt|burnt": "spelled, learned, burned",
    r"whilst|amongst": "while, among",
    r"cancell(?:ed|ing)|afterwards|towards": "canceled, afterward, toward",
    r"lower-case": "lowercase",
    r"grey|artefacts?|programmes?": "gray, artifact, program",
}
"""What is not printed, as regular expressions for whole words, and what to write instead."""
ALLOWED = ("[Licence", "/licence", "cancelled()", "'cancelled'")
"""Phrases in which such a word is right, such as an address."""

_A_PATTERN = re.compile(r"\(\?|\[\^|\\[bsw]")
_PATTERNS = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), plain) for pattern, plain in PLAIN.items()]


class Text(NamedTuple):
    """A text that a person reads, with the line where it begins."""

    line: int
    text: str


def odd_words(text: str) -> Iterator[tuple[int, str, str]]:
    """Words of a text that are not plain: the number of lines before each, the word, and what to write."""
    for phrase in ALLOWED:
        text = text.replace(phrase, " " * len(phrase))
    joined = re.sub(r"\s", " ", text)
    for pattern, plain in _PATTERNS:
        for match in pattern.finditer(joined):
            yield text.count("\n", 0, match.start()), match[0], plain


def of_python(path: Path) -> Iterator[Text]:
    """The strings of a module that have a blank, and the help of commands; no docstrings, no patterns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings.add(node.value)
        if isinstance(node, ast.FunctionDef) and any(
            "command" in ast.unparse(each) for each in node.decorator_list
        ):
            yield Text(node.lineno, ast.get_docstring(node) or "")
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    left_out = parts | docstrings
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "…".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            text = node.value
        if (
            isinstance(node, (ast.JoinedStr, ast.Constant))
            and " " in text.strip()
            and not _A_PATTERN.search(text)
        ):
            yield Text(node.lineno, text)


def of_codes(path: Path) -> Iterator[Text]:
    """The pages of the codes: all but the examples and the titles of books."""
    text = path.read_text(encoding="utf-8")
    for code, page in tomllib.loads(text).items():
        at = text[: text.index(f"[{code}]")].count("\n") + 1
        for name in ("why", "fix", *page.get("in_words", ())):
            yield Text(at, page[name])


class _Page(HTMLParser):
    """The texts of a page, and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        """Begin without texts."""
        super().__init__()
        self.texts: list[Text] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the shown attributes of a tag."""
        self._hidden = tag in {"script", "style"}
        shown = {"title", "aria-label", "placeholder", "alt", "content"}
        self.texts += [Text(self.getpos()[0], value) for name, value in attrs if name in shown and value]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (the name that the parser calls)
        """Texts after a script are shown again."""
        self._hidden = False

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if not self._hidden:
            self.texts.append(Text(self.getpos()[0], data))


def of_html(path: Path) -> Iterator[Text]:
    """The texts of a page, and the strings of its scripts."""
    page = _Page()
    text = path.read_text(encoding="utf-8")
    page.feed(text)
    yield from page.texts
    for script in re.finditer(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
        before = text.count("\n", 0, script.start(1))
        for each in _strings(script[1]):
            yield Text(before + each.line, each.text)


def of_script(path: Path) -> Iterator[Text]:
    """The strings of a script that have a blank."""
    yield from _strings(path.read_text(encoding="utf-8"))


def _strings(script: str) -> Iterator[Text]:
    """The strings of JavaScript that have a blank, line by line; comments are skipped."""
    script = re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), script, flags=re.DOTALL)
    literal = re.compile(r"""//.*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`""")
    for number, line in enumerate(script.split("\n"), 1):
        for match in literal.finditer(line):
            text = next((group for group in match.groups() if group), "")
            if " " in text.strip():
                yield Text(number, text)


def of_kind(path: Path) -> Iterator[Text]:
    """What a kind.yaml says to authors about its keys."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if re.match(r" *(?:about:|#)", line):
            yield Text(number, line)


def of_text(path: Path) -> Iterator[Text]:
    """A whole file, such as one that `deckgen init` writes."""
    yield Text(1, path.read_text(encoding="utf-8"))


def of_markdown(path: Path) -> Iterator[Text]:
    """The prose of a page without its code; of the changelog only what is not released yet."""
    text = path.read_text(encoding="utf-8")
    if path.name == "CHANGELOG.md":
        text = (
            text.partition("\n## Unreleased\n")[0]
            + "\n\n"
            + re.split(r"\n## (?!#)", text.partition("\n## Unreleased\n")[2])[0]
        )
    for code in (r"^ *(`{3,}|~{3,}).*?^ *\1", r"(`+)(?!`).*?(?<!`)\1(?!`)", r"\]\([^)\s]*\)"):
        text = re.sub(code, _blanked, text, flags=re.DOTALL | re.MULTILINE)
    yield Text(1, text)


def _blanked(match: re.Match[str]) -> str:
    """As many lines without a word."""
    return "`" + "\n" * match[0].count("\n") + "`"


READERS: dict[str, Callable[[Path], Iterator[Text]]] = {
    "src/deckgen/**/*.py": of_python,
    "src/deckgen/diagnostics/codes/*.toml": of_codes,
    "src/deckgen/**/*.html": of_html,
    "src/deckgen/**/*.js": of_script,
    "src/deckgen/commands/init/starter/*": of_text,
    "templates/*/kind.yaml": of_kind,
    "templates/base/words.html.j2": of_text,
    "templates/base/sentences.en.yaml": of_text,
    "action.yml": of_text,
    "README.md": of_markdown,
    "CHANGELOG.md": of_markdown,
    "CONTRIBUTING.md": of_markdown,
    "docs/*.md": of_markdown,
}
"""Which files have texts for people, and how they are read."""
FILES = [
    pytest.param(path, read, id=path.relative_to(ROOT).as_posix())
    for pattern, read in READERS.items()
    for path in sorted(ROOT.glob(pattern))
    if path.is_file()
]


@pytest.mark.parametrize(("path", "read"), FILES)
def test_a_printed_text_is_in_plain_words(path: Path, read: Callable[[Path], Iterator[Text]]) -> None:
    """A word that has to be read twice is named with its place and the plain one."""
    found = [
        f"{path.relative_to(ROOT)}:{text.line + before}: {word!r}; plainer: {plain}"
        for text in read(path)
        for before, word, plain in odd_words(text.text)
    ]
    assert found == [], "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Whoever reads\nthis is told what stands\nin it.", ["Whoever", "is told", "stands"]),
        ("The colour of this is no\nfault, once\nmore.", ["colour", "is no", "once more"]),
        ("There is no key here, and I understand it.", []),
    ],
)
def test_odd_words_are_found(text: str, words: list[str]) -> None:
    """Across lines and in capitals, and not within other words."""
    assert sorted(word for _, word, _ in odd_words(text)) == sorted(words)


def test_each_sort_of_text_is_read(tmp_path: Path) -> None:
    """Messages, help, pages, scripts and prose are read; docstrings, comments, patterns and code are not."""
    module = tmp_path / "module.py"
    module.write_text(
        '"""A docstring."""\n\n@app.command()\ndef f():\n    """A help."""\n'
        '    """Not that."""\n    g(f"a {x} message", r"(?:a pattern)", "name")  # a comment\n',
        encoding="utf-8",
    )
    assert [text.text.strip() for text in of_python(module)] == ["A help.", "a … message"]
    page = tmp_path / "page.html"
    page.write_text(
        '<p title="a title">a text</p>\n<style>.no { color: red }</style>\n'
        '<script>\nsay("a word", `two ${n} words`); // no word\n</script>',
        encoding="utf-8",
    )
    texts = {each.text.strip(): each.line for each in of_html(page) if each.text.strip()}
    assert texts == {"a title": 1, "a text": 1, "a word": 4, "two ${n} words": 4}
    prose = tmp_path / "page.md"
    prose.write_text("A text, `some code`.\n\n```sh\nmore code\n```\n\nThe end.\n", encoding="utf-8")
    (text,) = of_markdown(prose)
    assert ("code" in text.text, text.text.split("\n")[6]) == (False, "The end.")
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text("# Changelog\n\n## Unreleased\n\nNew.\n\n## 1.0.0\n\nOld.\n", encoding="utf-8")
    (text,) = of_markdown(changes)
    assert ("New." in text.text, "Old." in text.text) == (True, False)
