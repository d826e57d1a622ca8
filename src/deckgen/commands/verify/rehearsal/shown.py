"""The files that cards show, and whether a learner has them."""

from __future__ import annotations

import re
import unicodedata
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from deckgen.commands.verify.rehearsal.learner import ADDED, MINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from deckgen.commands.verify.rehearsal.learner import Learner

_SIGNS = ("src", "data", "poster", "style", "<link", "image", "<use", "[sound:", "url(", "@import")
_SHOWS = re.compile(
    r"\b(?:src|srcset|poster|data|style)\s*=|<(?:link|image|feimage|use|style)\b|\[sound:|url\(|@import"
)
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1\s*>|\Z)"
    r"|<[a-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.IGNORECASE | re.DOTALL,
)
"""A comment, an element in which there is no HTML, or a tag."""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_IN_CSS = re.compile(
    r"(?:url\(|@import)\s*(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s\"'()]+)\s*\))",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/#\\]|\Z", re.IGNORECASE)
"""The beginning of an address that is no file in the media folder: `https:`, `data:`, `#part`, or nothing."""
_LINKED = {"link", "image", "feimage", "use"}
_CHUNK = 1 << 20


class WrongFile(NamedTuple):
    """A file that a card shows, and that the learner does not have as it is in the package.

    Attributes:
        guid: The guid of a note that shows it.
        name: The name of the file.
        what: `missing` or `different`.
        notes: The number of notes that show it.
    """

    guid: str
    name: str
    what: str
    notes: int


class ShownFiles:
    """The names of the files that cards show; what was rendered once is remembered."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._names: dict[tuple[Any, ...], frozenset[str]] = {}
        self._sums: dict[tuple[int, ...], tuple[int, int]] = {}

    def of(self, learner: Learner) -> dict[str, list[str]]:
        """The guids of the notes that show each file, by the file's name."""
        shown: dict[str, dict[str, None]] = {}
        types = learner.note_types()
        looks = {number: _look(each) for number, each in types.items()}
        in_css = {number: css_names(each["css"]) for number, each in types.items()}
        may_show = {number: _may_show("".join(map(str, look))) for number, look in looks.items()}
        for card, guid, number, ord_, fields, tags in learner.db(
            "SELECT c.id, n.guid, n.mid, c.ord, n.flds, n.tags FROM cards c JOIN notes n ON n.id = c.nid "
            "ORDER BY c.id"
        ):
            for name in in_css[number]:
                shown.setdefault(name, {})[guid] = None
            if not may_show[number] and not _may_show(fields):
                continue
            key = (looks[number], ord_, *_as_it_was(fields, tags))
            names = self._names.get(key)
            if names is None:
                names = self._names[key] = frozenset(_rendered(learner, card))
            for name in names:
                shown.setdefault(name, {})[guid] = None
        return {name: list(guids) for name, guids in shown.items()}

    def wrong(
        self,
        learner: Learner,
        files: dict[str, list[int]],
        before: dict[str, list[int]],
        older: Collection[str] = (),
    ) -> tuple[int, list[WrongFile]]:
        """The number of files that a learner's cards show, and those that are missing or different.

        Args:
            learner: The learner.
            files: The size and the CRC-32 of each file in the package that was imported last, by its name.
            before: The same of the package before it.
            older: The guids of the notes that may show the files of that one.
        """
        folder = Path(learner.col.media.dir())
        there = {unicodedata.normalize("NFC", path.name): path for path in folder.iterdir()}
        shown = self.of(learner)
        wrong = []
        for name, guids in sorted(shown.items()):
            found = next((each for each in _spellings(name) if each in there), None)
            if found is None:
                wrong.append(WrongFile(guids[0], name, "missing", len(guids)))
                continue
            content = self._content(there[found])
            wanted = {"now": files.get(found), "before": before.get(found)}
            of_new = [guid for guid in guids if guid not in older or wanted["before"] is None]
            first = of_new if wanted["now"] is not None else []
            bad = [guid for guid in first if wanted["now"] != content]
            if not bad and content not in wanted.values() and any(wanted.values()):
                bad = guids
            if bad:
                wrong.append(WrongFile(bad[0], name, "different", len(bad)))
        return len(shown), wrong

    def _content(self, path: Path) -> list[int]:
        """The size and the CRC-32 of a file; links to one file are read once."""
        about = path.stat()
        key = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)
        if key not in self._sums or not about.st_ino:
            crc = 0
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    crc = zlib.crc32(chunk, crc)
            self._sums[key] = (about.st_size, crc)
        return [*self._sums[key]]


def _may_show(text: str) -> bool:
    """Whether a field or a template can show a file; if none of a card can, it need not be rendered."""
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS) and bool(_SHOWS.search(lower))


def _as_it_was(fields: str, tags: str) -> tuple[str, str]:
    """The fields and tags of a note without what the learner added, which shows no file.

    Where there was nothing else, it stays: it may be what lets a template show a part of the card.
    """
    if ADDED in fields and ADDED not in fields.split("\x1f"):
        fields = fields.replace(ADDED, "")
    others = [tag for tag in tags.split() if tag != MINE]
    return fields, " ".join(others) if others else tags


def _look(note_type: dict[str, Any]) -> tuple[str, ...]:
    """All that decides how the fields of a note are shown, as far as its note type does."""
    names = (each["name"] for each in note_type["flds"])
    sides = (side for each in note_type["tmpls"] for side in (each["qfmt"], each["afmt"]))
    return (*names, *sides)


def _rendered(learner: Learner, card: int) -> Iterator[str]:
    """The names of the files on both sides of a card, as Anki renders it."""
    output = learner.col.get_card(card).render_output()
    for each in (*output.question_av_tags, *output.answer_av_tags):
        name = getattr(each, "filename", "")  # a text that is read aloud has none
        if name and not _ELSEWHERE.match(name):
            yield name
    for text in (output.question_text, output.answer_text):
        yield from html_names(text)


def html_names(html: str) -> list[str]:
    """The names of the files that HTML shows."""
    parser = _Parser()
    for match in _PIECE.finditer(html):
        piece = match[0]
        # the parser takes a hundred times as long as this, and most tags show nothing
        if not piece.startswith("<!--") and _may_show(piece):
            parser.feed(piece)
    parser.close()
    return [name for name in parser.names if not _ELSEWHERE.match(name)]


def css_names(css: str) -> list[str]:
    """The names of the files that CSS names."""
    found = _IN_CSS.finditer(_COMMENT.sub("", css))
    names = ((each["double"] or each["single"] or each["bare"] or "").strip() for each in found)
    return [name for name in names if not _ELSEWHERE.match(name)]


def _spellings(name: str) -> Iterable[str]:
    """The files that an address may mean: as it is, decoded, and without what follows `?` or `#`."""
    for each in (name, re.split(r"[?#]", name, maxsplit=1)[0]):
        yield unicodedata.normalize("NFC", each)
        yield unicodedata.normalize("NFC", unquote(each))


class _Parser(HTMLParser):
    """Collects the names of files."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect those of an element's attributes."""
        self._in_style = tag == "style"
        for name, given in attrs:
            value = (given or "").strip()
            if name == "style":
                self.names += css_names(value)
            elif name == "srcset":
                self.names += [each.split()[0] for each in value.split(",") if each.strip()]
            elif (
                name in {"src", "poster"}
                or (name == "data" and tag == "object")
                or (name in {"href", "xlink:href"} and tag in _LINKED)
            ):
                self.names.append(value)

    def handle_endtag(self, tag: str) -> None:
        """Leave a style sheet."""
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        """Collect those of a style sheet."""
        if self._in_style:
            self.names += css_names(data)
