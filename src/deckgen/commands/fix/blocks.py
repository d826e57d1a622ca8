"""Prose that YAML cuts or misreads, put into literal blocks.

A file that YAML misreads has no tree to go by, so this looks at its lines: keys and hyphens by their columns.
That it found the right ones is proved afterwards: by the file read again, beside the same file with a plain
word in the place of each of these texts.
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

DONE = "text put into a block"
DECK_PLACES: dict[KeyPath, Collection[str]] = {("description",): ()}
"""The places of deck.yaml that hold prose."""

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
        column: Where its key or hyphen stands.
        start: Where the text begins on the first line.
        siblings: The other keys that may stand where its key does.
        is_item: Whether it stands after a hyphen.
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
        start: Where it begins in the file.
        end: Where it ends.
        said: What its author typed.
        comment: The comment after it; mostly empty.
        indent: The blanks before each of its lines.
        before: What has to stand before it.
    """

    start: int
    end: int
    said: str
    comment: str
    indent: str
    before: str

    @property
    def neutral(self) -> Edit:
        """The edit that puts a plain word in its place."""
        return Edit(self.start, self.end, f"{self.before}x")

    def edit(self, line_end: str) -> Edit:
        """The edit that makes a block of it."""
        header = f"{self.before}|  {self.comment}" if self.comment else f"{self.before}|"
        rows = (f"{line_end}{self.indent}{row}" if row else line_end for row in self.said.split("\n"))
        return Edit(self.start, self.end, "".join((header, *rows)))


def places(kinds: list[Kind]) -> dict[KeyPath, Collection[str]]:
    """Where prose stands in a chapter: keys and items from the section on, each with its sibling keys."""
    found: dict[KeyPath, Collection[str]] = {}
    for kind in kinds:
        top: KeyPath = (kind.section, ITEM)
        if kind.rows_key:
            found |= _places_of(top, {**kind.table_keys})
            found |= _places_of((*top, kind.rows_key, ITEM), kind.keys)
        else:
            found |= _places_of(top, kind.keys)
    return found


def _places_of(top: KeyPath, keys: ReadOnly[str, Key]) -> dict[KeyPath, Collection[str]]:
    found: dict[KeyPath, Collection[str]] = {}
    for name, key in keys.items():
        found |= {(*top, name, *place): beside or keys for place, beside in key.type.prose.items()}
    return found


def fix(edited: EditedFile, known: ReadOnly[KeyPath, Collection[str]]) -> None:
    """Put the texts of a file into blocks that YAML would cut or misread.

    Args:
        edited: The file; left as it is where anything else is in the way of reading it.
        known: Where prose stands in it.
    """
    text = edited.text
    if re.search("[\x85\u2028\u2029]|\r(?!\n)", text):
        return  # to YAML these end lines too
    rows = text.split("\n")
    starts = list(accumulate((len(row) + 1 for row in rows), initial=0))
    lines = [row.removesuffix("\r") for row in rows]
    steps = Counter(len(match[2]) - len(match[1]) for match in _STEP.finditer(text))
    step = next((step for step, _ in steps.most_common(1) if step > 0), 2)
    found: list[_Block] = []
    for region in _Outline(lines, known).regions():
        typed = _typed(lines, region, text)
        if typed:
            start = starts[region.first] + region.start
            end = starts[region.end - 1] + len(lines[region.end - 1])
            indent = " " * _indent(lines, region, step)
            found.append(_Block(start, end, *typed, indent, before=" " if text[start - 1] in ":-" else ""))
    if not found:
        return
    neutral, faults = source.parse(applied(text, [block.neutral for block in found]), edited.shown)
    if faults:
        return
    edits = [block.edit(line_end(text, block.start)) for block in found]
    beside = _ways(neutral, found, [block.neutral for block in found], ["x"] * len(found))
    before = edited.document

    def holds(document: Document) -> bool:
        ways = _ways(document, found, edits, [block.said for block in found])
        if len(ways) != len(found) or ways != beside:
            return False
        if any(way not in ways for way, _, _ in differences(neutral.root, document.root)):
            return False
        whole = before.root is not None and not before.incomplete
        others = differences(before.root, document.root) if whole else ()
        return all(any(way[:length] in ways for length in range(len(way) + 1)) for way, _, _ in others)

    edited.edit(edits, holds, Counter({DONE: len(edits)}))


def _ways(document: Document, blocks: list[_Block], edits: list[Edit], meant: list[str]) -> set[Way]:
    """The ways to the texts that edits made, where they say what is meant."""
    said: dict[int, str] = {}
    moved = 0
    for block, edit, text in zip(blocks, edits, meant, strict=True):
        said[edit.start + moved + len(block.before)] = text
        moved += len(edit.text) - (edit.end - edit.start)
    return {
        way
        for way, node in nodes(document.root)
        if isinstance(node, Scalar) and node.value.removesuffix("\n") == said.get(node.start)
    }


