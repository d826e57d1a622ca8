"""JSON Schemas of the values that authors write, with the help of editors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from deckgen.anki import unescaped
from deckgen.deck.hints import ID, OF_ANKI, TAG_HINT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema, or a piece of one. Editors show its `errorMessage` instead of their own."""
_LETTER = r'[^\s\u007f"]'
_EDGE = r'[^\s\u007f":]'
_PART = rf'{_EDGE}(?:(?:(?!::)[^\u0000-\u001f\u007f"])*{_EDGE})?'


def any_case(*words: str) -> str:
    """A pattern for some words in any case."""
    return "|".join("".join(f"[{char.upper()}{char}]" for char in word) for word in words)


# The values that NodeReader takes, as far as a JSON Schema can describe them. Editors read a plain `1.10` or
# `true` as a number or a boolean; deckgen keeps the text as written.
TEXT_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": r"\S",
    "errorMessage": "write a text here",
}
ID_SCHEMA: Schema = {
    "type": ["string", "integer", "boolean"],
    "pattern": rf"^{ID.pattern}$",
    "minimum": 0,
    "errorMessage": "use lowercase letters and digits, with hyphens between them",
}
FLAG_SCHEMA: Schema = {
    "type": ["boolean", "string"],
    "pattern": rf"^(?:{any_case('true', 'false')})$",
    "errorMessage": "this is neither `true` nor `false`",
}
SHOWN_SCHEMA: Schema = {
    "pattern": unescaped.PATTERN,
    "errorMessage": (
        "Anki shows this unescaped: do not use HTML, entities, formulas, `{{` or Anki's brackets "
        "such as `[sound:`"
    ),
}
"""The additional schema of a name that Anki shows as it is."""
TAGS_SCHEMA: Schema = {
    "type": "array",
    "items": {
        "type": ["string", "number", "boolean"],
        "pattern": rf"^(?!:|.*::::|(?:{any_case(*OF_ANKI)})$){_LETTER}*(?!:){_LETTER}$",
        "errorMessage": TAG_HINT,
        "allOf": [SHOWN_SCHEMA],
    },
    "errorMessage": "write a list of tags here",
}
DECK_NAME_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^\s*{_PART}(?:::{_PART})*\s*$",
    "errorMessage": "deck names cannot have quotation marks, empty parts between `::`, or a colon at an end",
    "allOf": [SHOWN_SCHEMA],
}
TITLE_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^\s*{_PART}\s*$",
    "errorMessage": "titles cannot have quotation marks, `::`, or a colon at an end",
    "allOf": [SHOWN_SCHEMA],
}
# editors begin a text for people as a block; the skeleton of a note needs this indentation
PROSE_SCHEMA: Schema = {**TEXT_SCHEMA, "defaultSnippets": [{"label": "|", "body": "|\n    $1"}]}
"""A text for people."""


class KeyDoc(NamedTuple):
    """The help of editors for a key.

    Attributes:
        schema: The values that it takes, as far as a JSON Schema can describe them.
        about: Its purpose, in a sentence.
        example: An example of its value, as YAML.
    """

    schema: Schema
    about: str
    example: str


def object_schema(title: str, docs: Mapping[str, KeyDoc], required: Iterable[str]) -> Schema:
    """The schema of a mapping with some keys and no others.

    The examples are part of the descriptions. Under `examples`, editors would insert them on one line.
    """
    properties = {}
    for name, doc in docs.items():
        example = under_key(name, doc)
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", example))])
        markdown = f"{doc.about}\n\n{fence}yaml\n{example}\n{fence}"
        properties[name] = {**doc.schema, "description": doc.about, "markdownDescription": markdown}
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def under_key(name: str, doc: KeyDoc) -> str:
    """A key with its example: a text for people as a block, a list or mapping on its own lines."""
    if doc.schema.get("type") in ("array", "object"):
        return f"{name}:\n{indented(doc.example, 2)}"
    if "defaultSnippets" in doc.schema or "\n" in doc.example:
        return f"{name}: |\n{indented(doc.example, 2)}"
    return f"{name}: {doc.example}"


def indented(text: str, width: int) -> str:
    """A text with each of its lines indented by some spaces."""
    return "\n".join(" " * width + line if line else line for line in text.split("\n"))
