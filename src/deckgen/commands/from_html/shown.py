"""The lines that a browser shows of the HTML of a field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from deckgen.cards import html
from deckgen.commands.from_html.allowed import allowed
from deckgen.commands.from_html.blanks import tidied
from deckgen.commands.from_html.lifted import NUMBER, Lifted, Mark, for_yaml, lifted, refusal, tidy
from deckgen.commands.from_html.lines import LISTS, PLAIN, Box, Content, Line, Picture, Run, Style, is_cloze

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCKS = frozenset(
    "blockquote caption center col colgroup dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li "
    "ol p pre summary table tbody td tfoot th thead tr ul".split()
)
_TRANSPARENT = frozenset("div p tbody thead tfoot colgroup col".split())
"""Blocks that are not seen unless they have attributes."""
_GAPS = {"p": 2, "dl": 2, "figure": 2}
_HOLDS = frozenset(["li", "td", "th", "hr"])
"""Blocks that are seen even if they are empty."""
_OF_TABLES = frozenset("caption col colgroup tbody td tfoot th thead tr".split())
_ENDS = {  # the elements that an opening tag ends, and those beyond which they are not searched
    "li": (frozenset(["li"]), frozenset(["ul", "ol"])),
    "td": (frozenset(["td", "th"]), frozenset(["table", "tr"])),
    "th": (frozenset(["td", "th"]), frozenset(["table", "tr"])),
    "tr": (frozenset(["tr"]), frozenset(["table"])),
    "dt": (frozenset(["dt", "dd"]), frozenset(["dl"])),
    "dd": (frozenset(["dt", "dd"]), frozenset(["dl"])),
}
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
"""Elements that go on after the end of the block in which they begin."""
_BOLD = frozenset("h1 h2 h3 h4 h5 h6 th dt".split())
_ADDS_UP = frozenset(["sub", "sup", "small"])
_UNSEEN = frozenset("script style head title template noscript iframe object datalist select".split())
DEEPEST = 100
"""The most elements within each other; deeper ones are left out, and only their text is kept."""


class Shown(NamedTuple):
    """The lines of a field, and what a card cannot have of it, in words."""

    lines: list[Line]
    lost: tuple[str, ...]


class _Open(NamedTuple):
    """An element that is open.

    Attributes:
        name: Its name as written.
        is_block: Whether it stands on lines of its own.
        box: Its box; None if it is not seen.
        styles: Its styles.
        lines: The number of lines before it.
    """

    name: str
    is_block: bool
    box: Box | None
    styles: tuple[Style, ...]
    lines: int


def shown(
    field: str, *, cloze: bool, map_tags: Mapping[str, str], media: Mapping[str, str] | None = None
) -> Shown:
    """The lines of the HTML of a field.

    Args:
        field: The HTML.
        cloze: Whether it may have clozes.
        map_tags: The names of elements that take the place of others, by name.
        media: The paths in the source of media files, by their names in the field; None if the names are
            already paths.
    """
    scripts: list[str] = []
    if "<s" in field or "<S" in field:
        field, scripts = html.without_scripts(field)
    marks = lifted(field, cloze=cloze)
    reader = _Reader(marks, map_tags, media)
    reader.lose(*(f"the element `<{name}>`" for name in scripts))
    for piece in html.pieces(marks.html) if "<" in marks.html or "&" in marks.html else [marks.html]:
        reader.take(piece)
    return reader.finish()


class _Reader:
    """Reads HTML into lines."""

    def __init__(self, marks: Lifted, map_tags: Mapping[str, str], media: Mapping[str, str] | None) -> None:
        self._marks, self._map_tags, self._media = marks, map_tags, media
        self._lines: list[Line] = []
        self._runs: list[Run] = []
        self._held: list[Run] = []  # marks that open clozes right before the next line
        self._gap = 0
        self._open: list[_Open] = []
        self._path: tuple[Box, ...] = ()
        self._counts: dict[Style, int] = {}
        self._styles = PLAIN
        self._idents = 0
        self._items: dict[int, Box] = {}  # the last item of each list
        self._numbers: dict[int, int] = {}
        self._unseen = ""
        self._mathjax: list[str] | None = None
        self._lost: dict[str, None] = {}
        self.lose(*marks.lost)

    def finish(self) -> Shown:
        """The lines and what is lost."""
        self._end_mathjax("formula")
        self._end_line()
        if self._held:
            self._lines.append(Line(self._path, self._gap, self._held))
        return Shown(tidied(self._lines), tuple(self._lost))

    def take(self, piece: html.Tag | str) -> None:
        """Read the next tag or text."""
        if isinstance(piece, str):
            if self._mathjax is not None:
                self._mathjax.append(piece)
            elif not self._unseen:
                self._text(piece)
        elif self._unseen:
            self._unseen = "" if piece.closing and piece.name == self._unseen else self._unseen
        elif piece.name == "anki-mathjax":
            if not piece.closing:
                self._mathjax = []
                self._block = piece.attributes.get("block", "")
            else:
                self._end_mathjax("display" if self._block.lower() == "true" else "formula")
        elif self._mathjax is not None:
            self._mathjax.append("\n" if piece.name == "br" else "")
        elif piece.closing:
            self._closing(piece.name)
        else:
            self._opening(piece)

    _block = ""

    def lose(self, *what: str) -> None:
        """Note what a card cannot have, in words."""
        self._lost.update(dict.fromkeys(what))

    # Content

    def _add(self, content: Content) -> None:
        self._runs.append(Run(content, self._styles))

    def _text(self, text: str) -> None:
        """Add text, with the marks of Anki in it."""
        text = for_yaml(text)  # an entity can stand for any character
        if "[anki:" in text or "[[type:" in text:
            self.lose("a mark in square brackets that only templates can have: `[anki:…]`, `[[type:…]]`")
        if "\ufdd0" not in text:
            self._add(text)
            return
        is_code = any(each.name in {"code", "pre", "kbd", "samp"} for each in self._open)
        for number, part in enumerate(NUMBER.split(text)):
            if number % 2 == 0:
                if part:
                    self._add(part)
                continue
            mark = self._marks.marks[int(part)]
            if mark.kind == "sound":
                self._sound(mark)
            elif is_code and not is_cloze(mark):  # MathJax reads no code
                if mark.kind == "latex":
                    self.lose("LaTeX in code")
                self._text(html.text(mark.raw))
            else:
                self._add(mark)

    def _end_mathjax(self, kind: str) -> None:
        tex = tidy(self._marks.put_back("".join(self._mathjax or ())))
        self._mathjax = None
        if tex and (reason := refusal(tex)):
            self.lose(reason)
            self._add(tex)
        elif tex:
            self._add(Mark(kind, tex, ""))

    def _path_of(self, name: str) -> str | None:
        """The path in the source of a media file; None if there is none."""
        if self._media is None:
            return name
        return self._media.get(name) or self._media.get(unquote(name))

    def _sound(self, mark: Mark) -> None:
        path = self._path_of(mark.value)
        if path is None:
            self.lose(f"the sound `{mark.value}`, which is not there or cannot be packed")
        else:
            self._add(mark._replace(value=path))

    def _image(self, attributes: tuple[tuple[str, str], ...]) -> None:
        values = dict(attributes)
        name, alt = values.pop("src", "").strip(), values.pop("alt", "")
        path = self._path_of(name)
        if path is not None and name:
            self._add(Picture(path, alt, tuple(values.items())))
            return
        is_remote = re.match(r"(?:https?:)?//", name, re.IGNORECASE) is not None
        what = f"the image `{name[:80]}`, which is not there or cannot be packed"
        what = f"the image at `{name[:200]}`, which is on the internet" if is_remote else what
        self.lose("an image that is in the field itself" if name.lower().startswith("data:") else what)
        if alt:
            self._add(alt)

    # Lines

    def _end_line(self, *, line_break: bool = False) -> None:
        """End the line, and note whether a line break is between it and the next one."""
        runs, self._runs = self._runs, []
        has_mark = has_blank = False
        for content, _ in runs:
            if not isinstance(content, str):
                has_mark = True
                if not is_cloze(content):
                    break
            elif not content.isspace() and content:
                break
            else:
                has_blank = has_blank or "\xa0" in content
        else:
            if has_mark:
                self._clozes_alone([run for run in runs if not isinstance(run.content, str)])
            self._gap += line_break or has_blank
            return
        if self._held and self._path != self._held_path:
            self._lines.append(Line(self._held_path, self._gap, self._held))
            self._gap, self._held = 0, []
        self._lines.append(Line(self._path, self._gap, self._held + runs))
        self._held = []
        self._gap = int(line_break)

    _held_path: tuple[Box, ...] = ()

    def _clozes_alone(self, marks: list[Run]) -> None:
        """Add the marks of clozes of a line that has nothing else to the line before or after it."""
        for run in marks:
            is_opening = isinstance(run.content, Mark) and run.content.kind == "open"
            if not is_opening and not self._held and self._lines and self._lines[-1].path == self._path:
                self._lines[-1].runs.append(run)
            elif self._held and self._held_path != self._path:
                self._lines.append(Line(self._held_path, self._gap, self._held))
                self._held, self._held_path = [run], self._path
            else:
                self._held.append(run)
                self._held_path = self._path

    def _boundary(self, gap: int) -> None:
        """End the line at the edge of a block."""
        if self._runs:
            self._end_line()
        self._gap = max(self._gap, gap)

    # Elements

    def _opening(self, tag: html.Tag) -> None:
        if tag.name in _UNSEEN:
            self.lose(f"the element `<{tag.name}>`")
            self._unseen = tag.name
            return
        name, attributes, marks, lost = allowed(tag, self._map_tags)
        self.lose(*lost)
        if "-b" in marks and any(box.name in _BOLD for box in self._path):
            self.lose("the style `font-weight`")
        attributes = tuple((key, self._marks.put_back(value)) for key, value in attributes)
        if name == "br":
            self._add("\n") if self._in_pre() else self._end_line(line_break=True)
        elif name == "img":
            self._image(attributes)
        elif name == "wbr":
            self._add("\u200b")
        elif tag.name not in html.VOID or name == "hr":
            self._element(tag.name, name, attributes, marks)

    def _element(
        self, written: str, name: str, attributes: tuple[tuple[str, str], ...], marks: tuple[str, ...]
    ) -> None:
        if len(self._open) >= DEEPEST:
            self.lose(f"elements that are more than {DEEPEST} deep within each other")
            if name in _BLOCKS:
                self._boundary(1)
            return
        if name in _OF_TABLES and all(each.name != "table" for each in self._open):
            return  # as browsers do
        box = None
        if name in _BLOCKS:
            self._end_implied(name)
            self._boundary(_GAPS.get(name, 1))
            box = self._box(name, attributes)
        styles = [Style(mark) for mark in marks]
        if name and name not in _BLOCKS and (attributes or name not in {"span", "a"}):
            styles.insert(0, self._style(name, attributes))
        self._open.append(_Open(written, name in _BLOCKS, box, tuple(styles), len(self._lines)))
        if box:
            self._path = (*self._path, box)
        if styles:
            self._count(styles, 1)
        if name == "hr":
            self._close_at(len(self._open) - 1)

    def _in_pre(self) -> bool:
        return any(box.name == "pre" for box in self._path)

    def _style(self, name: str, attributes: tuple[tuple[str, str], ...]) -> Style:
        level = 0
        if name in _ADDS_UP:
            level = sum(style.name == name for each in self._open for style in each.styles)
        return Style(name, attributes, level)

    def _box(self, name: str, attributes: tuple[tuple[str, str], ...]) -> Box | None:
        """The box of a block; None if it is not seen."""
        if name in _TRANSPARENT and not attributes:
            return None
        self._idents += 1
        outer = self._path[-1] if self._path else None
        number = 0
        if name in LISTS and outer and outer.name in LISTS and outer.ident in self._items:
            self._path = (*self._path, self._items[outer.ident])  # browsers nest lists in this way
        elif name == "li" and outer and outer.name == "ol":
            start = dict(outer.attributes).get("start", "1")
            first = int(start) if re.fullmatch(r"-?\d{1,9}", start) else 1
            number = self._numbers[outer.ident] = self._numbers.get(outer.ident, first - 1) + 1
        box = Box(name, attributes, self._idents, number)
        if name == "li" and outer and outer.name in LISTS:
            self._items[outer.ident] = box
        return box

    def _count(self, styles: list[Style] | tuple[Style, ...], by: int) -> None:
        for style in styles:
            self._counts[style] = self._counts.get(style, 0) + by
            if not self._counts[style]:
                del self._counts[style]
        self._styles = frozenset(self._counts)
        if any(style.name[0] == "-" for style in self._counts):
            self._styles = self._in_force()

    def _in_force(self) -> frozenset[Style]:
        """The styles, if an element ends the look of an outer one."""
        styles: set[Style] = set()
        for element in self._open:
            for style in element.styles:
                if style.name[0] == "-":
                    styles = {each for each in styles if each.name != style.name[1:]}
                else:
                    styles.add(style)
        return frozenset(styles)

    def _end_implied(self, name: str) -> None:
        """Close the elements that the beginning of a block closes."""
        closes, limits = _ENDS.get(name, (frozenset(["p"]), _BLOCKS - {"p"}))
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].name in closes:
                self._close_at(place)
                return
            if self._open[place].name in limits:
                return

    def _closing(self, name: str) -> None:
        if name in {"br", "p"} and all(each.name != name for each in self._open):
            self._end_line(line_break=True) if name == "br" else self._boundary(2)
            return
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].name == name:
                self._close_at(place)
                return
            if name not in _BLOCKS and self._open[place].name in {"td", "th", "table"}:
                return

    def _close_at(self, place: int) -> None:
        """Close an open element, and of those in it the ones that do not go on after it."""
        if not self._open[place].is_block:
            self._count(self._open.pop(place).styles, -1)
            return
        self._boundary(_GAPS.get(self._open[place].name, 1))
        inner, self._open[place:] = self._open[place:], []
        for each in reversed(inner[1:]):
            if each.name in _FORMATTING:
                self._open.append(each._replace(box=None))
            else:
                self._end(each)
        self._open[place:] = self._open[place:][::-1]
        self._end(inner[0])

    def _end(self, element: _Open) -> None:
        """End an element: its styles, and its box."""
        self._count(element.styles, -1)
        box = element.box
        if box is None:
            return
        while self._path and self._path[-1].ident != box.ident:
            self._path = self._path[:-1]
        if box.name in _HOLDS and len(self._lines) == element.lines:
            self._lines.append(Line(self._path, 0, self._held))
            self._held, self._gap = [], 0
        self._path = self._path[:-1]
        if len(self._path) > 0 and self._path[-1].name == "li" and box.name in LISTS:
            self._path = self._without_reopened_item()

    def _without_reopened_item(self) -> tuple[Box, ...]:
        """The path without an item that was reopened only for a list in it."""
        item = self._path[-1]
        is_open = any(each.box is not None and each.box.ident == item.ident for each in self._open)
        return self._path if is_open else self._path[:-1]
