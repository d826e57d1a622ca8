"""HTML on cards, parsed as a browser does: names in small letters, values decoded, any blanks allowed.

The standard library's html.parser parses it. A card may contain only the tags and attributes listed here, and
each tag must be written as in CommonMark, so that all parsers read the same tag.
"""

from __future__ import annotations

import html as html_lib
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span "
    "strong sub summary sup table tbody td tfoot th thead tr u ul var wbr".split()
)
ATTRIBUTES = frozenset(
    "alt class colspan dir height href lang open reversed rowspan scope src start title width".split()
)
_IN_LINE = frozenset("b code del em i ins kbd mark q s small strong sub sup u var".split())
VOID = frozenset(["br", "hr", "img", "wbr", "col"])
SAFE_LINK = pattern(r"https?://[^\s]+|mailto:[^\s]+", re.IGNORECASE)

_SCRIPT = pattern(r"<!--(?s:.*?)-->|<(script|style)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_END = {name: re.compile(rf"</{name}[^>]*>", re.IGNORECASE) for name in ("script", "style")}
_NEAR = 20  # so many open tags are searched for the one that a tag closes
_SHORT = 40  # characters of a tag that a message repeats
_WRITTEN = pattern(  # an open or a closing tag of CommonMark (0.31, 6.6)
    r"</?[A-Za-z][A-Za-z0-9-]*"
    r"(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*\s*/?>"
)
_AS_TEXT = "to show `<` itself, write `&lt;`"
_LOOK = "remove it: the look is set in the theme"
_PICTURE = "save it as a file in source/media/, and write `![what it shows](media/…)`"
_INSTEAD = {
    **dict.fromkeys(("script", "noscript", "template", "slot"), "remove it: cards cannot run scripts"),
    **dict.fromkeys(("style", "link", "font", "big", "basefont", "nobr"), _LOOK),
    **dict.fromkeys(
        ("iframe", "object", "embed", "frame", "frameset"), "remove it: cards cannot contain other pages"
    ),
    **dict.fromkeys(
        ("form", "input", "button", "select", "option", "textarea", "label", "fieldset"),
        "remove it: cards have no forms",
    ),
    **dict.fromkeys(
        ("audio", "video", "source", "track"),
        "put the file into source/media/, and write `[sound:media/…]`",
    ),
    **dict.fromkeys(("svg", "canvas", "picture", "map", "area"), _PICTURE),
    "math": "write a formula as `$…$`",
    **dict.fromkeys(
        ("html", "head", "body", "title", "meta", "base"), "remove it: the card is already part of a page"
    ),
    **dict.fromkeys(
        ("section", "article", "header", "footer", "main", "nav", "aside"), "write `<div>` instead"
    ),
    **dict.fromkeys(
        "acronym address blink data datalist dialog dir hgroup legend marquee menu meter optgroup output "
        "progress search time applet param noframes noembed bgsound image plaintext listing".split(),
        "remove the tag, and keep the text inside it",
    ),
    "strike": "write `~~…~~` instead",
    **dict.fromkeys(("tt", "xmp"), "put it in backticks instead"),
    "rb": "write `<ruby>word<rt>how it is read</rt></ruby>`",
    "rtc": "write `<ruby>word<rt>how it is read</rt></ruby>`",
}
"""Hints for the elements of HTML that are not for cards; any other name is hardly meant as HTML."""


class Tag(NamedTuple):
    """A tag of HTML.

    Attributes:
        name: The name, in small letters.
        attributes: The decoded values, by name in small letters; of a repeated attribute the first value.
        start: The offset at which it begins, in characters.
        end: The offset at which it ends.
        closing: Whether it closes an element.
    """

    name: str
    attributes: dict[str, str]
    start: int
    end: int
    closing: bool = False

    @property
    def opens(self) -> bool:
        """Whether an element is open after the tag; `<b/>` opens one too."""
        return not self.closing and self.name not in VOID


class Fault(NamedTuple):
    """A fault of HTML: its offset and length in characters, a message and a hint."""

    start: int
    length: int
    message: str
    hint: str = _AS_TEXT


@dataclass
class _Parsed:
    """The result of parsing: tags, texts with their offsets, and attributes that a tag repeats."""

    tags: list[Tag]
    texts: list[tuple[int, str]]
    repeated: list[tuple[Tag, str]]


class _Parser(HTMLParser):
    """Collects the tags of a piece of HTML, each with its offset."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.read = _Parsed([], [], [])
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        # no tag ends after the last `>`; searching there again and again would take time
        end = html.rfind(">") + 1
        self.feed(html[:end])
        self.close()
        if end < len(html):
            self.read.texts.append((end, html_lib.unescape(html[end:])))

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._place()
        parsed = Tag(tag, {}, start, start + len(self.get_starttag_text() or ""))
        for name, value in attrs:
            if name in parsed.attributes:
                self.read.repeated.append((parsed, name))
            parsed.attributes.setdefault(name, value or "")
        self.read.tags.append(parsed)

    # a browser reads `<b/>` as `<b>`
    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        start = self._place()
        end = self.rawdata.find(">", start) + 1
        self.read.tags.append(Tag(tag, {}, start, end or len(self.rawdata), closing=True))

    def set_cdata_mode(self, elem: str, **_: bool) -> None:
        """Do nothing: the content of scripts and styles, which are faults, is parsed too."""

    def handle_data(self, data: str) -> None:
        self.read.texts.append((self._place(), data))

    def handle_entityref(self, name: str) -> None:
        end = self._place() + 1 + len(name)
        sign = ";" if self.rawdata.startswith(";", end) else ""  # `AT&T` has none
        self.handle_data(html_lib.unescape(f"&{name}{sign}"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(html_lib.unescape(f"&#{name};"))


escape = html_lib.escape


def tags(html: str) -> list[Tag]:
    """The tags of HTML, in order."""
    return _Parser(html).read.tags


def text(html: str) -> str:
    """The text that HTML shows, with entities decoded; `<br>` becomes a line break."""
    read = _Parser(html).read
    breaks = [(tag.start, "\n") for tag in read.tags if tag.name == "br"]
    return "".join(piece for _, piece in sorted(read.texts + breaks))


def pieces(html: str) -> list[Tag | str]:
    """The tags of HTML and the texts between them, in order; comments are left out, entities decoded."""
    read = _Parser(html).read
    placed: list[tuple[int, Tag | str]] = [*read.texts, *((tag.start, tag) for tag in read.tags)]
    return [piece for _, piece in sorted(placed, key=lambda each: each[0])]


def without_scripts(html: str) -> tuple[str, list[str]]:
    """HTML without its scripts and styles, whose content is no HTML, and the names of these elements."""
    parts: list[str] = []
    names: list[str] = []
    done = 0
    for match in _SCRIPT.finditer(html):
        if match[1] is None or match.start() < done:  # in a comment, or inside another one
            continue
        names.append(match[1].lower())
        parts.append(html[done : match.start()])
        end = _END[names[-1]].search(html, match.end())
        done = end.end() if end else len(html)
    return "".join(parts) + html[done:], names


def barred(tag: Tag) -> list[str]:
    """The attributes of a tag that are not allowed on cards."""
    return [
        name for name in tag.attributes if name not in ATTRIBUTES or (name == "src" and tag.name != "img")
    ]


def is_known(name: str) -> bool:
    """Whether HTML has an element of this name, be it allowed on cards or not."""
    return name in TAGS or name in _INSTEAD


def balanced(html: str) -> bool:
    """Whether a piece of HTML closes each element that it opens, and no other."""
    stack: list[str] = []
    for tag in tags(html) if "<" in html else ():
        if tag.opens:
            stack.append(tag.name)
        elif tag.closing and (not stack or stack.pop() != tag.name):
            return False
    return not stack


def faults(pieces: list[tuple[int, str]]) -> Iterator[Fault]:
    """Faults of an author's HTML on a card.

    Args:
        pieces: The pieces of HTML in a text, each with its offset there.
    """
    stack: list[Fault] = []
    names: list[str] = []
    for offset, piece in pieces:
        strange = min((place for place in map(piece.find, ("<!", "<?")) if place >= 0), default=-1)
        if strange >= 0:  # the rest of the piece is not checked
            yield from _stray(piece, strange, len(piece), offset)
            continue
        read = _Parser(piece).read
        done = 0
        for tag in read.tags:
            yield from _stray(piece, done, tag.start, offset)
            done = tag.end
            start, length = offset + tag.start, tag.end - tag.start
            if not _WRITTEN.fullmatch(piece[tag.start : tag.end]):
                hint = (
                    f'separate attributes by spaces, and put each value in quotes: `name="value"`; {_AS_TEXT}'
                )
                yield Fault(
                    start, length, "this tag is not written as HTML: programs read it differently", hint
                )
            yield from _of_tag(tag, read, piece, offset)
            if tag.opens:
                names.append(tag.name)
                open_for_ever = f"`<{tag.name}>` is never closed" if tag.name in TAGS else ""
                hint = f"write `</{tag.name}>` where it ends; {_AS_TEXT}"
                stack.append(Fault(start, length, open_for_ever, hint))
            elif tag.closing and (inside := _inside(names, tag.name)) is not None:
                yield from (_opened_again(names[at], stack[at]) for at in inside)
                last = len(names) - 1 - names[::-1].index(tag.name)
                del names[last:], stack[last:]
            elif tag.closing:
                hint = f"remove it, or write `<{tag.name}>` where it begins, in the same paragraph"
                if tag.name in VOID:
                    hint = f"remove it: `<{tag.name}>` needs no closing tag"
                    hint = "for a line break write `<br>`" if tag.name == "br" else hint
                hint = hint if tag.name in TAGS else _as_text(piece[tag.start : tag.end])
                yield Fault(start, length, f"`</{tag.name}>` has no opening tag here", hint)
        yield from _stray(piece, done, len(piece), offset)
    yield from _left_open(names, stack)


def _inside(names: list[str], closed: str) -> list[int] | None:
    """The indexes of open tags that were probably meant as closing tags, from the last tag of a name on.

    None if that tag cannot be closed here.
    """
    near = names[-_NEAR:]
    if closed not in near:
        return None
    first = len(names) - near[::-1].index(closed)
    again = [first + at for at in _again(names[first:])]
    return again if 2 * len(again) == len(names) - first else None


def _again(names: list[str]) -> list[int]:
    """The indexes of tags that repeat the tag before them, as in `H<sub>2<sub>O`."""
    repeated: list[int] = []
    for at in range(1, len(names)):
        if names[at] == names[at - 1] and names[at] in _IN_LINE and repeated[-1:] != [at - 1]:
            repeated.append(at)
    return repeated


def _left_open(names: list[str], stack: list[Fault]) -> Iterator[Fault]:
    """Faults of tags that are still open at the end."""
    again = set(_again(names))
    for at, fault in enumerate(stack):
        if at in again:
            yield _opened_again(names[at], fault)
        elif at + 1 not in again and fault.message:  # other tags have a fault of their own
            yield fault


def _opened_again(name: str, fault: Fault) -> Fault:
    """The fault of a tag that was probably meant to close the one before it."""
    return fault._replace(
        message=f"`<{name}>` is already open here, and never closed", hint=f"did you mean `</{name}>`?"
    )


def _stray(piece: str, start: int, end: int, offset: int) -> Iterator[Fault]:
    """The fault of a `<` between two tags."""
    place = piece.find("<", start, end)
    if place < 0:
        return
    if piece.startswith(("<!", "<?"), place):
        hint = "remove it; to write a comment, start a line above this text's key with `#`"
        length = len(piece[place:end].rstrip())
        yield Fault(offset + place, length, "HTML comments and declarations are not allowed on cards", hint)
    else:
        yield Fault(offset + place, 1, "this `<` does not start a tag")


def _of_tag(tag: Tag, read: _Parsed, piece: str, offset: int) -> Iterator[Fault]:
    """Faults of a tag's name and attributes."""
    start, length = offset + tag.start, tag.end - tag.start
    raw = piece[tag.start : tag.end].lower()
    if tag.name not in TAGS and not tag.closing:
        typed = piece[tag.start : tag.end]
        if tag.name not in _INSTEAD:  # it is text
            excerpt = typed if len(typed) <= _SHORT else f"<{tag.name} …>"
            yield Fault(
                start, length, f"`{excerpt}` is not an HTML tag, and no card shows it", _as_text(typed)
            )
            return
        yield Fault(start, length, f"`<{tag.name}>` is not allowed on cards", _INSTEAD[tag.name])
        return  # its attributes are left out with it
    for name in barred(tag):
        place = max(raw.find(name, len(tag.name)), 0)
        yield Fault(start + place, len(name), f"the attribute `{name}` is not allowed on cards", _about(name))
    for other, name in read.repeated:
        if other is tag:
            yield Fault(
                start + max(raw.rfind(name), 0), len(name), f"the attribute `{name}` is repeated", "keep one"
            )


def _as_text(typed: str) -> str:
    """A hint for text in angle brackets that is no HTML."""
    if len(typed) > _SHORT:
        return _AS_TEXT
    code = f"`` `{typed}` ``" if "`" not in typed else "code"
    return f"to show it as text, write `&lt;{typed[1:]}`; in a command, put it in backticks: {code}"


def _about(attribute: str) -> str:
    """A hint for an attribute that is not for cards."""
    if attribute in {"style", "align", "valign", "bgcolor", "color", "face", "size", "border"}:
        return f"{_LOOK}; for bold text write `**…**`, for highlights `==…==`"
    if attribute.startswith("on"):
        return "remove it: cards cannot run scripts"
    return f"remove it: cards allow {', '.join(sorted(ATTRIBUTES))}, and `src` for images"


def written(tag: Tag, *, closed: bool = False) -> str:
    """A tag as HTML.

    Args:
        tag: The tag.
        closed: Whether it ends with ` />`.
    """
    values = "".join(f' {name}="{html_lib.escape(value)}"' for name, value in tag.attributes.items())
    return f"<{tag.name}{values}{' /' if closed else ''}>"
