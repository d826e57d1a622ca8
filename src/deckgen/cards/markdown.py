"""The HTML of an author's text: Markdown, clozes, formulas, highlights, media, raw HTML.

The only module that knows the Markdown library: pyromark, a binding of pulldown-cmark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyromark

from deckgen.anki import cloze as clozes
from deckgen.anki.cloze_slips import slips
from deckgen.cards import (
    arrival,
    blocks,
    doses,
    foreign,
    formulas,
    html,
    marks,
    near_links,
    panels,
    protected,
)
from deckgen.cards.media import IMAGES, SOUNDS, Media, Shelf
from deckgen.diagnostics import Diagnostic, Diagnostics, Span
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deckgen.anki.cloze import Reading
    from deckgen.cards.protected import Protected, Token
    from deckgen.source import Document, Scalar

_MARKDOWN = pyromark.Markdown(options=pyromark.Options.ENABLE_TABLES)

_SPECIAL = pattern(r"[<$\[=`\\~^]|:::")
_IN_PROSE = r"[A-Za-z0-9\u00c0-\u02af\u2013-\u201d\u2026 ,.;!?'()/%-]"
_PROSE = pattern(rf"(?:[A-Za-z\u00c0-\u02af][a-z\u00df-\u024f ]{_IN_PROSE}*+(?<! )\n?+)++")
"""Lines of which Markdown changes nothing, as most are: each begins with a word, and no sign is a mark."""
_WORDS = pattern(r"[\w,.;:!?()/%-]++(?: [\w,.;:!?()/%-]++)*+")
"""Plain text that is the same in HTML, as most is."""
_LISTLIKE = pattern(r"^(?:[ \t>]|[-+*] ){0,20}(?:\d{1,9}[.)]|>|\+ |# |[-+*#]{1,6}[ \t]*$)", re.MULTILINE)
_LINK_LIKE = pattern(r"\]\(([^()<>\n\"]*+)\)")
_SIZE = pattern(r"=(?=.?\d)(?P<width>\d*)x?(?P<height>\d*)")
_HAS_ENDING = pattern(r"\.[A-Za-z0-9]{2,5}$")
_SPACE_WITHIN = pattern(r"\S ")
_EMBED = pattern(r"!\[\[([^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]")
_CLOZE = pattern(r"\{\{c[0-9]")
_ASKED = pattern(r"\{\{c[0-9,]+::(?:(?!\{\{c|\}\}).)*\}\}", re.DOTALL)  # hidden on the front
_NO_LINK = "if it is not a link, put a backslash before its first bracket: `\\[`"
_FEW = 20  # up to so many clozes are searched one by one

# a line break between wide letters is not a blank
_BROKEN_LINE = pattern(rf"(?<={arrival.WIDE})((?:</[a-z]+>)*)\n((?:<[a-z]+>)*)(?={arrival.WIDE})")


@dataclass
class Markup:
    """Turns texts into HTML, and collects their diagnostics and the media that they show.

    Attributes:
        shelf: The media files of the project.
        nameless: Whether the HTML is for comparing texts only: with numbers in place of the names of media,
            and without what `panels` adds.
        right_to_left: Whether the texts are in a language that is read from right to left.
        diagnostics: The diagnostics so far.
        shown: The media files that each text shows, with their digests.
    """

    shelf: Shelf
    nameless: bool = False
    right_to_left: bool = False
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    shown: dict[Scalar, dict[Path, str]] = field(default_factory=dict)
    _reported: set[tuple[str, str, Scalar]] = field(default_factory=set)

    def text(self, scalar: Scalar, document: Document) -> str:
        """Plain text as HTML; only a formula between Anki's own marks is markup."""
        if _WORDS.fullmatch(scalar.value):
            return scalar.value
        return protected.plain(self._plain(scalar, document))

    def attribute(self, scalar: Scalar, document: Document) -> str:
        """Plain text as the value of an attribute."""
        return protected.attribute(html.escape(self._plain(scalar, document)))

    def _plain(self, scalar: Scalar, document: Document) -> str:
        """The words of a plain text; its faults are reported."""
        self._check_misplaced(scalar, document)
        for piece, message, hint in formulas.unsafe_in_plain(scalar.value):
            self._report_piece("bad-math", piece, scalar, document, message, hint)
        return " ".join(scalar.value.split())

    def markdown(self, scalar: Scalar, document: Document) -> str:
        """Markdown as HTML."""
        return self._html(scalar, document, None)

    def isolation(self, output: str) -> str:
        """The attribute by which an element with this HTML keeps its direction; empty if it needs none."""
        return doses.isolation(output) if self.right_to_left else ""

    def image(self, file: Scalar, alt: Scalar, document: Document) -> str:
        """An image file with its description, as HTML."""
        name = self._media(file.value.strip(), IMAGES, file, document)
        return f'<img src="{name}" alt="{self.attribute(alt, document)}">'

    def cloze(self, scalar: Scalar, document: Document, *, needed: bool = True) -> str:
        """Markdown with clozes as HTML with the same clozes for Anki; there may be none if not `needed`."""
        reading = clozes.read(scalar.value)
        faults = [each for each in slips(scalar.value, reading) if needed or each.code != "no-cloze"]
        for slip in faults:
            self._report_in(slip.code, scalar, document, slip.start, slip.length, slip.message, slip.hint)
        output = self._html(scalar, document, reading)
        if not faults:
            self._check_clozes(scalar, document, reading, output)
        return output

    # Clozes

    def _check_misplaced(self, scalar: Scalar, document: Document, ready: Protected | None = None) -> None:
        """Report a cloze where no card would hide it, unless it is in code."""
        if "{{c" not in scalar.value:
            return
        for match in _CLOZE.finditer(scalar.value):
            if ready is None or not ready.in_piece(match.start(), {"code", "fence"}):
                message = "this cloze is in a place where no card hides it"
                hint = (
                    "use clozes only in the `text` of a takeaway; anywhere else, learners would "
                    "see the braces"
                )
                self._report_in("misplaced-cloze", scalar, document, match.start(), 4, message, hint)

    def _check_clozes(self, scalar: Scalar, document: Document, reading: Reading, output: str) -> None:
        """Report clozes that Markdown has broken."""
        typed_as = [scalar.value[cloze.start : cloze.end + 2] for cloze in reading.clozes]
        plain = reading.plain and not any("<" in each for each in typed_as)
        if plain and "<" not in output and output.count("{{c") == len(reading.clozes):
            return
        if plain and len(typed_as) < _FEW and all(each in output for each in typed_as):
            return
        read = clozes.in_field(output)
        if [cloze.numbers for cloze in read] != [cloze.numbers for cloze in reading.clozes]:
            span = document.span_in(scalar, reading.clozes[0].start, 4)
            hint = "is it in an image's description, a link's title, or the first line of a code block?"
            self._report("bad-cloze", span, "Markdown breaks a cloze of this text apart", hint)
            return
        for cloze, typed in zip(read, reading.clozes, strict=True):
            parts = output[cloze.inner : cloze.answer_end], output[cloze.answer_end : cloze.end]
            if not all(html.balanced(part) for part in parts):
                span = document.span_in(scalar, typed.start, typed.inner - typed.start)
                message = "this cloze begins in one piece of formatting and ends in another"
                hint = "keep a cloze inside one paragraph, list item or cell, and inside bold or italics"
                self._report("bad-cloze", span, message, hint)

    # Markdown, and the markup that deckgen adds

    def _html(self, scalar: Scalar, document: Document, reading: Reading | None) -> str:
        """The HTML of a text."""
        text = scalar.value
        if _PROSE.fullmatch(text):
            prose = text.rstrip("\n")
            return self._finished(prose) if self.right_to_left else prose
        simple = "{{c" not in text if reading is None else reading.plain or not reading.clozes
        if not simple or _SPECIAL.search(text):
            return self._with_pieces(scalar, document, reading)
        output = _MARKDOWN.html(text)
        inner = _unwrapped(output)
        if not arrival.arrives(text.rstrip("\n"), inner):
            return self._with_pieces(scalar, document, reading)
        return self._finished(inner)

    def _finished(self, output: str) -> str:
        """The HTML as cards have it."""
        if self.nameless:
            return output
        return panels.finished(doses.isolated(output) if self.right_to_left else output)

    def _with_pieces(self, scalar: Scalar, document: Document, reading: Reading | None) -> str:
        """The HTML of a text with any markup."""
        text = scalar.value

        def sound(path: str) -> str:
            return self._media(path, SOUNDS, scalar, document)

        ready = prepared(text, reading, sound)
        events = events_of(ready.text)
        if reading is None:
            self._check_misplaced(scalar, document, ready)
        raw = list(_raw_html(ready.text, events))
        for fault in html.faults(raw):
            start, end = ready.offset(fault.start), ready.offset(fault.start + fault.length)
            self._report_in("bad-html", scalar, document, start, end - start, fault.message, fault.hint)
        self._check_formulas(ready, scalar, document)
        output = _from_markdown(ready)
        if ("<img" in output or "<a" in output or raw) and not any("<!" in piece for _, piece in raw):
            output = self._with_media(output, scalar, document)
        self._check_links(output, scalar, document)
        output, lost = ready.restored(output)
        self._check_arrival(ready, lost, events, scalar, document)
        if not output.isascii() and "<pre" not in output:
            output = _BROKEN_LINE.sub(r"\1\2", output)
        return self._finished(output)

    def _check_formulas(self, ready: Protected, scalar: Scalar, document: Document) -> None:
        for token in ready.tokens:
            if token.kind not in {"formula", "display"}:
                continue
            formula = clozes.uncovered(token.html, clozes.in_field(token.html))
            for piece, message, hint in formulas.unsafe(formula):
                self._report_piece("bad-math", piece, scalar, document, message, hint, token.start)
            for code, piece, message, hint in formulas.misread(formula):
                self._report_piece(code, piece, scalar, document, message, hint, token.start)
            if not all(map(formulas.is_balanced, (formula, _ASKED.sub("", token.html)))):
                message = "a brace in this formula is not closed, or was never opened"
                hint = "close it; to show a brace, write `\\{` or `\\}`"
                length = token.end - token.start
                self._report_in("bad-math", scalar, document, token.start, length, message, hint)

    def _check_arrival(
        self, ready: Protected, lost: list[Token], events: blocks.Events, scalar: Scalar, document: Document
    ) -> None:
        """Report text that a card would not show, or not as typed."""
        for token in lost:
            if token.kind in {"open", "hint", "close"}:
                message = "Markdown breaks this cloze apart"
                hint = "is it in a link's address, or a description?"
                self._report_in("bad-cloze", scalar, document, token.start, 4, message, hint)
        unclosed = [each for each in foreign.open_formulas(scalar.value) if not ready.in_piece(each[0].start)]
        for change, _ in unclosed:
            self._report_in(change.code, scalar, document, *change[1:])
        for change in arrival.changes(ready.text, events, ready.as_typed):
            start, end = ready.offset(change.start), ready.offset(change.start + change.length)
            if any(start in around for _, around in unclosed):
                continue  # it goes with the mark that is missing
            message, hint = ready.as_typed(change.message), ready.as_typed(change.hint)
            self._report_in(change.code, scalar, document, start, end - start, message, hint)
        for change in (*foreign.foreign(scalar.value), *near_links.almost(scalar.value)):
            if not ready.in_piece(change.start) and not any(change.start in each for _, each in unclosed):
                self._report_in(change.code, scalar, document, *change[1:])
        for match in _EMBED.finditer(scalar.value):
            self._report_embed(match, scalar, document)

    def _report_embed(self, match: re.Match[str], scalar: Scalar, document: Document) -> None:
        """Report an image in the syntax of Obsidian."""
        name = match[1].strip()
        path = self.shelf.meant(name, IMAGES, document.path.rpartition("/")[0]) or f"media/{name}"
        message = f"`{match[0]}` does not show an image here"
        hint = f"write `![what it shows]({path if ' ' not in path else f'<{path}>'})`"
        self._report_in("missing-media", scalar, document, match.start(), len(match[0]), message, hint)

    # Links and media

    def _with_media(self, output: str, scalar: Scalar, document: Document) -> str:
        """The HTML with the package's names of its images; dead links are reported."""
        parts: list[str] = []
        done = 0
        for tag in html.tags(output):
            if "href" in tag.attributes:
                self._check_link(tag.attributes["href"], scalar, document)
            raw = output[tag.start : tag.end]
            if tag.name == "img" and not tag.closing:
                tag.attributes["src"] = self._media(tag.attributes.get("src", ""), IMAGES, scalar, document)
            elif tag.closing or not tag.attributes or raw == html.written(tag):
                continue
            parts += (output[done : tag.start], html.written(tag, closed=raw.endswith("/>")))
            done = tag.end
        return "".join(parts) + output[done:]

    def _check_links(self, output: str, scalar: Scalar, document: Document) -> None:
        """Report a link or image that Markdown does not read because of a space in its address."""
        for match in _LINK_LIKE.finditer(output) if "](" in output else ():
            meant = re.search(rf"\\\[[^\[\]]*\]\({re.escape(match[1])}\)", scalar.value)
            if _SPACE_WITHIN.search(match[1]) and "<pre" not in output and not meant:
                message = "Markdown does not recognize this link or image, because its path contains a space"
                self._report_piece("bad-link", match[1], scalar, document, message, _without_space(match[1]))

    def _check_link(self, address: str, scalar: Scalar, document: Document) -> None:
        if not html.SAFE_LINK.fullmatch(address):
            hint = "begin a link on a card with `https://`, `http://` or `mailto:`"
            ending = address.rpartition(".")[2].lower() if "://" not in address else ""
            if re.fullmatch(r"[^./:#]+", address):
                hint += f"; {_NO_LINK}"
            if ending in IMAGES:
                hint = "to show the image, put `!` right before the link's `[`"
            elif ending in SOUNDS:
                hint = f"to play the sound, write `[sound:{unquote(address)}]` instead of the link"
            message = f"`{address}` does not work as a link on a card"
            piece = unquote(address)
            # an image may show the same file
            match = re.search(rf"(?<!!)\[[^\[\]]*\]\(<?(?={re.escape(piece)})", scalar.value)
            start = match.end() if match else 0
            self._report_piece("bad-link", piece, scalar, document, message, hint, start)

    def _media(self, address: str, types: frozenset[str], scalar: Scalar, document: Document) -> str:
        """The name in the package of a file that a text refers to; empty, and reported, if there is none."""
        written = _as_written(address, scalar)
        media = self.shelf.find(written, types, document.path.rpartition("/")[0])
        if isinstance(media, Media):
            files = self.shown.setdefault(scalar, {})
            files[media.path] = media.digest
            if not self.nameless:
                return media.name
            # equal files have equal numbers
            return f"media {list(dict.fromkeys(files.values())).index(media.digest)}"
        self._report_piece(media.code, written, scalar, document, media.message, media.hint)
        return ""

    # Diagnostics

    def _report_in(
        self,
        code: str,
        scalar: Scalar,
        document: Document,
        offset: int,
        length: int,
        message: str,
        hint: str = "",
    ) -> None:
        """Report a fault of a part of a text."""
        if self.diagnostics.full(code, document.path):  # computing spans is slow
            self.diagnostics.count(code, document.path)
        else:
            span = document.span_in(scalar, offset, length)
            self.diagnostics.append(Diagnostic(code, message, span, hint))

    def _report_piece(
        self,
        code: str,
        piece: str,
        scalar: Scalar,
        document: Document,
        message: str,
        hint: str = "",
        start: int = 0,
    ) -> None:
        """Report a fault of a piece of a text; at the whole text if the piece is not literally in it."""
        if self.diagnostics.full(code, document.path):
            self.diagnostics.count(code, document.path)
            return
        if (code, piece, scalar) in self._reported:
            return
        self._reported.add((code, piece, scalar))
        offset = scalar.value.find(piece, start) if piece else -1
        span = document.span(scalar) if offset < 0 else document.span_in(scalar, offset, len(piece))
        self.diagnostics.append(Diagnostic(code, message, span, hint))

    def _report(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, span, hint))


