"""Prose that YAML cuts or misreads, put into literal blocks.

A file that YAML misreads has no tree, so this module reads its lines: keys and hyphens by their columns. A
proof follows: the edited file is read again, and compared with the same file in which a plain word replaces
each of these texts.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.commands.fix.edited_file import Edit, applied, differences, line_end, nodes
from deckgen.deck.keys import ITEM, KeyPath
from deckgen.source import Document, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.fix.edited_file import EditedFile, Way
    from deckgen.deck.keys import Key
    from deckgen.deck.kinds import Kind

DONE = "text changed into a block"
DECK_PLACES: dict[KeyPath, Collection[str]] = {("description",): ()}
"""The places of prose in deck.yaml."""

_KEY = re.compile(r"([A-Za-z_][\w-]*):(?= |$)")
_LOOKS_LIKE_A_KEY = re.compile(r"(?:- +)*[\w-]+:(?:\s|$)")
_HEADER = re.compile(r"[|>](?:[1-9][-+]?|[-+][1-9]?)?[ \t]*(?:[ \t]#.*)?$")
_SURELY_FINE = re.compile(r"[^\W_](?:(?!:(?:\s|$)|\s#).)*$")
_BRACKETS = re.compile(r"\[[^\]]*\]\s*[^\s#,:\]}]|\{[^}]*\}\s*[^\s#,:\]}]|\{\{c[0-9]|\[sound:")
_OPENS = re.compile(r"[-?\"'#]|[\[{](?!\{c[0-9])")
_NEVER_PROSE = re.compile(r"[?,\]}]|!!|!<")
_BAR = re.compile(r"\|(?:[-+](?=[ \t]))?[ \t]*(?=[^\s|])(?!.*\|)")
_FOLD = re.compile(r">(?:[-+](?=[ \t]))?[ \t]*(?=[^\W\d_]{2}|[AI] [^\W\d_]|[\"'*(]|\{\{c[0-9])")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?:[ \t]+(#[^\n]*))?', re.DOTALL)
_BACKSLASH = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_STEP = re.compile(r"(?m)^( *(?:- +)*)[\w-]+: [|>][-+]?\r?\n( +)[^ \r\n]")
_ESCAPES = "0abtnvfre /N_LPxuU\t\n"
_COMMANDS = frozenset(
    "acute aleph alpha amalg angle approx arccos arcsin arctan arg ast bar because begin beta bf big bigg "
    "biggl biggr bigl bigr binom bmod boldsymbol bot bowtie boxed breve bullet ell emptyset end epsilon "
    "equiv eta exists exp flat forall frac frown Lambda Leftarrow Leftrightarrow Longleftarrow "
    "Longrightarrow nabla natural ne nearrow neg neq ngeq ni nleq nmid not notin nparallel nsubseteq nu "
    "Phi Pi Pr Psi rangle rceil rfloor rho right rightarrow rightleftharpoons rm root rvert tan tanh tau "
    "tbinom text textbf textit textrm textsf texttt tfrac therefore theta thickapprox tilde times to top "
    "triangle underbrace underline underset Uparrow uparrow updownarrow Upsilon upsilon varepsilon varphi "
    "varpi varrho varsigma vartheta vdash vdots vec vee vert xi xleftarrow xrightarrow".split()
)
"""The commands of formulas that begin like an escape of YAML's."""


@dataclass(frozen=True)
class _Region:
    """A text with its key or hyphen.

    Attributes:
        first: The number of its first line.
        end: That of the line after its last.
        column: The column of its key or hyphen.
        start: The column of the text on the first line.
        siblings: The other keys that are allowed beside its key.
        is_item: Whether it is after a hyphen.
    """

    first: int
    end: int
    column: int
    start: int
    siblings: Collection[str]
    is_item: bool = False


@dataclass(frozen=True)
class _Block:
    """A text that goes into a block.

    Attributes:
        start: Its first offset in the file.
        end: The offset after its last character.
        text: The text as its author typed it.
        comment: The comment after it; mostly empty.
        indent: The blanks before each of its lines.
        before: The characters that are needed before it.
    """

    start: int
    end: int
    text: str
    comment: str
    indent: str
    before: str

    @property
    def neutral(self) -> Edit:
        """The edit that replaces it with a plain word."""
        return Edit(self.start, self.end, f"{self.before}x")

    def edit(self, line_end: str) -> Edit:
        """The edit that turns it into a block."""
        header = f"{self.before}|  {self.comment}" if self.comment else f"{self.before}|"
        rows = (f"{line_end}{self.indent}{row}" if row else line_end for row in self.text.split("\n"))
        return Edit(self.start, self.end, "".join((header, *rows)))


