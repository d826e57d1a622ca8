"""JSON Schemas of deck.yaml and of a chapter, by which an editor completes, explains and checks them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from deckgen import files
from deckgen.deck import languages
from deckgen.deck.blueprint import WEIGHT
from deckgen.deck.key_types import CODE_SCHEMA, OWN_SCHEMAS, PROSE_SCHEMA, SCHEMAS
from deckgen.deck.kind_file import read_kinds
from deckgen.deck.kinds import COMMON_KEYS, Key
from deckgen.deck.manifest import ACCEPTABLE, FEEDBACK
from deckgen.deck.notes import MAX_OPTIONS, MIN_COLUMNS, MIN_OPTIONS
from deckgen.deck.reader import DECK_NAME_SCHEMA, ID_SCHEMA, TAGS_SCHEMA, TEXT_SCHEMA, TITLE_SCHEMA, Schema
from deckgen.diagnostics import CallError, listing, told
from deckgen.project import Project, kind_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from deckgen.deck.kinds import Kind
    from deckgen.diagnostics import Diagnostic

FOLDER = "source/.schema"
MODELINE = "# yaml-language-server: $schema="
"""What stands in a file's first line before the path of its schema, which goes from the file's own place."""

Told: TypeAlias = tuple[Schema, str, str]
"""What a key takes, what it is for, and an example of what may stand under it."""

_DRAFT = "https://json-schema.org/draft/2020-12/schema"

_OPTION_TOLD = {
    "text": ("What the option says.", "Ask him what would make coming worth his while"),
    "correct": ("Set on the one best option; the others go without it.", "true"),
    "why": ("Why it is right or wrong; shown on the back.", "The weaker bond is the one to mend first."),
}

_IMAGE_TOLD = {
    "file": ("The path of the file, from the chapter's own folder.", "media/tree.png"),
    "alt": ("What the image shows, for those who do not see it.", "A family tree of three generations"),
}

_TOLD = {
    "text": ("A short text, without markup.", "A few words"),
    "markdown": ("A text in Markdown.", "As many lines as it takes, in *Markdown*."),
    "cloze": ("A text in Markdown, with what is asked as clozes.", "Before change comes {{c1::joining}}."),
    "notes": ("Ids of other notes.", "- split-alliance"),
    "texts": ("A list of short texts.", "- One\n- Another"),
    "options": (
        "Options, one of which is correct, each with the reason why.",
        """\
- text: |
    The best one
  correct: true
  why: |
    Why it is.