# ------------------------------------------------------------------------------------- the lines of a file


class _Outline:
    """The keys and hyphens of a file, by their columns."""

    def __init__(self, lines: list[str], known: ReadOnly[KeyPath, Collection[str]]) -> None:
        """Prepare for the lines of a file, in which prose stands at the known places."""
        self.lines = lines
        self.known = known
        self._deepest = max(map(len, known), default=0)
        self._around: list[tuple[int, str]] = []

    def regions(self) -> Iterator[_Region]:
        """The texts that stand where prose belongs."""
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
        """The text that a line begins, if it does, and the number of the line to go on with."""
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
        """Forget the keys and hyphens that a line at a column is no longer under."""
        while self._around:
            at, key = self._around[-1]
            # the items of a list may stand in the column of its key
            if at < column or (at == column and is_item and key != ITEM):
                return
            self._around.pop()

    @property
    def _place(self) -> KeyPath:
        # where nothing is known to stand, no more is asked, or a file of many levels takes time squared
        return tuple(key for _, key in self._around) if len(self._around) <= self._deepest else ()


def _begins_item(body: str) -> bool:
    return body.startswith("- ") or body == ITEM


def _below(lines: list[str], first: int, column: int) -> int:
    """The number of the line after the last that is indented further than a column, from a line on."""
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
    """How far the lines of a region's block are indented: as they are, or by a step from its key."""
    rest = [line for line in lines[region.first + 1 : region.end] if line.strip()]
    if rest:
        return min(len(line) - len(line.lstrip(" ")) for line in rest)
    return region.start if region.is_item else region.column + step


# --------------------------------------------------------------------------------------- what was meant


def _typed(lines: list[str], region: _Region, text: str) -> tuple[str, str] | None:
    """What an author typed as the text of a region, and the comment after it.

    Returns:
        Both; None where YAML reads the text as it was typed, and where it is not clear what was meant.
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
    whole = "\n".join([opening] * bool(opening) + [line[least:] for line in rest])
    if first[:1] not in {'"', "'"}:
        return whole, ""
    quoted = _QUOTED.fullmatch(whole)
    if quoted and not (quoted[2] and rest):
        said, comment = _with_backslashes(quoted[1]), quoted[2] or ""
    else:
        said, comment = _within_quotes(whole), ""
    if not said or said[0].isspace():
        return None
    return said.rstrip(), comment


def _without_mark(first: str, rest: list[str], *, is_item: bool) -> str:
    """The first line of a text without the `|` or `>` with which its author meant to open a block.

    Several bars draw a table, or stand around a number; in a list, `> normal` may say that something is more.
    """
    bar = None if any("|" in line for line in rest) else _BAR.match(first)
    mark = bar or (None if is_item else _FOLD.match(first))
    return first[mark.end() :] if mark else first


def _is_read(lines: list[str], region: _Region) -> bool:
    """Whether YAML and deckgen read a region as one text, as it stands."""
    head = " " * region.column + lines[region.first][region.column :]
    document, found = source.parse("\n".join((head, *lines[region.first + 1 : region.end])) + "\n", "")
    node = document.root
    if isinstance(node, Mapping) and len(node.entries) == 1:
        (node,) = node.entries.values()
    elif isinstance(node, Sequence) and len(node.items) == 1:
        (node,) = node.items
    if found or not isinstance(node, Scalar):
        return False
    return document.cut_by_comment(node) is None


def _is_clear(first: str, rest: list[str], region: _Region, text: str) -> bool:
    """Whether nothing but prose can be meant by a text that YAML misreads.

    Args:
        first: What stands after its key or hyphen.
        rest: The lines below, with their indentation.
        region: Where it stands.
        text: The whole file.
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
        # someone may know YAML, and have meant it
        other = "&" if name[1] == "*" else r"\*"
        return re.search(rf"{other}{re.escape(name[2])}(?![\w-])", text) is None
    return _NEVER_PROSE.match(first) is None


def _with_backslashes(inner: str) -> str | None:
    """A text in double quotes with its backslashes as they were typed; None where some may be escapes."""
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


def _within_quotes(whole: str) -> str | None:
    """A text that begins with a quotation mark and holds more of them; None where it is not clear which.

    In `"She said "no" twice"` the outer ones are YAML's, in `"Yes" and "no"` they are the text's own: the
    others must make pairs.
    """
    sign = whole[0]
    if f"\\{sign}" in whole or (sign == "'" and "''" in whole):
        return None
    inner = whole[1:-1]
    if len(whole) > 1 and whole.endswith(sign) and _in_pairs(inner, sign):
        return _with_backslashes(inner) if sign == '"' else inner
    return whole if " #" not in whole and _in_pairs(whole, sign) else None


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