def places(kinds: list[Kind]) -> dict[KeyPath, Collection[str]]:
    """The places of prose in a chapter, as keys and items from the section on, each with its sibling keys."""
    result: dict[KeyPath, Collection[str]] = {}
    for kind in kinds:
        top: KeyPath = (kind.section, ITEM)
        if kind.rows_key:
            result |= _places_of(top, {**kind.table_keys})
            result |= _places_of((*top, kind.rows_key, ITEM), kind.keys)
        else:
            result |= _places_of(top, kind.keys)
    return result


def _places_of(top: KeyPath, keys: ReadOnly[str, Key]) -> dict[KeyPath, Collection[str]]:
    result: dict[KeyPath, Collection[str]] = {}
    for name, key in keys.items():
        result |= {(*top, name, *place): beside or keys for place, beside in key.type.prose.items()}
    return result


def fix(edited: EditedFile, known: ReadOnly[KeyPath, Collection[str]]) -> None:
    """Put the texts of a file into blocks that YAML would cut or misread.

    Args:
        edited: The file. It is not changed if it has other faults that prevent reading it.
        known: The places of prose in it.
    """
    text = edited.text
    if re.search("[\x85\u2028\u2029]|\r(?!\n)", text):
        return  # YAML ends lines at these characters too
    rows = text.split("\n")
    starts = list(accumulate((len(row) + 1 for row in rows), initial=0))
    lines = [row.removesuffix("\r") for row in rows]
    steps = Counter(len(match[2]) - len(match[1]) for match in _STEP.finditer(text))
    step = next((step for step, _ in steps.most_common(1) if step > 0), 2)
    typed_blocks: list[_Block] = []
    for region in _Outline(lines, known).regions():
        typed = _typed(lines, region, text)
        if typed:
            start = starts[region.first] + region.start
            end = starts[region.end - 1] + len(lines[region.end - 1])
            indent = " " * _indent(lines, region, step)
            typed_blocks.append(
                _Block(start, end, *typed, indent, before=" " if text[start - 1] in ":-" else "")
            )
    if not typed_blocks:
        return
    neutral, faults = source.parse(applied(text, [block.neutral for block in typed_blocks]), edited.shown)
    if faults:
        return
    edits = [block.edit(line_end(text, block.start)) for block in typed_blocks]
    beside = _ways(
        neutral, typed_blocks, [block.neutral for block in typed_blocks], ["x"] * len(typed_blocks)
    )
    before = edited.document

    def holds(document: Document) -> bool:
        ways = _ways(document, typed_blocks, edits, [block.text for block in typed_blocks])
        if len(ways) != len(typed_blocks) or ways != beside:
            return False
        if any(way not in ways for way, _, _ in differences(neutral.root, document.root)):
            return False
        complete = before.root is not None and not before.incomplete
        others = differences(before.root, document.root) if complete else ()
        return all(any(way[:length] in ways for length in range(len(way) + 1)) for way, _, _ in others)

    edited.edit(edits, holds, Counter({DONE: len(edits)}))


def _ways(document: Document, blocks: list[_Block], edits: list[Edit], texts: list[str]) -> set[Way]:
    """The ways to the texts that edits made, if these texts are as expected."""
    text_at: dict[int, str] = {}
    moved = 0
    for block, edit, text in zip(blocks, edits, texts, strict=True):
        text_at[edit.start + moved + len(block.before)] = text
        moved += len(edit.text) - (edit.end - edit.start)
    return {
        way
        for way, node in nodes(document.root)
        if isinstance(node, Scalar) and node.value.removesuffix("\n") == text_at.get(node.start)
    }


# ------------------------------------------------------------------------------------- the lines of a file


