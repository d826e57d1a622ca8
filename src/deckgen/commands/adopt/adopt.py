"""A package that learners have, made into the source of a deck whose next release they can import over it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from deckgen.build import build
from deckgen.build import now as time_of_build
from deckgen.cards import html
from deckgen.commands import schema
from deckgen.commands.adopt.adopted_media import AdoptedMedia, adopt_media, check_media
from deckgen.commands.adopt.chosen import choose, count_by_type
from deckgen.commands.adopt.kinds import kind_files, name_kinds
from deckgen.commands.adopt.note_ids import note_ids
from deckgen.commands.adopt.one_change import one_change
from deckgen.commands.adopt.texts import Texts
from deckgen.commands.adopt.verbatim import without_halves
from deckgen.commands.from_html.convert import convert
from deckgen.commands.init.create import check_folder, new_deck, on_workflows, refuse_existing, write_file
from deckgen.commands.init.starter import CHAPTER, starter_files
from deckgen.commands.inspect.markup import of_templates
from deckgen.diagnostics import CallError, Diagnostic, counted, listed
from deckgen.git import work_tree
from deckgen.history.ledger import AdoptedLine, NoteLine, NoteTypeLine, ReleaseLine
from deckgen.history.ledger_file import written
from deckgen.history.versions import parsed
from deckgen.project import LEDGER, MANIFEST, Project
from deckgen.source import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.build import Build
    from deckgen.commands.adopt.chosen import Chosen, ChosenChapter
    from deckgen.commands.adopt.kinds import NamedKind
    from deckgen.commands.adopt.old import Old
    from deckgen.commands.init.answers import Answers
    from deckgen.history.ledger import Line
    from deckgen.history.plan import UpdatePlan
    from deckgen.package import Contents, PackedNote, PackedNoteType

_SHOWN_ERRORS = 3
_NOTE = "  - id: "  # begins a note in a chapter
REPORT = "build/changed-texts.txt"
"""The file with all texts that do not come back whole, from the deck's folder."""
MARKS = {"b": "strong", "i": "em"}
"""Elements that Markdown writes otherwise, and what it writes."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an author wants of an adoption.

    Attributes:
        decks: The decks of the package to adopt, each with its subdecks; all if there are none.
        version: The version that stands for what learners have; each release will be higher.
        map_tags: HTML elements that stand for others, as in `hl` for `mark`.
        keep_remote: Whether card templates may load files from the internet, as they did.
    """

    decks: tuple[str, ...] = ()
    version: str = "0"
    map_tags: tuple[tuple[str, str], ...] = ()
    keep_remote: bool = False


@dataclass(frozen=True, slots=True)
class Adopted:
    """An adopted deck.

    Attributes:
        folder: Its folder, without links.
        in_git: Whether the folder was in a git repository before.
        chosen: The adopted notes, by chapters.
        kinds: The names of the note types, each with the number of its notes.
        texts: The forms in which the texts came.
        media: The media files, and those that were left.
        unstyled: The names of note types, each with the path of its style, and with the elements there that
            changed texts do not have.
        more_cards: The number of cards that learners get in addition, because their front is filled.
        warnings: The number of warnings about the deck.
        first: What the first release brings to learners who have a package of the folder; None if nothing.
        remarks: What its author should know of its workflows.
    """

    folder: Path
    in_git: bool
    chosen: Chosen
    kinds: tuple[tuple[str, int], ...]
    texts: Texts
    media: AdoptedMedia
    unstyled: tuple[tuple[str, str, tuple[str, ...]], ...]
    more_cards: int
    warnings: int
    first: UpdatePlan | None
    remarks: tuple[str, ...]


