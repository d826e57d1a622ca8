"""Ids of notes: proposals for missing ones, a search in faulty files, hints for unknown ones."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from deckgen.anki.cloze import uncovered
from deckgen.deck import letters
from deckgen.deck.hints import COMMAS, comma_hint, plain_id
from deckgen.diagnostics import did_you_mean
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deckgen.source import Document

FIRST_WORDS = 200
"""The number of characters of a text from which an id is made."""
_LINK = pattern(r"!?\[([^\[\]]*)\]\([^()]*\)")
_MARKUP = pattern(r"\[sound:[^\]]*\]|</?[A-Za-z][^<>]*>")
_SLUG_WORDS, _SLUG_LENGTH = 5, 40


def slug(text: str, language: str) -> str:
    """An id made from the first few words of a text, in plain letters and digits.

    Args:
        text: The text.
        language: The BCP 47 tag of its language.

    Returns:
        The id; empty if the text has no letters, or has letters with several readings.
    """
    visible = _MARKUP.sub(" ", _LINK.sub(r"\1", uncovered(text)))
    if not letters.is_readable(visible, language):
        return ""
    plain = letters.plain(visible, language)
    result = ""
    for word in re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])['\u2019](?=[a-z])", "", plain))[:_SLUG_WORDS]:
        longer = f"{result}-{word}" if result else word[:_SLUG_LENGTH]
        if len(longer) > _SLUG_LENGTH:
            break
        result = longer
    return result if re.search(r"[a-z]", result) else ""


def free_id(
    stem: str, is_taken: Callable[[str], bool], first: int = 1, *, numbered: bool = False, joint: str = "-"
) -> str:
    """An id or a name that is still free: a stem itself, or with the first number that makes it free.

    Args:
        stem: The id that a note should have.
        is_taken: A function that says whether an id is taken.
        first: The number to begin with; 1 means the stem itself.
        numbered: Whether the stem gets a number in any case, because it does not describe the note.
        joint: What comes between the stem and the number.
    """
    ids = (f"{stem}{joint}{number}" if number > 1 or numbered else stem for number in count(first))
    return next(name for name in ids if not is_taken(name))


def probable_ids(document: Document, language: str) -> Iterable[str]:
    """The ids in a file with faults, so that references to its notes are not reported as unknown.

    Faulty ids are included, also in the form that their hints propose.
    """
    written = re.findall(r"(?mi)^[ \t{-]*+id:[ ]*([^\s,#}]+(?: [^\s,#}]+)*)", document.text)
    return [*written, *(plain_id(text, language) for text in written)]


def unknown_id_hint(word: str, known: Iterable[str]) -> str:
    """A hint for an unknown id: the ids that the author may have meant."""
    if hint := comma_hint(word, f";/|+&{COMMAS}"):
        return hint
    ids = list(known)
    words = word.split()
    if len(words) > 1 and set(words) <= set(ids):
        return f"put a comma between two ids: `[{', '.join(words)}]`, or put each after its own hyphen"
    ends = [name for name in ids if name.endswith(f".{word}")]
    return f"did you mean `{ends[0]}`?" if ends else did_you_mean(word, ids)
