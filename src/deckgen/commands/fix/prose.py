"""Fixes of blanks and cloze numbers in unreleased texts.

A released note stays as it is: a changed text would be sent to learners again, over their own edits.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.anki import cloze as clozes
from deckgen.anki.cloze_slips import slips
from deckgen.cards.comparable import drawn
from deckgen.commands.fix.edited_file import Edit, differences, nodes
from deckgen.deck.values import scalars
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.fix.edited_deck import EditedDeck, Standing
    from deckgen.commands.fix.edited_file import EditedFile
    from deckgen.deck.keys import Key
    from deckgen.deck.notes import Note, Table
    from deckgen.deck.values import Value
    from deckgen.source import Document

SPACES = "repeated space removed"
BLANKS = "line with spaces at the end fixed"
BREAK = "line break made visible"
NUMBERS = "takeaway renumbered without gaps"

# the marks of Markdown at the beginning of a line
_BEFORE_TEXT = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)]|>|#{1,6})(?:\s+|$))*")
_DOUBLED = re.compile(r"(?<=[^\s\\])  +(?=[^\s])")
_ASIDE = re.compile(r"\s*\[[^\]]+\]:")
_AFTER = re.compile(r"[ \t]+(?=\r?\n|\Z)")
_NUMBER = re.compile(r"\{\{c([0-9,]*[0-9][0-9,]*)::")


@dataclass
class _Text:
    """A text of an unreleased note.

    Attributes:
        scalar: The text.
        plain: Whether it is plain text, without markup.
        numbers: The new numbers of its clozes, by the old ones; empty if they stay.
    """

    scalar: Scalar
    plain: bool
    numbers: dict[int, int] = field(default_factory=dict)

    def same(self, one: str, other: str) -> bool:
        """Whether a learner would see no difference between two texts."""
        return one.split() == other.split() if self.plain else drawn(one) == drawn(other)

    def is_expected(self, value: str) -> bool:
        """Whether a value is the fixed value of this text."""
        expected = _NUMBER.sub(
            lambda match: f"{{{{c{_renumbered(match[1], self.numbers)}::", self.scalar.value
        )
        return self.same(value, expected) and _squeezed(value) == _squeezed(expected)


def fix(edited_deck: EditedDeck) -> None:
    """Fix the texts of the notes that have not been released."""
    texts: dict[str, list[_Text]] = {}
    for note, unreleased in _unreleased(edited_deck.standing()):
        texts.setdefault(note.chapter.document.path, []).extend(unreleased)
    for edited in edited_deck.chapters:
        if edited.valid and edited.shown in texts:
            _fix_file(edited, texts[edited.shown])


def _unreleased(standing: Standing) -> Iterator[tuple[Note, list[_Text]]]:
    """The texts of notes that are surely new, each once."""
    # a note may be a released one whose id the author has changed
    doubtful = {line.kind for line in standing.gone}

    def is_new(note: Note) -> bool:
        kinds = {note.kind.name, note.kind.was}
        return bool(note.id) and note not in standing.known and doubtful.isdisjoint(kinds)

    tables: dict[Table, None] = {}
    for note in standing.deck.notes:
        if is_new(note):
            pairs = list(_texts(note.values, note.kind.keys))
            _close_gaps([text for text, key in pairs if key.type.clozes])
            yield note, [text for text, _ in pairs]
        if note.table is not None and note.table not in tables:
            tables[note.table] = None
            if all(is_new(row) for row in note.table.rows):
                yield note, [text for text, _ in _texts(note.table.values, note.kind.table_keys)]


def _texts(values: ReadOnly[str, Value], keys: ReadOnly[str, Key]) -> Iterator[tuple[_Text, Key]]:
    """The texts of values, each with its key."""
    for name, value in values.items():
        key = keys[name]
        for scalar in scalars(value):
            yield _Text(scalar, plain=key.type.plain), key


def _close_gaps(texts: list[_Text]) -> None:
    """Number the clozes of a note from 1 on, if a number is missing and they have no other fault."""
    readings = [(text, clozes.read(text.scalar.value)) for text in texts]
    if any(True for text, reading in readings for _ in slips(text.scalar.value, reading)):
        return
    used = sorted({number for _, reading in readings for cloze in reading.clozes for number in cloze.numbers})
    if used != list(range(1, len(used) + 1)):
        for text in texts:
            text.numbers = {number: place for place, number in enumerate(used, 1)}


def _renumbered(numbers: str, new: ReadOnly[int, int]) -> str:
    """The numbers of a cloze, as in `1,3`, replaced with new ones."""
    return re.sub(r"\d+", lambda match: str(new.get(int(match.group()), match.group())), numbers)


def _squeezed(text: str) -> list[str]:
    """The words of a text, without the blanks, line ends and line breaks between them."""
    return re.sub(r"\\(?=\n)", " ", text).split()


def _fix_file(edited: EditedFile, texts: list[_Text]) -> None:
    """Fix texts of a file."""
    edits: list[Edit] = []
    done: Counter[str] = Counter()
    for text in texts:
        lines = _lines(text.scalar, edited.text)
        edits += _of_blanks(text, lines, done)
        edits += _of_numbers(text, edited.text, lines, done)
        after = _AFTER.match(edited.text, text.scalar.end)
        if after and text.scalar.style not in {"|", ">"}:
            edits.append(Edit(after.start(), after.end(), ""))
            done[BLANKS] += 1
    if not edits:
        return
    before = edited.document.root
    by_start = {text.scalar.start: text for text in texts}
    expected = {way: by_start[node.start] for way, node in nodes(before) if node.start in by_start}

    def holds(document: Document) -> bool:
        return all(
            way in expected and isinstance(after, Scalar) and expected[way].is_expected(after.value)
            for way, _, after in differences(before, document.root)
        )

    edited.edit(edits, holds, done)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a text in its file.

    Attributes:
        start: The offset of its content.
        content: Its content, with the blanks at its end.
        blanks: The offset of the blanks at its end; its end if they belong to the content.
    """

    start: int
    content: str
    blanks: int


