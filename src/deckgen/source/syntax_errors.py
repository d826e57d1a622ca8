"""Why YAML cannot read on, in an author's words.

libyaml stumbles where it cannot go on, which is often some lines below the slip, and says so in the words of
its grammar. This room walks through the lines as an author sees them (keys, items after hyphens, texts under
them) up to where libyaml stumbled, and finds the first line that does not fit, and the usual reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK_HINT = "write the text as a block: `{key}: |`, and the text on the lines below it, indented"
ITEM_HINT = "write the item as a block: `- |`, and the text on the lines below it, indented"

LONG_ENOUGH = 1000
"""How many characters of a line are looked at."""


_BLANKS = " \t"  # the only ones that YAML knows


class Slip(NamedTuple):
    """What is wrong: the line and column, both from 0, a message and a hint."""

    line: int
    column: int
    message: str
    hint: str


def find(lines: Sequence[str], number: int, column: int, problem: str, odd_ends: Sequence[int] = ()) -> Slip:
    """The slip because of which libyaml could not read on.

    Args:
        lines: The lines of the text, without line ends.
        number: The line at which libyaml stumbled, from 0.
        column: The column, from 0.
        problem: What it said.
        odd_ends: The lines, from 0, that end with a line break that editors do not show as one.
    """
    if slip := _conflict(lines):
        return slip
    if "escape" in problem:
        return _escape(lines[number], number, column)
    slip = _Walk(lines, number, column).slip()
    if slip and slip.line - 1 in odd_ends:
        at = slip.line - 1
        message = "a line break stands at the end of this line that editors do not show (U+2028 or the like)"
        return Slip(at, max(len(lines[at]) - 1, 0), message, "delete it, and type a space or Enter instead")
    slip = slip or _unknown(lines[number], number, column, problem)
    return _indented_conflict(lines, slip.line) or _patch(lines, slip.line) or slip


_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7})(?: |$)")
_SIDE = re.compile(r"(?:<{7}|>{7}) \S")
CONFLICT = (
    "git left the marks of a conflict here",
    "keep one of the two texts, or both where each adds a note; and delete the marks",
)
"""What is wrong where a merge was not finished, and what to do."""


def _conflict(lines: Sequence[str]) -> Slip | None:
    """The first mark of a conflict that git left."""
    for number, line in enumerate(lines):
        if line[:1] in {"<", "=", ">"} and _CONFLICT.match(line):
            return Slip(number, 0, *CONFLICT)
    return None


def _indented_conflict(lines: Sequence[str], number: int) -> Slip | None:
    """The mark of a conflict that an editor has indented, at a line that does not fit or right above it."""
    for at in (number - 1, number):
        if at >= 0 and _SIDE.match(lines[at].lstrip()):
            return Slip(at, _indent(lines[at]), *CONFLICT)
    return None


_ADDED = re.compile(r"\+ *(?:- +)*[a-z_]+:(?: |$)")
_OF_PATCH = re.compile(r"[-+]|@@ -\d")


def _patch(lines: Sequence[str], number: int) -> Slip | None:
    """The first line with the sign of a patch, where one does not fit."""
    if not _OF_PATCH.match(lines[number]):
        return None
    first = next((at for at, line in enumerate(lines) if _ADDED.match(line)), None)
    if first is None:
        return None
    hint = "delete the `+` at the beginning of each line that has one"
    if any(re.match(r"@@ -\d|- {2,}\S", line) for line in lines):
        hint += ", and the lines that begin with `-` or `@@`"
    return Slip(first, 0, "this line comes from a patch, with its sign", hint)


_NO_ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*\\(?![0abt\tnvfre \"/\\N_LP]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _escape(line: str, number: int, column: int) -> Slip:
    """A backslash in double quotes with which no escape begins."""
    key = _KEYED.match(line[:LONG_ENOUGH])
    hint = f"{block_hint(key)}; a block keeps backslashes as they are"
    if half := _SURROGATE.search(line, column):
        message = "this stands for half a character (a surrogate)"
        return Slip(number, half.start(), message, "write the character itself")
    wrong = _NO_ESCAPE.search(line, column)
    at = wrong.end() - 1 if wrong else column
    return Slip(number, at, "a backslash in double quotes begins an escape, and this one is none", hint)


def _unknown(line: str, number: int, column: int, problem: str) -> Slip:
    """Where no slip is known: the place, and what to look for."""
    if "tab" in problem or line[column : column + 1] == "\t":
        return Slip(number, column, *_TAB)
    message = "this does not fit what stands before it"
    return Slip(number, column, message, _CHECK)


# --------------------------------------------------------------------------------------- what lines look like

_CHECK = (
    "check the indentation: keys of one note begin in one column, a block's text further right; and every "
    "key needs its colon"
)
_TAB = ("YAML does not take a tab here", "indent with spaces; most editors can convert tabs")
_TAB_ALONE = ("a tab stands on this empty line, where YAML takes none", "empty the line")
_HYPHEN = "put a hyphen and a space before it"
_NO_COMMA = "take the comma away: a line of YAML ends without one"
_SHORT = 80  # characters of a line that a hint repeats
_ODD_SPACE = (
    "YAML does not take this space, which is not an ordinary one",
    "delete it, and type it anew with the space bar",
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
CURLY = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
HYPHENS = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_COLONS = "\uff1a\ufe55\ufe13\ua789\u2236"


def block_hint(match: re.Match[str] | None) -> str:
    """To write a text as a block, where a line begins with a key or with the hyphen of an item."""
    if match and not match["name"]:
        return ITEM_HINT
    return BLOCK_HINT.format(key=match["name"] if match else "text")


def start_hint(line: str, above: str = "") -> str:
    """What to do about a text that begins with a character that YAML takes for its own; "" if none does.

    Args:
        line: The line on which it begins.
        above: The line before it, which may hold its key.
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
        return f"what opens with `{sign}` must close with `{close}`; or, if it is text, {block_hint(match)}"
    return _cannot_begin(sign, block_hint(match))


