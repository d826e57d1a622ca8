"""Warnings about changes that send many released notes to learners again."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, counted, listing
from deckgen.history.sending import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.notes import Deck, Note

_FEW_NOTES = 10  # in a deck with fewer any change is a wide one
_A_WIDE_SHARE = 10  # a change of more than one note in so many is wide
_MANY_BY_ONE_FILE = 10  # notes that one image or sound sends again
_FEW_FILES = 3  # files, or folders, that a hint names one by one
_COST = "learners lose their own edits and tags on these notes"


def wide_changes(
    deck: Deck, causes: ReadOnly[Note, Cause], released: Collection[Note]
) -> Iterator[Diagnostic]:
    """Warnings about changes that send many released notes again, by their causes, with what that costs.

    Args:
        deck: The deck.
        causes: Why learners get notes again, by note.
        released: The notes of the last release that are in the deck.
    """
    if len(released) < _FEW_NOTES:
        return
    counts = Counter(_shared(deck, causes, released))
    rest = []
    for cause, count in counts.items():
        many = count * _A_WIDE_SHARE > len(released) or (cause.file and count >= _MANY_BY_ONE_FILE)
        if cause.alone or not many:
            rest += [cause] * count
            continue
        message, hint = _sent(count, len(released)), _COST
        if cause.file:
            message += ", because this file has changed"
            hint = f"{_COST}; {_same([cause.file])}"
        elif cause.cards:
            message += ", because faces now make an additional card from them"
            hint = f"{_COST}, and each new card comes before the deck's other new ones"
        yield Diagnostic("wide-change", message, cause.span, hint)
    if len(rest) * _A_WIDE_SHARE > len(released):
        yield _by_many(rest, len(released))


def _shared(deck: Deck, causes: ReadOnly[Note, Cause], released: Iterable[Note]) -> Iterator[Cause]:
    """The causes; changes of tags are joined if all notes of the deck, or of a chapter, have other tags."""
    whole = Counter(note.chapter.document.path for note in released)
    tagged = Counter(note.chapter.document.path for note, cause in causes.items() if cause.tags)
    for note, cause in causes.items():
        path = note.chapter.document.path
        if cause.tags and tagged == whole and len(whole) > 1:
            yield Cause(deck.document.place_of("tags"))
        elif cause.tags and tagged[path] == whole[path] > 1:
            yield Cause(note.chapter.tags_at or deck.document.place_of("tags"))
        else:
            yield cause


def _by_many(causes: list[Cause], released: int) -> Diagnostic:
    """Warnings about changes that are many together, each of one or a few notes."""
    message = f"{_sent(len(causes), released)}, each with its own change"
    by_file = [cause for cause in causes if cause.file]
    by_tags = sum(cause.tags for cause in causes)
    parts = [(len(by_file), "changed images or sounds"), (by_tags, "changed tags only")]
    named = [f"{count:,} for {what}" for count, what in parts if count]
    message += f" ({', '.join(named)})" if named else ""
    if not by_file:
        return Diagnostic("wide-change", message, causes[0].span, _COST)
    files = list(dict.fromkeys(cause.file for cause in by_file))
    return Diagnostic("wide-change", message, by_file[0].span, f"{_COST}; {_same(files)}")


def _sent(count: int, released: int) -> str:
    are = "is" if count == 1 else "are"
    return f"{count:,} of {counted(released, 'released note')} {are} sent to learners again"


def _same(files: Sequence[str]) -> str:
    """How to say that files show the same as before: one by one, or by their folders."""
    paths = list(files)
    if len(paths) > _FEW_FILES:
        paths = list(dict.fromkeys(file.rpartition("/")[0] for file in files))
    if len(paths) > _FEW_FILES:
        paths = [os.path.commonpath(paths)]
    inside = [path.removeprefix("source/") for path in paths]
    ids = listing(inside)
    keys = "`code: same-media`, `because: |`"
    return f"if they show the same, accept the change in deck.yaml, with {keys} and the id {ids}"