def _without_space(target: str) -> str:
    """A hint for the target of a link or image that has a space in its path."""
    path, _, rest = target.partition(" ")
    size = _SIZE.fullmatch(rest.strip())
    if size:
        given = {"width": size["width"], "height": size["height"]}
        sizes = "".join(f' {name}="{number}"' for name, number in given.items() if number)
        image = f'<img src="{path}" alt="what it shows"{sizes}>'
        return f"Markdown has no image sizes: write `{image}`, or remove the size"
    if html.SAFE_LINK.fullmatch(path):
        return f"in an address, write `%20` for a space: `]({target.replace(' ', '%20')})`"
    if _HAS_ENDING.search(path):
        return (
            f'put a title in quotes: `]({path} "{rest.strip()}")`; put the path of a file in angle brackets'
        )
    return f"put it in angle brackets: `](<{target}>)`; {_NO_LINK}"


def events_of(text: str) -> blocks.Events:
    """Markdown's events for a text, with start and end in bytes."""
    return [(event, (span["start"], span["end"])) for event, span in _MARKDOWN.events_with_range(text)]


def _unchanged(path: str) -> str:
    return path


def prepared(
    text: str, reading: Reading | None = None, sound: Callable[[str], str] = _unchanged
) -> Protected:
    """A text that is prepared for Markdown.

    Args:
        text: The text.
        reading: Its clozes; None for a text that must have none.
        sound: Returns the name in the package for a sound's path.
    """
    emphasis = list(marks.wide_emphasis(text, reading)) if "*" in text and not text.isascii() else []
    ready = protected.protect(text, reading, sound, (), emphasis)
    if _LISTLIKE.search(text) is None:
        return ready
    literal = list(marks.greater_than(text))
    for _ in range(3):  # a nested list appears once the outer list is text
        events = events_of(ready.text)
        more = {ready.offset(place) for place in blocks.plain_signs(ready.text, events)}
        if literal == (literal := sorted({*literal, *more})) and ready.literal == literal:
            break
        ready = protected.protect(text, reading, sound, literal, emphasis)
    return ready


