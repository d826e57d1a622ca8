"""The blanks of lines, as a browser shows them, and the styles of blanks and clozes, which nobody sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.commands.from_html.lifted import Mark
from deckgen.commands.from_html.lines import PLAIN, Line, Run, is_cloze

if TYPE_CHECKING:
    from deckgen.commands.from_html.lines import Content, Style

_ANY = "[ \t\n\r\f\xa0]"
_BLANK = re.compile(f"(\\A{_ANY}+|{_ANY}+\\Z|[ ]*[\t\n\r\f\xa0]{_ANY}*|[ ]{{2,}})")
"""Blanks, but for single ones between words of a piece, which stay as they are."""
_WIDE_GAP = 3  # so many hard blanks in a row are meant as a gap
_AFTER = frozenset("\u00ab\u2039\u00a7\u00b6\u2116\u2014\u2013")
_BEFORE = frozenset(":;!?\u00bb\u203a%\u2030\u20ac$\u00a3\u00b0\u2014\u2013")
_EMPTY_LINE = 2
_UNSEEN = frozenset("b i sub sup small".split())
"""Styles that nobody sees on a blank."""
_CODE = frozenset(["code", "kbd", "samp"])


def tidied(lines: list[Line]) -> list[Line]:
    """Lines with one blank between words, and none at their ends.

    The mark of a cloze has the styles that all of the cloze has. A blank has the styles of the text on both
    sides of it; of those that show on a blank only its own. A hard blank stays
    in a row of three or more, beside a digit, and beside signs like `»` and `:`; others become blanks.
    """
    if any(is_cloze(run.content) for line in lines for run in line.runs):
        lines = _with_styles_of_clozes(lines)
    made: list[Line] = []
    last: tuple[int, ...] | None = None
    for line in lines:
        path = tuple(box.ident for box in line.path)
        gap = min(line.gap, _EMPTY_LINE) if path == last else 0
        is_code = any(box.name == "pre" for box in line.path)
        made.append(Line(line.path, gap, _verbatim(line.runs) if is_code else _spaced(line.runs)))
        last = path
    return made


def _with_styles_of_clozes(lines: list[Line]) -> list[Line]:
    """The lines, in which the marks of a cloze have the styles that all its text has."""
    made = [Line(line.path, line.gap, list(line.runs)) for line in lines]
    still_open: list[tuple[list[tuple[list[Run], int]], frozenset[Style]]] = []
    for line in made:
        for place, (content, styles) in enumerate(line.runs):
            kind = content.kind if isinstance(content, Mark) else ""
            if not (isinstance(content, str) and not content.strip()):
                still_open = [(marks, shared & styles) for marks, shared in still_open]
            if kind == "open":
                still_open.append(([(line.runs, place)], styles))
            elif kind in {"hint", "close"} and still_open:
                still_open[-1][0].append((line.runs, place))
                if kind == "close":
                    marks, shared = still_open.pop()
                    for runs, at in marks:
                        runs[at] = runs[at]._replace(styles=shared)
    return made


def _verbatim(runs: list[Run]) -> list[Run]:
    """The pieces of a block of code, in which all blanks stay but those at its ends."""
    made = [
        Run(content.replace("\xa0", " ").replace("\r", "") if isinstance(content, str) else content, styles)
        for content, styles in runs
    ]
    while made and isinstance(made[-1].content, str) and not made[-1].content.strip():
        made.pop()
    if made and isinstance(made[-1].content, str):
        made[-1] = made[-1]._replace(content=made[-1].content.rstrip())
    if made and isinstance(made[0].content, str):
        made[0] = made[0]._replace(content=made[0].content.removeprefix("\n"))
    if all(any(style.name == "code" for style in run.styles) for run in made):
        shared = frozenset.intersection(*(run.styles for run in made)) if made else PLAIN
        code = frozenset(style for style in shared if style.name == "code")
        if all(not style.attributes for style in code):
            made = [run._replace(styles=run.styles - code) for run in made]
    return _merged(made)


def _spaced(runs: list[Run]) -> list[Run]:
    """The pieces of a line, with one blank between words."""
    walk = _Blanks()
    for content, styles in runs:
        if isinstance(content, str):
            for number, part in enumerate(_BLANK.split(content)):
                if part:
                    walk.blank(part, styles) if number % 2 else walk.visible(part, styles)
        elif is_cloze(content):
            walk.made.append(Run(content, styles))
        else:
            walk.visible(content, styles)
    return _merged(walk.made)


class _Blanks:
    """Collects the pieces of a line, and decides on the blanks between them."""

    def __init__(self) -> None:
        self.made: list[Run] = []
        self._last = ""  # the last visible character; empty at the start of the line
        self._place = -1  # of the blank that is not decided yet
        self._blank = ""
        self._own = PLAIN  # the styles of the blank

    def blank(self, blank: str, styles: frozenset[Style]) -> None:
        """Take a blank."""
        self._own |= styles
        if self._place < 0:
            self._place = len(self.made)
            self.made.append(Run("", PLAIN))
        self._blank += blank

    def visible(self, content: Content, styles: frozenset[Style]) -> None:
        """Take a word or an image."""
        if self._place >= 0:
            before = self.made[self._place - 1].styles if self._place else styles
            after = self.made[self._place + 1].styles if self._place + 1 < len(self.made) else styles
            shared = before & after
            if shared:
                shared = frozenset(each for each in shared if each.name in _UNSEEN or each in self._own)
            first = content[0] if isinstance(content, str) else "x"
            is_code = any(style.name in _CODE for style in shared)
            blank = " " if is_code and self._last else self._decided(first)
            self.made[self._place] = Run(blank, shared)
            self._place, self._blank, self._own = -1, "", PLAIN
        self.made.append(Run(content, styles))
        self._last = content[-1] if isinstance(content, str) else "x"

    def _decided(self, first: str) -> str:
        """The blank that is kept before a character."""
        hard = self._blank.count("\xa0")
        if hard >= _WIDE_GAP:
            return "\xa0" * hard
        if not self._last or not hard or len(self._blank) > 1:
            return " " if self._last else ""
        beside = self._last.isdigit() or first.isdigit() or self._last in _AFTER or first in _BEFORE
        return "\xa0" if beside else " "


def _merged(runs: list[Run]) -> list[Run]:
    """The pieces of a line, with one piece for texts of the same styles in a row."""
    made: list[Run] = []
    texts: list[str] = []
    last = PLAIN
    for content, styles in runs:
        if not isinstance(content, str):
            if texts:
                made.append(Run("".join(texts), last))
                texts = []
            made.append(Run(content, styles))
        elif content:
            if texts and styles != last:
                made.append(Run("".join(texts), last))
                texts = []
            last = styles
            texts.append(content)
    return [*made, Run("".join(texts), last)] if texts else made
