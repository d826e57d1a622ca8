"""A parser of Anki's template language, as in rslib/src/template.rs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from deckgen.anki.cloze import in_field
from deckgen.diagnostics import did_you_mean
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

MAX_SECTIONS = 50
"""How deep sections can be nested."""
MAX_FAULTS = 100
"""Checking of a template stops after this many faults."""

FILTERS = frozenset(
    ["text", "hint", "type", "cloze", "cloze-only", "furigana", "kana", "kanji"]
)  # also tts, with options, and nc right after type
_SPEECH = pattern(
    r"tts (?:\"[^\"]+\"|[^\s\]\"=]+)(?:[ \t\r\n]+[^\s\]\"=]+=(?:\"[^\"]*\"|[^\s\]\"]*))*[ \t\r\n]*"
)
_OF_A_CLOZE = pattern(r"c[0-9]{1,9}")


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
    """A fault of a template: a code, a message, a hint, and the place of the tag."""

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


_TAG = pattern(r"<!--|\{\{\{*+((?:(?!\{\{).)*?)\}\}|\{\{", re.DOTALL)
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""The characters that Anki strips around the name in a tag. (`str.strip` takes others.)"""


def _tags_in(text: str) -> Iterator[re.Match[str]]:
    """The tags of a template, and each `{{` that begins no tag; HTML comments are skipped."""
    position, last_comment_end = 0, text.rfind("-->")
    while match := _TAG.search(text, position):
        position = match.end()
        if match.group() != "<!--":
            yield match
        elif position <= last_comment_end:
            position = text.index("-->", position) + 3


def parse(text: str) -> Template:
    """Parse a template. If Anki finds no fault in it, the parts are the same as Anki's."""
    template = Template()
    stack: list[Section] = []
    done = 0
    for match in _tags_in(text):
        parts = stack[-1].children if stack else template.parts
        offset, length = match.start(), len(match.group())
        if len(template.faults) > MAX_FAULTS:
            return template
        if match[1] is None:
            fault = Fault("anki-syntax", "this `{{` is never closed", "end it with `}}`", offset, 2)
            template.faults.append(fault)
            continue  # Anki treats it as text
        if match.group().startswith("{{{"):
            message = "Anki reads this `{{{` as `{{`, and shows the third closing brace on the card"
            hint = "write a field as `{{Name}}`, with a space before any other brace"
            template.faults.append(Fault("anki-syntax", message, hint, offset, length))
        if offset > done:
            parts.append(text[done:offset])
        done = match.end()
        inner = match[1].strip(BLANKS)
        sign, name = (inner[0], inner[1:].lstrip(BLANKS)) if len(inner) > 1 else ("", inner)
        if sign in {"#", "^"} and len(stack) == MAX_SECTIONS:
            message = f"sections are nested more than {MAX_SECTIONS} levels deep"
            template.faults.append(Fault("anki-syntax", message, "", offset, length))
            return template
        if sign in {"#", "^"}:
            section = Section(name, sign == "^", [], offset, length)
            parts.append(section)
            stack.append(section)
        elif sign == "/":
            _close(template, stack, name, offset, length)
        else:
            *filters, name = inner.split(":")
            parts.append(Replacement(name, tuple(filters), offset, length))
    (stack[-1].children if stack else template.parts).append(text[done:])
    template.faults += _left_over(text, stack)
    return template


def _left_over(text: str, stack: list[Section]) -> Iterator[Fault]:
    """Faults that are known only at the end of a template: tags that lack a brace, open sections."""
    for match in re.finditer(r"(?<!\{)\{[A-Za-z#^/][\w ]*\}\}", text):
        hint = "write a field as `{{Name}}`"
        yield Fault("anki-syntax", "a brace is missing here", hint, match.start(), len(match[0]))
    for section in stack:
        message = f"the section `{section.field}` is never closed"
        hint = f"end it with `{{{{/{section.field}}}}}`"
        yield Fault("anki-syntax", message, hint, section.offset, section.length)


def _close(template: Template, stack: list[Section], name: str, offset: int, length: int) -> None:
    """Close the innermost section, or add the fault of a tag that does not close it."""
    if stack and stack[-1].field == name:
        stack.pop()
        return
    hint = f"`{stack[-1].field}` is still open here" if stack else "no section is open here"
    message = f"this closes the section `{name}`, which is not open here"
    template.faults.append(Fault("anki-syntax", message, hint, offset, length))


