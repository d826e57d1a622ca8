"""The media files of a package: which are missing, which nobody shows, which names do not work everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.adopt.media_names import DEVICES, LONGEST, LONGEST_ENDING, UNUSABLE, portable_names
from deckgen.commands.inspect.figures import example
from deckgen.diagnostics import composed, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.inspect.markup import Markup
    from deckgen.commands.inspect.references import Reference
    from deckgen.package import Contents

_OF_LATEX = re.compile(r"latex-[0-9a-f]{40}\.(?:png|svg)")


@dataclass(frozen=True, slots=True)
class File:
    """A media file.

    Attributes:
        name: Its name.
        bytes: Its size.
    """

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A media file that is not in the package.

    Attributes:
        name: What a note or card template calls it.
        where: Where it does so first.
        instead: The file in the package whose name differs only in capitals; else empty.
    """

    name: str
    where: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class MediaFigures:
    """The media files of a package.

    Attributes:
        files: Those that it holds, the largest first.
        bytes: The size of all.
        listed_only: The names that it lists without holding the file.
        missing: What notes and card templates show without the package holding it.
        unused: The names of the files that no note, card template or style names.
    """

    files: list[File]
    bytes: int
    listed_only: list[str]
    missing: list[Missing]
    unused: list[str]


def media_figures(contents: Contents, markup: Markup, of_templates: ReadOnly[Reference, str]) -> MediaFigures:
    """The media files of a package.

    Args:
        contents: The package.
        markup: What its fields refer to.
        of_templates: What its card templates and styles refer to, each with its place.
    """
    files = [File(each.name, each.size) for each in contents.media]
    names = {composed(file.name) for file in files}
    notes = {each.id: each for each in contents.notes}
    wanted = {spelled: example(notes[note]) for spelled, note in markup.wanted.items()}
    for reference, where in of_templates.items():
        if reference.names and "{{" not in reference.address:
            wanted.setdefault(reference.names, where)
    alike = {same(name): name for name in names}
    missing = [
        Missing(spelled[0], where, next((alike[same(each)] for each in spelled if same(each) in alike), ""))
        for spelled, where in wanted.items()
        if names.isdisjoint(spelled)
    ]
    used = markup.used.union(*(reference.names for reference in of_templates))
    unused = names - used - set(_in_texts(contents, names - used))
    return MediaFigures(
        sorted(files, key=lambda file: (-file.bytes, file.name)),
        sum(file.bytes for file in files),
        sorted(contents.missing_media),
        sorted(missing, key=lambda each: each.name),
        sorted(name for name in unused if not _OF_LATEX.fullmatch(name)),
    )


def _in_texts(contents: Contents, names: Iterable[str]) -> Iterator[str]:
    """The names with a leading `_` that occur anywhere in a card template or style, such as in a script."""
    types = contents.note_types.values()
    sides = [text for each in types for side in each.templates for text in (side.question, side.answer)]
    texts = composed("\n".join([*sides, *(each.css for each in types)]))
    yield from (name for name in names if name.startswith("_") and name in texts)


def odd_names(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names of files that not every system can store, so that adopting changes them, with the reason."""
    listed = list(names)
    alike: dict[str, list[str]] = {}
    for name in listed:
        alike.setdefault(same(name), []).append(name)
    renamed = portable_names(listed)
    for name in listed:
        if renamed[name] == composed(name):
            continue
        if reason := _odd(name):
            yield name, reason
        elif len(alike[same(name)]) == 1:
            yield name, "another file gets this name"
    for group in alike.values():
        if len(group) > 1:
            yield " and ".join(group[:3]), "differ only in capitals or in the form of accents"


def _odd(name: str) -> str:
    """Why not every system can store a file of this name; empty if all can."""
    stem, _, ending = name.rpartition(".")
    if match := UNUSABLE.search(name):
        if match[0].isspace() and match[0] > "\x7f":
            return "has a blank that some programs change"
        return f"Windows does not allow `{match[0]}`" if match[0].isprintable() else "has a control character"
    reasons = (
        (DEVICES.fullmatch(name), "the name is reserved on Windows"),
        (name[-1:] in {".", " "}, "Windows drops a dot or space at the end"),
        (name[:1] in {".", " "}, "begins with a dot or space, which hides it or is dropped"),
        (len((stem or ending).encode()) > LONGEST, f"is longer than {LONGEST} bytes"),
        (stem and len(ending) > LONGEST_ENDING, f"has an ending of more than {LONGEST_ENDING} characters"),
        (stem[-1:] in {".", " "}, "has a dot or space before its ending"),
    )
    return next((reason for holds, reason in reasons if holds), "")
