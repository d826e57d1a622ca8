"""The shortest script that makes the same notes: CSafeLoader and genanki, no Markdown, no templates."""

from __future__ import annotations

import sys
from pathlib import Path

import genanki
import yaml

CLOZE = genanki.Model(
    1607392319,
    "Bench Cloze",
    fields=[{"name": "Text"}, {"name": "Why"}],
    templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}<hr>{{Why}}"}],
    model_type=genanki.Model.CLOZE,
)
BASIC = genanki.Model(
    1607392320,
    "Bench Basic",
    fields=[{"name": "Front"}, {"name": "Back"}, {"name": "Example"}],
    templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr>{{Back}}{{Example}}"}],
)


def main(source: Path, output: Path) -> None:
    """Build the decks under a source folder."""
    decks = []
    for path in sorted(source.glob("0*.yaml")):
        chapter = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        deck = genanki.Deck(1 + abs(hash(chapter["deck"])), f"Bench::{chapter['deck']}")
        for note in chapter.get("takeaways", []):
            fields = [note["text"], note["why"]]
            deck.add_note(genanki.Note(CLOZE, fields, guid=note["id"], tags=chapter["tags"]))
        for note in chapter.get("definitions", []):
            fields = [note["term"], note["definition"], note["example"]]
            deck.add_note(genanki.Note(BASIC, fields, guid=note["id"], tags=chapter["tags"]))
        for note in chapter.get("vignettes", []):
            options = "".join(f"<li>{each['text']}</li>" for each in note["options"])
            reasons = "".join(f"<li>{each['text']} {each['why']}</li>" for each in note["options"])
            fields = [f"{note['scenario']}<p>{note['question']}<ol>{options}</ol>", f"<ol>{reasons}</ol>", ""]
            deck.add_note(genanki.Note(BASIC, fields, guid=note["id"], tags=chapter["tags"]))
        decks.append(deck)
    genanki.Package(decks).write_to_file(output)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
