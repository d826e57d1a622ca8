"""The HTML of a note's fields: each field is made from a key, or from a part of its value."""

from __future__ import annotations

import html
import unicodedata
from typing import TYPE_CHECKING

from deckgen.anki.cloze import in_field, uncovered
from deckgen.cards.key_types import HTML
from deckgen.cards.panels import plain
from deckgen.cards.protected import rejoined
from deckgen.deck.kinds import MARK
from deckgen.deck.notes import values_of
from deckgen.deck.values import Texts, statements
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.key_types import Write
    from deckgen.cards.markdown import Markup
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note
    from deckgen.deck.values import Value
    from deckgen.source import Scalar

_EMPHASIS = pattern(r"\*+|==|(?<!\w)_|_(?!\w)")
_MORE_MARKUP = pattern(r"[$\[<`|\\{]")
_LABEL_WORDS = 12
_LABEL_TEXT = 1000  # characters in which these words are
_SOUND = pattern(r"\[sound:[^\]]*\]")
_TAG_BUT_IMAGE = pattern(r"<(?!img\b)[^<>]*>")
MAX_GIST = 10_000
"""The longest gist, in characters of HTML without colors in code; a longer one is left out."""
_NONE = Texts([])  # the value of `id`, which is the same for every note: its field is made from the note


class FieldWriter:
    """Writes the fields of notes.

    Attributes:
        markup: Turns texts into HTML; afterwards it has the diagnostics (some twice, if a text is shown
            twice) and the media.
        by_id: All notes of the deck by id, for the labels of the notes that a note builds on.
        first_ids: The ids with which renamed notes were first released. Their fields keep these ids, because
            a new id is no reason to send a note to learners again.
        words: The words that faces show, for the verdicts on options.
    """

    def __init__(
        self,
        markup: Markup,
        by_id: ReadOnly[str, Note],
        first_ids: ReadOnly[str, str],
        words: ReadOnly[str, str],
    ) -> None:
        """Prepare for a deck's notes."""
        self.markup = markup
        self.by_id = by_id
        self.first_ids = first_ids
        self.words = words
        self._plans: dict[str, list[tuple[int, str, Write]]] = {}
        self._parts: dict[str, dict[str, Write]] = {}
        self._items: dict[Note, str] = {}

    def write(self, note: Note) -> list[str]:
        """The HTML of each field, in the kind's order; an empty text if the note has no such key."""
        plan = self._plans.get(note.kind.name)
        if plan is None:
            plan = self._plans[note.kind.name] = self._plan(note.kind)
        values = values_of(note)
        fields = [""] * len(note.kind.fields)
        for index, key, write in plan:
            value = values.get(key) if key != "id" else _NONE
            if value is not None:
                text = write(note, value)
                fields[index] = text if text.isascii() else unicodedata.normalize("NFC", text)
        for index in note.marks:
            fields[index] = MARK
        return fields

    def _plan(self, kind: Kind) -> list[tuple[int, str, Write]]:
        """The plan for the fields of a kind: the index of each, its key, and the function that writes it."""
        return [
            (index, field.key, self._writer(kind, field.key, field.part))
            for index, field in enumerate(kind.fields)
            if field.key and not field.without
        ]

    def _writer(self, kind: Kind, key: str, part: str) -> Write:
        """The function that writes a key's value, or a part of it."""
        if key == "builds_on":
            return self._builds_on
        name = {**kind.table_keys, **kind.keys}[key].type.name
        parts = self._parts.get(name)
        if parts is None:
            parts = self._parts[name] = HTML[name].parts(self)
        return parts[part]

    def _builds_on(self, note: Note, _: Value) -> str:
        """The HTML of the notes that a note or its table builds on."""
        return self.named(note.builds_on)

    def named(self, ids: list[Scalar]) -> str:
        """A list of notes: the label of each, and its gist to unfold, as cards cannot link to notes."""
        targets = [self.by_id[item.value] for item in ids if item.value in self.by_id]
        items = dict.fromkeys(self._item(target) for target in targets if not target.retired)
        return f"<ul>{''.join(items)}</ul>" if items else ""

    def _item(self, target: Note) -> str:
        """The HTML of a note as a list item; it is made once for all notes that name it."""
        item = self._items.get(target)
        if item is None:
            name = html.escape(label(target))
            gist = self._gist(target)
            if " ".join(_TAG_BUT_IMAGE.sub("", gist).split()) == name:
                gist = ""
            content = f"<details><summary>{name}</summary>{gist}</details>" if gist else name
            item = self._items[target] = f"<li>{content}</li>"
        return item

    def _gist(self, note: Note) -> str:
        """The gist of a note, as HTML for the cards of other notes; empty if it has none.

        Clozes are uncovered, because they would make cards. Sounds are left out, or Anki would play them.
        """
        key, part = note.kind.gist
        value = values_of(note).get(key)
        gist = self._writer(note.kind, key, part)(note, value) if value is not None else ""
        if len(gist) > MAX_GIST and len(plain(gist)) > MAX_GIST:
            return ""
        gist = _SOUND.sub("", rejoined(uncovered(gist, in_field(gist))))
        return gist if _TAG_BUT_IMAGE.sub("", gist).strip() else ""


def drawn(note: Note, markup: Markup) -> Iterator[tuple[str, str]]:
    """The HTML that learners see of the texts of a note, without anything that comes from other notes.

    Args:
        note: The note.
        markup: Turns its texts into HTML.

    Returns:
        Pairs of a key and the HTML of a text under it, in the order of the keys' names.
    """
    keys = {**note.kind.table_keys, **note.kind.keys}
    document = note.chapter.document
    for name, value in sorted(values_of(note).items()):
        for html_of_text in HTML[keys[name].type.name].seen(markup, value, document):
            yield name, html_of_text


def label(note: Note) -> str:
    """The label of a note on the cards of other notes: the value of its kind's label key, or its id.

    The id is used if that value is missing, or has markup that would have to be rendered.
    """
    texts = statements(note.values.get(note.kind.label)) if note.kind.label else []
    text = uncovered(texts[0].value[:_LABEL_TEXT]) if texts else ""
    if not text or _MORE_MARKUP.search(text):
        return note.id.rpartition(".")[2].replace("-", " ")
    words = _EMPHASIS.sub("", text).split()
    return " ".join(words[:_LABEL_WORDS]) + ("…" if len(words) > _LABEL_WORDS else "")
