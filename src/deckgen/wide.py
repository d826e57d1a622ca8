"""Changes that send many released notes to learners again, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Span, counted
from deckgen.fingerprints import digest_of_tags
from deckgen.notes import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deckgen.notes import Deck, Note

_FEW_NOTES = 10  # in a deck with fewer any change is a wide one
_A_WIDE_SHARE = 10  # a change of more than one note in so many is wide
_MANY_BY_ONE_FILE = 10  # notes that one image or sound sends again
_COST = "each of them loses the learner's own edits and tags by that"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why learners get a note again.

    Attributes:
        span: Where the author has changed something.
        file: The image or sound whose content is another, by its path from the project's folder.
        alone: Whether the change is the note's own.
        tags: Whether only its tags are others.
    """

    span: Span
    file: str = ""
    alone: bool = False
    tags: bool = False


def of_tags(deck: Deck, note: Note, before: str) -> Cause:
    """Why a note has other tags than those with the digest that it was released with."""
    chapter, whole = note.chapter, deck.document.place_of("tags")
    for tag in chapter.tags:
        if digest_of_tags(set(note.tags) - {tag}) == before:
            return Cause(whole if tag in deck.tags else chapter.tags_at or whole)
    return Cause(place(note), alone=True, tags=True)


def wide_changes(causes: Sequence[Cause], released: int) -> Iterator[Diagnostic]:
    """Advice on changes that send many released notes again, by their causes, with what that costs.

    Args:
        causes: Why learners get notes again, a cause for each of these.
        released: How many notes the last release had.
    """
    if released < _FEW_NOTES:
        return
    counts: dict[Cause, int] = {}
    for cause in causes:
        counts[cause] = counts.get(cause, 0) + 1
    rest = []
    for cause, count in counts.items():
        many = count * _A_WIDE_SHARE > released or (cause.file and count >= _MANY_BY_ONE_FILE)
        if cause.alone or not many:
            rest += [cause] * count
            continue
        message, hint = _sent(count, released), f"{_COST}; is it worth it?"
        if cause.file:
            message += ", because this file holds something else"
            hint = f"{_COST}; {_same(cause.file)}"
        yield Diagnostic("wide-change", message, cause.span, hint)
    if len(rest) * _A_WIDE_SHARE > released:
        yield _by_many(rest, released)


def _by_many(causes: list[Cause], released: int) -> Diagnostic:
    """Advice on changes that are many together, each of one or a few notes."""
    message = f"{_sent(len(causes), released)}, each for a change of its own"
    by_file = [cause for cause in causes if cause.file]
    by_tags = sum(cause.tags for cause in causes)
    parts = [(len(by_file), "their images or sounds"), (by_tags, "their tags alone")]
    named = [f"{count:,} for {what}" for count, what in parts if count]
    message += f" ({', '.join(named)})" if named else ""
    if not by_file:
        return Diagnostic("wide-change", message, causes[0].span, f"{_COST}; is it worth it?")
    folder = by_file[0].file.rpartition("/")[0]
    return Diagnostic("wide-change", message, by_file[0].span, f"{_COST}; {_same(folder)}")


def _sent(count: int, released: int) -> str:
    are = "is" if count == 1 else "are"
    return f"{count:,} of {counted(released, 'released note')} {are} sent to learners again"


def _same(path: str) -> str:
    """How to say that a file, or those of a folder, show the same as before."""
    inside = path.removeprefix("source/")
    return f"if they show what they showed, say so in deck.yaml: `accept`, `code: same-media`, `id: {inside}`"
