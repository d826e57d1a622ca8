"""The reading of a kind.yaml, with its diagnostics."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.anki import unescaped
from deckgen.anki.template import SPECIAL_FIELDS
from deckgen.deck.hints import ID
from deckgen.deck.key_types import TYPES
from deckgen.deck.kind_adopted import (
    CARD_KEYS,
    FIELD_KEYS,
    is_adopted,
    read_adopted,
    read_card_options,
    read_field_options,
    read_id,
)
from deckgen.deck.kind_keys import read_keys, word
from deckgen.deck.kinds import CARDS, COMMON_KEYS, KEYS_FOR_THE_BACK, CardTemplate, Field, Kind
from deckgen.deck.reader import NodeReader
from deckgen.diagnostics import Diagnostic, Diagnostics, Span, did_you_mean, listing, nearest, proposal
from deckgen.patterns import pattern
from deckgen.source import Document, Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.deck.keys import Key

_KEYS = (
    *("title", "section", "type", "was", "revision", "applies", "adopted"),
    *("keys", "rows", "table_keys", "label", "gist", "fields", "cards"),
)
_REQUIRED = ("title", "section", "type", "fields", "cards")
CHAPTER_KEYS = ("deck", "tags", CARDS)
"""The keys that every chapter may have, with any kinds."""
_FIELD_NAME = pattern(r'[^:"{}#^/\s](?:[^:"{}]*[^:"{}\s])?')


def read_kind(
    folder: Path, shown: str, within: Path, texts: ReadOnly[str, str], shipped: ReadOnly[str, Path]
) -> tuple[Kind | None, Document, Diagnostics]:
    """The kind in a folder, read from its kind.yaml.

    Args:
        folder: The kind's folder.
        shown: The folder's path, as in diagnostics.
        within: The folder that must contain kind.yaml, resolved.
        texts: Texts to read instead of the files, by their paths as in diagnostics.
        shipped: deckgen's own folders of templates, by their names.

    Returns:
        The kind, or None if it has faults; its document; the diagnostics.
    """
    path = f"{shown}/kind.yaml"
    if path not in texts and (fault := _no_kind(folder, shown, shipped)):
        return None, Document(path, "", incomplete=True), Diagnostics([fault])
    if path in texts:
        document, diagnostics = source.parse(texts[path], path)
    else:
        document, diagnostics = source.read(folder / "kind.yaml", path, within, source.MAX_SMALL)
    if document.incomplete:
        return None, document, diagnostics
    reader = NodeReader(document, diagnostics)
    kind = _kind(reader, folder)
    if not ID.fullmatch(folder.name):
        hint = "name a kind's folder with lowercase letters and digits, with hyphens between them"
        reader.report("bad-kind", Span(path), f"`{folder.name}` is not a valid name for a kind", hint)
    return (None if diagnostics else kind), document, diagnostics


def section_of(document: Document) -> str | None:
    """The section of a kind.yaml, which may have faults elsewhere; None if the section is not clear."""
    root = document.root
    if not isinstance(root, Mapping) or "section" not in root.entries:
        # after a syntax error, the keys above it may be lost, too
        line = re.search(r"(?m)^section:[ \t].*", document.text)
        root = source.parse(line[0], document.path)[0].root if line else None
    node = root.entries.get("section") if isinstance(root, Mapping) else None
    return node.value.strip() or None if isinstance(node, Scalar) else None


def _no_kind(folder: Path, shown: str, shipped: ReadOnly[str, Path]) -> Diagnostic | None:
    """The fault of a templates folder without a kind.yaml; None if it has one or cannot be listed."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return None
    if "kind.yaml" in names:
        return None
    hint = "each folder in templates/ is a kind; put files for all kinds into `templates/base`"
    similar = nearest(folder.name, shipped)
    if near := next((name for name in names if name.lower().startswith("kind.")), ""):
        hint = f"`{near}` must be called `kind.yaml`"
    elif folder.name in shipped:
        hint = f"this folder replaces deckgen's: copy its other files there too, from {shipped[similar]}"
    elif similar:
        hint = proposal(shown, f"{shown.rpartition('/')[0]}/{similar}")
    message = f"the folder `{shown}/` has no kind.yaml"
    return Diagnostic("unreadable-file", message, Span(f"{shown}/kind.yaml"), hint)


