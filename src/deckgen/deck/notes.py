"""The nouns of a deck, and how they are read out of its source by their kinds."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from deckgen.anki import unescaped
from deckgen.anki.cloze import uncovered
from deckgen.anki.tags import distinct
from deckgen.deck import blueprint, cells, languages, letters, swallowed
from deckgen.deck.kinds import takes_list
from deckgen.deck.reader import (
    COMMAS,
    FLAG_SCHEMA,
    ID,
    ID_SCHEMA,
    TAGS_SCHEMA,
    TEXT_SCHEMA,
    Reader,
    Schema,
    any_case,
    comma_hint,
    plain_id,
)
from deckgen.diagnostics import CATALOGUE, Span, did_you_mean, not_a_warning
from deckgen.source import Mapping, Node, Scalar, Sequence, end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.kinds import Key, Kind
    from deckgen.deck.swallowed import Swallowed
    from deckgen.source import Document

MIN_OPTIONS, MAX_OPTIONS = 2, 8
MIN_COLUMNS = 2
MAX_ROWS = 200
"""The most rows of a table: each of its cards shows all of them."""
MAX_ACCEPTS = 1000
_FIRST_WORDS = 200  # characters in which an id is looked for
_OPTION_KEYS = ("text", "correct", "why")
_IMAGE_KEYS = ("file", "alt")

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_UNSAID = re.compile(r"\[sound:[^\]]*\]|</?[A-Za-z][^<>]*>")
_SLUG_WORDS, _SLUG_LENGTH = 5, 40


@dataclass(slots=True)
class Option:
    """An option of a vignette.

    Attributes:
        text: What it says.
        why: Why it is right or wrong.
        mark: Where it is marked as correct; None where it is not.
    """

    text: Scalar
    why: Scalar
    mark: Node | None

    @property
    def correct(self) -> bool:
        """Whether it is the right one."""
        return self.mark is not None


@dataclass(slots=True)
class References:
    """Ids of other notes, each where it stands."""

    items: list[Scalar]


@dataclass(slots=True)
class Texts:
    """A list of texts: the columns of a table, the cells of a row, or what a key of type list holds."""

    items: list[Scalar]


@dataclass(slots=True)
class Options:
    """The options of a vignette, in the order of the source.

    Attributes:
        items: The options.
        swallowed: The lines of their texts that look like keys which they lack, or like further options.
    """

    items: list[Option]
    swallowed: tuple[Swallowed, ...] = ()


@dataclass(slots=True)
class Image:
    """An image.

    Attributes:
        file: Its path, from the chapter's folder.
        alt: What is said of it to those who do not see it.
    """

    file: Scalar
    alt: Scalar


Value: TypeAlias = Scalar | Options | References | Texts | Image


def scalars(value: Value) -> list[Scalar]:
    """The texts for people that a value is made of, in order; none for ids of other notes."""
    if isinstance(value, Scalar):
        return [value]
    if isinstance(value, Image):
        return [value.alt]
    if isinstance(value, Options):
        return [scalar for option in value.items for scalar in (option.text, option.why)]
    return value.items if isinstance(value, Texts) else []


@dataclass
class Chapter:
    """A file of the source that holds notes.

    Attributes:
        document: The file.
        deck: The full name of the Anki deck that its notes go to.
        tags: The tags of all its notes, the deck's included.
        tags_at: Where it has tags of its own; None where it has none.
        deck_at: Where it names its subdeck; None where it names none.
    """

    document: Document
    deck: str
    tags: tuple[str, ...] = ()
    tags_at: Span | None = None
    deck_at: Span | None = None


@dataclass(eq=False)
class Table:
    """A table whose rows are notes.

    Attributes:
        id: The first half of its rows' ids.
        values: What its own keys say.
        start: Where it begins in its chapter's text, in characters.
        end: Where the last of its texts ends there.
        allow: The codes of warnings that do not hold for it and its rows.
        rows: Its notes, in order.
        swallowed: The lines of its texts that look like keys which it lacks.
        at: Its id in the source; the table itself where it has none.
    """

    id: str
    values: dict[str, Value]
    start: int = 0
    end: int = 0
    allow: tuple[Scalar, ...] = ()
    rows: list[Note] = field(default_factory=list)
    swallowed: tuple[Swallowed, ...] = ()
    at: Node | None = None


@dataclass(slots=True, eq=False)
class Note:
    """A note.

    Attributes:
        kind: Its kind.
        id: Its id in the deck; for a row the table's, a dot and its own. Empty where it has none.
        at: Its id in the source; the note itself where it has none.
        chapter: Where it stands.
        values: What its keys say, by key.
        tags: All its tags, each once: the deck's, the chapter's, the table's and its own.
        builds_on: The ids of the notes that come before it.
        whole: Whether every key could be read.
        table: The table that it is a row of; its values hold for the row where it has none of its own.
        was: The id that it had in an earlier release; empty where it says none.
        retired: Why it is no longer in the deck; None where it is.
        replaced_by: The id of the note that takes its place; None where it names none.
        start: Where it begins in its chapter's text, in characters.
        end: Where the last of its texts ends there.
        allow: The codes of warnings that do not hold for it.
        swallowed: The lines of its texts that look like keys which it lacks.
    """

    kind: Kind
    id: str
    at: Node
    chapter: Chapter
    values: dict[str, Value]
    tags: tuple[str, ...]
    builds_on: list[Scalar]
    whole: bool = True
    table: Table | None = None
    was: str = ""
    retired: Scalar | None = None
    replaced_by: Scalar | None = None
    start: int = 0
    end: int = 0
    allow: tuple[Scalar, ...] = ()
    swallowed: tuple[Swallowed, ...] = ()

    def mentions(self) -> list[Scalar]:
        """The ids of other notes under all its keys, those of `builds_on` first."""
        others = (value for key, value in self.values.items() if key != "builds_on")
        items = [item for value in others if isinstance(value, References) for item in value.items]
        return self.builds_on + items + ([self.replaced_by] if self.replaced_by else [])


@dataclass(frozen=True)
class Accept:
    """A change that deckgen refuses, and that the author wants in the next release nevertheless.

    Attributes:
        code: The code of the refusal.
        id: What it is about: the id of a note or of the deck, the name of a kind, or a path from source/.
        because: Why.
        at: Where it stands.
    """

    code: str
    id: str
    because: str
    at: Node


@dataclass
class Deck:
    """A deck, as its deck.yaml describes it.

    Attributes:
        document: deck.yaml.
        id: The namespace of every guid.
        title: The name of the root deck in Anki.
        language: A BCP 47 tag.
        description: Markdown for the deck's page in Anki.
        tags: The tags of every note.
        authors: Their names.
        license: A licence's name.
        feedback: An address for suggestions, `{id}` standing for the note's id.
        accept: The refused changes that the next release makes nevertheless.
        exam_options: How many options a question of the exam has; 0 where it is not said.
        blueprint: The domains of the exam; none where they are not said.
        off: The codes of warnings that are switched off for the whole deck.
        notes: In the order of the source, those with faults included.
    """

    document: Document
    id: str = ""
    title: str = ""
    language: str = "en"
    description: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    license: str = ""
    feedback: str = ""
    accept: list[Accept] = field(default_factory=list)
    exam_options: int = 0
    blueprint: tuple[blueprint.Domain, ...] = ()
    off: frozenset[str] = frozenset()
    notes: list[Note] = field(default_factory=list)


_DECK_KEYS = (
    *("id", "title", "language", "description", "tags", "authors", "license", "feedback"),
    *("exam_options", "blueprint", "checks", "accept"),
)
ACCEPTABLE = ("changed-deck", "changed-note-type", "moved-cloze", "same-media")
"""The codes of what an author may accept: refusals, and that other files show the same."""


def read_deck(reader: Reader) -> Deck:  # noqa: C901, PLR0912 (one key after the other)
    """Read deck.yaml; what is wrong with it is in the reader afterwards."""
    deck = Deck(reader.document)
    if reader.document.broken:
        return deck
    root = reader.mapping(reader.document.root, "a deck", _DECK_KEYS, _DECK_KEYS)
    if root is None:
        return deck
    reader.require(root, "a deck", ("id", "title"), _DECK_KEYS)
    values = {key: value for key, value in root.entries.items() if key in _DECK_KEYS}
    if "id" in values:
        deck.id = reader.identifier(values["id"]) or ""
    if "title" in values:
        deck.title = _title(reader, values["title"])
    if "language" in values:
        deck.language = _language(reader, values["language"])
    if "description" in values and (text := reader.prose(values["description"], "description")):
        deck.description = text.value.strip()
    if "tags" in values:
        deck.tags = reader.tags(values["tags"])
    if "authors" in values:
        names = (reader.prose(item, "authors") for item in reader.items(values["authors"], "authors"))
        deck.authors = tuple(name.value.strip() for name in names if name)
    if "license" in values and (text := reader.prose(values["license"], "license")):
        deck.license = text.value.strip()
    if "feedback" in values:
        deck.feedback = _feedback(reader, values["feedback"])
    if "accept" in values:
        accepts = (
            _accept(reader, item) for item in reader.items(values["accept"], "accept", "code", MAX_ACCEPTS)
        )
        deck.accept = [accept for accept in accepts if accept]
    if "exam_options" in values:
        deck.exam_options = _exam_options(reader, values["exam_options"])
    if "blueprint" in values:
        deck.blueprint = blueprint.read(reader, values["blueprint"])
    if "checks" in values:
        deck.off = _switched_off(reader, values["checks"])
    return deck


def _exam_options(reader: Reader, node: Node) -> int:
    between = f"from {MIN_OPTIONS} to {MAX_OPTIONS}: a vignette has so many options"
    number = reader.number(node, "exam_options", between) or 0
    if number and not MIN_OPTIONS <= number <= MAX_OPTIONS:
        message = f"`exam_options` is {number}; a vignette has {MIN_OPTIONS} to {MAX_OPTIONS} options"
        reader.report("wrong-type", node, message)
    return number


def _switched_off(reader: Reader, node: Node) -> frozenset[str]:
    """The codes of warnings that `checks` switches off."""
    hint = "write `checks:`, under it each code, as in `same-term: off`, and `because: |` with the reason"
    if not isinstance(node, Mapping):
        reader.report("wrong-type", node, "`checks` says which codes of warnings are off", hint)
        return frozenset()
    codes = set()
    for code, value in node.entries.items():
        if code == "because":
            reader.prose(value, "because")
        elif fault := not_a_warning(code):
            reader.report("wrong-type", reader.document.key_span(node, code), *fault)
        elif not isinstance(value, Scalar) or value.value.lower() not in {"off", "false"}:
            reader.report("wrong-type", value, f"`{code}` can only be `off` here", f"write `{code}: off`")
        else:
            codes.add(code)
    if "because" not in node.entries:
        hint = "say why, for those who read the deck's source after you"
        place = reader.document.place_of("checks")
        reader.report("missing-key", place, "`checks` lacks the key `because`", hint)
    return frozenset(codes)


def _accept(reader: Reader, item: Node) -> Accept | None:
    names = ("code", "id", "because")
    mapping = reader.mapping(item, "an acceptance", names, names)
    if mapping is None or not reader.require(mapping, "an acceptance", names, names):
        return None
    code = reader.one_of(mapping.entries["code"], "code", ACCEPTABLE)
    name = reader.scalar(mapping.entries["id"], "id")
    because = reader.prose(mapping.entries["because"], "because")
    return Accept(code, name.value, because.value.strip(), item) if code and name and because else None


_BRACES = re.compile(r"\{+\s*\w[\w .-]*\}+")
FEEDBACK = re.compile(r"""(?:https?://|mailto:)[^\s"'<>]+""")


def _title(reader: Reader, node: Node) -> str:
    title = reader.deck_name(node, "title") or ""
    if "::" in title:
        hint = "`::` makes subdecks, which are the chapters' (`deck:`)"
        reader.report("bad-deck-name", node, f"the title `{title}` names a subdeck", hint)
    return title


def _language(reader: Reader, node: Node) -> str:
    scalar = reader.scalar(node, "language")
    if scalar is None or languages.TAG.fullmatch(scalar.value):
        return scalar.value if scalar else "en"
    hint = languages.hint_for(scalar.value)
    reader.report("wrong-type", scalar, f"`{scalar.value}` is not a language tag", hint)
    return "en"


def _feedback(reader: Reader, node: Node) -> str:
    scalar = reader.scalar(node, "feedback")
    if scalar is None:
        return ""
    # it stands in the card templates, where Anki looks for its marks in attributes as well
    if mark := unescaped.bracket(scalar.value):
        message = f"`feedback` holds `{mark}`, which Anki takes for a mark of its own"
        reader.report("bad-link", scalar, message, "write `[` as `%5B`")
        return ""
    if odd := [each for each in _BRACES.findall(scalar.value) if each != "{id}"]:
        meant = scalar.value.replace(odd[0], "{id}") if len(odd) == 1 and "id" in odd[0].lower() else ""
        message = f"`feedback` holds `{odd[0]}`, which is filled with nothing"
        hint = "`{id}` alone is filled in, with the note's id" + f": write `{meant}`" * bool(meant)
        reader.report("bad-link", scalar, message, hint)
        return ""
    if FEEDBACK.fullmatch(scalar.value):
        return scalar.value
    message = "`feedback` is no address that begins with `https://`, `http://` or `mailto:`"
    reader.report("bad-link", scalar, message, _feedback_hint(scalar.value))
    return ""


def _feedback_hint(written: str) -> str:
    """The address that was probably meant."""
    plain = "".join(char for char in written if char.isprintable()).strip().strip("<>\"'")
    mail = re.fullmatch(
        r"(?:e?-?mail(?:to)?:)?\s*([^\s@:/]+@[^\s@/]+\.[^\s@/.?]+)(\?.*)?", plain, re.IGNORECASE
    )
    if mail:
        meant = f"mailto:{mail[1]}{mail[2] or '?subject={id}'}"
    else:
        meant = re.sub(r"^(https?):?/+", lambda start: f"{start[1].lower()}://", plain, flags=re.IGNORECASE)
        meant = meant if "://" in meant else f"https://{meant}"
        meant = meant if re.match(r"https?://[^/\s]+\.[^/\s]+", meant) else ""
    meant = re.sub(r"[\s\"'<>]", lambda sign: quote(sign.group()), meant)
    if FEEDBACK.fullmatch(meant) and meant != written:
        return f"did you mean `{meant}`?"
    return (
        "as in `https://github.com/OWNER/REPO/issues/new?title={id}` or `mailto:me@example.org?subject={id}`"
    )


def read_chapter(
    reader: Reader,
    deck: Deck,
    kinds: list[Kind],
    unread: Container[str | None] = (),
    misplaced: ReadOnly[str, str] = MappingProxyType({}),
) -> None:
    """Read a chapter, and add its notes to the deck.

    Args:
        reader: Holds the chapter's document, and its diagnostics afterwards.
        deck: Gains the chapter's notes, those with faults too.
        kinds: The kinds in force.
        unread: The sections of kinds that could not be read, None for one unknown; they are left alone.
        misplaced: The sections of kinds that lie in source/, each with the kind's folder.
    """
    chapter = Chapter(reader.document, deck.title, deck.tags)
    sections = {kind.section: kind for kind in kinds if kind.section not in unread}
    names = ("deck", "tags", *sections)
    if reader.document.root is None and reader.document.broken:
        return
    reader.elsewhere = lambda name: _with_key(kinds, name)
    reader.is_taken = _Taken(deck, reader.document).__contains__
    reader.language = deck.language
    here = reader.document.root
    entries = here.entries.items() if isinstance(here, Mapping) else ()
    lists = None in unread  # any of them may be the section of a kind that could not be read
    left = [key for key, value in entries if key in unread or (lists and isinstance(value, Sequence))]
    strangers = [key for key, _ in entries if key in misplaced and key not in names]
    _report_misplaced(reader, {key: misplaced[key] for key in strangers})
    root = reader.mapping(here, "a chapter", {*names, *left, *strangers}, names)
    if root is None:
        return
    if (node := root.entries.get("deck")) and (name := reader.deck_name(node, "deck")):
        chapter.deck = f"{deck.title}::{name}"
        chapter.deck_at = reader.document.span(node)
    if node := root.entries.get("tags"):
        chapter.tags = distinct(deck.tags, reader.tags(node))
        chapter.tags_at = reader.document.key_span(root, "tags")
    found: list[Note] = []
    for section, kind in sections.items():
        if node := root.entries.get(section):
            read = _read_table if kind.rows else _read_note
            items = reader.items(node, section, "id", sys.maxsize)
            reader.halves(items, required_keys(top_keys(kind)))
            for item in items:
                if not _is_elsewhere(reader, item, kind, kinds):
                    found += read(reader, item, kind, chapter)
    # a chapter's notes keep the order in which they are written, whatever their kinds
    deck.notes += sorted(found, key=lambda note: note.at.start)


def _report_misplaced(reader: Reader, folders: ReadOnly[str, str]) -> None:
    """Report the sections of kinds that lie where nothing reads them, each with its kind's folder."""
    for key, folder in folders.items():
        if isinstance(here := reader.document.root, Mapping):
            message = f"the kind of `{key}` lies in {folder}, where nothing reads it"
            hint = "templates lie beside source/, not in it: move its folder to templates/"
            reader.report("unknown-key", reader.document.key_span(here, key), message, hint)


def top_keys(kind: Kind) -> ReadOnly[str, Key | None]:
    """The keys of what stands in the section of a kind; None stands for the rows of a table."""
    return {**kind.table_keys, kind.rows: None} if kind.rows else kind.keys


def required_keys(keys: ReadOnly[str, Key | None]) -> list[str]:
    """The names of the keys that must be there."""
    return [name for name, key in keys.items() if key is None or key.required]


def _is_elsewhere(reader: Reader, item: Node, kind: Kind, kinds: list[Kind]) -> bool:
    """Whether an item can only be of another kind than its section says; that is reported."""
    if not isinstance(item, Mapping) or item.entries.keys() <= top_keys(kind).keys():
        return False
    fits = [
        other
        for other in kinds
        if item.entries.keys() <= (keys := top_keys(other)).keys()
        and item.entries.keys() >= set(required_keys(keys))
    ]
    if len(fits) != 1 or item.entries.keys() >= set(required_keys(top_keys(kind))):
        return False
    what = f"{_article(fits[0])}{' table' * bool(fits[0].rows)}"
    message = f"this is {what}, and it stands under `{kind.section}`"
    reader.report("wrong-type", item, message, f"move it to the list under `{fits[0].section}:`")
    return True


class _Taken:
    """The ids of a chapter and of those before it; gathered when one is first asked for."""

    def __init__(self, deck: Deck, document: Document) -> None:
        self._deck = deck
        self._document = document

    def __contains__(self, name: str) -> bool:
        return name in self._ids

    @cached_property
    def _ids(self) -> set[str]:
        here = probable_ids(self._document, self._deck.language)
        return {*here, *(note.id for note in self._deck.notes)}


def _with_key(kinds: list[Kind], name: str) -> str:
    """What authors write under a key, as in "a definition"; empty where none has it."""
    owners = [_article(kind) for kind in kinds if name in kind.keys]
    if owners and len(owners) == len(kinds):
        return "every note"
    owners += [f"{_article(kind)} table" for kind in kinds if name in kind.table_keys]
    return " and of ".join([*owners, *["an option"] * (name in _OPTION_KEYS)])


def _read_note(reader: Reader, item: Node, kind: Kind, chapter: Chapter) -> list[Note]:
    """The note that an entry of a section holds; none where it is no mapping."""
    mapping, values, whole = _read_values(reader, item, _article(kind), kind.keys)
    if mapping is None:
        return []
    note = _note(reader, mapping, values, kind, chapter, chapter.tags, whole=whole)
    note.swallowed = _swallowed(reader, mapping, kind.keys)
    return [note]


def _read_table(reader: Reader, item: Node, kind: Kind, chapter: Chapter) -> list[Note]:
    """The notes of a table: one for each of its rows."""
    own = {**kind.table_keys, kind.rows: None}
    what = f"{_article(kind)} table"
    mapping, values, whole = _read_values(reader, item, what, own)
    if mapping is None or not reader.require(mapping, what, (kind.rows,), own):
        return []
    rows = mapping.entries[kind.rows]
    head = _note(reader, mapping, values, kind, chapter, chapter.tags, whole=whole)
    if isinstance(rows, Sequence) and not rows.items:
        reader.report("empty-value", rows, f"`{kind.rows}` has no items")
    table = Table(head.id, values, head.start, head.end, head.allow, at=head.at)
    table.swallowed = _swallowed(reader, mapping, own)
    items = reader.items(rows, kind.rows, "id", MAX_ROWS)
    reader.halves(items, required_keys(kind.keys))
    for row in items:
        row_mapping, row_values, row_whole = _read_values(
            reader, row, f"a row of {_article(kind)}", kind.keys
        )
        if row_mapping is None:
            continue
        row_whole = row_whole and head.whole
        note = _note(reader, row_mapping, row_values, kind, chapter, head.tags, whole=row_whole)
        note.table = table
        note.swallowed = _swallowed(reader, row_mapping, kind.keys)
        if head.was or note.was:
            note.was = note.was if "." in note.was else f"{head.was or head.id}.{note.was or note.id}"
        note.id = f"{table.id}.{note.id}" if table.id and note.id else ""
        note.retired = note.retired or head.retired
        note.replaced_by = note.replaced_by or head.replaced_by
        note.builds_on = head.builds_on + note.builds_on
        table.rows.append(note)
    if not _is_of_all_rows(reader, table):
        for note in table.rows:
            _check_cells(reader, note)
    return table.rows


def _read_values(
    reader: Reader, item: Node, what: str, keys: ReadOnly[str, Key | None]
) -> tuple[Mapping | None, dict[str, Value], bool]:
    """Read the keys of an entry: its mapping, their values, and whether nothing was wrong."""
    before = len(reader.found)
    values: dict[str, Value] = {}
    known = isinstance(item, Mapping) and item.entries.keys() <= keys.keys()
    if isinstance(item, Mapping) and not known:
        _note_missing(reader, item, keys)
    mapping = item if isinstance(item, Mapping) and known else reader.mapping(item, what, keys, keys)
    if mapping is None:
        return None, values, False
    for name, node in mapping.entries.items():
        key = keys.get(name)
        if key is None or key.type in {"id", "tags", "own"}:
            continue
        value = READERS[key.type](reader, node, key)
        if value is not None:
            values[name] = value
    required = [key.name for key in keys.values() if key and key.required]
    lacking = [name for name in required if name not in mapping.entries]
    if lacking:
        missing = _without_swallowed(reader, mapping, what, lacking)
        reader.require(mapping, what, missing, keys, _missing_hint(reader, mapping, missing, values))
    return mapping, values, len(reader.found) == before and not lacking


def _note_missing(reader: Reader, mapping: Mapping, keys: ReadOnly[str, Key | None]) -> None:
    """Remember the keys that are missing where as many are unknown that may be meant for them."""
    unknown = [name for name in mapping.entries if name not in keys]
    missing = [name for name in required_keys(keys) if name not in mapping.entries]
    if len(unknown) != len(missing) or len(missing) > _FEW or "id" in missing:
        return
    for name, lacked in zip(unknown, missing, strict=True):
        if not isinstance(mapping.entries[name], Sequence if takes_list(keys[lacked]) else Scalar):
            return
    reader.missing[mapping.start] = dict(zip(unknown, missing, strict=True))


_FEW = 2  # keys that may all be known by other names, as `front` and `back`


def _note(  # noqa: PLR0913, PLR0917 (what a note is made of)
    reader: Reader,
    mapping: Mapping,
    values: dict[str, Value],
    kind: Kind,
    chapter: Chapter,
    tags: tuple[str, ...],
    *,
    whole: bool,
) -> Note:
    """The note that a mapping's keys make; the tags are those that it has besides its own."""
    before = len(reader.found)
    at: Node = mapping
    identifier = ""
    if (node := mapping.entries.get("id")) is not None:
        at = node
        identifier = reader.identifier(node) or ""
    if (node := mapping.entries.get("tags")) is not None:
        tags = distinct(tags, reader.tags(node))
    links = values.get("builds_on")
    builds_on = links.items if isinstance(links, References) else []
    note = Note(kind, identifier, at, chapter, values, tags, builds_on, whole, start=mapping.start)
    note.end = end_of(mapping)
    if not mapping.entries.keys().isdisjoint(_UPDATE_KEYS):
        _read_update_keys(reader, mapping, note)
    if (node := mapping.entries.get("allow")) is not None:
        note.allow = _allowed(reader, node)
    note.whole = whole and bool(identifier) and len(reader.found) == before
    return note


_UPDATE_KEYS = ("was", "retired", "replaced_by")


def _read_update_keys(reader: Reader, mapping: Mapping, note: Note) -> None:
    """Read what a note says of its earlier releases."""
    was, retired, replaced_by = (mapping.entries.get(key) for key in _UPDATE_KEYS)
    if was is not None:
        note.was = _former_id(reader, was)
    if retired is not None:
        note.retired = reader.prose(retired, "retired")
        if note.retired and note.retired.value.strip().lower() in {"yes", "no", "true", "false", "on", "off"}:
            hint = "write `retired: |`, and under it the reason; a note that is not retired has no such key"
            reader.report("wrong-type", retired, "`retired` says why, not whether", hint)
    if replaced_by is not None:
        note.replaced_by = reader.scalar(replaced_by, "replaced_by")


def _allowed(reader: Reader, node: Node) -> tuple[Scalar, ...]:
    """The codes under `allow`; those that cannot be allowed are reported and left out."""
    codes = []
    for item in reader.items(node, "allow"):
        scalar = reader.scalar(item, "allow")
        if scalar is None:
            continue
        if fault := not_a_warning(scalar.value):
            reader.report("wrong-type", scalar, *fault)
        else:
            codes.append(scalar)
    return tuple(codes)


def _former_id(reader: Reader, node: Node) -> str:
    """A note's id; also a row's, with that of its table."""
    parts = node.value.split(".") if isinstance(node, Scalar) else []
    if isinstance(node, Scalar) and len(parts) == 2 and all(map(ID.fullmatch, parts)):  # noqa: PLR2004 (table, row)
        return node.value
    return reader.identifier(node, "was") or ""


def _article(kind: Kind) -> str:
    """The kind's name as diagnostics say it, as in "a definition"."""
    return f"{'an' if kind.name[0] in 'aeiou' else 'a'} {kind.name}"


def _swallowed(reader: Reader, mapping: Mapping, keys: ReadOnly[str, Key | None]) -> tuple[Swallowed, ...]:
    """The lines of an entry's texts that look like keys which it lacks."""
    return swallowed.find(reader.document, mapping, keys, keys)


def _without_swallowed(reader: Reader, mapping: Mapping, what: str, missing: list[str]) -> list[str]:
    """The missing keys but for those that a text above has swallowed; these are reported where they stand."""
    found = swallowed.find(reader.document, mapping, missing)
    inside = [each for each in found if each.key in missing]
    for each in inside:
        message = f"{what} lacks the key `{each.key}`: {each.message}"
        reader.report("missing-key", each.at, message, each.hint)
    told = {each.key for each in inside}
    return [name for name in missing if name not in told]


def _missing_hint(reader: Reader, mapping: Mapping, missing: list[str], values: ReadOnly[str, Value]) -> str:
    """What to do about required keys that are missing."""
    if "retired" in mapping.entries and missing != ["id"]:
        return (
            "a retired note keeps its text, for learners who have its cards: put it back as it was released"
        )
    if missing == ["id"]:
        first = next((value.value for value in values.values() if isinstance(value, Scalar)), "")
        name = slug(first[:_FIRST_WORDS], reader.language)
        shown = f", as `id: {_free(reader, name)}`" if name else ""
        if name and reader.is_taken(name):
            shown += f"; another note has `{name}`"
        if not letters.is_readable(first, reader.language):
            shown = f", in the letters a to z: {letters.UNREADABLE}"
        return f"give it one that says what it is about{shown}"
    if list(mapping.entries) == ["id"]:
        return "do its other keys stand below? they begin in the column of `id`, without a hyphen"
    return "if it goes on with what stands above, it has a hyphen too many" if "id" in missing else ""


def _free(reader: Reader, name: str) -> str:
    """An id that no note has, beside one that may be taken."""
    ids = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in ids if not reader.is_taken(each))


