"""The texts of adopted notes, as authors write them, and what did not come back of the old ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.commands.adopt.chosen import tags_of
from deckgen.commands.from_html.convert import Form, convert
from deckgen.deck.key_types import TYPES
from deckgen.source import write

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.adopt.chosen import ChosenChapter
    from deckgen.commands.adopt.kinds import NamedKind
    from deckgen.package import PackedNote
    from deckgen.source import Writable

NOTE = "  - id: "
"""The beginning of a note in a chapter."""
_ONE_LINE = 80  # characters of the longest text on the line of its key


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that does not come back whole.

    Attributes:
        note: The id of its note.
        key: The key of the field.
        lost: What does not come back, in words.
    """

    note: str
    key: str
    lost: tuple[str, ...]


@dataclass(slots=True)
class Texts:
    """Writes the chapters of an adopted deck, and counts in which form their texts came.

    Attributes:
        ids: The ids of the notes, by guid.
        kinds: The kinds of the notes, by the ids of their note types.
        media: The paths of media files from the chapters' folder, by the names that notes call them by.
        map_tags: Elements that stand for others, as in `hl` for `mark`.
        forms: How many texts came as Markdown, stayed HTML, or lost something.
        changed: The fields that do not come back whole.
    """

    ids: ReadOnly[str, str]
    kinds: ReadOnly[int, NamedKind]
    media: ReadOnly[str, str]
    map_tags: ReadOnly[str, str]
    forms: dict[Form, int] = field(default_factory=lambda: dict.fromkeys(Form, 0))
    changed: list[Changed] = field(default_factory=list)

    def losses(self) -> list[tuple[str, int]]:
        """What does not come back, in words, each with the number of its notes, the most frequent first."""
        notes: dict[str, set[str]] = {}
        for each in self.changed:
            for what in each.lost:
                notes.setdefault(what, set()).add(each.note)
        return sorted(((what, len(each)) for what, each in notes.items()), key=lambda pair: -pair[1])

    def chapter(self, chapter: ChosenChapter) -> str:
        """The text of a chapter."""
        common = set(tags_of(chapter.notes[0])).intersection(*map(tags_of, chapter.notes))
        head: dict[str, Writable] = {}
        if chapter.deck:
            head["deck"] = chapter.deck
        if common:
            head["tags"] = sorted(common)
        sections: dict[str, list[ReadOnly[str, Writable]]] = {}
        for note in chapter.notes:
            kind = self.kinds[note.note_type]
            sections.setdefault(kind.section, []).append(self._note(note, kind, common))
        parts = [write({name: notes}) for name, notes in sections.items()]
        if head:
            parts.insert(0, write(head))
        return "\n".join(
            part.replace("\n  - id:", "\n\n  - id:").replace(":\n\n", ":\n", 1) for part in parts
        )

    def _note(self, note: PackedNote, kind: NamedKind, common: set[str]) -> dict[str, Writable]:
        """A note as its author writes it; `common` has the tags that the chapter gives it."""
        name = self.ids[note.guid]
        written: dict[str, Writable] = {"id": name}
        for key, html in zip(kind.keys, note.fields, strict=True):
            done = convert(html, cloze=bool(TYPES[key.type].clozes), map_tags=self.map_tags, media=self.media)
            if html.strip():
                self.forms[done.form] += 1
            if done.form is Form.CHANGED:
                self.changed.append(Changed(name, key.name, done.lost))
            text = done.text.strip("\n")
            if text.strip():
                short = "\n" not in text and len(text) <= _ONE_LINE
                written[key.name] = text if short else f"{text}\n"
        tags = [tag for tag in tags_of(note) if tag not in common]
        if tags:
            written["tags"] = tags
        return written