def _kind(reader: NodeReader, folder: Path) -> Kind | None:
    """The kind in a kind.yaml; None if the file has no mapping. Faults are reported."""
    root = reader.mapping(reader.document.root, "a kind", _KEYS, _KEYS)
    if root is None:
        return None
    complete = reader.require(root, "the kind", _REQUIRED, _KEYS)
    before = len(reader.diagnostics)
    rows = word(reader, root, "rows")
    keys = read_keys(reader, root, "keys")
    table_keys = read_keys(reader, root, "table_keys")
    if table_keys and not rows:
        message = "`table_keys` only work in a kind whose notes are rows of tables, with `rows`"
        reader.report("bad-kind", reader.document.key_span(root, "table_keys"), message)
    fields = _fields(reader, root)
    cards = _cards(reader, root, {field.name for field in fields if not field.key})
    sort, title, applies = (root.entries.get(key) for key in ("type", "title", "applies"))
    cloze = sort is not None and reader.one_of(sort, "type", ("normal", "cloze")) == "cloze"
    used_keys = {field.key for field in fields}
    left_out = KEYS_FOR_THE_BACK - used_keys
    common = {name: key for name, key in COMMON_KEYS.items() if name not in left_out}
    kind = Kind(
        name=folder.name,
        title=(reader.deck_name(title, "title") if title else None) or "",
        section=word(reader, root, "section"),
        cloze=cloze,
        revision=reader.number(root.entries["revision"], "revision") or 1
        if root.entries.get("revision")
        else 1,
        keys=common | keys,
        rows_key=rows,
        table_keys=common | table_keys if rows else {},
        label=word(reader, root, "label"),
        gist=_source(word(reader, root, "gist")),
        fields=tuple(_with_card_ids(fields, cards)),
        cards=tuple(cards),
        folder=folder,
        document=reader.document,
        was=word(reader, root, "was"),
        applies=reader.flag(applies, "applies") if applies else False,
        adopted=read_adopted(reader, root, [field.name for field in fields]) if is_adopted(root) else None,
    )
    if complete and len(reader.diagnostics) == before:
        _check_consistency(reader, root, kind)
        if len(reader.diagnostics) == before:
            _check_all_used(reader, root, kind)
    return kind


def _named(
    reader: NodeReader, root: Mapping, under: str, known: tuple[str, ...]
) -> list[tuple[Mapping, str, int | None]]:
    """The entries of a list of fields or cards, each with its name and id; repeated ones are reported."""
    entries: list[tuple[Mapping, str, int | None]] = []
    seen: set[str | int] = set()
    adopted = is_adopted(root)
    required = ("name",) if adopted else ("name", "id")
    for item in reader.items(root.entries[under], under, "name") if under in root.entries else ():
        what = f"one of the {under}"
        mapping = reader.mapping(item, what, known, known)
        hint = (
            ""
            if mapping is None or adopted or "id" in mapping.entries
            else "add one: a whole number that no other one has"
        )
        if mapping is None or not reader.require(mapping, what, required, known, hint):
            continue
        name = reader.scalar(mapping.entries["name"], "name")
        number = read_id(reader, mapping) if adopted else reader.number(mapping.entries["id"], "id")
        if name is None or (number is None and not adopted):
            continue
        for value, key in ((name.value, "name"), (number, "id")):
            plain = value.casefold() if isinstance(value, str) else value  # Anki ignores case in names
            if plain is None:
                continue
            if plain in seen:
                reader.report("bad-kind", mapping.entries[key], f"{key} `{value}` is used twice")
            seen.add(plain)
        entries.append((mapping, name.value, number))
    return entries


def _fields(reader: NodeReader, root: Mapping) -> list[Field]:
    """The fields of a kind. Names that Anki would change are reported."""
    if is_adopted(root):
        named = _named(reader, root, "fields", ("name", "id", "from", *FIELD_KEYS))
        return [
            Field(
                *(name, number, *_source(word(reader, mapping, "from"))),
                options=read_field_options(reader, mapping),
            )
            for mapping, name, number in named
        ]
    fields = []
    for mapping, name, number in _named(reader, root, "fields", ("name", "id", "from", "without")):
        if not _FIELD_NAME.fullmatch(name) or name.lower() in {field.lower() for field in SPECIAL_FIELDS}:
            message = f"Anki would change the field name `{name}`"
            hint = "do not use colons, quotation marks or braces, or `#`, `^` or `/` at the start"
            reader.report("bad-kind", mapping.entries["name"], message, hint)
        elif fault := unescaped.fault(name):
            message = f"the field name `{name}` {fault[0]}"
            reader.report("bad-kind", mapping.entries["name"], message, fault[1])
        without = word(reader, mapping, "without")
        if without and "from" in mapping.entries:
            message = f"the field `{name}` has both `from` and `without`"
            reader.report("bad-kind", mapping.entries["without"], message, "remove one of the two")
        source_text = CARDS if without else word(reader, mapping, "from")
        fields.append(Field(name, number, *_source(source_text), without=without))
    return fields