def slug(text: str, language: str) -> str:
    """An id that says what a text begins with: a few words of it, in plain letters and digits.

    Args:
        text: The text.
        language: The BCP 47 tag of its language.

    Returns:
        The id; empty where the text has no letters to make it of, or it cannot be told how they are read.
    """
    said = _UNSAID.sub(" ", _LINK.sub(r"\1", uncovered(text)))
    if not letters.is_readable(said, language):
        return ""
    plain = letters.plain(said, language)
    made = ""
    for word in re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])['\u2019](?=[a-z])", "", plain))[:_SLUG_WORDS]:
        longer = f"{made}-{word}" if made else word[:_SLUG_LENGTH]
        if len(longer) > _SLUG_LENGTH:
            break
        made = longer
    return made if re.search(r"[a-z]", made) else ""


def _is_of_all_rows(reader: Reader, table: Table) -> bool:
    """Whether the columns are too many or too few for all rows alike; that is reported once."""
    columns = table.values.get("columns")
    counts = {len(found.items) for row in table.rows if isinstance(found := row.values.get("cells"), Texts)}
    if not isinstance(columns, Texts) or len(counts) != 1 or len(table.rows) == 1:
        return False
    (have,), want = counts, len(columns.items)
    if have == want or have < MIN_COLUMNS or want < MIN_COLUMNS:
        return False
    for row in table.rows:
        row.whole = False
    hint = _comma_hint(columns) or cells.hint_for(reader.document, columns.items, have, "column")
    if have == want + 1:
        # of a column too few a semicolon may be the cause
        hint = (
            _comma_hint(columns, ";")
            or hint
            or "the first cell of a row is its name; the column of these has a name too"
        )
    message = f"the table has {want} columns, and each of its rows {have} cells"
    reader.report("row-cells", columns.items[0], message, hint)
    return True


def _check_cells(reader: Reader, note: Note) -> None:
    """Report a row that has not one cell for each column, or a table of too few columns."""
    row = note.values.get("cells")
    columns = note.table.values.get("columns") if note.table else None
    if not isinstance(row, Texts) or not isinstance(columns, Texts):
        return
    if len(columns.items) < MIN_COLUMNS:
        note.whole = False
        message = "a table has at least two columns: the rows' names, and what to know of them"
        reader.report(
            "row-cells", columns.items[0] if columns.items else note.at, message, _comma_hint(columns)
        )
    elif len(row.items) != len(columns.items):
        have, want = len(row.items), len(columns.items)
        note.whole = False
        message = f"the row has {have} cell{'s' * (have != 1)} for {want} columns"
        hint = _comma_hint(row if have < want else columns)
        hint = hint or cells.hint_for(reader.document, row.items, want, "cell")
        reader.report("row-cells", row.items[0] if row.items else note.at, message, hint)


def _comma_hint(texts: Texts, signs: str = COMMAS) -> str:
    """What to do about a text that other signs than commas make one of several; empty where none is."""
    return next(filter(None, (comma_hint(item.value, signs) for item in texts.items)), "")


def _prose(reader: Reader, node: Node, key: Key) -> Scalar | None:
    return reader.prose(node, key.name)


def _options(reader: Reader, node: Node, key: Key) -> Options | None:
    """A list of options, of which exactly one is correct."""
    before = len(reader.found)
    items = reader.items(node, key.name, "text")
    reader.halves(items, ("text", "why"))
    options = [option for item in items if (option := _option(reader, item))]
    if len(reader.found) > before or len(options) < len(items):
        return None
    inside = [each for item in items if isinstance(item, Mapping) for each in _in_option(reader, item)]
    further = next((each for each in inside if each.key.startswith("-")), None)
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        message = f"a vignette has {MIN_OPTIONS} to {MAX_OPTIONS} options; here is {len(options) or 'none'}"
        _report_swallowed(reader, "option-count", node, further, message)
        return None
    right = [option.mark for option in options if option.mark]
    if not right:
        mark = next((each for each in inside if each.key == "correct"), further)
        hint = "write `correct: true` under the text of the best option"
        wrong = [
            item.entries["correct"]
            for item in items
            if isinstance(item, Mapping) and "correct" in item.entries
        ]
        if wrong:
            hint = (
                "write `true` here, if this option is the best; else leave `correct` out, and write it there"
            )
        at = wrong[0] if wrong else node
        _report_swallowed(reader, "correct-option", at, mark, "none of the options is correct", hint)
        return Options(options)
    if len(right) > 1:
        hint = "a vignette has one best answer; reword the others, or take their `correct: true` away"
        lines = ", ".join(str(reader.document.position(mark.start)[0] + 1) for mark in right)
        message = f"{len(right)} options are correct (lines {lines})"
        reader.report("correct-option", right[1], message, hint)
    return Options(options, tuple(inside))


def _report_swallowed(  # noqa: PLR0913, PLR0917 (what a diagnostic is made of)
    reader: Reader, code: str, node: Node, line: Swallowed | None, message: str, hint: str = ""
) -> None:
    """Report something at the line that explains it, unless that line has been told; else at a node."""
    if line is None:
        reader.report(code, node, message, hint)
    elif all(each.span.line != line.at.line for each in reader.found):
        reader.report(code, line.at, f"{message}: {line.message}", line.hint)


def _in_option(reader: Reader, option: Mapping) -> tuple[Swallowed, ...]:
    """The lines of an option's texts that look like its mark, or like a further option."""
    return swallowed.find(reader.document, option, ("correct",))


def _option(reader: Reader, node: Node) -> Option | None:
    """One option; None, reported, where something is wrong with it."""
    if isinstance(node, Mapping):
        unknown = [name for name in node.entries if name not in _OPTION_KEYS]
        lacking = [name for name in ("text", "why") if name not in node.entries]
        if len(unknown) == len(lacking) == 1:
            reader.missing[node.start] = {unknown[0]: lacking[0]}
    mapping = reader.mapping(node, "an option", _OPTION_KEYS, _OPTION_KEYS)
    missing = [name for name in ("text", "why") if mapping and name not in mapping.entries]
    if mapping is None or missing:
        if mapping and (missing := _without_swallowed(reader, mapping, "an option", missing)):
            reader.require(mapping, "an option", missing, _OPTION_KEYS)
        return None
    text = reader.prose(mapping.entries["text"], "text")
    why = reader.prose(mapping.entries["why"], "why")
    flag = mapping.entries.get("correct")
    mark = flag if flag is not None and reader.flag(flag, "correct") else None
    return Option(text, why, mark) if text and why else None


def _texts(reader: Reader, node: Node, key: Key) -> Texts | None:
    before = len(reader.found)
    items = [reader.prose(item, key.name) for item in reader.items(node, key.name)]
    return Texts([item for item in items if item]) if len(reader.found) == before else None


def _list(reader: Reader, node: Node, key: Key) -> Texts | None:
    """A list of texts with something in it."""
    texts = _texts(reader, node, key)
    if texts is None or texts.items:
        return texts
    reader.report("empty-value", node, f"`{key.name}` has no items", "write them below it, or take it away")
    return None


def _choice(reader: Reader, node: Node, key: Key) -> Scalar | None:
    """One of the words that kind.yaml lists."""
    word = reader.one_of(node, key.name, key.values)
    return node if word and isinstance(node, Scalar) else None


def _image(reader: Reader, node: Node, key: Key) -> Image | None:
    """An image file, and what is said of it to those who do not see it."""
    what = f"the image `{key.name}`"
    mapping = reader.mapping(node, what, _IMAGE_KEYS, _IMAGE_KEYS)
    if mapping is None or not reader.require(mapping, what, _IMAGE_KEYS, _IMAGE_KEYS):
        return None
    file = reader.prose(mapping.entries["file"], "file")
    alt = reader.prose(mapping.entries["alt"], "alt")
    return Image(file, alt) if file and alt else None


def _references(reader: Reader, node: Node, key: Key) -> References:
    items = (reader.scalar(item, key.name) for item in reader.items(node, key.name))
    return References([item for item in items if item])


READERS: dict[str, Callable[[Reader, Node, Key], Value | None]] = {
    "text": _prose,
    "markdown": _prose,
    "cloze": _prose,
    "options": _options,
    "cells": _texts,
    "texts": _texts,
    "list": _list,
    "image": _image,
    "choice": _choice,
    "notes": _references,
}
"""How the value of each type of key is read; ids and tags are the note's own."""

# in an editor a text for people begins as a block; the skeleton of a whole note needs it this deep
PROSE_SCHEMA: Schema = {**TEXT_SCHEMA, "defaultSnippets": [{"label": "|", "body": "|\n    $1"}]}
_REFERENCE_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^{ID.pattern}(?:\.{ID.pattern})?$",
    "minimum": 0,
    "errorMessage": "the id of a note belongs here; that of a row has its table's id and a dot before it",
}
CODE_SCHEMA: Schema = {
    "enum": sorted(code for code, (level, _) in CATALOGUE.items() if level == "warning"),
    "errorMessage": "the code of a warning belongs here, as in `missing-alt`",
}
_MARKED: Schema = {
    "required": ["correct"],
    "properties": {
        "correct": {"anyOf": [{"const": True}, {"type": "string", "pattern": f"^{any_case('true')}$"}]}
    },
}

