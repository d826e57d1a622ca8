"""Ids of notes: made of a text, looked for in a file, nearly right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.anki.cloze import uncovered
from deckgen.deck import letters
from deckgen.deck.hints import COMMAS, comma_hint, plain_id
from deckgen.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.source import Document

_FIRST_WORDS = 200  # characters in which an id is looked for
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_UNSAID = re.compile(r"\[sound:[^\]]*\]|</?[A-Za-z][^<>]*>")
_SLUG_WORDS, _SLUG_LENGTH = 5, 40


def slug(text: str, language: str) -> str:
    """An id that says what a text begins with: a few words of it, in plain letters and digits.

    Args:
        text: The text.
        language: The BCP 47 tag of its language.

    Returns:
        The id; empty where the text has no letters to make it of, or it cannot be told how they are read.
    """
    said = _UNSAID.sub(" ", _LINK.sub(r"\1", uncovered(text)))
    if not letters.is_readable(said, language):
        return ""
    plain = letters.plain(said, language)
    made = ""
    for word in re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])['\u2019](?=[a-z])", "", plain))[:_SLUG_WORDS]:
        longer = f"{made}-{word}" if made else word[:_SLUG_LENGTH]
        if len(longer) > _SLUG_LENGTH:
            break
        made = longer
    return made if re.search(r"[a-z]", made) else ""


def probable_ids(document: Document, language: str) -> Iterable[str]:
    """The ids in a file with faults, so that references to its notes are not called unknown.

    Those that are none are among them, too, as they will be once they have been mended.
    """
    written = re.findall(r"(?mi)^[ \t{-]*+id:[ ]*([^\s,#}]+(?: [^\s,#}]+)*)", document.text)
    return [*written, *(plain_id(text, language) for text in written)]


def unknown_id_hint(word: str, known: Iterable[str]) -> str:
    """What an unknown note id may have meant."""
    if hint := comma_hint(word, f";/|+&{COMMAS}"):
        return hint
    ids = list(known)
    words = word.split()
    if len(words) > 1 and set(words) <= set(ids):
        return f"a comma stands between two ids: `[{', '.join(words)}]`, or each after its own hyphen"
    ends = [name for name in ids if name.endswith(f".{word}")]
    return f"did you mean `{ends[0]}`?" if ends else did_you_mean(word, ids)
