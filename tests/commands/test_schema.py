"""The schemas by themselves: what `deckgen schema` writes, and that its patterns are deckgen's own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen.commands.schema import deck_schema
from deckgen.deck.key_types import TYPES
from deckgen.deck.manifest import FEEDBACK
from deckgen.deck.reader import NodeReader
from deckgen.deck.schemas import DECK_NAME_SCHEMA, FLAG_SCHEMA, ID_SCHEMA, TAGS_SCHEMA, TITLE_SCHEMA
from deckgen.source import Document, Scalar, Sequence
from tests.conftest import REPOSITORY, run, write_project
from tests.faults import KIND, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILES = ("source/.schema/deck.json", "source/.schema/chapter.json")


def own_deck_in(folder: Path) -> Path:
    """A copy of this repository's deck, with its templates."""
    shutil.copytree(REPOSITORY / "source", folder / "source")
    shutil.copytree(REPOSITORY / "templates", folder / "templates")
    return folder


def test_the_committed_schemas_are_what_the_command_writes(tmp_path: Path) -> None:
    """After a change of a kind `deckgen schema` has been run; twice it writes the same."""
    folder = own_deck_in(tmp_path)
    shutil.rmtree(folder / "source/.schema")
    for _ in range(2):
        result = run("schema", cwd=folder)
        assert result.returncode == 0, result.stderr
        for name in FILES:
            assert (folder / name).read_bytes() == (REPOSITORY / name).read_bytes(), "run `deckgen schema`"


def test_the_command_says_what_to_do(tmp_path: Path) -> None:
    """It names what it wrote, and the first lines of the files; those lead to what it wrote."""
    folder = write_project(tmp_path)
    result = run("schema", "--project", folder)
    assert (result.returncode, result.stdout) == (0, "")
    assert f"wrote {FILES[0]} and {FILES[1]}\n" in result.stderr
    for path, line in zip(
        FILES, re.findall(r"(?m)^  # yaml-language-server: \$schema=(.*)$", result.stderr), strict=True
    ):
        assert (folder / "source" / line).resolve() == folder / path
    text = (folder / FILES[1]).read_text(encoding="utf-8")
    assert text.endswith("\n}\n")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_the_schemas_are_json_schemas() -> None:
    """They are valid by the rules of their draft, patterns included."""
    command = [sys.executable, "-m", "check_jsonschema", "--check-metaschema"]
    paths = [str(REPOSITORY / name) for name in FILES]
    result = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    for path in paths:
        assert '"https://json-schema.org/draft/2020-12/schema"' in (REPOSITORY / path).read_text("utf-8")


def test_a_kind_of_the_deck_s_own_is_in_its_schema(tmp_path: Path) -> None:
    """With its section, its keys and what they are about; a kind that takes a shipped one's place, too."""
    about = KIND.replace("type: markdown", "type: markdown, about: What is forbidden., example: No theft.")
    folder = write_project(tmp_path, kind("", about).files)
    shutil.copytree(REPOSITORY / "templates/definition", folder / "templates/definition")
    path = folder / "templates/definition/kind.yaml"
    text = path.read_text(encoding="utf-8").replace("section: definitions", "section: terms")
    path.write_text(text, encoding="utf-8")
    assert run("schema", cwd=folder).returncode == 0
    sections = json.loads((folder / FILES[1]).read_text(encoding="utf-8"))["properties"]
    assert "terms" in sections
    assert "definitions" not in sections
    rule = sections["laws"]["items"]["properties"]["rule"]
    assert rule["description"] == "What is forbidden."
    assert "```yaml\nrule: |\n  No theft.\n```" in rule["markdownDescription"]
    assert sections["laws"]["items"]["required"] == ["id", "name"]
    assert "extra" not in sections["laws"]["items"]["properties"], "no field shows it"


def test_a_faulty_kind_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    """Its diagnostics with their lines, exit code 1, and the schemas from before as they were."""
    folder = write_project(tmp_path, kind("", KIND.replace("type: normal", "type: norml")).files)
    result = run("schema", cwd=folder)
    assert result.returncode == 1
    assert "templates/law/kind.yaml:3:7: error[wrong-type]" in result.stderr
    assert "    3 | type: norml\n" in result.stderr
    assert "1 error: nothing was written" in result.stderr
    assert not (folder / "source/.schema").exists()
    shutil.rmtree(folder / "templates")
    assert run("schema", cwd=folder).returncode == 0
    before = (folder / FILES[1]).read_bytes()
    write_project(folder, kind("", KIND.replace("laws", "takeaways")).files)
    result = run("schema", cwd=folder)
    assert (result.returncode, "error[bad-kind]" in result.stderr) == (1, True)
    assert (folder / FILES[1]).read_bytes() == before


def test_where_schemas_cannot_be_put_it_says_so(tmp_path: Path) -> None:
    """A file in the folder's place, or no deck: exit code 2 and one line."""
    folder = write_project(tmp_path / "deck", {"source/.schema": "mine"})
    result = run("schema", "--project", folder)
    assert (result.returncode, "source/.schema cannot be created" in result.stderr) == (2, True)
    assert (folder / "source/.schema").read_text(encoding="utf-8") == "mine"
    assert run("schema", cwd=tmp_path).returncode == 2


def test_the_schemas_are_no_chapters_and_the_first_lines_no_change(tmp_path: Path) -> None:
    """What lies in source/.schema/ is not read, and the package is the same with and without the lines."""
    folder = own_deck_in(tmp_path)
    (folder / "source/.schema/chapter.yaml").write_text("nonsense: [", encoding="utf-8")
    with_lines = built(folder)
    shutil.rmtree(folder / "source/.schema")
    for path in (folder / "source").glob("*.yaml"):
        line, _, rest = path.read_text(encoding="utf-8").partition("\n")
        assert line.startswith("# yaml-language-server: "), path
        path.write_text(rest, encoding="utf-8")
    assert built(folder) == with_lines


