"""The fixes of `deckgen check --fix`: for faults in the source that have only one possible fix.

Texts that YAML misreads go into blocks, notes without an id get one, and unreleased texts lose their stray
blanks. The fixes edit the text of the files, and everything else in them stays, to the byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen.build import build
from deckgen.checks import OF_CARDS
from deckgen.commands.fix import blocks, ids, numbers, prose
from deckgen.commands.fix.edited_deck import EditedDeck
from deckgen.commands.fix.edited_file import EditedFile, carried, diff
from deckgen.deck.kinds_in_force import read_kinds
from deckgen.diagnostics import CallError, listed
from deckgen.files import check_target, replacing
from deckgen.history import ledger_file, merge
from deckgen.history.lost_ledger import lost_ledger
from deckgen.kept import NOTHING
from deckgen.project import LEDGER, MANIFEST, Project, kind_folders
from deckgen.source import Document, Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.diagnostics import Diagnostic
    from deckgen.history.ledger import Ledger, NoteTypeLine
    from deckgen.kept import Kept

FIX = "`deckgen check --fix` fixes it"
"""The end of the hint of a diagnostic that `check --fix` can fix."""

_MOST_TRIED = 2000  # faults; a file with more comes from a program, and to fix it would take long
_ONLY_FOR_AUTHORS = OF_CARDS - {"doubled-space", "trailing-space", "cloze-gap"}
"""The codes of warnings about cards that only an author can fix. Most decks have some, and no others."""
_SEVERAL = {
    blocks.DONE: "texts changed into blocks",
    ids.GIVEN: "ids added",
    ids.PUT_BACK: "released ids restored",
    numbers.DONE: "ids of fields and cards added",
    prose.SPACES: "repeated spaces removed",
    prose.BLANKS: "lines with spaces at the end fixed",
    prose.BREAK: "line breaks made visible",
    prose.NUMBERS: "takeaways renumbered without gaps",
}
"""The plural of each kind of fix."""


@dataclass(frozen=True)
class FixedFile:
    """A file with its fixes.

    Attributes:
        path: Its path, relative to the project's folder, with `/`.
        file: The file itself, whatever link leads to it.
        before: Its bytes before the fixes.
        after: Its bytes after them.
        what: The fixes, as in "2 ids added, 1 text put into a block".
        left: The faults without a fix, and the reasons, as sentences.
    """

    path: str
    file: Path
    before: bytes
    after: bytes
    what: str
    left: tuple[str, ...] = ()

    @cached_property
    def diff(self) -> str:
        """The changes of the file as a unified diff; empty if there are none."""
        return diff(*self.texts, self.path)

    @property
    def texts(self) -> tuple[str, str]:
        """Its text before and after."""
        before, after = (content.decode("utf-8-sig", "replace") for content in (self.before, self.after))
        return before, after


def fix(project: Path) -> list[FixedFile]:
    """The fixes for the files in a deck's folder; this writes nothing.

    Args:
        project: The folder that holds source/.

    Returns:
        The files with changes, and the files with faults that have no fix, sorted by path.

    Raises:
        CallError: The ledger holds a conflict that cannot be resolved.
    """
    project = project.resolve()
    released, fixed = _fix_ledger(project)
    place = Project(project)
    folders = place.template_folders()
    owners = kind_folders(folders)
    own = [owner / "kind.yaml" for owner in owners if owner.path.parent == folders[-1].path]
    edited_files = [EditedFile.of(each.path, each.shown, project) for each in own]
    if own and released is not None:
        shipped = read_kinds(kind_folders([folders[0]])).in_force
        for edited in edited_files:
            numbers.fix(edited, numbers.shared(shipped), _released_as(edited, released))
    texts = {edited.shown: edited.text for edited in edited_files if edited.valid}
    kinds = read_kinds(owners, texts)

    deck = EditedFile.of(place.manifest, MANIFEST, project)
    if released is not None and _is_lost(project, deck, released):
        released = None  # without it, released notes look like new ones
    blocks.fix(deck, blocks.DECK_PLACES)
    edited_files.append(deck)
    if None not in kinds.unread:
        files, faults = place.files()
        paths = place.chapters(files)
        parts = [EditedFile.of(path, path.relative_to(project).as_posix(), project) for path in paths]
        edited_files += parts
        places = blocks.places(kinds.in_force)
        for edited in parts:
            blocks.fix(edited, places)
        # an unreadable part may contain any id, and any of the released notes
        if released is not None and not faults and all(edited.faithful or edited.text for edited in parts):
            edited_deck = EditedDeck(project, deck, parts, kinds, released)
            ids.give(edited_deck)
            prose.fix(edited_deck)
    fixed += [_fixed(edited) for edited in _once(edited_files) if edited.done or edited.left]
    return sorted(fixed, key=lambda each: each.path)


def write(fixed: Iterable[FixedFile]) -> None:
    """Write fixed files in their places, each completely or not at all.

    Raises:
        CallError: A file cannot be written, or has changed since it was read.
    """
    changed = [each for each in fixed if each.after != each.before]
    for each in changed:
        check_target(each.file)
    for each in changed:
        with replacing(each.file, each.before) as file:
            file.write(each.after)


def tried(
    project: Path,
    fixed: Iterable[FixedFile],
    progress: Callable[[str, int, int], None] | None = None,
    kept: Kept = NOTHING,
) -> Build:
    """The build of a deck with fixed files; this writes nothing."""
    texts = {each.path: each.texts[1] for each in fixed if each.diff}
    return build(project, progress, texts=texts, kept=kept)


def mark_fixable(
    result: Build, progress: Callable[[str, int, int], None] | None = None, kept: Kept = NOTHING
) -> Build:
    """A build whose diagnostics say which of them `check --fix` can fix. It tries the fixes in memory.

    Args:
        result: A build of the files as they are.
        progress: As for `build`.
        kept: As for `build`.

    Returns:
        The same build; the hints of fixable diagnostics end with the command.
    """
    if not 0 < sum(each.stands_for for each in result.diagnostics) <= _MOST_TRIED:
        return result
    if all(each.code in _ONLY_FOR_AUTHORS for each in result.diagnostics):
        return result
    try:
        changed = [each for each in fix(result.project) if each.diff]
    except CallError:  # a conflict of the ledger that only its author can resolve
        changed = []
    if not changed:
        return result
    remaining = _Remaining(tried(result.project, changed, progress, kept).diagnostics, changed)
    return replace(
        result, diagnostics=[each if remaining.has(each) else _marked(each) for each in result.diagnostics]
    )


def _marked(diagnostic: Diagnostic) -> Diagnostic:
    """A diagnostic marked as one that `check --fix` can fix."""
    hint = f"{diagnostic.hint}; {FIX}" if diagnostic.hint else "run `deckgen check --fix`"
    return replace(diagnostic, fixable=True, hint=hint)


class _Remaining:
    """The diagnostics that remain after files have been fixed."""

    def __init__(self, diagnostics: Iterable[Diagnostic], fixed: Iterable[FixedFile]) -> None:
        """Sort the remaining diagnostics by file and code.

        Args:
            diagnostics: The diagnostics of the fixed deck.
            fixed: The fixed files.
        """
        self._messages: dict[tuple[str, str], set[tuple[int, str]]] = {}
        for each in diagnostics:
            messages = self._messages.setdefault((each.span.path, each.code), set())
            messages.add((each.span.line, _without_numbers(each.message)))
        self._places: dict[str, Callable[[int], range]] = {}
        for file in fixed:
            before, after = (Document(file.path, text).lines for text in file.texts)
            self._places[file.path] = carried(before, after)

    def has(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic from before the fixes remains."""
        path, line = diagnostic.span.path, diagnostic.span.line
        messages = self._messages.get((path, diagnostic.code), set())
        if diagnostic.stands_for > 1:
            return bool(messages)
        lines = self._places[path](line) if path in self._places else (line,)
        message = _without_numbers(diagnostic.message)
        return any((number, message) in messages for number in lines)


