"""The same notes by Anki itself, from CSafeLoader: added to a new collection, and exported from it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from anki.collection import AddNoteRequest, Collection, ExportAnkiPackageOptions
from chapters import FACES, FIELDS, chapters

if TYPE_CHECKING:
    from anki.models import NotetypeDict


def note_type(collection: Collection, name: str) -> NotetypeDict:
    """A note type with the fields and the faces of the other scripts."""
    made = collection.models.new(name)
    made["type"] = int(name == "Bench Cloze")
    for field in FIELDS[name]:
        collection.models.add_field(made, collection.models.new_field(field))
    template = collection.models.new_template("Card")
    template["qfmt"], template["afmt"] = FACES[name]
    collection.models.add_template(made, template)
    collection.models.add_dict(made)
    return collection.models.by_name(name) or made


def main(source: Path, output: Path) -> None:
    """Build the decks under a source folder."""
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        note_types = {name: note_type(collection, name) for name in FIELDS}
        requests = []
        for deck, tags, notes in chapters(source):
            deck_id = collection.decks.id(deck)
            assert deck_id  # noqa: S101 (it has just been made)
            for identity, name, fields in notes:
                note = collection.new_note(note_types[name])
                note.guid, note.fields, note.tags = identity, fields, tags
                requests.append(AddNoteRequest(note, deck_id))
        collection.add_notes(requests)
        options = ExportAnkiPackageOptions(with_media=True)
        collection.export_anki_package(out_path=str(output), options=options, limit=None)
        collection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
