"""Plain text as Markdown that means the same: each escape is tried with the renderer of the cards."""

from __future__ import annotations

import html as html_lib
import re
from typing import TYPE_CHECKING

from deckgen.anki import cloze as clozes
from deckgen.cards.markdown import Markup
from deckgen.diagnostics import Diagnostics
from deckgen.source import Document, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.cards.media import Shelf

_MEANS_NOTHING = re.compile(r"(?:[^\W_]|[ ,;.?'\"()/%\u00a1-\u00ff\u2010-\u2027-])*")
_STARTS = re.compile(r"[-+*>#|=_ \t]|\d{1,9}[.)]")
_LINE_START = re.compile(r"^(?:(?=[-+*_=>#|]|:::)|(?P<number>\d{1,9})(?=[.)](?:[ \t]|$)))", re.MULTILINE)
_CLASSES = (
    _LINE_START,
    *(re.compile(sign) for sign in (r"(?=\*)", "(?=_)", "(?=`)", "(?=[\\[\\]])", "(?=<)", r"(?=\$)")),
    *(re.compile(sign) for sign in (r"(?=\\)", "(?=&)", "(?=[{}])", "(?=~)", r"(?=\^)", r"(?=\|)", "(?=:)")),
)
"""The places where a sign may need a backslash, one pattern for each sort of sign."""
_DOUBLED = re.compile(r"=(?==)|~(?=~)")  # Markdown does not know these marks, so a backslash has no effect
APART = "<wbr>"
"""What keeps two signs apart, and cannot be seen."""
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
_BREAK = re.compile(r"<br ?/?>\n?")
_PARAGRAPH = re.compile(r"</p>\n*<p>")
_UNSEEN = re.compile(r"<!--.*?-->|<wbr ?/?>|</?p>")
_TAG = re.compile(r"<[A-Za-z/!?]")
_SOUND = re.compile(r"\[sound:[^\]]*\]")
_FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]|\[latex\].*?\[/latex\]", re.DOTALL)
_LINE_BREAK = re.compile(rf"(?P<formula>{_FORMULA.pattern})|(?<!\n)\n(?!\n)", re.DOTALL)
_PLACE = "x"  # of a text that is tried, in its diagnostics


class Escapes:
    """Writes plain texts as Markdown.

    Attributes:
        tries: The number of texts that were rendered to find the escapes; for measuring.
    """

    def __init__(self, shelf: Shelf) -> None:
        """Prepare for the texts of a deck; `shelf` has its media."""
        self._shelf = shelf
        self.tries = 0

    def markdown(self, text: str, *, is_cloze: bool) -> str:
        """Markdown that shows a text as it is; its clozes, sounds and formulas in Anki's marks keep working.

        Args:
            text: The text. Its line ends become line breaks, and its empty lines paragraphs.
            is_cloze: Whether its clozes are clozes.

        Raises:
            ValueError: No way to write it shows the same text.
        """
        text = _tidy(text)
        if _MEANS_NOTHING.fullmatch(text) and not _STARTS.match(text):
            return text
        wanted = _comparable(text)
        best: list[str] = []
        for candidate in self._candidates(text, is_cloze=is_cloze):
            shown, diagnostics = self.shown(candidate, is_cloze=is_cloze)
            if shown is None or _comparable(shown) != wanted:
                continue
            if not diagnostics:
                return candidate
            best.insert(0 if not diagnostics.has_errors else len(best), candidate)
        if not best:
            raise ValueError(text)
        return best[0]

    def _candidates(self, text: str, *, is_cloze: bool) -> Iterator[str]:
        """The ways to write a text, the one that is easiest to read first."""
        yield _with_breaks(text)
        kept = _kept(text, is_cloze=is_cloze)
        if formulas := [match.span() for match in _FORMULA.finditer(text)]:
            yield from self._escapes(text, sorted([*kept, *formulas]))
        yield from self._escapes(text, kept)

    @staticmethod
    def _escapes(text: str, kept: list[tuple[int, int]]) -> Iterator[str]:
        """The ways to write a text with escapes; some parts stay as they are."""
        used = [pattern for pattern in _CLASSES if pattern.search(text)]
        apart = _DOUBLED.search(text) is not None
        if apart:
            yield _with_breaks(_escaped(text, (), kept, apart=True))
        for pattern in used:
            yield _with_breaks(_escaped(text, (pattern,), kept, apart=False))
        if apart:
            for pattern in used:
                yield _with_breaks(_escaped(text, (pattern,), kept, apart=True))
        yield _with_breaks(_escaped(text, used, kept, apart=apart))
        yield _with_breaks(_as_entities(text, kept))

    def shown(self, markdown: str, *, is_cloze: bool) -> tuple[str | None, Diagnostics]:
        """The text that a card shows for Markdown; None if it shows any markup. And its diagnostics."""
        output, diagnostics = self.html(markdown, is_cloze=is_cloze)
        output = _PARAGRAPH.sub("\0\0", _BREAK.sub("\0", output))
        output = _UNSEEN.sub("", output.replace("<span>\\</span>", "\\"))
        if _TAG.search(output):
            return None, diagnostics
        return html_lib.unescape(output.replace("\n", " ").replace("\0", "\n")), diagnostics

    def html(self, markdown: str, *, is_cloze: bool) -> tuple[str, Diagnostics]:
        """The HTML of Markdown, and its diagnostics without those about its sounds and images."""
        self.tries += 1
        markup = Markup(self._shelf)
        scalar, document = Scalar(markdown, 0, len(markdown), ""), Document(_PLACE, markdown)
        output = (markup.cloze if is_cloze else markup.markdown)(scalar, document)
        shows = _SOUND.search(markdown) or "<img" in markdown
        return output, Diagnostics(
            each for each in markup.diagnostics if not (shows and "media" in each.code)
        )


