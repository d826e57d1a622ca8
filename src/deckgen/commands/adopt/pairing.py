"""A folder of CrowdAnki and a package of the same deck: texts of the one, identities of the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from operator import eq, or_
from typing import TYPE_CHECKING

from deckgen.cards import html
from deckgen.commands.adopt.chosen import home_decks
from deckgen.commands.adopt.kinds import card_names, field_names
from deckgen.deck.adopted import Adopted
from deckgen.diagnostics import CallError, counted, listed, listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.package import Contents, PackedDeck, PackedField, PackedNote, PackedNoteType, PackedTemplate

_LONGEST = 40  # characters of a first field in a message
_WAYS = "or adopt the folder without the package: then learners must merge note types once"


@dataclass(frozen=True, slots=True)
class Pair:
    """A folder and a package.

    Attributes:
        contents: What the folder holds, with the note types and decks as learners know them.
        had: What learners have of that: the package, with the notes that are in the folder as well.
        remarks: What the author should know, as sentences.
    """

    contents: Contents
    had: Contents
    remarks: tuple[str, ...]


def paired(folder: Contents, package: Contents, name: str) -> Pair:
    """Find the notes and the note types of a folder in a package.

    Args:
        folder: What the folder holds.
        package: What the package holds.
        name: The name of the package's file.

    Raises:
        CallError: The package has no note of the folder, is damaged, or has other note types.
    """
    ours, theirs = _by_guid(folder), _by_guid(package)
    both = [(note, theirs[guid]) for guid, note in ours.items() if guid in theirs]
    if not both:
        message = f"{name} is a package of another deck: it contains no note of the folder"
        raise CallError(message, "give a package of the same deck")
    _check(package, [its for _, its in both], name)
    same = _same_types(folder, package, both, name)
    types = {mine: _joined(folder.note_types[mine], package.note_types[its], name) for mine, its in same}
    joined = {each.id: each for each in (*folder.note_types.values(), *types.values())}
    decks = _decks(folder, package, both)
    contents = replace(
        folder,
        decks=decks.all,
        note_types={**package.note_types, **joined},
        notes=tuple(
            note._replace(note_type=types[note.note_type].id) if note.note_type in types else note
            for note in folder.notes
        ),
        cards=tuple(card._replace(deck=card.deck + decks.offset) for card in folder.cards),
    )
    had = replace(package, notes=tuple(its for _, its in both))
    kept = [
        each.name
        for mine, each in types.items()
        if _is_stock(each) and _look(each) != _look(folder.note_types[mine])
    ]
    return Pair(contents, had, tuple(_remarks(len(theirs) - len(both), kept, decks, name)))


def _check(package: Contents, notes: Sequence[PackedNote], name: str) -> None:
    """Refuse a package whose notes do not fit their note types.

    Raises:
        CallError: It has such a note.
    """
    for note in notes:
        note_type = package.note_types.get(note.note_type)
        if note_type is None or len(note_type.fields) != len(note.fields):
            message = f"{name} is damaged: the note `{note.guid}` does not fit its note type"
            raise CallError(message, "export it from Anki again")


def _by_guid(contents: Contents) -> dict[str, PackedNote]:
    """The notes by their guids, the first of each."""
    notes: dict[str, PackedNote] = {}
    for note in contents.notes:
        if note.guid:
            notes.setdefault(note.guid, note)
    return notes


def _same_types(
    folder: Contents, package: Contents, both: Sequence[tuple[PackedNote, PackedNote]], name: str
) -> list[tuple[int, int]]:
    """The note types of the folder, each with that of the package: they have the same notes.

    Raises:
        CallError: A note has changed its note type.
    """
    counts = Counter((mine.note_type, its.note_type) for mine, its in both)

    def certainty(types: tuple[int, int]) -> tuple[bool, int]:
        mine, its = types
        return folder.note_types[mine].name == package.note_types[its].name, counts[types]

    found: dict[int, int] = {}
    for mine, its in sorted(counts, key=certainty, reverse=True):
        if mine not in found and its not in found.values():
            found[mine] = its
    moved = [_shown(mine) for mine, its in both if found.get(mine.note_type) != its.note_type]
    if moved:
        message = f"{counted(len(moved), 'note')} with a different note type in {name}: {listed(moved)}"
        hint = f"change their note type back in Anki, and export the folder again; {_WAYS}"
        raise CallError(message, hint)
    return list(found.items())


def _shown(note: PackedNote) -> str:
    """A note, as an author knows it: the text of its first field."""
    text = " ".join(html.text(note.fields[0]).split())
    return f"`{text[:_LONGEST]}`" if text else f"`{note.guid}`"


def _joined(mine: PackedNoteType, its: PackedNoteType, name: str) -> PackedNoteType:
    """A note type with the look of the folder, and all else as learners have it.

    One of Anki's own stays as it is, because learners have other notes of it.

    Raises:
        CallError: To Anki these are two note types.
    """
    faults = list(_differences(mine, its, name))
    if faults:
        message = f"to Anki, the note type `{mine.name}` is not that of {name}: {'; '.join(faults)}"
        raise CallError(message, f"undo this in Anki, and export the folder again; {_WAYS}")
    if _is_stock(its):
        return its
    return replace(
        its,
        fields=tuple(
            replace(theirs, name=ours.name) for ours, theirs in zip(mine.fields, its.fields, strict=True)
        ),
        templates=tuple(
            replace(
                theirs,
                name=ours.name,
                question=ours.question,
                answer=ours.answer,
                browser_question=ours.browser_question,
                browser_answer=ours.browser_answer,
            )
            for ours, theirs in zip(mine.templates, its.templates, strict=True)
        ),
        css=mine.css,
        latex_pre=mine.latex_pre or its.latex_pre,
        latex_post=mine.latex_post or its.latex_post,
        latex_svg=mine.latex_svg,
    )


def _differences(mine: PackedNoteType, its: PackedNoteType, name: str) -> Iterator[str]:
    """Why an import would not take two note types for the same: it compares fields and cards by place."""
    if mine.cloze != its.cloze:
        yield f"it is a {'cloze' if its.cloze else 'normal'} type there"
    parts = (
        ("field", field_names(mine), field_names(its), _ids(mine.fields), _ids(its.fields)),
        ("card", card_names(mine), card_names(its), _ids(mine.templates), _ids(its.templates)),
    )
    for what, ours, theirs, *ids in parts:
        by_id = (one == other and one is not None for one, other in zip(*ids, strict=False))
        by_name = map(eq, ours, theirs)
        if len(ours) == len(theirs) and all(map(or_, by_id, by_name)):
            continue
        for names, rest, where in ((ours, theirs, "in the folder"), (theirs, ours, f"in {name}")):
            if only := [each for each in names if each not in rest]:
                word = what if len(only) == 1 else f"{what}s"
                yield f"only {where} it has the {word} {listing(only)}"
        if sorted(ours) == sorted(theirs):
            yield f"its {what}s have a different order"


def _ids(entries: Sequence[PackedField | PackedTemplate]) -> list[int | None]:
    """The ids of fields or cards."""
    return [each.id for each in entries]


def _is_stock(note_type: PackedNoteType) -> bool:
    """Whether a note type is one of Anki's own."""
    adopted = Adopted(note_type.name, stock=note_type.stock_kind)
    return adopted.is_stock(len(note_type.fields), len(note_type.templates))


