"""The notes in the rows of a table: the values of their keys, as they are to be written."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.anki import cloze
from deckgen.cards.media import IMAGES
from deckgen.commands.tables import decoding
from deckgen.commands.tables.html_cells import HtmlCells, words
from deckgen.commands.tables.placed import Placed
from deckgen.commands.tables.table import as_text
from deckgen.deck.hints import ID, OF_ANKI, about_id
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.diagnostics import counted, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from deckgen.commands.tables.escapes import Escapes
    from deckgen.commands.tables.mapping import Mapped
    from deckgen.commands.tables.table import Cell, Row, Table
    from deckgen.deck.keys import Key
    from deckgen.deck.kinds import Kind
    from deckgen.source import Writable

TEXT, HTML, MARKDOWN = "text", "html", "markdown"
_IMAGE = re.compile(rf"[^\n\[\]()<>|\"]+\.(?:{'|'.join(sorted(IMAGES))})", re.IGNORECASE)
_FILES = re.compile(
    r"\[sound:([^\]]*)\]|<img\b[^<>]*?\ssrc=[\"']([^\"'<>]*)[\"']|!\[[^\]]*\]\(<?([^<>()]*)>?\)"
)


@dataclass
class Draft:
    """A note that a row becomes.

    Attributes:
        row: The row.
        label: The text by which people know the note; plain, without marks of clozes.
        values: The values of its keys, without its id.
        id: Its id; empty until it has one.
        given: Whether the table gives its id.
    """

    row: Row
    label: str
    values: dict[str, Writable]
    id: str = ""
    given: bool = False


@dataclass(frozen=True)
class Cells:
    """What the cells of a table are, and where its media are.

    Attributes:
        form: What they are: plain text, HTML or Markdown.
        media: The folder of the media, as seen from the chapter, with its `/`.
        folder: The same folder in the file system.
        beside: The folder of the chapter in the file system.
    """

    form: str
    media: str
    folder: Path
    beside: Path


@dataclass
class Drafts:
    """The notes of a table, and what its author should know of them.

    Attributes:
        notes: The notes, in the order of the rows.
        left_out: The tags that are Anki's own, and were left out, with their numbers.
        files: The media that the notes refer to, as seen from the chapter.
    """

    notes: list[Draft] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


def label_key(kind: Kind, mapped: Sequence[Mapped]) -> str:
    """The mapped key by whose text people know a note: the kind's label, or else the first one."""
    keys = [each.key for each in mapped if each.key not in COMMON_KEYS]
    return kind.label if kind.label in keys else keys[0]


