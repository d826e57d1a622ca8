"""The HTML of a field of Anki as the Markdown that authors write.

Markdown takes the place of HTML only where the way back shows the same text with the same marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards import html, panels
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Media, Shelf
from deckgen.commands.from_html.escapes import Care, escaped
from deckgen.commands.from_html.lines import PLAIN, Content, Line, Picture, Run, same
from deckgen.commands.from_html.shown import shown
from deckgen.commands.from_html.written import written
from deckgen.deck.reader import MAX_TEXT
from deckgen.source import Document, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONG = 20_000  # of longer texts fewer forms are tried
_PLAIN = re.compile(r"[^\W\d_][\w ,.;'?()%/\u2019\u201c\u201d\u2013\u2014-]*")
_NOT_PLAIN = re.compile(r"  |_|\s\Z|[^\S ]|\u200b|[-)] ")


class Form(Enum):
    """The form of a converted field."""

    MARKDOWN = "markdown"
    """Markdown that shows the same text with the same marks."""
    HTML = "html"
    """The same, with a block of HTML in it."""
    CHANGED = "changed"
    """Something of the field did not come back."""


@dataclass(frozen=True)
class Converted:
    """A field as a text of the source.

    Attributes:
        text: The text.
        form: What became of the HTML.
        lost: What did not come back, in words.
    """

    text: str
    form: Form
    lost: tuple[str, ...] = ()


def convert(
    field_html: str, *, cloze: bool, map_tags: Mapping[str, str], media: Mapping[str, str]
) -> Converted:
    """The HTML of a field as a text of the source.

    Args:
        field_html: The HTML.
        cloze: Whether the text may have clozes.
        map_tags: The names of elements that take the place of others, by name.
        media: The paths in the source of media files, by their names in Anki.
    """
    if _PLAIN.fullmatch(field_html) and not _NOT_PLAIN.search(field_html):
        return Converted(field_html, Form.MARKDOWN)
    if len(field_html) > MAX_TEXT:
        return _too_long(field_html)
    original = shown(field_html, cloze=cloze, map_tags=map_tags, media=media)
    cares = tuple(Care) if len(field_html) <= _LONG else (Care.LIGHT, Care.BLOCK)
    made = _tried(original.lines, cares, clozes=cloze)
    if made.text or not original.lines:
        return Converted(made.text, Form.CHANGED if original.lost else made.form, original.lost)
    plain = [Line((), min(number, 1), _unstyled(line.runs)) for number, line in enumerate(original.lines)]
    text = _tried(plain, cares, clozes=cloze).text
    difference = tuple(_differences(original.lines, plain))
    if not text and cloze and "{{c" in field_html:
        without = shown(field_html, cloze=False, map_tags=map_tags, media=media)
        text, difference = _tried(without.lines, cares, clozes=True).text, ("the clozes",)
    if not text:
        text, difference = _bare(original.lines), ("all but the words",)
    return Converted(text, Form.CHANGED, (*original.lost, *difference))


class _Made(NamedTuple):
    """A text that shows the same as lines; empty if there is none."""

    text: str
    form: Form


def _tried(lines: list[Line], cares: tuple[Care, ...], *, clozes: bool) -> _Made:
    """Lines as a text of the source that shows the same, written with as little care as possible."""
    for care in cares:
        text, has_html = written(lines, care, clozes=clozes)
        output = _rendered(text, cloze=clozes) if len(text) <= MAX_TEXT else None
        if output is None:
            continue
        if output == text == _only_text(lines):
            return _Made(text, Form.MARKDOWN)
        if same(lines, shown(panels.plain(output), cloze=clozes, map_tags={}).lines):
            return _Made(text, Form.HTML if has_html else Form.MARKDOWN)
    return _Made("", Form.CHANGED)


def _unstyled(runs: list[Run]) -> list[Run]:
    """The pieces of a line without styles."""
    return [Run(content, PLAIN) for content, _ in runs]


def _too_long(field_html: str) -> Converted:
    """The text alone of a field that is too long."""
    text = " ".join(html.text(field_html).split())
    return Converted(
        _escaped(text), Form.CHANGED, (f"all marks, because the field has over {MAX_TEXT:,} characters",)
    )


def _bare(lines: list[Line]) -> str:
    """The text alone of lines."""
    texts = ("".join(_as_text(run.content) for run in line.runs) for line in lines)
    return "\n\n".join(_escaped(" ".join(text.split())) for text in texts)


def _as_text(content: Content) -> str:
    """A piece of a line as text."""
    if isinstance(content, str):
        return content
    if isinstance(content, Picture):
        return content.alt
    all_ends = {"formula": ("\\(", "\\)"), "display": ("\\[", "\\]"), "latex": ("[latex]", "[/latex]")}
    ends = all_ends.get(content.kind)
    return content.value.join(ends) if ends else content.raw


def _escaped(text: str) -> str:
    """Text as Markdown in which no sign is a mark."""
    return escaped(text, text, 0, Care.TAGS, in_cloze=False, clozes=True, cell=False)


class _Paths(Shelf):
    """Media files that are only named: each has its path as its name."""

    def find(self, address: str, types: frozenset[str], folder: str) -> Media:
        """The file at a path, which need not exist yet."""
        del types, folder
        return Media(Path(address), address, address)


_NOWHERE = Path()


def _only_text(lines: list[Line]) -> str:
    """The text of lines, if there is only one and it has no mark and no sign of HTML; otherwise nothing."""
    if len(lines) != 1 or lines[0].path or len(lines[0].runs) != 1:
        return ""
    content, styles = lines[0].runs[0]
    is_plain = isinstance(content, str) and not styles and "<" not in content and "&" not in content
    return content if is_plain and isinstance(content, str) and "\xa0" not in content else ""


def _rendered(text: str, *, cloze: bool) -> str | None:
    """The HTML of a text of the source; None if it has an error."""
    markup = Markup(_Paths(_NOWHERE, _NOWHERE))
    scalar, document = Scalar(text, 0, 0, ""), Document("", "")
    output = markup.cloze(scalar, document) if cloze and "{{c" in text else markup.markdown(scalar, document)
    if any(diagnostic.level == "error" for diagnostic in markup.diagnostics):
        return None
    return output


def _differences(lines: list[Line], back: list[Line]) -> Iterator[str]:
    """What is different on the way back, in words."""
    one, other = _kinds(lines), _kinds(back)
    for kind in dict.fromkeys([*one, *other]):
        if one.get(kind, 0) != other.get(kind, 0):
            yield kind
    if one == other:
        yield "the order or place of marks"


_MARKS = {"sound": "a sound", "formula": "a formula", "display": "a formula", "latex": "LaTeX"}


def _kinds(lines: list[Line]) -> dict[str, int]:
    """How often each kind of mark is in lines."""
    counts: dict[str, int] = {}
    for line in lines:
        kinds = [f"the element `<{box.name}>`" for box in line.path]
        kinds += ["line breaks"] * (line.gap > 0)
        for content, styles in line.runs:
            kinds += [f"the element `<{name}>`" for name in sorted(style.name for style in styles)]
            if isinstance(content, Picture):
                kinds.append("an image")
            elif not isinstance(content, str):
                kinds.append(_MARKS.get(content.kind, "a cloze"))
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    return counts
