"""Adopted note types: their lines in the ledger, and changes of them that Anki would not follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.deck.adopted import differing
from deckgen.diagnostics import Problem, counted
from deckgen.history.acceptance import Refusal
from deckgen.source import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.cards.note_types import Face, NoteType
    from deckgen.deck.adopted import Adopted, CardOptions, FieldOptions
    from deckgen.deck.kinds import CardTemplate, Field, Kind
    from deckgen.diagnostics import Span
    from deckgen.history.ledger import NoteTypeLine

CHANGED = "changed-note-type"
"""The code of changes that Anki would take for another note type."""
COST = (
    "use a separate kind for new notes that need it; if you accept the change, learners get "
    "no more updates to their existing notes until they import with *Merge note types* and "
    "*Always*, which overwrites their edits"
)
"""What such a change costs learners, and how to do without it."""
_SHARED = "shared-look"


def content_of(
    adopted: Adopted,
    fields: Iterable[Field],
    faces: Iterable[tuple[Face, CardOptions | None]],
    css: str,
    *,
    cloze: bool,
) -> list[object]:
    """All that Anki knows of an adopted note type, for its fingerprint.

    Options count only if they differ from the usual ones, so that a later version of deckgen can know more of
    them and not change a fingerprint.

    Args:
        adopted: What is said of it as a whole.
        fields: Its fields.
        faces: Its card templates, each with its options.
        css: Its style.
        cloze: Whether it is a cloze type.
    """
    return [
        "adopted",
        cloze,
        _told(adopted),
        [[each.name, each.id, _told(each.options)] for each in fields],
        [
            [face.name, face.id, face.front, face.back, face.browser_front, face.browser_back, _told(options)]
            for face, options in faces
        ],
        css,
    ]


def _told(options: Adopted | FieldOptions | CardOptions | None) -> list[tuple[str, object]]:
    """The options that differ from the usual ones, by name."""
    return sorted(differing(options).items()) if options else []


def names_of(fields: tuple[Field, ...], cards: tuple[CardTemplate, ...]) -> tuple[str, ...]:
    """The names by which Anki knows the fields and cards of an adopted note type.

    Returns:
        The names of its fields and of its cards; none if all of them have ids.
    """
    entries: list[Field | CardTemplate] = [*fields, *cards]
    return tuple(each.name for each in entries) if any(each.id is None for each in entries) else ()


def of_adopted(note_type: NoteType, old: NoteTypeLine, new: NoteTypeLine) -> Iterator[Refusal]:
    """The refused changes of an adopted note type, found by comparing its lines before and now."""
    faults = [*_of_entries(note_type.kind, old, new), *_of_sort_field(note_type.kind, old)]
    yield from faults or _of_sources(note_type.kind, old)
    if not faults and old.fingerprint != new.fingerprint:
        yield from _of_stock(note_type.kind)


def _of_entries(kind: Kind, old: NoteTypeLine, new: NoteTypeLine) -> Iterator[Refusal]:
    """Fields or cards that Anki would not know again: it compares them pairwise, by id or else by name."""
    names = iter(old.names or (None,) * (len(old.fields) + len(old.cards)))
    for under in ("fields", "cards"):
        entries: tuple[Field | CardTemplate, ...] = kind.fields if under == "fields" else kind.cards
        before, after = old.ids(under), new.ids(under)
        names_before = [next(names) for _ in before]
        if len(before) != len(after):
            had = counted(len(before), under.removesuffix("s"))
            message = f"the note type was adopted with {had}, but now has {len(after)}"
            yield Refusal(kind.document.place_of(under), Problem(CHANGED, message, f"restore them: {COST}"))
            continue
        for index, (entry, number, name) in enumerate(zip(entries, before, names_before, strict=True)):
            fault = _of_entry(under.removesuffix("s"), entry, number, name)
            if fault:
                yield Refusal(entry_of(kind, under, index), Problem(CHANGED, *fault))
                break


def _of_entry(
    what: str, entry: Field | CardTemplate, number: int | None, name: str | None
) -> tuple[str, str] | None:
    """The message and the hint for a field or card that Anki would not know again; None if it would.

    Args:
        what: A field or a card, in words.
        entry: The field or card now.
        number: The id that it had; None if it had none.
        name: The name that it had; None if the ledger does not tell.
    """
    if number is not None and entry.id is not None:
        if number == entry.id:
            return None
        message = f"the {what} `{entry.name}` has a different id than the one that learners have"
        return message, f"restore its id, `{number}`, and its place among the {what}s"
    if number is not None:
        return f"the {what} `{entry.name}` has lost its id", f"write `id: {number}` again"
    if name in {None, entry.name}:
        return None
    message = f"learners have the {what} `{name}` here, and not `{entry.name}`"
    hint = f"write `name: {name}` again: it has no id in their collections, so Anki knows it by its name"
    return message, hint


def _of_sort_field(kind: Kind, old: NoteTypeLine) -> Iterator[Refusal]:
    """Another sort field: Anki would skip the texts of all updates."""
    assert kind.adopted  # noqa: S101 (only adopted ones come here)
    if kind.adopted.sort_field == old.sort or not old.sort < len(kind.fields):
        return
    name = kind.fields[old.sort].name
    message = f"the note type sorts by another field than in learners' collections: there it is `{name}`"
    hint = f"write `sort_field: {name}` under `adopted`; otherwise no update of a text would reach them"
    yield Refusal(kind.document.place_of("adopted"), Problem(CHANGED, message, hint))


def _of_sources(kind: Kind, old: NoteTypeLine) -> Iterator[Refusal]:
    """Fields that are filled from another key than before, which released notes do not follow."""
    if kind.revision > old.revision:
        return
    for index, (field, (_, before)) in enumerate(zip(kind.fields, old.fields, strict=True)):
        if before not in {"", f"{field.key}.{field.part}" if field.part else field.key}:
            message = f"the field `{field.name}` was released with `from: {before}`"
            hint = f"raise `revision` to {old.revision + 1}; this sends every {kind.name} to learners again"
            yield Refusal(entry_of(kind, "fields", index), Problem(CHANGED, message, hint))


def _of_stock(kind: Kind) -> Iterator[Refusal]:
    """A change of one of Anki's own note types, or of one that began as one."""
    if kind.adopted and kind.adopted.is_stock(len(kind.fields), len(kind.cards)):
        message = (
            f"this changes `{kind.adopted.note_type}`, which is one of Anki's own note types or began as one"
        )
        hint = (
            "your other notes with this note type would look different, too, and so would those that "
            "learners added with the note type from this deck: undo the change of its kind.yaml, faces and "
            "style"
        )
        yield Refusal(kind.document.place_of("adopted"), Problem(_SHARED, message, hint))


def entry_of(kind: Kind, under: str, index: int) -> Span:
    """The place of a field or card in a kind.yaml."""
    root = kind.document.root
    entries = root.entries.get(under) if isinstance(root, Mapping) else None
    if isinstance(entries, Sequence):
        return kind.document.span(entries.items[index])
    return kind.document.place_of(under)