class RowReader:
    """Reads rows as notes."""

    def __init__(
        self, table: Table, kind: Kind, mapped: Sequence[Mapped], cells: Cells, escapes: Escapes
    ) -> None:
        """Prepare for a table.

        Args:
            table: The table.
            kind: The kind of the notes.
            mapped: The columns of each key.
            cells: What the cells are.
            escapes: Writes plain text as Markdown.
        """
        self.table = table
        self.kind = kind
        self.cells = cells
        self.escapes = escapes
        self.media = Placed(cells.media)
        self.html = HtmlCells(self.media)
        self._label = label_key(kind, mapped)
        order = {name: number for number, name in enumerate((*_own_first(kind), "tags"))}
        self._mapped = sorted(mapped, key=lambda each: order[each.key])
        self._wrong: list[tuple[Row, str, str]] = []

    def read(self, language: str, progress: Callable[[str, int, int], None]) -> Drafts:
        """The notes of all rows.

        Args:
            language: The BCP 47 tag of the deck's language.
            progress: Called with the step, the number of rows that are done, and the number of all.

        Raises:
            CallError: A row lacks a text, or has one that its key does not take.
        """
        drafts = Drafts()
        for done, row in enumerate(self.table.rows):
            if done % 500 == 0:
                progress("reading rows", done, len(self.table.rows))
            drafts.notes.append(self._draft(row, language, drafts))
        drafts.files |= set(self.media.values())
        if self._wrong:
            row, message, hint = self._wrong[0]
            rows = {row.number for row, _, _ in self._wrong}
            if more := len(rows) - 1:
                message += f"; {counted(more, 'more row')} {'has' if more == 1 else 'have'} problems"
            raise self.table.fault(row, message, hint)
        return drafts

    def _draft(self, row: Row, language: str, drafts: Drafts) -> Draft:
        """The note of a row; what is wrong with it is kept for the end."""
        draft = Draft(row, "", {})
        for each in self._mapped:
            cells = [row.cells[number] for number in each.columns]
            if each.key == "id":
                self._read_id(draft, as_text(cells[0]).strip(), language)
            elif each.key == "tags":
                self._read_tags(draft, cells, drafts)
            else:
                self._read_value(draft, each, cells, drafts)
        required = [name for name, key in self.kind.keys.items() if key.required and name != "id"]
        lacking = [name for name in required if name not in draft.values]
        if lacking:
            columns = listing(
                self.table.columns[each.columns[0]] for each in self._mapped if each.key in lacking
            )
            message = f"the row has no text for {listing(lacking)} (column {columns})"
            hint = f"each {self.kind.name} needs one: write it, or remove the row"
            self._wrong.append((row, message, hint))
        return draft

    def _read_id(self, draft: Draft, text: str, language: str) -> None:
        draft.id, draft.given = text, bool(text)
        if text and not ID.fullmatch(text):
            self._wrong.append((draft.row, *about_id(text, language)))

    def _read_tags(self, draft: Draft, cells: list[Cell], drafts: Drafts) -> None:
        """Read tags between blanks or commas; those that Anki gives itself are left out."""
        tags = [*self.table.tags, *(tag for cell in cells for tag in _split(cell))]
        kept = [tag for tag in dict.fromkeys(tags) if tag.lower() not in OF_ANKI]
        for tag in tags:
            if tag.lower() in OF_ANKI:
                drafts.left_out[tag] = drafts.left_out.get(tag, 0) + 1
        if kept:
            draft.values["tags"] = kept

    def _read_value(self, draft: Draft, mapped: Mapped, cells: list[Cell], drafts: Drafts) -> None:
        """Read the value of a key; an empty one is left out."""
        key = self.kind.keys[mapped.key]
        if key.type.cells == "names":
            self._read_names(draft, key, cells[0])
            return
        filled = [cell for cell in cells if as_text(cell).strip()]
        if not filled:
            return
        if key.type.cells == "words":
            draft.values[key.name] = [name for cell in filled for name in _split(cell)]
        elif key.type.cells == "parts":
            before = draft.values.get(key.name)
            inner = before if isinstance(before, Mapping) else {}
            text = self._plain(as_text(filled[0]))
            if mapped.part == "file":
                text = self.media[text]
            draft.values[key.name] = {**inner, mapped.part: text}
        elif key.type.cells in {"prose", "items"}:
            self._read_markdown(draft, key, filled, drafts)
        else:
            draft.values[key.name] = self._plain(as_text(filled[0]))
        if key.name == self._label:
            text = as_text(filled[0])
            text = words(text) if self.cells.form == HTML else " ".join(text.split())
            draft.label = cloze.uncovered(text)

    def _read_names(self, draft: Draft, key: Key, cell: Cell) -> None:
        """Read a list of names, in a text as `deckgen export` writes it; it may have none."""
        if not isinstance(cell, str):
            draft.values[key.name] = list(cell)
        elif text := self._plain(cell):
            try:
                names = json.loads(text)
            except (ValueError, RecursionError):
                names = None
            items = names if isinstance(names, list) else [None]
            good = [item for item in items if isinstance(item, str) and not decoding.control(item)]
            if len(good) == len(items):
                draft.values[key.name] = good
                return
            message = f"`{key.name}` is not a list of names in JSON"
            hint = 'write one like `["Recognize"]`, or `[]` for a note without cards'
            self._wrong.append((draft.row, message, hint))

    def _read_markdown(self, draft: Draft, key: Key, cells: list[Cell], drafts: Drafts) -> None:
        """Read the value of a key in Markdown: cells become paragraphs, or the items of a list."""
        texts = []
        lists = key.type.cells == "items"
        for joined in [[item] for item in _items(cells)] if lists else [[as_text(cell) for cell in cells]]:
            try:
                text = self._markdown(joined, is_cloze=key.type.clozes)
            except ValueError:
                short = " ".join(" ".join(joined).split())[:60]
                message = f"no Markdown shows the text of `{key.name}` as it is: `{short}`"
                hint = "shorten or simplify it in the table, or write this note by hand"
                self._wrong.append((draft.row, message, hint))
                continue
            texts.append(text)
            if self.cells.form == MARKDOWN:
                drafts.files |= {
                    next(filter(None, match.groups()))
                    for match in _FILES.finditer(text)
                    if any(match.groups())
                }
        texts = [f"{text}\n" for text in texts if text]
        if texts:
            draft.values[key.name] = texts if lists else texts[0]

    def _markdown(self, cells: list[str], *, is_cloze: bool) -> str:
        """The Markdown of some cells, each of which is a paragraph or more."""
        if self.cells.form == MARKDOWN:
            return "\n\n".join(cell.strip() for cell in cells)
        if self.cells.form == TEXT:
            return self._markdown_of_text(cells, is_cloze=is_cloze)
        texts = [self.html.markdown(cell, is_cloze=is_cloze) for cell in cells]
        text = "\n\n".join(filter(None, texts))
        if len(cells) > 1:  # a sign at the start of a line may only be a mark if there are more lines
            output, _ = self.escapes.html(text, is_cloze=is_cloze)
            if words(output) != " ".join(filter(None, map(words, cells))):
                return self.html.paragraphs(cells, is_cloze=is_cloze)
        return text

    def _markdown_of_text(self, cells: list[str], *, is_cloze: bool) -> str:
        """The Markdown of some cells of plain text, tried as a whole. A cell may be the name of an image."""
        word = "x"  # that takes the place of an image
        while any(word in cell for cell in cells):
            word += "x"
        images: list[str] = []
        texts: list[str] = []
        for cell in cells:
            if not (_IMAGE.fullmatch(cell) and (self.cells.folder / cell).is_file()):
                texts.append(self.media.in_sounds(cell))
                continue
            path = self.media[cell]
            images.append(f"![]({f'<{path}>' if ' ' in path else path})")
            texts.append(word)
        text = self.escapes.markdown("\n\n".join(texts), is_cloze=is_cloze)
        pieces = text.split(word)
        return "".join(piece + image for piece, image in zip(pieces, (*images, ""), strict=True))

    def _plain(self, cell: str) -> str:
        """The plain text of a cell, for a key without formatting."""
        text = self.html.plain(cell) if self.cells.form == HTML else cell
        return " ".join(text.split())


def media_folder(media: str, chapter: str) -> str:
    """A folder below source/ as seen from a chapter, with its `/`; empty for the chapter's own.

    Args:
        media: The folder, from source/.
        chapter: The path of the chapter, from the project's folder.
    """
    path = posixpath.relpath(posixpath.join("source", media), posixpath.dirname(chapter))
    return "" if path == "." else f"{path}/"


def _own_first(kind: Kind) -> list[str]:
    """The keys of a kind in the order in which authors write them."""
    return sorted(kind.keys, key=lambda name: (name != "id", name in COMMON_KEYS))


def _split(cell: Cell) -> list[str]:
    """The words of a cell, between blanks or commas."""
    texts = [cell] if isinstance(cell, str) else cell
    return [word for text in texts for word in re.split(r"[\s,]+", text) if word]


def _items(cells: Iterable[Cell]) -> list[str]:
    """The items in some cells: each line of a text, or each text of a list."""
    items = [item for cell in cells for item in (cell.split("\n") if isinstance(cell, str) else cell)]
    return [item.strip() for item in items if item.strip()]
