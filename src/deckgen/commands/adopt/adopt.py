"""A package that learners have, made into the source of a deck whose next release they can import over it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen.cards import html
from deckgen.commands import schema
from deckgen.commands.adopt.adopted_media import AdoptedMedia, check_media
from deckgen.commands.adopt.building import built, plan_of
from deckgen.commands.adopt.chosen import choose, count_by_type
from deckgen.commands.adopt.identities import by_id, ledger_text, more_cards, plan_of_learners
from deckgen.commands.adopt.kinds import name_kinds
from deckgen.commands.adopt.note_ids import note_ids
from deckgen.commands.adopt.one_change import one_change
from deckgen.commands.adopt.source_files import report, starter_of, write_deck
from deckgen.commands.adopt.texts import Texts
from deckgen.commands.init.create import check_folder, new_deck, on_workflows, refuse_existing, write_file
from deckgen.commands.inspect.markup import of_templates
from deckgen.diagnostics import CallError, counted, listed
from deckgen.git import work_tree
from deckgen.history.versions import parsed
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from deckgen.commands.adopt.chosen import Chosen
    from deckgen.commands.adopt.old import Old
    from deckgen.commands.init.answers import Answers
    from deckgen.history.plan import UpdatePlan
    from deckgen.package import Contents

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
    folder = folder.resolve()
    chosen = choose(old.contents, wishes.decks, answers.language)
    _check(old, chosen, wishes)
    known = old.had or old
    top = work_tree(folder)
    with new_deck(folder) as part:
        starter = starter_of(old.contents, chosen.title, answers, folder, at_top=top in {None, folder})
        refuse_existing(folder, starter, starter.__getitem__)
        texts = _named(old, chosen, answers.language, wishes)
        media, texts = write_deck(part, starter, old, chosen.chapters, texts)
        schema.write(part)
        if known is old:
            plan = plan_of(built(part, progress))
        else:
            plan = plan_of_learners(known, starter, chosen.chapters, texts, progress)
        ledger = ledger_text(plan, known, texts, wishes.version, merge=old.unknown)
        write_file(part / LEDGER, ledger.encode())
        made = built(part, progress)
        if not old.unknown:
            rehearse(part, one_change(plan_of(made), chosen.chapters, texts))
        if texts.changed:
            write_file(part / REPORT, report(part, texts, chosen.chapters).encode())
    return Adopted(
        folder,
        top is not None,
        chosen,
        _count_kinds(old.contents, chosen),
        texts,
        media,
        tuple(_unstyled(old.contents, chosen, texts)),
        0 if old.unknown else more_cards(known.contents, made, by_id(known.contents, texts)),
        sum(each.stands_for for each in made.diagnostics if each.level == "warning"),
        plan_of(made) if old.had else None,
        tuple(on_workflows(folder, top)),
    )


def _check(old: Old, chosen: Chosen, wishes: Wishes) -> None:
    """Refuse what cannot be adopted.

    Raises:
        CallError: The version is none; or the package lacks its media, or loads files from the internet.
    """
    if parsed(wishes.version) is None:
        raise CallError(f"--version: `{wishes.version}` is not a valid version", "as in: --version 1.4")
    if not wishes.keep_remote:
        _check_remote(old.contents, count_by_type(old.contents, chosen))
    if not old.in_crowdanki:
        check_media(old.contents, tuple(chosen.notes))


def _named(old: Old, chosen: Chosen, language: str, wishes: Wishes) -> Texts:
    """The ids of the notes and the names of their kinds, including those that only learners have."""
    notes = tuple(chosen.notes)
    of_learners = old.had.contents.notes if old.had else ()
    kinds = name_kinds(replace(old.contents, notes=(*notes, *of_learners)), language)
    return Texts(note_ids(notes, language), kinds, {}, dict(wishes.map_tags))


def _count_kinds(contents: Contents, chosen: Chosen) -> tuple[tuple[str, int], ...]:
    """The names of the note types, each with the number of its notes."""
    counts = count_by_type(contents, chosen)
    return tuple((contents.note_types[number].name, count) for number, count in counts.items())


def _unstyled(contents: Contents, chosen: Chosen, texts: Texts) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The note types whose style names elements that Markdown writes otherwise: name, file, elements."""
    for number in count_by_type(contents, chosen):
        note_type = contents.note_types[number]
        if names := css_without_marks(note_type.css):
            yield note_type.name, f"templates/{texts.kinds[number].name}/style.css.j2", tuple(names)


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


def css_without_marks(css: str) -> list[str]:
    """The elements that a style names, and that Markdown writes otherwise: `b` as `strong`, `i` as `em`."""
    return [
        name
        for name, other in MARKS.items()
        if re.search(rf"(?<![\w.#-]){name}(?=\s*[,{{:.])", css)
        and not re.search(rf"(?<![\w.#-]){other}(?![\w-])", css)
    ]


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
