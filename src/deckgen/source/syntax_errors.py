"""The faults of a text that YAML cannot read, in words for authors.

libyaml stops at a line that is often some lines below the fault, and its message uses the words of its
grammar. This module goes through the lines as an author sees them (keys, items after hyphens, their texts) up
to that line. It looks for the first line that does not fit, and for the usual reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from deckgen.source.wording import (
    BLOCK_HINT,
    CONFLICT,
    CURLY,
    HYPHENS,
    ITEM_HINT,
    LONG_ENOUGH,
    OWN,
    block_hint,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


_BLANKS = " \t"  # the only blanks that YAML knows


class SyntaxFault(NamedTuple):
    """A fault: its line and column, both from 0, a message and a hint."""

    line: int
    column: int
    message: str
    hint: str


def find(
    lines: Sequence[str], number: int, column: int, problem: str, odd_ends: Sequence[int] = ()
) -> SyntaxFault:
    """The fault because of which libyaml stopped.

    Args:
        lines: The lines of the text, without line ends.
        number: The line, from 0, at which libyaml stopped.
        column: The column, from 0.
        problem: The message of libyaml.
        odd_ends: The lines, from 0, that end with a line break that editors do not show as one.
    """
    if fault := _conflict(lines):
        return fault
    if "escape" in problem:
        return _escape(lines[number], number, column)
    fault = _Walk(lines, number, column).fault()
    if fault and fault.line - 1 in odd_ends:
        at = fault.line - 1
        message = "this line ends in a line break that editors do not show (U+2028 or similar)"
        return SyntaxFault(
            at, max(len(lines[at]) - 1, 0), message, "delete it, and type a space or press Enter instead"
        )
    fault = fault or _unknown(lines[number], number, column, problem)
    return _indented_conflict(lines, fault.line) or _patch(lines, fault.line) or fault


_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7})(?: |$)")
_SIDE = re.compile(r"(?:<{7}|>{7}) \S")


def _conflict(lines: Sequence[str]) -> SyntaxFault | None:
    """The fault of the first conflict mark that git left."""
    for number, line in enumerate(lines):
        if line[:1] in {"<", "=", ">"} and _CONFLICT.match(line):
            return SyntaxFault(number, 0, *CONFLICT)
    return None


def _indented_conflict(lines: Sequence[str], number: int) -> SyntaxFault | None:
    """The fault of a conflict mark that an editor has indented, at a line or right above it."""
    for at in (number - 1, number):
        if at >= 0 and _SIDE.match(lines[at].lstrip()):
            return SyntaxFault(at, _indent(lines[at]), *CONFLICT)
    return None


_ADDED = re.compile(r"\+ *(?:- +)*[a-z_]+:(?: |$)")
_OF_PATCH = re.compile(r"[-+]|@@ -\d")


def _patch(lines: Sequence[str], number: int) -> SyntaxFault | None:
    """The fault of the first line with a patch's sign, if a line begins with such a sign."""
    if not _OF_PATCH.match(lines[number]):
        return None
    first = next((at for at, line in enumerate(lines) if _ADDED.match(line)), None)
    if first is None:
        return None
    hint = "delete the `+` at the start of each line that has one"
    if any(re.match(r"@@ -\d|- {2,}\S", line) for line in lines):
        hint += ", and the lines that begin with `-` or `@@`"
    return SyntaxFault(first, 0, "this line comes from a patch, and still has its `+` or `-`", hint)