def _look(note_type: PackedNoteType) -> list[str]:
    """What cards look like."""
    return [note_type.css, *(side for each in note_type.templates for side in (each.question, each.answer))]


@dataclass(frozen=True, slots=True)
class _Decks:
    """The decks of a folder, beside those of the package.

    Attributes:
        all: All of them by id; first those of the folder, under the names that learners know.
        offset: What was added to the ids of those of the folder.
        renamed: The name of the folder's deck there and in the package; empty if it is the same.
        elsewhere: The number of notes that the folder has in another deck than the package.
    """

    all: ReadOnly[int, PackedDeck]
    offset: int
    renamed: tuple[str, str]
    elsewhere: int


def _decks(folder: Contents, package: Contents, both: Sequence[tuple[PackedNote, PackedNote]]) -> _Decks:
    """The decks of a folder under the names that learners know: to Anki, another name is another deck."""
    ours, theirs = home_decks(folder, ()), home_decks(package, ())
    pairs = [(ours[mine.id][0], theirs[its.id][0]) for mine, its in both if theirs.get(its.id)]
    names = Counter(_apart(*pair) for pair in pairs)
    ((old, new), _), *_ = names.most_common(1) or [(("", ""), 0)]
    offset = max(package.decks, default=0)
    decks = {
        number + offset: replace(deck, id=number + offset, name=_renamed(deck.name, old, new))
        for number, deck in folder.decks.items()
    }
    elsewhere = sum(_renamed(mine, old, new) != its for mine, its in pairs)
    return _Decks({**decks, **package.decks}, offset, (old, new), elsewhere)


def _apart(mine: str, its: str) -> tuple[str, str]:
    """Two names of a deck without the last parts that are the same."""
    ours, theirs = mine.split("::"), its.split("::")
    while ours and theirs and ours[-1] == theirs[-1]:
        del ours[-1], theirs[-1]
    return "::".join(ours), "::".join(theirs)


def _renamed(name: str, old: str, new: str) -> str:
    """The name of a deck where the one that it is, or is in, has another name."""
    if name == old or not old or name.startswith(f"{old}::"):
        rest = name.removeprefix(old).removeprefix("::")
        return "::".join(filter(None, (new, rest)))
    return name


def _remarks(gone: int, kept: Sequence[str], decks: _Decks, name: str) -> Iterator[str]:
    """What the author should know, as sentences."""
    if gone:
        yield f"{counted(gone, 'note')} only in {name}: learners keep them, and releases do not change them"
    old, new = decks.renamed
    if old or new:
        yield (
            f"the deck `{old}` has the name `{new}` in {name}, and keeps that"
            if old and new
            else (f"the names of the decks are those in {name}")
        )
    if decks.elsewhere:
        yield (
            f"{counted(decks.elsewhere, 'note')} in a different deck than in {name}: learners' cards stay "
            "where they are"
        )
    for each in kept:
        yield f"the look of `{each}` is that in {name}, because learners may use it for other decks"
