"""YAML as authors write it, from values. `parse` reads each text back exactly as it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from deckgen.patterns import pattern
from deckgen.source import nodes

if TYPE_CHECKING:
    import re

Writable: TypeAlias = "str | bool | int | Sequence[Writable] | Mapping[str, Writable]"
"""A value that can be written: a text, `true` or `false`, a whole number, a list, or keys with values."""

MAX_KEY = 1000
"""The longest key, in characters: libyaml looks for its colon in about so many."""
_STEP = 2  # columns from a key to what is under it
_ONE_LINE = 80  # characters of the longest text on the line of its key
_VISIBLE = " -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_IN_A_BLOCK = pattern(f"[\t\n{_VISIBLE}]*")
_ESCAPED = pattern(f'["\\\\]|[^{_VISIBLE}]')
_PLAIN = pattern(f"(?!.*(?::(?: |$)| #))[^\\W_]|(?!.*(?::(?: |$)| #))[^\\W_(][{_VISIBLE}]*")
NO_TEXT = frozenset("y n yes no on off true false null".split())
"""Words in small letters that some readers of YAML take for no text."""
_NO_TEXT = pattern(rf"(?i:{'|'.join(sorted(NO_TEXT))})|[0-9][0-9a-fA-FoOxXtTzZ_.,:+ -]*")
_PLAIN_IN_BRACES = pattern(r"[A-Za-z](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
_WORD = pattern(r"[A-Za-z][A-Za-z0-9-]*(?:::[A-Za-z0-9-]+)*")


def write(value: Sequence[Writable] | Mapping[str, Writable], indent: int = 0) -> str:
    """The YAML of a list or of keys with values: whole lines, the last with its line end.

    A text that ends with a line end becomes a block (`key: |`), as authors write prose. One without becomes a
    block of the sort `|-` if it is long or has several lines; else it is on the line of its key, in quotes if
    YAML, or another reader of YAML, would take it for something else. Lines are never wrapped.

    Args:
        value: The value. An empty list or mapping becomes `[]` or `{}`.
        indent: The column of its keys or hyphens, from 0.

    Raises:
        ValueError: A text contains half a character (a surrogate), or a key is longer than `MAX_KEY`.
    """
    return "".join(f"{line}\n" for line in _lines(value, indent))


def value_of(node: nodes.Node) -> Writable:
    """A node as a value that can be written.

    Args:
        node: The node, at most as deep as the parser allows.
    """
    if isinstance(node, nodes.Scalar):
        return node.value
    if isinstance(node, nodes.Sequence):
        return [value_of(item) for item in node.items]
    return values_of(node)


def values_of(mapping: nodes.Mapping) -> dict[str, Writable]:
    """The keys of a mapping with their values."""
    return {key: value_of(node) for key, node in mapping.entries.items()}


def write_in_braces(value: Mapping[str, str | bool | int]) -> str:
    """The YAML of keys with values on one line, as in `{name: Front, size: 20}`.

    A text is in quotes unless it consists of English letters, digits, blanks, `_` and `-`.

    Args:
        value: The keys, which are plain words, with their values.

    Raises:
        ValueError: A text contains half a character (a surrogate).
    """
    return f"{{{', '.join(f'{key}: {_in_braces(inner)}' for key, inner in value.items())}}}"


def _in_braces(value: str | bool | int) -> str:  # noqa: FBT001 (a value of any of these types)
    """A value within braces."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return value if _PLAIN_IN_BRACES.fullmatch(value) and _is_plain(value) else _in_quotes(value)


def _lines(value: Sequence[Writable] | Mapping[str, Writable], indent: int) -> list[str]:
    """The lines of a list or mapping, without line ends."""
    margin = " " * indent
    if not value:
        return [f"{margin}{'{}' if isinstance(value, Mapping) else '[]'}"]
    lines = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if len(key) > MAX_KEY:
                raise ValueError(f"a key has more than {MAX_KEY} characters")
            lines += _entry(f"{margin}{_on_one_line(key)}:", inner, indent)
        return lines
    for item in value:
        if item and not isinstance(item, str | int):
            first, *others = _lines(item, indent + _STEP)
            lines += [f"{margin}- {first[indent + _STEP :]}", *others]
        else:
            lines += _entry(f"{margin}-", item, indent)
    return lines


def _entry(before: str, value: Writable, indent: int) -> list[str]:
    """The lines of a value after its key or hyphen, which is in the column `indent`."""
    if isinstance(value, bool):
        return [f"{before} {str(value).lower()}"]
    if isinstance(value, int):
        return [f"{before} {value}"]
    if isinstance(value, str):
        return _text(before, value, " " * (indent + _STEP))
    if not value:
        return [f"{before} {'{}' if isinstance(value, Mapping) else '[]'}"]
    if isinstance(value, Sequence) and (words := _words(value)):
        return [f"{before} {words}"]
    return [before, *_lines(value, indent + _STEP)]


def _words(value: Sequence[Writable]) -> str:
    """A list of a few plain words in brackets, as authors write tags and ids; empty for other lists."""
    words = [item for item in value if isinstance(item, str) and _WORD.fullmatch(item)]
    line = f"[{', '.join(words)}]"
    plain = len(words) == len(value) and not any(map(_NO_TEXT.fullmatch, words))
    return line if plain and len(line) <= _ONE_LINE else ""


def _text(before: str, text: str, margin: str) -> list[str]:
    """The lines of a text after its key or hyphen; `margin` goes before the lines of a block."""
    is_short = "\n" not in text and len(text) <= _ONE_LINE
    if is_short and not ('"' in text or "\\" in text or "\t" in text):
        return [f"{before} {_on_one_line(text)}"]
    if is_short and _is_plain(text):
        return [f"{before} {text}"]
    body = text.removesuffix("\n")
    if not (_IN_A_BLOCK.fullmatch(text) and body.rpartition("\n")[2].strip(" \t")):
        return [f"{before} {_in_quotes(text)}"]
    leading = str(_STEP) if body.lstrip("\n")[0] in " \t" else ""
    header = f"|{leading}" if text.endswith("\n") else f"|{leading}-"
    return [f"{before} {header}", *(f"{margin}{line}" if line else "" for line in body.split("\n"))]


def _on_one_line(text: str) -> str:
    """A text on one line: plain, or in double quotes."""
    return text if _is_plain(text) else _in_quotes(text)


def _is_plain(text: str) -> bool:
    """Whether any reader of YAML takes a text for this text if it is written without quotes."""
    return bool(_PLAIN.fullmatch(text)) and text == text.strip() and not _NO_TEXT.fullmatch(text)


def _in_quotes(text: str) -> str:
    r"""A text in double quotes.

    The long escapes are needed: `parse` reports the short ones of control characters, and `\n` before some
    letters, because authors who write `\beta` or `\neq` mean a formula.
    """
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    """The escape of a character."""
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        raise ValueError("a text contains half a character (a surrogate)")
    if char in '"\\':
        return f"\\{char}"
    is_safe = char == "\n" and not match.string[match.end() : match.end() + 1].islower()
    if is_safe:
        return "\\n"
    return f"\\u{ord(char):04x}" if "\xff" < char < "\U00010000" else f"\\U{ord(char):08x}"