def built(folder: Path) -> bytes:
    """The package of this repository's deck, or of a copy."""
    result = run("build", cwd=folder, SOURCE_DATE_EPOCH="1700000000")
    assert result.returncode == 0, result.stderr
    return (folder / "build/mft-exam-prep.apkg").read_bytes()


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All keys that a schema knows, at any depth."""
    for name, piece in {**schema.get("properties", {}), **schema.get("$defs", {})}.items():
        if "$ref" not in piece:
            yield name, piece
        yield from properties(piece)
        yield from properties(piece.get("items", {}))


def test_every_key_is_explained_with_an_example() -> None:
    """A sentence, and a piece of YAML under the key's name; a text for people is a block in it."""
    for path in FILES:
        schema = json.loads((REPOSITORY / path).read_text(encoding="utf-8"))
        found = dict(properties(schema))
        assert {"tags", "id"} <= found.keys()
        for name, piece in found.items():
            assert re.fullmatch(r"[A-Z\"].*[.]", piece["description"]), (name, piece["description"])
            shown = piece["markdownDescription"].removeprefix(piece["description"])
            assert re.fullmatch(rf"\n\n```yaml\n{name}:(?: |\n)[\s\S]+\n```", shown), (name, shown)
            assert "examples" not in piece, "an editor would put it down on one line"
            if "defaultSnippets" in piece:
                assert f"\n{name}: |\n  " in shown


def shown(piece: dict[str, Any], indent: int = 0) -> str:
    """The example of a key, indented by some spaces."""
    text = str(piece["markdownDescription"]).partition("```yaml\n")[2].removesuffix("```")
    return re.sub("(?m)^(?=.)", " " * indent, text)


def test_the_examples_make_a_deck(tmp_path: Path) -> None:
    """Whoever writes what the editor shows writes what `check` takes, optional keys included."""
    deck, chapter = (json.loads((REPOSITORY / name).read_text(encoding="utf-8")) for name in FILES)
    keys = [key for key in deck["properties"] if key not in {"checks", "exam_options"}]
    files: dict[str, str | bytes] = {
        "source/deck.yaml": "".join(shown(deck["properties"][key]) for key in keys),
        "source/1.yaml": "definitions:\n  - id: therapeutic-alliance\n    term: x\n    definition: y\n",
    }
    sections = {name: piece for name, piece in chapter["properties"].items() if "items" in piece}
    del sections["tags"]
    text = "".join(shown(chapter["properties"][key]) for key in ("deck", "tags", "cards"))
    for name, piece in sections.items():
        note = piece["items"]
        text += shown(piece).replace("- id: split-alliance", f"- id: {name}")
        for key, known in note["properties"].items():
            if key in {"tags", "builds_on", "reference", "extra"}:
                text += shown(chapter["$defs"][key], 4)
            elif "$ref" not in known and key not in note["required"] and known.get("maxItems") != 0:
                text += shown(known, 4)
    folder = write_project(tmp_path, files | {"source/2.yaml": text})
    told = json.loads(run("check", "--format", "json", cwd=folder).stdout)
    assert [each for each in told["diagnostics"] if each["level"] == "error"] == [], text
    assert {"takeaway", "definition", "vignette", "comparison", "question"} == told["package"]["notes"].keys()
    assert all(key in text for key in ("title:", "contrast:", "why:", "builds_on:", "correct: true"))


WRITTEN = st.text(st.sampled_from("aZ9é-_.:\"' \n\t::é😀"), max_size=8) | st.sampled_from(
    ["marked", "LEECH", "true", "False", "yes", "1.10", "a::b", "a:::b", "a::::b", "a b::c ", "::a", "a::"]
)


def agrees(piece: dict[str, Any], value: str, read: Callable[[NodeReader, Scalar], object]) -> None:
    """A pattern takes a text if and only if deckgen reads it without a complaint."""
    reader = NodeReader(Document("x.yaml", f'"{value}"'))
    read(reader, Scalar(value, 0, len(value), '"'))
    pattern = piece["pattern"].replace("$", r"\Z")  # as JSON Schema means it
    assert bool(re.search(pattern, value)) == (not reader.diagnostics), (value, reader.diagnostics)


@given(value=WRITTEN)
@example(value="a\n")
@example(value="")
@settings(max_examples=1500, deadline=None)
def test_the_patterns_are_what_deckgen_reads_by(value: str) -> None:
    """Ids, tags, names of decks and switches are taken and refused by the schema as by `check`."""
    agrees(ID_SCHEMA, value, NodeReader.identifier)
    agrees(TYPES["text"].doc.schema, value, lambda reader, node: reader.prose(node, "text"))
    agrees(FLAG_SCHEMA, value, lambda reader, node: reader.flag(node, "correct"))
    agrees(DECK_NAME_SCHEMA, value, lambda reader, node: reader.deck_name(node, "deck"))

    def tags(reader: NodeReader, node: Scalar) -> None:
        items = Sequence(0)
        items.items.append(node)
        reader.tags(items)

    agrees(TAGS_SCHEMA["items"], value, tags)
    title = re.search(TITLE_SCHEMA["pattern"].replace("$", r"\Z"), value)
    name = re.search(DECK_NAME_SCHEMA["pattern"].replace("$", r"\Z"), value)
    assert bool(title) == (bool(name) and "::" not in value)
    feedback = deck_schema()["properties"]["feedback"]["pattern"].replace("$", r"\Z")
    for address in (f"https://{value}", f"mailto:{value}", value):
        assert bool(re.search(feedback, address)) == bool(FEEDBACK.fullmatch(address))
