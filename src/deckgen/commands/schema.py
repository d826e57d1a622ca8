"""JSON Schemas of deck.yaml and of chapters; with them an editor completes, explains and checks keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen import files
from deckgen.deck import languages
from deckgen.deck.blueprint import WEIGHT
from deckgen.deck.key_types import choice
from deckgen.deck.key_types.cells import MIN_COLUMNS
from deckgen.deck.key_types.options import MAX_OPTIONS, MIN_OPTIONS
from deckgen.deck.key_types.own import CARDS_SCHEMA, CODE_SCHEMA
from deckgen.deck.kinds import CARDS, COMMON_KEYS
from deckgen.deck.kinds_in_force import read_kinds
from deckgen.deck.manifest import ACCEPTABLE, FEEDBACK
from deckgen.deck.order import ORDERS
from deckgen.deck.schemas import (
    DECK_NAME_SCHEMA,
    ID_SCHEMA,
    PROSE_SCHEMA,
    TAGS_SCHEMA,
    TEXT_SCHEMA,
    TITLE_SCHEMA,
    KeyDoc,
    Schema,
    indented,
    object_schema,
    under_key,
)
from deckgen.diagnostics import CallError, sorted_diagnostics
from deckgen.project import Project, kind_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from deckgen.deck.keys import Key
    from deckgen.deck.kinds import Kind
    from deckgen.diagnostics import Diagnostic

FOLDER = "source/.schema"
MODELINE = "# yaml-language-server: $schema="
"""The beginning of a file's first line. The path of the schema follows, relative to the file."""

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Written:
    """The result of writing a project's schemas.

    Attributes:
        diagnostics: The diagnostics of its kinds. If there are any, nothing was written.
        lines: The lines of the files in which the diagnostics are.
        files: The paths of the written files, from the project's folder.
    """

    diagnostics: list[Diagnostic]
    lines: dict[str, list[str]]
    files: tuple[str, ...] = ()


def write(project: Path) -> Written:
    """Write the schemas of a project's deck.yaml and chapters into source/.schema/.

    Args:
        project: The folder that holds source/.

    Raises:
        CallError: The files cannot be written.
    """
    kinds = read_kinds(kind_folders(Project(project.resolve()).template_folders()))
    if kinds.diagnostics:
        diagnostics = sorted_diagnostics(kinds.diagnostics)
        paths = {each.span.path for each in diagnostics}
        return Written(diagnostics, {each.path: each.lines for each in kinds.documents if each.path in paths})
    folder = project / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        Project(project).output.mkdir(exist_ok=True)  # files are first written there
    except OSError as error:
        raise CallError(f"the folder {folder} cannot be created: {error.strerror}") from error
    schemas = {"deck.json": deck_schema(), "chapter.json": chapter_schema(kinds.in_force)}
    for name in schemas:
        files.check_target(folder / name)
    for name, schema in schemas.items():
        with files.replacing(folder / name) as file:
            file.write(text_of(schema).encode())
    return Written([], {}, tuple(f"{FOLDER}/{name}" for name in schemas))


def text_of(schema: Schema) -> str:
    """A schema as the text of its file.

    Keys are not sorted: an editor inserts the keys of a new note in this order, which is that of their kind.
    """
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


_NAMES: Schema = {"type": "array", "items": TEXT_SCHEMA, "errorMessage": "write a list of names here"}
_LANGUAGE: Schema = {
    "type": "string",
    "pattern": f"^{languages.TAG.pattern}$",
    "errorMessage": "write a language tag here, such as `en` or `pt-BR`",
}
_FEEDBACK: Schema = {
    "type": "string",
    "pattern": f"^{FEEDBACK.pattern}$",
    "errorMessage": "write a web or email address here",
}
_ORDER: Schema = {
    "enum": list(ORDERS),
    "errorMessage": f"write {' or '.join(f'`{each}`' for each in ORDERS)} here",
}
_EXAM_OPTIONS: Schema = {
    "type": ["integer", "string"],
    "minimum": MIN_OPTIONS,
    "maximum": MAX_OPTIONS,
    "pattern": f"^[{MIN_OPTIONS}-{MAX_OPTIONS}]$",
    "errorMessage": f"write a whole number from {MIN_OPTIONS} to {MAX_OPTIONS} here",
}