SCHEMAS: dict[str, Schema] = {
    "id": ID_SCHEMA,
    "tags": TAGS_SCHEMA,
    "text": TEXT_SCHEMA,
    "markdown": PROSE_SCHEMA,
    "cloze": PROSE_SCHEMA,
    "options": {
        "type": "array",
        "items": {
            "title": "Option",
            "type": "object",
            "properties": {"text": PROSE_SCHEMA, "correct": FLAG_SCHEMA, "why": PROSE_SCHEMA},
            "required": ["text", "why"],
            "additionalProperties": False,
        },
        "minItems": MIN_OPTIONS,
        "maxItems": MAX_OPTIONS,
        "allOf": [
            {
                "contains": _MARKED,
                "minContains": 1,
                "maxContains": 1,
                "errorMessage": "exactly one option has `correct: true`",
            }
        ],
        "errorMessage": "a list of options belongs here",
    },
    "cells": {
        "type": "array",
        "items": TEXT_SCHEMA,
        "minItems": MIN_COLUMNS,
        "errorMessage": "a list of cells belongs here, one for each column",
    },
    "texts": {"type": "array", "items": TEXT_SCHEMA, "errorMessage": "a list of texts belongs here"},
    "list": {
        "type": "array",
        "items": TEXT_SCHEMA,
        "minItems": 1,
        "errorMessage": "a list of texts belongs here",
    },
    "image": {
        "title": "Image",
        "type": "object",
        "properties": {"file": TEXT_SCHEMA, "alt": TEXT_SCHEMA},
        "required": ["file", "alt"],
        "additionalProperties": False,
        "errorMessage": "an image with its `file` and `alt` belongs here",
    },
    "choice": {},
    "notes": {"type": "array", "items": _REFERENCE_SCHEMA, "errorMessage": "a list of note ids belongs here"},
}
"""What each reader takes, as far as a JSON Schema can say it; by the type of the key.

What a choice takes, each key says itself.
"""

