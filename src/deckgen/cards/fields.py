"""Notes to the HTML of their fields: each field from its key, or from a part of it."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from deckgen.anki.cloze import in_field, uncovered
from deckgen.cards.key_types import HTML
from deckgen.cards.protected import rejoined
from deckgen.deck.notes import values_of
from deckgen.deck.values import Texts, statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.key_types import Write
    from deckgen.cards.markdown import Markup
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note
    from deckgen.deck.values import Value
    from deckgen.source import Scalar

_EMPHASIS = re.compile(r"\*+|==|(?<!\w)_|_(?!\w)")
_MORE_MARKUP = re.compile(r"[$\[<`|\\{]")
_LABEL_WORDS = 12
_LABEL_TEXT = 1000  # characters in which these words stand
_SOUND = re.compile(r"\[sound:[^\]]*\]")
_TAG_BUT_IMAGE = re.compile(r"<(?!img\b)[^<>]*>")
MAX_GIST = 10_000
"""The longest gist, in characters of HTML; a longer one is none."""
_NONE = Texts([])  # an id is the note's own, and has no value to render


class FieldWriter:
    """Writes the fields of notes.

    Attributes:
        markup: Turns texts into HTML; holds the diagnostics (some twice, where a text is shown twice) and
            the media afterwards.
        by_id: All notes of the deck, for the labels of those that a note builds on.
        first_ids: The ids with which renamed notes were first released, which their fields keep for ever: a
            new name is no reason to send a note to learners again.
        words: What faces say themselves, of which the verdicts on options are taken.
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
        """The HTML of each field, in the kind's order; an empty text where the key is not there."""
        plan = self._plans.get(note.kind.name)
        if plan is None:
            plan = self._plans[note.kind.name] = self._plan(note.kind)
        values = values_of(note)
        fields = [""] * len(note.kind.fields)
        for index, key, write in plan:
            value = values.get(key) if key != "id" else _NONE
            if value is not None:
                made = write(note, value)
                fields[index] = made if made.isascii() else unicodedata.normalize("NFC", made)
        return fields

    def _plan(self, kind: Kind) -> list[tuple[int, str, Write]]:
        """How the fields of a kind are filled: the number of each, its key, and what writes its value."""
        return [
            (index, field.key, self._writer(kind, field.key, field.part))
            for index, field in enumerate(kind.fields)
            if field.key
        ]

    def _writer(self, kind: Kind, key: str, part: str) -> Write:
        """What writes a key's value, or a part of it."""
        if key == "builds_on":
            return self._builds_on
        name = {**kind.table_keys, **kind.keys}[key].type.name
        parts = self._parts.get(name)
        if parts is None:
            parts = self._parts[name] = HTML[name].parts(self)
        return parts[part]

    def _builds_on(self, note: Note, _: Value) -> str:
        """The notes that this one, or its table, builds on."""
        return self.named(note.builds_on)

    def named(self, ids: list[Scalar]) -> str:
        """Notes as a list: what each is called, and its gist to be opened, as no card can look it up."""
        targets = [self.by_id[item.value] for item in ids if item.value in self.by_id]
        items = dict.fromkeys(self._item(target) for target in targets if not target.retired)
        return f"<ul>{''.join(items)}</ul>" if items else ""

    def _item(self, target: Note) -> str:
        """A note as an item of a list, made once for all notes that name it."""
        item = self._items.get(target)
        if item is None:
            name = html.escape(label(target))
            gist = self._gist(target)
            if " ".join(_TAG_BUT_IMAGE.sub("", gist).split()) == name:
                gist = ""
            shown = f"<details><summary>{name}</summary>{gist}</details>" if gist else name
            item = self._items[target] = f"<li>{shown}</li>"
        return item

    def _gist(self, note: Note) -> str:
        """What a note is about in short, as HTML for the cards of others; empty where it says nothing.

        Clozes are shown there, for they would make cards; sounds are not, for Anki plays them unasked.
        """
        key, part = note.kind.gist
        value = values_of(note).get(key)
        made = self._writer(note.kind, key, part)(note, value) if value is not None else ""
        if len(made) > MAX_GIST:
            return ""
        made = _SOUND.sub("", rejoined(uncovered(made, in_field(made))))
        return made if _TAG_BUT_IMAGE.sub("", made).strip() else ""


def drawn(note: Note, markup: Markup) -> Iterator[tuple[str, str]]:
    """What learners see of what an author wrote for a note, and of nothing that is made of others.

    Args:
        note: The note.
        markup: Turns its texts into HTML.

    Returns:
        Pairs of a key and the HTML of a text under it, in the order of the keys' names.
    """
    keys = {**note.kind.table_keys, **note.kind.keys}
    document = note.chapter.document
    for name, value in sorted(values_of(note).items()):
        for made in HTML[keys[name].type.name].seen(markup, value, document):
            yield name, made


def label(note: Note) -> str:
    """What a note is called where another names it: its kind's label key, or its id.

    The id serves where the label is missing, or holds markup that would have to be rendered.
    """
    texts = statements(note.values.get(note.kind.label)) if note.kind.label else []
    text = uncovered(texts[0].value[:_LABEL_TEXT]) if texts else ""
    if not text or _MORE_MARKUP.search(text):
        return note.id.rpartition(".")[2].replace("-", " ")
    words = _EMPHASIS.sub("", text).split()
    return " ".join(words[:_LABEL_WORDS]) + ("…" if len(words) > _LABEL_WORDS else "")
