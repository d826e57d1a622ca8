"""Anki's template language: parsing it, and which cards a note has. After rslib/src/template.rs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from deckgen.diagnostics import did_you_mean
from deckgen.kinds import SPECIAL_FIELDS
from deckgen.markup import MAX_CLOZE, clozes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

MAX_SECTIONS = 50
"""How deep sections may stand in each other."""
MAX_FAULTS = 100
"""After so many faults of a template the rest is not looked at."""

FILTERS = frozenset(
    [
        "text",
        "hint",
        "type",
        "cloze",
        "cloze-only",
        "furigana",
        "kana",
        "kanji",
        "nc",
    ]  # and tts, with options
)


@dataclass(frozen=True, slots=True)
class Replacement:
    """`{{filter:Field}}`; the filters in the order in which they are written."""

    field: str
    filters: tuple[str, ...]
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Section:
    """`{{#Field}}…{{/Field}}`, or inverted `{{^Field}}…{{/Field}}`."""

    field: str
    inverted: bool
    children: list[Part]
    offset: int
    length: int


Part: TypeAlias = str | Replacement | Section


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: a code, a message, a hint and the tag that it concerns."""

    code: str
    message: str
    hint: str
    offset: int
    length: int


@dataclass(slots=True)
class Template:
    """A parsed template: its parts, and its faults."""

    parts: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


_TAG = re.compile(r"<!--.*?(?:-->|$)|\{\{((?:(?!\{\{).)*?)\}\}|\{\{", re.DOTALL)


def parse(text: str) -> Template:
    """Parse a template. Html comments hide what stands in them, as in Anki."""
    template = Template()
    stack: list[Section] = []
    done = 0
    for match in _TAG.finditer(text):
        parts = stack[-1].children if stack else template.parts
        if match.group().startswith("<!--"):
            continue
        if match.start() > done:
            parts.append(text[done : match.start()])
        done = match.end()
        offset, length = match.start(), len(match.group())
        inner = (match[1] or "").strip()
        if len(template.faults) > MAX_FAULTS:
            return template
        if match[1] is None:
            fault = Fault("anki-syntax", "this `{{` is never closed", "it ends with `}}`", offset, 2)
            template.faults.append(fault)
        elif inner[:1] in {"#", "^"} and len(stack) == MAX_SECTIONS:
            message = f"sections stand more than {MAX_SECTIONS} deep in each other"
            template.faults.append(Fault("anki-syntax", message, "", offset, length))
            return template
        elif inner[:1] in {"#", "^"}:
            section = Section(inner[1:].strip(), inner[0] == "^", [], offset, length)
            parts.append(section)
            stack.append(section)
        elif inner[:1] == "/":
            _close(template, stack, inner[1:].strip(), offset, length)
        else:
            *filters, name = (part.strip() for part in inner.split(":"))
            parts.append(Replacement(name, tuple(filters), offset, length))
    (stack[-1].children if stack else template.parts).append(text[done:])
    template.faults += _left_over(text, stack)
    return template


def _left_over(text: str, stack: list[Section]) -> Iterator[Fault]:
    """What is wrong at the end of a template: tags that lack a brace, sections that are open."""
    for match in re.finditer(r"(?<!\{)\{[A-Za-z#^/][\w ]*\}\}", text):
        hint = "a field is written `{{Name}}`"
        yield Fault("anki-syntax", "this lacks a brace", hint, match.start(), len(match[0]))
    for section in stack:
        message = f"the section `{section.field}` is never closed"
        hint = f"it ends with `{{{{/{section.field}}}}}`"
        yield Fault("anki-syntax", message, hint, section.offset, section.length)


def _close(template: Template, stack: list[Section], name: str, offset: int, length: int) -> None:
    """Close the innermost section, or say why this tag does not."""
    if stack and stack[-1].field == name:
        stack.pop()
        return
    hint = f"`{stack[-1].field}` is open here, from before" if stack else "no section is open here"
    message = f"this closes the section `{name}`, which is not the one that is open"
    template.faults.append(Fault("anki-syntax", message, hint, offset, length))


def tags(parts: Iterable[Part]) -> Iterator[Replacement | Section]:
    """All tags of a template, in order, those within sections too."""
    for part in parts:
        if isinstance(part, str):
            continue
        yield part
        if isinstance(part, Section):
            yield from tags(part.children)