- text: |
    Another
  why: |
    Why it is not.""",
    ),
    "list": ("A list of texts in Markdown.", "- |\n  One\n- |\n  Another"),
    "image": ("An image, and what is said of it.", "file: media/tree.png\nalt: A family tree"),
    "choice": ("One word of a list.", ""),
    "cells": ("The cells of a row, one for each column.", "- Its name\n- What to know of it"),
}
"""What is said of a key of each type, and an example, where its kind.yaml says nothing."""


@dataclass(frozen=True)
class Written:
    """What became of a project's schemas.

    Attributes:
        diagnostics: What is wrong with its kinds; nothing was written where there is something.
        lines: The lines of the files that the diagnostics point into.
        files: The files that were written, from the project's folder.
    """

    diagnostics: list[Diagnostic]
    lines: dict[str, list[str]]
    files: tuple[str, ...] = ()


def write(project: Path) -> Written:
    """Write the schemas of a project's deck.yaml and chapters into source/.schema/.

    Args:
        project: The folder that holds source/.

    Raises:
        CallError: They cannot be put there.
    """
    kinds = read_kinds(kind_folders(Project(project.resolve()).template_folders()))
    if kinds.diagnostics:
        found = told(kinds.diagnostics)
        paths = {each.span.path for each in found}
        return Written(found, {each.path: each.lines for each in kinds.documents if each.path in paths})
    folder = project / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        (project / "build").mkdir(exist_ok=True)  # where files are written first
    except OSError as error:
        raise CallError(f"the folder {folder} cannot be made: {error.strerror}") from error
    made = {"deck.json": deck_schema(), "chapter.json": chapter_schema(kinds.in_force)}
    for name in made:
        files.check_target(folder / name)
    for name, schema in made.items():
        with files.replacing(folder / name) as file:
            file.write(text_of(schema).encode())
    return Written([], {}, tuple(f"{FOLDER}/{name}" for name in made))


def text_of(schema: Schema) -> str:
    """A schema as it stands in its file.

    Keys are not sorted: an editor puts down a new note's keys in the order that they have here, their kind's.
    """
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def deck_schema() -> Schema:
    """The schema of deck.yaml."""
    names = {"type": "array", "items": TEXT_SCHEMA, "errorMessage": "a list of names belongs here"}
    language = {
        "type": "string",
        "pattern": f"^{languages.TAG.pattern}$",
        "errorMessage": "a language tag belongs here, as in `en` or `pt-BR`",
    }
    feedback = {
        "type": "string",
        "pattern": f"^{FEEDBACK.pattern}$",
        "errorMessage": "a web or mail address belongs here",
    }
    exam_options = {
        "type": ["integer", "string"],
        "minimum": MIN_OPTIONS,
        "maximum": MAX_OPTIONS,
        "pattern": f"^[{MIN_OPTIONS}-{MAX_OPTIONS}]$",
        "errorMessage": f"a whole number from {MIN_OPTIONS} to {MAX_OPTIONS} belongs here",
    }
    told: dict[str, Told] = {
        "id": (
            ID_SCHEMA,
            "The namespace of every note's identity. Never change it: learners would get every note twice.",
            "my-exam",
        ),
        "title": (
            TITLE_SCHEMA,
            "The deck's name in Anki. Learners' decks are found by it, so it stays once it is released.",
            "My Exam",
        ),
        "language": (
            language,
            "The cards' language; `en` if left out. Right-to-left languages turn the cards round.",
            "en",
        ),
        "description": (
            PROSE_SCHEMA,
            "Markdown for the deck's page in Anki.",
            "Cards for candidates of the exam.\n\nFor study only.",
        ),
        "tags": (TAGS_SCHEMA, "Tags of every note. A new one changes them all.", "- my-exam"),
        "authors": (names, "Who wrote the deck; shown under its description.", "- The deckgen authors"),
        "license": (TEXT_SCHEMA, "The licence of the cards; shown under the description.", "CC-BY-4.0"),
        "feedback": (
            feedback,
            'The address of a "Suggest a fix" link on every back; `{id}` in it becomes the id of the note.',
            "https://github.com/OWNER/REPO/issues/new?title={id}",
        ),
        "accept": (
            {"type": "array", "items": _acceptance(), "errorMessage": "a list of acceptances belongs here"},
            "Changes that deckgen refuses, and that the next release makes nevertheless.",
            "- code: changed-deck\n  id: my-exam\n  because: |\n    The exam has a new name.",
        ),
        "checks": (
            _checks(),
            "Warnings that are switched off for the whole deck, and why.",
            "missing-alt: off\nbecause: |\n  The images are ornaments.",
        ),
        "exam_options": (exam_options, "How many options a question of the exam has.", "4"),
        "blueprint": (
            {
                "type": "array",
                "items": _domain(),
                "minItems": 1,
                "errorMessage": "a list of domains belongs here",
            },
            "The domains of the exam with their weights, against which `deckgen stats` holds the deck.",
            "- tag: alliance\n  title: The Relationship\n  weight: 40\n- tag: ethics\n  weight: 60",
        ),
    }
    return {"$schema": _DRAFT, **_object("Deck", told, ["id", "title"])}


def _domain() -> Schema:
    """What a domain of the exam takes."""
    weight = {
        "type": ["number", "string"],
        "exclusiveMinimum": 0,
        "maximum": 100,
        "pattern": rf"^(?!0*(?:\.0*)?$){WEIGHT.pattern}$",
        "errorMessage": "a percentage above 0 and up to 100 belongs here, as in `24`",
    }
    told: dict[str, Told] = {
        "tag": (
            TAGS_SCHEMA["items"],
            "The tag of the notes that prepare for it; `alliance::repair` below it counts as well.",
            "alliance",
        ),
        "title": (TEXT_SCHEMA, "What the exam calls it.", "The Relationship"),
        "weight": (weight, "How much of the exam it makes up, in percent.", "40"),
    }
    return _object("Domain", told, ["tag", "weight"])


def _acceptance() -> Schema:
    """What one of the changes takes that are made although deckgen refuses them."""
    told: dict[str, Told] = {
        "code": ({"enum": list(ACCEPTABLE)}, "The code of the refusal.", "changed-deck"),
        "id": (
            TEXT_SCHEMA,
            "What it is about: the id of the note or of the deck, the name of the kind, or a file.",
            "my-exam",
        ),
        "because": (PROSE_SCHEMA, "Why it has to be.", "The exam has a new name."),
    }
    return _object("Acceptance", told, list(told))


def _checks() -> Schema:
    """What a warning that is switched off takes."""
    told: dict[str, Told] = {
        "because": (PROSE_SCHEMA, "Why this warning does not hold here.", "The images are ornaments."),
    }
    off = {"enum": ["off"], "description": "This warning is not given for this deck."}
    return {
        **_object("Checks", told, ["because"]),
        "propertyNames": {**CODE_SCHEMA, "enum": [*CODE_SCHEMA["enum"], "because"]},
        "additionalProperties": off,
    }


def chapter_schema(kinds: Iterable[Kind]) -> Schema:
    """The schema of a chapter, whose notes are of some kinds."""
    told: dict[str, Told] = {
        "deck": (
            DECK_NAME_SCHEMA,
            "The subdeck that the notes go to, with `::` for one within another; the deck if left out.",
            "2.3 Therapeutic Alliance",
        ),
        "tags": (TAGS_SCHEMA, "Tags of all the chapter's notes, besides the deck's.", "- alliance"),
    }
    for kind in kinds:
        told[kind.section] = _section(kind)
    common = _object("", {name: _told(key) for name, key in COMMON_KEYS.items()}, [])["properties"]
    return {"$schema": _DRAFT, **_object("Chapter", told, []), "$defs": common}


def _section(kind: Kind) -> Told:
    """What a chapter's key for the notes of a kind takes."""
    example = _example_of(kind.keys)
    note = _note(kind, kind.title, kind.keys)
    notes = {"type": "array", "items": note, "errorMessage": "a list of notes belongs here"}
    if not kind.rows:
        return notes, f"Notes of the kind {kind.name}.", example
    note["title"] += " row"
    rows: Told = (
        {**notes, "minItems": 1, "errorMessage": "a list of rows belongs here"},
        "The rows of the table; each is a note.",
        example,
    )
    table = _note(kind, f"{kind.title} table", kind.table_keys, {kind.rows: rows})
    tables = {"type": "array", "items": table, "errorMessage": "a list of tables belongs here"}
    example = f"{_example_of(kind.table_keys)}\n  {kind.rows}:\n{_indented(example, 4)}"
    return tables, f"Tables, of which each row is a note of the kind {kind.name}.", example


