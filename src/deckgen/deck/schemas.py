"""JSON Schemas of what authors write, with what editors say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from deckgen.deck.reader import TEXT_SCHEMA, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# in an editor a text for people begins as a block; the skeleton of a whole note needs it this deep
PROSE_SCHEMA: Schema = {**TEXT_SCHEMA, "defaultSnippets": [{"label": "|", "body": "|\n    $1"}]}
"""A text for people."""


class KeyDoc(NamedTuple):
    """What editors know of a key.

    Attributes:
        schema: What it takes, as far as a JSON Schema can say it.
        about: What it is for, in a sentence.
        example: What may stand under it, as YAML.
    """

    schema: Schema
    about: str
    example: str


def object_schema(title: str, docs: Mapping[str, KeyDoc], required: Iterable[str]) -> Schema:
    """The schema of a mapping that has some keys and no others.

    The examples stand in what is said of a key, and not under `examples`, which editors insert on one line.
    """
    properties = {}
    for name, doc in docs.items():
        shown = under_key(name, doc)
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", shown))])
        markdown = f"{doc.about}\n\n{fence}yaml\n{shown}\n{fence}"
        properties[name] = {**doc.schema, "description": doc.about, "markdownDescription": markdown}
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def under_key(name: str, doc: KeyDoc) -> str:
    """An example under its key: a text for people as a block, a list or mapping on lines of its own."""
    if doc.schema.get("type") in ("array", "object"):
        return f"{name}:\n{indented(doc.example, 2)}"
    if "defaultSnippets" in doc.schema or "\n" in doc.example:
        return f"{name}: |\n{indented(doc.example, 2)}"
    return f"{name}: {doc.example}"


def indented(text: str, width: int) -> str:
    """A text with each of its lines indented by some spaces."""
    return "\n".join(" " * width + line if line else line for line in text.split("\n"))
