"""What is taken from genanki is what genanki itself makes."""

from __future__ import annotations

import json
import subprocess
import sys

import genanki
import pytest
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

from deckgen.package import genanki_parts


def test_the_schema_is_that_of_genanki() -> None:
    """The tables, and the row of settings."""
    assert (genanki_parts.schema(), genanki_parts.first_row()) == (APKG_SCHEMA, APKG_COL)


def test_decks_are_those_of_genanki() -> None:
    """Byte for byte, with the members in the same order."""
    made = genanki_parts.deck_entry({"id": 7, "name": "A::B", "desc": "about"})
    assert json.dumps(made) == json.dumps(genanki.Deck(7, "A::B", "about").to_json())


@pytest.mark.parametrize("cloze", [False, True])
def test_note_types_are_those_of_genanki(*, cloze: bool) -> None:
    """Byte for byte, with what fields and card templates lack."""

    def fields() -> list[dict[str, object]]:
        return [{"name": "Front", "rtl": True}, {"name": "Back", "id": 3, "font": "Arial"}]

    def templates() -> list[dict[str, object]]:
        return [{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{Back}}", "bafmt": "x", "did": 5}]

    needs = [(0, "any", [0])]
    model = genanki.Model(9, "Type", fields(), templates(), "p {}", int(cloze))
    model._req = needs  # noqa: SLF001 (genanki would work it out)
    own = {"css": "p {}", "did": 4, "flds": fields(), "id": "9", "mod": 8, "name": "Type", "req": needs}
    made = genanki_parts.note_type_entry({**own, "tmpls": templates(), "type": int(cloze)})
    assert json.dumps(made) == json.dumps(model.to_json(8, 4))


def test_the_rest_of_genanki_is_not_loaded() -> None:
    """It would import asyncio."""
    code = (
        "import sys; from deckgen.package import genanki_parts; genanki_parts.schema(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"genanki", "asyncio"} & set(done.stdout.split())
