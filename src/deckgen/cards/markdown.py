"""Text as authors write it to the HTML of a field: Markdown, clozes, math, highlights, media, raw HTML.

The only module that knows the Markdown library: pyromark, a binding of pulldown-cmark.
"""

from __future__ import annotations

import html as html_lib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyromark

from deckgen.anki.cloze import Cloze, cloze_faults, clozes
from deckgen.cards.media import IMAGES, SOUNDS, Media, Shelf
from deckgen.diagnostics import Diagnostic, Found, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.source import Document, Scalar

_MARKDOWN = pyromark.Markdown(options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_MATH)

# ----------------------------------------------------------------------------------------------- html

_TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span "
    "strong sub summary sup table tbody td tfoot th thead tr u ul var wbr".split()
)
_ATTRIBUTES = frozenset(
    "alt class colspan dir height href lang open reversed rowspan scope src start title width".split()
)
_VOID = frozenset(["br", "hr", "img", "wbr", "col"])
_MAYBE_TAG = re.compile(r"<[A-Za-z/!?]")
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)"
    r"(?P<attributes>(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*)\s*/?>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_ELEMENT = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*+)[^<>]*?(/?)>")


def _balanced(html: str) -> bool:
    """Whether every element that a piece of HTML opens is closed in it, and none other."""
    stack = []
    for match in _ELEMENT.finditer(html):
        name = match[2].lower()
        if name in _VOID or match[3]:
            continue
        if not match[1]:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not stack


# ---------------------------------------------------------------------------------------------- media

