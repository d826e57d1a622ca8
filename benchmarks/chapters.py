"""The notes of a generated deck as CSafeLoader reads them, for the programs that take plain fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIELDS = {"Bench Basic": ("Front", "Back", "Example"), "Bench Cloze": ("Text", "Why")}
FACES = {
    "Bench Basic": ("{{Front}}", "{{FrontSide}}<hr>{{Back}}{{Example}}"),
    "Bench Cloze": ("{{cloze:Text}}", "{{cloze:Text}}<hr>{{Why}}"),
}


def notes(chapter: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, str, list[str]]]:
    """The id, the note type and the fields of each note of a chapter."""
    for note in chapter.get("takeaways", []):
        yield note["id"], "Bench Cloze", [note["text"], note["why"]]
    for note in chapter.get("definitions", []):
        yield note["id"], "Bench Basic", [note["term"], note["definition"], note["example"]]
    for note in chapter.get("vignettes", []):
        listed: list[dict[str, str]] = note["options"]  # type: ignore[assignment]
        options = "".join(f"<li>{each['text']}</li>" for each in listed)
        reasons = "".join(f"<li>{each['text']} {each['why']}</li>" for each in listed)
        question = f"{note['scenario']}<p>{note['question']}<ol>{options}</ol>"
        yield note["id"], "Bench Basic", [question, f"<ol>{reasons}</ol>", ""]


def chapters(source: Path) -> Iterator[tuple[str, list[str], Iterator[tuple[str, str, list[str]]]]]:
    """The deck, the tags and the notes of each chapter in a source folder."""
    for path in sorted(source.glob("0*.yaml")):
        chapter = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        yield f"Bench::{chapter['deck']}", chapter["tags"], notes(chapter)
