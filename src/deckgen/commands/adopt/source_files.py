"""The files of an adopted deck: deck.yaml, its kinds, chapters and media."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from deckgen.commands.adopt.adopted_media import AdoptedMedia, adopt_media
from deckgen.commands.adopt.kinds import kind_files
from deckgen.commands.adopt.texts import NOTE, Texts
from deckgen.commands.from_html.convert import convert
from deckgen.commands.init.create import write_file
from deckgen.commands.init.starter import CHAPTER, starter_files
from deckgen.diagnostics import CallError
from deckgen.project import MANIFEST, Project
from deckgen.source import write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.commands.adopt.chosen import ChosenChapter
    from deckgen.commands.adopt.kinds import NamedKind
    from deckgen.commands.adopt.old import Old
    from deckgen.commands.init.answers import Answers
    from deckgen.package import Contents


def starter_of(
    contents: Contents, title: str, answers: Answers, folder: Path, *, at_top: bool
) -> dict[str, bytes]:
    """The files that a new deck has besides its content, by their paths.

    Args:
        contents: The content of the package.
        title: The title of the deck.
        answers: What is known of the deck.
        folder: The deck's folder.
        at_top: Whether this is the top of a git repository.
    """
    starter = starter_files(answers, folder, at_top=at_top)
    manifest = _manifest(starter[MANIFEST].decode(), answers.id)
    starter[MANIFEST] = (manifest + _description(contents, title)).encode()
    del starter[CHAPTER]
    return starter


def write_deck(
    part: Path, starter: ReadOnly[str, bytes], old: Old, chapters: Iterable[ChosenChapter], texts: Texts
) -> tuple[AdoptedMedia, Texts]:
    """Write a deck.

    Args:
        part: The deck's folder.
        starter: The files that it has besides its content, by their paths.
        old: The old deck.
        chapters: The chapters, with its notes.
        texts: The names of its notes and kinds.

    Returns:
        Its media files, and the forms in which the texts came.

    Raises:
        CallError: The package is damaged.
    """
    for path, content in starter.items():
        write_file(part / path, content)
    contents, chapters = old.contents, tuple(chapters)
    kinds = {number: kind for number, kind in texts.kinds.items() if number in contents.note_types}
    _write_kinds(part, contents, kinds)
    folders = {number: Project(part).templates / kind.name for number, kind in kinds.items()}
    media = adopt_media(old, [note for each in chapters for note in each.notes], folders, part)
    texts = replace(texts, media=media.paths, forms=dict.fromkeys(texts.forms, 0), changed=[])
    for chapter in chapters:
        write_file(part / chapter.path, texts.chapter(chapter).encode())
    return media, texts


def report(part: Path, texts: Texts, chapters: Iterable[ChosenChapter]) -> str:
    """All texts that do not come back whole, one a line, each with the place of its note in the source."""
    places = {}
    for chapter in chapters:
        lines = (part / chapter.path).read_text("utf-8").split("\n")
        for number, line in enumerate(lines, 1):
            if line.startswith(NOTE):
                places[line.removeprefix(NOTE)] = f" ({chapter.path}:{number})"
    return "".join(
        f"{each.note}, {each.key}: {', '.join(each.lost)}{places.get(each.note, '')}\n"
        for each in texts.changed
    )


def _manifest(text: str, deck: str) -> str:
    """The text of a new deck.yaml as it fits an adopted deck, given by its id."""
    for new, adopted in (
        (
            "# All note identities derive from the id; you cannot change it later.\n",
            (
                "# Notes that you add get their identities from the id; you cannot change it later.\n"
                "# Adopted notes keep those that learners have: ledger.jsonl records them.\n"
            ),
        ),
        ("Do not change it after the first release: ", "Do not change it: "),
        (f"tags:\n  - {deck}\n", ""),  # a tag of the whole deck would be new for learners
    ):
        assert text.count(new) == 1, new  # noqa: S101 (for who changes the starter file)
        text = text.replace(new, adopted)
    return text


def _description(contents: Contents, title: str) -> str:
    """The lines of deck.yaml for the description of a deck, which learners see; empty if it has none."""
    deck = next((each for each in contents.decks.values() if each.name == title), None)
    if deck is None or not deck.description.strip():
        return ""
    text = (
        deck.description
        if deck.markdown
        else convert(deck.description, cloze=False, map_tags={}, media={}).text
    )
    return write({"description": text.strip() + "\n"}) if text.strip() else ""


def _write_kinds(part: Path, contents: Contents, kinds: ReadOnly[int, NamedKind]) -> None:
    """Write the kinds of a package's note types.

    Raises:
        CallError: The package is damaged.
    """
    decks = {number: deck.name for number, deck in contents.decks.items()}
    for number, named in kinds.items():
        note_type = contents.note_types[number]
        if number <= 0 or not note_type.name.strip():
            message = (
                f"the package is damaged: a note type has the name `{note_type.name}` and the id {number}"
            )
            raise CallError(message, "in Anki, give it a name, run Tools > Check Database, and export again")
        for name, text in kind_files(note_type, named, decks).items():
            write_file(Project(part).templates / named.name / name, text.encode())
