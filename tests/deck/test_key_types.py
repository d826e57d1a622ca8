"""The types of keys: each has all that the program asks of it, and its example goes the whole way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import deckgen
from deckgen import source
from deckgen.build import build
from deckgen.cards.key_types import HTML
from deckgen.cards.markdown import Markup
from deckgen.cards.media import Shelf
from deckgen.commands.schema import chapter_schema
from deckgen.deck.key_types import TYPES, own
from deckgen.deck.keys import ITEM, Key
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.schemas import indented
from deckgen.deck.values import scalars
from tests.conftest import write_project
from tests.faults import PNG

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.deck.notes import Note

WORDS = ("federal", "state")
ONE_NOTE = """\
title: Thing
section: things
type: {sort}
keys:
  name: {{type: text, required: true}}
  key: {{type: {type}, required: true}}
fields:
  - {{name: Name, id: 100, from: name}}
{fields}
cards:
  - {{name: Card, id: 1, face: card}}
"""
TABLE = """\
title: Thing
section: things
type: normal
rows: rows
table_keys:
  columns: {type: texts, required: true}
keys:
  cells: {type: cells, required: true}
fields:
  - {name: Name, id: 100, from: cells.name}
  - {name: F0, id: 1, from: cells.name}
  - {name: F1, id: 2, from: cells.rest}
  - {name: F2, id: 3, from: cells.table}
cards:
  - {name: Card, id: 1, face: card}
"""


def key_of(name: str) -> Key:
    """A key of a type, as a kind.yaml that says nothing of it gives it."""
    return Key("key", TYPES[name], required=True, values=WORDS if TYPES[name].of_values else ())


def files_of(name: str) -> dict[str, str | bytes]:
    """A kind with a key of a type, and a note of it that has the type's example under the key."""
    key_type = TYPES[name]
    if name in {"texts", "cells"}:
        kind, row = TABLE, TYPES["cells"].doc.example
        columns = TYPES["texts"].doc.example
        note = f"columns:\n{columns}\nrows:\n  - id: b\n    cells:\n{indented(row, 6)}"
    else:
        parts = [f"key.{part}" if part else "key" for part in key_type.parts]
        rows = (f"  - {{name: F{at}, id: {at + 1}, from: {part}}}" for at, part in enumerate(parts))
        kind = ONE_NOTE.format(
            sort="cloze" if key_type.clozes else "normal", type=name, fields="\n".join(rows)
        )
        note = f"name: A thing\nkey:\n{indented(key_of(name).doc.example, 2)}"
    if key_type.of_values:
        kind = kind.replace(f"type: {name}", f"type: {name}, values: [{', '.join(WORDS)}]")
    fields = re.findall("name: (F[0-9])", kind)
    shown = " ".join(f"{{{{cloze:{each}}}}}" if key_type.clozes else f"{{{{{each}}}}}" for each in fields)
    return {
        "templates/thing/kind.yaml": kind,
        "templates/thing/card.front.html.j2": shown if key_type.clozes else "{{Name}}",
        "templates/thing/card.back.html.j2": f"{{{{Name}}}} {shown}",
        "source/two.yaml": f"things:\n- id: a\n{indented(note, 2)}\n",
        "source/three.yaml": "definitions:\n- id: split-alliance\n  term: One\n  definition: Two\n",
        "source/media/tree.png": PNG,
    }


def thing(made: Build) -> Note:
    """The note with the example."""
    (note,) = (note for note in made.deck.notes if note.kind.name == "thing")
    return note