class _Outline:
    """The keys and hyphens of a file, by their columns."""

    def __init__(self, lines: list[str], known: ReadOnly[KeyPath, Collection[str]]) -> None:
        """Prepare for the lines of a file; `known` has the places of prose."""
        self.lines = lines
        self.known = known
        self._deepest = max(map(len, known), default=0)
        self._around: list[tuple[int, str]] = []

    def regions(self) -> Iterator[_Region]:
        """The texts in the places of prose."""
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            body = line.lstrip(" ")
            region, number = (
                self._line(number, len(line) - len(body), body)
                if body and body[0] not in "#\t"
                else (None, number + 1)
            )
            if region is not None:
                yield region

    def _line(self, number: int, column: int, body: str) -> tuple[_Region | None, int]:
        """The text that begins in a line, if there is one, and the number of the next line to read."""
        self._leave(column, is_item=_begins_item(body))
        while _begins_item(body):
            self._around.append((column, ITEM))
            inner = body[1:].lstrip(" ")
            start = column + len(body) - len(inner)
            if inner and self._place in self.known:
                end = _below(self.lines, number, column)
                return _Region(number, end, column, start, self.known[self._place], is_item=True), end
            column, body = start, inner
        key = _KEY.match(body)
        if key is None:
            above = self._around[-1] if body and self._around else (0, "")
            return None, _below(self.lines, number, above[0]) if above[1] == ITEM else number + 1
        self._around.append((column, key[1]))
        value = body[key.end() :].strip()
        if self._place in self.known:
            end = _below(self.lines, number, column)
            start = column + (len(body) - len(body[key.end() :].lstrip(" ")) if value else key.end())
            return _Region(number, end, column, start, self.known[self._place]), end
        if value and not value.startswith("#"):
            return None, _below(self.lines, number, column)
        return None, number + 1

    def _leave(self, column: int, *, is_item: bool) -> None:
        """Forget the keys and hyphens that do not contain a line at a column."""
        while self._around:
            at, key = self._around[-1]
            # the items of a list may be in the column of its key
            if at < column or (at == column and is_item and key != ITEM):
                return
            self._around.pop()

    @property
    def _place(self) -> KeyPath:
        # deeper than all known places it is empty: otherwise a file of many levels takes quadratic time
        return tuple(key for _, key in self._around) if len(self._around) <= self._deepest else ()


def _begins_item(body: str) -> bool:
    return body.startswith("- ") or body == ITEM


def _below(lines: list[str], first: int, column: int) -> int:
    """The number of the first line, from a line on, that is not indented further than a column."""
    end = number = first + 1
    while number < len(lines):
        body = lines[number].lstrip(" ")
        if body.strip():
            if len(lines[number]) - len(body) <= column:
                break
            end = number + 1
        number += 1
    return end


def _indent(lines: list[str], region: _Region, step: int) -> int:
    """The indentation of the lines of a region's block: the present one, or a step more than its key."""
    rest = [line for line in lines[region.first + 1 : region.end] if line.strip()]
    if rest:
        return min(len(line) - len(line.lstrip(" ")) for line in rest)
    return region.start if region.is_item else region.column + step


# ------------------------------------------------------------------------------------- the typed text


def _typed(lines: list[str], region: _Region, text: str) -> tuple[str, str] | None:
    """The text of a region as its author typed it, and the comment after it.

    Returns:
        Both; None if YAML reads the text as it was typed, or if it is not clear what its author intended.
    """
    first = lines[region.first][region.start :].strip()
    rest = [line.rstrip() for line in lines[region.first + 1 : region.end]]
    if _HEADER.match(first) or first.startswith("#") or (not first and not rest):
        return None
    if (not rest and _SURELY_FINE.match(first)) or _is_read(lines, region):
        return None
    if not _is_clear(first, rest, region, text):
        return None
    least = min((len(line) - len(line.lstrip(" ")) for line in rest if line), default=0)
    opening = _without_mark(first, rest, is_item=region.is_item)
    typed = "\n".join([opening] * bool(opening) + [line[least:] for line in rest])
    if first[:1] not in {'"', "'"}:
        return typed, ""
    quoted = _QUOTED.fullmatch(typed)
    if quoted and not (quoted[2] and rest):
        typed_text, comment = _with_backslashes(quoted[1]), quoted[2] or ""
    else:
        typed_text, comment = _within_quotes(typed), ""
    if not typed_text or typed_text[0].isspace():
        return None
    return typed_text.rstrip(), comment