def check(template: Template, fields: Collection[str], *, front: bool) -> list[Fault]:
    """The faults of a template on a note type with these fields, its own syntax included."""
    faults = list(template.faults)
    for tag in tags(template.parts):
        if len(faults) > MAX_FAULTS:
            break
        known = tag.field in fields or (
            tag.field in SPECIAL_FIELDS and not (front and tag.field == "FrontSide")
        )
        if not known:
            message = (
                f"`{tag.field}` is not a field of this note type"
                if tag.field
                else "a field's name is missing"
            )
            if front and tag.field == "FrontSide":
                message = "a front cannot hold `FrontSide`"
            known_fields = [*fields, *SPECIAL_FIELDS - {"FrontSide"}] if front else [*fields, *SPECIAL_FIELDS]
            hint = did_you_mean(tag.field, known_fields)
            faults.append(Fault("unknown-field", message, hint, tag.offset, tag.length))
        if isinstance(tag, Replacement):
            for name in tag.filters:
                if name not in FILTERS and not name.startswith("tts"):
                    hint = did_you_mean(name, FILTERS)
                    fault = Fault(
                        "unknown-filter", f"Anki has no filter `{name}`", hint, tag.offset, tag.length
                    )
                    faults.append(fault)
    return faults


# Which cards a note has: rslib/src/notetype/cardgen.rs

_BLANK = frozenset("\t\n\v\f\r <")
_EMPTY = re.compile(r"(?:[\t\n\v\f\r ]|</?(?:br|div) ?/?>)*", re.IGNORECASE)


def is_empty(html: str) -> bool:
    """Whether Anki takes a field for empty: nothing in it but white space, `<br>` and `<div>`."""
    return not html or (html[0] in _BLANK and _EMPTY.fullmatch(html) is not None)


def _shows(parts: Sequence[Part], filled: Collection[str]) -> bool:
    """Whether a front shows a field that is filled."""
    for part in parts:
        if isinstance(part, str):
            continue
        if isinstance(part, Replacement):
            if part.field in filled:
                return True
        elif (part.field in filled) != part.inverted and _shows(part.children, filled):
            return True
    return False


class CardRules:
    """Which cards the notes of a note type have.

    A cloze type has a card for each cloze number in any of its fields.

    Anki takes its own fields (`Deck`, `Subdeck`, `Type`, …) for filled, so a front that shows one of them
    makes a card of every note; `Tags` is filled where the note has tags.

    Args:
        fields: The names of its fields.
        fronts: Its card templates' fronts.
        cloze: Whether it is a cloze type.
    """

    def __init__(self, fields: Sequence[str], fronts: Sequence[str], *, cloze: bool) -> None:
        """Parse the fronts."""
        self.fields = fields
        self.fronts = [parse(front).parts for front in fronts]
        self._known: dict[tuple[int, bool], tuple[int, ...]] = {}
        self.cloze = cloze

    @property
    def read_as_cloze(self) -> set[str]:
        """The fields that the fronts read as clozes: `{{cloze:Text}}`."""
        shown = [tag for front in self.fronts for tag in tags(front) if isinstance(tag, Replacement)]
        return {tag.field for tag in shown if {"cloze", "cloze-only"} & set(tag.filters)}

    def cards(self, values: Sequence[str], *, tagged: bool = False) -> tuple[int, ...]:
        """The ordinals, from 0, of the cards of a note; empty for none.

        Args:
            values: The HTML of its fields, in order.
            tagged: Whether it has tags.
        """
        if self.cloze:
            numbers: set[int] = set()
            for value in values:
                if "{{c" not in value:
                    continue
                found = clozes(value)
                # Anki drops what stands within a cloze that never closes
                lost = min((cloze.start for cloze in found if cloze.end < 0), default=len(value))
                for cloze in found:
                    if cloze.start < lost:
                        numbers.update(cloze.numbers)
            return tuple(sorted({min(number, MAX_CLOZE) - 1 for number in numbers if number > 0}))
        filled = 0
        bit = 1
        for value in values:
            if value and not is_empty(value):
                filled |= bit
            bit <<= 1
        cards = self._known.get((filled, tagged))
        if cards is None:
            names = {name for index, name in enumerate(self.fields) if filled >> index & 1}
            names |= SPECIAL_FIELDS - {"FrontSide", "Tags"}
            if tagged:
                names.add("Tags")
            cards = tuple(index for index, front in enumerate(self.fronts) if _shows(front, names))
            self._known[filled, tagged] = cards
        return cards