def plain(node: source.Node | None) -> Any:  # noqa: ANN401 (whatever stands in a file)
    """What stands in a file as a JSON Schema sees it, with all texts as they are written."""
    if isinstance(node, source.Mapping):
        return {name: plain(value) for name, value in node.entries.items()}
    if isinstance(node, source.Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_every_part(name: str) -> None:
    """It can be read, said to editors, shown by an example, and made into HTML, part by part."""
    key_type = TYPES[name]
    doc = key_of(name).doc
    assert key_type.name == name
    assert callable(key_type.read)
    assert re.fullmatch(r"[A-Z].*[.]", doc.about)
    assert doc.example
    assert doc.schema["errorMessage"]
    assert key_type.lists == (doc.schema.get("type") == "array")
    assert all(place[:1] == (ITEM,) for place in key_type.prose) or not key_type.lists
    assert name in HTML, "add its HTML to the table in cards/key_types.py"
    assert bool(key_type.parts) or key_type.unfilled, "kind.yaml is told what to do instead"


def test_no_html_is_of_a_type_that_does_not_exist() -> None:
    """Besides the types that kind.yaml can name, a field is filled from a note's own id."""
    assert HTML.keys() == TYPES.keys() | {own.ID.name}


def test_the_keys_of_every_note_know_what_editors_say() -> None:
    """A piece of JSON Schema, a sentence and an example each."""
    for key in COMMON_KEYS.values():
        assert key.doc.schema["errorMessage"]
        assert re.fullmatch(r"[A-Z].*[.]", key.doc.about)
        assert key.doc.example


@pytest.mark.parametrize("name", TYPES)
def test_the_example_of_every_type_becomes_html(name: str, tmp_path: Path) -> None:
    """What editors show is read without a fault, and every field that is filled from it shows something."""
    made = build(write_project(tmp_path, files_of(name)))
    assert [each for each in made.diagnostics if each.level == "error"] == []
    (row,) = (row for row in made.notes if row.note is thing(made))
    assert len(row.fields) == 1 + max(len(TYPES[name].parts), 3 * (name == "texts"))
    assert all(re.sub("<(?!img)[^>]*>", "", field).strip() for field in row.fields), row.fields


@pytest.mark.parametrize("name", TYPES)
def test_the_example_of_every_type_is_valid_in_an_editor(name: str, tmp_path: Path) -> None:
    """The JSON Schema of the chapter takes it; and takes nothing that is empty, or of another sort."""
    files = files_of(name)
    made = build(write_project(tmp_path, files))
    schema = json.loads(json.dumps(chapter_schema([thing(made).kind])))
    parsed, _ = source.parse(str(files["source/two.yaml"]), "source/two.yaml")
    chapter: dict[str, Any] = plain(parsed.root)
    check = jsonschema.Draft202012Validator(schema)
    assert [fault.message for fault in check.iter_errors(chapter)] == []
    (note,) = chapter["things"]
    holder, key = (note, "columns") if name == "texts" else (note, "key")
    if name == "cells":
        holder, key = note["rows"][0], "cells"
    for wrong in ("", {"x": "y"}, [{"x": "y"}]):
        holder[key] = wrong
        assert not check.is_valid(chapter), wrong


@pytest.mark.parametrize("name", [name for name in TYPES if name != "notes"])
def test_what_learners_see_of_every_type_tells_whether_a_note_has_changed(name: str, tmp_path: Path) -> None:
    """There is something to compare; of lists of notes their guids are compared."""
    note = thing(build(write_project(tmp_path, files_of(name))))
    values = {**note.values, **(note.table.values if note.table else {})}
    keys = {**note.kind.table_keys, **note.kind.keys}
    markup = Markup(Shelf((tmp_path / "source").resolve(), tmp_path))
    seen = [
        text
        for key, value in values.items()
        if keys[key].type is TYPES[name]
        for text in HTML[name].seen(markup, value, note.chapter.document)
    ]
    assert seen
    assert all(seen)


@pytest.mark.parametrize("name", [name for name in TYPES if name != "notes"])
def test_every_type_is_markdown_where_its_html_is(name: str, tmp_path: Path) -> None:
    """Learners see the signs of Markdown in plain texts; the warnings that say so go by the same."""
    note = thing(build(write_project(tmp_path, files_of(name))))
    values = {**note.values, **(note.table.values if note.table else {})}
    keys = {**note.kind.table_keys, **note.kind.keys}
    markup = Markup(Shelf((tmp_path / "source").resolve(), tmp_path))
    (value,) = (value for key, value in values.items() if keys[key].type is TYPES[name] and key != "name")
    for text in scalars(value):
        text.value = "*One*"
    seen = "".join(HTML[name].seen(markup, value, note.chapter.document))
    assert ("<em>One</em>" in seen, "*One*" in seen) == (not TYPES[name].plain, TYPES[name].plain)


@pytest.mark.parametrize("name", [name for name in TYPES if name != "image" and not TYPES[name].lists])
def test_a_text_in_an_author_s_words_is_not_cut_by_a_comment(name: str, tmp_path: Path) -> None:
    """Where prose stands, a comment in it was hardly meant as one; a word or a date may have one."""
    files = files_of(name)
    example = key_of(name).doc.example
    text = str(files["source/two.yaml"]).replace(f"key:\n    {example}", f"key: {example} #1")
    made = build(write_project(tmp_path, {**files, "source/two.yaml": text}))
    assert " #1" in text
    assert (["cut-by-comment"] if () in TYPES[name].prose else []) == [
        each.code for each in made.diagnostics if each.level == "error"
    ]


def test_no_other_module_asks_for_a_type_by_its_name() -> None:
    """What differs from type to type stands in the types' own files, so that a new one is written in them."""
    folder = Path(deckgen.__file__).parent
    homes = {"deck/key_types", "deck/values.py", "deck/cells.py", "cards/key_types.py"}
    asked = re.compile(
        r"""\.type(?:\.name)? (?:(?:==|!=) ["']|(?:not )?in [{(\[])"""
        r"|isinstance\([^)]*\b(?:Options|Image|References|Texts)\b"
    )
    for path in folder.rglob("*.py"):
        name = path.relative_to(folder).as_posix()
        if not any(name.startswith(home) for home in homes):
            assert not asked.search(path.read_text(encoding="utf-8")), name
