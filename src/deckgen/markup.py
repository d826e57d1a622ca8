"""Text as authors write it to the HTML of a field: Markdown, clozes, math, highlights, media, raw HTML.

The only room that knows the Markdown library: pyromark, a binding of pulldown-cmark.
"""

from __future__ import annotations

import hashlib
import html as html_lib
import os
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyromark

from deckgen.diagnostics import Diagnostic, Found, Span, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deckgen.source import Document, Scalar

_MARKDOWN = pyromark.Markdown(options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_MATH)

# ---------------------------------------------------------------------------------------------- cloze

MAX_CLOZE = 500
"""The highest cloze number of which Anki makes a card (rslib/src/notetype/cardgen.rs)."""

MAX_DEPTH = 10
"""How many clozes may stand in each other; Anki takes no notice of where one begins that is deeper."""

_LARGEST = 65_535  # Anki keeps cloze numbers in 16 bits

# Here and below no part of a pattern can match the same characters in two ways, and repetitions are
# possessive or bounded: a text of 100,000 braces takes no longer than one of words.
_CLOZE_TOKEN = re.compile(r"\{\{c(?=,*+[0-9])([0-9,]{1,100}+)::|\}\}")
_THREE_DIGITS = re.compile(r"\{\{c[0-9,]*?[0-9]{3}")
_CLOZE_SLIP = re.compile(
    r"\{(?:(?<!\{\{)c[0-9]{1,9}::"
    r"|\{(?:c[0-9]{1,9}(?::(?!:)|[;\uff1a\ufe55|]|\.(?![0-9])|-[0-9]{1,9}:|,?[ ]{1,9}[0-9][0-9, ]{0,99}:)"
    r"|c(?:\s{0,9}[0-9]{1,9})?\s{1,9}:|c::|\s{1,9}c[0-9]|[C\u0441\u0421]\s?[0-9]{1,9}\s?:|[0-9]{1,9}::|c[0-9,]{101}))"
    r"|[(\[<\uff5b\u00ab]{1,2}c[0-9]{1,9}(?:::|\uff1a)|(?<![\w{,(\[<\uff5b\u00ab])c[0-9]{1,9}::(?=\S)"
)
_NO_CLOZE = re.compile(r"\{\{(?!c,{0,99}[0-9][0-9,]{0,99}::)[^{}$\\]*+\}\}")


@dataclass(slots=True)
class Cloze:
    """A cloze deletion in a text: `{{c1::answer::hint}}`.

    Attributes:
        numbers: Its cloze numbers; several for `{{c1,2::…}}`.
        start: Where its `{{` stands.
        inner: Where its answer begins.
        end: Where its closing `}}` stands; -1 where there is none.
    """

    numbers: tuple[int, ...]
    start: int
    inner: int
    end: int


