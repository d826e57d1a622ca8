"""Code in colors: which languages are known, and what each part of a piece of code is.

The only module that knows the library that reads code: Pygments. It is loaded only for a text that has code
in a language. Languages that are installed beside it as plugins are left out, so that a deck looks the same
wherever it is built.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.token import _TokenType

_NAME = pattern(r"\{?\s*\.?(?P<name>\w[\w+#./*-]*)")
PLAIN = frozenset(
    "ascii console-output csv log no-highlight nohighlight none out output plain plain-text plaintext pseudo "
    "pseudocode raw stderr stdout text tree tsv txt".split()
)
"""Names by which authors say that code is to be left plain."""
_ALSO = {
    "cjs": "javascript",
    "conf": "ini",
    "dotenv": "bash",
    "ejs": "html",
    "env": "bash",
    "fs": "fsharp",
    "gradle": "groovy",
    "hbs": "handlebars",
    "ino": "arduino",
    "ipython": "python",
    "jinja2": "jinja",
    "json5": "json",
    "jsonc": "json",
    "jsonl": "json",
    "jupyter": "python",
    "kt": "kotlin",
    "kts": "kotlin",
    "mdx": "markdown",
    "mjs": "javascript",
    "node": "javascript",
    "patch": "diff",
    "pl/sql": "sql",
    "plsql": "sql",
    "psql": "sql",
    "pycon3": "pycon",
    "python-repl": "pycon",
    "repl": "pycon",
    "shellsession": "console",
    "sol": "solidity",
    "spss": "text",
    "svelte": "html",
    "svg": "xml",
    "terminal": "console",
    "vb": "vbnet",
    "viml": "vim",
    "vue": "html",
    "xhtml": "html",
}
"""Further names of languages, as authors know them from other programs."""
_LONGEST = 20_000  # characters of code; longer code stays plain
# the parts of code that have a color, by the names of Pygments; the most special first
_PARTS = (
    ("Comment.PreprocFile", "s"),
    ("Comment.Preproc", "f"),
    ("Comment", "c"),
    ("Keyword.Constant", "n"),
    ("Keyword", "k"),
    ("Operator.Word", "k"),
    ("Literal.Number", "n"),
    ("Literal.Date", "n"),
    ("Literal", "s"),
    *((f"Name.{each}", "f") for each in "Attribute Builtin Class Decorator Exception Function Tag".split()),
    ("Name.Constant", "n"),
    ("Generic.Deleted", "d"),
    ("Generic.Inserted", "i"),
    ("Generic.Heading", "k"),
    ("Generic.Subheading", "k"),
    ("Generic.Prompt", "c"),
)


def name_of(words: str) -> str:
    """The language that the words behind the signs of a fence name, as in `python` or `{.python}`.

    Args:
        words: All that stands behind the signs, as in `python title="x"`.

    Returns:
        The name as written; empty if they name none.
    """
    match = _NAME.match(words.strip())
    return match["name"].rstrip(".") if match else ""


def is_known(name: str) -> bool:
    """Whether a name is that of a language, or says that the code is to be plain."""
    return name.lower() in PLAIN or _long_name(name) != ""


def names() -> list[str]:
    """All names that are known."""
    return sorted({*PLAIN, *_ALSO, *_by_alias()})


@lru_cache(maxsize=1 << 12)  # options of vignettes and rows of tables are on several cards
def parts(language: str, code: str) -> tuple[tuple[str, int], ...]:
    """The parts of a piece of code: for each the letter of its color, empty for none, and its length.

    Args:
        language: The words behind the signs of the fence.
        code: The code.

    Returns:
        The parts, which together are all of the code; none if it is to stay plain.
    """
    name = name_of(language)
    if not name or name.lower() in PLAIN or len(code) > _LONGEST or not (long_name := _long_name(name)):
        return ()
    found: list[tuple[str, int]] = []
    at = 0
    for start, letter, text in _tokens(long_name, code):
        if start != at:
            return ()  # the rules of a few languages read some signs twice
        at += len(text)
        core = text.strip()
        for part in text.partition(core) if core and letter else (text,):
            mark = letter if part and part == core else ""
            if found and found[-1][0] == mark:
                found[-1] = mark, found[-1][1] + len(part)
            elif part:
                found.append((mark, len(part)))
    return tuple(found) if at == len(code) and any(letter for letter, _ in found) else ()


def _tokens(long_name: str, code: str) -> Iterator[tuple[int, str, str]]:
    """The signs of some code: the offset, the letter of the color, the text."""
    from pygments.lexers import find_lexer_class  # noqa: PLC0415 (few decks have code)

    # code of PHP on a card rarely has the sign that begins it
    options = {"startinline": True} if long_name == "PHP" and "<?" not in code else {}
    lexer = find_lexer_class(long_name)(**options)
    for start, kind, text in lexer.get_tokens_unprocessed(code):
        yield start, _letter(kind), text


@cache
def _letter(kind: _TokenType) -> str:
    """The letter of the color of a sort of signs; empty for none."""
    name = str(kind).removeprefix("Token.") + "."
    return next((letter for part, letter in _PARTS if name.startswith(f"{part}.")), "")


def _long_name(name: str) -> str:
    """The name of a language as Pygments has it; empty for an unknown one."""
    name = name.lower()
    return _by_alias().get(_ALSO.get(name, name), "")


@cache
def _by_alias() -> dict[str, str]:
    """The names of all languages as Pygments has them, by each short name."""
    from pygments.lexers import get_all_lexers  # noqa: PLC0415 (few decks have code)

    return {alias.lower(): name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}