_SOUND = re.compile(r"\[sound:([^\[\]\n]+)\]")
_INSIDE = r"(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*?"  # of a tag
_IMG = re.compile(rf"<img\b({_INSIDE})\bsrc=(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_HREF = re.compile(rf"<a\b{_INSIDE}\bhref=(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_LINK_LIKE = re.compile(r"\]\(([^()<>\n\"]*+)\)")
_SPACE_WITHIN = re.compile(r"\S ")
_CODE_TAG = re.compile(r"<(/?)(code|pre)>")
_SAFE_LINK = re.compile(r"https?://[^\s]+|mailto:[^\s]+", re.IGNORECASE)
_ANKI_BRACKET = re.compile(r"\[(?=(?:sound:|anki:|\[type:|latex\]|/latex\]|\$\$?\]|/\$\$?\]))", re.IGNORECASE)


# --------------------------------------------------------------------------------------------- markup

_SPECIAL = re.compile(r"[<$\[=]")
_MATH = re.compile(r'<span class="math math-(inline|display)">([^<]*+)</span>(?=([0-9])?)')
_UNSAFE_MATH = re.compile(r"\\(?:href|cssId|class|style|unicode|require|htmlData|htmlId)\b")
_HIGHLIGHT_TOKEN = re.compile(
    r"(?P<block></?(?:p|li|td|th|h[1-6]|div|blockquote)\b[^<>]*+>)|<[^<>]*+>|\\[()\[\]]|(?P<mark>={2,}+)"
)

# what a browser does not show with its blanks as one, or what is not shown at all
_AS_WRITTEN = re.compile(
    r"((?s:<(?:pre|code)\b[^<>]*+>.*?</(?:pre|code)>)|<span class=\"math[^<]*+</span>|<[^<>]*+>"
    r"|\[sound:[^\[\]]*+\])"
)


@dataclass
class Markup:
    """Turns texts into HTML, and gathers what is wrong with them and the media that they show.

    Attributes:
        shelf: Where media are looked for, and what has been found.
        found: The diagnostics so far.
        shown: The digests of the media that texts show, by text.
    """

    shelf: Shelf
    found: Found = field(default_factory=Found)
    shown: dict[Scalar, dict[str, None]] = field(default_factory=dict)
    _told: set[tuple[str, str, Scalar]] = field(default_factory=set)

    def text(self, scalar: Scalar, document: Document) -> str:
        """Plain text as HTML: nothing in it is markup."""
        value = " ".join(scalar.value.split())
        match = re.search(r"\{\{c[0-9]", scalar.value)
        if match:
            self._misplaced(scalar, document, match.start())
        return _escaped_brackets(html_lib.escape(value)).replace("{{", "&#123;&#123;")

    def markdown(self, scalar: Scalar, document: Document) -> str:
        """Markdown as HTML."""
        html = self._html(scalar, document)
        if "{{" not in html:
            return html
        match = re.search(r"\{\{c[0-9]", scalar.value)
        if match:
            self._misplaced(scalar, document, match.start())
        return html.replace("{{", "&#123;&#123;")

    def image(self, file: Scalar, alt: Scalar, document: Document) -> str:
        """An image file, and what is said of it, as HTML."""
        name = self._media(file.value.strip(), IMAGES, file, document)
        return f'<img src="{name}" alt="{self.text(alt, document)}">'

    def cloze(self, scalar: Scalar, document: Document) -> str:
        """Markdown with clozes as HTML in which Anki finds the same clozes."""
        text = scalar.value
        found = clozes(text)
        sound = True
        for code, offset, length, message, hint in cloze_faults(text, found):
            self._report_in(code, scalar, document, offset, length, message, hint)
            sound = False
        html = self._html(scalar, document)
        if sound and ("<" in html or any(html.count(mark) != text.count(mark) for mark in ("{{c", "}}"))):
            self._check_made(scalar, document, found, html)
        return html

    # What a cloze must be

    def _misplaced(self, scalar: Scalar, document: Document, offset: int) -> None:
        message = "a cloze stands here, where no card would hide it"
        hint = "clozes belong in the `text` of a takeaway; elsewhere learners would see the braces"
        self._report_in("misplaced-cloze", scalar, document, offset, 4, message, hint)

    def _check_made(self, scalar: Scalar, document: Document, found: list[Cloze], html: str) -> None:
        """Report clozes that Markdown took apart."""
        made = clozes(html)
        if [cloze.numbers for cloze in made] != [cloze.numbers for cloze in found]:
            span = document.span_in(scalar, found[0].start, 4) if found else document.span(scalar)
            self._report(
                "bad-cloze", span, "Markdown takes a cloze of this text apart", "is it in a link or code?"
            )
            return
        for cloze, written in zip(made, found, strict=True):
            inner = html[cloze.inner : cloze.end]
            if "<" in inner and not _balanced(inner):
                span = document.span_in(scalar, written.start, written.inner - written.start)
                hint = "a cloze stays within one paragraph, list item or cell, and within bold or italics"
                self._report(
                    "bad-cloze", span, "this cloze begins in one piece of markup and ends in another", hint
                )

    # Markdown and what deckgen adds to it

    def _html(self, scalar: Scalar, document: Document) -> str:
        """The HTML of a text, with all that `_SPECIAL` looks for."""
        text = scalar.value
        if _SPECIAL.search(text) is None:
            return _unwrapped(_MARKDOWN.html(text))
        if _MAYBE_TAG.search(text):
            self._check_raw_html(scalar, document)
        sounds: list[str] = []
        if "[sound:" in text:
            mark = _unused(text)

            def keep(match: re.Match[str]) -> str:
                name = self._media(match[1], SOUNDS, scalar, document)
                sounds.append(f"[sound:{name}]")
                return f"{mark}{len(sounds) - 1}{mark}"

            text = _SOUND.sub(keep, text)
        html = _unwrapped(_MARKDOWN.html(text))
        if "<span" in html:
            html = _MATH.sub(lambda match: self._math(match, scalar, document), html)
        if "==" in html:
            html = _highlighted(html)
        if "<img" in html:
            html = _IMG.sub(lambda match: self._image(match, scalar, document), html)
        if "<a" in html or "](" in html:
            self._check_links(html, scalar, document)
        html = _escaped_brackets(html)
        if sounds:
            html = re.sub(f"{mark}([0-9]+){mark}", lambda match: sounds[int(match[1])], html)
        return html

    def _math(self, match: re.Match[str], scalar: Scalar, document: Document) -> str:
        """A formula between Anki's own marks; money, which a digit follows, as it was."""
        how, formula, digit = match.groups()
        if how == "inline" and digit:
            return f"${formula}$"
        unsafe = _UNSAFE_MATH.search(formula)
        if unsafe:
            message = f"`{unsafe.group()}` in a formula can change the page or run a script"
            self._report_piece("bad-math", unsafe.group(), scalar, document, message)
        return f"\\({formula}\\)" if how == "inline" else f"\\[{formula}\\]"

    def _image(self, match: re.Match[str], scalar: Scalar, document: Document) -> str:
        address = html_lib.unescape(match[2] or match[3] or match[4] or "")
        name = self._media(address, IMAGES, scalar, document)
        return f'<img{match[1]}src="{name}"'

    def _check_links(self, html: str, scalar: Scalar, document: Document) -> None:
        links = _LINK_LIKE.finditer(_without_code(html)) if "](" in html else iter(())
        broken = next((match for match in links if _SPACE_WITHIN.search(match[1])), None)
        if broken:
            message = "Markdown reads no link or image here, because of the space in the path"
            hint = f"write it within angle brackets: `](<{broken[1]}>)`"
            self._report_piece("bad-link", broken[1], scalar, document, message, hint)
        for match in _HREF.finditer(html):
            address = html_lib.unescape(match[1] or match[2] or match[3] or "")
            if not _SAFE_LINK.fullmatch(address):
                hint = "a link on a card begins with `https://`, `http://` or `mailto:`"
                message = f"`{address}` leads nowhere from a card"
                self._report_piece("bad-link", unquote(address), scalar, document, message, hint)

    def _check_raw_html(self, scalar: Scalar, document: Document) -> None:
        """Report raw HTML that a card may not hold, or that does not close what it opens."""
        stack: list[tuple[str, int, int]] = []
        for start, piece in _raw_html(scalar.value):
            done = 0
            for match in _TAG.finditer(piece):
                stray = piece.find("<", done, match.start())
                if stray >= 0:
                    self._bad_html(scalar, document, start + stray, 1, "this `<` begins no tag")
                done = match.end()
                self._check_tag(match, start, stack, scalar, document)
            stray = piece.find("<", done)
            if stray >= 0:
                message = "comments and declarations are not for cards"
                hint = "in YAML a comment is a line that begins with `#`"
                length = len(piece.rstrip()) - stray
                self._bad_html(scalar, document, start + stray, length, message, hint)
        for name, offset, length in stack:
            self._bad_html(scalar, document, offset, length, f"`<{name}>` is never closed")

    def _check_tag(
        self,
        match: re.Match[str],
        start: int,
        stack: list[tuple[str, int, int]],
        scalar: Scalar,
        document: Document,
    ) -> None:
        """Report what is wrong with a tag, and keep the stack of open ones."""
        name, offset, length = match["name"].lower(), start + match.start(), len(match.group())
        if name not in _TAGS and not match["close"]:
            hint = "a card holds no scripts, frames, forms or styles; the look is the theme's"
            self._bad_html(scalar, document, offset, length, f"`<{name}>` is not for cards", hint)
        for attribute in _ATTRIBUTE.finditer(match["attributes"]):
            if attribute[1].lower() not in _ATTRIBUTES:
                place = start + match.start("attributes") + attribute.start()
                message = f"the attribute `{attribute[1]}` is not for cards"
                self._bad_html(scalar, document, place, len(attribute[1]), message)
        if name in _VOID:
            return
        if not match["close"]:
            stack.append((name, offset, length))
        elif stack and stack[-1][0] == name:
            stack.pop()
        else:
            self._bad_html(scalar, document, offset, length, f"`</{name}>` closes nothing that is open here")

    def _bad_html(  # noqa: PLR0913, PLR0917 (a place and two sentences)
        self, scalar: Scalar, document: Document, offset: int, length: int, message: str, hint: str = ""
    ) -> None:
        hint = hint or "to show `<` itself, write `&lt;`"
        self._report_in("bad-html", scalar, document, offset, length, message, hint)

    # Media

    def _media(self, address: str, types: frozenset[str], scalar: Scalar, document: Document) -> str:
        """The name in the collection of a file that a text refers to; reported where there is none."""
        written = _as_written(address, scalar)
        known = self.shelf.find(written, types, document.path.rpartition("/")[0])
        if isinstance(known, Media):
            self.shown.setdefault(scalar, {})[known.digest] = None
            return known.name
        code, message, hint = known
        if self.found.full(code, document.path):
            self.found.count(code, document.path)
        else:
            self._report_piece(code, written, scalar, document, message, hint)
        return ""

    def _report_in(  # noqa: PLR0913, PLR0917 (a place and two sentences)
        self,
        code: str,
        scalar: Scalar,
        document: Document,
        offset: int,
        length: int,
        message: str,
        hint: str = "",
    ) -> None:
        """Report what is wrong with a part of a text."""
        if self.found.full(code, document.path):  # finding places takes longer than all the rest
            self.found.count(code, document.path)
        else:
            span = document.span_in(scalar, offset, length)
            self.found.append(Diagnostic(code, message, span, hint))

    def _report_piece(  # noqa: PLR0913, PLR0917 (the same)
        self, code: str, piece: str, scalar: Scalar, document: Document, message: str, hint: str = ""
    ) -> None:
        """Report what is wrong with a piece of a text; at the whole text where it is not there literally."""
        if self.found.full(code, document.path):
            self.found.count(code, document.path)
            return
        if (code, piece, scalar) in self._told:
            return
        self._told.add((code, piece, scalar))
        offset = scalar.value.find(piece) if piece else -1
        span = document.span(scalar) if offset < 0 else document.span_in(scalar, offset, len(piece))
        self.found.append(Diagnostic(code, message, span, hint))

    def _report(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.found.append(Diagnostic(code, message, span, hint))


def rendered(text: str) -> str:
    """Markdown and highlights as HTML and nothing else: what signs a learner would see of a text."""
    html = _MARKDOWN.html(text)
    return _highlighted(html) if "==" in html else html


def _highlighted(html: str) -> str:
    """The HTML with what stands between two `==` marked: in one paragraph, not in code, formulas or tags."""
    pieces: list[str] = []
    done, closing, opened = 0, "", -1
    for match in _HIGHLIGHT_TOKEN.finditer(html):
        start, end, kind, sign = match.start(), match.end(), match.lastgroup, match.group()
        if closing:
            closing = "" if sign == closing else closing
        elif sign in _CLOSING:
            closing = _CLOSING[sign]
        elif kind == "block":
            opened = -1
        elif kind == "mark" and end - start == 2:  # noqa: PLR2004 (two signs)
            if opened >= 0 and start > opened and not html[start - 1].isspace():
                pieces += (html[done : opened - 2], "<mark>", html[opened:start], "</mark>")
                done, opened = end, -1
            elif opened < 0 and end < len(html) and not html[end].isspace():
                opened = end
    return "".join(pieces) + html[done:]


_CLOSING = {"\\(": "\\)", "\\[": "\\]", "<code>": "</code>", "<pre>": "</pre>"}


def _without_code(html: str) -> str:
    """The HTML without its pieces of code."""
    pieces: list[str] = []
    done, inside = 0, ""
    for match in _CODE_TAG.finditer(html):
        if not inside and not match[1]:
            pieces.append(html[done : match.start()])
            done, inside = match.start(), match[2]
        elif inside and match[1] and match[2] == inside:
            done, inside = match.end(), ""
    return "".join(pieces) + html[done:]


def _as_written(address: str, scalar: Scalar) -> str:
    """An address as it stands in the text; Markdown has written some characters as `%20` and the like."""
    return address if "%" not in address or address in scalar.value else unquote(address)


def _unused(text: str) -> str:
    """A character that a text does not hold."""
    used = set(text)
    return next((char for char in map(chr, range(0xF0000, 0x10FFFE)) if char not in used), "\ue000")


def _unwrapped(html: str) -> str:
    """The HTML without the `<p>` around it where that is all there is, and without the last line end."""
    if html.startswith("<p>") and html.endswith("</p>\n") and html.find("<p>", 3) < 0:
        inner = html[3:-5]
        if "</p>" not in inner:
            return inner
    return html.rstrip("\n")


def _escaped_brackets(html: str) -> str:
    """The HTML with the brackets escaped that Anki would read as a sound, LaTeX or an answer to type."""
    return _ANKI_BRACKET.sub("&#91;", html) if "[" in html else html


def _raw_html(text: str) -> Iterator[tuple[int, str]]:
    """The pieces of raw HTML in a text as Markdown finds them, each with its offset in characters."""
    raw = text.encode()
    start = end = -1
    pieces: list[tuple[int, int]] = []
    for event, span in _MARKDOWN.events_with_range(text):
        if not isinstance(event, dict) or not ("InlineHtml" in event or "Html" in event):
            continue
        if span["start"] != end:
            if start >= 0:
                pieces.append((start, end))
            start = span["start"]
        end = span["end"]
    if start >= 0:
        pieces.append((start, end))
    read = place = 0  # bytes, characters
    for start, end in pieces:
        place += len(raw[read:start].decode())
        piece = raw[start:end].decode()
        yield place, piece
        place, read = place + len(piece), end


def drawn(text: str) -> str:
    """The HTML of Markdown with one space for blanks that a browser shows as one: to compare two texts by."""
    pieces = _AS_WRITTEN.split(_MARKDOWN.html(text))
    return "".join(
        piece if number % 2 else re.sub(r"[ \t\n]+", " ", piece) for number, piece in enumerate(pieces)
    )
