"""The ids by which Anki knows notes and note types: computed for the first release, and never changed."""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


_IN_ADDRESSES = bytes.maketrans(b"+/", b"-_")  # the alphabet of base64 for addresses, RFC 4648, section 5


def guid(deck_id: str, kind: str, note_id: str) -> str:
    """The guid of a note at its first release.

    Args:
        deck_id: The deck's id.
        kind: The name of the note's kind.
        note_id: The note's id, that of its first release.
    """
    digest = hashlib.sha256(f"{deck_id}\n{kind}\n{note_id}".encode()).digest()
    return b2a_base64(digest[:9], newline=False).translate(_IN_ADDRESSES).decode()


def note_type_id(deck_id: str, kind: str, taken: Container[int] = ()) -> int:
    """The id of a kind's note type at its first release: positive, below 2^53, and not taken."""
    number = number_from(f"note type\n{deck_id}\n{kind}")
    while number in taken:
        number = number_from(f"note type\n{deck_id}\n{kind}\n{number}")
    return number


def number_from(text: str) -> int:
    """A positive number below 2^53 from a text, the same for ever."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % ((1 << 53) - (1 << 41)) + (
        1 << 41
    )
