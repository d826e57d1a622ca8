"""The ledger's line of an adopted note type, as a release would write it if nothing changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.anki.card_rules import CardRules
from deckgen.cards.adopted_faces import without_halves
from deckgen.cards.note_types import Face, NoteType
from deckgen.deck.kind_file import read_kind
from deckgen.history.fingerprints import line_of_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deckgen.history.ledger import NoteTypeLine
    from deckgen.package import PackedNoteType


def note_type_line(note_type: PackedNoteType, name: str, files: Mapping[str, str]) -> NoteTypeLine:
    """The line of a note type that becomes a kind: with its id, its time, and those of its fields and cards.

    Args:
        note_type: The note type.
        name: The name of the kind.
        files: The files of the kind, from `kind_files`.
    """
    folder = f"templates/{name}"
    texts = {f"{folder}/kind.yaml": files["kind.yaml"]}
    kind, _, diagnostics = read_kind(Path(name), folder, Path(), texts, {})
    assert kind, [*diagnostics]  # noqa: S101 (kind_files writes what can be read)
    faces = tuple(
        Face(
            card.name,
            card.id,
            without_halves(template.question),
            without_halves(template.answer),
            without_halves(template.browser_question),
            without_halves(template.browser_answer),
        )
        for card, template in zip(kind.cards, note_type.templates, strict=True)
    )
    rules = CardRules([], [], cloze=note_type.cloze)
    line = line_of_type(NoteType(kind, faces, without_halves(note_type.css), rules), "")
    return replace(line, id=note_type.id, modified=note_type.modified)