def _cannot_begin(sign: str, hint: str) -> str:
    return f"a text cannot begin with {_quoted(sign)} here; {hint}"


def _quoted(sign: str) -> str:
    return "a backtick" if sign == "`" else f"`{sign}`"


OWN = "YAML reads the beginning of this text as its own syntax"
"""What is wrong where a text begins with a sign of YAML's."""


_OWN_SYNTAX = re.compile(_KEYED.pattern + r"(?P<sign>[*%`@&!]|[|>](?![-+0-9]*\s*(?:#|$))|[-?] |[\[{])")

_LINES_THAT_ARE_NONE = (
    # what a line of no key and no item looks like, what is wrong at the first group, what to write
    (rf"-([{_SPACES}])", *_ODD_SPACE),
    (
        r"(?P<at>-)(?P<key>[^ \t-]\S*)",
        "this hyphen begins no item",
        "a space must follow the hyphen: `- {key} …`",
    ),
    (
        rf"([{HYPHENS}\u2022\u25cf\u25aa\u2023\u00b7]|[*+](?=\s))\s*(?=\w)",
        "this sign begins no item",
        "an item begins with a hyphen and a space: `- id: …`; word processors turn hyphens into other dashes",
    ),
    (r"(\d+[.)])\s", "this number begins no item", "an item begins with a hyphen and a space: `- id: …`"),
    (
        rf"[\"'{CURLY}]?(?P<key>[\w -]+)[\"'{CURLY}]?\s*(?P<at>[{_COLONS}])",
        "this is not the colon that YAML knows, but one that looks like it",
        "type an ordinary colon, and a space after it: `{key}: …`",
    ),
    (
        rf"[A-Za-z][\w-]*(:)[{_SPACES}]",
        "the space after this colon is not an ordinary one",
        "delete it, and type it anew with the space bar",
    ),
    (
        r"(?P<key>[A-Za-z][\w-]*)(?P<at>:)[^\s:/]",
        "a space is missing after this colon",
        "write `{key}: …`",
    ),
    (
        r"(?P<key>[A-Za-z][\w-]*) ?(?P<at>[;=])(?:\s|$)",
        "this sign makes no key",
        "a key has a colon and a space after it: `{key}: …`",
    ),
    (r"(//|/\*|<!--|--|;|%)", "this begins no comment", "a comment begins with `#`"),
    (r"(```|~~~)", "this begins no text", "write `text: |`, and the text on the lines below it, indented"),
)
_NONE = [(re.compile(pattern), message, hint) for pattern, message, hint in _LINES_THAT_ARE_NONE]


