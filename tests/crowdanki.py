"""What CrowdAnki's importer does with a folder, done to a collection of Anki's by ourselves.

It looks for each part by its uuid, and for notes by their guids. It makes what is missing, and replaces what
is there. If the fields or card templates of a note type differ from the collection's, it asks the learner.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from anki.collection import Collection

UUID = "crowdanki_uuid"
_NOT_KEPT = "__type__ children deck_config_uuid deck_configurations media_files note_models notes".split()


class Import:
    """An import of a folder.

    Attributes:
        asked: The note types about whose fields or templates it would ask.
        added: How many notes were new.
    """

    def __init__(self, collection: Collection, folder: Path) -> None:
        """Import it."""
        self.asked: list[str] = []
        self.added = 0
        self._collection = collection
        root = json.loads((folder / "deck.json").read_text("utf-8"))
        self._options = {each[UUID]: self._add_options(each) for each in root["deck_configurations"]}
        self._types = {each[UUID]: self._add_type(each) for each in root["note_models"]}
        self._add_deck(root, "")
        for path in sorted((folder / "media").glob("*")):
            shutil.copy(path, collection.media.dir())

    def _add_options(self, given: dict[str, Any]) -> int:
        decks: Any = self._collection.decks
        options = _known(decks.all_config(), given) or decks.add_config(given["name"])
        options.update(_kept(given))
        decks.update_config(options)
        return int(options["id"])

    def _add_type(self, given: dict[str, Any]) -> int:
        models: Any = self._collection.models
        old = _known(models.all(), given)
        if old is None:
            return int(models.add_dict({**models.new(given["name"]), **_kept(given)}).id)
        if any(_text(old[part]) != _text(given[part]) for part in ("flds", "tmpls")):
            self.asked.append(given["name"])
        models.update_dict({**old, **_kept(given)})
        return int(old["id"])

    def _add_deck(self, given: dict[str, Any], above: str) -> None:
        decks: Any = self._collection.decks
        name = f"{above}::{given['name']}" if above else given["name"]
        deck = _known(decks.all(), given) or decks.get(decks.id(name))
        deck.update(_kept(given) | {"name": name, "conf": self._options[given["deck_config_uuid"]]})
        decks.save(deck)
        for child in given["children"]:
            self._add_deck(child, name)
        for note in given["notes"]:
            self._add_note(note, deck["id"])

    def _add_note(self, given: dict[str, Any], deck: int) -> None:
        collection: Any = self._collection
        number = self._types[given["note_model_uuid"]]
        known = collection.db.scalar("SELECT id FROM notes WHERE guid = ?", given["guid"])
        note = collection.get_note(known) if known else collection.new_note(collection.models.get(number))
        note.guid, note.fields, note.tags = given["guid"], list(given["fields"]), list(given["tags"])
        if known:
            collection.update_note(note)
        else:
            self.added += 1
            collection.add_note(note, deck)


def _known(here: Iterable[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any] | None:
    """The part of a collection with the same uuid."""
    return next((each for each in here if each.get(UUID) == given[UUID]), None)


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    """What goes into the collection."""
    return {key: value for key, value in given.items() if key not in _NOT_KEPT}


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def crowdanki_deck(name: str, notes: list[dict[str, Any]], *children: dict[str, Any]) -> dict[str, Any]:
    """A deck in a folder of CrowdAnki."""
    return {
        "__type__": "Deck",
        "crowdanki_uuid": f"22222222-aaaa-11ee-8000-{len(name):012}",
        "deck_config_uuid": "33333333-aaaa-11ee-8000-000000000001",
        "name": name,
        "desc": "",
        "dyn": 0,
        "children": list(children),
        "media_files": [],
        "notes": notes,
    }


_FIELD = {"font": "Arial", "size": 20, "rtl": False, "sticky": False}


def crowdanki_note_type(uuid: str, name: str, *fields: str) -> dict[str, Any]:
    """A note type in a folder of CrowdAnki, with one card, which shows all fields."""
    shown = "<hr>".join(f"{{{{{field}}}}}" for field in fields)
    return {
        "__type__": "NoteModel",
        "crowdanki_uuid": uuid,
        "name": name,
        "type": 0,
        "sortf": 0,
        "css": ".card { color: teal; }",
        "latexPre": "",
        "latexPost": "",
        "latexsvg": False,
        "req": [],
        "tags": [],
        "vers": [],
        "flds": [_FIELD | {"name": field, "ord": place} for place, field in enumerate(fields)],
        "tmpls": [
            {
                "name": "Card 1",
                "ord": 0,
                "qfmt": f"{{{{{fields[0]}}}}}",
                "afmt": shown,
                "bqfmt": "",
                "bafmt": "",
            }
        ],
    }
