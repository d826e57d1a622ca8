"""The shortest script that makes the same notes: CSafeLoader and genanki, no Markdown, no templates."""

from __future__ import annotations

import sys
from pathlib import Path

import genanki
from chapters import FACES, FIELDS, chapters

MODELS = {
    name: genanki.Model(
        1607392319 + number,
        name,
        fields=[{"name": each} for each in fields],
        templates=[{"name": "Card", "qfmt": FACES[name][0], "afmt": FACES[name][1]}],
        model_type=genanki.Model.CLOZE if name == "Bench Cloze" else genanki.Model.FRONT_BACK,
    )
    for number, (name, fields) in enumerate(FIELDS.items())
}


def main(source: Path, output: Path) -> None:
    """Build the decks under a source folder."""
    decks = []
    for name, tags, notes in chapters(source):
        deck = genanki.Deck(1 + abs(hash(name)), name)
        for identity, model, fields in notes:
            deck.add_note(genanki.Note(MODELS[model], fields, guid=identity, tags=tags))
        decks.append(deck)
    genanki.Package(decks).write_to_file(output)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