def _domain() -> Schema:
    """The schema of a domain of the exam."""
    weight = {
        "type": ["number", "string"],
        "exclusiveMinimum": 0,
        "maximum": 100,
        "pattern": rf"^(?!0*(?:\.0*)?$){WEIGHT.pattern}$",
        "errorMessage": "write a percentage above 0 and up to 100 here, such as `24`",
    }
    docs: dict[str, KeyDoc] = {
        "tag": KeyDoc(
            TAGS_SCHEMA["items"],
            (
                "The tag of the notes for this domain; tags below it, such as `alliance::repair`, "
                "count as well."
            ),
            "alliance",
        ),
        "title": KeyDoc(TEXT_SCHEMA, "The name of the domain in the exam.", "The Relationship"),
        "weight": KeyDoc(weight, "Its share of the exam, in percent.", "40"),
    }
    return object_schema("Domain", docs, ["tag", "weight"])


def _acceptance() -> Schema:
    """The schema of an accepted change, which deckgen refuses otherwise."""
    docs: dict[str, KeyDoc] = {
        "code": KeyDoc({"enum": list(ACCEPTABLE)}, "The code of the error to accept.", "changed-deck"),
        "id": KeyDoc(
            TEXT_SCHEMA,
            "What the change is about: the id of the note or deck, the name of the kind, or a file.",
            "my-exam",
        ),
        "because": KeyDoc(PROSE_SCHEMA, "Why the change is necessary.", "The exam has a new name."),
    }
    return object_schema("Acceptance", docs, list(docs))


def _checks() -> Schema:
    """The schema of a warning that is switched off."""
    docs: dict[str, KeyDoc] = {
        "because": KeyDoc(
            PROSE_SCHEMA, "Why this warning does not apply here.", "The images are decorative."
        ),
    }
    off = {"enum": ["off"], "description": "Turns this warning off for this deck."}
    return {
        **object_schema("Checks", docs, ["because"]),
        "propertyNames": {**CODE_SCHEMA, "enum": [*CODE_SCHEMA["enum"], "because"]},
        "additionalProperties": off,
    }


_DECK_KEYS: dict[str, KeyDoc] = {
    "id": KeyDoc(
        ID_SCHEMA,
        "All note identities derive from it. Never change it: learners would get every note twice.",
        "my-exam",
    ),
    "title": KeyDoc(
        TITLE_SCHEMA,
        (
            "The deck's name in Anki. Do not change it after the first release: Anki finds the "
            "learners' decks by name."
        ),
        "My Exam",
    ),
    "language": KeyDoc(
        _LANGUAGE,
        "The cards' language; default `en`. Cards in right-to-left languages are laid out right to left.",
        "en",
    ),
    "description": KeyDoc(
        PROSE_SCHEMA,
        "Markdown for the deck's page in Anki.",
        "Cards for candidates of the exam.\n\nFor study only.",
    ),
    "tags": KeyDoc(TAGS_SCHEMA, "Tags of every note. A new tag updates all notes.", "- my-exam"),
    "authors": KeyDoc(_NAMES, "The authors; shown below its description.", "- The deckgen authors"),
    "license": KeyDoc(TEXT_SCHEMA, "The license of the cards; shown below the description.", "CC-BY-4.0"),
    "feedback": KeyDoc(
        _FEEDBACK,
        'The address of the "Suggest a fix" link on every back; `{id}` becomes the id of the note.',
        "https://github.com/OWNER/REPO/issues/new?title={id}",
    ),
    "accept": KeyDoc(
        {"type": "array", "items": _acceptance(), "errorMessage": "write a list of acceptances here"},
        "Changes that deckgen normally refuses, but that the next release makes.",
        "- code: changed-deck\n  id: my-exam\n  because: |\n    The exam has a new name.",
    ),
    "checks": KeyDoc(
        _checks(),
        "Warnings that are turned off for the whole deck, and why.",
        "missing-alt: off\nbecause: |\n  The images are decorative.",
    ),
    "order": KeyDoc(
        _ORDER,
        (
            "The order of new cards. With `study`, the default, vignettes come soon after the notes that "
            "they build on. With `written`, they come where you write them."
        ),
        "written",
    ),
    "exam_options": KeyDoc(_EXAM_OPTIONS, "The number of options in a question of the exam.", "4"),
    "blueprint": KeyDoc(
        {
            "type": "array",
            "items": _domain(),
            "minItems": 1,
            "errorMessage": "write a list of domains here",
        },
        "The domains of the exam with their weights; `deckgen stats` compares the deck with them.",
        "- tag: alliance\n  title: The Relationship\n  weight: 40\n- tag: ethics\n  weight: 60",
    ),
}
"""The documentation of the keys of deck.yaml, for editors."""


def deck_schema() -> Schema:
    """The schema of deck.yaml."""
    return {"$schema": _DRAFT, **object_schema("Deck", _DECK_KEYS, ["id", "title"])}


