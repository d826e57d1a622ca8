"""A kind for each note type of a package, as it was: the kind.yaml, the faces and the style."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from deckgen.anki import unescaped
from deckgen.anki.card_rules import CardRules
from deckgen.anki.template import cloze_numbers
from deckgen.commands.adopt.verbatim import as_jinja, without_halves
from deckgen.deck import letters
from deckgen.deck.adopted import STOCK, UNSIGNED, Adopted, CardOptions, FieldOptions, differing
from deckgen.deck.ids import free_id, slug
from deckgen.deck.kind_file import CHAPTER_KEYS
from deckgen.deck.kinds import COMMON_KEYS
from deckgen.deck.kinds_in_force import read_kinds
from deckgen.deck.reader import MAX_NAME
from deckgen.diagnostics import CallError
from deckgen.project import Folder, kind_folders, shipped_templates
from deckgen.source import NO_TEXT, write, write_in_braces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from deckgen.package import Contents, PackedField, PackedNoteType, PackedTemplate

_HEAD = (
    "# A note type from Anki, as learners have it. "
    "What you can change: docs/kinds.md, *Adopted note types*.\n"
)
_LONGEST_KEY = 40  # characters


class NamedKey(NamedTuple):
    """The key of a field.

    Attributes:
        name: Its name: small letters, digits and underscores.
        type: Its type: markdown or cloze.
    """

    name: str
    type: str


class NamedKind(NamedTuple):
    """The names of the kind that a note type becomes.

    Attributes:
        name: The name of its folder.
        section: Its section in chapters.
        title: Its title.
        keys: The keys of its fields, in order.
    """

    name: str
    section: str
    title: str
    keys: tuple[NamedKey, ...]


def name_kinds(contents: Contents, language: str = "en") -> dict[int, NamedKind]:
    """The names of the kinds for the note types that have notes, by the ids of the note types.

    The same package always gives the same names.

    Args:
        contents: What the package holds.
        language: The BCP 47 tag of the deck's language, by which names become plain letters.
    """
    with_clozes: dict[int, set[int]] = {}
    for note in contents.notes:
        found = with_clozes.setdefault(note.note_type, set())
        if "{{c" in note.text:
            found |= {index for index, text in enumerate(note.fields) if cloze_numbers([text])}
    names, titles = _taken()
    kinds: dict[int, NamedKind] = {}
    for number in sorted(with_clozes.keys() & contents.note_types.keys()):
        note_type = contents.note_types[number]
        name = free_id(slug(note_type.name, language) or "notes", names.__contains__)
        title = free_id(_title(note_type.name) or name, titles.__contains__, joint=" ")
        names.add(name)
        titles.add(title)
        kinds[number] = NamedKind(name, name, title, name_keys(note_type, language, with_clozes[number]))
    return kinds


def name_keys(
    note_type: PackedNoteType, language: str = "en", with_clozes: Collection[int] = ()
) -> tuple[NamedKey, ...]:
    """The keys of the fields of a note type, in order.

    Args:
        note_type: The note type.
        language: The BCP 47 tag of the deck's language.
        with_clozes: The places of the fields in which some note has clozes, from 0.
    """
    names = field_names(note_type)
    fronts = [template.question for template in note_type.templates]
    rules = CardRules(names, fronts, cloze=note_type.cloze)
    clozes = rules.read_as_cloze if note_type.cloze else set()
    keys: list[NamedKey] = []
    taken: set[str] = set()
    for place, field in enumerate(note_type.fields):
        name = free_id(_key(field.name, place, language), taken.__contains__, joint="_")
        taken.add(name)
        hides = names[place] in clozes or (note_type.cloze and place in with_clozes)
        keys.append(NamedKey(name, "cloze" if hides else "markdown"))
    return tuple(keys)


def kind_files(note_type: PackedNoteType, named: NamedKind, deck_names: Mapping[int, str]) -> dict[str, str]:
    """The files of the kind that a note type becomes: their texts by their names in its folder.

    Args:
        note_type: The note type.
        named: The names of the kind, from `name_kinds`.
        deck_names: The names of the decks of the package, by id.

    Raises:
        CallError: The note type has no field or no card, so that no note can be of it.
    """
    if not note_type.fields or not note_type.templates:
        what = "card" if note_type.fields else "field"
        hint = "repair the deck in Anki, with *Tools > Check Database*"
        raise CallError(f"the note type `{note_type.name}` has no {what}", hint)
    faces = _faces(note_type.templates)
    fields, cards = field_names(note_type), card_names(note_type)
    files = {}
    for face, template in zip(faces, note_type.templates, strict=True):
        sides = {
            "front": template.question,
            "back": template.answer,
            "front.browser": template.browser_question,
            "back.browser": template.browser_answer,
        }
        for side, text in sides.items():
            if text or "." not in side:
                files[f"{face}.{side}.html.j2"] = as_jinja(text)
    if note_type.css:
        files["style.css.j2"] = as_jinja(note_type.css)
    top = {
        "title": named.title,
        "section": named.section,
        "type": "cloze" if note_type.cloze else "normal",
        "label": named.keys[_sort_of(note_type)].name,
    }
    parts = (
        _HEAD,
        write(top),
        write({"adopted": _of_type(note_type, fields)}),
        "keys:\n",
        *(f"  {key.name}: {{type: {key.type}}}\n" for key in named.keys),
        "fields:\n",
        *(
            _item(_of_field(field, name, key.name))
            for field, name, key in zip(note_type.fields, fields, named.keys, strict=True)
        ),
        "cards:\n",
        *(
            _item(_of_card(template, name, face), deck_names.get(template.deck, ""))
            for template, name, face in zip(note_type.templates, cards, faces, strict=True)
        ),
    )
    return {"kind.yaml": "".join(parts)} | files


def field_names(note_type: PackedNoteType) -> list[str]:
    """The names of the fields of a note type as learners have them.

    Anki changes some names as it imports them, and another program may have written any. The names that it
    gave are those by which it knows the fields at the next import; with the others, it would know no note.
    """
    names = (re.sub(r'[:"{}]', "", field.name).strip().lstrip("#/^") for field in note_type.fields)
    return _distinct(name or f"Field {place}" for place, name in enumerate(names, 1))


def card_names(note_type: PackedNoteType) -> list[str]:
    """The names of the card templates of a note type as learners have them; see `field_names`."""
    names = (template.name.replace('"', "") for template in note_type.templates)
    return _distinct(name if name.strip() else f"Card {place}" for place, name in enumerate(names, 1))


def _distinct(names: Iterable[str]) -> list[str]:
    """Names that differ in more than case: as in Anki, with a `+` after repeated ones."""
    taken: set[str] = set()
    distinct = []
    for each in names:
        name = without_halves(each)
        while name.casefold() in taken:
            name += "+"
        taken.add(name.casefold())
        distinct.append(name)
    return distinct


def options_of(field: PackedField) -> FieldOptions:
    """The options of a field."""
    return FieldOptions(
        font=without_halves(field.font),
        size=_within(field.size),
        right_to_left=field.rtl,
        sticky=field.sticky,
        description=without_halves(field.description),
        plain_text=field.plain_text,
        collapsed=field.collapsed,
        unsearched=field.exclude_from_search,
        undeletable=field.prevent_deletion,
        tag=field.tag if field.tag is not None and field.tag in UNSIGNED else None,
    )


def _sort_of(note_type: PackedNoteType) -> int:
    """The place of the field that Anki sorts by."""
    return note_type.sort_field if 0 <= note_type.sort_field < len(note_type.fields) else 0


def _of_type(note_type: PackedNoteType, names: Sequence[str]) -> dict[str, str | bool | int]:
    """What kind.yaml says under `adopted`: only what differs from what Anki gives a new note type."""
    sort = _sort_of(note_type)
    adopted = Adopted(
        without_halves(note_type.name),
        sort,
        without_halves(note_type.latex_pre),
        without_halves(note_type.latex_post),
        note_type.latex_svg,
        note_type.stock_kind if note_type.stock_kind in STOCK else 0,
        note_type.original_id,
    )
    return differing(adopted) | ({"sort_field": names[sort]} if sort else {})


def _of_field(field: PackedField, name: str, key: str) -> dict[str, str | bool | int]:
    """What kind.yaml says of a field."""
    number = {} if field.id is None else {"id": field.id}
    return {
        "name": name,
        **number,
        "from": key,
        **differing(options_of(field)),
    }


def _of_card(template: PackedTemplate, name: str, face: str) -> dict[str, str | bool | int]:
    """What kind.yaml says of a card."""
    number = {} if template.id is None else {"id": template.id}
    font = without_halves(template.browser_font)
    options = CardOptions(template.deck, font, _within(template.browser_size))
    return {
        "name": name,
        **number,
        "face": face,
        **differing(options),
    }


def _within(size: int) -> int:
    """The size of a font, in the limits of Anki's format."""
    return min(max(size, UNSIGNED[0]), UNSIGNED[-1])


