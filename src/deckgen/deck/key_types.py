"""The types of keys: how the value of each is read, and what a JSON Schema says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck import swallowed
from deckgen.deck.notes import (
    MAX_OPTIONS,
    MIN_COLUMNS,
    MIN_OPTIONS,
    Image,
    Option,
    Options,
    References,
    Texts,
    Value,
)
from deckgen.deck.reader import (
    FLAG_SCHEMA,
    ID,
    ID_SCHEMA,
    TAGS_SCHEMA,
    TEXT_SCHEMA,
    Reader,
    Schema,
    any_case,
)
from deckgen.diagnostics import CATALOGUE
from deckgen.source import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from deckgen.deck.kinds import Key
    from deckgen.deck.swallowed import Swallowed

_OPTION_KEYS = ("text", "correct", "why")
_IMAGE_KEYS = ("file", "alt")


def _without_swallowed(reader: Reader, mapping: Mapping, what: str, missing: list[str]) -> list[str]:
    """The missing keys but for those that a text above has swallowed; these are reported where they stand."""
    found = swallowed.find(reader.document, mapping, missing)
    inside = [each for each in found if each.key in missing]
    for each in inside:
        message = f"{what} lacks the key `{each.key}`: {each.message}"
        reader.report("missing-key", each.at, message, each.hint)
    told = {each.key for each in inside}
    return [name for name in missing if name not in told]


def _prose(reader: Reader, node: Node, key: Key) -> Scalar | None:
    return reader.prose(node, key.name)


def _options(reader: Reader, node: Node, key: Key) -> Options | None:
    """A list of options, of which exactly one is correct."""
    before = len(reader.found)
    items = reader.items(node, key.name, "text")
    reader.halves(items, ("text", "why"))
    options = [option for item in items if (option := _option(reader, item))]
    if len(reader.found) > before or len(options) < len(items):
        return None
    inside = [each for item in items if isinstance(item, Mapping) for each in _in_option(reader, item)]
    further = next((each for each in inside if each.key.startswith("-")), None)
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        message = f"a vignette has {MIN_OPTIONS} to {MAX_OPTIONS} options; here is {len(options) or 'none'}"
        _report_swallowed(reader, "option-count", node, further, message)
        return None
    right = [option.mark for option in options if option.mark]
    if not right:
        mark = next((each for each in inside if each.key == "correct"), further)
        hint = "write `correct: true` under the text of the best option"
        wrong = [
            item.entries["correct"]
            for item in items
            if isinstance(item, Mapping) and "correct" in item.entries
        ]
        if wrong:
            hint = (
                "write `true` here, if this option is the best; else leave `correct` out, and write it there"
            )
        at = wrong[0] if wrong else node
        _report_swallowed(reader, "correct-option", at, mark, "none of the options is correct", hint)
        return Options(options)
    if len(right) > 1:
        hint = "a vignette has one best answer; reword the others, or take their `correct: true` away"
        lines = ", ".join(str(reader.document.position(mark.start)[0] + 1) for mark in right)
        message = f"{len(right)} options are correct (lines {lines})"
        reader.report("correct-option", right[1], message, hint)
    return Options(options, tuple(inside))


def _report_swallowed(  # noqa: PLR0913, PLR0917 (what a diagnostic is made of)
    reader: Reader, code: str, node: Node, line: Swallowed | None, message: str, hint: str = ""
) -> None:
    """Report something at the line that explains it, unless that line has been told; else at a node."""
    if line is None:
        reader.report(code, node, message, hint)
    elif all(each.span.line != line.at.line for each in reader.found):
        reader.report(code, line.at, f"{message}: {line.message}", line.hint)


def _in_option(reader: Reader, option: Mapping) -> tuple[Swallowed, ...]:
    """The lines of an option's texts that look like its mark, or like a further option."""
    return swallowed.find(reader.document, option, ("correct",))


def _option(reader: Reader, node: Node) -> Option | None:
    """One option; None, reported, where something is wrong with it."""
    if isinstance(node, Mapping):
        unknown = [name for name in node.entries if name not in _OPTION_KEYS]
        lacking = [name for name in ("text", "why") if name not in node.entries]
        if len(unknown) == len(lacking) == 1:
            reader.missing[node.start] = {unknown[0]: lacking[0]}
    mapping = reader.mapping(node, "an option", _OPTION_KEYS, _OPTION_KEYS)
    missing = [name for name in ("text", "why") if mapping and name not in mapping.entries]
    if mapping is None or missing:
        if mapping and (missing := _without_swallowed(reader, mapping, "an option", missing)):
            reader.require(mapping, "an option", missing, _OPTION_KEYS)
        return None
    text = reader.prose(mapping.entries["text"], "text")
    why = reader.prose(mapping.entries["why"], "why")
    flag = mapping.entries.get("correct")
    mark = flag if flag is not None and reader.flag(flag, "correct") else None
    return Option(text, why, mark) if text and why else None


def _texts(reader: Reader, node: Node, key: Key) -> Texts | None:
    before = len(reader.found)
    items = [reader.prose(item, key.name) for item in reader.items(node, key.name)]
    return Texts([item for item in items if item]) if len(reader.found) == before else None