def chapter_schema(kinds: Iterable[Kind]) -> Schema:
    """The schema of a chapter, with notes of the given kinds."""
    docs: dict[str, KeyDoc] = {
        "deck": KeyDoc(
            DECK_NAME_SCHEMA,
            "The subdeck for these notes, with `::` between levels; default: the deck itself.",
            "2.3 Therapeutic Alliance",
        ),
        "tags": KeyDoc(
            TAGS_SCHEMA, "Tags of all notes in this chapter, besides the deck's tags.", "- alliance"
        ),
    }
    kinds = list(kinds)
    if choosing := [kind for kind in kinds if not kind.adopted]:
        docs[CARDS] = _cards_by_section(choosing)
    for kind in kinds:
        docs[kind.section] = _section(kind)
    shared = {name: key.doc for name, key in COMMON_KEYS.items() if name != CARDS}
    common = object_schema("", shared, [])["properties"]
    return {"$schema": _DRAFT, **object_schema("Chapter", docs, []), "$defs": common}


def _cards(kind: Kind) -> Schema:
    """The schema of a choice of cards of a kind; a note of a cloze kind can only have none."""
    if kind.cloze:
        return {**CARDS_SCHEMA, "maxItems": 0, "errorMessage": "only `[]` is possible here, for no card"}
    return {**CARDS_SCHEMA, "items": choice.doc_of(tuple(kind.live)).schema}


def _cards_by_section(kinds: list[Kind]) -> KeyDoc:
    """The documentation of a chapter's key for the cards of its notes."""
    docs = {
        kind.section: KeyDoc(_cards(kind), f"The cards of each {kind.name}.", _example_of_cards(kind))
        for kind in kinds
    }
    schema = {**object_schema("Cards", docs, []), "errorMessage": "write the cards under their sections here"}
    about = "The cards that the notes of this chapter get, by section; a note's own `cards` come first."
    chosen = next((kind for kind in kinds if kind.marks), kinds[0])
    return KeyDoc(schema, about, f"{chosen.section}:\n{indented(_example_of_cards(chosen), 2)}")


def _example_of_cards(kind: Kind) -> str:
    """An example of a choice of cards of a kind, as YAML."""
    if kind.cloze:
        return "[]"
    names = list(kind.live)
    return "\n".join(f"- {name}" for name in (names[-1:] if kind.marks else names))


def _section(kind: Kind) -> KeyDoc:
    """The documentation of a chapter's key for the notes of a kind."""
    example = _example_of(kind.keys)
    note = _note(kind, kind.title, kind.keys)
    notes = {"type": "array", "items": note, "errorMessage": "write a list of notes here"}
    if not kind.rows_key:
        return KeyDoc(notes, f"Notes of the kind {kind.name}.", example)
    note["title"] += " row"
    rows = KeyDoc(
        {**notes, "minItems": 1, "errorMessage": "write a list of rows here"},
        "The rows of the table; each row is a note.",
        example,
    )
    table = _note(kind, f"{kind.title} table", kind.table_keys, {kind.rows_key: rows})
    tables = {"type": "array", "items": table, "errorMessage": "write a list of tables here"}
    example = f"{_example_of(kind.table_keys)}\n  {kind.rows_key}:\n{indented(example, 4)}"
    return KeyDoc(tables, f"Tables; each row is a note of the kind {kind.name}.", example)


def _note(
    kind: Kind, title: str, keys: Mapping[str, Key], others: Mapping[str, KeyDoc] | None = None
) -> Schema:
    """The schema of a note or table, with its keys and the other ones that it must have."""
    others = others or {}
    has_cells = any(key.type.is_row for key in kind.keys.values())
    own: dict[str, KeyDoc] = {}
    for name, key in keys.items():
        doc = key.doc
        if has_cells and name == "columns":
            doc = doc._replace(schema={**doc.schema, "minItems": MIN_COLUMNS})
        if name not in COMMON_KEYS:
            own[name] = doc
    required = [key.name for key in keys.values() if key.required]
    note = object_schema(title, {**own, **others}, [*required, *others])
    common = {name: {"$ref": f"#/$defs/{name}"} for name in COMMON_KEYS if name in keys}
    if kind.adopted:
        common.pop(CARDS, None)
    else:
        cards = COMMON_KEYS[CARDS].doc._replace(schema=_cards(kind), example=_example_of_cards(kind))
        common |= object_schema("", {CARDS: cards}, [])["properties"]
    note["properties"] = {**common, **note["properties"]}
    return note


def _example_of(keys: Mapping[str, Key]) -> str:
    """An example of an item of a list, with its required keys."""
    lines = [under_key(key.name, key.doc) for key in keys.values() if key.required]
    return "- " + indented("\n".join(lines), 2).lstrip()
