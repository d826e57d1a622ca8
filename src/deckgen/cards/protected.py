r"""Code, formulas, sounds and clozes of a text: hidden from Markdown, and put back into its HTML.

Each of them is replaced by a number between two signs that the text does not contain. Markdown reads that as
a word in quotes: a `|` in it does not end a cell of a table, and a `*` does not begin emphasis. The HTML that
is put back means the same to Anki as the text did to its author. That holds even after a learner has saved
the note in Anki's editor, which decodes entities but keeps comments and elements:

- an empty comment separates two signs that Anki must not read as one mark: `:<!-- -->:` in an answer;
- a backslash before a bracket is put into an element: `<span>\</span>(`. (MathJax ignores comments, and would
  read the two signs as the beginning of a formula.)
"""

from __future__ import annotations

import html as html_lib
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.anki.verbatim import pieces
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from deckgen.anki.cloze import Cloze, Reading
    from deckgen.anki.verbatim import Piece

_APART = "<!-- -->"
_JOINER = "\u2060"  # the same in an attribute, which cannot contain comments
_IN_CLOZE = pattern(r":(?=:)|\}(?=\})|\{(?=\{c,*[0-9])")
_ANYWHERE = pattern(
    r"(?P<brace>\{)(?=\{c,*[0-9])|(?P<bracket>\[)(?=(?:sound:|anki:|\[type:|/?latex\]|/?\$\$?\]))"
    r"|(?P<backslash>\\)(?=[(\[]|\Z)",  # MathJax ignores a `<wbr>` between them
    re.IGNORECASE,
)
_IN_FORMULA = pattern(r"\[(?=(?:sound:|anki:|\[type:|/?latex\]|/?\$\$?\]))", re.IGNORECASE)
# a command or sign before a cloze that needs a group in braces: Anki removes the braces of the cloze
_TAKES_GROUP = pattern(r"(?:\\[A-Za-z]+|\\\\|[\^_}\]])\s*\Z")
_TAG = r"<!--.*?-->|<[A-Za-z/](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
_KINDS = {"code", "formula", "display", "latex", "sound", "literal"}
_ALL = _KINDS | {"fence", "tag", "address"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text that is replaced by a number.

    Attributes:
        kind: The kind of the piece; or `open`, `hint`, `close` for the marks of a cloze.
        start: The offset at which it begins in the text.
        end: The offset at which it ends in the text.
        html: The HTML that is put back.
    """

    kind: str
    start: int
    end: int
    html: str


@dataclass
class Protected:
    """A text prepared for Markdown.

    Attributes:
        text: The text for Markdown.
        tokens: The pieces that are replaced, by number.
        pieces: The verbatim pieces of the author's text.
        literal: The offsets, in the author's text, of signs that are not to be marks.
        emphasis: The start and end, in the author's text, of marks that Markdown would miss, with their tags.
    """

    text: str
    tokens: list[Token] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    literal: list[int] = field(default_factory=list)
    emphasis: list[tuple[int, int, str]] = field(default_factory=list)
    _source: str = ""
    _sign: str = ""

    def offset(self, place: int) -> int:
        """The offset in the author's text, from one in the text for Markdown."""
        number = bisect_right(self._starts, place) - 1
        if number < 0:
            return place
        token, start = self.tokens[number], self._starts[number]
        after = start + len(str(number)) + 2
        return token.start if place < after else token.end + place - after

    @cached_property
    def _starts(self) -> list[int]:
        """The offset of each token in the text for Markdown."""
        starts, shift = [], 0
        for number, token in enumerate(self.tokens):
            starts.append(token.start + shift)
            shift += len(str(number)) + 2 - (token.end - token.start)
        return starts

    def in_piece(self, place: int, kinds: Container[str] = _ALL) -> bool:
        """Whether an offset in the author's text is in a verbatim piece of one of some kinds."""
        number = bisect_right(self._piece_starts, place) - 1
        piece = self.pieces[number] if number >= 0 else None
        return piece is not None and place < piece.end and piece.kind in kinds

    @cached_property
    def _piece_starts(self) -> list[int]:
        return [piece.start for piece in self.pieces]

    def restored(self, html: str) -> tuple[str, list[Token]]:
        """The HTML with the tokens put back, and the tokens that are lost: they are missing or within a tag.

        Args:
            html: Markdown's HTML of the text.
        """
        if not self.tokens and not _ANYWHERE.search(html) and "\\<" not in html:
            return html, []
        walk = _Restoring(self)
        either = f"({_TAG})" if not self._sign else f"({_TAG}|{self._sign}[0-9]+{self._sign})"
        for piece in re.split(either, html, flags=re.DOTALL):
            walk.take(piece)
        return "".join(walk.parts), walk.lost()

    def number(self, piece: str) -> int:
        """The number of the token in place of which a piece of HTML is; -1 for any other piece."""
        is_token = self._sign and piece.startswith(self._sign) and len(piece) > 2  # noqa: PLR2004 (both signs)
        return int(piece[1:-1]) if is_token else -1

    def put_back(self, text: str, replacement: Callable[[int], str]) -> str:
        """A text with a replacement for each number of a token."""
        if not self._sign or self._sign not in text:
            return text

        def back(match: re.Match[str]) -> str:
            number = int(match[1])
            # a text that begins within a token can have digits of the author's between two signs
            return replacement(number) if number < len(self.tokens) else match[0]

        return re.sub(f"{self._sign}([0-9]+){self._sign}", back, text)

    def typed(self, number: int) -> str:
        """The author's text of a token."""
        return self._source[self.tokens[number].start : self.tokens[number].end]

    def as_typed(self, words: str) -> str:
        """A sentence that quotes the text for Markdown, with the author's text of its tokens."""
        return self.put_back(words, self.typed)


class _Restoring:
    """Puts tokens back into the HTML of a text, piece by piece."""

    def __init__(self, text: Protected) -> None:
        self.parts: list[str] = []
        self._text = text
        self._seen: list[int] = []
        self._depth = 0  # of clozes
        self._after_close = False
        self._in_code_block = self._in_cell = False

    def take(self, piece: str) -> None:
        """Add the next piece: a tag, the number of a token, or text between them."""
        if not piece:
            return
        number = self._text.number(piece)
        if number >= 0:
            self._token(number)
        elif piece.startswith("<") and piece.endswith(">"):
            self._in_code_block = (self._in_code_block or piece.startswith("<pre")) and piece != "</pre>"
            self._in_cell = (self._in_cell or piece.startswith(("<td", "<th"))) and piece[:3] != "</t"
            self.parts.append(self._in_tag(piece))
        else:
            self.parts.append(_apart(piece, in_cloze=self._depth > 0))
        self._after_close = number >= 0 and self._text.tokens[number].kind == "close"

    def _token(self, number: int) -> None:
        token = self._text.tokens[number]
        self._seen.append(number)
        self._depth += (token.kind == "open") - (token.kind == "close")
        if not self._after_close:
            self.parts.append(_between(self.parts[-1] if self.parts else "", token.html))
        html = token.html
        if self._in_code_block and token.kind in _KINDS:
            html = _apart(html_lib.escape(self._text.typed(number), quote=False))
        elif self._in_cell and token.kind in {"code", "formula"}:
            html = html.replace("\\|", "|")  # GitHub's tables, 4.10: in a cell that is how a `|` is written
        self.parts.append(html)

    def _in_tag(self, tag: str) -> str:
        """A tag with the author's text of tokens in its attributes, and nothing that ends a cloze."""

        def back(number: int) -> str:
            if self._text.tokens[number].kind not in _KINDS:
                return ""  # (so it counts as lost)
            self._seen.append(number)
            return html_lib.escape(self._text.typed(number))

        tag = self._text.put_back(tag, back)
        if self._depth and "::" in tag:
            tag = re.sub(r'href="[^"]*"', lambda match: match[0].replace("::", ":%3A"), tag)
        return attribute(tag, in_cloze=self._depth > 0)

    def lost(self) -> list[Token]:
        """The tokens that are missing; if none is, the first one that is in another order."""
        tokens, order = self._text.tokens, self._seen
        present = set(order)
        lost = [token for number, token in enumerate(tokens) if number not in present]
        moved = [number for number, other in zip(order, sorted(order), strict=True) if number != other]
        return lost or [tokens[min(moved)]] if lost or moved else []


def _apart(html: str, *, in_cloze: bool = False) -> str:
    """A piece of HTML without tags, changed so that Anki finds no mark of its own in it."""
    html = _ANYWHERE.sub(_literal, html)
    return _IN_CLOZE.sub(_with_comment, html) if in_cloze else html


def of_attribute(value: str) -> str:
    """The value of an attribute, decoded, as HTML that shows it as it is, in a cloze or not."""
    return _apart(html_lib.escape(value.replace(_JOINER, "")), in_cloze=True)


def rejoined(html: str) -> str:
    """HTML that is no longer in a cloze, without the comments that were needed there."""
    return html.replace(f":{_APART}:", "::").replace(f"}}{_APART}}}", "}}")


def plain(value: str) -> str:
    """Plain text as HTML; a formula between Anki's marks stays a formula."""
    html = html_lib.escape(value)
    return _ANYWHERE.sub(lambda match: match[0] + ("" if match["backslash"] else _APART), html)


def attribute(html: str, *, in_cloze: bool = False) -> str:
    """The HTML of an attribute or a tag, changed so that Anki finds no mark of its own in it."""
    html = _ANYWHERE.sub(lambda match: match[0] + ("" if match["backslash"] else _JOINER), html)
    return _IN_CLOZE.sub(lambda match: match[0] + _JOINER, html) if in_cloze else html


def protect(
    text: str,
    reading: Reading | None,
    sound: Callable[[str], str],
    literal: Sequence[int] = (),
    emphasis: Sequence[tuple[int, int, str]] = (),
) -> Protected:
    """Replace code, formulas, sounds and clozes of a text by numbers.

    Args:
        text: The text.
        reading: Its clozes; None for a text that must have none.
        sound: Returns the name in the package for a sound's path.
        literal: The offsets of signs that are not to be marks.
        emphasis: The start and end of marks that Markdown would miss, with their tags.
    """
    verbatim = reading.pieces if reading and reading.pieces else pieces(text)
    marks = list(_marks(reading.clozes)) if reading else []
    replaced = [piece for piece in verbatim if piece.kind in _KINDS]
    if not replaced and not marks and not literal and not emphasis:
        return Protected(text, [], verbatim, [], [], text)
    tokens = [Token("literal", place, place + 1, html_lib.escape(text[place])) for place in literal]
    tokens += [Token("emphasis", start, end, tag) for start, end, tag in emphasis]
    tokens += [Token(kind, start, end, text[start:end]) for start, end, kind in marks]
    tokens.sort(key=lambda token: token.start)
    starts = [token.start for token in tokens]
    covered = _covered(reading.clozes) if reading else []
    kept: list[Token] = []
    done = 0
    for piece in replaced:
        first, last = bisect_left(starts, piece.start), bisect_left(starts, piece.end)
        inside = tokens[first:last]
        kept += tokens[done:first]
        done = last
        near = bool(inside) or bool(covered and bisect_right(covered, piece.start) % 2)
        kept.append(
            Token(piece.kind, piece.start, piece.end, _piece_html(text, piece, inside, sound, in_cloze=near))
        )
    tokens = kept + tokens[done:]
    tokens.sort(key=lambda token: token.start)
    sign = _unused(text)
    parts: list[str] = []
    done = 0
    for number, token in enumerate(tokens):
        parts += (text[done : token.start], f"{sign}{number}{sign}")
        done = token.end
    return Protected(
        "".join(parts) + text[done:], tokens, verbatim, list(literal), list(emphasis), text, sign
    )


def _covered(clozes: list[Cloze]) -> list[int]:
    """The start and end, in turn, of each part of a text that is in one or more clozes."""
    places: list[int] = []
    for start, end in sorted((cloze.inner, cloze.end) for cloze in clozes if cloze.end >= 0):
        if places and start <= places[-1]:
            places[-1] = max(places[-1], end)
        else:
            places += (start, end)
    return places


def _unused(text: str) -> str:
    """A sign that a text does not contain. It is punctuation, like the quotes around a word."""
    used = set(text)
    signs = (char for char in map(chr, range(0x2050, 0x2060)) if char not in used)
    return next(signs, "") or next(char for char in map(chr, range(0xF0000, 0x10FFFE)) if char not in used)


def _marks(clozes: list[Cloze]) -> Iterator[tuple[int, int, str]]:
    """The marks of clozes, in order: start, end and kind."""
    marks = []
    for cloze in clozes:
        marks.append((cloze.start, cloze.inner, "open"))
        if cloze.hint >= 0:
            marks.append((cloze.answer_end, cloze.hint, "hint"))
        if cloze.end >= 0:
            marks.append((cloze.end, cloze.end + 2, "close"))
    return iter(sorted(marks))


def _piece_html(
    text: str, piece: Piece, inside: list[Token], sound: Callable[[str], str], *, in_cloze: bool
) -> str:
    """The HTML of a piece, with the marks of clozes in it."""
    if piece.kind == "sound":
        return f"[sound:{sound(text[piece.inner : piece.inner_end].strip())}]"
    parts: list[str] = []
    done = piece.inner
    groups: list[str] = []
    for token in [*inside, None]:
        typed = text[done : token.start if token else piece.inner_end]
        part = html_lib.escape(typed, quote=False)
        part = _IN_CLOZE.sub(_with_comment, part) if in_cloze else part
        if piece.kind in {"code", "latex"}:
            parts.append(_ANYWHERE.sub(_literal, part))
        else:
            part = _IN_FORMULA.sub("[{}", part)
            parts.append(part + "{}" if token and part.endswith("[") else part)
        if not token:
            break
        mark = token.html
        if piece.kind not in {"code", "latex"} and token.kind == "open":
            follows_one = not typed.strip() and "".join(parts).endswith("}")
            groups.append("}" if follows_one or _TAKES_GROUP.search(typed) else "")
            mark = "{" + mark if groups[-1] else mark
        elif token.kind == "close" and groups:
            mark += groups.pop()
        parts += (_between(part, token.html), mark)
        done = token.end
    content = "".join(parts)
    if piece.kind == "latex":
        return f"[latex]{content.replace(chr(10), '<br>')}[/latex]"  # Anki's editor keeps no other line ends
    if piece.kind != "code":
        return f"\\({content.strip()}\\)" if piece.kind == "formula" else f"\\[{content.strip()}\\]"
    content = content.replace("\n", " ")
    if content[:1] == content[-1:] == " " and content.strip():
        content = content[1:-1]  # CommonMark 0.31, 6.1
    return f"<code>{content}</code>"


def _between(before: str, mark: str) -> str:
    """A comment if a mark of a cloze would form another mark with the sign before it; else nothing."""
    return _APART if mark in {"::", "}}"} and before.endswith(mark[0]) else ""


def _with_comment(match: re.Match[str]) -> str:
    return match[0] + _APART


def _literal(match: re.Match[str]) -> str:
    return "<span>\\</span>" if match["backslash"] else match[0] + _APART
