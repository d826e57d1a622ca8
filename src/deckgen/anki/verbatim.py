r"""The verbatim pieces of a text: code, formulas, tags, sounds, addresses of links.

They are found before Markdown reads the text, so that a `|` in a formula does not end a cell of a table, and
a `::` in code does not end the answer of a cloze. A formula can be written as `$…$` or `$$…$$`, as Anki's
`\(…\)` or `\[…\]`, as its older `[$]…[/$]`, or as a TeX environment. LaTeX between `[latex]` and
`[/latex]`, which Anki makes an image of, is a piece, too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable


class Piece(NamedTuple):
    """A piece of a text.

    Attributes:
        kind: `code`, `fence`, `formula`, `display` (a formula on a line of its own), `latex`, `tag`, `sound`
            or `address`.
        start: The offset at which it begins, in characters.
        end: The offset at which it ends.
        inner: The offset at which its content between the marks begins.
        inner_end: The offset at which its content ends.
    """

    kind: str
    start: int
    end: int
    inner: int
    inner_end: int


_MARK = pattern(
    r"^(?:[ >]|[-*+] |\d{1,9}[.)] ){0,20}(?P<fence>`{3,}|~{3,})|\\|`+|\$\$?|<(?=[A-Za-z/!?])|\]\(|\[",
    re.MULTILINE,
)
_BLANK_LINE = pattern(r"\n[ \t]*(?=\n)")
# the end of a paragraph, list item or row; code and formulas never continue after it
_NEXT_BLOCK = pattern(r"\n(?=[ \t]*(?:\n|[-*+] |\d{1,9}[.)] |#{1,6} |\||>|`{3}|~{3}))")
_TICKS = pattern(r"`+")
_DOLLAR = pattern(r"\\.|(?P<ticks>`+)|(?P<dollar>\$)|[{}]", re.DOTALL)
_TAG = pattern(r"<(?:!--.*?-->|[A-Za-z/!?](?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>)", re.DOTALL)
_ADDRESS = pattern(
    r"\]\(\s*(?:<[^<>\n]*+>|[^\s()]*+(?:\([^\s()]*+\)[^\s()]*+){0,9})(?:\s+(?:\"[^\"]*+\"|'[^']*+'))?\s*\)"
)
_IN_PATH = r"(?:[^\s\[\]]|\[[^\[\]\n]*+\])"
_SOUND = pattern(rf"\[sound:[^\S\n]*+({_IN_PATH}++(?:[^\S\n]++{_IN_PATH}++)*+)[^\S\n]*+\]", re.IGNORECASE)
_OLD_FORMULA = pattern(r"\[(\$\$?)\](.*?)\[/\1\]", re.DOTALL)
_LATEX = pattern(r"\[latex\]", re.IGNORECASE)
END_OF_LATEX = pattern(r"\[/latex\]", re.IGNORECASE)
"""The mark at the end of LaTeX that Anki makes an image of."""
_ANKI_FORMULA = pattern(
    r"(\\{1,2})(?:\((?P<inline>(?:(?!\\[()\[\]]).)+?)\1\)|\[(?P<display>(?:(?!\\[()\[\]]).)+?)\1\])",
    re.DOTALL,
)
_ENVIRONMENT = pattern(
    r"\\begin\{((?:equation|align|alignat|gather|multline|cases|[bpvBV]?matrix|split|array|eqnarray)\*?)\}"
    r".*?\\end\{\1\}",
    re.DOTALL,
)
# signs of a formula, and of sums of money or shell variables between two `$`
_TEX = pattern(r"\\[A-Za-z,;!|{}]|[\^_=]")
_WORD = pattern(r"(?:^|\s)(?!sin|cos|tan|log|ln|exp|max|min|lim|mod)[^\W\d_A-Z]{2,}(?=[\s,.;]|$)")
_CLOZE_MARKS = pattern(r"\{\{c[0-9,]+::|\}\}")
_NAME = pattern(r"[A-Z_][A-Z0-9_]+")
_LETTERS = pattern(r"[^\W\d_]{4,}|[a-z]{2,}")


def pieces(text: str) -> list[Piece]:
    r"""The verbatim pieces of a text, in order; none of them is within another."""
    if not _MARK.search(text):
        return []
    return _Scan(text).pieces


class _Scan:
    """Finds the verbatim pieces of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blanks = [match.start() for match in _BLANK_LINE.finditer(text)]
        self.blocks = [match.start() for match in _NEXT_BLOCK.finditer(text)]
        self.ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            self.ticks.setdefault(len(run.group()), []).append(run.start())
        # the last closing mark of each kind: searching after it again and again would take time
        self.last = {mark: text.rfind(mark) for mark in ("-->", "[/$", "\\end{")}
        self.ends_of_latex = [match.start() for match in END_OF_LATEX.finditer(text)]
        self.pieces: list[Piece] = []
        readers: dict[str, Callable[[int, str], Piece | None]] = {
            "`": self._code,
            "$": self._dollars,
            "<": self._tag,
            "]": self._address,
            "[": self._bracket,
            "\\": self._backslash,
        }
        place = 0
        while match := _MARK.search(text, place):
            if match["fence"]:
                piece = self._fence(match.start("fence"), match["fence"])
            else:
                piece = readers[match.group()[0]](match.start(), match.group())
            if piece:
                self.pieces.append(piece)
                place = piece.end
            else:
                place = match.end() + (match.group() == "\\")

    def _until(self, stops: list[int], start: int) -> int:
        """The first of some sorted offsets from a start on; the end of the text if there is none."""
        number = bisect_left(stops, start)
        return stops[number] if number < len(stops) else len(self.text)

    def _fence(self, start: int, fence: str) -> Piece | None:
        line = self._line_end(start)
        if fence[0] == "`" and "`" in self.text[start + len(fence) : line]:
            return self._code(start, fence)
        close = re.compile(rf"^[ >]{{0,20}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        match = close.search(self.text, line)
        end, inner_end = (match.end(), match.start()) if match else (len(self.text), len(self.text))
        return Piece("fence", start, end, min(line + 1, inner_end), inner_end)

    def _line_end(self, start: int) -> int:
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end

    def _code(self, start: int, ticks: str) -> Piece | None:
        inner = start + len(ticks)
        end = self._until(self.ticks.get(len(ticks), []), inner)
        if end >= self._until(self.blocks, inner):
            return None
        return Piece("code", start, end + len(ticks), inner, end)

    def _dollars(self, start: int, dollars: str) -> Piece | None:
        inner = start + len(dollars)
        if dollars == "$$":
            end = self.text.find("$$", inner)
            alone = not self.text[self.text.rfind("\n", 0, start) + 1 : start].strip(" >")
            stop = len(self.text) if alone else self._until(self.blanks, inner)
            filled = 0 <= end < stop and self.text[inner:end].strip()
            return Piece("display", start, end + 2, inner, end) if filled else None
        end = self._closing_dollar(inner)
        if end < 0 or not _is_formula(
            self.text[inner:end], self.text[start - 1 : start] if start else "", self.text[end + 1 : end + 40]
        ):
            return None
        return Piece("formula", start, end + 1, inner, end)

    def _closing_dollar(self, inner: int) -> int:
        """The offset of the next `$` of the paragraph that is not in code; -1 if there is none."""
        stop = self._until(self.blocks, inner)
        place, depth = inner, 0
        while match := _DOLLAR.search(self.text, place, stop):
            if match["dollar"] and depth <= 0:
                return match.start()
            depth += (match[0] == "{") - (match[0] == "}")
            code = self._code(match.start(), match["ticks"]) if match["ticks"] else None
            place = code.end if code else match.end()
        return -1

    def _tag(self, start: int, _: str) -> Piece | None:
        if self.text.startswith("<!--", start) and self.last["-->"] < start:
            return None
        match = _TAG.match(self.text, start)
        return Piece("tag", start, match.end(), start + 1, match.end() - 1) if match else None

    def _address(self, start: int, _: str) -> Piece | None:
        match = _ADDRESS.match(self.text, start)
        return Piece("address", start + 1, match.end(), start + 2, match.end() - 1) if match else None

    def _bracket(self, start: int, _: str) -> Piece | None:
        match = _SOUND.match(self.text, start)
        if match:
            return Piece("sound", start, match.end(), match.start(1), match.end(1))
        if self.ends_of_latex and (match := _LATEX.match(self.text, start)):
            return self._latex(start, match.end())
        if self.last["[/$"] > start and (match := _OLD_FORMULA.match(self.text, start)):
            kind = "formula" if match[1] == "$" else "display"
            return Piece(kind, start, match.end(), match.start(2), match.end(2)) if match[2].strip() else None
        return None

    def _latex(self, start: int, inner: int) -> Piece | None:
        end = self._until(self.ends_of_latex, inner)
        filled = end < len(self.text) and self.text[inner:end].strip()
        return Piece("latex", start, end + len("[/latex]"), inner, end) if filled else None

    def _backslash(self, start: int, _: str) -> Piece | None:
        if self.last["\\end{"] > start and (match := _ENVIRONMENT.match(self.text, start)):
            return Piece("display", start, match.end(), start, match.end())
        match = _ANKI_FORMULA.match(self.text, start, self._until(self.blanks, start))
        if not match:
            return None
        kind = "formula" if match["inline"] else "display"
        content = match["inline"] or match["display"]
        if not (_TEX.search(content) or (self._stands_alone(match) and not _LETTERS.search(content))):
            return None  # escaped brackets, which Markdown shows as brackets
        return Piece(
            kind,
            start,
            match.end(),
            match.start(kind if kind == "display" else "inline"),
            match.end() - len(match[1]) - 1,
        )

    def _stands_alone(self, match: re.Match[str]) -> bool:
        """Whether a formula is an inline formula, or alone on its lines."""
        line = self.text[self.text.rfind("\n", 0, match.start()) + 1 : match.start()]
        rest = self.text[match.end() : self._line_end(match.end())]
        return bool(match["inline"]) or not (line.strip() or rest.strip())


def _is_formula(content: str, before: str, after: str) -> bool:
    """Whether the text between two `$` is a formula, and not money or shell variables.

    Args:
        content: The text between them.
        before: The character before the first `$`.
        after: The text after the second `$`.
    """
    if not content.strip() or after[:1].isdigit() or (after[:1] == "]" and content[-1] in "[/"):
        return False  # the last case is a mark of Anki's older formulas
    tex = _TEX.search(content) is not None
    if before.isalnum() and content[0] in "|)":
        return False  # the ends of two patterns
    if content[0].isspace() or content[-1].isspace():
        both = content[0].isspace() and content[-1].isspace()
        alone = _CLOZE_MARKS.sub("", content).strip()
        return both and (tex or len(alone) == 1) and not alone.isdigit()
    if after[:1].isalpha() and (content[-1] in ":/,;=" or (_NAME.match(content) and _NAME.match(after))):
        return False
    money = " " in content and (before.isdigit() or (content[0].isdigit() and content[-1].isdigit()))
    return tex or not (money or _WORD.search(content))
