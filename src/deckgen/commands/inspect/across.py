"""What stays the same from one package to the next: notes by guid, note types, fields and their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.inspect.figures import Part
from deckgen.diagnostics import composed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.package import Contents, PackedField, PackedNote, PackedNoteType, PackedTemplate


@dataclass(frozen=True, slots=True)
class TypeStep:
    """A note type of which both packages have notes.

    Attributes:
        name: Its name in the older package.
        renamed: Its name in the newer package, if it is another; else empty.
        same_id: Whether its id is the same.
        fields: How its fields differ, as short texts; empty if they do not.
        templates: How its card templates differ.
        ids: `same`, `none` (neither package has ids), `new` (only the newer one has), `gone` or `different`:
            the ids of fields and card templates that both have.
        sort_field: Whether it is sorted by the same field.
    """

    name: str
    renamed: str
    same_id: bool
    fields: list[str]
    templates: list[str]
    ids: str
    sort_field: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What differs between a package and the next; notes are given by their guids.

    Attributes:
        old: The path of the package.
        new: The path of the next.
        common: The notes that both have.
        added: Those that only the next has.
        gone: Those that only the package has.
        newer: Those in both with a newer time of change.
        older: Those in both with an older time of change.
        changed: Those in both with other fields or tags.
        silent: Those of `changed` without a newer time: an import does not update them.
        retyped: Those in both with a note type of another id.
        types: The note types of which both have notes.
        types_added: The names of the note types that only the next has notes of.
        types_gone: The names of those that only the package has notes of.
    """

    old: str
    new: str
    common: list[str]
    added: list[str]
    gone: list[str]
    newer: list[str]
    older: list[str]
    changed: list[str]
    silent: list[str]
    retyped: list[str]
    types: list[TypeStep]
    types_added: list[str]
    types_gone: list[str]


@dataclass(frozen=True, slots=True)
class Across:
    """What stays the same across several packages.

    Attributes:
        always: The guids that all packages have.
        steps: From each package to the next.
    """

    always: list[str]
    steps: list[Step]


def across(packages: Sequence[tuple[str, Contents]]) -> Across:
    """What stays the same across packages.

    Args:
        packages: The path and the contents of each, in the order in which they were made.
    """
    notes = [_by_guid(contents) for _, contents in packages]
    steps = [
        _step((old, new), (before, after), (first, second))
        for (old, before), (new, after), first, second in zip(
            packages, packages[1:], notes, notes[1:], strict=False
        )
    ]
    always = [guid for guid in notes[0] if all(guid in each for each in notes[1:])]
    return Across(always, steps)


def _by_guid(contents: Contents) -> dict[str, PackedNote]:
    """The notes by guid; of several with one guid, the first."""
    return {note.guid: note for note in reversed(contents.notes)}


def _step(
    paths: tuple[str, str],
    contents: tuple[Contents, Contents],
    notes: tuple[ReadOnly[str, PackedNote], ReadOnly[str, PackedNote]],
) -> Step:
    """What differs between two packages."""
    before, after = notes
    common = [guid for guid in before if guid in after]
    newer = [guid for guid in common if after[guid].modified > before[guid].modified]
    changed = [guid for guid in common if _differs(before[guid], after[guid])]
    behind = set(newer)
    types, types_added, types_gone = _types(*contents)
    return Step(
        *paths,
        common,
        [guid for guid in after if guid not in before],
        [guid for guid in before if guid not in after],
        newer,
        [guid for guid in common if after[guid].modified < before[guid].modified],
        changed,
        [guid for guid in changed if guid not in behind],
        [guid for guid in common if before[guid].note_type != after[guid].note_type],
        types,
        types_added,
        types_gone,
    )


def _differs(one: PackedNote, other: PackedNote) -> bool:
    """Whether two notes have other fields or tags."""
    return composed(one.text) != composed(other.text) or set(one.tags) != set(other.tags)


def _types(before: Contents, after: Contents) -> tuple[list[TypeStep], list[str], list[str]]:
    """The note types that both packages have notes of, those that only the next has, and those that are gone.

    They are matched by their ids, and the others by their names.
    """
    old, new = before.used_note_types, after.used_note_types
    left = {each.name: each for number, each in new.items() if number not in old}
    pairs: list[tuple[PackedNoteType, PackedNoteType]] = []
    gone = []
    for number, each in old.items():
        other = new.get(number) or left.pop(each.name, None)
        if other is None:
            gone.append(each.name)
        else:
            pairs.append((each, other))
    paired = {other.id for _, other in pairs}
    added = [each.name for number, each in new.items() if number not in paired]
    return [_type_step(*pair) for pair in pairs], added, gone


def _type_step(old: PackedNoteType, new: PackedNoteType) -> TypeStep:
    """What differs between two note types."""
    before, after = (_parts(each.fields) for each in (old, new))
    cards_before, cards_after = (_parts(each.templates) for each in (old, new))
    return TypeStep(
        old.name,
        new.name if new.name != old.name else "",
        old.id == new.id,
        _changes(before, after),
        _changes(cards_before, cards_after),
        _ids([*before, *cards_before], [*after, *cards_after]),
        old.sort_field == new.sort_field,
    )


def _parts(parts: Iterable[PackedField | PackedTemplate]) -> list[Part]:
    return [Part(each.name, each.id) for each in parts]


def _changes(before: list[Part], after: list[Part]) -> list[str]:
    """How fields or card templates differ: renamed (same id), new, gone, in another order."""
    if before == after or [each.name for each in before] == [each.name for each in after]:
        return []
    old_ids = {each.id: each for each in before if each.id is not None}
    old_names = {each.name for each in before}
    found, matched = [], set()
    for each in after:
        former = old_ids.get(each.id) if each.id is not None else None
        if former and former.name != each.name:
            found.append(f"`{former.name}` is now `{each.name}`")
            matched.add(former.name)
        elif former or each.name in old_names:
            matched.add(former.name if former else each.name)
        else:
            found.append(f"`{each.name}` is new")
    found += [f"`{each.name}` is gone" for each in before if each.name not in matched]
    return found or ["another order"]


def _ids(before: list[Part], after: list[Part]) -> str:
    """Whether the ids of the parts that both note types have by name are the same."""
    later = {each.name: each.id for each in after}
    pairs = [(each.id, later[each.name]) for each in before if each.name in later]
    old, new = (
        (any(number is not None for number in side) for side in zip(*pairs, strict=True))
        if pairs
        else (False, False)
    )
    if not old and not new:
        return "none"
    if old != new:
        return "new" if new else "gone"
    return "same" if all(one == other for one, other in pairs) else "different"