_NO_ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*\\(?![0abt\tnvfre \"/\\N_LP]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _escape(line: str, number: int, column: int) -> SyntaxFault:
    """The fault of a backslash in double quotes that begins no escape."""
    key = _KEYED.match(line[:LONG_ENOUGH])
    hint = f"{block_hint(key)}; a block keeps backslashes as they are"
    if half := _SURROGATE.search(line, column):
        message = "this is half a character (a surrogate)"
        return SyntaxFault(number, half.start(), message, "write the character itself")
    wrong = _NO_ESCAPE.search(line, column)
    at = wrong.end() - 1 if wrong else column
    return SyntaxFault(
        number, at, "in double quotes, a backslash starts an escape sequence, but this one is not valid", hint
    )


def _unknown(line: str, number: int, column: int, problem: str) -> SyntaxFault:
    """The fault if its cause is not known: the place, with a general hint."""
    if "tab" in problem or line[column : column + 1] == "\t":
        return SyntaxFault(number, column, *_TAB)
    message = "this does not fit the text before it"
    return SyntaxFault(number, column, message, _CHECK)


# ----------------------------------------------------------------------------------------- the forms of lines

_CHECK = (
    "check the indentation: all keys of a note start in the same column, and a block's text "
    "further right; every key needs a colon"
)
_TAB = ("YAML does not allow a tab here", "indent with spaces; most editors can convert tabs")
_TAB_ALONE = ("this empty line contains a tab, which YAML does not allow", "delete the tab")
_HYPHEN = "put a hyphen and a space before it"
_NO_COMMA = "remove the comma: YAML lines do not end with one"
_SHORT = 80  # characters of a line that a hint repeats
_ODD_SPACE = (
    "this is not an ordinary space, and YAML does not allow it",
    "delete it, and retype it with the space bar",
)
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ODD_SPACES = re.compile(f" *[{_SPACES}][{_SPACES} ]*")
_ODD_START = re.compile(
    f"(?P<tab>\t)|(?P<space>[{_SPACES}])|(?P<invisible>[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])"
)
_KEY = re.compile(
    r"""(?P<name>"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'"""
    r"""|(?:[^\s"'\[\]{}#&*!|>%@`,?:-]|[?:-](?=\S))(?:(?![ \t]#).)*?)"""
    r"[ \t]*:(?=[ \t]|$)"
)
_KEYED = re.compile(r"\s*(?:- +)*(?:(?P<name>[\w-]+):[ ]+|(?<=- ))")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:[ \t]#.*)?$")
_FOLDED = re.compile(r">[-+]?[ \t]*(?:[AI] )?[^\W\d_]{2}")  # hardly a quantity, as `> 5` is
_COLONS = "\uff1a\ufe55\ufe13\ua789\u2236"


def start_hint(line: str, above: str = "") -> str:
    """A hint for a text that begins with a sign of YAML's syntax; empty if it does not.

    Args:
        line: The line with its beginning.
        above: The line before it, which may have its key.
    """
    match = _OWN_SYNTAX.match(line)
    if not match:
        key, text = re.match(r"\s*(?:- +)*([\w-]+):\s*$", above), line.lstrip()
        return _cannot_begin(text[0], BLOCK_HINT.format(key=key[1])) if key and text else ""
    sign, rest = match["sign"].strip(), line[match.start("sign") :]
    if sign in {"[", "{"} and not rest.startswith("{{"):
        close = "]" if sign == "[" else "}"
        if rest.count(sign) <= rest.count(close):
            goes_on = re.match(rf"[^{close}]*\{close}\s*[^\s#,:\]}}]", rest)
            return f"a text cannot begin with `{sign}` here; {block_hint(match)}" if goes_on else ""
        return f"close `{sign}` with `{close}`; or, if it is text, {block_hint(match)}"
    return _cannot_begin(sign, block_hint(match))


def _cannot_begin(sign: str, hint: str) -> str:
    """A hint for a text that begins with a sign of YAML's syntax."""
    return f"a text cannot begin with {_quoted(sign)} here; {hint}"


def _quoted(sign: str) -> str:
    """A sign in backticks, for a hint; a backtick in words."""
    return "a backtick" if sign == "`" else f"`{sign}`"


_OWN_SYNTAX = re.compile(_KEYED.pattern + r"(?P<sign>[*%`@&!]|[|>](?![-+0-9]*\s*(?:#|$))|[-?] |[\[{])")

_FAULTY_LINES = (
    # for a line without key and item: its pattern, the message at the first group, the hint
    (rf"-([{_SPACES}])", *_ODD_SPACE),
    (
        r"(?P<at>-)(?P<key>[^ \t-]\S*)",
        "this hyphen does not start an item",
        "put a space after the hyphen: `- {key} …`",
    ),
    (
        rf"([{HYPHENS}\u2022\u25cf\u25aa\u2023\u00b7]|[*+](?=\s))\s*(?=\w)",
        "this character does not start an item",
        (
            "begin an item with a hyphen and a space: `- id: …`; word processors turn hyphens "
            "into other dashes"
        ),
    ),
    (
        r"(\d+[.)])\s",
        "this number does not start an item",
        "begin an item with a hyphen and a space: `- id: …`",
    ),
    (
        rf"[\"'{CURLY}]?(?P<key>[\w -]+)[\"'{CURLY}]?\s*(?P<at>[{_COLONS}])",
        "this is not an ordinary colon, but a similar character",
        "type an ordinary colon, and a space after it: `{key}: …`",
    ),
    (
        rf"[A-Za-z][\w-]*(:)[{_SPACES}]",
        "the space after this colon is not an ordinary space",
        "delete it, and retype it with the space bar",
    ),
    (
        r"(?P<key>[A-Za-z][\w-]*)(?P<at>:)[^\s:/]",
        "the space after this colon is missing",
        "write `{key}: …`",
    ),
    (
        r"(?P<key>[A-Za-z][\w-]*) ?(?P<at>[;=])(?:\s|$)",
        "this character does not make a key",
        "put a colon and a space after a key: `{key}: …`",
    ),
    (r"(//|/\*|<!--|--|;|%)", "this does not start a comment", "begin a comment with `#`"),
    (
        r"(```|~~~)",
        "this does not start a text",
        "write `text: |`, with the text on the lines below it, indented",
    ),
)
_NONE = [(re.compile(pattern), message, hint) for pattern, message, hint in _FAULTY_LINES]


def _indent(line: str) -> int:
    """The number of spaces at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))


# --------------------------------------------------------------------------------- the walk through the lines


@dataclass(slots=True)
class _Level:
    """The keys of a mapping, or the items of a list, which begin in one column.

    Attributes:
        column: Their column, from 0.
        items: Whether they are items, not keys.
        name: The last key as written; empty for items.
        line: The line of the last key or item.
        waits: Whether the last one has no value yet; the next lines may have one, further right.
        alone: Whether there is only one so far.
    """

    column: int
    items: bool
    name: str
    line: int
    waits: bool = True
    alone: bool = True


@dataclass(slots=True)
class _Block:
    """The last block text.

    Attributes:
        line: The line of its `|`; -1 if there has been no block.
        parent: The column of its key or hyphen.
        column: The column in which its lines begin; -1 if it has no lines.
        after: The line after it.
    """

    line: int = -1
    parent: int = -1
    column: int = -1
    after: int = -1


class _Done(Exception):  # noqa: N818 (a signal, not an error)
    """A signal that ends the walk, with the fault."""

    def __init__(self, fault: SyntaxFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Walk:
    """A walk through the lines of a text, up to the line at which libyaml stopped."""

    def __init__(self, lines: Sequence[str], last: int, column: int = -1) -> None:
        self.lines = lines
        self.last = last
        self.last_column = column
        self.levels: list[_Level] = []
        self.left: list[_Level] = []
        """The levels that the last line left."""
        self.left_by: _Level | None = None
        self.block = _Block()
        self.comment = -1
        """The last line of the plain text that a comment cut short; -1 if there is none."""
        self.odd: SyntaxFault | None = None
        """The fault of a line that YAML can read, but that the author probably meant differently."""

    def fault(self) -> SyntaxFault | None:
        """The fault of the first line that does not fit; None if all lines fit."""
        number = 0
        try:
            while number <= self.last:
                number = self._line(number)
        except _Done as done:
            return done.fault
        return self.odd

    # One line: each of these methods returns the number of the next line to read

    def _line(self, number: int) -> int:
        """Read a line, with the values that begin on it."""
        line = self.lines[number]
        body = line.lstrip(" ")
        column = len(line) - len(body)
        if not body.strip(_BLANKS) or body[0] == "#":
            return number + 1
        if not column and body[:3] in {"---", "..."}:
            self.levels.clear()
            return number + 1
        self._check_start(body, number, column)
        while body == "-" or body[:2] in {"- ", "-\t"}:
            self._item(number, column)
            blanks = len(body) - len(body[1:].lstrip(" \t"))
            after, body = body[1:blanks], body[blanks:]
            column += blanks
            if not body or body[0] == "#":
                return number + 1
            if "\t" in after and _KEY.match(body[:LONG_ENOUGH]):
                raise _Done(SyntaxFault(number, column - blanks + 1 + after.index("\t"), *_TAB))
            self._check_start(body, number, column)
        if body[:2] in {"? ", ": "}:
            return number + 1
        if key := _KEY.match(body[:LONG_ENOUGH]):
            self._key(number, column, key["name"])
            value = body[key.end() :]
            start = column + key.end() + len(value) - len(value.lstrip(_BLANKS))
            return self._value(number, start, self.levels[-1].column)
        return self._text(number, column)

    def _check_start(self, body: str, number: int, column: int) -> None:
        """Stop at a line that begins with a tab, an unusual space or an invisible character."""
        odd = _ODD_START.match(body)
        if not odd:
            return
        message = f"there is an invisible character here (U+{ord(odd[0]):04X})"
        invisible = message, "delete it, and retype the beginning of the line"
        tab = _TAB[0], self._instead_of_tab(body) or _TAB[1]
        what = {"tab": tab, "space": self._odd_spaces(number)}.get(odd.lastgroup or "", invisible)
        raise _Done(SyntaxFault(number, column, *what))

    def _odd_spaces(self, number: int) -> tuple[str, str]:
        """The message and the hint for a line that begins with unusual spaces; they count such lines."""
        begins = [at for at, line in enumerate(self.lines) if _ODD_SPACES.match(line)]
        match = _ODD_SPACES.match(self.lines[number])
        count = len(match[0].strip(" ")) if match else 1
        if count == len(begins) == 1:
            return _ODD_SPACE
        message = f"the {count} spaces here are not ordinary spaces, and YAML does not allow them"
        hint = "delete them, and retype them with the space bar"
        if len(begins) > 1:
            hint += (
                f"; {len(begins)} lines of this file begin this way: replace all of them with your "
                "editor's search and replace"
            )
        return (message if count > 1 else _ODD_SPACE[0]), hint

    def _instead_of_tab(self, body: str, in_block: int | None = None) -> str:
        """A hint for a line that begins with a tab: how to indent it; empty if that is not clear.

        Args:
            body: The line without its first blanks.
            in_block: The column of the lines of its block, or -1 if it is the block's first line; None
                outside a block.
        """
        body = body.lstrip()
        if not self.levels or body[:2] == "- ":
            return ""
        top = self.levels[-1]
        under = f"under `{top.name}` of line {top.line + 1}" if top.name else ""
        if not under or top.items:
            return ""
        if re.match(r"[a-z_]+:(?: |$)", body) and not top.waits:
            return f"indent it with {_spaces(top.column)}, {under}" if top.column else ""
        if in_block is not None and in_block >= 0:
            return f"indent it with {_spaces(in_block)}, like the text above it"
        if in_block is None and not top.waits:
            return ""
        return f"indent it with at least {_spaces(top.column + 1)}, {under}"

    def _leave(self, column: int) -> list[_Level]:
        """Leave the levels that begin further right than a column, and return them."""
        left = []
        while self.levels and self.levels[-1].column > column:
            left.append(self.levels.pop())
        return left

    def _enter(self, level: _Level, left: list[_Level]) -> None:
        """Enter a level with a key or item that fits."""
        self.left, self.left_by = left, level
        body = self.lines[level.line][level.column :]
        empty_block = self.block.after == level.line and self.block.column < 0
        if odd := _odd_line(body, level.line, level.column):
            self.odd = odd
        elif empty_block and " " in level.name:
            self.odd = self._outside(level.line, level.column)  # a text with a colon in it
        elif self.odd and level.column <= self.odd.column:
            self.odd = None  # the text goes on, so the author meant the odd line as YAML reads it

    def _item(self, number: int, column: int) -> None:
        """Read the hyphen of an item."""
        left = self._leave(column)
        top = self.levels[-1] if self.levels else None
        if top and top.items and top.column == column:
            top.line, top.waits, top.alone = number, True, False
            self._enter(top, left)
            return
        if (top is None and not left) or (top and top.waits and top.column <= column):
            if top:
                top.waits = False
            self.levels.append(_Level(column, items=True, name="", line=number))
            self._enter(self.levels[-1], left)
            return
        raise _Done(self._misplaced(number, column, left, items=True))

    def _key(self, number: int, column: int, name: str) -> None:
        """Read a key."""
        left = self._leave(column)
        top = self.levels[-1] if self.levels else None
        if top and top.items and top.column == column and len(self.levels) > 1:
            below = self.levels[-2]
            if not below.items and below.column == column:
                left.append(self.levels.pop())
                top = below
        if top and not top.items and top.column == column:
            top.name, top.line, top.waits, top.alone = name, number, True, False
            self._enter(top, left)
            return
        if (top is None and not left) or (top and top.waits and top.column < column):
            if top:
                top.waits = False
            self.levels.append(_Level(column, items=False, name=name, line=number))
            self._enter(self.levels[-1], left)
            return
        if top and top.items and top.column == column and name == self._first_key(top):
            raise _Done(self._without_hyphen(number, column, name))
        raise _Done(self._misplaced(number, column, left, items=False, name=name))

    def _text(self, number: int, column: int) -> int:
        """Read a line with neither a key nor a hyphen."""
        left = self._leave(column)
        top = self.levels[-1] if self.levels else None
        if (top is None and not left) or (top and top.waits and top.column < column):
            if odd := _odd_line(self.lines[number][column:], number, column):
                self.odd = odd
            return self._value(number, column, top.column if top else -1)
        if top and top.items and top.column == column and not left and not self._first_key(top):
            fault = _odd_line(self.lines[number][column:], number, column) or self.odd
            raise _Done(fault or self._without_hyphen(number, column))
        raise _Done(self._no_key(number, column))

    # Values

    def _value(self, number: int, column: int, parent: int) -> int:
        """Read the value of a key or an item, if there is one; `parent` is the column of the key or item."""
        value = self.lines[number][column:].rstrip(_BLANKS)
        if not value or value[0] == "#":
            return number + 1
        if self.levels:
            self.levels[-1].waits = False
        if value[0] in "&!*":
            return self._own_sign(number, column, parent)
        if _HEADER.match(value):
            return self._literal(number, value, parent)
        if value[0] in "\"'":
            return self._quoted(number, column, parent)
        if value[0] in "[{":
            return self._flow(number, column)
        self._check_beginning(number, column, value)
        return self._plain(number, column, parent)

    def _own_sign(self, number: int, column: int, parent: int) -> int:
        """Read a value that begins with the sign of an anchor, an alias or a tag."""
        line = self.lines[number]
        if number == self.last and not self.odd:
            hint = _cannot_begin(line[column], self._block_hint(number))
            raise _Done(SyntaxFault(number, column, OWN, hint))
        return self._plain(number, column, parent)

    def _block_hint(self, number: int) -> str:
        """A hint to write as a block the value that begins on a line or continues there."""
        if match := _KEYED.match(self.lines[number][:LONG_ENOUGH]):
            return block_hint(match)
        if self.levels and self.levels[-1].items:
            return ITEM_HINT
        return BLOCK_HINT.format(key=self.levels[-1].name if self.levels else "text")

    def _check_beginning(self, number: int, column: int, value: str) -> None:
        """Stop at a plain text whose first sign YAML reads as syntax."""
        if value[0] in "|>" and value[1:].strip("\u00a0\u200b\u3000\ufeff \t") == "":
            hint = f"delete everything after the `{value[0]}` on this line"
            raise _Done(SyntaxFault(number, column + 1, "there is an invisible character here", hint))
        if self.odd and self.odd.line == number and column == _indent(self.lines[number]):
            raise _Done(self.odd)
        if fault := self._row(number, column):
            raise _Done(fault)
        if value[0] in "@`%|>" or (value[:2] in {"- ", "? "} and column != _indent(self.lines[number])):
            hint = _cannot_begin(value[0], self._block_hint(number))
            if value[0] == "|" or _FOLDED.match(value):
                key = _KEYED.match(self.lines[number][:LONG_ENOUGH])
                bar = "`|`" if value[0] == "|" else "`|` (use it instead of `>`)"
                hint = f"end the line after the {bar}, and write the text on the lines below it, indented"
                hint += f", further than `{key['name']}`" if key and key["name"] else ""
            raise _Done(SyntaxFault(number, column, OWN, hint))

    def _literal(self, number: int, header: str, parent: int) -> int:
        """Read a block: the lines below that are indented further than its key."""
        least = max(parent + 1, 1)
        digit = re.search(r"\d", header.partition("#")[0])
        column = max(parent, 0) + int(digit[0]) if digit else -1
        at = number + 1
        while at <= self.last:
            line = self.lines[at]
            indent = _indent(line)
            if not line.strip(" "):
                least = max(least, indent) if column < 0 else least
            elif line[indent] == "\t" and indent < max(column, least if column >= 0 else indent + 1):
                if not line.strip():
                    raise _Done(SyntaxFault(at, indent, *_TAB_ALONE))
                hint = self._instead_of_tab(line.lstrip(), in_block=column)
                raise _Done(SyntaxFault(at, indent, _TAB[0], hint or _TAB[1]))
            else:
                column = max(least, indent) if column < 0 and indent > parent else column
                if indent < max(column, least):
                    break
            at += 1
        self.block = _Block(number, parent, column, at)
        return at

    def _quoted(self, number: int, column: int, parent: int) -> int:
        """Read a text in quotes."""
        inner = _IN_DOUBLE if self.lines[number][column] == '"' else _IN_SINGLE
        at = number
        while not (end := inner.match(self.lines[at], column + 1 if at == number else 0)):
            at += 1
            if at > self.last or (_indent(self.lines[at]) <= parent and self.lines[at].strip(_BLANKS)):
                raise _Done(self._unclosed(number, column))
        rest = self.lines[at][end.end() :]
        if rest.strip(_BLANKS) and not re.match(r"[ \t]+#", rest):
            start = len(self.lines[at]) - len(rest.lstrip())
            hint = _NO_COMMA if rest.strip(_BLANKS) == "," else self._block_hint(number)
            raise _Done(SyntaxFault(at, start, "the quoted text ends before this", hint))
        return at + 1

    def _unclosed(self, number: int, column: int) -> SyntaxFault:
        """The fault of a quote that does not close."""
        rest = self.lines[number][column + 1 :]
        hint = f"close it; or, better, {self._block_hint(number)}"
        if any(sign in rest for sign in CURLY):
            message = "this straight quote is not closed; a curly quote does not close it"
            return SyntaxFault(number, column, message, f"remove both, or {self._block_hint(number)}")
        return SyntaxFault(number, column, "this quote is not closed on its line", hint)

    def _flow(self, number: int, column: int) -> int:
        """Read a list or keys in brackets, on one or several lines."""
        opened: list[str] = []
        start = column
        for at in range(number, self.last + 1):
            line = self.lines[at]
            for match in _IN_BRACKETS.finditer(line, start):
                sign = match.group()
                if sign in "[{":
                    opened.append(sign)
                elif sign in "]}" and opened:
                    opened.pop()
                if not opened:
                    if at == self.last and column < self.last_column < match.end() and at == number:
                        if line[self.last_column] in "@`%":
                            hint = _cannot_begin(line[self.last_column], "put it in quotes")
                            raise _Done(SyntaxFault(number, self.last_column, OWN, hint))
                        raise _Done(_in_brackets(self.lines, number, column, self._block_hint(number)))
                    rest = line[match.end() :]
                    if rest.strip(_BLANKS) == ",":
                        raise _Done(SyntaxFault(at, match.end(), "the brackets close before this", _NO_COMMA))
                    if rest.strip(_BLANKS) and not re.match(r"[ \t]+#", rest):
                        raise _Done(self._text_in_brackets(number, column))
                    return at + 1
            start = 0
        raise _Done(_in_brackets(self.lines, number, column, self._block_hint(number)))

    def _text_in_brackets(self, number: int, column: int) -> SyntaxFault:
        """The fault of a text that begins with a bracket."""
        hint = _cannot_begin(self.lines[number][column], self._block_hint(number))
        return SyntaxFault(number, column, OWN, hint)

    def _plain(self, number: int, column: int, parent: int) -> int:
        """Read a text without quotes or `|`; its further lines are indented further than its key."""
        at, start = number, column
        while True:
            line = self.lines[at]
            colon = _COLON.search(line, start)
            comment = _COMMENT.search(line, start)
            if colon and not (comment and comment.start() < colon.start()):
                raise _Done(self._colon_in(at, colon.start(), number, column))
            at += 1
            while at <= self.last and not self.lines[at].strip(_BLANKS):
                at += 1
            if comment:
                self.comment = at - 1
                return at
            if at > self.last or _indent(self.lines[at]) <= parent or self.lines[at][:3] in {"---", "..."}:
                return at
            start = _indent(self.lines[at])
            if self.lines[at][start] == "\t" and start <= parent:
                return at
            if self.lines[at][start] == "#":
                return at

    def _colon_in(self, at: int, colon: int, number: int, column: int) -> SyntaxFault:
        """The fault of a colon in a plain text, which begins at the line `number` and the column `column`."""
        line = self.lines[at]
        below = column == _indent(self.lines[number])
        if self.odd and self.odd.line >= number - 1:
            return self.odd
        key = re.match(r" *(- +)?([a-z_]+):(?: |$)", line)
        if at > number and (not self.levels or self.levels[-1].items):
            is_text = self._item_is_text(self.levels[-1], at, key[2]) if self.levels and key else None
            return is_text or self._no_key(number, column)
        if at > number and not below and key:
            return self._misplaced(at, _indent(line), [], items=bool(key[1]), name=key[2])
        word = re.match(r"[a-z_]+(?= |$)", self.lines[number][column:])
        alone = word is not None and word[0] == self.lines[number].strip()
        if at > number and below and key and word and (alone or _indent(line) == column):
            return self._no_key(number, column)
        if at == number and line[:colon].endswith(":") and not line[colon + 1 :].strip():
            levels = line[column:colon].rstrip(":")
            if re.match(rf" *deck: +{re.escape(levels)}:", line):
                message = "`::` separates two levels of a deck's name, but there is nothing after it"
                return SyntaxFault(at, colon, message, f"write `deck: {levels}`")
        message = "`: ` inside this text makes YAML read it as a key"
        start = re.match(r"\s*(?:- +)*(?:[\w-]+:[ ]+)?", self.lines[number])
        if start and self.lines[number][start.end() : start.end() + 1] in {*CURLY}:
            message += "; YAML does not treat curly quotes as quotes"
        return SyntaxFault(at, colon, message, self._block_hint(number))

    # The faults of lines that do not fit

    def _first_key(self, items: _Level) -> str:
        """The first key of a list's items, taken from the nearest item; empty if the items are texts."""
        item = re.compile(rf" {{{items.column}}}- +(?P<key>[\w-]+):(?: |$)")
        for lines in (reversed(self.lines[: items.line + 1]), self.lines[items.line + 1 :]):
            for line in lines:
                if line.strip() and _indent(line) < items.column:
                    break
                if match := item.match(line):
                    return match["key"]
        return ""

    def _without_hyphen(self, number: int, column: int, key: str = "") -> SyntaxFault:
        """The fault of a line without a hyphen in its list's column of hyphens; `key` is its key, if any."""
        written = self.lines[number][column:].strip()
        hint = f"write `- {written}`" if len(written) <= _SHORT and "`" not in written else _HYPHEN
        if key:
            return SyntaxFault(number, column, f"a hyphen is missing before `{key}`", hint)
        hint += "; or, if it continues the text above, indent it further"
        return SyntaxFault(number, column, "this line has no hyphen, so it is not an item", hint)

    def _of_item(self, number: int, column: int, name: str) -> SyntaxFault | None:
        """The fault of an item above a key: a text, which cannot have keys, or an item without a hyphen."""
        *others, top = self.levels or [_Level(-1, items=False, name="", line=0)]
        if top.column >= column:
            return None
        if top.items:
            return None if self._in_brackets(top) else self._item_is_text(top, number, name)
        if others and top.alone and top.name == "id" and not others[-1].items:
            return self._without_hyphen(top.line, top.column, top.name)
        return None

    def _in_brackets(self, items: _Level) -> bool:
        """Whether the value of an item begins with a bracket."""
        return self.lines[items.line][items.column + 1 :].lstrip()[:1] in {"[", "{"}

    def _item_is_text(self, items: _Level, number: int, name: str) -> SyntaxFault | None:
        """The fault of an item that is a text with a key below it; None if its list has no keys."""
        first = self._first_key(items)
        if not first:
            return None
        line = self.lines[items.line]
        column = items.column + 1 + len(line[items.column + 1 :]) - len(line[items.column + 1 :].lstrip())
        written = line[column:].rstrip()
        hint = (
            f"write `- {first}: {written}`"
            if len(written) <= _SHORT and "`" not in written
            else (f"put `{first}:` and a space before it")
        )
        message = f"this item is a text, so it cannot have the key `{name}` of line {number + 1}"
        return SyntaxFault(items.line, column, message, hint)

    def _misplaced(
        self, number: int, column: int, left: list[_Level], *, items: bool, name: str = ""
    ) -> SyntaxFault:
        """The fault of a key or hyphen in a wrong column."""
        odd = _odd_line(self.lines[number][column:], number, column) or self.odd
        if not odd and not items and not left and (fault := self._of_item(number, column, name)):
            return fault
        if items and self._lacks_cells(column):
            message = "this hyphen does not start a cell, because the key `cells` is missing"
            hint = (
                f"add a line `{' ' * column}cells:` above it, and put all hyphens of the cells in "
                "the same column"
            )
            return SyntaxFault(number, column, message, hint)
        key = re.fullmatch(r"[a-z_]+", name) and column - self.block.parent <= self.block.column - column
        if fault := odd or (None if key else self._left_of_its_text(number, column)):
            return fault
        at, at_column, at_name = number, column, name
        levels = [*left, *reversed(self.levels)]
        by = self.left_by
        if (
            by
            and by.line < number
            and any(each.column == column and each.items == items for each in self.left)
        ):
            # this line is in the right column; the line between is not
            at, at_column, at_name, items = by.line, by.column, by.name, by.items
            levels = self.left
        beside = [each for each in levels if each.items == items and each.column != at_column]
        if not beside:
            return SyntaxFault(at, at_column, "this line does not fit the lines above it", _CHECK)
        # at equal distance, a key that opens a list is a section rather than a key of the note above
        opens = not items and self._opens_a_list(at)
        near = min(beside, key=lambda each: (abs(each.column - at_column), opens * each.column))
        what = "this hyphen" if items else f"`{at_name}`"
        those = "the other hyphens of its list" if items else "the keys next to it"
        over = "the hyphen" if items else f"`{near.name}`"
        message = f"{what} starts in column {at_column + 1}, but {those} start in column {near.column + 1}"
        hint = f"align it with {over} on line {near.line + 1}, with {_spaces(near.column)} before it"
        hint += "; or check whether that line is in the wrong place" if near.alone else ""
        return SyntaxFault(at, at_column, message, hint)

    def _lacks_cells(self, column: int) -> bool:
        """Whether a hyphen is in the column of the keys of a table's row."""
        *_, section, items, keys = (_NOTHING, _NOTHING, _NOTHING, *self.levels)
        return section.name == "rows" and items.items and keys.column == column and keys.name == "id"

    def _row(self, number: int, column: int) -> SyntaxFault | None:
        """The fault of a row in Markdown below `rows:`; None for other lines."""
        row = re.fullmatch(r"\|(.+)\|\s*", self.lines[number][column:])
        if not row or not any(level.name == "rows" for level in self.levels):
            return None
        message = "a row of a comparison is written as an item with an id and cells, not in Markdown"
        cells = [cell.strip() for cell in row[1].split("|")]
        name = "-".join(re.findall(r"[a-z0-9]+", cells[0].lower())) if cells[0].isascii() else ""
        if not name or any(not re.fullmatch(r"[^\W_][\w ,;.()%/'\u2019\u2013°-]*", cell) for cell in cells):
            return SyntaxFault(
                number, column, message, "write `- id: …`, and under `id` its `cells:`, each after a hyphen"
            )
        written = ", ".join(f'"{cell}"' if "," in cell else cell for cell in cells)
        return SyntaxFault(number, column, message, f"write `- {{id: {name}, cells: [{written}]}}`")

    def _opens_a_list(self, number: int) -> bool:
        """Whether a line is a key without a value, followed by an item no further right."""
        below = next((line for line in self.lines[number + 1 :] if line.strip()), "")
        return (
            self.lines[number].rstrip().endswith(":")
            and below.lstrip().startswith("- ")
            and _indent(below) <= _indent(self.lines[number])
        )

    def _left_of_its_text(self, number: int, column: int) -> SyntaxFault | None:
        """The fault of a line between the columns of the block above and of the block's key; else None."""
        block = self.block
        if block.after != number or not block.parent < column < block.column:
            return None
        blank = self.lines[block.line + 1]
        message = "this line is indented less than the first line of its text"
        if not blank.strip() and len(blank) >= block.column:
            message = "this line is indented less than the spaces on the empty line above it"
        first = next(at for at in range(block.line + 1, number + 1) if self.lines[at].strip())
        rule = "indent all lines of a text at least as far as the first one"
        hint = f"align it with line {first + 1}, with {_spaces(block.column)} before it; {rule}"
        if first == number:
            hint = f"delete the spaces on the line above it; {rule}"
        if re.search(r"[|>][-+]?\d", self.lines[block.line]):
            hint = "delete the number after the `|`"
        return SyntaxFault(number, column, message, hint)

    def _outside(self, number: int, column: int) -> SyntaxFault:
        """The fault of a line that should be part of a block but is not indented enough."""
        message = "this text is outside the block that the `|` above starts"
        hint = f"indent it further than the key on line {self.block.line + 1}"
        if self.block.column >= 0:
            hint = f"put {_spaces(self.block.column)} before it, like the text above it"
        if key := self._without_colon(number, column):
            hint = f"if it is a key, write `{key}`; if it is text, {hint}"
        return SyntaxFault(number, column, message, hint)

    def _without_colon(self, number: int, column: int) -> str:
        """A line as a key, with the missing colon; empty if the line is hardly a key."""
        body = self.lines[number][column:].rstrip()
        word = re.fullmatch(r"(?P<name>[a-z_]+)(?: ?(?P<bar>[|>])| .*)?", body)
        if not word or self.block.column < 0 or column != self.block.parent:
            return ""
        if word["bar"] or body == word["name"]:
            return f"{word['name']}:{' |' * bool(word['bar'])}"
        known = re.compile(rf" *(?:- +)?{word['name']}: ")
        return f"{word['name']}: …" if any(map(known.match, self.lines)) else ""

    def _no_key(self, number: int, column: int) -> SyntaxFault:
        """The fault of a line with neither a key nor a hyphen, if it needs one."""
        line = self.lines[number]
        if self.block.after == number and self.block.column < 0:
            return self._outside(number, column)
        if fault := self._row(number, column) or _odd_line(line[column:], number, column):
            return fault
        if 0 <= self.comment == self._above(number):
            message = (
                "the text above ended at its ` #`, which starts a comment, so this line does "
                "not belong to anything"
            )
            return SyntaxFault(number, column, message, self._block_hint(self.comment))
        if fault := self.odd or self._left_of_its_text(number, column):
            return fault
        if self.block.after == number:
            return self._outside(number, column)
        hints = []
        word = re.match(r"[a-z][\w-]*(?= |$)", line[column:])
        if word:
            hints.append(f"if it is a key, write `{word[0]}: …`")
        if not re.fullmatch(r"\w+ ?[|>]?", line[column:].rstrip()) and (owner := self._owner()):
            below = f"`{owner}: |`, with the text on the lines below it, indented"
            hints.append(f"if it is the text of `{owner}`, write {below}")
        message = (
            "this line has no colon, so it is not a key" if word else "this line is neither a key nor an item"
        )
        return SyntaxFault(number, column, message, "; ".join(hints) or _CHECK)

    def _above(self, number: int) -> int:
        """The number of the last non-empty line above a line; -1 if there is none."""
        return next((line for line in range(number - 1, -1, -1) if self.lines[line].strip()), -1)

    def _owner(self) -> str:
        """The key whose text a line without a key may be; empty if there is none."""
        keys = [level for level in self.levels if not level.items]
        if len(keys) > 1 and self.levels[-1] is keys[-1] and self.levels[-2] is keys[-2]:
            return keys[-2].name
        return keys[-1].name if keys and self.levels[-1] is keys[-1] and keys[-1].name != "id" else ""


_NOTHING = _Level(-1, items=False, name="", line=-1)
_IN_DOUBLE = re.compile(r'(?:[^"\\]|\\.)*+"')
_IN_SINGLE = re.compile(r"(?:[^']|'')*+'")
_COLON = re.compile(r":(?=[ \t]|$)")
_COMMENT = re.compile(r"[ \t]#")
_IN_BRACKETS = re.compile(
    r"(?<![^ \t\[{,:])(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^']|'')*+')|(?<![^ \t\[{,])#.*|[\[\]{}]"
)


def _odd_line(body: str, number: int, column: int) -> SyntaxFault | None:
    """The fault of a line that is no key and no item but looks like one; else None."""
    if (
        body[0].isascii()
        and body[0].isalnum()
        and body.isascii()
        and ":" in body
        and _KEY_AND_SPACE.match(body)
    ):
        return None
    for pattern, message, hint in _NONE:
        if match := pattern.match(body[:LONG_ENOUGH]):
            groups = match.groupdict()
            at = match.start("at" if "at" in groups else 1)
            return SyntaxFault(number, column + at, message, hint.replace("{key}", groups.get("key", "")))
    return None


_KEY_AND_SPACE = re.compile(r"[A-Za-z][\w -]*:(?:\s|$)")


def _in_brackets(lines: Sequence[str], number: int, column: int, block: str) -> SyntaxFault:
    """The fault of a list or of keys in brackets that begin at a line and a column."""
    line = lines[number]
    sign = line[column]
    close = "]" if sign == "[" else "}"
    if line.startswith("{{", column):
        return SyntaxFault(
            number,
            column,
            OWN,
            _cannot_begin("{", block),
        )
    comment = re.compile(r"[\s\[{,](#)").search(line, column)
    if comment:
        message = "the rest of this line is a comment, because of this `#`"
        return SyntaxFault(
            number, comment.start(1), message, "remove the `#`; or, if it is text, put it in quotes"
        )
    if line.count(sign, column) > line.count(close, column):
        message = OWN
        hint = f"close `{sign}` with `{close}`; or, if it is text, {block}"
        return SyntaxFault(number, column, message, hint)
    colon = re.compile(r":[ \t][^,:\]}]*(:)[ \t]").search(line, column)
    if colon:
        message = "this is a second colon without a comma before it"
        hint = "add the missing comma; or, if it is text, put it in quotes"
        return SyntaxFault(number, colon.start(1), message, hint)
    return SyntaxFault(number, column, "there is a mistake inside these brackets", _BRACKETS)


_BRACKETS = (
    "inside brackets, put a comma between items or keys, a space after each comma and colon, "
    "and quotes around texts with special characters"
)


def _spaces(count: int) -> str:
    """A number of spaces in words."""
    return "no space" if not count else "one space" if count == 1 else f"{count} spaces"
