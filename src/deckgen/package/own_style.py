"""The learner's own style sheet: cards ask for it, packages bring it once, and no update replaces it.

Anki copies a media file whose name begins with `_` where it is missing, and never over one that is there. The
desktop would do with a file that nobody brings, but AnkiDroid tells of each file that is asked for in vain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.cards.note_types import NoteType

TEXT = """\
/* Your own style for the cards of this deck. No update of the deck replaces this file.
   Write below this comment, save, and show the card again. For example:

   .card { --size: 1.5rem; }
   .card { --letters: Georgia, serif; --page: #fffbe6; --ink: #333333; }
   .card.nightMode { --page: #000000; --ink: #dddddd; }
*/
"""
"""What it says at first. It stays as it is: learners who have the file would never get another text."""


def name_of(deck: str) -> str:
    """The name of the file of a deck.

    Args:
        deck: The deck's id, whose letters are safe in any file's name.
    """
    return f"_{deck}.css"


def own_style(deck: str, note_types: Iterable[NoteType]) -> dict[str, bytes]:
    """The file by its name, where some card of a deck asks for it.

    Args:
        deck: The deck's id.
        note_types: The note types of a package.
    """
    name = name_of(deck)
    texts = (text for each in note_types for face in each.faces for text in (face.front, face.back))
    asked = any(f'"{name}"' in text for text in texts)
    return {name: TEXT.encode()} if asked else {}