def _tidy(text: str) -> str:
    """A text without blanks at the ends of its lines, and with at most one empty line in a row."""
    lines = [" ".join(re.split(r"[ \t]+", line)).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _comparable(text: str) -> str:
    """A text without the names of its sounds, which packages change, and the outer blanks of formulas."""

    def bare(match: re.Match[str]) -> str:
        return f"{match[0][:2]}{' '.join(match[0][2:-2].split())}{match[0][-2:]}"

    return _SOUND.sub("[sound]", _tidy(_FORMULA.sub(bare, text)))


def _with_breaks(text: str) -> str:
    r"""A text with a `\` at the end of each line but the last one of a paragraph; a formula has no breaks."""
    return _LINE_BREAK.sub(lambda match: match["formula"] or "\\\n", text)


def _kept(text: str, *, is_cloze: bool) -> list[tuple[int, int]]:
    """The start and end of each part of a text that has to keep its meaning: marks of clozes, sounds."""
    places = [match.span() for match in _SOUND.finditer(text)]
    if is_cloze:
        for cloze in clozes.read(text).clozes:
            places.append((cloze.start, cloze.inner))
            if cloze.hint >= 0:
                places.append((cloze.answer_end, cloze.hint))
            if cloze.end >= 0:
                places.append((cloze.end, cloze.end + 2))
    return sorted(places)


def _escaped(
    text: str,
    patterns: tuple[re.Pattern[str], ...] | list[re.Pattern[str]],
    kept: list[tuple[int, int]],
    *,
    apart: bool,
) -> str:
    """A text with a backslash at each place that one of some patterns finds.

    Args:
        text: The text.
        patterns: The patterns.
        kept: The parts that stay as they are.
        apart: Whether the signs of `==` and `~~` are kept apart by `APART`.
    """
    at: dict[int, str] = {}
    for pattern in patterns:
        at |= {match.end(): "\\" for match in pattern.finditer(text)}
    if apart:
        at |= {match.end(): APART for match in _DOUBLED.finditer(text)}
    parts: list[str] = []
    done = 0
    for place in sorted(at):
        if not any(start <= place < end for start, end in kept):
            parts += (text[done:place], at[place])
            done = place
    return "".join((*parts, text[done:]))


def _as_entities(text: str, kept: list[tuple[int, int]]) -> str:
    """A text in which each sign is a numeric entity: no reader of Markdown takes one for a mark."""

    def entity(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in kept):
            return match[0]
        apart = APART if match[0] in "=~" and match.string[match.end() : match.end() + 1] == match[0] else ""
        return f"&#{ord(match[0])};{apart}"

    return _SIGN.sub(entity, text)
