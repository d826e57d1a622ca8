"""The media files of a package, put into the folders of a deck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deckgen.cards import html
from deckgen.cards.media import IMAGES, SOUNDS, take
from deckgen.commands.adopt.media_names import portable_names
from deckgen.commands.init.create import write_file
from deckgen.commands.inspect.references import of_sounds, of_tag
from deckgen.diagnostics import CallError, Problem, composed, counted, listed

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.commands.adopt.old import Old
    from deckgen.package import Contents, PackedNote, PackedNoteType

FOLDER = "source/media"


@dataclass(frozen=True, slots=True)
class AdoptedMedia:
    """The media files of an adopted deck.

    Attributes:
        paths: Their paths from the folder of the chapters, by the names that notes call them by.
        missing: The names of files that notes show and the package does not contain.
        unusable: The files that deckgen cannot pack, each with the reason.
        unused: The names of the files that no note and no template shows.
    """

    paths: ReadOnly[str, str]
    missing: tuple[str, ...]
    unusable: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]


def adopt_media(
    old: Old, notes: Sequence[PackedNote], folders: ReadOnly[int, Path], part: Path
) -> AdoptedMedia:
    """Write the media files that notes, card templates and styles show.

    Args:
        old: The old deck.
        notes: The notes that are adopted.
        folders: The folders of their kinds, by the ids of the note types.
        part: The folder of the deck.

    Raises:
        PackageError: The package is damaged.
    """
    contents = old.contents
    present = {medium.name: medium for medium in contents.media}
    shown = dict.fromkeys(name for note in notes for name in shown_in(note.text, present))
    elsewhere = {name for note in contents.notes for name in shown_in(note.text, present)}
    by_faces = _shown_by_faces(contents, folders)
    # cards name these as they are, so they cannot get another name
    unusable = [(name, "on Windows, `\\` is a path") for name in by_faces if "\\" in name]
    of_faces = {name: where for name, where in by_faces.items() if "\\" not in name}
    names = portable_names(name for name in shown if name in present)
    paths: dict[str, str] = {}
    wanted = [present[name] for name in {**shown, **of_faces} if name in present]
    for medium, content in old.media(wanted):
        for folder in of_faces.get(medium.name, ()):
            write_file(folder / medium.name, content)
        if medium.name not in names:
            continue
        target = part / FOLDER / names[medium.name]
        write_file(target, content)
        taken = take(target, medium.name, IMAGES | SOUNDS)
        if isinstance(taken, Problem):
            target.unlink()
            unusable.append((medium.name, taken.message))
        else:
            paths[medium.name] = f"media/{names[medium.name]}"
    return AdoptedMedia(
        paths,
        tuple(name for name in shown if name not in present),
        tuple(unusable),
        tuple(name for name in present if name not in elsewhere and name not in by_faces),
    )


def check_media(contents: Contents, notes: Sequence[PackedNote]) -> None:
    """Refuse a package that was exported without its media.

    Args:
        contents: What the package holds.
        notes: The notes that are adopted.

    Raises:
        CallError: The notes show media files, and the package has none of them.
    """
    present = {medium.name: medium for medium in contents.media}
    shown = list(dict.fromkeys(name for note in notes for name in shown_in(note.text, present)))
    if shown and present.keys().isdisjoint(shown):
        number = counted(len(shown), "media file")
        message = f"the notes show {number}, but the package has none of them: {listed(shown)}"
        hint = (
            "in Anki, export again with *Include media*; if a file is not in Anki, remove it from the notes"
        )
        raise CallError(message, hint)


def shown_in(text: str, present: Container[str]) -> Iterator[str]:
    """The names of the media files that HTML shows or plays, as they are in the collection."""
    in_tags = (each for tag in html.tags(text) for each in of_tag(tag)) if "<" in text else ()
    spellings = [each.names for each in in_tags if each.media and each.names]
    spellings += [(composed(html.text(name).strip()),) for name in of_sounds(text)]
    for names in spellings:
        yield next((name for name in names if name in present), names[-1])


def _shown_by_faces(contents: Contents, folders: ReadOnly[int, Path]) -> dict[str, list[Path]]:
    """The names of files whose names begin with `_` and stand in templates or styles, with kinds' folders."""
    shown: dict[str, list[Path]] = {}
    special = [medium.name for medium in contents.media if medium.name.startswith("_")]
    for number, folder in folders.items():
        texts = "\n".join(_texts_of(contents.note_types[number]))
        for name in special:
            if name in texts or name in unquote(texts):
                shown.setdefault(name, []).append(folder)
    return shown


def _texts_of(note_type: PackedNoteType) -> Iterable[str]:
    """The css and the templates of a note type."""
    yield note_type.css
    for template in note_type.templates:
        yield from (template.question, template.answer, template.browser_question, template.browser_answer)