def adopt(
    old: Old,
    folder: Path,
    answers: Answers,
    wishes: Wishes,
    rehearse: Callable[[Path, ReadOnly[str, str]], object],
    progress: Callable[[str, int, int], None] | None = None,
) -> Adopted:
    """Make a deck of a package: all of its files, or nothing.

    Args:
        old: The old deck.
        folder: The deck's folder, which is made if it does not exist.
        answers: What is known of the deck. Its title is that of the package.
        wishes: What the author wants.
        rehearse: Called before the finished deck gets its name, with its folder, and with the text of a
            chapter with one changed note, by its path; what it raises ends the adoption.
        progress: As for `build`.

    Raises:
        CallError: The package cannot be adopted, as it has no media, for example; or the folder cannot be
            written to.
    """
    check_folder(folder)
    if parsed(wishes.version) is None:
        raise CallError(f"--version: `{wishes.version}` is not a valid version", "as in: --version 1.4")
    folder = folder.resolve()
    contents = old.contents
    chosen = choose(contents, wishes.decks, answers.language)
    counts = count_by_type(contents, chosen)
    notes = tuple(chosen.notes)
    if not wishes.keep_remote:
        _check_remote(contents, counts)
    if not old.in_crowdanki:
        check_media(contents, notes)
    top = work_tree(folder)
    with new_deck(folder) as part:
        starter = starter_files(answers, folder, at_top=top in {None, folder})
        manifest = _manifest(starter[MANIFEST].decode(), answers.id)
        starter[MANIFEST] = (manifest + _description(contents, chosen.title)).encode()
        del starter[CHAPTER]
        refuse_existing(folder, starter, starter.__getitem__)
        for path, content in starter.items():
            write_file(part / path, content)
        known = old.had or old
        of_learners = notes if known is old else known.contents.notes
        kinds = name_kinds(replace(contents, notes=(*notes, *of_learners)), answers.language)
        ids = note_ids(notes, answers.language)
        texts = Texts(ids, kinds, {}, dict(wishes.map_tags))
        media, texts = _write(part, old, chosen.chapters, texts)
        schema.write(part)
        if known is old:
            plan = _plan(_built(part, progress))
        else:
            plan = _of_learners(known, starter, chosen.chapters, texts, progress)
        by_id = {ids[note.guid]: note for note in of_learners if note.guid in ids}
        line = AdoptedLine(
            wishes.version,
            time_of_build(),
            len(by_id),
            known.digest,
            without_halves(known.path.resolve().name),
            merge=old.unknown,
        )
        had = known.contents.note_types
        types = {kind.name: had[number] for number, kind in kinds.items() if number in had}
        lines = _lines(plan, types, by_id, line, known.contents)
        write_file(part / LEDGER, written(lines).encode())
        made = _built(part, progress)
        if not old.unknown:
            rehearse(part, one_change(_plan(made), chosen.chapters, texts))
        if texts.changed:
            write_file(part / REPORT, _report(part, texts, chosen.chapters).encode())
    return Adopted(
        folder,
        top is not None,
        chosen,
        tuple((contents.note_types[number].name, count) for number, count in counts.items()),
        texts,
        media,
        tuple(
            (contents.note_types[number].name, f"templates/{kinds[number].name}/style.css.j2", tuple(names))
            for number in counts
            if (names := css_without_marks(contents.note_types[number].css))
        ),
        0 if old.unknown else _more_cards(known.contents, made, by_id),
        sum(each.stands_for for each in made.diagnostics if each.level == "warning"),
        _plan(made) if old.had else None,
        tuple(on_workflows(folder, top)),
    )