def cloze_marks(text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Where clozes open and close in a text, as Anki reads it: start, end, numbers if one opens."""
    for match in _CLOZE_TOKEN.finditer(text):
        numbers: tuple[int, ...] = ()
        if match[1]:
            numbers = tuple(sorted({int(number) for number in match[1].split(",") if number}))
            if numbers[-1] > _LARGEST:
                numbers = tuple(number for number in numbers if number <= _LARGEST)
                if not numbers:
                    continue  # to Anki this begins nothing
        yield match.start(), match.end(), numbers


def clozes(text: str) -> list[Cloze]:
    """The clozes of a text, by their closing braces, as Anki finds them (rslib/src/cloze.rs).

    Nested ones come before those around them; ones that never close come last, with `end` -1.
    """
    found: list[Cloze] = []
    still_open: list[Cloze] = []
    for start, end, numbers in cloze_marks(text):
        if numbers:
            if len(still_open) < MAX_DEPTH:
                still_open.append(Cloze(numbers, start, end, -1))
        elif still_open:
            cloze = still_open.pop()
            cloze.end = start
            found.append(cloze)
    return found + still_open


def uncovered(text: str) -> str:
    """A text, or its HTML, with the answers of its clozes in their places, and without their hints."""
    if "{{c" not in text:
        return text
    marks: list[tuple[int, int]] = []
    last = 0  # the end of the clozes within
    for cloze in clozes(text):
        if cloze.end < 0:
            marks.append((cloze.start, cloze.inner))
            continue
        hint = text.find("::", max(cloze.inner, last), cloze.end)
        last = cloze.end + 2
        marks += [(cloze.start, cloze.inner), (cloze.end if hint < 0 else hint, last)]
    pieces, done = [], 0
    for start, end in sorted(marks):
        pieces.append(text[done:start])
        done = end
    return "".join(pieces) + text[done:]


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

_LOOKED_FOR = 20  # files that do not exist, for which ones of nearly that name are looked for
MAX_MEDIA = 100 * 1024 * 1024
"""The largest media file, in bytes: AnkiWeb passes on no larger one."""

IMAGES = frozenset(["avif", "gif", "jpeg", "jpg", "png", "svg", "webp"])
SOUNDS = frozenset(["flac", "m4a", "mp3", "mp4", "oga", "ogg", "opus", "wav", "webm"])
FONTS = frozenset(["otf", "ttf", "woff", "woff2"])
_SOUND = re.compile(r"\[sound:([^\[\]\n]+)\]")
_INSIDE = r"(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*?"  # of a tag
_IMG = re.compile(rf"<img\b({_INSIDE})\bsrc=(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_HREF = re.compile(rf"<a\b{_INSIDE}\bhref=(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_LINK_LIKE = re.compile(r"\]\(([^()<>\n\"]*+)\)")
_SPACE_WITHIN = re.compile(r"\S ")
_CODE_TAG = re.compile(r"<(/?)(code|pre)>")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_SAFE_LINK = re.compile(r"https?://[^\s]+|mailto:[^\s]+", re.IGNORECASE)
_ANKI_BRACKET = re.compile(r"\[(?=(?:sound:|anki:|latex\]|/latex\]|\$\$?\]|/\$\$?\]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of the package.

    Attributes:
        path: Where it lies.
        name: Its name in the learner's collection: its own with a digest of its content.
        digest: The SHA-256 of its content, in hex.
    """

    path: Path
    name: str
    digest: str


def read_media(path: Path, mark: str = "") -> Media:
    """A file as one of the package's media.

    Args:
        path: Where it lies.
        mark: With what its name in the package begins.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Media(path, mark + _media_name(path, digest), digest)


def file_fault(path: Path, address: str, types: frozenset[str]) -> tuple[str, str, str] | None:
    """The code, message and hint for something that is there and cannot be taken; None where it can.

    Args:
        path: Where it lies, without links.
        address: What an author calls it.
        types: The ends of names that may be.

    Raises:
        OSError: It cannot be looked at.
    """
    if not path.is_file():
        return "unreadable-media", f"`{address}` is not a file", ""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in types:
        what = "an image" if types is IMAGES else "a sound" if types is SOUNDS else "an image, sound or font"
        hint = f"deckgen takes {', '.join(sorted(types))} here"
        if types is IMAGES and ending in SOUNDS:
            hint = f"a sound is written `[sound:{address}]`"
        return "media-type", f"`{address}` is not {what} that Anki takes everywhere", hint
    size = path.stat().st_size
    if size == 0:
        return "unreadable-media", f"`{address}` is empty", ""
    if size > MAX_MEDIA:
        hint = "make it smaller: learners carry it on their phones"
        return "too-large", f"`{address}` is larger than {MAX_MEDIA >> 20} MiB", hint
    return None


def _media_name(path: Path, digest: str) -> str:
    """A name that Anki keeps as it is: plain ASCII, short, different for different content."""
    ascii_stem = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", ascii_stem).strip("-")[:60]
    return f"{stem}{'-' if stem else ''}{digest[:10]}{path.suffix.lower()}"


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
        source: The folder that media must lie in, resolved.
        project: The project's folder, resolved.
        found: The diagnostics so far.
        media: The media files so far, by path.
        shown: The digests of the media that texts show, by text.
    """

    source: Path
    project: Path
    found: Found = field(default_factory=Found)
    media: dict[Path, Media] = field(default_factory=dict)
    shown: dict[Scalar, dict[str, None]] = field(default_factory=dict)
    _names: dict[str, Path] = field(default_factory=dict)
    _known: dict[tuple[str, str, frozenset[str]], Media | tuple[str, str, str]] = field(default_factory=dict)
    """What has been found out of the addresses in a folder's chapters: the file, or what is wrong with it."""
    _told: set[tuple[str, str, Scalar]] = field(default_factory=set)
    _unfound: int = 0

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
        key = document.path.rpartition("/")[0], address, types
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._sought(_as_written(address, scalar), types, scalar, document)
        if isinstance(known, Media):
            self.shown.setdefault(scalar, {})[known.digest] = None
            return known.name
        code, message, hint = known
        if self.found.full(code, document.path):
            self.found.count(code, document.path)
        else:
            self._report_piece(code, _as_written(address, scalar), scalar, document, message, hint)
        return ""

    def _sought(
        self, address: str, types: frozenset[str], scalar: Scalar, document: Document
    ) -> Media | tuple[str, str, str]:
        """The file that a text refers to; the code, message and hint where there is none."""
        if "\\" in address:
            hint = "write the path with `/`, from the chapter's own folder"
            return "missing-media", f"there is no file `{address}`", hint
        if _SCHEME.match(address):
            message = "this is on the network; a learner on a train sees nothing"
            return "remote-media", message, "put the file into source/media/ and name it from there"
        path = (self.project / document.path).parent / unquote(address)
        if self._unfound > _LOOKED_FOR and "\0" not in address and not os.path.lexists(path):
            return "missing-media", f"there is no file `{address}`", ""
        fault = self._media_fault(path, address, types)
        if fault is not None:
            return fault
        try:
            return self._shelved(path.resolve(), address, scalar, document)
        except OSError as error:
            return "unreadable-media", f"`{address}` cannot be read: {error.strerror}", ""

    def _media_fault(self, path: Path, address: str, types: frozenset[str]) -> tuple[str, str, str] | None:
        """The code, message and hint for a file that cannot be taken; None where it can."""
        try:
            real = path.resolve()
            exists = real.exists()
        except (
            OSError,
            ValueError,
            RuntimeError,
        ):  # the last is what Python up to 3.12 says of links in a circle
            return "missing-media", f"`{address}` cannot be the name of a file", ""
        if not real.is_relative_to(self.source):
            return "unreadable-media", f"`{address}` lies outside source/", "put it into source/media/"
        if not exists:
            self._unfound += 1
            names = [other.name for other in real.parent.iterdir()] if real.parent.is_dir() else []
            from_here = next(
                (other for other in (self.source, self.project) if (other / address).is_file()), None
            )
            hint = did_you_mean(real.name, names)
            if from_here:
                hint = "paths begin at the chapter's own folder, as in `media/tree.png`"
            return "missing-media", f"there is no file `{address}`", hint
        return file_fault(real, address, types)

    def _shelved(self, path: Path, address: str, scalar: Scalar, document: Document) -> Media:
        """A file that is there, added to the package's media."""
        media = self.media.get(path)
        if media is None:
            media = self.media[path] = read_media(path)
            plain = unicodedata.normalize("NFC", path.name).casefold()
            other = self._names.setdefault(plain, path)
            if other != path and self.media[other].digest != media.digest:
                message = f"this and `{other.relative_to(self.project).as_posix()}` have one name"
                hint = "give the files names that differ in more than capitals and folders"
                self._report_piece("same-media-name", address, scalar, document, message, hint)
        return media

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


def cloze_faults(text: str, found: list[Cloze]) -> Iterator[tuple[str, int, int, str, str]]:
    """Clozes that Anki would not read, or not as meant: code, offset, length, message and hint."""
    misread = _misread_cloze(text, found)
    if misread:
        yield ("bad-cloze", *misread)
        return
    if not found:
        hint = "hide what matters, as in `It begins with {{c1::joining}}`"
        yield "no-cloze", 0, 1, "this text hides nothing", hint
    for cloze in found:
        message, hint = "", ""
        inner = text[cloze.inner : cloze.end] if cloze.end >= 0 else ""
        if cloze.end < 0:
            message, hint = "this cloze never closes", "it ends with `}}`"
        elif not inner.partition("::")[0].strip():
            message = "this cloze hides nothing"
        elif cloze.numbers[0] < 1:
            message = f"cloze numbers go from 1 to {MAX_CLOZE}"
        elif inner.count("{") > inner.count("}"):
            message = "the first `}}` ends this cloze, before the brace that opens in it is closed"
            hint = "put a space between two closing braces of a formula: `} }`"
        if message:
            yield "bad-cloze", cloze.start, cloze.inner - cloze.start, message, hint


def _misread_cloze(text: str, found: list[Cloze]) -> tuple[int, int, str, str] | None:
    """The first cloze that Anki reads as none, or not at all: offset, length, message and hint."""
    slip = _CLOZE_SLIP.search(text) or ("$" not in text and _NO_CLOZE.search(text)) or None
    if slip:
        hint = "a cloze is written `{{c1::answer}}` or `{{c1::answer::hint}}`"
        hint += "" if slip.group().isascii() else ", in ordinary letters and signs"
        return slip.start(), len(slip.group()), f"`{slip.group()}` does not begin a cloze", hint
    if _THREE_DIGITS.search(text):
        for match in _CLOZE_TOKEN.finditer(text):
            if match[1] and max(int(number) for number in match[1].split(",") if number) > MAX_CLOZE:
                return match.start(), len(match.group()), f"cloze numbers go from 1 to {MAX_CLOZE}", ""
    deep = _too_deep(text) if len(found) >= MAX_DEPTH else None
    if deep is not None:
        message = f"clozes stand more than {MAX_DEPTH} deep in each other here"
        return deep, 4, message, "Anki takes no more; make several notes of it"
    return None


def _too_deep(text: str) -> int | None:
    """Where the first cloze begins that stands too deep in others; None where none does."""
    depth = 0
    for match in _CLOZE_TOKEN.finditer(text):
        depth = depth + 1 if match[1] else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return match.start()
    return None


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
    """The HTML with the brackets escaped that Anki would read as a sound or as LaTeX."""
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