def _with_card_ids(fields: list[Field], cards: list[CardTemplate]) -> Iterator[Field]:
    """The fields; those that mark the notes without a card get its id, which stays when it is renamed."""
    ids = {card.name: str(card.id) for card in cards if card.face}
    for field in fields:
        yield replace(field, part=ids.get(field.without, "")) if field.without else field


def _source(text: str) -> tuple[str, str]:
    """The key, and the part of its value, in the text of `from` or `gist`."""
    key, _, part = text.partition(".")
    return key, part


def _cards(reader: NodeReader, root: Mapping, reserves: set[str]) -> list[CardTemplate]:
    """The card templates of a kind. Faults in their names, faces and reserves are reported."""
    cards: list[CardTemplate] = []
    adopted = is_adopted(root)
    known = ("name", "id", "face", *(CARD_KEYS if adopted else ("reserve",)))
    for mapping, name, number in _named(reader, root, "cards", known):
        face = word(reader, mapping, "face")
        reserve = "" if adopted else word(reader, mapping, "reserve")
        if not adopted and (fault := _card_name_fault(name)):
            message = f"the card name `{name}` {fault[0]}"
            reader.report("bad-kind", mapping.entries["name"], message, fault[1])
        if bool(face) == bool(reserve):
            needs = "a `face`" if adopted else "either `face` or `reserve`"
            reader.report("bad-kind", mapping, f"the card `{name}` needs {needs}")
        elif reserve and reserve not in reserves:
            message = f"`{reserve}` is not a field without `from`"
            hint = did_you_mean(reserve, reserves)
            reader.report("bad-kind", mapping.entries["reserve"], message, hint)
        elif reserve and any(card.reserve == reserve for card in cards):
            message = f"`{reserve}` is already the reserve of another card"
            hint = "give each dormant card its own reserve; otherwise they can only wake together"
            reader.report("bad-kind", mapping.entries["reserve"], message, hint)
        elif face and not re.fullmatch(r"[^./\\]+", face):
            message = f"`{face}` is not a valid name for a face"
            hint = "write the beginning of the file names: `face: recall` for `recall.front.html.j2`"
            reader.report("bad-kind", mapping.entries["face"], message, hint)
        at = reader.document.span(mapping.entries["face"]) if face else None
        options = read_card_options(reader, mapping) if adopted else None
        cards.append(CardTemplate(name, number, face, reserve, at, options))
    return cards


def _card_name_fault(name: str) -> tuple[str, str] | None:
    """The fault of a card name that Anki would change, and a hint; None if Anki keeps it as it is."""
    if '"' in name:
        return "contains a quotation mark, which Anki removes", "remove it"
    return unescaped.fault(name)


def _check_consistency(reader: NodeReader, root: Mapping, kind: Kind) -> None:
    """Report parts of a kind that contradict each other."""
    faces = [card for card in kind.cards if card.face]
    if kind.adopted:
        if not kind.fields or not faces:
            at = reader.document.key_span(root, "cards" if kind.fields else "fields")
            reader.report("bad-kind", at, "a note type needs a field and a card")
            return
    elif not kind.fields or not faces or not kind.fields[0].key:
        empty = "fields" if not kind.fields or not kind.fields[0].key else "cards"
        at = reader.document.key_span(root, empty)
        hint = "a kind with only dormant cards makes no cards" if kind.cards and not faces else ""
        message = "a kind needs a card with a `face`, and a first field that is filled `from` a key"
        reader.report("bad-kind", at, message, hint)
        return
    known = {**kind.table_keys, **kind.keys}
    for filled, node in zip(kind.fields, _froms(root), strict=True):
        if node is not None:
            _check_source(reader, node, (filled.key, filled.part), known)
    first = known.get(kind.fields[0].key)
    if first and not first.required and not kind.adopted:
        message = f"the first field is filled from `{first.name}`, which is not required"
        reader.report(
            "bad-kind",
            _froms(root)[0] or root,
            message,
            "make it required: Anki warns about notes without it",
        )
    if kind.label and kind.label not in kind.keys:
        hint = did_you_mean(kind.label, kind.keys)
        reader.report("bad-kind", root.entries["label"], f"`{kind.label}` is not one of its keys", hint)
    _check_gist(reader, root, kind, known)
    _check_types(reader, root, kind)
    _check_marks(reader, root, kind)