OWN_SCHEMAS: dict[str, Schema] = {
    "was": _REFERENCE_SCHEMA,
    "retired": {
        **PROSE_SCHEMA,
        "type": ["string", "number"],
        "pattern": rf"^(?!\s*(?:{any_case('yes', 'no', 'true', 'false', 'on', 'off')})\s*$)\s*\S",
        "errorMessage": "`retired` says why, not whether",
    },
    "replaced_by": _REFERENCE_SCHEMA,
    "allow": {"type": "array", "items": CODE_SCHEMA, "errorMessage": "a list of codes belongs here"},
}
"""The same for the keys of type `own`, by their names."""


def probable_ids(document: Document, language: str) -> Iterable[str]:
    """The ids in a file with faults, so that references to its notes are not called unknown.

    Those that are none are among them, too, as they will be once they have been mended.
    """
    written = re.findall(r"(?mi)^[ \t{-]*+id:[ ]*([^\s,#}]+(?: [^\s,#}]+)*)", document.text)
    return [*written, *(plain_id(text, language) for text in written)]


def unknown_id_hint(word: str, known: Iterable[str]) -> str:
    """What an unknown note id may have meant."""
    if hint := comma_hint(word, f";/|+&{COMMAS}"):
        return hint
    ids = list(known)
    words = word.split()
    if len(words) > 1 and set(words) <= set(ids):
        return f"a comma stands between two ids: `[{', '.join(words)}]`, or each after its own hyphen"
    ends = [name for name in ids if name.endswith(f".{word}")]
    return f"did you mean `{ends[0]}`?" if ends else did_you_mean(word, ids)


def values_of(note: Note) -> ReadOnly[str, Value]:
    """The values of a note, with those of its table."""
    return note.values if note.table is None else note.table.values | note.values


def place(note: Note) -> Span:
    """Where a note's id stands."""
    return note.chapter.document.span(note.at)
