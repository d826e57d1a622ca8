"""The same notes by ankiforge, which is written in Rust, from CSafeLoader: no Markdown, no templates."""

from __future__ import annotations

import sys
from pathlib import Path

from ankiforge import BuildOptions, Content, Field, NoteType, Project, Template
from chapters import FACES, FIELDS, chapters


def note_type(name: str) -> NoteType:
    """A note type with the fields and the faces of the other scripts."""
    first, *others = FIELDS[name]
    builder = NoteType.builder(name.lower().replace(" ", "-")).name(name)
    builder = builder.field(Field(first, required=True, sort=True))
    for each in others:
        builder = builder.field(Field(each))
    builder = builder.template(Template("card", *FACES[name], name="Card"))
    return (builder.cloze_field(first) if name == "Bench Cloze" else builder).build()


def main(source: Path, output: Path) -> None:
    """Build the decks under a source folder."""
    note_types = {name: note_type(name) for name in FIELDS}
    project = Project("bench", default_deck="Bench")
    for deck, tags, notes in chapters(source):
        for identity, name, fields in notes:
            note = note_types[name].note()
            for field, value in zip(FIELDS[name], fields, strict=True):
                note = note.field(field, Content.html(value))
            project.add(identity, note.deck(deck).tags(tags))
    project.build(BuildOptions.to(output))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