def rendered(text: str) -> str:
    """The HTML of Markdown, without diagnostics or media."""
    ready = prepared(text)
    return ready.restored(_from_markdown(ready))[0]


def unpaired(ready: Protected) -> list[bool]:
    """For each `==` and `~~` of a prepared text, whether it has no effect."""
    return marks.unpaired(_unwrapped(_MARKDOWN.html(ready.text)), ready)


def _from_markdown(ready: Protected) -> str:
    """The HTML of a prepared text, including `==` and `~~`, which Markdown does not know."""
    output = _unwrapped(_MARKDOWN.html(ready.text))
    if "==" in output or "~~" in output:
        output = marks.paired(output, ready)
    return output


def _as_written(address: str, scalar: Scalar) -> str:
    """An address as written in the text: Markdown writes some characters as `%20` and the like."""
    return address if "%" not in address or address in scalar.value else unquote(address)


def _unwrapped(output: str) -> str:
    """The HTML without its `<p>` if it is a single paragraph, and without the last line end."""
    if output.startswith("<p>") and output.endswith("</p>\n") and output.find("<p>", 3) < 0:
        inner = output[3:-5]
        if "</p>" not in inner:
            return inner
    return output.rstrip("\n")


def _raw_html(text: str, events: blocks.Events) -> Iterator[tuple[int, str]]:
    """The pieces of raw HTML that Markdown finds in a text, each with its offset in characters."""
    raw = text.encode()
    start = end = -1
    spans: list[tuple[int, int]] = []
    for event, span in events:
        if not isinstance(event, dict) or not ("InlineHtml" in event or "Html" in event):
            continue
        if span[0] != end:
            if start >= 0:
                spans.append((start, end))
            start = span[0]
        end = span[1]
    if start >= 0:
        spans.append((start, end))
    read = place = 0  # bytes, characters
    for start, end in spans:
        place += len(raw[read:start].decode())
        piece = raw[start:end].decode()
        yield place, piece
        place, read = place + len(piece), end