def _list(reader: Reader, node: Node, key: Key) -> Texts | None:
    """A list of texts with something in it."""
    texts = _texts(reader, node, key)
    if texts is None or texts.items:
        return texts
    reader.report("empty-value", node, f"`{key.name}` has no items", "write them below it, or take it away")
    return None


def _choice(reader: Reader, node: Node, key: Key) -> Scalar | None:
    """One of the words that kind.yaml lists."""
    word = reader.one_of(node, key.name, key.values)
    return node if word and isinstance(node, Scalar) else None


def _image(reader: Reader, node: Node, key: Key) -> Image | None:
    """An image file, and what is said of it to those who do not see it."""
    what = f"the image `{key.name}`"
    mapping = reader.mapping(node, what, _IMAGE_KEYS, _IMAGE_KEYS)
    if mapping is None or not reader.require(mapping, what, _IMAGE_KEYS, _IMAGE_KEYS):
        return None
    file = reader.prose(mapping.entries["file"], "file")
    alt = reader.prose(mapping.entries["alt"], "alt")
    return Image(file, alt) if file and alt else None


def _references(reader: Reader, node: Node, key: Key) -> References:
    items = (reader.scalar(item, key.name) for item in reader.items(node, key.name))
    return References([item for item in items if item])


READERS: dict[str, Callable[[Reader, Node, Key], Value | None]] = {
    "text": _prose,
    "markdown": _prose,
    "cloze": _prose,
    "options": _options,
    "cells": _texts,
    "texts": _texts,
    "list": _list,
    "image": _image,
    "choice": _choice,
    "notes": _references,
}
"""How the value of each type of key is read; ids and tags are the note's own."""
# in an editor a text for people begins as a block; the skeleton of a whole note needs it this deep
PROSE_SCHEMA: Schema = {**TEXT_SCHEMA, "defaultSnippets": [{"label": "|", "body": "|\n    $1"}]}
_REFERENCE_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^{ID.pattern}(?:\.{ID.pattern})?$",
    "minimum": 0,
    "errorMessage": "the id of a note belongs here; that of a row has its table's id and a dot before it",
}
CODE_SCHEMA: Schema = {
    "enum": sorted(code for code, (level, _) in CATALOGUE.items() if level == "warning"),
    "errorMessage": "the code of a warning belongs here, as in `missing-alt`",
}
_MARKED: Schema = {
    "required": ["correct"],
    "properties": {
        "correct": {"anyOf": [{"const": True}, {"type": "string", "pattern": f"^{any_case('true')}$"}]}
    },
}
SCHEMAS: dict[str, Schema] = {
    "id": ID_SCHEMA,
    "tags": TAGS_SCHEMA,
    "text": TEXT_SCHEMA,
    "markdown": PROSE_SCHEMA,
    "cloze": PROSE_SCHEMA,
    "options": {
        "type": "array",
        "items": {
            "title": "Option",
            "type": "object",
            "properties": {"text": PROSE_SCHEMA, "correct": FLAG_SCHEMA, "why": PROSE_SCHEMA},
            "required": ["text", "why"],
            "additionalProperties": False,
        },
        "minItems": MIN_OPTIONS,
        "maxItems": MAX_OPTIONS,
        "allOf": [
            {
                "contains": _MARKED,
                "minContains": 1,
                "maxContains": 1,
                "errorMessage": "exactly one option has `correct: true`",
            }
        ],
        "errorMessage": "a list of options belongs here",
    },
    "cells": {
        "type": "array",
        "items": TEXT_SCHEMA,
        "minItems": MIN_COLUMNS,
        "errorMessage": "a list of cells belongs here, one for each column",
    },
    "texts": {"type": "array", "items": TEXT_SCHEMA, "errorMessage": "a list of texts belongs here"},
    "list": {
        "type": "array",
        "items": TEXT_SCHEMA,
        "minItems": 1,
        "errorMessage": "a list of texts belongs here",
    },
    "image": {
        "title": "Image",
        "type": "object",
        "properties": {"file": TEXT_SCHEMA, "alt": TEXT_SCHEMA},
        "required": ["file", "alt"],
        "additionalProperties": False,
        "errorMessage": "an image with its `file` and `alt` belongs here",
    },
    "choice": {},
    "notes": {"type": "array", "items": _REFERENCE_SCHEMA, "errorMessage": "a list of note ids belongs here"},
}
"""What each reader takes, as far as a JSON Schema can say it; by the type of the key.

What a choice takes, each key says itself.
"""
OWN_SCHEMAS: dict[str, Schema] = {
    "was": _REFERENCE_SCHEMA,
    "retired": {
        **PROSE_SCHEMA,
        "type": ["string", "number"],
        "pattern": rf"^(?!\s*(?:{any_case('yes', 'no', 'true', 'false', 'on', 'off')})\s*$)\s*\S",
        "errorMessage": "`retired` says why, not whether",
    },
    "replaced_by": _REFERENCE_SCHEMA,
    "allow": {"type": "array", "items": CODE_SCHEMA, "errorMessage": "a list of codes belongs here"},
}
"""The same for the keys of type `own`, by their names."""