def _note(
    kind: Kind, title: str, keys: Mapping[str, Key], others: Mapping[str, Told] | None = None
) -> Schema:
    """What a note takes, or a table: some keys, and others that it must have besides them."""
    others = others or {}
    has_cells = any(key.type == "cells" for key in kind.keys.values())
    own: dict[str, Told] = {}
    for name, key in keys.items():
        piece, about, example = _told(key)
        if key.type == "options":
            option = piece["items"]
            parts = {part: (option["properties"][part], *_OPTION_TOLD[part]) for part in _OPTION_TOLD}
            piece = {**piece, "items": _object(option["title"], parts, option["required"])}
        if key.type == "image":
            image = {part: (piece["properties"][part], *_IMAGE_TOLD[part]) for part in _IMAGE_TOLD}
            piece = {**piece, **_object(piece["title"], image, piece["required"])}
        if has_cells and name == "columns":
            piece = {**piece, "minItems": MIN_COLUMNS}
        if name not in COMMON_KEYS:
            own[name] = (piece, about, example)
    required = [key.name for key in keys.values() if key.required]
    note = _object(title, {**own, **others}, [*required, *others])
    common = {name: {"$ref": f"#/$defs/{name}"} for name in COMMON_KEYS if name in keys}
    note["properties"] = {**common, **note["properties"]}
    return note


def _told(key: Key) -> Told:
    """What a key of a note takes, what it is for, and an example."""
    piece = OWN_SCHEMAS[key.name] if key.type == "own" else SCHEMAS[key.type]
    about, example = _TOLD.get(key.type, ("", ""))
    if key.type == "choice":
        piece, example = _one_of(key.values), key.values[0]
    return piece, key.about or about, key.example or example


def _one_of(words: Iterable[str]) -> Schema:
    """What takes one of several words, also where an editor reads them as numbers or switches."""
    listed = listing(list(words))
    read: list[object] = []
    for word in words:
        read.append(word)
        if re.fullmatch(r"[-+]?[0-9]+", word):
            read.append(int(word))
        elif re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", word):
            read.append(float(word))
        elif word.lower() in {"true", "false"}:
            read.append(word.lower() == "true")
    return {"enum": read, "errorMessage": f"one of {listed} belongs here"}


def _object(title: str, told: Mapping[str, Told], required: list[str]) -> Schema:
    """What a mapping takes that has some keys and no others.

    The examples stand in what is said of a key, and not under `examples`, which editors insert on one line.
    """
    properties = {}
    for name, (piece, about, example) in told.items():
        shown = _shown(name, piece, example)
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", shown))])
        markdown = f"{about}\n\n{fence}yaml\n{shown}\n{fence}"
        properties[name] = {**piece, "description": about, "markdownDescription": markdown}
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _example_of(keys: Mapping[str, Key]) -> str:
    """An example of an item of a list, with the keys that it must have."""
    lines = []
    for key in keys.values():
        if key.required:
            piece, _, example = _told(key)
            lines.append(_shown(key.name, piece, example))
    return "- " + _indented("\n".join(lines), 2).lstrip()


def _shown(name: str, piece: Schema, example: str) -> str:
    """An example under its key: a text for people as a block, a list or mapping on lines of its own."""
    if piece.get("type") in ("array", "object"):
        return f"{name}:\n{_indented(example, 2)}"
    if "defaultSnippets" in piece or "\n" in example:
        return f"{name}: |\n{_indented(example, 2)}"
    return f"{name}: {example}"


def _indented(text: str, width: int) -> str:
    """A text with each of its lines indented by some spaces."""
    return "\n".join(" " * width + line if line else line for line in text.split("\n"))