def tag_pairs(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The HTML elements and those that they become, from texts such as `hl=mark`.

    Raises:
        CallError: A text is no such pair, or names an element that is not allowed on cards.
    """
    pairs = []
    for text in texts:
        old, _, new = text.lower().partition("=")
        if not old.isalnum() or new not in html.TAGS:
            what = f"`{new}` is not allowed on cards" if old.isalnum() and new else f"`{text}` is not OLD=NEW"
            raise CallError(f"--map-tag: {what}", "as in: --map-tag hl=mark")
        pairs.append((old, new))
    return tuple(pairs)


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


def css_without_marks(css: str) -> list[str]:
    """The elements that a style names, and that Markdown writes otherwise: `b` as `strong`, `i` as `em`."""
    return [
        name
        for name, other in MARKS.items()
        if re.search(rf"(?<![\w.#-]){name}(?=\s*[,{{:.])", css)
        and not re.search(rf"(?<![\w.#-]){other}(?![\w-])", css)
    ]


def _report(part: Path, texts: Texts, chapters: Iterable[ChosenChapter]) -> str:
    """All texts that do not come back whole, one a line, each with the place of its note in the source."""
    places = {}
    for chapter in chapters:
        lines = (part / chapter.path).read_text("utf-8").split("\n")
        for number, line in enumerate(lines, 1):
            if line.startswith(_NOTE):
                places[line.removeprefix(_NOTE)] = f" ({chapter.path}:{number})"
    return "".join(
        f"{each.note}, {each.key}: {', '.join(each.lost)}{places.get(each.note, '')}\n"
        for each in texts.changed
    )


def _check_remote(contents: Contents, counts: ReadOnly[int, int]) -> None:
    """Refuse note types whose cards load files from the internet.

    Raises:
        CallError: They do.
    """
    found = of_templates(contents.note_types[number] for number in counts)
    remote = [f"{each.address} ({where})" for each, where in found.items() if each.remote]
    if remote:
        message = f"card templates load {counted(len(remote), 'file')} from the internet: {listed(remote)}"
        hint = "remove them from the note type in Anki, and export again; or keep them: --keep-remote"
        raise CallError(message, hint)


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


def _write(
    part: Path, old: Old, chapters: Iterable[ChosenChapter], texts: Texts
) -> tuple[AdoptedMedia, Texts]:
    """Write the kinds, the media files and the chapters of a deck.

    Args:
        part: The deck's folder.
        old: The old deck.
        chapters: The chapters, with its notes.
        texts: The names of its notes and kinds.

    Returns:
        Its media files, and the forms in which the texts came.
    """
    contents, chapters = old.contents, tuple(chapters)
    kinds = {number: kind for number, kind in texts.kinds.items() if number in contents.note_types}
    _write_kinds(part, contents, kinds)
    folders = {number: Project(part).templates / kind.name for number, kind in kinds.items()}
    media = adopt_media(old, [note for each in chapters for note in each.notes], folders, part)
    texts = replace(texts, media=media.paths, forms=dict.fromkeys(texts.forms, 0), changed=[])
    for chapter in chapters:
        write_file(part / chapter.path, texts.chapter(chapter).encode())
    return media, texts


def _of_learners(
    had: Old,
    starter: ReadOnly[str, bytes],
    chapters: Iterable[ChosenChapter],
    texts: Texts,
    progress: Callable[[str, int, int], None] | None,
) -> UpdatePlan:
    """A plan of what learners have of a deck whose texts may be newer.

    Args:
        had: The package that they have.
        starter: The other files of the deck, by their paths.
        chapters: The chapters of the deck.
        texts: The names of its notes and kinds.
        progress: As for `build`.
    """
    notes = {note.guid: note for note in had.contents.notes}
    theirs = (
        replace(each, notes=tuple(notes[note.guid] for note in each.notes if note.guid in notes))
        for each in chapters
    )
    with TemporaryDirectory(prefix="deckgen-adopt-", ignore_cleanup_errors=True) as folder:
        part = Path(folder)
        for path, content in starter.items():
            write_file(part / path, content)
        _write(part, had, [each for each in theirs if each.notes], texts)
        return _plan(_built(part, progress))


def _built(part: Path, progress: Callable[[str, int, int], None] | None) -> Build:
    """The build of the deck.

    Raises:
        CallError: It has errors.
    """
    made = build(part, progress)
    errors = [each for each in made.diagnostics if each.level == "error"]
    if errors:
        shown = "; ".join(_in_short(each, part) for each in errors[:_SHOWN_ERRORS])
        first = ", first" if len(errors) > _SHOWN_ERRORS else ""
        message = (
            f"deckgen cannot make a deck of this package, because of {counted(len(errors), 'error')}{first}: "
        )
        raise CallError(message + shown, "change this in Anki, and export the deck again")
    return made


def _in_short(diagnostic: Diagnostic, part: Path) -> str:
    """An error with the note that has it, or else the file, which is not written."""
    path = part / diagnostic.span.path
    lines = path.read_text("utf-8").split("\n")[: diagnostic.span.line] if path.is_file() else []
    note = next((line.removeprefix(_NOTE) for line in reversed(lines) if line.startswith(_NOTE)), "")
    return (
        f"the note `{note}`: {diagnostic.message}"
        if note
        else f"{diagnostic.span.path}: {diagnostic.message}"
    )


def _plan(made: Build) -> UpdatePlan:
    """The plan of a build without errors."""
    assert made.packages  # noqa: S101 (for mypy: without errors there are packages)
    return made.packages.plan


def _lines(
    plan: UpdatePlan,
    types: ReadOnly[str, PackedNoteType],
    notes: ReadOnly[str, PackedNote],
    adopted: AdoptedLine,
    contents: Contents,
) -> Iterator[Line]:
    """The ledger of an adopted deck: what a release would write, with the identities that learners have.

    Args:
        plan: The plan of a build without a ledger.
        types: The note types of the package, by kind.
        notes: The notes of the package, by their ids in the deck.
        adopted: The line of the package.
        contents: What the package holds.
    """
    release = ReleaseLine(adopted.version, adopted.time, "", {}, adopted.notes, "", "")
    for line in plan.next_lines(release):
        match line:
            case NoteTypeLine():
                note_type = types[line.kind]
                modified = adopted.time if adopted.merge else note_type.modified
                yield replace(line, id=note_type.id, modified=modified)
            case NoteLine():
                note = notes[line.id]
                if adopted.merge:  # its note types are new for learners, so each note has to be newer, too
                    yield line._replace(guid=note.guid, modified=adopted.time)
                    continue
                had = {card.ord for card in contents.cards_of.get(note.id, ())}
                cards = [number for number in line.ordinals if number in had] or line.ordinals
                # also a time in the future: Anki imports only what is newer
                modified = max(note.modified, 0)
                yield line._replace(guid=note.guid, modified=modified, cards=",".join(map(str, cards)))
            case ReleaseLine():
                yield adopted
            case _:
                yield line


def _more_cards(contents: Contents, made: Build, notes: ReadOnly[str, PackedNote]) -> int:
    """The number of cards that notes have in the deck and not in the package."""
    more = 0
    for each in made.notes:
        if each.note.id not in notes:
            continue
        old = {card.ord for card in contents.cards_of.get(notes[each.note.id].id, ())}
        more += len(set(each.cards) - old)
    return more