def _check_gist(reader: NodeReader, root: Mapping, kind: Kind, known: ReadOnly[str, Key]) -> None:
    """Report a gist that names no key with a text."""
    gist = known.get(kind.gist[0])
    if gist and gist.type.names_notes:
        message = f"`{gist.name}` cannot describe a note"
        reader.report("bad-kind", root.entries["gist"], message, "use a key that contains a text")
    elif kind.gist[0]:
        _check_source(reader, root.entries["gist"], kind.gist, known)


def _check_types(reader: NodeReader, root: Mapping, kind: Kind) -> None:
    """Report keys whose types do not fit the kind."""
    clozes = [key for key in kind.keys.values() if key.type.clozes]
    as_usual = bool(clozes) and clozes[0].required and len(kind.cards) == 1
    if kind.cloze and not as_usual and not kind.adopted:
        message = "a cloze kind needs a required key of type cloze, and one card"
        hint = "write the key as `text: {type: cloze, required: true}`"
        reader.report("bad-kind", root.entries["type"], message, hint)
    if clozes and not kind.cloze:
        reader.report("bad-kind", root.entries["type"], f"`{clozes[0].name}` needs `type: cloze`")
    cells = [key for key in kind.keys.values() if key.type.is_row]
    columns = kind.table_keys.get("columns")
    has_columns = columns is not None and columns.type is TYPES["texts"] and columns.required
    if cells and not (kind.rows_key and has_columns):
        message = f"`{cells[0].name}` is of type cells, which needs `rows` and a required table key `columns`"
        reader.report(
            "bad-kind",
            reader.document.key_span(root, "keys"),
            message,
            "columns: {type: texts, required: true}",
        )
    if kind.rows_key in kind.table_keys:
        reader.report("bad-kind", root.entries["rows"], f"`{kind.rows_key}` is already a key of its tables")


def _check_marks(reader: NodeReader, root: Mapping, kind: Kind) -> None:
    """Report fields that cannot mark the notes without a card."""
    seen: dict[str, str] = {}
    for field, node in zip(kind.fields, _under_fields(root, "without"), strict=True):
        if node is None:
            continue
        name, other = field.without, seen.setdefault(field.without, field.name)
        if kind.cloze:
            message = "the cards of a cloze kind come from its clozes, so no field can leave one out"
            reader.report("bad-kind", node, message, "remove this field")
        elif name not in kind.live:
            message = f"`{name}` is not a card with a `face`"
            hint = did_you_mean(name, kind.live) or f"its cards are {listing(kind.live)}"
            reader.report("bad-kind", node, message, hint)
        elif other != field.name:
            message = f"the field `{other}` already marks the notes without `{name}`"
            reader.report("bad-kind", node, message, "remove one of the two fields")


def _check_all_used(reader: NodeReader, root: Mapping, kind: Kind) -> None:
    """Report keys that fill no field, so that learners never see their texts."""
    filled = {field.key for field in kind.fields}
    for under in ("table_keys", "keys"):
        node = root.entries.get(under)
        for name in node.entries if isinstance(node, Mapping) else ():
            columns = (under, name) == ("table_keys", "columns")
            if name not in filled and not columns and isinstance(node, Mapping):
                hint = f"add a field that is filled `from: {name}`; otherwise learners never see it"
                place = reader.document.key_span(node, name)
                reader.report("bad-kind", place, f"no field uses what authors write under `{name}`", hint)


def _froms(root: Mapping) -> list[Node | None]:
    """The `from` of each field; None for a reserve."""
    return _under_fields(root, "from")


def _under_fields(root: Mapping, key: str) -> list[Node | None]:
    """The value of a key of each field; None for a field without this key."""
    fields = root.entries.get("fields")
    items = fields.items if isinstance(fields, source.Sequence) else []
    return [item.entries.get(key) if isinstance(item, Mapping) else None for item in items]


def _check_source(reader: NodeReader, node: Node, wanted: tuple[str, str], known: ReadOnly[str, Key]) -> None:
    """Report a `from` or `gist` that names a key, or a part of its value, that does not exist."""
    name, value_part = wanted
    key = known.get(name)
    if key is None:
        names = [name for name, key in known.items() if key.type.parts]
        hint = did_you_mean(name, names) or f"its keys are {listing(names)}"
        reader.report("bad-kind", node, f"`{name}` is not one of its keys", hint)
    elif value_part not in key.type.parts:
        parts = [f"{key.name}.{part}" if part else key.name for part in key.type.parts]
        hint = f"write {' or '.join(f'`{part}`' for part in parts)}" if parts else key.type.unfilled
        written = node.value if isinstance(node, Scalar) else name
        reader.report("bad-kind", node, f"no field can be filled from `{written}`", hint)