def _without_numbers(message: str) -> str:
    """A message without its numbers, because a line number changes if lines move."""
    return re.sub(r"[0-9,]+", "", message)


def _fix_ledger(project: Path) -> tuple[Ledger | None, list[FixedFile]]:
    """The released state, None if the ledger has faults; and the fixed ledger, without git's conflict marks.

    Raises:
        CallError: The two sides of a conflict contradict each other, or contain invalid lines.
    """
    read = ledger_file.read_ledger(project)
    released, diagnostics, record = read.ledger, read.diagnostics, read.text
    if [diagnostic.code for diagnostic in diagnostics] != ["ledger-conflict"]:
        return (None if diagnostics else released), []
    rows = record.removesuffix("\n").split("\n")
    text = merge.merged(rows)
    why = "a line is damaged, or the two sides are from different decks"
    if text is not None:
        released, faults = ledger_file.parse(text)
        why = next(iter(faults)).message if faults else ""
    if text is None or why:
        hint = "undo the merge (`git merge --abort`), and make both sides agree first"
        raise CallError(f"the conflict in {LEDGER} cannot be resolved: {why}", hint)
    file = (project / LEDGER).resolve()
    what = "the conflict is resolved; commit the ledger"
    if twice := merge.released_twice(rows):
        what = (
            f"the conflict is resolved, but both sides released {listed(twice)}, so learners "
            "have one of two different decks with that version: commit the ledger, then "
            "release a new version, which brings all learners up to date"
        )
    return released, [FixedFile(LEDGER, file, file.read_bytes(), text.encode(), what)]


def _is_lost(project: Path, deck: EditedFile, released: Ledger) -> bool:
    """Whether git knows that the deck has been released, and its ledger is not there."""
    root = deck.document.root
    name = root.entries.get("id") if isinstance(root, Mapping) else None
    if released.releases or not isinstance(name, Scalar):
        return False
    try:
        return any(lost_ledger(project, name.value, released, releasing=True))
    except CallError:  # nobody can know
        return False


def _released_as(edited: EditedFile, released: Ledger) -> NoteTypeLine | None:
    """The ledger's line for the kind of a kind.yaml; None if the kind has not been released."""
    root = edited.document.root
    was = root.entries.get("was") if isinstance(root, Mapping) else None
    name = edited.shown.split("/")[-2]
    return released.types.get(name) or (released.types.get(was.value) if isinstance(was, Scalar) else None)


def _once(edited_files: list[EditedFile]) -> list[EditedFile]:
    """The files, each only once even if several links lead to it."""
    return list({edited.file: edited for edited in reversed(edited_files)}.values())


def _fixed(edited: EditedFile) -> FixedFile:
    what = ", ".join(
        f"{count:,} {what if count == 1 else _SEVERAL[what]}" for what, count in edited.done.items()
    )
    return FixedFile(edited.shown, edited.file, edited.raw, edited.after, what, tuple(edited.left))
