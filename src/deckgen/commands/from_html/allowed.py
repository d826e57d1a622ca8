"""The elements and attributes of a field that cards may have, and what takes the place of the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards import html

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SAME = {"strong": "b", "em": "i", "del": "s", "strike": "s", "tt": "code"}
"""Elements that look the same as another one."""
_AS_DIV = frozenset("section article header footer main nav aside address hgroup fieldset form".split())
_SILENT = frozenset(  # attributes without an effect on a card
    "target rel referrerpolicy spellcheck contenteditable draggable loading decoding autocorrect "
    "autocapitalize cite datetime translate xmlns nowrap".split()
)
_NO_VALUE = frozenset(
    "normal none auto initial inherit unset 0px 0 start baseline currentcolor transparent medium visible "
    "static 400 separate show repeat left".split()
)
_SILENT_STYLES = re.compile(
    r"-webkit-|-moz-|-ms-|font-variant|text-decoration-(?:style|color|thickness|skip)|orphans$|widows$"
    r"|caret-color$|cursor$|text-rendering$|max-width$|font-feature|font-kerning|text-size-adjust"
    r"|font-optical|font-variation|font-stretch|overflow-wrap$|word-break$|word-wrap$"
)
_BOLD = frozenset(["bold", "bolder", "600", "700", "800", "900"])
_LOOKS = {
    ("font-weight", "bold"): "b",
    ("font-weight", "normal"): "-b",
    ("font-weight", "400"): "-b",
    ("font-style", "italic"): "i",
    ("font-style", "oblique"): "i",
    ("font-style", "normal"): "-i",
    ("text-decoration", "underline"): "u",
    ("text-decoration-line", "underline"): "u",
    ("text-decoration", "line-through"): "s",
    ("text-decoration-line", "line-through"): "s",
    ("vertical-align", "sub"): "sub",
    ("vertical-align", "super"): "sup",
    ("display", "inline"): "",
}
"""The elements that look like a style; after a `-` those of which it ends the look."""
_PIXELS = re.compile(r"(\d{1,5})(?:\.\d+)?(?:px)?|(\d{1,3}%)")


class Allowed(NamedTuple):
    """An element as a card may have it.

    Attributes:
        name: Its name; empty if only its content is kept.
        attributes: Its attributes, sorted by name.
        marks: The names of elements that look like its style; after a `-` those of which it ends the look.
        lost: What is left out, in words.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def allowed(tag: html.Tag, map_tags: Mapping[str, str]) -> Allowed:
    """An opening tag as a card may have it.

    Args:
        tag: The tag.
        map_tags: The names of elements that take the place of others, by name.
    """
    if not tag.attributes and tag.name in html.TAGS and tag.name not in map_tags:
        return Allowed(_SAME.get(tag.name, tag.name))
    mapped = map_tags.get(tag.name, tag.name)
    name = _SAME.get(mapped, mapped)
    lost: list[str] = []
    if name in _AS_DIV:
        name = "div"
    elif name not in html.TAGS:
        if tag.attributes or name != "font":
            lost.append(f"the element `<{tag.name}>`")
        return Allowed("", (), _marks_of_style(tag, lost if name != "font" else []), tuple(lost))
    attributes = dict(_attributes(tag, name, lost))
    marks = _marks_of_style(tag, lost)
    if name == "div" and ("display", "inline") in _styles(tag):
        name = "span"
    if name == "img":
        attributes |= _size_of_style(tag)
    return Allowed(name, tuple(sorted(attributes.items())), marks, tuple(lost))


def _attributes(tag: html.Tag, name: str, lost: list[str]) -> Iterator[tuple[str, str]]:
    """The attributes that are kept; the others are added to what is lost."""
    for key, value in tag.attributes.items():
        if key == "style" or (not value.strip() and key not in {"open", "reversed"}):
            continue
        if key == "href" and name == "a":
            if html.SAFE_LINK.fullmatch(value.strip()):
                yield key, value.strip()
            else:
                lost.append("a link that begins with neither https, http nor mailto")
        elif key == "title" and name == "img":
            lost.append("the attribute `title` of an image")  # a card would show it as a caption
        elif (key in {"src", "alt"} and name == "img") or (
            key in html.ATTRIBUTES and key not in {"src", "alt", "href"}
        ):
            yield key, " ".join(value.split()) if key != "src" else value
        elif key not in _SILENT and not key.startswith("aria-"):
            lost.append(f"the attribute `{key}`")


def _styles(tag: html.Tag) -> Iterator[tuple[str, str]]:
    """The declarations of an element's style."""
    for declaration in tag.attributes.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        yield name.strip().lower(), value.replace("!important", "").strip().lower()


def _marks_of_style(tag: html.Tag, lost: list[str]) -> tuple[str, ...]:
    """The names of elements that look like an element's style; other styles are added to what is lost."""
    marks: list[str] = []
    for name, value in _styles(tag) if "style" in tag.attributes else ():
        is_size = tag.name == "img" and name in {"width", "height"} and _PIXELS.fullmatch(value)
        if not name or not value or is_size or _SILENT_STYLES.match(name):
            continue
        mark = _LOOKS.get((name, "bold" if value in _BOLD else value))
        if mark:
            marks.append(mark)
        elif mark is None and value not in _NO_VALUE and not set(value.split()) <= _NO_VALUE:
            lost.append(f"the style `{name}`")
    return tuple(marks)


def _size_of_style(tag: html.Tag) -> Iterator[tuple[str, str]]:
    """The width and height of an image that are in its style."""
    for name, value in _styles(tag):
        match = _PIXELS.fullmatch(value) if name in {"width", "height"} else None
        if match:
            yield name, match[1] or match[2]