def _lines(scalar: Scalar, text: str) -> list[_Line]:
    """The lines of a text in its file, without their indentation, marks and ends."""
    block = scalar.style in {"|", ">"}
    quote = len(scalar.style) if not block else 0
    rows = []
    start, end = scalar.start + quote, scalar.end - quote
    for piece in text[start:end].split("\n"):
        rows.append((start, piece.removesuffix("\r")))
        start += len(piece) + 1
    if block:
        del rows[0]
        while rows and not rows[-1][1].strip():
            del rows[-1]
        full = [row for _, row in rows if row.strip()]
        least = min((len(row) - len(row.lstrip(" ")) for row in full), default=0)
    lines = []
    for number, (start, row) in enumerate(rows):
        last = number == len(rows) - 1
        indent = least if block else len(row) - len(row.lstrip()) if number else 0
        content = row[indent:]
        ends = len(row) if last and not block else len(row.rstrip(" \t"))
        lines.append(_Line(start + min(indent, len(row)), content, start + ends))
    return lines


@dataclass(frozen=True, slots=True)
class _Slip:
    """Blanks that are too many.

    Attributes:
        row: The number of their line.
        start: Their start in its content; 0 or less for blanks that count as indentation.
        end: Their end in it.
        instead: The possible replacements, each with its name; the first without a visible change is used.
    """

    row: int
    start: int
    end: int
    instead: tuple[tuple[str, str], ...]


def _slips(text: _Text, lines: list[_Line]) -> Iterator[_Slip]:
    """The doubled spaces, and the blanks at the ends of lines, of a text."""
    for number, line in enumerate(lines):
        aside = not text.plain and ("|" in line.content or _ASIDE.match(line.content))
        first = 0 if text.plain else len(_before_text(line.content))
        for match in _DOUBLED.finditer(line.content, first) if not aside else ():
            yield _Slip(number, match.start(), match.end(), ((" ", SPACES),))
        end = len(line.content)
        if line.blanks < line.start + end:
            goes_on = number + 1 < len(lines) and lines[number + 1].content.strip()
            is_break = text.scalar.style == "|" and not text.plain and goes_on and line.content.endswith("  ")
            instead = (("\\", BREAK),) * bool(is_break) + (("", BLANKS),)
            yield _Slip(number, line.blanks - line.start, end, instead)


def _before_text(row: str) -> str:
    """The marks at the beginning of a line: of lists, quotations and headings."""
    match = _BEFORE_TEXT.match(row)
    return match.group() if match else ""


def _of_blanks(text: _Text, lines: list[_Line], done: Counter[str]) -> list[Edit]:
    """The edits that remove blanks from a text without a visible difference."""
    slips = list(_slips(text, lines))
    rows = [line.content for line in lines]
    if not slips or (text.scalar.style == "|" and "\n".join(rows).rstrip() != text.scalar.value.rstrip()):
        return []

    def content(chosen: list[tuple[_Slip, int]]) -> str:
        edited_rows = rows.copy()
        for slip, which in reversed(chosen):
            row = edited_rows[slip.row]
            edited_rows[slip.row] = row[: max(slip.start, 0)] + slip.instead[which][0] + row[slip.end :]
        return "\n".join(edited_rows)

    before = content([])
    chosen = [(slip, 0) for slip in slips]
    if not text.same(content(chosen), before):
        chosen = []
        for slip in slips:
            for which in range(len(slip.instead)):
                if text.same(content([*chosen, (slip, which)]), before):
                    chosen.append((slip, which))
                    break
    edits = []
    for slip, which in chosen:
        start = lines[slip.row].start
        instead, what = slip.instead[which]
        edits.append(Edit(start + slip.start, start + slip.end, instead))
        done[what] += 1
    return edits


def _of_numbers(text: _Text, file_text: str, lines: list[_Line], done: Counter[str]) -> list[Edit]:
    """The edits that give the clozes of a text their new numbers."""
    if not text.numbers or not lines:
        return []
    end = lines[-1].start + len(lines[-1].content)
    matches = list(_NUMBER.finditer(file_text, lines[0].start, end))
    if [match.group() for match in matches] != [
        match.group() for match in _NUMBER.finditer(text.scalar.value)
    ]:
        return []
    done[NUMBERS] += 1
    pairs = [(match, _renumbered(match[1], text.numbers)) for match in matches]
    return [Edit(match.start(1), match.end(1), new) for match, new in pairs if new != match[1]]