def _item(entry: Mapping[str, str | bool | int], deck: str = "") -> str:
    """A field or card as a line of kind.yaml; `deck` is the name of the deck that a card goes to."""
    comment = f"  # {' '.join(deck.split())}" if deck.isprintable() and deck else ""
    return f"  - {write_in_braces(entry)}{comment}\n"


def _faces(templates: Sequence[PackedTemplate]) -> list[str]:
    """The names of the faces of card templates."""
    taken: set[str] = set()
    faces = []
    for number, template in enumerate(templates, start=1):
        face = free_id(slug(template.name, "en") or f"card-{number}", taken.__contains__)
        taken.add(face)
        faces.append(face)
    return faces


def _key(name: str, place: int, language: str) -> str:
    """A key for a field, which may be taken."""
    fallback = f"field_{place + 1}"
    if not letters.is_readable(name, language):
        return fallback
    key = "_".join(re.findall(r"[a-z0-9]+", letters.plain(name, language)))[:_LONGEST_KEY].strip("_")
    if not re.search(r"[a-z]", key):
        return fallback
    if key[0].isdigit():
        return f"field_{key}"
    return f"{key}_field" if key in COMMON_KEYS or key in NO_TEXT else key


def _title(name: str) -> str:
    """The title of a kind from the name of a note type; empty if no title can be like that."""
    title = " ".join("".join(char for char in name if char.isprintable() and char not in '":').split())
    return "" if unescaped.fault(title) else title[:MAX_NAME].strip()


def _taken() -> tuple[set[str], set[str]]:
    """The names of folders and sections that a kind cannot have, and the titles."""
    names, titles = _shipped()
    return {*names, *CHAPTER_KEYS, *COMMON_KEYS, "base"}, set(titles)


@cache
def _shipped() -> tuple[frozenset[str], frozenset[str]]:
    """The names and sections of the kinds that come with deckgen, and their titles."""
    top = shipped_templates()
    kinds = read_kinds(kind_folders([Folder(top, "templates", top.resolve())])).in_force
    names: Iterator[str] = chain.from_iterable((kind.name, kind.section) for kind in kinds)
    return frozenset(names), frozenset(kind.title for kind in kinds)