def _indent(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


# --------------------------------------------------------------------------------------- walking through them


@dataclass(slots=True)
class _Level:
    """Keys or items that begin in one column.

    Attributes:
        column: From 0.
        items: Whether they are items, and not keys.
        name: The last of the keys, as written.
        line: The line of the last one.
        waits: Whether it has no value yet, so that one may come on the next lines, further right.
        alone: Whether it is the first one.
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
        line: That of its `|`; -1 where there has been none.
        parent: The column of its key or hyphen.
        column: That in which its lines begin; -1 where it has none.
        after: The line after it.
    """

    line: int = -1
    parent: int = -1
    column: int = -1
    after: int = -1


class _Found(Exception):  # noqa: N818 (it ends the walk, and is no error)
    """The walk has found the slip."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(slip.message)
        self.slip = slip


class _Walk:
    """Goes through the lines of a text up to the one at which libyaml stumbled."""

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
        """The line whose plain text a comment cut short."""
        self.odd: Slip | None = None
        """What YAML takes as a key or text, and an author hardly meant so."""

    def slip(self) -> Slip | None:
        """The first line that does not fit; None where all do."""
        number = 0
        try:
            while number <= self.last:
                number = self._line(number)
        except _Found as found:
            return found.slip
        return self.odd

    # One line: each of these gives the number of the line that comes after what it has read

    def _line(self, number: int) -> int:
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
                raise _Found(Slip(number, column - blanks + 1 + after.index("\t"), *_TAB))
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
        """Stop at a line that begins with a tab, or with a space or sign that is none to YAML."""
        odd = _ODD_START.match(body)
        if not odd:
            return
        message = f"an invisible character stands here (U+{ord(odd[0]):04X})"
        invisible = message, "delete it, and type the beginning of the line anew"
        tab = _TAB[0], self._instead_of_tab(body) or _TAB[1]
        what = {"tab": tab, "space": self._odd_spaces(number)}.get(odd.lastgroup or "", invisible)
        raise _Found(Slip(number, column, *what))

    def _odd_spaces(self, number: int) -> tuple[str, str]:
        """What is wrong with a line that begins with spaces that are none to YAML; how many lines do."""
        begins = [at for at, line in enumerate(self.lines) if _ODD_SPACES.match(line)]
        match = _ODD_SPACES.match(self.lines[number])
        count = len(match[0].strip(" ")) if match else 1
        if count == len(begins) == 1:
            return _ODD_SPACE
        message = f"YAML does not take the {count} spaces here that are not ordinary ones"
        hint = "delete them, and type them anew with the space bar"
        if len(begins) > 1:
            hint += f"; {len(begins)} lines of this file begin so: have the editor replace them all"
        return (message if count > 1 else _ODD_SPACE[0]), hint

    def _instead_of_tab(self, body: str, in_block: int | None = None) -> str:
        """How to indent a line that begins with a tab; empty where that is not clear.

        Args:
            body: What stands after its blanks.
            in_block: The column of the block's lines that it comes after, or -1 where it is the first.
        """
        body = body.lstrip()
        if not self.levels or body[:2] == "- ":
            return ""
        top = self.levels[-1]
        where = f"under `{top.name}` of line {top.line + 1}" if top.name else ""
        if not where or top.items:
            return ""
        if re.match(r"[a-z_]+:(?: |$)", body) and not top.waits:
            return f"indent it with {_spaces(top.column)}, {where}" if top.column else ""
        if in_block is not None and in_block >= 0:
            return f"indent it with {_spaces(in_block)}, as the text above it"
        if in_block is None and not top.waits:
            return ""
        return f"indent it with at least {_spaces(top.column + 1)}, {where}"

    def _leave(self, column: int) -> list[_Level]:
        """Leave the levels that begin further right."""
        left = []
        while self.levels and self.levels[-1].column > column:
            left.append(self.levels.pop())
        return left

    def _enter(self, level: _Level, left: list[_Level]) -> None:
        """A key or item has its place."""
        self.left, self.left_by = left, level
        body = self.lines[level.line][level.column :]
        empty_block = self.block.after == level.line and self.block.column < 0
        if odd := _odd_line(body, level.line, level.column):
            self.odd = odd
        elif empty_block and " " in level.name:
            self.odd = self._outside(level.line, level.column)  # a text with a colon in it
        elif self.odd and level.column <= self.odd.column:
            self.odd = None  # what seemed odd was meant so, since the text goes on after it

    def _item(self, number: int, column: int) -> None:
        """A hyphen with something after it, or nothing."""
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
        raise _Found(self._misplaced(number, column, left, items=True))

    def _key(self, number: int, column: int, name: str) -> None:
        """A key."""
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
            raise _Found(self._without_hyphen(number, column, name))
        raise _Found(self._misplaced(number, column, left, items=False, name=name))

    def _text(self, number: int, column: int) -> int:
        """A line that has neither a key nor a hyphen."""
        left = self._leave(column)
        top = self.levels[-1] if self.levels else None
        if (top is None and not left) or (top and top.waits and top.column < column):
            if odd := _odd_line(self.lines[number][column:], number, column):
                self.odd = odd
            return self._value(number, column, top.column if top else -1)
        if top and top.items and top.column == column and not left and not self._first_key(top):
            slip = _odd_line(self.lines[number][column:], number, column) or self.odd
            raise _Found(slip or self._without_hyphen(number, column))
        raise _Found(self._no_key(number, column))

    # Values

    def _value(self, number: int, column: int, parent: int) -> int:
        """What a key or an item has for a value, where something stands there; `parent` is its own column."""
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
        """A value that begins with the sign of an anchor, an alias or a tag."""
        line = self.lines[number]
        if number == self.last and not self.odd:
            hint = _cannot_begin(line[column], self._block_hint(number))
            raise _Found(Slip(number, column, OWN, hint))
        return self._plain(number, column, parent)

    def _block_hint(self, number: int) -> str:
        """To write the value on a line, or the one that goes on there, as a block."""
        if match := _KEYED.match(self.lines[number][:LONG_ENOUGH]):
            return block_hint(match)
        if self.levels and self.levels[-1].items:
            return ITEM_HINT
        return BLOCK_HINT.format(key=self.levels[-1].name if self.levels else "text")

    def _check_beginning(self, number: int, column: int, value: str) -> None:
        """Stop at a plain text that YAML takes for something else from its first sign on."""
        if value[0] in "|>" and value[1:].strip("\u00a0\u200b\u3000\ufeff \t") == "":
            hint = f"delete what follows the `{value[0]}`: only Enter belongs there"
            raise _Found(Slip(number, column + 1, "an invisible character stands here", hint))
        if self.odd and self.odd.line == number and column == _indent(self.lines[number]):
            raise _Found(self.odd)
        if slip := self._row(number, column):
            raise _Found(slip)
        if value[0] in "@`%|>" or (value[:2] in {"- ", "? "} and column != _indent(self.lines[number])):
            hint = _cannot_begin(value[0], self._block_hint(number))
            if value[0] == "|" or _FOLDED.match(value):
                key = _KEYED.match(self.lines[number][:LONG_ENOUGH])
                bar = "`|`" if value[0] == "|" else "`|`, which belongs here instead of the `>`"
                hint = f"end the line after the {bar}, and write the text on the lines below it, indented"
                hint += f", further than `{key['name']}`" if key and key["name"] else ""
            raise _Found(Slip(number, column, OWN, hint))

    def _literal(self, number: int, header: str, parent: int) -> int:
        """A block: the lines below that are indented further than its key."""
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
                    raise _Found(Slip(at, indent, *_TAB_ALONE))
                hint = self._instead_of_tab(line.lstrip(), in_block=column)
                raise _Found(Slip(at, indent, _TAB[0], hint or _TAB[1]))
            else:
                column = max(least, indent) if column < 0 and indent > parent else column
                if indent < max(column, least):
                    break
            at += 1
        self.block = _Block(number, parent, column, at)
        return at

    def _quoted(self, number: int, column: int, parent: int) -> int:
        """A text in quotes."""
        inner = _IN_DOUBLE if self.lines[number][column] == '"' else _IN_SINGLE
        at = number
        while not (end := inner.match(self.lines[at], column + 1 if at == number else 0)):
            at += 1
            if at > self.last or (_indent(self.lines[at]) <= parent and self.lines[at].strip(_BLANKS)):
                raise _Found(self._unclosed(number, column))
        rest = self.lines[at][end.end() :]
        if rest.strip(_BLANKS) and not re.match(r"[ \t]+#", rest):
            start = len(self.lines[at]) - len(rest.lstrip())
            hint = _NO_COMMA if rest.strip(_BLANKS) == "," else self._block_hint(number)
            raise _Found(Slip(at, start, "the quoted text ends before this", hint))
        return at + 1

    def _unclosed(self, number: int, column: int) -> Slip:
        """A quote that does not close on its line."""
        rest = self.lines[number][column + 1 :]
        hint = f"close it; or better, {self._block_hint(number)}"
        if any(sign in rest for sign in CURLY):
            message = "a straight quote opens here, and a curly one does not close it"
            return Slip(number, column, message, f"take both away, or {self._block_hint(number)}")
        return Slip(number, column, "a quote opens here and does not close on its line", hint)

    def _flow(self, number: int, column: int) -> int:
        """A list or keys in brackets, on one line or several."""
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
                            raise _Found(Slip(number, self.last_column, OWN, hint))
                        raise _Found(_in_brackets(self.lines, number, column, self._block_hint(number)))
                    rest = line[match.end() :]
                    if rest.strip(_BLANKS) == ",":
                        raise _Found(Slip(at, match.end(), "the brackets close before this", _NO_COMMA))
                    if rest.strip(_BLANKS) and not re.match(r"[ \t]+#", rest):
                        raise _Found(self._text_in_brackets(number, column))
                    return at + 1
            start = 0
        raise _Found(_in_brackets(self.lines, number, column, self._block_hint(number)))

    def _text_in_brackets(self, number: int, column: int) -> Slip:
        """A text that begins with a bracket."""
        hint = _cannot_begin(self.lines[number][column], self._block_hint(number))
        return Slip(number, column, OWN, hint)

    def _plain(self, number: int, column: int, parent: int) -> int:
        """A text without quotes or `|`, on one line or on several that are indented further than its key."""
        at, start = number, column
        while True:
            line = self.lines[at]
            colon = _COLON.search(line, start)
            comment = _COMMENT.search(line, start)
            if colon and not (comment and comment.start() < colon.start()):
                raise _Found(self._colon_in(at, colon.start(), number, column))
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

    def _colon_in(self, at: int, colon: int, number: int, column: int) -> Slip:
        """A colon in a plain text that began at the line `number` and a column."""
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
                message = "`::` stands between two levels of a deck's name, and none follows here"
                return Slip(at, colon, message, f"write `deck: {levels}`")
        message = "a colon followed by a space can stand in a text only where that is a block"
        start = re.match(r"\s*(?:- +)*(?:[\w-]+:[ ]+)?", self.lines[number])
        if start and self.lines[number][start.end() : start.end() + 1] in {*CURLY}:
            message += "; to YAML curly quotes are none"
        return Slip(at, colon, message, self._block_hint(number))

    # What is wrong where a line has no place

    def _first_key(self, items: _Level) -> str:
        """The key with which the items of a list begin, by the nearest one; empty where they are texts."""
        item = re.compile(rf" {{{items.column}}}- +(?P<key>[\w-]+):(?: |$)")
        for lines in (reversed(self.lines[: items.line + 1]), self.lines[items.line + 1 :]):
            for line in lines:
                if line.strip() and _indent(line) < items.column:
                    break
                if match := item.match(line):
                    return match["key"]
        return ""

    def _without_hyphen(self, number: int, column: int, key: str = "") -> Slip:
        """A line in the column of the hyphens of its list that has none; the key that it begins with."""
        written = self.lines[number][column:].strip()
        hint = f"write `- {written}`" if len(written) <= _SHORT and "`" not in written else _HYPHEN
        if key:
            return Slip(number, column, f"a hyphen is missing before `{key}`", hint)
        hint += "; or, if it goes on with the text above, indent it further"
        return Slip(number, column, "this line has no hyphen, so it is no item", hint)

    def _of_item(self, number: int, column: int, name: str) -> Slip | None:
        """A key that is indented as those of an item: one that is a text, or one without a hyphen."""
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

    def _item_is_text(self, items: _Level, number: int, name: str) -> Slip | None:
        """A key below an item that is a text already; None where the items of its list have no keys."""
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
        return Slip(items.line, column, message, hint)

    def _misplaced(
        self, number: int, column: int, left: list[_Level], *, items: bool, name: str = ""
    ) -> Slip:
        """A key or hyphen in a column in which none can begin."""
        odd = _odd_line(self.lines[number][column:], number, column) or self.odd
        if not odd and not items and not left and (slip := self._of_item(number, column, name)):
            return slip
        if items and self._lacks_cells(column):
            message = "this hyphen begins no cell, for the key of the cells is missing"
            hint = f"put a line `{' ' * column}cells:` above it, and all hyphens of the cells in one column"
            return Slip(number, column, message, hint)
        key = re.fullmatch(r"[a-z_]+", name) and column - self.block.parent <= self.block.column - column
        if slip := odd or (None if key else self._left_of_its_text(number, column)):
            return slip
        at, at_column, at_name = number, column, name
        levels = [*left, *reversed(self.levels)]
        by = self.left_by
        if (
            by
            and by.line < number
            and any(each.column == column and each.items == items for each in self.left)
        ):
            # this line stands where it should; it is the one between that does not
            at, at_column, at_name, items = by.line, by.column, by.name, by.items
            levels = self.left
        beside = [each for each in levels if each.items == items and each.column != at_column]
        if not beside:
            return Slip(at, at_column, "this line does not fit what stands above it", _CHECK)
        # between two, what opens a list is a section rather than a key of the note above
        opens = not items and self._opens_a_list(at)
        near = min(beside, key=lambda each: (abs(each.column - at_column), opens * each.column))
        what = "this hyphen" if items else f"`{at_name}`"
        those = "those of its list" if items else "the keys beside it"
        over = "the hyphen" if items else f"`{near.name}`"
        message = f"{what} begins in column {at_column + 1}, and {those} in column {near.column + 1}"
        hint = f"put it under {over} of line {near.line + 1}: with {_spaces(near.column)} before it"
        hint += "; or is that line out of place?" if near.alone else ""
        return Slip(at, at_column, message, hint)

    def _lacks_cells(self, column: int) -> bool:
        """Whether a hyphen in a column stands where a row of a table has its keys."""
        *_, section, items, keys = (_NOTHING, _NOTHING, _NOTHING, *self.levels)
        return section.name == "rows" and items.items and keys.column == column and keys.name == "id"

    def _row(self, number: int, column: int) -> Slip | None:
        """A line below `rows:` that is a row of a table in Markdown."""
        row = re.fullmatch(r"\|(.+)\|\s*", self.lines[number][column:])
        if not row or not any(level.name == "rows" for level in self.levels):
            return None
        message = "a row of a comparison is an item with an id and cells, and none in Markdown"
        cells = [cell.strip() for cell in row[1].split("|")]
        name = "-".join(re.findall(r"[a-z0-9]+", cells[0].lower())) if cells[0].isascii() else ""
        if not name or any(not re.fullmatch(r"[^\W_][\w ,;.()%/'\u2019\u2013°-]*", cell) for cell in cells):
            return Slip(
                number, column, message, "write `- id: …`, and under `id` its `cells:`, each after a hyphen"
            )
        written = ", ".join(f'"{cell}"' if "," in cell else cell for cell in cells)
        return Slip(number, column, message, f"write `- {{id: {name}, cells: [{written}]}}`")

    def _opens_a_list(self, number: int) -> bool:
        """Whether a line is a key without a value, and the next one an item no further right."""
        below = next((line for line in self.lines[number + 1 :] if line.strip()), "")
        return (
            self.lines[number].rstrip().endswith(":")
            and below.lstrip().startswith("- ")
            and _indent(below) <= _indent(self.lines[number])
        )

    def _left_of_its_text(self, number: int, column: int) -> Slip | None:
        """A line that begins left of the first line of the block above it, and right of the block's key."""
        block = self.block
        if block.after != number or not block.parent < column < block.column:
            return None
        blank = self.lines[block.line + 1]
        message = "this line begins further left than the first line of its text"
        if not blank.strip() and len(blank) >= block.column:
            message = "this line begins further left than the blanks of the empty line above it"
        first = next(at for at in range(block.line + 1, number + 1) if self.lines[at].strip())
        where = "a text's lines begin where its first one does, or further right"
        hint = f"put it under line {first + 1}, with {_spaces(block.column)} before it: {where}"
        if first == number:
            hint = f"empty the line above it: {where}"
        if re.search(r"[|>][-+]?\d", self.lines[block.line]):
            hint = "delete the number after the `|`"
        return Slip(number, column, message, hint)

    def _outside(self, number: int, column: int) -> Slip:
        """A line that is not indented further than the key of the block that it should be in."""
        message = "this text stands outside the block that the `|` above it opens"
        hint = f"indent it further than the key of line {self.block.line + 1}"
        if self.block.column >= 0:
            hint = f"put {_spaces(self.block.column)} before it, as before the text above it"
        if key := self._without_colon(number, column):
            hint = f"if it is a key, write `{key}`; if it is text, {hint}"
        return Slip(number, column, message, hint)

    def _without_colon(self, number: int, column: int) -> str:
        """What a line would be as a key with its colon; empty where it can hardly be meant as one."""
        body = self.lines[number][column:].rstrip()
        word = re.fullmatch(r"(?P<name>[a-z_]+)(?: ?(?P<bar>[|>])| .*)?", body)
        if not word or self.block.column < 0 or column != self.block.parent:
            return ""
        if word["bar"] or body == word["name"]:
            return f"{word['name']}:{' |' * bool(word['bar'])}"
        known = re.compile(rf" *(?:- +)?{word['name']}: ")
        return f"{word['name']}: …" if any(map(known.match, self.lines)) else ""

    def _no_key(self, number: int, column: int) -> Slip:
        """A line with neither a key nor a hyphen where one of them belongs."""
        line = self.lines[number]
        if self.block.after == number and self.block.column < 0:
            return self._outside(number, column)
        if slip := self._row(number, column) or _odd_line(line[column:], number, column):
            return slip
        if 0 <= self.comment == self._above(number):
            message = (
                "the text above ended at its ` #`, which begins a comment, so this line belongs to nothing"
            )
            return Slip(number, column, message, self._block_hint(self.comment))
        if slip := self.odd or self._left_of_its_text(number, column):
            return slip
        if self.block.after == number:
            return self._outside(number, column)
        hints = []
        word = re.match(r"[a-z][\w-]*(?= |$)", line[column:])
        if word:
            hints.append(f"if it is a key, write `{word[0]}: …`")
        if not re.fullmatch(r"\w+ ?[|>]?", line[column:].rstrip()) and (owner := self._owner()):
            below = f"`{owner}: |`, and the text on the lines below it, indented"
            hints.append(f"if it is the text of `{owner}`, write {below}")
        message = (
            "this line has no colon, so it is no key" if word else "this line is neither a key nor an item"
        )
        return Slip(number, column, message, "; ".join(hints) or _CHECK)

    def _above(self, number: int) -> int:
        """The last line above one that is not empty."""
        return next((line for line in range(number - 1, -1, -1) if self.lines[line].strip()), -1)

    def _owner(self) -> str:
        """The key whose text a line may be that has no key."""
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


def _odd_line(body: str, number: int, column: int) -> Slip | None:
    """A line that is no key and no item, but was meant as one."""
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
            found = match.groupdict()
            at = match.start("at" if "at" in found else 1)
            return Slip(number, column + at, message, hint.replace("{key}", found.get("key", "")))
    return None


_KEY_AND_SPACE = re.compile(r"[A-Za-z][\w -]*:(?:\s|$)")


def _in_brackets(lines: Sequence[str], number: int, column: int, block: str) -> Slip:
    """What is wrong with a list or keys in brackets that begin at a line and column."""
    line = lines[number]
    sign = line[column]
    close = "]" if sign == "[" else "}"
    if line.startswith("{{", column):
        return Slip(
            number,
            column,
            OWN,
            _cannot_begin("{", block),
        )
    comment = re.compile(r"[\s\[{,](#)").search(line, column)
    if comment:
        message = "the rest of this line is a comment, because of this `#`"
        return Slip(
            number, comment.start(1), message, "leave the `#` out; or, where it is text, put it in quotes"
        )
    if line.count(sign, column) > line.count(close, column):
        message = OWN
        hint = f"what opens with `{sign}` must close with `{close}`; or, if it is text, {block}"
        return Slip(number, column, message, hint)
    colon = re.compile(r":[ \t][^,:\]}]*(:)[ \t]").search(line, column)
    if colon:
        message = "a second colon stands here, without a comma in between"
        hint = "put the comma where it is missing; or, where it is text, put it in quotes"
        return Slip(number, colon.start(1), message, hint)
    return Slip(number, column, "something is wrong within these brackets", _BRACKETS)


_BRACKETS = (
    "between brackets a comma stands between two items or keys, a space after each comma and colon; and texts"
    " with signs in them stand in quotes"
)


def _spaces(count: int) -> str:
    return "no space" if not count else "one space" if count == 1 else f"{count} spaces"