def tags(parts: Iterable[Part]) -> Iterator[Replacement | Section]:
    """All tags of a template, in order, also those within sections."""
    for part in parts:
        if isinstance(part, str):
            continue
        yield part
        if isinstance(part, Section):
            yield from tags(part.children)


def check(template: Template, fields: Collection[str], *, front: bool) -> list[Fault]:
    """The faults of a template on a note type with these fields, including faults of its syntax.

    There is a fault wherever Anki would show an error in place of a card. There is also one where Anki shows
    something unwanted without an error: for an unknown filter, `FrontSide` on a front, a missing brace.
    """
    faults = list(template.faults)
    for tag in tags(template.parts):
        if len(faults) > MAX_FAULTS:
            break
        if not _known(tag, fields, front=front):
            message, hint = _unknown_field(tag, fields)
            faults.append(Fault("unknown-field", message, hint, tag.offset, tag.length))
        if isinstance(tag, Replacement):
            faults += _unknown_filters(tag)
    return faults


def _unknown_filters(tag: Replacement) -> Iterator[Fault]:
    """Faults of filters that Anki would ignore."""
    for name in tag.filters if tag.filters != ("type", "nc") else ():
        if name in FILTERS or _SPEECH.fullmatch(name):
            continue
        message, hint = f"Anki has no filter `{name}`", did_you_mean(name, FILTERS)
        if name.split(" ")[0] == "tts":
            message = f"Anki cannot use `{name}` for speech"
            hint = "write a language and options after `tts`: `{{tts en_US voices=Alice,Bob:Field}}`"
        elif name == "nc":
            hint = "it only works with `type`: `{{type:nc:Field}}`"
        yield Fault("unknown-filter", message, hint, tag.offset, tag.length)


def _known(tag: Replacement | Section, fields: Collection[str], *, front: bool) -> bool:
    """Whether Anki knows the field that a tag names."""
    if tag.field == "FrontSide":
        return isinstance(tag, Replacement) and not front
    if is_cloze_section(tag):
        return True  # it is shown on the card of that cloze number
    return tag.field in fields or tag.field in SPECIAL_FIELDS


def is_cloze_section(tag: Replacement | Section) -> bool:
    """Whether a tag is a section for a cloze number, as in `{{#c1}}`."""
    return isinstance(tag, Section) and _OF_A_CLOZE.fullmatch(tag.field) is not None


def _unknown_field(tag: Replacement | Section, fields: Collection[str]) -> tuple[str, str]:
    """The message and the hint for a tag that names an unknown field."""
    name = tag.field
    if not name:
        return "a field's name is missing", ""
    if name == "FrontSide":
        if isinstance(tag, Section):
            return "a section cannot use `FrontSide`", "write `{{FrontSide}}` alone: it is not a field"
        return "a front cannot use `FrontSide`", "use it on a back, where it shows the front"
    if name.strip(BLANKS) in fields:
        return f"Anki reads the space before `{name.strip(BLANKS)}` as part of the field's name", ""
    return f"`{name}` is not a field of this note type", did_you_mean(name, [*fields, *SPECIAL_FIELDS])


# Which cards a note has: rslib/src/notetype/cardgen.rs

BLANK = frozenset("\t\n\v\f\r <")
"""The first characters of a field that may be empty, although it holds some text."""
_EMPTY = pattern(r"(?:[\t\n\v\f\r ]|</?(?:br|div) ?/?>)*", re.IGNORECASE)


def is_empty(html: str) -> bool:
    """Whether Anki treats a field as empty: it holds nothing but white space, `<br>` and `<div>`."""
    return not html or (html[0] in BLANK and _EMPTY.fullmatch(html) is not None)


def cloze_numbers(values: Iterable[str]) -> set[int]:
    """The cloze numbers in the HTML of fields."""
    numbers: set[int] = set()
    for value in values:
        if "{{c" not in value:
            continue
        clozes = in_field(value)
        # Anki drops everything within a cloze that never closes
        end = min((cloze.start for cloze in clozes if cloze.end < 0), default=len(value))
        for cloze in clozes:
            if cloze.start < end:
                numbers.update(cloze.numbers)
    return numbers


def shows(parts: Sequence[Part], filled: Collection[str]) -> bool:
    """Whether a front shows a field that is filled."""
    for part in parts:
        if isinstance(part, str):
            continue
        if isinstance(part, Replacement):
            if part.field in filled:
                return True
        elif (part.field in filled) != part.inverted and shows(part.children, filled):
            return True
    return False


SPECIAL_FIELDS = frozenset(["FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"])
"""Anki's own fields: any template can show them, and no note type can have fields with these names."""