def _without_mark(first: str, rest: list[str], *, is_item: bool) -> str:
    """The first line of a text without the `|` or `>` that its author intended as the mark of a block.

    Several bars are a table, or the absolute value of a number; in a list, `> normal` may mean "more than".
    """
    bar = None if any("|" in line for line in rest) else _BAR.match(first)
    mark = bar or (None if is_item else _FOLD.match(first))
    return first[mark.end() :] if mark else first


def _is_read(lines: list[str], region: _Region) -> bool:
    """Whether YAML and deckgen already read a region as one text."""
    head = " " * region.column + lines[region.first][region.column :]
    document, faults = source.parse("\n".join((head, *lines[region.first + 1 : region.end])) + "\n", "")
    node = document.root
    if isinstance(node, Mapping) and len(node.entries) == 1:
        (node,) = node.entries.values()
    elif isinstance(node, Sequence) and len(node.items) == 1:
        (node,) = node.items
    if faults or not isinstance(node, Scalar):
        return False
    return document.cut_by_comment(node) is None


def _is_clear(first: str, rest: list[str], region: _Region, text: str) -> bool:
    """Whether a text that YAML misreads can only be prose.

    Args:
        first: The text after its key or hyphen.
        rest: The lines below, with their indentation.
        region: Its region.
        text: The text of the file.
    """
    bodies = [line.strip() for line in rest if line]
    if (
        any("\t" in line[: len(line) - len(line.lstrip())] for line in rest)
        or any(body.startswith(("#", "<<<<<<<", ">>>>>>>")) for body in bodies)
        or any(_LOOKS_LIKE_A_KEY.match(body) for body in bodies)
    ):
        return False
    if not first:
        indents = [len(line) - len(line.lstrip(" ")) for line in rest if line]
        return bool(rest[0]) and indents[0] == min(indents) and not _OPENS.match(bodies[0])
    key = _KEY.match(first)
    if (key and key[1] in region.siblings) or (region.is_item and _begins_item(first)):
        return False
    if first[0] in "[{":
        return _BRACKETS.match(first) is not None
    if name := re.match(r"([*&])([\w-]+)", first):
        # an author who knows YAML may have intended it
        other = "&" if name[1] == "*" else r"\*"
        return re.search(rf"{other}{re.escape(name[2])}(?![\w-])", text) is None
    return _NEVER_PROSE.match(first) is None


def _with_backslashes(inner: str) -> str | None:
    """A text in double quotes with its backslashes as they were typed; None if some may be escapes."""
    pieces, done = [], 0
    for match in _BACKSLASH.finditer(inner):
        piece = match.group()
        if match[1] == '"':
            piece = '"'
        elif match[1] == "\\" or (match[1][0] in _ESCAPES and match[1] != "_" and match[1] not in _COMMANDS):
            return None
        pieces += [inner[done : match.start()], piece]
        done = match.end()
    return "".join((*pieces, inner[done:]))


def _within_quotes(typed: str) -> str | None:
    """A text that begins with a quotation mark and contains more; None if their meaning is not clear.

    In `"She said "no" twice"` the outer ones belong to YAML, in `"Yes" and "no"` they belong to the text. The
    others must form pairs.
    """
    sign = typed[0]
    if f"\\{sign}" in typed or (sign == "'" and "''" in typed):
        return None
    inner = typed[1:-1]
    if len(typed) > 1 and typed.endswith(sign) and _in_pairs(inner, sign):
        return _with_backslashes(inner) if sign == '"' else inner
    return typed if " #" not in typed and _in_pairs(typed, sign) else None


def _in_pairs(text: str, sign: str) -> bool:
    """Whether each quotation mark of a text opens or closes a quotation, one after the other."""
    is_open = False
    for match in re.finditer(sign, text):
        before, after = (f" {text}"[match.start()], f"{text} "[match.end()])
        if sign == "'" and before.isalnum() and after.isalnum():
            continue  # an apostrophe
        if is_open:
            if before.isspace() or after.isalnum():
                return False
        elif after.isspace() or not (before.isspace() or before in "([{-\u2013\u2014/\u201c\u2018\"'"):
            return False
        is_open = not is_open
    return not is_open
