"""A deck's folder from a package that learners have, as far as note types go, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import genanki

from deckgen.build import build
from deckgen.commands.adopt.kinds import kind_files, name_kinds
from deckgen.history.ledger import AdoptedLine, DeckLine, Line, NoteLine, NoteTypeLine, ReleaseLine
from deckgen.history.ledger_file import written
from deckgen.package import read_package, write
from deckgen.source import write as write_yaml
from tests.conftest import change

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.package import Contents

FILE = "old.apkg"
TITLE = "Old Deck"
LONG_AGO = 1_600_000_000


def adopted(folder: Path, contents: Contents) -> Path:
    """A project with a kind for each note type of a package, its notes and a ledger that knows both."""
    named = name_kinds(contents)
    decks = {number: deck.name for number, deck in contents.decks.items()}
    files: dict[str, str | bytes] = {"source/deck.yaml": f"id: old-deck\ntitle: {TITLE}\nlanguage: en\n"}
    of_kind = {kind.name: contents.note_types[number] for number, kind in named.items()}
    for number, kind in named.items():
        texts = kind_files(contents.note_types[number], kind, decks)
        files |= {f"templates/{kind.name}/{name}": text for name, text in texts.items()}
    sections: dict[str, list[dict[str, str]]] = {}
    for note in contents.notes:
        kind = named[note.note_type]
        pairs = zip(kind.keys, note.fields, strict=True)
        values = {key.name: text for key, text in pairs if text.strip()}
        sections.setdefault(kind.section, []).append({"id": f"n-{note.id}", **values})
    files["source/notes.yaml"] = write_yaml(sections)
    lines: list[Line] = [
        DeckLine("old-deck", TITLE),
        AdoptedLine(FILE, LONG_AGO, len(contents.notes), "0" * 12, "old.apkg"),
    ]
    # the fingerprints are those of a build
    built = build(change(folder, files))
    assert built.packages, [each for each in built.diagnostics if each.level == "error"]
    known = {f"n-{note.id}": note for note in contents.notes}
    release = ReleaseLine("1", LONG_AGO, "", {}, 0, "", "")
    for line in built.packages.plan.next_lines(release):
        if isinstance(line, NoteTypeLine):
            note_type = of_kind[line.kind]
            lines.append(replace(line, id=note_type.id, modified=note_type.modified))
        elif isinstance(line, NoteLine):
            old = known[line.id]
            lines.append(line._replace(guid=old.guid, modified=old.modified, released=FILE))
    return change(folder, {"source/ledger.jsonl": written(lines)})


def words(folder: Path) -> Path:
    """The folder of a deck that was adopted from a package with one note type, without ids, and one note."""
    folder.mkdir(parents=True)
    model = genanki.Model(
        1_607_392_319,
        "Words",
        [{"name": "Word"}, {"name": "Meaning"}],
        [{"name": "There", "qfmt": "{{Word}}", "afmt": "{{Meaning}}"}],
        ".card { color: red }",
    )
    # as Anki says that it began as its type "Basic (and reversed card)"
    model.to_json = lambda *args: genanki.Model.to_json(model, *args) | {"originalStockKind": 2}
    deck = genanki.Deck(2_059_400_110, TITLE)
    deck.add_note(genanki.Note(model, ["dog", "Hund"], guid="abc"))
    genanki.Package(deck).write_to_file(folder / FILE, timestamp=LONG_AGO)
    return adopted(folder / "deck", read_package(folder / FILE))


def package_of(folder: Path, path: Path) -> Path:
    """The package that a project builds, in a file."""
    built = build(folder)
    assert built.package, [each for each in built.diagnostics if each.level == "error"]
    with path.open("wb") as file:
        write(replace(built.package), file)
    return path


def again(folder: Path, contents: Contents) -> Contents:
    """The contents of the package that a project makes of another package's note types and notes."""
    return read_package(package_of(adopted(folder / "deck", contents), folder / "new.apkg"))
